//! Finding the handler of an exception.

use instar_code::{Op, Unit};

use super::frame::{frame_flags, Frame};
use super::slow::{calls, generators};
use super::state::After;
use crate::monitor::{event, step};
use crate::object::Word;
use crate::types::traceback::PyTraceback;
use crate::object::ObjExt;
use crate::vm::Vm;

/// Unwinds from `pc` in frame `fp` with the exception in `vm.raised`. Gives where to go on; with a null pc when the entry frame
/// was left (the exception stays in `vm.raised`, `vm.exit` is null).
///
/// # Safety
/// `fp` is the innermost frame, `pc` the raising instruction, whose consumed temps have been released.
#[cold]
#[inline(never)]
pub unsafe fn unwind(vm: *mut Vm, mut pc: *mut Unit, mut fp: *mut Word) -> After {
    unsafe {
        let vm = &mut *vm;
        loop {
            let f = Frame(fp);
            f.set_pc(pc);
            let exec = &*f.exec();
            let unit = f.unit_index();
            let reraised = std::mem::take(&mut vm.reraised);
            if !reraised { vm.add_traceback(f) }
            if vm.is_monitored() { step::raised_in(vm, f, reraised) }
            let depth = exec.blob.error_depth[unit] as usize;
            if let Some(h) = exec.blob.handlers.iter().find(|h| (h.start..h.end).contains(&(unit as u32))) {
                if vm.is_monitored() { step::settled_in(vm, f, event::EXCEPTION_HANDLED); }
                for k in (h.depth as usize..depth).rev() { release(vm, *fp.add(k)) }
                let e = vm.raised.take().expect("law: an exception is on its way");
                *fp.add(h.depth as usize) = e.into_obj().into_word();
                let target = exec.units.as_ptr().cast_mut().add(h.target as usize);
                f.set_pc(target);
                settle(vm);
                vm.handler_entered_from = unit;
                return After { pc: target, fp };
            }
            stand_where_raised(vm, f, unit);
            if vm.is_monitored() { step::settled_in(vm, f, event::PY_UNWIND); }
            for k in (0..depth).rev() { release(vm, *fp.add(k)) }
            let flags = f.flags();
            if flags & frame_flags::GENERATOR != 0 { generators::finished(vm, f) }
            let prev = f.prev(); // the frame's chunk may go with it
            calls::clear_frame(vm, fp);
            vm.fp = prev;
            vm.recursion_depth -= 1;
            settle(vm);
            if flags & frame_flags::ENTRY != 0 { return After::exit(vm, Word::NULL) }
            fp = vm.fp;
            pc = Frame(fp).pc();
        }
    }
}

/// Takes away the frame `fp`, which has not begun to run; the exception in `vm.raised` is then that of its caller's call.
///
/// # Safety
/// `fp` is the innermost frame, at its first unit and without temps.
#[cold]
pub unsafe fn abandon(vm: &mut Vm, fp: *mut Word) {
    unsafe {
        let f = Frame(fp);
        vm.add_traceback(f);
        let prev = f.prev();
        calls::clear_frame(vm, fp);
        vm.fp = prev;
        vm.recursion_depth -= 1;
        settle(vm);
    }
}

/// A frame object left by an instruction without a line, which raised again what had been handled, tells the place that the
/// traceback tells; at the end of a generator the place that was left last.
unsafe fn stand_where_raised(vm: &Vm, f: Frame, unit: usize) {
    // SAFETY: the caller's frame is live, its pc may be any unit of its code.
    unsafe {
        let exec = &*f.exec();
        if f.frame_object().is_null() || exec.blob.positions.get(unit).is_none_or(|p| p.line >= 0) { return }
        if exec.blob.units.get(unit).and_then(|u| Op::from_u16(u.op)) == Some(Op::Reraise)
            && exec.blob.positions.get(vm.handler_entered_from).is_some_and(|p| p.line >= 0)
        {
            f.set_pc(exec.units.as_ptr().cast_mut().add(vm.handler_entered_from));
            return;
        }
        let Some(newest) = vm.raised.as_ref().and_then(|e| e.traceback.get()) else { return };
        let Some(newest) = newest.cast::<PyTraceback>() else { return };
        let at = usize::try_from(newest.lasti.get() / 8).ok().filter(|at| *at < exec.units.len());
        if newest.frame.word() == f.frame_object() && let Some(at) = at { f.set_pc(exec.units.as_ptr().cast_mut().add(at)) }
    }
}

unsafe fn release(_: &mut Vm, w: Word) { unsafe { w.release() } }

/// Runs finalizers that became due; they do not disturb the exception on its way.
fn settle(vm: &mut Vm) {
    if vm.heap.pending() {
        let raised = vm.raised.take();
        crate::finalize::drain(vm);
        vm.raised = raised;
    }
}
