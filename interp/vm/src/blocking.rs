//! System calls that may block: made without the interpreter's lock, made again after signals.
//!
//! Not here: the lock itself (`threads.rs`, [`Vm::without_gil`]).

use std::io;

use crate::threads::wait::Waited;
use crate::vm::{PyResult, Vm};

/// What a call without the lock may use though the compiler cannot see why: raw pointers to what the caller keeps alive and unchanged.
#[derive(Clone, Copy)]
pub struct Outside<T>(T);

// SAFETY: the promise of `new`.
unsafe impl<T> Send for Outside<T> {}

impl<T> Outside<T> {
    /// # Safety
    /// What `value` leads to is no object, and nobody changes it while the call runs.
    pub unsafe fn new(value: T) -> Self { Outside(value) }
    /// The value.
    pub fn get(self) -> T { self.0 }
}

impl Vm {
    /// Makes a system call until no signal interrupts it: its result, or the error that it left. Handlers of signals run in between.
    pub fn blocking_call(&mut self, mut call: impl FnMut() -> i64 + Send) -> PyResult<io::Result<i64>> {
        loop {
            let r = self.without_gil(&mut call);
            if r >= 0 { return Ok(Ok(r)) }
            let e = io::Error::last_os_error();
            if e.kind() != io::ErrorKind::Interrupted { return Ok(Err(e)) }
            self.safe_point()?;
        }
    }

    /// Waits by `wait` for as long as `timeout` says, signals in between; whether what it waits for came. A signal that came with it is
    /// handled before the caller goes on: an error then means that it came.
    pub fn wait_for(&mut self, timeout: Option<std::time::Duration>, wait: impl Fn(Option<std::time::Duration>) -> Waited + Send + Sync) -> PyResult<bool> {
        let end = timeout.and_then(|t| std::time::Instant::now().checked_add(t));
        loop {
            let left = end.map(|e| e.saturating_duration_since(std::time::Instant::now()));
            match self.without_gil(|| wait(left)) {
                Waited::Woken => {
                    if self.breaker.get() & crate::eval::breaker::bits::SIGNAL != 0 { self.safe_point()? }
                    return Ok(true);
                }
                Waited::TimedOut => return Ok(false),
                Waited::Interrupted => self.safe_point()?,
            }
        }
    }
}
