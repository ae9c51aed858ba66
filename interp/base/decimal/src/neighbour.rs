//! Neighbours of a number in its context, its exponent and class.
//!
//! Not here: changing the exponent by rounding (`quantize.rs`).

use std::cmp::Ordering;

use crate::arith::{add, sub};
use crate::compare::order;
use crate::context::{flag, Context, EMAX_MAX, ETINY_MIN, Round};
use crate::dec::{nan_of, Dec, Kind};
use crate::round::{finalize, nines};

/// The next number above (`up`) or below.
fn next(a: &Dec, ctx: &Context, status: &mut u32, up: bool) -> Dec {
    if let Some(nan) = nan_of(&[a], ctx.prec, ctx.clamp, status) { return nan }
    if a.is_inf() { return if a.neg == up { Dec::new(a.neg, nines(ctx.prec), ctx.etop()) } else { a.clone() } }
    let ctx = &ctx.rounding(if up { Round::Ceiling } else { Round::Floor });
    let mut own = 0;
    let d = finalize(a.clone(), ctx, &mut own);
    if own & (flag::INEXACT | flag::ERRORS) != 0 { return d }
    let tiny = Dec::unit(false, ctx.etiny() - 1);
    if up { add(a, &tiny, ctx, &mut own) } else { sub(a, &tiny, ctx, &mut own) }
}

/// The smallest number that is greater.
pub fn next_plus(a: &Dec, ctx: &Context, status: &mut u32) -> Dec { next(a, ctx, status, true) }
/// The greatest number that is smaller.
pub fn next_minus(a: &Dec, ctx: &Context, status: &mut u32) -> Dec { next(a, ctx, status, false) }

/// The neighbour on the side of `b`.
pub fn next_toward(a: &Dec, b: &Dec, ctx: &Context, status: &mut u32) -> Dec {
    if let Some(nan) = nan_of(&[a, b], ctx.prec, ctx.clamp, status) { return nan }
    let d = match order(a, b) {
        Ordering::Equal => return a.with_sign(b.neg),
        Ordering::Less => next_plus(a, ctx, status),
        Ordering::Greater => next_minus(a, ctx, status),
    };
    if d.is_inf() { *status |= flag::OVERFLOW | flag::ROUNDED | flag::INEXACT }
    else if d.adjusted() < ctx.emin {
        *status |= flag::UNDERFLOW | flag::SUBNORMAL | flag::ROUNDED | flag::INEXACT;
        if d.is_zero() { *status |= flag::CLAMPED }
    }
    d
}

/// The exponent of the first digit, as a number.
pub fn logb(a: &Dec, ctx: &Context, status: &mut u32) -> Dec {
    if let Some(nan) = nan_of(&[a], ctx.prec, ctx.clamp, status) { return nan }
    if a.is_inf() { return Dec::inf(false) }
    if a.coef.is_zero() { *status |= flag::DIVISION_BY_ZERO; return Dec::inf(true) }
    finalize(Dec::int(a.adjusted()), ctx, status)
}

/// `a * 10^b`
pub fn scaleb(a: &Dec, b: &Dec, ctx: &Context, status: &mut u32) -> Dec {
    if let Some(nan) = nan_of(&[a, b], ctx.prec, ctx.clamp, status) { return nan }
    let n = if b.is_finite() && b.exp == 0 { b.to_i64() } else { None };
    let Some(n) = n.filter(|n| n.unsigned_abs() <= 2 * (ctx.emax + ctx.prec) as u64) else { return Dec::invalid(flag::INVALID_OPERATION, status) };
    if a.is_inf() { return a.clone() }
    let exp = a.exp.saturating_add(n).clamp(2 * ETINY_MIN, 2 * EMAX_MAX);
    finalize(a.with_exponent(exp), ctx, status)
}

impl Dec {
    /// Whether it is neither zero, subnormal nor special.
    pub fn is_normal(&self, ctx: &Context) -> bool { self.is_finite() && !self.coef.is_zero() && self.adjusted() >= ctx.emin }
    /// Whether it is below the smallest normal number, but not zero.
    pub fn is_subnormal(&self, ctx: &Context) -> bool { self.is_finite() && !self.coef.is_zero() && self.adjusted() < ctx.emin }
    /// The name of its class.
    pub fn class(&self, ctx: &Context) -> &'static str {
        match (self.kind, self.neg) {
            (Kind::Nan, _) => "NaN",
            (Kind::SNan, _) => "sNaN",
            (Kind::Inf, true) => "-Infinity",
            (Kind::Inf, false) => "+Infinity",
            (Kind::Finite, neg) => match (self.coef.is_zero(), self.adjusted() < ctx.emin, neg) {
                (true, _, true) => "-Zero",
                (true, _, false) => "+Zero",
                (_, true, true) => "-Subnormal",
                (_, true, false) => "+Subnormal",
                (_, _, true) => "-Normal",
                _ => "+Normal",
            },
        }
    }
}
