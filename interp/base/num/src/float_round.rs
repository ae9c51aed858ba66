//! Floats and exact integers: `round(x, n)`, `int(x)`, `as_integer_ratio`.
//!
//! Not here: text.
use crate::error::Error;
use dashu_int::IBig;

/// `round(value, places)`: correctly rounded, half to even on the exact decimal value of the float.
///
/// Errors: `OverflowError` when the rounded value is not a float.
pub fn round_float(value: f64, places: i64) -> Result<f64, Error> {
    // Beyond these every float is unchanged, or rounds to zero: 53 bits are at most 323 places, and 10^308 is the top.
    if !value.is_finite()
        || value == 0.0
        || places > 323
        || (places >= 0 && value.abs() >= 4_503_599_627_370_496.0)
    {
        return Ok(value);
    }
    if places < -308 {
        return Ok(0.0f64.copysign(value));
    }
    let result: f64 = if places >= 0 {
        format!("{value:.*}", places as usize)
            .parse()
            .unwrap_or(value)
    } else {
        let unit = IBig::from(10).pow(places.unsigned_abs() as usize);
        // The fraction part matters only for ties, and only by being nonzero.
        let whole = float_to_int(value.trunc())?;
        let inexact = value.fract() != 0.0;
        let rounded = round_to_multiple(&whole, &unit, inexact);
        let magnitude = crate::int_math::int_to_f64(&rounded)
            .ok_or_else(|| Error::overflow("rounded value too large to represent"))?;
        magnitude.abs().copysign(value)
    };
    if result.is_infinite() {
        return Err(Error::overflow("rounded value too large to represent"));
    }
    Ok(result)
}

fn round_to_multiple(whole: &IBig, unit: &IBig, inexact: bool) -> IBig {
    let negative = whole.sign() == dashu_int::Sign::Negative;
    let magnitude = if negative { -whole } else { whole.clone() };
    let quotient = &magnitude / unit;
    let rest = &magnitude - &quotient * unit;
    let twice = rest * IBig::from(2);
    let odd = (&quotient & IBig::from(1)) == IBig::from(1);
    let up = twice > *unit || (twice == *unit && (inexact || odd));
    let rounded = (quotient + IBig::from(u8::from(up))) * unit;
    if negative { -rounded } else { rounded }
}

/// `round(value)`: to the nearest whole float, half to even.
pub fn round_float_half_even(value: f64) -> f64 {
    value.round_ties_even()
}

/// `int(value)`: exact, toward zero. Errors: `ValueError` for NaN, `OverflowError` for infinities.
pub fn float_to_int(value: f64) -> Result<IBig, Error> {
    if value.is_nan() {
        return Err(Error::value("cannot convert float NaN to integer"));
    }
    if value.is_infinite() {
        return Err(Error::overflow("cannot convert float infinity to integer"));
    }
    if value.abs() < 9.0e18 {
        return Ok(IBig::from(value as i64));
    }
    let (mantissa, exponent) = parts(value);
    Ok(IBig::from(mantissa) << exponent.max(0) as usize)
}

/// `float.as_integer_ratio`: lowest terms, positive denominator.
pub fn float_as_integer_ratio(value: f64) -> Result<(IBig, IBig), Error> {
    if value.is_nan() {
        return Err(Error::value("cannot convert NaN to integer ratio"));
    }
    if value.is_infinite() {
        return Err(Error::overflow("cannot convert Infinity to integer ratio"));
    }
    let (mantissa, exponent) = parts(value);
    if mantissa == 0 {
        return Ok((IBig::ZERO, IBig::ONE));
    }
    let spare = mantissa
        .trailing_zeros()
        .min(exponent.min(0).unsigned_abs());
    let numerator = IBig::from(mantissa >> spare);
    let exponent = exponent + spare as i32;
    Ok(if exponent >= 0 {
        (numerator << exponent as usize, IBig::ONE)
    } else {
        (numerator, IBig::ONE << exponent.unsigned_abs() as usize)
    })
}

/// Signed 53-bit mantissa and binary exponent of a finite float.
fn parts(value: f64) -> (i64, i32) {
    let bits = value.to_bits();
    let fraction = (bits & ((1 << 52) - 1)) as i64;
    let biased = ((bits >> 52) & 0x7ff) as i32;
    let (mantissa, exponent) = if biased == 0 {
        (fraction, -1074)
    } else {
        (fraction | 1 << 52, biased - 1075)
    };
    (if value < 0.0 { -mantissa } else { mantissa }, exponent)
}
