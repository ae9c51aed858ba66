//! `_zstd`: the module's functions and constants.
//!
//! Objects are in `dict.rs`, `compress.rs` and `decompress.rs`, the library behind `raw.rs`. Not here: files (`compression.zstd`,
//! Python code).

mod compress;
mod decompress;
mod dict;
mod options;
mod raw;

use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native};
use instar_vm::typeobj::TypeRef;
use instar_vm::types::bytes::PyBytes;
use instar_vm::types::dict::PyDict;
use instar_vm::types::int::int_ref;
use instar_vm::types::tuple::PyTuple;
use instar_vm::{ObjExt, Owned, PyResult, Raised, Ref, Vm};

use crate::support::{c_int, error_class, room, set, set_int, set_type};

/// `ZstdError` and the enumerations of parameters, of this interpreter.
#[derive(Default)]
struct State { error: Option<TypeRef>, c_type: Option<Owned>, d_type: Option<Owned> }

/// `ZstdError(text)`
#[cold]
fn error(vm: &mut Vm, text: &str) -> Raised {
    match vm.state::<State>().error.clone() { Some(ty) => vm.exception_with_message(&ty, text), None => vm.value_error(text) }
}

/// `ZstdError` of a failed call.
#[cold]
fn failure(vm: &mut Vm, doing: &str, e: &raw::Failed) -> Raised {
    if e.0 == "Allocation error : not enough memory" { return vm.no_memory() }
    error(vm, &format!("Unable to {doing}: {}", e.0))
}

fn given<'a>(vm: &mut Vm, args: &'a [Option<Owned>]) -> PyResult<&'a Owned> { args[0].as_ref().ok_or_else(|| vm.system_error("bad arguments")) }

/// Sizes of samples, which must add up.
fn sample_sizes(vm: &mut Vm, name: &str, i: usize, sizes: &Owned, total: usize) -> PyResult<Vec<usize>> {
    let Some(items) = sizes.cast::<PyTuple>().map(|t| t.items().to_vec()) else {
        let t = sizes.given_name(vm);
        return Err(vm.type_error(format!("{name}() argument {i} must be tuple, not {t}")));
    };
    if items.len() as u64 > u32::MAX.into() { return Err(vm.value_error("The number of samples should be <= 4294967295.")) }
    let mut out = Vec::new();
    for item in &items {
        let Some(n) = int_ref(item) else { return Err(vm.type_error("an integer is required")) };
        let Some(n) = n.to_u64() else { return Err(vm.value_error("Items in samples_sizes should be an int object, with a value between 0 and 18446744073709551615.")) };
        vm.push(&mut out, n as usize)?;
    }
    let sum = out.iter().try_fold(0usize, |a, n| a.checked_add(*n));
    if sum != Some(total) { return Err(vm.value_error("The samples size tuple doesn't match the concatenation's size.")) }
    Ok(out)
}

fn dict_room(vm: &mut Vm, size: &Owned) -> PyResult<Vec<u8>> {
    let n = vm.size_argument(size)?;
    let Some(n) = usize::try_from(n).ok().filter(|n| *n > 0) else { return Err(vm.value_error("dict_size argument should be positive number.")) };
    let mut out = room(vm, n)?;
    out.resize(n, 0);
    Ok(out)
}

/// The bytes of an argument that must be a bytes object.
fn bytes_argument(vm: &mut Vm, name: &str, i: usize, o: &Owned) -> PyResult<Vec<u8>> {
    if o.cast::<PyBytes>().is_some() { return vm.bytes_like(o) }
    let t = o.given_name(vm);
    Err(vm.type_error(format!("{name}() argument {i} must be bytes, not {t}")))
}

fn train_dict(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    let samples = bytes_argument(vm, "train_dict", 1, &args[0])?;
    if args[1].cast::<PyTuple>().is_none() { sample_sizes(vm, "train_dict", 2, &args[1], 0)?; }
    let mut out = dict_room(vm, &args[2])?;
    let sizes = sample_sizes(vm, "train_dict", 2, &args[1], samples.len())?;
    match raw::train(&mut out, &samples, &sizes) { Ok(n) => vm.new_bytes(&out[..n]), Err(e) => Err(failure(vm, "train the Zstandard dictionary", &e)) }
}

fn finalize_dict(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    let (content, samples) = (bytes_argument(vm, "finalize_dict", 1, &args[0])?, bytes_argument(vm, "finalize_dict", 2, &args[1])?);
    if args[2].cast::<PyTuple>().is_none() { sample_sizes(vm, "finalize_dict", 3, &args[2], 0)?; }
    let mut out = dict_room(vm, &args[3])?;
    let level = c_int(vm, &args[4])?;
    let sizes = sample_sizes(vm, "finalize_dict", 3, &args[2], samples.len())?;
    match raw::finalize(&mut out, &content, &samples, &sizes, level) { Ok(n) => vm.new_bytes(&out[..n]), Err(e) => Err(failure(vm, "finalize the Zstandard dictionary", &e)) }
}

fn param_bounds(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let n = given(vm, args)?.clone();
    let n = c_int(vm, &n)?;
    let compress = match &args[1] { Some(o) => vm.truth(o)?, None => false };
    let unknown = || raw::Failed("Unsupported parameter".to_owned());
    let (bounds, what) = if compress { (raw::c_parameter(n).ok_or_else(unknown).and_then(|p| raw::c_bounds(p.0)), "compression") }
        else { (raw::d_parameter(n).ok_or_else(unknown).and_then(|p| raw::d_bounds(p.0)), "decompression") };
    let (low, high) = bounds.map_err(|e| failure(vm, &format!("get zstd {what} parameter bounds"), &e))?;
    let pair = [vm.new_int(low.into())?, vm.new_int(high.into())?];
    Ok(vm.new_tuple(pair)?.into_obj())
}

fn frame_size(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let data = given(vm, args)?.clone();
    let buffer = vm.buffer(&data, false)?;
    match raw::frame_size(buffer.bytes(vm)) {
        Ok(n) => vm.new_usize(n),
        Err(e) => Err(error(vm, &format!("Error when finding the compressed size of a Zstandard frame. Ensure the frame_buffer argument starts from the beginning of a frame, and its length is not less than this complete frame. Zstd error message: {}.", e.0))),
    }
}

fn frame_info(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let data = given(vm, args)?.clone();
    let buffer = vm.buffer(&data, false)?;
    let Some((size, dict)) = raw::frame_info(buffer.bytes(vm)) else {
        return Err(error(vm, "Error when getting information from the header of a Zstandard frame. Ensure the frame_buffer argument starts from the beginning of a frame, and its length is not less than the frame header (6~18 bytes)."));
    };
    let size = match size { Some(n) => vm.new_uint(n)?, None => vm.none() };
    let pair = [size, vm.new_int(dict.into())?];
    Ok(vm.new_tuple(pair)?.into_obj())
}

fn set_parameter_types(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    for (o, name) in args.iter().flatten().zip(["c_parameter_type", "d_parameter_type"]) {
        if TypeRef::from_obj(o).is_none() {
            let t = o.given_name(vm);
            return Err(vm.type_error(format!("set_parameter_types() argument '{name}' must be type, not {t}")));
        }
    }
    let state = vm.state::<State>();
    (state.c_type, state.d_type) = (args[0].clone(), args[1].clone());
    Ok(vm.none())
}

const STRATEGIES: [(&str, i64); 9] = [("ZSTD_fast", 1), ("ZSTD_dfast", 2), ("ZSTD_greedy", 3), ("ZSTD_lazy", 4), ("ZSTD_lazy2", 5), ("ZSTD_btlazy2", 6), ("ZSTD_btopt", 7),
    ("ZSTD_btultra", 8), ("ZSTD_btultra2", 9)];

fn exec(vm: &mut Vm, _: &Owned, ns: &Ref<PyDict>) -> PyResult<()> {
    let (kept, base) = (vm.state::<State>().error.clone(), vm.types.exception.clone());
    let ty = error_class(vm, kept, "compression.zstd", "ZstdError", &base)?;
    set(vm, ns, "ZstdError", ty.obj())?;
    vm.state::<State>().error = Some(ty);
    for ty in [dict::make(vm)?, compress::make(vm)?, decompress::make(vm)?] { set_type(vm, ns, &ty)? }
    for (p, _) in raw::C_PARAMETERS { set_int(vm, ns, &format!("{p:?}"), p as i64)? }
    set_int(vm, ns, "ZSTD_d_windowLogMax", 100)?;
    for (name, n) in STRATEGIES { set_int(vm, ns, name, n)? }
    set_int(vm, ns, "ZSTD_CLEVEL_DEFAULT", raw::default_level().into())?;
    set_int(vm, ns, "ZSTD_DStreamOutSize", raw::out_size() as i64)?;
    let (text, number) = raw::version();
    let text = vm.new_str(&text)?;
    set(vm, ns, "zstd_version", &text)?;
    set_int(vm, ns, "zstd_version_number", number)
}

/// The module.
pub static MODULE: NativeModule = NativeModule {
    name: "_zstd",
    doc: "Implementation module for Zstandard compression.",
    functions: &[
        Def::new("train_dict", "($module, samples_bytes, samples_sizes, dict_size, /)", Native::Var(train_dict, 3, 3)).doc("Train a Zstandard dictionary on sample data."),
        Def::new("finalize_dict", "($module, custom_dict_bytes, samples_bytes, samples_sizes,\n              dict_size, compression_level, /)", Native::Var(finalize_dict, 5, 5)).doc("Finalize a Zstandard dictionary."),
        Def::new("get_param_bounds", "($module, /, parameter, is_compress)", Native::Bound(param_bounds)).doc("Get CompressionParameter/DecompressionParameter bounds."),
        Def::new("get_frame_size", "($module, /, frame_buffer)", Native::Bound(frame_size)).doc("Get the size of a Zstandard frame, including the header and optional checksum."),
        Def::new("get_frame_info", "($module, /, frame_buffer)", Native::Bound(frame_info)).doc("Get Zstandard frame infomation from a frame header."),
        Def::new("set_parameter_types", "($module, /, c_parameter_type, d_parameter_type)", Native::Bound(set_parameter_types)).doc("Set CompressionParameter and DecompressionParameter types for validity check."),
    ],
    exec,
};
