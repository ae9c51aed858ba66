//! Instance attributes: where they live (`AttrsPolicy`), how many slots they get (`SlotPolicy`), and the operations on them.
//!
//! ```text
//! split  (3.11): [values*] [dict*]      at most one is set
//! merged (3.12): [values* | 1] or [dict*] or [0]
//! inline (3.13): [dict*] or [0], and the values behind the payload: `in_cell.rs`
//! shape:         no word, and the values behind the payload: `shape.rs`
//! ```
//! The words stand between the weakref word and the GC words. Python's dict type is not known here: an instance that
//! needs a dict gets one from the interpreter.
mod in_cell;
pub(crate) mod shape;
mod shared_keys;
mod storage;
mod values;

pub use shape::Shape;
pub use shared_keys::{MAX_KEYS, SharedKeys};

use crate::handle::Owned;
use crate::header::ObjPtr;
use crate::heap::{AllocError, Heap};
use crate::layout::Layout;
use crate::select::Active;
use crate::types::{TypeFlags, TypeInfo};
use crate::word::Word;
use core::ptr::null_mut;
use in_cell::State;
use values::Values;

pub(crate) use in_cell::MAX_PAYLOAD;
pub use storage::{dict, load, replace, store};
pub(crate) use storage::{clear, drop_all};
use storage::{Storage, forget_values, make_slot, release_values, set_block, storage};

/// Where instance attributes live.
pub trait AttrsPolicy: 'static {
    /// Name of the policy in reports.
    const NAME: &'static str;
    /// Words in the prefix.
    const WORDS: usize;
    /// Whether an instance's values are in its own cell.
    const INLINE: bool = false;
    /// Whether the type's index says how they are.
    const SHAPES: bool = false;
    /// What the table of types keeps for that.
    type Record: Record;
}
/// What stands beside a type in the table of types.
pub trait Record: Default + 'static {
    /// The shape, where there are shapes.
    fn shape(&self) -> Option<&shape::ShapeRecord> {
        None
    }
}
impl Record for () {}
/// A word for the values and a word for the dict, as CPython 3.11.
pub struct Split;
impl AttrsPolicy for Split {
    const NAME: &'static str = "split";
    const WORDS: usize = 2;
    type Record = ();
}
/// One word for either, as CPython 3.12.
pub struct Merged;
impl AttrsPolicy for Merged {
    const NAME: &'static str = "merged";
    const WORDS: usize = 1;
    type Record = ();
}

/// A word for the dict, and the values behind the payload in the same cell, as CPython 3.13 and later.
pub struct Inline;
impl AttrsPolicy for Inline {
    const NAME: &'static str = "inline";
    const WORDS: usize = 1;
    const INLINE: bool = true;
    type Record = ();
}

/// How many slots an instance gets.
pub trait SlotPolicy: 'static {
    /// Name of the policy in reports.
    const NAME: &'static str;
    /// Whether there are slots only for the names that the class has: when the block is made, at the first store, or (values in the
    /// cell) at birth.
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

/// Whether the instance keeps its attributes in a dict of its own. False for types without `ATTRS`.
#[inline(always)]
pub fn has_dict<L: Layout>(obj: ObjPtr<L>) -> bool {
    obj.info().has(TypeFlags::ATTRS) && dict(obj).is_some()
}

/// The slot of a name (an interned string) in instances of a type.
#[inline]
fn slot_of<L: Layout>(info: &TypeInfo<L>, name: Word<L>) -> Option<usize> {
    let keys = info.shared_keys.get();
    // SAFETY: the type's keys live as long as the type.
    if keys.is_null() { None } else { unsafe { (*keys).index(name).map(usize::from) } }
}

/// Where instances of a type have the value of a name (an interned string): what `load`, `replace` and `store` take, for as long as
/// the type lives.
#[inline]
pub fn index<L: Layout>(info: &TypeInfo<L>, name: Word<L>) -> Option<u16> {
    u16::try_from(slot_of(info, name)? + in_cell::first_place(info)).ok()
}

/// The shared keys of a type with `ATTRS`, made if it has none yet.
pub fn shared_keys<L: Layout>(info: &TypeInfo<L>) -> Result<&SharedKeys<L>, AllocError> {
    if info.shared_keys.get().is_null() {
        info.shared_keys.set(SharedKeys::new()?);
    }
    // SAFETY: as above.
    Ok(unsafe { &*info.shared_keys.get() })
}

/// Slots in the cell of an instance that is to be made.
#[inline(always)]
pub(crate) fn birth_capacity<L: Layout>(info: &TypeInfo<L>) -> Result<usize, AllocError> {
    if !L::Attrs::INLINE || !info.has(TypeFlags::VALUES) {
        return Ok(0);
    }
    if !L::Slots::EXACT {
        return Ok(shared_keys(info)?.birth_capacity());
    }
    let keys = info.shared_keys.get();
    // SAFETY: the type's keys live as long as the type.
    let names = if keys.is_null() { 0 } else { unsafe { (*keys).len() } };
    Ok(if L::Attrs::SHAPES { names.max(1) } else { names })
}
/// Bytes behind the payload of an instance that is to be made with so many slots.
#[inline(always)]
pub(crate) fn birth_bytes<L: Layout>(info: &TypeInfo<L>, capacity: usize) -> usize {
    if L::Attrs::INLINE && info.has(TypeFlags::VALUES) { in_cell::bytes_for::<L>(capacity) } else { 0 }
}
/// Bytes behind the payload of a complete object whose type has `VALUES`.
#[inline(always)]
pub(crate) fn tail_bytes<L: Layout>(obj: ObjPtr<L>, info: &TypeInfo<L>) -> usize {
    if L::Attrs::INLINE { in_cell::bytes_of(obj, info) } else { 0 }
}

/// Prepares the attribute words of a new instance, and the slots in its cell.
///
/// # Safety
/// The cell has `birth_bytes` of `capacity` behind the payload.
#[inline(always)]
pub(crate) unsafe fn init<L: Layout>(heap: &Heap<L>, obj: ObjPtr<L>, info: &TypeInfo<L>, capacity: usize) -> Result<(), AllocError> {
    if L::Attrs::INLINE {
        // SAFETY: passed on.
        unsafe { in_cell::init(obj, info, capacity) }
        return Ok(());
    }
    for i in 0..L::Attrs::WORDS {
        obj.attr_word(i).set(null_mut());
    }
    if !L::Slots::EXACT {
        let capacity = shared_keys(info)?.birth_capacity();
        set_block(obj, Values::new(heap, capacity)?);
    }
    Ok(())
}

/// Reads a name (an interned string).
#[inline]
pub fn get<L: Layout>(obj: ObjPtr<L>, name: Word<L>) -> AttrGet<L> {
    if let Some(dict) = dict(obj) {
        return AttrGet::Dict(dict);
    }
    match slot_of(obj.info(), name) {
        // SAFETY: the slot is of the object's type.
        Some(slot) => match unsafe { load(obj, in_cell::first_place(obj.info()) + slot) } {
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
    let info = obj.info();
    if in_cell::as_cpython::<L>() && !info.has(TypeFlags::VALUES) {
        return Ok(AttrSet::NeedsDict(value));
    }
    let keys = shared_keys(info)?;
    let known = keys.len();
    let Some(slot) = keys.index_or_add(name) else { return Ok(AttrSet::NeedsDict(value)) };
    if keys.len() != known {
        // A new key may shadow a class attribute that a cache holds for instances.
        info.version.set(0);
    }
    let (slot, place) = (slot as usize, in_cell::first_place(info) + slot as usize);
    // SAFETY: the slot is of the object's type.
    let value = match unsafe { replace(obj, place, value) } {
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
    match unsafe { replace(obj, place, value) } {
        // SAFETY: the old word was owned by the slot.
        Ok(old) => Ok(AttrSet::Done(unsafe { Owned::owned_or_none(old) })),
        Err(value) => Ok(AttrSet::NeedsDict(value)),
    }
}

/// Deletes a name (an interned string).
pub fn delete<L: Layout>(obj: ObjPtr<L>, name: Word<L>) -> AttrDelete<L> {
    let Some(slot) = slot_of(obj.info(), name) else {
        return dict(obj).map_or(AttrDelete::Missing, AttrDelete::Dict);
    };
    match storage(obj) {
        Storage::Dict(dict) => AttrDelete::Dict(dict),
        Storage::Block(block) if slot < block.capacity() && !block.get(slot).is_null() => {
            let old = block.get(slot);
            block.put(slot, Word::NULL);
            block.note_deleted(slot);
            // SAFETY: a set slot's word is owned by it.
            AttrDelete::Done(unsafe { Owned::from_word(old) })
        }
        Storage::Cell(first, high) if first + slot < high => {
            // SAFETY: places below `high` are in the cell and own their words.
            match unsafe { Owned::owned_or_none(in_cell::at(obj, first + slot).replace(Word::NULL)) } {
                Some(old) => {
                    if first + slot + 1 == high {
                        State::of(obj).with_high(high - 1).set(obj);
                    }
                    AttrDelete::Done(old)
                }
                None => AttrDelete::Missing,
            }
        }
        _ => AttrDelete::Missing,
    }
}

/// Number of attributes set in slots; 0 if the instance has a dict.
pub fn len<L: Layout>(obj: ObjPtr<L>) -> usize {
    match storage(obj) {
        Storage::Block(block) => block.used(),
        // SAFETY: places below `high` are in the cell.
        Storage::Cell(first, high) => (first..high).filter(|&place| unsafe { !(*in_cell::at(obj, place)).is_null() }).count(),
        _ => 0,
    }
}

/// Visits names and values of the slots in the order in which they were set; both borrowed. `f` must not change the instance.
pub fn for_each<L: Layout>(obj: ObjPtr<L>, mut f: impl FnMut(Word<L>, Word<L>)) {
    // SAFETY: instances with values have keys; places below `high` are in the cell.
    unsafe {
        let keys = obj.info().shared_keys.get();
        match storage(obj) {
            Storage::Block(block) => {
                for i in 0..block.used() {
                    let slot = block.nth(i);
                    f((*keys).name(slot), block.get(slot));
                }
            }
            Storage::Cell(first, high) => {
                for place in first..high {
                    let word = *in_cell::at(obj, place);
                    if !word.is_null() {
                        f((*keys).name(place - first), word);
                    }
                }
            }
            _ => {}
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
        forget_values(heap, obj);
    }
    Ok(out)
}

/// Gives the instance a dict; what it had before in slots is dropped, an old dict is returned.
pub fn set_dict<L: Layout>(obj: ObjPtr<L>, new: Owned<L>) -> Option<Owned<L>> {
    debug_assert!(new.ptr().is_some());
    let old = dict(obj);
    if old.is_none() {
        release_values(Heap::<L>::current(), obj, |word| {
            // SAFETY: the slot owned the word.
            unsafe { word.release() }
        });
    }
    let word = new.into_word().ptr().as_ptr().cast::<u8>();
    if in_cell::exact::<L>() {
        State::dict(State::of(obj).slots(in_cell::first_place(obj.info())), word).set(obj);
    } else {
        obj.attr_word(L::Attrs::WORDS - 1).set(word);
        if in_cell::as_cpython::<L>() && obj.info().has(TypeFlags::VALUES) {
            Values(in_cell::at(obj, in_cell::first_place(obj.info()))).invalidate();
        }
    }
    // SAFETY: the instance owned its dict.
    unsafe { Owned::owned_or_none(old.unwrap_or(Word::NULL)) }
}

/// Visits the values, or the dict.
///
/// # Safety
/// The object's type has `ATTRS`.
#[inline(always)]
pub(crate) unsafe fn trace<L: Layout>(obj: ObjPtr<L>, visit: &mut impl FnMut(Word<L>)) {
    let mut some = |word: Word<L>| {
        if !word.is_null() {
            visit(word);
        }
    };
    match storage(obj) {
        Storage::Nothing => {}
        Storage::Dict(dict) => some(dict),
        Storage::Block(block) => (0..block.capacity()).for_each(|slot| some(block.get(slot))),
        // SAFETY: places below `high` are in the cell.
        Storage::Cell(first, high) => (first..high).for_each(|place| some(unsafe { *in_cell::at(obj, place) })),
    }
}

/// Checks what the layout says of an instance's attribute storage: for tests.
pub fn check<L: Layout>(obj: ObjPtr<L>) {
    let first = in_cell::first_place(obj.info());
    if in_cell::as_cpython::<L>() && obj.info().has(TypeFlags::VALUES) {
        assert_eq!(Values(in_cell::at(obj, first)).is_valid(), dict(obj).is_none(), "the header knows whether there is a dict");
    }
    if in_cell::exact::<L>() {
        let (state, slots) = (State::of(obj), State::of(obj).slots(first));
        let used = if state.is_in_cell() { state.high() } else { first };
        assert!(used >= first && used <= first + slots);
        for place in used..first + slots {
            // SAFETY: the cell has the slots.
            let empty = unsafe { (*in_cell::at(obj, place)).is_null() };
            assert!(empty || (L::Attrs::SHAPES && shape::is_pointer(obj, place)), "slots that are not in use are empty");
        }
    }
}

/// Bytes that `capacity` slots take in the cell of an instance, if they are there.
pub(crate) fn cell_bytes<L: Layout>(capacity: usize) -> usize {
    in_cell::bytes_for::<L>(capacity)
}
/// Bytes of a block of `capacity` slots outside the cell.
pub(crate) fn outside_bytes<L: Layout>(capacity: usize) -> usize {
    values::block_bytes::<L::Slots>(capacity)
}
/// Slots that an instance has in its cell, and in a block outside it if there is one.
pub(crate) fn capacities<L: Layout>(obj: ObjPtr<L>) -> (usize, Option<usize>) {
    let info = obj.info();
    let in_cell = match info.has(TypeFlags::VALUES) {
        false => 0,
        true if L::Slots::EXACT => State::of(obj).slots(in_cell::first_place(info)),
        true => Values(in_cell::at(obj, in_cell::first_place(info))).capacity(),
    };
    match storage(obj) {
        Storage::Block(block) if !info.has(TypeFlags::VALUES) || L::Slots::EXACT => (in_cell, Some(block.capacity())),
        _ => (in_cell, None),
    }
}
