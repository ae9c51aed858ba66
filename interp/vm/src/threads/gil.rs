//! The lock of an interpreter: who holds it may touch the `Vm`, nobody else may.
//!
//! A thread that waits longer than the switch interval rings the eval breaker; the holder then lets it go first. When the
//! interpreter ends the lock is closed: only the thread that ends it can still take it, the others wait for good.
//! Not here: what a switch exchanges (`threads.rs`).

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::eval::breaker::bits;

/// CPython's switch interval.
const INTERVAL: Duration = Duration::from_millis(5);

struct Inner {
    held: bool,
    /// Who may still take it; `None`: everybody.
    only: Option<u64>,
    /// The last holder.
    last: u64,
    /// Times that it went from one thread to another.
    switches: u64,
    waiting: usize,
    interval: Duration,
    /// The interpreter's breaker; null once that is gone.
    breaker: *const AtomicU32,
}

/// See the module.
pub struct Gil {
    inner: Mutex<Inner>,
    /// It was released, or closed.
    free: Condvar,
    /// It has a new holder.
    switched: Condvar,
}

// SAFETY: the pointer in `inner` leads to an atomic and is used only under the mutex while `breaker` is not null: until `close`,
// which whoever ends the interpreter calls before the breaker goes.
unsafe impl Send for Gil {}
// SAFETY: as above.
unsafe impl Sync for Gil {}

impl Gil {
    /// A lock held by thread `holder` of the interpreter with this breaker.
    ///
    /// # Safety
    /// `breaker` is alive until [`Gil::forget_breaker`].
    pub unsafe fn held_by(holder: u64, breaker: *const AtomicU32) -> Gil {
        let inner = Inner { held: true, only: None, last: holder, switches: 0, waiting: 0, interval: INTERVAL, breaker };
        Gil { inner: Mutex::new(inner), free: Condvar::new(), switched: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> { self.inner.lock().unwrap_or_else(PoisonError::into_inner) }

    /// Takes the lock for thread `me`; does not return if the interpreter has ended.
    pub fn acquire(&self, me: u64) {
        let mut g = self.lock();
        loop {
            while g.only.is_some_and(|only| only != me) { g = self.free.wait(g).unwrap_or_else(PoisonError::into_inner) }
            if !g.held { break }
            let before = g.switches;
            let interval = g.interval;
            g.waiting += 1;
            let (next, waited) = self.free.wait_timeout(g, interval).unwrap_or_else(PoisonError::into_inner);
            g = next;
            g.waiting -= 1;
            if waited.timed_out() && g.held && g.switches == before && g.only.is_none_or(|only| only == me) && !g.breaker.is_null() {
                // SAFETY: not null: alive, see `held_by`.
                unsafe { (*g.breaker).fetch_or(bits::YIELD, Ordering::Relaxed) };
            }
        }
        g.held = true;
        if g.last != me {
            g.last = me;
            g.switches += 1;
        }
        drop(g);
        self.switched.notify_all();
    }

    /// Gives the lock up.
    pub fn release(&self) {
        let mut g = self.lock();
        g.held = false;
        let closed = g.only.is_some();
        drop(g);
        // Who must wait for good could swallow the one call.
        if closed { self.free.notify_all() } else { self.free.notify_one() }
    }

    /// Gives the lock up to a thread that waits and takes it again.
    pub fn give_way(&self, me: u64) {
        let mut g = self.lock();
        if g.waiting == 0 { return }
        g.held = false;
        let (before, interval) = (g.switches, g.interval);
        self.free.notify_all();
        while !g.held && g.switches == before && g.waiting > 0 {
            g = self.switched.wait_timeout(g, interval).unwrap_or_else(PoisonError::into_inner).0;
        }
        drop(g);
        self.acquire(me);
    }

    /// From now on nobody but `only` gets the lock.
    pub fn close(&self, only: u64) { self.lock().only = Some(only) }

    /// The interpreter's memory goes.
    pub fn forget_breaker(&self) { self.lock().breaker = std::ptr::null() }

    /// How long a thread waits before it asks.
    pub fn interval(&self) -> Duration { self.lock().interval }
    /// Sets it.
    pub fn set_interval(&self, interval: Duration) { self.lock().interval = interval }

    /// Forks by `call` while no other thread is inside the lock's own code. The child (answer 0) has one thread, which holds it.
    pub fn fork(&self, call: impl FnOnce() -> i32) -> i32 {
        let mut g = self.lock();
        let pid = call();
        if pid == 0 { g.waiting = 0 }
        pid
    }
}
