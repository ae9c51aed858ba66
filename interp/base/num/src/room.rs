//! Memory for big integers: the library behind them panics when an allocation fails, here that is an error.
//!
//! Not here: sizes of results (each function knows its own).
use crate::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// Numbers of fewer bytes, and what is computed from them on the way, are small requests, which are not refused.
const SMALL: usize = 4 << 10;
/// From here on memory is asked for before the work begins.
const LARGE: usize = 1 << 20;

/// Fails with a memory error when `bytes` cannot be had.
pub(crate) fn probe(bytes: usize) -> Result<(), Error> {
    if bytes >= LARGE {
        Vec::<u8>::new().try_reserve_exact(bytes.checked_mul(3).ok_or_else(Error::memory)?)?;
    }
    Ok(())
}

/// Runs big-integer code whose numbers, results included, have at most `bits` bits. Errors: memory.
#[inline]
pub fn with_room<R>(bits: usize, work: impl FnOnce() -> R) -> Result<R, Error> {
    if bits < SMALL * 8 { Ok(work()) } else { large(bits, work) }
}

#[cold]
fn large<R>(bits: usize, work: impl FnOnce() -> R) -> Result<R, Error> {
    probe(bits / 8)?;
    // Numbers are values: what a panic leaves behind is dropped.
    catch_unwind(AssertUnwindSafe(work)).or_else(|panic| match panic.downcast_ref::<&str>() {
        Some(&("out of memory" | "try to allocate too much memory")) => Err(Error::memory()),
        _ => resume_unwind(panic),
    })
}
