//! File descriptors: opening, reading, writing, flags, pipes, terminals.
//!
//! Not here: paths (`names.rs`), calls that only Linux has (`linux.rs`).

use std::ffi::CStr;

use instar_vm::blocking::Outside;
use instar_vm::{Owned, PyResult, Vm};

use super::arg::{self, Bound};
use super::State;

pub fn open(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let p = arg::path(vm, "open", "path", a[0].as_ref())?;
    let flags = arg::int(vm, a, 1, 0)? | libc::O_CLOEXEC;
    let mode = arg::mode(vm, a, 2, 0o777)?;
    let dir = arg::dir_fd(vm, a[3].as_ref())?;
    // SAFETY: the path is null-terminated.
    let fd = arg::retry(vm, Some(&p.object), || unsafe { libc::openat(dir, p.ptr(), flags, mode as libc::c_uint) }.into())?;
    vm.new_int(fd)
}

pub fn close(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let fd = arg::int(vm, a, 0, -1)?;
    // SAFETY: the program asks for it. An interrupted close has closed (PEP 475).
    let result = unsafe { libc::close(fd) };
    if result < 0 && std::io::Error::last_os_error().raw_os_error() != Some(libc::EINTR) { return Err(arg::fail(vm, None)) }
    Ok(vm.none())
}

pub fn closerange(vm: &mut Vm, _: &Owned, low: &Owned, high: &Owned) -> PyResult {
    let (low, high) = (vm.index_i32(low)?.max(0), vm.index_i32(high)?);
    // SAFETY: no memory is involved.
    unsafe {
        if low < high && libc::syscall(libc::SYS_close_range, low as u32, (high - 1) as u32, 0) != 0 {
            let most = libc::sysconf(libc::_SC_OPEN_MAX).clamp(256, 1 << 20) as i32;
            for fd in low..high.min(most) { libc::close(fd); }
        }
    }
    Ok(vm.none())
}

/// A zeroless buffer for `n` bytes from Python.
fn room(vm: &mut Vm, n: i64) -> PyResult<Vec<u8>> {
    if n < 0 { return Err(vm.os_error_number(libc::EINVAL, &arg::strerror(libc::EINVAL), None)) }
    let mut v = Vec::new();
    // As CPython: what was asked for, though one call reads less.
    match v.try_reserve_exact(n as usize) { Ok(()) => Ok(v), Err(_) => Err(vm.no_memory()) }
}

/// Fills a buffer of at most `n` bytes by one call and gives what was read as bytes.
fn read_with(vm: &mut Vm, n: i64, mut call: impl FnMut(*mut libc::c_void, usize) -> isize) -> PyResult {
    let mut v = room(vm, n)?;
    let size = n.min(0x7fff_f000) as usize;
    let got = arg::retry(vm, None, || call(v.as_mut_ptr().cast(), size) as i64)?;
    // SAFETY: the call filled that many of `size` bytes.
    unsafe { v.set_len(got as usize) };
    vm.new_bytes(&v)
}

pub fn read(vm: &mut Vm, _: &Owned, fd: &Owned, n: &Owned) -> PyResult {
    let (fd, n) = (vm.index_i32(fd)?, vm.index_i64(n)?);
    // SAFETY: the buffer has room for the size.
    read_with(vm, n, |p, size| unsafe { libc::read(fd, p, size) })
}

pub fn pread(vm: &mut Vm, _: &Owned, a: &[Owned]) -> PyResult {
    let (fd, n, at) = (vm.index_i32(&a[0])?, vm.index_i64(&a[1])?, vm.index_i64(&a[2])?);
    // SAFETY: the buffer has room for the size.
    read_with(vm, n, |p, size| unsafe { libc::pread(fd, p, size, at) })
}

pub fn readinto(vm: &mut Vm, _: &Owned, fd: &Owned, target: &Owned) -> PyResult {
    let fd = vm.index_i32(fd)?;
    let mut buffer = vm.buffer_to_fill(target, "readinto() argument 2")?;
    loop {
        let view = buffer.bytes_mut(vm);
        let size = view.len();
        // SAFETY: the buffer is pinned while `buffer` lives: it does not move. Other threads may write it too, as in CPython.
        let to = unsafe { Outside::new(view.as_mut_ptr()) };
        // SAFETY: the view is writable for its length.
        let n = vm.without_gil(move || unsafe { libc::read(fd, to.get().cast(), size) });
        if n >= 0 { return vm.new_int(n as i64) }
        interrupted(vm)?;
    }
}

/// Goes on after a signal; the OSError of `errno` otherwise.
fn interrupted(vm: &mut Vm) -> PyResult<()> {
    let e = std::io::Error::last_os_error();
    if e.kind() == std::io::ErrorKind::Interrupted { vm.safe_point() } else { Err(vm.os_error_from(e, None)) }
}

fn write_with(vm: &mut Vm, data: &Owned, mut call: impl FnMut(*const libc::c_void, usize) -> isize) -> PyResult {
    let buffer = vm.buffer(data, false)?;
    loop {
        let view = buffer.bytes(vm);
        // SAFETY: the buffer is pinned while `buffer` lives; `call` is a system call.
        let (from, size, outside) = unsafe { (Outside::new(view.as_ptr()), view.len(), Outside::new(&mut call)) };
        let n = vm.without_gil(move || outside.get()(from.get().cast(), size));
        if n >= 0 { return vm.new_int(n as i64) }
        interrupted(vm)?;
    }
}

pub fn write(vm: &mut Vm, _: &Owned, fd: &Owned, data: &Owned) -> PyResult {
    let fd = vm.index_i32(fd)?;
    // SAFETY: the bytes are readable for the length.
    write_with(vm, data, |p, n| unsafe { libc::write(fd, p, n) })
}

pub fn pwrite(vm: &mut Vm, _: &Owned, a: &[Owned]) -> PyResult {
    let (fd, at) = (vm.index_i32(&a[0])?, vm.index_i64(&a[2])?);
    // SAFETY: the bytes are readable for the length.
    write_with(vm, &a[1], |p, n| unsafe { libc::pwrite(fd, p, n, at) })
}

/// The buffers of a sequence.
fn buffers(vm: &mut Vm, f: &str, o: &Owned, writable: bool) -> PyResult<Vec<instar_vm::protocol::buffer::Buffer>> {
    if o.word().is_int() || !vm.is_iterable(o) { return Err(vm.type_error(format!("{f}() arg 2 must be a sequence"))) }
    let items = vm.collect(o)?;
    items.iter().map(|b| vm.buffer(b, writable)).collect()
}

/// `readv`, `preadv`: fills the buffers in turn. Reads into one run of bytes, then distributes it.
pub fn readv(vm: &mut Vm, _: &Owned, a: &[Owned]) -> PyResult {
    let f = if a.len() > 2 { "preadv" } else { "readv" };
    let fd = vm.index_i32(&a[0])?;
    let mut targets = buffers(vm, f, &a[1], true)?;
    let at = match a.get(2) { Some(o) => Some(vm.index_i64(o)?), None => None };
    let flags = match a.get(3) { Some(o) => vm.index_i32(o)?, None => 0 };
    let total: usize = targets.iter().map(|b| b.nbytes()).sum();
    let mut v = room(vm, total as i64)?;
    let got = arg::retry(vm, None, || {
        let one = libc::iovec { iov_base: v.as_mut_ptr().cast(), iov_len: total };
        // SAFETY: the vector has room for `total` bytes.
        (unsafe { match at { Some(at) => libc::preadv2(fd, &one, 1, at, flags), None => libc::readv(fd, &one, 1) } }) as i64
    })?;
    // SAFETY: the call filled that many.
    unsafe { v.set_len(got as usize) };
    let mut rest = v.as_slice();
    for t in &mut targets {
        let view = t.bytes_mut(vm);
        let n = view.len().min(rest.len());
        view[..n].copy_from_slice(&rest[..n]);
        rest = &rest[n..];
    }
    vm.new_int(got)
}

/// `writev`, `pwritev`: writes the buffers as one run.
pub fn writev(vm: &mut Vm, _: &Owned, a: &[Owned]) -> PyResult {
    let f = if a.len() > 2 { "pwritev" } else { "writev" };
    let fd = vm.index_i32(&a[0])?;
    let sources = buffers(vm, f, &a[1], false)?;
    let at = match a.get(2) { Some(o) => Some(vm.index_i64(o)?), None => None };
    let flags = match a.get(3) { Some(o) => vm.index_i32(o)?, None => 0 };
    let n = loop {
        let parts: Vec<libc::iovec> = sources.iter().map(|b| { let v = b.bytes(vm); libc::iovec { iov_base: v.as_ptr().cast_mut().cast(), iov_len: v.len() } }).collect();
        // SAFETY: the buffers are pinned and only read.
        let list = unsafe { Outside::new(parts.as_slice()) };
        // SAFETY: as above.
        let n = vm.without_gil(move || { let parts = list.get(); unsafe { match at { Some(at) => libc::pwritev2(fd, parts.as_ptr(), parts.len() as i32, at, flags), None => libc::writev(fd, parts.as_ptr(), parts.len() as i32) } } });
        if n >= 0 { break n }
        interrupted(vm)?;
    };
    vm.new_int(n as i64)
}

pub fn lseek(vm: &mut Vm, _: &Owned, a: &[Owned]) -> PyResult {
    let (fd, at, how) = (vm.index_i32(&a[0])?, vm.index_i64(&a[1])?, vm.index_i32(&a[2])?);
    // SAFETY: no memory is involved.
    let n = arg::check(vm, None, unsafe { libc::lseek(fd, at, how) })?;
    vm.new_int(n)
}

pub fn dup(vm: &mut Vm, _: &Owned, fd: &Owned) -> PyResult {
    let fd = vm.index_i32(fd)?;
    // SAFETY: no memory is involved.
    let n = arg::check(vm, None, unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 0) }.into())?;
    vm.new_int(n)
}

pub fn dup2(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let (fd, to, inheritable) = (arg::int(vm, a, 0, -1)?, arg::int(vm, a, 1, -1)?, arg::flag(vm, a, 2, true)?);
    // SAFETY: no memory is involved.
    let n = arg::check(vm, None, unsafe { if inheritable || fd == to { libc::dup2(fd, to) } else { libc::dup3(fd, to, libc::O_CLOEXEC) } }.into())?;
    vm.new_int(n)
}

fn pair(vm: &mut Vm, a: i32, b: i32) -> PyResult {
    let items = [vm.new_int(a.into())?, vm.new_int(b.into())?];
    Ok(vm.new_tuple(items)?.into_obj())
}

fn pipe_with(vm: &mut Vm, flags: i32) -> PyResult {
    let mut fds = [0; 2];
    // SAFETY: two descriptors fit.
    arg::check(vm, None, unsafe { libc::pipe2(fds.as_mut_ptr(), flags) }.into())?;
    pair(vm, fds[0], fds[1])
}

pub fn pipe(vm: &mut Vm, _: &Owned) -> PyResult { pipe_with(vm, libc::O_CLOEXEC) }
pub fn pipe2(vm: &mut Vm, _: &Owned, flags: &Owned) -> PyResult { let f = vm.index_i32(flags)?; pipe_with(vm, f) }

pub fn isatty(vm: &mut Vm, _: &Owned, fd: &Owned) -> PyResult {
    let fd = vm.index_i32(fd)?;
    // SAFETY: only asks.
    Ok(vm.bool(unsafe { libc::isatty(fd) } == 1))
}

pub fn ftruncate(vm: &mut Vm, _: &Owned, fd: &Owned, n: &Owned) -> PyResult {
    let (fd, n) = (vm.index_i32(fd)?, vm.index_i64(n)?);
    // SAFETY: no memory is involved.
    arg::retry(vm, None, || unsafe { libc::ftruncate(fd, n) }.into())?;
    Ok(vm.none())
}

pub fn fsync(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let fd = arg::required(vm, a, 0)?;
    let fd = arg::fileno(vm, fd)?;
    // SAFETY: no memory is involved.
    arg::retry(vm, None, || unsafe { libc::fsync(fd) }.into())?;
    Ok(vm.none())
}

pub fn fdatasync(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let fd = arg::required(vm, a, 0)?;
    let fd = arg::fileno(vm, fd)?;
    // SAFETY: no memory is involved.
    arg::retry(vm, None, || unsafe { libc::fdatasync(fd) }.into())?;
    Ok(vm.none())
}

pub fn sync(vm: &mut Vm, _: &Owned) -> PyResult {
    // SAFETY: no memory is involved.
    unsafe { libc::sync() };
    Ok(vm.none())
}

pub fn lockf(vm: &mut Vm, _: &Owned, a: &[Owned]) -> PyResult {
    let (fd, command, length) = (vm.index_i32(&a[0])?, vm.index_i32(&a[1])?, vm.index_i64(&a[2])?);
    // SAFETY: no memory is involved.
    arg::retry(vm, None, || unsafe { libc::lockf(fd, command, length) }.into())?;
    Ok(vm.none())
}

/// For calls that return the error number.
fn by_number(vm: &mut Vm, number: i32) -> PyResult { if number == 0 { Ok(vm.none()) } else { Err(vm.os_error_number(number, &arg::strerror(number), None)) } }

pub fn posix_fallocate(vm: &mut Vm, _: &Owned, a: &[Owned]) -> PyResult {
    let (fd, at, n) = (vm.index_i32(&a[0])?, vm.index_i64(&a[1])?, vm.index_i64(&a[2])?);
    loop {
        // SAFETY: no memory is involved.
        let number = unsafe { libc::posix_fallocate(fd, at, n) };
        if number != libc::EINTR { return by_number(vm, number) }
        vm.safe_point()?;
    }
}

pub fn posix_fadvise(vm: &mut Vm, _: &Owned, a: &[Owned]) -> PyResult {
    let (fd, at, n, advice) = (vm.index_i32(&a[0])?, vm.index_i64(&a[1])?, vm.index_i64(&a[2])?, vm.index_i32(&a[3])?);
    // SAFETY: no memory is involved.
    by_number(vm, unsafe { libc::posix_fadvise(fd, at, n, advice) })
}

fn flags(vm: &mut Vm, fd: i32, get: i32) -> PyResult<i32> {
    // SAFETY: only asks.
    Ok(arg::check(vm, None, unsafe { libc::fcntl(fd, get) }.into())? as i32)
}

fn with_flag(vm: &mut Vm, fd: &Owned, (get, set, bit): (i32, i32, i32), on: bool) -> PyResult {
    let fd = vm.index_i32(fd)?;
    let old = flags(vm, fd, get)?;
    let new = if on { old | bit } else { old & !bit };
    // SAFETY: no memory is involved.
    if new != old { arg::check(vm, None, unsafe { libc::fcntl(fd, set, new) }.into())?; }
    Ok(vm.none())
}

pub fn get_inheritable(vm: &mut Vm, _: &Owned, fd: &Owned) -> PyResult {
    let fd = vm.index_i32(fd)?;
    let f = flags(vm, fd, libc::F_GETFD)?;
    Ok(vm.bool(f & libc::FD_CLOEXEC == 0))
}
pub fn set_inheritable(vm: &mut Vm, _: &Owned, fd: &Owned, on: &Owned) -> PyResult {
    let on = vm.index_i32(on)? != 0;
    with_flag(vm, fd, (libc::F_GETFD, libc::F_SETFD, libc::FD_CLOEXEC), !on)
}
pub fn get_blocking(vm: &mut Vm, _: &Owned, fd: &Owned) -> PyResult {
    let fd = vm.index_i32(fd)?;
    let f = flags(vm, fd, libc::F_GETFL)?;
    Ok(vm.bool(f & libc::O_NONBLOCK == 0))
}
pub fn set_blocking(vm: &mut Vm, _: &Owned, fd: &Owned, on: &Owned) -> PyResult {
    let on = vm.truth(on)?;
    with_flag(vm, fd, (libc::F_GETFL, libc::F_SETFL, libc::O_NONBLOCK), !on)
}

pub fn device_encoding(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let fd = arg::int(vm, a, 0, -1)?;
    // SAFETY: only asks.
    if unsafe { libc::isatty(fd) } != 1 { return Ok(vm.none()) }
    let name = if vm.settings.utf8_mode { "utf-8" } else { "UTF-8" };
    vm.new_str(name)
}

pub fn get_terminal_size(vm: &mut Vm, _: &Owned, a: &[Owned]) -> PyResult {
    let fd = match a.first() { Some(fd) => vm.index_i32(fd)?, None => 1 };
    // SAFETY: all zeroes is a valid winsize, which the call fills.
    let (result, size) = unsafe {
        let mut size: libc::winsize = std::mem::zeroed();
        (libc::ioctl(fd, libc::TIOCGWINSZ, &mut size), size)
    };
    if result < 0 { return Err(arg::fail(vm, None)) }
    let Some(ty) = vm.state::<State>().terminal_size.clone() else { return Err(vm.system_error("posix is not initialised")) };
    let values = vec![vm.new_int(size.ws_col.into())?, vm.new_int(size.ws_row.into())?];
    vm.new_struct_sequence(&ty, values)
}

/// Text that a call writes into a buffer; the call gives an error number.
fn name_from(vm: &mut Vm, call: impl Fn(*mut libc::c_char, usize) -> i32) -> PyResult {
    let mut buffer = [0 as libc::c_char; 1024];
    let number = call(buffer.as_mut_ptr(), buffer.len() - 1);
    if number != 0 { return Err(vm.os_error_number(number, &arg::strerror(number), None)) }
    // SAFETY: the buffer was zeroed and its last byte never given away, so it is null-terminated.
    let name = unsafe { CStr::from_ptr(buffer.as_ptr()) }.to_bytes().to_vec();
    vm.fs_decode(&name)
}

pub fn ttyname(vm: &mut Vm, _: &Owned, fd: &Owned) -> PyResult {
    let fd = vm.index_i32(fd)?;
    // SAFETY: the buffer is writable for its length.
    name_from(vm, |p, n| unsafe { libc::ttyname_r(fd, p, n) })
}

pub fn ptsname(vm: &mut Vm, _: &Owned, fd: &Owned) -> PyResult {
    let fd = arg::fileno(vm, fd)?;
    // SAFETY: the buffer is writable for its length.
    name_from(vm, |p, n| unsafe { libc::ptsname_r(fd, p, n) })
}

pub fn ctermid(vm: &mut Vm, _: &Owned) -> PyResult { vm.new_str("/dev/tty") }

pub fn openpty(vm: &mut Vm, _: &Owned) -> PyResult {
    let (mut master, mut slave) = (-1, -1);
    // SAFETY: the descriptors are writable; the other arguments may be null.
    let result = unsafe { libc::openpty(&mut master, &mut slave, std::ptr::null_mut(), std::ptr::null(), std::ptr::null()) };
    arg::check(vm, None, result.into())?;
    for fd in [master, slave] {
        // SAFETY: no memory is involved.
        arg::check(vm, None, unsafe { libc::fcntl(fd, libc::F_SETFD, libc::FD_CLOEXEC) }.into())?;
    }
    pair(vm, master, slave)
}

pub fn login_tty(vm: &mut Vm, _: &Owned, fd: &Owned) -> PyResult {
    let fd = arg::fileno(vm, fd)?;
    // SAFETY: no memory is involved.
    arg::done(vm, None, unsafe { libc::login_tty(fd) })
}

pub fn posix_openpt(vm: &mut Vm, _: &Owned, flags: &Owned) -> PyResult {
    let flags = vm.index_i32(flags)? | libc::O_CLOEXEC;
    // SAFETY: no memory is involved.
    let fd = arg::check(vm, None, unsafe { libc::posix_openpt(flags) }.into())?;
    vm.new_int(fd)
}
pub fn grantpt(vm: &mut Vm, _: &Owned, fd: &Owned) -> PyResult {
    let fd = arg::fileno(vm, fd)?;
    // SAFETY: no memory is involved.
    arg::done(vm, None, unsafe { libc::grantpt(fd) })
}
pub fn unlockpt(vm: &mut Vm, _: &Owned, fd: &Owned) -> PyResult {
    let fd = arg::fileno(vm, fd)?;
    // SAFETY: no memory is involved.
    arg::done(vm, None, unsafe { libc::unlockpt(fd) })
}
pub fn tcgetpgrp(vm: &mut Vm, _: &Owned, fd: &Owned) -> PyResult {
    let fd = vm.index_i32(fd)?;
    // SAFETY: only asks.
    let n = arg::check(vm, None, unsafe { libc::tcgetpgrp(fd) }.into())?;
    vm.new_int(n)
}
pub fn tcsetpgrp(vm: &mut Vm, _: &Owned, fd: &Owned, group: &Owned) -> PyResult {
    let (fd, group) = (vm.index_i32(fd)?, vm.index_i32(group)?);
    // SAFETY: no memory is involved.
    arg::done(vm, None, unsafe { libc::tcsetpgrp(fd, group) })
}
