//! `System`: every cell is a block of the program's global allocator (malloc unless the binary says otherwise).
use crate::{Cells, Usage, round16};
use alloc::alloc::{Layout, alloc, dealloc, realloc};
use core::cell::Cell;
use core::ptr::NonNull;

/// One block of the global allocator per cell.
pub struct System {
    cells: Cell<usize>,
    bytes: Cell<usize>,
    peak: Cell<usize>,
}

#[inline(always)]
pub(crate) fn block(bytes: usize) -> Option<Layout> {
    Layout::from_size_align(round16(bytes), 16).ok()
}

// SAFETY: (1) the global allocator keeps promise 1 for `block`'s layout; (2) blocks are freed only in `free`, and
// `release_all` has nothing to unmap; (3) no callbacks.
unsafe impl Cells for System {
    const NAME: &'static str = "system";

    fn new() -> Self {
        System { cells: Cell::new(0), bytes: Cell::new(0), peak: Cell::new(0) }
    }

    #[inline]
    fn alloc(&self, bytes: usize) -> Option<NonNull<u8>> {
        // SAFETY: the layout has a size of at least 16.
        let cell = NonNull::new(unsafe { alloc(block(bytes)?) })?;
        self.cells.set(self.cells.get() + 1);
        self.bytes.set(self.bytes.get() + Self::cell_size(bytes));
        self.peak.set(self.peak.get().max(self.bytes.get()));
        Some(cell)
    }

    #[inline]
    unsafe fn free(&self, cell: NonNull<u8>, bytes: usize) {
        self.cells.set(self.cells.get() - 1);
        self.bytes.set(self.bytes.get() - Self::cell_size(bytes));
        if let Some(layout) = block(bytes) {
            // SAFETY: the caller's promise: this is the layout that `alloc` used.
            unsafe { dealloc(cell.as_ptr(), layout) }
        }
    }

    unsafe fn realloc(&self, cell: NonNull<u8>, old: usize, new: usize) -> Option<NonNull<u8>> {
        let (from, to) = (block(old)?, block(new)?);
        // SAFETY: the caller's promise; both layouts are aligned to 16 and not empty.
        let moved = NonNull::new(unsafe { realloc(cell.as_ptr(), from, to.size()) })?;
        self.bytes.set(self.bytes.get() - Self::cell_size(old) + Self::cell_size(new));
        self.peak.set(self.peak.get().max(self.bytes.get()));
        Some(moved)
    }

    /// What glibc's malloc occupies: one size word, rounded to 16, at least 32.
    #[inline(always)]
    fn cell_size(bytes: usize) -> usize {
        let chunk = (round16(bytes) + 8 + 15) & !15;
        if chunk < 32 { 32 } else { chunk }
    }

    fn usage(&self) -> Usage {
        Usage { live_cells: self.cells.get(), cell_bytes: self.bytes.get(), page_bytes: self.bytes.get(), peak_page_bytes: self.peak.get() }
    }

    fn release_all(&self) -> bool {
        self.cells.get() == 0
    }
}
