//! Where the bytes of objects come from: sources of cells, one type a policy. What a cell holds is not known here.
//!
//! Cells are aligned as their source says, to 8 bytes at least. A source belongs to one heap and one thread (`Cell` fields, `!Sync`). Sources count
//! cells, not requests: what was asked for is added up by the heap.
//!
//! Features: `mimalloc` and `bumpalo` add a source each; `testing` adds [`laws!`], which makes tests of the promises of [`Cells`] for any
//! source, also one from elsewhere.
#![no_std]
extern crate alloc;

mod bump;
#[cfg(feature = "bumpalo")]
mod bumpalo;
#[cfg(feature = "mimalloc")]
mod mimalloc;
mod pool;
mod pool_order;
mod system;
#[cfg(feature = "testing")]
pub mod testing;

pub use bump::Bump;
#[cfg(feature = "bumpalo")]
pub use bumpalo::Bumpalo;
#[cfg(feature = "mimalloc")]
pub use mimalloc::Mimalloc;
pub use pool::{Classes, PAGE, Pool, Pool8, SIDE_AT};
pub use system::System;

use core::ptr::NonNull;

/// What a source holds at this moment.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Usage {
    /// Cells handed out and not yet freed.
    pub live_cells: usize,
    /// Bytes of those cells, as rounded by the source.
    pub cell_bytes: usize,
    /// Bytes of the pages (or blocks) that the source holds for cells, live or free.
    pub page_bytes: usize,
    /// Highest `page_bytes` so far.
    pub peak_page_bytes: usize,
}

/// A source of cells.
///
/// # Safety
/// An implementation promises:
///   1. `alloc` returns memory of at least `bytes` bytes, aligned to `ALIGN`, that overlaps no other live cell.
///   2. The memory stays valid until `free`, or until `release_all` returns true.
///   3. `alloc` and `free` run no code of the caller.
///   4. If `SIDE` is not 0: cells of at most [`SMALL_MAX`] bytes lie on pages of [`PAGE`] bytes with this alignment, each with `SIDE`
///      bytes at [`SIDE_AT`] that are the user's. Pages go, or get other cells, only in `trim` and `release_all`.
pub unsafe trait Cells: Sized + 'static {
    /// Name of the policy in reports.
    const NAME: &'static str;
    /// Alignment of cells.
    const ALIGN: usize = 16;
    /// Bytes of each page that are the user's.
    const SIDE: usize = 0;

    /// A source that holds no pages yet.
    fn new() -> Self;

    /// A cell of at least `bytes` bytes, uninitialised; `None` when memory is out.
    fn alloc(&self, bytes: usize) -> Option<NonNull<u8>>;

    /// A cell for `bytes` (not 0) that is at hand: found without a call, and no reason to fail. `None` says nothing but that `alloc` is to be asked.
    #[inline(always)]
    fn alloc_quickly(&self, _bytes: usize) -> Option<NonNull<u8>> {
        None
    }

    /// Takes a cell back.
    ///
    /// # Safety
    /// `cell` came from `alloc(bytes)` (or `realloc` to `bytes`) of this source and nobody uses it any more.
    unsafe fn free(&self, cell: NonNull<u8>, bytes: usize);

    /// Moves a cell to another size, keeping the first `min(old, new)` bytes. On `None` the old cell stays valid.
    ///
    /// # Safety
    /// As for `free` with `old`; on success the old cell is gone.
    unsafe fn realloc(&self, cell: NonNull<u8>, old: usize, new: usize) -> Option<NonNull<u8>> {
        if Self::cell_size(old) == Self::cell_size(new) && new <= SMALL_MAX {
            return Some(cell);
        }
        let moved = self.alloc(new)?;
        // SAFETY: promise 1: both cells hold min(old, new) bytes and do not overlap.
        unsafe {
            core::ptr::copy_nonoverlapping(cell.as_ptr(), moved.as_ptr(), old.min(new));
            self.free(cell, old);
        }
        Some(moved)
    }

    /// Bytes that a request of `bytes` really occupies.
    fn cell_size(bytes: usize) -> usize;

    /// What the source holds. May walk free lists.
    fn usage(&self) -> Usage;

    /// Puts free cells in an order in which what is made together lies together, if the source has a say in it. Gives the free
    /// bytes it went over (0: it has none).
    fn tidy(&self) -> usize {
        0
    }

    /// `usage().page_bytes`, without a walk where the source can tell.
    fn page_bytes(&self) -> usize {
        self.usage().page_bytes
    }

    /// Gives unused pages back where that is possible.
    fn trim(&self) {}

    /// Unmaps every page if no cell is live and says whether it did.
    fn release_all(&self) -> bool;
}

/// Largest request that the sources round in small steps; larger ones are rare and go to the system.
pub const SMALL_MAX: usize = 512;

/// Rounds up to a multiple of 16, at least 16.
#[inline(always)]
pub const fn round16(bytes: usize) -> usize {
    if bytes == 0 { 16 } else { bytes.saturating_add(15) & !15 }
}

/// Every policy that this build has, once.
#[macro_export]
macro_rules! for_each_cell_source {
    ($mac:ident) => {
        $mac! { system = $crate::System; pool = $crate::Pool; pool8 = $crate::Pool8; bump = $crate::Bump; }
    };
}
