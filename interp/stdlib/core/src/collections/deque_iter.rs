//! Iterators over deques, in both directions.

use std::cell::Cell;

use instar_object::TypeFlags;
use instar_vm::args::Args;
use instar_vm::native::{Def, Native, TypeDef};
use instar_vm::object::{Payload, Slot, Trace, Word};
use instar_vm::slots::Slots;
use instar_vm::typeobj::TypeRef;
use instar_vm::types::dict::PyDict;
use instar_vm::{payload, ObjExt, Owned, PyResult, Ref, Vm};

use super::deque::{changed, items, this, Deque};
use crate::support::set_type;

/// Where an iterator is; `at` counts from the end it started at.
struct State { deque: Slot, at: Cell<usize>, changes: u64, left: Cell<usize> }

macro_rules! iterator {
    ($name:ident, $text:literal) => {
        struct $name(State);
        // SAFETY: visits the one handle it owns.
        unsafe impl Trace for $name {
            fn trace(&self, visit: &mut dyn FnMut(Word)) { let w = self.0.deque.word(); if !w.is_null() { visit(w) } }
            fn clear(&mut self) { self.0.deque.set(None) }
        }
        instar_vm::fields! { $name { 0 } }
        payload!($name, $text);
        impl AsRef<State> for $name { fn as_ref(&self) -> &State { &self.0 } }
        impl From<State> for $name { fn from(s: State) -> $name { $name(s) } }
    };
}
iterator!(Forward, "_deque_iterator");
iterator!(Backward, "_deque_reverse_iterator");

fn state_of(vm: &Vm, deque: &Owned) -> State {
    State { deque: Slot::new(Some(deque.clone())), at: Cell::new(0), changes: this(deque).changes.get(), left: Cell::new(items(vm, deque).len()) }
}

/// An iterator over `deque`.
pub fn new_iter(vm: &mut Vm, deque: &Owned, backwards: bool) -> PyResult {
    let state = state_of(vm, deque);
    Ok(if backwards { vm.new_object(Backward(state))?.into_obj() } else { vm.new_object(Forward(state))?.into_obj() })
}

fn state<T: Payload + AsRef<State>>(o: &Owned) -> &State { let it: &Ref<T> = o.cast().expect("law: checked by the descriptor"); (**it).as_ref() }

fn next<T: Payload + AsRef<State>, const BACK: bool>(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    let it = state::<T>(o);
    let Some(deque) = it.deque.get() else { return Ok(None) };
    if this(&deque).changes.get() != it.changes {
        it.left.set(0);
        it.deque.set(None);
        return Err(changed(vm));
    }
    let (ring, n) = (items(vm, &deque), it.at.get());
    let found = if BACK { ring.len().checked_sub(n + 1).and_then(|k| ring.get(k)) } else { ring.get(n) }.cloned();
    it.at.set(n + 1);
    it.left.set(ring.len().saturating_sub(n + 1));
    if found.is_none() { it.deque.set(None) }
    Ok(found)
}

fn hint<T: Payload + AsRef<State>>(vm: &mut Vm, o: &Owned) -> PyResult { vm.new_usize(state::<T>(o).left.get()) }

fn reduce<T: Payload + AsRef<State>>(vm: &mut Vm, o: &Owned) -> PyResult {
    let it = state::<T>(o);
    let deque = match it.deque.get() {
        Some(d) => d,
        None => { let ty = vm.types.native_type::<Deque>().obj().clone(); vm.call0(&ty)? }
    };
    let at = if it.deque.is_some() { it.at.get() } else { 0 };
    let args = [deque, vm.new_usize(at)?];
    let (ty, args) = (o.type_of(vm).obj().clone(), vm.new_tuple(args)?.into_obj());
    Ok(vm.new_tuple([ty, args])?.into_obj())
}

fn new<T: Payload + AsRef<State> + From<State>>(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let a = args.exactly(vm, "_deque_iterator", 1, 2)?;
    if a[0].cast::<Deque>().is_none() {
        let t = a[0].given_name(vm);
        return Err(vm.type_error(format!("argument 1 must be collections.deque, not {t}")));
    }
    let at = match a.get(1) { Some(n) => usize::try_from(vm.size_argument(n)?).unwrap_or(0), None => 0 };
    let state = state_of(vm, &a[0]);
    state.at.set(at.min(state.left.get()));
    state.left.set(state.left.get() - state.at.get());
    Ok(vm.new_object_of(ty, T::from(state))?.into_obj())
}

static FORWARD: TypeDef = TypeDef { doc: "", sig: "", methods: &[
    Def::new("__length_hint__", "($self, /)", Native::N0(hint::<Forward>)).doc("Private method returning an estimate of len(list(it))."),
    Def::new("__reduce__", "($self, /)", Native::N0(reduce::<Forward>)).doc("Return state information for pickling."),
], getset: &[] };
static BACKWARD: TypeDef = TypeDef { doc: "", sig: "", methods: &[
    Def::new("__length_hint__", "($self, /)", Native::N0(hint::<Backward>)).doc("Private method returning an estimate of len(list(it))."),
    Def::new("__reduce__", "($self, /)", Native::N0(reduce::<Backward>)).doc("Return state information for pickling."),
], getset: &[] };

/// Makes the types.
pub fn exec(vm: &mut Vm, ns: &Ref<PyDict>) -> PyResult<()> {
    let gc = TypeFlags::GC.bits();
    let slots = Slots { new: Some(new::<Forward>), iter: Some(|_, o| Ok(o.clone())), next: Some(next::<Forward, false>), ..Slots::default() };
    let ty = vm.new_native_type::<Forward>("_collections", "_deque_iterator", None, gc, slots, &FORWARD)?;
    set_type(vm, ns, &ty)?;
    let slots = Slots { new: Some(new::<Backward>), iter: Some(|_, o| Ok(o.clone())), next: Some(next::<Backward, true>), ..Slots::default() };
    let ty = vm.new_native_type::<Backward>("_collections", "_deque_reverse_iterator", None, gc, slots, &BACKWARD)?;
    set_type(vm, ns, &ty)
}
