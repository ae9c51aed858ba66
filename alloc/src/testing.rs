//! The promises of `Cells` as functions that panic where one is broken, and `laws!`, which makes tests of them.
//! What one source does beyond them (trimming, reuse, order) is tested beside that source.
use crate::{Cells, PAGE, SIDE_AT, SMALL_MAX};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::ptr::NonNull;
use core::slice::{from_raw_parts, from_raw_parts_mut};

/// Tests of the promises of [`Cells`] for one source, to be put in a module of their own.
#[macro_export]
macro_rules! laws {
    ($source:ty) => {
        #[test]
        fn cells_do_not_overlap() {
            $crate::testing::cells_do_not_overlap::<$source>()
        }
        #[test]
        fn what_does_not_fit_is_refused() {
            $crate::testing::what_does_not_fit_is_refused::<$source>()
        }
        #[test]
        fn sides_are_the_users() {
            $crate::testing::sides_are_the_users::<$source>()
        }
    };
}

struct Random(u64);
impl Random {
    fn next(&mut self) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize
    }
}

fn holds(cell: NonNull<u8>, bytes: usize, mark: u8) -> bool {
    // SAFETY: the callers' cells are live and were filled so far.
    unsafe { from_raw_parts(cell.as_ptr(), bytes) }.iter().all(|&byte| byte == mark)
}

/// Promises 1 and 2, and what the source says it holds: random requests of all sizes, moves and frees.
pub fn cells_do_not_overlap<S: Cells>() {
    let source = S::new();
    let mut live: BTreeMap<usize, (NonNull<u8>, usize, u8)> = BTreeMap::new();
    let mut random = Random(12345);
    for step in 0..60_000usize {
        if random.next() % 5 < 3 {
            let bytes = if random.next().is_multiple_of(20) { random.next() % 5000 } else { random.next() % 600 };
            let cell = source.alloc_quickly(bytes.max(1)).or_else(|| source.alloc(bytes.max(1))).expect("memory");
            let bytes = bytes.max(1);
            assert_eq!(cell.addr().get() % S::ALIGN, 0);
            assert!(S::cell_size(bytes) >= bytes);
            let mark = step as u8;
            // SAFETY (all below): promises 1 and 2 are what is tested; each cell is freed once, with its size.
            unsafe { cell.write_bytes(mark, bytes) };
            let end = cell.addr().get() + bytes;
            assert!(live.range(..end).next_back().is_none_or(|(at, old)| at + old.1 <= cell.addr().get()), "cells overlap");
            live.insert(cell.addr().get(), (cell, bytes, mark));
        } else if let Some((&key, _)) = live.iter().nth(random.next() % live.len().clamp(1, 64)) {
            let (cell, bytes, mark) = live.remove(&key).expect("found above");
            assert!(holds(cell, bytes, mark));
            if random.next().is_multiple_of(4) {
                let to = random.next() % 1200;
                let moved = unsafe { source.realloc(cell, bytes, to) }.expect("memory");
                assert!(holds(moved, bytes.min(to), mark));
                unsafe { source.free(moved, to) };
            } else {
                unsafe { source.free(cell, bytes) };
            }
        }
    }
    let usage = source.usage();
    assert_eq!(usage.live_cells, live.len());
    assert_eq!(usage.cell_bytes, live.values().map(|cell| S::cell_size(cell.1)).sum::<usize>());
    assert_eq!(usage.page_bytes, source.page_bytes());
    assert!(usage.page_bytes >= usage.cell_bytes && usage.peak_page_bytes >= usage.page_bytes);
    assert!(!source.release_all());
    source.tidy();
    source.trim();
    assert_eq!(source.usage().live_cells, live.len());
    for (_, (cell, bytes, mark)) in live {
        assert!(holds(cell, bytes, mark));
        unsafe { source.free(cell, bytes) };
    }
    assert!(source.release_all());
    assert_eq!(source.usage().live_cells, 0);
    let cell = source.alloc(100).expect("a source can be used again");
    unsafe { source.free(cell, 100) };
    assert!(source.release_all());
}

/// Requests that no memory could serve give `None`; a cell that cannot grow stays as it is.
pub fn what_does_not_fit_is_refused<S: Cells>() {
    let source = S::new();
    let cell = source.alloc(40).expect("memory");
    // SAFETY: a live cell of 40 bytes; on `None` it stays valid.
    unsafe {
        cell.write_bytes(7, 40);
        for bytes in [usize::MAX, usize::MAX - 15, isize::MAX as usize, isize::MAX as usize - 64] {
            assert!(source.alloc(bytes).is_none());
            assert!(source.realloc(cell, 40, bytes).is_none());
        }
        assert!(holds(cell, 40, 7));
        assert_eq!(source.usage().live_cells, 1);
        source.free(cell, 40);
    }
    assert!(source.release_all());
}

/// Promise 4: the user's bytes of a page are zero at first, nobody else writes them, and cells lie behind them.
pub fn sides_are_the_users<S: Cells>() {
    if S::SIDE == 0 {
        return;
    }
    let source = S::new();
    // SAFETY (all): promise 4 is what is tested.
    let side = |cell: NonNull<u8>| unsafe {
        let page = cell.as_ptr().map_addr(|a| a & !(PAGE - 1));
        assert!(cell.addr().get() - page.addr() >= SIDE_AT + S::SIDE);
        from_raw_parts_mut(page.add(SIDE_AT), S::SIDE)
    };
    for round in 0..3 {
        let cells: Vec<_> = (0..20_000).map(|i| (source.alloc(1 + i % SMALL_MAX).expect("memory"), 1 + i % SMALL_MAX)).collect();
        let mut pages = BTreeMap::new();
        for &(cell, bytes) in &cells {
            unsafe { cell.write_bytes(0xff, bytes) };
            pages.entry(cell.addr().get() & !(PAGE - 1)).or_insert(cell);
        }
        for &cell in pages.values() {
            assert!(side(cell).iter().all(|&byte| byte == 0), "round {round}");
            side(cell).fill(round + 1);
        }
        for &(cell, bytes) in &cells {
            unsafe { cell.write_bytes(0xee, bytes) };
        }
        for &cell in pages.values() {
            assert!(side(cell).iter().all(|&byte| byte == round + 1));
            side(cell).fill(0);
        }
        cells.into_iter().for_each(|(cell, bytes)| unsafe { source.free(cell, bytes) });
        source.trim();
    }
    assert!(source.release_all());
}
