//! Deferred counts: what frames hold is not counted, so what has a count of zero dies at safe points, if no frame holds it. Layouts that
//! count what frames hold run the same scripts: there a death comes when the last reference goes.
mod common;
use common::*;
use instar_object::*;
use std::cell::Cell;

/// A host with one frame. Finalizers run a program of their own.
struct Thread<'a, L: Layout> {
    frame: Vec<(Word<L>, bool)>,
    finalizer: Option<Box<dyn FnMut(&mut Vec<(Word<L>, bool)>, &Owned<L>) + 'a>>,
    finalized: Vec<usize>,
}
impl<L: Layout> Thread<'_, L> {
    fn new() -> Self {
        Thread { frame: vec![], finalizer: None, finalized: vec![] }
    }
    fn hold(&mut self, obj: Owned<L>) {
        let word = obj.into_word();
        unsafe { word.enter_frame() };
        self.frame.push((word, false));
    }
    fn leave(&mut self) {
        while let Some((word, counted)) = self.frame.pop() {
            assert!(!counted, "a safe point that is over counts nothing");
            unsafe { word.leave_frame() };
        }
    }
    fn run(&mut self, heap: &Heap<L>) {
        for event in heap.take_events() {
            if let Event::Finalize(obj) = event {
                self.finalize(&obj);
            }
        }
    }
}
impl<L: Layout> CollectHost<L> for Thread<'_, L> {
    fn finalize(&mut self, obj: &Owned<L>) {
        self.finalized.push(node(obj).id.get());
        if let Some(finalizer) = &mut self.finalizer {
            finalizer(&mut self.frame, obj);
        }
    }
    fn weakref_callback(&mut self, _: &Owned<L>, _: &Owned<L>) {}
    fn drain(&mut self) {}
    fn count_frames(&mut self, visit: &mut dyn FnMut(Word<L>)) {
        self.frame.iter_mut().filter(|(_, counted)| !counted).for_each(|(word, counted)| {
            *counted = true;
            visit(*word);
        });
    }
    fn uncount_frames(&mut self, visit: &mut dyn FnMut(Word<L>)) {
        self.frame.iter_mut().filter(|(_, counted)| *counted).for_each(|(word, counted)| {
            *counted = false;
            visit(*word);
        });
    }
}

fn count<L: Layout>(w: &World<L>, obj: Word<L>) -> u64 {
    w.heap.refcount(obj.ptr())
}

fn frames_keep_what_nobody_counts<L: Layout>() {
    let w = World::<L>::new();
    let mut t = Thread::new();
    // What only the frame holds, what it holds twice, and what the heap holds, too.
    let shared = w.new_node(false, 1, vec![]);
    t.hold(w.new_node(false, 0, vec![Some(shared.clone())]));
    let word = t.frame[0].0;
    unsafe { word.share_with_frame() };
    t.frame.push((word, false));
    t.hold(shared.clone());
    assert_eq!(count(&w, word), if L::DEFERRED { 0 } else { 2 });
    assert_eq!(count(&w, shared.word()), if L::DEFERRED { 2 } else { 3 });
    for _ in 0..3 {
        w.heap.reconcile(&mut t);
        assert_eq!(w.drops.get(), 0);
        assert_eq!(count(&w, word), if L::DEFERRED { 0 } else { 2 }, "counts are as they were");
        assert_eq!(w.heap.zero_counts(), L::DEFERRED as usize, "once in the table");
    }
    // A handle comes and goes; it takes nobody's place.
    drop(unsafe { Owned::share_word(word) });
    unsafe { t.frame.remove(0).0.leave_frame() };
    w.heap.reconcile(&mut t);
    assert_eq!(w.drops.get(), 0);
    t.leave();
    assert_eq!(w.drops.get(), if L::DEFERRED { 0 } else { 1 }, "deaths wait for a safe point");
    w.heap.reconcile(&mut t);
    assert_eq!((w.drops.get(), w.heap.zero_counts()), (1, 0));
    assert_eq!(count(&w, shared.word()), 1);
    // From a frame into the heap.
    t.hold(w.new_node(false, 2, vec![]));
    let (word, _) = t.frame.pop().unwrap();
    unsafe { word.take_from_frame() };
    let obj = unsafe { Owned::from_word(word) };
    w.heap.reconcile(&mut t);
    assert_eq!((w.drops.get(), count(&w, obj.word())), (1, 1));
    w.heap.gc_check();
}

fn the_dead_take_along_what_they_held<L: Layout>() {
    let w = World::<L>::new();
    let mut t = Thread::new();
    let base = w.heap.requested_bytes();
    let mut head = w.new_node(false, 0, vec![]);
    let mut middle = Word::NULL;
    for i in 1..100_000 {
        if i == 50_000 {
            middle = head.word();
            unsafe { middle.share_with_frame() };
            t.frame.push((middle, false));
        }
        // Leaves, which die without being asked.
        let leaf = w.new_str(0, i);
        t.hold(leaf.clone());
        head = w.new_node(false, i, vec![Some(head), Some(leaf.clone()), Some(leaf)]);
        let (word, _) = t.frame.pop().unwrap();
        unsafe { word.leave_frame() };
    }
    drop(head);
    w.heap.reconcile(&mut t);
    assert_eq!(w.drops.get(), 50_000, "down to what the frame holds");
    assert_eq!(unsafe { (*middle.ptr().payload::<Node<L>>()).id.get() }, 49_999);
    t.leave();
    w.heap.reconcile(&mut t);
    assert_eq!(w.drops.get(), 100_000);
    assert_eq!((w.heap.requested_bytes(), w.heap.zero_counts()), (base, 0));
}

fn what_is_in_the_table_has_its_turn<L: Layout>() {
    let w = World::<L>::new();
    let mut t = Thread::new();
    // Both enter the table from the frame, the owner first; then one owns the other.
    t.hold(w.new_node(false, 0, vec![]));
    t.hold(w.new_node(false, 1, vec![]));
    let owner = unsafe { Owned::share_word(t.frame[0].0) };
    edges(&owner).push(Some(unsafe { Owned::share_word(t.frame[1].0) }));
    t.leave();
    drop(owner);
    assert_eq!(w.heap.zero_counts(), if L::DEFERRED { 2 } else { 0 });
    w.heap.reconcile(&mut t);
    assert_eq!((w.drops.get(), w.heap.zero_counts()), (2, 0));
}

fn collections_count_frames<L: Layout>() {
    let w = World::<L>::new();
    let mut t = Thread::new();
    let ring = |id| {
        let a = w.new_node(true, id, vec![]);
        let b = w.new_node(false, id, vec![Some(a.clone())]);
        edges(&a).push(Some(b));
        a
    };
    // One ring on a frame, one that a finalizer brings back into the frame, one that is just trash, and what is no ring.
    t.hold(ring(0));
    let (lost, trash) = (ring(1), ring(2));
    let single = w.new_node(false, 3, vec![]);
    drop((lost, trash, single));
    let late = w.new_node(false, 4, vec![]);
    let late_word = late.word();
    let mut late = Some(late);
    t.finalizer = Some(Box::new(move |frame, obj| {
        if node(obj).id.get() == 1 {
            let word = obj.clone().into_word();
            unsafe { word.enter_frame() };
            frame.push((word, false));
        }
        // What dies while program code runs is found afterwards.
        drop(late.take());
    }));
    assert_eq!(w.heap.refcount(late_word.ptr()), 1);
    let report = w.heap.collect(2, &mut t);
    t.finalized.sort();
    assert_eq!((report.collected, &t.finalized[..]), (2, &[1, 2][..]));
    assert_eq!(w.drops.get(), 1 + 2 + 1, "the single one, one ring, what the finalizer gave away");
    w.heap.gc_check();
    assert!(t.frame.iter().all(|(word, counted)| !counted && count(&w, *word) == if L::DEFERRED { 1 } else { 2 }));
    t.finalizer = None;
    t.leave();
    assert_eq!(w.heap.collect(2, &mut t).collected, 4);
    assert_eq!(t.finalized.len(), 3);
    assert_eq!(w.drops.get(), 8);
    assert_eq!(w.heap.zero_counts(), 0);
}

/// Something with a finalizer asks for a safe point at once.
fn finalizers_do_not_wait<L: Layout>() {
    let w = World::<L>::new();
    let mut t = Thread::new();
    t.hold(w.new_node(true, 0, vec![Some(w.new_node(true, 1, vec![]))]));
    t.hold(w.new_node(false, 2, vec![]));
    w.heap.reconcile(&mut t);
    assert!(!w.heap.pending() && !w.heap.wants_reconcile(), "nothing has happened to it");
    // The one without a finalizer can wait.
    unsafe { t.frame.pop().unwrap().0.leave_frame() };
    assert!(!w.heap.pending());
    t.leave();
    for _ in 0..2 {
        assert!(w.heap.pending() && w.heap.wants_reconcile() == L::DEFERRED);
        w.heap.reconcile(&mut t);
        assert!(w.heap.pending(), "the finalizer waits");
        t.run(&w.heap);
    }
    w.heap.reconcile(&mut t);
    assert_eq!((&t.finalized[..], w.drops.get()), (&[0, 1][..], 3));
    assert!(!w.heap.pending() && !w.heap.wants_reconcile());
}

fn weak_references_see_what_is_not_dead<L: Layout>() {
    let w = World::<L>::new();
    let mut t = Thread::new();
    let obj = w.new_node(false, 0, vec![]);
    let weak = w.new_weak(&obj, None);
    drop(obj);
    if let Some(obj) = weak::upgrade(body(&weak)) {
        assert!(L::DEFERRED);
        w.heap.reconcile(&mut t);
        assert_eq!((w.drops.get(), w.heap.zero_counts()), (0, 0));
        drop(obj);
    }
    w.heap.reconcile(&mut t);
    assert!(weak::upgrade(body(&weak)).is_none());
    // The weak reference and its object die together: it had its turn before, or it is asked.
    let obj = w.new_node(false, 1, vec![]);
    let called = w.new_weak(&obj, Some(w.new_node(false, 2, vec![])));
    let silent = w.new_weak(&obj, Some(w.new_node(false, 3, vec![])));
    drop((silent, obj, called));
    w.heap.reconcile(&mut t);
    let events = w.heap.take_events();
    assert_eq!(events.len(), 1);
    assert!(matches!(&events[0], Event::Callback { callback, .. } if node(callback).id.get() == 2));
    drop(events);
    w.heap.reconcile(&mut t);
    assert_eq!((w.drops.get(), w.heap.zero_counts()), (4, 0));
}

fn a_long_table_rings<L: Layout>() {
    let w = World::<L>::new();
    w.heap.gc_set_enabled(false);
    let bell = Cell::new(0u32);
    unsafe { w.heap.gc_set_bell(&bell, 4) };
    let mut t = Thread::new();
    for i in 0..10_000 {
        drop(w.new_node(false, i, vec![]));
        if bell.replace(0) != 0 {
            assert!(L::DEFERRED && w.heap.wants_reconcile());
            w.heap.reconcile(&mut t);
            assert_eq!(w.drops.get(), i + 1);
        }
        assert!(w.drops.get() + 2000 > i, "the table is bounded");
    }
    // What frames hold stays in the table: safe points come as often as it has doubled.
    let mut rung = 0;
    for i in 0..20_000 {
        t.hold(w.new_node(false, i, vec![]));
        if bell.replace(0) != 0 {
            rung += 1;
            w.heap.reconcile(&mut t);
        }
    }
    assert!(if L::DEFERRED { (3..8).contains(&rung) } else { rung == 0 }, "{rung}");
    t.leave();
    w.heap.reconcile(&mut t);
    assert_eq!(w.drops.get(), 30_000);
}

/// Without memory for an entry nothing is lost that a collection looks at, and nothing dies that is in use.
fn no_memory_for_the_table<L: Layout>() {
    let w = World::<L>::new();
    let mut t = Thread::new();
    let objs: Vec<_> = (0..5000).map(|i| w.new_node(false, i, vec![])).collect();
    let kept = w.new_node(false, 5000, vec![]);
    let word = kept.word();
    w.heap.set_fail_after(Some(0), false);
    drop(objs);
    t.hold(kept);
    w.heap.reconcile(&mut t);
    w.heap.set_fail_after(None, false);
    assert_eq!(unsafe { (*word.ptr().payload::<Node<L>>()).id.get() }, 5000);
    w.heap.collect(2, &mut t);
    assert_eq!(w.drops.get(), 5000);
    t.leave();
    w.heap.reconcile(&mut t);
    w.heap.collect(2, &mut t);
    assert_eq!(w.drops.get(), 5001);
    w.heap.gc_check();
}

/// Nothing is known to have one owner only: no in-place reuse.
fn nobody_is_known_to_be_alone<L: Layout>() {
    let w = World::<L>::new();
    let obj = w.new_node(false, 0, vec![]);
    assert_eq!(unsafe { obj.word().is_unique() }, !L::DEFERRED);
    let mut t = Thread::new();
    t.hold(obj);
    t.leave();
    w.heap.reconcile(&mut t);
}

fn shutdown_finds_the_dead<L: Layout>() {
    let heap = Box::new(Heap::<L>::new(HeapOptions::default()));
    let _entered = heap.enter();
    let info = TypeInfo::of::<TypeBody<L>>(TypeFlags::GC | TypeFlags::WEAKREF, Tables::<L>::TYPE);
    let ty = unsafe { heap.alloc_type_object(TypeBody { info }).unwrap() };
    let before = heap.mem_stats().live_cells;
    let leaf = heap.alloc(ty.ptr().unwrap(), TypeBody { info: TypeInfo::of::<Str>(TypeFlags::LEAF, Tables::<L>::STR) }).unwrap();
    (0..100).for_each(|id| drop(heap.alloc(leaf.ptr().unwrap(), Str { hash: 0, id }).unwrap()));
    drop(leaf);
    assert_eq!(heap.shutdown(), before, "the type of types is still there");
    std::mem::forget(ty);
}

macro_rules! laws { ($($name:ident $text:literal = $layout:ty;)*) => { $( mod $name {
    #[test] fn frames_keep_what_nobody_counts() { super::frames_keep_what_nobody_counts::<$layout>() }
    #[test] fn the_dead_take_along_what_they_held() { super::the_dead_take_along_what_they_held::<$layout>() }
    #[test] fn what_is_in_the_table_has_its_turn() { super::what_is_in_the_table_has_its_turn::<$layout>() }
    #[test] fn collections_count_frames() { super::collections_count_frames::<$layout>() }
    #[test] fn finalizers_do_not_wait() { super::finalizers_do_not_wait::<$layout>() }
    #[test] fn weak_references_see_what_is_not_dead() { super::weak_references_see_what_is_not_dead::<$layout>() }
    #[test] fn a_long_table_rings() { super::a_long_table_rings::<$layout>() }
    #[test] fn no_memory_for_the_table() { super::no_memory_for_the_table::<$layout>() }
    #[test] fn nobody_is_known_to_be_alone() { super::nobody_is_known_to_be_alone::<$layout>() }
    #[test] fn shutdown_finds_the_dead() { super::shutdown_finds_the_dead::<$layout>() }
    instar_object::laws!($layout);
} )* } }
laws! {
    deferred_saturating "rc-saturating, deferred" = instar_object::presets::DeferredSaturating;
    best_deferred "best, deferred" = instar_object::presets::BestDeferred;
    packed_deferred "best,rc-packed,gc-zero-word,type-index, deferred" = instar_object::presets::PackedDeferred;
    best "best" = instar_object::presets::Best;
}
