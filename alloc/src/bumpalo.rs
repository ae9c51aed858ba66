//! `Bumpalo`: cells from an arena of the `bumpalo` crate. Only the binding is ours; our own bump source is `bump.rs`.
use crate::{Cells, Usage, round16, system};
use bumpalo::Bump;
use core::cell::{Cell, UnsafeCell};
use core::ptr::NonNull;

/// A bumpalo arena, given back all at once.
pub struct Bumpalo {
    arena: UnsafeCell<Bump>,
    live: Cell<usize>,
    live_bytes: Cell<usize>,
    /// Bytes of the largest arena that was given back.
    peak: Cell<usize>,
}

impl Bumpalo {
    fn arena(&self) -> &Bump {
        // SAFETY: nobody else has a reference to it but while `release_all` runs, which calls nobody.
        unsafe { &*self.arena.get() }
    }
}

// SAFETY: (1) the arena keeps promise 1 for `block`'s layout and hands nothing out twice; (2) it goes when no cell is live; (3) no
// callbacks; (4) no side.
unsafe impl Cells for Bumpalo {
    const NAME: &'static str = "bumpalo";

    fn new() -> Self {
        Bumpalo { arena: UnsafeCell::new(Bump::new()), live: Cell::new(0), live_bytes: Cell::new(0), peak: Cell::new(0) }
    }
    #[inline]
    fn alloc(&self, bytes: usize) -> Option<NonNull<u8>> {
        let layout = system::block(bytes)?;
        let cell = self.arena().try_alloc_layout(layout).ok()?;
        self.live.set(self.live.get() + 1);
        self.live_bytes.set(self.live_bytes.get() + layout.size());
        Some(cell)
    }
    #[inline]
    unsafe fn free(&self, _cell: NonNull<u8>, bytes: usize) {
        self.live.set(self.live.get() - 1);
        self.live_bytes.set(self.live_bytes.get() - round16(bytes));
    }
    #[inline(always)]
    fn cell_size(bytes: usize) -> usize {
        round16(bytes)
    }
    fn usage(&self) -> Usage {
        let page_bytes = self.arena().allocated_bytes_including_metadata();
        Usage {
            live_cells: self.live.get(),
            cell_bytes: self.live_bytes.get(),
            page_bytes,
            peak_page_bytes: self.peak.get().max(page_bytes),
        }
    }
    fn release_all(&self) -> bool {
        if self.live.get() != 0 {
            return false;
        }
        self.peak.set(self.usage().peak_page_bytes);
        // SAFETY: no cell is live, and no reference into the arena is held here.
        unsafe { *self.arena.get() = Bump::new() };
        true
    }
}
