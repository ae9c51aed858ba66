//! Decomposition and the four normal forms (UAX 15), with the quick check; also their Unicode 3.2 variants.

use crate::props::{self, combining, old, slot, ucd};
use crate::tables as t;
use crate::units::Unit;
use std::collections::TryReserveError;

/// A normal form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Composed.
    Nfc,
    /// Composed, compatibility mappings applied.
    Nfkc,
    /// Decomposed.
    Nfd,
    /// Decomposed, compatibility mappings applied.
    Nfkd,
}

impl Form {
    /// The form of a name such as `NFC`.
    pub fn from_name(name: &str) -> Option<Form> {
        Some(match name {
            "NFC" => Form::Nfc,
            "NFKC" => Form::Nfkc,
            "NFD" => Form::Nfd,
            "NFKD" => Form::Nfkd,
            _ => return None,
        })
    }

    fn is_compatible(self) -> bool {
        matches!(self, Form::Nfkc | Form::Nfkd)
    }

    fn composes(self) -> bool {
        matches!(self, Form::Nfc | Form::Nfkc)
    }

    fn shift(self) -> u32 {
        match self {
            Form::Nfc => 0,
            Form::Nfkc => 2,
            Form::Nfd => 4,
            Form::Nfkd => 6,
        }
    }
}

/// Whose character set counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edition {
    /// The tables' own.
    Current,
    /// Unicode 3.2 (`unicodedata.ucd_3_2_0`).
    Old,
}

/// Answer of the quick check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quick {
    /// The text is in the form.
    Yes,
    /// Only normalizing can tell.
    Maybe,
    /// The text is not in the form.
    No,
}

const S_BASE: u32 = 0xAC00;
const L_BASE: u32 = 0x1100;
const V_BASE: u32 = 0x1161;
const T_BASE: u32 = 0x11A7;
const V_COUNT: u32 = 21;
const T_COUNT: u32 = 28;
const L_COUNT: u32 = 19;
const S_COUNT: u32 = L_COUNT * V_COUNT * T_COUNT;

/// One level of decomposition: the tag (`<compat>`, … or empty for canonical) and the code points.
pub struct Mapping {
    /// `<tag>` of a compatibility mapping, else empty.
    pub tag: &'static str,
    codes: [u32; 18],
    len: usize,
}

impl Mapping {
    /// The code points of the mapping.
    pub fn codes(&self) -> &[u32] {
        &self.codes[..self.len]
    }
}

/// The decomposition mapping of a code point, Hangul syllables included; `None` if it has none.
/// Mappings corrected since Unicode 3.2 are given as they are now; normalizing uses the old ones.
pub fn decomposition(code: u32, edition: Edition) -> Option<Mapping> {
    let mut codes = [0; 18];
    if edition == Edition::Old && !old::is_assigned(code) {
        return None;
    }
    let hangul = code.wrapping_sub(S_BASE);
    if hangul < S_COUNT {
        let tail = hangul % T_COUNT;
        codes[0] = L_BASE + hangul / (V_COUNT * T_COUNT);
        codes[1] = V_BASE + hangul % (V_COUNT * T_COUNT) / T_COUNT;
        codes[2] = T_BASE + tail;
        return Some(Mapping { tag: "", codes, len: if tail == 0 { 2 } else { 3 } });
    }
    let slot = slot(code);
    let block = t::DECOMP_INDEX[(slot >> t::DECOMP_SHIFT) as usize] as usize;
    let at = (block << t::DECOMP_SHIFT) | (slot & ((1 << t::DECOMP_SHIFT) - 1)) as usize;
    let offset = t::DECOMP_DATA[at] as usize;
    if offset == 0 {
        return None;
    }
    let head = t::DECOMP_UNITS[offset];
    let units = &t::DECOMP_UNITS[offset + 1..offset + 1 + (head >> 8) as usize];
    let mut len = 0;
    for (slot, code) in codes.iter_mut().zip(char::decode_utf16(units.iter().copied())) {
        *slot = code.map_or(0xFFFD, u32::from);
        len += 1;
    }
    Some(Mapping { tag: t::DECOMP_TAGS[(head & 0xFF) as usize], codes, len })
}

/// Whether `text` is in the form, as far as the tables tell without normalizing (current edition).
pub fn quick_check<U: Unit>(text: &[U], form: Form) -> Quick {
    let mut answer = Quick::Yes;
    let mut last = 0;
    for unit in text {
        if unit.code() < 0x80 {
            last = 0;
            continue;
        }
        let record = ucd(unit.code());
        if record.combining != 0 && last > record.combining {
            return Quick::No;
        }
        last = record.combining;
        match record.quick >> form.shift() & 3 {
            0 => {}
            1 => answer = Quick::Maybe,
            _ => return Quick::No,
        }
    }
    answer
}

/// The text in a normal form.
///
/// # Errors
/// When memory runs out.
pub fn normalize<U: Unit>(text: &[U], form: Form, edition: Edition) -> Result<Vec<u32>, TryReserveError> {
    let mut out: Vec<u32> = Vec::new();
    out.try_reserve(text.len())?;
    let mut todo: Vec<u32> = Vec::new();
    for unit in text {
        todo.push(unit.code());
        while let Some(code) = todo.pop() {
            if let (Edition::Old, Some(mapped)) = (edition, old::corrected_mapping(code)) {
                todo.push(mapped);
                continue;
            }
            let mapping = if code < 0x80 { None } else { decomposition(code, edition) };
            match mapping.filter(|m| m.tag.is_empty() || form.is_compatible()) {
                Some(mapping) => todo.extend(mapping.codes().iter().rev()),
                None => {
                    out.try_reserve(1)?;
                    out.push(code);
                }
            }
        }
    }
    order(&mut out);
    if form.composes() {
        compose(&mut out);
    }
    Ok(out)
}

/// Whether the text is in the form (current edition).
///
/// # Errors
/// When memory runs out.
pub fn is_normalized<U: Unit>(text: &[U], form: Form) -> Result<bool, TryReserveError> {
    match quick_check(text, form) {
        Quick::Yes => Ok(true),
        Quick::No => Ok(false),
        Quick::Maybe => {
            let normal = normalize(text, form, Edition::Current)?;
            Ok(normal.len() == text.len() && normal.iter().zip(text).all(|(&a, b)| a == b.code()))
        }
    }
}

/// Sorts each run of combining marks by class, keeping equal ones in order.
fn order(codes: &mut [u32]) {
    let mut at = 0;
    while at < codes.len() {
        if codes[at] < 0x300 || combining(codes[at]) == 0 {
            at += 1;
            continue;
        }
        let len = codes[at..].iter().position(|&c| combining(c) == 0).unwrap_or(codes.len() - at);
        codes[at..at + len].sort_by_key(|&c| combining(c));
        at += len;
    }
}

/// Primary composite of a pair.
pub fn compose_pair(first: u32, second: u32) -> Option<u32> {
    let (l, v) = (first.wrapping_sub(L_BASE), second.wrapping_sub(V_BASE));
    if l < L_COUNT && v < V_COUNT {
        return Some(S_BASE + (l * V_COUNT + v) * T_COUNT);
    }
    let (s, tail) = (first.wrapping_sub(S_BASE), second.wrapping_sub(T_BASE));
    if s < S_COUNT && s % T_COUNT == 0 && tail > 0 && tail < T_COUNT {
        return Some(first + tail);
    }
    let at = t::COMPOSE.binary_search_by_key(&(first, second), |row| (row.0, row.1)).ok()?;
    Some(t::COMPOSE[at].2)
}

fn compose(codes: &mut Vec<u32>) {
    let mut write = 0;
    let mut starter = None;
    let mut last = 0;
    for read in 0..codes.len() {
        let code = codes[read];
        let class = if code < 0x300 { 0 } else { props::combining(code) };
        if let Some(at) = starter {
            // Blocked by an equal or higher class in between; a starter only joins the one right before it.
            let adjacent = write == at + 1;
            if (adjacent || (last != 0 && last < class))
                && let Some(joined) = compose_pair(codes[at], code)
            {
                codes[at] = joined;
                continue;
            }
        }
        if class == 0 {
            starter = Some(write);
        }
        last = class;
        codes[write] = code;
        write += 1;
    }
    codes.truncate(write);
}
