//! The end of an interpreter: threads, exit functions, then the modules, so that finalizers run while printing still works.
//!
//! Steps and order are CPython's (`Py_FinalizeEx`, `finalize_modules`). Not here: giving memory back.

use crate::object::Ref;
use crate::types::dict::PyDict;
use crate::types::module::PyModule;
use crate::types::str::PyStr;
use crate::vm::{PyResult, Raised, Vm};

/// Attributes of `sys` that may hold what the program made.
const SPECIAL: [&str; 12] = ["path", "argv", "ps1", "ps2", "last_exc", "last_type", "last_value", "last_traceback", "path_hooks", "path_importer_cache",
    "meta_path", "__interactivehook__"];

/// Ends the program: afterwards no Python code is run any more.
pub fn shutdown(vm: &mut Vm) {
    if let Err(e) = call_in(vm, "threading", "_shutdown") { vm.unraisable(e, "Exception ignored on threading shutdown", None) }
    if let Err(e) = call_in(vm, "atexit", "_run_exitfuncs") { vm.unraisable(e, "Exception ignored while calling atexit functions", None) }
    flush(vm);
    vm.finalizing = true;
    vm.stop_other_threads();
    if vm.heap.gc_is_enabled() { crate::finalize::collect(vm, 2); }
    // Nobody hears of the collections that follow.
    vm.collecting.callbacks = None;
    if let Err(e) = clear_modules(vm) { ignore(e) }
    flush(vm);
}

/// Nobody is left to tell.
fn ignore(_: Raised) {}

fn call_in(vm: &mut Vm, module: &str, function: &str) -> PyResult<()> {
    let Some(module) = vm.loaded_module(module)? else { return Ok(()) };
    let key = vm.intern(function)?;
    match vm.get_attr_opt(&module, &key)? { Some(f) => vm.call0(&f).map(drop), None => Ok(()) }
}

fn flush(vm: &mut Vm) {
    for key in [vm.names.stdout.clone(), vm.names.stderr.clone()] {
        let Some(file) = vm.sys.get_interned(vm, &key).filter(|f| !vm.is_none(f)) else { continue };
        let flush = vm.names.flush.clone();
        if let Err(e) = vm.call_method(&file, &flush, &[]) { ignore(e) }
    }
}

fn clear_modules(vm: &mut Vm) -> PyResult<()> {
    let (sys, builtins, none) = (vm.sys.clone(), vm.builtins.clone(), vm.none());
    let underscore = vm.intern("_")?;
    if builtins.get_interned(vm, &underscore).is_some() { builtins.set_item(vm, &underscore, &none)? }
    for name in SPECIAL {
        let key = vm.intern(name)?;
        if sys.get_interned(vm, &key).is_some() { sys.set_item(vm, &key, &none)? }
    }
    for name in ["stdin", "stdout", "stderr"] {
        let original = vm.intern(&format!("__{name}__"))?;
        let value = sys.get_interned(vm, &original).unwrap_or_else(|| none.clone());
        let key = vm.intern(name)?;
        sys.set_item(vm, &key, &value)?;
    }
    // Modules that nobody else holds die when their entry goes; the others are looked at afterwards through weak references.
    let modules = vm.modules.clone();
    let weakref = vm.types.weakref.obj().clone();
    let mut watched = Vec::new();
    for name in modules.keys(vm)? {
        let Some(module) = modules.get_item(vm, &name)? else { continue };
        if Ref::<PyModule>::cast(&module).is_some_and(|m| !m.namespace().is_some_and(|d| d.is(sys.obj()) || d.is(builtins.obj()))) {
            watched.push(vm.call1(&weakref, &module)?);
        }
        modules.set_item(vm, &name, &none)?;
        drop(module);
        if vm.heap.pending() { crate::finalize::drain(vm) }
    }
    modules.clear(vm);
    crate::finalize::collect(vm, 2);
    for weak in watched.into_iter().rev() {
        let module = vm.call0(&weak)?;
        if let Some(dict) = Ref::<PyModule>::cast(&module).and_then(|m| m.namespace().cloned()) { clear_namespace(vm, &dict)? }
    }
    crate::finalize::collect(vm, 2);
    Ok(())
}

/// Sets names to None: private ones first, then all but `__builtins__`.
fn clear_namespace(vm: &mut Vm, dict: &Ref<PyDict>) -> PyResult<()> {
    let none = vm.none();
    for private in [true, false] {
        for key in dict.keys(vm)? {
            let Some(name) = Ref::<PyStr>::cast(&key).map(|s| s.to_string_lossy()) else { continue };
            let chosen = if private { name.starts_with('_') && !name.starts_with("__") } else { !(name.starts_with('_') && !name.starts_with("__")) && name != "__builtins__" };
            if !chosen { continue }
            dict.set_item(vm, &key, &none)?;
            if vm.heap.pending() { crate::finalize::drain(vm) }
        }
    }
    Ok(())
}
