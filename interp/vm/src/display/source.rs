//! Source lines for tracebacks: registered text, `linecache` if it is loaded, files, loaders.
//!
//! Not here: what is shown of them (`frames.rs`).

use std::collections::HashMap;
use std::rc::Rc;

use crate::object::{ObjExt, Owned, Ref};
use crate::types::dict::PyDict;
use crate::types::str::PyStr;
use crate::vm::{PyResult, Vm};

/// Text that has no file (`-c`, standard input, interactive cells), by the name its code carries.
#[derive(Default)]
pub struct Registered(HashMap<String, Rc<str>>);

/// Lines of the files that one report has looked at.
#[derive(Default)]
pub struct Sources(HashMap<String, Option<Rc<Vec<String>>>>);

impl Vm {
    /// Makes the source of code without a file known to tracebacks.
    pub fn register_source(&mut self, filename: &str, text: &str) { self.state::<Registered>().0.insert(filename.to_owned(), text.into()); }
}

impl Sources {
    /// The lines of a file, without line ends.
    pub fn lines(&mut self, vm: &mut Vm, filename: &str, globals: &Owned) -> Option<Rc<Vec<String>>> {
        if let Some(known) = self.0.get(filename) { return known.clone() }
        let text = load(vm, filename, globals);
        let lines = text.map(|t| Rc::new(t.lines().map(str::to_owned).collect::<Vec<_>>()));
        self.0.insert(filename.to_owned(), lines.clone());
        lines
    }
}

fn load(vm: &mut Vm, filename: &str, globals: &Owned) -> Option<String> {
    if let Some(text) = vm.state::<Registered>().0.get(filename) { return Some(text.to_string()) }
    // Whatever goes wrong: no source line is shown.
    if let Ok(Some(text)) = from_linecache(vm, filename, globals) { return Some(text) }
    if filename.is_empty() || filename.starts_with('<') && filename.ends_with('>') { return from_loader(vm, globals).ok().flatten() }
    if let Some(text) = read(vm, filename) { return Some(text) }
    if let Ok(Some(text)) = from_loader(vm, globals) { return Some(text) }
    if filename.starts_with('/') { return None }
    let key = vm.names.path.clone();
    let path = vm.sys.get_interned(vm, &key)?;
    for dir in vm.collect(&path).ok()? {
        let Some(dir) = dir.cast::<PyStr>().map(|d| d.to_string_lossy()) else { continue };
        if let Some(text) = read(vm, &format!("{dir}/{filename}")) { return Some(text) }
    }
    None
}

fn read(vm: &mut Vm, path: &str) -> Option<String> {
    let bytes = std::fs::read(path).ok()?;
    match crate::builtins::syntax_error::decode_source(vm, &bytes, path) {
        Ok(text) => Some(text),
        Err(_) => Some(String::from_utf8_lossy(&bytes).into_owned()),
    }
}

fn module(vm: &mut Vm, name: &str) -> PyResult<Option<Owned>> {
    let key = vm.intern(name)?;
    vm.modules.clone().get_item(vm, &key)
}

/// `linecache.getlines` knows what `doctest`, `IPython` and lazy loaders put there.
fn from_linecache(vm: &mut Vm, filename: &str, globals: &Owned) -> PyResult<Option<String>> {
    let Some(linecache) = module(vm, "linecache")? else { return Ok(None) };
    let cache = vm.get_attr_str(&linecache, "cache")?;
    let name = vm.new_str(filename)?;
    if !vm.contains(&cache, &name)? { return Ok(None) }
    let getlines = vm.get_attr_str(&linecache, "getlines")?;
    let lines = vm.call2(&getlines, &name, globals)?;
    let mut text = String::new();
    for line in vm.collect(&lines)? { text.push_str(&vm.repr_text_plain(&line)) }
    Ok(if text.is_empty() { None } else { Some(text) })
}

/// `__loader__.get_source(__name__)`, for modules that are no files (the embedded library).
fn from_loader(vm: &mut Vm, globals: &Owned) -> PyResult<Option<String>> {
    let Some(dict) = Ref::<PyDict>::cast(globals).cloned() else { return Ok(None) };
    let (loader, name) = (vm.names.__loader__.clone(), vm.names.__name__.clone());
    let (Some(loader), Some(name)) = (dict.get_interned(vm, &loader), dict.get_interned(vm, &name)) else { return Ok(None) };
    let key = vm.intern("get_source")?;
    let Some(get_source) = vm.get_attr_opt(&loader, &key)? else { return Ok(None) };
    let text = vm.call1(&get_source, &name)?;
    Ok(text.cast::<PyStr>().map(|t| t.to_string_lossy()))
}

/// A line of a file, with its end.
pub(crate) fn line_of_file(vm: &mut Vm, path: &str, line: i32) -> Option<String> {
    if path.is_empty() || path.starts_with('<') { return None }
    let text = read(vm, path)?;
    let found = text.split_inclusive('\n').nth((line - 1).max(0) as usize)?;
    Some(found.to_owned())
}
