//! `_contextvars`: contexts, their variables and tokens (PEP 567).
//!
//! A context's values stand in a dict that copies share until one of them changes. Not here: `contextvars` (Lib).

use std::cell::Cell;

use instar_code::Compare;
use instar_object::TypeFlags;
use instar_vm::args::{Args, Signature};
use instar_vm::module::NativeModule;
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::object::Slot;
use instar_vm::slots::Slots;
use instar_vm::threads::ContextEpoch;
use instar_vm::typeobj::TypeRef;
use instar_vm::types::dict::PyDict;
use instar_vm::types::str::PyStr;
use instar_vm::{payload, trace, ObjExt, Owned, PyResult, Ref, Vm};

use crate::support::{set, set_type};

/// Payload of a context.
struct Context {
    /// Values by variable; never changed while anything else holds it.
    values: Slot,
    /// The context that was current when this one was entered.
    previous: Slot,
    entered: Cell<bool>,
}
trace! { Context { values, previous } }
instar_vm::fields! { Context { values, previous, entered } }
payload!(Context, "Context");

/// Payload of a variable.
struct Var { name: Owned, default: Option<Owned>, hash: i64 }
trace! { Var { name, default } }
instar_vm::fields! { Var { name, default, hash } }
payload!(Var, "ContextVar");

/// Payload of a token.
struct Token { context: Ref<Context>, var: Ref<Var>, old: Option<Owned>, used: Cell<bool> }
trace! { Token { context, var, old } }
instar_vm::fields! { Token { context, var, old, used } }
payload!(Token, "Token");

/// Payload of `Token.MISSING`.
struct Missing;
trace! { Missing {} }
instar_vm::fields! { Missing {} }
payload!(Missing, "Token.MISSING");

#[derive(Default)]
struct State { missing: Option<Owned> }

/// The current context of a thread.
#[derive(Default)]
struct Current(Option<Owned>);

fn context(o: &Owned) -> &Ref<Context> { o.cast().expect("law: checked by the descriptor") }
fn var(o: &Owned) -> &Ref<Var> { o.cast().expect("law: checked by the descriptor") }
fn token(o: &Owned) -> &Ref<Token> { o.cast().expect("law: checked by the descriptor") }

fn new_context(vm: &mut Vm, values: Option<Owned>) -> PyResult<Ref<Context>> {
    let values = match values { Some(v) => v, None => vm.new_dict()?.into_obj() };
    vm.new_object(Context { values: Slot::new(Some(values)), previous: Slot::default(), entered: Cell::new(false) })
}

/// The current context; the first one is made when it is asked for.
fn current(vm: &mut Vm) -> PyResult<Ref<Context>> {
    if let Some(c) = vm.thread_state::<Current>().0.clone().and_then(|c| Ref::try_from(c).ok()) { return Ok(c) }
    let made = new_context(vm, None)?;
    made.entered.set(true);
    vm.thread_state::<Current>().0 = Some(made.obj().clone());
    Ok(made)
}

fn values(c: &Context) -> Ref<PyDict> { c.values.get().and_then(|v| Ref::try_from(v).ok()).expect("law: filled when made") }

/// Sets or removes a value; a dict that is shared is copied first.
fn change(vm: &mut Vm, c: &Ref<Context>, v: &Ref<Var>, value: Option<&Owned>) -> PyResult<()> {
    vm.thread_state::<ContextEpoch>().0 += 1;
    let old = values(c);
    // Held by the context and by `old` only: nobody else sees the change.
    if vm.heap.refcount(old.ptr()) == 2 {
        return match value {
            Some(value) => old.set_item(vm, v.obj(), value),
            None => old.del_item(vm, v.obj()).map(drop),
        };
    }
    let new = vm.new_dict()?;
    for (key, item) in old.pairs(vm)? { new.set_item(vm, &key, &item)? }
    match value {
        Some(value) => new.set_item(vm, v.obj(), value)?,
        None => { new.del_item(vm, v.obj())?; }
    }
    c.values.set(Some(new.into_obj()));
    Ok(())
}

fn missing(vm: &mut Vm) -> PyResult {
    if let Some(m) = vm.state::<State>().missing.clone() { return Ok(m) }
    let m = vm.new_object(Missing)?.into_obj();
    vm.state::<State>().missing = Some(m.clone());
    Ok(m)
}

fn context_new(vm: &mut Vm, _: &TypeRef, args: Args<'_>) -> PyResult {
    if !args.is_empty() { return Err(vm.type_error("Context() does not accept any arguments")) }
    Ok(new_context(vm, None)?.into_obj())
}

fn copy_of(vm: &mut Vm, c: &Ref<Context>) -> PyResult { let shared = values(c).into_obj(); Ok(new_context(vm, Some(shared))?.into_obj()) }

fn key_check(vm: &mut Vm, key: &Owned) -> PyResult<()> {
    if key.cast::<Var>().is_some() { return Ok(()) }
    let shown = vm.repr_text(key)?;
    Err(vm.type_error(format!("a ContextVar key was expected, got {shown}")))
}

fn context_getitem(vm: &mut Vm, o: &Owned, key: &Owned) -> PyResult {
    key_check(vm, key)?;
    match values(context(o)).get_item(vm, key)? { Some(v) => Ok(v), None => Err(vm.key_error(key)) }
}

fn context_contains(vm: &mut Vm, o: &Owned, key: &Owned) -> PyResult<bool> {
    key_check(vm, key)?;
    values(context(o)).contains(vm, key)
}

fn context_get(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult {
    key_check(vm, &args[0])?;
    let found = values(context(o)).get_item(vm, &args[0])?;
    Ok(vm.option_to_none(found.or_else(|| args.get(1).cloned())))
}

fn context_compare(vm: &mut Vm, a: &Owned, b: &Owned, op: Compare) -> PyResult {
    let (x, Some(y)) = (context(a), b.cast::<Context>()) else { return Ok(vm.not_implemented()) };
    if !matches!(op, Compare::Eq | Compare::Ne) { return Ok(vm.not_implemented()) }
    vm.rich_compare(values(x).obj(), values(y).obj(), op)
}

fn view(vm: &mut Vm, o: &Owned, name: &str) -> PyResult {
    let (name, dict) = (vm.intern(name)?, values(context(o)).into_obj());
    let shown = vm.call_method(&dict, &name, &[])?;
    let items = vm.collect(&shown)?;
    let all = vm.new_tuple(items)?.into_obj();
    vm.iter(&all)
}

fn enter(vm: &mut Vm, o: &Owned) -> PyResult<()> {
    let c = context(o);
    if c.entered.get() {
        let shown = vm.repr_text(o)?;
        return Err(vm.runtime_error(format!("cannot enter context: {shown} is already entered")));
    }
    let before = current(vm)?;
    c.previous.set(Some(before.into_obj()));
    c.entered.set(true);
    vm.thread_state::<Current>().0 = Some(o.clone());
    vm.thread_state::<ContextEpoch>().0 += 1;
    Ok(())
}

fn leave(vm: &mut Vm, o: &Owned) {
    let c = context(o);
    c.entered.set(false);
    let before = c.previous.take();
    let now = std::mem::replace(&mut vm.thread_state::<Current>().0, before);
    vm.thread_state::<ContextEpoch>().0 += 1;
    drop(now);
}

fn context_run(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult {
    let Some(f) = args.pos().first() else { return Err(vm.type_error("run() missing 1 required positional argument")) };
    enter(vm, o)?;
    let result = vm.call(f, Args::new(&args.values()[1..], args.kwnames()));
    leave(vm, o);
    result
}

fn var_new(vm: &mut Vm, _: &TypeRef, args: Args<'_>) -> PyResult {
    let n = args.pos().len();
    if n != 1 { return Err(vm.type_error(format!("ContextVar() takes exactly 1 positional argument ({n} given)"))) }
    let bound = args.bind(vm, "ContextVar", const { &Signature::parse("(name, /, *, default=<unrepresentable>)") })?;
    let [Some(name), default] = bound.as_slice() else { return Err(vm.type_error("ContextVar() missing required argument 'name' (pos 1)")) };
    if name.cast::<PyStr>().is_none() { return Err(vm.type_error("context variable name must be a str")) }
    let hash = vm.hash(name)?;
    let made = vm.new_object(Var { name: name.clone(), default: default.clone(), hash: 0 })?.into_obj();
    let hash = hash ^ vm.identity_hash(&made);
    let made = vm.new_object(Var { name: name.clone(), default: default.clone(), hash: if hash == -1 { -2 } else { hash } })?;
    Ok(made.into_obj())
}

fn var_get(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult {
    let now = current(vm)?;
    if let Some(found) = values(&now).get_item(vm, o)? { return Ok(found) }
    match args.first().cloned().or_else(|| var(o).default.clone()) {
        Some(v) => Ok(v),
        None => {
            let ty = vm.types.lookup_error.clone();
            Err(vm.new_exception(&ty, vec![o.clone()]).map_or_else(|e| e, instar_vm::Raised))
        }
    }
}

fn var_set(vm: &mut Vm, o: &Owned, value: &Owned) -> PyResult {
    let now = current(vm)?;
    let old = values(&now).get_item(vm, o)?;
    change(vm, &now, var(o), Some(value))?;
    Ok(vm.new_object(Token { context: now, var: var(o).clone(), old, used: Cell::new(false) })?.into_obj())
}

fn var_reset(vm: &mut Vm, o: &Owned, t: &Owned) -> PyResult {
    let Some(t) = t.cast::<Token>().cloned() else {
        let name = t.type_name(vm);
        return Err(vm.type_error(format!("expected an instance of Token, got {name}")));
    };
    let shown = |vm: &mut Vm, how: &str| match vm.repr_text(t.obj()) { Ok(s) => Ok(format!("{s} {how}")), Err(e) => Err(e) };
    if t.used.get() { let s = shown(vm, "has already been used once")?; return Err(vm.runtime_error(s)) }
    if !t.var.is(o) { let s = shown(vm, "was created by a different ContextVar")?; return Err(vm.value_error(s)) }
    let now = current(vm)?;
    if !t.context.is(now.obj()) { let s = shown(vm, "was created in a different Context")?; return Err(vm.value_error(s)) }
    t.used.set(true);
    change(vm, &now, var(o), t.old.as_ref())?;
    Ok(vm.none())
}

fn var_repr(vm: &mut Vm, o: &Owned) -> PyResult {
    if !vm.repr_enter(o) { return vm.new_str("<ContextVar ...>") }
    let parts = var_parts(vm, o);
    vm.repr_leave(o);
    let text = format!("<ContextVar {} at {:#x}>", parts?, vm.identity(o));
    vm.new_str(&text)
}

fn var_parts(vm: &mut Vm, o: &Owned) -> PyResult<String> {
    let name = vm.repr_text(&var(o).name)?;
    Ok(match &var(o).default { Some(d) => format!("name={name} default={}", vm.repr_text(d)?), None => format!("name={name}") })
}

fn token_repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let t = token(o);
    let (used, shown, at) = (if t.used.get() { " used" } else { "" }, vm.repr_text(t.var.obj())?, vm.identity(o));
    vm.new_str(&format!("<Token{used} var={shown} at {at:#x}>"))
}

fn token_exit(vm: &mut Vm, o: &Owned, _: Args<'_>) -> PyResult { let v = token(o).var.obj().clone(); var_reset(vm, &v, o) }

fn no_new(vm: &mut Vm, _: &TypeRef, _: Args<'_>) -> PyResult { Err(vm.runtime_error("Tokens can only be created by ContextVars")) }

static CONTEXT: TypeDef = TypeDef {
    doc: "", sig: "",
    methods: &[
        Def::new("run", "", Native::Full(context_run)),
        Def::new("copy", "($self, /)", Native::N0(|vm, o| copy_of(vm, context(o)))).doc("Return a shallow copy of the context object."),
        Def::new("get", "($self, key, default=None, /)", Native::Var(context_get, 1, 2)).doc("Return the value for `key` if `key` has the value in the context object.\n\nIf `key` does not exist, return `default`. If `default` is not given,\nreturn None."),
        Def::new("keys", "($self, /)", Native::N0(|vm, o| view(vm, o, "keys"))).doc("Return a list of all variables in the context object."),
        Def::new("values", "($self, /)", Native::N0(|vm, o| view(vm, o, "values"))).doc("Return a list of all variables' values in the context object."),
        Def::new("items", "($self, /)", Native::N0(|vm, o| view(vm, o, "items"))).doc("Return all variables and their values in the context object.\n\nThe result is returned as a list of 2-tuples (variable, value)."),
    ],
    getset: &[],
};

static VAR: TypeDef = TypeDef {
    doc: "", sig: "",
    methods: &[
        Def::new("get", "($self, default=<unrepresentable>, /)", Native::Var(var_get, 0, 1)).doc("Return a value for the context variable for the current context.\n\nIf there is no value for the variable in the current context, the method will:\n * return the value of the default argument of the method, if provided; or\n * return the default value for the context variable, if it was created\n   with one; or\n * raise a LookupError."),
        Def::new("set", "($self, value, /)", Native::N1(var_set)).doc("Call to set a new value for the context variable in the current context.\n\nThe required *value* argument is the new value for the context variable.\n\nReturns a Token object that can be used to restore the variable to its previous\nvalue via the `ContextVar.reset()` method."),
        Def::new("reset", "($self, token, /)", Native::N1(var_reset)).doc("Reset the context variable.\n\nThe variable is reset to the value it had before the `ContextVar.set()` that\ncreated the token was used."),
        Def::class("__class_getitem__", "", Native::N1(|vm, class, item| vm.new_generic_alias(class, item))).doc("See PEP 585"),
    ],
    getset: &[GetSet::member("name", |_, o| Ok(var(o).name.clone()))],
};

static TOKEN: TypeDef = TypeDef {
    doc: "", sig: "",
    methods: &[
        Def::new("__enter__", "($self, /)", Native::N0(|_, o| Ok(o.clone()))).doc("Enter into Token context manager."),
        Def::new("__exit__", "($self, type, value, traceback, /)", Native::Full(token_exit)).doc("Exit from Token context manager, restore the linked ContextVar."),
        Def::class("__class_getitem__", "", Native::N1(|vm, class, item| vm.new_generic_alias(class, item))).doc("See PEP 585"),
    ],
    getset: &[
        GetSet::ro("var", |_, o| Ok(token(o).var.obj().clone())),
        GetSet::ro("old_value", |vm, o| match &token(o).old { Some(v) => Ok(v.clone()), None => missing(vm) }),
    ],
};

static MISSING: TypeDef = TypeDef { doc: "", sig: "", methods: &[], getset: &[] };

fn exec(vm: &mut Vm, _: &Owned, namespace: &Ref<PyDict>) -> PyResult<()> {
    let gc = TypeFlags::GC.bits();
    let slots = Slots {
        new: Some(context_new), len: Some(|vm, o| Ok(values(context(o)).len(vm))), getitem: Some(context_getitem), contains: Some(context_contains),
        iter: Some(|vm, o| view(vm, o, "keys")), compare: Some(context_compare), ..Slots::default()
    };
    let ty = vm.new_native_type::<Context>("_contextvars", "Context", None, gc | TypeFlags::WEAKREF.bits(), slots, &CONTEXT)?;
    set_type(vm, namespace, &ty)?;
    let slots = Slots { new: Some(var_new), repr: Some(var_repr), hash: Some(|_, o| Ok(var(o).hash)), ..Slots::default() };
    let ty = vm.new_native_type::<Var>("_contextvars", "ContextVar", None, gc, slots, &VAR)?;
    set_type(vm, namespace, &ty)?;
    let slots = Slots { repr: Some(|vm, _| vm.new_str("<Token.MISSING>")), ..Slots::default() };
    vm.new_native_type::<Missing>("_contextvars", "Token.MISSING", None, 0, slots, &MISSING)?;
    let slots = Slots { new: Some(no_new), repr: Some(token_repr), ..Slots::default() };
    let ty = vm.new_native_type::<Token>("_contextvars", "Token", None, gc, slots, &TOKEN)?;
    let absent = missing(vm)?;
    set(vm, ty.dict(), "MISSING", &absent)?;
    let (key, none) = (vm.names.__hash__.clone(), vm.none());
    ty.dict().set_item(vm, &key, &none)?;
    set_type(vm, namespace, &ty)
}

/// The module.
pub static MODULE: NativeModule = NativeModule {
    name: "_contextvars",
    doc: "Context Variables",
    functions: &[Def::new("copy_context", "($module, /)", Native::N0(|vm, _| { let now = current(vm)?; copy_of(vm, &now) }))],
    exec,
};
