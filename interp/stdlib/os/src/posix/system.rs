//! The environment, the machine, and limits: `environ`, `uname`, `times`, `sysconf`, random bytes.
//!
//! Not here: processes (`process.rs`).

use std::ffi::CStr;
use std::os::unix::ffi::OsStringExt;

use instar_vm::native::{Def, Native};
use instar_vm::types::dict::PyDict;
use instar_vm::types::int::int_ref;
use instar_vm::types::str::PyStr;
use instar_vm::{ObjExt, Owned, PyResult, Ref, Vm};

use super::arg::{self, Bound};
use super::{consts, State};

/// The process's environment as bytes.
pub fn environment(vm: &mut Vm) -> PyResult<Ref<PyDict>> {
    let env = vm.new_dict()?;
    for (name, value) in std::env::vars_os() {
        let (name, value) = (vm.new_bytes(&name.into_vec())?, vm.new_bytes(&value.into_vec())?);
        if env.get_item(vm, &name)?.is_none() { env.set_item(vm, &name, &value)? }
    }
    Ok(env)
}

pub fn create_environ(vm: &mut Vm, _: &Owned) -> PyResult { Ok(environment(vm)?.into_obj()) }

pub fn putenv(vm: &mut Vm, _: &Owned, name: &Owned, value: &Owned) -> PyResult {
    let (name, value) = (arg::c_string(vm, name)?, arg::c_string(vm, value)?);
    if name.as_bytes().contains(&b'=') { return Err(vm.value_error("illegal environment variable name")) }
    // SAFETY: null-terminated strings, copied by the call; one thread runs Python code.
    arg::done(vm, None, unsafe { libc::setenv(name.as_ptr(), value.as_ptr(), 1) })
}

pub fn unsetenv(vm: &mut Vm, _: &Owned, name: &Owned) -> PyResult {
    let name = arg::c_string(vm, name)?;
    // SAFETY: as above.
    arg::done(vm, None, unsafe { libc::unsetenv(name.as_ptr()) })
}

pub fn uname(vm: &mut Vm, _: &Owned) -> PyResult {
    // SAFETY: all zeroes is a valid utsname, which the call fills with null-terminated strings.
    let (result, u) = unsafe {
        let mut u: libc::utsname = std::mem::zeroed();
        (libc::uname(&mut u), u)
    };
    arg::check(vm, None, result.into())?;
    let mut values = Vec::new();
    for field in [&u.sysname, &u.nodename, &u.release, &u.version, &u.machine] {
        // SAFETY: see above.
        let text = unsafe { CStr::from_ptr(field.as_ptr()) }.to_bytes();
        values.push(vm.fs_decode(text)?);
    }
    let Some(ty) = vm.state::<State>().uname_result.clone() else { return Err(vm.system_error("posix is not initialised")) };
    vm.new_struct_sequence(&ty, values)
}

pub fn times(vm: &mut Vm, _: &Owned) -> PyResult {
    // SAFETY: all zeroes is a valid tms.
    let (elapsed, t, hertz) = unsafe {
        let mut t: libc::tms = std::mem::zeroed();
        (libc::times(&mut t), t, libc::sysconf(libc::_SC_CLK_TCK))
    };
    if elapsed == -1 { return Err(arg::fail(vm, None)) }
    let hertz = hertz.max(1) as f64;
    let values = [t.tms_utime, t.tms_stime, t.tms_cutime, t.tms_cstime, elapsed].iter().map(|n| vm.new_float(*n as f64 / hertz)).collect::<PyResult<Vec<_>>>()?;
    let Some(ty) = vm.state::<State>().times_result.clone() else { return Err(vm.system_error("posix is not initialised")) };
    vm.new_struct_sequence(&ty, values)
}

/// The number of a configuration name given as str or int.
fn configuration(vm: &mut Vm, o: &Owned, table: &[(&str, i32)]) -> PyResult<i32> {
    if int_ref(o).is_some() { return vm.index_i32(o) }
    let Some(name) = o.cast::<PyStr>().map(|s| s.to_string_lossy()) else { return Err(vm.type_error("configuration names must be strings or integers")) };
    match table.iter().find(|(n, _)| name == *n) { Some((_, n)) => Ok(*n), None => Err(vm.value_error("unrecognized configuration name")) }
}

/// Gives -1 for "no limit"; an error only if the call set `errno`.
fn limit(vm: &mut Vm, path: Option<&Owned>, call: impl FnOnce() -> i64) -> PyResult {
    // SAFETY: errno is this thread's.
    unsafe { *libc::__errno_location() = 0 };
    let n = call();
    if n == -1 && std::io::Error::last_os_error().raw_os_error() != Some(0) { return Err(arg::fail(vm, path)) }
    vm.new_int(n)
}

pub fn sysconf(vm: &mut Vm, _: &Owned, name: &Owned) -> PyResult {
    let n = configuration(vm, name, consts::SYSCONF)?;
    // SAFETY: only asks.
    limit(vm, None, || unsafe { libc::sysconf(n) })
}

pub fn pathconf(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let p = arg::path_with(vm, "pathconf", "path", a[0].as_ref(), arg::Allow::Fd)?;
    let name = arg::required(vm, a, 1)?;
    let n = configuration(vm, name, consts::PATHCONF)?;
    // SAFETY: the path is null-terminated.
    limit(vm, Some(&p.object), || unsafe { match p.fd { Some(fd) => libc::fpathconf(fd, n), None => libc::pathconf(p.ptr(), n) } })
}

pub fn fpathconf(vm: &mut Vm, _: &Owned, fd: &Owned, name: &Owned) -> PyResult {
    let fd = arg::fileno(vm, fd)?;
    let n = configuration(vm, name, consts::PATHCONF)?;
    // SAFETY: only asks.
    limit(vm, None, || unsafe { libc::fpathconf(fd, n) })
}

pub fn confstr(vm: &mut Vm, _: &Owned, name: &Owned) -> PyResult {
    let n = configuration(vm, name, consts::CONFSTR)?;
    let mut buffer = vec![0u8; 4096];
    // SAFETY: errno is this thread's; the buffer is writable for its length.
    let len = unsafe {
        *libc::__errno_location() = 0;
        libc::confstr(n, buffer.as_mut_ptr().cast(), buffer.len())
    };
    if len == 0 {
        return if std::io::Error::last_os_error().raw_os_error() == Some(0) { Ok(vm.none()) } else { Err(arg::fail(vm, None)) };
    }
    vm.fs_decode(&buffer[..(len - 1).min(buffer.len() - 1)])
}

/// What `-X cpu_count` or `PYTHON_CPU_COUNT` says; -1 for nothing.
fn wanted_cpus(vm: &Vm) -> i64 {
    let option = vm.settings.x_options.iter().rev().find(|(k, _)| k == "cpu_count").map(|(_, v)| v.clone().unwrap_or_default());
    let environment = || if vm.settings.ignore_environment { None } else { std::env::var("PYTHON_CPU_COUNT").ok() };
    option.or_else(environment).and_then(|n| n.parse().ok()).filter(|n| *n > 0).unwrap_or(-1)
}

pub fn cpu_count(vm: &mut Vm, _: &Owned) -> PyResult {
    let n = match wanted_cpus(vm) {
        // SAFETY: only asks.
        -1 => unsafe { libc::sysconf(libc::_SC_NPROCESSORS_ONLN) },
        n => n,
    };
    if n < 1 { Ok(vm.none()) } else { vm.new_int(n) }
}

/// `sys._get_cpu_count_config`, which only `os` calls; it stands beside `cpu_count`, which obeys the same option.
pub static CPU_CONFIG: [Def; 1] = [Def::new("_get_cpu_count_config", "($module, /)", Native::N0(|vm, _| { let n = wanted_cpus(vm); vm.new_int(n) }))
    .doc("Private function for getting PyConfig.cpu_count")];

pub fn getloadavg(vm: &mut Vm, _: &Owned) -> PyResult {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let loads: Vec<f64> = text.split_whitespace().take(3).filter_map(|t| t.parse().ok()).collect();
    if loads.len() < 3 { return Err(vm.os_error("Load averages are unobtainable")) }
    let values = loads.iter().map(|l| vm.new_float(*l)).collect::<PyResult<Vec<_>>>()?;
    Ok(vm.new_tuple(values)?.into_obj())
}

/// `n` bytes of system randomness.
fn random(vm: &mut Vm, n: i64, flags: libc::c_uint, whole: bool) -> PyResult {
    let mut bytes: Vec<u8> = Vec::new();
    if bytes.try_reserve_exact(n as usize).is_err() { return Err(vm.no_memory()) }
    bytes.resize(n as usize, 0);
    let mut at = 0;
    while at < bytes.len() {
        // SAFETY: the rest of the buffer is writable.
        let got = arg::retry(vm, None, || unsafe { libc::getrandom(bytes[at..].as_mut_ptr().cast(), bytes.len() - at, flags) } as i64)?;
        at += got as usize;
        if !whole { break }
    }
    vm.new_bytes(&bytes[..at])
}

pub fn urandom(vm: &mut Vm, _: &Owned, n: &Owned) -> PyResult {
    let n = vm.index_i64(n)?;
    if n < 0 { return Err(vm.value_error("negative argument not allowed")) }
    random(vm, n, 0, true)
}

pub fn getrandom(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let (n, flags) = (arg::long(vm, a, 0, 0)?, arg::int(vm, a, 1, 0)?);
    if n < 0 { return Err(vm.os_error_number(libc::EINVAL, &arg::strerror(libc::EINVAL), None)) }
    random(vm, n, flags as libc::c_uint, false)
}

pub fn strerror(vm: &mut Vm, _: &Owned, number: &Owned) -> PyResult {
    let n = vm.index_i32(number)?;
    vm.new_str(&arg::strerror(n))
}

pub fn umask(vm: &mut Vm, _: &Owned, mask: &Owned) -> PyResult {
    let mask = vm.index_i32(mask)?;
    // SAFETY: no memory is involved.
    let old = unsafe { libc::umask(mask as libc::mode_t) };
    vm.new_int(old.into())
}
