//! `repr()` and `ascii()` of strings and bytes, code point by code point into a callback.

use crate::props;
use crate::units::Unit;

/// The quote `repr` takes: double quotes only when there is a single quote and no double quote inside.
pub fn choose_quote<U: Unit>(text: &[U]) -> u32 {
    let has = |code| U::from_code(code).is_some_and(|unit| unit.position(text).is_some());
    if has(39) && !has(34) { 34 } else { 39 }
}

/// A short ASCII text.
#[derive(Debug, Clone, Copy)]
pub struct Escape {
    bytes: [u8; 10],
    len: u8,
}

impl Escape {
    /// The text.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len as usize]
    }

    fn short(letter: u8) -> Escape {
        let mut bytes = [0; 10];
        bytes[..2].copy_from_slice(&[b'\\', letter]);
        Escape { bytes, len: 2 }
    }

    /// `\xhh`, `\uhhhh` or `\Uhhhhhhhh`, whichever the code point needs.
    pub fn hex(code: u32) -> Escape {
        let (letter, digits) = match code {
            0..=0xFF => (b'x', 2),
            0x100..=0xFFFF => (b'u', 4),
            _ => (b'U', 8),
        };
        let mut escape = Escape::short(letter);
        for i in 0..digits {
            let digit = code >> (4 * (digits - 1 - i)) & 15;
            escape.bytes[2 + i] = b"0123456789abcdef"[digit as usize];
        }
        escape.len = 2 + digits as u8;
        escape
    }
}

/// Which characters stay as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// `repr(str)`: printable ones.
    Printable,
    /// `ascii(str)` and `repr(bytes)`: printable ASCII.
    Ascii,
}

/// How one code point is written inside quotes; `None`: as itself.
pub fn escape(code: u32, quote: u32, keep: Keep) -> Option<Escape> {
    match code {
        _ if code == quote || code == 92 => Some(Escape::short(code as u8)),
        9 => Some(Escape::short(b't')),
        10 => Some(Escape::short(b'n')),
        13 => Some(Escape::short(b'r')),
        32..=126 => None,
        0..=127 => Some(Escape::hex(code)),
        _ if keep == Keep::Printable && props::is_printable(code) => None,
        _ => Some(Escape::hex(code)),
    }
}

/// The quoted text, with quotes, code point by code point.
///
/// # Errors
/// Whatever `push` returns.
pub fn quote<U: Unit, E>(text: &[U], keep: Keep, mut push: impl FnMut(u32) -> Result<(), E>) -> Result<(), E> {
    let quote = choose_quote(text);
    push(quote)?;
    for unit in text {
        match escape(unit.code(), quote, keep) {
            None => push(unit.code())?,
            Some(escape) => escape.as_bytes().iter().try_for_each(|&b| push(u32::from(b)))?,
        }
    }
    push(quote)
}
