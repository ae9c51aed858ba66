//! Things that have a name in a module: finding the module, checking that the name finds the thing, writing it.
//!
//! Not here: reading names (`load.rs`).

use instar_vm::types::dict::PyDict;
use instar_vm::types::str::PyStr;
use instar_vm::types::tuple::PyTuple;
use instar_vm::{codecs, ObjExt, Owned, PyResult, Raised, Vm};

use super::opcodes::*;
use super::pickler::Run;
use super::pickling_error;
use super::save::{memoize, save as save_object};

fn text(o: &Owned) -> String { o.cast::<PyStr>().map(|s| s.to_string_lossy()).unwrap_or_default() }

/// `object.a.b.c`
pub fn resolve(vm: &mut Vm, object: &Owned, name: &Owned) -> PyResult {
    let path = text(name);
    if !path.contains('.') { return vm.get_attr(object, name) }
    let mut at = object.clone();
    for name in path.split('.') { let key = vm.intern(name)?; at = vm.get_attr(&at, &key)? }
    Ok(at)
}

#[cold]
fn cannot(vm: &mut Vm, o: &Owned, why: &str) -> Raised { match vm.repr_text(o) { Ok(r) => pickling_error(vm, format!("Can't pickle {r}: {why}")), Err(e) => e } }

/// The error, with the one behind it as context.
#[cold]
fn because(vm: &mut Vm, o: &Owned, why: &str, cause: Raised) -> Raised {
    let e = cannot(vm, o, why);
    e.exception().context.set(Some(cause.exception().obj().clone()));
    e
}

/// The module that a thing is found in by its name.
fn module_of(vm: &mut Vm, o: &Owned, global: &Owned, path: &str) -> PyResult {
    let key = vm.names.__module__.clone();
    let module = vm.get_attr_opt(o, &key)?.filter(|m| !vm.is_none(m));
    if path.split('.').any(|p| p == "<locals>") {
        let r = vm.repr_text(o)?;
        return Err(pickling_error(vm, format!("Can't pickle local object {r}")));
    }
    let name = match module {
        Some(m) => m,
        None => {
            let modules = vm.modules.clone();
            let mut found = None;
            for (name, module) in modules.pairs(vm)? {
                let n = text(&name);
                if n == "__main__" || n == "__mp_main__" || vm.is_none(&module) { continue }
                match resolve(vm, &module, global) {
                    Ok(value) if value.is(o) => { found = Some(name); break }
                    Ok(_) => {}
                    Err(e) if e.is(vm, &vm.types.attribute_error) => {}
                    Err(e) => return Err(e),
                }
            }
            match found { Some(name) => return Ok(name), None => vm.new_str("__main__")? }
        }
    };
    let module = match import(vm, &name) {
        Ok(m) => m,
        Err(e) if e.is(vm, &vm.types.import_error) || e.is(vm, &vm.types.value_error) || e.is(vm, &vm.types.key_error) => {
            let why = vm.str_text(e.exception().obj())?;
            return Err(because(vm, o, &why, e));
        }
        Err(e) => return Err(e),
    };
    match resolve(vm, &module, global) {
        Ok(value) if value.is(o) => Ok(name),
        Ok(_) => Err(cannot(vm, o, &format!("it's not the same object as {}.{path}", text(&name)))),
        Err(e) if e.is(vm, &vm.types.attribute_error) => { let why = format!("it's not found as {}.{path}", text(&name)); Err(because(vm, o, &why, e)) }
        Err(e) => Err(e),
    }
}

/// A module by its full name, imported if need be.
pub fn import(vm: &mut Vm, name: &Owned) -> PyResult {
    if name.cast::<PyStr>().is_some_and(|n| n.is_empty()) { return Err(vm.value_error("Empty module name")) }
    let modules = vm.modules.clone();
    if let Some(m) = modules.get_item(vm, name)?.filter(|m| !vm.is_none(m)) { return Ok(m) }
    instar_vm::import::absolute(vm, name)?;
    match modules.get_item(vm, name)? { Some(m) => Ok(m), None => Err(vm.key_error(name)) }
}

/// A name mapped by a table of `_compat_pickle`, if it is there.
pub fn mapped(vm: &mut Vm, table: &str, key: &Owned) -> PyResult<Option<Owned>> {
    let table = vm.import_attr("_compat_pickle", table)?;
    match table.cast::<PyDict>() { Some(d) => d.get_item(vm, key), None => Ok(None) }
}

/// Writes a thing by its name.
pub fn save(vm: &mut Vm, r: &mut Run<'_>, o: &Owned, name: Option<&Owned>) -> PyResult<()> {
    let name = match name {
        Some(n) => n.clone(),
        None => {
            let key = vm.names.__qualname__.clone();
            match vm.get_attr_opt(o, &key)? { Some(n) => n, None => { let key = vm.names.__name__.clone(); vm.get_attr(o, &key)? } }
        }
    };
    let path = text(&name);
    let module = module_of(vm, o, &name, &path)?;
    if r.protocol >= 2 {
        let registry = vm.import_attr("copyreg", "_extension_registry")?;
        let key = vm.new_tuple([module.clone(), name.clone()])?.into_obj();
        let code = match registry.cast::<PyDict>() { Some(d) => d.get_item(vm, &key)?, None => None };
        if let Some(code) = code {
            let n = vm.index_i64(&code)?;
            if n <= 0 || n > i64::from(i32::MAX) { return Err(vm.runtime_error(format!("extension code {n} is out of range"))) }
            return match n {
                1..=0xFF => r.put(vm, &[EXT1, n as u8]),
                0x100..=0xFFFF => { r.op(vm, EXT2)?; r.put(vm, &(n as u16).to_le_bytes()) }
                _ => { r.op(vm, EXT4)?; r.put(vm, &(n as u32).to_le_bytes()) }
            };
        }
    }
    if r.protocol >= 4 {
        save_object(vm, r, &module, true)?;
        save_object(vm, r, &name, true)?;
        r.op(vm, STACK_GLOBAL)?;
    } else if path.contains('.') {
        // Attributes of attributes are fetched by calls.
        let getattr = vm.import_attr("builtins", "getattr")?;
        let names: Vec<&str> = path.split('.').collect();
        for _ in &names[1..] {
            save_object(vm, r, &getattr, true)?;
            if r.protocol < 2 { r.op(vm, MARK)? }
        }
        let first = vm.new_str(names[0])?;
        toplevel(vm, r, &module, &first)?;
        for n in &names[1..] {
            let n = vm.new_str(n)?;
            save_object(vm, r, &n, true)?;
            r.op(vm, if r.protocol < 2 { TUPLE } else { TUPLE2 })?;
            r.op(vm, REDUCE)?;
        }
    } else {
        toplevel(vm, r, &module, &name)?;
    }
    memoize(vm, r, o)
}

fn toplevel(vm: &mut Vm, r: &mut Run<'_>, module: &Owned, name: &Owned) -> PyResult<()> {
    let (mut module, mut name) = (module.clone(), name.clone());
    if r.protocol < 3 && r.fix_imports {
        let key = vm.new_tuple([module.clone(), name.clone()])?.into_obj();
        if let Some(pair) = mapped(vm, "REVERSE_NAME_MAPPING", &key)? {
            if let Some([m, n]) = pair.cast::<PyTuple>().map(|t| t.items()) { (module, name) = (m.clone(), n.clone()) }
        } else if let Some(m) = mapped(vm, "REVERSE_IMPORT_MAPPING", &module)? { module = m }
    }
    r.op(vm, GLOBAL)?;
    for (o, what) in [(&module, "module"), (&name, "global")] {
        if o.cast::<PyStr>().is_none() { return Err(vm.type_error("names must be strings")) }
        let encoded = codecs::encode(vm, if r.protocol >= 3 { codecs::Native::Utf8 } else { codecs::Native::Ascii }, o, None);
        let plain = match encoded {
            Err(cause) if cause.is(vm, &vm.types.unicode_encode_error) => {
                let shown = vm.repr_text(o)?;
                let n = r.protocol;
                let e = pickling_error(vm, format!("can't pickle {what} identifier {shown} using pickle protocol {n}"));
                e.exception().context.set(Some(cause.exception().obj().clone()));
                return Err(e);
            }
            r => r?,
        };
        r.put(vm, &plain)?;
        r.put(vm, b"\n")?;
    }
    Ok(())
}
