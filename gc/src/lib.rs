//! Finding dead cycles: the words that a collected object carries before its header, and the collector that uses them.
//!
//! Nothing here knows what an object is: an [`ObjectModel`] says how often a node is referenced, which nodes it refers
//! to, and runs finalizers, weak-reference callbacks and the clearing. The algorithm is trial deletion as CPython 3.14 runs it
//! (InternalDocs/garbage_collector.md; PEP 442 for finalizers). What is collected together, and when, is a [`Scheme`].
//!
//! Feature `testing`: [`laws!`] makes tests of the promises of [`GcHeader`] for any header, also one from elsewhere.
#![no_std]
extern crate alloc;

mod collector;
mod increments;
mod one_word;
mod pages;
#[cfg(feature = "testing")]
pub mod testing;
mod tombstones;
mod two_word;
mod zero_word;

pub use collector::{Collector, GenerationStats, Scheme, Report};
pub use one_word::OneWord;
pub use pages::{Large, PAGE, PageSide, Place};
pub use two_word::TwoWord;
pub use zero_word::ZeroWord;

use alloc::vec::Vec;

/// What `scratch` holds for a root: never counted down.
pub const ROOT: u32 = (1 << 24) - 1;

/// The mutator's side of a collection. Nodes are pointers to the GC words of an object.
///
/// # Safety
/// An implementation promises:
///   1. `trace` visits each node that the object owns a reference to exactly as often as it owns one, and no other;
///      it gives the same answer in every pass of one collection.
///   2. `count` is the number of references to the object, or `None` if that number is not known exactly.
///   3. `scratch` and `set_scratch` read and write at least 24 bits that nobody else uses during a collection
///      (only for headers with `NEEDS_SCRATCH`). For headers with `IN_PLACE` they read and write the number that `count` gives, and
///      `scratch` is [`ROOT`] where `count` is `None`, which no known number is; then they are called only while nothing else
///      counts.
pub unsafe trait ObjectModel {
    /// The GC words in use.
    type Header: GcHeader;

    /// Number of references to the object; `None` makes it a root.
    ///
    /// # Safety
    /// `node` is a live object.
    unsafe fn count(&self, node: *mut Self::Header) -> Option<usize>;
    /// Visits what the object refers to.
    ///
    /// # Safety
    /// `node` is a live object.
    unsafe fn trace(&self, node: *mut Self::Header, visit: impl FnMut(*mut Self::Header));
    /// Bits for the policy's use during a collection.
    ///
    /// # Safety
    /// `node` is a live object.
    unsafe fn scratch(&self, node: *mut Self::Header) -> u32;
    /// See `scratch`.
    ///
    /// # Safety
    /// `node` is a live object.
    unsafe fn set_scratch(&self, node: *mut Self::Header, value: u32);
    /// Gives back the cell of an object that died earlier and had to stay linked.
    ///
    /// # Safety
    /// `node` is a tombstone that no list holds any more.
    unsafe fn free_tombstone(&self, node: *mut Self::Header);

    /// Visits objects that are alive for sure: what the collector may look through before it looks for trash. None is as good as all.
    fn roots(&mut self, _visit: &mut dyn FnMut(*mut Self::Header)) {}

    /// Clears the weak references to trash and keeps their callbacks for `run_callbacks`. Runs no program code.
    ///
    /// # Safety
    /// `node` is trash.
    unsafe fn take_weakrefs(&mut self, node: *mut Self::Header);
    /// Runs the callbacks that `take_weakrefs` kept.
    fn run_callbacks(&mut self);
    /// Runs the finalizer of a node if it has one that has not run. May run any program code; the node may die in it.
    ///
    /// # Safety
    /// `node` is trash, still complete.
    unsafe fn finalize(&mut self, node: *mut Self::Header);
    /// Clears weak references that finalizers made to final trash; no callbacks.
    ///
    /// # Safety
    /// `node` is final trash.
    unsafe fn clear_weakrefs(&mut self, node: *mut Self::Header);
    /// Breaks the cycles through a node by dropping what it refers to. `keep` is called, before the node's temporary
    /// reference is dropped, if others still hold it.
    ///
    /// # Safety
    /// `node` is final trash and on no list.
    unsafe fn clear(&mut self, node: *mut Self::Header, keep: &mut dyn FnMut(*mut Self::Header));
}

/// The GC words before an object, and the lists made of them.
///
/// # Safety
/// An implementation promises:
///   1. A node is on at most one list; what is appended or tracked is on its list until it is taken off, dies or is merged elsewhere.
///   2. Lists keep insertion order under `append`, and `track` the order of birth (if `ORDERED`).
///   3. `deduce` splits `work` into what is referenced from outside `work` and the rest, both in CPython's order (if `ORDERED`), and
///      leaves no working flag on what stays.
///   4. The words stay valid while `remove_dead` said false, and are not read after it said true or `tombstone` was called.
///   5. Where memory for its queue is out, `deduce` finds nothing unreachable.
///
/// Functions take the node's address, not a reference: a header may be of no size, and what it knows lies elsewhere.
pub unsafe trait GcHeader: Sized + 'static {
    /// Name of the policy in reports.
    const NAME: &'static str;
    /// Whether the policy needs `ObjectModel::scratch`.
    const NEEDS_SCRATCH: bool;
    /// Whether `ObjectModel::scratch` is the count itself; `deduce` puts back what it takes.
    const IN_PLACE: bool = false;
    /// Whether lists are in the order of birth; else they are in that of addresses.
    const ORDERED: bool = true;
    /// Bits beside the count that the policy keeps for itself, from bit 0 of the flags on.
    const FLAG_BITS: u32 = 0;
    /// Bytes that the policy needs at the start of each page of objects; 0: it does not know of pages.
    const PAGE_BYTES: usize = 0;
    /// Head of a list; it does not move after `init`.
    type List;
    /// What the lists of one collector share; it does not move after the first `init`.
    type Space: Default;

    /// The words of a new object: on no list, not finalized.
    fn new() -> Self;
    /// An empty list; call `init` once it has its place.
    fn new_list() -> Self::List;
    /// Makes the list usable: as that of a generation (3: the permanent one), or for work.
    fn init(list: &Self::List, space: &Self::Space, generation: Option<usize>);

    /// Whether the collector knows the object.
    ///
    /// # Safety
    /// `node` is a live object (as below, where nothing else is said).
    unsafe fn is_tracked(node: *mut Self) -> bool;
    /// Whether the object's finalizer was called.
    ///
    /// # Safety
    /// A live object.
    unsafe fn is_finalized(node: *mut Self) -> bool;
    /// Notes that the finalizer was called (or may be called again).
    ///
    /// # Safety
    /// A live object.
    unsafe fn set_finalized(node: *mut Self, on: bool);
    /// Whether the object is in the set under collection and not known to be reachable.
    ///
    /// # Safety
    /// A live object, or a tombstone.
    unsafe fn is_trash(node: *mut Self) -> bool;
    /// Whether a flag that belongs to a running collection is set: for tests.
    ///
    /// # Safety
    /// A live object.
    unsafe fn has_working_flags(node: *mut Self) -> bool;
    /// Ends the node's part in the collection.
    ///
    /// # Safety
    /// A live object.
    unsafe fn clear_trash(node: *mut Self);

    /// Puts a new object on the youngest generation.
    ///
    /// # Safety
    /// The node is live, on no list, and stays at its address until removed.
    unsafe fn track(youngest: &Self::List, node: *mut Self);
    /// `new` and `track` in one: writes the words of a new object and puts it on the youngest generation.
    ///
    /// # Safety
    /// As for `track`; the words need not be initialised.
    unsafe fn track_new(youngest: &Self::List, node: *mut Self);
    /// Takes a live object off its list.
    ///
    /// # Safety
    /// The node is tracked.
    unsafe fn untrack(youngest: &Self::List, node: *mut Self);
    /// Takes a dying object off its list. False: it must stay as a tombstone; `free_tombstone` will be called for it.
    ///
    /// # Safety
    /// Nobody refers to the object any more.
    unsafe fn remove_dead(youngest: &Self::List, node: *mut Self) -> bool;
    /// Generation number of a tombstone, if the policy has them.
    ///
    /// # Safety
    /// A tombstone.
    unsafe fn tombstone_generation(node: *mut Self) -> usize;
    /// Notes the number of the generation that the node is in from now on.
    ///
    /// # Safety
    /// A live object.
    unsafe fn set_generation(node: *mut Self, number: usize);
    /// Whether single nodes can be moved between spaces, which collecting the old in increments asks for. The functions below up to
    /// `stop_spreading` are for such policies only; elsewhere they find and move nothing.
    const SPACES: bool = false;
    /// Makes the list one for increments: of nodes that may stay linked where they are. `queue`: it lasts from one collection to
    /// the next.
    fn init_increment(_list: &Self::List, _queue: bool) {}
    /// Number of the space that a tracked node is in.
    ///
    /// # Safety
    /// A live object.
    unsafe fn generation(_node: *mut Self) -> usize {
        0
    }
    /// Moves a node of a space to a list for increments, and into space `number`. False: there is no memory, and it stays.
    ///
    /// # Safety
    /// A live, tracked object; `into` is a list of `init_increment`.
    unsafe fn take(_node: *mut Self, _number: usize, _into: &Self::List) -> bool {
        false
    }
    /// `take`s the node and all of space `from` that can be reached from it through that space. Their number.
    ///
    /// # Safety
    /// As for `take`; `from` is no young space.
    unsafe fn close<M: ObjectModel<Header = Self>>(_model: &M, _start: *mut Self, _from: usize, _to: usize, _into: &Self::List) -> usize {
        0
    }
    /// Looks through up to `limit` nodes of the queue `reached`, which become visited, and `take`s what they refer to in space
    /// `from`. The number looked through.
    ///
    /// # Safety
    /// As for `close`.
    unsafe fn spread<M: ObjectModel<Header = Self>>(
        _model: &M,
        _reached: &Self::List,
        _visited: &Self::List,
        _from: usize,
        _to: usize,
        _limit: usize,
    ) -> usize {
        0
    }
    /// Visits nodes that only the queue `reached` lists.
    ///
    /// # Safety
    /// As for `for_each`.
    unsafe fn for_each_reached(_reached: &Self::List, _f: &mut dyn FnMut(*mut Self)) {}
    /// Empties the queue `reached`: its nodes are visited without being looked through.
    ///
    /// # Safety
    /// `tombstone` gives the cell of a tombstone back.
    unsafe fn stop_spreading(_reached: &Self::List, _visited: &Self::List, _tombstone: &mut dyn FnMut(*mut Self)) {}

    /// Marks all that can be reached from the nodes in `from`: the next `deduce` takes it for alive without trying.
    ///
    /// # Safety
    /// Live, tracked objects; the next `deduce` works on every tracked object, and no program code runs before it.
    unsafe fn mark<M: ObjectModel<Header = Self>>(_model: &M, _from: Vec<*mut Self>) {}

    /// The source of cells is about to take pages back that hold no object: they are forgotten here.
    fn pages_may_go(_space: &Self::Space) {}

    /// Adds at the end.
    ///
    /// # Safety
    /// As for `track`.
    unsafe fn append(list: &Self::List, node: *mut Self);
    /// Adds a node at the end that `pop_front` took off trash: it lives on.
    ///
    /// # Safety
    /// As for `track`.
    unsafe fn keep(list: &Self::List, node: *mut Self) {
        // SAFETY: passed on.
        unsafe { Self::append(list, node) }
    }
    /// Takes the first live node off; null when there is none.
    ///
    /// # Safety
    /// The list is initialised.
    unsafe fn pop_front(list: &Self::List, tombstone: &mut dyn FnMut(*mut Self)) -> *mut Self;
    /// Moves all nodes of `from` behind those of `into`. `youngest` says whether `from` is the list of `track`.
    ///
    /// # Safety
    /// Both lists are initialised.
    unsafe fn merge(from: &Self::List, into: &Self::List);
    /// Visits the live nodes in order; `f` must not change lists.
    ///
    /// # Safety
    /// The list is initialised.
    unsafe fn for_each(list: &Self::List, f: &mut dyn FnMut(*mut Self));
    /// Notes that the list is now generation `number` ([`KEEP`]: each node keeps its own), drops tombstones, and returns the number of live nodes.
    ///
    /// # Safety
    /// The list is initialised.
    unsafe fn settle(list: &Self::List, number: usize, tombstone: &mut dyn FnMut(*mut Self)) -> usize;
    /// Drops tombstones among the next `steps` nodes or so behind those that the last call looked at. True: it came to the end, and
    /// the next call begins at the start.
    ///
    /// # Safety
    /// The list is a generation that `track` adds nothing to.
    unsafe fn settle_some(list: &Self::List, _steps: usize, tombstone: &mut dyn FnMut(*mut Self)) -> bool {
        // SAFETY: passed on.
        unsafe { Self::settle(list, KEEP, tombstone) };
        true
    }
    /// Moves to `unreachable` every node of `work` that is not reachable from outside `work`. Nodes moved stay trash. Marked nodes
    /// come first in `work` then.
    /// The nodes that stay on `work` are of generation `number` now. Returns the number of live nodes looked at.
    ///
    /// # Safety
    /// All nodes of `work` that are no tombstones are live objects of `model`; it is not the list of `track`.
    unsafe fn deduce<M: ObjectModel<Header = Self>>(model: &M, work: &Self::List, unreachable: &Self::List, number: usize) -> usize;
}

/// For `settle`: no new number.
pub const KEEP: usize = usize::MAX;

/// What to say when a trace visits a node more often than it is counted.
#[cold]
#[inline(never)]
fn negative() -> ! {
    panic!("collector: an object is traced more often than it is referenced (a `Trace` impl or a count is wrong)")
}

/// Every header policy, once. The caller names a [`Place`] of its own in brackets, for the policy that needs one.
#[macro_export]
macro_rules! for_each_gc_header {
    ($mac:ident [$place:ty]) => {
        $mac! { two_word = $crate::TwoWord; one_word = $crate::OneWord; zero_word = $crate::ZeroWord<$place>; }
    };
}
