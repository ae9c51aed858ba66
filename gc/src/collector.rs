//! `Collector`: three generations, their counters, and the phases of one collection in CPython 3.14's order.
use crate::{GcHeader, ObjectModel};
use alloc::alloc::{Layout, alloc, handle_alloc_error};
use alloc::boxed::Box;
use core::cell::Cell;

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

struct Lists<H: GcHeader> {
    generations: [H::List; 3],
    permanent: H::List,
    /// The set under collection, its trash, trash that has been finalized, and final trash.
    work: H::List,
    trash: H::List,
    seen: H::List,
    last: H::List,
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

/// Generations and counters of one heap.
pub struct Collector<H: GcHeader> {
    /// Tracked allocations minus deaths since the last collection of generation 0.
    young: Cell<u32>,
    /// `young` above this raises `wanted`: the threshold, or never while that would be idle.
    trigger: Cell<u32>,
    threshold: Cell<u32>,
    wanted: Cell<bool>,
    /// A word of the runtime's that gets these bits when `wanted` rises, so that one test serves all its reasons to stop.
    bell: Cell<(*const Cell<u32>, u32)>,
    enabled: Cell<bool>,
    collecting: Cell<bool>,
    lists: Box<Lists<H>>,
    counts: [Cell<u32>; 2],
    thresholds: [Cell<u32>; 2],
    pending: Cell<usize>,
    long_lived: Cell<usize>,
    dead: [Cell<usize>; 3],
    sizes: [Cell<usize>; 3],
    stats: [Cell<GenerationStats>; 3],
}

impl<H: GcHeader> Collector<H> {
    /// A collector without objects; where memory is out, the program's handler for that is called.
    pub fn new(thresholds: [u32; 3]) -> Self {
        Self::try_new(thresholds).unwrap_or_else(|| handle_alloc_error(Layout::new::<Lists<H>>()))
    }
    /// A collector without objects; `None` when memory is out.
    pub fn try_new(thresholds: [u32; 3]) -> Option<Self> {
        let lists = try_box(Lists {
            generations: [H::new_list(), H::new_list(), H::new_list()],
            permanent: H::new_list(),
            work: H::new_list(),
            trash: H::new_list(),
            seen: H::new_list(),
            last: H::new_list(),
            space: H::Space::default(),
        })?;
        for (number, list) in lists.generations.iter().chain([&lists.permanent]).enumerate() {
            H::init(list, &lists.space, Some(number));
        }
        for list in [&lists.work, &lists.trash, &lists.seen, &lists.last] {
            H::init(list, &lists.space, None);
        }
        Some(Collector {
            young: Cell::new(0),
            trigger: Cell::new(if thresholds[0] == 0 { u32::MAX } else { thresholds[0] }),
            threshold: Cell::new(thresholds[0]),
            wanted: Cell::new(false),
            bell: Cell::new((core::ptr::null(), 0)),
            enabled: Cell::new(true),
            collecting: Cell::new(false),
            lists,
            counts: [const { Cell::new(0) }; 2],
            thresholds: [Cell::new(thresholds[1]), Cell::new(thresholds[2])],
            pending: Cell::new(0),
            long_lived: Cell::new(0),
            dead: [const { Cell::new(0) }; 3],
            sizes: [const { Cell::new(0) }; 3],
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
        self.young.set(n - (n != 0) as u32);
        // SAFETY: passed on.
        unsafe { H::remove_dead(&self.lists.generations[0], node) }
    }

    /// Counts a tombstone and says whether its generation should be swept now.
    ///
    /// # Safety
    /// `remove_dead` just said false for `node`.
    pub unsafe fn note_tombstone(&self, node: *mut H) -> Option<usize> {
        // SAFETY: the cell of a tombstone is kept.
        if self.collecting.get() && unsafe { H::is_trash(node) } {
            return None; // the collection frees it
        }
        // SAFETY: as above.
        let generation = unsafe { H::tombstone_generation(node) }.min(2);
        self.dead[generation].set(self.dead[generation].get() + 1);
        (!self.collecting.get() && self.sweep_due(generation)).then_some(generation)
    }

    /// A sweep walks the whole generation: half of the youngest must be dead (it is small and in the cache) and a quarter of
    /// what the last walk found there, so a death pays for at most three or four steps. The youngest is not small where
    /// births and deaths are in balance: then no collection empties it.
    fn sweep_due(&self, generation: usize) -> bool {
        let dead = self.dead[generation].get();
        let young = generation != 0 || dead * 2 > self.threshold.get().max(self.young.get()) as usize;
        dead > 256 && young && dead * 4 > self.sizes[generation].get()
    }

    /// Frees the tombstones of a generation.
    ///
    /// # Safety
    /// No collection runs; `free` gives the cell of a tombstone back.
    pub unsafe fn sweep(&self, generation: usize, free: &mut dyn FnMut(*mut H)) {
        // SAFETY: passed on.
        let live = unsafe { H::settle(&self.lists.generations[generation], generation, free) };
        self.sizes[generation].set(live);
        self.dead[generation].set(0);
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
        for (i, list) in self.lists.generations.iter().enumerate() {
            if generation.is_none_or(|g| g == i) {
                // SAFETY: passed on.
                unsafe { H::for_each(list, f) }
            }
        }
    }
    /// The source of cells is about to take pages back that hold no object.
    pub fn pages_may_go(&self) {
        H::pages_may_go(&self.lists.space);
    }
    /// Moves all tracked objects to the permanent generation.
    pub fn freeze(&self) {
        for list in &self.lists.generations {
            // SAFETY: the collector's own lists.
            unsafe { H::merge(list, &self.lists.permanent) }
        }
        self.young.set(0);
        self.counts.iter().for_each(|c| c.set(0));
    }
    /// Moves the permanent generation back to the oldest.
    pub fn unfreeze(&self) {
        // SAFETY: the collector's own lists.
        unsafe { H::merge(&self.lists.permanent, &self.lists.generations[2]) }
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
        (0..3).rev().find(|&g| counts[g] > thresholds[g] && (g < 2 || self.pending.get() >= self.long_lived.get() / 4))
    }

    /// Collects generations 0..=`generation`. Does nothing while another collection runs.
    pub fn collect<M: ObjectModel<Header = H>>(&self, generation: usize, model: &mut M) -> Report {
        if self.collecting.replace(true) {
            return Report::default();
        }
        self.calm();
        let generation = generation.min(2);
        if generation < 2 {
            self.counts[generation].set(self.counts[generation].get() + 1);
        }
        self.young.set(0);
        for count in &self.counts[..generation] {
            count.set(0);
        }
        // SAFETY: all lists are the collector's own and hold live nodes; model promises the rest.
        let report = unsafe { self.phases(generation, model) };
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

    unsafe fn phases<M: ObjectModel<Header = H>>(&self, generation: usize, model: &mut M) -> Report {
        let Lists { generations, work, trash, seen, last, .. } = &*self.lists;
        // SAFETY: see `collect`; program code runs only in `run_callbacks`, `finalize` and `clear`, and between those
        // calls no cursor into a list is kept.
        unsafe {
            H::merge(&generations[generation], work);
            for list in &generations[..generation] {
                H::merge(list, work);
            }
            let old = (generation + 1).min(2);
            let visited = H::deduce(model, work, trash, old);
            // `deduce` dropped the tombstones of all that was merged, and numbered the survivors.
            for (dead, size) in self.dead.iter().zip(&self.sizes).take(generation + 1) {
                dead.set(0);
                size.set(0);
            }

            // Survivors grow older before any program code runs.
            H::merge(work, &generations[old]);
            let mut collected = 0;
            H::for_each(trash, &mut |node| {
                collected += 1;
                model.take_weakrefs(node);
            });
            let survivors = visited - collected;
            self.sizes[old].set(self.sizes[old].get() + survivors);
            if generation == 2 {
                self.pending.set(0);
                self.long_lived.set(survivors);
            } else if generation == 1 {
                self.pending.set(self.pending.get() + survivors);
            }
            model.run_callbacks();
            if collected == 0 {
                return Report { collected: 0, uncollectable: 0, visited };
            }

            loop {
                let node = H::pop_front(trash, &mut |dead| model.free_tombstone(dead));
                if node.is_null() {
                    break;
                }
                H::append(seen, node);
                model.finalize(node);
            }

            // What finalizers made reachable again survives with all that it refers to.
            H::deduce(model, seen, last, old);
            H::merge(seen, &generations[old]);
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
                    H::append(&generations[old], node);
                });
            }
            // Younger lists hold what program code made meanwhile. An older generation that was not collected is not walked
            // either: it may be large, and this happens once in a few thousand allocations.
            for (number, list) in generations.iter().enumerate().take(generation + 1) {
                let live = H::settle(list, number, &mut |dead| model.free_tombstone(dead));
                self.sizes[number].set(live);
                self.dead[number].set(0);
            }
            if old > generation {
                self.sizes[old].set(self.sizes[old].get() + rescued + kept);
                if self.sweep_due(old) {
                    self.sweep(old, &mut |dead| model.free_tombstone(dead));
                }
            }
            Report { collected, uncollectable: 0, visited }
        }
    }
}
