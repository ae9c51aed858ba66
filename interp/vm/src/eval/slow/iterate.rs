//! Generic iteration and unpacking.
#![allow(clippy::missing_safety_doc)]

use instar_code::Unit;

use crate::eval::specialize;
use crate::eval::state::{obj, word_of};
use crate::object::{ObjExt, Owned, Ref, Word};
use crate::types::list::PyList;
use crate::types::tuple::PyTuple;
use crate::vm::{PyResult, Vm};

#[inline(never)]
pub unsafe fn iter(vm: *mut Vm, o: Word) -> Word {
    unsafe {
        let vm = &mut *vm;
        let r = vm.iter(obj(&o));
        word_of(vm, r)
    }
}

/// 1 and the item, 0 when exhausted, -1 after an exception.
#[inline(never)]
pub unsafe fn next(vm: *mut Vm, pc: *mut Unit, it: Word) -> (i32, Word) {
    unsafe {
        specialize::operators::for_iter(&mut *vm, pc, it);
        next_quietly(vm, it)
    }
}

/// As `next`, leaving the op as it is.
#[inline(never)]
pub unsafe fn next_quietly(vm: *mut Vm, it: Word) -> (i32, Word) {
    unsafe {
        let vm = &mut *vm;
        let it: &Owned = obj(&it);
        let Some(next) = it.type_of(vm).slots().next else { return ended(vm, it) };
        match next(vm, it) {
            Ok(Some(o)) => (1, o.into_word()),
            Ok(None) => (0, Word::NULL),
            Err(e) if e.is(vm, &vm.types.stop_iteration) => (0, Word::NULL),
            Err(e) => { vm.raised = Some(e.0); (-1, Word::NULL) }
        }
    }
}

/// The error of what is no iterator.
#[cold]
fn ended(vm: &mut Vm, it: &Owned) -> (i32, Word) {
    let Err(e) = vm.next_raw(it) else { unreachable!("law: an object without `next` gives an error") };
    vm.raised = Some(e.0);
    (-1, Word::NULL)
}

/// A range item that is no small word.
#[cold]
#[inline(never)]
pub unsafe fn range_item(vm: *mut Vm, n: i64) -> Word {
    let vm = unsafe { &mut *vm };
    let r = vm.new_int(n);
    word_of(vm, r)
}

fn unpack_error(vm: &mut Vm, o: &Owned) -> crate::vm::Raised {
    let ty = o.type_name(vm);
    vm.type_error(format!("cannot unpack non-iterable {ty} object"))
}

/// The items of `o` to `out[0..n]`, exactly `n`.
#[inline(never)]
pub unsafe fn unpack(vm: *mut Vm, pc: *mut Unit, o: Word, out: *mut Word, n: usize) -> bool {
    unsafe {
        let vm = &mut *vm;
        specialize::operators::unpack(vm, pc, o, n);
        // Straight to the temps where the length is right.
        let plain = if o.is_ptr() && o.ptr().ty() == vm.types.list.ptr() { (*o.ptr().payload::<PyList>()).raw_items() }
            else if o.is_ptr() && o.ptr().ty() == vm.types.tuple.ptr() { { let (p, n) = (*o.ptr().payload::<PyTuple>()).raw_items(); (p.cast_mut(), n) } }
            else { (std::ptr::null_mut(), usize::MAX) };
        if plain.1 == n {
            for k in 0..n {
                let w = *plain.0.add(k);
                w.retain();
                *out.add(k) = w;
            }
            return true;
        }
        let r = items_exactly(vm, obj(&o), n);
        match r {
            Ok(items) => {
                for (k, item) in items.into_iter().enumerate() { *out.add(k) = item.into_word() }
                true
            }
            Err(e) => { vm.raised = Some(e.0); false }
        }
    }
}

fn items_exactly(vm: &mut Vm, o: &Owned, n: usize) -> PyResult<Vec<Owned>> {
    if let Some(items) = plain_items(vm, o) {
        return match items.len() {
            len if len == n => Ok(items),
            len if len < n => Err(vm.value_error(format!("not enough values to unpack (expected {n}, got {len})"))),
            len => Err(vm.value_error(format!("too many values to unpack (expected {n}, got {len})"))),
        };
    }
    if !vm.is_iterable(o) { return Err(unpack_error(vm, o)) }
    let it = vm.iter(o)?;
    let mut items = Vec::with_capacity(n);
    while items.len() < n {
        match vm.next(&it)? {
            Some(x) => items.push(x),
            None => return Err(vm.value_error(format!("not enough values to unpack (expected {n}, got {})", items.len()))),
        }
    }
    if vm.next(&it)?.is_some() {
        let sized = o.is_exact::<crate::types::dict::PyDict>(vm);
        return Err(if sized {
            let len = vm.len(o)?;
            vm.value_error(format!("too many values to unpack (expected {n}, got {len})"))
        } else {
            vm.value_error(format!("too many values to unpack (expected {n})"))
        });
    }
    Ok(items)
}

/// Items of an exact list or tuple.
fn plain_items(vm: &Vm, o: &Owned) -> Option<Vec<Owned>> {
    if o.is_exact::<PyTuple>(vm) { return Some(Ref::<PyTuple>::cast(o)?.items().to_vec()) }
    if o.is_exact::<PyList>(vm) { return Some(Ref::<PyList>::cast(o)?.items(vm).to_vec()) }
    None
}

/// `a, *b, c = o`: `before` items, a list, `after` items to `out`.
#[inline(never)]
pub unsafe fn unpack_ex(vm: *mut Vm, o: Word, out: *mut Word, before: usize, after: usize) -> bool {
    unsafe {
        let vm = &mut *vm;
        let o: &Owned = obj(&o);
        let r = (|| {
            let mut items = match plain_items(vm, o) {
                Some(items) => items,
                None if vm.is_iterable(o) => vm.collect(o)?,
                None => return Err(unpack_error(vm, o)),
            };
            let len = items.len();
            if len < before + after {
                return Err(vm.value_error(format!("not enough values to unpack (expected at least {}, got {len})", before + after)));
            }
            let tail = items.split_off(len - after);
            let middle = items.split_off(before);
            items.push(vm.new_list(middle)?.into_obj());
            items.extend(tail);
            Ok(items)
        })();
        match r {
            Ok(items) => {
                for (k, item) in items.into_iter().enumerate() { *out.add(k) = item.into_word() }
                true
            }
            Err(e) => { vm.raised = Some(e.0); false }
        }
    }
}
