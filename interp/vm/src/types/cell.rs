//! `cell`: a variable shared between scopes.
//!
//! Not here: the ops that read and write cells (`eval/ops`).

use instar_code::Compare;

use crate::args::Args;
use crate::native::{GetSet, TypeDef};
use crate::object::{ObjExt, Owned, Ref, Slot};
use crate::payload;
use crate::slots::Slots;
use crate::trace;
use crate::typeobj::TypeRef;
use crate::vm::{PyResult, Vm};

/// Payload of a cell.
#[repr(C)]
pub struct PyCell {
    /// The variable; empty while unbound.
    pub value: Slot,
}
trace! { PyCell { value } }
crate::fields! { PyCell { value } }
payload!(PyCell, "cell", cell, Gc { value });

static DEF: TypeDef = TypeDef {
    doc: "Create a new cell object.\n\n  contents\n    the contents of the cell. If not specified, the cell will be empty,\n    and further attempts to access its cell_contents attribute will\n    raise a ValueError.",
    sig: "([contents])", methods: &[], getset: &[GetSet::rw("cell_contents", contents, set_contents)],
};

pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.cell.clone();
    vm.fill_type(&ty, Slots { new: Some(new), repr: Some(repr), compare: Some(compare), ..Slots::default() }, &DEF)
}

impl Vm {
    /// A new cell.
    pub fn new_cell(&self, value: Option<Owned>) -> PyResult<Ref<PyCell>> { self.new_object(PyCell { value: Slot::new(value) }) }
}

fn this(o: &Owned) -> &Ref<PyCell> { o.cast().expect("law: checked by the descriptor") }

fn new(vm: &mut Vm, _ty: &TypeRef, args: Args<'_>) -> PyResult {
    let args = args.exactly(vm, "cell", 0, 1)?;
    Ok(vm.new_cell(args.first().cloned())?.into_obj())
}

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let at = vm.identity(o);
    let text = match this(o).value.get() {
        Some(v) => format!("<cell at {at:#x}: {} object at {:#x}>", v.type_name(vm), vm.identity(&v)),
        None => format!("<cell at {at:#x}: empty>"),
    };
    vm.new_str(&text)
}

fn compare(vm: &mut Vm, a: &Owned, b: &Owned, op: Compare) -> PyResult {
    let (x, Some(y)) = (this(a), b.cast::<PyCell>()) else { return Ok(vm.not_implemented()) };
    match (x.value.get(), y.value.get()) {
        (Some(x), Some(y)) => vm.rich_compare(&x, &y, op),
        // Empty cells come before full ones.
        (x, y) => Ok(vm.bool(crate::protocol::compare::ordering_holds(x.is_some().cmp(&y.is_some()), op))),
    }
}

fn contents(vm: &mut Vm, o: &Owned) -> PyResult { this(o).value.get().ok_or_else(|| vm.value_error("Cell is empty")) }

fn set_contents(_vm: &mut Vm, o: &Owned, value: Option<&Owned>) -> PyResult<()> {
    this(o).value.set(value.cloned());
    Ok(())
}
