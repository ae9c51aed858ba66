//! The eval breaker: what makes the loop stop for a moment, and what happens then.

use std::cell::Cell;
use std::sync::atomic::Ordering;

use instar_object::CollectReport;

use crate::vm::{GcMode, PyResult, Vm};

/// Bits of `vm.breaker`.
pub mod bits {
    /// A collection is due.
    pub const GC: u32 = 1;
    /// A signal arrived.
    pub const SIGNAL: u32 = 2;
    /// Another thread wants the interpreter.
    pub const YIELD: u32 = 4;
    /// Collect at every safe point (testing): see [`super::Stress`].
    pub const STRESS: u32 = 8;
    /// Calls queued from elsewhere wait.
    pub const PENDING_CALLS: u32 = 16;
}

/// Objects that full collections may look at before they are rationed.
const AT_ONCE: usize = 2_000_000;
/// What each safe point adds to that afterwards.
const PER_SAFE_POINT: usize = 16;
/// Safe points between collections of the middle generation.
const MIDDLE: u32 = 16;

/// Which generation a collection at a safe point takes under [`bits::STRESS`].
///
/// The youngest each time: that costs what was made since the last safe point. All generations cost the whole heap: at every safe
/// point of a small program, and of a large one as often as it has paid for.
pub struct Stress {
    safe_points: Cell<u32>,
    /// Objects that full collections may still look at.
    credit: Cell<usize>,
    /// Objects the last full collection looked at.
    price: Cell<usize>,
}

impl Default for Stress {
    fn default() -> Stress { Stress { safe_points: Cell::new(0), credit: Cell::new(AT_ONCE), price: Cell::new(0) } }
}

impl Stress {
    /// As at the beginning: what ran until now was start-up.
    pub fn begin_program(&self) { self.credit.set(AT_ONCE) }
    fn next(&self) -> u8 {
        let n = self.safe_points.get().wrapping_add(1);
        self.safe_points.set(n);
        self.credit.set(self.credit.get().saturating_add(PER_SAFE_POINT));
        if self.credit.get() >= self.price.get() { 2 } else { u8::from(n % MIDDLE == 0) }
    }
    fn done(&self, generation: u8, report: CollectReport) {
        if generation < 2 { return }
        self.price.set(report.visited);
        self.credit.set(self.credit.get().saturating_sub(report.visited.max(PER_SAFE_POINT)));
    }
}

/// Does what is due. An exception comes from a signal handler.
#[cold]
#[inline(never)]
pub fn handle(vm: &mut Vm) -> PyResult<()> {
    let due = vm.breaker_atomic().fetch_and(bits::STRESS, Ordering::Relaxed);
    vm.heap.release_queued();
    if due & bits::STRESS != 0 {
        if vm.heap.gc_is_enabled() && !vm.collecting.running {
            let generation = vm.stress.next();
            let report = crate::finalize::collect(vm, generation);
            vm.stress.done(generation, report);
        }
    } else if due & bits::GC != 0 && vm.settings.gc.mode == GcMode::Auto {
        crate::finalize::collect_due(vm);
    }
    if vm.heap.pending() { crate::finalize::drain(vm) }
    if due & bits::YIELD != 0 { vm.give_way() }
    if due & bits::SIGNAL != 0 { crate::signals::deliver(vm)? }
    Ok(())
}
