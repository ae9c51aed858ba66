//! Jumps and truth.

use crate::eval::slow;
use crate::eval::state::{Flow, Instr, State, unlikely};
use crate::object::Word;

#[inline(always)]
pub unsafe fn Jump(s: &mut State, i: Instr) -> Flow { unsafe { s.jump(i.wide()) } }

#[inline(always)]
pub unsafe fn JumpBack(s: &mut State, i: Instr) -> Flow {
    unsafe {
        if unlikely((*s.vm).breaker.get() != 0) && !slow::generators::is_delegating(s.fp, s.pc, i.wide()) {
            s.save();
            if !slow::breaker(s.vm) { return Flow::Error }
        }
        s.jump(i.wide())
    }
}

/// Truth of a word: 1, 0, or -1 after an exception.
#[inline(always)]
unsafe fn truth(s: &mut State, w: Word) -> i32 {
    unsafe {
        let consts = &(*s.vm).consts;
        if w.same(consts.true_.word()) { return 1 }
        if w.same(consts.false_.word()) || w.same(consts.none.word()) { return 0 }
        s.save();
        slow::truth(s.vm, w)
    }
}

macro_rules! jump_if {
    ($name:ident, $on:literal) => {
        #[inline(always)]
        pub unsafe fn $name(s: &mut State, i: Instr) -> Flow {
            unsafe {
                let w = s.use_(i.a());
                let t = truth(s, w);
                s.end(i.a(), w);
                if unlikely(t < 0) { return Flow::Error }
                if t == $on { s.jump(i.wide()) } else { Flow::Next }
            }
        }
    };
}
jump_if!(JumpIfTrue, 1);
jump_if!(JumpIfFalse, 0);

macro_rules! jump_keep {
    ($name:ident, $on:literal) => {
        #[inline(always)]
        pub unsafe fn $name(s: &mut State, i: Instr) -> Flow {
            unsafe {
                let w = s.get(i.a());
                let t = truth(s, w);
                if t == $on { return s.jump(i.wide()) }
                s.drop_word(w);
                if unlikely(t < 0) { Flow::Error } else { Flow::Next }
            }
        }
    };
}
jump_keep!(JumpIfTrueKeep, 1);
jump_keep!(JumpIfFalseKeep, 0);

#[inline(always)]
pub unsafe fn JumpIfNone(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let w = s.use_(i.a());
        let is = w.same((*s.vm).consts.none.word());
        s.end(i.a(), w);
        if is { s.jump(i.wide()) } else { Flow::Next }
    }
}

#[inline(always)]
pub unsafe fn JumpIfNotNone(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let w = s.use_(i.a());
        let is = w.same((*s.vm).consts.none.word());
        s.end(i.a(), w);
        if is { Flow::Next } else { s.jump(i.wide()) }
    }
}
