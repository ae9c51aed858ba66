//! What Python sees of `dict`: slots and methods.
//!
//! Not here: the storage functions they call (`dict.rs`) and filling from other objects (`dict_update.rs`).

use instar_code::{Binary, Compare};

use crate::args::Args;
use crate::native::{Def, Native, TypeDef};
use crate::object::{ObjExt, Owned, Ref};
use crate::slots::Slots;
use crate::typeobj::TypeRef;
use crate::types::container_repr;
use crate::types::dict::PyDict;
use crate::types::dict_iter::{Kind, PyDictIter};
use crate::types::dict_update;
use crate::types::dict_view::PyDictView;
use crate::vm::{PyResult, Vm};

pub(crate) fn this_dict(this: &Owned) -> &Ref<PyDict> { this.cast::<PyDict>().expect("law: checked by the descriptor") }

/// Docs, methods and attributes of `dict`.
pub static DEF: TypeDef = TypeDef {
    doc: "dict() -> empty\ndict(mapping) -> the mapping's entries\ndict(iterable) -> from (key, value) pairs\ndict(**kwargs) -> name=value, added to any of the others",
    sig: "",
    methods: &[
        Def::new("__contains__", "($self, key, /)", Native::N1(contains_method)).doc("Whether key is there."),
        Def::new("__getitem__", "($self, key, /)", Native::N1(getitem)).doc("Return self[key]."),
        Def::new("__sizeof__", "($self, /)", Native::N0(sizeof)).doc("Bytes held by the dict itself."),
        Def::new("get", "($self, key, default=None, /)", Native::Var(get, 1, 2)).doc("The value of key, else default."),
        Def::new("setdefault", "($self, key, default=None, /)", Native::Var(setdefault, 1, 2)).doc("The value of key, which is added with default if absent."),
        Def::new("pop", "($self, key, default=<unrepresentable>, /)", Native::Var(pop, 1, 2)).doc("Remove key and return its value; default if absent, KeyError without one."),
        Def::new("popitem", "($self, /)", Native::N0(popitem)).doc("Remove and return the newest (key, value) pair; KeyError if empty."),
        Def::new("keys", "($self, /)", Native::N0(keys)).doc("A view of the keys."),
        Def::new("items", "($self, /)", Native::N0(items)).doc("A view of the (key, value) pairs."),
        Def::new("values", "($self, /)", Native::N0(values)).doc("A view of the values."),
        Def::new("update", "", Native::Full(dict_update::update)).doc("Add the entries of a mapping or of an iterable of pairs, then of the keywords."),
        Def::class("fromkeys", "($type, iterable, value=None, /)", Native::Var(dict_update::fromkeys, 1, 2)).doc("A new dict of the iterable's keys, all with the same value."),
        Def::new("clear", "($self, /)", Native::N0(clear)).doc("Remove all entries."),
        Def::new("copy", "($self, /)", Native::N0(copy)).doc("A new dict of the same entries."),
        Def::new("__reversed__", "($self, /)", Native::N0(reversed)).doc("An iterator over the keys, newest first."),
        Def::class("__class_getitem__", "($type, object, /)", Native::N1(crate::protocol::item::class_getitem)).doc("See PEP 585"),
    ],
    getset: &[],
};

/// Fills the type.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.dict.clone();
    let mut slots = Slots {
        new: Some(new), init: Some(initialise), repr: Some(repr), compare: Some(compare), iter: Some(iter), len: Some(len),
        getitem: Some(getitem), setitem: Some(setitem), contains: Some(contains),
        ..Slots::default()
    };
    slots.binary[Binary::Or as usize] = Some(dict_update::or);
    slots.binary[Binary::InplaceOr as usize] = Some(dict_update::inplace_or);
    vm.fill_type(&ty, slots, &DEF)
}

fn new(vm: &mut Vm, ty: &TypeRef, _args: Args<'_>) -> PyResult { Ok(vm.new_object_of(ty, PyDict::empty())?.into_obj()) }

fn initialise(vm: &mut Vm, this: &Owned, args: Args<'_>) -> PyResult<()> { dict_update::update_from_args(vm, this, args, "dict") }

fn repr(vm: &mut Vm, this: &Owned) -> PyResult {
    let dict = this_dict(this);
    if dict.is_empty(vm) { return vm.new_str("{}") }
    container_repr::guarded(vm, this, "{...}", |vm, out| {
        out.text(vm, "{")?;
        let (mut pos, mut first) = (0, true);
        while let Some((next, key, value)) = dict.next_entry(vm, pos) {
            out.item(vm, first, &key)?;
            out.text(vm, ": ")?;
            out.object(vm, &value)?;
            (pos, first) = (next, false);
        }
        out.text(vm, "}")
    })
}

fn compare(vm: &mut Vm, this: &Owned, other: &Owned, op: Compare) -> PyResult {
    let (Some(a), Some(b)) = (this.cast::<PyDict>(), other.cast::<PyDict>()) else { return Ok(vm.not_implemented()) };
    if !matches!(op, Compare::Eq | Compare::Ne) { return Ok(vm.not_implemented()) }
    let equal = equal(vm, a, b)?;
    Ok(vm.bool(equal == (op == Compare::Eq)))
}

fn equal(vm: &mut Vm, a: &Ref<PyDict>, b: &Ref<PyDict>) -> PyResult<bool> {
    if a.len(vm) != b.len(vm) { return Ok(false) }
    let mut pos = 0;
    while let Some((next, hash, key, value)) = a.next_hashed(vm, pos) {
        pos = next;
        let Some(entry) = b.find(vm, hash, &key)? else { return Ok(false) };
        let theirs = b.value_at(vm, entry);
        if !vm.equal(&value, &theirs)? { return Ok(false) }
    }
    Ok(true)
}

fn iter(vm: &mut Vm, this: &Owned) -> PyResult { PyDictIter::make(vm, this_dict(this), Kind::Keys, false) }
fn reversed(vm: &mut Vm, this: &Owned) -> PyResult { PyDictIter::make(vm, this_dict(this), Kind::Keys, true) }
fn len(vm: &mut Vm, this: &Owned) -> PyResult<usize> { Ok(this_dict(this).len(vm)) }

/// `self[key]`, with `__missing__` for subclasses.
pub(crate) fn getitem(vm: &mut Vm, this: &Owned, key: &Owned) -> PyResult {
    if let Some(value) = this_dict(this).get_item(vm, key)? { return Ok(value) }
    if !this.is_exact::<PyDict>(vm) {
        let name = vm.names.__missing__.clone();
        if let Some(missing) = vm.lookup_special(this, &name)? { return vm.call1(&missing, key) }
    }
    Err(vm.key_error(key))
}

fn setitem(vm: &mut Vm, this: &Owned, key: &Owned, value: Option<&Owned>) -> PyResult<()> {
    let dict = this_dict(this);
    match value {
        Some(value) => dict.set_item(vm, key, value),
        None => if dict.del_item(vm, key)? { Ok(()) } else { Err(vm.key_error(key)) },
    }
}

fn contains(vm: &mut Vm, this: &Owned, key: &Owned) -> PyResult<bool> { this_dict(this).contains(vm, key) }

fn contains_method(vm: &mut Vm, this: &Owned, key: &Owned) -> PyResult {
    let found = this_dict(this).contains(vm, key)?;
    Ok(vm.bool(found))
}

fn sizeof(vm: &mut Vm, this: &Owned) -> PyResult {
    let bytes = vm.basic_size(this) + this_dict(this).table(vm).buffer_bytes();
    vm.new_int(bytes as i64)
}

fn default_of(vm: &Vm, args: &[Owned]) -> Owned { args.get(1).cloned().unwrap_or_else(|| vm.none()) }

fn get(vm: &mut Vm, this: &Owned, args: &[Owned]) -> PyResult {
    let found = this_dict(this).get_item(vm, &args[0])?;
    Ok(found.unwrap_or_else(|| default_of(vm, args)))
}

fn setdefault(vm: &mut Vm, this: &Owned, args: &[Owned]) -> PyResult {
    let default = default_of(vm, args);
    this_dict(this).set_default(vm, &args[0], &default)
}

fn pop(vm: &mut Vm, this: &Owned, args: &[Owned]) -> PyResult {
    let dict = this_dict(this);
    // An empty dict does not hash the key.
    let found = if dict.is_empty(vm) { None } else { dict.pop(vm, &args[0])? };
    match (found, args.get(1)) {
        (Some(value), _) => Ok(value),
        (None, Some(default)) => Ok(default.clone()),
        (None, None) => Err(vm.key_error(&args[0])),
    }
}

fn popitem(vm: &mut Vm, this: &Owned) -> PyResult {
    match this_dict(this).pop_last(vm) {
        Some((key, value)) => Ok(vm.new_tuple([key, value])?.into_obj()),
        None => {
            let message = vm.new_str("popitem(): dictionary is empty")?;
            Err(vm.key_error(&message))
        }
    }
}

fn keys(vm: &mut Vm, this: &Owned) -> PyResult { PyDictView::make(vm, this, Kind::Keys) }
fn items(vm: &mut Vm, this: &Owned) -> PyResult { PyDictView::make(vm, this, Kind::Items) }
fn values(vm: &mut Vm, this: &Owned) -> PyResult { PyDictView::make(vm, this, Kind::Values) }

fn clear(vm: &mut Vm, this: &Owned) -> PyResult {
    this_dict(this).clear(vm);
    Ok(vm.none())
}

fn copy(vm: &mut Vm, this: &Owned) -> PyResult { Ok(this_dict(this).copy(vm)?.into_obj()) }
