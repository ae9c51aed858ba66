//! `groupby`: runs of items with equal keys. A group reads from the same iterator and ends when the next one begins.

use instar_object::TypeFlags;
use instar_vm::args::Args;
use instar_vm::native::TypeDef;
use instar_vm::object::Slot;
use instar_vm::slots::Slots;
use instar_vm::typeobj::TypeRef;
use instar_vm::types::dict::PyDict;
use instar_vm::{payload, trace, ObjExt, Owned, PyResult, Ref, Vm};

use super::{add, bind, itself, required, this};
use crate::support::{given, set_type};

struct GroupBy {
    iterator: Owned,
    key: Option<Owned>,
    target: Slot,
    current_key: Slot,
    current_value: Slot,
    /// The group given out last.
    group: Slot,
}
trace! { GroupBy { iterator, key, target, current_key, current_value, group } }
instar_vm::fields! { GroupBy { iterator, key, target, current_key, current_value, group } }
payload!(GroupBy, "groupby");

struct Grouper { parent: Ref<GroupBy>, target: Owned }
trace! { Grouper { parent, target } }
instar_vm::fields! { Grouper { parent, target } }
payload!(Grouper, "_grouper");

static GROUPBY: TypeDef = TypeDef { doc: "make an iterator that returns consecutive keys and groups from the iterable\n\n  iterable\n    Elements to divide into groups according to the key function.\n  key\n    A function for computing the group category for each element.\n    If the key function is not specified or is None, the element itself\n    is used for grouping.", sig: "(iterable, key=None)", methods: &[], getset: &[] };
static GROUPER: TypeDef = TypeDef { doc: "", sig: "(parent, tgtkey, /)", methods: &[], getset: &[] };

fn groupby_new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let bound = bind(vm, "groupby", GROUPBY.sig, args)?;
    let iterable = required(vm, &bound[0])?;
    let iterator = vm.iter(&iterable)?;
    let key = given(vm, bound[1].as_ref());
    let made = GroupBy { iterator, key, target: Slot::default(), current_key: Slot::default(), current_value: Slot::default(), group: Slot::default() };
    Ok(vm.new_object_of(ty, made)?.into_obj())
}

/// Takes one item from the iterator; `false` if there is none.
fn step(vm: &mut Vm, g: &GroupBy) -> PyResult<bool> {
    let Some(value) = vm.next(&g.iterator)? else { return Ok(false) };
    let key = match &g.key { Some(f) => vm.call1(f, &value)?, None => value.clone() };
    g.current_value.set(Some(value));
    g.current_key.set(Some(key));
    Ok(true)
}

fn groupby_next(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    let g = this::<GroupBy>(o);
    g.group.set(None);
    // Skips to the next group.
    loop {
        match (g.current_key.get(), g.target.get()) {
            (None, _) => {}
            (Some(_), None) => break,
            (Some(current), Some(target)) => if !vm.equal(&target, &current)? { break },
        }
        if !step(vm, g)? { return Ok(None) }
    }
    let Some(key) = g.current_key.get() else { return Ok(None) };
    g.target.set(Some(key.clone()));
    let group = vm.new_object(Grouper { parent: g.clone(), target: key.clone() })?.into_obj();
    g.group.set(Some(group.clone()));
    Ok(Some(vm.new_tuple([key, group])?.into_obj()))
}

fn grouper_new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let two = args.exactly(vm, "_grouper", 2, 2)?;
    let Some(parent) = Ref::<GroupBy>::cast(&two[0]).cloned() else {
        let t = two[0].given_name(vm);
        return Err(vm.type_error(format!("_grouper() argument 1 must be itertools.groupby, not {t}")));
    };
    let made = vm.new_object_of(ty, Grouper { parent: parent.clone(), target: two[1].clone() })?.into_obj();
    parent.group.set(Some(made.clone()));
    Ok(made)
}

fn grouper_next(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    let own = this::<Grouper>(o);
    let g = &own.parent;
    if !g.group.word().same(o.word()) { return Ok(None) }
    if !g.current_value.is_some() && !step(vm, g)? { return Ok(None) }
    let Some(current) = g.current_key.get() else { return Ok(None) };
    if !vm.equal(&own.target, &current)? { return Ok(None) }
    Ok(g.current_value.take())
}

/// Makes the types.
pub(super) fn make(vm: &mut Vm, ns: &Ref<PyDict>) -> PyResult<()> {
    add::<GroupBy>(vm, ns, "groupby", groupby_new, groupby_next, &GROUPBY)?;
    let slots = Slots { new: Some(grouper_new), iter: Some(itself), next: Some(grouper_next), ..Slots::default() };
    let ty = vm.new_native_type::<Grouper>("itertools", "_grouper", None, TypeFlags::GC.bits(), slots, &GROUPER)?;
    set_type(vm, ns, &ty)
}
