//! `resource`: limits and usage of the process's resources.
//!
//! Not here: priorities and CPU sets (`posix`).

use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native};
use instar_vm::typeobj::TypeRef;
use instar_vm::types::dict::PyDict;
use instar_vm::{Owned, PyResult, Ref, Vm};

use crate::support::{c_int, set, set_int, set_type};

const FIELDS: [&str; 16] = ["ru_utime", "ru_stime", "ru_maxrss", "ru_ixrss", "ru_idrss", "ru_isrss", "ru_minflt", "ru_majflt", "ru_nswap", "ru_inblock", "ru_oublock",
    "ru_msgsnd", "ru_msgrcv", "ru_nsignals", "ru_nvcsw", "ru_nivcsw"];

const LIMITS: &[(&str, i64)] = &[
    ("RLIMIT_AS", libc::RLIMIT_AS as i64), ("RLIMIT_CORE", libc::RLIMIT_CORE as i64), ("RLIMIT_CPU", libc::RLIMIT_CPU as i64), ("RLIMIT_DATA", libc::RLIMIT_DATA as i64),
    ("RLIMIT_FSIZE", libc::RLIMIT_FSIZE as i64), ("RLIMIT_MEMLOCK", libc::RLIMIT_MEMLOCK as i64), ("RLIMIT_NOFILE", libc::RLIMIT_NOFILE as i64),
    ("RLIMIT_NPROC", libc::RLIMIT_NPROC as i64), ("RLIMIT_RSS", libc::RLIMIT_RSS as i64), ("RLIMIT_STACK", libc::RLIMIT_STACK as i64),
    ("RUSAGE_SELF", libc::RUSAGE_SELF as i64), ("RUSAGE_CHILDREN", libc::RUSAGE_CHILDREN as i64), ("RLIM_INFINITY", libc::RLIM_INFINITY as i64),
];

#[cfg(target_os = "linux")]
const LINUX: &[(&str, i64)] = &[
    ("RLIMIT_MSGQUEUE", libc::RLIMIT_MSGQUEUE as i64), ("RLIMIT_NICE", libc::RLIMIT_NICE as i64), ("RLIMIT_OFILE", libc::RLIMIT_NOFILE as i64),
    ("RLIMIT_RTPRIO", libc::RLIMIT_RTPRIO as i64), ("RLIMIT_RTTIME", libc::RLIMIT_RTTIME as i64), ("RLIMIT_SIGPENDING", libc::RLIMIT_SIGPENDING as i64),
    ("RUSAGE_THREAD", libc::RUSAGE_THREAD as i64),
];
#[cfg(not(target_os = "linux"))]
const LINUX: &[(&str, i64)] = &[];

/// Resources are numbered from 0 to below this.
const RESOURCES: i32 = 16;

#[derive(Default)]
struct State { usage: Option<TypeRef> }

fn last_error(vm: &mut Vm) -> instar_vm::Raised { vm.os_error_from(std::io::Error::last_os_error(), None) }

fn pair(vm: &mut Vm, limit: libc::rlimit) -> PyResult {
    let both = [vm.new_int(limit.rlim_cur as i64)?, vm.new_int(limit.rlim_max as i64)?];
    Ok(vm.new_tuple(both)?.into_obj())
}

fn resource(vm: &mut Vm, o: &Owned) -> PyResult<i32> {
    let n = c_int(vm, o)?;
    if (0..RESOURCES).contains(&n) { Ok(n) } else { Err(vm.value_error("invalid resource specified")) }
}

/// A limit; -1 is no limit.
fn limit(vm: &mut Vm, o: &Owned) -> PyResult<libc::rlim_t> {
    let n = vm.index_big(o)?;
    match (i64::try_from(&n), libc::rlim_t::try_from(&n)) {
        (Ok(-1), _) => Ok(libc::RLIM_INFINITY),
        (_, Ok(n)) => Ok(n),
        _ if n < dashu_int::IBig::ZERO => Err(vm.value_error("Cannot convert negative int")),
        _ => Err(vm.overflow_error("Python int too large to convert to C rlim_t")),
    }
}

fn limits(vm: &mut Vm, o: &Owned) -> PyResult<libc::rlimit> {
    let both = vm.collect(o)?;
    let [current, most] = &both[..] else { return Err(vm.value_error("expected a tuple of 2 integers")) };
    Ok(libc::rlimit { rlim_cur: limit(vm, current)?, rlim_max: limit(vm, most)? })
}

fn limit_error(vm: &mut Vm) -> instar_vm::Raised {
    match std::io::Error::last_os_error().raw_os_error() {
        Some(libc::EINVAL) => vm.value_error("current limit exceeds maximum limit"),
        Some(libc::EPERM) => vm.value_error("not allowed to raise maximum limit"),
        _ => last_error(vm),
    }
}

fn getrlimit(vm: &mut Vm, _: &Owned, which: &Owned) -> PyResult {
    let which = resource(vm, which)?;
    let mut now = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: `now` is a writable rlimit.
    if unsafe { libc::getrlimit(which as _, &mut now) } < 0 { return Err(last_error(vm)) }
    pair(vm, now)
}

fn setrlimit(vm: &mut Vm, _: &Owned, which: &Owned, new: &Owned) -> PyResult {
    let which = resource(vm, which)?;
    let new = limits(vm, new)?;
    // SAFETY: `new` is a readable rlimit.
    if unsafe { libc::setrlimit(which as _, &new) } < 0 { return Err(limit_error(vm)) }
    Ok(vm.none())
}

#[cfg(target_os = "linux")]
fn prlimit(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    let (pid, which) = (c_int(vm, &args[0])?, resource(vm, &args[1])?);
    let new = match args.get(2).filter(|n| !vm.is_none(n)) { Some(n) => Some(limits(vm, n)?), None => None };
    let mut old = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    let new = new.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
    // SAFETY: `new` is null or a readable rlimit, `old` a writable one.
    if unsafe { libc::prlimit(pid, which as _, new, &mut old) } < 0 { return Err(limit_error(vm)) }
    pair(vm, old)
}
#[cfg(not(target_os = "linux"))]
fn prlimit(vm: &mut Vm, _: &Owned, _: &[Owned]) -> PyResult { Err(vm.not_implemented_error("prlimit() is not available on this platform")) }

fn seconds(t: libc::timeval) -> f64 { t.tv_sec as f64 + t.tv_usec as f64 * 1e-6 }

fn getrusage(vm: &mut Vm, _: &Owned, who: &Owned) -> PyResult {
    let who = c_int(vm, who)?;
    // SAFETY: a rusage is plain numbers, for which zero is a value.
    let mut u: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: `u` is a writable rusage.
    if unsafe { libc::getrusage(who, &mut u) } < 0 {
        let invalid = std::io::Error::last_os_error().raw_os_error() == Some(libc::EINVAL);
        return Err(if invalid { vm.value_error("invalid who parameter") } else { last_error(vm) });
    }
    let mut values = vec![vm.new_float(seconds(u.ru_utime))?, vm.new_float(seconds(u.ru_stime))?];
    for n in [u.ru_maxrss, u.ru_ixrss, u.ru_idrss, u.ru_isrss, u.ru_minflt, u.ru_majflt, u.ru_nswap, u.ru_inblock, u.ru_oublock, u.ru_msgsnd, u.ru_msgrcv,
        u.ru_nsignals, u.ru_nvcsw, u.ru_nivcsw] {
        values.push(vm.new_int(n)?);
    }
    let Some(ty) = vm.state::<State>().usage.clone() else { return Err(vm.system_error("module resource is not ready")) };
    vm.new_struct_sequence(&ty, values)
}

fn getpagesize(vm: &mut Vm, _: &Owned) -> PyResult {
    // SAFETY: no argument is a pointer.
    vm.new_int(unsafe { libc::sysconf(libc::_SC_PAGESIZE) })
}

fn exec(vm: &mut Vm, _: &Owned, namespace: &Ref<PyDict>) -> PyResult<()> {
    let ty = vm.new_struct_sequence_type("resource", "struct_rusage", &FIELDS, FIELDS.len())?;
    set_type(vm, namespace, &ty)?;
    vm.state::<State>().usage = Some(ty);
    for (name, n) in LIMITS.iter().chain(LINUX) { set_int(vm, namespace, name, *n)? }
    let error = vm.types.os_error.obj().clone();
    set(vm, namespace, "error", &error)
}

/// The module.
pub static MODULE: NativeModule = NativeModule {
    name: "resource",
    doc: "",
    functions: &[
        Def::new("getrusage", "($module, who, /)", Native::N1(getrusage)),
        Def::new("getrlimit", "($module, resource, /)", Native::N1(getrlimit)),
        Def::new("setrlimit", "($module, resource, limits, /)", Native::N2(setrlimit)),
        Def::new("prlimit", "($module, pid, resource, limits=None, /)", Native::Var(prlimit, 2, 3)),
        Def::new("getpagesize", "($module, /)", Native::N0(getpagesize)),
    ],
    exec,
};
