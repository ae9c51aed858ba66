//! Weak references: the list of those that refer to one object, found through a word in its prefix or through a table.
//! Python's weakref types are not known here; their payload begins with a [`WeakRefBody`].
use crate::handle::Owned;
use crate::header::ObjPtr;
use crate::heap::{AllocError, Event, Heap};
use crate::layout::{HeaderPlan, Layout, Plan};
use crate::select::Active;
use crate::types::TypeFlags;
use crate::word::Word;
use core::cell::Cell;
use instar_gc::GcHeader;
use instar_refcount::CountWord;
use std::collections::HashMap;

/// Where the first weak reference to an object is found.
pub trait WeakPolicy: 'static {
    /// Name of the policy in reports.
    const NAME: &'static str;
    /// Whether the prefix has a word for it.
    const WORD: bool;
}
/// A word in the prefix of every object that can be weakly referenced.
pub struct InWord;
impl WeakPolicy for InWord {
    const NAME: &'static str = "word";
    const WORD: bool = true;
}
/// One header bit, and a table per heap for the few objects that are weakly referenced.
pub struct InTable;
impl WeakPolicy for InTable {
    const NAME: &'static str = "table";
    const WORD: bool = false;
}

pub(crate) struct WeakTable<L: Layout>(HashMap<usize, ObjPtr<L>>);
impl<L: Layout> Default for WeakTable<L> {
    fn default() -> Self {
        WeakTable(HashMap::new())
    }
}

/// Start of the payload of a weak reference object. Weak references to one object form a list, newest first.
#[repr(C)]
pub struct WeakRefBody<L: Layout = Active> {
    target: Cell<Option<ObjPtr<L>>>,
    prev: Cell<Option<ObjPtr<L>>>,
    next: Cell<Option<ObjPtr<L>>>,
    pub(crate) callback: Cell<Word<L>>,
}

impl<L: Layout> WeakRefBody<L> {
    /// Refers to nothing yet; see [`attach`].
    pub fn new(callback: Option<Owned<L>>) -> Self {
        WeakRefBody {
            target: Cell::new(None),
            prev: Cell::new(None),
            next: Cell::new(None),
            callback: Cell::new(Owned::into_word_or_null(callback)),
        }
    }
    /// Address of the object referred to, without a reference; `None` once it is dead.
    pub fn target(&self) -> Option<ObjPtr<L>> {
        self.target.get().filter(|target| !target.count().is_linked())
    }
    /// The callback, `NULL` if there is none (any more).
    pub fn callback(&self) -> Word<L> {
        self.callback.get()
    }
    /// Takes the callback out.
    pub fn take_callback(&self) -> Option<Owned<L>> {
        // SAFETY: the body owned the word.
        unsafe { Owned::owned_or_none(self.callback.replace(Word::NULL)) }
    }
    fn object(&self) -> ObjPtr<L> {
        let header = core::ptr::from_ref(self).addr() - Plan::<L>::HEADER;
        // SAFETY: an attached body is the start of a payload (`attach`'s contract), so the header is right before it;
        // `attach` exposed its address.
        unsafe { ObjPtr::new(core::ptr::NonNull::new_unchecked(core::ptr::with_exposed_provenance_mut(header))) }
    }
}

impl<L: Layout> Drop for WeakRefBody<L> {
    fn drop(&mut self) {
        if self.target.get().is_some() {
            unlink(self.object());
        }
        drop(self.take_callback());
    }
}

#[inline(always)]
fn body<'a, L: Layout>(weakref: ObjPtr<L>) -> &'a WeakRefBody<L> {
    // SAFETY: lists hold only objects given to `attach`.
    unsafe { &*weakref.payload::<WeakRefBody<L>>() }
}

/// The word of the prefix.
#[inline(always)]
fn word<'a, L: Layout>(obj: ObjPtr<L>) -> &'a Cell<Option<ObjPtr<L>>> {
    debug_assert!(obj.info().has(TypeFlags::WEAKREF));
    // SAFETY: it is the lowest word of the prefix of types with WEAKREF.
    unsafe { obj.cell(obj.info().prefix_bytes as usize).cast().as_ref() }
}

/// The first weak reference to `obj`.
fn head<L: Layout>(heap: Option<&Heap<L>>, obj: ObjPtr<L>) -> Option<ObjPtr<L>> {
    if L::Weak::WORD {
        return word(obj).get();
    }
    if obj.count().flags() & HeaderPlan::<L>::HAS_WEAKREF == 0 {
        return None;
    }
    // SAFETY: the table is used only inside this module's functions, one at a time.
    heap.and_then(|heap| unsafe { (*heap.weak_table.get()).0.get(&obj.addr()).copied() })
}

fn set_head<L: Layout>(heap: Option<&Heap<L>>, obj: ObjPtr<L>, to: Option<ObjPtr<L>>) -> Result<(), AllocError> {
    if L::Weak::WORD {
        word(obj).set(to);
        return Ok(());
    }
    let heap = heap.ok_or(AllocError)?;
    // SAFETY: as above.
    let table = unsafe { &mut (*heap.weak_table.get()).0 };
    let flags = obj.count().flags() & !instar_refcount::LINKED_FLAG;
    match to {
        Some(first) => {
            table.try_reserve(1).map_err(|_| AllocError)?;
            table.insert(obj.addr(), first);
            obj.count().set_flags(flags | HeaderPlan::<L>::HAS_WEAKREF);
        }
        None => {
            table.remove(&obj.addr());
            obj.count().set_flags(flags & !HeaderPlan::<L>::HAS_WEAKREF);
        }
    }
    Ok(())
}

/// Makes `weakref` refer to `obj`. Without a callback it goes to the front of the list, with one behind those without, as
/// CPython keeps them.
///
/// # Safety
/// `obj`'s type has `WEAKREF`; `weakref`'s payload begins with a `WeakRefBody` that is not attached.
pub unsafe fn attach<L: Layout>(obj: ObjPtr<L>, weakref: ObjPtr<L>) -> Result<(), AllocError> {
    let heap = Heap::<L>::current();
    let new = body(weakref);
    debug_assert!(new.target.get().is_none());
    let mut before: Option<ObjPtr<L>> = None;
    let mut after = head(heap, obj);
    if !new.callback.get().is_null() {
        while let Some(at) = after
            && body(at).callback.get().is_null()
        {
            before = after;
            after = body(at).next.get();
        }
    }
    match before {
        Some(at) => body(at).next.set(Some(weakref)),
        None => set_head(heap, obj, Some(weakref))?,
    }
    if let Some(at) = after {
        body(at).prev.set(Some(weakref));
    }
    let _exposed = weakref.as_ptr().expose_provenance(); // for `object`
    new.prev.set(before);
    new.next.set(after);
    new.target.set(Some(obj));
    Ok(())
}

fn unlink<L: Layout>(weakref: ObjPtr<L>) {
    let old = body(weakref);
    let Some(obj) = old.target.take() else { return };
    let (prev, next) = (old.prev.take(), old.next.take());
    if let Some(at) = next {
        body(at).prev.set(prev);
    }
    match prev {
        Some(at) => body(at).next.set(next),
        None => {
            // Replacing or removing an entry of the table needs no memory.
            let done = set_head(Heap::<L>::current(), obj, next);
            debug_assert!(done.is_ok());
        }
    }
}

/// Makes `weakref` refer to nothing; its callback stays. The drop of a body does this by itself.
///
/// # Safety
/// `weakref`'s payload begins with a `WeakRefBody`.
pub unsafe fn detach<L: Layout>(weakref: ObjPtr<L>) {
    unlink(weakref);
}

/// A reference to the target, if it is still alive.
#[inline]
pub fn upgrade<L: Layout>(weakref: &WeakRefBody<L>) -> Option<Owned<L>> {
    let obj = weakref.target.get()?;
    if obj.count().is_linked() {
        return None; // dead, about to be torn down
    }
    // SAFETY: a target that is not dead is alive: its death clears the list.
    Some(unsafe { Owned::share_ptr(obj) })
}

/// Visits the weak references to an object in list order. `f` must not attach or detach.
pub fn for_each<L: Layout>(obj: ObjPtr<L>, mut f: impl FnMut(ObjPtr<L>)) {
    if !obj.info().has(TypeFlags::WEAKREF) {
        return;
    }
    let mut at = head(Heap::<L>::current(), obj);
    while let Some(weakref) = at {
        at = body(weakref).next.get();
        f(weakref);
    }
}

/// Number of weak references to an object.
pub fn count<L: Layout>(obj: ObjPtr<L>) -> usize {
    let mut n = 0;
    for_each(obj, |_| n += 1);
    n
}

/// Empties the list, calling `f` for each weak reference (now cleared) in order.
fn clear<L: Layout>(heap: &Heap<L>, obj: ObjPtr<L>, mut f: impl FnMut(ObjPtr<L>)) {
    let mut at = head(Some(heap), obj);
    if at.is_none() {
        return;
    }
    let done = set_head(Some(heap), obj, None);
    debug_assert!(done.is_ok());
    while let Some(weakref) = at {
        let b = body(weakref);
        at = b.next.take();
        b.prev.set(None);
        b.target.set(None);
        f(weakref);
    }
}

/// Whether weak references to the object, whose type has `WEAKREF`, exist.
#[inline(always)]
pub(crate) fn has_any<L: Layout>(obj: ObjPtr<L>) -> bool {
    if L::Weak::WORD { word(obj).get().is_some() } else { obj.count().flags() & HeaderPlan::<L>::HAS_WEAKREF != 0 }
}

/// The object dies: clears its weak references and queues their callbacks.
#[inline(always)]
pub(crate) fn clear_dead<L: Layout>(heap: &Heap<L>, obj: ObjPtr<L>) {
    if has_any(obj) {
        clear_referred(heap, obj);
    }
}

#[inline(never)]
fn clear_referred<L: Layout>(heap: &Heap<L>, obj: ObjPtr<L>) {
    clear(heap, obj, |weakref| {
        if body(weakref).callback.get().is_null() || !heap.event_room() {
            return;
        }
        let count = weakref.count();
        let shared = if count.is_linked() {
            // It died in the same batch, after its target: CPython would still have called it.
            if count.is_revived() {
                return;
            }
            count.revive();
            // SAFETY: the death loop gives a revived object one reference: this one.
            unsafe { Owned::from_word(Word::from_ptr(weakref)) }
        } else {
            // SAFETY: not dead.
            unsafe { Owned::share_ptr(weakref) }
        };
        if let Some(callback) = body(weakref).take_callback() {
            let event = Event::Callback { weakref: shared, callback };
            if let Err(event) = heap.push_event(event) {
                drop(event);
            }
        }
    });
}

/// Cyclic trash: clears its weak references and hands out those whose callbacks are to be called.
pub(crate) fn clear_trash<L: Layout>(heap: &Heap<L>, obj: ObjPtr<L>, out: &mut Vec<(Owned<L>, Owned<L>)>) {
    if !obj.info().has(TypeFlags::WEAKREF) {
        return;
    }
    clear(heap, obj, |weakref| {
        // SAFETY: GC types have the words.
        let is_trash = weakref.info().has(TypeFlags::GC) && unsafe { L::Gc::is_trash(weakref.gc()) };
        if is_trash || body(weakref).callback.get().is_null() || out.try_reserve(1).is_err() {
            return;
        }
        if let Some(callback) = body(weakref).take_callback() {
            // SAFETY: collections run between ops: nothing in a list is dead.
            out.push((unsafe { Owned::share_ptr(weakref) }, callback));
        }
    });
}

/// Final trash: clears its weak references without callbacks.
pub(crate) fn clear_silently<L: Layout>(heap: &Heap<L>, obj: ObjPtr<L>) {
    if obj.info().has(TypeFlags::WEAKREF) {
        clear(heap, obj, |_| {});
    }
}
