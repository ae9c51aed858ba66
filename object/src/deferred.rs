//! Deferred counts (`Layout::DEFERRED`): words that frames hold are not counted, so a count of zero does not mean that an object is dead. It goes into the
//! table of zero counts, and a safe point finds out (Deutsch and Bobrow 1976).
//!
//! ```text
//! count of an object = handles and words of the heap that refer to it; frames come on top
//! count 0 and on no frame  =>  in the table         in the table  =>  once, and the flag IN_TABLE says so
//! ```
//! A safe point ([`Heap::reconcile`]) makes counts exact for a moment: it counts what frames hold, and whatever in the table has a count
//! of zero then is dead and dies as under any other layout (`death.rs`); afterwards it takes the counts of the frames back, and what they alone
//! hold is in the table again. A collection does the same around all of its own work; while its host runs program code, counts
//! are deferred as ever.
//!
//! How words move between handles and frames is said by four methods of [`Word`], which cost nothing, or what they always did,
//! where counts are not deferred: `enter_frame`, `leave_frame`, `share_with_frame`, `take_from_frame`.
//!
//! Without memory for an entry an object stays as it is. The next time that somebody takes a reference to it and gives that back it is asked for an
//! entry again, and a collection that looks at it sees that nobody refers to it.
use crate::collect::CollectHost;
use crate::death::{died_in, needs_finalizer};
use crate::header::ObjPtr;
use crate::heap::Heap;
use crate::layout::{HeaderPlan, Layout};
use crate::types::{End, TypeFlags};
use crate::word::Word;
use core::cell::{Cell, UnsafeCell};
use instar_refcount::{CountWord, LINKED_FLAG, Release};

/// Entries of the table that call for a safe point, at least.
const MANY: usize = 1024;

/// The objects whose count was zero, in the order in which that happened.
pub(crate) struct ZeroCounts<L: Layout> {
    entries: UnsafeCell<Vec<ObjPtr<L>>>,
    /// Entries before this one have been looked at.
    next: Cell<usize>,
    /// Frames are counted: zero means dead.
    exact: Cell<bool>,
    /// Something in the table has a finalizer: the safe point is to come soon.
    urgent: Cell<bool>,
    many: Cell<usize>,
}

impl<L: Layout> ZeroCounts<L> {
    pub(crate) fn new() -> Self {
        ZeroCounts { entries: UnsafeCell::new(Vec::new()), next: Cell::new(0), exact: Cell::new(false), urgent: Cell::new(false), many: Cell::new(MANY) }
    }
    fn len(&self) -> usize {
        // SAFETY: the vector is touched in the methods of this type alone, none of which runs other code meanwhile; so below.
        unsafe { (*self.entries.get()).len() - self.next.get() }
    }
    /// False: no memory, and nothing has changed.
    fn push(&self, obj: ObjPtr<L>) -> bool {
        // SAFETY: as above.
        let entries = unsafe { &mut *self.entries.get() };
        if entries.len() == entries.capacity() && !crate::dead_list::room(entries) {
            return false;
        }
        entries.push(obj);
        true
    }
    fn pop(&self) -> Option<ObjPtr<L>> {
        // SAFETY: as above.
        let entries = unsafe { &mut *self.entries.get() };
        let first = entries.get(self.next.get()).copied();
        if first.is_some() {
            self.next.set(self.next.get() + 1);
        } else {
            self.next.set(0);
            entries.clear();
            if entries.capacity() > 4 * MANY {
                *entries = Vec::new();
            }
        }
        first
    }
}

/// Ends what `exactly` began, also when the payload of a dying object panics: then frames stay counted, which keeps objects alive.
struct Exact<'h, L: Layout>(&'h ZeroCounts<L>);
impl<L: Layout> Drop for Exact<'_, L> {
    fn drop(&mut self) {
        self.0.exact.set(false);
    }
}

/// Whether the table has an entry for the object, which must not be freed then.
pub(crate) fn is_in_table<L: Layout>(obj: ObjPtr<L>) -> bool {
    obj.count().flags() & HeaderPlan::<L>::IN_TABLE != 0
}
fn mark<L: Layout>(obj: ObjPtr<L>, on: bool) {
    let flags = obj.count().flags() & !LINKED_FLAG;
    obj.count().set_flags(if on { flags | HeaderPlan::<L>::IN_TABLE } else { flags & !HeaderPlan::<L>::IN_TABLE });
}

/// One reference less; whether the object is dead. Then the caller disposes of it.
///
/// # Safety
/// The caller owned a reference.
#[inline(always)]
pub(crate) unsafe fn release_is_dead<L: Layout>(obj: ObjPtr<L>) -> bool {
    crate::stats::release::<L>(obj);
    obj.count().release() == Release::Dead && (!L::DEFERRED || zero(obj))
}

/// The count has become zero: whether that means that the object is dead. If not, it is in the table.
#[cold]
#[inline(never)]
fn zero<L: Layout>(obj: ObjPtr<L>) -> bool {
    let Some(heap) = Heap::<L>::current() else { return false }; // no heap any more: leak
    if heap.zero_counts.exact.get() {
        // What is in the table has its turn still to come.
        return !is_in_table(obj);
    }
    enter(heap, obj);
    if is_urgent(obj) {
        heap.hurry();
    }
    false
}

fn enter<L: Layout>(heap: &Heap<L>, obj: ObjPtr<L>) {
    let table = &heap.zero_counts;
    if is_in_table(obj) || !table.push(obj) {
        return;
    }
    mark(obj, true);
    if table.len() >= table.many.get() {
        heap.collector.ring();
    }
}

/// Whether somebody waits for the object's death: for its finalizer, or for what it still owns after that.
fn is_urgent<L: Layout>(obj: ObjPtr<L>) -> bool {
    let info = obj.info();
    // SAFETY: the object is complete.
    info.has_any(TypeFlags::FINALIZER.union(TypeFlags::ASKS)) && unsafe { needs_finalizer(obj, info, End::Count) }
}

impl<L: Layout> Word<L> {
    /// The caller's reference becomes one of a frame.
    ///
    /// # Safety
    /// The caller owned it; the frame holds the word from now on, and is asked for it by [`CollectHost::count_frames`].
    #[inline(always)]
    pub unsafe fn enter_frame(self) {
        if L::DEFERRED && self.is_ptr() {
            crate::stats::release::<L>(self.ptr());
            if self.ptr().count().release() == Release::Dead {
                only_on_frames(self.ptr());
            }
        }
    }
    /// A frame does not hold the word any more.
    ///
    /// # Safety
    /// It did, and what it held was not counted by a safe point that is not over.
    #[inline(always)]
    pub unsafe fn leave_frame(self) {
        if !self.is_ptr() {
            return;
        }
        if !L::DEFERRED {
            // SAFETY: the frame's reference is the caller's.
            return unsafe { self.release_ptr() };
        }
        if self.ptr().info().has_any(TypeFlags::FINALIZER.union(TypeFlags::ASKS)) && self.ptr().count().count() == 0 {
            left(self.ptr());
        }
    }
    /// What is alive is held by a frame, too.
    ///
    /// # Safety
    /// As for `retain`, and as for `enter_frame`.
    #[inline(always)]
    pub unsafe fn share_with_frame(self) {
        if !L::DEFERRED {
            // SAFETY: passed on.
            unsafe { self.retain() }
        }
    }
    /// The reference of a frame, which does not hold the word any more, becomes the caller's.
    ///
    /// # Safety
    /// As for `leave_frame`.
    #[inline(always)]
    pub unsafe fn take_from_frame(self) {
        if L::DEFERRED {
            // SAFETY: what frames hold is alive.
            unsafe { self.retain() }
        }
    }
}

#[cold]
#[inline(never)]
fn only_on_frames<L: Layout>(obj: ObjPtr<L>) {
    if let Some(heap) = Heap::<L>::current() {
        enter(heap, obj);
    }
}

#[cold]
#[inline(never)]
fn left<L: Layout>(obj: ObjPtr<L>) {
    if let Some(heap) = Heap::<L>::current()
        && is_urgent(obj)
    {
        heap.hurry();
    }
}

impl<L: Layout> Heap<L> {
    fn hurry(&self) {
        self.zero_counts.urgent.set(true);
        self.pending.set(true);
    }
    /// Whether a safe point is wanted for the table of zero counts: it is long, or holds something with a finalizer (then the heap is
    /// [`pending`](Heap::pending), too).
    pub fn wants_reconcile(&self) -> bool {
        L::DEFERRED && (self.zero_counts.urgent.get() || self.zero_counts.len() >= self.zero_counts.many.get())
    }
    /// A safe point: what has a count of zero and is on no frame dies. Nothing happens where counts are exact.
    pub fn reconcile(&self, host: &mut dyn CollectHost<L>) {
        if !L::DEFERRED || self.zero_counts.exact.get() || self.death.is_running() {
            return;
        }
        self.zero_counts.urgent.set(false);
        self.forget_hurry();
        if self.zero_counts.len() != 0 {
            self.begin_exact(host);
            self.end_exact(host);
        }
    }
    /// Counts what frames hold that is not counted yet, and has what is dead then torn down. From here on zero means dead, until
    /// `end_exact` or `pause_exact`.
    pub(crate) fn begin_exact(&self, host: &mut dyn CollectHost<L>) {
        if !L::DEFERRED {
            return;
        }
        // SAFETY: what frames hold is alive.
        host.count_frames(&mut |word| unsafe { word.retain() });
        self.zero_counts.exact.set(true);
        self.settle();
    }
    /// Program code is about to run.
    pub(crate) fn pause_exact(&self) {
        if L::DEFERRED {
            self.zero_counts.exact.set(false);
        }
    }
    /// Takes the counts of frames back.
    pub(crate) fn end_exact(&self, host: &mut dyn CollectHost<L>) {
        if !L::DEFERRED {
            return;
        }
        self.zero_counts.exact.set(false);
        self.zero_counts.many.set(usize::MAX); // what comes back is no reason for another safe point
        host.uncount_frames(&mut |word| {
            // SAFETY: `begin_exact` took the reference.
            unsafe { word.enter_frame() }
        });
        self.zero_counts.many.set((2 * self.zero_counts.len()).max(MANY));
    }
    fn settle(&self) {
        let guard = Exact(&self.zero_counts);
        while let Some(obj) = self.zero_counts.pop() {
            mark(obj, false);
            if obj.count().count() == 0 {
                // SAFETY: nobody refers to the object, neither from the heap nor from a frame.
                unsafe { died_in(self, obj) }
            }
        }
        core::mem::forget(guard);
    }
    /// The table when there are no frames any more.
    pub(crate) fn settle_without_frames(&self) {
        if L::DEFERRED {
            self.zero_counts.exact.set(true);
            self.settle();
            self.zero_counts.exact.set(false);
        }
    }
    /// Objects in the table of zero counts.
    pub fn zero_counts(&self) -> usize {
        self.zero_counts.len()
    }
}
