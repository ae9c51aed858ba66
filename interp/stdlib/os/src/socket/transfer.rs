//! Sending and receiving bytes.
//!
//! Not here: messages with ancillary data (`message.rs`), waiting (`object.rs`).

use instar_vm::{ObjExt, Owned, PyResult, Ref, Vm};

use super::address::Address;
use super::object::{call, counted, deadline, this, timed_out, try_call, For, Socket};
use crate::posix::arg::{self, Bound};

fn flags(vm: &mut Vm, o: Option<&Owned>) -> PyResult<i32> { match o { Some(o) => vm.index_i32(o), None => Ok(0) } }

/// A size argument, which is not negative.
fn size(vm: &mut Vm, o: &Owned, f: &str) -> PyResult<usize> {
    let n = vm.index_i64(o)?;
    usize::try_from(n).map_err(|_| vm.value_error(format!("negative buffersize in {f}")))
}

/// Room for `n` items, or MemoryError.
pub fn room<T>(vm: &mut Vm, n: usize) -> PyResult<Vec<T>> {
    let mut v = Vec::new();
    match v.try_reserve_exact(n) { Ok(()) => Ok(v), Err(_) => Err(vm.no_memory()) }
}

/// Receives up to `n` bytes by `f`, which is called with the room.
fn receive(vm: &mut Vm, s: &Ref<Socket>, n: usize, mut f: impl FnMut(i32, *mut libc::c_void) -> isize) -> PyResult {
    let mut v: Vec<u8> = room(vm, n)?;
    let got = call(vm, s, For::Reading, |fd| f(fd, v.as_mut_ptr().cast()))?;
    // SAFETY: the call filled that many of `n` bytes.
    unsafe { v.set_len(got.min(n)) };
    vm.new_bytes(&v)
}

/// `recv`
pub fn recv(vm: &mut Vm, o: &Owned, a: &[Owned]) -> PyResult {
    counted(vm, "recv", a.len(), 1, 2)?;
    let (n, flags) = (size(vm, &a[0], "recv")?, flags(vm, a.get(1))?);
    let s = this(o).clone();
    // SAFETY: there is room for n bytes.
    receive(vm, &s, n, |fd, p| unsafe { libc::recv(fd, p, n, flags) })
}

/// One call of recvfrom: what it read, and from whom.
unsafe fn recvfrom_once(fd: i32, p: *mut libc::c_void, n: usize, flags: i32, from: &mut Address) -> isize {
    from.clear();
    let (at, length) = from.room();
    // SAFETY: the caller's promise for `p`; the address has room for its size.
    unsafe { libc::recvfrom(fd, p, n, flags, at, length) }
}

fn pair(vm: &mut Vm, first: Owned, from: &Address, s: &Ref<Socket>) -> PyResult {
    let items = [first, from.to_python(vm, Some(s.fd.get()), s.proto.get())?];
    Ok(vm.new_tuple(items)?.into_obj())
}

/// `recvfrom`
pub fn recvfrom(vm: &mut Vm, o: &Owned, a: &[Owned]) -> PyResult {
    counted(vm, "recvfrom", a.len(), 1, 2)?;
    let (n, flags) = (size(vm, &a[0], "recvfrom")?, flags(vm, a.get(1))?);
    let s = this(o).clone();
    let mut from = Address::default();
    // SAFETY: there is room for n bytes.
    let data = receive(vm, &s, n, |fd, p| unsafe { recvfrom_once(fd, p, n, flags, &mut from) })?;
    pair(vm, data, &from, &s)
}

/// Receives into the buffer argument: the number of bytes.
fn receive_into(vm: &mut Vm, s: &Ref<Socket>, a: Bound<'_>, f: &str, too_small: &str, mut call_it: impl FnMut(i32, *mut libc::c_void, usize, i32) -> isize) -> PyResult<usize> {
    let target = arg::required(vm, a, 0)?;
    if !vm.is_bytes_like(target) {
        let t = target.given_name(vm);
        return Err(vm.type_error(format!("{f}() argument 1 must be read-write bytes-like object, not {t}")));
    }
    let mut buffer = match vm.buffer(target, true) {
        Ok(b) => b,
        Err(e) if e.is(vm, &vm.types.buffer_error) || e.is(vm, &vm.types.type_error) => {
            let t = target.given_name(vm);
            return Err(vm.type_error(format!("{f}() argument 1 must be read-write bytes-like object, not {t}")));
        }
        Err(e) => return Err(e),
    };
    let asked = arg::long(vm, a, 1, 0)?;
    let flags = arg::int(vm, a, 2, 0)?;
    let Ok(asked) = usize::try_from(asked) else { return Err(vm.value_error(format!("negative buffersize in {f}"))) };
    let view = buffer.bytes_mut(vm);
    let (p, length) = (view.as_mut_ptr() as usize, view.len());
    if asked > length { return Err(vm.value_error(too_small)) }
    let n = if asked == 0 { length } else { asked };
    // The buffer is pinned while the call runs.
    call(vm, s, For::Reading, |fd| call_it(fd, p as *mut libc::c_void, n, flags))
}

/// `recv_into`
pub fn recv_into(vm: &mut Vm, o: &Owned, a: Bound<'_>) -> PyResult {
    let s = this(o).clone();
    // SAFETY: the bytes are writable.
    let n = receive_into(vm, &s, a, "recv_into", "buffer too small for requested bytes", |fd, p, n, flags| unsafe { libc::recv(fd, p, n, flags) })?;
    vm.new_int(n as i64)
}

/// `recvfrom_into`
pub fn recvfrom_into(vm: &mut Vm, o: &Owned, a: Bound<'_>) -> PyResult {
    let s = this(o).clone();
    let mut from = Address::default();
    // SAFETY: the bytes are writable.
    let n = receive_into(vm, &s, a, "recvfrom_into", "nbytes is greater than the length of the buffer", |fd, p, n, flags| unsafe { recvfrom_once(fd, p, n, flags, &mut from) })?;
    let n = vm.new_int(n as i64)?;
    pair(vm, n, &from, &s)
}

/// `send`
pub fn send(vm: &mut Vm, o: &Owned, a: &[Owned]) -> PyResult {
    counted(vm, "send", a.len(), 1, 2)?;
    let data = vm.buffer(&a[0], false)?;
    let flags = flags(vm, a.get(1))?;
    let s = this(o).clone();
    let view = data.bytes(vm);
    let (p, n) = (view.as_ptr() as usize, view.len());
    // SAFETY: the buffer is pinned.
    let sent = call(vm, &s, For::Writing, |fd| unsafe { libc::send(fd, p as *const _, n, flags) })?;
    vm.new_int(sent as i64)
}

/// `sendall`: one timeout for all of it.
pub fn sendall(vm: &mut Vm, o: &Owned, a: &[Owned]) -> PyResult {
    counted(vm, "sendall", a.len(), 1, 2)?;
    let data = vm.buffer(&a[0], false)?;
    let flags = flags(vm, a.get(1))?;
    let s = this(o).clone();
    let end = deadline(&s);
    let view = data.bytes(vm);
    let (p, n) = (view.as_ptr() as usize, view.len());
    let mut at = 0;
    loop {
        if at > 0 && s.timeout.get() > 0 && end.is_over() { return Err(timed_out(vm)) }
        // SAFETY: the buffer is pinned; `at` is not behind its end.
        match try_call(vm, &s, For::Writing, end, |fd| unsafe { libc::send(fd, (p + at) as *const _, n - at, flags) })? {
            Ok(sent) => at += sent,
            Err(e) => return Err(vm.os_error_from(e, None)),
        }
        if at >= n { return Ok(vm.none()) }
        vm.safe_point()?;
    }
}

/// `sendto`
pub fn sendto(vm: &mut Vm, o: &Owned, a: &[Owned]) -> PyResult {
    let (flags, to) = match a {
        [_, to] => (0, to),
        [_, f, to] => (vm.index_i32(f)?, to),
        _ => { let n = a.len(); return Err(vm.type_error(format!("sendto() takes 2 or 3 arguments ({n} given)"))) }
    };
    let data = vm.buffer(&a[0], false)?;
    let s = this(o).clone();
    let to = Address::parse(vm, &s, to, "sendto")?;
    let view = data.bytes(vm);
    let (p, n) = (view.as_ptr() as usize, view.len());
    // SAFETY: the buffer is pinned, the address readable for its length.
    let sent = call(vm, &s, For::Writing, |fd| unsafe { libc::sendto(fd, p as *const _, n, flags, to.as_ptr(), to.len()) })?;
    vm.new_int(sent as i64)
}
