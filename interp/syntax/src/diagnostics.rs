//! CPython's wording for the parser's errors.
//!
//! Not here: running the parser (`parse.rs`), errors of the symbol table and the compiler.

use ruff_python_ast::Mod;
use ruff_python_parser::{ParseError, Parsed, UnsupportedSyntaxError};
use ruff_text_size::{Ranged, TextRange};

use crate::{Error, ErrorKind};

/// Errors found without the parser.
pub(crate) fn prescan(_source: &str) -> Option<Error> { None }

/// The error to report, worded.
pub(crate) fn explain(_source: &str, _parsed: &Parsed<Mod>, first: Option<&ParseError>, unsupported: Option<&UnsupportedSyntaxError>) -> Error {
    match (first, unsupported) {
        (Some(e), _) => Error { kind: ErrorKind::Syntax, message: e.error.to_string(), range: e.range() },
        (None, Some(u)) => Error { kind: ErrorKind::Syntax, message: u.to_string(), range: u.range() },
        (None, None) => Error { kind: ErrorKind::Syntax, message: "invalid syntax".into(), range: TextRange::default() },
    }
}
