//! `DeadList`: the dead that are not torn down yet, in the order in which they will be. When objects get here, and what is done with
//! them, is in `death.rs`.
//!
//! What dies while one object is torn down is a batch, first in first out, which goes in front of all that waits already. Objects link
//! through their count words, which needs no memory; where these have no room for an address, the list is a vector, and
//! [`DeadList::push`] may fail.
use crate::header::ObjPtr;
use crate::layout::Layout;
use core::cell::{Cell, UnsafeCell};
use core::ptr::with_exposed_provenance_mut;
use instar_refcount::CountWord;

/// See the top of the file.
pub(crate) struct DeadList<L: Layout> {
    head: Cell<Option<ObjPtr<L>>>,
    batch: Cell<Option<ObjPtr<L>>>,
    batch_last: Cell<Option<ObjPtr<L>>>,
    /// Without links: the list, its first at the end; the batch is what begins at `batch_at`, its first first.
    stack: UnsafeCell<Vec<ObjPtr<L>>>,
    batch_at: Cell<usize>,
    running: Cell<bool>,
    /// Tombstones are many enough for a sweep, once what dies together is dead.
    sweep: Cell<bool>,
}

/// Entries for which an empty vector keeps its memory.
const KEPT: usize = 4096;

fn address<L: Layout>(obj: Option<ObjPtr<L>>) -> usize {
    obj.map_or(0, |o| o.as_ptr().expose_provenance())
}
unsafe fn object<L: Layout>(address: usize) -> Option<ObjPtr<L>> {
    // SAFETY: links hold addresses that `address` exposed, of objects whose cells are still ours.
    core::ptr::NonNull::new(with_exposed_provenance_mut(address)).map(|p| unsafe { ObjPtr::new(p) })
}

impl<L: Layout> DeadList<L> {
    pub(crate) fn new() -> Self {
        DeadList {
            head: Cell::new(None),
            batch: Cell::new(None),
            batch_last: Cell::new(None),
            stack: UnsafeCell::new(Vec::new()),
            batch_at: Cell::new(0),
            running: Cell::new(false),
            sweep: Cell::new(false),
        }
    }
    /// Whether somebody works the list off.
    #[inline(always)]
    pub(crate) fn is_running(&self) -> bool {
        self.running.get()
    }
    pub(crate) fn set_running(&self, on: bool) {
        self.running.set(on);
    }
    /// Whether a sweep is to follow.
    pub(crate) fn wants_sweep(&self) -> bool {
        self.sweep.get()
    }
    pub(crate) fn want_sweep(&self, on: bool) {
        self.sweep.set(on);
    }
    /// Adds a dead object to the batch. False: there is no memory for it, and nothing has changed.
    #[inline(always)]
    #[must_use]
    pub(crate) fn push(&self, obj: ObjPtr<L>) -> bool {
        if !L::Rc::LINKS {
            // SAFETY: the vector is touched in the functions of this file alone, none of which runs other code meanwhile.
            let stack = unsafe { &mut *self.stack.get() };
            if stack.len() == stack.capacity() && !room(stack) {
                return false;
            }
            obj.count().link(0);
            stack.push(obj);
            return true;
        }
        obj.count().link(0);
        match self.batch_last.replace(Some(obj)) {
            Some(last) => last.count().link(address(Some(obj))),
            None => self.batch.set(Some(obj)),
        }
        true
    }
    /// Whether anything was pushed since `pop`.
    #[inline(always)]
    pub(crate) fn has_batch(&self) -> bool {
        if !L::Rc::LINKS {
            // SAFETY: as in `push`.
            return unsafe { (*self.stack.get()).len() } > self.batch_at.get();
        }
        self.batch.get().is_some()
    }
    /// Whether anything is on the list.
    pub(crate) fn waits(&self) -> bool {
        if !L::Rc::LINKS {
            // SAFETY: as in `push`.
            return unsafe { !(*self.stack.get()).is_empty() };
        }
        self.head.get().is_some() || self.batch.get().is_some()
    }
    /// Splices the batch in front and takes the first object off.
    #[inline(always)]
    pub(crate) fn pop(&self) -> Option<ObjPtr<L>> {
        if !L::Rc::LINKS {
            // SAFETY: as in `push`.
            let stack = unsafe { &mut *self.stack.get() };
            stack[self.batch_at.get()..].reverse();
            let first = stack.pop();
            self.batch_at.set(stack.len());
            if first.is_none() && stack.capacity() > KEPT {
                *stack = Vec::new();
            }
            return first;
        }
        if let Some(first) = self.batch.take() {
            // The last one's link is 0: right as it is if nothing waits.
            if let Some(last) = self.batch_last.take()
                && self.head.get().is_some()
            {
                relink(last, address(self.head.get()));
            }
            self.head.set(Some(first));
        }
        let obj = self.head.get()?;
        // SAFETY: see `object`.
        self.head.set(unsafe { object(obj.count().linked()) });
        Some(obj)
    }
}

#[cold]
#[inline(never)]
fn room<L: Layout>(stack: &mut Vec<ObjPtr<L>>) -> bool {
    // A heap whose next allocation is to fail, as tests ask for, has no memory for this either.
    crate::Heap::<L>::current().is_none_or(|heap| heap.fail_after() != Some(0)) && stack.try_reserve(1).is_ok()
}

/// Changes the link of a linked object, keeping whether it was revived.
fn relink<L: Layout>(obj: ObjPtr<L>, to: usize) {
    let revived = obj.count().is_revived();
    obj.count().link(to);
    if revived {
        obj.count().revive();
    }
}
