//! `string.templatelib`: what t-strings make (PEP 750): `Template`, `Interpolation` and the iterator over a template's parts.
//!
//! Not here: compiling t-strings.

use std::cell::Cell;

use crate::args::Args;
use crate::native::{Def, GetSet, Native, TypeDef};
use crate::object::{ObjExt, Owned, Ref};
use crate::slots::Slots;
use crate::typeobj::TypeRef;
use crate::types::generic_alias::class_getitem;
use crate::types::list_iter::itself;
use crate::types::str::{concat as concat_str, PyStr};
use crate::types::tuple::PyTuple;
use crate::vm::{PyResult, Vm};

/// Payload of `Template`: one string more than interpolations.
pub struct PyTemplate {
    strings: Ref<PyTuple>,
    interpolations: Ref<PyTuple>,
}

instar_object::trace! { PyTemplate { strings, interpolations } }
crate::fields! { PyTemplate { strings, interpolations } }
crate::payload!(PyTemplate, "string.templatelib.Template", template);

/// Payload of `Interpolation`.
pub struct PyInterpolation {
    value: Owned,
    expression: Owned,
    conversion: Owned,
    format_spec: Owned,
}

instar_object::trace! { PyInterpolation { value, expression, conversion, format_spec } }
crate::fields! { PyInterpolation { value, expression, conversion, format_spec } }
crate::payload!(PyInterpolation, "string.templatelib.Interpolation", interpolation);

/// Payload of `TemplateIter`: strings that are not empty, and interpolations, in order.
pub struct PyTemplateIter {
    template: Ref<PyTemplate>,
    /// Strings at even, interpolations at odd positions.
    at: Cell<usize>,
}

instar_object::trace! { PyTemplateIter { template } }
crate::fields! { PyTemplateIter { template, at } }
crate::payload!(PyTemplateIter, "string.templatelib.TemplateIter", template_iter);

fn template(this: &Owned) -> &Ref<PyTemplate> { this.cast::<PyTemplate>().expect("law: checked by the descriptor") }
fn part(this: &Owned) -> &Ref<PyInterpolation> { this.cast::<PyInterpolation>().expect("law: checked by the descriptor") }

/// `Template` of a tuple of strings and a tuple of interpolations (what a t-string makes).
pub fn new_template(vm: &mut Vm, strings: &Owned, interpolations: &Owned) -> PyResult {
    match (strings.cast::<PyTuple>(), interpolations.cast::<PyTuple>()) {
        (Some(s), Some(i)) if s.len() == i.len() + 1 => Ok(vm.new_object(PyTemplate { strings: s.clone(), interpolations: i.clone() })?.into_obj()),
        _ => Err(vm.system_error("template needs one string more than interpolations")),
    }
}

/// `Interpolation`; `conversion` is 0 (none), 1 (`s`), 2 (`r`) or 3 (`a`).
pub fn new_interpolation(vm: &mut Vm, value: &Owned, expression: &Owned, conversion: usize, spec: Option<&Owned>) -> PyResult {
    let conversion = match conversion { 1 => vm.new_str("s")?, 2 => vm.new_str("r")?, 3 => vm.new_str("a")?, _ => vm.none() };
    let format_spec = spec.cloned().unwrap_or_else(|| vm.consts.empty_str.clone());
    Ok(vm.new_object(PyInterpolation { value: value.clone(), expression: expression.clone(), conversion, format_spec })?.into_obj())
}

static TEMPLATE: TypeDef = TypeDef {
    doc: "Template object",
    sig: "",
    methods: &[
        Def::new("__reduce__", "($self, /)", Native::N0(reduce_template)),
        Def::class("__class_getitem__", "($type, object, /)", Native::N1(class_getitem)).doc("See PEP 585"),
    ],
    getset: &[
        GetSet::ro("strings", |_, this| Ok(template(this).strings.obj().clone())),
        GetSet::ro("interpolations", |_, this| Ok(template(this).interpolations.obj().clone())),
        GetSet::ro("values", values),
    ],
};

static INTERPOLATION: TypeDef = TypeDef {
    doc: "Interpolation object",
    sig: "(value, expression='', conversion=None, format_spec='')",
    methods: &[
        Def::new("__reduce__", "($self, /)", Native::N0(reduce_interpolation)),
        Def::class("__class_getitem__", "($type, object, /)", Native::N1(class_getitem)).doc("See PEP 585"),
    ],
    getset: &[
        GetSet::ro("value", |_, this| Ok(part(this).value.clone())),
        GetSet::ro("expression", |_, this| Ok(part(this).expression.clone())),
        GetSet::ro("conversion", |_, this| Ok(part(this).conversion.clone())),
        GetSet::ro("format_spec", |_, this| Ok(part(this).format_spec.clone())),
    ],
};

static ITER: TypeDef = TypeDef { doc: "", sig: "", methods: &[], getset: &[] };

/// Fills the three types.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.template.clone();
    vm.fill_type(&ty, Slots { new: Some(new), repr: Some(repr), iter: Some(iter), concat: Some(concat), ..Slots::default() }, &TEMPLATE)?;
    let ty = vm.types.interpolation.clone();
    vm.fill_type(&ty, Slots { new: Some(make_interpolation), repr: Some(repr_interpolation), ..Slots::default() }, &INTERPOLATION)?;
    let names = ["value", "expression", "conversion", "format_spec"].into_iter().map(|n| vm.intern(n)).collect::<PyResult<Vec<_>>>()?;
    let (key, names) = (vm.names.__match_args__.clone(), vm.new_tuple(names)?.into_obj());
    ty.dict().set_interned(vm, &key, &names)?;
    let ty = vm.types.template_iter.clone();
    vm.fill_type(&ty, Slots { iter: Some(itself), next: Some(next), ..Slots::default() }, &ITER)
}

fn new(vm: &mut Vm, _ty: &TypeRef, args: Args<'_>) -> PyResult {
    if !args.kwnames().is_empty() { return Err(vm.type_error("Template.__new__ only accepts *args arguments")) }
    let (mut strings, mut interpolations) = (vec![vm.consts.empty_str.clone()], Vec::new());
    for arg in args.pos() {
        if arg.cast::<PyStr>().is_some() {
            let last = strings.pop().unwrap_or_else(|| vm.consts.empty_str.clone());
            strings.push(concat_str(vm, &last, arg)?);
        } else if arg.cast::<PyInterpolation>().is_some() {
            interpolations.push(arg.clone());
            strings.push(vm.consts.empty_str.clone());
        } else {
            let t = arg.type_name(vm);
            return Err(vm.type_error(format!("Template.__new__ *args need to be of type 'str' or 'Interpolation', got {t}")));
        }
    }
    let (strings, interpolations) = (vm.new_tuple(strings)?, vm.new_tuple(interpolations)?);
    Ok(vm.new_object(PyTemplate { strings, interpolations })?.into_obj())
}

fn repr(vm: &mut Vm, this: &Owned) -> PyResult {
    let t = template(this).clone();
    let text = format!("Template(strings={}, interpolations={})", vm.repr_text(t.strings.obj())?, vm.repr_text(t.interpolations.obj())?);
    vm.new_str(&text)
}

fn values(vm: &mut Vm, this: &Owned) -> PyResult {
    let all: Vec<Owned> = template(this).interpolations.items().iter().map(|i| part(i).value.clone()).collect();
    Ok(vm.new_tuple(all)?.into_obj())
}

fn iter(vm: &mut Vm, this: &Owned) -> PyResult {
    Ok(vm.new_object(PyTemplateIter { template: template(this).clone(), at: Cell::new(0) })?.into_obj())
}

fn next(_vm: &mut Vm, this: &Owned) -> PyResult<Option<Owned>> {
    let it = this.cast::<PyTemplateIter>().expect("law: checked by the descriptor");
    loop {
        let at = it.at.get();
        let tuple = if at % 2 == 0 { &it.template.strings } else { &it.template.interpolations };
        let Some(found) = tuple.get(at / 2) else { return Ok(None) };
        it.at.set(at + 1);
        if found.cast::<PyStr>().is_none_or(|s| !s.is_empty()) { return Ok(Some(found)) }
    }
}

fn concat(vm: &mut Vm, this: &Owned, other: &Owned) -> PyResult {
    let (Some(a), Some(b)) = (this.cast::<PyTemplate>(), other.cast::<PyTemplate>()) else {
        let t = other.type_name(vm);
        return Err(vm.type_error(format!("can only concatenate string.templatelib.Template (not \"{t}\") to string.templatelib.Template")));
    };
    let (mut strings, tail) = (a.strings.items().to_vec(), b.strings.items());
    if let (Some(last), Some(first)) = (strings.pop(), tail.first()) { strings.push(concat_str(vm, &last, first)?) }
    strings.extend_from_slice(tail.get(1..).unwrap_or(&[]));
    let mut interpolations = a.interpolations.items().to_vec();
    interpolations.extend_from_slice(b.interpolations.items());
    let (strings, interpolations) = (vm.new_tuple(strings)?, vm.new_tuple(interpolations)?);
    Ok(vm.new_object(PyTemplate { strings, interpolations })?.into_obj())
}

fn reduce_template(vm: &mut Vm, this: &Owned) -> PyResult {
    let import = vm.builtin("__import__")?;
    let (name, none) = (vm.new_str("string.templatelib")?, vm.none());
    let from = vm.new_str("_template_unpickle")?;
    let from = vm.new_list([from])?.into_obj();
    let module = vm.call_n(&import, &[name, none.clone(), none, from])?;
    let unpickle = vm.get_attr_str(&module, "_template_unpickle")?;
    let t = template(this);
    let parts = vm.new_tuple([t.strings.obj().clone(), t.interpolations.obj().clone()])?.into_obj();
    Ok(vm.new_tuple([unpickle, parts])?.into_obj())
}

fn make_interpolation(vm: &mut Vm, _ty: &TypeRef, args: Args<'_>) -> PyResult {
    let names = ["value", "expression", "conversion", "format_spec"];
    let mut given: [Option<Owned>; 4] = [const { None }; 4];
    let n = args.values().len();
    if n > 4 { return Err(vm.type_error(format!("Interpolation() takes at most 4 arguments ({n} given)"))) }
    for (slot, value) in given.iter_mut().zip(args.pos()) { *slot = Some(value.clone()) }
    for (name, value) in args.keywords() {
        let text = vm.repr_text_plain(name);
        let Some(i) = names.iter().position(|n| *n == text) else {
            return Err(vm.type_error(format!("Interpolation() got an unexpected keyword argument '{text}'")));
        };
        if given[i].is_some() { return Err(vm.type_error(format!("argument for Interpolation() given by name ('{text}') and position ({})", i + 1))) }
        given[i] = Some(value.clone());
    }
    for i in [1, 3] {
        if let Some(v) = &given[i] && v.cast::<PyStr>().is_none() {
            let (t, name) = (v.given_name(vm), names[i]);
            return Err(vm.type_error(format!("Interpolation() argument '{name}' must be str, not {t}")));
        }
    }
    let [value, expression, conversion, format_spec] = given;
    let Some(value) = value else { return Err(vm.type_error("Interpolation() missing required argument 'value' (pos 1)")) };
    let conversion = conversion.unwrap_or_else(|| vm.none());
    if !vm.is_none(&conversion) {
        let Some(s) = conversion.cast::<PyStr>() else {
            let t = conversion.given_name(vm);
            return Err(vm.type_error(format!("Interpolation() argument 'conversion' must be str, not {t}")));
        };
        if !matches!(s.as_ascii(), Some("s" | "a" | "r")) { return Err(vm.value_error("Interpolation() argument 'conversion' must be one of 's', 'a' or 'r'")) }
    }
    let empty = vm.consts.empty_str.clone();
    let (expression, format_spec) = (expression.unwrap_or_else(|| empty.clone()), format_spec.unwrap_or(empty));
    Ok(vm.new_object(PyInterpolation { value, expression, conversion, format_spec })?.into_obj())
}

fn repr_interpolation(vm: &mut Vm, this: &Owned) -> PyResult {
    vm.check_native_stack(" while getting the repr of an object")?;
    let p = part(this).clone();
    let text = format!("Interpolation({}, {}, {}, {})", vm.repr_text(&p.value)?, vm.repr_text(&p.expression)?, vm.repr_text(&p.conversion)?, vm.repr_text(&p.format_spec)?);
    vm.new_str(&text)
}

fn reduce_interpolation(vm: &mut Vm, this: &Owned) -> PyResult {
    let p = part(this);
    let ty = this.type_of(vm).obj().clone();
    let parts = vm.new_tuple([p.value.clone(), p.expression.clone(), p.conversion.clone(), p.format_spec.clone()])?.into_obj();
    Ok(vm.new_tuple([ty, parts])?.into_obj())
}
