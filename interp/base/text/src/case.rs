//! Case mappings: simple (one to one), full (up to three code points) and the final-sigma rule.
//! Whole-string `lower()`/`title()` builders live with their callers; they need an output buffer.

use crate::props::{is_case_ignorable, is_cased, record};
use crate::tables as t;
use crate::units::Unit;

/// A full mapping: one to three code points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mapped {
    codes: [u32; 3],
    len: u8,
}

impl Mapped {
    #[inline]
    fn one(code: u32) -> Mapped {
        Mapped { codes: [code, 0, 0], len: 1 }
    }

    /// The code points of the mapping.
    #[inline]
    pub fn as_slice(&self) -> &[u32] {
        &self.codes[..self.len as usize]
    }
}

/// Simple lower case mapping.
#[inline]
pub fn lower_simple(code: u32) -> u32 {
    if code < 0x80 {
        return if code.wrapping_sub(65) < 26 { code + 32 } else { code };
    }
    code.wrapping_add_signed(record(code).lower)
}

/// Simple upper case mapping.
#[inline]
pub fn upper_simple(code: u32) -> u32 {
    if code < 0x80 {
        return if code.wrapping_sub(97) < 26 { code - 32 } else { code };
    }
    code.wrapping_add_signed(record(code).upper)
}

fn special(table: &[[u32; 4]], code: u32) -> Option<Mapped> {
    let at = table.binary_search_by_key(&code, |row| row[0]).ok()?;
    let row = table[at];
    let len = if row[3] != 0 {
        3
    } else if row[2] != 0 {
        2
    } else {
        1
    };
    Some(Mapped { codes: [row[1], row[2], row[3]], len })
}

#[inline]
fn full(code: u32, bit: u32, table: &[[u32; 4]], simple: impl Fn(u32) -> u32) -> Mapped {
    if code >= 0x80
        && record(code).flags & bit != 0
        && let Some(mapped) = special(table, code)
    {
        return mapped;
    }
    Mapped::one(simple(code))
}

/// Full lower case mapping without context; see [`is_final_sigma`] for U+03A3.
#[inline]
pub fn lower(code: u32) -> Mapped {
    full(code, t::SPECIAL_LOWER, &t::SPECIAL_LOWER_TABLE, lower_simple)
}

/// Full upper case mapping.
#[inline]
pub fn upper(code: u32) -> Mapped {
    full(code, t::SPECIAL_UPPER, &t::SPECIAL_UPPER_TABLE, upper_simple)
}

/// Full title case mapping.
#[inline]
pub fn title(code: u32) -> Mapped {
    full(code, t::SPECIAL_TITLE, &t::SPECIAL_TITLE_TABLE, upper_simple)
}

/// Full case folding.
#[inline]
pub fn fold(code: u32) -> Mapped {
    full(code, t::SPECIAL_FOLD, &t::SPECIAL_FOLD_TABLE, lower_simple)
}

/// Whether a capital sigma (U+03A3) at `at` becomes U+03C2: a cased letter stands before it and none after,
/// case-ignorable characters not counting.
pub fn is_final_sigma<U: Unit>(text: &[U], at: usize) -> bool {
    let cased = |unit: &U| is_cased(unit.code());
    let skip = |unit: &&U| !is_case_ignorable(unit.code());
    let before = text[..at.min(text.len())].iter().rev().find(skip).is_some_and(cased);
    before && !text.get(at + 1..).unwrap_or(&[]).iter().find(skip).is_some_and(cased)
}
