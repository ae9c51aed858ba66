//! Memory for large coefficients: asked for before the work, and its refusal is an unwinding that [`checked`] ends.
//!
//! A context may ask for 10^18 digits, so every size that a program chooses passes [`need`]. Not here: what is done with a refusal.

use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};

/// From here on memory is asked for before the work begins.
const LARGE: i64 = 1 << 21;

/// What unwinds: no panic, so no hook sees it.
struct Refused;

/// Unwinds when numbers of so many digits cannot be had.
#[inline]
pub fn need(digits: i64) { if digits > LARGE { probe(digits) } }

#[cold]
fn probe(digits: i64) {
    // Twelve bytes of three numbers for each ten digits.
    let bytes = usize::try_from(digits).ok().and_then(|n| n.checked_mul(5)).map(|n| n / 4);
    let had = bytes.is_some_and(|n| n < isize::MAX as usize && Vec::<u8>::new().try_reserve_exact(n).is_ok());
    if !had { resume_unwind(Box::new(Refused)) }
}

/// Runs decimal arithmetic; `None` if memory was refused, here or inside of the big-integer library.
pub fn checked<R>(work: impl FnOnce() -> R) -> Option<R> {
    // Numbers are values: what an unwinding leaves behind is dropped.
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(r) => Some(r),
        Err(e) if e.is::<Refused>() => None,
        Err(e) => match e.downcast_ref::<&str>() { Some(&("out of memory" | "try to allocate too much memory")) => None, _ => resume_unwind(e) },
    }
}
