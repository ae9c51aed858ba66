//! Waiting without the interpreter: a word that threads wait on, and the lock and the event made of it.
//!
//! A wait ends when the word is woken, when its time is over, or when a signal interrupts it: whoever waits for a Python program goes
//! on after the handlers have run. Not here: the GIL (`gil.rs`), Python's lock objects (`_thread`).

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// How a wait ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Waited {
    /// What was waited for may have happened.
    Woken,
    /// The time is over.
    TimedOut,
    /// A signal arrived (or may have): run its handler and wait again.
    Interrupted,
}

/// A number that threads can wait on.
#[derive(Default)]
pub struct WaitWord {
    value: AtomicU32,
    #[cfg(not(target_os = "linux"))]
    inner: (std::sync::Mutex<()>, std::sync::Condvar),
}

impl WaitWord {
    /// The number.
    pub fn value(&self) -> &AtomicU32 { &self.value }

    /// Waits while the number is `expected`, for at most `timeout`.
    #[cfg(target_os = "linux")]
    pub fn wait(&self, expected: u32, timeout: Option<Duration>) -> Waited {
        let time = timeout.map(|t| libc::timespec { tv_sec: t.as_secs().min(i64::MAX as u64) as _, tv_nsec: t.subsec_nanos() as _ });
        let at = time.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
        // SAFETY: the word and the time are alive during the call.
        let r = unsafe { libc::syscall(libc::SYS_futex, self.value.as_ptr(), libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG, expected, at) };
        if r == 0 { return Waited::Woken }
        match std::io::Error::last_os_error().raw_os_error() {
            Some(libc::ETIMEDOUT) => Waited::TimedOut,
            Some(libc::EINTR) => Waited::Interrupted,
            _ => Waited::Woken,
        }
    }

    /// Wakes up to `count` threads that wait.
    #[cfg(target_os = "linux")]
    pub fn wake(&self, count: i32) {
        // SAFETY: the word is alive during the call.
        unsafe { libc::syscall(libc::SYS_futex, self.value.as_ptr(), libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG, count) };
    }

    /// Waits while the number is `expected`, for at most `timeout`. Signals do not end the system's wait here: it is cut into pieces.
    #[cfg(not(target_os = "linux"))]
    pub fn wait(&self, expected: u32, timeout: Option<Duration>) -> Waited {
        const PIECE: Duration = Duration::from_millis(50);
        let guard = self.inner.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if self.value.load(Ordering::SeqCst) != expected { return Waited::Woken }
        let time = timeout.unwrap_or(PIECE).min(PIECE);
        let (_guard, waited) = self.inner.1.wait_timeout(guard, time).unwrap_or_else(std::sync::PoisonError::into_inner);
        if !waited.timed_out() { return Waited::Woken }
        if timeout.is_some_and(|t| t <= PIECE) { Waited::TimedOut } else { Waited::Interrupted }
    }

    /// Wakes threads that wait: all, whatever `count` says.
    #[cfg(not(target_os = "linux"))]
    pub fn wake(&self, _: i32) {
        drop(self.inner.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
        self.inner.1.notify_all();
    }
}

const FREE: u32 = 0;
const LOCKED: u32 = 1;
/// Locked, and somebody may wait.
const CONTENDED: u32 = 2;

/// A lock that any thread may release.
#[derive(Default)]
pub struct RawLock(WaitWord);

impl RawLock {
    /// Takes the lock if it is free.
    pub fn try_acquire(&self) -> bool { self.0.value.compare_exchange(FREE, LOCKED, Ordering::Acquire, Ordering::Relaxed).is_ok() }

    /// Waits for the lock and takes it; anything but `Woken` means that it was not taken.
    pub fn acquire(&self, timeout: Option<Duration>) -> Waited {
        if self.try_acquire() { return Waited::Woken }
        let end = timeout.and_then(|t| Instant::now().checked_add(t));
        loop {
            if self.0.value.swap(CONTENDED, Ordering::Acquire) == FREE { return Waited::Woken }
            let left = end.map(|e| e.saturating_duration_since(Instant::now()));
            match self.0.wait(CONTENDED, left) {
                Waited::Woken => {}
                other => return if self.0.value.swap(CONTENDED, Ordering::Acquire) == FREE { Waited::Woken } else { other },
            }
        }
    }

    /// Frees the lock; false if it was free.
    pub fn release(&self) -> bool {
        let old = self.0.value.swap(FREE, Ordering::Release);
        if old == CONTENDED { self.0.wake(1) }
        old != FREE
    }

    /// Whether somebody holds it.
    pub fn is_locked(&self) -> bool { self.0.value.load(Ordering::Relaxed) != FREE }
}

/// Something that happens once.
#[derive(Default)]
pub struct Happened(WaitWord);

impl Happened {
    /// It happens.
    pub fn set(&self) {
        self.0.value.store(1, Ordering::Release);
        self.0.wake(i32::MAX);
    }
    /// Whether it has.
    pub fn is_set(&self) -> bool { self.0.value.load(Ordering::Acquire) != 0 }
    /// Waits for it; `Woken` only if it has happened.
    pub fn wait(&self, timeout: Option<Duration>) -> Waited {
        let end = timeout.and_then(|t| Instant::now().checked_add(t));
        loop {
            if self.is_set() { return Waited::Woken }
            let left = end.map(|e| e.saturating_duration_since(Instant::now()));
            match self.0.wait(0, left) { Waited::Woken => {} other => return if self.is_set() { Waited::Woken } else { other } }
        }
    }
}
