//! Decimal numbers from and to binary ones: integers, floats, fractions, hashes.
//!
//! Not here: text (`text.rs`).

use dashu_base::Gcd;
use dashu_int::{IBig, Sign, UBig};

use crate::coef::{power_of_ten, Coef};
use crate::context::Context;
use crate::dec::Dec;
use crate::room;
use crate::round::finalize;

impl Dec {
    /// A whole number.
    pub fn from_big(n: &IBig) -> Dec { let (sign, n) = n.clone().into_parts(); Dec::new(sign == Sign::Negative, n.into(), 0) }

    /// A float, exactly.
    pub fn from_f64(x: f64) -> Dec {
        let neg = x.is_sign_negative();
        if x.is_nan() { return Dec::nan().with_sign(neg) }
        if x.is_infinite() { return Dec::inf(neg) }
        let bits = x.to_bits();
        let (biased, fraction) = ((bits >> 52 & 0x7FF) as i64, bits & ((1 << 52) - 1));
        let (mut mantissa, mut exponent) = if biased == 0 { (fraction, -1074) } else { (fraction | 1 << 52, biased - 1075) };
        if mantissa == 0 { return Dec::zero(neg, 0) }
        let zeros = mantissa.trailing_zeros();
        mantissa >>= zeros;
        exponent += i64::from(zeros);
        if exponent >= 0 { return Dec::new(neg, (UBig::from(mantissa) << exponent as usize).into(), 0) }
        let coef = if exponent > -28 { Coef::from(u128::from(mantissa)).mul(&(5u128.pow(-exponent as u32)).into()) }
            else { (UBig::from(mantissa) * UBig::from(5u8).pow(-exponent as usize)).into() };
        Dec::new(neg, coef, exponent)
    }

    /// Fitted into a context.
    pub fn fitted(self, ctx: &Context, status: &mut u32) -> Dec { finalize(self, ctx, status) }

    /// The whole part of a finite number.
    pub fn to_big(&self) -> IBig {
        let n = if self.exp >= 0 { room::need(self.exp + self.digits()); self.coef.shift_left(self.exp) } else { self.coef.shift_right(-self.exp).0 };
        IBig::from_parts(if self.neg { Sign::Negative } else { Sign::Positive }, n.into_big())
    }

    /// Numerator and denominator of a finite number, in lowest terms.
    pub fn ratio(&self) -> (IBig, IBig) {
        let sign = if self.neg { Sign::Negative } else { Sign::Positive };
        if self.coef.is_zero() { return (IBig::ZERO, IBig::ONE) }
        if self.exp >= 0 { return (self.to_big(), IBig::ONE) }
        // Zeros at the end go first: what is left has no power of ten.
        let zeros = self.coef.trailing_zeros().min(-self.exp);
        let (n, d) = (self.coef.shift_right(zeros).0.into_big(), power_of_ten(-self.exp - zeros));
        let common = (&n).gcd(&d);
        (IBig::from_parts(sign, n / &common), IBig::from(d / common))
    }

    /// The hash of a finite number: that of an equal int or fraction.
    pub fn hash(&self) -> i64 {
        /// The prime that hashes of numbers are taken by.
        const P: u64 = (1 << 61) - 1;
        /// The inverse of ten: the power P - 2 (Fermat).
        const TENTH: u64 = 2_075_258_708_292_324_556;
        // 2^61 is one in this field.
        let reduce = |n: u128| { let n = (n as u64 & P) + ((n >> 61) as u64 & P) + (n >> 122) as u64; let n = (n & P) + (n >> 61); if n >= P { n - P } else { n } };
        let times = |a: u64, b: u64| reduce(u128::from(a) * u128::from(b));
        let mut hash = match &self.coef { Coef::Big(n) => &**n % P, c => reduce(c.small().unwrap_or(0)) };
        let (mut base, mut n) = (if self.exp >= 0 { 10 } else { TENTH }, self.exp.unsigned_abs());
        while n > 0 { if n & 1 == 1 { hash = times(hash, base) } base = times(base, base); n >>= 1 }
        match if self.neg { -(hash as i64) } else { hash as i64 } { -1 => -2, n => n }
    }
}
