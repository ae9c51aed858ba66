//! Reading markup: a cursor over characters, names, literals, references.
//!
//! Characters only. Not here: what the markup means.

use super::error::Code;

/// Why reading stopped.
#[derive(Debug)]
pub enum Bad {
    /// The input ends inside a token.
    More,
    /// An error, at an index of the characters.
    Error(Code, usize),
}

/// Result of reading.
pub type Res<T> = Result<T, Bad>;

/// A character allowed in documents.
pub fn is_char(c: char) -> bool { matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{FFFD}' | '\u{10000}'..) }
/// White space.
pub fn is_space(c: char) -> bool { matches!(c, ' ' | '\t' | '\n' | '\r') }
/// First of a name.
pub fn is_name_start(c: char) -> bool {
    matches!(c, ':' | '_' | 'A'..='Z' | 'a'..='z' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}' | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}'
        | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}')
}
/// Further ones.
pub fn is_name(c: char) -> bool {
    is_name_start(c) || matches!(c, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

/// A cursor.
pub struct Scan<'a> {
    /// All characters.
    pub s: &'a [char],
    /// Where it stands.
    pub at: usize,
}

impl Scan<'_> {
    /// The character here.
    pub fn peek(&self) -> Res<char> { self.s.get(self.at).copied().ok_or(Bad::More) }
    /// The character here, and behind it.
    pub fn next(&mut self) -> Res<char> { let c = self.peek()?; self.at += 1; Ok(c) }
    /// An error here.
    pub fn invalid<T>(&self) -> Res<T> { Err(Bad::Error(Code::InvalidToken, self.at)) }
    /// Whether the text follows; an error of the input ending inside it.
    pub fn follows(&self, text: &str) -> Res<bool> {
        for (i, c) in text.chars().enumerate() {
            match self.s.get(self.at + i) { None => return Err(Bad::More), Some(d) if *d != c => return Ok(false), _ => {} }
        }
        Ok(true)
    }
    /// Skips the text that must be here.
    pub fn expect(&mut self, text: &str) -> Res<()> {
        for c in text.chars() {
            if self.peek()? != c { return self.invalid() }
            self.at += 1;
        }
        Ok(())
    }
    /// Skips white space; whether there was any.
    pub fn space(&mut self) -> Res<bool> {
        let start = self.at;
        while is_space(self.peek()?) { self.at += 1 }
        Ok(self.at > start)
    }
    /// White space that must be here.
    pub fn need_space(&mut self) -> Res<()> { if self.space()? { Ok(()) } else { self.invalid() } }
    /// A name.
    pub fn name(&mut self) -> Res<String> {
        let start = self.at;
        if !is_name_start(self.peek()?) { return self.invalid() }
        while is_name(self.peek()?) { self.at += 1 }
        Ok(self.s[start..self.at].iter().collect())
    }
    /// A name or what else is made of characters of names.
    pub fn token(&mut self) -> Res<String> {
        let start = self.at;
        while is_name(self.peek()?) { self.at += 1 }
        if self.at == start { return self.invalid() }
        Ok(self.s[start..self.at].iter().collect())
    }
    /// The inside of a quoted literal: where it starts and ends.
    pub fn literal(&mut self) -> Res<(usize, usize)> {
        let quote = self.peek()?;
        if quote != '"' && quote != '\'' { return self.invalid() }
        self.at += 1;
        let start = self.at;
        loop {
            let c = self.peek()?;
            if c == quote { break }
            if !is_char(c) { return self.invalid() }
            self.at += 1;
        }
        self.at += 1;
        Ok((start, self.at - 1))
    }
    /// The text of a literal.
    pub fn literal_text(&mut self) -> Res<String> { let (a, b) = self.literal()?; Ok(self.s[a..b].iter().collect()) }
    /// Everything before `end`, which is skipped.
    pub fn until(&mut self, end: &str) -> Res<String> {
        let start = self.at;
        loop {
            let c = self.peek()?;
            if Some(c) == end.chars().next() && self.follows(end)? { break }
            if !is_char(c) { return self.invalid() }
            self.at += 1;
        }
        let text = lines(&self.s[start..self.at]);
        self.at += end.chars().count();
        Ok(text)
    }
    /// The inside of a comment behind `<!--`, up to and with `-->`.
    pub fn comment(&mut self) -> Res<String> {
        let start = self.at;
        loop {
            let c = self.next()?;
            if !is_char(c) { self.at -= 1; return self.invalid() }
            if c == '-' && self.peek()? == '-' {
                let text = lines(&self.s[start..self.at - 1]);
                self.at += 1;
                if self.peek()? != '>' { return self.invalid() }
                self.at += 1;
                return Ok(text);
            }
        }
    }
    /// A character reference behind `&#`, up to and with `;`. The error stands at `start`.
    pub fn char_ref(&mut self, start: usize) -> Res<char> {
        let hex = self.peek()? == 'x';
        if hex { self.at += 1 }
        let mut n: u32 = 0;
        let first = self.at;
        loop {
            let c = self.peek()?;
            if c == ';' && self.at > first { break }
            let Some(d) = c.to_digit(if hex { 16 } else { 10 }) else { return self.invalid() };
            n = n.saturating_mul(if hex { 16 } else { 10 }).saturating_add(d);
            self.at += 1;
        }
        self.at += 1;
        match char::from_u32(n).filter(|c| is_char(*c)) { Some(c) => Ok(c), None => Err(Bad::Error(Code::BadCharRef, start)) }
    }
}

/// Text with line ends as line feeds.
pub fn lines(s: &[char]) -> String {
    let mut out = String::with_capacity(s.len());
    for (i, c) in s.iter().enumerate() {
        match c { '\r' if s.get(i + 1) == Some(&'\n') => {} '\r' => out.push('\n'), c => out.push(*c) }
    }
    out
}

/// The character of a predefined entity.
pub fn predefined(name: &str) -> Option<char> {
    match name { "lt" => Some('<'), "gt" => Some('>'), "amp" => Some('&'), "quot" => Some('"'), "apos" => Some('\''), _ => None }
}
