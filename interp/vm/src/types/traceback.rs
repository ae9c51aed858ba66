//! `traceback`: one entry per frame an exception left or was caught in, outermost first.
//!
//! Not here: printing (`display.rs`), adding entries while unwinding (`errors.rs`).

use std::cell::Cell;

use crate::args::{Args, Signature};
use crate::native::{GetSet, TypeDef};
use crate::object::{ObjExt, Owned, Ref, Slot};
use crate::slots::Slots;
use crate::typeobj::TypeRef;
use crate::types::frame::PyFrame;
use crate::vm::{PyResult, Vm};
use crate::{payload, trace};

/// A traceback entry.
pub struct PyTraceback {
    /// `tb_next`, empty for None.
    pub next: Slot,
    /// `tb_frame`.
    pub frame: Owned,
    /// `tb_lasti`, in bytes of `co_code`.
    pub lasti: Cell<i64>,
    /// `tb_lineno`; -1 if it is to be computed from `tb_lasti`.
    pub lineno: Cell<i32>,
}
trace! { PyTraceback { next, frame } }
crate::fields! { PyTraceback { next, frame, lasti, lineno } }
payload!(PyTraceback, "traceback", traceback, Gc);

fn this(o: &Owned) -> &Ref<PyTraceback> { o.cast().expect("law: checked by the descriptor") }

impl PyTraceback {
    /// The frame.
    pub fn frame(&self) -> &Ref<PyFrame> { Ref::cast(&self.frame).expect("law: only frames are stored") }
    /// The next entry.
    pub fn next(&self) -> Option<Ref<PyTraceback>> { self.next.get().and_then(|n| Ref::try_from(n).ok()) }
    /// Line number; -1 for none.
    pub fn line(&self) -> i32 {
        let n = self.lineno.get();
        if n != -1 { return n }
        usize::try_from(self.lasti.get() / 8).ok().map_or(-1, |unit| self.frame().line_at(unit))
    }
}

fn next_arg(vm: &mut Vm, value: &Owned) -> PyResult<Option<Owned>> {
    if vm.is_none(value) { return Ok(None) }
    if value.cast::<PyTraceback>().is_some() { return Ok(Some(value.clone())) }
    let t = value.type_name(vm);
    Err(vm.type_error(format!("expected traceback object or None, got '{t}'")))
}

fn new(vm: &mut Vm, _: &TypeRef, args: Args<'_>) -> PyResult {
    let bound = args.bind(vm, "traceback", const { &Signature::parse("(tb_next, tb_frame, tb_lasti, tb_lineno)") })?;
    let [Some(next), Some(frame), Some(lasti), Some(lineno)] = bound.as_slice() else { return Err(vm.system_error("unbound arguments")) };
    if frame.cast::<PyFrame>().is_none() {
        let t = frame.given_name(vm);
        return Err(vm.type_error(format!("traceback() argument 'tb_frame' must be frame, not {t}")));
    }
    let (lasti, lineno) = (int_arg(vm, lasti)?, int_arg(vm, lineno)?);
    let next = next_arg(vm, next)?;
    Ok(vm.new_object(PyTraceback { next: Slot::new(next), frame: frame.clone(), lasti: Cell::new(lasti.into()), lineno: Cell::new(lineno) })?.into_obj())
}

fn int_arg(vm: &mut Vm, o: &Owned) -> PyResult<i32> {
    let n = vm.index_i64(o)?;
    i32::try_from(n).map_err(|_| vm.overflow_error("Python int too large to convert to C int"))
}

fn get_next(vm: &mut Vm, o: &Owned) -> PyResult { Ok(vm.option_to_none(this(o).next.get())) }
fn set_next(vm: &mut Vm, o: &Owned, value: Option<&Owned>) -> PyResult<()> {
    let Some(value) = value else { return Err(vm.type_error("can't delete tb_next attribute")) };
    let next = next_arg(vm, value)?;
    let mut at = next.clone();
    while let Some(tb) = at {
        if tb.is(o) { return Err(vm.value_error("traceback loop detected")) }
        at = this(&tb).next.get();
    }
    this(o).next.set(next);
    Ok(())
}
fn get_frame(_: &mut Vm, o: &Owned) -> PyResult { Ok(this(o).frame.clone()) }
fn get_lasti(vm: &mut Vm, o: &Owned) -> PyResult { let n = this(o).lasti.get(); vm.new_int(n) }
fn get_lineno(vm: &mut Vm, o: &Owned) -> PyResult {
    match this(o).line() { -1 => Ok(vm.none()), n => vm.new_int(n.into()) }
}
fn dir(vm: &mut Vm, _: &Owned) -> PyResult {
    let mut names = Vec::new();
    for n in ["tb_frame", "tb_next", "tb_lasti", "tb_lineno"] { names.push(vm.intern(n)?) }
    Ok(vm.new_list(names)?.into_obj())
}

static DEF: TypeDef = TypeDef {
    doc: "Create a new traceback object.",
    sig: "(tb_next, tb_frame, tb_lasti, tb_lineno)",
    methods: &[crate::native::Def::new("__dir__", "", crate::native::Native::N0(dir))],
    getset: &[
        GetSet::rw("tb_next", get_next, set_next), GetSet::member("tb_frame", get_frame), GetSet::member("tb_lasti", get_lasti), GetSet::ro("tb_lineno", get_lineno),
    ],
};

/// Fills the type.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.traceback.clone();
    vm.fill_type(&ty, Slots { new: Some(new), ..Slots::default() }, &DEF)
}
