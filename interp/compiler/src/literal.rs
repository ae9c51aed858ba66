//! Values of literals: numbers, strings with lone surrogates, text of interpolated expressions, docstring indentation.
//!
//! Not here: folding (`fold.rs`).

use instar_code::{Const, Wtf8};
use instar_syntax::ast::{self, Number};
use instar_syntax::{Ranged, TextRange};

use crate::fold::{concat, from_int};

fn slice(source: &str, range: TextRange) -> &str { source.get(range.start().to_usize()..range.end().to_usize()).unwrap_or("") }

/// Value of a number; a decimal literal may have `max_digits` digits (0: any number).
///
/// # Errors
/// The message if it has too many digits.
pub fn number(source: &str, n: &ast::ExprNumberLiteral, max_digits: usize) -> Result<Const, String> {
    Ok(match &n.value {
        Number::Float(x) => Const::Float(*x),
        Number::Complex { real, imag } => Const::Complex(*real, *imag),
        Number::Int(i) => match i.as_u64() {
            Some(small) => from_int(small as i128),
            None => Const::BigInt { negative: false, magnitude: big(slice(source, n.range), max_digits)? },
        },
    })
}

/// Text of one string literal, lone surrogates included.
pub fn string(source: &str, s: &ast::StringLiteral) -> Wtf8 {
    let raw = matches!(s.flags.prefix(), ast::str_prefix::StringLiteralPrefix::Raw { .. });
    if raw || !s.value.contains('\u{FFFD}') { return Wtf8::new(&s.value); }
    redecode(slice(source, s.content_range()), &s.value, false)
}

/// Text of adjacent string literals.
pub fn strings(source: &str, s: &ast::ExprStringLiteral) -> Wtf8 {
    let mut all = Wtf8::new("");
    for part in s.value.as_slice() { all = concat(&all, &string(source, part)); }
    all
}

/// Text of a literal part of an f-string.
pub fn piece(source: &str, l: &ast::InterpolatedStringLiteralElement, raw: bool) -> Wtf8 {
    if raw || !l.value.contains('\u{FFFD}') { return Wtf8::new(&l.value); }
    redecode(slice(source, l.range), &l.value, true)
}

/// What `{x=}` shows before the value.
pub fn debug_text(i: &ast::InterpolatedElement) -> Option<String> { i.debug_text.as_ref().map(|d| without_comments(d.as_str())) }

/// Source of an interpolated expression as t-strings show it.
pub fn expression_text(source: &str, i: &ast::InterpolatedElement) -> String {
    if let Some(d) = &i.debug_text { return without_comments(d.as_str().rsplit_once('=').map_or(d.as_str(), |(head, _)| head)); }
    // From behind the brace to the conversion, format or closing brace.
    let inside = slice(source, i.range);
    let body = inside.strip_prefix('{').unwrap_or(inside);
    let start = i.range.start().to_usize() + 1;
    let mut end = i.expression.range().end().to_usize().saturating_sub(start).min(body.len());
    // Closing parentheses around the expression belong to it; comments go away below.
    while let Some(c) = body[end..].chars().next() {
        match c {
            '#' => end += body[end..].find('\n').unwrap_or(body.len() - end),
            c if c == ')' || c.is_whitespace() => end += c.len_utf8(),
            _ => break,
        }
    }
    without_comments(&body[..end])
}

/// Source of an expression without its comments, as CPython shows it.
fn without_comments(source: &str) -> String {
    if !source.contains('#') { return source.to_owned(); }
    let mut out = String::new();
    let mut quote: Option<char> = None;
    let mut chars = source.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (None, '#') => {
                for c in chars.by_ref() { if c == '\n' { out.push(c); break; } }
                continue;
            }
            (None, '\'' | '"') => quote = Some(c),
            (Some(_), '\\') => {
                out.push(c);
                out.extend(chars.next());
                continue;
            }
            (Some(q), c) if c == q => quote = None,
            _ => {}
        }
        out.push(c);
    }
    out
}

/// Little-endian magnitude of an integer literal of any base.
fn big(source: &str, max_digits: usize) -> Result<Vec<u8>, String> {
    let digits: String = source.chars().filter(|c| *c != '_').collect();
    let lower = digits.to_ascii_lowercase();
    let (base, digits) = match lower.get(..2) {
        Some("0x") => (16, &lower[2..]),
        Some("0o") => (8, &lower[2..]),
        Some("0b") => (2, &lower[2..]),
        _ => (10, &lower[..]),
    };
    if base == 10 && max_digits > 0 && digits.len() > max_digits {
        return Err(format!("Exceeds the limit ({max_digits} digits) for integer string conversion: value has {} digits; use sys.set_int_max_str_digits() to increase the limit - Consider hexadecimal for huge integer literals to avoid decimal conversion limits.", digits.len()));
    }
    if base == 10 {
        let mut words: Vec<u32> = Vec::new();
        for chunk in digits.as_bytes().chunks(9) {
            let mut carry = chunk.iter().fold(0u64, |n, d| n * 10 + (d - b'0') as u64);
            let scale = 10u64.pow(chunk.len() as u32);
            for w in &mut words { let n = *w as u64 * scale + carry; *w = n as u32; carry = n >> 32; }
            if carry > 0 { words.push(carry as u32); }
        }
        let mut bytes: Vec<u8> = words.iter().flat_map(|w| w.to_le_bytes()).collect();
        while bytes.last() == Some(&0) { bytes.pop(); }
        return Ok(bytes);
    }
    // Bits from the last digit on.
    let width = match base { 16 => 4, 8 => 3, _ => 1 };
    let (mut bytes, mut bits, mut held) = (Vec::new(), 0u32, 0u32);
    for c in digits.chars().rev() {
        held |= c.to_digit(base).unwrap_or(0) << bits;
        bits += width;
        while bits >= 8 { bytes.push(held as u8); held >>= 8; bits -= 8; }
    }
    if held > 0 { bytes.push(held as u8); }
    while bytes.last() == Some(&0) { bytes.pop(); }
    Ok(bytes)
}

/// Decodes a literal again with its lone surrogates; `parsed` is what the parser made of it (U+FFFD in their place).
fn redecode(source: &str, parsed: &str, braces: bool) -> Wtf8 {
    let mut out = Vec::new();
    let mut known = parsed.chars();
    let mut s = source.chars().peekable();
    while let Some(c) = s.next() {
        if c == '\r' {
            if s.peek() == Some(&'\n') { continue; }
            out.push(known.next().map_or(10, u32::from));
            continue;
        }
        if braces && (c == '{' || c == '}') && s.peek() == Some(&c) { s.next(); }
        if c != '\\' {
            known.next();
            out.push(c as u32);
            continue;
        }
        let hex = |s: &mut std::iter::Peekable<std::str::Chars<'_>>, n: usize| (0..n).fold(0u32, |v, _| v * 16 + s.next().and_then(|c| c.to_digit(16)).unwrap_or(0));
        match s.next() {
            None => {}
            Some('\n') => {}
            Some('\r') => { if s.peek() == Some(&'\n') { s.next(); } }
            Some('u') => { out.push(hex(&mut s, 4)); known.next(); }
            Some('U') => { out.push(hex(&mut s, 8)); known.next(); }
            Some('x') => { out.push(hex(&mut s, 2)); known.next(); }
            Some('N') if s.peek() == Some(&'{') => {
                for c in s.by_ref() { if c == '}' { break; } }
                out.push(known.next().map_or(0xFFFD, u32::from));
            }
            Some(d @ '0'..='7') => {
                let mut n = d as u32 - 48;
                for _ in 0..2 { if let Some(d @ '0'..='7') = s.peek().copied() { n = n * 8 + d as u32 - 48; s.next(); } else { break; } }
                out.push(n);
                known.next();
            }
            Some(c) => match c {
                'n' | 't' | 'r' | 'a' | 'b' | 'f' | 'v' | '\\' | '\'' | '"' => out.push(known.next().map_or(c as u32, u32::from)),
                other => { out.push('\\' as u32); out.push(other as u32); known.next(); known.next(); }
            },
        }
    }
    Wtf8::from_code_points(out)
}

/// What CPython stores for a docstring: tabs expanded, common indentation of the lines after the first removed.
pub(crate) fn clean_docstring(text: &str) -> String {
    let mut expanded = String::with_capacity(text.len());
    let mut column = 0;
    for c in text.chars() {
        match c {
            '\t' => { let n = 8 - column % 8; expanded.extend(std::iter::repeat_n(' ', n)); column += n; }
            '\n' | '\r' => { expanded.push(c); column = 0; }
            c => { expanded.push(c); column += 1; }
        }
    }
    let mut lines = expanded.split('\n');
    let first = lines.next().unwrap_or("").trim_start_matches(' ');
    let rest: Vec<&str> = lines.collect();
    let margin = rest.iter().filter_map(|l| { let t = l.trim_start_matches(' '); (!t.is_empty()).then(|| l.len() - t.len()) }).min().unwrap_or(0);
    let mut out = first.to_owned();
    for l in rest {
        out.push('\n');
        let indent = (l.len() - l.trim_start_matches(' ').len()).min(margin);
        out.push_str(&l[indent..]);
    }
    out
}
