//! How instances of a type give an attribute: worked out once for a type version and a name, kept in the method cache.
//!
//! This is what a polymorphic site falls back to: one probe, no lookup, no descriptor protocol. What a plan does not cover
//! takes the generic algorithm. Not here: that algorithm (`protocol/attr.rs`), sites of one type (`eval/specialize/attrs.rs`).

use instar_object::{attrs, TypeFlags};

use super::{vm_flags, TypeRef};
use crate::object::{ObjExt, Owned, Ref, Word};
use crate::types::dict::PyDict;
use crate::types::member_descriptor::PyMemberDescriptor;
use crate::types::property::PyProperty;
use crate::vm::Vm;

/// A kind and a number, in one word's half.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Plan {
    /// What the access does.
    pub kind: Kind,
    /// Slot of the instance, or byte offset in the payload.
    pub at: u16,
}

/// Kinds of access that a type version can vouch for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u16)]
pub enum Kind {
    /// Not worked out yet.
    Unknown,
    /// The generic algorithm decides each time.
    Other,
    /// No attribute of the type: a slot of the instance.
    Value,
    /// A `__slots__` member: byte offset in the payload.
    Member,
    /// An attribute of the type that is no descriptor, not shadowed by the class's shared keys.
    Shared,
    /// As `Shared`, but a function or method descriptor: binds.
    Method,
    /// A property whose getter is a Python function.
    Property,
}

impl Plan {
    /// Not worked out yet.
    pub const UNKNOWN: Plan = Plan { kind: Kind::Unknown, at: 0 };
    const OTHER: Plan = Plan { kind: Kind::Other, at: 0 };
    fn new(kind: Kind, at: u16) -> Plan { Plan { kind, at } }
}

/// Works out the plan for `name` on `o`, an instance of `ty`. The second word is the attribute or getter (borrowed from the type).
pub fn work_out(vm: &mut Vm, o: &Owned, ty: &TypeRef, name: &Owned) -> (Plan, Word) {
    let word = o.word();
    if !word.is_ptr() || !ty.has_flag(vm_flags::GENERIC_GETATTR) { return (Plan::OTHER, Word::NULL) }
    let attr = vm.type_lookup(ty, name);
    let has_attrs = ty.info.has(TypeFlags::ATTRS);
    let Some(attr) = attr else {
        if !has_attrs { return (Plan::OTHER, Word::NULL) }
        let plan = attrs::index(&ty.info, name.word()).map_or(Plan::OTHER, |slot| Plan::new(Kind::Value, slot));
        return (plan, Word::NULL);
    };
    if let Some(m) = Ref::<PyMemberDescriptor>::cast(&attr) {
        return (m.offset().map_or(Plan::OTHER, |at| Plan::new(Kind::Member, at)), Word::NULL);
    }
    if let Some(p) = Ref::<PyProperty>::cast(&attr) {
        if !p.obj().is_exact::<PyProperty>(vm) { return (Plan::OTHER, Word::NULL) }
        return match p.fget.get() {
            Some(g) if g.type_of(vm).ptr() == vm.types.function.ptr() => (Plan::new(Kind::Property, 0), g.word()),
            _ => (Plan::OTHER, Word::NULL),
        };
    }
    let slots = attr.type_of(vm).slots();
    // A payload dict (functions, modules, exceptions) may shadow: no version speaks for it.
    if slots.descr_set.is_some() || ty.slots().dict_slot.is_some() { return (Plan::OTHER, Word::NULL) }
    if has_attrs && attrs::index(&ty.info, name.word()).is_some() { return (Plan::OTHER, Word::NULL) }
    if attr.type_of(vm).has_flag(vm_flags::METHOD_DESCRIPTOR) { return (Plan::new(Kind::Method, 0), attr.word()) }
    if slots.descr_get.is_some() { return (Plan::OTHER, Word::NULL) }
    (Plan::new(Kind::Shared, 0), attr.word())
}

fn name_of(name: &Word) -> &Owned {
    // SAFETY: a handle is a word; the caller's name is alive.
    unsafe { &*std::ptr::from_ref(name).cast::<Owned>() }
}

/// What a cached plan gives for an instance (borrowed words).
pub enum Found {
    /// The attribute as it is.
    Value(Word),
    /// A function to be bound to the instance.
    Method(Word),
}

impl Vm {
    /// The attribute `name` (interned) of `o` by its plan, if the plan covers this instance.
    ///
    /// # Safety
    /// `o` is alive; the words are used before anything else runs.
    #[inline(always)]
    pub unsafe fn planned(&self, o: Word, name: Word) -> Option<Found> {
        unsafe {
            if !o.is_ptr() { return None }
            let entry = self.method_cache.hit(o.ptr().info().version.get(), name)?;
            let plan = entry.plan.get();
            match plan.kind {
                Kind::Value => {
                    let w = attrs::load(o.ptr(), plan.at as usize);
                    let w = if w.is_null() { self.own_dict_value(o, name_of(&name)) } else { w };
                    (!w.is_null()).then_some(Found::Value(w))
                }
                Kind::Member => { let w = *o.ptr().payload::<u8>().add(plan.at as usize).cast::<Word>(); (!w.is_null()).then_some(Found::Value(w)) }
                Kind::Shared if !attrs::has_dict(o.ptr()) || self.own_dict_value(o, name_of(&name)).is_null() => Some(Found::Value(entry.value.get())),
                Kind::Method if !attrs::has_dict(o.ptr()) || self.own_dict_value(o, name_of(&name)).is_null() => Some(Found::Method(entry.value.get())),
                _ => None,
            }
        }
    }

    /// The value of `name` (interned) in the dict of `o`, an instance of a type with attributes: borrowed; null without a dict or
    /// such a key.
    ///
    /// # Safety
    /// `o` is alive and a heap object; the word is used before anything else runs.
    #[inline(never)]
    pub(crate) unsafe fn own_dict_value(&self, o: Word, name: &Owned) -> Word {
        let Some(dict) = attrs::dict(o.ptr()) else { return Word::NULL };
        // SAFETY: the instance keeps its dict, whose payload is a dict's whatever its class.
        let dict = unsafe { &*dict.ptr().payload::<PyDict>() };
        match dict.find_interned(self, name) { Some(entry) => dict.table(self).value(entry), None => Word::NULL }
    }

    /// Notes the plan for `name` on instances like `o`, for the next access. Cheap if that has been done.
    pub fn note_plan(&mut self, o: &Owned, name: &Owned) {
        let ty = o.type_of(self).clone();
        let known = |vm: &Vm| vm.method_cache.hit(ty.info.version.get(), name.word()).map(|e| e.plan.get().kind);
        if known(self).is_some_and(|k| k != Kind::Unknown) { return }
        let (plan, _) = work_out(self, o, &ty, name);
        if let Some(entry) = self.method_cache.hit(ty.info.version.get(), name.word()) { entry.plan.set(plan) }
    }

    /// Stores `value` into the slot of `o` that the plan names; gives the old word (null if there was none), or the value back.
    ///
    /// # Safety
    /// As `planned`.
    #[inline(always)]
    pub unsafe fn store_planned(&self, o: Word, name: Word, value: Owned) -> Result<Word, Owned> {
        unsafe {
            if !o.is_ptr() { return Err(value) }
            let Some(entry) = self.method_cache.hit(o.ptr().info().version.get(), name) else { return Err(value) };
            let plan = entry.plan.get();
            // A class's own `__setattr__` has taken the flag off.
            if !(*o.ptr().ty().payload::<super::PyType>()).has_flag(vm_flags::GENERIC_SETATTR) { return Err(value) }
            match plan.kind {
                Kind::Value => attrs::store(&self.heap, o.ptr(), plan.at as usize, value),
                Kind::Member => Ok(std::mem::replace(&mut *o.ptr().payload::<u8>().add(plan.at as usize).cast::<Word>(), value.into_word())),
                _ => Err(value),
            }
        }
    }
}
