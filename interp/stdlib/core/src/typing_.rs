//! `_typing`: the parts of `typing` that the language itself makes.
//!
//! Not here: those types (`instar-vm`), `typing` (Lib).

use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native};
use instar_vm::types::dict::PyDict;
use instar_vm::{Owned, PyResult, Ref, Vm};

use crate::support::set;

fn exec(vm: &mut Vm, _: &Owned, namespace: &Ref<PyDict>) -> PyResult<()> {
    let t = &vm.types;
    let types = [
        ("TypeVar", &t.typevar), ("TypeVarTuple", &t.typevartuple), ("ParamSpec", &t.paramspec), ("ParamSpecArgs", &t.paramspec_args),
        ("ParamSpecKwargs", &t.paramspec_kwargs), ("Generic", &t.generic), ("TypeAliasType", &t.typealias), ("Union", &t.union),
    ].map(|(name, ty)| (name, ty.obj().clone()));
    for (name, ty) in types { set(vm, namespace, name, &ty)? }
    let no_default = t_no_default(vm)?;
    set(vm, namespace, "NoDefault", &no_default)
}

/// The one object of its type.
fn t_no_default(vm: &mut Vm) -> PyResult { instar_vm::types::typevar::no_default(vm) }

/// The module.
pub static MODULE: NativeModule = NativeModule {
    name: "_typing",
    doc: "Primitives and accelerators for the typing module.\n",
    functions: &[Def::new("_idfunc", "($module, x, /)", Native::N1(|_, _, x| Ok(x.clone())))],
    exec,
};
