//! What ops call when their fast path does not apply. Out of line; words in, a word (null = exception in `vm.raised`) or bool out.
//!
//! `# Safety` of all: words are live for the call; `vm` is the thread's token, passed as a pointer by the loop, which holds no other use of it.
#![allow(clippy::missing_safety_doc)]

pub mod attrs;
pub mod build;
pub mod calls;
pub mod chains;
pub mod exceptions;
pub mod functions;
pub mod generators;
pub mod intrinsics;
pub mod items;
pub mod iterate;
pub mod matching;
pub mod names;
pub mod operators;
pub mod pairs;

use instar_code::Unit;

use crate::eval::frame::Frame;
use crate::eval::state::obj;
use crate::object::Word;
use crate::vm::{PyResult, Vm};

/// Disposes of an object whose count reached zero, then runs finalizers that became due.
#[cold]
#[inline(never)]
pub unsafe fn died(vm: *mut Vm, pc: *mut Unit, fp: *mut Word, w: Word) {
    unsafe {
        w.died_in(&(*vm).heap);
        if (*vm).heap.pending() {
            Frame(fp).set_pc(pc);
            drain(vm);
        }
    }
}

/// Disposes of an object whose count reached zero; finalizers stay pending.
#[cold]
#[inline(never)]
pub unsafe fn died_quietly(w: Word) { unsafe { w.died() } }

/// Runs pending finalizers and weak reference callbacks.
#[cold]
#[inline(never)]
pub unsafe fn drain(vm: *mut Vm) { unsafe { crate::finalize::drain(&mut *vm) } }

/// Handles the eval breaker; false = an exception is in `vm.raised`.
#[cold]
#[inline(never)]
pub unsafe fn breaker(vm: *mut Vm) -> bool {
    let vm = unsafe { &mut *vm };
    let r = super::breaker::handle(vm);
    status(vm, r)
}

/// True for `Ok`; an exception goes to `vm.raised`.
#[inline]
pub fn status(vm: &mut Vm, r: PyResult<()>) -> bool {
    match r {
        Ok(()) => true,
        Err(e) => { vm.raised = Some(e.0); false }
    }
}

/// 1 or 0; -1 = exception.
#[inline]
pub fn tristate(vm: &mut Vm, r: PyResult<bool>) -> i32 {
    match r {
        Ok(b) => b as i32,
        Err(e) => { vm.raised = Some(e.0); -1 }
    }
}

/// Truth of an object: 1, 0, -1.
#[inline(never)]
pub unsafe fn truth(vm: *mut Vm, w: Word) -> i32 {
    let vm = unsafe { &mut *vm };
    let r = vm.truth(unsafe { obj(&w) });
    tristate(vm, r)
}
