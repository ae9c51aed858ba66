//! `member_descriptor`: one name of a class's `__slots__`.
//!
//! Not here: which slots a class has (`typeobj/class_slots.rs`).

use super::descriptor;
use crate::native::{Def, GetSet, Native, TypeDef};
use crate::object::{ObjExt, Owned, Ref, Slot};
use crate::payload;
use crate::protocol::attr::name_text;
use crate::slots::Slots;
use crate::trace;
use crate::typeobj::TypeRef;
use crate::vm::{PyResult, Vm};

/// Payload of a member descriptor.
pub struct PyMemberDescriptor {
    /// The class with the `__slots__`.
    pub owner: TypeRef,
    /// The (mangled) name.
    pub name: Owned,
    /// Bytes from the start of an instance's payload to the word.
    pub offset: u32,
}
trace! { PyMemberDescriptor { owner, name } }
payload!(PyMemberDescriptor, "member_descriptor", member_descriptor);

static DEF: TypeDef = TypeDef {
    doc: "", sig: "",
    methods: &[Def::new("__reduce__", "($self, /)", Native::N0(reduce))],
    getset: &[GetSet::ro("__objclass__", objclass), GetSet::ro("__name__", name), GetSet::ro("__doc__", doc), GetSet::ro("__qualname__", qualname)],
};

pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.member_descriptor.clone();
    vm.fill_type(&ty, Slots { repr: Some(repr), descr_get: Some(get), descr_set: Some(set), ..Slots::default() }, &DEF)
}

fn this(o: &Owned) -> &Ref<PyMemberDescriptor> { o.cast().expect("law: checked by the descriptor") }

impl PyMemberDescriptor {
    /// The word in `obj`, whose type is the owner or a subtype.
    fn slot<'a>(&self, obj: &'a Owned) -> &'a Slot {
        // SAFETY: instances of the owner and its subtypes have the slot word at this offset (`Class::layout` only appends), and a slot word
        // is an optional owned handle, which is what Slot is.
        unsafe { &*obj.word().ptr().payload::<u8>().add(self.offset as usize).cast::<Slot>() }
    }
}

impl PyMemberDescriptor {
    /// The word in `obj`; `None` if its type is not the owner or a subtype.
    pub fn slot_of<'a>(&self, vm: &Vm, obj: &'a Owned) -> Option<&'a Slot> {
        if obj.is_instance_of(vm, &self.owner) { Some(self.slot(obj)) } else { None }
    }
}

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let text = format!("<member '{}' of '{}' objects>", name_text(&this(o).name), this(o).owner.name(vm));
    vm.new_str(&text)
}

fn get(vm: &mut Vm, o: &Owned, obj: Option<&Owned>, _owner: &Owned) -> PyResult {
    let Some(obj) = obj else { return Ok(o.clone()) };
    let d = this(o);
    check(vm, d, obj)?;
    match d.slot(obj).get() {
        Some(v) => Ok(v),
        None => Err(vm.attribute_error_for(obj, &d.name)),
    }
}

fn set(vm: &mut Vm, o: &Owned, obj: &Owned, value: Option<&Owned>) -> PyResult<()> {
    let d = this(o);
    check(vm, d, obj)?;
    let old = d.slot(obj).replace(value.cloned());
    if value.is_none() && old.is_none() {
        let e = vm.types.attribute_error.clone();
        return Err(vm.raise(&e, vec![d.name.clone()]));
    }
    Ok(())
}

#[inline]
fn check(vm: &mut Vm, d: &PyMemberDescriptor, obj: &Owned) -> PyResult<()> {
    if obj.type_of(vm).is_subtype_of(vm, &d.owner) { return Ok(()) }
    descriptor::check_instance(vm, &d.owner, &name_text(&d.name), obj)
}

fn objclass(_vm: &mut Vm, o: &Owned) -> PyResult { Ok(this(o).owner.obj().clone()) }
fn name(_vm: &mut Vm, o: &Owned) -> PyResult { Ok(this(o).name.clone()) }
fn doc(vm: &mut Vm, _o: &Owned) -> PyResult { Ok(vm.none()) }
fn qualname(vm: &mut Vm, o: &Owned) -> PyResult { descriptor::qualname(vm, &this(o).owner, &name_text(&this(o).name)) }
fn reduce(vm: &mut Vm, o: &Owned) -> PyResult { descriptor::reduce(vm, this(o).owner.obj(), &name_text(&this(o).name)) }
