//! Addresses of Bluetooth sockets.
//!
//! The kernel's structures are not in the C library. Not here: other families.

use instar_vm::types::bytes::PyBytes;
use instar_vm::types::str::PyStr;
use instar_vm::types::int::int_ref;
use instar_vm::{ObjExt, Owned, PyResult, Vm};

use super::address::{items, row, Address, Part};

const L2CAP: i32 = 0;
const HCI: i32 = 1;
const SCO: i32 = 2;
const RFCOMM: i32 = 3;
const FAMILY: u16 = libc::AF_BLUETOOTH as u16;

/// A device's address, last byte first.
type Device = [u8; 6];
#[repr(C)]
#[derive(Clone, Copy)]
struct L2capAddress { family: u16, psm: u16, device: Device, cid: u16, kind: u8 }
#[repr(C)]
#[derive(Clone, Copy)]
struct RfcommAddress { family: u16, device: Device, channel: u8 }
#[repr(C)]
#[derive(Clone, Copy)]
struct HciAddress { family: u16, device: u16, channel: u16 }
#[repr(C)]
#[derive(Clone, Copy)]
struct ScoAddress { family: u16, device: Device }

fn device(vm: &mut Vm, text: &str) -> PyResult<Device> {
    let mut out = [0; 6];
    let mut count = 0;
    for (i, part) in text.split(':').enumerate() {
        match (out.get_mut(5usize.wrapping_sub(i)), u8::from_str_radix(part, 16)) {
            (Some(byte), Ok(n)) if !part.starts_with('+') => *byte = n,
            _ => return Err(vm.os_error("bad bluetooth address")),
        }
        count += 1;
    }
    if count == 6 { Ok(out) } else { Err(vm.os_error("bad bluetooth address")) }
}

fn shown(d: &Device) -> String { d.iter().rev().map(|b| format!("{b:02X}")).collect::<Vec<_>>().join(":") }

fn device_of(vm: &mut Vm, o: &Owned) -> PyResult<Device> {
    let text = crate::support::text(vm, o, "Bluetooth address")?;
    device(vm, &text)
}

/// Reads an address.
pub fn parse(vm: &mut Vm, proto: i32, o: &Owned, f: &str) -> PyResult<Address> {
    let wrong = |vm: &mut Vm| vm.os_error(format!("{f}(): wrong format"));
    match proto {
        L2CAP => {
            let a = match items(vm, o, f, "AF_BLUETOOTH", 2..=4, "") { Ok(a) => a, Err(_) => return Err(wrong(vm)) };
            let device = device_of(vm, &a[0])?;
            let psm = vm.index_i64(&a[1])? as u16;
            let cid = match a.get(2) { Some(o) => vm.index_i64(o)? as u16, None => 0 };
            let kind = match a.get(3) { Some(o) => vm.index_i64(o)? as u8, None => 0 };
            Ok(Address::of(L2capAddress { family: FAMILY, psm: psm.to_le(), device, cid: cid.to_le(), kind }))
        }
        RFCOMM => {
            let a = match items(vm, o, f, "AF_BLUETOOTH", 2..=2, "") { Ok(a) => a, Err(_) => return Err(wrong(vm)) };
            let device = device_of(vm, &a[0])?;
            let channel = vm.index_i64(&a[1])? as u8;
            Ok(Address::of(RfcommAddress { family: FAMILY, device, channel }))
        }
        HCI => {
            let (number, channel) = if int_ref(o).is_some() { (vm.index_i64(o)?, 0) } else {
                let a = match items(vm, o, f, "AF_BLUETOOTH", 1..=2, "") { Ok(a) => a, Err(_) => return Err(wrong(vm)) };
                (vm.index_i64(&a[0])?, match a.get(1) { Some(o) => vm.index_i64(o)?, None => 0 })
            };
            Ok(Address::of(HciAddress { family: FAMILY, device: number as u16, channel: channel as u16 }))
        }
        SCO => {
            let text = match (o.cast::<PyBytes>(), o.cast::<PyStr>()) {
                (Some(b), _) => String::from_utf8_lossy(b.as_slice()).into_owned(),
                (_, Some(s)) => s.to_owned_str(vm)?,
                _ => return Err(wrong(vm)),
            };
            let device = device(vm, &text)?;
            Ok(Address::of(ScoAddress { family: FAMILY, device }))
        }
        _ => Err(vm.os_error(format!("{f}(): unknown Bluetooth protocol"))),
    }
}

/// An address as Python shows it.
pub fn show(vm: &mut Vm, a: &Address, proto: i32) -> PyResult {
    match proto {
        L2CAP => {
            let l: L2capAddress = a.get();
            let (device, psm, cid) = (shown(&l.device), Part::Number(u16::from_le(l.psm).into()), Part::Number(u16::from_le(l.cid).into()));
            if l.kind == 0 {
                if l.cid == 0 { row(vm, &[Part::Text(&device), psm]) } else { row(vm, &[Part::Text(&device), psm, cid]) }
            } else { row(vm, &[Part::Text(&device), psm, cid, Part::Number(l.kind.into())]) }
        }
        RFCOMM => { let r: RfcommAddress = a.get(); row(vm, &[Part::Text(&shown(&r.device)), Part::Number(r.channel.into())]) }
        HCI => {
            let h: HciAddress = a.get();
            if h.channel == 0 { vm.new_int(h.device.into()) } else { row(vm, &[Part::Number(h.device.into()), Part::Number(h.channel.into())]) }
        }
        SCO => { let s: ScoAddress = a.get(); vm.new_str(&shown(&s.device)) }
        _ => Err(vm.value_error("Unknown Bluetooth protocol")),
    }
}
