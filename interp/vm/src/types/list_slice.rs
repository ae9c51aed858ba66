//! Assignment to and deletion of slices of a list.
//!
//! Not here: reading slices (`list.rs`) and the arithmetic of bounds (`slice.rs`).

use crate::object::{ObjExt, Owned, Ref};
use crate::types::list::PyList;
use crate::types::slice::{adjust, nth, PySlice};
use crate::types::tuple::PyTuple;
use crate::vm::{PyResult, Vm};

/// `list[slice] = value`, or `del list[slice]` if there is no value.
pub(crate) fn assign(vm: &mut Vm, list: &Ref<PyList>, slice: &Ref<PySlice>, value: Option<&Owned>) -> PyResult<()> {
    let (start, stop, step) = slice.unpack(vm)?;
    if step == 1 { return assign_range(vm, list, start, stop, value) }
    let new = match value {
        Some(value) => Some(sequence(vm, value)?),
        None => None,
    };
    // Bounds are fitted after the value was read: reading it may have changed the list.
    let (start, _, count) = adjust(list.len(vm), start, stop, step);
    match new {
        None => delete_stepped(vm, list, start, step, count),
        Some(new) if new.len() != count => Err(vm.value_error(format!("attempt to assign sequence of size {} to extended slice of size {count}", new.len()))),
        Some(new) => {
            let items = list.items.get_mut(vm).as_mut_slice();
            let mut old = Vec::new();
            if old.try_reserve_exact(count).is_err() { return Err(vm.no_memory()) }
            for (n, item) in new.into_iter().enumerate() { old.push(std::mem::replace(&mut items[nth(start, step, n)], item)) }
            drop(old);
            Ok(())
        }
    }
}

fn sequence(vm: &mut Vm, value: &Owned) -> PyResult<Vec<Owned>> {
    match vm.collect_sized(value) {
        Err(e) if e.is(vm, &vm.types.type_error) && !vm.is_iterable(value) => Err(vm.type_error("must assign iterable to extended slice")),
        done => done,
    }
}

/// `list[start:stop] = value`, or `del list[start:stop]` if there is no value.
pub(crate) fn assign_range(vm: &mut Vm, list: &Ref<PyList>, start: isize, stop: isize, value: Option<&Owned>) -> PyResult<()> {
    let Some(value) = value else { return replace_range(vm, list, start, stop, &[]) };
    // What the items stand in may not change meanwhile: a tuple, or a list that is not this one. Nothing runs Python here.
    if value.is_exact::<PyTuple>(vm) { return replace_range(vm, list, start, stop, value.cast::<PyTuple>().expect("law: exact tuple").items()) }
    if value.is_exact::<PyList>(vm) && !list.is(value) {
        let (words, count) = value.cast::<PyList>().expect("law: exact list").raw_items();
        // SAFETY: a handle is a word; the caller holds the other list, and `replace_range` only retains and releases objects.
        return replace_range(vm, list, start, stop, unsafe { std::slice::from_raw_parts(words.cast::<Owned>(), count) });
    }
    let new = sequence(vm, value)?;
    replace_range(vm, list, start, stop, &new)
}

/// Replaces the items from `start` to `stop`, bounds not fitted yet. The old ones die, last first; finalizers run later.
fn replace_range(vm: &mut Vm, list: &Ref<PyList>, start: isize, stop: isize, new: &[Owned]) -> PyResult<()> {
    let (start, stop, _) = adjust(list.len(vm), start, stop, 1);
    // An empty slice that runs backwards inserts at its start.
    let stop = stop.max(start);
    list.items.get_mut(vm).replace_range(start as usize, stop as usize, new).map_err(|e| vm.out_of_memory(e))
}

fn delete_stepped(vm: &mut Vm, list: &Ref<PyList>, start: isize, step: isize, count: usize) -> PyResult<()> {
    if count == 0 { return Ok(()) }
    let mut old = Vec::new();
    if old.try_reserve_exact(count).is_err() { return Err(vm.no_memory()) }
    let items = list.items.get_mut(vm);
    let (first, stride) = if step < 0 { (nth(start, step, count - 1), step.unsigned_abs()) } else { (start as usize, step as usize) };
    // Swaps what stays forward over what goes; afterwards the deleted ones are the tail.
    let slice = items.as_mut_slice();
    let (mut write, mut next_gone, mut gone) = (first, first, 0);
    for read in first..slice.len() {
        if gone < count && read == next_gone {
            gone += 1;
            next_gone = next_gone.saturating_add(stride);
        } else {
            slice.swap(write, read);
            write += 1;
        }
    }
    while items.len() > write {
        if let Some(item) = items.pop() { old.push(item) }
    }
    items.shrink();
    drop(old);
    Ok(())
}
