//! `Pattern.sub`, `Pattern.subn`, `Match.expand` and compiled replacement templates.
//!
//! Not here: parsing of templates (`re._parser`).

use instar_base_regex::Mode;
use instar_object::TypeFlags;
use instar_vm::fallible::CopyVec;
use instar_vm::native::TypeDef;
use instar_vm::slots::Slots;
use instar_vm::types::bytes::PyBytes;
use instar_vm::types::int::int_ref;
use instar_vm::types::list::PyList;
use instar_vm::types::str::{self, PyStr};
use instar_vm::{ObjExt, Owned, PyResult, Ref, Vm};

use super::matched::{self, PyMatch};
use super::pattern::{this, PyPattern};
use super::run::{Run, Subject};

/// Payload of a compiled template: literal, then groups with what stands behind each.
pub struct PyTemplate {
    literal: Owned,
    groups: Vec<usize>,
    /// Empty literals are left out.
    literals: Vec<Option<Owned>>,
}
instar_vm::trace! { PyTemplate { literal, literals } }
instar_vm::fields! { PyTemplate { literal, groups, literals } }
instar_vm::payload!(PyTemplate, "SRE_Template");

static DEF: TypeDef = TypeDef { doc: "", sig: "", methods: &[], getset: &[] };

/// Makes the type.
pub fn make(vm: &mut Vm) -> PyResult<()> {
    vm.new_native_type::<PyTemplate>("_sre", "SRE_Template", None, TypeFlags::GC.bits(), Slots::default(), &DEF)?;
    Ok(())
}

/// `_sre.template(pattern, [literal, group, literal, ...])`
pub fn template(vm: &mut Vm, _: &Owned, _pattern: &Owned, list: &Owned) -> PyResult {
    let Some(list) = list.cast::<PyList>().cloned() else {
        let t = list.given_name(vm);
        return Err(vm.type_error(format!("template() argument 2 must be list, not {t}")));
    };
    let items = list.items(vm).try_copy(vm)?;
    if items.len() % 2 == 0 { return Err(vm.type_error("invalid template")) }
    let mut made = PyTemplate { literal: items[0].clone(), groups: Vec::new(), literals: Vec::new() };
    for pair in items[1..].chunks_exact(2) {
        if int_ref(&pair[0]).is_none() { return Err(vm.type_error("an integer is required")) }
        let group = vm.size_argument(&pair[0])?;
        let Ok(group) = usize::try_from(group) else { return Err(vm.type_error("invalid template")) };
        made.groups.push(group);
        let empty = pair[1].cast::<PyStr>().is_some_and(|s| s.is_empty()) || pair[1].cast::<PyBytes>().is_some_and(|b| b.is_empty());
        made.literals.push((!empty).then(|| pair[1].clone()));
    }
    Ok(vm.new_object(made)?.into_obj())
}

/// The template that `re` makes of a replacement text.
fn compile_template(vm: &mut Vm, pattern: &Ref<PyPattern>, text: &Owned) -> PyResult<Ref<PyTemplate>> {
    let compile = vm.import_attr("re", "_compile_template")?;
    let made = match vm.call2(&compile, pattern.obj(), text) {
        Ok(made) => made,
        Err(e) if e.is(vm, &vm.types.type_error) => {
            // Unhashable or otherwise special text is tried again as a plain one.
            let plain = match text.cast::<PyStr>() {
                Some(s) if !text.is_exact::<PyStr>(vm) => vm.new_str_from(s.units())?,
                None if vm.is_bytes_like(text) && !text.is_exact::<PyBytes>(vm) => { let bytes = vm.bytes_argument(text)?; vm.new_bytes(&bytes)? }
                _ => return Err(e),
            };
            vm.call2(&compile, pattern.obj(), &plain)?
        }
        Err(e) => return Err(e),
    };
    match Ref::<PyTemplate>::try_from(made) {
        Ok(made) => Ok(made),
        Err(other) => {
            let t = other.type_name(vm);
            Err(vm.runtime_error(format!("the result of compiling a replacement string is {t}, not _sre.SRE_Template")))
        }
    }
}

/// The parts one after another, as str or bytes like `empty`.
fn join(vm: &mut Vm, empty: &Owned, parts: Vec<Owned>) -> PyResult {
    if parts.is_empty() { return Ok(empty.clone()) }
    if empty.cast::<PyStr>().is_some() && parts.iter().all(|p| p.cast::<PyStr>().is_some()) { return str::join(vm, &parts) }
    let (name, list) = (vm.intern("join")?, vm.new_list(parts)?.into_obj());
    vm.call_method(empty, &name, &[list])
}

/// Adds what a template stands for to `parts`.
fn fill(vm: &mut Vm, template: &PyTemplate, parts: &mut Vec<Owned>, mut group: impl FnMut(&mut Vm, usize) -> PyResult) -> PyResult<()> {
    parts.push(template.literal.clone());
    for (number, literal) in template.groups.iter().zip(&template.literals) {
        let text = group(vm, *number)?;
        if !vm.is_none(&text) { parts.push(text) }
        parts.extend(literal.clone());
    }
    Ok(())
}

/// `match.expand(template)`
pub fn expand(vm: &mut Vm, m: &Ref<PyMatch>, text: &Owned) -> PyResult {
    let template = compile_template(vm, &m.pattern, text)?;
    if template.groups.is_empty() { return Ok(template.literal.clone()) }
    let (mut parts, none) = (Vec::new(), vm.none());
    fill(vm, &template, &mut parts, |vm, i| m.text(vm, i, &none))?;
    let empty = if template.literal.cast::<PyStr>().is_some() { vm.consts.empty_str.clone() } else { vm.consts.empty_bytes.clone() };
    join(vm, &empty, parts)
}

/// What stands in for a match.
enum Replacement {
    Literal(Owned),
    Template(Ref<PyTemplate>),
    Callable(Owned),
}

fn replacement(vm: &mut Vm, pattern: &Ref<PyPattern>, repl: &Owned) -> PyResult<Replacement> {
    if vm.is_callable(repl) { return Ok(Replacement::Callable(repl.clone())) }
    let literal = match Subject::new(vm, repl) { Ok(text) => !text.has_backslash(vm), Err(_) => false };
    if literal { return Ok(Replacement::Literal(repl.clone())) }
    let template = compile_template(vm, pattern, repl)?;
    Ok(if template.groups.is_empty() { Replacement::Literal(template.literal.clone()) } else { Replacement::Template(template) })
}

fn substitute(vm: &mut Vm, o: &Owned, args: &[Option<Owned>]) -> PyResult<(Owned, isize)> {
    let [Some(repl), Some(string), count] = args else { return Err(vm.type_error("missing required argument")) };
    let count = match count { Some(n) => vm.size_argument(n)?, None => 0 };
    let pattern = this(o).clone();
    let repl = replacement(vm, &pattern, repl)?;
    let mut run = Run::new(vm, &pattern, string, None, None)?;
    let none = vm.none();
    let (mut parts, mut n, mut last) = (Vec::new(), 0, 0);
    while (count == 0 || n < count) && run.step(vm, Mode::Search)? {
        let (start, end) = run.span();
        parts.try_reserve(2).map_err(|_| vm.no_memory())?;
        if last < start { parts.push(run.subject.slice(vm, last, start)?) }
        match &repl {
            Replacement::Literal(text) => parts.push(text.clone()),
            Replacement::Template(template) => fill(vm, template, &mut parts, |vm, i| {
                if i > pattern.program.groups() { return Err(vm.index_error("no such group")) }
                run.group(vm, i, &none)
            })?,
            Replacement::Callable(f) => {
                let m = matched::new(vm, &run)?;
                let text = vm.call1(f, &m)?;
                if !vm.is_none(&text) { parts.push(text) }
            }
        }
        last = end;
        n += 1;
    }
    if last < run.end || parts.is_empty() && n == 0 { parts.push(run.subject.slice(vm, last, run.end)?) }
    let empty = run.subject.empty(vm);
    Ok((join(vm, &empty, parts)?, n))
}

/// `Pattern.sub`
pub fn sub(vm: &mut Vm, o: &Owned, args: &[Option<Owned>]) -> PyResult { Ok(substitute(vm, o, args)?.0) }

/// `Pattern.subn`
pub fn subn(vm: &mut Vm, o: &Owned, args: &[Option<Owned>]) -> PyResult {
    let (text, n) = substitute(vm, o, args)?;
    let n = vm.new_int(n as i64)?;
    Ok(vm.new_tuple([text, n])?.into_obj())
}
