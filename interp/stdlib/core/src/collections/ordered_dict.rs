//! `OrderedDict`: a class on top of `dict` with an order of its own and native methods.
//!
//! The order stands in a slot that programs do not see and is made when first asked for. As in CPython, what `dict`'s own methods do to an
//! `OrderedDict` does not reach the order. Not here: the list itself (`odict_order.rs`), iterators and views (`odict_iter.rs`).

use instar_code::{Binary, Compare};
use instar_vm::args::Args;
use instar_vm::native::{Def, Native, TypeDef};
use instar_vm::object::Slot;
use instar_vm::slots::Slots;
use instar_vm::typeobj::{vm_flags, TypeRef};
use instar_vm::types::dict::PyDict;
use instar_vm::types::dict_iter::Kind;
use instar_vm::types::member_descriptor::PyMemberDescriptor;
use instar_vm::{ObjExt, Owned, PyResult, Ref, Vm};

use super::odict_iter::{self, make, mutated, value_of, view};
use super::odict_order::{PyOrder, NONE};
use crate::support::{set, set_type};

/// The class and the descriptor of its slot.
#[derive(Default)]
struct State { class: Option<TypeRef>, slot: Option<Ref<PyMemberDescriptor>> }

const DOC: &str = "Dictionary that remembers insertion order";

static DEF: TypeDef = TypeDef {
    doc: DOC, sig: "",
    methods: &[
        Def::class("fromkeys", "($type, /, iterable, value=None)", Native::Bound(fromkeys)).doc("Create a new ordered dictionary with keys from iterable and values set to value."),
        Def::new("pop", "($self, /, key, default=<unrepresentable>)", Native::Bound(pop)).doc("od.pop(key[,default]) -> v, remove specified key and return the corresponding value.\n\nIf the key is not found, return the default if given; otherwise,\nraise a KeyError."),
        Def::new("popitem", "($self, /, last=True)", Native::Bound(popitem)).doc("Remove and return a (key, value) pair from the dictionary.\n\nPairs are returned in LIFO order if last is true or FIFO order if\nfalse."),
        Def::new("setdefault", "($self, /, key, default=None)", Native::Bound(setdefault)).doc("Insert key with a value of default if key is not in the dictionary.\n\nReturn the value for key if key is in the dictionary, else default."),
        Def::new("move_to_end", "($self, /, key, last=True)", Native::Bound(move_to_end)).doc("Move an existing element to the end (or beginning if last is false).\n\nRaise KeyError if the element does not exist."),
        Def::new("clear", "($self, /)", Native::N0(clear)).doc("Remove all items from ordered dict."),
        Def::new("copy", "($self, /)", Native::N0(copy)).doc("A shallow copy of ordered dict."),
        Def::new("update", "", Native::Full(update)),
        Def::new("keys", "($self, /)", Native::N0(|vm, o| view(vm, o, Kind::Keys))),
        Def::new("values", "($self, /)", Native::N0(|vm, o| view(vm, o, Kind::Values))),
        Def::new("items", "($self, /)", Native::N0(|vm, o| view(vm, o, Kind::Items))),
        Def::new("__reversed__", "($self, /)", Native::N0(|vm, o| make(vm, o, Kind::Keys, true))).doc("od.__reversed__() <==> reversed(od)"),
        Def::new("__reduce__", "($self, /)", Native::N0(reduce)).doc("Return state information for pickling"),
        Def::new("__sizeof__", "($self, /)", Native::N0(sizeof)),
    ],
    getset: &[],
};

/// Makes the class.
pub fn exec(vm: &mut Vm, ns: &Ref<PyDict>) -> PyResult<()> {
    odict_iter::exec(vm)?;
    let body = vm.new_dict()?;
    let names = ["_order", "__dict__", "__weakref__"].into_iter().map(|n| vm.intern(n)).collect::<PyResult<Vec<_>>>()?;
    let slot_name = names[0].clone();
    let slots = vm.new_tuple(names)?.into_obj();
    let module = vm.new_str("collections")?;
    let doc = vm.new_str(DOC)?;
    set(vm, &body, "__module__", &module)?;
    set(vm, &body, "__doc__", &doc)?;
    set(vm, &body, "__slots__", &slots)?;
    let name = vm.intern("OrderedDict")?;
    let bases = vm.new_tuple([vm.types.dict.obj().clone()])?.into_obj();
    let ty = vm.types.type_.obj().clone();
    let class = vm.call_n(&ty, &[name, bases, body.into_obj()])?;
    let Some(class) = TypeRef::from_obj(&class).cloned() else { return Err(vm.system_error("OrderedDict is no class")) };
    let slot = class.dict_get(vm, &slot_name).and_then(|d| d.cast::<PyMemberDescriptor>().cloned());
    // The slot is nothing that programs, or pickles, should find.
    for hidden in ["_order", "__slots__", "__weakref__"] {
        let key = vm.intern(hidden)?;
        vm.del_attr(class.obj(), &key)?;
    }
    let mut slots = Slots { init: Some(init), repr: Some(repr), iter: Some(|vm, o| make(vm, o, Kind::Keys, false)), compare: Some(compare), setitem: Some(setitem), ..Slots::default() };
    slots.binary[Binary::Or as usize] = Some(or);
    slots.binary[Binary::InplaceOr as usize] = Some(inplace_or);
    class.name_with_module("collections");
    vm.fill_type(&class, slots, &DEF)?;
    class.set_flag(vm_flags::IMMUTABLE, true);
    *vm.state::<State>() = State { class: Some(class.clone()), slot };
    set_type(vm, ns, &class)
}

/// The slot of the order in an instance.
fn slot<'a>(vm: &mut Vm, o: &'a Owned) -> Option<&'a Slot> {
    let member = vm.state::<State>().slot.clone()?;
    member.slot_of(vm, o)
}

/// The order of an instance, made if there is none yet.
pub fn order(vm: &mut Vm, o: &Owned) -> PyResult<Ref<PyOrder>> {
    let Some(slot) = slot(vm, o) else { return Err(vm.system_error("not an OrderedDict")) };
    if let Some(order) = slot.get().and_then(|o| Ref::try_from(o).ok()) { return Ok(order) }
    let new = vm.new_object(PyOrder::default())?;
    slot.set(Some(new.obj().clone()));
    Ok(new)
}

/// Whether `o` is of the class itself, so that no Python code stands between it and its items.
pub fn is_plain(vm: &mut Vm, o: &Owned) -> bool {
    let class = vm.state::<State>().class.clone();
    class.is_some_and(|c| o.type_of(vm).ptr() == c.ptr())
}

fn is_ordered(vm: &mut Vm, o: &Owned) -> bool {
    let class = vm.state::<State>().class.clone();
    class.is_some_and(|c| o.is_instance_of(vm, &c))
}

fn dict(o: &Owned) -> &Ref<PyDict> { o.cast().expect("law: checked by the descriptor") }

/// `dict[key] = value` with the order kept; if that fails the key is taken out again.
fn store(vm: &mut Vm, o: &Owned, key: &Owned, value: &Owned) -> PyResult<()> {
    let (order, dict) = (order(vm, o)?, dict(o));
    let hash = match vm.hash(key) { Ok(hash) => hash, Err(_) => return dict.set_item(vm, key, value) };
    dict.set_hashed(vm, hash, key, value.clone())?;
    match order.note(vm, dict, hash, key) {
        Ok(()) => Ok(()),
        Err(e) => {
            let removed = dict.pop_hashed(vm, hash, key);
            drop(removed);
            Err(e)
        }
    }
}

fn setitem(vm: &mut Vm, o: &Owned, key: &Owned, value: Option<&Owned>) -> PyResult<()> {
    if let Some(value) = value { return store(vm, o, key, value) }
    let order = order(vm, o)?;
    let hash = vm.hash(key)?;
    let node = order.node(vm, dict(o), hash, key)?;
    if node != NONE { order.forget(vm, node) }
    match dict(o).pop_hashed(vm, hash, key)? { Some(_) => Ok(()), None => Err(vm.key_error(key)) }
}

fn init(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult<()> {
    if args.pos().len() > 1 { return Err(vm.type_error(format!("expected at most 1 argument, got {}", args.pos().len()))) }
    fill(vm, o, args)
}

fn update(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult {
    let n = args.pos().len();
    if n > 1 { return Err(vm.type_error(format!("update() takes at most 1 positional argument ({n} given)"))) }
    fill(vm, o, args)?;
    Ok(vm.none())
}

fn fill(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult<()> {
    if let Some(source) = args.pos().first() { update_from(vm, o, source)? }
    for (key, value) in args.keywords() { vm.set_item(o, key, value)? }
    Ok(())
}

/// Adds what a mapping or an iterable of pairs holds, through `__setitem__`.
fn update_from(vm: &mut Vm, o: &Owned, source: &Owned) -> PyResult<()> {
    if source.is_exact::<PyDict>(vm) {
        for (key, value) in dict(source).clone().pairs(vm)? { vm.set_item(o, &key, &value)? }
        return Ok(());
    }
    let (keys, items) = (vm.names.keys.clone(), vm.names.items.clone());
    if let Some(keys) = vm.get_attr_opt(source, &keys)? {
        let keys = vm.call0(&keys)?;
        let it = vm.iter(&keys)?;
        while let Some(key) = vm.next(&it)? {
            let value = vm.get_item(source, &key)?;
            vm.set_item(o, &key, &value)?;
        }
        return Ok(());
    }
    let pairs = match vm.get_attr_opt(source, &items)? { Some(items) => vm.call0(&items)?, None => source.clone() };
    let it = vm.iter(&pairs)?;
    while let Some(pair) = vm.next(&it)? {
        let parts = vm.iter(&pair)?;
        let (key, value) = (vm.next(&parts)?, vm.next(&parts)?);
        let (Some(key), Some(value)) = (&key, &value) else {
            let (n, s) = if key.is_some() { (1, "") } else { (0, "s") };
            return Err(vm.value_error(format!("need more than {n} value{s} to unpack")));
        };
        if vm.next(&parts)?.is_some() { return Err(vm.value_error("too many values to unpack (expected 2)")) }
        vm.set_item(o, key, value)?;
    }
    Ok(())
}

fn fromkeys(vm: &mut Vm, class: &Owned, args: &[Option<Owned>]) -> PyResult {
    let (Some(keys), value) = (&args[0], vm.option_to_none(args[1].clone())) else { return Err(vm.system_error("bad arguments")) };
    let new = vm.call0(class)?;
    let it = vm.iter(keys)?;
    while let Some(key) = vm.next(&it)? { vm.set_item(&new, &key, &value)? }
    Ok(new)
}

/// Removes a key that has a node; its value.
fn take(vm: &mut Vm, o: &Owned, order: &Ref<PyOrder>, node: u32, hash: i64, key: &Owned) -> PyResult<Option<Owned>> {
    order.forget(vm, node);
    dict(o).pop_hashed(vm, hash, key)
}

fn pop(vm: &mut Vm, o: &Owned, args: &[Option<Owned>]) -> PyResult {
    let Some(key) = &args[0] else { return Err(vm.system_error("bad arguments")) };
    let order = order(vm, o)?;
    let hash = vm.hash(key)?;
    let node = order.node(vm, dict(o), hash, key)?;
    let found = if node == NONE { None } else { take(vm, o, &order, node, hash, key)? };
    match (found, &args[1]) {
        (Some(value), _) => Ok(value),
        (None, Some(default)) => Ok(default.clone()),
        (None, None) => Err(vm.key_error(key)),
    }
}

fn flag(vm: &mut Vm, arg: Option<&Owned>) -> PyResult<bool> { match arg { Some(o) => vm.truth(o), None => Ok(true) } }

fn popitem(vm: &mut Vm, o: &Owned, args: &[Option<Owned>]) -> PyResult {
    let last = flag(vm, args[0].as_ref())?;
    let order = order(vm, o)?;
    let list = order.0.get(vm);
    let node = list.end(last);
    if node == NONE {
        let text = vm.new_str("dictionary is empty")?;
        return Err(vm.key_error(&text));
    }
    let (key, hash) = list.key(node);
    // A key that the dict itself lost keeps its place.
    if order.node(vm, dict(o), hash, &key)? == NONE { return Err(vm.key_error(&key)) }
    match take(vm, o, &order, node, hash, &key)? {
        Some(value) => Ok(vm.new_tuple([key, value])?.into_obj()),
        None => Err(vm.key_error(&key)),
    }
}

fn setdefault(vm: &mut Vm, o: &Owned, args: &[Option<Owned>]) -> PyResult {
    let (Some(key), default) = (&args[0], vm.option_to_none(args[1].clone())) else { return Err(vm.system_error("bad arguments")) };
    if is_plain(vm, o) {
        if let Some(value) = dict(o).get_item(vm, key)? { return Ok(value) }
        store(vm, o, key, &default)?;
    } else {
        if vm.contains(o, key)? { return vm.get_item(o, key) }
        vm.set_item(o, key, &default)?;
    }
    Ok(default)
}

fn move_to_end(vm: &mut Vm, o: &Owned, args: &[Option<Owned>]) -> PyResult {
    let Some(key) = &args[0] else { return Err(vm.system_error("bad arguments")) };
    let last = flag(vm, args[1].as_ref())?;
    let order = order(vm, o)?;
    if order.0.get(vm).end(last) == NONE { return Err(vm.key_error(key)) }
    let hash = vm.hash(key)?;
    let node = order.node(vm, dict(o), hash, key)?;
    if node == NONE { return Err(vm.key_error(key)) }
    order.0.get_mut(vm).move_to(node, last);
    Ok(vm.none())
}

fn clear(vm: &mut Vm, o: &Owned) -> PyResult {
    let order = order(vm, o)?;
    dict(o).clear(vm);
    order.clear(vm);
    Ok(vm.none())
}

/// Calls `each` with every key in order; RuntimeError if that changes the order.
fn walk(vm: &mut Vm, o: &Owned, mut each: impl FnMut(&mut Vm, &Owned, i64) -> PyResult<()>) -> PyResult<()> {
    let order = order(vm, o)?;
    let list = order.0.get(vm);
    let (changes, mut node) = (list.changes(), list.end(false));
    while node != NONE {
        let (key, hash) = order.0.get(vm).key(node);
        each(vm, &key, hash)?;
        let list = order.0.get(vm);
        if list.changes() != changes { return Err(mutated(vm)) }
        node = list.beside(node, true);
    }
    Ok(())
}

fn copy(vm: &mut Vm, o: &Owned) -> PyResult {
    let class = o.type_of(vm).obj().clone();
    let new = vm.call0(&class)?;
    let plain = is_plain(vm, o);
    walk(vm, o, |vm, key, hash| {
        if !plain {
            let value = vm.get_item(o, key)?;
            return vm.set_item(&new, key, &value);
        }
        let value = value_of(vm, o, key)?;
        let order = order(vm, &new)?;
        dict(&new).set_hashed(vm, hash, key, value)?;
        order.note(vm, dict(&new), hash, key)
    })?;
    Ok(new)
}

fn reduce(vm: &mut Vm, o: &Owned) -> PyResult {
    let (getstate, items) = (vm.intern("__getstate__")?, vm.names.items.clone());
    let state = vm.call_method(o, &getstate, &[])?;
    let items = vm.call_method(o, &items, &[])?;
    let parts = [o.type_of(vm).obj().clone(), vm.consts.empty_tuple.obj().clone(), state, vm.none(), vm.iter(&items)?];
    Ok(vm.new_tuple(parts)?.into_obj())
}

fn sizeof(vm: &mut Vm, o: &Owned) -> PyResult {
    let base = vm.types.dict.obj().clone();
    let name = vm.intern("__sizeof__")?;
    let own = vm.get_attr(&base, &name)?;
    let own = vm.call1(&own, o)?;
    let order = order(vm, o)?;
    let more = vm.basic_size(order.obj()) + order.0.get(vm).bytes();
    let more = vm.new_int(more as i64)?;
    vm.binary(Binary::Add, &own, &more)
}

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let name = o.type_of(vm).name(vm);
    if dict(o).is_empty(vm) { return vm.new_str(&format!("{name}()")) }
    vm.check_native_stack(" while getting the repr of an object")?;
    if !vm.repr_enter(o) { return vm.new_str("...") }
    let shown = contents(vm, o).and_then(|items| vm.repr_text(items.obj()));
    vm.repr_leave(o);
    vm.new_str(&format!("{name}({})", shown?))
}

/// A plain dict of the items, in their order.
fn contents(vm: &mut Vm, o: &Owned) -> PyResult<Ref<PyDict>> {
    let copy = vm.new_dict()?;
    if is_plain(vm, o) {
        walk(vm, o, |vm, key, _| {
            let value = value_of(vm, o, key)?;
            copy.set_item(vm, key, &value)
        })?;
    } else {
        let items = vm.names.items.clone();
        let items = vm.call_method(o, &items, &[])?;
        copy.update_from_pairs(vm, &items)?;
    }
    Ok(copy)
}

fn compare(vm: &mut Vm, o: &Owned, other: &Owned, op: Compare) -> PyResult {
    if !matches!(op, Compare::Eq | Compare::Ne) || other.cast::<PyDict>().is_none() { return Ok(vm.not_implemented()) }
    let Some(base) = vm.types.dict.slots().compare else { return Ok(vm.not_implemented()) };
    let same = base(vm, o, other, Compare::Eq)?;
    let equal = vm.truth(&same)? && (!is_ordered(vm, other) || same_order(vm, o, other)?);
    Ok(vm.bool(equal == (op == Compare::Eq)))
}

fn same_order(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult<bool> {
    let theirs = order(vm, b)?;
    let list = theirs.0.get(vm);
    let (changes, mut node, mut same) = (list.changes(), list.end(false), true);
    walk(vm, a, |vm, key, _| {
        if !same || node == NONE {
            same = false;
            return Ok(());
        }
        let other = theirs.0.get(vm).key(node).0;
        same = vm.equal(key, &other)?;
        if theirs.0.get(vm).changes() != changes { return Err(mutated(vm)) }
        node = theirs.0.get(vm).beside(node, true);
        Ok(())
    })?;
    Ok(same && node == NONE)
}

fn or(vm: &mut Vm, left: &Owned, right: &Owned) -> PyResult {
    if left.cast::<PyDict>().is_none() || right.cast::<PyDict>().is_none() { return Ok(vm.not_implemented()) }
    let model = if is_ordered(vm, left) { left } else { right };
    let class = model.type_of(vm).obj().clone();
    let new = vm.call1(&class, left)?;
    update_from(vm, &new, right)?;
    Ok(new)
}

fn inplace_or(vm: &mut Vm, o: &Owned, other: &Owned) -> PyResult {
    update_from(vm, o, other)?;
    Ok(o.clone())
}
