//! Generic subscripts and slices.
#![allow(clippy::missing_safety_doc)]

use instar_code::Unit;

use crate::eval::specialize;
use crate::eval::state::{obj, word_of};
use crate::object::{ObjExt, Owned, Word};
use instar_object::dict::Step;

use crate::types::dict::PyDict;
use crate::types::list::PyList;
use crate::types::slice::PySlice;
use crate::types::str::PyStr;
use crate::types::tuple::PyTuple;
use crate::vm::{PyResult, Vm};

#[inline(never)]
pub unsafe fn load(vm: *mut Vm, pc: *mut Unit, o: Word, k: Word) -> Word {
    unsafe {
        let vm = &mut *vm;
        specialize::operators::subscript(vm, pc, o, k);
        let r = match character(vm, o, k) {
            Some(one) => one,
            None => vm.get_item(obj(&o), obj(&k)),
        };
        word_of(vm, r)
    }
}

/// `o[k]` of an exact str and a small int in range.
#[inline]
unsafe fn character(vm: &Vm, o: Word, k: Word) -> Option<PyResult> {
    unsafe {
        if !o.is_ptr() || o.ptr().ty() != vm.types.str.ptr() { return None }
        let text = &*o.ptr().payload::<PyStr>();
        let i = crate::types::int::small(k)?;
        let i = usize::try_from(if i < 0 { i + text.len() as i64 } else { i }).ok()?;
        text.get(i).map(|code| vm.new_str_char(code))
    }
}

/// `o` is an exact dict.
#[inline(never)]
pub unsafe fn load_dict(vm: *mut Vm, o: Word, k: Word) -> Word {
    unsafe {
        let vm = &mut *vm;
        let d = &*o.ptr().payload::<PyDict>();
        let key: &Owned = obj(&k);
        // Exact strings and small ints: found without running Python, or left to the general search.
        let quick = if k.is_int() {
            let table = d.table(vm);
            let mut probe = table.probe(instar_base_hash::hash_i64(k.small_unchecked()));
            match table.step(&mut probe, k) { Step::Hit(entry) => Some(entry), _ => None }
        } else if k.is_ptr() && k.ptr().ty() == vm.types.str.ptr() {
            d.find_str(vm, (*k.ptr().payload::<PyStr>()).hash(vm), key)
        } else {
            None
        };
        if let Some(entry) = quick {
            let w = d.table(vm).value(entry);
            w.retain_value();
            return w;
        }
        let r = match d.get_item(vm, key) {
            Ok(Some(v)) => Ok(v),
            Ok(None) => Err(vm.key_error(key)),
            Err(e) => Err(e),
        };
        word_of(vm, r)
    }
}

#[inline(never)]
pub unsafe fn store(vm: *mut Vm, pc: *mut Unit, o: Word, k: Word, v: Word) -> bool {
    unsafe {
        let vm = &mut *vm;
        specialize::operators::store_subscript(vm, pc, o, k);
        let target: &Owned = obj(&o);
        let r = if target.is_exact::<PyDict>(vm) {
            target.cast::<PyDict>().expect("law: exact dict").set_item(vm, obj(&k), obj(&v))
        } else {
            vm.set_item(target, obj(&k), obj(&v))
        };
        super::status(vm, r)
    }
}

#[inline(never)]
pub unsafe fn delete(vm: *mut Vm, o: Word, k: Word) -> bool {
    unsafe {
        let vm = &mut *vm;
        let r = vm.del_item(obj(&o), obj(&k));
        super::status(vm, r)
    }
}

fn slice(vm: &mut Vm, start: Owned, stop: Owned, step: Option<Owned>) -> PyResult {
    let step = vm.option_to_none(step);
    Ok(vm.new_object(PySlice::new(start, stop, step))?.into_obj())
}

/// Takes `count` temps at `base`.
#[inline(never)]
pub unsafe fn build_slice(vm: *mut Vm, base: *mut Word, count: usize) -> Word {
    unsafe {
        let vm = &mut *vm;
        let step = if count == 3 { Some(Owned::from_word(*base.add(2))) } else { None };
        let r = slice(vm, Owned::from_word(*base), Owned::from_word(*base.add(1)), step);
        word_of(vm, r)
    }
}

/// Small-int or absent bounds of `[start:stop]` fitted to `len` items, the second not below the first.
fn plain_bounds(vm: &Vm, start: Word, stop: Word, len: usize) -> Option<(usize, usize)> {
    let none = vm.consts.none.word();
    let bound = |w: Word, absent: usize| -> Option<usize> {
        if w.same(none) { return Some(absent) }
        // SAFETY: the word is alive in its temp.
        let n = unsafe { crate::types::int::small(w) }?;
        Some(if n < 0 { (n.saturating_add(len as i64)).max(0) as usize } else { (n as usize).min(len) })
    };
    let a = bound(start, 0)?;
    Some((a, bound(stop, len)?.max(a)))
}

/// `o[start:stop]` of an exact list, tuple or str with small-int or absent bounds, without a slice object.
fn plain_slice(vm: &mut Vm, o: &Owned, start: Word, stop: Word) -> Option<PyResult> {
    if o.is_exact::<PyList>(vm) {
        let items = o.cast::<PyList>()?.items(vm);
        let (a, b) = plain_bounds(vm, start, stop, items.len())?;
        return Some(vm.new_list_from(&items[a..b]).map(|l| l.into_obj()));
    }
    if o.is_exact::<PyTuple>(vm) {
        let items = o.cast::<PyTuple>()?.items();
        let (a, b) = plain_bounds(vm, start, stop, items.len())?;
        if b - a == items.len() { return Some(Ok(o.clone())) }
        return Some(vm.new_tuple_from(&items[a..b]).map(|t| t.into_obj()));
    }
    if o.is_exact::<PyStr>(vm) {
        let (a, b) = plain_bounds(vm, start, stop, o.cast::<PyStr>()?.len())?;
        return Some(if a == b { Ok(vm.consts.empty_str.clone()) } else { crate::types::str::substring(vm, o, a, b) });
    }
    None
}

/// `object[start:stop]`; the three temps stay the caller's.
#[inline(never)]
pub unsafe fn load_slice(vm: *mut Vm, base: *mut Word) -> Word {
    unsafe {
        let vm = &mut *vm;
        let r = match plain_slice(vm, obj(&*base), *base.add(1), *base.add(2)) {
            Some(r) => r,
            None => slice(vm, obj(&*base.add(1)).clone(), obj(&*base.add(2)).clone(), None).and_then(|k| vm.get_item(obj(&*base), &k)),
        };
        word_of(vm, r)
    }
}

/// `o[start:stop] = value` for an exact list with small-int or absent bounds, without a slice object.
fn plain_store(vm: &mut Vm, o: &Owned, start: Word, stop: Word, value: &Owned) -> Option<PyResult<()>> {
    if !o.is_exact::<PyList>(vm) { return None }
    let none = vm.consts.none.word();
    let bound = |w: Word, absent: isize| -> Option<isize> {
        if w.same(none) { return Some(absent) }
        // SAFETY: the word is alive in its temp.
        unsafe { crate::types::int::small(w) }.map(|n| n as isize)
    };
    let (start, stop) = (bound(start, 0)?, bound(stop, isize::MAX)?);
    Some(crate::types::list_slice::assign_range(vm, o.cast::<PyList>()?, start, stop, Some(value)))
}

/// `object[start:stop] = value`; temps value, object, start, stop stay the caller's.
#[inline(never)]
pub unsafe fn store_slice(vm: *mut Vm, base: *mut Word) -> bool {
    unsafe {
        let vm = &mut *vm;
        let r = match plain_store(vm, obj(&*base.add(1)), *base.add(2), *base.add(3), obj(&*base)) {
            Some(r) => r,
            None => slice(vm, obj(&*base.add(2)).clone(), obj(&*base.add(3)).clone(), None).and_then(|k| vm.set_item(obj(&*base.add(1)), &k, obj(&*base))),
        };
        super::status(vm, r)
    }
}
