//! `tee`: iterators over one source that each see all of its items.
//!
//! What was read stands in a chain of links; each iterator holds the link it is in, so links that all have passed go away.

use std::cell::Cell;

use instar_object::TypeFlags;
use instar_vm::args::Args;
use instar_vm::native::{Def, Native, TypeDef};
use instar_vm::object::{Guarded, Slot};
use instar_vm::slots::Slots;
use instar_vm::typeobj::TypeRef;
use instar_vm::types::dict::PyDict;
use instar_vm::{payload, trace, Owned, PyResult, Ref, Vm};

use super::{itself, this};
use crate::support::set_type;

/// Items of a link.
const LINK: usize = 57;

struct Link { source: Owned, items: Guarded<Vec<Owned>>, next: Slot, running: Cell<bool> }
trace! { Link { source, items, next } }
instar_vm::fields! { Link { source, items, next, running } }
payload!(Link, "_tee_dataobject");

struct Tee { link: Slot, at: Cell<usize> }
trace! { Tee { link } }
instar_vm::fields! { Tee { link, at } }
payload!(Tee, "_tee");

static LINK_DEF: TypeDef = TypeDef { doc: "Data container common to multiple tee objects.", sig: "(iterable, values, next, /)", methods: &[], getset: &[] };
static TEE: TypeDef = TypeDef {
    doc: "Iterator wrapped to make it copyable.", sig: "(iterable, /)",
    methods: &[Def::new("__copy__", "($self, /)", Native::N0(|vm, o| copy(vm, this::<Tee>(o)))).doc("Returns an independent iterator.")],
    getset: &[],
};

fn copy(vm: &mut Vm, t: &Tee) -> PyResult { Ok(vm.new_object(Tee { link: Slot::new(t.link.get()), at: t.at.clone() })?.into_obj()) }

fn link(vm: &mut Vm, source: Owned) -> PyResult {
    Ok(vm.new_object(Link { source, items: Guarded::default(), next: Slot::default(), running: Cell::new(false) })?.into_obj())
}

/// A tee over an iterable; another tee is copied.
fn tee_over(vm: &mut Vm, iterable: &Owned) -> PyResult {
    let it = vm.iter(iterable)?;
    if let Some(t) = Ref::<Tee>::cast(&it) { return copy(vm, t) }
    let first = link(vm, it)?;
    Ok(vm.new_object(Tee { link: Slot::new(Some(first)), at: Cell::new(0) })?.into_obj())
}

fn tee_new(vm: &mut Vm, _: &TypeRef, args: Args<'_>) -> PyResult { let iterable = &args.exactly(vm, "_tee", 1, 1)?[0]; tee_over(vm, iterable) }

fn tee_next(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    let t = this::<Tee>(o);
    let Some(mut current) = t.link.get().and_then(|l| Ref::<Link>::try_from(l).ok()) else { return Ok(None) };
    if t.at.get() >= LINK {
        let next = match current.next.get() {
            Some(next) => next,
            None => {
                let next = link(vm, current.source.clone())?;
                current.next.set(Some(next.clone()));
                next
            }
        };
        t.link.set(Some(next.clone()));
        t.at.set(0);
        current = match Ref::try_from(next) { Ok(next) => next, Err(_) => return Ok(None) };
    }
    let at = t.at.get();
    if let Some(item) = current.items.get(vm).get(at).cloned() {
        t.at.set(at + 1);
        return Ok(Some(item));
    }
    if current.running.replace(true) { return Err(vm.runtime_error("cannot re-enter the tee iterator")) }
    let read = vm.next(&current.source);
    current.running.set(false);
    let Some(item) = read? else { return Ok(None) };
    current.items.get_mut(vm).push(item.clone());
    t.at.set(at + 1);
    Ok(Some(item))
}

fn link_new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let three = args.exactly(vm, "_tee_dataobject", 3, 3)?;
    let items = vm.collect(&three[1])?;
    if items.len() > LINK { return Err(vm.value_error("Invalid arguments")) }
    let next = vm.none_to_option(&three[2]);
    if next.as_ref().is_some_and(|n| Ref::<Link>::cast(n).is_none() || items.len() != LINK) { return Err(vm.value_error("Invalid arguments")) }
    Ok(vm.new_object_of(ty, Link { source: three[0].clone(), items: Guarded::new(items), next: Slot::new(next), running: Cell::new(false) })?.into_obj())
}

/// `itertools.tee(iterable, n)`
pub(super) fn tee(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    let n = match args.get(1) { Some(n) => vm.index_i64(n)? as isize, None => 2 };
    let Ok(n) = usize::try_from(n) else { return Err(vm.value_error("n must be >= 0")) };
    let mut all = Vec::new();
    all.try_reserve_exact(n).map_err(|_| vm.no_memory())?;
    if n > 0 {
        let first = tee_over(vm, &args[0])?;
        all.push(first.clone());
        while all.len() < n { all.push(copy(vm, this::<Tee>(&first))?) }
    }
    Ok(vm.new_tuple(all)?.into_obj())
}

/// Makes the types.
pub(super) fn make(vm: &mut Vm, ns: &Ref<PyDict>) -> PyResult<()> {
    let slots = Slots { new: Some(tee_new), iter: Some(itself), next: Some(tee_next), ..Slots::default() };
    let ty = vm.new_native_type::<Tee>("itertools", "_tee", None, TypeFlags::GC.bits() | TypeFlags::WEAKREF.bits(), slots, &TEE)?;
    set_type(vm, ns, &ty)?;
    let slots = Slots { new: Some(link_new), ..Slots::default() };
    let ty = vm.new_native_type::<Link>("itertools", "_tee_dataobject", None, TypeFlags::GC.bits(), slots, &LINK_DEF)?;
    set_type(vm, ns, &ty)
}
