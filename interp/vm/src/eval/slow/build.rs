//! Displays and string formatting. Functions with `base` take the temps there over, also on error.
#![allow(clippy::missing_safety_doc)]

use crate::eval::state::{obj, word_of};
use crate::object::{ObjExt, Owned, Ref, Word};
use crate::protocol::call::callable_name;
use crate::types::dict::PyDict;
use crate::types::list::PyList;
use crate::types::set::{is_set, PySet};
use crate::types::template;
use crate::types::str::PyStr;
use crate::vm::{PyResult, Vm};

/// Runs `body` on the temps at `base`, then releases them.
#[inline(always)]
unsafe fn with_taken<R>(vm: &mut Vm, base: *mut Word, n: usize, body: impl FnOnce(&mut Vm, &[Owned]) -> R) -> R {
    unsafe {
        let r = body(vm, std::slice::from_raw_parts(base.cast::<Owned>(), n));
        for k in 0..n { drop(Owned::from_word(*base.add(k))) }
        r
    }
}

#[inline(never)]
pub unsafe fn tuple(vm: *mut Vm, base: *mut Word, n: usize) -> Word {
    unsafe {
        let v = &*vm;
        if n != 0 && let Some(w) = v.heap.inline_words_quickly(v.types.tuple.ptr(), base, n) { return w }
        tuple_slowly(vm, base, n)
    }
}

#[cold]
#[inline(never)]
unsafe fn tuple_slowly(vm: *mut Vm, base: *mut Word, n: usize) -> Word {
    unsafe {
        let vm = &mut *vm;
        let r = crate::types::tuple::from_words(vm, base, n);
        word_of(vm, r)
    }
}

#[inline(never)]
pub unsafe fn list(vm: *mut Vm, base: *mut Word, n: usize) -> Word {
    unsafe {
        let v = &*vm;
        if let Some(w) = v.heap.buffer_words_quickly(v.types.list.ptr(), base, n) { return w }
        list_slowly(vm, base, n)
    }
}

#[cold]
#[inline(never)]
unsafe fn list_slowly(vm: *mut Vm, base: *mut Word, n: usize) -> Word {
    unsafe {
        let vm = &mut *vm;
        let r = crate::types::list::from_words(vm, base, n);
        word_of(vm, r)
    }
}

#[inline(never)]
pub unsafe fn set(vm: *mut Vm, base: *mut Word, n: usize) -> Word {
    unsafe {
        let vm = &mut *vm;
        let r = with_taken(vm, base, n, |vm, items| {
            let s = vm.new_set()?;
            for item in items { s.add(vm, item)? }
            Ok(s.into_obj())
        });
        word_of(vm, r)
    }
}

#[inline(never)]
pub unsafe fn map(vm: *mut Vm, base: *mut Word, n: usize) -> Word {
    unsafe {
        let vm = &mut *vm;
        let r = crate::types::dict::from_words(vm, base, n);
        word_of(vm, r)
    }
}

#[inline(never)]
pub unsafe fn string(vm: *mut Vm, base: *mut Word, n: usize) -> Word {
    unsafe {
        let vm = &mut *vm;
        let r = with_taken(vm, base, n, |vm, parts| crate::types::str::join(vm, parts));
        word_of(vm, r)
    }
}

#[inline(never)]
pub unsafe fn template(vm: *mut Vm, base: *mut Word, _: usize) -> Word {
    unsafe {
        let vm = &mut *vm;
        let r = with_taken(vm, base, 2, |vm, parts| template::new_template(vm, &parts[0], &parts[1]));
        word_of(vm, r)
    }
}

#[inline(never)]
pub unsafe fn interpolation(vm: *mut Vm, base: *mut Word, flags: usize) -> Word {
    unsafe {
        let vm = &mut *vm;
        let r = with_taken(vm, base, 2 + (flags & 1), |vm, parts| template::new_interpolation(vm, &parts[0], &parts[1], flags >> 2, parts.get(2)));
        word_of(vm, r)
    }
}

#[inline(never)]
pub unsafe fn format_with_spec(vm: *mut Vm, base: *mut Word, _: usize) -> Word {
    unsafe {
        let vm = &mut *vm;
        let r = with_taken(vm, base, 2, |vm, parts| vm.format(&parts[0], &parts[1]));
        word_of(vm, r)
    }
}

#[inline(never)]
pub unsafe fn format_simple(vm: *mut Vm, v: Word) -> Word {
    unsafe {
        let vm = &mut *vm;
        let v: &Owned = obj(&v);
        let r = if let Some(n) = vm.plain_int(v) { vm.int_text(n) } else if v.type_of(vm).ptr() == vm.types.str.ptr() { Ok(v.clone()) } else {
            let empty = vm.consts.empty_str.clone();
            vm.format(v, &empty)
        };
        word_of(vm, r)
    }
}

#[inline(never)]
pub unsafe fn convert(vm: *mut Vm, v: Word, how: i16) -> Word {
    unsafe {
        let vm = &mut *vm;
        let r = match how { 1 => vm.str(obj(&v)), 2 => vm.repr(obj(&v)), _ => vm.ascii(obj(&v)) };
        word_of(vm, r)
    }
}

/// An operand of another type than the compiler puts there; code from elsewhere can have one, which verifying does not find.
#[cold]
fn unfit(vm: &mut Vm) -> bool {
    let e = vm.system_error("operand of unexpected type");
    super::status(vm, Err(e))
}

#[inline(never)]
pub unsafe fn list_append(vm: *mut Vm, list: Word, v: Word) -> bool {
    unsafe {
        let vm = &mut *vm;
        let Some(l) = obj(&list).cast::<PyList>() else { return unfit(vm) };
        v.retain();
        if l.push_word(v) { return true }
        v.release();
        let e = vm.no_memory();
        super::status(vm, Err(e))
    }
}

#[inline(never)]
pub unsafe fn list_extend(vm: *mut Vm, list: Word, v: Word) -> bool {
    unsafe {
        let vm = &mut *vm;
        let v: &Owned = obj(&v);
        let Some(l) = obj(&list).cast::<PyList>().cloned() else { return unfit(vm) };
        let r = if vm.is_iterable(v) { crate::types::list::extend(vm, &l, v) } else {
            let ty = v.type_name(vm);
            Err(vm.type_error(format!("Value after * must be an iterable, not {ty}")))
        };
        super::status(vm, r)
    }
}

#[inline(never)]
pub unsafe fn set_add(vm: *mut Vm, set: Word, v: Word) -> bool {
    unsafe {
        let vm = &mut *vm;
        // The set of executed annotations stands in a namespace, where programs can put something else.
        let r = match obj(&set).cast::<PySet>().filter(|_| is_set(vm, obj(&set))).cloned() {
            Some(s) => s.add(vm, obj(&v)),
            None => { let t = obj(&set).type_name(vm); Err(vm.type_error(format!("'{t}' object is not a set"))) }
        };
        super::status(vm, r)
    }
}

#[inline(never)]
pub unsafe fn set_update(vm: *mut Vm, set: Word, v: Word) -> bool {
    unsafe {
        let vm = &mut *vm;
        let Some(s) = obj(&set).cast::<PySet>().cloned() else { return unfit(vm) };
        let r = vm.collect(obj(&v)).and_then(|items| items.iter().try_for_each(|x| s.add(vm, x)));
        super::status(vm, r)
    }
}

#[inline(never)]
pub unsafe fn dict_update(vm: *mut Vm, dict: Word, v: Word) -> bool {
    unsafe {
        let vm = &mut *vm;
        let Some(d) = obj(&dict).cast::<PyDict>().cloned() else { return unfit(vm) };
        let v: &Owned = obj(&v);
        let r = match d.update_mapping(vm, v) {
            Err(e) if e.is(vm, &vm.types.attribute_error) => {
                let ty = v.type_name(vm);
                Err(vm.type_error(format!("'{ty}' object is not a mapping")))
            }
            r => r,
        };
        super::status(vm, r)
    }
}

/// Keyword dict of a call: duplicates are errors that name the callee.
#[inline(never)]
pub unsafe fn dict_merge(vm: *mut Vm, dict: Word, v: Word, callee: Word) -> bool {
    unsafe {
        let vm = &mut *vm;
        let Some(d) = obj(&dict).cast::<PyDict>().cloned() else { return unfit(vm) };
        if d.is_empty(vm) && let Some(source) = Ref::<PyDict>::cast(obj(&v)) && source.iterates_as_dict(vm) && has_only_names(vm, source) {
            let r = d.update_mapping(vm, obj(&v));
            return super::status(vm, r);
        }
        let mut names = Vec::new();
        let mut values = Vec::new();
        let f: &Owned = obj(&callee);
        let r = crate::protocol::call::spread_entries(vm, f, obj(&v), &mut names, &mut values).and_then(|()| merge(vm, &d, f, &names, &values));
        super::status(vm, r)
    }
}

/// Whether all keys are strs.
fn has_only_names(vm: &Vm, d: &Ref<PyDict>) -> bool {
    let table = d.table(vm);
    let mut pos = 0;
    while let Some(entry) = table.next(pos) {
        // SAFETY: the table keeps its key alive; nothing else happens meanwhile.
        if unsafe { obj(&table.key(entry)) }.cast::<PyStr>().is_none() { return false }
        pos = entry + 1;
    }
    true
}

fn merge(vm: &mut Vm, d: &Ref<PyDict>, f: &Owned, names: &[Owned], values: &[Owned]) -> PyResult<()> {
    for (k, v) in names.iter().zip(values) {
        if d.get_item(vm, k)?.is_some() {
            let (f, k) = (callable_name(vm, f), vm.str_text(k)?);
            return Err(vm.type_error(format!("{f} got multiple values for keyword argument '{k}'")));
        }
        d.set_item(vm, k, v)?;
    }
    Ok(())
}

#[inline(never)]
pub unsafe fn map_add(vm: *mut Vm, dict: Word, k: Word, v: Word) -> bool {
    unsafe {
        let vm = &mut *vm;
        let Some(d) = obj(&dict).cast::<PyDict>().cloned() else { return unfit(vm) };
        let r = d.set_item(vm, obj(&k), obj(&v));
        super::status(vm, r)
    }
}

#[inline(never)]
pub unsafe fn list_to_tuple(vm: *mut Vm, v: Word) -> Word {
    unsafe {
        let vm = &mut *vm;
        let Some(l) = obj(&v).cast::<PyList>() else { unfit(vm); return Word::NULL };
        let r = vm.new_tuple_from(l.items(vm)).map(Ref::into_obj);
        word_of(vm, r)
    }
}
