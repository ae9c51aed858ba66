//! `_suggestions`: the closest of several names, for `traceback`.
//!
//! Not here: the distance (`instar_vm::suggest`).

use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native};
use instar_vm::suggest::closest;
use instar_vm::types::list::PyList;
use instar_vm::types::str::PyStr;
use instar_vm::{ObjExt, Owned, PyResult, Vm};

fn generate(vm: &mut Vm, _: &Owned, candidates: &Owned, item: &Owned) -> PyResult {
    let Some(item) = item.cast::<PyStr>() else {
        let t = item.given_name(vm);
        return Err(vm.type_error(format!("_generate_suggestions() argument 2 must be str, not {t}")));
    };
    let item = item.to_string_lossy();
    let Some(list) = candidates.cast::<PyList>().filter(|_| candidates.is_exact::<PyList>(vm)) else { return Err(vm.type_error("candidates must be a list")) };
    let mut names = Vec::new();
    for name in list.items(vm) {
        let Some(name) = name.cast::<PyStr>() else { return Err(vm.type_error("all elements in 'candidates' must be strings")) };
        names.push(name.to_string_lossy());
    }
    match closest(&item, names.iter().map(|n| &**n)) { Some(best) => vm.new_str(best), None => Ok(vm.none()) }
}

/// The module.
pub const MODULE: NativeModule = NativeModule {
    name: "_suggestions",
    doc: "",
    functions: &[Def::new("_generate_suggestions", "($module, candidates, item, /)", Native::N2(generate)).doc("Returns the candidate in candidates that's closest to item")],
    exec: |_, _, _| Ok(()),
};
