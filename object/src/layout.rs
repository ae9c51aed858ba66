//! `Layout`: one policy per axis, as a type. Which layout a build uses is decided in `select.rs`, not here.
use crate::attrs::{AttrsPolicy, SlotPolicy};
use crate::value::ValueRepr;
use crate::weak::WeakPolicy;
use core::marker::PhantomData;
use instar_alloc::CellSource;
use instar_gc::GcHeader;
use instar_refcount::RefCount;

/// One point of the design space.
pub trait Layout: Sized + 'static {
    /// The count word.
    type Rc: RefCount;
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
    type Alloc: CellSource;
    /// Whether ops borrow locals and constants instead of retaining them.
    const ELIDE: bool;
    /// Whether freed cells of certain kinds are kept for the next object of that kind.
    const FREE_LISTS: bool;

    /// The axes spelt out: reports use this name, never the command line's.
    fn name() -> String {
        format!(
            "rc={} gc={} attrs={} slots={} weakref={} value={} alloc={} elide={} freelists={}",
            Self::Rc::NAME,
            Self::Gc::NAME,
            Self::Attrs::NAME,
            Self::Slots::NAME,
            Self::Weak::NAME,
            Self::Value::NAME,
            Self::Alloc::NAME,
            if Self::ELIDE { "static" } else { "off" },
            if Self::FREE_LISTS { "on" } else { "off" },
        )
    }
}

/// A layout from its axes.
#[allow(clippy::type_complexity)]
pub struct Compose<Rc, Gc, Attrs, Slots, Weak, Value, Alloc, const ELIDE: bool, const FREE_LISTS: bool>(
    PhantomData<fn() -> (Rc, Gc, Attrs, Slots, Weak, Value, Alloc)>,
);

impl<Rc, Gc, Attrs, Slots, Weak, Value, Alloc, const ELIDE: bool, const FREE_LISTS: bool> Layout
    for Compose<Rc, Gc, Attrs, Slots, Weak, Value, Alloc, ELIDE, FREE_LISTS>
where
    Rc: RefCount,
    Gc: GcHeader,
    Attrs: AttrsPolicy,
    Slots: SlotPolicy,
    Weak: WeakPolicy,
    Value: ValueRepr,
    Alloc: CellSource,
{
    type Rc = Rc;
    type Gc = Gc;
    type Attrs = Attrs;
    type Slots = Slots;
    type Weak = Weak;
    type Value = Value;
    type Alloc = Alloc;
    const ELIDE: bool = ELIDE;
    const FREE_LISTS: bool = FREE_LISTS;
}

/// Sizes of the parts of an object under `L`, in bytes, and the bits of the header that policies ask for.
pub(crate) struct Plan<L>(PhantomData<L>);

impl<L: Layout> Plan<L> {
    pub(crate) const GC: usize = size_of::<L::Gc>();
    pub(crate) const ATTRS: usize = L::Attrs::WORDS * 8;
    pub(crate) const WEAK: usize = if L::Weak::WORD { 8 } else { 0 };
    /// Policies that need flags or scratch bits beside the count. Forced by every heap.
    pub(crate) const CHECK: () = {
        assert!(size_of::<L::Rc>() == 8);
        assert!(
            L::Rc::EXTRA_BITS || L::Weak::WORD,
            "instar: `weakref-table` needs a header bit: add `rc-saturating` or `rc-immortal`"
        );
        assert!(
            L::Rc::EXTRA_BITS || !L::Gc::NEEDS_SCRATCH,
            "instar: `gc-one-word` counts in spare bits of the count word: add `rc-saturating` or `rc-immortal`"
        );
    };
}

/// Flags byte of the count word (policies with spare bits only).
pub(crate) mod bits {
    /// The weak-reference table has an entry for the object.
    pub(crate) const HAS_WEAKREF: u8 = 1;
    /// The finalizer was called; only for objects without GC words.
    pub(crate) const FINALIZED: u8 = 2;
}
