//! Arithmetic: generic operators, small-int and float forms, unary operators.

use instar_code::Binary;

use crate::eval::slow;
use crate::eval::state::{Flow, Instr, State, unlikely};
use crate::object::Word;
use crate::types::float::{self, PyFloat};
use crate::types::int;

#[inline(always)]
pub unsafe fn BinaryOp(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let (a, b) = (s.use_(i.b()), s.use_(i.c()));
        s.save();
        let w = slow::operators::binary(s.vm, s.pc, a, b);
        s.end(i.c(), b);
        s.end(i.b(), a);
        s.finish(i.a(), w)
    }
}

#[inline(always)]
pub unsafe fn BinaryOpK(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let (a, b) = (s.use_(i.b()), s.constant(i.c()));
        s.save();
        let w = slow::operators::binary(s.vm, s.pc, a, b);
        s.end_constant(b);
        s.end(i.b(), a);
        s.finish(i.a(), w)
    }
}

#[inline(always)]
unsafe fn right(s: &State, i: Instr, constant: bool) -> Word {
    unsafe { if constant { *s.k.add(i.c() as u16 as usize) } else { s.get(i.c()) } }
}

/// Stores an int result. Immediates need no release of operands; boxed ones do.
#[inline(always)]
unsafe fn store_int(s: &mut State, i: Instr, a: Word, b: Word, constant: bool, r: i64) -> Option<Flow> {
    unsafe {
        let w = int::small_word(s.vm, r)?;
        if !<Word>::TAGGED_INTS {
            if !constant && i.c() >= 0 { s.drop_value(b) }
            if i.b() >= 0 { s.drop_value(a) }
        }
        s.set(i.a(), w);
        Some(Flow::Next)
    }
}

macro_rules! int_op {
    ($name:ident, $constant:literal, $encoded:ident, $checked:ident) => {
        #[inline(always)]
        pub unsafe fn $name(s: &mut State, i: Instr) -> Flow {
            unsafe {
                let (a, b) = (s.get(i.b()), right(s, i, $constant));
                if <Word>::TAGGED_INTS {
                    if Word::both_int(a, b) {
                        if let Some(w) = Word::$encoded(a, b) { s.set(i.a(), w); return Flow::Next }
                    }
                } else if let Some((x, y)) = int::small_pair(a, b) {
                    if let Some(r) = x.$checked(y) {
                        if let Some(flow) = store_int(s, i, a, b, $constant, r) { return flow }
                    }
                }
                Flow::Miss
            }
        }
    };
}
int_op!(AddInt, false, add_small, checked_add);
int_op!(SubInt, false, sub_small, checked_sub);
int_op!(MulInt, false, mul_small, checked_mul);
int_op!(AddIntK, true, add_small, checked_add);
int_op!(SubIntK, true, sub_small, checked_sub);

/// `x op y` for small ints where the result surely is one and nothing can raise.
#[inline(always)]
fn int_result(op: u16, x: i64, y: i64) -> Option<i64> {
    const PLAIN: u16 = Binary::PLAIN;
    let op = if op >= PLAIN { op - PLAIN } else { op };
    const FLOOR_DIV: u16 = Binary::FloorDiv as u16;
    const MOD: u16 = Binary::Mod as u16;
    const AND: u16 = Binary::And as u16;
    const OR: u16 = Binary::Or as u16;
    const XOR: u16 = Binary::Xor as u16;
    const LSHIFT: u16 = Binary::LShift as u16;
    const RSHIFT: u16 = Binary::RShift as u16;
    const MUL: u16 = Binary::Mul as u16;
    match op {
        AND => Some(x & y),
        OR => Some(x | y),
        XOR => Some(x ^ y),
        MUL => x.checked_mul(y),
        FLOOR_DIV | MOD if y > 0 => Some(if op == MOD { x.rem_euclid(y) } else { x.div_euclid(y) }),
        RSHIFT if y >= 0 => Some(if y > 63 { x >> 63 } else { x >> y }),
        LSHIFT if (0..=61).contains(&y) => { let r = x << y; (r >> y == x).then_some(r) }
        _ => None,
    }
}

#[inline(always)]
pub unsafe fn BinaryInt(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let (a, b) = (s.get(i.b()), s.get(i.c()));
        if let Some((x, y)) = int::small_pair(a, b) {
            if let Some(r) = int_result(s.cache(1) as u16, x, y) {
                if let Some(flow) = store_int(s, i, a, b, false, r) { return flow }
            }
        }
        Flow::Miss
    }
}

#[inline(always)]
pub unsafe fn BinaryIntK(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let (a, b) = (s.get(i.b()), *s.k.add(i.c() as u16 as usize));
        if let Some((x, y)) = int::small_pair(a, b) {
            if let Some(r) = int_result(s.cache(1) as u16, x, y) {
                if let Some(flow) = store_int(s, i, a, b, true, r) { return flow }
            }
        }
        Flow::Miss
    }
}

/// Stores a float result: into a unique temp operand or the unique float that the result replaces, else a new object. Consumes
/// the operands.
#[inline(always)]
unsafe fn store_float(s: &mut State, i: Instr, a: Word, b: Word, constant: bool, x: f64) -> Flow {
    unsafe {
        let (a_temp, b_temp) = (i.b() >= 0, !constant && i.c() >= 0);
        if let Some(w) = Word::from_float(x) {
            if b_temp { s.drop_number(b) }
            if a_temp { s.drop_number(a) }
            s.set(i.a(), w);
            return Flow::Next;
        }
        if a_temp && float::is_reusable(s.vm, a) {
            (*a.ptr().payload::<PyFloat>()).set_unshared(x);
            if b_temp { s.drop_number(b) }
            s.set(i.a(), a);
            return Flow::Next;
        }
        if b_temp && float::is_reusable(s.vm, b) {
            (*b.ptr().payload::<PyFloat>()).set_unshared(x);
            if a_temp { s.drop_number(a) }
            s.set(i.a(), b);
            return Flow::Next;
        }
        if i.a() < 0 && float::store_into(s.vm, s.get(i.a()), x) {
            if b_temp { s.drop_number(b) }
            if a_temp { s.drop_number(a) }
            return Flow::Next;
        }
        let w = float::new_word(s.vm, x);
        if b_temp { s.drop_number(b) }
        if a_temp { s.drop_number(a) }
        if unlikely(w.is_null()) { return Flow::Error }
        s.set(i.a(), w);
        Flow::Next
    }
}

macro_rules! float_op {
    ($name:ident, $op:tt) => {
        #[inline(always)]
        pub unsafe fn $name(s: &mut State, i: Instr) -> Flow {
            unsafe {
                let (a, b) = (s.get(i.b()), s.get(i.c()));
                let Some((x, y)) = float::exact_pair(s.vm, a, b) else { return Flow::Miss };
                store_float(s, i, a, b, false, x $op y)
            }
        }
    };
}
float_op!(AddFloat, +);
float_op!(SubFloat, -);
float_op!(MulFloat, *);

#[inline(always)]
pub unsafe fn DivFloat(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let (a, b) = (s.get(i.b()), s.get(i.c()));
        let Some((x, y)) = float::exact_pair(s.vm, a, b) else { return Flow::Miss };
        if unlikely(y == 0.0) { return Flow::Miss }
        store_float(s, i, a, b, false, x / y)
    }
}

#[inline(always)]
fn number_result(op: u16, x: f64, y: f64) -> Option<f64> {
    const ADD: u16 = Binary::Add as u16;
    const SUB: u16 = Binary::Sub as u16;
    const MUL: u16 = Binary::Mul as u16;
    const DIV: u16 = Binary::TrueDiv as u16;
    match if op >= Binary::PLAIN { op - Binary::PLAIN } else { op } {
        ADD => Some(x + y),
        SUB => Some(x - y),
        MUL => Some(x * y),
        DIV if y != 0.0 => Some(x / y),
        _ => None,
    }
}

#[inline(always)]
pub unsafe fn BinaryNumber(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let (a, b) = (s.get(i.b()), s.get(i.c()));
        if let Some((x, y)) = float::mixed_pair(s.vm, a, b) {
            if let Some(r) = number_result(s.cache(1) as u16, x, y) { return store_float(s, i, a, b, false, r) }
        }
        Flow::Miss
    }
}

#[inline(always)]
pub unsafe fn BinaryNumberK(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let (a, b) = (s.get(i.b()), *s.k.add(i.c() as u16 as usize));
        if let Some((x, y)) = float::mixed_pair(s.vm, a, b) {
            if let Some(r) = number_result(s.cache(1) as u16, x, y) { return store_float(s, i, a, b, true, r) }
        }
        Flow::Miss
    }
}

#[inline(always)]
pub unsafe fn AddStr(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let (a, b) = (s.get(i.b()), s.get(i.c()));
        let ty = (*s.vm).types.str.ptr();
        if !a.is_ptr() || !b.is_ptr() || a.ptr().ty() != ty || b.ptr().ty() != ty { return Flow::Miss }
        // The left operand may grow in place if this op holds its only reference: a temp, or the local it is assigned to.
        let movable = i.b() >= 0 || i.b() == i.a() && i.b() != i.c();
        if movable && a.is_unique() {
            *s.at(i.b()) = Word::NULL;
            let w = slow::operators::append_str(s.vm, a, b);
            if i.c() >= 0 { s.drop_value(b) }
            if unlikely(w.is_null()) { s.save(); return Flow::Error }
            s.set(i.a(), w);
            return Flow::Next;
        }
        s.save();
        let w = slow::operators::concat_str(s.vm, a, b);
        if i.c() >= 0 { s.drop_value(b) }
        if i.b() >= 0 { s.drop_value(a) }
        s.finish(i.a(), w)
    }
}

macro_rules! unary {
    ($name:ident, $slow:ident) => {
        #[inline(always)]
        pub unsafe fn $name(s: &mut State, i: Instr) -> Flow {
            unsafe {
                let a = s.use_(i.b());
                s.save();
                let w = slow::operators::$slow(s.vm, a);
                s.end(i.b(), a);
                s.finish(i.a(), w)
            }
        }
    };
}
unary!(UnaryPositive, positive);
unary!(UnaryInvert, invert);

#[inline(always)]
pub unsafe fn UnaryNegative(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let a = s.use_(i.b());
        if <Word>::TAGGED_INTS && a.is_int() {
            if let Some(w) = int::small_word(s.vm, -a.small_unchecked()) { s.set(i.a(), w); return Flow::Next }
        }
        s.save();
        let w = slow::operators::negative(s.vm, a);
        s.end(i.b(), a);
        s.finish(i.a(), w)
    }
}

#[inline(always)]
pub unsafe fn UnaryNot(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let a = s.use_(i.b());
        s.save();
        let t = slow::truth(s.vm, a);
        s.end(i.b(), a);
        let w = if t < 0 { Word::NULL } else { (*s.vm).bool(t == 0).into_word() };
        s.finish(i.a(), w)
    }
}
