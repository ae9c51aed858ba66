//! The method cache: (type version, interned name) -> attribute found along the MRO; and type versions.
//!
//! A version names one state of a type and its whole MRO. It is handed out at the first cached lookup, taken away (with all
//! subclasses') at any change, and never reused, so a stale entry can never match. The idea is CPython's type cache.
//! Not here: what is done with the attribute (`protocol/attr.rs`).

use std::cell::Cell;

use super::attr_plan::Plan;
use super::{vm_flags, TypeRef};
use crate::object::{Owned, Ref, Slot, Word};
use crate::vm::Vm;

/// Entries; a power of two. CPython: 4096.
const ENTRIES: usize = 4096;

pub(crate) struct Entry {
    version: Cell<u32>,
    /// How instances give this attribute (`attr_plan.rs`), in the otherwise unused half of the first word.
    pub(super) plan: Cell<Plan>,
    name: Slot,
    /// Borrowed: alive as long as `version` is a valid one. Null: the name is known to be absent.
    pub(super) value: Cell<Word>,
}

/// The cache, and the counter of type versions.
pub struct MethodCache {
    entries: Box<[Entry; ENTRIES]>,
    next_version: Cell<u32>,
}

impl Default for MethodCache {
    fn default() -> Self {
        let entries = (0..ENTRIES).map(|_| Entry { version: Cell::new(0), plan: Cell::new(Plan::UNKNOWN), name: Slot::default(), value: Cell::new(Word::NULL) }).collect::<Vec<_>>();
        let Ok(entries) = entries.into_boxed_slice().try_into() else { unreachable!("law: as many as that") };
        MethodCache { entries, next_version: Cell::new(1) }
    }
}

impl MethodCache {
    #[inline(always)]
    fn entry(&self, version: u32, name: Word) -> &Entry { &self.entries[(version as usize ^ (name.raw() >> 4)) & (ENTRIES - 1)] }

    /// The entry of a name for a type in that version, if there is one.
    #[inline(always)]
    pub(super) fn hit(&self, version: u32, name: Word) -> Option<&Entry> {
        let entry = self.entry(version, name);
        (version != 0 && entry.version.get() == version && entry.name.word().same(name)).then_some(entry)
    }

    /// The slot in instances of the type in that version, if the plan for the name is that. Version 0 never hits.
    #[inline(always)]
    pub(crate) fn slot_of(&self, version: u32, name: Word) -> Option<usize> {
        let entry = self.hit(version, name)?;
        let plan = entry.plan.get();
        (plan.kind == super::attr_plan::Kind::Value).then_some(plan.at as usize)
    }

    /// Drops everything (before shutdown, and by `sys._clear_type_cache`).
    pub fn clear(&self) {
        for e in &*self.entries {
            e.version.set(0);
            e.value.set(Word::NULL);
            e.name.set(None);
        }
    }
}

impl Vm {
    /// The attribute `name` (interned) as found along the MRO of `ty`, without binding.
    #[inline]
    pub fn type_lookup(&self, ty: &TypeRef, name: &Owned) -> Option<Owned> {
        let word = self.type_lookup_word(ty, name);
        // SAFETY: the word is null or borrowed from a namespace of the MRO, alive until that changes; it is shared at once.
        if word.is_null() { None } else { Some(unsafe { Owned::share_word(word) }) }
    }

    /// As [`Vm::type_lookup`], borrowed: valid until any type is changed.
    #[inline]
    pub fn type_lookup_word(&self, ty: &TypeRef, name: &Owned) -> Word {
        let version = ty.info.version.get();
        let entry = self.method_cache.entry(version, name.word());
        if version != 0 && entry.version.get() == version && entry.name.word().same(name.word()) { return entry.value.get() }
        self.type_lookup_miss(ty, name)
    }

    #[inline(never)]
    fn type_lookup_miss(&self, ty: &TypeRef, name: &Owned) -> Word {
        let found = self.find_in_mro(ty, name).map_or(Word::NULL, |v| v.word());
        let version = self.type_version(ty);
        if version != 0 {
            let entry = self.method_cache.entry(version, name.word());
            entry.version.set(version);
            entry.plan.set(Plan::UNKNOWN);
            entry.value.set(found);
            // The name is owned: its address must not come back as another name's.
            entry.name.set(Some(name.clone()));
        }
        found
    }

    /// As [`Vm::type_lookup`] without the cache (deciding over the slots of a new class would throw out what programs use).
    pub(super) fn find_in_mro(&self, ty: &TypeRef, name: &Owned) -> Option<Owned> {
        ty.mro_items(self).iter().find_map(|t| {
            // SAFETY: an MRO holds only types.
            unsafe { Ref::<super::PyType>::from_ref_unchecked(t) }.dict.get_interned(self, name)
        })
    }

    /// The type's version, handed out now if it has none; 0 if it can have none (then nothing about it may be cached).
    pub fn type_version(&self, ty: &TypeRef) -> u32 {
        let version = ty.info.version.get();
        if version != 0 || ty.has_flag(vm_flags::NO_VERSION) { return version }
        // Every type of the MRO gets one first: `type_modified` stops at a type without a version.
        for t in ty.mro_items(self).iter().rev() {
            // SAFETY: an MRO holds only types.
            let t = unsafe { Ref::<super::PyType>::from_ref_unchecked(t) };
            if t.has_flag(vm_flags::NO_VERSION) { return 0 }
            if t.info.version.get() == 0 {
                let next = self.method_cache.next_version.get();
                if next == u32::MAX { return 0 }
                self.method_cache.next_version.set(next + 1);
                t.info.version.set(next);
            }
        }
        ty.info.version.get()
    }

    /// Takes the versions of `ty` and its subclasses away: something about them changed.
    pub fn type_modified(&self, ty: &TypeRef) {
        if ty.info.version.get() == 0 { return }
        ty.info.version.set(0);
        ty.init_cache.set(0);
        for sub in ty.subclasses(self) { self.type_modified(&sub) }
    }
}
