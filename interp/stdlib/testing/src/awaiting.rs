//! A native object that can be awaited.
//!
//! Not here: coroutines (`instar-vm`).

use instar_vm::args::Args;
use instar_vm::native::TypeDef;
use instar_vm::slots::Slots;
use instar_vm::typeobj::TypeRef;
use instar_vm::types::dict::PyDict;
use instar_vm::{Owned, PyResult, Ref, Vm};

use crate::put;

/// What awaiting it drives.
struct Future {
    answer: Owned,
}
instar_vm::trace! { Future { answer } }
instar_vm::fields! { Future { answer } }
instar_vm::payload!(Future, "awaitType");

fn new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let [answer] = args.exactly(vm, "awaitType", 1, 1)? else { return Err(vm.system_error("one argument")) };
    let future = Future { answer: answer.clone() };
    Ok(vm.new_object_of(ty, future)?.into_obj())
}

fn iterator(_: &mut Vm, o: &Owned) -> PyResult { Ok(Ref::<Future>::cast(o).expect("law: slots see their own payload").answer.clone()) }

static DEF: TypeDef = TypeDef { doc: "", sig: "", methods: &[], getset: &[] };

/// Makes the type.
pub fn exec(vm: &mut Vm, namespace: &Ref<PyDict>) -> PyResult<()> {
    let slots = Slots { new: Some(new), await_: Some(iterator), ..Slots::default() };
    let ty = vm.new_native_type::<Future>("_testcapi", "awaitType", None, 0, slots, &DEF)?;
    put(vm, namespace, "awaitType", ty.obj())
}
