//! `enumerate`: pairs of a running number and an item.
//!
//! Not here: the specialised loop step (`eval`).

use std::cell::Cell;

use instar_code::Binary;

use crate::{payload, trace};
use crate::native::{Def, Native, TypeDef};
use crate::args::{Args, Signature};
use crate::object::{ObjExt, Owned, Ref, Slot};
use crate::slots::Slots;
use crate::typeobj::TypeRef;
use crate::types::int::{int_ref, IntRef};
use crate::types::list_iter::itself;
use crate::types::tuple::recycled;
use crate::vm::{PyResult, Vm};

/// Payload of `enumerate`.
pub struct PyEnumerate {
    pub(crate) iterator: Owned,
    /// The next number while it fits.
    pub(crate) count: Cell<i64>,
    /// The next number once it does not.
    pub(crate) long_count: Slot,
    /// The tuple of the last step, to be filled again.
    pub(crate) last: Slot,
}

trace! { PyEnumerate { iterator, long_count, last } }
crate::fields! { PyEnumerate { iterator, count, long_count, last } }
payload!(PyEnumerate, "enumerate", enumerate, Gc);

fn this_enumerate(this: &Owned) -> &Ref<PyEnumerate> { this.cast::<PyEnumerate>().expect("law: checked by the descriptor") }

/// Docs and methods of `enumerate`.
pub static DEF: TypeDef = TypeDef {
    doc: "Pairs (start, item), (start + 1, next item), ... of an iterable.",
    sig: "(iterable, start=0)",
    methods: &[
        Def::new("__reduce__", "($self, /)", Native::N0(reduce)).doc("Return state information for pickling."),
        Def::class("__class_getitem__", "($type, object, /)", Native::N1(crate::protocol::item::class_getitem)).doc("See PEP 585"),
    ],
    getset: &[],
};

/// Fills the type.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.enumerate.clone();
    vm.fill_type(&ty, Slots { new: Some(new), iter: Some(itself), next: Some(next), ..Slots::default() }, &DEF)
}

fn new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let (iterable, start) = match (args.pos(), args.kwnames()) {
        ([iterable], []) => (iterable.clone(), None),
        ([iterable, start], []) => (iterable.clone(), Some(start.clone())),
        ([], []) => return Err(vm.type_error("enumerate() missing required argument 'iterable'")),
        (pos, names) => {
            // Parameters by name are few: which it is is asked before what is missing.
            let wrong = names.iter().map(|n| vm.repr_text_plain(n)).find(|n| n != "start" && (n != "iterable" || !pos.is_empty()));
            let wrong = wrong.or_else(|| (pos.is_empty() && names.len() == 1).then(|| vm.repr_text_plain(&names[0])).filter(|n| n != "iterable"));
            if let Some(name) = wrong.filter(|_| pos.len() + names.len() <= 2) {
                return Err(vm.type_error(format!("'{name}' is an invalid keyword argument for enumerate()")));
            }
            let mut bound = args.bind(vm, "enumerate", const { &Signature::parse(DEF.sig) })?;
            let start = bound.pop().flatten();
            (bound.pop().flatten().expect("law: required parameter"), start)
        }
    };
    let (count, long_count) = match start {
        None => (0, None),
        Some(start) => {
            let start = vm.index(&start)?;
            match int_ref(&start) {
                Some(IntRef::Small(n)) => (n, None),
                _ => (0, Some(start)),
            }
        }
    };
    let iterator = vm.iter(&iterable)?;
    Ok(vm.new_object_of(ty, PyEnumerate { iterator, count: Cell::new(count), long_count: Slot::new(long_count), last: Slot::default() })?.into_obj())
}

fn next(vm: &mut Vm, this: &Owned) -> PyResult<Option<Owned>> {
    vm.check_native_stack("")?;
    let e = this_enumerate(this);
    let Some(item) = vm.next_raw(&e.iterator)? else { return Ok(None) };
    let number = advance(vm, e)?;
    recycled(vm, &e.last, [number, item]).map(Some)
}

/// The running number; counts on.
#[inline]
pub(crate) fn advance(vm: &mut Vm, e: &PyEnumerate) -> PyResult {
    if e.long_count.is_some() && let Some(number) = e.long_count.get() {
        let one = vm.new_int(1)?;
        let after = vm.binary(Binary::Add, &number, &one)?;
        e.long_count.set(Some(after));
        return Ok(number);
    }
    let count = e.count.get();
    let number = vm.new_int(count)?;
    match count.checked_add(1) {
        Some(after) => e.count.set(after),
        None => {
            let one = vm.new_int(1)?;
            let after = vm.binary(Binary::Add, &number, &one)?;
            e.long_count.set(Some(after));
        }
    }
    Ok(number)
}

fn reduce(vm: &mut Vm, this: &Owned) -> PyResult {
    let e = this_enumerate(this);
    let count = match e.long_count.get() { Some(n) => n, None => vm.new_int(e.count.get())? };
    let args = vm.new_tuple([e.iterator.clone(), count])?.into_obj();
    let ty = this.type_of(vm).obj().clone();
    Ok(vm.new_tuple([ty, args])?.into_obj())
}
