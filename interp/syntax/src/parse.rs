//! Runs the parser, and the other one that explains errors where it fails.
//!
//! Not here: error wording (`explain/`).

use ruff_python_ast::{Mod, PythonVersion, Suite};
use ruff_python_ast::token::{TokenKind, Tokens};
use ruff_python_parser::{parse_unchecked, Mode, ParseOptions};
use ruff_text_size::{TextRange, TextSize};

use crate::{explain, tokens};

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
    /// Where CPython shows it, if that is not just the range.
    pub place: Option<Box<Place>>,
}

impl Error {
    /// An error about a range.
    pub fn new(kind: ErrorKind, range: TextRange, message: impl Into<String>) -> Self { Self { kind, message: message.into(), range, place: None } }
}

/// Place of an error as Python shows it. Columns are in characters, from 1; 0 and -1 stand for no place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Line, from 1.
    pub line: i32,
    /// Column.
    pub column: i32,
    /// Line of the end.
    pub end_line: i32,
    /// Column of the end.
    pub end_column: i32,
    /// The text shown.
    pub text: String,
}

/// What the text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// Statements.
    Module,
    /// One interactive statement.
    Interactive,
    /// One expression.
    Expression,
    /// `(types) -> type`: can only be checked.
    Signature,
}

/// How a text is read.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    /// What it is.
    pub input: Input,
    /// Errors at the end of the text mean that more is wanted (`PyCF_ALLOW_INCOMPLETE_INPUT`).
    pub incomplete: bool,
    /// The end of interactive input closes no block (`PyCF_DONT_IMPLY_DEDENT`).
    pub keep_blocks: bool,
    /// `<>` is the operator and `!=` is not.
    pub flufl: bool,
}

impl From<Input> for Reading {
    fn from(input: Input) -> Self { Self { input, incomplete: false, keep_blocks: false, flufl: false } }
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
const MAX_BRACKETS: usize = 200;
const MAX_BLOCKS: usize = 100;

/// Nesting up to which a tree is dropped on any stack.
pub(crate) const DROPPED_MAX: usize = 1000;

/// Nesting beyond which nothing is compiled.
pub const NESTING_MAX: usize = 21_845;

/// What the tokenizer warns about in a text, which may have errors.
pub fn warnings(source: &str, reading: Reading) -> Vec<(TextRange, String)> {
    if !source.contains('\\') && !source.bytes().any(|b| b.is_ascii_digit()) { return Vec::new() }
    let mode = match reading.input { Input::Module | Input::Interactive | Input::Signature => Mode::Module, Input::Expression => Mode::Expression };
    let parsed = parse_unchecked(source, ParseOptions::from(mode).with_target_version(PythonVersion::PY314));
    let found = tokens::token_warnings(source, parsed.tokens());
    if nesting(parsed.tokens()) > DROPPED_MAX { std::mem::forget(parsed); }
    found
}

/// Parses a text as Python 3.14.
///
/// # Errors
/// The error that CPython reports.
pub fn parse(source: &str, reading: Reading) -> Result<Parsed, Box<Error>> {
    if let Some(at) = source.find('\0') {
        let at = TextRange::empty(TextSize::new(at as u32));
        return Err(Box::new(Error::new(ErrorKind::Syntax, at, "source code string cannot contain null bytes")));
    }
    if source.len() >= i32::MAX as usize { return Err(Box::new(Error::new(ErrorKind::Memory, TextRange::default(), "source is too large"))) }
    let joke = reading.flufl || source.contains("barry_as_FLUFL");
    let interactive = reading.input == Input::Interactive;
    // The parser knows neither interactive input nor the other inequality, skips a byte order mark, and lets spaces follow an expression
    // on a line of their own.
    if (joke || reading.input == Input::Expression && ends_indented(source) || interactive && source.len() <= NESTING_MAX || source.starts_with('\u{FEFF}')) && let Some(error) = explain::explain(source, reading) {
        return Err(Box::new(error));
    }
    let translated = joke.then(|| explain::with_plain_inequality(source, reading));
    let text = translated.as_deref().unwrap_or(source);
    let mode = match reading.input { Input::Module | Input::Interactive | Input::Signature => Mode::Module, Input::Expression => Mode::Expression };
    let parsed = parse_unchecked(text, ParseOptions::from(mode).with_target_version(PythonVersion::PY314));
    if may_overflow(text, parsed.tokens()) && let Some(error) = explain::explain(source, reading).filter(|e| e.kind == ErrorKind::Memory) {
        if nesting(parsed.tokens()) > DROPPED_MAX { std::mem::forget(parsed); }
        return Err(Box::new(error));
    }
    if interactive && source.len() > NESTING_MAX {
        // Explaining takes long; what is too deep anyway needs none.
        if nesting(parsed.tokens()) > NESTING_MAX {
            std::mem::forget(parsed);
            return Err(Box::new(Error::new(ErrorKind::Recursion, TextRange::default(), "maximum recursion depth exceeded during compilation")));
        }
        if let Some(error) = explain::explain(source, reading) {
            if nesting(parsed.tokens()) > DROPPED_MAX { std::mem::forget(parsed); }
            return Err(Box::new(error));
        }
    }
    let first = parsed.errors().iter().map(|e| e.location).chain(parsed.unsupported_syntax_errors().iter().map(|e| e.range)).min_by_key(|r| r.start());
    if first.is_some() || beyond_limits(text, parsed.tokens()) {
        let error = explain::explain(source, reading);
        // Dropping a very deep tree would recurse as deeply; it is leaked instead.
        if nesting(parsed.tokens()) > DROPPED_MAX { std::mem::forget(parsed); }
        return Err(Box::new(error.unwrap_or_else(|| Error::new(ErrorKind::Syntax, first.unwrap_or_default(), "invalid syntax"))));
    }
    let tokens = parsed.tokens().clone();
    Ok(Parsed { root: parsed.into_syntax(), tokens })
}

/// Checks a text against the grammar alone.
///
/// # Errors
/// The error that CPython reports.
pub fn check(source: &str, reading: Reading) -> Result<(), Box<Error>> { explain::explain(source, reading).map_or(Ok(()), |e| Err(Box::new(e))) }

/// Whether the last line is nothing but an indentation.
fn ends_indented(source: &str) -> bool { source.rfind('\n').is_some_and(|at| at + 1 < source.len() && source[at + 1..].bytes().all(|b| matches!(b, b' ' | b'\t'))) }

/// Whether brackets or blocks nest too deeply for CPython, or tabs and spaces contradict each other.
fn beyond_limits(source: &str, tokens: &Tokens) -> bool {
    let (mut brackets, mut blocks) = (0usize, 0usize);
    tokens.iter().any(|token| {
        match token.kind() {
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => brackets += 1,
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => brackets = brackets.saturating_sub(1),
            TokenKind::Indent => blocks += 1,
            TokenKind::Dedent => blocks = blocks.saturating_sub(1),
            _ => {}
        }
        brackets > MAX_BRACKETS || blocks >= MAX_BLOCKS
    }) || fields_too_deep(tokens) || tokens::inconsistent_tabs(source, tokens)
}

/// Fields of one f-string that may lie inside each other's format specifications.
const MAX_FIELDS: usize = 3;
/// f-strings that may lie inside each other.
const MAX_TEMPLATES: usize = 150;

/// Whether f-strings or fields of one nest too deeply.
fn fields_too_deep(tokens: &Tokens) -> bool {
    #[derive(Clone, Copy, PartialEq, Eq)]
    enum Open { Text, Field, Spec, Bracket }
    let mut open = Vec::new();
    let mut templates = 0usize;
    tokens.iter().any(|token| {
        let top = open.last().copied();
        match token.kind() {
            TokenKind::FStringStart | TokenKind::TStringStart => {
                open.push(Open::Text);
                templates += 1;
                return templates >= MAX_TEMPLATES;
            }
            TokenKind::FStringEnd | TokenKind::TStringEnd => { templates = templates.saturating_sub(1); while !matches!(open.pop(), None | Some(Open::Text)) {} }
            TokenKind::Lbrace if matches!(top, Some(Open::Text | Open::Spec)) => {
                let inside = open.iter().rev().take_while(|o| **o != Open::Text).count();
                open.push(Open::Field);
                return inside >= MAX_FIELDS;
            }
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace if top.is_some() => open.push(Open::Bracket),
            TokenKind::Colon if top == Some(Open::Field) => { open.pop(); open.push(Open::Spec) }
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace if top.is_some_and(|t| t != Open::Text) => { open.pop(); }
            _ => {}
        }
        false
    })
}

/// Levels of CPython's parser that brackets and blocks take at most, and from how many on its stack may be too small.
const BRACKET_LEVELS: usize = 28;
const BLOCK_LEVELS: usize = 12;
const SAFE_LEVELS: usize = 5800;

/// Whether CPython's parser may not have the stack for these tokens: an upper bound of its levels. They grow with operators whose
/// operand is an operation of the same kind again, with brackets and blocks.
fn may_overflow(source: &str, tokens: &Tokens) -> bool {
    if source.len() < SAFE_LEVELS / BRACKET_LEVELS { return false }
    let mut blocks = 0usize;
    // Levels before each open bracket, and at the beginning of the item at hand.
    let mut open: Vec<(usize, usize)> = Vec::new();
    let (mut levels, mut item) = (0usize, 0usize);
    let mut operand = false;
    for token in tokens.iter() {
        let kind = token.kind();
        match kind {
            TokenKind::Plus | TokenKind::Minus if operand => {}
            TokenKind::Plus | TokenKind::Minus | TokenKind::Tilde | TokenKind::Not | TokenKind::Else => levels += 1,
            TokenKind::DoubleStar | TokenKind::Lambda => levels += 2,
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace | TokenKind::FStringStart | TokenKind::TStringStart => {
                open.push((levels, item));
                levels += BRACKET_LEVELS;
                item = levels;
            }
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace | TokenKind::FStringEnd | TokenKind::TStringEnd => (levels, item) = open.pop().unwrap_or((levels, item)),
            TokenKind::Comma => levels = item,
            TokenKind::Newline | TokenKind::Semi => { open.clear(); (levels, item) = (0, 0) }
            TokenKind::Indent => blocks += 1,
            TokenKind::Dedent => blocks = blocks.saturating_sub(1),
            _ => {}
        }
        if levels + blocks * BLOCK_LEVELS > SAFE_LEVELS { return true }
        operand = match kind {
            TokenKind::Name | TokenKind::Int | TokenKind::Float | TokenKind::Complex | TokenKind::String | TokenKind::FStringEnd | TokenKind::TStringEnd
            | TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace | TokenKind::None | TokenKind::True | TokenKind::False | TokenKind::Ellipsis => true,
            TokenKind::Comment | TokenKind::NonLogicalNewline => operand,
            _ => false,
        };
    }
    false
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

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(text: &str) -> Option<ErrorKind> { parse(text, Input::Module.into()).err().map(|e| e.kind) }

    #[test]
    fn the_stack_overflows_where_it_does_in_cpython() {
        let makers: [(fn(usize) -> String, usize); 4] = [
            (|n| "-".repeat(n) + "4", 5969), (|n| "2".to_owned() + &"**2".repeat(n), 2985), (|n| "lambda:".repeat(n) + "4", 2985), (|n| "1 if 2 else ".repeat(n) + "3", 5969),
        ];
        for (make, first) in makers {
            assert_eq!(outcome(&make(first)), Some(ErrorKind::Memory));
            assert_eq!(outcome(&make(first - 1)), None);
        }
    }

    #[test]
    fn what_lies_side_by_side_takes_no_stack() {
        assert_eq!(outcome(&("x = [".to_owned() + &"-1, not 2, lambda: 3 ** 4,\n".repeat(4000) + "]\n")), None);
        assert_eq!(outcome(&("a".to_owned() + &" - b".repeat(9000))), None);
    }
}
