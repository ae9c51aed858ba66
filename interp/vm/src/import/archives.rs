//! The path hook for archives: `zipimport` is imported for the first path that could be one, and takes the hook's place.
//!
//! Not here: reading archives (`zipimport`, Lib).

use crate::native::{Def, Native};
use crate::object::{ObjExt, Owned, Ref};
use crate::types::builtin_function::PyBuiltinFunction;
use crate::types::dict::PyDict;
use crate::types::list::PyList;
use crate::types::str::PyStr;
use crate::vm::{PyResult, Vm};

static HOOK: Def = Def::new("zipimporter", "(path, /)", Native::N1(hook)).doc("A finder for the modules in an archive.");

/// While `zipimport` itself is imported: archives that were asked for meanwhile, which cannot help.
#[derive(Default)]
struct Importing(Option<Vec<Owned>>);

/// Whether the path is a file, or a place inside one.
fn is_archive(path: &str) -> bool {
    let mut at = std::path::Path::new(path);
    loop {
        match std::fs::metadata(at) {
            Ok(found) => return found.is_file(),
            Err(_) => match at.parent() { Some(p) if !p.as_os_str().is_empty() => at = p, _ => return false },
        }
    }
}

fn hooks(vm: &mut Vm) -> PyResult<Option<Ref<PyList>>> {
    let (key, sys) = (vm.names.path_hooks.clone(), vm.sys.clone());
    Ok(sys.get_item(vm, &key)?.and_then(|l| l.cast::<PyList>().cloned()))
}

fn hook(vm: &mut Vm, _: &Owned, path: &Owned) -> PyResult {
    if let Some(text) = path.cast::<PyStr>().map(|s| s.to_string_lossy()) && !is_archive(&text) {
        let shown = vm.repr_text(path)?;
        return Err(vm.import_error(format!("not a Zip file: {shown}")));
    }
    if let Some(refused) = &mut vm.state::<Importing>().0 {
        refused.push(path.clone());
        return Err(vm.import_error("zipimport is being imported"));
    }
    vm.state::<Importing>().0 = Some(Vec::new());
    let module = vm.import_module("zipimport");
    let refused = vm.state::<Importing>().0.take().unwrap_or_default();
    // That they were refused has been noted as if they could not be read.
    let (key, sys) = (vm.intern("path_importer_cache")?, vm.sys.clone());
    if let Some(cache) = sys.get_item(vm, &key)?.and_then(|c| c.cast::<PyDict>().cloned()) {
        for path in refused { cache.del_item(vm, &path)?; }
    }
    let module = module?;
    let importer = vm.get_attr_str(&module, "zipimporter")?;
    if let Some(list) = hooks(vm)? {
        let mine = list.items(vm).iter().position(|h| h.cast::<PyBuiltinFunction>().is_some_and(|f| std::ptr::eq(f.def, &HOOK)));
        if let Some(i) = mine { let i = vm.new_usize(i)?; vm.set_item(list.obj(), &i, &importer)? }
    }
    vm.call1(&importer, path)
}

/// Puts the hook before those there are.
pub fn install(vm: &mut Vm) -> PyResult<()> {
    let module = vm.intern("zipimport")?;
    let function = vm.new_builtin_function(&HOOK, None, Some(module))?;
    match hooks(vm)? { Some(list) => list.insert(vm, 0, function), None => Ok(()) }
}
