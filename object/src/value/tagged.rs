//! `Tagged`: integers of 63 bits are immediate.
//!
//! ```text
//! 63                        1 0
//! | integer, two's complement |1|
//! | heap pointer              000 |
//! ```
use super::ValueRepr;

/// 63-bit integers in the word, everything else on the heap.
pub struct Tagged;

// SAFETY: pointers are 8-aligned, so bit 0 tells integers from pointers and null.
unsafe impl ValueRepr for Tagged {
    const NAME: &'static str = "tagged";
    const TAGGED_INTS: bool = true;
    const SMALL_MIN: i64 = i64::MIN >> 1;
    const SMALL_MAX: i64 = i64::MAX >> 1;

    #[inline(always)]
    fn is_int(word: usize) -> bool {
        word & 1 != 0
    }
    // TRICK: rotated, the tag is the sign and null is zero: one test instead of two.
    #[inline(always)]
    fn is_ptr(word: usize) -> bool {
        word.rotate_right(1) as isize > 0
    }
    #[inline(always)]
    fn encode(i: i64) -> Option<usize> {
        Some((i.checked_mul(2)? | 1) as usize)
    }
    #[inline(always)]
    fn decode(word: usize) -> i64 {
        word as i64 >> 1
    }
    #[inline(always)]
    fn both_int(a: usize, b: usize) -> bool {
        a & b & 1 != 0
    }
    // TRICK: one operand loses its tag, so the sum of the words is the word of the sum, and overflow is the machine's.
    #[inline(always)]
    fn add(a: usize, b: usize) -> Option<usize> {
        (a as i64).checked_add((b ^ 1) as i64).map(|w| w as usize)
    }
    #[inline(always)]
    fn sub(a: usize, b: usize) -> Option<usize> {
        (a as i64).checked_sub((b ^ 1) as i64).map(|w| w as usize)
    }
    #[inline(always)]
    fn mul(a: usize, b: usize) -> Option<usize> {
        ((a ^ 1) as i64).checked_mul(b as i64 >> 1).map(|w| (w | 1) as usize)
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
        a ^ b | 1
    }
}
