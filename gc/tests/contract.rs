//! Collector and header policies against a mark-and-sweep oracle, on toy objects that know no Python.
use instar_gc::{Collector, GcHeader, ObjectModel};
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

/// A toy object: GC words, a count, scratch bits, edges.
#[repr(C)]
struct Toy<H> {
    gc: H,
    count: Cell<usize>,
    scratch: Cell<u32>,
    stuck: Cell<bool>,
    dead: Cell<bool>,
    edges: RefCell<Vec<usize>>,
    index: usize,
}

struct Zoo<H: GcHeader> {
    collector: Collector<H>,
    toys: RefCell<Vec<*mut Toy<H>>>,
    freed: RefCell<BTreeSet<usize>>,
    /// Objects that the finalizer of the key makes reachable again.
    rescue: RefCell<BTreeSet<usize>>,
    finalized: RefCell<Vec<usize>>,
    /// Tombstones that collections gave back.
    tombstones: Cell<usize>,
}

fn toy<'a, H>(node: *mut H) -> &'a Toy<H> {
    unsafe { &*node.cast::<Toy<H>>() }
}

impl<H: GcHeader> Zoo<H> {
    fn new() -> Self {
        Zoo {
            collector: Collector::new([1_000_000, 10, 10]),
            toys: RefCell::default(),
            freed: RefCell::default(),
            rescue: RefCell::default(),
            finalized: RefCell::default(),
            tombstones: Cell::default(),
        }
    }
    fn make(&self) -> usize {
        let index = self.toys.borrow().len();
        let toy = Box::into_raw(Box::new(Toy {
            gc: H::new(),
            count: Cell::new(1),
            scratch: Cell::new(0),
            stuck: Cell::new(false),
            dead: Cell::new(false),
            edges: RefCell::default(),
            index,
        }));
        self.toys.borrow_mut().push(toy);
        self.collector.count_alloc();
        // Every other one in the way of new objects whose words nobody has written.
        unsafe {
            if index.is_multiple_of(2) {
                self.collector.track(toy.cast());
            } else {
                self.collector.track_new(toy.cast());
            }
        }
        index
    }
    fn get(&self, i: usize) -> &Toy<H> {
        unsafe { &*self.toys.borrow()[i] }
    }
    fn edge(&self, from: usize, to: usize) {
        self.get(from).edges.borrow_mut().push(to);
        self.get(to).count.set(self.get(to).count.get() + 1);
    }
    fn release(&self, i: usize) {
        let mut work = vec![i];
        while let Some(i) = work.pop() {
            let t = self.get(i);
            if t.stuck.get() {
                continue;
            }
            t.count.set(t.count.get() - 1);
            if t.count.get() == 0 {
                t.dead.set(true);
                assert!(self.freed.borrow_mut().insert(i), "freed twice");
                work.extend(t.edges.take());
                let node = self.toys.borrow()[i].cast::<H>();
                unsafe {
                    if !self.collector.remove_dead(node)
                        && let Some(generation) = self.collector.note_tombstone(node)
                    {
                        self.collector.sweep(generation, &mut |node| assert!(toy(node).dead.get()));
                    }
                }
            }
        }
    }
    fn live(&self) -> Vec<usize> {
        (0..self.toys.borrow().len()).filter(|&i| !self.get(i).dead.get()).collect()
    }
    fn reachable(&self) -> BTreeSet<usize> {
        let live = self.live();
        let mut inside = vec![0; self.toys.borrow().len()];
        for &i in &live {
            for &e in self.get(i).edges.borrow().iter() {
                inside[e] += 1;
            }
        }
        let mut seen = BTreeSet::new();
        let mut work: Vec<usize> = live.into_iter().filter(|&i| self.get(i).stuck.get() || self.get(i).count.get() > inside[i]).collect();
        while let Some(i) = work.pop() {
            if seen.insert(i) {
                work.extend(self.get(i).edges.borrow().iter());
            }
        }
        seen
    }
}

struct Model<'z, H: GcHeader>(&'z Zoo<H>);
unsafe impl<H: GcHeader> ObjectModel for Model<'_, H> {
    type Header = H;
    unsafe fn count(&self, node: *mut H) -> Option<usize> {
        if toy(node).stuck.get() { None } else { Some(toy(node).count.get()) }
    }
    unsafe fn trace(&self, node: *mut H, mut visit: impl FnMut(*mut H)) {
        for &e in toy(node).edges.borrow().iter() {
            visit(self.0.toys.borrow()[e].cast());
        }
    }
    unsafe fn scratch(&self, node: *mut H) -> u32 {
        toy(node).scratch.get()
    }
    unsafe fn set_scratch(&self, node: *mut H, value: u32) {
        toy(node).scratch.set(value);
    }
    unsafe fn free_tombstone(&self, node: *mut H) {
        assert!(toy(node).dead.get());
        self.0.tombstones.set(self.0.tombstones.get() + 1);
    }
    unsafe fn take_weakrefs(&mut self, node: *mut H) {
        assert!(unsafe { (*node).is_trash() });
    }
    fn run_callbacks(&mut self) {}
    unsafe fn finalize(&mut self, node: *mut H) {
        let t = toy(node);
        if !unsafe { (*node).is_finalized() } {
            unsafe { (*node).set_finalized(true) };
            self.0.finalized.borrow_mut().push(t.index);
            if self.0.rescue.borrow().contains(&t.index) {
                t.count.set(t.count.get() + 1);
            }
        }
    }
    unsafe fn clear_weakrefs(&mut self, _: *mut H) {}
    unsafe fn clear(&mut self, node: *mut H, keep: &mut dyn FnMut(*mut H)) {
        let t = toy(node);
        t.count.set(t.count.get() + 1);
        for e in t.edges.take() {
            self.0.release(e);
        }
        if t.count.get() > 1 {
            keep(node);
        }
        self.0.release(t.index);
    }
}

/// A small generator: the leaf has no dependencies to test with.
struct Random(u64);
impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % n.max(1)
    }
}

fn script<H: GcHeader>(seed: u64) -> (Vec<usize>, Vec<usize>) {
    let zoo = Zoo::<H>::new();
    let mut random = Random(seed);
    let mut roots: Vec<usize> = vec![];
    let mut sizes = vec![];
    for step in 0..400 {
        match random.below(10) {
            0..=2 => roots.push(zoo.make()),
            3..=5 if !roots.is_empty() => zoo.edge(roots[random.below(roots.len())], roots[random.below(roots.len())]),
            6..=7 if !roots.is_empty() => {
                let at = random.below(roots.len());
                zoo.release(roots.swap_remove(at));
            }
            8 if !roots.is_empty() && random.below(8) == 0 => {
                let i = roots[random.below(roots.len())];
                if random.below(3) == 0 {
                    zoo.get(i).stuck.set(true);
                } else {
                    zoo.rescue.borrow_mut().insert(i);
                }
            }
            9 if step % 3 == 0 => {
                let generation = random.below(3);
                let before: BTreeSet<usize> = zoo.live().into_iter().collect();
                let reachable = zoo.reachable();
                let finalized = zoo.finalized.borrow().len();
                let report = zoo.collector.collect(generation, &mut Model(&zoo));
                let after: BTreeSet<usize> = zoo.live().into_iter().collect();
                assert!(reachable.is_subset(&after), "a reachable object was freed");
                // A young collection may hold the last references to old objects.
                let gone = before.len() - after.len();
                assert!(gone == report.collected || (generation < 2 && gone > report.collected));
                let saved: Vec<usize> = zoo.finalized.borrow()[finalized..].iter().copied().filter(|i| zoo.rescue.borrow().contains(i)).collect();
                if generation == 2 && saved.is_empty() {
                    assert_eq!(after, reachable, "a full collection frees all garbage");
                }
                roots.extend(saved);
                sizes.push(report.collected);
                for i in after {
                    let node = zoo.toys.borrow()[i].cast::<H>();
                    let h = unsafe { &*node };
                    assert!(h.is_tracked() && !h.has_working_flags() && zoo.get(i).scratch.get() == 0);
                }
            }
            _ => {}
        }
        let mut seen = BTreeSet::new();
        unsafe { zoo.collector.for_each(None, &mut |node| assert!(seen.insert(toy(node).index), "on two lists")) };
        assert!(seen.iter().copied().eq(zoo.live()), "every live object is on exactly one list");
    }
    let order = zoo.finalized.borrow().clone();
    (order, sizes)
}

#[test]
fn policies_agree_with_the_oracle_and_with_each_other() {
    for seed in 0..150 {
        let first = std::cell::OnceCell::new();
        macro_rules! all { ($($name:ident = $header:ty;)*) => { $(
            let got = script::<$header>(seed);
            assert_eq!(*first.get_or_init(|| got.clone()), got, "{}: order of finalizers or sizes differ", stringify!($name));
        )* } }
        instar_gc::for_each_gc_header!(all);
    }
}

/// An object whose successors are few leaves its list at once, whatever the header; one far back may stay as a tombstone.
fn the_newest_leave_at_once<H: GcHeader>() {
    for back in 0..4 {
        let zoo = Zoo::<H>::new();
        let all: Vec<usize> = (0..8).map(|_| zoo.make()).collect();
        let die = all[7 - back];
        assert!(unsafe { zoo.collector.remove_dead(zoo.toys.borrow()[die].cast()) }, "{} back", back);
        let mut left = vec![];
        unsafe { zoo.collector.for_each(Some(0), &mut |node| left.push(toy(node).index)) };
        assert!(left.iter().copied().eq(all.iter().copied().filter(|&i| i != die)), "in the order of birth");
        assert_eq!(zoo.collector.counts()[0], 7);
        zoo.get(die).dead.set(true);
    }
}

#[test]
fn objects_that_die_young_leave_their_list_at_once() {
    macro_rules! all { ($($name:ident = $header:ty;)*) => { $( the_newest_leave_at_once::<$header>(); )* } }
    instar_gc::for_each_gc_header!(all);
}

/// Where every birth is met by a death, no collection empties the youngest generation; sweeps must not walk all of it each time.
#[test]
fn sweeps_of_a_large_youngest_generation_are_paid_by_deaths() {
    const LIVE: usize = 5000;
    let zoo = Zoo::<instar_gc::OneWord>::new();
    zoo.collector.set_thresholds([700, 10, 10]);
    (0..LIVE).for_each(|_| _ = zoo.make());
    let (mut walked, mut deaths) = (0, 0);
    for i in 0..LIVE {
        zoo.make();
        zoo.get(i).dead.set(true);
        let node = zoo.toys.borrow()[i].cast();
        unsafe {
            if !zoo.collector.remove_dead(node) {
                deaths += 1;
                if let Some(generation) = zoo.collector.note_tombstone(node) {
                    zoo.collector.sweep(generation, &mut |_| walked += 1);
                    walked += LIVE;
                }
            }
        }
    }
    assert!(deaths > LIVE / 2 && walked < 6 * deaths, "{walked} steps for {deaths} deaths");
}

/// What a collection of the middle generation leaves alone: the oldest may be large.
#[test]
fn the_oldest_generation_is_walked_by_full_collections_only() {
    let zoo = Zoo::<instar_gc::OneWord>::new();
    let old: Vec<usize> = (0..100).map(|_| zoo.make()).collect();
    zoo.collector.collect(2, &mut Model(&zoo));
    zoo.release(old[50]);
    for (generation, freed) in [(0, 0), (1, 0), (2, 1)] {
        (0..10).for_each(|_| _ = zoo.make());
        zoo.collector.collect(generation, &mut Model(&zoo));
        assert_eq!(zoo.tombstones.get(), freed, "after a collection of generation {generation}");
    }
    let mut oldest = 0;
    unsafe { zoo.collector.for_each(Some(2), &mut |_| oldest += 1) };
    assert_eq!(oldest, 129);
}

#[test]
#[should_panic(expected = "traced more often")]
fn a_wrong_trace_is_a_hard_error() {
    let zoo = Zoo::<instar_gc::TwoWord>::new();
    let a = zoo.make();
    zoo.get(a).edges.borrow_mut().extend([a, a]); // two edges, one count
    zoo.collector.collect(2, &mut Model(&zoo));
}

#[test]
#[should_panic(expected = "traced more often")]
fn a_wrong_trace_is_a_hard_error_with_one_word() {
    let zoo = Zoo::<instar_gc::OneWord>::new();
    let a = zoo.make();
    zoo.get(a).edges.borrow_mut().extend([a, a]);
    zoo.collector.collect(2, &mut Model(&zoo));
}
