//! The stack of pending runs and the merging of two neighbours through a buffer.
//!
//! While two runs are merged, some items live in the buffer and the slice has a gap of the same size. A guard owns that state and
//! closes the gap when it is dropped, so that an error or a panic of the comparison loses nothing. Not here: finding runs (lib).
use crate::gallop;
use std::ptr;

/// Wins in a row after which galloping is tried, at first (timsort's MIN_GALLOP).
const GALLOP_START: usize = 7;

/// A sorted stretch of the slice.
#[derive(Clone, Copy)]
pub struct Run {
    pub start: usize,
    pub length: usize,
    /// Powersort's power of the boundary to the next run.
    pub power: u32,
}

/// Runs waiting to be merged, and what galloping has learnt.
pub struct Merger<T> {
    runs: Vec<Run>,
    total: usize,
    gallop_min: usize,
    /// Always of length zero: only its memory is used.
    buffer: Vec<T>,
}

impl<T> Merger<T> {
    pub fn new(total: usize) -> Self {
        Self {
            runs: Vec::new(),
            total,
            gallop_min: GALLOP_START,
            buffer: Vec::new(),
        }
    }

    /// Adds the next run, after the merges that its boundary makes due.
    pub fn push<E>(
        &mut self,
        items: &mut [T],
        run: Run,
        lt: &mut impl FnMut(&T, &T) -> Result<bool, E>,
    ) -> Result<(), E> {
        if let Some(last) = self.runs.last() {
            let power = power(last.start, last.length, run.length, self.total);
            while self.runs.len() > 1 && self.runs[self.runs.len() - 2].power > power {
                self.merge_at(items, self.runs.len() - 2, lt)?;
            }
            if let Some(last) = self.runs.last_mut() {
                last.power = power;
            }
        }
        self.runs.push(run);
        Ok(())
    }

    /// Merges all runs into one.
    pub fn finish<E>(
        &mut self,
        items: &mut [T],
        lt: &mut impl FnMut(&T, &T) -> Result<bool, E>,
    ) -> Result<(), E> {
        while self.runs.len() > 1 {
            let mut index = self.runs.len() - 2;
            if index > 0 && self.runs[index - 1].length < self.runs[index + 1].length {
                index -= 1;
            }
            self.merge_at(items, index, lt)?;
        }
        Ok(())
    }

    /// Merges runs `index` and `index + 1`.
    fn merge_at<E>(
        &mut self,
        items: &mut [T],
        index: usize,
        lt: &mut impl FnMut(&T, &T) -> Result<bool, E>,
    ) -> Result<(), E> {
        let (a, b) = (self.runs[index], self.runs[index + 1]);
        self.runs[index].length = a.length + b.length;
        self.runs.remove(index + 1);
        let pair = &mut items[a.start..b.start + b.length];
        // Items of `a` before the first of `b`, and items of `b` after the last of `a`, are in place.
        let skipped = gallop::right(&pair[a.length], &pair[..a.length], 0, lt)?;
        let (pair, middle) = (&mut pair[skipped..], a.length - skipped);
        if middle == 0 {
            return Ok(());
        }
        let used = gallop::left(&pair[middle - 1], &pair[middle..], b.length - 1, lt)?;
        if used == 0 {
            return Ok(());
        }
        let pair = &mut pair[..middle + used];
        if self.buffer.try_reserve(middle.min(used)).is_err() {
            return merge_by_rotation(pair, middle, lt);
        }
        if middle <= used {
            self.merge_low(pair, middle, lt)
        } else {
            self.merge_high(pair, middle, lt)
        }
    }

    /// Merges from the left; the left run, which is not longer, goes to the buffer.
    fn merge_low<E>(
        &mut self,
        pair: &mut [T],
        middle: usize,
        lt: &mut impl FnMut(&T, &T) -> Result<bool, E>,
    ) -> Result<(), E> {
        let total = pair.len();
        let base = pair.as_mut_ptr();
        let temp = self.buffer.as_mut_ptr();
        // SAFETY: the buffer has room for `middle` items (reserved by merge_at) and is not part of `pair`. From here on the first
        // `middle` slots of `pair` are a gap that `gap` owns together with the copies.
        unsafe { ptr::copy_nonoverlapping(base, temp, middle) };
        let mut gap = GapLow {
            base,
            temp,
            a: 0,
            a_end: middle,
            b: middle,
            b_end: total,
        };
        gap.take_b(1);
        if gap.b_left() == 0 {
            return Ok(());
        }
        if gap.a_left() == 1 {
            gap.take_b(gap.b_left());
            return Ok(());
        }
        loop {
            let (mut wins_a, mut wins_b) = (0, 0);
            loop {
                if lt(&gap.b_items()[0], &gap.a_items()[0])? {
                    gap.take_b(1);
                    wins_b += 1;
                    wins_a = 0;
                    if gap.b_left() == 0 {
                        return Ok(());
                    }
                    if wins_b >= self.gallop_min {
                        break;
                    }
                } else {
                    gap.take_a(1);
                    wins_a += 1;
                    wins_b = 0;
                    if gap.a_left() == 1 {
                        gap.take_b(gap.b_left());
                        return Ok(());
                    }
                    if wins_a >= self.gallop_min {
                        break;
                    }
                }
            }
            let mut gallop_min = self.gallop_min + 1;
            loop {
                gallop_min -= usize::from(gallop_min > 1);
                self.gallop_min = gallop_min;
                wins_a = gallop::right(&gap.b_items()[0], gap.a_items(), 0, lt)?;
                gap.take_a(wins_a);
                // None left is possible only when `lt` contradicts itself.
                if gap.a_left() <= 1 {
                    gap.take_b_if_a(gap.b_left());
                    return Ok(());
                }
                gap.take_b(1);
                if gap.b_left() == 0 {
                    return Ok(());
                }
                wins_b = gallop::left(&gap.a_items()[0], gap.b_items(), 0, lt)?;
                gap.take_b(wins_b);
                if gap.b_left() == 0 {
                    return Ok(());
                }
                gap.take_a(1);
                if gap.a_left() == 1 {
                    gap.take_b(gap.b_left());
                    return Ok(());
                }
                if wins_a < GALLOP_START && wins_b < GALLOP_START {
                    break;
                }
            }
            self.gallop_min = gallop_min + 1;
        }
    }

    /// Merges from the right; the right run, which is shorter, goes to the buffer.
    fn merge_high<E>(
        &mut self,
        pair: &mut [T],
        middle: usize,
        lt: &mut impl FnMut(&T, &T) -> Result<bool, E>,
    ) -> Result<(), E> {
        let total = pair.len();
        let base = pair.as_mut_ptr();
        let temp = self.buffer.as_mut_ptr();
        // SAFETY: as in merge_low, with the last `total - middle` slots.
        unsafe { ptr::copy_nonoverlapping(base.add(middle), temp, total - middle) };
        let mut gap = GapHigh {
            base,
            temp,
            a: middle,
            b: total - middle,
        };
        gap.take_a(1);
        if gap.a == 0 {
            return Ok(());
        }
        if gap.b == 1 {
            gap.take_a(gap.a);
            return Ok(());
        }
        loop {
            let (mut wins_a, mut wins_b) = (0, 0);
            loop {
                if lt(&gap.b_items()[gap.b - 1], &gap.a_items()[gap.a - 1])? {
                    gap.take_a(1);
                    wins_a += 1;
                    wins_b = 0;
                    if gap.a == 0 {
                        return Ok(());
                    }
                    if wins_a >= self.gallop_min {
                        break;
                    }
                } else {
                    gap.take_b(1);
                    wins_b += 1;
                    wins_a = 0;
                    if gap.b == 1 {
                        gap.take_a(gap.a);
                        return Ok(());
                    }
                    if wins_b >= self.gallop_min {
                        break;
                    }
                }
            }
            let mut gallop_min = self.gallop_min + 1;
            loop {
                gallop_min -= usize::from(gallop_min > 1);
                self.gallop_min = gallop_min;
                wins_a =
                    gap.a - gallop::right(&gap.b_items()[gap.b - 1], gap.a_items(), gap.a - 1, lt)?;
                gap.take_a(wins_a);
                if gap.a == 0 {
                    return Ok(());
                }
                gap.take_b(1);
                if gap.b == 1 {
                    gap.take_a(gap.a);
                    return Ok(());
                }
                wins_b =
                    gap.b - gallop::left(&gap.a_items()[gap.a - 1], gap.b_items(), gap.b - 1, lt)?;
                gap.take_b(wins_b);
                // None left is possible only when `lt` contradicts itself.
                if gap.b <= 1 {
                    if gap.b == 1 {
                        gap.take_a(gap.a);
                    }
                    return Ok(());
                }
                gap.take_a(1);
                if gap.a == 0 {
                    return Ok(());
                }
                if wins_a < GALLOP_START && wins_b < GALLOP_START {
                    break;
                }
            }
            self.gallop_min = gallop_min + 1;
        }
    }
}

/// State of a merge from the left.
///
/// ```text
/// slots  0 .. out      merged
/// slots  out .. b      the gap, as long as temp[a..a_end]       (law G1: out = b - (a_end - a))
/// slots  b .. b_end    the right run's rest
/// ```
struct GapLow<T> {
    base: *mut T,
    temp: *mut T,
    a: usize,
    a_end: usize,
    b: usize,
    b_end: usize,
}

impl<T> GapLow<T> {
    fn a_left(&self) -> usize {
        self.a_end - self.a
    }

    fn b_left(&self) -> usize {
        self.b_end - self.b
    }

    fn a_items(&self) -> &[T] {
        // SAFETY: temp[a..a_end] holds the left run's rest, owned by this guard; a <= a_end is kept by take_a's assertion.
        unsafe { std::slice::from_raw_parts(self.temp.add(self.a), self.a_left()) }
    }

    fn b_items(&self) -> &[T] {
        // SAFETY: slots b..b_end are initialised and not in the gap; b <= b_end is kept by take_b's assertion.
        unsafe { std::slice::from_raw_parts(self.base.add(self.b), self.b_left()) }
    }

    /// Moves the next `count` items of the buffer to the merged front.
    fn take_a(&mut self, count: usize) {
        assert!(count <= self.a_left());
        let out = self.b - self.a_left();
        // SAFETY: law G1: the gap has a_left() >= count slots from `out` on; the buffer does not overlap the slice.
        unsafe { ptr::copy_nonoverlapping(self.temp.add(self.a), self.base.add(out), count) };
        self.a += count;
    }

    /// Moves the next `count` items of the right run to the merged front; the gap moves right.
    fn take_b(&mut self, count: usize) {
        assert!(count <= self.b_left());
        let out = self.b - self.a_left();
        // SAFETY: slots b..b+count are initialised, `out <= b`, and the slots written are gap or have been read already.
        unsafe { ptr::copy(self.base.add(self.b), self.base.add(out), count) };
        self.b += count;
    }

    /// The last item of the buffer goes behind all of the right run; without one there is nothing to do.
    fn take_b_if_a(&mut self, count: usize) {
        if self.a_left() > 0 {
            self.take_b(count);
        }
    }
}

impl<T> Drop for GapLow<T> {
    fn drop(&mut self) {
        // What is left in the buffer fills the gap exactly (law G1).
        self.take_a(self.a_left());
    }
}

/// State of a merge from the right.
///
/// ```text
/// slots  0 .. a        the left run's rest
/// slots  a .. a + b    the gap, as long as temp[0..b]
/// slots  a + b ..      merged
/// ```
struct GapHigh<T> {
    base: *mut T,
    temp: *mut T,
    a: usize,
    b: usize,
}

impl<T> GapHigh<T> {
    fn a_items(&self) -> &[T] {
        // SAFETY: slots 0..a are initialised and not in the gap.
        unsafe { std::slice::from_raw_parts(self.base, self.a) }
    }

    fn b_items(&self) -> &[T] {
        // SAFETY: temp[0..b] holds the right run's rest, owned by this guard.
        unsafe { std::slice::from_raw_parts(self.temp, self.b) }
    }

    /// Moves the last `count` items of the left run to the end of the gap.
    fn take_a(&mut self, count: usize) {
        assert!(count <= self.a);
        self.a -= count;
        // SAFETY: slots a..a+count are initialised; they go `b` slots to the right, over gap or slots read already.
        unsafe { ptr::copy(self.base.add(self.a), self.base.add(self.a + self.b), count) };
    }

    /// Moves the last `count` items of the buffer to the end of the gap.
    fn take_b(&mut self, count: usize) {
        assert!(count <= self.b);
        self.b -= count;
        // SAFETY: slots a+b..a+b+count are the end of the gap; the buffer does not overlap the slice.
        unsafe {
            ptr::copy_nonoverlapping(self.temp.add(self.b), self.base.add(self.a + self.b), count)
        };
    }
}

impl<T> Drop for GapHigh<T> {
    fn drop(&mut self) {
        // What is left in the buffer fills the gap exactly.
        self.take_b(self.b);
    }
}

/// Powersort's power of the boundary between a run at `start` of length `first` and the next, of length `second`.
///
/// The first binary digit in which the two midpoints, as fractions of `total`, differ.
fn power(start: usize, first: usize, second: usize, total: usize) -> u32 {
    // Twice the midpoints.
    let mut a = 2 * start + first;
    let mut b = a + first + second;
    let mut power = 0;
    loop {
        power += 1;
        if a >= total {
            a -= total;
            b -= total;
        } else if b >= total {
            return power;
        }
        a <<= 1;
        b <<= 1;
    }
}

/// Merges without a buffer, for when memory is short: O(n log n) moves, and other comparisons than CPython.
fn merge_by_rotation<T, E>(
    pair: &mut [T],
    middle: usize,
    lt: &mut impl FnMut(&T, &T) -> Result<bool, E>,
) -> Result<(), E> {
    let (left, right) = (middle, pair.len() - middle);
    if left == 0 || right == 0 {
        return Ok(());
    }
    if left + right == 2 {
        if lt(&pair[1], &pair[0])? {
            pair.swap(0, 1);
        }
        return Ok(());
    }
    // Cut the longer run in the middle and the other where that item belongs.
    let (cut_a, cut_b) = if left >= right {
        let cut = left / 2;
        (
            cut,
            middle + gallop::left(&pair[cut], &pair[middle..], 0, lt)?,
        )
    } else {
        let cut = middle + right / 2;
        (gallop::right(&pair[cut], &pair[..middle], 0, lt)?, cut)
    };
    pair[cut_a..cut_b].rotate_left(middle - cut_a);
    let joint = cut_a + (cut_b - middle);
    let (front, back) = pair.split_at_mut(joint);
    merge_by_rotation(front, cut_a, lt)?;
    merge_by_rotation(back, middle - cut_a, lt)
}

#[cfg(test)]
mod tests {
    use super::merge_by_rotation;
    use std::convert::Infallible;

    #[test]
    fn rotation_merges_stably() {
        for left in 0..12u32 {
            for right in 0..12u32 {
                let mut items: Vec<(u32, u32)> = (0..left)
                    .map(|i| (i / 2, i))
                    .chain((0..right).map(|i| (i / 3, 100 + i)))
                    .collect();
                let mut wanted = items.clone();
                wanted.sort_by_key(|item| item.0);
                let result = merge_by_rotation(
                    &mut items,
                    left as usize,
                    &mut |a: &(u32, u32), b: &(u32, u32)| Ok::<_, Infallible>(a.0 < b.0),
                );
                assert_eq!((result, items), (Ok(()), wanted));
            }
        }
    }
}
