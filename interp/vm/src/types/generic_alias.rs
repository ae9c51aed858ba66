//! `types.GenericAlias`: `list[int]`, and the substitution of type parameters that unions share (PEP 585, 646).
//!
//! Not here: type parameters themselves (`typevar.rs`).

use instar_code::Compare;

use crate::args::Args;
use crate::native::{Def, GetSet, Native, TypeDef};
use crate::object::{ObjExt, Owned, Ref, Slot};
use crate::payload;
use crate::protocol::attr::name_text;
use crate::slots::Slots;
use crate::trace;
use crate::typeobj::TypeRef;
use crate::types::list::PyList;
use crate::types::str::PyStr;
use crate::types::generic_alias_iter::PyGenericAliasIter;
use crate::types::tuple::PyTuple;
use crate::types::union;
use crate::vm::{PyResult, Vm};

/// Payload of a generic alias.
pub struct PyGenericAlias {
    /// The generic class.
    pub origin: Owned,
    /// Its arguments.
    pub args: Ref<PyTuple>,
    parameters: Slot,
    /// `*tuple[...]`.
    starred: bool,
}
trace! { PyGenericAlias { origin, args, parameters } }
crate::fields! { PyGenericAlias { origin, args, parameters, starred } }
payload!(PyGenericAlias, "types.GenericAlias", generic_alias);

static DEF: TypeDef = TypeDef {
    doc: "Represent a PEP 585 generic type\n\nFor example, for t = list[int], t.__origin__ is list and t.__args__\nis (int,).", sig: "(origin, args, /)",
    methods: &[Def::new("__mro_entries__", "($self, object, /)", Native::Full(|vm, o, _| { let origin = this(o).origin.clone(); Ok(vm.new_tuple(vec![origin])?.into_obj()) })),
        Def::new("__instancecheck__", "", Native::N1(|vm, _, _| Err(vm.type_error("isinstance() argument 2 cannot be a parameterized generic")))),
        Def::new("__subclasscheck__", "", Native::N1(|vm, _, _| Err(vm.type_error("issubclass() argument 2 cannot be a parameterized generic")))),
        Def::new("__reduce__", "", Native::N0(reduce)), Def::new("__dir__", "", Native::N0(dir))],
    getset: &[GetSet::member("__origin__", |_, o| Ok(this(o).origin.clone())), GetSet::member("__args__", |_, o| Ok(this(o).args.obj().clone())),
        GetSet::member("__unpacked__", |vm, o| Ok(vm.bool(this(o).starred))), GetSet::ro("__parameters__", parameters),
        GetSet::ro("__typing_unpacked_tuple_args__", unpacked_args)],
};

pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.generic_alias.clone();
    let mut s = Slots {
        new: Some(new), repr: Some(repr), hash: Some(hash), call: Some(call), getattr: Some(getattr), compare: Some(compare), iter: Some(iter),
        getitem: Some(getitem), ..Slots::default()
    };
    s.binary[instar_code::Binary::Or as usize] = Some(union::or);
    vm.fill_type(&ty, s, &DEF)
}

fn this(o: &Owned) -> &Ref<PyGenericAlias> { o.cast().expect("law: checked by the descriptor") }

impl Vm {
    /// `origin[item]`: what `__class_getitem__` of native generics returns.
    pub fn new_generic_alias(&mut self, origin: &Owned, item: &Owned) -> PyResult { make(self, origin.clone(), item, false) }
}

/// `__class_getitem__` of native generics.
pub(crate) fn class_getitem(vm: &mut Vm, class: &Owned, item: &Owned) -> PyResult { vm.new_generic_alias(class, item) }

fn make(vm: &mut Vm, origin: Owned, item: &Owned, starred: bool) -> PyResult {
    let args = match item.cast::<PyTuple>() { Some(t) => t.clone(), None => vm.new_tuple(vec![item.clone()])? };
    Ok(vm.new_object(PyGenericAlias { origin, args, parameters: Slot::default(), starred })?.into_obj())
}

fn new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let [origin, item] = args.exactly(vm, "GenericAlias", 2, 2)? else { return Err(vm.system_error("bad argument count")) };
    let args = match item.cast::<PyTuple>() { Some(t) => t.clone(), None => vm.new_tuple(vec![item.clone()])? };
    Ok(vm.new_object_of(ty, PyGenericAlias { origin: origin.clone(), args, parameters: Slot::default(), starred: false })?.into_obj())
}

/// A type as it stands in the repr of an alias or union.
pub(crate) fn type_repr(vm: &mut Vm, o: &Owned) -> PyResult<String> {
    if o.is(&vm.consts.ellipsis) { return Ok("...".to_owned()) }
    // Aliases have both attributes below but show their arguments.
    let (origin, args) = (vm.names.__origin__.clone(), vm.names.__args__.clone());
    if vm.get_attr_opt(o, &origin)?.is_some() && vm.get_attr_opt(o, &args)?.is_some() { return vm.repr_text(o) }
    let (qualname, module) = (vm.names.__qualname__.clone(), vm.names.__module__.clone());
    let Some(q) = vm.get_attr_opt(o, &qualname)?.filter(|q| q.cast::<PyStr>().is_some()) else { return vm.repr_text(o) };
    let Some(m) = vm.get_attr_opt(o, &module)?.filter(|m| m.cast::<PyStr>().is_some()) else { return vm.repr_text(o) };
    let (q, m) = (name_text(&q), name_text(&m));
    Ok(if m == "builtins" { q } else { format!("{m}.{q}") })
}

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let a = this(o).clone();
    let mut text = if a.starred { "*".to_owned() } else { String::new() };
    text += &type_repr(vm, &a.origin)?;
    text.push('[');
    for (i, arg) in a.args.items().iter().enumerate() {
        if i > 0 { text += ", " }
        if let Some(list) = arg.cast::<PyList>() {
            let mut parts = Vec::new();
            // Showing an item may change the list.
            for at in 0..list.len(vm) {
                let Some(x) = list.get(vm, at) else { return Err(vm.index_error("list index out of range")) };
                parts.push(type_repr(vm, &x)?);
            }
            text += &format!("[{}]", parts.join(", "));
        } else {
            text += &type_repr(vm, arg)?;
        }
    }
    if a.args.items().is_empty() { text += "()" }
    text.push(']');
    vm.new_str(&text)
}

fn hash(vm: &mut Vm, o: &Owned) -> PyResult<i64> {
    let a = this(o);
    let h = vm.hash(&a.origin)? ^ vm.hash(a.args.obj())?;
    Ok(if h == -1 { -2 } else { h })
}

fn call(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult {
    let obj = vm.call(&this(o).origin, args)?;
    let key = vm.names.__orig_class__.clone();
    match vm.set_attr(&obj, &key, o) {
        Err(e) if !e.is(vm, &vm.types.attribute_error) && !e.is(vm, &vm.types.type_error) => Err(e),
        _ => Ok(obj),
    }
}

/// Attributes that are the alias's own although the origin has them too.
const OWN: &[&str] = &["__class__", "__bases__", "__copy__", "__deepcopy__", "__unpacked__", "__parameters__", "__mro_entries__", "__reduce_ex__",
    "__reduce__", "__origin__", "__args__", "__typing_unpacked_tuple_args__"];
/// Attributes of the origin that do not show.
const BLOCKED: &[&str] = &["__bases__", "__copy__", "__deepcopy__"];

fn getattr(vm: &mut Vm, o: &Owned, name: &Owned) -> PyResult {
    let text = name_text(name);
    if !OWN.contains(&&*text) { return vm.get_attr_interned(&this(o).origin, name) }
    if BLOCKED.contains(&&*text) && vm.type_lookup(o.type_of(vm), name).is_none() { return Err(vm.attribute_error_for(o, name)) }
    crate::protocol::attr::GENERIC_GETATTR(vm, o, name)
}

fn compare(vm: &mut Vm, a: &Owned, b: &Owned, op: Compare) -> PyResult {
    let Some(y) = b.cast::<PyGenericAlias>() else { return Ok(vm.not_implemented()) };
    if !matches!(op, Compare::Eq | Compare::Ne) { return Ok(vm.not_implemented()) }
    let x = this(a);
    let equal = x.starred == y.starred && vm.equal(&x.origin, &y.origin)? && vm.equal(x.args.obj(), y.args.obj())?;
    Ok(vm.bool(equal == (op == Compare::Eq)))
}

/// `*tuple[int, str]`: one starred alias.
fn iter(vm: &mut Vm, o: &Owned) -> PyResult { Ok(vm.new_object(PyGenericAliasIter::new(o.clone()))?.into_obj()) }

/// `*alias`
pub(super) fn starred(vm: &mut Vm, alias: &Owned) -> PyResult {
    let a = this(alias).clone();
    make(vm, a.origin.clone(), a.args.obj(), true)
}

fn reduce(vm: &mut Vm, o: &Owned) -> PyResult {
    let a = this(o).clone();
    if a.starred {
        let plain = make(vm, a.origin.clone(), a.args.obj(), false)?;
        let it = vm.iter(&plain)?;
        let key = vm.intern("next")?;
        let builtins = vm.builtins.clone();
        let Some(next) = builtins.get_item(vm, &key)? else { return Err(vm.name_error("name 'next' is not defined")) };
        let args = vm.new_tuple(vec![it])?.into_obj();
        return Ok(vm.new_tuple(vec![next, args])?.into_obj());
    }
    let class = vm.types.generic_alias.obj().clone();
    let args = vm.new_tuple(vec![a.origin.clone(), a.args.obj().clone()])?.into_obj();
    Ok(vm.new_tuple(vec![class, args])?.into_obj())
}

fn dir(vm: &mut Vm, o: &Owned) -> PyResult {
    let origin = this(o).origin.clone();
    let key = vm.names.__dir__.clone();
    let list = match vm.lookup_special(&origin, &key)? { Some(f) => vm.call0(&f)?, None => vm.new_list(Vec::new())?.into_obj() };
    let mut names = vm.collect(&list)?;
    for own in OWN {
        if BLOCKED.contains(own) { continue }
        let own = vm.intern(own)?;
        if !names.iter().any(|n| n.is(&own)) { names.push(own) }
    }
    Ok(vm.new_list(names)?.into_obj())
}

fn parameters(vm: &mut Vm, o: &Owned) -> PyResult {
    if let Some(p) = this(o).parameters.get() { return Ok(p) }
    let args = this(o).args.clone();
    let p = parameters_of(vm, args.items())?.into_obj();
    this(o).parameters.set(Some(p.clone()));
    Ok(p)
}

fn unpacked_args(vm: &mut Vm, o: &Owned) -> PyResult {
    let a = this(o);
    if a.starred && a.origin.is(vm.types.tuple.obj()) { return Ok(a.args.obj().clone()) }
    Ok(vm.none())
}

/// The type parameters that occur in `args`, in order of appearance.
pub(crate) fn parameters_of(vm: &mut Vm, args: &[Owned]) -> PyResult<Ref<PyTuple>> {
    let mut found: Vec<Owned> = Vec::new();
    collect_parameters(vm, args, &mut found)?;
    vm.new_tuple(found)
}

fn collect_parameters(vm: &mut Vm, args: &[Owned], found: &mut Vec<Owned>) -> PyResult<()> {
    vm.check_native_stack(" in __parameter__ calculation")?;
    for arg in args {
        // A class with these attributes is not an occurrence of a parameter.
        if TypeRef::from_obj(arg).is_some() { continue }
        let subst = vm.names.__typing_subst__.clone();
        if vm.get_attr_opt(arg, &subst)?.is_some() {
            if !found.iter().any(|f| f.is(arg)) { found.push(arg.clone()) }
            continue;
        }
        let key = vm.names.__parameters__.clone();
        if let Some(sub) = vm.get_attr_opt(arg, &key)?.and_then(|s| Ref::<PyTuple>::try_from(s).ok()) {
            for p in sub.items() { if !found.iter().any(|f| f.is(p)) { found.push(p.clone()) } }
            continue;
        }
        if let Some(list) = arg.cast::<PyList>() { let items = list.items(vm).to_vec(); collect_parameters(vm, &items, found)? }
        else if let Some(tuple) = arg.cast::<PyTuple>() { let items = tuple.items().to_vec(); collect_parameters(vm, &items, found)? }
    }
    Ok(())
}

/// Items of a subscript with starred aliases unpacked.
fn unpack_item(vm: &mut Vm, item: &Owned) -> PyResult<Vec<Owned>> {
    let items: Vec<Owned> = match item.cast::<PyTuple>() { Some(t) => t.items().to_vec(), None => vec![item.clone()] };
    let mut out = Vec::with_capacity(items.len());
    let key = vm.intern("__typing_unpacked_tuple_args__")?;
    for x in items {
        if TypeRef::from_obj(&x).is_none()
            && let Some(sub) = vm.get_attr_opt(&x, &key)?.and_then(|s| Ref::<PyTuple>::try_from(s).ok())
            && !sub.items().last().is_some_and(|l| l.is(&vm.consts.ellipsis))
        {
            out.extend(sub.items().iter().cloned());
        } else {
            out.push(x);
        }
    }
    Ok(out)
}

/// `args` with the type parameters `params` replaced by the items of the subscript.
pub(crate) fn substitute(vm: &mut Vm, alias: &Owned, args: &[Owned], params: &Owned, item: &Owned) -> PyResult<Vec<Owned>> {
    let params: Vec<Owned> = params.cast::<PyTuple>().map(|p| p.items().to_vec()).unwrap_or_default();
    if params.is_empty() {
        let r = vm.repr_text(alias)?;
        return Err(vm.type_error(format!("{r} is not a generic class")));
    }
    let unpacked = unpack_item(vm, item)?;
    let mut items = vm.new_tuple(unpacked)?.into_obj();
    for p in &params {
        let key = vm.names.__typing_prepare_subst__.clone();
        if let Some(prepare) = vm.get_attr_opt(p, &key)?.filter(|f| !vm.is_none(f)) {
            let new = vm.call2(&prepare, alias, &items)?;
            items = if new.cast::<PyTuple>().is_some() { new } else { vm.new_tuple(vec![new])?.into_obj() };
        }
    }
    let items: Vec<Owned> = items.cast::<PyTuple>().map(|t| t.items().to_vec()).unwrap_or_default();
    if items.len() != params.len() {
        let (r, got, want) = (vm.repr_text(alias)?, items.len(), params.len());
        let how = if got > want { "many" } else { "few" };
        return Err(vm.type_error(format!("Too {how} arguments for {r}; actual {got}, expected {want}")));
    }
    replace_all(vm, args, &params, &items)
}

fn replace_all(vm: &mut Vm, args: &[Owned], params: &[Owned], items: &[Owned]) -> PyResult<Vec<Owned>> {
    vm.check_native_stack(" in __getitem__")?;
    let mut out = Vec::with_capacity(args.len());
    for arg in args {
        if TypeRef::from_obj(arg).is_some() { out.push(arg.clone()); continue }
        if let Some(list) = arg.cast::<PyList>() {
            let inner = list.items(vm).to_vec();
            let new = replace_all(vm, &inner, params, items)?;
            out.push(vm.new_list(new)?.into_obj());
            continue;
        }
        if let Some(tuple) = arg.cast::<PyTuple>() {
            let inner = tuple.items().to_vec();
            let new = replace_all(vm, &inner, params, items)?;
            out.push(vm.new_tuple(new)?.into_obj());
            continue;
        }
        let unpack_key = vm.intern("__typing_is_unpacked_typevartuple__")?;
        let unpack = match vm.get_attr_opt(arg, &unpack_key)? { Some(v) => vm.truth(&v)?, None => false };
        let subst = vm.names.__typing_subst__.clone();
        let new = match vm.get_attr_opt(arg, &subst)? {
            Some(f) => match params.iter().position(|p| p.is(arg)) {
                Some(i) => vm.call1(&f, &items[i])?,
                None => {
                    let a = vm.repr_text(arg)?;
                    return Err(vm.type_error(format!("argument {a} with __typing_subst__ was not found in __parameters__")));
                }
            },
            None => nested(vm, arg, params, items)?,
        };
        match new.cast::<PyTuple>() {
            Some(t) if unpack => out.extend(t.items().iter().cloned()),
            None if unpack => {
                let (a, n) = (arg.type_name(vm), new.type_name(vm));
                return Err(vm.type_error(format!("expected __typing_subst__ of {a} objects to return a tuple, not {n}")));
            }
            _ => out.push(new),
        }
    }
    Ok(out)
}

/// An argument that is generic itself: subscripted with what its own parameters become.
fn nested(vm: &mut Vm, arg: &Owned, params: &[Owned], items: &[Owned]) -> PyResult {
    let key = vm.names.__parameters__.clone();
    let Some(sub) = vm.get_attr_opt(arg, &key)?.and_then(|s| Ref::<PyTuple>::try_from(s).ok()).filter(|s| !s.items().is_empty()) else { return Ok(arg.clone()) };
    let mut new = Vec::new();
    for p in sub.items() {
        match params.iter().position(|x| x.is(p)) {
            Some(i) => match (items[i].cast::<PyTuple>(), p.type_of(vm).ptr() == vm.types.typevartuple.ptr()) {
                (Some(t), true) => new.extend(t.items().iter().cloned()),
                _ => new.push(items[i].clone()),
            },
            None => new.push(p.clone()),
        }
    }
    let new = vm.new_tuple(new)?.into_obj();
    vm.get_item(arg, &new)
}

fn getitem(vm: &mut Vm, o: &Owned, item: &Owned) -> PyResult {
    let params = parameters(vm, o)?;
    let a = this(o).clone();
    let new = substitute(vm, o, a.args.items(), &params, item)?;
    let new = vm.new_tuple(new)?.into_obj();
    make(vm, a.origin.clone(), &new, a.starred)
}
