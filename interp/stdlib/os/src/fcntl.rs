//! `fcntl`: control of descriptors, and locks on files.
//!
//! Not here: `posix.lockf`, flags that `posix` sets.

use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native};
use instar_vm::types::int::{int_ref, IntRef};
use instar_vm::types::str::PyStr;
use instar_vm::{ObjExt, Owned, PyResult, Vm};

use crate::posix::arg;
use crate::support::set_int;

/// Longest argument that is copied.
const MOST: usize = 1024;
/// Room behind a copied argument, for requests that write more than they were given.
const GUARD: usize = 64;

/// An argument as the system takes it.
enum Parameter { Number(libc::c_ulong), Bytes(Vec<u8>) }

/// Bits of an int; what does not fit is cut off, as C does.
fn bits(vm: &mut Vm, o: &Owned) -> PyResult<u64> {
    let n = vm.index_big(o)?;
    let low = (n & dashu_int::IBig::from(u64::MAX)).to_string();
    Ok(low.parse().unwrap_or(0))
}

fn parameter(vm: &mut Vm, f: &str, o: Option<&Owned>) -> PyResult<Parameter> {
    let Some(o) = o else { return Ok(Parameter::Number(0)) };
    if let Some(n) = int_ref(o) {
        return Ok(Parameter::Number(match n { IntRef::Small(n) => n as u64, _ => bits(vm, o)? }));
    }
    let bytes = if let Some(s) = o.cast::<PyStr>() { s.to_owned_str(vm)?.into_bytes() } else if vm.is_bytes_like(o) { vm.bytes_like(o)? }
        else if o.type_of(vm).slots().index.is_some() { return Ok(Parameter::Number(bits(vm, o)?)) } else {
            let t = o.type_name(vm);
            return Err(vm.type_error(format!("{f}() argument 3 must be an integer, a bytes-like object, or a string, not {t}")));
        };
    if bytes.len() > MOST { return Err(vm.value_error(format!("{f} argument 3 is too long"))) }
    Ok(Parameter::Bytes(bytes))
}

/// Calls with a copy of the bytes and gives back what the system made of it.
fn with_copy(vm: &mut Vm, bytes: &[u8], mut call: impl FnMut(*mut u8) -> i32) -> PyResult {
    let mut room = [0u8; MOST + GUARD];
    arg::retry(vm, None, || { room = [0; MOST + GUARD]; room[..bytes.len()].copy_from_slice(bytes); call(room.as_mut_ptr()).into() })?;
    vm.new_bytes(&room[..bytes.len()])
}

fn fcntl(vm: &mut Vm, _: &Owned, a: &[Owned]) -> PyResult {
    let fd = arg::fileno(vm, &a[0])?;
    let command = vm.index_i32(&a[1])?;
    match parameter(vm, "fcntl", a.get(2))? {
        // SAFETY: the program vouches for a number that the command takes as an address, as in C.
        Parameter::Number(n) => { let r = arg::retry(vm, None, || unsafe { libc::fcntl(fd, command, n as libc::c_int) }.into())?; vm.new_int(r) }
        // SAFETY: the copy is writable with room to spare.
        Parameter::Bytes(b) => with_copy(vm, &b, |p| unsafe { libc::fcntl(fd, command, p) }),
    }
}

fn ioctl(vm: &mut Vm, _: &Owned, a: &[Owned]) -> PyResult {
    let fd = arg::fileno(vm, &a[0])?;
    let request = bits(vm, &a[1])? as libc::c_ulong;
    let mutate = match a.get(3) { Some(o) => vm.truth(o)?, None => true };
    if let Some(o) = a.get(2) && mutate && int_ref(o).is_none() && o.cast::<PyStr>().is_none() && vm.is_bytes_like(o)
        && let Ok(mut target) = vm.buffer(o, true)
    {
        let mut bytes = target.bytes(vm).to_vec();
        let length = bytes.len();
        bytes.resize(length.max(MOST) + GUARD, 0);
        // SAFETY: the copy is writable with room to spare.
        let r = arg::retry(vm, None, || unsafe { libc::ioctl(fd, request, bytes.as_mut_ptr()) }.into())?;
        target.bytes_mut(vm).copy_from_slice(&bytes[..length]);
        return vm.new_int(r);
    }
    match parameter(vm, "ioctl", a.get(2))? {
        // SAFETY: as in `fcntl`.
        Parameter::Number(n) => { let r = arg::retry(vm, None, || unsafe { libc::ioctl(fd, request, n) }.into())?; vm.new_int(r) }
        // SAFETY: as in `fcntl`.
        Parameter::Bytes(b) => with_copy(vm, &b, |p| unsafe { libc::ioctl(fd, request, p) }),
    }
}

fn flock(vm: &mut Vm, _: &Owned, fd: &Owned, operation: &Owned) -> PyResult {
    let (fd, operation) = (arg::fileno(vm, fd)?, vm.index_i32(operation)?);
    // SAFETY: no memory is involved.
    arg::retry(vm, None, || unsafe { libc::flock(fd, operation) }.into())?;
    Ok(vm.none())
}

fn lockf(vm: &mut Vm, _: &Owned, a: &[Owned]) -> PyResult {
    let (fd, command) = (arg::fileno(vm, &a[0])?, vm.index_i32(&a[1])?);
    let mut offsets = [0i64; 2];
    for (n, o) in offsets.iter_mut().zip(a.iter().skip(2)) { *n = vm.index_i64(o)? }
    let whence = match a.get(4) { Some(o) => vm.index_i32(o)?, None => 0 };
    let kind = match command {
        libc::LOCK_UN => libc::F_UNLCK,
        c if c & libc::LOCK_SH != 0 => libc::F_RDLCK,
        c if c & libc::LOCK_EX != 0 => libc::F_WRLCK,
        _ => return Err(vm.value_error("unrecognized lockf argument")),
    };
    // SAFETY: all zeroes is a valid flock.
    let mut lock: libc::flock = unsafe { std::mem::zeroed() };
    lock.l_type = kind as _;
    lock.l_whence = whence as _;
    lock.l_len = offsets[0];
    lock.l_start = offsets[1];
    let how = if command & libc::LOCK_NB != 0 { libc::F_SETLK } else { libc::F_SETLKW };
    // SAFETY: the lock is readable.
    arg::retry(vm, None, || unsafe { libc::fcntl(fd, how, &lock) }.into())?;
    Ok(vm.none())
}

/// Numbers of Linux on 64-bit machines.
const CONSTANTS: &[(&str, i64)] = &[
    ("DN_ACCESS", 1), ("DN_ATTRIB", 32), ("DN_CREATE", 4), ("DN_DELETE", 8), ("DN_MODIFY", 2), ("DN_MULTISHOT", 2147483648),
    ("DN_RENAME", 16), ("FASYNC", 8192), ("FD_CLOEXEC", 1), ("FICLONE", 1074041865), ("FICLONERANGE", 1075876877), ("F_ADD_SEALS", 1033),
    ("F_DUPFD", 0), ("F_DUPFD_CLOEXEC", 1030), ("F_DUPFD_QUERY", 1027), ("F_EXLCK", 4), ("F_GETFD", 1), ("F_GETFL", 3),
    ("F_GETLEASE", 1025), ("F_GETLK", 5), ("F_GETLK64", 5), ("F_GETOWN", 9), ("F_GETOWN_EX", 16), ("F_GETPIPE_SZ", 1032),
    ("F_GETSIG", 11), ("F_GET_FILE_RW_HINT", 1037), ("F_GET_RW_HINT", 1035), ("F_GET_SEALS", 1034), ("F_NOTIFY", 1026),
    ("F_OFD_GETLK", 36), ("F_OFD_SETLK", 37), ("F_OFD_SETLKW", 38), ("F_OWNER_PGRP", 2), ("F_OWNER_PID", 1), ("F_OWNER_TID", 0),
    ("F_RDLCK", 0), ("F_SEAL_FUTURE_WRITE", 16), ("F_SEAL_GROW", 4), ("F_SEAL_SEAL", 1), ("F_SEAL_SHRINK", 2), ("F_SEAL_WRITE", 8),
    ("F_SETFD", 2), ("F_SETFL", 4), ("F_SETLEASE", 1024), ("F_SETLK", 6), ("F_SETLK64", 6), ("F_SETLKW", 7), ("F_SETLKW64", 7),
    ("F_SETOWN", 8), ("F_SETOWN_EX", 15), ("F_SETPIPE_SZ", 1031), ("F_SETSIG", 10), ("F_SET_FILE_RW_HINT", 1038), ("F_SET_RW_HINT", 1036),
    ("F_SHLCK", 8), ("F_UNLCK", 2), ("F_WRLCK", 1), ("LOCK_EX", 2), ("LOCK_MAND", 32), ("LOCK_NB", 4), ("LOCK_READ", 64),
    ("LOCK_RW", 192), ("LOCK_SH", 1), ("LOCK_UN", 8), ("LOCK_WRITE", 128), ("RWH_WRITE_LIFE_EXTREME", 5), ("RWH_WRITE_LIFE_LONG", 4),
    ("RWH_WRITE_LIFE_MEDIUM", 3), ("RWH_WRITE_LIFE_NONE", 1), ("RWH_WRITE_LIFE_NOT_SET", 0), ("RWH_WRITE_LIFE_SHORT", 2),
];

/// The module.
pub const MODULE: NativeModule = NativeModule {
    name: "fcntl",
    doc: "This module performs file control and I/O control on file\ndescriptors.  It is an interface to the fcntl() and ioctl() Unix\nroutines.  File descriptors can be obtained with the fileno() method of\na file or socket object.",
    functions: &[
        Def::new("fcntl", "($module, fd, cmd, arg=0, /)", Native::Var(fcntl, 2, 3)).doc("Perform the operation cmd on file descriptor fd.\n\nWith an integer argument the result is the integer that the system gives back. A bytes-like argument or a string of at\nmost 1024 bytes is copied, and the result is what the system made of the copy."),
        Def::new("ioctl", "($module, fd, request, arg=0, mutate_flag=True, /)", Native::Var(ioctl, 2, 4)).doc("Perform the operation request on file descriptor fd.\n\nAs fcntl(), but a writable buffer is changed in place, and the integer is the result, unless mutate_flag is false."),
        Def::new("flock", "($module, fd, operation, /)", Native::N2(flock)).doc("Perform the lock operation on file descriptor fd."),
        Def::new("lockf", "($module, fd, cmd, len=0, start=0, whence=0, /)", Native::Var(lockf, 2, 5)).doc("A wrapper around the fcntl() locking calls.\n\ncmd is LOCK_UN, LOCK_SH or LOCK_EX, the latter two perhaps with LOCK_NB. len is the number of bytes (0 is up to the\nend), start where they begin, whence what that is relative to."),
    ],
    exec: |vm, _, ns| { for (name, n) in CONSTANTS { set_int(vm, ns, name, *n)? } Ok(()) },
};
