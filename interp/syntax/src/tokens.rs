//! Facts that only tokens tell: tabs against spaces, invalid escapes, numbers that run into words.
//!
//! Not here: errors of the parser (`explain/`).

use ruff_python_ast::token::{TokenKind as T, Tokens};
use ruff_text_size::{Ranged, TextRange, TextSize};

/// Whether some line's indentation compares differently with tabs of 8 and of 1 column.
pub(crate) fn inconsistent_tabs(source: &str, tokens: &Tokens) -> bool {
    if !source.contains('\t') { return false; }
    let mut stack = vec![(0u32, 0u32)];
    let mut fresh = true;
    for t in tokens.iter() {
        match t.kind() {
            T::Newline => { fresh = true; continue }
            T::Comment | T::NonLogicalNewline | T::Indent | T::Dedent => continue,
            T::EndOfFile => break,
            _ if !fresh => continue,
            _ => fresh = false,
        }
        let at = t.start().to_usize();
        let start = source[..at].rfind(['\n', '\r']).map_or(0, |i| i + 1);
        let (mut wide, mut narrow) = (0, 0);
        for c in source[start..at].chars() {
            match c {
                ' ' => { wide += 1; narrow += 1; }
                '\t' => { wide = (wide / 8 + 1) * 8; narrow += 1; }
                '\u{C}' => { wide = 0; narrow = 0; }
                _ => break,
            }
        }
        while stack.len() > 1 && stack.last().is_some_and(|&(w, _)| w > wide) { stack.pop(); }
        let Some(&(w, n)) = stack.last() else { return false };
        let wrong = if wide == w { narrow != n } else { narrow <= n };
        if wrong { return true }
        if wide > w { stack.push((wide, narrow)); }
    }
    false
}

/// SyntaxWarnings of the tokenizer: keywords glued to numbers, backslashes that start no escape.
pub fn token_warnings(source: &str, tokens: &Tokens) -> Vec<(TextRange, String)> {
    let mut found = Vec::new();
    glued_numbers(source, tokens, &mut found);
    if source.contains('\\') { invalid_escapes(source, tokens, &mut found); }
    found.sort_by_key(|(range, _)| range.start());
    found
}

/// `1or x`: a number and a keyword without a space between.
fn glued_numbers(source: &str, tokens: &Tokens, found: &mut Vec<(TextRange, String)>) {
    for t in tokens.iter() {
        if !matches!(t.kind(), T::Int | T::Float | T::Complex) { continue }
        let next = source.as_bytes().get(t.end().to_usize()).copied().unwrap_or(0);
        if !next.is_ascii_alphabetic() { continue }
        let text = &source[t.range()];
        let radix = if text.starts_with('0') { text.as_bytes().get(1).map(u8::to_ascii_lowercase) } else { None };
        let what = match (t.kind(), radix) {
            (T::Complex, _) => "imaginary",
            (T::Int, Some(b'x')) => "hexadecimal",
            (T::Int, Some(b'o')) => "octal",
            (T::Int, Some(b'b')) => "binary",
            _ => "decimal",
        };
        let last = t.end() - TextSize::new(1);
        found.push((TextRange::empty(last), format!("invalid {what} literal")));
    }
}

/// Backslashes that start no escape.
fn invalid_escapes(source: &str, tokens: &Tokens, found: &mut Vec<(TextRange, String)>) {
    let mut raw_pieces: Vec<bool> = Vec::new();
    for t in tokens.iter() {
        let text = &source[t.range()];
        let is_raw = |text: &str| text.chars().take_while(|c| c.is_ascii_alphabetic()).any(|c| c.eq_ignore_ascii_case(&'r'));
        let (body, bytes) = match t.kind() {
            T::FStringStart | T::TStringStart => { raw_pieces.push(is_raw(text)); continue }
            T::FStringEnd | T::TStringEnd => { raw_pieces.pop(); continue }
            T::FStringMiddle | T::TStringMiddle if raw_pieces.last() == Some(&false) => (0, false),
            T::String if !is_raw(text) => (text.find(['\'', '"']).unwrap_or(0), text.starts_with(['b', 'B'])),
            _ => continue,
        };
        let mut chars = text[body..].char_indices();
        while let Some((i, c)) = chars.next() {
            if c != '\\' { continue; }
            // At the end of a piece comes the bracket of a field.
            let field = || source[t.end().to_usize()..].chars().next().filter(|c| matches!(c, '{' | '}'));
            let Some(next) = chars.next().map(|c| c.1).or_else(field) else { break };
            let at = t.start() + TextSize::new((body + i) as u32);
            let mut warn = |shown: &str, what: &str| {
                let range = TextRange::at(at, TextSize::new(1 + shown.len() as u32));
                found.push((range, format!("\"\\{shown}\" is an invalid {what}. Such sequences will not work in the future. Did you mean \"\\\\{shown}\"? A raw string is also an option.")));
            };
            match next {
                '\n' | '\r' | '\\' | '\'' | '"' | 'a' | 'b' | 'f' | 'n' | 'r' | 't' | 'v' | 'x' => {}
                'N' | 'u' | 'U' if !bytes => {}
                '0'..='7' => {
                    let digits: String = text[body + i + 1..].chars().take(3).take_while(|d| ('0'..='7').contains(d)).collect();
                    if digits.len() == 3 && digits.as_str() >= "400" { warn(&digits, "octal escape sequence"); }
                }
                other => warn(&other.to_string(), "escape sequence"),
            }
        }
    }
}
