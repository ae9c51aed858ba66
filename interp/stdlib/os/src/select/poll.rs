//! Poll objects.
//!
//! Not here: `epoll` (`epoll.rs`).

use std::cell::Cell;
use std::collections::HashMap;

use instar_vm::fallible::CopyVec;
use instar_vm::native::{Def, Native, TypeDef};
use instar_vm::object::Guarded;
use instar_vm::slots::Slots;
use instar_vm::typeobj::vm_flags;
use instar_vm::types::int::{int_ref, IntRef};
use instar_vm::{payload, trace, ObjExt, Owned, PyResult, Ref, Vm};

use crate::posix::arg;
use crate::wait::{poll_timeout, timeout, Deadline};

/// What is watched, in the order of registration, and where each descriptor stands.
#[derive(Default)]
struct Set { rows: Vec<libc::pollfd>, place: HashMap<i32, usize> }

struct Poll { set: Guarded<Set>, polling: Cell<bool> }
trace! { Poll {} }
instar_vm::fields! { Poll { set, polling } }
payload!(Poll, "select.poll");

fn poll_of(o: &Owned) -> &Ref<Poll> { o.cast().expect("law: checked by the descriptor") }

pub fn make(vm: &mut Vm, _: &Owned) -> PyResult { Ok(vm.new_object(Poll { set: Guarded::default(), polling: Cell::new(false) })?.into_obj()) }

fn mask(vm: &mut Vm, o: &Owned) -> PyResult<i16> {
    let n = vm.index(o)?;
    match int_ref(&n) {
        Some(n) if n.signum() < 0 => Err(vm.value_error("Cannot convert negative int")),
        Some(IntRef::Small(n)) if n <= i64::from(u16::MAX) => Ok(n as u16 as i16),
        _ => Err(vm.overflow_error("Python int too large for C unsigned short")),
    }
}

fn register(vm: &mut Vm, this: &Owned, a: &[Owned]) -> PyResult {
    let fd = arg::fileno(vm, &a[0])?;
    let events = match a.get(1) { Some(o) => mask(vm, o)?, None => libc::POLLIN | libc::POLLPRI | libc::POLLOUT };
    let set = poll_of(this).set.get_mut(vm);
    let row = libc::pollfd { fd, events, revents: 0 };
    match set.place.get(&fd) {
        Some(i) => set.rows[*i] = row,
        None => { set.place.insert(fd, set.rows.len()); set.rows.push(row) }
    }
    Ok(vm.none())
}

fn modify(vm: &mut Vm, this: &Owned, fd: &Owned, events: &Owned) -> PyResult {
    let fd = arg::fileno(vm, fd)?;
    let events = mask(vm, events)?;
    let set = poll_of(this).set.get_mut(vm);
    let Some(i) = set.place.get(&fd) else { return Err(vm.os_error_number(libc::ENOENT, &arg::strerror(libc::ENOENT), None)) };
    set.rows[*i].events = events;
    Ok(vm.none())
}

fn unregister(vm: &mut Vm, this: &Owned, o: &Owned) -> PyResult {
    let fd = arg::fileno(vm, o)?;
    let set = poll_of(this).set.get_mut(vm);
    let Some(i) = set.place.remove(&fd) else { let key = vm.new_int(fd.into())?; return Err(vm.key_error(&key)) };
    set.rows.remove(i);
    for (n, row) in set.rows.iter().enumerate().skip(i) { set.place.insert(row.fd, n); }
    Ok(vm.none())
}

fn poll(vm: &mut Vm, this: &Owned, a: &[Owned]) -> PyResult {
    let wait = match a.first() { Some(o) => timeout(vm, o, 1_000_000, "timeout must be an integer or None")?, None => None };
    let deadline = Deadline::after(poll_timeout(vm, wait)?);
    let p = poll_of(this).clone();
    if p.polling.get() { return Err(vm.runtime_error("concurrent poll() invocation")) }
    let mut rows = p.set.get(vm).rows.try_copy(vm)?;
    p.polling.set(true);
    // SAFETY: the rows are writable for their number.
    let ready = arg::retry(vm, None, || i64::from(unsafe { libc::poll(rows.as_mut_ptr(), rows.len() as libc::nfds_t, deadline.millis()) }));
    p.polling.set(false);
    let mut out = Vec::with_capacity(ready? as usize);
    for row in rows.iter().filter(|r| r.revents != 0) {
        let pair = [vm.new_int(row.fd.into())?, vm.new_int((row.revents as u16).into())?];
        out.push(vm.new_tuple(pair)?.into_obj());
    }
    Ok(vm.new_list(out)?.into_obj())
}

static DEF: TypeDef = TypeDef {
    doc: "",
    sig: "",
    methods: &[
        Def::new("register", "($self, fd, eventmask=select.POLLIN | select.POLLPRI | select.POLLOUT, /)", Native::Var(register, 1, 2)).doc("Register a file descriptor with the polling object."),
        Def::new("modify", "($self, fd, eventmask, /)", Native::N2(modify)).doc("Modify an already registered file descriptor."),
        Def::new("unregister", "($self, fd, /)", Native::N1(unregister)).doc("Remove a file descriptor being tracked by the polling object."),
        Def::new("poll", "($self, timeout=None, /)", Native::Var(poll, 0, 1)).doc("Polls the set of registered file descriptors.\n\nReturns a list of the descriptors that have events or errors, as pairs of descriptor and events. The timeout is in\nmilliseconds."),
    ],
    getset: &[],
};

/// Makes the type.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    vm.new_native_type::<Poll>("select", "poll", None, vm_flags::NO_NEW, Slots::default(), &DEF)?;
    Ok(())
}
