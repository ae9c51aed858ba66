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
    /// The message again where text cannot hold it.
    codes: Option<Box<[u32]>>,
}

impl Error {
    pub(crate) fn value(message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind: ErrorKind::Value,
            message: message.into(),
            codes: None,
        }
    }

    pub(crate) fn overflow(message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind: ErrorKind::Overflow,
            message: message.into(),
            codes: None,
        }
    }

    pub(crate) fn type_(message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind: ErrorKind::Type,
            message: message.into(),
            codes: None,
        }
    }

    pub(crate) fn zero_division(message: &'static str) -> Self {
        Self {
            kind: ErrorKind::ZeroDivision,
            message: Cow::Borrowed(message),
            codes: None,
        }
    }

    /// A buffer could not be allocated.
    pub const fn memory() -> Self {
        Self {
            kind: ErrorKind::Memory,
            message: Cow::Borrowed(""),
            codes: None,
        }
    }

    /// A `ValueError` that shows code points of the program: those that are no characters stay what they are in `codes`.
    pub(crate) fn value_of_codes(codes: Vec<u32>) -> Self {
        let shown = |&code: &u32| char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
        let whole = codes.iter().all(|&code| char::from_u32(code).is_some());
        Self {
            kind: ErrorKind::Value,
            message: codes.iter().map(shown).collect::<String>().into(),
            codes: (!whole).then(|| codes.into()),
        }
    }

    /// The message as code points, if it has lone surrogates.
    pub fn codes(&self) -> Option<&[u32]> {
        self.codes.as_deref()
    }

    /// The message as text; replacement characters stand for lone surrogates.
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
