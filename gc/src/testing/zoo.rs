//! Toy objects that know no language: a count, edges, and everything that the headers ask for. They are never given back, so that a
//! test can look at the dead.
use crate::{Collector, GcHeader, Large, ObjectModel, PAGE, Place, Scheme, ZeroWord};
use alloc::alloc::{Layout, alloc_zeroed};
use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use alloc::{vec, vec::IntoIter};
use core::cell::{Cell, RefCell};

/// A toy object.
#[repr(C)]
pub struct Toy<H> {
    gc: H,
    count: Cell<usize>,
    scratch: Cell<u32>,
    /// Its count says nothing any more: a root.
    pub stuck: Cell<bool>,
    /// It died.
    pub dead: Cell<bool>,
    /// Its cell is no longer the collector's business.
    gone: Cell<bool>,
    flags: Cell<u8>,
    /// The toys that it owns a reference to.
    pub edges: RefCell<Vec<usize>>,
    /// Its number.
    pub index: usize,
}
impl<H> Toy<H> {
    /// References to it.
    pub fn count(&self) -> usize {
        self.count.get()
    }
    /// Bits that the header's policy keeps during a collection.
    pub fn scratch(&self) -> u32 {
        self.scratch.get()
    }
    /// Whether its cell was given back.
    pub fn is_gone(&self) -> bool {
        self.gone.get()
    }
}

/// Where toys lie, for a header that is not in them; where collections count in the count itself, or in scratch bits.
pub struct Spots<const IN_PLACE: bool>;
/// Toys that have scratch bits.
pub type Toys = Spots<false>;
/// Toys that have none.
pub type PackedToys = Spots<true>;
type PageToy = Toy<ZeroWord<Toys>>;
/// Every seventh toy lies on no page.
fn is_large(index: usize) -> bool {
    index % 7 == 3
}
// SAFETY: (1) flags are the toy's; (2) `Ground` makes pages with a zeroed side at 128 and keeps them for ever; (3) `Ground` puts the
// links before a large toy.
unsafe impl<const IN_PLACE: bool> Place for Spots<IN_PLACE> {
    const SIDE_AT: usize = 128;
    const IN_PLACE: bool = IN_PLACE;
    unsafe fn flags(node: *mut u8) -> u8 {
        // SAFETY: nodes are toys, whose first field has no size; so below.
        let toy = unsafe { &*node.cast::<PageToy>() };
        assert!(!toy.gone.get(), "a freed cell is read");
        toy.flags.get()
    }
    unsafe fn set_flags(node: *mut u8, flags: u8) {
        // SAFETY: as above.
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
            // SAFETY: inside the block.
            return unsafe { block.cast::<u8>().add(size_of::<Large>()).cast() };
        }
        // Toys stand far apart, so that a script fills several pages.
        let bytes = size_of::<Toy<H>>() + 1000;
        let mut pages = self.pages.borrow_mut();
        if pages.is_empty() || self.at.get() + bytes > PAGE {
            // SAFETY: a layout of some size.
            pages.push(unsafe { alloc_zeroed(PAGE_LAYOUT) });
            self.at.set(128 + H::PAGE_BYTES);
        }
        // SAFETY: inside the page, whose size is what `bytes` was compared with.
        unsafe { pages[pages.len() - 1].add(self.at.replace(self.at.get() + bytes)).cast() }
    }
}

/// Toys and the collector that knows them.
pub struct Zoo<H: GcHeader> {
    /// The collector.
    pub collector: Collector<H>,
    ground: Ground,
    /// All toys ever made, by number.
    pub toys: RefCell<Vec<*mut Toy<H>>>,
    freed: RefCell<BTreeSet<usize>>,
    /// Toys whose finalizer makes them reachable again.
    pub rescue: RefCell<BTreeSet<usize>>,
    /// The finalized, in order.
    pub finalized: RefCell<Vec<usize>>,
    /// Tombstones that collections gave back.
    pub tombstones: Cell<usize>,
    /// Live toys that the model names as roots.
    pub roots: RefCell<Vec<usize>>,
}

/// The toy behind a node.
pub fn toy<'a, H>(node: *mut H) -> &'a Toy<H> {
    // SAFETY: nodes of a zoo are its toys, which are never given back.
    unsafe { &*node.cast::<Toy<H>>() }
}

/// Gives the cell of a tombstone back: once.
pub fn bury<H>(node: *mut H) {
    assert!(toy(node).dead.get() && !toy(node).gone.replace(true), "a cell is given back twice, or that of a live object");
}

impl<H: GcHeader> Default for Zoo<H> {
    fn default() -> Self {
        Self::new()
    }
}
impl<H: GcHeader> Zoo<H> {
    /// No toys; a collector that collects when it is told to.
    pub fn new() -> Self {
        Self::with(Scheme::Generations)
    }
    /// As `new`, for any scheme.
    pub fn with(scheme: Scheme) -> Self {
        Zoo {
            collector: Collector::with_scheme([1_000_000, 10, 10], scheme),
            ground: Ground::default(),
            toys: RefCell::default(),
            freed: RefCell::default(),
            rescue: RefCell::default(),
            finalized: RefCell::default(),
            tombstones: Cell::default(),
            roots: RefCell::default(),
        }
    }
    /// A tracked toy with one reference; its number.
    pub fn make(&self) -> usize {
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
        // SAFETY: room for it.
        unsafe { toy.write(new) };
        self.toys.borrow_mut().push(toy);
        self.collector.count_alloc();
        // Every other one in the way of new objects whose words nobody has written.
        // SAFETY: live, complete, on no list, and stays where it is.
        unsafe {
            if index.is_multiple_of(2) {
                self.collector.track(toy.cast());
            } else {
                self.collector.track_new(toy.cast());
            }
        }
        index
    }
    /// A toy by its number.
    pub fn get(&self, i: usize) -> &Toy<H> {
        // SAFETY: toys are never given back.
        unsafe { &*self.toys.borrow()[i] }
    }
    /// The node of a toy.
    pub fn node(&self, i: usize) -> *mut H {
        self.toys.borrow()[i].cast()
    }
    /// `from` refers to `to` once more.
    pub fn edge(&self, from: usize, to: usize) {
        self.get(from).edges.borrow_mut().push(to);
        self.get(to).count.set(self.get(to).count.get() + 1);
    }
    /// One reference less; what dies of it leaves the collector.
    pub fn release(&self, i: usize) {
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
                let node = self.node(i);
                // SAFETY: nobody refers to it.
                unsafe {
                    if self.collector.remove_dead(node) {
                        t.gone.set(true);
                    } else if let Some(generation) = self.collector.note_tombstone(node) {
                        self.collector.sweep(generation, &mut |node| bury(node));
                    }
                }
            }
        }
    }
    /// Collects.
    pub fn collect(&self, generation: usize) -> crate::Report {
        self.collector.collect(generation, &mut Model(self))
    }
    /// The toys that did not die.
    pub fn live(&self) -> Vec<usize> {
        (0..self.toys.borrow().len()).filter(|&i| !self.get(i).dead.get()).collect()
    }
    /// The oracle: what is reachable from outside.
    pub fn reachable(&self) -> BTreeSet<usize> {
        let live = self.live();
        let mut inside = vec![0; self.toys.borrow().len()];
        for &i in &live {
            for &e in self.get(i).edges.borrow().iter() {
                inside[e] += 1;
            }
        }
        let mut seen = BTreeSet::new();
        let roots = live.into_iter().filter(|&i| self.get(i).stuck.get() || self.get(i).count.get() > inside[i]);
        let mut work: Vec<usize> = roots.collect();
        while let Some(i) = work.pop() {
            if seen.insert(i) {
                work.extend(self.get(i).edges.borrow().iter());
            }
        }
        seen
    }
    /// Numbers of the toys that the collector knows, in its order.
    pub fn tracked(&self, generation: Option<usize>) -> IntoIter<usize> {
        let mut out = vec![];
        // SAFETY: nothing is changed.
        unsafe { self.collector.for_each(generation, &mut |node| out.push(toy(node).index)) };
        out.into_iter()
    }
}

/// The collector's view of a zoo.
pub struct Model<'z, H: GcHeader>(pub &'z Zoo<H>);
// SAFETY: (1) edges are exactly the references that toys own; (2) counts are exact, or stuck; (3) scratch bits are nobody else's.
unsafe impl<H: GcHeader> ObjectModel for Model<'_, H> {
    type Header = H;
    unsafe fn count(&self, node: *mut H) -> Option<usize> {
        if toy(node).stuck.get() { None } else { Some(toy(node).count.get()) }
    }
    unsafe fn trace(&self, node: *mut H, mut visit: impl FnMut(*mut H)) {
        for &e in toy(node).edges.borrow().iter() {
            visit(self.0.node(e));
        }
    }
    unsafe fn scratch(&self, node: *mut H) -> u32 {
        match toy(node) {
            toy if !H::IN_PLACE => toy.scratch.get(),
            toy if toy.stuck.get() => crate::ROOT,
            toy => toy.count.get() as u32,
        }
    }
    unsafe fn set_scratch(&self, node: *mut H, value: u32) {
        if H::IN_PLACE {
            assert!(!toy(node).stuck.get(), "a stuck count is written");
            return toy(node).count.set(value as usize);
        }
        toy(node).scratch.set(value);
    }
    fn roots(&mut self, visit: &mut dyn FnMut(*mut H)) {
        self.0.roots.borrow().iter().for_each(|&i| visit(self.0.node(i)));
    }
    unsafe fn free_tombstone(&self, node: *mut H) {
        bury(node);
        self.0.tombstones.set(self.0.tombstones.get() + 1);
    }
    unsafe fn take_weakrefs(&mut self, node: *mut H) {
        // SAFETY: a live toy.
        assert!(unsafe { H::is_trash(node) });
    }
    fn run_callbacks(&mut self) {}
    unsafe fn finalize(&mut self, node: *mut H) {
        let t = toy(node);
        // SAFETY: a live toy.
        if !unsafe { H::is_finalized(node) } {
            // SAFETY: as above.
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
