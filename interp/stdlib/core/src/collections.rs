//! `_collections`: the module and `_count_elements`; the types are in `collections/`.
//!
//! Not here: what `collections` makes in Python of these.

use instar_code::Binary;
use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native};
use instar_vm::types::dict::PyDict;
use instar_vm::{ObjExt, Owned, PyResult, Ref, Vm};

mod defaultdict;
mod deque;
mod deque_iter;
mod odict_iter;
mod odict_order;
mod ordered_dict;
mod tuplegetter;

/// The mapping as a dict, if it looks up and stores as dicts do.
fn plain_dict(vm: &mut Vm, mapping: &Owned) -> Option<Ref<PyDict>> {
    let dict = mapping.cast::<PyDict>()?.clone();
    let (own, base) = (mapping.type_of(vm).clone(), vm.types.dict.clone());
    for name in [vm.names.get.clone(), vm.names.__setitem__.clone()] {
        if !vm.type_lookup(&own, &name)?.is(&vm.type_lookup(&base, &name)?) { return None }
    }
    Some(dict)
}

/// `_count_elements(mapping, iterable)`
fn count_elements(vm: &mut Vm, _: &Owned, mapping: &Owned, iterable: &Owned) -> PyResult {
    let it = vm.iter(iterable)?;
    let (one, zero) = (vm.new_int(1)?, vm.new_int(0)?);
    if let Some(dict) = plain_dict(vm, mapping) {
        while let Some(key) = vm.next(&it)? {
            let hash = vm.hash(&key)?;
            let new = match dict.find(vm, hash, &key)? {
                Some(entry) => { let old = dict.value_at(vm, entry); vm.binary(Binary::Add, &old, &one)? }
                None => one.clone(),
            };
            dict.set_hashed(vm, hash, &key, new)?;
        }
        return Ok(vm.none());
    }
    let get = vm.names.get.clone();
    let get = vm.get_attr(mapping, &get)?;
    while let Some(key) = vm.next(&it)? {
        let old = vm.call2(&get, &key, &zero)?;
        let new = vm.binary(Binary::Add, &old, &one)?;
        vm.set_item(mapping, &key, &new)?;
    }
    Ok(vm.none())
}

/// The module.
pub const MODULE: NativeModule = NativeModule {
    name: "_collections",
    doc: "High performance data structures.\n- deque:        ordered collection accessible from endpoints only\n- defaultdict:  dict subclass with a default value factory\n",
    functions: &[Def::new("_count_elements", "($module, mapping, iterable, /)", Native::N2(count_elements)).doc("Count elements in the iterable, updating the mapping")],
    exec: |vm, _, ns| {
        deque::exec(vm, ns)?;
        deque_iter::exec(vm, ns)?;
        defaultdict::exec(vm, ns)?;
        ordered_dict::exec(vm, ns)?;
        tuplegetter::exec(vm, ns)
    },
};
