//! `select`: waiting for descriptors. Here: the module, `select()`.
//!
//! `select/poll.rs` and `select/epoll.rs` are the objects. Not here: timeouts (`wait.rs`).

mod epoll;
mod poll;

use std::time::Duration;

use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native};
use instar_vm::types::dict::PyDict;
use instar_vm::types::list::PyList;
use instar_vm::{ObjExt, Owned, PyResult, Ref, Vm};

use crate::posix::arg;
use crate::support::{set, set_int};
use crate::wait::{timeout, Deadline};

/// Objects of one argument with their descriptors.
type Watched = Vec<(Owned, i32)>;

fn watched(vm: &mut Vm, o: &Owned) -> PyResult<Watched> {
    let mut out = Vec::new();
    let mut add = |vm: &mut Vm, item: Owned| -> PyResult<()> {
        let fd = arg::fileno(vm, &item)?;
        if fd as usize >= libc::FD_SETSIZE { return Err(vm.value_error("filedescriptor out of range in select()")) }
        out.push((item, fd));
        Ok(())
    };
    if let Some(list) = o.cast::<PyList>() {
        // `fileno()` may shorten the list.
        let mut i = 0;
        while let Some(item) = list.items(vm).get(i).cloned() {
            add(vm, item)?;
            i += 1;
        }
    } else {
        if !vm.is_iterable(o) { return Err(vm.type_error("arguments 1-3 must be sequences")) }
        for item in vm.collect(o)? { add(vm, item)? }
    }
    Ok(out)
}

fn fd_set(list: &Watched) -> libc::fd_set {
    // SAFETY: zeroed storage is what FD_ZERO makes; descriptors are below FD_SETSIZE.
    unsafe {
        let mut s: libc::fd_set = std::mem::zeroed();
        for (_, fd) in list { libc::FD_SET(*fd, &mut s) }
        s
    }
}

fn select(vm: &mut Vm, _: &Owned, a: &[Owned]) -> PyResult {
    let wait = match a.get(3) { Some(o) => timeout(vm, o, 1_000_000_000, "timeout must be a float or None")?, None => None };
    let wait = match wait {
        Some(n) => match u64::try_from(n) { Ok(n) => Some(Duration::from_nanos(n)), Err(_) => return Err(vm.value_error("timeout must be non-negative")) },
        None => None,
    };
    let lists = [watched(vm, &a[0])?, watched(vm, &a[1])?, watched(vm, &a[2])?];
    let count = lists.iter().flatten().map(|(_, fd)| fd + 1).max().unwrap_or(0);
    let deadline = Deadline::after(wait);
    let fresh = lists.each_ref().map(fd_set);
    let mut sets = fresh;
    arg::retry(vm, None, || {
        sets = fresh;
        let mut left = deadline.left().map(|d| libc::timeval { tv_sec: d.as_secs() as _, tv_usec: d.subsec_nanos().div_ceil(1000) as _ });
        if let Some(t) = &mut left && t.tv_usec == 1_000_000 { t.tv_sec += 1; t.tv_usec = 0 }
        let [r, w, x] = &mut sets;
        // SAFETY: sets and time are writable and live through the call.
        i64::from(unsafe { libc::select(count, r, w, x, left.as_mut().map_or(std::ptr::null_mut(), |t| t)) })
    })?;
    let mut out = Vec::new();
    for (list, set) in lists.into_iter().zip(&sets) {
        // SAFETY: descriptors are below FD_SETSIZE.
        let ready: Vec<Owned> = list.into_iter().filter(|(_, fd)| unsafe { libc::FD_ISSET(*fd, set) }).map(|(o, _)| o).collect();
        out.push(vm.new_list(ready)?.into_obj());
    }
    Ok(vm.new_tuple(out)?.into_obj())
}

const CONSTANTS: &[(&str, i64)] = &[
    ("EPOLLERR", 8), ("EPOLLET", 2147483648), ("EPOLLEXCLUSIVE", 268435456), ("EPOLLHUP", 16), ("EPOLLIN", 1), ("EPOLLMSG", 1024), ("EPOLLONESHOT", 1073741824),
    ("EPOLLOUT", 4), ("EPOLLPRI", 2), ("EPOLLRDBAND", 128), ("EPOLLRDHUP", 8192), ("EPOLLRDNORM", 64), ("EPOLLWAKEUP", 536870912), ("EPOLLWRBAND", 512),
    ("EPOLLWRNORM", 256), ("EPOLL_CLOEXEC", 524288), ("PIPE_BUF", libc::PIPE_BUF as i64), ("POLLERR", 8), ("POLLHUP", 16), ("POLLIN", 1), ("POLLMSG", 1024),
    ("POLLNVAL", 32), ("POLLOUT", 4), ("POLLPRI", 2), ("POLLRDBAND", 128), ("POLLRDHUP", 8192), ("POLLRDNORM", 64), ("POLLWRBAND", 512), ("POLLWRNORM", 256),
];

fn exec(vm: &mut Vm, _: &Owned, ns: &Ref<PyDict>) -> PyResult<()> {
    for (name, n) in CONSTANTS { set_int(vm, ns, name, *n)? }
    let error = vm.types.os_error.obj().clone();
    set(vm, ns, "error", &error)?;
    poll::init(vm)?;
    epoll::init(vm, ns)
}

/// The module.
pub const MODULE: NativeModule = NativeModule {
    name: "select",
    doc: "This module supports asynchronous I/O on multiple file descriptors.",
    functions: &[
        Def::new("select", "($module, rlist, wlist, xlist, timeout=None, /)", Native::Var(select, 3, 4)).doc("Wait until one or more file descriptors are ready for some kind of I/O.\n\nThe first three arguments are iterables of file descriptors to be waited for: for reading, for writing, for an\nexceptional condition. The fourth is a timeout in seconds; None means to wait for ever. The result is a tuple of\nthree lists, the ready ones of each argument; all are empty if the time ran out."),
        Def::new("poll", "($module, /)", Native::N0(poll::make)).doc("Returns a polling object.\n\nThis object supports registering and unregistering file descriptors, and then\npolling them for I/O events."),
    ],
    exec,
};
