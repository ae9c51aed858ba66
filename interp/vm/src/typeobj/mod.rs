//! Type objects: the payload of `type`, MRO, attribute lookup on types and its cache.
//!
//! `build.rs` makes native types, `create.rs` classes (the `type(name, bases, dict)` algorithm), `mro.rs` orders bases,
//! `methods.rs` is what Python sees of `type`, `slot_table.rs` lists slots and dunder names, `slot_update.rs` ties the two,
//! `slot_dunder.rs` and `slot_operator.rs` are the slots of classes that define dunder methods, `wrapper.rs` calls native slots
//! from Python. Not here: attribute access on instances (`protocol/attr.rs`).

use std::cell::Cell;

use instar_object::{TypeFlags, TypeInfo};

use crate::native::TypeDef;
use crate::object::{Guarded, ObjPtr, Owned, Ref, Slot, Trace, TraceField, Word};
use crate::slots::Slots;
use crate::types::dict::PyDict;
use crate::types::tuple::PyTuple;
use crate::vm::Vm;

pub mod attr_plan;
pub mod build;
pub mod cache;
pub mod class_slots;
pub mod create;
pub mod methods;
pub mod mro;
pub mod slot_dunder;
pub mod slot_operator;
pub mod slot_table;
pub mod slot_update;
pub mod type_attrs;
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
    /// The MRO holds classes that are no bases (a metaclass's `mro()`): no version, so nothing is cached.
    pub const NO_VERSION: u32 = 1 << 28;
    /// A native type that CPython makes on the heap; only `__flags__` tells.
    pub const OF_MODULE: u32 = 1 << 29;
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
    /// Addresses of direct subclasses, in order of creation; a dying subclass takes itself out. Only this file looks inside.
    subclasses: Guarded<Vec<ObjPtr>>,
    /// Names of the class's own `__slots__` (tuple), to compare layouts.
    pub(crate) member_names: Slot,
    /// The tables a native type was made from.
    pub(crate) native: Cell<Option<&'static TypeDef>>,
    /// Module of a native type; empty means `builtins`.
    pub(crate) module: Cell<&'static str>,
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
    /// How messages name it: native types of modules with the module's name.
    pub fn display_name(&self, vm: &Vm) -> String {
        let (module, name) = (self.module.get(), self.name(vm));
        if module.is_empty() || module == "builtins" { name } else { format!("{module}.{name}") }
    }
    /// For a class that a native module made from a body: messages name it as they name native types.
    pub fn name_with_module(&self, module: &'static str) { self.module.set(module) }
    /// `__qualname__`.
    pub fn qualname(&self, vm: &Vm) -> String { text(vm, &self.qualname) }
    /// Whether the class statement (or `type()`) made it.
    #[inline]
    pub fn is_heap_type(&self) -> bool { self.info.flags.get().contains(TypeFlags::HEAP_TYPE) }
    /// The namespace.
    pub fn dict(&self) -> &Ref<PyDict> { &self.dict }
    /// A type before it has names, bases and MRO.
    pub(crate) fn bare(info: TypeInfo, dict: Ref<PyDict>) -> PyType {
        PyType {
            info, slots: Cell::new(Slots::default()), name: Slot::default(), qualname: Slot::default(), base: Slot::default(),
            bases: Slot::default(), mro: Slot::default(), dict, subclasses: Guarded::default(), member_names: Slot::default(),
            native: Cell::new(None), module: Cell::new(""), init_cache: Cell::new(0),
        }
    }
    /// The types of the MRO, this one first; empty while the type is being made or torn down.
    #[inline(always)]
    pub fn mro_items<'a>(&'a self, _vm: &'a Vm) -> &'a [Owned] { tuple_items(&self.mro) }
    /// The direct bases.
    #[inline]
    pub fn base_items<'a>(&'a self, _vm: &'a Vm) -> &'a [Owned] { tuple_items(&self.bases) }
    /// `__base__`.
    pub fn base(&self) -> Option<TypeRef> {
        // SAFETY: only type objects are stored in `base`.
        self.base.get().map(|b| unsafe { TypeRef::from_owned_unchecked(b) })
    }
    /// Whether `name` occurs in the type's own namespace.
    pub fn dict_get(&self, vm: &Vm, name: &Owned) -> Option<Owned> { self.dict.get_interned(vm, name) }
    /// Direct subclasses that are alive.
    pub fn subclasses(&self, vm: &Vm) -> Vec<TypeRef> {
        // SAFETY: a dying type removes itself (Drop below), so every address is a type object; share_word retains it.
        self.subclasses.get(vm).iter().map(|p| unsafe { TypeRef::from_owned_unchecked(Owned::share_ptr(*p)) }).collect()
    }
    /// Notes a new direct subclass.
    pub(crate) fn add_subclass(&self, vm: &mut Vm, subclass: &TypeRef) {
        self.subclasses.get_mut(vm).push(subclass.ptr())
    }
    /// Forgets a direct subclass.
    pub(crate) fn remove_subclass(&self, vm: &mut Vm, subclass: &TypeRef) { self.subclasses.get_mut(vm).retain(|p| *p != subclass.ptr()) }
}

fn tuple_items(slot: &Slot) -> &[Owned] {
    let w = slot.word();
    if w.is_null() { return &[] }
    // SAFETY: only exact tuples are stored in `bases` and `mro`; they are replaced only by `mro.rs` with the token held exclusively,
    // and the tuple's items never move.
    let tuple: &Owned = unsafe { &*(slot as *const Slot).cast::<Owned>() };
    unsafe { Ref::<PyTuple>::from_ref_unchecked(tuple) }.items()
}

impl Ref<PyType> {
    /// Whether this is `ty` or a subtype of it (by the MRO; no hooks).
    #[inline]
    pub fn is_subtype_of(&self, vm: &Vm, ty: &TypeRef) -> bool {
        if self.ptr() == ty.ptr() { return true }
        let mro = self.mro_items(vm);
        if mro.is_empty() { return self.is_subtype_by_base(ty) }
        let target = ty.obj().word();
        mro.iter().any(|t| t.word().same(target))
    }
    /// Whether `ty` is reached from here through `__base__`.
    pub(crate) fn is_subtype_by_base(&self, ty: &TypeRef) -> bool {
        let mut at = self.base();
        while let Some(t) = at {
            if t.ptr() == ty.ptr() { return true }
            at = t.base();
        }
        false
    }
    /// The object as a type, if it is one.
    #[inline]
    pub fn from_obj(obj: &Owned) -> Option<&TypeRef> { Ref::<PyType>::cast(obj) }
}

// SAFETY: visits each owned handle once. `clear` leaves base and bases in place (they are no cycle of their own: a base reaches a
// subclass only through its namespace, which is a dict that is cleared itself), so that Drop can sign off from the bases.
unsafe impl Trace for PyType {
    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        for slot in [&self.name, &self.qualname, &self.base, &self.bases, &self.mro, &self.member_names] { slot.trace_field(visit) }
        visit(self.dict.obj().word());
    }
    fn clear(&mut self) { self.mro.clear_field() }
}

impl Drop for PyType {
    fn drop(&mut self) {
        let me: *const PyType = self;
        for base in tuple_items(&self.bases) {
            // SAFETY: `bases` holds only types. Nobody can be looking at the list: views are copied out within one expression of this
            // file, and death never runs inside one (no call in those expressions releases a handle).
            let list = unsafe { Ref::<PyType>::from_ref_unchecked(base).subclasses.get_unguarded() };
            list.retain(|p| !std::ptr::eq(p.payload::<PyType>().cast_const(), me));
        }
    }
}

fn text(_vm: &Vm, slot: &Slot) -> String {
    slot.get().and_then(|o| Ref::<crate::types::str::PyStr>::cast(&o).map(|s| s.to_string_lossy())).unwrap_or_default()
}

crate::fields! { PyType { info, slots, name, qualname, base, bases, mro, dict, subclasses, member_names, native, module, init_cache } }
crate::payload!(PyType, "type", type_);
