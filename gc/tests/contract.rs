//! Collector and header policies against a mark-and-sweep oracle, on toy objects that know no Python.
use instar_gc::{Collector, GcHeader, Large, ObjectModel, PAGE, Place, ZeroWord};
use std::alloc::Layout;
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
    /// Its cell is no longer the collector's business.
    gone: Cell<bool>,
    flags: Cell<u8>,
    edges: RefCell<Vec<usize>>,
    index: usize,
}

/// Where toys lie, for the header that is not in them.
struct Toys;
type PageToy = Toy<ZeroWord<Toys>>;
/// Every seventh toy lies on no page.
fn is_large(index: usize) -> bool {
    index % 7 == 3
}
unsafe impl Place for Toys {
    const SIDE_AT: usize = 128;
    unsafe fn flags(node: *mut u8) -> u8 {
        let toy = unsafe { &*node.cast::<PageToy>() };
        assert!(!toy.gone.get(), "a freed cell is read");
        toy.flags.get()
    }
    unsafe fn set_flags(node: *mut u8, flags: u8) {
        unsafe { (*node.cast::<PageToy>()).flags.set(flags) }
    }
    unsafe fn large(node: *mut u8) -> *mut Large {
        node.wrapping_sub(size_of::<Large>()).cast()
    }
}

/// Pages of toys, for headers that know of pages.
#[derive(Default)]
struct Ground {
    at: Cell<usize>,
    pages: RefCell<Vec<*mut u8>>,
}
const PAGE_LAYOUT: Layout = match Layout::from_size_align(PAGE, PAGE) {
    Ok(layout) => layout,
    Err(_) => panic!("a power of two"),
};
impl Ground {
    /// Room for a toy that is never given back.
    fn room<H: GcHeader>(&self, large: bool) -> *mut Toy<H> {
        if H::PAGE_BYTES == 0 {
            return Box::into_raw(Box::<Toy<H>>::new_uninit()).cast();
        }
        if large {
            let block = Box::into_raw(Box::<(Large, [u64; 32])>::new((Large::new(), [0; 32])));
            assert!(size_of::<Toy<H>>() <= 256);
            return unsafe { block.cast::<u8>().add(size_of::<Large>()).cast() };
        }
        // Toys stand far apart, so that a script fills several pages.
        let bytes = size_of::<Toy<H>>() + 1000;
        let mut pages = self.pages.borrow_mut();
        if pages.is_empty() || self.at.get() + bytes > PAGE {
            pages.push(unsafe { std::alloc::alloc_zeroed(PAGE_LAYOUT) });
            self.at.set(128 + H::PAGE_BYTES);
        }
        unsafe { pages[pages.len() - 1].add(self.at.replace(self.at.get() + bytes)).cast() }
    }
}

struct Zoo<H: GcHeader> {
    collector: Collector<H>,
    ground: Ground,
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
            ground: Ground::default(),
            toys: RefCell::default(),
            freed: RefCell::default(),
            rescue: RefCell::default(),
            finalized: RefCell::default(),
            tombstones: Cell::default(),
        }
    }
    fn make(&self) -> usize {
        let index = self.toys.borrow().len();
        let toy = self.ground.room::<H>(is_large(index));
        let new = Toy {
            gc: H::new(),
            count: Cell::new(1),
            scratch: Cell::new(0),
            stuck: Cell::new(false),
            dead: Cell::new(false),
            gone: Cell::new(false),
            flags: Cell::new(if is_large(index) { ZeroWord::<Toys>::LARGE } else { 0 }),
            edges: RefCell::default(),
            index,
        };
        unsafe { toy.write(new) };
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
                    if self.collector.remove_dead(node) {
                        t.gone.set(true);
                    } else if let Some(generation) = self.collector.note_tombstone(node) {
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
        assert!(unsafe { H::is_trash(node) });
    }
    fn run_callbacks(&mut self) {}
    unsafe fn finalize(&mut self, node: *mut H) {
        let t = toy(node);
        if !unsafe { H::is_finalized(node) } {
            unsafe { H::set_finalized(node, true) };
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
                // The script goes on alike whatever the order of finalizers.
                roots.extend(saved.iter().copied().collect::<BTreeSet<_>>());
                sizes.push(report.collected);
                for i in after {
                    let node = zoo.toys.borrow()[i].cast::<H>();
                    assert!(unsafe { H::is_tracked(node) && !H::has_working_flags(node) } && zoo.get(i).scratch.get() == 0);
                }
            }
            _ => {}
        }
        if step % 8 != 0 {
            continue;
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
            let mut got = script::<$header>(seed);
            let mut expected = first.get_or_init(|| got.clone()).clone();
            if !<$header>::ORDERED {
                got.0.sort();
                expected.0.sort();
            }
            assert_eq!(expected, got, "{}: order of finalizers or sizes differ", stringify!($name));
        )* } }
        instar_gc::for_each_gc_header!(all [Toys]);
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
        if !H::ORDERED {
            left.sort();
        }
        assert!(left.iter().copied().eq(all.iter().copied().filter(|&i| i != die)), "in the order of birth");
        assert_eq!(zoo.collector.counts()[0], 7);
        zoo.get(die).dead.set(true);
    }
}

#[test]
fn objects_that_die_young_leave_their_list_at_once() {
    macro_rules! all { ($($name:ident = $header:ty;)*) => { $( the_newest_leave_at_once::<$header>(); )* } }
    instar_gc::for_each_gc_header!(all [Toys]);
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

/// Frozen objects are left alone by collections and come back with `unfreeze`; counts of generations are those of their lists.
fn frozen_objects_are_roots<H: GcHeader>() {
    let zoo = Zoo::<H>::new();
    let ids: Vec<usize> = (0..40).map(|_| zoo.make()).collect();
    for pair in ids.chunks(2) {
        zoo.edge(pair[0], pair[1]);
        zoo.edge(pair[1], pair[0]);
    }
    zoo.collector.freeze();
    assert_eq!(zoo.collector.frozen(), 40);
    for &i in &ids {
        zoo.release(i);
    }
    let young: Vec<usize> = (0..20).map(|_| zoo.make()).collect();
    assert_eq!(zoo.collector.collect(2, &mut Model(&zoo)).collected, 0);
    zoo.collector.pages_may_go();
    for (generation, number) in [(0, 0), (1, 0), (2, 20)] {
        let mut n = 0;
        unsafe { zoo.collector.for_each(Some(generation), &mut |_| n += 1) };
        assert_eq!(n, number, "generation {generation}");
    }
    zoo.collector.unfreeze();
    assert_eq!(zoo.collector.frozen(), 0);
    assert_eq!(zoo.collector.collect(2, &mut Model(&zoo)).collected, 40);
    assert_eq!(zoo.live(), young);
}

#[test]
fn frozen_objects_are_left_alone() {
    macro_rules! all { ($($name:ident = $header:ty;)*) => { $( frozen_objects_are_roots::<$header>(); )* } }
    instar_gc::for_each_gc_header!(all [Toys]);
}

/// Without a word there is nothing that a dead object would have to stay for, however old its neighbours are.
#[test]
fn objects_without_gc_words_leave_no_tombstone() {
    let zoo = Zoo::<ZeroWord<Toys>>::new();
    let ids: Vec<usize> = (0..500).map(|_| zoo.make()).collect();
    for generation in [0, 1, 2] {
        zoo.collector.collect(generation, &mut Model(&zoo));
        for &i in ids.iter().skip(generation).step_by(3) {
            zoo.get(i).dead.set(true);
            assert!(unsafe { zoo.collector.remove_dead(zoo.toys.borrow()[i].cast()) }, "object {i} of generation {generation}");
        }
    }
    zoo.collector.pages_may_go();
    let mut n = 0;
    unsafe { zoo.collector.for_each(None, &mut |_| n += 1) };
    assert_eq!(n, 0);
}

/// A collection of the young passes over no page that has none.
#[test]
fn young_collections_look_at_the_young() {
    let zoo = Zoo::<ZeroWord<Toys>>::new();
    (0..500).for_each(|_| _ = zoo.make());
    assert_eq!(zoo.collector.collect(0, &mut Model(&zoo)).visited, 500);
    (0..10).for_each(|_| _ = zoo.make());
    assert_eq!(zoo.collector.collect(0, &mut Model(&zoo)).visited, 10);
    assert_eq!(zoo.collector.collect(1, &mut Model(&zoo)).visited, 510);
    assert_eq!(zoo.collector.collect(1, &mut Model(&zoo)).visited, 0);
    assert_eq!(zoo.collector.collect(2, &mut Model(&zoo)).visited, 510);
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
