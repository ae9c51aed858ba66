//! Division, remainders, and the square root.
//!
//! Not here: powers (`power.rs`).

use crate::coef::{split, Coef};
use crate::context::{flag, Context, Round};
use crate::dec::{nan_of, Dec};
use crate::round::finalize;
use crate::wide::{Wide, POW128};

/// From this precision on an exact result, which needs few digits, is looked for first.
const LONG: i64 = 20_000;

/// `a / b`
pub fn div(a: &Dec, b: &Dec, ctx: &Context, status: &mut u32) -> Dec {
    let neg = a.neg != b.neg;
    if !a.is_finite() || !b.is_finite() {
        if let Some(nan) = nan_of(&[a, b], ctx.prec, ctx.clamp, status) { return nan }
        return match (a.is_inf(), b.is_inf()) {
            (true, true) => Dec::invalid(flag::INVALID_OPERATION, status),
            (true, false) => Dec::inf(neg),
            _ => { *status |= flag::CLAMPED; Dec::zero(neg, ctx.etiny()) }
        };
    }
    if b.coef.is_zero() {
        if a.coef.is_zero() { return Dec::invalid(flag::DIVISION_UNDEFINED, status) }
        *status |= flag::DIVISION_BY_ZERO;
        return Dec::inf(neg);
    }
    let ideal = a.exp - b.exp;
    if a.coef.is_zero() { return finalize(Dec::zero(neg, ideal), ctx, status) }
    let shift = b.digits() - a.digits() + ctx.prec + 1;
    let (q, exp) = match quotient_small(a, b, shift) {
        Some((q, exact)) => if exact { strip(q, shift) } else { (q, shift) },
        None => {
            // An exact quotient has at most so many digits (the divisor holds few factors 2 and 5).
            let bound = a.digits() + 4 * b.digits() + 8;
            let short = if ctx.prec > LONG && bound < ctx.prec { Some(quotient(a, b, b.digits() - a.digits() + bound)) } else { None };
            match short { Some((q, exp, true)) => (q, exp), _ => { let (q, exp, _) = quotient(a, b, shift); (q, exp) } }
        }
    };
    finalize(Dec::new(neg, q, ideal - exp), ctx, status)
}

/// Takes zeros from the end of an exact quotient, as far as the shift put them there, and what is left of the shift.
fn strip(q: Coef, shift: i64) -> (Coef, i64) {
    let zeros = if shift > 0 { q.trailing_zeros().min(shift) } else { 0 };
    if zeros == 0 { (q, shift) } else { (q.shift_right(zeros).0, shift - zeros) }
}

/// A quotient that was cut ends in a digit that rounds as what was cut.
fn sticky(q: Coef) -> Coef { if matches!(q.last_digit(), 0 | 5) { q.succ() } else { q } }

/// `a * 10^shift / b` in up to 256 bits, and whether it is exact.
fn quotient_small(a: &Dec, b: &Dec, shift: i64) -> Option<(Coef, bool)> {
    let (x, y) = (a.coef.small()?, b.coef.small()?);
    let power = *POW128.get(usize::try_from(shift).ok()?)?;
    let n = Wide::product(x, power);
    let (q, exact) = if n.hi == 0 { let (q, r) = split(n.lo, y); (Coef::from(q), r == 0) } else { let (q, r) = n.div_rem(y); (Coef::from(q), r == 0) };
    Some((if exact { q } else { sticky(q) }, exact))
}

/// `a * 10^shift / b`, the shift that is left, and whether it is exact.
fn quotient(a: &Dec, b: &Dec, shift: i64) -> (Coef, i64, bool) {
    let (q, r) = if shift >= 0 { a.coef.shift_left(shift).div_rem(&b.coef) } else { a.coef.div_rem(&b.coef.shift_left(-shift)) };
    if !r.is_zero() { return (sticky(q), shift, false) }
    let (q, shift) = strip(q, shift);
    (q, shift, true)
}

/// Integer quotient and rest of finite numbers, `b` not zero. `None` if the quotient has more digits than the precision.
fn divide_whole(a: &Dec, b: &Dec, ctx: &Context) -> Option<(Dec, Dec)> {
    let neg = a.neg != b.neg;
    let ideal = a.exp.min(b.exp);
    if a.coef.is_zero() { return Some((Dec::zero(neg, 0), Dec::zero(a.neg, ideal))) }
    let gap = a.adjusted() - b.adjusted();
    if gap < 0 { return Some((Dec::zero(neg, 0), Dec::new(a.neg, a.coef.shift_left(a.exp - ideal), ideal))) }
    if gap > ctx.prec { return None }
    let (q, r) = a.coef.shift_left(a.exp - ideal).div_rem(&b.coef.shift_left(b.exp - ideal));
    let q = Dec::new(neg, q, 0);
    if q.digits() > ctx.prec { None } else { Some((q, Dec::new(a.neg, r, ideal))) }
}

/// `divmod(a, b)`, the quotient truncated.
pub fn divmod(a: &Dec, b: &Dec, ctx: &Context, status: &mut u32) -> (Dec, Dec) {
    if let Some(nan) = nan_of(&[a, b], ctx.prec, ctx.clamp, status) { return (nan.clone(), nan) }
    let neg = a.neg != b.neg;
    if a.is_inf() {
        *status |= flag::INVALID_OPERATION;
        return (if b.is_inf() { Dec::nan() } else { Dec::inf(neg) }, Dec::nan());
    }
    if b.is_inf() { return (Dec::zero(neg, 0), finalize(a.clone(), ctx, status)) }
    if b.coef.is_zero() {
        if a.coef.is_zero() { *status |= flag::DIVISION_UNDEFINED; return (Dec::nan(), Dec::nan()) }
        *status |= flag::DIVISION_BY_ZERO | flag::INVALID_OPERATION;
        return (Dec::inf(neg), Dec::nan());
    }
    match divide_whole(a, b, ctx) {
        Some((q, r)) => (finalize(q, ctx, status), finalize(r, ctx, status)),
        None => { *status |= flag::DIVISION_IMPOSSIBLE; (Dec::nan(), Dec::nan()) }
    }
}

/// `a // b`, truncated.
pub fn divide_int(a: &Dec, b: &Dec, ctx: &Context, status: &mut u32) -> Dec {
    if let Some(nan) = nan_of(&[a, b], ctx.prec, ctx.clamp, status) { return nan }
    let neg = a.neg != b.neg;
    if a.is_inf() { return if b.is_inf() { Dec::invalid(flag::INVALID_OPERATION, status) } else { Dec::inf(neg) } }
    if b.is_inf() { return Dec::zero(neg, 0) }
    if b.coef.is_zero() {
        if a.coef.is_zero() { return Dec::invalid(flag::DIVISION_UNDEFINED, status) }
        *status |= flag::DIVISION_BY_ZERO;
        return Dec::inf(neg);
    }
    match divide_whole(a, b, ctx) { Some((q, _)) => finalize(q, ctx, status), None => Dec::invalid(flag::DIVISION_IMPOSSIBLE, status) }
}

/// What both remainders answer for operands that leave none; else `None`.
fn no_remainder(a: &Dec, b: &Dec, ctx: &Context, status: &mut u32) -> Option<Dec> {
    if let Some(nan) = nan_of(&[a, b], ctx.prec, ctx.clamp, status) { return Some(nan) }
    if a.is_inf() { return Some(Dec::invalid(flag::INVALID_OPERATION, status)) }
    if b.is_inf() { return Some(finalize(a.clone(), ctx, status)) }
    if b.coef.is_zero() {
        return Some(Dec::invalid(if a.coef.is_zero() { flag::DIVISION_UNDEFINED } else { flag::INVALID_OPERATION }, status));
    }
    None
}

/// `a % b`, with the sign of `a`.
pub fn remainder(a: &Dec, b: &Dec, ctx: &Context, status: &mut u32) -> Dec {
    if let Some(d) = no_remainder(a, b, ctx, status) { return d }
    match divide_whole(a, b, ctx) { Some((_, r)) => finalize(r, ctx, status), None => Dec::invalid(flag::DIVISION_IMPOSSIBLE, status) }
}

/// What is left of `a` after the whole multiple of `b` that is nearest to it, the even one of two.
pub fn remainder_near(a: &Dec, b: &Dec, ctx: &Context, status: &mut u32) -> Dec {
    if let Some(d) = no_remainder(a, b, ctx, status) { return d }
    let ideal = a.exp.min(b.exp);
    if a.coef.is_zero() { return finalize(Dec::zero(a.neg, ideal), ctx, status) }
    let gap = a.adjusted() - b.adjusted();
    if gap > ctx.prec { return Dec::invalid(flag::DIVISION_IMPOSSIBLE, status) }
    let dividend = a.coef.shift_left(a.exp - ideal);
    if gap <= -2 { return finalize(Dec::new(a.neg, dividend, ideal), ctx, status) }
    let divisor = b.coef.shift_left(b.exp - ideal);
    let (mut q, mut r) = dividend.div_rem(&divisor);
    let mut neg = a.neg;
    let twice = r.add(&r);
    if twice > divisor || twice == divisor && q.is_odd() {
        q = q.succ();
        r = divisor.sub(&r);
        neg = !neg;
    }
    if q.digits() > ctx.prec { return Dec::invalid(flag::DIVISION_IMPOSSIBLE, status) }
    finalize(Dec::new(neg, r, ideal), ctx, status)
}

/// The square root, rounded to the nearest.
pub fn sqrt(a: &Dec, ctx: &Context, status: &mut u32) -> Dec {
    if !a.is_finite() {
        if let Some(nan) = nan_of(&[a], ctx.prec, ctx.clamp, status) { return nan }
        return if a.neg { Dec::invalid(flag::INVALID_OPERATION, status) } else { a.clone() };
    }
    let ctx = &ctx.rounding(Round::HalfEven);
    let ideal = a.exp.div_euclid(2);
    if a.coef.is_zero() { return finalize(Dec::zero(a.neg, ideal), ctx, status) }
    if a.neg { return Dec::invalid(flag::INVALID_OPERATION, status) }
    // An exact root has no more digits than the operand; a long precision is not filled for one.
    let short = if ctx.prec > LONG && a.digits() + 8 < ctx.prec { Some(root(a, a.digits() + 8, ideal)).filter(|(_, exact)| *exact) } else { None };
    let (d, _) = short.unwrap_or_else(|| root(a, ctx.prec, ideal));
    finalize(d, ctx, status)
}

/// The root with one digit more than `prec`, the last one telling of what was cut, and whether it is exact.
fn root(a: &Dec, prec: i64, ideal: i64) -> (Dec, bool) {
    let (c, length) = if a.exp % 2 == 0 { (a.coef.clone(), (a.digits() + 1) / 2) } else { (a.coef.shift_left(1), a.digits() / 2 + 1) };
    let shift = prec + 1 - length;
    let (c, mut exact) = if shift >= 0 { (c.shift_left(2 * shift), true) } else { let (q, lost) = c.shift_right(-2 * shift); (q, lost == 0) };
    let (root, rest) = c.sqrt_rem();
    exact &= rest.is_zero();
    let d = if !exact { Dec::new(false, sticky(root), ideal - shift) }
        else if shift >= 0 { Dec::new(false, root.shift_right(shift).0, ideal) }
        else { Dec::new(false, root.shift_left(-shift), ideal) };
    (d, exact)
}
