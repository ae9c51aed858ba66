//! `_testinternalcapi`: facts about the interpreter itself, from its tables and its object layout.
//!
//! Not here: functions that only act (`_testcapi`).

use instar_object::{attrs, TypeFlags};
use instar_vm::eval::specialize;
use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native};
use instar_vm::types::dict::PyDict;
use instar_vm::typeobj::slot_table;
use instar_vm::{ObjExt, Owned, PyResult, Ref, Vm};

use crate::put;

/// Whether the attributes of `o` are values by the keys of its class, and no dict.
fn has_inline_values(vm: &mut Vm, _: &Owned, o: &Owned) -> PyResult {
    let flags = o.type_of(vm).info.flags.get();
    let inline = o.word().is_ptr() && flags.contains(TypeFlags::ATTRS) && !flags.contains(TypeFlags::VAR) && !attrs::has_dict(o.word().ptr());
    Ok(vm.bool(inline))
}

/// The names of the methods that a class's slots are wrapped in.
fn slot_wrappers(vm: &mut Vm, _: &Owned) -> PyResult {
    let mut names: Vec<&str> = slot_table::ROWS.iter().filter(|r| r.wrap != slot_table::Wrap::None).map(|r| r.text).collect();
    let mut seen = std::collections::HashSet::new();
    names.retain(|n| seen.insert(*n));
    let names = names.into_iter().map(|n| vm.intern(n)).collect::<PyResult<Vec<_>>>()?;
    Ok(vm.new_list(names)?.into_obj())
}

/// The value of a key whose hash the caller says.
fn getitem_known_hash(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    let Some(dict) = Ref::<PyDict>::cast(&args[0]).cloned() else { return Err(vm.system_error("bad argument to internal function")) };
    let hash = vm.index_i64(&args[2])?;
    match dict.find(vm, hash, &args[1])? { Some(entry) => Ok(dict.value_at(vm, entry)), None => Err(vm.key_error(&args[1])) }
}

fn exec(vm: &mut Vm, module: &Owned, namespace: &Ref<PyDict>) -> PyResult<()> {
    crate::add(vm, module, "_testinternalcapi", namespace, crate::code::INTERNAL)?;
    let n = vm.new_int(specialize::ATTEMPT.into())?;
    put(vm, namespace, "SPECIALIZATION_THRESHOLD", &n)
}

/// The module.
pub const MODULE: NativeModule = NativeModule {
    name: "_testinternalcapi",
    doc: "",
    functions: &[
        crate::locale::DECODE,
        crate::locale::ENCODE,
        Def::new("dict_getitem_knownhash", "", Native::Var(getitem_known_hash, 3, 3)),
        Def::new("get_tracked_heap_size", "", Native::N0(|vm, _| { let n = vm.heap.gc_objects(None).len(); vm.new_uint(n as u64) })),
        Def::new("get_recursion_depth", "", Native::N0(|vm, _| { let n = vm.recursion_depth(); vm.new_uint(n as u64) })),
        Def::new("has_inline_values", "", Native::N1(has_inline_values)),
        Def::new("identify_type_slot_wrappers", "", Native::N0(slot_wrappers)),
    ],
    exec,
};
