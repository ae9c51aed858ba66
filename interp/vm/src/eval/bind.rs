//! Binding arguments to a Python function's parameters.
//!
//! Only for calls that are not "exactly the positional parameters". Messages are CPython's (ceval.c).

use instar_code::flags;

use super::exec::Executable;
use crate::object::{Owned, Ref, Word};
use crate::types::dict::PyDict;
use crate::types::function::PyFunction;
use crate::types::str::PyStr;
use crate::types::tuple::PyTuple;
use crate::vm::{PyResult, Raised, Vm};

/// Parameter slots in order (positional, keyword-only, `*args`, `**kwargs`).
pub type Bound = Vec<Option<Owned>>;

/// Binds `pos` and keywords (`names[i]` = `values[i]`).
pub fn bind(vm: &mut Vm, func: &Ref<PyFunction>, exec: &Executable, mut pos: Vec<Owned>, names: &[Owned], values: Vec<Owned>) -> PyResult<Bound> {
    let (argc, kwonly) = (exec.arg_count, exec.kwonly_count);
    let total = argc + kwonly;
    let given = pos.len();
    let varargs = exec.flags & flags::VARARGS != 0;
    let varkw = exec.flags & flags::VARKEYWORDS != 0;
    let mut slots: Bound = Vec::with_capacity(total + 2);
    let rest = if given > argc { pos.split_off(argc) } else { Vec::new() };
    slots.extend(pos.into_iter().map(Some));
    slots.resize_with(total, || None);
    let star = if varargs { Some(vm.new_tuple(rest)?.into_obj()) } else { drop(rest); None };
    let kwargs = if varkw { Some(vm.new_dict()?) } else { None };
    for (name, value) in names.iter().zip(values) {
        let Some(text) = Ref::<PyStr>::cast(name) else {
            return Err(vm.type_error(format!("{}() keywords must be strings", func_name(vm, func))));
        };
        match find(exec, text, exec.posonly_count, total) {
            Some(i) => {
                if slots[i].is_some() {
                    let (f, n) = (func_name(vm, func), text.to_string_lossy());
                    return Err(vm.type_error(format!("{f}() got multiple values for argument '{n}'")));
                }
                slots[i] = Some(value);
            }
            None => match &kwargs {
                Some(d) => d.set_item(vm, name, &value)?,
                None => return Err(unexpected_keyword(vm, func, exec, text, names)),
            },
        }
    }
    if given > argc && !varargs { return Err(too_many(vm, func, exec, given, &slots)) }
    if given < argc { fill_defaults(vm, func, exec, given, &mut slots)? }
    if kwonly > 0 { fill_kwdefaults(vm, func, exec, &mut slots)? }
    if let Some(t) = star { slots.push(Some(t)) }
    if let Some(d) = kwargs { slots.push(Some(d.into_obj())) }
    Ok(slots)
}

fn func_name(_: &Vm, func: &Ref<PyFunction>) -> String {
    func.qualname.get().and_then(|q| Ref::<PyStr>::cast(&q).map(|s| s.to_string_lossy())).unwrap_or_default()
}

fn find(exec: &Executable, name: &PyStr, from: usize, to: usize) -> Option<usize> {
    let text = name.as_ascii();
    (from..to).find(|&i| match text {
        Some(t) => exec.local_name(i) == t,
        None => exec.local_name(i) == name.to_string_lossy(),
    })
}

fn fill_defaults(vm: &mut Vm, func: &Ref<PyFunction>, exec: &Executable, given: usize, slots: &mut Bound) -> PyResult<()> {
    let argc = exec.arg_count;
    let defaults = func.defaults.get();
    let defaults: &[Owned] = defaults.as_ref().and_then(Ref::<PyTuple>::cast).map_or(&[], |t| t.items());
    let first = argc.saturating_sub(defaults.len());
    let skip = defaults.len().saturating_sub(argc);
    let missing: Vec<usize> = (given..first).filter(|&i| slots[i].is_none()).collect();
    if !missing.is_empty() { return Err(missing_error(vm, func, exec, "positional", &missing)) }
    for i in given.max(first)..argc {
        if slots[i].is_none() { slots[i] = Some(defaults[i - first + skip].clone()) }
    }
    Ok(())
}

fn fill_kwdefaults(vm: &mut Vm, func: &Ref<PyFunction>, exec: &Executable, slots: &mut Bound) -> PyResult<()> {
    let kwdefaults = func.kwdefaults.get().and_then(|d| Ref::<PyDict>::try_from(d).ok());
    let mut missing = Vec::new();
    for i in exec.arg_count..exec.arg_count + exec.kwonly_count {
        if slots[i].is_some() { continue }
        if let Some(d) = &kwdefaults {
            let name = &exec.kwonly_names(vm)?[i - exec.arg_count];
            let known = match d.get_interned(vm, name) { None => d.get_item(vm, name)?, found => found };
            if let Some(v) = known { slots[i] = Some(v); continue }
        }
        missing.push(i);
    }
    if missing.is_empty() { Ok(()) } else { Err(missing_error(vm, func, exec, "keyword-only", &missing)) }
}

#[cold]
fn missing_error(vm: &mut Vm, func: &Ref<PyFunction>, exec: &Executable, kind: &str, missing: &[usize]) -> Raised {
    let names: Vec<String> = missing.iter().map(|&i| format!("'{}'", exec.local_name(i))).collect();
    let list = match names.as_slice() {
        [one] => one.clone(),
        [a, b] => format!("{a} and {b}"),
        [init @ .., last] => format!("{}, and {last}", init.join(", ")),
        [] => String::new(),
    };
    let plural = if missing.len() == 1 { "" } else { "s" };
    let f = func_name(vm, func);
    vm.type_error(format!("{f}() missing {} required {kind} argument{plural}: {list}", missing.len()))
}

#[cold]
fn too_many(vm: &mut Vm, func: &Ref<PyFunction>, exec: &Executable, given: usize, slots: &Bound) -> Raised {
    let argc = exec.arg_count;
    let ndefaults = func.defaults.get().as_ref().and_then(Ref::<PyTuple>::cast).map_or(0, |t| t.items().len());
    let kwonly_given = slots[argc..].iter().filter(|s| s.is_some()).count();
    let (sig, plural) = if ndefaults > 0 { (format!("from {} to {argc}", argc.saturating_sub(ndefaults)), true) } else { (argc.to_string(), argc != 1) };
    let kw = if kwonly_given > 0 {
        format!(" positional argument{} (and {kwonly_given} keyword-only argument{})", if given == 1 { "" } else { "s" }, if kwonly_given == 1 { "" } else { "s" })
    } else { String::new() };
    let f = func_name(vm, func);
    let were = if given == 1 && kwonly_given == 0 { "was" } else { "were" };
    vm.type_error(format!("{f}() takes {sig} positional argument{} but {given}{kw} {were} given", if plural { "s" } else { "" }))
}

#[cold]
fn unexpected_keyword(vm: &mut Vm, func: &Ref<PyFunction>, exec: &Executable, name: &Ref<PyStr>, names: &[Owned]) -> Raised {
    let f = func_name(vm, func);
    let posonly: Vec<String> = (0..exec.posonly_count).map(|i| exec.local_name(i).to_owned())
        .filter(|p| names.iter().any(|n| Ref::<PyStr>::cast(n).is_some_and(|n| n.to_string_lossy() == *p))).collect();
    if !posonly.is_empty() {
        return vm.type_error(format!("{f}() got some positional-only arguments passed as keyword arguments: '{}'", posonly.join(", ")));
    }
    let text = name.to_string_lossy();
    let candidates = (exec.posonly_count..exec.arg_count + exec.kwonly_count).map(|i| exec.local_name(i));
    match crate::suggest::closest(&text, candidates) {
        Some(best) => vm.type_error(format!("{f}() got an unexpected keyword argument '{text}'. Did you mean '{best}'?")),
        None => vm.type_error(format!("{f}() got an unexpected keyword argument '{text}'")),
    }
}

/// Words of bound slots.
pub fn into_words(bound: Bound) -> impl ExactSizeIterator<Item = Word> { bound.into_iter().map(|o| o.map_or(Word::NULL, Owned::into_word)) }
