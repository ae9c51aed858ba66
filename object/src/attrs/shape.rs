//! `Shape`: an instance has no attribute word; the index that names its type says how far its slots are in use, too. Where values are is
//! the business of `in_cell.rs`, whose state of an instance is here told by its shape.
//!
//! ```text
//! table of types:  ... | n slots, none set | first set | ... | n set | block outside | dict | ...     a path: n + 3 indices in a row
//! cell:  count, index | payload | v0 v1 ... v(n-1)            the values hold
//!        count, index | payload | block or dict, 0 ... 0      an overflow: the pointer is where v0 was
//! ```
//! A class has a path for each number of slots with which instances were born: the number of names that it had then, but one at least,
//! for the pointer. All shapes of a class agree on the slot of a name (`shared_keys.rs`), so a transition is to add to the index, and
//! what is known of a class is known of each of its shapes. A value that is set out of the order of slots, or is of a name younger than
//! the instance, makes the instance overflow, as under `Inline` without spare slots.
//!
//! Where the payload differs in size from instance to instance there is no slot behind it: such types have one shape, and a word in
//! front of the header.
//!
//! Hidden classes are those of Self and V8 (maps) and PyPy (`mapdict`), where every set of names in its order is a node in a tree.
//! Here the tree is a path, and what leaves it overflows.
use super::in_cell::{self, State};
use super::{AttrsPolicy, Record};
use crate::header::ObjPtr;
use crate::heap::{AllocError, Heap};
use crate::layout::Layout;
use crate::type_word::{Table, TypePolicy};
use crate::types::{TypeFlags, TypeInfo};
use crate::word::Word;
use core::cell::Cell;
use core::ptr::{null_mut, without_provenance_mut};

/// No word: where values are is said by the type's index.
pub struct Shape;
impl AttrsPolicy for Shape {
    const NAME: &'static str = "shape";
    const WORDS: usize = 0;
    const INLINE: bool = true;
    const SHAPES: bool = true;
    type Record = ShapeRecord;
}

/// What the table has beside the type.
#[derive(Default)]
pub struct ShapeRecord {
    /// The state of instances, but for a pointer; 0: the shape is the only one of its type.
    state: Cell<usize>,
    /// First index of the path.
    base: Cell<u32>,
    /// First index of another path of the class; 0: none.
    other: Cell<u32>,
    /// Place of slot 0.
    first: Cell<u32>,
    slots: Cell<u32>,
}
impl Record for ShapeRecord {
    #[inline(always)]
    fn shape(&self) -> Option<&ShapeRecord> {
        Some(self)
    }
}

/// The record of an index.
#[inline(always)]
fn record<L: Layout>(heap: &Heap<L>, index: u32) -> &ShapeRecord {
    table(heap).record(index).shape().expect("law: the policy's records are shapes")
}
#[inline(always)]
fn table<L: Layout>(heap: &Heap<L>) -> &Table<L> {
    L::Type::table(&heap.types).expect("law: `Plan::CHECK` sees to a table")
}
/// Where an object's index stands.
#[inline(always)]
fn index_of<'a, L: Layout>(obj: ObjPtr<L>) -> &'a Cell<u32> {
    L::Type::index(&obj.header().ty).expect("law: `Plan::CHECK` sees to an index")
}
#[inline(always)]
fn of<'a, L: Layout>(obj: ObjPtr<L>) -> &'a ShapeRecord {
    let heap = Heap::<L>::current().expect("law: who looks into an object has entered its heap");
    record(heap, index_of(obj).get())
}
/// The pointer of an instance that overflows.
#[inline(always)]
fn pointer<L: Layout>(obj: ObjPtr<L>, record: &ShapeRecord) -> *mut *mut u8 {
    in_cell::at(obj, record.first.get() as usize).cast()
}

/// The state of an instance.
#[inline(always)]
pub(super) fn state<L: Layout>(obj: ObjPtr<L>) -> State {
    let record = of(obj);
    let state = record.state.get();
    if state as isize > 0 {
        return State::from_word(without_provenance_mut(state));
    }
    if state == 0 {
        return State::from_word(obj.attr_word(0).get());
    }
    // SAFETY: the slot is in the cell: a path has one at least.
    State::from_word(unsafe { pointer(obj, record).read() }.map_addr(|a| a | state))
}

/// Moves an instance to another shape of its path. Slots in its cell are empty when it begins to overflow, and when it ends.
#[inline(always)]
pub(super) fn set_state<L: Layout>(obj: ObjPtr<L>, to: State) {
    let record = of(obj);
    let from = record.state.get();
    if from == 0 {
        return obj.attr_word(0).set(to.word());
    }
    let slots = record.slots.get();
    let step = if to.is_in_cell() {
        if (from as isize) < 0 {
            // SAFETY: as above.
            unsafe { pointer(obj, record).write(null_mut()) }
        }
        to.high() as u32 - record.first.get()
    } else {
        // SAFETY: as above.
        unsafe { pointer(obj, record).write(to.address()) }
        slots + 1 + to.is_dict() as u32
    };
    index_of(obj).set(record.base.get() + step);
}

/// Slots of an instance that overflows hold nothing but its pointer.
pub(super) fn is_pointer<L: Layout>(obj: ObjPtr<L>, place: usize) -> bool {
    let record = of(obj);
    (record.state.get() as isize) < 0 && place == record.first.get() as usize
}

/// First index of the path of a class for so many slots, made if there is none yet.
fn path<L: Layout>(heap: &Heap<L>, ty: ObjPtr<L>, slots: usize) -> Result<u32, AllocError> {
    let info = ty.as_info();
    let newest = info.index.get();
    let mut at = newest;
    while at != 0 {
        let record = record(heap, at);
        if record.slots.get() as usize == slots {
            return Ok(at);
        }
        at = record.other.get();
    }
    make_path(heap, ty, info, slots)
}

#[cold]
#[inline(never)]
fn make_path<L: Layout>(heap: &Heap<L>, ty: ObjPtr<L>, info: &TypeInfo<L>, slots: usize) -> Result<u32, AllocError> {
    let first = in_cell::first_place(info);
    let base = table(heap).add(ty, slots as u32 + 3)?;
    for step in 0..slots + 3 {
        let record = record(heap, base + step as u32);
        let state = match step - step.min(slots) {
            0 => State::in_cell(first + slots, first + step),
            1 => State::outside(slots, null_mut()),
            _ => State::dict(slots, null_mut()),
        };
        record.state.set(state.word().addr());
        record.base.set(base);
        record.other.set(info.index.get());
        record.first.set(first as u32);
        record.slots.set(slots as u32);
    }
    info.index.set(base);
    Ok(base)
}

/// The type field of an instance that is to be made with `capacity` slots in its cell.
#[inline(always)]
pub(crate) fn birth_field<L: Layout>(
    heap: &Heap<L>,
    ty: ObjPtr<L>,
    info: &TypeInfo<L>,
    capacity: usize,
) -> Result<<L::Type as TypePolicy>::Field<L>, AllocError> {
    if !L::Attrs::SHAPES || !info.has(TypeFlags::VALUES) {
        return L::Type::field(&heap.types, ty);
    }
    let field = L::Type::blank();
    L::Type::index(&field).expect("law: `Plan::CHECK` sees to an index").set(path(heap, ty, capacity)?);
    Ok(field)
}

/// Gives an instance the shape of another class that corresponds to its own.
pub(crate) fn set_type<L: Layout>(heap: &Heap<L>, obj: ObjPtr<L>, ty: ObjPtr<L>) -> Result<(), AllocError> {
    let index = index_of(obj);
    let record = record(heap, index.get());
    if record.state.get() == 0 {
        return L::Type::set(&obj.header().ty, &heap.types, ty);
    }
    let step = index.get() - record.base.get();
    index.set(path(heap, ty, record.slots.get() as usize)? + step);
    Ok(())
}

/// The words of a type of one shape, or none: see the top of the file.
pub(crate) const fn prefix<L: Layout>(flags: TypeFlags) -> usize {
    if L::Attrs::SHAPES && !flags.contains(TypeFlags::VALUES) { size_of::<Word<L>>() } else { L::Attrs::WORDS * 8 }
}
