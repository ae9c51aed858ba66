//! Warnings from native code, and the `_warnings` module.
//!
//! Filters, the default action and what shows a warning are asked of the library's `warnings` module once that is loaded; before,
//! CPython's start-up filters decide and the text goes to standard error. Not here: `-W` (the library parses it), `catch_warnings`.

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
    /// Filters per context (`-X context_aware_warnings`), a context variable.
    context: Option<Owned>,
    /// Changes with the filters: what registries remember of older ones is void.
    version: i64,
}

/// Where a warning points.
struct Place {
    filename: Owned,
    line: i64,
    module: Owned,
    registry: Owned,
    /// The source line, if the caller knows it.
    text: Option<Owned>,
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
        Def::new("_filters_mutated_lock_held", "($module, /)", Native::N0(|vm, _| { vm.state::<State>().version += 1; Ok(vm.none()) })),
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
    // Without context variables the library does all of it in Python.
    let Ok(class) = vm.import_attr("_contextvars", "ContextVar") else { return Ok(()) };
    let name = vm.intern("warnings_context")?;
    let variable = vm.call1(&class, &name)?;
    vm.state::<State>().context = Some(variable.clone());
    let key = vm.intern("_warnings_context")?;
    dict.set_item(vm, &key, &variable)
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
    /// The same about an object, where memory for it was asked for may be told.
    pub fn warn_about(&mut self, category: &TypeRef, message: &str, stacklevel: i64, source: &Owned) -> PyResult<()> {
        let message = self.new_str(message)?;
        let place = place(self, stacklevel, &[])?;
        explicit(self, &message, category, place, Some(source.clone()))
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
    explicit(vm, &message, &category, Place { filename, line: line.into(), module, registry, text: None }, None)
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
    Ok(Place { filename, line: line.into(), module, registry, text: None })
}

fn explicit(vm: &mut Vm, message: &Owned, category: &TypeRef, place: Place, source: Option<Owned>) -> PyResult<()> {
    let (text, message, category) = if message.is_instance_of(vm, &vm.types.warning) {
        (vm.str(message)?, message.clone(), message.type_of(vm).clone())
    } else {
        (message.clone(), vm.call1(category.obj(), message)?, category.clone())
    };
    let line = vm.new_int(place.line)?;
    let registry = Ref::<PyDict>::cast(&place.registry).cloned();
    let key = vm.new_tuple([text.clone(), category.obj().clone(), line.clone()])?.into_obj();
    if let Some(r) = &registry && already_warned(vm, r, &key, false)? { return Ok(()) }
    let (action, item) = find_action(vm, &category, &text, &place)?;
    match action.as_str() {
        "ignore" => return Ok(()),
        "error" => return match Ref::try_from(message) { Ok(e) => Err(crate::vm::Raised(e)), Err(_) => Err(vm.type_error("exceptions must derive from BaseException")) },
        "always" | "all" => {}
        _ => {
            let yes = vm.bool(true);
            if let Some(r) = &registry { r.set_item(vm, &key, &yes)? }
            let shared = match (action.as_str(), registry) {
                ("default", _) | ("module", None) => None,
                ("once" | "module", Some(r)) => Some(r),
                ("once", None) => {
                    let all = match attribute(vm, "onceregistry")? { Some(r) => r, None => once_registry(vm)? };
                    if all.cast::<PyDict>().is_none() {
                        let t = all.type_name(vm);
                        return Err(vm.type_error(format!("_warnings.onceregistry must be a dict, not '{t}'")));
                    }
                    Ref::try_from(all).ok()
                }
                _ => {
                    let (action, item) = (vm.new_str(&action)?, vm.option_to_none(item));
                    let (action, item) = (vm.repr_text(&action)?, vm.repr_text(&item)?);
                    return Err(vm.runtime_error(format!("Unrecognized action ({action}) in warnings.filters:\n {item}")));
                }
            };
            if let Some(r) = shared {
                let key = vm.new_tuple([text.clone(), category.obj().clone()])?.into_obj();
                if already_warned(vm, &r, &key, true)? { return Ok(()) }
            }
        }
    }
    show(vm, &text, message, &category, place, line, source)
}

/// An attribute of the library's module, if that is loaded.
fn attribute(vm: &mut Vm, name: &str) -> PyResult<Option<Owned>> {
    let (key, modules) = (vm.names.warnings.clone(), vm.modules.clone());
    let Some(library) = modules.get_item(vm, &key)?.filter(|m| !vm.is_none(m)) else { return Ok(None) };
    let name = vm.intern(name)?;
    vm.get_attr_opt(&library, &name)
}

/// Whether a registry knows a warning; if it does not and `remember`, it does then.
fn already_warned(vm: &mut Vm, registry: &Ref<PyDict>, key: &Owned, remember: bool) -> PyResult<bool> {
    let name = vm.intern("version")?;
    let now = vm.state::<State>().version;
    let known = match registry.get_item(vm, &name)? { Some(v) if v.is_instance_of(vm, &vm.types.int) => vm.index_i64(&v).ok() == Some(now), _ => false };
    if known {
        if let Some(seen) = registry.get_item(vm, key)? && vm.truth(&seen)? { return Ok(true) }
    } else {
        registry.clear(vm);
        let now = vm.new_int(now)?;
        registry.set_item(vm, &name, &now)?;
    }
    let yes = vm.bool(true);
    if remember { registry.set_item(vm, key, &yes)? }
    Ok(false)
}

/// Shows a warning: by the library if that is loaded, else here.
fn show(vm: &mut Vm, text: &Owned, message: Owned, category: &TypeRef, place: Place, line: Owned, source: Option<Owned>) -> PyResult<()> {
    // The library knows more about a source.
    if source.is_some() { drop(vm.import_module("warnings")) }
    if let Some(print) = attribute(vm, "_showwarnmsg")? {
        if !vm.is_callable(&print) { return Err(vm.type_error("warnings._showwarnmsg() must be set to a callable")) }
        let Some(class) = attribute(vm, "WarningMessage")? else { return Err(vm.runtime_error("unable to get warnings.WarningMessage")) };
        let (none, text, source) = (vm.none(), vm.option_to_none(place.text), vm.option_to_none(source));
        let warning = vm.call_n(&class, &[message, category.obj().clone(), place.filename, line, none, text, source])?;
        return vm.call1(&print, &warning).map(drop);
    }
    let (file, text, name) = (vm.repr_text_plain(&place.filename), vm.repr_text_plain(text), category.name(vm));
    let mut out = format!("{file}:{}: {name}: {text}\n", place.line);
    let globals = vm.none();
    // Text that is in no file is not shown.
    if !file.starts_with('<')
        && let Some(lines) = crate::display::source::Sources::default().lines(vm, &file, &globals)
        && let Some(source) = usize::try_from(place.line).ok().and_then(|n| lines.get(n.wrapping_sub(1)))
        && !source.trim().is_empty()
    {
        out.push_str(&format!("  {}\n", source.trim()));
    }
    crate::display::write_stderr(vm, &out);
    Ok(())
}

/// What the filters say, and the filter that said it.
fn find_action(vm: &mut Vm, category: &TypeRef, text: &Owned, place: &Place) -> PyResult<(String, Option<Owned>)> {
    let filters = match context_filters(vm)? {
        Some(f) => f,
        // Those of a library that has lost its own are the last ones seen.
        None => match attribute(vm, "filters")? { Some(f) => { vm.state::<State>().filters = Some(f.clone()); f } None => filters(vm)? },
    };
    if filters.cast::<PyList>().is_none() { return Err(vm.value_error("warnings.filters must be a list")) }
    let mut i = 0;
    // Matching may run Python code, which may change the list.
    while let Some(row) = filters.cast::<PyList>().and_then(|l| l.items(vm).get(i).cloned()) {
        let Some([action, message, class, module, line]) = row.cast::<PyTuple>().map(|t| t.items().to_vec()).and_then(|v| <[Owned; 5]>::try_from(v).ok()) else {
            return Err(vm.value_error(format!("warnings.filters item {i} isn't a 5-tuple")));
        };
        if action.cast::<PyStr>().is_none() {
            let t = action.type_name(vm);
            return Err(vm.type_error(format!("action must be a string, not '{t}'")));
        }
        let matches = matches(vm, &message, text)? && vm.is_subclass(category.obj(), &class)? && matches(vm, &module, &place.module)?;
        if matches {
            let line = vm.index_i64(&line)?;
            if line == 0 || line == place.line { return Ok((vm.repr_text_plain(&action), Some(row))) }
        }
        i += 1;
    }
    match attribute(vm, "defaultaction")? {
        Some(action) if action.cast::<PyStr>().is_some() => Ok((vm.repr_text_plain(&action), None)),
        Some(action) => { let t = action.type_name(vm); Err(vm.type_error(format!("warnings.defaultaction must be a string, not '{t}'"))) }
        None => Ok(("default".to_owned(), None)),
    }
}

/// The filters of the current context, if it has its own.
fn context_filters(vm: &mut Vm) -> PyResult<Option<Owned>> {
    if !vm.settings.context_aware_warnings { return Ok(None) }
    let Some(variable) = vm.state::<State>().context.clone() else { return Ok(None) };
    let (get, none) = (vm.intern("get")?, vm.none());
    let context = vm.call_method(&variable, &get, &[none])?;
    if vm.is_none(&context) { return Ok(None) }
    vm.get_attr_str(&context, "_filters").map(Some)
}

/// Whether a filter's message or module fits: None fits all, a str what is equal, another object what its `match` finds.
fn matches(vm: &mut Vm, wanted: &Owned, text: &Owned) -> PyResult<bool> {
    if vm.is_none(wanted) { return Ok(true) }
    if wanted.is_exact::<PyStr>(vm) { return vm.equal(wanted, text) }
    let name = vm.intern("match")?;
    let found = vm.call_method(wanted, &name, std::slice::from_ref(text))?;
    vm.truth(&found)
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
    explicit(vm, &message, &category, place, args[3].clone().filter(|s| !vm.is_none(s)))?;
    Ok(vm.none())
}

fn py_warn_explicit(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let [Some(message), Some(category), Some(filename), Some(line), ..] = args else { return Err(vm.system_error("unbound arguments")) };
    if vm.is_none(category) && !message.is_instance_of(vm, &vm.types.warning) { return Err(vm.type_error("category must be a Warning subclass, not 'NoneType'")) }
    let category = category_of(vm, message, Some(category))?;
    let line = vm.index_i64(line)?;
    let module = match &args[4] { Some(m) if !vm.is_none(m) => m.clone(), _ => { let name = vm.repr_text_plain(filename); vm.new_str(module_of(&name))? } };
    let registry = vm.option_to_none(args[5].clone());
    if !vm.is_none(&registry) && registry.cast::<PyDict>().is_none() { return Err(vm.type_error("'registry' must be a dict or None")) }
    let text = match args[6].as_ref().filter(|g| !vm.is_none(g)) { Some(globals) => source_line(vm, globals, line)?, None => None };
    explicit(vm, message, &category, Place { filename: filename.clone(), line, module, registry, text }, args[7].clone().filter(|s| !vm.is_none(s)))?;
    Ok(vm.none())
}

/// The line that the loader of a module has for a warning in it.
fn source_line(vm: &mut Vm, globals: &Owned, line: i64) -> PyResult<Option<Owned>> {
    let Some(dict) = globals.cast::<PyDict>().cloned() else {
        let t = globals.type_name(vm);
        return Err(vm.type_error(format!("module_globals must be a dict, not '{t}'")));
    };
    let key = vm.names.__name__.clone();
    let name = dict.get_item(vm, &key)?;
    let main = name.as_ref().is_some_and(|n| n.cast::<PyStr>().is_some_and(|n| n.as_ascii() == Some("__main__")));
    let key = vm.names.__spec__.clone();
    let spec = dict.get_item(vm, &key)?;
    // A main module that was not imported has a loader and no spec, and nothing is wrong with that.
    if main && spec.as_ref().is_some_and(|s| vm.is_none(s)) { return Ok(None) }
    let bless = vm.import_attr("_frozen_importlib_external", "_bless_my_loader")?;
    let loader = vm.call1(&bless, globals)?;
    let Some(mut name) = name.filter(|_| !vm.is_none(&loader)) else { return Ok(None) };
    // Its loader knows the main module by the name that it was found by, if by any.
    if main && let Some(spec) = spec { name = vm.get_attr_str(&spec, "name")? }
    let key = vm.intern("get_source")?;
    let Some(get) = vm.get_attr_opt(&loader, &key)? else { return Ok(None) };
    let source = match vm.call1(&get, &name) {
        Err(e) if e.is(vm, &vm.types.import_error.clone()) => return Ok(None),
        source => source?,
    };
    if vm.is_none(&source) { return Ok(None) }
    let key = vm.intern("splitlines")?;
    let lines = vm.call_method(&source, &key, &[])?;
    let at = usize::try_from(line).ok().and_then(|n| n.checked_sub(1));
    Ok(lines.cast::<PyList>().and_then(|l| l.items(vm).get(at?).cloned()))
}
