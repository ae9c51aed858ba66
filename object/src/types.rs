//! What the heap knows about a type: the start of every type object's payload, and the table of functions that know
//! the payload of its instances. Python's type object is not known here.
use crate::attrs::{self, AttrsPolicy, SharedKeys};
use crate::fields::{Described, Field};
use crate::layout::{Layout, Plan};
use crate::reflect::Buffer;
use crate::select::Active;
use crate::trace::Trace;
use crate::word::Word;
use core::cell::Cell;
use core::ptr::null_mut;

/// Facts about the instances of a type. Bits from 16 on are free for the interpreter.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(transparent)]
pub struct TypeFlags(u32);

impl TypeFlags {
    /// Instances have the collector's words and are tracked.
    pub const GC: Self = TypeFlags(1);
    /// Instances have attribute storage as the layout says. Implies `GC`.
    pub const ATTRS: Self = TypeFlags(2);
    /// Instances can be weakly referenced.
    pub const WEAKREF: Self = TypeFlags(4);
    /// Instances own one count of their type object.
    pub const HEAP_TYPE: Self = TypeFlags(8);
    /// Instances have a finalizer. May change while instances live.
    pub const FINALIZER: Self = TypeFlags(16);
    /// The payload owns nothing and needs no drop; excludes all flags above.
    pub const LEAF: Self = TypeFlags(32);
    /// The payload's size comes from `VTable::size_of`.
    pub const VAR: Self = TypeFlags(64);
    /// The payload has `__slots__` words. Set by `TypeInfo::new`.
    pub const SLOTS: Self = TypeFlags(128);
    /// The table of functions has `needs_finalizer`. Set by `TypeInfo::new`.
    pub(crate) const ASKS: Self = TypeFlags(256);
    /// The payload owns no reference, though its drop may have something to do; excludes all flags before `LEAF`. Such objects are
    /// freed at once when they die.
    pub const INERT: Self = TypeFlags(512);
    /// The references of the payload are where [`Words::Inline`], [`Words::Buffer`] or [`Words::Fields`] says. Set by `TypeInfo::new`.
    pub(crate) const INLINE: Self = TypeFlags(1024);
    pub(crate) const BUFFER: Self = TypeFlags(2048);
    pub(crate) const FIELDS: Self = TypeFlags(4096);
    /// Values of attributes follow the payload in the cell. Set by `TypeInfo::new`.
    pub(crate) const VALUES: Self = TypeFlags(8192);
    /// Instances own their attributes and their type, and nothing else. Set by `TypeInfo::new`.
    pub(crate) const INSTANCE: Self = TypeFlags(16384);
    /// Any of `INLINE`, `BUFFER`, `FIELDS`.
    pub(crate) const WORDS: Self = TypeFlags(1024 | 2048 | 4096);
    /// First bit that the interpreter may use.
    pub const FIRST_FREE_BIT: u32 = 16;

    /// No flag.
    pub const fn empty() -> Self {
        TypeFlags(0)
    }
    /// The bits.
    pub const fn bits(self) -> u32 {
        self.0
    }
    /// From bits, the interpreter's included.
    pub const fn from_bits_retain(bits: u32) -> Self {
        TypeFlags(bits)
    }
    /// Whether all of `other` is set.
    #[inline(always)]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
    /// Whether any of `other` is set.
    #[inline(always)]
    pub const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
    /// Both.
    pub const fn union(self, other: Self) -> Self {
        TypeFlags(self.0 | other.0)
    }
    /// What is in both.
    pub const fn intersection(self, other: Self) -> Self {
        TypeFlags(self.0 & other.0)
    }
    /// Without `other`.
    pub const fn difference(self, other: Self) -> Self {
        TypeFlags(self.0 & !other.0)
    }
    /// Sets `other`.
    pub fn insert(&mut self, other: Self) {
        self.0 |= other.0;
    }
    /// Clears `other`.
    pub fn remove(&mut self, other: Self) {
        self.0 &= !other.0;
    }
}
impl core::ops::BitOr for TypeFlags {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        self.union(other)
    }
}
impl core::ops::BitOrAssign for TypeFlags {
    fn bitor_assign(&mut self, other: Self) {
        self.insert(other);
    }
}

/// What a caller of [`Heap::alloc_known`](crate::Heap::alloc_known) knows about a type at compile time: the parts before the header of its instances.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// Nothing is known.
    Any,
    /// No part, and instances own no count of their type.
    Bare,
    /// The collector's words only, and instances own no count of their type.
    Gc,
    /// As `Gc`, and instances can be weakly referenced.
    GcWeak,
}

impl Shape {
    /// The shape with these parts.
    pub(crate) fn of(gc: bool, weak: bool) -> Self {
        match (gc, weak) {
            (false, _) => Shape::Bare,
            (true, false) => Shape::Gc,
            (true, true) => Shape::GcWeak,
        }
    }
    /// Whether instances of a type are made like this, with a payload of exactly `payload_bytes` bytes (the fixed part, for `VAR`).
    pub fn fits<L: Layout>(self, info: &TypeInfo<L>, payload_bytes: usize) -> bool {
        let parts = info.flags.get().intersection(TypeFlags::GC | TypeFlags::ATTRS | TypeFlags::WEAKREF | TypeFlags::HEAP_TYPE | TypeFlags::SLOTS);
        let own = match self {
            Shape::Any => return true,
            Shape::Bare => TypeFlags::empty(),
            Shape::Gc => TypeFlags::GC,
            Shape::GcWeak => TypeFlags::GC | TypeFlags::WEAKREF,
        };
        parts == own && info.payload_bytes as usize == payload_bytes
    }
}

/// Which free list keeps the cells of a type, under layouts that have them. `cap` 0 = none.
///
/// Ids are the interpreter's; a type with `sizes` > 1 (tuples) uses ids `id..id + sizes`, one per payload size in words
/// above the smallest.
#[derive(Clone, Copy, Default, Debug)]
pub struct FreeList {
    /// First list.
    pub id: u8,
    /// Number of lists.
    pub sizes: u8,
    /// Most cells that a list keeps.
    pub cap: u16,
}
/// Number of free lists of a heap.
pub const FREE_LISTS: usize = 64;

/// Where the references of a payload are, for types whose instances are made so often that the heap visits and releases them
/// itself. A reference is a word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Words {
    /// The functions of the [`VTable`] know.
    Unknown,
    /// Two 32-bit numbers begin the payload; as many words as their sum follow it. They are released from the last to the first.
    /// The top bit of the second number, [`TAIL`], is not part of it: it says that 8 bytes which are no reference end the payload.
    Inline,
    /// The payload is a [`BufVec`](crate::BufVec) of handles. They are released from the last to the first.
    Buffer,
    /// The payload begins with so many words, which may be `NULL`; the rest needs no drop. They are released from the first to the last.
    Fields(u8),
}

/// See [`Words::Inline`].
pub const TAIL: u32 = 1 << 31;

/// How an object comes to its end. One that would only let go of what it holds needs no finalizer when its count ends, but has
/// its turn among the finalizers of a cycle: what it lets go of can end others before theirs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// Nobody refers to it any more.
    Count,
    /// It is part of a cycle that nobody refers to.
    Cycle,
}

/// Functions that know the payload of a type's instances.
pub struct VTable<L: Layout = Active> {
    /// Name in reports and assertions.
    pub name: &'static str,
    /// Visits each owned word of the payload.
    pub trace: unsafe fn(*mut (), &mut dyn FnMut(Word<L>)),
    /// Drops what can be part of a cycle, leaving a valid payload.
    pub clear: unsafe fn(*mut ()),
    /// Drops the payload in place; `None` if there is nothing to drop.
    pub drop: Option<unsafe fn(*mut ())>,
    /// Bytes of the payload, for types with `VAR`.
    pub size_of: Option<unsafe fn(*mut ()) -> usize>,
    /// Whether this instance must be finalized although its type has no `FINALIZER`.
    pub needs_finalizer: Option<unsafe fn(*mut (), End) -> bool>,
    /// Where the references are; see [`VTable::with_words`].
    pub words: Words,
    /// What the payload is made of.
    pub fields: &'static [Field],
    /// The buffer of the heap that the payload owns, if it owns one. Native memory of other kinds is none.
    pub buffer: Option<unsafe fn(*mut ()) -> Buffer>,
}

impl<L: Layout> VTable<L> {
    /// The functions of a payload of Rust type `T`.
    pub const fn of<T: Trace<L> + 'static>(name: &'static str) -> Self {
        VTable {
            name,
            trace: |p, visit| {
                // SAFETY: the heap calls this on live payloads of this type.
                unsafe { (*p.cast::<T>()).trace(visit) }
            },
            clear: |p| {
                // SAFETY: as above; nobody looks at the payload of cyclic trash meanwhile.
                unsafe { (*p.cast::<T>()).clear() }
            },
            drop: if core::mem::needs_drop::<T>() {
                Some(|p| {
                    // SAFETY: the heap calls this once, when the object dies.
                    unsafe { p.cast::<T>().drop_in_place() }
                })
            } else {
                None
            },
            size_of: None,
            needs_finalizer: None,
            words: Words::Unknown,
            fields: &[],
            buffer: None,
        }
    }
    /// For payloads of plain data (`LEAF` types).
    pub const fn leaf(name: &'static str) -> Self {
        VTable { name, trace: |_, _| {}, clear: |_| {}, drop: None, size_of: None, needs_finalizer: None, words: Words::Unknown, fields: &[], buffer: None }
    }
    /// With a size function, for types with `VAR`.
    pub const fn with_size(mut self, size_of: unsafe fn(*mut ()) -> usize) -> Self {
        self.size_of = Some(size_of);
        self
    }
    /// With known references.
    ///
    /// # Safety
    /// The payload is as `words` says, and all that `trace` visits and `drop` does is to visit and to release them, in that order,
    /// and to free the buffer.
    pub const unsafe fn with_words(mut self, words: Words) -> Self {
        self.words = words;
        self
    }
    /// With the fields of the payload, and the buffer that it owns.
    pub const fn with_fields<T: Described>(mut self) -> Self {
        self.fields = T::FIELDS;
        self.buffer = T::BUFFER;
        self
    }
    /// With a question to ask before the object dies.
    pub const fn with_finalizer(mut self, needs: unsafe fn(*mut (), End) -> bool) -> Self {
        self.needs_finalizer = Some(needs);
        self
    }
}

/// The first part of every type object's payload.
#[repr(C)]
pub struct TypeInfo<L: Layout = Active> {
    /// Facts about instances.
    pub flags: Cell<TypeFlags>,
    /// With `type-index`: the index in the heap's table; 0 before the first instance.
    pub(crate) index: Cell<u32>,
    /// The interpreter's type version; 0 = none.
    pub version: Cell<u32>,
    /// Bytes of the fixed part of the payload, `__slots__` words included.
    pub payload_bytes: u32,
    /// Where the `__slots__` words begin in the payload.
    pub slots_offset: u32,
    /// Number of `__slots__` words.
    pub slots_len: u32,
    /// Where each class's own `__slots__` begin, base first. They die class by class, the most derived first, as in CPython;
    /// empty: one class has them all.
    pub slot_groups: Box<[u32]>,
    /// Bytes before the header.
    pub prefix_bytes: u32,
    /// Where freed cells are kept.
    pub free_list: FreeList,
    /// Functions that know the payload.
    pub vtable: &'static VTable<L>,
    /// Attribute names of instances; null until the first instance, and always without `ATTRS`.
    pub shared_keys: Cell<*mut SharedKeys<L>>,
}

impl<L: Layout> TypeInfo<L> {
    /// A type whose instances have a payload of `payload_bytes` bytes, its last part `slots_len` words of `__slots__`
    /// from `slots_offset` on. `ATTRS` adds `GC`.
    pub fn new(flags: TypeFlags, payload_bytes: usize, slots_offset: usize, slots_len: usize, vtable: &'static VTable<L>) -> Self {
        let mut flags = flags;
        if flags.contains(TypeFlags::ATTRS) {
            flags.insert(TypeFlags::GC);
        }
        let shaped = TypeFlags::GC | TypeFlags::WEAKREF | TypeFlags::HEAP_TYPE | TypeFlags::FINALIZER;
        assert!(!flags.contains(TypeFlags::LEAF) || !flags.intersects(shaped), "{}: a leaf type has no other parts", vtable.name);
        assert!(!flags.contains(TypeFlags::INERT) || !flags.intersects(shaped), "{}: an inert type has no other parts", vtable.name);
        assert!(!flags.contains(TypeFlags::INERT) || (slots_len == 0 && vtable.needs_finalizer.is_none()), "{}: an inert type owns nothing", vtable.name);
        assert!(!flags.contains(TypeFlags::LEAF) || (vtable.drop.is_none() && slots_len == 0), "{}: a leaf needs no drop", vtable.name);
        assert!(!flags.contains(TypeFlags::VAR) || vtable.size_of.is_some(), "{}: VAR needs `size_of`", vtable.name);
        assert!(slots_len == 0 || slots_offset.is_multiple_of(8) && slots_offset + slots_len * 8 == payload_bytes, "{}: `__slots__` end the payload", vtable.name);
        if slots_len != 0 {
            flags.insert(TypeFlags::SLOTS);
        }
        match vtable.words {
            Words::Unknown => {}
            Words::Inline => flags.insert(TypeFlags::INLINE),
            Words::Buffer => flags.insert(TypeFlags::BUFFER),
            Words::Fields(_) => flags.insert(TypeFlags::FIELDS),
        }
        if vtable.needs_finalizer.is_some() {
            flags.insert(TypeFlags::ASKS);
        }
        if <L::Attrs as AttrsPolicy>::INLINE && flags.contains(TypeFlags::ATTRS) && is_sized(flags, payload_bytes) {
            flags.insert(TypeFlags::VALUES);
        }
        let parts = TypeFlags::ATTRS | TypeFlags::HEAP_TYPE | TypeFlags::VAR | TypeFlags::SLOTS | TypeFlags::WORDS;
        if flags.intersection(parts) == TypeFlags::ATTRS | TypeFlags::HEAP_TYPE
            && vtable.drop.is_none()
            && (!<L::Attrs as AttrsPolicy>::SHAPES || flags.contains(TypeFlags::VALUES))
        {
            flags.insert(TypeFlags::INSTANCE);
        }
        let mut prefix = 0;
        if flags.contains(TypeFlags::GC) {
            prefix += Plan::<L>::GC;
        }
        if flags.contains(TypeFlags::ATTRS) {
            prefix += attrs::shape::prefix::<L>(flags);
        }
        if flags.contains(TypeFlags::WEAKREF) {
            prefix += Plan::<L>::WEAK;
        }
        TypeInfo {
            flags: Cell::new(flags),
            index: Cell::new(0),
            version: Cell::new(0),
            payload_bytes: payload_bytes as u32,
            slots_offset: slots_offset as u32,
            slots_len: slots_len as u32,
            slot_groups: Default::default(),
            prefix_bytes: prefix as u32,
            free_list: FreeList::default(),
            vtable,
            shared_keys: Cell::new(null_mut()),
        }
    }
    /// A type whose instances have exactly the payload `T`.
    pub fn of<T>(flags: TypeFlags, vtable: &'static VTable<L>) -> Self {
        Self::new(flags, size_of::<T>(), size_of::<T>(), 0, vtable)
    }
    /// With a free list for the cells of instances.
    pub fn with_free_list(mut self, free_list: FreeList) -> Self {
        assert!(free_list.id as usize + free_list.sizes as usize <= FREE_LISTS);
        self.free_list = free_list;
        self
    }
    /// Whether all of `flags` are set.
    #[inline(always)]
    pub fn has(&self, flags: TypeFlags) -> bool {
        self.flags.get().contains(flags)
    }
    /// Whether values can stand behind the payload.
    pub(crate) fn is_sized(&self) -> bool {
        is_sized(self.flags.get(), self.payload_bytes as usize)
    }
    /// Whether any of `flags` is set.
    #[inline(always)]
    pub(crate) fn has_any(&self, flags: TypeFlags) -> bool {
        self.flags.get().intersects(flags)
    }
    /// Bytes of an instance's cell with a payload of `payload_bytes`, values of attributes that follow it included.
    #[inline(always)]
    pub fn instance_bytes(&self, payload_bytes: usize) -> usize {
        self.prefix_bytes as usize + Plan::<L>::HEADER + payload_bytes
    }
}

/// As in CPython: where the payload's size differs from instance to instance, no place behind it is the class's.
fn is_sized(flags: TypeFlags, payload_bytes: usize) -> bool {
    !flags.intersects(TypeFlags::VAR | TypeFlags::INLINE) && payload_bytes <= attrs::MAX_PAYLOAD && payload_bytes.is_multiple_of(8)
}

impl<L: Layout> Drop for TypeInfo<L> {
    fn drop(&mut self) {
        let keys = self.shared_keys.replace(null_mut());
        if !keys.is_null() {
            // SAFETY: the keys belong to this type; instances own a count of it, so none is left.
            unsafe { SharedKeys::free(keys) }
        }
    }
}
