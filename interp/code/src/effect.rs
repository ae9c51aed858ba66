//! What an instruction does to the temps: how many it consumes, how many it makes, what differs when it jumps.
//!
//! Derived from operand kinds; the lengths of ranges that the op table gives in words are here, once, for compiler, verifier
//! and disassembler. Not here: checks (`verify.rs`).

use crate::{Kind, Op, Unit};

/// Effect of one instruction on the temps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TempEffect {
    /// Temps consumed, always the topmost ones.
    pub consumed: u32,
    /// Temps made on the way to the next instruction.
    pub produced: u32,
    /// Temps made when the instruction jumps.
    pub at_jump: u32,
}

/// Length of the consumed temp range of operand `field` (0 to 2) of kind [`Kind::Base`].
pub fn base_len(op: Op, field: usize, unit: Unit) -> u32 {
    debug_assert_eq!(op.info().kinds[field], Kind::Base);
    let n = unit.c as u16 as u32;
    match op.generic() {
        Op::LoadSuperAttr | Op::LoadSuperMethod | Op::LoadSlice | Op::CallEx | Op::MatchClass | Op::ReraiseOver => 3,
        Op::StoreSlice => 4,
        Op::BuildMap => 2 * n,
        Op::Call | Op::CallKw => 1 + n,
        Op::CallMethod | Op::CallMethodKw => 2 + n,
        Op::BuildInterpolation => 2 + (n & 1),
        Op::BuildSlice | Op::BuildTuple | Op::BuildList | Op::BuildSet | Op::BuildString => n,
        _ => 2,
    }
}

/// Number of temps that an [`Kind::OutTemp`] operand makes.
pub fn out_len(op: Op, unit: Unit) -> u32 {
    match op.generic() {
        Op::LoadMethod | Op::LoadSuperMethod | Op::LoadSpecial | Op::ExcGroupMatch => 2,
        Op::UnpackSequence => unit.c as u16 as u32,
        Op::UnpackEx => (unit.c as u16 as u32 & 255) + 1 + (unit.c as u16 as u32 >> 8),
        _ => 1,
    }
}

/// The effect of an instruction.
pub fn temp_effect(op: Op, unit: Unit) -> TempEffect {
    let (mut consumed, mut produced) = (0, 0);
    for (field, kind) in op.info().kinds.into_iter().enumerate() {
        let register = [unit.a, unit.b, unit.c][field];
        match kind {
            Kind::Use if register >= 0 => consumed += 1,
            Kind::Base => consumed += base_len(op, field, unit),
            Kind::Out if register >= 0 => produced += 1,
            Kind::OutTemp => produced += out_len(op, unit),
            _ => {}
        }
    }
    let mut at_jump = produced;
    match op.generic() {
        Op::PushExc => produced += 1,
        Op::JumpIfTrueKeep | Op::JumpIfFalseKeep => at_jump = consumed,
        // Exhaustion releases the iterator, which stands below the item.
        Op::ForIter => at_jump = 0,
        _ => {}
    }
    TempEffect { consumed, produced, at_jump }
}

/// Temps that a jump of this instruction drops besides the consumed ones (the exhausted iterator of `ForIter`).
pub fn dropped_at_jump(op: Op) -> u32 { u32::from(op.generic() == Op::ForIter) }

/// The relative jump of an instruction with its caches, if it has one.
pub fn jump_of(op: Op, units: &[Unit]) -> Option<i32> {
    let unit = *units.first()?;
    match op.generic() {
        Op::ForIter | Op::Send => units.get(1).map(|cache| cache.bits() as u32 as i32),
        _ if op.info().kinds[1] == Kind::Jump32 => Some(unit.wide()),
        _ if op.info().kinds[2] == Kind::Jump16 => Some(unit.c as i32),
        _ => None,
    }
}
