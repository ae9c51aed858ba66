//! `itertools`: the module and what its types share.
//!
//! `itertools/endless.rs` has count, cycle and repeat; `chosen.rs` those that pass some items on; `combined.rs` those that
//! put items together; `combinatoric.rs`, `groups.rs` and `tee.rs` what their names say. Iterators cannot be pickled (as in 3.14).

use instar_object::TypeFlags;
use instar_vm::args::{check_count, Args, Bound, Signature};
use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native, TypeDef};
use instar_vm::object::Payload;
use instar_vm::slots::{NewFn, NextFn, Slots};
use instar_vm::typeobj::{vm_flags, TypeRef};
use instar_vm::types::dict::PyDict;
use instar_vm::{ObjExt, Owned, PyResult, Ref, Vm};

use crate::support::set_type;

mod chosen;
mod combinatoric;
mod combined;
mod endless;
mod groups;
mod tee;

/// Makes an iterator type that can be subclassed, and enters it.
fn add<T: Payload>(vm: &mut Vm, namespace: &Ref<PyDict>, name: &'static str, new: NewFn, next: NextFn, def: &'static TypeDef) -> PyResult<TypeRef> {
    let slots = Slots { new: Some(new), iter: Some(itself), next: Some(next), ..Slots::default() };
    add_with::<T>(vm, namespace, name, slots, def)
}

fn add_with<T: Payload>(vm: &mut Vm, namespace: &Ref<PyDict>, name: &'static str, slots: Slots, def: &'static TypeDef) -> PyResult<TypeRef> {
    let ty = vm.new_native_type::<T>("itertools", name, None, TypeFlags::GC.bits() | vm_flags::BASETYPE, slots, def)?;
    set_type(vm, namespace, &ty)?;
    Ok(ty)
}

/// The `iter` slot of iterators.
fn itself(_: &mut Vm, this: &Owned) -> PyResult { Ok(this.clone()) }

/// The payload behind `self`.
fn this<T: Payload>(o: &Owned) -> &Ref<T> { o.cast().expect("law: checked by the descriptor") }

/// The arguments by name, given a text signature.
fn bind(vm: &mut Vm, name: &str, sig: &'static str, args: Args<'_>) -> PyResult<Bound> {
    args.bind(vm, name, &Signature::parse(sig))
}

/// Positional arguments only; a subclass with its own `__init__` may take keywords there.
fn positional<'a>(vm: &mut Vm, ty: &TypeRef, name: &str, args: Args<'a>, min: usize, max: usize) -> PyResult<&'a [Owned]> {
    let address = |ty: &TypeRef| ty.slots().init.map(|f| f as usize);
    if address(ty) == address(&vm.types.object) { args.no_keywords(vm, name)? }
    check_count(vm, name, args.pos().len(), min, max)?;
    Ok(args.pos())
}

/// The argument of a required parameter.
fn required(vm: &mut Vm, arg: &Option<Owned>) -> PyResult {
    match arg { Some(a) => Ok(a.clone()), None => Err(vm.type_error("missing required argument")) }
}

fn exec(vm: &mut Vm, _: &Owned, namespace: &Ref<PyDict>) -> PyResult<()> {
    endless::make(vm, namespace)?;
    chosen::make(vm, namespace)?;
    combined::make(vm, namespace)?;
    combinatoric::make(vm, namespace)?;
    groups::make(vm, namespace)?;
    tee::make(vm, namespace)
}

/// The module.
pub static MODULE: NativeModule = NativeModule {
    name: "itertools",
    doc: "Functional tools for creating and using iterators.",
    functions: &[Def::new("tee", "($module, iterable, n=2, /)", Native::Var(tee::tee, 1, 2)).doc("Returns a tuple of n independent iterators.")],
    exec,
};
