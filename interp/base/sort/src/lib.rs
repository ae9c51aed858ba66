//! `list.sort`: a stable merge sort with CPython 3.14's comparisons, in number and order.
//!
//! Natural runs are found (descending ones are turned round), short ones are extended by binary insertion, and merged in the order
//! of powersort (Munro and Wild, "Nearly-Optimal Mergesorts", 2018) with the galloping of Tim Peters' timsort.
//! The comparison may fail, panic or contradict itself: the slice then still holds the same items in some order.
//!
//! Not here: keys and `reverse`. Sort pairs for keys; for `reverse` reverse, sort, reverse, which keeps it stable.

mod gallop;
mod merge;

use merge::{Merger, Run};

/// Runs shorter than this share of a power of two are extended; larger ones did not pay (CPython's listsort.txt).
const MINRUN_LIMIT: usize = 64;

/// Sorts `items`; `lt(a, b)` says whether `a` goes strictly before `b`.
///
/// Errors: the first error of `lt`; `items` is then a permutation of what it was.
pub fn sort<T, E>(items: &mut [T], mut lt: impl FnMut(&T, &T) -> Result<bool, E>) -> Result<(), E> {
    let total = items.len();
    // Items without size are all equal, and their number may overflow the arithmetic below.
    if total < 2 || size_of::<T>() == 0 {
        return Ok(());
    }
    if total < MINRUN_LIMIT {
        // One run: nothing to merge.
        let length = count_run(items, &mut lt)?;
        return insert_sort(items, length, &mut lt);
    }
    let minrun = minrun(total);
    let mut merger = Merger::new(total);
    let mut start = 0;
    while start < total {
        let rest = &mut items[start..];
        let mut length = count_run(rest, &mut lt)?;
        if length < minrun {
            let forced = minrun.min(rest.len());
            insert_sort(&mut rest[..forced], length, &mut lt)?;
            length = forced;
        }
        merger.push(
            items,
            Run {
                start,
                length,
                power: 0,
            },
            &mut lt,
        )?;
        start += length;
    }
    merger.finish(items, &mut lt)
}

/// Between 32 and 64 such that `total / minrun` is a power of two or a little less; `total` itself when it is small.
fn minrun(mut total: usize) -> usize {
    let mut odd = 0;
    while total >= MINRUN_LIMIT {
        odd |= total & 1;
        total >>= 1;
    }
    total + odd
}

/// Makes the longest run at the start of `items` ascending, and returns its length.
///
/// A descending run may contain equal items; each group of equals is turned round first, so that the final reversal restores it.
fn count_run<T, E>(
    items: &mut [T],
    lt: &mut impl FnMut(&T, &T) -> Result<bool, E>,
) -> Result<usize, E> {
    let total = items.len();
    let mut length = 1;
    while length < total && !lt(&items[length], &items[length - 1])? {
        length += 1;
    }
    if length == total {
        return Ok(length);
    }
    if length > 1 {
        if lt(&items[0], &items[length - 1])? {
            return Ok(length);
        }
        // All equal so far: a descending run can begin with them.
        items[..length].reverse();
    }
    length += 1;
    let mut equals = 0;
    while length < total {
        if lt(&items[length], &items[length - 1])? {
            reverse_equals(&mut items[..length], &mut equals);
        } else if lt(&items[length - 1], &items[length])? {
            break;
        } else {
            equals += 1;
        }
        length += 1;
    }
    reverse_equals(&mut items[..length], &mut equals);
    items[..length].reverse();
    while length < total && !lt(&items[length], &items[length - 1])? {
        length += 1;
    }
    Ok(length)
}

/// Turns round the last `equals + 1` items when there are equals.
fn reverse_equals<T>(run: &mut [T], equals: &mut usize) {
    if *equals > 0 {
        let first = run.len() - (*equals + 1);
        run[first..].reverse();
        *equals = 0;
    }
}

/// Binary insertion of `items[sorted..]` into the sorted front.
fn insert_sort<T, E>(
    items: &mut [T],
    sorted: usize,
    lt: &mut impl FnMut(&T, &T) -> Result<bool, E>,
) -> Result<(), E> {
    for index in sorted.max(1)..items.len() {
        let mut left = 0;
        let mut right = index;
        while left < right {
            let middle = left + (right - left) / 2;
            if lt(&items[index], &items[middle])? {
                right = middle;
            } else {
                left = middle + 1;
            }
        }
        // SAFETY: `left <= index < len`; nothing can panic between taking the item out and putting it back.
        unsafe {
            let base = items.as_mut_ptr();
            let item = base.add(index).read();
            base.add(left).copy_to(base.add(left + 1), index - left);
            base.add(left).write(item);
        }
    }
    Ok(())
}
