//! Promises of `Cells`, once for every policy.
use instar_alloc::Cells;
use std::collections::HashMap;
use std::ptr::NonNull;

fn cells_do_not_overlap<S: Cells>() {
    let source = S::new();
    let mut live: HashMap<usize, (NonNull<u8>, usize, u8)> = HashMap::new();
    let mut seed = 12345u64;
    let mut next = || {
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (seed >> 33) as usize
    };
    for step in 0..60_000usize {
        if next() % 5 < 3 {
            let bytes = if next() % 20 == 0 { next() % 5000 } else { next() % 600 };
            let cell = source.alloc(bytes).expect("memory");
            assert_eq!(cell.addr().get() % S::ALIGN, 0);
            let mark = step as u8;
            unsafe { cell.write_bytes(mark, bytes) };
            assert!(live.insert(cell.addr().get(), (cell, bytes, mark)).is_none());
        } else if let Some(&key) = live.keys().next() {
            let (cell, bytes, mark) = live.remove(&key).unwrap();
            let seen = unsafe { std::slice::from_raw_parts(cell.as_ptr(), bytes) };
            assert!(seen.iter().all(|&b| b == mark));
            if next() % 4 == 0 {
                let to = next() % 1200;
                let moved = unsafe { source.realloc(cell, bytes, to) }.expect("memory");
                let seen = unsafe { std::slice::from_raw_parts(moved.as_ptr(), bytes.min(to)) };
                assert!(seen.iter().all(|&b| b == mark));
                unsafe { source.free(moved, to) };
            } else {
                unsafe { source.free(cell, bytes) };
            }
        }
    }
    let usage = source.usage();
    assert_eq!(usage.live_cells, live.len());
    assert_eq!(usage.cell_bytes, live.values().map(|c| S::cell_size(c.1)).sum::<usize>());
    assert!(usage.page_bytes >= usage.cell_bytes && usage.peak_page_bytes >= usage.page_bytes);
    assert!(!source.release_all());
    source.trim();
    assert_eq!(source.usage().live_cells, live.len());
    for (_, (cell, bytes, mark)) in live {
        let seen = unsafe { std::slice::from_raw_parts(cell.as_ptr(), bytes) };
        assert!(seen.iter().all(|&b| b == mark));
        unsafe { source.free(cell, bytes) };
    }
    assert!(source.release_all());
    assert_eq!(source.usage().live_cells, 0);
}

/// Pages that one size has left are used by another; empty arenas go back to the system.
#[test]
fn pool_trims() {
    trims::<instar_alloc::Pool>();
    trims::<instar_alloc::Pool8>();
}

/// 8-byte classes lose at most 7 bytes a cell, and neighbours of one class lie that near.
#[test]
fn classes_of_eight() {
    type S = instar_alloc::Pool8;
    let pool = S::new();
    for bytes in [1, 8, 16, 24, 40, 56, 72, 504, 512] {
        assert_eq!(S::cell_size(bytes), bytes.next_multiple_of(8));
        let cells: Vec<_> = (0..8).map(|_| pool.alloc(bytes).expect("memory").addr().get()).collect();
        assert!(cells.windows(2).all(|w| w[1] - w[0] == S::cell_size(bytes)), "{bytes}: {cells:?}");
    }
    assert_eq!(S::cell_size(513), 528);
}

fn trims<S: Cells>() {
    let pool = S::new();
    for round in 0..5usize {
        let size = 16 + round * 112;
        let cells: Vec<_> = (0..20_000).map(|_| pool.alloc(size).expect("memory")).collect();
        let full = pool.usage();
        assert_eq!(full.live_cells, 20_000);
        for cell in &cells[100..] {
            unsafe { pool.free(*cell, size) };
        }
        pool.trim();
        let trimmed = pool.usage();
        assert_eq!(trimmed.live_cells, 100);
        assert!(trimmed.page_bytes <= 16 * instar_alloc::PAGE * 2, "{trimmed:?}");
        let other: Vec<_> = (0..200).map(|_| pool.alloc(48).expect("memory")).collect();
        assert!(pool.usage().page_bytes <= trimmed.page_bytes + instar_alloc::PAGE);
        for cell in other {
            unsafe { pool.free(cell, 48) };
        }
        for cell in &cells[..100] {
            unsafe { pool.free(*cell, size) };
        }
    }
    assert!(pool.release_all());
    assert_eq!(pool.usage().page_bytes, 0);
    assert!(pool.usage().peak_page_bytes > 20_000 * 400);
}

fn a_freed_cell_is_reused<S: Cells>() {
    let source = S::new();
    let a = source.alloc(48).expect("memory");
    let _b = source.alloc(48).expect("memory");
    unsafe { source.free(a, 48) };
    assert_eq!(source.alloc(41).map(|c| c.addr()), Some(a.addr()));
}

macro_rules! laws { ($($name:ident = $policy:ty;)*) => { $( mod $name {
    #[test] fn cells_do_not_overlap() { super::cells_do_not_overlap::<$policy>() }
} )* } }
instar_alloc::for_each_cell_source!(laws);
#[cfg(feature = "mimalloc")]
laws! { mimalloc = instar_alloc::Mimalloc; }

#[test]
fn pool_reuses() {
    a_freed_cell_is_reused::<instar_alloc::Pool>();
    a_freed_cell_is_reused::<instar_alloc::Pool8>();
}

/// The user's bytes of a page are zero at first, nobody else writes them, and cells lie behind them.
fn sides_are_the_users<const GRANULE: usize>() {
    use instar_alloc::{Classes, PAGE, SIDE_AT};
    const SIDE: usize = 2048;
    let source = Classes::<GRANULE, SIDE>::new();
    assert_eq!(<Classes::<GRANULE, SIDE> as Cells>::SIDE, SIDE);
    let side = |cell: NonNull<u8>| unsafe {
        let page = cell.as_ptr().map_addr(|a| a & !(PAGE - 1));
        assert!(cell.addr().get() - page.addr() >= SIDE_AT + SIDE);
        std::slice::from_raw_parts_mut(page.add(SIDE_AT), SIDE)
    };
    for round in 0..3 {
        let cells: Vec<_> = (0..20_000).map(|i| (source.alloc(1 + i % 512).unwrap(), 1 + i % 512)).collect();
        let mut pages = HashMap::new();
        for &(cell, bytes) in &cells {
            unsafe { cell.write_bytes(0xff, bytes) };
            pages.entry(cell.addr().get() & !(PAGE - 1)).or_insert(cell);
        }
        for &cell in pages.values() {
            assert!(side(cell).iter().all(|&b| b == 0), "round {round}");
            side(cell).fill(round + 1);
        }
        for &(cell, bytes) in &cells {
            unsafe { cell.write_bytes(0xee, bytes) };
        }
        for &cell in pages.values() {
            assert!(side(cell).iter().all(|&b| b == round + 1));
            side(cell).fill(0);
        }
        cells.into_iter().for_each(|(cell, bytes)| unsafe { source.free(cell, bytes) });
        source.trim();
    }
    assert!(source.release_all());
}

#[test]
fn sides_of_pages_are_the_users() {
    sides_are_the_users::<16>();
    sides_are_the_users::<8>();
}

/// Nothing is used twice, and everything goes back at the end.
#[test]
fn bump_goes_on() {
    let bump = instar_alloc::Bump::new();
    let mut last = 0;
    for round in 0..100_000usize {
        let cell = bump.alloc(round % 100).expect("memory");
        assert_ne!(cell.addr().get(), last);
        last = cell.addr().get();
        unsafe { bump.free(cell, round % 100) };
    }
    let large = bump.alloc(3 << 20).expect("memory");
    assert_eq!(bump.usage().live_cells, 1);
    assert!(bump.usage().page_bytes > (3 << 20) + 100_000 * 32);
    assert!(!bump.release_all());
    unsafe { bump.free(large, 3 << 20) };
    assert!(bump.release_all());
    assert_eq!(bump.usage().page_bytes, 0);
    assert!(bump.alloc(16).is_some());
}
