//! The watched form of a code: which instructions are exchanged, where lines begin, what tools switched off.
//!
//! The op that stood at a unit is the compiler's: watched code is not specialised. Not here: what happens at an exchanged
//! instruction (`step.rs`).

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use instar_code::{Effect, Op, Unit};

use super::{event, set, TOOLS};
use crate::eval::exec::Executable;
use crate::eval::specialize;
use crate::vm::Vm;

/// By number of cache units.
const TRACED: [Op; 3] = [Op::Traced, Op::Traced1, Op::Traced2];
/// Events for which every instruction is looked at.
const EVERYWHERE: u32 = set(&[event::LINE, event::INSTRUCTION, event::JUMP, event::BRANCH_LEFT, event::BRANCH_RIGHT, event::STOP_ITERATION]);

/// See the module.
pub struct Traced {
    /// The monitor's version that the units show.
    version: Cell<u32>,
    /// Whether instructions are exchanged.
    exchanged: Cell<u32>,
    /// Units at which a line begins.
    starts: Vec<bool>,
    local: [Cell<u32>; TOOLS],
    /// Tools by (unit, event) that want to hear no more of it.
    disabled: RefCell<HashMap<(usize, usize), u8>>,
}

impl Traced {
    /// What is known of a code's monitoring.
    pub fn of(exec: &Executable) -> Option<&Traced> {
        // SAFETY: set once, never taken away.
        unsafe { (*exec.traced.get()).as_deref() }
    }
    /// Events of its own that `tool` wants.
    pub fn local(&self, tool: usize) -> u32 { self.local[tool].get() }
    /// All tools'.
    pub fn all_local(&self) -> u32 { self.local.iter().fold(0, |all, l| all | l.get()) }
    /// Sets them.
    pub fn set_local(&self, tool: usize, events: u32) { self.local[tool].set(events) }
    /// Whether a line begins at the unit.
    pub fn starts_line(&self, unit: usize) -> bool { self.starts.get(unit).copied().unwrap_or(false) }
    /// Whether the tool switched the event off there.
    pub fn is_disabled(&self, unit: usize, event: usize, tool: usize) -> bool { self.disabled.borrow().get(&(unit, event)).is_some_and(|t| t >> tool & 1 != 0) }
    /// Switches it off.
    pub fn disable(&self, unit: usize, event: usize, tool: usize) { *self.disabled.borrow_mut().entry((unit, event)).or_default() |= 1 << tool }
    /// Whether the units show what is to be watched now.
    pub fn is_current(&self, vm: &Vm) -> bool { self.version.get() == vm.monitor.version }
}

/// The monitoring state of a code, made now if there is none.
pub fn traced<'a>(_: &Vm, exec: &'a Executable) -> Option<&'a Traced> {
    // SAFETY: nobody looks at the cell while it is filled; what is in it stays.
    unsafe {
        let cell = &mut *exec.traced.get();
        if cell.is_none() {
            let made = Traced { version: Cell::new(0), exchanged: Cell::new(0), starts: line_starts(exec), local: Default::default(), disabled: RefCell::default() };
            *cell = Some(Box::new(made));
        }
    }
    Traced::of(exec)
}

/// Makes the units of `exec` show what is to be watched.
pub fn watch(vm: &mut Vm, exec: &Executable) {
    if !vm.monitor.active && Traced::of(exec).is_none() { return }
    let Some(t) = traced(vm, exec) else { return };
    if t.is_current(vm) { return }
    let before = t.version.replace(vm.monitor.version);
    if before < vm.monitor.restarted { t.disabled.borrow_mut().clear() }
    let had = t.all_local() != 0;
    for (tool, cleared) in vm.monitor.cleared.iter().enumerate() { if before < *cleared { t.local[tool].set(0) } }
    if had && t.all_local() == 0 { vm.monitor.local_codes = vm.monitor.local_codes.saturating_sub(1) }
    let events = vm.monitor.global() | t.all_local();
    let wanted = events & (EVERYWHERE | set(&[event::CALL, event::PY_RETURN, event::PY_YIELD]));
    if t.exchanged.get() == wanted { return }
    t.exchanged.set(wanted);
    let units = exec.units.as_ptr().cast_mut();
    let blob = &exec.blob;
    let mut at = 0;
    while at < blob.units.len() {
        let op = Op::ALL[blob.units[at].op as usize];
        // SAFETY: `at` is an instruction of this code; units are only touched by the holder of the token.
        unsafe {
            let pc = units.add(at);
            if is_wanted(op, wanted) {
                specialize::reset(pc);
                (*pc).op = TRACED[op.info().cache as usize] as u16;
            } else if TRACED.iter().any(|t| *t as u16 == (*pc).op) {
                (*pc).op = op as u16;
            }
        }
        at += op.len();
    }
}

fn is_wanted(op: Op, events: u32) -> bool {
    events & EVERYWHERE != 0
        || events >> event::CALL & 1 != 0 && is_call(op)
        || events >> event::PY_RETURN & 1 != 0 && matches!(op, Op::Return | Op::ReturnConst)
        || events >> event::PY_YIELD & 1 != 0 && op == Op::YieldValue
}

/// Whether the op calls what its program names.
pub fn is_call(op: Op) -> bool {
    matches!(op, Op::Call | Op::CallMethod | Op::CallKw | Op::CallMethodKw | Op::CallEx | Op::LoadSuperAttr | Op::LoadSuperMethod)
}

/// The op that the compiler wrote at a unit.
pub fn op_at(exec: &Executable, unit: usize) -> Op { Op::ALL[exec.blob.units[unit].op as usize] }

/// As [`op_at`], for an instruction that may be exchanged.
///
/// # Safety
/// `pc` is an instruction of `exec`.
pub unsafe fn real_op(exec: &Executable, pc: *const Unit) -> Op {
    let op = unsafe { std::mem::transmute::<u16, Op>((*pc).op) };
    if TRACED.contains(&op) { op_at(exec, unsafe { pc.offset_from(exec.units.as_ptr()) } as usize) } else { op }
}

/// Whether the unit is the jump that a loop makes by itself, at the line of its head (a `continue` has its own).
pub fn is_loop_end(exec: &Executable, unit: usize) -> bool {
    let blob = &exec.blob;
    let line = |unit: usize| blob.positions.get(unit).map_or(-1, |p| p.line);
    op_at(exec, unit) == Op::JumpBack && line(unit) == line((unit as i64 + i64::from(blob.units[unit].wide())) as usize)
}

/// A line begins where the line differs from that of the instruction before, behind what never falls through, and at targets of
/// jumps and exceptions that come from another line.
fn line_starts(exec: &Executable) -> Vec<bool> {
    let blob = &exec.blob;
    let n = blob.units.len();
    let line = |unit: usize| blob.positions.get(unit).map_or(-1, |p| p.line);
    let mut starts = vec![false; n];
    let mut jumps = Vec::new();
    let (mut at, mut current) = (0, -1);
    while at < n {
        let op = Op::ALL[blob.units[at].op as usize];
        let here = line(at);
        // The end of a loop's body is no place in the text.
        let prologue = matches!(op, Op::MakeCell | Op::CopyFreeVars | Op::ReturnGenerator) || is_loop_end(exec, at);
        if here >= 0 && here != current && !prologue && op != Op::EndAsyncFor { starts[at] = true }
        // What has no line belongs to the one before.
        if !prologue && here >= 0 { current = here }
        if op.has(Effect::Ends) { current = -1 }
        if let Some(offset) = instar_code::jump_of(op, &blob.units[at..]) { jumps.push((at, (at as i64 + i64::from(offset)) as usize)) }
        at += op.len();
    }
    for (from, to) in jumps { if line(to) >= 0 && !is_loop_end(exec, to) && (line(to) != line(from) || is_loop_end(exec, from)) { starts[to] = true } }
    // The end of `async for` belongs to what waits for an item.
    for h in &blob.handlers { if line(h.target as usize) >= 0 && op_at(exec, h.target as usize) != Op::EndAsyncFor { starts[h.target as usize] = true } }
    starts
}
