//! `_collections`: `deque`, `defaultdict`, `_count_elements`.
//!
//! Not here: `OrderedDict`, which is Lib's Python class.

mod deque;
mod defaultdict;

use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native};
use instar_vm::types::dict::PyDict;
use instar_vm::{Owned, PyResult, Ref, Vm};

/// `_count_elements(mapping, iterable)`
fn count_elements(vm: &mut Vm, _: &Owned, mapping: &Owned, iterable: &Owned) -> PyResult {
    let it = vm.iter(iterable)?;
    let one = vm.new_int(1)?;
    let exact = Ref::<PyDict>::cast(mapping).cloned();
    while let Some(key) = vm.next(&it)? {
        let old = match &exact {
            Some(d) => d.get_item(vm, &key)?,
            None => {
                let get = vm.names.get.clone();
                let zero = vm.new_int(0)?;
                Some(vm.call_method(mapping, &get, &[key.clone(), zero])?)
            }
        };
        let new = match old { Some(n) => vm.binary(instar_code::Binary::Add, &n, &one)?, None => one.clone() };
        match &exact { Some(d) => d.set_item(vm, &key, &new)?, None => vm.set_item(mapping, &key, &new)? }
    }
    Ok(vm.none())
}

pub const MODULE: NativeModule = NativeModule {
    name: "_collections",
    doc: "High performance data structures.\n- deque:        ordered collection accessible from endpoints only\n- defaultdict:  dict subclass with a default value factory\n",
    functions: &[Def::new("_count_elements", "($module, mapping, iterable, /)", Native::N2(count_elements)).doc("Count elements in the iterable, updating the mapping")],
    exec: |vm, _, ns| {
        deque::exec(vm, ns)?;
        defaultdict::exec(vm, ns)
    },
};
