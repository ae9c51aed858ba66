//! Parser facade and CPython diagnostics.
//!
//! The only crate that names the `ruff_*` crates: the compiler takes its AST types from [`ast`]. `parse.rs` runs the parser,
//! `explain/` finds CPython's errors in texts that it refused, `spans.rs` corrects
//! the parser's ranges where CPython's differ. Not here: decoding of source bytes (PEP 263), the symbol table's errors.

mod explain;
mod lines;
mod numbers;
mod parse;
mod spans;
mod tokenize;
mod tokens;

pub use lines::Lines;
pub use spans::{block, format_spec, generator_range, head};
pub use tokenize::{tokenize, Ended, TextToken, TokenKind, Tokens};
pub use tokens::token_warnings;
pub use parse::{check, parse, nesting, warnings, Error, ErrorKind, Input, Parsed, Place, Reading, NESTING_MAX};
pub use ruff_python_ast as ast;
pub use ruff_text_size::{Ranged, TextRange, TextSize};
