//! What the module files share beside what all native modules do.
//!
//! Not here: anything about one module, `instar_vm::support`.

use instar_vm::typeobj::TypeRef;
pub use instar_vm::support::{c_int, set, set_int, set_type};
use instar_vm::{Owned, PyResult, Vm};

/// An attribute of a type being made.
pub fn set_class_attr(vm: &mut Vm, ty: &TypeRef, name: &str, value: &Owned) -> PyResult<()> {
    let key = vm.intern(name)?;
    ty.dict().set_interned(vm, &key, value)?;
    vm.type_modified(ty);
    Ok(())
}

/// An exception class of a module, made once an interpreter.
pub fn error_class(vm: &mut Vm, kept: Option<TypeRef>, module: &str, name: &str, base: &TypeRef) -> PyResult<TypeRef> {
    match kept { Some(ty) => Ok(ty), None => vm.new_class(module, name, &[base.obj().clone()], None) }
}

/// A C int argument or a default.
pub fn c_int_or(vm: &mut Vm, o: Option<&Owned>, default: i32) -> PyResult<i32> { match o { Some(o) => c_int(vm, o), None => Ok(default) } }

/// An empty vector with room for `n` bytes.
pub fn room(vm: &Vm, n: usize) -> PyResult<Vec<u8>> {
    let mut v = Vec::new();
    v.try_reserve_exact(n).map_err(|_| vm.no_memory())?;
    Ok(v)
}
