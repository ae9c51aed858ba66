//! The payload of generators, coroutines and async generators: a suspended frame in the heap.
//!
//! While it runs, the frame stands on the stack like any other (calls overlap arguments there); suspending copies locals and
//! live temps back. Decided against running in place: see docs/decisions/0001-generators-copy.md.
//! Not here: the ops (`eval/slow/generators.rs`), methods visible from Python (`generator_methods.rs`).

use std::cell::{Cell, UnsafeCell};

use instar_object::Trace;

use crate::eval::exec::Executable;
use crate::object::{Owned, Payload, Slot, VTable, Word};
use crate::typeobj::TypeRef;
use crate::vm::Types;

/// Where a generator is in its life.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// Not started.
    Created,
    /// Waiting at a yield.
    Suspended,
    /// On the stack.
    Running,
    /// Returned or raised.
    Finished,
}

/// A generator-like object.
pub struct PyGenerator {
    /// Locals, then live temps, while not running. Owned words.
    pub(crate) words: UnsafeCell<Vec<Word>>,
    /// The code.
    pub(crate) exec: Cell<*const Executable>,
    /// The function (keeps the code alive).
    pub(crate) func: Slot,
    /// Index of the unit to resume at (the yield, or the first instruction).
    pub(crate) unit: Cell<usize>,
    pub(crate) state: Cell<State>,
    pub(crate) name: Slot,
    pub(crate) qualname: Slot,
    /// Exception handled inside while suspended.
    pub(crate) handled: Slot,
    /// Frame object of the suspended frame, if Python asked for it.
    pub(crate) frame_object: Slot,
    /// Async generators: an `asend`/`athrow` is running.
    pub(crate) async_running: Cell<bool>,
    /// Async generators: closed.
    pub(crate) async_closed: Cell<bool>,
    /// Async generators: hooks were called.
    pub(crate) hooks_done: Cell<bool>,
    /// Async generators: finalizer hook. Coroutines: origin tuple.
    pub(crate) extra: Slot,
}

impl PyGenerator {
    /// An object without a frame yet.
    pub fn new(exec: *const Executable, func: Owned, name: Option<Owned>, qualname: Option<Owned>) -> Self {
        PyGenerator {
            words: UnsafeCell::new(Vec::new()), exec: Cell::new(exec), func: Slot::new(Some(func)), unit: Cell::new(0),
            state: Cell::new(State::Created), name: Slot::new(name), qualname: Slot::new(qualname), handled: Slot::default(),
            frame_object: Slot::default(), async_running: Cell::new(false), async_closed: Cell::new(false), hooks_done: Cell::new(false), extra: Slot::default(),
        }
    }

    /// The code being run; `None` for a finished generator whose function is gone.
    pub fn executable(&self) -> &Executable {
        // SAFETY: `func` keeps the code, which owns the executable, for the object's life.
        unsafe { &*self.exec.get() }
    }

    fn take_words(&self) -> Vec<Word> {
        // SAFETY: no view of the vector is kept anywhere.
        unsafe { std::mem::take(&mut *self.words.get()) }
    }

    /// Releases the suspended frame: temps, then locals, last first.
    pub(crate) fn release_frame(&self) {
        let mut words = self.take_words();
        if let Some(frame) = self.frame_object.take() { crate::types::frame::generator_gone(&frame, &mut words) }
        for w in words.into_iter().rev() {
            // SAFETY: the words are owned and now out of the object.
            unsafe { w.release() }
        }
    }

    /// The sub-iterator if suspended in `yield from` or `await`.
    pub(crate) fn delegate(&self) -> Option<Owned> {
        if self.state.get() != State::Suspended { return None }
        let unit = self.executable().units[self.unit.get()];
        if unit.c != 1 { return None }
        // SAFETY: at a delegating yield the topmost live temp is the sub-iterator.
        unsafe { (*self.words.get()).last().and_then(|w| Word::share_or_none(*w)) }
    }
}

impl Drop for PyGenerator {
    fn drop(&mut self) { self.release_frame() }
}

// SAFETY: 1. words, func, names, handled and extra are visited once each; 2. running frames have left `words`.
unsafe impl Trace for PyGenerator {
    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        // SAFETY: tracing happens at safe points; nobody holds a view.
        for w in unsafe { &*self.words.get() } { if !w.is_null() { visit(*w) } }
        for slot in [&self.func, &self.name, &self.qualname, &self.handled, &self.frame_object, &self.extra] {
            let w = slot.word();
            if !w.is_null() { visit(w) }
        }
    }
    fn clear(&mut self) {
        self.state.set(State::Finished);
        self.release_frame();
        self.handled.set(None);
        self.frame_object.set(None);
        self.extra.set(None);
    }
}

unsafe fn needs_finalizer(payload: *mut ()) -> bool {
    // SAFETY: called by the heap on objects of this payload.
    let g = unsafe { &*payload.cast::<PyGenerator>() };
    match g.state.get() {
        State::Suspended => true,
        State::Created => g.executable().flags & (instar_code::flags::COROUTINE | instar_code::flags::ASYNC_GENERATOR) != 0,
        _ => false,
    }
}

// SAFETY: one static for this payload.
unsafe impl Payload for PyGenerator {
    fn vtable() -> &'static VTable {
        static VTABLE: VTable = VTable { needs_finalizer: Some(needs_finalizer), ..VTable::of::<PyGenerator>("generator") };
        &VTABLE
    }
    fn default_type(types: &Types) -> &TypeRef { &types.generator }
}
