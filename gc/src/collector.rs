//! `Collector`: three generations, their counters, and the phases of one collection in CPython 3.14's order.
//!
//! Not here: the schemes that collect the old in increments (`increments.rs`), objects that are dead and still linked
//! (`tombstones.rs`).
use crate::increments::Increments;
use crate::{GcHeader, ObjectModel};
use alloc::alloc::{Layout, alloc, handle_alloc_error};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cell::Cell;

/// What is collected together, and how often.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Three generations; the oldest whole, when a quarter is new: CPython up to 3.13 and from 3.14.5 on.
    #[default]
    Generations,
    /// The young with an increment of the old, each time: CPython 3.14.0 to 3.14.4.
    Incremental,
    /// Increments of the old and the oldest of the young by turns: PEP 848.
    YoungOld,
}

/// What one collection did.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub struct Report {
    /// Objects found dead.
    pub collected: usize,
    /// Objects found dead that could not be freed.
    pub uncollectable: usize,
    /// Objects looked at.
    pub visited: usize,
}

/// Sums over all collections of one generation.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub struct GenerationStats {
    /// Number of collections.
    pub collections: usize,
    /// Objects found dead.
    pub collected: usize,
    /// Objects found dead that could not be freed.
    pub uncollectable: usize,
    /// Objects looked at.
    pub visited: usize,
}

/// The lists of one collection: what it looks at (later: trash that has been finalized), trash, and final trash.
pub(crate) struct Stage<H: GcHeader> {
    pub(crate) work: H::List,
    trash: H::List,
    last: H::List,
}
impl<H: GcHeader> Stage<H> {
    pub(crate) fn new() -> Self {
        Stage { work: H::new_list(), trash: H::new_list(), last: H::new_list() }
    }
    pub(crate) fn all(&self) -> [&H::List; 3] {
        [&self.work, &self.trash, &self.last]
    }
}

pub(crate) struct Lists<H: GcHeader> {
    pub(crate) generations: [H::List; 3],
    permanent: H::List,
    /// For whole generations.
    pub(crate) stage: Stage<H>,
    /// What the schemes with increments have beside that.
    pub(crate) increments: Increments<H>,
    space: H::Space,
}

fn try_box<T>(value: T) -> Option<Box<T>> {
    const { assert!(size_of::<T>() > 0) };
    // SAFETY: a layout of some size; what it gives is for one `T`, written before anybody reads it.
    unsafe {
        let place = alloc(Layout::new::<T>()).cast::<T>();
        if place.is_null() {
            return None;
        }
        place.write(value);
        Some(Box::from_raw(place))
    }
}

/// What the common part of all collections found.
pub(crate) struct Culled {
    pub(crate) visited: usize,
    pub(crate) collected: usize,
    /// What stays, of what was looked at.
    pub(crate) survivors: usize,
}

/// Generations and counters of one heap.
pub struct Collector<H: GcHeader> {
    /// Tracked allocations since the last collection of generation 0, less deaths if `death_counts`.
    pub(crate) young: Cell<u32>,
    /// What a death takes off `young`: 1, or 0 where all allocations count (then layouts are compared at equal work).
    death_counts: Cell<u32>,
    pub(crate) scheme: Scheme,
    /// `young` above this raises `wanted`: the threshold, or never while that would be idle.
    trigger: Cell<u32>,
    pub(crate) threshold: Cell<u32>,
    wanted: Cell<bool>,
    /// A word of the runtime's that gets these bits when `wanted` rises, so that one test serves all its reasons to stop.
    bell: Cell<(*const Cell<u32>, u32)>,
    enabled: Cell<bool>,
    pub(crate) collecting: Cell<bool>,
    /// Under collection is an increment, whose trash stays linked where it is.
    pub(crate) loose: Cell<bool>,
    pub(crate) lists: Box<Lists<H>>,
    counts: [Cell<u32>; 2],
    thresholds: [Cell<u32>; 2],
    pending: Cell<usize>,
    long_lived: Cell<usize>,
    /// Tombstones by generation; with increments all of the old are number 2 here and in `sizes`.
    pub(crate) dead: [Cell<usize>; 3],
    pub(crate) sizes: [Cell<usize>; 3],
    /// The generation that is being swept in pieces.
    pub(crate) sweeping: Cell<Option<usize>>,
    /// Something may be in the permanent generation.
    frozen: Cell<bool>,
    stats: [Cell<GenerationStats>; 3],
}

impl<H: GcHeader> Collector<H> {
    /// A collector without objects, with generations; where memory is out, the program's handler for that is called.
    pub fn new(thresholds: [u32; 3]) -> Self {
        Self::with_scheme(thresholds, Scheme::Generations)
    }
    /// As `new`, for any scheme. A header without [`SPACES`](GcHeader::SPACES) has generations, whatever the scheme.
    pub fn with_scheme(thresholds: [u32; 3], scheme: Scheme) -> Self {
        Self::try_new(thresholds, scheme).unwrap_or_else(|| handle_alloc_error(Layout::new::<Lists<H>>()))
    }
    /// As `with_scheme`; `None` when memory is out.
    pub fn try_new(thresholds: [u32; 3], scheme: Scheme) -> Option<Self> {
        let lists = try_box(Lists {
            generations: [H::new_list(), H::new_list(), H::new_list()],
            permanent: H::new_list(),
            stage: Stage::new(),
            increments: Increments::new(scheme),
            space: H::Space::default(),
        })?;
        for (number, list) in lists.generations.iter().chain([&lists.permanent]).enumerate() {
            H::init(list, &lists.space, Some(number));
        }
        for list in lists.stage.all() {
            H::init(list, &lists.space, None);
        }
        lists.increments.init(&lists.space);
        Some(Collector {
            young: Cell::new(0),
            death_counts: Cell::new(0),
            scheme: if H::SPACES { scheme } else { Scheme::Generations },
            trigger: Cell::new(if thresholds[0] == 0 { u32::MAX } else { thresholds[0] }),
            threshold: Cell::new(thresholds[0]),
            wanted: Cell::new(false),
            bell: Cell::new((core::ptr::null(), 0)),
            enabled: Cell::new(true),
            collecting: Cell::new(false),
            loose: Cell::new(false),
            lists,
            counts: [const { Cell::new(0) }; 2],
            thresholds: [Cell::new(thresholds[1]), Cell::new(thresholds[2])],
            pending: Cell::new(0),
            long_lived: Cell::new(0),
            dead: [const { Cell::new(0) }; 3],
            sizes: [const { Cell::new(0) }; 3],
            sweeping: Cell::new(None),
            frozen: Cell::new(false),
            stats: Default::default(),
        })
    }

    /// Puts a new object on the youngest generation.
    ///
    /// # Safety
    /// The node is live, complete, on no list, and stays at its address until it dies.
    #[inline(always)]
    pub unsafe fn track(&self, node: *mut H) {
        // SAFETY: passed on.
        unsafe { H::track(&self.lists.generations[0], node) };
    }

    /// `track` for an object whose words nobody has written yet.
    ///
    /// # Safety
    /// As for `track`, but for the words.
    #[inline(always)]
    pub unsafe fn track_new(&self, node: *mut H) {
        // SAFETY: passed on.
        unsafe { H::track_new(&self.lists.generations[0], node) };
    }

    /// Rings `bits` into `bell` whenever a collection becomes due.
    ///
    /// # Safety
    /// `bell` lives as long as the collector, or until it is replaced by null.
    pub unsafe fn set_bell(&self, bell: *const Cell<u32>, bits: u32) {
        self.bell.set((bell, bits));
    }
    /// Counts an allocation of a tracked kind; raises `wanted` above the threshold.
    #[inline(always)]
    pub fn count_alloc(&self) {
        let n = self.young.get() + 1;
        self.young.set(n);
        if n > self.trigger.get() {
            self.raise();
        }
    }

    /// `count_alloc`, unless that would make a collection due: then nothing happens, and it says so.
    #[inline(always)]
    pub fn count_alloc_quietly(&self) -> bool {
        let n = self.young.get() + 1;
        let quiet = n <= self.trigger.get();
        if quiet {
            self.young.set(n);
        }
        quiet
    }

    /// Takes a `count_alloc_quietly` back.
    #[inline(always)]
    pub fn uncount_alloc(&self) {
        self.young.set(self.young.get() - 1);
    }

    #[cold]
    #[inline(never)]
    fn raise(&self) {
        self.trigger.set(u32::MAX);
        self.wanted.set(true);
        self.ring();
    }
    /// Rings the bell of `set_bell`: the runtime has a reason of its own to come to a safe point.
    pub fn ring(&self) {
        let (bell, bits) = self.bell.get();
        if !bell.is_null() {
            // SAFETY: `set_bell`'s promise; other threads may ring at the same time.
            unsafe { core::sync::atomic::AtomicU32::from_ptr((*bell).as_ptr()) }.fetch_or(bits, core::sync::atomic::Ordering::Relaxed);
        }
    }
    /// Takes `wanted` back and arms the trigger, unless automatic collection is off or a collection runs.
    pub fn calm(&self) {
        self.wanted.set(false);
        let armed = self.enabled.get() && !self.collecting.get() && self.threshold.get() != 0;
        self.trigger.set(if armed { self.threshold.get() } else { u32::MAX });
    }

    /// Takes a live object away from the collector.
    ///
    /// # Safety
    /// The node is live and tracked.
    pub unsafe fn untrack(&self, node: *mut H) {
        // SAFETY: passed on.
        unsafe { H::untrack(&self.lists.generations[0], node) };
    }

    /// Takes a dying object away. False: its cell must stay until `free_tombstone`.
    ///
    /// # Safety
    /// Nobody refers to the object.
    #[inline(always)]
    pub unsafe fn remove_dead(&self, node: *mut H) -> bool {
        let n = self.young.get();
        self.young.set(n - ((n != 0) as u32 & self.death_counts.get()));
        // SAFETY: passed on.
        unsafe { H::remove_dead(&self.lists.generations[0], node) }
    }

    /// Whether a collection is due: cheap, to be asked at safe points.
    #[inline(always)]
    pub fn wanted(&self) -> bool {
        self.wanted.get()
    }
    /// Whether automatic collection is on.
    pub fn is_enabled(&self) -> bool {
        self.enabled.get()
    }
    /// Turns automatic collection on or off.
    pub fn set_enabled(&self, on: bool) {
        self.enabled.set(on);
        self.calm();
    }
    /// Whether a collection runs now.
    pub fn is_collecting(&self) -> bool {
        self.collecting.get()
    }
    /// Thresholds of the three generations.
    pub fn thresholds(&self) -> [u32; 3] {
        [self.threshold.get(), self.thresholds[0].get(), self.thresholds[1].get()]
    }
    /// Replaces the thresholds; a first threshold of 0 turns automatic collection off.
    pub fn set_thresholds(&self, thresholds: [u32; 3]) {
        self.threshold.set(thresholds[0]);
        self.thresholds[0].set(thresholds[1]);
        self.thresholds[1].set(thresholds[2]);
        self.calm();
    }
    /// Whether deaths are taken off the number of allocations that makes a collection due, as CPython does it.
    pub fn set_death_counts(&self, on: bool) {
        self.death_counts.set(on as u32);
    }
    /// The scheme in use.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }
    /// Counters of the three generations, as `gc.get_count` shows them.
    pub fn counts(&self) -> [u32; 3] {
        [self.young.get(), self.counts[0].get(), self.counts[1].get()]
    }
    /// Sums over all collections.
    pub fn stats(&self) -> [GenerationStats; 3] {
        [self.stats[0].get(), self.stats[1].get(), self.stats[2].get()]
    }

    /// Visits the tracked objects of one generation, or of all.
    ///
    /// # Safety
    /// `f` changes no lists.
    pub unsafe fn for_each(&self, generation: Option<usize>, f: &mut dyn FnMut(*mut H)) {
        let wanted = |i: usize| generation.is_none_or(|g| g == i);
        let lists = &*self.lists;
        // SAFETY: passed on.
        unsafe {
            if wanted(0) {
                H::for_each(&lists.generations[0], f);
            }
            for list in lists.increments.aging_in_order().filter(|_| wanted(1)) {
                H::for_each(list, f);
            }
            // With the young apart in spaces of their age, all of the old is one generation.
            if wanted(if self.scheme == Scheme::YoungOld { 2 } else { 1 }) {
                H::for_each(&lists.generations[1], f);
            }
            if wanted(2) {
                H::for_each(&lists.generations[2], f);
                H::for_each_reached(&lists.increments.reached, f);
            }
        }
    }
    /// The source of cells is about to take pages back that hold no object.
    pub fn pages_may_go(&self) {
        H::pages_may_go(&self.lists.space);
    }
    /// Moves all tracked objects to the permanent generation.
    ///
    /// # Safety
    /// `free` gives the cell of a tombstone back.
    pub unsafe fn freeze(&self, free: &mut dyn FnMut(*mut H)) {
        self.frozen.set(true);
        // SAFETY: the collector's own lists.
        unsafe {
            if self.scheme != Scheme::Generations {
                self.for_each(None, &mut |node| H::set_generation(node, 0)); // of no space
                self.lists.increments.dissolve(&self.lists.generations[2], free);
            }
            for list in &self.lists.generations {
                H::merge(list, &self.lists.permanent);
            }
        }
        self.young.set(0);
        self.counts.iter().for_each(|c| c.set(0));
    }
    /// Moves the permanent generation back to the oldest.
    pub fn unfreeze(&self) {
        self.frozen.set(false);
        let oldest = self.lists.increments.visited(self.scheme);
        // SAFETY: the collector's own lists.
        unsafe {
            if self.scheme != Scheme::Generations {
                H::for_each(&self.lists.permanent, &mut |node| H::set_generation(node, oldest));
            }
            H::merge(&self.lists.permanent, &self.lists.generations[oldest]);
        }
    }
    /// Number of objects in the permanent generation.
    pub fn frozen(&self) -> usize {
        let mut n = 0;
        // SAFETY: the collector's own list.
        unsafe { H::for_each(&self.lists.permanent, &mut |_| n += 1) };
        n
    }

    /// The generation that is due, oldest first, with CPython's 25 % rule for the oldest.
    pub fn due(&self) -> Option<usize> {
        let (counts, thresholds) = (self.counts(), self.thresholds());
        if thresholds[0] == 0 {
            return None;
        }
        if self.scheme != Scheme::Generations {
            return (counts[0] > thresholds[0]).then(|| self.lists.increments.next(self.scheme));
        }
        (0..3).rev().find(|&g| counts[g] > thresholds[g] && (g < 2 || self.pending.get() >= self.long_lived.get() / 4))
    }

    /// Collects generations 0..=`generation`; with increments: 0 the (oldest of the) young, 1 an increment of the old, 2 all. Does
    /// nothing while another collection runs.
    pub fn collect<M: ObjectModel<Header = H>>(&self, generation: usize, model: &mut M) -> Report {
        if self.collecting.replace(true) {
            return Report::default();
        }
        self.calm();
        let generation = generation.min(2);
        if generation < 2 {
            self.counts[generation].set(self.counts[generation].get() + 1);
        }
        for count in &self.counts[..generation] {
            count.set(0);
        }
        // SAFETY: all lists are the collector's own and hold live nodes; model promises the rest.
        let report = unsafe {
            match (self.scheme, generation) {
                (Scheme::Generations, _) => self.generations(generation, model),
                (_, 2) => self.everything(model),
                (Scheme::Incremental, _) => self.young_with_increment(generation == 1, model),
                (Scheme::YoungOld, 0) => self.oldest_of_the_young(model),
                (Scheme::YoungOld, _) => self.increments_of_the_old(model),
            }
        };
        self.collecting.set(false);
        self.calm();
        let mut stats = self.stats[generation].get();
        stats.collections += 1;
        stats.collected += report.collected;
        stats.uncollectable += report.uncollectable;
        stats.visited += report.visited;
        self.stats[generation].set(stats);
        report
    }

    unsafe fn generations<M: ObjectModel<Header = H>>(&self, generation: usize, model: &mut M) -> Report {
        self.young.set(0);
        let Lists { generations, stage, .. } = &*self.lists;
        let old = (generation + 1).min(2);
        // SAFETY: see `cull`.
        unsafe {
            H::merge(&generations[generation], &stage.work);
            for list in &generations[..generation] {
                H::merge(list, &stage.work);
            }
            // `cull` drops the tombstones of all that was merged, and numbers the survivors.
            for (dead, size) in self.dead.iter().zip(&self.sizes).take(generation + 1) {
                dead.set(0);
                size.set(0);
            }
            if generation == 2 {
                self.mark(model);
            }
            let culled = self.cull(stage, old, model);
            if generation == 2 {
                self.pending.set(0);
                self.long_lived.set(culled.survivors);
            } else if generation == 1 {
                self.pending.set(self.pending.get() + culled.survivors);
            }
            self.sizes[old].set(self.sizes[old].get() + culled.survivors);
            if culled.collected != 0 {
                // Younger lists hold what program code made meanwhile. An older generation that was not collected is not walked
                // either: it may be large, and this happens once in a few thousand allocations.
                for (number, list) in generations.iter().enumerate().take(generation + 1) {
                    let live = H::settle(list, number, &mut |dead| model.free_tombstone(dead));
                    self.sizes[number].set(live);
                    self.dead[number].set(0);
                }
                if old > generation && self.sweep_due(old) {
                    self.sweep(old, &mut |dead| model.free_tombstone(dead));
                }
            }
            Report { collected: culled.collected, uncollectable: 0, visited: culled.visited }
        }
    }

    /// Before a collection of everything: what roots reach is alive. One look at an object instead of three, in an order that
    /// follows references.
    pub(crate) unsafe fn mark<M: ObjectModel<Header = H>>(&self, model: &mut M) {
        if self.frozen.get() {
            return; // frozen objects are left alone, marks too
        }
        let mut from = Vec::new();
        model.roots(&mut |node| {
            // SAFETY: roots are alive.
            if unsafe { H::is_tracked(node) } && from.try_reserve(1).is_ok() {
                from.push(node);
            }
        });
        // SAFETY: passed on.
        unsafe { H::mark(model, from) }
    }

    /// Collects what is on `stage.work`; what survives is in generation (or space) `old` then.
    ///
    /// # Safety
    /// All nodes there are live objects of the model, or tombstones. Program code runs only in `run_callbacks`, `finalize` and
    /// `clear`, and between those calls no cursor into a list is kept.
    pub(crate) unsafe fn cull<M: ObjectModel<Header = H>>(&self, stage: &Stage<H>, old: usize, model: &mut M) -> Culled {
        let Stage { work, trash, last } = stage;
        let into = &self.lists.generations[old];
        self.loose.set(!core::ptr::eq(stage, &self.lists.stage));
        // SAFETY: the caller's promise.
        unsafe {
            let visited = H::deduce(model, work, trash, old);
            // Survivors grow older before any program code runs.
            H::merge(work, into);
            let mut collected = 0;
            H::for_each(trash, &mut |node| {
                collected += 1;
                model.take_weakrefs(node);
            });
            model.run_callbacks();
            if collected == 0 {
                return Culled { visited, collected, survivors: visited };
            }
            let found = collected;

            loop {
                let node = H::pop_front(trash, &mut |dead| model.free_tombstone(dead));
                if node.is_null() {
                    break;
                }
                H::append(work, node);
                model.finalize(node);
            }

            // What finalizers made reachable again survives with all that it refers to.
            H::deduce(model, work, last, old);
            H::merge(work, into);
            H::for_each(last, &mut |node| model.clear_weakrefs(node));
            let mut finally = 0;
            H::for_each(last, &mut |_| finally += 1);
            let (rescued, mut kept) = (collected - finally.min(collected), 0);
            collected -= rescued;

            loop {
                let node = H::pop_front(last, &mut |dead| model.free_tombstone(dead));
                if node.is_null() {
                    break;
                }
                H::clear_trash(node);
                model.clear(node, &mut |node| {
                    kept += 1;
                    H::set_generation(node, old);
                    H::keep(into, node);
                });
            }
            Culled { visited, collected, survivors: visited - found + rescued + kept }
        }
    }
}
