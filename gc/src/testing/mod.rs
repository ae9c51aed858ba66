//! The promises of `GcHeader` as functions that panic where one is broken, and `laws!`, which makes tests of them. The objects are
//! those of `zoo.rs`. What one header does beyond the promises is tested beside it.
mod zoo;

pub use zoo::{Model, PackedToys, Spots, Toy, Toys, Zoo, bury, toy};

use crate::{Collector, GcHeader, Scheme, TwoWord};
use alloc::collections::BTreeSet;
use alloc::vec;
use alloc::vec::Vec;

/// Tests of the promises of [`GcHeader`](crate::GcHeader) for one header, to be put in a module of their own. A header that knows of
/// pages takes [`Toys`](crate::testing::Toys) for its place.
#[macro_export]
macro_rules! laws {
    ($header:ty) => {
        #[test]
        fn random_graphs_agree_with_the_oracle() {
            $crate::testing::random_graphs_agree_with_the_oracle::<$header>()
        }
        #[test]
        fn increments_agree_with_the_oracle() {
            $crate::testing::increments_agree_with_the_oracle::<$header>()
        }
        #[test]
        fn objects_that_die_young_leave_their_list_at_once() {
            $crate::testing::the_newest_leave_at_once::<$header>()
        }
        #[test]
        fn frozen_objects_are_left_alone() {
            $crate::testing::frozen_objects_are_left_alone::<$header>()
        }
        #[test]
        #[should_panic(expected = "traced more often")]
        fn a_wrong_trace_is_a_hard_error() {
            $crate::testing::a_wrong_trace_is_a_hard_error::<$header>()
        }
    };
}

/// A small generator: the leaf has no dependencies to test with.
struct Random(u64);
impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % n.max(1)
    }
}

/// Random births, edges, deaths, finalizers that rescue, stuck counts and collections; after each collection exactly what a mark and
/// sweep finds is gone. The order of finalizers, and how many each collection found.
fn script<H: GcHeader>(seed: u64, scheme: Scheme) -> (Vec<usize>, Vec<usize>) {
    let zoo = Zoo::<H>::with(scheme);
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
                // Full collections are rare where increments are to be seen at work.
                let generation = if scheme == Scheme::Generations || random.below(5) == 0 { random.below(3) } else { random.below(2) };
                // Now and then nothing is known to be alive.
                zoo.roots.replace(if random.below(3) == 0 { vec![] } else { roots.clone() });
                zoo.collector.owe_increment();
                let before: BTreeSet<usize> = zoo.live().into_iter().collect();
                let reachable = zoo.reachable();
                let finalized = zoo.finalized.borrow().len();
                let report = zoo.collect(generation);
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
                    let edges = zoo.live().into_iter().flat_map(|from| zoo.get(from).edges.borrow().clone()).filter(|&to| to == i).count();
                    let held = roots.iter().filter(|&&root| root == i).count();
                    assert!(zoo.get(i).stuck.get() || zoo.get(i).count() == edges + held, "a collection changed a count");
                    let node = zoo.node(i);
                    // SAFETY: a live toy.
                    assert!(unsafe { H::is_tracked(node) && !H::has_working_flags(node) } && zoo.get(i).scratch() == 0);
                }
            }
            _ => {}
        }
        if scheme != Scheme::Generations && step % 64 == 56 {
            // SAFETY: tombstones are buried.
            unsafe { zoo.collector.freeze(&mut |node| bury(node)) }
            zoo.collector.unfreeze();
        }
        if step % 8 == 0 {
            let mut seen = BTreeSet::new();
            zoo.tracked(None).for_each(|index| assert!(seen.insert(index), "on two lists"));
            assert!(seen.iter().copied().eq(zoo.live()), "every live object is on exactly one list");
        }
    }
    // Increments find all trash: what is young grows old, and two rounds look at all of the old.
    zoo.roots.replace(roots);
    zoo.rescue.borrow_mut().clear();
    for i in 0..if scheme == Scheme::Generations { 0 } else { 40 } {
        zoo.collector.owe_increment();
        zoo.collect(i % 2);
    }
    let rest: BTreeSet<usize> = zoo.live().into_iter().collect();
    assert!(scheme == Scheme::Generations || rest == zoo.reachable(), "increments leave trash behind");
    let order = zoo.finalized.borrow().clone();
    (order, sizes)
}

/// The same, in the end, under the schemes with increments, where the header can have them.
pub fn increments_agree_with_the_oracle<H: GcHeader>() {
    for scheme in [Scheme::Incremental, Scheme::YoungOld] {
        assert_eq!(Collector::<H>::with_scheme([1, 1, 1], scheme).scheme() == scheme, H::SPACES);
        for seed in 0..if H::SPACES { 40 } else { 0 } {
            script::<H>(seed, scheme);
        }
    }
}

/// Promises 1 to 3 against the oracle, and against `TwoWord`: the same objects are found by the same collections, and finalized in the
/// same order where the header keeps one.
pub fn random_graphs_agree_with_the_oracle<H: GcHeader>() {
    for seed in 0..150 {
        let mut got = script::<H>(seed, Scheme::Generations);
        let mut expected = script::<TwoWord>(seed, Scheme::Generations);
        if !H::ORDERED {
            got.0.sort();
            expected.0.sort();
        }
        assert_eq!(expected, got, "{}: order of finalizers or sizes differ from those of two words", H::NAME);
    }
}

/// An object whose successors are few leaves its list at once, whatever the header; one far back may stay as a tombstone.
pub fn the_newest_leave_at_once<H: GcHeader>() {
    for back in 0..4 {
        let zoo = Zoo::<H>::new();
        let all: Vec<usize> = (0..8).map(|_| zoo.make()).collect();
        let die = all[7 - back];
        // SAFETY: the toy is taken for dead from here on.
        assert!(unsafe { zoo.collector.remove_dead(zoo.node(die)) }, "{} back", back);
        let mut left: Vec<usize> = zoo.tracked(Some(0)).collect();
        if !H::ORDERED {
            left.sort();
        }
        assert!(left.iter().copied().eq(all.iter().copied().filter(|&i| i != die)), "in the order of birth");
        assert_eq!(zoo.collector.counts()[0], 8, "deaths are not taken off");
        zoo.get(die).dead.set(true);
    }
}

/// Frozen objects are left alone by collections and come back with `unfreeze`; counts of generations are those of their lists.
pub fn frozen_objects_are_left_alone<H: GcHeader>() {
    let zoo = Zoo::<H>::new();
    let ids: Vec<usize> = (0..40).map(|_| zoo.make()).collect();
    for pair in ids.chunks(2) {
        zoo.edge(pair[0], pair[1]);
        zoo.edge(pair[1], pair[0]);
    }
    // SAFETY: tombstones are buried.
    unsafe { zoo.collector.freeze(&mut |node| bury(node)) }
    assert_eq!(zoo.collector.frozen(), 40);
    for &i in &ids {
        zoo.release(i);
    }
    let young: Vec<usize> = (0..20).map(|_| zoo.make()).collect();
    assert_eq!(zoo.collect(2).collected, 0);
    zoo.collector.pages_may_go();
    for (generation, number) in [(0, 0), (1, 0), (2, 20)] {
        assert_eq!(zoo.tracked(Some(generation)).count(), number, "generation {generation}");
    }
    zoo.collector.unfreeze();
    assert_eq!(zoo.collector.frozen(), 0);
    assert_eq!(zoo.collect(2).collected, 40);
    assert_eq!(zoo.live(), young);
}

/// Two edges for one count: panics in every build.
pub fn a_wrong_trace_is_a_hard_error<H: GcHeader>() {
    let zoo = Zoo::<H>::new();
    let a = zoo.make();
    zoo.get(a).edges.borrow_mut().extend([a, a]);
    zoo.collect(2);
}
