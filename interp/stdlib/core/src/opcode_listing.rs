//! Instructions taken apart for `dis`: CPython's name of what each does, its argument, its registers.
//!
//! Where CPython has an instruction for the same thing ours is shown under that name, so that programs which look for calls,
//! attribute loads or comparisons find them; several of ours may share one. Not here: the op table (`instar-code`), layout of
//! the listing (`dis`).

use std::sync::Arc;

use instar_code::{jump_of, Binary, CodeBlob, Compare, Kind, Op, Unit, FRAME_WORDS};
use instar_vm::types::bytes::PyBytes;
use instar_vm::types::code::PyCode;
use instar_vm::{ObjExt, Owned, PyResult, Vm};

/// `InplaceAdd` as `INPLACE_ADD`.
pub fn upper(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !out.is_empty() { out.push('_') }
        out.push(c.to_ascii_uppercase());
    }
    out
}

/// CPython's name for what an op does, or our own where it has no such instruction.
fn shown(op: Op) -> String {
    let text = match op.generic() {
        Op::Move | Op::StoreFar => "STORE_FAST",
        Op::LoadFar => "LOAD_FAST",
        Op::Release => "POP_TOP",
        Op::LoadNull => "PUSH_NULL",
        Op::CheckLocal | Op::CheckFar => "LOAD_FAST_CHECK",
        Op::DeleteLocal | Op::DeleteFar => "DELETE_FAST",
        Op::LoadMethod | Op::LoadAttrDyn => "LOAD_ATTR",
        Op::StoreAttrDyn => "STORE_ATTR",
        Op::DeleteAttrDyn => "DELETE_ATTR",
        Op::LoadSuperMethod => "LOAD_SUPER_ATTR",
        Op::LoadSubscr | Op::LoadSubscrK | Op::BinaryOpK => "BINARY_OP",
        Op::LoadSlice => "BINARY_SLICE",
        Op::CompareOpK | Op::CompareJump | Op::CompareJumpK => "COMPARE_OP",
        Op::Is | Op::IsNot => "IS_OP",
        Op::Contains | Op::NotContains => "CONTAINS_OP",
        Op::UnaryPositive | Op::ListToTuple | Op::Intrinsic1 => "CALL_INTRINSIC_1",
        Op::Intrinsic2 => "CALL_INTRINSIC_2",
        Op::Jump => "JUMP_FORWARD",
        Op::JumpBack => "JUMP_BACKWARD",
        Op::JumpIfTrue | Op::JumpIfTrueKeep => "POP_JUMP_IF_TRUE",
        Op::JumpIfFalse | Op::JumpIfFalseKeep => "POP_JUMP_IF_FALSE",
        Op::JumpIfNone => "POP_JUMP_IF_NONE",
        Op::JumpIfNotNone => "POP_JUMP_IF_NOT_NONE",
        Op::CallMethod => "CALL",
        Op::CallMethodKw => "CALL_KW",
        Op::CallEx => "CALL_FUNCTION_EX",
        Op::Return | Op::ReturnConst => "RETURN_VALUE",
        Op::SetFunctionAttr => "SET_FUNCTION_ATTRIBUTE",
        Op::Raise | Op::RaiseFrom | Op::RaiseHandled => "RAISE_VARARGS",
        Op::PushExc => "PUSH_EXC_INFO",
        Op::PopExc => "POP_EXCEPT",
        Op::ReraiseHandled | Op::ReraiseOver => "RERAISE",
        Op::ExcMatch => "CHECK_EXC_MATCH",
        Op::ExcGroupMatch => "CHECK_EG_MATCH",
        Op::LoadAssertionError => "LOAD_COMMON_CONSTANT",
        Op::GetAIter => "GET_AITER",
        Op::GetANext => "GET_ANEXT",
        other => return upper(other.info().name),
    };
    text.to_owned()
}

/// The name of one instruction: what moving and releasing is called depends on the registers, a jump back on what it repeats.
fn name_of(op: Op, units: &[Unit], at: usize) -> String {
    let unit = units[at];
    let target = || jump_of(op, &units[at..]).and_then(|jump| usize::try_from(at as i64 + i64::from(jump)).ok()).and_then(|to| units.get(to));
    match op {
        // An await goes on without being interrupted.
        Op::JumpBack if target().is_some_and(|u| u.op == Op::Send as u16) => "JUMP_BACKWARD_NO_INTERRUPT".to_owned(),
        Op::Move if unit.a >= 0 => if unit.b < 0 { "LOAD_FAST" } else { "COPY" }.to_owned(),
        Op::Release if unit.a < 0 => "DELETE_FAST".to_owned(),
        _ => shown(op),
    }
}

/// What an argument means to `dis`.
#[derive(Clone, Copy)]
enum Means { Nothing, Constant, Name, Local, Jump, Number, Text }

impl Means {
    fn letter(self) -> &'static str {
        match self { Means::Nothing => "", Means::Constant => "c", Means::Name => "n", Means::Local => "l", Means::Jump => "j", Means::Number => "v", Means::Text => "s" }
    }
}

/// The number that `dis` shows, what it means, and the word for it.
fn argument(op: Op, units: &[Unit], slots: i32) -> (i64, Means, &'static str) {
    let unit = units[0];
    let cache = units.get(1).map_or(0, |u| u.bits()) as u16;
    let slot = |r: i16| i64::from(i32::from(r) + FRAME_WORDS + slots);
    let binary = || { let b = Binary::from_u16(cache); (cache.into(), Means::Number, b.map_or("", Binary::symbol)) };
    match op {
        Op::BinaryOp | Op::BinaryOpK => return binary(),
        // CPython's number of the subscript operator.
        Op::LoadSubscr | Op::LoadSubscrK => return (26, Means::Number, "[]"),
        Op::CompareOp | Op::CompareOpK | Op::CompareJump | Op::CompareJumpK => return (cache.into(), Means::Text, Compare::from_u16(cache).map_or("", Compare::symbol)),
        Op::Is => return (0, Means::Number, "is"),
        Op::IsNot => return (1, Means::Number, "is not"),
        Op::Contains => return (0, Means::Number, "in"),
        Op::NotContains => return (1, Means::Number, "not in"),
        Op::RaiseHandled => return (0, Means::Number, ""),
        Op::Raise => return (1, Means::Number, ""),
        Op::RaiseFrom => return (2, Means::Number, ""),
        Op::LoadAssertionError => return (0, Means::Number, "AssertionError"),
        Op::LoadFar | Op::StoreFar | Op::CheckFar | Op::DeleteFar => return (unit.wide().into(), Means::Local, ""),
        Op::Move if unit.a < 0 => return (slot(unit.a), Means::Local, ""),
        Op::Move if unit.b < 0 => return (slot(unit.b), Means::Local, ""),
        Op::Release if unit.a < 0 => return (slot(unit.a), Means::Local, ""),
        _ => {}
    }
    if let Some(jump) = jump_of(op, units) { return (jump.into(), Means::Jump, "") }
    for (field, kind) in op.info().kinds.into_iter().enumerate() {
        let v = [unit.a, unit.b, unit.c][field];
        match kind {
            Kind::Const16 => return ((v as u16).into(), Means::Constant, ""),
            Kind::Const32 => return (unit.wide().into(), Means::Constant, ""),
            Kind::Name16 => return ((v as u16).into(), Means::Name, ""),
            Kind::Name32 => return (unit.wide().into(), Means::Name, ""),
            Kind::Local => return (slot(v), Means::Local, ""),
            Kind::Imm16 => return ((v as u16).into(), Means::Number, ""),
            _ => {}
        }
    }
    (0, Means::Nothing, "")
}

/// The registers of an instruction: locals by name, temps as `t3`.
fn registers(op: Op, unit: Unit, code: Option<&CodeBlob>, slots: i32) -> String {
    let mut out: Vec<String> = Vec::new();
    for (field, kind) in op.info().kinds.into_iter().enumerate() {
        let r = [unit.a, unit.b, unit.c][field];
        if !matches!(kind, Kind::Out | Kind::OutTemp | Kind::Use | Kind::Peek | Kind::Base | Kind::PeekBase) { continue }
        if r >= 0 { out.push(format!("t{r}")); continue }
        let slot = usize::try_from(i32::from(r) + FRAME_WORDS + slots).ok();
        out.push(slot.and_then(|s| code?.locals.get(s)).map_or_else(|| format!("local{r}"), |l| l.name.clone().into_owned()));
    }
    out.join(", ")
}

/// Tuples of offset, size in bytes, name, argument or None, what that means, the word for it, registers, jump target or None.
pub fn instructions(vm: &mut Vm, _: &Owned, of: &Owned) -> PyResult {
    let (units, code): (Vec<Unit>, Option<Arc<CodeBlob>>) = if let Some(c) = of.cast::<PyCode>() { (c.blob().units.to_vec(), Some(c.blob().clone())) }
        else if let Some(b) = of.cast::<PyBytes>() { (b.as_slice().as_chunks::<8>().0.iter().map(|c| Unit::from_bits(u64::from_le_bytes(*c))).collect(), None) }
        else { let t = of.type_name(vm); return Err(vm.type_error(format!("a code object or bytes is needed, not {t}"))) };
    let slots = code.as_ref().map_or(0, |c| c.locals.len() as i32);
    let (mut rows, mut at) = (Vec::new(), 0usize);
    while at < units.len() {
        let unit = units[at];
        let offset = at as i64 * 8;
        let Some(op) = Op::from_u16(unit.op).filter(|op| at + op.len() <= units.len()) else {
            let name = vm.new_str(&format!("<{}>", unit.op))?;
            let (empty, none) = (vm.new_str("")?, vm.none());
            let row = [vm.new_int(offset)?, vm.new_int(8)?, name, none.clone(), empty.clone(), empty.clone(), empty, none];
            rows.push(vm.new_tuple(row)?.into_obj());
            at += 1;
            continue;
        };
        let (arg, means, word) = argument(op, &units[at..], slots);
        let target = jump_of(op, &units[at..]).map(|jump| (at as i64 + i64::from(jump)) * 8);
        let arg = match means { Means::Nothing => vm.none(), _ => vm.new_int(arg)? };
        let target = match target { Some(t) => vm.new_int(t)?, None => vm.none() };
        let row = [vm.new_int(offset)?, vm.new_int(op.len() as i64 * 8)?, vm.intern(&name_of(op, &units, at))?, arg, vm.intern(means.letter())?, vm.new_str(word)?,
            vm.new_str(&registers(op, unit, code.as_deref(), slots))?, target];
        rows.push(vm.new_tuple(row)?.into_obj());
        at += op.len();
    }
    Ok(vm.new_list(rows)?.into_obj())
}

/// Tuples of number, name in our table, name that is shown, number of the op it is a special form of or None.
pub fn ops(vm: &mut Vm, _: &Owned) -> PyResult {
    let mut rows = Vec::with_capacity(Op::COUNT);
    for &op in Op::ALL {
        let base = match op.info().family { Some(base) => vm.new_int(base as i64)?, None => vm.none() };
        let row = [vm.new_int(op as i64)?, vm.intern(&upper(op.info().name))?, vm.intern(&shown(op))?, base];
        rows.push(vm.new_tuple(row)?.into_obj());
    }
    Ok(vm.new_list(rows)?.into_obj())
}
