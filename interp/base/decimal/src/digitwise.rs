//! Operations on single digits: logical ones, shifts, rotations.
//!
//! Not here: arithmetic.

use crate::coef::{power_of_ten, Coef};
use crate::context::{flag, Context};
use crate::dec::{nan_of, Dec};
use crate::room;

/// The digits of a logical operand, the lowest first. `None` if it is none.
fn bits(d: &Dec) -> Option<Vec<u8>> {
    if !d.is_finite() || d.neg || d.exp != 0 { return None }
    let text = d.coef.text().into_bytes();
    if text.iter().all(|c| matches!(c, b'0' | b'1')) { Some(text.iter().rev().map(|c| c - b'0').collect()) } else { None }
}

fn of_bits(low_first: impl DoubleEndedIterator<Item = u8>) -> Dec {
    let text: Vec<u8> = low_first.rev().map(|b| b + b'0').collect();
    Dec::new(false, Coef::of_digits(&text), 0)
}

/// A logical operation, digit by digit.
pub fn logical(a: &Dec, b: &Dec, ctx: &Context, status: &mut u32, op: fn(u8, u8) -> u8) -> Dec {
    let (Some(x), Some(y)) = (bits(a), bits(b)) else { return Dec::invalid(flag::INVALID_OPERATION, status) };
    let n = x.len().max(y.len()).min(usize::try_from(ctx.prec).unwrap_or(usize::MAX));
    let at = |d: &[u8], i: usize| d.get(i).copied().unwrap_or(0);
    of_bits((0..n).map(|i| op(at(&x, i), at(&y, i))))
}

/// All digits of the precision turned round.
pub fn invert(a: &Dec, ctx: &Context, status: &mut u32) -> Dec {
    let Some(x) = bits(a) else { return Dec::invalid(flag::INVALID_OPERATION, status) };
    room::need(ctx.prec);
    of_bits((0..ctx.prec as usize).map(|i| 1 - x.get(i).copied().unwrap_or(0)))
}

/// The lowest digits that a precision has room for.
fn cap(c: Coef, prec: i64) -> Coef { if c.digits() > prec { c.div_rem(&power_of_ten(prec).into()).1 } else { c } }

/// The count of a shift or rotation: a whole number not beyond the precision.
fn count(a: &Dec, b: &Dec, ctx: &Context, status: &mut u32) -> Result<i64, Dec> {
    if let Some(nan) = nan_of(&[a, b], ctx.prec, ctx.clamp, status) { return Err(nan) }
    let n = if b.is_finite() && b.exp == 0 { b.to_i64() } else { None };
    match n.filter(|n| n.unsigned_abs() <= ctx.prec as u64) {
        Some(n) => if a.is_inf() { Err(a.clone()) } else { Ok(n) },
        None => Err(Dec::invalid(flag::INVALID_OPERATION, status)),
    }
}

/// The coefficient moved by `b` digits, to the right if that is negative.
pub fn shift(a: &Dec, b: &Dec, ctx: &Context, status: &mut u32) -> Dec {
    let n = match count(a, b, ctx, status) { Ok(n) => n, Err(d) => return d };
    let c = cap(a.coef.clone(), ctx.prec);
    Dec::new(a.neg, if n >= 0 { cap(c.shift_left(n), ctx.prec) } else { c.shift_right(-n).0 }, a.exp)
}

/// The coefficient, filled up to the precision, turned by `b` digits.
pub fn rotate(a: &Dec, b: &Dec, ctx: &Context, status: &mut u32) -> Dec {
    let n = match count(a, b, ctx, status) { Ok(n) => n, Err(d) => return d };
    let left = if n < 0 { n + ctx.prec } else { n };
    let c = cap(a.coef.clone(), ctx.prec);
    let low = c.shift_right(ctx.prec - left).0;
    Dec::new(a.neg, cap(c.shift_left(left), ctx.prec).add(&low), a.exp)
}
