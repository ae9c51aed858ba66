//! `Boxed`: every value is a heap pointer. All questions about immediates fold to constants.
use super::ValueRepr;

/// Every value is a heap object.
pub struct Boxed;

// SAFETY: there are no immediates.
unsafe impl ValueRepr for Boxed {
    const NAME: &'static str = "boxed";
    const TAGGED_INTS: bool = false;
    const SMALL_MIN: i64 = 0;
    const SMALL_MAX: i64 = -1;

    #[inline(always)]
    fn is_int(_: usize) -> bool {
        false
    }
    #[inline(always)]
    fn is_ptr(word: usize) -> bool {
        word != 0
    }
    #[inline(always)]
    fn encode(_: i64) -> Option<usize> {
        None
    }
    #[inline(always)]
    fn decode(_: usize) -> i64 {
        0
    }
    #[inline(always)]
    fn both_int(_: usize, _: usize) -> bool {
        false
    }
    #[inline(always)]
    fn add(_: usize, _: usize) -> Option<usize> {
        None
    }
    #[inline(always)]
    fn sub(_: usize, _: usize) -> Option<usize> {
        None
    }
    #[inline(always)]
    fn mul(_: usize, _: usize) -> Option<usize> {
        None
    }
    #[inline(always)]
    fn and(a: usize, _: usize) -> usize {
        a
    }
    #[inline(always)]
    fn or(a: usize, _: usize) -> usize {
        a
    }
    #[inline(always)]
    fn xor(a: usize, _: usize) -> usize {
        a
    }
}
