//! Threads: what belongs to one, how it gets and gives up the interpreter, how it starts and ends.
//!
//! LAW: only the holder of the GIL touches the `Vm`, its heap and its objects. The `Vm` is one value that is `!Send`; this file is the
//! one place where its address goes to another thread. A thread that gives the GIL up does so inside a call that has the token
//! (`&mut Vm`), as any call that may run Python: to it the other threads are such code. What it has on its own native stack meanwhile
//! (owned handles, borrows of the token that end when it goes on) is as good afterwards as after any other call.
//!
//! The state of the running thread lies in the `Vm` itself, where the eval loop finds it; a thread that takes the GIL from another one
//! exchanges the two states. With one thread nothing of this happens: [`Vm::without_gil`] asks one flag. No roots are to be found on
//! stacks: every reference there is counted. Not here: the GIL (`gil.rs`), waiting (`wait.rs`), `_thread` (stdlib).

pub mod gil;
pub mod turn;
pub mod wait;

use std::any::TypeId;
use std::collections::{BTreeMap, HashSet};
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::Arc;
use std::time::Duration;

use crate::eval::frame::Frame;
use crate::eval::stack::DataStack;
use crate::object::{Owned, Ref, Slot, Word};
use crate::types::exception::PyException;
use crate::vm::{ByType, Vm};
use gil::Gil;

/// Exit code of our own bugs, here a panic in a thread.
const BUG: i32 = 70;
/// Native stack of a thread that says nothing else.
const STACK: usize = 8 << 20;
/// What a thread's stack has beyond the size that the program asks for: the interpreter's own needs.
const EXTRA: usize = 1 << 20;

/// What belongs to one thread, while another one runs.
#[derive(Default)]
pub(crate) struct ThreadState {
    fp: FramePointer,
    stack: DataStack,
    handled: Slot,
    origin_depth: usize,
    resumers_handling: usize,
    reraised: bool,
    raised: Option<Ref<PyException>>,
    recursion_depth: usize,
    native_stack_limit: usize,
    repr_running: HashSet<usize>,
    own: crate::monitor::Own,
    states: ByType,
}

/// A frame pointer that begins as null.
pub(crate) struct FramePointer(*mut Word);
impl Default for FramePointer { fn default() -> Self { FramePointer(std::ptr::null_mut()) } }

/// One thread of the interpreter.
struct Thread {
    /// What `_thread.get_ident()` gives in it; 0 until it runs.
    ident: i64,
    /// Its state unless that is in the `Vm`.
    state: Option<Box<ThreadState>>,
}

/// The threads of an interpreter.
pub(crate) struct Threads {
    pub(crate) gil: Option<Arc<Gil>>,
    all: BTreeMap<u64, Thread>,
    /// Held while `all` gets or loses a thread.
    pub(crate) roster: crate::dump::Roster,
    /// Whose state is in the `Vm`; 0: nobody's.
    current: u64,
    main: u64,
    last: u64,
    /// More than one thread exists.
    several: bool,
    /// What modules do in a forked child.
    forked: Vec<fn(&mut Vm)>,
    /// Native stack of new threads; 0: the usual.
    pub(crate) stack_size: usize,
}

impl Default for Threads {
    fn default() -> Self {
        let first = Thread { ident: current_ident(), state: None };
        Threads { gil: None, all: BTreeMap::from([(1, first)]), roster: Default::default(), current: 1, main: 1, last: 1, several: false, forked: Vec::new(), stack_size: 0 }
    }
}

impl Threads {
    fn enroll(&mut self, number: u64, thread: Thread) {
        let _lock = self.roster.0.lock();
        self.all.insert(number, thread);
    }

    fn dismiss(&mut self, number: u64) -> Option<Thread> {
        let _lock = self.roster.0.lock();
        self.all.remove(&number)
    }

    /// The innermost frame of a thread that is not the running one.
    pub(crate) fn frame_of(&self, ident: i64) -> Option<*const Word> {
        self.all.values().find(|t| t.ident == ident)?.state.as_ref().map(|s| s.fp.0.cast_const())
    }

    /// Every thread's identity and innermost frame (`None` for the running one), the newest first.
    pub(crate) fn each_place(&self, mut f: impl FnMut(i64, Option<*const Word>)) {
        for t in self.all.values().rev() { f(t.ident, t.state.as_ref().map(|s| s.fp.0.cast_const())) }
    }
}

/// The address of a `Vm` and of what a thread begins with, on their way to it.
struct Parcel<F> { vm: *mut Vm, body: F }
// SAFETY: law of this file: the new thread opens the parcel when it holds the GIL.
unsafe impl<F> Send for Parcel<F> {}

/// Identity of the calling thread, as `_thread.get_ident()` shows it.
pub fn current_ident() -> i64 {
    #[cfg(unix)]
    // SAFETY: no precondition.
    return unsafe { libc::pthread_self() } as i64;
    #[cfg(not(unix))]
    {
        let text = format!("{:?}", std::thread::current().id());
        text.chars().filter(char::is_ascii_digit).collect::<String>().parse::<i64>().unwrap_or(1)
    }
}

/// Counts what changes the values of the running thread's context variables (`_contextvars`): what was read of them stays true as
/// long as the number does.
#[derive(Default)]
pub struct ContextEpoch(pub u64);

impl Vm {
    /// State of a native module that each thread has for itself, made on first use.
    pub fn thread_state<T: Default + 'static>(&mut self) -> &mut T {
        self.thread_states.entry(TypeId::of::<T>()).or_insert_with(|| Box::<T>::default()).downcast_mut().expect("keyed by type")
    }

    fn exchange(&mut self, s: &mut ThreadState) {
        use std::mem::swap;
        swap(&mut self.fp, &mut s.fp.0);
        swap(&mut self.stack, &mut s.stack);
        swap(&mut self.handled, &mut s.handled);
        swap(&mut self.origin_depth, &mut s.origin_depth);
        swap(&mut self.resumers_handling, &mut s.resumers_handling);
        swap(&mut self.reraised, &mut s.reraised);
        swap(&mut self.raised, &mut s.raised);
        swap(&mut self.recursion_depth, &mut s.recursion_depth);
        swap(&mut self.native_stack_limit, &mut s.native_stack_limit);
        swap(&mut self.repr_running, &mut s.repr_running);
        swap(&mut self.own, &mut s.own);
        swap(&mut self.thread_states, &mut s.states);
    }

    /// Puts the state of thread `me`, which has just got the GIL, in place.
    fn resume(&mut self, me: u64) {
        let before = self.threads.current;
        if before != me {
            let mut state = self.threads.all.get_mut(&me).and_then(|t| t.state.take()).expect("law: a thread that does not run has its state");
            self.exchange(&mut state);
            self.threads.current = me;
            // What belonged to nobody is empty.
            if let Some(t) = self.threads.all.get_mut(&before) { t.state = Some(state) }
        }
        if me == self.threads.main { crate::signals::remember(self) }
    }

    /// The breaker as an atomic: what other threads (and signal handlers) may write while the loop reads it.
    pub(crate) fn breaker_atomic(&self) -> &AtomicU32 {
        // SAFETY: the cell is alive and aligned. LAW: all writes go through this; the loop's reads are plain loads of a word.
        unsafe { AtomicU32::from_ptr(self.breaker.as_ptr()) }
    }

    /// Makes the eval loop stop at its next check for the reasons in `bits`.
    pub(crate) fn ring(&self, bits: u32) { self.breaker_atomic().fetch_or(bits, Ordering::Relaxed); }

    /// Runs `f`, which may block, while other threads may run Python code. `f` cannot touch the interpreter: nothing of it is `Send`.
    #[inline]
    pub fn without_gil<R>(&mut self, f: impl FnOnce() -> R + Send) -> R {
        if !self.threads.several { return f() }
        self.release_around(f)
    }

    #[inline(never)]
    fn release_around<R>(&mut self, f: impl FnOnce() -> R) -> R {
        let (gil, me) = (self.gil(), self.threads.current);
        gil.release();
        let r = std::panic::catch_unwind(AssertUnwindSafe(f));
        let error = errno::get();
        gil.acquire(me);
        // SAFETY: what lies behind the token has changed: whatever the compiler knew of it is forgotten here.
        let vm = unsafe { &mut *std::hint::black_box(std::ptr::from_mut(self)) };
        vm.resume(me);
        errno::set(error);
        match r { Ok(r) => r, Err(panic) => std::panic::resume_unwind(panic) }
    }

    fn gil(&mut self) -> Arc<Gil> {
        let (me, breaker) = (self.threads.current, std::ptr::from_ref(self.breaker_atomic()));
        // SAFETY: the breaker is forgotten before the Vm goes (`Drop for Vm`).
        self.threads.gil.get_or_insert_with(|| Arc::new(unsafe { Gil::held_by(me, breaker) })).clone()
    }

    /// Lets a thread that waits for the interpreter run (the eval breaker's `YIELD`).
    #[cold]
    pub(crate) fn give_way(&mut self) {
        if !self.threads.several { return }
        let (gil, me) = (self.gil(), self.threads.current);
        gil.give_way(me);
        // SAFETY: as in `release_around`.
        let vm = unsafe { &mut *std::hint::black_box(std::ptr::from_mut(self)) };
        vm.resume(me);
    }

    /// Whether the running thread is the main one.
    pub fn is_main_thread(&self) -> bool { self.threads.current == self.threads.main }
    /// Number of the running thread, unique in this interpreter.
    pub fn thread_number(&self) -> u64 { self.threads.current }
    /// Whether a thread with this number runs or waits.
    pub(crate) fn thread_exists(&self, number: u64) -> bool { self.threads.all.contains_key(&number) }
    /// Whether there are other threads.
    pub fn has_threads(&self) -> bool { self.threads.several }
    /// Identity of the main thread.
    pub fn main_ident(&self) -> i64 { self.threads.all.get(&self.threads.main).map_or(0, |t| t.ident) }
    /// Native stack size of new threads, 0 for the usual one.
    pub fn thread_stack_size(&self) -> usize { self.threads.stack_size }
    /// Sets it.
    pub fn set_thread_stack_size(&mut self, bytes: usize) { self.threads.stack_size = bytes }

    /// Seconds that a thread waits for the interpreter before it asks for it.
    pub fn switch_interval(&mut self) -> f64 { self.gil().interval().as_secs_f64() }
    /// Sets them.
    pub fn set_switch_interval(&mut self, seconds: f64) { self.gil().set_interval(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)) }

    /// Starts a thread that runs `body`, then `ended` when it has left the interpreter. Gives its identity.
    pub fn start_thread(&mut self, body: impl FnOnce(&mut Vm) + 'static, ended: impl FnOnce() + Send + 'static) -> std::io::Result<i64> {
        let gil = self.gil();
        let stack = DataStack::new().ok_or(std::io::ErrorKind::OutOfMemory)?;
        let me = self.threads.last + 1;
        let parcel = Parcel { vm: std::ptr::from_mut(self), body };
        let size = match self.threads.stack_size { 0 => STACK, n => n } + EXTRA;
        let run = move || {
            // The whole parcel moves, not its fields.
            let parcel = { parcel };
            gil.acquire(me);
            // SAFETY: law of this file: this thread holds the GIL; the Vm is alive while the GIL can be had.
            let vm = unsafe { &mut *parcel.vm };
            let body = parcel.body;
            let r = std::panic::catch_unwind(AssertUnwindSafe(|| {
                vm.enter_thread(me);
                body(vm);
                vm.leave_thread(me);
            }));
            // Our bug: the state of the interpreter is not known any more.
            if r.is_err() { std::process::exit(BUG) }
            gil.release();
            ended();
        };
        let made = std::thread::Builder::new().stack_size(size).spawn(run)?;
        let ident = ident_of(&made);
        self.threads.last = me;
        self.threads.several = true;
        let state = ThreadState { stack, ..ThreadState::default() };
        self.threads.enroll(me, Thread { ident, state: Some(Box::new(state)) });
        Ok(ident)
    }

    fn enter_thread(&mut self, me: u64) {
        // SAFETY: the heap is the interpreter's, which outlives this thread's stay in it; `leave_thread` ends it.
        unsafe { self.heap.attach() };
        self.resume(me);
        self.native_stack_limit = crate::boot::native_stack_limit();
        if let Some(t) = self.threads.all.get_mut(&me) { t.ident = current_ident() }
    }

    fn leave_thread(&mut self, me: u64) {
        crate::monitor::legacy::thread_ends(self);
        loop {
            // What is released can run code that makes new state.
            let states = std::mem::take(&mut self.thread_states);
            let done = states.is_empty();
            drop(states);
            self.handled.set(None);
            if self.heap.pending() { crate::finalize::drain(self) }
            if done { break }
        }
        let mut mine = ThreadState::default();
        self.exchange(&mut mine);
        drop(mine);
        drop(self.threads.dismiss(me));
        self.threads.current = 0;
        self.threads.several = self.threads.all.len() > 1;
        self.heap.leave();
    }

    /// From here on only the running thread gets the interpreter: the others stop where they wait for it.
    pub(crate) fn stop_other_threads(&mut self) {
        let (gil, me) = (self.gil(), self.threads.current);
        gil.close(me);
    }

    /// `f` will be called in every forked child, before Python code runs in it.
    pub fn at_fork(&mut self, f: fn(&mut Vm)) {
        if !self.threads.forked.iter().any(|g| std::ptr::fn_addr_eq(*g, f)) { self.threads.forked.push(f) }
    }

    /// Forks by `call` (0 in the child). In the child the running thread is the main and only one; what the others were doing is lost.
    pub fn fork_by(&mut self, call: impl FnOnce() -> i32) -> i32 {
        let gil = self.gil();
        let pid = gil.fork(call);
        if pid == 0 {
            let me = self.threads.current;
            self.threads.main = me;
            self.threads.several = false;
            let gone: Vec<u64> = self.threads.all.keys().copied().filter(|&k| k != me).collect();
            // Their frames are in the middle of something: nobody can tell what they own.
            for k in gone { if let Some(t) = self.threads.dismiss(k) { std::mem::forget(t) } }
            crate::signals::forget(self);
            for f in self.threads.forked.clone() { f(self) }
        }
        pid
    }

    /// What monitoring keeps for the threads that do not run.
    pub(crate) fn each_parked(&mut self, mut f: impl FnMut(&mut crate::monitor::Own)) {
        for t in self.threads.all.values_mut() { if let Some(s) = &mut t.state { f(&mut s.own) } }
    }

    /// Every thread: its identity, its innermost frame (if it runs Python code), the exception that it handles.
    pub(crate) fn each_thread(&mut self) -> Vec<(i64, Option<Frame>, Option<Owned>)> {
        let running = (self.fp, self.handled_exception().map(Ref::into_obj));
        self.threads.all.values().map(|t| {
            let (fp, handled) = match &t.state { Some(s) => (s.fp.0, s.handled.get()), None => running.clone() };
            (t.ident, if fp.is_null() { None } else { Some(Frame(fp)) }, handled)
        }).collect()
    }
}

#[cfg(unix)]
fn ident_of(made: &std::thread::JoinHandle<()>) -> i64 { std::os::unix::thread::JoinHandleExt::as_pthread_t(made) as i64 }
#[cfg(not(unix))]
fn ident_of(made: &std::thread::JoinHandle<()>) -> i64 {
    let text = format!("{:?}", made.thread().id());
    text.chars().filter(char::is_ascii_digit).collect::<String>().parse::<i64>().unwrap_or(1)
}

/// The system's last error, which callers of blocking functions read afterwards.
mod errno {
    #[cfg(target_os = "linux")]
    unsafe fn place() -> *mut i32 { unsafe { libc::__errno_location() } }
    #[cfg(all(unix, not(target_os = "linux")))]
    unsafe fn place() -> *mut i32 { unsafe { libc::__error() } }

    pub fn get() -> i32 {
        #[cfg(unix)]
        // SAFETY: the place is the thread's own.
        return unsafe { *place() };
        #[cfg(not(unix))]
        0
    }
    pub fn set(value: i32) {
        #[cfg(unix)]
        // SAFETY: as above.
        unsafe { *place() = value }
        #[cfg(not(unix))]
        let _ = value;
    }
}
