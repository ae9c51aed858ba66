//! Strings for the tokenizer: plain ones, and the pieces of f-strings and t-strings.
//!
//! Not here: what the characters of a string mean (`strings.rs`).

use super::lexer::{Lexer, Read, Template};
use super::token::{Kind, Pos};

const MAX_TEMPLATES: usize = 149;
const MAX_FIELDS: i32 = 3;

impl Lexer<'_> {
    /// A plain string whose opening quote has just been read.
    pub(super) fn string(&mut self, quote: u8, start: usize, from: Pos) -> Read {
        let line_start = self.line_start;
        let q = Some(quote);
        let (mut size, mut ending) = (1, 0);
        let mut c = self.next();
        if c == q {
            c = self.next();
            if c == q { size = 3 } else { ending = 1 }
        }
        if c != q || size == 1 { self.back(c) }
        let mut escaped_quote = false;
        while ending != size {
            c = self.next();
            if c.is_none() || size == 1 && c == Some(b'\n') {
                let detected = self.line;
                if let Some(t) = self.templates.last() && t.quote == quote && t.size == size {
                    let letter = t.letter;
                    self.rewind(start, from.line, line_start);
                    return self.stop(format!("{letter}-string: expecting '}}'"));
                }
                self.rewind(start, from.line, line_start);
                let hint = if escaped_quote { "; perhaps you escaped the end quote?" } else { "" };
                let what = if size == 3 { "triple-quoted string" } else { "string" };
                let hint = if size == 3 { "" } else { hint };
                return self.stop(format!("unterminated {what} literal (detected at line {detected}){hint}")).map_err(|s| super::token::Stop { unfinished: c.is_none(), ..s });
            }
            if c == q { ending += 1; continue }
            ending = 0;
            if c == Some(b'\\') {
                let next = self.next();
                if next == q { escaped_quote = true }
            }
        }
        self.push(Kind::Text, start, self.at, from);
        Ok(())
    }

    /// Goes back to the character behind the start of a token, to blame it.
    fn rewind(&mut self, start: usize, line: i32, line_start: usize) {
        self.at = start + 1;
        self.line = line;
        self.line_start = line_start;
    }

    /// The start of an f-string or t-string whose first quote has just been read.
    pub(super) fn template_start(&mut self, quote: u8, start: usize, from: Pos, raw: bool, letter: char) -> Read {
        let triple = self.text[self.at..].starts_with(&[quote, quote]);
        if triple { self.at += 2 }
        if self.templates.len() >= MAX_TEMPLATES { return self.stop("too many nested f-strings or t-strings") }
        self.templates.push(Template {
            quote, size: if triple { 3 } else { 1 }, start, line: self.line, line_start: self.line_start, depth: 0, field: -1,
            in_spec: false, raw, letter, literal: true,
        });
        self.push(if letter == 'f' { Kind::FStart } else { Kind::TStart }, start, self.at, from);
        Ok(())
    }

    /// An expression comes next, behind the bracket at `bracket`.
    fn open_field(&mut self, top: usize, bracket: usize) -> Read {
        let t = &mut self.templates[top];
        t.field += 1;
        t.literal = false;
        if t.field < MAX_FIELDS { return Ok(()) }
        let letter = t.letter;
        self.at = bracket;
        self.stop(format!("{letter}-string: expressions nested too deeply"))
    }

    /// A piece of literal text, the end of the string, or the bracket that opens a field.
    pub(super) fn literal_piece(&mut self) -> Read {
        self.inside = true;
        let top = self.templates.len() - 1;
        let (quote, size, letter, raw) = { let t = &self.templates[top]; (t.quote, t.size, t.letter, t.raw) };
        let (end_kind, middle) = if letter == 'f' { (Kind::FEnd, Kind::FMiddle) } else { (Kind::TEnd, Kind::TMiddle) };
        if self.peek() == Some(b'{') && self.text.get(self.at + 1) != Some(&b'{') {
            self.open_field(top, self.at)?;
            let c = self.next().unwrap_or_default();
            return self.ordinary(c);
        }
        let quotes = [quote; 3];
        let begin = self.at;
        // Reading a character first moves to its line.
        let first = self.next();
        let from = Pos { line: self.line, column: (begin - self.line_start) as i32 };
        self.back(first);
        if self.text[begin..].starts_with(&quotes[..size]) {
            self.at += size;
            self.templates.pop();
            self.push(end_kind, begin, self.at, from);
            return Ok(());
        }
        let mut ending = 0;
        let mut named = false;
        while ending != size {
            let c = self.next();
            let in_spec = self.templates[top].in_spec && self.templates[top].field >= 0;
            if c.is_none() || size == 1 && c == Some(b'\n') {
                if in_spec && c.is_some() {
                    return self.stop(format!("{letter}-string: newlines are not allowed in format specifiers for single quoted {letter}-strings"));
                }
                let detected = self.line;
                let t = &self.templates[top];
                let (start, line, line_start) = (t.start, t.line, t.line_start);
                self.rewind(start, line, line_start);
                let what = if size == 3 { "triple-quoted " } else { "" };
                let found = self.stop(format!("unterminated {what}{letter}-string literal (detected at line {detected})"));
                return found.map_err(|s| super::token::Stop { unfinished: size == 3 && c.is_none(), ..s });
            }
            let c = c.unwrap_or_default();
            if c == quote { ending += 1; continue }
            ending = 0;
            match c {
                b'{' => {
                    let next = self.next();
                    if next != Some(b'{') || in_spec {
                        self.back(next);
                        self.at -= 1;
                        self.open_field(top, self.at)?;
                        let end = self.at;
                        self.push(middle, begin, end, from);
                    } else {
                        let end = self.at - 1;
                        self.push(middle, begin, end, from);
                    }
                    return Ok(());
                }
                b'}' if named => { let end = self.at; self.push(middle, begin, end, from); return Ok(()) }
                b'}' => {
                    let next = self.next();
                    if next == Some(b'}') && !in_spec && self.templates[top].depth == 0 {
                        let end = self.at - 1;
                        self.push(middle, begin, end, from);
                    } else {
                        self.back(next);
                        self.at -= 1;
                        self.templates[top].literal = false;
                        let end = self.at;
                        self.push(middle, begin, end, from);
                    }
                    return Ok(());
                }
                b'\\' => {
                    let next = self.next();
                    if matches!(next, Some(b'{' | b'}')) { self.back(next); continue }
                    if !raw && next == Some(b'N') {
                        let brace = self.next();
                        if brace == Some(b'{') { named = true } else { self.back(brace) }
                    }
                }
                _ => {}
            }
        }
        self.at -= size;
        let end = self.at;
        self.push(middle, begin, end, from);
        Ok(())
    }
}
