//! The promises of `Cells` for every source, and what single sources do beyond them.
use instar_alloc::Cells;

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

macro_rules! all { ($($name:ident = $policy:ty;)*) => { $( mod $name { instar_alloc::laws!($policy); } )* } }
instar_alloc::for_each_cell_source!(all);
all! {
    with_a_side = instar_alloc::Classes<16, 2048>;
    with_a_side_in_eights = instar_alloc::Classes<8, 2048>;
}
#[cfg(feature = "bumpalo")]
all! { bumpalo = instar_alloc::Bumpalo; }
#[cfg(feature = "mimalloc")]
all! { mimalloc = instar_alloc::Mimalloc; }

#[test]
fn pool_reuses() {
    a_freed_cell_is_reused::<instar_alloc::Pool>();
    a_freed_cell_is_reused::<instar_alloc::Pool8>();
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
