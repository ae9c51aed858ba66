//! The error handlers every Python has, as plain functions: what to write for a bad stretch and where to go on.
//! Registered handlers written in Python are the caller's.

use crate::builder::TextBuilder;
use crate::fault::{NoMemory, Span, put_all};
use crate::utf8;
use crate::utf16::Order;
use instar_base_text::Unit;
use instar_base_text::quote::Escape;

/// A standard error handler.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handler {
    /// `strict`: never replaces anything.
    Strict,
    /// `ignore`.
    Ignore,
    /// `replace`.
    Replace,
    /// `backslashreplace`.
    Backslash,
    /// `xmlcharrefreplace`, encoding only.
    XmlCharRef,
    /// `namereplace`, encoding only.
    Name,
    /// `surrogateescape`.
    SurrogateEscape,
    /// `surrogatepass`.
    SurrogatePass,
}

impl Handler {
    /// The handler of a name.
    pub fn from_name(name: &str) -> Option<Handler> {
        Some(match name {
            "strict" => Handler::Strict,
            "ignore" => Handler::Ignore,
            "replace" => Handler::Replace,
            "backslashreplace" => Handler::Backslash,
            "xmlcharrefreplace" => Handler::XmlCharRef,
            "namereplace" => Handler::Name,
            "surrogateescape" => Handler::SurrogateEscape,
            "surrogatepass" => Handler::SurrogatePass,
            _ => return None,
        })
    }
}

/// How an encoding writes surrogates, for `surrogatepass`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// UTF-8.
    Utf8,
    /// UTF-16.
    Utf16(Order),
    /// UTF-32.
    Utf32(Order),
    /// Any other: surrogates have no form.
    Other,
}

impl Family {
    /// Bytes of one code unit; a replacement given as bytes must be a multiple of this.
    pub fn unit_bytes(self) -> usize {
        match self {
            Family::Utf16(_) => 2,
            Family::Utf32(_) => 4,
            Family::Utf8 | Family::Other => 1,
        }
    }
}

/// Replaces a bad stretch while decoding: writes to `out` and gives the position to go on from; `None` when the
/// handler does not take it (the error is raised).
///
/// # Errors
/// When memory runs out.
pub fn on_decode(
    handler: Handler,
    family: Family,
    bytes: &[u8],
    span: Span,
    out: &mut TextBuilder,
) -> Result<Option<usize>, NoMemory> {
    let Some(stretch) = bytes.get(span.start..span.end) else { return Ok(None) };
    match handler {
        Handler::Strict | Handler::XmlCharRef | Handler::Name => Ok(None),
        Handler::Ignore => Ok(Some(span.end)),
        Handler::Replace => {
            out.push(0xFFFD)?;
            Ok(Some(span.end))
        }
        Handler::Backslash => {
            for &byte in stretch {
                out.push_latin1(Escape::hex(u32::from(byte)).as_bytes())?;
            }
            Ok(Some(span.end))
        }
        Handler::SurrogateEscape => {
            let run = stretch.iter().take(4).take_while(|b| **b >= 0x80);
            let mut taken = 0;
            for &byte in run {
                out.push(0xDC00 + u32::from(byte))?;
                taken += 1;
            }
            Ok((taken > 0).then_some(span.start + taken))
        }
        Handler::SurrogatePass => match surrogate(family, bytes, span.start) {
            Some((code, len)) => {
                out.push(code)?;
                Ok(Some(span.start + len))
            }
            None => Ok(None),
        },
    }
}

fn surrogate(family: Family, bytes: &[u8], at: usize) -> Option<(u32, usize)> {
    let rest = bytes.get(at..)?;
    let (code, len) = match (family, rest) {
        (Family::Utf8, _) => (utf8::surrogate_at(bytes, at)?, 3),
        (Family::Utf16(Order::Little), [a, b, ..]) => (u32::from(u16::from_le_bytes([*a, *b])), 2),
        (Family::Utf16(Order::Big), [a, b, ..]) => (u32::from(u16::from_be_bytes([*a, *b])), 2),
        (Family::Utf32(Order::Little), [a, b, c, d, ..]) => (u32::from_le_bytes([*a, *b, *c, *d]), 4),
        (Family::Utf32(Order::Big), [a, b, c, d, ..]) => (u32::from_be_bytes([*a, *b, *c, *d]), 4),
        _ => return None,
    };
    (0xD800..0xE000).contains(&code).then_some((code, len))
}

/// What stands for a bad stretch while encoding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replacement {
    /// ASCII text, still to be encoded.
    Text(Vec<u8>),
    /// Finished bytes.
    Bytes(Vec<u8>),
}

/// Replaces a bad stretch while encoding; encoding goes on at its end. `None` when the handler does not take it.
/// `name` gives character names for `namereplace`.
///
/// # Errors
/// When memory runs out.
pub fn on_encode<U: Unit>(
    handler: Handler,
    family: Family,
    text: &[U],
    span: Span,
    name: &dyn Fn(u32) -> Option<String>,
) -> Result<Option<Replacement>, NoMemory> {
    let Some(stretch) = text.get(span.start..span.end) else { return Ok(None) };
    let mut out = Vec::new();
    for unit in stretch {
        let code = unit.code();
        let escape = Escape::hex(code);
        match handler {
            Handler::Strict => return Ok(None),
            Handler::Ignore => {}
            Handler::Replace => put_all(&mut out, b"?")?,
            Handler::Backslash => put_all(&mut out, escape.as_bytes())?,
            Handler::XmlCharRef => put_all(&mut out, format!("&#{code};").as_bytes())?,
            Handler::Name => match name(code) {
                Some(name) => put_all(&mut out, format!("\\N{{{name}}}").as_bytes())?,
                None => put_all(&mut out, escape.as_bytes())?,
            },
            Handler::SurrogateEscape if (0xDC80..0xDD00).contains(&code) => put_all(&mut out, &[code as u8])?,
            Handler::SurrogatePass if (0xD800..0xE000).contains(&code) => match family {
                Family::Utf8 => put_all(&mut out, &utf8::encode_surrogate(code))?,
                Family::Utf16(Order::Little) => put_all(&mut out, &(code as u16).to_le_bytes())?,
                Family::Utf16(Order::Big) => put_all(&mut out, &(code as u16).to_be_bytes())?,
                Family::Utf32(Order::Little) => put_all(&mut out, &code.to_le_bytes())?,
                Family::Utf32(Order::Big) => put_all(&mut out, &code.to_be_bytes())?,
                Family::Other => return Ok(None),
            },
            Handler::SurrogateEscape | Handler::SurrogatePass => return Ok(None),
        }
    }
    if handler == Handler::SurrogateEscape && out.len() % family.unit_bytes() != 0 {
        return Ok(None);
    }
    Ok(Some(match handler {
        Handler::SurrogateEscape | Handler::SurrogatePass => Replacement::Bytes(out),
        _ => Replacement::Text(out),
    }))
}
