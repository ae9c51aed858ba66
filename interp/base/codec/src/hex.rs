//! Hexadecimal text of bytes: `hexlify`/`bytes.hex` and `unhexlify`. `bytes.fromhex` skips spaces in its caller.

use crate::fault::{BadData, wrong};
use std::collections::TryReserveError;

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).map(|d| d as u8)
}

/// Two lower-case digits a byte; `sep` stands between groups of `group` bytes, counted from the right when `group`
/// is positive and from the left when negative; 0: no separator.
///
/// # Errors
/// When memory runs out.
pub fn encode(data: &[u8], sep: Option<u8>, group: isize) -> Result<Vec<u8>, TryReserveError> {
    let size = group.unsigned_abs();
    let sep = sep.filter(|_| size > 0);
    let mut out = Vec::new();
    let marks = if sep.is_some() { data.len() / size } else { 0 };
    out.try_reserve_exact(data.len().saturating_mul(2).saturating_add(marks))?;
    for (at, byte) in data.iter().enumerate() {
        let before = if group > 0 { data.len() - at } else { at };
        if let Some(sep) = sep.filter(|_| at > 0 && before % size == 0) {
            out.push(sep);
        }
        out.extend([byte >> 4, byte & 15].map(|d| b"0123456789abcdef"[usize::from(d)]));
    }
    Ok(out)
}

/// Bytes of pairs of digits.
///
/// # Errors
/// `binascii.Error` wordings for an odd length or a wrong digit.
pub fn decode(text: &[u8]) -> Result<Vec<u8>, BadData> {
    if !text.len().is_multiple_of(2) {
        return wrong("Odd-length string");
    }
    let mut out = Vec::new();
    out.try_reserve_exact(text.len() / 2)?;
    for pair in text.chunks_exact(2) {
        match (digit(pair[0]), digit(pair[1])) {
            (Some(high), Some(low)) => out.push(high << 4 | low),
            _ => return wrong("Non-hexadecimal digit found"),
        }
    }
    Ok(out)
}
