//! UTF-7 (RFC 2152) both ways, with CPython's leniency and error positions.

use crate::builder::TextBuilder;
use crate::fault::{Fault, bad, put};
use instar_base_text::Unit;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn sextet(byte: u8) -> Option<u32> {
    Some(u32::from(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    }))
}

/// Decodes from byte `from`; gives the number of bytes used. Without `last` an open shift sequence is left, text and
/// all, for the next call.
///
/// # Errors
/// [`Fault::Bad`] at the first malformed sequence; decoding goes on unshifted after it.
pub fn decode(bytes: &[u8], from: usize, last: bool, out: &mut TextBuilder) -> Result<usize, Fault> {
    let mut at = from;
    while let Some(&byte) = bytes.get(at) {
        if byte != b'+' {
            if byte >= 0x80 {
                return bad(at, at + 1, "unexpected special character");
            }
            out.push(u32::from(byte))?;
            at += 1;
            continue;
        }
        let (start, kept) = (at, out.len());
        at += 1;
        match bytes.get(at) {
            Some(b'-') => {
                out.push(u32::from(b'+'))?;
                at += 1;
                continue;
            }
            Some(&other) if sextet(other).is_none() => return bad(start, at + 1, "ill-formed sequence"),
            _ => {}
        }
        let (mut buffer, mut bits, mut high) = (0u32, 0u32, 0u32);
        while let Some(value) = bytes.get(at).and_then(|b| sextet(*b)) {
            buffer = buffer << 6 | value;
            bits += 6;
            at += 1;
            if bits < 16 {
                continue;
            }
            bits -= 16;
            let code = buffer >> bits;
            buffer &= (1 << bits) - 1;
            if high != 0 {
                if (0xDC00..0xE000).contains(&code) {
                    out.push(0x10000 + ((high - 0xD800) << 10 | (code - 0xDC00)))?;
                    high = 0;
                    continue;
                }
                out.push(high)?;
                high = 0;
            }
            if (0xD800..0xDC00).contains(&code) {
                high = code;
            } else {
                out.push(code)?;
            }
        }
        let Some(&end) = bytes.get(at) else {
            if !last {
                out.truncate(kept)?;
                return Ok(start);
            }
            if high != 0 || bits >= 6 || (bits > 0 && buffer != 0) {
                return bad(start, bytes.len(), "unterminated shift sequence");
            }
            break;
        };
        if bits >= 6 {
            return bad(start, at + 1, "partial character in shift sequence");
        }
        if bits > 0 && buffer != 0 {
            return bad(start, at + 1, "non-zero padding bits in shift sequence");
        }
        if high != 0 && end < 0x80 {
            out.push(high)?;
        }
        if end == b'-' {
            at += 1;
        }
    }
    Ok(bytes.len())
}

fn is_direct(code: u32) -> bool {
    matches!(code, 9 | 10 | 13 | 32..=126) && !matches!(code, 43 | 92 | 126)
}

/// Encodes the whole text; nothing is unencodable.
///
/// # Errors
/// Only [`Fault::Memory`].
pub fn encode<U: Unit>(text: &[U], out: &mut Vec<u8>) -> Result<(), Fault> {
    let (mut shifted, mut buffer, mut bits) = (false, 0u32, 0u32);
    for unit in text {
        let code = unit.code();
        if is_direct(code) {
            if shifted {
                flush(buffer, bits, out)?;
                (shifted, buffer, bits) = (false, 0, 0);
                if sextet(code as u8).is_some() || code == 45 {
                    put(out, b'-')?;
                }
            }
            put(out, code as u8)?;
            continue;
        }
        if !shifted {
            put(out, b'+')?;
            if code == 43 {
                put(out, b'-')?;
                continue;
            }
            shifted = true;
        }
        let pair = [(0xD800 + (code.wrapping_sub(0x10000) >> 10)) & 0xFFFF, 0xDC00 | code & 0x3FF];
        let halves = if code >= 0x10000 { &pair[..] } else { &[code][..] };
        for half in halves {
            buffer = buffer << 16 | half;
            bits += 16;
            while bits >= 6 {
                bits -= 6;
                put(out, ALPHABET[(buffer >> bits & 63) as usize])?;
            }
            buffer &= (1 << bits) - 1;
        }
    }
    if shifted {
        flush(buffer, bits, out)?;
        put(out, b'-')?;
    }
    Ok(())
}

fn flush(buffer: u32, bits: u32, out: &mut Vec<u8>) -> Result<(), Fault> {
    if bits > 0 {
        put(out, ALPHABET[(buffer << (6 - bits) & 63) as usize])?;
    }
    Ok(())
}
