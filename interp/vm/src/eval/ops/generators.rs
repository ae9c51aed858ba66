//! Generators, coroutines, `yield from`, `await`.
//!
//! A suspended frame lives in its generator object; resuming copies it onto the stack, suspending copies it back
//! (`slow/generators.rs` says why).

use crate::eval::slow;
use crate::eval::state::{Flow, Instr, State, unlikely};
use crate::eval::ops::iterate::ForIter;

#[inline(always)]
pub unsafe fn ReturnGenerator(s: &mut State, _: Instr) -> Flow { unsafe { slow::generators::return_generator(s) } }

#[inline(always)]
pub unsafe fn YieldValue(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let w = s.take(i.b());
        slow::generators::suspend(s, w)
    }
}

#[inline(always)]
pub unsafe fn ForIterGenerator(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let it = s.get(i.b());
        if !it.is_ptr() || it.ptr().ty() != (*s.vm).types.generator.ptr() || !slow::generators::can_enter(s.vm, it) { return Flow::Miss }
        slow::generators::enter_for_iter(s, it)
    }
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
pub unsafe fn Send(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let v = s.take(i.c());
        s.save();
        if slow::generators::can_send(s.vm, s.get(i.b()), v) { return slow::generators::enter_send(s, s.get(i.b()), v) }
        let (status, w) = slow::generators::send(s.vm, s.get(i.b()), v);
        s.tick();
        if unlikely(status < 0) { return Flow::Error }
        *s.at(i.a()) = w;
        if status == 0 { let offset = s.cache(1) as i32; return s.jump(offset) }
    }
    Flow::Next
}

#[inline(always)]
pub unsafe fn SendGenerator(s: &mut State, i: Instr) -> Flow { unsafe { Send(s, i) } }

#[inline(always)]
pub unsafe fn EndSend(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let (it, w) = (s.get(i.b()), s.get(i.b() + 1));
        s.drop_word(it);
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
        s.drop_word(e);
    }
    Flow::Next
}

#[inline(always)]
pub unsafe fn GetAwaitable(s: &mut State, i: Instr) -> Flow {
    unsafe {
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
        s.drop_word(it);
        if slow::generators::end_async_for(s.vm, e) { s.tick(); Flow::Next } else { s.tick(); Flow::Error }
    }
}
