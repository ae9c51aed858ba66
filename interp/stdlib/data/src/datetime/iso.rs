//! Reading dates and times in ISO 8601 text. Bytes and numbers only.
//!
//! Not here: the constructors that are called with them.

use instar_vm::{Owned, Raised, Vm};

use super::calendar as cal;

/// ValueError of text that is none.
#[cold]
pub fn invalid(vm: &mut Vm, text: &Owned) -> Raised {
    match vm.repr_text(text) { Ok(r) => vm.value_error(format!("Invalid isoformat string: {r}")), Err(e) => e }
}

/// Exactly `n` digits from `at`.
fn digits(s: &[u8], at: usize, n: usize) -> Option<i32> {
    let part = s.get(at..at + n)?;
    if !part.iter().all(u8::is_ascii_digit) { return None }
    Some(part.iter().fold(0, |v, d| v * 10 + i32::from(d - b'0')))
}

/// Year, month and day of the text of a date.
pub fn date(s: &[u8]) -> Option<(i32, i32, i32)> {
    let year = digits(s, 0, 4)?;
    let dash = *s.get(4)? == b'-';
    let mut at = 4 + usize::from(dash);
    if s.get(at) == Some(&b'W') {
        let week = digits(s, at + 1, 2)?;
        at += 3;
        let mut day = 1;
        if at < s.len() {
            if (s[at] == b'-') != dash { return None }
            at += usize::from(dash);
            day = digits(s, at, 1)?;
            at += 1;
        }
        if at != s.len() { return None }
        return cal::from_iso(year, week, day).ok();
    }
    let month = digits(s, at, 2)?;
    at += 2;
    if (s.get(at) == Some(&b'-')) != dash { return None }
    at += usize::from(dash);
    let day = digits(s, at, 2)?;
    if at + 2 != s.len() { return None }
    Some((year, month, day))
}

/// Hour, minute, second and microsecond.
fn clock(s: &[u8]) -> Option<[i32; 4]> {
    let mut parts = [0; 4];
    let mut at = 0;
    let mut colons = false;
    for (i, part) in parts[..3].iter_mut().enumerate() {
        *part = digits(s, at, 2)?;
        at += 2;
        let next = s.get(at);
        if i == 0 { colons = next == Some(&b':') }
        if next.is_none() || i == 2 { break }
        if matches!(next, Some(b'.' | b',')) && !colons && i > 0 { return None }
        if colons {
            if next != Some(&b':') { return None }
            at += 1;
        }
    }
    if at == s.len() { return Some(parts) }
    if !matches!(s[at], b'.' | b',') { return None }
    let fraction = &s[at + 1..];
    if fraction.is_empty() || !fraction.iter().all(u8::is_ascii_digit) { return None }
    for i in 0..6 { parts[3] = parts[3] * 10 + fraction.get(i).map_or(0, |d| i32::from(d - b'0')) }
    Some(parts)
}

/// What the text of a time says.
pub struct Time {
    /// Hour (24 only at midnight that ends a day), minute, second, microsecond.
    pub parts: [i32; 4],
    /// Offset from UTC in microseconds, if given.
    pub offset: Option<i64>,
}

/// Reads a time with an optional offset.
pub fn time(s: &[u8]) -> Option<Time> {
    if s.len() < 2 { return None }
    let mark = s.iter().position(|c| matches!(c, b'+' | b'-' | b'Z'));
    let parts = clock(&s[..mark.unwrap_or(s.len())])?;
    let offset = match mark {
        None => None,
        Some(at) if s[at] == b'Z' => { if at + 1 != s.len() { return None } Some(0) }
        Some(at) => {
            let zone = &s[at + 1..];
            if matches!(zone.len(), 0 | 1 | 3) { return None }
            let [h, m, sec, us] = clock(zone)?.map(i64::from);
            let us = ((h * 60 + m) * 60 + sec) * 1_000_000 + us;
            Some(if s[at] == b'-' { -us } else { us })
        }
    };
    Some(Time { parts, offset })
}

/// Where the date ends in the text of a date and a time. The text has at least 7 bytes; other characters are bytes above 127.
pub fn separator(s: &[u8]) -> Option<usize> {
    let n = s.len();
    let digit = |i: usize| s.get(i).is_some_and(u8::is_ascii_digit);
    if n == 7 { return Some(7) }
    if s[4] == b'-' {
        if s[5] != b'W' { return Some(10) }
        if n > 8 && s[8] == b'-' {
            if n == 9 { return None }
            return Some(if n > 10 && digit(10) { 8 } else { 10 });
        }
        return Some(8);
    }
    if s[4] == b'W' {
        let mut at = 7;
        while at < n && digit(at) { at += 1 }
        if at < 9 { return Some(at) }
        return Some(if at % 2 == 0 { 7 } else { 8 });
    }
    Some(8)
}
