//! `compile`, `exec`, `eval`.
//!
//! Not here: errors of the compiler as exceptions (`syntax_error.rs`), modules (`import.rs`).

use instar_code::LocalKind;
use instar_compiler::{Mode, Options};

use super::scope;
use super::syntax_error::{compile_text, raise, source_text};
use super::trees::{compile_tree, Request, Root};
use crate::args::Args;
use crate::eval::slow::calls::call_function;
use crate::object::{ObjExt, Owned, Ref};
use crate::types::cell::PyCell;
use crate::types::code::PyCode;
use crate::types::dict::PyDict;
use crate::types::function::PyFunction;
use crate::types::str::PyStr;
use crate::types::tuple::PyTuple;
use crate::vm::{PyResult, Vm};

/// Future statements as flags of `compile`.
const FUTURES: i64 = 0x20000 | 0x40000 | 0x80000 | 0x10_0000 | 0x20_0000 | 0x40_0000 | 0x80_0000 | 0x100_0000;
const ONLY_AST: i64 = 0x400;
const TOP_LEVEL_AWAIT: i64 = 0x2000;
const DONT_IMPLY_DEDENT: i64 = 0x200;
const INCOMPLETE_INPUT: i64 = 0x4000;
const TYPE_COMMENTS: i64 = 0x1000;
const OPTIMIZED_AST: i64 = 0x8000 | ONLY_AST;
/// Every flag `compile` knows: futures, CO_NESTED, and PyCF_* from SOURCE_IS_UTF8 to OPTIMIZED_AST.
const KNOWN: i64 = FUTURES | 0x10 | 0x100 | 0x200 | ONLY_AST | 0x800 | 0x1000 | TOP_LEVEL_AWAIT | INCOMPLETE_INPUT | 0x8000;

/// Runs code in a namespace, as `exec` does.
pub fn run_code(vm: &mut Vm, code: &Ref<PyCode>, globals: &Ref<PyDict>, locals: &Owned, closure: Option<Owned>) -> PyResult {
    let f = PyFunction::new(vm, code.clone(), globals.clone(), None)?;
    if closure.is_some() { f.closure.set(closure) }
    call_function(vm, &f, Args::EMPTY, Some(locals.clone()))
}

/// `globals['__builtins__']` is there after this.
pub fn ensure_builtins(vm: &mut Vm, globals: &Ref<PyDict>) -> PyResult<()> {
    let key = vm.names.__builtins__.clone();
    if globals.get_item(vm, &key)?.is_some() { return Ok(()) }
    let builtins = scope::current_builtins(vm);
    globals.set_item(vm, &key, &builtins)
}

fn inherited(vm: &Vm) -> u32 { scope::current_code_flags(vm) & FUTURES as u32 }

fn options(vm: &Vm, future_flags: u32) -> Options { Options { optimize: vm.settings.optimize, future_flags, max_digits: vm.settings.int_max_str_digits, no_columns: vm.settings.no_debug_ranges, ..Options::default() } }

/// `compile(...)`
pub fn compile(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let (Some(source), Some(filename), Some(mode)) = (&args[0], &args[1], &args[2]) else { return Err(vm.system_error("unbound argument")) };
    let filename = vm.fs_path_text(filename)?;
    let Some(mode) = mode.cast::<PyStr>().map(|s| s.to_string_lossy()) else {
        let t = mode.given_name(vm);
        return Err(vm.type_error(format!("compile() argument 'mode' must be str, not {t}")));
    };
    let flags = match &args[3] { Some(f) => vm.index_i64(f)?, None => 0 };
    let dont_inherit = match &args[4] { Some(d) => vm.truth(d)?, None => false };
    let optimize = match &args[5] { Some(o) => vm.index_i64(o)?, None => -1 };
    let feature_version = match &args[6] { Some(v) => vm.index_i64(v)?, None => -1 };
    if flags & !KNOWN != 0 { return Err(vm.value_error("compile(): unrecognised flags")) }
    if !(-1..=2).contains(&optimize) { return Err(vm.value_error("compile(): invalid optimize value")) }
    let root = match mode.as_str() {
        "exec" => Root::Module,
        "eval" => Root::Expression,
        "single" => Root::Interactive,
        "func_type" if flags & ONLY_AST == 0 => return Err(vm.value_error("compile() mode 'func_type' requires flag PyCF_ONLY_AST")),
        "func_type" => Root::FunctionType,
        _ if flags & ONLY_AST != 0 => return Err(vm.value_error("compile() mode must be 'exec', 'eval', 'single' or 'func_type'")),
        _ => return Err(vm.value_error("compile() mode must be 'exec', 'eval' or 'single'")),
    };
    let futures = (flags & FUTURES) as u32 | if dont_inherit { 0 } else { inherited(vm) };
    let mut options = options(vm, futures);
    if optimize >= 0 { options.optimize = optimize as u8 }
    options.allow_top_level_await = flags & TOP_LEVEL_AWAIT != 0;
    options.allow_incomplete_input = flags & INCOMPLETE_INPUT != 0;
    options.keep_blocks = flags & DONT_IMPLY_DEDENT != 0;
    let trees = vm.trees()?;
    let (only, optimized) = (flags & ONLY_AST != 0, flags & OPTIMIZED_AST == OPTIMIZED_AST);
    if (trees.is_node)(vm, source) {
        let tree = (trees.tree)(vm, source, root)?;
        if only { return (trees.copy)(vm, source, optimized.then_some(options.optimize)) }
        return Ok(compile_tree(vm, tree, &filename, root.mode(), &options)?.into_obj());
    }
    let text = source_text(vm, source, "compile() arg 1 must be a string, bytes or AST object", &filename)?;
    if only {
        let request = Request { text: &text, filename: &filename, root, type_comments: flags & TYPE_COMMENTS != 0, options: &options, feature_version };
        let node = (trees.parse)(vm, request)?;
        return if optimized { (trees.copy)(vm, &node, Some(options.optimize)) } else { Ok(node) };
    }
    Ok(compile_text(vm, &text, &filename, root.mode(), &options)?.into_obj())
}

/// The symbol table of a text, for `_symtable.symtable(source, filename, startstr)`.
///
/// # Errors
/// Arguments of wrong types, and the text's errors.
pub fn symbols(vm: &mut Vm, source: &Owned, filename: &Owned, start: &str) -> PyResult<instar_compiler::Symbols> {
    let filename = vm.fs_path_text(filename)?;
    let text = source_text(vm, source, "symtable() arg 1 must be a string or bytes object", &filename)?;
    let mode = match start {
        "exec" => Mode::Exec,
        "eval" => Mode::Eval,
        "single" => Mode::Single,
        _ => return Err(vm.value_error("symtable() arg 3 must be 'exec' or 'eval' or 'single'")),
    };
    let promised = vm.promise_for_source(text.len())?;
    let made = instar_compiler::symbols(&text, &filename, mode, &options(vm, 0));
    drop(promised);
    made.map_err(|e| raise(vm, e))
}

fn has_free(code: &PyCode) -> usize { code.blob().locals.iter().filter(|l| l.kind == LocalKind::Free).count() }

/// `exec(source, globals=None, locals=None, *, closure=None)`
pub fn exec(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let Some(source) = &args[0] else { return Err(vm.system_error("unbound argument")) };
    let (globals, locals) = scope::defaults(vm, args[1].as_ref(), args[2].as_ref())?;
    let Some(globals) = Ref::<PyDict>::cast(&globals) else {
        let t = globals.type_name(vm);
        return Err(vm.type_error(format!("exec() globals must be a dict, not {t}")));
    };
    if !scope::is_mapping(vm, &locals) {
        let t = locals.type_name(vm);
        return Err(vm.type_error(format!("exec() locals must be a mapping or None, not {t}")));
    }
    ensure_builtins(vm, globals)?;
    let closure = args[3].clone().filter(|c| !vm.is_none(c));
    match source.cast::<PyCode>() {
        Some(code) => {
            check_closure(vm, has_free(code), closure.as_ref())?;
            run_code(vm, code, globals, &locals, closure)?;
        }
        None => {
            if closure.is_some() { return Err(vm.type_error("closure can only be used when source is a code object")) }
            let text = source_text(vm, source, "exec() arg 1 must be a string, bytes or code object", "<string>")?;
            let options = options(vm, inherited(vm));
            let code = compile_text(vm, &text, "<string>", Mode::Exec, &options)?;
            run_code(vm, &code, globals, &locals, None)?;
        }
    }
    Ok(vm.none())
}

fn check_closure(vm: &mut Vm, free: usize, closure: Option<&Owned>) -> PyResult<()> {
    if free == 0 {
        return if closure.is_some() { Err(vm.type_error("cannot use a closure with this code object")) } else { Ok(()) };
    }
    let fits = closure.and_then(Ref::<PyTuple>::cast).is_some_and(|t| t.items().len() == free && t.items().iter().all(|c| c.cast::<PyCell>().is_some()));
    if fits { Ok(()) } else { Err(vm.type_error(format!("code object requires a closure of exactly length {free}"))) }
}

/// `eval(source, globals=None, locals=None)`
pub fn eval(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let Some(source) = &args[0] else { return Err(vm.system_error("unbound argument")) };
    if let Some(l) = args[2].as_ref().filter(|l| !vm.is_none(l)) {
        if !scope::is_mapping(vm, l) { return Err(vm.type_error("locals must be a mapping")) }
    }
    if let Some(g) = args[1].as_ref().filter(|g| !vm.is_none(g)) {
        if g.cast::<PyDict>().is_none() {
            let text = if scope::is_mapping(vm, g) { "globals must be a real dict; try eval(code, {}, mapping)" } else { "globals must be a dict" };
            return Err(vm.type_error(text));
        }
    }
    let (globals, locals) = scope::defaults(vm, args[1].as_ref(), args[2].as_ref())?;
    let Some(globals) = Ref::<PyDict>::cast(&globals) else { return Err(vm.system_error("globals are no dict")) };
    ensure_builtins(vm, globals)?;
    if let Some(code) = source.cast::<PyCode>() {
        if has_free(code) != 0 { return Err(vm.type_error("code object passed to eval() may not contain free variables")) }
        return run_code(vm, code, globals, &locals, None);
    }
    let text = source_text(vm, source, "eval() arg 1 must be a string, bytes or code object", "<string>")?;
    let options = options(vm, inherited(vm));
    let code = compile_text(vm, text.trim_start_matches([' ', '\t']), "<string>", Mode::Eval, &options)?;
    run_code(vm, &code, globals, &locals, None)
}
