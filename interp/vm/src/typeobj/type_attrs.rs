//! The computed attributes of types: names, bases, `__dict__`, annotations (PEP 649), abstract methods.
//!
//! Not here: other behaviour of `type` (`methods.rs`).

use instar_object::TypeFlags;

use super::create::solid_base;
use super::methods::{module_text, this_type};
use super::{vm_flags, TypeRef};
use crate::native::GetSet;
use crate::object::{ObjExt, Owned, Ref};
use crate::protocol::attr::name_text;
use crate::types::mappingproxy::PyMappingProxy;
use crate::types::str::PyStr;
use crate::types::tuple::PyTuple;
use crate::vm::{PyResult, Raised, Vm};

pub(super) const GETSET: &[GetSet] = &[
    GetSet::member("__basicsize__", basicsize), GetSet::member("__itemsize__", itemsize), GetSet::member("__flags__", flags),
    GetSet::member("__weakrefoffset__", weakrefoffset), GetSet::member("__base__", base), GetSet::member("__dictoffset__", dictoffset),
    GetSet::rw("__name__", name, set_name), GetSet::rw("__qualname__", qualname, set_qualname), GetSet::rw("__bases__", bases, set_bases),
    GetSet::ro("__mro__", mro), GetSet::rw("__module__", module, set_module),
    GetSet::rw("__abstractmethods__", abstractmethods, set_abstractmethods), GetSet::ro("__dict__", dict), GetSet::rw("__doc__", doc, set_doc),
    GetSet::ro("__text_signature__", text_signature), GetSet::rw("__annotations__", annotations, set_annotations),
    GetSet::rw("__annotate__", annotate, set_annotate), GetSet::rw("__type_params__", type_params, set_type_params),
];

fn basicsize(vm: &mut Vm, this: &Owned) -> PyResult {
    let info = &this_type(this).info;
    vm.new_int(i64::from(info.payload_bytes) + instar_object::HEADER as i64)
}

fn itemsize(vm: &mut Vm, this: &Owned) -> PyResult {
    let n = if this_type(this).info.flags.get().contains(TypeFlags::VAR) { 8 } else { 0 };
    vm.new_int(n)
}

/// The bits that programs test, with CPython's numbers.
fn flags(vm: &mut Vm, this: &Owned) -> PyResult {
    let ty = this_type(this);
    let mut bits: i64 = 1 << 12 | 1 << 18; // ready; version tags are possible
    let f = ty.info.flags.get();
    for (mine, theirs) in [(vm_flags::SEQUENCE, 5), (vm_flags::MAPPING, 6), (vm_flags::NO_NEW, 7), (vm_flags::IMMUTABLE, 8), (vm_flags::BASETYPE, 10),
        (vm_flags::METHOD_DESCRIPTOR, 17), (vm_flags::ABSTRACT, 20), (vm_flags::MATCH_SELF, 22), (vm_flags::EXCEPTION_SUBCLASS, 30), (vm_flags::TYPE_SUBCLASS, 31),
        (TypeFlags::HEAP_TYPE.bits(), 9), (vm_flags::OF_MODULE, 9), (TypeFlags::GC.bits(), 14), (TypeFlags::WEAKREF.bits(), 3), (TypeFlags::ATTRS.bits(), 4)] {
        if f.bits() & mine != 0 { bits |= 1 << theirs }
    }
    // Attributes begin as values by the keys of the class.
    if f.contains(TypeFlags::ATTRS) && f.contains(TypeFlags::HEAP_TYPE) && !f.contains(TypeFlags::VAR) && ty.info.payload_bytes == vm.types.object.info.payload_bytes { bits |= 1 << 2 }
    let t = &vm.types;
    for (class, bit) in [(&t.int, 24), (&t.list, 25), (&t.tuple, 26), (&t.bytes, 27), (&t.str, 28), (&t.dict, 29)] {
        if ty.is_subtype_of(vm, class) { bits |= 1 << bit }
    }
    vm.new_int(bits)
}

fn weakrefoffset(vm: &mut Vm, this: &Owned) -> PyResult {
    // Negative: before the header, as CPython reports managed weak references.
    let n = if this_type(this).info.flags.get().contains(TypeFlags::WEAKREF) { -32 } else { 0 };
    vm.new_int(n)
}

fn dictoffset(vm: &mut Vm, this: &Owned) -> PyResult {
    let ty = this_type(this);
    let n = if ty.info.flags.get().contains(TypeFlags::ATTRS) { -1 } else if ty.slots().dict_slot.is_some() { 16 } else { 0 };
    vm.new_int(n)
}

fn base(vm: &mut Vm, this: &Owned) -> PyResult { Ok(vm.option_to_none(this_type(this).base.get())) }
fn name(vm: &mut Vm, this: &Owned) -> PyResult { Ok(vm.option_to_none(this_type(this).name.get())) }
fn qualname(vm: &mut Vm, this: &Owned) -> PyResult { Ok(vm.option_to_none(this_type(this).qualname.get())) }
fn bases(vm: &mut Vm, this: &Owned) -> PyResult { Ok(vm.option_to_none(this_type(this).bases.get())) }
fn mro(vm: &mut Vm, this: &Owned) -> PyResult { Ok(vm.option_to_none(this_type(this).mro.get())) }

pub(crate) fn dict(vm: &mut Vm, this: &Owned) -> PyResult {
    let d = this_type(this).dict.obj().clone();
    Ok(vm.new_object(PyMappingProxy { mapping: d })?.into_obj())
}

/// TypeError unless the attribute `what` of the type can be set to `value`.
fn check_set<'a>(vm: &mut Vm, ty: &TypeRef, value: Option<&'a Owned>, what: &str) -> PyResult<&'a Owned> {
    let t = ty.display_name(vm);
    if ty.has_flag(vm_flags::IMMUTABLE) { return Err(vm.type_error(format!("cannot set '{what}' attribute of immutable type '{t}'"))) }
    value.ok_or_else(|| vm.type_error(format!("cannot delete '{what}' attribute of immutable type '{t}'")))
}

fn set_name(vm: &mut Vm, this: &Owned, value: Option<&Owned>) -> PyResult<()> {
    let ty = this_type(this);
    let value = check_set(vm, ty, value, "__name__")?;
    if value.cast::<PyStr>().is_none() {
        let (t, v) = (ty.name(vm), value.type_name(vm));
        return Err(vm.type_error(format!("can only assign string to {t}.__name__, not '{v}'")));
    }
    if let Some(n) = value.cast::<PyStr>() { n.to_str(vm)?; }
    if name_text(value).contains('\0') { return Err(vm.value_error("type name must not contain null characters")) }
    ty.name.set(Some(value.clone()));
    Ok(())
}

fn set_qualname(vm: &mut Vm, this: &Owned, value: Option<&Owned>) -> PyResult<()> {
    let ty = this_type(this);
    let value = check_set(vm, ty, value, "__qualname__")?;
    if value.cast::<PyStr>().is_none() {
        let (t, v) = (ty.name(vm), value.type_name(vm));
        return Err(vm.type_error(format!("can only assign string to {t}.__qualname__, not '{v}'")));
    }
    ty.qualname.set(Some(value.clone()));
    Ok(())
}

fn module(vm: &mut Vm, this: &Owned) -> PyResult {
    let ty = this_type(this);
    // A native type may have an attribute of that name for its instances, as functions do.
    if let Some(m) = ty.dict_get(vm, &vm.names.__module__)
        && (ty.is_heap_type() || m.cast::<PyStr>().is_some())
    {
        return Ok(m);
    }
    match module_text(vm, ty) {
        Some(m) => vm.intern(&m),
        None => { let n = vm.names.__module__.clone(); let e = vm.types.attribute_error.clone(); Err(vm.raise(&e, vec![n])) }
    }
}

fn set_module(vm: &mut Vm, this: &Owned, value: Option<&Owned>) -> PyResult<()> {
    let ty = this_type(this);
    let value = check_set(vm, ty, value, "__module__")?;
    let (key, first) = (vm.names.__module__.clone(), vm.names.__firstlineno__.clone());
    ty.dict.set_item(vm, &key, value)?;
    ty.dict.del_item(vm, &first)?;
    vm.type_modified(ty);
    Ok(())
}

/// AttributeError with the bare name, as CPython's getters of types raise it.
fn bare_attribute_error(vm: &mut Vm, name: &Owned) -> Raised {
    let e = vm.types.attribute_error.clone();
    vm.raise(&e, vec![name.clone()])
}

fn abstractmethods(vm: &mut Vm, this: &Owned) -> PyResult {
    let ty = this_type(this);
    let key = vm.names.__abstractmethods__.clone();
    // type itself has a property of that name in its namespace, which is not meant.
    if ty.ptr() != vm.types.type_.ptr() && let Some(v) = ty.dict_get(vm, &key) { return Ok(v) }
    let error = bare_attribute_error(vm, &key);
    crate::protocol::attr::set_error_context(vm, &error, this, &key);
    Err(error)
}

fn set_abstractmethods(vm: &mut Vm, this: &Owned, value: Option<&Owned>) -> PyResult<()> {
    let ty = this_type(this).clone();
    let key = vm.names.__abstractmethods__.clone();
    let is_abstract = match value {
        Some(v) => {
            let b = vm.truth(v)?;
            ty.dict.set_item(vm, &key, v)?;
            b
        }
        None => {
            if !ty.dict.del_item(vm, &key)? { return Err(bare_attribute_error(vm, &key)) }
            false
        }
    };
    vm.type_modified(&ty);
    ty.set_flag(vm_flags::ABSTRACT, is_abstract);
    Ok(())
}

fn doc(vm: &mut Vm, this: &Owned) -> PyResult {
    let ty = this_type(this);
    if !ty.is_heap_type()
        && let Some(def) = ty.native.get()
    {
        return if def.doc.is_empty() { Ok(vm.none()) } else { vm.new_str(def.doc) };
    }
    let key = vm.names.__doc__.clone();
    let Some(found) = vm.type_lookup(ty, &key) else { return Ok(vm.none()) };
    match found.type_of(vm).slots().descr_get {
        Some(get) => get(vm, &found, None, this),
        None => Ok(found),
    }
}

fn set_doc(vm: &mut Vm, this: &Owned, value: Option<&Owned>) -> PyResult<()> {
    let ty = this_type(this);
    let value = check_set(vm, ty, value, "__doc__")?;
    let key = vm.names.__doc__.clone();
    ty.dict.set_item(vm, &key, value)?;
    vm.type_modified(ty);
    Ok(())
}

fn text_signature(vm: &mut Vm, this: &Owned) -> PyResult {
    match this_type(this).native.get() {
        Some(def) if !def.sig.is_empty() => vm.new_str(def.sig),
        Some(_) => Ok(vm.none()),
        None => {
            let key = vm.names.__doc__.clone();
            let doc = this_type(this).dict.get_item(vm, &key)?;
            let Some(doc) = doc.and_then(|d| d.cast::<PyStr>().map(|d| d.to_string_lossy())) else { return Ok(vm.none()) };
            let name = this_type(this).name(vm);
            match signature_in(&doc, &name) { Some(s) => vm.new_str(s), None => Ok(vm.none()) }
        }
    }
}

/// The signature at the beginning of a docstring: `name(...)`, a line `--`, an empty line.
fn signature_in<'a>(doc: &'a str, name: &str) -> Option<&'a str> {
    let rest = doc.strip_prefix(name).filter(|r| r.starts_with('('))?;
    let end = rest.find(")\n--\n\n")? + 1;
    if rest[..end].contains("\n\n") { None } else { Some(&rest[..end]) }
}

/// A heap type's own entry under one of the keys.
fn own_entry(vm: &mut Vm, ty: &TypeRef, keys: &[&str]) -> PyResult<Option<Owned>> {
    for key in keys {
        let key = vm.intern(key)?;
        if let Some(v) = ty.dict.get_item(vm, &key)? {
            return match v.type_of(vm).slots().descr_get {
                Some(get) => get(vm, &v, None, ty.obj()).map(Some),
                None => Ok(Some(v)),
            };
        }
    }
    Ok(None)
}

fn not_for_native(vm: &mut Vm, ty: &TypeRef, name: &str) -> Raised {
    let t = ty.name(vm);
    let error = vm.attribute_error(format!("type object '{t}' has no attribute '{name}'"));
    if let Ok(n) = vm.intern(name) { crate::protocol::attr::set_error_context(vm, &error, ty.obj(), &n) }
    error
}

fn annotations(vm: &mut Vm, this: &Owned) -> PyResult {
    let ty = this_type(this).clone();
    if !ty.is_heap_type() { return Err(not_for_native(vm, &ty, "__annotations__")) }
    if let Some(v) = own_entry(vm, &ty, &["__annotations__", "__annotations_cache__"])? { return Ok(v) }
    // A metaclass may have one of its own.
    let key = vm.names.__annotate__.clone();
    let function = vm.get_attr(this, &key)?;
    let result = if !vm.is_callable(&function) { vm.new_dict()?.into_obj() } else {
        let one = vm.new_int(1)?;
        let result = vm.call1(&function, &one)?;
        if result.cast::<crate::types::dict::PyDict>().is_none() {
            let t = result.type_name(vm);
            return Err(vm.type_error(format!("__annotate__ returned non-dict of type '{t}'")));
        }
        result
    };
    let key = vm.intern("__annotations_cache__")?;
    ty.dict.set_item(vm, &key, &result)?;
    vm.type_modified(&ty);
    Ok(result)
}

fn immutable(vm: &mut Vm, ty: &TypeRef, name: &str) -> PyResult<()> {
    if !ty.has_flag(vm_flags::IMMUTABLE) { return Ok(()) }
    let t = ty.display_name(vm);
    Err(vm.type_error(format!("cannot set '{name}' attribute of immutable type '{t}'")))
}

fn set_annotations(vm: &mut Vm, this: &Owned, value: Option<&Owned>) -> PyResult<()> {
    let ty = this_type(this).clone();
    immutable(vm, &ty, "__annotations__")?;
    let (plain, cache) = (vm.names.__annotations__.clone(), vm.intern("__annotations_cache__")?);
    match value {
        Some(v) => {
            // Where the class body stored them, there they stay.
            let key = if ty.dict.contains(vm, &plain)? { &plain } else { &cache };
            ty.dict.set_item(vm, key, v)?;
        }
        None => {
            let mut found = ty.dict.del_item(vm, &plain)?;
            found |= !found && ty.dict.del_item(vm, &cache)?;
            if !found { return Err(bare_attribute_error(vm, &plain)) }
        }
    }
    for key in ["__annotate_func__", "__annotate__"] {
        let key = vm.intern(key)?;
        ty.dict.del_item(vm, &key)?;
    }
    vm.type_modified(&ty);
    Ok(())
}

fn annotate(vm: &mut Vm, this: &Owned) -> PyResult {
    let ty = this_type(this).clone();
    if !ty.is_heap_type() { return Err(not_for_native(vm, &ty, "__annotate__")) }
    if let Some(v) = own_entry(vm, &ty, &["__annotate__", "__annotate_func__"])? { return Ok(v) }
    let (key, none) = (vm.intern("__annotate_func__")?, vm.none());
    ty.dict.set_item(vm, &key, &none)?;
    vm.type_modified(&ty);
    Ok(none)
}

fn set_annotate(vm: &mut Vm, this: &Owned, value: Option<&Owned>) -> PyResult<()> {
    let ty = this_type(this).clone();
    let Some(value) = value else { return Err(vm.type_error("cannot delete __annotate__ attribute")) };
    immutable(vm, &ty, "__annotate__")?;
    if !vm.is_none(value) && value.type_of(vm).slots().call.is_none() { return Err(vm.type_error("__annotate__ must be callable or None")) }
    let key = vm.intern("__annotate_func__")?;
    ty.dict.set_item(vm, &key, value)?;
    if !vm.is_none(value) {
        for key in ["__annotations__", "__annotations_cache__"] {
            let key = vm.intern(key)?;
            ty.dict.del_item(vm, &key)?;
        }
    }
    vm.type_modified(&ty);
    Ok(())
}

fn type_params(vm: &mut Vm, this: &Owned) -> PyResult {
    let ty = this_type(this).clone();
    let key = vm.names.__type_params__.clone();
    // type itself has a property of that name in its namespace, which is not meant.
    if ty.ptr() != vm.types.type_.ptr() && let Some(v) = ty.dict.get_item(vm, &key)? { return Ok(v) }
    Ok(vm.consts.empty_tuple.obj().clone())
}

fn set_type_params(vm: &mut Vm, this: &Owned, value: Option<&Owned>) -> PyResult<()> {
    let ty = this_type(this).clone();
    let value = check_set(vm, &ty, value, "__type_params__")?;
    let key = vm.names.__type_params__.clone();
    ty.dict.set_item(vm, &key, value)?;
    vm.type_modified(&ty);
    Ok(())
}

fn set_bases(vm: &mut Vm, this: &Owned, value: Option<&Owned>) -> PyResult<()> {
    let ty = this_type(this).clone();
    let value = check_set(vm, &ty, value, "__bases__")?;
    let t = ty.name(vm);
    let Some(new) = Ref::<PyTuple>::cast(value).cloned() else {
        let v = value.type_name(vm);
        return Err(vm.type_error(format!("can only assign tuple to {t}.__bases__, not {v}")));
    };
    if new.items().is_empty() { return Err(vm.type_error(format!("can only assign non-empty tuple to {t}.__bases__, not ()"))) }
    for b in new.items() {
        let Some(b) = TypeRef::from_obj(b) else {
            let v = b.type_name(vm);
            return Err(vm.type_error(format!("{t}.__bases__ must be tuple of classes, not '{v}'")));
        };
        // A metaclass's mro() that assigns bases meets classes whose base is new and whose MRO is still the old one.
        if b.is_subtype_of(vm, &ty) || b.is_subtype_by_base(&ty) { return Err(vm.type_error("a __bases__ item causes an inheritance cycle")) }
    }
    let best = super::create::best_base(vm, new.items())?;
    let old_base = ty.base();
    let Some(old) = old_base else { return Err(vm.type_error("cannot set '__bases__' attribute of immutable type 'object'")) };
    if let Some(e) = layout_error(vm, "__bases__", &best, &old) { return Err(e) }
    let old_bases = ty.bases.get();
    let old_items: Vec<TypeRef> = ty.base_items(vm).iter().filter_map(|b| TypeRef::from_obj(b).cloned()).collect();
    vm.type_modified(&ty);
    let stored = vm.new_tuple_from(new.items())?.into_obj();
    ty.bases.set(Some(stored.clone()));
    ty.base.set(Some(best.into_obj()));
    let result = vm.update_mros(&ty);
    // A metaclass's mro() may have assigned bases again: then those stay.
    if !ty.bases.word().same(stored.word()) { return result }
    if let Err(e) = result {
        ty.bases.set(old_bases);
        ty.base.set(Some(old.into_obj()));
        return Err(e);
    }
    for b in old_items { b.remove_subclass(vm, &ty) }
    for b in new.items() { if let Some(b) = TypeRef::from_obj(b).cloned() { b.add_subclass(vm, &ty) } }
    vm.refresh_slots(&ty);
    vm.type_modified(&ty);
    Ok(())
}

/// The TypeError that forbids the instances of one class to become those of another, if something does. Those of native types that
/// the collector does not look at are freed in another way than all others.
pub(crate) fn layout_error(vm: &mut Vm, what: &str, new: &TypeRef, old: &TypeRef) -> Option<Raised> {
    let collected = |t: &TypeRef| t.is_heap_type() || t.info.flags.get().contains(TypeFlags::GC);
    let differs = if collected(new) != collected(old) { "deallocator differs" } else if same_layout(vm, new, old) { return None } else { "object layout differs" };
    let (n, o) = (new.name(vm), old.name(vm));
    Some(vm.type_error(format!("{what} assignment: '{n}' {differs} from '{o}'")))
}

/// Whether objects of one type can become objects of the other.
fn same_layout(vm: &Vm, a: &TypeRef, b: &TypeRef) -> bool {
    let shape = TypeFlags::GC.bits() | TypeFlags::ATTRS.bits() | TypeFlags::WEAKREF.bits() | TypeFlags::VAR.bits();
    let (i, j) = (&a.info, &b.info);
    let flags = |t: &TypeRef| t.info.flags.get().bits() & shape;
    if !std::ptr::eq(i.vtable, j.vtable) || i.slots_len != j.slots_len || i.payload_bytes != j.payload_bytes || i.prefix_bytes != j.prefix_bytes || flags(a) != flags(b) { return false }
    if i.slots_len == 0 { return true }
    let (a, b) = (solid_base(vm, a), solid_base(vm, b));
    if a.ptr() == b.ptr() { return true }
    // Slots of the same names added to the same base fit too.
    let names = |t: &TypeRef| t.member_names.get().map(|n| super::mro::items_of(&n)).unwrap_or_default();
    let (m, n) = (names(&a), names(&b));
    m.len() == n.len() && m.iter().zip(&n).all(|(x, y)| x.is(y)) && match (a.base(), b.base()) { (Some(x), Some(y)) => x.ptr() == y.ptr(), _ => false }
}
