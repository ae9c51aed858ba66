//! The tokens of a text for programs that look at them.
//!
//! Not here: parsing (`parse.rs`), the tokenizer's errors (`explain/`).

use ruff_python_ast::token::TokenKind;
use ruff_python_ast::PythonVersion;
use ruff_python_parser::{parse_unchecked, Mode, ParseOptions};
use ruff_text_size::{Ranged, TextRange};

use crate::{explain, Error};

/// The tokens of a text, up to the tokenizer's error if there is one. What the grammar says does not matter.
pub fn tokenize(source: &str) -> (Vec<(TokenKind, TextRange)>, Option<Error>) {
    let parsed = parse_unchecked(source, ParseOptions::from(Mode::Module).with_target_version(PythonVersion::PY314));
    let error = explain::of_tokenizer(source);
    let tokens = parsed.tokens().iter().map(|t| (t.kind(), t.range())).collect();
    // Dropping a very deep tree would recurse as deeply; it is leaked instead.
    if crate::nesting(parsed.tokens()) > crate::parse::DROPPED_MAX { std::mem::forget(parsed) }
    (tokens, error)
}
