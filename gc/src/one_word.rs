//! `OneWord`: a singly linked list through one word; an object that dies in mid-list stays as a tombstone.
//!
//! ```text
//! +0  63 .. 16 next node's address | 9..8 generation or space | 7 QUEUED 6 MOVED 5 BEHIND 4 COLLECTING 3 LINKED 2 UNTRACKED 1 DEAD 0 FINALIZED
//! ```
//! CPython has no such header; the idea of one GC word is in faster-cpython/ideas #452 and #616, the answer to "who
//! unlinks" (tombstones, popped for free when the newest object dies first) is ours. References left are counted in 24
//! scratch bits of the count word; an object at that cap is a root. New objects are pushed in front (no neighbour is
//! touched) and put in order when their generation is collected, so orders equal those of `TwoWord`.
//!
//! Between `mark` and `deduce` the generation of a node that is alive for sure is 3.
//!
//! Nothing can be taken out of the middle of a list. What increments look at (`increment.rs`) stays linked where it is.
use crate::{GcHeader, KEEP, ObjectModel, negative};
use alloc::vec::Vec;
use core::cell::Cell;
use core::ptr::{null_mut, with_exposed_provenance_mut};

#[path = "increment.rs"]
mod increment;
use increment::Loose;

const FINALIZED: usize = 1;
const DEAD: usize = 2;
const UNTRACKED: usize = 4;
const LINKED: usize = 8;
const COLLECTING: usize = 0x10;
const BEHIND: usize = 0x20;
const MOVED: usize = 0x40;
/// In the queue of `spread`, which keeps the cell.
const QUEUED: usize = 0x80;
const GENERATION: usize = 0x300;
/// All bits of the generation: alive for sure.
const MARKED: usize = 3;
const SHIFT: u32 = 16;
const FLAGS: usize = (1 << SHIFT) - 1;
/// References left of a root: never counted down.
const CAP: u32 = (1 << 24) - 1;

/// One word before the object.
#[repr(C)]
pub struct OneWord(Cell<usize>);

type Node = *mut OneWord;

/// Head of a list of nodes with one word.
pub struct List {
    head: Cell<Node>,
    /// Last node; unused while `newest_first`.
    tail: Cell<Node>,
    newest_first: Cell<bool>,
    /// Last node before those that `settle_some` has to look at; null: it begins at the head. Nothing before it leaves the list.
    settled: Cell<Node>,
    /// Nodes that are not linked here: for increments.
    loose: Loose,
}

impl OneWord {
    #[inline(always)]
    fn next(&self) -> Node {
        with_exposed_provenance_mut(self.0.get() >> SHIFT)
    }
    #[inline(always)]
    fn set_next(&self, next: Node) {
        self.0.set(self.0.get() & FLAGS | next.expose_provenance() << SHIFT);
    }
    #[inline(always)]
    fn has(&self, flags: usize) -> bool {
        self.0.get() & flags != 0
    }
    #[inline(always)]
    fn set(&self, flags: usize) {
        self.0.set(self.0.get() | flags);
    }
    #[inline(always)]
    fn unset(&self, flags: usize) {
        self.0.set(self.0.get() & !flags);
    }
    /// Makes `next` the successor of `before`, or the head if that is null.
    ///
    /// # Safety
    /// `before` is null or a node of the list.
    #[inline(always)]
    unsafe fn unlink_after(list: &List, before: Node, next: Node) {
        if before.is_null() {
            list.head.set(next);
        } else {
            // SAFETY: a linked node keeps its cell.
            unsafe { (*before).set_next(next) }
        }
    }
}

/// Steps from the newest object in which a dying one is looked for before it becomes a tombstone. `x = f(x)` makes the new
/// object before the old one dies, and a container dies before what it held.
const REACH: usize = 4;

/// Takes a node out if it stands close behind `newest`, and says whether it did.
///
/// # Safety
/// `newest` is null or the head of a list.
#[inline(always)]
unsafe fn unlink_near(newest: Node, node: Node) -> bool {
    let mut link = newest;
    for _ in 0..REACH {
        if link.is_null() {
            return false;
        }
        // SAFETY: nodes on a list keep their cell.
        unsafe {
            let next = (*link).next();
            if next == node {
                (*link).set_next((*node).next());
                return true;
            }
            link = next;
        }
    }
    false
}

/// Takes the first node off, whatever its state.
///
/// # Safety
/// The list is in use by nobody else.
unsafe fn pop_any(list: &List) -> Node {
    let node = list.head.get();
    list.settled.set(null_mut());
    if !node.is_null() {
        // SAFETY: linked nodes keep their cell.
        unsafe {
            list.head.set((*node).next());
            (*node).set_next(null_mut());
            (*node).unset(LINKED);
        }
    }
    node
}

// SAFETY: a node is linked only by `track` and `append`, which set LINKED; every walk that takes nodes off clears it.
unsafe impl GcHeader for OneWord {
    const NAME: &'static str = "one-word";
    const NEEDS_SCRATCH: bool = true;
    type List = List;
    type Space = ();

    #[inline(always)]
    fn new() -> Self {
        OneWord(Cell::new(0))
    }
    fn new_list() -> List {
        List { head: Cell::new(null_mut()), tail: Cell::new(null_mut()), newest_first: Cell::new(false), settled: Cell::new(null_mut()), loose: Loose::new() }
    }
    fn init(_list: &List, _space: &(), _generation: Option<usize>) {}
    #[inline(always)]
    unsafe fn is_tracked(node: Node) -> bool {
        // SAFETY: the caller's promise; so below.
        unsafe { (*node).0.get() & (LINKED | UNTRACKED | DEAD) == LINKED }
    }
    unsafe fn is_finalized(node: Node) -> bool {
        // SAFETY: as above.
        unsafe { (*node).has(FINALIZED) }
    }
    unsafe fn set_finalized(node: Node, on: bool) {
        // SAFETY: as above.
        let word = unsafe { &*node };
        if on { word.set(FINALIZED) } else { word.unset(FINALIZED) }
    }
    unsafe fn is_trash(node: Node) -> bool {
        // SAFETY: as above.
        unsafe { (*node).has(COLLECTING) }
    }
    unsafe fn has_working_flags(node: Node) -> bool {
        // SAFETY: as above.
        unsafe { (*node).has(COLLECTING | BEHIND | MOVED) }
    }
    unsafe fn clear_trash(node: Node) {
        // SAFETY: as above.
        unsafe { (*node).unset(COLLECTING) }
    }

    #[inline(always)]
    unsafe fn track(youngest: &List, node: Node) {
        // SAFETY: the node is live.
        let word = unsafe { &*node };
        if word.has(LINKED) {
            word.unset(UNTRACKED); // still on the list that it left in name only
            return;
        }
        let finalized = word.0.get() & FINALIZED;
        word.0.set(youngest.head.get().expose_provenance() << SHIFT | LINKED | finalized);
        youngest.head.set(node);
        youngest.newest_first.set(true);
    }
    #[inline(always)]
    unsafe fn track_new(youngest: &List, node: Node) {
        // SAFETY: the caller's promise.
        unsafe { node.write(OneWord(Cell::new(youngest.head.get().expose_provenance() << SHIFT | LINKED))) };
        youngest.head.set(node);
        youngest.newest_first.set(true);
    }
    unsafe fn untrack(youngest: &List, node: Node) {
        // SAFETY: the node is linked.
        unsafe {
            if youngest.head.get() == node && youngest.newest_first.get() {
                pop_any(youngest);
            } else {
                (*node).set(UNTRACKED);
                (*node).unset(COLLECTING);
            }
        }
    }
    #[inline(always)]
    unsafe fn remove_dead(youngest: &List, node: Node) -> bool {
        // SAFETY: the node's cell is ours until freed.
        unsafe {
            if !(*node).has(LINKED) {
                return true;
            }
            if youngest.newest_first.get() {
                if youngest.head.get() == node {
                    youngest.head.set((*node).next());
                    return true;
                }
                if !(*node).has(GENERATION | COLLECTING) && unlink_near(youngest.head.get(), node) {
                    return true;
                }
            }
            (*node).set(DEAD);
        }
        false
    }
    unsafe fn tombstone_generation(node: Node) -> usize {
        // SAFETY: the cell of a tombstone is kept.
        unsafe { ((*node).0.get() & GENERATION) >> 8 }
    }
    #[inline(always)]
    unsafe fn set_generation(node: Node, number: usize) {
        // SAFETY: the caller's promise.
        let word = unsafe { &*node };
        word.0.set(word.0.get() & !GENERATION | number << 8);
    }

    unsafe fn append(list: &List, node: Node) {
        debug_assert!(!list.newest_first.get());
        if list.loose.is_used() {
            return list.loose.push(node);
        }
        // SAFETY: the node is live and on no list; the tail is a linked node.
        unsafe {
            (*node).0.set((*node).0.get() & FLAGS & !UNTRACKED | LINKED);
            if list.head.get().is_null() {
                list.head.set(node);
            } else {
                (*list.tail.get()).set_next(node);
            }
        }
        list.tail.set(node);
    }
    unsafe fn pop_front(list: &List, tombstone: &mut dyn FnMut(Node)) -> Node {
        if list.loose.is_used() {
            // SAFETY: passed on.
            return unsafe { list.loose.pop() };
        }
        loop {
            // SAFETY: passed on; popped nodes keep their cell until `tombstone`.
            unsafe {
                let node = pop_any(list);
                if node.is_null() {
                    return node;
                }
                if (*node).has(DEAD) {
                    if !(*node).has(QUEUED) {
                        tombstone(node);
                    }
                } else if (*node).has(UNTRACKED) {
                    (*node).unset(UNTRACKED);
                } else {
                    return node;
                }
            }
        }
    }
    unsafe fn merge(from: &List, into: &List) {
        debug_assert!(!into.newest_first.get());
        if from.loose.is_used() {
            return from.loose.clear(); // they are linked, and `deduce` has put them into their space
        }
        // SAFETY: nodes on a list keep their cell.
        unsafe {
            if from.newest_first.replace(false) {
                let last = from.head.get();
                let mut ordered: Node = null_mut();
                let mut node = last;
                while !node.is_null() {
                    let next = (*node).next();
                    (*node).set_next(ordered);
                    ordered = node;
                    node = next;
                }
                from.head.set(ordered);
                from.tail.set(last);
            }
            if from.head.get().is_null() {
                return;
            }
            if into.head.get().is_null() {
                into.head.set(from.head.get());
            } else {
                (*into.tail.get()).set_next(from.head.get());
            }
        }
        into.tail.set(from.tail.get());
        from.head.set(null_mut());
        from.settled.set(null_mut());
    }
    unsafe fn for_each(list: &List, f: &mut dyn FnMut(Node)) {
        if list.loose.is_used() {
            // SAFETY: passed on.
            return unsafe { list.loose.for_each(f) };
        }
        if list.newest_first.get() {
            // Orders of the youngest generation are shown to programs: oldest first, as `TwoWord` has it.
            let scratch = Self::new_list();
            // SAFETY: the nodes go to the scratch list and back.
            unsafe {
                Self::merge(list, &scratch);
                Self::for_each(&scratch, f);
                let mut node = scratch.head.get();
                let mut newest: Node = null_mut();
                while !node.is_null() {
                    let next = (*node).next();
                    (*node).set_next(newest);
                    newest = node;
                    node = next;
                }
                list.head.set(newest);
                list.newest_first.set(true);
            }
            return;
        }
        let mut node = list.head.get();
        while !node.is_null() {
            // SAFETY: nodes on a list keep their cell.
            let word = unsafe { &*node };
            let next = word.next();
            if !word.has(DEAD | UNTRACKED) {
                f(node);
            }
            node = next;
        }
    }
    unsafe fn settle(list: &List, number: usize, tombstone: &mut dyn FnMut(Node)) -> usize {
        let mut live = 0;
        let newest_first = list.newest_first.get();
        list.settled.set(null_mut());
        let mut link: Node = null_mut();
        let mut node = list.head.get();
        while !node.is_null() {
            // SAFETY: nodes on a list keep their cell until unlinked here.
            unsafe {
                let next = (*node).next();
                if (*node).has(DEAD | UNTRACKED) {
                    Self::unlink_after(list, link, next);
                    (*node).set_next(null_mut());
                    (*node).unset(LINKED | UNTRACKED);
                    if (*node).0.get() & (DEAD | QUEUED) == DEAD {
                        tombstone(node);
                    }
                } else {
                    if number != KEEP {
                        Self::set_generation(node, number);
                    }
                    live += 1;
                    link = node;
                }
                node = next;
            }
        }
        list.tail.set(link);
        list.newest_first.set(newest_first && !list.head.get().is_null());
        live
    }

    unsafe fn mark<M: ObjectModel<Header = Self>>(model: &M, from: Vec<Node>) {
        // SAFETY: passed on.
        unsafe { increment::mark(model, from) }
    }

    unsafe fn settle_some(list: &List, steps: usize, tombstone: &mut dyn FnMut(Node)) -> bool {
        debug_assert!(!list.newest_first.get());
        let mut link = list.settled.get();
        // SAFETY: nodes on a list keep their cell until unlinked here; that before which all is settled stays.
        unsafe {
            let mut node = if link.is_null() { list.head.get() } else { (*link).next() };
            for _ in 0..steps {
                if node.is_null() {
                    break;
                }
                let next = (*node).next();
                if (*node).has(DEAD | UNTRACKED) {
                    Self::unlink_after(list, link, next);
                    (*node).set_next(null_mut());
                    (*node).unset(LINKED | UNTRACKED);
                    if (*node).0.get() & (DEAD | QUEUED) == DEAD {
                        tombstone(node);
                    }
                } else {
                    link = node;
                }
                node = next;
            }
            if node.is_null() {
                list.tail.set(link);
                link = null_mut();
            }
            list.settled.set(link);
            node.is_null()
        }
    }

    unsafe fn keep(list: &List, node: Node) {
        // SAFETY: the node is live. What was in an increment never left its list.
        unsafe {
            if !(*node).has(LINKED) {
                Self::append(list, node);
            }
        }
    }

    const SPACES: bool = true;
    fn init_increment(list: &List, queue: bool) {
        list.loose.use_for(queue);
    }
    unsafe fn generation(node: Node) -> usize {
        // SAFETY: as above.
        unsafe { ((*node).0.get() & GENERATION) >> 8 }
    }
    unsafe fn take(node: Node, number: usize, into: &List) -> bool {
        // SAFETY: passed on.
        unsafe { into.loose.take(node, number) }
    }
    unsafe fn close<M: ObjectModel<Header = Self>>(model: &M, start: Node, from: usize, to: usize, into: &List) -> usize {
        // SAFETY: passed on.
        unsafe { increment::close(model, start, from, to, &into.loose) }
    }
    unsafe fn spread<M: ObjectModel<Header = Self>>(model: &M, reached: &List, _visited: &List, from: usize, to: usize, limit: usize) -> usize {
        // SAFETY: passed on.
        unsafe { increment::spread(model, &reached.loose, from, to, limit) }
    }
    unsafe fn stop_spreading(reached: &List, _visited: &List, tombstone: &mut dyn FnMut(Node)) {
        // SAFETY: passed on.
        unsafe { increment::stop_spreading(&reached.loose, tombstone) }
    }

    unsafe fn deduce<M: ObjectModel<Header = Self>>(model: &M, work: &List, unreachable: &List, number: usize) -> usize {
        debug_assert!(!work.newest_first.get());
        if work.loose.is_used() {
            // SAFETY: passed on.
            return unsafe { increment::deduce(model, &work.loose, &unreachable.loose, number) };
        }
        let mut visited = 0;
        // SAFETY: nodes on `work` that are not DEAD are live, and nothing here runs program code. Dead nodes leave in the first
        // pass.
        unsafe {
            // Marked nodes make a list of their own; most are each other's neighbours, and their links are right.
            let (mut alive, mut alive_last): (Node, Node) = (null_mut(), null_mut());
            let mut last: Node = null_mut();
            let mut node = work.head.get();
            while !node.is_null() {
                let (word, next) = ((*node).0.get(), (*node).next());
                if word & (GENERATION | DEAD | UNTRACKED) == GENERATION {
                    visited += 1;
                    (*node).0.set(word & !GENERATION | number << 8);
                    if alive.is_null() {
                        alive = node;
                    } else if (*alive_last).next() != node {
                        (*alive_last).set_next(node);
                    }
                    alive_last = node;
                } else if word & (DEAD | UNTRACKED) != 0 {
                    Self::unlink_after(work, last, next);
                    (*node).0.set(word & FLAGS & !(LINKED | UNTRACKED));
                    if word & DEAD != 0 {
                        model.free_tombstone(node);
                    }
                } else {
                    visited += 1;
                    let refs = model.count(node).map_or(CAP, |n| n.min(CAP as usize) as u32);
                    model.set_scratch(node, refs);
                    (*node).0.set(word | COLLECTING);
                    if !alive.is_null() {
                        Self::unlink_after(work, last, node);
                    }
                    last = node;
                }
                node = next;
            }
            work.tail.set(last);
            if !alive.is_null() {
                Self::unlink_after(work, last, null_mut());
                (*alive_last).set_next(null_mut());
            }

            let mut node = work.head.get();
            while !node.is_null() {
                model.trace(node, |child| {
                    if (*child).has(COLLECTING) {
                        match model.scratch(child) {
                            0 => negative(),
                            CAP => {}
                            refs => model.set_scratch(child, refs - 1),
                        }
                    }
                });
                node = (*node).next();
            }

            let tentative = Self::new_list();
            let mut moved: Vec<Node> = Vec::new();
            let mut gave_up = false;
            // A node that was looked through is a survivor: nobody asks for its references left any more.
            let mut scan = |node: Node, moved: &mut Vec<Node>| {
                model.trace(node, |child| {
                    if !(*child).has(COLLECTING) {
                        return;
                    }
                    if (*child).has(BEHIND) && !(*child).has(MOVED) {
                        if moved.try_reserve(1).is_err() {
                            gave_up = true;
                            return;
                        }
                        (*child).set(MOVED);
                        moved.push(child);
                    } else if model.scratch(child) == 0 {
                        model.set_scratch(child, 1);
                    }
                });
                (*node).unset(COLLECTING);
                Self::set_generation(node, number);
                model.set_scratch(node, 0);
            };
            let mut last: Node = null_mut();
            let mut node = work.head.get();
            while !node.is_null() {
                let next = (*node).next();
                if model.scratch(node) != 0 {
                    scan(node, &mut moved);
                    last = node;
                } else {
                    Self::unlink_after(work, last, next);
                    (*node).set(BEHIND);
                    Self::append(&tentative, node);
                }
                node = next;
            }
            work.tail.set(last);
            let mut i = 0;
            while i < moved.len() {
                let node = moved[i];
                scan(node, &mut moved);
                i += 1;
            }
            loop {
                let node = pop_any(&tentative);
                if node.is_null() {
                    break;
                }
                model.set_scratch(node, 0);
                (*node).unset(BEHIND);
                if (*node).has(MOVED) {
                    continue;
                }
                if gave_up {
                    // Out of memory for the queue: nothing of this generation is collected now.
                    (*node).unset(COLLECTING);
                    Self::set_generation(node, number);
                    Self::append(work, node);
                } else {
                    Self::append(unreachable, node);
                }
            }
            for &node in &moved {
                (*node).unset(MOVED);
                Self::append(work, node);
            }
            if !alive.is_null() {
                (*alive_last).set_next(work.head.get());
                if work.head.get().is_null() {
                    work.tail.set(alive_last);
                }
                work.head.set(alive);
            }
        }
        visited
    }
}
