//! Views of dicts: `keys()`, `values()`, `items()`, and the set operations of the first and last.
//!
//! One payload serves the three types. Not here: the iterators (`dict_iter.rs`).

use instar_code::{Binary, Compare};

use crate::{payload, trace};
use crate::native::{Def, GetSet, Native, TypeDef};
use crate::object::{ObjExt, Owned, Ref};
use crate::slots::Slots;
use crate::typeobj::TypeRef;
use crate::types::container_repr;
use crate::types::dict::PyDict;
use crate::types::dict_iter::{Kind, PyDictIter};
use crate::types::set::PySet;
use crate::types::set_ops;
use crate::types::tuple::PyTuple;
use crate::vm::{PyResult, Vm};

/// Payload of the dict views.
#[repr(C)]
pub struct PyDictView {
    /// The dict, or an instance of a subclass.
    pub(crate) dict: Ref<PyDict>,
    /// What it shows.
    pub(crate) kind: Kind,
}

trace! { PyDictView { dict } }
crate::fields! { PyDictView { dict, kind } }
payload!(PyDictView, "dict_view", dict_keys, Gc { dict });

impl PyDictView {
    /// A new view of a dict.
    pub fn make(vm: &mut Vm, dict: &Owned, kind: Kind) -> PyResult {
        let dict = dict.cast::<PyDict>().expect("law: checked by the descriptor").clone();
        let ty = match kind {
            Kind::Keys => &vm.types.dict_keys,
            Kind::Values => &vm.types.dict_values,
            Kind::Items => &vm.types.dict_items,
        };
        Ok(vm.new_object_of(ty, PyDictView { dict, kind })?.into_obj())
    }
    /// A new view of a type that derives from one of the three.
    pub fn make_of(vm: &mut Vm, ty: &TypeRef, dict: &Owned, kind: Kind) -> PyResult {
        let dict = dict.cast::<PyDict>().expect("law: checked by the descriptor").clone();
        Ok(vm.new_object_of(ty, PyDictView { dict, kind })?.into_obj())
    }
    /// The dict.
    pub fn dict(&self) -> &Owned { self.dict.obj() }
    /// What it shows.
    pub fn kind(&self) -> Kind { self.kind }
}

fn this_view(this: &Owned) -> &Ref<PyDictView> { this.cast::<PyDictView>().expect("law: checked by the descriptor") }

/// A keys or items view.
fn set_like(o: &Owned) -> Option<&Ref<PyDictView>> { o.cast::<PyDictView>().filter(|v| v.kind != Kind::Values) }

const REVERSED: Def = Def::new("__reversed__", "($self, /)", Native::N0(reversed)).doc("An iterator over the view, newest entry first.");
const MAPPING: GetSet = GetSet::ro("mapping", mapping);

/// Methods of `dict_keys` and `dict_items`.
pub static SET_DEF: TypeDef = TypeDef {
    doc: "",
    sig: "",
    methods: &[Def::new("isdisjoint", "($self, object, /)", Native::N1(isdisjoint)).doc("Whether view and object have no item in common."), REVERSED],
    getset: &[MAPPING],
};

/// Methods of `dict_values`.
pub static VALUES_DEF: TypeDef = TypeDef { doc: "", sig: "", methods: &[REVERSED], getset: &[MAPPING] };

/// Fills the three types.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    let plain = Slots { repr: Some(repr), iter: Some(iter), len: Some(len), ..Slots::default() };
    let mut set = Slots { compare: Some(compare), contains: Some(contains), ..plain };
    set.binary[Binary::Sub as usize] = Some(sub);
    set.binary[Binary::And as usize] = Some(and);
    set.binary[Binary::Xor as usize] = Some(xor);
    set.binary[Binary::Or as usize] = Some(or);
    let types = [vm.types.dict_keys.clone(), vm.types.dict_items.clone(), vm.types.dict_values.clone()];
    vm.fill_type(&types[0], set, &SET_DEF)?;
    vm.fill_type(&types[1], set, &SET_DEF)?;
    vm.fill_type(&types[2], plain, &VALUES_DEF)
}

fn repr(vm: &mut Vm, this: &Owned) -> PyResult {
    container_repr::guarded(vm, this, "...", |vm, out| {
        let items = vm.collect(this)?;
        let list = vm.new_list(items)?.into_obj();
        out.text(vm, &format!("{}(", this.type_of(vm).name(vm)))?;
        out.object(vm, &list)?;
        out.text(vm, ")")
    })
}

fn iter(vm: &mut Vm, this: &Owned) -> PyResult {
    let view = this_view(this);
    PyDictIter::make(vm, &view.dict, view.kind, false)
}

fn reversed(vm: &mut Vm, this: &Owned) -> PyResult {
    let view = this_view(this);
    PyDictIter::make(vm, &view.dict, view.kind, true)
}

fn len(vm: &mut Vm, this: &Owned) -> PyResult<usize> { Ok(this_view(this).dict.len(vm)) }

fn mapping(vm: &mut Vm, this: &Owned) -> PyResult {
    let proxy = vm.types.mappingproxy.obj().clone();
    vm.call1(&proxy, this_view(this).dict.obj())
}

fn contains(vm: &mut Vm, this: &Owned, x: &Owned) -> PyResult<bool> {
    let view = this_view(this);
    if view.kind == Kind::Keys { return view.dict.contains(vm, x) }
    let Some([key, value]) = x.cast::<PyTuple>().map(|t| t.items()) else { return Ok(false) };
    match view.dict.get_item(vm, key)? {
        Some(found) => vm.equal(&found, value),
        None => Ok(false),
    }
}

fn all_in(vm: &mut Vm, items: &Owned, other: &Owned) -> PyResult<bool> {
    let it = vm.iter(items)?;
    while let Some(item) = vm.next(&it)? {
        if !vm.contains(other, &item)? { return Ok(false) }
    }
    Ok(true)
}

fn compare(vm: &mut Vm, this: &Owned, other: &Owned, op: Compare) -> PyResult {
    if other.cast::<PySet>().is_none() && set_like(other).is_none() { return Ok(vm.not_implemented()) }
    let (mine, theirs) = (vm.len(this)?, vm.len(other)?);
    let holds = match op {
        Compare::Eq | Compare::Ne => (mine == theirs && all_in(vm, this, other)?) == (op == Compare::Eq),
        Compare::Lt => mine < theirs && all_in(vm, this, other)?,
        Compare::Le => mine <= theirs && all_in(vm, this, other)?,
        Compare::Gt => mine > theirs && all_in(vm, other, this)?,
        Compare::Ge => mine >= theirs && all_in(vm, other, this)?,
    };
    Ok(vm.bool(holds))
}

fn to_set(vm: &mut Vm, o: &Owned) -> PyResult<Ref<PySet>> {
    let set = vm.new_set()?;
    set_ops::update(vm, &set, o)?;
    Ok(set)
}

// The left operand need not be the view: `[1] | d.keys()` works.

fn sub(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult {
    let set = to_set(vm, a)?;
    set_ops::difference_update(vm, &set, b)?;
    Ok(set.into_obj())
}

fn or(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult {
    let set = to_set(vm, a)?;
    set_ops::update(vm, &set, b)?;
    Ok(set.into_obj())
}

fn xor(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult {
    let set = to_set(vm, a)?;
    set_ops::symmetric_difference_update(vm, &set, b)?;
    Ok(set.into_obj())
}

fn and(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult {
    let (mut view, mut other) = if set_like(a).is_some() { (a, b) } else { (b, a) };
    let mine = vm.len(view)?;
    if other.type_of(vm).ptr() == vm.types.set.ptr() && vm.len(other)? >= mine {
        let set = other.cast::<PySet>().expect("law: exact set").clone();
        return Ok(set_ops::intersection(vm, &set, view)?.into_obj());
    }
    if set_like(other).is_some() && vm.len(other)? > mine { std::mem::swap(&mut view, &mut other) }
    let result = vm.new_set()?;
    let it = vm.iter(other)?;
    while let Some(item) = vm.next(&it)? {
        if contains(vm, view, &item)? { result.add(vm, &item)?; }
    }
    Ok(result.into_obj())
}

fn isdisjoint(vm: &mut Vm, this: &Owned, other: &Owned) -> PyResult {
    if this.is(other) {
        let empty = vm.len(this)? == 0;
        return Ok(vm.bool(empty));
    }
    let (mut holder, mut items) = (this, other);
    if (other.cast::<PySet>().is_some() || set_like(other).is_some()) && vm.len(other)? > vm.len(this)? { std::mem::swap(&mut holder, &mut items) }
    let it = vm.iter(items)?;
    while let Some(item) = vm.next(&it)? {
        if vm.contains(holder, &item)? { return Ok(vm.bool(false)) }
    }
    Ok(vm.bool(true))
}
