//! UTF-32 both ways. The byte order mark is the caller's: [`detect_order`] reads it.

use crate::builder::TextBuilder;
use crate::fault::{Fault, bad};
use crate::utf16::Order;
use instar_base_text::Unit;

/// Byte order by the mark at the start and how many bytes the mark takes; `None` if there is no whole mark.
pub fn detect_order(bytes: &[u8]) -> Option<(Order, usize)> {
    match bytes {
        [0xFF, 0xFE, 0, 0, ..] => Some((Order::Little, 4)),
        [0, 0, 0xFE, 0xFF, ..] => Some((Order::Big, 4)),
        _ => None,
    }
}

/// Decodes from byte `from`; gives the number of bytes of `bytes` used.
///
/// # Errors
/// [`Fault::Bad`] at the first surrogate, too large value or cut-off unit.
pub fn decode(bytes: &[u8], from: usize, order: Order, last: bool, out: &mut TextBuilder) -> Result<usize, Fault> {
    let mut at = from;
    while let Some(&[a, b, c, d]) = bytes.get(at..at + 4) {
        let code =
            if order == Order::Little { u32::from_le_bytes([a, b, c, d]) } else { u32::from_be_bytes([a, b, c, d]) };
        match code {
            0xD800..=0xDFFF => return bad(at, at + 4, "code point in surrogate code point range(0xd800, 0xe000)"),
            0x110000.. => return bad(at, at + 4, "code point not in range(0x110000)"),
            _ => out.push(code)?,
        }
        at += 4;
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
    out.try_reserve(rest.len().saturating_mul(4))?;
    for (at, unit) in rest.iter().enumerate() {
        let code = unit.code();
        if (0xD800..0xE000).contains(&code) {
            return bad(from + at, from + at + 1, "surrogates not allowed");
        }
        out.extend(if order == Order::Little { code.to_le_bytes() } else { code.to_be_bytes() });
    }
    Ok(())
}
