//! `Pool` and `Pool8`: our own cells in classes of 16 or 8 bytes up to 512 bytes, from 64 KiB pages; larger requests go to the system.
//!
//! ```text
//! arena (1 MiB):           | page | page | ... 16 |        pages are handed out one by one, untouched until then
//! page (64 KiB, aligned):  | header 64: next page, class size, carved cells, arena | side, for the user | cell | cell | ... | tail |
//! free cell:               | next free cell of the class | ... |
//! ```
//! Taking a cell is a pop of its class's free list, giving it back a push. Counters are computed when asked: cells
//! carved so far minus the length of the free lists.
use crate::{Cells, SMALL_MAX, Usage, round16, system};
use alloc::alloc::{Layout, alloc, dealloc, realloc};
use core::cell::Cell;
use core::ptr::{NonNull, null_mut};

/// Bytes of a page; also its alignment, so that a cell finds its page by masking.
pub const PAGE: usize = 64 * 1024;
const HEADER: usize = 64;
/// Classes of the finest pool; others leave the upper ones unused.
const CLASSES: usize = SMALL_MAX / 8 + 1;
/// Bytes of a page that one refill links at once: enough to make refills rare, little enough to leave the rest untouched.
const STEP: usize = 4096;

#[repr(C)]
pub(crate) struct Free {
    pub(crate) next: *mut Free,
}

#[repr(C)]
pub(crate) struct Page {
    pub(crate) next: *mut Page,
    class_bytes: usize,
    carved: usize,
    /// Cells on the free list; only meaningful right after `count_free`. Scratch of `sort_free_lists`.
    pub(crate) free: usize,
    /// First page of the arena. The three fields after it are used there only.
    arena: *mut Page,
    next_arena: *mut Page,
    /// Pages of the arena that were handed out ever, and that hold cells now.
    handed_out: u32,
    in_use: u32,
}
const _: () = assert!(size_of::<Page>() <= HEADER);

/// Bytes from the start of a page to its side: see [`Classes`].
pub const SIDE_AT: usize = HEADER;

/// Cells in classes that are `GRANULE` bytes apart, on pages of our own. The user has `SIDE` bytes at [`SIDE_AT`] of each page: zero
/// when the page is new, and to be zero again when it asks to have pages without cells taken back.
pub struct Classes<const GRANULE: usize, const SIDE: usize = 0> {
    pub(crate) free: [Cell<*mut Free>; CLASSES],
    /// The page of each class that still has cells never handed out.
    current: [Cell<*mut Page>; CLASSES],
    pub(crate) pages: Cell<*mut Page>,
    /// Pages without cells, for any class.
    spare: Cell<*mut Page>,
    arenas: Cell<*mut Page>,
    /// Rest of the newest arena.
    fresh: Cell<*mut u8>,
    fresh_pages: Cell<usize>,
    /// Pages handed out, spare ones included.
    page_count: Cell<usize>,
    large_cells: Cell<usize>,
    large_bytes: Cell<usize>,
    peak: Cell<usize>,
}

/// Cells in 16-byte classes.
pub type Pool = Classes<16>;
/// Cells in 8-byte classes, aligned to 8 bytes: less is lost to rounding, and a cell may lie across one more cache line.
pub type Pool8 = Classes<8>;

/// Pages of an arena: few system calls and mappings, little address space unused.
const ARENA_PAGES: usize = 16;
const ARENA_LAYOUT: Layout = match Layout::from_size_align(PAGE * ARENA_PAGES, PAGE) {
    Ok(layout) => layout,
    Err(_) => panic!("64 KiB is a power of two"),
};

impl<const GRANULE: usize, const SIDE: usize> Classes<GRANULE, SIDE> {
    /// One more than the highest class in use.
    pub(crate) const CLASSES: usize = SMALL_MAX / GRANULE + 1;
    const CHECK: () = assert!((GRANULE == 8 || GRANULE == 16) && SIDE.is_multiple_of(16) && SIDE < PAGE / 2);
    /// Where the cells of a page begin.
    const FIRST: usize = HEADER + SIDE;

    #[inline(always)]
    fn class_of(bytes: usize) -> usize {
        if bytes == 0 { 1 } else { bytes.div_ceil(GRANULE) }
    }
    #[cold]
    #[inline(never)]
    fn refill(&self, class: usize) -> Option<NonNull<u8>> {
        let size = class * GRANULE;
        let mut page = self.current[class].get();
        // SAFETY: pages in `current` are ours and mapped; `carved` cells from FIRST on are in use, the rest is untouched.
        unsafe {
            if page.is_null() || Self::FIRST + ((*page).carved + 1) * size > PAGE {
                page = self.new_page(size)?;
                self.current[class].set(page);
            }
            let start = Self::FIRST + (*page).carved * size;
            let room = (PAGE - start) / size;
            let count = room.min((STEP / size).max(1));
            let base = page.cast::<u8>().add(start);
            // The first cell is handed out, the rest becomes the free list in address order.
            let mut next: *mut Free = self.free[class].get();
            for i in (1..count).rev() {
                let cell = base.add(i * size).cast::<Free>();
                (*cell).next = next;
                next = cell;
            }
            self.free[class].set(next);
            (*page).carved += count;
            NonNull::new(base)
        }
    }

    fn new_page(&self, size: usize) -> Option<*mut Page> {
        let mut page = self.spare.get();
        // SAFETY: spare pages are ours and have their header; fresh memory is ours and has not been used. The header of
        // an arena's first page is written before any other page of it is handed out.
        unsafe {
            if !page.is_null() {
                self.spare.set((*page).next);
                (*page).class_bytes = size;
                (*page).carved = 0;
                (*page).free = 0;
            } else {
                page = self.fresh_page()?;
                (*page).class_bytes = size;
            }
            (*(*page).arena).in_use += 1;
            (*page).next = self.pages.get();
        }
        self.pages.set(page);
        Some(page)
    }

    /// The next page of the newest arena, or of a new one.
    fn fresh_page(&self) -> Option<*mut Page> {
        let blank = Page { next: null_mut(), class_bytes: 0, carved: 0, free: 0, arena: null_mut(), next_arena: null_mut(), handed_out: 0, in_use: 0 };
        // SAFETY: the layout is not empty; pages are written before they are used.
        let page = unsafe {
            if self.fresh_pages.get() == 0 {
                let arena = alloc(ARENA_LAYOUT).cast::<Page>();
                if arena.is_null() {
                    return None;
                }
                arena.write(Page { arena, next_arena: self.arenas.get(), ..blank });
                self.arenas.set(arena);
                self.fresh.set(arena.cast());
                self.fresh_pages.set(ARENA_PAGES);
            }
            let arena = self.arenas.get();
            let page = self.fresh.get().cast::<Page>();
            if page != arena {
                page.write(Page { arena, ..blank });
            }
            page.cast::<u8>().add(SIDE_AT).write_bytes(0, SIDE);
            self.fresh.set(page.cast::<u8>().wrapping_add(PAGE));
            self.fresh_pages.set(self.fresh_pages.get() - 1);
            (*arena).handed_out += 1;
            page
        };
        self.page_count.set(self.page_count.get() + 1);
        self.note_peak();
        Some(page)
    }

    /// Gives back the arenas that hold no cells.
    unsafe fn free_arenas(&self) {
        // SAFETY: pages of such an arena are all spare (or fresh), so nothing refers to it but the lists rebuilt here.
        unsafe {
            let mut kept: *mut Page = null_mut();
            let mut page = self.spare.get();
            while !page.is_null() {
                let next = (*page).next;
                if (*(*page).arena).in_use != 0 {
                    (*page).next = kept;
                    kept = page;
                }
                page = next;
            }
            self.spare.set(kept);
            let mut arena = self.arenas.replace(null_mut());
            let mut newest = true;
            let mut last: *mut Page = null_mut();
            while !arena.is_null() {
                let next = (*arena).next_arena;
                if (*arena).in_use == 0 {
                    self.page_count.set(self.page_count.get() - (*arena).handed_out as usize);
                    if newest {
                        self.fresh_pages.set(0);
                    }
                    dealloc(arena.cast(), ARENA_LAYOUT);
                } else {
                    // In order: the newest arena stays first.
                    if last.is_null() {
                        self.arenas.set(arena);
                    } else {
                        (*last).next_arena = arena;
                    }
                    (*arena).next_arena = null_mut();
                    last = arena;
                }
                newest = false;
                arena = next;
            }
        }
    }

    fn held(&self) -> usize {
        self.page_count.get() * PAGE + self.large_bytes.get()
    }

    fn note_peak(&self) {
        self.peak.set(self.peak.get().max(self.held()));
    }

    #[cold]
    #[inline(never)]
    fn alloc_large(&self, bytes: usize) -> Option<NonNull<u8>> {
        // SAFETY: the layout has a size above 512.
        let cell = NonNull::new(unsafe { alloc(system::block(bytes)?) })?;
        self.large_cells.set(self.large_cells.get() + 1);
        self.large_bytes.set(self.large_bytes.get() + round16(bytes));
        self.note_peak();
        Some(cell)
    }

    #[cold]
    #[inline(never)]
    unsafe fn free_large(&self, cell: NonNull<u8>, bytes: usize) {
        self.large_cells.set(self.large_cells.get() - 1);
        self.large_bytes.set(self.large_bytes.get() - round16(bytes));
        if let Some(layout) = system::block(bytes) {
            // SAFETY: the caller's promise: `alloc_large` made it with this layout.
            unsafe { dealloc(cell.as_ptr(), layout) }
        }
    }

    /// Calls `f` with each page and, for each, leaves its number of free cells in `page.free`.
    fn count_free(&self) {
        // SAFETY: every page in the list is ours; every free cell lies inside one of them, found by masking its address.
        unsafe {
            let mut page = self.pages.get();
            while !page.is_null() {
                (*page).free = 0;
                page = (*page).next;
            }
            for list in &self.free {
                let mut cell = list.get();
                while !cell.is_null() {
                    let page = cell.map_addr(|a| a & !(PAGE - 1)).cast::<Page>();
                    (*page).free += 1;
                    cell = (*cell).next;
                }
            }
        }
    }
}

// SAFETY: (1) a cell is carved once from its page and then only moves between its owner and its class's free list;
// (2) a page is unmapped only when all its carved cells are on the free lists; (3) no callbacks.
unsafe impl<const GRANULE: usize, const SIDE: usize> Cells for Classes<GRANULE, SIDE> {
    const NAME: &'static str = if GRANULE == 8 { "pool8" } else { "pool" };
    const ALIGN: usize = GRANULE;
    const SIDE: usize = SIDE;

    fn new() -> Self {
        let () = Self::CHECK;
        Classes {
            free: [const { Cell::new(null_mut()) }; CLASSES],
            current: [const { Cell::new(null_mut()) }; CLASSES],
            pages: Cell::new(null_mut()),
            spare: Cell::new(null_mut()),
            arenas: Cell::new(null_mut()),
            fresh: Cell::new(null_mut()),
            fresh_pages: Cell::new(0),
            page_count: Cell::new(0),
            large_cells: Cell::new(0),
            large_bytes: Cell::new(0),
            peak: Cell::new(0),
        }
    }

    #[inline(always)]
    fn alloc(&self, bytes: usize) -> Option<NonNull<u8>> {
        if bytes > SMALL_MAX {
            return self.alloc_large(bytes);
        }
        let class = Self::class_of(bytes);
        let head = self.free[class].get();
        let Some(cell) = NonNull::new(head) else { return self.refill(class) };
        // SAFETY: cells on a free list are ours and hold their link.
        self.free[class].set(unsafe { (*head).next });
        Some(cell.cast())
    }

    #[inline(always)]
    fn alloc_quickly(&self, bytes: usize) -> Option<NonNull<u8>> {
        if bytes > SMALL_MAX {
            return None;
        }
        let list = &self.free[bytes.div_ceil(GRANULE)];
        let cell = NonNull::new(list.get())?;
        // SAFETY: cells on a free list are ours and hold their link.
        list.set(unsafe { (*cell.as_ptr()).next });
        Some(cell.cast())
    }

    #[inline(always)]
    unsafe fn free(&self, cell: NonNull<u8>, bytes: usize) {
        if bytes > SMALL_MAX {
            // SAFETY: passed on.
            return unsafe { self.free_large(cell, bytes) };
        }
        let class = Self::class_of(bytes);
        let cell = cell.cast::<Free>().as_ptr();
        // SAFETY: the cell has room for a link and nobody else uses it.
        unsafe { (*cell).next = self.free[class].get() };
        self.free[class].set(cell);
    }

    unsafe fn realloc(&self, cell: NonNull<u8>, old: usize, new: usize) -> Option<NonNull<u8>> {
        if old > SMALL_MAX && new > SMALL_MAX {
            let (from, to) = (system::block(old)?, system::block(new)?);
            // SAFETY: the caller's promise; `alloc_large` used `from`.
            let moved = NonNull::new(unsafe { realloc(cell.as_ptr(), from, to.size()) })?;
            self.large_bytes.set(self.large_bytes.get() - from.size() + to.size());
            self.note_peak();
            return Some(moved);
        }
        if old <= SMALL_MAX && new <= SMALL_MAX && Self::class_of(old) == Self::class_of(new) {
            return Some(cell);
        }
        let moved = self.alloc(new)?;
        // SAFETY: two cells that do not overlap, each with min(old, new) bytes.
        unsafe {
            core::ptr::copy_nonoverlapping(cell.as_ptr(), moved.as_ptr(), old.min(new));
            self.free(cell, old);
        }
        Some(moved)
    }

    #[inline(always)]
    fn cell_size(bytes: usize) -> usize {
        if bytes > SMALL_MAX { round16(bytes) } else { Self::class_of(bytes) * GRANULE }
    }

    fn usage(&self) -> Usage {
        self.count_free();
        let (mut cells, mut bytes) = (self.large_cells.get(), self.large_bytes.get());
        let mut page = self.pages.get();
        while !page.is_null() {
            // SAFETY: every page in the list is ours.
            unsafe {
                let live = (*page).carved - (*page).free;
                cells += live;
                bytes += live * (*page).class_bytes;
                page = (*page).next;
            }
        }
        Usage { live_cells: cells, cell_bytes: bytes, page_bytes: self.held(), peak_page_bytes: self.peak.get() }
    }

    fn tidy(&self) -> usize {
        self.sort_free_lists()
    }

    fn page_bytes(&self) -> usize {
        self.held()
    }

    /// Makes the pages whose cells are all free available to every class and gives empty arenas back. Walks all free cells.
    fn trim(&self) {
        self.count_free();
        // SAFETY: pages with free == carved have all their cells on the free list; those cells are unlinked before the
        // page goes.
        unsafe {
            for list in &self.free {
                let mut kept: *mut Free = null_mut();
                let mut last: *mut Free = null_mut();
                let mut cell = list.get();
                while !cell.is_null() {
                    let next = (*cell).next;
                    let page = cell.map_addr(|a| a & !(PAGE - 1)).cast::<Page>();
                    if (*page).free != (*page).carved {
                        if last.is_null() {
                            kept = cell;
                        } else {
                            (*last).next = cell;
                        }
                        last = cell;
                    }
                    cell = next;
                }
                if !last.is_null() {
                    (*last).next = null_mut();
                }
                list.set(kept);
            }
            let mut kept: *mut Page = null_mut();
            let mut page = self.pages.get();
            while !page.is_null() {
                let next = (*page).next;
                if (*page).free == (*page).carved {
                    let class = (*page).class_bytes / GRANULE;
                    if self.current[class].get() == page {
                        self.current[class].set(null_mut());
                    }
                    (*(*page).arena).in_use -= 1;
                    (*page).next = self.spare.get();
                    self.spare.set(page);
                } else {
                    (*page).next = kept;
                    kept = page;
                }
                page = next;
            }
            self.pages.set(kept);
            self.free_arenas();
        }
    }

    fn release_all(&self) -> bool {
        if self.usage().live_cells != 0 {
            return false;
        }
        self.trim();
        true
    }
}
