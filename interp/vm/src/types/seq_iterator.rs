//! `iterator`: walks objects that have `__getitem__` but no `__iter__`, until IndexError.
//!
//! Not here: iterators of the builtin sequences.

use std::cell::Cell;

use crate::{payload, trace};
use crate::native::{Def, Native, TypeDef};
use crate::object::{ObjExt, Owned, Ref, Slot};
use crate::slots::Slots;
use crate::types::list_iter::itself;
use crate::vm::{PyResult, Vm};

/// Payload of `iterator`.
pub struct PySeqIter {
    index: Cell<isize>,
    /// The sequence; empty when exhausted.
    sequence: Slot,
}

trace! { PySeqIter { sequence } }
crate::fields! { PySeqIter { index, sequence } }
payload!(PySeqIter, "iterator", seq_iterator, Gc);

impl PySeqIter {
    /// From index 0 on.
    pub fn new(sequence: Owned) -> Self { PySeqIter { index: Cell::new(0), sequence: Slot::new(Some(sequence)) } }
}

fn this_iter(this: &Owned) -> &Ref<PySeqIter> { this.cast::<PySeqIter>().expect("law: checked by the descriptor") }

/// Methods of `iterator`.
pub static DEF: TypeDef = TypeDef {
    doc: "",
    sig: "",
    methods: &[
        Def::new("__length_hint__", "($self, /)", Native::N0(hint)).doc("How many items are left."),
        Def::new("__reduce__", "($self, /)", Native::N0(reduce)).doc("Return state information for pickling."),
        Def::new("__setstate__", "($self, object, /)", Native::N1(setstate)).doc("Set state information for unpickling."),
    ],
    getset: &[],
};

/// Fills the type.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.seq_iterator.clone();
    vm.fill_type(&ty, Slots { iter: Some(itself), next: Some(next), ..Slots::default() }, &DEF)
}

fn next(vm: &mut Vm, this: &Owned) -> PyResult<Option<Owned>> {
    let it = this_iter(this);
    let Some(sequence) = it.sequence.get() else { return Ok(None) };
    let i = it.index.get();
    if i == isize::MAX { return Err(vm.overflow_error("iter index too large")) }
    let index = vm.new_int(i as i64)?;
    match vm.get_item(&sequence, &index) {
        Ok(item) => {
            it.index.set(i + 1);
            Ok(Some(item))
        }
        Err(e) if e.is(vm, &vm.types.index_error) || e.is(vm, &vm.types.stop_iteration) => {
            it.sequence.set(None);
            Ok(None)
        }
        Err(e) => Err(e),
    }
}

fn hint(vm: &mut Vm, this: &Owned) -> PyResult {
    let it = this_iter(this);
    let Some(sequence) = it.sequence.get() else { return vm.new_int(0) };
    if sequence.type_of(vm).slots().len.is_none() { return Ok(vm.not_implemented()) }
    let left = vm.len(&sequence)? as i64 - it.index.get() as i64;
    vm.new_int(left.max(0))
}

fn reduce(vm: &mut Vm, this: &Owned) -> PyResult {
    vm.settle_builtin("iter")?;
    let it = this_iter(this);
    match it.sequence.get() {
        Some(sequence) => {
            let index = vm.new_int(it.index.get() as i64)?;
            vm.reduce_to_builtin("iter", vec![sequence], Some(index))
        }
        None => {
            let empty = vm.consts.empty_tuple.obj().clone();
            vm.reduce_to_builtin("iter", vec![empty], None)
        }
    }
}

fn setstate(vm: &mut Vm, this: &Owned, state: &Owned) -> PyResult {
    let index = vm.state_position(state)?;
    let it = this_iter(this);
    if it.sequence.is_some() { it.index.set(index.max(0)) }
    Ok(vm.none())
}
