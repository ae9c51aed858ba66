//! Cells, buffers and free lists of a heap: where the bytes of objects come from and go back to, and when that fails.
//! What stands in the cells is the business of `heap.rs` and the policies.
use crate::header::ObjPtr;
use crate::gc_words::before;
use crate::heap::{AllocError, Heap};
use crate::layout::Layout;
use crate::stats;
use crate::types::{TypeFlags, TypeInfo};
use core::cell::Cell;
use core::ptr::{NonNull, null_mut};
use instar_alloc::Cells;

/// Cells kept for the next object of a kind.
pub(crate) struct FreeCells {
    head: Cell<*mut u8>,
    len: Cell<u16>,
    /// Bytes of each cell: a type that was given the list of another size does not use it.
    bytes: Cell<u32>,
}

impl FreeCells {
    pub(crate) const fn new() -> Self {
        FreeCells { head: Cell::new(null_mut()), len: Cell::new(0), bytes: Cell::new(0) }
    }
}

impl<L: Layout> Heap<L> {
    #[inline(always)]
    pub(crate) fn cell(&self, bytes: usize) -> Result<NonNull<u8>, AllocError> {
        if self.requested.get().wrapping_add(bytes) > self.limit.get() {
            self.check_limit(bytes)?;
        }
        match self.cells.alloc(bytes) {
            Some(cell) => {
                // Read anew: `check_limit` may have freed what waited.
                self.requested.set(self.requested.get().wrapping_add(bytes));
                Ok(cell)
            }
            None => self.cell_after_trim(bytes),
        }
    }
    /// A cell that is at hand, within the limit. `None` says nothing but that `cell` is to be asked.
    #[inline(always)]
    pub(crate) fn cell_quickly(&self, bytes: usize) -> Option<NonNull<u8>> {
        let requested = self.requested.get().wrapping_add(bytes);
        if requested > self.limit.get() {
            return None;
        }
        let cell = self.cells.alloc_quickly(bytes)?;
        self.requested.set(requested);
        Some(cell)
    }
    /// A cell when the source had none: pages that hold no objects of other sizes may have room.
    #[cold]
    #[inline(never)]
    fn cell_after_trim(&self, bytes: usize) -> Result<NonNull<u8>, AllocError> {
        self.trim();
        let cell = self.cells.alloc(bytes).ok_or(AllocError)?;
        self.requested.set(self.requested.get().wrapping_add(bytes));
        Ok(cell)
    }
    #[cold]
    #[inline(never)]
    fn check_limit(&self, bytes: usize) -> Result<(), AllocError> {
        let requested = self.requested.get().checked_add(bytes).ok_or(AllocError)?;
        if bytes > isize::MAX as usize / 2 {
            return Err(AllocError);
        }
        if requested > self.memory_limit.get() {
            self.release_all_queued();
            if self.requested.get().checked_add(bytes).is_none_or(|requested| requested > self.memory_limit.get()) {
                return Err(AllocError);
            }
        }
        match self.fail_after.get() {
            None => Ok(()),
            Some(0) => {
                if self.fail_once.get() {
                    self.fail_after.set(None);
                    self.set_limit();
                }
                Err(AllocError)
            }
            Some(n) => {
                self.fail_after.set(Some(n - 1));
                Ok(())
            }
        }
    }
    /// Changes when allocation fails: see [`HeapOptions::fail_after`].
    pub fn set_fail_after(&self, after: Option<u64>, once: bool) {
        self.fail_after.set(after);
        self.fail_once.set(once);
        self.set_limit();
    }
    /// Allocations that still succeed, if there is an end.
    pub fn fail_after(&self) -> Option<u64> {
        self.fail_after.get()
    }
    #[inline(always)]
    pub(crate) unsafe fn free_cell(&self, cell: NonNull<u8>, bytes: usize) {
        self.requested.set(self.requested.get().wrapping_sub(bytes));
        // SAFETY: the caller gives the cell back with the size it asked for.
        unsafe { self.cells.free(cell, bytes) }
    }

    /// A buffer of `bytes` bytes, aligned as the layout's cells are, counted in the measures.
    #[inline]
    pub fn buffer_alloc(&self, bytes: usize) -> Result<NonNull<u8>, AllocError> {
        if bytes > isize::MAX as usize / 2 {
            return Err(AllocError);
        }
        self.cell(bytes)
    }
    /// Gives a buffer back.
    ///
    /// # Safety
    /// `buffer` came from this heap with this size and nobody uses it any more.
    #[inline]
    pub unsafe fn buffer_free(&self, buffer: NonNull<u8>, bytes: usize) {
        // SAFETY: passed on.
        unsafe { self.free_cell(buffer, bytes) }
    }
    /// Moves a buffer to another size; on error the old one stays valid.
    ///
    /// # Safety
    /// As for `buffer_free` with `old`.
    pub unsafe fn buffer_realloc(&self, buffer: NonNull<u8>, old: usize, new: usize) -> Result<NonNull<u8>, AllocError> {
        if new > isize::MAX as usize / 2 {
            return Err(AllocError);
        }
        if new > old {
            let grown = self.requested.get().wrapping_add(new - old);
            if grown > self.limit.get() {
                self.check_limit(new - old)?;
            }
        }
        // SAFETY: passed on.
        let moved = unsafe { self.cells.realloc(buffer, old, new) }.ok_or(AllocError)?;
        self.requested.set(self.requested.get().wrapping_add(new).wrapping_sub(old));
        Ok(moved)
    }

    /// A cell from the type's free list, or a new one.
    #[inline]
    pub(crate) fn kind_cell(&self, info: &TypeInfo<L>, bytes: usize, payload_bytes: usize) -> Result<NonNull<u8>, AllocError> {
        if let Some(list) = self.kind_list(info, payload_bytes) {
            let head = list.head.get();
            let requested = self.requested.get().wrapping_add(bytes);
            if let Some(cell) = NonNull::new(head)
                && requested <= self.limit.get()
                && list.bytes.get() as usize == bytes
            {
                // SAFETY: cells on the list hold their link in the second word (the first is a cleared header).
                list.head.set(unsafe { head.cast::<*mut u8>().add(1).read() });
                list.len.set(list.len.get() - 1);
                self.requested.set(requested);
                stats::free_list_hit(self);
                return Ok(cell);
            }
        }
        self.object_cell(info.has(TypeFlags::GC), bytes)
    }
    #[inline]
    fn kind_list(&self, info: &TypeInfo<L>, payload_bytes: usize) -> Option<&FreeCells> {
        let spec = info.free_list;
        if spec.cap == 0 {
            return None;
        }
        let mut step = 0;
        if info.has(TypeFlags::VAR) {
            step = payload_bytes.wrapping_sub(info.payload_bytes as usize) / 8;
            if step >= spec.sizes as usize {
                return None;
            }
        }
        self.free_lists.get(spec.id as usize + step)
    }
    /// Gives an object's cell back; everything in it is gone.
    #[inline(always)]
    pub(crate) unsafe fn free_object(&self, obj: ObjPtr<L>, info: &TypeInfo<L>, payload_bytes: usize) {
        let bytes = info.instance_bytes(payload_bytes);
        // SAFETY: an object has a header.
        unsafe { core::hint::assert_unchecked(bytes >= crate::layout::Plan::<L>::HEADER) };
        stats::died(self, obj, bytes);
        let cell = obj.cell(info.prefix_bytes as usize);
        let gc = info.has(TypeFlags::GC);
        if L::FREE_LISTS
            && !(gc && before::<L>(bytes) != 0)
            && bytes >= 16
            && let Some(list) = self.kind_list(info, payload_bytes)
            && list.len.get() < info.free_list.cap
            && (list.len.get() == 0 || list.bytes.get() as usize == bytes)
        {
            list.bytes.set(bytes as u32);
            self.requested.set(self.requested.get().wrapping_sub(bytes));
            // SAFETY: the cell has at least 16 bytes and is ours now.
            unsafe {
                cell.cast::<usize>().write(0);
                cell.cast::<*mut u8>().add(1).write(list.head.get());
            }
            list.head.set(cell.as_ptr());
            list.len.set(list.len.get() + 1);
            return;
        }
        // SAFETY: the cell was made with this size.
        unsafe { self.free_object_cell(gc, cell, bytes) }
    }
    /// Empties the free lists.
    pub fn flush_free_lists(&self) {
        for list in &self.free_lists {
            while let Some(cell) = NonNull::new(list.head.get()) {
                // SAFETY: as in `kind_cell`.
                unsafe {
                    list.head.set(cell.as_ptr().cast::<*mut u8>().add(1).read());
                    self.cells.free(cell, list.bytes.get() as usize);
                }
            }
            list.len.set(0);
        }
    }
}
