//! Waiting for signals with what is known of them (`sigwaitinfo`, `sigtimedwait`), signals to process descriptors.
//!
//! Not here: handlers (`signals.rs`).

use std::time::{Duration, Instant};

use super::unix::sigset;
use crate::object::{Owned, Ref};
use crate::times::{self, Round};
use crate::typeobj::TypeRef;
use crate::types::dict::PyDict;
use crate::vm::{PyResult, Vm};

/// `struct_siginfo`
#[derive(Default)]
struct Types(Option<TypeRef>);

/// Makes the record type.
pub fn fill(vm: &mut Vm, dict: &Ref<PyDict>) -> PyResult<()> {
    let ty = vm.new_struct_sequence_type("signal", "struct_siginfo", &["si_signo", "si_code", "si_errno", "si_pid", "si_uid", "si_status", "si_band"], 7)?;
    vm.state::<Types>().0 = Some(ty.clone());
    let key = vm.intern("struct_siginfo")?;
    dict.set_item(vm, &key, ty.obj())
}

fn show(vm: &mut Vm, info: &libc::siginfo_t) -> PyResult {
    // What the C library's structure holds behind the pid, the uid and the status of a child.
    #[repr(C)]
    struct Band { head: [libc::c_int; 4], band: libc::c_long }
    // SAFETY: the fields overlap; each is a plain number whatever was written.
    let (pid, uid, status, band) = unsafe { (info.si_pid(), info.si_uid(), info.si_status(), (*std::ptr::from_ref(info).cast::<Band>()).band) };
    let values = [i64::from(info.si_signo), info.si_code.into(), info.si_errno.into(), pid.into(), uid.into(), status.into(), band];
    let values = values.iter().map(|n| vm.new_int(*n)).collect::<PyResult<Vec<_>>>()?;
    let Some(ty) = vm.state::<Types>().0.clone() else { return Err(vm.system_error("_signal is not initialised")) };
    vm.new_struct_sequence(&ty, values)
}

/// Waits until `end`; `None` if the time ran out.
fn wait(vm: &mut Vm, set: &Owned, end: Option<Instant>) -> PyResult<Option<libc::siginfo_t>> {
    let set = sigset(vm, set)?;
    loop {
        // SAFETY: a zeroed siginfo is valid.
        let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
        let left = end.map(|e| e.saturating_duration_since(Instant::now())).map(|d| libc::timespec { tv_sec: d.as_secs() as _, tv_nsec: d.subsec_nanos().into() });
        // SAFETY: the pointer is used for the call only, which fills what it leads to.
        let place = unsafe { crate::blocking::Outside::new(&raw mut info) };
        // SAFETY: set and time are readable, the info is writable.
        let r = vm.without_gil(move || unsafe {
            match &left { Some(t) => libc::sigtimedwait(&set, place.get(), t), None => libc::sigwaitinfo(&set, place.get()) }
        });
        if r >= 0 { return Ok(Some(info)) }
        let error = std::io::Error::last_os_error();
        match error.raw_os_error() {
            Some(libc::EINTR) => vm.safe_point()?,
            Some(libc::EAGAIN) if end.is_some() => return Ok(None),
            _ => return Err(vm.os_error_from(error, None)),
        }
    }
}

pub fn sigwaitinfo(vm: &mut Vm, _: &Owned, set: &Owned) -> PyResult {
    match wait(vm, set, None)? { Some(info) => show(vm, &info), None => Ok(vm.none()) }
}

pub fn sigtimedwait(vm: &mut Vm, _: &Owned, set: &Owned, timeout: &Owned) -> PyResult {
    let n = times::to_nanos(vm, timeout, Round::Up)?;
    let Ok(n) = u64::try_from(n) else { return Err(vm.value_error("timeout must be non-negative")) };
    match wait(vm, set, Instant::now().checked_add(Duration::from_nanos(n)))? { Some(info) => show(vm, &info), None => Ok(vm.none()) }
}

pub fn pidfd_send_signal(vm: &mut Vm, _: &Owned, a: &[Owned]) -> PyResult {
    let (fd, n) = (vm.index_i32(&a[0])?, vm.index_i32(&a[1])?);
    if a.get(2).is_some_and(|info| !vm.is_none(info)) { return Err(vm.type_error("siginfo must be None")) }
    let flags = match a.get(3) { Some(f) => vm.index_i32(f)?, None => 0 };
    // SAFETY: no memory is involved.
    if unsafe { libc::syscall(libc::SYS_pidfd_send_signal, fd, n, std::ptr::null::<libc::siginfo_t>(), flags) } < 0 {
        return Err(vm.os_error_from(std::io::Error::last_os_error(), None));
    }
    vm.safe_point()?;
    Ok(vm.none())
}
