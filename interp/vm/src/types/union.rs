//! `typing.Union` (also `types.UnionType`): `int | str`.
//!
//! Not here: substitution of type parameters (`generic_alias.rs`).

use instar_code::{Binary, Compare};

use super::generic_alias::{parameters_of, substitute, type_repr};
use crate::native::{Def, GetSet, Native, TypeDef};
use crate::object::{ObjExt, Owned, Ref, Slot};
use crate::payload;
use crate::slots::Slots;
use crate::trace;
use crate::typeobj::TypeRef;
use crate::types::generic_alias::PyGenericAlias;
use crate::types::tuple::PyTuple;
use crate::vm::{PyResult, Vm};

/// Payload of a union.
pub struct PyUnion {
    /// The members, at least two, without duplicates.
    pub args: Ref<PyTuple>,
    /// The frozenset of those that could be hashed when the union was made.
    hashable: Owned,
    /// The others.
    unhashable: Ref<PyTuple>,
    parameters: Slot,
}
trace! { PyUnion { args, hashable, unhashable, parameters } }
crate::fields! { PyUnion { args, hashable, unhashable, parameters } }
payload!(PyUnion, "typing.Union", union);

static DEF: TypeDef = TypeDef {
    doc: "Represent a union type\n\nE.g. for int | str", sig: "",
    methods: &[Def::new("__mro_entries__", "($self, object, /)", Native::Full(mro_entries)),
        Def::class("__class_getitem__", "", Native::N1(|vm, _, item| from_item(vm, item))).doc("See PEP 585")],
    getset: &[GetSet::member("__args__", |_, o| Ok(this(o).args.obj().clone())), GetSet::ro("__name__", |vm, _| vm.new_str("Union")),
        GetSet::ro("__qualname__", |vm, _| vm.new_str("Union")), GetSet::ro("__origin__", |vm, _| Ok(vm.types.union.obj().clone())),
        GetSet::ro("__parameters__", parameters)],
};

pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.union.clone();
    let mut s = Slots { repr: Some(repr), hash: Some(hash), getattr: Some(getattr), compare: Some(compare), getitem: Some(getitem), ..Slots::default() };
    // A union takes what `Union[...]` takes.
    s.binary[Binary::Or as usize] = Some(|vm, a, b| make_checked(vm, &[a.clone(), b.clone()]));
    vm.fill_type(&ty, s, &DEF)
}

fn this(o: &Owned) -> &Ref<PyUnion> { o.cast().expect("law: checked by the descriptor") }

/// Whether `|` makes unions of it without asking `typing`.
fn unionable(vm: &Vm, o: &Owned) -> bool {
    vm.is_none(o) || TypeRef::from_obj(o).is_some() || o.cast::<PyGenericAlias>().is_some() || o.cast::<PyUnion>().is_some()
        || o.type_of(vm).ptr() == vm.types.typealias.ptr()
}

/// `a | b` for types, aliases, unions and None; NotImplemented for anything else.
pub(crate) fn or(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult {
    if !unionable(vm, a) || !unionable(vm, b) { return Ok(vm.not_implemented()) }
    make(vm, &[a.clone(), b.clone()])
}

/// The union of `members`: flattened, None as its type, duplicates left out; the member itself if it is one.
pub(crate) fn make(vm: &mut Vm, members: &[Owned]) -> PyResult {
    let mut parts = Parts::default();
    for m in members {
        match m.cast::<PyUnion>() {
            Some(u) => { for x in u.args.clone().items() { parts.add(vm, x)? } }
            None if vm.is_none(m) => { let none = vm.types.none.obj().clone(); parts.add(vm, &none)? }
            None => parts.add(vm, m)?,
        }
    }
    if let [only] = &parts.all[..] { return Ok(only.clone()) }
    let hashable = vm.new_frozenset(parts.hashed.into_iter().map(|(_, o)| o))?;
    let (args, unhashable) = (vm.new_tuple(parts.all)?, vm.new_tuple(parts.unhashable)?);
    Ok(vm.new_object(PyUnion { args, hashable, unhashable, parameters: Slot::default() })?.into_obj())
}

/// The union of what a subscript or a type parameter gives: other things than types are for `typing` to judge (names become
/// forward references).
pub(crate) fn make_checked(vm: &mut Vm, members: &[Owned]) -> PyResult {
    let mut checked = Vec::with_capacity(members.len());
    for m in members {
        if unionable(vm, m) { checked.push(m.clone()); continue }
        let typing = vm.import_module("typing")?;
        let (check, message) = (vm.intern("_type_check")?, vm.new_str("Union[arg, ...]: each arg must be a type.")?);
        checked.push(vm.call_method(&typing, &check, &[m.clone(), message])?);
    }
    make(vm, &checked)
}

/// The members of a union being made.
#[derive(Default)]
struct Parts {
    all: Vec<Owned>,
    hashed: Vec<(i64, Owned)>,
    unhashable: Vec<Owned>,
}

impl Parts {
    /// Adds a member unless an equal one is there, as in a set.
    fn add(&mut self, vm: &mut Vm, item: &Owned) -> PyResult<()> {
        match vm.hash(item) {
            Ok(hash) => {
                for (_, other) in self.hashed.iter().filter(|(h, _)| *h == hash) { if vm.equal(other, item)? { return Ok(()) } }
                self.hashed.push((hash, item.clone()));
            }
            Err(_) => {
                for other in &self.unhashable { if vm.equal(other, item)? { return Ok(()) } }
                self.unhashable.push(item.clone());
            }
        }
        self.all.push(item.clone());
        Ok(())
    }
}

/// `Union[...]`.
pub(super) fn from_item(vm: &mut Vm, item: &Owned) -> PyResult {
    let members: Vec<Owned> = match item.cast::<PyTuple>() { Some(t) => t.items().to_vec(), None => vec![item.clone()] };
    if members.is_empty() { return Err(vm.type_error("Cannot take a Union of no types.")) }
    make_checked(vm, &members)
}

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let args = this(o).args.clone();
    let mut parts = Vec::new();
    for a in args.items() {
        parts.push(if a.is(vm.types.none.obj()) { "None".to_owned() } else { type_repr(vm, a)? });
    }
    vm.new_str(&parts.join(" | "))
}

/// That of the set of members. A member that could not be hashed raises its own error.
fn hash(vm: &mut Vm, o: &Owned) -> PyResult<i64> {
    let unhashable = this(o).unhashable.clone();
    let n = unhashable.items().len();
    if n == 0 { return vm.hash(&this(o).hashable.clone()) }
    for a in unhashable.items() { vm.hash(a)?; }
    // They have become hashable since.
    Err(vm.type_error(format!("union contains {n} unhashable elements")))
}

/// `__module__` comes from the type; the rest is generic.
fn getattr(vm: &mut Vm, o: &Owned, name: &Owned) -> PyResult {
    if name.is(&vm.names.__module__) { let ty = o.type_of(vm).obj().clone(); return vm.get_attr(&ty, name) }
    crate::protocol::attr::GENERIC_GETATTR(vm, o, name)
}

fn compare(vm: &mut Vm, a: &Owned, b: &Owned, op: Compare) -> PyResult {
    let Some(other) = b.cast::<PyUnion>() else { return Ok(vm.not_implemented()) };
    if !matches!(op, Compare::Eq | Compare::Ne) { return Ok(vm.not_implemented()) }
    let mut equal = vm.equal(&this(a).hashable.clone(), &other.hashable.clone())?;
    let (x, y) = (this(a).unhashable.clone(), other.unhashable.clone());
    equal &= x.items().len() == y.items().len();
    for m in x.items() {
        if !equal { break }
        equal = vm.contains(y.obj(), m)?;
    }
    Ok(vm.bool(equal == (op == Compare::Eq)))
}

fn parameters(vm: &mut Vm, o: &Owned) -> PyResult {
    if let Some(p) = this(o).parameters.get() { return Ok(p) }
    let args = this(o).args.clone();
    let p = parameters_of(vm, args.items())?.into_obj();
    this(o).parameters.set(Some(p.clone()));
    Ok(p)
}

fn getitem(vm: &mut Vm, o: &Owned, item: &Owned) -> PyResult {
    let params = parameters(vm, o)?;
    let args = this(o).args.clone();
    let new = substitute(vm, o, args.items(), &params, item)?;
    if new.is_empty() { return Err(vm.type_error("Cannot take a Union of no types.")) }
    make_checked(vm, &new)
}

fn mro_entries(vm: &mut Vm, o: &Owned, _args: crate::args::Args<'_>) -> PyResult {
    let r = vm.repr_text(o)?;
    Err(vm.type_error(format!("Cannot subclass {r}")))
}
