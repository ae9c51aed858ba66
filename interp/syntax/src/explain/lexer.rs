//! CPython's tokenizer: indentation, brackets, names, operators, with its errors at its places.
//!
//! Runs only to explain an error, or for programs that look at tokens. Strings are in `text.rs`, numbers in
//! `crate::numbers`.

use instar_base_text::props::{is_printable, is_xid_continue, is_xid_start};

use super::token::{Kind, Pos, Spot, Stop, Token, OPERATORS, WORDS};
use crate::ErrorKind;

const MAX_INDENTS: usize = 100;
const MAX_BRACKETS: usize = 200;

/// What is tokenized: statements get the line end that the text lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    File,
    /// Interactive input: one statement.
    Single,
    Expression,
    /// `(types) -> type`
    Signature,
}

/// An open bracket.
#[derive(Clone, Copy)]
pub(super) struct Bracket {
    pub(super) byte: u8,
    pub(super) line: i32,
    pub(super) column: i32,
}

/// An f-string or t-string that is being read.
pub(super) struct Template {
    pub(super) quote: u8,
    pub(super) size: usize,
    pub(super) start: usize,
    pub(super) line: i32,
    pub(super) line_start: usize,
    /// Open brackets inside it.
    pub(super) depth: i32,
    /// Depth of the innermost field, -1 outside of any.
    pub(super) field: i32,
    pub(super) in_spec: bool,
    pub(super) raw: bool,
    pub(super) letter: char,
    /// Literal text comes next, not an expression.
    pub(super) literal: bool,
}

pub(super) struct Lexer<'a> {
    pub(super) text: &'a [u8],
    pub(super) at: usize,
    pub(super) line: i32,
    pub(super) line_start: usize,
    line_end: usize,
    /// Where the lines begin that CPython still holds: a token of many lines keeps all of them.
    held: usize,
    pub(super) inside: bool,
    pub(super) eof: bool,
    indents: Vec<(usize, usize)>,
    pending: i32,
    fresh_line: bool,
    pub(super) brackets: Vec<Bracket>,
    pub(super) templates: Vec<Template>,
    tokens: Vec<Token>,
    start: Start,
    /// `DONT_IMPLY_DEDENT`: the end of interactive input closes no block.
    keep_blocks: bool,
    /// For a program that looks at tokens: operators are those that programs know.
    reader: bool,
    /// Comments and line ends that end nothing are tokens, brackets need not match, names and numbers are not judged.
    extra: bool,
    started: bool,
    /// The comment just read stands alone on its line.
    lone_comment: bool,
    /// A backslash joins the next line to this one.
    joining: bool,
    /// Start of the lines that a program's tokenizer still holds: those of one token, of joined lines, of an f-string.
    kept: usize,
}

/// Whose tokens they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// The grammar's.
    Grammar,
    /// A program's; with all that the grammar does not see.
    Reader { extra: bool },
}

pub(super) type Read<T = ()> = Result<T, Stop>;

/// The tokens up to the end or the first error.
pub(crate) fn tokens(text: &str, start: Start, keep_blocks: bool, used: Use) -> (Vec<Token>, Option<Stop>) {
    let mut l = Lexer {
        text: text.as_bytes(), at: 0, line: 0, line_start: 0, line_end: 0, held: 0, inside: false, eof: false, indents: vec![(0, 0)], pending: 0, fresh_line: true,
        brackets: Vec::new(), templates: Vec::new(), tokens: Vec::new(), start, keep_blocks, started: false,
        reader: used != Use::Grammar, extra: used == Use::Reader { extra: true }, lone_comment: false, joining: false, kept: 0,
    };
    loop {
        match l.token() {
            Err(stop) => return (l.tokens, Some(stop)),
            Ok(()) if l.tokens.last().is_some_and(|t| t.kind == Kind::End) => return (l.tokens, None),
            Ok(()) => {}
        }
    }
}

impl Lexer<'_> {
    /// The next byte; none at the end of the text.
    pub(super) fn next(&mut self) -> Option<u8> {
        let Some(&c) = self.text.get(self.at) else { self.eof = true; return None };
        if self.at == self.line_end {
            self.line += 1;
            self.line_start = self.at;
            if !self.inside { self.held = self.at }
            if !self.inside && !self.joining && self.templates.is_empty() { self.kept = self.at }
            self.line_end = self.text[self.at..].iter().position(|b| *b == b'\n').map_or(self.text.len(), |i| self.at + i + 1);
        }
        self.at += 1;
        Some(c)
    }
    pub(super) fn back(&mut self, c: Option<u8>) { if c.is_some() { self.at -= 1 } }
    pub(super) fn peek(&self) -> Option<u8> { self.text.get(self.at).copied() }

    pub(super) fn here(&self) -> Pos { Pos { line: self.line, column: (self.at - self.line_start) as i32 } }

    /// An error at the last character read, up to `column` (1-based bytes of the line) if one is given.
    pub(super) fn stop<T>(&self, message: impl Into<String>) -> Read<T> { self.stop_at((self.at - self.line_start) as i32, -1, message) }
    pub(super) fn stop_at<T>(&self, column: i32, end_column: i32, message: impl Into<String>) -> Read<T> {
        let place = Spot { line: self.line, column, end_line: self.line, end_column: if end_column < 0 { column } else { end_column }, bare: true };
        Err(Stop { kind: ErrorKind::Syntax, message: message.into(), place, read: self.here(), in_template: !self.templates.is_empty(), unfinished: false, bracket: false, kept: self.kept, of_line: false })
    }
    /// An error of indentation: blames the whole line.
    fn stop_line<T>(&mut self, kind: ErrorKind, column: i32, end_column: i32, message: &str) -> Read<T> {
        let place = Spot { line: self.line, column, end_line: self.line, end_column, bare: false };
        Err(Stop { kind, message: message.into(), place, read: self.here(), in_template: !self.templates.is_empty(), unfinished: false, bracket: false, kept: self.kept, of_line: true })
    }
    fn rest_of_line(&self) -> i32 { (self.line_end - self.line_start) as i32 }

    /// The text ends where it may not.
    fn stop_at_end<T>(&mut self) -> Read<T> {
        let (message, place, bracket) = match self.brackets.last() {
            Some(b) => (format!("'{}' was never closed", b.byte as char), Spot { line: b.line, column: b.column + 1, end_line: b.line, end_column: 0, bare: b.line != self.line }, true),
            None => ("unexpected EOF while parsing".into(), Spot { line: self.line, column: self.here().column, end_line: self.line, end_column: -1, bare: false }, false),
        };
        Err(Stop { kind: ErrorKind::Syntax, message, place, read: self.here(), in_template: !self.templates.is_empty(), unfinished: true, bracket, kept: if self.joining || !self.templates.is_empty() { self.kept } else { self.at }, of_line: false })
    }

    pub(super) fn push(&mut self, kind: Kind, start: usize, end: usize, from: Pos) {
        let read = self.here();
        let to = Pos { line: self.line, column: end as i32 - self.line_start as i32 };
        self.tokens.push(Token { kind, start, end, from, to, level: self.brackets.len(), read, at_eof: self.eof });
    }
    fn push_empty(&mut self, kind: Kind) {
        let none = Pos { line: self.line, column: -1 };
        self.tokens.push(Token { kind, start: self.at, end: self.at, from: none, to: none, level: self.brackets.len(), read: self.here(), at_eof: self.eof });
    }

    fn token(&mut self) -> Read {
        self.inside = false;
        self.joining = false;
        if self.templates.last().is_some_and(|t| t.literal) { return self.literal_piece() }
        let mut blank = false;
        loop {
            if self.fresh_line {
                self.fresh_line = false;
                blank = self.indentation()?;
                self.joining = false;
            }
            if self.pending != 0 {
                let kind = if self.pending < 0 { Kind::Dedent } else { Kind::Indent };
                self.pending -= self.pending.signum();
                if self.extra {
                    let start = if kind == Kind::Indent { self.line_start } else { self.at };
                    self.push(kind, start, self.at, Pos { line: self.line, column: (start - self.line_start) as i32 });
                } else {
                    self.push_empty(kind);
                }
                self.started = true;
                return Ok(());
            }
            let mut c = self.next();
            while matches!(c, Some(b' ' | b'\t' | 12)) { c = self.next(); }
            let mut newline_from = None;
            if c == Some(b'#') {
                newline_from = Some(self.at - 1);
                while !matches!(c, None | Some(b'\n')) { c = self.next(); }
                if self.extra {
                    self.back(c);
                    let from = self.at.min(newline_from.unwrap_or(self.at));
                    self.push(Kind::Comment, from, self.at, Pos { line: self.line, column: (from - self.line_start) as i32 });
                    self.lone_comment = blank;
                    return Ok(());
                }
            }
            let Some(c) = c else { return self.end() };
            if c == b'\n' {
                self.fresh_line = true;
                let at = self.at - 1;
                let alone = std::mem::take(&mut self.lone_comment);
                if blank || !self.brackets.is_empty() || alone {
                    blank = false;
                    if !self.extra { continue }
                    self.push(Kind::Blank, at, at + 1, Pos { line: self.line, column: (at - self.line_start) as i32 });
                    return Ok(());
                }
                let from = newline_from.unwrap_or(at);
                self.push(Kind::Newline, from, at + 1, Pos { line: self.line, column: (from - self.line_start) as i32 });
                self.started = true;
                return Ok(());
            }
            if c == b'\\' { self.continuation()?; continue }
            self.started = true;
            self.inside = true;
            return self.ordinary(c);
        }
    }

    /// Behind a backslash nothing but a line end may follow, and a line behind that.
    fn continuation(&mut self) -> Read {
        if let c @ (None | Some(0..=9 | 11..)) = self.next() {
            let column = (self.at - self.held) as i32 + i32::from(c.is_none());
            return self.stop_line(ErrorKind::Syntax, column, 0, "unexpected character after line continuation character");
        }
        self.joining = !self.fresh_start();
        let c = self.next();
        if c.is_none() { return self.stop_at_end() }
        self.back(c);
        Ok(())
    }

    /// Whether nothing but blanks and a backslash stands before the line end just read.
    fn fresh_start(&self) -> bool {
        let line = &self.text[self.line_start..self.at];
        !self.joining && line.iter().all(|c| matches!(c, b' ' | b'\t' | 12 | b'\\' | b'\n'))
    }

    /// Measures the start of a line; whether the line is blank.
    fn indentation(&mut self) -> Read<bool> {
        let (mut wide, mut narrow, mut continued) = (0, 0, None);
        let c = loop {
            match self.next() {
                Some(b' ') => { wide += 1; narrow += 1; }
                Some(b'\t') => { wide = (wide / 8 + 1) * 8; narrow += 1; }
                Some(12) => { wide = 0; narrow = 0; }
                Some(b'\\') => {
                    continued = continued.or(Some((wide, narrow)));
                    self.continuation()?;
                }
                c => break c,
            }
        };
        self.back(c);
        if matches!(c, Some(b'#' | b'\n')) { return Ok(true) }
        if !self.brackets.is_empty() { return Ok(false) }
        if let Some(c) = continued.filter(|c| c.0 != 0) { (wide, narrow) = c; }
        let tab = |l: &mut Self| l.stop_line(ErrorKind::Tab, 1, 0, "inconsistent use of tabs and spaces in indentation");
        let &(w, n) = self.indents.last().expect("law: the outermost indentation is never popped");
        if wide == w {
            if narrow != n { return tab(self) }
        } else if wide > w {
            if self.indents.len() >= MAX_INDENTS { return self.stop_line(ErrorKind::Indentation, 1, 0, "too many levels of indentation") }
            if narrow <= n { return tab(self) }
            self.indents.push((wide, narrow));
            self.pending += 1;
        } else {
            while self.indents.len() > 1 && self.indents.last().is_some_and(|i| wide < i.0) { self.indents.pop(); self.pending -= 1; }
            let &(w, n) = self.indents.last().expect("law: the outermost indentation is never popped");
            if wide != w {
                let column = self.rest_of_line();
                return self.stop_line(ErrorKind::Indentation, column, -1, "unindent does not match any outer indentation level");
            }
            if narrow != n { return tab(self) }
        }
        Ok(false)
    }

    fn end(&mut self) -> Read {
        if !self.brackets.is_empty() { return self.stop_at_end() }
        if self.start == Start::Single && self.started {
            // Interactive input ends its last line, and its blocks unless more may come.
            self.started = false;
            if !self.keep_blocks && self.indents.len() > 1 {
                self.pending = -(self.indents.len() as i32 - 1);
                self.indents.truncate(1);
            }
            self.push_empty(Kind::Newline);
            return Ok(());
        }
        self.push_empty(Kind::End);
        Ok(())
    }

    /// A token that starts with `c`, just read.
    pub(super) fn ordinary(&mut self, c: u8) -> Read {
        let start = self.at - 1;
        let from = Pos { line: self.line, column: (start - self.line_start) as i32 };
        match c {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | 128.. => return self.word(c, start, from),
            b'0'..=b'9' => return self.number(start, from),
            b'.' if self.peek().is_some_and(|c| c.is_ascii_digit()) => return self.number(start, from),
            b'\'' | b'"' => return self.string(c, start, from),
            _ => {}
        }
        if let Some(t) = self.templates.last_mut() && c == b':' && t.field >= 0 && t.depth - 1 == t.field {
            t.literal = true;
            t.in_spec = true;
            self.push(Kind::Op, start, self.at, from);
            return Ok(());
        }
        let rest = &self.text[start..];
        if let Some(op) = OPERATORS.iter().find(|op| rest.starts_with(op.as_bytes())) && *op != "||" && !(self.reader && *op == "<>") {
            self.at = start + op.len();
            self.push(Kind::Op, start, self.at, from);
            return Ok(());
        }
        match c {
            b'(' | b'[' | b'{' => {
                if self.brackets.len() >= MAX_BRACKETS { return self.stop("too many nested parentheses") }
                self.brackets.push(Bracket { byte: c, line: self.line, column: from.column });
                if let Some(t) = self.templates.last_mut() { t.depth += 1; }
            }
            b')' | b']' | b'}' => self.closing(c)?,
            0..=31 | 127 => return self.stop(format!("invalid non-printable character U+{c:04X}")),
            _ => {}
        }
        self.push(Kind::Op, start, self.at, from);
        Ok(())
    }

    fn closing(&mut self, c: u8) -> Read {
        let shown = c as char;
        if let Some(t) = self.templates.last() && t.depth == 0 && c == b'}' {
            return self.stop(format!("{}-string: single '}}' is not allowed", t.letter));
        }
        let Some(open) = self.brackets.pop() else { if self.extra { return Ok(()) } return self.stop(format!("unmatched '{shown}'")) };
        if !matches!((open.byte, c), (b'(', b')') | (b'[', b']') | (b'{', b'}')) {
            if let Some(t) = self.templates.last() && open.byte == b'{' && t.depth - 1 == t.field {
                return self.stop(format!("{}-string: unmatched '{shown}'", t.letter));
            }
            if self.extra { return self.closed(c) }
            let place = if open.line == self.line { String::new() } else { format!(" on line {}", open.line) };
            return self.stop(format!("closing parenthesis '{shown}' does not match opening parenthesis '{}'{place}", open.byte as char));
        }
        self.closed(c)
    }

    /// What a closing bracket means for the f-string around it.
    fn closed(&mut self, c: u8) -> Read {
        let shown = c as char;
        if let Some(t) = self.templates.last_mut() {
            t.depth -= 1;
            if t.depth < 0 { let letter = t.letter; return self.stop(format!("{letter}-string: unmatched '{shown}'")) }
            if c == b'}' && t.depth == t.field {
                t.field -= 1;
                t.literal = true;
                t.in_spec = false;
            }
        }
        Ok(())
    }

    /// A name, a reserved word or the prefix of a string.
    fn word(&mut self, first: u8, start: usize, from: Pos) -> Read {
        let (mut c, mut seen) = (Some(first), [false; 5]);
        while let Some(which) = c.and_then(|c| b"burft".iter().position(|p| *p == c.to_ascii_lowercase())) {
            if std::mem::replace(&mut seen[which], true) { break }
            c = self.next();
            if let Some(quote @ (b'\'' | b'"')) = c {
                self.prefixes(seen, start)?;
                let [_, _, raw, f, t] = seen;
                return if f || t { self.template_start(quote, start, from, raw, if f { 'f' } else { 't' }) } else { self.string(quote, start, from) };
            }
        }
        while matches!(c, Some(b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'0'..=b'9' | 128..)) { c = self.next(); }
        self.back(c);
        let bytes = &self.text[start..self.at];
        let kind = if WORDS.iter().any(|w| w.as_bytes() == bytes) { Kind::Word } else { Kind::Name };
        if !self.extra && !bytes.is_ascii() { self.identifier(start)?; }
        self.push(kind, start, self.at, from);
        Ok(())
    }

    /// Prefixes of strings that exclude each other.
    fn prefixes(&mut self, [b, u, r, f, t]: [bool; 5], start: usize) -> Read {
        for (one, other, both) in [('u', 'b', u && b), ('u', 'r', u && r), ('u', 'f', u && f), ('u', 't', u && t), ('b', 'f', b && f), ('b', 't', b && t), ('f', 't', f && t)] {
            if both {
                self.at -= 1;
                return self.stop_at((start + 1 - self.line_start) as i32, self.here().column + 1, format!("'{one}' and '{other}' prefixes are incompatible"));
            }
        }
        Ok(())
    }

    /// Characters of names outside ASCII.
    fn identifier(&mut self, start: usize) -> Read {
        let text = String::from_utf8_lossy(&self.text[start..self.at]).into_owned();
        let bad = text.char_indices().find(|&(i, c)| if i == 0 { c != '_' && !is_xid_start(c as u32) } else { !is_xid_continue(c as u32) });
        let Some((i, c)) = bad else { return Ok(()) };
        self.at = start + i + c.len_utf8();
        let code = c as u32;
        if is_printable(code) { self.stop(format!("invalid character '{c}' (U+{code:04X})")) } else { self.stop(format!("invalid non-printable character U+{code:04X}")) }
    }

    fn number(&mut self, start: usize, from: Pos) -> Read {
        match crate::numbers::check(&self.text[start..], !self.extra) {
            Ok(length) => {
                self.at = start + length;
                if self.at >= self.text.len() { self.eof = true; }
                self.push(Kind::Number, start, self.at, from);
                Ok(())
            }
            Err((begin, end, message)) => {
                let base = (start - self.line_start + 1) as i32;
                self.stop_at(base + begin as i32, base + end as i32, message)
            }
        }
    }
}
