//! Finding and counting a sub-slice. Both sides have the same unit type; `*_units` functions bring them there.
//!
//! Bytes go to `memchr::memmem`. Wider units skip to candidates of the first unit; when candidates keep failing late
//! the search moves to Knuth-Morris-Pratt, so the worst case stays linear.

use crate::units::{Unit, Units};
use crate::with_units;
use std::collections::TryReserveError;

/// A prepared needle for repeated searches.
#[derive(Debug)]
pub struct Finder<'n, U: Unit> {
    needle: &'n [U],
    bytes: Option<memchr::memmem::Finder<'n>>,
}

impl<'n, U: Unit> Finder<'n, U> {
    /// Prepares `needle`; no allocation.
    pub fn new(needle: &'n [U]) -> Finder<'n, U> {
        let bytes = U::as_bytes(needle).filter(|b| b.len() > 1).map(memchr::memmem::Finder::new);
        Finder { needle, bytes }
    }

    /// Start of the first occurrence.
    #[inline]
    pub fn find(&self, hay: &[U]) -> Option<usize> {
        match (&self.bytes, U::as_bytes(hay)) {
            (Some(finder), Some(hay)) => finder.find(hay),
            _ => match self.needle {
                [] => Some(0),
                [one] => one.position(hay),
                needle => find_wide(hay, needle),
            },
        }
    }

    /// Starts of the occurrences that do not overlap, from the left; the needle must not be empty.
    pub fn find_iter<'a>(&'a self, hay: &'a [U]) -> impl Iterator<Item = usize> + 'a {
        let mut at = 0;
        std::iter::from_fn(move || {
            if self.needle.is_empty() {
                return None;
            }
            let found = at + self.find(hay.get(at..)?)?;
            at = found + self.needle.len();
            Some(found)
        })
    }
}

/// Start of the first occurrence of `needle`.
#[inline]
pub fn find<U: Unit>(hay: &[U], needle: &[U]) -> Option<usize> {
    if needle.len() > hay.len() {
        return None;
    }
    Finder::new(needle).find(hay)
}

/// Start of the last occurrence of `needle`.
pub fn rfind<U: Unit>(hay: &[U], needle: &[U]) -> Option<usize> {
    let last = hay.len().checked_sub(needle.len())?;
    match needle {
        [] => return Some(hay.len()),
        [one] => return one.rposition(hay),
        _ => {}
    }
    if let (Some(hay), Some(needle)) = (U::as_bytes(hay), U::as_bytes(needle)) {
        return memchr::memmem::rfind(hay, needle);
    }
    let mut budget = budget(hay.len());
    let mut end = last + 1;
    while let Some(at) = needle[0].rposition(&hay[..end]) {
        let same = common(&hay[at..], needle);
        if same == needle.len() {
            return Some(at);
        }
        end = at;
        budget = budget.saturating_sub(same);
        if budget == 0 {
            let (h, n) = (at + needle.len() - 1, needle.len());
            return kmp(h, n, |i| hay[h - 1 - i], |i| needle[n - 1 - i]).map(|from_end| h - from_end - n);
        }
    }
    None
}

/// Number of occurrences that do not overlap, at most `max`; an empty needle occurs before and after every unit.
pub fn count<U: Unit>(hay: &[U], needle: &[U], max: usize) -> usize {
    match (needle, U::as_bytes(hay), U::as_bytes(needle)) {
        ([], ..) => (hay.len() + 1).min(max),
        (_, Some(hay), Some(&[one])) if max >= hay.len() => memchr::memchr_iter(one, hay).count(),
        _ => Finder::new(needle).find_iter(hay).take(max).count(),
    }
}

fn budget(len: usize) -> usize {
    len.saturating_mul(2).saturating_add(256)
}

#[inline]
fn common<U: Unit>(hay: &[U], needle: &[U]) -> usize {
    hay.iter().zip(needle).take_while(|(a, b)| a == b).count()
}

fn find_wide<U: Unit>(hay: &[U], needle: &[U]) -> Option<usize> {
    let last = hay.len().checked_sub(needle.len())?;
    let mut budget = budget(hay.len());
    let mut at = 0;
    while at <= last {
        at += needle[0].position(&hay[at..=last])?;
        let same = common(&hay[at..], needle);
        if same == needle.len() {
            return Some(at);
        }
        at += 1;
        budget = budget.saturating_sub(same);
        if budget == 0 {
            return kmp(hay.len() - at, needle.len(), |i| hay[at + i], |i| needle[i]).map(|found| at + found);
        }
    }
    None
}

/// Linear search through accessors, so that one copy serves both directions. Falls back to the plain method
/// when the table cannot be allocated.
fn kmp<U: Unit>(hay: usize, needle: usize, h: impl Fn(usize) -> U, n: impl Fn(usize) -> U) -> Option<usize> {
    let mut table: Vec<usize> = Vec::new();
    if table.try_reserve_exact(needle).is_err() {
        return (0..=hay.checked_sub(needle)?).find(|&at| (0..needle).all(|i| h(at + i) == n(i)));
    }
    table.push(0);
    let mut len = 0;
    for i in 1..needle {
        while len > 0 && n(i) != n(len) {
            len = table[len - 1];
        }
        len += usize::from(n(i) == n(len));
        table.push(len);
    }
    let mut len = 0;
    for i in 0..hay {
        while len > 0 && h(i) != n(len) {
            len = table[len - 1];
        }
        len += usize::from(h(i) == n(len));
        if len == needle {
            return Some(i + 1 - needle);
        }
    }
    None
}

/// The same code points in another unit type; `None` if one does not fit.
///
/// # Errors
/// When memory runs out.
pub fn convert<T: Unit, U: Unit>(text: &[U]) -> Result<Option<Vec<T>>, TryReserveError> {
    let mut out = Vec::new();
    if T::MAX < U::MAX && text.iter().any(|u| u.code() > T::MAX) {
        return Ok(None);
    }
    out.try_reserve_exact(text.len())?;
    out.extend(text.iter().filter_map(|u| T::from_code(u.code())));
    Ok((out.len() == text.len()).then_some(out))
}

macro_rules! across_widths {
    ($(#[$doc:meta])* $name:ident, $same:expr, $result:ty, $none:expr) => {
        $(#[$doc])*
        ///
        /// # Errors
        /// When the needle has to be converted and memory runs out.
        pub fn $name(hay: Units<'_>, needle: Units<'_>) -> Result<$result, TryReserveError> {
            match (hay, needle) {
                (Units::Latin1(h), Units::Latin1(n)) => Ok($same(h, n)),
                (Units::Ucs2(h), Units::Ucs2(n)) => Ok($same(h, n)),
                (Units::Ucs4(h), Units::Ucs4(n)) => Ok($same(h, n)),
                (hay, needle) if needle.len() > hay.len() => Ok($none),
                (Units::Latin1(h), needle) => Ok(with_units!(needle, n => convert(n))?.map_or($none, |n| $same(h, &n))),
                (Units::Ucs2(h), needle) => Ok(with_units!(needle, n => convert(n))?.map_or($none, |n| $same(h, &n))),
                (Units::Ucs4(h), needle) => Ok(with_units!(needle, n => convert(n))?.map_or($none, |n| $same(h, &n))),
            }
        }
    };
}

across_widths! {
    /// [`find`] for any widths.
    find_units, find, Option<usize>, None
}
across_widths! {
    /// [`rfind`] for any widths.
    rfind_units, rfind, Option<usize>, None
}
across_widths! {
    /// [`count`] for any widths, without a limit.
    count_units, |h, n| count(h, n, usize::MAX), usize, 0
}
