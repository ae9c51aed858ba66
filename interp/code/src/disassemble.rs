//! Readable text of a code: one line an instruction, locals by name, temps as `t3`, constants and names shown.
//!
//! Not here: Python's `dis` module (it reads the tables through `_opcode`).

use std::fmt::Write;

use crate::effect::jump_of;
use crate::{Binary, CodeBlob, Compare, Const, Intrinsic1, Intrinsic2, Kind, Op, Wtf8, FRAME_WORDS};

/// Text of a code and of all nested codes.
pub fn disassemble(code: &CodeBlob) -> String {
    let mut out = String::new();
    one(code, &mut out);
    out
}

fn one(code: &CodeBlob, out: &mut String) {
    let _ = writeln!(out, "code {} (args {}+{} posonly {} locals {} temps {} flags {:#x} line {})", code.qualname, code.arg_count, code.kwonly_count, code.posonly_count, code.locals.len(), code.temps, code.flags, code.first_line);
    let mut labels = std::collections::BTreeMap::new();
    let mut at = 0;
    while at < code.units.len() {
        let Some(op) = Op::from_u16(code.units[at].op) else { break };
        if let Some(jump) = jump_of(op, &code.units[at..]) { labels.insert((at as i64 + jump as i64).max(0) as usize, 0); }
        at += op.len();
    }
    for h in &code.handlers { labels.insert(h.target as usize, 0); }
    for (number, label) in labels.values_mut().enumerate() { *label = number + 1; }
    let mut line = 0;
    at = 0;
    while at < code.units.len() {
        let unit = code.units[at];
        let Some(op) = Op::from_u16(unit.op) else { let _ = writeln!(out, "    bad opcode {}", unit.op); break };
        let position = code.positions.get(at).copied().unwrap_or_default();
        let shown = if position.line != line { line = position.line; if line < 0 { "--".to_owned() } else { line.to_string() } } else { String::new() };
        let label = labels.get(&at).map_or(String::new(), |l| format!("L{l}:"));
        let mut text = op.info().name.to_owned();
        for (field, kind) in op.info().kinds.into_iter().enumerate() {
            let v = [unit.a, unit.b, unit.c][field];
            let shown = match kind {
                Kind::Zero | Kind::Jump16 | Kind::Jump32 => continue,
                Kind::Out | Kind::OutTemp | Kind::Use | Kind::Peek | Kind::Local | Kind::Base | Kind::PeekBase => register(code, v),
                Kind::Const16 => constant(code.consts.get(v as u16 as usize)),
                Kind::Const32 => constant(code.consts.get(unit.wide() as usize)),
                Kind::Name16 => name(code, v as u16 as usize),
                Kind::Name32 => name(code, unit.wide() as usize),
                Kind::Imm16 => match op {
                    Op::Intrinsic1 => INTRINSIC1.get(v as usize).copied().unwrap_or("?").to_owned(),
                    Op::Intrinsic2 => INTRINSIC2.get(v as usize).copied().unwrap_or("?").to_owned(),
                    _ => (v as u16).to_string(),
                },
                Kind::Imm32 => match op {
                    Op::LoadFar | Op::StoreFar | Op::CheckFar | Op::DeleteFar => code.locals.get(unit.wide() as usize).map_or("?".to_owned(), |l| l.name.clone().into_owned()),
                    _ => unit.wide().to_string(),
                },
            };
            let _ = write!(text, " {shown}");
        }
        let cache = |k: usize| code.units.get(at + 1 + k).map_or(0, |u| u.bits());
        match op {
            Op::BinaryOp | Op::BinaryOpK => { let _ = write!(text, " {}", Binary::from_u16(cache(0) as u16).map_or("?", Binary::symbol)); }
            Op::CompareOp | Op::CompareOpK => { let _ = write!(text, " {}", Compare::from_u16(cache(0) as u16).map_or("?", Compare::symbol)); }
            Op::CompareJump | Op::CompareJumpK => {
                let _ = write!(text, " {} is {}", Compare::from_u16(cache(0) as u16).map_or("?", Compare::symbol), cache(0) >> 16 & 1 == 1);
            }
            Op::CallKw | Op::CallMethodKw => { let _ = write!(text, " {}", constant(code.consts.get(cache(0) as u32 as usize))); }
            _ => {}
        }
        if let Some(jump) = jump_of(op, &code.units[at..]) {
            let target = (at as i64 + jump as i64).max(0) as usize;
            let _ = write!(text, " -> L{}", labels.get(&target).copied().unwrap_or(0));
        }
        let _ = writeln!(out, "{shown:>5} {label:>5} {text}");
        at += op.len();
    }
    for h in &code.handlers {
        let _ = writeln!(out, "      handler {}..{} -> L{} depth {}", h.start, h.end, labels.get(&(h.target as usize)).copied().unwrap_or(0), h.depth);
    }
    for c in &code.consts { if let Const::Code(inner) = c { out.push('\n'); one(inner, out); } }
}

const INTRINSIC1: [&str; 10] = ["?", "Print", "ImportStar", "StopIterationError", "AsyncGenWrap", "TypeVar", "ParamSpec", "TypeVarTuple", "SubscriptGeneric", "TypeAlias"];
const INTRINSIC2: [&str; 6] = ["?", "PrepReraiseStar", "TypeVarWithBound", "TypeVarWithConstraints", "SetFunctionTypeParams", "SetTypeParamDefault"];
const _: () = assert!(Intrinsic1::TypeAlias as usize + 1 == INTRINSIC1.len() && Intrinsic2::SetTypeParamDefault as usize + 1 == INTRINSIC2.len());

fn register(code: &CodeBlob, r: i16) -> String {
    if r >= 0 { return format!("t{r}"); }
    let slot = r as i32 + FRAME_WORDS + code.locals.len() as i32;
    usize::try_from(slot).ok().and_then(|s| code.locals.get(s)).map_or_else(|| format!("?{r}"), |l| l.name.clone().into_owned())
}

fn name(code: &CodeBlob, n: usize) -> String { code.names.get(n).map_or_else(|| "?".to_owned(), |n| n.clone().into_owned()) }

fn text(s: &Wtf8) -> String {
    let mut out = String::from("'");
    for p in s.code_points() {
        match char::from_u32(p) { Some(c) => out.extend(c.escape_debug()), None => { let _ = write!(out, "\\u{p:04x}"); } }
    }
    out.push('\'');
    out
}

fn constant(c: Option<&Const>) -> String {
    let list = |items: &[Const]| items.iter().map(|i| constant(Some(i))).collect::<Vec<_>>().join(", ");
    match c {
        None => "?".into(),
        Some(Const::None) => "None".into(),
        Some(Const::True) => "True".into(),
        Some(Const::False) => "False".into(),
        Some(Const::Ellipsis) => "...".into(),
        Some(Const::Int(n)) => n.to_string(),
        Some(Const::BigInt { negative, magnitude }) => {
            format!("{}0x{}", if *negative { "-" } else { "" }, magnitude.iter().rev().map(|b| format!("{b:02x}")).collect::<String>())
        }
        Some(Const::Float(x)) => format!("{x:?}"),
        Some(Const::Complex(re, im)) => format!("complex({re:?}, {im:?})"),
        Some(Const::Str(s)) => text(s),
        Some(Const::Bytes(b)) => format!("b'{}'", b.escape_ascii()),
        Some(Const::Tuple(items)) => format!("({}{})", list(items), if items.len() == 1 { "," } else { "" }),
        Some(Const::FrozenSet(items)) => format!("frozenset({{{}}})", list(items)),
        Some(Const::Slice(parts)) => format!("slice({})", list(&parts[..])),
        Some(Const::Code(code)) => format!("<code {}>", code.qualname),
    }
}
