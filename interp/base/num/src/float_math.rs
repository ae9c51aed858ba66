//! Float arithmetic with Python's rules: floor division and remainder, and exact comparison with integers.
//!
//! Not here: rounding (float_round), powers, which are C's `pow` with checks the interpreter makes.
use crate::error::Error;
use crate::float_round::float_to_int;
use dashu_int::IBig;
use std::cmp::Ordering;

/// `divmod(a, b)`: the remainder has the sign of `b`. Errors: `ZeroDivisionError`.
pub fn float_divmod(a: f64, b: f64) -> Result<(f64, f64), Error> {
    if b == 0.0 {
        return Err(Error::zero_division("division by zero"));
    }
    let mut rest = a % b;
    let mut quotient = (a - rest) / b;
    if rest == 0.0 {
        rest = 0.0f64.copysign(b);
    } else if (b < 0.0) != (rest < 0.0) {
        rest += b;
        quotient -= 1.0;
    }
    let whole = if quotient == 0.0 {
        0.0f64.copysign(a / b)
    } else {
        let floor = quotient.floor();
        if quotient - floor > 0.5 {
            floor + 1.0
        } else {
            floor
        }
    };
    Ok((whole, rest))
}

/// `a // b`. Errors: `ZeroDivisionError`.
pub fn float_floor_div(a: f64, b: f64) -> Result<f64, Error> {
    float_divmod(a, b).map(|pair| pair.0)
}

/// `a % b`. Errors: `ZeroDivisionError`.
pub fn float_mod(a: f64, b: f64) -> Result<f64, Error> {
    float_divmod(a, b).map(|pair| pair.1)
}

/// Exact order of an integer and a float; `None` for NaN.
pub fn compare_int_float(a: &IBig, b: f64) -> Option<Ordering> {
    if b.is_nan() {
        return None;
    }
    if b.is_infinite() {
        return Some(if b > 0.0 {
            Ordering::Less
        } else {
            Ordering::Greater
        });
    }
    let whole = float_to_int(b.trunc()).ok()?;
    Some(
        a.cmp(&whole)
            .then_with(|| 0.0.partial_cmp(&b.fract()).unwrap_or(Ordering::Equal)),
    )
}

/// Exact order of a word and a float; `None` for NaN.
#[inline]
pub fn compare_i64_float(a: i64, b: f64) -> Option<Ordering> {
    // Up to 2^53 the conversion is exact.
    if a.unsigned_abs() <= 1 << 53 {
        return (a as f64).partial_cmp(&b);
    }
    compare_int_float(&IBig::from(a), b)
}
