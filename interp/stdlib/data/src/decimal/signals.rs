//! Conditions as Python sees them: the exception classes, raising them, and signal dicts (`Context.flags`, `Context.traps`).
//!
//! Not here: which condition an operation meets (`instar-base-decimal`).

use std::cell::Cell;
use std::rc::{Rc, Weak};

use instar_base_decimal::flag;
use instar_code::Compare;
use instar_vm::args::Args;
use instar_vm::native::{Def, Native, TypeDef};
use instar_vm::slots::Slots;
use instar_vm::typeobj::{vm_flags, TypeRef};
use instar_vm::types::dict::PyDict;
use instar_vm::types::list::PyList;
use instar_vm::{ObjExt, Owned, PyResult, Raised, Ref, Vm};

use super::context::PyContext;
use super::made;
use crate::support::type_once;

/// The signals, in Python's order, and the conditions that each stands for.
pub const SIGNALS: [(&str, u32); 9] = [
    ("InvalidOperation", flag::IEEE_INVALID), ("FloatOperation", flag::FLOAT_OPERATION), ("DivisionByZero", flag::DIVISION_BY_ZERO),
    ("Overflow", flag::OVERFLOW), ("Underflow", flag::UNDERFLOW), ("Subnormal", flag::SUBNORMAL), ("Inexact", flag::INEXACT),
    ("Rounded", flag::ROUNDED), ("Clamped", flag::CLAMPED),
];

/// Conditions that are invalid operations, in the order in which they are listed.
pub const CONDITIONS: [(&str, u32); 5] = [
    ("InvalidOperation", flag::INVALID_OPERATION), ("ConversionSyntax", flag::CONVERSION_SYNTAX), ("DivisionImpossible", flag::DIVISION_IMPOSSIBLE),
    ("DivisionUndefined", flag::DIVISION_UNDEFINED), ("InvalidContext", flag::INVALID_CONTEXT),
];

const VALID_SIGNALS: &str = "valid values for signals are:\n  [InvalidOperation, FloatOperation, DivisionByZero,\n   Overflow, Underflow, Subnormal, Inexact, Rounded,\n   Clamped]";

/// The classes of signals and conditions.
pub struct Classes {
    /// One a signal, in the order of [`SIGNALS`].
    pub signals: Vec<TypeRef>,
    /// One a condition, in the order of [`CONDITIONS`].
    pub conditions: Vec<TypeRef>,
    /// All, with their names.
    pub named: Vec<(&'static str, TypeRef)>,
}

/// Makes the exception classes.
pub fn make_classes(vm: &mut Vm) -> PyResult<Classes> {
    let mut named: Vec<(&'static str, TypeRef)> = Vec::new();
    let of = |named: &[(&str, TypeRef)], name: &str| named.iter().find(|(n, _)| *n == name).map(|(_, t)| t.clone()).expect("law: bases are made first");
    let arithmetic = vm.types.arithmetic_error.clone();
    class(vm, &mut named, "DecimalException", &[arithmetic])?;
    let (zero, wrong_type) = (vm.types.zero_division_error.clone(), vm.types.type_error.clone());
    let plain = of(&named, "DecimalException");
    for name in ["InvalidOperation", "Inexact", "Rounded", "Subnormal", "Clamped"] { class(vm, &mut named, name, std::slice::from_ref(&plain))? }
    class(vm, &mut named, "FloatOperation", &[plain.clone(), wrong_type])?;
    class(vm, &mut named, "DivisionByZero", &[plain, zero.clone()])?;
    let (inexact, rounded, subnormal, invalid) = (of(&named, "Inexact"), of(&named, "Rounded"), of(&named, "Subnormal"), of(&named, "InvalidOperation"));
    class(vm, &mut named, "Overflow", &[inexact.clone(), rounded.clone()])?;
    class(vm, &mut named, "Underflow", &[inexact, rounded, subnormal])?;
    for name in ["ConversionSyntax", "DivisionImpossible", "InvalidContext"] { class(vm, &mut named, name, std::slice::from_ref(&invalid))? }
    class(vm, &mut named, "DivisionUndefined", &[invalid, zero])?;
    let (signals, conditions) = (SIGNALS.iter().map(|(n, _)| of(&named, n)).collect(), CONDITIONS.iter().map(|(n, _)| of(&named, n)).collect());
    Ok(Classes { signals, conditions, named })
}

fn class(vm: &mut Vm, named: &mut Vec<(&'static str, TypeRef)>, name: &'static str, bases: &[TypeRef]) -> PyResult<()> {
    let dict = vm.new_dict()?;
    let module = vm.intern("decimal")?;
    crate::support::set(vm, &dict, "__module__", &module)?;
    let args = [vm.new_str(name)?, vm.new_tuple(bases.iter().map(|b| b.obj().clone()).collect::<Vec<_>>())?.into_obj(), dict.into_obj()];
    let ty = vm.types.type_.obj().clone();
    let made = vm.call_n(&ty, &args)?;
    let Some(made) = TypeRef::from_obj(&made).cloned() else { return Err(vm.system_error("type() made no type")) };
    named.push((name, made));
    Ok(())
}

/// Adds conditions to a context's flags; the first one that is trapped is raised.
#[inline]
pub fn report(vm: &mut Vm, pc: &Ref<PyContext>, status: u32) -> PyResult<()> {
    pc.status.set(pc.status.get() | status);
    if status & (pc.traps.get() | flag::MALLOC_ERROR) == 0 { Ok(()) } else { Err(trapped(vm, status & (pc.traps.get() | flag::MALLOC_ERROR))) }
}

#[cold]
fn trapped(vm: &mut Vm, flags: u32) -> Raised {
    if flags & flag::MALLOC_ERROR != 0 { return vm.no_memory() }
    let made = made(vm);
    let classes = &made.classes;
    let mut all = Vec::new();
    for ((_, bits), class) in CONDITIONS.iter().zip(&classes.conditions) { if flags & bits != 0 { all.push(class.obj().clone()) } }
    for ((_, bits), class) in SIGNALS.iter().zip(&classes.signals).skip(1) { if flags & bits != 0 { all.push(class.obj().clone()) } }
    let first = SIGNALS.iter().position(|(_, bits)| flags & bits != 0).unwrap_or(0);
    let list = match vm.new_list(all) { Ok(l) => l.into_obj(), Err(e) => return e };
    vm.raise(&classes.signals[first], vec![list])
}

/// The names of the signals set in `flags`, in the order of the lowest condition of each.
pub fn names(flags: u32) -> String {
    let mut found: Vec<(u32, &str)> = SIGNALS.iter().filter(|(_, bits)| flags & bits != 0).map(|(name, bits)| ((flags & bits).trailing_zeros(), *name)).collect();
    found.sort_unstable();
    found.iter().map(|(_, name)| *name).collect::<Vec<_>>().join(", ")
}

/// The signal classes set in `flags`, as a list.
pub fn list(vm: &mut Vm, flags: u32) -> PyResult {
    let made = made(vm);
    let set: Vec<Owned> = SIGNALS.iter().zip(&made.classes.signals).filter(|((_, bits), _)| flags & bits != 0).map(|(_, c)| c.obj().clone()).collect();
    Ok(vm.new_list(set)?.into_obj())
}

/// The conditions of a signal class.
fn signal(vm: &mut Vm, key: &Owned) -> PyResult<u32> {
    let made = made(vm);
    match made.classes.signals.iter().position(|c| c.is(key)) {
        Some(i) => Ok(SIGNALS[i].1),
        None => { let text = vm.new_str(VALID_SIGNALS)?; Err(vm.key_error(&text)) }
    }
}

/// Flags out of a list of signal classes.
fn of_list(vm: &mut Vm, list: &Ref<PyList>) -> PyResult<u32> {
    let mut flags = 0;
    for item in list.items(vm).to_vec() { flags |= signal(vm, &item)? }
    Ok(flags)
}

/// Flags out of a signal dict or a dict with the nine signals.
pub fn of_dict(vm: &mut Vm, o: &Owned) -> PyResult<u32> {
    if let Some(d) = o.cast::<SignalDict>() { return cell(vm, d).map(|c| c.get()) }
    let Some(d) = o.cast::<PyDict>().cloned() else { return Err(vm.type_error("argument must be a signal dict")) };
    let made = made(vm);
    let mut flags = 0;
    let invalid = |vm: &mut Vm| match vm.new_str("invalid signal dict") { Ok(text) => vm.key_error(&text), Err(e) => e };
    if d.len(vm) != SIGNALS.len() { return Err(invalid(vm)) }
    for ((_, bits), class) in SIGNALS.iter().zip(&made.classes.signals) {
        match d.get_item(vm, class.obj())? { Some(v) => if vm.truth(&v)? { flags |= bits }, None => return Err(invalid(vm)) }
    }
    Ok(flags)
}

/// Flags out of a list or a dict.
pub fn of_list_or_dict(vm: &mut Vm, o: &Owned) -> PyResult<u32> {
    match o.cast::<PyList>().cloned() { Some(l) => of_list(vm, &l), None => of_dict(vm, o) }
}

// ---- signal dicts ----------------------------------------------------------------------------------------------------

/// Payload of a signal dict: the flags or traps of a context, as long as that lives.
pub struct SignalDict(Weak<Cell<u32>>);

instar_vm::trace! { SignalDict { } }
instar_vm::fields! { SignalDict { 0 } }
instar_vm::payload!(SignalDict, "SignalDictMixin");

/// A signal dict of these flags.
pub fn new_dict(vm: &mut Vm, flags: &Rc<Cell<u32>>) -> PyResult {
    let made = made(vm);
    Ok(vm.new_object_of(&made.signal_dict, SignalDict(Rc::downgrade(flags)))?.into_obj())
}

fn cell(vm: &mut Vm, d: &SignalDict) -> PyResult<Rc<Cell<u32>>> { d.0.upgrade().ok_or_else(|| vm.value_error("invalid signal dict")) }

fn flags(vm: &mut Vm, o: &Owned) -> PyResult<Rc<Cell<u32>>> { cell(vm, o.cast::<SignalDict>().expect("law: checked by the descriptor")) }

fn classes(vm: &mut Vm) -> PyResult { let made = made(vm); Ok(vm.new_tuple(made.classes.signals.iter().map(|c| c.obj().clone()).collect::<Vec<_>>())?.into_obj()) }

fn getitem(vm: &mut Vm, o: &Owned, key: &Owned) -> PyResult {
    let flags = flags(vm, o)?;
    let bits = signal(vm, key)?;
    Ok(vm.bool(flags.get() & bits != 0))
}

fn setitem(vm: &mut Vm, o: &Owned, key: &Owned, value: Option<&Owned>) -> PyResult<()> {
    let flags = flags(vm, o)?;
    let Some(value) = value else { return Err(vm.value_error("signal keys cannot be deleted")) };
    let bits = signal(vm, key)?;
    let on = vm.truth(value)?;
    flags.set(if on { flags.get() | bits } else { flags.get() & !bits });
    Ok(())
}

fn compare(vm: &mut Vm, a: &Owned, b: &Owned, op: Compare) -> PyResult {
    let mine = flags(vm, a)?.get();
    if !matches!(op, Compare::Eq | Compare::Ne) { return Ok(vm.not_implemented()) }
    let theirs = if let Some(d) = b.cast::<SignalDict>() { cell(vm, d)?.get() }
        else if b.cast::<PyDict>().is_some() {
            match of_dict(vm, b) {
                // A dict of other keys is no equal one.
                Err(e) if e.is(vm, &vm.types.key_error) => return Ok(vm.bool(op == Compare::Ne)),
                r => r?,
            }
        } else { return Ok(vm.not_implemented()) };
    // A signal is set if any of its conditions is.
    let equal = SIGNALS.iter().all(|(_, bits)| (mine & bits != 0) == (theirs & bits != 0));
    Ok(vm.bool(equal == (op == Compare::Eq)))
}

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let flags = flags(vm, o)?.get();
    let parts: Vec<String> = SIGNALS.iter().map(|(name, bits)| format!("<class 'decimal.{name}'>:{}", if flags & bits != 0 { "True" } else { "False" })).collect();
    vm.new_str(&format!("{{{}}}", parts.join(", ")))
}

fn copy(vm: &mut Vm, o: &Owned) -> PyResult {
    let flags = flags(vm, o)?.get();
    let (made, d) = (made(vm), vm.new_dict()?);
    for ((_, bits), class) in SIGNALS.iter().zip(&made.classes.signals) {
        let on = vm.bool(flags & bits != 0);
        d.set_item(vm, class.obj(), &on)?;
    }
    Ok(d.into_obj())
}

fn iter(vm: &mut Vm, o: &Owned) -> PyResult { flags(vm, o)?; let all = classes(vm)?; vm.iter(&all) }

static MIXIN: TypeDef = TypeDef {
    doc: "",
    sig: "",
    methods: &[Def::new("copy", "($self, /)", Native::N0(copy)).doc("A dict with the same signals.")],
    getset: &[],
};

/// Makes the class of signal dicts: the native half and `MutableMapping`.
pub fn make_dict(vm: &mut Vm) -> PyResult<TypeRef> {
    fn new(vm: &mut Vm, ty: &TypeRef, _: Args<'_>) -> PyResult { Ok(vm.new_object_of(ty, SignalDict(Weak::new()))?.into_obj()) }
    fn init(_: &mut Vm, _: &Owned, _: Args<'_>) -> PyResult<()> { Ok(()) }
    let slots = Slots {
        new: Some(new), init: Some(init), repr: Some(repr), compare: Some(compare), getitem: Some(getitem), setitem: Some(setitem), iter: Some(iter),
        len: Some(|vm, o| { flags(vm, o)?; Ok(SIGNALS.len()) }), ..Slots::default()
    };
    let mixin = type_once::<SignalDict>(vm, "decimal", "SignalDictMixin", None, vm_flags::BASETYPE, slots, &MIXIN)?;
    let mapping = vm.import_attr("collections.abc", "MutableMapping")?;
    let metaclass = mapping.type_of(vm).obj().clone();
    let args = [vm.new_str("SignalDict")?, vm.new_tuple([mixin.into_obj(), mapping])?.into_obj(), vm.new_dict()?.into_obj()];
    let made = vm.call_n(&metaclass, &args)?;
    TypeRef::from_obj(&made).cloned().ok_or_else(|| vm.system_error("type() made no type"))
}
