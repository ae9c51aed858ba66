//! The promises of `GcHeader` for every header, and what single headers do beyond them.
use instar_gc::ZeroWord;
use instar_gc::testing::{Toys, Zoo};

macro_rules! all { ($($name:ident = $header:ty;)*) => { $( mod $name {
    #[allow(unused_imports)]
    use super::Toys;
    instar_gc::laws!($header);
} )* } }
instar_gc::for_each_gc_header!(all [Toys]);
mod zero_word_in_place {
    instar_gc::laws!(instar_gc::ZeroWord<instar_gc::testing::PackedToys>);
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
        let node = zoo.node(i);
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
    zoo.collect(2);
    zoo.release(old[50]);
    for (generation, freed) in [(0, 0), (1, 0), (2, 1)] {
        (0..10).for_each(|_| _ = zoo.make());
        zoo.collect(generation);
        assert_eq!(zoo.tombstones.get(), freed, "after a collection of generation {generation}");
    }
    let mut oldest = 0;
    unsafe { zoo.collector.for_each(Some(2), &mut |_| oldest += 1) };
    assert_eq!(oldest, 129);
}

/// Without a word there is nothing that a dead object would have to stay for, however old its neighbours are.
#[test]
fn objects_without_gc_words_leave_no_tombstone() {
    let zoo = Zoo::<ZeroWord<Toys>>::new();
    let ids: Vec<usize> = (0..500).map(|_| zoo.make()).collect();
    for generation in [0, 1, 2] {
        zoo.collect(generation);
        for &i in ids.iter().skip(generation).step_by(3) {
            zoo.get(i).dead.set(true);
            assert!(unsafe { zoo.collector.remove_dead(zoo.node(i)) }, "object {i} of generation {generation}");
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
    assert_eq!(zoo.collect(0).visited, 500);
    (0..10).for_each(|_| _ = zoo.make());
    assert_eq!(zoo.collect(0).visited, 10);
    assert_eq!(zoo.collect(1).visited, 510);
    assert_eq!(zoo.collect(1).visited, 0);
    assert_eq!(zoo.collect(2).visited, 510);
}
