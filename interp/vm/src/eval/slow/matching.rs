//! `match` statement helpers.
#![allow(clippy::missing_safety_doc)]

use crate::eval::state::{obj, word_of};
use crate::object::{ObjExt, Owned, Ref, Word};
use crate::typeobj::{vm_flags, PyType};
use crate::types::str::PyStr;
use crate::types::tuple::PyTuple;
use crate::vm::{PyResult, Vm};

#[inline(never)]
pub unsafe fn get_len(vm: *mut Vm, o: Word) -> Word {
    unsafe {
        let vm = &mut *vm;
        let r = vm.len(obj(&o)).and_then(|n| vm.new_int(n as i64));
        word_of(vm, r)
    }
}

pub unsafe fn is_mapping(vm: *mut Vm, o: Word) -> Word {
    unsafe {
        let vm = &*vm;
        vm.bool(obj(&o).type_of(vm).has_flag(vm_flags::MAPPING)).into_word()
    }
}

pub unsafe fn is_sequence(vm: *mut Vm, o: Word) -> Word {
    unsafe {
        let vm = &*vm;
        vm.bool(obj(&o).type_of(vm).has_flag(vm_flags::SEQUENCE)).into_word()
    }
}

#[inline(never)]
pub unsafe fn keys(vm: *mut Vm, subject: Word, keys: Word) -> Word {
    unsafe {
        let vm = &mut *vm;
        let r = match_keys(vm, obj(&subject), obj(&keys));
        word_of(vm, r)
    }
}

fn match_keys(vm: &mut Vm, subject: &Owned, keys: &Owned) -> PyResult {
    let Some(keys) = keys.cast::<PyTuple>().cloned() else { return Err(vm.system_error("operand of unexpected type")) };
    if keys.items().is_empty() { return Ok(vm.consts.empty_tuple.obj().clone()) }
    let get = vm.names.get.clone();
    let get = vm.get_attr(subject, &get)?;
    // A fresh object cannot be a value of the mapping.
    let missing = vm.new_object(crate::types::object_type::PyInstance)?.into_obj();
    let seen = vm.new_set()?;
    let mut values = Vec::with_capacity(keys.items().len());
    for key in keys.items() {
        if seen.contains(vm, key)? {
            let k = vm.repr_text(key)?;
            return Err(vm.value_error(format!("mapping pattern checks duplicate key ({k})")));
        }
        seen.add(vm, key)?;
        let v = vm.call2(&get, key, &missing)?;
        if v.is(&missing) { return Ok(vm.none()) }
        values.push(v);
    }
    Ok(vm.new_tuple(values)?.into_obj())
}

/// Temps: subject, class, tuple of keyword names (all stay the caller's).
#[inline(never)]
pub unsafe fn class(vm: *mut Vm, base: *mut Word, npos: usize) -> Word {
    unsafe {
        let vm = &mut *vm;
        let r = match_class(vm, obj(&*base), obj(&*base.add(1)), obj(&*base.add(2)), npos);
        word_of(vm, r)
    }
}

fn match_class(vm: &mut Vm, subject: &Owned, class: &Owned, kwnames: &Owned, npos: usize) -> PyResult {
    let Some(ty) = Ref::<PyType>::cast(class).cloned() else { return Err(vm.type_error("called match pattern must be a class")) };
    if !vm.is_instance(subject, class)? { return Ok(vm.none()) }
    let Some(kwnames) = kwnames.cast::<PyTuple>().cloned() else { return Err(vm.system_error("operand of unexpected type")) };
    let mut seen: Vec<String> = Vec::new();
    let mut values = Vec::new();
    if npos > 0 {
        let match_args = vm.names.__match_args__.clone();
        let names = match vm.get_attr_opt(class, &match_args)? {
            Some(t) => match Ref::<PyTuple>::cast(&t) {
                Some(t) => Some(t.clone()),
                None => {
                    let (c, got) = (ty.name(vm), t.type_name(vm));
                    return Err(vm.type_error(format!("{c}.__match_args__ must be a tuple (got {got})")));
                }
            },
            None => None,
        };
        let (allowed, match_self) = match &names { Some(t) => (t.items().len(), false), None => { let m = ty.has_flag(vm_flags::MATCH_SELF); (m as usize, m) } };
        if allowed < npos {
            let plural = if allowed == 1 { "" } else { "s" };
            let name = ty.name(vm);
            return Err(vm.type_error(format!("{name}() accepts {allowed} positional sub-pattern{plural} ({npos} given)")));
        }
        if match_self {
            values.push(subject.clone());
        } else if let Some(names) = names {
            for name in &names.items()[..npos] {
                let Some(text) = Ref::<PyStr>::cast(name).map(|s| s.to_string_lossy()) else {
                    let got = name.type_name(vm);
                    return Err(vm.type_error(format!("__match_args__ elements must be strings (got {got})")));
                };
                match attribute(vm, &ty, subject, name, text, &mut seen)? { Some(v) => values.push(v), None => return Ok(vm.none()) }
            }
        }
    }
    for name in kwnames.items() {
        let text = vm.repr_text_plain(name);
        match attribute(vm, &ty, subject, name, text, &mut seen)? { Some(v) => values.push(v), None => return Ok(vm.none()) }
    }
    Ok(vm.new_tuple(values)?.into_obj())
}

fn attribute(vm: &mut Vm, ty: &Ref<PyType>, subject: &Owned, name: &Owned, text: String, seen: &mut Vec<String>) -> PyResult<Option<Owned>> {
    if seen.contains(&text) {
        let c = ty.name(vm);
        return Err(vm.type_error(format!("{c}() got multiple sub-patterns for attribute '{text}'")));
    }
    seen.push(text);
    let name = vm.intern_obj(name)?;
    vm.get_attr_opt(subject, &name)
}
