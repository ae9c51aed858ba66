//! `list.sort`: keys, choice of a comparison that needs no dispatch, detection of changes meanwhile.
//!
//! While it runs the list is empty, so that a key function or comparison which touches it cannot harm the sort.
//! The sorting itself is `instar-base-sort`. Not here: `sorted` (`builtins`), which makes a list and sorts that.

use std::cmp::Ordering;

use instar_base_sort::sort as stable_sort;
use instar_code::Compare;
use instar_object::BufVec;

use crate::object::{ObjExt, Owned, Ref};
use crate::slots::CompareFn;
use crate::types::float::{float_value, PyFloat};
use crate::types::int::{int_ref, IntRef};
use crate::types::list::{this_list, PyList};
use crate::types::str::PyStr;
use crate::types::tuple::PyTuple;
use crate::vm::{PyResult, Vm};

/// `list.sort(*, key=None, reverse=False)`
pub fn sort(vm: &mut Vm, this: &Owned, args: &[Option<Owned>]) -> PyResult {
    let key = args[0].as_ref().filter(|k| !vm.is_none(k)).cloned();
    let reverse = match &args[1] { Some(flag) => vm.truth(flag)?, None => false };
    sort_list(vm, this_list(this), key.as_ref(), reverse)?;
    Ok(vm.none())
}

/// Sorts in place, stable also when reversed. On an error the list holds all its items in some order.
pub fn sort_list(vm: &mut Vm, list: &Ref<PyList>, key: Option<&Owned>, reverse: bool) -> PyResult<()> {
    let mut items = std::mem::replace(list.items.get_mut(vm), BufVec::marked());
    let done = match key {
        None => sort_keys(vm, items.as_mut_slice(), |item| item, reverse),
        Some(key) => {
            let done = sort_by_key(vm, &mut items, key, reverse);
            // Finalizers of the keys run before the items are back.
            done.and(vm.safe_point())
        }
    };
    // What was put into the list meanwhile is dropped last, after the items are back.
    let meanwhile = std::mem::replace(list.items.get_mut(vm), items);
    let modified = !meanwhile.is_marked();
    drop(meanwhile);
    done?;
    if modified { return Err(vm.value_error("list modified during sort")) }
    Ok(())
}

fn sort_by_key(vm: &mut Vm, items: &mut BufVec<Owned>, key: &Owned, reverse: bool) -> PyResult<()> {
    let mut pairs: Vec<(Owned, Owned)> = Vec::new();
    if pairs.try_reserve_exact(items.len()).is_err() { return Err(vm.no_memory()) }
    for item in items.as_slice() { pairs.push((vm.call1(key, item)?, item.clone())) }
    let done = sort_keys(vm, &mut pairs, |pair| &pair.0, reverse);
    // The keys go last; without room to keep them each goes as its item comes back.
    let mut keys = Vec::new();
    let keep = keys.try_reserve_exact(pairs.len()).is_ok();
    for (place, (key, item)) in items.as_mut_slice().iter_mut().zip(pairs) {
        *place = item;
        if keep { keys.push(key) }
    }
    drop(keys);
    done
}

/// How two keys are compared.
#[derive(Clone, Copy)]
enum Way {
    /// All exact ints that fit a word.
    Ints,
    /// All exact floats.
    Floats,
    /// All exact strings.
    Strings,
    /// All of one type with this slot, called without dispatch as long as the type still has it.
    Slot(CompareFn),
    /// Anything.
    Any,
}

/// The value of a key that was seen to be an exact int of a word.
#[inline(always)]
fn plain(key: &Owned) -> i64 { match int_ref(key) { Some(IntRef::Small(n)) => n, _ => 0 } }

/// Whether `a < b`, for keys that the chosen way holds for.
fn less(vm: &mut Vm, way: Way, a: &Owned, b: &Owned) -> PyResult<bool> {
    match way {
        Way::Ints => return Ok(plain(a) < plain(b)),
        Way::Floats => if let (Some(x), Some(y)) = (float(vm, a), float(vm, b)) { return Ok(x < y) },
        Way::Strings => if let (Some(x), Some(y)) = (a.cast::<PyStr>(), b.cast::<PyStr>()) { return Ok(x.cmp(y) == Ordering::Less) },
        Way::Slot(f) if a.type_of(vm).slots().compare.is_some_and(|g| g as usize == f as usize) => {
            let result = f(vm, a, b, Compare::Lt)?;
            if !vm.is_not_implemented(&result) { return vm.truth(&result) }
        }
        Way::Slot(_) | Way::Any => {}
    }
    let result = vm.rich_compare(a, b, Compare::Lt)?;
    vm.truth(&result)
}

fn float(vm: &Vm, o: &Owned) -> Option<f64> { if o.is_exact::<PyFloat>(vm) { float_value(o) } else { None } }

fn choose<'a>(vm: &Vm, mut keys: impl Iterator<Item = &'a Owned> + Clone) -> Way {
    let Some(first) = keys.clone().next() else { return Way::Any };
    if keys.clone().all(|k| vm.plain_int(k).is_some()) { return Way::Ints }
    let ty = first.type_of(vm).ptr();
    if !keys.all(|k| k.type_of(vm).ptr() == ty) { return Way::Any }
    if ty == vm.types.str.ptr() { return Way::Strings }
    if ty == vm.types.float.ptr() { return Way::Floats }
    first.type_of(vm).slots().compare.map_or(Way::Any, Way::Slot)
}

/// The first items of tuples, if all keys are non-empty exact tuples.
fn all_tuples<'a>(vm: &Vm, mut keys: impl Iterator<Item = &'a Owned>) -> bool {
    keys.all(|k| k.is_exact::<PyTuple>(vm) && k.cast::<PyTuple>().is_some_and(|t| !t.is_empty()))
}

fn first_item(key: &Owned) -> &Owned { &key.cast::<PyTuple>().expect("law: checked before sorting").items()[0] }

/// `a < b` of tuples whose first items compare by `way`.
fn less_tuple(vm: &mut Vm, way: Way, a: &Owned, b: &Owned) -> PyResult<bool> {
    let (left, right) = (a.cast::<PyTuple>().map_or(&[][..], |t| t.items()), b.cast::<PyTuple>().map_or(&[][..], |t| t.items()));
    for (i, (x, y)) in left.iter().zip(right).enumerate() {
        if !vm.equal(x, y)? { return less(vm, if i == 0 { way } else { Way::Any }, x, y) }
    }
    Ok(left.len() < right.len())
}

fn sort_keys<T>(vm: &mut Vm, items: &mut [T], key: impl Fn(&T) -> &Owned, reverse: bool) -> PyResult<()> {
    if items.len() < 2 { return Ok(()) }
    // Reversing before and after keeps the order of equal items.
    if reverse { items.reverse() }
    let tuples = all_tuples(vm, items.iter().map(&key));
    let done = if tuples {
        let way = choose(vm, items.iter().map(|item| first_item(key(item))));
        stable_sort(items, |a, b| less_tuple(vm, way, key(a), key(b)))
    } else {
        match choose(vm, items.iter().map(&key)) {
            Way::Ints => stable_sort(items, |a, b| Ok(plain(key(a)) < plain(key(b)))),
            Way::Floats => stable_sort(items, |a, b| less(vm, Way::Floats, key(a), key(b))),
            Way::Strings => stable_sort(items, |a, b| less(vm, Way::Strings, key(a), key(b))),
            way => stable_sort(items, |a, b| less(vm, way, key(a), key(b))),
        }
    };
    if reverse { items.reverse() }
    done
}
