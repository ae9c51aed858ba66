//! Steps of iterators that make pairs, where only the items are wanted: what `ForIterPairs` asks.
//!
//! Not here: their `__next__`, which makes it (`types/{enumerate,zip,dict_iter}.rs`).

use crate::eval::state::obj;
use crate::object::{ObjExt, Owned, Word};
use crate::types::dict_iter::{Kind, PyDictIter};
use crate::types::enumerate::{self, PyEnumerate};
use crate::types::list_iter::PyListIter;
use crate::types::tuple::recycled_pair;
use crate::types::zip::PyZip;
use crate::vm::{PyResult, Vm};

/// What a step came to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The iterator is exhausted.
    End,
    /// Two items were written.
    Pair,
    /// The exception is in `vm.raised`.
    Error,
    /// No such iterator, or not of pairs: nothing was done.
    Other,
}

/// Whether [`next`] knows the iterator.
pub fn gives(vm: &Vm, it: Word) -> bool {
    let ty = it.ptr().ty();
    let t = &vm.types;
    // SAFETY: the caller's iterator is alive.
    ty == t.enumerate.ptr() || ty == t.dict_itemiterator.ptr() || ty == t.zip.ptr() && unsafe { obj(&it) }.cast::<PyZip>().is_some_and(|z| z.is_of_two())
}

/// Writes the two items of the next pair to `out`.
///
/// # Safety
/// `it` is alive; `out` has room for two words, whose old contents do not count.
#[inline(never)]
pub unsafe fn next(vm: *mut Vm, it: Word, out: *mut Word) -> Step {
    // SAFETY: the caller's promise.
    unsafe {
        let vm = &mut *vm;
        let ty = it.ptr().ty();
        let it: &Owned = obj(&it);
        let t = &vm.types;
        let pair = if ty == t.enumerate.ptr() { enumeration(vm, it) }
            else if ty == t.dict_itemiterator.ptr() { entry(vm, it) }
            else if ty == t.zip.ptr() && it.cast::<PyZip>().is_some_and(|z| z.is_of_two()) { zipped(vm, it) }
            else { return Step::Other };
        match pair {
            Ok(Some((a, b))) => {
                *out = a.into_word();
                *out.add(1) = b.into_word();
                Step::Pair
            }
            Ok(None) => Step::End,
            Err(e) if e.is(vm, &vm.types.stop_iteration) => Step::End,
            Err(e) => { vm.raised = Some(e.0); Step::Error }
        }
    }
}

type Pair = PyResult<Option<(Owned, Owned)>>;

/// The next item of an iterator inside; of a list without a call.
#[inline(always)]
fn inner(vm: &mut Vm, it: &Owned) -> PyResult<Option<Owned>> {
    if it.is_exact::<PyListIter>(vm) && let Some(list) = it.cast::<PyListIter>() { return Ok(list.step(vm)) }
    vm.next_raw(it)
}

#[inline(always)]
fn enumeration(vm: &mut Vm, it: &Owned) -> Pair {
    let e = it.cast::<PyEnumerate>().expect("law: the type says so");
    vm.check_native_stack("")?;
    let Some(item) = inner(vm, &e.iterator)? else { return Ok(None) };
    let number = enumerate::advance(vm, e)?;
    recycled_pair(vm, &e.last, number, item).map(Some)
}

#[inline(always)]
fn zipped(vm: &mut Vm, it: &Owned) -> Pair {
    let zip = it.cast::<PyZip>().expect("law: the type says so");
    vm.check_native_stack("")?;
    let [a, b] = zip.iterators.items() else { return Ok(None) };
    let Some(a) = inner(vm, a)? else { return Ok(None) };
    let Some(b) = inner(vm, b)? else { return Ok(None) };
    recycled_pair(vm, &zip.last, a, b).map(Some)
}

#[inline(always)]
fn entry(vm: &mut Vm, it: &Owned) -> Pair {
    let it = it.cast::<PyDictIter>().expect("law: the type says so");
    debug_assert!(it.kind == Kind::Items && !it.reverse);
    let Some((key, value)) = it.step(vm)? else { return Ok(None) };
    recycled_pair(vm, &it.last, key, value).map(Some)
}
