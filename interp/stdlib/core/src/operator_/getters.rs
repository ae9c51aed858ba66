//! `itemgetter`, `attrgetter` and `methodcaller`.
//!
//! Not here: the operators as functions (`operator_.rs`).

use instar_object::TypeFlags;
use instar_vm::fallible::{CollectVec, CopyVec};
use instar_vm::args::Args;
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::slots::Slots;
use instar_vm::typeobj::{vm_flags, TypeRef};
use instar_vm::types::dict::PyDict;
use instar_vm::types::str::PyStr;
use instar_vm::{ObjExt, Owned, PyResult, Ref, Vm};

/// Payload of `itemgetter`.
pub struct PyItemGetter {
    items: Vec<Owned>,
}
instar_vm::trace! { PyItemGetter { items } }
instar_vm::fields! { PyItemGetter { items } }
instar_vm::payload!(PyItemGetter, "itemgetter");

/// Payload of `attrgetter`.
pub struct PyAttrGetter {
    /// The names as given, dots included.
    names: Vec<Owned>,
    /// Each name's parts, interned.
    paths: Vec<Vec<Owned>>,
}
instar_vm::trace! { PyAttrGetter { names, paths } }
instar_vm::fields! { PyAttrGetter { names, paths } }
instar_vm::payload!(PyAttrGetter, "attrgetter");

/// Payload of `methodcaller`.
pub struct PyMethodCaller {
    name: Owned,
    /// Positional values, then those of keywords.
    values: Vec<Owned>,
    keywords: Vec<Owned>,
}
instar_vm::trace! { PyMethodCaller { name, values, keywords } }
instar_vm::fields! { PyMethodCaller { name, values, keywords } }
instar_vm::payload!(PyMethodCaller, "methodcaller");

const FLAGS: u32 = TypeFlags::GC.bits() | vm_flags::BASETYPE;

macro_rules! def {
    ($name:ident, $doc:literal, $sig:literal, $reduce:ident) => {
        static $name: TypeDef = TypeDef {
            doc: $doc, sig: $sig,
            methods: &[Def::new("__reduce__", "($self, /)", Native::N0($reduce)).doc("Return state information for pickling")],
            getset: &[GetSet::ro("__text_signature__", |vm, _| vm.new_str("(obj, /)"))],
        };
    };
}
def!(ITEMS, "Return a callable object that fetches the given item(s) from its operand.\nAfter f = itemgetter(2), the call f(r) returns r[2].", "(item, /, *items)", reduce_items);
def!(ATTRS, "Return a callable object that fetches the given attribute(s) from its operand.\nAfter f = attrgetter('name'), the call f(r) returns r.name.", "(attr, /, *attrs)", reduce_attrs);
def!(METHODS, "Return a callable object that calls the given method on its operand.\nAfter f = methodcaller('name'), the call f(r) returns r.name().", "(name, /, *args, **kwargs)", reduce_method);

/// Makes the types.
pub(super) fn exec(vm: &mut Vm, _: &Owned, namespace: &Ref<PyDict>) -> PyResult<()> {
    let slots = |new, call, repr| Slots { new: Some(new), call: Some(call), repr: Some(repr), ..Slots::default() };
    let items = vm.new_native_type::<PyItemGetter>("operator", "itemgetter", None, FLAGS, slots(new_items, call_items, repr_items), &ITEMS)?;
    let attrs = vm.new_native_type::<PyAttrGetter>("operator", "attrgetter", None, FLAGS, slots(new_attrs, call_attrs, repr_attrs), &ATTRS)?;
    let methods = vm.new_native_type::<PyMethodCaller>("operator", "methodcaller", None, FLAGS, slots(new_method, call_method, repr_method), &METHODS)?;
    for (name, ty) in [("itemgetter", items), ("attrgetter", attrs), ("methodcaller", methods)] {
        let name = vm.intern(name)?;
        namespace.set_item(vm, &name, ty.obj())?;
    }
    Ok(())
}

/// The one operand of a call.
fn operand<'a>(vm: &mut Vm, name: &str, args: Args<'a>) -> PyResult<&'a Owned> { Ok(&args.exactly(vm, name, 1, 1)?[0]) }

/// A single result, or a tuple of all.
fn one_or_tuple(vm: &mut Vm, mut results: Vec<Owned>) -> PyResult {
    if results.len() == 1 { if let Some(r) = results.pop() { return Ok(r) } }
    Ok(vm.new_tuple(results)?.into_obj())
}

fn at_least_one(vm: &mut Vm, name: &str, args: Args<'_>) -> PyResult<()> {
    args.no_keywords(vm, name)?;
    if args.pos().is_empty() { return Err(vm.type_error(format!("{name} expected 1 argument, got 0"))) }
    Ok(())
}

fn reprs(vm: &mut Vm, items: &[Owned]) -> PyResult<Vec<String>> { items.iter().map(|i| vm.repr_text(i)).collect() }

fn shown(vm: &mut Vm, this: &Owned, parts: &[String]) -> PyResult {
    let text = format!("operator.{}({})", this.bare_type_name(vm), parts.join(", "));
    vm.new_str(&text)
}

fn reduced(vm: &mut Vm, this: &Owned, args: Vec<Owned>) -> PyResult {
    let (ty, args) = (this.type_of(vm).obj().clone(), vm.new_tuple(args)?.into_obj());
    Ok(vm.new_tuple([ty, args])?.into_obj())
}

fn this_items(this: &Owned) -> &Ref<PyItemGetter> { this.cast::<PyItemGetter>().expect("law: checked by the descriptor") }

fn new_items(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    at_least_one(vm, "itemgetter", args)?;
    Ok(vm.new_object_of(ty, PyItemGetter { items: args.pos().try_copy(vm)? })?.into_obj())
}

fn call_items(vm: &mut Vm, this: &Owned, args: Args<'_>) -> PyResult {
    let o = operand(vm, "itemgetter", args)?;
    let getter = this_items(this).clone();
    if let [item] = getter.items.as_slice() { return vm.get_item(o, item) }
    let mut results = Vec::with_capacity(getter.items.len());
    for item in &getter.items { results.push(vm.get_item(o, item)?) }
    one_or_tuple(vm, results)
}

fn repr_items(vm: &mut Vm, this: &Owned) -> PyResult {
    vm.check_native_stack(" while getting the repr of an object")?;
    let parts = reprs(vm, &this_items(this).items)?;
    shown(vm, this, &parts)
}

fn reduce_items(vm: &mut Vm, this: &Owned) -> PyResult { let items = this_items(this).items.clone(); reduced(vm, this, items) }

fn this_attrs(this: &Owned) -> &Ref<PyAttrGetter> { this.cast::<PyAttrGetter>().expect("law: checked by the descriptor") }

fn new_attrs(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    at_least_one(vm, "attrgetter", args)?;
    let mut paths = Vec::with_capacity(args.pos().len());
    for name in args.pos() {
        let Some(text) = name.cast::<PyStr>() else { return Err(vm.type_error("attribute name must be a string")) };
        let codes: Vec<u32> = text.chars().try_vec(vm)?;
        let mut path = Vec::new();
        for part in codes.split(|c| *c == u32::from('.')) {
            let part = vm.new_str_from_code_points(part)?;
            path.push(vm.intern_obj(&part)?);
        }
        paths.push(path);
    }
    Ok(vm.new_object_of(ty, PyAttrGetter { names: args.pos().try_copy(vm)?, paths })?.into_obj())
}

fn call_attrs(vm: &mut Vm, this: &Owned, args: Args<'_>) -> PyResult {
    let o = operand(vm, "attrgetter", args)?;
    let getter = this_attrs(this).clone();
    let mut results = Vec::with_capacity(getter.paths.len());
    for path in &getter.paths {
        let mut value = o.clone();
        for name in path { value = vm.get_attr(&value, name)? }
        results.push(value);
    }
    one_or_tuple(vm, results)
}

fn repr_attrs(vm: &mut Vm, this: &Owned) -> PyResult {
    let parts = reprs(vm, &this_attrs(this).names)?;
    shown(vm, this, &parts)
}

fn reduce_attrs(vm: &mut Vm, this: &Owned) -> PyResult { let names = this_attrs(this).names.clone(); reduced(vm, this, names) }

fn this_method(this: &Owned) -> &Ref<PyMethodCaller> { this.cast::<PyMethodCaller>().expect("law: checked by the descriptor") }

fn new_method(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let Some(name) = args.pos().first() else { return Err(vm.type_error("methodcaller needs at least one argument, the method name")) };
    if name.cast::<PyStr>().is_none() { return Err(vm.type_error("method name must be a string")) }
    let name = vm.intern_obj(name)?;
    let payload = PyMethodCaller { name, values: args.values()[1..].try_copy(vm)?, keywords: args.kwnames().try_copy(vm)? };
    Ok(vm.new_object_of(ty, payload)?.into_obj())
}

fn call_method(vm: &mut Vm, this: &Owned, args: Args<'_>) -> PyResult {
    let o = operand(vm, "methodcaller", args)?;
    let caller = this_method(this).clone();
    if caller.keywords.is_empty() { return vm.call_method(o, &caller.name, &caller.values) }
    let method = vm.get_attr(o, &caller.name)?;
    vm.call(&method, Args::new(&caller.values, &caller.keywords))
}

fn repr_method(vm: &mut Vm, this: &Owned) -> PyResult {
    vm.check_native_stack(" while getting the repr of an object")?;
    let caller = this_method(this).clone();
    let mut parts = reprs(vm, std::slice::from_ref(&caller.name))?;
    let positional = caller.values.len() - caller.keywords.len();
    parts.extend(reprs(vm, &caller.values[..positional])?);
    for (key, value) in caller.keywords.iter().zip(&caller.values[positional..]) {
        let key = key.cast::<PyStr>().map(|k| k.to_string_lossy()).unwrap_or_default();
        parts.push(format!("{key}={}", vm.repr_text(value)?));
    }
    shown(vm, this, &parts)
}

/// With keywords: a `functools.partial` of the type that knows name and keywords, called with the positional arguments.
fn reduce_method(vm: &mut Vm, this: &Owned) -> PyResult {
    let caller = this_method(this).clone();
    let positional = caller.values.len() - caller.keywords.len();
    if caller.keywords.is_empty() {
        let mut args = vec![caller.name.clone()];
        args.extend(caller.values.iter().cloned());
        return reduced(vm, this, args);
    }
    let partial = vm.import_attr("functools", "partial")?;
    let values = [this.type_of(vm).obj().clone(), caller.name.clone()].into_iter().chain(caller.values[positional..].iter().cloned()).collect::<Vec<_>>();
    let constructor = vm.call(&partial, Args::new(&values, &caller.keywords))?;
    let args = vm.new_tuple(caller.values[..positional].iter().cloned())?.into_obj();
    Ok(vm.new_tuple([constructor, args])?.into_obj())
}
