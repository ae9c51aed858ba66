//! `unicode_escape`, `raw_unicode_escape` and the `bytes` escapes (`escape_decode`). Character names come from a
//! callback; warnings about unknown escapes are the caller's, helped by the position given here.

use crate::builder::TextBuilder;
use crate::fault::{Fault, bad, put, put_all};
use instar_base_text::Unit;
use instar_base_text::quote::Escape;

/// How far a decoder came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Bytes of the input used.
    pub used: usize,
    /// Position of the backslash of the first unknown escape or octal escape above 0o377.
    pub odd_escape: Option<usize>,
}

/// Value of up to three octal digits at `at` and where they end.
fn octal(bytes: &[u8], mut at: usize) -> (u32, usize) {
    let (mut value, stop) = (0, (at + 3).min(bytes.len()));
    while at < stop && (b'0'..=b'7').contains(&bytes[at]) {
        value = value * 8 + u32::from(bytes[at] - b'0');
        at += 1;
    }
    (value, at)
}

enum Hex {
    Value(u32, usize),
    /// The input ended.
    Cut,
    /// Not a digit at this position.
    Wrong(usize),
}

fn hex(bytes: &[u8], at: usize, count: usize) -> Hex {
    let mut value = 0u32;
    for i in at..at + count {
        match bytes.get(i).map(|b| char::from(*b).to_digit(16)) {
            None => return Hex::Cut,
            Some(None) => return Hex::Wrong(i),
            Some(Some(digit)) => value = value << 4 | digit,
        }
    }
    Hex::Value(value, at + count)
}

fn simple(letter: u8) -> Option<u8> {
    Some(match letter {
        b'\\' | b'\'' | b'"' => letter,
        b'b' => 8,
        b'f' => 12,
        b't' => 9,
        b'n' => 10,
        b'r' => 13,
        b'v' => 11,
        b'a' => 7,
        _ => return None,
    })
}

/// Decodes `unicode_escape` from byte `from`; `name` looks up `\N{…}`.
///
/// # Errors
/// [`Fault::Bad`] at the first bad escape; `odd` keeps what was noticed before it.
pub fn decode(
    bytes: &[u8],
    from: usize,
    last: bool,
    name: &dyn Fn(&[u8]) -> Option<u32>,
    out: &mut TextBuilder,
    odd: &mut Option<usize>,
) -> Result<usize, Fault> {
    let mut at = from;
    while at < bytes.len() {
        let plain = bytes[at..].iter().position(|b| *b == b'\\').unwrap_or(bytes.len() - at);
        out.push_latin1(&bytes[at..at + plain])?;
        at += plain;
        let start = at;
        if start == bytes.len() {
            break;
        }
        let Some(&letter) = bytes.get(start + 1) else {
            return if last { bad(start, bytes.len(), "\\ at end of string") } else { Ok(start) };
        };
        at = start + 2;
        if let Some(byte) = simple(letter) {
            out.push(u32::from(byte))?;
            continue;
        }
        let (count, reason) = match letter {
            b'\n' => continue,
            b'0'..=b'7' => {
                let (value, end) = octal(bytes, start + 1);
                if value > 0o377 {
                    odd.get_or_insert(start);
                }
                out.push(value)?;
                at = end;
                continue;
            }
            b'x' => (2, "truncated \\xXX escape"),
            b'u' => (4, "truncated \\uXXXX escape"),
            b'U' => (8, "truncated \\UXXXXXXXX escape"),
            b'N' => {
                let malformed = "malformed \\N character escape";
                let close = match bytes.get(at) {
                    None => None,
                    Some(b'{') => bytes[at..].iter().position(|b| *b == b'}').map(|i| at + i),
                    Some(_) => return bad(start, at, malformed),
                };
                let Some(close) = close else {
                    return if last { bad(start, bytes.len(), malformed) } else { Ok(start) };
                };
                if close == at + 1 {
                    return bad(start, close, malformed);
                }
                match name(&bytes[at + 1..close]) {
                    Some(code) => out.push(code)?,
                    None => return bad(start, close + 1, "unknown Unicode character name"),
                }
                at = close + 1;
                continue;
            }
            _ => {
                odd.get_or_insert(start);
                out.push_latin1(&[b'\\', letter])?;
                continue;
            }
        };
        match hex(bytes, at, count) {
            Hex::Value(code, end) if code > 0x10FFFF => return bad(start, end, "illegal Unicode character"),
            Hex::Value(code, end) => {
                out.push(code)?;
                at = end;
            }
            Hex::Cut if !last => return Ok(start),
            Hex::Cut => return bad(start, bytes.len(), reason),
            Hex::Wrong(end) => return bad(start, end, reason),
        }
    }
    Ok(bytes.len())
}

/// Decodes `raw_unicode_escape` from byte `from`.
///
/// # Errors
/// [`Fault::Bad`] at the first bad `\u` or `\U`.
pub fn decode_raw(bytes: &[u8], from: usize, last: bool, out: &mut TextBuilder) -> Result<usize, Fault> {
    let mut at = from;
    while at < bytes.len() {
        let plain = bytes[at..].iter().position(|b| *b == b'\\').unwrap_or(bytes.len() - at);
        out.push_latin1(&bytes[at..at + plain])?;
        at += plain;
        let start = at;
        if start == bytes.len() {
            break;
        }
        let (count, reason) = match bytes.get(start + 1) {
            None if !last => return Ok(start),
            None => {
                out.push(u32::from(b'\\'))?;
                break;
            }
            Some(b'u') => (4, "truncated \\uXXXX escape"),
            Some(b'U') => (8, "truncated \\UXXXXXXXX escape"),
            Some(&other) => {
                out.push_latin1(&[b'\\', other])?;
                at = start + 2;
                continue;
            }
        };
        match hex(bytes, start + 2, count) {
            Hex::Value(code, end) if code > 0x10FFFF => return bad(start, end, "\\Uxxxxxxxx out of range"),
            Hex::Value(code, end) => {
                out.push(code)?;
                at = end;
            }
            Hex::Cut if !last => return Ok(start),
            Hex::Cut => return bad(start, bytes.len(), reason),
            Hex::Wrong(end) => return bad(start, end, reason),
        }
    }
    Ok(bytes.len())
}

/// Encodes as `unicode_escape`; nothing is unencodable.
///
/// # Errors
/// Only [`Fault::Memory`].
pub fn encode<U: Unit>(text: &[U], out: &mut Vec<u8>) -> Result<(), Fault> {
    out.try_reserve(text.len())?;
    for unit in text {
        match unit.code() {
            92 => put_all(out, b"\\\\")?,
            9 => put_all(out, b"\\t")?,
            10 => put_all(out, b"\\n")?,
            13 => put_all(out, b"\\r")?,
            code @ 32..=126 => put(out, code as u8)?,
            code => put_all(out, Escape::hex(code).as_bytes())?,
        }
    }
    Ok(())
}

/// Encodes as `raw_unicode_escape`; nothing is unencodable.
///
/// # Errors
/// Only [`Fault::Memory`].
pub fn encode_raw<U: Unit>(text: &[U], out: &mut Vec<u8>) -> Result<(), Fault> {
    out.try_reserve(text.len())?;
    for unit in text {
        match unit.code() {
            code @ 0..=255 => put(out, code as u8)?,
            code => put_all(out, Escape::hex(code).as_bytes())?,
        }
    }
    Ok(())
}

/// Decodes escapes of a bytes literal (`codecs.escape_decode`) from byte `from`.
///
/// # Errors
/// [`Fault::Bad`] for `invalid \x escape` (the caller words it with the position) and a lone backslash at the end.
pub fn decode_bytes(bytes: &[u8], from: usize, out: &mut Vec<u8>) -> Result<Progress, Fault> {
    let mut progress = Progress { used: bytes.len(), odd_escape: None };
    let mut at = from;
    out.try_reserve(bytes.len().saturating_sub(from))?;
    while at < bytes.len() {
        let start = at;
        if bytes[start] != b'\\' {
            put(out, bytes[start])?;
            at += 1;
            continue;
        }
        let Some(&letter) = bytes.get(start + 1) else {
            return bad(start, bytes.len(), "Trailing \\ in string");
        };
        at = start + 2;
        if let Some(byte) = simple(letter) {
            put(out, byte)?;
            continue;
        }
        match letter {
            b'\n' => {}
            b'0'..=b'7' => {
                let (value, end) = octal(bytes, start + 1);
                if value > 0o377 {
                    progress.odd_escape.get_or_insert(start);
                }
                put(out, value as u8)?;
                at = end;
            }
            b'x' => match hex(bytes, at, 2) {
                Hex::Value(value, end) => {
                    put(out, value as u8)?;
                    at = end;
                }
                Hex::Cut => return bad(start, bytes.len(), "invalid \\x escape"),
                Hex::Wrong(end) => return bad(start, end, "invalid \\x escape"),
            },
            _ => {
                progress.odd_escape.get_or_insert(start);
                put_all(out, &[b'\\', letter])?;
            }
        }
    }
    Ok(progress)
}
