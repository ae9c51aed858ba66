//! Chains: generators and coroutines of which each but the innermost only hands values on to the next.
//!
//! `yield from` and `await` through `n` levels would take `n` steps for every value. A chain takes one: its *head*, the
//! outermost, and its *innermost* generator know each other, and those between them stay as they are when the head is
//! suspended, and are as they should be when it is resumed.
//!
//! ```text
//!   who resumes <- head <- ... <- innermost       (<- : `prev` of the frame; kept while the chain is suspended)
//!                    chain -------> chain
//!                    chain <------- chain
//! ```
//! All below the head are in state `Chained`. Every frame of a chain stands at its `SendGenerator`, but the innermost one, and
//! that of a suspended head, which stands at the yield behind it. Nobody in a suspended chain handles an exception; who resumes it may. Whoever looks at a
//! generator from outside goes through `PyGenerator::life` or `settle`, which take a suspended chain apart.
//!
//! Not here: entering and leaving a single generator (`ops/generators.rs`, `generators.rs`).

use std::ptr::null;

use instar_code::{Op, Unit};

use super::generators::{end_handling, payload};
use crate::eval::frame::{frame_flags, Frame};
use crate::eval::state::After;
use crate::object::Word;
use crate::types::generator::{PyGenerator, State as Life};
use crate::vm::Vm;

/// Units of a `SendGenerator` with its caches: what lies between it and the yield that hands its value on.
const SEND_UNITS: usize = 3;

/// Whose frame resumed `g`, a generator below a head.
unsafe fn above<'a>(g: &PyGenerator) -> &'a PyGenerator { unsafe { payload(Frame(g.frame().prev()).namespace()) } }

/// The head of the chain of which `g` is the innermost; else `g`.
#[inline]
pub unsafe fn upmost(g: &PyGenerator) -> &PyGenerator {
    unsafe { if g.state.get() == Life::Chained && !g.chain.get().is_null() { &*g.chain.get() } else { g } }
}

/// The head of the chain in which `g` is, but is not its head.
unsafe fn head_of(g: &PyGenerator) -> &PyGenerator {
    unsafe {
        let mut g = g;
        while g.state.get() == Life::Chained {
            if !g.chain.get().is_null() { return &*g.chain.get() }
            g = above(g);
        }
        g
    }
}

/// `PyGenerator::life` of one below a head.
#[cold]
pub unsafe fn life_in_chain(g: &PyGenerator) -> Life {
    unsafe {
        let head = head_of(g);
        if head.state.get() == Life::Running { return Life::Running }
        part_suspended(head);
        Life::Suspended
    }
}

/// `PyGenerator::resting_unit` of one below a head.
#[cold]
pub unsafe fn resting_unit(g: &PyGenerator) -> Option<usize> {
    unsafe {
        let at = g.frame().unit_index();
        if g.chain.get().is_null() { return Some(at + SEND_UNITS) }
        if (*g.chain.get()).state.get() == Life::Running { None } else { Some(at) }
    }
}

/// Calls `f` with each generator below `head`, from the innermost up, and takes the links away.
unsafe fn unlink(head: &PyGenerator, mut f: impl FnMut(&PyGenerator, bool)) {
    unsafe {
        let innermost = head.chain.replace(null());
        let mut g = &*innermost;
        g.chain.set(null());
        loop {
            let up = above(g);
            f(g, std::ptr::eq(g, innermost));
            if std::ptr::eq(up, head) { return }
            g = up;
        }
    }
}

/// Takes the chain of a head that is suspended, or has just been resumed itself, apart: all below are as if they had been suspended
/// one by one.
#[cold]
#[inline(never)]
pub unsafe fn part_suspended(head: &PyGenerator) {
    unsafe {
        unlink(head, |g, innermost| {
            g.state.set(Life::Suspended);
            if !innermost { g.frame().set_pc(g.frame().pc().add(SEND_UNITS)) }
        });
    }
}

/// Takes a chain that runs apart: all in it are as if they had been resumed one by one.
#[cold]
#[inline(never)]
unsafe fn part_running(head: &PyGenerator) {
    unsafe {
        unlink(head, |g, _| {
            g.state.set(Life::Running);
            g.top.set(std::ptr::null_mut());
        });
    }
}

/// The innermost generator of a running chain has finished: who delegated to it is the innermost now.
pub unsafe fn shorten(innermost: &PyGenerator) {
    unsafe {
        let head = &*innermost.chain.replace(null());
        let up = above(innermost);
        if std::ptr::eq(up, head) {
            head.chain.set(null());
        } else {
            head.levels.set(head.levels.get() - 1);
            head.chain.set(up);
            up.chain.set(head);
        }
    }
}

/// The innermost generator of a running chain, whose pc was saved, yields: the chain is suspended, and grows by those above that
/// only hand the value on. Where the value is wanted, and whose frame that is; a null pc: outside of the loop.
#[inline(never)]
pub unsafe fn yield_chained(vm: *mut Vm, innermost: &PyGenerator) -> After {
    unsafe {
        let head = &*innermost.chain.get();
        let v = &mut *vm;
        if v.handled.is_some() || innermost.handled.is_some() || v.is_monitored() {
            part_running(head);
            innermost.state.set(Life::Suspended);
            if v.handled.is_some() || innermost.handled.is_some() { end_handling(vm, innermost) }
            v.recursion_depth -= 1;
            return hand_up(v, innermost, innermost, 0);
        }
        let levels = head.levels.get() as usize;
        v.recursion_depth -= levels + 1;
        if head.handled.is_some() { end_handling(vm, head) }
        hand_up(v, innermost, head, levels)
    }
}

/// The generator `g` has been suspended alone; its resumer stands at a `SendGenerator`. As [`yield_chained`].
#[inline(never)]
pub unsafe fn yield_on(vm: *mut Vm, g: &PyGenerator) -> After { unsafe { hand_up(&mut *vm, g, g, 0) } }

/// `innermost` has yielded and all up to `top`, `levels` above it, have been left: leaves those above, too, as long as they only
/// hand the value on, and makes a chain of them.
unsafe fn hand_up(vm: &mut Vm, innermost: &PyGenerator, mut top: &PyGenerator, mut levels: usize) -> After {
    unsafe {
        let at = loop {
            let f = top.frame();
            let up = f.prev();
            if f.flags() & frame_flags::ENTRY != 0 { break After { pc: std::ptr::null_mut(), fp: up } }
            let at = After { pc: Frame(up).pc(), fp: up };
            if (*at.pc).op != Op::SendGenerator as u16 || vm.handled.is_some() || innermost.handled.is_some() { break at }
            let next = &*at.pc.add(SEND_UNITS);
            if next.op != Op::YieldValue as u16 || next.c != 1 || next.b != (*at.pc).a { break at }
            let g = payload(Frame(up).namespace());
            // One that was not alone brings its chain.
            let last = upmost(g);
            if g.handled.is_some() || last.handled.is_some() { break at }
            let more = if std::ptr::eq(last, g) { 1 } else { last.levels.get() as usize + 1 };
            if levels + more > u16::MAX as usize { break at }
            g.chain.set(null());
            top.chain.set(null());
            top.state.set(Life::Chained);
            top = last;
            levels += more;
            vm.recursion_depth -= more;
        };
        vm.fp = at.fp;
        if levels > 0 {
            top.frame().set_pc(top.frame().pc().add(SEND_UNITS));
            top.state.set(Life::Suspended);
            top.levels.set(levels as u16);
            top.chain.set(innermost);
            innermost.chain.set(top);
        }
        at
    }
}

/// The running frame `fp` has just been resumed at `pc`, a delegating yield. If it would do nothing but send the value on, what it
/// delegates to is resumed, and so on. The innermost frame that was resumed and the yield where it wants the value.
#[inline(never)]
pub unsafe fn send_on(vm: *mut Vm, fp: *mut Word, pc: *mut Unit) -> After {
    unsafe {
        let vm = &mut *vm;
        let mut at = After { pc, fp };
        let mut g = payload(Frame(fp).namespace());
        let (generator, coroutine) = (vm.types.generator.ptr(), vm.types.coroutine.ptr());
        let free = !vm.handled.is_some() && vm.breaker.get() == 0 && !vm.is_monitored();
        let all = if free { vm.recursion_limit.saturating_sub(vm.recursion_depth) } else { 0 };
        let mut room = all;
        while (*at.pc).c == 1 && room > 0 {
            if !g.chain.get().is_null() {
                let levels = g.levels.get() as usize;
                if room >= levels {
                    let f = (*g.chain.get()).frame();
                    Frame(at.fp).set_pc(at.pc.sub(SEND_UNITS));
                    vm.fp = f.0;
                    vm.recursion_depth += all - room + levels;
                    return After { pc: f.pc(), fp: f.0 };
                }
                part_suspended(g);
            }
            let back = at.pc.add(1);
            if (*back).op != Op::JumpBack as u16 { break }
            let send = back.offset((*back).wide() as isize);
            if (*send).op != Op::SendGenerator as u16 || (*send).c != (*at.pc).a { break }
            let it = *at.fp.offset((*send).b as isize);
            if !it.is_ptr() || it.ptr().ty() != generator && it.ptr().ty() != coroutine { break }
            let below = payload(it);
            if below.state.get() != Life::Suspended || below.handled.is_some() { break }
            Frame(at.fp).set_pc(send);
            let f = below.frame();
            f.set_prev(at.fp);
            below.top.set(std::ptr::null_mut());
            below.state.set(Life::Running);
            room -= 1;
            at = After { pc: f.pc(), fp: f.0 };
            g = below;
        }
        // A head that goes on by itself heads no chain.
        if !g.chain.get().is_null() { part_suspended(g) }
        vm.fp = at.fp;
        vm.recursion_depth += all - room;
        at
    }
}
