//! The three unit types of a string buffer and a borrowed string of any of them. No algorithms.

/// One element of a string buffer: `u8`, `u16` or `u32`, always a whole code point.
pub trait Unit: Copy + Eq + Ord + Into<u32> + Send + Sync + std::fmt::Debug + 'static {
    /// Highest code point the unit can hold.
    const MAX: u32;

    /// The code point.
    #[inline(always)]
    fn code(self) -> u32 {
        self.into()
    }

    /// The unit for a code point, or `None` if it is too large.
    fn from_code(code: u32) -> Option<Self>;

    /// Index of the first `self` in `hay`.
    fn position(self, hay: &[Self]) -> Option<usize>;

    /// Index of the last `self` in `hay`.
    fn rposition(self, hay: &[Self]) -> Option<usize>;

    /// The buffer as bytes, when units are bytes.
    #[inline(always)]
    fn as_bytes(_: &[Self]) -> Option<&[u8]> {
        None
    }
}

impl Unit for u8 {
    const MAX: u32 = 0xFF;
    #[inline(always)]
    fn from_code(code: u32) -> Option<u8> {
        u8::try_from(code).ok()
    }
    #[inline]
    fn position(self, hay: &[u8]) -> Option<usize> {
        memchr::memchr(self, hay)
    }
    #[inline]
    fn rposition(self, hay: &[u8]) -> Option<usize> {
        memchr::memrchr(self, hay)
    }
    #[inline(always)]
    fn as_bytes(units: &[u8]) -> Option<&[u8]> {
        Some(units)
    }
}

/// Position of a wide unit: blocks of eight are compared branch-free so the compiler can vectorise.
#[inline]
fn wide_position<T: Unit>(needle: T, hay: &[T]) -> Option<usize> {
    let mut chunks = hay.chunks_exact(8);
    let mut base = 0;
    for block in &mut chunks {
        if block.iter().fold(false, |hit, &unit| hit | (unit == needle)) {
            break;
        }
        base += 8;
    }
    hay[base..].iter().position(|&unit| unit == needle).map(|at| base + at)
}

#[inline]
fn wide_rposition<T: Unit>(needle: T, hay: &[T]) -> Option<usize> {
    let mut end = hay.len();
    for block in hay.rchunks_exact(8) {
        if block.iter().fold(false, |hit, &unit| hit | (unit == needle)) {
            break;
        }
        end -= 8;
    }
    hay[..end].iter().rposition(|&unit| unit == needle)
}

impl Unit for u16 {
    const MAX: u32 = 0xFFFF;
    #[inline(always)]
    fn from_code(code: u32) -> Option<u16> {
        u16::try_from(code).ok()
    }
    #[inline]
    fn position(self, hay: &[u16]) -> Option<usize> {
        wide_position(self, hay)
    }
    #[inline]
    fn rposition(self, hay: &[u16]) -> Option<usize> {
        wide_rposition(self, hay)
    }
}

impl Unit for u32 {
    const MAX: u32 = 0x10FFFF;
    #[inline(always)]
    fn from_code(code: u32) -> Option<u32> {
        (code <= 0x10FFFF).then_some(code)
    }
    #[inline]
    fn position(self, hay: &[u32]) -> Option<usize> {
        wide_position(self, hay)
    }
    #[inline]
    fn rposition(self, hay: &[u32]) -> Option<usize> {
        wide_rposition(self, hay)
    }
}

/// A borrowed string of any unit type.
#[derive(Clone, Copy, Debug)]
pub enum Units<'a> {
    /// Code points below 256.
    Latin1(&'a [u8]),
    /// Code points below 65536.
    Ucs2(&'a [u16]),
    /// Any code points.
    Ucs4(&'a [u32]),
}

/// Runs one expression with the slice of whatever width a [`Units`] holds.
#[macro_export]
macro_rules! with_units {
    ($units:expr, $slice:ident => $body:expr) => {
        match $units {
            $crate::Units::Latin1($slice) => $body,
            $crate::Units::Ucs2($slice) => $body,
            $crate::Units::Ucs4($slice) => $body,
        }
    };
}

impl<'a> Units<'a> {
    /// Length in code points.
    #[inline]
    pub fn len(self) -> usize {
        with_units!(self, s => s.len())
    }

    /// Whether the string has no code points.
    #[inline]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The code point at `at`.
    #[inline]
    pub fn get(self, at: usize) -> Option<u32> {
        with_units!(self, s => s.get(at).map(|u| u.code()))
    }

    /// The code points from `start` to `end`; `None` if the range is not inside the string.
    #[inline]
    pub fn slice(self, start: usize, end: usize) -> Option<Units<'a>> {
        Some(match self {
            Units::Latin1(s) => Units::Latin1(s.get(start..end)?),
            Units::Ucs2(s) => Units::Ucs2(s.get(start..end)?),
            Units::Ucs4(s) => Units::Ucs4(s.get(start..end)?),
        })
    }

    /// The code points in order.
    pub fn codes(self) -> impl DoubleEndedIterator<Item = u32> + ExactSizeIterator + 'a {
        (0..self.len()).map(move |at| self.get(at).unwrap_or(0))
    }
}

impl PartialEq for Units<'_> {
    fn eq(&self, other: &Units<'_>) -> bool {
        match (self, other) {
            (Units::Latin1(a), Units::Latin1(b)) => a == b,
            (Units::Ucs2(a), Units::Ucs2(b)) => a == b,
            (Units::Ucs4(a), Units::Ucs4(b)) => a == b,
            (a, b) => a.len() == b.len() && a.codes().eq(b.codes()),
        }
    }
}

impl Eq for Units<'_> {}

impl PartialOrd for Units<'_> {
    fn partial_cmp(&self, other: &Units<'_>) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// By code points, whatever the widths.
impl Ord for Units<'_> {
    fn cmp(&self, other: &Units<'_>) -> std::cmp::Ordering {
        match (self, other) {
            (Units::Latin1(a), Units::Latin1(b)) => a.cmp(b),
            (Units::Ucs2(a), Units::Ucs2(b)) => a.cmp(b),
            (Units::Ucs4(a), Units::Ucs4(b)) => a.cmp(b),
            (a, b) => a.codes().cmp(b.codes()),
        }
    }
}
