//! ISO 2022 encodings: sets chosen by escape sequences, in seven bits.
//!
//! A set is named by the last byte of its escape sequence, with the high bit for sets of two bytes. The state holds the sets G0, G1 and G2
//! in its first three bytes and flags in the fifth.

use std::rc::Rc;

use crate::plain::push_value;
use crate::table::{Table, NONE};
use crate::{push, Charset, State, Stop};

/// Which of the encodings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Variant { Kr, Jp, Jp1, Jp2, Jp2004, Jp3, JpExt }

const ESC: u8 = 0x1B;
const SO: u8 = 0x0E;
const SI: u8 = 0x0F;
const ASCII: u8 = b'B';
const DOUBLE: u8 = 0x80;
const JIS_X_0208: u8 = DOUBLE | b'B';
const LATIN: u8 = b'A';
const GREEK: u8 = b'F';

const FLAGS: usize = 4;
/// G1 is in use.
const SHIFTED: u8 = 1;
/// An escape sequence that nobody knows is passed through.
const THROUGH: u8 = 2;

pub(crate) const ENCODE_START: State = [ASCII, ASCII, 0, 0, 0, 0, 0, 0];
pub(crate) const DECODE_START: State = [ASCII, ASCII, ASCII, 0, 0, 0, 0, 0];

/// The Hangul filler.
const FILLER: u32 = 0x3164;

/// What a set holds; the number is that of its table.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The two-byte keys of an EUC table, without their high bits.
    Double(usize),
    /// The same where the table is JIS X 0213's.
    First(usize),
    /// The keys after 8F.
    Triple(usize),
    /// Those of them that are JIS X 0213's second plane, not JIS X 0212.
    Second(usize),
    /// Only the pairs among the two-byte keys: for encoding.
    Pairs(usize),
    /// JIS X 0201: ASCII but for two characters.
    Roman,
    /// Its katakana.
    Katakana,
    /// Upper half of an ISO 8859 part: for decoding.
    Upper,
}

/// A set: its name and what it holds, in the order in which encoding tries them.
type Set = (u8, Kind);

const KR: &[Set] = &[(DOUBLE | b'C', Kind::Double(0))];
const JP: &[Set] = &[(JIS_X_0208, Kind::Double(0)), (b'J', Kind::Roman), (DOUBLE | b'@', Kind::Double(0))];
const JP1: &[Set] = &[(JIS_X_0208, Kind::Double(0)), (DOUBLE | b'D', Kind::Triple(0)), (b'J', Kind::Roman), (DOUBLE | b'@', Kind::Double(0))];
const JP2: &[Set] = &[
    (JIS_X_0208, Kind::Double(0)), (DOUBLE | b'D', Kind::Triple(0)), (DOUBLE | b'C', Kind::Double(1)), (DOUBLE | b'A', Kind::Double(2)),
    (b'J', Kind::Roman), (DOUBLE | b'@', Kind::Double(0)), (LATIN, Kind::Upper), (GREEK, Kind::Upper),
];
const JP2004: &[Set] =
    &[(DOUBLE | b'Q', Kind::Pairs(1)), (JIS_X_0208, Kind::Double(0)), (DOUBLE | b'Q', Kind::First(1)), (DOUBLE | b'P', Kind::Second(1))];
const JP3: &[Set] =
    &[(DOUBLE | b'O', Kind::Pairs(1)), (JIS_X_0208, Kind::Double(0)), (DOUBLE | b'O', Kind::First(1)), (DOUBLE | b'P', Kind::Second(1))];
const JP_EXT: &[Set] =
    &[(JIS_X_0208, Kind::Double(0)), (DOUBLE | b'D', Kind::Triple(0)), (b'J', Kind::Roman), (b'I', Kind::Katakana), (DOUBLE | b'@', Kind::Double(0))];

impl Variant {
    pub(crate) fn charsets(self) -> &'static [Charset] {
        match self {
            Variant::Kr => &[Charset::EucKr],
            Variant::Jp | Variant::Jp1 | Variant::JpExt => &[Charset::EucJp],
            Variant::Jp2 => &[Charset::EucJp, Charset::EucKr, Charset::Gb2312],
            Variant::Jp2004 => &[Charset::EucJp, Charset::EucJis2004],
            Variant::Jp3 => &[Charset::EucJp, Charset::EucJisX0213],
        }
    }
    fn sets(self) -> &'static [Set] {
        match self {
            Variant::Kr => KR,
            Variant::Jp => JP,
            Variant::Jp1 => JP1,
            Variant::Jp2 => JP2,
            Variant::Jp2004 => JP2004,
            Variant::Jp3 => JP3,
            Variant::JpExt => JP_EXT,
        }
    }
    fn has_shift(self) -> bool { self == Variant::Kr }
    /// Whether JIS X 0208 of 1990 may be announced as such.
    fn has_announcement(self) -> bool { self != Variant::Kr }
    fn has_g2(self) -> bool { self == Variant::Jp2 }
}

/// Whether a row is of JIS X 0213's second plane.
fn in_second(byte: u8) -> bool { matches!(byte & 0x7F, 0x21 | 0x23..=0x25 | 0x28 | 0x2C..=0x2F | 0x6E..=0x7E) }

/// The value of the bytes of a set, or [`NONE`].
fn value(kind: Kind, tables: &[Rc<Table>], bytes: &[u8]) -> u32 {
    let two = || u32::from(bytes[0] | 0x80) << 8 | u32::from(bytes[1] | 0x80);
    let seven = bytes.iter().all(|b| (0x21..0x7F).contains(b));
    match kind {
        Kind::Double(t) if seven => match tables[t].value(two()) {
            // EUC-KR keeps the filler for syllables of eight bytes.
            NONE if tables[t].key(FILLER) == two() => FILLER,
            value => value,
        },
        // Row 2 of JIS X 0212 and of JIS X 0213 has the tilde of full width in EUC only.
        Kind::First(t) | Kind::Pairs(t) if seven => if bytes == b"\x22\x32" { u32::from(b'~') } else { tables[t].value(two()) },
        Kind::Triple(t) if seven => {
            if bytes == b"\x22\x37" { u32::from(b'~') } else { tables[t].value(0x8F_0000 | two()) }
        }
        Kind::Second(t) if seven && in_second(bytes[0]) => tables[t].value(0x8F_0000 | two()),
        Kind::Roman => match bytes[0] { b'\\' => 0xA5, b'~' => 0x203E, b if b < 0x80 => u32::from(b), _ => NONE },
        Kind::Katakana if (0x21..0x60).contains(&bytes[0]) => 0xFF61 + u32::from(bytes[0]) - 0x21,
        _ => NONE,
    }
}

/// Upper half of ISO 8859-7.
fn greek(b: u8) -> u32 {
    match b {
        0xA1 => 0x2018,
        0xA2 => 0x2019,
        0xA4 => 0x20AC,
        0xA5 => 0x20AF,
        0xAA => 0x37A,
        0xAF => 0x2015,
        0xA0 | 0xA3 | 0xA6..=0xA9 | 0xAB..=0xAD | 0xB0..=0xB3 | 0xB7 | 0xBB | 0xBD => u32::from(b),
        0xB4..=0xB6 | 0xB8..=0xBA | 0xBC | 0xBE..=0xD1 | 0xD3..=0xFE => u32::from(b) + 0x2D0,
        _ => NONE,
    }
}

/// Length of an escape sequence of sets at the start of `rest`; 0 if it does not end.
fn escape_length(variant: Variant, rest: &[u8]) -> Result<usize, Stop> {
    let mut i = 1;
    while i < 16 {
        let Some(b) = rest.get(i) else { return Err(Stop::TooFew) };
        if matches!(b, b'A'..=b'Z' | b'@') { return Ok(i + 1) }
        if variant.has_announcement() && *b == b'&' && rest.get(i + 1) == Some(&b'@') { i += 2 }
        i += 1;
    }
    Ok(0)
}

/// Follows an escape sequence that chooses a set; its length.
fn choose(variant: Variant, state: &mut State, rest: &[u8]) -> Result<usize, Stop> {
    let n = escape_length(variant, rest)?;
    let bad = Err(Stop::Illegal(n.max(1)));
    let (place, set) = match &rest[..n] {
        [_, b'$', name] => (0, name | DOUBLE),
        [_, b'(', name] => (0, *name),
        [_, b')', name] => (1, *name),
        [_, b'.', name] if variant.has_g2() => (2, *name),
        [_, b'$', b'(', name] => (0, name | DOUBLE),
        [_, b'$', b')', name] => (1, name | DOUBLE),
        [_, b'&', b'@', ESC, b'$', b'B'] if variant.has_announcement() => (0, JIS_X_0208),
        _ => return bad,
    };
    if set != ASCII && !variant.sets().iter().any(|s| s.0 == set) { return bad }
    state[place] = set;
    Ok(n)
}

pub(crate) fn decode(variant: Variant, tables: &[Rc<Table>], state: &mut State, bytes: &[u8], at: &mut usize, out: &mut Vec<u32>) -> Result<(), Stop> {
    while let Some(&b) = bytes.get(*at) {
        let rest = &bytes[*at..];
        if state[FLAGS] & THROUGH != 0 {
            push(out, u32::from(b))?;
            *at += 1;
            if b.is_ascii_uppercase() { state[FLAGS] &= !THROUGH }
            continue;
        }
        match b {
            ESC => match rest.get(1) {
                None => return Err(Stop::TooFew),
                Some(b'(' | b')' | b'$' | b'.' | b'&') => { *at += choose(variant, state, rest)?; continue }
                Some(b'N') if variant.has_g2() => {
                    let Some(&third) = rest.get(2) else { return Err(Stop::TooFew) };
                    let code = match state[2] {
                        LATIN if third < 0x80 => u32::from(third) + 0x80,
                        GREEK => greek(third ^ 0x80),
                        ASCII if third < 0x80 => u32::from(third),
                        _ => NONE,
                    };
                    if code == NONE { return Err(Stop::Illegal(3)) }
                    push(out, code)?;
                    *at += 3;
                    continue;
                }
                Some(_) => state[FLAGS] |= THROUGH,
            },
            SI if variant.has_shift() => { state[FLAGS] &= !SHIFTED; *at += 1; continue }
            SO if variant.has_shift() => { state[FLAGS] |= SHIFTED; *at += 1; continue }
            b'\n' => state[FLAGS] &= !SHIFTED,
            0..0x20 => {}
            0x80.. => return Err(Stop::Illegal(1)),
            _ => {
                let set = state[usize::from(state[FLAGS] & SHIFTED != 0)];
                if set != ASCII {
                    // A state that a program made up can name a set that there is not.
                    let Some(kind) = variant.sets().iter().find(|s| s.0 == set).map(|s| s.1) else { return Err(Stop::Illegal(1)) };
                    let width = if set & DOUBLE != 0 { 2 } else { 1 };
                    if rest.len() < width { return Err(Stop::TooFew) }
                    let found = value(kind, tables, &rest[..width]);
                    if found == NONE { return Err(Stop::Illegal(width)) }
                    push_value(table_of(Some(kind), tables), found, out)?;
                    *at += width;
                    continue;
                }
            }
        }
        push(out, u32::from(b))?;
        *at += 1;
    }
    Ok(())
}

/// The table whose pairs a value may name.
fn table_of(kind: Option<Kind>, tables: &[Rc<Table>]) -> &Table {
    match kind { Some(Kind::Double(t) | Kind::First(t) | Kind::Triple(t) | Kind::Second(t) | Kind::Pairs(t)) => &tables[t], _ => &tables[0] }
}

/// The bytes of a code point in a set, as a number, and how many code points they take.
fn find(kind: Kind, tables: &[Rc<Table>], code: u32, next: Option<u32>) -> Option<(u32, usize)> {
    let double = |key: u32| (0xA1A1..=0xFEFE).contains(&key) && key & 0x80 != 0;
    match kind {
        Kind::Double(t) => Some(tables[t].key(code)).filter(|k| double(*k)).map(|k| (k & 0x7F7F, 1)),
        Kind::First(t) => Some(tables[t].key(code)).filter(|k| double(*k) && *k != 0xA2B2).map(|k| (k & 0x7F7F, 1)),
        Kind::Triple(t) => Some(tables[t].key(code)).filter(|k| *k != NONE && *k > 0xFFFF).map(|k| (k & 0x7F7F, 1)),
        Kind::Second(t) => Some(tables[t].key(code)).filter(|k| *k != NONE && *k > 0xFFFF && in_second((*k >> 8) as u8)).map(|k| (k & 0x7F7F, 1)),
        Kind::Pairs(t) => tables[t].pair_keys.get(&(code, next?)).map(|k| (k & 0x7F7F, 2)),
        Kind::Roman => match code { 0xA5 => Some((0x5C, 1)), 0x203E => Some((0x7E, 1)), _ => None },
        Kind::Katakana => code.checked_sub(0xFF61).filter(|n| *n < 63).map(|n| (n + 0x21, 1)),
        Kind::Upper => None,
    }
}

fn put(out: &mut Vec<u8>, bytes: &[u8]) -> Result<(), Stop> { bytes.iter().try_for_each(|b| push(out, *b)) }

pub(crate) fn encode(variant: Variant, tables: &[Rc<Table>], state: &mut State, codes: &[u32], at: &mut usize, last: bool, out: &mut Vec<u8>) -> Result<(), Stop> {
    while let Some(&code) = codes.get(*at) {
        if code < 0x80 {
            encode_end(state, out)?;
            push(out, code as u8)?;
            *at += 1;
            continue;
        }
        let next = codes.get(*at + 1).copied();
        let mut found = None;
        for (set, kind) in variant.sets() {
            if let Kind::Pairs(t) = kind && next.is_none() && !last && tables[*t].begins_pair(code) { return Err(Stop::TooFew) }
            found = find(*kind, tables, code, next).map(|f| (*set, f));
            if found.is_some() { break }
        }
        let Some((set, (key, used))) = found else { return Err(Stop::Illegal(1)) };
        let name = set & !DOUBLE;
        if variant.has_shift() {
            if state[1] != set { put(out, &[ESC, b'$', b')', name])? }
            state[1] = set;
            if state[FLAGS] & SHIFTED == 0 { push(out, SO)? }
            state[FLAGS] |= SHIFTED;
        } else if state[0] != set {
            match set {
                JIS_X_0208 => put(out, &[ESC, b'$', name])?,
                _ if set & DOUBLE != 0 => put(out, &[ESC, b'$', b'(', name])?,
                _ => put(out, &[ESC, b'(', name])?,
            }
            state[0] = set;
        }
        if set & DOUBLE != 0 { push(out, (key >> 8) as u8)? }
        push(out, key as u8)?;
        *at += used;
    }
    Ok(())
}

/// Back to ASCII.
pub(crate) fn encode_end(state: &mut State, out: &mut Vec<u8>) -> Result<(), Stop> {
    if state[FLAGS] & SHIFTED != 0 { push(out, SI)? }
    state[FLAGS] &= !SHIFTED;
    if state[0] != ASCII { put(out, &[ESC, b'(', ASCII])? }
    state[0] = ASCII;
    Ok(())
}

pub(crate) fn decode_reset(state: &mut State) {
    state[0] = ASCII;
    state[FLAGS] &= !SHIFTED;
}
