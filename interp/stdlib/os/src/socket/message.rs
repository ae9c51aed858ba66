//! Messages: several buffers and ancillary data (`sendmsg`, `recvmsg`), the keys of `AF_ALG`.
//!
//! Not here: plain sending and receiving (`transfer.rs`).

use instar_vm::protocol::buffer::Buffer;
use instar_vm::types::tuple::PyTuple;
use instar_vm::{ObjExt, Owned, PyResult, Vm};

use super::address::Address;
use super::object::{call, counted, this, For};
use super::transfer::room;
use crate::posix::arg::{self, Bound};

/// Ancillary data that the system takes.
type Item = (i32, i32, Vec<u8>);

/// Largest length that the system takes.
const LIMIT: u32 = i32::MAX as u32;

fn cmsg_len(n: usize) -> Option<usize> {
    // SAFETY: arithmetic only (here and below).
    let n = u32::try_from(n).ok().filter(|n| *n <= LIMIT - unsafe { libc::CMSG_LEN(0) })?;
    Some(unsafe { libc::CMSG_LEN(n) } as usize)
}
fn cmsg_space(n: usize) -> Option<usize> {
    let n = u32::try_from(n).ok().filter(|n| *n <= LIMIT - unsafe { libc::CMSG_SPACE(1) })?;
    Some(unsafe { libc::CMSG_SPACE(n) } as usize)
}

fn measure(vm: &mut Vm, a: &[Owned], f: &str, of: fn(usize) -> Option<usize>) -> PyResult {
    counted(vm, f, a.len(), 1, 1)?;
    let n = vm.index(&a[0])?;
    let Some(n) = instar_vm::types::int::int_ref(&n).and_then(|n| n.to_i64()) else { return Err(vm.overflow_error("Python int too large to convert to C ssize_t")) };
    match usize::try_from(n).ok().and_then(of) {
        Some(n) => vm.new_int(n as i64),
        None => Err(vm.overflow_error(format!("{f}() argument out of range"))),
    }
}
/// `CMSG_LEN`
pub fn length(vm: &mut Vm, _: &Owned, a: &[Owned]) -> PyResult { measure(vm, a, "CMSG_LEN", cmsg_len) }
/// `CMSG_SPACE`
pub fn space(vm: &mut Vm, _: &Owned, a: &[Owned]) -> PyResult { measure(vm, a, "CMSG_SPACE", cmsg_space) }

/// The buffers of an iterable.
fn buffers(vm: &mut Vm, o: &Owned, f: &str) -> PyResult<Vec<Buffer>> {
    if !vm.is_iterable(o) { return Err(vm.type_error(format!("{f}() argument 1 must be an iterable"))) }
    vm.collect(o)?.iter().map(|b| vm.buffer(b, false)).collect()
}

/// Where the buffers' bytes lie; they stay there while the buffers are held.
fn parts(vm: &Vm, list: &[Buffer]) -> Vec<libc::iovec> {
    list.iter().map(|b| { let v = b.bytes(vm); libc::iovec { iov_base: v.as_ptr().cast_mut().cast(), iov_len: v.len() } }).collect()
}

/// Ancillary data as one buffer for the system, aligned for its headers.
fn control(items: &[Item]) -> Option<(Vec<u64>, usize)> {
    let mut total = 0usize;
    for (_, _, data) in items { total = total.checked_add(cmsg_space(data.len())?)? }
    let mut store = vec![0u64; total.div_ceil(8)];
    let base = store.as_mut_ptr().cast::<u8>();
    let mut at = 0;
    for (level, kind, data) in items {
        // SAFETY: the store has room for the space of every item, and each begins aligned.
        unsafe {
            let header = base.add(at).cast::<libc::cmsghdr>();
            (*header).cmsg_len = cmsg_len(data.len())? as _;
            (*header).cmsg_level = *level;
            (*header).cmsg_type = *kind;
            std::ptr::copy_nonoverlapping(data.as_ptr(), libc::CMSG_DATA(header), data.len());
        }
        at += cmsg_space(data.len())?;
    }
    Some((store, total))
}

fn send(vm: &mut Vm, o: &Owned, list: &[Buffer], items: &[Item], flags: i32, to: Option<Address>) -> PyResult {
    if list.len() > libc::UIO_MAXIOV as usize { return Err(vm.os_error_number(libc::EMSGSIZE, &arg::strerror(libc::EMSGSIZE), None)) }
    let Some((mut store, used)) = control(items) else { return Err(vm.os_error("ancillary data item too large")) };
    let mut parts = parts(vm, list);
    // SAFETY: all zeroes is a valid header.
    let mut header: libc::msghdr = unsafe { std::mem::zeroed() };
    header.msg_iov = parts.as_mut_ptr();
    header.msg_iovlen = parts.len() as _;
    if used > 0 {
        header.msg_control = store.as_mut_ptr().cast();
        header.msg_controllen = used as _;
    }
    if let Some(to) = &to {
        header.msg_name = to.as_ptr().cast_mut().cast();
        header.msg_namelen = to.len();
    }
    let s = this(o).clone();
    // SAFETY: everything the header points to lives through the call.
    let n = call(vm, &s, For::Writing, |fd| unsafe { libc::sendmsg(fd, &header, flags) })?;
    vm.new_int(n as i64)
}

/// `sendmsg`
pub fn sendmsg(vm: &mut Vm, o: &Owned, a: &[Owned]) -> PyResult {
    counted(vm, "sendmsg", a.len(), 1, 4)?;
    let list = buffers(vm, &a[0], "sendmsg")?;
    let flags = match a.get(2) { Some(f) => vm.index_i32(f)?, None => 0 };
    let s = this(o).clone();
    let to = match a.get(3) { Some(to) if !vm.is_none(to) => Some(Address::parse(vm, &s, to, "sendmsg")?), _ => None };
    let mut items: Vec<Item> = Vec::new();
    if let Some(all) = a.get(1) {
        if !vm.is_iterable(all) { return Err(vm.type_error("sendmsg() argument 2 must be an iterable")) }
        for item in vm.collect(all)? {
            let Some(t) = item.cast::<PyTuple>() else {
                let t = item.given_name(vm);
                return Err(vm.type_error(format!("[sendmsg() ancillary data items]() argument must be 3-item tuple, not {t}")));
            };
            let [level, kind, data] = t.items() else {
                let n = t.items().len();
                return Err(vm.type_error(format!("[sendmsg() ancillary data items]() argument must be tuple of length 3, not {n}")));
            };
            let (level, kind) = (vm.index_i32(level)?, vm.index_i32(kind)?);
            items.push((level, kind, vm.bytes_like(data)?));
        }
    }
    send(vm, o, &list, &items, flags, to)
}

/// `sendmsg_afalg`: operation, initialisation vector and length of what is authenticated only.
pub fn sendmsg_afalg(vm: &mut Vm, o: &Owned, a: Bound<'_>) -> PyResult {
    if this(o).family.get() != libc::AF_ALG { return Err(vm.os_error("algset is only supported for AF_ALG")) }
    let op = arg::int(vm, a, 1, -1)?;
    if op < 0 { return Err(vm.type_error("Invalid or missing argument 'op'")) }
    let flags = arg::int(vm, a, 4, 0)?;
    let mut items: Vec<Item> = vec![(libc::SOL_ALG, libc::ALG_SET_OP, op.to_ne_bytes().to_vec())];
    if let Some(iv) = a[2].as_ref().filter(|o| !vm.is_none(o)) {
        let iv = vm.bytes_like(iv)?;
        let mut data = (iv.len() as u32).to_ne_bytes().to_vec();
        data.extend_from_slice(&iv);
        items.push((libc::SOL_ALG, libc::ALG_SET_IV, data));
    }
    if let Some(n) = a[3].as_ref() {
        let n = vm.index_i32(n)?;
        if n < 0 { return Err(vm.type_error("assoclen must be positive")) }
        items.push((libc::SOL_ALG, libc::ALG_SET_AEAD_ASSOCLEN, n.to_ne_bytes().to_vec()));
    }
    let list = match a[0].as_ref().filter(|o| !vm.is_none(o)) { Some(m) => buffers(vm, m, "sendmsg_afalg")?, None => Vec::new() };
    send(vm, o, &list, &items, flags, None)
}

/// Closes descriptors that came with a message which cannot be given to the program.
fn discard(items: &[Item]) {
    for (level, kind, data) in items {
        if *level != libc::SOL_SOCKET || *kind != libc::SCM_RIGHTS { continue }
        for fd in data.as_chunks::<4>().0 {
            // SAFETY: the descriptor is new and nobody else's.
            unsafe { libc::close(i32::from_ne_bytes(*fd)) };
        }
    }
}

/// What a message brought besides its data.
struct Received { bytes: usize, items: Vec<Item>, flags: i32, from: Address }

/// Receives a message into `parts`.
fn receive(vm: &mut Vm, o: &Owned, parts: &mut [libc::iovec], ancillary: usize, flags: i32) -> PyResult<Received> {
    let s = this(o).clone();
    // Words, so that the headers are aligned.
    let words = ancillary.div_ceil(8);
    let mut store: Vec<u64> = room(vm, words)?;
    store.resize(words, 0);
    let mut from = Address::default();
    // SAFETY: all zeroes is a valid header.
    let mut header: libc::msghdr = unsafe { std::mem::zeroed() };
    let bytes = call(vm, &s, For::Reading, |fd| {
        from.clear();
        let (p, n) = from.room();
        header.msg_name = p.cast();
        // SAFETY: room for an address comes with its size.
        header.msg_namelen = unsafe { *n };
        header.msg_iov = parts.as_mut_ptr();
        header.msg_iovlen = parts.len() as _;
        header.msg_control = if ancillary > 0 { store.as_mut_ptr().cast() } else { std::ptr::null_mut() };
        header.msg_controllen = ancillary as _;
        header.msg_flags = 0;
        // SAFETY: everything the header points to lives through the call.
        unsafe { libc::recvmsg(fd, &mut header, flags) }
    })?;
    let mut items = Vec::new();
    // SAFETY: the system wrote the headers inside the store; the length of each is cut to what is there.
    unsafe {
        let end = store.as_ptr() as usize + header.msg_controllen as usize;
        let mut at = libc::CMSG_FIRSTHDR(&header);
        while !at.is_null() {
            let data = libc::CMSG_DATA(at);
            let wanted = ((*at).cmsg_len as usize).saturating_sub(data as usize - at as usize);
            let n = wanted.min(end.saturating_sub(data as usize));
            items.push(((*at).cmsg_level, (*at).cmsg_type, std::slice::from_raw_parts(data, n).to_vec()));
            if n < wanted { break }
            at = libc::CMSG_NXTHDR(&header, at);
        }
        *from.room().1 = header.msg_namelen;
    }
    Ok(Received { bytes, items, flags: header.msg_flags, from })
}

impl Received {
    /// `(first, ancillary data, flags, address)`
    fn show(&self, vm: &mut Vm, o: &Owned, first: Owned) -> PyResult {
        let made = self.tuple(vm, o, first);
        if made.is_err() { discard(&self.items) }
        made
    }
    fn tuple(&self, vm: &mut Vm, o: &Owned, first: Owned) -> PyResult {
        let mut list = Vec::with_capacity(self.items.len());
        for (level, kind, data) in &self.items {
            let item = [vm.new_int((*level).into())?, vm.new_int((*kind).into())?, vm.new_bytes(data)?];
            list.push(vm.new_tuple(item)?.into_obj());
        }
        let s = this(o).clone();
        let all = [first, vm.new_list(list)?.into_obj(), vm.new_int(self.flags.into())?, self.from.to_python(vm, Some(s.fd.get()), s.proto.get())?];
        Ok(vm.new_tuple(all)?.into_obj())
    }
}

/// The size of the room for ancillary data.
fn ancillary(vm: &mut Vm, o: Option<&Owned>) -> PyResult<usize> {
    let n = match o { Some(o) => vm.index_i64(o)?, None => 0 };
    if n < 0 || n > i32::MAX.into() { return Err(vm.value_error("invalid ancillary data buffer length")) }
    Ok(n as usize)
}

/// `recvmsg`
pub fn recvmsg(vm: &mut Vm, o: &Owned, a: &[Owned]) -> PyResult {
    counted(vm, "recvmsg", a.len(), 1, 3)?;
    let n = vm.index_i64(&a[0])?;
    let more = a.get(1).cloned();
    let flags = match a.get(2) { Some(f) => vm.index_i32(f)?, None => 0 };
    let Ok(n) = usize::try_from(n) else { return Err(vm.value_error("negative buffer size in recvmsg()")) };
    let extra = ancillary(vm, more.as_ref())?;
    let mut v: Vec<u8> = room(vm, n)?;
    let mut part = [libc::iovec { iov_base: v.as_mut_ptr().cast(), iov_len: n }];
    let got = receive(vm, o, &mut part, extra, flags)?;
    // SAFETY: the call filled that many of n bytes.
    unsafe { v.set_len(got.bytes.min(n)) };
    match vm.new_bytes(&v) { Ok(data) => got.show(vm, o, data), Err(e) => { discard(&got.items); Err(e) } }
}

/// `recvmsg_into`
pub fn recvmsg_into(vm: &mut Vm, o: &Owned, a: &[Owned]) -> PyResult {
    counted(vm, "recvmsg_into", a.len(), 1, 3)?;
    let flags = match a.get(2) { Some(f) => vm.index_i32(f)?, None => 0 };
    if !vm.is_iterable(&a[0]) { return Err(vm.type_error("recvmsg_into() argument 1 must be an iterable")) }
    let mut targets = Vec::new();
    for b in vm.collect(&a[0])? {
        match vm.buffer(&b, true) {
            Ok(b) => targets.push(b),
            Err(_) => return Err(vm.type_error("recvmsg_into() argument 1 must be an iterable of single-segment read-write buffers")),
        }
    }
    if targets.len() > libc::UIO_MAXIOV as usize { return Err(vm.os_error_number(libc::EMSGSIZE, &arg::strerror(libc::EMSGSIZE), None)) }
    let extra = ancillary(vm, a.get(1))?;
    let mut parts = Vec::with_capacity(targets.len());
    for t in &mut targets {
        let v = t.bytes_mut(vm);
        parts.push(libc::iovec { iov_base: v.as_mut_ptr().cast(), iov_len: v.len() });
    }
    let got = receive(vm, o, &mut parts, extra, flags)?;
    match vm.new_int(got.bytes as i64) { Ok(n) => got.show(vm, o, n), Err(e) => { discard(&got.items); Err(e) } }
}
