//! The sequence protocol as native code uses it: items by number, counted from the end by the length.
//!
//! Not here: subscripts (`instar-vm`, `protocol/item.rs`).

use instar_code::Binary;
use instar_vm::native::{Def, Native};
use instar_vm::typeobj::TypeRef;
use instar_vm::types::dict::PyDict;
use instar_vm::types::list::PyList;
use instar_vm::types::tuple::PyTuple;
use instar_vm::vm::Raised;
use instar_vm::{ObjExt, Owned, PyResult, Vm};

/// Whether `o` has items by number: it has `__getitem__` and is no dict.
fn is_sequence(vm: &Vm, o: &Owned) -> bool { o.cast::<PyDict>().is_none() && o.type_of(vm).slots().getitem.is_some() }

#[cold]
fn unsupported(vm: &mut Vm, o: &Owned, what: &str) -> Raised {
    let t = o.type_name(vm);
    if o.cast::<PyDict>().is_some() { return vm.type_error(format!("{t} is not a sequence")) }
    vm.type_error(format!("'{t}' object {what}"))
}

/// The key for item `i`: negative numbers count from the end. What is before the beginning stays what was asked for native
/// types (an IndexError), and is what a class's method gets.
fn key(vm: &mut Vm, o: &Owned, index: &Owned) -> PyResult {
    let i = vm.index_i64(index)?;
    if i >= 0 || o.type_of(vm).slots().len.is_none() { return vm.new_int(i) }
    let n = vm.len(o)? as i64;
    let python = o.type_of(vm).is_heap_type() && { let name = vm.names.__getitem__.clone(); let ty: TypeRef = o.type_of(vm).clone(); ty.dict_get(vm, &name).is_some() };
    vm.new_int(if i + n >= 0 || python { i + n } else { i })
}

fn getitem(vm: &mut Vm, _: &Owned, o: &Owned, index: &Owned) -> PyResult {
    if !is_sequence(vm, o) { return Err(unsupported(vm, o, "does not support indexing")) }
    let k = key(vm, o, index)?;
    vm.get_item(o, &k)
}

fn setitem(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    let [o, index, value] = args else { return Err(vm.type_error("sequence_setitem expected 3 arguments")) };
    if !is_sequence(vm, o) || o.type_of(vm).slots().setitem.is_none() { return Err(unsupported(vm, o, "does not support item assignment")) }
    let k = key(vm, o, index)?;
    vm.set_item(o, &k, value)?;
    vm.new_int(0)
}

fn delitem(vm: &mut Vm, _: &Owned, o: &Owned, index: &Owned) -> PyResult {
    if !is_sequence(vm, o) || o.type_of(vm).slots().setitem.is_none() { return Err(unsupported(vm, o, "doesn't support item deletion")) }
    let k = key(vm, o, index)?;
    vm.del_item(o, &k)?;
    vm.new_int(0)
}

fn size(vm: &mut Vm, _: &Owned, o: &Owned) -> PyResult {
    if o.cast::<PyDict>().is_some() { return Err(unsupported(vm, o, "")) }
    let n = vm.len(o)?;
    vm.new_uint(n as u64)
}

fn repeat(vm: &mut Vm, o: &Owned, count: &Owned) -> PyResult {
    if !is_sequence(vm, o) { return Err(unsupported(vm, o, "can't be repeated")) }
    let count = vm.count_index(count)?;
    let count = vm.new_int(count as i64)?;
    vm.binary(Binary::Mul, o, &count)
}

fn contains(vm: &mut Vm, _: &Owned, o: &Owned, x: &Owned) -> PyResult { let found = vm.contains(o, x)?; vm.new_int(found.into()) }

fn list(vm: &mut Vm, _: &Owned, o: &Owned) -> PyResult { let items = vm.collect(o)?; Ok(vm.new_list(items)?.into_obj()) }

fn tuple(vm: &mut Vm, _: &Owned, o: &Owned) -> PyResult {
    if o.is_exact::<PyTuple>(vm) { return Ok(o.clone()) }
    let items = vm.collect(o)?;
    Ok(vm.new_tuple(items)?.into_obj())
}

fn fast(vm: &mut Vm, this: &Owned, o: &Owned, message: &Owned) -> PyResult {
    if o.cast::<PyTuple>().is_some() || o.cast::<PyList>().is_some() { return Ok(o.clone()) }
    if !vm.is_iterable(o) { let text = vm.repr_text_plain(message); return Err(vm.type_error(text)) }
    list(vm, this, o)
}

/// The functions.
pub static FUNCTIONS: &[Def] = &[
    Def::new("sequence_check", "", Native::N1(|vm, _, o| { let b = is_sequence(vm, o); vm.new_int(b.into()) })),
    Def::new("sequence_size", "", Native::N1(size)),
    Def::new("sequence_length", "", Native::N1(size)),
    Def::new("sequence_concat", "", Native::N2(|vm, _, a, b| vm.concatenate(a, b, false))),
    Def::new("sequence_repeat", "", Native::N2(|vm, _, o, n| repeat(vm, o, n))),
    Def::new("sequence_getitem", "", Native::N2(getitem)),
    Def::new("sequence_setitem", "", Native::Var(setitem, 3, 3)),
    Def::new("sequence_delitem", "", Native::N2(delitem)),
    Def::new("sequence_contains", "", Native::N2(contains)),
    Def::new("sequence_list", "", Native::N1(list)),
    Def::new("sequence_tuple", "", Native::N1(tuple)),
    Def::new("sequence_fast", "", Native::N2(fast)),
];
