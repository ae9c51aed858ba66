//! What one value slot holds: the encodings. Counting and types of values are not here (`word.rs`, `handle.rs`).
mod boxed;
mod nanbox;
mod selftag;
mod tagged;

pub use boxed::Boxed;
pub use nanbox::NanBox;
pub use selftag::SelfTag;
pub use tagged::Tagged;

/// The bits of a word. 0 is never a value; heap pointers are 8-byte aligned and stored as they are.
///
/// The arithmetic works on encoded words and needs both to be immediate integers; `None` means that the result is not.
///
/// # Safety
/// `is_int` and `is_float` are true for no stored pointer and not for null, and never both; `decode(encode(i)) == i`, and likewise for
/// the bits of floats. `is_immediate` is either.
pub unsafe trait ValueRepr: Sized + 'static {
    /// Name of the policy in reports.
    const NAME: &'static str;
    /// Whether small integers are immediate.
    const TAGGED_INTS: bool;
    /// Whether some floats are immediate.
    const TAGGED_FLOATS: bool = false;
    /// Smallest immediate integer.
    const SMALL_MIN: i64;
    /// Largest immediate integer.
    const SMALL_MAX: i64;

    /// Whether the word is an immediate integer.
    fn is_int(word: usize) -> bool;
    /// Whether the word is a heap pointer (and not null).
    fn is_ptr(word: usize) -> bool;
    /// Whether the word is neither null nor a heap pointer.
    #[inline(always)]
    fn is_immediate(word: usize) -> bool {
        Self::is_int(word)
    }
    /// The word of an integer, if it is immediate.
    fn encode(i: i64) -> Option<usize>;
    /// The integer of a word.
    fn decode(word: usize) -> i64;
    /// Whether both words are immediate integers.
    fn both_int(a: usize, b: usize) -> bool;
    /// `a + b`.
    fn add(a: usize, b: usize) -> Option<usize>;
    /// `a - b`.
    fn sub(a: usize, b: usize) -> Option<usize>;
    /// `a * b`.
    fn mul(a: usize, b: usize) -> Option<usize>;
    /// `a & b`.
    fn and(a: usize, b: usize) -> usize;
    /// `a | b`.
    fn or(a: usize, b: usize) -> usize;
    /// `a ^ b`.
    fn xor(a: usize, b: usize) -> usize;

    /// The word of a float, if it is immediate.
    #[inline(always)]
    fn encode_float(_: f64) -> Option<usize> {
        None
    }
    /// Whether the word is an immediate float.
    #[inline(always)]
    fn is_float(_: usize) -> bool {
        false
    }
    /// The float of a word that is one.
    #[inline(always)]
    fn decode_float(_: usize) -> f64 {
        0.0
    }
}
