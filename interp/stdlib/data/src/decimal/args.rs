//! Arguments as this module's functions take them: messages that name no function, contexts, roundings.
//!
//! Not here: operands (`object.rs`).

use instar_base_decimal::Round;
use instar_vm::args::Args;
use instar_vm::types::str::PyStr;
use instar_vm::{ObjExt, Owned, PyResult, Ref, Vm};

use super::context::PyContext;
use super::{current, made};

const VALID_ROUNDINGS: &str = "valid values for rounding are:\n  [ROUND_CEILING, ROUND_FLOOR, ROUND_UP, ROUND_DOWN,\n   ROUND_HALF_UP, ROUND_HALF_DOWN, ROUND_HALF_EVEN,\n   ROUND_05UP]";

fn plural(n: usize) -> &'static str { if n == 1 { "" } else { "s" } }

/// Arguments by position or name; the first `required` ones must be there.
pub fn bind<'a, const N: usize>(vm: &mut Vm, args: Args<'a>, names: [&str; N], required: usize) -> PyResult<[Option<&'a Owned>; N]> {
    let (pos, total) = (args.pos(), args.values().len());
    if total > N { return Err(vm.type_error(format!("function takes at most {N} argument{} ({total} given)", plural(N)))) }
    let mut bound = [None; N];
    for (slot, value) in bound.iter_mut().zip(pos) { *slot = Some(value) }
    for (key, value) in args.keywords() {
        let key = key.cast::<PyStr>().map(|k| k.to_string_lossy()).unwrap_or_default();
        match names.iter().position(|n| **n == *key) {
            Some(i) if bound[i].is_some() => return Err(vm.type_error(format!("argument for function given by name ('{key}') and position ({})", i + 1))),
            Some(i) => bound[i] = Some(value),
            None => return Err(vm.type_error(format!("this function got an unexpected keyword argument '{key}'"))),
        }
    }
    for (i, name) in names.iter().enumerate().take(required) {
        if bound[i].is_none() { return Err(vm.type_error(format!("function missing required argument '{name}' (pos {})", i + 1))) }
    }
    Ok(bound)
}

/// So many positional arguments.
pub fn exact<'a, const N: usize>(vm: &mut Vm, args: Args<'a>) -> PyResult<&'a [Owned; N]> {
    if let ([], Ok(all)) = (args.kwnames(), args.pos().try_into()) { return Ok(all) }
    if !args.kwnames().is_empty() { return Err(vm.type_error("this function takes no keyword arguments")) }
    let given = args.pos().len();
    Err(vm.type_error(format!("function takes exactly {N} argument{} ({given} given)", plural(N))))
}

/// The context that an optional argument is; the current one without it.
pub fn context(vm: &mut Vm, arg: Option<&Owned>) -> PyResult<Ref<PyContext>> {
    match arg {
        None => current::get(vm),
        Some(o) if vm.is_none(o) => current::get(vm),
        Some(o) => o.cast::<PyContext>().cloned().ok_or_else(|| vm.type_error("optional argument must be a context")),
    }
}

/// The rounding that a str names.
pub fn rounding(vm: &mut Vm, o: &Owned) -> PyResult<Round> {
    let found = o.cast::<PyStr>().and_then(|s| Round::ALL.into_iter().find(|r| s.as_ascii() == Some(r.name())));
    found.ok_or_else(|| vm.type_error(VALID_ROUNDINGS))
}

/// The constant of a rounding.
pub fn rounding_name(vm: &mut Vm, round: Round) -> Owned {
    let i = Round::ALL.iter().position(|r| *r == round).expect("law: all are listed");
    made(vm).roundings[i].clone()
}

/// The rounding that an optional argument names; the context's without it.
pub fn optional_rounding(vm: &mut Vm, arg: Option<&Owned>, pc: &PyContext) -> PyResult<Round> {
    match arg { Some(o) if !vm.is_none(o) => rounding(vm, o), _ => Ok(pc.ctx.get().round) }
}
