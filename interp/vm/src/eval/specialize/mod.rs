//! Rewriting generic ops into forms for what they see, and back.
//!
//! A generic op's slow path calls in here first. The instruction is either generic (then a counter in the last cache unit
//! decides whether to try) or a specialised form whose guard just failed: it stays what it is until it has failed a few times,
//! then it becomes generic and is tried anew at once. So a site that sees two types does not flap.
//! Units are rewritten in place; operands and cache sizes stay. Not here: the specialised bodies (`ops/`).

pub mod attrs;
pub mod calls;
pub mod names;
pub mod operators;

use instar_code::{Op, Unit};

/// Executions before the first attempt: 2, so that code that runs once stays generic.
const WARM_UP: u16 = 2;
/// The execution at which a site is specialised for the first time.
pub const ATTEMPT: u16 = WARM_UP + 1;
/// Longest wait after failures.
const WAIT_MAX: u16 = 4096;

/// Guard failures before a specialised op is given up.
const MISSES: i16 = 24;

/// Whether the first cache unit of a form has its last 16 bits free for counting failures.
fn counts_misses(op: Op) -> bool { !matches!(op, Op::CallClass | Op::LoadGlobalBuiltin | Op::LoadNameBuiltin) }

/// Decides whether to try: counts down in `c` of the last cache unit. A specialised op that has failed often becomes generic.
///
/// # Safety
/// `pc` is an instruction with `cache` >= 1 units.
#[inline(always)]
pub unsafe fn due(pc: *mut Unit) -> bool {
    unsafe {
        let op = (*pc).op;
        if FAMILY[op as usize] != u16::MAX { return guard_failed(pc) }
        let counter = &mut (*pc.add(Op::CACHE[op as usize] as usize)).c;
        let n = *counter as u16;
        // Waiting after a failure: the high bits hold log2 of the wait, the low ones count down. Before the first attempt they count up.
        if n >> 12 == 0 && n >= WARM_UP || n >> 12 != 0 && n & 0xFFF == 0 { return true }
        *counter = if n >> 12 == 0 { n + 1 } else { n - 1 } as i16;
        false
    }
}

/// A specialised op came to its generic form. After some failures it becomes that, and whether to try another form at once is the answer.
unsafe fn guard_failed(pc: *mut Unit) -> bool {
    unsafe {
        let op = std::mem::transmute::<u16, Op>((*pc).op);
        // Monitored code stays as it is.
        if matches!(op, Op::Traced | Op::Traced1 | Op::Traced2) { return false }
        let cache = Op::CACHE[op as usize] as usize;
        let counted = counts_misses(op);
        if counted {
            let misses = &mut (*pc.add(1)).c;
            *misses += 1;
            if *misses < MISSES { return false }
            *misses = 0;
        }
        reset(pc);
        if !counted { set_wait(pc, cache, 64) }
        counted
    }
}

/// Makes a specialised instruction generic again; does nothing to others.
///
/// # Safety
/// `pc` is an instruction.
pub unsafe fn reset(pc: *mut Unit) {
    unsafe {
        let op = std::mem::transmute::<u16, Op>((*pc).op);
        if FAMILY[op as usize] == u16::MAX || matches!(op, Op::Traced | Op::Traced1 | Op::Traced2) { return }
        let head = op.generic();
        (*pc).op = head as u16;
        if Op::CACHE[op as usize] == 2 {
            *pc.add(1) = keep(head, *pc.add(1));
            *pc.add(2) = Unit::from_bits(0);
        }
    }
}

/// Code of the generic op of each specialised one, else `u16::MAX`.
const FAMILY: [u16; Op::COUNT] = {
    let mut table = [u16::MAX; Op::COUNT];
    let mut n = 0;
    while n < Op::COUNT {
        table[n] = Op::ALL[n].family_code();
        n += 1;
    }
    table
};

/// What of the first of two cache units the compiler wrote and must survive.
fn keep(head: Op, unit: Unit) -> Unit {
    match head {
        // Jump distance.
        Op::ForIter | Op::Send => Unit { op: unit.op, a: unit.a, b: 0, c: 0 },
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
unsafe fn become_(pc: *mut Unit, to: Op) {
    unsafe {
        (*pc.add(1)).c = 0;
        (*pc).op = to as u16;
    }
}

/// Makes the op `to` with both cache units.
unsafe fn become_with(pc: *mut Unit, to: Op, first: u64, second: u64) {
    unsafe {
        *pc.add(1) = Unit::from_bits(first);
        *pc.add(2) = Unit::from_bits(second);
        (*pc).op = to as u16;
    }
}
