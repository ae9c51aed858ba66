//! Counters on hot paths: compiled to nothing without the feature `stats`. Binaries that count are never timed.
use crate::header::ObjPtr;
use crate::heap::Heap;
use crate::layout::Layout;
use crate::select::{Active, STATS};
use core::cell::{Cell, RefCell};
use instar_refcount::CountWord;
use std::collections::HashMap;

/// Counters of one heap.
#[derive(Default)]
pub struct Counters {
    /// Retains that wrote a count.
    pub retain_written: Cell<u64>,
    /// Retains that found an immortal or stuck count.
    pub retain_skipped: Cell<u64>,
    /// Releases that wrote a count.
    pub release_written: Cell<u64>,
    /// Releases that found an immortal or stuck count.
    pub release_skipped: Cell<u64>,
    /// Retains that the interpreter's loop asked for because an operand is a local; the other retains come from elsewhere.
    pub retain_local: Cell<u64>,
    /// Ops that the interpreter executed, by number.
    pub ops: RefCell<Vec<u64>>,
    /// Objects made, by type name.
    pub allocations: RefCell<HashMap<&'static str, u64>>,
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
        let c = &heap.counters;
        bump(if obj.count().is_stuck() { &c.retain_skipped } else { &c.retain_written });
    }
}
#[inline(always)]
pub(crate) fn release<L: Layout>(obj: ObjPtr<L>) {
    if STATS && let Some(heap) = Heap::<L>::current() {
        let c = &heap.counters;
        bump(if obj.count().is_stuck() { &c.release_skipped } else { &c.release_written });
    }
}
/// Counts an executed op of the interpreter.
#[inline(always)]
pub fn count_op(op: u16) {
    if STATS && let Some(heap) = Heap::<Active>::current() {
        let mut ops = heap.counters.ops.borrow_mut();
        if ops.len() <= usize::from(op) {
            ops.resize(usize::from(op) + 1, 0);
        }
        ops[usize::from(op)] += 1;
    }
}
/// Counts a retain of a local operand; the retain itself is counted where it happens.
#[inline(always)]
pub fn count_retain_local() {
    if STATS && let Some(heap) = Heap::<Active>::current() {
        bump(&heap.counters.retain_local);
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
