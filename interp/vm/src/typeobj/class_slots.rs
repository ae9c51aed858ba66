//! `__slots__` of a class, and whether its instances get `__dict__` and `__weakref__`.
//!
//! Not here: reading and writing a slot (`types/member_descriptor.rs`).

use instar_object::TypeFlags;

use super::TypeRef;
use crate::object::{ObjExt, Owned, Ref};
use crate::protocol::attr::name_text;
use crate::protocol::instance_dict::has_dict;
use crate::types::dict::PyDict;
use crate::types::member_descriptor::PyMemberDescriptor;
use crate::types::str::PyStr;
use crate::vm::{PyResult, Vm};

/// What `__slots__` (or its absence) asks for.
pub(super) struct SlotSpec {
    /// Mangled names in alphabetical order.
    pub names: Vec<Owned>,
    /// Instances get attribute storage that the base's have not.
    pub add_dict: bool,
    /// Instances can be weakly referenced and the base's can not.
    pub add_weakref: bool,
}

/// Whether instances of `ty` vary in size, so that no slots can follow the payload.
fn varies(vm: &Vm, ty: &TypeRef) -> bool {
    let t = &vm.types;
    [&t.int, &t.bytes, &t.tuple, &t.type_].iter().any(|v| ty.is_subtype_of(vm, v))
}

/// `_Class__name` for `__name`, as the compiler mangles.
fn mangle(class: &str, name: &str) -> Option<String> {
    if !name.starts_with("__") || name.ends_with("__") || name.contains('.') { return None }
    let class = class.trim_start_matches('_');
    if class.is_empty() { None } else { Some(format!("_{class}{name}")) }
}

/// Reads `__slots__` from the namespace.
pub(super) fn read(vm: &mut Vm, base: &TypeRef, bases: &[Owned], dict: &Ref<PyDict>, class: &Owned) -> PyResult<SlotSpec> {
    let may_dict = !has_dict(base);
    let may_weakref = !base.info.flags.get().contains(TypeFlags::WEAKREF);
    let varies = varies(vm, base);
    // An instance of int has no words of its own where it is an immediate, but an instance of a subclass of int has.
    let key = vm.names.__slots__.clone();
    let Some(slots) = dict.get_item(vm, &key)? else {
        let weak = may_weakref && (!varies || !weak_excluded(vm, base));
        return Ok(SlotSpec { names: Vec::new(), add_dict: may_dict, add_weakref: weak });
    };
    let items = if slots.cast::<PyStr>().is_some() { vec![slots] } else { vm.collect(&slots)? };
    if !items.is_empty() && varies {
        let name = base.name(vm);
        return Err(vm.type_error(format!("nonempty __slots__ not supported for subtype of '{name}'")));
    }
    let mut spec = SlotSpec { names: Vec::new(), add_dict: false, add_weakref: false };
    let class_name = name_text(class);
    let mut texts: Vec<(String, Owned)> = Vec::new();
    for item in &items {
        let Some(text) = item.cast::<PyStr>() else {
            let t = item.type_name(vm);
            return Err(vm.type_error(format!("__slots__ items must be strings, not '{t}'")));
        };
        let text = text.to_string_lossy();
        let identifier = vm.intern("isidentifier")?;
        let ok = vm.call_method(item, &identifier, &[])?;
        if !vm.truth(&ok)? { return Err(vm.type_error("__slots__ must be identifiers")) }
        if text == "__dict__" {
            if !may_dict || spec.add_dict { return Err(vm.type_error("__dict__ slot disallowed: we already got one")) }
            spec.add_dict = true;
            continue;
        }
        if text == "__weakref__" {
            if !may_weakref || spec.add_weakref { return Err(vm.type_error("__weakref__ slot disallowed: we already got one")) }
            spec.add_weakref = true;
            continue;
        }
        let name = match mangle(&class_name, &text) { Some(m) => vm.intern(&m)?, None => vm.intern_obj(item)? };
        if text != "__qualname__" && text != "__classcell__" && text != "__classdictcell__" && dict.contains(vm, &name)? {
            let r = vm.repr_text(&name)?;
            return Err(vm.value_error(format!("{r} in __slots__ conflicts with class variable")));
        }
        texts.push((name_text(&name), name));
    }
    texts.sort_by(|a, b| a.0.cmp(&b.0));
    spec.names = texts.into_iter().map(|(_, n)| n).collect();
    // What a secondary base's instances have, these have too.
    for b in bases {
        let Some(b) = TypeRef::from_obj(b) else { continue };
        if b.ptr() == base.ptr() { continue }
        if may_dict && has_dict(b) { spec.add_dict = true }
        if may_weakref && b.info.flags.get().contains(TypeFlags::WEAKREF) { spec.add_weakref = true }
    }
    Ok(spec)
}

/// Variable-sized bases whose subclasses CPython gives no weak references.
fn weak_excluded(vm: &Vm, base: &TypeRef) -> bool {
    let t = &vm.types;
    [&t.int, &t.bytes, &t.tuple].iter().any(|v| base.is_subtype_of(vm, v))
}

/// Adds a descriptor for each slot. A repeated name gets the last word.
pub(super) fn add_members(vm: &mut Vm, ty: &TypeRef, spec: &SlotSpec) -> PyResult<()> {
    let first = ty.info.slots_offset + (ty.info.slots_len - spec.names.len() as u32) * 8;
    for (i, name) in spec.names.iter().enumerate() {
        let member = PyMemberDescriptor::slot(ty.clone(), name.clone(), first + i as u32 * 8);
        let member = vm.new_object(member)?.into_obj();
        ty.dict.set_item(vm, name, &member)?;
    }
    Ok(())
}

/// Getter of `__weakref__`: the oldest weak reference without callback, or None.
pub(super) fn first_weakref(vm: &mut Vm, obj: &Owned) -> PyResult {
    if !obj.type_of(vm).info.flags.get().contains(TypeFlags::WEAKREF) { return Err(vm.attribute_error("This object has no __weakref__")) }
    let mut first = None;
    // SAFETY: the type has weak references; the list's entries are alive while they are in it.
    instar_object::weak::for_each(obj.word().ptr(), |w| if first.is_none() { first = Some(unsafe { Owned::share_ptr(w) }) });
    Ok(vm.option_to_none(first))
}
