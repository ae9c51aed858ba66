//! What native modules share: filling namespaces, reading arguments.

use crate::types::dict::PyDict;
use crate::typeobj::TypeRef;
use crate::{ObjExt, Owned, PyResult, Ref, Vm};

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

/// A str constant.
pub fn set_str(vm: &mut Vm, namespace: &Ref<PyDict>, name: &str, text: &str) -> PyResult<()> {
    let t = vm.new_str(text)?;
    set(vm, namespace, name, &t)
}

/// A type under its own name.
pub fn set_type(vm: &mut Vm, namespace: &Ref<PyDict>, ty: &TypeRef) -> PyResult<()> {
    let name = ty.name(vm);
    set(vm, namespace, &name, ty.obj())
}

/// The argument unless it is absent or None.
pub fn given(vm: &Vm, arg: Option<&Owned>) -> Option<Owned> { arg.filter(|a| !vm.is_none(a)).cloned() }

/// A C int argument.
pub fn c_int(vm: &mut Vm, o: &Owned) -> PyResult<i32> { vm.index_i32(o) }

/// A C int argument of a function whose messages are those of `PyArg_Parse`.
pub fn c_int_parsed(vm: &mut Vm, o: &Owned) -> PyResult<i32> {
    let n = vm.index(o)?;
    let n = crate::types::int::int_ref(&n);
    let positive = n.is_some_and(|n| n.signum() > 0);
    match n.and_then(|n| n.to_i64()) {
        Some(n) => match i32::try_from(n) {
            Ok(n) => Ok(n),
            Err(_) => Err(vm.overflow_error(if positive { "signed integer is greater than maximum" } else { "signed integer is less than minimum" })),
        },
        None => Err(vm.overflow_error("Python int too large to convert to C long")),
    }
}

/// Text of a str argument; TypeError that names the function and argument otherwise.
pub fn text(vm: &mut Vm, o: &Owned, what: &str) -> PyResult<String> {
    match o.cast::<crate::types::str::PyStr>() {
        Some(s) => s.to_owned_str(vm),
        None => {
            let t = o.type_name(vm);
            Err(vm.type_error(format!("{what} must be str, not {t}")))
        }
    }
}
