//! Module `_bisect`: binary search in sorted sequences, and insertion.
//!
//! Not here: the Python module `bisect` with the names of old.

use instar_code::Compare;
use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native};
use instar_vm::types::dict::PyDict;
use instar_vm::types::list::PyList;
use instar_vm::{ObjExt, Owned, PyResult, Vm};

const SIG: &str = "($module, /, a, x, lo=0, hi=None, *, key=None)";

/// The module.
pub static MODULE: NativeModule = NativeModule {
    name: "_bisect",
    doc: "Bisection algorithms.",
    functions: &[
        Def::new("bisect_left", SIG, Native::Bound(|vm, _, args| { let i = search(vm, args, Side::Left)?; vm.new_int(i) }))
            .doc("Return the index where to insert item x in list a, assuming a is sorted, left of equal items."),
        Def::new("bisect_right", SIG, Native::Bound(|vm, _, args| { let i = search(vm, args, Side::Right)?; vm.new_int(i) }))
            .doc("Return the index where to insert item x in list a, assuming a is sorted, right of equal items."),
        Def::new("insort_left", SIG, Native::Bound(|vm, _, args| insort(vm, args, Side::Left))).doc("Insert item x in list a, and keep it sorted assuming a is sorted, left of equal items."),
        Def::new("insort_right", SIG, Native::Bound(|vm, _, args| insort(vm, args, Side::Right))).doc("Insert item x in list a, and keep it sorted assuming a is sorted, right of equal items."),
    ],
    exec: |_, _, _| Ok(()),
};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

/// The bound parameters `a, x, lo, hi, key`.
struct Call<'a> {
    a: &'a Owned,
    x: &'a Owned,
    lo: i64,
    hi: Option<i64>,
    key: Option<&'a Owned>,
}

fn parse<'a>(vm: &mut Vm, args: &'a [Option<Owned>]) -> PyResult<Call<'a>> {
    let (Some(a), Some(x)) = (&args[0], &args[1]) else { return Err(vm.system_error("bisect without arguments")) };
    let lo = match &args[2] { Some(lo) => vm.index_i64(lo)?, None => 0 };
    let hi = vm.optional_size(args[3].as_ref())?.map(|hi| hi as i64);
    Ok(Call { a, x, lo, hi, key: args[4].as_ref().filter(|k| !vm.is_none(k)) })
}

fn search(vm: &mut Vm, args: &[Option<Owned>], side: Side) -> PyResult<i64> {
    let call = parse(vm, args)?;
    position(vm, &call, call.x, side)
}

fn position(vm: &mut Vm, call: &Call<'_>, x: &Owned, side: Side) -> PyResult<i64> {
    if call.lo < 0 { return Err(vm.value_error("lo must be non-negative")) }
    let mut lo = call.lo;
    let mut hi = match call.hi { Some(hi) if hi != -1 => hi, _ => vm.len(call.a)? as i64 };
    check_sequence(vm, call.a)?;
    while lo < hi {
        let middle = lo + (hi - lo) / 2;
        let item = item(vm, call.a, middle)?;
        let item = match call.key { Some(key) => vm.call1(key, &item)?, None => item };
        let (left, right) = if side == Side::Left { (&item, x) } else { (x, &item) };
        if vm.compare_bool(left, right, Compare::Lt)? == (side == Side::Left) { lo = middle + 1 } else { hi = middle }
    }
    Ok(lo)
}

/// TypeError unless items can be had by their index.
fn check_sequence(vm: &mut Vm, a: &Owned) -> PyResult<()> {
    let ty = a.type_of(vm);
    let mapping = a.cast::<PyDict>().is_some();
    if ty.slots().getitem.is_some() && !mapping { return Ok(()) }
    let name = a.type_name(vm);
    Err(vm.type_error(if mapping { format!("{name} is not a sequence") } else { format!("'{name}' object does not support indexing") }))
}

fn item(vm: &mut Vm, a: &Owned, i: i64) -> PyResult {
    if a.is_exact::<PyList>(vm) {
        if let Some(item) = a.cast::<PyList>().and_then(|list| list.get(vm, i as usize)) { return Ok(item) }
    }
    let i = vm.new_int(i)?;
    vm.get_item(a, &i)
}

fn insort(vm: &mut Vm, args: &[Option<Owned>], side: Side) -> PyResult {
    let call = parse(vm, args)?;
    let probe = match call.key { Some(key) => vm.call1(key, call.x)?, None => call.x.clone() };
    let i = position(vm, &call, &probe, side)?;
    if call.a.is_exact::<PyList>(vm) {
        if let Some(list) = call.a.cast::<PyList>() {
            // The comparison may have changed the list.
            let at = (i as usize).min(list.len(vm));
            list.insert(vm, at, call.x.clone())?;
            return Ok(vm.none());
        }
    }
    let (name, i) = (vm.intern("insert")?, vm.new_int(i)?);
    vm.call_method(call.a, &name, &[i, call.x.clone()])?;
    Ok(vm.none())
}
