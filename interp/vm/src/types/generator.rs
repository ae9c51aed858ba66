//! The payload of generators, coroutines and async generators: a few fields, then the frame, which lives here for good.
//!
//! ```text
//!   PyGenerator | local 0 .. local n-1 | header (8 words) | temp 0 .. temp m-1 | namespace
//!                                                          ^ fp
//! ```
//! A running generator's `fp` points into its object: resuming and suspending copy nothing (docs/decisions/0002-generators-in-place.md).
//! The function in the header is owned by the object until it dies; the header's namespace word is the object itself (borrowed).
//! The namespace behind the temps is there for module code only (`await` at its top level).
//! Not here: the ops (`eval/ops/generators.rs`), methods visible from Python (`generator_methods.rs`).

use std::cell::Cell;

use instar_code::{Op, Unit};
use instar_object::{AllocError, End, Trace};

use crate::eval::exec::Executable;
use crate::eval::frame::{frame_flags, Frame, HEADER_WORDS};
use crate::eval::slow::chains;
use crate::object::{Owned, Payload, Ref, Shape, Slot, VTable, Word};
use crate::typeobj::TypeRef;
use crate::types::function::PyFunction;
use crate::vm::{Types, Vm};

/// Where a generator is in its life. The two states that can be resumed come first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum State {
    /// Not started.
    Created,
    /// Waiting at a yield.
    Suspended,
    /// Its frame is among the running ones, or it waits for a delegate's `throw` or `close`.
    Running,
    /// Returned or raised; locals and temps are gone.
    Finished,
    /// Below the head of a chain (`eval/slow/chains.rs`): suspended or running, as the head is. [`PyGenerator::life`] never says this.
    Chained,
}

/// What async generators note; bits.
#[derive(Clone, Copy)]
#[repr(u8)]
pub(crate) enum Async {
    /// An `asend` or `athrow` is running.
    Running = 1,
    /// Closed.
    Closed = 2,
    /// The hooks were called.
    Hooked = 4,
}

/// A generator-like object, the head of a variable-sized block.
#[repr(C)]
pub struct PyGenerator {
    /// Temp 0 of the frame behind this head.
    fp: Cell<*mut Word>,
    /// While running: where a frame above this one may begin, or null if nobody has asked yet.
    pub(crate) top: Cell<*mut Word>,
    /// While suspended: the exception handled inside. While running: the one that the resumer handles.
    pub(crate) handled: Slot,
    /// Of a chain's head: the innermost generator. Of the innermost: the head. Else null.
    pub(crate) chain: Cell<*const PyGenerator>,
    /// Of a chain's head: how many generators are below it.
    pub(crate) levels: Cell<u16>,
    pub(crate) state: Cell<State>,
    asynchronous: Cell<u8>,
    /// Words of the frame.
    words: u32,
    pub(crate) name: Slot,
    pub(crate) qualname: Slot,
    /// Async generators: finalizer hook. Coroutines: origin tuple.
    pub(crate) extra: Slot,
}

/// Bytes of the payload before the frame.
const HEAD: usize = size_of::<PyGenerator>();

impl PyGenerator {
    /// An object of type `ty` whose frame will begin at `pc`; its first locals come from `locals`, the others are unbound. `namespace` is
    /// kept if the code has one.
    ///
    /// # Safety
    /// `ty` has this payload; `exec` is the code of `func`; there are no more `locals` than it has. The object takes
    /// over a count of `func` and of each local, and shares the namespace. On error it has taken none.
    pub(crate) unsafe fn make(vm: &Vm, ty: &TypeRef, exec: &Executable, func: Word, namespace: Word, pc: *mut Unit, locals: impl Iterator<Item = Word>) -> Result<Ref<PyGenerator>, AllocError> {
        let words = exec.nlocals + HEADER_WORDS + exec.temps + usize::from(exec.has_namespace());
        let size = u32::try_from(words).map_err(|_| AllocError)?;
        // SAFETY: head and frame are complete before anything can look at the object; temps are dead.
        unsafe {
            let object = vm.heap.alloc_known_var::<true, true>(ty.ptr(), HEAD + words * size_of::<Word>())?;
            let payload = object.payload::<PyGenerator>();
            let base = payload.add(1).cast::<Word>();
            let f = Frame(base.add(exec.nlocals + HEADER_WORDS));
            let function = &*func.ptr().payload::<PyFunction>();
            payload.write(PyGenerator {
                fp: Cell::new(f.0), top: Cell::new(std::ptr::null_mut()), handled: Slot::default(), state: Cell::new(State::Created),
                chain: Cell::new(std::ptr::null()), levels: Cell::new(0), asynchronous: Cell::new(0), words: size,
                name: Slot::new(function.name.get()), qualname: Slot::new(function.qualname.get()), extra: Slot::default(),
            });
            let mut at = base;
            for w in locals {
                *at = w;
                at = at.add(1);
            }
            while at < base.add(exec.nlocals) {
                *at = Word::NULL;
                at = at.add(1);
            }
            f.set_prev(std::ptr::null_mut());
            f.set_pc(pc);
            f.set_exec(exec);
            f.set_func(func);
            f.set_globals(function.globals_word());
            f.set_namespace(Word::from_ptr(object));
            f.set_frame_object(Word::NULL);
            f.set_flags(frame_flags::GENERATOR);
            if exec.has_namespace() {
                namespace.retain();
                f.end().write(namespace);
            }
            vm.heap.track_known(object);
            Ok(Ref::from_owned_unchecked(Owned::from_word(Word::from_ptr(object))))
        }
    }

    /// The frame. Its header is valid as long as the object; locals and temps are not once it has finished.
    #[inline(always)]
    pub(crate) fn frame(&self) -> Frame { Frame(self.fp.get()) }

    /// The code being run.
    pub fn executable(&self) -> &Executable {
        // SAFETY: the header's function keeps the code, which owns the executable, for the object's life.
        unsafe { &*self.frame().exec() }
    }

    /// Whether a flag of an async generator is set.
    pub(crate) fn is_async(&self, flag: Async) -> bool { self.asynchronous.get() & flag as u8 != 0 }
    /// Sets or clears a flag of an async generator.
    pub(crate) fn set_async(&self, flag: Async, on: bool) { self.replace_async(flag, on); }
    /// Sets or clears it; what it was.
    pub(crate) fn replace_async(&self, flag: Async, on: bool) -> bool {
        let before = self.asynchronous.get();
        self.asynchronous.set(if on { before | flag as u8 } else { before & !(flag as u8) });
        before & flag as u8 != 0
    }

    /// The namespace of module code, borrowed; null for other code.
    pub(crate) fn namespace(&self) -> Word {
        // SAFETY: `make` gave the block a word for it, and wrote that.
        unsafe { if self.executable().has_namespace() { *self.frame().end() } else { Word::NULL } }
    }

    /// Whether it can be resumed as it is.
    #[inline(always)]
    pub(crate) fn resumable(&self) -> bool { self.state.get() as u8 <= State::Suspended as u8 }

    /// Where it is in its life, for all but the ops: takes a suspended chain apart in which it is not the head.
    pub(crate) fn life(&self) -> State {
        if self.state.get() != State::Chained { return self.state.get() }
        // SAFETY: the state says that it is in a chain.
        unsafe { chains::life_in_chain(self) }
    }

    /// Takes the suspended chain that it heads apart, or in which it is.
    pub(crate) fn settle(&self) {
        // SAFETY: a suspended generator with a link is a head, or the state would say otherwise.
        if self.life() == State::Suspended && !self.chain.get().is_null() { unsafe { chains::part_suspended(self) } }
    }

    /// Where its frame waits if locals and temps are its own and at rest: not while it runs or has finished.
    fn resting_unit(&self) -> Option<usize> {
        // SAFETY: the header is live; the pc of a frame that is not the innermost running one was saved.
        unsafe {
            match self.state.get() {
                State::Created | State::Suspended => Some(self.frame().unit_index()),
                State::Chained => chains::resting_unit(self),
                State::Running | State::Finished => None,
            }
        }
    }

    /// Whether nothing but releasing would happen if GeneratorExit were thrown into it: a suspended frame, no sub-iterator, no handler
    /// around the yield. (CPython tells by the depth that `RESUME` carries.) What async generators do is the event loop's to know.
    pub(crate) fn closes_quietly(&self) -> bool {
        if self.state.get() != State::Suspended || !self.chain.get().is_null() || self.executable().flags & instar_code::flags::ASYNC_GENERATOR != 0 { return false }
        // SAFETY: a suspended frame's pc is at its yield.
        let (delegates, unit) = unsafe { ((*self.frame().pc()).c == 1, self.frame().unit_index() as u32) };
        // The handler around all, which keeps StopIteration in, lets GeneratorExit pass.
        let passes = |target: u32| {
            let unit = self.executable().units[target as usize];
            unit.op == Op::Intrinsic1 as u16 && unit.c == instar_code::Intrinsic1::StopIterationError as i16
        };
        !delegates && self.executable().blob.handlers.iter().find(|h| (h.start..h.end).contains(&unit)).is_none_or(|h| passes(h.target))
    }

    /// Number of live temps of a frame at rest at `unit`.
    fn depth(&self, unit: usize) -> usize { if self.state.get() == State::Created { 0 } else { self.executable().blob.error_depth[unit] as usize } }

    /// Finishes a generator that is not running without running it: releases temps, then locals, last first. Does nothing to others.
    pub(crate) fn abandon(&self) {
        self.settle();
        if !self.resumable() { return }
        let f = self.frame();
        // SAFETY: the header is live and its pc was saved.
        let depth = self.depth(unsafe { f.unit_index() });
        self.state.set(State::Finished);
        // SAFETY: the frame is complete; each word is taken out before it is released.
        unsafe {
            for k in (0..depth).rev() { std::mem::replace(&mut *f.0.add(k), Word::NULL).release() }
            if !f.frame_object().is_null() { crate::types::frame::generator_gone(f) }
            let locals = f.locals();
            for k in (0..self.executable().nlocals).rev() { std::mem::replace(&mut *locals.add(k), Word::NULL).release() }
        }
        self.handled.set(None);
    }

    /// The sub-iterator if suspended in `yield from` or `await`.
    pub(crate) fn delegate(&self) -> Option<Owned> {
        self.settle();
        if self.state.get() != State::Suspended { return None }
        // SAFETY: a suspended frame's pc is at its yield; at a delegating one the topmost live temp is the sub-iterator.
        unsafe {
            let f = self.frame();
            if (*f.pc()).c != 1 { return None }
            Word::share_or_none(*f.0.add(self.depth(f.unit_index()).checked_sub(1)?))
        }
    }
}

impl Drop for PyGenerator {
    fn drop(&mut self) {
        self.abandon();
        // SAFETY: the object owns the header's function, by which the code lives, and the namespace; nothing uses them from here on.
        unsafe {
            self.namespace().release();
            self.frame().func().release()
        }
    }
}

// SAFETY: 1. each owned word is visited once; 2. the words of a running frame, and what its resumer handles, are not visited:
// they count as references from outside, as those of any running frame. A frame that waits in a running chain is at rest: visited.
unsafe impl Trace for PyGenerator {
    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        let f = self.frame();
        let mut see = |w: Word| if !w.is_null() { visit(w) };
        // SAFETY: tracing happens at safe points; the frame is complete unless it is running.
        unsafe {
            see(f.func());
            see(self.namespace());
            if let Some(unit) = self.resting_unit() {
                let locals = f.locals();
                for k in 0..self.executable().nlocals { see(*locals.add(k)) }
                for k in 0..self.depth(unit) { see(*f.0.add(k)) }
                see(f.frame_object());
            }
        }
        if self.state.get() != State::Running { see(self.handled.word()) }
        for slot in [&self.name, &self.qualname, &self.extra] { see(slot.word()) }
    }
    fn clear(&mut self) {
        self.abandon();
        self.extra.set(None);
    }
}

unsafe fn needs_finalizer(payload: *mut (), end: End) -> bool {
    // SAFETY: called by the heap on objects of this payload.
    let g = unsafe { &*payload.cast::<PyGenerator>() };
    match g.state.get() {
        State::Suspended | State::Chained => end == End::Cycle || !g.closes_quietly(),
        State::Created => g.executable().flags & (instar_code::flags::COROUTINE | instar_code::flags::ASYNC_GENERATOR) != 0,
        _ => false,
    }
}

/// # Safety
/// `payload` is a generator's; this also works after its drop.
unsafe fn payload_bytes(payload: *mut ()) -> usize {
    // SAFETY: the caller's promise.
    HEAD + unsafe { (*payload.cast::<PyGenerator>()).words } as usize * size_of::<Word>()
}

crate::fields! { PyGenerator { fp, top, handled, chain, levels, state, asynchronous, words, name, qualname, extra } }
// SAFETY: one static for this payload.
unsafe impl Payload for PyGenerator {
    const SHAPE: Shape = Shape::GcWeak;
    fn vtable() -> &'static VTable {
        static VTABLE: VTable = VTable::of::<PyGenerator>("generator").with_size(payload_bytes).with_finalizer(needs_finalizer).with_fields::<PyGenerator>();
        &VTABLE
    }
    fn default_type(types: &Types) -> &TypeRef { &types.generator }
}
