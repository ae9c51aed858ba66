//! What a code object holds, told as CPython's tests ask for it: kinds and counts of its variables, whether it needs anything
//! from outside, what it returns; and code that only raises.
//!
//! Not here: code objects themselves (`instar-vm`).

use std::collections::BTreeSet;
use std::sync::Arc;

use instar_code::{flags, Body, CodeBlob, Const, Local, LocalKind, Op, Position, Unit};
use instar_vm::args::{Args, Signature};
use instar_vm::native::{Def, Native};
use instar_vm::types::code::PyCode;
use instar_vm::types::dict::PyDict;
use instar_vm::types::function::{builtins_for, PyFunction};
use instar_vm::types::str::PyStr;
use instar_vm::{ObjExt, Owned, PyResult, Vm};

/// CPython's bits of a variable's kind.
mod kind {
    pub const ARG_POS: i64 = 0x02;
    pub const ARG_KW: i64 = 0x04;
    pub const ARG_VAR: i64 = 0x08;
    pub const HIDDEN: i64 = 0x10;
    pub const LOCAL: i64 = 0x20;
    pub const CELL: i64 = 0x40;
    pub const FREE: i64 = 0x80;
}

fn code_of(vm: &mut Vm, o: &Owned) -> PyResult<Arc<CodeBlob>> {
    match o.cast::<PyCode>() { Some(c) => Ok(c.blob().clone()), None => Err(vm.type_error("argument must be a code object")) }
}

/// Whether a local slot is a variable of the program.
fn is_named(l: &Local) -> bool { l.kind != LocalKind::Hidden || !l.name.starts_with('.') }

/// The kind of local slot `i`.
fn kind_of(code: &CodeBlob, i: usize) -> i64 {
    let has = |flag: u32| code.flags & flag != 0;
    let (positional, named) = (code.arg_count as usize, (code.arg_count + code.kwonly_count) as usize);
    let args = named + usize::from(has(flags::VARARGS));
    let param = match i {
        _ if i < code.posonly_count as usize => kind::ARG_POS,
        _ if i < positional => kind::ARG_POS | kind::ARG_KW,
        _ if i < named => kind::ARG_KW,
        _ if i < args => kind::ARG_VAR | kind::ARG_POS,
        _ if i < args + usize::from(has(flags::VARKEYWORDS)) => kind::ARG_VAR | kind::ARG_KW,
        _ => 0,
    };
    match code.locals[i].kind {
        LocalKind::Plain => kind::LOCAL | param,
        LocalKind::Hidden if has(flags::OPTIMIZED) => kind::LOCAL,
        LocalKind::Hidden => kind::LOCAL | kind::HIDDEN,
        LocalKind::Cell if param != 0 => kind::LOCAL | kind::CELL | param,
        LocalKind::Cell => kind::CELL,
        LocalKind::Free => kind::FREE,
    }
}

fn get_co_localskinds(vm: &mut Vm, _: &Owned, code: &Owned) -> PyResult {
    let code = code_of(vm, code)?;
    let kinds = vm.new_dict()?;
    for (i, l) in code.locals.iter().enumerate().filter(|(_, l)| is_named(l)) {
        let (name, n) = (vm.intern(&l.name)?, vm.new_int(kind_of(&code, i))?);
        kinds.set_item(vm, &name, &n)?;
    }
    Ok(kinds.into_obj())
}

/// Names that a code looks up outside of its locals: attributes, globals, and those of any other use.
#[derive(Default)]
struct Unbound { attributes: BTreeSet<usize>, globals: BTreeSet<usize>, others: usize }

fn unbound(code: &CodeBlob) -> Unbound {
    let mut found = Unbound::default();
    let mut at = 0;
    while let Some(op) = code.units.get(at).and_then(|u| Op::from_u16(u.op)) {
        let unit = code.units[at];
        match op {
            Op::LoadAttr | Op::LoadMethod => { found.attributes.insert(unit.c as u16 as usize); }
            Op::LoadGlobal => { found.globals.insert(unit.wide() as usize); }
            _ => {}
        }
        at += op.len();
    }
    found.others = (0..code.names.len()).filter(|n| !found.attributes.contains(n) && !found.globals.contains(n)).count();
    found
}

/// How many globals are found in which namespace: globals, builtins, none that is known.
#[derive(Default)]
struct Sources { globals: usize, builtins: usize, unknown: usize }

fn sources(vm: &mut Vm, code: &CodeBlob, names: &Unbound, globals: Option<&Owned>, builtins: Option<&Owned>) -> PyResult<Sources> {
    let mut found = Sources::default();
    for &n in &names.globals {
        let name = vm.intern(&code.names[n])?;
        let mut is_in = |space: Option<&Owned>| match space.and_then(|s| s.cast::<PyDict>()) { Some(d) => d.contains(vm, &name), None => Ok(false) };
        if is_in(globals)? { found.globals += 1 } else if is_in(builtins)? { found.builtins += 1 } else { found.unknown += 1 }
    }
    Ok(found)
}

/// What was asked about: a code, and the namespaces of its globals as far as they are known.
struct Asked { code: Arc<CodeBlob>, of_function: bool, globals: Option<Owned>, builtins: Option<Owned> }

fn asked(vm: &mut Vm, name: &str, args: Args<'_>) -> PyResult<Asked> {
    let given = args.bind(vm, name, &Signature::parse("(code, globalsns=None, builtinsns=None)"))?;
    let Some(what) = given[0].clone() else { return Err(vm.type_error(format!("{name}() missing required argument 'code' (pos 1)"))) };
    let namespace = |i: usize| -> PyResult<Option<Owned>> {
        match &given[i] {
            None => Ok(None),
            Some(d) if d.cast::<PyDict>().is_some() => Ok(Some(d.clone())),
            Some(other) => { let t = other.given_name(vm); Err(vm.type_error(format!("{name}() argument {} must be dict, not {t}", i + 1))) }
        }
    };
    let (globals, builtins) = (namespace(1)?, namespace(2)?);
    if let Some(f) = what.cast::<PyFunction>() {
        let code = f.code_ref().blob().clone();
        let own = vm.get_attr_str(&what, "__globals__")?;
        let builtins = match (builtins, own.cast::<PyDict>().cloned()) { (None, Some(own)) => Some(builtins_for(vm, &own)?), (b, _) => b };
        return Ok(Asked { code, of_function: true, globals: Some(globals.unwrap_or(own)), builtins });
    }
    match what.cast::<PyCode>() {
        Some(c) => Ok(Asked { code: c.blob().clone(), of_function: false, globals, builtins }),
        None => Err(vm.type_error("argument must be a code object or a function")),
    }
}

/// A dict of numbers and dicts by name.
fn record(vm: &mut Vm, items: &[(&str, Owned)]) -> PyResult {
    let d = vm.new_dict()?;
    for (name, value) in items { let name = vm.intern(name)?; d.set_item(vm, &name, value)? }
    Ok(d.into_obj())
}

fn numbers(vm: &mut Vm, items: &[(&str, usize)]) -> PyResult<Vec<(&'static str, Owned)>> {
    const NAMES: &[&str] = &["total", "numposonly", "numposorkw", "numkwonly", "varargs", "varkwargs", "numpure", "numargs", "numothers", "numcells",
        "numfree", "numglobal", "numbuiltin", "numunknown", "numattrs"];
    items.iter().filter_map(|(name, n)| NAMES.iter().find(|k| *k == name).map(|k| Ok((*k, vm.new_uint(*n as u64)?)))).collect()
}

fn get_code_var_counts(vm: &mut Vm, _: &Owned, args: Args<'_>) -> PyResult {
    let Asked { code, globals, builtins, .. } = asked(vm, "get_code_var_counts", args)?;
    let kinds: Vec<i64> = (0..code.locals.len()).filter(|&i| is_named(&code.locals[i])).map(|i| kind_of(&code, i)).collect();
    let count = |wanted: &dyn Fn(i64) -> bool| kinds.iter().filter(|k| wanted(**k)).count();
    let is_arg = |k: i64| k & (kind::ARG_POS | kind::ARG_KW) != 0;
    let (total_args, free) = (count(&is_arg), count(&|k| k == kind::FREE));
    let of_args = numbers(vm, &[("total", total_args), ("numposonly", code.posonly_count as usize), ("numposorkw", (code.arg_count - code.posonly_count) as usize),
        ("numkwonly", code.kwonly_count as usize), ("varargs", (code.flags & flags::VARARGS != 0).into()), ("varkwargs", (code.flags & flags::VARKEYWORDS != 0).into())])?;
    let (arg_cells, cells) = (count(&|k| is_arg(k) && k & kind::CELL != 0), count(&|k| k == kind::CELL));
    let of_cells = numbers(vm, &[("total", arg_cells + cells), ("numargs", arg_cells), ("numothers", cells)])?;
    let hidden = count(&|k| k & kind::HIDDEN != 0);
    let of_hidden = numbers(vm, &[("total", hidden), ("numpure", hidden), ("numcells", 0)])?;
    let locals = kinds.len() - free;
    let mut of_locals = numbers(vm, &[("total", locals), ("numpure", count(&|k| !is_arg(k) && k & kind::LOCAL != 0))])?;
    for (name, items) in [("args", of_args), ("cells", of_cells), ("hidden", of_hidden)] { of_locals.push((name, record(vm, &items)?)) }
    let names = unbound(&code);
    let found = sources(vm, &code, &names, globals.as_ref(), builtins.as_ref())?;
    let of_globals = numbers(vm, &[("total", names.globals.len()), ("numglobal", found.globals), ("numbuiltin", found.builtins), ("numunknown", found.unknown)])?;
    let outside = names.globals.len() + names.attributes.len() + names.others;
    let mut of_unbound = numbers(vm, &[("total", outside), ("numattrs", names.attributes.len()), ("numunknown", names.others)])?;
    of_unbound.push(("globals", record(vm, &of_globals)?));
    let mut all = numbers(vm, &[("total", locals + free + outside), ("numfree", free)])?;
    for (name, items) in [("locals", of_locals), ("unbound", of_unbound)] { all.push((name, record(vm, &items)?)) }
    record(vm, &all)
}

/// ValueError if a function or code needs a closure or a module's globals.
fn verify_stateless_code(vm: &mut Vm, _: &Owned, args: Args<'_>) -> PyResult {
    let Asked { code, of_function, globals, builtins } = asked(vm, "verify_stateless_code", args)?;
    if code.locals.iter().any(|l| l.kind == LocalKind::Free) { return Err(vm.value_error("closures not supported")) }
    let found = sources(vm, &code, &unbound(&code), globals.as_ref(), builtins.as_ref())?;
    if found.globals > 0 { return Err(vm.value_error("globals not supported")) }
    if of_function && found.unknown > 0 { return Err(vm.value_error("globals not supported")) }
    Ok(vm.none())
}

fn code_returns_only_none(vm: &mut Vm, _: &Owned, code: &Owned) -> PyResult {
    let code = code_of(vm, code)?;
    let mut at = 0;
    let mut only = true;
    while let Some(op) = code.units.get(at).and_then(|u| Op::from_u16(u.op)) {
        match op {
            Op::Return => only = false,
            Op::ReturnConst => only &= matches!(code.consts.get(code.units[at].wide() as usize), Some(Const::None)),
            _ => {}
        }
        at += op.len();
    }
    Ok(vm.bool(only))
}

fn text(vm: &mut Vm, o: &Owned) -> PyResult<String> {
    match o.cast::<PyStr>() { Some(s) => Ok(s.to_string_lossy()), None => { let t = o.given_name(vm); Err(vm.type_error(format!("argument must be str, not {t}"))) } }
}

/// Code that raises AssertionError, all of it on one line.
fn code_newempty(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    let (filename, name) = (text(vm, &args[0])?, text(vm, &args[1])?);
    let line = vm.index_i32(&args[2])?;
    let units = [Op::LoadAssertionError, Op::Raise].map(|op| Unit { op: op as u16, a: 0, b: 0, c: 0 });
    let position = Position { line, end_line: line, column: -1, end_column: -1 };
    let body = Body { units: units.to_vec().into(), error_depth: vec![0, 0].into(), positions: vec![position; 2].into(), ..Body::default() };
    let blob = CodeBlob { temps: 1, first_line: line.max(0) as u32, qualname: name.clone().into(), name: name.into(), filename: filename.into(), body: body.into(), ..CodeBlob::default() };
    if let Err(e) = instar_code::verify(&blob) { return Err(vm.system_error(e.to_string())) }
    Ok(PyCode::new(vm, Arc::new(blob))?.into_obj())
}

fn code_offset_to_line(vm: &mut Vm, _: &Owned, code: &Owned, offset: &Owned) -> PyResult {
    let (code, offset) = (code_of(vm, code)?, vm.index_i64(offset)?);
    let line = match usize::try_from(offset) {
        Ok(at) => code.positions.get(at / size_of::<Unit>()).map_or(-1, |p| p.line),
        Err(_) => code.first_line as i32,
    };
    vm.new_int(line.into())
}

/// Functions of `_testinternalcapi`.
pub static INTERNAL: &[Def] = &[
    Def::new("get_co_localskinds", "", Native::N1(get_co_localskinds)),
    Def::new("get_code_var_counts", "", Native::Full(get_code_var_counts)),
    Def::new("verify_stateless_code", "", Native::Full(verify_stateless_code)),
    Def::new("code_returns_only_none", "", Native::N1(code_returns_only_none)),
];

/// Functions of `_testcapi`.
pub static FUNCTIONS: &[Def] = &[
    Def::new("code_newempty", "", Native::Var(code_newempty, 3, 3)),
    Def::new("code_offset_to_line", "", Native::N2(code_offset_to_line)),
];
