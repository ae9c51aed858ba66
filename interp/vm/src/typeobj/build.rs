//! Making native types: filling the ones boot allocated, and new ones for native modules.
//!
//! Filling a type sets its slots and puts slot wrappers, methods, computed attributes and the docstring into its namespace.
//! Not here: the table of builtin types (`boot.rs`), classes made by Python code (`create.rs`).

use std::cell::{OnceCell, UnsafeCell};
use std::collections::HashMap;

use instar_object::{TypeFlags, TypeInfo};

use super::methods::type_display;
use super::slot_table::ROWS;
use super::{slot_dunder, slot_update, vm_flags, PyType, TypeRef};
use crate::args::Args;
use crate::native::{Def, DefKind, GetSet, Native, TypeDef};
use crate::object::{ObjExt, Owned, Payload, VTable};
use crate::slots::Slots;
use crate::types::builtin_function::PyBuiltinFunction;
use crate::types::classmethod_descriptor::PyClassMethodDescriptor;
use crate::types::getset_descriptor::PyGetSetDescriptor;
use crate::types::member_descriptor::PyMemberDescriptor;
use crate::types::method_descriptor::PyMethodDescriptor;
use crate::types::staticmethod::PyStaticMethod;
use crate::types::wrapper_descriptor::PyWrapperDescriptor;
use crate::vm::{PyResult, Types, Vm};

/// `__new__` of native types, as `int.__new__`: a builtin function whose self is the type.
pub static NEW: Def = Def::new("__new__", "($type, *args, **kwargs)", Native::Full(call_new))
    .doc("Create and return a new object.  See help(type) for accurate signature.");

fn call_new(vm: &mut Vm, this: &Owned, args: Args<'_>) -> PyResult {
    let Some(owner) = TypeRef::from_obj(this).cloned() else { return Err(vm.system_error("__new__() called with non-type 'self'")) };
    let Some(first) = args.pos().first() else { let name = owner.name(vm); return Err(vm.type_error(format!("{name}.__new__(): not enough arguments"))) };
    let Some(ty) = TypeRef::from_obj(first).cloned() else {
        let (name, got) = (owner.name(vm), first.type_name(vm));
        return Err(vm.type_error(format!("{name}.__new__(X): X is not a type object ({got})")));
    };
    if !ty.is_subtype_of(vm, &owner) {
        let (name, sub) = (owner.name(vm), ty.name(vm));
        return Err(vm.type_error(format!("{name}.__new__({sub}): {sub} is not a subtype of {name}")));
    }
    // The most derived native base makes the object: object.__new__(int) would make half an int.
    let mut native = Some(ty.clone());
    while let Some(t) = native.clone().filter(|t| t.slots().new.is_some_and(|f| f as usize == slot_dunder::new_address())) { native = t.base() }
    let maker = native.as_ref().and_then(|t| t.slots().new);
    if maker.is_none() {
        let name = native.map_or_else(|| ty.name(vm), |t| type_display(vm, &t));
        return Err(vm.type_error(format!("cannot create '{name}' instances")));
    }
    let own = owner.slots().new;
    match own {
        Some(f) if maker.is_none_or(|m| m as usize == f as usize) => f(vm, &ty, Args::new(&args.values()[1..], args.kwnames())),
        _ if ty.has_flag(vm_flags::NO_NEW) => {
            let sub = super::methods::type_display(vm, &ty);
            Err(vm.type_error(format!("cannot create '{sub}' instances")))
        }
        _ => {
            let (name, sub, safe) = (owner.name(vm), ty.name(vm), native.map_or_else(String::new, |t| t.name(vm)));
            Err(vm.type_error(format!("{name}.__new__({sub}) is not safe, use {safe}.__new__()")))
        }
    }
}

/// Types of payloads that live outside this crate, by vtable.
#[derive(Default)]
pub struct NativeTypes(UnsafeCell<HashMap<*const VTable, Box<TypeRef>>>, UnsafeCell<Vec<TypeRef>>);

impl NativeTypes {
    /// The type made for payload `T`. Panics if its module never made it: objects with the payload cannot exist before.
    pub fn get<T: Payload>(&self) -> &TypeRef {
        // SAFETY: entries are boxed and never removed while the interpreter lives, so the reference stays valid when the map grows.
        unsafe { &*self.0.get() }.get(&std::ptr::from_ref(T::vtable())).expect("law: a native module makes its types before objects of them")
    }
    /// The type, if made.
    pub fn find<T: Payload>(&self) -> Option<&TypeRef> {
        // SAFETY: as `get`.
        unsafe { &*self.0.get() }.get(&std::ptr::from_ref(T::vtable())).map(|b| &**b)
    }
    fn add<T: Payload>(&self, ty: TypeRef) {
        // SAFETY: no reference to the map itself outlives an expression of this impl.
        unsafe { &mut *self.0.get() }.entry(T::vtable()).or_insert_with(|| Box::new(ty.clone()));
        // SAFETY: as above. Instances of native types own no count of their type, so every type is kept.
        unsafe { &mut *self.1.get() }.push(ty);
    }
}

/// What the layer below has to know of instances with payload `T` and these flags.
pub(crate) fn native_info<T: Payload>(flags: u32) -> TypeInfo {
    let bytes = size_of::<T>().next_multiple_of(8);
    let info = TypeInfo::new(TypeFlags::from_bits_retain(flags | vm_flags::IMMUTABLE), bytes, bytes, 0, T::vtable());
    assert!(T::SHAPE.fits(&info, size_of::<T>()), "law: {} has the shape that its payload says", T::vtable().name);
    info
}

impl Vm {
    /// Gives a native type its slots and namespace. The base has been filled before.
    pub fn fill_type(&mut self, ty: &TypeRef, slots: Slots, def: &'static TypeDef) -> PyResult<()> {
        ty.native.set(Some(def));
        let own = slots;
        let mut all = slots;
        // A type that compares without hashing is unhashable.
        let unhashable = own.compare.is_some() && own.hash.is_none() && ty.base().is_some();
        if unhashable { all.hash = Some(slot_dunder::HASH_NOT_IMPLEMENTED) }
        if let Some(base) = ty.base() {
            // `object.__new__` makes only objects without payload.
            let inherits_new = base.base().is_some() || own.new.is_some() || std::ptr::eq(ty.info.vtable, base.info.vtable);
            all.inherit(base.slots());
            if !inherits_new { all.new = None }
            let inherited = vm_flags::SEQUENCE | vm_flags::MAPPING | vm_flags::MATCH_SELF | vm_flags::TYPE_SUBCLASS | vm_flags::EXCEPTION_SUBCLASS;
            let bits = base.info.flags.get().bits() & inherited;
            if bits != 0 { ty.set_flag(bits, true) }
        }
        if all.new.is_none() { ty.set_flag(vm_flags::NO_NEW, true) }
        ty.set_slots(all);
        slot_update::flags_from_slots(ty);
        if own.new.is_some() {
            let f = PyBuiltinFunction::new(&NEW, Some(ty.obj().clone()), None);
            let f = self.new_object(f)?.into_obj();
            let name = self.names.__new__.clone();
            ty.dict.set_interned(self, &name, &f)?;
        }
        for row in ROWS {
            if !slot_update::has_wrapper(row) || (row.key == "hash" && unhashable) { continue }
            let Some(func) = (row.get)(&own) else { continue };
            let name = (row.name)(&self.names).clone();
            if ty.dict.get_interned(self, &name).is_some() { continue }
            let wrapper = self.new_object(PyWrapperDescriptor { owner: ty.clone(), row, func })?.into_obj();
            ty.dict.set_interned(self, &name, &wrapper)?;
        }
        for method in def.methods {
            let name = self.intern(method.name)?;
            let value = self.method_object(ty, method)?;
            ty.dict.set_interned(self, &name, &value)?;
        }
        for getset in def.getset { self.add_getset(ty, getset)? }
        if unhashable && ty.dict.get_interned(self, &self.names.__hash__).is_none() {
            let (name, none) = (self.names.__hash__.clone(), self.none());
            ty.dict.set_interned(self, &name, &none)?;
        }
        let name = self.names.__doc__.clone();
        if ty.dict.get_interned(self, &name).is_none() {
            let doc = if def.doc.is_empty() { self.none() } else { self.new_str(def.doc)? };
            ty.dict.set_interned(self, &name, &doc)?;
        }
        self.type_modified(ty);
        Ok(())
    }

    /// Adds one method to a native type.
    pub fn add_method(&mut self, ty: &TypeRef, def: &'static Def) -> PyResult<()> {
        let (name, value) = (self.intern(def.name)?, self.method_object(ty, def)?);
        ty.dict.set_interned(self, &name, &value)?;
        self.type_modified(ty);
        Ok(())
    }

    /// Adds one computed attribute to a type being made.
    pub(crate) fn add_getset(&mut self, ty: &TypeRef, getset: &'static GetSet) -> PyResult<()> {
        let name = self.intern(getset.name)?;
        let value = if getset.member { self.new_object(PyMemberDescriptor::native(ty.clone(), name.clone(), getset))?.into_obj() }
            else { self.new_object(PyGetSetDescriptor { owner: ty.clone(), getset })?.into_obj() };
        ty.dict.set_interned(self, &name, &value)
    }

    fn method_object(&mut self, ty: &TypeRef, def: &'static Def) -> PyResult {
        Ok(match def.kind {
            DefKind::Plain => self.new_object(PyMethodDescriptor { owner: ty.clone(), def, parsed: OnceCell::new() })?.into_obj(),
            DefKind::Class => self.new_object(PyClassMethodDescriptor { owner: ty.clone(), def, parsed: OnceCell::new() })?.into_obj(),
            DefKind::Static => {
                let f = self.new_object(PyBuiltinFunction::new(def, Some(ty.obj().clone()), None))?.into_obj();
                self.new_object(PyStaticMethod::wrapping(f))?.into_obj()
            }
        })
    }

    /// A new native type with payload `T`, for a native module: `module` empty means builtins; `base` must be `object` or a type with
    /// payload `T` itself; `flags` are `TypeFlags` and `vm_flags` bits. The first type made for a payload is what
    /// `payload!(T, "name")`'s `default_type` finds.
    pub fn new_native_type<T: Payload>(&mut self, module: &'static str, name: &'static str, base: Option<&TypeRef>, flags: u32, slots: Slots,
        def: &'static TypeDef) -> PyResult<TypeRef> {
        let base = base.unwrap_or(&self.types.object).clone();
        let ty = self.bare_type(native_info::<T>(flags | TypeFlags::GC.bits() & base.info.flags.get().bits()), module, name, &base)?;
        self.types.native.add::<T>(ty.clone());
        ty.set_flag(vm_flags::OF_MODULE, true);
        self.fill_type(&ty, slots, def)?;
        if !module.is_empty() && module != "builtins" {
            let (key, value) = (self.names.__module__.clone(), self.intern(module)?);
            ty.dict.set_interned(self, &key, &value)?;
        }
        Ok(ty)
    }

    /// A type object with names, base and MRO, and an empty namespace.
    fn bare_type(&mut self, info: TypeInfo, module: &'static str, name: &str, base: &TypeRef) -> PyResult<TypeRef> {
        let dict = self.new_dict()?;
        let ty = self.new_object(PyType::bare(info, dict))?;
        ty.module.set(module);
        let name = self.intern(name)?;
        ty.name.set(Some(name.clone()));
        ty.qualname.set(Some(name));
        self.link_type(&ty, Some(base))?;
        Ok(ty)
    }

    /// Sets base, bases and MRO of a native type.
    pub(crate) fn link_type(&mut self, ty: &TypeRef, base: Option<&TypeRef>) -> PyResult<()> {
        let mut mro = vec![ty.obj().clone()];
        if let Some(b) = base {
            mro.extend(b.mro_items(self).iter().cloned());
            ty.base.set(Some(b.obj().clone()));
            b.add_subclass(self, ty);
        }
        let bases = self.new_tuple(base.iter().map(|b| b.obj().clone()).collect::<Vec<_>>())?;
        ty.bases.set(Some(bases.into_obj()));
        let mro = self.new_tuple(mro)?;
        ty.mro.set(Some(mro.into_obj()));
        Ok(())
    }
}

impl Types {
    /// The type of a payload outside this crate.
    pub fn native_type<T: Payload>(&self) -> &TypeRef { self.native.get::<T>() }
}
