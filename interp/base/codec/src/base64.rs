//! Base64 of `binascii`: `a2b_base64` and `b2a_base64`.

use crate::fault::{BadData, put, wrong};
use std::borrow::Cow;
use std::collections::TryReserveError;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn value(byte: u8) -> Option<u8> {
    Some(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

/// Decodes. Characters outside the alphabet are skipped unless `strict`.
///
/// # Errors
/// `binascii.Error` wordings for wrong padding, and in strict mode for anything unusual.
pub fn decode(data: &[u8], strict: bool) -> Result<Vec<u8>, BadData> {
    let mut out = Vec::new();
    out.try_reserve(data.len() / 4 * 3 + 3)?;
    let (mut quad, mut left, mut pads, mut padding) = (0u8, 0u8, 0u8, false);
    for (at, &byte) in data.iter().enumerate() {
        let complete = quad >= 2 && quad + pads >= 4;
        if byte == b'=' {
            padding = true;
            if strict && (quad == 0 || complete) {
                return wrong(if at == 0 { "Leading padding not allowed" } else { "Excess padding not allowed" });
            }
            if strict && quad == 1 {
                break;
            }
            if quad >= 2 {
                pads = (pads + 1).min(2);
            }
            continue;
        }
        let Some(six) = value(byte) else {
            if strict {
                return wrong("Only base64 data is allowed");
            }
            continue;
        };
        if strict && padding {
            return wrong(if complete { "Excess data after padding" } else { "Discontinuous padding not allowed" });
        }
        pads = 0;
        match quad {
            0 => left = six,
            1 => {
                put(&mut out, left << 2 | six >> 4)?;
                left = six & 15;
            }
            2 => {
                put(&mut out, left << 4 | six >> 2)?;
                left = six & 3;
            }
            _ => put(&mut out, left << 6 | six)?,
        }
        quad = (quad + 1) % 4;
    }
    match quad {
        0 => Ok(out),
        1 => Err(BadData::Error(Cow::Owned(format!(
            "Invalid base64-encoded string: number of data characters ({}) cannot be 1 more than a multiple of 4",
            out.len() / 3 * 4 + 1
        )))),
        _ if quad + pads >= 4 => Ok(out),
        _ => wrong("Incorrect padding"),
    }
}

/// Encodes on one line, with a newline after it if asked.
///
/// # Errors
/// When memory runs out.
pub fn encode(data: &[u8], newline: bool) -> Result<Vec<u8>, TryReserveError> {
    let mut out = Vec::new();
    out.try_reserve_exact((data.len() / 3).saturating_mul(4).saturating_add(5))?;
    let mut chunks = data.chunks_exact(3);
    let letter = |six: u8| ALPHABET[usize::from(six & 63)];
    for c in &mut chunks {
        out.extend([letter(c[0] >> 2), letter(c[0] << 4 | c[1] >> 4), letter(c[1] << 2 | c[2] >> 6), letter(c[2])]);
    }
    match *chunks.remainder() {
        [a] => out.extend([letter(a >> 2), letter(a << 4), b'=', b'=']),
        [a, b] => out.extend([letter(a >> 2), letter(a << 4 | b >> 4), letter(b << 2), b'=']),
        _ => {}
    }
    if newline {
        out.push(b'\n');
    }
    Ok(out)
}
