//! The import statement and `__import__`: resolving names and asking importlib.
//!
//! The machinery proper is CPython's own `importlib._bootstrap`, run from source at start-up (`import/bootstrap.rs`). Until it
//! stands, and for it, modules come from `import/native.rs`. `import/from.rs` is `from m import x` and `*`.
//! Not here: `_imp` (native module of that name in the stdlib crate).

mod archives;
pub mod bootstrap;
pub mod from;
pub mod library;
pub mod native;

use std::rc::Rc;

use crate::builtins::scope;
use crate::object::{ObjExt, Owned, Ref};
use crate::types::builtin_function::PyBuiltinFunction;
use crate::types::dict::PyDict;
use crate::types::str::PyStr;
use crate::types::tuple::PyTuple;
use crate::vm::{PyResult, Raised, Vm};

pub use from::{import_from, import_star};
pub use library::Library;

/// Import state of an interpreter.
#[derive(Default)]
pub struct ImportState {
    /// `importlib._bootstrap`, once it runs.
    pub bootstrap: Option<Owned>,
    /// `importlib._bootstrap_external`, once it runs.
    pub external: Option<Owned>,
    /// Where the library comes from if not from a directory.
    pub library: Option<Rc<dyn Library>>,
    /// Set when `sys.stdout` and its kin exist.
    pub streams_made: bool,
}

impl Vm {
    /// Says where embedded library files come from. Called by the binary before the first import.
    pub fn set_library(&mut self, library: Rc<dyn Library>) { self.state::<ImportState>().library = Some(library) }
    /// The embedded library.
    pub fn library(&mut self) -> Option<Rc<dyn Library>> { self.state::<ImportState>().library.clone() }
    /// Whether the standard streams were made (after which a missing `sys.stdout` is an error).
    pub fn modules_started(&mut self) -> bool { self.state::<ImportState>().streams_made }
    /// The module of this dotted name (`import name` and `sys.modules[name]`).
    pub fn import_module(&mut self, name: &str) -> PyResult {
        let name = self.intern(name)?;
        absolute(self, &name)
    }
    /// `from module import attribute`, for native code.
    pub fn import_attr(&mut self, module: &str, attribute: &str) -> PyResult {
        let module = self.import_module(module)?;
        self.get_attr_str(&module, attribute)
    }
    /// An ImportError or ModuleNotFoundError with its `name` and `path`.
    pub fn import_failure(&mut self, not_found: bool, message: &str, name: &Owned, path: Option<Owned>) -> Raised {
        let ty = if not_found { self.types.module_not_found_error.clone() } else { self.types.import_error.clone() };
        let make = |vm: &mut Vm| -> PyResult {
            let text = vm.new_str(message)?;
            let path = vm.option_to_none(path);
            vm.call_kw(ty.obj(), &[text], &[("name", name.clone()), ("path", path)])
        };
        match make(self) {
            Ok(o) => match Ref::try_from(o) { Ok(e) => Raised(e), Err(_) => self.system_error("ImportError made no exception") },
            Err(e) => e,
        }
    }
}

/// What the import op does: `builtins.__import__(name, globals, locals, fromlist, level)`, directly if nobody replaced it.
pub fn import_statement(vm: &mut Vm, name: &Owned, globals: &Owned, locals: &Owned, builtins: &Owned, fromlist: &Owned, level: &Owned) -> PyResult {
    let key = vm.names.__import__.clone();
    let function = match Ref::<PyDict>::cast(builtins) {
        Some(d) => d.get_item(vm, &key)?,
        None => match vm.get_item(builtins, &key) {
            Ok(f) => Some(f),
            Err(e) if e.is(vm, &vm.types.key_error.clone()) => None,
            Err(e) => return Err(e),
        },
    };
    let Some(function) = function else { return Err(vm.import_error("__import__ not found")) };
    let ours = function.cast::<PyBuiltinFunction>().is_some_and(|f| f.def.name == "__import__");
    if !ours { return vm.call_n(&function, &[name.clone(), globals.clone(), locals.clone(), fromlist.clone(), level.clone()]) }
    let level = vm.index_i64(level)?;
    import_level(vm, name, Some(globals), Some(fromlist), level)
}

/// `__import__(name, globals=None, locals=None, fromlist=(), level=0)`
pub fn builtin_import(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let Some(name) = &args[0] else { return Err(vm.system_error("unbound argument")) };
    if name.cast::<PyStr>().is_none() { return Err(vm.type_error("module name must be a string")) }
    let level = match &args[4] { Some(l) => vm.index_i64(l)?, None => 0 };
    import_level(vm, name, args[1].as_ref(), args[3].as_ref(), level)
}

fn import_level(vm: &mut Vm, name: &Owned, globals: Option<&Owned>, fromlist: Option<&Owned>, level: i64) -> PyResult {
    if level < 0 { return Err(vm.value_error("level must be >= 0")) }
    let text = name.cast::<PyStr>().map(|s| s.to_string_lossy()).unwrap_or_default();
    let full = if level > 0 { resolve(vm, &text, globals, level)? } else {
        if text.is_empty() { return Err(vm.value_error("Empty module name")) }
        vm.intern_obj(name)?
    };
    let module = absolute(vm, &full)?;
    let from_names = match fromlist { Some(f) if !vm.is_none(f) => vm.truth(f)?, _ => false };
    if !from_names {
        let Some((front, _)) = text.split_once('.') else { return Ok(module) };
        if level == 0 { return vm.import_module(front) }
        if text.is_empty() { return Ok(module) }
        let full = full.cast::<PyStr>().map(|s| s.to_string_lossy()).unwrap_or_default();
        let head = &full[..full.len() - (text.len() - front.len())];
        let key = vm.intern(head)?;
        let modules = vm.modules.clone();
        return match modules.get_item(vm, &key)? {
            Some(m) => Ok(m),
            None => { let k = vm.repr_text(&key)?; Err(vm.key_error_text(format!("{k} not in sys.modules as expected"))) }
        };
    }
    let path = vm.names.__path__.clone();
    if vm.get_attr_opt(&module, &path)?.is_none() { return Ok(module) }
    let Some(fromlist) = fromlist else { return Ok(module) };
    match vm.state::<ImportState>().bootstrap.clone() {
        Some(b) => {
            let import = builtin_function(vm)?;
            let handle = vm.get_attr_str(&b, "_handle_fromlist")?;
            vm.call_n(&handle, &[module, fromlist.clone(), import])
        }
        None => { native::load_submodules(vm, &module, &full, fromlist)?; Ok(module) }
    }
}

fn builtin_function(vm: &mut Vm) -> PyResult {
    let (key, builtins) = (vm.names.__import__.clone(), scope::current_builtins(vm));
    match Ref::<PyDict>::cast(&builtins).and_then(|d| d.get_interned(vm, &key)) {
        Some(f) => Ok(f),
        None => vm.get_item(&builtins, &key),
    }
}

/// The module of an absolute name: from `sys.modules`, waiting if another thread is at it, else found and loaded.
pub fn absolute(vm: &mut Vm, full: &Owned) -> PyResult {
    let modules = vm.modules.clone();
    if let Some(m) = modules.get_item(vm, full)? {
        if !vm.is_none(&m) { wait_until_initialised(vm, &m, full)?; return Ok(m) }
        let text = vm.repr_text_plain(full);
        if vm.state::<ImportState>().bootstrap.is_none() {
            return Err(vm.import_failure(true, &format!("import of {text} halted; None in sys.modules"), full, None));
        }
    }
    match vm.state::<ImportState>().bootstrap.clone() {
        Some(b) => {
            let find = vm.get_attr_str(&b, "_find_and_load")?;
            let import = builtin_function(vm)?;
            vm.call2(&find, full, &import).map_err(|e| trim_frames(vm, e))
        }
        None => native::find_and_load(vm, full),
    }
}

fn wait_until_initialised(vm: &mut Vm, module: &Owned, full: &Owned) -> PyResult<()> {
    let Some(b) = vm.state::<ImportState>().bootstrap.clone() else { return Ok(()) };
    let name = vm.names.__spec__.clone();
    let Some(spec) = vm.get_attr_opt(module, &name)? else { return Ok(()) };
    if vm.is_none(&spec) { return Ok(()) }
    let name = vm.names._initializing.clone();
    let Some(flag) = vm.get_attr_opt(&spec, &name)? else { return Ok(()) };
    if !vm.truth(&flag)? { return Ok(()) }
    let wait = vm.get_attr_str(&b, "_lock_unlock_module")?;
    vm.call1(&wait, full).map(drop)
}

/// Removes importlib's own frames from a traceback, as CPython does: all of them for ImportError, else those below
/// `_call_with_frames_removed`.
fn trim_frames(vm: &mut Vm, error: Raised) -> Raised {
    if vm.settings.verbose > 0 { return error }
    let always = error.is(vm, &vm.types.import_error.clone());
    bootstrap::remove_importlib_frames(vm, &error, always);
    error
}

/// The absolute name of a relative import (`calc___package__` and `resolve_name` of the language reference).
fn resolve(vm: &mut Vm, name: &str, globals: Option<&Owned>, level: i64) -> PyResult {
    let Some(globals) = globals.and_then(Ref::<PyDict>::cast).cloned() else {
        return Err(match globals {
            Some(g) if !vm.is_none(g) => vm.type_error("globals must be a dict"),
            _ => vm.key_error_text("'__name__' not in globals"),
        });
    };
    let package = package_of(vm, &globals)?;
    if package.is_empty() {
        let empty = vm.consts.empty_str.clone();
        return Err(vm.import_failure(false, "attempted relative import with no known parent package", &empty, None).without_name(vm));
    }
    let mut base = package.as_str();
    for _ in 1..level {
        match base.rfind('.') {
            Some(dot) => base = &base[..dot],
            None => return Err(vm.import_error("attempted relative import beyond top-level package")),
        }
    }
    let full = if name.is_empty() { base.to_owned() } else { format!("{base}.{name}") };
    vm.intern(&full)
}

impl Raised {
    /// The plain ImportError of the same message (`name` stays unset).
    fn without_name(self, vm: &mut Vm) -> Raised {
        match vm.str_text(self.exception().obj()) { Ok(text) => vm.import_error(text), Err(e) => e }
    }
}

fn package_of(vm: &mut Vm, globals: &Ref<PyDict>) -> PyResult<String> {
    let get = |vm: &mut Vm, key: Owned| -> PyResult<Option<Owned>> { Ok(globals.get_item(vm, &key)?.filter(|v| !vm.is_none(v))) };
    let package = get(vm, vm.names.__package__.clone())?;
    let spec = get(vm, vm.names.__spec__.clone())?;
    if let Some(p) = package {
        let Some(s) = p.cast::<PyStr>() else { return Err(vm.type_error("package must be a string")) };
        if let Some(spec) = spec {
            let parent = vm.get_attr_str(&spec, "parent")?;
            if !vm.equal(&p, &parent)? {
                let category = vm.types.deprecation_warning.clone();
                vm.warn(&category, "__package__ != __spec__.parent", 1)?;
            }
        }
        return Ok(s.to_string_lossy());
    }
    if let Some(spec) = spec {
        let parent = vm.get_attr_str(&spec, "parent")?;
        let Some(s) = parent.cast::<PyStr>() else { return Err(vm.type_error("__spec__.parent must be a string")) };
        return Ok(s.to_string_lossy());
    }
    let category = vm.types.import_warning.clone();
    vm.warn(&category, "can't resolve package from __spec__ or __package__, falling back on __name__ and __path__", 1)?;
    let Some(name) = get(vm, vm.names.__name__.clone())? else { return Err(vm.key_error_text("'__name__' not in globals")) };
    let Some(s) = name.cast::<PyStr>() else { return Err(vm.type_error("__name__ must be a string")) };
    let text = s.to_string_lossy();
    if globals.get_item(vm, &vm.names.__path__.clone())?.is_some() { return Ok(text) }
    Ok(text.rsplit_once('.').map_or(String::new(), |(p, _)| p.to_owned()))
}

impl Vm {
    /// KeyError with a text.
    pub(crate) fn key_error_text(&mut self, text: impl AsRef<str>) -> Raised {
        match self.new_str(text.as_ref()) { Ok(t) => self.key_error(&t), Err(e) => e }
    }
    /// `sys.modules[name]`, if it is there and no None.
    pub fn loaded_module(&mut self, name: &str) -> PyResult<Option<Owned>> {
        let key = self.intern(name)?;
        let modules = self.modules.clone();
        Ok(modules.get_item(self, &key)?.filter(|m| !self.is_none(m)))
    }
    /// Items of a tuple or other iterable of names.
    pub(crate) fn name_list(&mut self, names: &Owned) -> PyResult<Vec<Owned>> {
        match Ref::<PyTuple>::cast(names) { Some(t) => Ok(t.items().to_vec()), None => self.collect(names) }
    }
    /// The type's name of an object, for messages.
    pub(crate) fn type_name_of(&self, o: &Owned) -> String { o.type_name(self) }
}
