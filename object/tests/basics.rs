//! First things first, for every layout: counts, death, order of release, events, weak references, attributes.
mod common;
use common::*;
use instar_object::*;
use std::cell::Cell;

fn counts_and_death<L: Layout>() {
    let w = World::<L>::new();
    let a = w.new_node(false, 1, vec![]);
    let p = a.ptr().unwrap();
    assert_eq!(w.heap.refcount(p), 1);
    let b = a.clone();
    assert_eq!(w.heap.refcount(p), 2);
    drop(a);
    assert_eq!(w.drops.get(), 0);
    let outer = w.new_node(false, 2, vec![Some(b), None]);
    drop(outer);
    assert_eq!(w.drops.get(), 2);
}

fn long_chains_need_no_stack<L: Layout>() {
    let w = World::<L>::new();
    w.heap.gc_set_enabled(false);
    let mut head: Option<Owned<L>> = None;
    for i in 0..1_000_000 {
        head = Some(w.new_node(false, i, vec![head]));
    }
    drop(head);
    w.heap.release_all_queued();
    assert_eq!(w.drops.get(), 1_000_000);
}

fn finalizers_wait_and_run_once<L: Layout>() {
    let w = World::<L>::new();
    let a = w.new_node(true, 7, vec![Some(w.new_node(false, 8, vec![]))]);
    let weak = w.new_weak(&a, None);
    drop(a);
    assert_eq!(w.drops.get(), 0);
    assert!(w.heap.pending());
    assert!(weak::upgrade(body(&weak)).is_some(), "alive until the finalizer has run");
    let mut events = w.heap.take_events();
    let Some(Event::Finalize(obj)) = events.pop() else { panic!() };
    assert_eq!(node(&obj).id.get(), 7);
    let saved = obj.clone();
    drop(obj);
    drop(events);
    assert_eq!(w.drops.get(), 0);
    drop(saved);
    assert_eq!(w.drops.get(), 2);
    assert!(!w.heap.pending());
    assert!(weak::upgrade(body(&weak)).is_none());
}

/// The interpreter's way with events: each batch depth first.
fn drain<L: Layout>(heap: &Heap<L>, log: &mut Vec<String>) {
    for event in heap.take_events() {
        match event {
            Event::Finalize(obj) => {
                log.push(format!("del {}", node(&obj).id.get()));
                drop(obj);
            }
            Event::Callback { weakref, callback } => {
                log.push(format!("callback {}", node(&callback).id.get()));
                drop((weakref, callback));
            }
        }
        drain(heap, log);
    }
}

fn nested_finalizers_run_as_cpython_nests<L: Layout>() {
    let w = World::<L>::new();
    let mut log = vec![];
    let leaf = |id| Some(w.new_node(true, id, vec![]));
    let tree = |id, l, r| Some(w.new_node(true, id, vec![l, r]));
    let root = tree(1, tree(2, leaf(3), leaf(4)), tree(5, leaf(6), leaf(7)));
    drop(root);
    drain(&w.heap, &mut log);
    assert_eq!(log, (1..8).map(|i| format!("del {i}")).collect::<Vec<_>>());
    // Plain nodes in between do not change the order.
    log.clear();
    let plain = |l, r| Some(w.new_node(false, 0, vec![l, r]));
    drop(plain(plain(leaf(1), plain(leaf(2), leaf(3))), plain(leaf(4), leaf(5))));
    drain(&w.heap, &mut log);
    assert_eq!(log, (1..6).map(|i| format!("del {i}")).collect::<Vec<_>>());
}

fn weakref_callbacks_newest_first<L: Layout>() {
    let w = World::<L>::new();
    let mut log = vec![];
    let a = w.new_node(false, 1, vec![]);
    let cb: Vec<_> = (0..4).map(|i| w.new_node(false, i, vec![])).collect();
    let plain = w.new_weak(&a, None);
    let w0 = w.new_weak(&a, Some(cb[0].clone()));
    let w1 = w.new_weak(&a, Some(cb[1].clone()));
    let w2 = w.new_weak(&a, Some(cb[2].clone()));
    assert_eq!(weak::count(a.ptr().unwrap()), 4);
    drop(w1); // its callback is not called
    drop(a);
    drain(&w.heap, &mut log);
    assert_eq!(log, ["callback 2", "callback 0"]);
    assert!(weak::upgrade(body(&plain)).is_none());
    assert!(body(&w0).callback().is_null() && body(&w2).target().is_none());
    // A container that holds target and weak reference: dead together, the target first.
    log.clear();
    let target = w.new_node(false, 1, vec![]);
    let weak = w.new_weak(&target, Some(cb[3].clone()));
    drop(w.new_node(false, 9, vec![Some(target), Some(weak)]));
    drain(&w.heap, &mut log);
    assert_eq!(log, ["callback 3"]);
    // The other way round it is not called.
    log.clear();
    let target = w.new_node(false, 1, vec![]);
    let weak = w.new_weak(&target, Some(cb[3].clone()));
    drop(w.new_node(false, 9, vec![Some(weak), Some(target)]));
    drain(&w.heap, &mut log);
    assert!(log.is_empty());
}

struct Host<'a, L: Layout> {
    heap: &'a Heap<L>,
    log: Vec<String>,
    save: Option<&'a Cell<Option<Owned<L>>>>,
}
impl<L: Layout> CollectHost<L> for Host<'_, L> {
    fn finalize(&mut self, obj: &Owned<L>) {
        self.log.push(format!("del {}", node(obj).id.get()));
        if let Some(save) = self.save {
            save.set(Some(obj.clone()));
        }
    }
    fn weakref_callback(&mut self, _: &Owned<L>, callback: &Owned<L>) {
        self.log.push(format!("callback {}", node(callback).id.get()));
    }
    fn drain(&mut self) {
        let mut log = std::mem::take(&mut self.log);
        drain(self.heap, &mut log);
        self.log = log;
    }
}

fn cycles_are_collected<L: Layout>() {
    let w = World::<L>::new();
    let mut host = Host { heap: &w.heap, log: vec![], save: None };
    host.heap.collect(2, &mut host);
    let cycle = |fin: bool, id: usize| {
        let a = w.new_node(fin, id, vec![]);
        let b = w.new_node(fin, id + 1, vec![Some(a.clone())]);
        edges(&a).push(Some(b.clone()));
        a
    };
    let kept = cycle(false, 1);
    drop(cycle(false, 3));
    drop(cycle(true, 5));
    let watched = cycle(true, 7);
    let cb = w.new_node(false, 77, vec![]);
    let weak = w.new_weak(&watched, Some(cb.clone()));
    drop(watched);
    let report = w.heap.collect(2, &mut host);
    assert_eq!(report.collected, 6);
    assert_eq!(w.drops.get(), 6);
    assert_eq!(host.log, ["callback 77", "del 5", "del 6", "del 7", "del 8"]);
    w.heap.gc_check();
    assert!(weak::upgrade(body(&weak)).is_none());
    // Resurrection by one finalizer keeps what it reaches; the finalizer does not run again.
    let save = Cell::new(None);
    host.save = Some(&save);
    host.log.clear();
    let a = w.new_node(true, 20, vec![]);
    let b = w.new_node(false, 21, vec![Some(a.clone())]);
    edges(&a).push(Some(b));
    drop(a);
    assert_eq!(w.heap.collect(2, &mut host).collected, 0);
    w.heap.gc_check();
    let saved = save.take().unwrap();
    assert_eq!((host.log.len(), node(&saved).id.get()), (1, 20));
    drop(saved);
    assert_eq!(w.heap.collect(2, &mut host).collected, 2);
    assert_eq!(host.log, ["del 20"]);
    drop(kept);
    assert_eq!(w.heap.collect(2, &mut host).collected, 2);
    w.heap.gc_check();
}

fn attributes<L: Layout>() {
    let w = World::<L>::new();
    let class = w.new_class();
    let names: Vec<_> = (0..40).map(|i| w.new_str(i, i as usize)).collect();
    let value = w.new_str(0, 999);
    for _ in 0..40 {
        let obj = w.heap.alloc(class.ptr().unwrap(), ()).unwrap();
        let o = obj.ptr().unwrap();
        for name in &names[..3] {
            let AttrSet::Done(None) = attrs::set(o, name.word(), value.clone()).unwrap() else { panic!() };
        }
        assert_eq!(attrs::len(o), 3);
        let AttrDelete::Done(_) = attrs::delete(o, names[0].word()) else { panic!() };
        let AttrGet::Missing = attrs::get(o, names[0].word()) else { panic!() };
        let AttrSet::Done(None) = attrs::set(o, names[0].word(), value.clone()).unwrap() else { panic!() };
        let mut order = vec![];
        attrs::for_each(o, |name, v| {
            assert!(v == value.word());
            order.push(names.iter().position(|n| n.word() == name).unwrap());
        });
        assert_eq!(order, [1, 2, 0]);
        let AttrSet::Done(Some(_)) = attrs::set(o, names[1].word(), value.clone()).unwrap() else { panic!() };
    }
    assert_eq!(w.heap.refcount(value.ptr().unwrap()), 1);
    // More than 30 names: a dict is needed.
    let obj = w.heap.alloc(class.ptr().unwrap(), ()).unwrap();
    let o = obj.ptr().unwrap();
    let mut stored = 0;
    for name in &names {
        match attrs::set(o, name.word(), value.clone()).unwrap() {
            AttrSet::Done(None) => stored += 1,
            AttrSet::NeedsDict(back) => {
                assert!(back.is(&value));
                break;
            }
            _ => panic!(),
        }
    }
    assert!((3..=30).contains(&stored));
    let taken = attrs::take_values(o).unwrap();
    assert_eq!(taken.len(), stored);
    assert!(attrs::set_dict(o, w.new_node(false, 0, vec![])).is_none());
    assert!(matches!(attrs::get(o, names[0].word()), AttrGet::Dict(_)));
    assert!(matches!(attrs::set(o, names[0].word(), value.clone()).unwrap(), AttrSet::Dict(..)));
    assert!(attrs::set_dict(o, w.new_node(false, 1, vec![])).is_some());
    drop(obj);
    drop(taken);
    assert_eq!(w.drops.get(), 2);
    assert_eq!(w.heap.refcount(value.ptr().unwrap()), 1);
    assert_eq!(w.heap.refcount(class.ptr().unwrap()), 1);
}

macro_rules! laws { ($($name:ident $text:literal = $layout:ty;)*) => { $( mod $name {
    #[test] fn counts_and_death() { super::counts_and_death::<$layout>() }
    #[test] fn long_chains_need_no_stack() { super::long_chains_need_no_stack::<$layout>() }
    #[test] fn finalizers_wait_and_run_once() { super::finalizers_wait_and_run_once::<$layout>() }
    #[test] fn nested_finalizers_run_as_cpython_nests() { super::nested_finalizers_run_as_cpython_nests::<$layout>() }
    #[test] fn weakref_callbacks_newest_first() { super::weakref_callbacks_newest_first::<$layout>() }
    #[test] fn cycles_are_collected() { super::cycles_are_collected::<$layout>() }
    #[test] fn attributes() { super::attributes::<$layout>() }
} )* } }
instar_object::for_each_layout!(laws);
laws! { active "the layout of this build" = instar_object::Active; }
