//! Cycle collection of a user's graph on `instar-gc` alone: counted nodes with edges, freed at once when their count says so and by the
//! collector when only a cycle holds them. Generic over the header. Not here: finalizers and weak references, which the model leaves empty.
use instar_gc::{Collector, GcHeader, ObjectModel, OneWord, Report, TwoWord};
use std::cell::{Cell, RefCell};

/// A node of the graph: the collector's words first, then what is ours.
#[repr(C)]
struct Node<H> {
    gc: H,
    count: Cell<usize>,
    scratch: Cell<u32>,
    name: &'static str,
    edges: RefCell<Vec<*mut Node<H>>>,
}

/// A graph; nodes belong to it and to each other.
pub struct Graph<H: GcHeader> {
    collector: Collector<H>,
    alive: Cell<usize>,
}

/// A reference from outside to a node.
pub struct Handle<'g, H: GcHeader> {
    graph: &'g Graph<H>,
    node: *mut Node<H>,
}

impl<H: GcHeader> Graph<H> {
    /// No nodes.
    pub fn new() -> Self {
        Graph { collector: Collector::new([700, 10, 10]), alive: Cell::new(0) }
    }
    /// A node without edges.
    pub fn node(&self, name: &'static str) -> Handle<'_, H> {
        let node = Node { gc: H::new(), count: Cell::new(1), scratch: Cell::new(0), name, edges: RefCell::default() };
        let node = Box::into_raw(Box::new(node));
        self.alive.set(self.alive.get() + 1);
        self.collector.count_alloc();
        // SAFETY: live, complete, on no list; it stays where it is until `free`.
        unsafe { self.collector.track(node.cast()) };
        Handle { graph: self, node }
    }
    /// Finds the cycles that nobody outside refers to, whatever their age.
    pub fn collect(&self) -> Report {
        self.collector.collect(2, &mut Model(self))
    }
    /// One reference less; what dies of it is freed without recursion.
    fn release(&self, node: *mut Node<H>) {
        let mut work = vec![node];
        while let Some(node) = work.pop() {
            // SAFETY: each entry of `work` owns one count of a live node.
            unsafe {
                (*node).count.set((*node).count.get() - 1);
                if (*node).count.get() == 0 {
                    work.append(&mut (*node).edges.borrow_mut());
                    self.alive.set(self.alive.get() - 1);
                    if self.collector.remove_dead(node.cast()) {
                        drop(Box::from_raw(node));
                    } else if let Some(generation) = self.collector.note_tombstone(node.cast()) {
                        self.collector.sweep(generation, &mut |node| free(node));
                    }
                }
            }
        }
    }
}
impl<H: GcHeader> Default for Graph<H> {
    fn default() -> Self {
        Self::new()
    }
}
impl<H: GcHeader> Drop for Graph<H> {
    /// No handle is left, so all nodes are trash; then the tombstones go.
    fn drop(&mut self) {
        self.collect();
        assert_eq!(self.alive.get(), 0);
        // SAFETY: no collection runs; tombstones were boxes.
        (0..3).for_each(|generation| unsafe { self.collector.sweep(generation, &mut |node| free(node)) });
    }
}

/// Gives the cell of a dead node back.
fn free<H: GcHeader>(node: *mut H) {
    // SAFETY: nodes are boxes, and the caller's is a tombstone that no list holds any more.
    drop(unsafe { Box::from_raw(node.cast::<Node<H>>()) });
}

impl<H: GcHeader> Handle<'_, H> {
    /// An edge from this node to the other.
    pub fn edge(&self, to: &Self) {
        // SAFETY: handles keep their nodes alive.
        unsafe {
            (*to.node).count.set((*to.node).count.get() + 1);
            (*self.node).edges.borrow_mut().push(to.node);
        }
    }
    /// Names of the nodes that edges lead to.
    pub fn neighbours(&self) -> Vec<&'static str> {
        // SAFETY: edges keep their nodes alive.
        unsafe { (*self.node).edges.borrow().iter().map(|&to| (*to).name).collect() }
    }
}
impl<H: GcHeader> Drop for Handle<'_, H> {
    fn drop(&mut self) {
        self.graph.release(self.node);
    }
}

struct Model<'g, H: GcHeader>(&'g Graph<H>);

fn node<'a, H>(node: *mut H) -> &'a Node<H> {
    // SAFETY: the collector knows nodes of the graph only, alive but for tombstones, which keep their cell.
    unsafe { &*node.cast() }
}

// SAFETY: (1) a node owns one count for each edge and nothing else, and edges do not change in a collection but by `clear`; (2) counts
// are exact; (3) nobody else uses `scratch`.
unsafe impl<H: GcHeader> ObjectModel for Model<'_, H> {
    type Header = H;
    unsafe fn count(&self, at: *mut H) -> Option<usize> {
        Some(node(at).count.get())
    }
    unsafe fn trace(&self, at: *mut H, mut visit: impl FnMut(*mut H)) {
        node(at).edges.borrow().iter().for_each(|&to| visit(to.cast()));
    }
    unsafe fn scratch(&self, at: *mut H) -> u32 {
        node(at).scratch.get()
    }
    unsafe fn set_scratch(&self, at: *mut H, value: u32) {
        node(at).scratch.set(value);
    }
    unsafe fn free_tombstone(&self, at: *mut H) {
        free(at);
    }
    unsafe fn take_weakrefs(&mut self, _: *mut H) {}
    fn run_callbacks(&mut self) {}
    unsafe fn finalize(&mut self, _: *mut H) {}
    unsafe fn clear_weakrefs(&mut self, _: *mut H) {}
    unsafe fn clear(&mut self, at: *mut H, keep: &mut dyn FnMut(*mut H)) {
        let this = node(at);
        this.count.set(this.count.get() + 1);
        let edges = this.edges.take();
        edges.into_iter().for_each(|to| self.0.release(to));
        if this.count.get() > 1 {
            keep(at);
        }
        self.0.release(at.cast());
    }
}

fn play<H: GcHeader>() {
    let graph = Graph::<H>::new();
    let (a, b, c) = (graph.node("a"), graph.node("b"), graph.node("c"));
    a.edge(&b);
    b.edge(&c);
    c.edge(&a);
    c.edge(&c);
    let alone = graph.node("alone");
    alone.edge(&a);
    assert_eq!(alone.neighbours(), ["a"]);
    drop((a, b, c));
    assert_eq!(graph.collect().collected, 0, "all are reachable from `alone`");
    drop(alone);
    assert_eq!(graph.alive.get(), 3, "a cycle survives its count");
    assert_eq!(graph.collect().collected, 3);
    assert_eq!(graph.alive.get(), 0);
    let rings = 10_000;
    for _ in 0..rings {
        let (a, b) = (graph.node("left"), graph.node("right"));
        a.edge(&b);
        b.edge(&a);
        if graph.collector.wanted() {
            graph.collector.collect(0, &mut Model(&graph));
        }
    }
    println!("{:8} {} bytes of words, {} of {} nodes of rings left after {:?}", H::NAME, size_of::<H>(), graph.alive.get(), 2 * rings, graph.collector.stats()[0]);
    assert!(graph.alive.get() < 2 * 1000);
}

fn main() {
    play::<TwoWord>();
    play::<OneWord>();
}

#[test]
fn cycles_of_a_graph_are_freed() {
    main();
}
