//! `stat` and its kin, and what changes those properties: modes, owners, times, lengths.
//!
//! Not here: directories (`dir.rs`), names of files (`names.rs`).

use instar_vm::types::tuple::PyTuple;
use instar_vm::{ObjExt, Owned, PyResult, Vm};

use super::arg::{self, Allow, Bound};
use super::State;
use instar_vm::times as number;

pub const STAT_FIELDS: &[&str] = &["st_mode", "st_ino", "st_dev", "st_nlink", "st_uid", "st_gid", "st_size", "", "", "",
    "st_atime", "st_mtime", "st_ctime", "st_atime_ns", "st_mtime_ns", "st_ctime_ns", "st_blksize", "st_blocks", "st_rdev"];

/// A `stat_result`.
pub fn result(vm: &mut Vm, s: &libc::stat) -> PyResult {
    let Some(ty) = vm.state::<State>().stat_result.clone() else { return Err(vm.system_error("posix is not initialised")) };
    let times = [(s.st_atime, s.st_atime_nsec), (s.st_mtime, s.st_mtime_nsec), (s.st_ctime, s.st_ctime_nsec)];
    let mut v = Vec::with_capacity(19);
    for n in [u64::from(s.st_mode), s.st_ino, s.st_dev, s.st_nlink, s.st_uid.into(), s.st_gid.into()] { v.push(vm.new_uint(n)?) }
    v.push(vm.new_int(s.st_size)?);
    for (sec, _) in times { v.push(vm.new_int(sec)?) }
    for (sec, nano) in times { v.push(vm.new_float(sec as f64 + 1e-9 * nano as f64)?) }
    for (sec, nano) in times { v.push(number::new_wide(vm, i128::from(sec) * 1_000_000_000 + i128::from(nano))?) }
    for n in [s.st_blksize, s.st_blocks] { v.push(vm.new_int(n)?) }
    v.push(vm.new_uint(s.st_rdev)?);
    vm.new_struct_sequence(&ty, v)
}

fn blank() -> libc::stat {
    // SAFETY: all zeroes is a valid stat.
    unsafe { std::mem::zeroed() }
}

/// `fstatat`, the error naming `object`.
pub fn at(vm: &mut Vm, dir: i32, path: *const std::ffi::c_char, follow: bool, object: &Owned) -> PyResult {
    let mut s = blank();
    let flags = if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
    // SAFETY: `path` is a null-terminated string of the caller, `s` is writable.
    if unsafe { libc::fstatat(dir, path, &mut s, flags) } < 0 { return Err(arg::fail(vm, Some(object))) }
    result(vm, &s)
}

fn of_fd(vm: &mut Vm, fd: i32, object: Option<&Owned>) -> PyResult {
    let mut s = blank();
    // SAFETY: `s` is writable.
    if unsafe { libc::fstat(fd, &mut s) } < 0 { return Err(arg::fail(vm, object)) }
    result(vm, &s)
}

pub fn stat(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let p = arg::path_with(vm, "stat", "path", a[0].as_ref(), Allow::Fd)?;
    let dir = arg::dir_fd(vm, a[1].as_ref())?;
    let follow = arg::flag(vm, a, 2, true)?;
    arg::no_dir_fd(vm, "stat", &p, dir)?;
    match p.fd {
        Some(_) if !follow => Err(vm.value_error("stat: cannot use fd and follow_symlinks together")),
        Some(fd) => of_fd(vm, fd, Some(&p.object)),
        None => at(vm, dir, p.ptr(), follow, &p.object),
    }
}

pub fn lstat(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let p = arg::path(vm, "lstat", "path", a[0].as_ref())?;
    let dir = arg::dir_fd(vm, a[1].as_ref())?;
    at(vm, dir, p.ptr(), false, &p.object)
}

pub fn fstat(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let fd = arg::int(vm, a, 0, -1)?;
    of_fd(vm, fd, None)
}

pub const STATVFS_FIELDS: &[&str] = &["f_bsize", "f_frsize", "f_blocks", "f_bfree", "f_bavail", "f_files", "f_ffree", "f_favail", "f_flag", "f_namemax", "f_fsid"];

fn statvfs_result(vm: &mut Vm, s: &libc::statvfs) -> PyResult {
    let Some(ty) = vm.state::<State>().statvfs_result.clone() else { return Err(vm.system_error("posix is not initialised")) };
    let numbers = [s.f_bsize, s.f_frsize, s.f_blocks, s.f_bfree, s.f_bavail, s.f_files, s.f_ffree, s.f_favail, s.f_flag, s.f_namemax, s.f_fsid];
    let values = numbers.iter().map(|n| vm.new_uint(*n)).collect::<PyResult<Vec<_>>>()?;
    vm.new_struct_sequence(&ty, values)
}

pub fn statvfs(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let p = arg::path_with(vm, "statvfs", "path", a[0].as_ref(), Allow::Fd)?;
    // SAFETY: all zeroes is a valid statvfs.
    let mut s: libc::statvfs = unsafe { std::mem::zeroed() };
    // SAFETY: the path is null-terminated, `s` is writable.
    arg::retry(vm, Some(&p.object), || unsafe { match p.fd { Some(fd) => libc::fstatvfs(fd, &mut s), None => libc::statvfs(p.ptr(), &mut s) } }.into())?;
    statvfs_result(vm, &s)
}

pub fn fstatvfs(vm: &mut Vm, _: &Owned, fd: &Owned) -> PyResult {
    let fd = vm.index_i32(fd)?;
    // SAFETY: all zeroes is a valid statvfs.
    let mut s: libc::statvfs = unsafe { std::mem::zeroed() };
    // SAFETY: `s` is writable.
    arg::retry(vm, None, || unsafe { libc::fstatvfs(fd, &mut s) }.into())?;
    statvfs_result(vm, &s)
}

pub fn access(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let p = arg::path(vm, "access", "path", a[0].as_ref())?;
    let mode = arg::int(vm, a, 1, 0)?;
    let dir = arg::dir_fd(vm, a[2].as_ref())?;
    let (effective, follow) = (arg::flag(vm, a, 3, false)?, arg::flag(vm, a, 4, true)?);
    let flags = if effective { libc::AT_EACCESS } else { 0 } | if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
    // SAFETY: the path is null-terminated.
    let result = unsafe { libc::faccessat(dir, p.ptr(), mode, flags) };
    Ok(vm.bool(result == 0))
}

pub fn chmod(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let p = arg::path_with(vm, "chmod", "path", a[0].as_ref(), Allow::Fd)?;
    let mode = arg::mode(vm, a, 1, 0)?;
    let dir = arg::dir_fd(vm, a[2].as_ref())?;
    let follow = arg::flag(vm, a, 3, true)?;
    arg::no_dir_fd(vm, "chmod", &p, dir)?;
    let flags = if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
    if !follow && p.fd.is_some() { return Err(vm.value_error("chmod: cannot use fd and follow_symlinks together")) }
    // SAFETY: the path is null-terminated.
    let result = unsafe { match p.fd { Some(fd) => libc::fchmod(fd, mode), None => libc::fchmodat(dir, p.ptr(), mode, flags) } };
    if result != 0 && !follow && std::io::Error::last_os_error().raw_os_error() == Some(libc::EOPNOTSUPP) {
        // The system cannot change links themselves.
        if dir != libc::AT_FDCWD { return Err(vm.value_error("chmod: cannot use dir_fd and follow_symlinks together")) }
        return Err(vm.not_implemented_error("chmod: follow_symlinks unavailable on this platform"));
    }
    arg::done(vm, Some(&p.object), result)
}

pub fn fchmod(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let (fd, mode) = (arg::int(vm, a, 0, -1)?, arg::mode(vm, a, 1, 0)?);
    // SAFETY: no memory is involved.
    arg::retry(vm, None, || unsafe { libc::fchmod(fd, mode) }.into())?;
    Ok(vm.none())
}

pub fn chown(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let p = arg::path_with(vm, "chown", "path", a[0].as_ref(), Allow::Fd)?;
    let (uid, gid) = owner(vm, a)?;
    let dir = arg::dir_fd(vm, a[3].as_ref())?;
    let follow = arg::flag(vm, a, 4, true)?;
    arg::no_dir_fd(vm, "chown", &p, dir)?;
    if !follow && p.fd.is_some() { return Err(vm.value_error("chown: cannot use fd and follow_symlinks together")) }
    let flags = if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
    // SAFETY: the path is null-terminated.
    let result = unsafe { match p.fd { Some(fd) => libc::fchown(fd, uid, gid), None => libc::fchownat(dir, p.ptr(), uid, gid, flags) } };
    arg::done(vm, Some(&p.object), result)
}

fn owner(vm: &mut Vm, a: Bound<'_>) -> PyResult<(u32, u32)> {
    let uid = arg::required(vm, a, 1)?;
    let uid = arg::id(vm, uid, "uid")?;
    let gid = arg::required(vm, a, 2)?;
    Ok((uid, arg::id(vm, gid, "gid")?))
}

pub fn fchown(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let fd = arg::int(vm, a, 0, -1)?;
    let (uid, gid) = owner(vm, a)?;
    // SAFETY: no memory is involved.
    arg::retry(vm, None, || unsafe { libc::fchown(fd, uid, gid) }.into())?;
    Ok(vm.none())
}

pub fn lchown(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let p = arg::path(vm, "lchown", "path", a[0].as_ref())?;
    let (uid, gid) = owner(vm, a)?;
    // SAFETY: the path is null-terminated.
    let result = unsafe { libc::lchown(p.ptr(), uid, gid) };
    arg::done(vm, Some(&p.object), result)
}

pub fn utime(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let p = arg::path_with(vm, "utime", "path", a[0].as_ref(), Allow::Fd)?;
    let times = a[1].clone().filter(|t| !vm.is_none(t));
    let ns = a[2].clone();
    let dir = arg::dir_fd(vm, a[3].as_ref())?;
    let follow = arg::flag(vm, a, 4, true)?;
    if times.is_some() && ns.is_some() { return Err(vm.value_error("utime: you may specify either 'times' or 'ns' but not both")) }
    let now = libc::timespec { tv_sec: 0, tv_nsec: libc::UTIME_NOW };
    let mut spec = [now, now];
    if let Some(t) = times.as_ref().or(ns.as_ref()) {
        let pair = t.cast::<PyTuple>().map(|t| t.items().to_vec()).filter(|i| i.len() == 2);
        let Some(pair) = pair else {
            let text = if ns.is_some() { "utime: 'ns' must be a tuple of two ints" } else { "utime: 'times' must be either a tuple of two ints or None" };
            return Err(vm.type_error(text));
        };
        for (slot, o) in spec.iter_mut().zip(&pair) {
            let (sec, nano) = if ns.is_some() { number::split_nanos(vm, o)? } else { number::to_timespec(vm, o)? };
            *slot = libc::timespec { tv_sec: sec, tv_nsec: nano };
        }
    }
    arg::no_dir_fd(vm, "utime", &p, dir)?;
    if !follow && p.fd.is_some() { return Err(vm.value_error("utime: cannot use fd and follow_symlinks together")) }
    let flags = if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
    // SAFETY: the path is null-terminated, `spec` has two entries.
    let result = unsafe { match p.fd { Some(fd) => libc::futimens(fd, spec.as_ptr()), None => libc::utimensat(dir, p.ptr(), spec.as_ptr(), flags) } };
    arg::done(vm, Some(&p.object), result)
}

pub fn truncate(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let p = arg::path_with(vm, "truncate", "path", a[0].as_ref(), Allow::Fd)?;
    let length = arg::long(vm, a, 1, 0)?;
    // SAFETY: the path is null-terminated.
    arg::retry(vm, Some(&p.object), || unsafe { match p.fd { Some(fd) => libc::ftruncate(fd, length), None => libc::truncate(p.ptr(), length) } }.into())?;
    Ok(vm.none())
}
