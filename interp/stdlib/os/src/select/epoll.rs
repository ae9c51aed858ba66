//! `select.epoll`.
//!
//! Not here: `poll` (`poll.rs`).

use std::cell::Cell;

use instar_vm::args::{Args, Signature};
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::slots::Slots;
use instar_vm::typeobj::{vm_flags, TypeRef};
use instar_vm::types::dict::PyDict;
use instar_vm::types::int::{int_ref, IntRef};
use instar_vm::{payload, trace, ObjExt, Owned, PyResult, Raised, Ref, Vm};

use crate::posix::arg;
use crate::support::set_type;
use crate::wait::{poll_timeout, timeout, Deadline};

/// The descriptor, -1 when closed; closed at death.
struct Epoll { fd: Cell<i32> }
trace! { Epoll {} }
instar_vm::fields! { Epoll { fd } }
payload!(Epoll, "select.epoll");

impl Epoll {
    fn close(&self) -> bool {
        let fd = self.fd.replace(-1);
        // SAFETY: the descriptor is ours and forgotten.
        fd < 0 || unsafe { libc::close(fd) } == 0
    }
}
impl Drop for Epoll {
    fn drop(&mut self) { self.close(); }
}

fn epoll_of(o: &Owned) -> &Ref<Epoll> { o.cast().expect("law: checked by the descriptor") }

#[cold]
fn closed(vm: &mut Vm) -> Raised { vm.value_error("I/O operation on closed epoll object") }

fn descriptor(vm: &mut Vm, o: &Owned) -> PyResult<i32> {
    match epoll_of(o).fd.get() { -1 => Err(closed(vm)), fd => Ok(fd) }
}

fn new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let a = args.bind(vm, "epoll", const { &Signature::parse("(sizehint=-1, flags=0)") })?;
    let (size, flags) = (arg::int(vm, &a, 0, -1)?, arg::int(vm, &a, 1, 0)?);
    if size != -1 && size <= 0 { return Err(vm.value_error("negative sizehint")) }
    if flags & !libc::EPOLL_CLOEXEC != 0 { return Err(vm.os_error("invalid flags")) }
    // SAFETY: no memory is involved.
    let fd = unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) };
    if fd < 0 { return Err(arg::fail(vm, None)) }
    Ok(vm.new_object_of(ty, Epoll { fd: Cell::new(fd) })?.into_obj())
}

fn fromfd(vm: &mut Vm, class: &Owned, fd: &Owned) -> PyResult {
    let fd = vm.index_i32(fd)?;
    let Some(ty) = TypeRef::cast(class).cloned() else { return Err(vm.type_error("fromfd() needs a class")) };
    Ok(vm.new_object_of(&ty, Epoll { fd: Cell::new(fd) })?.into_obj())
}

fn close(vm: &mut Vm, this: &Owned) -> PyResult { if epoll_of(this).close() { Ok(vm.none()) } else { Err(arg::fail(vm, None)) } }

fn fileno(vm: &mut Vm, this: &Owned) -> PyResult { let fd = descriptor(vm, this)?; vm.new_int(fd.into()) }

/// Event bits; what does not fit 32 bits is cut off, as C does.
fn mask(vm: &mut Vm, o: &Owned) -> PyResult<u32> {
    let n = vm.index(o)?;
    match int_ref(&n) { Some(IntRef::Small(n)) => Ok(n as u32), _ => Err(vm.overflow_error("Python int too large to convert to C unsigned int")) }
}

fn control(vm: &mut Vm, this: &Owned, op: i32, fd: Option<&Owned>, events: Option<&Owned>, default: i32) -> PyResult {
    let own = descriptor(vm, this)?;
    let Some(fd) = fd else { return Err(vm.system_error("unbound argument")) };
    let fd = arg::fileno(vm, fd)?;
    let events = match events { Some(o) => mask(vm, o)?, None => default as u32 };
    let mut event = libc::epoll_event { events, u64: fd as u64 };
    // SAFETY: the event is readable.
    let result = unsafe { libc::epoll_ctl(own, op, fd, &mut event) };
    arg::done(vm, None, result)
}

fn register(vm: &mut Vm, this: &Owned, a: arg::Bound<'_>) -> PyResult {
    control(vm, this, libc::EPOLL_CTL_ADD, a[0].as_ref(), a[1].as_ref(), libc::EPOLLIN | libc::EPOLLPRI | libc::EPOLLOUT)
}
fn modify(vm: &mut Vm, this: &Owned, a: arg::Bound<'_>) -> PyResult { control(vm, this, libc::EPOLL_CTL_MOD, a[0].as_ref(), a[1].as_ref(), 0) }
fn unregister(vm: &mut Vm, this: &Owned, a: arg::Bound<'_>) -> PyResult { control(vm, this, libc::EPOLL_CTL_DEL, a[0].as_ref(), None, 0) }

fn poll(vm: &mut Vm, this: &Owned, a: arg::Bound<'_>) -> PyResult {
    let own = descriptor(vm, this)?;
    let wait = match &a[0] { Some(o) => timeout(vm, o, 1_000_000_000, "timeout must be an integer or None")?, None => None };
    let most = arg::int(vm, a, 1, -1)?;
    let deadline = Deadline::after(poll_timeout(vm, wait)?);
    let most = if most == -1 { libc::FD_SETSIZE as i32 - 1 } else { most };
    if most < 1 { return Err(vm.value_error(format!("maxevents must be greater than 0, got {most}"))) }
    let mut events: Vec<libc::epoll_event> = Vec::new();
    if events.try_reserve_exact(most as usize).is_err() { return Err(vm.no_memory()) }
    // SAFETY: the list has room for `most` events.
    let n = arg::retry(vm, None, || i64::from(unsafe { libc::epoll_wait(own, events.as_mut_ptr(), most, deadline.millis()) }))?;
    // SAFETY: the call filled that many.
    unsafe { events.set_len(n as usize) };
    let mut out = Vec::with_capacity(events.len());
    for event in events {
        let (fd, bits) = (event.u64 as i32, event.events);
        let pair = [vm.new_int(fd.into())?, vm.new_int(bits.into())?];
        out.push(vm.new_tuple(pair)?.into_obj());
    }
    Ok(vm.new_list(out)?.into_obj())
}

static DEF: TypeDef = TypeDef {
    doc: "select.epoll(sizehint=-1, flags=0)\n\nReturns an epolling object\n\nsizehint must be a positive integer or -1 for the default size; both arguments have no effect.",
    sig: "",
    methods: &[
        Def::class("fromfd", "($type, fd, /)", Native::N1(fromfd)).doc("Create an epoll object from a given control fd."),
        Def::new("close", "($self, /)", Native::N0(close)).doc("Close the epoll control file descriptor.\n\nFurther operations on the epoll object will raise an exception."),
        Def::new("fileno", "($self, /)", Native::N0(fileno)).doc("Return the epoll control file descriptor."),
        Def::new("register", "($self, /, fd, eventmask=select.EPOLLIN | select.EPOLLPRI | select.EPOLLOUT)", Native::Bound(register)).doc("Registers a new fd or raises an OSError if the fd is already registered."),
        Def::new("modify", "($self, /, fd, eventmask)", Native::Bound(modify)).doc("Modify event mask for a registered file descriptor."),
        Def::new("unregister", "($self, /, fd)", Native::Bound(unregister)).doc("Remove a registered file descriptor from the epoll object."),
        Def::new("poll", "($self, /, timeout=None, maxevents=-1)", Native::Bound(poll)).doc("Wait for events on the epoll file descriptor.\n\nThe timeout is in seconds, None or -1 wait for ever. Returns a list of pairs of descriptor and events."),
        Def::new("__enter__", "($self, /)", Native::N0(|vm, o| { descriptor(vm, o)?; Ok(o.clone()) })),
        Def::new("__exit__", "($self, exc_type=None, exc_value=None, exc_tb=None, /)", Native::Var(|vm, o, _| close(vm, o), 0, 3)),
    ],
    getset: &[GetSet { member: false, name: "closed", get: |vm, o| { let b = epoll_of(o).fd.get() < 0; Ok(vm.bool(b)) }, set: None, doc: "True if the epoll handler is closed" }],
};

/// Makes the type.
pub fn init(vm: &mut Vm, ns: &Ref<PyDict>) -> PyResult<()> {
    let ty = vm.new_native_type::<Epoll>("select", "epoll", None, vm_flags::BASETYPE, Slots { new: Some(new), ..Slots::default() }, &DEF)?;
    set_type(vm, ns, &ty)
}
