//! `reversed`: walks any sequence from its end, or hands over to its `__reversed__`.
//!
//! Not here: the reverse iterators of lists, ranges and dicts.

use std::cell::Cell;

use crate::{payload, trace};
use crate::args::{check_count, Args};
use crate::native::{Def, Native, TypeDef};
use crate::object::{ObjExt, Owned, Ref, Slot};
use crate::slots::Slots;
use crate::typeobj::{vm_flags, TypeRef};
use crate::types::list_iter::itself;
use crate::vm::{PyResult, Vm};

/// Payload of `reversed`.
pub struct PyReversed {
    /// The next index; negative when exhausted.
    index: Cell<isize>,
    /// The sequence; empty when exhausted.
    sequence: Slot,
}

trace! { PyReversed { sequence } }
crate::fields! { PyReversed { index, sequence } }
payload!(PyReversed, "reversed", reversed, Gc);

fn this_reversed(this: &Owned) -> &Ref<PyReversed> { this.cast::<PyReversed>().expect("law: checked by the descriptor") }

/// Docs and methods of `reversed`.
pub static DEF: TypeDef = TypeDef {
    doc: "The items of a sequence, last one first.",
    sig: "(sequence, /)",
    methods: &[
        Def::new("__length_hint__", "($self, /)", Native::N0(hint)).doc("How many items are left."),
        Def::new("__reduce__", "($self, /)", Native::N0(reduce)).doc("Return state information for pickling."),
        Def::new("__setstate__", "($self, object, /)", Native::N1(setstate)).doc("Set state information for unpickling."),
    ],
    getset: &[],
};

/// Fills the type.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.reversed.clone();
    vm.fill_type(&ty, Slots { new: Some(new), iter: Some(itself), next: Some(next), ..Slots::default() }, &DEF)
}

fn new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    if ty.ptr() == vm.types.reversed.ptr() { args.no_keywords(vm, "reversed")? }
    check_count(vm, "reversed", args.pos().len(), 1, 1)?;
    let sequence = &args.pos()[0];
    let name = vm.names.__reversed__.clone();
    if let Some(method) = vm.lookup_special(sequence, &name)? {
        // `__reversed__ = None` says no.
        if !vm.is_none(&method) { return vm.call0(&method) }
        return Err(vm.type_error(format!("'{}' object is not reversible", sequence.type_name(vm))));
    }
    let seq_ty = sequence.type_of(vm);
    if seq_ty.slots().getitem.is_none() || seq_ty.slots().len.is_none() || seq_ty.has_flag(vm_flags::MAPPING) {
        return Err(vm.type_error(format!("'{}' object is not reversible", sequence.type_name(vm))));
    }
    let len = vm.len(sequence)?;
    Ok(vm.new_object_of(ty, PyReversed { index: Cell::new(len as isize - 1), sequence: Slot::new(Some(sequence.clone())) })?.into_obj())
}

fn next(vm: &mut Vm, this: &Owned) -> PyResult<Option<Owned>> {
    let it = this_reversed(this);
    let i = it.index.get();
    let Some(sequence) = it.sequence.get().filter(|_| i >= 0) else { return Ok(None) };
    let index = vm.new_int(i as i64)?;
    match vm.get_item(&sequence, &index) {
        Ok(item) => {
            it.index.set(i - 1);
            Ok(Some(item))
        }
        Err(e) => {
            it.index.set(-1);
            it.sequence.set(None);
            if e.is(vm, &vm.types.index_error) || e.is(vm, &vm.types.stop_iteration) { Ok(None) } else { Err(e) }
        }
    }
}

fn hint(vm: &mut Vm, this: &Owned) -> PyResult {
    let it = this_reversed(this);
    let Some(sequence) = it.sequence.get() else { return vm.new_int(0) };
    let len = vm.len(&sequence)? as isize;
    let left = it.index.get() + 1;
    vm.new_int(if len < left { 0 } else { left as i64 })
}

fn reduce(vm: &mut Vm, this: &Owned) -> PyResult {
    let it = this_reversed(this);
    let ty = this.type_of(vm).obj().clone();
    let parts = match it.sequence.get().filter(|_| it.index.get() >= 0) {
        Some(sequence) => vec![ty, vm.new_tuple([sequence])?.into_obj(), vm.new_int(it.index.get() as i64)?],
        None => {
            let empty = vm.consts.empty_tuple.obj().clone();
            vec![ty, vm.new_tuple([empty])?.into_obj()]
        }
    };
    Ok(vm.new_tuple(parts)?.into_obj())
}

fn setstate(vm: &mut Vm, this: &Owned, state: &Owned) -> PyResult {
    let index = vm.state_position(state)?;
    let it = this_reversed(this);
    if let Some(sequence) = it.sequence.get() {
        let len = vm.len(&sequence)? as isize;
        it.index.set(index.clamp(-1, len - 1));
    }
    Ok(vm.none())
}
