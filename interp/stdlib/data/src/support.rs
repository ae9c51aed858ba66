//! What the module files share: filling namespaces, reading arguments, types made once an interpreter.
//!
//! Not here: anything about one module.

use instar_vm::args::Args;
use instar_vm::native::TypeDef;
use instar_vm::object::Payload;
use instar_vm::slots::Slots;
use instar_vm::typeobj::TypeRef;
use instar_vm::types::dict::PyDict;
use instar_vm::types::str::PyStr;
use instar_vm::{ObjExt, Owned, PyResult, Raised, Ref, Vm};

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
#[allow(dead_code)]
pub fn set_str(vm: &mut Vm, namespace: &Ref<PyDict>, name: &str, text: &str) -> PyResult<()> {
    let t = vm.new_str(text)?;
    set(vm, namespace, name, &t)
}

/// A type under its own name.
pub fn set_type(vm: &mut Vm, namespace: &Ref<PyDict>, ty: &TypeRef) -> PyResult<()> {
    let name = ty.name(vm);
    set(vm, namespace, &name, ty.obj())
}

/// The native type with payload `T`, made when a module is executed for the first time in this interpreter.
pub fn type_once<T: Payload>(vm: &mut Vm, module: &'static str, name: &'static str, base: Option<&TypeRef>, flags: u32, slots: Slots,
    def: &'static TypeDef) -> PyResult<TypeRef> {
    if let Some(ty) = vm.types.native.find::<T>() { return Ok(ty.clone()) }
    vm.new_native_type::<T>(module, name, base, flags, slots, def)
}

/// The argument unless it is absent or None.
#[allow(dead_code)]
pub fn given(vm: &Vm, arg: Option<&Owned>) -> Option<Owned> { arg.filter(|a| !vm.is_none(a)).cloned() }

/// A C int argument.
pub fn c_int(vm: &mut Vm, o: &Owned) -> PyResult<i32> {
    let n = vm.index(o)?;
    let n = instar_vm::types::int::int_ref(&n);
    let positive = n.is_some_and(|n| n.signum() > 0);
    match n.and_then(|n| n.to_i64()) {
        Some(n) => match i32::try_from(n) { Ok(n) => Ok(n), Err(_) => Err(int_range(vm, positive)) },
        None => Err(vm.overflow_error("Python int too large to convert to C long")),
    }
}

#[cold]
fn int_range(vm: &mut Vm, positive: bool) -> Raised {
    vm.overflow_error(if positive { "signed integer is greater than maximum" } else { "signed integer is less than minimum" })
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
