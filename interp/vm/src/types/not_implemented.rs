//! `NotImplemented` and its type.
//!
//! Not here: the singleton itself (`boot.rs`).

use crate::args::Args;
use crate::native::{Def, Native, TypeDef};
use crate::payload;
use crate::slots::Slots;
use crate::trace;
use crate::typeobj::TypeRef;
use crate::vm::{PyResult, Vm};

/// Payload of NotImplemented.
pub struct PyNotImplemented;
trace! { PyNotImplemented {} }
crate::fields! { PyNotImplemented {} }
payload!(PyNotImplemented, "NotImplementedType", not_implemented);

static DEF: TypeDef = TypeDef {
    doc: "The type of the NotImplemented singleton.", sig: "()",
    methods: &[Def::new("__reduce__", "($self, /)", Native::N0(|vm, _| vm.new_str("NotImplemented")))], getset: &[],
};

pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.not_implemented.clone();
    let s = Slots {
        new: Some(new), repr: Some(|vm, _| vm.new_str("NotImplemented")),
        bool: Some(|vm, _| Err(vm.type_error("NotImplemented should not be used in a boolean context"))), ..Slots::default()
    };
    vm.fill_type(&ty, s, &DEF)
}

fn new(vm: &mut Vm, _ty: &TypeRef, args: Args<'_>) -> PyResult {
    if args.is_empty() { Ok(vm.not_implemented()) } else { Err(vm.type_error("NotImplementedType takes no arguments")) }
}
