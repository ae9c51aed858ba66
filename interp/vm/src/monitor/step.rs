//! One exchanged instruction: tools hear of it, then it is executed as the compiler wrote it, out of line.
//!
//! Not here: which instructions are exchanged (`code.rs`).

use instar_code::{jump_of, temp_effect, Effect, Op, Unit};

use super::code::{is_call, is_loop_end, op_at, watch, Traced};
use super::{event, jump, Call, FramePlace};
use crate::eval::exec::Executable;
use crate::eval::frame::Frame;
use crate::eval::state::After;
use crate::eval::{rare, unwind};
use crate::object::{ObjExt, Owned, Ref, Word};
use crate::types::function::PyFunction;
use crate::types::method::PyMethod;
use crate::types::tuple::PyTuple;
use crate::vm::{PyResult, Raised, Vm};

/// Executes the instruction at `pc`.
///
/// # Safety
/// `fp` is the innermost frame, `pc` one of its instructions.
#[cold]
#[inline(never)]
pub unsafe fn step(vm: *mut Vm, pc: *mut Unit, fp: *mut Word) -> After {
    unsafe {
        let f = Frame(fp);
        let exec = &*f.exec();
        let before = f.unit_index();
        f.set_pc(pc);
        let unit = f.unit_index();
        watch(&mut *vm, exec);
        let op = op_at(exec, unit);
        if !(*vm).monitoring() { return rare(vm, pc, fp, op) }
        match first(&mut *vm, f, exec, unit, before, op) {
            Ok(None) => {}
            Ok(Some(target)) => {
                let pc = exec.units.as_ptr().cast_mut().add(target);
                f.set_pc(pc);
                // The place is told of as any other, but not as a line: that was asked for.
                return After { pc, fp };
            }
            Err(e) => return fail(vm, f, unit, e),
        }
        let calls = (*vm).monitor.calls.len();
        if is_call(op) && (*vm).wants(exec, event::CALL)
            && let Err(e) = call_begins(&mut *vm, f, exec, unit, op)
        {
            return fail(vm, f, unit, e);
        }
        let generator = op == Op::ForIter && is_generator(&*vm, f, exec, unit);
        let after = rare(vm, pc, fp, op);
        let told = if calls < (*vm).monitor.calls.len() { (*vm).monitor.calls.drain(calls..).next() } else { None };
        if after.fp != fp || after.pc.is_null() || !(*vm).monitoring() { return after }
        let to = after.pc.offset_from(exec.units.as_ptr()) as usize;
        match last(&mut *vm, f, exec, unit, to, op, told, generator) {
            Ok(None) => after,
            Ok(Some(target)) => {
                let pc = exec.units.as_ptr().cast_mut().add(target);
                f.set_pc(pc);
                After { pc, fp }
            }
            Err(e) => {
                f.set_pc(after.pc);
                fail(vm, f, to, e)
            }
        }
    }
}

/// A callback raised `e` before `unit` was executed: what that would have consumed is released.
unsafe fn fail(vm: *mut Vm, f: Frame, unit: usize, e: Raised) -> After {
    unsafe {
        let exec = &*f.exec();
        let (op, at) = (op_at(exec, unit), exec.blob.units[unit]);
        let depth = exec.blob.error_depth[unit] as usize;
        for k in (depth..depth + temp_effect(op, at).consumed as usize).rev() { (*f.0.add(k)).release() }
        let pc = f.pc();
        (*vm).set_raised_with_context(e);
        unwind::unwind(vm, pc, f.0)
    }
}

/// What tools hear before an instruction. A unit: the trace function wants to go on there.
unsafe fn first(vm: &mut Vm, f: Frame, exec: &Executable, unit: usize, before: usize, op: Op) -> PyResult<Option<usize>> {
    unsafe {
        let line = |unit: usize| exec.blob.positions[unit].line;
        // What the compiler added has no line: the one before counts.
        let (last_frame, last_line) = vm.own.last;
        let line_before = if line(before) < 0 && last_frame.0 == f.0 { last_line } else { line(before) };
        if line(unit) >= 0 { vm.own.last = (FramePlace(f.0), line(unit)) }
        if vm.wants(exec, event::LINE) && Traced::of(exec).is_some_and(|t| t.starts_line(unit)) {
            if before == unit || line_before != line(unit) || is_loop_end(exec, before) || exec.blob.handlers.iter().any(|h| h.target as usize == unit) {
                vm.own.jumping = None;
                let n = vm.new_int(line(unit).into())?;
                let r = vm.tell(f, event::LINE, &[n]);
                let target = jump::take(vm, f, unit);
                r?;
                if target.is_some() { return Ok(target) }
            }
        }
        if vm.wants(exec, event::INSTRUCTION) { vm.tell_at(f, event::INSTRUCTION, &[])? }
        match op {
            Op::Return if vm.wants(exec, event::PY_RETURN) => {
                let value = Owned::share_word(*f.0.offset(exec.blob.units[unit].a as isize));
                vm.tell_at(f, event::PY_RETURN, &[value])?;
            }
            Op::ReturnConst if vm.wants(exec, event::PY_RETURN) => {
                let value = exec.consts[exec.blob.units[unit].wide() as u32 as usize].clone();
                vm.tell_at(f, event::PY_RETURN, &[value])?;
            }
            Op::YieldValue if vm.wants(exec, event::PY_YIELD) => {
                let value = Owned::share_word(*f.0.offset(exec.blob.units[unit].b as isize));
                vm.own.jumping = None;
                let r = vm.tell_at(f, event::PY_YIELD, &[value]);
                let target = jump::take(vm, f, unit);
                r?;
                return Ok(target);
            }
            _ => {}
        }
        Ok(None)
    }
}

unsafe fn is_generator(vm: &Vm, f: Frame, exec: &Executable, unit: usize) -> bool {
    unsafe {
        let w = *f.0.offset(exec.blob.units[unit].b as isize);
        w.is_ptr() && w.ptr().ty() == vm.types.generator.ptr()
    }
}

/// What is called and its first argument.
unsafe fn callee(vm: &Vm, f: Frame, exec: &Executable, unit: usize, op: Op) -> (Owned, Owned) {
    unsafe {
        let at = exec.blob.units[unit];
        let temp = |k: isize| *f.0.offset(at.b as isize + k);
        let (mut callable, n) = (Owned::share_word(temp(0)), at.c as u16);
        let first = match op {
            Op::CallMethod | Op::CallMethodKw if !temp(1).is_null() => Some(Owned::share_word(temp(1))),
            Op::CallMethod | Op::CallMethodKw => if n > 0 { Some(Owned::share_word(temp(2))) } else { None },
            Op::CallEx => Owned::share_word(temp(1)).cast::<PyTuple>().and_then(|t| t.items().first().cloned()),
            Op::LoadSuperAttr | Op::LoadSuperMethod => Some(Owned::share_word(temp(1))),
            _ => if n > 0 { Some(Owned::share_word(temp(1))) } else { None },
        };
        let mut first = first.unwrap_or_else(|| vm.monitor_missing());
        // A bound method stands for its function and self.
        if op != Op::CallEx && callable.type_of(vm).ptr() == vm.types.method.ptr() && let Some(m) = Ref::<PyMethod>::cast(&callable).cloned() {
            first = m.this.clone();
            callable = m.func.clone();
        }
        (callable, first)
    }
}

unsafe fn call_begins(vm: &mut Vm, f: Frame, exec: &Executable, unit: usize, op: Op) -> PyResult<()> {
    unsafe {
        let (callable, first) = callee(vm, f, exec, unit, op);
        vm.tell_at(f, event::CALL, &[callable.clone(), first.clone()])?;
        if callable.cast::<PyFunction>().is_none() { vm.monitor.calls.push(Call { fp: f.0, unit, callable, first }) }
        Ok(())
    }
}

/// A native call that tools are to hear the end of raised; called before the frame is unwound.
pub unsafe fn call_raised(vm: &mut Vm, f: Frame) -> PyResult<()> {
    unsafe {
        let unit = f.unit_index();
        let Some(at) = vm.monitor.calls.iter().rposition(|c| c.fp == f.0 && c.unit == unit) else { return Ok(()) };
        let call = vm.monitor.calls.remove(at);
        vm.tell_at(f, event::C_RAISE, &[call.callable, call.first])
    }
}

/// What tools hear after an instruction that went on at `to` in its frame.
#[allow(clippy::too_many_arguments)]
unsafe fn last(vm: &mut Vm, f: Frame, exec: &Executable, unit: usize, to: usize, op: Op, told: Option<Call>, generator: bool) -> PyResult<Option<usize>> {
    unsafe {
        if let Some(call) = told {
            vm.tell_at(f, event::C_RETURN, &[call.callable, call.first])?;
            return Ok(None);
        }
        let Some(offset) = jump_of(op, &exec.blob.units[unit..]) else { return Ok(None) };
        let target = (unit as i64 + i64::from(offset)) as usize;
        // The handler of an exception is no target.
        if to != target && to != unit + op.len() { return Ok(None) }
        if to == target && (generator || op == Op::Send) && vm.wants(exec, event::STOP_ITERATION) {
            let value = if op == Op::Send { Some(Owned::share_word(*f.0.offset(exec.blob.units[unit].a as isize))).filter(|v| !vm.is_none(v)) } else { None };
            let e = vm.stop_iteration(value);
            vm.tell_at(f, event::STOP_ITERATION, &[e.0.into_obj()])?;
        }
        if op == Op::Send { return Ok(None) }
        let which = if op.has(Effect::Ends) { event::JUMP } else if to == target { event::BRANCH_RIGHT } else { event::BRANCH_LEFT };
        if !vm.wants(exec, which) { return Ok(None) }
        vm.own.jumping = None;
        let there = vm.offset_of(to)?;
        let r = vm.tell_at(f, which, &[there]);
        let target = jump::take(vm, f, to);
        r.map(|()| target)
    }
}

/// The exception in `vm.raised` reaches `f`: tools hear of it. A callback's exception takes its place.
pub(crate) unsafe fn raised_in(vm: &mut Vm, f: Frame, reraised: bool) {
    unsafe {
        let exec = &*f.exec();
        if !vm.monitoring() { return }
        let Some(e) = vm.raised.take() else { return };
        let r = match call_raised(vm, f) {
            Ok(()) => {
                let which = if reraised { event::RERAISE } else { event::RAISE };
                if vm.wants(exec, which) { vm.tell_at(f, which, &[e.obj().clone()]) } else { Ok(()) }
            }
            Err(new) => Err(new),
        };
        replaced(vm, e, r);
    }
}

/// The exception in `vm.raised` is handled in `f` at its saved pc, or leaves it.
pub(crate) unsafe fn settled_in(vm: &mut Vm, f: Frame, event: usize) -> bool {
    unsafe {
        let exec = &*f.exec();
        if !vm.monitoring() || !vm.wants(exec, event) { return false }
        let Some(e) = vm.raised.take() else { return false };
        let r = vm.tell_at(f, event, &[e.obj().clone()]);
        replaced(vm, e, r)
    }
}

fn replaced(vm: &mut Vm, e: Ref<crate::types::exception::PyException>, r: PyResult<()>) -> bool {
    match r {
        Ok(()) => { vm.raised = Some(e); false }
        Err(new) => {
            if !new.0.is(e.obj()) && !new.0.context.is_some() { new.0.context.set(Some(e.into_obj())) }
            vm.raised = Some(new.0);
            true
        }
    }
}
