//! Socket objects: making, closing, timeouts, connections.
//!
//! Every call goes through [`call`], which waits up to the timeout and goes on after signals (PEP 475). Not here: options
//! (`options.rs`), data (`transfer.rs`, `message.rs`), addresses (`address.rs`).

use std::cell::Cell;
use std::io;
use std::time::Duration;

use instar_vm::args::{Args, Signature};
use instar_vm::blocking::Outside;
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::slots::Slots;
use instar_vm::typeobj::{vm_flags, TypeRef};
use instar_vm::{payload, trace, ObjExt, Owned, PyResult, Raised, Ref, Vm};

use super::address::Address;
use super::{message, options, transfer, State};
use crate::posix::arg;
use instar_vm::times::{self as number, Round};
use crate::wait::Deadline;

/// Payload of a socket. `fd` is -1 when closed, `timeout` nanoseconds, negative for none.
pub struct Socket { pub fd: Cell<i32>, pub family: Cell<i32>, pub kind: Cell<i32>, pub proto: Cell<i32>, pub timeout: Cell<i64> }
trace! { Socket {} }
instar_vm::fields! { Socket { fd, family, kind, proto, timeout } }
payload!(Socket, "_socket.socket");

/// The payload of `self`.
pub fn this(o: &Owned) -> &Ref<Socket> { o.cast().expect("law: checked by the descriptor") }

/// TypeError unless there are between `min` and `max` arguments.
pub fn counted(vm: &mut Vm, f: &str, got: usize, min: usize, max: usize) -> PyResult<()> {
    if (min..=max).contains(&got) { return Ok(()) }
    let (how, n) = if min == max { ("exactly", min) } else if got < min { ("at least", min) } else { ("at most", max) };
    Err(vm.type_error(format!("{f}() takes {how} {n} argument{} ({got} given)", if n == 1 { "" } else { "s" })))
}

/// What a call waits for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum For { Reading, Writing, Connecting }

/// TimeoutError.
#[cold]
pub fn timed_out(vm: &mut Vm) -> Raised {
    let ty = vm.types.timeout_error.clone();
    vm.exception_with_message(&ty, "timed out")
}

/// Waits until the socket is ready; whether the time ran out.
fn wait(vm: &mut Vm, fd: i32, what: For, deadline: Deadline) -> PyResult<bool> {
    let events = match what { For::Reading => libc::POLLIN, For::Writing => libc::POLLOUT, For::Connecting => libc::POLLOUT | libc::POLLERR };
    loop {
        let mut row = libc::pollfd { fd, events, revents: 0 };
        // SAFETY: one row is writable.
        let n = vm.without_gil(|| unsafe { libc::poll(&mut row, 1, deadline.millis()) });
        if n > 0 { return Ok(false) }
        if n == 0 { if deadline.is_over() { return Ok(true) } else { continue } }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted { return Err(vm.os_error_from(error, None)) }
        vm.safe_point()?;
    }
}

/// The socket's timeout as the end of waiting from now on.
pub fn deadline(s: &Socket) -> Deadline { Deadline::after(u64::try_from(s.timeout.get()).ok().map(Duration::from_nanos)) }

/// Makes a system call, which gives a negative number and leaves `errno` if it fails, until no signal interrupts and the socket is
/// ready, or `end` has come. The inner result is the system's; the outer one TimeoutError or what a handler of signals raised.
pub fn try_call(vm: &mut Vm, s: &Socket, what: For, end: Deadline, mut call: impl FnMut(i32) -> isize) -> PyResult<io::Result<usize>> {
    let timed = s.timeout.get() > 0;
    let mut connecting = what == For::Connecting;
    loop {
        if timed || connecting {
            if s.fd.get() >= 0 && wait(vm, s.fd.get(), what, if timed { end } else { Deadline::after(None) })? { return Err(timed_out(vm)) }
        }
        loop {
            let fd = s.fd.get();
            // SAFETY: the callers' buffers are theirs or pinned.
            let outside = unsafe { Outside::new(&mut call) };
            let n = vm.without_gil(move || outside.get()(fd));
            if let Ok(n) = usize::try_from(n) { return Ok(Ok(n)) }
            let error = io::Error::last_os_error();
            match error.raw_os_error() {
                Some(libc::EINTR) => vm.safe_point()?,
                Some(libc::EAGAIN) if timed => break,
                _ => return Ok(Err(error)),
            }
        }
        connecting = false;
    }
}

/// As [`try_call`] with the socket's own timeout; the system's error is raised.
pub fn call(vm: &mut Vm, s: &Socket, what: For, f: impl FnMut(i32) -> isize) -> PyResult<usize> {
    let end = deadline(s);
    match try_call(vm, s, what, end, f)? { Ok(n) => Ok(n), Err(e) => Err(vm.os_error_from(e, None)) }
}

fn set_nonblocking(vm: &mut Vm, fd: i32, nonblocking: bool) -> PyResult<()> {
    let flag: libc::c_int = nonblocking.into();
    // SAFETY: the flag is readable.
    arg::check(vm, None, unsafe { libc::ioctl(fd, libc::FIONBIO, &flag) }.into()).map(drop)
}

/// Fills in what a descriptor is.
fn assign(vm: &mut Vm, s: &Socket, fd: i32, family: i32, kind: i32, proto: i32) -> PyResult<()> {
    s.family.set(family);
    s.kind.set(kind & !(libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC));
    s.proto.set(proto);
    let default = vm.state::<State>().timeout;
    if kind & libc::SOCK_NONBLOCK != 0 { s.timeout.set(0) } else {
        s.timeout.set(default);
        if default >= 0 { set_nonblocking(vm, fd, true)? }
    }
    s.fd.set(fd);
    Ok(())
}

/// A socket object of exact type for a descriptor.
pub fn wrap(vm: &mut Vm, fd: i32, family: i32, kind: i32, proto: i32) -> PyResult {
    let s = vm.new_object(Socket { fd: Cell::new(-1), family: Cell::new(0), kind: Cell::new(0), proto: Cell::new(0), timeout: Cell::new(-1) })?;
    assign(vm, &s, fd, family, kind, proto)?;
    Ok(s.into_obj())
}

fn new(vm: &mut Vm, ty: &TypeRef, _: Args<'_>) -> PyResult {
    let timeout = vm.state::<State>().timeout;
    Ok(vm.new_object_of(ty, Socket { fd: Cell::new(-1), family: Cell::new(0), kind: Cell::new(0), proto: Cell::new(0), timeout: Cell::new(timeout) })?.into_obj())
}

fn option_int(fd: i32, option: i32) -> io::Result<i32> {
    let (mut n, mut size) = (0i32, 4 as libc::socklen_t);
    // SAFETY: number and size are writable.
    if unsafe { libc::getsockopt(fd, libc::SOL_SOCKET, option, (&raw mut n).cast(), &mut size) } < 0 { Err(io::Error::last_os_error()) } else { Ok(n) }
}

fn init(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult<()> {
    if args.values().len() > 4 { return counted(vm, "socket", args.values().len(), 0, 4) }
    let a = args.bind(vm, "socket", const { &Signature::parse("(family=-1, type=-1, proto=-1, fileno=None)") })?;
    let (mut family, mut kind, mut proto) = (arg::int(vm, &a, 0, -1)?, arg::int(vm, &a, 1, -1)?, arg::int(vm, &a, 2, -1)?);
    let s = this(o).clone();
    if let Some(fileno) = a[3].as_ref().filter(|f| !vm.is_none(f)) {
        let fd = vm.index_i32(fileno)?;
        if fd < 0 { return Err(vm.value_error("negative file descriptor")) }
        match Address::read(|p, n| unsafe { libc::getsockname(fd, p, n) }.into()) {
            Ok((_, address)) => if family == -1 { family = address.family() },
            Err(e) if family == -1 || matches!(e.raw_os_error(), Some(libc::EBADF | libc::ENOTSOCK)) => return Err(vm.os_error_from(e, None)),
            Err(_) => {}
        }
        let mut ask = |option| option_int(fd, option).map_err(|e| vm.os_error_from(e, None));
        if kind == -1 { kind = ask(libc::SO_TYPE)? }
        if proto == -1 { proto = ask(libc::SO_PROTOCOL)? }
        return assign(vm, &s, fd, family, kind, proto);
    }
    if family == -1 { family = libc::AF_INET }
    if kind == -1 { kind = libc::SOCK_STREAM }
    if proto == -1 { proto = 0 }
    // SAFETY: no memory is involved.
    let fd = unsafe { libc::socket(family, kind | libc::SOCK_CLOEXEC, proto) };
    if fd < 0 { return Err(arg::fail(vm, None)) }
    match assign(vm, &s, fd, family, kind, proto) {
        Ok(()) => Ok(()),
        // SAFETY: the descriptor is ours.
        Err(e) => { unsafe { libc::close(fd) }; s.fd.set(-1); Err(e) }
    }
}

/// A socket that nobody closed: a warning, then its end.
fn finalize(vm: &mut Vm, o: &Owned) -> PyResult<()> {
    let s = this(o).clone();
    if s.fd.get() < 0 { return Ok(()) }
    let message = format!("unclosed {}", vm.repr_text(o)?);
    let category = vm.types.resource_warning.clone();
    let warned = vm.warn(&category, &message, 1);
    let fd = s.fd.replace(-1);
    // SAFETY: the descriptor was ours.
    if fd >= 0 { unsafe { libc::close(fd) }; }
    warned
}

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let s = this(o);
    vm.new_str(&format!("<socket object, fd={}, family={}, type={}, proto={}>", s.fd.get(), s.family.get(), s.kind.get(), s.proto.get()))
}

fn close(vm: &mut Vm, o: &Owned) -> PyResult {
    let fd = this(o).fd.replace(-1);
    // SAFETY: the descriptor was ours.
    if fd >= 0 && vm.without_gil(|| unsafe { libc::close(fd) }) < 0 {
        // The other side may be gone, which is no error of closing.
        let error = io::Error::last_os_error();
        if error.raw_os_error() != Some(libc::ECONNRESET) { return Err(vm.os_error_from(error, None)) }
    }
    Ok(vm.none())
}

fn detach(vm: &mut Vm, o: &Owned) -> PyResult { let fd = this(o).fd.replace(-1); vm.new_int(fd.into()) }

fn accept(vm: &mut Vm, o: &Owned) -> PyResult {
    let s = this(o).clone();
    let mut address = Address::default();
    let fd = call(vm, &s, For::Reading, |fd| {
        address.clear();
        let (p, n) = address.room();
        // SAFETY: the address has room for its size.
        unsafe { libc::accept4(fd, p, n, libc::SOCK_CLOEXEC) as isize }
    })? as i32;
    let parts = vm.new_int(fd.into()).and_then(|n| Ok([n, address.to_python(vm, Some(fd), s.proto.get())?]));
    match parts {
        Ok(parts) => Ok(vm.new_tuple(parts)?.into_obj()),
        // SAFETY: the descriptor is ours.
        Err(e) => { unsafe { libc::close(fd) }; Err(e) }
    }
}

/// Connects; the system's error inside.
fn connecting(vm: &mut Vm, o: &Owned, address: &Owned, f: &str) -> PyResult<io::Result<()>> {
    let s = this(o).clone();
    let address = Address::parse(vm, &s, address, f)?;
    let (p, n, fd) = (address.as_ptr() as usize, address.len(), s.fd.get());
    // SAFETY: the address lives through the call and is readable for its length.
    if vm.without_gil(|| unsafe { libc::connect(fd, p as *const libc::sockaddr, n) }) == 0 { return Ok(Ok(())) }
    let error = io::Error::last_os_error();
    match error.raw_os_error() {
        // The connection is made in the background.
        Some(libc::EINTR) => { vm.safe_point()?; if s.timeout.get() == 0 { return Ok(Err(error)) } }
        Some(libc::EINPROGRESS) if s.timeout.get() > 0 => {}
        _ => return Ok(Err(error)),
    }
    let end = deadline(&s);
    let done = try_call(vm, &s, For::Connecting, end, |fd| match option_int(fd, libc::SO_ERROR) {
        Ok(0 | libc::EISCONN) => 0,
        // SAFETY: errno is this thread's.
        Ok(n) => { unsafe { *libc::__errno_location() = n }; -1 }
        Err(_) => -1,
    })?;
    Ok(done.map(drop))
}

fn connect(vm: &mut Vm, o: &Owned, address: &Owned) -> PyResult {
    match connecting(vm, o, address, "connect")? { Ok(()) => Ok(vm.none()), Err(e) => Err(vm.os_error_from(e, None)) }
}

fn connect_ex(vm: &mut Vm, o: &Owned, address: &Owned) -> PyResult {
    let timeout = vm.types.timeout_error.clone();
    match connecting(vm, o, address, "connect_ex") {
        Ok(Ok(())) => vm.new_int(0),
        Ok(Err(e)) => vm.new_int(e.raw_os_error().unwrap_or(0).into()),
        Err(e) if e.exception().obj().type_of(vm).ptr() == timeout.ptr() => vm.new_int(libc::EWOULDBLOCK.into()),
        Err(e) => Err(e),
    }
}

fn bind(vm: &mut Vm, o: &Owned, address: &Owned) -> PyResult {
    let s = this(o).clone();
    let address = Address::parse(vm, &s, address, "bind")?;
    // SAFETY: the address is readable for its length.
    arg::done(vm, None, unsafe { libc::bind(s.fd.get(), address.as_ptr(), address.len()) })
}

fn listen(vm: &mut Vm, o: &Owned, a: &[Owned]) -> PyResult {
    counted(vm, "listen", a.len(), 0, 1)?;
    let backlog = match a.first() { Some(n) => vm.index_i32(n)?.max(0), None => libc::SOMAXCONN.min(128) };
    // SAFETY: no memory is involved.
    arg::done(vm, None, unsafe { libc::listen(this(o).fd.get(), backlog) })
}

fn shutdown(vm: &mut Vm, o: &Owned, how: &Owned) -> PyResult {
    let how = vm.index_i32(how)?;
    // SAFETY: no memory is involved.
    arg::done(vm, None, unsafe { libc::shutdown(this(o).fd.get(), how) })
}

fn name(vm: &mut Vm, o: &Owned, ask: unsafe extern "C" fn(i32, *mut libc::sockaddr, *mut libc::socklen_t) -> i32) -> PyResult {
    let (fd, proto) = (this(o).fd.get(), this(o).proto.get());
    // SAFETY: the address has room for its size.
    match Address::read(|p, n| unsafe { ask(fd, p, n) }.into()) { Ok((_, a)) => a.to_python(vm, Some(fd), proto), Err(e) => Err(vm.os_error_from(e, None)) }
}

/// A timeout argument in nanoseconds; -1 for None.
pub fn timeout_arg(vm: &mut Vm, o: &Owned) -> PyResult<i64> {
    if vm.is_none(o) { return Ok(-1) }
    let n = number::to_nanos(vm, o, Round::Up)?;
    if n < 0 { return Err(vm.value_error("Timeout value out of range")) }
    Ok(n)
}

/// A timeout as Python shows it.
pub fn show_timeout(vm: &mut Vm, nanos: i64) -> PyResult { if nanos < 0 { Ok(vm.none()) } else { number::seconds_of(vm, nanos) } }

fn settimeout(vm: &mut Vm, o: &Owned, value: &Owned) -> PyResult {
    let n = timeout_arg(vm, value)?;
    let s = this(o).clone();
    s.timeout.set(n);
    set_nonblocking(vm, s.fd.get(), n >= 0)?;
    Ok(vm.none())
}

fn setblocking(vm: &mut Vm, o: &Owned, flag: &Owned) -> PyResult {
    let block = vm.truth(flag)?;
    let s = this(o).clone();
    s.timeout.set(if block { -1 } else { 0 });
    set_nonblocking(vm, s.fd.get(), !block)?;
    Ok(vm.none())
}

fn gettimeout(vm: &mut Vm, o: &Owned) -> PyResult { let n = this(o).timeout.get(); show_timeout(vm, n) }

static DEF: TypeDef = TypeDef {
    doc: "socket(family=AF_INET, type=SOCK_STREAM, proto=0) -> socket object\nsocket(family=-1, type=-1, proto=-1, fileno=None) -> socket object\n\nOpen a socket of the given type. With fileno, take over a descriptor; what is not said is asked of it.",
    sig: "",
    methods: &[
        Def::new("_accept", "($self, /)", Native::N0(accept)).doc("_accept() -> (integer, address info)\n\nWait for an incoming connection. Return a new socket file descriptor representing the connection, and the address of the client."),
        Def::new("bind", "($self, object, /)", Native::N1(bind)).doc("bind(address)\n\nBind the socket to a local address."),
        Def::new("close", "($self, /)", Native::N0(close)).doc("close()\n\nClose the socket.  It cannot be used after this call."),
        Def::new("connect", "($self, object, /)", Native::N1(connect)).doc("connect(address)\n\nConnect the socket to a remote address."),
        Def::new("connect_ex", "($self, object, /)", Native::N1(connect_ex)).doc("connect_ex(address) -> errno\n\nThis is like connect(address), but returns an error code instead of raising an exception when an error occurs."),
        Def::new("detach", "($self, /)", Native::N0(detach)).doc("detach()\n\nClose the socket object without closing the underlying file descriptor, which is returned."),
        Def::new("fileno", "($self, /)", Native::N0(|vm, o| vm.new_int(this(o).fd.get().into()))).doc("fileno() -> integer\n\nReturn the integer file descriptor of the socket."),
        Def::new("getpeername", "($self, /)", Native::N0(|vm, o| name(vm, o, libc::getpeername))).doc("getpeername() -> address info\n\nReturn the address of the remote endpoint."),
        Def::new("getsockname", "($self, /)", Native::N0(|vm, o| name(vm, o, libc::getsockname))).doc("getsockname() -> address info\n\nReturn the address of the local endpoint."),
        Def::new("getblocking", "($self, /)", Native::N0(|vm, o| { let b = this(o).timeout.get() != 0; Ok(vm.bool(b)) })).doc("getblocking()\n\nReturns True if socket is in blocking mode, or False if it is in non-blocking mode."),
        Def::new("gettimeout", "($self, /)", Native::N0(gettimeout)).doc("gettimeout() -> timeout\n\nReturns the timeout in seconds (float) associated with socket operations, None if there is none."),
        Def::new("listen", "", Native::Var(listen, 0, usize::MAX)).doc("listen([backlog])\n\nEnable a server to accept connections. backlog is the number of unaccepted connections that the system allows."),
        Def::new("setblocking", "($self, object, /)", Native::N1(setblocking)).doc("setblocking(flag)\n\nSet the socket to blocking (flag is true) or non-blocking (false)."),
        Def::new("settimeout", "($self, object, /)", Native::N1(settimeout)).doc("settimeout(timeout)\n\nSet a timeout on socket operations in seconds; None disables it."),
        Def::new("shutdown", "($self, object, /)", Native::N1(shutdown)).doc("shutdown(flag)\n\nShut down the reading side of the socket (flag == SHUT_RD), the writing side (SHUT_WR), or both (SHUT_RDWR)."),
        Def::new("getsockopt", "", Native::Var(options::get, 0, usize::MAX)).doc("getsockopt(level, option[, buffersize]) -> value\n\nGet a socket option. With a nonzero buffersize the result is bytes of at most that length, else an integer."),
        Def::new("setsockopt", "", Native::Var(options::set, 0, usize::MAX)).doc("setsockopt(level, option, value: int)\nsetsockopt(level, option, value: buffer)\nsetsockopt(level, option, None, optlen: int)\n\nSet a socket option."),
        Def::new("recv", "", Native::Var(transfer::recv, 0, usize::MAX)).doc("recv(buffersize[, flags]) -> data\n\nReceive up to buffersize bytes from the socket. Empty bytes mean that the other side has closed."),
        Def::new("recv_into", "($self, /, buffer, nbytes=0, flags=0)", Native::Bound(transfer::recv_into)).doc("recv_into(buffer, [nbytes[, flags]]) -> nbytes_read\n\nA version of recv() that stores its data into a buffer rather than creating a new object."),
        Def::new("recvfrom", "", Native::Var(transfer::recvfrom, 0, usize::MAX)).doc("recvfrom(buffersize[, flags]) -> (data, address info)\n\nLike recv(buffersize, flags) but also return the sender's address info."),
        Def::new("recvfrom_into", "($self, /, buffer, nbytes=0, flags=0)", Native::Bound(transfer::recvfrom_into)).doc("recvfrom_into(buffer[, nbytes[, flags]]) -> (nbytes, address info)\n\nLike recv_into(buffer[, nbytes[, flags]]) but also return the sender's address info."),
        Def::new("send", "", Native::Var(transfer::send, 0, usize::MAX)).doc("send(data[, flags]) -> count\n\nSend data to the socket. Return the number of bytes sent, which may be less than the data's."),
        Def::new("sendall", "", Native::Var(transfer::sendall, 0, usize::MAX)).doc("sendall(data[, flags])\n\nSend data to the socket until all of it is sent."),
        Def::new("sendto", "", Native::Var(transfer::sendto, 0, usize::MAX)).doc("sendto(data[, flags], address) -> count\n\nLike send(data, flags) but allows specifying the destination address."),
        Def::new("recvmsg", "", Native::Var(message::recvmsg, 0, usize::MAX)).doc("recvmsg(bufsize[, ancbufsize[, flags]]) -> (data, ancdata, msg_flags, address)\n\nReceive normal data and ancillary data: a list of (level, type, data)."),
        Def::new("recvmsg_into", "", Native::Var(message::recvmsg_into, 0, usize::MAX)).doc("recvmsg_into(buffers[, ancbufsize[, flags]]) -> (nbytes, ancdata, msg_flags, address)\n\nReceive normal data into a series of buffers, and ancillary data."),
        Def::new("sendmsg", "", Native::Var(message::sendmsg, 0, usize::MAX)).doc("sendmsg(buffers[, ancdata[, flags[, address]]]) -> count\n\nSend normal data, gathered from a series of buffers, and ancillary data, an iterable of (level, type, data)."),
        Def::new("sendmsg_afalg", "($self, /, msg=None, *, op=-1, iv=None, assoclen=-1, flags=0)", Native::Bound(message::sendmsg_afalg)).doc("sendmsg_afalg([msg], *, op[, iv[, assoclen[, flags=MSG_MORE]]])\n\nSet operation mode, IV and length of associated data for an AF_ALG operation socket."),
    ],
    getset: &[
        GetSet { name: "family", get: |vm, o| vm.new_int(this(o).family.get().into()), set: None, doc: "the socket family", member: true },
        GetSet { name: "type", get: |vm, o| vm.new_int(this(o).kind.get().into()), set: None, doc: "the socket type", member: true },
        GetSet { name: "proto", get: |vm, o| vm.new_int(this(o).proto.get().into()), set: None, doc: "the socket protocol", member: true },
        GetSet { name: "timeout", get: gettimeout, set: None, doc: "the socket timeout", member: false },
    ],
};

/// Makes the type.
pub fn make_type(vm: &mut Vm) -> PyResult<TypeRef> {
    let slots = Slots { new: Some(new), init: Some(init), repr: Some(repr), finalize: Some(finalize), ..Slots::default() };
    vm.new_native_type::<Socket>("_socket", "socket", None, vm_flags::BASETYPE, slots, &DEF)
}
