//! What `super()` asks of the Python frame that called it: the class and self.
//!
//! Not here: frame objects, globals and locals of the running frame (`types/frame.rs`).

use instar_code::LocalKind;

use crate::eval::frame::Frame;
use crate::object::{ObjExt, Owned, Word};
use crate::typeobj::TypeRef;
use crate::types::cell::PyCell;
use crate::vm::{PyResult, Vm};

impl Vm {
    /// Globals of the running Python code; `None` if none runs.
    pub fn current_globals(&self) -> Option<crate::object::Ref<crate::types::dict::PyDict>> {
        let frame = Frame(self.fp);
        if frame.is_null() { return None }
        // SAFETY: the innermost frame is live; its globals are a dict that its function keeps alive.
        Some(unsafe { crate::object::Ref::from_owned_unchecked(Owned::share_word(frame.globals())) })
    }
    /// Builtins of the running Python code, a dict or another mapping; those of the interpreter if none runs.
    pub fn current_builtins(&self) -> Owned {
        let frame = Frame(self.fp);
        if frame.is_null() { return self.builtins.obj().clone() }
        // SAFETY: the innermost frame is live and its function keeps its builtins alive.
        unsafe { Owned::share_word((*frame.func().ptr().payload::<crate::types::function::PyFunction>()).builtins_word()) }
    }
    /// The class whose body defines the running method (its `__class__` cell) and the method's first argument.
    pub(crate) fn current_frame_class_cell(&mut self) -> PyResult<(Owned, Owned)> {
        let frame = Frame(self.fp);
        if frame.is_null() { return Err(self.runtime_error("super(): no current frame")) }
        // SAFETY: the frame is live and stays so while we look; words are shared at once.
        let (first, class) = unsafe {
            let exec = &*frame.exec();
            if exec.arg_count == 0 { return Err(self.runtime_error("super(): no arguments")) }
            let locals = frame.locals();
            let first = open(*locals, exec.blob.locals[0].kind != LocalKind::Plain);
            let at = exec.blob.locals.iter().position(|l| l.kind == LocalKind::Free && l.name == "__class__");
            (first, at.map(|i| open(*locals.add(i), true)))
        };
        let Some(first) = first else { return Err(self.runtime_error("super(): arg[0] deleted")) };
        let Some(class) = class else { return Err(self.runtime_error("super(): __class__ cell not found")) };
        let Some(class) = class else { return Err(self.runtime_error("super(): empty __class__ cell")) };
        if TypeRef::from_obj(&class).is_none() {
            let t = class.type_name(self);
            return Err(self.runtime_error(format!("super(): __class__ is not a type ({t})")));
        }
        Ok((class, first))
    }
}

/// The value of a local, looking into its cell if it has one.
///
/// # Safety
/// `word` is null or a live object.
unsafe fn open(word: Word, in_cell: bool) -> Option<Owned> {
    if word.is_null() { return None }
    // SAFETY: the caller's promise.
    let value = unsafe { Owned::share_word(word) };
    if in_cell && let Some(cell) = value.cast::<PyCell>() { return cell.value.get() }
    Some(value)
}
