//! Objects whose type is known where they are made: every size is a compile-time constant, and the type is asked nothing.
//! The general ways are in `heap.rs`.
use crate::attrs;
use crate::bufvec::BufVec;
use crate::handle::Owned;
use crate::header::{Header, ObjPtr};
use crate::heap::{AllocError, Heap};
use crate::layout::{Layout, Plan};
use crate::stats;
use crate::type_word::TypePolicy;
use crate::types::{Shape, TAIL, TypeFlags};
use crate::weak::WeakPolicy;
use crate::word::Word;
use instar_alloc::Cells;
use instar_refcount::CountWord;

/// Moves words: for few, without a call.
#[inline(always)]
unsafe fn copy_words<L: Layout>(from: *const Word<L>, to: *mut Word<L>, count: usize) {
    // SAFETY: the caller's promise: two places with `count` words.
    unsafe {
        if count > 16 {
            return core::ptr::copy_nonoverlapping(from, to, count);
        }
        // TRICK: pairs are the most frequent; a loop of unknown length costs more than it moves.
        if count == 2 {
            to.write(*from);
            return to.add(1).write(*from.add(1));
        }
        for i in 0..count {
            // TRICK: volatile stores keep the compiler from calling memcpy.
            to.add(i).write_volatile(*from.add(i));
        }
    }
}

impl<L: Layout> Heap<L> {
    /// `alloc` for a type whose payload is exactly `T` and whose instances have nothing before the header but, if `GC`, the
    /// collector's words and, if `WEAK`, what the layout has for weak references: every size is known at compile time. GC types
    /// are tracked.
    ///
    /// # Safety
    /// [`Shape::fits`] holds for the type's info and the shape that the parameters say.
    #[inline(always)]
    pub unsafe fn alloc_known<T, const GC: bool, const WEAK: bool>(&self, ty: ObjPtr<L>, payload: T) -> Result<Owned<L>, AllocError> {
        // Not `const`: callers choose by shape, and name this for payloads that never get here.
        assert!(align_of::<T>() <= 8 && size_of::<T>().is_multiple_of(8));
        debug_assert!(Shape::of(GC, WEAK).fits(ty.as_info(), size_of::<T>()));
        // SAFETY: the caller's promise; the payload is written before anybody sees the object.
        unsafe {
            let obj = self.known_cell::<GC, WEAK>(ty, size_of::<T>())?;
            obj.payload::<T>().write(payload);
            if GC {
                self.collector.track_new(obj.gc());
            }
            Ok(Owned::from_word(Word::from_ptr(obj)))
        }
    }

    /// As `alloc_known` with a payload of `payload_bytes` bytes that the caller fills. If `GC`, the object is not tracked yet and
    /// its collector's words are not written: `track_known` does both.
    ///
    /// # Safety
    /// As there; and the caller initialises the payload and tracks the object before it can die or a collection can begin.
    #[inline(always)]
    pub unsafe fn alloc_known_var<const GC: bool, const WEAK: bool>(&self, ty: ObjPtr<L>, payload_bytes: usize) -> Result<ObjPtr<L>, AllocError> {
        if payload_bytes > isize::MAX as usize / 2 {
            return Err(AllocError);
        }
        // SAFETY: passed on.
        unsafe { self.known_cell::<GC, WEAK>(ty, payload_bytes) }
    }

    /// `alloc_known_var::<true, false>` where that takes no call: with a cell at hand, and no collection due after it. `None` says
    /// nothing but that the other is to be asked.
    ///
    /// # Safety
    /// As there.
    #[inline(always)]
    pub unsafe fn alloc_known_quickly(&self, ty: ObjPtr<L>, payload_bytes: usize) -> Option<ObjPtr<L>> {
        if L::FREE_LISTS {
            return None;
        }
        let field = L::Type::quick(ty)?;
        if !self.collector.count_alloc_quietly() {
            return None;
        }
        let Some(cell) = self.cell_quickly(Plan::<L>::GC + Plan::<L>::HEADER + payload_bytes) else {
            self.collector.uncount_alloc();
            return None;
        };
        stats::allocated(self, ty.as_info().vtable.name);
        // SAFETY: the cell has room for the collector's words, header and payload.
        unsafe {
            let obj = ObjPtr::new(cell.add(Plan::<L>::GC).cast::<Header<L>>());
            obj.as_ptr().write(Header::new(field));
            Some(obj)
        }
    }

    /// Bytes that a payload of [`Words::Inline`](crate::Words::Inline) with `count` words may have as its tail for nothing, as the
    /// cell is rounded up to them: 8 or 0. `prefix` is what stands before the header.
    #[inline(always)]
    pub const fn free_tail(prefix: usize, count: usize) -> usize {
        if <L::Alloc as Cells>::ALIGN < 16 {
            return 0; // nothing is rounded up that far
        }
        (prefix + Plan::<L>::HEADER + 8 + count * size_of::<Word<L>>()) & 8
    }

    /// `free_tail` for a type that has the collector's words and nothing else before the header.
    #[inline(always)]
    pub const fn free_tail_known(count: usize) -> usize {
        Self::free_tail(Plan::<L>::GC, count)
    }

    /// An object of a type with [`Words::Inline`](crate::Words::Inline) that takes the words at `from` over, where that takes no
    /// call; else they stay the caller's. A tail that costs nothing is added and has all bits set.
    ///
    /// # Safety
    /// [`Shape::Gc`] fits the type; there are `count` owned words at `from`.
    #[inline(always)]
    pub unsafe fn inline_words_quickly(&self, ty: ObjPtr<L>, from: *const Word<L>, count: usize) -> Option<Word<L>> {
        // SAFETY: the payload is filled and tracked here.
        unsafe {
            let tail = Self::free_tail_known(count);
            let obj = self.alloc_known_quickly(ty, 8 + count * size_of::<Word<L>>() + tail)?;
            obj.payload::<[u32; 2]>().write([count as u32, if tail != 0 { TAIL } else { 0 }]);
            copy_words(from, obj.payload::<Word<L>>().add(1), count);
            if tail != 0 {
                obj.payload::<u64>().add(1 + count).write(u64::MAX);
            }
            self.track_known(obj);
            Some(Word::from_ptr(obj))
        }
    }

    /// As `inline_words_quickly` for [`Words::Buffer`](crate::Words::Buffer).
    ///
    /// # Safety
    /// As there.
    #[inline(always)]
    pub unsafe fn buffer_words_quickly(&self, ty: ObjPtr<L>, from: *const Word<L>, count: usize) -> Option<Word<L>> {
        // SAFETY: the payload is filled and tracked here.
        unsafe {
            let mut buffer = BufVec::<Word<L>, L>::new();
            if count != 0 {
                let words = self.cell_quickly(count * size_of::<Word<L>>())?.cast::<Word<L>>();
                copy_words(from, words.as_ptr(), count);
                buffer = BufVec::from_parts(words, count, count);
            }
            let Some(obj) = self.alloc_known_quickly(ty, size_of::<BufVec<Word<L>, L>>()) else {
                let (words, _, capacity) = BufVec::take_apart(&raw const buffer);
                core::mem::forget(buffer);
                if capacity != 0 {
                    self.free_cell(words.cast(), capacity * size_of::<Word<L>>());
                }
                return None;
            };
            obj.payload::<BufVec<Word<L>, L>>().write(buffer);
            self.track_known(obj);
            Some(Word::from_ptr(obj))
        }
    }

    /// Tells the collector about an object of `alloc_known_var::<true, _>`.
    ///
    /// # Safety
    /// Once for each such object, its payload is initialised.
    #[inline(always)]
    pub unsafe fn track_known(&self, obj: ObjPtr<L>) {
        // SAFETY: the caller's promise.
        unsafe { self.collector.track_new(obj.gc()) }
    }

    /// The cell and the header of an object with a known prefix; GC types are counted.
    #[inline(always)]
    pub(crate) unsafe fn known_cell<const GC: bool, const WEAK: bool>(&self, ty: ObjPtr<L>, payload_bytes: usize) -> Result<ObjPtr<L>, AllocError> {
        let prefix = if GC { Plan::<L>::GC } else { 0 } + if WEAK { Plan::<L>::WEAK } else { 0 };
        let bytes = prefix + Plan::<L>::HEADER + payload_bytes;
        let field = L::Type::field(&self.types, ty)?;
        let cell = if L::FREE_LISTS { self.kind_cell(ty.as_info(), bytes, payload_bytes)? } else { self.object_cell(GC, bytes)? };
        stats::allocated(self, ty.as_info().vtable.name);
        if GC {
            self.collector.count_alloc();
        }
        // SAFETY: the cell has room for prefix, header and payload.
        unsafe {
            if WEAK && L::Weak::WORD {
                cell.cast::<usize>().write(0);
            }
            let obj = ObjPtr::new(cell.add(prefix).cast::<Header<L>>());
            obj.as_ptr().write(Header::new(field));
            if GC {
                Self::mark_large(obj, bytes);
            }
            Ok(obj)
        }
    }

    /// A new instance of a class: `alloc` with nothing in the payload but `NULL` words of `__slots__`. Quick where the class has
    /// attributes, the collector's words and no slots, as most have.
    ///
    /// # Safety
    /// Zeroed bytes are a valid payload of the type.
    #[inline]
    pub unsafe fn alloc_instance(&self, ty: ObjPtr<L>) -> Result<Owned<L>, AllocError> {
        let info = ty.as_info();
        let flags = info.flags.get();
        const PLAIN: TypeFlags = TypeFlags::GC.union(TypeFlags::ATTRS).union(TypeFlags::HEAP_TYPE);
        let shape = PLAIN.union(TypeFlags::VAR).union(TypeFlags::SLOTS);
        if flags.intersection(shape) != PLAIN || info.payload_bytes != 0 {
            return self.alloc(ty, ());
        }
        let weak = L::Weak::WORD && flags.contains(TypeFlags::WEAKREF);
        let prefix = Plan::<L>::GC + Plan::<L>::ATTRS + if weak { Plan::<L>::WEAK } else { 0 };
        let capacity = attrs::birth_capacity(info)?;
        let field = attrs::shape::birth_field(self, ty, info, capacity)?;
        let bytes = prefix + Plan::<L>::HEADER + attrs::birth_bytes(info, capacity);
        let cell = self.object_cell(true, bytes)?;
        // SAFETY: the prefix has exactly the parts that the flags name, and each is written here; there is no payload.
        unsafe {
            let obj = ObjPtr::new(cell.add(prefix).cast::<Header<L>>());
            if weak {
                cell.cast::<usize>().write(0);
            }
            if attrs::init(self, obj, info, capacity).is_err() {
                self.free_object_cell(true, cell, bytes);
                return Err(AllocError);
            }
            obj.as_ptr().write(Header::new(field));
            Self::mark_large(obj, bytes);
            Word::from_ptr(ty).retain_ptr();
            stats::allocated(self, info.vtable.name);
            self.collector.count_alloc();
            self.collector.track_new(obj.gc());
            Ok(Owned::from_word(Word::from_ptr(obj)))
        }
    }

    /// Releases a reference to an object of a `LEAF` type with payload `T`; frees it here and now if it was the last.
    ///
    /// # Safety
    /// The word is a pointer to such an object of this heap; the caller owns the reference.
    #[inline(always)]
    pub unsafe fn release_leaf<T: Copy>(&self, word: Word<L>) {
        stats::release::<L>(word.ptr());
        if word.ptr().count().release() == instar_refcount::Release::Dead {
            // SAFETY: nobody refers to the object; a leaf's payload owns nothing.
            unsafe { self.free_leaf::<T>(word.ptr()) }
        }
    }

    /// Frees an object of a `LEAF` type with payload `T`, whose size is known at compile time.
    ///
    /// # Safety
    /// Nobody refers to the object, which is one of this heap.
    #[inline(always)]
    pub unsafe fn free_leaf<T>(&self, obj: ObjPtr<L>) {
        debug_assert!(obj.info().has(TypeFlags::LEAF) && obj.info().payload_bytes as usize == size_of::<T>());
        // SAFETY: a leaf has no prefix, and its payload owns nothing.
        unsafe {
            if L::FREE_LISTS {
                self.free_object(obj, obj.info(), size_of::<T>());
            } else {
                stats::died(self, obj, Plan::<L>::HEADER + size_of::<T>());
                self.free_cell(obj.cell(0), Plan::<L>::HEADER + size_of::<T>());
            }
        }
    }
}
