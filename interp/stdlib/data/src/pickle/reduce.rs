//! Objects that say how they are made again: reducers and `__reduce_ex__`, and writing what these return.
//!
//! Not here: builtin types (`save.rs`), names (`globals.rs`).

use instar_vm::typeobj::{vm_flags, TypeRef};
use instar_vm::types::dict::PyDict;
use instar_vm::types::function::PyFunction;
use instar_vm::types::str::PyStr;
use instar_vm::types::tuple::PyTuple;
use instar_vm::{ObjExt, Owned, PyResult, Raised, Vm};

use super::opcodes::*;
use super::pickler::Run;
use super::save::{appends, get, known, memoize, setitems};
use super::{full_name, globals, note, pickling_error};

/// Writes an object of any type that `save.rs` does not know.
pub fn save(vm: &mut Vm, r: &mut Run<'_>, o: &Owned) -> PyResult<()> {
    if let Some(f) = r.reducer.clone() {
        let answer = vm.call1(&f, o)?;
        if !vm.is_not_implemented(&answer) { return reduced(vm, r, o, &answer) }
    }
    let ty = o.type_of(vm).clone();
    if ty.ptr() == vm.types.type_.ptr() { return save_type(vm, r, o) }
    if o.cast::<PyFunction>().is_some() { return globals::save(vm, r, o, None) }
    let found = match r.dispatch_table.clone() {
        Some(table) => match vm.get_item(&table, ty.obj()) {
            Ok(f) => Some(f),
            Err(e) if e.is(vm, &vm.types.key_error) => None,
            Err(e) => return Err(e),
        },
        None => { let registry = r.registry.clone(); match registry.cast::<PyDict>() { Some(d) => d.get_item(vm, ty.obj())?, None => None } }
    };
    let answer = if let Some(f) = found { vm.call1(&f, o)? }
        else if ty.has_flag(vm_flags::TYPE_SUBCLASS) { return globals::save(vm, r, o, None) }
        else {
            let key = vm.names.__reduce_ex__.clone();
            match vm.get_attr_opt(o, &key)? {
                Some(f) => { let n = vm.new_int(r.protocol.into())?; vm.call1(&f, &n)? }
                None => {
                    let key = vm.names.__reduce__.clone();
                    match vm.get_attr_opt(o, &key)? { Some(f) => vm.call0(&f)?, None => { let t = full_name(vm, o); return Err(pickling_error(vm, format!("Can't pickle {t} object"))) } }
                }
            }
        };
    reduced(vm, r, o, &answer)
}

fn save_type(vm: &mut Vm, r: &mut Run<'_>, o: &Owned) -> PyResult<()> {
    let singles = [(vm.types.none.clone(), vm.none()), (vm.types.not_implemented.clone(), vm.not_implemented()), (vm.types.ellipsis.clone(), vm.consts.ellipsis.clone())];
    for (ty, single) in singles {
        if ty.is(o) { let (f, args) = (vm.types.type_.obj().clone(), vm.new_tuple([single])?.into_obj()); return parts(vm, r, &[f, args], Some(o)) }
    }
    globals::save(vm, r, o, None)
}

fn reduced(vm: &mut Vm, r: &mut Run<'_>, o: &Owned, answer: &Owned) -> PyResult<()> {
    if answer.cast::<PyStr>().is_some() { return globals::save(vm, r, o, Some(answer)) }
    let done = match answer.cast::<PyTuple>().map(|t| t.items().to_vec()) {
        None => { let t = full_name(vm, answer); Err(pickling_error(vm, format!("__reduce__ must return a string or tuple, not {t}"))) }
        Some(items) if !(2..=6).contains(&items.len()) => Err(pickling_error(vm, "tuple returned by __reduce__ must contain 2 through 6 elements")),
        Some(items) => parts(vm, r, &items, Some(o)),
    };
    match done { Err(e) => { let t = full_name(vm, o); Err(note(vm, e, format!("when serializing {t} object"))) } fine => fine }
}

fn noted(vm: &mut Vm, r: &mut Run<'_>, part: &Owned, o: Option<&Owned>, what: &str) -> PyResult<()> {
    match super::save::save(vm, r, part, true) {
        Err(e) => match o { Some(o) => { let t = full_name(vm, o); Err(note(vm, e, format!("when serializing {t} {what}"))) } None => Err(e) },
        fine => fine,
    }
}

#[cold]
fn wrong_class(vm: &mut Vm, function: &str, o: &Owned, class: &Owned) -> Raised {
    let key = vm.names.__class__.clone();
    let own = vm.get_attr(o, &key).and_then(|c| vm.repr_text(&c));
    match (own, vm.repr_text(class)) { (Ok(a), Ok(b)) => pickling_error(vm, format!("first argument to {function}() must be {a}, not {b}")), (Err(e), _) | (_, Err(e)) => e }
}

/// The class argument of `__newobj__` and its kin.
fn check_class(vm: &mut Vm, function: &str, class: &Owned, o: Option<&Owned>) -> PyResult<()> {
    if TypeRef::from_obj(class).is_none() {
        let t = full_name(vm, class);
        return Err(pickling_error(vm, format!("first argument to {function}() must be a class, not {t}")));
    }
    if let Some(o) = o {
        let key = vm.names.__class__.clone();
        if !vm.get_attr(o, &key)?.is(class) { return Err(wrong_class(vm, function, o, class)) }
    }
    Ok(())
}

fn iterator(vm: &mut Vm, o: Option<&Owned>, which: &str) -> PyResult<Option<Owned>> {
    let Some(o) = o.filter(|o| !vm.is_none(o)) else { return Ok(None) };
    if o.type_of(vm).slots().next.is_some() { return Ok(Some(o.clone())) }
    let t = full_name(vm, o);
    Err(pickling_error(vm, format!("{which} item of the tuple returned by __reduce__ must be an iterator, not {t}")))
}

/// Writes what a reducer returned for `o`.
pub fn parts(vm: &mut Vm, r: &mut Run<'_>, items: &[Owned], o: Option<&Owned>) -> PyResult<()> {
    let (f, args) = (&items[0], &items[1]);
    let given = |vm: &Vm, i: usize| items.get(i).filter(|p| !vm.is_none(p)).cloned();
    if !vm.is_callable(f) {
        let t = full_name(vm, f);
        return Err(pickling_error(vm, format!("first item of the tuple returned by __reduce__ must be callable, not {t}")));
    }
    let Some(args_items) = args.cast::<PyTuple>().map(|t| t.items().to_vec()) else {
        let t = full_name(vm, args);
        return Err(pickling_error(vm, format!("second item of the tuple returned by __reduce__ must be a tuple, not {t}")));
    };
    let state = given(vm, 2);
    let list = iterator(vm, items.get(3), "fourth")?;
    let dict = iterator(vm, items.get(4), "fifth")?;
    let setter = given(vm, 5);
    if let Some(s) = &setter && !vm.is_callable(s) {
        let t = full_name(vm, s);
        return Err(pickling_error(vm, format!("sixth item of the tuple returned by __reduce__ must be callable, not {t}")));
    }
    let name = if r.protocol >= 2 {
        let key = vm.names.__name__.clone();
        vm.get_attr_opt(f, &key)?.map(|n| vm.repr_text_plain(&n)).unwrap_or_default()
    } else { String::new() };
    match &*name {
        "__newobj_ex__" => newobj_ex(vm, r, &args_items, o)?,
        "__newobj__" => {
            let Some((class, rest)) = args_items.split_first() else { return Err(pickling_error(vm, "__newobj__ expected at least 1 argument, got 0")) };
            check_class(vm, "__newobj__", class, o)?;
            noted(vm, r, class, o, "class")?;
            let rest = vm.new_tuple_from(rest)?.into_obj();
            noted(vm, r, &rest, o, "__new__ arguments")?;
            r.op(vm, NEWOBJ)?;
        }
        _ => {
            noted(vm, r, f, o, "reconstructor")?;
            noted(vm, r, args, o, "reconstructor arguments")?;
            r.op(vm, REDUCE)?;
        }
    }
    if let Some(o) = o {
        // Writing the parts may have written the object itself.
        match known(vm, r, o) { Some(n) => { r.op(vm, POP)?; get(vm, r, n)? } None => memoize(vm, r, o)? }
    }
    let whole = o.cloned().unwrap_or_else(|| f.clone());
    if let Some(it) = list { appends(vm, r, &it, &whole)? }
    if let Some(it) = dict { setitems(vm, r, &it, &whole)? }
    let Some(state) = state else { return Ok(()) };
    match setter {
        None => { noted(vm, r, &state, o, "state")?; r.op(vm, BUILD) }
        Some(setter) => {
            noted(vm, r, &setter, o, "state setter")?;
            super::save::save(vm, r, &whole, true)?;
            noted(vm, r, &state, o, "state")?;
            r.put(vm, &[TUPLE2, REDUCE, POP])
        }
    }
}

fn newobj_ex(vm: &mut Vm, r: &mut Run<'_>, args: &[Owned], o: Option<&Owned>) -> PyResult<()> {
    let [class, pos, kw] = args else { let n = args.len(); return Err(pickling_error(vm, format!("__newobj_ex__ expected 3 arguments, got {n}"))) };
    check_class(vm, "__newobj_ex__", class, o)?;
    if pos.cast::<PyTuple>().is_none() { let t = full_name(vm, pos); return Err(pickling_error(vm, format!("second argument to __newobj_ex__() must be a tuple, not {t}"))) }
    if kw.cast::<PyDict>().is_none() { let t = full_name(vm, kw); return Err(pickling_error(vm, format!("third argument to __newobj_ex__() must be a dict, not {t}"))) }
    if r.protocol >= 4 {
        noted(vm, r, class, o, "class")?;
        noted(vm, r, pos, o, "__new__ arguments")?;
        noted(vm, r, kw, o, "__new__ arguments")?;
        return r.op(vm, NEWOBJ_EX);
    }
    let key = vm.names.__new__.clone();
    let new = vm.get_attr(class, &key)?;
    let mut values = vec![new, class.clone()];
    values.extend(pos.cast::<PyTuple>().map(|t| t.items().to_vec()).unwrap_or_default());
    let pairs = kw.cast::<PyDict>().map(|d| d.pairs(vm)).transpose()?.unwrap_or_default();
    let names: Vec<Owned> = pairs.iter().map(|(k, _)| k.clone()).collect();
    values.extend(pairs.into_iter().map(|(_, v)| v));
    let partial = vm.import_attr("functools", "partial")?;
    let made = vm.call(&partial, instar_vm::args::Args::new(&values, &names))?;
    noted(vm, r, &made, o, "reconstructor")?;
    let empty = vm.consts.empty_tuple.obj().clone();
    super::save::save(vm, r, &empty, true)?;
    r.op(vm, REDUCE)
}
