//! `frozenset`: a set that never changes and has a hash.
//!
//! Its payload is [`PySet`]. Not here: everything it shares with `set` (`set_methods.rs`).

use crate::args::{check_count, Args};
use crate::native::{Def, Native, TypeDef};
use crate::object::{ObjExt, Owned};
use crate::slots::Slots;
use crate::typeobj::TypeRef;
use crate::types::set::{this_set, PySet};
use crate::types::set_methods as shared;
use crate::types::set_ops;
use crate::vm::{PyResult, Vm};

/// Docs and methods of `frozenset`.
pub static DEF: TypeDef = TypeDef {
    doc: "An unordered collection of different hashable objects, unchangeable.",
    sig: "(iterable=(), /)",
    methods: &[
        shared::CONTAINS, Def::new("copy", "($self, /)", Native::N0(shared::copy)).doc("A frozenset of the same items."), shared::DIFFERENCE,
        shared::INTERSECTION, shared::ISDISJOINT, shared::ISSUBSET, shared::ISSUPERSET, shared::REDUCE, shared::SIZEOF, shared::SYMMETRIC_DIFFERENCE,
        shared::UNION, shared::CLASS_GETITEM,
    ],
    getset: &[],
};

/// Fills the type.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.frozenset.clone();
    vm.fill_type(&ty, Slots { new: Some(new), hash: Some(hash), ..shared::slots() }, &DEF)
}

impl Vm {
    /// A frozenset of these items; hashing and comparing them may run Python.
    pub fn new_frozenset(&mut self, items: impl IntoIterator<Item = Owned>) -> PyResult {
        let set = self.new_object_of(&self.types.frozenset, PySet::empty())?;
        for item in items { set.add(self, &item)?; }
        Ok(set.into_obj())
    }
}

fn new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let exact = ty.ptr() == vm.types.frozenset.ptr();
    if exact || ty.slots().init.map(|f| f as usize) == vm.types.object.slots().init.map(|f| f as usize) { args.no_keywords(vm, "frozenset")? }
    check_count(vm, "frozenset", args.pos().len(), 0, 1)?;
    let iterable = args.pos().first();
    if let Some(same) = iterable.filter(|o| exact && o.type_of(vm).ptr() == ty.ptr()) { return Ok(same.clone()) }
    let set = vm.new_object_of(ty, PySet::empty())?;
    if let Some(iterable) = iterable { set_ops::update(vm, &set, iterable)? }
    Ok(set.into_obj())
}

fn hash(vm: &mut Vm, this: &Owned) -> PyResult<i64> {
    let set = this_set(this);
    if set.hash.get() == -1 { set.hash.set(set.frozen_hash(vm)) }
    Ok(set.hash.get())
}
