//! Slots of classes that define dunder methods: each finds the method on the type and calls it.
//!
//! A method that is a plain function is called with self in front, without a bound method. Not here: binary operators
//! (`slot_operator.rs`), which function a class gets (`slot_update.rs`).

use instar_code::Compare;

use super::slot_table::SlotFn;
use super::{vm_flags, TypeRef};
use crate::args::Args;
use crate::names::Names;
use crate::object::{ObjExt, Owned, Ref};
use crate::protocol::attr;
use crate::protocol::buffer::{Buffer, Request};
use crate::protocol::buffer_release::{buffer_of_view, native_buffer};
use crate::types::int::{int_ref, IntRef};
use crate::types::wrapper_descriptor::PyWrapperDescriptor;
use crate::vm::{PyResult, Raised, Vm};

/// The attribute `name` of the type of `this`, unbound.
#[inline]
pub(super) fn find(vm: &Vm, this: &Owned, name: &Owned) -> Option<Owned> { vm.type_lookup(this.type_of(vm), name) }

/// Calls `func`, found on the type of `this`, as a method of `this`.
pub(crate) fn call_found(vm: &mut Vm, func: &Owned, this: &Owned, rest: &[&Owned]) -> PyResult {
    if let Some(result) = crate::eval::slow::calls::call_plain(vm, func, this, rest) { return result }
    let ty = func.type_of(vm);
    if ty.has_flag(vm_flags::METHOD_DESCRIPTOR) {
        return match *rest {
            [] => vm.call(func, Args::positional(&[this.clone()])),
            [a] => vm.call(func, Args::positional(&[this.clone(), a.clone()])),
            [a, b] => vm.call(func, Args::positional(&[this.clone(), a.clone(), b.clone()])),
            _ => {
                let all: Vec<Owned> = std::iter::once(this.clone()).chain(rest.iter().map(|a| (*a).clone())).collect();
                vm.call(func, Args::positional(&all))
            }
        };
    }
    let bound = match ty.slots().descr_get {
        Some(get) => {
            let owner = this.type_of(vm).obj().clone();
            get(vm, func, Some(this), &owner)?
        }
        None => func.clone(),
    };
    match *rest {
        [] => vm.call(&bound, Args::EMPTY),
        [a] => vm.call(&bound, Args::positional(&[a.clone()])),
        [a, b] => vm.call(&bound, Args::positional(&[a.clone(), b.clone()])),
        _ => {
            let all: Vec<Owned> = rest.iter().map(|a| (*a).clone()).collect();
            vm.call(&bound, Args::positional(&all))
        }
    }
}

/// Calls the method if the type has it.
pub(crate) fn call_optional(vm: &mut Vm, this: &Owned, name: &Owned, rest: &[&Owned]) -> PyResult<Option<Owned>> {
    let Some(func) = find(vm, this, name) else { return Ok(None) };
    let ty = func.type_of(vm);
    let get = ty.slots().descr_get.filter(|_| !ty.has_flag(vm_flags::METHOD_DESCRIPTOR));
    let Some(get) = get else { return call_found(vm, &func, this, rest).map(Some) };
    let owner = this.type_of(vm).obj().clone();
    let bound = match get(vm, &func, Some(this), &owner) {
        // A computed attribute that is not there: no such method.
        Err(e) if e.is(vm, &vm.types.attribute_error) => return Ok(None),
        other => other?,
    };
    let rest: Vec<Owned> = rest.iter().map(|o| (*o).clone()).collect();
    vm.call(&bound, Args::positional(&rest)).map(Some)
}

/// Calls the method; AttributeError with the bare name if it has gone.
fn call(vm: &mut Vm, this: &Owned, name: fn(&Names) -> &Owned, rest: &[&Owned]) -> PyResult {
    let name = name(&vm.names).clone();
    match find(vm, this, &name) {
        Some(func) => call_found(vm, &func, this, rest),
        None => Err(missing(vm, &name)),
    }
}

#[cold]
fn missing(vm: &mut Vm, name: &Owned) -> Raised {
    let ty = vm.types.attribute_error.clone();
    vm.raise(&ty, vec![name.clone()])
}

macro_rules! unary {
    ($($function:ident $name:ident;)*) => {
        $(pub(super) fn $function(vm: &mut Vm, this: &Owned) -> PyResult { call(vm, this, |n| &n.$name, &[]) })*
    };
}

unary! {
    str_ __str__; negative __neg__; positive __pos__; absolute __abs__; invert __invert__;
    int __int__; float __float__; index __index__;
}

pub(super) fn repr(vm: &mut Vm, this: &Owned) -> PyResult {
    let name = vm.names.__repr__.clone();
    if let Some(text) = call_optional(vm, this, &name, &[])? { return Ok(text) }
    let text = format!("<{} object at {:#x}>", this.type_name(vm), vm.identity(this));
    vm.new_str(&text)
}

pub(super) fn iter(vm: &mut Vm, this: &Owned) -> PyResult {
    let name = vm.names.__iter__.clone();
    if find(vm, this, &name).is_some_and(|f| !vm.is_none(&f))
        && let Some(it) = call_optional(vm, this, &name, &[])?
    {
        return Ok(it);
    }
    let t = this.type_name(vm);
    Err(vm.type_error(format!("'{t}' object is not iterable")))
}

macro_rules! awaiting {
    ($($function:ident $name:ident;)*) => {
        $(pub(super) fn $function(vm: &mut Vm, this: &Owned) -> PyResult {
            let name = vm.names.$name.clone();
            match find(vm, this, &name) {
                Some(f) => call_found(vm, &f, this, &[]),
                None => {
                    let t = this.type_name(vm);
                    Err(vm.attribute_error(format!(concat!("object {} does not have ", stringify!($name), " method"), t)))
                }
            }
        })*
    };
}

awaiting! { await_ __await__; aiter __aiter__; anext __anext__; }

/// The `hash` slot of types with `__hash__ = None`.
pub fn hash_not_implemented(vm: &mut Vm, this: &Owned) -> PyResult<i64> {
    let t = this.type_name(vm);
    Err(vm.type_error(format!("unhashable type: '{t}'")))
}

/// The one address of [`hash_not_implemented`] that type tables use.
pub static HASH_NOT_IMPLEMENTED: crate::slots::HashFn = hash_not_implemented;

pub(super) fn hash(vm: &mut Vm, this: &Owned) -> PyResult<i64> {
    let name = vm.names.__hash__.clone();
    if find(vm, this, &name).is_none_or(|f| vm.is_none(&f)) { return hash_not_implemented(vm, this) }
    let Some(result) = call_optional(vm, this, &name, &[])? else { return hash_not_implemented(vm, this) };
    match int_ref(&result) {
        Some(IntRef::Small(n)) => Ok(if n == -1 { -2 } else { n }),
        Some(IntRef::Big(_)) => {
            // The hash of the int, even if a subclass of int hashes otherwise.
            match vm.types.int.slots().hash { Some(f) => f(vm, &result), None => hash_not_implemented(vm, this) }
        }
        None => Err(vm.type_error("__hash__ method should return an integer")),
    }
}

pub(super) fn call_slot(vm: &mut Vm, this: &Owned, name: fn(&Names) -> &Owned, args: Args<'_>) -> PyResult {
    let name = name(&vm.names).clone();
    let Some(func) = find(vm, this, &name) else { return Err(missing(vm, &name)) };
    let ty = func.type_of(vm);
    if ty.has_flag(vm_flags::METHOD_DESCRIPTOR) { return call_with_first(vm, &func, this, args) }
    let bound = match ty.slots().descr_get {
        Some(get) => {
            let owner = this.type_of(vm).obj().clone();
            get(vm, &func, Some(this), &owner)?
        }
        None => func,
    };
    vm.call(&bound, args)
}

/// `func(first, *args)`.
pub(crate) fn call_with_first(vm: &mut Vm, func: &Owned, first: &Owned, args: Args<'_>) -> PyResult {
    if let ([], []) = (args.values(), args.kwnames()) { return vm.call(func, Args::positional(std::slice::from_ref(first))) }
    let mut values = Vec::new();
    if values.try_reserve_exact(args.values().len() + 1).is_err() { return Err(vm.no_memory()) }
    values.push(first.clone());
    values.extend(args.values().iter().cloned());
    vm.call(func, Args::new(&values, args.kwnames()))
}

pub(super) fn call_dunder(vm: &mut Vm, this: &Owned, args: Args<'_>) -> PyResult {
    vm.check_native_stack(" in __call__")?;
    call_slot(vm, this, |n| &n.__call__, args)
}

/// `__next__` as it raises: the value of StopIteration is kept (for `yield from` over such an iterator).
pub fn next_raising(vm: &mut Vm, this: &Owned) -> PyResult { call(vm, this, |n| &n.__next__, &[]) }

pub(super) fn next(vm: &mut Vm, this: &Owned) -> PyResult<Option<Owned>> {
    match next_raising(vm, this) {
        Ok(v) => Ok(Some(v)),
        Err(e) if e.is(vm, &vm.types.stop_iteration) => Ok(None),
        Err(e) => Err(e),
    }
}

pub(super) fn getattr(vm: &mut Vm, this: &Owned, name: &Owned) -> PyResult {
    let (hook, all) = (vm.names.__getattr__.clone(), vm.names.__getattribute__.clone());
    let hook = find(vm, this, &hook);
    let all = find(vm, this, &all);
    let generic = match &all {
        None => true,
        Some(f) => Ref::<PyWrapperDescriptor>::cast(f).is_some_and(|w| w.func.addr() == attr::GENERIC_GETATTR as usize),
    };
    let first = if generic {
        match attr::generic_getattr_opt(vm, this, name) {
            Ok(Some(v)) => return Ok(v),
            Ok(None) if hook.is_some() => None,
            Ok(None) => return Err(vm.attribute_error_for(this, name)),
            Err(e) => Some(e),
        }
    } else {
        match call_found(vm, all.as_ref().expect("law: tested"), this, &[name]) {
            Ok(v) => return Ok(v),
            Err(e) => Some(e),
        }
    };
    match (first, hook) {
        (Some(e), Some(_)) if !e.is(vm, &vm.types.attribute_error) => Err(e),
        (_, Some(hook)) => call_found(vm, &hook, this, &[name]),
        (Some(e), None) => Err(e),
        (None, None) => Err(vm.attribute_error_for(this, name)),
    }
}

pub(super) fn setattr(vm: &mut Vm, this: &Owned, name: &Owned, value: Option<&Owned>) -> PyResult<()> {
    match value {
        Some(v) => call(vm, this, |n| &n.__setattr__, &[name, v]),
        None => call(vm, this, |n| &n.__delattr__, &[name]),
    }.map(drop)
}

pub(super) fn compare(vm: &mut Vm, this: &Owned, other: &Owned, op: Compare) -> PyResult {
    let n = &vm.names;
    let name = match op {
        Compare::Lt => &n.__lt__, Compare::Le => &n.__le__, Compare::Eq => &n.__eq__,
        Compare::Ne => &n.__ne__, Compare::Gt => &n.__gt__, Compare::Ge => &n.__ge__,
    }.clone();
    Ok(match call_optional(vm, this, &name, &[other])? { Some(v) => v, None => vm.not_implemented() })
}

pub(super) fn descr_get(vm: &mut Vm, this: &Owned, obj: Option<&Owned>, owner: &Owned) -> PyResult {
    let name = vm.names.__get__.clone();
    let Some(func) = find(vm, this, &name) else { return Ok(this.clone()) };
    // The function is not bound: it gets the descriptor as its first argument whatever it is.
    let obj = obj.map_or_else(|| vm.none(), Owned::clone);
    vm.call(&func, Args::positional(&[this.clone(), obj, owner.clone()]))
}

pub(super) fn descr_set(vm: &mut Vm, this: &Owned, obj: &Owned, value: Option<&Owned>) -> PyResult<()> {
    match value {
        Some(v) => call(vm, this, |n| &n.__set__, &[obj, v]),
        None => call(vm, this, |n| &n.__delete__, &[obj]),
    }.map(drop)
}

pub(super) fn new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let name = vm.names.__new__.clone();
    let func = vm.get_attr(ty.obj(), &name)?;
    call_with_first(vm, &func, ty.obj(), args)
}

pub(super) fn init(vm: &mut Vm, this: &Owned, args: Args<'_>) -> PyResult<()> {
    let result = call_slot(vm, this, |n| &n.__init__, args)?;
    if vm.is_none(&result) { return Ok(()) }
    let t = result.type_name(vm);
    Err(vm.type_error(format!("__init__() should return None, not '{t}'")))
}

pub(super) fn finalize(vm: &mut Vm, this: &Owned) -> PyResult<()> {
    let name = vm.names.__del__.clone();
    call_optional(vm, this, &name, &[]).map(drop)
}

pub(super) fn len(vm: &mut Vm, this: &Owned) -> PyResult<usize> {
    let result = call(vm, this, |n| &n.__len__, &[])?;
    length(vm, &result)
}

/// What `__len__` returned as a length.
fn length(vm: &mut Vm, result: &Owned) -> PyResult<usize> {
    let n = vm.index(result)?;
    match int_ref(&n) {
        Some(IntRef::Small(n)) if n >= 0 => Ok(n as usize),
        Some(IntRef::Small(_)) => Err(vm.value_error("__len__() should return >= 0")),
        Some(IntRef::Big(big)) if big.sign() == dashu_int::Sign::Negative => Err(vm.value_error("__len__() should return >= 0")),
        _ => {
            let t = n.type_name(vm);
            Err(vm.overflow_error(format!("cannot fit '{t}' into an index-sized integer")))
        }
    }
}

pub(super) fn bool_(vm: &mut Vm, this: &Owned) -> PyResult<bool> {
    let (name, len) = (vm.names.__bool__.clone(), vm.names.__len__.clone());
    let Some(result) = call_optional(vm, this, &name, &[])? else {
        return match call_optional(vm, this, &len, &[])? { Some(n) => Ok(length(vm, &n)? != 0), None => Ok(true) };
    };
    if result.is(&vm.consts.true_) { return Ok(true) }
    if result.is(&vm.consts.false_) { return Ok(false) }
    let t = result.type_name(vm);
    Err(vm.type_error(format!("__bool__ should return bool, returned {t}")))
}

pub(super) fn getitem(vm: &mut Vm, this: &Owned, key: &Owned) -> PyResult { call(vm, this, |n| &n.__getitem__, &[key]) }

pub(super) fn setitem(vm: &mut Vm, this: &Owned, key: &Owned, value: Option<&Owned>) -> PyResult<()> {
    match value {
        Some(v) => call(vm, this, |n| &n.__setitem__, &[key, v]),
        None => call(vm, this, |n| &n.__delitem__, &[key]),
    }.map(drop)
}

pub(super) fn contains(vm: &mut Vm, this: &Owned, item: &Owned) -> PyResult<bool> {
    let name = vm.names.__contains__.clone();
    match find(vm, this, &name) {
        Some(f) if vm.is_none(&f) => { let t = this.type_name(vm); Err(vm.type_error(format!("'{t}' object is not a container"))) }
        _ => match call_optional(vm, this, &name, &[item])? {
            Some(result) => vm.truth(&result),
            None => vm.contains_by_iteration(this, item),
        },
    }
}

/// PEP 688: `__buffer__(flags)` returns a memoryview, whose buffer is ours.
///
/// The slot is here too if a class has `__release_buffer__` alone; the buffer is then that of its native base.
pub(super) fn buffer(vm: &mut Vm, this: &Owned, request: Request) -> PyResult<Buffer> {
    let found = vm.type_lookup(this.type_of(vm), &vm.names.__buffer__);
    if let Some(w) = found.as_ref().and_then(Ref::<PyWrapperDescriptor>::cast) && let SlotFn::Buffer(f) = w.func { return native_buffer(vm, this, f, request) }
    let flags = vm.new_int(i64::from(request.0))?;
    let view = call(vm, this, |n| &n.__buffer__, &[&flags])?;
    if !view.is_instance_of(vm, &vm.types.memoryview) { return Err(vm.type_error("__buffer__ returned non-memoryview object")) }
    buffer_of_view(vm, this, view, request)
}

/// Address of the `setattr` slot of classes with `__setattr__` or `__delattr__`.
pub(super) fn setattr_address() -> usize { setattr as *const () as usize }

/// Address of the `new` slot of classes with `__new__`.
pub(super) fn new_address() -> usize { new as *const () as usize }

/// Address of the `finalize` slot of classes with `__del__`.
pub(super) fn finalize_address() -> usize { finalize as *const () as usize }
