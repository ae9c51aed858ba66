//! Scheduling and calls that only Linux has: affinity, extended attributes, event and timer descriptors, copies in the kernel.
//!
//! Not here: what POSIX has (the other files).

use instar_vm::args::{Args, Signature};
use instar_vm::native::{Def, Native};
use instar_vm::typeobj::TypeRef;
use instar_vm::types::tuple::PyTuple;
use instar_vm::{ObjExt, Owned, PyResult, Vm};

use super::arg::{self, Allow, Bound};
use super::State;
use instar_vm::times as number;

pub fn sched_yield(vm: &mut Vm, _: &Owned) -> PyResult {
    // SAFETY: no memory is involved.
    arg::done(vm, None, unsafe { libc::sched_yield() })
}
pub fn sched_get_priority_max(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let policy = arg::int(vm, a, 0, 0)?;
    // SAFETY: only asks.
    let n = arg::check(vm, None, unsafe { libc::sched_get_priority_max(policy) }.into())?;
    vm.new_int(n)
}
pub fn sched_get_priority_min(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let policy = arg::int(vm, a, 0, 0)?;
    // SAFETY: only asks.
    let n = arg::check(vm, None, unsafe { libc::sched_get_priority_min(policy) }.into())?;
    vm.new_int(n)
}
pub fn sched_getscheduler(vm: &mut Vm, _: &Owned, pid: &Owned) -> PyResult {
    let pid = vm.index_i32(pid)?;
    // SAFETY: only asks.
    let n = arg::check(vm, None, unsafe { libc::sched_getscheduler(pid) }.into())?;
    vm.new_int(n)
}

/// `sched_param(sched_priority)`
pub fn new_sched_param(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let a = args.bind(vm, "sched_param", const { &Signature::parse("(sched_priority)") })?;
    let priority = arg::required(vm, &a, 0)?.clone();
    vm.new_struct_sequence(ty, vec![priority])
}

static REDUCE: Def = Def::new("__reduce__", "($self, /)", Native::N0(|vm, o| {
    let items = o.cast::<PyTuple>().map(|t| t.items().to_vec()).unwrap_or_default();
    let parts = [o.type_of(vm).obj().clone(), vm.new_tuple(items)?.into_obj()];
    Ok(vm.new_tuple(parts)?.into_obj())
}));

/// Pickling by the only argument of the constructor.
pub fn add_reduce(vm: &mut Vm, ty: &TypeRef) -> PyResult<()> { vm.add_method(ty, &REDUCE) }

fn param(vm: &mut Vm, o: &Owned) -> PyResult<libc::sched_param> {
    let ty = vm.state::<State>().sched_param.clone();
    let priority = match (ty, o.cast::<PyTuple>()) { (Some(ty), Some(t)) if o.type_of(vm).ptr() == ty.ptr() => t.get(0), _ => None };
    let Some(priority) = priority else { return Err(vm.type_error("must have a sched_param object")) };
    // SAFETY: all zeroes is a valid sched_param.
    let mut p: libc::sched_param = unsafe { std::mem::zeroed() };
    p.sched_priority = vm.index_i32(&priority)?;
    Ok(p)
}
pub fn sched_getparam(vm: &mut Vm, _: &Owned, pid: &Owned) -> PyResult {
    let pid = vm.index_i32(pid)?;
    // SAFETY: all zeroes is a valid sched_param, which the call fills.
    let (result, p) = unsafe { let mut p: libc::sched_param = std::mem::zeroed(); (libc::sched_getparam(pid, &mut p), p) };
    arg::check(vm, None, result.into())?;
    let Some(ty) = vm.state::<State>().sched_param.clone() else { return Err(vm.system_error("posix is not initialised")) };
    let n = vm.new_int(p.sched_priority.into())?;
    vm.new_struct_sequence(&ty, vec![n])
}
pub fn sched_setparam(vm: &mut Vm, _: &Owned, pid: &Owned, p: &Owned) -> PyResult {
    let (pid, p) = (vm.index_i32(pid)?, param(vm, p)?);
    // SAFETY: the parameter is readable.
    arg::done(vm, None, unsafe { libc::sched_setparam(pid, &p) })
}
pub fn sched_setscheduler(vm: &mut Vm, _: &Owned, a: &[Owned]) -> PyResult {
    let (pid, policy, p) = (vm.index_i32(&a[0])?, vm.index_i32(&a[1])?, param(vm, &a[2])?);
    // SAFETY: the parameter is readable.
    arg::done(vm, None, unsafe { libc::sched_setscheduler(pid, policy, &p) })
}
pub fn sched_rr_get_interval(vm: &mut Vm, _: &Owned, pid: &Owned) -> PyResult {
    let pid = vm.index_i32(pid)?;
    let mut t = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the time is writable.
    arg::check(vm, None, unsafe { libc::sched_rr_get_interval(pid, &mut t) }.into())?;
    vm.new_float(t.tv_sec as f64 + 1e-9 * t.tv_nsec as f64)
}
pub fn sched_getaffinity(vm: &mut Vm, _: &Owned, pid: &Owned) -> PyResult {
    let pid = vm.index_i32(pid)?;
    // SAFETY: all zeroes is a valid set, which the call fills.
    let (result, cpus) = unsafe { let mut c: libc::cpu_set_t = std::mem::zeroed(); (libc::sched_getaffinity(pid, size_of::<libc::cpu_set_t>(), &mut c), c) };
    arg::check(vm, None, result.into())?;
    let mut numbers = Vec::new();
    for i in 0..libc::CPU_SETSIZE as usize {
        // SAFETY: inside the set.
        if unsafe { libc::CPU_ISSET(i, &cpus) } { numbers.push(vm.new_int(i as i64)?) }
    }
    let (class, list) = (vm.types.set.obj().clone(), vm.new_list(numbers)?.into_obj());
    vm.call1(&class, &list)
}
pub fn sched_setaffinity(vm: &mut Vm, _: &Owned, pid: &Owned, mask: &Owned) -> PyResult {
    let pid = vm.index_i32(pid)?;
    // SAFETY: all zeroes is a valid set.
    let mut cpus: libc::cpu_set_t = unsafe { std::mem::zeroed() };
    for o in vm.collect(mask)? {
        let n = vm.index_i64(&o)?;
        if n < 0 { return Err(vm.value_error("negative CPU number")) }
        if n >= i64::from(libc::CPU_SETSIZE) { return Err(vm.os_error_number(libc::EINVAL, &arg::strerror(libc::EINVAL), None)) }
        // SAFETY: inside the set.
        unsafe { libc::CPU_SET(n as usize, &mut cpus) }
    }
    // SAFETY: the set is readable.
    arg::done(vm, None, unsafe { libc::sched_setaffinity(pid, size_of::<libc::cpu_set_t>(), &cpus) })
}

/// A value that a call writes into a buffer; asks again with a longer one while it does not fit.
fn attribute_bytes(vm: &mut Vm, path: &Owned, call: impl Fn(*mut libc::c_void, usize) -> isize) -> PyResult<Vec<u8>> {
    for size in [128, 64 << 10] {
        let mut v = vec![0u8; size];
        let n = call(v.as_mut_ptr().cast(), size);
        if n >= 0 { v.truncate(n as usize); return Ok(v) }
        if std::io::Error::last_os_error().raw_os_error() != Some(libc::ERANGE) { break }
    }
    Err(arg::fail(vm, Some(path)))
}

fn follows(vm: &mut Vm, f: &str, p: &arg::PathArg, a: Bound<'_>, i: usize) -> PyResult<bool> {
    let follow = arg::flag(vm, a, i, true)?;
    if p.fd.is_some() && !follow { return Err(vm.value_error(format!("{f}: cannot use fd and follow_symlinks together"))) }
    Ok(follow)
}

pub fn getxattr(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let p = arg::path_with(vm, "getxattr", "path", a[0].as_ref(), Allow::Fd)?;
    let name = arg::path(vm, "getxattr", "attribute", a[1].as_ref())?;
    let follow = follows(vm, "getxattr", &p, a, 2)?;
    // SAFETY: null-terminated names, a buffer writable for its length.
    let v = attribute_bytes(vm, &p.object, |b, n| unsafe { match p.fd {
        Some(fd) => libc::fgetxattr(fd, name.ptr(), b, n),
        None if follow => libc::getxattr(p.ptr(), name.ptr(), b, n),
        None => libc::lgetxattr(p.ptr(), name.ptr(), b, n),
    } })?;
    vm.new_bytes(&v)
}
pub fn listxattr(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let p = arg::path_with(vm, "listxattr", "path", a[0].as_ref(), Allow::FdOrNone)?;
    let follow = follows(vm, "listxattr", &p, a, 1)?;
    // SAFETY: a null-terminated name, a buffer writable for its length.
    let v = attribute_bytes(vm, &p.object, |b, n| unsafe { match p.fd {
        Some(fd) => libc::flistxattr(fd, b.cast(), n),
        None if follow => libc::listxattr(p.ptr(), b.cast(), n),
        None => libc::llistxattr(p.ptr(), b.cast(), n),
    } })?;
    let names = v.split(|c| *c == 0).filter(|n| !n.is_empty()).map(|n| vm.fs_decode(n)).collect::<PyResult<Vec<_>>>()?;
    Ok(vm.new_list(names)?.into_obj())
}
pub fn setxattr(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let p = arg::path_with(vm, "setxattr", "path", a[0].as_ref(), Allow::Fd)?;
    let name = arg::path(vm, "setxattr", "attribute", a[1].as_ref())?;
    let value = arg::required(vm, a, 2)?.clone();
    let value = vm.bytes_argument(&value)?;
    let flags = arg::int(vm, a, 3, 0)?;
    let follow = follows(vm, "setxattr", &p, a, 4)?;
    let (b, n) = (value.as_ptr().cast(), value.len());
    // SAFETY: null-terminated names, a value readable for its length.
    let result = unsafe { match p.fd {
        Some(fd) => libc::fsetxattr(fd, name.ptr(), b, n, flags),
        None if follow => libc::setxattr(p.ptr(), name.ptr(), b, n, flags),
        None => libc::lsetxattr(p.ptr(), name.ptr(), b, n, flags),
    } };
    arg::done(vm, Some(&p.object), result)
}
pub fn removexattr(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let p = arg::path_with(vm, "removexattr", "path", a[0].as_ref(), Allow::Fd)?;
    let name = arg::path(vm, "removexattr", "attribute", a[1].as_ref())?;
    let follow = follows(vm, "removexattr", &p, a, 2)?;
    // SAFETY: null-terminated names.
    let result = unsafe { match p.fd {
        Some(fd) => libc::fremovexattr(fd, name.ptr()),
        None if follow => libc::removexattr(p.ptr(), name.ptr()),
        None => libc::lremovexattr(p.ptr(), name.ptr()),
    } };
    arg::done(vm, Some(&p.object), result)
}

/// An optional file offset; `None` uses the descriptor's own.
fn offset(vm: &mut Vm, a: Bound<'_>, i: usize, f: &str) -> PyResult<Option<i64>> {
    match &a[i] {
        Some(o) if !vm.is_none(o) => {
            let n = vm.index_i64(o)?;
            if n < 0 && f != "sendfile" { return Err(vm.os_error_number(libc::EINVAL, &arg::strerror(libc::EINVAL), None)) }
            Ok(Some(n))
        }
        _ => Ok(None),
    }
}
fn pointer(n: &mut Option<i64>) -> *mut i64 { n.as_mut().map_or(std::ptr::null_mut(), |n| n) }

pub fn sendfile(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let (out, from, mut at, n) = (arg::int(vm, a, 0, -1)?, arg::int(vm, a, 1, -1)?, offset(vm, a, 2, "sendfile")?, arg::long(vm, a, 3, 0)?);
    // SAFETY: the offset is null or writable.
    let n = arg::retry(vm, None, || unsafe { libc::sendfile(out, from, pointer(&mut at), n as usize) } as i64)?;
    vm.new_int(n)
}
fn count(vm: &mut Vm, a: Bound<'_>) -> PyResult<usize> {
    let n = arg::long(vm, a, 2, 0)?;
    if n < 0 { return Err(vm.value_error("negative value for 'count' not allowed")) }
    Ok(n as usize)
}
pub fn copy_file_range(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let (src, dst, n) = (arg::int(vm, a, 0, -1)?, arg::int(vm, a, 1, -1)?, count(vm, a)?);
    let (mut from, mut to) = (offset(vm, a, 3, "copy_file_range")?, offset(vm, a, 4, "copy_file_range")?);
    // SAFETY: the offsets are null or writable.
    let n = arg::retry(vm, None, || unsafe { libc::copy_file_range(src, pointer(&mut from), dst, pointer(&mut to), n, 0) } as i64)?;
    vm.new_int(n)
}
pub fn splice(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let (src, dst, n) = (arg::int(vm, a, 0, -1)?, arg::int(vm, a, 1, -1)?, count(vm, a)?);
    let (mut from, mut to, flags) = (offset(vm, a, 3, "splice")?, offset(vm, a, 4, "splice")?, arg::int(vm, a, 5, 0)?);
    // SAFETY: the offsets are null or writable.
    let n = arg::retry(vm, None, || unsafe { libc::splice(src, pointer(&mut from), dst, pointer(&mut to), n, flags as libc::c_uint) } as i64)?;
    vm.new_int(n)
}

pub fn memfd_create(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let name = arg::required(vm, a, 0)?;
    let name = arg::c_string(vm, name)?;
    let flags = arg::int(vm, a, 1, libc::MFD_CLOEXEC as i32)?;
    // SAFETY: the name is null-terminated.
    let fd = arg::check(vm, None, unsafe { libc::memfd_create(name.as_ptr(), flags as libc::c_uint) }.into())?;
    vm.new_int(fd)
}
pub fn eventfd(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let (n, flags) = (arg::long(vm, a, 0, 0)?, arg::int(vm, a, 1, libc::EFD_CLOEXEC)?);
    // SAFETY: no memory is involved.
    let fd = arg::check(vm, None, unsafe { libc::eventfd(n as libc::c_uint, flags) }.into())?;
    vm.new_int(fd)
}
pub fn eventfd_read(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let fd = arg::int(vm, a, 0, -1)?;
    let mut value = 0;
    // SAFETY: the value is writable.
    arg::check(vm, None, unsafe { libc::eventfd_read(fd, &mut value) }.into())?;
    vm.new_uint(value)
}
pub fn eventfd_write(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let (fd, value) = (arg::int(vm, a, 0, -1)?, arg::required(vm, a, 1)?);
    let value = vm.index_big(value)?;
    let value = if value < dashu_int::IBig::ZERO { return Err(vm.value_error("Cannot convert negative int")) } else {
        u64::try_from(&value).map_err(|_| vm.overflow_error("Python int too large for C unsigned long long"))?
    };
    // SAFETY: no memory is involved.
    arg::done(vm, None, unsafe { libc::eventfd_write(fd, value) })
}
pub fn pidfd_open(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let (pid, flags) = (arg::int(vm, a, 0, 0)?, arg::int(vm, a, 1, 0)?);
    // SAFETY: no memory is involved.
    let fd = arg::check(vm, None, unsafe { libc::syscall(libc::SYS_pidfd_open, pid, flags) })?;
    vm.new_int(fd)
}
pub fn setns(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let fd = arg::required(vm, a, 0)?;
    let (fd, kind) = (arg::fileno(vm, fd)?, arg::int(vm, a, 1, 0)?);
    // SAFETY: no memory is involved.
    arg::done(vm, None, unsafe { libc::setns(fd, kind) })
}
pub fn unshare(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let flags = arg::int(vm, a, 0, 0)?;
    // SAFETY: no memory is involved.
    arg::done(vm, None, unsafe { libc::unshare(flags) })
}

pub fn timerfd_create(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let (clock, flags) = (arg::int(vm, a, 0, 0)?, arg::int(vm, a, 1, 0)?);
    // SAFETY: no memory is involved.
    let fd = arg::check(vm, None, unsafe { libc::timerfd_create(clock, flags | libc::TFD_CLOEXEC) }.into())?;
    vm.new_int(fd)
}
fn timer_pair(vm: &mut Vm, t: libc::itimerspec, nanos: bool) -> PyResult {
    let mut items = Vec::new();
    for t in [t.it_value, t.it_interval] {
        items.push(if nanos { number::new_wide(vm, i128::from(t.tv_sec) * 1_000_000_000 + i128::from(t.tv_nsec))? } else { vm.new_float(t.tv_sec as f64 + 1e-9 * t.tv_nsec as f64)? });
    }
    Ok(vm.new_tuple(items)?.into_obj())
}
fn timer_get(vm: &mut Vm, fd: &Owned, nanos: bool) -> PyResult {
    let fd = vm.index_i32(fd)?;
    // SAFETY: all zeroes is a valid itimerspec, which the call fills.
    let (result, t) = unsafe { let mut t: libc::itimerspec = std::mem::zeroed(); (libc::timerfd_gettime(fd, &mut t), t) };
    arg::check(vm, None, result.into())?;
    timer_pair(vm, t, nanos)
}
fn timer_set(vm: &mut Vm, a: Bound<'_>, nanos: bool) -> PyResult {
    let (fd, flags) = (arg::int(vm, a, 0, -1)?, arg::int(vm, a, 1, 0)?);
    let mut spec = [libc::timespec { tv_sec: 0, tv_nsec: 0 }; 2];
    for (slot, o) in spec.iter_mut().zip(&a[2..4]) {
        if let Some(o) = o {
            let n = if nanos { vm.index_i64(o)? } else { number::to_nanos(vm, o, number::Round::Floor)? };
            *slot = libc::timespec { tv_sec: n.div_euclid(1_000_000_000), tv_nsec: n.rem_euclid(1_000_000_000) };
        }
    }
    let new = libc::itimerspec { it_value: spec[0], it_interval: spec[1] };
    // SAFETY: as `timer_get`.
    let (result, old) = unsafe { let mut old: libc::itimerspec = std::mem::zeroed(); (libc::timerfd_settime(fd, flags, &new, &mut old), old) };
    arg::check(vm, None, result.into())?;
    timer_pair(vm, old, nanos)
}
pub fn timerfd_gettime(vm: &mut Vm, _: &Owned, fd: &Owned) -> PyResult { timer_get(vm, fd, false) }
pub fn timerfd_gettime_ns(vm: &mut Vm, _: &Owned, fd: &Owned) -> PyResult { timer_get(vm, fd, true) }
pub fn timerfd_settime(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult { timer_set(vm, a, false) }
pub fn timerfd_settime_ns(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult { timer_set(vm, a, true) }
