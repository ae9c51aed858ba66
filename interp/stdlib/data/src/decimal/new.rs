//! `Decimal(...)`, and numbers out of text, tuples, floats and other objects.
//!
//! Exactly, or fitted into a context (`Context.create_decimal`). Not here: operands of arithmetic (`object.rs`).

use instar_base_decimal::{exact, flag, Context, Dec};
use instar_base_text::props::{decimal_value, is_space};
use instar_vm::args::Args;
use instar_vm::typeobj::TypeRef;
use instar_vm::types::float::float_value;
use instar_vm::types::int::int_ref;
use instar_vm::types::list::PyList;
use instar_vm::types::str::PyStr;
use instar_vm::types::tuple::PyTuple;
use instar_vm::{ObjExt, Owned, PyResult, Raised, Ref, Vm};

use super::args::{self, bind};
use super::context::PyContext;
use super::object::{dec, guarded, new_decimal, of_int, PyDecimal};
use super::signals::report;

/// Text as ASCII with the same meaning; no text at all if it can be no number.
fn ascii(s: &PyStr, lenient: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(s.len());
    for code in s.chars() {
        match code {
            0 => return Vec::new(),
            0x5F if lenient => {}
            1..128 => out.push(code as u8),
            _ if is_space(code) => out.push(b' '),
            _ => match decimal_value(code) { Some(d) => out.push(b'0' + d), None => return Vec::new() },
        }
    }
    if !lenient { return out }
    let space = |c: &u8| is_space((*c).into());
    let start = out.iter().take_while(|c| space(c)).count();
    out.drain(..start);
    while out.last().is_some_and(space) { out.pop(); }
    out
}

/// How a number is made: exactly, or fitted into the context.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// As it is; what arithmetic has no room for is an invalid operation.
    Exact,
    /// Rounded.
    Fitted,
}

fn of_ascii(vm: &mut Vm, pc: &Ref<PyContext>, text: &[u8], how: How) -> PyResult<Dec> {
    let (ctx, mut status) = (pc.ctx.get(), 0);
    let make = |status: &mut u32| if how == How::Exact { Dec::from_text_exact(text, status) } else { Dec::from_text(text, &ctx, status) };
    let d = if text.len() < 4000 && !ctx.clamp { make(&mut status) } else { guarded(vm, || make(&mut status))? };
    if status != 0 { report(vm, pc, status)? }
    Ok(d)
}

fn of_str(vm: &mut Vm, pc: &Ref<PyContext>, s: &PyStr, how: How) -> PyResult<Dec> {
    if let (Some(text), true) = (s.as_ascii(), how == How::Exact) {
        // What nearly all texts are.
        let text = text.as_bytes();
        if text.iter().all(|c| matches!(c, b'0'..=b'9' | b'.' | b'-' | b'+' | b'E' | b'e')) { return of_ascii(vm, pc, text, how) }
    }
    of_ascii(vm, pc, &ascii(s, how == How::Exact), how)
}

/// A number that was made exactly, fitted if asked for.
fn fitted(vm: &mut Vm, pc: &Ref<PyContext>, d: Dec, how: How) -> PyResult<Dec> {
    let (mut status, ctx) = (0, if how == How::Exact { Context::MAX } else { pc.ctx.get() });
    let d = guarded(vm, || d.fitted(&ctx, &mut status))?;
    let d = if how == How::Exact { let own = std::mem::take(&mut status); exact(d, own, &mut status) } else { d };
    if status != 0 { report(vm, pc, status)? }
    Ok(d)
}

fn of_tuple(vm: &mut Vm, pc: &Ref<PyContext>, items: &[Owned], how: How) -> PyResult<Dec> {
    let [sign, digits, exponent] = items else { return Err(vm.value_error("argument must be a sequence of length 3")) };
    let bad_digits = |vm: &mut Vm| -> Raised { vm.value_error("coefficient must be a tuple of digits") };
    let mut text = match int_ref(sign).and_then(|n| n.to_i64()) {
        Some(0) => Vec::new(),
        Some(1) => vec![b'-'],
        _ => return Err(vm.value_error("sign must be an integer with the value 0 or 1")),
    };
    let mut exp = None;
    let mut infinite = false;
    if let Some(s) = exponent.cast::<PyStr>() {
        match s.as_ascii() {
            Some("F") => { infinite = true; text.extend(b"Inf") }
            Some("n") => text.extend(b"NaN"),
            Some("N") => text.extend(b"sNaN"),
            _ => return Err(vm.value_error("string argument in the third position must be 'F', 'n' or 'N'")),
        }
    } else {
        match int_ref(exponent) {
            Some(n) => exp = Some(n.to_i64().ok_or_else(|| vm.overflow_error("Python int too large to convert to C ssize_t"))?),
            None => return Err(vm.value_error("exponent must be an integer")),
        }
    }
    let digits = match (digits.cast::<PyTuple>(), digits.cast::<PyList>()) {
        (Some(t), _) => t.items().to_vec(),
        (_, Some(l)) => l.items(vm).to_vec(),
        _ => return Err(bad_digits(vm)),
    };
    if !infinite {
        for d in &digits {
            match int_ref(d).and_then(|n| n.to_i64()).filter(|n| (0..10).contains(n)) { Some(n) => text.push(b'0' + n as u8), None => return Err(bad_digits(vm)) }
        }
        if digits.is_empty() && exp.is_some() { text.push(b'0') }
    }
    if let Some(n) = exp { text.extend(format!("E{n}").as_bytes()) }
    of_ascii(vm, pc, &text, how)
}

/// The number of any object; `None` if it is of a type that has none.
pub fn number_of(vm: &mut Vm, pc: &Ref<PyContext>, o: &Owned, how: How) -> PyResult<Option<Dec>> {
    if let Some(d) = dec(o) {
        if how == How::Exact { return Ok(Some(d.clone())) }
        let ctx = pc.ctx.get();
        if d.is_nan() && !d.coef.is_zero() && d.digits() > ctx.prec - i64::from(ctx.clamp) {
            report(vm, pc, flag::CONVERSION_SYNTAX)?;
            return Ok(Some(Dec::nan()));
        }
        return fitted(vm, pc, d.clone(), how).map(Some);
    }
    if let Some(s) = o.cast::<PyStr>() { return of_str(vm, pc, s, how).map(Some) }
    if let Some(n) = int_ref(o) { let d = guarded(vm, || of_int(n))?; return fitted(vm, pc, d, how).map(Some) }
    let items = match (o.cast::<PyTuple>(), o.cast::<PyList>()) { (Some(t), _) => Some(t.items().to_vec()), (_, Some(l)) => Some(l.items(vm).to_vec()), _ => None };
    if let Some(items) = items { return of_tuple(vm, pc, &items, how).map(Some) }
    if let Some(x) = float_value(o) {
        report(vm, pc, flag::FLOAT_OPERATION)?;
        return fitted(vm, pc, Dec::from_f64(x), how).map(Some);
    }
    Ok(None)
}

fn unsupported(vm: &mut Vm, o: &Owned) -> Raised {
    let t = o.type_name(vm);
    vm.type_error(format!("conversion from {t} to Decimal is not supported"))
}

/// `Decimal.__new__`
pub fn new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let (value, pc) = match (args.pos(), args.kwnames()) {
        ([], []) => (None, None),
        ([v], []) => (Some(v), None),
        _ => { let [value, context] = bind(vm, args, ["value", "context"], 0)?; (value, context) }
    };
    let pc = args::context(vm, pc)?;
    let Some(value) = value else { return Ok(vm.new_object_of(ty, PyDecimal { value: Dec::zero(false, 0) })?.into_obj()) };
    if ty.is(pc.decimal.obj()) && value.type_of(vm).ptr() == pc.decimal.ptr() { return Ok(value.clone()) }
    match number_of(vm, &pc, value, How::Exact)? {
        Some(value) => Ok(vm.new_object_of(ty, PyDecimal { value })?.into_obj()),
        None => Err(unsupported(vm, value)),
    }
}

/// `Context.create_decimal`
pub fn create(vm: &mut Vm, pc: &Ref<PyContext>, value: Option<&Owned>) -> PyResult {
    let Some(value) = value else { return new_decimal(vm, pc, Dec::zero(false, 0)) };
    match number_of(vm, pc, value, How::Fitted)? { Some(d) => new_decimal(vm, pc, d), None => Err(unsupported(vm, value)) }
}

/// A float or int, without FloatOperation.
pub fn of_float(vm: &mut Vm, pc: &Ref<PyContext>, o: &Owned, how: How) -> PyResult<Dec> {
    let d = match (int_ref(o), float_value(o)) {
        (Some(n), _) => guarded(vm, || of_int(n))?,
        (_, Some(x)) => Dec::from_f64(x),
        _ => return Err(vm.type_error("argument must be int or float")),
    };
    fitted(vm, pc, d, how)
}

/// An instance of the class that a class method was called on.
fn of_class(vm: &mut Vm, class: &Owned, pc: &Ref<PyContext>, d: Dec) -> PyResult {
    let made = new_decimal(vm, pc, d)?;
    if class.is(pc.decimal.obj()) { Ok(made) } else { vm.call1(class, &made) }
}

/// `Decimal.from_float`
pub fn from_float(vm: &mut Vm, class: &Owned, o: &Owned) -> PyResult {
    let pc = super::current::get(vm)?;
    let d = of_float(vm, &pc, o, How::Exact)?;
    of_class(vm, class, &pc, d)
}

/// `Decimal.from_number`
pub fn from_number(vm: &mut Vm, class: &Owned, o: &Owned) -> PyResult {
    let pc = super::current::get(vm)?;
    if int_ref(o).is_none() && float_value(o).is_none() && dec(o).is_none() { return Err(unsupported(vm, o)) }
    match number_of(vm, &pc, o, How::Exact)? { Some(d) => of_class(vm, class, &pc, d), None => Err(unsupported(vm, o)) }
}
