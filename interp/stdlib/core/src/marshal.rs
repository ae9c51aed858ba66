//! `marshal`: values as bytes, CPython's format in its versions 0 to 5. Code objects are written in this interpreter's own form and
//! verified when read.
//!
//! Not here: the two directions (`write.rs`, `read.rs`), the form of code (`instar_code::encode`).

mod read;
mod write;

use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native};
use instar_vm::{ObjExt, Owned, PyResult, Vm};

use crate::support::{c_int, set_int};

/// Levels of nesting, the outermost value being one.
const DEPTH_MAX: usize = 2000;
/// The version that is written if nobody asks for another.
const VERSION: i32 = 5;

pub const MODULE: NativeModule = NativeModule {
    name: "marshal",
    doc: "This module contains functions that can read and write Python values in\na binary format.",
    functions: &[
        Def::new("dumps", "($module, value, version=version, /, *, allow_code=True)", Native::Bound(dumps)).doc("Return the bytes object that would be written to a file by dump(value, file)."),
        Def::new("loads", "($module, bytes, /, *, allow_code=True)", Native::Bound(loads)).doc("Convert the bytes-like object to a value."),
        Def::new("dump", "($module, value, file, version=version, /, *, allow_code=True)", Native::Bound(dump)).doc("Write the value on the open file."),
        Def::new("load", "($module, file, /, *, allow_code=True)", Native::Bound(load)).doc("Read one value from the open file and return it."),
    ],
    exec: |vm, _, ns| set_int(vm, ns, "version", VERSION.into()),
};

fn argument<'a>(vm: &mut Vm, a: &'a [Option<Owned>], i: usize) -> PyResult<&'a Owned> {
    match &a[i] { Some(o) => Ok(o), None => Err(vm.system_error("unbound argument")) }
}

fn code_allowed(vm: &mut Vm, o: Option<&Owned>) -> PyResult<bool> { match o { Some(o) => vm.truth(o), None => Ok(true) } }

fn dumped(vm: &mut Vm, value: &Owned, version: Option<&Owned>, allow_code: Option<&Owned>) -> PyResult {
    let version = match version { Some(v) => c_int(vm, v)?, None => VERSION };
    let allow_code = code_allowed(vm, allow_code)?;
    let bytes = write::to_bytes(vm, value, version, allow_code)?;
    vm.new_bytes(&bytes)
}

fn dumps(vm: &mut Vm, _: &Owned, a: &[Option<Owned>]) -> PyResult {
    let value = argument(vm, a, 0)?;
    dumped(vm, value, a[1].as_ref(), a[2].as_ref())
}

fn dump(vm: &mut Vm, _: &Owned, a: &[Option<Owned>]) -> PyResult {
    let (value, file) = (argument(vm, a, 0)?, argument(vm, a, 1)?);
    let bytes = dumped(vm, value, a[2].as_ref(), a[3].as_ref())?;
    let name = vm.names.write.clone();
    vm.call_method(file, &name, &[bytes])
}

fn loads(vm: &mut Vm, _: &Owned, a: &[Option<Owned>]) -> PyResult {
    let data = argument(vm, a, 0)?;
    let allow_code = code_allowed(vm, a[1].as_ref())?;
    let bytes = vm.bytes_argument(data)?;
    read::from_bytes(vm, &bytes, allow_code)
}

fn load(vm: &mut Vm, _: &Owned, a: &[Option<Owned>]) -> PyResult {
    let file = argument(vm, a, 0)?;
    let allow_code = code_allowed(vm, a[1].as_ref())?;
    // Only a file of bytes will do: asked for none, it shows what it has.
    let (name, none) = (vm.names.read.clone(), vm.new_int(0)?);
    let data = vm.call_method(file, &name, &[none])?;
    if !data.is_instance_of(vm, &vm.types.bytes) {
        let t = data.type_name(vm);
        return Err(vm.type_error(format!("file.read() returned not bytes but {t}")));
    }
    read::from_file(vm, file, allow_code)
}
