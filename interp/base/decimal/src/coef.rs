//! Coefficients: natural numbers that are looked at digit by digit.
//!
//! Up to 128 bits they stand in place, larger ones are big integers; a number has one form only. Not here: signs and exponents
//! (`dec.rs`), 256-bit intermediates (`wide.rs`).

use std::cmp::Ordering;

use dashu_base::{BitTest, DivRem, SquareRootRem};
use dashu_int::UBig;

use crate::room;
use crate::wide::{digits128, Wide, POW128};

/// A natural number.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Coef {
    /// Up to 128 bits, lower word first.
    Small([u64; 2]),
    /// More than 128 bits.
    Big(Box<UBig>),
}

/// What a division by a power of ten threw away: the first digit lost, with 0 and 5 made 1 and 6 if anything not zero follows.
pub type Lost = u8;

/// `10^n`. Errors: memory, by unwinding (`room.rs`).
pub fn power_of_ten(n: i64) -> UBig {
    let n = n as usize;
    if n < POW128.len() { return UBig::from(POW128[n]) }
    room::need(n as i64);
    UBig::from(5u8).pow(n) << n
}

impl From<u128> for Coef {
    #[inline]
    fn from(n: u128) -> Coef { Coef::Small([n as u64, (n >> 64) as u64]) }
}

impl From<u64> for Coef {
    #[inline]
    fn from(n: u64) -> Coef { Coef::Small([n, 0]) }
}

impl From<UBig> for Coef {
    fn from(n: UBig) -> Coef { match u128::try_from(&n) { Ok(n) => n.into(), Err(_) => Coef::Big(Box::new(n)) } }
}

impl From<Wide> for Coef {
    fn from(n: Wide) -> Coef { if n.hi == 0 { n.lo.into() } else { Coef::Big(Box::new((UBig::from(n.hi) << 128) + UBig::from(n.lo))) } }
}

impl Coef {
    /// Zero.
    pub const ZERO: Coef = Coef::Small([0, 0]);
    /// One.
    pub const ONE: Coef = Coef::Small([1, 0]);

    /// The value if it has up to 128 bits.
    #[inline(always)]
    pub fn small(&self) -> Option<u128> { match self { Coef::Small([lo, hi]) => Some(u128::from(*hi) << 64 | u128::from(*lo)), Coef::Big(_) => None } }
    /// As a big integer.
    pub fn big(&self) -> UBig { match self { Coef::Big(n) => (**n).clone(), c => UBig::from(c.small().unwrap_or(0)) } }
    /// As a big integer, given away.
    pub fn into_big(self) -> UBig { match self { Coef::Big(n) => *n, c => UBig::from(c.small().unwrap_or(0)) } }

    /// Whether it is zero.
    #[inline]
    pub fn is_zero(&self) -> bool { matches!(self, Coef::Small([0, 0])) }
    /// Whether it is odd.
    #[inline]
    pub fn is_odd(&self) -> bool { match self { Coef::Small([lo, _]) => lo & 1 == 1, Coef::Big(n) => n.as_words().first().is_some_and(|w| w & 1 == 1) } }
    /// The lowest digit.
    pub fn last_digit(&self) -> u8 { match self.small() { Some(n) => (n % 10) as u8, None => (&self.big() % 10u8) as u8 } }

    /// Digits; one for zero.
    #[inline]
    pub fn digits(&self) -> i64 {
        match self {
            Coef::Small(_) => digits128(self.small().unwrap_or(0)),
            Coef::Big(n) => digits_big(n),
        }
    }

    /// `self * 10^n`
    pub fn shift_left(&self, n: i64) -> Coef {
        if n == 0 || self.is_zero() { return self.clone() }
        if let (Some(c), Some(p)) = (self.small(), usize::try_from(n).ok().and_then(|n| POW128.get(n))) { return Wide::product(c, *p).into() }
        room::need(self.digits() + n);
        (self.big() * power_of_ten(n)).into()
    }

    /// `self / 10^n` and what was lost.
    pub fn shift_right(&self, n: i64) -> (Coef, Lost) {
        if n <= 0 { return (self.clone(), 0) }
        if let Some(c) = self.small() {
            let Some(p) = POW128.get(n as usize) else { return (Coef::ZERO, u8::from(c != 0)) };
            let (q, r) = split(c, *p);
            return (q.into(), lost_of(r, n));
        }
        if n > self.digits() { return (Coef::ZERO, 1) }
        let (q, r) = self.big().div_rem(&power_of_ten(n));
        (q.into(), Coef::from(r).lost(n))
    }

    /// What `self`, the rest of a division by `10^n`, says of rounding.
    fn lost(&self, n: i64) -> Lost {
        if let (Some(r), true) = (self.small(), n < POW128.len() as i64) { return lost_of(r, n) }
        if self.is_zero() { return 0 }
        let (first, rest) = self.big().div_rem(&power_of_ten(n - 1));
        let first = u8::try_from(first).expect("law: one digit");
        if matches!(first, 0 | 5) && !rest.is_zero() { first + 1 } else { first }
    }

    /// `self + b`
    pub fn add(&self, b: &Coef) -> Coef {
        match (self.small(), b.small()) {
            (Some(x), Some(y)) => match x.checked_add(y) { Some(n) => n.into(), None => Coef::from(Wide { hi: 1, lo: x.wrapping_add(y) }) },
            _ => (self.big() + b.big()).into(),
        }
    }
    /// `self - b`, for `b` that is not greater.
    pub fn sub(&self, b: &Coef) -> Coef {
        match (self.small(), b.small()) { (Some(x), Some(y)) => (x - y).into(), _ => (self.big() - b.big()).into() }
    }
    /// `self * b`
    pub fn mul(&self, b: &Coef) -> Coef {
        match (self.small(), b.small()) {
            (Some(x), Some(y)) => Wide::product(x, y).into(),
            _ => { room::need(self.digits() + b.digits()); (self.big() * b.big()).into() }
        }
    }
    /// Quotient and rest of a division by a number that is not zero.
    pub fn div_rem(&self, d: &Coef) -> (Coef, Coef) {
        match (self.small(), d.small()) {
            (Some(x), Some(y)) => { let (q, r) = split(x, y); (q.into(), r.into()) }
            _ => { let (q, r) = self.big().div_rem(&d.big()); (q.into(), r.into()) }
        }
    }
    /// `self + 1`
    pub fn succ(&self) -> Coef { self.add(&Coef::ONE) }
    /// The whole part of the square root and what is left.
    pub fn sqrt_rem(&self) -> (Coef, Coef) { let (r, rest) = self.big().sqrt_rem(); (r.into(), rest.into()) }

    /// Zeros at the end; 0 for zero.
    pub fn trailing_zeros(&self) -> i64 {
        if self.is_zero() { return 0 }
        if let Some(mut n) = self.small() {
            let mut zeros = 0;
            // 10 divides only what 2 divides as often.
            if n & 0xFFFF == 0 { while n % POW128[16] == 0 { n /= POW128[16]; zeros += 16 } }
            while n & 1 == 0 { let (q, r) = split(n, 10); if r != 0 { break } n = q; zeros += 1 }
            return zeros;
        }
        let n = self.big();
        let most = n.trailing_zeros().unwrap_or(0) as i64;
        let (mut low, mut high) = (0, most.min(self.digits()));
        // The largest power of ten that divides it: first by doubling, then by halves.
        let divides = |k: i64| k == 0 || (&n % &power_of_ten(k)).is_zero();
        let mut step = 1;
        while low + step <= high && divides(low + step) { low += step; step *= 2 }
        high = high.min(low + step);
        while low < high {
            let mid = low + (high - low + 1) / 2;
            if divides(mid) { low = mid } else { high = mid - 1 }
        }
        low
    }

    /// Whether it is a power of ten.
    pub fn is_power_of_ten(&self) -> bool {
        match self.small() { Some(n) => n == POW128[digits128(n) as usize - 1], None => self.trailing_zeros() == self.digits() - 1 }
    }

    /// The digits as text.
    pub fn text(&self) -> String {
        match self.small() {
            Some(n) => match u64::try_from(n) { Ok(n) => n.to_string(), Err(_) => n.to_string() },
            None => { room::need(self.digits()); self.big().to_string() }
        }
    }

    /// The number that ASCII digits spell.
    pub fn of_digits(text: &[u8]) -> Coef {
        let text = &text[text.iter().take_while(|c| **c == b'0').count()..];
        let value = |t: &[u8]| t.iter().fold(0u64, |n, c| n * 10 + u64::from(c - b'0'));
        match text.len() {
            0..=19 => value(text).into(),
            20..=38 => { let (high, low) = text.split_at(text.len() - 19); (u128::from(value(high)) * POW128[19] + u128::from(value(low))).into() }
            n => {
                room::need(n as i64);
                let text = std::str::from_utf8(text).unwrap_or("0");
                UBig::from_str_radix(text, 10).unwrap_or(UBig::ZERO).into()
            }
        }
    }
}

impl PartialOrd for Coef {
    fn partial_cmp(&self, other: &Coef) -> Option<Ordering> { Some(self.cmp(other)) }
}

impl Ord for Coef {
    fn cmp(&self, other: &Coef) -> Ordering {
        match (self, other) {
            (Coef::Big(a), Coef::Big(b)) => a.cmp(b),
            (Coef::Big(_), _) => Ordering::Greater,
            (_, Coef::Big(_)) => Ordering::Less,
            _ => self.small().cmp(&other.small()),
        }
    }
}

/// Quotient and rest, quicker for words than what the 128-bit operators do.
#[inline]
pub fn split(n: u128, d: u128) -> (u128, u128) {
    match (u64::try_from(n), u64::try_from(d)) {
        (Ok(n), Ok(d)) => ((n / d).into(), (n % d).into()),
        _ => { let q = n / d; (q, n - q * d) }
    }
}

/// The lost digit of a rest `r < 10^n`.
#[inline]
pub fn lost_of(r: u128, n: i64) -> Lost {
    if r == 0 { return 0 }
    let (first, rest) = split(r, POW128[n as usize - 1]);
    let first = first as u8;
    if matches!(first, 0 | 5) && rest != 0 { first + 1 } else { first }
}

fn digits_big(n: &UBig) -> i64 {
    let bits = n.bit_len() as u128;
    // log10(2) to 64 bits, rounded down: the estimate is exact or one too small, and mostly tells so itself.
    const LOG: u128 = 5_553_023_288_523_357_132;
    let low = ((bits - 1) * LOG >> 64) as i64 + 1;
    let high = (bits * (LOG + 1) >> 64) as i64 + 1;
    if low == high { return low }
    // Leading bits decide unless the number is very near to the power of ten between.
    let power = power_of_ten(low);
    if *n >= power { low + 1 } else { low }
}
