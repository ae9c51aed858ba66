//! `Bump`: a cell is what comes next, and no cell is ever used again. The bound of what an allocator can save in time, and of what it
//! must save in memory; nobody runs programs on it for long.
//!
//! ```text
//! chunk (64 KiB, or one large cell): | next chunk 8, bytes 8 | cell | cell | ... | untouched |
//! ```
use crate::{Cells, Usage, round16};
use alloc::alloc::{Layout, alloc, dealloc};
use core::cell::Cell;
use core::ptr::{NonNull, null_mut};

const CHUNK: usize = 64 * 1024;
const HEADER: usize = 16;

#[repr(C)]
struct Chunk {
    next: *mut Chunk,
    bytes: usize,
}
const _: () = assert!(size_of::<Chunk>() <= HEADER);

/// Cells one behind the other, given back all at once.
pub struct Bump {
    /// Where the next cell begins, and the end of its chunk.
    next: Cell<*mut u8>,
    end: Cell<usize>,
    chunks: Cell<*mut Chunk>,
    live: Cell<usize>,
    live_bytes: Cell<usize>,
    page_bytes: Cell<usize>,
    peak: Cell<usize>,
}

impl Bump {
    /// A chunk with room for `bytes`, and its first cell.
    #[cold]
    #[inline(never)]
    fn in_new_chunk(&self, bytes: usize) -> Option<NonNull<u8>> {
        let size = bytes.checked_add(HEADER)?.max(CHUNK);
        let layout = Layout::from_size_align(size, 16).ok()?;
        // SAFETY: the layout is not empty; the header is inside the chunk, and so is the cell behind it.
        let cell = unsafe {
            let chunk = NonNull::new(alloc(layout))?.cast::<Chunk>();
            chunk.write(Chunk { next: self.chunks.get(), bytes: size });
            self.chunks.set(chunk.as_ptr());
            chunk.cast::<u8>().add(HEADER)
        };
        self.page_bytes.set(self.page_bytes.get() + size);
        self.peak.set(self.peak.get().max(self.page_bytes.get()));
        // The rest of the old chunk is lost, unless the new one is for this cell alone.
        if size == CHUNK {
            self.next.set(cell.as_ptr().wrapping_add(bytes));
            self.end.set(cell.addr().get() - HEADER + size);
        }
        Some(cell)
    }
}

// SAFETY: (1) `next` only moves forward, by what was handed out, inside a chunk of ours; (2) chunks are freed when no cell is live;
// (3) no callbacks.
unsafe impl Cells for Bump {
    const NAME: &'static str = "bump";

    fn new() -> Self {
        Bump {
            next: Cell::new(null_mut()),
            end: Cell::new(0),
            chunks: Cell::new(null_mut()),
            live: Cell::new(0),
            live_bytes: Cell::new(0),
            page_bytes: Cell::new(0),
            peak: Cell::new(0),
        }
    }
    #[inline(always)]
    fn alloc(&self, bytes: usize) -> Option<NonNull<u8>> {
        let bytes = round16(bytes);
        let cell = self.next.get();
        let cell = if bytes <= self.end.get() - cell.addr() {
            self.next.set(cell.wrapping_add(bytes));
            // SAFETY: there was room, so there is a chunk.
            unsafe { NonNull::new_unchecked(cell) }
        } else {
            self.in_new_chunk(bytes)?
        };
        self.live.set(self.live.get() + 1);
        self.live_bytes.set(self.live_bytes.get() + bytes);
        Some(cell)
    }
    #[inline(always)]
    unsafe fn free(&self, _cell: NonNull<u8>, bytes: usize) {
        self.live.set(self.live.get() - 1);
        self.live_bytes.set(self.live_bytes.get() - round16(bytes));
    }
    #[inline(always)]
    fn cell_size(bytes: usize) -> usize {
        round16(bytes)
    }
    fn usage(&self) -> Usage {
        Usage {
            live_cells: self.live.get(),
            cell_bytes: self.live_bytes.get(),
            page_bytes: self.page_bytes.get(),
            peak_page_bytes: self.peak.get(),
        }
    }
    fn release_all(&self) -> bool {
        if self.live.get() != 0 {
            return false;
        }
        let mut chunk = self.chunks.replace(null_mut());
        while !chunk.is_null() {
            // SAFETY: chunks on the list are ours, made with this layout, and hold no live cell.
            unsafe {
                let Chunk { next, bytes } = chunk.read();
                dealloc(chunk.cast(), Layout::from_size_align_unchecked(bytes, 16));
                chunk = next;
            }
        }
        self.next.set(null_mut());
        self.end.set(0);
        self.page_bytes.set(0);
        true
    }
}
