//! Names of files: making, linking, renaming and removing them, and path text.
//!
//! Not here: reading directories (`dir.rs`).

use instar_vm::types::bytes::PyBytes;
use instar_vm::types::int::{int_ref, IntRef};
use instar_vm::types::str::PyStr;
use instar_vm::{ObjExt, Owned, PyResult, Vm};

use super::arg::{self, Allow, Bound};

pub fn mkdir(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let p = arg::path(vm, "mkdir", "path", a[0].as_ref())?;
    let mode = arg::mode(vm, a, 1, 0o777)?;
    let dir = arg::dir_fd(vm, a[2].as_ref())?;
    // SAFETY: the path is null-terminated.
    let result = unsafe { libc::mkdirat(dir, p.ptr(), mode) };
    arg::done(vm, Some(&p.object), result)
}

fn remove_with(vm: &mut Vm, f: &str, a: Bound<'_>, flags: i32) -> PyResult {
    let p = arg::path(vm, f, "path", a[0].as_ref())?;
    let dir = arg::dir_fd(vm, a[1].as_ref())?;
    // SAFETY: the path is null-terminated.
    let result = unsafe { libc::unlinkat(dir, p.ptr(), flags) };
    arg::done(vm, Some(&p.object), result)
}

pub fn rmdir(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult { remove_with(vm, "rmdir", a, libc::AT_REMOVEDIR) }
pub fn unlink(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult { remove_with(vm, "unlink", a, 0) }
pub fn remove(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult { remove_with(vm, "remove", a, 0) }

fn rename_with(vm: &mut Vm, f: &str, a: Bound<'_>) -> PyResult {
    let src = arg::path(vm, f, "src", a[0].as_ref())?;
    let dst = arg::path(vm, f, "dst", a[1].as_ref())?;
    let (from, to) = (arg::dir_fd(vm, a[2].as_ref())?, arg::dir_fd(vm, a[3].as_ref())?);
    // SAFETY: the paths are null-terminated.
    if unsafe { libc::renameat(from, src.ptr(), to, dst.ptr()) } < 0 { return Err(arg::fail2(vm, &src.object, &dst.object)) }
    Ok(vm.none())
}

pub fn rename(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult { rename_with(vm, "rename", a) }
pub fn replace(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult { rename_with(vm, "replace", a) }

pub fn link(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let src = arg::path(vm, "link", "src", a[0].as_ref())?;
    let dst = arg::path(vm, "link", "dst", a[1].as_ref())?;
    let (from, to) = (arg::dir_fd(vm, a[2].as_ref())?, arg::dir_fd(vm, a[3].as_ref())?);
    let follow = arg::flag(vm, a, 4, true)?;
    // SAFETY: the paths are null-terminated.
    if unsafe { libc::linkat(from, src.ptr(), to, dst.ptr(), if follow { libc::AT_SYMLINK_FOLLOW } else { 0 }) } < 0 {
        return Err(arg::fail2(vm, &src.object, &dst.object));
    }
    Ok(vm.none())
}

pub fn symlink(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let src = arg::path(vm, "symlink", "src", a[0].as_ref())?;
    let dst = arg::path(vm, "symlink", "dst", a[1].as_ref())?;
    let dir = arg::dir_fd(vm, a[3].as_ref())?;
    // SAFETY: the paths are null-terminated.
    if unsafe { libc::symlinkat(src.ptr(), dir, dst.ptr()) } < 0 { return Err(arg::fail2(vm, &src.object, &dst.object)) }
    Ok(vm.none())
}

pub fn readlink(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let p = arg::path(vm, "readlink", "path", a[0].as_ref())?;
    let dir = arg::dir_fd(vm, a[1].as_ref())?;
    let mut buffer = vec![0u8; 4096];
    // SAFETY: the path is null-terminated, the buffer writable for its length.
    let n = unsafe { libc::readlinkat(dir, p.ptr(), buffer.as_mut_ptr().cast(), buffer.len()) };
    if n < 0 { return Err(arg::fail(vm, Some(&p.object))) }
    let bytes = &buffer[..n as usize];
    if p.bytes { vm.new_bytes(bytes) } else { vm.fs_decode(bytes) }
}

pub fn mkfifo(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let p = arg::path(vm, "mkfifo", "path", a[0].as_ref())?;
    let mode = arg::mode(vm, a, 1, 0o666)?;
    let dir = arg::dir_fd(vm, a[2].as_ref())?;
    // SAFETY: the path is null-terminated.
    arg::retry(vm, Some(&p.object), || unsafe { libc::mkfifoat(dir, p.ptr(), mode) }.into())?;
    Ok(vm.none())
}

pub fn mknod(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let p = arg::path(vm, "mknod", "path", a[0].as_ref())?;
    let mode = arg::mode(vm, a, 1, 0o600)?;
    let device = match &a[2] { Some(d) => device(vm, d)?, None => 0 };
    let dir = arg::dir_fd(vm, a[3].as_ref())?;
    // SAFETY: the path is null-terminated.
    arg::retry(vm, Some(&p.object), || unsafe { libc::mknodat(dir, p.ptr(), mode, device) }.into())?;
    Ok(vm.none())
}

pub fn chdir(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let p = arg::path_with(vm, "chdir", "path", a[0].as_ref(), Allow::Fd)?;
    // SAFETY: the path is null-terminated.
    let result = unsafe { match p.fd { Some(fd) => libc::fchdir(fd), None => libc::chdir(p.ptr()) } };
    arg::done(vm, Some(&p.object), result)
}

pub fn fchdir(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let fd = arg::required(vm, a, 0)?;
    let fd = arg::fileno(vm, fd)?;
    // SAFETY: no memory is involved.
    arg::retry(vm, None, || unsafe { libc::fchdir(fd) }.into())?;
    Ok(vm.none())
}

pub fn chroot(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let p = arg::path(vm, "chroot", "path", a[0].as_ref())?;
    // SAFETY: the path is null-terminated.
    let result = unsafe { libc::chroot(p.ptr()) };
    arg::done(vm, Some(&p.object), result)
}

fn working_directory(vm: &mut Vm) -> PyResult<Vec<u8>> {
    use std::os::unix::ffi::OsStringExt;
    match std::env::current_dir() {
        Ok(d) => Ok(d.into_os_string().into_vec()),
        Err(e) => Err(vm.os_error_from(e, None)),
    }
}

pub fn getcwd(vm: &mut Vm, _: &Owned) -> PyResult { let d = working_directory(vm)?; vm.fs_decode(&d) }
pub fn getcwdb(vm: &mut Vm, _: &Owned) -> PyResult { let d = working_directory(vm)?; vm.new_bytes(&d) }

pub fn fspath(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let o = arg::required(vm, a, 0)?.clone();
    vm.fs_path(&o)
}

/// How many leading slashes are the root: POSIX keeps exactly two, more are one.
fn root<T: PartialEq>(p: &[T], slash: &T) -> usize {
    match p.iter().take_while(|c| *c == slash).count() { 2 => 2, 0 => 0, _ => 1 }
}

fn normalize<T: Copy + PartialEq + From<u8>>(p: &[T]) -> Vec<T> {
    let (slash, dot) = (T::from(b'/'), T::from(b'.'));
    let slashes = root(p, &slash);
    let up = [dot, dot];
    let mut kept: Vec<&[T]> = Vec::new();
    for part in p.split(|c| *c == slash) {
        if part.is_empty() || part == [dot] { continue }
        if part != up || (slashes == 0 && kept.last().is_none_or(|l| **l == up)) { kept.push(part) }
        else { kept.pop(); }
    }
    let mut out = vec![slash; slashes];
    for (i, part) in kept.iter().enumerate() {
        if i > 0 { out.push(slash) }
        out.extend_from_slice(part);
    }
    if out.is_empty() { out.push(dot) }
    out
}

pub fn path_normpath(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let o = arg::required(vm, a, 0)?;
    let p = arg::path_object(vm, "_path_normpath", "path", o, Allow::Path)?;
    if let Some(b) = p.cast::<PyBytes>() {
        let out = normalize(b.as_slice());
        return vm.new_bytes(&out);
    }
    let Some(s) = p.cast::<PyStr>() else { return Ok(p) };
    match s.latin1() {
        Some(b) => { let out = normalize(b); vm.new_str_latin1(&out) }
        None => { let codes: Vec<u32> = s.chars().collect(); let out = normalize(&codes); vm.new_str_from_code_points(&out) }
    }
}

pub fn path_splitroot_ex(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let o = arg::required(vm, a, 0)?;
    let p = arg::path_object(vm, "_path_splitroot_ex", "path", o, Allow::Path)?;
    let parts = if let Some(b) = p.cast::<PyBytes>() {
        let b = b.as_slice();
        let n = root(b, &b'/');
        [vm.new_bytes(b"")?, vm.new_bytes(&b[..n])?, vm.new_bytes(&b[n..])?]
    } else if let Some(s) = p.cast::<PyStr>() {
        let n = match s.chars().take_while(|c| *c == u32::from(b'/')).count() { 2 => 2, 0 => 0, _ => 1 };
        let head = vm.new_str(&"/"[..n.min(1)].repeat(n))?;
        let tail = match s.latin1() {
            Some(b) => vm.new_str_latin1(&b[n..])?,
            None => { let codes: Vec<u32> = s.chars().skip(n).collect(); vm.new_str_from_code_points(&codes)? }
        };
        [vm.new_str("")?, head, tail]
    } else { return Ok(p) };
    Ok(vm.new_tuple(parts)?.into_obj())
}

/// A device number; -1 is no device.
fn device(vm: &mut Vm, o: &Owned) -> PyResult<u64> {
    let n = vm.index(o)?;
    match int_ref(&n) {
        Some(IntRef::Small(-1)) => Ok(u64::MAX),
        Some(n) if n.signum() < 0 => Err(vm.overflow_error("can't convert negative int to unsigned")),
        Some(n) => match n.to_u64() { Some(n) => Ok(n), None => Err(vm.overflow_error("int too big to convert")) },
        None => Ok(0),
    }
}

/// A part of a device number; -1 is that of no device.
fn device_part(vm: &mut Vm, o: &Owned) -> PyResult<u32> {
    let n = device(vm, o)?;
    if n == u64::MAX { return Ok(u32::MAX) }
    u32::try_from(n).map_err(|_| vm.overflow_error("Python int too large to convert to C unsigned int"))
}

fn part(vm: &mut Vm, n: u32) -> PyResult { vm.new_int(if n == u32::MAX { -1 } else { n.into() }) }

pub fn major(vm: &mut Vm, _: &Owned, o: &Owned) -> PyResult { let d = device(vm, o)?; part(vm, libc::major(d)) }
pub fn minor(vm: &mut Vm, _: &Owned, o: &Owned) -> PyResult { let d = device(vm, o)?; part(vm, libc::minor(d)) }
pub fn makedev(vm: &mut Vm, _: &Owned, major: &Owned, minor: &Owned) -> PyResult {
    let (major, minor) = (device_part(vm, major)?, device_part(vm, minor)?);
    match libc::makedev(major, minor) { u64::MAX => vm.new_int(-1), n => vm.new_uint(n) }
}
