//! What the eval loop asks of words besides the handles: a release that leaves death to the caller, optional handles.
//!
//! The loop wants the fast path inline and everything else behind one cold call of its own.
use crate::handle::Owned;
use crate::header::ObjPtr;
use crate::heap::Heap;
use crate::layout::Layout;
use crate::word::Word;
use core::cell::Cell;
use instar_refcount::{CountWord, Release};

impl<L: Layout> Word<L> {
    /// One reference less; true if it was the last. The caller then calls `died`.
    ///
    /// # Safety
    /// `is_ptr`, and the caller owns a reference, which is gone afterwards.
    #[inline(always)]
    pub unsafe fn release_is_dead(self) -> bool {
        crate::stats::release::<L>(self.ptr());
        self.ptr().count().release() == Release::Dead
    }
    /// Disposes of an object after `release_is_dead` said so.
    ///
    /// # Safety
    /// Exactly once, right after the release.
    #[inline]
    pub unsafe fn died(self) {
        // SAFETY: passed on.
        unsafe { crate::death::died(self.ptr()) }
    }
    /// `died` for a caller who has the heap at hand.
    ///
    /// # Safety
    /// As for `died`; `heap` is the object's.
    #[inline(always)]
    pub unsafe fn died_in(self, heap: &Heap<L>) {
        // SAFETY: passed on.
        unsafe { crate::death::died_in(heap, self.ptr()) }
    }
    /// The reference that the word carries, if it is not `NULL`.
    ///
    /// # Safety
    /// As for `Owned::from_word`.
    #[inline(always)]
    pub unsafe fn owned_or_none(self) -> Option<Owned<L>> {
        // SAFETY: passed on.
        unsafe { Owned::owned_or_none(self) }
    }
    /// One more reference, `None` for `NULL`.
    ///
    /// # Safety
    /// The object, if any, is alive.
    #[inline(always)]
    pub unsafe fn share_or_none(self) -> Option<Owned<L>> {
        // SAFETY: passed on.
        if self.is_null() { None } else { Some(unsafe { Owned::share_word(self) }) }
    }
}

impl<L: Layout> ObjPtr<L> {
    /// Where the type word stands: a live handle to the type object, as long as the object lives and keeps its type.
    #[inline(always)]
    pub fn ty_field<'a>(self) -> &'a Cell<ObjPtr<L>> {
        self.header().ty_cell()
    }
}
