//! `Word`: one value slot as a raw Copy word, for op bodies and frames. RAII handles are in `handle.rs`.
use crate::header::ObjPtr;
use crate::layout::Layout;
use crate::select::Active;
use crate::types::TypeInfo;
use crate::value::ValueRepr;
use core::marker::PhantomData;
use core::ptr::{null_mut, without_provenance_mut};
use instar_refcount::{CountWord, Release};

/// A value, or nothing (`NULL`), without ownership.
#[repr(transparent)]
pub struct Word<L: Layout = Active>(*mut (), PhantomData<fn() -> L>);

impl<L: Layout> Clone for Word<L> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}
impl<L: Layout> Copy for Word<L> {}
impl<L: Layout> PartialEq for Word<L> {
    /// Identity.
    #[inline(always)]
    fn eq(&self, other: &Self) -> bool {
        self.0.addr() == other.0.addr()
    }
}
impl<L: Layout> Eq for Word<L> {}
impl<L: Layout> core::fmt::Debug for Word<L> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self.as_small() {
            Some(i) => write!(f, "{i}"),
            None => match self.as_float() {
                Some(x) => write!(f, "{x}"),
                None => write!(f, "{:p}", self.0),
            },
        }
    }
}

impl<L: Layout> Word<L> {
    /// Nothing: unbound, empty, absent.
    pub const NULL: Self = Word(null_mut(), PhantomData);
    /// Whether small integers are immediate.
    pub const TAGGED_INTS: bool = L::Value::TAGGED_INTS;
    /// Smallest immediate integer; the range is empty when integers are boxed.
    pub const SMALL_MIN: i64 = L::Value::SMALL_MIN;
    /// Largest immediate integer.
    pub const SMALL_MAX: i64 = L::Value::SMALL_MAX;
    /// Whether some floats are immediate.
    pub const TAGGED_FLOATS: bool = L::Value::TAGGED_FLOATS;

    #[inline(always)]
    fn immediate(bits: usize) -> Self {
        Word(without_provenance_mut(bits), PhantomData)
    }
    /// Whether this is `NULL`.
    #[inline(always)]
    pub fn is_null(self) -> bool {
        self.0.is_null()
    }
    /// Whether this is a heap pointer.
    #[inline(always)]
    pub fn is_ptr(self) -> bool {
        L::Value::is_ptr(self.0.addr())
    }
    /// Whether this is an immediate integer.
    #[inline(always)]
    pub fn is_int(self) -> bool {
        L::Value::is_int(self.0.addr())
    }
    /// Whether this is neither `NULL` nor a heap pointer. For a word that is not `NULL`, the quickest way to know that it is no pointer.
    #[inline(always)]
    pub fn is_immediate(self) -> bool {
        L::Value::is_immediate(self.0.addr())
    }
    /// Whether this is an immediate float.
    #[inline(always)]
    pub fn is_float(self) -> bool {
        L::Value::is_float(self.0.addr())
    }
    /// An immediate float, if it is one of those that can be.
    #[inline(always)]
    pub fn from_float(x: f64) -> Option<Self> {
        L::Value::encode_float(x).map(Self::immediate)
    }
    /// The float of an immediate.
    #[inline(always)]
    pub fn as_float(self) -> Option<f64> {
        if self.is_float() { Some(L::Value::decode_float(self.0.addr())) } else { None }
    }
    /// The word of an object.
    #[inline(always)]
    pub fn from_ptr(p: ObjPtr<L>) -> Self {
        Word(p.as_ptr().cast(), PhantomData)
    }
    /// The object.
    #[inline(always)]
    pub fn ptr(self) -> ObjPtr<L> {
        debug_assert!(self.is_ptr());
        // SAFETY: a word that is a pointer holds an object that somebody keeps alive (`ObjPtr`'s contract).
        unsafe { ObjPtr::new(core::ptr::NonNull::new_unchecked(self.0.cast())) }
    }
    /// The object, if this is a heap pointer.
    #[inline(always)]
    pub fn as_ptr(self) -> Option<ObjPtr<L>> {
        if self.is_ptr() { Some(self.ptr()) } else { None }
    }
    /// The bits: unique among live values and immediates.
    #[inline(always)]
    pub fn raw(self) -> usize {
        self.0.expose_provenance()
    }
    /// From bits that `raw` gave.
    ///
    /// # Safety
    /// The word came from `raw` and its object, if any, is alive.
    #[inline(always)]
    pub unsafe fn from_raw(bits: usize) -> Self {
        Word(core::ptr::with_exposed_provenance_mut(bits), PhantomData)
    }
    /// Identity.
    #[inline(always)]
    pub fn same(self, other: Self) -> bool {
        self == other
    }

    /// An immediate integer, if it fits.
    #[inline(always)]
    pub fn from_small(i: i64) -> Option<Self> {
        L::Value::encode(i).map(Self::immediate)
    }
    /// The integer of an immediate.
    #[inline(always)]
    pub fn as_small(self) -> Option<i64> {
        if self.is_int() { Some(L::Value::decode(self.0.addr())) } else { None }
    }
    /// The integer of an immediate.
    ///
    /// # Safety
    /// `is_int`.
    #[inline(always)]
    pub unsafe fn small_unchecked(self) -> i64 {
        debug_assert!(self.is_int());
        L::Value::decode(self.0.addr())
    }
    /// Whether both are immediate integers.
    #[inline(always)]
    pub fn both_int(a: Self, b: Self) -> bool {
        L::Value::both_int(a.0.addr(), b.0.addr())
    }
}

/// Arithmetic on encoded words.
macro_rules! checked {
    ($($(#[$doc:meta])* $name:ident = $op:ident;)*) => { impl<L: Layout> Word<L> { $(
        $(#[$doc])*
        ///
        /// # Safety
        /// `both_int(a, b)`.
        #[inline(always)]
        pub unsafe fn $name(a: Self, b: Self) -> Option<Self> {
            debug_assert!(Self::both_int(a, b));
            L::Value::$op(a.0.addr(), b.0.addr()).map(Self::immediate)
        }
    )* } };
}
checked! {
    /// `a + b`, if the sum is immediate.
    add_small = add;
    /// `a - b`, if the difference is immediate.
    sub_small = sub;
    /// `a * b`, if the product is immediate.
    mul_small = mul;
}
macro_rules! bitwise {
    ($($(#[$doc:meta])* $name:ident = $op:ident;)*) => { impl<L: Layout> Word<L> { $(
        $(#[$doc])*
        ///
        /// # Safety
        /// `both_int(a, b)`.
        #[inline(always)]
        pub unsafe fn $name(a: Self, b: Self) -> Self {
            debug_assert!(Self::both_int(a, b));
            Self::immediate(L::Value::$op(a.0.addr(), b.0.addr()))
        }
    )* } };
}
bitwise! {
    /// `a & b`.
    and_small = and;
    /// `a | b`.
    or_small = or;
    /// `a ^ b`.
    xor_small = xor;
}
macro_rules! compares {
    ($($(#[$doc:meta])* $name:ident $op:tt;)*) => { impl<L: Layout> Word<L> { $(
        $(#[$doc])*
        ///
        /// # Safety
        /// `both_int(a, b)`.
        #[inline(always)]
        pub unsafe fn $name(a: Self, b: Self) -> bool {
            debug_assert!(Self::both_int(a, b));
            (a.0.addr() as isize) $op (b.0.addr() as isize)
        }
    )* } };
}
compares! {
    /// `a < b`.
    lt_small <;
    /// `a <= b`.
    le_small <=;
    /// `a > b`.
    gt_small >;
    /// `a >= b`.
    ge_small >=;
    /// `a == b`.
    eq_small ==;
    /// `a != b`.
    ne_small !=;
}

impl<L: Layout> Word<L> {
    /// One reference more; nothing for `NULL` and immediates.
    ///
    /// # Safety
    /// The object, if any, is alive.
    #[inline(always)]
    pub unsafe fn retain(self) {
        if self.is_ptr() {
            // SAFETY: alive.
            unsafe { self.retain_ptr() }
        }
    }
    /// One reference less; nothing for `NULL` and immediates. Runs no program code.
    ///
    /// # Safety
    /// The caller owns a reference, which is gone afterwards.
    #[inline(always)]
    pub unsafe fn release(self) {
        if self.is_ptr() {
            // SAFETY: owned.
            unsafe { self.release_ptr() }
        }
    }
    /// `retain` for a word that is not `NULL`: one test of the tag.
    ///
    /// # Safety
    /// Not `NULL`; the object, if any, is alive.
    #[inline(always)]
    pub unsafe fn retain_value(self) {
        if !self.is_immediate() {
            // SAFETY: alive.
            unsafe { self.retain_ptr() }
        }
    }
    /// `retain` for a known pointer.
    ///
    /// # Safety
    /// `is_ptr`, and the object is alive.
    #[inline(always)]
    pub unsafe fn retain_ptr(self) {
        crate::stats::retain::<L>(self.ptr());
        self.ptr().count().retain();
    }
    /// `release` for a known pointer.
    ///
    /// # Safety
    /// `is_ptr`, and the caller owns a reference, which is gone afterwards.
    #[inline(always)]
    pub unsafe fn release_ptr(self) {
        crate::stats::release::<L>(self.ptr());
        if self.ptr().count().release() == Release::Dead {
            // SAFETY: that was the last reference.
            unsafe { crate::death::died(self.ptr()) }
        }
    }
    /// Whether the caller's reference is the only one.
    ///
    /// # Safety
    /// The object, if any, is alive.
    #[inline(always)]
    pub unsafe fn is_unique(self) -> bool {
        self.is_ptr() && self.ptr().count().is_unique()
    }
    /// The type object of a pointer.
    ///
    /// # Safety
    /// `is_ptr`, and the object is alive.
    #[inline(always)]
    pub unsafe fn ty(self) -> ObjPtr<L> {
        self.ptr().ty()
    }
    /// What the heap knows about a pointer's type.
    ///
    /// # Safety
    /// `is_ptr`, and the object is alive for `'a`.
    #[inline(always)]
    pub unsafe fn info<'a>(self) -> &'a TypeInfo<L> {
        self.ptr().info()
    }
}
