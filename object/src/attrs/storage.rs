//! Where the attributes of an instance are under each policy, and what specialised code does with one slot. Names are
//! `mod.rs`'s business.
use super::in_cell::{self, State};
use super::values::Values;
use super::{AttrsPolicy, SharedKeys, SlotPolicy};
use crate::handle::Owned;
use crate::header::ObjPtr;
use crate::heap::{AllocError, Heap};
use crate::layout::Layout;
use crate::types::TypeFlags;
use crate::word::Word;
use core::ptr::null_mut;

pub(super) const fn merged<L: Layout>() -> bool {
    L::Attrs::WORDS == 1 && !L::Attrs::INLINE
}

/// Where the attributes of an instance are.
pub(super) enum Storage<L: Layout> {
    /// Nowhere yet.
    Nothing,
    /// In a block that knows its capacity and the order of its slots.
    Block(Values<L>),
    /// In the cell, from slot 0 on, in slot order: places from the first to the second.
    Cell(usize, usize),
    /// In a dict, borrowed.
    Dict(Word<L>),
}

#[inline(always)]
fn dict_at<L: Layout>(word: *mut u8) -> Word<L> {
    // SAFETY: the word is the header of a dict that the instance owns.
    Word::from_ptr(unsafe { ObjPtr::new(core::ptr::NonNull::new_unchecked(word.cast())) })
}

#[inline(always)]
pub(super) fn storage<L: Layout>(obj: ObjPtr<L>) -> Storage<L> {
    if in_cell::exact::<L>() {
        let state = State::of(obj);
        return if state.is_in_cell() {
            Storage::Cell(in_cell::first_place(obj.info()), state.high())
        } else if state.is_dict() {
            Storage::Dict(dict_at(state.address()))
        } else {
            Storage::Block(Values(state.address().cast()))
        };
    }
    if in_cell::as_cpython::<L>() {
        let word = obj.attr_word(0).get();
        return if !word.is_null() {
            Storage::Dict(dict_at(word))
        } else if obj.info().has(TypeFlags::VALUES) {
            Storage::Block(Values(in_cell::at(obj, in_cell::first_place(obj.info()))))
        } else {
            Storage::Nothing
        };
    }
    if let Some(block) = block(obj) {
        return Storage::Block(block);
    }
    dict(obj).map_or(Storage::Nothing, Storage::Dict)
}

/// The block outside the cell; one test in either policy that always has one.
#[inline(always)]
fn block<L: Layout>(obj: ObjPtr<L>) -> Option<Values<L>> {
    let word = obj.attr_word(0).get();
    let found = if merged::<L>() { word.addr() & 1 != 0 } else { !word.is_null() };
    found.then(|| Values(word.wrapping_sub(merged::<L>() as usize).cast()))
}

/// Makes a block outside the cell the instance's.
#[inline(always)]
pub(super) fn set_block<L: Layout>(obj: ObjPtr<L>, values: Values<L>) {
    let word = values.0.cast::<u8>();
    if in_cell::exact::<L>() {
        let slots = State::of(obj).slots(in_cell::first_place(obj.info()));
        State::outside(slots, word).set(obj);
    } else {
        obj.attr_word(0).set(if merged::<L>() { word.wrapping_add(1) } else { word });
    }
}

/// Leaves the instance, which has no dict, without attributes; the caller has taken them, and frees a block outside.
#[inline(always)]
pub(super) fn set_empty<L: Layout>(obj: ObjPtr<L>) {
    if in_cell::exact::<L>() {
        let first = in_cell::first_place(obj.info());
        State::in_cell(first + State::of(obj).slots(first), first).set(obj);
    } else {
        obj.attr_word(0).set(null_mut());
    }
}

/// The value at a place, `NULL` if it is not set or the instance has a dict (or nothing). Places are what [`index`] gives.
///
/// # Safety
/// The object's type has `ATTRS`; the place came from `index` of this type.
#[inline(always)]
pub unsafe fn load<L: Layout>(obj: ObjPtr<L>, place: usize) -> Word<L> {
    if in_cell::exact::<L>() {
        // SAFETY: below the limit the cell has the place.
        return if State::of(obj).has(place) { unsafe { *in_cell::at(obj, place) } } else { load_outside(obj, place) };
    }
    if in_cell::as_cpython::<L>() {
        // With spare slots every cell has room for every slot of the class (`birth_capacity` never promises more to younger
        // instances than to older ones); instances that came from another class have a dict for ever.
        // SAFETY: so the place is in the cell.
        return if obj.attr_word(0).get().is_null() { unsafe { *in_cell::at(obj, place) } } else { Word::NULL };
    }
    // As above.
    match block(obj) {
        Some(block) if !L::Slots::EXACT || place < block.capacity() => block.get(place),
        _ => Word::NULL,
    }
}

/// `load` of a place that the instance does not have in its cell.
#[inline(never)]
fn load_outside<L: Layout>(obj: ObjPtr<L>, place: usize) -> Word<L> {
    let slot = place - in_cell::first_place(obj.info());
    match storage(obj) {
        Storage::Block(block) if slot < block.capacity() => block.get(slot),
        _ => Word::NULL,
    }
}

/// Stores at a place if the instance has it; the old word (`NULL` if it was not set). `Err` gives the value back.
///
/// # Safety
/// As for `load`.
#[inline(always)]
pub unsafe fn replace<L: Layout>(obj: ObjPtr<L>, place: usize, value: Owned<L>) -> Result<Word<L>, Owned<L>> {
    if in_cell::exact::<L>() {
        let state = State::of(obj);
        if !state.has(place) {
            return replace_outside(obj, place, value);
        }
        let at = in_cell::at(obj, place);
        // SAFETY: below the limit the cell has the place.
        unsafe {
            let old = *at;
            if old.is_null() {
                if place < state.high() {
                    return Err(value);
                }
                state.with_high(place + 1).set(obj);
            }
            *at = value.into_word();
            return Ok(old);
        }
    }
    let (found, slot) = if in_cell::as_cpython::<L>() {
        let first = in_cell::first_place(obj.info());
        let found = obj.attr_word(0).get().is_null().then(|| Values(in_cell::at(obj, first)));
        (found, place - first)
    } else {
        (block(obj), place)
    };
    match found {
        Some(block) if slot < block.capacity() => Ok(put(block, slot, value)),
        _ => Err(value),
    }
}

/// Stores into a slot of a block.
#[inline(always)]
fn put<L: Layout>(block: Values<L>, slot: usize, value: Owned<L>) -> Word<L> {
    let old = block.get(slot);
    block.put(slot, value.into_word());
    if old.is_null() {
        block.note_set(slot);
    }
    old
}

/// `replace` at a place that the instance does not have in its cell.
#[inline(never)]
fn replace_outside<L: Layout>(obj: ObjPtr<L>, place: usize, value: Owned<L>) -> Result<Word<L>, Owned<L>> {
    let slot = place - in_cell::first_place(obj.info());
    match storage(obj) {
        Storage::Block(block) if slot < block.capacity() => Ok(put(block, slot, value)),
        _ => Err(value),
    }
}

/// `replace`, making the slot where the instance has none yet: what a store with a place from a cache calls. `Err` gives the
/// value back: the instance has a dict, its block is full, or memory is short; then the general way decides.
///
/// # Safety
/// As for `load`; `heap` is the object's.
#[inline(always)]
pub unsafe fn store<L: Layout>(heap: &Heap<L>, obj: ObjPtr<L>, place: usize, value: Owned<L>) -> Result<Word<L>, Owned<L>> {
    // SAFETY: passed on.
    unsafe {
        match replace(obj, place, value) {
            Ok(old) => Ok(old),
            Err(value) => store_new(heap, obj, place, value),
        }
    }
}

/// `store` into a slot that the instance does not have.
///
/// # Safety
/// As for `store`.
#[inline(never)]
unsafe fn store_new<L: Layout>(heap: &Heap<L>, obj: ObjPtr<L>, place: usize, value: Owned<L>) -> Result<Word<L>, Owned<L>> {
    if dict(obj).is_some() {
        return Err(value);
    }
    // SAFETY: the slot is of the object's type, so the type has keys, more than `slot`.
    unsafe {
        let info = obj.info();
        let keys = &*info.shared_keys.get();
        match make_slot(heap, obj, keys, place - in_cell::first_place(info)) {
            Ok(true) => replace(obj, place, value),
            _ => Err(value),
        }
    }
}

/// Gives the instance, which has no dict, a block with the slot. `Ok(false)` if its block has no room and cannot grow.
///
/// # Safety
/// As for `store`; `keys` are the type's.
#[inline(always)]
pub(super) unsafe fn make_slot<L: Layout>(heap: &Heap<L>, obj: ObjPtr<L>, keys: &SharedKeys<L>, slot: usize) -> Result<bool, AllocError> {
    match storage(obj) {
        Storage::Nothing if in_cell::as_cpython::<L>() => return Ok(false),
        Storage::Nothing => {
            let capacity = if L::Slots::EXACT { keys.len() } else { keys.spare_capacity() };
            set_block(obj, Values::new(heap, capacity)?);
        }
        // SAFETY: the block is alive, and its words move.
        Storage::Block(block) if L::Slots::EXACT => set_block(obj, block.grow(heap, slot + 1)?),
        Storage::Cell(first, high) => {
            // Too young a name, or another order than that of the slots.
            let block = Values::new(heap, keys.len())?;
            for place in first..high {
                // SAFETY: places below `high` are in the cell; their references move.
                let word = unsafe { in_cell::at(obj, place).replace(Word::NULL) };
                if !word.is_null() {
                    block.put(place - first, word);
                    block.note_set(place - first);
                }
            }
            set_block(obj, block);
        }
        _ => return Ok(false),
    }
    Ok(true)
}

/// The instance's dict, if it has one; borrowed.
#[inline(always)]
pub fn dict<L: Layout>(obj: ObjPtr<L>) -> Option<Word<L>> {
    debug_assert!(obj.info().has(TypeFlags::ATTRS));
    if in_cell::exact::<L>() {
        let state = State::of(obj);
        return state.is_dict().then(|| dict_at(state.address()));
    }
    let word = obj.attr_word(L::Attrs::WORDS - 1).get();
    if word.is_null() || (merged::<L>() && word.addr() & 1 != 0) {
        return None;
    }
    Some(dict_at(word))
}

/// Empties the slots of an instance, whose references others have now, and frees a block outside the cell.
#[inline(always)]
pub(super) fn forget_values<L: Layout>(heap: &Heap<L>, obj: ObjPtr<L>) {
    match storage(obj) {
        Storage::Block(block) if in_cell::as_cpython::<L>() => {
            (0..block.capacity()).for_each(|slot| block.put(slot, Word::NULL));
            block.forget_order();
        }
        Storage::Block(block) => {
            set_empty(obj);
            // SAFETY: nobody else has the block.
            unsafe { block.free(heap) }
        }
        Storage::Cell(first, high) => {
            // SAFETY: places below `high` are in the cell.
            (first..high).for_each(|place| unsafe { in_cell::at(obj, place).write(Word::NULL) });
            set_empty(obj);
        }
        _ => {}
    }
}

/// Releases the values in slot order; the instance, which has no dict, is left empty.
#[inline(always)]
pub(super) fn release_values<L: Layout>(heap: Option<&Heap<L>>, obj: ObjPtr<L>, release: impl Fn(Word<L>)) {
    // The slots are emptied before anything is released.
    match storage(obj) {
        Storage::Block(block) if in_cell::as_cpython::<L>() => {
            block.forget_order();
            for slot in 0..block.capacity() {
                let word = block.get(slot);
                block.put(slot, Word::NULL);
                release(word);
            }
        }
        Storage::Block(block) => {
            set_empty(obj);
            (0..block.capacity()).for_each(|slot| release(block.get(slot)));
            if let Some(heap) = heap {
                // SAFETY: nobody else has the block.
                unsafe { block.free(heap) }
            }
        }
        Storage::Cell(first, high) => {
            set_empty(obj);
            for place in first..high {
                // SAFETY: places below `high` are in the cell and own their words.
                release(unsafe { in_cell::at(obj, place).replace(Word::NULL) });
            }
        }
        _ => {}
    }
}

/// Drops all attributes and the dict of an instance that dies: what it looks like afterwards does not matter.
///
/// # Safety
/// Nobody uses the attributes any more; `release` takes `NULL` or an owned word.
#[inline(always)]
pub(crate) unsafe fn drop_all<L: Layout>(heap: &Heap<L>, obj: ObjPtr<L>, release: impl Fn(Word<L>)) {
    match storage(obj) {
        Storage::Nothing => {}
        Storage::Dict(dict) => release(dict),
        Storage::Block(block) => {
            (0..block.capacity()).for_each(|slot| release(block.get(slot)));
            if !in_cell::as_cpython::<L>() {
                // SAFETY: nobody else has the block.
                unsafe { block.free(heap) }
            }
        }
        // SAFETY: places below `high` are in the cell and own their words.
        Storage::Cell(first, high) => (first..high).for_each(|place| release(unsafe { *in_cell::at(obj, place) })),
    }
}

/// Drops all attributes of an instance in cyclic trash, which stays valid.
///
/// # Safety
/// The object's type has `ATTRS`.
pub(crate) unsafe fn clear<L: Layout>(heap: &Heap<L>, obj: ObjPtr<L>) {
    let release = |word: Word<L>| {
        // SAFETY: the slot owned the word.
        unsafe { word.release() }
    };
    match dict(obj) {
        // A dict is part of the trash and loses what is in it; the cell of an instance that was of another class once may have fewer
        // slots than its class has names.
        Some(_) if in_cell::as_cpython::<L>() => {}
        Some(dict) => {
            if in_cell::exact::<L>() {
                set_empty(obj);
            } else {
                obj.attr_word(L::Attrs::WORDS - 1).set(null_mut());
            }
            release(dict);
        }
        None => release_values(Some(heap), obj, release),
    }
}
