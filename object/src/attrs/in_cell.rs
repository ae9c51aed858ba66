//! `Inline`: the attribute word of an instance whose values follow its payload in the same cell, and where they are.
//! What is done with values, wherever they are, is in `mod.rs`; blocks of their own are in `values.rs`.
//!
//! As CPython 3.13 and later, with the spare slot of `Spare`:
//! ```text
//! word: 0 (the values hold) or [dict*]
//! cell: header, payload | capacity 1, size 1, embedded 1, valid 1, pad 4 | v0 v1 ... | order bytes, rounded up to 8
//! ```
//! Under `Exact` nothing but values is in the cell. They are set in slot order; an instance that sets them in another order, or that
//! is older than a name of its class, moves to a block outside, which knows the order (`values.rs`).
//! ```text
//! word: 63 = 0              | limit 39 | high 24      the values hold; places below `limit` exist, from `high` on none was ever set
//!       63 62 = 10 | slots 5 |   9 | address 48       a block outside; the slots in the cell are empty
//!       63 62 = 11 | slots 5 |   9 | address 48       a dict
//! cell: header, payload | v0 v1 ...
//! ```
//! A *place* is where a slot is: words from the header on. So a cache needs to know nothing else, and in the second form one
//! comparison says that the instance has the slot and no dict.
use super::values::Values;
use super::{AttrsPolicy, SlotPolicy, shape};
use crate::header::ObjPtr;
use crate::layout::{Layout, Plan};
use crate::types::{TypeFlags, TypeInfo};
use crate::word::Word;
use core::ptr::{null_mut, without_provenance_mut};

const OUTSIDE: usize = 0b10 << 62;
const DICT: usize = 0b11 << 62;
const SLOTS_SHIFT: u32 = 57;
const SLOTS: usize = 31;
const ADDRESS: usize = (1 << 48) - 1;
const LIMIT_SHIFT: u32 = 24;
const HIGH: usize = (1 << LIMIT_SHIFT) - 1;
/// Payloads above this have no values behind them: their places would not fit in the word.
pub(crate) const MAX_PAYLOAD: usize = 1 << 20;

/// Whether values are in the cells of instances, as CPython lays them out.
pub(super) const fn as_cpython<L: Layout>() -> bool {
    L::Attrs::INLINE && !L::Slots::EXACT
}
/// Whether values are in the cells of instances, and only they.
pub(super) const fn exact<L: Layout>() -> bool {
    L::Attrs::INLINE && L::Slots::EXACT
}

/// Place of slot 0 in instances of a type; 0 under other policies.
#[inline(always)]
pub(super) fn first_place<L: Layout>(info: &TypeInfo<L>) -> usize {
    if !L::Attrs::INLINE {
        return 0;
    }
    (Plan::<L>::HEADER + info.payload_bytes as usize).div_ceil(8) + !L::Slots::EXACT as usize
}

/// The word at a place.
#[inline(always)]
pub(super) fn at<L: Layout>(obj: ObjPtr<L>, place: usize) -> *mut Word<L> {
    obj.as_ptr().cast::<Word<L>>().wrapping_add(place)
}

/// Bytes that `capacity` slots take behind the payload.
pub(super) const fn bytes_for<L: Layout>(capacity: usize) -> usize {
    if L::Slots::EXACT { capacity * 8 } else { 8 + capacity * 8 + capacity.next_multiple_of(8) }
}

/// Bytes behind the payload of a complete object whose type has `VALUES`.
#[inline(always)]
pub(super) fn bytes_of<L: Layout>(obj: ObjPtr<L>, info: &TypeInfo<L>) -> usize {
    if L::Slots::EXACT {
        State::of(obj).slots(first_place(info)) * 8
    } else {
        bytes_for::<L>(Values(at(obj, first_place(info))).capacity())
    }
}

/// Prepares word and cell of a new instance.
///
/// # Safety
/// The cell has room for `capacity` slots.
#[inline(always)]
pub(super) unsafe fn init<L: Layout>(obj: ObjPtr<L>, info: &TypeInfo<L>, capacity: usize) {
    let first = first_place(info);
    if L::Attrs::SHAPES && info.has(TypeFlags::VALUES) {
        // The type's index, which is written with the header, says so.
    } else if L::Slots::EXACT {
        obj.attr_word(0).set(State::in_cell(first + capacity, first).word());
    } else {
        obj.attr_word(0).set(null_mut());
        if !info.has(TypeFlags::VALUES) {
            return;
        }
        // SAFETY: the cell has room for the header before the slots.
        unsafe { Values(at(obj, first)).write_header(capacity) }
    }
    for slot in 0..capacity {
        // TRICK: volatile stores keep the compiler from calling memset for a few words.
        // SAFETY: the cell has room.
        unsafe { at(obj, first + slot).write_volatile(Word::NULL) }
    }
}

/// The word of an instance under `Exact`.
#[derive(Clone, Copy)]
pub(super) struct State(*mut u8);

impl State {
    #[inline(always)]
    pub(super) fn of<L: Layout>(obj: ObjPtr<L>) -> Self {
        if L::Attrs::SHAPES { shape::state(obj) } else { State(obj.attr_word(0).get()) }
    }
    #[inline(always)]
    pub(super) fn set<L: Layout>(self, obj: ObjPtr<L>) {
        if L::Attrs::SHAPES { shape::set_state(obj, self) } else { obj.attr_word(0).set(self.0) }
    }
    #[inline(always)]
    pub(super) fn word(self) -> *mut u8 {
        self.0
    }
    #[inline(always)]
    pub(super) fn from_word(word: *mut u8) -> Self {
        State(word)
    }
    #[inline(always)]
    pub(super) fn in_cell(limit: usize, high: usize) -> Self {
        State(without_provenance_mut(limit << LIMIT_SHIFT | high))
    }
    /// Whether the instance has this place in its cell, and its values are there.
    #[inline(always)]
    pub(super) fn has(self, place: usize) -> bool {
        self.0.addr() as isize >> LIMIT_SHIFT > place as isize
    }
    /// First place that was never set.
    #[inline(always)]
    pub(super) fn high(self) -> usize {
        self.0.addr() & HIGH
    }
    #[inline(always)]
    pub(super) fn with_high(self, high: usize) -> Self {
        State(without_provenance_mut(self.0.addr() & !HIGH | high))
    }
    #[inline(always)]
    pub(super) fn is_in_cell(self) -> bool {
        self.0.addr() as isize >= 0
    }
    #[inline(always)]
    pub(super) fn is_dict(self) -> bool {
        self.0.addr() >= DICT
    }
    /// Slots in the cell, whether they are in use or not.
    #[inline(always)]
    pub(super) fn slots(self, first: usize) -> usize {
        if self.is_in_cell() { (self.0.addr() >> LIMIT_SHIFT) - first } else { self.0.addr() >> SLOTS_SHIFT & SLOTS }
    }
    #[inline(always)]
    pub(super) fn address(self) -> *mut u8 {
        self.0.map_addr(|a| a & ADDRESS)
    }
    /// The word of an instance with so many slots in its cell whose values are in a block outside.
    pub(super) fn outside(slots: usize, block: *mut u8) -> Self {
        State(block.map_addr(|a| a | OUTSIDE | slots << SLOTS_SHIFT))
    }
    /// The same for a dict.
    pub(super) fn dict(slots: usize, dict: *mut u8) -> Self {
        State(dict.map_addr(|a| a | DICT | slots << SLOTS_SHIFT))
    }
}
