//! Python numbers as times: seconds and nanoseconds, rounding, ranges.
//!
//! Not here: clocks and calendars.

use crate::types::int::int_ref;
use crate::{ObjExt, Owned, PyResult, Vm};

const BILLION: i64 = 1_000_000_000;

/// How seconds become whole nanoseconds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Round {
    /// Towards the past.
    Floor,
    /// Away from zero, so that a timeout never ends early.
    Up,
}

/// An int of more than 64 bits if need be.
pub fn new_wide(vm: &mut Vm, n: i128) -> PyResult {
    match i64::try_from(n) { Ok(n) => vm.new_int(n), Err(_) => vm.new_bigint(dashu_int::IBig::from(n)) }
}

fn float_value(vm: &mut Vm, o: &Owned) -> PyResult<Option<f64>> {
    if crate::types::float::float_value(o).is_none() { return Ok(None) }
    let x = vm.to_float(o)?;
    if x.is_nan() { return Err(vm.value_error("Invalid value NaN (not a number)")) }
    Ok(Some(x))
}

fn int_value(vm: &mut Vm, o: &Owned, too_large: &str) -> PyResult<i64> {
    let n = vm.index(o)?;
    match int_ref(&n).and_then(|n| n.to_i64()) { Some(n) => Ok(n), None => Err(vm.overflow_error(too_large)) }
}

const NO_TIME_T: &str = "timestamp out of range for platform time_t";
const NO_TIME: &str = "timestamp out of range for C PyTime_t";

fn whole(vm: &mut Vm, x: f64) -> PyResult<i64> {
    // 2^63 is the first float that does not fit.
    if (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&x) { Ok(x as i64) } else { Err(vm.overflow_error(NO_TIME_T)) }
}

/// Whole seconds, fractions rounded down.
pub fn to_seconds(vm: &mut Vm, o: &Owned) -> PyResult<i64> {
    match float_value(vm, o)? { Some(x) => whole(vm, x.floor()), None => int_value(vm, o, NO_TIME_T) }
}

/// Seconds and nanoseconds below a second, rounded down.
pub fn to_timespec(vm: &mut Vm, o: &Owned) -> PyResult<(i64, i64)> {
    let Some(x) = float_value(vm, o)? else { return Ok((int_value(vm, o, NO_TIME_T)?, 0)) };
    let seconds = x.floor();
    let mut part = x - x.trunc();
    if part < 0.0 { part += 1.0 }
    let nanos = (part * 1e9).floor();
    let seconds = whole(vm, seconds)?;
    Ok(if nanos >= 1e9 { (seconds + 1, 0) } else { (seconds, nanos as i64) })
}

/// Seconds as nanoseconds.
pub fn to_nanos(vm: &mut Vm, o: &Owned, round: Round) -> PyResult<i64> { units_to_nanos(vm, o, BILLION, round) }

/// A number of units of `unit` nanoseconds as nanoseconds.
pub fn units_to_nanos(vm: &mut Vm, o: &Owned, unit: i64, round: Round) -> PyResult<i64> {
    if let Some(x) = float_value(vm, o)? {
        let x = x * unit as f64;
        let x = if round == Round::Floor { x.floor() } else if x >= 0.0 { x.ceil() } else { x.floor() };
        if !(-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&x) { return Err(vm.overflow_error(NO_TIME)) }
        return Ok(x as i64);
    }
    if !o.word().is_int() && o.type_of(vm).slots().index.is_none() {
        let t = o.type_name(vm);
        return Err(vm.type_error(format!("'{t}' object cannot be interpreted as an integer or float")));
    }
    let n = int_value(vm, o, "timestamp too large to convert to C PyTime_t")?;
    match n.checked_mul(unit) { Some(n) => Ok(n), None => Err(vm.overflow_error(NO_TIME)) }
}

/// An int of nanoseconds as seconds and the rest.
pub fn split_nanos(vm: &mut Vm, o: &Owned) -> PyResult<(i64, i64)> {
    let n = vm.index_big(o)?;
    let billion = dashu_int::IBig::from(BILLION);
    use dashu_int::ops::DivRemEuclid;
    let (seconds, nanos) = n.div_rem_euclid(&billion);
    match (i64::try_from(&seconds), i64::try_from(&dashu_int::IBig::from(nanos))) {
        (Ok(s), Ok(n)) => Ok((s, n)),
        _ => Err(vm.overflow_error(NO_TIME_T)),
    }
}

/// Nanoseconds as a float of seconds.
pub fn seconds_of(vm: &mut Vm, nanos: i64) -> PyResult {
    vm.new_float(if nanos % BILLION == 0 { (nanos / BILLION) as f64 } else { nanos as f64 / 1e9 })
}
