//! Exponential and logarithms, correctly rounded to the nearest.
//!
//! Each is computed in binary fixed point to some digits more than needed; if the doubt that is left could change the rounding,
//! again with more (Ziv's strategy). Not here: powers (`power.rs`).

use dashu_base::BitTest;
use dashu_int::{IBig, UBig};

use crate::arith::{add, sub};
use crate::coef::{power_of_ten, Coef};
use crate::compare::order;
use crate::context::{flag, Context, Round, EMAX_MAX, EMIN_MIN, EXP_INF};
use crate::dec::{nan_of, Dec};
use crate::room;
use crate::round::finalize;

/// Bits behind the point of [`LN10`].
const LN10_BITS: usize = 2048;
/// The natural logarithm of ten, rounded down, lowest word first.
static LN10: [u64; 33] = [
    0x32C119B586E9923B, 0xB5AFEFFF6086E829, 0x8E295C03FF78B6C6, 0xDDF8DD813A50E583, 0xA527AAAB7DA7A297,
    0xA2011FC5EC366D42, 0xE12323497EBC6F2B, 0xF7F4F145D239B5B8, 0xBE2121BAA6DD0078, 0xD1FEA5B7AC9C4182,
    0x15D973789A0CE76F, 0x902FCF30785049A9, 0x6C74A3A95F53F703, 0x91FB2C9A5E31753F, 0x7356D0B9A89C5866,
    0x891E3F2AB4EBBA62, 0x1A7A963A4C17A607, 0x6C22C15F57B7883D, 0x3A4CDA3511E2713D, 0x299ECD6C8D814216,
    0x4586ED2748671EEF, 0xBD9B3AC12ACF1BE9, 0xD96A9B0EC360C7EF, 0xE0B3E28A2A324479, 0xEE3DE2100B945B59,
    0xB1889061042F8B6B, 0x31C32F00B17C35A0, 0x58BC0B5EC6A04173, 0x0F187A0807C0B5CA, 0x8A3FB3E76977E43A,
    0xA95B58AE0B4C28A3, 0x4D763776AAA2B05B, 0x0000000000000002,
];

/// `ln(10) * 2^bits`, at most two too small.
fn ln10(bits: usize) -> UBig {
    if bits <= LN10_BITS { return UBig::from_words(&LN10) >> (LN10_BITS - bits) }
    // Machin's way: 46 acoth 31 + 34 acoth 49 + 20 acoth 161.
    let guard = 32;
    (acoth(31, bits + guard) * 46u8 + acoth(49, bits + guard) * 34u8 + acoth(161, bits + guard) * 20u8) >> guard
}

fn acoth(q: u32, bits: usize) -> UBig {
    let mut power = (UBig::ONE << bits) / q;
    let mut sum = power.clone();
    let mut k = 3u32;
    while !power.is_zero() {
        power /= q * q;
        sum += &power / k;
        k += 2;
    }
    sum
}

/// `e^(x / 2^bits) * 2^bits` for `0 <= x < 2.4 * 2^bits`; wrong by less than 4.
fn exp_fixed(x: &UBig, bits: usize) -> UBig {
    let halvings = (bits as f64).sqrt() as usize * 2 / 3 + 3;
    let work = bits + 2 * halvings + 16;
    let x = (x << (work - bits)) >> halvings;
    let mut term = UBig::ONE << work;
    let mut sum = term.clone();
    let mut k = 1u64;
    while !term.is_zero() {
        term = ((term * &x) >> work) / k;
        sum += &term;
        k += 1;
    }
    for _ in 0..halvings { sum = (&sum * &sum) >> work }
    sum >> (work - bits)
}

/// `n / 2^bits`
fn to_f64(n: &UBig, bits: usize) -> f64 {
    let length = n.bit_len();
    let cut = length.saturating_sub(64);
    let top = u64::try_from(&(n >> cut)).unwrap_or(u64::MAX) as f64;
    let power = cut as i64 - bits as i64;
    if power < -1100 { 0.0 } else { top * 2f64.powi(power as i32) }
}

/// `ln(m / 2^bits) * 2^bits` for m between 0.3 and 3.3; wrong by less than 32.
fn ln_fixed(m: &UBig, bits: usize) -> IBig {
    let one = UBig::ONE << bits;
    let start = if *m >= one { to_f64(&(m - &one), bits).ln_1p() } else { (-to_f64(&(&one - m), bits)).ln_1p() };
    // Each step makes three times as many bits right; the first ones are made with few bits.
    let mut sizes = vec![bits];
    while sizes[sizes.len() - 1] > 40 { sizes.push(sizes[sizes.len() - 1] / 3 + 6); if sizes.len() > 64 { break } }
    sizes.reverse();
    let mut y = IBig::from((start * (1u64 << 60) as f64) as i64);
    let mut have = 60usize;
    for size in sizes {
        let size = size.max(16);
        y = if size >= have { y << (size - have) } else { y >> (have - size) };
        have = size;
        let m = IBig::from(m >> (bits - size.min(bits)) << (size - size.min(bits)));
        let raised = exp_fixed(&y.clone().unsigned_abs(), size);
        let e = IBig::from(if y < IBig::ZERO { (UBig::ONE << (2 * size)) / raised } else { raised });
        y += ((&m - &e) << (size + 1)) / (m + e);
    }
    y
}

trait Magnitude { fn unsigned_abs(self) -> UBig; }
impl Magnitude for IBig { fn unsigned_abs(self) -> UBig { self.into_parts().1 } }

/// Bits that hold so many decimal digits, and some more.
fn bits_of(digits: i64) -> usize {
    room::need(digits);
    (digits as usize * 3322 / 1000) + 40
}

/// Tries ever more digits until the rounding is sure. `attempt(n)` gives `(neg, c, exp)`: a result between `c` and `c + 1`, give
/// or take a tenth, times `10^exp`, where `c` has at least `n` digits.
fn ziv(ctx: &Context, status: &mut u32, attempt: impl Fn(i64) -> (bool, UBig, i64)) -> Dec {
    let mut prec = ctx.prec.saturating_add(3);
    loop {
        let (neg, c, exp) = attempt(prec + 2);
        // As CPython's library does it: the exponent's limits apply to what has been rounded to the working precision.
        let wide = Context { prec, emax: 5 * EMAX_MAX, emin: 5 * EMIN_MIN, ..Context::MAX };
        let d = finalize(Dec::new(neg, Coef::from(c * 10u8 + 5u8), exp - 1), &wide, &mut 0);
        let (ulp, mut unused) = (Dec::unit(false, d.exp + d.digits() - prec), 0);
        let (above, below) = (add(&d, &ulp, ctx, &mut unused), sub(&d, &ulp, ctx, &mut unused));
        if above.kind == below.kind && (!above.is_finite() || order(&above, &below).is_eq()) {
            *status |= flag::INEXACT | flag::ROUNDED;
            if d.adjusted() < ctx.emin { *status |= flag::UNDERFLOW }
            return finalize(d, ctx, status);
        }
        prec += prec / 4 + 19;
    }
}

/// From here on CPython's library cannot say how many terms it would need, and gives up.
const EXP_PREC_MAX: i64 = 2_711_437_152_599_294;

/// `e^a`
pub fn exp(a: &Dec, ctx: &Context, status: &mut u32) -> Dec {
    if let Some(nan) = nan_of(&[a], ctx.prec, ctx.clamp, status) { return nan }
    if a.is_inf() { return if a.neg { Dec::zero(false, 0) } else { Dec::inf(false) } }
    if a.coef.is_zero() { return Dec::one() }
    let ctx = &ctx.rounding(Round::HalfEven);
    // So near to zero that the result is one.
    if a.adjusted() < -(ctx.prec + 1) {
        *status |= flag::ROUNDED | flag::INEXACT;
        return finalize(Dec::new(false, Coef::ONE.shift_left(ctx.prec - 1), 1 - ctx.prec), ctx, status);
    }
    if ctx.prec + 5 > EXP_PREC_MAX { return Dec::invalid(flag::INVALID_OPERATION, status) }
    if a.adjusted() > 18 { return finalize(Dec::unit(false, if a.neg { ctx.etiny() - 2 } else { EXP_INF }), ctx, status) }
    ziv(ctx, status, |n| {
        let bits = bits_of(n);
        let wide = bits + 72;
        let x = scaled(a, 0, wide);
        let ln = ln10(wide);
        let k = &x / &ln;
        let rest = x - &k * &ln;
        let k = i64::try_from(k).unwrap_or(i64::MAX / 2);
        let (rest, k) = if a.neg { (ln - rest, -k - 1) } else { (rest, k) };
        let raised = exp_fixed(&(rest >> (wide - bits)), bits);
        (false, (raised * power_of_ten(n - 1)) >> bits, k - (n - 1))
    })
}

/// The magnitude of `a * 10^-e` times `2^bits`, rounded down.
fn scaled(a: &Dec, e: i64, bits: usize) -> UBig {
    let exp = a.exp - e;
    if exp >= 0 { (a.coef.big() * power_of_ten(exp)) << bits } else if -exp > a.digits() + bits as i64 { UBig::ZERO } else { (a.coef.big() << bits) / power_of_ten(-exp) }
}

/// Digits of a count.
fn digits_of(n: i64) -> i64 { Coef::from(n.unsigned_abs()).digits() }

/// What both logarithms answer without computing, and the sign of an overflow.
fn log_special(a: &Dec, ctx: &Context, status: &mut u32) -> Option<Dec> {
    if let Some(nan) = nan_of(&[a], ctx.prec, ctx.clamp, status) { return Some(nan) }
    if a.is_zero() { return Some(Dec::inf(true)) }
    if a.neg { return Some(Dec::invalid(flag::INVALID_OPERATION, status)) }
    if a.is_inf() { return Some(Dec::inf(false)) }
    None
}

fn log_overflow(a: &Dec, factor: i64, ctx: &Context, status: &mut u32) -> Option<Dec> {
    let adjusted = a.adjusted();
    let least = if adjusted < 0 { -adjusted - 1 } else { adjusted };
    if digits_of(least * factor) - 1 <= ctx.emax { return None }
    *status |= flag::OVERFLOW | flag::INEXACT | flag::ROUNDED;
    Some(Dec::inf(adjusted < 0))
}

/// The natural logarithm, or that to the base ten, of a positive finite number that is not one.
fn logarithm(a: &Dec, decimal: bool, ctx: &Context, status: &mut u32) -> Dec {
    // a = m * 10^e with m between 0.316 and 3.17
    let mut e = a.adjusted();
    let top = a.coef.shift_right((a.digits() - 3).max(0)).0.shift_left((3 - a.digits()).max(0));
    if top >= Coef::from(317u64) { e += 1 }
    // Near one the digits begin so much later.
    let late = if e == 0 { (-sub(a, &Dec::one(), &Context::MAX, &mut 0).adjusted()).max(0) } else { 0 };
    ziv(&ctx.rounding(Round::HalfEven), status, |n| {
        let n = n + late + 1;
        let bits = bits_of(n);
        let wide = bits + 72;
        let mut y = ln_fixed(&scaled(a, e, wide), wide);
        if e != 0 { y += IBig::from(ln10(wide + 64) * UBig::from(e.unsigned_abs()) >> 64) * IBig::from(e.signum()) }
        let (sign, mut c) = y.into_parts();
        if decimal { c = (c << wide) / ln10(wide) }
        (sign == dashu_int::Sign::Negative, (c * power_of_ten(n)) >> wide, -n)
    })
}

/// The natural logarithm.
pub fn ln(a: &Dec, ctx: &Context, status: &mut u32) -> Dec {
    if let Some(d) = log_special(a, ctx, status) { return d }
    if order(a, &Dec::one()).is_eq() { return Dec::zero(false, 0) }
    if let Some(d) = log_overflow(a, 2, ctx, status) { return d }
    logarithm(a, false, ctx, status)
}

/// The logarithm to the base ten.
pub fn log10(a: &Dec, ctx: &Context, status: &mut u32) -> Dec {
    if let Some(d) = log_special(a, ctx, status) { return d }
    if a.coef.is_power_of_ten() { return finalize(Dec::int(a.adjusted()), &ctx.rounding(Round::HalfEven), status) }
    if let Some(d) = log_overflow(a, 1, ctx, status) { return d }
    logarithm(a, true, ctx, status)
}
