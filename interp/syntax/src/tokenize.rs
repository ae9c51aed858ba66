//! Tokens for programs that look at them.
//!
//! Not here: their objects (`_tokenize`), making them (`explain/lexer.rs`).

use std::ops::Range;

use crate::explain;
use crate::explain::Kind;
use crate::{Error, ErrorKind};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// The end of the text.
    End,
    /// A name or a reserved word.
    Name,
    /// A number.
    Number,
    /// A string without interpolations.
    String,
    /// The end of a statement's line.
    Newline,
    /// The beginning of a block.
    Indent,
    /// The end of a block.
    Dedent,
    /// An operator, a bracket, or what is none of Python's characters.
    Op,
    /// The start of an f-string.
    FStringStart,
    /// A piece of its text.
    FStringMiddle,
    /// Its end.
    FStringEnd,
    /// The start of a t-string.
    TStringStart,
    /// A piece of its text.
    TStringMiddle,
    /// Its end.
    TStringEnd,
    /// A comment.
    Comment,
    /// A line end that ends no statement.
    Blank,
}

impl From<Kind> for TokenKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::End => Self::End,
            Kind::Name | Kind::Word => Self::Name,
            Kind::Number => Self::Number,
            Kind::Text => Self::String,
            Kind::Newline => Self::Newline,
            Kind::Indent => Self::Indent,
            Kind::Dedent => Self::Dedent,
            Kind::Op => Self::Op,
            Kind::FStart => Self::FStringStart,
            Kind::FMiddle => Self::FStringMiddle,
            Kind::FEnd => Self::FStringEnd,
            Kind::TStart => Self::TStringStart,
            Kind::TMiddle => Self::TStringMiddle,
            Kind::TEnd => Self::TStringEnd,
            Kind::Comment => Self::Comment,
            Kind::Blank => Self::Blank,
        }
    }
}

/// One token of [`Tokens`].
#[derive(Clone, Debug)]
pub struct TextToken {
    /// What it is.
    pub kind: TokenKind,
    /// Bytes of [`Tokens::text`].
    pub range: Range<usize>,
    /// Line from 1 and column in bytes; -1 for a token without characters.
    pub from: (u32, i32),
    /// Where it ends.
    pub to: (u32, i32),
    /// Whether the end of the text had been met by then.
    pub at_end: bool,
}

/// What ends the tokens before the text does.
#[derive(Debug)]
pub enum Ended {
    /// An error at a place; with more text there may be none if it is `unfinished`.
    At {
        /// The error.
        error: Error,
        /// The text ends inside a token.
        unfinished: bool,
    },
    /// An error that is known behind its line.
    Line {
        /// Its kind.
        kind: ErrorKind,
        /// Its message.
        message: String,
        /// The line.
        line: u32,
        /// The line's text without its end, with those lines before it that were not yet done with.
        text: String,
    },
    /// The text ends where it may not.
    Open {
        /// The last line.
        line: u32,
        /// Bytes of the lines that were not yet done with.
        held: usize,
    },
}

/// The tokens of a text.
#[derive(Debug)]
pub struct Tokens {
    /// The text with `\n` at all line ends, the last one included.
    pub text: String,
    /// The tokens up to the end or what ends them.
    pub tokens: Vec<TextToken>,
    /// What ends them.
    pub ended: Option<Ended>,
}

/// The tokens of a text, whatever the grammar says to them. With `extra`, comments and line ends that end nothing are tokens too,
/// brackets need not match, and names and numbers are not judged.
pub fn tokenize(source: &str, extra: bool) -> Tokens { explain::read_tokens(source, extra) }
