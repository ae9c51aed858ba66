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

/// Nesting up to which a tree is dropped on any stack.
pub(crate) const DROPPED_MAX: usize = 1000;

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
    if let Some(error) = limits(parsed.tokens()).or_else(|| tokens::inconsistent_tabs(source, parsed.tokens())) {
        if nesting(parsed.tokens()) > DROPPED_MAX { std::mem::forget(parsed); }
        return Err(Box::new(error));
    }
    let first = parsed.errors().iter().min_by_key(|e| e.location.start());
    let unsupported = parsed.unsupported_syntax_errors().iter().min_by_key(|e| e.range.start());
    if first.is_some() || unsupported.is_some() {
        let error = diagnostics::explain(source, &parsed, first, unsupported);
        // Dropping a very deep tree would recurse as deeply; it is leaked instead.
        if nesting(parsed.tokens()) > DROPPED_MAX { std::mem::forget(parsed); }
        return Err(Box::new(error));
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

/// One open bracket while nesting is measured.
#[derive(Default)]
struct Level {
    /// Operators since the last comma.
    operators: usize,
    /// Deepest bracket since the last comma.
    inner: usize,
    /// Deepest item before it.
    most: usize,
    /// An f-string: its fields lie side by side.
    flat: bool,
}

impl Level {
    fn end_item(&mut self) {
        self.most = self.most.max(self.operators + self.inner);
        (self.operators, self.inner) = (0, 0);
    }
}

/// An upper bound of how deep the tree of these tokens nests. Items between commas lie side by side; an item is as deep as
/// its operators and its deepest bracket together.
pub fn nesting(tokens: &Tokens) -> usize {
    let (mut indents, mut most) = (0usize, 0usize);
    let mut open = vec![Level::default()];
    for token in tokens.iter() {
        let last = open.len() - 1;
        match token.kind() {
            TokenKind::Newline | TokenKind::Semi => {
                for mut level in open.drain(..).rev() {
                    level.end_item();
                    most = most.max(level.most + 2 * indents);
                }
                open.push(Level::default());
            }
            TokenKind::Indent => indents += 1,
            TokenKind::Dedent => indents = indents.saturating_sub(1),
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => open.push(Level::default()),
            TokenKind::FStringStart | TokenKind::TStringStart => open.push(Level { flat: true, ..Level::default() }),
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace | TokenKind::FStringEnd | TokenKind::TStringEnd => {
                if last > 0 && let Some(mut level) = open.pop() {
                    level.end_item();
                    let outer = &mut open[last - 1];
                    outer.inner = outer.inner.max(level.most);
                    outer.operators += if outer.flat { 0 } else { 1 };
                    if outer.flat { outer.end_item(); }
                }
            }
            TokenKind::Comma => open[last].end_item(),
            TokenKind::Name | TokenKind::String | TokenKind::Int | TokenKind::Float | TokenKind::NonLogicalNewline | TokenKind::Comment
            | TokenKind::Equal | TokenKind::FStringMiddle | TokenKind::TStringMiddle => {}
            _ => open[last].operators += 1,
        }
    }
    for mut level in open.into_iter().rev() {
        level.end_item();
        most = most.max(level.most + 2 * indents);
    }
    most
}
