//! Iterator over a tuple.
//!
//! Not here: the specialised loop step (`eval`), which works on the same fields.

use std::cell::Cell;

use crate::{payload, trace};
use crate::native::{Def, Native, TypeDef};
use crate::object::{ObjExt, Owned, Ref, Slot, Word};
use crate::slots::Slots;
use crate::types::list_iter::itself;
use crate::types::dict::borrowed;
use crate::types::tuple::PyTuple;
use crate::vm::{PyResult, Vm};

/// Payload of `tuple_iterator`.
#[repr(C)]
pub struct PyTupleIter {
    /// The tuple (payload [`PyTuple`]); empty when exhausted.
    pub(crate) tuple: Slot,
    /// The next position.
    pub(crate) index: Cell<usize>,
}

trace! { PyTupleIter { tuple } }
crate::fields! { PyTupleIter { tuple, index } }
payload!(PyTupleIter, "tuple_iterator", tuple_iterator, Gc { tuple });

impl PyTupleIter {
    /// From the first item on.
    pub fn new(tuple: Ref<PyTuple>) -> Self { PyTupleIter { index: Cell::new(0), tuple: Slot::new(Some(tuple.into_obj())) } }
    /// The tuple as a borrowed word, NULL when exhausted.
    #[inline(always)]
    pub(crate) fn tuple_word(&self) -> Word { self.tuple.word() }
    /// The next item.
    #[inline]
    pub(crate) fn step(&self) -> Option<Owned> {
        let word = self.tuple.word();
        if word.is_null() { return None }
        // SAFETY: made for tuples; the slot keeps the tuple alive until it is emptied below, after the last look at it.
        let tuple = unsafe { Ref::<PyTuple>::from_ref_unchecked(borrowed(&word)) };
        let i = self.index.get();
        let item = tuple.get(i);
        if item.is_some() { self.index.set(i + 1) } else { self.tuple.set(None) }
        item
    }
}

fn this_iter(this: &Owned) -> &Ref<PyTupleIter> { this.cast::<PyTupleIter>().expect("law: checked by the descriptor") }
fn tuple_len(tuple: &Owned) -> usize { tuple.cast::<PyTuple>().map_or(0, |t| t.len()) }

/// Methods of `tuple_iterator`.
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
    let ty = vm.types.tuple_iterator.clone();
    vm.fill_type(&ty, Slots { iter: Some(itself), next: Some(next), ..Slots::default() }, &DEF)
}

fn next(_vm: &mut Vm, this: &Owned) -> PyResult<Option<Owned>> { Ok(this_iter(this).step()) }

fn hint(vm: &mut Vm, this: &Owned) -> PyResult {
    let it = this_iter(this);
    vm.new_int(it.tuple.get().map_or(0, |t| tuple_len(&t) - it.index.get()) as i64)
}

fn reduce(vm: &mut Vm, this: &Owned) -> PyResult {
    vm.settle_builtin("iter")?;
    let it = this_iter(this);
    match it.tuple.get() {
        Some(tuple) => {
            let index = vm.new_int(it.index.get() as i64)?;
            vm.reduce_to_builtin("iter", vec![tuple], Some(index))
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
    if let Some(tuple) = it.tuple.get() { it.index.set((index.max(0) as usize).min(tuple_len(&tuple))) }
    Ok(vm.none())
}
