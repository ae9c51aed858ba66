//! `member_descriptor`: one name of a class's `__slots__`, or a field of a native type, as `slice.start`.
//!
//! Not here: which slots a class has (`typeobj/class_slots.rs`).

use super::descriptor;
use crate::native::{Def, GetSet, Native, TypeDef};
use crate::object::{ObjExt, Owned, Ref, Slot};
use crate::payload;
use crate::protocol::attr::{self, name_text};
use crate::slots::Slots;
use crate::trace;
use crate::typeobj::methods::type_display;
use crate::typeobj::TypeRef;
use crate::vm::{PyResult, Raised, Vm};

/// Payload of a member descriptor.
pub struct PyMemberDescriptor {
    /// The class with the `__slots__`.
    pub owner: TypeRef,
    /// The (mangled) name.
    pub name: Owned,
    place: Place,
}

/// Where a member is.
enum Place {
    /// Bytes from the start of an instance's payload to the word.
    Slot(u32),
    /// Read and written by functions.
    Native(&'static GetSet),
}
trace! { PyMemberDescriptor { owner, name } }
crate::fields! { PyMemberDescriptor { owner, name, place } }
payload!(PyMemberDescriptor, "member_descriptor", member_descriptor);

static DEF: TypeDef = TypeDef {
    doc: "", sig: "",
    methods: &[Def::new("__reduce__", "($self, /)", Native::N0(reduce))],
    getset: &[GetSet::member("__objclass__", objclass), GetSet::member("__name__", name), GetSet::ro("__doc__", doc), GetSet::ro("__qualname__", qualname)],
};

pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.member_descriptor.clone();
    vm.fill_type(&ty, Slots { repr: Some(repr), descr_get: Some(get), descr_set: Some(set), ..Slots::default() }, &DEF)
}

fn this(o: &Owned) -> &Ref<PyMemberDescriptor> { o.cast().expect("law: checked by the descriptor") }

impl PyMemberDescriptor {
    /// A name of `__slots__`, `offset` bytes from the start of an instance's payload.
    pub(crate) fn slot(owner: TypeRef, name: Owned, offset: u32) -> Self { PyMemberDescriptor { owner, name, place: Place::Slot(offset) } }
    /// A field of a native type.
    pub(crate) fn native(owner: TypeRef, name: Owned, getset: &'static GetSet) -> Self { PyMemberDescriptor { owner, name, place: Place::Native(getset) } }
    /// The offset of a slot, if an op can hold it.
    pub(crate) fn offset(&self) -> Option<u16> { match self.place { Place::Slot(at) => u16::try_from(at).ok(), Place::Native(_) => None } }
    /// The word at `offset` in `obj`, whose type is the owner or a subtype.
    fn word_at<'a>(offset: u32, obj: &'a Owned) -> &'a Slot {
        // SAFETY: instances of the owner and its subtypes have the slot word at this offset (`Class::layout` only appends), and a slot word
        // is an optional owned handle, which is what Slot is.
        unsafe { &*obj.word().ptr().payload::<u8>().add(offset as usize).cast::<Slot>() }
    }
}

impl PyMemberDescriptor {
    /// The word in `obj`; `None` if its type is not the owner or a subtype, and for fields of native types.
    pub fn slot_of<'a>(&self, vm: &Vm, obj: &'a Owned) -> Option<&'a Slot> {
        match self.place {
            Place::Slot(at) if obj.is_instance_of(vm, &self.owner) => Some(PyMemberDescriptor::word_at(at, obj)),
            _ => None,
        }
    }
}

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let text = format!("<member '{}' of '{}' objects>", name_text(&this(o).name), type_display(vm, &this(o).owner));
    vm.new_str(&text)
}

fn get(vm: &mut Vm, o: &Owned, obj: Option<&Owned>, _owner: &Owned) -> PyResult {
    let Some(obj) = obj else { return Ok(o.clone()) };
    let d = this(o);
    check(vm, d, obj)?;
    match d.place {
        Place::Slot(at) => match PyMemberDescriptor::word_at(at, obj).get() { Some(v) => Ok(v), None => Err(unset(vm, d, obj)) },
        Place::Native(field) => (field.get)(vm, obj),
    }
}

#[cold]
fn unset(vm: &mut Vm, d: &PyMemberDescriptor, obj: &Owned) -> Raised {
    let text = format!("'{}' object has no attribute '{}'", vm.qualified_type_name(obj), name_text(&d.name));
    let error = vm.attribute_error(text);
    attr::set_error_context(vm, &error, obj, &d.name);
    error
}

fn set(vm: &mut Vm, o: &Owned, obj: &Owned, value: Option<&Owned>) -> PyResult<()> {
    let d = this(o);
    check(vm, d, obj)?;
    let at = match d.place {
        Place::Slot(at) => at,
        Place::Native(GetSet { set: Some(f), .. }) => return f(vm, obj, value),
        Place::Native(_) => return Err(vm.attribute_error("readonly attribute")),
    };
    let old = PyMemberDescriptor::word_at(at, obj).replace(value.cloned());
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
fn doc(vm: &mut Vm, o: &Owned) -> PyResult { match this(o).place { Place::Native(f) => descriptor::doc(vm, f.doc), Place::Slot(_) => Ok(vm.none()) } }
fn qualname(vm: &mut Vm, o: &Owned) -> PyResult { descriptor::qualname(vm, &this(o).owner, &name_text(&this(o).name)) }
fn reduce(vm: &mut Vm, o: &Owned) -> PyResult { descriptor::reduce(vm, this(o).owner.obj(), &name_text(&this(o).name)) }
