//! An instance's `__dict__` object, its `__class__` and what both do to the attribute storage.
//!
//! Asking for `__dict__` moves the values into a dict, which is the storage from then on. Not here: access to single attributes
//! (`protocol/attr.rs`), the descriptors of these names (`typeobj/create.rs`, `types/object_type.rs`).

use instar_object::attrs;
use instar_object::TypeFlags;

use crate::stats::count_dict;
use crate::object::{ObjExt, Owned, Ref};
use crate::typeobj::{vm_flags, TypeRef};
use crate::types::dict::PyDict;
use crate::vm::{PyResult, Vm};

/// Whether instances of `ty` have a `__dict__`.
pub(crate) fn has_dict(ty: &TypeRef) -> bool {
    ty.info.flags.get().contains(TypeFlags::ATTRS) || ty.slots().dict_slot.is_some() || ty.has_flag(vm_flags::TYPE_SUBCLASS)
}

/// Getter of `__dict__` for objects that have one in either form.
pub(crate) fn get_dict(vm: &mut Vm, obj: &Owned) -> PyResult {
    let ty = obj.type_of(vm);
    if ty.info.flags.get().contains(TypeFlags::ATTRS) { return Ok(vm.instance_dict(obj, "asked for")?.into_obj()) }
    match ty.slots().dict_slot {
        Some(slot) if obj.word().is_ptr() => {
            if let Some(d) = slot(obj).get() { return Ok(d) }
            let d = vm.new_dict()?.into_obj();
            slot(obj).set(Some(d.clone()));
            Ok(d)
        }
        _ => Err(vm.attribute_error("This object has no __dict__")),
    }
}

/// Setter of `__dict__`.
pub(crate) fn set_dict(vm: &mut Vm, obj: &Owned, value: Option<&Owned>) -> PyResult<()> {
    let dict = match value {
        Some(v) if Ref::<PyDict>::cast(v).is_none() => {
            let t = v.type_name(vm);
            return Err(vm.type_error(format!("__dict__ must be set to a dictionary, not a '{t}'")));
        }
        Some(v) => v.clone(),
        None => vm.new_dict()?.into_obj(),
    };
    let ty = obj.type_of(vm);
    if ty.info.flags.get().contains(TypeFlags::ATTRS) {
        count_dict("assigned");
        drop(attrs::set_dict(obj.word().ptr(), dict));
        return Ok(());
    }
    match ty.slots().dict_slot {
        Some(slot) if obj.word().is_ptr() => { slot(obj).set(Some(dict)); Ok(()) }
        _ => Err(vm.attribute_error("This object has no __dict__")),
    }
}

/// What the nearest native base of the object's class says about `__dict__`, if it says anything (types, modules, exceptions).
fn native_descriptor(vm: &Vm, obj: &Owned) -> Option<Owned> {
    let mut at = Some(obj.type_of(vm).clone());
    while let Some(ty) = at {
        if !ty.is_heap_type() && let Some(d) = ty.dict_get(vm, &vm.names.__dict__) { return Some(d) }
        at = ty.base();
    }
    None
}

/// Getter of `__dict__` that a class has because its instances have one.
pub(crate) fn get_class_dict(vm: &mut Vm, obj: &Owned) -> PyResult {
    let Some(descr) = native_descriptor(vm, obj) else { return get_dict(vm, obj) };
    let owner = obj.type_of(vm).obj().clone();
    match descr.type_of(vm).slots().descr_get { Some(get) => get(vm, &descr, Some(obj), &owner), None => Ok(descr) }
}

/// Setter of `__dict__` that a class has because its instances have one.
pub(crate) fn set_class_dict(vm: &mut Vm, obj: &Owned, value: Option<&Owned>) -> PyResult<()> {
    let Some(descr) = native_descriptor(vm, obj) else { return set_dict(vm, obj, value) };
    match descr.type_of(vm).slots().descr_set {
        Some(set) => set(vm, &descr, obj, value),
        None => {
            let t = obj.type_name(vm);
            Err(vm.type_error(format!("this __dict__ descriptor does not support '{t}' objects")))
        }
    }
}

impl Vm {
    /// The `__dict__` of an instance with attribute storage, made now if there is none yet.
    ///
    /// `cause`: why one is wanted, for statistics.
    pub fn instance_dict(&mut self, obj: &Owned, cause: &'static str) -> PyResult<Ref<PyDict>> {
        let ptr = obj.word().ptr();
        if let Some(d) = attrs::dict(ptr) {
            // SAFETY: the instance owns its dict.
            let d = unsafe { Owned::share_word(d) };
            return Ref::try_from(d).map_err(|_| self.system_error("bad instance dictionary"));
        }
        let dict = self.new_dict()?;
        let mut pairs = Vec::new();
        // SAFETY: the instance owns values and (through its class) names.
        attrs::for_each(ptr, |name, value| unsafe { pairs.push((Owned::share_word(name), Owned::share_word(value))) });
        for (name, value) in &pairs { dict.set_item(self, name, value)? }
        count_dict(cause);
        drop(attrs::set_dict(ptr, dict.obj().clone()));
        Ok(dict)
    }

    /// Changes the class of `obj`; the caller has checked that the layouts agree.
    pub(crate) fn set_class(&mut self, obj: &Owned, ty: &TypeRef) -> PyResult<()> {
        let old = obj.type_of(self).clone();
        if old.ptr() == ty.ptr() { return Ok(()) }
        // Inline values are laid out by the old class's keys: they go into a dict, as in CPython.
        if old.info.flags.get().contains(TypeFlags::ATTRS) { self.instance_dict(obj, "class changed")?; }
        let ptr = obj.word().ptr();
        // SAFETY: same layout; each heap type is owned once by its instance: the new one's count is given to the object, the old one's taken.
        unsafe {
            if ptr.set_ty(&self.heap, ty.ptr()).is_err() { return Err(self.no_memory()) }
            if ty.is_heap_type() { std::mem::forget(ty.clone()) }
            if old.is_heap_type() { drop(Owned::from_word(old.obj().word())) }
        }
        Ok(())
    }
}
