//! `_sysconfig`: the build's variables that are known without its Makefile.
//!
//! Not here: the others (`sysconfigdata.rs`).

use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native};
use instar_vm::{Owned, PyResult, Vm};

use crate::support::set_int;

fn config_vars(vm: &mut Vm, _: &Owned) -> PyResult {
    let vars = vm.new_dict()?;
    for name in ["Py_GIL_DISABLED", "Py_DEBUG"] { set_int(vm, &vars, name, 0)? }
    Ok(vars.into_obj())
}

/// The module.
pub const MODULE: NativeModule = NativeModule {
    name: "_sysconfig",
    doc: "A helper for the sysconfig module.",
    functions: &[Def::new("config_vars", "($module, /)", Native::N0(config_vars)).doc("Returns a dictionary containing build variables intended to be exposed by sysconfig.")],
    exec: |_, _, _| Ok(()),
};
