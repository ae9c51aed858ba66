//! Addresses of families that only Linux has: netlink, packets, CAN, algorithms, virtual machines, QRTR, TIPC.
//!
//! Not here: what every system has (`address.rs`).

use instar_vm::{Owned, PyResult, Vm};

use super::address::{interface, interface_name, items, row, Address, Part};

const CAN_ISOTP: i32 = 6;
const CAN_J1939: i32 = 7;
/// Names of interfaces are shorter than this.
const NAME: usize = libc::IF_NAMESIZE;

#[repr(C)]
#[derive(Clone, Copy)]
struct Tipc { family: u16, kind: u8, scope: i8, values: [u32; 3] }
const TIPC_NAMESEQ: u8 = 1;
const TIPC_NAME: u8 = 2;
const TIPC_ID: u8 = 3;

#[repr(C)]
#[derive(Clone, Copy)]
struct Qrtr { family: u16, node: u32, port: u32 }

fn word(vm: &mut Vm, o: &Owned) -> PyResult<u32> { Ok(vm.index_big(o)?.as_low_u32()) }

/// The low bits of an int, as C takes them.
trait LowBits { fn as_low_u32(&self) -> u32; }
impl LowBits for dashu_int::IBig {
    fn as_low_u32(&self) -> u32 { u32::try_from(self & dashu_int::IBig::from(u32::MAX)).unwrap_or(0) }
}

fn pair(vm: &mut Vm, o: &Owned, f: &str, kind: &str, shape: &str) -> PyResult<[u32; 2]> {
    let a = items(vm, o, f, kind, 2..=2, shape)?;
    Ok([word(vm, &a[0])?, word(vm, &a[1])?])
}

/// An interface's name of at most 15 bytes; empty for all.
fn can_interface(vm: &mut Vm, o: &Owned) -> PyResult<i32> {
    let name = vm.fs_path_bytes(o)?;
    if name.is_empty() { return Ok(0) }
    if name.len() >= NAME { return Err(vm.os_error("AF_CAN interface name too long")) }
    interface(vm, &name)
}

/// Reads an address of one of these families.
pub fn parse(vm: &mut Vm, family: i32, proto: i32, o: &Owned, f: &str) -> PyResult<Address> {
    match family {
        libc::AF_NETLINK => {
            let [pid, groups] = pair(vm, o, f, "AF_NETLINK", "AF_NETLINK address must be a pair (pid, groups)")?;
            // SAFETY: all zeroes is a valid address (here and below).
            let mut a: libc::sockaddr_nl = unsafe { std::mem::zeroed() };
            (a.nl_family, a.nl_pid, a.nl_groups) = (libc::AF_NETLINK as _, pid, groups);
            Ok(Address::of(a))
        }
        libc::AF_PACKET => packet(vm, o, f),
        libc::AF_CAN => can(vm, proto, o, f),
        libc::AF_ALG => algorithm(vm, o, f),
        libc::AF_VSOCK => {
            let [cid, port] = pair(vm, o, "getsockaddrarg", "AF_VSOCK", "getsockaddrarg() takes exactly 2 arguments")?;
            let mut a: libc::sockaddr_vm = unsafe { std::mem::zeroed() };
            (a.svm_family, a.svm_cid, a.svm_port) = (libc::AF_VSOCK as _, cid, port);
            Ok(Address::of(a))
        }
        libc::AF_TIPC => tipc(vm, o, f),
        42 => {
            let [node, port] = pair(vm, o, "getsockaddrarg", "AF_QIPCRTR", "getsockaddrarg() takes exactly 2 arguments")?;
            Ok(Address::of(Qrtr { family: 42, node, port }))
        }
        _ => Err(vm.os_error(format!("{f}(): bad family"))),
    }
}

fn packet(vm: &mut Vm, o: &Owned, f: &str) -> PyResult<Address> {
    let a = items(vm, o, f, "AF_PACKET", 2..=5, "AF_PACKET address must be a tuple of two to five elements")?;
    let name = crate::support::text(vm, &a[0], "interface name")?;
    let proto = vm.index_i32(&a[1])?;
    let kind = match a.get(2) { Some(o) => vm.index_i32(o)?, None => 0 };
    let hardware = match a.get(3) { Some(o) => vm.index_i32(o)?, None => 0 };
    let address = match a.get(4) { Some(o) => vm.bytes_like(o)?, None => Vec::new() };
    let index = interface(vm, name.as_bytes())?;
    if address.len() > 8 { return Err(vm.value_error("Hardware address must be 8 bytes or less")) }
    let Ok(proto) = u16::try_from(proto) else { return Err(vm.overflow_error(format!("{f}(): proto must be 0-65535."))) };
    let mut at: libc::sockaddr_ll = unsafe { std::mem::zeroed() };
    at.sll_family = libc::AF_PACKET as _;
    at.sll_protocol = proto.to_be();
    at.sll_ifindex = index;
    at.sll_pkttype = kind as u8;
    at.sll_hatype = hardware as u16;
    at.sll_addr[..address.len()].copy_from_slice(&address);
    at.sll_halen = address.len() as u8;
    Ok(Address::of(at))
}

fn can(vm: &mut Vm, proto: i32, o: &Owned, f: &str) -> PyResult<Address> {
    let (count, shape) = match proto {
        libc::CAN_RAW | libc::CAN_BCM => (1, "AF_CAN address must be a tuple (interface, )"),
        CAN_ISOTP => (3, "AF_CAN address must be a tuple (interface, rx_addr, tx_addr)"),
        CAN_J1939 => (4, "AF_CAN address must be a tuple (interface, name, pgn, addr)"),
        _ => return Err(vm.os_error(format!("{f}(): unsupported CAN protocol"))),
    };
    let a = items(vm, o, f, "AF_CAN", count..=count, shape)?;
    let mut at: libc::sockaddr_can = unsafe { std::mem::zeroed() };
    at.can_family = libc::AF_CAN as _;
    at.can_ifindex = can_interface(vm, &a[0])?;
    if proto == CAN_ISOTP {
        at.can_addr.tp.rx_id = word(vm, &a[1])?;
        at.can_addr.tp.tx_id = word(vm, &a[2])?;
    } else if proto == CAN_J1939 {
        let name = vm.index_big(&a[1])? & dashu_int::IBig::from(u64::MAX);
        at.can_addr.j1939.name = u64::try_from(name).unwrap_or(0);
        at.can_addr.j1939.pgn = word(vm, &a[2])?;
        at.can_addr.j1939.addr = word(vm, &a[3])? as u8;
    }
    Ok(Address::of(at))
}

fn algorithm(vm: &mut Vm, o: &Owned, f: &str) -> PyResult<Address> {
    let a = items(vm, o, f, "AF_ALG", 2..=4, "AF_ALG address must be a tuple (type, name[, feat[, mask]])")?;
    let (kind, name) = (crate::support::text(vm, &a[0], "algorithm type")?, crate::support::text(vm, &a[1], "algorithm name")?);
    let mut at: libc::sockaddr_alg = unsafe { std::mem::zeroed() };
    if let Some(o) = a.get(2) { at.salg_feat = word(vm, o)? & 0xffff }
    if let Some(o) = a.get(3) { at.salg_mask = word(vm, o)? & 0xffff }
    at.salg_family = libc::AF_ALG as _;
    if kind.len() >= at.salg_type.len() { return Err(vm.value_error("AF_ALG type too long.")) }
    if name.len() >= at.salg_name.len() { return Err(vm.value_error("AF_ALG name too long.")) }
    at.salg_type[..kind.len()].copy_from_slice(kind.as_bytes());
    at.salg_name[..name.len()].copy_from_slice(name.as_bytes());
    Ok(Address::of(at))
}

fn tipc(vm: &mut Vm, o: &Owned, f: &str) -> PyResult<Address> {
    let a = items(vm, o, f, "AF_TIPC", 4..=5, "AF_TIPC address must be a tuple (addr_type, v1, v2, v3[, scope])")?;
    let mut n = [0u32; 5];
    n[4] = 2;
    for (n, o) in n.iter_mut().zip(&a) { *n = word(vm, o)? }
    let [kind, v1, v2, v3, scope] = n;
    // A name is type, instance and domain 0; a range type, lower and upper; a port reference and node.
    let values = match u8::try_from(kind) {
        Ok(TIPC_NAMESEQ) => [v1, v2, v3],
        Ok(TIPC_NAME) => [v1, v2, 0],
        Ok(TIPC_ID) => [v2, v1, 0],
        _ => return Err(vm.value_error("Invalid address type")),
    };
    Ok(Address::of(Tipc { family: libc::AF_TIPC as u16, kind: kind as u8, scope: scope as i8, values }))
}

fn until_null(bytes: &[u8]) -> &[u8] { bytes.split(|c| *c == 0).next().unwrap_or(bytes) }

/// An address as Python shows it; a pair of number and bytes for families that nobody knows.
pub fn show(vm: &mut Vm, a: &Address, _: Option<i32>, proto: i32) -> PyResult {
    let number = |n: u32| Part::Number(n.into());
    match a.family() {
        libc::AF_NETLINK => { let n: libc::sockaddr_nl = a.get(); row(vm, &[number(n.nl_pid), number(n.nl_groups)]) }
        libc::AF_PACKET => {
            let p: libc::sockaddr_ll = a.get();
            let name = interface_name(p.sll_ifindex);
            let length = usize::from(p.sll_halen).min(p.sll_addr.len());
            row(vm, &[Part::Name(&name), Part::Number(u16::from_be(p.sll_protocol).into()), Part::Number(p.sll_pkttype.into()), Part::Number(p.sll_hatype.into()),
                Part::Bytes(&p.sll_addr[..length])])
        }
        libc::AF_CAN => {
            let c: libc::sockaddr_can = a.get();
            let name = interface_name(c.can_ifindex);
            // SAFETY: plain numbers, whatever was written.
            let (tp, j) = unsafe { (c.can_addr.tp, c.can_addr.j1939) };
            if proto == CAN_J1939 {
                let items = [vm.fs_decode(&name)?, vm.new_uint(j.name)?, vm.new_int(j.pgn.into())?, vm.new_int(j.addr.into())?];
                return Ok(vm.new_tuple(items)?.into_obj());
            }
            let family = Part::Number(c.can_family.into());
            if proto == CAN_ISOTP { row(vm, &[Part::Name(&name), family, number(tp.rx_id), number(tp.tx_id)]) } else { row(vm, &[Part::Name(&name), family]) }
        }
        libc::AF_ALG => {
            let g: libc::sockaddr_alg = a.get();
            row(vm, &[Part::Name(until_null(&g.salg_type)), Part::Name(until_null(&g.salg_name)), number(g.salg_feat), number(g.salg_mask)])
        }
        libc::AF_VSOCK => { let v: libc::sockaddr_vm = a.get(); row(vm, &[number(v.svm_cid), number(v.svm_port)]) }
        libc::AF_TIPC => {
            let t: Tipc = a.get();
            let [v1, v2, v3] = t.values;
            let (x, y, z) = match t.kind {
                TIPC_NAMESEQ => (v1, v2, v3),
                TIPC_NAME => (v1, v2, v2),
                TIPC_ID => (v2, v1, 0),
                _ => return Err(vm.value_error("Invalid address type")),
            };
            row(vm, &[Part::Number(t.kind.into()), number(x), number(y), number(z), Part::Number(t.scope.into())])
        }
        42 => { let q: Qrtr = a.get(); row(vm, &[number(q.node), number(q.port)]) }
        family => row(vm, &[Part::Number(family.into()), Part::Bytes(a.data())]),
    }
}
