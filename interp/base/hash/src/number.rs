//! Hashes of numbers: the value modulo the prime 2^61 - 1, so that equal numbers of any type hash alike.
//!
//! The rule is in the Python reference, "Hashing of numeric types". NaN has no hash by value; the caller uses the object's address.
use crate::not_minus_one;
use dashu_int::{IBig, Sign};

/// 2^61 - 1, `sys.hash_info.modulus`.
pub const MODULUS: u64 = (1 << BITS) - 1;
/// `sys.hash_info.inf`
pub const INFINITY_HASH: i64 = 314_159;
/// `sys.hash_info.imag`
pub const IMAGINARY: u64 = 1_000_003;

const BITS: u32 = 61;

/// Hash of a small integer.
#[inline]
pub const fn hash_i64(value: i64) -> i64 {
    let magnitude = value.unsigned_abs();
    if magnitude < MODULUS {
        return not_minus_one(value);
    }
    signed(magnitude % MODULUS, value < 0)
}

/// Hash of an unsigned word.
#[inline]
pub const fn hash_u64(value: u64) -> i64 {
    (value % MODULUS) as i64
}

#[inline]
const fn signed(residue: u64, negative: bool) -> i64 {
    not_minus_one(if negative {
        -(residue as i64)
    } else {
        residue as i64
    })
}

/// Hash of an integer of any size.
// A word has 32 bits on some targets.
#[allow(clippy::useless_conversion)]
pub fn hash_big(value: &IBig) -> i64 {
    let (sign, words) = value.as_sign_words();
    let word_bits = dashu_int::Word::BITS;
    let residue = words.iter().rev().fold(0, |residue, word| {
        // Multiplying by 2^n modulo 2^61 - 1 is rotating 61 bits.
        let sum = rotate(residue, word_bits % BITS) + u64::from(*word) % MODULUS;
        if sum >= MODULUS { sum - MODULUS } else { sum }
    });
    signed(residue, sign == Sign::Negative)
}

/// `residue × 2^by` modulo the prime, for `residue < MODULUS` and `by < 61`.
#[inline]
const fn rotate(residue: u64, by: u32) -> u64 {
    if by == 0 {
        residue
    } else {
        (residue << by) & MODULUS | residue >> (BITS - by)
    }
}

/// Hash of a float; `None` for NaN.
pub const fn hash_f64(value: f64) -> Option<i64> {
    if value.is_nan() {
        return None;
    }
    if value.is_infinite() {
        return Some(if value > 0.0 {
            INFINITY_HASH
        } else {
            -INFINITY_HASH
        });
    }
    let bits = value.to_bits();
    let fraction = bits & ((1 << 52) - 1);
    let biased = ((bits >> 52) & 0x7ff) as i32;
    let (mantissa, exponent) = if biased == 0 {
        (fraction, -1074)
    } else {
        (fraction | 1 << 52, biased - 1075)
    };
    Some(signed(
        rotate(mantissa, exponent.rem_euclid(BITS as i32) as u32),
        value < 0.0,
    ))
}

/// Hash of a complex number from the hashes of its parts.
#[inline]
pub const fn hash_complex(real: i64, imaginary: i64) -> i64 {
    not_minus_one((real as u64).wrapping_add(IMAGINARY.wrapping_mul(imaginary as u64)) as i64)
}

/// Hash of an identity: the address rotated by the four bits that alignment makes zero.
#[inline]
pub const fn hash_pointer(address: usize) -> i64 {
    not_minus_one((address as u64).rotate_right(4) as i64)
}
