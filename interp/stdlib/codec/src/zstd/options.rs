//! Options of contexts: dicts from parameters to numbers, checked against the library's bounds.
//!
//! Not here: the contexts.

use instar_vm::types::dict::PyDict;
use instar_vm::types::int::int_ref;
use instar_vm::{ObjExt, Owned, PyResult, Raised, Vm};

use super::raw::{self, Compress, Decompress};
use super::{failure, State};

fn number(vm: &mut Vm, o: &Owned) -> PyResult<i32> {
    let n = vm.index(o)?;
    match int_ref(&n).and_then(|n| n.to_i64()).and_then(|n| i32::try_from(n).ok()) {
        Some(n) => Ok(n),
        None => Err(vm.overflow_error("Python int too large to convert to C int")),
    }
}

/// The pairs of an options argument; keys that belong to the other direction are refused.
fn pairs(vm: &mut Vm, options: &Owned, class: &str, other: Option<Owned>, refusal: &str) -> PyResult<Vec<(i32, i32)>> {
    let Some(d) = options.cast::<PyDict>() else {
        let t = options.given_name(vm);
        return Err(vm.type_error(format!("{class}() argument 'options' must be dict, not {t}")));
    };
    let mut out = Vec::new();
    for (key, value) in d.pairs(vm)? {
        if other.as_ref().is_some_and(|t| key.type_of(vm).obj().is(t)) { return Err(vm.type_error(refusal)) }
        out.push((number(vm, &key)?, number(vm, &value)?));
    }
    Ok(out)
}

#[cold]
fn out_of_bounds(vm: &mut Vm, what: &str, name: &str, n: i32, (low, high): (i32, i32)) -> Raised {
    if name == "compression_level" { return vm.value_error(format!("illegal compression level {n}; the valid range is [{low}, {high}]")) }
    vm.value_error(format!("{what} parameter '{name}' received an illegal value {n}; the valid range is [{low}, {high}]"))
}

/// Sets one compression parameter.
fn set_c(vm: &mut Vm, z: &mut Compress, key: i32, n: i32) -> PyResult<()> {
    let Some((p, name)) = raw::c_parameter(key) else { return Err(vm.value_error(format!("invalid compression parameter 'unknown parameter (key {key})'"))) };
    let bounds = raw::c_bounds(p).map_err(|e| failure(vm, "get zstd compression parameter bounds", &e))?;
    if n < bounds.0 || n > bounds.1 { return Err(out_of_bounds(vm, "compression", name, n, bounds)) }
    z.set(p, n).map_err(|e| failure(vm, "set compression parameter", &e))
}

/// Sets level or options of a compressor; the level in force.
pub fn compression(vm: &mut Vm, z: &mut Compress, level: Option<&Owned>, options: Option<&Owned>) -> PyResult<i32> {
    if level.is_some() && options.is_some() { return Err(vm.type_error("Only one of level or options should be used.")) }
    if let Some(level) = level {
        let Some(n) = int_ref(level) else { return Err(vm.type_error("invalid type for level, expected int")) };
        let Some(n) = n.to_i64().and_then(|n| i32::try_from(n).ok()) else {
            return Err(vm.value_error("illegal compression level; the valid range is [-131072, 22]"));
        };
        set_c(vm, z, 100, n)?;
        return Ok(n);
    }
    let mut level = raw::default_level();
    if let Some(options) = options {
        let other = vm.state::<State>().d_type.clone();
        for (key, n) in pairs(vm, options, "ZstdCompressor", other, "compression options dictionary key must not be a DecompressionParameter attribute")? {
            set_c(vm, z, key, n)?;
            if key == 100 { level = n }
        }
    }
    Ok(level)
}

/// Sets options of a decompressor.
pub fn decompression(vm: &mut Vm, z: &mut Decompress, options: &Owned) -> PyResult<()> {
    let other = vm.state::<State>().c_type.clone();
    for (key, n) in pairs(vm, options, "ZstdDecompressor", other, "decompression options dictionary key must not be a CompressionParameter attribute")? {
        let Some((p, name)) = raw::d_parameter(key) else { return Err(vm.value_error(format!("invalid decompression parameter 'unknown parameter (key {key})'"))) };
        let bounds = raw::d_bounds(p).map_err(|e| failure(vm, "get zstd decompression parameter bounds", &e))?;
        if n < bounds.0 || n > bounds.1 { return Err(out_of_bounds(vm, "decompression", name, n, bounds)) }
        z.set(p, n).map_err(|e| failure(vm, "set decompression parameter", &e))?;
    }
    Ok(())
}
