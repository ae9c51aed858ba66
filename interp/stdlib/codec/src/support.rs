//! What the module files share: filling namespaces, reading arguments.
//!
//! Not here: anything about one module.

use instar_vm::typeobj::TypeRef;
use instar_vm::types::dict::PyDict;
use instar_vm::types::int::int_ref;
use instar_vm::{Owned, PyResult, Ref, Vm};

/// `namespace[name] = value`
pub fn set(vm: &mut Vm, namespace: &Ref<PyDict>, name: &str, value: &Owned) -> PyResult<()> {
    let key = vm.intern(name)?;
    namespace.set_item(vm, &key, value)
}

/// An int constant.
pub fn set_int(vm: &mut Vm, namespace: &Ref<PyDict>, name: &str, n: i64) -> PyResult<()> {
    let n = vm.new_int(n)?;
    set(vm, namespace, name, &n)
}

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

/// A type under its own name.
pub fn set_type(vm: &mut Vm, namespace: &Ref<PyDict>, ty: &TypeRef) -> PyResult<()> {
    let name = ty.name(vm);
    set(vm, namespace, &name, ty.obj())
}

/// A C int argument.
pub fn c_int(vm: &mut Vm, o: &Owned) -> PyResult<i32> {
    let n = vm.index(o)?;
    let n = int_ref(&n);
    let positive = n.is_some_and(|n| n.signum() > 0);
    match n.and_then(|n| n.to_i64()) {
        Some(n) => match i32::try_from(n) {
            Ok(n) => Ok(n),
            Err(_) => Err(vm.overflow_error(if positive { "signed integer is greater than maximum" } else { "signed integer is less than minimum" })),
        },
        None => Err(vm.overflow_error("Python int too large to convert to C long")),
    }
}

/// A C int argument or a default.
pub fn c_int_or(vm: &mut Vm, o: Option<&Owned>, default: i32) -> PyResult<i32> { match o { Some(o) => c_int(vm, o), None => Ok(default) } }

/// An empty vector with room for `n` bytes.
pub fn room(vm: &Vm, n: usize) -> PyResult<Vec<u8>> {
    let mut v = Vec::new();
    v.try_reserve_exact(n).map_err(|_| vm.no_memory())?;
    Ok(v)
}
