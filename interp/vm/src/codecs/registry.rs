//! The codec registry: search functions, the cache of found codecs, registered error handlers (PEP 100, PEP 293).
//!
//! Not here: the module `_codecs`, which shows this to Python.

use std::collections::HashMap;

use crate::codecs::handlers::Handler;
use crate::object::{ObjExt, Owned};
use crate::types::tuple::PyTuple;
use crate::vm::{PyResult, Vm};

/// Registry of an interpreter.
#[derive(Default)]
struct Registry {
    search: Vec<Owned>,
    found: HashMap<String, Owned>,
    errors: HashMap<String, Owned>,
    searching: bool,
}

/// An encoding's name as search functions get it: lower case, runs of other characters as `_`.
pub fn normalize(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut gap = false;
    for c in name.chars() {
        if c.is_ascii_alphanumeric() || c == '.' {
            if gap && !out.is_empty() { out.push('_') }
            gap = false;
            out.push(c.to_ascii_lowercase());
        } else {
            gap = true;
        }
    }
    out
}

/// Adds a search function.
pub fn register(vm: &mut Vm, search: &Owned) -> PyResult<()> {
    if search.type_of(vm).slots().call.is_none() { return Err(vm.type_error("argument must be callable")) }
    let search = search.clone();
    vm.state::<Registry>().search.push(search);
    Ok(())
}

/// Removes a search function and forgets what was found.
pub fn unregister(vm: &mut Vm, search: &Owned) {
    let registry = vm.state::<Registry>();
    if let Some(i) = registry.search.iter().position(|s| s.is(search)) {
        let gone = registry.search.remove(i);
        let found = std::mem::take(&mut registry.found);
        drop((gone, found));
    }
}

/// The codec (a tuple `(encode, decode, reader, writer)`) of an encoding; LookupError if there is none.
pub fn lookup(vm: &mut Vm, name: &str) -> PyResult {
    let key = normalize(name);
    if let Some(found) = vm.state::<Registry>().found.get(&key) { return Ok(found.clone()) }
    load_encodings(vm)?;
    let search = vm.state::<Registry>().search.clone();
    let text = vm.new_str(&key)?;
    for f in search {
        let codec = vm.call1(&f, &text)?;
        if vm.is_none(&codec) { continue }
        if codec.cast::<PyTuple>().is_none_or(|t| t.len() != 4) {
            return Err(vm.type_error("codec search functions must return 4-tuples"));
        }
        vm.state::<Registry>().found.insert(key, codec.clone());
        return Ok(codec);
    }
    Err(vm.lookup_error(format!("unknown encoding: {name}")))
}

/// The package `encodings` registers the usual search function; it is imported by the first lookup.
fn load_encodings(vm: &mut Vm) -> PyResult<()> {
    let registry = vm.state::<Registry>();
    if !registry.search.is_empty() || registry.searching { return Ok(()) }
    registry.searching = true;
    let import = vm.builtin("__import__");
    let name = vm.new_str("encodings");
    let done = import.and_then(|f| name.and_then(|n| vm.call1(&f, &n)));
    vm.state::<Registry>().searching = false;
    done.map(drop)
}

/// Item `which` (0 encode, 1 decode) of the codec, which must be a text encoding where `alternative` is given.
fn part(vm: &mut Vm, name: &str, which: usize, alternative: Option<&str>) -> PyResult {
    let codec = lookup(vm, name)?;
    if let Some(alternative) = alternative
        && codec.type_of(vm).ptr() != vm.types.tuple.ptr()
        && let Some(flag) = { let n = vm.intern("_is_text_encoding")?; vm.get_attr_opt(&codec, &n)? }
        && !vm.truth(&flag)?
    {
        return Err(vm.lookup_error(format!("'{name}' is not a text encoding; use {alternative} to handle arbitrary codecs")));
    }
    Ok(codec.cast::<PyTuple>().and_then(|t| t.get(which)).unwrap_or_else(|| vm.none()))
}

fn run(vm: &mut Vm, f: &Owned, input: &Owned, errors: Option<&Owned>, name: &str, what: &str) -> PyResult {
    let mut args = vec![input.clone()];
    args.extend(errors.cloned());
    let result = match vm.call_n(f, &args) {
        Ok(r) => r,
        Err(e) => { add_note(vm, &e, name, what); return Err(e) }
    };
    match result.cast::<PyTuple>().map(|t| t.items()) {
        Some([made, _]) => Ok(made.clone()),
        _ => Err(vm.type_error(format!("{what}r must return a tuple (object, integer)"))),
    }
}

/// CPython notes which codec failed.
fn add_note(vm: &mut Vm, e: &crate::vm::Raised, name: &str, what: &str) {
    let (exception, verb) = (e.exception().obj().clone(), if what == "encode" { "encoding" } else { "decoding" });
    let Ok(note) = vm.new_str(&format!("{verb} with '{name}' codec failed")) else { return };
    let Ok(method) = vm.intern("add_note") else { return };
    // Losing the note is all that can happen when this fails.
    let _ = vm.call_method(&exception, &method, &[note]);
}

/// Encodes with a text encoding found in the registry; any object may come out.
pub fn encode_text(vm: &mut Vm, text: &Owned, name: &str, errors: Option<&Owned>) -> PyResult {
    let f = part(vm, name, 0, Some("codecs.encode()"))?;
    run(vm, &f, text, errors, name, "encode")
}

/// Decodes with a text encoding found in the registry; any object may come out.
pub fn decode_text(vm: &mut Vm, object: &Owned, name: &str, errors: Option<&Owned>) -> PyResult {
    let f = part(vm, name, 1, Some("codecs.decode()"))?;
    run(vm, &f, object, errors, name, "decode")
}

/// `codecs.encode(object, name, errors)`.
pub fn encode_any(vm: &mut Vm, object: &Owned, name: &str, errors: Option<&Owned>) -> PyResult {
    let f = part(vm, name, 0, None)?;
    run(vm, &f, object, errors, name, "encode")
}

/// `codecs.decode(object, name, errors)`.
pub fn decode_any(vm: &mut Vm, object: &Owned, name: &str, errors: Option<&Owned>) -> PyResult {
    let f = part(vm, name, 1, None)?;
    run(vm, &f, object, errors, name, "decode")
}

/// The registered error handler of that name; LookupError if there is none.
pub fn lookup_error(vm: &mut Vm, name: &str) -> PyResult {
    if let Some(f) = vm.state::<Registry>().errors.get(name) { return Ok(f.clone()) }
    // The module `_codecs` registers the functions of the native handlers.
    if Handler::by_name(name).is_some() {
        let import = vm.builtin("__import__")?;
        let module = vm.new_str("_codecs")?;
        vm.call1(&import, &module)?;
        if let Some(f) = vm.state::<Registry>().errors.get(name) { return Ok(f.clone()) }
    }
    Err(vm.lookup_error(format!("unknown error handler name '{name}'")))
}

/// Registers an error handler.
pub fn register_error(vm: &mut Vm, name: &str, handler: &Owned) -> PyResult<()> {
    if handler.type_of(vm).slots().call.is_none() { return Err(vm.type_error("handler must be callable")) }
    let old = vm.state::<Registry>().errors.insert(name.to_owned(), handler.clone());
    drop(old);
    Ok(())
}

/// Removes an error handler; whether there was one. ValueError for the native ones.
pub fn unregister_error(vm: &mut Vm, name: &str) -> PyResult<bool> {
    if Handler::by_name(name).is_some() {
        return Err(vm.value_error(format!("cannot un-register built-in error handler '{name}'")));
    }
    let old = vm.state::<Registry>().errors.remove(name);
    Ok(old.is_some())
}
