//! The `sys` module: what is in its namespace.
//!
//! `sysmod/functions.rs` and `hooks.rs` are its functions, `structs.rs` its records, `names.rs` the library's module names.
//! Not here: `sys.path` and the import attributes (`import.rs`), the standard streams (`io` makes them).

pub mod functions;
pub mod hooks;
mod jit;
pub mod names;
mod shutdown;
pub mod structs;

pub use shutdown::shutdown;

use std::ffi::OsString;

use crate::object::Owned;
use crate::vm::{PyResult, Vm};

const COPYRIGHT: &str = "Copyright (c) 2001 Python Software Foundation.\nAll Rights Reserved.\n\nCopyright (c) 2000 BeOpen.com.\nAll Rights Reserved.\n\n\
Copyright (c) 1995-2001 Corporation for National Research Initiatives.\nAll Rights Reserved.\n\nCopyright (c) 1991-1995 Stichting Mathematisch Centrum, Amsterdam.\nAll Rights Reserved.";

const PLATFORM: &str = if cfg!(target_os = "macos") { "darwin" } else if cfg!(target_os = "windows") { "win32" } else if cfg!(target_os = "emscripten") { "emscripten" }
    else if cfg!(target_os = "wasi") { "wasi" } else { "linux" };

fn put(vm: &mut Vm, name: &str, value: Owned) -> PyResult<()> {
    let key = vm.intern(name)?;
    vm.sys.clone().set_item(vm, &key, &value)
}

fn put_str(vm: &mut Vm, name: &str, value: &str) -> PyResult<()> { let v = vm.new_str(value)?; put(vm, name, v) }

fn list(vm: &mut Vm, items: &[String]) -> PyResult {
    let mut all = Vec::new();
    for i in items { all.push(vm.new_str(i)?) }
    Ok(vm.new_list(all)?.into_obj())
}

/// Fills the namespace, once all types exist. A second call does nothing.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    if vm.state::<structs::SysTypes>().unraisable.is_some() { return Ok(()) }
    vm.register_modules(MODULES);
    structs::make_types(vm)?;
    let name = vm.intern("sys")?;
    put(vm, "__name__", name.clone())?;
    put_str(vm, "__doc__", "This module provides access to some objects used or maintained by the\ninterpreter and to functions that interact strongly with the interpreter.")?;
    for key in ["__package__", "__loader__", "__spec__"] {
        let none = vm.none();
        let value = if key == "__package__" { vm.new_str("")? } else { none };
        put(vm, key, value)?;
    }
    let dict = vm.sys.clone();
    let module = vm.new_module_with(&dict)?.into_obj();
    vm.modules.clone().set_item(vm, &name, &module)?;
    crate::builtins::add_functions(vm, &dict, &module, &name, functions::FUNCTIONS)?;
    for hook in ["displayhook", "excepthook", "breakpointhook", "unraisablehook"] {
        let key = vm.intern(hook)?;
        if let Some(f) = dict.get_interned(vm, &key) { put(vm, &format!("__{hook}__"), f)? }
    }
    versions(vm)?;
    numbers(vm)?;
    paths(vm)?;
    arguments(vm)?;
    let modules = vm.modules.clone().into_obj();
    put(vm, "modules", modules)?;
    let mut names = Vec::new();
    for n in names::STDLIB { names.push(vm.intern(n)?) }
    let names = vm.new_frozenset(names)?;
    put(vm, "stdlib_module_names", names)?;
    jit::init(vm)?;
    let monitoring = crate::monitor::module::init(vm)?;
    put(vm, "monitoring", monitoring)
}

fn versions(vm: &mut Vm) -> PyResult<()> {
    let (major, minor, micro) = structs::VERSION;
    put_str(vm, "version", &format!("{major}.{minor}.{micro} (instar {}) [Rust]", env!("CARGO_PKG_VERSION")))?;
    let info = structs::version_info(vm)?;
    put(vm, "version_info", info.clone())?;
    let hex = vm.new_int(structs::HEX_VERSION)?;
    put(vm, "hexversion", hex.clone())?;
    let api = vm.new_int(1013)?;
    put(vm, "api_version", api)?;
    put_str(vm, "copyright", COPYRIGHT)?;
    let git = [vm.intern("instar")?, vm.intern("")?, vm.intern("")?];
    let git = vm.new_tuple(git)?.into_obj();
    put(vm, "_git", git)?;
    let implementation = vm.new_dict()?;
    // Files of code compiled for another op table have another name.
    let tag = format!("instar-{major}{minor}-{:08x}", instar_code::table_hash() as u32);
    let (name, tag) = (vm.intern("instar")?, vm.intern(&tag)?);
    let multiarch = vm.intern(&format!("{}-{}", std::env::consts::ARCH, if PLATFORM == "linux" { "linux-gnu" } else { PLATFORM }))?;
    for (key, value) in [("name", name), ("cache_tag", tag), ("version", info), ("hexversion", hex), ("_multiarch", multiarch), ("supports_isolated_interpreters", vm.bool(false))] {
        let key = vm.intern(key)?;
        implementation.set_item(vm, &key, &value)?;
    }
    let implementation = vm.new_simple_namespace(&implementation)?;
    put(vm, "implementation", implementation)?;
    put_str(vm, "platform", PLATFORM)?;
    put_str(vm, "byteorder", if cfg!(target_endian = "little") { "little" } else { "big" })?;
    put_str(vm, "abiflags", "")?;
    put_str(vm, "_framework", "")?;
    put_str(vm, "float_repr_style", "short")
}

fn numbers(vm: &mut Vm) -> PyResult<()> {
    for (name, make) in [("flags", structs::flags as fn(&mut Vm) -> PyResult), ("float_info", structs::float_info), ("int_info", structs::int_info),
        ("hash_info", structs::hash_info), ("thread_info", structs::thread_info)] {
        let value = make(vm)?;
        put(vm, name, value)?;
    }
    let (size, unicode) = (vm.new_int(i64::MAX)?, vm.new_int(0x10FFFF)?);
    put(vm, "maxsize", size)?;
    put(vm, "maxunicode", unicode)
}

/// `executable` and the prefixes; `getpath` of the binary may replace them.
fn paths(vm: &mut Vm) -> PyResult<()> {
    let executable = vm.settings.executable.clone();
    put_str(vm, "executable", &executable)?;
    put_str(vm, "_base_executable", &executable)?;
    let prefix = std::path::Path::new(&executable).parent().map_or(String::new(), |bin| bin.parent().unwrap_or(bin).display().to_string());
    for name in ["prefix", "exec_prefix", "base_prefix", "base_exec_prefix"] { put_str(vm, name, &prefix)? }
    let folder = if vm.settings.ignore_environment { None } else { std::env::var("PYTHONPLATLIBDIR").ok().filter(|f| !f.is_empty()) };
    put_str(vm, "platlibdir", folder.as_deref().unwrap_or("lib"))?;
    match vm.settings.stdlib.clone() { Some(dir) => put_str(vm, "_stdlib_dir", &dir)?, None => { let none = vm.none(); put(vm, "_stdlib_dir", none)? } }
    for name in ["_home", "pycache_prefix"] { let none = vm.none(); put(vm, name, none)? }
    Ok(())
}

/// A list of texts from the system, undecodable bytes as lone surrogates.
fn system_list(vm: &mut Vm, items: &[OsString]) -> PyResult {
    let items = items.iter().map(|i| vm.fs_decode(i.as_encoded_bytes())).collect::<PyResult<Vec<_>>>()?;
    Ok(vm.new_list(items)?.into_obj())
}

fn arguments(vm: &mut Vm) -> PyResult<()> {
    let s = vm.settings.clone();
    let argv = system_list(vm, &s.argv)?;
    put(vm, "argv", argv)?;
    let all: Vec<OsString> = std::env::args_os().collect();
    let orig = system_list(vm, if all.is_empty() { &s.argv } else { &all })?;
    put(vm, "orig_argv", orig)?;
    let options = list(vm, &s.warn_options)?;
    put(vm, "warnoptions", options)?;
    let dict = vm.new_dict()?;
    for (key, value) in &s.x_options {
        let key = vm.new_str(key)?;
        let value = match value { Some(v) => vm.new_str(v)?, None => vm.bool(true) };
        dict.set_item(vm, &key, &value)?;
    }
    put(vm, "_xoptions", dict.into_obj())?;
    let b = vm.bool(s.dont_write_bytecode);
    put(vm, "dont_write_bytecode", b)
}

/// The native modules of this crate besides `builtins` and `sys`.
static MODULES: &[crate::module::NativeModule] = &[crate::warnings::MODULE, crate::signals::MODULE];
