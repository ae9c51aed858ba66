//! `Owned` and `Borrowed`: references that count themselves. Raw words are in `word.rs`.
//!
//! Handles stay on their thread (last a type that may leave, as a check of the check):
//! ```compile_fail,E0277
//! fn sendable<T: Send>() {}
//! sendable::<instar_object::Owned<instar_object::presets::Default>>();
//! ```
//! ```compile_fail,E0277
//! fn sendable<T: Send>() {}
//! sendable::<instar_object::Borrowed<'static, instar_object::presets::Best>>();
//! ```
//! ```compile_fail,E0277
//! fn sendable<T: Send>() {}
//! sendable::<instar_object::Word<instar_object::presets::Best>>();
//! ```
//! ```
//! fn sendable<T: Send>() {}
//! sendable::<usize>();
//! ```
//! ```compile_fail,E0277
//! fn shareable<T: Sync>() {}
//! shareable::<instar_object::Owned<instar_object::presets::Best>>();
//! ```
//! ```compile_fail,E0277
//! fn shareable<T: Sync>() {}
//! shareable::<instar_object::Heap<instar_object::presets::Default>>();
//! ```
//! ```
//! fn shareable<T: Sync>() {}
//! shareable::<usize>();
//! ```
//! A borrow ends with its owner:
//! ```compile_fail,E0515
//! fn leak(o: instar_object::Owned) -> instar_object::Borrowed<'static> { o.borrow() }
//! ```
//! ```
//! fn lend(o: &instar_object::Owned) -> instar_object::Borrowed<'_> { o.borrow() }
//! ```
use crate::header::ObjPtr;
use crate::layout::Layout;
use crate::select::Active;
use crate::word::Word;
use core::marker::PhantomData;
use core::ptr::NonNull;

/// Owns one reference (or an immediate). Clone shares, drop releases; `Option<Owned>` is a word.
#[repr(transparent)]
pub struct Owned<L: Layout = Active>(NonNull<()>, PhantomData<fn() -> L>);

impl<L: Layout> Owned<L> {
    /// The word, still owned by this handle.
    #[inline(always)]
    pub fn word(&self) -> Word<L> {
        // SAFETY: the handle's bits are a word; the layouts are equal (both transparent over a pointer).
        unsafe { core::mem::transmute_copy(&self.0) }
    }
    /// Gives the reference away.
    #[inline(always)]
    pub fn into_word(self) -> Word<L> {
        let word = self.word();
        core::mem::forget(self);
        word
    }
    /// Takes the reference that a word carries.
    ///
    /// # Safety
    /// Not `NULL`; the caller owned the reference and gives it away.
    #[inline(always)]
    pub unsafe fn from_word(word: Word<L>) -> Self {
        debug_assert!(!word.is_null());
        // SAFETY: a word is a pointer-sized transparent type, here not null.
        unsafe { core::mem::transmute_copy(&word) }
    }
    /// Takes one more reference to what a word holds.
    ///
    /// # Safety
    /// Not `NULL`; the object, if any, is alive.
    #[inline(always)]
    pub unsafe fn share_word(word: Word<L>) -> Self {
        // SAFETY: passed on; then the new reference is ours.
        unsafe {
            if !word.is_immediate() {
                word.retain_ptr();
            }
            Self::from_word(word)
        }
    }
    /// Takes the reference that a word carries, if it is not `NULL`.
    ///
    /// # Safety
    /// As for `from_word`.
    #[inline(always)]
    pub unsafe fn owned_or_none(word: Word<L>) -> Option<Self> {
        // SAFETY: `Option<NonNull>` is null exactly for None, and so is the word.
        unsafe { core::mem::transmute_copy(&word) }
    }
    /// The word of an optional handle; the reference goes with it.
    #[inline(always)]
    pub fn into_word_or_null(this: Option<Self>) -> Word<L> {
        match this {
            Some(owned) => owned.into_word(),
            None => Word::NULL,
        }
    }
    /// Takes one more reference to an object.
    ///
    /// # Safety
    /// The object is alive.
    #[inline(always)]
    pub unsafe fn share_ptr(p: ObjPtr<L>) -> Self {
        // SAFETY: passed on.
        unsafe { Self::share_word(Word::from_ptr(p)) }
    }
    /// An immediate integer, if it fits.
    #[inline(always)]
    pub fn from_small(i: i64) -> Option<Self> {
        // SAFETY: an immediate is not null and owns nothing.
        Word::from_small(i).map(|w| unsafe { Self::from_word(w) })
    }
    /// An immediate float, if it can be one.
    #[inline(always)]
    pub fn from_float(x: f64) -> Option<Self> {
        // SAFETY: an immediate is not null and owns nothing.
        Word::from_float(x).map(|w| unsafe { Self::from_word(w) })
    }
    /// Looks at it without a reference of one's own.
    #[inline(always)]
    pub fn borrow(&self) -> Borrowed<'_, L> {
        Borrowed(self.word(), PhantomData)
    }
    /// Identity.
    #[inline(always)]
    pub fn is(&self, other: &Self) -> bool {
        self.0 == other.0
    }
    /// The object, unless this is an immediate.
    #[inline(always)]
    pub fn ptr(&self) -> Option<ObjPtr<L>> {
        self.word().as_ptr()
    }
}

impl<L: Layout> Clone for Owned<L> {
    #[inline(always)]
    fn clone(&self) -> Self {
        // SAFETY: we hold a reference, so the object is alive.
        unsafe { Self::share_word(self.word()) }
    }
}
impl<L: Layout> Drop for Owned<L> {
    #[inline(always)]
    fn drop(&mut self) {
        let word = self.word();
        if !word.is_immediate() {
            // SAFETY: the handle owns a reference.
            unsafe { word.release_ptr() }
        }
    }
}
impl<L: Layout> core::fmt::Debug for Owned<L> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.word().fmt(f)
    }
}

/// A value that somebody else keeps alive for `'a`.
#[repr(transparent)]
pub struct Borrowed<'a, L: Layout = Active>(Word<L>, PhantomData<&'a Owned<L>>);

impl<L: Layout> Clone for Borrowed<'_, L> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}
impl<L: Layout> Copy for Borrowed<'_, L> {}
impl<'a, L: Layout> Borrowed<'a, L> {
    /// From a word.
    ///
    /// # Safety
    /// Not `NULL`, and the object, if any, lives for `'a`.
    #[inline(always)]
    pub unsafe fn from_word(word: Word<L>) -> Self {
        debug_assert!(!word.is_null());
        Borrowed(word, PhantomData)
    }
    /// A reference of one's own.
    #[inline(always)]
    pub fn to_owned(self) -> Owned<L> {
        // SAFETY: alive for 'a.
        unsafe { Owned::share_word(self.0) }
    }
    /// The word.
    #[inline(always)]
    pub fn word(self) -> Word<L> {
        self.0
    }
    /// Identity.
    #[inline(always)]
    pub fn is(self, other: Borrowed<'_, L>) -> bool {
        self.0 == other.0
    }
    /// The object, unless this is an immediate.
    #[inline(always)]
    pub fn ptr(self) -> Option<ObjPtr<L>> {
        self.0.as_ptr()
    }
    /// As a handle that can be looked at but not dropped.
    #[inline(always)]
    pub fn as_owned(&self) -> &Owned<L> {
        // SAFETY: both are transparent over a word; the shared reference cannot be dropped and ends before 'a does.
        unsafe { &*core::ptr::from_ref(&self.0).cast() }
    }
}
