//! What coding functions report. No formatting of exceptions.

use std::borrow::Cow;
use std::collections::TryReserveError;

/// A buffer could not grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoMemory;

impl From<TryReserveError> for NoMemory {
    fn from(_: TryReserveError) -> NoMemory {
        NoMemory
    }
}

/// A stretch of input that cannot be coded: `UnicodeError.start`, `.end` and `.reason`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First bad position in the whole input.
    pub start: usize,
    /// End of the bad stretch.
    pub end: usize,
    /// CPython's wording.
    pub reason: &'static str,
}

/// Why a text codec stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Bad input; call again from where the error handler says.
    Bad(Span),
    /// Out of memory.
    Memory,
}

impl From<NoMemory> for Fault {
    fn from(_: NoMemory) -> Fault {
        Fault::Memory
    }
}

impl From<TryReserveError> for Fault {
    fn from(_: TryReserveError) -> Fault {
        Fault::Memory
    }
}

pub(crate) fn bad<T>(start: usize, end: usize, reason: &'static str) -> Result<T, Fault> {
    Err(Fault::Bad(Span { start, end, reason }))
}

/// Why a binary-to-text coding stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadData {
    /// `binascii.Error` with this text.
    Error(Cow<'static, str>),
    /// Out of memory.
    Memory,
}

impl From<TryReserveError> for BadData {
    fn from(_: TryReserveError) -> BadData {
        BadData::Memory
    }
}

pub(crate) fn wrong<T>(text: &'static str) -> Result<T, BadData> {
    Err(BadData::Error(Cow::Borrowed(text)))
}

/// Appends one byte, growing fallibly.
#[inline]
pub(crate) fn put(out: &mut Vec<u8>, byte: u8) -> Result<(), TryReserveError> {
    if out.len() == out.capacity() {
        out.try_reserve(out.len().max(32))?;
    }
    out.push(byte);
    Ok(())
}

/// Appends bytes, growing fallibly.
#[inline]
pub(crate) fn put_all(out: &mut Vec<u8>, bytes: &[u8]) -> Result<(), TryReserveError> {
    out.try_reserve(bytes.len())?;
    out.extend_from_slice(bytes);
    Ok(())
}
