//! `posix`: the operating system as `os` wants it: files, directories, environment, process.
//!
//! Not here: spawning processes and waiting, users and groups, terminals.

use std::ffi::CString;
use std::os::unix::ffi::OsStrExt;

use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native};
use instar_vm::typeobj::TypeRef;
use instar_vm::types::dict::PyDict;
use instar_vm::{ObjExt, Owned, PyResult, Raised, Ref, Vm};

use crate::support::{c_int, given, set, set_int, set_type};

#[derive(Default)]
struct State { stat: Option<TypeRef>, size: Option<TypeRef>, uname: Option<TypeRef> }

fn failed(vm: &mut Vm, path: Option<&Owned>) -> Raised { vm.os_error_from(std::io::Error::last_os_error(), path) }

fn c_path(vm: &mut Vm, o: &Owned) -> PyResult<CString> {
    let bytes = vm.fs_path_bytes(o)?;
    CString::new(bytes).map_err(|_| vm.value_error("embedded null byte"))
}

/// Zero is success.
fn check(vm: &mut Vm, result: i32, path: Option<&Owned>) -> PyResult { if result < 0 { Err(failed(vm, path)) } else { Ok(vm.none()) } }

fn is_int(vm: &Vm, o: &Owned) -> bool { o.word().is_int() || o.is_instance_of(vm, &vm.types.int) }

fn arg<'a>(vm: &mut Vm, args: &'a [Option<Owned>], i: usize) -> PyResult<&'a Owned> {
    match args.get(i).and_then(Option::as_ref) { Some(a) => Ok(a), None => Err(vm.system_error("unbound argument")) }
}

/// `dir_fd` argument: AT_FDCWD if absent.
fn dir_fd(vm: &mut Vm, a: Option<&Owned>) -> PyResult<i32> { match given(vm, a) { Some(n) => c_int(vm, &n), None => Ok(libc::AT_FDCWD) } }

fn stat_result(vm: &mut Vm, s: &libc::stat) -> PyResult {
    let Some(ty) = vm.state::<State>().stat.clone() else { return Err(vm.system_error("module posix is not ready")) };
    let times = [(s.st_atime, s.st_atime_nsec), (s.st_mtime, s.st_mtime_nsec), (s.st_ctime, s.st_ctime_nsec)];
    let mut v = vec![vm.new_int(s.st_mode.into())?, vm.new_uint(s.st_ino)?, vm.new_uint(s.st_dev)?, vm.new_int(s.st_nlink as i64)?, vm.new_int(s.st_uid.into())?,
        vm.new_int(s.st_gid.into())?, vm.new_int(s.st_size)?];
    for (t, _) in times { v.push(vm.new_int(t)?) }
    for (t, n) in times { v.push(vm.new_float(t as f64 + n as f64 * 1e-9)?) }
    for (t, n) in times { v.push(vm.new_int(t.saturating_mul(1_000_000_000).saturating_add(n))?) }
    for n in [s.st_blksize, s.st_blocks, s.st_rdev as i64] { v.push(vm.new_int(n)?) }
    vm.new_struct_sequence(&ty, v)
}

pub(crate) fn stat_at(vm: &mut Vm, path: &Owned, dir: i32, flags: i32) -> PyResult {
    // SAFETY: a zeroed stat is valid storage for the calls to fill.
    let mut s = unsafe { std::mem::zeroed::<libc::stat>() };
    let r = if is_int(vm, path) {
        let fd = c_int(vm, path)?;
        // SAFETY: as above.
        unsafe { libc::fstat(fd, &mut s) }
    } else {
        let c = c_path(vm, path)?;
        // SAFETY: as above; `c` lives through the call.
        unsafe { libc::fstatat(dir, c.as_ptr(), &mut s, flags) }
    };
    if r < 0 { let named = !is_int(vm, path); return Err(failed(vm, Some(path).filter(|_| named))) }
    stat_result(vm, &s)
}

fn stat(vm: &mut Vm, _: &Owned, a: &[Option<Owned>]) -> PyResult {
    let dir = dir_fd(vm, a[1].as_ref())?;
    let follow = match &a[2] { Some(f) => vm.truth(f)?, None => true };
    let path = arg(vm, a, 0)?;
    stat_at(vm, path, dir, if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW })
}

fn lstat(vm: &mut Vm, _: &Owned, a: &[Option<Owned>]) -> PyResult {
    let dir = dir_fd(vm, a[1].as_ref())?;
    let path = arg(vm, a, 0)?;
    stat_at(vm, path, dir, libc::AT_SYMLINK_NOFOLLOW)
}

fn listdir(vm: &mut Vm, _: &Owned, a: &[Option<Owned>]) -> PyResult {
    let path = given(vm, a[0].as_ref());
    let (os, bytes) = match &path {
        Some(p) => { let f = vm.fs_path(p)?; (vm.fs_path_os(&f)?, f.is_instance_of(vm, &vm.types.bytes)) }
        None => (".".into(), false),
    };
    let entries = match std::fs::read_dir(&os) { Ok(e) => e, Err(e) => return Err(vm.os_error_from(e, path.as_ref())) };
    let mut names = Vec::new();
    for e in entries {
        let e = match e { Ok(e) => e, Err(e) => return Err(vm.os_error_from(e, path.as_ref())) };
        let name = e.file_name();
        names.push(if bytes { vm.new_bytes(name.as_bytes())? } else { vm.fs_decode(name.as_bytes())? });
    }
    Ok(vm.new_list(names)?.into_obj())
}

fn open(vm: &mut Vm, _: &Owned, a: &[Option<Owned>]) -> PyResult {
    let path = arg(vm, a, 0)?;
    let c = c_path(vm, path)?;
    let flags = { let f = arg(vm, a, 1)?; c_int(vm, f)? } | libc::O_CLOEXEC;
    let mode = match &a[2] { Some(m) => c_int(vm, m)?, None => 0o777 };
    let dir = dir_fd(vm, a[3].as_ref())?;
    // SAFETY: `c` lives through the call.
    let fd = unsafe { libc::openat(dir, c.as_ptr(), flags, mode as libc::mode_t as libc::c_uint) };
    if fd < 0 { Err(failed(vm, Some(path))) } else { vm.new_int(fd.into()) }
}

fn read(vm: &mut Vm, _: &Owned, fd: &Owned, n: &Owned) -> PyResult {
    let (fd, n) = (c_int(vm, fd)?, vm.index_i64(n)?);
    if n < 0 { return Err(vm.os_error_number(libc::EINVAL, "Invalid argument", None)) }
    let mut b: Vec<u8> = Vec::new();
    if b.try_reserve_exact(n as usize).is_err() { return Err(vm.no_memory()) }
    // SAFETY: the vector has room for n bytes.
    let got = unsafe { libc::read(fd, b.as_mut_ptr().cast(), n as usize) };
    if got < 0 { return Err(failed(vm, None)) }
    // SAFETY: read initialised that many.
    unsafe { b.set_len(got as usize) };
    vm.new_bytes(&b)
}

fn write(vm: &mut Vm, _: &Owned, fd: &Owned, data: &Owned) -> PyResult {
    let (fd, b) = (c_int(vm, fd)?, vm.bytes_like(data)?);
    // SAFETY: the slice is readable.
    let n = unsafe { libc::write(fd, b.as_ptr().cast(), b.len()) };
    if n < 0 { Err(failed(vm, None)) } else { vm.new_int(n as i64) }
}

/// A call on one path.
fn on_path(vm: &mut Vm, path: &Owned, f: impl FnOnce(*const libc::c_char) -> i32) -> PyResult {
    let c = c_path(vm, path)?;
    let r = f(c.as_ptr());
    check(vm, r, Some(path))
}

fn unlink(vm: &mut Vm, _: &Owned, a: &[Option<Owned>]) -> PyResult {
    let dir = dir_fd(vm, a[1].as_ref())?;
    let p = arg(vm, a, 0)?;
    // SAFETY: the string lives through the call.
    on_path(vm, p, |c| unsafe { libc::unlinkat(dir, c, 0) })
}

fn rmdir(vm: &mut Vm, _: &Owned, a: &[Option<Owned>]) -> PyResult {
    let dir = dir_fd(vm, a[1].as_ref())?;
    let p = arg(vm, a, 0)?;
    // SAFETY: the string lives through the call.
    on_path(vm, p, |c| unsafe { libc::unlinkat(dir, c, libc::AT_REMOVEDIR) })
}

fn mkdir(vm: &mut Vm, _: &Owned, a: &[Option<Owned>]) -> PyResult {
    let mode = match &a[1] { Some(m) => c_int(vm, m)?, None => 0o777 };
    let dir = dir_fd(vm, a[2].as_ref())?;
    let p = arg(vm, a, 0)?;
    // SAFETY: the string lives through the call.
    on_path(vm, p, |c| unsafe { libc::mkdirat(dir, c, mode as libc::mode_t) })
}

fn chmod(vm: &mut Vm, _: &Owned, a: &[Option<Owned>]) -> PyResult {
    let mode = { let m = arg(vm, a, 1)?; c_int(vm, m)? };
    let dir = dir_fd(vm, a[2].as_ref())?;
    let p = arg(vm, a, 0)?;
    // SAFETY: the string lives through the call.
    on_path(vm, p, |c| unsafe { libc::fchmodat(dir, c, mode as libc::mode_t, 0) })
}

fn rename(vm: &mut Vm, _: &Owned, a: &[Option<Owned>]) -> PyResult {
    let (from, to) = (arg(vm, a, 0)?, arg(vm, a, 1)?);
    let (f, t) = (c_path(vm, from)?, c_path(vm, to)?);
    // SAFETY: both strings live through the call.
    let r = unsafe { libc::rename(f.as_ptr(), t.as_ptr()) };
    check(vm, r, Some(from))
}

fn access(vm: &mut Vm, _: &Owned, a: &[Option<Owned>]) -> PyResult {
    let p = arg(vm, a, 0)?;
    let c = c_path(vm, p)?;
    let mode = { let m = arg(vm, a, 1)?; c_int(vm, m)? };
    // SAFETY: the string lives through the call.
    let fine = unsafe { libc::access(c.as_ptr(), mode) } == 0;
    Ok(vm.bool(fine))
}

fn readlink(vm: &mut Vm, _: &Owned, a: &[Option<Owned>]) -> PyResult {
    let p = arg(vm, a, 0)?;
    let os = vm.fs_path_os(p)?;
    match std::fs::read_link(&os) { Ok(t) => vm.fs_decode(t.as_os_str().as_bytes()), Err(e) => Err(vm.os_error_from(e, Some(p))) }
}

fn symlink(vm: &mut Vm, _: &Owned, a: &[Option<Owned>]) -> PyResult {
    let (from, to) = (arg(vm, a, 0)?, arg(vm, a, 1)?);
    let (f, t) = (c_path(vm, from)?, c_path(vm, to)?);
    // SAFETY: both strings live through the call.
    let r = unsafe { libc::symlink(f.as_ptr(), t.as_ptr()) };
    check(vm, r, Some(to))
}

fn getcwd(vm: &mut Vm, _: &Owned) -> PyResult {
    match std::env::current_dir() { Ok(d) => vm.fs_decode(d.as_os_str().as_bytes()), Err(e) => Err(vm.os_error_from(e, None)) }
}

fn urandom(vm: &mut Vm, _: &Owned, n: &Owned) -> PyResult {
    let n = vm.index_i64(n)?;
    if n < 0 { return Err(vm.value_error("negative argument not allowed")) }
    let mut b = Vec::new();
    if b.try_reserve_exact(n as usize).is_err() { return Err(vm.no_memory()) }
    b.resize(n as usize, 0u8);
    let mut at = 0;
    while at < b.len() {
        // SAFETY: the rest of the buffer is writable.
        let got = unsafe { libc::getrandom(b[at..].as_mut_ptr().cast(), b.len() - at, 0) };
        if got < 0 { return Err(failed(vm, None)) }
        at += got as usize;
    }
    vm.new_bytes(&b)
}

fn lseek(vm: &mut Vm, _: &Owned, a: &[Owned]) -> PyResult {
    let (fd, at, how) = (c_int(vm, &a[0])?, vm.index_i64(&a[1])?, c_int(vm, &a[2])?);
    // SAFETY: no memory is involved.
    let r = unsafe { libc::lseek(fd, at, how) };
    if r < 0 { Err(failed(vm, None)) } else { vm.new_int(r) }
}

fn pipe(vm: &mut Vm, _: &Owned) -> PyResult {
    let mut fds = [0i32; 2];
    // SAFETY: room for two descriptors.
    if unsafe { libc::pipe2(fds.as_mut_ptr(), libc::O_CLOEXEC) } < 0 { return Err(failed(vm, None)) }
    let pair = vec![vm.new_int(fds[0].into())?, vm.new_int(fds[1].into())?];
    Ok(vm.new_tuple(pair)?.into_obj())
}

fn strerror(vm: &mut Vm, _: &Owned, n: &Owned) -> PyResult {
    let text = std::io::Error::from_raw_os_error(c_int(vm, n)?).to_string();
    vm.new_str(text.split(" (os error").next().unwrap_or_default())
}

fn terminal_size(vm: &mut Vm, _: &Owned, a: &[Owned]) -> PyResult {
    let fd = match a.first() { Some(n) => c_int(vm, n)?, None => 1 };
    // SAFETY: a zeroed winsize is valid storage.
    let (r, w) = unsafe { let mut w = std::mem::zeroed::<libc::winsize>(); (libc::ioctl(fd, libc::TIOCGWINSZ, &mut w), w) };
    if r < 0 { return Err(failed(vm, None)) }
    let Some(ty) = vm.state::<State>().size.clone() else { return Err(vm.system_error("module posix is not ready")) };
    let v = vec![vm.new_int(w.ws_col.into())?, vm.new_int(w.ws_row.into())?];
    vm.new_struct_sequence(&ty, v)
}

fn uname(vm: &mut Vm, _: &Owned) -> PyResult {
    // SAFETY: a zeroed utsname is valid storage.
    let u = unsafe { let mut u = std::mem::zeroed::<libc::utsname>(); libc::uname(&mut u); u };
    let Some(ty) = vm.state::<State>().uname.clone() else { return Err(vm.system_error("module posix is not ready")) };
    let mut v = Vec::new();
    for field in [&u.sysname, &u.nodename, &u.release, &u.version, &u.machine] {
        let b: Vec<u8> = field.iter().take_while(|c| **c != 0).map(|c| *c as u8).collect();
        v.push(vm.fs_decode(&b)?);
    }
    vm.new_struct_sequence(&ty, v)
}

/// `os.environ` as bytes.
fn environment(vm: &mut Vm) -> PyResult<Ref<PyDict>> {
    let d = vm.new_dict()?;
    for (k, v) in std::env::vars_os() {
        let (k, v) = (vm.new_bytes(k.as_bytes())?, vm.new_bytes(v.as_bytes())?);
        d.set_item(vm, &k, &v)?;
    }
    Ok(d)
}

fn putenv(vm: &mut Vm, _: &Owned, k: &Owned, v: &Owned) -> PyResult {
    let (k, v) = (c_path(vm, k)?, c_path(vm, v)?);
    // SAFETY: there is one thread; both strings live through the call, which copies them.
    let r = unsafe { libc::setenv(k.as_ptr(), v.as_ptr(), 1) };
    check(vm, r, None)
}

fn unsetenv(vm: &mut Vm, _: &Owned, k: &Owned) -> PyResult {
    let k = c_path(vm, k)?;
    // SAFETY: there is one thread; the string lives through the call.
    let r = unsafe { libc::unsetenv(k.as_ptr()) };
    check(vm, r, None)
}

macro_rules! fd_calls { ($($name:literal $f:ident;)*) => { [$(Def::new($name, "($module, fd, /)", Native::N1(|vm, _, fd| {
    let fd = c_int(vm, fd)?;
    // SAFETY: no memory is involved.
    let r = unsafe { libc::$f(fd) };
    check(vm, r, None)
})),)*] } }
macro_rules! ids { ($($name:literal $f:ident;)*) => { [$(Def::new($name, "($module, /)", Native::N0(|vm, _| {
    // SAFETY: only asks.
    let n = unsafe { libc::$f() };
    vm.new_int(n.into())
})),)*] } }

static FD_CALLS: [Def; 3] = fd_calls! { "close" close; "fsync" fsync; "fdatasync" fdatasync; };
static IDS: [Def; 6] = ids! { "getpid" getpid; "getppid" getppid; "getuid" getuid; "geteuid" geteuid; "getgid" getgid; "getegid" getegid; };

const DIR: &str = "($module, path, /, *, dir_fd=None)";

pub const MODULE: NativeModule = NativeModule {
    name: "posix",
    doc: "This module provides access to operating system functionality that is\nstandardized by the C Standard and the POSIX standard (a thinly\ndisguised Unix interface).",
    functions: &[
        Def::new("stat", "($module, /, path, *, dir_fd=None, follow_symlinks=True)", Native::Bound(stat)),
        Def::new("lstat", "($module, /, path, *, dir_fd=None)", Native::Bound(lstat)),
        Def::new("fstat", "($module, /, fd)", Native::Bound(|vm, _, a| { let fd = arg(vm, a, 0)?; stat_at(vm, fd, 0, 0) })),
        Def::new("listdir", "($module, /, path=None)", Native::Bound(listdir)),
        Def::new("scandir", "($module, /, path=None)", Native::Bound(crate::scandir::scandir)),
        Def::new("open", "($module, /, path, flags, mode=511, *, dir_fd=None)", Native::Bound(open)),
        Def::new("read", "($module, fd, length, /)", Native::N2(read)), Def::new("write", "($module, fd, data, /)", Native::N2(write)),
        Def::new("unlink", DIR, Native::Bound(unlink)), Def::new("remove", DIR, Native::Bound(unlink)), Def::new("rmdir", DIR, Native::Bound(rmdir)),
        Def::new("mkdir", "($module, /, path, mode=511, *, dir_fd=None)", Native::Bound(mkdir)),
        Def::new("chmod", "($module, /, path, mode, *, dir_fd=None, follow_symlinks=True)", Native::Bound(chmod)),
        Def::new("rename", "($module, /, src, dst, *, src_dir_fd=None, dst_dir_fd=None)", Native::Bound(rename)),
        Def::new("replace", "($module, /, src, dst, *, src_dir_fd=None, dst_dir_fd=None)", Native::Bound(rename)),
        Def::new("access", "($module, /, path, mode, *, dir_fd=None, effective_ids=False, follow_symlinks=True)", Native::Bound(access)),
        Def::new("readlink", "($module, /, path, *, dir_fd=None)", Native::Bound(readlink)),
        Def::new("symlink", "($module, /, src, dst, target_is_directory=False, *, dir_fd=None)", Native::Bound(symlink)),
        Def::new("getcwd", "($module, /)", Native::N0(getcwd)),
        Def::new("getcwdb", "($module, /)", Native::N0(|vm, m| { let t = getcwd(vm, m)?; let b = vm.fs_encode(&t)?; vm.new_bytes(&b) })),
        // SAFETY: the string lives through the call.
        Def::new("chdir", "($module, /, path)", Native::Bound(|vm, _, a| { let p = arg(vm, a, 0)?; on_path(vm, p, |c| unsafe { libc::chdir(c) }) })),
        Def::new("fspath", "($module, /, path)", Native::Bound(|vm, _, a| { let p = arg(vm, a, 0)?; vm.fs_path(p) })),
        Def::new("urandom", "($module, size, /)", Native::N1(urandom)), Def::new("lseek", "($module, fd, position, how, /)", Native::Var(lseek, 3, 3)),
        // SAFETY: isatty only asks.
        Def::new("isatty", "($module, fd, /)", Native::N1(|vm, _, fd| { let fd = c_int(vm, fd)?; Ok(vm.bool(unsafe { libc::isatty(fd) } == 1)) })),
        // SAFETY: no memory is involved.
        Def::new("dup", "($module, fd, /)", Native::N1(|vm, _, fd| { let fd = c_int(vm, fd)?; let n = unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 0) }; if n < 0 { Err(failed(vm, None)) } else { vm.new_int(n.into()) } })),
        // SAFETY: no memory is involved.
        Def::new("umask", "($module, mask, /)", Native::N1(|vm, _, m| { let m = c_int(vm, m)?; let n = unsafe { libc::umask(m as libc::mode_t) }; vm.new_int(n.into()) })),
        Def::new("pipe", "($module, /)", Native::N0(pipe)), Def::new("strerror", "($module, code, /)", Native::N1(strerror)),
        Def::new("get_terminal_size", "", Native::Var(terminal_size, 0, 1)), Def::new("uname", "($module, /)", Native::N0(uname)),
        Def::new("cpu_count", "($module, /)", Native::N0(|vm, _| { let n = std::thread::available_parallelism().map_or(1, |n| n.get()); vm.new_int(n as i64) })),
        Def::new("putenv", "($module, name, value, /)", Native::N2(putenv)), Def::new("unsetenv", "($module, name, /)", Native::N1(unsetenv)),
        Def::new("_exit", "($module, /, status)", Native::Bound(|vm, _, a| { let n = arg(vm, a, 0)?; let n = c_int(vm, n)?; std::process::exit(n) })),
        Def::new("_create_environ", "($module, /)", Native::N0(|vm, _| Ok(environment(vm)?.into_obj()))),
    ],
    exec: |vm, module, ns| {
        let name = vm.intern("posix")?;
        instar_vm::builtins::add_functions(vm, ns, module, &name, &FD_CALLS)?;
        instar_vm::builtins::add_functions(vm, ns, module, &name, &IDS)?;
        let stat = vm.new_struct_sequence_type("os", "stat_result", &["st_mode", "st_ino", "st_dev", "st_nlink", "st_uid", "st_gid", "st_size", "", "", "", "st_atime", "st_mtime",
            "st_ctime", "st_atime_ns", "st_mtime_ns", "st_ctime_ns", "st_blksize", "st_blocks", "st_rdev"], 10)?;
        let size = vm.new_struct_sequence_type("os", "terminal_size", &["columns", "lines"], 2)?;
        let uname = vm.new_struct_sequence_type("posix", "uname_result", &["sysname", "nodename", "release", "version", "machine"], 5)?;
        for t in [&stat, &size, &uname] { set_type(vm, ns, t)? }
        *vm.state::<State>() = State { stat: Some(stat), size: Some(size), uname: Some(uname) };
        crate::scandir::exec(vm, ns)?;
        let environ = environment(vm)?;
        set(vm, ns, "environ", environ.obj())?;
        let error = vm.types.os_error.obj().clone();
        set(vm, ns, "error", &error)?;
        let mut have = Vec::new();
        for n in ["HAVE_FSTATAT", "HAVE_OPENAT", "HAVE_MKDIRAT", "HAVE_UNLINKAT", "HAVE_FCHMODAT", "HAVE_LSTAT"] { have.push(vm.new_str(n)?) }
        let have = vm.new_list(have)?.into_obj();
        set(vm, ns, "_have_functions", &have)?;
        for (n, v) in CONSTANTS { set_int(vm, ns, n, *v)? }
        Ok(())
    },
};

macro_rules! constants { ($($name:ident)*) => { &[$((stringify!($name), libc::$name as i64)),*] } }
const CONSTANTS: &[(&str, i64)] = constants! {
    F_OK R_OK W_OK X_OK O_RDONLY O_WRONLY O_RDWR O_CREAT O_EXCL O_TRUNC O_APPEND O_NONBLOCK O_CLOEXEC O_NOFOLLOW O_DIRECTORY O_SYNC O_NOCTTY
    WNOHANG WUNTRACED WCONTINUED SEEK_DATA SEEK_HOLE PRIO_PROCESS RTLD_LAZY RTLD_NOW RTLD_GLOBAL RTLD_LOCAL
};
