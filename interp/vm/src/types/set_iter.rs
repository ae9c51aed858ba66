//! Iterator over a set or frozenset.
//!
//! It notices that its set changed size. Not here: the order (the table's).

use std::cell::Cell;

use crate::{payload, trace};
use crate::native::{Def, Native, TypeDef};
use crate::object::{ObjExt, Owned, Ref, Slot};
use crate::slots::Slots;
use crate::types::list_iter::itself;
use crate::types::set::PySet;
use crate::vm::{PyResult, Vm};

/// Payload of `set_iterator`.
pub struct PySetIter {
    /// The set (payload [`PySet`]); empty when exhausted.
    pub(crate) set: Slot,
    /// Items the set had at the start; `usize::MAX` once a change was noticed (then every step raises).
    pub(crate) used: Cell<usize>,
    /// The next table position.
    pub(crate) pos: Cell<usize>,
    /// Items left.
    pub(crate) left: Cell<usize>,
}

trace! { PySetIter { set } }
crate::fields! { PySetIter { set, used, pos, left } }
payload!(PySetIter, "set_iterator", set_iterator, Gc);

impl PySetIter {
    /// A new iterator object.
    pub fn make(vm: &mut Vm, set: &Ref<PySet>) -> PyResult {
        let len = set.len(vm);
        let payload = PySetIter { set: Slot::new(Some(set.obj().clone())), used: Cell::new(len), pos: Cell::new(0), left: Cell::new(len) };
        Ok(vm.new_object(payload)?.into_obj())
    }

    /// The next item.
    #[inline]
    pub(crate) fn step(&self, vm: &Vm) -> PyResult<Option<Owned>> {
        let Some(holder) = self.set.get() else { return Ok(None) };
        let set = holder.cast::<PySet>().expect("law: made for sets");
        if set.len(vm) != self.used.get() {
            self.used.set(usize::MAX);
            return Err(vm.runtime_error("Set changed size during iteration"));
        }
        let Some((pos, _, key)) = set.next_entry(vm, self.pos.get()) else {
            self.set.set(None);
            return Ok(None);
        };
        self.pos.set(pos);
        self.left.set(self.left.get().saturating_sub(1));
        Ok(Some(key))
    }
}

fn this_iter(this: &Owned) -> &Ref<PySetIter> { this.cast::<PySetIter>().expect("law: checked by the descriptor") }

/// Methods of `set_iterator`.
pub static DEF: TypeDef = TypeDef {
    doc: "",
    sig: "",
    methods: &[
        Def::new("__length_hint__", "($self, /)", Native::N0(hint)).doc("How many items are left."),
        Def::new("__reduce__", "($self, /)", Native::N0(reduce)).doc("Return state information for pickling."),
    ],
    getset: &[],
};

/// Fills the type.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.set_iterator.clone();
    vm.fill_type(&ty, Slots { iter: Some(itself), next: Some(next), ..Slots::default() }, &DEF)
}

fn next(vm: &mut Vm, this: &Owned) -> PyResult<Option<Owned>> { this_iter(this).step(vm) }

fn hint(vm: &mut Vm, this: &Owned) -> PyResult {
    let it = this_iter(this);
    let unchanged = it.set.get().is_some_and(|s| s.cast::<PySet>().is_some_and(|s| s.len(vm) == it.used.get()));
    vm.new_int(if unchanged { it.left.get() as i64 } else { 0 })
}

fn reduce(vm: &mut Vm, this: &Owned) -> PyResult {
    let it = this_iter(this);
    let copy = PySetIter { set: Slot::new(it.set.get()), used: it.used.clone(), pos: it.pos.clone(), left: it.left.clone() };
    let copy = vm.new_object(copy)?.into_obj();
    let items = vm.collect(&copy)?;
    let list = vm.new_list(items)?.into_obj();
    vm.reduce_to_builtin("iter", vec![list], None)
}
