//! Quoted-printable of `binascii`: `a2b_qp` and `b2a_qp`.

use crate::fault::{put, put_all};
use std::collections::TryReserveError;

/// Longest line, with its soft break.
const MAX_LINE: usize = 76;

/// Decodes; in a header `_` is a space. Malformed escapes stay as they are.
///
/// # Errors
/// When memory runs out.
pub fn decode(data: &[u8], header: bool) -> Result<Vec<u8>, TryReserveError> {
    let mut out = Vec::new();
    out.try_reserve(data.len())?;
    let digit = |b: u8| char::from(b).to_digit(16).map(|d| d as u8);
    let mut at = 0;
    while let Some(&byte) = data.get(at) {
        at += 1;
        if byte == b'_' && header {
            put(&mut out, b' ')?;
            continue;
        }
        if byte != b'=' {
            put(&mut out, byte)?;
            continue;
        }
        match data[at..] {
            [] => break,
            // A soft line break: everything to the end of the line goes.
            [b'\n' | b'\r', ..] => {
                at = data[at..].iter().position(|b| *b == b'\n').map_or(data.len(), |i| at + i + 1);
            }
            [b'=', ..] => {
                put(&mut out, b'=')?;
                at += 1;
            }
            [a, b, ..] if digit(a).is_some() && digit(b).is_some() => {
                put(&mut out, digit(a).unwrap_or(0) << 4 | digit(b).unwrap_or(0))?;
                at += 2;
            }
            _ => put(&mut out, b'=')?,
        }
    }
    Ok(out)
}

fn escaped(byte: u8) -> [u8; 3] {
    let digit = |d: u8| b"0123456789ABCDEF"[usize::from(d)];
    [b'=', digit(byte >> 4), digit(byte & 15)]
}

/// What [`encode`] does beyond the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Escape tabs and spaces everywhere.
    pub quote_tabs: bool,
    /// Keep line ends; otherwise escape them.
    pub is_text: bool,
    /// Write spaces as `_`.
    pub header: bool,
}

/// Encodes, breaking lines softly; the kind of line end is that of the first line.
///
/// # Errors
/// When memory runs out.
pub fn encode(data: &[u8], options: Options) -> Result<Vec<u8>, TryReserveError> {
    let first = data.iter().position(|b| *b == b'\n');
    let crlf = first.is_some_and(|i| i > 0 && data[i - 1] == b'\r');
    let (end, soft): (&[u8], &[u8]) = if crlf { (b"\r\n", b"=\r\n") } else { (b"\n", b"=\n") };
    let mut out: Vec<u8> = Vec::new();
    out.try_reserve(data.len())?;
    let (mut at, mut line) = (0, 0);
    while let Some(&byte) = data.get(at) {
        let next = data.get(at + 1).copied();
        let is_break = byte == b'\n' || byte == b'\r';
        let lone_dot = byte == b'.' && line == 0 && matches!(next, None | Some(b'\n' | b'\r' | 0));
        let is_blank = byte == b'\t' || byte == b' ';
        let quoted = byte > 126
            || byte == b'='
            || (options.header && byte == b'_')
            || lone_dot
            || (!options.is_text && is_break)
            || (is_blank && next.is_none())
            || (byte < 33 && !is_break && (options.quote_tabs || !is_blank));
        if quoted {
            if line + 3 >= MAX_LINE {
                put_all(&mut out, soft)?;
                line = 0;
            }
            put_all(&mut out, &escaped(byte))?;
            at += 1;
            line += 3;
        } else if options.is_text && (byte == b'\n' || (byte == b'\r' && next == Some(b'\n'))) {
            line = 0;
            // White space may not end a line.
            if let Some(blank) = out.pop_if(|b| *b == b' ' || *b == b'\t') {
                put_all(&mut out, &escaped(blank))?;
            }
            put_all(&mut out, end)?;
            at += if byte == b'\r' { 2 } else { 1 };
        } else {
            if next.is_some_and(|b| b != b'\n') && line + 1 >= MAX_LINE {
                put_all(&mut out, soft)?;
                line = 0;
            }
            line += 1;
            put(&mut out, if options.header && byte == b' ' { b'_' } else { byte })?;
            at += 1;
        }
    }
    Ok(out)
}
