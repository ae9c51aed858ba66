//! `globals`, `locals`, `vars`, `dir`: what the calling Python frame sees.
//!
//! Not here: frame objects and their write-through `f_locals` (`types/frame.rs`).

use instar_code::{flags, LocalKind};

use crate::eval::frame::Frame;
use crate::object::{ObjExt, Owned, Ref};
use crate::types::cell::PyCell;
use crate::types::dict::PyDict;
use crate::types::frame_locals;
use crate::types::function::PyFunction;
use crate::vm::{PyResult, Vm};

/// `globals()`
pub fn globals(vm: &mut Vm, _: &Owned) -> PyResult {
    let found = vm.current_globals().map(Ref::into_obj);
    Ok(vm.option_to_none(found))
}

/// `locals()`
pub fn locals(vm: &mut Vm, _: &Owned) -> PyResult { current_locals(vm) }

/// Builtins of the running frame, the interpreter's if none runs.
pub fn current_builtins(vm: &Vm) -> Owned {
    let frame = Frame(vm.fp);
    if frame.is_null() { return vm.builtins.obj().clone() }
    // SAFETY: a non-null `fp` is the innermost live frame, whose function it owns.
    let function = unsafe { Owned::share_word(frame.func()) };
    function.cast::<PyFunction>().and_then(|f| f.builtins.get()).unwrap_or_else(|| vm.builtins.obj().clone())
}

/// `co_flags` of the running frame's code, 0 if none runs.
pub fn current_code_flags(vm: &Vm) -> u32 {
    let frame = Frame(vm.fp);
    // SAFETY: a non-null `fp` is the innermost live frame.
    if frame.is_null() { 0 } else { unsafe { (*frame.exec()).flags } }
}

/// The namespace of the running frame: its mapping, or in a function or an inlined comprehension a new dict of
/// its variables (PEP 667, PEP 709).
pub fn current_locals(vm: &mut Vm) -> PyResult {
    let frame = Frame(vm.fp);
    if frame.is_null() { return Err(vm.system_error("frame does not exist")) }
    // SAFETY: the frame is live and its code cannot change while we look; words are shared before anything else runs.
    let (optimized, namespace, globals) = unsafe {
        let exec = &*frame.exec();
        let is_bound = |i: usize| !(*frame.locals().add(i)).is_null();
        let in_comprehension = exec.blob.locals.iter().enumerate().any(|(i, l)| l.kind == LocalKind::Hidden && !l.name.starts_with('.') && is_bound(i));
        let optimized = exec.flags & flags::OPTIMIZED != 0 || in_comprehension;
        let share = |w: crate::object::Word| if w.is_null() { None } else { Some(Owned::share_word(w)) };
        (optimized, if optimized { None } else { share(frame.names()) }, share(frame.globals()))
    };
    if !optimized {
        return match namespace.or(globals) { Some(o) => Ok(o), None => Err(vm.system_error("no locals")) };
    }
    // A frame object may know further names (written through `f_locals`).
    // SAFETY: the frame is live.
    if unsafe { !frame.frame_object().is_null() } {
        let o = vm.frame_object(frame)?;
        if let Some(f) = Ref::cast(&o) { return Ok(frame_locals::snapshot(vm, f)?.into_obj()) }
    }
    let dict = vm.new_dict()?;
    let (mut found, mut hidden) = (Vec::new(), Vec::new());
    // SAFETY: as above; nothing runs between here and the end of the loop.
    unsafe {
        let exec = &*frame.exec();
        let locals = frame.locals();
        for (i, local) in exec.blob.locals.iter().enumerate() {
            let word = *locals.add(i);
            if word.is_null() || local.name.starts_with('.') { continue }
            let value = Owned::share_word(word);
            let value = match (local.kind != LocalKind::Plain).then(|| value.cast::<PyCell>().map(|c| c.value.get())).flatten() {
                Some(content) => content,
                None => Some(value),
            };
            // What an inlined comprehension binds hides its namesake.
            let list = if local.kind == LocalKind::Hidden { &mut hidden } else { &mut found };
            if let Some(v) = value { list.push((local.name.clone(), v)) }
        }
    }
    for (name, value) in found.into_iter().chain(hidden) {
        let key = vm.intern(&name)?;
        dict.set_item(vm, &key, &value)?;
    }
    Ok(dict.into_obj())
}

/// `vars([object])`
pub fn vars(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    let Some(o) = args.first() else { return current_locals(vm) };
    let name = vm.names.__dict__.clone();
    match vm.get_attr_opt(o, &name)? {
        Some(d) => Ok(d),
        None => Err(vm.type_error("vars() argument must have __dict__ attribute")),
    }
}

/// `dir([object])`
pub fn dir(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    let names = match args.first() {
        None => {
            let locals = current_locals(vm)?;
            let keys = match Ref::<PyDict>::cast(&locals).filter(|d| d.obj().is_exact::<PyDict>(vm)) {
                Some(d) => d.keys(vm)?,
                None => {
                    let name = vm.names.keys.clone();
                    let keys = vm.call_method(&locals, &name, &[])?;
                    vm.collect(&keys)?
                }
            };
            vm.new_list(keys)?
        }
        Some(o) => {
            let name = vm.names.__dir__.clone();
            let Some(found) = vm.call_special(o, &name, &[])? else { return Err(vm.type_error("object does not provide __dir__")) };
            let items = vm.collect(&found)?;
            vm.new_list(items)?
        }
    };
    crate::types::list_sort::sort_list(vm, &names, None, false)?;
    Ok(names.into_obj())
}

/// Globals and locals for `exec` and `eval` where the caller gives none.
pub fn defaults(vm: &mut Vm, globals: Option<&Owned>, locals: Option<&Owned>) -> PyResult<(Owned, Owned)> {
    let given = |vm: &Vm, o: Option<&Owned>| o.filter(|o| !vm.is_none(o)).cloned();
    match (given(vm, globals), given(vm, locals)) {
        (Some(g), Some(l)) => Ok((g, l)),
        (Some(g), None) => Ok((g.clone(), g)),
        (None, l) => {
            let Some(g) = vm.current_globals() else { return Err(vm.system_error("globals and locals cannot be NULL")) };
            let l = match l { Some(l) => l, None => current_locals(vm)? };
            Ok((g.into_obj(), l))
        }
    }
}

/// Whether `o` can serve as a namespace (has `__getitem__`).
pub fn is_mapping(vm: &Vm, o: &Owned) -> bool { o.type_of(vm).slots().getitem.is_some() }
