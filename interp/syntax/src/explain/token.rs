//! Tokens as CPython's tokenizer makes them, and the tokenizer's errors with their places.
//!
//! Not here: making them (`lexer.rs`, `text.rs`, `number.rs`).

use crate::ErrorKind;

/// Line (from 1) and column (bytes from 0; -1 for tokens without characters).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Pos {
    pub(crate) line: i32,
    pub(crate) column: i32,
}

/// Kinds of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    End,
    Name,
    /// A reserved word.
    Word,
    Number,
    Text,
    Newline,
    Indent,
    Dedent,
    Op,
    /// Start, piece and end of an f-string.
    FStart,
    FMiddle,
    FEnd,
    /// Start, piece and end of a t-string.
    TStart,
    TMiddle,
    TEnd,
    /// For programs that look at tokens: a comment, and a line end that ends nothing.
    Comment,
    Blank,
}

/// One token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    /// Bytes of the normalised text.
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) from: Pos,
    pub(crate) to: Pos,
    /// Open brackets behind it.
    pub(crate) level: usize,
    /// Where the tokenizer stood behind it: line and bytes of the line read.
    pub(crate) read: Pos,
    /// Whether the tokenizer had met the end of the text by then.
    pub(crate) at_eof: bool,
}

/// What ends the tokens before the text does.
#[derive(Clone, Debug)]
pub(crate) struct Stop {
    pub(crate) kind: ErrorKind,
    pub(crate) message: String,
    pub(crate) place: Spot,
    /// Where the tokenizer stands.
    pub(crate) read: Pos,
    /// Inside an f-string or t-string.
    pub(crate) in_template: bool,
    /// The text ends in the middle of something that more text could complete.
    pub(crate) unfinished: bool,
    /// The text ends inside brackets: says nothing against an error of the grammar on the bracket's line.
    pub(crate) bracket: bool,
    /// Start of the lines that a program's tokenizer still holds.
    pub(crate) kept: usize,
    /// What is wrong is known behind the line.
    pub(crate) of_line: bool,
}

/// Place of an error as Python shows it: the columns are not yet translated to characters.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spot {
    pub(crate) line: i32,
    /// Column in bytes, from 1; 0 for none.
    pub(crate) column: i32,
    pub(crate) end_line: i32,
    /// The same for the end; 0 and -1 stand for themselves.
    pub(crate) end_column: i32,
    /// The text shown is that of the line without its end.
    pub(crate) bare: bool,
}

/// Words that are never names.
pub(crate) const WORDS: [&str; 35] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else", "except",
    "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try",
    "while", "with", "yield",
];

/// Words that are names where nothing else fits.
pub(crate) const SOFT_WORDS: [&str; 4] = ["_", "case", "match", "type"];

/// Operators of more than one character, longest first.
pub(crate) const OPERATORS: [&str; 26] = [
    "**=", "//=", ">>=", "<<=", "...", "!=", "<>", "->", ":=", "**", "//", ">>", "<<", "<=", ">=", "==", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "@=", "||",
];
