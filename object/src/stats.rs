//! Counters on hot paths: compiled to nothing without the feature `stats`. Binaries that count are never timed.
use crate::header::ObjPtr;
use crate::heap::Heap;
use crate::layout::Layout;
use crate::select::{Active, STATS};
use core::cell::{Cell, RefCell};
use core::ptr::NonNull;
use instar_refcount::CountWord;
use std::collections::{BTreeMap, HashMap};

/// Why a count changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// An operand is a local, or a local is written.
    Local,
    /// A temp is consumed.
    Temp,
    /// An operand is a constant.
    Constant,
    /// Globals, builtins and names of namespaces.
    Global,
    /// Attributes, methods and cells.
    Attribute,
    /// Making, running and leaving frames.
    Call,
    /// What else ops do: containers, operators, iteration.
    Other,
    /// Native functions, and everything outside of the loop.
    #[default]
    Library,
}
impl Origin {
    /// All, in order.
    pub const ALL: [Origin; 8] =
        [Origin::Local, Origin::Temp, Origin::Constant, Origin::Global, Origin::Attribute, Origin::Call, Origin::Other, Origin::Library];
    /// Its name in reports.
    pub const NAMES: [&'static str; 8] = ["local", "temp", "constant", "global", "attribute", "call", "other", "library"];
}

/// Changes of counts.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub struct CountOps {
    /// Retains that wrote a count.
    pub retain_written: u64,
    /// Retains that found an immortal object.
    pub retain_immortal: u64,
    /// Retains that found a count stuck at its limit.
    pub retain_stuck: u64,
    /// Releases that wrote a count.
    pub release_written: u64,
    /// Releases that found an immortal object.
    pub release_immortal: u64,
    /// Releases that found a count stuck at its limit.
    pub release_stuck: u64,
}

/// Objects and their bytes, by the highest count they ever had: entry `i` is for counts from 2^i on, below 2^(i+1); the last has all above, too.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub struct Peaks {
    /// Objects.
    pub objects: [u64; 32],
    /// Bytes they asked for, with their prefix.
    pub bytes: [u64; 32],
}
impl Peaks {
    fn add(&mut self, peak: u64, bytes: usize) {
        let at = (peak.max(1).ilog2() as usize).min(31);
        self.objects[at] += 1;
        self.bytes[at] += bytes as u64;
    }
}

/// Counters of one heap.
#[derive(Default)]
pub struct Counters {
    /// Changes of counts by origin.
    pub count_ops: [Cell<CountOps>; 8],
    origin: Cell<Origin>,
    /// For the next change only: an operand's.
    operand: Cell<Option<Origin>>,
    /// Local operands that the loop read.
    pub local_reads: Cell<u64>,
    /// Those of them that were retained; the others were borrowed.
    pub local_reads_retained: Cell<u64>,
    /// Ops that the interpreter executed, by number.
    pub ops: RefCell<Vec<u64>>,
    /// Executed ops that may run program code, if a release never does.
    pub ops_escaping: Cell<u64>,
    /// Executed ops that may run program code, if a release may.
    pub ops_escaping_or_releasing: Cell<u64>,
    /// Objects made, by type name.
    pub allocations: RefCell<HashMap<&'static str, u64>>,
    /// Cells taken from free lists.
    pub free_list_hits: Cell<u64>,
    /// Attribute dicts made, by cause.
    pub dicts_made: RefCell<BTreeMap<&'static str, u64>>,
    /// Highest counts of live objects whose count was above one.
    peaks: RefCell<HashMap<NonNull<()>, u64>>,
    /// Highest counts of those that died.
    pub dead_peaks: RefCell<Peaks>,
}

#[inline(always)]
fn bump(cell: &Cell<u64>) {
    cell.set(cell.get() + 1);
}

#[inline(always)]
fn change<L: Layout>(heap: &Heap<L>, f: impl FnOnce(&mut CountOps)) {
    let c = &heap.counters;
    let row = &c.count_ops[c.operand.take().unwrap_or(c.origin.get()) as usize];
    let mut ops = row.get();
    f(&mut ops);
    row.set(ops);
}
fn key<L: Layout>(obj: ObjPtr<L>) -> NonNull<()> {
    NonNull::new(obj.as_ptr().cast()).expect("law: an object is somewhere")
}
#[inline(always)]
pub(crate) fn retain<L: Layout>(obj: ObjPtr<L>) {
    if STATS && let Some(heap) = Heap::<L>::current() {
        let count = obj.count();
        change(heap, |ops| {
            *if count.is_immortal() {
                &mut ops.retain_immortal
            } else if count.is_stuck() {
                &mut ops.retain_stuck
            } else {
                &mut ops.retain_written
            } += 1;
        });
        if !count.is_stuck() {
            let now = count.count() + 1;
            let mut peaks = heap.counters.peaks.borrow_mut();
            let peak = peaks.entry(key(obj)).or_default();
            *peak = now.max(*peak);
        }
    }
}
#[inline(always)]
pub(crate) fn release<L: Layout>(obj: ObjPtr<L>) {
    if STATS && let Some(heap) = Heap::<L>::current() {
        let count = obj.count();
        change(heap, |ops| {
            *if count.is_immortal() {
                &mut ops.release_immortal
            } else if count.is_stuck() {
                &mut ops.release_stuck
            } else {
                &mut ops.release_written
            } += 1;
        });
    }
}
/// An object is gone that asked for `bytes` bytes.
#[inline(always)]
pub(crate) fn died<L: Layout>(heap: &Heap<L>, obj: ObjPtr<L>, bytes: usize) {
    if STATS {
        let peak = heap.counters.peaks.borrow_mut().remove(&key(obj)).unwrap_or(1);
        heap.counters.dead_peaks.borrow_mut().add(peak, bytes);
    }
}
impl<L: Layout> Heap<L> {
    /// Highest counts of the objects that are alive and not immortal, as far as they were ever above one.
    pub fn live_peaks(&self) -> Peaks {
        let mut found = Peaks::default();
        for (&at, &peak) in self.counters.peaks.borrow().iter() {
            // SAFETY: `died` takes an object out when it is gone.
            let obj = unsafe { ObjPtr::<L>::new(at.cast()) };
            if !obj.count().is_immortal() {
                found.add(peak, self.bytes_of(obj));
            }
        }
        found
    }
}

fn counters<'a>() -> Option<&'a Counters> {
    if STATS { Heap::<Active>::current().map(|heap| &heap.counters) } else { None }
}
/// Counts an executed op of the interpreter, whose counts change for `origin` but for those of operands.
#[inline(always)]
pub fn count_op(op: u16, origin: Origin, escapes: bool, releases: bool) {
    if let Some(c) = counters() {
        let mut ops = c.ops.borrow_mut();
        if ops.len() <= usize::from(op) {
            ops.resize(usize::from(op) + 1, 0);
        }
        ops[usize::from(op)] += 1;
        c.origin.set(origin);
        c.operand.set(None);
        c.ops_escaping.set(c.ops_escaping.get() + u64::from(escapes));
        c.ops_escaping_or_releasing.set(c.ops_escaping_or_releasing.get() + u64::from(escapes || releases));
    }
}
/// What comes next has this origin; returns what it had before.
#[inline(always)]
pub fn set_origin(origin: Origin) -> Origin {
    counters().map_or(origin, |c| c.origin.replace(origin))
}
/// The next change of a count, which comes right now, is that of an operand.
#[inline(always)]
pub fn operand(origin: Origin) {
    if let Some(c) = counters() {
        c.operand.set(Some(origin));
    }
}
/// Counts a local operand that is read.
#[inline(always)]
pub fn count_local_read(retained: bool) {
    if let Some(c) = counters() {
        bump(&c.local_reads);
        c.local_reads_retained.set(c.local_reads_retained.get() + u64::from(retained));
    }
}
/// Counts an attribute dict that is made.
#[inline(always)]
pub fn count_dict(cause: &'static str) {
    if let Some(c) = counters() {
        *c.dicts_made.borrow_mut().entry(cause).or_default() += 1;
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
