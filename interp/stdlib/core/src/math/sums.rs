//! `math`: sums, products, distances.
//!
//! The careful summation is `pymath`'s. Not here: functions of single numbers (`math.rs`).

use instar_code::Binary;
use instar_vm::types::float::float_value;
use instar_vm::types::int::{int_ref, is_exact_int, IntRef};
use instar_vm::{ObjExt, Owned, PyResult, Vm};
use pymath::math as m;

use super::floats;

pub(super) fn fsum(vm: &mut Vm, _: &Owned, iterable: &Owned) -> PyResult {
    let items = vm.collect(iterable)?;
    let values = floats(vm, &items)?;
    match m::fsum(values) {
        Ok(sum) => vm.new_float(sum),
        Err(pymath::Error::EDOM) => Err(vm.value_error("-inf + inf in fsum")),
        Err(pymath::Error::ERANGE) => Err(vm.overflow_error("intermediate overflow in fsum")),
    }
}

pub(super) fn hypot(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    let values = floats(vm, args)?;
    vm.new_float(m::hypot(&values))
}

pub(super) fn dist(vm: &mut Vm, _: &Owned, p: &Owned, q: &Owned) -> PyResult {
    let (p, q) = (vm.collect(p)?, vm.collect(q)?);
    if p.len() != q.len() { return Err(vm.value_error("both points must have the same number of dimensions")) }
    let (p, q) = (floats(vm, &p)?, floats(vm, &q)?);
    vm.new_float(m::dist(&p, &q))
}

pub(super) fn prod(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let mut product = match &args[1] { Some(start) => start.clone(), None => vm.new_int(1)? };
    let Some(iterable) = &args[0] else { return Ok(product) };
    let it = vm.iter(iterable)?;
    while let Some(item) = vm.next(&it)? { product = vm.binary(Binary::Mul, &product, &item)? }
    Ok(product)
}

/// Sums of the stages of [`sumprod`] that are not in `total` yet.
struct Pending {
    ints: Option<i64>,
    floats: (Vec<f64>, Vec<f64>),
    /// Running sum of the float products, to see when it stops being finite.
    high: f64,
}

/// Both operands as floats, if one is a float and the other a float or an int that fits.
fn float_pair(vm: &Vm, p: &Owned, q: &Owned) -> Option<(f64, f64)> {
    let exact = |o: &Owned| if o.is_exact::<instar_vm::types::float::PyFloat>(vm) { float_value(o) } else { None };
    let number = |o: &Owned| if is_exact_int(vm, o) || o.type_of(vm).ptr() == vm.types.bool.ptr() { int_ref(o).and_then(IntRef::to_f64) } else { None };
    match (exact(p), exact(q)) {
        (Some(x), Some(y)) => Some((x, y)),
        (Some(x), None) => Some((x, number(q)?)),
        (None, Some(y)) => Some((number(p)?, y)),
        (None, None) => None,
    }
}

/// Ints exactly, then floats in extended precision, then whatever remains with `+` and `*`.
pub(super) fn sumprod(vm: &mut Vm, _: &Owned, p: &Owned, q: &Owned) -> PyResult {
    let (p, q) = (vm.iter(p)?, vm.iter(q)?);
    let mut total = vm.new_int(0)?;
    let mut pending = Pending { ints: None, floats: (Vec::new(), Vec::new()), high: 0.0 };
    let (mut ints, mut by_float) = (true, true);
    loop {
        let pair = match (vm.next(&p)?, vm.next(&q)?) {
            (Some(x), Some(y)) => Some((x, y)),
            (None, None) => None,
            _ => return Err(vm.value_error("Inputs are not the same length")),
        };
        if ints {
            if let Some((x, y)) = &pair {
                if is_exact_int(vm, x) && is_exact_int(vm, y) {
                    if let (Some(IntRef::Small(x)), Some(IntRef::Small(y))) = (int_ref(x), int_ref(y)) {
                        if let Some(sum) = x.checked_mul(y).and_then(|xy| xy.checked_add(pending.ints.unwrap_or(0))) { pending.ints = Some(sum); continue }
                    }
                }
            }
            ints = false;
            if let Some(sum) = pending.ints.take() {
                let sum = vm.new_int(sum)?;
                total = vm.binary(Binary::Add, &total, &sum)?;
            }
        }
        if by_float {
            if let Some((x, y)) = pair.as_ref().and_then(|(x, y)| float_pair(vm, x, y)) {
                let high = pending.high + x * y;
                if high.is_finite() && pending.floats.0.try_reserve(1).is_ok() && pending.floats.1.try_reserve(1).is_ok() {
                    pending.high = high;
                    pending.floats.0.push(x);
                    pending.floats.1.push(y);
                    continue;
                }
            }
            by_float = false;
            if !pending.floats.0.is_empty() {
                let sum = vm.new_float(m::sumprod(&pending.floats.0, &pending.floats.1).unwrap_or(f64::NAN))?;
                total = vm.binary(Binary::Add, &total, &sum)?;
            }
        }
        let Some((x, y)) = pair else { return Ok(total) };
        let product = vm.binary(Binary::Mul, &x, &y)?;
        total = vm.binary(Binary::Add, &total, &product)?;
    }
}
