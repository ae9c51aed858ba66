//! Errors inside the compiler: a kind, a message, a range; lines and columns are added at the border (`lib.rs`).

use instar_syntax::{Error, ErrorKind, TextRange};

/// Result of the compiler's functions.
pub(crate) type R<T = ()> = Result<T, Box<Error>>;

/// A SyntaxError.
pub(crate) fn error<T>(range: TextRange, message: impl Into<String>) -> R<T> {
    Err(Box::new(Error::new(ErrorKind::Syntax, range, message)))
}

/// Another error.
pub(crate) fn error_of<T>(kind: ErrorKind, range: TextRange, message: impl Into<String>) -> R<T> {
    Err(Box::new(Error::new(kind, range, message)))
}
