//! Rounding to a given exponent, to whole numbers, and taking zeros away.
//!
//! Not here: rounding to a precision (`round.rs`).

use crate::context::{flag, Context, EMAX_MAX, ETINY_MIN};
use crate::dec::{nan_of, Dec};
use crate::round::{finalize, goes_up};
use crate::coef::Lost;

/// `a` with exponent `exp`, rounded if need be, and what was lost. No context but its rounding.
fn with_exponent(a: &Dec, exp: i64, ctx: &Context) -> (Dec, Lost) {
    if a.coef.is_zero() { return (Dec::zero(a.neg, exp), 0) }
    if a.exp >= exp { return (Dec::new(a.neg, a.coef.shift_left(a.exp - exp), exp), 0) }
    let (coef, lost) = a.coef.shift_right(exp - a.exp);
    let coef = if goes_up(a.neg, &coef, lost, ctx.round) { coef.succ() } else { coef };
    (Dec::new(a.neg, coef, exp), lost)
}

/// Conditions of a number whose exponent was made larger.
fn loss(a: &Dec, exp: i64, lost: Lost) -> u32 {
    if a.coef.is_zero() || a.exp >= exp { 0 } else { flag::ROUNDED | if lost != 0 { flag::INEXACT } else { 0 } }
}

/// `a` with the exponent of `b`.
pub fn quantize(a: &Dec, b: &Dec, ctx: &Context, status: &mut u32) -> Dec {
    if !a.is_finite() || !b.is_finite() {
        if let Some(nan) = nan_of(&[a, b], ctx.prec, ctx.clamp, status) { return nan }
        return if a.is_inf() && b.is_inf() { a.clone() } else { Dec::invalid(flag::INVALID_OPERATION, status) };
    }
    if b.exp > ctx.emax || b.exp < ctx.etiny() { return Dec::invalid(flag::INVALID_OPERATION, status) }
    if a.coef.is_zero() { return finalize(Dec::zero(a.neg, b.exp), ctx, status) }
    if a.digits() + (a.exp - b.exp) > ctx.prec { return Dec::invalid(flag::INVALID_OPERATION, status) }
    let (d, lost) = with_exponent(a, b.exp, ctx);
    if d.digits() > ctx.prec || d.adjusted() > ctx.emax { return Dec::invalid(flag::INVALID_OPERATION, status) }
    *status |= loss(a, b.exp, lost);
    finalize(d, ctx, status)
}

/// `a` with exponent `exp` whatever the precision, as `round()` and formatting need it.
pub fn rescale(a: &Dec, exp: i64, ctx: &Context, status: &mut u32) -> Dec {
    if let Some(nan) = nan_of(&[a], ctx.prec, ctx.clamp, status) { return nan }
    if a.is_inf() { return a.clone() }
    if exp > EMAX_MAX + 1 || exp < ETINY_MIN - 1 { return Dec::invalid(flag::INVALID_OPERATION, status) }
    let (d, lost) = with_exponent(a, exp, ctx);
    *status |= loss(a, exp, lost);
    d
}

/// `a` as a whole number; silently.
pub fn to_integral(a: &Dec, ctx: &Context, status: &mut u32) -> Dec { whole(a, ctx, status).0 }

/// `a` as a whole number; it tells of digits lost.
pub fn to_integral_exact(a: &Dec, ctx: &Context, status: &mut u32) -> Dec {
    let (d, conditions) = whole(a, ctx, status);
    *status |= conditions;
    d
}

fn whole(a: &Dec, ctx: &Context, status: &mut u32) -> (Dec, u32) {
    if let Some(nan) = nan_of(&[a], ctx.prec, ctx.clamp, status) { return (nan, 0) }
    if a.is_inf() || a.exp >= 0 { return (a.clone(), 0) }
    let (d, lost) = with_exponent(a, 0, ctx);
    (d, loss(a, 0, lost))
}

/// `a` without its fraction, as `int()` sees it.
pub fn truncated(a: &Dec) -> Dec {
    if a.exp >= 0 { return a.clone() }
    Dec::new(a.neg, a.coef.shift_right(-a.exp).0, 0)
}

/// `a` without zeros at its end.
pub fn reduce(a: &Dec, ctx: &Context, status: &mut u32) -> Dec {
    if let Some(nan) = nan_of(&[a], ctx.prec, ctx.clamp, status) { return nan }
    let d = finalize(a.clone(), ctx, status);
    if !d.is_finite() { return d }
    if d.coef.is_zero() { return Dec::zero(d.neg, 0) }
    let most = if ctx.clamp { ctx.etop() } else { ctx.emax };
    let zeros = d.coef.trailing_zeros().min(most - d.exp);
    if zeros <= 0 { return d }
    Dec::new(d.neg, d.coef.shift_right(zeros).0, d.exp + zeros)
}

/// Whether the exponents are equal, or both are infinite or both NaN.
pub fn same_quantum(a: &Dec, b: &Dec) -> bool {
    if a.is_finite() && b.is_finite() { a.exp == b.exp } else { a.is_nan() && b.is_nan() || a.is_inf() && b.is_inf() }
}
