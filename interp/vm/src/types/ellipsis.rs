//! `Ellipsis` and its type.
//!
//! Not here: the singleton itself (`boot.rs`).

use crate::args::Args;
use crate::native::{Def, Native, TypeDef};
use crate::payload;
use crate::slots::Slots;
use crate::trace;
use crate::typeobj::TypeRef;
use crate::vm::{PyResult, Vm};

/// Payload of `...`.
pub struct PyEllipsis;
trace! { PyEllipsis {} }
crate::fields! { PyEllipsis {} }
payload!(PyEllipsis, "ellipsis", ellipsis);

static DEF: TypeDef = TypeDef {
    doc: "The type of the Ellipsis singleton.", sig: "()",
    methods: &[Def::new("__reduce__", "($self, /)", Native::N0(|vm, _| vm.new_str("Ellipsis")))], getset: &[],
};

pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.ellipsis.clone();
    vm.fill_type(&ty, Slots { new: Some(new), repr: Some(|vm, _| vm.new_str("Ellipsis")), ..Slots::default() }, &DEF)
}

fn new(vm: &mut Vm, _ty: &TypeRef, args: Args<'_>) -> PyResult {
    if args.is_empty() { Ok(vm.consts.ellipsis.clone()) } else { Err(vm.type_error("EllipsisType takes no arguments")) }
}
