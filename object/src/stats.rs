//! Counters on hot paths: compiled to nothing without the feature `stats`. Binaries that count are never timed.
use crate::header::ObjPtr;
use crate::heap::Heap;
use crate::layout::Layout;
use crate::select::STATS;
use core::cell::Cell;
use instar_refcount::RefCount;
use std::collections::HashMap;

/// Counters of one heap.
#[derive(Default)]
pub struct Counters {
    /// Retains asked for.
    pub retains: Cell<u64>,
    /// Releases asked for.
    pub releases: Cell<u64>,
    /// Of those two, how many found an immortal or stuck count.
    pub skipped: Cell<u64>,
    /// Objects made, by type name.
    pub allocations: core::cell::RefCell<HashMap<&'static str, u64>>,
    /// Cells taken from free lists.
    pub free_list_hits: Cell<u64>,
    /// Attribute dicts made, by cause.
    pub dicts_made: Cell<u64>,
}

#[inline(always)]
fn bump(cell: &Cell<u64>) {
    cell.set(cell.get() + 1);
}

#[inline(always)]
pub(crate) fn retain<L: Layout>(obj: ObjPtr<L>) {
    if STATS && let Some(heap) = Heap::<L>::current() {
        bump(&heap.counters.retains);
        if obj.count().is_stuck() {
            bump(&heap.counters.skipped);
        }
    }
}
#[inline(always)]
pub(crate) fn release<L: Layout>(obj: ObjPtr<L>) {
    if STATS && let Some(heap) = Heap::<L>::current() {
        bump(&heap.counters.releases);
        if obj.count().is_stuck() {
            bump(&heap.counters.skipped);
        }
    }
}
#[inline(always)]
pub(crate) fn allocated<L: Layout>(heap: &Heap<L>, name: &'static str) {
    if STATS && let Ok(mut map) = heap.counters.allocations.try_borrow_mut() {
        *map.entry(name).or_default() += 1;
    }
}
#[inline(always)]
pub(crate) fn free_list_hit<L: Layout>(heap: &Heap<L>) {
    if STATS {
        bump(&heap.counters.free_list_hits);
    }
}
#[inline(always)]
pub(crate) fn dict_made<L: Layout>() {
    if STATS && let Some(heap) = Heap::<L>::current() {
        bump(&heap.counters.dicts_made);
    }
}
