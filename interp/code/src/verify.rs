//! The verifier: proves that units cannot make an interpreter touch memory it does not own.
//!
//! Checked: opcodes and operand kinds and ranges, temps consumed only from the top and dead before written, equal depth at merges,
//! handler ranges and depths, jump targets at instruction starts, forward conditional jumps, cache positions, error depths.
//! Not checked: whether a local is bound or holds a cell (a special word and the VM's own checks answer that).

use crate::effect::{base_len, dropped_at_jump, jump_of, temp_effect};
use crate::values::Register;
use crate::{Binary, CodeBlob, Compare, Const, Effect, Kind, LocalKind, Op, Unit, FRAME_WORDS};

/// Why code was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyError {
    /// Unit index, or the number of units for facts about the whole code.
    pub at: usize,
    /// What is wrong.
    pub what: String,
}

impl std::fmt::Display for VerifyError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { write!(f, "unit {}: {}", self.at, self.what) }
}
impl std::error::Error for VerifyError {}

pub(crate) type Check<T = ()> = Result<T, VerifyError>;

pub(crate) fn fail<T>(at: usize, what: impl Into<String>) -> Check<T> { Err(VerifyError { at, what: what.into() }) }

/// Verifies a code and, through its constants, all nested codes.
///
/// # Errors
/// The first violation found.
pub fn verify(code: &CodeBlob) -> Check {
    Verifier { code, starts: Vec::new(), found: None }.run()?;
    let mut pending: Vec<&Const> = code.consts.iter().collect();
    while let Some(c) = pending.pop() {
        match c {
            Const::Code(inner) => verify(inner)?,
            Const::Tuple(items) | Const::FrozenSet(items) => pending.extend(items),
            Const::Slice(parts) => pending.extend(parts.iter()),
            _ => {}
        }
    }
    Ok(())
}

/// The `error_depth` table that a code must have, its own being ignored; units that are never reached have 0.
///
/// # Errors
/// Any other violation.
pub fn error_depths(code: &CodeBlob) -> Check<Vec<u16>> {
    let mut v = Verifier { code, starts: Vec::new(), found: Some(vec![0; code.units.len()]) };
    v.run()?;
    Ok(v.found.unwrap_or_default())
}

/// What is known of the registers of a verified code before the instruction at unit `at`: locals, then temps. `None` if control
/// does not get there.
pub fn registers(code: &CodeBlob, at: usize) -> Option<Vec<Register>> {
    let mut v = Verifier { code, starts: vec![false; code.units.len()], found: None };
    let mut i = 0;
    while i < code.units.len() {
        v.starts[i] = true;
        i += Op::from_u16(code.units[i].op)?.len();
    }
    let (depth, handler) = v.depths().ok()?;
    crate::values::at(code, &depth, &handler, at)
}

struct Verifier<'a> {
    code: &'a CodeBlob,
    starts: Vec<bool>,
    /// Error depths computed instead of compared.
    found: Option<Vec<u16>>,
}

impl Verifier<'_> {
    fn run(&mut self) -> Check {
        let code = self.code;
        let n = code.units.len();
        if self.found.is_none() && code.error_depth.len() != n || code.positions.len() != n { return fail(n, "tables differ in length from the units"); }
        if n > i32::MAX as usize / 4 || code.locals.len() > i32::MAX as usize / 4 || code.temps > 32767 { return fail(n, "code is too large"); }
        let params = code.arg_count as usize + code.kwonly_count as usize
            + usize::from(code.flags & crate::flags::VARARGS != 0) + usize::from(code.flags & crate::flags::VARKEYWORDS != 0);
        if params > code.locals.len() || code.posonly_count > code.arg_count { return fail(n, "more parameters than locals"); }
        if code.locals[..params].iter().any(|l| l.kind == LocalKind::Free) { return fail(n, "a parameter is a free variable"); }
        self.starts = vec![false; n];
        let mut i = 0;
        while i < n {
            let Some(op) = Op::from_u16(code.units[i].op) else { return fail(i, "no such opcode") };
            if op.info().family.is_some() { return fail(i, "specialised opcode") }
            if i + op.len() > n { return fail(i, "caches are cut off"); }
            self.starts[i] = true;
            self.operands(i, op)?;
            i += op.len();
        }
        for h in &code.handlers {
            let ok = h.start <= h.end && h.end as usize <= n && (h.target as usize) < n && self.starts[h.target as usize] && (h.depth as u32) < code.temps;
            if !ok { return fail(h.target as usize, "bad handler range"); }
        }
        let (depth, handler) = self.depths()?;
        crate::values::check(code, &depth, &handler)
    }

    fn register(&self, at: usize, r: i16, temps: u32) -> Check {
        if r >= 0 {
            if r as u32 + temps > self.code.temps { return fail(at, format!("temp {r} out of range")); }
        } else {
            self.local(at, r)?;
        }
        Ok(())
    }

    fn local(&self, at: usize, r: i16) -> Check<usize> {
        let slot = r as i32 + FRAME_WORDS + self.code.locals.len() as i32;
        if r >= 0 || slot < 0 || slot as usize >= self.code.locals.len() { return fail(at, format!("local operand {r} out of range")); }
        Ok(slot as usize)
    }

    fn operands(&self, at: usize, op: Op) -> Check {
        let code = self.code;
        let unit = code.units[at];
        for (field, kind) in op.info().kinds.into_iter().enumerate() {
            let v = [unit.a, unit.b, unit.c][field];
            match kind {
                Kind::Zero => if v != 0 && !(field == 2 && is_wide(op.info().kinds[1])) { return fail(at, "operand must be zero") },
                Kind::Out | Kind::Use | Kind::Peek => self.register(at, v, 1)?,
                Kind::OutTemp | Kind::PeekBase | Kind::Base => if v < 0 { return fail(at, "temp expected") },
                Kind::Local => { self.local(at, v)?; }
                Kind::Const16 => if v as u16 as usize >= code.consts.len() { return fail(at, "constant out of range") },
                Kind::Name16 => if v as u16 as usize >= code.names.len() { return fail(at, "name out of range") },
                Kind::Const32 => if unit.wide() < 0 || unit.wide() as usize >= code.consts.len() { return fail(at, "constant out of range") },
                Kind::Name32 => if unit.wide() < 0 || unit.wide() as usize >= code.names.len() { return fail(at, "name out of range") },
                Kind::Imm16 | Kind::Imm32 | Kind::Jump16 | Kind::Jump32 => {}
            }
        }
        let n = unit.c as u16;
        let cache = |k: usize| code.units[at + 1 + k].bits();
        let ok = match op {
            Op::LoadFar | Op::StoreFar | Op::CheckFar | Op::DeleteFar => unit.wide() >= 0 && (unit.wide() as usize) < code.locals.len(),
            Op::CopyFreeVars => at == 0 && unit.a > 0 && unit.a as usize == free_count(code)
                && code.locals[code.locals.len() - unit.a as usize..].iter().all(|l| l.kind == LocalKind::Free),
            Op::BinaryOp | Op::BinaryOpK => Binary::from_u16(cache(0) as u16).is_some(),
            Op::CompareOp | Op::CompareOpK => Compare::from_u16(cache(0) as u16).is_some(),
            Op::CompareJump | Op::CompareJumpK => Compare::from_u16(cache(0) as u16).is_some() && cache(0) >> 17 == 0,
            Op::MakeFunction => matches!(code.consts[unit.wide() as usize], Const::Code(_)),
            Op::CallKw | Op::CallMethodKw => match code.consts.get(cache(0) as u32 as usize) {
                Some(Const::Tuple(names)) => names.len() <= n as usize && !names.is_empty() && names.iter().all(|k| matches!(k, Const::Str(_))),
                _ => false,
            },
            Op::LoadSuperAttr | Op::LoadSuperMethod => cache(0) <= 1,
            Op::BuildSlice => matches!(n, 2 | 3),
            Op::Intrinsic1 => (1..=9).contains(&n),
            Op::Intrinsic2 => (1..=5).contains(&n),
            Op::ConvertValue => (1..=3).contains(&n),
            Op::BuildInterpolation => n >> 2 <= 3 && n & 2 == 0,
            Op::SetFunctionAttr => matches!(n, 1 | 2 | 4 | 8 | 16),
            Op::LoadSpecial => n <= 3,
            Op::GetAwaitable => n <= 2,
            Op::YieldValue | Op::CallEx => n <= 1,
            _ => true,
        };
        if !ok { return fail(at, format!("bad operand of {}", op.info().name)); }
        Ok(())
    }

    /// Temps before each unit that control reaches (-1: none does), and the handler of each unit.
    fn depths(&mut self) -> Check<(Vec<i32>, Vec<u32>)> {
        let code = self.code;
        let n = code.units.len();
        let starts = std::mem::take(&mut self.starts);
        let mut depth: Vec<i32> = vec![-1; n];
        let mut work = Vec::new();
        let reach = |depth: &mut Vec<i32>, work: &mut Vec<usize>, from: usize, to: i64, d: u32| -> Check {
            if to < 0 || to as usize >= n || !starts[to as usize] { return fail(from, format!("control reaches {to}, which is no instruction")); }
            let seen = &mut depth[to as usize];
            if *seen < 0 { *seen = d as i32; work.push(to as usize); }
            else if *seen != d as i32 { return fail(to as usize, format!("depth {d} from unit {from}, {seen} before")); }
            Ok(())
        };
        if n == 0 { return fail(0, "no code"); }
        reach(&mut depth, &mut work, 0, 0, 0)?;
        // The first range that contains a unit wins.
        let mut handler = vec![u32::MAX; n];
        let mut filled = 0usize;
        for (i, h) in code.handlers.iter().enumerate().rev() {
            filled = filled.saturating_add((h.end - h.start) as usize);
            if filled > 64 * n + (1 << 20) { return fail(n, "handler ranges overlap too much"); }
            handler[h.start as usize..h.end as usize].fill(i as u32);
        }
        while let Some(at) = work.pop() {
            let op = Op::ALL[code.units[at].op as usize];
            let unit = code.units[at];
            let d = depth[at] as u32;
            let e = temp_effect(op, unit);
            if e.consumed > d { return fail(at, "consumes more temps than there are"); }
            let left = d - e.consumed;
            self.consumed_on_top(at, op, unit, d, left)?;
            if let Some(found) = &mut self.found { found[at] = left as u16; }
            else if code.error_depth[at] as u32 != left { return fail(at, format!("error depth {} should be {left}", code.error_depth[at])); }
            if left + e.produced.max(e.at_jump) > code.temps { return fail(at, "more temps than declared"); }
            if op == Op::Return && left != 0 || op == Op::ReturnConst && left != 0 { return fail(at, "temps left at return"); }
            if let Some(h) = code.handlers.get(handler[at] as usize) {
                if h.depth as u32 > left { return fail(at, "handler deeper than the temps at the error"); }
                reach(&mut depth, &mut work, at, h.target as i64, h.depth as u32 + 1)?;
            }
            if let Some(offset) = jump_of(op, &code.units[at..]) {
                if (offset <= 0) != (op == Op::JumpBack) { return fail(at, "jump in the wrong direction"); }
                let drop = dropped_at_jump(op);
                if left < drop { return fail(at, "no iterator"); }
                reach(&mut depth, &mut work, at, at as i64 + offset as i64, left - drop + e.at_jump)?;
            }
            if !op.has(Effect::Ends) { reach(&mut depth, &mut work, at, (at + op.len()) as i64, left + e.produced)?; }
        }
        Ok((depth, handler))
    }

    fn consumed_on_top(&self, at: usize, op: Op, unit: Unit, d: u32, left: u32) -> Check {
        let mut seen = Vec::new();
        let mut out: Option<u32> = None;
        for (field, kind) in op.info().kinds.into_iter().enumerate() {
            let r = [unit.a, unit.b, unit.c][field];
            match kind {
                Kind::Use if r >= 0 => seen.push((r as u32, 1)),
                Kind::Base => seen.push((r as u32, base_len(op, field, unit))),
                Kind::Peek | Kind::PeekBase if r >= 0 => {
                    let len = match op { Op::WithExceptStart => 3, _ => 1 };
                    if r as u32 + len > d { return fail(at, "reads a dead temp"); }
                    if op == Op::ForIter && r as u32 + 1 != d { return fail(at, "the iterator is not on top"); }
                    if op == Op::PushExc && r as u32 + 1 != d { return fail(at, "the exception is not on top"); }
                    if r as u32 + len > left { return fail(at, "reads a consumed temp"); }
                }
                Kind::Out | Kind::OutTemp if r >= 0 => out = Some(r as u32),
                _ => {}
            }
        }
        seen.sort_unstable();
        let mut next = left;
        for (start, len) in seen {
            if len == 0 && start <= d { continue; }
            if start != next { return fail(at, format!("consumes temp {start}, not the top one {next}")); }
            next = start + len;
        }
        if next != d { return fail(at, "temps above the consumed ones"); }
        if out.is_some_and(|o| o != left) { return fail(at, format!("writes temp {} at depth {left}", out.unwrap_or(0))); }
        Ok(())
    }
}

/// Free variables of a code.
pub(crate) fn free_count(code: &CodeBlob) -> usize { code.locals.iter().filter(|l| l.kind == LocalKind::Free).count() }

fn is_wide(kind: Kind) -> bool { matches!(kind, Kind::Const32 | Kind::Name32 | Kind::Jump32 | Kind::Imm32) }
