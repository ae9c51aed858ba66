//! The eval breaker: what makes the loop stop for a moment, and what happens then.

use crate::vm::{PyResult, Vm};

/// Bits of `vm.breaker`.
pub mod bits {
    /// A collection is due.
    pub const GC: u32 = 1;
    /// A signal arrived.
    pub const SIGNAL: u32 = 2;
    /// Another thread wants the interpreter.
    pub const YIELD: u32 = 4;
    /// Collect at every safe point (testing).
    pub const STRESS: u32 = 8;
    /// Calls queued from elsewhere wait.
    pub const PENDING_CALLS: u32 = 16;
}

/// Does what is due. An exception comes from a signal handler.
#[cold]
#[inline(never)]
pub fn handle(vm: &mut Vm) -> PyResult<()> {
    let due = vm.breaker.get();
    vm.breaker.set(due & bits::STRESS);
    if due & bits::STRESS != 0 {
        crate::finalize::collect(vm, 2);
    } else if due & bits::GC != 0 {
        crate::finalize::collect_due(vm);
    }
    if vm.heap.pending() { crate::finalize::drain(vm) }
    if due & bits::SIGNAL != 0 { crate::signals::deliver(vm)? }
    Ok(())
}
