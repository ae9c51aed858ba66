//! Generators, coroutines, `yield from`, `await`.
//!
//! A generator's frame runs where it lies, in its object: entering one links it to the frame that resumes it, leaving it at a
//! `yield` unlinks it; nothing is copied. Not here: making generators, resuming from native code (`slow/generators.rs`).

use instar_code::{Op, Unit};

use crate::eval::frame::{frame_flags, Frame};
use crate::eval::ops;
use crate::eval::slow;
use crate::eval::state::{After, Flow, Instr, State, unlikely};
use crate::object::Word;
use crate::types::generator::{PyGenerator, State as Life};
use crate::vm::Vm;

/// Puts the frame of a resumable generator above `resumer` (a frame with a saved pc, or null). The recursion limit allows it.
#[inline(always)]
pub unsafe fn begin(vm: *mut Vm, resumer: *mut Word, g: &PyGenerator) -> Frame {
    unsafe {
        let f = g.frame();
        f.set_prev(resumer);
        g.top.set(std::ptr::null_mut());
        g.state.set(Life::Running);
        if unlikely((*vm).handled.is_some() || g.handled.is_some()) { slow::generators::begin_handling(vm, g) }
        (*vm).recursion_depth += 1;
        (*vm).fp = f.0;
        f
    }
}

/// Puts the sent value (owned) where the yield at `pc`, at which `f` stands, wants it. Where to go on.
#[inline(always)]
pub unsafe fn deliver(f: Frame, pc: *mut Unit, v: Word) -> *mut Unit {
    unsafe {
        debug_assert!([Op::YieldValue as u16, Op::Traced as u16].contains(&(*pc).op));
        *f.0.offset((*pc).a as isize) = v;
        pc.add(1)
    }
}

/// Enters a resumable generator with the owned value `v` (None if it has not started).
#[inline(always)]
unsafe fn enter(s: &mut State, g: &PyGenerator, v: Word) -> Flow {
    unsafe {
        s.save();
        let started = g.state.get() == Life::Suspended;
        let f = begin(s.vm, s.fp, g);
        s.fp = f.0;
        s.pc = f.pc();
        if started {
            if (*s.pc).c == 1 {
                // It delegates: the value goes on to what it delegates to.
                let after = slow::chains::send_on(s.vm, s.fp, s.pc);
                (s.pc, s.fp) = (after.pc, after.fp);
            }
            s.pc = deliver(Frame(s.fp), s.pc, v);
        } else {
            v.release();
        }
        s.k = Frame(s.fp).consts();
    }
    Flow::Jump
}

/// Whether the loop may enter `g` itself.
#[inline(always)]
unsafe fn enterable(s: &State, g: &PyGenerator) -> bool { unsafe { g.resumable() && (*s.vm).recursion_depth < (*s.vm).recursion_limit } }

#[inline(always)]
pub unsafe fn ReturnGenerator(s: &mut State, _: Instr) -> Flow {
    unsafe {
        s.save();
        let f = Frame(s.fp);
        let obliged = f.flags() | f.frame_object().raw() | f.namespace().raw() != 0;
        let w = slow::generators::make(s.vm, s.fp, obliged);
        if unlikely(w.is_null()) { return Flow::Error }
        if unlikely(obliged) { return ops::leave(s, w) }
        // Nothing is left in the frame.
        let caller = Frame(f.prev());
        s.enter(caller.0, &*caller.exec(), caller.pc());
        (*s.vm).recursion_depth -= 1;
        ops::returned(s, w)
    }
}

#[inline(always)]
pub unsafe fn YieldValue(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let w = s.take(i.b());
        s.save();
        let f = Frame(s.fp);
        let g = &*f.namespace().ptr().payload::<PyGenerator>();
        let after = if !g.chain.get().is_null() {
            // Those above it delegate: they yield the value on.
            slow::chains::yield_chained(s.vm, g)
        } else {
            g.state.set(Life::Suspended);
            if unlikely((*s.vm).handled.is_some() || g.handled.is_some()) { slow::generators::end_handling(s.vm, g) }
            let prev = f.prev();
            (*s.vm).recursion_depth -= 1;
            (*s.vm).fp = prev;
            if unlikely(f.flags() & frame_flags::ENTRY != 0) { return Flow::Exit(w) }
            let pc = Frame(prev).pc();
            if (*pc).op == Op::SendGenerator as u16 { slow::chains::yield_on(s.vm, g) } else { After { pc, fp: prev } }
        };
        if unlikely(after.pc.is_null()) { return Flow::Exit(w) }
        (s.pc, s.fp) = (after.pc, after.fp);
        s.k = Frame(s.fp).consts();
        // What entered the frame is a `ForIter` or a `Send`, with two cache units.
        s.set((*s.pc).a, w);
        s.pc = s.pc.add(3);
    }
    Flow::Jump
}

#[inline(always)]
pub unsafe fn ForIterGenerator(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let it = s.get(i.b());
        if it.is_immediate() || it.ptr().ty() != (*s.vm).types.generator.ptr() { return Flow::Miss }
        let g = &*it.ptr().payload::<PyGenerator>();
        if !enterable(s, g) { return Flow::Miss }
        let none = (*s.vm).consts.none.word();
        none.retain();
        enter(s, g, none)
    }
}

/// Whether `it` is of a type that `Send` enters.
#[inline(always)]
unsafe fn is_sendable(s: &State, it: Word) -> bool {
    unsafe {
        let types = &(*s.vm).types;
        it.is_ptr() && (it.ptr().ty() == types.generator.ptr() || it.ptr().ty() == types.coroutine.ptr())
    }
}

#[inline(always)]
pub unsafe fn SendGenerator(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let it = s.get(i.b());
        if !is_sendable(s, it) { return Flow::Miss }
        let g = &*it.ptr().payload::<PyGenerator>();
        // With something waiting, `Send` resumes the generator by the slow way, which sees to that.
        if !enterable(s, g) || (*s.vm).breaker.get() != 0 || g.state.get() != Life::Suspended && !s.get(i.c()).same((*s.vm).consts.none.word()) { return Flow::Miss }
        let v = s.take(i.c());
        enter(s, g, v)
    }
}

#[inline(always)]
pub unsafe fn Send(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let it = s.get(i.b());
        if is_sendable(s, it) && (*s.pc).op == Op::Send as u16 { (*s.pc).op = Op::SendGenerator as u16 }
        let v = s.take(i.c());
        s.save();
        let (status, w) = slow::generators::send(s.vm, it, v);
        s.tick();
        if unlikely(status < 0) { return Flow::Error }
        *s.at(i.a()) = w;
        if status == 0 { let offset = s.cache(1) as i32; return s.jump(offset) }
    }
    Flow::Next
}

#[inline(always)]
pub unsafe fn GetYieldFromIter(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let o = s.use_(i.b());
        s.save();
        let w = slow::generators::yield_from_iter(s.vm, s.fp, o);
        s.end(i.b(), o);
        s.finish(i.a(), w)
    }
}

#[inline(always)]
pub unsafe fn EndSend(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let (it, w) = (s.get(i.b()), s.get(i.b() + 1));
        s.drop_value(it);
        s.set(i.a(), w);
    }
    Flow::Next
}

#[inline(always)]
pub unsafe fn CleanupThrow(s: &mut State, i: Instr) -> Flow {
    unsafe {
        s.save();
        // On error the exception's temp stays: unwinding releases it.
        let e = s.get(i.a());
        e.retain();
        let w = slow::generators::cleanup_throw(s.vm, e);
        if w.is_null() { return Flow::Error }
        *s.at(i.a()) = w;
        s.drop_value(e);
    }
    Flow::Next
}

#[inline(always)]
pub unsafe fn GetAwaitable(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let o = s.get(i.b());
        if o.is_ptr() && o.ptr().ty() == (*s.vm).types.coroutine.ptr() && (*o.ptr().payload::<PyGenerator>()).state.get() == Life::Created {
            // Nobody awaits it yet.
            let w = s.take(i.b());
            s.set(i.a(), w);
            return Flow::Next;
        }
        let o = s.use_(i.b());
        s.save();
        let w = slow::generators::awaitable(s.vm, o, i.c());
        s.end(i.b(), o);
        s.finish(i.a(), w)
    }
}

#[inline(always)]
pub unsafe fn GetAIter(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let o = s.use_(i.b());
        s.save();
        let w = slow::generators::aiter(s.vm, o);
        s.end(i.b(), o);
        s.finish(i.a(), w)
    }
}

#[inline(always)]
pub unsafe fn GetANext(s: &mut State, i: Instr) -> Flow {
    unsafe {
        s.save();
        let w = slow::generators::anext(s.vm, s.get(i.b()));
        s.finish(i.a(), w)
    }
}

#[inline(always)]
pub unsafe fn EndAsyncFor(s: &mut State, i: Instr) -> Flow {
    unsafe {
        s.save();
        let (it, e) = (s.get(i.a()), s.get(i.a() + 1));
        s.drop_value(it);
        if slow::generators::end_async_for(s.vm, e) { s.tick(); Flow::Next } else { s.tick(); Flow::Error }
    }
}
