//! `Layout`: one policy per axis, as a type. Which layout a build uses is decided in `select.rs`, not here.
use crate::attrs::{AttrsPolicy, SlotPolicy};
use crate::gc_words::{AllocPolicy, GcPolicy};
use crate::header::Header;
use crate::type_word::{Pointer, TypePolicy};
use crate::value::ValueRepr;
use crate::weak::WeakPolicy;
use core::marker::PhantomData;
use instar_alloc::Cells;
use instar_gc::GcHeader;
use instar_refcount::CountWord;

/// One point of the design space.
pub trait Layout: Sized + 'static {
    /// The count word.
    type Rc: CountWord;
    /// The words of the cycle collector.
    type Gc: GcHeader;
    /// Where instance attributes live.
    type Attrs: AttrsPolicy;
    /// How many slots an instance gets for them.
    type Slots: SlotPolicy;
    /// Where weak references to an object are found.
    type Weak: WeakPolicy;
    /// What one value slot holds.
    type Value: ValueRepr;
    /// Where cells come from.
    type Alloc: Cells;
    /// What the type word holds.
    type Type: TypePolicy;
    /// Whether ops borrow locals and constants instead of retaining them.
    const ELIDE: bool;
    /// Whether freed cells of certain kinds are kept for the next object of that kind.
    const FREE_LISTS: bool;
    /// Whether a death tears down so many objects at most, and leaves the rest to safe points.
    const QUEUED: bool;

    /// Where the parts of an object are, in bytes from its header; the parts before it are there if the type has them and those between.
    const COUNT_AT: isize = 0;
    /// The type word.
    const TYPE_AT: isize = core::mem::offset_of!(Header<Self>, ty) as isize;
    /// The payload.
    const PAYLOAD_AT: isize = size_of::<Header<Self>>() as isize;
    /// The collector's words.
    const GC_AT: isize = -(size_of::<Self::Gc>() as isize);
    /// The first word of the attributes, in an object with the collector's words.
    const ATTRS_AT: isize = Self::GC_AT - Self::Attrs::WORDS as isize * 8;
    /// The weak references' word, in an object with all other parts; the place of the first byte of the cell, if there is no such word.
    const WEAK_AT: isize = Self::ATTRS_AT - if Self::Weak::WORD { 8 } else { 0 };

    /// The axes spelt out: reports use this name, never the command line's.
    fn name() -> String {
        format!(
            "rc={} gc={} attrs={} slots={} weakref={} value={} alloc={} elide={} freelists={} release={} type={}",
            Self::Rc::NAME,
            Self::Gc::NAME,
            Self::Attrs::NAME,
            Self::Slots::NAME,
            Self::Weak::NAME,
            Self::Value::NAME,
            Self::Alloc::NAME,
            if Self::ELIDE { "static" } else { "off" },
            if Self::FREE_LISTS { "on" } else { "off" },
            if Self::QUEUED { "queued" } else { "prompt" },
            Self::Type::NAME,
        )
    }
}

/// A layout from its axes.
#[allow(clippy::type_complexity)]
pub struct Compose<Rc, Gc, Attrs, Slots, Weak, Value, Alloc, const ELIDE: bool, const FREE_LISTS: bool, const QUEUED: bool = false, Type = Pointer>(
    PhantomData<fn() -> (Rc, Gc, Attrs, Slots, Weak, Value, Alloc, Type)>,
);

impl<Rc, Gc, Attrs, Slots, Weak, Value, Alloc, const ELIDE: bool, const FREE_LISTS: bool, const QUEUED: bool, Type> Layout
    for Compose<Rc, Gc, Attrs, Slots, Weak, Value, Alloc, ELIDE, FREE_LISTS, QUEUED, Type>
where
    Rc: CountWord,
    Gc: GcPolicy,
    Attrs: AttrsPolicy,
    Slots: SlotPolicy,
    Weak: WeakPolicy,
    Value: ValueRepr,
    Alloc: AllocPolicy,
    Type: TypePolicy,
{
    type Rc = Rc;
    type Gc = Gc::Header<Self>;
    type Attrs = Attrs;
    type Slots = Slots;
    type Weak = Weak;
    type Value = Value;
    type Alloc = Gc::Cells<Alloc>;
    type Type = Type;
    const ELIDE: bool = ELIDE;
    const FREE_LISTS: bool = FREE_LISTS;
    const QUEUED: bool = QUEUED;
}

/// Sizes of the parts of an object under `L`, in bytes, and the bits of the header that policies ask for.
pub(crate) struct Plan<L>(PhantomData<L>);

impl<L: Layout> Plan<L> {
    pub(crate) const HEADER: usize = size_of::<Header<L>>();
    pub(crate) const GC: usize = size_of::<L::Gc>();
    pub(crate) const ATTRS: usize = L::Attrs::WORDS * 8;
    pub(crate) const WEAK: usize = if L::Weak::WORD { 8 } else { 0 };
    /// Policies that need flags or scratch bits beside the count. Forced by every heap.
    pub(crate) const CHECK: () = {
        assert!(Self::HEADER == header(size_of::<L::Rc>(), L::Type::BYTES));
        let page_room = L::Alloc::SIDE >= L::Gc::PAGE_BYTES;
        if let Some(why) = objection(L::Rc::EXTRA_BITS, L::Weak::WORD, L::Gc::NEEDS_SCRATCH, page_room) {
            panic!("{}", why);
        }
        let one_word = L::Gc::PAGE_BYTES != 0 && !L::Weak::WORD;
        if let Some(why) = objection_to_index(!L::Rc::LINKS, one_word, L::Attrs::SHAPES, L::Slots::EXACT, L::Type::BYTES == 4) {
            panic!("{}", why);
        }
        assert!(HeaderPlan::<L>::USED <= 7, "instar: the policies ask for more flags than the count word has");
    };
}

/// Why policies cannot be in one layout: whether the count word has bits to spare, weak references a word, the collector need for such
/// bits, and its pages, if it needs any, the room.
pub(crate) const fn objection(spare_bits: bool, weak_word: bool, needs_scratch: bool, page_room: bool) -> Option<&'static str> {
    if !spare_bits && !weak_word {
        return Some("instar: `weakref-table` needs a header bit: add `rc-saturating` or `rc-immortal`");
    }
    if !spare_bits && needs_scratch {
        return Some("instar: `gc-one-word` and `gc-zero-word` count in spare bits of the count word: add `rc-saturating` or `rc-immortal`");
    }
    if !page_room {
        return Some("instar: `gc-zero-word` finds objects by walking pages: add `alloc-pool` or `alloc-pool8` (no other source has room on its pages)");
    }
    None
}

/// Bytes of a header.
pub(crate) const fn header(count: usize, ty: usize) -> usize {
    (count + ty).next_multiple_of(8)
}

/// Why a packed count, which wants no other word of an object, and shapes, which want exact slots, cannot be in a layout whose types have an
/// index, or have none.
pub(crate) const fn objection_to_index(packed: bool, one_word: bool, shapes: bool, exact: bool, index: bool) -> Option<&'static str> {
    if packed && !index {
        return Some("instar: `rc-packed` leaves half a word for the type: add `type-index`");
    }
    if packed && !one_word {
        return Some("instar: `rc-packed` is for objects of one word: add `gc-zero-word` and `weakref-table`");
    }
    if shapes && !index {
        return Some("instar: `attrs-shape` says more with the type's index: add `type-index`");
    }
    if shapes && !exact {
        return Some("instar: `attrs-shape` has no slot to spare: add `slots-exact`");
    }
    None
}

/// Who has which bit of the flags byte of the count word. Policies say how many they need; the places are given out here: first
/// the collector's, then that of the weak-reference table. Policies without spare bits have none.
pub(crate) struct HeaderPlan<L>(PhantomData<L>);

impl<L: Layout> HeaderPlan<L> {
    /// The finalizer was called: of the object if it has no GC words, else of the collector's policy, if that has a use for it.
    pub(crate) const FINALIZED: u8 = 1;
    const GC_BITS: u32 = if L::Gc::FLAG_BITS == 0 { 1 } else { L::Gc::FLAG_BITS };
    /// The weak-reference table has an entry for the object.
    pub(crate) const HAS_WEAKREF: u8 = 1 << Self::GC_BITS;
    /// Bits given out.
    pub(crate) const USED: u32 = Self::GC_BITS + if L::Weak::WORD { 0 } else { 1 };
}
