//! `object`: what every object can do, and the payload of plain class instances.
//!
//! Not here: generic attribute access (`protocol/attr.rs`), pickling support (`object_reduce.rs`).

use instar_code::Compare;

use super::object_reduce;
use crate::args::Args;
use crate::native::{Def, GetSet, Native, TypeDef};
use crate::object::{ObjExt, Owned, Payload, Ref};
use crate::payload;
use crate::protocol::attr;
use crate::slots::Slots;
use crate::trace;
use crate::typeobj::methods::{full_name, module_text};
use crate::typeobj::{type_attrs, vm_flags, TypeRef};
use crate::types::str::PyStr;
use crate::vm::{PyResult, Vm};

/// Payload of instances of plain classes: nothing.
pub struct PyInstance;
trace! { PyInstance {} }
crate::fields! { PyInstance {} }
payload!(PyInstance, "object", object);

static DEF: TypeDef = TypeDef {
    doc: "The base class of the class hierarchy.\n\nWhen called, it accepts no arguments and returns a new featureless\ninstance that has no instance attributes and cannot be given any.\n",
    sig: "()",
    methods: &[
        Def::new("__reduce_ex__", "($self, protocol, /)", Native::N1(object_reduce::reduce_ex)).doc("Helper for pickle."),
        Def::new("__reduce__", "($self, /)", Native::N0(object_reduce::reduce)).doc("Helper for pickle."),
        Def::new("__getstate__", "($self, /)", Native::N0(object_reduce::getstate)).doc("Helper for pickle."),
        Def::class("__subclasshook__", "($cls, subclass, /)", Native::Full(subclasshook))
            .doc("Abstract classes can override this to customize issubclass().\n\nThis is invoked early on by abc.ABCMeta.__subclasscheck__().\nIt should return True, False or NotImplemented.  If it returns\nNotImplemented, the normal algorithm is used.  Otherwise, it\noverrides the normal algorithm (and the outcome is cached)."),
        Def::class("__init_subclass__", "($type, /)", Native::Full(init_subclass))
            .doc("This method is called when a class is subclassed.\n\nThe default implementation does nothing. It may be\noverridden to extend subclasses."),
        Def::new("__format__", "($self, format_spec, /)", Native::N1(format)).doc("Default object formatter.\n\nReturn str(self) if format_spec is empty. Raise TypeError otherwise."),
        Def::new("__sizeof__", "($self, /)", Native::N0(sizeof)).doc("Size of object in memory, in bytes."),
        Def::new("__dir__", "($self, /)", Native::N0(dir)).doc("Default dir() implementation."),
    ],
    getset: &[GetSet { member: false, name: "__class__", get: get_class, set: Some(set_class), doc: "the object's class" }],
};

pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.object.clone();
    let s = Slots {
        new: Some(new), repr: Some(repr), hash: Some(hash), str: Some(str), getattr: Some(attr::GENERIC_GETATTR), setattr: Some(attr::GENERIC_SETATTR),
        compare: Some(compare), init: Some(init_object), ..Slots::default()
    };
    vm.fill_type(&ty, s, &DEF)
}

impl Vm {
    /// `id(obj)`.
    #[inline]
    pub fn identity(&self, obj: &Owned) -> usize { obj.word().raw() }
    /// The hash that follows from identity.
    #[inline]
    pub fn identity_hash(&self, obj: &Owned) -> i64 {
        let h = obj.word().raw().rotate_right(4) as i64;
        if h == -1 { -2 } else { h }
    }
    /// A new instance of a class whose layout is `object`'s, `__init__` not called.
    #[inline]
    pub fn allocate_instance(&self, ty: &TypeRef) -> PyResult {
        assert!(std::ptr::eq(ty.info.vtable, PyInstance::vtable()), "law: a type makes only objects of its payload");
        // SAFETY: the payload is nothing but `__slots__`.
        unsafe { self.heap.alloc_instance(ty.ptr()) }.map_err(|e| self.out_of_memory(e))
    }
}

/// Whether `new` of the type is `object`'s.
fn has_object_new(vm: &Vm, ty: &TypeRef) -> bool { ty.slots().new.map(|f| f as usize) == vm.types.object.slots().new.map(|f| f as usize) }
fn has_object_init(vm: &Vm, ty: &TypeRef) -> bool { ty.slots().init.map(|f| f as usize) == vm.types.object.slots().init.map(|f| f as usize) }

fn new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    if !args.is_empty() {
        if !has_object_new(vm, ty) { return Err(vm.type_error("object.__new__() takes exactly one argument (the type to instantiate)")) }
        if has_object_init(vm, ty) {
            let name = ty.name(vm);
            return Err(vm.type_error(format!("{name}() takes no arguments")));
        }
    }
    if ty.has_flag(vm_flags::ABSTRACT) { return Err(abstract_error(vm, ty)?) }
    if !std::ptr::eq(ty.info.vtable, PyInstance::vtable()) {
        let name = ty.name(vm);
        return Err(vm.type_error(format!("object.__new__({name}) is not safe, use {name}.__new__()")));
    }
    vm.allocate_instance(ty)
}

#[cold]
fn abstract_error(vm: &mut Vm, ty: &TypeRef) -> PyResult<crate::vm::Raised> {
    let key = vm.names.__abstractmethods__.clone();
    let methods = vm.get_attr(ty.obj(), &key)?;
    let mut names = Vec::new();
    for m in vm.collect(&methods)? { names.push(m.cast::<PyStr>().map(|s| s.to_string_lossy()).unwrap_or_default()) }
    names.sort();
    let plural = if names.len() > 1 { "s" } else { "" };
    let (t, list) = (ty.name(vm), names.iter().map(|n| format!("'{n}'")).collect::<Vec<_>>().join(", "));
    Ok(vm.type_error(format!("Can't instantiate abstract class {t} without an implementation for abstract method{plural} {list}")))
}

fn init_object(vm: &mut Vm, this: &Owned, args: Args<'_>) -> PyResult<()> {
    if args.is_empty() { return Ok(()) }
    let ty = this.type_of(vm);
    if !has_object_init(vm, ty) { return Err(vm.type_error("object.__init__() takes exactly one argument (the instance to initialize)")) }
    if has_object_new(vm, ty) {
        let name = ty.name(vm);
        return Err(vm.type_error(format!("{name}.__init__() takes exactly one argument (the instance to initialize)")));
    }
    Ok(())
}

fn repr(vm: &mut Vm, this: &Owned) -> PyResult {
    let ty = this.type_of(vm);
    let name = match module_text(vm, ty) { Some(_) => full_name(vm, ty), None => ty.name(vm) };
    let text = format!("<{name} object at {:#x}>", vm.identity(this));
    vm.new_str(&text)
}

fn str(vm: &mut Vm, this: &Owned) -> PyResult {
    // str() of an object without __str__ is its repr, which need not be checked twice.
    match this.type_of(vm).slots().repr { Some(f) => f(vm, this), None => repr(vm, this) }
}

fn hash(vm: &mut Vm, this: &Owned) -> PyResult<i64> { Ok(vm.identity_hash(this)) }

fn compare(vm: &mut Vm, this: &Owned, other: &Owned, op: Compare) -> PyResult {
    match op {
        Compare::Eq if this.is(other) => Ok(vm.bool(true)),
        Compare::Ne => {
            // By default the opposite of ==, unless that is NotImplemented.
            let Some(eq) = this.type_of(vm).slots().compare else { return Ok(vm.not_implemented()) };
            let result = eq(vm, this, other, Compare::Eq)?;
            if vm.is_not_implemented(&result) { return Ok(result) }
            let b = vm.truth(&result)?;
            Ok(vm.bool(!b))
        }
        _ => Ok(vm.not_implemented()),
    }
}

fn subclasshook(vm: &mut Vm, _cls: &Owned, _args: Args<'_>) -> PyResult { Ok(vm.not_implemented()) }

fn init_subclass(vm: &mut Vm, cls: &Owned, args: Args<'_>) -> PyResult {
    if args.is_empty() { return Ok(vm.none()) }
    let name = TypeRef::from_obj(cls).map(|t| t.qualname(vm)).unwrap_or_default();
    let n = args.pos().len();
    if !args.kwnames().is_empty() { return Err(vm.type_error(format!("{name}.__init_subclass__() takes no keyword arguments"))) }
    Err(vm.type_error(format!("{name}.__init_subclass__() takes no arguments ({n} given)")))
}

fn format(vm: &mut Vm, this: &Owned, spec: &Owned) -> PyResult {
    let Some(s) = spec.cast::<PyStr>() else {
        let t = spec.given_name(vm);
        return Err(vm.type_error(format!("__format__() argument must be str, not {t}")));
    };
    if s.len() > 0 {
        let t = this.type_name(vm);
        return Err(vm.type_error(format!("unsupported format string passed to {t}.__format__")));
    }
    vm.str(this)
}

fn sizeof(vm: &mut Vm, this: &Owned) -> PyResult {
    let info = &this.type_of(vm).info;
    let mut bytes = info.payload_bytes as usize + instar_object::HEADER;
    if let (Some(size_of), true) = (info.vtable.size_of, this.word().is_ptr()) {
        // SAFETY: the vtable belongs to the object's payload.
        bytes = unsafe { size_of(this.word().ptr().payload()) } + instar_object::HEADER;
    }
    vm.new_int(bytes as i64)
}

/// Names in `__dict__`, the class and its bases, as a list.
fn dir(vm: &mut Vm, this: &Owned) -> PyResult {
    let key = vm.names.__dict__.clone();
    let names = match vm.get_attr_opt(this, &key)?.and_then(|d| Ref::<super::dict::PyDict>::try_from(d).ok()) {
        Some(d) => d.copy(vm)?,
        None => vm.new_dict()?,
    };
    let key = vm.names.__class__.clone();
    let mut todo: Vec<Owned> = vm.get_attr_opt(this, &key)?.into_iter().collect();
    while let Some(class) = todo.pop() {
        let Some(ty) = TypeRef::from_obj(&class).cloned() else { continue };
        for key in ty.dict().keys(vm)? { let none = vm.none(); names.set_item(vm, &key, &none)? }
        todo.extend(ty.base_items(vm).iter().rev().cloned());
    }
    let keys = names.keys(vm)?;
    Ok(vm.new_list(keys)?.into_obj())
}

fn get_class(vm: &mut Vm, this: &Owned) -> PyResult { Ok(this.type_of(vm).obj().clone()) }

fn set_class(vm: &mut Vm, this: &Owned, value: Option<&Owned>) -> PyResult<()> {
    let Some(value) = value else { return Err(vm.type_error("can't delete __class__ attribute")) };
    let Some(new) = TypeRef::from_obj(value).cloned() else {
        let t = value.type_name(vm);
        return Err(vm.type_error(format!("__class__ must be set to a class, not '{t}' object")));
    };
    let old = this.type_of(vm).clone();
    let module = vm.types.module.clone();
    let both_modules = old.is_subtype_of(vm, &module) && new.is_subtype_of(vm, &module);
    if !both_modules && (new.has_flag(vm_flags::IMMUTABLE) || old.has_flag(vm_flags::IMMUTABLE)) {
        return Err(vm.type_error("__class__ assignment only supported for mutable types or ModuleType subclasses"));
    }
    if let Some(e) = type_attrs::layout_error(vm, "__class__", &new, &old) { return Err(e) }
    vm.set_class(this, &new)
}
