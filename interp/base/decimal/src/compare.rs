//! Order: numerical, total, and the functions that choose by it.
//!
//! Not here: Python's comparison operators, which turn NaNs into answers.

use std::cmp::Ordering;

use crate::context::{flag, Context};
use crate::dec::{nan_of, Dec, Kind};
use crate::round::finalize;

/// Order of the magnitudes of two numbers, neither a NaN.
pub fn order_magnitudes(a: &Dec, b: &Dec) -> Ordering {
    match (a.is_inf(), b.is_inf()) { (false, false) => {} (x, y) => return x.cmp(&y) }
    match (a.coef.is_zero(), b.coef.is_zero()) { (false, false) => {} (x, y) => return y.cmp(&x) }
    if a.exp == b.exp { return a.coef.cmp(&b.coef) }
    a.adjusted().cmp(&b.adjusted()).then_with(|| {
        let shift = a.exp - b.exp;
        // The digits that the longer one has more are compared with zeros.
        if shift > 0 { a.coef.shift_left(shift).cmp(&b.coef) } else { a.coef.cmp(&b.coef.shift_left(-shift)) }
    })
}

/// Order of two numbers, neither a NaN.
pub fn order(a: &Dec, b: &Dec) -> Ordering {
    match (a.signum_inf(), b.signum_inf()) {
        (x, y) if x != y => x.cmp(&y),
        (0, _) => Ordering::Equal,
        (1, _) => order_magnitudes(a, b),
        _ => order_magnitudes(b, a),
    }
}

impl Dec {
    fn signum_inf(&self) -> i32 { if self.is_inf() { if self.neg { -1 } else { 1 } } else { self.signum() } }
}

/// Order of two numbers for `==`, `<` and so on; none with a NaN, which is an invalid operation.
#[inline]
pub fn order_checked(a: &Dec, b: &Dec, status: &mut u32) -> Option<Ordering> {
    if a.is_nan() || b.is_nan() { *status |= flag::INVALID_OPERATION; return None }
    Some(order(a, b))
}

/// The total order of all numbers and NaNs.
pub fn order_total(a: &Dec, b: &Dec) -> Ordering {
    if a.neg != b.neg { return b.neg.cmp(&a.neg) }
    let unsigned = match (a.is_nan(), b.is_nan()) {
        (true, true) => (a.kind == Kind::Nan).cmp(&(b.kind == Kind::Nan)).then_with(|| a.coef.cmp(&b.coef)),
        (x, y) if x || y => x.cmp(&y),
        _ => order_magnitudes(a, b).then_with(|| a.exp.cmp(&b.exp)),
    };
    if a.neg { unsigned.reverse() } else { unsigned }
}

/// `order_total` without signs.
pub fn order_total_magnitudes(a: &Dec, b: &Dec) -> Ordering { order_total(&a.magnitude(), &b.magnitude()) }

/// An order as -1, 0 or 1.
pub fn number(order: Ordering) -> Dec { Dec::int(order as i64) }

/// `compare(a, b)`: -1, 0, 1 or a NaN.
pub fn compare(a: &Dec, b: &Dec, ctx: &Context, status: &mut u32) -> Dec {
    nan_of(&[a, b], ctx.prec, ctx.clamp, status).unwrap_or_else(|| number(order(a, b)))
}

/// As [`compare`], but every NaN is invalid.
pub fn compare_signal(a: &Dec, b: &Dec, ctx: &Context, status: &mut u32) -> Dec {
    if a.is_nan() || b.is_nan() { *status |= flag::INVALID_OPERATION }
    compare(a, b, ctx, status)
}

fn choose(a: &Dec, b: &Dec, ctx: &Context, status: &mut u32, least: bool, by: fn(&Dec, &Dec) -> Ordering) -> Dec {
    let chosen = if a.kind == Kind::Nan && !b.is_nan() { b } else if b.kind == Kind::Nan && !a.is_nan() { a } else {
        if let Some(nan) = nan_of(&[a, b], ctx.prec, ctx.clamp, status) { return nan }
        let order = by(a, b).then_with(|| order_total(a, b));
        if (order == Ordering::Greater) == least && order != Ordering::Equal { b } else { a }
    };
    finalize(chosen.clone(), ctx, status)
}

/// The greater one; a number beats a quiet NaN.
pub fn max(a: &Dec, b: &Dec, ctx: &Context, status: &mut u32) -> Dec { choose(a, b, ctx, status, false, order) }
/// The one with the greater magnitude.
pub fn max_mag(a: &Dec, b: &Dec, ctx: &Context, status: &mut u32) -> Dec { choose(a, b, ctx, status, false, order_magnitudes) }
/// The smaller one; a number beats a quiet NaN.
pub fn min(a: &Dec, b: &Dec, ctx: &Context, status: &mut u32) -> Dec { choose(a, b, ctx, status, true, order) }
/// The one with the smaller magnitude.
pub fn min_mag(a: &Dec, b: &Dec, ctx: &Context, status: &mut u32) -> Dec { choose(a, b, ctx, status, true, order_magnitudes) }
