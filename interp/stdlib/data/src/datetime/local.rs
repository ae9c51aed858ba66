//! What the system knows about time zones: broken down times, solving local times for the instant.
//!
//! Not here: clocks (module `time`).

use std::ffi::CStr;

use instar_vm::types::float::float_value;
use instar_vm::types::int::int_ref;
use instar_vm::{Owned, PyResult, Raised, Vm};

use super::calendar as cal;
use super::date::bad_year;
use super::{delta, zone};

/// Seconds of a day: no zone folds further.
const FOLD_SECONDS_MAX: i64 = 86_400;
/// Seconds from the first of January of year 1, as ordinal 0 counts, to 1970.
pub const EPOCH: i64 = 719_163 * 86_400;

#[cold]
fn failed(vm: &mut Vm) -> Raised {
    let e = std::io::Error::last_os_error();
    vm.os_error_from(e, None)
}

/// Local time of an instant.
pub fn localtime(vm: &mut Vm, t: i64) -> PyResult<libc::tm> {
    // SAFETY: `tm` is plain data, filled by the call.
    let (tm, fine) = unsafe { let mut tm = std::mem::zeroed::<libc::tm>(); let r = libc::localtime_r(&t, &mut tm); (tm, !r.is_null()) };
    if fine { Ok(tm) } else { Err(failed(vm)) }
}

/// Time in UTC of an instant.
pub fn gmtime(vm: &mut Vm, t: i64) -> PyResult<libc::tm> {
    // SAFETY: as above.
    let (tm, fine) = unsafe { let mut tm = std::mem::zeroed::<libc::tm>(); let r = libc::gmtime_r(&t, &mut tm); (tm, !r.is_null()) };
    if fine { Ok(tm) } else { Err(failed(vm)) }
}

const NO_TIME_T: &str = "timestamp out of range for platform time_t";

fn float_argument(vm: &mut Vm, o: &Owned) -> PyResult<Option<f64>> {
    let Some(x) = float_value(o) else { return Ok(None) };
    if x.is_nan() { return Err(vm.value_error("Invalid value NaN (not a number)")) }
    Ok(Some(x))
}

fn whole(vm: &mut Vm, x: f64) -> PyResult<i64> {
    // 2^63 is the first float that does not fit.
    if (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&x) { Ok(x as i64) } else { Err(vm.overflow_error(NO_TIME_T)) }
}

fn int_argument(vm: &mut Vm, o: &Owned) -> PyResult<i64> {
    let n = vm.index(o)?;
    match int_ref(&n).and_then(|n| n.to_i64()) { Some(n) => Ok(n), None => Err(vm.overflow_error(NO_TIME_T)) }
}

/// Whole seconds of a timestamp argument, rounded down.
pub fn seconds(vm: &mut Vm, o: &Owned) -> PyResult<i64> {
    match float_argument(vm, o)? { Some(x) => whole(vm, x.floor()), None => int_argument(vm, o) }
}

/// Seconds and microseconds of a timestamp argument, rounded half to even.
pub fn seconds_micros(vm: &mut Vm, o: &Owned) -> PyResult<(i64, i64)> {
    let Some(x) = float_argument(vm, o)? else { return Ok((int_argument(vm, o)?, 0)) };
    let mut whole_part = x.trunc();
    let mut us = instar_base_num::round_float_half_even((x - whole_part) * 1e6);
    if us >= 1e6 { us -= 1e6; whole_part += 1.0 } else if us < 0.0 { us += 1e6; whole_part -= 1.0 }
    Ok((whole(vm, whole_part)?, us as i64))
}

/// Seconds since ordinal 0 of a broken down time.
pub fn to_seconds(vm: &mut Vm, (y, m, d): (i32, i32, i32), (h, min, s): (i32, i32, i32)) -> PyResult<i64> {
    if !(cal::YEAR_MIN..=cal::YEAR_MAX).contains(&y) { return Err(bad_year(vm, y)) }
    Ok(i64::from(cal::to_ordinal(y, m, d)) * 86_400 + i64::from(h) * 3600 + i64::from(min) * 60 + i64::from(s))
}

/// Local seconds since ordinal 0 at so many seconds in UTC.
pub fn local(vm: &mut Vm, u: i64) -> PyResult<i64> {
    let tm = localtime(vm, u - EPOCH)?;
    to_seconds(vm, (tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday), (tm.tm_hour, tm.tm_min, tm.tm_sec))
}

/// The instant (seconds since ordinal 0, UTC) of a local time; `fold` chooses where there are two, or none.
pub fn local_to_seconds(vm: &mut Vm, day: (i32, i32, i32), time: (i32, i32, i32), fold: bool) -> PyResult<i64> {
    let t = to_seconds(vm, day, time)?;
    let a = local(vm, t)? - t;
    let u1 = t - a;
    let t1 = local(vm, u1)?;
    let b = if t1 == t {
        // One solution; look for an earlier or a later one.
        let u2 = if fold { u1 + FOLD_SECONDS_MAX } else { u1 - FOLD_SECONDS_MAX };
        let b = local(vm, u2)? - u2;
        if a == b { return Ok(u1) }
        b
    } else {
        t1 - u1
    };
    let u2 = t - b;
    if local(vm, u2)? == t { return Ok(u2) }
    if t1 == t { return Ok(u1) }
    Ok(if fold { u1.min(u2) } else { u1.max(u2) })
}

/// Whether a local broken down time is the second of two.
pub fn fold_of(vm: &mut Vm, t: i64, day: (i32, i32, i32), time: (i32, i32, i32)) -> PyResult<bool> {
    let here = to_seconds(vm, day, time)?;
    let before = local(vm, EPOCH + t - FOLD_SECONDS_MAX)?;
    let transition = here - before - FOLD_SECONDS_MAX;
    Ok(transition < 0 && local(vm, EPOCH + t + transition)? == here)
}

/// The system's zone at an instant, as a fixed zone.
pub fn zone_at(vm: &mut Vm, t: i64) -> PyResult {
    let tm = localtime(vm, t)?;
    let offset = delta::from_parts(vm, 0, tm.tm_gmtoff, 0)?;
    let name = if tm.tm_zone.is_null() { Vec::new() } else {
        // SAFETY: the C library's zone names are null-terminated and stay until the zone changes.
        unsafe { CStr::from_ptr(tm.tm_zone) }.to_bytes().to_vec()
    };
    let name = vm.fs_decode(&name)?;
    zone::new_zone(vm, &offset, Some(name))
}
