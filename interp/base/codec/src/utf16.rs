//! UTF-16 both ways. The byte order mark is the caller's: [`detect_order`] reads it.

use crate::builder::TextBuilder;
use crate::fault::{Fault, bad};
use instar_base_text::Unit;

/// Order of the bytes of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Least significant first.
    Little,
    /// Most significant first.
    Big,
}

/// Byte order by the mark at the start and how many bytes the mark takes; `None` if there is no whole mark.
pub fn detect_order(bytes: &[u8]) -> Option<(Order, usize)> {
    match bytes {
        [0xFF, 0xFE, ..] => Some((Order::Little, 2)),
        [0xFE, 0xFF, ..] => Some((Order::Big, 2)),
        _ => None,
    }
}

/// Decodes from byte `from`; gives the number of bytes of `bytes` used.
///
/// # Errors
/// [`Fault::Bad`] at the first lone surrogate or cut-off unit.
pub fn decode(bytes: &[u8], from: usize, order: Order, last: bool, out: &mut TextBuilder) -> Result<usize, Fault> {
    let unit = |at: usize| {
        let pair = bytes.get(at..at + 2)?;
        let pair = [pair[0], pair[1]];
        Some(u32::from(if order == Order::Little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) }))
    };
    let mut at = from;
    while let Some(code) = unit(at) {
        match code {
            0xD800..=0xDBFF => match unit(at + 2) {
                Some(low @ 0xDC00..=0xDFFF) => {
                    out.push(0x10000 + ((code - 0xD800) << 10 | (low - 0xDC00)))?;
                    at += 2;
                }
                Some(_) => return bad(at, at + 2, "illegal UTF-16 surrogate"),
                None if last => return bad(at, bytes.len(), "unexpected end of data"),
                None => return Ok(at),
            },
            0xDC00..=0xDFFF => return bad(at, at + 2, "illegal encoding"),
            _ => out.push(code)?,
        }
        at += 2;
    }
    if last && at < bytes.len() {
        return bad(at, bytes.len(), "truncated data");
    }
    Ok(at)
}

/// Encodes from code point `from` to the end, without a mark.
///
/// # Errors
/// [`Fault::Bad`] at the first surrogate.
pub fn encode<U: Unit>(text: &[U], from: usize, order: Order, out: &mut Vec<u8>) -> Result<(), Fault> {
    let rest = &text[from.min(text.len())..];
    out.try_reserve(rest.len().saturating_mul(2))?;
    for (at, unit) in rest.iter().enumerate() {
        let Some(c) = char::from_u32(unit.code()) else {
            return bad(from + at, from + at + 1, "surrogates not allowed");
        };
        out.try_reserve(4)?;
        for &unit in c.encode_utf16(&mut [0; 2]).iter() {
            out.extend(if order == Order::Little { unit.to_le_bytes() } else { unit.to_be_bytes() });
        }
    }
    Ok(())
}
