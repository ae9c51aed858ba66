//! Properties of single code points: character class tests, numeric values and the fields `unicodedata` shows.
//! Case mappings live in `case`, decompositions in `normal`. Code points above 0x10FFFF have no property.

use crate::tables as t;

/// What `str` methods ask about a code point: flag bits, distances to the simple mappings, digit values (255: none).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record {
    pub(crate) flags: u32,
    pub(crate) lower: i32,
    pub(crate) upper: i32,
    pub(crate) decimal: u8,
    pub(crate) digit: u8,
}

/// What `unicodedata` asks about a code point; fields index the name lists of the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ucd {
    pub(crate) category: u8,
    pub(crate) bidi: u8,
    pub(crate) combining: u8,
    pub(crate) mirrored: u8,
    pub(crate) width: u8,
    pub(crate) quick: u8,
}

/// Position of a code point in the compressed code space of the tables.
#[inline]
pub(crate) fn slot(code: u32) -> u32 {
    if code < t::LOW {
        code
    } else if (t::HIGH..t::HIGH + t::HIGH_LEN).contains(&code) {
        code - t::HIGH + t::LOW
    } else if code & 0xFFFE == 0xFFFE {
        t::NONCHARACTER
    } else if (0xF0000..=0x10FFFF).contains(&code) {
        t::PRIVATE
    } else if code < 0x40000 {
        t::LOW - 1
    } else {
        t::UNASSIGNED
    }
}

/// The type record of a code point.
#[inline]
pub fn record(code: u32) -> &'static Record {
    let slot = slot(code);
    let block = t::TYPE_INDEX[(slot >> t::TYPE_SHIFT) as usize] as usize;
    let at = (block << t::TYPE_SHIFT) | (slot & ((1 << t::TYPE_SHIFT) - 1)) as usize;
    &t::RECORDS[t::TYPE_DATA[at] as usize]
}

#[inline]
pub(crate) fn ucd(code: u32) -> &'static Ucd {
    let slot = slot(code);
    let block = t::UCD_INDEX[(slot >> t::UCD_SHIFT) as usize] as usize;
    let at = (block << t::UCD_SHIFT) | (slot & ((1 << t::UCD_SHIFT) - 1)) as usize;
    &t::UCD[t::UCD_DATA[at] as usize]
}

macro_rules! flag_tests {
    ($($(#[$doc:meta])* $name:ident = $flag:ident;)*) => {
        $($(#[$doc])* #[inline] pub fn $name(code: u32) -> bool { record(code).flags & t::$flag != 0 })*
    };
}

flag_tests! {
    /// `str.isalpha` of one code point.
    is_alpha = ALPHA;
    /// `str.isalnum` of one code point.
    is_alnum = ALNUM;
    /// `str.isdecimal` of one code point.
    is_decimal = DECIMAL;
    /// `str.isdigit` of one code point.
    is_digit = DIGIT;
    /// `str.isnumeric` of one code point.
    is_numeric = NUMERIC;
    /// Property Lowercase.
    is_lower = LOWER;
    /// Property Uppercase.
    is_upper = UPPER;
    /// Category Lt.
    is_title = TITLE;
    /// `str.isprintable` of one code point.
    is_printable = PRINTABLE;
    /// May start an identifier (XID_Start or `_`).
    is_xid_start = XID_START;
    /// May continue an identifier.
    is_xid_continue = XID_CONTINUE;
    /// Property Cased.
    is_cased = CASED;
    /// Property Case_Ignorable.
    is_case_ignorable = CASE_IGNORABLE;
    /// Ends a line for `str.splitlines`.
    is_linebreak = LINEBREAK;
}

/// `str.isspace` of one code point.
#[inline]
pub fn is_space(code: u32) -> bool {
    if code < 0x80 {
        return matches!(code, 9..=13 | 28..=32);
    }
    record(code).flags & t::SPACE != 0
}

/// Value of a decimal digit (`unicodedata.decimal`).
#[inline]
pub fn decimal_value(code: u32) -> Option<u8> {
    Some(record(code).decimal).filter(|&v| v != 255)
}

/// Value of a digit (`unicodedata.digit`).
#[inline]
pub fn digit_value(code: u32) -> Option<u8> {
    Some(record(code).digit).filter(|&v| v != 255)
}

/// Numeric value as numerator and denominator (`unicodedata.numeric`).
pub fn numeric_value(code: u32) -> Option<(i64, u32)> {
    if let Some(digit) = digit_value(code) {
        return Some((i64::from(digit), 1));
    }
    let at = t::NUMERIC_CODE.binary_search(&code).ok()?;
    Some(t::NUMERIC_VALUE[t::NUMERIC_ID[at] as usize])
}

/// Two-letter general category; `Cn` when unassigned.
pub fn category(code: u32) -> &'static str {
    t::CATEGORIES[ucd(code).category as usize]
}

/// Bidirectional class; empty when none is given.
pub fn bidirectional(code: u32) -> &'static str {
    t::BIDI_CLASSES[ucd(code).bidi as usize]
}

/// Canonical combining class, 0 for starters.
#[inline]
pub fn combining(code: u32) -> u8 {
    ucd(code).combining
}

/// Whether the character is mirrored in right-to-left text.
pub fn mirrored(code: u32) -> bool {
    ucd(code).mirrored != 0
}

/// East Asian width (`N`, `W`, `Na`, …).
pub fn east_asian_width(code: u32) -> &'static str {
    t::WIDTHS[ucd(code).width as usize]
}

/// The Unicode 3.2 view that `stringprep` and IDNA need (`unicodedata.ucd_3_2_0`).
pub mod old {
    use super::t;

    fn changed(code: u32) -> Option<&'static [u8; 4]> {
        let at = t::OLD_RANGES.partition_point(|range| range.1 < code);
        t::OLD_RANGES.get(at).filter(|range| range.0 <= code).map(|range| &range.2)
    }

    /// General category in Unicode 3.2.
    pub fn category(code: u32) -> &'static str {
        changed(code).map_or_else(|| super::category(code), |c| t::CATEGORIES[c[0] as usize])
    }

    /// Bidirectional class in Unicode 3.2.
    pub fn bidirectional(code: u32) -> &'static str {
        changed(code).map_or_else(|| super::bidirectional(code), |c| t::BIDI_CLASSES[c[1] as usize])
    }

    /// Whether mirrored in Unicode 3.2.
    pub fn mirrored(code: u32) -> bool {
        changed(code).map_or_else(|| super::mirrored(code), |c| c[2] != 0)
    }

    /// East Asian width in Unicode 3.2.
    pub fn east_asian_width(code: u32) -> &'static str {
        changed(code).map_or_else(|| super::east_asian_width(code), |c| t::WIDTHS[c[3] as usize])
    }

    /// Whether the code point was assigned in Unicode 3.2.
    pub fn is_assigned(code: u32) -> bool {
        category(code) != "Cn"
    }

    /// Numeric value in Unicode 3.2.
    pub fn numeric_value(code: u32) -> Option<f64> {
        if !is_assigned(code) {
            return None;
        }
        match t::OLD_NUMERIC.binary_search_by_key(&code, |row| row.0) {
            Ok(at) => Some(t::OLD_NUMERIC[at].1).filter(|&v| v >= 0.0),
            Err(_) => super::numeric_value(code).map(|(n, d)| n as f64 / f64::from(d)),
        }
    }

    /// The mapping a later corrigendum changed, as it was in Unicode 3.2.
    pub fn corrected_mapping(code: u32) -> Option<u32> {
        t::OLD_MAPPING.binary_search_by_key(&code, |row| row.0).ok().map(|at| t::OLD_MAPPING[at].1)
    }
}
