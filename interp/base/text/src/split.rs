//! Where a text is cut: at white space, at line ends, at its edges. Answers are index ranges; nothing is copied.

use crate::props;
use crate::units::Unit;
use std::ops::Range;

/// White space of `bytes` methods.
#[inline]
pub fn is_ascii_space(code: u32) -> bool {
    matches!(code, 9..=13 | 32)
}

/// White space of `str` methods.
#[inline]
pub fn is_str_space(code: u32) -> bool {
    props::is_space(code)
}

/// Words of `str.split()`; at most `max` cuts, then the rest without leading white space (trailing kept).
pub fn split_space<'a, U: Unit>(
    text: &'a [U],
    max: usize,
    is_space: fn(u32) -> bool,
) -> impl Iterator<Item = Range<usize>> + 'a {
    let (mut at, mut left) = (0, max);
    std::iter::from_fn(move || {
        let start = at + text.get(at..)?.iter().position(|u| !is_space(u.code()))?;
        let end = if left == 0 {
            text.len()
        } else {
            left -= 1;
            text[start..].iter().position(|u| is_space(u.code())).map_or(text.len(), |i| start + i)
        };
        at = end;
        Some(start..end)
    })
}

/// Words of `str.rsplit()`, last first; at most `max` cuts, then the rest without trailing white space.
pub fn rsplit_space<'a, U: Unit>(
    text: &'a [U],
    max: usize,
    is_space: fn(u32) -> bool,
) -> impl Iterator<Item = Range<usize>> + 'a {
    let (mut at, mut left) = (text.len(), max);
    std::iter::from_fn(move || {
        let end = text[..at].iter().rposition(|u| !is_space(u.code()))? + 1;
        let start = if left == 0 {
            0
        } else {
            left -= 1;
            text[..end].iter().rposition(|u| is_space(u.code())).map_or(0, |i| i + 1)
        };
        at = start;
        Some(start..end)
    })
}

/// One line of [`lines`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// First unit.
    pub start: usize,
    /// End without the line ending.
    pub end: usize,
    /// End with the line ending.
    pub next: usize,
}

/// Line ends of `bytes.splitlines`: `\n`, `\r`, `\r\n`.
#[inline]
pub fn is_byte_linebreak(code: u32) -> bool {
    code == 10 || code == 13
}

/// Line ends of `str.splitlines`.
#[inline]
pub fn is_str_linebreak(code: u32) -> bool {
    props::is_linebreak(code)
}

/// Lines as `splitlines` cuts them; `\r\n` is one ending.
pub fn lines<'a, U: Unit>(text: &'a [U], is_break: fn(u32) -> bool) -> impl Iterator<Item = Line> + 'a {
    let mut start = 0;
    std::iter::from_fn(move || {
        let rest = text.get(start..).filter(|rest| !rest.is_empty())?;
        let line = match rest.iter().position(|u| is_break(u.code())) {
            None => Line { start, end: text.len(), next: text.len() },
            Some(i) => {
                let end = start + i;
                let pair = text[end].code() == 13 && text.get(end + 1).is_some_and(|u| u.code() == 10);
                Line { start, end, next: end + 1 + usize::from(pair) }
            }
        };
        start = line.next;
        Some(line)
    })
}

/// Which edges [`strip`] works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edges {
    /// `lstrip`.
    Left,
    /// `rstrip`.
    Right,
    /// `strip`.
    Both,
}

/// What remains after taking units that satisfy `drop` from the edges.
pub fn strip<U: Unit>(text: &[U], edges: Edges, drop: impl Fn(u32) -> bool) -> Range<usize> {
    let (mut start, mut end) = (0, text.len());
    if edges != Edges::Right {
        start = text.iter().position(|u| !drop(u.code())).unwrap_or(end);
    }
    if edges != Edges::Left {
        end = text[start..].iter().rposition(|u| !drop(u.code())).map_or(start, |i| start + i + 1);
    }
    start..end
}

/// [`strip`] with a set of code points, as `str.strip(chars)`.
pub fn strip_set<U: Unit, N: Unit>(text: &[U], edges: Edges, set: &[N]) -> Range<usize> {
    // A bloom word rejects most code points at once; sets are a few characters long.
    let bloom = set.iter().fold(0u64, |bits, u| bits | 1 << (u.code() & 63));
    strip(text, edges, |code| bloom >> (code & 63) & 1 != 0 && set.iter().any(|u| u.code() == code))
}

/// `str.isidentifier`.
pub fn is_identifier<U: Unit>(text: &[U]) -> bool {
    match text {
        [] => false,
        [first, rest @ ..] => {
            props::is_xid_start(first.code()) && rest.iter().all(|u| props::is_xid_continue(u.code()))
        }
    }
}
