//! `method-wrapper`: a slot wrapper bound to an object, as `(1).__add__`.
//!
//! Not here: the unbound form (`wrapper_descriptor.rs`).

use instar_code::Compare;

use super::descriptor;
use crate::args::Args;
use crate::native::{Def, GetSet, Native, TypeDef};
use crate::object::{ObjExt, Owned, Ref};
use crate::payload;
use crate::slots::Slots;
use crate::trace;
use crate::typeobj::wrapper;
use crate::types::wrapper_descriptor::PyWrapperDescriptor;
use crate::vm::{PyResult, Vm};

/// Payload of a method wrapper.
pub struct PyMethodWrapper {
    /// The slot wrapper.
    pub descr: Ref<PyWrapperDescriptor>,
    /// What it is bound to.
    pub this: Owned,
}
trace! { PyMethodWrapper { descr, this } }
crate::fields! { PyMethodWrapper { descr, this } }
payload!(PyMethodWrapper, "method-wrapper", method_wrapper, Gc);

static DEF: TypeDef = TypeDef {
    doc: "", sig: "",
    methods: &[Def::new("__reduce__", "($self, /)", Native::N0(reduce))],
    getset: &[GetSet::member("__self__", self_), GetSet::ro("__objclass__", objclass), GetSet::ro("__name__", name), GetSet::ro("__qualname__", qualname),
        GetSet::ro("__doc__", doc), GetSet::ro("__text_signature__", text_signature)],
};

pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.method_wrapper.clone();
    vm.fill_type(&ty, Slots { repr: Some(repr), hash: Some(hash), call: Some(call), compare: Some(compare), ..Slots::default() }, &DEF)
}

fn this(o: &Owned) -> &Ref<PyMethodWrapper> { o.cast().expect("law: checked by the descriptor") }

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let w = this(o);
    let text = format!("<method-wrapper '{}' of {} object at {:#x}>", w.descr.row.text, w.this.type_name(vm), vm.identity(&w.this));
    vm.new_str(&text)
}

fn hash(vm: &mut Vm, o: &Owned) -> PyResult<i64> {
    let w = this(o);
    let h = vm.identity_hash(&w.this) ^ vm.identity_hash(w.descr.obj());
    Ok(if h == -1 { -2 } else { h })
}

fn call(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult {
    let w = this(o);
    wrapper::call_slot(vm, w.descr.row, w.descr.func, &w.this, args)
}

fn compare(vm: &mut Vm, o: &Owned, other: &Owned, op: Compare) -> PyResult {
    let (a, Some(b)) = (this(o), other.cast::<PyMethodWrapper>()) else { return Ok(vm.not_implemented()) };
    let equal = a.descr.is(b.descr.obj()) && a.this.is(&b.this);
    Ok(match op { Compare::Eq => vm.bool(equal), Compare::Ne => vm.bool(!equal), _ => vm.not_implemented() })
}

fn self_(_vm: &mut Vm, o: &Owned) -> PyResult { Ok(this(o).this.clone()) }
fn objclass(_vm: &mut Vm, o: &Owned) -> PyResult { Ok(this(o).descr.owner.obj().clone()) }
fn name(vm: &mut Vm, o: &Owned) -> PyResult { vm.intern(this(o).descr.row.text) }
fn qualname(vm: &mut Vm, o: &Owned) -> PyResult { descriptor::qualname(vm, &this(o).descr.owner, this(o).descr.row.text) }
fn doc(vm: &mut Vm, o: &Owned) -> PyResult { descriptor::doc(vm, this(o).descr.row.doc) }
fn text_signature(vm: &mut Vm, o: &Owned) -> PyResult { descriptor::doc(vm, this(o).descr.row.sig) }
fn reduce(vm: &mut Vm, o: &Owned) -> PyResult { descriptor::reduce(vm, &this(o).this, this(o).descr.row.text) }
