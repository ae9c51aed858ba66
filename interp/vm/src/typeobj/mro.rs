//! Method resolution order (C3), the metaclass's `mro()` hook, and what a change of `__bases__` does.
//!
//! Not here: making a class (`create.rs`), lookups along the MRO (`cache.rs`).

use super::create::solid_base;
use super::{slot_update, vm_flags, TypeRef};
use crate::object::{ObjExt, Owned, Ref, Slot, Word};
use crate::types::tuple::PyTuple;
use crate::vm::{PyResult, Vm};

/// Merges the sequences by C3: repeatedly the first head that is in no tail. `None` if there is none.
fn merge(mut sequences: Vec<Vec<TypeRef>>, out: &mut Vec<Owned>) -> Result<(), Vec<TypeRef>> {
    let mut at = vec![0usize; sequences.len()];
    loop {
        let mut done = true;
        let mut chosen = None;
        for (i, seq) in sequences.iter().enumerate() {
            let Some(head) = seq.get(at[i]) else { continue };
            done = false;
            let blocked = sequences.iter().zip(&at).any(|(s, &k)| s.iter().skip(k + 1).any(|t| t.ptr() == head.ptr()));
            if !blocked {
                chosen = Some(head.clone());
                break;
            }
        }
        if done { return Ok(()) }
        let Some(next) = chosen else {
            // The remaining heads, each once, are what cannot be ordered.
            let mut heads: Vec<TypeRef> = Vec::new();
            for (seq, &k) in sequences.iter_mut().zip(&at) {
                if let Some(t) = seq.get(k) && !heads.iter().any(|h| h.ptr() == t.ptr()) { heads.push(t.clone()) }
            }
            return Err(heads);
        };
        for (seq, k) in sequences.iter().zip(&mut at) { if seq.get(*k).is_some_and(|t| t.ptr() == next.ptr()) { *k += 1 } }
        out.push(next.into_obj());
    }
}

/// An MRO that was stored, and the one before it.
struct Replaced {
    class: TypeRef,
    old: Option<Owned>,
    new: Option<Owned>,
}

fn same(slot: &Slot, value: &Option<Owned>) -> bool { slot.word().same(value.as_ref().map_or(Word::NULL, |v| v.word())) }

impl Vm {
    /// `type.mro(ty)`: the C3 order.
    pub(crate) fn c3_mro(&mut self, ty: &TypeRef) -> PyResult<Vec<Owned>> {
        let bases: Vec<TypeRef> = ty.base_items(self).iter().filter_map(|b| TypeRef::from_obj(b).cloned()).collect();
        if let Some(b) = bases.iter().find(|b| b.mro_items(self).is_empty()) {
            let name = b.name(self);
            return Err(self.type_error(format!("Cannot extend an incomplete type '{name}'")));
        }
        let mut out = vec![ty.obj().clone()];
        if let [only] = &bases[..] {
            out.extend(only.mro_items(self).iter().cloned());
            return Ok(out);
        }
        for (i, b) in bases.iter().enumerate() {
            if bases[..i].iter().any(|o| o.ptr() == b.ptr()) {
                let name = b.name(self);
                return Err(self.type_error(format!("duplicate base class {name}")));
            }
        }
        let mut sequences = Vec::with_capacity(bases.len() + 1);
        for b in &bases { sequences.push(b.mro_items(self).iter().filter_map(|t| TypeRef::from_obj(t).cloned()).collect()) }
        sequences.push(bases);
        match merge(sequences, &mut out) {
            Ok(()) => Ok(out),
            Err(heads) => {
                let names: Vec<String> = heads.iter().map(|t| t.name(self)).collect();
                Err(self.type_error(format!("Cannot create a consistent method resolution order (MRO) for bases {}", names.join(", "))))
            }
        }
    }

    /// Computes the MRO, through the metaclass's `mro()` if it has its own, and stores it. Gives back the old one; `None` if
    /// another MRO was stored in the meantime (by that `mro()`), which then stays.
    pub(crate) fn set_mro(&mut self, ty: &TypeRef) -> PyResult<Option<Option<Owned>>> {
        let before = ty.mro.get();
        let meta = ty.obj().type_of(self).clone();
        let custom = if meta.ptr() == self.types.type_.ptr() { None } else {
            let name = self.names.mro.clone();
            let found = self.type_lookup(&meta, &name);
            let native = self.type_lookup(&self.types.type_, &name);
            match (found, native) {
                (Some(f), Some(n)) if f.is(&n) => None,
                (Some(f), _) => Some(f),
                (None, _) => None,
            }
        };
        let items = match custom {
            None => self.c3_mro(ty)?,
            Some(f) => {
                let result = super::slot_dunder::call_found(self, &f, ty.obj(), &[])?;
                let items = self.collect(&result)?;
                self.check_custom_mro(ty, &items)?;
                items
            }
        };
        if !same(&ty.mro, &before) { return Ok(None) }
        if items.is_empty() { return Err(self.type_error("type MRO must not be empty")) }
        let strange = items.iter().any(|t| match TypeRef::from_obj(t) {
            Some(t) => t.has_flag(vm_flags::NO_VERSION) || !(t.ptr() == ty.ptr() || linked(self, ty, t)),
            None => true,
        });
        self.type_modified(ty);
        if strange { ty.set_flag(vm_flags::NO_VERSION, true) }
        let mro = self.new_tuple(items)?;
        Ok(Some(ty.mro.replace(Some(mro.into_obj()))))
    }

    fn check_custom_mro(&mut self, ty: &TypeRef, items: &[Owned]) -> PyResult<()> {
        let solid = solid_base(self, ty);
        for item in items {
            let Some(base) = TypeRef::from_obj(item) else {
                let t = item.type_name(self);
                return Err(self.type_error(format!("mro() returned a non-class ('{t}')")));
            };
            let other = solid_base(self, base);
            if !other.is(solid.obj()) && !solid.is_subtype_by_base(&other) {
                let name = base.name(self);
                return Err(self.type_error(format!("mro() returned base with unsuitable layout ('{name}')")));
            }
        }
        Ok(())
    }

    /// Recomputes the MROs of `ty` and all its subclasses (after `__bases__` changed). On an error every MRO is as before,
    /// except those that a metaclass's `mro()` has made anew.
    pub(crate) fn update_mros(&mut self, ty: &TypeRef) -> PyResult<()> {
        let mut changed = Vec::new();
        let result = self.update_mro_tree(ty, &mut changed);
        if result.is_err() {
            for Replaced { class, old, new } in changed {
                if !same(&class.mro, &new) { continue }
                self.type_modified(&class);
                class.mro.set(old);
            }
        }
        result
    }

    fn update_mro_tree(&mut self, ty: &TypeRef, changed: &mut Vec<Replaced>) -> PyResult<()> {
        let Some(old) = self.set_mro(ty)? else { return Ok(()) };
        changed.push(Replaced { class: ty.clone(), old, new: ty.mro.get() });
        for sub in ty.subclasses(self) { self.update_mro_tree(&sub, changed)? }
        Ok(())
    }

    /// Decides over the slots of `ty` and its subclasses again, with what they inherit now.
    pub(crate) fn refresh_slots(&mut self, ty: &TypeRef) {
        if ty.is_heap_type() {
            let mut slots = crate::slots::Slots::default();
            for t in ty.mro_items(self).iter().skip(1) { if let Some(t) = TypeRef::from_obj(t) { slots.inherit(t.slots()) } }
            ty.set_slots(slots);
            slot_update::update_all(self, ty);
        }
        for sub in ty.subclasses(self) { self.refresh_slots(&sub) }
    }
}

/// Whether `base` is reached from `ty` through `__bases__` (else changes of `base` do not reach `ty`'s version).
fn linked(vm: &Vm, ty: &TypeRef, base: &TypeRef) -> bool {
    ty.base_items(vm).iter().filter_map(|b| TypeRef::from_obj(b)).any(|b| b.ptr() == base.ptr() || b.mro_items(vm).iter().any(|t| t.is(base.obj())))
}

/// The items of a tuple object, shared.
pub(super) fn items_of(tuple: &Owned) -> Vec<Owned> { Ref::<PyTuple>::cast(tuple).map(|t| t.items().to_vec()).unwrap_or_default() }
