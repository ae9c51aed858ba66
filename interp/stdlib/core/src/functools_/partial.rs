//! `partial` and its `Placeholder`.
//!
//! Not here: `partialmethod` (Lib).

use instar_object::TypeFlags;
use smallvec::SmallVec;

use instar_vm::args::Args;
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::object::Slot;
use instar_vm::slots::{CallFn, Slots};
use instar_vm::typeobj::{vm_flags, TypeRef};
use instar_vm::types::dict::PyDict;
use instar_vm::types::str::PyStr;
use instar_vm::types::tuple::PyTuple;
use instar_vm::{payload, trace, ObjExt, Owned, PyResult, Ref, Vm};

use crate::support::{set, set_type};

/// Payload of the placeholder.
struct Placeholder;
trace! { Placeholder {} }
instar_vm::fields! { Placeholder {} }
payload!(Placeholder, "_PlaceholderType");

/// The one placeholder.
#[derive(Default)]
struct State { placeholder: Option<Owned> }

/// Payload of a partial. `__setstate__` can change all of it.
struct Partial { func: Slot, args: Slot, keywords: Slot, dict: Slot }
trace! { Partial { func, args, keywords, dict } }
instar_vm::fields! { Partial { func, args, keywords, dict } }
payload!(Partial, "partial");

static PLACEHOLDER: TypeDef = TypeDef {
    doc: "The type of the Placeholder singleton.\n\nUsed as a placeholder for partial arguments.", sig: "",
    methods: &[Def::new("__reduce__", "($self, /)", Native::N0(|vm, _| vm.new_str("Placeholder")))], getset: &[],
};

static PARTIAL: TypeDef = TypeDef {
    doc: "Create a new function with partial application of the given arguments and keywords.", sig: "(func, /, *args, **keywords)",
    methods: &[
        Def::new("__reduce__", "", Native::N0(reduce)),
        Def::new("__setstate__", "", Native::N1(setstate)),
        Def::class("__class_getitem__", "", Native::N1(|vm, class, item| vm.new_generic_alias(class, item))).doc("See PEP 585"),
    ],
    getset: &[
        GetSet { doc: "function object to use in future partial calls", ..GetSet::member("func", |_, o| Ok(func(o))) },
        GetSet { doc: "tuple of arguments to future partial calls", ..GetSet::member("args", |_, o| Ok(args_of(o).into_obj())) },
        GetSet { doc: "dictionary of keyword arguments to future partial calls", ..GetSet::member("keywords", |_, o| Ok(keywords(o).into_obj())) },
        GetSet::rw("__dict__", |vm, o| super::lru::get_dict(vm, &this(o).dict), |vm, o, v| super::lru::set_dict(vm, &this(o).dict, v)),
    ],
};

/// Makes the types.
pub(super) fn make(vm: &mut Vm, ns: &Ref<PyDict>) -> PyResult<()> {
    let slots = Slots { new: Some(placeholder_new), repr: Some(|vm, _| vm.new_str("Placeholder")), ..Slots::default() };
    let ty = vm.new_native_type::<Placeholder>("functools", "_PlaceholderType", None, 0, slots, &PLACEHOLDER)?;
    set_type(vm, ns, &ty)?;
    let one = placeholder(vm)?;
    set(vm, ns, "Placeholder", &one)?;
    let slots = Slots { new: Some(new), call: Some(call), repr: Some(repr), descr_get: Some(descr_get), dict_slot: Some(|o| &this(o).dict), ..Slots::default() };
    let ty = vm.new_native_type::<Partial>("functools", "partial", None, TypeFlags::GC.bits() | TypeFlags::WEAKREF.bits() | vm_flags::BASETYPE, slots, &PARTIAL)?;
    set_type(vm, ns, &ty)
}

fn placeholder(vm: &mut Vm) -> PyResult {
    if let Some(p) = &vm.state::<State>().placeholder { return Ok(p.clone()) }
    let p = vm.new_object(Placeholder)?.into_obj();
    vm.state::<State>().placeholder = Some(p.clone());
    Ok(p)
}

fn placeholder_new(vm: &mut Vm, _: &TypeRef, args: Args<'_>) -> PyResult {
    if !args.is_empty() { return Err(vm.type_error("PlaceholderType takes no arguments")) }
    placeholder(vm)
}

fn is_placeholder(o: &Owned) -> bool { o.cast::<Placeholder>().is_some() }

fn this(o: &Owned) -> &Ref<Partial> { o.cast().expect("law: checked by the descriptor") }
fn func(o: &Owned) -> Owned { this(o).func.get().expect("law: filled when made") }
fn args_of(o: &Owned) -> Ref<PyTuple> { this(o).args.get().and_then(|a| Ref::try_from(a).ok()).expect("law: filled with a tuple when made") }
fn keywords(o: &Owned) -> Ref<PyDict> { this(o).keywords.get().and_then(|a| Ref::try_from(a).ok()).expect("law: filled with a dict when made") }

/// Stored arguments with placeholders filled from `given`; what is left of `given` comes behind. `keep`: placeholders that stay
/// without argument are kept instead of being an error.
fn merge(vm: &mut Vm, stored: &[Owned], given: &[Owned], keep: bool) -> PyResult<SmallVec<[Owned; 8]>> {
    let mut all = SmallVec::new();
    all.try_reserve(stored.len() + given.len()).map_err(|_| vm.no_memory())?;
    let mut rest = given.iter();
    for a in stored {
        if !is_placeholder(a) { all.push(a.clone()); continue }
        match rest.next() {
            Some(g) => all.push(g.clone()),
            None if keep => all.push(a.clone()),
            None => {
                let n = stored.iter().filter(|a| is_placeholder(a)).count();
                return Err(vm.type_error(format!("missing positional arguments in 'partial' call; expected at least {n}, got {}", given.len())));
            }
        }
    }
    all.extend(rest.cloned());
    Ok(all)
}

fn new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let Some((f, given)) = args.pos().split_first() else { return Err(vm.type_error("type 'partial' takes at least one argument")) };
    if !vm.is_callable(f) { return Err(vm.type_error("the first argument must be callable")) }
    if given.last().is_some_and(is_placeholder) { return Err(vm.type_error("trailing Placeholders are not allowed")) }
    if args.keywords().any(|(_, v)| is_placeholder(v)) { return Err(vm.type_error("Placeholder cannot be passed as a keyword argument")) }
    let dict = vm.new_dict()?;
    // A partial of a partial without attributes of its own goes straight to the function.
    let inner = f.cast::<Partial>().is_some_and(|p| !p.dict.is_some()) && f.type_of(vm).slots().call.is_some_and(|c| std::ptr::fn_addr_eq(c, call as CallFn));
    let (target, stored) = if inner {
        for (k, v) in keywords(f).pairs(vm)? { dict.set_item(vm, &k, &v)? }
        (func(f), merge(vm, args_of(f).items(), given, true)?)
    } else {
        (f.clone(), given.iter().cloned().collect())
    };
    for (k, v) in args.keywords() { dict.set_item(vm, k, v)? }
    let stored = vm.new_tuple(stored)?.into_obj();
    let made = Partial { func: Slot::new(Some(target)), args: Slot::new(Some(stored)), keywords: Slot::new(Some(dict.into_obj())), dict: Slot::default() };
    Ok(vm.new_object_of(ty, made)?.into_obj())
}

fn call(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult {
    let (target, stored, own) = (func(o), args_of(o), keywords(o));
    let mut values = merge(vm, stored.items(), args.pos(), false)?;
    if own.is_empty(vm) {
        values.extend(args.values()[args.pos().len()..].iter().cloned());
        return vm.call(&target, Args::new(&values, args.kwnames()));
    }
    let merged = if args.kwnames().is_empty() { own } else {
        let merged = vm.new_dict()?;
        for (k, v) in own.pairs(vm)? { merged.set_item(vm, &k, &v)? }
        for (k, v) in args.keywords() { merged.set_item(vm, k, v)? }
        merged
    };
    let mut names = Vec::new();
    for (k, v) in merged.pairs(vm)? {
        if k.cast::<PyStr>().is_none() { return Err(vm.type_error("keywords must be strings")) }
        names.push(k);
        values.push(v);
    }
    vm.call(&target, Args::new(&values, &names))
}

fn descr_get(vm: &mut Vm, o: &Owned, obj: Option<&Owned>, _: &Owned) -> PyResult {
    match obj { Some(obj) => vm.new_method(o.clone(), obj.clone()), None => Ok(o.clone()) }
}

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let ty = o.type_of(vm).clone();
    let key = vm.names.__module__.clone();
    let module = vm.get_attr(ty.obj(), &key)?;
    let name = format!("{}.{}", vm.str_text(&module)?, ty.qualname(vm));
    if !vm.repr_enter(o) { return vm.new_str("...") }
    let parts = repr_parts(vm, o);
    vm.repr_leave(o);
    let parts = parts?;
    vm.new_str(&format!("{name}({})", parts.join(", ")))
}

fn repr_parts(vm: &mut Vm, o: &Owned) -> PyResult<Vec<String>> {
    vm.check_native_stack(" while getting the repr of an object")?;
    // Taken first: a repr may change the partial.
    let (f, stored, own) = (func(o), args_of(o), keywords(o));
    let mut parts = vec![vm.repr_text(&f)?];
    for a in stored.items() { parts.push(vm.repr_text(a)?) }
    for (k, v) in own.pairs(vm)? { parts.push(format!("{}={}", vm.str_text(&k)?, vm.repr_text(&v)?)) }
    Ok(parts)
}

fn reduce(vm: &mut Vm, o: &Owned) -> PyResult {
    let f = func(o);
    let dict = match this(o).dict.get() { Some(d) if d.cast::<PyDict>().is_some_and(|d| !d.is_empty(vm)) => d, _ => vm.none() };
    let state = vm.new_tuple([f.clone(), args_of(o).into_obj(), keywords(o).into_obj(), dict])?.into_obj();
    let (ty, args) = (o.type_of(vm).obj().clone(), vm.new_tuple([f])?.into_obj());
    Ok(vm.new_tuple([ty, args, state])?.into_obj())
}

fn setstate(vm: &mut Vm, o: &Owned, state: &Owned) -> PyResult {
    let parts = state.cast::<PyTuple>().map(|t| t.items().to_vec());
    let Some([f, args, own, dict]) = parts.as_deref() else { return Err(vm.type_error("invalid partial state")) };
    let fine = vm.is_callable(f) && args.cast::<PyTuple>().is_some() && (vm.is_none(own) || own.cast::<PyDict>().is_some())
        && (vm.is_none(dict) || dict.cast::<PyDict>().is_some());
    if !fine { return Err(vm.type_error("invalid partial state")) }
    let items = args.cast::<PyTuple>().map(|t| t.items().to_vec()).unwrap_or_default();
    if items.last().is_some_and(is_placeholder) { return Err(vm.type_error("trailing Placeholders are not allowed")) }
    let args = if args.is_exact::<PyTuple>(vm) { args.clone() } else { vm.new_tuple(items)?.into_obj() };
    let own = if own.is_exact::<PyDict>(vm) { own.clone() } else {
        let copy = vm.new_dict()?;
        if let Some(d) = own.cast::<PyDict>() { for (k, v) in d.pairs(vm)? { copy.set_item(vm, &k, &v)? } }
        copy.into_obj()
    };
    let p = this(o);
    p.func.set(Some(f.clone()));
    p.args.set(Some(args));
    p.keywords.set(Some(own));
    p.dict.set(vm.none_to_option(dict));
    Ok(vm.none())
}
