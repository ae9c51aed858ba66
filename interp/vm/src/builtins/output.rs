//! `print`, `input`, `breakpoint`: builtins that talk to `sys`.
//!
//! Until `sys.stdout` exists (start-up, or a program deleted nothing but made none) `print` writes to the process's output itself.
//! Not here: the stream objects (module `_io`).

use std::io::Write;

use crate::args::Args;
use crate::object::{ObjExt, Owned};
use crate::types::str::PyStr;
use crate::vm::{PyResult, Vm};

/// `print(*args, sep=' ', end='\n', file=None, flush=False)`
pub fn print(vm: &mut Vm, _: &Owned, args: Args<'_>) -> PyResult {
    let [sep, end, file, flush] = args.only_keywords(vm, "print", ["sep", "end", "file", "flush"])?;
    let flush = match flush { Some(f) => vm.truth(&f)?, None => false };
    let file = file.filter(|f| !vm.is_none(f));
    let file = match file {
        Some(f) => f,
        None => {
            let (name, sys) = (vm.names.stdout.clone(), vm.sys.clone());
            match sys.get_interned(vm, &name) {
                Some(f) if vm.is_none(&f) => return Ok(vm.none()),
                Some(f) => f,
                None if vm.modules_started() => return Err(vm.runtime_error("lost sys.stdout")),
                None => {
                    let (sep, end) = (text_or_none(vm, "sep", sep)?, text_or_none(vm, "end", end)?);
                    return print_natively(vm, args.pos(), sep, end);
                }
            }
        }
    };
    let (sep, end) = (text_or_none(vm, "sep", sep)?, text_or_none(vm, "end", end)?);
    let write = vm.names.write.clone();
    for (i, item) in args.pos().iter().enumerate() {
        if i > 0 {
            let s = match &sep { Some(s) => s.clone(), None => vm.consts.latin1[b' ' as usize].clone() };
            vm.call_method(&file, &write, &[s])?;
        }
        let text = vm.str(item)?;
        vm.call_method(&file, &write, &[text])?;
    }
    let end = match end { Some(e) => e, None => vm.consts.latin1[b'\n' as usize].clone() };
    vm.call_method(&file, &write, &[end])?;
    if flush {
        let name = vm.names.flush.clone();
        vm.call_method(&file, &name, &[])?;
    }
    Ok(vm.none())
}

fn text_or_none(vm: &mut Vm, what: &str, value: Option<Owned>) -> PyResult<Option<Owned>> {
    let Some(value) = value.filter(|v| !vm.is_none(v)) else { return Ok(None) };
    if value.cast::<PyStr>().is_some() { return Ok(Some(value)) }
    let t = value.type_name(vm);
    Err(vm.type_error(format!("{what} must be None or a string, not {t}")))
}

fn print_natively(vm: &mut Vm, items: &[Owned], sep: Option<Owned>, end: Option<Owned>) -> PyResult {
    let mut line = String::new();
    let plain = |vm: &mut Vm, o: Option<Owned>, default: &str| o.map_or_else(|| Ok(default.to_owned()), |o| vm.str_text(&o));
    let (sep, end) = (plain(vm, sep, " ")?, plain(vm, end, "\n")?);
    for (i, item) in items.iter().enumerate() {
        if i > 0 { vm.append_text(&mut line, &sep)? }
        let text = vm.str_text(item)?;
        vm.append_text(&mut line, &text)?;
    }
    vm.append_text(&mut line, &end)?;
    match std::io::stdout().lock().write_all(line.as_bytes()) {
        Ok(()) => Ok(vm.none()),
        Err(e) => Err(vm.os_error_from(e, None)),
    }
}

/// `input(prompt='')`
pub fn input(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    let sys = vm.sys.clone();
    let stream = |vm: &mut Vm, name: &Owned, text: &str| match sys.get_interned(vm, name) {
        Some(f) if !vm.is_none(&f) => Ok(f),
        _ => Err(vm.runtime_error(format!("input(): lost sys.{text}"))),
    };
    let names = [vm.names.stdin.clone(), vm.names.stdout.clone(), vm.names.stderr.clone()];
    let stdin = stream(vm, &names[0], "stdin")?;
    let stdout = stream(vm, &names[1], "stdout")?;
    let stderr = stream(vm, &names[2], "stderr")?;
    let flush = vm.names.flush.clone();
    flush_quietly(vm, &stderr, &flush);
    if let Some(prompt) = args.first() {
        let text = vm.str(prompt)?;
        let write = vm.names.write.clone();
        vm.call_method(&stdout, &write, &[text])?;
    }
    flush_quietly(vm, &stdout, &flush);
    let readline = vm.names.readline.clone();
    let line = vm.call_method(&stdin, &readline, &[])?;
    let Some(s) = line.cast::<PyStr>() else { return Err(vm.type_error("object.readline() returned non-string")) };
    match s.len() {
        0 => Err(vm.eof_error("EOF when reading a line")),
        n if s.get(n - 1) == Some(u32::from('\n')) => crate::types::str::substring(vm, &line, 0, n - 1),
        _ => Ok(line),
    }
}

/// Flushes a stream; one that cannot is left as it is.
fn flush_quietly(vm: &mut Vm, stream: &Owned, flush: &Owned) { drop(vm.call_method(stream, flush, &[])) }

/// `breakpoint(*args, **kws)`
pub fn breakpoint(vm: &mut Vm, _: &Owned, args: Args<'_>) -> PyResult {
    let (key, sys) = (vm.intern("breakpointhook")?, vm.sys.clone());
    match sys.get_interned(vm, &key) {
        Some(hook) => vm.call(&hook, args),
        None => Err(vm.runtime_error("lost sys.breakpointhook")),
    }
}
