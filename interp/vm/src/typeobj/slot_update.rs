//! Which function stands in a slot of a class: a native one inherited through slot wrappers, or one that calls the dunder method.
//!
//! Run over all slots when a class is made, and over the slots of one name when an attribute of the class changes (then for its
//! subclasses too). The rule is CPython's: if every name of a slot resolves to the wrapper of one native function, that function
//! itself is taken. Not here: the table (`slot_table.rs`), the functions (`slot_dunder.rs`, `slot_operator.rs`).

use instar_object::TypeFlags;

use super::slot_table::{SlotFn, SlotRow, Wrap, ROWS};
use super::{slot_dunder, vm_flags, PyType, TypeRef};
use crate::object::{Owned, Ref};
use crate::protocol::attr;
use crate::slots::Slots;
use crate::types::builtin_function::PyBuiltinFunction;
use crate::types::wrapper_descriptor::PyWrapperDescriptor;
use crate::vm::Vm;

/// Rows of the slot that row `i` belongs to.
fn group(i: usize) -> &'static [SlotRow] {
    let len = ROWS[i..].iter().take_while(|r| r.key == ROWS[i].key).count();
    &ROWS[i..i + len]
}

/// The slot among those that share a dunder name with `row` that the type fills, if it is exactly one.
fn only_filled<'a>(slots: &Slots, row: &'a SlotRow) -> Option<&'a str> {
    let mut only = None;
    for other in ROWS.iter().filter(|r| r.text == row.text) {
        if (other.get)(slots).is_none() { continue }
        if only.is_some_and(|k| k != other.key) { return None }
        only = Some(other.key);
    }
    only
}

/// Decides over one slot of `ty`.
fn update_group(vm: &Vm, ty: &TypeRef, slots: &mut Slots, rows: &'static [SlotRow]) {
    let mut specific: Option<SlotFn> = None;
    let mut generic: Option<SlotFn> = None;
    let mut use_generic = false;
    for row in rows {
        let Some(found) = vm.find_in_mro(ty, (row.name)(&vm.names)) else { continue };
        if let Some(w) = Ref::<PyWrapperDescriptor>::cast(&found).filter(|w| w.row.text == row.text) {
            if only_filled(slots, row).is_none_or(|key| key == row.key) { generic = row.generic }
            let same = specific.is_none_or(|s| s.addr() == w.func.addr());
            if same && w.row.wrap == row.wrap && w.row.key == row.key && ty.is_subtype_of(vm, &w.owner) { specific = Some(w.func) } else { use_generic = true }
        } else if row.key == "new" && Ref::<PyBuiltinFunction>::cast(&found).is_some_and(|f| std::ptr::eq(f.def, &super::build::NEW)) {
            // `__new__` is that of a native type: the function inherited with the layout.
            specific = slots.new.map(SlotFn::New);
        } else if row.key == "hash" && vm.is_none(&found) {
            specific = Some(SlotFn::Hash(slot_dunder::HASH_NOT_IMPLEMENTED));
        } else {
            use_generic = true;
            generic = row.generic;
        }
    }
    // A class that only hears of releases has no buffer.
    if rows[0].key == "buffer" && vm.find_in_mro(ty, &vm.names.__buffer__).is_none() { generic = None }
    let chosen = match specific { Some(f) if !use_generic => Some(f), _ => generic };
    (rows[0].set)(slots, chosen);
}

/// Sets the flags that follow from the slots.
pub(super) fn flags_from_slots(ty: &PyType) {
    let slots = ty.slots();
    ty.set_flag(vm_flags::GENERIC_GETATTR, slots.getattr.is_some_and(|f| f as usize == attr::GENERIC_GETATTR as usize));
    ty.set_flag(vm_flags::GENERIC_SETATTR, slots.setattr.is_some_and(|f| f as usize == attr::GENERIC_SETATTR as usize));
    // A native finalizer whose payload says which instances need it is asked instance by instance.
    let by_instance = ty.info.vtable.needs_finalizer.is_some();
    let wanted = slots.finalize.is_some_and(|f| !by_instance || f as usize == slot_dunder::finalize_address());
    ty.set_flag(TypeFlags::FINALIZER.bits(), wanted);
}

/// Decides over all slots of a new class, whose slots hold what it inherits.
pub(super) fn update_all(vm: &Vm, ty: &TypeRef) {
    let mut slots = *ty.slots();
    let mut i = 0;
    while i < ROWS.len() {
        let rows = group(i);
        update_group(vm, ty, &mut slots, rows);
        i += rows.len();
    }
    ty.set_slots(slots);
    flags_from_slots(ty);
}

/// Decides over the slots of a new class that inherits along one line: it has those of its base but where its own namespace decides.
pub(super) fn update_own(vm: &Vm, ty: &TypeRef, base: &TypeRef) {
    let mut slots = *base.slots();
    let mut decided = [false; ROWS.len()];
    let mut at = 0;
    while let Some((next, name, _)) = ty.dict.next_entry(vm, at) {
        at = next;
        for (i, row) in ROWS.iter().enumerate() {
            if !(row.name)(&vm.names).is(&name) { continue }
            let start = ROWS.iter().position(|r| r.key == row.key).unwrap_or(i);
            if std::mem::replace(&mut decided[start], true) { continue }
            update_group(vm, ty, &mut slots, group(start));
        }
    }
    ty.set_slots(slots);
    flags_from_slots(ty);
}

/// Attribute `name` (interned) of `ty` changed: decides again over its slots, here and in subclasses that do not override the name.
pub(super) fn update_name(vm: &Vm, ty: &TypeRef, name: &Owned) {
    let mut starts = [usize::MAX; 4];
    let mut count = 0;
    let mut i = 0;
    while i < ROWS.len() {
        let rows = group(i);
        if count < starts.len() && rows.iter().any(|r| (r.name)(&vm.names).is(name)) {
            starts[count] = i;
            count += 1;
        }
        i += rows.len();
    }
    if count > 0 { update_rows(vm, ty, name, &starts[..count]) }
}

fn update_rows(vm: &Vm, ty: &TypeRef, name: &Owned, starts: &[usize]) {
    let mut slots = *ty.slots();
    for &i in starts { update_group(vm, ty, &mut slots, group(i)) }
    ty.set_slots(slots);
    flags_from_slots(ty);
    for sub in ty.subclasses(vm) {
        if sub.dict_get(vm, name).is_none() { update_rows(vm, &sub, name, starts) }
    }
}

/// Whether the row gives a native type a slot wrapper.
pub(super) fn has_wrapper(row: &SlotRow) -> bool { row.wrap != Wrap::None }
