//! Objects that are dead and still linked, for headers that cannot take them out: when their cells are given back.
//!
//! A sweep walks a generation. It comes when much there is dead, so that a death pays for a few steps; where much dies together, once
//! at the end; and in pieces, where pauses are to be short. Not here: the walk (`settle`, `settle_some`).
use crate::{Collector, GcHeader, KEEP, Scheme};

impl<H: GcHeader> Collector<H> {
    /// Counts a tombstone and says whether its generation should be swept.
    ///
    /// # Safety
    /// `remove_dead` just said false for `node`.
    pub unsafe fn note_tombstone(&self, node: *mut H) -> Option<usize> {
        // SAFETY: the cell of a tombstone is kept.
        if self.collecting.get() && !self.loose.get() && unsafe { H::is_trash(node) } {
            return None; // the collection frees it
        }
        // SAFETY: as above.
        let generation = self.accounted(unsafe { H::tombstone_generation(node) }.min(2));
        self.dead[generation].set(self.dead[generation].get() + 1);
        (!self.collecting.get() && self.sweep_due(generation)).then_some(generation)
    }

    /// A sweep walks the whole generation: half of the youngest must be dead (it is small and in the cache) and a quarter of
    /// what the last walk found there, so a death pays for at most three or four steps. The youngest is not small where
    /// births and deaths are in balance: then no collection empties it.
    pub(crate) fn sweep_due(&self, generation: usize) -> bool {
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
        let live = unsafe {
            match (self.scheme, generation) {
                (Scheme::Generations, _) => H::settle(&self.lists.generations[generation], generation, free),
                (_, 0) => H::settle(&self.lists.generations[0], KEEP, free),
                (_, _) => self.lists.generations[1..].iter().map(|list| H::settle(list, KEEP, free)).sum(),
            }
        };
        self.sizes[generation].set(live);
        self.dead[generation].set(0);
    }
    /// Sweeps the generations that need it, looking at some `steps` nodes at most. False: there is more to look at.
    ///
    /// # Safety
    /// As for `sweep`.
    pub unsafe fn sweep_due_generations(&self, steps: usize, free: &mut dyn FnMut(*mut H)) -> bool {
        for generation in 0..3 {
            let sweeping = self.sweeping.get() == Some(generation);
            if !sweeping && !self.sweep_due(generation) {
                continue;
            }
            // The youngest is small, and its order is not that of a walk.
            if generation == 0 || (!sweeping && self.sizes[generation].get() <= steps) {
                // SAFETY: passed on.
                unsafe { self.sweep(generation, free) }
                continue;
            }
            let (mut done, mut freed) = (true, 0);
            let lists = if self.scheme == Scheme::Generations { generation..generation + 1 } else { 1..3 };
            for list in lists.map(|number| &self.lists.generations[number]) {
                // SAFETY: passed on.
                done = done && unsafe {
                    H::settle_some(list, steps, &mut |node| {
                        freed += 1;
                        free(node);
                    })
                };
            }
            for number in [&self.dead[generation], &self.sizes[generation]] {
                number.set(number.get().saturating_sub(freed));
            }
            self.sweeping.set((!done).then_some(generation));
            if !done {
                return false;
            }
        }
        true
    }
    /// Where tombstones and sizes of a generation are counted.
    fn accounted(&self, generation: usize) -> usize {
        if self.scheme == Scheme::Generations || generation == 0 { generation } else { 2 }
    }
}
