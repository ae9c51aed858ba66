//! What the module files share beside what all native modules do: types made once an interpreter, arguments without a name.
//!
//! Not here: anything about one module, `instar_vm::support`.

use instar_vm::args::Args;
use instar_vm::native::TypeDef;
use instar_vm::object::Payload;
use instar_vm::slots::Slots;
use instar_vm::typeobj::TypeRef;
use instar_vm::types::str::PyStr;
pub use instar_vm::support::{c_int_parsed as c_int, set, set_int, set_str, set_type};
use instar_vm::{ObjExt, Owned, PyResult, Vm};

/// The native type with payload `T`, made when a module is executed for the first time in this interpreter.
pub fn type_once<T: Payload>(vm: &mut Vm, module: &'static str, name: &'static str, base: Option<&TypeRef>, flags: u32, slots: Slots,
    def: &'static TypeDef) -> PyResult<TypeRef> {
    if let Some(ty) = vm.types.native.find::<T>() { return Ok(ty.clone()) }
    vm.new_native_type::<T>(module, name, base, flags, slots, def)
}

/// Binds the arguments of a constructor whose messages do not name it: "function missing required argument ...".
pub fn bind_unnamed(vm: &mut Vm, args: Args<'_>, names: &[&str], required: usize, positional: usize) -> PyResult<Vec<Option<Owned>>> {
    let (pos, total) = (args.pos(), args.values().len());
    if pos.len() > positional && positional < names.len() {
        return Err(vm.type_error(format!("function takes at most {positional} positional arguments ({} given)", pos.len())));
    }
    if total > names.len() {
        return Err(vm.type_error(format!("function takes at most {} arguments ({total} given)", names.len())));
    }
    let mut bound: Vec<Option<Owned>> = pos.iter().cloned().map(Some).collect();
    bound.resize(names.len(), None);
    for (key, value) in args.keywords() {
        let key = key.cast::<PyStr>().map(|k| k.to_string_lossy()).unwrap_or_default();
        match names.iter().position(|n| **n == *key) {
            Some(i) if bound[i].is_some() => return Err(vm.type_error(format!("argument for function given by name ('{key}') and position ({})", i + 1))),
            Some(i) => bound[i] = Some(value.clone()),
            None => return Err(vm.type_error(format!("this function got an unexpected keyword argument '{key}'"))),
        }
    }
    for (i, name) in names.iter().enumerate().take(required) {
        if bound[i].is_none() { return Err(vm.type_error(format!("function missing required argument '{name}' (pos {})", i + 1))) }
    }
    Ok(bound)
}
