//! What the schemes promise beyond the laws of headers: sizes of increments, ageing, sweeps in pieces, what makes a collection due.
use instar_gc::testing::{Zoo, bury, toy};
use instar_gc::{GcHeader, Scheme};

/// An increment is what its first object reaches, not the heap: rings are collected one after the other.
fn increments_are_small<H: GcHeader>() {
    let zoo = Zoo::<H>::with(Scheme::YoungOld);
    zoo.collector.set_thresholds([100, 2, 0]);
    let ids: Vec<usize> = (0..1000).map(|_| zoo.make()).collect();
    for ring in ids.chunks(10) {
        for (i, &from) in ring.iter().enumerate() {
            zoo.edge(from, ring[(i + 1) % 10]);
        }
    }
    zoo.collect(2);
    assert_eq!(zoo.live().len(), 1000);
    ids.iter().for_each(|&i| zoo.release(i));
    zoo.collector.owe_increment();
    zoo.collect(1); // all is visited: the spaces change roles
    assert_eq!(zoo.live().len(), 1000);
    zoo.collector.set_thresholds([10, 2, 0]);
    // A debt of 10 that grows with what is found; one turn looks at ten times as much.
    zoo.collector.owe_increment();
    assert_eq!((zoo.collect(1).collected, zoo.live().len()), (100, 900));
    // Once it has begun, trash is not left to lie.
    for turn in 1..10 {
        zoo.collect(1);
        assert_eq!(zoo.live().len(), 900 - 100 * turn);
    }
}

#[test]
fn increments_are_what_their_first_object_reaches() {
    increments_are_small::<instar_gc::TwoWord>();
    increments_are_small::<instar_gc::OneWord>();
}

/// A live object is looked at once when it has aged, and then only in its turn.
fn the_young_age<H: GcHeader>() {
    let zoo = Zoo::<H>::with(Scheme::YoungOld);
    zoo.collector.set_thresholds([100, 4, 0]);
    let visited = |zoo: &Zoo<H>| zoo.collect(0).visited;
    for _ in 0..50 {
        zoo.make();
    }
    // Two aging spaces of two half spaces each.
    assert_eq!([visited(&zoo), visited(&zoo), visited(&zoo), visited(&zoo)], [0, 0, 50, 0]);
    let mut old = 0;
    unsafe { zoo.collector.for_each(Some(2), &mut |_| old += 1) };
    assert_eq!(old, 50);
}

#[test]
fn young_objects_are_looked_at_once() {
    the_young_age::<instar_gc::TwoWord>();
    the_young_age::<instar_gc::OneWord>();
}

/// With and without deaths taken off, the number that makes a collection due.
#[test]
fn allocations_count_gross_or_net() {
    let zoo = Zoo::<instar_gc::TwoWord>::new();
    for (on, count) in [(false, 20), (true, 10)] {
        zoo.collect(0);
        zoo.collector.set_death_counts(on);
        let ids: Vec<usize> = (0..20).map(|_| zoo.make()).collect();
        ids.iter().take(10).for_each(|&i| zoo.release(i));
        assert_eq!(zoo.collector.counts()[0], count);
    }
}

/// A sweep in pieces gives every cell back, once, whatever dies and whatever is collected meanwhile.
#[test]
fn sweeps_may_come_in_pieces() {
    for scheme in [Scheme::Generations, Scheme::YoungOld] {
        let zoo = Zoo::<instar_gc::OneWord>::with(scheme);
        let ids: Vec<usize> = (0..6000).map(|_| zoo.make()).collect();
        zoo.collect(2);
        let mut pieces = 0;
        for (n, &i) in ids.iter().enumerate() {
            if n == 3000 {
                zoo.collect(2);
            }
            if i % 7 == 0 {
                continue;
            }
            zoo.get(i).dead.set(true);
            let node = zoo.node(i);
            assert!(!unsafe { zoo.collector.remove_dead(node) });
            if unsafe { zoo.collector.note_tombstone(node) }.is_some() {
                pieces += usize::from(!unsafe { zoo.collector.sweep_due_generations(500, &mut |node| bury(node)) });
            }
        }
        assert!(pieces > 5, "{pieces} pieces");
        let given_back = |zoo: &Zoo<_>| ids.iter().filter(|&&i| zoo.get(i).is_gone()).count();
        assert!(given_back(&zoo) > 4000, "{} cells", given_back(&zoo));
        let mut left = vec![];
        unsafe { zoo.collector.for_each(None, &mut |node| left.push(toy(node).index)) };
        assert!(left.iter().copied().eq(ids.iter().copied().filter(|i| i % 7 == 0)), "in the order of birth");
        zoo.collect(2);
        assert_eq!(given_back(&zoo), ids.len() - left.len());
    }
}
