//! `None` and its type.
//!
//! Not here: the singleton itself (`boot.rs`).

use instar_code::Compare;

use crate::args::Args;
use crate::native::TypeDef;
use crate::object::Owned;
use crate::payload;
use crate::slots::Slots;
use crate::trace;
use crate::typeobj::TypeRef;
use crate::vm::{PyResult, Vm};

/// Payload of None.
pub struct PyNone;
trace! { PyNone {} }
crate::fields! { PyNone {} }
payload!(PyNone, "NoneType", none);

static DEF: TypeDef = TypeDef { doc: "The type of the None singleton.", sig: "()", methods: &[], getset: &[] };

pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.none.clone();
    let s = Slots { new: Some(new), repr: Some(|vm, _| vm.new_str("None")), hash: Some(|_, _| Ok(0xfca8_6420)), compare: Some(compare), bool: Some(|_, _| Ok(false)), ..Slots::default() };
    vm.fill_type(&ty, s, &DEF)
}

fn new(vm: &mut Vm, _ty: &TypeRef, args: Args<'_>) -> PyResult {
    if args.is_empty() { Ok(vm.none()) } else { Err(vm.type_error("NoneType takes no arguments")) }
}

fn compare(vm: &mut Vm, this: &Owned, other: &Owned, op: Compare) -> PyResult {
    Ok(match op {
        Compare::Eq if this.is(other) => vm.bool(true),
        Compare::Ne if this.is(other) => vm.bool(false),
        _ => vm.not_implemented(),
    })
}
