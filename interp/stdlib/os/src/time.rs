//! `time`: clocks, sleeping, calendar times and their text.
//!
//! `time/calendar.rs` is `struct_time` and what converts it. Not here: numbers as times (`instar_vm::times`), `strptime` (Lib's
//! `_strptime`).

mod calendar;

use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native};
use instar_vm::typeobj::TypeRef;
use instar_vm::types::int::int_ref;
use instar_vm::{ObjExt, Owned, PyResult, Raised, Vm};

use crate::support::{set, set_int, set_type};
use instar_vm::times::{self as number, Round};

#[derive(Default)]
struct State { struct_time: Option<TypeRef> }

const BILLION: i64 = 1_000_000_000;

fn fail(vm: &mut Vm) -> Raised { vm.os_error_from(std::io::Error::last_os_error(), None) }

/// A clock in nanoseconds.
fn clock(vm: &mut Vm, id: libc::clockid_t) -> PyResult<i64> {
    let mut t = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `t` is writable.
    if unsafe { libc::clock_gettime(id, &mut t) } < 0 { return Err(fail(vm)) }
    match t.tv_sec.checked_mul(BILLION).and_then(|s| s.checked_add(t.tv_nsec)) { Some(n) => Ok(n), None => Err(vm.overflow_error("timestamp too large to convert to C PyTime_t")) }
}

/// Whole seconds of the calendar clock.
fn now(vm: &mut Vm) -> PyResult<i64> { Ok(clock(vm, libc::CLOCK_REALTIME)?.div_euclid(BILLION)) }

fn clock_id(vm: &mut Vm, o: &Owned) -> PyResult<libc::clockid_t> {
    if int_ref(o).is_none() {
        let t = o.type_name(vm);
        return Err(vm.type_error(format!("clk_id should be integer, not {t}")));
    }
    match vm.index_i64(o).ok().and_then(|n| libc::clockid_t::try_from(n).ok()) {
        Some(n) => Ok(n),
        None => Err(vm.overflow_error("clk_id is out of range")),
    }
}

fn clock_gettime(vm: &mut Vm, _: &Owned, id: &Owned) -> PyResult { let id = clock_id(vm, id)?; let n = clock(vm, id)?; number::seconds_of(vm, n) }
fn clock_gettime_ns(vm: &mut Vm, _: &Owned, id: &Owned) -> PyResult { let id = clock_id(vm, id)?; let n = clock(vm, id)?; vm.new_int(n) }

fn clock_getres(vm: &mut Vm, _: &Owned, id: &Owned) -> PyResult {
    let id = clock_id(vm, id)?;
    let mut t = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `t` is writable.
    if unsafe { libc::clock_getres(id, &mut t) } < 0 { return Err(fail(vm)) }
    vm.new_float(t.tv_sec as f64 + t.tv_nsec as f64 * 1e-9)
}

fn set_clock(vm: &mut Vm, id: &Owned, nanos: i64) -> PyResult {
    let id = clock_id(vm, id)?;
    let t = libc::timespec { tv_sec: nanos.div_euclid(BILLION), tv_nsec: nanos.rem_euclid(BILLION) };
    // SAFETY: `t` is readable.
    if unsafe { libc::clock_settime(id, &t) } < 0 { return Err(fail(vm)) }
    Ok(vm.none())
}
fn clock_settime(vm: &mut Vm, _: &Owned, id: &Owned, t: &Owned) -> PyResult { clock_id(vm, id)?; let n = number::to_nanos(vm, t, Round::Floor)?; set_clock(vm, id, n) }
fn clock_settime_ns(vm: &mut Vm, _: &Owned, id: &Owned, t: &Owned) -> PyResult { clock_id(vm, id)?; let n = vm.index_i64(t)?; set_clock(vm, id, n) }

/// Sleeps until a point of the monotonic clock, so that signals (whose handlers run) do not make it longer.
fn sleep(vm: &mut Vm, _: &Owned, o: &Owned) -> PyResult {
    let n = number::to_nanos(vm, o, Round::Up)?;
    if n < 0 { return Err(vm.value_error("sleep length must be non-negative")) }
    let end = clock(vm, libc::CLOCK_MONOTONIC)?.saturating_add(n);
    let t = libc::timespec { tv_sec: end.div_euclid(BILLION), tv_nsec: end.rem_euclid(BILLION) };
    loop {
        // SAFETY: `t` is readable.
        match vm.without_gil(|| unsafe { libc::clock_nanosleep(libc::CLOCK_MONOTONIC, libc::TIMER_ABSTIME, &t, std::ptr::null_mut()) }) {
            0 => break,
            libc::EINTR => vm.safe_point()?,
            e => return Err(vm.os_error_from(std::io::Error::from_raw_os_error(e), None)),
        }
    }
    vm.safe_point()?;
    Ok(vm.none())
}

fn get_clock_info(vm: &mut Vm, _: &Owned, name: &Owned) -> PyResult {
    let name = crate::support::text(vm, name, "get_clock_info() argument 1")?;
    let (id, text, monotonic) = match name.as_str() {
        "time" => (libc::CLOCK_REALTIME, "CLOCK_REALTIME", false),
        "monotonic" | "perf_counter" => (libc::CLOCK_MONOTONIC, "CLOCK_MONOTONIC", true),
        "process_time" => (libc::CLOCK_PROCESS_CPUTIME_ID, "CLOCK_PROCESS_CPUTIME_ID", true),
        "thread_time" => (libc::CLOCK_THREAD_CPUTIME_ID, "CLOCK_THREAD_CPUTIME_ID", true),
        _ => return Err(vm.value_error("unknown clock")),
    };
    let mut t = libc::timespec { tv_sec: 0, tv_nsec: 1 };
    // SAFETY: `t` is writable.
    if unsafe { libc::clock_getres(id, &mut t) } < 0 { return Err(fail(vm)) }
    let dict = vm.new_dict()?;
    let (implementation, resolution) = (vm.new_str(&format!("clock_gettime({text})"))?, vm.new_float(t.tv_sec as f64 + t.tv_nsec as f64 * 1e-9)?);
    let (m, a) = (vm.bool(monotonic), vm.bool(!monotonic));
    for (key, value) in [("implementation", implementation), ("monotonic", m), ("adjustable", a), ("resolution", resolution)] { set(vm, &dict, key, &value)? }
    vm.new_simple_namespace(&dict)
}

/// Only for the calling thread: any other handle could dangle.
fn pthread_getcpuclockid(vm: &mut Vm, _: &Owned, thread: &Owned) -> PyResult {
    let thread = vm.index_i64(thread)?;
    let get_ident = vm.import_attr("_thread", "get_ident")?;
    let own = vm.call0(&get_ident)?;
    if thread != vm.index_i64(&own)? { return Err(vm.os_error_from(std::io::Error::from_raw_os_error(libc::ESRCH), None)) }
    let mut id = 0;
    // SAFETY: the thread lives, `id` is writable.
    match unsafe { libc::pthread_getcpuclockid(libc::pthread_self(), &mut id) } {
        0 => vm.new_int(id.into()),
        e => Err(vm.os_error_from(std::io::Error::from_raw_os_error(e), None)),
    }
}

macro_rules! readers {
    ($($name:ident $ns:ident $id:ident;)*) => { $(
        fn $name(vm: &mut Vm, _: &Owned) -> PyResult { let n = clock(vm, libc::$id)?; number::seconds_of(vm, n) }
        fn $ns(vm: &mut Vm, _: &Owned) -> PyResult { let n = clock(vm, libc::$id)?; vm.new_int(n) }
    )* };
}
readers! {
    time time_ns CLOCK_REALTIME;
    monotonic monotonic_ns CLOCK_MONOTONIC;
    process_time process_time_ns CLOCK_PROCESS_CPUTIME_ID;
    thread_time thread_time_ns CLOCK_THREAD_CPUTIME_ID;
}

/// The module.
pub const MODULE: NativeModule = NativeModule {
    name: "time",
    doc: "Clocks, sleeping, and conversions between seconds since the epoch, calendar tuples and text.",
    functions: &[
        Def::new("time", "", Native::N0(time)).doc("Return the current time in seconds since the Epoch.\n\nFractions of a second may be present if the system clock provides them."),
        Def::new("time_ns", "", Native::N0(time_ns)).doc("Return the current time in nanoseconds since the Epoch."),
        Def::new("monotonic", "", Native::N0(monotonic)).doc("Monotonic clock, cannot go backward."),
        Def::new("monotonic_ns", "", Native::N0(monotonic_ns)).doc("Monotonic clock, cannot go backward, as nanoseconds."),
        Def::new("perf_counter", "", Native::N0(monotonic)).doc("Performance counter for benchmarking."),
        Def::new("perf_counter_ns", "", Native::N0(monotonic_ns)).doc("Performance counter for benchmarking as nanoseconds."),
        Def::new("process_time", "", Native::N0(process_time)).doc("Process time for profiling: sum of the kernel and user-space CPU time."),
        Def::new("process_time_ns", "", Native::N0(process_time_ns)).doc("Process time for profiling as nanoseconds: sum of the kernel and user-space CPU time."),
        Def::new("thread_time", "", Native::N0(thread_time)).doc("Thread time for profiling: sum of the kernel and user-space CPU time."),
        Def::new("thread_time_ns", "", Native::N0(thread_time_ns)).doc("Thread time for profiling as nanoseconds: sum of the kernel and user-space CPU time."),
        Def::new("clock_gettime", "($module, clk_id, /)", Native::N1(clock_gettime)),
        Def::new("clock_gettime_ns", "($module, clk_id, /)", Native::N1(clock_gettime_ns)).doc("Return the time of the specified clock clk_id as nanoseconds (int)."),
        Def::new("clock_getres", "", Native::N1(clock_getres)).private(),
        Def::new("clock_settime", "", Native::N2(clock_settime)),
        Def::new("clock_settime_ns", "", Native::N2(clock_settime_ns)),
        Def::new("pthread_getcpuclockid", "", Native::N1(pthread_getcpuclockid)).private(),
        Def::new("get_clock_info", "", Native::N1(get_clock_info)).private().doc("get_clock_info(name: str) -> dict\n\nGet information of the specified clock."),
        Def::new("sleep", "", Native::N1(sleep)).doc("sleep(seconds)\n\nDelay execution for a given number of seconds.  The argument may be\na floating-point number for subsecond precision."),
        Def::new("localtime", "", Native::Var(calendar::localtime, 0, 1)),
        Def::new("gmtime", "", Native::Var(calendar::gmtime, 0, 1)),
        Def::new("mktime", "", Native::N1(calendar::mktime)),
        Def::new("asctime", "", Native::Var(calendar::asctime, 0, 1)),
        Def::new("ctime", "", Native::Var(calendar::ctime, 0, 1)),
        Def::new("strftime", "", Native::Var(calendar::strftime, 1, 2)),
        Def::new("strptime", "", Native::Full(|vm, _, args| { let f = vm.import_attr("_strptime", "_strptime_time")?; vm.call(&f, args) })),
        Def::new("tzset", "", Native::N0(calendar::tzset)),
    ],
    exec: |vm, _, ns| {
        let ty = vm.new_struct_sequence_type("time", "struct_time", &calendar::FIELDS, 9)?;
        set_type(vm, ns, &ty)?;
        vm.state::<State>().struct_time = Some(ty);
        calendar::fill_zone(vm, ns)?;
        set_int(vm, ns, "_STRUCT_TM_ITEMS", 11)?;
        for (name, id) in [("CLOCK_REALTIME", libc::CLOCK_REALTIME), ("CLOCK_MONOTONIC", libc::CLOCK_MONOTONIC), ("CLOCK_MONOTONIC_RAW", libc::CLOCK_MONOTONIC_RAW),
            ("CLOCK_PROCESS_CPUTIME_ID", libc::CLOCK_PROCESS_CPUTIME_ID), ("CLOCK_THREAD_CPUTIME_ID", libc::CLOCK_THREAD_CPUTIME_ID),
            ("CLOCK_BOOTTIME", libc::CLOCK_BOOTTIME), ("CLOCK_TAI", libc::CLOCK_TAI)] { set_int(vm, ns, name, id.into())? }
        Ok(())
    },
};
