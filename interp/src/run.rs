//! One run: start-up, the main program, its end as an exit code.
//!
//! Order of start-up: types (`Vm::boot`), native modules, `builtins`, `sys`, importlib, encodings, signals, streams, warnings options,
//! `site`, `sys.path[0]`. Not here: the command line (`cli.rs`).

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use instar_vm::boot::BootError;
use instar_compiler::{Mode, Options};
use instar_vm::builtins::execute;
use instar_vm::builtins::syntax_error::compile_text;
use instar_vm::fallible::Promises;
use instar_vm::import::library::EMBEDDED;
use instar_vm::import::{bootstrap, native};
use instar_vm::types::dict::PyDict;
use instar_vm::vm::{GcMode, Settings};
use instar_vm::signals;
use instar_vm::{Owned, PyResult, Raised, Ref, Vm};

use crate::cli::{FailAlloc, Target};
use crate::library::Embedded;
use crate::memory::MEMORY;
use crate::{census, cli, memstats, prompt, streams};

/// Exit code of our own bugs.
pub const BUG: u8 = 70;

/// Runs and gives the exit code.
pub fn run(mut settings: Settings, target: &Target) -> u8 {
    settings.executable = std::env::current_exe().map(|p| p.display().to_string()).unwrap_or_default();
    if settings.stdlib.is_none() { settings.stdlib = beside_executable(&settings.executable) }
    let wants = |option: &str| settings.x_options.iter().any(|(name, _)| name == option);
    let (wants_memstats, wants_heap, wants_layout) = (wants("memstats"), wants("heap"), wants("layout"));
    MEMORY.set_limit(settings.memory_limit);
    let mut vm = match Vm::boot(settings) {
        Ok(vm) => vm,
        Err(BootError::Memory) => { eprintln!("MemoryError: not enough memory to start"); return 1 }
        Err(e) => { eprintln!("instar: {e}"); return BUG }
    };
    vm.promises = PROMISES;
    let failing = FailAlloc::of(&vm.settings);
    if let Some(f) = failing.filter(|f| f.boot) { fail_after(&vm, f) }
    // What start-up makes lives on: it goes to the oldest generation without a look at each object.
    vm.heap.gc_set_enabled(vm.settings.gc.mode == GcMode::Stress);
    let ended = match start(&mut vm) {
        Ok(()) => {
            vm.heap.gc_freeze();
            vm.heap.gc_unfreeze();
            vm.heap.gc_set_enabled(true);
            vm.stress.begin_program();
            if let Some(f) = failing.filter(|f| !f.boot) { fail_after(&vm, f) }
            if wants_layout { census::layouts(&mut vm) } else { program(&mut vm, target) }
        }
        Err(e) => Err(e),
    };
    let interrupted = ended.as_ref().is_err_and(|e| e.is(&vm, &vm.types.keyboard_interrupt)) || vm.state::<prompt::Interrupted>().0;
    let mut code = finish(&mut vm, ended);
    if wants_memstats && let Err(e) = memstats::write(&vm) { eprintln!("instar: memstats: {e}"); code = code.max(1) }
    if wants_heap && let Err(e) = census::write(&vm) { eprintln!("instar: heap: {e}"); code = code.max(1) }
    if !end(&mut vm) && code == 0 { code = 120 }
    signals::uninstall(&mut vm);
    // The process ends: its memory goes with it, faster than object by object.
    std::mem::forget(vm);
    // A shell wants to see that it was the signal.
    if interrupted { signals::die_of_interrupt() }
    code
}

/// Waits for threads, runs exit functions and finalizers, flushes. False if standard output could not be flushed.
fn end(vm: &mut Vm) -> bool {
    let flushed = flush_streams(vm);
    instar_vm::sysmod::shutdown(vm);
    flush_streams(vm) && flushed
}

/// The allocator's word for the parser and the compiler.
const PROMISES: Promises = Promises { begin: |bytes| MEMORY.begin_promise(bytes), end: || MEMORY.end_promise() };

/// `-X failalloc`: from here on requests are counted, those for objects and the large ones of native code each for themselves.
fn fail_after(vm: &Vm, f: FailAlloc) {
    if !f.large { vm.heap.set_fail_after(Some(f.after), f.once) }
    MEMORY.set_fail_after(Some(f.after), f.once);
}

fn beside_executable(executable: &str) -> Option<String> {
    let root = Path::new(executable).parent()?.parent()?;
    cli::library_below(&root.display().to_string()).filter(|d| d.ends_with("python3.14"))
}

/// An interpreter after start-up, for tests.
#[cfg(test)]
pub fn started(settings: Settings) -> Result<Box<Vm>, BootError> {
    let mut vm = Vm::boot(settings)?;
    vm.promises = PROMISES;
    start(&mut vm).map_err(|_| BootError::Memory)?;
    Ok(vm)
}

fn start(vm: &mut Vm) -> PyResult<()> {
    vm.register_modules(instar_stdlib_core::MODULES);
    vm.register_modules(instar_stdlib_testing::MODULES);
    vm.register_modules(instar_stdlib_os::MODULES);
    vm.register_modules(instar_stdlib_codec::MODULES);
    vm.register_modules(instar_stdlib_data::MODULES);
    vm.register_modules(instar_stdlib_watch::MODULES);
    vm.register_trees(instar_stdlib_core::TREES);
    if vm.settings.stdlib.is_none() { vm.set_library(Rc::new(Embedded::open())) }
    instar_vm::builtins::init(vm)?;
    instar_vm::sysmod::init(vm)?;
    set_implementation(vm)?;
    set_cache_prefix(vm)?;
    set_path(vm)?;
    bootstrap::start(vm)?;
    vm.import_module("encodings")?;
    signals::install(vm)?;
    streams::make(vm)?;
    watch_faults(vm)?;
    if !vm.settings.warn_options.is_empty() { vm.import_module("warnings")?; }
    main_module(vm)?;
    prompt::install(vm)?;
    if !vm.settings.no_site { vm.import_module("site")?; }
    Ok(())
}

/// Enables `faulthandler` if the command line or the environment asks for it.
fn watch_faults(vm: &mut Vm) -> PyResult<()> {
    let s = &vm.settings;
    let environment = !s.ignore_environment && std::env::var_os("PYTHONFAULTHANDLER").is_some_and(|v| !v.is_empty());
    if !environment && !s.dev_mode && !s.x_options.iter().any(|(name, _)| name == "faulthandler") { return Ok(()) }
    if !vm.native_modules.contains_key("faulthandler") { return Ok(()) }
    let (module, enable) = (vm.import_module("faulthandler")?, vm.intern("enable")?);
    vm.call_method(&module, &enable, &[]).map(drop)
}

/// `sys.path` before the program's own directory: `PYTHONPATH`, then the library.
fn set_path(vm: &mut Vm) -> PyResult<()> {
    let path = bootstrap::path_list(vm)?;
    path.clear(vm);
    let mut entries = Vec::new();
    if !vm.settings.ignore_environment && let Some(p) = std::env::var_os("PYTHONPATH").filter(|p| !p.is_empty()) {
        // An empty entry is the directory where all began.
        let here = || std::env::current_dir().map(|d| d.into_os_string().into_encoded_bytes()).unwrap_or_default();
        entries.extend(p.as_encoded_bytes().split(|b| *b == b':').map(|e| if e.is_empty() { here() } else { e.to_vec() }));
    }
    entries.push(vm.settings.stdlib.clone().unwrap_or_else(|| EMBEDDED.to_owned()).into_bytes());
    for e in entries {
        let e = vm.fs_decode(&e)?;
        path.push(vm, e)?;
    }
    Ok(())
}

/// `__main__`, empty.
fn main_module(vm: &mut Vm) -> PyResult<Owned> {
    if let Some(m) = vm.loaded_module("__main__")? { return Ok(m) }
    let module = vm.new_module("__main__", None)?.into_obj();
    let dict = vm.module_dict(&module)?;
    let (key, builtins) = (vm.names.__builtins__.clone(), vm.import_module("builtins")?);
    dict.set_item(vm, &key, &builtins)?;
    if let Some(importer) = builtin_importer(vm)? {
        let key = vm.names.__loader__.clone();
        dict.set_item(vm, &key, &importer)?;
    }
    let (name, modules) = (vm.names.__main__.clone(), vm.modules.clone());
    modules.set_item(vm, &name, &module)?;
    Ok(module)
}

fn builtin_importer(vm: &mut Vm) -> PyResult<Option<Owned>> {
    match vm.loaded_module("_frozen_importlib")? { Some(m) => vm.get_attr_str(&m, "BuiltinImporter").map(Some), None => Ok(None) }
}

fn prepend_path(vm: &mut Vm, entry: &Path) -> PyResult<()> {
    if vm.settings.safe_path { return Ok(()) }
    let path = bootstrap::path_list(vm)?;
    let entry = vm.fs_decode(entry.as_os_str().as_encoded_bytes())?;
    path.insert(vm, 0, entry)
}

/// The main program, and the prompt after it if that is wanted.
fn program(vm: &mut Vm, target: &Target) -> PyResult<()> {
    let asked = *target == Target::Stdin && prompt::is_interactive(vm);
    if asked || vm.settings.verbose > 0 { prompt::banner(vm) }
    let ended = main_program(vm, target);
    // A program that ended by SystemExit is looked at like any other; who leaves the prompt so has left.
    if asked || !prompt::inspects(vm) {
        return match ended? {
            Outcome::Ran => Ok(()),
            Outcome::NoFile => {
                let (ty, two) = (vm.types.system_exit.clone(), vm.new_int(2)?);
                Err(vm.raise(&ty, vec![two]))
            }
        };
    }
    if let Err(e) = ended {
        flush_streams(vm);
        if e.is(vm, &vm.types.keyboard_interrupt) { vm.state::<prompt::Interrupted>().0 = true }
        instar_vm::display::show_uncaught(vm, &e);
    }
    let module = main_module(vm)?;
    let dict = vm.module_dict(&module)?;
    prompt::after(vm, &dict)
}

/// How the main program ended, if not by an exception.
enum Outcome {
    Ran,
    /// It cannot be read, and that has been said.
    NoFile,
}

fn main_program(vm: &mut Vm, target: &Target) -> PyResult<Outcome> {
    let module = main_module(vm)?;
    let dict = vm.module_dict(&module)?;
    match target {
        Target::Command(text) => {
            prepend_path(vm, Path::new(""))?;
            let text = dedent(text);
            vm.register_source("<string>", &text);
            // A comment about the encoding says nothing here: the text has been decoded.
            let options = Options { optimize: vm.settings.optimize, max_digits: vm.settings.int_max_str_digits, no_columns: vm.settings.no_debug_ranges, ..Options::default() };
            let code = compile_text(vm, &text, "<string>", Mode::Exec, &options)?;
            show_source_of(vm, code.obj(), &text, "<string>");
            execute::run_code(vm, &code, &dict, dict.obj(), None)?;
        }
        Target::Module(name) => {
            let here = std::env::current_dir().unwrap_or_default();
            prepend_path(vm, &here)?;
            run_as_main(vm, name, true)?;
        }
        Target::File(file) => return run_file(vm, &dict, file),
        Target::Stdin => {
            prepend_path(vm, Path::new(""))?;
            if prompt::is_interactive(vm) {
                prompt::program(vm, &dict)?;
                return Ok(Outcome::Ran);
            }
            let mut bytes = Vec::new();
            if let Err(e) = std::io::Read::read_to_end(&mut std::io::stdin().lock(), &mut bytes) { return Err(vm.os_error_from(e, None)) }
            let name = vm.new_str("<stdin>")?;
            name_file(vm, &dict, &name)?;
            run_text(vm, &dict, &bytes, "<stdin>")?;
        }
    }
    Ok(Outcome::Ran)
}

/// Lets `linecache`, and so the library's tracebacks, show lines of code without a file. They are shown without that too, then
/// without source.
pub fn show_source_of(vm: &mut Vm, code: &Owned, text: &str, name: &str) {
    let Ok(register) = vm.import_attr("linecache", "_register_code") else { return };
    if let (Ok(text), Ok(name)) = (vm.new_str(text), vm.new_str(name)) { drop(vm.call_n(&register, &[code.clone(), text, name])) }
}

/// The text without the white space that all its lines begin with, as `-c` takes it; lines of white space become empty.
fn dedent(text: &str) -> String {
    let lines: Vec<&str> = text.split('\n').collect();
    let indent = |l: &&str| -> usize { l.len() - l.trim_start_matches([' ', '\t']).len() };
    let mut margin: Option<&str> = None;
    for l in lines.iter().filter(|l| !l.trim_matches([' ', '\t']).is_empty()) {
        let own = &l[..indent(l)];
        let common = margin.map_or(own.len(), |m| m.bytes().zip(own.bytes()).take_while(|(a, b)| a == b).count());
        margin = Some(&own[..common]);
    }
    let Some(cut) = margin.map(str::len).filter(|n| *n > 0) else { return text.to_owned() };
    lines.iter().map(|l| if l.trim_matches([' ', '\t']).is_empty() { "" } else { &l[cut..] }).collect::<Vec<_>>().join("\n")
}

/// A text setting: `-X NAME=TEXT`, else the environment's variable; None where neither says anything.
fn text_setting(vm: &Vm, name: &str, variable: &str) -> Option<String> {
    let option = vm.settings.x_options.iter().rev().find(|(n, _)| n == name).map(|(_, v)| v.clone().unwrap_or_default());
    let environment = || if vm.settings.ignore_environment { None } else { std::env::var(variable).ok() };
    option.or_else(environment).filter(|p| !p.is_empty())
}

/// `sys.implementation.name` from `-X implementation=NAME` or the environment: for programs that keep something for one
/// implementation by its name, CPython's tests above all (docs/compatibility.md).
fn set_implementation(vm: &mut Vm) -> PyResult<()> {
    let Some(name) = text_setting(vm, "implementation", "INSTAR_IMPLEMENTATION") else { return Ok(()) };
    let (key, attribute, name, sys) = (vm.intern("implementation")?, vm.intern("name")?, vm.intern(&name)?, vm.sys.clone());
    let Some(implementation) = sys.get_item(vm, &key)? else { return Ok(()) };
    vm.set_attr(&implementation, &attribute, &name)
}

/// `sys.pycache_prefix` from `-X pycache_prefix` or the environment.
fn set_cache_prefix(vm: &mut Vm) -> PyResult<()> {
    let Some(prefix) = text_setting(vm, "pycache_prefix", "PYTHONPYCACHEPREFIX") else { return Ok(()) };
    let (key, prefix, sys) = (vm.intern("pycache_prefix")?, vm.new_str(&prefix)?, vm.sys.clone());
    sys.set_item(vm, &key, &prefix)
}

/// `runpy._run_module_as_main(name, alter_argv)`
fn run_as_main(vm: &mut Vm, name: &str, alter_argv: bool) -> PyResult<()> {
    let run = vm.import_attr("runpy", "_run_module_as_main")?;
    let args = [vm.new_str(name)?, vm.bool(alter_argv)];
    vm.call_n(&run, &args).map(drop)
}

/// `-x`: the program begins with the end of its first line.
fn without_first_line<'a>(vm: &Vm, bytes: &'a [u8]) -> &'a [u8] {
    if !vm.settings.skip_first_line { return bytes }
    let end = bytes.iter().position(|b| *b == b'\n').unwrap_or(bytes.len());
    &bytes[end..]
}

/// `__file__` and `__cached__` of the main module.
fn name_file(vm: &mut Vm, dict: &Ref<PyDict>, name: &Owned) -> PyResult<()> {
    for (key, value) in [("__file__", name.clone()), ("__cached__", vm.none())] {
        let key = vm.intern(key)?;
        dict.set_item(vm, &key, &value)?;
    }
    Ok(())
}

fn run_file(vm: &mut Vm, dict: &Ref<PyDict>, file: &OsStr) -> PyResult<Outcome> {
    let path = PathBuf::from(file);
    let archive = path.is_dir() || std::fs::read(&path).is_ok_and(|b| b.starts_with(b"PK\x03\x04"));
    if archive {
        let path = bootstrap::path_list(vm)?;
        let entry = vm.fs_decode(absolute(file).as_os_str().as_encoded_bytes())?;
        path.insert(vm, 0, entry)?;
        run_as_main(vm, "__main__", false)?;
        return Ok(Outcome::Ran);
    }
    let bytes = match std::fs::read(&path) {
        Ok(b) => b,
        Err(e) => {
            let number = e.raw_os_error().unwrap_or(0);
            let text = e.to_string();
            let text = text.split(" (os error").next().unwrap_or("");
            eprintln!("{}: can't open file '{}': [Errno {number}] {text}", vm.settings.executable, absolute(file).display());
            return Ok(Outcome::NoFile);
        }
    };
    let real = std::fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
    let folder = real.parent().map(Path::to_path_buf).unwrap_or_default();
    prepend_path(vm, &folder)?;
    let shown = vm.fs_decode(absolute(file).as_os_str().as_encoded_bytes())?;
    name_file(vm, dict, &shown)?;
    if let Some(m) = vm.loaded_module("_frozen_importlib_external")? {
        let class = vm.get_attr_str(&m, "SourceFileLoader")?;
        let name = vm.names.__main__.clone();
        let loader = vm.call2(&class, &name, &shown)?;
        let key = vm.names.__loader__.clone();
        dict.set_item(vm, &key, &loader)?;
    }
    run_text(vm, dict, without_first_line(vm, &bytes), &absolute(file).display().to_string())?;
    Ok(Outcome::Ran)
}

/// The name with the current directory before it; nothing in it is resolved.
fn absolute(file: &OsStr) -> PathBuf {
    match std::env::current_dir() {
        Ok(here) if !file.as_encoded_bytes().starts_with(b"/") => {
            let mut name = here.into_os_string();
            name.push("/");
            name.push(file);
            name.into()
        }
        _ => file.into(),
    }
}

/// Compiles and runs source text in a namespace.
pub fn run_text(vm: &mut Vm, dict: &Ref<PyDict>, bytes: &[u8], file: &str) -> PyResult<()> {
    let code = native::code_of_file(vm, bytes, file)?;
    execute::run_code(vm, &code, dict, dict.obj(), None).map(drop)
}

/// The exit code of a program that ended; an exception is shown.
fn finish(vm: &mut Vm, ended: PyResult<()>) -> u8 {
    match ended { Ok(()) => 0, Err(e) => report(vm, e) }
}

/// Shows an uncaught exception through `sys.excepthook` and gives the exit code; SystemExit says its own.
fn report(vm: &mut Vm, error: Raised) -> u8 {
    flush_streams(vm);
    (instar_vm::display::report_uncaught(vm, error) & 0xFF) as u8
}

/// Flushes `sys.stdout` and `sys.stderr`; false if the first failed.
pub fn flush_streams(vm: &mut Vm) -> bool {
    let mut fine = true;
    for name in ["stdout", "stderr"] {
        let Ok(key) = vm.intern(name) else { continue };
        let Some(stream) = vm.sys.clone().get_interned(vm, &key).filter(|s| !vm.is_none(s)) else { continue };
        let closed = vm.get_attr_str(&stream, "closed").and_then(|c| vm.truth(&c)).unwrap_or(false);
        let flush = vm.names.flush.clone();
        if !closed && let Err(e) = vm.call_method(&stream, &flush, &[]) {
            if name == "stdout" { vm.unraisable(e, "flushing sys.stdout", None); fine = false }
        }
    }
    fine
}
