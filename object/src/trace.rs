//! `Trace`: how a payload shows the collector what it owns, and the fields that can be traced.
use crate::bufvec::BufVec;
use crate::dict::{DictTable, SetTable};
use crate::handle::Owned;
use crate::layout::Layout;
use crate::select::Active;
use crate::types::TypeInfo;
use crate::weak::WeakRefBody;
use crate::word::Word;
use core::cell::{Cell, UnsafeCell};

/// A payload that the collector can look through.
///
/// # Safety
/// An implementation promises:
///   1. `trace` visits each owned count that is stored in the payload exactly once.
///   2. It visits nothing that the payload does not own (in particular nothing behind `Rc`, `Arc` or a raw pointer
///      that others own too).
///   3. It gives the same answer in every pass of a collection, changes nothing and runs no other code.
///   4. `clear` drops every owned count that can be part of a cycle and leaves the payload valid.
///
/// The safe way to get an impl is [`trace!`](crate::trace!).
pub unsafe trait Trace<L: Layout = Active> {
    /// Visits each owned word.
    fn trace(&self, visit: &mut dyn FnMut(Word<L>));
    /// Drops what can be part of a cycle.
    fn clear(&mut self);
}

/// A field that `trace!` accepts. Fields that share ownership (`Rc`, `Arc`) or guard it (`RefCell`) have no impl.
///
/// # Safety
/// The promises of [`Trace`], for the field alone.
pub unsafe trait TraceField<L: Layout = Active> {
    /// Visits each owned word.
    fn trace_field(&self, visit: &mut dyn FnMut(Word<L>));
    /// Drops what can be dropped; a plain `Owned` stays, as items of a tuple do.
    fn clear_field(&mut self);
}

// SAFETY: visits exactly the handles that it stores, and clears by taking them out.
unsafe impl<L: Layout> TraceField<L> for Owned<L> {
    fn trace_field(&self, visit: &mut dyn FnMut(Word<L>)) {
        visit(self.word());
    }
    fn clear_field(&mut self) {}
}
// SAFETY: visits exactly the handles that it stores, and clears by taking them out.
unsafe impl<L: Layout> TraceField<L> for Option<Owned<L>> {
    fn trace_field(&self, visit: &mut dyn FnMut(Word<L>)) {
        if let Some(owned) = self {
            visit(owned.word());
        }
    }
    fn clear_field(&mut self) {
        drop(self.take());
    }
}
// SAFETY: visits exactly the handles that it stores, and clears by taking them out.
unsafe impl<L: Layout, T: TraceField<L>> TraceField<L> for UnsafeCell<T> {
    fn trace_field(&self, visit: &mut dyn FnMut(Word<L>)) {
        // SAFETY: the collector runs while nobody holds a view into a payload.
        unsafe { (*self.get()).trace_field(visit) }
    }
    fn clear_field(&mut self) {
        self.get_mut().clear_field();
    }
}
// SAFETY: visits exactly the handles that it stores, and clears by taking them out.
unsafe impl<L: Layout, T: TraceField<L>> TraceField<L> for Cell<T> {
    fn trace_field(&self, visit: &mut dyn FnMut(Word<L>)) {
        // SAFETY: as for UnsafeCell.
        unsafe { (*self.as_ptr()).trace_field(visit) }
    }
    fn clear_field(&mut self) {
        self.get_mut().clear_field();
    }
}
// SAFETY: visits exactly the handles that it stores, and clears by taking them out.
unsafe impl<L: Layout, T: TraceField<L>> TraceField<L> for Vec<T> {
    fn trace_field(&self, visit: &mut dyn FnMut(Word<L>)) {
        self.iter().for_each(|item| item.trace_field(visit));
    }
    fn clear_field(&mut self) {
        drop(core::mem::take(self));
    }
}
// SAFETY: visits exactly the handles that it stores, and clears by taking them out.
unsafe impl<L: Layout, T: TraceField<L>> TraceField<L> for Box<[T]> {
    fn trace_field(&self, visit: &mut dyn FnMut(Word<L>)) {
        self.iter().for_each(|item| item.trace_field(visit));
    }
    fn clear_field(&mut self) {
        self.iter_mut().for_each(|item| item.clear_field());
    }
}
// SAFETY: visits exactly the handles that it stores, and clears by taking them out.
unsafe impl<L: Layout, T: TraceField<L>, const N: usize> TraceField<L> for [T; N] {
    fn trace_field(&self, visit: &mut dyn FnMut(Word<L>)) {
        self.iter().for_each(|item| item.trace_field(visit));
    }
    fn clear_field(&mut self) {
        self.iter_mut().for_each(|item| item.clear_field());
    }
}
// SAFETY: visits exactly the handles that it stores, and clears by taking them out.
unsafe impl<L: Layout, A: TraceField<L>, B: TraceField<L>> TraceField<L> for (A, B) {
    fn trace_field(&self, visit: &mut dyn FnMut(Word<L>)) {
        self.0.trace_field(visit);
        self.1.trace_field(visit);
    }
    fn clear_field(&mut self) {
        self.0.clear_field();
        self.1.clear_field();
    }
}
// SAFETY: visits exactly the handles that it stores, and clears by taking them out.
unsafe impl<L: Layout, T: TraceField<L>> TraceField<L> for BufVec<T, L> {
    fn trace_field(&self, visit: &mut dyn FnMut(Word<L>)) {
        self.as_slice().iter().for_each(|item| item.trace_field(visit));
    }
    fn clear_field(&mut self) {
        drop(core::mem::take(self));
    }
}
// SAFETY: visits exactly the handles that it stores, and clears by taking them out.
unsafe impl<L: Layout> TraceField<L> for DictTable<L> {
    fn trace_field(&self, visit: &mut dyn FnMut(Word<L>)) {
        let mut at = 0;
        while let Some(entry) = self.next(at) {
            visit(self.key(entry));
            visit(self.value(entry));
            at = entry + 1;
        }
    }
    fn clear_field(&mut self) {
        drop(self.clear());
    }
}
// SAFETY: visits exactly the handles that it stores, and clears by taking them out.
unsafe impl<L: Layout> TraceField<L> for SetTable<L> {
    fn trace_field(&self, visit: &mut dyn FnMut(Word<L>)) {
        let mut at = 0;
        while let Some(entry) = self.next(at) {
            visit(self.key(entry));
            at = entry + 1;
        }
    }
    fn clear_field(&mut self) {
        drop(self.clear());
    }
}
// SAFETY: visits exactly the handles that it stores, and clears by taking them out.
unsafe impl<L: Layout> TraceField<L> for WeakRefBody<L> {
    fn trace_field(&self, visit: &mut dyn FnMut(Word<L>)) {
        let callback = self.callback.get();
        if !callback.is_null() {
            visit(callback);
        }
    }
    fn clear_field(&mut self) {
        drop(self.take_callback());
    }
}
// SAFETY: attribute names are strings, which are leaves; the type owns them but they cannot be part of a cycle.
unsafe impl<L: Layout> TraceField<L> for TypeInfo<L> {
    fn trace_field(&self, _visit: &mut dyn FnMut(Word<L>)) {}
    fn clear_field(&mut self) {}
}

/// Implements [`Trace`] for a struct by naming the fields that own values, in the order in which they are to be
/// visited and cleared: `trace! { Pair { first, second } }`. A first parameter in brackets makes it generic over the
/// layout: `trace! { [L] Pair<L> { first, second } }`.
#[macro_export]
macro_rules! trace {
    ([$l:ident] $name:ty { $($field:ident),* $(,)? }) => {
        // SAFETY: every field owns what it visits (`TraceField`), and no handle can hide in another type.
        unsafe impl<$l: $crate::Layout> $crate::Trace<$l> for $name {
            #[allow(unused_variables)]
            fn trace(&self, visit: &mut dyn FnMut($crate::Word<$l>)) {
                $( $crate::TraceField::<$l>::trace_field(&self.$field, visit); )*
            }
            fn clear(&mut self) {
                $( $crate::TraceField::<$l>::clear_field(&mut self.$field); )*
            }
        }
    };
    ($name:ty { $($field:ident),* $(,)? }) => {
        // SAFETY: as above.
        unsafe impl $crate::Trace<$crate::Active> for $name {
            #[allow(unused_variables)]
            fn trace(&self, visit: &mut dyn FnMut($crate::Word<$crate::Active>)) {
                $( $crate::TraceField::<$crate::Active>::trace_field(&self.$field, visit); )*
            }
            fn clear(&mut self) {
                $( $crate::TraceField::<$crate::Active>::clear_field(&mut self.$field); )*
            }
        }
    };
}
