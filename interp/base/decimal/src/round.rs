//! Fitting an exact result into a context: rounding, overflow, underflow, clamping.
//!
//! Not here: rounding to a given exponent (`quantize.rs`).

use crate::coef::{lost_of, power_of_ten, split, Coef, Lost};
use crate::context::{flag, Context, Round};
use crate::dec::{fix_nan, Dec};
use crate::wide::{digits128, Wide, POW128};

/// Whether the last digit kept goes up.
#[inline]
pub fn goes_up(neg: bool, coef: &Coef, lost: Lost, round: Round) -> bool {
    match round {
        Round::Down => false,
        Round::HalfUp => lost >= 5,
        Round::HalfEven => lost > 5 || lost == 5 && coef.is_odd(),
        Round::HalfDown => lost > 5,
        Round::Ceiling => lost != 0 && !neg,
        Round::Floor => lost != 0 && neg,
        Round::Up => lost != 0,
        Round::ZeroFiveUp => lost != 0 && matches!(coef.last_digit(), 0 | 5),
    }
}

/// Fits `d` into the context.
#[inline]
pub fn finalize(mut d: Dec, ctx: &Context, status: &mut u32) -> Dec {
    // What nearly all results are.
    if d.is_finite() && d.digits() <= ctx.prec && !ctx.clamp {
        let adjusted = d.adjusted();
        if adjusted <= ctx.emax && adjusted >= ctx.emin { return d }
    }
    fit(&mut d, ctx, status);
    d
}

fn fit(d: &mut Dec, ctx: &Context, status: &mut u32) {
    if d.is_nan() { fix_nan(d, ctx.prec, ctx.clamp); return }
    if !d.is_finite() { return }
    check_exponent(d, ctx, status);
    if d.is_finite() && d.digits() > ctx.prec {
        let n = d.digits() - ctx.prec;
        let (coef, lost) = d.coef.shift_right(n);
        *status |= flag::ROUNDED | if lost != 0 { flag::INEXACT } else { 0 };
        d.exp += n;
        rounded(d, coef, lost, ctx, status);
    }
}

/// Puts a cut coefficient in, incremented if the rounding says so.
fn rounded(d: &mut Dec, coef: Coef, lost: Lost, ctx: &Context, status: &mut u32) {
    if !goes_up(d.neg, &coef, lost, ctx.round) { d.set_coef(coef); return }
    d.set_coef(coef.succ());
    if d.digits() > ctx.prec {
        d.set_coef(d.coef.shift_right(1).0);
        d.exp += 1;
        check_exponent(d, ctx, status);
    }
}

/// The largest coefficient of a precision.
pub fn nines(prec: i64) -> Coef { (power_of_ten(prec) - 1u8).into() }

fn check_exponent(d: &mut Dec, ctx: &Context, status: &mut u32) {
    let adjusted = d.adjusted();
    if adjusted > ctx.emax {
        if d.coef.is_zero() {
            d.exp = if ctx.clamp { ctx.etop() } else { ctx.emax };
            *status |= flag::CLAMPED;
            return;
        }
        let largest = match ctx.round {
            Round::HalfUp | Round::HalfEven | Round::HalfDown | Round::Up => false,
            Round::Down | Round::ZeroFiveUp => true,
            Round::Ceiling => d.neg,
            Round::Floor => !d.neg,
        };
        *d = if largest { Dec::new(d.neg, nines(ctx.prec), ctx.etop()) } else { Dec::inf(d.neg) };
        *status |= flag::OVERFLOW | flag::INEXACT | flag::ROUNDED;
    } else if ctx.clamp && d.exp > ctx.etop() {
        let n = d.exp - ctx.etop();
        d.set_coef(d.coef.shift_left(n));
        d.exp -= n;
        *status |= flag::CLAMPED;
        if !d.coef.is_zero() && adjusted < ctx.emin { *status |= flag::SUBNORMAL }
    } else if adjusted < ctx.emin {
        let etiny = ctx.etiny();
        if d.coef.is_zero() {
            if d.exp < etiny { d.exp = etiny; *status |= flag::CLAMPED }
            return;
        }
        *status |= flag::SUBNORMAL;
        if d.exp < etiny {
            let (coef, lost) = d.coef.shift_right(etiny - d.exp);
            d.exp = etiny;
            *status |= flag::ROUNDED;
            let up = goes_up(d.neg, &coef, lost, ctx.round);
            d.set_coef(if up { coef.succ() } else { coef });
            if lost != 0 {
                *status |= flag::INEXACT | flag::UNDERFLOW;
                if d.coef.is_zero() { *status |= flag::CLAMPED }
            }
        }
    }
}

/// Fits `±n * 10^exp`, an exact result of up to 256 bits, into the context.
#[inline]
pub fn finalize_wide(neg: bool, n: Wide, exp: i64, ctx: &Context, status: &mut u32) -> Dec {
    if n.hi == 0 {
        let digits = digits128(n.lo);
        if digits <= ctx.prec { return finalize(Dec::with_digits(neg, n.lo.into(), digits, exp), ctx, status) }
    }
    let extra = n.digits() - ctx.prec;
    // Only numbers that are normal before and after rounding: the rest takes the long way.
    let adjusted = exp.saturating_add(n.digits() - 1);
    if extra <= 0 || extra >= POW128.len() as i64 || ctx.clamp || adjusted >= ctx.emax || adjusted < ctx.emin {
        return finalize(Dec::new(neg, n.into(), exp), ctx, status);
    }
    let (q, r) = if n.hi == 0 { let (q, r) = split(n.lo, POW128[extra as usize]); (Wide { hi: 0, lo: q }, r) } else { n.div_rem(POW128[extra as usize]) };
    let lost = lost_of(r, extra);
    *status |= flag::ROUNDED | if lost != 0 { flag::INEXACT } else { 0 };
    let coef = Coef::from(q);
    if !goes_up(neg, &coef, lost, ctx.round) { return Dec::with_digits(neg, coef, ctx.prec, exp + extra) }
    let up = coef.succ();
    if up.digits() == ctx.prec { Dec::with_digits(neg, up, ctx.prec, exp + extra) }
    else { Dec::new(neg, up.shift_right(1).0, exp + extra + 1) }
}
