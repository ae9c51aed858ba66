//! `PickleBuffer`: a wrapper of an object with a buffer, for data outside of pickles.
//!
//! Not here: pickling it (`save.rs`).

use instar_object::TypeFlags;
use instar_vm::args::Args;
use instar_vm::native::{Def, Native, TypeDef};
use instar_vm::object::Slot;
use instar_vm::protocol::buffer::{Buffer, Layout, Request};
use instar_vm::slots::Slots;
use instar_vm::typeobj::TypeRef;
use instar_vm::{ObjExt, Owned, PyResult, Raised, Vm};

use crate::support::type_once;

/// Payload of `PickleBuffer`: the object and a memoryview that keeps its buffer where it is; empty when released.
pub struct PickleBuffer { object: Slot, view: Slot }
instar_vm::trace! { PickleBuffer { object, view } }
instar_vm::fields! { PickleBuffer { object, view } }
instar_vm::payload!(PickleBuffer, "PickleBuffer");

fn new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let a = args.exactly(vm, "PickleBuffer", 1, 1)?;
    let buffer = vm.buffer_any(&a[0], false)?;
    let object = buffer.exporter();
    let view = vm.new_memoryview_of(buffer)?;
    Ok(vm.new_object_of(ty, PickleBuffer { object: Slot::new(Some(object)), view: Slot::new(Some(view)) })?.into_obj())
}

#[cold]
fn released(vm: &mut Vm) -> Raised { vm.value_error("operation forbidden on released PickleBuffer object") }

/// The memoryview of a pickle buffer.
pub fn view_of(vm: &mut Vm, o: &Owned) -> PyResult {
    match o.cast::<PickleBuffer>().and_then(|b| b.view.get()) { Some(v) => Ok(v), None => Err(released(vm)) }
}

fn raw(vm: &mut Vm, o: &Owned) -> PyResult {
    let buffer = export(vm, o, Request::FULL_RO)?;
    let contiguous = buffer.layout().is_none_or(|l| l.is_c_contiguous() || l.is_f_contiguous());
    if !contiguous { return Err(vm.buffer_error("cannot extract raw buffer from non-contiguous buffer")) }
    let (n, offset) = (buffer.nbytes(), buffer.layout().map_or(0, |l| l.offset));
    let flat = buffer.with_layout(Layout { offset, ..Layout::row("B", 1, n) });
    vm.new_memoryview_of(flat)
}

fn release(vm: &mut Vm, o: &Owned) -> PyResult {
    if let Some(b) = o.cast::<PickleBuffer>() { b.view.set(None); b.object.set(None) }
    Ok(vm.none())
}

fn export(vm: &mut Vm, o: &Owned, request: Request) -> PyResult<Buffer> {
    // The object's own buffer: who looks at a view of it finds the object.
    match o.cast::<PickleBuffer>().and_then(|b| b.object.get()) { Some(object) => vm.buffer_by(&object, request), None => Err(released(vm)) }
}

static DEF: TypeDef = TypeDef {
    doc: "Wrapper for potentially out-of-band buffers",
    sig: "",
    methods: &[
        Def::new("raw", "($self, /)", Native::N0(raw)).doc("Return a memoryview of the raw memory underlying this buffer.\n\nWill raise BufferError is the buffer isn't contiguous."),
        Def::new("release", "($self, /)", Native::N0(release)).doc("Release the underlying buffer held by the PickleBuffer object."),
    ],
    getset: &[],
};

/// Makes the type.
pub fn make(vm: &mut Vm) -> PyResult<TypeRef> {
    let flags = TypeFlags::GC.bits() | TypeFlags::WEAKREF.bits();
    type_once::<PickleBuffer>(vm, "pickle", "PickleBuffer", None, flags, Slots { new: Some(new), buffer: Some(export), ..Slots::default() }, &DEF)
}
