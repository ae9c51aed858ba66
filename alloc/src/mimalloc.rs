//! `Mimalloc`: one mimalloc heap (version 3) per object heap. Only the binding is ours.
//! Counts come from mimalloc's own pages when they are asked for; nothing is added up on the way.
use crate::{Cells, Usage, round16};
use core::cell::Cell;
use core::ffi::c_void;
use core::ptr::NonNull;
use libmimalloc_sys as mi;

/// A mimalloc heap of its own.
pub struct Mimalloc {
    heap: *mut mi::mi_heap_t,
    /// Highest `page_bytes` that `usage` has seen: mimalloc tells nobody when it takes a page.
    peak: Cell<usize>,
}

unsafe extern "C" fn add_area(_heap: *const mi::mi_heap_t, area: *const mi::mi_heap_area_t, block: *mut c_void, _size: usize, arg: *mut c_void) -> bool {
    if block.is_null() {
        // SAFETY: mimalloc passes a valid area, and `arg` is the `Usage` that `usage` lends.
        let (area, usage) = unsafe { (&*area, &mut *arg.cast::<Usage>()) };
        usage.live_cells += area.used;
        usage.cell_bytes += area.used * area.block_size;
        usage.page_bytes += area.committed;
    }
    true
}

// SAFETY: (1) mimalloc keeps promise 1 for 16-byte aligned requests (its own alignment for sizes that are multiples
// of 16); (2) the heap is deleted only in drop, which keeps live blocks; (3) no callbacks are installed.
unsafe impl Cells for Mimalloc {
    const NAME: &'static str = "mimalloc";

    fn new() -> Self {
        // SAFETY: makes a heap that belongs to this thread, as the source does.
        let heap = unsafe { mi::mi_heap_new() };
        Mimalloc { heap, peak: Cell::new(0) }
    }

    #[inline(always)]
    fn alloc(&self, bytes: usize) -> Option<NonNull<u8>> {
        if bytes > isize::MAX as usize / 2 {
            return None;
        }
        // SAFETY: the heap lives as long as self.
        NonNull::new(unsafe { mi::mi_heap_malloc(self.heap, round16(bytes)) }).map(NonNull::cast)
    }

    #[inline(always)]
    unsafe fn free(&self, cell: NonNull<u8>, _bytes: usize) {
        // SAFETY: the caller's promise.
        unsafe { mi::mi_free(cell.as_ptr().cast()) }
    }

    unsafe fn realloc(&self, cell: NonNull<u8>, _old: usize, new: usize) -> Option<NonNull<u8>> {
        if new > isize::MAX as usize / 2 {
            return None;
        }
        // SAFETY: the caller's promise; on null mimalloc leaves the old block alone.
        NonNull::new(unsafe { mi::mi_heap_realloc(self.heap, cell.as_ptr().cast(), round16(new)) }).map(NonNull::cast)
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
        let mut usage = Usage::default();
        // SAFETY: the visitor only adds to `usage`; a collection first, so that freed blocks are not counted.
        unsafe {
            mi::mi_heap_collect(self.heap, false);
            mi::mi_heap_visit_blocks(self.heap, false, Some(add_area), (&raw mut usage).cast());
        }
        self.peak.set(self.peak.get().max(usage.page_bytes));
        usage.peak_page_bytes = self.peak.get();
        usage
    }

    fn trim(&self) {
        // SAFETY: the heap lives as long as self.
        unsafe { mi::mi_heap_collect(self.heap, true) }
    }

    fn release_all(&self) -> bool {
        self.trim();
        self.usage().live_cells == 0
    }
}

impl Drop for Mimalloc {
    fn drop(&mut self) {
        // SAFETY: `mi_heap_delete` keeps the pages of blocks that are still live (they are leaked, as promised).
        unsafe { mi::mi_heap_delete(self.heap) }
    }
}
