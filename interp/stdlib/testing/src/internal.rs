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

fn exec(vm: &mut Vm, _: &Owned, namespace: &Ref<PyDict>) -> PyResult<()> {
    let n = vm.new_int(specialize::ATTEMPT.into())?;
    put(vm, namespace, "SPECIALIZATION_THRESHOLD", &n)
}

/// The module.
pub const MODULE: NativeModule = NativeModule {
    name: "_testinternalcapi",
    doc: "",
    functions: &[
        Def::new("get_recursion_depth", "", Native::N0(|vm, _| { let n = vm.recursion_depth(); vm.new_uint(n as u64) })),
        Def::new("has_inline_values", "", Native::N1(has_inline_values)),
        Def::new("identify_type_slot_wrappers", "", Native::N0(slot_wrappers)),
    ],
    exec,
};
