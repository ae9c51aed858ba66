//! The header of an object and the pointer to it.
//!
//! ```text
//! [weakref word] [attribute words] [GC words] | count 8 | type 8 | payload ...
//!                                             | count 4 | type 4 | payload ...     a packed count beside an index
//!  <- prefix, as the type's flags say ------>  ^ ObjPtr
//! ```
//! The prefix is found by fixed offsets downwards; a type has the parts that its flags name. What the parts hold is
//! the business of their policies.
use crate::attrs::{self, AttrsPolicy};
use crate::layout::{Layout, Plan};
use crate::select::Active;
use crate::heap::{AllocError, Heap};
use crate::type_word::TypePolicy;
use crate::types::{TypeFlags, TypeInfo};
use core::cell::Cell;
use core::ptr::NonNull;
use instar_refcount::CountWord;

/// Count and type of an object.
#[repr(C, align(8))]
pub struct Header<L: Layout = Active> {
    pub(crate) count: L::Rc,
    pub(crate) ty: <L::Type as TypePolicy>::Field<L>,
}

/// Address of a live object's header.
///
/// A plain pointer: whoever keeps one sees to it that the object lives (a handle, a traced field, or a frame does). All
/// methods rest on that.
#[repr(transparent)]
pub struct ObjPtr<L: Layout = Active>(NonNull<Header<L>>);

impl<L: Layout> Clone for ObjPtr<L> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}
impl<L: Layout> Copy for ObjPtr<L> {}
impl<L: Layout> PartialEq for ObjPtr<L> {
    #[inline(always)]
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<L: Layout> Eq for ObjPtr<L> {}
impl<L: Layout> core::fmt::Debug for ObjPtr<L> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{:p}", self.0)
    }
}

/// Bytes of the header under the layout of this build.
pub const HEADER: usize = Plan::<Active>::HEADER;

impl<L: Layout> Header<L> {
    /// Count one, and the type.
    #[inline(always)]
    pub(crate) fn new(ty: <L::Type as TypePolicy>::Field<L>) -> Self {
        Header { count: L::Rc::one(), ty }
    }
    /// Where the pointer to the type object stands.
    #[inline(always)]
    pub(crate) fn ty_cell(&self) -> &Cell<ObjPtr<L>> {
        L::Type::place(&self.ty, || &Heap::<L>::current().expect("law: who looks into an object has entered its heap").types)
    }
}

impl<L: Layout> ObjPtr<L> {
    /// From an address; it must come from an object of this layout.
    ///
    /// # Safety
    /// `p` is the header of an object that lives as long as the result is used.
    #[inline(always)]
    pub const unsafe fn new(p: NonNull<Header<L>>) -> Self {
        ObjPtr(p)
    }
    /// A pointer to nothing, to be replaced by `set_ty` before anybody reads it.
    pub const fn dangling() -> Self {
        ObjPtr(NonNull::dangling())
    }
    /// The address.
    #[inline(always)]
    pub const fn as_ptr(self) -> *mut Header<L> {
        self.0.as_ptr()
    }
    /// The address as a number: identity of the object.
    #[inline(always)]
    pub fn addr(self) -> usize {
        self.0.addr().get()
    }
    /// The header.
    #[inline(always)]
    pub fn header<'a>(self) -> &'a Header<L> {
        // SAFETY: the object lives (type's contract).
        unsafe { &*self.0.as_ptr() }
    }
    #[inline(always)]
    pub(crate) fn count<'a>(self) -> &'a L::Rc {
        &self.header().count
    }
    /// The payload, right after the header. The caller knows what it is.
    #[inline(always)]
    pub const fn payload<T>(self) -> *mut T {
        // SAFETY: the header is part of a cell that goes on with the payload.
        unsafe { self.0.as_ptr().cast::<u8>().add(Plan::<L>::HEADER).cast() }
    }
    /// The type object.
    #[inline(always)]
    pub fn ty(self) -> ObjPtr<L> {
        self.header().ty_cell().get()
    }
    /// What the heap knows about the object's type.
    #[inline(always)]
    pub fn info<'a>(self) -> &'a TypeInfo<L> {
        self.ty().as_info()
    }
    /// What the heap knows about instances of this type object.
    #[inline(always)]
    pub fn as_info<'a>(self) -> &'a TypeInfo<L> {
        // SAFETY: the payload of a type object begins with its TypeInfo.
        unsafe { &*self.payload::<TypeInfo<L>>() }
    }
    /// Replaces the type word; counts are the caller's business. There may be no memory for the first instance of a type.
    ///
    /// # Safety
    /// Instances of the new type have the same shape (prefix, payload, slots, kind of payload). `heap` is the object's.
    pub unsafe fn set_ty(self, heap: &Heap<L>, ty: ObjPtr<L>) -> Result<(), AllocError> {
        if <L::Attrs as AttrsPolicy>::SHAPES { attrs::shape::set_type(heap, self, ty) } else { L::Type::set(&self.header().ty, &heap.types, ty) }
    }
    /// The GC words. Only for objects whose type has them.
    #[inline(always)]
    pub(crate) fn gc(self) -> *mut L::Gc {
        // SAFETY: the GC words stand right before the header.
        unsafe { self.0.as_ptr().cast::<u8>().sub(Plan::<L>::GC).cast() }
    }
    /// The object behind GC words.
    #[inline(always)]
    pub(crate) fn from_gc(gc: *mut L::Gc) -> Self {
        // SAFETY: `gc` was made by `gc()`.
        unsafe { ObjPtr(NonNull::new_unchecked(gc.cast::<u8>().add(Plan::<L>::GC).cast())) }
    }
    /// The attribute word number `i`, counted upwards to the GC words. Only for objects whose type has them: with shapes, those that
    /// have no `VALUES`.
    #[inline(always)]
    pub(crate) fn attr_word<'a>(self, i: usize) -> &'a Cell<*mut u8> {
        // SAFETY: types with attributes have GC words (`TypeInfo::new`), so the offset is fixed.
        unsafe { &*self.0.as_ptr().cast::<u8>().sub(Plan::<L>::GC + attrs::shape::prefix::<L>(TypeFlags::ATTRS) - i * 8).cast() }
    }
    /// Leaves a number below 2^48 in the header of a cell that nobody uses any more; the flags stay.
    pub(crate) fn bury(self, number: usize) {
        if L::Rc::LINKS {
            return self.count().link(number);
        }
        debug_assert!(number < 1 << 56);
        let flags = self.count().flags();
        // SAFETY: the header is one word, and nobody reads count or type any more; the count begins with its flags.
        unsafe { self.as_ptr().cast::<u64>().write(((number as u64) << 8 | flags as u64).to_le()) }
    }
    /// The number that `bury` left.
    pub(crate) fn buried(self) -> usize {
        if L::Rc::LINKS {
            return self.count().linked();
        }
        // SAFETY: as above.
        u64::from_le(unsafe { self.as_ptr().cast::<u64>().read() }) as usize >> 8
    }
    /// Start of the cell.
    #[inline(always)]
    pub(crate) fn cell(self, prefix_bytes: usize) -> NonNull<u8> {
        // SAFETY: the prefix is part of the cell.
        unsafe { self.0.cast::<u8>().sub(prefix_bytes) }
    }
}
