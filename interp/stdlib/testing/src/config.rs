//! What the interpreter was started with.
//!
//! Not here: `sys.flags`.

use instar_vm::native::{Def, Native};
use instar_vm::types::str::PyStr;
use instar_vm::{ObjExt, Owned, PyResult, Vm};

/// The value of an option of CPython's configuration that this interpreter has too.
fn config_get(vm: &mut Vm, _: &Owned, name: &Owned) -> PyResult {
    let Some(name) = name.cast::<PyStr>().map(|n| n.to_string_lossy()) else { return Err(vm.type_error("option name must be a string")) };
    let s = &vm.settings;
    let flag = match name.as_str() {
        "code_debug_ranges" => !s.no_debug_ranges,
        "dev_mode" => s.dev_mode,
        "interactive" => s.interactive,
        "inspect" => s.inspect,
        "isolated" => s.isolated,
        "quiet" => s.quiet,
        "safe_path" => s.safe_path,
        "site_import" => !s.no_site,
        "use_environment" => !s.ignore_environment,
        "user_site_directory" => !s.no_user_site,
        "write_bytecode" => !s.dont_write_bytecode,
        "buffered_stdio" => !s.unbuffered,
        "utf8_mode" => s.utf8_mode,
        _ => {
            let number = match name.as_str() {
                "bytes_warning" => s.bytes_warning.into(),
                "optimization_level" => s.optimize.into(),
                "verbose" => s.verbose.into(),
                "int_max_str_digits" => s.int_max_str_digits as i64,
                _ => return Err(vm.value_error(format!("unknown config option name: {name}"))),
            };
            return vm.new_int(number);
        }
    };
    Ok(vm.bool(flag))
}

/// The functions.
pub static FUNCTIONS: &[Def] = &[Def::new("config_get", "", Native::N1(config_get))];
