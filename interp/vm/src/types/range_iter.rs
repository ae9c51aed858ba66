//! Iterators over ranges: native numbers, and ints of any size.
//!
//! Not here: the specialised loop step (`eval`), which works on the same fields.

use std::cell::Cell;

use instar_code::{Binary, Compare};

use crate::{payload, trace};
use crate::native::{Def, Native, TypeDef};
use crate::object::{ObjExt, Owned, Ref, Slot};
use crate::slots::Slots;
use crate::types::int::{int_ref, IntRef};
use crate::types::list_iter::itself;
use crate::vm::{PyResult, Vm};

/// Payload of `range_iterator`. Owns nothing.
pub struct PyRangeIter {
    /// The next item, meaningful while something remains.
    pub(crate) next: Cell<i64>,
    /// Difference of two items.
    pub(crate) step: Cell<i64>,
    /// Items left.
    pub(crate) remaining: Cell<i64>,
}

trace! { PyRangeIter {} }
crate::fields! { PyRangeIter { next, step, remaining } }
payload!(PyRangeIter, "range_iterator", range_iterator, Bare);

/// Payload of `longrange_iterator`.
pub struct PyLongRangeIter {
    /// The next item.
    next: Slot,
    /// Difference of two items.
    step: Owned,
    /// Items left, an int.
    remaining: Slot,
}

trace! { PyLongRangeIter { next, step, remaining } }
crate::fields! { PyLongRangeIter { next, step, remaining } }
payload!(PyLongRangeIter, "longrange_iterator", long_range_iterator);

impl PyRangeIter {
    /// `remaining` items from `next` on.
    pub fn new(next: i64, step: i64, remaining: i64) -> Self {
        PyRangeIter { next: Cell::new(next), step: Cell::new(step), remaining: Cell::new(remaining) }
    }
    /// The next item.
    #[inline(always)]
    pub(crate) fn next_small(&self) -> Option<i64> {
        let left = self.remaining.get();
        if left <= 0 { return None }
        let item = self.next.get();
        self.remaining.set(left - 1);
        self.next.set(item.wrapping_add(self.step.get()));
        Some(item)
    }
}

impl PyLongRangeIter {
    /// `remaining` items from `next` on.
    pub fn new(next: Owned, step: Owned, remaining: Owned) -> Self { PyLongRangeIter { next: Slot::new(Some(next)), step, remaining: Slot::new(Some(remaining)) } }
    fn parts(&self) -> (Owned, Owned) {
        (self.next.get().expect("law: filled when made"), self.remaining.get().expect("law: filled when made"))
    }
}

fn small(this: &Owned) -> &Ref<PyRangeIter> { this.cast::<PyRangeIter>().expect("law: checked by the descriptor") }
fn long(this: &Owned) -> &Ref<PyLongRangeIter> { this.cast::<PyLongRangeIter>().expect("law: checked by the descriptor") }

/// Methods of `range_iterator`.
pub static DEF: TypeDef = TypeDef {
    doc: "",
    sig: "",
    methods: &[
        Def::new("__length_hint__", "($self, /)", Native::N0(hint)).doc("How many items are left."),
        Def::new("__reduce__", "($self, /)", Native::N0(reduce)).doc("Return state information for pickling."),
        Def::new("__setstate__", "($self, object, /)", Native::N1(setstate)).doc("Set state information for unpickling."),
    ],
    getset: &[],
};

/// Methods of `longrange_iterator`.
pub static LONG_DEF: TypeDef = TypeDef {
    doc: "",
    sig: "",
    methods: &[
        Def::new("__length_hint__", "($self, /)", Native::N0(long_hint)).doc("How many items are left."),
        Def::new("__reduce__", "($self, /)", Native::N0(long_reduce)).doc("Return state information for pickling."),
        Def::new("__setstate__", "($self, object, /)", Native::N1(long_setstate)).doc("Set state information for unpickling."),
    ],
    getset: &[],
};

/// Fills both types.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.range_iterator.clone();
    vm.fill_type(&ty, Slots { iter: Some(itself), next: Some(next), ..Slots::default() }, &DEF)?;
    let ty = vm.types.long_range_iterator.clone();
    vm.fill_type(&ty, Slots { iter: Some(itself), next: Some(long_next), ..Slots::default() }, &LONG_DEF)
}

fn next(vm: &mut Vm, this: &Owned) -> PyResult<Option<Owned>> {
    match small(this).next_small() { Some(n) => Ok(Some(vm.new_int(n)?)), None => Ok(None) }
}

fn hint(vm: &mut Vm, this: &Owned) -> PyResult { vm.new_int(small(this).remaining.get()) }

/// `(iter, (range(next, end, step),), 0)`
fn reduce_to(vm: &mut Vm, next: Owned, step: Owned, remaining: Owned) -> PyResult {
    let distance = vm.binary(Binary::Mul, &step, &remaining)?;
    let stop = vm.binary(Binary::Add, &next, &distance)?;
    let range = vm.types.range.obj().clone();
    let range = vm.call_n(&range, &[next, stop, step])?;
    let none = vm.none();
    vm.reduce_to_builtin("iter", vec![range], Some(none))
}

fn reduce(vm: &mut Vm, this: &Owned) -> PyResult {
    let it = small(this);
    let (next, step, remaining) = (vm.new_int(it.next.get())?, vm.new_int(it.step.get())?, vm.new_int(it.remaining.get())?);
    reduce_to(vm, next, step, remaining)
}

fn setstate(vm: &mut Vm, this: &Owned, state: &Owned) -> PyResult {
    let it = small(this);
    let skip = vm.long_argument(state)?.clamp(0, it.remaining.get());
    it.next.set(it.next.get().wrapping_add(skip.wrapping_mul(it.step.get())));
    it.remaining.set(it.remaining.get() - skip);
    Ok(vm.none())
}

fn long_next(vm: &mut Vm, this: &Owned) -> PyResult<Option<Owned>> {
    let it = long(this);
    let (item, left) = it.parts();
    if matches!(int_ref(&left), Some(IntRef::Small(0))) { return Ok(None) }
    let one = vm.new_int(1)?;
    let after = vm.binary(Binary::Add, &item, &it.step)?;
    let left = vm.binary(Binary::Sub, &left, &one)?;
    it.next.set(Some(after));
    it.remaining.set(Some(left));
    Ok(Some(item))
}

fn long_hint(_vm: &mut Vm, this: &Owned) -> PyResult { Ok(long(this).parts().1) }

fn long_reduce(vm: &mut Vm, this: &Owned) -> PyResult {
    let it = long(this);
    let (next, remaining) = it.parts();
    reduce_to(vm, next, it.step.clone(), remaining)
}

fn long_setstate(vm: &mut Vm, this: &Owned, state: &Owned) -> PyResult {
    let it = long(this);
    let (next, remaining) = it.parts();
    if state.type_of(vm).ptr() != vm.types.int.ptr() { return Err(vm.type_error(format!("state must be an int, not {}", state.type_name(vm)))) }
    let zero = vm.new_int(0)?;
    let mut skip = vm.index(state)?;
    if vm.compare_bool(&skip, &zero, Compare::Lt)? { skip = zero }
    if vm.compare_bool(&skip, &remaining, Compare::Gt)? { skip = remaining.clone() }
    let distance = vm.binary(Binary::Mul, &skip, &it.step)?;
    let next = vm.binary(Binary::Add, &next, &distance)?;
    let remaining = vm.binary(Binary::Sub, &remaining, &skip)?;
    it.next.set(Some(next));
    it.remaining.set(Some(remaining));
    Ok(vm.none())
}
