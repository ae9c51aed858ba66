//! `method_descriptor`: methods of native types, as `list.append`.
//!
//! Not here: the bound form (`builtin_function.rs`), class methods (`classmethod_descriptor.rs`).

use std::cell::OnceCell;

use super::descriptor;
use crate::args::{Args, Signature};
use crate::native::{Def, GetSet, Native, TypeDef};
use crate::object::{ObjExt, Owned, Ref};
use crate::payload;
use crate::slots::Slots;
use crate::trace;
use crate::typeobj::methods::type_display;
use crate::typeobj::TypeRef;
use crate::types::builtin_function::PyBuiltinFunction;
use crate::vm::{PyResult, Vm};

/// Payload of a method descriptor.
pub struct PyMethodDescriptor {
    /// The type whose method this is.
    pub owner: TypeRef,
    /// The function.
    pub def: &'static Def,
    /// Its signature, parsed at the first call that needs it.
    pub(crate) parsed: OnceCell<Box<Signature>>,
}
trace! { PyMethodDescriptor { owner } }
crate::fields! { PyMethodDescriptor { owner, def, parsed } }
payload!(PyMethodDescriptor, "method_descriptor", method_descriptor);

static DEF: TypeDef = TypeDef {
    doc: "", sig: "",
    methods: &[Def::new("__reduce__", "($self, /)", Native::N0(reduce))],
    getset: &[GetSet::member("__objclass__", objclass), GetSet::member("__name__", name), GetSet::ro("__doc__", doc), GetSet::ro("__qualname__", qualname),
        GetSet::ro("__text_signature__", text_signature)],
};

pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.method_descriptor.clone();
    vm.fill_type(&ty, Slots { repr: Some(repr), call: Some(call), descr_get: Some(get), ..Slots::default() }, &DEF)
}

fn this(o: &Owned) -> &Ref<PyMethodDescriptor> { o.cast().expect("law: checked by the descriptor") }

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let text = format!("<method '{}' of '{}' objects>", this(o).def.name, type_display(vm, &this(o).owner));
    vm.new_str(&text)
}

fn call(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult {
    let d = this(o);
    let Some(first) = args.pos().first() else {
        let t = type_display(vm, &d.owner);
        return Err(vm.type_error(format!("unbound method {t}.{}() needs an argument", d.def.name)));
    };
    descriptor::check_instance(vm, &d.owner, d.def.name, first)?;
    let rest = Args::new(&args.values()[1..], args.kwnames());
    descriptor::check_shape(vm, &d.owner, d.def, &rest)?;
    d.def.call(vm, first, rest, &d.parsed)
}

fn get(vm: &mut Vm, o: &Owned, obj: Option<&Owned>, _owner: &Owned) -> PyResult {
    let Some(obj) = obj else { return Ok(o.clone()) };
    let d = this(o);
    descriptor::check_instance(vm, &d.owner, d.def.name, obj)?;
    Ok(vm.new_object(PyBuiltinFunction::bound(d, obj.clone()))?.into_obj())
}

fn objclass(_vm: &mut Vm, o: &Owned) -> PyResult { Ok(this(o).owner.obj().clone()) }
fn name(vm: &mut Vm, o: &Owned) -> PyResult { vm.intern(this(o).def.name) }
fn doc(vm: &mut Vm, o: &Owned) -> PyResult { descriptor::doc(vm, this(o).def.doc) }
fn qualname(vm: &mut Vm, o: &Owned) -> PyResult { descriptor::qualname(vm, &this(o).owner, this(o).def.name) }
fn text_signature(vm: &mut Vm, o: &Owned) -> PyResult { descriptor::doc(vm, this(o).def.text_signature()) }
fn reduce(vm: &mut Vm, o: &Owned) -> PyResult { descriptor::reduce(vm, this(o).owner.obj(), this(o).def.name) }
