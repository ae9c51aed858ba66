//! What the layout has to say to a GC policy: which source of cells serves it, and, for the policy without words, where an object
//! keeps its flags and where a large object keeps its links. How collections work is the business of `instar-gc`.
use crate::header::ObjPtr;
use crate::heap::{AllocError, Heap};
use crate::layout::Layout;
use core::marker::PhantomData;
use core::ptr::NonNull;
use instar_alloc::{Cells, Classes, SMALL_MAX};
use instar_gc::{GcHeader, Large, PAGE, PageSide, Place};
use instar_refcount::CountWord;

/// One answer to the question where the collector's words are.
pub trait GcPolicy: 'static {
    /// The words, in a layout.
    type Header<L: Layout>: GcHeader;
    /// The source of cells, where `A` is asked for.
    type Cells<A: AllocPolicy>: Cells;
}
impl GcPolicy for instar_gc::TwoWord {
    type Header<L: Layout> = Self;
    type Cells<A: AllocPolicy> = A;
}
impl GcPolicy for instar_gc::OneWord {
    type Header<L: Layout> = Self;
    type Cells<A: AllocPolicy> = A;
}

/// No word: bits beside the cells of a page.
pub struct ZeroWord;
impl GcPolicy for ZeroWord {
    type Header<L: Layout> = instar_gc::ZeroWord<InCount<L>>;
    type Cells<A: AllocPolicy> = A::WithSide;
}

/// A source of cells, and what it becomes when a policy needs room on its pages.
pub trait AllocPolicy: Cells {
    /// The same source, with a side for the collector on each page where it has pages; else itself.
    type WithSide: Cells;
}
const SIDE: usize = size_of::<PageSide>().next_multiple_of(16);
impl<const GRANULE: usize> AllocPolicy for Classes<GRANULE> {
    type WithSide = Classes<GRANULE, SIDE>;
}
impl AllocPolicy for instar_alloc::System {
    type WithSide = Self;
}
impl AllocPolicy for instar_alloc::Bump {
    type WithSide = Self;
}
const _: () = assert!(PAGE == instar_alloc::PAGE, "the collector masks addresses as the pool does");

/// The flags of an object are in its count word, and its links, if it is large, right before its cell.
pub struct InCount<L>(PhantomData<fn() -> L>);

// SAFETY: (1) `HeaderPlan` gives the lowest bits to the policy; links of the dead keep them; (2) `Plan::CHECK` sees to a source with
// sides, and `Heap::trim` says before it what may go; (3) `Heap::object_cell` puts the links of a large object before its cell and
// `mark_large` says that it is one.
unsafe impl<L: Layout> Place for InCount<L> {
    const SIDE_AT: usize = instar_alloc::SIDE_AT;
    const IN_PLACE: bool = L::Rc::EXTRA_BITS && !L::Rc::SCRATCH;
    #[inline(always)]
    unsafe fn flags(node: *mut u8) -> u8 {
        // SAFETY: without a word the node is the header, which begins with the count.
        unsafe { (*node.cast::<L::Rc>()).flags() }
    }
    #[inline(always)]
    unsafe fn set_flags(node: *mut u8, flags: u8) {
        // SAFETY: as above.
        let count = unsafe { &*node.cast::<L::Rc>() };
        debug_assert!(!count.is_linked());
        count.set_flags(flags);
    }
    unsafe fn large(node: *mut u8) -> *mut Large {
        let obj = ObjPtr::<L>::from_gc(node.cast());
        let cell = obj.cell(obj.info().prefix_bytes as usize);
        // SAFETY: `object_cell`.
        unsafe { cell.as_ptr().sub(size_of::<Large>()).cast() }
    }
}

/// Bytes that a GC object of `bytes` bytes needs before its cell.
#[inline(always)]
pub(crate) const fn before<L: Layout>(bytes: usize) -> usize {
    if <L::Gc as GcHeader>::PAGE_BYTES != 0 && bytes > SMALL_MAX { size_of::<Large>() } else { 0 }
}

impl<L: Layout> Heap<L> {
    /// A cell for an object of `bytes` bytes, of a GC type or not.
    #[inline(always)]
    pub(crate) fn object_cell(&self, gc: bool, bytes: usize) -> Result<NonNull<u8>, AllocError> {
        let before = if gc { before::<L>(bytes) } else { 0 };
        if before == 0 {
            return self.cell(bytes);
        }
        let cell = self.cell(before + bytes)?;
        // SAFETY: the cell has room for the links and the object.
        unsafe {
            cell.cast::<Large>().write(Large::new());
            Ok(cell.add(before))
        }
    }
    /// Gives such a cell back.
    ///
    /// # Safety
    /// `cell` is of `object_cell(gc, bytes)`, and nobody uses it any more.
    #[inline(always)]
    pub(crate) unsafe fn free_object_cell(&self, gc: bool, cell: NonNull<u8>, bytes: usize) {
        let before = if gc { before::<L>(bytes) } else { 0 };
        // SAFETY: the links are part of the cell.
        unsafe { self.free_cell(cell.sub(before), before + bytes) }
    }
    /// Notes in the header, just written, of a GC object that its cell is no page's.
    #[inline(always)]
    pub(crate) fn mark_large(obj: ObjPtr<L>, bytes: usize) {
        if before::<L>(bytes) != 0 {
            obj.count().set_flags(instar_gc::ZeroWord::<InCount<L>>::LARGE);
        }
    }
}
