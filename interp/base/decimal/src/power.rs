//! Powers, and powers in a ring.
//!
//! Rounded as CPython's library does it: whole exponents by repeated squaring with some digits more, others by way of the
//! logarithm, each step correctly rounded. Not here: `exp` and `ln` (`transcend.rs`).

use std::cmp::Ordering;

use dashu_base::BitTest;
use dashu_int::fast_div::ConstDivisor;
use dashu_int::UBig;

use crate::arith::{mul, sub};
use crate::coef::Coef;
use crate::compare::order_magnitudes;
use crate::context::{flag, Context, Round, EXP_INF};
use crate::dec::{nan_of, Dec};
use crate::divide::div;
use crate::round::finalize;
use crate::transcend::{exp, ln};

/// One with all digits of the precision.
fn padded_one(neg: bool, zeros: i64) -> Dec { Dec::new(neg, Coef::ONE.shift_left(zeros), -zeros) }

/// `base ** exponent`
pub fn pow(base: &Dec, exponent: &Dec, ctx: &Context, status: &mut u32) -> Dec {
    if let Some(nan) = nan_of(&[base, exponent], ctx.prec, ctx.clamp, status) { return nan }
    let whole = exponent.is_integer();
    let neg = base.neg && exponent.is_odd_integer();
    if base.is_zero() {
        return if exponent.is_zero() { Dec::invalid(flag::INVALID_OPERATION, status) } else if exponent.neg { Dec::inf(neg) } else { Dec::zero(neg, 0) };
    }
    if base.neg && (!whole || exponent.is_inf()) { return Dec::invalid(flag::INVALID_OPERATION, status) }
    if exponent.is_inf() {
        return match order_magnitudes(base, &Dec::one()) {
            Ordering::Equal => { *status |= flag::INEXACT | flag::ROUNDED; padded_one(neg, ctx.prec - 1) }
            order => if (order == Ordering::Greater) == exponent.neg { Dec::zero(neg, 0) } else { Dec::inf(neg) },
        };
    }
    if base.is_inf() {
        return if exponent.is_zero() { Dec::unit(neg, 0) } else if exponent.neg { Dec::zero(neg, 0) } else { Dec::inf(neg) };
    }
    if exponent.is_zero() { return Dec::unit(neg, 0) }
    if order_magnitudes(base, &Dec::one()).is_eq() { return power_of_one(base, exponent, whole, neg, ctx, status) }
    if let Some(d) = out_of_range(base, exponent, neg, ctx, status) { return d }
    if whole { return whole_power(base, exponent, neg, ctx, status) }
    let mut d = real_power(base, exponent, ctx, status);
    if d.is_finite() && crate::compare::order(&d, &Dec::one()).is_eq() { d = padded_one(false, ctx.prec - 1) }
    if d.is_inf() { d = Dec::unit(false, EXP_INF) }
    finalize(d, ctx, status)
}

fn power_of_one(base: &Dec, exponent: &Dec, whole: bool, neg: bool, ctx: &Context, status: &mut u32) -> Dec {
    let mut zeros = ctx.prec - 1;
    if whole {
        if exponent.neg { return Dec::unit(neg, 0) }
        // 1.00 ** 3 == 1.000000
        let digits = exponent.to_i64().and_then(|n| n.checked_mul(-base.exp)).unwrap_or(if base.exp == 0 { 0 } else { i64::MAX });
        if digits > zeros { *status |= flag::ROUNDED } else { zeros = digits }
    } else {
        *status |= flag::INEXACT | flag::ROUNDED;
    }
    padded_one(neg, zeros)
}

/// A lower bound of the exponent of `|log10(x)|`, for positive `x` that is not one.
fn log_exponent(x: &Dec) -> i64 {
    let digits = |n: i64| Coef::from(n.unsigned_abs()).digits();
    match x.adjusted() {
        n if n > 0 => digits(n) - 1,
        n if n < -1 => digits(n + 1) - 1,
        n => {
            let adjusted = sub(x, &Dec::one(), &Context::MAX, &mut 0).adjusted();
            if n == 0 { adjusted - 2 } else { adjusted - 1 }
        }
    }
}

/// The result of a power that is certainly too large or too small.
fn out_of_range(base: &Dec, exponent: &Dec, neg: bool, ctx: &Context, status: &mut u32) -> Option<Dec> {
    let least = log_exponent(&base.magnitude()) + exponent.adjusted();
    let grows = (base.adjusted() < 0) == exponent.neg;
    let limit = Coef::from(if grows { ctx.emax } else { ctx.etiny() }.unsigned_abs()).digits();
    if limit >= least { return None }
    Some(finalize(Dec::unit(neg, if grows { EXP_INF } else { ctx.etiny() - 1 }), ctx, status))
}

fn whole_power(base: &Dec, exponent: &Dec, neg: bool, ctx: &Context, status: &mut u32) -> Dec {
    let mut work = ctx.rounding(Round::HalfEven);
    work.prec += exponent.digits() + exponent.exp + 2;
    work.clamp = false;
    let mut start = base.magnitude();
    if exponent.neg {
        work.prec += 1;
        let mut own = 0;
        start = div(&Dec::one(), &start, &work, &mut own);
        *status |= own;
        if own & flag::ERRORS != 0 { return Dec::nan() }
    }
    let mut d = match exponent.magnitude().to_u64() {
        Some(n) => power_word(&start, n, &work, status),
        None => power_large(start, exponent, &work, status),
    };
    d.neg = neg;
    // The rounding may prefer the largest number.
    if d.is_inf() { d = Dec::unit(neg, EXP_INF) }
    finalize(d, ctx, status)
}

/// Whether a power has come to an end before its last digit.
fn settled(d: &Dec, own: u32) -> bool { !d.is_finite() || d.coef.is_zero() && own & flag::CLAMPED != 0 }

fn power_word(base: &Dec, n: u64, ctx: &Context, status: &mut u32) -> Dec {
    let mut own = 0;
    let mut d = base.clone();
    for bit in (0..63 - n.leading_zeros()).rev() {
        d = mul(&d, &d, ctx, &mut own);
        if n >> bit & 1 == 1 { d = mul(&d, base, ctx, &mut own) }
        if settled(&d, own) { break }
    }
    *status |= own;
    d
}

fn power_large(mut base: Dec, exponent: &Dec, ctx: &Context, status: &mut u32) -> Dec {
    let mut own = 0;
    let n = if exponent.exp >= 0 { exponent.coef.shift_left(exponent.exp) } else { exponent.coef.shift_right(-exponent.exp).0 }.into_big();
    let mut d = Dec::one();
    for bit in 0..n.bit_len() {
        if n.bit(bit) {
            d = mul(&d, &base, ctx, &mut own);
            if settled(&d, own) { break }
        }
        base = mul(&base, &base, ctx, &mut own);
    }
    *status |= own;
    d
}

fn real_power(base: &Dec, exponent: &Dec, ctx: &Context, status: &mut u32) -> Dec {
    // The digits of the largest exponent and four to be sure.
    let work = Context { prec: base.digits().max(ctx.prec) + 23, ..Context::MAX };
    let mut unused = 0;
    let log = ln(base, &work, &mut unused);
    let product = mul(&log, exponent, &work, &mut unused);
    exp(&product, &work, status)
}

impl Dec {
    fn to_u64(&self) -> Option<u64> {
        if self.neg || !self.is_integer() || self.adjusted() > 19 { return None }
        let c = if self.exp >= 0 { self.coef.shift_left(self.exp) } else { self.coef.shift_right(-self.exp).0 };
        c.small().and_then(|n| u64::try_from(n).ok())
    }
}

/// `base ** exponent % modulus` of whole numbers.
pub fn pow_mod(base: &Dec, exponent: &Dec, modulus: &Dec, ctx: &Context, status: &mut u32) -> Dec {
    if let Some(nan) = nan_of(&[base, exponent, modulus], ctx.prec, ctx.clamp, status) { return nan }
    let operands = [base, exponent, modulus];
    let fits = operands.iter().all(|d| d.is_integer()) && !modulus.is_zero() && modulus.digits() + modulus.exp <= ctx.prec;
    if !fits || exponent.is_zero() && base.is_zero() { return Dec::invalid(flag::INVALID_OPERATION, status) }
    let neg = base.neg && exponent.is_odd_integer();
    let m = whole_value(modulus).into_big();
    if exponent.is_zero() { return Dec::int(i64::from(m != UBig::ONE)) }
    if exponent.neg { return Dec::invalid(flag::INVALID_OPERATION, status) }
    if base.is_zero() { return Dec::zero(neg, 0) }
    if m == UBig::ONE { return Dec::zero(neg, 0) }
    let ring = ConstDivisor::new(m);
    // Zeros at the end are powers of ten in the ring, not digits.
    let split = |d: &Dec| if d.exp >= 0 { (d.coef.big(), d.exp as u64) } else { (whole_value(d).into_big(), 0) };
    let (c, zeros) = split(base);
    let mut r = ring.reduce(c) * ring.reduce(UBig::from(10u8)).pow(&UBig::from(zeros));
    let (n, zeros) = split(exponent);
    r = r.pow(&n);
    let ten = UBig::from(10u8);
    for _ in 0..zeros { r = r.pow(&ten) }
    Dec::new(neg, r.residue().into(), 0)
}

fn whole_value(d: &Dec) -> Coef { if d.exp >= 0 { d.coef.shift_left(d.exp) } else { d.coef.shift_right(-d.exp).0 } }
