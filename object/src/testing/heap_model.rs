//! Scripts on a heap and on an independent model (plain vectors, recursion, sets), for any layout.
//!
//! After every step: counts equal edges, exactly the unreachable is gone, finalizers ran once, weak references agree, the
//! collector's view is the model's, and no flag of a collection is left. Logs of all layouts are compared with each other.
use super::{World, body};
use crate::*;
use core::cell::{RefCell, UnsafeCell};
use std::collections::BTreeSet;

/// One step of a script. Numbers name roots, weak references or edges, modulo how many there are.
#[derive(Clone, Debug)]
pub enum Op {
    /// A new root.
    New {
        /// It has a finalizer.
        fin: bool,
        /// Its finalizer makes it a root again.
        resurrects: bool,
        /// The roots that it refers to.
        edges: Vec<u8>,
    },
    /// From one root to another.
    Edge(u8, u8),
    /// Removes an edge of a root.
    Cut(u8, u8),
    /// Drops a root.
    Drop(u8),
    /// A second reference to a root.
    Clone(u8),
    /// A weak reference to a root, with a root as callback or without.
    Weak(u8, Option<u8>),
    /// Drops a weak reference.
    DropWeak(u8),
    /// What a weak reference refers to becomes a root.
    Upgrade(u8),
    /// A collection of this generation.
    Collect(u8),
    /// Runs all queued finalizers and callbacks.
    Drain,
    /// Runs them one by one.
    DrainOne,
    /// Asks the collector what it knows.
    GetObjects,
    /// Makes a root's count stick.
    Stick(u8),
}

/// A script out of a small generator, for those who have no better one.
pub fn random_script(seed: u64, steps: usize) -> Vec<Op> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut byte = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 56) as u8
    };
    let mut step = |kind: u8| match kind % 32 {
        0..=5 => {
            let fin = byte() & 1 != 0;
            Op::New { fin, resurrects: fin && byte() & 1 != 0, edges: (0..byte() % 3).map(|_| byte()).collect() }
        }
        6..=11 => Op::Edge(byte(), byte()),
        12 | 13 => Op::Cut(byte(), byte()),
        14..=19 => Op::Drop(byte()),
        20 => Op::Clone(byte()),
        21 | 22 => Op::Weak(byte(), (byte() & 1 != 0).then(&mut byte)),
        23 => Op::DropWeak(byte()),
        24 | 25 => Op::Upgrade(byte()),
        26..=28 => Op::Collect(byte() % 3),
        29 => Op::Drain,
        30 => Op::DrainOne,
        _ if byte() & 3 == 0 => Op::Stick(byte()),
        _ => Op::GetObjects,
    };
    let mut kinds = seed;
    (0..steps)
        .map(|_| {
            kinds = kinds.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            step((kinds >> 57) as u8)
        })
        .collect()
}

// ---- the model -----------------------------------------------------------------------------------------------------

#[derive(Clone, Copy, Debug, PartialEq)]
enum Queued {
    Finalize(usize),
    Callback(usize, usize),
}
#[derive(Default, Clone, Debug)]
struct Obj {
    alive: bool,
    edges: Vec<usize>,
    count: u64,
    fin: bool,
    resurrects: bool,
    finalized: bool,
    stuck: bool,
    generation: usize,
}
#[derive(Clone, Debug)]
struct WeakModel {
    held: bool,
    target: Option<usize>,
    callback: Option<usize>,
    /// References that queued events hold.
    events: usize,
}
#[derive(Default, Debug)]
struct Model {
    objs: Vec<Obj>,
    roots: Vec<usize>,
    weaks: Vec<WeakModel>,
    /// Per object: its weak references in list order.
    lists: Vec<Vec<usize>>,
    queue: Vec<Queued>,
    log: Vec<String>,
}

impl Model {
    fn dec(&mut self, o: usize, zeros: &mut Vec<usize>) {
        self.objs[o].count -= 1;
        if self.objs[o].count == 0 && !self.objs[o].stuck {
            zeros.push(o);
        }
    }
    fn release(&mut self, o: usize) {
        let mut zeros = vec![];
        self.dec(o, &mut zeros);
        self.die_all(zeros);
    }
    fn die_all(&mut self, zeros: Vec<usize>) {
        for o in zeros {
            if self.objs[o].fin && !self.objs[o].finalized {
                self.objs[o].finalized = true;
                self.objs[o].count = 1;
                self.queue.push(Queued::Finalize(o));
                continue;
            }
            for w in std::mem::take(&mut self.lists[o]) {
                self.weaks[w].target = None;
                if let Some(cb) = self.weaks[w].callback.take() {
                    self.weaks[w].events += 1;
                    self.queue.push(Queued::Callback(w, cb)); // the callback's count moves to the event
                }
            }
            self.objs[o].alive = false;
            let mut zeros = vec![];
            for e in std::mem::take(&mut self.objs[o].edges) {
                self.dec(e, &mut zeros);
            }
            self.die_all(zeros);
        }
    }
    fn run(&mut self, event: Queued) {
        match event {
            Queued::Finalize(o) => {
                self.log.push(format!("del {o}"));
                if self.objs[o].resurrects {
                    self.objs[o].count += 1;
                    self.roots.push(o);
                }
                self.release(o);
            }
            Queued::Callback(w, cb) => {
                self.log.push(format!("callback {cb}"));
                self.weaks[w].events -= 1;
                self.release(cb);
            }
        }
    }
    fn drain(&mut self) {
        for event in std::mem::take(&mut self.queue) {
            self.run(event);
            self.drain();
        }
    }
    fn unreachable(&self, candidates: &BTreeSet<usize>) -> BTreeSet<usize> {
        let mut inside = vec![0u64; self.objs.len()];
        for &c in candidates {
            for &e in &self.objs[c].edges {
                inside[e] += 1;
            }
        }
        let mut seen: BTreeSet<usize> = BTreeSet::new();
        let mut work: Vec<usize> = candidates.iter().copied().filter(|&c| self.objs[c].stuck || self.objs[c].count > inside[c]).collect();
        while let Some(o) = work.pop() {
            if seen.insert(o) {
                work.extend(self.objs[o].edges.iter().copied().filter(|e| candidates.contains(e)));
            }
        }
        candidates.difference(&seen).copied().collect()
    }
    fn collect(&mut self, g: usize) -> usize {
        let candidates: BTreeSet<usize> = (0..self.objs.len()).filter(|&o| self.objs[o].alive && self.objs[o].generation <= g).collect();
        let trash = self.unreachable(&candidates);
        for &c in &candidates {
            self.objs[c].generation = (g + 1).min(2);
        }
        let mut calls = vec![];
        for &o in &trash {
            for w in std::mem::take(&mut self.lists[o]) {
                self.weaks[w].target = None;
                if let Some(cb) = self.weaks[w].callback.take() {
                    calls.push(cb);
                }
            }
        }
        for cb in calls {
            self.log.push(format!("callback {cb}"));
            self.release(cb);
        }
        self.drain();
        for &o in &trash {
            if self.objs[o].alive && self.objs[o].fin && !self.objs[o].finalized {
                self.objs[o].finalized = true;
                self.log.push(format!("del {o}"));
                if self.objs[o].resurrects {
                    self.objs[o].count += 1;
                    self.roots.push(o);
                }
                self.drain();
            }
        }
        let rest: BTreeSet<usize> = trash.iter().copied().filter(|&o| self.objs[o].alive).collect();
        let last = self.unreachable(&rest);
        for &o in &last {
            for w in std::mem::take(&mut self.lists[o]) {
                self.weaks[w].target = None;
            }
        }
        let mut outside = vec![];
        for &o in &last {
            self.objs[o].alive = false;
            outside.extend(std::mem::take(&mut self.objs[o].edges).into_iter().filter(|e| !last.contains(e)));
            self.objs[o].count = 0;
        }
        for o in outside {
            self.release(o);
        }
        self.drain();
        last.len()
    }
}

// ---- the real thing ------------------------------------------------------------------------------------------------

#[repr(C)]
struct Thing<L: Layout> {
    edges: UnsafeCell<Vec<Option<Owned<L>>>>,
    id: usize,
    resurrects: bool,
    dead: *const RefCell<BTreeSet<usize>>,
}
trace! { [L] Thing<L> { edges } }
impl<L: Layout> Drop for Thing<L> {
    fn drop(&mut self) {
        assert!(unsafe { (*self.dead).borrow_mut().insert(self.id) }, "object {} died twice", self.id);
    }
}
struct ThingTable<L: Layout>(std::marker::PhantomData<L>);
impl<L: Layout> ThingTable<L> {
    const TABLE: &'static VTable<L> = &VTable::of::<Thing<L>>("thing");
}
fn thing<L: Layout>(o: &Owned<L>) -> &Thing<L> {
    unsafe { &*o.ptr().unwrap().payload::<Thing<L>>() }
}

struct Real<'a, L: Layout> {
    heap: &'a Heap<L>,
    roots: Vec<Owned<L>>,
    log: Vec<String>,
}
impl<L: Layout> Real<'_, L> {
    fn run(&mut self, event: Event<L>) {
        match event {
            Event::Finalize(obj) => self.finalizer(&obj),
            Event::Callback { weakref, callback } => {
                self.log.push(format!("callback {}", thing(&callback).id));
                drop((weakref, callback));
            }
        }
        while self.heap.release_queued() {}
    }
    fn finalizer(&mut self, obj: &Owned<L>) {
        self.log.push(format!("del {}", thing(obj).id));
        if thing(obj).resurrects {
            self.roots.push(obj.clone());
        }
    }
    fn drain_all(&mut self) {
        for event in self.heap.take_events() {
            self.run(event);
            self.drain_all();
        }
    }
}
impl<L: Layout> CollectHost<L> for Real<'_, L> {
    fn finalize(&mut self, obj: &Owned<L>) {
        self.finalizer(obj);
    }
    fn weakref_callback(&mut self, _: &Owned<L>, callback: &Owned<L>) {
        self.log.push(format!("callback {}", thing(callback).id));
    }
    fn drain(&mut self) {
        self.drain_all();
    }
}

/// Runs a script on heap and model, and compares them after each step; the heap's log.
pub fn heap_is_its_model<L: Layout>(script: &[Op]) -> Vec<String> {
    // Deaths in the smallest pieces, where they come in pieces: what waits is torn down where the model looks.
    let w = World::<L>::with(HeapOptions { piece: 1, ..HeapOptions::default() });
    let base = w.heap.mem_stats();
    let dead = RefCell::new(BTreeSet::new());
    let flags = TypeFlags::GC | TypeFlags::WEAKREF | TypeFlags::HEAP_TYPE;
    // Small and large, without and with a finalizer. Large ones lie where large cells do.
    let types = [0, 0, 80, 80].iter().enumerate().map(|(i, &slots)| {
        let flags = if i % 2 == 0 { flags } else { flags | TypeFlags::FINALIZER };
        let size = size_of::<Thing<L>>();
        w.make_type(TypeInfo::new(flags, size + slots * 8, size, slots, ThingTable::<L>::TABLE))
    });
    let types: Vec<Owned<L>> = types.collect();
    let count_types = || -> Vec<u64> { types.iter().map(|t| w.heap.refcount(t.ptr().unwrap())).collect() };
    let type_counts = count_types();
    let mut m = Model::default();
    let mut r = Real { heap: &w.heap, roots: vec![], log: vec![] };
    let mut weaks: Vec<Option<Owned<L>>> = vec![];
    // Without counts everything is stuck from birth.
    let nothing_dies = L::Rc::EXACT_MAX == 0;
    let mut stuck_any = nothing_dies;
    let pick = |i: u8, len: usize| if len == 0 { None } else { Some(i as usize % len) };

    for op in script {
        let mut sorted_log = false;
        let log_at = r.log.len();
        match op {
            Op::New { fin, resurrects, edges } => {
                let edges: Vec<usize> = edges.iter().filter_map(|&e| pick(e, m.roots.len())).collect();
                let id = m.objs.len();
                let real_edges = edges.iter().map(|&i| Some(r.roots[i].clone())).collect();
                let model_edges: Vec<usize> = edges.iter().map(|&i| m.roots[i]).collect();
                for &e in &model_edges {
                    m.objs[e].count += 1;
                }
                m.objs.push(Obj { alive: true, edges: model_edges, count: 1, fin: *fin, resurrects: *resurrects, stuck: nothing_dies, ..Default::default() });
                m.lists.push(vec![]);
                m.roots.push(id);
                let ty = &types[*fin as usize + if id % 5 == 4 { 2 } else { 0 }];
                let payload = Thing { edges: UnsafeCell::new(real_edges), id, resurrects: *resurrects, dead: &dead };
                r.roots.push(w.heap.alloc(ty.ptr().unwrap(), payload).unwrap());
            }
            Op::Edge(a, b) => {
                if let (Some(a), Some(b)) = (pick(*a, m.roots.len()), pick(*b, m.roots.len())) {
                    let (ma, mb) = (m.roots[a], m.roots[b]);
                    m.objs[ma].edges.push(mb);
                    m.objs[mb].count += 1;
                    let to = r.roots[b].clone();
                    unsafe { (*thing(&r.roots[a]).edges.get()).push(Some(to)) };
                }
            }
            Op::Cut(a, i) => {
                if let Some(a) = pick(*a, m.roots.len()) {
                    let ma = m.roots[a];
                    if let Some(i) = pick(*i, m.objs[ma].edges.len()) {
                        let e = m.objs[ma].edges.remove(i);
                        let old = unsafe { (*thing(&r.roots[a]).edges.get()).remove(i) };
                        drop(old);
                        m.release(e);
                    }
                }
            }
            Op::Drop(a) => {
                if let Some(a) = pick(*a, m.roots.len()) {
                    let o = m.roots.swap_remove(a);
                    drop(r.roots.swap_remove(a));
                    m.release(o);
                }
            }
            Op::Clone(a) => {
                if let Some(a) = pick(*a, m.roots.len()) {
                    let o = m.roots[a];
                    m.objs[o].count += 1;
                    m.roots.push(o);
                    let o = r.roots[a].clone();
                    r.roots.push(o);
                }
            }
            Op::Weak(a, cb) => {
                if let Some(a) = pick(*a, m.roots.len()) {
                    let cb = cb.and_then(|cb| pick(cb, m.roots.len()));
                    let target = m.roots[a];
                    let id = m.weaks.len();
                    let callback = cb.map(|cb| m.roots[cb]);
                    if let Some(cb) = callback {
                        m.objs[cb].count += 1;
                    }
                    m.weaks.push(WeakModel { held: true, target: Some(target), callback, events: 0 });
                    let at = if callback.is_some() { m.lists[target].iter().take_while(|&&x| m.weaks[x].callback.is_none()).count() } else { 0 };
                    m.lists[target].insert(at, id);
                    weaks.push(Some(w.new_weak(&r.roots[a], cb.map(|cb| r.roots[cb].clone()))));
                }
            }
            Op::DropWeak(a) => {
                if let Some(a) = pick(*a, weaks.len()) {
                    drop(weaks[a].take());
                    if std::mem::replace(&mut m.weaks[a].held, false) && m.weaks[a].events == 0 && !nothing_dies {
                        if let Some(t) = m.weaks[a].target.take() {
                            m.lists[t].retain(|&x| x != a);
                        }
                        if let Some(cb) = m.weaks[a].callback.take() {
                            m.release(cb);
                        }
                    }
                }
            }
            Op::Upgrade(a) => {
                if let Some(a) = pick(*a, weaks.len())
                    && let Some(weak) = &weaks[a]
                {
                    let got = weak::upgrade(body(weak));
                    assert_eq!(got.as_ref().map(|o| thing(o).id), m.weaks[a].target);
                    if let (Some(o), Some(t)) = (got, m.weaks[a].target) {
                        r.roots.push(o);
                        m.roots.push(t);
                        m.objs[t].count += 1;
                    }
                }
            }
            Op::Collect(g) => {
                sorted_log = true;
                let report = w.heap.collect(*g, &mut r);
                let expect = m.collect(*g as usize);
                assert_eq!(report.collected, expect, "collected by generation {g}");
            }
            Op::Drain => {
                r.drain_all();
                m.drain();
            }
            Op::DrainOne => {
                // The rest stays with the test: events are handles like any other.
                let mut events = w.heap.take_events();
                let queue = std::mem::take(&mut m.queue);
                assert_eq!(events.len(), queue.len());
                if !events.is_empty() {
                    r.run(events.remove(0));
                    m.run(queue[0]);
                    for (event, queued) in events.into_iter().zip(&queue[1..]) {
                        r.drain_all();
                        m.drain();
                        r.run(event);
                        m.run(*queued);
                    }
                }
            }
            Op::GetObjects => {
                let seen: BTreeSet<usize> = w
                    .heap
                    .gc_objects(None)
                    .iter()
                    .filter(|o| types.iter().any(|t| t.ptr() == Some(o.ptr().unwrap().ty())))
                    .map(|o| thing(o).id)
                    .collect();
                let alive: BTreeSet<usize> = (0..m.objs.len()).filter(|&o| m.objs[o].alive).collect();
                assert_eq!(seen, alive, "what the collector knows");
            }
            Op::Stick(a) => {
                if L::Rc::EXACT_MAX < u64::MAX >> 1
                    && let Some(a) = pick(*a, m.roots.len())
                {
                    let o = m.roots[a];
                    unsafe { w.heap.force_refcount(r.roots[a].ptr().unwrap(), L::Rc::EXACT_MAX + 1) };
                    m.objs[o].stuck = true;
                    m.objs[o].count += 1 << 40;
                    stuck_any = true;
                }
            }
        }
        while w.heap.release_queued() {}
        // Logs.
        let (mut real, mut model) = (r.log[log_at..].to_vec(), m.log[log_at..].to_vec());
        if sorted_log {
            real.sort();
            model.sort();
        }
        assert_eq!(real, model, "events of {op:?}");
        if sorted_log {
            m.log.truncate(log_at);
            m.log.extend(r.log[log_at..].iter().cloned());
            // Finalizers of one collection resurrect in the heap's order.
            let order: Vec<usize> = r.roots.iter().map(|o| thing(o).id).collect();
            let (mut real, mut model) = (order.clone(), std::mem::replace(&mut m.roots, order));
            real.sort();
            model.sort();
            assert_eq!(real, model);
        }
        // Counts, life and death, weak references, flags.
        for (root, &id) in r.roots.iter().zip(&m.roots) {
            assert_eq!(thing(root).id, id);
            if !m.objs[id].stuck {
                assert_eq!(w.heap.refcount(root.ptr().unwrap()), m.objs[id].count, "count of {id}");
            }
        }
        let gone: BTreeSet<usize> = (0..m.objs.len()).filter(|&o| !m.objs[o].alive).collect();
        assert_eq!(*dead.borrow(), gone, "the dead after {op:?}");
        for (weak, model) in weaks.iter().zip(&m.weaks) {
            if let Some(weak) = weak {
                let target = body(weak).target().map(|t| unsafe { (*t.payload::<Thing<L>>()).id });
                assert_eq!(target, model.target);
            }
        }
        w.heap.gc_check();
    }
    // The end: everything goes but what is stuck.
    let log = r.log.clone();
    loop {
        r.roots.clear();
        weaks.clear();
        w.heap.release_all_queued();
        r.drain_all();
        w.heap.collect(2, &mut r);
        if r.roots.is_empty() && !w.heap.pending() {
            break;
        }
    }
    w.heap.gc_check();
    if !stuck_any {
        assert_eq!(dead.borrow().len(), m.objs.len(), "all dead in the end");
        assert_eq!(count_types(), type_counts, "instances gave their types back");
        drop(types);
        w.heap.collect(2, &mut r);
        assert_eq!(w.heap.requested_bytes(), base.requested, "all bytes came back");
    } else {
        std::mem::forget(types); // types of stuck objects
        w.heap.gc_objects(None).into_iter().for_each(|o| {
            if dead.borrow().len() < m.objs.len() && !w.heap.is_immortal(o.ptr().unwrap()) {
                drop(o)
            }
        });
    }
    log
}
