//! Free cells of the pool in address order again.
//!
//! A large structure dies in an order of its own, and the free lists remember it: the next structure would lie scattered over
//! all pages. Sorting after such deaths gives neighbours to what is made together (measured: a tree of 100,000 nodes that is
//! built and walked again and again is walked three times as fast). Not here: taking and giving back cells (`pool.rs`).
use super::pool::{Classes, Free, PAGE, Page};
use alloc::vec::Vec;
use core::ptr::null_mut;

/// Words of a page's bit map: one bit for every 8 bytes, the least distance of two cells.
const MAP_WORDS: usize = PAGE / 8 / 64;

/// Cells that are looked at before a list is taken for disorderly.
const SAMPLE: usize = 1024;

impl<const GRANULE: usize, const SIDE: usize> Classes<GRANULE, SIDE> {
    /// Links every free list in address order; the bytes on them. An orderly list, and one for which there is no
    /// memory for the maps, stays as it is and counts nothing.
    pub(crate) fn sort_free_lists(&self) -> usize {
        let mut page = self.pages.get();
        // SAFETY (all): pages in the list are ours; every free cell lies in one of them, found by masking its address; between
        // reading a list and writing it anew nobody else touches it.
        unsafe {
            while !page.is_null() {
                (*page).free = 0;
                page = (*page).next;
            }
        }
        let (mut pages, mut maps) = (Vec::new(), Vec::new());
        (1..Self::CLASSES).map(|class| unsafe { self.sort_class(class, &mut pages, &mut maps) } * class * GRANULE).sum()
    }

    /// Whether the first cells of a free list mostly neighbour the next ones, in either direction.
    ///
    /// # Safety
    /// See `sort_free_lists`.
    unsafe fn is_orderly(&self, class: usize) -> bool {
        let (mut steps, mut short) = (0, 0);
        let mut cell = self.free[class].get();
        while !cell.is_null() && steps < SAMPLE {
            // SAFETY: the caller's promise.
            let next = unsafe { (*cell).next };
            steps += 1;
            short += (next.addr().abs_diff(cell.addr()) <= 4 * class * GRANULE) as usize;
            cell = next;
        }
        short * 4 >= steps * 3
    }

    /// # Safety
    /// `free` of every page of the class is 0.
    unsafe fn sort_class(&self, class: usize, pages: &mut Vec<*mut Page>, maps: &mut Vec<[u64; MAP_WORDS]>) -> usize {
        // SAFETY: see `sort_free_lists`.
        if unsafe { self.is_orderly(class) } {
            return 0;
        }
        pages.clear();
        maps.clear();
        let mut count = 0;
        // SAFETY: see `sort_free_lists`.
        unsafe {
            let mut cell = self.free[class].get();
            while !cell.is_null() {
                let page = cell.map_addr(|a| a & !(PAGE - 1)).cast::<Page>();
                if (*page).free == 0 {
                    if pages.try_reserve(1).is_err() || maps.try_reserve(1).is_err() {
                        return 0;
                    }
                    pages.push(page);
                    maps.push([0; MAP_WORDS]);
                    (*page).free = pages.len();
                }
                let slot = (cell.addr() & (PAGE - 1)) / GRANULE;
                maps[(*page).free - 1][slot / 64] |= 1 << (slot % 64);
                count += 1;
                cell = (*cell).next;
            }
            pages.sort_unstable();
            let mut head: *mut Free = null_mut();
            // From the last cell to the first, so that each link is known when it is written.
            for &page in pages.iter().rev() {
                let map = &maps[(*page).free - 1];
                for (w, &bits) in map.iter().enumerate().rev() {
                    let mut bits = bits;
                    while bits != 0 {
                        let bit = 63 - bits.leading_zeros() as usize;
                        bits &= !(1 << bit);
                        let cell = page.cast::<u8>().add((w * 64 + bit) * GRANULE).cast::<Free>();
                        (*cell).next = head;
                        head = cell;
                    }
                }
            }
            self.free[class].set(head);
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Cells, Pool, Pool8};
    use core::ptr::NonNull;

    #[test]
    fn cells_come_back_in_address_order() {
        in_order::<Pool>(|pool| pool.sort_free_lists());
        in_order::<Pool8>(|pool| pool.sort_free_lists());
    }

    fn in_order<S: Cells>(sort: impl Fn(&S) -> usize) {
        let pool = S::new();
        let mut cells: Vec<NonNull<u8>> = (0..5000).map(|_| pool.alloc(48).unwrap()).collect();
        let other = pool.alloc(32).unwrap();
        // Shuffled by a step that is prime to the number.
        for k in 0..cells.len() {
            // SAFETY: each cell once.
            unsafe { pool.free(cells[k * 1237 % 5000], 48) }
        }
        let before = pool.usage();
        assert!(sort(&pool) >= 5000 * 48);
        assert_eq!(pool.usage().live_cells, before.live_cells);
        let again: Vec<NonNull<u8>> = (0..5000).map(|_| pool.alloc(48).unwrap()).collect();
        assert!(again.is_sorted());
        cells.sort();
        assert_eq!(cells, again);
        // SAFETY: as above.
        unsafe {
            again.iter().for_each(|&c| pool.free(c, 48));
            pool.free(other, 32);
        }
        assert!(pool.release_all());
    }
}
