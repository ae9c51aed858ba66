//! Making code objects out of parts: `types.CodeType(...)` and `code.replace(...)`.
//!
//! Whatever the parts are, the verifier has the last word. Not here: what code objects show (`code.rs`).

use std::sync::Arc;

use instar_code::location::{decode_handlers, decode_positions};
use instar_code::{error_depths, flags, verify, Body, CodeBlob, Const, Local, LocalKind, Unit};

use super::code::{param_count, PyCode};
use super::constant::{constant, Allowed};
use crate::args::Args;
use crate::object::{ObjExt, Owned, Ref};
use crate::typeobj::TypeRef;
use crate::types::bytes::PyBytes;
use crate::types::int::{int_ref, PyInt};
use crate::types::str::PyStr;
use crate::types::tuple::PyTuple;
use crate::vm::{PyResult, Vm};

/// Parameters of the constructor, in order; `replace` takes them by name.
const PARTS: [&str; 18] = [
    "co_argcount", "co_posonlyargcount", "co_kwonlyargcount", "co_nlocals", "co_stacksize", "co_flags", "co_code", "co_consts", "co_names", "co_varnames",
    "co_filename", "co_name", "co_qualname", "co_firstlineno", "co_linetable", "co_exceptiontable", "co_freevars", "co_cellvars",
];
const REQUIRED: usize = 16;

/// `code.replace(**changes)`
pub fn replace(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult {
    if !args.pos().is_empty() { return Err(vm.type_error(format!("replace() takes no positional arguments ({} given)", args.pos().len()))) }
    let this = Ref::<PyCode>::cast(o).expect("law: checked by the descriptor");
    let (old, foreign) = (this.blob().clone(), this.foreign().to_vec());
    let mut parts: [Option<Owned>; 18] = Default::default();
    for (name, value) in args.keywords() {
        let key = vm.repr_text_plain(name);
        let Some(i) = PARTS.iter().position(|p| *p == key) else { return Err(vm.type_error(format!("replace() got an unexpected keyword argument '{key}'"))) };
        parts[i] = Some(value.clone());
    }
    build(vm, &old, foreign, &parts)
}

/// `types.CodeType(...)`
pub fn new(vm: &mut Vm, _: &TypeRef, args: Args<'_>) -> PyResult {
    if args.keywords().next().is_some() { return Err(vm.type_error("code() takes no keyword arguments")) }
    let given = args.pos().len();
    if given < REQUIRED { return Err(vm.type_error(format!("code expected at least {REQUIRED} arguments, got {given}"))) }
    if given > PARTS.len() { return Err(vm.type_error(format!("code expected at most {} arguments, got {given}", PARTS.len()))) }
    let mut parts: [Option<Owned>; 18] = Default::default();
    for (part, value) in parts.iter_mut().zip(args.pos()) { *part = Some(value.clone()); }
    for part in &mut parts[REQUIRED..] { if part.is_none() { *part = Some(vm.new_tuple([])?.into_obj()) } }
    build(vm, &CodeBlob::default(), Vec::new(), &parts)
}

fn build(vm: &mut Vm, old: &CodeBlob, mut foreign: Vec<(usize, Owned)>, parts: &[Option<Owned>; 18]) -> PyResult {
    let part = |name: &str| PARTS.iter().position(|p| *p == name).and_then(|i| parts[i].as_ref());
    let count = |vm: &mut Vm, name: &str, what: &str, before: u32| -> PyResult<u32> {
        let Some(o) = part(name) else { return Ok(before) };
        if o.cast::<PyInt>().is_none() && int_ref(o).is_none() {
            let t = o.type_name(vm);
            return Err(vm.type_error(format!("'{t}' object cannot be interpreted as an integer")));
        }
        let n = vm.index_i64(o)?;
        let Ok(n) = i32::try_from(n) else { return Err(vm.exception_with_message(&vm.types.overflow_error.clone(), "Python int too large to convert to C int")) };
        u32::try_from(n).map_err(|_| vm.value_error(&format!("code: {what} must not be negative")))
    };
    let arg_count = count(vm, "co_argcount", "argcount", old.arg_count)?;
    let posonly_count = count(vm, "co_posonlyargcount", "posonlyargcount", old.posonly_count)?;
    let kwonly_count = count(vm, "co_kwonlyargcount", "kwonlyargcount", old.kwonly_count)?;
    let nlocals = match part("co_nlocals") { Some(_) => Some(count(vm, "co_nlocals", "nlocals", 0)?), None => None };
    let temps = count(vm, "co_stacksize", "stacksize", old.temps)?;
    let new_flags = count(vm, "co_flags", "flags", old.flags)?;
    let first_line = count(vm, "co_firstlineno", "firstlineno", old.first_line)?;
    if posonly_count > arg_count { return Err(vm.value_error("code: co_posonlyargcount must not exceed co_argcount")) }
    let text = |vm: &mut Vm, name: &str, before: &instar_code::Text| -> PyResult<instar_code::Text> {
        let Some(o) = part(name) else { return Ok(before.clone()) };
        if o.cast::<PyStr>().is_some() { return Ok(vm.repr_text_plain(o).into()) }
        let t = o.given_name(vm);
        Err(vm.type_error(format!("code() argument must be str, not {t}")))
    };
    let filename = text(vm, "co_filename", &old.filename)?;
    let (name, qualname) = (text(vm, "co_name", &old.name)?, text(vm, "co_qualname", &old.qualname)?);
    let bytes = |vm: &mut Vm, name: &str| -> PyResult<Option<Vec<u8>>> {
        let Some(o) = part(name) else { return Ok(None) };
        match o.cast::<PyBytes>() {
            Some(b) => Ok(Some(b.as_slice().to_vec())),
            None => { let t = o.type_name(vm); Err(vm.type_error(format!("code: {name} must be bytes, not {t}"))) }
        }
    };
    let units: Vec<Unit> = match bytes(vm, "co_code")? {
        None => old.units.to_vec(),
        Some(b) if b.len().is_multiple_of(8) => b.as_chunks::<8>().0.iter().map(|c| Unit::from_bits(u64::from_le_bytes(*c))).collect(),
        Some(_) => return Err(vm.value_error("code: co_code is malformed")),
    };
    let positions = match bytes(vm, "co_linetable")? {
        Some(b) => decode_positions(first_line, &b, units.len()),
        None => {
            // The table tells lines relative to the first one.
            let shift = first_line as i32 - old.first_line as i32;
            let mut all = old.positions.to_vec();
            for p in &mut all { if p.line >= 0 { p.line = p.line.saturating_add(shift).max(0); p.end_line = p.end_line.saturating_add(shift).max(0); } }
            all.resize(units.len(), instar_code::Position { line: -1, end_line: -1, column: -1, end_column: -1 });
            all
        }
    };
    let old_hidden = old.locals.iter().filter(|l| l.kind == LocalKind::Hidden).count();
    let (handlers, hidden) = match bytes(vm, "co_exceptiontable")? {
        None => (old.handlers.clone(), old_hidden),
        Some(b) => match decode_handlers(&b) { Some(h) => h, None => return Err(vm.value_error("code: co_exceptiontable is malformed")) },
    };
    let consts = match part("co_consts") {
        None => old.consts.clone(),
        Some(o) => {
            let Some(items) = o.cast::<PyTuple>().map(|t| t.items().to_vec()) else { let t = o.type_name(vm); return Err(vm.type_error(format!("code: co_consts must be tuple, not {t}"))) };
            foreign.clear();
            let mut all = Vec::with_capacity(items.len());
            for item in items {
                let made = if item.cast::<PyCode>().is_some_and(|c| !c.foreign().is_empty()) { Ok(None) } else { constant_or_none(vm, &item) };
                match made? {
                    Some(c) => all.push(c),
                    None => { foreign.push((all.len(), item)); all.push(Const::None) }
                }
            }
            all
        }
    };
    let names_of = |vm: &mut Vm, name: &str| -> PyResult<Option<Vec<instar_code::Text>>> {
        let Some(o) = part(name) else { return Ok(None) };
        let Some(items) = o.cast::<PyTuple>().map(|t| t.items().to_vec()) else { let t = o.type_name(vm); return Err(vm.type_error(format!("code: {name} must be tuple, not {t}"))) };
        let mut all = Vec::with_capacity(items.len());
        for i in &items {
            if i.cast::<PyStr>().is_none() { let t = i.type_name(vm); return Err(vm.type_error(format!("name tuples must contain only strings, not '{t}'"))) }
            all.push(vm.repr_text_plain(i).into());
        }
        Ok(Some(all))
    };
    let names = names_of(vm, "co_names")?.unwrap_or_else(|| old.names.clone());
    let (variables, cells, free) = (names_of(vm, "co_varnames")?, names_of(vm, "co_cellvars")?, names_of(vm, "co_freevars")?);
    let locals = locals(old, variables, cells, free, hidden);
    let mut blob = CodeBlob {
        arg_count, posonly_count, kwonly_count, temps, flags: new_flags, first_line, name, qualname, filename,
        body: Body { units: units.into(), error_depth: Vec::new().into(), positions: positions.into(), handlers, consts, names, locals }.into(),
    };
    let params = param_count(&blob);
    let variables = blob.locals.iter().enumerate().filter(|(i, l)| l.kind == LocalKind::Plain || l.kind == LocalKind::Cell && *i < params).count();
    if nlocals.is_some_and(|n| n as usize != variables) { return Err(vm.value_error("code: co_nlocals != len(co_varnames)")) }
    if params > variables { return Err(vm.value_error("code: co_varnames is too small")) }
    let refused = |vm: &mut Vm, e: instar_code::VerifyError| vm.value_error(&format!("code: {e}"));
    let depths = error_depths(&blob).map_err(|e| refused(vm, e))?;
    let body = Body { error_depth: depths.into(), ..(*blob.body).clone() };
    blob.body = body.into();
    if blob.flags & flags::HAS_DOCSTRING != 0 && !matches!(blob.consts.first(), Some(Const::Str(_))) { blob.flags &= !flags::HAS_DOCSTRING; }
    verify(&blob).map_err(|e| refused(vm, e))?;
    Ok(PyCode::with_foreign(vm, Arc::new(blob), foreign.into())?.into_obj())
}

/// The local slots: the old ones renamed where there are as many, else new ones.
fn locals(old: &CodeBlob, variables: Option<Vec<instar_code::Text>>, cells: Option<Vec<instar_code::Text>>, free: Option<Vec<instar_code::Text>>, hidden: usize) -> Vec<Local> {
    let params = param_count(old);
    let names = |keep: &dyn Fn(usize, LocalKind) -> bool| -> Vec<instar_code::Text> {
        old.locals.iter().enumerate().filter(|(i, l)| keep(*i, l.kind)).map(|(_, l)| l.name.clone()).collect()
    };
    let old_variables = names(&|i, k| k == LocalKind::Plain || k == LocalKind::Cell && i < params);
    let old_cells = names(&|_, k| k == LocalKind::Cell);
    let old_free = names(&|_, k| k == LocalKind::Free);
    let variables = variables.unwrap_or_else(|| old_variables.clone());
    let cells = cells.unwrap_or_else(|| old_cells.clone());
    let free = free.unwrap_or_else(|| old_free.clone());
    let old_hidden = old.locals.iter().filter(|l| l.kind == LocalKind::Hidden).count();
    if (variables.len(), cells.len(), free.len(), hidden) == (old_variables.len(), old_cells.len(), old_free.len(), old_hidden) {
        let (mut v, mut c, mut f) = (0, 0, 0);
        return old.locals.iter().enumerate().map(|(i, l)| {
            let mut name = l.name.clone();
            if l.kind == LocalKind::Cell { name = cells[c].clone(); c += 1; }
            if l.kind == LocalKind::Plain || l.kind == LocalKind::Cell && i < params { name = variables[v].clone(); v += 1; }
            if l.kind == LocalKind::Free { name = free[f].clone(); f += 1; }
            Local { name, kind: l.kind }
        }).collect();
    }
    let mut all: Vec<Local> = variables.iter().map(|n| Local { name: n.clone(), kind: if cells.contains(n) { LocalKind::Cell } else { LocalKind::Plain } }).collect();
    all.extend((0..hidden).map(|i| Local { name: format!(".{i}").into(), kind: LocalKind::Hidden }));
    all.extend(cells.iter().filter(|n| !variables.contains(n)).map(|n| Local { name: n.clone(), kind: LocalKind::Cell }));
    all.extend(free.iter().map(|n| Local { name: n.clone(), kind: LocalKind::Free }));
    all
}

/// The compiler's constant of an object, if it has one.
fn constant_or_none(vm: &mut Vm, o: &Owned) -> PyResult<Option<Const>> {
    match constant(vm, o, Allowed::CodeConstants, " in code()", |vm, _| vm.value_error("")) {
        Ok(c) => Ok(Some(c)),
        Err(e) if e.0.obj().is_instance_of(vm, &vm.types.value_error.clone()) => Ok(None),
        Err(e) => Err(e),
    }
}
