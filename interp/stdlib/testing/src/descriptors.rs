//! Native callables that are descriptors, with and without the promise that calling through an instance passes it first.
//!
//! Not here: functions (`calling.rs`).

use instar_object::TypeFlags;
use instar_vm::args::Args;
use instar_vm::native::TypeDef;
use instar_vm::slots::Slots;
use instar_vm::typeobj::{vm_flags, TypeRef};
use instar_vm::types::dict::PyDict;
use instar_vm::{ObjExt, Owned, PyResult, Ref, Vm};

use crate::put;

/// A callable; `own` says whether it is of the first family.
struct Callable {
    own: bool,
}
instar_vm::trace! { Callable {} }
instar_vm::fields! { Callable { own } }
instar_vm::payload!(Callable, "MethodDescriptorBase");

fn this(o: &Owned) -> &Ref<Callable> { o.cast().expect("law: slots see their own payload") }

fn call(vm: &mut Vm, o: &Owned, _: Args<'_>) -> PyResult { Ok(vm.bool(this(o).own)) }

fn bind(vm: &mut Vm, o: &Owned, obj: Option<&Owned>, _: &Owned) -> PyResult {
    match obj { Some(obj) => vm.new_method(o.clone(), obj.clone()), None => Ok(o.clone()) }
}

fn new(vm: &mut Vm, ty: &TypeRef, _: Args<'_>) -> PyResult { Ok(vm.new_object_of(ty, Callable { own: true })?.into_obj()) }
fn new_second(vm: &mut Vm, ty: &TypeRef, _: Args<'_>) -> PyResult { Ok(vm.new_object_of(ty, Callable { own: false })?.into_obj()) }
fn arguments(vm: &mut Vm, _: &Owned, args: Args<'_>) -> PyResult { Ok(vm.new_tuple(args.pos().to_vec())?.into_obj()) }
fn unbound(_: &mut Vm, o: &Owned, _: Option<&Owned>, _: &Owned) -> PyResult { Ok(o.clone()) }

static DEF: TypeDef = TypeDef { doc: "", sig: "", methods: &[], getset: &[] };

/// Makes the types.
pub fn exec(vm: &mut Vm, namespace: &Ref<PyDict>) -> PyResult<()> {
    let flags = vm_flags::BASETYPE;
    let methods = flags | vm_flags::METHOD_DESCRIPTOR;
    let first = Slots { new: Some(new), call: Some(call), descr_get: Some(bind), ..Slots::default() };
    let base = vm.new_native_type::<Callable>("_testcapi", "MethodDescriptorBase", None, methods, first, &DEF)?;
    let derived = vm.new_native_type::<Callable>("_testcapi", "MethodDescriptorDerived", Some(&base), methods, Slots::default(), &DEF)?;
    let plain = Slots { call: Some(arguments), descr_get: Some(unbound), ..Slots::default() };
    let plain = vm.new_native_type::<Callable>("_testcapi", "MethodDescriptorNopGet", Some(&base), flags, plain, &DEF)?;
    let second = Slots { new: Some(new_second), ..Slots::default() };
    let second = vm.new_native_type::<Callable>("_testcapi", "MethodDescriptor2", Some(&base), methods, second, &DEF)?;
    for (name, ty) in [("MethodDescriptorBase", base), ("MethodDescriptorDerived", derived), ("MethodDescriptorNopGet", plain), ("MethodDescriptor2", second)] {
        put(vm, namespace, name, ty.obj())?;
    }
    let with_dict = TypeFlags::ATTRS.bits() | TypeFlags::GC.bits() | flags;
    let with_weakref = TypeFlags::WEAKREF.bits() | flags;
    let ty = vm.new_native_type::<Holder>("_testcapi", "HeapCTypeWithDict", None, with_dict, Slots { new: Some(new_holder), ..Slots::default() }, &DEF)?;
    put(vm, namespace, "HeapCTypeWithDict", ty.obj())?;
    let ty = vm.new_native_type::<Weak>("_testcapi", "HeapCTypeWithWeakref", None, with_weakref, Slots { new: Some(new_weak), ..Slots::default() }, &DEF)?;
    put(vm, namespace, "HeapCTypeWithWeakref", ty.obj())
}

/// A native object with attributes of its own.
struct Holder;
instar_vm::trace! { Holder {} }
instar_vm::fields! { Holder {} }
instar_vm::payload!(Holder, "HeapCTypeWithDict");
fn new_holder(vm: &mut Vm, ty: &TypeRef, _: Args<'_>) -> PyResult { Ok(vm.new_object_of(ty, Holder)?.into_obj()) }

/// A native object that can be referred to weakly.
struct Weak;
instar_vm::trace! { Weak {} }
instar_vm::fields! { Weak {} }
instar_vm::payload!(Weak, "HeapCTypeWithWeakref");
fn new_weak(vm: &mut Vm, ty: &TypeRef, _: Args<'_>) -> PyResult { Ok(vm.new_object_of(ty, Weak)?.into_obj()) }
