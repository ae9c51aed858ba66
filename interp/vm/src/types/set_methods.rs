//! Methods, operators and slots that `set` and `frozenset` share.
//!
//! Not here: what only one of them has (`set.rs`, `frozenset.rs`) and the algorithms (`set_ops.rs`).

use instar_code::{Binary, Compare};

use crate::args::Args;
use crate::native::{Def, Native};
use crate::object::{ObjExt, Owned, Ref};
use crate::slots::Slots;
use crate::types::container_repr;
use crate::types::set::{is_set, this_set, PySet};
use crate::types::set_iter::PySetIter;
use crate::types::set_ops;
use crate::vm::{PyResult, Vm};

pub(crate) const CONTAINS: Def = Def::new("__contains__", "($self, object, /)", Native::N1(contains_method)).doc("Whether object is in the set.");
pub(crate) const DIFFERENCE: Def = Def::new("difference", "($self, /, *others)", Native::Full(difference)).doc("A new set of what none of the others has.");
pub(crate) const INTERSECTION: Def = Def::new("intersection", "($self, /, *others)", Native::Full(intersection)).doc("A new set of what all the others have too.");
pub(crate) const ISDISJOINT: Def = Def::new("isdisjoint", "($self, other, /)", Native::N1(isdisjoint)).doc("Whether no item is in both.");
pub(crate) const ISSUBSET: Def = Def::new("issubset", "($self, other, /)", Native::N1(issubset)).doc("Whether every item is in other too.");
pub(crate) const ISSUPERSET: Def = Def::new("issuperset", "($self, other, /)", Native::N1(issuperset)).doc("Whether every item of other is here too.");
pub(crate) const REDUCE: Def = Def::new("__reduce__", "($self, /)", Native::N0(reduce)).doc("Return state information for pickling.");
pub(crate) const SIZEOF: Def = Def::new("__sizeof__", "($self, /)", Native::N0(sizeof)).doc("Bytes held by the set itself.");
pub(crate) const SYMMETRIC_DIFFERENCE: Def =
    Def::new("symmetric_difference", "($self, other, /)", Native::N1(symmetric_difference)).doc("A new set of what exactly one of both has.");
pub(crate) const UNION: Def = Def::new("union", "($self, /, *others)", Native::Full(union)).doc("A new set of the items of all.");
pub(crate) const CLASS_GETITEM: Def =
    Def::class("__class_getitem__", "($type, object, /)", Native::N1(crate::protocol::item::class_getitem)).doc("See PEP 585");

/// The slots both types have.
pub(crate) fn slots() -> Slots {
    let mut slots = Slots { repr: Some(repr), compare: Some(compare), iter: Some(iter), len: Some(len), contains: Some(contains), ..Slots::default() };
    slots.binary[Binary::Sub as usize] = Some(sub);
    slots.binary[Binary::And as usize] = Some(and);
    slots.binary[Binary::Xor as usize] = Some(xor);
    slots.binary[Binary::Or as usize] = Some(or);
    slots
}

fn repr(vm: &mut Vm, this: &Owned) -> PyResult {
    let name = this.type_name(vm);
    if this_set(this).is_empty(vm) { return vm.new_str(&format!("{name}()")) }
    container_repr::guarded(vm, this, &format!("{name}(...)"), |vm, out| {
        let items = this_set(this).items(vm)?;
        let bare = this.type_of(vm).ptr() == vm.types.set.ptr();
        if !bare { out.text(vm, &format!("{name}("))? }
        out.text(vm, "{")?;
        for (i, item) in items.iter().enumerate() { out.item(vm, i == 0, item)? }
        out.text(vm, if bare { "}" } else { "})" })
    })
}

fn compare(vm: &mut Vm, this: &Owned, other: &Owned, op: Compare) -> PyResult {
    let (Some(a), Some(b)) = (this.cast::<PySet>(), other.cast::<PySet>()) else { return Ok(vm.not_implemented()) };
    let (mine, theirs) = (a.len(vm), b.len(vm));
    let holds = match op {
        Compare::Eq => equal(vm, a, b)?,
        Compare::Ne => !equal(vm, a, b)?,
        Compare::Le => set_ops::is_subset(vm, a, other)?,
        Compare::Ge => set_ops::is_subset(vm, b, this)?,
        Compare::Lt => mine < theirs && set_ops::is_subset(vm, a, other)?,
        Compare::Gt => mine > theirs && set_ops::is_subset(vm, b, this)?,
    };
    Ok(vm.bool(holds))
}

fn equal(vm: &mut Vm, a: &Ref<PySet>, b: &Ref<PySet>) -> PyResult<bool> {
    if a.len(vm) != b.len(vm) { return Ok(false) }
    let (x, y) = (a.hash.get(), b.hash.get());
    if x != -1 && y != -1 && x != y { return Ok(false) }
    set_ops::is_subset(vm, a, b.obj())
}

fn iter(vm: &mut Vm, this: &Owned) -> PyResult { PySetIter::make(vm, this_set(this)) }
fn len(vm: &mut Vm, this: &Owned) -> PyResult<usize> { Ok(this_set(this).len(vm)) }
fn contains(vm: &mut Vm, this: &Owned, key: &Owned) -> PyResult<bool> { this_set(this).contains(vm, key) }

fn contains_method(vm: &mut Vm, this: &Owned, key: &Owned) -> PyResult {
    let found = this_set(this).contains(vm, key)?;
    Ok(vm.bool(found))
}

/// `copy()` of both; an exact frozenset is its own copy.
pub(crate) fn copy(vm: &mut Vm, this: &Owned) -> PyResult {
    if this.type_of(vm).ptr() == vm.types.frozenset.ptr() { return Ok(this.clone()) }
    Ok(set_ops::copy(vm, this_set(this))?.into_obj())
}

fn no_keywords(vm: &mut Vm, this: &Owned, args: Args<'_>, method: &str) -> PyResult<()> {
    if args.kwnames().is_empty() { return Ok(()) }
    if args.kwnames().is_empty() { return Ok(()) }
    let name = if is_set(vm, this) { "set" } else { "frozenset" };
    args.no_keywords(vm, &format!("{name}.{method}"))
}

fn union(vm: &mut Vm, this: &Owned, args: Args<'_>) -> PyResult {
    no_keywords(vm, this, args, "union")?;
    let result = set_ops::copy(vm, this_set(this))?;
    for other in args.pos() {
        if !other.is(this) { set_ops::update(vm, &result, other)? }
    }
    Ok(result.into_obj())
}

fn intersection(vm: &mut Vm, this: &Owned, args: Args<'_>) -> PyResult {
    no_keywords(vm, this, args, "intersection")?;
    if args.is_empty() { return Ok(set_ops::copy(vm, this_set(this))?.into_obj()) }
    Ok(set_ops::intersection_of_all(vm, this_set(this), args.pos())?.into_obj())
}

fn difference(vm: &mut Vm, this: &Owned, args: Args<'_>) -> PyResult {
    no_keywords(vm, this, args, "difference")?;
    let Some((first, rest)) = args.pos().split_first() else { return Ok(set_ops::copy(vm, this_set(this))?.into_obj()) };
    let result = set_ops::difference(vm, this_set(this), first)?;
    for other in rest { set_ops::difference_update(vm, &result, other)? }
    Ok(result.into_obj())
}

fn symmetric_difference(vm: &mut Vm, this: &Owned, other: &Owned) -> PyResult {
    Ok(set_ops::symmetric_difference(vm, this_set(this), other)?.into_obj())
}

fn isdisjoint(vm: &mut Vm, this: &Owned, other: &Owned) -> PyResult {
    let holds = set_ops::is_disjoint(vm, this_set(this), other)?;
    Ok(vm.bool(holds))
}

fn issubset(vm: &mut Vm, this: &Owned, other: &Owned) -> PyResult {
    let holds = set_ops::is_subset(vm, this_set(this), other)?;
    Ok(vm.bool(holds))
}

fn issuperset(vm: &mut Vm, this: &Owned, other: &Owned) -> PyResult {
    let holds = set_ops::is_superset(vm, this_set(this), other)?;
    Ok(vm.bool(holds))
}

fn reduce(vm: &mut Vm, this: &Owned) -> PyResult {
    let items = this_set(this).items(vm)?;
    let list = vm.new_list(items)?.into_obj();
    let args = vm.new_tuple([list])?.into_obj();
    let name = vm.names.__getstate__.clone();
    let state = vm.call_method(this, &name, &[])?;
    let ty = this.type_of(vm).obj().clone();
    Ok(vm.new_tuple([ty, args, state])?.into_obj())
}

fn sizeof(vm: &mut Vm, this: &Owned) -> PyResult {
    let bytes = vm.basic_size(this) + this_set(this).table(vm).buffer_bytes();
    vm.new_int(bytes as i64)
}

fn both<'a>(a: &'a Owned, b: &'a Owned) -> Option<(&'a Ref<PySet>, &'a Ref<PySet>)> { Some((a.cast::<PySet>()?, b.cast::<PySet>()?)) }

fn or(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult {
    let Some((left, _)) = both(a, b) else { return Ok(vm.not_implemented()) };
    let result = set_ops::copy(vm, left)?;
    if !a.is(b) { set_ops::update(vm, &result, b)? }
    Ok(result.into_obj())
}

fn and(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult {
    let Some((left, _)) = both(a, b) else { return Ok(vm.not_implemented()) };
    Ok(set_ops::intersection(vm, left, b)?.into_obj())
}

fn sub(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult {
    let Some((left, _)) = both(a, b) else { return Ok(vm.not_implemented()) };
    Ok(set_ops::difference(vm, left, b)?.into_obj())
}

fn xor(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult {
    let Some((left, _)) = both(a, b) else { return Ok(vm.not_implemented()) };
    Ok(set_ops::symmetric_difference(vm, left, b)?.into_obj())
}
