//! Iterators and views of `OrderedDict`.
//!
//! Not here: the order itself (`odict_order.rs`).

use instar_object::TypeFlags;
use instar_vm::native::{Def, Native, TypeDef};
use instar_vm::object::Slot;
use instar_vm::slots::Slots;
use instar_vm::typeobj::TypeRef;
use instar_vm::types::dict::PyDict;
use instar_vm::types::dict_iter::Kind;
use instar_vm::types::dict_view::PyDictView;
use instar_vm::{payload, trace, ObjExt, Owned, PyResult, Raised, Ref, Vm};

use super::odict_order::{PyOrder, NONE};
use super::ordered_dict::{is_plain, order};

/// Payload of `odict_iterator`.
pub struct PyOdictIter {
    /// The dict; empty when exhausted.
    dict: Slot,
    /// Its order.
    order: Ref<PyOrder>,
    /// The next key; empty at the end.
    next: Slot,
    changes: u64,
    len: usize,
    kind: Kind,
    reverse: bool,
}
trace! { PyOdictIter { dict, order, next } }
instar_vm::fields! { PyOdictIter { dict, order, next, changes, len, kind, reverse } }
payload!(PyOdictIter, "odict_iterator");

static ITER: TypeDef = TypeDef {
    doc: "", sig: "",
    methods: &[Def::new("__reduce__", "($self, /)", Native::N0(reduce)).doc("Return state information for pickling")],
    getset: &[],
};
static VIEW: TypeDef = TypeDef {
    doc: "", sig: "",
    methods: &[Def::new("__reversed__", "($self, /)", Native::N0(reversed_view))],
    getset: &[],
};

/// The types of the three views.
#[derive(Default)]
struct Views(Vec<TypeRef>);

/// Makes the types.
pub fn exec(vm: &mut Vm) -> PyResult<()> {
    let gc = TypeFlags::GC.bits();
    let slots = Slots { iter: Some(|_, o| Ok(o.clone())), next: Some(next), ..Slots::default() };
    vm.new_native_type::<PyOdictIter>("", "odict_iterator", None, gc, slots, &ITER)?;
    vm.new_native_type::<PyOrder>("", "odict_order", None, gc, Slots::default(), &TypeDef { doc: "", sig: "", methods: &[], getset: &[] })?;
    let bases = [vm.types.dict_keys.clone(), vm.types.dict_values.clone(), vm.types.dict_items.clone()];
    let mut views = Vec::new();
    for (name, base) in ["odict_keys", "odict_values", "odict_items"].into_iter().zip(&bases) {
        views.push(vm.new_native_type::<PyDictView>("", name, Some(base), gc, Slots { iter: Some(iter_view), ..Slots::default() }, &VIEW)?);
    }
    vm.state::<Views>().0 = views;
    Ok(())
}

/// An iterator over `o`.
pub fn make(vm: &mut Vm, o: &Owned, kind: Kind, reverse: bool) -> PyResult {
    let order = order(vm, o)?;
    let list = order.0.get(vm);
    let (changes, end) = (list.changes(), list.end(reverse));
    let next = if end == NONE { None } else { Some(list.key(end).0) };
    let len = o.cast::<PyDict>().map_or(0, |d| d.len(vm));
    let payload = PyOdictIter { dict: Slot::new(Some(o.clone())), order, next: Slot::new(next), changes, len, kind, reverse };
    Ok(vm.new_object(payload)?.into_obj())
}

/// A view of `o`.
pub fn view(vm: &mut Vm, o: &Owned, kind: Kind) -> PyResult {
    let at = match kind { Kind::Keys => 0, Kind::Values => 1, Kind::Items => 2 };
    let ty = vm.state::<Views>().0[at].clone();
    PyDictView::make_of(vm, &ty, o, kind)
}

fn this_iter(o: &Owned) -> &Ref<PyOdictIter> { o.cast().expect("law: checked by the descriptor") }
fn this_view(o: &Owned) -> &Ref<PyDictView> { o.cast().expect("law: checked by the descriptor") }
fn iter_view(vm: &mut Vm, o: &Owned) -> PyResult { let v = this_view(o).clone(); make(vm, v.dict(), v.kind(), false) }
fn reversed_view(vm: &mut Vm, o: &Owned) -> PyResult { let v = this_view(o).clone(); make(vm, v.dict(), v.kind(), true) }

/// RuntimeError of a dict that changed under an iteration.
#[cold]
pub fn mutated(vm: &Vm) -> Raised { vm.runtime_error("OrderedDict mutated during iteration") }

/// The next key; `None` at the end.
fn next_key(vm: &mut Vm, it: &PyOdictIter, dict: &Owned) -> PyResult<Option<Owned>> {
    let Some(key) = it.next.take() else { return Ok(None) };
    if it.order.0.get(vm).changes() != it.changes { return Err(mutated(vm)) }
    let Some(plain) = dict.cast::<PyDict>().cloned() else { return Ok(None) };
    if plain.len(vm) != it.len { return Err(vm.runtime_error("OrderedDict changed size during iteration")) }
    let hash = vm.hash(&key)?;
    let node = it.order.node(vm, &plain, hash, &key)?;
    if node == NONE { return Err(vm.key_error(&key)) }
    let list = it.order.0.get(vm);
    let after = list.beside(node, !it.reverse);
    let following = if after == NONE { None } else { Some(list.key(after).0) };
    it.next.set(following);
    Ok(Some(key))
}

fn next(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    let it = this_iter(o);
    let Some(dict) = it.dict.get() else { return Ok(None) };
    let Some(key) = next_key(vm, it, &dict)? else {
        it.dict.set(None);
        return Ok(None);
    };
    if it.kind == Kind::Keys { return Ok(Some(key)) }
    let value = value_of(vm, &dict, &key)?;
    if it.kind == Kind::Values { return Ok(Some(value)) }
    Ok(Some(vm.new_tuple([key, value])?.into_obj()))
}

/// `dict[key]`, by the class's own `__getitem__` where there may be one. KeyError if it is not there.
pub fn value_of(vm: &mut Vm, dict: &Owned, key: &Owned) -> PyResult {
    if !is_plain(vm, dict) { return vm.get_item(dict, key) }
    let Some(plain) = dict.cast::<PyDict>().cloned() else { return Err(vm.key_error(key)) };
    match plain.get_item(vm, key)? { Some(value) => Ok(value), None => Err(vm.key_error(key)) }
}

fn reduce(vm: &mut Vm, o: &Owned) -> PyResult {
    let it = this_iter(o);
    let copy = PyOdictIter {
        dict: Slot::new(it.dict.get()), order: it.order.clone(), next: Slot::new(it.next.get()), changes: it.changes, len: it.len, kind: it.kind,
        reverse: it.reverse,
    };
    let copy = vm.new_object(copy)?.into_obj();
    let items = vm.collect(&copy)?;
    let list = vm.new_list(items)?.into_obj();
    vm.reduce_to_builtin("iter", vec![list], None)
}
