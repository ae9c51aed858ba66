//! Encodings without state: one, two or three bytes, and what GB 18030 and EUC-KR have beyond that.

use crate::table::{Table, NONE, PAIR};
use crate::{hangul, push, Charset, Stop};

/// Whether a byte that is no character itself begins one.
fn is_lead(charset: Charset, b: u8) -> bool {
    match charset {
        Charset::ShiftJis => matches!(b, 0x81..=0x9F | 0xE0..=0xEA),
        Charset::Cp932 | Charset::ShiftJis2004 | Charset::ShiftJisX0213 => matches!(b, 0x81..=0x9F | 0xE0..=0xFC),
        _ => b >= 0x80,
    }
}

pub(crate) fn push_value(table: &Table, value: u32, out: &mut Vec<u32>) -> Result<(), Stop> {
    if value & PAIR == 0 { return push(out, value) }
    let (first, second) = table.pairs[(value & !PAIR) as usize];
    push(out, first)?;
    push(out, second)
}

pub(crate) fn decode(charset: Charset, table: &Table, bytes: &[u8], at: &mut usize, out: &mut Vec<u32>) -> Result<(), Stop> {
    while let Some(b) = bytes.get(*at) {
        let value = table.single[usize::from(*b)];
        if value != NONE {
            push(out, value)?;
            *at += 1;
            continue;
        }
        if !is_lead(charset, *b) { return Err(Stop::Illegal(1)) }
        let rest = &bytes[*at..];
        let Some(second) = rest.get(1) else { return Err(Stop::TooFew) };
        let (value, used) = if *b == 0x8F && table.has_triples() {
            let Some(third) = rest.get(2) else { return Err(Stop::TooFew) };
            (table.value(0x8F_0000 | u32::from(*second) << 8 | u32::from(*third)), 3)
        } else if charset == Charset::Gb18030 && second.is_ascii_digit() {
            if rest.len() < 4 { return Err(Stop::TooFew) }
            (four_bytes(table, rest).unwrap_or(NONE), 4)
        } else if charset == Charset::EucKr && rest[..2] == [0xA4, 0xD4] {
            if rest.len() < 8 { return Err(Stop::TooFew) }
            (hangul::join(rest).unwrap_or(NONE), 8)
        } else {
            (table.value(u32::from(*b) << 8 | u32::from(*second)), 2)
        };
        if value == NONE {
            // What JIS X 0213 added in 2004 is known to be two bytes long before that, too.
            let early = matches!(charset, Charset::EucJisX0213 | Charset::ShiftJisX0213) && table.removed.contains(&(u32::from(*b) << 8 | u32::from(*second)));
            return Err(Stop::Illegal(if early { 2 } else { 1 }));
        }
        push_value(table, value, out)?;
        *at += used;
    }
    Ok(())
}

/// The code point of a GB 18030 form of four bytes.
fn four_bytes(table: &Table, b: &[u8]) -> Option<u32> {
    let digit = |b: u8, low: u8, n: u8| b.checked_sub(low).filter(|d| *d < n).map(u32::from);
    let (a, b, c, d) = (digit(b[0], 0x81, 126)?, digit(b[1], 0x30, 10)?, digit(b[2], 0x81, 126)?, digit(b[3], 0x30, 10)?);
    let index = ((a * 10 + b) * 126 + c) * 10 + d;
    // The supplementary planes begin with 90 30 81 30.
    if let Some(code) = index.checked_sub(189_000) { return Some(code + 0x1_0000).filter(|c| *c < 0x11_0000) }
    let run = table.four[..table.four.partition_point(|r| r.0 <= index)].last()?;
    (index - run.0 < run.2).then(|| run.1 + index - run.0)
}

/// The index of a code point's GB 18030 form of four bytes.
fn four_index(table: &Table, code: u32) -> Option<u32> {
    if code >= 0x1_0000 { return Some(code - 0x1_0000 + 189_000) }
    table.four.iter().find(|r| code.wrapping_sub(r.1) < r.2).map(|r| r.0 + code - r.1)
}

pub(crate) fn encode(charset: Charset, table: &Table, codes: &[u32], at: &mut usize, last: bool, out: &mut Vec<u8>) -> Result<(), Stop> {
    while let Some(&code) = codes.get(*at) {
        let (mut key, mut used) = (table.key(code), 1);
        if table.begins_pair(code) {
            match codes.get(*at + 1) {
                None if !last => return Err(Stop::TooFew),
                Some(next) => if let Some(k) = table.pair_keys.get(&(code, *next)) { (key, used) = (*k, 2) },
                None => {}
            }
        }
        if key == NONE {
            match charset {
                Charset::Gb18030 if !(0xD800..0xE000).contains(&code) => {
                    let Some(i) = four_index(table, code) else { return Err(Stop::Illegal(1)) };
                    for b in [i / 12600 + 0x81, i / 1260 % 10 + 0x30, i / 10 % 126 + 0x81, i % 10 + 0x30] { push(out, b as u8)? }
                }
                Charset::EucKr => {
                    let Some(eight) = hangul::split(code) else { return Err(Stop::Illegal(1)) };
                    for b in eight { push(out, b)? }
                }
                _ => return Err(Stop::Illegal(1)),
            }
        } else {
            if key > 0xFFFF { push(out, (key >> 16) as u8)? }
            if key > 0xFF { push(out, (key >> 8) as u8)? }
            push(out, key as u8)?;
        }
        *at += used;
    }
    Ok(())
}
