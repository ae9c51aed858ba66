//! Calendar times: `struct_time`, the time zone, conversions and text.
//!
//! The C library does the calendar and knows the zones. Not here: clocks.

use std::ffi::{CStr, CString};

use instar_vm::fallible::CollectVec;
use instar_vm::types::dict::PyDict;
use instar_vm::types::int::{int_ref, IntRef};
use instar_vm::types::str::PyStr;
use instar_vm::types::tuple::PyTuple;
use instar_vm::{ObjExt, Owned, PyResult, Ref, Vm};

use instar_vm::times as number;

use super::{fail, now, State};
use crate::support::{given, set, set_int};

pub const FIELDS: [&str; 11] = ["tm_year", "tm_mon", "tm_mday", "tm_hour", "tm_min", "tm_sec", "tm_wday", "tm_yday", "tm_isdst", "tm_zone", "tm_gmtoff"];

/// Whole seconds of a timestamp argument, now if absent.
fn stamp(vm: &mut Vm, args: &[Owned]) -> PyResult<i64> { match given(vm, args.first()) { Some(o) => number::to_seconds(vm, &o), None => now(vm) } }

fn broken_down(vm: &mut Vm, t: i64, local: bool) -> PyResult<libc::tm> {
    // SAFETY: `tm` is plain data, filled by the call.
    let (tm, fine) = unsafe {
        let mut tm = std::mem::zeroed::<libc::tm>();
        let r = if local { libc::localtime_r(&t, &mut tm) } else { libc::gmtime_r(&t, &mut tm) };
        (tm, !r.is_null())
    };
    if fine { Ok(tm) } else { Err(fail(vm)) }
}

fn zone_name(vm: &mut Vm, tm: &libc::tm) -> PyResult {
    if tm.tm_zone.is_null() { return vm.new_str("") }
    // SAFETY: the C library's zone names are null-terminated and stay until the zone changes.
    let text = unsafe { CStr::from_ptr(tm.tm_zone) }.to_bytes().to_vec();
    vm.fs_decode(&text)
}

fn struct_time(vm: &mut Vm, tm: &libc::tm) -> PyResult {
    let Some(ty) = vm.state::<State>().struct_time.clone() else { return Err(vm.system_error("module time is not ready")) };
    let numbers = [i64::from(tm.tm_year) + 1900, (tm.tm_mon + 1).into(), tm.tm_mday.into(), tm.tm_hour.into(), tm.tm_min.into(), tm.tm_sec.into(),
        ((tm.tm_wday + 6) % 7).into(), (tm.tm_yday + 1).into(), tm.tm_isdst.into()];
    let mut values = Vec::with_capacity(11);
    for n in numbers { values.push(vm.new_int(n)?) }
    values.push(zone_name(vm, tm)?);
    values.push(vm.new_int(tm.tm_gmtoff)?);
    vm.new_struct_sequence(&ty, values)
}

pub fn localtime(vm: &mut Vm, _: &Owned, a: &[Owned]) -> PyResult {
    let t = stamp(vm, a)?;
    let tm = broken_down(vm, t, true)?;
    struct_time(vm, &tm)
}

pub fn gmtime(vm: &mut Vm, _: &Owned, a: &[Owned]) -> PyResult {
    let t = stamp(vm, a)?;
    let tm = broken_down(vm, t, false)?;
    struct_time(vm, &tm)
}

/// A `struct tm` from a tuple of nine numbers; the zone's name lives as long as the second part.
fn from_tuple(vm: &mut Vm, f: &str, o: &Owned) -> PyResult<(libc::tm, Option<CString>)> {
    let Some(items) = Ref::<PyTuple>::cast(o).map(|t| t.items().to_vec()) else { return Err(vm.type_error("Tuple or struct_time argument required")) };
    if items.len() != 9 { return Err(vm.type_error(format!("{f}(): illegal time tuple argument"))) }
    let mut n = [0i32; 9];
    for (slot, item) in n.iter_mut().zip(&items) {
        let index = vm.index(item)?;
        let value = match int_ref(&index) { Some(IntRef::Small(n)) => n, Some(big) if big.signum() < 0 => i64::MIN, _ => i64::MAX };
        *slot = match i32::try_from(value) {
            Ok(n) => n,
            Err(_) => return Err(vm.overflow_error(if value > 0 { "signed integer is greater than maximum" } else { "signed integer is less than minimum" })),
        };
    }
    let Some(year) = n[0].checked_sub(1900) else { return Err(vm.overflow_error("year out of range")) };
    // SAFETY: `tm` is plain data.
    let mut tm = unsafe { std::mem::zeroed::<libc::tm>() };
    (tm.tm_year, tm.tm_mon, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec) = (year, n[1].wrapping_sub(1), n[2], n[3], n[4], n[5]);
    (tm.tm_wday, tm.tm_yday, tm.tm_isdst) = (n[6].wrapping_add(1) % 7, n[7].wrapping_sub(1), n[8]);
    let mut name = None;
    let is_struct_time = vm.state::<State>().struct_time.clone().is_some_and(|ty| o.type_of(vm).ptr() == ty.ptr());
    if is_struct_time {
        let (zone, offset) = (vm.get_attr_str(o, "tm_zone")?, vm.get_attr_str(o, "tm_gmtoff")?);
        if zone.cast::<PyStr>().is_some() { name = CString::new(vm.fs_encode(&zone)?).ok() }
        if !vm.is_none(&offset) { tm.tm_gmtoff = vm.index_i64(&offset)? }
        if let Some(n) = &name { tm.tm_zone = n.as_ptr() }
    }
    Ok((tm, name))
}

/// Refuses fields that text cannot show; 0 stands for the first month, day or day of the year.
fn check(vm: &mut Vm, tm: &mut libc::tm) -> PyResult<()> {
    if tm.tm_mon == -1 { tm.tm_mon = 0 }
    if tm.tm_mday == 0 { tm.tm_mday = 1 }
    if tm.tm_yday == -1 { tm.tm_yday = 0 }
    let bad = if !(0..12).contains(&tm.tm_mon) { "month out of range" } else if !(1..32).contains(&tm.tm_mday) { "day of month out of range" }
        else if !(0..24).contains(&tm.tm_hour) { "hour out of range" } else if !(0..60).contains(&tm.tm_min) { "minute out of range" }
        else if !(0..62).contains(&tm.tm_sec) { "seconds out of range" } else if tm.tm_wday < 0 { "day of week out of range" }
        else if !(0..366).contains(&tm.tm_yday) { "day of year out of range" } else { return Ok(()) };
    Err(vm.value_error(bad))
}

pub fn mktime(vm: &mut Vm, _: &Owned, o: &Owned) -> PyResult {
    let (mut tm, _zone) = from_tuple(vm, "mktime", o)?;
    tm.tm_wday = -1;
    // SAFETY: `tm` is plain data.
    let t = unsafe { libc::mktime(&mut tm) };
    // -1 is also a time; then the day of the week has been filled in.
    if t == -1 && tm.tm_wday == -1 { return Err(vm.overflow_error("mktime argument out of range")) }
    vm.new_float(t as f64)
}

fn plain_text(vm: &mut Vm, tm: &libc::tm) -> PyResult {
    const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (day, month) = (DAYS[tm.tm_wday.rem_euclid(7) as usize], MONTHS[tm.tm_mon.rem_euclid(12) as usize]);
    vm.new_str(&format!("{day} {month}{:3} {:02}:{:02}:{:02} {}", tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, i64::from(tm.tm_year) + 1900))
}

pub fn asctime(vm: &mut Vm, _: &Owned, a: &[Owned]) -> PyResult {
    let tm = match a.first() {
        Some(t) => { let (mut tm, _) = from_tuple(vm, "asctime", t)?; check(vm, &mut tm)?; tm }
        None => { let t = now(vm)?; broken_down(vm, t, true)? }
    };
    plain_text(vm, &tm)
}

pub fn ctime(vm: &mut Vm, _: &Owned, a: &[Owned]) -> PyResult {
    let t = stamp(vm, a)?;
    let tm = broken_down(vm, t, true)?;
    plain_text(vm, &tm)
}

/// Text of one run of a format without null characters.
fn format_run(vm: &mut Vm, run: &[u8], tm: &libc::tm) -> PyResult<Vec<u8>> {
    let Ok(format) = CString::new(run) else { return Ok(Vec::new()) };
    let mut size = 1024;
    loop {
        let mut room: Vec<u8> = Vec::new();
        if room.try_reserve_exact(size).is_err() { return Err(vm.no_memory()) }
        room.resize(size, 0);
        // SAFETY: the buffer has the length given; the format is null-terminated; the zone's name lives in the caller.
        let n = unsafe { libc::strftime(room.as_mut_ptr().cast(), size, format.as_ptr(), tm) };
        // Nothing written: too short a buffer, or a format like "%p" that is empty here.
        if n > 0 || size >= 256 * run.len().max(1) { room.truncate(n); return Ok(room) }
        size *= 2;
    }
}

pub fn strftime(vm: &mut Vm, _: &Owned, a: &[Owned]) -> PyResult {
    let Some(format) = a[0].cast::<PyStr>().cloned() else {
        let t = a[0].given_name(vm);
        return Err(vm.type_error(format!("strftime() argument 1 must be str, not {t}")));
    };
    let (mut tm, _zone) = match a.get(1) {
        Some(t) => { let (mut tm, zone) = from_tuple(vm, "strftime", t)?; check(vm, &mut tm)?; (tm, zone) }
        None => { let t = now(vm)?; (broken_down(vm, t, true)?, None) }
    };
    tm.tm_isdst = tm.tm_isdst.clamp(-1, 1);
    // What the C library could not take stands as it is: null characters and lone surrogates.
    let odd = |c: u32| c == 0 || (0xD800..0xE000).contains(&c);
    let codes: Vec<u32> = format.chars().try_vec(vm)?;
    let mut out: Vec<u32> = Vec::new();
    for run in codes.chunk_by(|a, b| odd(*a) == odd(*b)) {
        if odd(run[0]) { out.extend_from_slice(run); continue }
        let text: String = run.iter().filter_map(|c| char::from_u32(*c)).collect();
        let bytes = format_run(vm, text.as_bytes(), &tm)?;
        let decoded = vm.fs_decode(&bytes)?;
        if let Some(s) = decoded.cast::<PyStr>() { out.extend(s.chars()) }
    }
    vm.new_str_from_code_points(&out)
}

/// `timezone`, `altzone`, `daylight`, `tzname`: from a time in January and one in July.
pub fn fill_zone(vm: &mut Vm, ns: &Ref<PyDict>) -> PyResult<()> {
    const YEAR: i64 = (365 * 24 + 6) * 3600;
    let start = now(vm)?.div_euclid(YEAR) * YEAR;
    let (january, july) = (broken_down(vm, start, true)?, broken_down(vm, start + YEAR / 2, true)?);
    // South of the equator January is summer.
    let (winter, summer) = if january.tm_gmtoff > july.tm_gmtoff { (july, january) } else { (january, july) };
    set_int(vm, ns, "timezone", -winter.tm_gmtoff)?;
    set_int(vm, ns, "altzone", -summer.tm_gmtoff)?;
    set_int(vm, ns, "daylight", i64::from(winter.tm_gmtoff != summer.tm_gmtoff))?;
    let names = [zone_name(vm, &winter)?, zone_name(vm, &summer)?];
    let names = vm.new_tuple(names)?.into_obj();
    set(vm, ns, "tzname", &names)
}

pub fn tzset(vm: &mut Vm, module: &Owned) -> PyResult {
    unsafe extern "C" { fn tzset(); }
    // SAFETY: reads the environment; one thread runs Python code.
    unsafe { tzset() };
    let ns = vm.module_dict(module)?;
    fill_zone(vm, &ns)?;
    Ok(vm.none())
}
