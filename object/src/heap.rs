//! `Heap`: makes objects, owns the collector, the queue of events and the byte measures. Objects of known shape are made in
//! `known.rs`; cells, buffers and free lists are in `cells.rs`, what happens when an object dies is in `death.rs`,
//! collections are in `collect.rs`.
use crate::attrs;
use crate::cells::FreeCells;
use crate::handle::Owned;
use crate::header::{Header, ObjPtr};
use crate::layout::{HeaderPlan, Layout, Plan};
use crate::measure::MemStats;
use crate::select::Active;
use crate::stats::{self, Counters};
use crate::type_word::TypePolicy;
use crate::types::{FREE_LISTS, TypeFlags, TypeInfo};
use crate::weak::{WeakPolicy, WeakTable};
use crate::word::Word;
use core::any::TypeId;
use core::cell::{Cell, UnsafeCell};
use core::marker::PhantomData;
use core::ptr::null;
use instar_alloc::Cells;
use instar_gc::{Collector, GcHeader};
use instar_refcount::CountWord;
use std::collections::HashSet;

/// No memory for an object or a buffer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AllocError;
impl core::fmt::Display for AllocError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("out of memory")
    }
}
impl core::error::Error for AllocError {}

/// Run-time choices of a heap.
#[derive(Clone, Debug)]
pub struct HeapOptions {
    /// Thresholds of the three generations. CPython 3.13 on: 2000, 10, 10; 3.12 and before: 700, 10, 10.
    pub thresholds: [u32; 3],
    /// What is collected together, and when.
    pub scheme: instar_gc::Scheme,
    /// Whether deaths are taken off the number of allocations that makes a collection due, as CPython does it. If not, layouts and
    /// count policies, whose deaths come at different times, collect at the same points of a program.
    pub death_counts: bool,
    /// Number of allocations that succeed; then they fail. For tests.
    pub fail_after: Option<u64>,
    /// With `fail_after`: only one allocation fails.
    pub fail_once: bool,
    /// Most bytes that objects and buffers may have asked for at one time.
    pub memory_limit: usize,
    /// With `dealloc-queued`: objects that one death, or one safe point, tears down at most.
    pub piece: usize,
}
impl Default for HeapOptions {
    fn default() -> Self {
        HeapOptions { thresholds: [2000, 10, 10], scheme: instar_gc::Scheme::Generations, death_counts: false, fail_after: None, fail_once: false, memory_limit: usize::MAX, piece: 4096 }
    }
}

/// What a death leaves to the interpreter, in CPython's order.
pub enum Event<L: Layout = Active> {
    /// Run the finalizer, then drop the handle.
    Finalize(Owned<L>),
    /// Call `callback(weakref)`.
    Callback {
        /// The weak reference, cleared.
        weakref: Owned<L>,
        /// Its callback.
        callback: Owned<L>,
    },
}

/// Least bytes that structures free before free cells are put in order.
const TIDY_BYTES: usize = 256 * 1024;

thread_local! {
    static CURRENT: Cell<*const ()> = const { Cell::new(null()) };
    static CURRENT_LAYOUT: Cell<Option<TypeId>> = const { Cell::new(None) };
}

/// Objects of one interpreter. Not `Sync`, and held in place (`Rc`) while entered.
pub struct Heap<L: Layout = Active> {
    /// Bytes asked for by live objects and buffers; above `limit` allocation takes the slow path.
    pub(crate) requested: Cell<usize>,
    pub(crate) limit: Cell<usize>,
    pub(crate) cells: L::Alloc,
    pub(crate) collector: Collector<L::Gc>,
    pub(crate) pending: Cell<bool>,
    pub(crate) death: crate::dead_list::DeadList<L>,
    pub(crate) piece: usize,
    pub(crate) types: <L::Type as TypePolicy>::Table<L>,
    events: UnsafeCell<Vec<Event<L>>>,
    pub(crate) weak_table: UnsafeCell<WeakTable<L>>,
    /// Finalized objects without a bit of their own (no GC words, plain count).
    finalized: UnsafeCell<HashSet<usize>>,
    pub(crate) free_lists: [FreeCells; FREE_LISTS],
    str_type: Cell<Option<(ObjPtr<L>, u16)>>,
    pub(crate) fail_after: Cell<Option<u64>>,
    pub(crate) fail_once: Cell<bool>,
    pub(crate) memory_limit: Cell<usize>,
    /// Bytes that deaths with all they dragged along have freed since free cells were put in order, and how many call for that.
    freed_together: Cell<usize>,
    tidy_at: Cell<usize>,
    peak_requested: Cell<usize>,
    peak_cell: Cell<usize>,
    immortals: Cell<usize>,
    /// Counters of the feature `stats`.
    pub counters: Counters,
    _not_sync: PhantomData<*mut ()>,
}

/// Leaves the heap entered before.
#[must_use]
pub struct Entered<'h> {
    previous: *const (),
    layout: Option<TypeId>,
    _heap: PhantomData<&'h ()>,
}
impl Drop for Entered<'_> {
    fn drop(&mut self) {
        CURRENT.set(self.previous);
        CURRENT_LAYOUT.set(self.layout);
    }
}

impl<L: Layout> Heap<L> {
    /// An empty heap.
    pub fn new(options: HeapOptions) -> Self {
        let () = Plan::<L>::CHECK;
        let heap = Heap {
            requested: Cell::new(0),
            limit: Cell::new(0),
            cells: L::Alloc::new(),
            collector: Collector::with_scheme(options.thresholds, options.scheme),
            pending: Cell::new(false),
            death: crate::dead_list::DeadList::new(),
            piece: options.piece.max(1),
            types: Default::default(),
            events: UnsafeCell::new(Vec::new()),
            weak_table: UnsafeCell::new(WeakTable::default()),
            finalized: UnsafeCell::new(HashSet::new()),
            free_lists: [const { FreeCells::new() }; FREE_LISTS],
            str_type: Cell::new(None),
            fail_after: Cell::new(options.fail_after),
            fail_once: Cell::new(options.fail_once),
            memory_limit: Cell::new(options.memory_limit),
            freed_together: Cell::new(0),
            tidy_at: Cell::new(TIDY_BYTES),
            peak_requested: Cell::new(0),
            peak_cell: Cell::new(0),
            immortals: Cell::new(0),
            counters: Counters::default(),
            _not_sync: PhantomData,
        };
        heap.collector.set_death_counts(options.death_counts);
        heap.set_limit();
        heap
    }

    pub(crate) fn set_limit(&self) {
        self.limit.set(if self.fail_after.get().is_some() { 0 } else { self.memory_limit.get() });
    }

    /// Makes this the heap that deaths and buffers on this thread belong to, until the guard goes.
    ///
    /// All handles that are dropped meanwhile must belong to it (checked in debug builds); a handle dropped while no heap
    /// is entered leaks its object.
    pub fn enter(&self) -> Entered<'_> {
        let guard = Entered { previous: CURRENT.get(), layout: CURRENT_LAYOUT.get(), _heap: PhantomData };
        CURRENT.set(core::ptr::from_ref(self).cast());
        CURRENT_LAYOUT.set(Some(TypeId::of::<L>()));
        guard
    }

    /// Makes this the thread's heap for good: what `enter` does, without a guard. `leave` ends it.
    ///
    /// # Safety
    /// The heap stays where it is, and alive, until `leave` or another heap is entered.
    pub unsafe fn attach(&self) {
        CURRENT.set(core::ptr::from_ref(self).cast());
        CURRENT_LAYOUT.set(Some(TypeId::of::<L>()));
    }
    /// Ends `attach`.
    pub fn leave(&self) {
        if core::ptr::eq(CURRENT.get(), core::ptr::from_ref(self).cast()) {
            CURRENT.set(null());
            CURRENT_LAYOUT.set(None);
        }
    }

    /// The heap entered on this thread.
    #[inline(always)]
    pub fn current<'a>() -> Option<&'a Self> {
        debug_assert!(CURRENT.get().is_null() || CURRENT_LAYOUT.get() == Some(TypeId::of::<L>()), "heap of another layout");
        // TRICK: `with` (and `get`, which calls it) is a call through a pointer in release builds; `try_with` is one load.
        let current = CURRENT.try_with(Cell::get).unwrap_or(null());
        // SAFETY: set by `enter` or `attach`, whose callers keep the heap alive while it is current.
        unsafe { current.cast::<Self>().as_ref() }
    }

    // ---- objects -----------------------------------------------------------------------------------------------

    /// A new object with one reference. `T` is the start of the payload that the type's functions know; `__slots__` words after it are `NULL`. GC types are tracked.
    #[inline]
    pub fn alloc<T>(&self, ty: ObjPtr<L>, payload: T) -> Result<Owned<L>, AllocError> {
        const { assert!(align_of::<T>() <= 8) };
        let info = ty.as_info();
        let bytes = info.payload_bytes as usize;
        assert!(size_of::<T>() <= bytes, "payload larger than the type says");
        // SAFETY: the payload is written right away; then the object is complete.
        unsafe {
            let obj = self.shape(ty, info, bytes)?;
            obj.payload::<T>().write(payload);
            if size_of::<T>() < bytes {
                // TRICK: `__slots__` are few words; volatile stores keep the compiler from calling memset.
                for i in size_of::<T>().div_ceil(8)..bytes / 8 {
                    obj.payload::<u64>().add(i).write_volatile(0);
                }
            }
            if info.has(TypeFlags::GC) {
                self.collector.track(obj.gc());
            }
            Ok(Owned::from_word(Word::from_ptr(obj)))
        }
    }

    /// A new object with an uninitialised payload of `payload_bytes` bytes, one reference, not yet tracked.
    ///
    /// # Safety
    /// The caller initialises the payload before the object can die, and calls `track` if the collector should know it.
    pub unsafe fn alloc_var(&self, ty: ObjPtr<L>, payload_bytes: usize) -> Result<ObjPtr<L>, AllocError> {
        if payload_bytes > isize::MAX as usize / 2 {
            return Err(AllocError);
        }
        // SAFETY: passed on.
        unsafe { self.shape(ty, ty.as_info(), payload_bytes) }
    }

    /// The first type object: its type is itself. `T` begins with the `TypeInfo` that describes it.
    ///
    /// # Safety
    /// The payload's first field is a `TypeInfo<L>` whose `payload_bytes` is at least the size of `T`.
    pub unsafe fn alloc_type_object<T>(&self, payload: T) -> Result<Owned<L>, AllocError> {
        const { assert!(align_of::<T>() <= 8 && size_of::<T>() >= size_of::<TypeInfo<L>>()) };
        // SAFETY: the caller's promise. The info is read where it is until the object exists.
        unsafe {
            let info = &*core::ptr::from_ref(&payload).cast::<TypeInfo<L>>();
            let bytes = info.payload_bytes as usize;
            assert!(size_of::<T>() <= bytes);
            // The type of the type is a heap type only if it says so; then it owns itself, as in CPython.
            let obj = self.shape_parts(None, info, bytes)?;
            obj.payload::<T>().write(payload);
            obj.payload::<u8>().add(size_of::<T>()).write_bytes(0, bytes - size_of::<T>());
            L::Type::set(&obj.header().ty, &self.types, obj)?;
            let owned = Owned::from_word(Word::from_ptr(obj));
            if obj.info().has(TypeFlags::HEAP_TYPE) {
                core::mem::forget(owned.clone());
            }
            if obj.info().has(TypeFlags::GC) {
                self.collector.track(obj.gc());
            }
            Ok(owned)
        }
    }

    /// A complete object but for the payload, not yet tracked.
    #[inline(always)]
    unsafe fn shape(&self, ty: ObjPtr<L>, info: &TypeInfo<L>, payload_bytes: usize) -> Result<ObjPtr<L>, AllocError> {
        let parts = info.flags.get().intersection(TypeFlags::GC | TypeFlags::ATTRS | TypeFlags::WEAKREF | TypeFlags::HEAP_TYPE);
        // SAFETY: the prefix has the parts that the flags name.
        unsafe {
            if parts == TypeFlags::empty() {
                return self.known_cell::<false, false>(ty, payload_bytes);
            }
            if parts == TypeFlags::GC {
                let obj = self.known_cell::<true, false>(ty, payload_bytes)?;
                obj.gc().write(L::Gc::new());
                return Ok(obj);
            }
            self.shape_parts(Some(ty), info, payload_bytes)
        }
    }

    /// Without `ty` the type is set later.
    #[inline(never)]
    unsafe fn shape_parts(&self, ty: Option<ObjPtr<L>>, info: &TypeInfo<L>, payload_bytes: usize) -> Result<ObjPtr<L>, AllocError> {
        let prefix = info.prefix_bytes as usize;
        let capacity = attrs::birth_capacity(info)?;
        let field = match ty {
            Some(ty) => attrs::shape::birth_field(self, ty, info, capacity)?,
            None => L::Type::blank(),
        };
        let payload_bytes = payload_bytes + attrs::birth_bytes(info, capacity);
        let bytes = prefix + Plan::<L>::HEADER + payload_bytes;
        let flags = info.flags.get();
        let gc = flags.contains(TypeFlags::GC);
        let cell = if L::FREE_LISTS { self.kind_cell(info, bytes, payload_bytes)? } else { self.object_cell(gc, bytes)? };
        // SAFETY: the prefix has exactly the parts that the flags name (`TypeInfo::new`); each is written here.
        unsafe {
            let obj = ObjPtr::new(cell.add(prefix).cast::<Header<L>>());
            if flags.contains(TypeFlags::ATTRS) && attrs::init(self, obj, info, capacity).is_err() {
                self.free_object_cell(gc, cell, bytes);
                return Err(AllocError);
            }
            obj.as_ptr().write(Header::new(field));
            if L::Weak::WORD && flags.contains(TypeFlags::WEAKREF) {
                cell.cast::<usize>().write(0);
            }
            if gc {
                Self::mark_large(obj, bytes);
                obj.gc().write(L::Gc::new());
                self.collector.count_alloc();
            }
            if let Some(ty) = ty
                && flags.contains(TypeFlags::HEAP_TYPE)
            {
                Word::from_ptr(ty).retain_ptr();
            }
            stats::allocated(self, info.vtable.name);
            Ok(obj)
        }
    }

    // ---- tracking, counts --------------------------------------------------------------------------------------

    /// Tells the collector about an object of a GC type.
    ///
    /// # Safety
    /// The payload is initialised and the object is not tracked.
    #[inline(always)]
    pub unsafe fn track(&self, obj: ObjPtr<L>) {
        debug_assert!(obj.info().has(TypeFlags::GC));
        // SAFETY: passed on.
        unsafe { self.collector.track(obj.gc()) }
    }
    /// Takes an object away from the collector.
    ///
    /// # Safety
    /// The object is alive, of a GC type.
    pub unsafe fn untrack(&self, obj: ObjPtr<L>) {
        if self.is_tracked(obj) {
            // SAFETY: tracked.
            unsafe { self.collector.untrack(obj.gc()) }
        }
    }
    /// Whether the collector knows the object.
    pub fn is_tracked(&self, obj: ObjPtr<L>) -> bool {
        // SAFETY: GC types have the words.
        obj.info().has(TypeFlags::GC) && unsafe { L::Gc::is_tracked(obj.gc()) }
    }
    /// Opts an object out of counting, if the layout can.
    pub fn make_immortal(&self, obj: ObjPtr<L>) {
        if L::Rc::IMMORTAL && !obj.count().is_immortal() {
            obj.count().set_immortal();
            self.immortals.set(self.immortals.get() + 1);
        }
    }
    /// Whether the object is opted out of counting.
    pub fn is_immortal(&self, obj: ObjPtr<L>) -> bool {
        obj.count().is_immortal()
    }
    /// References to an object, as its count word knows them.
    pub fn refcount(&self, obj: ObjPtr<L>) -> u64 {
        obj.count().count()
    }
    /// Sets the count itself, to reach the ends of its range: for tests.
    ///
    /// # Safety
    /// Too low a count frees the object while it is in use.
    pub unsafe fn force_refcount(&self, obj: ObjPtr<L>, count: u64) {
        obj.count().force(count);
    }
    /// Whether the object's finalizer was called.
    pub fn is_finalized(&self, obj: ObjPtr<L>) -> bool {
        if obj.info().has(TypeFlags::GC) {
            // SAFETY: GC types have the words.
            unsafe { L::Gc::is_finalized(obj.gc()) }
        } else if L::Rc::EXTRA_BITS {
            obj.count().flags() & HeaderPlan::<L>::FINALIZED != 0
        } else {
            // SAFETY: the set is only used inside these three methods.
            unsafe { (*self.finalized.get()).contains(&obj.addr()) }
        }
    }
    /// Notes that the object's finalizer was called (or may be called again).
    pub fn set_finalized(&self, obj: ObjPtr<L>, on: bool) {
        if obj.info().has(TypeFlags::GC) {
            // SAFETY: GC types have the words.
            unsafe { L::Gc::set_finalized(obj.gc(), on) }
        } else if L::Rc::EXTRA_BITS {
            let flags = obj.count().flags();
            obj.count().set_flags(if on { flags | HeaderPlan::<L>::FINALIZED } else { flags & !HeaderPlan::<L>::FINALIZED });
        } else {
            // SAFETY: as above.
            let set = unsafe { &mut *self.finalized.get() };
            if !on {
                set.remove(&obj.addr());
            } else if set.try_reserve(1).is_ok() {
                set.insert(obj.addr());
            }
        }
    }
    #[inline]
    pub(crate) fn forget_finalized(&self, obj: ObjPtr<L>) {
        // SAFETY: as above.
        let set = unsafe { &mut *self.finalized.get() };
        if !set.is_empty() {
            set.remove(&obj.addr());
        }
    }
    /// Names the type of exact strings and where in its payload the hash is (an `i64` that is set before a string becomes a
    /// key): dicts whose keys are all of that type then store no hashes.
    pub fn set_str_type(&self, ty: ObjPtr<L>, hash_offset: usize) {
        self.str_type.set(Some((ty, hash_offset as u16)));
    }
    /// Offset of the hash if `key` is an exact string.
    #[inline(always)]
    pub(crate) fn str_hash_offset(&self, key: Word<L>) -> Option<u16> {
        let (ty, offset) = self.str_type.get()?;
        (key.is_ptr() && key.ptr().ty() == ty).then_some(offset)
    }

    // ---- events ------------------------------------------------------------------------------------------------

    /// Whether deaths have left something to do. Cheap.
    #[inline(always)]
    pub fn pending(&self) -> bool {
        self.pending.get()
    }
    /// The events so far, oldest first.
    pub fn take_events(&self) -> Vec<Event<L>> {
        self.pending.set(false);
        // SAFETY: `events` is only touched here and in `push_event`, neither of which runs other code meanwhile.
        core::mem::take(unsafe { &mut *self.events.get() })
    }
    /// Queues an event; without memory for it the event is given back.
    pub(crate) fn push_event(&self, event: Event<L>) -> Result<(), Event<L>> {
        // SAFETY: as above.
        let events = unsafe { &mut *self.events.get() };
        if events.try_reserve(1).is_err() {
            return Err(event);
        }
        events.push(event);
        self.pending.set(true);
        Ok(())
    }
    pub(crate) fn event_room(&self) -> bool {
        // SAFETY: as above.
        unsafe { (*self.events.get()).try_reserve(1).is_ok() }
    }

    // ---- measures, end -----------------------------------------------------------------------------------------

    /// `sample`, unless less is requested now than when it was called last: then no peak is near, and the walk is spared.
    pub(crate) fn sample_peak(&self) {
        if self.requested.get() > self.peak_requested.get() {
            self.sample();
        }
    }
    /// Notes the peaks of requested and cell bytes. Called at collections; call it at interesting moments.
    pub fn sample(&self) {
        self.peak_requested.set(self.peak_requested.get().max(self.requested.get()));
        let usage = self.cells.usage();
        self.peak_cell.set(self.peak_cell.get().max(usage.cell_bytes));
    }
    /// The byte measures now. May walk free lists.
    pub fn mem_stats(&self) -> MemStats {
        self.release_all_queued();
        self.sample();
        let usage = self.cells.usage();
        MemStats {
            requested: self.requested.get(),
            requested_peak: self.peak_requested.get(),
            cell: usage.cell_bytes,
            cell_peak: self.peak_cell.get(),
            page: usage.page_bytes,
            page_peak: usage.peak_page_bytes,
            live_cells: usage.live_cells,
        }
    }
    /// Bytes that live objects and buffers asked for. Cheap.
    #[inline(always)]
    pub fn requested_bytes(&self) -> usize {
        self.requested.get()
    }
    /// `trim` if more than half of the pages' bytes are free.
    pub(crate) fn trim_if_mostly_free(&self) {
        // Cells hold what was requested, and `usage` walks the free lists.
        let pages = self.cells.page_bytes();
        if pages <= 1 << 20 || self.requested.get() >= pages / 2 {
            return;
        }
        let usage = self.cells.usage();
        if usage.cell_bytes < usage.page_bytes / 2 {
            self.trim();
        }
    }
    /// A structure of `bytes` bytes has died as a whole.
    #[inline(always)]
    pub(crate) fn note_freed_together(&self, bytes: usize) {
        let freed = self.freed_together.get() + bytes;
        self.freed_together.set(freed);
        if freed >= self.tidy_at.get() {
            self.tidy();
        }
    }
    /// Structures die in orders of their own: what is made next shall not lie scattered as they were. What a tidying costs is at
    /// most in proportion to what was freed since the last.
    #[cold]
    #[inline(never)]
    fn tidy(&self) {
        let free = self.cells.tidy();
        self.freed_together.set(0);
        self.tidy_at.set(TIDY_BYTES.max(free / 2));
    }
    /// Gives unused pages back to the system.
    pub fn trim(&self) {
        self.release_all_queued();
        self.flush_free_lists();
        self.collector.pages_may_go();
        self.cells.trim();
    }
    /// Gives all pages back if no cell is live; otherwise leaks them and says how many cells are.
    pub fn shutdown(&self) -> usize {
        loop {
            self.release_all_queued();
            if !self.pending() {
                break;
            }
            drop(self.take_events());
        }
        self.flush_free_lists();
        self.collector.pages_may_go();
        if self.cells.release_all() { 0 } else { self.cells.usage().live_cells }
    }
}

impl<L: Layout> Drop for Heap<L> {
    fn drop(&mut self) {
        self.leave();
        self.flush_free_lists();
        // A heap with live cells leaks its pages: somebody may still hold handles.
        self.cells.release_all();
    }
}
