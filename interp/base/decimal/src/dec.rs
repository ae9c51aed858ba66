//! Decimal numbers: finite ones as sign, coefficient and exponent, infinities, and NaNs with a payload.
//!
//! Not here: arithmetic; the numbers know no context.

use crate::coef::Coef;
use crate::context::flag;

/// What a number is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// `coef * 10^exp`
    Finite,
    /// Infinity.
    Inf,
    /// Quiet NaN.
    Nan,
    /// Signalling NaN.
    SNan,
}

/// A decimal number.
#[derive(Clone, Debug)]
pub struct Dec {
    /// The coefficient; the payload of a NaN, zero for none.
    pub coef: Coef,
    /// The exponent; 0 unless finite.
    pub exp: i64,
    /// Digits of the coefficient, one for zero.
    digits: i64,
    /// What it is.
    pub kind: Kind,
    /// Whether it has a minus sign.
    pub neg: bool,
}

impl Dec {
    /// A finite number.
    #[inline]
    pub fn new(neg: bool, coef: Coef, exp: i64) -> Dec { let digits = coef.digits(); Dec { coef, exp, digits, kind: Kind::Finite, neg } }
    /// A finite number whose digits have been counted.
    #[inline]
    pub fn with_digits(neg: bool, coef: Coef, digits: i64, exp: i64) -> Dec {
        debug_assert_eq!(digits, coef.digits());
        Dec { coef, exp, digits, kind: Kind::Finite, neg }
    }
    /// A small integer.
    pub fn int(n: i64) -> Dec { Dec::new(n < 0, n.unsigned_abs().into(), 0) }
    /// Zero with an exponent.
    pub fn zero(neg: bool, exp: i64) -> Dec { Dec { coef: Coef::ZERO, exp, digits: 1, kind: Kind::Finite, neg } }
    /// `1 * 10^exp`
    pub fn unit(neg: bool, exp: i64) -> Dec { Dec { coef: Coef::ONE, exp, digits: 1, kind: Kind::Finite, neg } }
    /// One.
    pub fn one() -> Dec { Dec::unit(false, 0) }
    /// Infinity.
    pub fn inf(neg: bool) -> Dec { Dec { coef: Coef::ZERO, exp: 0, digits: 1, kind: Kind::Inf, neg } }
    /// A quiet NaN.
    pub fn nan() -> Dec { Dec { coef: Coef::ZERO, exp: 0, digits: 1, kind: Kind::Nan, neg: false } }
    /// A NaN with a payload.
    pub fn nan_with(neg: bool, signalling: bool, payload: Coef) -> Dec {
        let digits = payload.digits();
        Dec { coef: payload, exp: 0, digits, kind: if signalling { Kind::SNan } else { Kind::Nan }, neg }
    }
    /// A NaN as the answer of an operation that has none, and the condition reported.
    #[cold]
    pub fn invalid(condition: u32, status: &mut u32) -> Dec { *status |= condition; Dec::nan() }

    /// Digits of the coefficient, one for zero.
    #[inline]
    pub fn digits(&self) -> i64 { self.digits }
    /// Puts another coefficient in.
    #[inline]
    pub fn set_coef(&mut self, coef: Coef) { self.digits = coef.digits(); self.coef = coef }
    /// Whether it is neither infinite nor NaN.
    #[inline]
    pub fn is_finite(&self) -> bool { self.kind == Kind::Finite }
    /// Whether it is infinite.
    #[inline]
    pub fn is_inf(&self) -> bool { self.kind == Kind::Inf }
    /// Whether it is a NaN of either kind.
    #[inline]
    pub fn is_nan(&self) -> bool { matches!(self.kind, Kind::Nan | Kind::SNan) }
    /// Whether it is a signalling NaN.
    #[inline]
    pub fn is_snan(&self) -> bool { self.kind == Kind::SNan }
    /// Whether it is a finite zero.
    #[inline]
    pub fn is_zero(&self) -> bool { self.is_finite() && self.coef.is_zero() }
    /// The exponent of the first digit.
    #[inline]
    pub fn adjusted(&self) -> i64 { self.exp + self.digits - 1 }
    /// Whether it is a whole number.
    pub fn is_integer(&self) -> bool {
        if !self.is_finite() { return false }
        self.coef.is_zero() || self.exp >= 0 || -self.exp < self.digits && self.coef.trailing_zeros() >= -self.exp
    }
    /// Whether it is a whole number that is odd.
    pub fn is_odd_integer(&self) -> bool {
        if !self.is_integer() || self.exp > 0 || self.coef.is_zero() { return false }
        if self.exp == 0 { self.coef.is_odd() } else { self.coef.shift_right(-self.exp).0.is_odd() }
    }
    /// The value if it is a whole number of a word.
    pub fn to_i64(&self) -> Option<i64> {
        if !self.is_integer() { return None }
        if self.coef.is_zero() { return Some(0) }
        if self.adjusted() > 19 { return None }
        let c = if self.exp >= 0 { self.coef.shift_left(self.exp) } else { self.coef.shift_right(-self.exp).0 };
        let c = i128::try_from(c.small()?).ok()?;
        i64::try_from(if self.neg { -c } else { c }).ok()
    }
    /// The same with another sign.
    pub fn with_sign(&self, neg: bool) -> Dec { Dec { neg, ..self.clone() } }
    /// The same with another exponent.
    pub fn with_exponent(&self, exp: i64) -> Dec { Dec { exp, ..self.clone() } }
    /// The same with the other sign.
    pub fn negated(&self) -> Dec { Dec { neg: !self.neg, ..self.clone() } }
    /// The same without sign.
    pub fn magnitude(&self) -> Dec { Dec { neg: false, ..self.clone() } }
    /// -1, 0 or 1.
    pub fn signum(&self) -> i32 { if self.is_zero() { 0 } else if self.neg { -1 } else { 1 } }
}

/// The NaN that an operation on NaNs gives: the first signalling one, made quiet, else the first quiet one.
pub fn nan_of(operands: &[&Dec], prec: i64, clamp: bool, status: &mut u32) -> Option<Dec> {
    if operands.iter().all(|d| !d.is_nan()) { return None }
    let signalling = operands.iter().find(|d| d.is_snan());
    if signalling.is_some() { *status |= flag::INVALID_OPERATION }
    let chosen = signalling.or_else(|| operands.iter().find(|d| d.is_nan()))?;
    let mut nan = Dec { kind: Kind::Nan, ..(**chosen).clone() };
    fix_nan(&mut nan, prec, clamp);
    Some(nan)
}

/// Cuts a payload to what a context has room for.
pub fn fix_nan(nan: &mut Dec, prec: i64, clamp: bool) {
    let room = prec - i64::from(clamp);
    if nan.digits > room {
        if room == 0 { nan.set_coef(Coef::ZERO); return }
        // The lowest digits stay.
        let (_, rest) = nan.coef.div_rem(&crate::coef::power_of_ten(room).into());
        nan.set_coef(rest);
    }
}
