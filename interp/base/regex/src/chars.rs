//! Character classes and case rules of the three pattern kinds: ASCII, Unicode and locale.
//! The locale is the C locale: only ASCII letters have case, only ASCII counts as word characters.

use instar_base_text::{case, props};

/// How letters are folded before comparing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fold {
    Exact,
    Ascii,
    Unicode,
    Locale,
}

/// Lower case of an ASCII letter (`_sre.ascii_tolower`).
#[inline]
pub fn ascii_lower(code: u32) -> u32 {
    if code.wrapping_sub(65) < 26 { code + 32 } else { code }
}

#[inline]
pub(crate) fn ascii_upper(code: u32) -> u32 {
    if code.wrapping_sub(97) < 26 { code - 32 } else { code }
}

/// Simple Unicode lower case (`_sre.unicode_tolower`).
#[inline]
pub fn unicode_lower(code: u32) -> u32 {
    case::lower_simple(code)
}

/// Whether the character has ASCII case (`_sre.ascii_iscased`).
pub fn ascii_is_cased(code: u32) -> bool {
    code < 128 && (ascii_lower(code) != code || ascii_upper(code) != code)
}

/// Whether the character has simple Unicode case (`_sre.unicode_iscased`).
pub fn unicode_is_cased(code: u32) -> bool {
    let lower = case::lower_simple(code);
    code != lower || code != case::upper_simple(code)
}

impl Fold {
    /// The folded form compared for literals and back references.
    #[inline]
    pub(crate) fn apply(self, code: u32) -> u32 {
        match self {
            Fold::Exact => code,
            Fold::Ascii | Fold::Locale => ascii_lower(code),
            Fold::Unicode => unicode_lower(code),
        }
    }

    /// Whether `code` equals the pattern's literal; for Ascii and Unicode the literal is folded already.
    #[inline]
    pub(crate) fn equals(self, literal: u32, code: u32) -> bool {
        match self {
            Fold::Locale => literal == code || ascii_lower(code) == literal || ascii_upper(code) == literal,
            _ => self.apply(code) == literal,
        }
    }
}

/// A character category of the code list, without its negation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    Digit,
    Space,
    Word,
    Linebreak,
    UniDigit,
    UniSpace,
    UniWord,
    UniLinebreak,
}

impl Class {
    /// The category of a code word and whether it is negated.
    pub(crate) fn from_code(word: u32) -> Option<(Class, bool)> {
        let class = match word / 2 {
            0 => Class::Digit,
            1 => Class::Space,
            2 | 4 => Class::Word,
            3 => Class::Linebreak,
            5 => Class::UniDigit,
            6 => Class::UniSpace,
            7 => Class::UniWord,
            8 => Class::UniLinebreak,
            _ => return None,
        };
        Some((class, word % 2 == 1))
    }

    #[inline]
    pub(crate) fn has(self, code: u32) -> bool {
        match self {
            Class::Digit => code.wrapping_sub(48) < 10,
            Class::Space => matches!(code, 9..=13 | 32),
            Class::Word => code < 128 && ((code as u8).is_ascii_alphanumeric() || code == 95),
            Class::Linebreak => code == 10,
            Class::UniDigit => props::is_decimal(code),
            Class::UniSpace => props::is_space(code),
            Class::UniWord => {
                if code < 128 {
                    (code as u8).is_ascii_alphanumeric() || code == 95
                } else {
                    props::is_alnum(code)
                }
            }
            Class::UniLinebreak => props::is_linebreak(code),
        }
    }
}
