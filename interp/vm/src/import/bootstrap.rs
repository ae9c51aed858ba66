//! Starting CPython's importlib: `_bootstrap` and `_bootstrap_external` run as the frozen modules of CPython would.
//!
//! Order as `init_importlib` and `init_importlib_external` have it: run `_bootstrap`, `_install(sys, _imp)`, run
//! `_bootstrap_external`, `_install_external_importers()`; then the hook for the embedded library, a file of that library.
//! Not here: the natives they need (`_imp` and others: stdlib crates).

use instar_compiler::{Mode, Options};

use super::library::EMBEDDED;
use super::{native, ImportState};
use crate::builtins::{execute, syntax_error};
use crate::module::NativeModule;
use crate::native::{Def, Native};
use crate::object::{ObjExt, Owned, Ref};
use crate::types::code::PyCode;
use crate::types::list::PyList;
use crate::types::str::PyStr;
use crate::types::traceback::PyTraceback;
use crate::vm::{PyResult, Raised, Vm};

/// The two modules that CPython freezes under other names: (name, source path, file name in tracebacks).
pub const FROZEN: &[(&str, &str, &str)] = &[
    ("_frozen_importlib", "importlib/_bootstrap.py", "<frozen importlib._bootstrap>"),
    ("_frozen_importlib_external", "importlib/_bootstrap_external.py", "<frozen importlib._bootstrap_external>"),
];

/// The importer of the embedded library, which the library itself holds: (path, file name in tracebacks).
pub const IMPORTER: (&str, &str) = ("<importer>.py", "<frozen importlib._embedded>");

static MODULES: &[NativeModule] = &[NativeModule {
    name: "_instar_library", doc: "Files of the library inside the executable.",
    functions: &[
        Def::new("find", "($module, directory, name, /)", Native::N2(find)).doc("(path, is_package) of a module in a directory, or None."),
        Def::new("read", "($module, path, /)", Native::N1(read)).doc("Bytes of a file, or None."),
        Def::new("code", "($module, path, /)", Native::N1(code)).doc("Code object of a source file."),
        Def::new("list", "($module, directory, /)", Native::N1(list)).doc("Names in a directory."),
    ],
    exec: |_, _, _| Ok(()),
}];

/// Starts importlib. Afterwards `import` goes through `sys.meta_path`.
pub fn start(vm: &mut Vm) -> PyResult<()> {
    vm.register_modules(MODULES);
    let sys = sys_module(vm)?;
    prepare_sys(vm)?;
    for name in ["_imp", "_thread", "_warnings", "_weakref", "marshal", "posix", "_io"] {
        if vm.loaded_module(name)?.is_none() { vm.import_module(name)?; }
    }
    let bootstrap = run_bootstrap(vm)?;
    let imp = vm.import_module("_imp")?;
    let install = vm.get_attr_str(&bootstrap, "_install")?;
    vm.call2(&install, &sys, &imp)?;
    vm.state::<ImportState>().bootstrap = Some(bootstrap.clone());
    let install = vm.get_attr_str(&bootstrap, "_install_external_importers")?;
    vm.call0(&install)?;
    let external = vm.import_module(FROZEN[1].0)?;
    vm.state::<ImportState>().external = Some(external.clone());
    super::archives::install(vm)?;
    install_embedded(vm, &sys, &bootstrap, &external)
}

fn sys_module(vm: &mut Vm) -> PyResult {
    if let Some(m) = vm.loaded_module("sys")? { return Ok(m) }
    let (dict, modules) = (vm.sys.clone(), vm.modules.clone());
    let module = vm.new_module_with(&dict)?.into_obj();
    let name = vm.intern("sys")?;
    modules.set_item(vm, &name, &module)?;
    Ok(module)
}

/// What importlib expects in `sys`, where it is missing, and the names of the native modules.
fn prepare_sys(vm: &mut Vm) -> PyResult<()> {
    let sys = vm.sys.clone();
    for name in ["meta_path", "path_hooks", "path"] {
        let key = vm.intern(name)?;
        if sys.get_interned(vm, &key).is_none() {
            let list = vm.new_list(Vec::new())?.into_obj();
            sys.set_item(vm, &key, &list)?;
        }
    }
    let key = vm.intern("path_importer_cache")?;
    if sys.get_interned(vm, &key).is_none() {
        let dict = vm.new_dict()?.into_obj();
        sys.set_item(vm, &key, &dict)?;
    }
    let mut names: Vec<&str> = vm.native_modules.keys().copied().collect();
    names.extend(["builtins", "sys"]);
    names.sort_unstable();
    names.dedup();
    let mut items = Vec::with_capacity(names.len());
    for n in names { items.push(vm.intern(n)?) }
    let tuple = vm.new_tuple(items)?.into_obj();
    let key = vm.intern("builtin_module_names")?;
    sys.set_item(vm, &key, &tuple)
}

/// Code of a frozen module.
pub fn frozen_code(vm: &mut Vm, index: usize) -> PyResult<Ref<PyCode>> {
    let (_, path, file) = FROZEN[index];
    library_code(vm, path, file)
}

/// Code of a file of the library, wherever that is.
fn library_code(vm: &mut Vm, path: &str, file: &str) -> PyResult<Ref<PyCode>> {
    let bytes = match vm.library() {
        Some(library) => {
            if let Some(blob) = library.code(path, vm.settings.optimize) { return PyCode::new(vm, blob) }
            library.read(path)
        }
        None => None,
    };
    let bytes = match (bytes, vm.settings.stdlib.clone()) {
        (Some(b), _) => b,
        (None, Some(dir)) => match std::fs::read(std::path::Path::new(&dir).join(path)) {
            Ok(b) => b,
            Err(e) => { let p = vm.new_str(&dir)?; return Err(vm.os_error_from(e, Some(&p))) }
        },
        (None, None) => return Err(vm.import_error(format!("no library: {path}"))),
    };
    let text = syntax_error::decode_source(vm, &bytes, file)?;
    let options = Options { optimize: vm.settings.optimize, max_digits: vm.settings.int_max_str_digits, no_columns: vm.settings.no_debug_ranges, ..Options::default() };
    syntax_error::compile_text(vm, &text, file, Mode::Exec, &options)
}

/// Runs `_bootstrap` as the module that `FrozenImporter` would have made.
fn run_bootstrap(vm: &mut Vm) -> PyResult {
    let name = FROZEN[0].0;
    let code = frozen_code(vm, 0)?;
    let module = vm.new_module(name, None)?.into_obj();
    let dict = vm.module_dict(&module)?;
    let (key, origin) = (vm.intern("__origname__")?, vm.new_str("importlib._bootstrap")?);
    dict.set_item(vm, &key, &origin)?;
    let full = vm.intern(name)?;
    native::run_module(vm, &full, &module, &dict, &code)
}

/// Runs the library's importer in a namespace of its own.
fn install_embedded(vm: &mut Vm, sys: &Owned, bootstrap: &Owned, external: &Owned) -> PyResult<()> {
    if vm.library().is_none() { return Ok(()) }
    let library = match native::create_native(vm, "_instar_library")? { Some(m) => m, None => return Ok(()) };
    let globals = vm.new_dict()?;
    let (name, prefix) = (vm.new_str("_frozen_importlib_embedded")?, vm.new_str(EMBEDDED)?);
    for (key, value) in [("_sys", sys), ("_bootstrap", bootstrap), ("_external", external), ("_library", &library), ("PREFIX", &prefix), ("__name__", &name)] {
        let key = vm.intern(key)?;
        globals.set_item(vm, &key, value)?;
    }
    let code = library_code(vm, IMPORTER.0, IMPORTER.1)?;
    execute::ensure_builtins(vm, &globals)?;
    execute::run_code(vm, &code, &globals, globals.obj(), None).map(drop)
}

/// The path inside the library of a path below its virtual directory.
fn inside(path: &Owned) -> Option<String> {
    let text = path.cast::<PyStr>()?.to_string_lossy();
    let rest = text.strip_prefix(EMBEDDED)?;
    if rest.is_empty() { Some(String::new()) } else { rest.strip_prefix('/').map(str::to_owned) }
}

fn find(vm: &mut Vm, _: &Owned, directory: &Owned, name: &Owned) -> PyResult {
    let (Some(dir), Some(library)) = (inside(directory), vm.library()) else { return Ok(vm.none()) };
    let name = vm.repr_text_plain(name);
    let dotted = if dir.is_empty() { name } else { format!("{}.{name}", dir.replace('/', ".")) };
    let Some(found) = library.module(&dotted) else { return Ok(vm.none()) };
    let path = vm.new_str(&format!("{EMBEDDED}/{}", found.path))?;
    let pair = vec![path, vm.bool(found.is_package)];
    Ok(vm.new_tuple(pair)?.into_obj())
}

fn read(vm: &mut Vm, _: &Owned, path: &Owned) -> PyResult {
    let bytes = match (inside(path), vm.library()) { (Some(p), Some(l)) => l.read(&p), _ => None };
    match bytes { Some(b) => vm.new_bytes(&b), None => Ok(vm.none()) }
}

fn code(vm: &mut Vm, _: &Owned, path: &Owned) -> PyResult {
    let Some(path) = inside(path) else { return Err(vm.import_error("not in the embedded library")) };
    Ok(native::embedded_code(vm, &path)?.into_obj())
}

fn list(vm: &mut Vm, _: &Owned, directory: &Owned) -> PyResult {
    let names = match (inside(directory), vm.library()) { (Some(d), Some(l)) => l.list(&d), _ => Vec::new() };
    let mut items = Vec::with_capacity(names.len());
    for n in names { items.push(vm.new_str(&n)?) }
    Ok(vm.new_list(items)?.into_obj())
}

/// Takes runs of importlib's frames out of a traceback: all if `always`, else those that end in `_call_with_frames_removed`.
pub fn remove_importlib_frames(_vm: &mut Vm, error: &Raised, always: bool) {
    let slot = &error.exception().traceback;
    let mut kept: Vec<Owned> = Vec::new();
    let mut run: Vec<Owned> = Vec::new();
    let mut at = slot.get();
    let mut removed = false;
    while let Some(tb) = at {
        let Some(entry) = tb.cast::<PyTraceback>() else { break };
        let code = entry.frame().code();
        let ours = FROZEN.iter().any(|f| f.2 == code.blob().filename);
        let next = entry.next.get();
        if !ours { kept.append(&mut run); kept.push(tb.clone()) } else {
            run.push(tb.clone());
            if always || code.blob().name == "_call_with_frames_removed" { run.clear(); removed = true }
        }
        at = next;
    }
    kept.append(&mut run);
    if !removed { return }
    for pair in kept.windows(2) {
        if let Some(entry) = pair[0].cast::<PyTraceback>() { entry.next.set(Some(pair[1].clone())) }
    }
    if let Some(entry) = kept.last().and_then(|t| t.cast::<PyTraceback>()) { entry.next.set(None) }
    slot.set(kept.into_iter().next());
}

/// `sys.path` as a list, for the binary to fill.
pub fn path_list(vm: &mut Vm) -> PyResult<Ref<PyList>> {
    prepare_sys(vm)?;
    let (key, sys) = (vm.intern("path")?, vm.sys.clone());
    match sys.get_interned(vm, &key).map(Ref::<PyList>::try_from) {
        Some(Ok(l)) => Ok(l),
        _ => Err(vm.runtime_error("sys.path must be a list")),
    }
}
