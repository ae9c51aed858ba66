//! `generic_alias_iterator`: what `*alias` iterates over, the starred alias alone.
//!
//! Not here: the alias (`generic_alias.rs`).

use crate::native::{Def, Native, TypeDef};
use crate::object::{ObjExt, Owned, Ref, Slot};
use crate::slots::Slots;
use crate::types::generic_alias;
use crate::types::list_iter::itself;
use crate::vm::{PyResult, Vm};
use crate::{payload, trace};

/// Payload of the iterator: the alias, empty when exhausted.
pub struct PyGenericAliasIter {
    alias: Slot,
}

trace! { PyGenericAliasIter { alias } }
crate::fields! { PyGenericAliasIter { alias } }
payload!(PyGenericAliasIter, "generic_alias_iterator", generic_alias_iterator, Gc);

impl PyGenericAliasIter {
    /// Over `alias`.
    pub fn new(alias: Owned) -> Self { PyGenericAliasIter { alias: Slot::new(Some(alias)) } }
}

fn this_iter(this: &Owned) -> &Ref<PyGenericAliasIter> { this.cast().expect("law: checked by the descriptor") }

static DEF: TypeDef = TypeDef {
    doc: "",
    sig: "",
    methods: &[Def::new("__reduce__", "($self, /)", Native::N0(reduce)).doc("Return state information for pickling.")],
    getset: &[],
};

/// Fills the type.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.generic_alias_iterator.clone();
    vm.fill_type(&ty, Slots { iter: Some(itself), next: Some(next), ..Slots::default() }, &DEF)
}

fn next(vm: &mut Vm, this: &Owned) -> PyResult<Option<Owned>> {
    match this_iter(this).alias.take() { Some(alias) => generic_alias::starred(vm, &alias).map(Some), None => Ok(None) }
}

fn reduce(vm: &mut Vm, this: &Owned) -> PyResult {
    vm.settle_builtin("iter")?;
    let over = this_iter(this).alias.get().unwrap_or_else(|| vm.consts.empty_tuple.obj().clone());
    vm.reduce_to_builtin("iter", vec![over], None)
}
