//! Hash values equal to CPython's: bytes and text, numbers, and the mixing of tuples and frozen sets.
//!
//! Python code can see these numbers (set order, `hash()`, `__hash__` built on other hashes), so they are part of the language's
//! practice. Hashes are `i64` and never -1, which is the C API's error value. Not here: tables, caching, `__hash__` dispatch.
#![forbid(unsafe_code)]

mod number;
mod sequence;
mod sip;

pub use number::{
    IMAGINARY, INFINITY_HASH, MODULUS, hash_big, hash_complex, hash_f64, hash_i64, hash_pointer,
    hash_u64,
};
pub use sequence::{FrozensetHasher, TupleHasher};
pub use sip::HashKey;

/// -1 is no hash; -2 stands in.
#[inline]
pub const fn not_minus_one(hash: i64) -> i64 {
    if hash == -1 { -2 } else { hash }
}
