//! `Mimalloc`: one mimalloc heap per object heap. Only the binding is ours.
use crate::{CellSource, Usage, round16};
use core::cell::Cell;
use core::ptr::NonNull;
use libmimalloc_sys as mi;

/// A mimalloc heap of its own.
pub struct Mimalloc {
    heap: *mut mi::mi_heap_t,
    cells: Cell<usize>,
    bytes: Cell<usize>,
    peak: Cell<usize>,
}

// SAFETY: (1) mimalloc keeps promise 1 for 16-byte aligned requests (its own alignment for sizes that are multiples
// of 16); (2) the heap is destroyed only when no cell is live; (3) no callbacks are installed.
unsafe impl CellSource for Mimalloc {
    const NAME: &'static str = "mimalloc";

    fn new() -> Self {
        // SAFETY: makes a heap that belongs to this thread, as the source does.
        let heap = unsafe { mi::mi_heap_new() };
        Mimalloc { heap, cells: Cell::new(0), bytes: Cell::new(0), peak: Cell::new(0) }
    }

    #[inline]
    fn alloc(&self, bytes: usize) -> Option<NonNull<u8>> {
        if bytes > isize::MAX as usize - 64 {
            return None;
        }
        // SAFETY: the heap lives as long as self.
        let cell = NonNull::new(unsafe { mi::mi_heap_malloc(self.heap, round16(bytes)) })?;
        self.cells.set(self.cells.get() + 1);
        self.bytes.set(self.bytes.get() + Self::cell_size(bytes));
        self.peak.set(self.peak.get().max(self.bytes.get()));
        Some(cell.cast())
    }

    #[inline]
    unsafe fn free(&self, cell: NonNull<u8>, bytes: usize) {
        self.cells.set(self.cells.get() - 1);
        self.bytes.set(self.bytes.get() - Self::cell_size(bytes));
        // SAFETY: the caller's promise.
        unsafe { mi::mi_free(cell.as_ptr().cast()) }
    }

    /// mimalloc's bins: 16-byte steps up to 128 bytes, then four to a power of two.
    #[inline(always)]
    fn cell_size(bytes: usize) -> usize {
        let bytes = round16(bytes);
        if bytes <= 128 {
            return bytes;
        }
        let step = (1usize << (usize::BITS - 1 - (bytes - 1).leading_zeros())) / 4;
        (bytes + step - 1) & !(step - 1)
    }

    fn usage(&self) -> Usage {
        Usage { live_cells: self.cells.get(), cell_bytes: self.bytes.get(), page_bytes: self.bytes.get(), peak_page_bytes: self.peak.get() }
    }

    fn trim(&self) {
        // SAFETY: the heap lives as long as self.
        unsafe { mi::mi_heap_collect(self.heap, false) }
    }

    fn release_all(&self) -> bool {
        if self.cells.get() == 0 {
            self.trim();
        }
        self.cells.get() == 0
    }
}

impl Drop for Mimalloc {
    fn drop(&mut self) {
        // SAFETY: `mi_heap_delete` keeps the pages of cells that are still live (they are leaked, as promised).
        unsafe { mi::mi_heap_delete(self.heap) }
    }
}
