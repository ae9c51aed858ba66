//! `getset_descriptor`: a computed attribute of a native type, as `int.real`.
//!
//! Not here: `property`, slots of classes (`member_descriptor.rs`).

use super::descriptor;
use crate::native::{GetSet, TypeDef};
use crate::object::{ObjExt, Owned, Ref};
use crate::payload;
use crate::slots::Slots;
use crate::trace;
use crate::typeobj::methods::type_display;
use crate::typeobj::TypeRef;
use crate::vm::{PyResult, Vm};

/// Payload of a getset descriptor.
pub struct PyGetSetDescriptor {
    /// The type whose attribute this is.
    pub owner: TypeRef,
    /// The functions.
    pub getset: &'static GetSet,
}
trace! { PyGetSetDescriptor { owner } }
crate::fields! { PyGetSetDescriptor { owner, getset } }
payload!(PyGetSetDescriptor, "getset_descriptor", getset_descriptor);

static DEF: TypeDef = TypeDef {
    doc: "", sig: "", methods: &[],
    getset: &[GetSet::member("__objclass__", objclass), GetSet::member("__name__", name), GetSet::ro("__doc__", doc), GetSet::ro("__qualname__", qualname)],
};

pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.getset_descriptor.clone();
    vm.fill_type(&ty, Slots { repr: Some(repr), descr_get: Some(get), descr_set: Some(set), ..Slots::default() }, &DEF)
}

fn this(o: &Owned) -> &Ref<PyGetSetDescriptor> { o.cast().expect("law: checked by the descriptor") }

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let text = format!("<attribute '{}' of '{}' objects>", this(o).getset.name, type_display(vm, &this(o).owner));
    vm.new_str(&text)
}

fn get(vm: &mut Vm, o: &Owned, obj: Option<&Owned>, _owner: &Owned) -> PyResult {
    let Some(obj) = obj else { return Ok(o.clone()) };
    let d = this(o);
    descriptor::check_instance(vm, &d.owner, d.getset.name, obj)?;
    (d.getset.get)(vm, obj)
}

fn set(vm: &mut Vm, o: &Owned, obj: &Owned, value: Option<&Owned>) -> PyResult<()> {
    let d = this(o);
    descriptor::check_instance(vm, &d.owner, d.getset.name, obj)?;
    match d.getset.set {
        Some(f) => f(vm, obj, value),
        None => {
            let t = type_display(vm, &d.owner);
            Err(vm.attribute_error(format!("attribute '{}' of '{t}' objects is not writable", d.getset.name)))
        }
    }
}

fn objclass(_vm: &mut Vm, o: &Owned) -> PyResult { Ok(this(o).owner.obj().clone()) }
fn name(vm: &mut Vm, o: &Owned) -> PyResult { vm.intern(this(o).getset.name) }
fn doc(vm: &mut Vm, o: &Owned) -> PyResult { descriptor::doc(vm, this(o).getset.doc) }
fn qualname(vm: &mut Vm, o: &Owned) -> PyResult { descriptor::qualname(vm, &this(o).owner, this(o).getset.name) }
