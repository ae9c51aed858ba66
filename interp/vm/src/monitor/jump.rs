//! `frame.f_lineno = n` in a trace function: where the frame may go on, and what leaves its temps on the way.
//!
//! Not here: when trace functions run (`legacy.rs`).

use instar_code::{dropped_at_jump, jump_of, registers, temp_effect, CodeBlob, Effect, LocalKind, Op, Register};

use crate::eval::exec::Executable;
use crate::eval::frame::Frame;
use crate::object::{Owned, Ref, Word};
use crate::types::frame::PyFrame;
use crate::types::int::{int_ref, IntRef};
use crate::vm::{PyResult, Vm};

/// What a trace function hears of while it runs.
#[derive(Clone, Copy, Debug)]
pub enum During {
    /// A line: it may set where to go on (a unit).
    Line(Option<usize>),
    /// Something else.
    Other(&'static str),
}

impl Default for During { fn default() -> Self { During::Line(None) } }

/// What a temp holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Held {
    Object,
    Iterator,
    /// What the handler at this unit handles.
    Exception(u32),
    /// What was handled before the handler at this unit.
    Handled(u32),
    /// Perhaps the empty word.
    Empty,
}

/// The temps before each instruction that control can reach.
fn temps(exec: &Executable) -> Vec<Option<Vec<Held>>> {
    let blob = &exec.blob;
    let n = blob.units.len();
    let mut known: Vec<Option<Vec<Held>>> = vec![None; n];
    let mut work = Vec::new();
    let reach = |known: &mut Vec<Option<Vec<Held>>>, work: &mut Vec<usize>, to: usize, held: Vec<Held>| {
        if known[to].is_none() {
            known[to] = Some(held);
            work.push(to);
        }
    };
    reach(&mut known, &mut work, 0, Vec::new());
    while let Some(at) = work.pop() {
        let held = known[at].clone().unwrap_or_default();
        let (unit, op) = (blob.units[at], super::code::op_at(exec, at));
        let e = temp_effect(op, unit);
        let left = held.len().saturating_sub(e.consumed as usize);
        if let Some(h) = blob.handlers.iter().find(|h| (h.start..h.end).contains(&(at as u32))) {
            let mut there = held[..(h.depth as usize).min(left)].to_vec();
            there.push(Held::Exception(h.target));
            reach(&mut known, &mut work, h.target as usize, there);
        }
        let made = match op {
            Op::GetIter | Op::GetAIter | Op::GetYieldFromIter | Op::GetAwaitable => Held::Iterator,
            Op::PushExc => match held.last() { Some(Held::Exception(h)) => Held::Handled(*h), _ => Held::Handled(u32::MAX) },
            _ => Held::Object,
        };
        let after = |count: u32, drop: u32| {
            let mut v = held[..left - (drop as usize).min(left)].to_vec();
            v.extend(std::iter::repeat_n(made, count as usize));
            // The place of `self`.
            if matches!(op, Op::LoadMethod | Op::LoadSuperMethod | Op::LoadSpecial | Op::LoadNull) && let Some(last) = v.last_mut() { *last = Held::Empty }
            v
        };
        if let Some(offset) = jump_of(op, &blob.units[at..]) {
            let v = after(e.at_jump, dropped_at_jump(op));
            reach(&mut known, &mut work, (at as i64 + i64::from(offset)) as usize, v);
        }
        if !op.has(Effect::Ends) {
            let v = after(e.produced, 0);
            reach(&mut known, &mut work, at + op.len(), v);
        }
    }
    known
}

fn fits(from: &[Held], to: &[Held]) -> bool {
    to.len() <= from.len() && from.iter().zip(to).all(|(f, t)| f == t || *t == Held::Empty || *t == Held::Object && *f != Held::Empty)
}

/// Whether the registers that must hold cells where the frame goes on do so now, and no function waits for its closure there.
fn special(frame: &Ref<PyFrame>, blob: &CodeBlob, target: usize) -> bool {
    let now = registers(blob, frame.current_unit()).unwrap_or_default();
    let Some(then) = registers(blob, target) else { return false };
    let cells = then.iter().take(blob.locals.len()).enumerate().all(|(i, r)| *r != Register::Cell || frame.holds_cell(i));
    cells && !now.contains(&Register::Unfinished) && !then.contains(&Register::Unfinished)
}

/// Why a frame cannot go on where these temps are wanted.
fn reason(to: &Option<Vec<Held>>) -> &'static str {
    match to.as_ref().map(|t| t.last()) {
        None => "can't jump into unreachable code",
        Some(Some(Held::Exception(_) | Held::Handled(_))) => "can't jump into an 'except' block as there's no exception",
        Some(Some(Held::Iterator)) => "can't jump into the body of a for loop",
        Some(_) => "incompatible stacks",
    }
}

/// `frame.f_lineno = value`
pub fn set_line(vm: &mut Vm, frame: &Ref<PyFrame>, value: &Owned) -> PyResult<()> {
    let line = match int_ref(value) {
        Some(IntRef::Small(n)) => i32::try_from(n).map_err(|_| vm.value_error("lineno out of range"))?,
        Some(_) => return Err(vm.value_error("lineno out of range")),
        None => return Err(vm.value_error("lineno must be an integer")),
    };
    match vm.own.jumping {
        Some((w, During::Line(_))) if w.same(frame.obj().word()) => {}
        Some((_, During::Other("call"))) => return Err(vm.value_error("can't jump from the 'call' trace event of a new frame")),
        Some(_) => return Err(vm.value_error("can only jump from a 'line' trace event")),
        None => return Err(vm.value_error("f_lineno can only be set in a trace function")),
    }
    let exec = frame.executable();
    let blob = exec.blob.clone();
    if line < blob.first_line as i32 { return Err(vm.value_error(format!("line {line} comes before the current code block"))) }
    let Some(t) = super::code::Traced::of(exec) else { return Err(vm.value_error("f_lineno can only be set in a trace function")) };
    // A generator is made at the beginning, once.
    let begin = blob.generator_made_at().map_or(0, |u| u + 1);
    if frame.current_unit() < begin { return Err(vm.value_error("can't jump from the 'call' trace event of a new frame")) }
    let starts: Vec<(usize, i32)> = (begin..blob.units.len()).filter(|&u| t.starts_line(u)).map(|u| (u, blob.positions[u].line)).collect();
    let Some(wanted) = starts.iter().map(|s| s.1).filter(|l| *l >= line).min() else {
        return Err(vm.value_error(format!("line {line} comes after the current code block")));
    };
    let known = temps(exec);
    let from = known[frame.current_unit()].clone().unwrap_or_default();
    let mut best: Option<(usize, usize)> = None;
    let mut why = None;
    for &(unit, _) in starts.iter().filter(|s| s.1 == wanted) {
        match &known[unit] {
            Some(to) if fits(&from, to) && special(frame, &blob, unit) => if best.is_none_or(|(depth, _)| to.len() > depth) { best = Some((to.len(), unit)) },
            other => why = why.or(Some(reason(other))),
        }
    }
    let Some((_, unit)) = best else { return Err(vm.value_error(why.unwrap_or("can't jump into unreachable code"))) };
    bind_all(vm, frame)?;
    vm.own.jumping = Some((frame.obj().word(), During::Line(Some(unit))));
    Ok(())
}

/// Instructions behind the target may rely on locals that are not bound yet: they get None.
fn bind_all(vm: &mut Vm, frame: &Ref<PyFrame>) -> PyResult<()> {
    let kinds: Vec<LocalKind> = frame.executable().blob.locals.iter().map(|l| l.kind).collect();
    let unbound: Vec<usize> = (0..kinds.len()).filter(|&i| matches!(kinds[i], LocalKind::Plain | LocalKind::Hidden) && frame.local(i).is_none()).collect();
    if unbound.is_empty() { return Ok(()) }
    let category = vm.types.runtime_warning.clone();
    vm.warn(&category, &format!("assigning None to {} unbound local{}", unbound.len(), if unbound.len() == 1 { "" } else { "s" }), 0)?;
    for i in unbound { frame.set_local(i, vm.none()); }
    Ok(())
}

/// Where the trace function wants `f`, which stands before unit `at`, to go on; its temps are made what they must be there.
///
/// # Safety
/// `f` is the innermost frame.
pub(crate) unsafe fn take(vm: &mut Vm, f: Frame, at: usize) -> Option<usize> {
    let (w, during) = vm.own.jumping.take()?;
    let During::Line(Some(target)) = during else { return None };
    unsafe {
        if w.is_null() || !w.same(f.frame_object()) { return None }
        let exec = &*f.exec();
        let known = temps(exec);
        let (from, to) = (known[at].clone().unwrap_or_default(), known[target].as_ref().map_or(0, Vec::len));
        for k in (to..from.len()).rev() {
            let word = std::mem::replace(&mut *f.0.add(k), Word::NULL);
            match from[k] {
                // What was handled before the handler that is left.
                Held::Handled(_) => vm.handled.set(Owned::owned_or_none(word)),
                _ => word.release(),
            }
        }
    }
    Some(target)
}
