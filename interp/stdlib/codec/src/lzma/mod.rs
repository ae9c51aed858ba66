//! `_lzma`: compressor and decompressor objects for .xz, .lzma and raw streams.
//!
//! Filter chains are in `filters.rs`, the library behind `raw.rs`. Not here: files (`lzma`, Python code).

mod filters;
mod objects;
mod raw;

use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native};
use instar_vm::typeobj::TypeRef;
use instar_vm::types::dict::PyDict;
use instar_vm::{Owned, PyResult, Raised, Ref, Vm};

use crate::support::{c_int, error_class, set, set_int};

/// `LZMAError`, of this interpreter.
#[derive(Default)]
struct State { error: Option<TypeRef> }

/// `LZMAError(text)`
#[cold]
fn error(vm: &mut Vm, text: &str) -> Raised {
    match vm.state::<State>().error.clone() { Some(ty) => vm.exception_with_message(&ty, text), None => vm.value_error(text) }
}

/// The exception for a return code that is a failure.
#[cold]
fn failure(vm: &mut Vm, code: raw::Code) -> Raised {
    match code {
        raw::MEM_ERROR => vm.no_memory(),
        raw::MEMLIMIT_ERROR => error(vm, "Memory usage limit exceeded"),
        raw::UNSUPPORTED_CHECK => error(vm, "Unsupported integrity check"),
        raw::FORMAT_ERROR => error(vm, "Input format not supported by decoder"),
        raw::OPTIONS_ERROR => error(vm, "Invalid or unsupported options"),
        raw::DATA_ERROR => error(vm, "Corrupt input data"),
        raw::BUF_ERROR => error(vm, "Insufficient buffer space"),
        raw::PROG_ERROR => error(vm, "Internal error"),
        code => error(vm, &format!("Unrecognized error from liblzma: {code}")),
    }
}

/// Whether a return code is no failure.
fn check(vm: &mut Vm, code: raw::Code) -> PyResult<()> { if raw::is_fine(code) { Ok(()) } else { Err(failure(vm, code)) } }

fn is_check_supported(vm: &mut Vm, _: &Owned, id: &Owned) -> PyResult { let id = c_int(vm, id)?; Ok(vm.bool(raw::is_check_supported(id))) }

fn exec(vm: &mut Vm, _: &Owned, ns: &Ref<PyDict>) -> PyResult<()> {
    let (kept, base) = (vm.state::<State>().error.clone(), vm.types.exception.clone());
    let ty = error_class(vm, kept, "_lzma", "LZMAError", &base)?;
    set(vm, ns, "LZMAError", ty.obj())?;
    vm.state::<State>().error = Some(ty);
    for (name, n) in raw::CONSTANTS { set_int(vm, ns, name, *n)? }
    objects::make(vm, ns)
}

/// The module.
pub static MODULE: NativeModule = NativeModule {
    name: "_lzma",
    doc: "",
    functions: &[
        Def::new("is_check_supported", "($module, check_id, /)", Native::N1(is_check_supported)).doc("Test whether the given integrity check is supported.\n\nAlways returns True for CHECK_NONE and CHECK_CRC32."),
        Def::new("_encode_filter_properties", "($module, filter, /)", Native::N1(filters::encode_properties)).doc("Return a bytes object encoding the options (properties) of the filter specified by *filter* (a dict).\n\nThe result does not include the filter ID itself, only the options."),
        Def::new("_decode_filter_properties", "($module, filter_id, encoded_props, /)", Native::N2(filters::decode_properties)).doc("Return a bytes object encoding the options (properties) of the filter specified by *filter* (a dict).\n\nThe result does not include the filter ID itself, only the options."),
    ],
    exec,
};
