//! What goes wrong, with CPython's texts.
use std::borrow::Cow;
use std::fmt;

/// A failed operation; `Display` is the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PackError {
    /// `struct.error`
    Struct(Cow<'static, str>),
    /// `OverflowError`: a float too large for its format.
    Overflow(&'static str),
    /// `MemoryError`
    Memory,
}

impl PackError {
    pub(crate) fn new(message: impl Into<Cow<'static, str>>) -> Self {
        Self::Struct(message.into())
    }
}

impl fmt::Display for PackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Struct(message) => f.write_str(message),
            Self::Overflow(message) => f.write_str(message),
            Self::Memory => Ok(()),
        }
    }
}

impl std::error::Error for PackError {}
