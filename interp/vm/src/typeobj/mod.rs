//! Type objects: the payload of `type`, MRO, attribute lookup on types and its cache.
//!
//! `build.rs` makes native types, `create.rs` classes (the `type(name, bases, dict)` algorithm), `slot_update.rs` ties dunder
//! methods to slots, `descr.rs` holds the slot wrappers. Not here: attribute access on instances (`protocol/attr.rs`).

use std::cell::Cell;

use instar_object::{TypeFlags, TypeInfo};

use crate::object::{Guarded, Owned, Ref, Slot};
use crate::slots::Slots;
use crate::types::dict::PyDict;
use crate::vm::Vm;

pub mod build;
pub mod cache;
pub mod create;
pub mod methods;
pub mod slot_update;
pub mod wrapper;

pub use cache::MethodCache;

/// A type object.
pub type TypeRef = Ref<PyType>;

/// Bits of `TypeInfo::flags` that belong to the VM (from bit 16 on); the rest is `instar-object`'s.
pub mod vm_flags {
    /// Can be subclassed.
    pub const BASETYPE: u32 = 1 << 16;
    /// Attributes of the type itself cannot be changed (native types).
    pub const IMMUTABLE: u32 = 1 << 17;
    /// Has unimplemented abstract methods.
    pub const ABSTRACT: u32 = 1 << 18;
    /// Matches sequence patterns.
    pub const SEQUENCE: u32 = 1 << 19;
    /// Matches mapping patterns.
    pub const MAPPING: u32 = 1 << 20;
    /// Cannot be instantiated from Python.
    pub const NO_NEW: u32 = 1 << 21;
    /// Calling an instance's method can pass self without a bound method (functions, method descriptors).
    pub const METHOD_DESCRIPTOR: u32 = 1 << 22;
    /// A positional class pattern with one argument matches the subject itself (int, str, ...).
    pub const MATCH_SELF: u32 = 1 << 23;
    /// Subclass of `type`.
    pub const TYPE_SUBCLASS: u32 = 1 << 24;
    /// Subclass of `BaseException`.
    pub const EXCEPTION_SUBCLASS: u32 = 1 << 25;
    /// The type overrides neither `__getattribute__` nor `__getattr__` (generic lookup applies).
    pub const GENERIC_GETATTR: u32 = 1 << 26;
    /// The type does not override `__setattr__`/`__delattr__`.
    pub const GENERIC_SETATTR: u32 = 1 << 27;
}

/// Payload of a type object. `info` comes first: the header's type word finds it without a load (`object`, law T1).
#[repr(C)]
pub struct PyType {
    /// What `instar-object` needs to know about instances.
    pub info: TypeInfo,
    /// Slots; changed only by `slot_update.rs` and while building.
    pub(crate) slots: Cell<Slots>,
    /// `__name__`, a str.
    pub(crate) name: Slot,
    /// `__qualname__`, a str.
    pub(crate) qualname: Slot,
    /// `__base__`, or empty for `object`.
    pub(crate) base: Slot,
    /// `__bases__`, a tuple.
    pub(crate) bases: Slot,
    /// `__mro__`, a tuple of types.
    pub(crate) mro: Slot,
    /// The namespace.
    pub(crate) dict: Ref<PyDict>,
    /// Weak references to direct subclasses, in order of creation.
    pub(crate) subclasses: Guarded<Vec<Owned>>,
    /// Shared-key version for instances (specialisation), see `eval/specialize`.
    pub(crate) init_cache: Cell<u32>,
}

impl PyType {
    /// The slots, copied.
    #[inline(always)]
    pub fn slots(&self) -> &Slots {
        // SAFETY: `slots` is replaced only with the token held exclusively (`set_slots`); callers read one field and drop the reference.
        unsafe { &*self.slots.as_ptr() }
    }
    /// Replaces the slot table.
    pub(crate) fn set_slots(&self, slots: Slots) { self.slots.set(slots) }
    /// Whether a `vm_flags` bit is set.
    #[inline(always)]
    pub fn has_flag(&self, flag: u32) -> bool { self.info.flags.get().bits() & flag != 0 }
    /// Sets or clears a `vm_flags` bit.
    pub fn set_flag(&self, flag: u32, on: bool) {
        let bits = self.info.flags.get().bits();
        self.info.flags.set(TypeFlags::from_bits_retain(if on { bits | flag } else { bits & !flag }));
    }
    /// `__name__`.
    pub fn name(&self, vm: &Vm) -> String { text(vm, &self.name) }
    /// `__qualname__`.
    pub fn qualname(&self, vm: &Vm) -> String { text(vm, &self.qualname) }
    /// Whether the class statement (or `type()`) made it.
    #[inline]
    pub fn is_heap_type(&self) -> bool { self.info.flags.get().contains(TypeFlags::HEAP_TYPE) }
    /// The namespace.
    pub fn dict(&self) -> &Ref<PyDict> { &self.dict }
}

fn text(_vm: &Vm, slot: &Slot) -> String {
    slot.get().and_then(|o| Ref::<crate::types::str::PyStr>::cast(&o).map(|s| s.to_string_lossy())).unwrap_or_default()
}
