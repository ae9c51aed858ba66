//! Operations on a set and any other iterable: union, intersection, differences, inclusion.
//!
//! Which operand is walked and which is searched follows CPython, so results come in CPython's order.
//! Not here: the methods and operators that call these (`set.rs`, `set_methods.rs`).

use crate::object::{ObjExt, Owned, Ref};
use crate::types::dict::PyDict;
use crate::types::list::PyList;
use crate::types::set::{is_set, item_hash, PySet};
use crate::types::tuple::PyTuple;
use crate::vm::{PyResult, Vm};

/// An empty set of the same builtin type (`set` or `frozenset`) as `like`.
fn same_kind(vm: &Vm, like: &Ref<PySet>) -> PyResult<Ref<PySet>> {
    let ty = if is_set(vm, like.obj()) { &vm.types.set } else { &vm.types.frozenset };
    vm.new_object_of(ty, PySet::empty())
}

/// A copy with the builtin type of `set`.
pub(crate) fn copy(vm: &mut Vm, set: &Ref<PySet>) -> PyResult<Ref<PySet>> {
    let result = same_kind(vm, set)?;
    merge(vm, &result, set)?;
    Ok(result)
}

/// `set(iterable)` or `frozenset(iterable)`, after `like`.
fn gather(vm: &mut Vm, like: &Ref<PySet>, iterable: &Owned) -> PyResult<Ref<PySet>> {
    let result = same_kind(vm, like)?;
    update(vm, &result, iterable)?;
    Ok(result)
}

fn merge(vm: &mut Vm, set: &Ref<PySet>, other: &Ref<PySet>) -> PyResult<()> {
    if set.ptr() == other.ptr() || other.is_empty(vm) { return Ok(()) }
    if set.table(vm).entry_count() == 0 {
        // A set that never held anything takes a copy, laid out as CPython's merge would.
        let copy = match other.table(vm).try_clone() { Ok(copy) => copy, Err(e) => return Err(vm.out_of_memory(e)) };
        drop(std::mem::replace(set.table.get_mut(vm), copy));
        return Ok(());
    }
    let used = other.len(vm);
    if let Err(e) = set.table.get_mut(vm).reserve_for_merge(used) { return Err(vm.out_of_memory(e)) }
    let mut pos = 0;
    while let Some((next, hash, key)) = other.next_entry(vm, pos) {
        set.add_hashed(vm, hash, &key)?;
        pos = next;
    }
    Ok(())
}

/// `set.update(iterable)`
pub(crate) fn update(vm: &mut Vm, set: &Ref<PySet>, iterable: &Owned) -> PyResult<()> {
    if let Some(other) = iterable.cast::<PySet>() { return merge(vm, set, other) }
    if iterable.is_exact::<PyDict>(vm) {
        let dict = iterable.cast::<PyDict>().expect("law: exact dict");
        let used = dict.len(vm);
        if let Err(e) = set.table.get_mut(vm).reserve_for_merge(used) { return Err(vm.out_of_memory(e)) }
        let mut pos = 0;
        while let Some((next, hash, key, _)) = dict.next_hashed(vm, pos) {
            set.add_hashed(vm, hash, &key)?;
            pos = next;
        }
        return Ok(());
    }
    // Without an iterator where nobody could see one. Hashing may change a list meanwhile.
    if iterable.is_exact::<PyTuple>(vm) || iterable.is_exact::<PyList>(vm) {
        let mut i = 0;
        while let Some(item) = item_at(vm, iterable, i) {
            set.add(vm, &item)?;
            i += 1;
        }
        return Ok(());
    }
    let it = vm.iter(iterable)?;
    while let Some(item) = vm.next(&it)? { set.add(vm, &item)?; }
    Ok(())
}

/// Item `i` of an exact tuple or list, if it has so many.
fn item_at(vm: &Vm, o: &Owned, i: usize) -> Option<Owned> {
    match o.cast::<PyTuple>() { Some(t) => t.items().get(i).cloned(), None => o.cast::<PyList>()?.get(vm, i) }
}

/// `set & iterable`, of the set's builtin type.
pub(crate) fn intersection(vm: &mut Vm, set: &Ref<PySet>, other: &Owned) -> PyResult<Ref<PySet>> {
    if set.is(other) { return copy(vm, set) }
    let result = same_kind(vm, set)?;
    if let Some(other) = other.cast::<PySet>() {
        let (walked, searched) = if other.len(vm) > set.len(vm) { (set, other) } else { (other, set) };
        let mut pos = 0;
        while let Some((next, hash, key)) = walked.next_entry(vm, pos) {
            if searched.find(vm, hash, &key)?.is_some() { result.add_hashed(vm, hash, &key)?; }
            pos = next;
        }
        return Ok(result);
    }
    let it = vm.iter(other)?;
    while let Some(item) = vm.next(&it)? {
        let hash = item_hash(vm, &item)?;
        if set.find(vm, hash, &item)?.is_some() { result.add_hashed(vm, hash, &item)?; }
    }
    Ok(result)
}

/// What `set` and all others have in common.
pub(crate) fn intersection_of_all(vm: &mut Vm, set: &Ref<PySet>, others: &[Owned]) -> PyResult<Ref<PySet>> {
    let Some((first, rest)) = others.split_first() else { return copy(vm, set) };
    let mut result = intersection(vm, set, first)?;
    for other in rest { result = intersection(vm, &result, other)? }
    Ok(result)
}

/// Exchanges the contents of two sets.
pub(crate) fn take_over(vm: &mut Vm, set: &Ref<PySet>, from: &Ref<PySet>) {
    let new = std::mem::replace(from.table.get_mut(vm), instar_object::SetTable::new());
    let old = std::mem::replace(set.table.get_mut(vm), new);
    drop(old);
}

/// `set - other`, of the set's builtin type.
pub(crate) fn difference(vm: &mut Vm, set: &Ref<PySet>, other: &Owned) -> PyResult<Ref<PySet>> {
    let other_set = other.cast::<PySet>();
    let other_dict = if other.is_exact::<PyDict>(vm) { other.cast::<PyDict>() } else { None };
    let size = match (other_set, other_dict) {
        (Some(s), _) => s.len(vm),
        (_, Some(d)) => d.len(vm),
        _ => return copy_and_remove(vm, set, other),
    };
    // A small other is cheaper to remove from a copy.
    if set.len(vm) >> 2 > size { return copy_and_remove(vm, set, other) }
    let result = same_kind(vm, set)?;
    let mut pos = 0;
    while let Some((next, hash, key)) = set.next_entry(vm, pos) {
        pos = next;
        let there = match (other_set, other_dict) {
            (Some(s), _) => s.find(vm, hash, &key)?.is_some(),
            (_, Some(d)) => d.find(vm, hash, &key)?.is_some(),
            _ => false,
        };
        if !there { result.add_hashed(vm, hash, &key)?; }
    }
    Ok(result)
}

fn copy_and_remove(vm: &mut Vm, set: &Ref<PySet>, other: &Owned) -> PyResult<Ref<PySet>> {
    let result = copy(vm, set)?;
    difference_update(vm, &result, other)?;
    Ok(result)
}

/// `set.difference_update(other)`
pub(crate) fn difference_update(vm: &mut Vm, set: &Ref<PySet>, other: &Owned) -> PyResult<()> {
    if set.is(other) {
        set.clear(vm);
        return Ok(());
    }
    if let Some(other) = other.cast::<PySet>() {
        // A huge other is replaced by the part of it that matters.
        let other = if other.len(vm) >> 3 > set.len(vm) { intersection(vm, set, other.obj())? } else { other.clone() };
        let mut pos = 0;
        while let Some((next, hash, key)) = other.next_entry(vm, pos) {
            set.discard_hashed(vm, hash, &key)?;
            pos = next;
        }
    } else {
        let it = vm.iter(other)?;
        while let Some(item) = vm.next(&it)? {
            let hash = item_hash(vm, &item)?;
            set.discard_hashed(vm, hash, &item)?;
        }
    }
    Ok(())
}

/// `set.symmetric_difference_update(other)`
pub(crate) fn symmetric_difference_update(vm: &mut Vm, set: &Ref<PySet>, other: &Owned) -> PyResult<()> {
    if set.is(other) {
        set.clear(vm);
        return Ok(());
    }
    if other.is_exact::<PyDict>(vm) {
        let dict = other.cast::<PyDict>().expect("law: exact dict");
        let mut pos = 0;
        while let Some((next, hash, key, _)) = dict.next_hashed(vm, pos) {
            toggle(vm, set, hash, &key)?;
            pos = next;
        }
        return Ok(());
    }
    let other = match other.cast::<PySet>() {
        Some(other) => other.clone(),
        None => gather(vm, set, other)?,
    };
    let mut pos = 0;
    while let Some((next, hash, key)) = other.next_entry(vm, pos) {
        toggle(vm, set, hash, &key)?;
        pos = next;
    }
    Ok(())
}

fn toggle(vm: &mut Vm, set: &Ref<PySet>, hash: i64, key: &Owned) -> PyResult<()> {
    if !set.discard_hashed(vm, hash, key)? { set.add_hashed(vm, hash, key)?; }
    Ok(())
}

/// `set ^ other`, of the set's builtin type.
pub(crate) fn symmetric_difference(vm: &mut Vm, set: &Ref<PySet>, other: &Owned) -> PyResult<Ref<PySet>> {
    let result = gather(vm, set, other)?;
    symmetric_difference_update(vm, &result, set.obj())?;
    Ok(result)
}

/// Whether every item of `set` is in `other`.
pub(crate) fn is_subset(vm: &mut Vm, set: &Ref<PySet>, other: &Owned) -> PyResult<bool> {
    let Some(other) = other.cast::<PySet>() else {
        let common = intersection(vm, set, other)?;
        return Ok(common.len(vm) == set.len(vm));
    };
    if set.len(vm) > other.len(vm) { return Ok(false) }
    let mut pos = 0;
    while let Some((next, hash, key)) = set.next_entry(vm, pos) {
        if other.find(vm, hash, &key)?.is_none() { return Ok(false) }
        pos = next;
    }
    Ok(true)
}

/// Whether every item of `other` is in `set`.
pub(crate) fn is_superset(vm: &mut Vm, set: &Ref<PySet>, other: &Owned) -> PyResult<bool> {
    if let Some(other) = other.cast::<PySet>() { return is_subset(vm, other, set.obj()) }
    let it = vm.iter(other)?;
    while let Some(item) = vm.next(&it)? {
        if !set.contains(vm, &item)? { return Ok(false) }
    }
    Ok(true)
}

/// Whether no item is in both.
pub(crate) fn is_disjoint(vm: &mut Vm, set: &Ref<PySet>, other: &Owned) -> PyResult<bool> {
    if set.is(other) { return Ok(set.is_empty(vm)) }
    if let Some(other) = other.cast::<PySet>() {
        let (walked, searched) = if other.len(vm) > set.len(vm) { (set, other) } else { (other, set) };
        let mut pos = 0;
        while let Some((next, hash, key)) = walked.next_entry(vm, pos) {
            if searched.find(vm, hash, &key)?.is_some() { return Ok(false) }
            pos = next;
        }
        return Ok(true);
    }
    let it = vm.iter(other)?;
    while let Some(item) = vm.next(&it)? {
        let hash = item_hash(vm, &item)?;
        if set.find(vm, hash, &item)?.is_some() { return Ok(false) }
    }
    Ok(true)
}
