//! Iterators over dicts: keys, values and items, in both directions.
//!
//! One payload serves all six types. An iterator notices that its dict changed size, or that more entries appeared
//! than there were (keys replaced at the same size). Not here: the specialised loop step (`eval`).

use std::cell::Cell;

use crate::{payload, trace};
use crate::native::{Def, Native, TypeDef};
use crate::object::{ObjExt, Owned, Ref, Slot};
use crate::slots::Slots;
use crate::types::dict::{borrowed, PyDict};
use crate::types::list_iter::itself;
use crate::types::tuple::recycled;
use crate::vm::{PyResult, Vm};

/// What an iterator or a view shows of each entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// The key.
    Keys,
    /// The value.
    Values,
    /// A tuple of both.
    Items,
}

/// Payload of the dict iterators.
#[repr(C)]
pub struct PyDictIter {
    /// The dict (payload [`PyDict`]); empty when exhausted.
    pub(crate) dict: Slot,
    /// The tuple of the last step, to be filled again.
    pub(crate) last: Slot,
    /// Entries the dict had at the start; `usize::MAX` once a change was noticed (then every step raises).
    pub(crate) used: Cell<usize>,
    /// Forwards the next entry position, backwards the one after it.
    pub(crate) pos: Cell<usize>,
    /// Entries left.
    pub(crate) left: Cell<usize>,
    /// What it shows.
    pub(crate) kind: Kind,
    /// Whether it runs from the newest entry to the oldest.
    pub(crate) reverse: bool,
}

trace! { PyDictIter { dict, last } }
crate::fields! { PyDictIter { dict, last, used, pos, left, kind, reverse } }
payload!(PyDictIter, "dict_iterator", dict_keyiterator, Gc { dict, last });

impl PyDictIter {
    /// A new iterator object over `dict`.
    pub fn make(vm: &mut Vm, dict: &Ref<PyDict>, kind: Kind, reverse: bool) -> PyResult {
        let len = dict.len(vm);
        let payload = PyDictIter {
            dict: Slot::new(Some(dict.obj().clone())), used: Cell::new(len), pos: Cell::new(if reverse { dict.table(vm).entry_count() } else { 0 }),
            left: Cell::new(len), kind, reverse, last: Slot::default(),
        };
        let types = &vm.types;
        let ty = match (kind, reverse) {
            (Kind::Keys, false) => &types.dict_keyiterator,
            (Kind::Values, false) => &types.dict_valueiterator,
            (Kind::Items, false) => &types.dict_itemiterator,
            (Kind::Keys, true) => &types.dict_reversekeyiterator,
            (Kind::Values, true) => &types.dict_reversevalueiterator,
            (Kind::Items, true) => &types.dict_reverseitemiterator,
        };
        Ok(vm.new_object_of(ty, payload)?.into_obj())
    }

    /// The next entry's key and value.
    #[inline]
    pub(crate) fn step(&self, vm: &Vm) -> PyResult<Option<(Owned, Owned)>> {
        let word = self.dict.word();
        if word.is_null() { return Ok(None) }
        // SAFETY: made for dicts; the slot keeps the dict alive until it is emptied below, after the last look at it.
        let dict = unsafe { Ref::<PyDict>::from_ref_unchecked(borrowed(&word)) };
        if dict.len(vm) != self.used.get() {
            self.used.set(usize::MAX);
            return Err(vm.runtime_error("dictionary changed size during iteration"));
        }
        // Backwards, entries that are gone altogether end it: the dict was emptied and filled again.
        let gone = self.reverse && self.pos.get() > dict.table(vm).entry_count();
        let found = if gone { None } else if self.reverse { dict.previous_entry(vm, self.pos.get()) } else { dict.next_entry(vm, self.pos.get()) };
        let Some((pos, key, value)) = found else {
            self.dict.set(None);
            return Ok(None);
        };
        if self.left.get() == 0 {
            self.dict.set(None);
            return Err(vm.runtime_error("dictionary keys changed during iteration"));
        }
        self.pos.set(pos);
        self.left.set(self.left.get().saturating_sub(1));
        Ok(Some((key, value)))
    }
}

fn this_iter(this: &Owned) -> &Ref<PyDictIter> { this.cast::<PyDictIter>().expect("law: checked by the descriptor") }

/// Methods of all dict iterators.
pub static DEF: TypeDef = TypeDef {
    doc: "",
    sig: "",
    methods: &[
        Def::new("__length_hint__", "($self, /)", Native::N0(hint)).doc("How many items are left."),
        Def::new("__reduce__", "($self, /)", Native::N0(reduce)).doc("Return state information for pickling."),
    ],
    getset: &[],
};

/// Fills the six types.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    let t = &vm.types;
    let types = [&t.dict_keyiterator, &t.dict_valueiterator, &t.dict_itemiterator, &t.dict_reversekeyiterator, &t.dict_reversevalueiterator,
        &t.dict_reverseitemiterator].map(Clone::clone);
    for ty in types { vm.fill_type(&ty, Slots { iter: Some(itself), next: Some(next), ..Slots::default() }, &DEF)? }
    Ok(())
}

fn next(vm: &mut Vm, this: &Owned) -> PyResult<Option<Owned>> {
    let it = this_iter(this);
    let Some((key, value)) = it.step(vm)? else { return Ok(None) };
    Ok(Some(match it.kind {
        Kind::Keys => key,
        Kind::Values => value,
        Kind::Items => recycled(vm, &it.last, [key, value])?,
    }))
}

fn hint(vm: &mut Vm, this: &Owned) -> PyResult {
    let it = this_iter(this);
    let unchanged = it.dict.get().is_some_and(|d| d.cast::<PyDict>().is_some_and(|d| d.len(vm) == it.used.get()));
    vm.new_int(if unchanged { it.left.get() as i64 } else { 0 })
}

fn reduce(vm: &mut Vm, this: &Owned) -> PyResult {
    let it = this_iter(this);
    let copy = PyDictIter {
        dict: Slot::new(it.dict.get()), used: it.used.clone(), pos: it.pos.clone(), left: it.left.clone(), kind: it.kind, reverse: it.reverse,
        last: Slot::default(),
    };
    let ty = this.type_of(vm).clone();
    let copy = vm.new_object_of(&ty, copy)?.into_obj();
    let items = vm.collect(&copy)?;
    let list = vm.new_list(items)?.into_obj();
    vm.reduce_to_builtin("iter", vec![list], None)
}
