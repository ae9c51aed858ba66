//! What happens when the last reference goes: context-free, without recursion, without running program code, and without
//! allocation except for the queue of events (no memory for it: the finalizer or callback is skipped).
//!
//! Leaves and inert objects are freed at once. Other objects join the list of the dead (`dead_list.rs`), which one loop works off. The objects that die while one is torn down form a batch, first in first out, that is spliced in *front* of the
//! list: the loop then visits the dead in the order in which CPython's recursion would, and so are events queued.
//!
//! Under `dealloc-queued` the loop ends after so many objects, and goes on at the next death or safe point: what is unreachable is
//! dead, but its finalizers, callbacks and memory come later. Whoever looks at all objects has the rest torn down before.
//!
//! `// DIFF:` finalizers and callbacks are queued, not run: programs see them at the end of the op.
//! `// DIFF:` all references of one object go before the first of its dead children is torn down; CPython goes down at
//! each child. Orders differ only where a child is shared by the object and another child of it.
use crate::attrs;
use crate::bufvec::BufVec;
use crate::dead_list::DeadList;
use crate::handle::Owned;
use crate::header::ObjPtr;
use crate::heap::{Event, Heap};
use crate::layout::{Layout, Plan};
use crate::stats;
use crate::types::{End, TAIL, TypeFlags, TypeInfo, Words};
use crate::weak::{self, WeakPolicy};
use crate::word::Word;
use core::cell::Cell;
use instar_refcount::{CountWord, Release};

/// A dead object joins the list of the dead.
///
/// # Safety
/// As for `died_in`.
#[inline(always)]
unsafe fn push<L: Layout>(heap: &Heap<L>, obj: ObjPtr<L>) {
    if !heap.death.push(obj) {
        // SAFETY: passed on.
        unsafe { put_off(heap, obj) }
    }
}

/// There is no memory to note that an object is dead: it stays as it is, and the next collection of its generation finds that nobody
/// refers to it. Objects that collections do not look at own no chain of others: they are torn down here.
///
/// # Safety
/// As for `died_in`.
#[cold]
#[inline(never)]
unsafe fn put_off<L: Layout>(heap: &Heap<L>, obj: ObjPtr<L>) {
    // SAFETY: the object is complete.
    unsafe {
        if !obj.info().has(TypeFlags::GC) {
            obj.count().set_one();
            last_rites(heap, obj);
        } else if !heap.is_tracked(obj) {
            heap.collector.track(obj.gc());
        }
    }
}

/// The last reference to `obj` is gone.
///
/// # Safety
/// The count just reached zero.
#[inline(never)]
pub(crate) unsafe fn died<L: Layout>(obj: ObjPtr<L>) {
    let Some(heap) = Heap::<L>::current() else { return }; // no heap any more: leak
    // SAFETY: passed on.
    unsafe { died_in(heap, obj) }
}

/// `died`, for a caller who has the heap.
///
/// # Safety
/// As for `died`; `heap` is the object's.
#[inline(always)]
pub(crate) unsafe fn died_in<L: Layout>(heap: &Heap<L>, obj: ObjPtr<L>) {
    let info = obj.info();
    if info.flags.get().intersection(TypeFlags::LEAF.union(TypeFlags::VAR)) == TypeFlags::LEAF {
        // SAFETY: nobody refers to the object, and its payload owns nothing.
        unsafe { heap.free_object(obj, info, info.payload_bytes as usize) }
    } else {
        // SAFETY: passed on.
        unsafe { died_slowly(heap, obj) }
    }
}

/// `died_in` for what is not a leaf of fixed size. Only chooses: it needs no stack frame of its own.
///
/// # Safety
/// As for `died_in`.
#[inline(never)]
unsafe fn died_slowly<L: Layout>(heap: &Heap<L>, obj: ObjPtr<L>) {
    let flags = obj.info().flags.get();
    // SAFETY: passed on.
    unsafe {
        if flags.intersects(TypeFlags::LEAF.union(TypeFlags::INERT)) {
            free_inert(heap, obj);
        } else if heap.death.is_running() {
            push(heap, obj);
        } else if dies_plainly(obj, flags) {
            tear_down_words(heap, obj);
        } else {
            run(heap, obj);
        }
    }
}

/// Frees an object that owns no reference: its drop causes no other death.
///
/// # Safety
/// Nobody refers to the object.
#[inline(never)]
unsafe fn free_inert<L: Layout>(heap: &Heap<L>, obj: ObjPtr<L>) {
    let info = obj.info();
    let flags = info.flags.get();
    // SAFETY: the payload is there until it is dropped.
    unsafe {
        let bytes = payload_bytes(obj, info, flags);
        if !flags.contains(TypeFlags::LEAF)
            && let Some(drop) = info.vtable.drop
        {
            drop(obj.payload());
        }
        heap.free_object(obj, info, bytes);
    }
}

/// Whether nothing is to be done about a dying object but to release the words of its payload, or its attributes, and to free its
/// cell.
#[inline(always)]
fn dies_plainly<L: Layout>(obj: ObjPtr<L>, flags: TypeFlags) -> bool {
    const ASKED: TypeFlags = TypeFlags::FINALIZER.union(TypeFlags::ASKS);
    const PARTS: TypeFlags = TypeFlags::GC.union(TypeFlags::ATTRS).union(TypeFlags::SLOTS).union(ASKED);
    let words = flags.intersection(PARTS) == TypeFlags::GC && flags.intersects(TypeFlags::WORDS);
    let instance = flags.intersection(TypeFlags::INSTANCE.union(ASKED)) == TypeFlags::INSTANCE;
    (words || instance) && !(flags.contains(TypeFlags::WEAKREF) && weak::has_any(obj))
}

/// `last_rites` for an object that `dies_plainly`. The loop over the dead runs only if a child has to join it.
///
/// # Safety
/// As for `last_rites`, but that the count is anything.
#[inline(always)]
unsafe fn tear_down_words<L: Layout>(heap: &Heap<L>, obj: ObjPtr<L>) {
    let flags = obj.info().flags.get();
    // SAFETY: passed on; the flag says what `Words` is.
    unsafe {
        if flags.contains(TypeFlags::INLINE) {
            tear_down_kind::<L, INLINE>(heap, obj);
        } else if flags.contains(TypeFlags::BUFFER) {
            tear_down_kind::<L, BUFFER>(heap, obj);
        } else if flags.contains(TypeFlags::INSTANCE) {
            tear_down_kind::<L, INSTANCE>(heap, obj);
        } else {
            tear_down_kind::<L, FIELDS>(heap, obj);
        }
    }
}
const INLINE: u8 = 0;
const BUFFER: u8 = 1;
const FIELDS: u8 = 2;
const INSTANCE: u8 = 3;

/// # Safety
/// As for `tear_down_words`; `KIND` is the type's.
#[inline(never)]
unsafe fn tear_down_kind<L: Layout, const KIND: u8>(heap: &Heap<L>, obj: ObjPtr<L>) {
    let (ty, info) = (obj.ty(), obj.info());
    let flags = info.flags.get();
    // SAFETY: the object is ours alone, and its payload is as its type's `Words` says. Releases inside only link more dead
    // objects; what they free at once are cells of other objects.
    unsafe {
        let keep_cell = !heap.collector.remove_dead(obj.gc());
        let bytes = match KIND {
            INLINE => {
                let (words, len) = inline_words(obj);
                for i in (0..len).rev() {
                    release_item(heap, *words.add(i));
                }
                INLINE_HEAD + len * size_of::<Word<L>>() + inline_tail(obj)
            }
            BUFFER => {
                let (words, len, capacity) = BufVec::<Word<L>, L>::take_apart(obj.payload());
                for i in (0..len).rev() {
                    release_item(heap, words.add(i).read());
                }
                if capacity != 0 {
                    heap.free_cell(words.cast(), capacity * size_of::<Word<L>>());
                }
                info.payload_bytes as usize
            }
            INSTANCE => {
                let bytes = payload_bytes(obj, info, flags);
                attrs::drop_all(heap, obj, |word| release_child(heap, word));
                bytes
            }
            _ => {
                let Words::Fields(len) = info.vtable.words else { core::hint::unreachable_unchecked() };
                for i in 0..len as usize {
                    release_child(heap, *obj.payload::<Word<L>>().add(i));
                }
                info.payload_bytes as usize
            }
        };
        if keep_cell {
            bury(heap, obj, info, bytes);
        } else if L::FREE_LISTS {
            heap.free_object(obj, info, bytes);
        } else {
            let weak = L::Weak::WORD && flags.contains(TypeFlags::WEAKREF);
            let attrs = if KIND == INSTANCE { Plan::<L>::ATTRS } else { 0 };
            let prefix = Plan::<L>::GC + attrs + if weak { Plan::<L>::WEAK } else { 0 };
            let bytes = prefix + Plan::<L>::HEADER + bytes;
            core::hint::assert_unchecked(bytes != 0);
            stats::died(heap, obj, bytes);
            heap.free_object_cell(true, obj.cell(prefix), bytes);
        }
        if flags.contains(TypeFlags::HEAP_TYPE) {
            release_known(heap, ty);
        }
    }
    if heap.death.has_batch() && !heap.death.is_running() {
        work_off(heap);
    }
}

/// Releases a word of an object that is torn down: what dies and owns nothing is freed here, other objects join the batch.
///
/// # Safety
/// The word is `NULL` or owned, and is gone afterwards.
#[inline(always)]
unsafe fn release_child<L: Layout>(heap: &Heap<L>, word: Word<L>) {
    if !word.is_ptr() {
        return;
    }
    // SAFETY: passed on.
    unsafe { release_known(heap, word.ptr()) }
}

/// `release_child` for a word that is not `NULL`: one test of the tag.
///
/// # Safety
/// As there.
#[inline(always)]
unsafe fn release_item<L: Layout>(heap: &Heap<L>, word: Word<L>) {
    if !word.is_immediate() {
        // SAFETY: passed on.
        unsafe { release_known(heap, word.ptr()) }
    }
}

/// # Safety
/// As for `release_child`.
#[inline(always)]
unsafe fn release_known<L: Layout>(heap: &Heap<L>, obj: ObjPtr<L>) {
    stats::release::<L>(obj);
    if obj.count().release() == Release::Dead {
        // SAFETY: that was the last reference.
        unsafe { child_died(heap, obj) }
    }
}

/// # Safety
/// The count just reached zero, while the object's owner is torn down.
#[inline(never)]
unsafe fn child_died<L: Layout>(heap: &Heap<L>, obj: ObjPtr<L>) {
    let info = obj.info();
    let flags = info.flags.get();
    // SAFETY: nobody refers to the object; leaves and inert objects own no reference.
    unsafe {
        if flags.intersection(TypeFlags::LEAF.union(TypeFlags::VAR)) == TypeFlags::LEAF {
            heap.free_object(obj, info, info.payload_bytes as usize);
        } else if flags.intersects(TypeFlags::LEAF.union(TypeFlags::INERT)) {
            free_inert(heap, obj);
        } else {
            push(heap, obj);
        }
    }
}

/// Bytes before the words of a payload of [`Words::Inline`].
const INLINE_HEAD: usize = 8;

/// Address and number of the words of a payload of [`Words::Inline`].
///
/// # Safety
/// The payload is one.
#[inline(always)]
unsafe fn inline_words<L: Layout>(obj: ObjPtr<L>) -> (*const Word<L>, usize) {
    let lens = obj.payload::<u32>();
    // SAFETY: two numbers begin the payload.
    unsafe { (lens.byte_add(INLINE_HEAD).cast(), *lens as usize + (*lens.add(1) & !TAIL) as usize) }
}

/// Bytes that end such a payload and are no reference.
///
/// # Safety
/// As for `inline_words`.
#[inline(always)]
unsafe fn inline_tail<L: Layout>(obj: ObjPtr<L>) -> usize {
    // SAFETY: as there.
    (unsafe { *obj.payload::<u32>().add(1) } / TAIL) as usize * 8
}

/// The words of a payload of a type that has `WORDS`.
///
/// # Safety
/// The object is complete, and nothing changes it meanwhile.
#[inline(always)]
pub(crate) unsafe fn known_words<'a, L: Layout>(obj: ObjPtr<L>, info: &TypeInfo<L>) -> impl Iterator<Item = Word<L>> + 'a {
    // SAFETY: the payload is as the type's `Words` says.
    let words: &'a [Word<L>] = unsafe {
        let (at, len) = match info.vtable.words {
            Words::Unknown => (core::ptr::NonNull::<Word<L>>::dangling().as_ptr().cast_const(), 0),
            Words::Inline => inline_words(obj),
            Words::Buffer => {
                let (at, len, _) = BufVec::<Word<L>, L>::take_apart(obj.payload());
                (at.as_ptr().cast_const(), len)
            }
            Words::Fields(len) => (obj.payload::<Word<L>>().cast_const(), len as usize),
        };
        core::slice::from_raw_parts(at, len)
    };
    words.iter().copied()
}

/// Bytes behind the header.
///
/// # Safety
/// The payload and the attributes are still there.
#[inline(always)]
pub(crate) unsafe fn payload_bytes<L: Layout>(obj: ObjPtr<L>, info: &TypeInfo<L>, flags: TypeFlags) -> usize {
    if flags.contains(TypeFlags::INLINE) {
        // SAFETY: the caller's promise.
        return unsafe { INLINE_HEAD + inline_words(obj).1 * size_of::<Word<L>>() + inline_tail(obj) };
    }
    if flags.contains(TypeFlags::VAR)
        && let Some(size_of) = info.vtable.size_of
    {
        // SAFETY: the caller's promise.
        return unsafe { size_of(obj.payload()) };
    }
    if flags.contains(TypeFlags::VALUES) {
        return info.payload_bytes as usize + attrs::tail_bytes(obj, info);
    }
    info.payload_bytes as usize
}

/// Ends the loop also when a payload's drop panics; the next death goes on with the list.
struct Running<'h, L: Layout>(&'h DeadList<L>);
impl<L: Layout> Drop for Running<'_, L> {
    fn drop(&mut self) {
        self.0.set_running(false);
    }
}

/// Tears an object down that is on no list, and all that dies with it.
///
/// # Safety
/// As for `died_in`.
#[inline(never)]
unsafe fn run<L: Layout>(heap: &Heap<L>, first: ObjPtr<L>) {
    heap.death.set_running(true);
    let guard = Running(&heap.death);
    first.count().set_one();
    // SAFETY: nobody refers to the object; the one reference is ours.
    unsafe { last_rites(heap, first) }
    if heap.death.waits() || heap.death.wants_sweep() {
        work_off(heap);
    }
    drop(guard);
}

/// Works off the list of the dead, or the next piece of it. What a panic or an earlier piece left on the list is visited too.
#[inline(never)]
fn work_off<L: Layout>(heap: &Heap<L>) {
    // A collection reckons with what died being gone.
    let whole = !L::QUEUED || heap.collector.is_collecting();
    work_off_some(heap, if whole { usize::MAX } else { heap.piece });
    if heap.death.waits() {
        if L::QUEUED {
            heap.collector.ring();
        }
    } else if heap.death.wants_sweep() {
        sweep(heap);
    }
}

/// Sweeps the generations that need it; with `dealloc-queued` the next piece of that.
#[cold]
#[inline(never)]
fn sweep<L: Layout>(heap: &Heap<L>) {
    if heap.collector.is_collecting() {
        return; // it sweeps what it has looked at
    }
    let steps = if L::QUEUED { heap.piece.saturating_mul(SWEPT_PER_PIECE) } else { usize::MAX };
    // SAFETY: a sweep frees only cells of tombstones.
    let done = unsafe { heap.collector.sweep_due_generations(steps, &mut |node| exhume(heap, node)) };
    heap.death.want_sweep(!done);
    if !done {
        heap.collector.ring();
    }
}

/// Nodes that a sweep looks at in the time that one object takes to be torn down.
const SWEPT_PER_PIECE: usize = 8;

/// Tears down at most `most` of the dead.
#[inline(always)]
fn work_off_some<L: Layout>(heap: &Heap<L>, most: usize) {
    heap.death.set_running(true);
    let mut left = most;
    let guard = Running(&heap.death);
    let before = heap.requested.get();
    while left != 0
        && let Some(obj) = heap.death.pop()
    {
        left -= 1;
        // A weak reference's callback may have revived it meanwhile.
        let revived = obj.count().is_revived();
        obj.count().set_one();
        // SAFETY: nobody refers to the object; the one reference is ours.
        unsafe {
            if !revived && dies_plainly(obj, obj.info().flags.get()) {
                tear_down_words(heap, obj);
            } else if !revived {
                last_rites(heap, obj);
            }
        }
    }
    drop(guard);
    heap.note_freed_together(before.saturating_sub(heap.requested.get()));
}

impl<L: Layout> Heap<L> {
    /// With `dealloc-queued`, tears down the next piece of what is dead and waits; whether more waits. For safe points; the bell of
    /// [`Heap::gc_set_bell`] rings while more waits.
    pub fn release_queued(&self) -> bool {
        if !L::QUEUED || self.death.is_running() {
            return false;
        }
        if self.death.waits() {
            work_off(self);
        } else if self.death.wants_sweep() {
            sweep(self);
        }
        self.death.waits() || self.death.wants_sweep()
    }
    /// `release_queued` until nothing waits: before anything that looks at all objects, or has no memory.
    pub fn release_all_queued(&self) {
        if L::QUEUED && !self.death.is_running() && self.death.waits() {
            work_off_some(self, usize::MAX);
        }
    }
    /// Whether something dead waits to be torn down.
    pub(crate) fn has_queued(&self) -> bool {
        L::QUEUED && self.death.waits()
    }
}

/// # Safety
/// `obj` is complete and nobody refers to it; its count is one.
#[inline(always)]
unsafe fn last_rites<L: Layout>(heap: &Heap<L>, obj: ObjPtr<L>) {
    let info = obj.info();
    let flags = info.flags.get();
    // SAFETY: the payload is complete.
    if flags.intersects(TypeFlags::FINALIZER.union(TypeFlags::ASKS)) && unsafe { queue_finalizer(heap, obj, info) } {
        return;
    }
    if flags.contains(TypeFlags::WEAKREF) {
        weak::clear_dead(heap, obj);
    }
    // SAFETY: passed on.
    unsafe { tear_down(heap, obj, info, flags) }
}

/// Queues the finalizer of a dying object, if it has one that has not run, and says whether it did.
///
/// # Safety
/// As for `last_rites`.
#[inline(never)]
unsafe fn queue_finalizer<L: Layout>(heap: &Heap<L>, obj: ObjPtr<L>, info: &TypeInfo<L>) -> bool {
    // SAFETY: the payload is complete.
    if !unsafe { needs_finalizer(obj, info, End::Count) } || heap.is_finalized(obj) || !heap.event_room() {
        return false;
    }
    heap.set_finalized(obj, true);
    // SAFETY: the reference that the count says is the event's.
    let event = Event::Finalize(unsafe { Owned::from_word(Word::from_ptr(obj)) });
    if let Err(event) = heap.push_event(event) {
        core::mem::forget(event);
    }
    true
}

/// Whether the object's type, or the object itself, asks for a finalizer.
///
/// # Safety
/// The payload is complete.
#[inline]
pub(crate) unsafe fn needs_finalizer<L: Layout>(obj: ObjPtr<L>, info: &TypeInfo<L>, end: End) -> bool {
    if info.has(TypeFlags::FINALIZER) {
        return true;
    }
    // SAFETY: passed on.
    info.vtable.needs_finalizer.is_some_and(|f| unsafe { f(obj.payload(), end) })
}

/// Releases what the object owns, in CPython's order (subtype_dealloc: slots, attributes, the base's payload, the type),
/// and its cell.
///
/// # Safety
/// As for `last_rites`, and no weak reference is left.
#[inline(always)]
unsafe fn tear_down<L: Layout>(heap: &Heap<L>, obj: ObjPtr<L>, info: &TypeInfo<L>, flags: TypeFlags) {
    let ty = obj.ty();
    // SAFETY: the object is ours alone. Releases inside only link more dead objects; they free no cell that is used here:
    // the type is kept by its instance's count until the end.
    unsafe {
        let bytes = payload_bytes(obj, info, flags);
        let keep_cell = flags.contains(TypeFlags::GC) && !heap.collector.remove_dead(obj.gc());
        if flags.contains(TypeFlags::SLOTS) {
            release_slots(obj, info);
        }
        if flags.contains(TypeFlags::ATTRS) {
            attrs::drop_all(heap, obj, |word| release_child(heap, word));
        }
        if let Some(drop) = info.vtable.drop {
            drop(obj.payload());
        }
        if !flags.contains(TypeFlags::GC) && !L::Rc::EXTRA_BITS {
            heap.forget_finalized(obj);
        }
        if keep_cell {
            bury(heap, obj, info, bytes);
        } else {
            heap.free_object(obj, info, bytes);
        }
        if flags.contains(TypeFlags::HEAP_TYPE) {
            Word::from_ptr(ty).release_ptr();
        }
    }
}

impl<L: Layout> Heap<L> {
    /// Bytes that a live object asked for, with its prefix.
    pub(crate) fn bytes_of(&self, obj: ObjPtr<L>) -> usize {
        let info = obj.info();
        // SAFETY: a live object has its payload and attributes.
        info.instance_bytes(unsafe { payload_bytes(obj, info, info.flags.get()) })
    }
}

/// Releases the `__slots__` words, those of the most derived class first.
///
/// # Safety
/// As for `tear_down`.
unsafe fn release_slots<L: Layout>(obj: ObjPtr<L>, info: &TypeInfo<L>) {
    let mut words = slots(obj, info);
    // SAFETY: each word is owned by its slot.
    unsafe {
        for first in info.slot_groups.iter().rev() {
            let own;
            (words, own) = words.split_at((*first as usize).min(words.len()));
            own.iter().for_each(|slot| slot.replace(Word::NULL).release());
        }
        words.iter().for_each(|slot| slot.replace(Word::NULL).release());
    }
}

/// The cell of a dead object stays linked: its size goes where the count was.
#[cold]
unsafe fn bury<L: Layout>(heap: &Heap<L>, obj: ObjPtr<L>, info: &TypeInfo<L>, payload_bytes: usize) {
    let bytes = info.instance_bytes(payload_bytes);
    stats::died(heap, obj, bytes);
    obj.bury(bytes | (info.prefix_bytes as usize) << 40);
    // SAFETY: the collector kept the node; a sweep frees only such cells.
    unsafe {
        if heap.collector.note_tombstone(obj.gc()).is_none() {
            return;
        }
        // Each sweep walks the whole generation: where much dies together, one at the end does.
        heap.death.want_sweep(true);
        if !heap.death.is_running() && !heap.death.has_batch() {
            sweep(heap);
        }
    }
}

/// Gives the cell of a tombstone back.
///
/// # Safety
/// No list holds the node any more.
pub(crate) unsafe fn exhume<L: Layout>(heap: &Heap<L>, node: *mut L::Gc) {
    let obj = ObjPtr::<L>::from_gc(node);
    let packed = obj.buried();
    // SAFETY: `bury` wrote the sizes.
    unsafe { heap.free_object_cell(true, obj.cell(packed >> 40), packed & ((1 << 40) - 1)) }
}

/// The `__slots__` words of an object.
#[inline(always)]
pub(crate) fn slots<'a, L: Layout>(obj: ObjPtr<L>, info: &TypeInfo<L>) -> &'a [Cell<Word<L>>] {
    if info.slots_len == 0 {
        return &[];
    }
    // SAFETY: the payload has the words (`TypeInfo::new`), and they are initialised from birth.
    unsafe { core::slice::from_raw_parts(obj.payload::<u8>().add(info.slots_offset as usize).cast(), info.slots_len as usize) }
}
