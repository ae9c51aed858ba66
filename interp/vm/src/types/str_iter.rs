//! Iterators over the characters of a string: one payload, a type of its own for plain ASCII strings.
//!
//! Not here: the string (`str.rs`).

use std::cell::Cell;

use crate::native::{Def, Native, TypeDef};
use crate::object::{ObjExt, Owned, Ref, Slot};
use crate::slots::Slots;
use crate::types::list_iter::itself;
use crate::types::str::PyStr;
use crate::vm::{PyResult, Vm};

/// Payload of `str_iterator` and `str_ascii_iterator`.
pub struct PyStrIter {
    /// The next position.
    pub(crate) index: Cell<usize>,
    /// The string; empty when exhausted.
    pub(crate) text: Slot,
}

instar_object::trace! { PyStrIter { text } }
crate::fields! { PyStrIter { index, text } }
crate::payload!(PyStrIter, "str_iterator", str_ascii_iterator, Gc);

impl PyStrIter {
    /// A new iterator object, from the first character on. Its type depends on the text: ASCII and no subclass, or any other.
    pub fn make(vm: &Vm, text: &Ref<PyStr>) -> PyResult {
        let payload = PyStrIter { index: Cell::new(0), text: Slot::new(Some(text.obj().clone())) };
        let plain = text.is_ascii() && text.obj().is_exact::<PyStr>(vm);
        let made = if plain { vm.new_object(payload) } else { vm.new_object_of(&vm.types.str_iterator, payload) };
        Ok(made?.into_obj())
    }
    /// The next character's code point.
    #[inline]
    pub(crate) fn step(&self) -> Option<u32> {
        let text = self.text.get()?;
        let i = self.index.get();
        let code = text.cast::<PyStr>().and_then(|s| s.get(i));
        if code.is_some() { self.index.set(i + 1) } else { self.text.set(None) }
        code
    }
}

fn this_iter(this: &Owned) -> &Ref<PyStrIter> { this.cast::<PyStrIter>().expect("law: checked by the descriptor") }
fn text_len(text: &Owned) -> usize { text.cast::<PyStr>().map_or(0, |s| s.len()) }

/// Methods of both types.
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

/// Fills the types.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    for ty in [vm.types.str_iterator.clone(), vm.types.str_ascii_iterator.clone()] {
        vm.fill_type(&ty, Slots { iter: Some(itself), next: Some(next), ..Slots::default() }, &DEF)?;
    }
    Ok(())
}

fn next(vm: &mut Vm, this: &Owned) -> PyResult<Option<Owned>> {
    match this_iter(this).step() { Some(code) => vm.new_str_char(code).map(Some), None => Ok(None) }
}

fn hint(vm: &mut Vm, this: &Owned) -> PyResult {
    let it = this_iter(this);
    vm.new_int(it.text.get().map_or(0, |t| text_len(&t).saturating_sub(it.index.get())) as i64)
}

fn reduce(vm: &mut Vm, this: &Owned) -> PyResult {
    vm.settle_builtin("iter")?;
    let it = this_iter(this);
    match it.text.get() {
        Some(text) => {
            let index = vm.new_int(it.index.get() as i64)?;
            vm.reduce_to_builtin("iter", vec![text], Some(index))
        }
        None => {
            let empty = vm.consts.empty_str.clone();
            vm.reduce_to_builtin("iter", vec![empty], None)
        }
    }
}

fn setstate(vm: &mut Vm, this: &Owned, state: &Owned) -> PyResult {
    let index = vm.state_position(state)?;
    let it = this_iter(this);
    if let Some(text) = it.text.get() { it.index.set((index.max(0) as usize).min(text_len(&text))) }
    Ok(vm.none())
}
