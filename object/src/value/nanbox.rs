//! `NanBox`: every float but NaN is immediate, and integers of 51 bits. Words favour pointers, which stay as they are; floats move up by
//! 2^48, integers take the patterns of negative NaNs. The idea is as old as Lua's and JavaScript's engines of 2008-2010 (JSC's
//! "JSValue64": pointers bare, doubles offset); ours has wider integers and leaves NaNs on the heap.
//!
//! ```text
//! 63      48 47                       0
//! | 0000    | heap pointer            |    all zero: nothing
//! | 0001 .. 7ff1 | float >= 0         |    the bits of the float + 2^48; infinity is 7ff1:0...
//! | 8001 .. fff1 | float < 0, -0.0    |
//! | fff8 .. ffff | integer + 2^50     |    from -2^50 to 2^50 - 1, in order
//! ```
//! A NaN has an identity (`x in [x]`), and Python programs can tell two of them apart, so it is a heap object.
//!
//! Needs heap pointers below 2^48: Linux and macOS give no others to a program that does not ask for them.
use super::ValueRepr;

/// Floats and 51-bit integers in the word, everything else on the heap.
pub struct NanBox;

/// What is added to a float's bits.
const FLOAT: usize = 1 << 48;
/// The first word above the floats: negative infinity is the last of them.
const FLOAT_END: usize = 0xfff1_0000_0000_0001;
/// The first integer's word.
const INT: usize = 0xfff8_0000_0000_0000;
/// What an integer's word is below the integer, as signed numbers: `INT` is -2^51.
const BIAS: i64 = 1 << 50;

/// The word, if it is an integer's: sums and differences that left the range are not.
#[inline(always)]
fn checked(word: i64) -> Option<usize> {
    if word as usize >= INT { Some(word as usize) } else { None }
}

// SAFETY: pointers are below 2^48, floats' words from 2^48 to below `FLOAT_END`, integers' from `INT`; infinities are the largest bits of
// their sign that are encoded.
unsafe impl ValueRepr for NanBox {
    const NAME: &'static str = "nanbox";
    const TAGGED_INTS: bool = true;
    const TAGGED_FLOATS: bool = true;
    const SMALL_MIN: i64 = -BIAS;
    const SMALL_MAX: i64 = BIAS - 1;

    #[inline(always)]
    fn is_int(word: usize) -> bool {
        word >= INT
    }
    #[inline(always)]
    fn is_ptr(word: usize) -> bool {
        word.wrapping_sub(1) < FLOAT - 1
    }
    #[inline(always)]
    fn is_immediate(word: usize) -> bool {
        word >= FLOAT
    }
    #[inline(always)]
    fn encode(i: i64) -> Option<usize> {
        checked(i.checked_sub(BIAS)?)
    }
    #[inline(always)]
    fn decode(word: usize) -> i64 {
        word as i64 + BIAS
    }
    #[inline(always)]
    fn both_int(a: usize, b: usize) -> bool {
        a & b >= INT
    }
    // Words of integers are small negative numbers: none of these three sums overflows.
    #[inline(always)]
    fn add(a: usize, b: usize) -> Option<usize> {
        checked(a as i64 + (b as i64 + BIAS))
    }
    #[inline(always)]
    fn sub(a: usize, b: usize) -> Option<usize> {
        checked(a as i64 - (b as i64 + BIAS))
    }
    #[inline(always)]
    fn mul(a: usize, b: usize) -> Option<usize> {
        Self::encode(Self::decode(a).checked_mul(Self::decode(b))?)
    }
    #[inline(always)]
    fn and(a: usize, b: usize) -> usize {
        ((Self::decode(a) & Self::decode(b)) - BIAS) as usize
    }
    #[inline(always)]
    fn or(a: usize, b: usize) -> usize {
        ((Self::decode(a) | Self::decode(b)) - BIAS) as usize
    }
    #[inline(always)]
    fn xor(a: usize, b: usize) -> usize {
        ((Self::decode(a) ^ Self::decode(b)) - BIAS) as usize
    }

    #[inline(always)]
    fn encode_float(x: f64) -> Option<usize> {
        if x.is_nan() { None } else { Some(x.to_bits() as usize + FLOAT) }
    }
    #[inline(always)]
    fn is_float(word: usize) -> bool {
        word.wrapping_sub(FLOAT) < FLOAT_END - FLOAT
    }
    #[inline(always)]
    fn decode_float(word: usize) -> f64 {
        f64::from_bits(word.wrapping_sub(FLOAT) as u64)
    }
}
