//! Single-byte encodings: ASCII, Latin-1 and any table of 256 code points (`charmap`).

use crate::builder::TextBuilder;
use crate::fault::{Fault, bad, put};
use instar_base_text::Unit;

/// The table entry that means "no character".
pub const UNDEFINED: u32 = 0xFFFE;

const UNMAPPED: &str = "character maps to <undefined>";

/// Decodes ASCII from byte `from`; gives the number of bytes used.
///
/// # Errors
/// [`Fault::Bad`] at the first byte from 128 on.
pub fn decode_ascii(bytes: &[u8], from: usize, out: &mut TextBuilder) -> Result<usize, Fault> {
    let rest = &bytes[from.min(bytes.len())..];
    let good = if rest.is_ascii() { rest.len() } else { rest.iter().position(|b| *b >= 0x80).unwrap_or(0) };
    out.push_slice(&rest[..good])?;
    if good < rest.len() {
        return bad(from + good, from + good + 1, "ordinal not in range(128)");
    }
    Ok(bytes.len())
}

/// Decodes by a table of code points; [`UNDEFINED`] and missing entries are errors. Gives the number of bytes used.
///
/// # Errors
/// [`Fault::Bad`] at the first byte without a character.
pub fn decode_table(bytes: &[u8], from: usize, table: &[u32], out: &mut TextBuilder) -> Result<usize, Fault> {
    for (at, byte) in bytes.iter().enumerate().skip(from) {
        match table.get(usize::from(*byte)) {
            Some(&code) if code != UNDEFINED => out.push(code)?,
            _ => return bad(at, at + 1, UNMAPPED),
        }
    }
    Ok(bytes.len())
}

fn encode_by<U: Unit>(
    text: &[U],
    from: usize,
    reason: &'static str,
    byte: impl Fn(u32) -> Option<u8>,
    out: &mut Vec<u8>,
) -> Result<(), Fault> {
    let rest = &text[from.min(text.len())..];
    out.try_reserve(rest.len())?;
    for (at, unit) in rest.iter().enumerate() {
        match byte(unit.code()) {
            Some(byte) => put(out, byte)?,
            None => {
                let run = rest[at..].iter().take_while(|u| byte(u.code()).is_none()).count();
                return bad(from + at, from + at + run, reason);
            }
        }
    }
    Ok(())
}

/// Encodes as ASCII from code point `from`.
///
/// # Errors
/// [`Fault::Bad`] covering the first run of code points from 128 on.
pub fn encode_ascii<U: Unit>(text: &[U], from: usize, out: &mut Vec<u8>) -> Result<(), Fault> {
    encode_by(text, from, "ordinal not in range(128)", |c| u8::try_from(c).ok().filter(u8::is_ascii), out)
}

/// Encodes as Latin-1 from code point `from`.
///
/// # Errors
/// [`Fault::Bad`] covering the first run of code points from 256 on.
pub fn encode_latin1<U: Unit>(text: &[U], from: usize, out: &mut Vec<u8>) -> Result<(), Fault> {
    encode_by(text, from, "ordinal not in range(256)", |c| u8::try_from(c).ok(), out)
}

/// The reverse of a decoding table (`_codecs.charmap_build`).
#[derive(Debug, Clone)]
pub struct EncodingMap {
    rows: Vec<(u32, u8)>,
}

impl EncodingMap {
    /// From a decoding table of at most 256 entries; the last byte of a repeated code point wins.
    pub fn new(table: &[u32]) -> EncodingMap {
        let mut rows: Vec<(u32, u8)> = Vec::new();
        for (byte, &code) in (0..=255u8).zip(table) {
            if code == UNDEFINED {
                continue;
            }
            match rows.binary_search_by_key(&code, |row| row.0) {
                Ok(at) => rows[at].1 = byte,
                Err(at) => rows.insert(at, (code, byte)),
            }
        }
        EncodingMap { rows }
    }

    /// The byte of a code point.
    #[inline]
    pub fn get(&self, code: u32) -> Option<u8> {
        self.rows.binary_search_by_key(&code, |row| row.0).ok().map(|at| self.rows[at].1)
    }

    /// Encodes from code point `from`.
    ///
    /// # Errors
    /// [`Fault::Bad`] covering the first run of code points without a byte.
    pub fn encode<U: Unit>(&self, text: &[U], from: usize, out: &mut Vec<u8>) -> Result<(), Fault> {
        encode_by(text, from, UNMAPPED, |c| self.get(c), out)
    }
}
