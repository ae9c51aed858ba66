//! Warnings from native code, and the `_warnings` module.
//!
//! Once the library's `warnings` module is loaded its filters decide; before, CPython's start-up filters do, here. `_warnings` has no
//! `_warnings_context`, so the library uses its own Python implementation of everything else. Not here: `-W` (the library parses it).

use crate::module::NativeModule;
use crate::native::{Def, Native};
use crate::object::{ObjExt, Owned, Ref};
use crate::typeobj::{PyType, TypeRef};
use crate::types::dict::PyDict;
use crate::types::list::PyList;
use crate::types::str::PyStr;
use crate::types::tuple::PyTuple;
use crate::vm::{PyResult, Vm};

/// What `_warnings` shares with the fallback here.
#[derive(Default)]
struct State {
    filters: Option<Owned>,
    once: Option<Owned>,
}

/// Where a warning points.
struct Place {
    filename: Owned,
    line: i64,
    module: Owned,
    registry: Owned,
}

/// The `_warnings` module.
pub const MODULE: NativeModule = NativeModule {
    name: "_warnings",
    doc: "_warnings provides basic warning filtering support.\nIt is a helper module to speed up interpreter start-up.",
    functions: &[
        Def::new("warn", "($module, /, message, category=None, stacklevel=1, source=None, *,\n     skip_file_prefixes=())", Native::Bound(py_warn))
            .doc("Issue a warning, or maybe ignore it or raise an exception."),
        Def::new("warn_explicit", "($module, /, message, category, filename, lineno,\n              module=<unrepresentable>, registry=None,\n              module_globals=None, source=None)", Native::Bound(py_warn_explicit))
            .doc("Issue a warning, or maybe ignore it or raise an exception."),
        Def::new("_acquire_lock", "($module, /)", Native::N0(|vm, _| Ok(vm.none()))),
        Def::new("_release_lock", "($module, /)", Native::N0(|vm, _| Ok(vm.none()))),
        Def::new("_filters_mutated_lock_held", "($module, /)", Native::N0(|vm, _| Ok(vm.none()))),
    ],
    exec: fill,
};

fn fill(vm: &mut Vm, _: &Owned, dict: &Ref<PyDict>) -> PyResult<()> {
    let (filters, once) = (filters(vm)?, once_registry(vm)?);
    let action = vm.intern("default")?;
    for (key, value) in [("filters", filters), ("_onceregistry", once), ("_defaultaction", action)] {
        let key = vm.intern(key)?;
        dict.set_item(vm, &key, &value)?;
    }
    Ok(())
}

/// The start-up filters: (action, message, category, module, line).
fn filters(vm: &mut Vm) -> PyResult {
    if let Some(f) = vm.state::<State>().filters.clone() { return Ok(f) }
    let t = &vm.types;
    let rows: Vec<(&str, TypeRef, Option<&str>)> = vec![
        ("default", t.deprecation_warning.clone(), Some("__main__")), ("ignore", t.deprecation_warning.clone(), None),
        ("ignore", t.pending_deprecation_warning.clone(), None), ("ignore", t.import_warning.clone(), None), ("ignore", t.resource_warning.clone(), None),
    ];
    let mut list = Vec::new();
    for (action, category, module) in rows {
        let module = match module { Some(m) => vm.intern(m)?, None => vm.none() };
        let row = [vm.intern(action)?, vm.none(), category.into_obj(), module, vm.new_int(0)?];
        list.push(vm.new_tuple(row)?.into_obj());
    }
    let list = vm.new_list(list)?.into_obj();
    vm.state::<State>().filters = Some(list.clone());
    Ok(list)
}

fn once_registry(vm: &mut Vm) -> PyResult {
    if let Some(d) = vm.state::<State>().once.clone() { return Ok(d) }
    let d = vm.new_dict()?.into_obj();
    vm.state::<State>().once = Some(d.clone());
    Ok(d)
}

impl Vm {
    /// Warns from native code; `stacklevel` 1 is the running Python frame. The error is the warning, if the filters made one of it.
    pub fn warn(&mut self, category: &TypeRef, message: &str, stacklevel: i64) -> PyResult<()> {
        let message = self.new_str(message)?;
        let place = place(self, stacklevel, &[])?;
        explicit(self, &message, category, place, None)
    }
}

/// As [`Vm::warn`].
pub fn warn(vm: &mut Vm, category: &TypeRef, message: &str, stacklevel: i64) -> PyResult<()> { vm.warn(category, message, stacklevel) }

/// A SyntaxWarning about a line of source being compiled.
pub fn warn_syntax(vm: &mut Vm, message: &str, filename: &str, line: u32) -> PyResult<()> {
    let category = vm.types.syntax_warning.clone();
    let (message, filename) = (vm.new_str(message)?, vm.new_str(filename)?);
    let module = vm.new_str(module_of(&vm.repr_text_plain(&filename)))?;
    let registry = vm.none();
    explicit(vm, &message, &category, Place { filename, line: line.into(), module, registry }, None)
}

/// The module that a file name suggests.
fn module_of(filename: &str) -> &str { if filename.is_empty() { "<unknown>" } else { filename.strip_suffix(".py").unwrap_or(filename) } }

/// Frames of the import machinery are not what a warning is about.
fn is_internal(filename: &str) -> bool { filename.contains("importlib") && filename.contains("_bootstrap") }

fn place(vm: &mut Vm, stacklevel: i64, skip: &[String]) -> PyResult<Place> {
    let mut level = stacklevel;
    let mut at = vm.caller_frame(0);
    let file = |f: crate::eval::frame::Frame| unsafe { let exec = &*f.exec(); exec.blob.filename.clone() };
    // SAFETY (both): walks live frames.
    let up = |f: crate::eval::frame::Frame| unsafe { let p = f.prev(); if p.is_null() { None } else { Some(crate::eval::frame::Frame(p)) } };
    let passes = |f: crate::eval::frame::Frame, skip: &[String]| is_internal(&file(f)) || skip.iter().any(|p| file(f).starts_with(p.as_str()));
    let plain = level <= 0 || at.is_some_and(|f| is_internal(&file(f)));
    while level > 1 && let Some(f) = at {
        at = up(f);
        if !plain { while let Some(f) = at && passes(f, skip) { at = up(f) } }
        level -= 1;
    }
    let (globals, filename, line) = match at {
        Some(f) => {
            // SAFETY: a live frame; its globals are a dict.
            let (globals, blob, unit): (Ref<PyDict>, _, _) = unsafe { (Ref::from_owned_unchecked(Owned::share_word(f.globals())), (*f.exec()).blob.clone(), f.unit_index()) };
            (globals, vm.new_str(&blob.filename)?, blob.positions.get(unit).map_or(0, |p| p.line.max(0)))
        }
        None => (vm.sys.clone(), vm.new_str("<sys>")?, 0),
    };
    let key = vm.intern("__warningregistry__")?;
    let registry = match globals.get_item(vm, &key)? {
        Some(r) => r,
        None => { let d = vm.new_dict()?.into_obj(); globals.set_item(vm, &key, &d)?; d }
    };
    let key = vm.names.__name__.clone();
    let module = match globals.get_item(vm, &key)?.filter(|m| m.cast::<PyStr>().is_some()) { Some(m) => m, None => vm.new_str("<string>")? };
    Ok(Place { filename, line: line.into(), module, registry })
}

fn explicit(vm: &mut Vm, message: &Owned, category: &TypeRef, place: Place, source: Option<Owned>) -> PyResult<()> {
    let line = vm.new_int(place.line)?;
    let key = vm.names.warnings.clone();
    if let Some(library) = vm.modules.clone().get_item(vm, &key)?
        && let name = vm.intern("warn_explicit")?
        && let Some(f) = vm.get_attr_opt(&library, &name)?
    {
        let source = vm.option_to_none(source);
        let pos = [message.clone(), category.obj().clone(), place.filename, line, place.module, place.registry];
        return vm.call_kw(&f, &pos, &[("source", source)]).map(drop);
    }
    let text = if message.is_instance_of(vm, &vm.types.warning) { vm.str(message)? } else { message.clone() };
    let action = find_action(vm, category, &place.module)?;
    if action == "ignore" { return Ok(()) }
    if action == "error" {
        if let Ok(e) = Ref::try_from(message.clone()) { return Err(crate::vm::Raised(e)) }
        return Err(vm.raise(category, vec![message.clone()]));
    }
    if let Some(registry) = Ref::<PyDict>::cast(&place.registry) {
        let key = vm.new_tuple([text.clone(), category.obj().clone(), line])?.into_obj();
        if registry.contains(vm, &key)? { return Ok(()) }
        let yes = vm.bool(true);
        if action != "always" { registry.set_item(vm, &key, &yes)? }
    }
    let (file, text, name) = (vm.repr_text_plain(&place.filename), vm.repr_text_plain(&text), category.name(vm));
    let mut out = format!("{file}:{}: {name}: {text}\n", place.line);
    let globals = vm.none();
    if let Some(lines) = crate::display::source::Sources::default().lines(vm, &file, &globals)
        && let Some(source) = usize::try_from(place.line).ok().and_then(|n| lines.get(n.wrapping_sub(1)))
        && !source.trim().is_empty()
    {
        out.push_str(&format!("  {}\n", source.trim()));
    }
    crate::display::write_stderr(vm, &out);
    Ok(())
}

fn find_action(vm: &mut Vm, category: &TypeRef, module: &Owned) -> PyResult<String> {
    let filters = filters(vm)?;
    let rows = match filters.cast::<PyList>() { Some(l) => l.items(vm).to_vec(), None => Vec::new() };
    for row in rows {
        let Some([action, _, class, wanted, _]) = row.cast::<PyTuple>().map(|t| t.items().to_vec()).and_then(|v| <[Owned; 5]>::try_from(v).ok()) else { continue };
        let Some(class) = Ref::<PyType>::cast(&class) else { continue };
        if !category.is_subtype_of(vm, class) { continue }
        if !vm.is_none(&wanted) && !vm.equal(&wanted, module)? { continue }
        return Ok(vm.repr_text_plain(&action));
    }
    Ok("default".to_owned())
}

/// The category that `warn(message, category)` means.
fn category_of(vm: &mut Vm, message: &Owned, category: Option<&Owned>) -> PyResult<TypeRef> {
    if message.is_instance_of(vm, &vm.types.warning) { return Ok(message.type_of(vm).clone()) }
    let Some(category) = category.filter(|c| !vm.is_none(c)) else { return Ok(vm.types.user_warning.clone()) };
    match Ref::<PyType>::cast(category).filter(|c| c.is_subtype_of(vm, &vm.types.warning)) {
        Some(c) => Ok(c.clone()),
        None => {
            let t = match Ref::<PyType>::cast(category) { Some(_) => vm.repr_text(category)?, None => category.type_name(vm) };
            let t = if t.starts_with('<') { format!("class '{}'", Ref::<PyType>::cast(category).map_or(String::new(), |c| c.name(vm))) } else { format!("'{t}'") };
            Err(vm.type_error(format!("category must be a Warning subclass, not {t}")))
        }
    }
}

fn py_warn(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let message = args[0].clone().expect("law: required parameter");
    let category = category_of(vm, &message, args[1].as_ref())?;
    let mut level = match &args[2] { Some(n) => vm.index_i64(n)?, None => 1 };
    let mut skip = Vec::new();
    if let Some(prefixes) = &args[4] {
        let Some(t) = prefixes.cast::<PyTuple>() else { return Err(vm.type_error("skip_file_prefixes must be a tuple of strs.")) };
        for p in t.items() {
            match p.cast::<PyStr>() { Some(p) => skip.push(p.to_string_lossy()), None => return Err(vm.type_error("skip_file_prefixes must be a tuple of strs.")) }
        }
        if !skip.is_empty() { level = level.max(2) }
    }
    let place = place(vm, level, &skip)?;
    explicit(vm, &message, &category, place, args[3].clone())?;
    Ok(vm.none())
}

fn py_warn_explicit(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let [Some(message), Some(category), Some(filename), Some(line), ..] = args else { return Err(vm.system_error("unbound arguments")) };
    let category = category_of(vm, message, Some(category))?;
    let line = vm.index_i64(line)?;
    let module = match &args[4] { Some(m) if !vm.is_none(m) => m.clone(), _ => { let name = vm.repr_text_plain(filename); vm.new_str(module_of(&name))? } };
    let registry = vm.option_to_none(args[5].clone());
    explicit(vm, message, &category, Place { filename: filename.clone(), line, module, registry }, args[7].clone())?;
    Ok(vm.none())
}
