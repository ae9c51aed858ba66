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
    parameters: Slot,
}
trace! { PyUnion { args, parameters } }
payload!(PyUnion, "typing.Union", union);

static DEF: TypeDef = TypeDef {
    doc: "Represent a union type\n\nE.g. for int | str", sig: "",
    methods: &[Def::new("__mro_entries__", "", Native::Full(mro_entries)),
        Def::class("__class_getitem__", "", Native::N1(|vm, _, item| from_item(vm, item))).doc("See PEP 585")],
    getset: &[GetSet::ro("__args__", |_, o| Ok(this(o).args.obj().clone())), GetSet::ro("__name__", |vm, _| vm.new_str("Union")),
        GetSet::ro("__qualname__", |vm, _| vm.new_str("Union")), GetSet::ro("__origin__", |vm, _| Ok(vm.types.union.obj().clone())),
        GetSet::ro("__parameters__", parameters)],
};

pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.union.clone();
    let mut s = Slots { repr: Some(repr), hash: Some(hash), getattr: Some(getattr), compare: Some(compare), getitem: Some(getitem), ..Slots::default() };
    s.binary[Binary::Or as usize] = Some(or);
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
    let mut flat: Vec<Owned> = Vec::new();
    for m in members {
        match m.cast::<PyUnion>() {
            Some(u) => { for x in u.args.clone().items() { add_unique(vm, &mut flat, x)? } }
            None if vm.is_none(m) => { let none = vm.types.none.obj().clone(); add_unique(vm, &mut flat, &none)? }
            None => add_unique(vm, &mut flat, m)?,
        }
    }
    if let [only] = &flat[..] { return Ok(only.clone()) }
    let args = vm.new_tuple(flat)?;
    Ok(vm.new_object(PyUnion { args, parameters: Slot::default() })?.into_obj())
}

fn add_unique(vm: &mut Vm, flat: &mut Vec<Owned>, item: &Owned) -> PyResult<()> {
    for i in 0..flat.len() {
        let other = flat[i].clone();
        // int and bool are equal to nothing here but themselves; what compares equal and is of another type stays.
        if other.type_of(vm).ptr() == item.type_of(vm).ptr() && vm.equal(&other, item)? { return Ok(()) }
    }
    flat.push(item.clone());
    Ok(())
}

/// `Union[...]`.
fn from_item(vm: &mut Vm, item: &Owned) -> PyResult {
    let members: Vec<Owned> = match item.cast::<PyTuple>() { Some(t) => t.items().to_vec(), None => vec![item.clone()] };
    if members.is_empty() { return Err(vm.type_error("Cannot take a Union of no types.")) }
    let mut checked = Vec::with_capacity(members.len());
    for m in members {
        if unionable(vm, &m) { checked.push(m); continue }
        let typing = vm.import_module("typing")?;
        let (check, message) = (vm.intern("_type_check")?, vm.new_str("Union[arg, ...]: each arg must be a type.")?);
        checked.push(vm.call_method(&typing, &check, &[m, message])?);
    }
    make(vm, &checked)
}

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let args = this(o).args.clone();
    let mut parts = Vec::new();
    for a in args.items() {
        parts.push(if a.is(vm.types.none.obj()) { "None".to_owned() } else { type_repr(vm, a)? });
    }
    vm.new_str(&parts.join(" | "))
}

/// Members as a frozenset where they can be hashed.
fn hash(vm: &mut Vm, o: &Owned) -> PyResult<i64> {
    let args = this(o).args.clone();
    for a in args.items() {
        if let Err(e) = vm.hash(a) {
            if !e.is(vm, &vm.types.type_error) { return Err(e) }
            return Err(unhashable(vm, args.items()));
        }
    }
    let ty = vm.types.frozenset.obj().clone();
    let set = vm.call1(&ty, args.obj())?;
    vm.hash(&set)
}

fn unhashable(vm: &mut Vm, args: &[Owned]) -> crate::vm::Raised {
    let n = args.iter().filter(|a| vm.hash(a).is_err()).count();
    vm.type_error(format!("union contains {n} unhashable element{}", if n == 1 { "" } else { "s" }))
}

/// `__module__` and the like come from the type; the rest is generic.
fn getattr(vm: &mut Vm, o: &Owned, name: &Owned) -> PyResult { crate::protocol::attr::GENERIC_GETATTR(vm, o, name) }

fn compare(vm: &mut Vm, a: &Owned, b: &Owned, op: Compare) -> PyResult {
    let Some(other) = b.cast::<PyUnion>() else { return Ok(vm.not_implemented()) };
    if !matches!(op, Compare::Eq | Compare::Ne) { return Ok(vm.not_implemented()) }
    let (x, y) = (this(a).args.clone(), other.args.clone());
    let mut equal = x.items().len() == y.items().len();
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
    let Some(first) = new.first() else { return Err(vm.type_error("Cannot take a Union of no types.")) };
    let mut result = first.clone();
    for x in &new[1..] { result = vm.binary(Binary::Or, &result, x)? }
    Ok(result)
}

fn mro_entries(vm: &mut Vm, o: &Owned, _args: crate::args::Args<'_>) -> PyResult {
    let r = vm.repr_text(o)?;
    Err(vm.type_error(format!("Cannot subclass {r}")))
}
