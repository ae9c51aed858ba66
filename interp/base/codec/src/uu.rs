//! One line of uuencoded data: `a2b_uu` and `b2a_uu`.

use crate::fault::{BadData, put, wrong};

/// Decodes a line; missing characters count as zero bits.
///
/// # Errors
/// `binascii.Error` wordings.
pub fn decode(line: &[u8]) -> Result<Vec<u8>, BadData> {
    let Some((&length, body)) = line.split_first() else { return wrong("Missing length byte") };
    let length = usize::from(length.wrapping_sub(32) & 63);
    let mut out = Vec::new();
    let (mut buffer, mut bits, mut at) = (0u32, 0u32, 0usize);
    while out.len() < length {
        let six = match body.get(at) {
            None | Some(b'\n' | b'\r') => 0,
            Some(&byte @ 32..=96) => u32::from(byte - 32) & 63,
            Some(_) => return wrong("Illegal char"),
        };
        at += 1;
        buffer = buffer << 6 | six;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            put(&mut out, (buffer >> bits) as u8)?;
            buffer &= (1 << bits) - 1;
        }
    }
    if body.get(at..).unwrap_or(&[]).iter().any(|b| !matches!(b, b' ' | b'`' | b'\n' | b'\r')) {
        return wrong("Trailing garbage");
    }
    Ok(out)
}

/// Encodes at most 45 bytes as a line; `backtick` writes zero as `` ` `` instead of a space.
///
/// # Errors
/// `binascii.Error` wording for too much data.
pub fn encode(data: &[u8], backtick: bool) -> Result<Vec<u8>, BadData> {
    if data.len() > 45 {
        return wrong("At most 45 bytes at once");
    }
    let mut out = Vec::new();
    out.try_reserve(64)?;
    let letter = |six: u32| if six & 63 == 0 && backtick { b'`' } else { 32 + (six & 63) as u8 };
    out.push(letter(data.len() as u32));
    for chunk in data.chunks(3) {
        let byte = |i: usize| u32::from(chunk.get(i).copied().unwrap_or(0));
        let all = byte(0) << 16 | byte(1) << 8 | byte(2);
        out.extend([18, 12, 6, 0].map(|shift| letter(all >> shift)));
    }
    out.push(b'\n');
    Ok(out)
}
