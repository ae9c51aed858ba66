//! The hooks of `sys`: excepthook, unraisablehook, displayhook, breakpointhook, asyncgen hooks, audit hooks.
//!
//! Not here: the text of reports (`display.rs`).

use super::structs::SysTypes;
use crate::args::Args;
use crate::object::{ObjExt, Owned, Ref};
use crate::types::async_generator::Hooks;
use crate::types::exception::PyException;
use crate::types::str::PyStr;
use crate::types::traceback::PyTraceback;
use crate::types::tuple::PyTuple;
use crate::vm::{PyResult, Raised, Vm};

/// Hooks of `sys.addaudithook`.
#[derive(Default)]
struct AuditHooks(Vec<Owned>);

/// `sys.excepthook(exctype, value, traceback)`
pub fn excepthook(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    let Some(e) = Ref::<PyException>::cast(&args[1]).cloned() else {
        let t = args[1].type_name(vm);
        crate::display::write_stderr(vm, &format!("TypeError: print_exception(): Exception expected for value, {t} found\n"));
        return Ok(vm.none());
    };
    // A traceback given here becomes the exception's if it has none, as in CPython.
    let tb = Ref::<PyTraceback>::cast(&args[2]).cloned();
    if let Some(tb) = &tb && !e.traceback.is_some() { e.traceback.set(Some(tb.obj().clone())) }
    let tb = e.traceback.get().and_then(|t| Ref::try_from(t).ok());
    crate::display::print_exception(vm, &e, tb);
    Ok(vm.none())
}

/// The argument of `sys.unraisablehook`.
pub fn unraisable_args(vm: &mut Vm, error: &Raised, message: Option<&str>, object: Option<&Owned>) -> PyResult {
    let Some(ty) = vm.state::<SysTypes>().unraisable.clone() else { return Err(vm.system_error("sys is not initialised")) };
    let e = error.exception().clone();
    let message = match message { Some(m) => vm.new_str(m)?, None => vm.none() };
    let values = vec![e.obj().type_of(vm).obj().clone(), e.obj().clone(), vm.option_to_none(e.traceback.get()), message, vm.option_to_none(object.cloned())];
    vm.new_struct_sequence(&ty, values)
}

/// `sys.unraisablehook(unraisable)`
pub fn unraisablehook(vm: &mut Vm, _: &Owned, args: &Owned) -> PyResult {
    let ty = vm.state::<SysTypes>().unraisable.clone();
    let fields = match (ty, args.cast::<PyTuple>()) {
        (Some(ty), Some(t)) if args.type_of(vm).ptr() == ty.ptr() => t.items().to_vec(),
        _ => return Err(vm.type_error("sys.unraisablehook argument type must be UnraisableHookArgs")),
    };
    if let Some(e) = fields.get(1).and_then(Ref::<PyException>::cast).cloned() {
        let message = fields[3].cast::<PyStr>().map(|m| m.to_string_lossy());
        let object = vm.none_to_option(&fields[4]);
        crate::display::print_unraisable(vm, &e, message.as_deref(), object.as_ref());
    }
    Ok(vm.none())
}

/// `sys.displayhook(object)`
pub fn displayhook(vm: &mut Vm, _: &Owned, o: &Owned) -> PyResult {
    if vm.is_none(o) { return Ok(vm.none()) }
    let (builtins, underscore, none) = (vm.builtins.clone(), vm.intern("_")?, vm.none());
    builtins.set_item(vm, &underscore, &none)?;
    let key = vm.names.stdout.clone();
    let out = match vm.sys.get_interned(vm, &key) {
        Some(f) if !vm.is_none(&f) => f,
        _ => return Err(vm.runtime_error("lost sys.stdout")),
    };
    let text = vm.repr(o)?;
    let write = vm.names.write.clone();
    if let Err(e) = vm.call_method(&out, &write, std::slice::from_ref(&text)) {
        if !e.is(vm, &vm.types.unicode_encode_error) { return Err(e) }
        let ascii = vm.ascii(o)?;
        vm.call_method(&out, &write, &[ascii])?;
    }
    let end = vm.new_str("\n")?;
    vm.call_method(&out, &write, &[end])?;
    builtins.set_item(vm, &underscore, o)?;
    Ok(vm.none())
}

/// `sys.breakpointhook(*args, **kws)`
pub fn breakpointhook(vm: &mut Vm, _: &Owned, args: Args<'_>) -> PyResult {
    let wanted = if vm.settings.ignore_environment { None } else { std::env::var("PYTHONBREAKPOINT").ok() };
    let wanted = wanted.filter(|w| !w.is_empty()).unwrap_or_else(|| "pdb.set_trace".to_owned());
    if wanted == "0" { return Ok(vm.none()) }
    let (module, attr) = wanted.rsplit_once('.').unwrap_or(("builtins", &wanted));
    let found = match vm.import_module(module) { Ok(m) => vm.get_attr_str(&m, attr).ok(), Err(e) if e.is(vm, &vm.types.import_error) => None, Err(e) => return Err(e) };
    match found {
        Some(f) => vm.call(&f, args),
        None => {
            let category = vm.types.runtime_warning.clone();
            vm.warn(&category, &format!("Ignoring unimportable $PYTHONBREAKPOINT: \"{wanted}\""), 0)?;
            Ok(vm.none())
        }
    }
}

/// `sys.set_asyncgen_hooks([firstiter] [, finalizer])`
pub fn set_asyncgen_hooks(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    for (value, name) in args.iter().zip(["firstiter", "finalizer"]).rev() {
        if let Some(v) = value
            && !vm.is_none(v) && !vm.is_callable(v)
        {
            let t = v.type_name(vm);
            return Err(vm.type_error(format!("callable {name} expected, got {t}")));
        }
    }
    let clean = |vm: &Vm, v: &Option<Owned>| v.as_ref().map(|v| vm.none_to_option(v));
    let (first, last) = (clean(vm, &args[0]), clean(vm, &args[1]));
    let hooks = vm.thread_state::<Hooks>();
    let mut old = Vec::new();
    if let Some(f) = first { old.push(std::mem::replace(&mut hooks.firstiter, f)) }
    if let Some(f) = last { old.push(std::mem::replace(&mut hooks.finalizer, f)) }
    drop(old);
    Ok(vm.none())
}

/// `sys.get_asyncgen_hooks()`
pub fn get_asyncgen_hooks(vm: &mut Vm, _: &Owned) -> PyResult {
    let hooks = vm.thread_state::<Hooks>();
    let (first, last) = (hooks.firstiter.clone(), hooks.finalizer.clone());
    let Some(ty) = vm.state::<SysTypes>().asyncgen_hooks.clone() else { return Err(vm.system_error("sys is not initialised")) };
    let values = vec![vm.option_to_none(first), vm.option_to_none(last)];
    vm.new_struct_sequence(&ty, values)
}

/// `sys.addaudithook(hook)`
pub fn addaudithook(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    match vm.audit("sys.addaudithook", &[]) {
        Ok(()) => vm.state::<AuditHooks>().0.extend(args[0].clone()),
        // A hook may refuse further ones silently.
        Err(e) if e.is(vm, &vm.types.exception) => {}
        Err(e) => return Err(e),
    }
    Ok(vm.none())
}

/// `sys.audit(event, *args)`
pub fn audit(vm: &mut Vm, _: &Owned, args: Args<'_>) -> PyResult {
    args.no_keywords(vm, "audit")?;
    let Some((event, rest)) = args.pos().split_first() else { return Err(vm.type_error("audit expected at least 1 argument, got 0")) };
    let Some(name) = event.cast::<PyStr>().map(|s| s.to_string_lossy()) else {
        let t = event.given_name(vm);
        return Err(vm.type_error(format!("audit() argument 1 must be str, not {t}")));
    };
    vm.audit(&name, rest)?;
    Ok(vm.none())
}

impl Vm {
    /// Raises an audit event: every hook is called with its name and arguments (PEP 578).
    pub fn audit(&mut self, event: &str, args: &[Owned]) -> PyResult<()> {
        if self.state::<AuditHooks>().0.is_empty() { return Ok(()) }
        let (name, tuple) = (self.new_str(event)?, self.new_tuple_from(args)?.into_obj());
        for hook in self.state::<AuditHooks>().0.clone() { self.call2(&hook, &name, &tuple)?; }
        Ok(())
    }
}
