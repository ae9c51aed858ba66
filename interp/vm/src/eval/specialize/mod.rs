//! Rewriting generic ops into forms for what they see, and back.
//!
//! A slow path calls in here first. The op there is either generic (then a counter in the last cache word decides whether
//! to try) or a specialised form whose guard just failed (then it goes back to generic with a longer wait).
//! Units are rewritten in place; operands and cache sizes stay. Not here: the specialised bodies (`ops/`).

pub mod attrs;
pub mod calls;
pub mod names;
pub mod operators;

use instar_code::{Op, Unit};

/// Executions before the first attempt: 2, so that code that runs once stays generic.
const WARM_UP: u16 = 2;
/// Longest wait after failures.
const WAIT_MAX: u16 = 4096;

/// Decides whether to try: counts down in `c` of the last cache unit. After a guard failure the op becomes generic.
///
/// # Safety
/// `pc` is an instruction with `cache` >= 1 units.
unsafe fn due(pc: *mut Unit) -> bool {
    unsafe {
        let op = std::mem::transmute::<u16, Op>((*pc).op);
        let cache = op.info().cache as usize;
        if let Some(head) = op.info().family {
            if op == Op::ReturnUnclean || op == Op::ReturnConstUnclean { return false }
            (*pc).op = head as u16;
            if cache == 2 {
                *pc.add(1) = keep(head, *pc.add(1));
                *pc.add(2) = Unit::from_bits(0);
            }
            set_wait(pc, cache, 64);
            return false;
        }
        let counter = &mut (*pc.add(cache)).c;
        let n = *counter as u16 & 0xFFF;
        if n < WARM_UP && *counter as u16 >> 12 == 0 {
            *counter += 1;
            return false;
        }
        if *counter as u16 >> 12 != 0 {
            // Waiting after a failure: the high bits hold log2 of the wait, the low ones count down.
            if n > 0 { *counter = (*counter as u16 - 1) as i16; return false }
        }
        true
    }
}

/// Makes a specialised op generic, with a wait before the next attempt.
///
/// # Safety
/// `pc` is a specialised instruction.
#[cold]
#[inline(never)]
pub unsafe fn despecialize(pc: *mut Unit) {
    let again = unsafe { due(pc) };
    debug_assert!(!again);
}

/// What of the first of two cache units the compiler wrote and must survive.
fn keep(head: Op, unit: Unit) -> Unit {
    match head {
        // Jump distance.
        Op::ForIter => Unit { op: unit.op, a: unit.a, b: 0, c: 0 },
        _ => Unit::from_bits(0),
    }
}

unsafe fn set_wait(pc: *mut Unit, cache: usize, wait: u16) {
    let log = 16 - wait.leading_zeros().min(15) as u16;
    unsafe { (*pc.add(cache)).c = (log.min(15) << 12 | wait.min(WAIT_MAX - 1)) as i16 }
}

/// A failed attempt: wait twice as long as the last time.
unsafe fn failed(pc: *mut Unit) {
    unsafe {
        let op = std::mem::transmute::<u16, Op>((*pc).op);
        let cache = op.info().cache as usize;
        let log = (*pc.add(cache)).c as u16 >> 12;
        let wait = if log == 0 { 16 } else { (1u32 << log.min(11)) as u16 };
        set_wait(pc, cache, wait.min(WAIT_MAX - 1));
    }
}

/// Makes the op `to`.
unsafe fn become_(pc: *mut Unit, to: Op) { unsafe { (*pc).op = to as u16 } }

/// Makes the op `to` with both cache units.
unsafe fn become_with(pc: *mut Unit, to: Op, first: u64, second: u64) {
    unsafe {
        *pc.add(1) = Unit::from_bits(first);
        *pc.add(2) = Unit::from_bits(second);
        (*pc).op = to as u16;
    }
}
