//! Character names: `unicodedata.name`, `unicodedata.lookup` and `\N{…}`, for Unicode 16.0.
//!
//! Names come from `unicode_names2` (a newer Unicode), limited to what the text tables call assigned; aliases and
//! named sequences come from a generated table. Other properties live in `instar_base_text`.

mod extra;

use instar_base_text::props;

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// A character or an alias of one.
    Character(u32),
    /// A named sequence (not allowed in `\N{…}`).
    Sequence(&'static [u32]),
}

/// Longest name worth looking at, in bytes.
const MAX_NAME: usize = 256;

/// The name of a code point (`unicodedata.name`); `None` for control, private, surrogate and unassigned ones.
pub fn name(code: u32) -> Option<String> {
    if !props::is_alpha(code) && props::category(code) == "Cn" {
        return None;
    }
    Some(unicode_names2::name(char::from_u32(code)?)?.to_string())
}

/// [`name`] as of Unicode 3.2.
pub fn old_name(code: u32) -> Option<String> {
    if props::old::is_assigned(code) { name(code) } else { None }
}

/// The code point of a name or alias, without regard to case (`\N{…}`).
pub fn character(query: &str) -> Option<u32> {
    let upper = normal_query(query)?;
    if let Ok(at) = extra::ALIASES.binary_search_by(|row| row.0.cmp(&upper)) {
        return Some(extra::ALIASES[at].1);
    }
    own_name(&upper)
}

/// [`character`] as of Unicode 3.2, which had no aliases.
pub fn old_character(query: &str) -> Option<u32> {
    own_name(&normal_query(query)?)
}

/// The code point that has this name.
fn own_name(upper: &str) -> Option<u32> {
    if let Some(digits) = upper.strip_prefix("TANGUT IDEOGRAPH-") {
        // CPython finds these by name though it does not name them.
        let code = u32::from_str_radix(digits, 16).ok().filter(|_| digits.len() == 5 && !digits.starts_with('+'))?;
        return matches!(code, 0x17000..=0x187F7 | 0x18D00..=0x18D08).then_some(code);
    }
    // The crate matches loosely (spaces, hyphens); only an exact name counts here.
    let code = u32::from(unicode_names2::character(upper)?);
    (name(code)? == upper).then_some(code)
}

/// What a name stands for, sequences included (`unicodedata.lookup`).
pub fn lookup(query: &str) -> Option<Named> {
    if let Some(code) = character(query) {
        return Some(Named::Character(code));
    }
    let upper = normal_query(query)?;
    let at = extra::SEQUENCES.binary_search_by(|row| row.0.cmp(&upper)).ok()?;
    Some(Named::Sequence(extra::SEQUENCES[at].1))
}

/// The name in upper case, if it can be one.
fn normal_query(query: &str) -> Option<String> {
    let fits = (1..=MAX_NAME).contains(&query.len()) && query.is_ascii();
    fits.then(|| query.to_ascii_uppercase())
}
