//! Attribute access on any object: the generic algorithm (data descriptor, instance, other class attribute), and the entry points.
//!
//! Names reach slots interned: instance storage compares them by identity. Not here: attributes of types
//! (`typeobj/methods.rs`), modules (`types/module.rs`), the instance's `__dict__` object (`protocol/instance_dict.rs`).

use instar_object::attrs::{self, AttrDelete, AttrGet, AttrSet};
use instar_object::TypeFlags;

use crate::object::{ObjExt, Owned, Ref, Word};
use crate::slots::{GetAttrFn, SetAttrFn};
use crate::typeobj::{vm_flags, TypeRef};
use crate::types::exception::attribute_error;
use crate::types::dict::PyDict;
use crate::types::str::PyStr;
use crate::vm::{PyResult, Raised, Vm};

/// `object.__getattribute__`; the one address that types carry.
pub static GENERIC_GETATTR: GetAttrFn = generic_getattr;
/// `object.__setattr__` and `__delattr__`; the one address that types carry.
pub static GENERIC_SETATTR: SetAttrFn = generic_setattr;

/// The name as an interned exact str; TypeError if it is no str.
pub(crate) fn attribute_name(vm: &mut Vm, name: &Owned) -> PyResult<Owned> {
    match name.cast::<PyStr>() {
        Some(s) if s.is_interned() => Ok(name.clone()),
        Some(_) => vm.intern_obj(name),
        None => {
            let t = name.type_name(vm);
            Err(vm.type_error(format!("attribute name must be string, not '{t}'")))
        }
    }
}

#[inline(always)]
fn is_interned(name: &Owned) -> bool { name.cast::<PyStr>().is_some_and(|s| s.is_interned()) }

/// The text of a name, for messages.
pub(crate) fn name_text(name: &Owned) -> String { name.cast::<PyStr>().map(|s| s.to_string_lossy()).unwrap_or_default() }

/// Attribute out of the instance's own storage.
pub(crate) fn instance_attr(vm: &mut Vm, obj: &Owned, name: &Owned) -> PyResult<Option<Owned>> {
    let ty = obj.type_of(vm);
    if ty.info.flags.get().contains(TypeFlags::ATTRS) {
        return match attrs::get(obj.word().ptr(), name.word()) {
            // SAFETY (both): the instance owns the value or dict; it is shared before anything else runs.
            AttrGet::Value(w) => Ok(Some(unsafe { Owned::share_word(w) })),
            AttrGet::Missing => Ok(None),
            AttrGet::Dict(d) => {
                let dict = unsafe { dict_of(d) };
                dict.get_item(vm, name)
            }
        };
    }
    match ty.slots().dict_slot {
        Some(slot) if obj.word().is_ptr() => match slot(obj).get() {
            Some(d) => match Ref::<PyDict>::cast(&d) { Some(d) => d.get_item(vm, name), None => Ok(None) },
            None => Ok(None),
        },
        _ => Ok(None),
    }
}

/// # Safety
/// `w` is the word of a dict that is alive.
unsafe fn dict_of(w: Word) -> Ref<PyDict> { unsafe { Ref::from_owned_unchecked(Owned::share_word(w)) } }

/// The generic algorithm; `None` if there is no such attribute. A descriptor's AttributeError comes out as error.
pub(crate) fn generic_getattr_opt(vm: &mut Vm, obj: &Owned, name: &Owned) -> PyResult<Option<Owned>> {
    let descr = vm.type_lookup(obj.type_of(vm), name);
    let mut getter = None;
    if let Some(d) = &descr {
        let slots = d.type_of(vm).slots();
        getter = slots.descr_get;
        if let (Some(get), true) = (getter, slots.descr_set.is_some()) {
            let owner = obj.type_of(vm).obj().clone();
            return get(vm, d, Some(obj), &owner).map(Some);
        }
    }
    if let Some(v) = instance_attr(vm, obj, name)? { return Ok(Some(v)) }
    match (descr, getter) {
        (Some(d), Some(get)) => {
            let owner = obj.type_of(vm).obj().clone();
            get(vm, &d, Some(obj), &owner).map(Some)
        }
        (d, _) => Ok(d),
    }
}

fn generic_getattr(vm: &mut Vm, obj: &Owned, name: &Owned) -> PyResult {
    match generic_getattr_opt(vm, obj, name)? {
        Some(v) => Ok(v),
        None => Err(vm.attribute_error_for(obj, name)),
    }
}

fn generic_setattr(vm: &mut Vm, obj: &Owned, name: &Owned, value: Option<&Owned>) -> PyResult<()> {
    let descr = vm.type_lookup(obj.type_of(vm), name);
    if let Some(d) = &descr
        && let Some(set) = d.type_of(vm).slots().descr_set
    {
        return set(vm, d, obj, value);
    }
    let ty = obj.type_of(vm);
    if ty.info.flags.get().contains(TypeFlags::ATTRS) { return set_in_storage(vm, obj, name, value) }
    if let (Some(slot), true) = (ty.slots().dict_slot, obj.word().is_ptr()) {
        let dict = match slot(obj).get() {
            Some(d) => d,
            None if value.is_none() => return Err(no_attribute(vm, obj, name)),
            None => {
                let d = vm.new_dict()?.into_obj();
                slot(obj).set(Some(d.clone()));
                d
            }
        };
        return set_in_dict(vm, obj, &dict, name, value);
    }
    Err(read_only(vm, obj, name, descr.is_some()))
}

fn set_in_dict(vm: &mut Vm, obj: &Owned, dict: &Owned, name: &Owned, value: Option<&Owned>) -> PyResult<()> {
    let Some(dict) = Ref::<PyDict>::cast(dict).cloned() else { return Err(vm.system_error("bad instance dictionary")) };
    match value {
        Some(v) => dict.set_item(vm, name, v),
        None if dict.del_item(vm, name)? => Ok(()),
        None => Err(no_attribute(vm, obj, name)),
    }
}

fn set_in_storage(vm: &mut Vm, obj: &Owned, name: &Owned, value: Option<&Owned>) -> PyResult<()> {
    let ptr = obj.word().ptr();
    // SAFETY (both `dict_of`): the instance owns its dict, which is shared before anything else runs.
    let dict = match value {
        Some(v) => match attrs::set(ptr, name.word(), v.clone()) {
            Ok(AttrSet::Done(old)) => { drop(old); return Ok(()) }
            Ok(AttrSet::Dict(d, _)) => unsafe { dict_of(d) },
            Ok(AttrSet::NeedsDict(_)) => vm.instance_dict(obj, "attributes")?,
            Err(e) => return Err(vm.out_of_memory(e)),
        },
        None => match attrs::delete(ptr, name.word()) {
            AttrDelete::Done(old) => { drop(old); return Ok(()) }
            AttrDelete::Missing => return Err(no_attribute(vm, obj, name)),
            AttrDelete::Dict(d) => unsafe { dict_of(d) },
        },
    };
    set_in_dict(vm, obj, dict.obj(), name, value)
}

/// CPython's AttributeError of `del o.x`, which carries no name.
#[cold]
fn no_attribute(vm: &mut Vm, obj: &Owned, name: &Owned) -> Raised {
    let (t, n) = (obj.type_name(vm), name_text(name));
    vm.attribute_error(format!("'{t}' object has no attribute '{n}'"))
}

#[cold]
fn read_only(vm: &mut Vm, obj: &Owned, name: &Owned, in_class: bool) -> Raised {
    let (t, n) = (obj.type_name(vm), name_text(name));
    if in_class { return vm.attribute_error(format!("'{t}' object attribute '{n}' is read-only")) }
    let generic = obj.type_of(vm).has_flag(vm_flags::GENERIC_SETATTR);
    let tail = if generic { " and no __dict__ for setting new attributes" } else { "" };
    let error = vm.attribute_error(format!("'{t}' object has no attribute '{n}'{tail}"));
    set_error_context(vm, &error, obj, name);
    error
}

/// The error; an AttributeError that says nothing of it says of which object which attribute was asked for (for suggestions).
#[cold]
fn with_context(vm: &mut Vm, error: Raised, obj: &Owned, name: &Owned) -> Raised {
    if error.is(vm, &vm.types.attribute_error) {
        let exception = error.exception();
        if exception.field(attribute_error::NAME).is_none() && exception.field(attribute_error::OBJ).is_none() {
            exception.set_field(attribute_error::NAME, Some(name.clone()));
            exception.set_field(attribute_error::OBJ, Some(obj.clone()));
        }
    }
    error
}

/// Fills `name` and `obj` of an AttributeError (for suggestions).
pub(crate) fn set_error_context(vm: &mut Vm, error: &Raised, obj: &Owned, name: &Owned) {
    let exc = error.exception().obj().clone();
    let (n, o) = (vm.names.name.clone(), vm.names.obj.clone());
    // Losing the hint is all that can happen when this fails.
    let _ = vm.set_attr(&exc, &n, name);
    let _ = vm.set_attr(&exc, &o, obj);
}

impl Vm {
    /// `getattr(obj, name)`.
    #[inline]
    pub fn get_attr(&mut self, obj: &Owned, name: &Owned) -> PyResult {
        if is_interned(name) { return self.get_attr_interned(obj, name) }
        let name = attribute_name(self, name)?;
        self.get_attr_interned(obj, &name)
    }

    /// `getattr(obj, name)` for a name known to be interned (names of code, `vm.names`).
    #[inline]
    pub fn get_attr_interned(&mut self, obj: &Owned, name: &Owned) -> PyResult {
        let found = match obj.type_of(self).slots().getattr {
            Some(f) => f(self, obj, name),
            None => generic_getattr(self, obj, name),
        };
        match found { Err(e) => Err(with_context(self, e, obj, name)), found => found }
    }

    /// `getattr(obj, name)`; `None` instead of AttributeError.
    pub fn get_attr_opt(&mut self, obj: &Owned, name: &Owned) -> PyResult<Option<Owned>> {
        let name = attribute_name(self, name)?;
        let ty = obj.type_of(self);
        let result = if ty.has_flag(vm_flags::GENERIC_GETATTR) { generic_getattr_opt(self, obj, &name) }
            else if ty.slots().getattr.map(|f| f as usize) == self.types.type_.slots().getattr.map(|f| f as usize)
                && let Some(t) = TypeRef::from_obj(obj) { let t = t.clone(); crate::typeobj::methods::type_getattr_opt(self, &t, &name) }
            else { self.get_attr_interned(obj, &name).map(Some) };
        match result {
            Err(e) if e.is(self, &self.types.attribute_error) => Ok(None),
            other => other,
        }
    }

    /// `setattr(obj, name, value)`.
    pub fn set_attr(&mut self, obj: &Owned, name: &Owned, value: &Owned) -> PyResult<()> {
        if is_interned(name) { return self.set_attr_interned(obj, name, Some(value)) }
        let name = attribute_name(self, name)?;
        self.set_attr_interned(obj, &name, Some(value))
    }

    /// `delattr(obj, name)`.
    pub fn del_attr(&mut self, obj: &Owned, name: &Owned) -> PyResult<()> {
        let name = attribute_name(self, name)?;
        self.set_attr_interned(obj, &name, None)
    }

    /// Sets or deletes the attribute of that interned name.
    #[inline]
    pub fn set_attr_interned(&mut self, obj: &Owned, name: &Owned, value: Option<&Owned>) -> PyResult<()> {
        match obj.type_of(self).slots().setattr {
            Some(f) => f(self, obj, name, value),
            None => generic_setattr(self, obj, name, value),
        }
    }

    /// `getattr(obj, name)` by text.
    pub fn get_attr_str(&mut self, obj: &Owned, name: &str) -> PyResult {
        let name = self.intern(name)?;
        self.get_attr_interned(obj, &name)
    }

    /// The special method `name` of the type of `obj`, bound to it; `None` if the type has none.
    pub fn lookup_special(&mut self, obj: &Owned, name: &Owned) -> PyResult<Option<Owned>> {
        let Some(found) = self.type_lookup(obj.type_of(self), name) else { return Ok(None) };
        match found.type_of(self).slots().descr_get {
            Some(get) => {
                let owner = obj.type_of(self).obj().clone();
                get(self, &found, Some(obj), &owner).map(Some)
            }
            None => Ok(Some(found)),
        }
    }

    /// Calls the special method `name` of the type of `obj` without making a bound method; `None` if the type has none.
    pub fn call_special(&mut self, obj: &Owned, name: &Owned, args: &[&Owned]) -> PyResult<Option<Owned>> {
        crate::typeobj::slot_dunder::call_optional(self, obj, name, args)
    }

    /// What `obj.name(...)` calls: the function with `Some(self)` to put in front of the arguments, or any callable with `None`.
    /// The name is interned.
    pub fn get_method(&mut self, obj: &Owned, name: &Owned) -> PyResult<(Owned, Option<Owned>)> {
        let ty = obj.type_of(self);
        if !ty.has_flag(vm_flags::GENERIC_GETATTR) { return Ok((self.get_attr_interned(obj, name)?, None)) }
        let descr = self.type_lookup(ty, name);
        let mut getter = None;
        let mut method = false;
        if let Some(d) = &descr {
            let dty = d.type_of(self);
            method = dty.has_flag(vm_flags::METHOD_DESCRIPTOR);
            if !method {
                getter = dty.slots().descr_get;
                if let (Some(get), true) = (getter, dty.slots().descr_set.is_some()) {
                    let owner = obj.type_of(self).obj().clone();
                    return Ok((get(self, d, Some(obj), &owner)?, None));
                }
            }
        }
        if let Some(v) = instance_attr(self, obj, name)? { return Ok((v, None)) }
        match (descr, getter) {
            (Some(d), _) if method => Ok((d, Some(obj.clone()))),
            (Some(d), Some(get)) => {
                let owner = obj.type_of(self).obj().clone();
                Ok((get(self, &d, Some(obj), &owner)?, None))
            }
            (Some(d), None) => Ok((d, None)),
            (None, _) => Err(self.attribute_error_for(obj, name)),
        }
    }
}
