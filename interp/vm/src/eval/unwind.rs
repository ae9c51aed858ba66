//! Finding the handler of an exception.

use instar_code::Unit;

use super::frame::{frame_flags, Frame};
use super::slow::{calls, generators};
use super::state::After;
use crate::monitor::{event, step};
use crate::object::Word;
use crate::vm::Vm;

/// Unwinds from `pc` in frame `fp` with the exception in `vm.raised`. Gives where to go on; with a null pc when the entry frame
/// was left (the exception stays in `vm.raised`, `vm.exit` is null).
///
/// # Safety
/// `fp` is the innermost frame, `pc` the raising instruction, whose consumed temps have been released.
#[cold]
#[inline(never)]
pub unsafe fn unwind(vm: *mut Vm, pc: *mut Unit, fp: *mut Word) -> After { unsafe { unwind_in(vm, pc, fp, false) } }

/// As [`unwind`], out of a frame that has not begun to run: nothing of its code is in force.
///
/// # Safety
/// As [`unwind`]; the frame has no temps.
#[cold]
pub unsafe fn unwind_from_start(vm: *mut Vm, pc: *mut Unit, fp: *mut Word) -> After { unsafe { unwind_in(vm, pc, fp, true) } }

unsafe fn unwind_in(vm: *mut Vm, mut pc: *mut Unit, mut fp: *mut Word, mut fresh: bool) -> After {
    unsafe {
        let vm = &mut *vm;
        loop {
            let f = Frame(fp);
            f.set_pc(pc);
            let exec = &*f.exec();
            let unit = f.unit_index();
            let reraised = std::mem::take(&mut vm.reraised);
            if !reraised { vm.add_traceback(f) }
            if vm.is_monitored() && !fresh { step::raised_in(vm, f, reraised) }
            let depth = if fresh { 0 } else { exec.blob.error_depth[unit] as usize };
            let handler = exec.blob.handlers.iter().find(|h| !fresh && (h.start..h.end).contains(&(unit as u32)));
            fresh = false;
            if let Some(h) = handler {
                if vm.is_monitored() { step::settled_in(vm, f, event::EXCEPTION_HANDLED); }
                for k in (h.depth as usize..depth).rev() { release(vm, *fp.add(k)) }
                let e = vm.raised.take().expect("law: an exception is on its way");
                *fp.add(h.depth as usize) = e.into_obj().into_word();
                let target = exec.units.as_ptr().cast_mut().add(h.target as usize);
                f.set_pc(target);
                settle(vm);
                return After { pc: target, fp };
            }
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

unsafe fn release(_: &mut Vm, w: Word) { unsafe { w.release() } }

/// Runs finalizers that became due; they do not disturb the exception on its way.
fn settle(vm: &mut Vm) {
    if vm.heap.pending() {
        let raised = vm.raised.take();
        crate::finalize::drain(vm);
        vm.raised = raised;
    }
}
