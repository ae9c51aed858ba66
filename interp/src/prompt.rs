//! The interactive prompt: the banner, start-up file and hooks, `_pyrepl` on a terminal, else the plain loop that reads a line after
//! another.
//!
//! Not here: editing, history and colours (Lib's `_pyrepl`), when input is complete (Lib's `codeop`), what follows on the end of the
//! program (`run.rs`).

use std::io::{IsTerminal, Write};

use instar_vm::builtins::{add_functions, execute};
use instar_vm::display;
use instar_vm::native::{Def, Native};
use instar_vm::types::code::PyCode;
use instar_vm::types::dict::PyDict;
use instar_vm::types::str::PyStr;
use instar_vm::{ObjExt, Owned, PyResult, Raised, Ref, Vm};

use crate::cli::VERSION;
use crate::run::{flush_streams, run_text, show_source_of};

/// Whether a KeyboardInterrupt has left a program: the process ends by that signal, however much was typed in since.
#[derive(Default)]
pub struct Interrupted(pub bool);

/// Whether the program is asked for at a prompt: a terminal, or `-i`.
pub fn is_interactive(vm: &Vm) -> bool { vm.settings.interactive || std::io::stdin().is_terminal() }

/// Whether the prompt follows the program: `-i`, or `PYTHONINSPECT`, which the program itself may have set.
pub fn inspects(vm: &Vm) -> bool {
    let wanted = vm.settings.inspect || !vm.settings.ignore_environment && std::env::var_os("PYTHONINSPECT").is_some_and(|v| !v.is_empty());
    wanted && is_interactive(vm)
}

/// `sys._baserepl`, for `_pyrepl` where it cannot work.
pub fn install(vm: &mut Vm) -> PyResult<()> {
    let (sys, name, module) = (vm.sys.clone(), vm.names.sys.clone(), vm.import_module("sys")?);
    add_functions(vm, &sys, &module, &name, &FUNCTIONS)
}

static FUNCTIONS: [Def; 1] = [Def::new("_baserepl", "($module, /)", Native::N0(|vm, _| {
    let main = vm.import_module("__main__")?;
    let dict = vm.module_dict(&main)?;
    plain(vm, &dict)?;
    Ok(vm.none())
})).doc("Private function for getting the base REPL")];

/// Version and hints on standard error.
pub fn banner(vm: &Vm) {
    if vm.settings.quiet { return }
    eprintln!("Python {VERSION} (instar) on {}", std::env::consts::OS);
    if !vm.settings.no_site { eprintln!("Type \"help\", \"copyright\", \"credits\" or \"license\" for more information.") }
}

/// The program typed in: start-up file, hook, prompt.
pub fn program(vm: &mut Vm, dict: &Ref<PyDict>) -> PyResult<()> {
    vm.settings.inspect = false;
    startup(vm, dict)?;
    hook(vm)?;
    prompt(vm, dict)
}

/// The prompt after a program.
pub fn after(vm: &mut Vm, dict: &Ref<PyDict>) -> PyResult<()> {
    vm.settings.inspect = false;
    hook(vm)?;
    prompt(vm, dict)
}

fn environment(vm: &Vm, name: &str) -> Option<String> {
    if vm.settings.ignore_environment { None } else { std::env::var(name).ok().filter(|v| !v.is_empty()) }
}

/// Shows an exception; SystemExit goes on.
fn shown(vm: &mut Vm, error: Raised) -> PyResult<()> {
    if error.is(vm, &vm.types.system_exit) { return Err(error) }
    flush_streams(vm);
    display::report_uncaught(vm, error);
    Ok(())
}

/// Runs the file that `PYTHONSTARTUP` names.
fn startup(vm: &mut Vm, dict: &Ref<PyDict>) -> PyResult<()> {
    let Some(file) = environment(vm, "PYTHONSTARTUP") else { return Ok(()) };
    let ran = match std::fs::read(&file) {
        Ok(bytes) => run_text(vm, dict, &bytes, &file),
        Err(e) => {
            eprintln!("Could not open PYTHONSTARTUP");
            let name = vm.new_str(&file)?;
            Err(vm.os_error_from(e, Some(&name)))
        }
    };
    match ran { Ok(()) => Ok(()), Err(e) => shown(vm, e) }
}

/// Calls `sys.__interactivehook__`, which `site` sets.
fn hook(vm: &mut Vm) -> PyResult<()> {
    let key = vm.intern("__interactivehook__")?;
    let Some(hook) = vm.sys.clone().get_interned(vm, &key) else { return Ok(()) };
    match vm.call0(&hook) {
        Ok(_) => Ok(()),
        Err(e) => { eprintln!("Failed calling sys.__interactivehook__"); shown(vm, e) }
    }
}

fn prompt(vm: &mut Vm, dict: &Ref<PyDict>) -> PyResult<()> {
    if !std::io::stdin().is_terminal() || environment(vm, "PYTHON_BASIC_REPL").is_some() { return plain(vm, dict) }
    let console = vm.import_attr("_pyrepl.main", "interactive_console")?;
    let (main, no) = (vm.import_module("__main__")?, vm.bool(false));
    vm.call_kw(&console, &[], &[("mainmodule", main), ("pythonstartup", no)])?;
    Ok(())
}

/// The text of `sys.ps1` or `sys.ps2`.
fn mark(vm: &mut Vm, name: &str) -> String {
    let text = vm.intern(name).and_then(|key| match vm.sys.clone().get_interned(vm, &key) { Some(mark) => vm.str(&mark), None => vm.new_str("") });
    text.map(|t| t.cast::<PyStr>().map(|s| s.to_string_lossy()).unwrap_or_default()).unwrap_or_default()
}

/// A line of `sys.stdin` after a prompt; empty at the end.
fn line(vm: &mut Vm, prompt: &str) -> PyResult<String> {
    flush_streams(vm);
    eprint!("{prompt}");
    let _ = std::io::stderr().flush();
    let key = vm.names.stdin.clone();
    let Some(stdin) = vm.sys.clone().get_interned(vm, &key).filter(|s| !vm.is_none(s)) else { return Ok(String::new()) };
    let readline = vm.names.readline.clone();
    let line = vm.call_method(&stdin, &readline, &[])?;
    Ok(line.cast::<PyStr>().map(|s| s.to_string_lossy()).unwrap_or_default())
}

/// Sets `sys.ps1` and `sys.ps2` unless the program did.
fn default_marks(vm: &mut Vm) -> PyResult<()> {
    for (name, text) in [("ps1", ">>> "), ("ps2", "... ")] {
        let (key, sys) = (vm.intern(name)?, vm.sys.clone());
        if sys.get_interned(vm, &key).is_some() { continue }
        let text = vm.new_str(text)?;
        sys.set_item(vm, &key, &text)?;
    }
    Ok(())
}

/// What was typed in is complete, or more has to come.
enum Input { Code(Owned), More }

/// Compiles what was typed in so far. Its file is known to tracebacks by a name of its own, and shown as "<stdin>".
fn compiled(vm: &mut Vm, compiler: &Owned, source: &str, number: usize) -> PyResult<Input> {
    let file = format!("<stdin-{number}>");
    let args = [vm.new_str(source)?, vm.new_str(&file)?, vm.new_str("single")?];
    match vm.call_n(compiler, &args) {
        Ok(code) if vm.is_none(&code) => Ok(Input::More),
        Ok(code) => {
            vm.register_source(&file, source);
            show_source_of(vm, &code, source, &file);
            Ok(Input::Code(code))
        }
        Err(e) => {
            let e = if e.is(vm, &vm.types.syntax_error) { whole_line_error(vm, source, &args)?.unwrap_or(e) } else { e };
            // The frames are those of `codeop`.
            let none = vm.none();
            for (name, value) in [("__traceback__", none.clone()), ("__context__", none), ("filename", vm.new_str("<stdin>")?)] {
                if name == "filename" && !e.is(vm, &vm.types.syntax_error) { continue }
                let key = vm.intern(name)?;
                vm.set_attr(e.exception().obj(), &key, &value)?;
            }
            Err(e)
        }
    }
}

/// The error of the text with the end of its last line: it knows the place where something was missing.
fn whole_line_error(vm: &mut Vm, source: &str, args: &[Owned; 3]) -> PyResult<Option<Raised>> {
    let compile = vm.import_attr("builtins", "compile")?;
    let text = vm.new_str(&format!("{source}\n"))?;
    Ok(vm.call_n(&compile, &[text, args[1].clone(), args[2].clone()]).err())
}

/// Reads, runs and shows until the input ends. The error is SystemExit.
fn plain(vm: &mut Vm, dict: &Ref<PyDict>) -> PyResult<()> {
    default_marks(vm)?;
    let class = vm.import_attr("codeop", "CommandCompiler")?;
    let compiler = vm.call0(&class)?;
    let mut source = String::new();
    let mut number = 0;
    loop {
        let prompt = mark(vm, if source.is_empty() { "ps1" } else { "ps2" });
        match line(vm, &prompt) {
            Ok(l) if l.is_empty() => break,
            Ok(l) => source.push_str(&l),
            Err(e) if e.is(vm, &vm.types.keyboard_interrupt) => { eprintln!("\nKeyboardInterrupt"); source.clear(); continue }
            Err(e) => { shown(vm, e)?; source.clear(); continue }
        }
        // The last line's end would complete what an empty line has to complete.
        let text = source.strip_suffix('\n').unwrap_or(&source).to_owned();
        match compiled(vm, &compiler, &text, number) {
            Ok(Input::More) => continue,
            Ok(Input::Code(code)) => {
                number += 1;
                let Some(code) = code.cast::<PyCode>() else { return Err(vm.type_error("compiling gave no code")) };
                if let Err(e) = execute::run_code(vm, code, dict, dict.obj(), None) {
                    if e.is(vm, &vm.types.keyboard_interrupt) { vm.state::<Interrupted>().0 = true }
                    shown(vm, e)?;
                }
            }
            Err(e) => shown(vm, e)?,
        }
        source.clear();
    }
    eprintln!();
    if source.is_empty() { return Ok(()) }
    // The input ended in the middle of something.
    let (builtins, text) = (vm.import_module("builtins")?, vm.new_str(&source)?);
    let (file, mode) = (vm.new_str("<stdin>")?, vm.new_str("single")?);
    let compile = vm.get_attr_str(&builtins, "compile")?;
    match vm.call_n(&compile, &[text, file, mode]) { Ok(_) => Ok(()), Err(e) => shown(vm, e) }
}
