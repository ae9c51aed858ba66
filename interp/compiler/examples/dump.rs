//! Prints the code of a file as a Python expression (nested tuples), for a model interpreter in Python.
//!
//! A test tool: the model checks what code means without the VM.

use std::fmt::Write;

use instar_code::{jump_of, CodeBlob, Const, Op};
use instar_compiler::{compile, Mode, Options};

fn constant(c: &Const, out: &mut String) {
    let list = |items: &[Const], out: &mut String| for i in items { constant(i, out); out.push(','); };
    let _ = match c {
        Const::None => write!(out, "None"),
        Const::True => write!(out, "True"),
        Const::False => write!(out, "False"),
        Const::Ellipsis => write!(out, "..."),
        Const::Int(n) => write!(out, "{n}"),
        Const::BigInt { negative, magnitude } => write!(out, "{}int.from_bytes(bytes({magnitude:?}),'little')", if *negative { "-" } else { "" }),
        Const::Float(x) => write!(out, "float('{x:?}')"),
        Const::Complex(a, b) => write!(out, "complex({a:?},{b:?})"),
        Const::Str(s) => {
            out.push('"');
            for p in s.code_points() { let _ = write!(out, "\\U{p:08x}"); }
            write!(out, "\"")
        }
        Const::Bytes(b) => write!(out, "bytes({b:?})"),
        Const::Tuple(items) => { out.push('('); list(items, out); write!(out, ")") }
        Const::FrozenSet(items) => { out.push_str("frozenset(["); list(items, out); write!(out, "])") }
        Const::Slice(p) => { out.push_str("slice("); list(&p[..], out); write!(out, ")") }
        Const::Code(code) => { show(code, out); Ok(()) }
    };
}

fn show(code: &CodeBlob, out: &mut String) {
    out.push_str("Code(units=[");
    let mut at = 0;
    while at < code.units.len() {
        let Some(op) = Op::from_u16(code.units[at].op) else { break };
        let u = code.units[at];
        let jump = jump_of(op, &code.units[at..]).map_or(0, |j| at as i64 + j as i64);
        let cache = if op.len() > 1 { code.units[at + 1].bits() } else { 0 };
        let _ = write!(out, "({:?},{},{},{},{},{jump},{cache},{},{},{}),", op.info().name, u.a, u.b, u.c, u.wide(), code.error_depth[at], op.len(), code.positions[at].line);
        at += op.len();
    }
    out.push_str("],consts=[");
    for c in &code.consts { constant(c, out); out.push(','); }
    let locals: Vec<_> = code.locals.iter().map(|l| (&*l.name, format!("{:?}", l.kind))).collect();
    let handlers: Vec<_> = code.handlers.iter().map(|h| (h.start, h.end, h.target, h.depth)).collect();
    let _ = write!(out, "],names={:?},locals={locals:?},handlers={handlers:?},argc={},pos={},kw={},temps={},flags={},name={:?},qualname={:?},line={})",
        code.names, code.arg_count, code.posonly_count, code.kwonly_count, code.temps, code.flags, code.name, code.qualname, code.first_line);
}

fn main() {
    let Some(file) = std::env::args().nth(1) else { return };
    let Ok(text) = std::fs::read_to_string(&file) else { return };
    match compile(&text, &file, Mode::Exec, &Options::default()) {
        Ok(c) => { let mut out = String::new(); show(&c.code, &mut out); println!("{out}"); }
        Err(e) => println!("Error({:?})", e.to_string()),
    }
}
