//! Functions of every calling shape that tell how they were called, and calls made by native code.
//!
//! Not here: callable descriptors (`descriptors.rs`).

use instar_vm::args::Args;
use instar_vm::native::{Def, Native, TypeDef};
use instar_vm::slots::Slots;
use instar_vm::typeobj::{vm_flags, TypeRef};
use instar_vm::types::dict::PyDict;
use instar_vm::types::str::PyStr;
use instar_vm::types::tuple::PyTuple;
use instar_vm::{ObjExt, Owned, PyResult, Ref, Vm};

use crate::put;

macro_rules! shapes {
    ($make:ident, $this:ident) => {
        [
            Def::$make("meth_varargs", "", Native::Var(|vm, this, args| told(vm, $this(vm, this), args), 0, usize::MAX)),
            Def::$make("meth_varargs_keywords", "", Native::Full(|vm, this, args| told_keywords(vm, $this(vm, this), args))),
            Def::$make("meth_o", "", Native::N1(|vm, this, arg| { let this = $this(vm, this); Ok(vm.new_tuple([this, arg.clone()])?.into_obj()) })),
            Def::$make("meth_noargs", "", Native::N0(|vm, this| Ok($this(vm, this)))),
            Def::$make("meth_fastcall", "", Native::Var(|vm, this, args| told(vm, $this(vm, this), args), 0, usize::MAX)),
            Def::$make("meth_fastcall_keywords", "", Native::Full(|vm, this, args| told_keywords(vm, $this(vm, this), args))),
        ]
    };
}

fn itself(_: &Vm, this: &Owned) -> Owned { this.clone() }
fn nothing(vm: &Vm, _: &Owned) -> Owned { vm.none() }

/// `(self, args)`
fn told(vm: &mut Vm, this: Owned, args: &[Owned]) -> PyResult {
    let args = vm.new_tuple(args.to_vec())?.into_obj();
    Ok(vm.new_tuple([this, args])?.into_obj())
}

/// `(self, args, kwargs or None)`
fn told_keywords(vm: &mut Vm, this: Owned, args: Args<'_>) -> PyResult {
    let pos = vm.new_tuple(args.pos().to_vec())?.into_obj();
    let keywords = if args.kwnames().is_empty() { vm.none() } else {
        let d = vm.new_dict()?;
        for (k, v) in args.keywords() { d.set_item(vm, k, v)? }
        d.into_obj()
    };
    Ok(vm.new_tuple([this, pos, keywords])?.into_obj())
}

static OF_MODULE: [Def; 6] = shapes!(new, itself);
static OF_INSTANCE: [Def; 6] = shapes!(new, itself);
static OF_CLASS: [Def; 6] = shapes!(class, itself);
static STATIC: [Def; 6] = shapes!(static_, nothing);

/// An object without content.
struct Bare<const KIND: usize>;
impl<const KIND: usize> instar_vm::object::Described for Bare<KIND> {
    const FIELDS: &'static [instar_vm::object::Field] = &[];
}
macro_rules! bare {
    ($kind:literal, $name:literal) => {
        instar_vm::trace! { Bare<$kind> {} }
        instar_vm::payload!(Bare<$kind>, $name);
    };
}
bare!(0, "MethInstance");
bare!(1, "MethClass");
bare!(2, "MethStatic");

fn new<const KIND: usize>(vm: &mut Vm, ty: &TypeRef, _: Args<'_>) -> PyResult where Bare<KIND>: instar_vm::object::Payload {
    Ok(vm.new_object_of(ty, Bare::<KIND>)?.into_obj())
}

static INSTANCE: TypeDef = TypeDef { doc: "Class with normal (instance) methods to test calling conventions", sig: "", methods: &OF_INSTANCE, getset: &[] };
static CLASS: TypeDef = TypeDef { doc: "Class with class methods to test calling conventions", sig: "", methods: &OF_CLASS, getset: &[] };
static STATICS: TypeDef = TypeDef { doc: "Class with static methods to test calling conventions", sig: "", methods: &STATIC, getset: &[] };

/// Makes the types.
pub fn exec(vm: &mut Vm, namespace: &Ref<PyDict>) -> PyResult<()> {
    let slots = |new| Slots { new: Some(new), ..Slots::default() };
    let flags = vm_flags::BASETYPE;
    let types = [
        ("MethInstance", vm.new_native_type::<Bare<0>>("_testcapi", "MethInstance", None, flags, slots(new::<0>), &INSTANCE)?),
        ("MethClass", vm.new_native_type::<Bare<1>>("_testcapi", "MethClass", None, flags, slots(new::<1>), &CLASS)?),
        ("MethStatic", vm.new_native_type::<Bare<2>>("_testcapi", "MethStatic", None, flags, slots(new::<2>), &STATICS)?),
    ];
    for (name, ty) in types { put(vm, namespace, name, ty.obj())? }
    Ok(())
}

/// Functions of the module that show how they were called.
pub static SHAPES: &[Def] = &OF_MODULE;

/// A tuple of arguments, or none for None.
fn arguments(vm: &mut Vm, args: &Owned) -> PyResult<Vec<Owned>> {
    if vm.is_none(args) { return Ok(Vec::new()) }
    match Ref::<PyTuple>::cast(args) { Some(t) => Ok(t.items().to_vec()), None => Err(vm.type_error("args must be None or a tuple")) }
}

/// The keyword arguments of a dict (or None) after the positional ones.
fn call_with_dict(vm: &mut Vm, f: &Owned, args: &Owned, keywords: Option<&Owned>) -> PyResult {
    let mut values = arguments(vm, args)?;
    let mut names = Vec::new();
    if let Some(k) = keywords.filter(|k| !vm.is_none(k)) {
        let Some(d) = Ref::<PyDict>::cast(k).cloned() else { return Err(vm.type_error("kwnames must be None or a dict")) };
        for (name, value) in d.pairs(vm)? {
            if name.cast::<PyStr>().is_none() { return Err(vm.type_error("keywords must be strings")) }
            names.push(name);
            values.push(value);
        }
    }
    vm.call(f, Args::new(&values, &names))
}

fn vectorcall(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    let values = arguments(vm, &args[1])?;
    let names = if vm.is_none(&args[2]) { Vec::new() } else {
        match Ref::<PyTuple>::cast(&args[2]) { Some(t) => t.items().to_vec(), None => return Err(vm.type_error("kwnames must be None or a tuple")) }
    };
    if names.len() > values.len() { return Err(vm.value_error("kwnames longer than args")) }
    vm.call(&args[0], Args::new(&values, &names))
}

/// What `create_cfunction` makes a new function object of.
static CREATED: Def = Def::new("cfunction", "", Native::N0(|vm, _| Ok(vm.none())));

/// Functions that call.
pub static CALLS: &[Def] = &[
    Def::new("pyobject_fastcall", "", Native::N2(|vm, _, f, args| call_with_dict(vm, f, args, None))),
    Def::new("pyobject_fastcalldict", "", Native::Var(|vm, _, a| call_with_dict(vm, &a[0], &a[1], Some(&a[2])), 3, 3)),
    Def::new("pyobject_vectorcall", "", Native::Var(vectorcall, 3, 3)),
    Def::new("pyvectorcall_call", "", Native::Var(|vm, _, a| call_with_dict(vm, &a[0], &a[1], a.get(2)), 2, 3)),
    Def::new("create_cfunction", "", Native::N0(|vm, module| vm.new_builtin_function(&CREATED, Some(module.clone()), None))),
    Def::new("pycfunction_call", "", Native::Var(|vm, _, a| call_with_dict(vm, &a[0], &a[1], a.get(2)), 2, 3)),
];
