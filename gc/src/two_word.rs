//! `TwoWord`: a doubly linked list through two words before the header, as CPython up to 3.15 has it.
//!
//! ```text
//! +0 next  bits 63..1 next node; bit 0 = UNREACHABLE (only inside `deduce`; before: MARKED); 0 = not tracked
//! +8 prev  bits 63..2 previous node (inside `deduce`: references left, << 2); bit 1 = COLLECTING, bit 0 = FINALIZED
//! ```
//! State: 0 to 2 = generation or space, 3 = COLLECTING. A collection needs no memory beside these words.
use crate::{GcHeader, ObjectModel, negative};
use alloc::vec::Vec;
use core::cell::Cell;
use core::ptr::{null_mut, without_provenance_mut};

const UNREACHABLE: usize = 1;
/// The same bit between `mark` and the first pass of `deduce`.
const MARKED: usize = 1;
const FINALIZED: usize = 1;
const STATE: usize = 6;
const STATE_SHIFT: u32 = 1;
const COLLECTING: usize = STATE;
const FLAGS: usize = 7;
const REFS_SHIFT: u32 = 3;
const ROOT: usize = usize::MAX >> (REFS_SHIFT + 1);

/// Two words before the object; also the head of a list.
#[repr(C)]
pub struct TwoWord {
    next: Cell<*mut TwoWord>,
    prev: Cell<*mut TwoWord>,
}

type Node = *mut TwoWord;

#[inline(always)]
fn plain(p: Node) -> Node {
    p.map_addr(|a| a & !FLAGS)
}

impl TwoWord {
    #[inline(always)]
    fn set_prev(&self, to: Node) {
        let flags = self.prev.get().addr() & FLAGS;
        self.prev.set(to.map_addr(|a| a | flags));
    }
    fn refs(&self) -> usize {
        self.prev.get().addr() >> REFS_SHIFT
    }
    fn set_refs(&self, refs: usize) {
        let flags = self.prev.get().addr() & FLAGS;
        self.prev.set(without_provenance_mut(refs << REFS_SHIFT | flags));
    }
    fn collecting(&self) -> bool {
        self.prev.get().addr() & STATE == COLLECTING
    }
    fn head(&self) -> Node {
        core::ptr::from_ref(self).cast_mut()
    }
    fn state(&self) -> usize {
        (self.prev.get().addr() & STATE) >> STATE_SHIFT
    }
    fn empty(&self) {
        self.next.set(self.head());
        self.prev.set(self.head());
    }
}

/// # Safety
/// `node` is on a list whose links are complete (not inside `deduce`).
#[inline(always)]
unsafe fn unlink(node: Node) {
    // SAFETY: neighbours of a linked node are linked nodes or the head.
    unsafe {
        let (next, prev) = (plain((*node).next.get()), plain((*node).prev.get()));
        (*prev).next.set(next);
        (*next).set_prev(prev);
        (*node).next.set(null_mut());
        let finalized = (*node).prev.get().addr() & FINALIZED;
        (*node).prev.set(without_provenance_mut(finalized));
    }
}

// SAFETY: nodes are linked only by `append`, which is called on nodes that are on no list; `deduce` mirrors CPython.
unsafe impl GcHeader for TwoWord {
    const NAME: &'static str = "two-word";
    const NEEDS_SCRATCH: bool = false;
    type List = TwoWord;
    type Space = ();

    #[inline(always)]
    fn new() -> Self {
        TwoWord { next: Cell::new(null_mut()), prev: Cell::new(null_mut()) }
    }
    fn new_list() -> TwoWord {
        Self::new()
    }
    fn init(list: &TwoWord, _space: &(), _generation: Option<usize>) {
        list.empty();
    }
    #[inline(always)]
    unsafe fn is_tracked(node: Node) -> bool {
        // SAFETY: the caller's promise; so below.
        unsafe { !(*node).next.get().is_null() }
    }
    unsafe fn is_finalized(node: Node) -> bool {
        // SAFETY: as above.
        unsafe { (*node).prev.get().addr() & FINALIZED != 0 }
    }
    unsafe fn set_finalized(node: Node, on: bool) {
        // SAFETY: as above.
        let prev = unsafe { &(*node).prev };
        prev.set(prev.get().map_addr(|a| a & !FINALIZED | on as usize));
    }
    unsafe fn is_trash(node: Node) -> bool {
        // SAFETY: as above.
        unsafe { (*node).collecting() }
    }
    unsafe fn has_working_flags(node: Node) -> bool {
        // SAFETY: as above.
        unsafe { (*node).collecting() || (*node).next.get().addr() & UNREACHABLE != 0 }
    }
    unsafe fn clear_trash(node: Node) {
        // SAFETY: as above.
        let prev = unsafe { &(*node).prev };
        prev.set(prev.get().map_addr(|a| a & !STATE));
    }

    #[inline(always)]
    unsafe fn track(youngest: &TwoWord, node: Node) {
        // SAFETY: passed on.
        unsafe { Self::append(youngest, node) }
    }
    #[inline(always)]
    unsafe fn track_new(youngest: &TwoWord, node: Node) {
        let last = youngest.prev.get();
        // SAFETY: the caller's promise; `last` is the last node or the head itself.
        unsafe {
            node.write(TwoWord { next: Cell::new(youngest.head()), prev: Cell::new(last) });
            (*last).next.set(node);
        }
        youngest.prev.set(node);
    }
    unsafe fn untrack(_youngest: &TwoWord, node: Node) {
        // SAFETY: the node is tracked, so it is linked.
        unsafe { unlink(node) }
    }
    #[inline(always)]
    unsafe fn remove_dead(_youngest: &TwoWord, node: Node) -> bool {
        // SAFETY: a tracked node is linked.
        unsafe {
            if Self::is_tracked(node) {
                unlink(node);
            }
        }
        true
    }
    unsafe fn tombstone_generation(_node: Node) -> usize {
        0
    }
    unsafe fn set_generation(node: Node, number: usize) {
        // SAFETY: as above.
        let prev = unsafe { &(*node).prev };
        prev.set(prev.get().map_addr(|a| a & !STATE | number << STATE_SHIFT));
    }

    const SPACES: bool = true;
    unsafe fn generation(node: Node) -> usize {
        // SAFETY: as above. Off its list a node's state is 0.
        unsafe { (*node).state() }
    }
    unsafe fn take(node: Node, number: usize, into: &TwoWord) -> bool {
        // SAFETY: the node is tracked, so it is linked.
        unsafe {
            unlink(node);
            Self::set_generation(node, number);
            Self::append(into, node);
        }
        true
    }
    unsafe fn close<M: ObjectModel<Header = Self>>(model: &M, start: Node, from: usize, to: usize, into: &TwoWord) -> usize {
        let (mut taken, mut node) = (1, start);
        // SAFETY: nodes of a space are linked and alive; what is taken goes behind the walk.
        unsafe {
            Self::take(start, to, into);
            while node != into.head() {
                model.trace(node, |child| {
                    if (*child).state() == from {
                        Self::take(child, to, into);
                        taken += 1;
                    }
                });
                node = (*node).next.get();
            }
        }
        taken
    }
    unsafe fn spread<M: ObjectModel<Header = Self>>(model: &M, reached: &TwoWord, visited: &TwoWord, from: usize, to: usize, limit: usize) -> usize {
        let mut looked_at = 0;
        // SAFETY: as above.
        unsafe {
            while looked_at < limit {
                let node = Self::pop_front(reached, &mut |_| {});
                if node.is_null() {
                    break;
                }
                looked_at += 1;
                Self::append(visited, node);
                model.trace(node, |child| {
                    if (*child).state() == from {
                        Self::take(child, to, reached);
                    }
                });
            }
        }
        looked_at
    }
    unsafe fn mark<M: ObjectModel<Header = Self>>(model: &M, from: Vec<Node>) {
        let mut behind = from;
        let mark = |node: &TwoWord| node.next.set(node.next.get().map_addr(|a| a | MARKED));
        // SAFETY: roots and what live objects refer to are alive.
        unsafe {
            behind.iter().for_each(|&node| mark(&*node));
            while let Some(node) = behind.pop() {
                model.trace(node, |child| {
                    if Self::is_tracked(child) && (*child).next.get().addr() & MARKED == 0 && behind.try_reserve(1).is_ok() {
                        mark(&*child);
                        behind.push(child);
                    }
                });
            }
        }
    }
    unsafe fn for_each_reached(reached: &TwoWord, f: &mut dyn FnMut(Node)) {
        // SAFETY: passed on.
        unsafe { Self::for_each(reached, f) }
    }
    unsafe fn stop_spreading(reached: &TwoWord, visited: &TwoWord, _tombstone: &mut dyn FnMut(Node)) {
        // SAFETY: passed on.
        unsafe { Self::merge(reached, visited) }
    }

    #[inline(always)]
    unsafe fn append(list: &TwoWord, node: Node) {
        let last = list.prev.get();
        // SAFETY: `last` is the last node or the head itself.
        unsafe {
            (*last).next.set(node);
            (*node).set_prev(last);
            (*node).next.set(list.head());
        }
        list.prev.set(node);
    }
    unsafe fn pop_front(list: &TwoWord, _tombstone: &mut dyn FnMut(Node)) -> Node {
        let first = list.next.get();
        if first == list.head() {
            return null_mut();
        }
        // SAFETY: the first node is linked. Its collection flag outlives the list.
        unsafe {
            let flags = (*first).prev.get().addr() & FLAGS;
            unlink(first);
            (*first).prev.set(without_provenance_mut(flags));
        }
        first
    }
    unsafe fn merge(from: &TwoWord, into: &TwoWord) {
        if from.next.get() == from.head() {
            return;
        }
        let (first, last, tail) = (from.next.get(), from.prev.get(), into.prev.get());
        // SAFETY: first and last are nodes of `from`, tail is a node of `into` or its head.
        unsafe {
            (*tail).next.set(first);
            (*first).set_prev(tail);
            (*last).next.set(into.head());
        }
        into.prev.set(last);
        from.empty();
    }
    unsafe fn for_each(list: &TwoWord, f: &mut dyn FnMut(Node)) {
        let mut node = list.next.get();
        while node != list.head() {
            // SAFETY: linked nodes are live.
            let next = plain(unsafe { (*node).next.get() });
            f(node);
            node = next;
        }
    }
    unsafe fn settle(list: &TwoWord, _number: usize, _tombstone: &mut dyn FnMut(Node)) -> usize {
        let mut n = 0;
        // SAFETY: passed on.
        unsafe { Self::for_each(list, &mut |_| n += 1) };
        n
    }

    // CPython 3.14 Python/gc.c: deduce_unreachable (update_refs, subtract_refs, move_unreachable).
    unsafe fn deduce<M: ObjectModel<Header = Self>>(model: &M, work: &TwoWord, unreachable: &TwoWord, number: usize) -> usize {
        let mut visited = 0;
        // SAFETY: all nodes on `work` are live; `deduce` itself changes no counts and runs no program code, so they
        // stay so. From here to the end of the walk `prev` of nodes on `work` holds references left.
        unsafe {
            let alive = Self::new_list();
            alive.empty();
            Self::for_each(work, &mut |node| {
                visited += 1;
                if (*node).next.get().addr() & MARKED != 0 {
                    (*node).next.set(plain((*node).next.get()));
                    unlink(node);
                    Self::set_generation(node, number);
                    return Self::append(&alive, node);
                }
                let refs = model.count(node).unwrap_or(ROOT).min(ROOT);
                let finalized = (*node).prev.get().addr() & FINALIZED;
                (*node).prev.set(without_provenance_mut(refs << REFS_SHIFT | COLLECTING | finalized));
            });
            Self::for_each(work, &mut |node| {
                model.trace(node, |child| {
                    if (*child).collecting() {
                        let refs = (*child).refs();
                        if refs == 0 {
                            negative();
                        }
                        if refs != ROOT {
                            (*child).set_refs(refs - 1);
                        }
                    }
                });
            });
            let mut prev = work.head();
            let mut node = work.next.get();
            while node != work.head() {
                if (*node).refs() != 0 {
                    model.trace(node, |child| {
                        if !(*child).collecting() {
                            return;
                        }
                        if (*child).next.get().addr() & UNREACHABLE != 0 {
                            // Behind the walk: back to the end of `work`, which the walk still reaches.
                            let (before, after) = (plain((*child).prev.get()), (*child).next.get());
                            (*before).next.set(after);
                            (*plain(after)).set_prev(before);
                            Self::append(work, child);
                            (*child).set_refs(1);
                        } else if (*child).refs() == 0 {
                            (*child).set_refs(1);
                        }
                    });
                    let finalized = (*node).prev.get().addr() & FINALIZED;
                    (*node).prev.set(prev.map_addr(|a| a | finalized | number << STATE_SHIFT));
                    prev = node;
                } else {
                    let next = (*node).next.get();
                    (*prev).next.set(next);
                    let last = unreachable.prev.get();
                    (*last).next.set(node.map_addr(|a| a | UNREACHABLE));
                    (*node).set_prev(last);
                    (*node).next.set(unreachable.head().map_addr(|a| a | UNREACHABLE));
                    unreachable.prev.set(node);
                }
                node = (*prev).next.get();
            }
            work.prev.set(prev);
            let mut node = unreachable.head();
            loop {
                let next = plain((*node).next.get());
                (*node).next.set(next);
                node = next;
                if node == unreachable.head() {
                    break;
                }
            }
            Self::merge(work, &alive);
            Self::merge(&alive, work);
        }
        visited
    }
}
