//! `from m import x` and `from m import *`, with CPython's messages when a name is missing.
//!
//! Not here: loading the module (`import.rs`).

use crate::object::{ObjExt, Owned, Ref};
use crate::types::module::PyModule;
use crate::types::str::PyStr;
use crate::vm::{PyResult, Raised, Vm};

/// `from module import name`, for one name: the attribute, else the submodule that is loaded already.
pub fn import_from(vm: &mut Vm, module: &Owned, name: &Owned) -> PyResult {
    if let Some(value) = vm.get_attr_opt(module, name)? { return Ok(value) }
    let key = vm.names.__name__.clone();
    let module_name = vm.get_attr_opt(module, &key)?.filter(|n| n.cast::<PyStr>().is_some());
    if let Some(package) = &module_name {
        let full = format!("{}.{}", vm.repr_text_plain(package), vm.repr_text_plain(name));
        let full = vm.intern(&full)?;
        let modules = vm.modules.clone();
        if let Some(m) = modules.get_item(vm, &full)? { return Ok(m) }
    }
    Err(missing(vm, module, module_name, name).unwrap_or_else(|e| e))
}

fn missing(vm: &mut Vm, module: &Owned, module_name: Option<Owned>, name: &Owned) -> PyResult<Raised> {
    let shown = match &module_name { Some(n) => vm.repr_text(n)?, None => "'<unknown module name>'".to_owned() };
    let wanted = vm.repr_text(name)?;
    let spec_key = vm.names.__spec__.clone();
    let spec = vm.get_attr_opt(module, &spec_key)?.filter(|s| !vm.is_none(s));
    let mut origin = None;
    let mut initialising = false;
    if let Some(spec) = &spec {
        let has_location = vm.intern("has_location")?;
        let located = match vm.get_attr_opt(spec, &has_location)? { Some(v) => vm.truth(&v)?, None => false };
        if located {
            let key = vm.names.origin.clone();
            origin = vm.get_attr_opt(spec, &key)?.filter(|o| o.cast::<PyStr>().is_some());
        }
        let key = vm.names._initializing.clone();
        initialising = match vm.get_attr_opt(spec, &key)? { Some(v) => vm.truth(&v)?, None => false };
    }
    if origin.is_none() {
        let key = vm.names.__file__.clone();
        origin = vm.get_attr_opt(module, &key)?.filter(|o| o.cast::<PyStr>().is_some());
    }
    let place = match &origin { Some(o) => vm.repr_text_plain(o), None => "unknown location".to_owned() };
    let hint = match (&module_name, initialising) {
        (Some(n), _) => shadowing(vm, n, &origin)?,
        _ => None,
    };
    let message = if let Some(standard) = hint {
        if standard {
            format!("cannot import name {wanted} from {shown} (consider renaming {} since it has the same name as the standard library module named {shown} and prevents importing that standard library module)", quote(&place))
        } else if initialising {
            format!("cannot import name {wanted} from {shown} (consider renaming {} if it has the same name as a library you intended to import)", quote(&place))
        } else {
            format!("cannot import name {wanted} from {shown} ({place})")
        }
    } else if initialising {
        format!("cannot import name {wanted} from partially initialized module {shown} (most likely due to a circular import) ({place})")
    } else {
        format!("cannot import name {wanted} from {shown} ({place})")
    };
    let text = vm.new_str(&message)?;
    let ty = vm.types.import_error.obj().clone();
    let (n, p) = (vm.option_to_none(module_name), vm.option_to_none(origin));
    let made = vm.call_kw(&ty, &[text], &[("name", n), ("path", p), ("name_from", name.clone())])?;
    Ok(match Ref::try_from(made) { Ok(e) => Raised(e), Err(_) => vm.system_error("ImportError made no exception") })
}

fn quote(text: &str) -> String { format!("'{text}'") }

/// Whether the module's file lies in `sys.path[0]` and so may hide another: `Some(true)` if that is a standard module.
fn shadowing(vm: &mut Vm, name: &Owned, origin: &Option<Owned>) -> PyResult<Option<bool>> {
    let Some(origin) = origin else { return Ok(None) };
    if vm.settings.safe_path { return Ok(None) }
    let (file, name) = (vm.repr_text_plain(origin), vm.repr_text_plain(name));
    let path_key = vm.intern("path")?;
    let sys = vm.sys.clone();
    let Some(path) = sys.get_interned(vm, &path_key) else { return Ok(None) };
    let Some(first) = Ref::<crate::types::list::PyList>::cast(&path).and_then(|l| l.get(vm, 0)) else { return Ok(None) };
    let Some(first) = first.cast::<PyStr>().map(|s| s.to_string_lossy()) else { return Ok(None) };
    let first = if first.is_empty() { std::env::current_dir().map(|d| d.display().to_string()).unwrap_or_default() } else { first };
    let mut root = std::path::Path::new(&file);
    if root.file_name().is_some_and(|f| f == "__init__.py") { root = root.parent().unwrap_or(root) }
    if root.parent() != Some(std::path::Path::new(&first)) { return Ok(None) }
    let key = vm.intern("stdlib_module_names")?;
    let Some(standard) = sys.get_interned(vm, &key) else { return Ok(Some(false)) };
    let name = vm.new_str(&name)?;
    Ok(Some(vm.contains(&standard, &name)?))
}

/// `from module import *` into `namespace`.
pub fn import_star(vm: &mut Vm, module: &Owned, namespace: &Owned) -> PyResult<()> {
    let all = vm.names.__all__.clone();
    let (names, from_all, dict) = match vm.get_attr_opt(module, &all)? {
        Some(list) => (vm.collect(&list)?, true, None),
        None => {
            let key = vm.names.__dict__.clone();
            let Some(dict) = vm.get_attr_opt(module, &key)? else {
                return Err(vm.import_error("from-import-* object has no __dict__ and no __all__"));
            };
            let keys = vm.names.keys.clone();
            let found = vm.call_method(&dict, &keys, &[])?;
            (vm.collect(&found)?, false, Some(dict))
        }
    };
    let plain = module.cast::<PyModule>().is_some();
    for name in names {
        let Some(text) = name.cast::<PyStr>() else {
            let (key, t) = (vm.names.__name__.clone(), vm.type_name_of(&name));
            let m = vm.get_attr(module, &key)?;
            let m = vm.repr_text_plain(&m);
            return Err(vm.type_error(if from_all { format!("Item in {m}.__all__ must be str, not {t}") } else { format!("Key in {m}.__dict__ must be str, not {t}") }));
        };
        if !from_all && text.get(0) == Some(u32::from('_')) { continue }
        let value = match &dict { Some(d) if plain => vm.get_item(d, &name)?, _ => vm.get_attr(module, &name)? };
        vm.set_item(namespace, &name, &value)?;
    }
    Ok(())
}
