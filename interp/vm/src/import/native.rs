//! Modules without importlib: native ones by name, and source files, for start-up and for importlib itself.
//!
//! Not here: what `import` does once importlib runs (`bootstrap.rs`).

use std::collections::HashMap;

use instar_compiler::{Mode, Options};

use super::library::EMBEDDED;
use crate::builtins::{add_functions, execute, syntax_error};
use crate::object::{ObjExt, Owned, Ref};
use crate::types::code::PyCode;
use crate::types::dict::PyDict;
use crate::types::list::PyList;
use crate::types::str::PyStr;
use crate::vm::{PyResult, Vm};

/// A module found as source.
struct Source {
    /// `__file__`.
    file: String,
    /// `__path__`, if it is a package.
    directory: Option<String>,
    /// Path in the embedded library, if it comes from there.
    embedded: Option<String>,
}

impl Vm {
    /// Adds native modules to the table that `import` looks in.
    pub fn register_modules(&mut self, modules: &'static [crate::module::NativeModule]) {
        for m in modules { self.native_modules.insert(m.name, *m); }
    }
}

/// What the first module of each name was filled with.
#[derive(Default)]
struct Filled(HashMap<&'static str, Ref<PyDict>>);

/// A native module made anew, or `None` if there is none of this name. It is not entered in `sys.modules`.
///
/// All modules of one name share what the first was filled with: there is one type for each payload.
pub fn create_native(vm: &mut Vm, name: &str) -> PyResult<Option<Owned>> {
    let Some(def) = vm.native_modules.get(name).copied() else { return Ok(None) };
    let doc = Some(def.doc).filter(|d| !d.is_empty());
    let module = vm.new_module(name, doc)?.into_obj();
    let dict = vm.module_dict(&module)?;
    let module_name = vm.intern(name)?;
    add_functions(vm, &dict, &module, &module_name, def.functions)?;
    match vm.state::<Filled>().0.get(def.name).cloned() {
        Some(first) => for (key, value) in first.pairs(vm)? {
            if !dict.contains(vm, &key)? { dict.set_item(vm, &key, &value)? }
        }
        None => {
            let functions = dict.copy(vm)?;
            (def.exec)(vm, &module, &dict)?;
            // Not the functions: they hold the module.
            let first = vm.new_dict()?;
            for (key, value) in dict.pairs(vm)? {
                if !functions.contains(vm, &key)? { first.set_item(vm, &key, &value)? }
            }
            vm.state::<Filled>().0.insert(def.name, first);
        }
    }
    Ok(Some(module))
}

/// Finds, makes and runs a module, its packages first.
pub fn find_and_load(vm: &mut Vm, full: &Owned) -> PyResult {
    let name = vm.repr_text_plain(full);
    let modules = vm.modules.clone();
    let mut places = None;
    if let Some((parent, _)) = name.rsplit_once('.') {
        let parent_module = vm.import_module(parent)?;
        if let Some(m) = modules.get_item(vm, full)? { return Ok(m) }
        let key = vm.names.__path__.clone();
        match vm.get_attr_opt(&parent_module, &key)? {
            Some(p) => places = Some(vm.collect(&p)?),
            None => return Err(vm.import_failure(true, &format!("No module named '{name}'; '{parent}' is not a package"), full, None)),
        }
    }
    let module = match create_native(vm, &name)? {
        Some(m) => { modules.set_item(vm, full, &m)?; m }
        None => {
            let places = match places { Some(p) => p, None => sys_path(vm)? };
            let Some(source) = find_source(vm, &name, &places) else {
                return Err(vm.import_failure(true, &format!("No module named '{name}'"), full, None));
            };
            load_source(vm, &name, full, &source)?
        }
    };
    bind_in_parent(vm, &name, &module)?;
    Ok(module)
}

fn bind_in_parent(vm: &mut Vm, name: &str, module: &Owned) -> PyResult<()> {
    let Some((parent, child)) = name.rsplit_once('.') else { return Ok(()) };
    let Some(parent) = vm.loaded_module(parent)? else { return Ok(()) };
    let child = vm.intern(child)?;
    vm.set_attr(&parent, &child, module)
}

fn sys_path(vm: &mut Vm) -> PyResult<Vec<Owned>> {
    let (key, sys) = (vm.intern("path")?, vm.sys.clone());
    let Some(path) = sys.get_interned(vm, &key) else { return Ok(vec![vm.new_str(EMBEDDED)?]) };
    match Ref::<PyList>::cast(&path) { Some(l) => Ok(l.items(vm).to_vec()), None => vm.collect(&path) }
}

fn find_source(vm: &mut Vm, name: &str, places: &[Owned]) -> Option<Source> {
    let tail = name.rsplit('.').next().unwrap_or(name);
    for place in places {
        let Some(place) = place.cast::<PyStr>().map(|s| s.to_string_lossy()) else { continue };
        if place == EMBEDDED || place.strip_prefix(EMBEDDED).is_some_and(|p| p.starts_with('/')) {
            let library = vm.library()?;
            let Some(found) = library.module(name) else { continue };
            let file = format!("{EMBEDDED}/{}", found.path);
            let directory = found.is_package.then(|| file.trim_end_matches("/__init__.py").to_owned());
            return Some(Source { file, directory, embedded: Some(found.path) });
        }
        let base = std::path::Path::new(if place.is_empty() { "." } else { &place }).join(tail);
        let init = base.join("__init__.py");
        if init.is_file() {
            return Some(Source { file: init.display().to_string(), directory: Some(base.display().to_string()), embedded: None });
        }
        let file = base.with_file_name(format!("{tail}.py"));
        if file.is_file() { return Some(Source { file: file.display().to_string(), directory: None, embedded: None }) }
    }
    None
}

fn load_source(vm: &mut Vm, name: &str, full: &Owned, source: &Source) -> PyResult {
    let code = match &source.embedded {
        Some(path) => embedded_code(vm, path)?,
        None => match std::fs::read(&source.file) {
            Ok(bytes) => code_of(vm, &bytes, &source.file)?,
            Err(e) => { let p = vm.new_str(&source.file)?; return Err(vm.os_error_from(e, Some(&p))) }
        },
    };
    let module = vm.new_module(name, None)?.into_obj();
    let dict = vm.module_dict(&module)?;
    let file = vm.new_str(&source.file)?;
    let package = match (&source.directory, name.rsplit_once('.')) { (Some(_), _) => name, (None, Some((p, _))) => p, (None, None) => "" };
    let package = vm.intern(package)?;
    let (file_key, package_key, path_key) = (vm.names.__file__.clone(), vm.names.__package__.clone(), vm.names.__path__.clone());
    dict.set_item(vm, &file_key, &file)?;
    dict.set_item(vm, &package_key, &package)?;
    if let Some(d) = &source.directory {
        let d = vm.new_str(d)?;
        let list = vm.new_list(vec![d])?.into_obj();
        dict.set_item(vm, &path_key, &list)?;
    }
    run_module(vm, full, &module, &dict, &code)
}

/// Enters a module in `sys.modules` and runs its code; takes it out again if that fails. The result is what `sys.modules` holds then.
pub fn run_module(vm: &mut Vm, full: &Owned, module: &Owned, dict: &Ref<PyDict>, code: &Ref<PyCode>) -> PyResult {
    let modules = vm.modules.clone();
    modules.set_item(vm, full, module)?;
    execute::ensure_builtins(vm, dict)?;
    if let Err(e) = execute::run_code(vm, code, dict, dict.obj(), None) {
        modules.del_item(vm, full)?;
        return Err(e);
    }
    Ok(modules.get_item(vm, full)?.unwrap_or_else(|| module.clone()))
}

/// Code of a file of the embedded library: compiled ahead of time or now.
pub fn embedded_code(vm: &mut Vm, path: &str) -> PyResult<Ref<PyCode>> {
    let missing = |vm: &mut Vm| vm.import_error(format!("no library file {path}"));
    let Some(library) = vm.library() else { return Err(missing(vm)) };
    if let Some(blob) = library.code(path, vm.settings.optimize) { return PyCode::new(vm, blob) }
    let Some(bytes) = library.read(path) else { return Err(missing(vm)) };
    code_of(vm, &bytes, &format!("{EMBEDDED}/{path}"))
}

/// Compiles the bytes of a source file.
pub fn code_of(vm: &mut Vm, bytes: &[u8], file: &str) -> PyResult<Ref<PyCode>> {
    let text = syntax_error::decode_source(vm, bytes, file)?;
    code_of_text(vm, &text, file)
}

/// The code of a file that is run.
pub fn code_of_file(vm: &mut Vm, bytes: &[u8], file: &str) -> PyResult<Ref<PyCode>> {
    let text = syntax_error::decode_file(vm, bytes, file)?;
    code_of_text(vm, &text, file)
}

fn code_of_text(vm: &mut Vm, text: &str, file: &str) -> PyResult<Ref<PyCode>> {
    let options = Options { optimize: vm.settings.optimize, max_digits: vm.settings.int_max_str_digits, no_columns: vm.settings.no_debug_ranges, ..Options::default() };
    syntax_error::compile_text(vm, text, file, Mode::Exec, &options)
}

/// `from package import names`: loads those that are submodules and no attributes yet.
pub fn load_submodules(vm: &mut Vm, module: &Owned, full: &Owned, names: &Owned) -> PyResult<()> {
    let package = vm.repr_text_plain(full);
    for name in vm.name_list(names)? {
        let Some(text) = name.cast::<PyStr>().map(|s| s.to_string_lossy()) else {
            let t = name.type_name(vm);
            return Err(vm.type_error(format!("Item in ``from list'' must be str, not {t}")));
        };
        if text == "*" {
            let key = vm.names.__all__.clone();
            if let Some(all) = vm.get_attr_opt(module, &key)? { load_submodules(vm, module, full, &all)? }
            continue;
        }
        if vm.get_attr_opt(module, &name)?.is_some() { continue }
        let child = vm.intern(&format!("{package}.{text}"))?;
        match super::absolute(vm, &child) {
            Ok(_) => {}
            Err(e) if e.is(vm, &vm.types.module_not_found_error.clone()) => {}
            Err(e) => return Err(e),
        }
    }
    Ok(())
}
