//! The payload of every exception type, and what all of them share: construction, text, chaining attributes.
//!
//! One payload serves all classes; attributes of one class only (`OSError.errno`, `SyntaxError.text`) stand in a row of extra
//! fields that is made on first use. Not here: the list of classes (`exception_types.rs`), classes with rules of their own
//! (`os_error.rs`, `unicode_error.rs`, `syntax_error.rs`, `exception_group.rs`), raising (`errors.rs`).

use std::cell::{Cell, OnceCell};

use crate::args::Args;
use crate::native::{Def, GetSet, Native, TypeDef};
use crate::object::{ObjExt, Owned, Ref, Slot, Trace, TraceField, Word};
use crate::payload;
use crate::slots::Slots;
use crate::typeobj::{vm_flags, PyType, TypeRef};
use crate::types::dict::PyDict;
use crate::types::list::PyList;
use crate::types::str::PyStr;
use crate::types::traceback::PyTraceback;
use crate::types::tuple::PyTuple;
use crate::vm::{PyResult, Raised, Vm};

pub use super::exception_group::{group_match, prep_reraise_star};

/// Most fields that a class adds (`SyntaxError`).
pub const FIELD_COUNT: usize = 9;

/// An exception object.
pub struct PyException {
    /// `args`, always a tuple.
    pub args: Slot,
    /// `__traceback__`, empty for None.
    pub traceback: Slot,
    /// `__cause__`, empty for None.
    pub cause: Slot,
    /// `__context__`, empty for None.
    pub context: Slot,
    /// `__suppress_context__`.
    pub suppress_context: Cell<bool>,
    /// It was thrown into a generator: what its resumer handles is not its context.
    pub(crate) thrown: Cell<bool>,
    /// `__dict__`, empty until something is stored.
    pub dict: Slot,
    fields: OnceCell<Box<[Slot; FIELD_COUNT]>>,
}
crate::fields! { PyException { args, traceback, cause, context, suppress_context, thrown, dict, fields } }
payload!(PyException, "BaseException", base_exception);

// SAFETY: every slot is visited once; nothing else holds a handle.
unsafe impl Trace for PyException {
    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        for slot in [&self.dict, &self.args, &self.traceback, &self.context, &self.cause] { slot.trace_field(visit) }
        if let Some(fields) = self.fields.get() { for f in fields.iter() { f.trace_field(visit) } }
    }
    fn clear(&mut self) {
        for slot in [&self.dict, &self.args, &self.traceback, &self.context, &self.cause] { slot.set(None) }
        if let Some(fields) = self.fields.get() { for f in fields.iter() { f.set(None) } }
    }
}

impl PyException {
    /// An exception with these arguments (a tuple).
    pub fn new(args: Owned) -> PyException {
        PyException {
            args: Slot::new(Some(args)), traceback: Slot::default(), cause: Slot::default(), context: Slot::default(),
            suppress_context: Cell::new(false), thrown: Cell::new(false), dict: Slot::default(), fields: OnceCell::new(),
        }
    }
    /// Makes it as new, without arguments.
    pub fn reset(&self, vm: &Vm) {
        self.args.set(Some(vm.consts.empty_tuple.clone().into_obj()));
        for slot in [&self.traceback, &self.cause, &self.context, &self.dict] { slot.set(None) }
        if let Some(fields) = self.fields.get() { for f in fields.iter() { f.set(None) } }
        self.suppress_context.set(false);
    }
    /// Field number `i` of the class's own fields.
    pub fn field(&self, i: usize) -> Option<Owned> { self.fields.get().and_then(|f| f[i].get()) }
    /// Sets field number `i`.
    pub fn set_field(&self, i: usize, value: Option<Owned>) {
        if value.is_none() && self.fields.get().is_none() { return }
        self.fields.get_or_init(Box::default)[i].set(value)
    }
    /// The arguments as a handle, for their items.
    pub fn args_tuple(&self, vm: &Vm) -> Ref<PyTuple> {
        self.args.get().and_then(|a| Ref::<PyTuple>::try_from(a).ok()).unwrap_or_else(|| vm.consts.empty_tuple.clone())
    }
    /// `raise ... from cause`: also hides the context.
    pub fn set_cause(&self, cause: Option<Owned>) {
        self.cause.set(cause);
        self.suppress_context.set(true);
    }
    /// `NameError.name`.
    pub fn set_name_attr(&self, vm: &mut Vm, name: &str) {
        // Losing the hint is all that can happen without memory.
        if let Ok(n) = vm.intern(name) { self.set_field(name_error::NAME, Some(n)) }
    }
    /// The context as an exception.
    pub fn context_exception(&self) -> Option<Ref<PyException>> { self.context.get().and_then(|c| Ref::try_from(c).ok()) }
    /// The cause as an exception.
    pub fn cause_exception(&self) -> Option<Ref<PyException>> { self.cause.get().and_then(|c| Ref::try_from(c).ok()) }
}

/// Fields of `NameError`.
pub mod name_error {
    /// `name`
    pub const NAME: usize = 0;
}
/// Fields of `AttributeError`.
pub mod attribute_error {
    /// `name`
    pub const NAME: usize = 0;
    /// `obj`
    pub const OBJ: usize = 1;
}
/// Fields of `ImportError`.
pub mod import_error {
    /// `msg`
    pub const MSG: usize = 0;
    /// `name`
    pub const NAME: usize = 1;
    /// `path`
    pub const PATH: usize = 2;
    /// `name_from`
    pub const NAME_FROM: usize = 3;
}
/// Field 0 of `StopIteration` (`value`) and `SystemExit` (`code`).
pub const VALUE: usize = 0;

/// The exception behind `this`, which the descriptor has checked.
pub fn this(o: &Owned) -> &Ref<PyException> { Ref::cast(o).expect("law: checked by the descriptor") }

/// A writable attribute that stands in a field; reads None while empty.
macro_rules! field_attr {
    ($name:literal, $i:expr) => {
        $crate::native::GetSet::member_rw($name, |vm, o| $crate::types::exception::read_field(vm, o, $i), |_, o, v| $crate::types::exception::write_field(o, $i, v))
    };
}
pub(crate) use field_attr;

/// Reads a field attribute.
pub fn read_field(vm: &mut Vm, o: &Owned, i: usize) -> PyResult { Ok(vm.option_to_none(this(o).field(i))) }
/// Writes a field attribute.
pub fn write_field(o: &Owned, i: usize, value: Option<&Owned>) -> PyResult<()> { this(o).set_field(i, value.cloned()); Ok(()) }

/// `BaseException.__new__`: the positional arguments become `args`, whatever `__init__` makes of them later.
pub fn new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let tuple = vm.new_tuple_from(args.pos())?.into_obj();
    Ok(vm.new_object_of(ty, PyException::new(tuple))?.into_obj())
}

/// `BaseException.__init__`.
pub fn init(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult<()> {
    if !args.kwnames().is_empty() {
        let name = o.type_of(vm).name(vm);
        args.no_keywords(vm, &name)?;
    }
    set_args(vm, o, args.pos())
}

/// Replaces `args`.
pub fn set_args(vm: &mut Vm, o: &Owned, pos: &[Owned]) -> PyResult<()> {
    // `__new__` has mostly put the same arguments there.
    let same = this(o).args.get().as_ref().and_then(Ref::<PyTuple>::cast)
        .is_some_and(|t| t.len() == pos.len() && t.items().iter().zip(pos).all(|(a, b)| a.is(b)));
    if same { return Ok(()) }
    let tuple = vm.new_tuple_from(pos)?.into_obj();
    this(o).args.set(Some(tuple));
    Ok(())
}

/// `BaseException.__str__`.
pub fn str(vm: &mut Vm, o: &Owned) -> PyResult {
    let args = this(o).args_tuple(vm);
    match args.items() {
        [] => Ok(vm.consts.empty_str.clone()),
        [one] => vm.str(one),
        _ => vm.str(args.obj()),
    }
}

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let args = this(o).args_tuple(vm);
    let name = o.type_of(vm).name(vm);
    let inner = match args.items() { [one] => format!("({})", vm.repr_text(one)?), _ => vm.repr_text(args.obj())? };
    vm.new_str(&format!("{name}{inner}"))
}

fn reduce(vm: &mut Vm, o: &Owned) -> PyResult {
    let state = this(o).dict.get();
    reduce_with(vm, o, None, state)
}

/// `(type, args[, state])`; `args` defaults to the exception's own.
pub fn reduce_with(vm: &mut Vm, o: &Owned, args: Option<Owned>, state: Option<Owned>) -> PyResult {
    let args = match args { Some(a) => a, None => this(o).args_tuple(vm).into_obj() };
    let mut items = vec![o.type_of(vm).obj().clone(), args];
    items.extend(state);
    Ok(vm.new_tuple(items)?.into_obj())
}

/// A copy of `__dict__` (or a new dict) for a pickle's state.
pub fn state_dict(vm: &mut Vm, o: &Owned) -> PyResult<Ref<PyDict>> {
    match this(o).dict.get().and_then(|d| Ref::<PyDict>::try_from(d).ok()) { Some(d) => d.copy(vm), None => vm.new_dict() }
}

fn setstate(vm: &mut Vm, o: &Owned, state: &Owned) -> PyResult {
    if vm.is_none(state) { return Ok(vm.none()) }
    let Some(dict) = Ref::<PyDict>::cast(state).cloned() else { return Err(vm.type_error("state is not a dictionary")) };
    for (key, value) in dict.pairs(vm)? { vm.set_attr(o, &key, &value)? }
    Ok(vm.none())
}

fn with_traceback(vm: &mut Vm, o: &Owned, tb: &Owned) -> PyResult {
    set_traceback(vm, o, Some(tb))?;
    Ok(o.clone())
}

fn add_note(vm: &mut Vm, o: &Owned, note: &Owned) -> PyResult {
    if note.cast::<PyStr>().is_none() {
        let t = note.type_name(vm);
        return Err(vm.type_error(format!("note must be a str, not '{t}'")));
    }
    let key = vm.names.__notes__.clone();
    let notes = match vm.get_attr_opt(o, &key)? {
        Some(n) => n,
        None => {
            let n = vm.new_list(Vec::new())?.into_obj();
            vm.set_attr(o, &key, &n)?;
            n
        }
    };
    match Ref::<PyList>::cast(&notes) {
        Some(l) => { l.push(vm, note.clone())?; Ok(vm.none()) }
        None => Err(vm.type_error("Cannot add note: __notes__ is not a list")),
    }
}

fn get_args(vm: &mut Vm, o: &Owned) -> PyResult { Ok(this(o).args_tuple(vm).into_obj()) }
fn put_args(vm: &mut Vm, o: &Owned, value: Option<&Owned>) -> PyResult<()> {
    let Some(value) = value else { return Err(vm.type_error("args may not be deleted")) };
    let items = vm.collect(value)?;
    set_args(vm, o, &items)
}

fn get_traceback(vm: &mut Vm, o: &Owned) -> PyResult { Ok(vm.option_to_none(this(o).traceback.get())) }
fn set_traceback(vm: &mut Vm, o: &Owned, value: Option<&Owned>) -> PyResult<()> {
    match value {
        None => Err(vm.type_error("__traceback__ may not be deleted")),
        Some(v) if vm.is_none(v) => { this(o).traceback.set(None); Ok(()) }
        Some(v) if v.cast::<PyTraceback>().is_some() => { this(o).traceback.set(Some(v.clone())); Ok(()) }
        Some(_) => Err(vm.type_error("__traceback__ must be a traceback or None")),
    }
}

/// Checks a value for `__cause__` or `__context__`.
fn chained(vm: &mut Vm, value: Option<&Owned>, attr: &str, what: &str) -> PyResult<Option<Owned>> {
    match value {
        None => Err(vm.type_error(format!("{attr} may not be deleted"))),
        Some(v) if vm.is_none(v) => Ok(None),
        Some(v) if v.cast::<PyException>().is_some() => Ok(Some(v.clone())),
        Some(_) => Err(vm.type_error(format!("exception {what} must be None or derive from BaseException"))),
    }
}

fn get_context(vm: &mut Vm, o: &Owned) -> PyResult { Ok(vm.option_to_none(this(o).context.get())) }
fn set_context(vm: &mut Vm, o: &Owned, value: Option<&Owned>) -> PyResult<()> {
    let v = chained(vm, value, "__context__", "context")?;
    this(o).context.set(v);
    Ok(())
}
fn get_cause(vm: &mut Vm, o: &Owned) -> PyResult { Ok(vm.option_to_none(this(o).cause.get())) }
fn set_cause(vm: &mut Vm, o: &Owned, value: Option<&Owned>) -> PyResult<()> {
    let v = chained(vm, value, "__cause__", "cause")?;
    this(o).set_cause(v);
    Ok(())
}
fn get_suppress(vm: &mut Vm, o: &Owned) -> PyResult { Ok(vm.bool(this(o).suppress_context.get())) }
fn set_suppress(vm: &mut Vm, o: &Owned, value: Option<&Owned>) -> PyResult<()> {
    match value {
        None => Err(vm.type_error("can't delete numeric/char attribute")),
        Some(v) if v.is(&vm.consts.true_) => { this(o).suppress_context.set(true); Ok(()) }
        Some(v) if v.is(&vm.consts.false_) => { this(o).suppress_context.set(false); Ok(()) }
        Some(_) => Err(vm.type_error("attribute value type must be bool")),
    }
}

fn dict_slot(o: &Owned) -> &Slot { &this(o).dict }

static DEF: TypeDef = TypeDef {
    doc: "Common base class for all exceptions",
    sig: "",
    methods: &[
        Def::new("__reduce__", "", Native::N0(reduce)),
        Def::new("__setstate__", "($self, state, /)", Native::N1(setstate)),
        Def::new("with_traceback", "($self, tb, /)", Native::N1(with_traceback)).doc("Set self.__traceback__ to tb and return self."),
        Def::new("add_note", "($self, note, /)", Native::N1(add_note)).doc("Add a note to the exception"),
    ],
    getset: &[
        GetSet::rw("__dict__", crate::protocol::instance_dict::get_dict, crate::protocol::instance_dict::set_dict),
        GetSet::rw("args", get_args, put_args),
        GetSet::rw("__traceback__", get_traceback, set_traceback),
        GetSet { member: false, name: "__context__", get: get_context, set: Some(set_context), doc: "exception context" },
        GetSet { member: false, name: "__cause__", get: get_cause, set: Some(set_cause), doc: "exception cause" },
        GetSet::member_rw("__suppress_context__", get_suppress, set_suppress),
    ],
};

/// Fills `BaseException`.
pub fn init_base(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.base_exception.clone();
    ty.set_flag(vm_flags::EXCEPTION_SUBCLASS, true);
    let slots = Slots { new: Some(new), init: Some(init), str: Some(str), repr: Some(repr), dict_slot: Some(dict_slot), ..Slots::default() };
    vm.fill_type(&ty, slots, &DEF)
}

/// The exception that `raise o` raises: a class is called, an instance stands for itself, anything else gives `None`.
pub fn instantiate(vm: &mut Vm, o: &Owned) -> PyResult<Option<Ref<PyException>>> {
    if let Some(e) = Ref::<PyException>::cast(o) { return Ok(Some(e.clone())) }
    match Ref::<PyType>::cast(o) {
        Some(t) if t.has_flag(vm_flags::EXCEPTION_SUBCLASS) => {
            let made = vm.call0(o)?;
            match Ref::<PyException>::try_from(made) {
                Ok(e) => Ok(Some(e)),
                Err(other) => {
                    let (class, got) = (vm.repr_text(o)?, vm.repr_text(other.type_of(vm).clone().obj())?);
                    Err(vm.type_error(format!("calling {class} should have returned an instance of BaseException, not {got}")))
                }
            }
        }
        _ => Ok(None),
    }
}

/// The value of a StopIteration; any other exception comes back.
pub fn stop_iteration_value(vm: &mut Vm, e: Raised) -> Result<Owned, Raised> {
    if !e.is(vm, &vm.types.stop_iteration) { return Err(e) }
    Ok(vm.option_to_none(e.exception().field(VALUE)))
}
