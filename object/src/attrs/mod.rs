//! Instance attributes: where they live (`AttrsPolicy`), how many slots they get (`SlotPolicy`), and the operations on them.
//!
//! ```text
//! split  (3.11): [values*] [dict*]      at most one is set
//! merged (3.12): [values* | 1] or [dict*] or [0]
//! ```
//! The words stand between the weakref word and the GC words. Python's dict type is not known here: an instance that
//! needs a dict gets one from the interpreter.
mod shared_keys;
mod values;

pub use shared_keys::{MAX_KEYS, SharedKeys};

use crate::handle::Owned;
use crate::header::ObjPtr;
use crate::heap::{AllocError, Heap};
use crate::layout::Layout;
use crate::select::Active;
use crate::types::{TypeFlags, TypeInfo};
use crate::word::Word;
use core::ptr::null_mut;
use values::Values;

/// Where instance attributes live.
pub trait AttrsPolicy: 'static {
    /// Name of the policy in reports.
    const NAME: &'static str;
    /// Words in the prefix.
    const WORDS: usize;
}
/// A word for the values and a word for the dict, as CPython 3.11.
pub struct Split;
impl AttrsPolicy for Split {
    const NAME: &'static str = "split";
    const WORDS: usize = 2;
}
/// One word for either, as CPython 3.12.
pub struct Merged;
impl AttrsPolicy for Merged {
    const NAME: &'static str = "merged";
    const WORDS: usize = 1;
}

/// How many slots an instance gets.
pub trait SlotPolicy: 'static {
    /// Name of the policy in reports.
    const NAME: &'static str;
    /// Whether the block is made at the first store, for the names that the class has then.
    const EXACT: bool;
}
/// As CPython: made at birth, with room for names to come.
pub struct Spare;
impl SlotPolicy for Spare {
    const NAME: &'static str = "cpython";
    const EXACT: bool = false;
}
/// No slot too many.
pub struct Exact;
impl SlotPolicy for Exact {
    const NAME: &'static str = "exact";
    const EXACT: bool = true;
}

/// What a name is on an instance.
pub enum AttrGet<L: Layout = Active> {
    /// Set; borrowed from the instance.
    Value(Word<L>),
    /// Not set.
    Missing,
    /// The instance has a dict: ask it. Borrowed.
    Dict(Word<L>),
}
/// What became of a store.
pub enum AttrSet<L: Layout = Active> {
    /// Stored; the old value, if any.
    Done(Option<Owned<L>>),
    /// No slot can be had: make a dict (`take_values`, `set_dict`). The value is given back.
    NeedsDict(Owned<L>),
    /// The instance has a dict: store there. The value is given back.
    Dict(Word<L>, Owned<L>),
}
/// What became of a deletion.
pub enum AttrDelete<L: Layout = Active> {
    /// Deleted; the old value.
    Done(Owned<L>),
    /// Was not set.
    Missing,
    /// The instance has a dict: delete there.
    Dict(Word<L>),
}

fn merged<L: Layout>() -> bool {
    L::Attrs::WORDS == 1
}

/// The values block of an instance, null if it has a dict or nothing. `*values(obj).add(slot)` is the value of a slot
/// below `capacity`, `NULL` if it is not set.
///
/// # Safety
/// The object's type has `ATTRS`.
#[inline(always)]
pub unsafe fn values<L: Layout>(obj: ObjPtr<L>) -> *mut Word<L> {
    let word = obj.attr_word(0).get();
    if !merged::<L>() {
        return word.cast();
    }
    if word.addr() & 1 == 0 {
        return null_mut();
    }
    let block = word.wrapping_sub(1).cast::<Word<L>>();
    // SAFETY: a tagged word is the address of a block.
    unsafe { core::hint::assert_unchecked(!block.is_null()) };
    block
}

/// `values`, for our own use: one test in either policy.
#[inline(always)]
fn block<L: Layout>(obj: ObjPtr<L>) -> Option<Values<L>> {
    let word = obj.attr_word(0).get();
    let found = if merged::<L>() { word.addr() & 1 != 0 } else { !word.is_null() };
    found.then(|| Values(word.wrapping_sub(merged::<L>() as usize).cast()))
}

#[inline(always)]
fn set_values<L: Layout>(obj: ObjPtr<L>, values: *mut Word<L>) {
    let word = values.cast::<u8>();
    obj.attr_word(0).set(if merged::<L>() && !word.is_null() { word.wrapping_add(1) } else { word });
}

/// Slots of a block that `values` returned.
///
/// # Safety
/// The block is alive and not null.
#[inline(always)]
pub unsafe fn capacity<L: Layout>(values: *mut Word<L>) -> usize {
    Values(values).capacity()
}

/// The value of a slot, `NULL` if it is not set or the instance has a dict (or nothing).
///
/// # Safety
/// The object's type has `ATTRS`; the slot came from `index` of this type.
#[inline(always)]
pub unsafe fn load<L: Layout>(obj: ObjPtr<L>, slot: usize) -> Word<L> {
    // With spare slots every block has room for every slot of the class (`birth_capacity` never promises more to younger
    // instances than to older ones).
    match block(obj) {
        Some(block) if !<L::Slots as SlotPolicy>::EXACT || slot < block.capacity() => block.get(slot),
        _ => Word::NULL,
    }
}

/// Stores into a slot if the instance has it; the old word (`NULL` if it was not set). `Err` gives the value back.
///
/// # Safety
/// As for `load`.
#[inline(always)]
pub unsafe fn replace<L: Layout>(obj: ObjPtr<L>, slot: usize, value: Owned<L>) -> Result<Word<L>, Owned<L>> {
    let block = match block(obj) {
        Some(block) if slot < block.capacity() => block,
        _ => return Err(value),
    };
    let old = block.get(slot);
    block.put(slot, value.into_word());
    if old.is_null() {
        block.note_set(slot);
    }
    Ok(old)
}

/// `replace`, making the slot where the instance has none yet: what a store with a slot from a cache calls. `Err` gives the
/// value back: the instance has a dict, its block is full, or memory is short; then the general way decides.
///
/// # Safety
/// As for `load`; `heap` is the object's.
#[inline(always)]
pub unsafe fn store<L: Layout>(heap: &Heap<L>, obj: ObjPtr<L>, slot: usize, value: Owned<L>) -> Result<Word<L>, Owned<L>> {
    // SAFETY: passed on.
    unsafe {
        match replace(obj, slot, value) {
            Ok(old) => Ok(old),
            Err(value) => store_new(heap, obj, slot, value),
        }
    }
}

/// `store` into a slot that the instance does not have.
///
/// # Safety
/// As for `store`.
#[inline(never)]
unsafe fn store_new<L: Layout>(heap: &Heap<L>, obj: ObjPtr<L>, slot: usize, value: Owned<L>) -> Result<Word<L>, Owned<L>> {
    if dict(obj).is_some() {
        return Err(value);
    }
    // SAFETY: the slot is of the object's type, so the type has keys, more than `slot`.
    unsafe {
        let keys = &*obj.info().shared_keys.get();
        if make_slot(heap, obj, keys, slot).is_err() {
            return Err(value);
        }
        replace(obj, slot, value)
    }
}

/// Gives the instance, which has no dict, a block with the slot. `Ok(false)` if its block has no room and cannot grow.
///
/// # Safety
/// As for `store`; `keys` are the type's.
#[inline(always)]
unsafe fn make_slot<L: Layout>(heap: &Heap<L>, obj: ObjPtr<L>, keys: &SharedKeys<L>, slot: usize) -> Result<bool, AllocError> {
    match block(obj) {
        None => {
            let capacity = if <L::Slots as SlotPolicy>::EXACT { keys.len() } else { keys.spare_capacity() };
            set_values(obj, Values::new(heap, capacity)?.0);
        }
        // SAFETY: the block is alive, and its words move.
        Some(block) if <L::Slots as SlotPolicy>::EXACT => set_values(obj, block.grow(heap, slot + 1)?.0),
        Some(_) => return Ok(false),
    }
    Ok(true)
}

/// Whether the instance keeps its attributes in a dict of its own. False for types without `ATTRS`.
#[inline(always)]
pub fn has_dict<L: Layout>(obj: ObjPtr<L>) -> bool {
    obj.info().has(TypeFlags::ATTRS) && dict(obj).is_some()
}

/// The slot of a name (an interned string) in instances of a type.
#[inline]
pub fn index<L: Layout>(info: &TypeInfo<L>, name: Word<L>) -> Option<u16> {
    let keys = info.shared_keys.get();
    // SAFETY: the type's keys live as long as the type.
    if keys.is_null() { None } else { unsafe { (*keys).index(name) } }
}

/// The shared keys of a type with `ATTRS`, made if it has none yet.
pub fn shared_keys<L: Layout>(info: &TypeInfo<L>) -> Result<&SharedKeys<L>, AllocError> {
    if info.shared_keys.get().is_null() {
        info.shared_keys.set(SharedKeys::new()?);
    }
    // SAFETY: as above.
    Ok(unsafe { &*info.shared_keys.get() })
}

/// Prepares the attribute words of a new instance.
#[inline(always)]
pub(crate) unsafe fn init<L: Layout>(heap: &Heap<L>, obj: ObjPtr<L>, info: &TypeInfo<L>) -> Result<(), AllocError> {
    for i in 0..L::Attrs::WORDS {
        obj.attr_word(i).set(null_mut());
    }
    if !<L::Slots as SlotPolicy>::EXACT {
        let capacity = shared_keys(info)?.birth_capacity();
        set_values(obj, Values::new(heap, capacity)?.0);
    }
    Ok(())
}

/// The instance's dict, if it has one; borrowed.
#[inline(always)]
pub fn dict<L: Layout>(obj: ObjPtr<L>) -> Option<Word<L>> {
    debug_assert!(obj.info().has(TypeFlags::ATTRS));
    let word = obj.attr_word(L::Attrs::WORDS - 1).get();
    if word.is_null() || (merged::<L>() && word.addr() & 1 != 0) {
        return None;
    }
    // SAFETY: the word is the header of a dict that the instance owns.
    Some(Word::from_ptr(unsafe { ObjPtr::new(core::ptr::NonNull::new_unchecked(word.cast())) }))
}

/// Reads a name (an interned string).
#[inline]
pub fn get<L: Layout>(obj: ObjPtr<L>, name: Word<L>) -> AttrGet<L> {
    if let Some(dict) = dict(obj) {
        return AttrGet::Dict(dict);
    }
    match index(obj.info(), name) {
        // SAFETY: the slot is of the object's type.
        Some(slot) => match unsafe { load(obj, slot as usize) } {
            word if word.is_null() => AttrGet::Missing,
            word => AttrGet::Value(word),
        },
        None => AttrGet::Missing,
    }
}

/// Stores under a name (an interned string), which joins the class's shared keys if there is room.
pub fn set<L: Layout>(obj: ObjPtr<L>, name: Word<L>, value: Owned<L>) -> Result<AttrSet<L>, AllocError> {
    if let Some(dict) = dict(obj) {
        return Ok(AttrSet::Dict(dict, value));
    }
    let keys = shared_keys(obj.info())?;
    let known = keys.len();
    let Some(slot) = keys.index_or_add(name) else { return Ok(AttrSet::NeedsDict(value)) };
    if keys.len() != known {
        // A new key may shadow a class attribute that a cache holds for instances.
        obj.info().version.set(0);
    }
    let slot = slot as usize;
    // SAFETY: the slot is of the object's type.
    let value = match unsafe { replace(obj, slot, value) } {
        // SAFETY: the old word was owned by the slot.
        Ok(old) => return Ok(AttrSet::Done(unsafe { Owned::owned_or_none(old) })),
        Err(value) => value,
    };
    let heap = Heap::<L>::current().ok_or(AllocError)?;
    // SAFETY: the slot is of the object's type, which has ATTRS.
    if !unsafe { make_slot(heap, obj, keys, slot)? } {
        return Ok(AttrSet::NeedsDict(value));
    }
    // SAFETY: now the slot exists.
    match unsafe { replace(obj, slot, value) } {
        // SAFETY: the old word was owned by the slot.
        Ok(old) => Ok(AttrSet::Done(unsafe { Owned::owned_or_none(old) })),
        Err(value) => Ok(AttrSet::NeedsDict(value)),
    }
}

/// Deletes a name (an interned string).
pub fn delete<L: Layout>(obj: ObjPtr<L>, name: Word<L>) -> AttrDelete<L> {
    if let Some(dict) = dict(obj) {
        return AttrDelete::Dict(dict);
    }
    let Some(slot) = index(obj.info(), name) else { return AttrDelete::Missing };
    // SAFETY: the slot is of the object's type; a set slot's word is owned by it.
    unsafe {
        if load(obj, slot as usize).is_null() {
            return AttrDelete::Missing;
        }
        let block = Values(values(obj));
        let old = block.get(slot as usize);
        block.put(slot as usize, Word::NULL);
        block.note_deleted(slot as usize);
        AttrDelete::Done(Owned::from_word(old))
    }
}

/// Number of attributes set in slots; 0 if the instance has a dict.
pub fn len<L: Layout>(obj: ObjPtr<L>) -> usize {
    // SAFETY: the object's type has ATTRS (`dict` checks in debug builds).
    let block = Values(unsafe { values(obj) });
    if block.0.is_null() { 0 } else { block.used() }
}

/// Visits names and values of the slots in the order in which they were set; both borrowed. `f` must not change the instance.
pub fn for_each<L: Layout>(obj: ObjPtr<L>, mut f: impl FnMut(Word<L>, Word<L>)) {
    // SAFETY: the object's type has ATTRS, and instances with values have keys.
    unsafe {
        let block = Values(values(obj));
        if block.0.is_null() {
            return;
        }
        let keys = &*obj.info().shared_keys.get();
        for i in 0..block.used() {
            let slot = block.nth(i);
            f(keys.name(slot), block.get(slot));
        }
    }
}

/// Takes all slots' names and values out, in the order in which they were set; the instance is left empty.
#[allow(clippy::type_complexity)]
pub fn take_values<L: Layout>(obj: ObjPtr<L>) -> Result<Vec<(Owned<L>, Owned<L>)>, AllocError> {
    let mut out = Vec::new();
    out.try_reserve(len(obj)).map_err(|_| AllocError)?;
    // SAFETY: names are kept by the keys; the values' references move out with their words.
    for_each(obj, |name, value| unsafe { out.push((Owned::share_word(name), Owned::from_word(value))) });
    if let Some(heap) = Heap::<L>::current() {
        // SAFETY: the slots' references have moved.
        unsafe {
            let block = Values(values(obj));
            set_values(obj, null_mut());
            if !block.0.is_null() {
                block.free(heap);
            }
        }
    }
    Ok(out)
}

/// Gives the instance a dict; what it had before in slots is dropped, an old dict is returned.
pub fn set_dict<L: Layout>(obj: ObjPtr<L>, new: Owned<L>) -> Option<Owned<L>> {
    debug_assert!(new.ptr().is_some());
    crate::stats::dict_made::<L>();
    let old = dict(obj);
    let word = new.into_word().ptr().as_ptr().cast::<u8>();
    if old.is_some() {
        obj.attr_word(L::Attrs::WORDS - 1).set(word);
        // SAFETY: the instance owned its dict.
        return unsafe { Owned::owned_or_none(old.unwrap_or(Word::NULL)) };
    }
    // SAFETY: the object's type has ATTRS. The words change before anything is dropped.
    unsafe {
        let block = Values(values(obj));
        obj.attr_word(0).set(null_mut());
        obj.attr_word(L::Attrs::WORDS - 1).set(word);
        if let Some(heap) = Heap::<L>::current() {
            drop_block(heap, block);
        }
    }
    None
}

/// Releases the slots in slot order and frees the block.
#[inline(always)]
unsafe fn drop_block<L: Layout>(heap: &Heap<L>, block: Values<L>) {
    if block.0.is_null() {
        return;
    }
    // SAFETY: the block is unreachable for others by now; each slot owns its word.
    unsafe {
        for slot in 0..block.capacity() {
            block.get(slot).release();
        }
        block.free(heap);
    }
}

/// Drops all attributes and the dict: the instance dies or is cleared.
#[inline(always)]
pub(crate) unsafe fn drop_all<L: Layout>(heap: &Heap<L>, obj: ObjPtr<L>) {
    // SAFETY: the object's type has ATTRS; the words are emptied before anything is released.
    unsafe {
        let (block, dict) = (block(obj), dict(obj));
        for i in 0..L::Attrs::WORDS {
            obj.attr_word(i).set(null_mut());
        }
        if let Some(block) = block {
            drop_block(heap, block);
        }
        if let Some(dict) = dict {
            dict.release_ptr();
        }
    }
}

/// Visits the values, or the dict.
///
/// # Safety
/// The object's type has `ATTRS`.
#[inline(always)]
pub(crate) unsafe fn trace<L: Layout>(obj: ObjPtr<L>, visit: &mut impl FnMut(Word<L>)) {
    if let Some(dict) = dict(obj) {
        visit(dict);
    }
    // SAFETY: passed on.
    let block = Values(unsafe { values(obj) });
    if !block.0.is_null() {
        for slot in 0..block.capacity() {
            let word = block.get(slot);
            if !word.is_null() {
                visit(word);
            }
        }
    }
}

/// Bytes of a values block with `capacity` slots, as requested.
pub const fn block_bytes<L: Layout>(capacity: usize) -> usize {
    values::block_bytes::<L::Slots>(capacity)
}
