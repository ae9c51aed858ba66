//! Sums, products and what is made of them.
//!
//! Not here: division (`divide.rs`).

use std::cmp::Ordering;

use crate::coef::Coef;
use crate::context::{flag, Context, Round};
use crate::dec::{nan_of, Dec};
use crate::round::{finalize, finalize_wide};
use crate::wide::{Wide, POW128};

/// `a + b`
#[inline]
pub fn add(a: &Dec, b: &Dec, ctx: &Context, status: &mut u32) -> Dec { sum(a, b, b.neg, ctx, status) }

/// `a - b`
#[inline]
pub fn sub(a: &Dec, b: &Dec, ctx: &Context, status: &mut u32) -> Dec { sum(a, b, !b.neg, ctx, status) }

/// `a + b` where `b` has the sign given.
fn sum(a: &Dec, b: &Dec, b_neg: bool, ctx: &Context, status: &mut u32) -> Dec {
    if !a.is_finite() || !b.is_finite() {
        if let Some(nan) = nan_of(&[a, b], ctx.prec, ctx.clamp, status) { return nan }
        return match (a.is_inf(), b.is_inf()) {
            (true, true) if a.neg != b_neg => Dec::invalid(flag::INVALID_OPERATION, status),
            (true, _) => a.clone(),
            _ => Dec::inf(b_neg),
        };
    }
    // The operand with the greater exponent is moved to the other.
    let (mut big, mut small, mut big_neg, mut small_neg) = (a, b, a.neg, b_neg);
    if big.exp < small.exp { (big, small, big_neg, small_neg) = (small, big, small_neg, big_neg) }
    let shift = big.exp - small.exp;
    if let (Some(x), Some(y)) = (big.coef.small(), small.coef.small()) {
        if (0..POW128.len() as i64).contains(&shift) {
            let (x, y) = (Wide::product(x, POW128[shift as usize]), Wide { hi: 0, lo: y });
            if big_neg == small_neg {
                if let Some(n) = x.checked_add(y) { return finalize_wide(big_neg, n, small.exp, ctx, status) }
            } else {
                let (neg, n) = match x.cmp(&y) {
                    Ordering::Greater => (big_neg, x.minus(y)),
                    Ordering::Less => (small_neg, y.minus(x)),
                    Ordering::Equal => (ctx.round == Round::Floor, Wide { hi: 0, lo: 0 }),
                };
                return finalize_wide(neg, n, small.exp, ctx, status);
            }
        }
    }
    sum_large(big, big_neg, small, small_neg, ctx, status)
}

fn sum_large(big: &Dec, big_neg: bool, small: &Dec, small_neg: bool, ctx: &Context, status: &mut u32) -> Dec {
    let tiny;
    let mut small = small;
    if !big.coef.is_zero() {
        // Far below the last digit of the result only whether there is something matters.
        let exp = (big.exp - 1).saturating_add(if big.digits() > ctx.prec { 0 } else { big.digits() - ctx.prec - 1 });
        if small.adjusted() < exp {
            tiny = if small.coef.is_zero() { Dec::zero(false, exp) } else { Dec::unit(false, exp) };
            small = &tiny;
        }
    }
    let moved = big.coef.shift_left(big.exp - small.exp);
    let (neg, coef) = if big_neg == small_neg { (big_neg, moved.add(&small.coef)) } else {
        match moved.cmp(&small.coef) {
            Ordering::Greater => (big_neg, moved.sub(&small.coef)),
            Ordering::Less => (small_neg, small.coef.sub(&moved)),
            Ordering::Equal => (ctx.round == Round::Floor, Coef::ZERO),
        }
    };
    finalize(Dec::new(neg, coef, small.exp), ctx, status)
}

/// `a * b`
pub fn mul(a: &Dec, b: &Dec, ctx: &Context, status: &mut u32) -> Dec {
    let neg = a.neg != b.neg;
    if a.is_finite() && b.is_finite() {
        let exp = a.exp + b.exp;
        return match (a.coef.small(), b.coef.small()) {
            (Some(x), Some(y)) => finalize_wide(neg, Wide::product(x, y), exp, ctx, status),
            _ => finalize(Dec::new(neg, a.coef.mul(&b.coef), exp), ctx, status),
        };
    }
    mul_special(a, b, ctx, status)
}

fn mul_special(a: &Dec, b: &Dec, ctx: &Context, status: &mut u32) -> Dec {
    if let Some(nan) = nan_of(&[a, b], ctx.prec, ctx.clamp, status) { return nan }
    if a.is_zero() || b.is_zero() { return Dec::invalid(flag::INVALID_OPERATION, status) }
    Dec::inf(a.neg != b.neg)
}

/// `a * b + c`, rounded once.
pub fn fma(a: &Dec, b: &Dec, c: &Dec, ctx: &Context, status: &mut u32) -> Dec {
    let mut own = 0;
    let product = if a.is_finite() && b.is_finite() { Dec::new(a.neg != b.neg, a.coef.mul(&b.coef), a.exp + b.exp) }
        else { mul_special(a, b, ctx, &mut own) };
    *status |= own;
    if own & flag::INVALID_OPERATION != 0 { product } else { add(&product, c, ctx, status) }
}

/// `+a`: rounded; minus zero loses its sign unless the rounding is to the floor.
pub fn plus(a: &Dec, ctx: &Context, status: &mut u32) -> Dec { signed(a, a.neg, ctx, status) }

/// `-a`
pub fn minus(a: &Dec, ctx: &Context, status: &mut u32) -> Dec { signed(a, !a.neg, ctx, status) }

fn signed(a: &Dec, neg: bool, ctx: &Context, status: &mut u32) -> Dec {
    if a.is_nan() { return nan_of(&[a], ctx.prec, ctx.clamp, status).unwrap_or_else(Dec::nan) }
    let neg = if a.is_zero() { neg && ctx.round == Round::Floor } else { neg };
    finalize(a.with_sign(neg), ctx, status)
}

/// `abs(a)`
pub fn abs(a: &Dec, ctx: &Context, status: &mut u32) -> Dec { if a.neg { minus(a, ctx, status) } else { plus(a, ctx, status) } }

/// `a` rounded, its sign as it is.
pub fn fit(a: &Dec, ctx: &Context, status: &mut u32) -> Dec { finalize(a.clone(), ctx, status) }
