//! Buffers whose exporter hears of their release through a `__release_buffer__` of its class (PEP 688).
//!
//! What a buffer gives back when it is dropped runs no Python code, and Python code has to run here. So the buffer is held by an
//! object of a type of its own, and that object's finalizer, which comes at the end of the operation like every finalizer, calls
//! the method. Not here: the protocol (`buffer.rs`), how `__buffer__` is found (`typeobj/slot_dunder.rs`).

use std::rc::Rc;

use crate::native::TypeDef;
use crate::object::{Guarded, ObjExt, Owned, Ref, Trace, Word};
use crate::protocol::buffer::{Buffer, Request};
use crate::slots::{BufferFn, Slots};
use crate::types::memoryview;
use crate::types::wrapper_descriptor::PyWrapperDescriptor;
use crate::vm::{PyResult, Vm};

/// A buffer that is out.
struct Held {
    exporter: Owned,
    /// The view that `__buffer__` returned; none if the buffer is that of a native type.
    view: Option<Owned>,
    buffer: Buffer,
}

/// Payload of `_buffer_wrapper`.
pub struct PyBufferWrapper {
    held: Guarded<Option<Held>>,
}

// SAFETY: the exporter, the view and the owner of the buffer are counted once each; the buffer is shared with nobody.
unsafe impl Trace for PyBufferWrapper {
    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        // SAFETY: tracing happens where no `&mut` view is alive; the reference ends here.
        let Some(held) = (unsafe { self.held.get_unguarded() }) else { return };
        visit(held.exporter.word());
        if let Some(view) = &held.view { visit(view.word()) }
        visit(held.buffer.owner().word());
    }
    fn clear(&mut self) {
        // SAFETY: as above; the object is unreachable.
        drop(unsafe { self.held.get_unguarded() }.take())
    }
}

crate::fields! { PyBufferWrapper { held } }
crate::payload!(PyBufferWrapper, "_buffer_wrapper", buffer_wrapper);

static DEF: TypeDef = TypeDef { doc: "", sig: "", methods: &[], getset: &[] };

/// Fills the type.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.buffer_wrapper.clone();
    vm.fill_type(&ty, Slots { finalize: Some(finalize), ..Slots::default() }, &DEF)
}

/// Whether the class of `o` hears of releases through a method that is not a native type's.
fn hears(vm: &Vm, o: &Owned) -> bool {
    let found = vm.type_lookup(o.type_of(vm), &vm.names.__release_buffer__);
    found.is_some_and(|f| Ref::<PyWrapperDescriptor>::cast(&f).is_none())
}

/// The buffer that a native type's function `f` gives of `o`.
pub fn native_buffer(vm: &mut Vm, o: &Owned, f: BufferFn, request: Request) -> PyResult<Buffer> {
    let buffer = f(vm, o, request)?;
    if hears(vm, o) { hold(vm, o, None, buffer) } else { Ok(buffer) }
}

/// The buffer of the view that `__buffer__` of `o` returned.
pub fn buffer_of_view(vm: &mut Vm, o: &Owned, view: Owned, request: Request) -> PyResult<Buffer> {
    let buffer = vm.buffer_by(&view, request)?;
    hold(vm, o, Some(view), buffer)
}

/// `buffer` for somebody else: what it is over hears when that is dropped.
fn hold(vm: &mut Vm, o: &Owned, view: Option<Owned>, buffer: Buffer) -> PyResult<Buffer> {
    let ((region, n), readonly, layout) = (buffer.raw_region(), buffer.is_readonly(), buffer.layout().cloned());
    let held = Held { exporter: o.clone(), view, buffer };
    let owner = vm.new_object(PyBufferWrapper { held: Guarded::new(Some(held)) })?.into_obj();
    // SAFETY: the wrapper keeps the buffer, which pins the region, until it dies; nothing else takes it out.
    let buffer = unsafe { Buffer::new(owner, region, n, readonly, None) };
    Ok(match layout { Some(layout) => buffer.with_layout(layout), None => buffer })
}

/// The object that programs see as the exporter of a buffer kept by `owner`: that of a native type is the object itself.
pub(super) fn exporter_of(owner: &Owned) -> Owned {
    let Some(wrapper) = owner.cast::<PyBufferWrapper>() else { return owner.clone() };
    // SAFETY: the reference ends here, and nothing runs meanwhile.
    match unsafe { wrapper.held.get_unguarded() } {
        Some(Held { exporter, view: None, .. }) => exporter.clone(),
        _ => owner.clone(),
    }
}

/// The last user of the buffer has gone.
fn finalize(vm: &mut Vm, this: &Owned) -> PyResult<()> {
    let Some(wrapper) = this.cast::<PyBufferWrapper>() else { return Ok(()) };
    let Some(Held { exporter, view, buffer }) = wrapper.held.get_mut(vm).take() else { return Ok(()) };
    match view {
        // A view over the exporter itself tells it when that view is released.
        Some(view) => {
            drop(buffer);
            if hears(vm, &exporter) && !memoryview::is_view_of(vm, &view, &exporter) { call(vm, &exporter, &view) }
        }
        // The method sees the memory once more, through a view that cannot be kept.
        None => {
            let view = memoryview::restricted(vm, Rc::new(buffer))?;
            call(vm, &exporter, &view);
            memoryview::close(vm, &view);
        }
    }
    Ok(())
}

/// `exporter.__release_buffer__(view)`; nobody is there to hear of an exception.
fn call(vm: &mut Vm, exporter: &Owned, view: &Owned) {
    let name = vm.names.__release_buffer__.clone();
    let released = match vm.lookup_special(exporter, &name) {
        Ok(Some(f)) => vm.call1(&f, view).map(drop),
        Ok(None) => Ok(()),
        Err(e) => Err(e),
    };
    if let Err(e) = released {
        let t = exporter.type_name(vm);
        vm.unraisable(e, &format!("Exception ignored in __release_buffer__ of {t}"), None);
    }
}
