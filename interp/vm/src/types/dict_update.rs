//! Filling a dict from mappings, pairs and keywords; copies; `|`.
//!
//! Not here: single keys (`dict.rs`).

use crate::args::Args;
use crate::object::{ObjExt, Owned, Ref};
use crate::types::dict::PyDict;
use crate::types::dict_methods::this_dict;
use crate::types::set::PySet;
use crate::vm::{PyResult, Vm};

/// What to do about keys that are there already.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Duplicates {
    /// The new value wins.
    Replace,
    /// KeyError of the key (calls with two values for one keyword).
    Raise,
}

impl Ref<PyDict> {
    /// Whether iterating over it gives the keys in the order of its table (a subclass may do otherwise).
    pub(crate) fn iterates_as_dict(&self, vm: &Vm) -> bool {
        self.obj().type_of(vm).slots().iter.map(|f| f as usize) == vm.types.dict.slots().iter.map(|f| f as usize)
    }
}

impl PyDict {
    /// `self.update(other)`: mapping (anything with `keys`) or iterable of pairs.
    pub fn update(&self, vm: &mut Vm, other: &Owned) -> PyResult<()> {
        if other.is_exact::<PyDict>(vm) { return self.merge(vm, other, Duplicates::Replace) }
        let name = vm.names.keys.clone();
        match vm.get_attr_opt(other, &name)? {
            Some(_) => self.merge(vm, other, Duplicates::Replace),
            None => self.update_from_pairs(vm, other),
        }
    }

    /// `{**other}`: adds every entry of a mapping; AttributeError if it has no `keys`.
    pub fn update_mapping(&self, vm: &mut Vm, other: &Owned) -> PyResult<()> { self.merge(vm, other, Duplicates::Replace) }

    /// Adds every entry of a mapping.
    pub fn merge(&self, vm: &mut Vm, other: &Owned, duplicates: Duplicates) -> PyResult<()> {
        if let Some(source) = other.cast::<PyDict>() {
            if source.iterates_as_dict(vm) { return self.merge_dict(vm, source, duplicates) }
        }
        let name = vm.names.keys.clone();
        let keys = vm.call_method(other, &name, &[])?;
        let it = vm.iter(&keys)?;
        while let Some(key) = vm.next(&it)? {
            if duplicates == Duplicates::Raise && self.contains(vm, &key)? { return Err(vm.key_error(&key)) }
            let value = vm.get_item(other, &key)?;
            self.set_item(vm, &key, &value)?;
        }
        Ok(())
    }

    fn merge_dict(&self, vm: &mut Vm, source: &Ref<PyDict>, duplicates: Duplicates) -> PyResult<()> {
        if std::ptr::eq(&**source, self) || source.is_empty(vm) { return Ok(()) }
        if self.is_empty(vm) {
            let copy = source.table(vm).try_clone();
            let copy = match copy { Ok(copy) => copy, Err(e) => return Err(vm.out_of_memory(e)) };
            let old = std::mem::replace(self.table.get_mut(vm), copy);
            drop(old);
            return Ok(());
        }
        let size = source.len(vm);
        let total = self.len(vm) + size;
        if let Err(e) = self.table.get_mut(vm).reserve(total) { return Err(vm.out_of_memory(e)) }
        let mut pos = 0;
        while let Some((next, hash, key, value)) = source.next_hashed(vm, pos) {
            pos = next;
            if duplicates == Duplicates::Raise && self.find(vm, hash, &key)?.is_some() { return Err(vm.key_error(&key)) }
            self.set_hashed(vm, hash, &key, value)?;
            if source.len(vm) != size { return Err(vm.runtime_error("dict mutated during update")) }
        }
        Ok(())
    }

    /// Adds the pairs of an iterable.
    pub fn update_from_pairs(&self, vm: &mut Vm, pairs: &Owned) -> PyResult<()> {
        let it = vm.iter(pairs)?;
        let mut i = 0usize;
        while let Some(item) = vm.next(&it)? {
            let pair = match vm.collect(&item) {
                Ok(pair) => pair,
                Err(e) if e.is(vm, &vm.types.type_error) => {
                    let note = vm.new_str(&format!("Cannot convert dictionary update sequence element #{i} to a sequence"))?;
                    let e = if vm.is_iterable(&item) { e } else { vm.type_error("object is not iterable") };
                    let name = vm.intern("add_note")?;
                    vm.call_method(e.exception().obj(), &name, &[note])?;
                    return Err(e);
                }
                Err(e) => return Err(e),
            };
            let [key, value] = pair.as_slice() else {
                return Err(vm.value_error(format!("dictionary update sequence element #{i} has length {}; 2 is required", pair.len())));
            };
            self.set_item(vm, key, value)?;
            i += 1;
        }
        Ok(())
    }

    /// A new plain dict of the same entries.
    pub fn copy(&self, vm: &Vm) -> PyResult<Ref<PyDict>> {
        let table = self.table(vm).try_clone().map_err(|e| vm.out_of_memory(e))?;
        vm.new_object(PyDict { table: crate::object::Guarded::new(table) })
    }
}

/// `update(*args, **kwargs)` under the name `name`.
pub(crate) fn update_from_args(vm: &mut Vm, this: &Owned, args: Args<'_>, name: &str) -> PyResult<()> {
    crate::args::check_count(vm, name, args.pos().len(), 0, 1)?;
    let dict = this_dict(this);
    if let Some(other) = args.pos().first() { dict.update(vm, other)? }
    for (key, value) in args.keywords() { dict.set_item(vm, key, value)? }
    Ok(())
}

/// `dict.update`
pub(crate) fn update(vm: &mut Vm, this: &Owned, args: Args<'_>) -> PyResult {
    update_from_args(vm, this, args, "update")?;
    Ok(vm.none())
}

/// `a | b`
pub(crate) fn or(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult {
    let (Some(left), Some(_)) = (a.cast::<PyDict>(), b.cast::<PyDict>()) else { return Ok(vm.not_implemented()) };
    let merged = left.copy(vm)?;
    merged.update(vm, b)?;
    Ok(merged.into_obj())
}

/// `a |= b`
pub(crate) fn inplace_or(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult {
    let Some(dict) = a.cast::<PyDict>() else { return Ok(vm.not_implemented()) };
    dict.update(vm, b)?;
    Ok(a.clone())
}

/// `dict.fromkeys(iterable, value)`
pub(crate) fn fromkeys(vm: &mut Vm, class: &Owned, args: &[Owned]) -> PyResult {
    let value = args.get(1).cloned().unwrap_or_else(|| vm.none());
    let made = vm.call0(class)?;
    if made.is_exact::<PyDict>(vm) {
        let dict = this_dict(&made);
        // Keys of a dict or a set are not hashed again.
        if args[0].is_exact::<PyDict>(vm) {
            let (source, mut pos) = (this_dict(&args[0]), 0);
            while let Some((next, hash, key, _)) = source.next_hashed(vm, pos) {
                dict.set_hashed(vm, hash, &key, value.clone())?;
                pos = next;
            }
            return Ok(made);
        }
        if let Some(source) = args[0].cast::<PySet>().filter(|s| [&vm.types.set, &vm.types.frozenset].iter().any(|t| t.ptr() == s.obj().type_of(vm).ptr())) {
            let mut pos = 0;
            while let Some((next, hash, key)) = source.next_entry(vm, pos) {
                dict.set_hashed(vm, hash, &key, value.clone())?;
                pos = next;
            }
            return Ok(made);
        }
        let it = vm.iter(&args[0])?;
        while let Some(key) = vm.next(&it)? { dict.set_item(vm, &key, &value)? }
        return Ok(made);
    }
    let it = vm.iter(&args[0])?;
    while let Some(key) = vm.next(&it)? { vm.set_item(&made, &key, &value)? }
    Ok(made)
}
