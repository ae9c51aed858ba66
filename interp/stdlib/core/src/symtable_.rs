//! `_symtable`: the constants of symbol tables.
//!
//! Not here: scope analysis (`instar-compiler`); its tables are not shown to Python.

use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native};
use instar_vm::types::dict::PyDict;
use instar_vm::{Owned, PyResult, Ref, Vm};

use crate::support::set_int;

const CONSTANTS: &[(&str, i64)] = &[
    ("USE", 16), ("DEF_GLOBAL", 1), ("DEF_NONLOCAL", 8), ("DEF_LOCAL", 2), ("DEF_PARAM", 4), ("DEF_TYPE_PARAM", 1024), ("DEF_FREE_CLASS", 64),
    ("DEF_IMPORT", 128), ("DEF_BOUND", 134), ("DEF_ANNOT", 256), ("DEF_COMP_ITER", 512), ("DEF_COMP_CELL", 2048), ("TYPE_FUNCTION", 0),
    ("TYPE_CLASS", 1), ("TYPE_MODULE", 2), ("TYPE_ANNOTATION", 3), ("TYPE_TYPE_ALIAS", 4), ("TYPE_TYPE_PARAMETERS", 5), ("TYPE_TYPE_VARIABLE", 6),
    ("LOCAL", 1), ("GLOBAL_EXPLICIT", 2), ("GLOBAL_IMPLICIT", 3), ("FREE", 4), ("CELL", 5), ("SCOPE_OFF", 12), ("SCOPE_MASK", 15),
];

fn symtable(vm: &mut Vm, _: &Owned, _: &[Owned]) -> PyResult { Err(vm.not_implemented_error("symbol tables are not available")) }

fn exec(vm: &mut Vm, _: &Owned, namespace: &Ref<PyDict>) -> PyResult<()> {
    for (name, n) in CONSTANTS { set_int(vm, namespace, name, *n)? }
    Ok(())
}

/// The module.
pub static MODULE: NativeModule = NativeModule {
    name: "_symtable",
    doc: "",
    functions: &[Def::new("symtable", "($module, source, filename, startstr, /)", Native::Var(symtable, 3, 3)).doc("Return symbol and scope dictionaries used internally by compiler.")],
    exec,
};
