//! Looking at `OneWord` objects that are not a whole list: increments, nodes in a vector, which stay linked in the list they came from.
//!
//! A node that dies meanwhile becomes a tombstone there, and its cell stays until that list gives it up; in the queue of `spread`,
//! which lasts from one collection to the next, the flag QUEUED keeps it. Not here: which nodes make an increment (`increments.rs`).
use super::{CAP, COLLECTING, DEAD, GENERATION, LINKED, MARKED, Node, OneWord, QUEUED, UNTRACKED};
use crate::{GcHeader, ObjectModel, negative};
use alloc::vec::Vec;
use core::cell::Cell;
use core::ptr::null_mut;

/// Nodes of an increment, or its trash, or the queue.
pub(super) struct Loose {
    used: Cell<bool>,
    queue: Cell<bool>,
    nodes: Cell<Vec<Node>>,
    /// Nodes before this one were taken off.
    first: Cell<usize>,
}

impl Loose {
    pub(super) const fn new() -> Self {
        Loose { used: Cell::new(false), queue: Cell::new(false), nodes: Cell::new(Vec::new()), first: Cell::new(0) }
    }
    pub(super) fn use_for(&self, queue: bool) {
        self.used.set(true);
        self.queue.set(queue);
    }
    #[inline(always)]
    pub(super) fn is_used(&self) -> bool {
        self.used.get()
    }
    /// Adds a node for which there is room: `deduce` and `take` see to it.
    pub(super) fn push(&self, node: Node) {
        let mut nodes = self.nodes.take();
        nodes.push(node);
        self.nodes.set(nodes);
    }
    /// Empties it, but keeps its memory: trash goes back and forth between two of them.
    pub(super) fn clear(&self) {
        let mut nodes = self.nodes.take();
        nodes.clear();
        self.nodes.set(nodes);
        self.first.set(0);
    }
    /// Takes the first node off that is alive and tracked; null when there is none.
    pub(super) unsafe fn pop(&self) -> Node {
        loop {
            let nodes = self.nodes.take();
            let Some(&node) = nodes.get(self.first.get()) else {
                self.nodes.set(nodes);
                self.clear();
                return null_mut();
            };
            self.nodes.set(nodes);
            self.first.set(self.first.get() + 1);
            // SAFETY: its list keeps the cell.
            if !unsafe { (*node).has(DEAD | UNTRACKED) } {
                return node;
            }
        }
    }
    pub(super) unsafe fn for_each(&self, f: &mut dyn FnMut(Node)) {
        let nodes = self.nodes.take();
        for &node in &nodes[self.first.get()..] {
            // SAFETY: as above.
            if !unsafe { (*node).has(DEAD | UNTRACKED) } {
                f(node);
            }
        }
        self.nodes.set(nodes);
    }
    /// See `GcHeader::take`.
    pub(super) unsafe fn take(&self, node: Node, number: usize) -> bool {
        let mut nodes = self.nodes.take();
        // SAFETY: the node is live.
        let taken = unsafe { add(&mut nodes, node, number, if self.queue.get() { QUEUED } else { 0 }) };
        self.nodes.set(nodes);
        taken
    }
}

/// Adds a node, which is of space `number` from now on, unless memory is out.
unsafe fn add(nodes: &mut Vec<Node>, node: Node, number: usize, flags: usize) -> bool {
    if nodes.try_reserve(1).is_err() {
        return false;
    }
    nodes.push(node);
    // SAFETY: the node is live.
    unsafe {
        OneWord::set_generation(node, number);
        (*node).set(flags);
    }
    true
}

/// Whether a live node is tracked and of space `number`.
#[inline(always)]
unsafe fn is_of(node: Node, number: usize) -> bool {
    // SAFETY: the caller's promise.
    unsafe { (*node).0.get() & (GENERATION | LINKED | UNTRACKED) == number << 8 | LINKED }
}

/// See `GcHeader::close`.
pub(super) unsafe fn close<M: ObjectModel<Header = OneWord>>(model: &M, start: Node, from: usize, to: usize, into: &Loose) -> usize {
    let mut nodes = into.nodes.take();
    let before = nodes.len();
    let mut at = before;
    // SAFETY: nodes that are traced are live; what is added is referred to by them.
    unsafe {
        add(&mut nodes, start, to, 0);
        while let Some(&node) = nodes.get(at) {
            model.trace(node, |child| {
                if is_of(child, from) {
                    add(&mut nodes, child, to, 0);
                }
            });
            at += 1;
        }
    }
    into.nodes.set(nodes);
    at - before
}

/// See `GcHeader::spread`.
pub(super) unsafe fn spread<M: ObjectModel<Header = OneWord>>(model: &M, reached: &Loose, from: usize, to: usize, limit: usize) -> usize {
    let mut nodes = reached.nodes.take();
    let mut looked_at = 0;
    // SAFETY: QUEUED keeps the cells of the queue; those that are not dead are live objects.
    unsafe {
        while looked_at < limit
            && let Some(node) = nodes.pop()
        {
            looked_at += 1;
            (*node).unset(QUEUED);
            if (*node).0.get() & (DEAD | LINKED) == DEAD {
                model.free_tombstone(node); // its list has given it up
            } else if !(*node).has(DEAD | UNTRACKED) {
                model.trace(node, |child| {
                    if is_of(child, from) {
                        add(&mut nodes, child, to, QUEUED);
                    }
                });
            }
        }
    }
    reached.nodes.set(nodes);
    looked_at
}

/// See `GcHeader::stop_spreading`.
pub(super) unsafe fn stop_spreading(reached: &Loose, tombstone: &mut dyn FnMut(Node)) {
    for node in reached.nodes.take() {
        // SAFETY: as for `spread`.
        unsafe {
            (*node).unset(QUEUED);
            if (*node).0.get() & (DEAD | LINKED) == DEAD {
                tombstone(node);
            }
        }
    }
}

/// See `GcHeader::mark`.
pub(super) unsafe fn mark<M: ObjectModel<Header = OneWord>>(model: &M, from: Vec<Node>) {
    let mut behind = from;
    // SAFETY: roots and what live objects refer to are alive.
    unsafe {
        behind.iter().for_each(|&node| OneWord::set_generation(node, MARKED));
        while let Some(node) = behind.pop() {
            model.trace(node, |child| {
                let word = (*child).0.get();
                if word & (LINKED | UNTRACKED) == LINKED && word & GENERATION != GENERATION && behind.try_reserve(1).is_ok() {
                    (*child).0.set(word | GENERATION);
                    behind.push(child);
                }
            });
        }
    }
}

/// See `GcHeader::deduce`. The vectors keep room for what is done with the trash.
pub(super) unsafe fn deduce<M: ObjectModel<Header = OneWord>>(model: &M, work: &Loose, unreachable: &Loose, number: usize) -> usize {
    let mut nodes = work.nodes.take();
    nodes.drain(..work.first.replace(0));
    let (mut rest, mut behind) = (unreachable.nodes.take(), Vec::<Node>::new());
    rest.clear();
    // SAFETY: nodes that are not DEAD are live, and nothing here runs program code.
    unsafe {
        nodes.retain(|&node| !(*node).has(DEAD | UNTRACKED));
        let room = rest.try_reserve(nodes.len()).is_ok() && behind.try_reserve(nodes.len()).is_ok();
        if !room {
            for &node in &nodes {
                (*node).unset(COLLECTING);
                OneWord::set_generation(node, number);
            }
        } else {
            for &node in &nodes {
                model.set_scratch(node, model.count(node).map_or(CAP, |n| n.min(CAP as usize) as u32));
                (*node).set(COLLECTING);
            }
            for &node in &nodes {
                model.trace(node, |child| {
                    if (*child).has(COLLECTING) {
                        match model.scratch(child) {
                            0 => negative(),
                            CAP => {}
                            refs => model.set_scratch(child, refs - 1),
                        }
                    }
                });
            }
            for &node in &nodes {
                if !(*node).has(COLLECTING) || model.scratch(node) == 0 {
                    continue;
                }
                behind.push(node);
                while let Some(node) = behind.pop() {
                    (*node).unset(COLLECTING);
                    OneWord::set_generation(node, number);
                    model.set_scratch(node, 0);
                    model.trace(node, |child| {
                        // Others with references left have their turn in the loop, or wait in `behind`.
                        if (*child).has(COLLECTING) && model.scratch(child) == 0 {
                            model.set_scratch(child, 1);
                            behind.push(child);
                        }
                    });
                }
            }
            rest.extend(nodes.iter().filter(|node| (***node).has(COLLECTING)));
        }
    }
    let visited = nodes.len();
    work.nodes.set(nodes);
    unreachable.nodes.set(rest);
    unreachable.first.set(0);
    visited
}
