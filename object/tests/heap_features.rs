//! Corners of the heap, for every layout: slots, variable size, leaves, free lists, immortality, finalizers without GC words,
//! thresholds, freezing, introspection, limits, panics in drops.
mod common;
use common::*;
use instar_object::*;
use std::cell::{Cell, UnsafeCell};

fn slots_and_variable_size<L: Layout>() {
    struct Tables2<L: Layout>(std::marker::PhantomData<L>);
    /// A tuple-like payload: length, then items.
    #[repr(C)]
    struct Items {
        len: usize,
    }
    unsafe fn items<'a, L: Layout>(p: *mut ()) -> &'a [Cell<Word<L>>] {
        unsafe { std::slice::from_raw_parts(p.cast::<u8>().add(8).cast(), (*p.cast::<Items>()).len) }
    }
    impl<L: Layout> Tables2<L> {
        const TUPLE: &'static VTable<L> = &VTable {
            name: "tuple",
            trace: |p, visit| unsafe { items::<L>(p).iter().for_each(|w| visit(w.get())) },
            clear: |_| {},
            drop: Some(|p| unsafe { items::<L>(p).iter().rev().for_each(|w| w.get().release()) }),
            size_of: Some(|p| unsafe { 8 + 8 * (*p.cast::<Items>()).len }),
            needs_finalizer: None,
            words: Words::Unknown,
            fields: &[],
            buffer: None,
        };
    }
    let w = World::<L>::new();
    let base = w.heap.requested_bytes();
    let tuple = w.make_type(TypeInfo::new(TypeFlags::GC | TypeFlags::VAR, 8, 8, 0, Tables2::<L>::TUPLE).with_free_list(FreeList { id: 10, sizes: 5, cap: 100 }));
    let slotted = w.make_type(TypeInfo::new(TypeFlags::GC | TypeFlags::HEAP_TYPE, 24, 0, 3, Tables::<L>::OBJECT));
    for round in 0..3 {
        for n in [0usize, 1, 3, 4, 7, 100] {
            unsafe {
                let t = w.heap.alloc_var(tuple.ptr().unwrap(), 8 + 8 * n).unwrap();
                (*t.payload::<Items>()).len = n;
                for (i, word) in items::<L>(t.payload()).iter().enumerate() {
                    word.set(w.new_node(false, i, vec![]).into_word());
                }
                assert!(!w.heap.is_tracked(t));
                if round == 1 {
                    w.heap.track(t);
                    assert!(w.heap.is_tracked(t));
                    w.heap.untrack(t);
                    assert!(!w.heap.is_tracked(t));
                    w.heap.track(t);
                }
                let t = Owned::from_word(Word::from_ptr(t));
                assert_eq!(w.heap.gc_referents(&t).len(), n);
                let before = w.drops.get();
                drop(t);
                assert_eq!(w.drops.get(), before + n);
            }
        }
        let s = w.heap.alloc(slotted.ptr().unwrap(), ()).unwrap();
        let words = unsafe { &mut *s.ptr().unwrap().payload::<[Word<L>; 3]>() };
        assert!(words.iter().all(|w| w.is_null()));
        words[1] = w.new_node(false, 1, vec![Some(s.clone())]).into_word();
        drop(s); // a cycle through a slot
        let before = w.drops.get();
        assert_eq!(w.heap.collect(2, &mut Quiet).collected, 2);
        assert_eq!(w.drops.get(), before + 1);
    }
    drop((tuple, slotted));
    w.heap.collect(2, &mut Quiet);
    assert_eq!(w.heap.requested_bytes(), base);
}

fn leaves_and_free_lists<L: Layout>() {
    let w = World::<L>::new();
    let list = FreeList { id: 3, sizes: 1, cap: 2 };
    let float = w.make_type(TypeInfo::of::<f64>(TypeFlags::LEAF, Tables::<L>::OBJECT).with_free_list(list));
    let ty = float.ptr().unwrap();
    let base = w.heap.mem_stats();
    let mut addresses = std::collections::BTreeSet::new();
    for i in 0..100 {
        let a = unsafe { w.heap.alloc_known::<_, false, false>(ty, i as f64).unwrap() };
        let b = w.heap.alloc(ty, i as f64).unwrap();
        let c = w.heap.alloc(ty, i as f64).unwrap();
        for f in [&a, &b, &c] {
            assert_eq!(unsafe { *f.ptr().unwrap().payload::<f64>() }, i as f64);
            addresses.insert(f.ptr().unwrap().addr());
        }
        unsafe { w.heap.release_leaf::<f64>(a.into_word()) };
    }
    assert!(!L::FREE_LISTS || addresses.len() <= 110);
    assert_eq!(w.heap.mem_stats().requested, base.requested);
    w.heap.flush_free_lists();
    assert_eq!(w.heap.mem_stats().live_cells, base.live_cells);
}

fn known_shapes<L: Layout>() {
    let w = World::<L>::new();
    let flags = TypeFlags::GC | TypeFlags::WEAKREF;
    let weakly = w.make_type(TypeInfo::of::<Node<L>>(flags, Tables::<L>::NODE));
    let plain = w.make_type(TypeInfo::of::<Node<L>>(TypeFlags::GC, Tables::<L>::NODE));
    let inert = w.make_type(TypeInfo::of::<Node<L>>(TypeFlags::INERT, Tables::<L>::NODE));
    let fits = |ty: &Owned<L>, shape: Shape| shape.fits(ty.ptr().unwrap().as_info(), size_of::<Node<L>>());
    assert!(fits(&weakly, Shape::GcWeak) && !fits(&weakly, Shape::Gc) && !fits(&weakly, Shape::Bare) && fits(&weakly, Shape::Any));
    assert!(fits(&plain, Shape::Gc) && !fits(&plain, Shape::GcWeak) && fits(&inert, Shape::Bare));
    assert!(!Shape::Bare.fits(inert.ptr().unwrap().as_info(), 8));
    let body = |edges| Node { edges: UnsafeCell::new(edges), id: Cell::new(1), drops: &*w.drops };
    let base = w.heap.requested_bytes();
    for round in 1..=3 {
        unsafe {
            let a = w.heap.alloc_known::<_, true, true>(weakly.ptr().unwrap(), body(vec![])).unwrap();
            let weakref = w.new_weak(&a, None);
            let b = w.heap.alloc_known::<_, true, false>(plain.ptr().unwrap(), body(vec![Some(a.clone())])).unwrap();
            let c = w.heap.alloc_known::<_, false, false>(inert.ptr().unwrap(), body(vec![])).unwrap();
            for o in [&a, &b, &c] {
                let p = o.ptr().unwrap();
                assert!(w.heap.refcount(p) >= 1 && w.heap.is_tracked(p) == p.info().has(TypeFlags::GC) && !w.heap.is_finalized(p));
            }
            assert!(weak::upgrade(common::body(&weakref)).is_some());
            drop((a, c));
            assert_eq!(w.drops.get(), 3 * round - 2); // inert: dead at once
            drop(b);
            assert!(weak::upgrade(common::body(&weakref)).is_none());
            assert_eq!(w.drops.get(), 3 * round);
        }
        assert!(w.heap.gc_counts()[0] as usize >= w.heap.gc_objects(Some(0)).len()); // deaths are not taken off
    }
    w.heap.collect(2, &mut Quiet);
    assert_eq!(w.heap.requested_bytes(), base);
}

fn instances_and_first_stores<L: Layout>() {
    let w = World::<L>::new();
    let names: Vec<_> = (0..4).map(|i| w.new_str(i, i as usize)).collect();
    let class = w.new_class();
    let ty = class.ptr().unwrap();
    let base = w.heap.requested_bytes();
    let place = |name: usize| attrs::index(ty.as_info(), names[name].word()).unwrap() as usize;
    let stored = |o: &Owned<L>, name: usize, id: usize| unsafe {
        match attrs::store(&w.heap, o.ptr().unwrap(), place(name), w.new_str(9, id)) {
            Ok(old) => {
                let was = !old.is_null();
                old.release();
                Some(was)
            }
            Err(value) => {
                drop(value);
                None
            }
        }
    };
    let order = |o: &Owned<L>| {
        let mut seen = vec![];
        attrs::for_each(o.ptr().unwrap(), |name, _| seen.push(names.iter().position(|n| n.word() == name).unwrap()));
        seen
    };
    {
        let first = unsafe { w.heap.alloc_instance(ty).unwrap() };
        assert!(w.heap.is_tracked(first.ptr().unwrap()) && attrs::len(first.ptr().unwrap()) == 0);
        for name in &names[..2] {
            assert!(matches!(attrs::set(first.ptr().unwrap(), name.word(), w.new_str(8, 8)), Ok(AttrSet::Done(None))));
        }
        // A fresh instance: the block comes with the first store; the order is that of the stores.
        let young = unsafe { w.heap.alloc_instance(ty).unwrap() };
        assert_eq!(stored(&young, 1, 1), Some(false));
        assert_eq!(stored(&young, 0, 2), Some(false));
        assert_eq!(stored(&young, 1, 3), Some(true));
        assert_eq!(order(&young), [1, 0]);
        // The class learns more names: an older instance grows, or says that it cannot.
        for name in &names[2..] {
            let newer = unsafe { w.heap.alloc_instance(ty).unwrap() };
            assert!(matches!(attrs::set(newer.ptr().unwrap(), name.word(), w.new_str(8, 8)), Ok(AttrSet::Done(None))));
        }
        assert_eq!(stored(&young, 3, 4), Some(false));
        assert_eq!(order(&young), [1, 0, 3]);
        // An instance with a dict gives the value back.
        drop(attrs::set_dict(young.ptr().unwrap(), w.new_str(0, 0)));
        assert_eq!(stored(&young, 0, 5), None);
        // No memory: the value comes back, the instance is as it was.
        let poor = unsafe { w.heap.alloc_instance(ty).unwrap() };
        let value = w.new_str(9, 9);
        w.heap.set_fail_after(Some(0), false);
        if <L::Slots as attrs::SlotPolicy>::EXACT && !<L::Attrs as attrs::AttrsPolicy>::INLINE {
            assert!(unsafe { attrs::store(&w.heap, poor.ptr().unwrap(), place(2), value) }.is_err());
            assert!(order(&poor).is_empty());
        }
        assert!(unsafe { w.heap.alloc_instance(ty) }.is_err());
        w.heap.set_fail_after(None, false);
    }
    w.heap.collect(2, &mut Quiet);
    let left = w.heap.requested_bytes();
    assert_eq!(left, base);
}

fn immortality<L: Layout>() {
    let w = World::<L>::new();
    let a = w.new_node(false, 1, vec![]);
    let p = a.ptr().unwrap();
    w.heap.make_immortal(p);
    assert_eq!(w.heap.is_immortal(p), L::Rc::IMMORTAL);
    let count = w.heap.refcount(p);
    for _ in 0..10 {
        std::mem::forget(a.clone());
    }
    if L::Rc::IMMORTAL {
        assert_eq!(w.heap.refcount(p), count);
        for _ in 0..100 {
            unsafe { Word::from_ptr(p).release() };
        }
        assert_eq!(w.heap.collect(2, &mut Quiet).collected, 0);
        assert_eq!(w.drops.get(), 0);
    } else {
        for _ in 0..10 {
            unsafe { Word::from_ptr(p).release() };
        }
        drop(a);
        assert_eq!(w.drops.get(), 1);
    }
}

fn finalizers_without_gc_words<L: Layout>() {
    #[repr(C)]
    struct File {
        open: Cell<bool>,
        closed: *const Cell<u32>,
    }
    impl Drop for File {
        fn drop(&mut self) {
            unsafe { (*self.closed).set((*self.closed).get() + 1) }
        }
    }
    struct T<L: Layout>(std::marker::PhantomData<L>);
    unsafe impl<L: Layout> Trace<L> for File {
        fn trace(&self, _: &mut dyn FnMut(Word<L>)) {}
        fn clear(&mut self) {}
    }
    impl<L: Layout> T<L> {
        const FILE: &'static VTable<L> = &VTable::of::<File>("file").with_finalizer(|p, _| unsafe { (*p.cast::<File>()).open.get() });
    }
    let w = World::<L>::new();
    let file = w.make_type(TypeInfo::of::<File>(TypeFlags::WEAKREF, T::<L>::FILE));
    let closed = Cell::new(0);
    let make = |open| w.heap.alloc(file.ptr().unwrap(), File { open: Cell::new(open), closed: &closed }).unwrap();
    drop(make(false));
    assert_eq!((closed.get(), w.heap.pending()), (1, false));
    for _ in 0..3 {
        closed.set(0);
        let f = make(true);
        let weak = w.new_weak(&f, None);
        drop(f);
        assert!(w.heap.pending());
        let Some(Event::Finalize(f)) = w.heap.take_events().pop() else { panic!() };
        assert!(w.heap.is_finalized(f.ptr().unwrap()));
        drop(f);
        assert_eq!((closed.get(), w.heap.pending()), (1, false), "no second finalizer");
        assert!(weak::upgrade(body(&weak)).is_none());
    }
}

fn thresholds_and_generations<L: Layout>() {
    let w = World::<L>::with(HeapOptions { thresholds: [50, 2, 2], ..Default::default() });
    w.heap.collect(2, &mut Quiet);
    let bell = Cell::new(0u32);
    unsafe { w.heap.gc_set_bell(&bell, 4) };
    let mut kept = vec![];
    let mut seen = vec![];
    for i in 0..2000 {
        let n = w.new_node(false, i, vec![]);
        edges(&n).push(Some(n.clone())); // garbage at once
        if i % 10 == 0 {
            kept.push(w.new_node(false, i, vec![]));
        }
        drop(n);
        if w.heap.gc_wanted() {
            assert_eq!(bell.replace(0), 4);
            let (generation, report) = w.heap.collect_due(&mut Quiet).unwrap();
            assert!(report.collected > 40);
            seen.push(generation);
        }
    }
    assert!(seen.starts_with(&[0, 0, 0, 1, 0, 0, 1]) || seen.starts_with(&[0, 0, 1, 0, 0, 1]) || seen.starts_with(&[0, 0, 0, 1]), "{seen:?}");
    assert!(seen.contains(&2));
    assert_eq!(w.heap.gc_stats().iter().map(|s| s.collections).sum::<usize>(), seen.len() + 1);
    assert!(w.drops.get() > 1900);
    // Off: nothing is wanted; on again: the next allocation says so.
    w.heap.gc_set_enabled(false);
    for i in 0..200 {
        kept.push(w.new_node(false, i, vec![]));
    }
    assert!(!w.heap.gc_wanted());
    w.heap.gc_set_enabled(true);
    kept.push(w.new_node(false, 0, vec![]));
    assert!(w.heap.gc_wanted());
    // Frozen objects are no garbage.
    w.heap.collect(2, &mut Quiet);
    let cycle = w.new_node(false, 1, vec![]);
    edges(&cycle).push(Some(cycle.clone()));
    w.heap.gc_freeze();
    assert!(w.heap.gc_frozen() > 200 && w.heap.gc_objects(None).is_empty());
    drop(cycle);
    assert_eq!(w.heap.collect(2, &mut Quiet).collected, 0);
    w.heap.gc_unfreeze();
    assert_eq!(w.heap.collect(2, &mut Quiet).collected, 1);
    // Introspection.
    let target = w.new_node(false, 5, vec![]);
    let from = w.new_node(false, 6, vec![Some(target.clone())]);
    let referrers = w.heap.gc_referrers(std::slice::from_ref(&target));
    assert!(referrers.len() == 1 && referrers[0].is(&from));
    assert_eq!(w.heap.gc_referents(&from).len(), 2); // the target and the type
    let mut young: Vec<usize> = w.heap.gc_objects(Some(0)).iter().map(|o| node(o).id.get()).collect();
    if !L::Gc::ORDERED {
        young.sort();
    }
    assert_eq!(young, [5, 6], "oldest first");
}

fn limits<L: Layout>() {
    let w = World::<L>::with(HeapOptions { memory_limit: 1 << 20, ..Default::default() });
    w.heap.gc_set_enabled(false);
    let mut v: BufVec<Owned<L>, L> = BufVec::new();
    let err = loop {
        match w.heap.alloc(w.str.ptr().unwrap(), Str { hash: 0, id: 0 }) {
            Ok(o) => {
                if v.push(o).is_err() {
                    break true;
                }
            }
            Err(AllocError) => break true,
        }
    };
    assert!(err && w.heap.requested_bytes() <= 1 << 20 && w.heap.requested_bytes() > 1 << 19);
    assert!(w.heap.buffer_alloc(usize::MAX - 7).is_err());
    assert!(BufVec::<u64, L>::with_capacity(usize::MAX / 4).is_err());
    assert!(DictTable::<L>::with_capacity(1 << 40).is_err());
    drop(v);
    assert!(w.heap.alloc(w.str.ptr().unwrap(), Str { hash: 0, id: 0 }).is_ok());
}

fn a_panic_in_a_drop_leaves_the_loop_usable<L: Layout>() {
    #[repr(C)]
    struct Bad<L: Layout> {
        next: UnsafeCell<Option<Owned<L>>>,
    }
    trace! { [L] Bad<L> { next } }
    impl<L: Layout> Drop for Bad<L> {
        fn drop(&mut self) {
            panic!("a bug in a drop");
        }
    }
    struct T<L: Layout>(std::marker::PhantomData<L>);
    impl<L: Layout> T<L> {
        const BAD: &'static VTable<L> = &VTable::of::<Bad<L>>("bad");
    }
    let w = World::<L>::new();
    let bad = w.make_type(TypeInfo::of::<Bad<L>>(TypeFlags::GC, T::<L>::BAD));
    let after = w.new_node(false, 2, vec![]);
    let b = w.heap.alloc(bad.ptr().unwrap(), Bad::<L> { next: UnsafeCell::new(None) }).unwrap();
    let outer = w.new_node(false, 1, vec![Some(b), Some(after)]);
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(outer)));
    std::panic::set_hook(hook);
    assert!(result.is_err());
    assert_eq!(w.drops.get(), 1, "the rest of the list waits");
    drop(w.new_node(false, 3, vec![]));
    assert_eq!(w.drops.get(), 3, "the next death goes on with it");
}

fn without_a_heap_handles_leak<L: Layout>() {
    let w = World::<L>::new();
    let a = w.new_node(false, 1, vec![]);
    w.heap.leave();
    drop(a);
    assert_eq!(w.drops.get(), 0);
    assert!(BufVec::<u64, L>::with_capacity(4).is_err());
    let guard = w.heap.enter();
    drop(w.new_node(false, 2, vec![]));
    assert_eq!(w.drops.get(), 1);
    drop(guard);
    unsafe { w.heap.attach() };
}

fn shutdown_counts_what_lives<L: Layout>() {
    let heap = Heap::<L>::new(HeapOptions::default());
    let guard = heap.enter();
    let buffer = heap.buffer_alloc(100).unwrap();
    assert_eq!(heap.shutdown(), 1);
    unsafe { heap.buffer_free(buffer, 100) };
    assert_eq!(heap.shutdown(), 0);
    drop(guard);
}

macro_rules! laws { ($($name:ident $text:literal = $layout:ty;)*) => { $( mod $name {
    #[test] fn slots_and_variable_size() { super::slots_and_variable_size::<$layout>() }
    #[test] fn leaves_and_free_lists() { super::leaves_and_free_lists::<$layout>() }
    #[test] fn known_shapes() { super::known_shapes::<$layout>() }
    #[test] fn instances_and_first_stores() { super::instances_and_first_stores::<$layout>() }
    #[test] fn immortality() { super::immortality::<$layout>() }
    #[test] fn finalizers_without_gc_words() { super::finalizers_without_gc_words::<$layout>() }
    #[test] fn thresholds_and_generations() { super::thresholds_and_generations::<$layout>() }
    #[test] fn limits() { super::limits::<$layout>() }
    #[test] fn a_panic_in_a_drop_leaves_the_loop_usable() { super::a_panic_in_a_drop_leaves_the_loop_usable::<$layout>() }
    #[test] fn without_a_heap_handles_leak() { super::without_a_heap_handles_leak::<$layout>() }
    #[test] fn shutdown_counts_what_lives() { super::shutdown_counts_what_lives::<$layout>() }
} )* } }
instar_object::for_each_layout!(laws);
laws! { active "the layout of this build" = instar_object::Active; }
