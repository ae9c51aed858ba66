//! `frame`: what Python sees of a running, suspended or finished frame.
//!
//! The object is made on demand and points at the frame, on the stack or in a generator; when the frame exits, or its generator dies,
//! and the object lives on, the locals move into it. Not here: the frame itself (`eval/frame.rs`), its locals as a mapping
//! (`frame_locals.rs`).

use std::cell::{Cell, UnsafeCell};

use instar_code::{flags, LocalKind};

use crate::eval::exec::Executable;
use crate::eval::frame::{frame_flags, Frame};
use crate::native::{Def, GetSet, Native, TypeDef};
use crate::object::{ObjExt, Owned, Ref, Slot, Trace, TraceField, Word};
use crate::payload;
use crate::slots::Slots;
use crate::types::cell::PyCell;
use crate::types::code::PyCode;
pub use crate::types::frame_locals::PyFrameLocalsProxy;
use crate::types::function::PyFunction;
use crate::types::generator::{PyGenerator, State as Life};
use crate::vm::{PyResult, Vm};

/// A frame object.
pub struct PyFrame {
    /// The frame; null when it has exited.
    fp: Cell<*mut Word>,
    exec: *const Executable,
    code: Owned,
    globals: Owned,
    builtins: Owned,
    /// Namespace of module and class code once the frame has exited.
    namespace: Slot,
    /// `f_back` once the frame has exited.
    back: Slot,
    /// Unit last executed by a frame that has exited.
    unit: Cell<usize>,
    /// Locals of the frame that has exited, owned words.
    locals: UnsafeCell<Vec<Word>>,
    /// Values replaced through `f_locals`: instructions may have borrowed them, so they live until the frame exits (or is found suspended).
    overwritten: UnsafeCell<Vec<Owned>>,
    /// Names stored through `f_locals` that are no locals of the code.
    pub(crate) extra: Slot,
    trace: Slot,
    trace_lines: Cell<bool>,
    trace_opcodes: Cell<bool>,
}
crate::fields! { PyFrame { fp, exec, code, globals, builtins, namespace, back, unit, locals, overwritten, extra, trace, trace_lines, trace_opcodes } }
payload!(PyFrame, "frame", frame, Gc);

// SAFETY: each owned handle and word is visited once; locals of a frame that has not exited belong to that.
unsafe impl Trace for PyFrame {
    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        for o in [&self.code, &self.globals, &self.builtins] { visit(o.word()) }
        for s in [&self.namespace, &self.back, &self.extra, &self.trace] { s.trace_field(visit) }
        // SAFETY: tracing happens at safe points; nobody holds a view of the vectors.
        unsafe {
            for w in &*self.locals.get() { if !w.is_null() { visit(*w) } }
            for o in &*self.overwritten.get() { visit(o.word()) }
        }
    }
    fn clear(&mut self) {
        for s in [&self.namespace, &self.back, &self.extra, &self.trace] { s.set(None) }
        self.release_locals();
    }
}

impl Drop for PyFrame {
    fn drop(&mut self) { self.release_locals() }
}

fn this(o: &Owned) -> &Ref<PyFrame> { o.cast().expect("law: checked by the descriptor") }

impl PyFrame {
    fn exec(&self) -> &Executable {
        // SAFETY: `code` owns the executable and lives as long as this object.
        unsafe { &*self.exec }
    }

    fn release_locals(&self) {
        // SAFETY: no view of the vectors is kept anywhere; they are taken out before anything is released.
        let (words, old) = unsafe { (std::mem::take(&mut *self.locals.get()), std::mem::take(&mut *self.overwritten.get())) };
        // SAFETY: owned words, now out of the object.
        for w in words.into_iter().rev() { unsafe { w.release() } }
        drop(old);
    }

    /// The words of the locals, wherever they are.
    fn words(&self) -> (*mut Word, usize) {
        let n = self.exec().nlocals;
        // SAFETY: `fp` is null unless the frame is live.
        unsafe {
            if !self.fp.get().is_null() { return (Frame(self.fp.get()).locals(), n) }
            let words = &mut *self.locals.get();
            (words.as_mut_ptr(), words.len().min(n))
        }
    }

    /// The generator whose unfinished frame this is, as a borrowed word; null if there is none.
    fn generator_word(&self) -> Word {
        let fp = self.fp.get();
        // SAFETY: as in `words`.
        unsafe { if fp.is_null() || Frame(fp).flags() & frame_flags::GENERATOR == 0 { Word::NULL } else { Frame(fp).namespace() } }
    }

    /// Where the generator of this frame is in its life; `None` for other frames and finished ones.
    fn life(&self) -> Option<Life> {
        let w = self.generator_word();
        // SAFETY: an unfinished frame's generator is alive.
        if w.is_null() { None } else { Some(unsafe { (*w.ptr().payload::<PyGenerator>()).life() }) }
    }

    /// The value of local `i`, looking through its cell.
    pub(crate) fn local(&self, i: usize) -> Option<Owned> {
        let (words, n) = self.words();
        if i >= n { return None }
        // SAFETY: `i` is inside; the word is shared at once.
        let value = unsafe { Owned::owned_or_none(shared(*words.add(i))) }?;
        if self.exec().blob.locals[i].kind == LocalKind::Plain { return Some(value) }
        match Ref::<PyCell>::cast(&value) { Some(cell) => cell.value.get(), None => Some(value) }
    }

    /// Whether local `i` holds a cell now.
    pub(crate) fn holds_cell(&self, i: usize) -> bool {
        let (words, n) = self.words();
        // SAFETY: `i` is inside; the word is shared at once.
        i < n && unsafe { Owned::owned_or_none(shared(*words.add(i))) }.is_some_and(|o| Ref::<PyCell>::cast(&o).is_some())
    }

    /// Replaces the value of local `i`; false if the frame has been cleared.
    pub(crate) fn set_local(&self, i: usize, value: Owned) -> bool {
        let (words, n) = self.words();
        if i >= n { return false }
        // SAFETY: `i` is inside; the old word's count goes to `overwritten`. No instruction is under way in a suspended frame.
        unsafe {
            if self.life() == Some(Life::Suspended) { drop(std::mem::take(&mut *self.overwritten.get())) }
            let at = words.add(i);
            let old = Owned::owned_or_none(shared(*at));
            if self.exec().blob.locals[i].kind != LocalKind::Plain
                && let Some(cell) = old.as_ref().and_then(Ref::<PyCell>::cast)
            {
                let before = cell.value.replace(Some(value));
                (*self.overwritten.get()).extend(before);
                return true;
            }
            drop(old);
            let before = std::mem::replace(&mut *at, value.into_word());
            (*self.overwritten.get()).extend(Owned::owned_or_none(before));
        }
        true
    }

    /// Locals by name in order: (index, name). A variable of an inlined comprehension hides its namesake while it is bound.
    pub(crate) fn names(&self) -> Vec<(usize, String)> {
        let locals = &self.exec().blob.locals;
        let mut out: Vec<(usize, String)> = Vec::with_capacity(locals.len());
        for (i, l) in locals.iter().enumerate() { if l.kind != LocalKind::Hidden { out.push((i, l.name.to_string())) } }
        for (i, l) in locals.iter().enumerate() {
            if l.kind != LocalKind::Hidden || l.name.starts_with('.') || self.local(i).is_none() { continue }
            match out.iter_mut().find(|(_, n)| *n == l.name) { Some(row) => row.0 = i, None => out.push((i, l.name.to_string())) }
        }
        out
    }

    /// Whether a variable of an inlined comprehension is bound.
    fn in_comprehension(&self) -> bool {
        self.exec().blob.locals.iter().enumerate().any(|(i, l)| l.kind == LocalKind::Hidden && !l.name.starts_with('.') && self.local(i).is_some())
    }

    /// The index of the local with this name.
    pub(crate) fn index_of(&self, name: &str) -> Option<usize> {
        let locals = &self.exec().blob.locals;
        let hidden = locals.iter().enumerate().find(|(i, l)| l.kind == LocalKind::Hidden && l.name == name && self.local(*i).is_some());
        hidden.or_else(|| locals.iter().enumerate().find(|(_, l)| l.kind != LocalKind::Hidden && l.name == name)).map(|(i, _)| i)
    }

    /// Unit being executed, or last executed.
    pub(crate) fn current_unit(&self) -> usize {
        // Inside a chain the saved pc is not the yield's.
        self.life();
        // SAFETY: as in `words`.
        if self.fp.get().is_null() { self.unit.get() } else { unsafe { Frame(self.fp.get()).unit_index() } }
    }

    /// Source line of a unit; -1 for none.
    pub fn line_at(&self, unit: usize) -> i32 { self.exec().blob.positions.get(unit).map_or(-1, |p| p.line) }
    /// Source range of a unit.
    pub fn position_at(&self, unit: usize) -> Option<instar_code::Position> { self.exec().blob.positions.get(unit).copied() }
    /// The code object.
    pub fn code(&self) -> &Ref<PyCode> { Ref::cast(&self.code).expect("law: only code is stored") }
    /// Whether it has been entered but has not begun to run (tools hear of that).
    fn begins(&self, vm: &Vm) -> bool { !self.fp.get().is_null() && self.fp.get() == vm.own.beginning.0 }
    /// What the loop runs for it.
    pub(crate) fn executable(&self) -> &Executable { self.exec() }
    /// `f_trace`
    pub(crate) fn trace_function(&self) -> Option<Owned> { self.trace.get() }
    /// Sets it.
    pub(crate) fn set_trace_function(&self, f: Option<Owned>) { self.trace.set(f) }
    /// `f_trace_lines`
    pub(crate) fn traces_lines(&self) -> bool { self.trace_lines.get() }
    /// `f_trace_opcodes`
    pub(crate) fn traces_opcodes(&self) -> bool { self.trace_opcodes.get() }
    /// The globals.
    pub fn globals(&self) -> &Owned { &self.globals }
    /// The builtins.
    pub fn builtins(&self) -> &Owned { &self.builtins }
    /// Whether locals are fast (function code).
    pub(crate) fn is_optimized(&self) -> bool { self.exec().flags & flags::OPTIMIZED != 0 }
}

/// A word with one count more.
unsafe fn shared(w: Word) -> Word {
    unsafe { w.retain() };
    w
}

/// The namespace of module or class code.
unsafe fn namespace_of(f: Frame) -> Option<Owned> {
    unsafe {
        Owned::owned_or_none(shared(f.names()))
    }
}

unsafe fn make(vm: &Vm, f: Frame) -> PyResult<Ref<PyFrame>> {
    unsafe {
        let exec = &*f.exec();
        let func = &*f.func().ptr().payload::<PyFunction>();
        vm.new_object(PyFrame {
            fp: Cell::new(f.0), exec, code: Owned::share_word(exec.code), globals: Owned::share_word(func.globals_word()),
            builtins: Owned::share_word(func.builtins_word()), namespace: Slot::default(), back: Slot::default(), unit: Cell::new(0),
            locals: UnsafeCell::default(), overwritten: UnsafeCell::default(), extra: Slot::default(), trace: Slot::default(),
            trace_lines: Cell::new(true), trace_opcodes: Cell::new(false),
        })
    }
}

/// The frame exits: `frame_object` is released, or keeps the locals if somebody else holds it. Called before the locals are released.
///
/// # Safety
/// `f` is live with a saved pc and has a frame object; no Python code runs here.
pub(crate) unsafe fn detach(vm: &mut Vm, f: Frame) {
    unsafe {
        let Some(frame) = exit(f) else { return };
        frame.namespace.set(namespace_of(f));
        let prev = f.prev();
        if !prev.is_null() && f.flags() & frame_flags::GENERATOR == 0 { frame.back.set(vm.frame_object(Frame(prev)).ok()) }
    }
}

/// As [`detach`], for a generator that dies or is closed without running.
///
/// # Safety
/// As [`detach`]; the frame is a generator's.
pub(crate) unsafe fn generator_gone(f: Frame) { drop(unsafe { exit(f) }) }

/// Takes the frame object off `f`; if somebody else holds it, it gets the locals.
unsafe fn exit(f: Frame) -> Option<Ref<PyFrame>> {
    unsafe {
        let frame = Ref::<PyFrame>::from_owned_unchecked(Owned::from_word(f.frame_object()));
        f.set_frame_object(Word::NULL);
        frame.unit.set(f.unit_index());
        frame.fp.set(std::ptr::null_mut());
        if frame.obj().word().is_unique() { return None }
        let n = (*f.exec()).nlocals;
        let locals = f.locals();
        let mut words = Vec::new();
        // Without memory the locals are lost to the object, as if it had been cleared.
        if words.try_reserve_exact(n).is_ok() {
            for k in 0..n { words.push(std::mem::replace(&mut *locals.add(k), Word::NULL)) }
        }
        *frame.locals.get() = words;
        let old = std::mem::take(&mut *frame.overwritten.get());
        drop(old);
        Some(frame)
    }
}

impl Vm {
    /// The frame object of a live frame, made now if there is none.
    pub fn frame_object(&mut self, f: Frame) -> PyResult<Owned> {
        // SAFETY: callers pass live frames.
        unsafe {
            let existing = f.frame_object();
            if !existing.is_null() { return Ok(Owned::share_word(existing)) }
            let frame = make(self, f)?.into_obj();
            f.set_frame_object(frame.clone().into_word());
            Ok(frame)
        }
    }

    /// The frame of a generator-like object (`gi_frame`), `None` once it has finished.
    pub fn generator_frame(&mut self, generator: &Owned) -> PyResult<Option<Owned>> {
        let Some(g) = Ref::<PyGenerator>::cast(generator) else { return Ok(None) };
        if g.life() == Life::Finished { return Ok(None) }
        self.frame_object(g.frame()).map(Some)
    }

    /// The running frame, `depth` callers up; `None` if the stack is not that deep.
    pub fn caller_frame(&self, depth: usize) -> Option<Frame> {
        let mut at = self.fp;
        for _ in 0..depth {
            if at.is_null() { return None }
            // SAFETY: walks live frames.
            at = unsafe { Frame(at).prev() };
        }
        if at.is_null() { None } else { Some(Frame(at)) }
    }

    /// `locals()` of the running frame: a new dict in functions, the namespace elsewhere.
    pub fn current_locals(&mut self) -> PyResult {
        let Some(f) = self.caller_frame(0) else { return Err(self.system_error("frame does not exist")) };
        let frame = self.frame_object(f)?;
        let frame = this(&frame).clone();
        if frame.is_optimized() { return Ok(crate::types::frame_locals::snapshot(self, &frame)?.into_obj()) }
        Ok(frame.plain_namespace())
    }
}

impl PyFrame {
    /// The namespace of code without fast locals.
    fn plain_namespace(&self) -> Owned {
        let fp = self.fp.get();
        // SAFETY: `fp` is null unless the frame is live.
        let found = if fp.is_null() { self.namespace.get() } else { unsafe { namespace_of(Frame(fp)) } };
        found.unwrap_or_else(|| self.globals.clone())
    }
}

fn f_locals(vm: &mut Vm, o: &Owned) -> PyResult {
    if !this(o).is_optimized() && !this(o).in_comprehension() { return Ok(this(o).plain_namespace()) }
    Ok(vm.new_object(PyFrameLocalsProxy { frame: this(o).clone() })?.into_obj())
}
fn f_globals(_: &mut Vm, o: &Owned) -> PyResult { Ok(this(o).globals.clone()) }
fn f_builtins(_: &mut Vm, o: &Owned) -> PyResult { Ok(this(o).builtins.clone()) }
fn f_code(_: &mut Vm, o: &Owned) -> PyResult { Ok(this(o).code.clone()) }
fn f_lasti(vm: &mut Vm, o: &Owned) -> PyResult {
    let f = this(o);
    let n = f.current_unit() as i64 * 8;
    vm.new_int(if f.begins(vm) { -8 } else if f.life() == Some(Life::Created) { n - 8 } else { n })
}
fn f_lineno(vm: &mut Vm, o: &Owned) -> PyResult {
    let f = this(o);
    let line = if f.begins(vm) { crate::types::code::entry_line(&f.exec().blob) }
        else if f.life() == Some(Life::Created) { f.exec().blob.first_line as i32 }
        else { f.line_at(f.current_unit()) };
    if line < 0 { Ok(vm.none()) } else { vm.new_int(line.into()) }
}
fn set_lineno(vm: &mut Vm, o: &Owned, value: Option<&Owned>) -> PyResult<()> {
    match value {
        None => Err(vm.attribute_error("cannot delete attribute")),
        Some(value) => crate::monitor::jump::set_line(vm, this(o), value),
    }
}
fn f_back(vm: &mut Vm, o: &Owned) -> PyResult {
    let fp = this(o).fp.get();
    if fp.is_null() { return Ok(vm.option_to_none(this(o).back.get())) }
    // A suspended frame remembers who resumed it last; that may be gone.
    if matches!(this(o).life(), Some(Life::Created | Life::Suspended)) { return Ok(vm.none()) }
    // SAFETY: a running frame.
    let prev = unsafe { Frame(fp).prev() };
    if prev.is_null() { Ok(vm.none()) } else { vm.frame_object(Frame(prev)) }
}
fn f_generator(vm: &mut Vm, o: &Owned) -> PyResult {
    let w = this(o).generator_word();
    // SAFETY: an unfinished frame's generator is alive.
    Ok(if w.is_null() { vm.none() } else { unsafe { Owned::share_word(w) } })
}
fn f_trace(vm: &mut Vm, o: &Owned) -> PyResult { Ok(vm.option_to_none(this(o).trace.get())) }
fn set_trace(vm: &mut Vm, o: &Owned, value: Option<&Owned>) -> PyResult<()> {
    this(o).trace.set(value.and_then(|v| vm.none_to_option(v)));
    Ok(())
}
fn bool_arg(vm: &mut Vm, value: Option<&Owned>) -> PyResult<bool> {
    match value {
        None => Err(vm.type_error("can't delete numeric/char attribute")),
        Some(v) if v.is(&vm.consts.true_) => Ok(true),
        Some(v) if v.is(&vm.consts.false_) => Ok(false),
        Some(_) => Err(vm.type_error("attribute value type must be bool")),
    }
}
fn f_trace_lines(vm: &mut Vm, o: &Owned) -> PyResult { Ok(vm.bool(this(o).trace_lines.get())) }
fn set_trace_lines(vm: &mut Vm, o: &Owned, value: Option<&Owned>) -> PyResult<()> { let b = bool_arg(vm, value)?; this(o).trace_lines.set(b); Ok(()) }
fn f_trace_opcodes(vm: &mut Vm, o: &Owned) -> PyResult { Ok(vm.bool(this(o).trace_opcodes.get())) }
fn set_trace_opcodes(vm: &mut Vm, o: &Owned, value: Option<&Owned>) -> PyResult<()> {
    if value.is_none() { return Err(vm.attribute_error("attribute f_trace_opcodes cannot be deleted")) }
    let b = bool_arg(vm, value)?;
    this(o).trace_opcodes.set(b);
    Ok(())
}

fn clear(vm: &mut Vm, o: &Owned) -> PyResult {
    let f = this(o);
    match f.life() {
        None | Some(Life::Running) => if !f.fp.get().is_null() { return Err(vm.runtime_error("cannot clear an executing frame")) },
        Some(Life::Suspended) => return Err(vm.runtime_error("cannot clear a suspended frame")),
        // Not started: as if it were closed.
        // SAFETY: an unfinished frame's generator is alive; the share keeps it so while its frame goes.
        Some(_) => unsafe {
            let generator = Owned::share_word(f.generator_word());
            crate::finalize::finalize(vm, &generator);
            (*generator.word().ptr().payload::<PyGenerator>()).abandon();
        },
    }
    f.release_locals();
    f.extra.set(None);
    f.trace.set(None);
    Ok(vm.none())
}

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let f = this(o).clone();
    let blob = f.code().blob().clone();
    let file = vm.new_str(&blob.filename)?;
    let text = format!("<frame at {:#x}, file {}, line {}, code {}>", o.word().raw(), vm.repr_text(&file)?, f.line_at(f.current_unit()), blob.name);
    vm.new_str(&text)
}

static DEF: TypeDef = TypeDef {
    doc: "",
    sig: "",
    methods: &[Def::new("clear", "($self, /)", Native::N0(clear)).doc("Clear all references held by the frame.")],
    getset: &[
        GetSet::ro("f_back", f_back), GetSet::ro("f_locals", f_locals), GetSet::rw("f_lineno", f_lineno, set_lineno), GetSet::rw("f_trace", f_trace, set_trace),
        GetSet::ro("f_lasti", f_lasti), GetSet::ro("f_globals", f_globals), GetSet::ro("f_builtins", f_builtins), GetSet::ro("f_code", f_code),
        GetSet::member_rw("f_trace_lines", f_trace_lines, set_trace_lines), GetSet::rw("f_trace_opcodes", f_trace_opcodes, set_trace_opcodes),
        GetSet::ro("f_generator", f_generator),
    ],
};

/// Fills the type.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.frame.clone();
    vm.fill_type(&ty, Slots { repr: Some(repr), ..Slots::default() }, &DEF)?;
    crate::types::frame_locals::init(vm)
}

/// `gi_frame`.
pub(crate) fn of_generator(vm: &mut Vm, g: &Ref<PyGenerator>) -> PyResult {
    let frame = vm.generator_frame(g.obj())?;
    Ok(vm.option_to_none(frame))
}

/// `cr_origin`: (file, line, function) of up to `depth` frames, the innermost first. `None` without memory.
pub(crate) fn origin(vm: &mut Vm, depth: usize, skip: usize) -> Option<Owned> {
    let mut rows = Vec::new();
    let mut at = vm.caller_frame(skip);
    while let Some(f) = at.filter(|_| rows.len() < depth) {
        // SAFETY: walks live frames.
        let (blob, unit, prev) = unsafe { ((*f.exec()).blob.clone(), f.unit_index(), f.prev()) };
        let line = blob.positions.get(unit).map_or(-1, |p| p.line);
        let row = [vm.intern(&blob.filename).ok()?, vm.new_int(line.into()).ok()?, vm.intern(&blob.name).ok()?];
        rows.push(vm.new_tuple(row).ok()?.into_obj());
        at = if prev.is_null() { None } else { Some(Frame(prev)) };
    }
    Some(vm.new_tuple(rows).ok()?.into_obj())
}

