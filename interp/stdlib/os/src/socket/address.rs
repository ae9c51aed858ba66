//! Addresses: what `bind` and others take, and what `getsockname` and others give. Here: the internet and `AF_UNIX`.
//!
//! Not here: families that only Linux has (`address_linux.rs`), Bluetooth (`bluetooth.rs`), names to addresses (`resolve.rs`).

use std::io;
use std::mem::{offset_of, size_of};

use instar_vm::types::bytearray::PyByteArray;
use instar_vm::types::bytes::PyBytes;
use instar_vm::types::str::PyStr;
use instar_vm::types::tuple::PyTuple;
use instar_vm::{ObjExt, Owned, PyResult, Raised, Vm};

use super::object::Socket;
use super::{address_linux, bluetooth, resolve};
use crate::posix::arg;

/// An address of any family.
#[derive(Clone, Copy)]
pub struct Address { storage: libc::sockaddr_storage, length: libc::socklen_t }

impl Default for Address {
    // SAFETY: all zeroes is a valid storage.
    fn default() -> Address { Address { storage: unsafe { std::mem::zeroed() }, length: size_of::<libc::sockaddr_storage>() as libc::socklen_t } }
}

impl Address {
    /// An address of a C structure, which fits the storage.
    pub fn of<T: Copy>(part: T) -> Address {
        const { assert!(size_of::<T>() <= size_of::<libc::sockaddr_storage>() && align_of::<T>() <= align_of::<libc::sockaddr_storage>()) }
        let mut a = Address::default();
        // SAFETY: size and alignment are checked above.
        unsafe { (&raw mut a.storage).cast::<T>().write(part) }
        a.length = size_of::<T>() as libc::socklen_t;
        a
    }
    /// The address as another C structure; what was not filled is zero.
    pub fn get<T: Copy>(&self) -> T {
        const { assert!(size_of::<T>() <= size_of::<libc::sockaddr_storage>() && align_of::<T>() <= align_of::<libc::sockaddr_storage>()) }
        // SAFETY: the storage is initialised and large enough; address structures are valid for all bytes.
        unsafe { (&raw const self.storage).cast::<T>().read() }
    }
    /// The same with another length.
    pub fn with_length(mut self, length: usize) -> Address { self.length = length as libc::socklen_t; self }
    /// Its bytes at `p`, as the system gave them.
    ///
    /// # Safety
    /// `length` bytes are readable at `p`.
    pub unsafe fn copied(p: *const libc::sockaddr, length: libc::socklen_t) -> Address {
        let mut a = Address::default();
        a.length = length.min(size_of::<libc::sockaddr_storage>() as libc::socklen_t);
        // SAFETY: the promise above; the storage has the room.
        unsafe { std::ptr::copy_nonoverlapping(p.cast::<u8>(), (&raw mut a.storage).cast::<u8>(), a.length as usize) }
        a
    }
    /// Calls with room for an address and its size: the result if it is not negative.
    pub fn read(call: impl FnOnce(*mut libc::sockaddr, *mut libc::socklen_t) -> i64) -> io::Result<(usize, Address)> {
        let mut a = Address::default();
        let (p, n) = a.room();
        match usize::try_from(call(p, n)) { Ok(r) => Ok((r, a)), Err(_) => Err(io::Error::last_os_error()) }
    }
    /// Room for an address and its size.
    pub fn room(&mut self) -> (*mut libc::sockaddr, *mut libc::socklen_t) { ((&raw mut self.storage).cast(), &raw mut self.length) }
    /// Ready for another call.
    pub fn clear(&mut self) { *self = Address::default() }
    /// For system calls.
    pub fn as_ptr(&self) -> *const libc::sockaddr { (&raw const self.storage).cast() }
    /// For system calls.
    pub fn len(&self) -> libc::socklen_t { self.length }
    /// `AF_...`
    pub fn family(&self) -> i32 { if self.length < 2 { 0 } else { self.storage.ss_family.into() } }

    /// Reads the address argument of function `f` for a socket.
    pub fn parse(vm: &mut Vm, s: &Socket, o: &Owned, f: &str) -> PyResult<Address> {
        match s.family.get() {
            libc::AF_UNIX => unix(vm, o),
            libc::AF_INET => inet(vm, o, f),
            libc::AF_INET6 => inet6(vm, o, f),
            libc::AF_BLUETOOTH => bluetooth::parse(vm, s.proto.get(), o, f),
            family => address_linux::parse(vm, family, s.proto.get(), o, f),
        }
    }

    /// The address as Python shows it. `fd` is a socket to ask for names of interfaces.
    pub fn to_python(&self, vm: &mut Vm, fd: Option<i32>, proto: i32) -> PyResult {
        if self.length == 0 { return Ok(vm.none()) }
        match self.family() {
            libc::AF_UNIX => show_unix(vm, self),
            libc::AF_INET => {
                let a: libc::sockaddr_in = self.get();
                let host = std::net::Ipv4Addr::from(u32::from_be(a.sin_addr.s_addr)).to_string();
                row(vm, &[Part::Text(&host), Part::Number(u16::from_be(a.sin_port).into())])
            }
            libc::AF_INET6 => {
                let a: libc::sockaddr_in6 = self.get();
                let host = resolve::show_ip(&a.sin6_addr.s6_addr).unwrap_or_default();
                row(vm, &[Part::Text(&host), Part::Number(u16::from_be(a.sin6_port).into()), Part::Number(u32::from_be(a.sin6_flowinfo).into()), Part::Number(a.sin6_scope_id.into())])
            }
            libc::AF_BLUETOOTH => bluetooth::show(vm, self, proto),
            _ => address_linux::show(vm, self, fd, proto),
        }
    }

    /// All bytes behind the family.
    pub fn data(&self) -> &[u8] {
        let n = (self.length as usize).clamp(2, size_of::<libc::sockaddr_storage>());
        // SAFETY: the storage is initialised.
        unsafe { std::slice::from_raw_parts((&raw const self.storage).cast::<u8>().add(2), n - 2) }
    }
}

/// A field of an address shown to Python.
pub enum Part<'a> { Number(i64), Text(&'a str), Name(&'a [u8]), Bytes(&'a [u8]) }

/// A tuple of fields.
pub fn row(vm: &mut Vm, parts: &[Part<'_>]) -> PyResult {
    let mut items = Vec::with_capacity(parts.len());
    for p in parts {
        items.push(match p {
            Part::Number(n) => vm.new_int(*n)?,
            Part::Text(t) => vm.new_str(t)?,
            Part::Name(b) => vm.fs_decode(b)?,
            Part::Bytes(b) => vm.new_bytes(b)?,
        });
    }
    Ok(vm.new_tuple(items)?.into_obj())
}

/// The items of a tuple address; `kind` names the family for the TypeError.
pub fn items(vm: &mut Vm, o: &Owned, f: &str, kind: &str, counts: std::ops::RangeInclusive<usize>, shape: &str) -> PyResult<Vec<Owned>> {
    let Some(tuple) = o.cast::<PyTuple>() else {
        let t = o.type_name(vm);
        return Err(vm.type_error(format!("{f}(): {kind} address must be tuple, not {t}")));
    };
    if !counts.contains(&tuple.items().len()) { return Err(vm.type_error(shape)) }
    Ok(tuple.items().to_vec())
}

/// A port as a C int, checked for 16 bits later; what does not even fit gives the same error.
pub fn port(vm: &mut Vm, o: &Owned, f: &str) -> PyResult<i32> {
    match vm.index_i32(o) {
        Err(e) if e.is(vm, &vm.types.overflow_error) => Err(bad_port(vm, f)),
        r => r,
    }
}
#[cold]
fn bad_port(vm: &mut Vm, f: &str) -> Raised { vm.overflow_error(format!("{f}(): port must be 0-65535.")) }

/// A host name as the system takes it: str by IDNA, bytes as they are.
pub fn host(vm: &mut Vm, o: &Owned) -> PyResult<Vec<u8>> {
    let bytes = if let Some(b) = o.cast::<PyBytes>() { b.as_slice().to_vec() } else if let Some(b) = o.cast::<PyByteArray>() { b.bytes(vm).to_vec() }
        else if let Some(s) = o.cast::<PyStr>() {
            match s.as_ascii() {
                Some(a) => a.as_bytes().to_vec(),
                None => {
                    let encoded = match instar_vm::codecs::registry::encode_text(vm, o, "idna", None) {
                        Ok(b) => b,
                        Err(e) if e.is(vm, &vm.types.unicode_error) => return Err(vm.type_error("encoding of hostname failed")),
                        Err(e) => return Err(e),
                    };
                    vm.bytes_like(&encoded)?
                }
            }
        } else {
            let t = o.type_name(vm);
            return Err(vm.type_error(format!("str, bytes or bytearray expected, not {t}")));
        };
    if bytes.contains(&0) { return Err(vm.type_error("host name must not contain null character")) }
    Ok(bytes)
}

fn inet(vm: &mut Vm, o: &Owned, f: &str) -> PyResult<Address> {
    let a = items(vm, o, f, "AF_INET", 2..=2, "AF_INET address must be a pair (host, port)")?;
    let host = host(vm, &a[0])?;
    let port = port(vm, &a[1], f)?;
    let found = resolve::first(vm, &host, libc::AF_INET)?;
    let Ok(port) = u16::try_from(port) else { return Err(bad_port(vm, f)) };
    let mut at: libc::sockaddr_in = found.get();
    at.sin_family = libc::AF_INET as _;
    at.sin_port = port.to_be();
    Ok(Address::of(at))
}

/// `flowinfo` of an address.
pub fn flow(vm: &mut Vm, o: &Owned, f: &str) -> PyResult<u32> {
    let n = vm.index_i64(o)?;
    match u32::try_from(n) { Ok(n) if n <= 0xfffff => Ok(n), _ => Err(vm.overflow_error(format!("{f}(): flowinfo must be 0-1048575."))) }
}

fn inet6(vm: &mut Vm, o: &Owned, f: &str) -> PyResult<Address> {
    let a = items(vm, o, f, "AF_INET6", 2..=4, "AF_INET6 address must be a tuple (host, port[, flowinfo[, scopeid]])")?;
    let host = host(vm, &a[0])?;
    let port = port(vm, &a[1], f)?;
    let info = match a.get(2) { Some(o) => flow(vm, o, f)?, None => 0 };
    let scope = match a.get(3) { Some(o) => vm.index_i64(o)? as u32, None => 0 };
    let found = resolve::first(vm, &host, libc::AF_INET6)?;
    let Ok(port) = u16::try_from(port) else { return Err(bad_port(vm, f)) };
    let mut at: libc::sockaddr_in6 = found.get();
    at.sin6_family = libc::AF_INET6 as _;
    at.sin6_port = port.to_be();
    at.sin6_flowinfo = info.to_be();
    at.sin6_scope_id = scope;
    Ok(Address::of(at))
}

const PATH: usize = offset_of!(libc::sockaddr_un, sun_path);

fn unix(vm: &mut Vm, o: &Owned) -> PyResult<Address> {
    let path = if o.cast::<PyStr>().is_some() { vm.fs_encode(o)? } else { vm.bytes_like(o)? };
    // SAFETY: all zeroes is a valid address.
    let mut at: libc::sockaddr_un = unsafe { std::mem::zeroed() };
    // Names that begin with a null byte are no files and end where the address ends.
    let hidden = path.first().is_none_or(|c| *c == 0);
    if path.len() + usize::from(!hidden) > at.sun_path.len() { return Err(vm.os_error("AF_UNIX path too long")) }
    at.sun_family = libc::AF_UNIX as _;
    for (to, c) in at.sun_path.iter_mut().zip(&path) { *to = *c as _ }
    Ok(Address::of(at).with_length(PATH + path.len()))
}

fn show_unix(vm: &mut Vm, a: &Address) -> PyResult {
    let name = a.data();
    if name.first() == Some(&0) { return vm.new_bytes(name) }
    vm.fs_decode(name.split(|c| *c == 0).next().unwrap_or(name))
}

/// The index of an interface.
pub fn interface(vm: &mut Vm, name: &[u8]) -> PyResult<i32> {
    let Ok(name) = std::ffi::CString::new(name) else { return Err(vm.value_error("embedded null byte")) };
    // SAFETY: the name is null-terminated.
    match unsafe { libc::if_nametoindex(name.as_ptr()) } { 0 => Err(arg::fail(vm, None)), n => Ok(n as i32) }
}

/// The name of an interface; empty if it has none.
pub fn interface_name(index: i32) -> Vec<u8> {
    let mut room = [0u8; libc::IF_NAMESIZE];
    // SAFETY: the room is as large as names get.
    let p = unsafe { libc::if_indextoname(index as u32, room.as_mut_ptr().cast()) };
    if p.is_null() { Vec::new() } else { room.split(|c| *c == 0).next().unwrap_or_default().to_vec() }
}
