//! `callable_iterator`: `iter(callable, sentinel)`.
//!
//! Not here: the builtin `iter` that makes it.

use crate::{payload, trace};
use crate::native::{Def, Native, TypeDef};
use crate::object::{ObjExt, Owned, Ref, Slot};
use crate::slots::Slots;
use crate::types::list_iter::itself;
use crate::vm::{PyResult, Vm};

/// Payload of `callable_iterator`. Both are empty when exhausted.
pub struct PyCallableIter {
    callable: Slot,
    sentinel: Slot,
}

trace! { PyCallableIter { callable, sentinel } }
crate::fields! { PyCallableIter { callable, sentinel } }
payload!(PyCallableIter, "callable_iterator", callable_iterator, Gc);

impl PyCallableIter {
    /// Calls `callable` until it returns something equal to `sentinel`.
    pub fn new(callable: Owned, sentinel: Owned) -> Self { PyCallableIter { callable: Slot::new(Some(callable)), sentinel: Slot::new(Some(sentinel)) } }
}

fn this_iter(this: &Owned) -> &Ref<PyCallableIter> { this.cast::<PyCallableIter>().expect("law: checked by the descriptor") }

/// Methods of `callable_iterator`.
pub static DEF: TypeDef = TypeDef {
    doc: "",
    sig: "",
    methods: &[Def::new("__reduce__", "($self, /)", Native::N0(reduce)).doc("Return state information for pickling.")],
    getset: &[],
};

/// Fills the type.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.callable_iterator.clone();
    vm.fill_type(&ty, Slots { iter: Some(itself), next: Some(next), ..Slots::default() }, &DEF)
}

fn exhaust(it: &PyCallableIter) {
    it.callable.set(None);
    it.sentinel.set(None);
}

fn next(vm: &mut Vm, this: &Owned) -> PyResult<Option<Owned>> {
    let it = this_iter(this);
    let Some(callable) = it.callable.get() else { return Ok(None) };
    let item = match vm.call0(&callable) {
        Ok(item) => item,
        Err(e) if e.is(vm, &vm.types.stop_iteration) => {
            exhaust(it);
            return Ok(None);
        }
        Err(e) => return Err(e),
    };
    // The call may have exhausted this very iterator.
    let Some(sentinel) = it.sentinel.get() else { return Ok(None) };
    if vm.equal(&sentinel, &item)? {
        exhaust(it);
        return Ok(None);
    }
    Ok(Some(item))
}

fn reduce(vm: &mut Vm, this: &Owned) -> PyResult {
    vm.settle_builtin("iter")?;
    let it = this_iter(this);
    match (it.callable.get(), it.sentinel.get()) {
        (Some(callable), Some(sentinel)) => vm.reduce_to_builtin("iter", vec![callable, sentinel], None),
        _ => {
            let empty = vm.consts.empty_tuple.obj().clone();
            vm.reduce_to_builtin("iter", vec![empty], None)
        }
    }
}
