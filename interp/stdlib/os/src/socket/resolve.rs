//! Names to addresses and back: the resolver, services, protocols.
//!
//! Not here: addresses as such (`address.rs`).

use std::ffi::{c_char, c_int, CStr, CString};

use instar_vm::blocking::Outside;
use instar_vm::types::bytes::PyBytes;
use instar_vm::types::int::int_ref;
use instar_vm::types::str::PyStr;
use instar_vm::types::tuple::PyTuple;
use instar_vm::{ObjExt, Owned, PyResult, Raised, Vm};

use super::address::{flow, host, Address};
use super::object::counted;
use super::State;
use crate::posix::arg::{self, Bound};

unsafe extern "C" {
    fn gethostbyname_r(name: *const c_char, result: *mut libc::hostent, room: *mut c_char, length: usize, found: *mut *mut libc::hostent, error: *mut c_int) -> c_int;
    fn gethostbyaddr_r(address: *const libc::c_void, size: libc::socklen_t, family: c_int, result: *mut libc::hostent, room: *mut c_char, length: usize,
        found: *mut *mut libc::hostent, error: *mut c_int) -> c_int;
    fn hstrerror(error: c_int) -> *const c_char;
    fn inet_ntop(family: c_int, address: *const libc::c_void, room: *mut c_char, size: libc::socklen_t) -> *const c_char;
}

/// Largest buffer that a look-up gets.
const MOST: usize = 1 << 20;

/// An error of one of the module's classes.
fn numbered(vm: &mut Vm, class: Option<instar_vm::typeobj::TypeRef>, number: i32, text: &str) -> Raised {
    let Some(class) = class else { return vm.system_error("_socket is not initialised") };
    let make = |vm: &mut Vm| -> PyResult<Vec<Owned>> { Ok(vec![vm.new_int(number.into())?, vm.new_str(text)?]) };
    match make(vm) { Ok(args) => vm.raise(&class, args), Err(e) => e }
}

/// The error of `getaddrinfo` and `getnameinfo`: `gaierror`, or the system's.
#[cold]
pub fn lookup_error(vm: &mut Vm, error: i32) -> Raised {
    if error == libc::EAI_SYSTEM { return arg::fail(vm, None) }
    // SAFETY: the text is static.
    let text = unsafe { CStr::from_ptr(libc::gai_strerror(error)) }.to_string_lossy().into_owned();
    let class = vm.state::<State>().gaierror.clone();
    numbered(vm, class, error, &text)
}

#[cold]
fn host_error(vm: &mut Vm, error: i32) -> Raised {
    // SAFETY: the text is static.
    let text = unsafe { CStr::from_ptr(hstrerror(error)) }.to_string_lossy().into_owned();
    let class = vm.state::<State>().herror.clone();
    numbered(vm, class, error, &text)
}

/// One answer of the resolver.
struct Answer { family: i32, kind: i32, proto: i32, name: Vec<u8>, address: Address }

/// Asks the resolver.
fn ask(vm: &mut Vm, host: Option<&CStr>, service: Option<&CStr>, hints: &libc::addrinfo) -> PyResult<Vec<Answer>> {
    let mut list: *mut libc::addrinfo = std::ptr::null_mut();
    let text = |t: Option<&CStr>| t.map_or(std::ptr::null(), CStr::as_ptr);
    let mut call = || unsafe { libc::getaddrinfo(text(host), text(service), hints, &mut list) };
    // SAFETY: strings and hints are the caller's, the list is ours.
    let outside = unsafe { Outside::new(&mut call) };
    let error = vm.without_gil(move || outside.get()());
    if error != 0 { return Err(lookup_error(vm, error)) }
    let mut all = Vec::new();
    // SAFETY: the list is valid until it is freed; each entry's address is readable for its length.
    unsafe {
        let mut at = list;
        while let Some(a) = at.as_ref() {
            let name = if a.ai_canonname.is_null() { Vec::new() } else { CStr::from_ptr(a.ai_canonname).to_bytes().to_vec() };
            all.push(Answer { family: a.ai_family, kind: a.ai_socktype, proto: a.ai_protocol, name, address: Address::copied(a.ai_addr, a.ai_addrlen) });
            at = a.ai_next;
        }
        if !list.is_null() { libc::freeaddrinfo(list) }
    }
    Ok(all)
}

fn hints(family: i32, kind: i32, flags: i32) -> libc::addrinfo {
    // SAFETY: all zeroes is a valid structure.
    let mut h: libc::addrinfo = unsafe { std::mem::zeroed() };
    (h.ai_family, h.ai_socktype, h.ai_flags) = (family, kind, flags);
    h
}

fn c_text(vm: &mut Vm, bytes: &[u8]) -> PyResult<CString> { CString::new(bytes).map_err(|_| vm.value_error("embedded null character")) }

fn v4(number: u32) -> Address {
    // SAFETY: all zeroes is a valid address.
    let mut a: libc::sockaddr_in = unsafe { std::mem::zeroed() };
    a.sin_family = libc::AF_INET as _;
    a.sin_addr.s_addr = number.to_be();
    Address::of(a)
}

/// The first address of a host; "" is any, "<broadcast>" all.
pub fn first(vm: &mut Vm, host: &[u8], family: i32) -> PyResult<Address> {
    if host.is_empty() {
        let found = ask(vm, None, Some(c"0"), &hints(family, libc::SOCK_DGRAM, libc::AI_PASSIVE))?;
        return match &found[..] { [one] => Ok(one.address), _ => Err(vm.os_error("wildcard resolved to multiple address")) };
    }
    if host == b"<broadcast>" || host == b"255.255.255.255" {
        if family != libc::AF_INET && family != libc::AF_UNSPEC { return Err(vm.os_error("address family mismatched")) }
        return Ok(v4(u32::MAX));
    }
    let text = std::str::from_utf8(host).ok();
    if family != libc::AF_INET6 && let Some(a) = text.and_then(|t| t.parse::<std::net::Ipv4Addr>().ok()) { return Ok(v4(a.into())) }
    if family != libc::AF_INET && let Some(ip) = text.and_then(|t| t.parse::<std::net::Ipv6Addr>().ok()) {
        // SAFETY: all zeroes is a valid address.
        let mut a: libc::sockaddr_in6 = unsafe { std::mem::zeroed() };
        a.sin6_family = libc::AF_INET6 as _;
        a.sin6_addr.s6_addr = ip.octets();
        return Ok(Address::of(a));
    }
    let name = c_text(vm, host)?;
    let found = ask(vm, Some(&name), None, &hints(family, 0, 0))?;
    match found.first() { Some(a) => Ok(a.address), None => Err(lookup_error(vm, libc::EAI_NONAME)) }
}

/// A host name argument of `f`.
fn host_arg(vm: &mut Vm, o: &Owned, f: &str) -> PyResult<Vec<u8>> {
    let known = o.cast::<PyStr>().is_some() || o.cast::<PyBytes>().is_some() || o.cast::<instar_vm::types::bytearray::PyByteArray>().is_some();
    if known { return host(vm, o) }
    let t = o.given_name(vm);
    Err(vm.type_error(format!("{f}() argument 1 must be str, bytes or bytearray, not {t}")))
}

/// `gethostbyname`
pub fn gethostbyname(vm: &mut Vm, _: &Owned, a: &[Owned]) -> PyResult {
    counted(vm, "gethostbyname", a.len(), 1, 1)?;
    let name = host_arg(vm, &a[0], "gethostbyname")?;
    let found = first(vm, &name, libc::AF_INET)?;
    let text = show_ip(&found.get::<libc::sockaddr_in>().sin_addr.s_addr.to_ne_bytes()).unwrap_or_default();
    vm.new_str(&text)
}

/// Name, other names and addresses of a host as the database has them.
struct Host { name: Vec<u8>, aliases: Vec<Vec<u8>>, addresses: Vec<Vec<u8>>, family: i32 }

/// Asks the database with a buffer that is large enough. The inner error is the resolver's number.
fn host_entry(vm: &mut Vm, mut call: impl FnMut(*mut libc::hostent, *mut c_char, usize, *mut *mut libc::hostent, *mut c_int) -> c_int) -> PyResult<Result<Host, i32>> {
    let mut room: Vec<u8> = vec![0; 8192];
    loop {
        let (mut entry, mut found, mut error) = (std::mem::MaybeUninit::<libc::hostent>::uninit(), std::ptr::null_mut(), 0);
        let mut ask = || call(entry.as_mut_ptr(), room.as_mut_ptr().cast(), room.len(), &mut found, &mut error);
        // SAFETY: all that the call reads and writes is ours.
        let outside = unsafe { Outside::new(&mut ask) };
        let result = vm.without_gil(move || outside.get()());
        if result == libc::ERANGE && room.len() < MOST { room.resize(room.len() * 2, 0); continue }
        if found.is_null() { return Ok(Err(error)) }
        // SAFETY: the call filled the entry, whose lists end with null and lie in the buffer.
        unsafe {
            let h = &*found;
            let each = |list: *mut *mut c_char, take: &dyn Fn(*const c_char) -> Vec<u8>| {
                let (mut out, mut at) = (Vec::new(), list);
                while !at.is_null() && !(*at).is_null() { out.push(take(*at)); at = at.add(1) }
                out
            };
            let text = |p: *const c_char| CStr::from_ptr(p).to_bytes().to_vec();
            let raw = |p: *const c_char| std::slice::from_raw_parts(p.cast::<u8>(), h.h_length as usize).to_vec();
            return Ok(Ok(Host { name: text(h.h_name), aliases: each(h.h_aliases, &text), addresses: each(h.h_addr_list, &raw), family: h.h_addrtype }));
        }
    }
}

fn show_host(vm: &mut Vm, h: Result<Host, i32>, family: i32) -> PyResult {
    let h = match h { Ok(h) => h, Err(n) => return Err(host_error(vm, n)) };
    if h.family != family { return Err(vm.os_error_number(libc::EAFNOSUPPORT, &arg::strerror(libc::EAFNOSUPPORT), None)) }
    let mut aliases = Vec::new();
    for a in &h.aliases { aliases.push(vm.fs_decode(a)?) }
    let mut addresses = Vec::new();
    for a in &h.addresses { let text = show_ip(a).unwrap_or_default(); addresses.push(vm.new_str(&text)?) }
    let items = [vm.fs_decode(&h.name)?, vm.new_list(aliases)?.into_obj(), vm.new_list(addresses)?.into_obj()];
    Ok(vm.new_tuple(items)?.into_obj())
}

/// Four or sixteen bytes as an address, as the C library writes it.
pub fn show_ip(bytes: &[u8]) -> Option<String> {
    let family = match bytes.len() { 4 => libc::AF_INET, 16 => libc::AF_INET6, _ => return None };
    let mut room = [0u8; 64];
    // SAFETY: the bytes are as many as the family has, the room is larger than any text.
    let p = unsafe { inet_ntop(family, bytes.as_ptr().cast(), room.as_mut_ptr().cast(), room.len() as libc::socklen_t) };
    if p.is_null() { return None }
    CStr::from_bytes_until_nul(&room).ok().map(|t| t.to_string_lossy().into_owned())
}

/// `gethostbyname_ex`
pub fn gethostbyname_ex(vm: &mut Vm, _: &Owned, a: &[Owned]) -> PyResult {
    counted(vm, "gethostbyname_ex", a.len(), 1, 1)?;
    let name = host_arg(vm, &a[0], "gethostbyname_ex")?;
    first(vm, &name, libc::AF_INET)?;
    let name = c_text(vm, &name)?;
    // SAFETY: the name is null-terminated, the rest as `host_entry` gives it.
    let h = host_entry(vm, |r, b, n, f, e| unsafe { gethostbyname_r(name.as_ptr(), r, b, n, f, e) })?;
    show_host(vm, h, libc::AF_INET)
}

/// `gethostbyaddr`
pub fn gethostbyaddr(vm: &mut Vm, _: &Owned, a: &[Owned]) -> PyResult {
    counted(vm, "gethostbyaddr", a.len(), 1, 1)?;
    let name = host_arg(vm, &a[0], "gethostbyaddr")?;
    let found = first(vm, &name, libc::AF_UNSPEC)?;
    let bytes: Vec<u8> = match found.family() {
        libc::AF_INET => found.get::<libc::sockaddr_in>().sin_addr.s_addr.to_ne_bytes().to_vec(),
        libc::AF_INET6 => found.get::<libc::sockaddr_in6>().sin6_addr.s6_addr.to_vec(),
        _ => return Err(vm.os_error("unsupported address family")),
    };
    let family = found.family();
    // SAFETY: the bytes are readable for their length, the rest as `host_entry` gives it.
    let h = host_entry(vm, |r, b, n, f, e| unsafe { gethostbyaddr_r(bytes.as_ptr().cast(), bytes.len() as _, family, r, b, n, f, e) })?;
    show_host(vm, h, family)
}

/// A str as a C string; TypeError that names function and argument.
fn str_arg(vm: &mut Vm, o: &Owned, what: &str) -> PyResult<CString> {
    let text = crate::support::text(vm, o, what)?;
    CString::new(text).map_err(|_| vm.value_error("embedded null character"))
}

fn proto_arg(vm: &mut Vm, o: Option<&Owned>, f: &str) -> PyResult<Option<CString>> {
    match o { Some(o) => str_arg(vm, o, &format!("{f}() argument 2")).map(Some), None => Ok(None) }
}

/// `getservbyname`. The interpreter stays locked: the C library has one result for all threads.
pub fn getservbyname(vm: &mut Vm, _: &Owned, a: &[Owned]) -> PyResult {
    counted(vm, "getservbyname", a.len(), 1, 2)?;
    let name = str_arg(vm, &a[0], "getservbyname() argument 1")?;
    let proto = proto_arg(vm, a.get(1), "getservbyname")?;
    // SAFETY: strings are null-terminated; the result is read at once.
    let port = unsafe { libc::getservbyname(name.as_ptr(), proto.as_ref().map_or(std::ptr::null(), |p| p.as_ptr())).as_ref() }.map(|s| u16::from_be(s.s_port as u16));
    match port { Some(n) => vm.new_int(n.into()), None => Err(vm.os_error("service/proto not found")) }
}

/// `getservbyport`
pub fn getservbyport(vm: &mut Vm, _: &Owned, a: &[Owned]) -> PyResult {
    counted(vm, "getservbyport", a.len(), 1, 2)?;
    let port = vm.index_i32(&a[0])?;
    let proto = proto_arg(vm, a.get(1), "getservbyport")?;
    let Ok(port) = u16::try_from(port) else { return Err(vm.overflow_error("getservbyport: port must be 0-65535.")) };
    // SAFETY: as in `getservbyname`.
    let name = unsafe { libc::getservbyport(port.to_be().into(), proto.as_ref().map_or(std::ptr::null(), |p| p.as_ptr())).as_ref() }
        .map(|s| unsafe { CStr::from_ptr(s.s_name) }.to_bytes().to_vec());
    match name { Some(n) => vm.fs_decode(&n), None => Err(vm.os_error("port/proto not found")) }
}

/// `getprotobyname`
pub fn getprotobyname(vm: &mut Vm, _: &Owned, a: &[Owned]) -> PyResult {
    counted(vm, "getprotobyname", a.len(), 1, 1)?;
    let name = str_arg(vm, &a[0], "getprotobyname() argument 1")?;
    // SAFETY: as in `getservbyname`.
    match unsafe { libc::getprotobyname(name.as_ptr()).as_ref() }.map(|p| p.p_proto) { Some(n) => vm.new_int(n.into()), None => Err(vm.os_error("protocol not found")) }
}

/// A host name of `getaddrinfo`: IDNA unless its labels are plain.
fn resolver_host(vm: &mut Vm, o: &Owned) -> PyResult<Vec<u8>> {
    if let Some(b) = o.cast::<PyBytes>() { return Ok(b.as_slice().to_vec()) }
    let Some(s) = o.cast::<PyStr>() else { return Err(vm.type_error("getaddrinfo() argument 1 must be string or None")) };
    if let Some(a) = s.as_ascii() && a.trim_end_matches('.').split('.').all(|l| (1..64).contains(&l.len())) { return Ok(a.as_bytes().to_vec()) }
    let encoded = instar_vm::codecs::registry::encode_text(vm, o, "idna", None)?;
    vm.bytes_like(&encoded)
}

/// `getaddrinfo`
pub fn getaddrinfo(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let (name, service) = (arg::required(vm, a, 0)?, arg::required(vm, a, 1)?);
    let (family, kind, proto, flags) = (arg::int(vm, a, 2, 0)?, arg::int(vm, a, 3, 0)?, arg::int(vm, a, 4, 0)?, arg::int(vm, a, 5, 0)?);
    let name = if vm.is_none(name) { None } else { let h = resolver_host(vm, name)?; Some(c_text(vm, &h)?) };
    let service = if vm.is_none(service) { None } else {
        let bytes = if int_ref(service).is_some() || service.type_of(vm).slots().index.is_some() { vm.index_big(service)?.to_string().into_bytes() }
            else if let Some(s) = service.cast::<PyStr>() { s.to_owned_str(vm)?.into_bytes() }
            else if let Some(b) = service.cast::<PyBytes>() { b.as_slice().to_vec() }
            else { return Err(vm.os_error("Int or String expected")) };
        Some(c_text(vm, &bytes)?)
    };
    let mut h = hints(family, kind, flags);
    h.ai_protocol = proto;
    let found = ask(vm, name.as_deref(), service.as_deref(), &h)?;
    let mut rows = Vec::with_capacity(found.len());
    for f in found {
        let row = [vm.new_int(f.family.into())?, vm.new_int(f.kind.into())?, vm.new_int(f.proto.into())?, vm.fs_decode(&f.name)?, f.address.to_python(vm, None, f.proto)?];
        rows.push(vm.new_tuple(row)?.into_obj());
    }
    Ok(vm.new_list(rows)?.into_obj())
}

/// `getnameinfo`
pub fn getnameinfo(vm: &mut Vm, _: &Owned, a: &[Owned]) -> PyResult {
    counted(vm, "getnameinfo", a.len(), 2, 2)?;
    let flags = vm.index_i32(&a[1])?;
    let Some(at) = a[0].cast::<PyTuple>().map(|t| t.items().to_vec()) else { return Err(vm.type_error("getnameinfo() argument 1 must be a tuple")) };
    if !(2..=4).contains(&at.len()) { return Err(vm.type_error("getnameinfo(): illegal sockaddr argument")) }
    let host = str_arg(vm, &at[0], "argument 1")?;
    let port = vm.index_i32(&at[1])?;
    let info = match at.get(2) { Some(o) => flow(vm, o, "getnameinfo")?, None => 0 };
    let scope = match at.get(3) { Some(o) => vm.index_i64(o)? as u32, None => 0 };
    let service = CString::new(port.to_string()).unwrap_or_default();
    let found = ask(vm, Some(&host), Some(&service), &hints(libc::AF_UNSPEC, libc::SOCK_DGRAM, libc::AI_NUMERICHOST))?;
    let [one] = &found[..] else { return Err(vm.os_error("sockaddr resolved to multiple addresses")) };
    let mut address = one.address;
    match one.family {
        libc::AF_INET if at.len() != 2 => return Err(vm.os_error("IPv4 sockaddr must be 2 tuple")),
        libc::AF_INET6 => {
            let mut six: libc::sockaddr_in6 = address.get();
            (six.sin6_flowinfo, six.sin6_scope_id) = (info.to_be(), scope);
            address = Address::of(six);
        }
        _ => {}
    }
    let (mut name, mut port) = ([0u8; 1025], [0u8; 32]);
    let mut call = || unsafe {
        libc::getnameinfo(address.as_ptr(), address.len(), name.as_mut_ptr().cast(), name.len() as _, port.as_mut_ptr().cast(), port.len() as _, flags)
    };
    // SAFETY: address and rooms are ours and as long as it is said.
    let outside = unsafe { Outside::new(&mut call) };
    let error = vm.without_gil(move || outside.get()());
    if error != 0 { return Err(lookup_error(vm, error)) }
    let text = |b: &[u8]| b.split(|c| *c == 0).next().unwrap_or_default().to_vec();
    let items = [vm.fs_decode(&text(&name))?, vm.fs_decode(&text(&port))?];
    Ok(vm.new_tuple(items)?.into_obj())
}
