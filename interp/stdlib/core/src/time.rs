//! `time`: clocks and calendar.
//!
//! Not here: `strptime` (Lib's `_strptime`).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native};
use instar_vm::typeobj::TypeRef;
use instar_vm::types::tuple::PyTuple;
use instar_vm::{ObjExt, Owned, PyResult, Ref, Vm};

use crate::support::{given, set, set_int, set_type};

#[derive(Default)]
struct State { struct_time: Option<TypeRef> }

fn clock(id: libc::clockid_t) -> i64 {
    let mut t = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `t` is writable.
    unsafe { libc::clock_gettime(id, &mut t) };
    t.tv_sec * 1_000_000_000 + t.tv_nsec
}

fn now() -> i64 { SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_nanos() as i64) }
fn seconds(vm: &mut Vm, ns: i64) -> PyResult { vm.new_float(ns as f64 / 1e9) }

fn sleep(vm: &mut Vm, _: &Owned, o: &Owned) -> PyResult {
    let t = vm.to_float(o)?;
    if t.is_nan() { return Err(vm.value_error("Invalid value NaN (not a number)")) }
    if t < 0.0 { return Err(vm.value_error("sleep length must be non-negative")) }
    let Ok(d) = Duration::try_from_secs_f64(t) else { return Err(vm.overflow_error("timestamp too large to convert to C PyTime_t")) };
    std::thread::sleep(d);
    vm.safe_point()?;
    Ok(vm.none())
}

/// Whole seconds of a timestamp argument, now if absent.
fn stamp(vm: &mut Vm, args: &[Owned]) -> PyResult<i64> {
    match given(vm, args.first()) {
        None => Ok(now().div_euclid(1_000_000_000)),
        Some(o) if o.is_instance_of(vm, &vm.types.float) => {
            let t = vm.to_float(&o)?;
            if t.is_nan() { return Err(vm.value_error("Invalid value NaN (not a number)")) }
            if t.abs() > 9.2e18 { return Err(vm.overflow_error("timestamp out of range for platform time_t")) }
            Ok(t.floor() as i64)
        }
        Some(o) => vm.index_i64(&o),
    }
}

fn broken_down(vm: &mut Vm, t: i64, local: bool) -> PyResult<libc::tm> {
    // SAFETY: `tm` is plain data, written by the call.
    let (tm, fine) = unsafe {
        let mut tm = std::mem::zeroed::<libc::tm>();
        let r = if local { libc::localtime_r(&t, &mut tm) } else { libc::gmtime_r(&t, &mut tm) };
        (tm, !r.is_null())
    };
    if fine { Ok(tm) } else { Err(vm.overflow_error("timestamp out of range for platform time_t")) }
}

fn struct_time(vm: &mut Vm, tm: &libc::tm) -> PyResult {
    let Some(ty) = vm.state::<State>().struct_time.clone() else { return Err(vm.system_error("module time is not ready")) };
    let numbers = [tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (tm.tm_wday + 6) % 7, tm.tm_yday + 1, tm.tm_isdst];
    let mut values = Vec::with_capacity(11);
    for n in numbers { values.push(vm.new_int(n.into())?) }
    values.push(zone(vm, tm)?);
    values.push(vm.new_int(tm.tm_gmtoff)?);
    vm.new_struct_sequence(&ty, values)
}

fn zone(vm: &mut Vm, tm: &libc::tm) -> PyResult {
    if tm.tm_zone.is_null() { return vm.new_str("UTC") }
    // SAFETY: the C library's zone names are null-terminated and stay until the zone changes.
    let text = unsafe { std::ffi::CStr::from_ptr(tm.tm_zone) }.to_bytes().to_vec();
    vm.fs_decode(&text)
}

fn localtime(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult { let t = stamp(vm, args)?; let tm = broken_down(vm, t, true)?; struct_time(vm, &tm) }
fn gmtime(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult { let t = stamp(vm, args)?; let tm = broken_down(vm, t, false)?; struct_time(vm, &tm) }

/// A `struct tm` from a tuple of nine numbers.
fn from_tuple(vm: &mut Vm, o: &Owned) -> PyResult<libc::tm> {
    let Some(t) = Ref::<PyTuple>::cast(o) else { return Err(vm.type_error("Tuple or struct_time argument required")) };
    let items = t.items().to_vec();
    if items.len() < 9 { return Err(vm.type_error("function takes exactly 9 arguments")) }
    let mut n = [0i32; 9];
    for (to, item) in n.iter_mut().zip(&items) { *to = crate::support::c_int(vm, item)? }
    // SAFETY: `tm` is plain data.
    let mut tm = unsafe { std::mem::zeroed::<libc::tm>() };
    (tm.tm_year, tm.tm_mon, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec) = (n[0].wrapping_sub(1900), n[1] - 1, n[2], n[3], n[4], n[5]);
    (tm.tm_wday, tm.tm_yday, tm.tm_isdst) = ((n[6] + 1).rem_euclid(7), n[7] - 1, n[8]);
    Ok(tm)
}

fn mktime(vm: &mut Vm, _: &Owned, o: &Owned) -> PyResult {
    let mut tm = from_tuple(vm, o)?;
    tm.tm_wday = -1;
    // SAFETY: `tm` is plain data.
    let t = unsafe { libc::mktime(&mut tm) };
    if t == -1 && tm.tm_wday == -1 { return Err(vm.overflow_error("mktime argument out of range")) }
    vm.new_float(t as f64)
}

fn strftime(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    let format = crate::support::text(vm, &args[0], "strftime() argument 1")?;
    let mut tm = match args.get(1) { Some(t) => from_tuple(vm, t)?, None => { let t = stamp(vm, &[])?; broken_down(vm, t, true)? } };
    if tm.tm_mon == -1 { tm.tm_mon = 0 }
    if tm.tm_mday == 0 { tm.tm_mday = 1 }
    if tm.tm_yday == -1 { tm.tm_yday = 0 }
    for (bad, what) in [(!(0..12).contains(&tm.tm_mon), "month"), (!(1..32).contains(&tm.tm_mday), "day of month"), (!(0..24).contains(&tm.tm_hour), "hour"),
        (!(0..60).contains(&tm.tm_min), "minute"), (!(0..62).contains(&tm.tm_sec), "seconds"), (!(0..366).contains(&tm.tm_yday), "day of year")] {
        if bad { return Err(vm.value_error(format!("{what} out of range"))) }
    }
    let mut out = Vec::new();
    for (i, part) in format.split('\0').enumerate() {
        if i > 0 { out.push(0) }
        if part.is_empty() { continue }
        let Ok(c) = std::ffi::CString::new(part) else { continue };
        let mut room = vec![0u8; 1024.max(part.len() * 4)];
        loop {
            // SAFETY: the buffer has the length given; `c` and `tm` live through the call.
            let n = unsafe { libc::strftime(room.as_mut_ptr().cast(), room.len(), c.as_ptr(), &tm) };
            if n > 0 || room.len() > 256 * part.len().max(1024) { out.extend_from_slice(&room[..n]); break }
            room = vec![0; room.len() * 2];
        }
    }
    vm.fs_decode(&out)
}

fn asctime(vm: &mut Vm, tm: &libc::tm) -> PyResult {
    const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (day, month) = (DAYS[tm.tm_wday.rem_euclid(7) as usize], MONTHS[tm.tm_mon.rem_euclid(12) as usize]);
    vm.new_str(&format!("{day} {month}{:3} {:02}:{:02}:{:02} {}", tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, i64::from(tm.tm_year) + 1900))
}

fn get_clock_info(vm: &mut Vm, _: &Owned, name: &Owned) -> PyResult {
    let name = crate::support::text(vm, name, "get_clock_info() argument 1")?;
    let (implementation, monotonic, adjustable) = match name.as_str() {
        "time" => ("clock_gettime(CLOCK_REALTIME)", false, true),
        "monotonic" | "perf_counter" => ("clock_gettime(CLOCK_MONOTONIC)", true, false),
        "process_time" => ("clock_gettime(CLOCK_PROCESS_CPUTIME_ID)", true, false),
        "thread_time" => ("clock_gettime(CLOCK_THREAD_CPUTIME_ID)", true, false),
        _ => return Err(vm.value_error("unknown clock")),
    };
    let dict = vm.new_dict()?;
    let (i, r) = (vm.new_str(implementation)?, vm.new_float(1e-9)?);
    for (key, value) in [("implementation", i), ("monotonic", vm.bool(monotonic)), ("adjustable", vm.bool(adjustable)), ("resolution", r)] { set(vm, &dict, key, &value)? }
    vm.new_simple_namespace(&dict)
}

macro_rules! clocks {
    ($($name:literal $ns:literal $clock:expr;)*) => { [$(
        Def::new($name, "($module, /)", Native::N0(|vm, _| seconds(vm, $clock))), Def::new($ns, "($module, /)", Native::N0(|vm, _| vm.new_int($clock))),
    )*] };
}

static CLOCKS: [Def; 10] = clocks! {
    "time" "time_ns" now();
    "monotonic" "monotonic_ns" clock(libc::CLOCK_MONOTONIC);
    "perf_counter" "perf_counter_ns" clock(libc::CLOCK_MONOTONIC);
    "process_time" "process_time_ns" clock(libc::CLOCK_PROCESS_CPUTIME_ID);
    "thread_time" "thread_time_ns" clock(libc::CLOCK_THREAD_CPUTIME_ID);
};

pub const MODULE: NativeModule = NativeModule {
    name: "time",
    doc: "This module provides various functions to manipulate time values.",
    functions: &[
        Def::new("sleep", "($module, seconds, /)", Native::N1(sleep)).doc("Delay execution for a given number of seconds."),
        Def::new("localtime", "", Native::Var(localtime, 0, 1)), Def::new("gmtime", "", Native::Var(gmtime, 0, 1)),
        Def::new("mktime", "", Native::N1(mktime)), Def::new("strftime", "", Native::Var(strftime, 1, 2)),
        Def::new("asctime", "", Native::Var(|vm, _, a| { let tm = match a.first() { Some(t) => from_tuple(vm, t)?, None => { let t = stamp(vm, &[])?; broken_down(vm, t, true)? } }; asctime(vm, &tm) }, 0, 1)),
        Def::new("ctime", "", Native::Var(|vm, _, a| { let t = stamp(vm, a)?; let tm = broken_down(vm, t, true)?; asctime(vm, &tm) }, 0, 1)),
        Def::new("strptime", "", Native::Full(|vm, _, args| { let f = vm.import_attr("_strptime", "_strptime_time")?; vm.call(&f, args) })),
        Def::new("get_clock_info", "($module, name, /)", Native::N1(get_clock_info)),
        Def::new("clock_gettime", "($module, clk_id, /)", Native::N1(|vm, _, id| { let id = crate::support::c_int(vm, id)?; seconds(vm, clock(id)) })),
        Def::new("clock_gettime_ns", "($module, clk_id, /)", Native::N1(|vm, _, id| { let id = crate::support::c_int(vm, id)?; vm.new_int(clock(id)) })),
        // SAFETY: tzset only reads the environment.
        Def::new("tzset", "($module, /)", Native::N0(|vm, _| { unsafe { tzset() }; Ok(vm.none()) })),
    ],
    exec: |vm, module, ns| {
        let name = vm.intern("time")?;
        instar_vm::builtins::add_functions(vm, ns, module, &name, &CLOCKS)?;
        let fields = ["tm_year", "tm_mon", "tm_mday", "tm_hour", "tm_min", "tm_sec", "tm_wday", "tm_yday", "tm_isdst", "tm_zone", "tm_gmtoff"];
        let ty = vm.new_struct_sequence_type("time", "struct_time", &fields, 9)?;
        set_type(vm, ns, &ty)?;
        vm.state::<State>().struct_time = Some(ty);
        let year = now().div_euclid(1_000_000_000) / 31_556_952 * 31_556_952;
        let (winter, summer) = (broken_down(vm, year, true)?, broken_down(vm, year + 31_556_952 / 2, true)?);
        set_int(vm, ns, "timezone", -winter.tm_gmtoff.min(summer.tm_gmtoff))?;
        set_int(vm, ns, "altzone", -winter.tm_gmtoff.max(summer.tm_gmtoff))?;
        set_int(vm, ns, "daylight", i64::from(winter.tm_gmtoff != summer.tm_gmtoff))?;
        let names = vec![zone(vm, &winter)?, zone(vm, &summer)?];
        let names = vm.new_tuple(names)?.into_obj();
        set(vm, ns, "tzname", &names)?;
        set_int(vm, ns, "_STRUCT_TM_ITEMS", 11)?;
        for (n, v) in [("CLOCK_REALTIME", libc::CLOCK_REALTIME), ("CLOCK_MONOTONIC", libc::CLOCK_MONOTONIC), ("CLOCK_PROCESS_CPUTIME_ID", libc::CLOCK_PROCESS_CPUTIME_ID),
            ("CLOCK_THREAD_CPUTIME_ID", libc::CLOCK_THREAD_CPUTIME_ID)] { set_int(vm, ns, n, v.into())? }
        Ok(())
    },
};

unsafe extern "C" { fn tzset(); }
