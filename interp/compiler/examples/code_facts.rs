//! Prints facts of every code of the given files, for comparison with CPython's code objects.
//!
//! A test tool: one line a code, tab-separated.

use instar_code::{flags, CodeBlob, Const, Effect, LocalKind, Op};
use instar_compiler::{compile, Mode, Options};

fn show(code: &CodeBlob) {
    let params = code.arg_count + code.kwonly_count + u32::from(code.flags & flags::VARARGS != 0) + u32::from(code.flags & flags::VARKEYWORDS != 0);
    let pick = |f: &dyn Fn(usize, LocalKind) -> bool| {
        code.locals.iter().enumerate().filter(|(i, l)| f(*i, l.kind)).map(|(_, l)| &*l.name).collect::<Vec<_>>().join(",")
    };
    let vars = pick(&|i, k| i < params as usize || k == LocalKind::Plain);
    let cells = pick(&|_, k| k == LocalKind::Cell);
    let free = pick(&|_, k| k == LocalKind::Free);
    let hidden = pick(&|_, k| k == LocalKind::Hidden);
    println!("C\t{}\t{}\t{}\t{}\t{}\t{}\t{vars}\t{cells}\t{free}\t{hidden}", code.qualname, code.first_line, code.arg_count, code.posonly_count, code.kwonly_count, code.flags);
    let mut at = 0;
    let mut positions = Vec::new();
    while at < code.units.len() {
        let Some(op) = Op::from_u16(code.units[at].op) else { break };
        let p = code.positions[at];
        let group = match op {
            Op::Call | Op::CallMethod | Op::CallKw | Op::CallMethodKw | Op::CallEx => "call",
            Op::LoadAttr | Op::LoadMethod | Op::LoadSuperAttr | Op::LoadSuperMethod => "attr",
            Op::StoreAttr => "setattr",
            Op::BinaryOp | Op::BinaryOpK => "binary",
            Op::CompareOp | Op::CompareOpK | Op::CompareJump | Op::CompareJumpK => "compare",
            Op::Raise | Op::RaiseFrom | Op::RaiseHandled => "raise",
            Op::LoadSubscr | Op::LoadSubscrK | Op::LoadSlice => "subscr",
            Op::StoreSubscr => "setsubscr",
            Op::LoadGlobal | Op::LoadName => "global",
            Op::ImportName => "import",
            Op::ForIter => "for",
            Op::GetIter => "iter",
            Op::YieldValue if code.units[at].c == 0 => "yield",
            Op::Return | Op::ReturnConst => "return",
            _ => "",
        };
        if !group.is_empty() { positions.push(format!("{group}:{}:{}:{}:{}", p.line, p.end_line, p.column, p.end_column)); }
        let _ = op.has(Effect::Raises);
        at += op.len();
    }
    positions.sort();
    positions.dedup();
    println!("P\t{}", positions.join(" "));
    for c in &code.consts { if let Const::Code(inner) = c { show(inner); } }
}

fn main() {
    for file in std::env::args().skip(1) {
        let Ok(text) = std::fs::read_to_string(&file) else { continue };
        println!("F\t{file}");
        match compile(&text, &file, Mode::Exec, &Options::default()) {
            Ok(c) => show(&c.code),
            Err(e) => println!("E\t{e}"),
        }
    }
}
