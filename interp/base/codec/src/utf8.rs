//! UTF-8 both ways, with CPython's error positions. Surrogates are errors; `surrogatepass` is a handler's business,
//! helped by [`surrogate_at`] and [`encode_surrogate`].

use crate::builder::TextBuilder;
use crate::fault::{Fault, bad, put_all};
use instar_base_text::Unit;

/// Decodes from byte `from`; gives the number of bytes of `bytes` used (all of them when `last`).
///
/// Without `last` an unfinished sequence at the end is left for the next call.
///
/// # Errors
/// [`Fault::Bad`] at the first malformed sequence.
pub fn decode(bytes: &[u8], from: usize, last: bool, out: &mut TextBuilder) -> Result<usize, Fault> {
    let rest = &bytes[from.min(bytes.len())..];
    match std::str::from_utf8(rest) {
        Ok(text) => {
            out.push_str(text)?;
            Ok(bytes.len())
        }
        Err(error) => {
            let good = error.valid_up_to();
            if let Ok(text) = std::str::from_utf8(&rest[..good]) {
                out.push_str(text)?;
            }
            let start = from + good;
            match error.error_len() {
                None if !last => Ok(start),
                // Perhaps a surrogate that `surrogatepass` will take once its third byte is there.
                Some(_) if !last && matches!(bytes[start..], [0xED, 0xA0..=0xBF]) => Ok(start),
                None => bad(start, bytes.len(), "unexpected end of data"),
                Some(_) if !(0xC2..0xF5).contains(&bytes[start]) => bad(start, start + 1, "invalid start byte"),
                Some(len) => bad(start, start + len, "invalid continuation byte"),
            }
        }
    }
}

/// Encodes from code point `from` to the end.
///
/// # Errors
/// [`Fault::Bad`] at the first surrogate, covering the whole run of surrogates.
pub fn encode<U: Unit>(text: &[U], from: usize, out: &mut Vec<u8>) -> Result<(), Fault> {
    let rest = &text[from.min(text.len())..];
    out.try_reserve(rest.len())?;
    let mut at = 0;
    while at < rest.len() {
        let code = rest[at].code();
        if code < 0x80 {
            if out.len() == out.capacity() {
                out.try_reserve(rest.len() - at)?;
            }
            out.push(code as u8);
        } else if let Some(c) = char::from_u32(code) {
            put_all(out, c.encode_utf8(&mut [0; 4]).as_bytes())?;
        } else {
            let run = rest[at..].iter().take_while(|u| (0xD800..0xE000).contains(&u.code())).count().max(1);
            return bad(from + at, from + at + run, "surrogates not allowed");
        }
        at += 1;
    }
    Ok(())
}

/// The surrogate whose three-byte form starts at `at`, for `surrogatepass`.
pub fn surrogate_at(bytes: &[u8], at: usize) -> Option<u32> {
    match bytes.get(at..)? {
        [0xED, second @ 0xA0..=0xBF, third @ 0x80..=0xBF, ..] => {
            Some(0xD000 | u32::from(second & 0x3F) << 6 | u32::from(third & 0x3F))
        }
        _ => None,
    }
}

/// The three-byte form of a surrogate, for `surrogatepass`.
pub fn encode_surrogate(code: u32) -> [u8; 3] {
    [0xE0 | (code >> 12) as u8 & 15, 0x80 | (code >> 6) as u8 & 63, 0x80 | code as u8 & 63]
}
