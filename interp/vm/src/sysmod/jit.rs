//! `sys._jit`: whether code is compiled at run time. It is not.
//!
//! Not here: specialisation in the eval loop, which this module does not count as compiling.

use crate::builtins::add_functions;
use crate::native::{Def, Native};
use crate::vm::{PyResult, Vm};

static FUNCTIONS: &[Def] = &[
    Def::new("is_available", "($module, /)", Native::N0(|vm, _| Ok(vm.bool(false)))).doc("Return whether this executable can compile code at run time."),
    Def::new("is_enabled", "($module, /)", Native::N0(|vm, _| Ok(vm.bool(false)))).doc("Return whether compiling at run time is switched on in this process."),
    Def::new("is_active", "($module, /)", Native::N0(|vm, _| Ok(vm.bool(false)))).doc("Return whether the topmost Python frame runs compiled code."),
];

/// Puts the module into `sys`.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    let module = vm.new_module("sys._jit", Some("Utilities for observing just-in-time compilation."))?.into_obj();
    let dict = vm.module_dict(&module)?;
    let name = vm.intern("sys._jit")?;
    add_functions(vm, &dict, &module, &name, FUNCTIONS)?;
    super::put(vm, "_jit", module)
}
