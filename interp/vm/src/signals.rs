//! Signals: the handler that notes them, their delivery at the eval breaker, the `_signal` module.
//!
//! The operating system calls one function with nothing but a number, so what it writes must be global: an array of flags and the
//! address of the main interpreter's breaker (the one exception listed in docs/globals.md). Not here: interrupted system calls.

use crate::module::NativeModule;
use crate::native::{Def, Native};
use crate::object::Owned;
use crate::vm::{PyResult, Vm};

#[cfg(target_os = "linux")]
mod info;

/// Signal numbers are below this.
pub const LIMIT: usize = 65;

#[cfg(unix)]
mod native {
    //! The part that talks to the operating system.
    use std::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, AtomicU32, Ordering};

    use super::LIMIT;
    use crate::eval::breaker::bits;

    static ARRIVED: [AtomicBool; LIMIT] = [const { AtomicBool::new(false) }; LIMIT];
    static BREAKER: AtomicPtr<AtomicU32> = AtomicPtr::new(std::ptr::null_mut());
    static WAKEUP: AtomicI32 = AtomicI32::new(-1);
    /// The error of a write to it that nobody has heard of; 0 for none.
    static WAKEUP_ERROR: AtomicI32 = AtomicI32::new(0);
    /// A full pipe counts as an error.
    static WARN_FULL: AtomicBool = AtomicBool::new(true);

    extern "C" fn note(signal: libc::c_int) {
        let Some(flag) = usize::try_from(signal).ok().and_then(|n| ARRIVED.get(n)) else { return };
        // SAFETY: only async-signal-safe calls; errno is put back. The breaker's word outlives its registration (`detach`).
        unsafe {
            let errno = *errno();
            flag.store(true, Ordering::SeqCst);
            let breaker = BREAKER.load(Ordering::SeqCst);
            if !breaker.is_null() { (*breaker).fetch_or(bits::SIGNAL, Ordering::SeqCst); }
            let fd = WAKEUP.load(Ordering::SeqCst);
            if fd >= 0 {
                let byte = signal as u8;
                if libc::write(fd, (&raw const byte).cast(), 1) < 0 {
                    let e = *self::errno();
                    if WARN_FULL.load(Ordering::SeqCst) || e != libc::EAGAIN { WAKEUP_ERROR.store(e, Ordering::SeqCst) }
                }
            }
            *self::errno() = errno;
        }
    }

    #[cfg(target_os = "linux")]
    unsafe fn errno() -> *mut i32 { unsafe { libc::__errno_location() } }
    #[cfg(not(target_os = "linux"))]
    unsafe fn errno() -> *mut i32 { unsafe { libc::__error() } }

    /// Whether signal `n` arrived since the last question.
    pub fn take(n: usize) -> bool { ARRIVED[n].swap(false, Ordering::SeqCst) }
    /// Whether any did.
    pub fn any() -> bool { ARRIVED.iter().any(|f| f.load(Ordering::SeqCst)) }
    /// Marks a signal as arrived.
    pub fn simulate(n: usize) { note(n as i32) }
    /// Registers the breaker that signals set.
    pub fn attach(breaker: *mut u32) { BREAKER.store(breaker.cast(), Ordering::SeqCst) }
    /// Replaces the wake-up descriptor.
    pub fn wakeup(fd: i32, warn_full: bool) -> i32 {
        WARN_FULL.store(warn_full, Ordering::SeqCst);
        WAKEUP.swap(fd, Ordering::SeqCst)
    }
    /// The error of a write to it since the last question.
    pub fn wakeup_error() -> Option<i32> { Some(WAKEUP_ERROR.swap(0, Ordering::SeqCst)).filter(|e| *e != 0) }

    /// What a signal does: the default, nothing, or the handler above.
    #[derive(Clone, Copy)]
    pub enum Disposition { Default, Ignore, Note }

    /// Sets it; false with the reason in errno.
    pub fn set(n: usize, what: Disposition) -> bool {
        let handler: extern "C" fn(libc::c_int) = note;
        // SAFETY: a zeroed sigaction is valid; the handler is async-signal-safe.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = match what { Disposition::Default => libc::SIG_DFL, Disposition::Ignore => libc::SIG_IGN, Disposition::Note => handler as *const () as usize };
            libc::sigemptyset(&mut action.sa_mask);
            libc::sigaction(n as i32, &action, std::ptr::null_mut()) == 0
        }
    }

    /// Whether the signal is ignored now, `None` if it is neither ignored nor at its default (or unknown).
    pub fn is_ignored(n: usize) -> Option<bool> {
        // SAFETY: a zeroed sigaction is valid.
        unsafe {
            let mut old: libc::sigaction = std::mem::zeroed();
            if libc::sigaction(n as i32, std::ptr::null(), &mut old) != 0 { return None }
            if old.sa_sigaction == libc::SIG_IGN { Some(true) } else if old.sa_sigaction == libc::SIG_DFL { Some(false) } else { None }
        }
    }
}

/// Python's handlers by number: callables, or the ints of `SIG_DFL` and `SIG_IGN`; empty where something foreign is installed.
struct Handlers(Vec<Option<Owned>>);

impl Default for Handlers {
    fn default() -> Self { Handlers((0..LIMIT).map(|_| None).collect()) }
}

/// Calls the Python handlers of signals that arrived. The error is what a handler raised.
pub fn deliver(vm: &mut Vm) -> PyResult<()> {
    // Another thread has nothing to do with them: the main one hears of them when it runs again (`remember`).
    if !vm.is_main_thread() { return Ok(()) }
    #[cfg(unix)]
    if let Some(e) = native::wakeup_error() {
        let error = vm.os_error_from(std::io::Error::from_raw_os_error(e), None);
        vm.unraisable(error, "Exception ignored while trying to write to the signal wakeup fd", None);
    }
    #[cfg(unix)]
    for n in 1..LIMIT {
        if !native::take(n) { continue }
        let Some(handler) = vm.state::<Handlers>().0[n].clone() else { continue };
        if !vm.is_callable(&handler) { continue }
        let frame = match vm.caller_frame(0) { Some(f) => vm.frame_object(f)?, None => vm.none() };
        let number = vm.new_int(n as i64)?;
        if let Err(e) = vm.call2(&handler, &number, &frame) {
            // The others wait for the next safe point.
            if native::any() { vm.ring(crate::eval::breaker::bits::SIGNAL) }
            return Err(e);
        }
    }
    Ok(())
}

/// The main thread runs again: signals that arrived meanwhile are due.
pub(crate) fn remember(vm: &mut Vm) {
    #[cfg(unix)]
    if native::any() { vm.ring(crate::eval::breaker::bits::SIGNAL) }
    let _ = vm;
}

/// In a forked child: signals that the parent got are not its own.
pub(crate) fn forget(_: &mut Vm) {
    #[cfg(unix)]
    for n in 1..LIMIT { native::take(n); }
}

/// Prepares the process as a Python program expects it: SIGPIPE and SIGXFSZ ignored, SIGINT raises KeyboardInterrupt. For the binary;
/// `vm` must stay where it is until [`uninstall`].
pub fn install(vm: &mut Vm) -> PyResult<()> {
    #[cfg(unix)]
    {
        native::attach(vm.breaker.as_ptr());
        native::set(libc::SIGPIPE as usize, native::Disposition::Ignore);
        native::set(libc::SIGXFSZ as usize, native::Disposition::Ignore);
        // The language's own handler of faults takes a signal that was sent for a fault that comes again.
        for n in [libc::SIGSEGV, libc::SIGBUS] { native::set(n as usize, native::Disposition::Default); }
        let module = vm.import_module("_signal")?;
        if native::is_ignored(libc::SIGINT as usize) == Some(false) {
            let handler = vm.get_attr_str(&module, "default_int_handler")?;
            native::set(libc::SIGINT as usize, native::Disposition::Note);
            vm.state::<Handlers>().0[libc::SIGINT as usize] = Some(handler);
        }
    }
    let _ = vm;
    Ok(())
}

/// Signals no longer reach the interpreter.
pub fn uninstall(vm: &mut Vm) {
    #[cfg(unix)]
    native::attach(std::ptr::null_mut());
    vm.state::<Handlers>().0.fill(None);
}

/// Ends the process as if SIGINT had not been handled, so that a shell sees it. Returns if that is not possible.
pub fn die_of_interrupt() {
    #[cfg(unix)]
    // SAFETY: kill has no precondition.
    unsafe {
        native::set(libc::SIGINT as usize, native::Disposition::Default);
        libc::kill(libc::getpid(), libc::SIGINT);
    }
}

/// The `_signal` module.
pub const MODULE: NativeModule = NativeModule { name: "_signal", doc: "This module provides mechanisms to use signal handlers in Python.", functions: FUNCTIONS, exec: fill };

#[cfg(not(unix))]
const FUNCTIONS: &[Def] = &[Def::new("default_int_handler", "($module, signalnum, frame, /)", Native::N2(default_int_handler))];

#[cfg(not(unix))]
fn fill(_: &mut Vm, _: &Owned, _: &crate::object::Ref<crate::types::dict::PyDict>) -> PyResult<()> { Ok(()) }

fn default_int_handler(vm: &mut Vm, _: &Owned, _: &Owned, _: &Owned) -> PyResult {
    let ty = vm.types.keyboard_interrupt.clone();
    Err(vm.raise(&ty, Vec::new()))
}

#[cfg(unix)]
const FUNCTIONS: &[Def] = &[
    Def::new("default_int_handler", "($module, signalnum, frame, /)", Native::N2(default_int_handler)).doc("The default handler for SIGINT installed by Python."),
    Def::new("signal", "($module, signalnum, handler, /)", Native::N2(unix::signal)).doc("Set the action for the given signal."),
    Def::new("getsignal", "($module, signalnum, /)", Native::N1(unix::getsignal)).doc("Return the current action for the given signal."),
    Def::new("raise_signal", "($module, signalnum, /)", Native::N1(unix::raise_signal)).doc("Send a signal to the executing process."),
    Def::new("alarm", "($module, seconds, /)", Native::N1(unix::alarm)).doc("Arrange for SIGALRM to arrive after the given number of seconds."),
    Def::new("pause", "($module, /)", Native::N0(unix::pause)).doc("Wait until a signal arrives."),
    Def::new("setitimer", "($module, which, seconds, interval=0.0, /)", Native::Var(unix::setitimer, 2, 3)).doc("Sets given itimer (one of ITIMER_REAL, ITIMER_VIRTUAL or ITIMER_PROF)."),
    Def::new("getitimer", "($module, which, /)", Native::N1(unix::getitimer)).doc("Returns current value of given itimer."),
    Def::new("siginterrupt", "($module, signalnum, flag, /)", Native::N2(unix::siginterrupt)).doc("Change system call restart behaviour."),
    Def::new("set_wakeup_fd", "($module, fd, /, *, warn_on_full_buffer=True)", Native::Bound(unix::set_wakeup_fd)).doc("Sets the fd to be written to (with the signal number) when a signal comes in."),
    Def::new("strsignal", "($module, signalnum, /)", Native::N1(unix::strsignal)).doc("Return the system description of the given signal."),
    Def::new("valid_signals", "($module, /)", Native::N0(unix::valid_signals)).doc("Return a set of valid signal numbers on this platform."),
    Def::new("pthread_sigmask", "($module, how, mask, /)", Native::N2(unix::pthread_sigmask)).doc("Fetch and/or change the signal mask of the calling thread."),
    Def::new("pthread_kill", "($module, thread_id, signalnum, /)", Native::N2(unix::pthread_kill)).doc("Send a signal to a thread."),
    Def::new("sigpending", "($module, /)", Native::N0(unix::sigpending)).doc("Examine pending signals."),
    Def::new("sigwait", "($module, sigset, /)", Native::N1(unix::sigwait)).doc("Wait for a signal."),
    #[cfg(target_os = "linux")]
    Def::new("sigwaitinfo", "($module, sigset, /)", Native::N1(info::sigwaitinfo)).doc("Wait synchronously until one of the signals in *sigset* is delivered.\n\nReturns a struct_siginfo containing information about the signal."),
    #[cfg(target_os = "linux")]
    Def::new("sigtimedwait", "($module, sigset, timeout, /)", Native::N2(info::sigtimedwait)).doc("Like sigwaitinfo(), but with a timeout.\n\nThe timeout is specified in seconds, with floating-point numbers allowed."),
    #[cfg(target_os = "linux")]
    Def::new("pidfd_send_signal", "($module, pidfd, signalnum, siginfo=None, flags=0, /)", Native::Var(info::pidfd_send_signal, 2, 4)).doc("Send a signal to a process referred to by a pid file descriptor."),
];

#[cfg(unix)]
use unix::fill;

#[cfg(unix)]
mod unix {
    //! The functions of `_signal`.
    use super::{native, Handlers, LIMIT};
    use crate::object::{Owned, Ref};
    use crate::typeobj::TypeRef;
    use crate::types::dict::PyDict;
    use crate::vm::{PyResult, Raised, Vm};

    /// `ItimerError`.
    #[derive(Default)]
    struct Errors(Option<TypeRef>);

    macro_rules! signals { ($($name:ident)*) => { &[$((stringify!($name), libc::$name)),*] }; }
    #[cfg(target_os = "linux")]
    const NAMES: &[(&str, i32)] = signals!(SIGHUP SIGINT SIGQUIT SIGILL SIGTRAP SIGABRT SIGBUS SIGFPE SIGKILL SIGUSR1 SIGSEGV SIGUSR2 SIGPIPE SIGALRM
        SIGTERM SIGCHLD SIGCONT SIGSTOP SIGTSTP SIGTTIN SIGTTOU SIGURG SIGXCPU SIGXFSZ SIGVTALRM SIGPROF SIGWINCH SIGIO SIGSYS SIGPOLL SIGPWR SIGSTKFLT);
    #[cfg(not(target_os = "linux"))]
    const NAMES: &[(&str, i32)] = signals!(SIGHUP SIGINT SIGQUIT SIGILL SIGTRAP SIGABRT SIGBUS SIGFPE SIGKILL SIGUSR1 SIGSEGV SIGUSR2 SIGPIPE SIGALRM
        SIGTERM SIGCHLD SIGCONT SIGSTOP SIGTSTP SIGTTIN SIGTTOU SIGURG SIGXCPU SIGXFSZ SIGVTALRM SIGPROF SIGWINCH SIGIO SIGSYS);

    fn put(vm: &mut Vm, dict: &Ref<PyDict>, name: &str, n: i64) -> PyResult<()> {
        let (key, value) = (vm.intern(name)?, vm.new_int(n)?);
        dict.set_item(vm, &key, &value)
    }

    pub fn fill(vm: &mut Vm, _: &Owned, dict: &Ref<PyDict>) -> PyResult<()> {
        for (name, n) in NAMES { put(vm, dict, name, (*n).into())? }
        #[cfg(target_os = "linux")]
        for (name, n) in [("SIGIOT", libc::SIGABRT), ("SIGCLD", libc::SIGCHLD), ("SIGRTMIN", libc::SIGRTMIN()), ("SIGRTMAX", libc::SIGRTMAX())] { put(vm, dict, name, n.into())? }
        let rest = [("SIG_DFL", 0), ("SIG_IGN", 1), ("NSIG", LIMIT as i64), ("SIG_BLOCK", libc::SIG_BLOCK.into()), ("SIG_UNBLOCK", libc::SIG_UNBLOCK.into()),
            ("SIG_SETMASK", libc::SIG_SETMASK.into()), ("ITIMER_REAL", 0), ("ITIMER_VIRTUAL", 1), ("ITIMER_PROF", 2)];
        for (name, n) in rest { put(vm, dict, name, n)? }
        #[cfg(target_os = "linux")]
        super::info::fill(vm, dict)?;
        let base = vm.types.os_error.obj().clone();
        let error = vm.new_class("signal", "itimer_error", &[base], None)?;
        vm.state::<Errors>().0 = Some(error.clone());
        let key = vm.intern("ItimerError")?;
        dict.set_item(vm, &key, error.obj())?;
        for n in 1..LIMIT {
            let known = match native::is_ignored(n) { Some(true) => Some(vm.new_int(1)?), Some(false) => Some(vm.new_int(0)?), None => None };
            let slot = &mut vm.state::<Handlers>().0[n];
            if slot.is_none() { *slot = known }
        }
        Ok(())
    }

    fn number(vm: &mut Vm, o: &Owned) -> PyResult<usize> {
        let n = vm.index_i64(o)?;
        match usize::try_from(n) { Ok(n) if (1..LIMIT).contains(&n) => Ok(n), _ => Err(vm.value_error("signal number out of range")) }
    }

    fn os_error(vm: &mut Vm) -> Raised { vm.os_error_from(std::io::Error::last_os_error(), None) }

    pub fn signal(vm: &mut Vm, _: &Owned, n: &Owned, handler: &Owned) -> PyResult {
        let n = number(vm, n)?;
        let what = if vm.is_callable(handler) { native::Disposition::Note } else {
            match crate::types::int::int_ref(handler) {
                Some(crate::types::int::IntRef::Small(0)) => native::Disposition::Default,
                Some(crate::types::int::IntRef::Small(1)) => native::Disposition::Ignore,
                _ => return Err(vm.type_error("signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object")),
            }
        };
        if !vm.is_main_thread() { return Err(vm.value_error("signal only works in main thread of the main interpreter")) }
        super::deliver(vm)?;
        native::attach(vm.breaker.as_ptr());
        if !native::set(n, what) { return Err(os_error(vm)) }
        let old = vm.state::<Handlers>().0[n].replace(handler.clone());
        Ok(vm.option_to_none(old))
    }

    pub fn getsignal(vm: &mut Vm, _: &Owned, n: &Owned) -> PyResult {
        let n = number(vm, n)?;
        let handler = vm.state::<Handlers>().0[n].clone();
        Ok(vm.option_to_none(handler))
    }

    pub fn raise_signal(vm: &mut Vm, _: &Owned, n: &Owned) -> PyResult {
        let n = vm.index_i64(n)?;
        let n = i32::try_from(n).map_err(|_| vm.overflow_error("Python int too large to convert to C int"))?;
        // SAFETY: raise has no precondition.
        if unsafe { libc::raise(n) } != 0 { return Err(os_error(vm)) }
        super::deliver(vm)?;
        Ok(vm.none())
    }

    pub fn alarm(vm: &mut Vm, _: &Owned, seconds: &Owned) -> PyResult {
        let n = vm.index_i64(seconds)?;
        let n = i32::try_from(n).map_err(|_| vm.overflow_error("Python int too large to convert to C int"))?;
        // SAFETY: no precondition.
        let left = unsafe { libc::alarm(n as u32) };
        vm.new_int(left.into())
    }

    pub fn pause(vm: &mut Vm, _: &Owned) -> PyResult {
        // SAFETY: no precondition.
        vm.without_gil(|| unsafe { libc::pause() });
        super::deliver(vm)?;
        Ok(vm.none())
    }

    fn time(vm: &mut Vm, o: &Owned) -> PyResult<libc::timeval> {
        let x = vm.to_float(o)?;
        if !x.is_finite() || x.abs() > 9e15 { return Err(vm.overflow_error("timestamp out of range for platform time_t")) }
        let micros = (x * 1e6).ceil() as i64;
        Ok(libc::timeval { tv_sec: micros.div_euclid(1_000_000), tv_usec: micros.rem_euclid(1_000_000) as _ })
    }

    fn pair(vm: &mut Vm, t: &libc::itimerval) -> PyResult {
        let seconds = |t: &libc::timeval| t.tv_sec as f64 + t.tv_usec as f64 * 1e-6;
        let row = [vm.new_float(seconds(&t.it_value))?, vm.new_float(seconds(&t.it_interval))?];
        Ok(vm.new_tuple(row)?.into_obj())
    }

    fn timer_error(vm: &mut Vm) -> Raised {
        let error = std::io::Error::last_os_error();
        let (number, text) = (error.raw_os_error().unwrap_or(0), error.to_string());
        let text = text.split(" (os error ").next().unwrap_or_default().to_owned();
        let ty = vm.state::<Errors>().0.clone().unwrap_or_else(|| vm.types.os_error.clone());
        match vm.new_int(number.into()).and_then(|n| Ok(vec![n, vm.new_str(&text)?])) { Ok(args) => vm.raise(&ty, args), Err(e) => e }
    }

    pub fn setitimer(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
        let which = vm.index_i64(&args[0])? as i32;
        let zero = vm.new_int(0)?;
        let new = libc::itimerval { it_value: time(vm, &args[1])?, it_interval: time(vm, args.get(2).unwrap_or(&zero))? };
        // SAFETY: both structures are valid.
        let (failed, old) = unsafe {
            let mut old: libc::itimerval = std::mem::zeroed();
            (libc::setitimer(which as _, &new, &mut old) != 0, old)
        };
        if failed { return Err(timer_error(vm)) }
        pair(vm, &old)
    }

    pub fn getitimer(vm: &mut Vm, _: &Owned, which: &Owned) -> PyResult {
        let which = vm.index_i64(which)? as i32;
        // SAFETY: the structure is valid.
        let (failed, old) = unsafe {
            let mut old: libc::itimerval = std::mem::zeroed();
            (libc::getitimer(which as _, &mut old) != 0, old)
        };
        if failed { return Err(timer_error(vm)) }
        pair(vm, &old)
    }

    pub fn siginterrupt(vm: &mut Vm, _: &Owned, n: &Owned, flag: &Owned) -> PyResult {
        let n = number(vm, n)?;
        let on = vm.truth(flag)?;
        // SAFETY: zeroed sigaction structures are valid.
        let failed = unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            libc::sigaction(n as i32, std::ptr::null(), &mut action) != 0 || {
                if on { action.sa_flags &= !libc::SA_RESTART } else { action.sa_flags |= libc::SA_RESTART }
                libc::sigaction(n as i32, &action, std::ptr::null_mut()) != 0
            }
        };
        if failed { return Err(os_error(vm)) }
        Ok(vm.none())
    }

    pub fn set_wakeup_fd(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
        let fd = vm.index_i64(args[0].as_ref().expect("law: required parameter"))?;
        let fd = i32::try_from(fd).map_err(|_| vm.overflow_error("Python int too large to convert to C int"))?;
        if !vm.is_main_thread() { return Err(vm.value_error("set_wakeup_fd only works in main thread of the main interpreter")) }
        if fd != -1 {
            // SAFETY: fcntl of any number is safe.
            let flags = unsafe { libc::fcntl(fd, libc::F_GETFL) };
            if flags < 0 { return Err(os_error(vm)) }
            if flags & libc::O_NONBLOCK == 0 { return Err(vm.value_error(format!("the fd {fd} must be in non-blocking mode"))) }
        }
        let warn = match &args[1] { Some(w) => vm.truth(w)?, None => true };
        vm.new_int(native::wakeup(fd, warn).into())
    }

    pub fn strsignal(vm: &mut Vm, _: &Owned, n: &Owned) -> PyResult {
        let n = number(vm, n)?;
        // SAFETY: the text is copied at once.
        let text = unsafe {
            let p = libc::strsignal(n as i32);
            if p.is_null() { None } else { Some(std::ffi::CStr::from_ptr(p).to_string_lossy().into_owned()) }
        };
        match text { Some(t) if !t.contains("Unknown signal") => vm.new_str(&t), _ => Ok(vm.none()) }
    }

    fn set_of(vm: &mut Vm, numbers: impl Iterator<Item = usize>) -> PyResult {
        let mut items = Vec::new();
        for n in numbers { items.push(vm.new_int(n as i64)?) }
        let list = vm.new_list(items)?.into_obj();
        let set = vm.types.set.obj().clone();
        vm.call1(&set, &list)
    }

    fn members(set: &libc::sigset_t) -> Vec<usize> {
        // SAFETY: the set is valid.
        (1..LIMIT).filter(|n| unsafe { libc::sigismember(set, *n as i32) } == 1).collect()
    }

    fn empty() -> libc::sigset_t {
        // SAFETY: sigemptyset initialises the zeroed set.
        unsafe { let mut s = std::mem::zeroed(); libc::sigemptyset(&mut s); s }
    }

    pub fn sigset(vm: &mut Vm, o: &Owned) -> PyResult<libc::sigset_t> {
        let mut set = empty();
        for item in vm.collect(o)? {
            let n = vm.index(&item)?;
            // As in C, what is too large is -1.
            let n = crate::types::int::int_ref(&n).and_then(|n| n.to_i64()).unwrap_or(-1);
            if !(1..LIMIT as i64).contains(&n) { return Err(vm.value_error(format!("signal number {n} out of range [1; {}]", LIMIT - 1))) }
            // SAFETY: the set is valid.
            unsafe { libc::sigaddset(&mut set, n as i32) };
        }
        Ok(set)
    }

    pub fn valid_signals(vm: &mut Vm, _: &Owned) -> PyResult {
        let mut all = empty();
        // SAFETY: the set is valid.
        unsafe { libc::sigfillset(&mut all) };
        set_of(vm, members(&all).into_iter())
    }

    pub fn pthread_sigmask(vm: &mut Vm, _: &Owned, how: &Owned, mask: &Owned) -> PyResult {
        let how = vm.index_i64(how)? as i32;
        let new = sigset(vm, mask)?;
        let mut old = empty();
        // SAFETY: both sets are valid.
        let r = unsafe { libc::pthread_sigmask(how, &new, &mut old) };
        if r != 0 { return Err(vm.os_error_from(std::io::Error::from_raw_os_error(r), None)) }
        super::deliver(vm)?;
        set_of(vm, members(&old).into_iter())
    }

    pub fn pthread_kill(vm: &mut Vm, _: &Owned, thread: &Owned, n: &Owned) -> PyResult {
        let thread = vm.index_i64(thread)?;
        let n = vm.index_i64(n)? as i32;
        // SAFETY: as in CPython, the caller vouches for the thread's number.
        let r = unsafe { libc::pthread_kill(thread as libc::pthread_t, n) };
        if r != 0 { return Err(vm.os_error_from(std::io::Error::from_raw_os_error(r), None)) }
        super::deliver(vm)?;
        Ok(vm.none())
    }

    pub fn sigpending(vm: &mut Vm, _: &Owned) -> PyResult {
        let mut set = empty();
        // SAFETY: the set is valid.
        if unsafe { libc::sigpending(&mut set) } != 0 { return Err(os_error(vm)) }
        set_of(vm, members(&set).into_iter())
    }

    pub fn sigwait(vm: &mut Vm, _: &Owned, set: &Owned) -> PyResult {
        let set = sigset(vm, set)?;
        let mut n = 0;
        // SAFETY: the set is valid.
        let r = vm.without_gil(|| unsafe { libc::sigwait(&set, &mut n) });
        if r != 0 { return Err(vm.os_error_from(std::io::Error::from_raw_os_error(r), None)) }
        vm.new_int(n.into())
    }
}

/// Makes signal `n` arrive as far as Python's handlers are concerned; nothing happens if the program has none for it.
pub fn interrupt_main(vm: &mut Vm, n: usize) -> PyResult<()> {
    let handled = vm.state::<Handlers>().0[n].clone().is_some_and(|h| vm.is_callable(&h));
    if !handled { return Ok(()) }
    #[cfg(unix)]
    native::attach(vm.breaker.as_ptr());
    simulate(n);
    deliver(vm)
}

/// Makes a signal arrive (for tests and `_thread.interrupt_main`).
pub fn simulate(n: usize) {
    #[cfg(unix)]
    if n < LIMIT { native::simulate(n) }
    #[cfg(not(unix))]
    let _ = n;
}
