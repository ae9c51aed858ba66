//! `__build_class__`: what a class statement calls (PEP 3115, PEP 560, PEP 487's zero-argument `super` cell).
//!
//! Not here: `type.__new__` (`typeobj/create.rs`).

use crate::args::Args;
use crate::eval::slow::calls::call_function;
use crate::object::{ObjExt, Owned, Ref};
use crate::typeobj::PyType;
use crate::types::cell::PyCell;
use crate::types::function::PyFunction;
use crate::types::str::PyStr;
use crate::types::tuple::PyTuple;
use crate::vm::{PyResult, Vm};

/// `__build_class__(func, name, /, *bases, metaclass=..., **kwds)`
pub fn build_class(vm: &mut Vm, _: &Owned, args: Args<'_>) -> PyResult {
    let [func, name, given_bases @ ..] = args.pos() else { return Err(vm.type_error("__build_class__: not enough arguments")) };
    let Some(func) = func.cast::<PyFunction>() else { return Err(vm.type_error("__build_class__: func must be a function")) };
    if name.cast::<PyStr>().is_none() { return Err(vm.type_error("__build_class__: name is not a string")) }
    let resolved = resolve_bases(vm, given_bases)?;
    let bases = vm.new_tuple(resolved.clone().unwrap_or_else(|| given_bases.to_vec()))?;
    let mut metaclass = None;
    let (mut kwnames, mut kwvalues) = (Vec::new(), Vec::new());
    for (key, value) in args.keywords() {
        if key.cast::<PyStr>().is_some_and(|k| PyStr::is(k, "metaclass")) { metaclass = Some(value.clone()); continue }
        kwnames.push(key.clone());
        kwvalues.push(value.clone());
    }
    let mut meta = match metaclass {
        Some(m) => m,
        None => match bases.items().first() {
            Some(b) => b.type_of(vm).obj().clone(),
            None => vm.types.type_.obj().clone(),
        },
    };
    let meta_is_class = meta.cast::<PyType>().is_some();
    if let Some(m) = meta.cast::<PyType>() {
        let m = m.clone();
        meta = vm.calculate_metaclass(&m, bases.items())?.into_obj();
    }
    let call = |vm: &mut Vm, f: &Owned, pos: &[Owned]| {
        let mut values = pos.to_vec();
        values.extend(kwvalues.iter().cloned());
        vm.call(f, Args::new(&values, &kwnames))
    };
    let prepare = vm.names.__prepare__.clone();
    let namespace = match vm.get_attr_opt(&meta, &prepare)? {
        None => vm.new_dict()?.into_obj(),
        Some(f) => call(vm, &f, &[name.clone(), bases.obj().clone()])?,
    };
    if namespace.type_of(vm).slots().getitem.is_none() {
        let who = match meta.cast::<PyType>() { Some(m) if meta_is_class => m.name(vm), _ => "<metaclass>".to_owned() };
        let t = namespace.type_name(vm);
        return Err(vm.type_error(format!("{who}.__prepare__() must return a mapping, not {t}")));
    }
    let cell = call_function(vm, func, Args::EMPTY, Some(namespace.clone()))?;
    if resolved.is_some() {
        let key = vm.names.__orig_bases__.clone();
        let original = vm.new_tuple(given_bases.to_vec())?.into_obj();
        vm.set_item(&namespace, &key, &original)?;
    }
    let class = call(vm, &meta, &[name.clone(), bases.obj().clone(), namespace])?;
    check_cell(vm, &class, &cell, name)?;
    Ok(class)
}

/// The bases with `__mro_entries__` applied, or `None` if none has it.
fn resolve_bases(vm: &mut Vm, bases: &[Owned]) -> PyResult<Option<Vec<Owned>>> {
    let name = vm.names.__mro_entries__.clone();
    let mut changed: Option<Vec<Owned>> = None;
    for (i, base) in bases.iter().enumerate() {
        let entries = if base.cast::<PyType>().is_some() { None } else { vm.get_attr_opt(base, &name)? };
        let Some(entries) = entries else {
            if let Some(list) = &mut changed { list.push(base.clone()) }
            continue;
        };
        let original = vm.new_tuple(bases.to_vec())?.into_obj();
        let new = vm.call1(&entries, &original)?;
        let Some(tuple) = Ref::<PyTuple>::cast(&new) else { return Err(vm.type_error("__mro_entries__ must return a tuple")) };
        changed.get_or_insert_with(|| bases[..i].to_vec()).extend(tuple.items().iter().cloned());
    }
    Ok(changed)
}

/// The cell of `__class__` must hold the class now, if `type.__new__` got it at all.
fn check_cell(vm: &mut Vm, class: &Owned, cell: &Owned, name: &Owned) -> PyResult<()> {
    let (Some(_), Some(cell)) = (class.cast::<PyType>(), cell.cast::<PyCell>()) else { return Ok(()) };
    let Some(found) = cell.value.get() else {
        let (n, c) = (vm.repr_text(name)?, vm.repr_text(class)?);
        return Err(vm.runtime_error(format!("__class__ not set defining {n} as {c}. Was __classcell__ propagated to type.__new__?")));
    };
    if found.is(class) { return Ok(()) }
    let (f, n, c) = (vm.repr_text(&found)?, vm.repr_text(name)?, vm.repr_text(class)?);
    Err(vm.type_error(format!("__class__ set to {f} defining {n} as {c}")))
}
