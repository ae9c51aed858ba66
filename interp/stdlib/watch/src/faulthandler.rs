//! `faulthandler`: the Python stacks of a program that crashes, hangs or gets a signal.
//!
//! `handler.rs` is what the system calls, `later.rs` the dump after a time, `crash.rs` ways to crash. Not here: how stacks are read
//! (`instar_vm::dump`).

mod crash;
mod handler;
mod later;

use instar_vm::args::{Args, Signature};
use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native};
use instar_vm::support::given;
use instar_vm::threads::current_ident;
use instar_vm::types::int::int_ref;
use instar_vm::{Owned, PyResult, Raised, Vm};

use later::Later;

/// What this interpreter asked for: the files stay open as long as they are written to.
#[derive(Default)]
struct State {
    enabled: Option<Owned>,
    by_signal: std::collections::HashMap<i32, Owned>,
    later: Option<(Later, Owned)>,
}

impl Drop for State {
    fn drop(&mut self) {
        if self.enabled.is_some() { handler::disable() }
        for n in self.by_signal.keys() { handler::unregister(*n); }
    }
}

/// The descriptor of a file argument, which is kept while it is in use. None: `sys.stderr`.
fn descriptor(vm: &mut Vm, file: Option<&Owned>) -> PyResult<(i32, Owned)> {
    let file = match given(vm, file) {
        Some(f) => f,
        None => {
            let (key, sys) = (vm.intern("stderr")?, vm.sys.clone());
            match sys.get_interned(vm, &key) {
                None => return Err(vm.runtime_error("unable to get sys.stderr")),
                Some(f) if vm.is_none(&f) => return Err(vm.runtime_error("sys.stderr is None")),
                Some(f) => f,
            }
        }
    };
    if int_ref(&file).is_some() {
        let fd = vm.index_i32(&file)?;
        if fd < 0 { return Err(vm.value_error("file is not a valid file descriptor")) }
        return Ok((fd, file));
    }
    let name = vm.intern("fileno")?;
    let fd = vm.call_method(&file, &name, &[])?;
    let number = int_ref(&fd).and_then(|n| n.to_i64()).and_then(|n| i32::try_from(n).ok()).filter(|n| *n >= 0);
    let Some(fd) = number else { return Err(vm.runtime_error("file.fileno() is not a valid file descriptor")) };
    let name = vm.intern("flush")?;
    // What cannot be flushed is no reason not to report.
    let _ = vm.call_method(&file, &name, &[]);
    Ok((fd, file))
}

fn flag(vm: &mut Vm, arg: Option<&Owned>, default: bool) -> PyResult<bool> { match arg { Some(o) => vm.truth(o), None => Ok(default) } }

fn dump_traceback(vm: &mut Vm, _: &Owned, a: &[Option<Owned>]) -> PyResult {
    let (fd, _file) = descriptor(vm, a[0].as_ref())?;
    let all = flag(vm, a[1].as_ref(), true)?;
    // SAFETY: this interpreter runs.
    unsafe { handler::stacks(vm, fd, all, Some(current_ident())) }
    vm.safe_point()?;
    Ok(vm.none())
}

fn dump_c_stack(vm: &mut Vm, _: &Owned, a: &[Option<Owned>]) -> PyResult {
    let (fd, _file) = descriptor(vm, a[0].as_ref())?;
    handler::native_stack(fd);
    Ok(vm.none())
}

fn enable(vm: &mut Vm, _: &Owned, a: &[Option<Owned>]) -> PyResult {
    let (fd, file) = descriptor(vm, a[0].as_ref())?;
    let all = flag(vm, a[1].as_ref(), true)?;
    let native = flag(vm, a[2].as_ref(), true)?;
    if !handler::enable(vm, fd, all, native) { let e = std::io::Error::last_os_error(); return Err(vm.os_error_from(e, None)) }
    let old = vm.state::<State>().enabled.replace(file);
    drop(old);
    Ok(vm.none())
}

fn disable(vm: &mut Vm, _: &Owned) -> PyResult {
    let old = vm.state::<State>().enabled.take();
    if old.is_some() { handler::disable() }
    Ok(vm.bool(old.is_some()))
}

fn is_enabled(vm: &mut Vm, _: &Owned) -> PyResult { let on = vm.state::<State>().enabled.is_some(); Ok(vm.bool(on)) }

fn dump_later(vm: &mut Vm, _: &Owned, a: &[Option<Owned>]) -> PyResult {
    let Some(timeout) = &a[0] else { return Err(vm.system_error("bad arguments")) };
    let nanos = instar_vm::times::to_nanos(vm, timeout, instar_vm::times::Round::Up)?;
    let (repeat, exit) = (flag(vm, a[1].as_ref(), false)?, flag(vm, a[3].as_ref(), false)?);
    let Some(micros) = u64::try_from(nanos).ok().map(|n| n.div_ceil(1000)).filter(|n| *n > 0) else { return Err(vm.value_error("timeout must be greater than 0")) };
    let (fd, file) = descriptor(vm, a[2].as_ref())?;
    cancel(vm);
    match Later::start(vm, micros, repeat, exit, fd) {
        Ok(l) => vm.state::<State>().later = Some((l, file)),
        Err(_) => return Err(vm.runtime_error("unable to start watchdog thread")),
    }
    Ok(vm.none())
}

fn cancel(vm: &mut Vm) {
    if let Some((later, file)) = vm.state::<State>().later.take() {
        later.stop();
        drop(file);
    }
}

fn cancel_later(vm: &mut Vm, _: &Owned) -> PyResult { cancel(vm); Ok(vm.none()) }

fn signal_number(vm: &mut Vm, o: &Owned) -> PyResult<i32> {
    let n = vm.index_i32(o)?;
    if handler::is_fatal(n) { return Err(vm.runtime_error(format!("signal {n} cannot be registered, use enable() instead"))) }
    if n < 1 || n as usize >= handler::LIMIT { return Err(vm.value_error("signal number out of range")) }
    Ok(n)
}

fn register(vm: &mut Vm, _: &Owned, a: &[Option<Owned>]) -> PyResult {
    let Some(number) = &a[0] else { return Err(vm.system_error("bad arguments")) };
    let (all, chain) = (flag(vm, a[2].as_ref(), true)?, flag(vm, a[3].as_ref(), false)?);
    let n = signal_number(vm, number)?;
    let (fd, file) = descriptor(vm, a[1].as_ref())?;
    if !handler::register(vm, n, fd, all, chain) { let e = std::io::Error::last_os_error(); return Err(vm.os_error_from(e, None)) }
    let old = vm.state::<State>().by_signal.insert(n, file);
    drop(old);
    Ok(vm.none())
}

fn unregister(vm: &mut Vm, _: &Owned, number: &Owned) -> PyResult {
    let n = signal_number(vm, number)?;
    let old = vm.state::<State>().by_signal.remove(&n);
    let was = old.is_some() && handler::unregister(n);
    Ok(vm.bool(was))
}

fn sigsegv(vm: &mut Vm, _: &Owned, args: Args<'_>) -> PyResult {
    let a = args.bind(vm, "_sigsegv", &Signature::parse("($module, release_gil=False, /)"))?;
    if flag(vm, a[0].as_ref(), false)? { vm.without_gil(|| crash::signal(libc::SIGSEGV)) } else { crash::signal(libc::SIGSEGV) }
    Ok(vm.none())
}

/// The function around crashes that return if the signal is ignored.
fn none_after(vm: &mut Vm, crash: impl FnOnce()) -> PyResult { crash(); Ok(vm.none()) }

fn fatal_in_thread(vm: &mut Vm, _: &Owned) -> PyResult {
    let address = std::ptr::from_ref::<Vm>(vm).addr();
    // SAFETY: the thread ends the process while this one waits for it.
    let made = std::thread::Builder::new().spawn(move || unsafe { handler::fatal(address as *const Vm, "faulthandler_fatal_error_thread", "in new thread") });
    match made { Ok(thread) => { let _ = thread.join(); Ok(vm.none()) } Err(e) => Err(vm.os_error_from(e, None)) }
}

fn overflow(vm: &mut Vm, _: &Owned) -> PyResult {
    let bytes = vm.without_gil(|| crash::overflow(0));
    Err::<Owned, Raised>(vm.runtime_error(format!("unable to raise a stack overflow (allocated {bytes} bytes on the stack)")))
}

/// The module.
pub const MODULE: NativeModule = NativeModule {
    name: "faulthandler",
    doc: "faulthandler module.",
    functions: &[
        Def::new("enable", "($module, /, file=sys.stderr, all_threads=True, c_stack=True)", Native::Bound(enable)).doc("Enable the fault handler."),
        Def::new("disable", "($module, /)", Native::N0(disable)).doc("Disable the fault handler."),
        Def::new("is_enabled", "($module, /)", Native::N0(is_enabled)).doc("Check if the handler is enabled."),
        Def::new("dump_traceback", "($module, /, file=sys.stderr, all_threads=True)", Native::Bound(dump_traceback)).doc("Dump the traceback of the current thread into file.\n\nDump the traceback of all threads if all_threads is true. Default: sys.stderr."),
        Def::new("dump_c_stack", "($module, /, file=sys.stderr)", Native::Bound(dump_c_stack)).doc("Dump the C stack of the current thread."),
        Def::new("dump_traceback_later", "($module, /, timeout, repeat=False, file=sys.stderr, exit=False)", Native::Bound(dump_later)).doc("Dump the traceback of all threads after timeout seconds.\n\nWith repeat, again after each timeout; with exit the process ends after the first."),
        Def::new("cancel_dump_traceback_later", "($module, /)", Native::N0(cancel_later)).doc("Cancel the previous call to dump_traceback_later()."),
        Def::new("register", "($module, /, signum, file=sys.stderr, all_threads=True, chain=False)", Native::Bound(register)).doc("Register a handler for the signal 'signum'.\n\nDump the traceback of the current thread, or of all threads if\nall_threads is True, into file."),
        Def::new("unregister", "($module, signum, /)", Native::N1(unregister)).doc("Unregister the handler of the signal 'signum' registered by register()."),
        Def::new("_read_null", "($module, /)", Native::N0(|vm, _| none_after(vm, crash::read_null))).doc("Read from NULL, raise a SIGSEGV or SIGBUS signal depending on the platform."),
        Def::new("_sigsegv", "($module, release_gil=False, /)", Native::Full(sigsegv)).doc("Raise a SIGSEGV signal."),
        Def::new("_sigabrt", "($module, /)", Native::N0(|vm, _| none_after(vm, || crash::abort()))).doc("Raise a SIGABRT signal."),
        Def::new("_sigfpe", "($module, /)", Native::N0(|vm, _| none_after(vm, || crash::signal(libc::SIGFPE)))).doc("Raise a SIGFPE signal."),
        Def::new("_fatal_error_c_thread", "($module, /)", Native::N0(fatal_in_thread)).doc("Raise a fatal error in a new thread that is not the interpreter's."),
        Def::new("_stack_overflow", "($module, /)", Native::N0(overflow)).doc("Recursive call to raise a stack overflow."),
    ],
    exec: |_, _, _| Ok(()),
};
