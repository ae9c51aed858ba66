//! `type.__new__`: from name, bases and namespace to a class.
//!
//! The steps and their order are CPython's: metaclass, best base, `__slots__`, layout, namespace fixes, MRO, slots, `__set_name__`,
//! `__init_subclass__`. Not here: `__mro_entries__` and `__prepare__` (`__build_class__`), the MRO itself (`mro.rs`),
//! `__slots__` (`class_slots.rs`).

use instar_object::{TypeFlags, TypeInfo};

use super::class_slots::{self, SlotSpec};
use super::methods::type_display;
use super::{slot_update, vm_flags, PyType, TypeRef};
use crate::args::Args;
use crate::native::GetSet;
use crate::object::{ObjExt, Owned, Ref};
use crate::protocol::{attr, instance_dict};
use crate::slots::Slots;
use crate::types::cell::PyCell;
use crate::types::classmethod::PyClassMethod;
use crate::types::dict::PyDict;
use crate::types::staticmethod::PyStaticMethod;
use crate::types::str::PyStr;
use crate::types::super_type;
use crate::types::tuple::PyTuple;
use crate::vm::{PyResult, Raised, Vm};

/// The most derived ancestor (or `ty` itself) that added to the payload: two classes with the same one have the same layout.
pub(crate) fn solid_base(vm: &Vm, ty: &TypeRef) -> TypeRef {
    let mut at = ty.clone();
    while let Some(base) = at.base() {
        if !std::ptr::eq(at.info.vtable, base.info.vtable) || at.info.slots_len != base.info.slots_len { break }
        at = base;
    }
    let _ = vm;
    at
}

/// The base whose layout the class gets.
pub(super) fn best_base(vm: &mut Vm, bases: &[Owned]) -> PyResult<TypeRef> {
    let mut best: Option<(TypeRef, TypeRef)> = None;
    for b in bases {
        let Some(b) = TypeRef::from_obj(b).cloned() else { return Err(vm.type_error("bases must be types")) };
        if !b.has_flag(vm_flags::BASETYPE) {
            let name = type_display(vm, &b);
            return Err(vm.type_error(format!("type '{name}' is not an acceptable base type")));
        }
        let candidate = solid_base(vm, &b);
        best = Some(match best {
            None => (candidate, b),
            Some((winner, base)) if winner.is_subtype_of(vm, &candidate) => (winner, base),
            Some((winner, _)) if candidate.is_subtype_of(vm, &winner) => (candidate, b),
            Some(_) => return Err(vm.type_error("multiple bases have instance lay-out conflict")),
        });
    }
    best.map(|(_, b)| b).ok_or_else(|| vm.type_error("a new class needs a base"))
}

impl Vm {
    /// The most derived of `metatype` and the metaclasses of `bases`; TypeError if there is none.
    pub fn calculate_metaclass(&mut self, metatype: &TypeRef, bases: &[Owned]) -> PyResult<TypeRef> {
        let mut winner = metatype.clone();
        for b in bases {
            let meta = b.type_of(self).clone();
            if winner.is_subtype_of(self, &meta) { continue }
            if meta.is_subtype_of(self, &winner) { winner = meta; continue }
            return Err(self.type_error("metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the metaclasses of all its bases"));
        }
        Ok(winner)
    }

    /// A class made by native code: `type(name, (base,), {"__module__": module, ...})`.
    pub fn new_class(&mut self, module: &str, name: &str, bases: &[Owned], namespace: Option<&Ref<PyDict>>) -> PyResult<TypeRef> {
        let dict = match namespace { Some(d) => d.copy(self)?, None => self.new_dict()? };
        let (key, value) = (self.names.__module__.clone(), self.intern(module)?);
        if dict.get_interned(self, &key).is_none() { dict.set_item(self, &key, &value)? }
        let name = self.new_str(name)?;
        let bases = self.new_tuple(bases.to_vec())?.into_obj();
        let meta = self.types.type_.clone();
        let cls = type_new(self, &meta, Args::positional(&[name, bases, dict.into_obj()]))?;
        TypeRef::from_obj(&cls).cloned().ok_or_else(|| self.system_error("a metaclass made no class"))
    }
}

fn wrong_argument(vm: &mut Vm, position: usize, expected: &str, got: &Owned) -> Raised {
    let t = got.given_name(vm);
    vm.type_error(format!("type.__new__() argument {position} must be {expected}, not {t}"))
}

/// The `new` slot of `type`.
pub(super) fn type_new(vm: &mut Vm, metatype: &TypeRef, args: Args<'_>) -> PyResult {
    let [name, bases, namespace] = args.pos() else {
        let n = args.pos().len();
        return Err(vm.type_error(format!("type.__new__() takes exactly 3 arguments ({n} given)")));
    };
    if name.cast::<PyStr>().is_none() { return Err(wrong_argument(vm, 1, "str", name)) }
    let Some(bases) = bases.cast::<PyTuple>() else { return Err(wrong_argument(vm, 2, "tuple", bases)) };
    let Some(original) = namespace.cast::<PyDict>() else { return Err(wrong_argument(vm, 3, "dict", namespace)) };
    let mut base_list: Vec<Owned> = bases.items().to_vec();
    let mut metatype = metatype.clone();
    if base_list.is_empty() {
        base_list.push(vm.types.object.obj().clone());
    } else {
        for b in &base_list {
            if TypeRef::from_obj(b).is_some() { continue }
            let entries = vm.names.__mro_entries__.clone();
            if vm.get_attr_opt(b, &entries)?.is_some() {
                return Err(vm.type_error("type() doesn't support MRO entry resolution; use types.new_class()"));
            }
        }
        let winner = vm.calculate_metaclass(&metatype, &base_list)?;
        if winner.ptr() != metatype.ptr() {
            let native = vm.types.type_.slots().new.map(|f| f as usize);
            match winner.slots().new {
                None => {
                    let name = type_display(vm, &winner);
                    return Err(vm.type_error(format!("cannot create '{name}' instances")));
                }
                Some(f) if Some(f as usize) != native => return f(vm, &winner, args),
                Some(_) => {}
            }
            metatype = winner;
        }
    }
    let base = best_base(vm, &base_list)?;
    // The order of the namespace is that of iterating over it.
    let dict = if original.iterates_as_dict(vm) { original.copy(vm)? } else {
        let d = vm.new_dict()?;
        d.update_mapping(vm, original.obj())?;
        d
    };
    let tuple = if bases.items().is_empty() { vm.new_tuple(base_list.clone())?.into_obj() } else { bases.obj().clone() };
    let class = Class { metatype, base, bases: base_list, tuple, dict };
    let ty = class.make(vm, name)?;
    if ty.dict().keys(vm)?.iter().any(|k| k.cast::<PyStr>().is_none()) {
        let text = format!("non-string key in the __dict__ of class {}", ty.name(vm));
        vm.warn(&vm.types.runtime_warning.clone(), &text, 1)?;
    }
    set_names(vm, &ty)?;
    init_subclass(vm, &ty, args)?;
    Ok(ty.into_obj())
}

/// What a class is made from.
struct Class {
    metatype: TypeRef,
    base: TypeRef,
    bases: Vec<Owned>,
    /// The bases as they are kept: the tuple that was given.
    tuple: Owned,
    dict: Ref<PyDict>,
}

static DICT_OF_INSTANCE: GetSet = GetSet { member: false, name: "__dict__", get: instance_dict::get_class_dict, set: Some(instance_dict::set_class_dict), doc: "dictionary for instance variables" };
static WEAKREF_OF_INSTANCE: GetSet = GetSet { member: false, name: "__weakref__", get: class_slots::first_weakref, set: None, doc: "list of weak references to the object" };

impl Class {
    fn make(self, vm: &mut Vm, name: &Owned) -> PyResult<TypeRef> {
        let spec = class_slots::read(vm, &self.base, &self.bases, &self.dict, name)?;
        if let Some(n) = name.cast::<PyStr>() { n.to_str(vm)?; }
        if attr::name_text(name).contains('\0') { return Err(vm.value_error("type name must not contain null characters")) }
        let info = self.layout(&spec);
        let ty = vm.new_object_of(&self.metatype, PyType::bare(info, self.dict.clone()))?;
        let name = vm.intern_obj(name)?;
        ty.name.set(Some(name.clone()));
        ty.qualname.set(Some(name));
        ty.base.set(Some(self.base.obj().clone()));
        ty.bases.set(Some(self.tuple.clone()));
        let members = vm.new_tuple(spec.names.clone())?.into_obj();
        ty.member_names.set(Some(members));
        self.fix_namespace(vm, &ty)?;
        self.set_cells(vm, &ty)?;
        class_slots::add_members(vm, &ty, &spec)?;
        // What the class body defines under these names stays.
        for (add, getset) in [(spec.add_dict, &DICT_OF_INSTANCE), (spec.add_weakref, &WEAKREF_OF_INSTANCE)] {
            if !add { continue }
            let name = vm.intern(getset.name)?;
            if ty.dict_get(vm, &name).is_none() { vm.add_getset(&ty, getset)? }
        }
        let doc = vm.names.__doc__.clone();
        match ty.dict_get(vm, &doc) {
            Some(d) => if let Some(text) = d.cast::<PyStr>() { text.to_str(vm)?; },
            None => { let none = vm.none(); self.dict.set_item(vm, &doc, &none)? }
        }
        vm.set_mro(&ty)?;
        self.inherit(vm, &ty)?;
        for b in &self.bases { if let Some(b) = TypeRef::from_obj(b).cloned() { b.add_subclass(vm, &ty) } }
        Ok(ty)
    }

    fn layout(&self, spec: &SlotSpec) -> TypeInfo {
        let base = &self.base.info;
        let inherited = TypeFlags::ATTRS.bits() | TypeFlags::WEAKREF.bits() | TypeFlags::VAR.bits()
            | vm_flags::MATCH_SELF | vm_flags::TYPE_SUBCLASS | vm_flags::EXCEPTION_SUBCLASS;
        let mut flags = base.flags.get().bits() & inherited | vm_flags::BASETYPE;
        // An instance owns a count of its class, and so can be in a cycle even if it has nothing else.
        flags |= (TypeFlags::HEAP_TYPE | TypeFlags::GC).bits();
        if spec.add_dict { flags |= TypeFlags::ATTRS.bits() }
        if spec.add_weakref { flags |= TypeFlags::WEAKREF.bits() }
        let added = spec.names.len();
        let old_len = base.slots_len as usize;
        let offset = if old_len > 0 { base.slots_offset as usize } else { (base.payload_bytes as usize).next_multiple_of(8) };
        let bytes = if added > 0 { offset + (old_len + added) * 8 } else { base.payload_bytes as usize };
        let mut info = TypeInfo::new(TypeFlags::from_bits_retain(flags), bytes, offset.min(bytes), old_len + added, base.vtable);
        info.slot_groups = base.slot_groups.iter().copied().chain((added > 0).then_some(old_len as u32)).collect();
        info
    }

    /// `__module__`, `__qualname__`, implicit static and class methods.
    fn fix_namespace(&self, vm: &mut Vm, ty: &TypeRef) -> PyResult<()> {
        let module = vm.names.__module__.clone();
        if self.dict.get_interned(vm, &module).is_none()
            && let Some(globals) = vm.current_globals()
        {
            let key = vm.names.__name__.clone();
            if let Some(m) = globals.get_item(vm, &key)? { self.dict.set_item(vm, &module, &m)? }
        }
        let key = vm.names.__qualname__.clone();
        if let Some(q) = self.dict.get_item(vm, &key)? {
            if q.cast::<PyStr>().is_none() {
                let t = q.type_name(vm);
                return Err(vm.type_error(format!("type __qualname__ must be a str, not {t}")));
            }
            ty.qualname.set(Some(q));
            self.dict.del_item(vm, &key)?;
        }
        let function = vm.types.function.clone();
        let key = vm.names.__new__.clone();
        if let Some(f) = self.dict.get_item(vm, &key)?.filter(|f| f.type_of(vm).ptr() == function.ptr()) {
            let f = vm.new_object(PyStaticMethod::wrapping(f))?.into_obj();
            self.dict.set_item(vm, &key, &f)?;
        }
        for key in [vm.names.__init_subclass__.clone(), vm.names.__class_getitem__.clone()] {
            if let Some(f) = self.dict.get_item(vm, &key)?.filter(|f| f.type_of(vm).ptr() == function.ptr()) {
                let f = vm.new_object(PyClassMethod::wrapping(f))?.into_obj();
                self.dict.set_item(vm, &key, &f)?;
            }
        }
        Ok(())
    }

    /// Gives the class to the cells that methods see as `__class__` (and annotation scopes as `__classdict__`).
    fn set_cells(&self, vm: &mut Vm, ty: &TypeRef) -> PyResult<()> {
        let key = vm.names.__classcell__.clone();
        if let Some(cell) = self.dict.get_item(vm, &key)? {
            let Some(c) = cell.cast::<PyCell>() else {
                let t = cell.type_of(vm).obj().clone();
                let r = vm.repr_text(&t)?;
                return Err(vm.type_error(format!("__classcell__ must be a nonlocal cell, not {r}")));
            };
            c.value.set(Some(ty.obj().clone()));
            self.dict.del_item(vm, &key)?;
        }
        let key = vm.intern("__classdictcell__")?;
        if let Some(cell) = self.dict.get_item(vm, &key)? {
            let Some(c) = cell.cast::<PyCell>() else {
                let t = cell.type_of(vm).obj().clone();
                let r = vm.repr_text(&t)?;
                return Err(vm.type_error(format!("__classdictcell__ must be a nonlocal cell, not {r}")));
            };
            c.value.set(Some(self.dict.obj().clone()));
            self.dict.del_item(vm, &key)?;
        }
        Ok(())
    }

    /// Slots along the MRO, then those that the namespace decides.
    fn inherit(&self, vm: &mut Vm, ty: &TypeRef) -> PyResult<()> {
        let (eq, hash) = (vm.names.__eq__.clone(), vm.names.__hash__.clone());
        if self.dict.get_interned(vm, &eq).is_some() && self.dict.get_interned(vm, &hash).is_none() {
            let none = vm.none();
            self.dict.set_item(vm, &hash, &none)?;
        }
        let mro = ty.mro_items(vm);
        let base_mro = self.base.mro_items(vm);
        let one_line = self.bases.len() == 1 && mro.len() == base_mro.len() + 1 && mro[1..].iter().zip(base_mro).all(|(a, b)| a.is(b));
        let mut slots = Slots { new: self.base.slots().new, ..Slots::default() };
        for t in ty.mro_items(vm).iter().skip(1) { if let Some(t) = TypeRef::from_obj(t) { slots.inherit(t.slots()) } }
        slots.new = self.base.slots().new;
        slots.dict_slot = self.base.slots().dict_slot;
        ty.set_slots(slots);
        for b in ty.mro_items(vm).iter().skip(1) {
            // The first class that is a collection says which (ABCs of collections.abc set the flags).
            let Some(b) = TypeRef::from_obj(b) else { continue };
            for flag in [vm_flags::SEQUENCE, vm_flags::MAPPING] {
                if b.has_flag(flag) && !ty.has_flag(vm_flags::SEQUENCE | vm_flags::MAPPING) { ty.set_flag(flag, true) }
            }
        }
        if one_line { slot_update::update_own(vm, ty, &self.base) } else { slot_update::update_all(vm, ty) }
        Ok(())
    }
}

/// Calls `__set_name__` of the namespace's values, in order.
fn set_names(vm: &mut Vm, ty: &TypeRef) -> PyResult<()> {
    let key = vm.names.__set_name__.clone();
    for (name, value) in ty.dict.pairs(vm)? {
        let Some(method) = vm.lookup_special(&value, &key)? else { continue };
        if let Err(error) = vm.call2(&method, ty.obj(), &name) {
            let (t, n, c) = (value.type_name(vm), vm.repr_text(&name)?, ty.name(vm));
            let note = vm.new_str(&format!("Error calling __set_name__ on '{t}' instance {n} in '{c}'"))?;
            let add = vm.intern("add_note")?;
            let exc = error.exception().obj().clone();
            vm.call_method(&exc, &add, &[note])?;
            return Err(error);
        }
    }
    Ok(())
}

/// `super(ty, ty).__init_subclass__(**kwargs)`.
fn init_subclass(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult<()> {
    let name = vm.names.__init_subclass__.clone();
    // (A metaclass's mro() can leave out the class itself.)
    super_type::check(vm, ty, ty.obj())?;
    let Some(found) = vm.super_lookup(ty, ty, &name) else { return Ok(()) };
    let bound = match found.type_of(vm).slots().descr_get {
        Some(get) => get(vm, &found, None, ty.obj())?,
        None => found,
    };
    let values = &args.values()[args.pos().len()..];
    vm.call(&bound, Args::new(values, args.kwnames())).map(drop)
}

impl Vm {
    /// What `super(start, instance_of_ty).name` finds, unbound.
    pub(crate) fn super_lookup(&self, start: &TypeRef, ty: &TypeRef, name: &Owned) -> Option<Owned> {
        let mro = ty.mro_items(self);
        let at = mro.iter().position(|t| t.is(start.obj()))?;
        mro[at + 1..].iter().find_map(|t| TypeRef::from_obj(t)?.dict_get(self, name))
    }
}
