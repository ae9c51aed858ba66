//! Comparisons, identity, containment and their fused jumps.

use instar_code::Compare;

use crate::eval::slow;
use crate::eval::state::{Flow, Instr, State, unlikely};
use crate::object::Word;
use crate::types::float;
use crate::types::int;
use crate::types::str::PyStr;

#[inline(always)]
unsafe fn generic(s: &mut State, a: Word, b: Word) -> Word {
    unsafe {
        s.save();
        slow::operators::compare(s.vm, s.pc, a, b)
    }
}

#[inline(always)]
pub unsafe fn CompareOp(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let (a, b) = (s.use_(i.b()), s.use_(i.c()));
        let w = generic(s, a, b);
        s.end(i.c(), b);
        s.end(i.b(), a);
        s.finish(i.a(), w)
    }
}

#[inline(always)]
pub unsafe fn CompareOpK(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let (a, b) = (s.use_(i.b()), s.constant(i.c()));
        let w = generic(s, a, b);
        s.end_constant(b);
        s.end(i.b(), a);
        s.finish(i.a(), w)
    }
}

#[inline(always)]
fn test(op: u16, order: std::cmp::Ordering) -> bool {
    use std::cmp::Ordering::{Equal, Greater, Less};
    match op {
        0 => order == Less,
        1 => order != Greater,
        2 => order == Equal,
        3 => order != Equal,
        4 => order == Greater,
        _ => order != Less,
    }
}

#[inline(always)]
unsafe fn bool_word(s: &State, b: bool) -> Word {
    unsafe {
        let consts = &(*s.vm).consts;
        let w = if b { consts.true_.word() } else { consts.false_.word() };
        w.retain();
        w
    }
}

#[inline(always)]
pub unsafe fn CompareInt(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let (a, b) = (s.get(i.b()), s.get(i.c()));
        let Some((x, y)) = int::small_pair(a, b) else { return Flow::Miss };
        let w = bool_word(s, test(s.cache(1) as u16, x.cmp(&y)));
        if !<Word>::TAGGED_INTS { consume(s, i.b(), a); consume(s, i.c(), b) }
        s.set(i.a(), w);
    }
    Flow::Next
}

#[inline(always)]
pub unsafe fn CompareIntK(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let (a, b) = (s.get(i.b()), *s.k.add(i.c() as u16 as usize));
        let Some((x, y)) = int::small_pair(a, b) else { return Flow::Miss };
        let w = bool_word(s, test(s.cache(1) as u16, x.cmp(&y)));
        if !<Word>::TAGGED_INTS { consume(s, i.b(), a) }
        s.set(i.a(), w);
    }
    Flow::Next
}

/// Releases a temp operand that was read with `get` (a local was only looked at).
#[inline(always)]
unsafe fn consume(s: &mut State, r: i16, w: Word) { unsafe { if r >= 0 { s.drop_word(w) } } }

#[inline(always)]
unsafe fn decide(s: &mut State, t: i32, offset: i16) -> Flow {
    unsafe {
        s.tick();
        if unlikely(t < 0) { return Flow::Error }
        let on = (s.cache(1) >> 16 & 1) as i32;
        if t == on { s.jump(offset as i32) } else { Flow::Next }
    }
}

#[inline(always)]
pub unsafe fn CompareJump(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let (a, b) = (s.use_(i.a()), s.use_(i.b()));
        s.save();
        let t = slow::operators::compare_truth(s.vm, s.pc, a, b);
        s.end(i.b(), b);
        s.end(i.a(), a);
        decide(s, t, i.c())
    }
}

#[inline(always)]
pub unsafe fn CompareJumpK(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let (a, b) = (s.use_(i.a()), s.constant(i.b()));
        s.save();
        let t = slow::operators::compare_truth(s.vm, s.pc, a, b);
        s.end_constant(b);
        s.end(i.a(), a);
        decide(s, t, i.c())
    }
}

macro_rules! int_jump {
    ($name:ident, $name_k:ident, $test:tt) => {
        #[inline(always)]
        pub unsafe fn $name(s: &mut State, i: Instr) -> Flow {
            unsafe {
                let (a, b) = (s.get(i.a()), s.get(i.b()));
                if <Word>::TAGGED_INTS {
                    if Word::both_int(a, b) {
                        // Encoded small ints keep their order.
                        if (a.raw() as i64) $test (b.raw() as i64) { return s.jump(i.c() as i32) }
                        return Flow::Next;
                    }
                } else if let Some((x, y)) = int::small_pair(a, b) {
                    consume(s, i.a(), a);
                    consume(s, i.b(), b);
                    if x $test y { return s.jump(i.c() as i32) }
                    return Flow::Next;
                }
                Flow::Miss
            }
        }
        #[inline(always)]
        pub unsafe fn $name_k(s: &mut State, i: Instr) -> Flow {
            unsafe {
                let (a, b) = (s.get(i.a()), *s.k.add(i.b() as u16 as usize));
                if <Word>::TAGGED_INTS {
                    // The constant was a small int when the op was written.
                    if a.is_int() {
                        if (a.raw() as i64) $test (b.raw() as i64) { return s.jump(i.c() as i32) }
                        return Flow::Next;
                    }
                } else if let Some((x, y)) = int::small_pair(a, b) {
                    consume(s, i.a(), a);
                    if x $test y { return s.jump(i.c() as i32) }
                    return Flow::Next;
                }
                Flow::Miss
            }
        }
    };
}
int_jump!(JumpIntLt, JumpIntLtK, <);
int_jump!(JumpIntLe, JumpIntLeK, <=);
int_jump!(JumpIntEq, JumpIntEqK, ==);
int_jump!(JumpIntNe, JumpIntNeK, !=);
int_jump!(JumpIntGt, JumpIntGtK, >);
int_jump!(JumpIntGe, JumpIntGeK, >=);

#[inline(always)]
fn float_test(op: u16, x: f64, y: f64) -> bool {
    match op { 0 => x < y, 1 => x <= y, 2 => x == y, 3 => x != y, 4 => x > y, _ => x >= y }
}

#[inline(always)]
unsafe fn branch(s: &mut State, t: bool, offset: i16) -> Flow {
    unsafe { if t as u64 == s.cache(1) >> 16 & 1 { s.jump(offset as i32) } else { Flow::Next } }
}

#[inline(always)]
pub unsafe fn JumpFloat(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let (a, b) = (s.get(i.a()), s.get(i.b()));
        let Some((x, y)) = float::number_pair(s.vm, a, b) else { return Flow::Miss };
        let t = float_test(s.cache(1) as u16, x, y);
        consume(s, i.b(), b);
        consume(s, i.a(), a);
        branch(s, t, i.c())
    }
}

#[inline(always)]
pub unsafe fn JumpFloatK(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let (a, b) = (s.get(i.a()), *s.k.add(i.b() as u16 as usize));
        let Some((x, y)) = float::number_pair(s.vm, a, b) else { return Flow::Miss };
        let t = float_test(s.cache(1) as u16, x, y);
        consume(s, i.a(), a);
        branch(s, t, i.c())
    }
}

/// Whether two exact strings are equal, or `None` if they are not both exact strings.
#[inline(always)]
unsafe fn str_equal(s: &State, a: Word, b: Word) -> Option<bool> {
    unsafe {
        let ty = (*s.vm).types.str.ptr();
        if !a.is_ptr() || !b.is_ptr() || a.ptr().ty() != ty || b.ptr().ty() != ty { return None }
        Some(a.same(b) || (*a.ptr().payload::<PyStr>()).eq(&*b.ptr().payload::<PyStr>()))
    }
}

#[inline(always)]
pub unsafe fn JumpStr(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let (a, b) = (s.get(i.a()), s.get(i.b()));
        let Some(equal) = str_equal(s, a, b) else { return Flow::Miss };
        consume(s, i.b(), b);
        consume(s, i.a(), a);
        let t = equal == (s.cache(1) as u16 == Compare::Eq as u16);
        branch(s, t, i.c())
    }
}

#[inline(always)]
pub unsafe fn JumpStrK(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let (a, b) = (s.get(i.a()), *s.k.add(i.b() as u16 as usize));
        let Some(equal) = str_equal(s, a, b) else { return Flow::Miss };
        consume(s, i.a(), a);
        let t = equal == (s.cache(1) as u16 == Compare::Eq as u16);
        branch(s, t, i.c())
    }
}

#[inline(always)]
pub unsafe fn Is(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let (a, b) = (s.use_(i.b()), s.use_(i.c()));
        let w = bool_word(s, a.same(b));
        s.end(i.c(), b);
        s.end(i.b(), a);
        s.set(i.a(), w);
    }
    Flow::Next
}

#[inline(always)]
pub unsafe fn IsNot(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let (a, b) = (s.use_(i.b()), s.use_(i.c()));
        let w = bool_word(s, !a.same(b));
        s.end(i.c(), b);
        s.end(i.b(), a);
        s.set(i.a(), w);
    }
    Flow::Next
}

#[inline(always)]
unsafe fn containment(s: &mut State, i: Instr, want: bool) -> Flow {
    unsafe {
        let (a, b) = (s.use_(i.b()), s.use_(i.c()));
        s.save();
        let t = slow::operators::contains(s.vm, b, a);
        s.end(i.c(), b);
        s.end(i.b(), a);
        let w = if t < 0 { Word::NULL } else { bool_word(s, (t == 1) == want) };
        s.finish(i.a(), w)
    }
}

#[inline(always)]
pub unsafe fn Contains(s: &mut State, i: Instr) -> Flow { unsafe { containment(s, i, true) } }
#[inline(always)]
pub unsafe fn NotContains(s: &mut State, i: Instr) -> Flow { unsafe { containment(s, i, false) } }
