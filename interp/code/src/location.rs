//! CPython's tables of source positions and of protected ranges: what `co_linetable` and `co_exceptiontable` hold.
//!
//! Our tables have one entry a unit; a unit counts as four code units of two bytes. Not here: the tables themselves (`blob.rs`).

use crate::{Handler, Position};

/// Code units that one unit is for Python programs.
pub const SCALE: usize = 4;
/// Code units that one entry may cover.
const LONGEST: usize = 8;

const NO_COLUMNS: u8 = 13;
const LONG: u8 = 14;
const NO_POSITION: u8 = 15;

fn varint(out: &mut Vec<u8>, mut n: u64) {
    while n >= 64 {
        out.push(64 | (n & 63) as u8);
        n >>= 6;
    }
    out.push(n as u8);
}
fn signed(out: &mut Vec<u8>, n: i64) { varint(out, n.unsigned_abs() << 1 | u64::from(n < 0)); }

/// The position table of a code.
pub fn encode_positions(first_line: u32, positions: &[Position]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut line = i64::from(first_line);
    let mut at = 0;
    let told = positions.iter().rposition(|p| *p != UNTOLD).map_or(0, |last| last + 1);
    while at < told {
        let p = positions[at];
        let run = positions[at..].iter().take_while(|q| **q == p).count();
        let mut left = run * SCALE;
        while left > 0 {
            let length = left.min(LONGEST);
            left -= length;
            let head = |code: u8| 0x80 | code << 3 | (length - 1) as u8;
            if p.line < 0 {
                out.push(head(NO_POSITION));
                continue;
            }
            let columns = p.column >= 0 && p.end_column >= 0 && p.end_line >= p.line;
            out.push(head(if columns { LONG } else { NO_COLUMNS }));
            signed(&mut out, i64::from(p.line) - line);
            line = p.line.into();
            if columns {
                varint(&mut out, (p.end_line - p.line) as u64);
                varint(&mut out, p.column as u64 + 1);
                varint(&mut out, p.end_column as u64 + 1);
            }
        }
        at += run;
    }
    out
}

/// The position of a unit behind the end of its code's table: none, and `co_positions` stops there.
pub const UNTOLD: Position = Position { line: -2, end_line: -2, column: -1, end_column: -1 };

/// The positions of `count` units; those that the table does not reach are [`UNTOLD`].
pub fn decode_positions(first_line: u32, table: &[u8], count: usize) -> Vec<Position> {
    let none = Position { line: -1, end_line: -1, column: -1, end_column: -1 };
    let mut out = Vec::new();
    let mut bytes = table.iter().copied().peekable();
    let mut line = i64::from(first_line);
    let mut unit = 0usize;
    while let Some(head) = bytes.next() {
        if out.len() >= count { break }
        let length = usize::from(head & 7) + 1;
        let mut read = || {
            let (mut n, mut shift) = (0u64, 0);
            while let Some(b) = bytes.next_if(|b| b & 0x80 == 0) {
                if shift < 60 { n |= u64::from(b & 63) << shift; }
                shift += 6;
                if b & 64 == 0 { break }
            }
            n as i64
        };
        let column = |n: i64| i32::try_from(n - 1).unwrap_or(-1);
        let delta = |n: i64| if n & 1 != 0 { -(n >> 1) } else { n >> 1 };
        let position = match head >> 3 & 15 {
            code @ 0..=9 => {
                let second = read_byte(&mut bytes);
                let start = i32::from(code) * 8 + i32::from(second >> 4 & 7);
                (start, start + i32::from(second & 15), 0)
            }
            code @ 10..=12 => {
                line += i64::from(code - 10);
                (i32::from(read_byte(&mut bytes)), i32::from(read_byte(&mut bytes)), 0)
            }
            NO_COLUMNS => { line += delta(read()); (-1, -1, 0) }
            LONG => {
                line += delta(read());
                let end_line = read();
                let start = column(read());
                (start, column(read()), end_line)
            }
            _ => {
                fill(&mut out, &mut unit, length, none, count);
                continue;
            }
        };
        let clamp = |n: i64| n.clamp(-1, i64::from(i32::MAX)) as i32;
        let p = Position { line: clamp(line), end_line: clamp(line.saturating_add(position.2)), column: position.0, end_column: position.1 };
        fill(&mut out, &mut unit, length, p, count);
    }
    out.resize(count, UNTOLD);
    out
}

fn read_byte(bytes: &mut impl Iterator<Item = u8>) -> u8 { bytes.next().unwrap_or(0) }

/// Gives `length` code units a position: a unit has that of its first one.
fn fill(out: &mut Vec<Position>, unit: &mut usize, length: usize, p: Position, count: usize) {
    for _ in 0..length {
        if unit.is_multiple_of(SCALE) && out.len() < count { out.push(p); }
        *unit += 1;
    }
}

/// The table of protected ranges: start, length, target and depth of each, in big-endian groups of six bits. The number of
/// local slots that have no name in Python is the depth of an empty range in front.
pub fn encode_handlers(handlers: &[Handler], hidden: usize) -> Vec<u8> {
    let mut out = Vec::new();
    let mut item = |n: u64, first: bool| {
        let groups = (1..=10).find(|g| n >> (6 * g) == 0).unwrap_or(10);
        for g in (0..groups).rev() {
            let more = if g > 0 { 64 } else { 0 };
            let start = if first && g + 1 == groups { 128 } else { 0 };
            out.push((n >> (6 * g) & 63) as u8 | more | start);
        }
    };
    let marker = Handler { start: 0, end: 0, target: 0, depth: u16::try_from(hidden).unwrap_or(u16::MAX) };
    for h in (hidden > 0).then_some(&marker).into_iter().chain(handlers) {
        let scale = SCALE as u64;
        item(u64::from(h.start) * scale, true);
        item(u64::from(h.end.saturating_sub(h.start)) * scale, false);
        item(u64::from(h.target) * scale, false);
        item(u64::from(h.depth) << 1, false);
    }
    out
}

/// The protected ranges of a table and the number of hidden local slots; none if it is malformed.
pub fn decode_handlers(table: &[u8]) -> Option<(Vec<Handler>, usize)> {
    let mut bytes = table.iter().copied();
    let mut item = || -> Option<Option<u64>> {
        let Some(first) = bytes.next() else { return Some(None) };
        let (mut b, mut n) = (first, u64::from(first & 63));
        while b & 64 != 0 {
            b = bytes.next()?;
            if n >> 32 != 0 { return None }
            n = n << 6 | u64::from(b & 63);
        }
        Some(Some(n))
    };
    let (mut out, mut hidden) = (Vec::new(), 0);
    let scaled = |n: u64| if n.is_multiple_of(SCALE as u64) { u32::try_from(n / SCALE as u64).ok() } else { None };
    while let Some(start) = item()? {
        let (length, target, depth) = (item()??, item()??, item()??);
        let start = scaled(start)?;
        if length == 0 {
            hidden = usize::from(u16::try_from(depth >> 1).ok()?);
            continue;
        }
        out.push(Handler { start, end: start.checked_add(scaled(length)?)?, target: scaled(target)?, depth: u16::try_from(depth >> 1).ok()? });
    }
    Some((out, hidden))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_come_back() {
        let p = |line, end_line, column, end_column| Position { line, end_line, column, end_column };
        let all = [p(1, 1, 0, 3), p(1, 1, 0, 3), p(1, 1, 0, 3), p(-1, -1, -1, -1), p(900, 1000, 77, 5), p(3, 3, 0, 0)];
        assert_eq!(decode_positions(5, &encode_positions(5, &all), all.len()), all);
    }

    #[test]
    fn handlers_come_back() {
        let all = vec![Handler { start: 1, end: 2, target: 900, depth: 3 }, Handler { start: 0, end: 70_000, target: 5, depth: 0 }];
        assert_eq!(decode_handlers(&encode_handlers(&all, 7)), Some((all, 7)));
    }

    #[test]
    fn any_bytes_are_taken() {
        let mut seed = 1u32;
        for _ in 0..2000 {
            let bytes: Vec<u8> = (0..40).map(|_| { seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223); (seed >> 24) as u8 }).collect();
            assert_eq!(decode_positions(1, &bytes, 20).len(), 20);
            let _ = decode_handlers(&bytes);
        }
    }
}
