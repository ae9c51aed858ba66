//! Operators of `Decimal`: arithmetic, comparison, truth, hashes.
//!
//! Not here: methods with names (`methods.rs`).

use instar_base_decimal::{self as decimal, flag, order_checked, Context, Dec, Kind};
use instar_code::Compare;
use instar_vm::protocol::compare::ordering_holds;
use instar_vm::types::complex::PyComplex;
use instar_vm::types::float::float_value;
use instar_vm::types::int::int_ref;
use instar_vm::{ObjExt, Owned, PyResult, Ref, Vm};

use super::context::PyContext;
use super::object::{apply1, apply2, apply2_large, dec, finish, guarded, new_decimal, of_int, operand, this, Binary, Operand, Unary};
use super::signals::report;
use super::{current, made};

#[inline]
fn binary(vm: &mut Vm, a: &Owned, b: &Owned, op: Binary) -> PyResult {
    let (Some(x), Some(y)) = (operand(a), operand(b)) else { return Ok(vm.not_implemented()) };
    let pc = current::get(vm)?;
    apply2(vm, &pc, op, &x, &y)
}

#[inline]
fn unary(vm: &mut Vm, a: &Owned, op: Unary) -> PyResult { let pc = current::get(vm)?; apply1(vm, &pc, op, this(a)) }

/// `a + b`
pub fn add(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult { binary(vm, a, b, decimal::add) }
/// `a - b`
pub fn sub(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult { binary(vm, a, b, decimal::sub) }
/// `a * b`
pub fn mul(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult { binary(vm, a, b, decimal::mul) }
/// `a / b`
pub fn truediv(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult { binary(vm, a, b, decimal::div) }
/// `a // b`
pub fn floordiv(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult { binary(vm, a, b, decimal::divide_int) }
/// `a % b`
pub fn remainder(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult { binary(vm, a, b, decimal::remainder) }
/// `-a`
pub fn negative(vm: &mut Vm, a: &Owned) -> PyResult { unary(vm, a, decimal::minus) }
/// `+a`
pub fn positive(vm: &mut Vm, a: &Owned) -> PyResult { unary(vm, a, decimal::plus) }
/// `abs(a)`
pub fn absolute(vm: &mut Vm, a: &Owned) -> PyResult { unary(vm, a, decimal::abs) }

/// Quotient and rest as a tuple.
pub fn divmod_in(vm: &mut Vm, pc: &Ref<PyContext>, x: &Dec, y: &Dec) -> PyResult {
    let (ctx, mut status) = (pc.ctx.get(), 0);
    let (q, r) = guarded(vm, || decimal::divmod(x, y, &ctx, &mut status))?;
    let q = finish(vm, pc, q, status)?;
    let r = new_decimal(vm, pc, r)?;
    Ok(vm.new_tuple([q, r])?.into_obj())
}

/// `divmod(a, b)`
pub fn divmod(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult {
    let (Some(x), Some(y)) = (operand(a), operand(b)) else { return Ok(vm.not_implemented()) };
    let pc = current::get(vm)?;
    divmod_in(vm, &pc, &x, &y)
}

/// A power, in a ring if a modulus is given.
pub fn power_in(vm: &mut Vm, pc: &Ref<PyContext>, x: &Dec, y: &Dec, m: Option<&Dec>) -> PyResult {
    let Some(m) = m else { return apply2_large(vm, pc, decimal::pow, x, y) };
    let (ctx, mut status) = (pc.ctx.get(), 0);
    let d = guarded(vm, || decimal::pow_mod(x, y, m, &ctx, &mut status))?;
    finish(vm, pc, d, status)
}

/// `pow(a, b, m)`
pub fn pow(vm: &mut Vm, a: &Owned, b: &Owned, m: &Owned) -> PyResult {
    let (Some(x), Some(y)) = (operand(a), operand(b)) else { return Ok(vm.not_implemented()) };
    let m = if vm.is_none(m) { None } else { match operand(m) { Some(m) => Some(m), None => return Ok(vm.not_implemented()) } };
    let pc = current::get(vm)?;
    power_in(vm, &pc, &x, &y, m.as_deref())
}

/// Truth.
pub fn truth(_: &mut Vm, a: &Owned) -> PyResult<bool> { Ok(!this(a).is_zero()) }

/// `hash(a)`
pub fn hash(vm: &mut Vm, a: &Owned) -> PyResult<i64> {
    let d = this(a);
    match d.kind {
        Kind::Finite => Ok(d.hash()),
        Kind::Inf => Ok(if d.neg { -314_159 } else { 314_159 }),
        Kind::Nan => Ok(vm.identity_hash(a)),
        Kind::SNan => Err(vm.type_error("Cannot hash a signaling NaN value")),
    }
}

/// `a op b`
pub fn compare(vm: &mut Vm, a: &Owned, b: &Owned, op: Compare) -> PyResult {
    let x = this(a);
    if let Some(y) = dec(b) { return compared(vm, x, y, op) }
    if let Some(n) = int_ref(b) { let y = guarded(vm, || of_int(n))?; return compared(vm, x, &y, op) }
    let equality = matches!(op, Compare::Eq | Compare::Ne);
    if let (Some(c), true) = (b.cast::<PyComplex>(), equality) {
        let (re, im) = (c.re, c.im);
        return if im != 0.0 { Ok(vm.not_implemented()) } else { compared(vm, x, &Dec::from_f64(re), op) };
    }
    if let Some(y) = float_value(b) {
        let pc = current::get(vm)?;
        if equality { pc.status.set(pc.status.get() | flag::FLOAT_OPERATION) } else { report(vm, &pc, flag::FLOAT_OPERATION)? }
        return compared(vm, x, &Dec::from_f64(y), op);
    }
    compare_rational(vm, x, b, op)
}

fn compare_rational(vm: &mut Vm, x: &Dec, b: &Owned, op: Compare) -> PyResult {
    let rational = made(vm).rational.clone();
    if !vm.is_instance(b, &rational)? { return Ok(vm.not_implemented()) }
    let n = vm.get_attr_str(b, "numerator")?;
    if !x.is_finite() { return match operand_int(vm, &n)? { Some(n) => compared(vm, x, &n, op), None => Ok(vm.not_implemented()) } }
    let d = vm.get_attr_str(b, "denominator")?;
    let (Some(n), Some(d)) = (operand_int(vm, &n)?, operand_int(vm, &d)?) else { return Ok(vm.not_implemented()) };
    let scaled = guarded(vm, || decimal::mul(x, &d, &Context::MAX, &mut 0))?;
    compared(vm, &scaled, &n, op)
}

fn operand_int(vm: &mut Vm, o: &Owned) -> PyResult<Option<Dec>> {
    let Some(n) = int_ref(o) else { return Ok(None) };
    guarded(vm, || Operand::Made(of_int(n))).map(|d| Some(Dec::clone(&d)))
}

fn compared(vm: &mut Vm, x: &Dec, y: &Dec, op: Compare) -> PyResult {
    let mut status = 0;
    if let Some(order) = order_checked(x, y, &mut status) { return Ok(vm.bool(ordering_holds(order, op))) }
    // Order always signals, equality only of signalling NaNs.
    if x.is_snan() || y.is_snan() || !matches!(op, Compare::Eq | Compare::Ne) {
        let pc = current::get(vm)?;
        report(vm, &pc, status)?;
    }
    Ok(vm.bool(op == Compare::Ne))
}
