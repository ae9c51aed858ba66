//! What the system calls when a program crashes or gets a registered signal, and what it writes then.
//!
//! A signal handler gets nothing but a number, and dispositions belong to the process: what it needs is global (docs/globals.md). All is
//! atomics, and nothing is allocated or locked for long on the way. Not here: the arguments of Python functions.

use std::cell::UnsafeCell;
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, Ordering::SeqCst};

use instar_vm::dump::{self, Means};
use instar_vm::threads::current_ident;
use instar_vm::Vm;

/// Signal numbers are below this.
pub const LIMIT: usize = 65;
/// Native stack of the handlers: theirs, so that a stack overflow can be reported.
const STACK: usize = 256 << 10;

/// A signal that handlers are set for.
struct Watched {
    on: AtomicBool,
    fd: AtomicI32,
    all: AtomicBool,
    /// Call what was there before.
    chain: AtomicBool,
    /// What was there before. Written while `on` is false only.
    before: UnsafeCell<MaybeUninit<libc::sigaction>>,
}
// SAFETY: `before` is written by who holds the interpreter, and read after `on` was seen.
unsafe impl Sync for Watched {}

impl Watched {
    const OFF: Watched =
        Watched { on: AtomicBool::new(false), fd: AtomicI32::new(-1), all: AtomicBool::new(false), chain: AtomicBool::new(false), before: UnsafeCell::new(MaybeUninit::uninit()) };
}

/// Signals of faults and their names.
const FATAL: [(i32, &str); 5] =
    [(libc::SIGBUS, "Bus error"), (libc::SIGILL, "Illegal instruction"), (libc::SIGFPE, "Floating-point exception"), (libc::SIGABRT, "Aborted"), (libc::SIGSEGV, "Segmentation fault")];

static FAULTS: [Watched; FATAL.len()] = [Watched::OFF; FATAL.len()];
static USER: [Watched; LIMIT] = [Watched::OFF; LIMIT];
static VM: AtomicPtr<Vm> = AtomicPtr::new(std::ptr::null_mut());
static C_STACK: AtomicBool = AtomicBool::new(true);

/// Whether it is a signal of a fault.
pub fn is_fatal(n: i32) -> bool { FATAL.iter().any(|f| f.0 == n) }

fn put(fd: i32, mut bytes: &[u8]) {
    while !bytes.is_empty() {
        // SAFETY: the bytes are there.
        let n = unsafe { libc::write(fd, bytes.as_ptr().cast(), bytes.len()) };
        match usize::try_from(n) {
            Ok(n) if n > 0 => bytes = &bytes[n.min(bytes.len())..],
            _ if std::io::Error::last_os_error().raw_os_error() == Some(libc::EINTR) => {}
            _ => return,
        }
    }
}

/// Copies memory of this process without touching it: the system says whether it is there.
fn read(address: usize, out: &mut [u8]) -> bool {
    let local = libc::iovec { iov_base: out.as_mut_ptr().cast(), iov_len: out.len() };
    let remote = libc::iovec { iov_base: address as *mut libc::c_void, iov_len: out.len() };
    // SAFETY: writes to `out` only; a bad address is an error.
    let n = unsafe { libc::process_vm_readv(libc::getpid(), &local, 1, &remote, 1, 0) };
    usize::try_from(n) == Ok(out.len())
}

fn thread_name(ident: i64, out: &mut [u8]) -> usize {
    // SAFETY: the interpreter's threads are alive while they are listed; the buffer is as long as it says.
    let r = unsafe { libc::pthread_getname_np(ident as libc::pthread_t, out.as_mut_ptr().cast(), out.len()) };
    if r != 0 { 0 } else { out.iter().position(|b| *b == 0).unwrap_or(0) }
}

/// The Python stacks of one thread or all.
///
/// # Safety
/// `vm` is alive.
pub unsafe fn stacks(vm: *const Vm, fd: i32, all: bool, ident: Option<i64>) {
    let write = |bytes: &[u8]| put(fd, bytes);
    let means = Means { write: &write, read, name: thread_name };
    // SAFETY: the caller's promise.
    unsafe { if all { dump::all(vm, ident, &means) } else { dump::one(vm, ident.unwrap_or(0), &means) } }
}

unsafe extern "C" {
    fn backtrace(buffer: *mut *mut libc::c_void, size: libc::c_int) -> libc::c_int;
}

/// The native stack of this thread.
pub fn native_stack(fd: i32) {
    put(fd, b"Current thread's C stack trace (most recent call first):\n");
    let mut frames = [std::ptr::null_mut(); 32];
    // SAFETY: room for as many as it says.
    let n = unsafe { backtrace(frames.as_mut_ptr(), frames.len() as i32) };
    if n <= 0 { return put(fd, b"  <cannot get C stack on this system>\n") }
    let write = |bytes: &[u8]| put(fd, bytes);
    let means = Means { write: &write, read, name: thread_name };
    for address in &frames[..(n as usize).min(frames.len())] {
        let mut info = MaybeUninit::<libc::Dl_info>::uninit();
        // SAFETY: fills `info` if it gives something.
        let info = unsafe { (libc::dladdr(*address, info.as_mut_ptr()) != 0).then(|| info.assume_init()) };
        let Some(info) = info.filter(|i| !i.dli_fname.is_null()) else {
            put(fd, b"  Binary file \"<unknown>\" [");
            means.hex(address.addr() as u64, 1);
            put(fd, b"]\n");
            continue;
        };
        put(fd, b"  Binary file \"");
        // SAFETY: names of loaded files are C strings.
        put(fd, unsafe { std::ffi::CStr::from_ptr(info.dli_fname) }.to_bytes());
        put(fd, b"\", at ");
        let near = if info.dli_sname.is_null() { info.dli_fbase } else {
            // SAFETY: as above.
            put(fd, unsafe { std::ffi::CStr::from_ptr(info.dli_sname) }.to_bytes());
            info.dli_saddr
        };
        put(fd, b"+");
        means.hex(address.addr().saturating_sub(near.addr()) as u64, 1);
        put(fd, b" [");
        means.hex(address.addr() as u64, 1);
        put(fd, b"]\n");
    }
    if n as usize == frames.len() { put(fd, b"  <truncated rest of calls>\n") }
}

/// Ends the process with a message and all stacks.
///
/// # Safety
/// `vm` is alive.
pub unsafe fn fatal(vm: *const Vm, function: &str, message: &str) -> ! {
    for part in ["Fatal Python error: ", function, ": ", message, "\nPython runtime state: initialized\n\n"] { put(2, part.as_bytes()) }
    // SAFETY: the caller's promise.
    unsafe { stacks(vm, 2, true, None) }
    put(2, b"\n");
    native_stack(2);
    // The handler would report it again.
    disable();
    super::crash::abort()
}

/// What is written when a time is over.
///
/// # Safety
/// `vm` is alive.
pub unsafe fn timeout(vm: *const Vm, micros: u64, fd: i32) {
    let write = |bytes: &[u8]| put(fd, bytes);
    let means = Means { write: &write, read, name: thread_name };
    let seconds = micros / 1_000_000;
    put(fd, b"Timeout (");
    means.decimal(seconds / 3600, 1);
    put(fd, b":");
    means.decimal(seconds / 60 % 60, 2);
    put(fd, b":");
    means.decimal(seconds % 60, 2);
    if micros % 1_000_000 != 0 {
        put(fd, b".");
        means.decimal(micros % 1_000_000, 6);
    }
    put(fd, b")!\n");
    // SAFETY: the caller's promise.
    unsafe { stacks(vm, fd, true, None) }
}

/// All signals blocked; gives what was.
pub fn block_signals() -> libc::sigset_t {
    let (mut all, mut before) = (MaybeUninit::uninit(), MaybeUninit::uninit());
    // SAFETY: both sets are filled by the calls.
    unsafe {
        libc::sigfillset(all.as_mut_ptr());
        libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr());
        before.assume_init()
    }
}

/// Back to what was.
pub fn restore_signals(mask: &libc::sigset_t) {
    // SAFETY: a set that `block_signals` gave.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, mask, std::ptr::null_mut()) };
}

fn errno() -> *mut i32 {
    // SAFETY: the thread's own.
    unsafe { libc::__errno_location() }
}

extern "C" fn on_fault(n: libc::c_int) {
    let Some(i) = FATAL.iter().position(|f| f.0 == n) else { return };
    let w = &FAULTS[i];
    if !w.on.swap(false, SeqCst) { return }
    // SAFETY: only async-signal-safe calls; what was there before was written before `on`.
    unsafe {
        let error = *errno();
        // A fault in here is not reported, and the fault itself ends the process.
        libc::sigaction(n, w.before.get().cast(), std::ptr::null_mut());
        let fd = w.fd.load(SeqCst);
        put(fd, b"Fatal Python error: ");
        put(fd, FATAL[i].1.as_bytes());
        put(fd, b"\n\n");
        let vm = VM.load(SeqCst);
        if !vm.is_null() { stacks(vm, fd, w.all.load(SeqCst), Some(current_ident())) }
        if C_STACK.load(SeqCst) {
            put(fd, b"\n");
            native_stack(fd);
        }
        *errno() = error;
        libc::raise(n);
    }
}

extern "C" fn on_signal(n: libc::c_int) {
    let Some(w) = usize::try_from(n).ok().and_then(|n| USER.get(n)) else { return };
    if !w.on.load(SeqCst) { return }
    // SAFETY: as above.
    unsafe {
        let error = *errno();
        let vm = VM.load(SeqCst);
        if !vm.is_null() { stacks(vm, w.fd.load(SeqCst), w.all.load(SeqCst), Some(current_ident())) }
        if w.chain.load(SeqCst) {
            let mut mine = MaybeUninit::uninit();
            libc::sigaction(n, w.before.get().cast(), mine.as_mut_ptr());
            *errno() = error;
            libc::raise(n);
            libc::sigaction(n, mine.as_ptr(), std::ptr::null_mut());
        }
        *errno() = error;
    }
}

/// Sets `handler`, unless it is set already.
fn set(w: &Watched, n: i32, handler: extern "C" fn(libc::c_int), flags: i32) -> bool {
    if w.on.load(SeqCst) { return true }
    // SAFETY: a zeroed sigaction is valid; the handler calls nothing that it must not.
    let done = unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = handler as *const () as usize;
        action.sa_flags = flags | libc::SA_ONSTACK;
        libc::sigemptyset(&mut action.sa_mask);
        libc::sigaction(n, &action, w.before.get().cast()) == 0
    };
    w.on.store(done, SeqCst);
    done
}

/// A stack for handlers of this thread. It stays as long as the process.
fn own_stack() {
    // SAFETY: asks, and sets memory that is never given back.
    unsafe {
        let mut old: libc::stack_t = std::mem::zeroed();
        if libc::sigaltstack(std::ptr::null(), &mut old) == 0 && old.ss_flags & libc::SS_DISABLE == 0 && old.ss_size >= STACK { return }
        let place = libc::mmap(std::ptr::null_mut(), STACK, libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS, -1, 0);
        if place == libc::MAP_FAILED { return }
        let new = libc::stack_t { ss_sp: place, ss_flags: 0, ss_size: STACK };
        libc::sigaltstack(&new, std::ptr::null_mut());
    }
}

fn attach(vm: &mut Vm) {
    VM.store(std::ptr::from_mut(vm), SeqCst);
    own_stack();
    // The first call loads a library, which a handler must not do.
    let mut one = [std::ptr::null_mut(); 1];
    // SAFETY: room for one.
    unsafe { backtrace(one.as_mut_ptr(), 1) };
}

/// Reports faults from now on; false with the reason in errno.
pub fn enable(vm: &mut Vm, fd: i32, all: bool, native: bool) -> bool {
    attach(vm);
    C_STACK.store(native, SeqCst);
    FAULTS.iter().zip(FATAL).all(|(w, (n, _))| {
        w.fd.store(fd, SeqCst);
        w.all.store(all, SeqCst);
        set(w, n, on_fault, libc::SA_NODEFER)
    })
}

fn reset(w: &Watched, n: i32) -> bool {
    let was = w.on.swap(false, SeqCst);
    // SAFETY: what was there before was written before `on`.
    if was { unsafe { libc::sigaction(n, w.before.get().cast(), std::ptr::null_mut()) }; }
    was
}

/// Reports faults no more.
pub fn disable() { for (w, (n, _)) in FAULTS.iter().zip(FATAL) { reset(w, n); } }

/// Reports a signal from now on.
pub fn register(vm: &mut Vm, n: i32, fd: i32, all: bool, chain: bool) -> bool {
    attach(vm);
    let w = &USER[n as usize];
    // With a chain the signal is raised again inside the handler.
    reset(w, n);
    w.fd.store(fd, SeqCst);
    w.all.store(all, SeqCst);
    w.chain.store(chain, SeqCst);
    set(w, n, on_signal, if chain { libc::SA_NODEFER } else { libc::SA_RESTART })
}

/// No more; whether it was.
pub fn unregister(n: i32) -> bool { reset(&USER[n as usize], n) }
