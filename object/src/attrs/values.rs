//! The values block of an instance: slots in the order of the class's shared keys, and beside them the order in which
//! they were set. Where the pointer to it stands is `mod.rs`'s business, `cell` is explained in `in_cell.rs`.
//!
//! ```text
//! spare:  [pad | order n-1 .. order 0 | used 1 | capacity 1] [v0 v1 ... ]     prefix = round8(capacity + 2)
//! exact:  [pad | order n-1 .. order 0 | capacity 1]          [v0 v1 ... ]     prefix = round8(capacity + 1)
//!          order bytes grow downwards               ^ the pointer points at v0
//! cell:   [capacity 1 | used 1 | embedded 1 | valid 1 | pad] [v0 v1 ... ] [order 0 .. order n-1 | pad]
//! ```
//! `spare` is CPython 3.11's and 3.12's block. `exact` has no byte for the number of set attributes: unused order bytes are
//! 0xFF, and the number is guessed from the slot (attributes are mostly set in slot order) or counted.
use super::{SlotPolicy, in_cell};
use crate::heap::{AllocError, Heap};
use crate::layout::Layout;
use crate::word::Word;
use core::ptr::NonNull;

const NONE: u8 = 0xff;

/// Pointer to the first slot of a block.
pub(super) struct Values<L: Layout>(pub(super) *mut Word<L>);

impl<L: Layout> Clone for Values<L> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<L: Layout> Copy for Values<L> {}

pub(super) const fn prefix_bytes<S: SlotPolicy>(capacity: usize) -> usize {
    (capacity + if S::EXACT { 1 } else { 2 } + 7) & !7
}
pub(super) const fn block_bytes<S: SlotPolicy>(capacity: usize) -> usize {
    prefix_bytes::<S>(capacity) + capacity * 8
}

// All methods: the block is alive (its instance is), and slots passed in are below its capacity.
impl<L: Layout> Values<L> {
    #[inline]
    pub(super) fn new(heap: &Heap<L>, capacity: usize) -> Result<Self, AllocError> {
        let cell = heap.cell(block_bytes::<L::Slots>(capacity))?;
        let prefix = prefix_bytes::<L::Slots>(capacity);
        // SAFETY: the block has prefix + 8 * capacity bytes.
        unsafe {
            let values = Values::<L>(cell.as_ptr().add(prefix).cast());
            // TRICK: volatile stores keep the compiler from calling memset for a few words.
            if L::Slots::EXACT {
                for i in 0..prefix / 8 {
                    cell.as_ptr().cast::<u64>().add(i).write_volatile(u64::MAX);
                }
            } else {
                values.byte(2).write(0);
            }
            values.byte(1).write(capacity as u8);
            for slot in 0..capacity {
                values.0.add(slot).write_volatile(Word::NULL);
            }
            Ok(values)
        }
    }
    /// Frees the block, whose slots own nothing any more.
    #[inline(always)]
    pub(super) unsafe fn free(self, heap: &Heap<L>) {
        let capacity = self.capacity();
        // SAFETY: made by `new` with this capacity.
        unsafe {
            let cell = NonNull::new_unchecked(self.0.cast::<u8>().sub(prefix_bytes::<L::Slots>(capacity)));
            heap.free_cell(cell, block_bytes::<L::Slots>(capacity));
        }
    }
    #[inline(always)]
    unsafe fn byte(self, i: usize) -> *mut u8 {
        // SAFETY: the caller stays inside the prefix.
        unsafe { self.0.cast::<u8>().sub(i) }
    }
    #[inline(always)]
    pub(super) fn capacity(self) -> usize {
        // SAFETY: that byte holds it.
        unsafe { *self.byte(if in_cell::as_cpython::<L>() { 8 } else { 1 }) as usize }
    }
    const FIRST: usize = if L::Slots::EXACT { 2 } else { 3 };
    #[inline(always)]
    fn order(self, i: usize) -> *mut u8 {
        // SAFETY: i < capacity, and there is a byte for each slot.
        unsafe { if in_cell::as_cpython::<L>() { self.0.add(self.capacity()).cast::<u8>().add(i) } else { self.byte(Self::FIRST + i) } }
    }
    /// Where the number of set attributes is; not under `EXACT`.
    #[inline(always)]
    fn used_byte(self) -> *mut u8 {
        // SAFETY: both forms have the byte.
        unsafe { self.byte(if in_cell::as_cpython::<L>() { 7 } else { 2 }) }
    }
    /// The header before the slots in an instance's cell.
    ///
    /// # Safety
    /// There are 8 bytes before the slots.
    #[inline(always)]
    pub(super) unsafe fn write_header(self, capacity: usize) {
        // SAFETY: the caller's promise.
        unsafe { self.byte(8).cast::<[u8; 8]>().write([capacity as u8, 0, 1, 1, 0, 0, 0, 0]) }
    }
    /// Whether the values in an instance's cell are its attributes.
    pub(super) fn is_valid(self) -> bool {
        // SAFETY: the header has the byte.
        unsafe { *self.byte(5) != 0 }
    }
    /// The instance has a dict now.
    pub(super) fn invalidate(self) {
        // SAFETY: the header has the bytes.
        unsafe {
            *self.byte(7) = 0;
            *self.byte(5) = 0;
        }
    }
    /// No attribute is set any more; not under `EXACT`.
    pub(super) fn forget_order(self) {
        // SAFETY: the header has the byte.
        unsafe { *self.used_byte() = 0 }
    }
    #[inline(always)]
    pub(super) fn get(self, slot: usize) -> Word<L> {
        // SAFETY: slot < capacity.
        unsafe { *self.0.add(slot) }
    }
    #[inline(always)]
    pub(super) fn put(self, slot: usize, word: Word<L>) {
        // SAFETY: slot < capacity.
        unsafe { *self.0.add(slot) = word }
    }
    /// Number of set attributes.
    pub(super) fn used(self) -> usize {
        if !L::Slots::EXACT {
            // SAFETY: that byte holds it.
            return unsafe { *self.used_byte() as usize };
        }
        let capacity = self.capacity();
        // SAFETY: order bytes below capacity are initialised.
        (0..capacity).find(|&i| unsafe { *self.order(i) } == NONE).unwrap_or(capacity)
    }
    /// Notes that `slot`, empty until now, is set.
    #[inline]
    pub(super) fn note_set(self, slot: usize) {
        // SAFETY: fewer than capacity attributes are set before, so the order byte exists.
        unsafe {
            if L::Slots::EXACT {
                let guessed = (slot == 0 || *self.order(slot - 1) != NONE) && *self.order(slot) == NONE;
                let at = if guessed { slot } else { self.used() };
                *self.order(at) = slot as u8;
            } else {
                let used = *self.used_byte();
                *self.order(used as usize) = slot as u8;
                *self.used_byte() = used + 1;
            }
        }
    }
    /// Notes that `slot`, set until now, is empty.
    pub(super) fn note_deleted(self, slot: usize) {
        let used = self.used();
        // SAFETY: order bytes below `used` are set.
        unsafe {
            let Some(at) = (0..used).find(|&i| *self.order(i) as usize == slot) else { return };
            for i in at..used - 1 {
                *self.order(i) = *self.order(i + 1);
            }
            if L::Slots::EXACT {
                *self.order(used - 1) = NONE;
            } else {
                *self.used_byte() = used as u8 - 1;
            }
        }
    }
    /// The slot that was set as number `i`.
    #[inline(always)]
    pub(super) fn nth(self, i: usize) -> usize {
        // SAFETY: i < used.
        unsafe { *self.order(i) as usize }
    }
    /// A larger block with the same attributes; the old one is freed.
    pub(super) fn grow(self, heap: &Heap<L>, capacity: usize) -> Result<Self, AllocError> {
        let new = Values::<L>::new(heap, capacity)?;
        let old_capacity = self.capacity();
        for slot in 0..old_capacity {
            new.put(slot, self.get(slot));
        }
        let used = self.used();
        // SAFETY: the new block has at least as many order bytes; the old block's references moved.
        unsafe {
            for i in 0..used {
                *new.order(i) = *self.order(i);
            }
            if !L::Slots::EXACT {
                *new.byte(2) = used as u8;
            }
            self.free(heap);
        }
        Ok(new)
    }
}
