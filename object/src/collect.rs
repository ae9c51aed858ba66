//! Cycle collection of a heap: the object's side of `instar-gc`, and what programs can ask the collector.
use crate::attrs;
use crate::death::{exhume, known_words, needs_finalizer, slots};
use crate::handle::Owned;
use crate::header::ObjPtr;
use crate::heap::Heap;
use crate::layout::Layout;
use crate::select::Active;
use crate::types::{End, TypeFlags};
use crate::weak;
use crate::word::Word;
use instar_gc::{GcHeader, GenerationStats, ObjectModel};
use instar_refcount::CountWord;

/// What is collected together, and when.
pub use instar_gc::Scheme;

/// What one collection did.
pub type CollectReport = instar_gc::Report;

/// The interpreter's part in a collection. The first three may run any program code.
pub trait CollectHost<L: Layout = Active> {
    /// Runs the object's finalizer; errors are the host's to report.
    fn finalize(&mut self, obj: &Owned<L>);
    /// Calls `callback(weakref)`.
    fn weakref_callback(&mut self, weakref: &Owned<L>, callback: &Owned<L>);
    /// Works off the heap's events.
    fn drain(&mut self);
    /// Visits words that are alive for sure: what a collector may look through before it looks for trash. None is as good as all.
    fn roots(&mut self, _visit: &mut dyn FnMut(Word<L>)) {}
    /// Whether dead `obj` is kept as it is instead of being cleared (debugging).
    fn keep(&mut self, _obj: &Owned<L>) -> bool {
        false
    }
}

/// Visits every word that an object owns: `__slots__`, attributes, payload, type.
///
/// # Safety
/// The object is complete.
#[inline(always)]
pub(crate) unsafe fn trace_object<L: Layout>(obj: ObjPtr<L>, mut visit: impl FnMut(Word<L>)) {
    let info = obj.info();
    for slot in slots(obj, info) {
        if !slot.get().is_null() {
            visit(slot.get());
        }
    }
    // SAFETY: the parts are there as the flags say, the payload is complete.
    unsafe {
        if info.has(TypeFlags::ATTRS) {
            attrs::trace(obj, &mut visit);
        }
        if info.has_any(TypeFlags::WORDS) {
            known_words(obj, info).for_each(|word| {
                if !word.is_null() {
                    visit(word);
                }
            });
        } else if info.vtable.drop.is_some() {
            // A payload without drop owns nothing.
            (info.vtable.trace)(obj.payload(), &mut visit);
        }
    }
    if info.has(TypeFlags::HEAP_TYPE) {
        visit(Word::from_ptr(obj.ty()));
    }
}

/// Drops what the object owns, except its type and what its payload must keep.
///
/// # Safety
/// The object is complete, the caller holds a reference, and no view into it exists.
unsafe fn clear_object<L: Layout>(heap: &Heap<L>, obj: ObjPtr<L>) {
    let info = obj.info();
    // SAFETY: as promised; releases inside free nothing that is used here.
    unsafe {
        for slot in slots(obj, info) {
            slot.replace(Word::NULL).release();
        }
        if info.has(TypeFlags::ATTRS) {
            attrs::clear(heap, obj);
        }
        (info.vtable.clear)(obj.payload());
    }
}

struct Model<'a, L: Layout> {
    heap: &'a Heap<L>,
    host: &'a mut dyn CollectHost<L>,
    callbacks: Vec<(Owned<L>, Owned<L>)>,
}

// SAFETY: (1) `trace_object` visits each owned word once (promises of `Trace`) and nothing else; (2) a count word counts
// handles and traced fields alike, and says when it is stuck; (3) scratch bits of the count word are nobody else's, and a count
// that is known is below 2^23.
unsafe impl<L: Layout> ObjectModel for Model<'_, L> {
    type Header = L::Gc;

    #[inline]
    unsafe fn count(&self, node: *mut L::Gc) -> Option<usize> {
        let obj = ObjPtr::<L>::from_gc(node);
        let count = obj.count();
        if count.is_stuck() { None } else { Some(count.count() as usize) }
    }
    #[inline(always)]
    unsafe fn trace(&self, node: *mut L::Gc, mut visit: impl FnMut(*mut L::Gc)) {
        // SAFETY: nodes are live objects.
        unsafe {
            trace_object(ObjPtr::<L>::from_gc(node), |word: Word<L>| {
                if word.is_ptr() && word.ptr().info().has(TypeFlags::GC) {
                    visit(word.ptr().gc());
                }
            });
        }
    }
    #[inline]
    unsafe fn scratch(&self, node: *mut L::Gc) -> u32 {
        let count = ObjPtr::<L>::from_gc(node).count();
        match L::Gc::IN_PLACE {
            false => count.scratch(),
            true if count.is_stuck() => instar_gc::ROOT,
            true => count.count() as u32,
        }
    }
    #[inline]
    unsafe fn set_scratch(&self, node: *mut L::Gc, value: u32) {
        let count = ObjPtr::<L>::from_gc(node).count();
        if L::Gc::IN_PLACE { count.force(value as u64) } else { count.set_scratch(value) }
    }
    unsafe fn free_tombstone(&self, node: *mut L::Gc) {
        // SAFETY: passed on.
        unsafe { exhume(self.heap, node) }
    }
    fn roots(&mut self, visit: &mut dyn FnMut(*mut L::Gc)) {
        self.host.roots(&mut |word| {
            if word.is_ptr() && word.ptr().info().has(TypeFlags::GC) {
                visit(word.ptr().gc());
            }
        });
    }
    unsafe fn take_weakrefs(&mut self, node: *mut L::Gc) {
        weak::clear_trash(self.heap, ObjPtr::from_gc(node), &mut self.callbacks);
    }
    fn run_callbacks(&mut self) {
        for (weakref, callback) in core::mem::take(&mut self.callbacks) {
            self.host.weakref_callback(&weakref, &callback);
        }
        self.drain();
    }
    unsafe fn finalize(&mut self, node: *mut L::Gc) {
        let obj = ObjPtr::<L>::from_gc(node);
        // SAFETY: trash is complete.
        if unsafe { needs_finalizer(obj, obj.info(), End::Cycle) } && !self.heap.is_finalized(obj) {
            self.heap.set_finalized(obj, true);
            // SAFETY: trash is alive: its cycles hold it.
            let owned = unsafe { Owned::share_ptr(obj) };
            self.host.finalize(&owned);
            drop(owned);
            self.drain();
        }
    }
    unsafe fn clear_weakrefs(&mut self, node: *mut L::Gc) {
        weak::clear_silently(self.heap, ObjPtr::<L>::from_gc(node));
    }
    unsafe fn clear(&mut self, node: *mut L::Gc, keep: &mut dyn FnMut(*mut L::Gc)) {
        let obj = ObjPtr::<L>::from_gc(node);
        // SAFETY: final trash is complete and held by its cycles until it is cleared; we hold it meanwhile.
        unsafe {
            let owned = Owned::share_ptr(obj);
            if !self.host.keep(&owned) {
                clear_object(self.heap, obj);
            }
            if !obj.count().is_unique() {
                keep(node);
            }
            drop(owned);
        }
        self.drain();
    }
}

impl<L: Layout> Model<'_, L> {
    fn drain(&mut self) {
        if self.heap.pending() {
            self.host.drain();
        }
    }
}

impl<L: Layout> Heap<L> {
    /// Collects generations 0..=`generation` now (with increments: 0 the young, 1 an increment of the old, 2 all). Nothing happens
    /// inside another collection.
    pub fn collect(&self, generation: u8, host: &mut dyn CollectHost<L>) -> CollectReport {
        self.release_all_queued(); // the collector looks at nothing dead
        if generation >= 2 {
            // A full collection looks at everything anyway: measures and pages are put in order with it.
            self.sample_peak();
        }
        let mut model = Model { heap: self, host, callbacks: Vec::new() };
        let report = self.collector.collect(generation as usize, &mut model);
        if generation >= 2 {
            self.trim_if_mostly_free();
        }
        report
    }
    /// Runs the collection that is due, if any.
    pub fn collect_due(&self, host: &mut dyn CollectHost<L>) -> Option<(u8, CollectReport)> {
        match self.gc_due() {
            Some(generation) => Some((generation, self.collect(generation, host))),
            None => {
                self.gc_calm();
                None
            }
        }
    }
    /// The generation that is due, if any. None while dead objects wait: one pause after the other.
    pub fn gc_due(&self) -> Option<u8> {
        if self.has_queued() {
            return None;
        }
        self.collector.due().map(|generation| generation as u8)
    }
    /// Takes back that a collection is wanted: none was due.
    pub fn gc_calm(&self) {
        self.collector.calm();
    }
    /// Whether a collection is due. Cheap; ask at safe points.
    #[inline(always)]
    pub fn gc_wanted(&self) -> bool {
        self.collector.wanted()
    }
    /// Rings `bits` into `bell` whenever a collection becomes due.
    ///
    /// # Safety
    /// `bell` lives as long as the heap, or until it is replaced by null.
    pub unsafe fn gc_set_bell(&self, bell: *const core::cell::Cell<u32>, bits: u32) {
        // SAFETY: passed on.
        unsafe { self.collector.set_bell(bell, bits) }
    }
    /// Whether automatic collection is on.
    pub fn gc_is_enabled(&self) -> bool {
        self.collector.is_enabled()
    }
    /// Turns automatic collection on or off.
    pub fn gc_set_enabled(&self, on: bool) {
        self.collector.set_enabled(on);
    }
    /// Whether a collection runs now.
    pub fn gc_is_collecting(&self) -> bool {
        self.collector.is_collecting()
    }
    /// What is collected together, and when.
    pub fn gc_scheme(&self) -> Scheme {
        self.collector.scheme()
    }
    /// Makes the next increment look at something: somebody asks for one.
    pub fn gc_owe_increment(&self) {
        self.collector.owe_increment();
    }
    /// Thresholds of the generations.
    pub fn gc_thresholds(&self) -> [u32; 3] {
        self.collector.thresholds()
    }
    /// Replaces the thresholds.
    pub fn gc_set_thresholds(&self, thresholds: [u32; 3]) {
        self.collector.set_thresholds(thresholds);
    }
    /// Counters of the generations.
    pub fn gc_counts(&self) -> [u32; 3] {
        self.collector.counts()
    }
    /// Sums over all collections, by generation.
    pub fn gc_stats(&self) -> [GenerationStats; 3] {
        self.collector.stats()
    }
    /// Moves everything tracked to the permanent generation.
    pub fn gc_freeze(&self) {
        self.release_all_queued();
        // SAFETY: `exhume` is for tombstones.
        unsafe { self.collector.freeze(&mut |node| exhume(self, node)) }
    }
    /// Moves the permanent generation back.
    pub fn gc_unfreeze(&self) {
        self.collector.unfreeze();
    }
    /// Objects in the permanent generation.
    pub fn gc_frozen(&self) -> usize {
        self.collector.frozen()
    }
    /// The tracked objects, of one generation or of all, oldest first within a generation.
    pub fn gc_objects(&self, generation: Option<u8>) -> Vec<Owned<L>> {
        let mut out = Vec::new();
        self.release_all_queued();
        // SAFETY: the visitor changes no list; tracked objects are alive.
        unsafe {
            self.collector.for_each(generation.map(usize::from), &mut |node| out.push(Owned::share_ptr(ObjPtr::from_gc(node))));
        }
        out
    }
    /// The tracked objects that own a reference to one of `to`.
    pub fn gc_referrers(&self, to: &[Owned<L>]) -> Vec<Owned<L>> {
        let mut out = Vec::new();
        self.release_all_queued();
        // SAFETY: as above.
        unsafe {
            self.collector.for_each(None, &mut |node| {
                let obj = ObjPtr::<L>::from_gc(node);
                let mut found = false;
                trace_object(obj, |word| found |= to.iter().any(|t| t.word() == word));
                if found {
                    out.push(Owned::share_ptr(obj));
                }
            });
        }
        out
    }
    /// What an object owns references to, as the collector sees it.
    pub fn gc_referents(&self, of: &Owned<L>) -> Vec<Owned<L>> {
        let mut out = Vec::new();
        if let Some(obj) = of.ptr() {
            // SAFETY: the handle keeps the object; visited words are owned by it.
            unsafe { trace_object(obj, |word| out.push(Owned::share_word(word))) }
        }
        out
    }
    /// Checks that no object carries a flag of a collection that is over. For tests.
    pub fn gc_check(&self) {
        assert!(!self.gc_is_collecting());
        self.release_all_queued();
        // SAFETY: as above.
        unsafe {
            self.collector.for_each(None, &mut |node| {
                assert!(!L::Gc::has_working_flags(node), "a collection left a flag behind");
                let obj = ObjPtr::<L>::from_gc(node);
                assert_eq!(obj.count().scratch(), 0, "a collection left scratch bits behind");
            });
        }
    }
}
