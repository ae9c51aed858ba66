//! Collecting the old in increments: CPython 3.14.0's scheme, and PEP 848's, where the young wait in spaces of their age first.
//!
//! The old generation is two spaces, pending and visited. An increment is all that can be reached through the pending space from its
//! first node: it holds a cycle whole or not at all. Survivors are visited; when nothing is pending, the spaces change roles.
//! What roots reach is alive and is made visited without being collected. Spaces are `generations[1]` and `[2]`; the number of a
//! node says in which it counts, which for `OneWord` need not be the list it is linked in.
//!
//! Not here: what a collection does with what it looks at (`Collector::cull`).
use crate::collector::{Lists, Stage};
use crate::{Collector, GcHeader, KEEP, ObjectModel, Scheme, Report};
use core::cell::Cell;

/// Most spaces between the nursery and the old.
const AGING: usize = 16;
/// What increments owe at the start: programs that end soon collect nothing old (PEP 848).
const HEAD_START: isize = 100_000;
/// Objects that are passed over for the price of one that is looked through.
const PASSED_PER_WORK: usize = 8;
/// Objects that roots reach and that are looked through for the price of one candidate. While they are, nothing old is collected:
/// at four, no more than a quarter of the live objects dies meanwhile, and as much that was found alive before it died. PEP 848 has one,
/// with which twice that lies about.
const SPREAD_PER_WORK: usize = 4;
/// Objects that one collection of `YoungOld` looks at, in nurseries' thresholds. What is owed beyond that waits for the next.
const MOST_PER_TURN: usize = 10;
/// The part of the heap that 3.14.0 looks at beside what is new: 1 / (this * the second threshold).
const SCAN_RATE: usize = 5;

/// Lists and state of the schemes with increments.
pub(crate) struct Increments<H: GcHeader> {
    /// A ring: the young but for the nursery, a space per nursery.
    aging: [H::List; AGING],
    oldest: Cell<usize>,
    filled: Cell<usize>,
    stage: Stage<H>,
    /// Reached from roots, not yet looked through.
    pub(crate) reached: H::List,
    /// Number of the pending space: 1 or 2.
    pending: Cell<usize>,
    /// Objects to look at before increments have caught up with what became old.
    debt: Cell<isize>,
    /// Objects that became visited since the spaces changed roles.
    round: Cell<usize>,
    /// `YoungOld`: the young have their turn next. `Incremental`: roots have.
    turn: Cell<bool>,
}

impl<H: GcHeader> Increments<H> {
    pub(crate) fn new(scheme: Scheme) -> Self {
        Increments {
            aging: core::array::from_fn(|_| H::new_list()),
            oldest: Cell::new(0),
            filled: Cell::new(0),
            stage: Stage::new(),
            reached: H::new_list(),
            pending: Cell::new(1),
            debt: Cell::new(if scheme == Scheme::YoungOld { -HEAD_START } else { 0 }),
            round: Cell::new(0),
            turn: Cell::new(scheme == Scheme::Incremental),
        }
    }
    pub(crate) fn init(&self, space: &H::Space) {
        if !H::SPACES {
            return;
        }
        for list in self.aging.iter().chain(self.stage.all()).chain([&self.reached]) {
            H::init(list, space, None);
        }
        self.stage.all().iter().for_each(|list| H::init_increment(list, false));
        H::init_increment(&self.reached, true);
    }
    /// Number of the visited space; the oldest generation where there are no spaces.
    pub(crate) fn visited(&self, scheme: Scheme) -> usize {
        if scheme == Scheme::Generations { 2 } else { 3 - self.pending.get() }
    }
    /// Aging spaces, oldest first.
    pub(crate) fn aging_in_order(&self) -> impl Iterator<Item = &H::List> {
        (0..self.filled.get()).map(|i| &self.aging[(self.oldest.get() + i) % AGING])
    }
    /// The kind of collection that is due when one is.
    pub(crate) fn next(&self, scheme: Scheme) -> usize {
        usize::from(scheme == Scheme::Incremental || !self.turn.get())
    }
    fn take_oldest(&self) -> Option<&H::List> {
        let at = self.oldest.get();
        let filled = self.filled.get().checked_sub(1)?;
        self.filled.set(filled);
        self.oldest.set((at + 1) % AGING);
        Some(&self.aging[at])
    }
    /// Moves the young but for the nursery, and what waits in the queue, to `into`.
    ///
    /// # Safety
    /// `into` is a list of the same collector; `tombstone` gives the cell of a tombstone back, or keeps it.
    pub(crate) unsafe fn dissolve(&self, into: &H::List, tombstone: &mut dyn FnMut(*mut H)) {
        // SAFETY: the collector's own lists.
        unsafe {
            H::stop_spreading(&self.reached, into, tombstone);
            while let Some(list) = self.take_oldest() {
                H::merge(list, into);
            }
        }
    }
}

impl<H: GcHeader> Collector<H> {
    fn increments(&self) -> &Increments<H> {
        &self.lists.increments
    }
    /// Numbers of the pending and of the visited space.
    fn spaces(&self) -> (usize, usize) {
        let pending = self.increments().pending.get();
        (pending, 3 - pending)
    }

    /// Makes the next increment look at something even if none is needed: somebody asks for it.
    pub fn owe_increment(&self) {
        let debt = &self.increments().debt;
        debt.set(debt.get().max(self.thresholds()[0].max(1) as isize));
    }

    /// Collects all at once. What survives is visited.
    ///
    /// # Safety
    /// As for `cull`, as for all below.
    pub(crate) unsafe fn everything<M: ObjectModel<Header = H>>(&self, model: &mut M) -> Report {
        let Lists { generations, stage, increments, .. } = &*self.lists;
        let (pending, visited) = self.spaces();
        self.young.set(0);
        // SAFETY: passed on.
        let culled = unsafe {
            H::stop_spreading(&increments.reached, &generations[visited], &mut |dead| model.free_tombstone(dead));
            for list in [visited, pending].map(|number| &generations[number]) {
                H::merge(list, &stage.work);
            }
            increments.dissolve(&stage.work, &mut |_| {});
            H::merge(&generations[0], &stage.work);
            self.dead.iter().for_each(|dead| dead.set(0));
            self.mark(model);
            let culled = self.cull(stage, visited, model);
            self.settle_young(model);
            culled
        };
        increments.debt.set(0);
        increments.turn.set(false);
        increments.round.set(culled.survivors);
        self.sizes[2].set(culled.survivors);
        Report { collected: culled.collected, uncollectable: 0, visited: culled.visited }
    }

    /// `YoungOld`: collects the oldest aging space, if all are in use, and lets the nursery age.
    pub(crate) unsafe fn oldest_of_the_young<M: ObjectModel<Header = H>>(&self, model: &mut M) -> Report {
        let Lists { generations, stage, increments, .. } = &*self.lists;
        let (_, visited) = self.spaces();
        // A nursery is two half spaces.
        let spaces = (self.thresholds()[1] as usize).div_ceil(2).clamp(1, AGING);
        let mut report = Report::default();
        increments.turn.set(false);
        // SAFETY: passed on.
        unsafe {
            let full = increments.filled.get() >= spaces;
            while increments.filled.get() >= spaces
                && let Some(list) = increments.take_oldest()
            {
                H::merge(list, &stage.work);
            }
            // The nursery moves before any program code runs.
            H::merge(&generations[0], &increments.aging[(increments.oldest.get() + increments.filled.get()) % AGING]);
            increments.filled.set(increments.filled.get() + 1);
            self.young.set(0);
            self.dead[0].set(0);
            self.sizes[0].set(0);
            if full {
                let culled = self.cull(stage, visited, model);
                increments.debt.set(increments.debt.get() + culled.survivors as isize);
                self.sizes[2].set(self.sizes[2].get() + culled.survivors);
                report = Report { collected: culled.collected, uncollectable: 0, visited: culled.visited };
                self.settle_young(model);
            }
        }
        report
    }

    /// `YoungOld`: collects increments of the old until they have caught up with what became old.
    pub(crate) unsafe fn increments_of_the_old<M: ObjectModel<Header = H>>(&self, model: &mut M) -> Report {
        let increments = self.increments();
        self.young.set(0);
        increments.turn.set(true);
        let mut report = Report::default();
        let most = MOST_PER_TURN * self.thresholds()[0].max(1) as usize;
        while increments.debt.get() > 0 && report.visited < most {
            let left = most - report.visited;
            // SAFETY: passed on.
            unsafe {
                let spread = self.spread(left.min(increments.debt.get() as usize * SPREAD_PER_WORK), model);
                if spread != 0 {
                    report.visited += spread;
                    self.pay(spread.div_ceil(SPREAD_PER_WORK));
                    continue;
                }
                let full = self.gather(left.min(increments.debt.get() as usize), model);
                let culled = self.cull(&increments.stage, self.spaces().1, model);
                self.sizes[2].set(self.sizes[2].get().saturating_sub(culled.visited - culled.survivors));
                report.visited += culled.visited;
                report.collected += culled.collected;
                // Much trash means that there is more: the faster is the rest looked at.
                increments.debt.set(increments.debt.get() - culled.survivors as isize + 2 * culled.collected as isize);
                increments.round.set(increments.round.get() + culled.survivors);
                if !full {
                    self.change_roles(model);
                    increments.debt.set(0);
                }
            }
        }
        if report.collected != 0 {
            // SAFETY: passed on.
            unsafe { self.settle_young(model) }
        }
        report
    }

    /// `Incremental`: collects the young together with an increment of the old (`old`: or looks at what roots reach, when it is the
    /// turn of that).
    pub(crate) unsafe fn young_with_increment<M: ObjectModel<Header = H>>(&self, old: bool, model: &mut M) -> Report {
        let Lists { generations, increments, .. } = &*self.lists;
        let fresh = self.young.replace(0) as usize;
        let mut report = Report::default();
        // SAFETY: passed on.
        unsafe {
            if old {
                let part = self.sizes[2].get() / SCAN_RATE / (self.thresholds()[1] as usize).max(2);
                increments.debt.set(increments.debt.get() + (fresh + part.min(2 * fresh)) as isize);
                if increments.debt.get() < 0 {
                    return report;
                }
                self.reach_roots(model);
                let spread = self.spread(usize::MAX, model);
                report.visited += spread;
                self.pay(spread);
                if increments.turn.replace(false) {
                    return report;
                }
            }
            let (_, visited) = self.spaces();
            let (nursery, mut young) = (&increments.aging[0], 0);
            H::merge(&generations[0], nursery); // in the order of birth
            loop {
                let node = H::pop_front(nursery, &mut |dead| model.free_tombstone(dead));
                if node.is_null() {
                    break;
                }
                H::append(&generations[visited], node);
                young += usize::from(H::take(node, visited, &increments.stage.work));
            }
            self.dead[0].set(0);
            self.sizes[0].set(0);
            let more = if old { (increments.debt.get() - young as isize).max(0) as usize } else { 0 };
            let full = self.gather(more, model) || !old;
            let culled = self.cull(&increments.stage, visited, model);
            let before = culled.visited.saturating_sub(young);
            self.sizes[2].set((self.sizes[2].get() + culled.survivors).saturating_sub(before));
            report.visited += culled.visited;
            report.collected += culled.collected;
            increments.round.set(increments.round.get() + culled.survivors);
            if old {
                self.pay(culled.visited);
            }
            if !full {
                self.change_roles(model);
                increments.debt.set(0);
                increments.turn.set(true);
            }
            self.settle_young(model);
        }
        report
    }

    fn pay(&self, looked_at: usize) {
        let debt = &self.increments().debt;
        debt.set(debt.get() - looked_at as isize);
    }

    /// Looks through up to `limit` objects that roots reach. Their number.
    unsafe fn spread<M: ObjectModel<Header = H>>(&self, limit: usize, model: &M) -> usize {
        let (pending, visited) = self.spaces();
        // SAFETY: passed on.
        let spread = unsafe { H::spread(model, &self.increments().reached, &self.lists.generations[visited], pending, visited, limit) };
        let round = &self.increments().round;
        round.set(round.get() + spread);
        spread
    }

    /// Takes increments of at least `number` objects together, if so much is pending, onto the stage. False: nothing is pending now.
    unsafe fn gather<M: ObjectModel<Header = H>>(&self, number: usize, model: &M) -> bool {
        let Lists { generations, increments, .. } = &*self.lists;
        let (pending, visited) = self.spaces();
        let (mut taken, mut passed) = (0, 0);
        let dead = &self.dead[2];
        // SAFETY: passed on.
        unsafe {
            while taken + passed / PASSED_PER_WORK < number {
                let node = H::pop_front(&generations[pending], &mut |node| {
                    dead.set(dead.get().saturating_sub(1));
                    model.free_tombstone(node);
                });
                if node.is_null() {
                    return false;
                }
                H::append(&generations[visited], node);
                if H::generation(node) == pending {
                    taken += H::close(model, node, pending, visited, &increments.stage.work);
                } else {
                    passed += 1;
                }
            }
        }
        true
    }

    /// Nothing is pending: all is, from now on, but for what roots reach.
    unsafe fn change_roles<M: ObjectModel<Header = H>>(&self, model: &mut M) {
        let (pending, visited) = self.spaces();
        self.increments().pending.set(visited);
        debug_assert!(pending + visited == 3);
        // Deaths by count are not taken off the size one by one.
        self.sizes[2].set(self.increments().round.replace(0));
        // SAFETY: passed on.
        unsafe { self.reach_roots(model) }
    }

    unsafe fn reach_roots<M: ObjectModel<Header = H>>(&self, model: &mut M) {
        let (pending, visited) = self.spaces();
        let reached = &self.increments().reached;
        model.roots(&mut |node| {
            // SAFETY: roots are live; the space of one that is not tracked is none.
            unsafe {
                if H::is_tracked(node) && H::generation(node) == pending {
                    H::take(node, visited, reached);
                }
            }
        });
    }

    /// After program code has run: counts the nursery, and sweeps the old if much is dead there.
    unsafe fn settle_young<M: ObjectModel<Header = H>>(&self, model: &M) {
        // SAFETY: passed on.
        unsafe {
            let live = H::settle(&self.lists.generations[0], KEEP, &mut |dead| model.free_tombstone(dead));
            self.sizes[0].set(live);
            self.dead[0].set(0);
            if self.sweep_due(2) {
                self.sweep(2, &mut |dead| model.free_tombstone(dead));
            }
        }
    }
}
