//! `SelfTag`: integers of 62 bits and most floats are immediate. A float carries its tag in its own exponent ("self-tagging":
//! Melançon, Serrano, Feeley, arXiv 2411.16544); the choice of tags is ours.
//!
//! ```text
//! 63                              3 2 1 0
//! | heap pointer                    000 |
//! | integer, two's complement       |10 |    bit 1 is an integer's alone
//! | float, rotated left by 4, + 1   10x |    magnitudes from 2^-255 to 2^257, both signs
//! | 0.0                             001 |
//! ```
//! Rotated left by four, a float has its sign in bit 3 and the top three exponent bits below it: 011 and 100 are the exponents
//! around zero, and adding one makes them 10x. Other floats (-0.0, the tiny and the huge, infinities, NaNs) are heap objects; so
//! a NaN has an identity.
use super::ValueRepr;

/// 62-bit integers and floats of ordinary magnitude in the word, everything else on the heap.
pub struct SelfTag;

const INT: usize = 0b10;
const FLOAT: usize = 0b100;
/// What tells integers from floats and from pointers.
const KIND: usize = 0b110;
const ZERO: usize = 0b001;

// SAFETY: pointers are 8-aligned; integers have bit 1 set, floats bit 2 and not bit 1, zero bit 0 alone.
unsafe impl ValueRepr for SelfTag {
    const NAME: &'static str = "selftag";
    const TAGGED_INTS: bool = true;
    const TAGGED_FLOATS: bool = true;
    const SMALL_MIN: i64 = i64::MIN >> 2;
    const SMALL_MAX: i64 = i64::MAX >> 2;

    #[inline(always)]
    fn is_int(word: usize) -> bool {
        word & INT != 0
    }
    // TRICK: rotated, pointers are what is below 2^61, and null is zero: one test instead of two.
    #[inline(always)]
    fn is_ptr(word: usize) -> bool {
        word.rotate_right(3).wrapping_sub(1) < (1 << 61) - 1
    }
    #[inline(always)]
    fn is_immediate(word: usize) -> bool {
        word & 7 != 0
    }
    #[inline(always)]
    fn encode(i: i64) -> Option<usize> {
        Some(i.checked_mul(4)? as usize | INT)
    }
    #[inline(always)]
    fn decode(word: usize) -> i64 {
        word as i64 >> 2
    }
    #[inline(always)]
    fn both_int(a: usize, b: usize) -> bool {
        a & b & INT != 0
    }
    // TRICK: one operand loses its tag, so the sum of the words is the word of the sum, and overflow is the machine's.
    #[inline(always)]
    fn add(a: usize, b: usize) -> Option<usize> {
        (a as i64).checked_add((b ^ INT) as i64).map(|w| w as usize)
    }
    #[inline(always)]
    fn sub(a: usize, b: usize) -> Option<usize> {
        (a as i64).checked_sub((b ^ INT) as i64).map(|w| w as usize)
    }
    #[inline(always)]
    fn mul(a: usize, b: usize) -> Option<usize> {
        ((a ^ INT) as i64).checked_mul(b as i64 >> 2).map(|w| w as usize | INT)
    }
    #[inline(always)]
    fn and(a: usize, b: usize) -> usize {
        a & b
    }
    #[inline(always)]
    fn or(a: usize, b: usize) -> usize {
        a | b
    }
    #[inline(always)]
    fn xor(a: usize, b: usize) -> usize {
        a ^ b | INT
    }

    #[inline(always)]
    fn encode_float(x: f64) -> Option<usize> {
        let word = (x.to_bits() as usize).rotate_left(4).wrapping_add(1);
        // 0.0 becomes `ZERO` by itself.
        if word & KIND == FLOAT || word == ZERO { Some(word) } else { None }
    }
    #[inline(always)]
    fn is_float(word: usize) -> bool {
        word & KIND == FLOAT || word == ZERO
    }
    #[inline(always)]
    fn decode_float(word: usize) -> f64 {
        f64::from_bits(word.wrapping_sub(1).rotate_right(4) as u64)
    }
}
