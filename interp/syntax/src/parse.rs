//! Runs the parser and picks the error that CPython would report.
//!
//! Not here: error wording (`diagnostics.rs`).

use ruff_python_ast::{Mod, PythonVersion, Suite};
use ruff_python_ast::token::{TokenKind, Tokens};
use ruff_python_parser::{parse_unchecked, Mode, ParseOptions};
use ruff_text_size::{Ranged, TextRange, TextSize};

use crate::{diagnostics, tokens};

/// Class of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// `SyntaxError`
    Syntax,
    /// `IndentationError`
    Indentation,
    /// `TabError`
    Tab,
    /// `_IncompleteInputError`-like: the text ends too early (a `SyntaxError` for programs).
    Incomplete,
    /// `MemoryError`: the source is too complex.
    Memory,
    /// `RecursionError`: nesting beyond what the compiler accepts.
    Recursion,
    /// `ValueError` (null bytes).
    Value,
    /// `OverflowError` and other limits of the code format.
    Overflow,
}

/// An error with its place in the text.
#[derive(Clone, Debug)]
pub struct Error {
    /// Class.
    pub kind: ErrorKind,
    /// CPython's message.
    pub message: String,
    /// Bytes it is about.
    pub range: TextRange,
}

/// What the text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// Statements.
    Module,
    /// One expression.
    Expression,
}

/// A parsed text.
#[derive(Debug)]
pub struct Parsed {
    /// The statements, or one expression statement for [`Input::Expression`].
    pub root: Mod,
    /// The tokens.
    pub tokens: Tokens,
}

impl Parsed {
    /// The statements of a module.
    pub fn body(&self) -> &Suite {
        match &self.root { Mod::Module(m) => &m.body, Mod::Expression(_) => const { &Suite::new() } }
    }
}

/// CPython's limits of bracket nesting and indentation.
const MAX_PARENS: usize = 200;
const MAX_INDENTS: usize = 100;

/// Parses a text as Python 3.14.
///
/// # Errors
/// The first error by position, with CPython's wording where it is known.
pub fn parse(source: &str, input: Input) -> Result<Parsed, Box<Error>> {
    if let Some(at) = source.find('\0') {
        let at = TextSize::new(at as u32);
        return Err(Box::new(Error { kind: ErrorKind::Syntax, message: "source code string cannot contain null bytes".into(), range: TextRange::empty(at) }));
    }
    if source.len() >= i32::MAX as usize {
        return Err(Box::new(Error { kind: ErrorKind::Memory, message: "source is too large".into(), range: TextRange::default() }));
    }
    if let Some(error) = diagnostics::prescan(source) { return Err(Box::new(error)); }
    let mode = match input { Input::Module => Mode::Module, Input::Expression => Mode::Expression };
    let parsed = parse_unchecked(source, ParseOptions::from(mode).with_target_version(PythonVersion::PY314));
    if let Some(error) = limits(parsed.tokens()).or_else(|| tokens::inconsistent_tabs(source, parsed.tokens())) { return Err(Box::new(error)); }
    let first = parsed.errors().iter().min_by_key(|e| e.location.start());
    let unsupported = parsed.unsupported_syntax_errors().iter().min_by_key(|e| e.range.start());
    if first.is_some() || unsupported.is_some() {
        return Err(Box::new(diagnostics::explain(source, &parsed, first, unsupported)));
    }
    let tokens = parsed.tokens().clone();
    Ok(Parsed { root: parsed.into_syntax(), tokens })
}

fn limits(tokens: &Tokens) -> Option<Error> {
    let (mut parens, mut indents) = (0usize, 0usize);
    for token in tokens.iter() {
        match token.kind() {
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => {
                parens += 1;
                if parens > MAX_PARENS {
                    return Some(Error { kind: ErrorKind::Syntax, message: "too many nested parentheses".into(), range: token.range() });
                }
            }
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => parens = parens.saturating_sub(1),
            TokenKind::Indent => {
                indents += 1;
                if indents >= MAX_INDENTS {
                    return Some(Error { kind: ErrorKind::Indentation, message: "too many levels of indentation".into(), range: token.range() });
                }
            }
            TokenKind::Dedent => indents = indents.saturating_sub(1),
            _ => {}
        }
    }
    None
}

/// An upper bound of how deep the tree of these tokens nests: operators and openers of one logical line plus indentation.
pub fn nesting(tokens: &Tokens) -> usize {
    let (mut indents, mut line, mut elifs, mut most) = (0usize, 0usize, 0usize, 0usize);
    for token in tokens.iter() {
        match token.kind() {
            TokenKind::Newline => { most = most.max(line + 2 * indents); line = 0; }
            TokenKind::Indent => indents += 1,
            TokenKind::Dedent => indents = indents.saturating_sub(1),
            TokenKind::Elif => { elifs += 1; line += 1; }
            TokenKind::Comma | TokenKind::Name | TokenKind::String | TokenKind::Int | TokenKind::Float | TokenKind::NonLogicalNewline
            | TokenKind::Comment | TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace | TokenKind::Equal => {}
            _ => line += 1,
        }
    }
    let _ = elifs;
    most.max(line + 2 * indents)
}
