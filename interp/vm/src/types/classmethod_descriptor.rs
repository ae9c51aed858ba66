//! `classmethod_descriptor`: class methods of native types, as `dict.__dict__['fromkeys']`.
//!
//! Not here: `classmethod` (`classmethod.rs`).

use std::cell::OnceCell;

use super::descriptor;
use crate::args::{Args, Signature};
use crate::native::{Def, GetSet, TypeDef};
use crate::object::{ObjExt, Owned, Ref};
use crate::payload;
use crate::slots::Slots;
use crate::trace;
use crate::typeobj::methods::type_display;
use crate::typeobj::TypeRef;
use crate::types::builtin_function::PyBuiltinFunction;
use crate::vm::{PyResult, Vm};

/// Payload of a class method descriptor.
pub struct PyClassMethodDescriptor {
    /// The type whose class method this is.
    pub owner: TypeRef,
    /// The function.
    pub def: &'static Def,
    /// Its signature, parsed at the first call that needs it.
    pub(crate) parsed: OnceCell<Box<Signature>>,
}
trace! { PyClassMethodDescriptor { owner } }
crate::fields! { PyClassMethodDescriptor { owner, def, parsed } }
payload!(PyClassMethodDescriptor, "classmethod_descriptor", classmethod_descriptor);

static DEF: TypeDef = TypeDef {
    doc: "", sig: "", methods: &[],
    getset: &[GetSet::member("__objclass__", objclass), GetSet::member("__name__", name), GetSet::ro("__doc__", doc), GetSet::ro("__qualname__", qualname),
        GetSet::ro("__text_signature__", text_signature)],
};

pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.classmethod_descriptor.clone();
    vm.fill_type(&ty, Slots { repr: Some(repr), call: Some(call), descr_get: Some(get), ..Slots::default() }, &DEF)
}

fn this(o: &Owned) -> &Ref<PyClassMethodDescriptor> { o.cast().expect("law: checked by the descriptor") }

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let text = format!("<method '{}' of '{}' objects>", this(o).def.name, type_display(vm, &this(o).owner));
    vm.new_str(&text)
}

fn check_class(vm: &mut Vm, d: &PyClassMethodDescriptor, class: &Owned) -> PyResult<()> {
    let ty = TypeRef::from_obj(class);
    if ty.is_some_and(|ty| ty.is_subtype_of(vm, &d.owner)) { return Ok(()) }
    let (name, o) = (d.def.name, type_display(vm, &d.owner));
    let Some(ty) = ty else {
        let t = class.type_name(vm);
        return Err(vm.type_error(format!("descriptor '{name}' for type '{o}' needs a type, not a '{t}' as arg 2")));
    };
    let t = ty.name(vm);
    Err(vm.type_error(format!("descriptor '{name}' requires a subtype of '{o}' but received '{t}'")))
}

fn bind(vm: &mut Vm, o: &Owned, class: &Owned) -> PyResult {
    let d = this(o);
    check_class(vm, d, class)?;
    Ok(vm.new_object(PyBuiltinFunction::new(d.def, Some(class.clone()), None))?.into_obj())
}

fn get(vm: &mut Vm, o: &Owned, obj: Option<&Owned>, owner: &Owned) -> PyResult {
    if !vm.is_none(owner) { return bind(vm, o, owner) }
    match obj {
        Some(obj) => { let class = obj.type_of(vm).obj().clone(); bind(vm, o, &class) }
        None => {
            let (name, t) = (this(o).def.name, type_display(vm, &this(o).owner));
            Err(vm.type_error(format!("descriptor '{name}' for type '{t}' needs either an object or a type")))
        }
    }
}

fn call(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult {
    let d = this(o);
    let Some(first) = args.pos().first() else {
        let t = type_display(vm, &d.owner);
        return Err(vm.type_error(format!("descriptor '{}' of '{t}' object needs an argument", d.def.name)));
    };
    check_class(vm, d, first)?;
    d.def.call(vm, first, Args::new(&args.values()[1..], args.kwnames()), &d.parsed)
}

fn objclass(_vm: &mut Vm, o: &Owned) -> PyResult { Ok(this(o).owner.obj().clone()) }
fn name(vm: &mut Vm, o: &Owned) -> PyResult { vm.intern(this(o).def.name) }
fn doc(vm: &mut Vm, o: &Owned) -> PyResult { descriptor::doc(vm, this(o).def.doc) }
fn qualname(vm: &mut Vm, o: &Owned) -> PyResult { descriptor::qualname(vm, &this(o).owner, this(o).def.name) }
fn text_signature(vm: &mut Vm, o: &Owned) -> PyResult { descriptor::doc(vm, this(o).def.text_signature()) }
