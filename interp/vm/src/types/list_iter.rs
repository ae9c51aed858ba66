//! Iterators over lists, forwards and backwards.
//!
//! An exhausted iterator lets go of its list and stays exhausted. Not here: the specialised loop step (`eval`), which
//! works on the same fields.

use std::cell::Cell;

use crate::{payload, trace};
use crate::native::{Def, Native, TypeDef};
use crate::object::{ObjExt, Owned, Ref, Slot, Word};
use crate::slots::Slots;
use crate::types::dict::borrowed;
use crate::types::list::PyList;
use crate::vm::{PyResult, Vm};

/// Payload of `list_iterator`.
#[repr(C)]
pub struct PyListIter {
    /// The list (payload [`PyList`]); empty when exhausted.
    pub(crate) list: Slot,
    /// The next position.
    pub(crate) index: Cell<usize>,
}

trace! { PyListIter { list } }
crate::fields! { PyListIter { list, index } }
payload!(PyListIter, "list_iterator", list_iterator, Gc { list });

/// Payload of `list_reverseiterator`.
#[repr(C)]
pub struct PyListReverseIter {
    /// The list; empty when exhausted.
    pub(crate) list: Slot,
    /// The next position; negative when exhausted.
    pub(crate) index: Cell<isize>,
}

trace! { PyListReverseIter { list } }
crate::fields! { PyListReverseIter { list, index } }
payload!(PyListReverseIter, "list_reverseiterator", list_reverseiterator, Gc { list });

impl PyListIter {
    /// From the first item on; `list` has payload [`PyList`].
    pub fn new(list: Owned) -> Self { PyListIter { index: Cell::new(0), list: Slot::new(Some(list)) } }
    /// The list as a borrowed word, NULL when exhausted.
    #[inline(always)]
    pub(crate) fn list_word(&self) -> Word { self.list.word() }
    /// The next item.
    #[inline]
    pub(crate) fn step(&self, vm: &Vm) -> Option<Owned> {
        let word = self.list.word();
        if word.is_null() { return None }
        // SAFETY: made for lists; the slot keeps the list alive until it is emptied below, after the last look at it.
        let list = unsafe { Ref::<PyList>::from_ref_unchecked(borrowed(&word)) };
        let i = self.index.get();
        let item = list.get(vm, i);
        if item.is_some() { self.index.set(i + 1) } else { self.list.set(None) }
        item
    }
}

impl PyListReverseIter {
    /// From position `last` down.
    pub fn new(list: Owned, last: isize) -> Self { PyListReverseIter { index: Cell::new(last), list: Slot::new(Some(list)) } }
}

/// What is left of an exact list iterator of either direction, which is exhausted then; `None` for anything else.
pub(crate) fn take_rest(vm: &Vm, it: &Owned) -> Option<PyResult<Vec<Owned>>> {
    if it.is_exact::<PyListReverseIter>(vm) {
        let it = backward(it);
        let (last, list) = (it.index.replace(-1), it.list.take());
        let list = list.as_ref().and_then(|l| l.cast::<PyList>());
        let items = list.zip(usize::try_from(last).ok()).and_then(|(l, last)| l.items(vm).get(..=last)).unwrap_or(&[]);
        let mut rest = vm.clone_items(items);
        if let Ok(rest) = &mut rest { rest.reverse() }
        return Some(rest);
    }
    if it.is_exact::<PyListIter>(vm) {
        let it = forward(it);
        let list = it.list.take();
        let items = list.as_ref().and_then(|l| l.cast::<PyList>()).and_then(|l| l.items(vm).get(it.index.get()..)).unwrap_or(&[]);
        it.index.set(it.index.get() + items.len());
        return Some(vm.clone_items(items));
    }
    None
}

fn forward(this: &Owned) -> &Ref<PyListIter> { this.cast::<PyListIter>().expect("law: checked by the descriptor") }
fn backward(this: &Owned) -> &Ref<PyListReverseIter> { this.cast::<PyListReverseIter>().expect("law: checked by the descriptor") }
fn list_len(vm: &Vm, list: &Owned) -> usize { list.cast::<PyList>().map_or(0, |l| l.len(vm)) }

/// Methods of `list_iterator`.
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

/// Methods of `list_reverseiterator`.
pub static REVERSE_DEF: TypeDef = TypeDef {
    doc: "",
    sig: "",
    methods: &[
        Def::new("__length_hint__", "($self, /)", Native::N0(reverse_hint)).doc("How many items are left."),
        Def::new("__reduce__", "($self, /)", Native::N0(reverse_reduce)).doc("Return state information for pickling."),
        Def::new("__setstate__", "($self, object, /)", Native::N1(reverse_setstate)).doc("Set state information for unpickling."),
    ],
    getset: &[],
};

/// Fills both types.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.list_iterator.clone();
    vm.fill_type(&ty, Slots { iter: Some(itself), next: Some(next), ..Slots::default() }, &DEF)?;
    let ty = vm.types.list_reverseiterator.clone();
    vm.fill_type(&ty, Slots { iter: Some(itself), next: Some(reverse_next), ..Slots::default() }, &REVERSE_DEF)
}

/// The `iter` slot of iterators.
pub(crate) fn itself(_vm: &mut Vm, this: &Owned) -> PyResult { Ok(this.clone()) }

fn next(vm: &mut Vm, this: &Owned) -> PyResult<Option<Owned>> { Ok(forward(this).step(vm)) }

fn hint(vm: &mut Vm, this: &Owned) -> PyResult {
    let it = forward(this);
    let left = it.list.get().map_or(0, |list| list_len(vm, &list).saturating_sub(it.index.get()));
    vm.new_int(left as i64)
}

fn reduce(vm: &mut Vm, this: &Owned) -> PyResult {
    vm.settle_builtin("iter")?;
    let it = forward(this);
    reduce_indexed(vm, "iter", it.list.get(), it.index.get() as isize)
}

/// `(builtins.name, (sequence,), index)`, or an empty iterator's if exhausted.
pub(crate) fn reduce_indexed(vm: &mut Vm, name: &str, sequence: Option<Owned>, index: isize) -> PyResult {
    match sequence {
        Some(sequence) => {
            let index = vm.new_int(index as i64)?;
            vm.reduce_to_builtin(name, vec![sequence], Some(index))
        }
        None => {
            let empty = vm.new_list(Vec::new())?.into_obj();
            vm.reduce_to_builtin(name, vec![empty], None)
        }
    }
}

fn setstate(vm: &mut Vm, this: &Owned, state: &Owned) -> PyResult {
    let index = vm.state_position(state)?;
    let it = forward(this);
    if let Some(list) = it.list.get() { it.index.set((index.max(0) as usize).min(list_len(vm, &list))) }
    Ok(vm.none())
}

fn reverse_next(vm: &mut Vm, this: &Owned) -> PyResult<Option<Owned>> {
    let it = backward(this);
    let Some(list) = it.list.get() else { return Ok(None) };
    let i = it.index.get();
    let item = usize::try_from(i).ok().and_then(|i| list.cast::<PyList>().and_then(|l| l.get(vm, i)));
    if item.is_some() {
        it.index.set(i - 1);
    } else {
        it.index.set(-1);
        it.list.set(None);
    }
    Ok(item)
}

fn reverse_hint(vm: &mut Vm, this: &Owned) -> PyResult {
    let it = backward(this);
    let left = it.index.get() + 1;
    let fits = it.list.get().is_some_and(|list| list_len(vm, &list) as isize >= left);
    vm.new_int(if fits { left as i64 } else { 0 })
}

fn reverse_reduce(vm: &mut Vm, this: &Owned) -> PyResult {
    vm.settle_builtin("reversed")?;
    let it = backward(this);
    reduce_indexed(vm, "reversed", it.list.get(), it.index.get())
}

fn reverse_setstate(vm: &mut Vm, this: &Owned, state: &Owned) -> PyResult {
    let index = vm.state_position(state)?;
    let it = backward(this);
    if let Some(list) = it.list.get() { it.index.set(index.clamp(-1, list_len(vm, &list) as isize - 1)) }
    Ok(vm.none())
}
