//! Waiting: timeouts as arguments, and the point of time until which an interrupted call goes on (PEP 475).
//!
//! Not here: the calls themselves, trying again (`posix::arg::retry`).

use std::time::{Duration, Instant};

use instar_vm::{Owned, PyResult, Vm};

use instar_vm::times::{self as number, Round};

/// When waiting ends.
#[derive(Clone, Copy)]
pub struct Deadline(Option<Instant>);

impl Deadline {
    /// After this time from now on; `None`, or a time that the clock cannot tell, is never.
    pub fn after(wait: Option<Duration>) -> Deadline { Deadline(wait.and_then(|w| Instant::now().checked_add(w))) }
    /// What is left; `None` is for ever.
    pub fn left(self) -> Option<Duration> { self.0.map(|end| end.saturating_duration_since(Instant::now())) }
    /// Whether it has come.
    pub fn is_over(self) -> bool { self.left().is_some_and(|d| d.is_zero()) }
    /// What is left in milliseconds for `poll`, rounded up; -1 is for ever.
    pub fn millis(self) -> i32 {
        match self.left() { Some(left) => i32::try_from(left.as_nanos().div_ceil(1_000_000)).unwrap_or(i32::MAX), None => -1 }
    }
}

/// A timeout in units of `unit` nanoseconds; `None` is for ever. `wrong` is the TypeError of what is no number.
pub fn timeout(vm: &mut Vm, o: &Owned, unit: i64, wrong: &str) -> PyResult<Option<i64>> {
    if vm.is_none(o) { return Ok(None) }
    match number::units_to_nanos(vm, o, unit, Round::Up) {
        Ok(n) => Ok(Some(n)),
        Err(e) if e.is(vm, &vm.types.type_error) => Err(vm.type_error(wrong)),
        Err(e) => Err(e),
    }
}

/// A timeout of `poll` in milliseconds, which must fit a C int; negative is for ever.
pub fn poll_timeout(vm: &mut Vm, nanos: Option<i64>) -> PyResult<Option<Duration>> {
    let Some(n) = nanos else { return Ok(None) };
    if i32::try_from(n.div_euclid(1_000_000)).is_err() { return Err(vm.overflow_error("timeout is too large")) }
    Ok(u64::try_from(n).ok().map(Duration::from_nanos))
}
