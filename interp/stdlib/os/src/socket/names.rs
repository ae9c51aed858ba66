//! Small functions of the module: byte orders, addresses as bytes, interfaces, the host's name, descriptors, pairs, the default timeout.
//!
//! Not here: the resolver (`resolve.rs`).

use std::ffi::{CStr, CString};

use instar_vm::types::int::{int_ref, IntRef};
use instar_vm::{Owned, PyResult, Vm};

use super::object::{counted, show_timeout, timeout_arg, wrap};
use super::resolve::show_ip;
use super::State;
use crate::posix::arg;

fn unsigned(vm: &mut Vm, o: &Owned, most: i64, kind: &str) -> PyResult<u32> {
    let n = vm.index(o)?;
    match int_ref(&n) {
        Some(n) if n.signum() < 0 => Err(vm.value_error("Cannot convert negative int")),
        Some(IntRef::Small(n)) if n <= most => Ok(n as u32),
        _ => Err(vm.overflow_error(format!("Python int too large for C {kind}"))),
    }
}
/// `htons`, `ntohs`
pub fn swap16(vm: &mut Vm, _: &Owned, o: &Owned) -> PyResult { let n = unsigned(vm, o, 0xffff, "uint16_t")? as u16; vm.new_int(n.to_be().into()) }
/// `htonl`, `ntohl`
pub fn swap32(vm: &mut Vm, _: &Owned, o: &Owned) -> PyResult { let n = unsigned(vm, o, 0xffff_ffff, "uint32_t")?; vm.new_int(n.to_be().into()) }

fn text(vm: &mut Vm, o: &Owned, what: &str) -> PyResult<CString> {
    let text = crate::support::text(vm, o, what)?;
    CString::new(text).map_err(|_| vm.value_error("embedded null character"))
}

/// `inet_aton`
pub fn inet_aton(vm: &mut Vm, _: &Owned, o: &Owned) -> PyResult {
    let text = text(vm, o, "inet_aton() argument")?;
    let mut a = libc::in_addr { s_addr: 0 };
    // SAFETY: the text is null-terminated, the address writable.
    if unsafe { inet_aton_c(text.as_ptr(), &mut a) } == 0 { return Err(vm.os_error("illegal IP address string passed to inet_aton")) }
    vm.new_bytes(&a.s_addr.to_ne_bytes())
}
unsafe extern "C" {
    #[link_name = "inet_aton"]
    fn inet_aton_c(text: *const libc::c_char, to: *mut libc::in_addr) -> libc::c_int;
}

/// `inet_ntoa`
pub fn inet_ntoa(vm: &mut Vm, _: &Owned, o: &Owned) -> PyResult {
    let bytes = vm.bytes_like(o)?;
    match show_ip(&bytes).filter(|_| bytes.len() == 4) { Some(t) => vm.new_str(&t), None => Err(vm.os_error("packed IP wrong length for inet_ntoa")) }
}

/// `inet_pton`
pub fn inet_pton(vm: &mut Vm, _: &Owned, a: &[Owned]) -> PyResult {
    counted(vm, "inet_pton", a.len(), 2, 2)?;
    let (family, text) = (vm.index_i32(&a[0])?, text(vm, &a[1], "inet_pton() argument 2")?);
    let text = text.to_str().unwrap_or_default();
    let bytes = match family {
        libc::AF_INET => text.parse::<std::net::Ipv4Addr>().ok().map(|a| a.octets().to_vec()),
        libc::AF_INET6 => text.parse::<std::net::Ipv6Addr>().ok().map(|a| a.octets().to_vec()),
        _ => return Err(vm.os_error_number(libc::EAFNOSUPPORT, &arg::strerror(libc::EAFNOSUPPORT), None)),
    };
    match bytes { Some(b) => vm.new_bytes(&b), None => Err(vm.os_error("illegal IP address string passed to inet_pton")) }
}

/// `inet_ntop`
pub fn inet_ntop(vm: &mut Vm, _: &Owned, a: &[Owned]) -> PyResult {
    counted(vm, "inet_ntop", a.len(), 2, 2)?;
    let (family, bytes) = (vm.index_i32(&a[0])?, vm.bytes_like(&a[1])?);
    let size = match family {
        libc::AF_INET => 4,
        libc::AF_INET6 => 16,
        _ => return Err(vm.value_error(format!("unknown address family {family}"))),
    };
    match show_ip(&bytes).filter(|_| bytes.len() == size) { Some(t) => vm.new_str(&t), None => Err(vm.value_error("invalid length of packed IP address string")) }
}

/// `gethostname`
pub fn gethostname(vm: &mut Vm, _: &Owned) -> PyResult {
    let mut room = [0u8; 1024];
    // SAFETY: the room is writable but for its last byte, which stays null.
    arg::check(vm, None, unsafe { libc::gethostname(room.as_mut_ptr().cast(), room.len() - 1) }.into())?;
    let name = room.split(|c| *c == 0).next().unwrap_or_default().to_vec();
    vm.fs_decode(&name)
}

/// `sethostname`
pub fn sethostname(vm: &mut Vm, _: &Owned, a: &[Owned]) -> PyResult {
    counted(vm, "sethostname", a.len(), 1, 1)?;
    let name = vm.fs_path_bytes(&a[0])?;
    // SAFETY: the bytes are readable for their length.
    arg::done(vm, None, unsafe { libc::sethostname(name.as_ptr().cast(), name.len()) })
}

/// `if_nameindex`
pub fn if_nameindex(vm: &mut Vm, _: &Owned) -> PyResult {
    let mut found = Vec::new();
    // SAFETY: the list ends with index 0 and is freed after it was read.
    unsafe {
        let list = libc::if_nameindex();
        if list.is_null() { return Err(arg::fail(vm, None)) }
        let mut at = list;
        while (*at).if_index != 0 && !(*at).if_name.is_null() {
            found.push(((*at).if_index, CStr::from_ptr((*at).if_name).to_bytes().to_vec()));
            at = at.add(1);
        }
        libc::if_freenameindex(list);
    }
    let mut rows = Vec::with_capacity(found.len());
    for (n, name) in found {
        let row = [vm.new_int(n.into())?, vm.fs_decode(&name)?];
        rows.push(vm.new_tuple(row)?.into_obj());
    }
    Ok(vm.new_list(rows)?.into_obj())
}

/// `if_nametoindex`
pub fn if_nametoindex(vm: &mut Vm, _: &Owned, o: &Owned) -> PyResult {
    let name = arg::c_string(vm, o)?;
    // SAFETY: the name is null-terminated.
    match unsafe { libc::if_nametoindex(name.as_ptr()) } { 0 => Err(arg::fail(vm, None)), n => vm.new_int(n.into()) }
}

/// `if_indextoname`
pub fn if_indextoname(vm: &mut Vm, _: &Owned, o: &Owned) -> PyResult {
    let n = arg::unsigned(vm, o, "unsigned int")?;
    let mut room = [0u8; libc::IF_NAMESIZE + 1];
    // SAFETY: the room is larger than any name.
    if unsafe { libc::if_indextoname(n, room.as_mut_ptr().cast()) }.is_null() { return Err(arg::fail(vm, None)) }
    let name = room.split(|c| *c == 0).next().unwrap_or_default().to_vec();
    vm.fs_decode(&name)
}

/// `close`
pub fn close(vm: &mut Vm, _: &Owned, o: &Owned) -> PyResult {
    let fd = vm.index_i32(o)?;
    // SAFETY: the program asks for it.
    if vm.without_gil(|| unsafe { libc::close(fd) }) < 0 && std::io::Error::last_os_error().raw_os_error() != Some(libc::ECONNRESET) { return Err(arg::fail(vm, None)) }
    Ok(vm.none())
}

/// `dup`
pub fn dup(vm: &mut Vm, _: &Owned, o: &Owned) -> PyResult {
    let fd = vm.index_i32(o)?;
    // SAFETY: no memory is involved.
    let n = arg::check(vm, None, unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 0) }.into())?;
    vm.new_int(n)
}

/// `socketpair`
pub fn socketpair(vm: &mut Vm, _: &Owned, a: &[Owned]) -> PyResult {
    counted(vm, "socketpair", a.len(), 0, 3)?;
    let mut n = [libc::AF_UNIX, libc::SOCK_STREAM, 0];
    for (n, o) in n.iter_mut().zip(a) { *n = vm.index_i32(o)? }
    let [family, kind, proto] = n;
    let mut fds = [-1; 2];
    // SAFETY: two descriptors are writable.
    arg::check(vm, None, unsafe { libc::socketpair(family, kind | libc::SOCK_CLOEXEC, proto, fds.as_mut_ptr()) }.into())?;
    let first = wrap(vm, fds[0], family, kind, proto);
    let second = wrap(vm, fds[1], family, kind, proto);
    // SAFETY: a descriptor that no object took is ours.
    unsafe {
        if first.is_err() { libc::close(fds[0]); }
        if second.is_err() { libc::close(fds[1]); }
    }
    Ok(vm.new_tuple([first?, second?])?.into_obj())
}

/// `getdefaulttimeout`
pub fn getdefaulttimeout(vm: &mut Vm, _: &Owned) -> PyResult { let n = vm.state::<State>().timeout; show_timeout(vm, n) }

/// `setdefaulttimeout`
pub fn setdefaulttimeout(vm: &mut Vm, _: &Owned, o: &Owned) -> PyResult {
    let n = timeout_arg(vm, o)?;
    vm.state::<State>().timeout = n;
    Ok(vm.none())
}
