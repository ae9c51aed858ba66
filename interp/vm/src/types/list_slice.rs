//! Assignment to and deletion of slices of a list.
//!
//! Not here: reading slices (`list.rs`) and the arithmetic of bounds (`slice.rs`).

use instar_object::BufVec;

use crate::object::{Owned, Ref};
use crate::types::list::{drop_backwards, PyList};
use crate::types::slice::{adjust, nth, PySlice};
use crate::vm::{PyResult, Vm};

/// `list[slice] = value`, or `del list[slice]` if there is no value.
pub(crate) fn assign(vm: &mut Vm, list: &Ref<PyList>, slice: &Ref<PySlice>, value: Option<&Owned>) -> PyResult<()> {
    let (start, stop, step) = slice.unpack(vm)?;
    let new = match value {
        Some(value) => Some(sequence(vm, value)?),
        None => None,
    };
    // Bounds are fitted after the value was read: reading it may have changed the list.
    let (start, stop, count) = adjust(list.len(vm), start, stop, step);
    if step == 1 {
        // An empty slice that runs backwards inserts at its start.
        let stop = stop.max(start);
        return replace_range(vm, list, start as usize, stop as usize, new.unwrap_or_default());
    }
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
    match vm.collect(value) {
        Err(e) if e.is(vm, &vm.types.type_error) && !vm.is_iterable(value) => Err(vm.type_error("must assign iterable to extended slice")),
        done => done,
    }
}

/// Replaces items `start..stop` by `new`; the old ones die when the list is whole again.
fn replace_range(vm: &mut Vm, list: &Ref<PyList>, start: usize, stop: usize, new: Vec<Owned>) -> PyResult<()> {
    let mut old = BufVec::new();
    let items = list.items.get_mut(vm);
    let (removed, added) = (stop - start, new.len());
    if let Err(e) = old.reserve(removed).and_then(|()| items.reserve(added.saturating_sub(removed))) { return Err(vm.out_of_memory(e)) }
    let mut new = new.into_iter();
    for place in &mut items.as_mut_slice()[start..start + removed.min(added)] {
        let item = new.next().expect("law: as many as counted");
        let _ = old.push(std::mem::replace(place, item));
    }
    if added > removed {
        for item in new { let _ = items.push(item); }
        // The surplus stands at the end and moves to where the old range ended.
        items.as_mut_slice()[stop..].rotate_right(added - removed);
    } else if removed > added {
        let gone = removed - added;
        items.as_mut_slice()[start + added..].rotate_left(gone);
        let keep = items.len() - gone;
        let from = old.len();
        while items.len() > keep {
            if let Some(item) = items.pop() { let _ = old.push(item); }
        }
        old.as_mut_slice()[from..].reverse();
        items.shrink();
    }
    drop_backwards(old);
    Ok(())
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
