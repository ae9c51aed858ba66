//! The records of `sys`: flags, version, and what numbers, hashes and threads are like.
//!
//! Not here: functions (`functions.rs`).

use crate::object::{ObjExt, Owned};
use crate::typeobj::TypeRef;
use crate::vm::{PyResult, Vm};

/// CPython version that the language and library are those of.
pub const VERSION: (i64, i64, i64) = (3, 14, 0);
/// `sys.hexversion`.
pub const HEX_VERSION: i64 = VERSION.0 << 24 | VERSION.1 << 16 | VERSION.2 << 8 | 0xF0;

/// The struct sequence types made here, for those who make more instances.
#[derive(Default)]
pub struct SysTypes {
    /// `sys.UnraisableHookArgs`
    pub unraisable: Option<TypeRef>,
    /// `asyncgen_hooks`
    pub asyncgen_hooks: Option<TypeRef>,
}

fn record(vm: &mut Vm, name: &'static str, fields: &[&'static str], values: Vec<Owned>) -> PyResult {
    let visible = fields.len();
    let ty = vm.new_struct_sequence_type("sys", name, fields, visible)?;
    vm.fix_struct_sequence_type(&ty);
    vm.new_struct_sequence(&ty, values)
}

/// The only instance of its type from now on.
fn only(vm: &mut Vm, value: Owned) -> PyResult {
    let ty = value.type_of(vm).clone();
    vm.forbid_struct_sequence_new(&ty)?;
    Ok(value)
}

/// `sys.version_info`.
pub fn version_info(vm: &mut Vm) -> PyResult {
    let values = vec![vm.new_int(VERSION.0)?, vm.new_int(VERSION.1)?, vm.new_int(VERSION.2)?, vm.intern("final")?, vm.new_int(0)?];
    let value = record(vm, "version_info", &["major", "minor", "micro", "releaselevel", "serial"], values)?;
    only(vm, value)
}

/// `sys.flags`.
pub fn flags(vm: &mut Vm) -> PyResult {
    let s = vm.settings.clone();
    fn on(x: impl Into<i64>) -> i64 { x.into() }
    let hash_random = on(s.hash_seed != Some(0));
    let digits = i64::try_from(s.int_max_str_digits).unwrap_or(-1);
    let encoding_warning = on(s.warn_default_encoding);
    let numbers = [
        on(s.debug), on(s.inspect), on(s.interactive), on(s.optimize), on(s.dont_write_bytecode), on(s.no_user_site), on(s.no_site), on(s.ignore_environment),
        on(s.verbose), on(s.bytes_warning), on(s.quiet), hash_random, on(s.isolated),
    ];
    let mut values = Vec::new();
    for n in numbers { values.push(vm.new_int(n)?) }
    values.extend([vm.bool(s.dev_mode), vm.new_int(on(s.utf8_mode))?, vm.new_int(encoding_warning)?, vm.bool(s.safe_path), vm.new_int(digits)?, vm.new_int(1)?]);
    // Behind the visible fields, as in CPython.
    for chosen in [s.thread_inherit_context, s.context_aware_warnings] { values.push(vm.new_int(on(chosen))?) }
    let fields = ["debug", "inspect", "interactive", "optimize", "dont_write_bytecode", "no_user_site", "no_site", "ignore_environment",
        "verbose", "bytes_warning", "quiet", "hash_randomization", "isolated", "dev_mode", "utf8_mode", "warn_default_encoding", "safe_path",
        "int_max_str_digits", "gil", "thread_inherit_context", "context_aware_warnings"];
    let ty = vm.new_struct_sequence_type("sys", "flags", &fields, 18)?;
    vm.fix_struct_sequence_type(&ty);
    let value = vm.new_struct_sequence(&ty, values)?;
    only(vm, value)
}

/// `sys.float_info`.
pub fn float_info(vm: &mut Vm) -> PyResult {
    let values = vec![vm.new_float(f64::MAX)?, vm.new_int(1024)?, vm.new_int(308)?, vm.new_float(f64::MIN_POSITIVE)?, vm.new_int(-1021)?, vm.new_int(-307)?,
        vm.new_int(15)?, vm.new_int(53)?, vm.new_float(f64::EPSILON)?, vm.new_int(2)?, vm.new_int(1)?];
    record(vm, "float_info", &["max", "max_exp", "max_10_exp", "min", "min_exp", "min_10_exp", "dig", "mant_dig", "epsilon", "radix", "rounds"], values)
}

/// `sys.int_info`.
pub fn int_info(vm: &mut Vm) -> PyResult {
    let values = vec![vm.new_int(30)?, vm.new_int(4)?, vm.new_int(4300)?, vm.new_int(640)?];
    record(vm, "int_info", &["bits_per_digit", "sizeof_digit", "default_max_str_digits", "str_digits_check_threshold"], values)
}

/// `sys.hash_info`.
pub fn hash_info(vm: &mut Vm) -> PyResult {
    let values = vec![vm.new_int(64)?, vm.new_int((1 << 61) - 1)?, vm.new_int(314_159)?, vm.new_int(0)?, vm.new_int(1_000_003)?, vm.intern("siphash13")?,
        vm.new_int(64)?, vm.new_int(128)?, vm.new_int(0)?];
    record(vm, "hash_info", &["width", "modulus", "inf", "nan", "imag", "algorithm", "hash_bits", "seed_bits", "cutoff"], values)
}

/// `sys.thread_info`.
pub fn thread_info(vm: &mut Vm) -> PyResult {
    let values = vec![vm.intern("pthread")?, vm.intern("semaphore")?, vm.none()];
    record(vm, "thread_info", &["name", "lock", "version"], values)
}

/// Makes the types that instances are made of later.
pub fn make_types(vm: &mut Vm) -> PyResult<()> {
    let unraisable = vm.new_struct_sequence_type("", "UnraisableHookArgs", &["exc_type", "exc_value", "exc_traceback", "err_msg", "object"], 5)?;
    vm.fix_struct_sequence_type(&unraisable);
    let hooks = vm.new_struct_sequence_type("", "asyncgen_hooks", &["firstiter", "finalizer"], 2)?;
    vm.fix_struct_sequence_type(&hooks);
    let state = vm.state::<SysTypes>();
    state.unraisable = Some(unraisable);
    state.asyncgen_hooks = Some(hooks);
    Ok(())
}
