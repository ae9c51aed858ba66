//! What Python sees of `type`: calling a class, its attributes, `mro()`, `__subclasses__()` and so on.
//!
//! Not here: making a class (`create.rs`), `__bases__` and annotations (`type_attrs.rs`).

use super::create::type_new;
use super::{slot_update, type_attrs, vm_flags, TypeRef};
use crate::args::Args;
use crate::native::{Def, Native, TypeDef};
use crate::object::{ObjExt, Owned};
use crate::protocol::attr::{self, name_text};
use crate::slots::Slots;
use crate::types::union;
use crate::vm::{PyResult, Vm};

static DEF: TypeDef = TypeDef {
    doc: "type(object) -> the object's type\ntype(name, bases, dict, **kwds) -> a new type",
    sig: "",
    methods: &[
        Def::new("mro", "($self, /)", Native::N0(mro)).doc("Return a type's method resolution order."),
        Def::new("__subclasses__", "($self, /)", Native::N0(subclasses)).doc("Return a list of immediate subclasses."),
        Def::class("__prepare__", "($cls, name, bases, /, **kwds)", Native::Full(prepare)).doc("Create the namespace for the class statement"),
        Def::new("__instancecheck__", "($self, instance, /)", Native::N1(instancecheck)).doc("Check if an object is an instance."),
        Def::new("__subclasscheck__", "($self, subclass, /)", Native::N1(subclasscheck)).doc("Check if a class is a subclass."),
        Def::new("__dir__", "($self, /)", Native::N0(dir)).doc("Specialized __dir__ implementation for types."),
        Def::new("__sizeof__", "($self, /)", Native::N0(sizeof)).doc("Return memory consumption of the type object."),
    ],
    getset: type_attrs::GETSET,
};

pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.type_.clone();
    let mut s = Slots { repr: Some(repr), call: Some(call), getattr: Some(getattr), setattr: Some(setattr), new: Some(type_new), init: Some(type_init), ..Slots::default() };
    s.binary[instar_code::Binary::Or as usize] = Some(union::or);
    vm.fill_type(&ty, s, &DEF)
}

/// `this` as a type; the descriptor or slot has checked it.
pub(crate) fn this_type(this: &Owned) -> &TypeRef { TypeRef::from_obj(this).expect("law: checked by the descriptor") }

/// `__module__` as text, for reprs; `None` if it is no str.
pub(crate) fn module_text(vm: &Vm, ty: &TypeRef) -> Option<String> {
    if let Some(m) = ty.dict_get(vm, &vm.names.__module__) {
        let text = m.cast::<crate::types::str::PyStr>().map(|s| s.to_string_lossy());
        if text.is_some() || ty.is_heap_type() { return text }
    }
    if ty.is_heap_type() { return None }
    Some(if ty.module.get().is_empty() { "builtins".to_owned() } else { ty.module.get().to_owned() })
}

/// `module.qualname`, or the bare name for builtins.
pub(crate) fn full_name(vm: &Vm, ty: &TypeRef) -> String {
    match module_text(vm, ty) {
        Some(m) if m != "builtins" => format!("{m}.{}", ty.qualname(vm)),
        Some(_) | None => ty.qualname(vm),
    }
}

impl Vm {
    /// The type's name with its module for messages, unless that is `builtins` or `__main__`.
    pub fn qualified_type_name(&self, o: &Owned) -> String {
        let name = full_name(self, o.type_of(self));
        name.strip_prefix("__main__.").map_or(name.clone(), str::to_owned)
    }
}

fn repr(vm: &mut Vm, this: &Owned) -> PyResult {
    let text = format!("<class '{}'>", full_name(vm, this_type(this)));
    vm.new_str(&text)
}

/// `cls(*args)`: `__new__`, then `__init__` if the result is an instance.
fn call(vm: &mut Vm, this: &Owned, args: Args<'_>) -> PyResult {
    let ty = this_type(this);
    if ty.ptr() == vm.types.type_.ptr() {
        if let ([only], []) = (args.pos(), args.kwnames()) { return Ok(only.type_of(vm).obj().clone()) }
        if args.pos().len() != 3 { return Err(vm.type_error("type() takes 1 or 3 arguments")) }
    }
    let Some(new) = ty.slots().new else {
        let name = type_display(vm, ty);
        return Err(vm.type_error(format!("cannot create '{name}' instances")));
    };
    let obj = new(vm, ty, args)?;
    let made = obj.type_of(vm);
    if !made.is_subtype_of(vm, ty) { return Ok(obj) }
    if let Some(init) = made.slots().init { init(vm, &obj, args)? }
    Ok(obj)
}

/// A type's name in messages about it: with the module for native types outside builtins.
pub(crate) fn type_display(vm: &Vm, ty: &TypeRef) -> String {
    let module = ty.module.get();
    if module.is_empty() || module == "builtins" { ty.name(vm) } else { format!("{module}.{}", ty.name(vm)) }
}

fn type_init(vm: &mut Vm, _this: &Owned, args: Args<'_>) -> PyResult<()> {
    let n = args.pos().len();
    if n == 1 && !args.kwnames().is_empty() { return Err(vm.type_error("type.__init__() takes no keyword arguments")) }
    if n != 1 && n != 3 { return Err(vm.type_error("type.__init__() takes 1 or 3 arguments")) }
    Ok(())
}

/// `type.__getattribute__`; `None` if there is no such attribute.
pub(crate) fn type_getattr_opt(vm: &mut Vm, ty: &TypeRef, name: &Owned) -> PyResult<Option<Owned>> {
    let meta = ty.obj().type_of(vm).clone();
    let meta_attr = vm.type_lookup(&meta, name);
    let mut meta_get = None;
    if let Some(m) = &meta_attr {
        let slots = m.type_of(vm).slots();
        meta_get = slots.descr_get;
        if let (Some(get), true) = (meta_get, slots.descr_set.is_some()) { return get(vm, m, Some(ty.obj()), meta.obj()).map(Some) }
    }
    if let Some(found) = vm.type_lookup(ty, name) {
        return match found.type_of(vm).slots().descr_get {
            Some(get) => get(vm, &found, None, ty.obj()).map(Some),
            None => Ok(Some(found)),
        };
    }
    match (meta_attr, meta_get) {
        (Some(m), Some(get)) => get(vm, &m, Some(ty.obj()), meta.obj()).map(Some),
        (m, _) => Ok(m),
    }
}

fn getattr(vm: &mut Vm, this: &Owned, name: &Owned) -> PyResult {
    let ty = this_type(this);
    if let Some(v) = type_getattr_opt(vm, ty, name)? { return Ok(v) }
    let (t, n) = (ty.name(vm), name_text(name));
    let error = vm.attribute_error(format!("type object '{t}' has no attribute '{n}'"));
    attr::set_error_context(vm, &error, this, name);
    Err(error)
}

fn setattr(vm: &mut Vm, this: &Owned, name: &Owned, value: Option<&Owned>) -> PyResult<()> {
    let ty = this_type(this);
    if ty.has_flag(vm_flags::IMMUTABLE) {
        let (t, n) = (ty.display_name(vm), name_text(name));
        return Err(vm.type_error(format!("cannot set '{n}' attribute of immutable type '{t}'")));
    }
    let meta = this.type_of(vm);
    if let Some(d) = vm.type_lookup(meta, name)
        && let Some(set) = d.type_of(vm).slots().descr_set
    {
        return set(vm, &d, this, value);
    }
    vm.set_type_attr(ty, name, value)
}

impl Vm {
    /// Sets or deletes an attribute in a class's own namespace and does all that follows from it: versions, slots.
    /// The name is interned.
    pub fn set_type_attr(&mut self, ty: &TypeRef, name: &Owned, value: Option<&Owned>) -> PyResult<()> {
        // Versions go first: when the old value dies no cache may lead to it.
        self.type_modified(ty);
        match value {
            Some(v) => ty.dict.set_item(self, name, v)?,
            None => {
                if !ty.dict.del_item(self, name)? {
                    let (t, n) = (ty.name(self), name_text(name));
                    let error = self.attribute_error(format!("type object '{t}' has no attribute '{n}'"));
                    attr::set_error_context(self, &error, ty.obj(), name);
                    return Err(error);
                }
            }
        }
        // The storing itself may have run lookups (a key with `__eq__`).
        self.type_modified(ty);
        let text = name_text(name);
        if text.starts_with("__") && text.ends_with("__") { slot_update::update_name(self, ty, name) }
        Ok(())
    }
}

fn mro(vm: &mut Vm, this: &Owned) -> PyResult {
    let items = vm.c3_mro(this_type(this))?;
    Ok(vm.new_list(items)?.into_obj())
}

fn subclasses(vm: &mut Vm, this: &Owned) -> PyResult {
    let all: Vec<Owned> = this_type(this).subclasses(vm).into_iter().map(TypeRef::into_obj).collect();
    Ok(vm.new_list(all)?.into_obj())
}

fn prepare(vm: &mut Vm, _this: &Owned, _args: Args<'_>) -> PyResult { Ok(vm.new_dict()?.into_obj()) }

fn instancecheck(vm: &mut Vm, this: &Owned, instance: &Owned) -> PyResult {
    let b = vm.recursive_is_instance(instance, this)?;
    Ok(vm.bool(b))
}

fn subclasscheck(vm: &mut Vm, this: &Owned, subclass: &Owned) -> PyResult {
    let b = vm.recursive_is_subclass(subclass, this)?;
    Ok(vm.bool(b))
}

/// Names in the namespaces of the class and its bases.
fn dir(vm: &mut Vm, this: &Owned) -> PyResult {
    let names = vm.new_dict()?;
    let mut todo = vec![this.clone()];
    while let Some(class) = todo.pop() {
        let Some(ty) = TypeRef::from_obj(&class).cloned() else { continue };
        for key in ty.dict.keys(vm)? { let none = vm.none(); names.set_item(vm, &key, &none)? }
        todo.extend(ty.base_items(vm).iter().rev().cloned());
    }
    let keys = names.keys(vm)?;
    Ok(vm.new_list(keys)?.into_obj())
}

fn sizeof(vm: &mut Vm, _this: &Owned) -> PyResult {
    let n = size_of::<super::PyType>() + instar_object::HEADER;
    vm.new_int(n as i64)
}
