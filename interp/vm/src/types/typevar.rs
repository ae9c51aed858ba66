//! Type parameters of PEP 695/696 and type aliases: the objects behind `def f[T]`, `type X = ...`, shared with `typing`.
//!
//! Bounds, constraints, defaults and alias values are functions evaluated at first use (PEP 649 style).
//! Not here: `typing.py`, which supplies substitution (`_typevar_subst` and friends) and repr of arguments.

use crate::args::{Args, Signature};
use crate::native::{Def, GetSet, Native, TypeDef};
use crate::object::{ObjExt, Owned, Ref, Slot};
use crate::slots::Slots;
use crate::typeobj::{vm_flags, TypeRef};
use crate::types::str::PyStr;
use crate::types::tuple::PyTuple;
use crate::types::{const_evaluator, union};
use crate::vm::{PyResult, Vm};
use crate::{payload, trace};

/// What the three kinds of parameters share: name, evaluated and lazy parts.
#[derive(Default)]
struct Parts {
    name: Slot,
    bound: Slot,
    evaluate_bound: Slot,
    constraints: Slot,
    evaluate_constraints: Slot,
    default: Slot,
    evaluate_default: Slot,
    module: Slot,
    dict: Slot,
    variance: Slot,
}

macro_rules! parameter {
    ($ty:ident, $name:literal, $field:ident) => {
        #[doc = concat!("Payload of `", $name, "`.")]
        #[derive(Default)]
        pub struct $ty { name: Slot, bound: Slot, evaluate_bound: Slot, constraints: Slot, evaluate_constraints: Slot, default: Slot, evaluate_default: Slot, module: Slot, dict: Slot, variance: Slot }
        trace! { $ty { name, bound, evaluate_bound, constraints, evaluate_constraints, default, evaluate_default, module, dict, variance } }
        crate::fields! { $ty { name, bound, evaluate_bound, constraints, evaluate_constraints, default, evaluate_default, module, dict, variance } }
        payload!($ty, $name, $field);
        impl $ty {
            fn from_parts(p: Parts) -> Self {
                $ty { name: p.name, bound: p.bound, evaluate_bound: p.evaluate_bound, constraints: p.constraints, evaluate_constraints: p.evaluate_constraints,
                    default: p.default, evaluate_default: p.evaluate_default, module: p.module, dict: p.dict, variance: p.variance }
            }
        }
    };
}
parameter!(PyTypeVar, "typevar", typevar);
parameter!(PyParamSpec, "paramspec", paramspec);
parameter!(PyTypeVarTuple, "typevartuple", typevartuple);

/// `T.name` field by any of the three payloads.
macro_rules! with_field {
    ($o:expr, $field:ident) => {
        if let Some(t) = $o.cast::<PyTypeVar>() { &t.$field } else if let Some(t) = $o.cast::<PyParamSpec>() { &t.$field }
        else { &$o.cast::<PyTypeVarTuple>().expect("law: checked by the descriptor").$field }
    };
}

/// `P.args`.
pub struct PyParamSpecArgs { origin: Owned }
trace! { PyParamSpecArgs { origin } }
crate::fields! { PyParamSpecArgs { origin } }
payload!(PyParamSpecArgs, "paramspecargs", paramspec_args);
/// `P.kwargs`.
pub struct PyParamSpecKwargs { origin: Owned }
trace! { PyParamSpecKwargs { origin } }
crate::fields! { PyParamSpecKwargs { origin } }
payload!(PyParamSpecKwargs, "paramspeckwargs", paramspec_kwargs);
/// `typing.NoDefault`.
pub struct PyNoDefault;
trace! { PyNoDefault {} }
crate::fields! { PyNoDefault {} }
payload!(PyNoDefault, "nodefault", no_default);

/// `type X[T] = value`.
pub struct PyTypeAlias { name: Slot, type_params: Slot, evaluate: Slot, value: Slot, module: Slot }
trace! { PyTypeAlias { name, type_params, evaluate, value, module } }
crate::fields! { PyTypeAlias { name, type_params, evaluate, value, module } }
payload!(PyTypeAlias, "typealiastype", typealias);

/// The NoDefault singleton, per interpreter.
#[derive(Default)]
pub struct TypingState { no_default: Option<Owned> }

/// `typing.NoDefault`.
pub fn no_default(vm: &mut Vm) -> PyResult {
    if let Some(o) = vm.state::<TypingState>().no_default.clone() { return Ok(o) }
    let o = vm.new_object(PyNoDefault)?.into_obj();
    vm.state::<TypingState>().no_default = Some(o.clone());
    Ok(o)
}

fn caller_module(vm: &mut Vm) -> PyResult<Option<Owned>> {
    let name = vm.names.__name__.clone();
    Ok(vm.current_globals().and_then(|g| g.get_interned(vm, &name)))
}

fn some(o: &Owned) -> Slot { Slot::new(Some(o.clone())) }

fn variance(vm: &mut Vm, covariant: bool, contravariant: bool, infer: bool) -> PyResult<Slot> {
    let bits = covariant as i64 | (contravariant as i64) << 1 | (infer as i64) << 2;
    Ok(Slot::new(Some(vm.new_int(bits)?)))
}

/// A TypeVar from a `[T]`, `[T: bound]` or `[T: (a, b)]`; the functions compute bound or constraints.
pub fn new_typevar(vm: &mut Vm, name: &Owned, bound: Option<Owned>, constraints: Option<Owned>) -> PyResult {
    let module = Slot::new(caller_module(vm)?);
    let variance = variance(vm, false, false, true)?;
    let p = Parts { name: some(name), evaluate_bound: Slot::new(bound), evaluate_constraints: Slot::new(constraints), module, variance, ..Parts::default() };
    Ok(vm.new_object(PyTypeVar::from_parts(p))?.into_obj())
}

/// A ParamSpec from `[**P]`.
pub fn new_paramspec(vm: &mut Vm, name: &Owned) -> PyResult {
    let module = Slot::new(caller_module(vm)?);
    let variance = variance(vm, false, false, true)?;
    Ok(vm.new_object(PyParamSpec::from_parts(Parts { name: some(name), module, variance, ..Parts::default() }))?.into_obj())
}

/// A TypeVarTuple from `[*Ts]`.
pub fn new_typevartuple(vm: &mut Vm, name: &Owned) -> PyResult {
    let module = Slot::new(caller_module(vm)?);
    let variance = variance(vm, false, false, true)?;
    Ok(vm.new_object(PyTypeVarTuple::from_parts(Parts { name: some(name), module, variance, ..Parts::default() }))?.into_obj())
}

/// Gives a parameter the function that computes its default.
pub fn set_default(_: &mut Vm, param: &Owned, evaluate: &Owned) -> PyResult {
    with_field!(param, evaluate_default).set(Some(evaluate.clone()));
    Ok(param.clone())
}

/// `Generic[*params]` for the bases of a class with type parameters.
pub fn subscript_generic(vm: &mut Vm, params: &Owned) -> PyResult {
    let typing = vm.import_module("typing")?;
    let name = vm.intern("_GenericAlias")?;
    let alias = vm.get_attr(&typing, &name)?;
    let items = params.cast::<PyTuple>().map(|t| t.items().to_vec()).unwrap_or_default();
    let args = unpacked(vm, items)?;
    let generic = vm.types.generic.obj().clone();
    vm.call2(&alias, &generic, &args)
}

/// The tuple of type parameters, tuples of types among them unpacked.
fn unpacked(vm: &mut Vm, params: Vec<Owned>) -> PyResult {
    let mut args = Vec::with_capacity(params.len());
    for p in params {
        if p.cast::<PyTypeVarTuple>().is_some() {
            let it = vm.iter(&p)?;
            match vm.next(&it)? { Some(unpacked) => args.push(unpacked), None => args.push(p) }
        } else { args.push(p) }
    }
    Ok(vm.new_tuple(args)?.into_obj())
}

/// A TypeAliasType from (name, parameters or None, function computing the value).
pub fn new_type_alias(vm: &mut Vm, parts: &Owned) -> PyResult {
    let items = parts.cast::<PyTuple>().expect("law: the compiler builds this tuple").items().to_vec();
    let params = vm.none_to_option(&items[1]);
    let module = caller_module(vm)?;
    Ok(vm.new_object(PyTypeAlias { name: some(&items[0]), type_params: Slot::new(params), evaluate: some(&items[2]), value: Slot::default(), module: Slot::new(module) })?.into_obj())
}

/// An evaluated part: the stored value, else the function called with format VALUE.
fn evaluated(vm: &mut Vm, value: &Slot, function: &Slot) -> PyResult<Option<Owned>> {
    if let Some(v) = value.get() { return Ok(Some(v)) }
    let Some(f) = function.get() else { return Ok(None) };
    let format = vm.new_int(1)?;
    let v = vm.call1(&f, &format)?;
    value.set(Some(v.clone()));
    Ok(Some(v))
}

fn get_name(vm: &mut Vm, o: &Owned) -> PyResult { let v = with_field!(o, name).get(); Ok(vm.option_to_none(v)) }
fn get_module(vm: &mut Vm, o: &Owned) -> PyResult { let v = with_field!(o, module).get(); Ok(vm.option_to_none(v)) }
fn set_module(_: &mut Vm, o: &Owned, v: Option<&Owned>) -> PyResult<()> { with_field!(o, module).set(v.cloned()); Ok(()) }
fn get_bound(vm: &mut Vm, o: &Owned) -> PyResult { let v = evaluated(vm, with_field!(o, bound), with_field!(o, evaluate_bound))?; Ok(vm.option_to_none(v)) }
fn get_constraints(vm: &mut Vm, o: &Owned) -> PyResult {
    Ok(evaluated(vm, with_field!(o, constraints), with_field!(o, evaluate_constraints))?.unwrap_or_else(|| vm.consts.empty_tuple.obj().clone()))
}
fn get_default(vm: &mut Vm, o: &Owned) -> PyResult {
    match evaluated(vm, with_field!(o, default), with_field!(o, evaluate_default))? { Some(v) => Ok(v), None => no_default(vm) }
}
fn eval_bound(vm: &mut Vm, o: &Owned) -> PyResult { const_evaluator::of(vm, with_field!(o, evaluate_bound), with_field!(o, bound)) }
fn eval_constraints(vm: &mut Vm, o: &Owned) -> PyResult { const_evaluator::of(vm, with_field!(o, evaluate_constraints), with_field!(o, constraints)) }
fn eval_default(vm: &mut Vm, o: &Owned) -> PyResult { const_evaluator::of(vm, with_field!(o, evaluate_default), with_field!(o, default)) }
fn has_default(vm: &mut Vm, o: &Owned) -> PyResult {
    let has = with_field!(o, evaluate_default).is_some() || match with_field!(o, default).get() { Some(d) => !d.is(&no_default(vm)?), None => false };
    Ok(vm.bool(has))
}
fn variance_bit(vm: &mut Vm, o: &Owned, bit: i64) -> PyResult {
    let v = with_field!(o, variance).get();
    let n = match v { Some(v) => vm.index_i64(&v)?, None => 0 };
    Ok(vm.bool(n & bit != 0))
}
fn covariant(vm: &mut Vm, o: &Owned) -> PyResult { variance_bit(vm, o, 1) }
fn contravariant(vm: &mut Vm, o: &Owned) -> PyResult { variance_bit(vm, o, 2) }
fn infer(vm: &mut Vm, o: &Owned) -> PyResult { variance_bit(vm, o, 4) }
fn get_dict(vm: &mut Vm, o: &Owned) -> PyResult {
    let slot = with_field!(o, dict);
    if let Some(d) = slot.get() { return Ok(d) }
    let d = vm.new_dict()?.into_obj();
    slot.set(Some(d.clone()));
    Ok(d)
}
fn dict_slot(o: &Owned) -> &Slot { with_field!(o, dict) }

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let name = with_field!(o, name).get().map(|n| vm.repr_text_plain(&n)).unwrap_or_default();
    let bits = match with_field!(o, variance).get() { Some(v) => vm.index_i64(&v)?, None => 0 };
    if o.cast::<PyTypeVarTuple>().is_some() || bits & 4 != 0 { return vm.new_str(&name) }
    let sign = if bits & 1 != 0 { '+' } else if bits & 2 != 0 { '-' } else { '~' };
    vm.new_str(&format!("{sign}{name}"))
}

/// Calls `typing.NAME(*args)`.
fn typing_call(vm: &mut Vm, name: &str, args: &[Owned]) -> PyResult {
    let typing = vm.import_module("typing")?;
    let name = vm.intern(name)?;
    let f = vm.get_attr(&typing, &name)?;
    vm.call_n(&f, args)
}
fn typevar_subst(vm: &mut Vm, o: &Owned, arg: &Owned) -> PyResult { typing_call(vm, "_typevar_subst", &[o.clone(), arg.clone()]) }
fn paramspec_subst(vm: &mut Vm, o: &Owned, arg: &Owned) -> PyResult { typing_call(vm, "_paramspec_subst", &[o.clone(), arg.clone()]) }
fn paramspec_prepare(vm: &mut Vm, o: &Owned, alias: &Owned, args: &Owned) -> PyResult { typing_call(vm, "_paramspec_prepare_subst", &[o.clone(), alias.clone(), args.clone()]) }
fn tuple_prepare(vm: &mut Vm, o: &Owned, alias: &Owned, args: &Owned) -> PyResult { typing_call(vm, "_typevartuple_prepare_subst", &[o.clone(), alias.clone(), args.clone()]) }
fn tuple_subst(vm: &mut Vm, _: &Owned, _: &Owned) -> PyResult { Err(vm.type_error("Substitution of bare TypeVarTuple is not supported")) }
fn typevar_prepare(vm: &mut Vm, o: &Owned, alias: &Owned, args: &Owned) -> PyResult {
    let name = vm.names.__parameters__.clone();
    let params = vm.get_attr(alias, &name)?;
    let index = vm.names.index.clone();
    let at = vm.call_method(&params, &index, &[o.clone()])?;
    let at = vm.index_i64(&at)? as usize;
    let have = vm.len(args)?;
    if at < have { return Ok(args.clone()) }
    let default = get_default(vm, o)?;
    if at == have && !default.is(&no_default(vm)?) {
        let one = vm.new_tuple([default])?.into_obj();
        return vm.binary(instar_code::Binary::Add, args, &one);
    }
    let alias_text = vm.str(alias)?;
    let (alias_text, least) = (vm.repr_text_plain(&alias_text), at + 1);
    Err(vm.type_error(format!("Too few arguments for {alias_text}; actual {have}, expected at least {least}")))
}
fn reduce(vm: &mut Vm, o: &Owned) -> PyResult { get_name(vm, o) }
fn mro_entries(vm: &mut Vm, o: &Owned, _: &Owned) -> PyResult {
    let ty = o.type_name(vm);
    Err(vm.type_error(format!("Cannot subclass an instance of {}", ty.rsplit('.').next().unwrap_or(&ty))))
}
fn or(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult { union::make_checked(vm, &[a.clone(), b.clone()]) }
fn tuple_iter(vm: &mut Vm, o: &Owned) -> PyResult {
    let typing = vm.import_module("typing")?;
    let name = vm.intern("Unpack")?;
    let unpack = vm.get_attr(&typing, &name)?;
    let item = vm.get_item(&unpack, o)?;
    let t = vm.new_tuple([item])?;
    vm.iter(t.obj())
}

fn flag(vm: &mut Vm, o: &Option<Owned>) -> PyResult<bool> { match o { Some(o) => vm.truth(o), None => Ok(false) } }

fn parameter_new(vm: &mut Vm, args: Args<'_>, what: &str, sig: &'static str, skip: usize) -> PyResult<Parts> {
    let constraints: Vec<Owned> = args.pos().iter().skip(1).cloned().collect();
    let names: Vec<Owned> = args.kwnames().to_vec();
    let mut values: Vec<Owned> = args.pos().first().cloned().into_iter().collect();
    if skip == 0 && !constraints.is_empty() { values.extend(constraints.iter().cloned()) }
    values.extend(args.keywords().map(|(_, v)| v.clone()));
    let bound = Args::new(&values, &names).bind(vm, what, &Signature::parse(sig))?;
    let (covariant, contravariant, infer) = (flag(vm, &bound[2])?, flag(vm, &bound[3])?, flag(vm, &bound[4])?);
    if covariant && contravariant { return Err(vm.value_error("Bivariant types are not supported.")) }
    if infer && (covariant || contravariant) { return Err(vm.value_error("Variance cannot be specified with infer_variance.")) }
    let limit = bound[1].clone().filter(|b| !vm.is_none(b));
    let mut p = Parts { name: Slot::new(bound[0].clone()), ..Parts::default() };
    if skip == 1 {
        if constraints.len() == 1 { return Err(vm.type_error("A single constraint is not allowed")) }
        if !constraints.is_empty() && limit.is_some() { return Err(vm.type_error("Constraints cannot be combined with bound=...")) }
        if !constraints.is_empty() { p.constraints = Slot::new(Some(vm.new_tuple(constraints)?.into_obj())) }
    }
    if let Some(b) = limit {
        let text = vm.new_str("Bound must be a type.")?;
        let b = if skip == 1 { typing_call(vm, "_type_check", &[b, text])? } else { b };
        p.bound = Slot::new(Some(b));
    }
    p.default = Slot::new(bound[5].clone());
    p.variance = variance(vm, covariant, contravariant, infer)?;
    p.module = Slot::new(caller_module(vm)?);
    Ok(p)
}
const KEYWORDS: &str = "(name, *, bound=None, covariant=False, contravariant=False, infer_variance=False, default=NoDefault)";
fn new_var(vm: &mut Vm, _: &TypeRef, args: Args<'_>) -> PyResult { let p = parameter_new(vm, args, "TypeVar", KEYWORDS, 1)?; Ok(vm.new_object(PyTypeVar::from_parts(p))?.into_obj()) }
fn new_spec(vm: &mut Vm, _: &TypeRef, args: Args<'_>) -> PyResult { let p = parameter_new(vm, args, "ParamSpec", KEYWORDS, 0)?; Ok(vm.new_object(PyParamSpec::from_parts(p))?.into_obj()) }
fn new_tuple(vm: &mut Vm, _: &TypeRef, args: Args<'_>) -> PyResult {
    let bound = args.bind(vm, "TypeVarTuple", const { &Signature::parse("(name, *, default=NoDefault)") })?;
    let p = Parts { name: Slot::new(bound[0].clone()), default: Slot::new(bound[1].clone()), module: Slot::new(caller_module(vm)?), variance: variance(vm, false, false, false)?, ..Parts::default() };
    Ok(vm.new_object(PyTypeVarTuple::from_parts(p))?.into_obj())
}

fn spec_args(vm: &mut Vm, o: &Owned) -> PyResult { Ok(vm.new_object(PyParamSpecArgs { origin: o.clone() })?.into_obj()) }
fn spec_kwargs(vm: &mut Vm, o: &Owned) -> PyResult { Ok(vm.new_object(PyParamSpecKwargs { origin: o.clone() })?.into_obj()) }
fn origin_of(o: &Owned) -> Owned {
    match o.cast::<PyParamSpecArgs>() { Some(a) => a.origin.clone(), None => o.cast::<PyParamSpecKwargs>().expect("law: checked by the descriptor").origin.clone() }
}
fn get_origin(_: &mut Vm, o: &Owned) -> PyResult { Ok(origin_of(o)) }
fn origin_repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let origin = origin_of(o);
    let what = if o.cast::<PyParamSpecArgs>().is_some() { "args" } else { "kwargs" };
    let text = match origin.cast::<PyParamSpec>() { Some(p) => p.name.get().map(|n| vm.repr_text_plain(&n)).unwrap_or_default(), None => vm.repr_text(&origin)? };
    vm.new_str(&format!("{text}.{what}"))
}
fn origin_compare(vm: &mut Vm, a: &Owned, b: &Owned, op: instar_code::Compare) -> PyResult {
    if a.type_of(vm).ptr() != b.type_of(vm).ptr() { return Ok(vm.not_implemented()) }
    let (x, y) = (origin_of(a), origin_of(b));
    vm.rich_compare(&x, &y, op)
}
fn new_args(vm: &mut Vm, _: &TypeRef, args: Args<'_>) -> PyResult { let a = args.exactly(vm, "ParamSpecArgs", 1, 1)?; spec_args(vm, &a[0]) }
fn new_kwargs(vm: &mut Vm, _: &TypeRef, args: Args<'_>) -> PyResult { let a = args.exactly(vm, "ParamSpecKwargs", 1, 1)?; spec_kwargs(vm, &a[0]) }

fn alias(o: &Owned) -> &Ref<PyTypeAlias> { o.cast().expect("law: checked by the descriptor") }
fn alias_repr(vm: &mut Vm, o: &Owned) -> PyResult { Ok(vm.option_to_none(alias(o).name.get())) }
fn alias_value(vm: &mut Vm, o: &Owned) -> PyResult { let a = alias(o).clone(); let v = evaluated(vm, &a.value, &a.evaluate)?; Ok(vm.option_to_none(v)) }
fn alias_evaluate(vm: &mut Vm, o: &Owned) -> PyResult { let a = alias(o).clone(); const_evaluator::of(vm, &a.evaluate, &a.value) }
fn alias_params(vm: &mut Vm, o: &Owned) -> PyResult { Ok(alias(o).type_params.get().unwrap_or_else(|| vm.consts.empty_tuple.obj().clone())) }
fn alias_parameters(vm: &mut Vm, o: &Owned) -> PyResult {
    let params = alias_params(vm, o)?;
    let items = params.cast::<PyTuple>().map(|t| t.items().to_vec()).unwrap_or_default();
    if items.iter().any(|p| p.cast::<PyTypeVarTuple>().is_some()) { unpacked(vm, items) } else { Ok(params) }
}
fn alias_module(vm: &mut Vm, o: &Owned) -> PyResult { Ok(vm.option_to_none(alias(o).module.get())) }
fn alias_getitem(vm: &mut Vm, o: &Owned, args: &Owned) -> PyResult {
    if !alias(o).type_params.is_some() { return Err(vm.type_error("Only generic type aliases are subscriptable")) }
    crate::types::generic_alias::class_getitem(vm, o, args)
}
fn alias_new(vm: &mut Vm, _: &TypeRef, args: Args<'_>) -> PyResult {
    let bound = args.bind(vm, "typealias", const { &Signature::parse("(name, value, *, type_params=())") })?;
    if let Some(name) = &bound[0] && name.cast::<PyStr>().is_none() {
        let t = if vm.is_none(name) { "None".to_owned() } else { name.type_name(vm) };
        return Err(vm.type_error(format!("typealias() argument 'name' must be str, not {t}")));
    }
    if let Some(params) = &bound[2] { check_params(vm, params)? }
    let params = bound[2].clone().filter(|p| p.cast::<PyTuple>().is_some_and(|t| !t.items().is_empty()));
    let module = caller_module(vm)?;
    Ok(vm.new_object(PyTypeAlias { name: Slot::new(bound[0].clone()), type_params: Slot::new(params), evaluate: Slot::default(), value: Slot::new(bound[1].clone()), module: Slot::new(module) })?.into_obj())
}

/// Type parameters given from outside are some, and those without a default come first.
fn check_params(vm: &mut Vm, params: &Owned) -> PyResult<()> {
    let Some(items) = params.cast::<PyTuple>().map(|t| t.items().to_vec()) else { return Err(vm.type_error("type_params must be a tuple")) };
    let mut default_seen = false;
    for p in items {
        if p.cast::<PyTypeVar>().is_none() && p.cast::<PyParamSpec>().is_none() && p.cast::<PyTypeVarTuple>().is_none() {
            let shown = vm.repr_text(&p)?;
            return Err(vm.type_error(format!("Expected a type param, got {shown}")));
        }
        let default = vm.get_attr_str(&p, "__default__")?;
        let none = default.is(&no_default(vm)?);
        if none && default_seen {
            let shown = vm.repr_text(&p)?;
            return Err(vm.type_error(format!("non-default type parameter '{shown}' follows default type parameter")));
        }
        default_seen |= !none;
    }
    Ok(())
}

fn no_default_repr(vm: &mut Vm, _: &Owned) -> PyResult { vm.new_str("typing.NoDefault") }
fn no_default_new(vm: &mut Vm, _: &TypeRef, args: Args<'_>) -> PyResult { args.exactly(vm, "NoDefaultType", 0, 0)?; no_default(vm) }
fn no_default_reduce(vm: &mut Vm, _: &Owned) -> PyResult { vm.new_str("NoDefault") }

fn generic_getitem(vm: &mut Vm, cls: &Owned, args: Args<'_>) -> PyResult { generic_call(vm, "_generic_class_getitem", cls, args) }
fn generic_init_subclass(vm: &mut Vm, cls: &Owned, args: Args<'_>) -> PyResult { generic_call(vm, "_generic_init_subclass", cls, args) }
fn generic_call(vm: &mut Vm, name: &str, cls: &Owned, args: Args<'_>) -> PyResult {
    let typing = vm.import_module("typing")?;
    let name = vm.intern(name)?;
    let f = vm.get_attr(&typing, &name)?;
    let mut values = vec![cls.clone()];
    values.extend_from_slice(args.values());
    vm.call(&f, Args::new(&values, args.kwnames()))
}

const NAME: GetSet = GetSet::ro("__name__", get_name);
const MODULE: GetSet = GetSet::rw("__module__", get_module, set_module);
static TYPEVAR: TypeDef = TypeDef {
    doc: "Type variable.", sig: "",
    methods: &[Def::new("__typing_subst__", "($self, arg, /)", Native::N1(typevar_subst)), Def::new("__typing_prepare_subst__", "($self, alias, args, /)", Native::N2(typevar_prepare)),
        Def::new("__reduce__", "($self, /)", Native::N0(reduce)), Def::new("has_default", "($self, /)", Native::N0(has_default)), Def::new("__mro_entries__", "", Native::N1(mro_entries))],
    getset: &[NAME, MODULE, GetSet::ro("__bound__", get_bound), GetSet::ro("__constraints__", get_constraints), GetSet::ro("__default__", get_default),
        GetSet::ro("evaluate_bound", eval_bound), GetSet::ro("evaluate_constraints", eval_constraints), GetSet::ro("evaluate_default", eval_default),
        GetSet::ro("__covariant__", covariant), GetSet::ro("__contravariant__", contravariant), GetSet::ro("__infer_variance__", infer), GetSet::ro("__dict__", get_dict)],
};
static PARAMSPEC: TypeDef = TypeDef {
    doc: "Parameter specification variable.", sig: "",
    methods: &[Def::new("__typing_subst__", "($self, arg, /)", Native::N1(paramspec_subst)), Def::new("__typing_prepare_subst__", "($self, alias, args, /)", Native::N2(paramspec_prepare)),
        Def::new("__reduce__", "($self, /)", Native::N0(reduce)), Def::new("has_default", "($self, /)", Native::N0(has_default)), Def::new("__mro_entries__", "", Native::N1(mro_entries))],
    getset: &[NAME, MODULE, GetSet::ro("__bound__", get_bound), GetSet::ro("__default__", get_default), GetSet::ro("evaluate_default", eval_default), GetSet::ro("args", spec_args),
        GetSet::ro("kwargs", spec_kwargs), GetSet::ro("__covariant__", covariant), GetSet::ro("__contravariant__", contravariant), GetSet::ro("__infer_variance__", infer), GetSet::ro("__dict__", get_dict)],
};
static TYPEVARTUPLE: TypeDef = TypeDef {
    doc: "Type variable tuple.", sig: "",
    methods: &[Def::new("__typing_subst__", "($self, arg, /)", Native::N1(tuple_subst)), Def::new("__typing_prepare_subst__", "($self, alias, args, /)", Native::N2(tuple_prepare)),
        Def::new("__reduce__", "($self, /)", Native::N0(reduce)), Def::new("has_default", "($self, /)", Native::N0(has_default)), Def::new("__mro_entries__", "", Native::N1(mro_entries))],
    getset: &[NAME, MODULE, GetSet::ro("__default__", get_default), GetSet::ro("evaluate_default", eval_default), GetSet::ro("__dict__", get_dict)],
};
static ORIGIN: TypeDef = TypeDef { doc: "", sig: "", methods: &[Def::new("__mro_entries__", "", Native::N1(mro_entries))], getset: &[GetSet::ro("__origin__", get_origin)] };
static ALIAS: TypeDef = TypeDef {
    doc: "Type alias.", sig: "",
    methods: &[Def::new("__reduce__", "($self, /)", Native::N0(alias_repr))],
    getset: &[GetSet::ro("__name__", alias_repr), GetSet::ro("__value__", alias_value), GetSet::ro("evaluate_value", alias_evaluate), GetSet::ro("__type_params__", alias_params),
        GetSet::ro("__parameters__", alias_parameters), GetSet::ro("__module__", alias_module)],
};
static NO_DEFAULT: TypeDef = TypeDef { doc: "The type of the NoDefault singleton.", sig: "()", methods: &[Def::new("__reduce__", "($self, /)", Native::N0(no_default_reduce))], getset: &[] };
static GENERIC: TypeDef = TypeDef {
    doc: "Abstract base class for generic types.", sig: "",
    methods: &[Def::class("__class_getitem__", "", Native::Full(generic_getitem)), Def::class("__init_subclass__", "", Native::Full(generic_init_subclass))],
    getset: &[],
};

/// Fills the types.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    let mut common = Slots { repr: Some(repr), dict_slot: Some(dict_slot), ..Slots::default() };
    common.binary[instar_code::Binary::Or as usize] = Some(or);
    let ty = vm.types.typevar.clone();
    vm.fill_type(&ty, Slots { new: Some(new_var), ..common }, &TYPEVAR)?;
    let ty = vm.types.paramspec.clone();
    vm.fill_type(&ty, Slots { new: Some(new_spec), ..common }, &PARAMSPEC)?;
    let ty = vm.types.typevartuple.clone();
    let no_union = Slots { repr: Some(repr), dict_slot: Some(dict_slot), iter: Some(tuple_iter), new: Some(new_tuple), ..Slots::default() };
    vm.fill_type(&ty, no_union, &TYPEVARTUPLE)?;
    let origin = Slots { repr: Some(origin_repr), compare: Some(origin_compare), ..Slots::default() };
    let ty = vm.types.paramspec_args.clone();
    vm.fill_type(&ty, Slots { new: Some(new_args), ..origin }, &ORIGIN)?;
    let ty = vm.types.paramspec_kwargs.clone();
    vm.fill_type(&ty, Slots { new: Some(new_kwargs), ..origin }, &ORIGIN)?;
    let mut alias = Slots { repr: Some(alias_repr), getitem: Some(alias_getitem), new: Some(alias_new), iter: Some(tuple_iter), ..Slots::default() };
    alias.binary[instar_code::Binary::Or as usize] = Some(union::or);
    let ty = vm.types.typealias.clone();
    vm.fill_type(&ty, alias, &ALIAS)?;
    let ty = vm.types.no_default.clone();
    vm.fill_type(&ty, Slots { repr: Some(no_default_repr), new: Some(no_default_new), ..Slots::default() }, &NO_DEFAULT)?;
    let ty = vm.types.generic.clone();
    vm.fill_type(&ty, Slots::default(), &GENERIC)?;
    let t = &vm.types;
    for ty in [&t.typevar, &t.paramspec, &t.typevartuple, &t.paramspec_args, &t.paramspec_kwargs, &t.generic] { ty.set_flag(vm_flags::OF_MODULE, true) }
    Ok(())
}
