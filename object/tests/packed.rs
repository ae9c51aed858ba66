//! Headers of one word: what has no room in them has a place elsewhere. The order of deaths without links, deaths without memory for
//! that order, collections that count in the count itself, and counts that stick. The same scripts run where there is more room.
mod common;
use common::*;
use instar_object::*;

/// Finalizers in the order in which they were queued.
fn finalized<L: Layout>(w: &World<L>) -> Vec<usize> {
    w.heap
        .take_events()
        .iter()
        .filter_map(|event| match event {
            Event::Finalize(o) => Some(node(o).id.get()),
            Event::Callback { .. } => None,
        })
        .collect()
}

/// A tree of `depth` levels; ids as in a walk that goes down first.
fn tree<L: Layout>(w: &World<L>, depth: usize, next: &mut usize) -> Owned<L> {
    let id = *next;
    *next += 1;
    let edges = (0..if depth == 0 { 0 } else { 3 }).map(|_| Some(tree(w, depth - 1, next))).collect();
    // Objects without a finalizer in between, and a chain at each end.
    let inner = w.new_node(false, id, edges);
    w.new_node(true, id, vec![Some(inner)])
}

fn the_dead_go_in_order<L: Layout>() {
    let w = World::<L>::new();
    for _ in 0..2 {
        let mut next = 0;
        let root = tree(&w, 5, &mut next);
        drop(w.new_node(false, 0, vec![Some(root)]));
        // Each finalizer's object keeps what is below it until the event is gone.
        let mut order = vec![];
        loop {
            let events = finalized(&w);
            if events.is_empty() {
                break;
            }
            order.extend(events);
        }
        let mut sorted = order.clone();
        sorted.sort();
        assert_eq!(sorted, (0..next).collect::<Vec<_>>(), "each once");
        let wide = w.new_node(false, 0, (0..20_000).map(|i| Some(w.new_node(true, i, vec![]))).collect());
        drop(wide);
        assert_eq!(finalized(&w), (0..20_000).collect::<Vec<_>>());
    }
    let mut chain = None;
    for i in 0..200_000 {
        chain = Some(w.new_node(false, i, vec![chain]));
    }
    let before = w.drops.get();
    drop(chain);
    assert_eq!(w.drops.get(), before + 200_000);
}

fn deaths_without_memory_wait_for_a_collection<L: Layout>() {
    for memory in [true, false] {
        let w = World::<L>::new();
        w.heap.gc_set_enabled(false);
        let deep = w.new_node(false, 0, vec![Some(w.new_node(false, 1, vec![Some(w.new_node(false, 2, vec![]))]))]);
        let untracked = w.new_node(false, 3, vec![]);
        unsafe { w.heap.untrack(untracked.ptr().unwrap()) }
        // No object of the collector's, though it has something to do when it dies.
        let bare = w.make_type(TypeInfo::of::<Node<L>>(TypeFlags::HEAP_TYPE, Tables::<L>::NODE));
        let body: Node<L> = Node { edges: Default::default(), id: Default::default(), drops: &*w.drops };
        let bare = w.heap.alloc(bare.ptr().unwrap(), body).unwrap();
        let all = w.new_node(false, 4, vec![Some(deep), Some(untracked), Some(bare)]);
        let weakref = w.new_weak(edges(&all)[0].as_ref().unwrap(), None);
        let base = w.drops.get();
        if !memory {
            w.heap.set_fail_after(Some(0), false);
        }
        drop(all);
        w.heap.set_fail_after(None, false);
        let waits = !memory && !L::Rc::LINKS;
        assert_eq!(w.drops.get() - base, if waits { 2 } else { 6 });
        assert_eq!(weak::upgrade(body_of(&weakref)).is_some(), waits, "what was not noted as dead can still be had");
        w.heap.collect(2, &mut Quiet);
        w.heap.gc_check();
        assert_eq!(w.drops.get() - base, 6);
        assert!(weak::upgrade(body_of(&weakref)).is_none());
    }
}
fn body_of<L: Layout>(o: &Owned<L>) -> &WeakRefBody<L> {
    common::body(o)
}

fn collections_leave_counts_alone<L: Layout>() {
    let w = World::<L>::new();
    w.heap.gc_set_enabled(false);
    let hub = w.new_node(false, 0, vec![]);
    let ring: Vec<_> = (0..100).map(|i| w.new_node(false, i, vec![Some(hub.clone()); i % 7])).collect();
    for (i, one) in ring.iter().enumerate() {
        edges(one).push(Some(ring[(i + 1) % 100].clone()));
        edges(one).push(Some(one.clone()));
        edges(&hub).push(Some(one.clone()));
    }
    let counts = || ring.iter().chain([&hub]).map(|o| w.heap.refcount(o.ptr().unwrap())).collect::<Vec<_>>();
    let before = counts();
    for generation in [0, 1, 2, 2, 1, 0] {
        assert_eq!(w.heap.collect(generation, &mut Quiet).collected, 0);
        w.heap.gc_check();
        assert_eq!(counts(), before, "after a collection of generation {generation}");
    }
    let drops = w.drops.get();
    drop((ring, hub));
    assert_eq!(w.heap.collect(2, &mut Quiet).collected, 101);
    assert_eq!(w.drops.get(), drops + 101);
}

fn counts_stick<L: Layout>() {
    use instar_refcount::CountWord;
    if L::Rc::EXACT_MAX > u32::MAX as u64 {
        return;
    }
    let w = World::<L>::new();
    let popular = w.new_node(false, 1, vec![]);
    let held = w.new_node(false, 2, vec![Some(popular.clone())]);
    edges(&popular).push(Some(held.clone()));
    let drops = w.drops.get();
    unsafe { w.heap.force_refcount(popular.ptr().unwrap(), L::Rc::EXACT_MAX) }
    let another = popular.clone();
    drop((another, popular, held));
    for _ in 0..3 {
        assert_eq!(w.heap.collect(2, &mut Quiet).collected, 0, "what is stuck is a root");
        w.heap.gc_check();
    }
    assert_eq!(w.drops.get(), drops);
}

macro_rules! laws { ($($name:ident $text:literal = $layout:ty;)*) => { $( mod $name {
    #[test] fn the_dead_go_in_order() { super::the_dead_go_in_order::<$layout>() }
    #[test] fn deaths_without_memory_wait_for_a_collection() { super::deaths_without_memory_wait_for_a_collection::<$layout>() }
    #[test] fn collections_leave_counts_alone() { super::collections_leave_counts_alone::<$layout>() }
    #[test] fn counts_stick() { super::counts_stick::<$layout>() }
} )* } }
laws! {
    best_packed "best,rc-packed,gc-zero-word,type-index" = instar_object::presets::BestPacked;
    plain_packed "rc-packed,gc-zero-word,type-index,weakref-table,alloc-pool" = instar_object::presets::PlainPacked;
    zero_word "best,gc-zero-word" = instar_object::presets::BestZeroWord;
    one_word "best" = instar_object::presets::Best;
}
