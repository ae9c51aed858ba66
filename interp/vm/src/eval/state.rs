//! The loop's registers and the few things every op does with them.

use instar_code::Unit;
use instar_object::Active;

use super::exec::Executable;
use super::frame::Frame;
use super::slow;
use crate::object::{Owned, Word};
use crate::stats::{self, Origin};
use crate::types::float::PyFloat;
use crate::vm::{PyResult, Vm};

/// Local scalars of the loop. `pc` points at the instruction being executed.
pub struct State {
    /// Current instruction.
    pub pc: *mut Unit,
    /// Temp 0 of the current frame.
    pub fp: *mut Word,
    /// Constants of the current code.
    pub k: *const Word,
    /// The interpreter.
    pub vm: *mut Vm,
}

/// The instruction being executed. Fields are loaded from the code where they are used: shifting them out of one loaded word
/// costs three instructions each (vm.md 2.B).
#[derive(Clone, Copy)]
pub struct Instr(pub *const Unit);

#[allow(clippy::missing_safety_doc)] // Made by the loop for verified code only.
impl Instr {
    /// First operand.
    #[inline(always)]
    pub unsafe fn a(self) -> i16 { unsafe { (*self.0).a } }
    /// Second operand.
    #[inline(always)]
    pub unsafe fn b(self) -> i16 { unsafe { (*self.0).b } }
    /// Third operand.
    #[inline(always)]
    pub unsafe fn c(self) -> i16 { unsafe { (*self.0).c } }
    /// The 32-bit operand.
    #[inline(always)]
    pub unsafe fn wide(self) -> i32 { unsafe { self.0.cast::<i16>().add(2).cast::<i32>().read_unaligned() } }
}

/// Where the loop goes on after something out of line; two registers.
#[derive(Clone, Copy)]
pub struct After {
    /// Next instruction; null: the entry frame was left and its result is in `vm.exit`.
    pub pc: *mut Unit,
    /// Its frame.
    pub fp: *mut Word,
}

impl After {
    /// The entry frame returned `word` (null after an exception).
    ///
    /// # Safety
    /// `vm` is the token's pointer.
    #[inline(always)]
    pub unsafe fn exit(vm: *mut Vm, word: Word) -> After {
        unsafe { (*vm).exit = word };
        After { pc: std::ptr::null_mut(), fp: std::ptr::null_mut() }
    }
}

/// What an op did.
pub enum Flow {
    /// Go on behind the instruction and its caches.
    Next,
    /// `pc` (and perhaps the frame) has been set.
    Jump,
    /// A guard failed before anything was changed: the generic op of the family does it (and may specialise anew).
    Miss,
    /// An exception is in `vm.raised`; consumed operands have been released.
    Error,
    /// The entry frame returned this (owned) word.
    Exit(Word),
}

/// Hint: the path that calls this is unlikely.
#[cold]
#[inline(always)]
pub fn cold_path() {}

/// `b`, with the hint that it is mostly false.
#[inline(always)]
pub fn unlikely(b: bool) -> bool {
    if b { cold_path() }
    b
}

/// Whether locals and constants are borrowed by the ops that read them.
pub const ELIDE: bool = <Active as instar_object::Layout>::ELIDE;

/// A word as a handle reference.
///
/// # Safety
/// The word is not null and outlives the reference's use.
#[inline(always)]
pub unsafe fn obj<'a>(w: &Word) -> &'a Owned { unsafe { &*(w as *const Word).cast::<Owned>() } }

#[allow(clippy::missing_safety_doc)] // All: the verifier's laws hold for the current frame, see `run`.
impl State {
    /// The token. Ops use it only for the length of one call.
    #[inline(always)]
    pub unsafe fn vm<'a>(&self) -> &'a mut Vm { unsafe { &mut *self.vm } }
    /// Reads a register without touching its count.
    #[inline(always)]
    pub unsafe fn get(&self, r: i16) -> Word { unsafe { *self.fp.offset(r as isize) } }
    /// Address of a register.
    #[inline(always)]
    pub unsafe fn at(&self, r: i16) -> *mut Word { unsafe { self.fp.offset(r as isize) } }
    /// Reads a `Use` operand. Without static elision a local is retained for the instruction.
    #[inline(always)]
    pub unsafe fn use_(&self, r: i16) -> Word {
        unsafe {
            let w = *self.fp.offset(r as isize);
            // A `Use` operand is bound: the compiler checks locals where it must, the verifier counts temps.
            std::hint::assert_unchecked(!w.is_null());
            if r < 0 {
                stats::local_read(!ELIDE);
                if !ELIDE { stats::operand(Origin::Local, w); w.retain_value() }
            }
            w
        }
    }
    /// Ends a `Use` operand: a temp is consumed.
    #[inline(always)]
    pub unsafe fn end(&mut self, r: i16, w: Word) { unsafe {
            if !ELIDE || r >= 0 {
                stats::operand(if r < 0 { Origin::Local } else { Origin::Temp }, w);
                self.drop_value(w)
            }
        } }
    /// Reads a `Use` operand and takes it: a temp is moved, a local shared.
    #[inline(always)]
    pub unsafe fn take(&self, r: i16) -> Word {
        unsafe {
            let w = *self.fp.offset(r as isize);
            std::hint::assert_unchecked(!w.is_null());
            if r < 0 { stats::local_read(true); stats::operand(Origin::Local, w); w.retain_value() }
            w
        }
    }
    /// A constant, borrowed (retained for the instruction without static elision).
    #[inline(always)]
    pub unsafe fn constant(&self, index: i16) -> Word {
        unsafe {
            let w = *self.k.add(index as u16 as usize);
            if !ELIDE { stats::operand(Origin::Constant, w); w.retain_value() }
            w
        }
    }
    /// Ends a constant operand.
    #[inline(always)]
    pub unsafe fn end_constant(&mut self, w: Word) { unsafe { if !ELIDE { stats::operand(Origin::Constant, w); self.drop_value(w) } } }
    /// Writes an `Out` operand: the old value of a local is released after the new one is in place.
    #[inline(always)]
    pub unsafe fn set(&mut self, r: i16, w: Word) {
        unsafe {
            let p = self.fp.offset(r as isize);
            if r < 0 {
                let old = *p;
                *p = w;
                stats::operand(Origin::Local, old);
                self.drop_word(old);
            } else {
                *p = w;
            }
        }
    }
    /// Releases a word; a death that leaves finalizers pending runs them here, where the op's effects are complete.
    #[inline(always)]
    pub unsafe fn drop_word(&mut self, w: Word) {
        unsafe {
            if w.is_ptr() && unlikely(w.release_is_dead()) { slow::died(self.vm, self.pc, self.fp, w) }
        }
    }
    /// As `drop_word` for a word that is not null: one test of the tag.
    #[inline(always)]
    pub unsafe fn drop_value(&mut self, w: Word) {
        unsafe {
            if !w.is_immediate() && unlikely(w.release_is_dead()) { slow::died(self.vm, self.pc, self.fp, w) }
        }
    }
    /// As `drop_value` for what is often a float: its death needs no call.
    #[inline(always)]
    pub unsafe fn drop_number(&mut self, w: Word) {
        unsafe {
            if !w.is_immediate() && unlikely(w.release_is_dead()) {
                if w.ptr().ty() == (*self.vm).types.float.ptr() { (*self.vm).heap.free_leaf::<PyFloat>(w.ptr()) }
                else { slow::died(self.vm, self.pc, self.fp, w) }
            }
        }
    }
    /// Saves pc for whoever looks at the frame.
    #[inline(always)]
    pub unsafe fn save(&self) { unsafe { Frame(self.fp).set_pc(self.pc) } }
    /// The current executable.
    #[inline(always)]
    pub unsafe fn exec<'a>(&self) -> &'a Executable { unsafe { &*Frame(self.fp).exec() } }
    /// Name number `index`.
    #[inline(always)]
    pub unsafe fn name<'a>(&self, index: usize) -> &'a Owned { unsafe { self.exec().names.get_unchecked(index) } }
    /// Cache unit `n` (1 = the first).
    #[inline(always)]
    pub unsafe fn cache(&self, n: usize) -> u64 { unsafe { self.pc.add(n).cast::<u64>().read() } }
    /// Writes cache unit `n`.
    #[inline(always)]
    pub unsafe fn set_cache(&self, n: usize, bits: u64) { unsafe { self.pc.add(n).cast::<u64>().write(bits) } }
    /// Goes on where something out of line says.
    #[inline(always)]
    pub unsafe fn go(&mut self, after: After) {
        self.pc = after.pc;
        self.fp = after.fp;
        self.k = unsafe { Frame(after.fp).consts() };
    }
    /// Goes on where a call or return out of line says.
    #[inline(always)]
    pub unsafe fn go_or_exit(&mut self, after: After) -> Flow {
        unsafe {
            if unlikely(after.pc.is_null()) { return Flow::Exit((*self.vm).exit) }
            self.go(after);
        }
        Flow::Jump
    }
    /// Jumps relative to the current instruction.
    #[inline(always)]
    pub unsafe fn jump(&mut self, offset: i32) -> Flow {
        unsafe { self.pc = self.pc.offset(offset as isize) };
        Flow::Jump
    }
    /// Runs what deaths inside a slow path left pending.
    #[inline(always)]
    pub unsafe fn tick(&mut self) {
        unsafe { if unlikely((*self.vm).heap.pending()) { slow::drain(self.vm) } }
    }
    /// Makes `frame` current.
    #[inline(always)]
    pub unsafe fn enter(&mut self, fp: *mut Word, exec: &Executable, pc: *mut Unit) {
        unsafe { (*self.vm).fp = fp };
        self.fp = fp;
        self.k = exec.consts.as_ptr().cast();
        self.pc = pc;
    }
    /// Ends an op with the word of a slow path (null = error): writes it and runs pending finalizers.
    #[inline(always)]
    pub unsafe fn finish(&mut self, r: i16, w: Word) -> Flow {
        unsafe {
            if w.is_null() { self.tick(); return Flow::Error }
            self.set(r, w);
            self.tick();
        }
        Flow::Next
    }
}

/// The word of a result; an exception goes to `vm.raised` and gives null.
#[inline(always)]
pub fn word_of(vm: &mut Vm, r: PyResult<Owned>) -> Word {
    match r {
        Ok(o) => o.into_word(),
        Err(e) => { vm.raised = Some(e.0); Word::NULL }
    }
}
