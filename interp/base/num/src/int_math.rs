//! Integer arithmetic with Python's rules that the big-integer library does not have: floor division, correctly rounded
//! division and conversion to float, modular powers of any sign, two's complement bytes.
//!
//! Not here: text. What is large runs under `room`.
use crate::error::Error;
use crate::float_hex::scaled;
use crate::room::with_room;
use dashu_base::{BitTest, DivRem, SquareRoot, UnsignedAbs};
use dashu_int::fast_div::ConstDivisor;
use dashu_int::{IBig, Sign, UBig};

const DIVISION_BY_ZERO: &str = "division by zero";

/// Python's `a // b` of words; `None` for a zero divisor or when the result needs 65 bits.
#[inline]
pub fn floor_div_i64(a: i64, b: i64) -> Option<i64> {
    let quotient = a.checked_div(b)?;
    let rest = a % b;
    Some(if rest != 0 && (rest < 0) != (b < 0) {
        quotient - 1
    } else {
        quotient
    })
}

/// Python's `a % b` of words; `None` for a zero divisor. The result has the sign of `b`.
#[inline]
pub fn floor_mod_i64(a: i64, b: i64) -> Option<i64> {
    if b == 0 {
        return None;
    }
    let rest = a.wrapping_rem(b);
    Some(if rest != 0 && (rest < 0) != (b < 0) {
        rest + b
    } else {
        rest
    })
}

/// Bits of the longer of two numbers.
fn longer(a: &IBig, b: &IBig) -> usize {
    bit_length(a).max(bit_length(b))
}

/// Python's `divmod`. Errors: `ZeroDivisionError`, memory.
pub fn floor_div_rem(a: &IBig, b: &IBig) -> Result<(IBig, IBig), Error> {
    if b.is_zero() {
        return Err(Error::zero_division(DIVISION_BY_ZERO));
    }
    with_room(longer(a, b), || {
        let (quotient, rest) = a.div_rem(b);
        if !rest.is_zero() && rest.sign() != b.sign() {
            (quotient - IBig::ONE, rest + b)
        } else {
            (quotient, rest)
        }
    })
}

/// Python's `a // b`. Errors: `ZeroDivisionError`, memory.
pub fn floor_div(a: &IBig, b: &IBig) -> Result<IBig, Error> {
    floor_div_rem(a, b).map(|pair| pair.0)
}

/// Bits of the magnitude: `int.bit_length`.
pub fn bit_length(value: &IBig) -> usize {
    let (_, words) = value.as_sign_words();
    match words.last() {
        Some(top) => words.len() * dashu_int::Word::BITS as usize - top.leading_zeros() as usize,
        None => 0,
    }
}

/// Ones of the magnitude: `int.bit_count`.
pub fn bit_count(value: &IBig) -> usize {
    let (_, words) = value.as_sign_words();
    words.iter().map(|word| word.count_ones() as usize).sum()
}

/// Nearest float, ties to even; `None` beyond the largest float.
pub fn int_to_f64(value: &IBig) -> Option<f64> {
    if let Ok(small) = i64::try_from(value) {
        return Some(small as f64);
    }
    let bits = bit_length(value);
    if bits > 1024 {
        return None;
    }
    let magnitude = value.unsigned_abs();
    let shift = bits.saturating_sub(64);
    let sticky = magnitude
        .trailing_zeros()
        .is_some_and(|zeros| zeros < shift);
    let top = u64::try_from(&magnitude >> shift).unwrap_or(u64::MAX);
    let result = scaled(top, sticky, shift as i64)?;
    Some(if value.sign() == Sign::Negative {
        -result
    } else {
        result
    })
}

/// `a / b` of words.
#[inline]
pub fn true_div_i64(a: i64, b: i64) -> Result<f64, Error> {
    const EXACT: u64 = 1 << 53;
    if b != 0 && a.unsigned_abs() <= EXACT && b.unsigned_abs() <= EXACT {
        return Ok(a as f64 / b as f64);
    }
    true_div(&IBig::from(a), &IBig::from(b))
}

/// `a / b`, correctly rounded. Errors: `ZeroDivisionError`, `OverflowError`, memory.
pub fn true_div(a: &IBig, b: &IBig) -> Result<f64, Error> {
    if b.is_zero() {
        return Err(Error::zero_division(DIVISION_BY_ZERO));
    }
    let negative = (a.sign() == Sign::Negative) != (b.sign() == Sign::Negative);
    let signed = |value: f64| if negative { -value } else { value };
    let too_large = || Error::overflow("integer division result too large for a float");
    if a.is_zero() {
        return Ok(signed(0.0));
    }
    let difference = bit_length(a) as i64 - bit_length(b) as i64;
    if difference > 1024 {
        return Err(too_large());
    }
    if difference < -1076 {
        return Ok(signed(0.0));
    }
    // A quotient of 63 or 64 bits: more than a float keeps, the rest is only "something follows".
    let shift = 63 - difference;
    let (top, bottom) = with_room(longer(a, b), || (a.unsigned_abs(), b.unsigned_abs()))?;
    let (quotient, rest) = with_room(longer(a, b), || {
        if shift >= 0 {
            (top << shift as usize).div_rem(bottom)
        } else {
            top.div_rem(bottom << shift.unsigned_abs() as usize)
        }
    })?;
    let quotient = u64::try_from(quotient).unwrap_or(u64::MAX);
    scaled(quotient, !rest.is_zero(), -shift)
        .map(signed)
        .ok_or_else(too_large)
}

/// `math.isqrt`. Errors: `ValueError` for negative numbers, memory.
pub fn isqrt(value: &IBig) -> Result<IBig, Error> {
    if value.sign() == Sign::Negative {
        return Err(Error::value("isqrt() argument must be nonnegative"));
    }
    with_room(bit_length(value), || {
        IBig::from(value.unsigned_abs().sqrt())
    })
}

/// `pow(base, exponent, modulus)`: the result has the sign of `modulus`; a negative exponent inverts the base.
///
/// Errors: `ValueError`, memory.
pub fn pow_mod(base: &IBig, exponent: &IBig, modulus: &IBig) -> Result<IBig, Error> {
    if modulus.is_zero() {
        return Err(Error::value("pow() 3rd argument cannot be 0"));
    }
    let bits = longer(base, modulus).max(bit_length(exponent));
    with_room(bits.saturating_mul(2), || power_in_ring(base, exponent, modulus))?
}

fn power_in_ring(base: &IBig, exponent: &IBig, modulus: &IBig) -> Result<IBig, Error> {
    let size = modulus.unsigned_abs();
    if size.is_one() {
        return Ok(IBig::ZERO);
    }
    let (_, start) = floor_div_rem(base, &IBig::from(size.clone()))?;
    let ring = ConstDivisor::new(size.clone());
    let mut element = ring.reduce(start.unsigned_abs());
    if exponent.sign() == Sign::Negative {
        element = element
            .inv()
            .ok_or_else(|| Error::value("base is not invertible for the given modulus"))?;
    }
    let result = IBig::from(element.pow(&exponent.unsigned_abs()).residue());
    if modulus.sign() == Sign::Negative && !result.is_zero() {
        Ok(result - IBig::from(size))
    } else {
        Ok(result)
    }
}

/// `base ** exponent`. Errors: memory.
pub fn int_pow(base: &IBig, exponent: usize) -> Result<IBig, Error> {
    if base.is_zero() || base.is_one() || *base == IBig::NEG_ONE {
        let odd = exponent % 2 == 1;
        return Ok(if exponent == 0 || (!odd && !base.is_zero()) {
            IBig::ONE
        } else {
            base.clone()
        });
    }
    let bits = bit_length(base)
        .checked_mul(exponent)
        .filter(|bits| *bits < usize::MAX / 128)
        .ok_or_else(Error::memory)?;
    with_room(bits, || base.pow(exponent))
}

/// `value << count`. Errors: memory.
pub fn shift_left(value: &IBig, count: usize) -> Result<IBig, Error> {
    if value.is_zero() {
        return Ok(IBig::ZERO);
    }
    // The library counts bits in a usize.
    let bits = count
        .checked_add(bit_length(value))
        .filter(|bits| *bits < usize::MAX / 128)
        .ok_or_else(Error::memory)?;
    with_room(bits, || value << count)
}

/// `value >> count`, toward minus infinity.
pub fn shift_right(value: &IBig, count: usize) -> IBig {
    if count >= bit_length(value) {
        return if value.sign() == Sign::Negative {
            IBig::NEG_ONE
        } else {
            IBig::ZERO
        };
    }
    value >> count
}

/// `round(value, -places)`: to a multiple of `10^places`, half to even.
pub fn round_int_half_even(value: &IBig, places: usize) -> Result<IBig, Error> {
    // 10^places above twice the value: the answer is zero, and the power need not be made.
    if places > bit_length(value) {
        return Ok(IBig::ZERO);
    }
    with_room(bit_length(value), || {
        let unit = IBig::from(10).pow(places);
        let (quotient, rest) = floor_div_rem(value, &unit)?;
        let twice = rest * IBig::from(2);
        let up = twice > unit || (twice == unit && quotient.bit(0));
        Ok(if up {
            (quotient + IBig::ONE) * unit
        } else {
            quotient * unit
        })
    })?
}

/// `int.from_bytes`. Errors: memory.
pub fn int_from_bytes(bytes: &[u8], big_endian: bool, signed: bool) -> Result<IBig, Error> {
    with_room(bytes.len() * 8, || match (signed, big_endian) {
        (true, true) => IBig::from_be_bytes(bytes),
        (true, false) => IBig::from_le_bytes(bytes),
        (false, true) => IBig::from(UBig::from_be_bytes(bytes)),
        (false, false) => IBig::from(UBig::from_le_bytes(bytes)),
    })
}

/// `int.to_bytes`. Errors: `OverflowError`, memory.
pub fn int_to_bytes(
    value: &IBig,
    length: usize,
    big_endian: bool,
    signed: bool,
) -> Result<Vec<u8>, Error> {
    let negative = value.sign() == Sign::Negative;
    if negative && !signed {
        return Err(Error::overflow("can't convert negative int to unsigned"));
    }
    let (_, words) = value.as_sign_words();
    let (bits, room) = (bit_length(value), length.saturating_mul(8));
    let fits = match (signed, negative) {
        (false, _) => bits <= room,
        (true, false) => bits < room || bits == 0,
        // The most negative number is a power of two.
        (true, true) => bits < room || (bits == room && bit_count(value) == 1),
    };
    if !fits {
        return Err(Error::overflow("int too big to convert"));
    }
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(length)?;
    bytes.extend(words.iter().flat_map(|word| word.to_le_bytes()).take(length));
    bytes.resize(length, 0);
    if negative {
        let mut carry = true;
        for byte in &mut bytes {
            let sum;
            (sum, carry) = (!*byte).overflowing_add(u8::from(carry));
            *byte = sum;
        }
    }
    if big_endian {
        bytes.reverse();
    }
    Ok(bytes)
}
