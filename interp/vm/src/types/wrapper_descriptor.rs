//! `wrapper_descriptor`: a native slot as a method, as `int.__add__`.
//!
//! Not here: calling the slot (`typeobj/wrapper.rs`), the bound form (`method_wrapper.rs`).

use super::descriptor;
use crate::typeobj::methods::type_display;
use crate::args::Args;
use crate::native::{Def, GetSet, Native, TypeDef};
use crate::object::{ObjExt, Owned, Ref};
use crate::payload;
use crate::slots::Slots;
use crate::trace;
use crate::typeobj::slot_table::{SlotFn, SlotRow};
use crate::typeobj::{wrapper, TypeRef};
use crate::types::method_wrapper::PyMethodWrapper;
use crate::vm::{PyResult, Vm};

/// Payload of a slot wrapper.
pub struct PyWrapperDescriptor {
    /// The type that fills the slot.
    pub owner: TypeRef,
    /// Name and calling convention.
    pub row: &'static SlotRow,
    /// The slot's function.
    pub func: SlotFn,
}
trace! { PyWrapperDescriptor { owner } }
crate::fields! { PyWrapperDescriptor { owner, row, func } }
payload!(PyWrapperDescriptor, "wrapper_descriptor", wrapper_descriptor);

static DEF: TypeDef = TypeDef {
    doc: "", sig: "",
    methods: &[Def::new("__reduce__", "($self, /)", Native::N0(reduce))],
    getset: &[GetSet::member("__objclass__", objclass), GetSet::member("__name__", name), GetSet::ro("__doc__", doc), GetSet::ro("__qualname__", qualname),
        GetSet::ro("__text_signature__", text_signature)],
};

pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.wrapper_descriptor.clone();
    vm.fill_type(&ty, Slots { repr: Some(repr), call: Some(call), descr_get: Some(get), ..Slots::default() }, &DEF)
}

fn this(o: &Owned) -> &Ref<PyWrapperDescriptor> { o.cast().expect("law: checked by the descriptor") }

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let text = format!("<slot wrapper '{}' of '{}' objects>", this(o).row.text, type_display(vm, &this(o).owner));
    vm.new_str(&text)
}

fn call(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult {
    let d = this(o);
    let Some(first) = args.pos().first() else {
        let t = type_display(vm, &d.owner);
        return Err(vm.type_error(format!("descriptor '{}' of '{t}' object needs an argument", d.row.text)));
    };
    if !first.type_of(vm).is_subtype_of(vm, &d.owner) {
        let (o, t) = (type_display(vm, &d.owner), first.type_name(vm));
        return Err(vm.type_error(format!("descriptor '{}' requires a '{o}' object but received a '{t}'", d.row.text)));
    }
    wrapper::call_slot(vm, d.row, d.func, first, Args::new(&args.values()[1..], args.kwnames()))
}

fn get(vm: &mut Vm, o: &Owned, obj: Option<&Owned>, _owner: &Owned) -> PyResult {
    let Some(obj) = obj else { return Ok(o.clone()) };
    let d = this(o);
    descriptor::check_instance(vm, &d.owner, d.row.text, obj)?;
    Ok(vm.new_object(PyMethodWrapper { descr: d.clone(), this: obj.clone() })?.into_obj())
}

fn objclass(_vm: &mut Vm, o: &Owned) -> PyResult { Ok(this(o).owner.obj().clone()) }
fn name(vm: &mut Vm, o: &Owned) -> PyResult { vm.intern(this(o).row.text) }
fn doc(vm: &mut Vm, o: &Owned) -> PyResult { descriptor::doc(vm, this(o).row.doc) }
fn qualname(vm: &mut Vm, o: &Owned) -> PyResult { descriptor::qualname(vm, &this(o).owner, this(o).row.text) }
fn text_signature(vm: &mut Vm, o: &Owned) -> PyResult { descriptor::doc(vm, this(o).row.sig) }
fn reduce(vm: &mut Vm, o: &Owned) -> PyResult { descriptor::reduce(vm, this(o).owner.obj(), this(o).row.text) }
