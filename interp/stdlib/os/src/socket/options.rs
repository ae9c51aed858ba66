//! Socket options.
//!
//! Not here: what the options mean.

use instar_vm::types::int::int_ref;
use instar_vm::{Owned, PyResult, Vm};

use super::object::{counted, this};
use crate::posix::arg;

/// Largest value that can be read.
const MOST: i32 = 1024;

/// `getsockopt`
pub fn get(vm: &mut Vm, o: &Owned, a: &[Owned]) -> PyResult {
    counted(vm, "getsockopt", a.len(), 2, 3)?;
    let (level, option) = (vm.index_i32(&a[0])?, vm.index_i32(&a[1])?);
    let size = match a.get(2) { Some(n) => vm.index_i32(n)?, None => 0 };
    if !(0..=MOST).contains(&size) { return Err(vm.os_error("getsockopt buflen out of range")) }
    let (mut room, mut length) = ([0u8; MOST as usize], if size == 0 { 4 } else { size as libc::socklen_t });
    // SAFETY: the room is large enough for the length.
    let result = unsafe { libc::getsockopt(this(o).fd.get(), level, option, room.as_mut_ptr().cast(), &mut length) };
    arg::check(vm, None, result.into())?;
    if size == 0 { return vm.new_int(i32::from_ne_bytes([room[0], room[1], room[2], room[3]]).into()) }
    vm.new_bytes(&room[..(length as usize).min(room.len())])
}

/// `setsockopt`
pub fn set(vm: &mut Vm, o: &Owned, a: &[Owned]) -> PyResult {
    let none = a.len() == 4 && vm.is_none(&a[2]);
    if !none { counted(vm, "setsockopt", a.len(), 3, 3)? }
    let (level, option) = (vm.index_i32(&a[0])?, vm.index_i32(&a[1])?);
    let fd = this(o).fd.get();
    let small = int_ref(&a[2]).and_then(|n| n.to_i64()).and_then(|n| i32::try_from(n).ok());
    let result = if none {
        let length = arg::unsigned(vm, &a[3], "unsigned int")?;
        // SAFETY: the system refuses a null pointer or does not read it.
        unsafe { libc::setsockopt(fd, level, option, std::ptr::null(), length) }
    } else if let Some(n) = small {
        // SAFETY: the number is readable.
        unsafe { libc::setsockopt(fd, level, option, (&raw const n).cast(), 4) }
    } else {
        let value = vm.buffer(&a[2], false)?;
        let bytes = value.bytes(vm);
        // SAFETY: the bytes are readable for their length.
        unsafe { libc::setsockopt(fd, level, option, bytes.as_ptr().cast(), bytes.len() as libc::socklen_t) }
    };
    arg::done(vm, None, result)
}
