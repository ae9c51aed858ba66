//! Making exceptions, chaining them, tracebacks while unwinding, errors that nobody can catch.
//!
//! Methods of [`Vm`]. Functions on `&Vm` only allocate: they run no Python code. Not here: the exception classes
//! (`types/exception*.rs`), printing (`display.rs`).

use std::cell::Cell;
use std::io;

use crate::args::Args;
use crate::eval::frame::{frame_flags, Frame};
use crate::object::{ObjExt, Owned, Ref, Slot};
use crate::protocol::attr::name_text;
use crate::typeobj::{PyType, TypeRef};
use crate::types::exception::{self, attribute_error, import_error, PyException, VALUE};
use crate::types::generator::PyGenerator;
use crate::types::syntax_error;
use crate::types::traceback::PyTraceback;
use crate::vm::{PyResult, Raised, Vm};

impl Vm {
    /// An exception of native type `ty` with one message, or MemoryError. Allocates only.
    #[cold]
    pub fn exception_with_message(&self, ty: &TypeRef, message: &str) -> Raised {
        match self.new_str(message).and_then(|m| self.exception_with_argument(ty, m)) { Ok(e) => Raised(e), Err(r) => r }
    }

    /// An exception of native type `ty` with one argument. Allocates only; `ty` is no OSError with further arguments and no Unicode error.
    pub fn exception_with_argument(&self, ty: &TypeRef, arg: Owned) -> PyResult<Ref<PyException>> {
        let args = self.new_tuple_from(std::slice::from_ref(&arg))?.into_obj();
        let e = self.new_object_of(ty, PyException::new(args))?;
        let plain = ty.slots().init.map(|f| f as usize) == Some(exception::init as *const () as usize);
        if !plain {
            let t = &self.types;
            if ty.is_subtype_of(self, &t.stop_iteration) || ty.is_subtype_of(self, &t.system_exit) { e.set_field(VALUE, Some(arg)) }
            else if ty.is_subtype_of(self, &t.import_error) { e.set_field(import_error::MSG, Some(arg)) }
            else if ty.is_subtype_of(self, &t.syntax_error) { e.set_field(syntax_error::field::MSG, Some(arg)) }
        }
        Ok(e)
    }

    /// `ty(*args)`, which must be an exception.
    pub fn new_exception(&mut self, ty: &TypeRef, args: Vec<Owned>) -> PyResult<Ref<PyException>> {
        let slots = *ty.slots();
        let made = match (slots.new, slots.init) {
            (Some(new), Some(init)) if !ty.is_heap_type() => {
                let o = new(self, ty, Args::positional(&args))?;
                init(self, &o, Args::positional(&args))?;
                o
            }
            _ => self.call_n(ty.obj(), &args)?,
        };
        Ref::try_from(made).map_err(|_| self.type_error("exceptions must derive from BaseException"))
    }

    /// `ty(*args)` as an error; an error of making it takes its place.
    #[cold]
    pub fn raise(&mut self, ty: &TypeRef, args: Vec<Owned>) -> Raised {
        match self.new_exception(ty, args) { Ok(e) => Raised(e), Err(r) => r }
    }

    /// `KeyError(key)`.
    #[cold]
    pub fn key_error(&self, key: &Owned) -> Raised {
        let ty = self.types.key_error.clone();
        match self.exception_with_argument(&ty, key.clone()) { Ok(e) => Raised(e), Err(r) => r }
    }

    /// `StopIteration(value)`, or without arguments.
    pub fn stop_iteration(&self, value: Option<Owned>) -> Raised {
        let ty = self.types.stop_iteration.clone();
        let made = match value {
            Some(v) => self.exception_with_argument(&ty, v),
            None => self.new_object_of(&ty, PyException::new(self.consts.empty_tuple.clone().into_obj())),
        };
        match made { Ok(e) => Raised(e), Err(r) => r }
    }

    /// The value of an iterator that ended without StopIteration: None.
    pub fn take_stop_value(&self) -> Owned { self.none() }

    /// AttributeError of `obj.name`, with `name` and `obj` for suggestions.
    #[cold]
    pub fn attribute_error_for(&mut self, obj: &Owned, name: &Owned) -> Raised {
        let n = name_text(name);
        let text = match Ref::<PyType>::cast(obj) {
            Some(t) => format!("type object '{}' has no attribute '{n}'", t.name(self)),
            None => format!("'{}' object has no attribute '{n}'", obj.type_name(self)),
        };
        let error = self.attribute_error(text);
        error.0.set_field(attribute_error::NAME, Some(name.clone()));
        error.0.set_field(attribute_error::OBJ, Some(obj.clone()));
        error
    }

    /// The OSError of an operating system error, of the subclass that its errno selects, about `path`.
    #[cold]
    pub fn os_error_from(&mut self, error: io::Error, path: Option<&Owned>) -> Raised {
        let text = error.to_string();
        let Some(number) = error.raw_os_error() else { return self.os_error_of_kind(error.kind(), &text, path) };
        let text = text.split(" (os error ").next().unwrap_or_default().to_owned();
        self.os_error_number(number, &text, path)
    }

    /// `OSError(number, text[, path])`.
    #[cold]
    pub fn os_error_number(&mut self, number: i32, text: &str, path: Option<&Owned>) -> Raised {
        let make = |vm: &mut Vm| -> PyResult<Ref<PyException>> {
            let mut args = vec![vm.new_int(number.into())?, vm.new_str(text)?];
            args.extend(path.cloned());
            let ty = vm.types.os_error.clone();
            vm.new_exception(&ty, args)
        };
        match make(self) { Ok(e) => Raised(e), Err(r) => r }
    }

    fn os_error_of_kind(&mut self, kind: io::ErrorKind, text: &str, path: Option<&Owned>) -> Raised {
        let number = match kind {
            io::ErrorKind::NotFound => 2,
            io::ErrorKind::PermissionDenied => 13,
            io::ErrorKind::AlreadyExists => 17,
            io::ErrorKind::InvalidInput => 22,
            io::ErrorKind::Interrupted => 4,
            io::ErrorKind::BrokenPipe => 32,
            io::ErrorKind::OutOfMemory => return self.no_memory(),
            io::ErrorKind::InvalidData => return self.value_error(text),
            _ => return self.os_error(text),
        };
        self.os_error_number(number, text, path)
    }

    // ---- handled exceptions, chaining ------------------------------------------------------------------------------

    /// `sys.exception()`.
    pub fn handled_exception(&self) -> Option<Ref<PyException>> {
        let found = self.handled.get().or_else(|| if self.resumers_handling == 0 { None } else { self.handled_by_resumer() });
        found.and_then(|e| Ref::try_from(e).ok())
    }

    /// What the innermost resumer of a running generator handles, if one does.
    #[cold]
    fn handled_by_resumer(&self) -> Option<Owned> {
        let mut at = self.fp;
        // SAFETY: walks live frames; a generator's frame names its object.
        unsafe {
            while !at.is_null() {
                let f = Frame(at);
                if f.flags() & (frame_flags::GENERATOR | frame_flags::LINKED) == frame_flags::GENERATOR {
                    let found = (*f.namespace().ptr().payload::<PyGenerator>()).handled.get();
                    if found.is_some() { return found }
                }
                at = f.prev();
            }
        }
        None
    }

    /// Makes the handled exception the context of `e`, without making a cycle.
    pub fn chain_context(&self, e: &Raised) { if let Some(handled) = self.handled_exception() { Vm::chain(e, handled) } }

    /// The same for an exception thrown into the running generator: only what that handles itself counts.
    pub(crate) fn chain_thrown(&self, e: &Raised) {
        e.0.thrown.set(true);
        if let Some(handled) = self.handled.get().and_then(|h| Ref::try_from(h).ok()) { Vm::chain(e, handled) }
    }

    fn chain(e: &Raised, handled: Ref<PyException>) {
        let e = e.exception();
        if handled.is(e.obj()) { return }
        // The chain below the handled exception may lead back to `e`: cut it there. It may also have a cycle of its own (set from
        // Python): a second walker at half speed finds that.
        let (mut at, mut slow, mut step) = (handled.clone(), handled.clone(), false);
        while let Some(next) = at.context_exception() {
            if next.is(e.obj()) { at.context.set(None); break }
            at = next;
            if at.is(slow.obj()) { break }
            if step && let Some(s) = slow.context_exception() { slow = s }
            step = !step;
        }
        e.context.set(Some(handled.into_obj()));
    }

    /// Starts raising: chains the context, then the loop's unwinding takes over.
    pub(crate) fn set_raised_with_context(&mut self, e: Raised) {
        self.chain_context(&e);
        self.raised = Some(e.0);
    }

    /// Raises `e` again: neither a context nor a traceback entry is added.
    pub(crate) fn set_reraised(&mut self, e: Ref<PyException>) {
        self.raised = Some(e);
        self.reraised = true;
    }

    /// Prepends an entry for the frame to the traceback of the exception on its way; who asks for its line has it looked up. A fresh
    /// exception gets its context here.
    pub(crate) fn add_traceback(&mut self, frame: Frame) {
        let Some(e) = self.raised.clone() else { return };
        let old = e.traceback.get();
        if old.is_none() && !e.context.is_some() && !e.thrown.get() { self.chain_context(&Raised(e.clone())) }
        // SAFETY: the frame is live and its pc saved.
        let unit = unsafe { frame.unit_index() };
        // Without memory the entry is left out.
        let Ok(f) = self.frame_object(frame) else { return };
        if let Ok(tb) = self.new_object(PyTraceback { next: Slot::new(old), frame: f, lasti: Cell::new(unit as i64 * 8), lineno: Cell::new(-1) }) {
            e.traceback.set(Some(tb.into_obj()));
        }
    }

    /// A traceback entry for the running frame, if there is one.
    pub(crate) fn traceback_here(&mut self) -> PyResult<Option<Owned>> {
        if self.fp.is_null() { return Ok(None) }
        let frame = Frame(self.fp);
        // SAFETY: `vm.fp` is the innermost live frame; its pc was saved before the call-out.
        let unit = unsafe { frame.unit_index() };
        let f = self.frame_object(frame)?;
        Ok(Some(self.new_object(PyTraceback { next: Slot::default(), frame: f, lasti: Cell::new(unit as i64 * 8), lineno: Cell::new(-1) })?.into_obj()))
    }

    // ---- errors nobody can catch -----------------------------------------------------------------------------------

    /// Reports an exception that cannot propagate to `sys.unraisablehook`. `what` is the beginning of the message ("Exception ignored
    /// in" if empty), `object` what it happened in.
    pub fn unraisable(&mut self, e: Raised, what: &str, object: Option<&Owned>) {
        // The report must not disturb an exception on its way, and its own failure ends here.
        let (raised, reraised) = (self.raised.take(), std::mem::take(&mut self.reraised));
        if e.exception().traceback.get().is_none() && let Ok(here) = self.traceback_here() { e.exception().traceback.set(here) }
        crate::display::report_unraisable(self, e, what, object);
        (self.raised, self.reraised) = (raised, reraised);
    }
}
