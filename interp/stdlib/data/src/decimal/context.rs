//! `Context` objects: attributes, construction, copies, text.
//!
//! Not here: their arithmetic methods (`context_methods.rs`), the current one (`current.rs`).

use std::cell::Cell;
use std::rc::Rc;

use instar_base_decimal::{flag, Context, Round, EMAX_MAX, EMIN_MIN, PREC_MAX};
use instar_object::TypeFlags;
use instar_vm::args::Args;
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::object::Slot;
use instar_vm::slots::Slots;
use instar_vm::typeobj::{vm_flags, TypeRef};
use instar_vm::types::int::int_ref;
use instar_vm::protocol::attr::{GENERIC_GETATTR, GENERIC_SETATTR};
use instar_vm::types::str::PyStr;
use instar_vm::{ObjExt, Owned, PyResult, Ref, Vm};

use super::args::{bind, rounding, rounding_name};
use super::object::PyDecimal;
use super::{context_methods, made, signals};
use crate::support::type_once;

/// Payload of `Context`.
pub struct PyContext {
    /// What arithmetic depends on.
    pub ctx: Cell<Context>,
    /// Whether exponents are written with `E`.
    pub capitals: Cell<bool>,
    /// Conditions met.
    pub status: Rc<Cell<u32>>,
    /// Conditions that raise.
    pub traps: Rc<Cell<u32>>,
    /// The type of results.
    pub decimal: TypeRef,
    flags_dict: Slot,
    traps_dict: Slot,
}

instar_vm::trace! { PyContext { decimal, flags_dict, traps_dict } }
instar_vm::fields! { PyContext { ctx, capitals, status, traps, decimal, flags_dict, traps_dict } }
instar_vm::payload!(PyContext, "Context");

/// The context that `DefaultContext` is in the beginning.
pub const DEFAULT: Context = Context { prec: 28, emax: 999_999, emin: -999_999, round: Round::HalfEven, clamp: false };
/// Its traps.
pub const DEFAULT_TRAPS: u32 = flag::IEEE_INVALID | flag::DIVISION_BY_ZERO | flag::OVERFLOW;

/// The context of a receiver.
pub fn this(o: &Owned) -> &Ref<PyContext> { o.cast().expect("law: checked by the descriptor") }

fn of_type(vm: &mut Vm, ty: &TypeRef, ctx: Context, capitals: bool, status: u32, traps: u32) -> PyResult<Ref<PyContext>> {
    let decimal = vm.types.native_type::<PyDecimal>().clone();
    let payload = PyContext {
        ctx: Cell::new(ctx), capitals: Cell::new(capitals), status: Rc::new(Cell::new(status)), traps: Rc::new(Cell::new(traps)), decimal,
        flags_dict: Slot::default(), traps_dict: Slot::default(),
    };
    vm.new_object_of(ty, payload)
}

/// A context of the type itself.
pub fn make(vm: &mut Vm, ctx: Context, traps: u32) -> PyResult<Ref<PyContext>> {
    let ty = vm.types.native_type::<PyContext>().clone();
    of_type(vm, &ty, ctx, true, 0, traps)
}

/// A copy, of the type itself.
pub fn copy(vm: &mut Vm, c: &PyContext) -> PyResult<Ref<PyContext>> {
    let ty = vm.types.native_type::<PyContext>().clone();
    of_type(vm, &ty, c.ctx.get(), c.capitals.get(), c.status.get(), c.traps.get())
}

fn new(vm: &mut Vm, ty: &TypeRef, _: Args<'_>) -> PyResult {
    let default = made(vm).default.clone();
    Ok(of_type(vm, ty, default.ctx.get(), true, default.status.get(), default.traps.get())?.into_obj())
}

fn init(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult<()> {
    let given = bind(vm, args, ["prec", "rounding", "Emin", "Emax", "capitals", "clamp", "flags", "traps"], 0)?;
    set_given(vm, this(o), &given)
}

/// Sets attributes in the constructor's order; None leaves one as it is.
pub fn set_given(vm: &mut Vm, c: &Ref<PyContext>, given: &[Option<&Owned>; 8]) -> PyResult<()> {
    let setters = [set_prec, set_rounding, set_emin, set_emax, set_capitals, set_clamp];
    for (value, set) in given.iter().zip(setters) {
        if let Some(v) = value.filter(|v| !vm.is_none(v)) { set(vm, c.obj(), Some(v))? }
    }
    // Traps before flags: an error in the latter leaves the former set.
    if let Some(v) = given[7].filter(|v| !vm.is_none(v)) { let traps = signals::of_list_or_dict(vm, v)?; c.traps.set(traps) }
    if let Some(v) = given[6].filter(|v| !vm.is_none(v)) { let flags = signals::of_list_or_dict(vm, v)?; c.status.set(flags) }
    Ok(())
}

// ---- attributes ------------------------------------------------------------------------------------------------------

fn number(vm: &mut Vm, value: Option<&Owned>) -> PyResult<i64> {
    let Some(value) = value else { return Err(vm.attribute_error("context attributes cannot be deleted")) };
    match int_ref(value) {
        Some(n) => n.to_i64().ok_or_else(|| vm.overflow_error("Python int too large to convert to C ssize_t")),
        None => Err(vm.type_error("an integer is required")),
    }
}

/// Changes the context if the value is in range.
fn change(vm: &mut Vm, o: &Owned, value: Option<&Owned>, range: (i64, i64), message: &str, set: fn(&mut Context, i64)) -> PyResult<()> {
    let n = number(vm, value)?;
    if n < range.0 || n > range.1 { return Err(vm.value_error(message)) }
    let mut ctx = this(o).ctx.get();
    set(&mut ctx, n);
    this(o).ctx.set(ctx);
    Ok(())
}

fn set_prec(vm: &mut Vm, o: &Owned, v: Option<&Owned>) -> PyResult<()> { change(vm, o, v, (1, PREC_MAX), "valid range for prec is [1, MAX_PREC]", |c, n| c.prec = n) }
fn set_emin(vm: &mut Vm, o: &Owned, v: Option<&Owned>) -> PyResult<()> { change(vm, o, v, (EMIN_MIN, 0), "valid range for Emin is [MIN_EMIN, 0]", |c, n| c.emin = n) }
fn set_emax(vm: &mut Vm, o: &Owned, v: Option<&Owned>) -> PyResult<()> { change(vm, o, v, (0, EMAX_MAX), "valid range for Emax is [0, MAX_EMAX]", |c, n| c.emax = n) }
fn set_clamp(vm: &mut Vm, o: &Owned, v: Option<&Owned>) -> PyResult<()> { change(vm, o, v, (0, 1), "valid values for clamp are 0 or 1", |c, n| c.clamp = n == 1) }

fn set_capitals(vm: &mut Vm, o: &Owned, value: Option<&Owned>) -> PyResult<()> {
    let n = number(vm, value)?;
    if !matches!(n, 0 | 1) { return Err(vm.value_error("valid values for capitals are 0 or 1")) }
    this(o).capitals.set(n == 1);
    Ok(())
}

fn set_rounding(vm: &mut Vm, o: &Owned, value: Option<&Owned>) -> PyResult<()> {
    let Some(value) = value else { return Err(vm.attribute_error("context attributes cannot be deleted")) };
    let round = rounding(vm, value)?;
    this(o).ctx.set(this(o).ctx.get().rounding(round));
    Ok(())
}

fn signal_dict(vm: &mut Vm, slot: &Slot, flags: &Rc<Cell<u32>>) -> PyResult {
    if let Some(d) = slot.get() { return Ok(d) }
    let d = signals::new_dict(vm, flags)?;
    slot.set(Some(d.clone()));
    Ok(d)
}

fn getattr(vm: &mut Vm, o: &Owned, name: &Owned) -> PyResult {
    let c = this(o);
    match name.cast::<PyStr>().and_then(|n| n.as_ascii()) {
        Some("traps") => signal_dict(vm, &c.traps_dict, &c.traps),
        Some("flags") => signal_dict(vm, &c.flags_dict, &c.status),
        _ => GENERIC_GETATTR(vm, o, name),
    }
}

fn setattr(vm: &mut Vm, o: &Owned, name: &Owned, value: Option<&Owned>) -> PyResult<()> {
    let (c, name_text) = (this(o), name.cast::<PyStr>().and_then(|n| n.as_ascii()));
    let target = match name_text { Some("traps") => &c.traps, Some("flags") => &c.status, _ => {
        if value.is_none() && name_text.is_some() { return Err(vm.attribute_error("context attributes cannot be deleted")) }
        return GENERIC_SETATTR(vm, o, name, value);
    } };
    let Some(value) = value else { return Err(vm.attribute_error("context attributes cannot be deleted")) };
    let flags = signals::of_dict(vm, value)?;
    target.set(flags);
    Ok(())
}

// ---- text, copies ----------------------------------------------------------------------------------------------------

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let c = this(o);
    let Context { prec, emax, emin, round, clamp } = c.ctx.get();
    let (capitals, flags, traps) = (u8::from(c.capitals.get()), signals::names(c.status.get()), signals::names(c.traps.get()));
    vm.new_str(&format!("Context(prec={prec}, rounding={}, Emin={emin}, Emax={emax}, capitals={capitals}, clamp={}, flags=[{flags}], traps=[{traps}])",
        round.name(), u8::from(clamp)))
}

/// `copy()` and `__copy__()`.
pub fn copy_method(vm: &mut Vm, o: &Owned) -> PyResult { Ok(copy(vm, this(o))?.into_obj()) }

/// `__reduce__()`
pub fn reduce(vm: &mut Vm, o: &Owned) -> PyResult {
    let c = this(o);
    let ctx = c.ctx.get();
    let state = [vm.new_int(ctx.prec)?, rounding_name(vm, ctx.round), vm.new_int(ctx.emin)?, vm.new_int(ctx.emax)?, vm.new_int(c.capitals.get().into())?,
        vm.new_int(ctx.clamp.into())?, signals::list(vm, c.status.get())?, signals::list(vm, c.traps.get())?];
    let parts = [o.type_of(vm).obj().clone(), vm.new_tuple(state)?.into_obj()];
    Ok(vm.new_tuple(parts)?.into_obj())
}

/// Clears flags, traps.
pub fn clear(vm: &mut Vm, flags: &Cell<u32>) -> PyResult { flags.set(0); Ok(vm.none()) }

fn ieee(vm: &mut Vm, _: &Owned, bits: &Owned) -> PyResult {
    let bits = number(vm, Some(bits))?;
    match Context::ieee(bits) {
        Some(ctx) => Ok(make(vm, ctx, 0)?.into_obj()),
        None => Err(vm.value_error("argument must be a multiple of 32, with a maximum of 512")),
    }
}

/// `IEEEContext`
pub const IEEE: Def = Def::new("IEEEContext", "($module, bits, /)", Native::N1(ieee))
    .doc("Return a context like the IEEE interchange format with so many bits, a multiple of 32 up to\nIEEE_CONTEXT_MAX_BITS.");

static DEF: TypeDef = TypeDef {
    doc: "What decimal arithmetic depends on: precision, rounding, range of exponents, and the conditions\nthat are signalled. A Context(...) without an argument takes its value from DefaultContext.",
    sig: "(prec=None, rounding=None, Emin=None, Emax=None, capitals=None, clamp=None, flags=None, traps=None)",
    methods: context_methods::METHODS,
    getset: &[
        GetSet::rw("prec", |vm, o| vm.new_int(this(o).ctx.get().prec), set_prec),
        GetSet::rw("Emax", |vm, o| vm.new_int(this(o).ctx.get().emax), set_emax),
        GetSet::rw("Emin", |vm, o| vm.new_int(this(o).ctx.get().emin), set_emin),
        GetSet::rw("rounding", |vm, o| Ok(rounding_name(vm, this(o).ctx.get().round)), set_rounding),
        GetSet::rw("capitals", |vm, o| vm.new_int(this(o).capitals.get().into()), set_capitals),
        GetSet::rw("clamp", |vm, o| vm.new_int(this(o).ctx.get().clamp.into()), set_clamp),
    ],
};

/// Makes the type.
pub fn make_type(vm: &mut Vm) -> PyResult<TypeRef> {
    let slots = Slots { new: Some(new), init: Some(init), repr: Some(repr), getattr: Some(getattr), setattr: Some(setattr), ..Slots::default() };
    type_once::<PyContext>(vm, "decimal", "Context", None, vm_flags::BASETYPE | TypeFlags::GC.bits(), slots, &DEF)
}
