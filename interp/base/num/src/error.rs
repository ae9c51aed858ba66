//! The error of this crate: a message equal to CPython's and the exception class it belongs to.
//!
//! Not here: raising. The interpreter maps [`ErrorKind`] to its exception type and uses the `Display` text as the argument.
use std::borrow::Cow;
use std::collections::TryReserveError;
use std::fmt;

/// Which Python exception an [`Error`] stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// `ValueError`
    Value,
    /// `OverflowError`
    Overflow,
    /// `TypeError`
    Type,
    /// `ZeroDivisionError`
    ZeroDivision,
    /// `MemoryError`; the message is empty
    Memory,
}

/// A failed conversion. `Display` gives the message that CPython 3.14 uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// Exception class.
    pub kind: ErrorKind,
    message: Cow<'static, str>,
}

impl Error {
    pub(crate) fn value(message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind: ErrorKind::Value,
            message: message.into(),
        }
    }

    pub(crate) fn overflow(message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind: ErrorKind::Overflow,
            message: message.into(),
        }
    }

    pub(crate) fn type_(message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind: ErrorKind::Type,
            message: message.into(),
        }
    }

    pub(crate) fn zero_division(message: &'static str) -> Self {
        Self {
            kind: ErrorKind::ZeroDivision,
            message: Cow::Borrowed(message),
        }
    }

    /// A buffer could not be allocated.
    pub const fn memory() -> Self {
        Self {
            kind: ErrorKind::Memory,
            message: Cow::Borrowed(""),
        }
    }

    /// The message as text.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl From<TryReserveError> for Error {
    fn from(_: TryReserveError) -> Self {
        Self::memory()
    }
}
