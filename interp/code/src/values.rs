//! The verifier's second half: what registers hold. A register that an instruction reads has a value on every way there, one that
//! is read as a cell holds a cell, and a function whose code has free variables gets its closure before anything else reads it. Operands
//! of a fixed type (the exception of a handler, the cells of a closure) are asked for it when the code runs: an error, nothing worse.
//!
//! A forward analysis over the code: one state a place where ways meet, which only ever loses knowledge. Not here: operands, depths of
//! temps, jumps (`verify.rs`, which has passed before), other types of values (checked when the code runs).

use crate::verify::{fail, free_count, Check};
use crate::{base_len, dropped_at_jump, flags, jump_of, temp_effect, CodeBlob, Const, Effect, Kind, LocalKind, Op, Unit, FRAME_WORDS};

/// What is known of a register.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Register {
    /// Perhaps nothing.
    Any,
    /// The exception handled before, or nothing: what PushExc leaves.
    Saved,
    /// A value.
    Value,
    /// A cell.
    Cell,
    /// A function that wants a closure and has none yet.
    Unfinished,
}
use Register as Holds;

impl Holds {
    /// What is known where both ways meet.
    fn meet(self, other: Holds) -> Holds {
        if self == other { self } else if self.is_value() && other.is_value() { Holds::Value } else { Holds::Any }
    }
    fn is_value(self) -> bool { !matches!(self, Holds::Any | Holds::Saved | Holds::Unfinished) }
    fn serves(self, as_: Holds) -> bool { self == as_ || as_ == Holds::Value && self.is_value() }
}

/// The attribute of `SetFunctionAttr` that is the closure.
const CLOSURE: i16 = 8;

/// Bytes of states that are kept for one code, at most.
const MOST: usize = 1 << 30;

struct Values<'a> {
    code: &'a CodeBlob,
    /// States where ways meet, by unit; none until the first way arrives.
    states: Vec<Option<Vec<Holds>>>,
    /// Places where ways meet.
    meets: Vec<bool>,
    work: Vec<usize>,
    /// Whether a unit is in `work`.
    queued: Vec<bool>,
    /// The unit whose registers are asked for, and what is known of them so far.
    asked: Option<(usize, Option<Vec<Holds>>)>,
}

/// What is known of the registers before a unit of a verified code.
pub(crate) fn at(code: &CodeBlob, depth: &[i32], handler: &[u32], unit: usize) -> Option<Vec<Register>> {
    follow(code, depth, handler, Some(unit)).ok().flatten()
}

/// Checks the registers of a code whose operands and depths are right.
pub(crate) fn check(code: &CodeBlob, depth: &[i32], handler: &[u32]) -> Check { follow(code, depth, handler, None).map(drop) }

fn follow(code: &CodeBlob, depth: &[i32], handler: &[u32], asked: Option<usize>) -> Check<Option<Vec<Holds>>> {
    let n = code.units.len();
    let mut meets = vec![false; n];
    meets[0] = true;
    for h in &code.handlers { meets[h.target as usize] = true }
    for at in (0..n).filter(|at| depth[*at] >= 0) {
        let op = Op::ALL[code.units[at].op as usize];
        if let Some(offset) = jump_of(op, &code.units[at..]) { meets[(at as i64 + i64::from(offset)) as usize] = true }
    }
    let width = code.locals.len() + code.temps as usize;
    if meets.iter().filter(|m| **m).count().saturating_mul(width) > MOST { return fail(n, "too many registers to verify") }
    generators(code, depth)?;
    let mut v = Values { code, states: vec![None; n], meets, work: Vec::new(), queued: vec![false; n], asked: asked.map(|at| (at, None)) };
    let params = code.arg_count as usize + code.kwonly_count as usize
        + usize::from(code.flags & flags::VARARGS != 0) + usize::from(code.flags & flags::VARKEYWORDS != 0);
    let mut entry = vec![Holds::Any; code.locals.len()];
    entry[..params].fill(Holds::Value);
    v.reach(0, entry);
    while let Some(at) = v.work.pop() {
        v.queued[at] = false;
        let Some(state) = v.states[at].clone() else { continue };
        v.run(at, state, handler)?;
    }
    Ok(v.asked.and_then(|(_, known)| known))
}

/// Whether the instruction that makes a generator may follow this one.
fn at_start(op: Op) -> bool { matches!(op, Op::CopyFreeVars | Op::MakeCell | Op::Nop) }

/// The unit at which verified code makes a generator when it is called.
pub(crate) fn generator_made_at(code: &CodeBlob) -> Option<usize> {
    let mut at = 0;
    while let Some(op) = code.units.get(at).and_then(|u| Op::from_u16(u.op)) {
        if op == Op::ReturnGenerator { return Some(at) }
        if !at_start(op) { return None }
        at += op.len();
    }
    None
}

/// Only codes of generators suspend, and they do so behind the instruction that makes the generator.
fn generators(code: &CodeBlob, depth: &[i32]) -> Check {
    let suspends = code.flags & (flags::GENERATOR | flags::COROUTINE | flags::ASYNC_GENERATOR) != 0;
    let mut start = true;
    let mut made = false;
    let mut at = 0;
    while at < code.units.len() {
        let op = Op::ALL[code.units[at].op as usize];
        match op {
            Op::ReturnGenerator if !suspends || !start => return fail(at, "a generator is made where none can be"),
            Op::ReturnGenerator => made = true,
            Op::YieldValue if !made && depth[at] >= 0 => return fail(at, "suspends outside of a generator"),
            _ => {}
        }
        if !at_start(op) { start = false }
        at += op.len();
    }
    Ok(())
}

impl Values<'_> {
    /// A way with this state arrives where ways meet.
    fn reach(&mut self, at: usize, state: Vec<Holds>) {
        let less = match &mut self.states[at] {
            none @ None => { *none = Some(state); true }
            Some(seen) => {
                let mut less = false;
                for (old, new) in seen.iter_mut().zip(state) {
                    let both = old.meet(new);
                    if both != *old { *old = both; less = true }
                }
                less
            }
        };
        if less && !std::mem::replace(&mut self.queued[at], true) { self.work.push(at) }
    }

    /// Follows a way until it ends or meets another.
    fn run(&mut self, mut at: usize, mut state: Vec<Holds>, handler: &[u32]) -> Check {
        let locals = self.code.locals.len();
        loop {
            let unit = self.code.units[at];
            let op = Op::ALL[unit.op as usize];
            let effect = temp_effect(op, unit);
            if let Some((asked, known)) = &mut self.asked && *asked == at {
                match known {
                    Some(known) => for (old, new) in known.iter_mut().zip(&state) { *old = old.meet(*new) },
                    None => *known = Some(state.clone()),
                }
            }
            self.reads(at, op, unit, &state)?;
            let left = state.len() - effect.consumed as usize;
            if let Some(h) = self.code.handlers.get(handler[at] as usize) {
                let mut caught = state[..locals + h.depth as usize].to_vec();
                self.stores(op, unit, &mut caught, true);
                caught.push(Holds::Value);
                self.reach(h.target as usize, caught);
            }
            if let Some(offset) = jump_of(op, &self.code.units[at..]) {
                let mut jumped = state[..left - dropped_at_jump(op) as usize].to_vec();
                self.stores(op, unit, &mut jumped, true);
                jumped.extend(std::iter::repeat_n(Holds::Value, effect.at_jump as usize));
                self.reach((at as i64 + i64::from(offset)) as usize, jumped);
            }
            if op.has(Effect::Ends) { return Ok(()) }
            state.truncate(left);
            self.stores(op, unit, &mut state, false);
            if op == Op::SetFunctionAttr && unit.c == CLOSURE {
                let i = self.index(unit.a);
                if state[i] == Holds::Unfinished { state[i] = Holds::Value }
            }
            for k in 0..effect.produced {
                state.push(match op {
                    Op::PushExc => Holds::Saved,
                    Op::MakeFunction if self.wants_closure(unit) => Holds::Unfinished,
                    Op::LoadNull => Holds::Any,
                    Op::LoadMethod | Op::LoadSuperMethod | Op::LoadSpecial if k == 1 => Holds::Any,
                    _ => Holds::Value,
                });
            }
            at += op.len();
            if self.meets[at] { self.reach(at, state); return Ok(()) }
        }
    }

    fn index(&self, r: i16) -> usize {
        let locals = self.code.locals.len();
        if r < 0 { (i32::from(r) + FRAME_WORDS + locals as i32) as usize } else { locals + r as usize }
    }

    /// Whether a `MakeFunction` makes a function that needs a closure.
    fn wants_closure(&self, unit: Unit) -> bool { matches!(&self.code.consts[unit.wide() as usize], Const::Code(made) if free_count(made) > 0) }

    /// Whether what the instruction reads is there.
    fn reads(&self, at: usize, op: Op, unit: Unit, state: &[Holds]) -> Check {
        let need = |i: usize, what: Holds| if state.get(i).is_some_and(|s| s.serves(what)) { Ok(()) } else { fail(at, format!("{} reads a register that may hold something else or nothing", op.info().name)) };
        for (field, kind) in op.info().kinds.into_iter().enumerate() {
            let r = [unit.a, unit.b, unit.c][field];
            match kind {
                Kind::Use if op == Op::Release => {}
                Kind::Peek if op == Op::SetFunctionAttr && unit.c == CLOSURE && state.get(self.index(r)) == Some(&Holds::Unfinished) => {}
                Kind::Out if r < 0 && op == Op::MakeFunction && self.wants_closure(unit) => return fail(at, "a function without its closure in a local"),
                Kind::Use | Kind::Peek => need(self.index(r), Holds::Value)?,
                Kind::PeekBase | Kind::Base => {
                    let len = match (kind, op) { (Kind::Base, _) => base_len(op, field, unit) as usize, (_, Op::WithExceptStart) => 3, _ => 1 };
                    let empty = match op {
                        Op::CallMethod | Op::CallMethodKw | Op::PopExc | Op::ReraiseHandled | Op::ReraiseOver | Op::WithExceptStart => 1,
                        Op::CallEx => 2,
                        _ => usize::MAX,
                    };
                    for k in (0..len).filter(|k| *k != empty) { need(self.index(r) + k, Holds::Value)? }
                    match op {
                        Op::PopExc | Op::ReraiseHandled | Op::ReraiseOver => need(self.index(r) + 1, Holds::Saved)?,
                        _ => {}
                    }
                }
                Kind::Local if matches!(op, Op::LoadDeref | Op::StoreDeref | Op::DeleteDeref | Op::LoadFromDictOrDeref) => need(self.index(r), Holds::Cell)?,
                Kind::Local if op == Op::DeleteLocal => need(self.index(r), Holds::Value)?,
                Kind::Local if op == Op::MakeCell && !matches!(self.code.locals[self.index(r)].kind, LocalKind::Cell | LocalKind::Hidden) => return fail(at, "a cell in a local that is none"),
                _ => {}
            }
        }
        match op { Op::LoadFar | Op::DeleteFar => need(unit.wide() as usize, Holds::Value), _ => Ok(()) }
    }

    /// What locals hold afterwards; `perhaps` if the instruction may have stopped on its way.
    fn stores(&self, op: Op, unit: Unit, state: &mut [Holds], perhaps: bool) {
        let mut set = |i: usize, to: Holds| if let Some(s) = state.get_mut(i) { *s = if perhaps { to.meet(*s) } else { to } };
        for (field, kind) in op.info().kinds.into_iter().enumerate() {
            let r = [unit.a, unit.b, unit.c][field];
            if r < 0 && kind == Kind::Out { set(self.index(r), Holds::Value) }
        }
        match op {
            Op::StoreFar => set(unit.wide() as usize, Holds::Value),
            Op::DeleteFar => set(unit.wide() as usize, Holds::Any),
            Op::DeleteLocal => set(self.index(unit.a), Holds::Any),
            Op::Release if unit.a < 0 => set(self.index(unit.a), Holds::Any),
            Op::MakeCell => set(self.index(unit.a), Holds::Cell),
            Op::CopyFreeVars => {
                let locals = self.code.locals.len();
                for i in locals - unit.a as usize..locals { set(i, Holds::Cell) }
            }
            Op::CheckLocal | Op::CheckFar if !perhaps => {
                let i = if op == Op::CheckFar { unit.wide() as usize } else { self.index(unit.a) };
                if let Some(s) = state.get_mut(i) { if !s.is_value() { *s = Holds::Value } }
            }
            _ => {}
        }
    }
}
