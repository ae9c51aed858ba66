//! Raising, handlers, `with`.

use crate::eval::slow;
use crate::eval::state::{Flow, Instr, State, unlikely};
use crate::object::{Owned, Word};

#[inline(always)]
pub unsafe fn Raise(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let e = s.take(i.a());
        s.save();
        slow::exceptions::raise(s.vm, e, Word::NULL);
        s.tick();
    }
    Flow::Error
}

#[inline(always)]
pub unsafe fn RaiseFrom(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let (e, cause) = (s.take(i.a()), s.take(i.b()));
        s.save();
        slow::exceptions::raise(s.vm, e, cause);
        s.tick();
    }
    Flow::Error
}

#[inline(always)]
pub unsafe fn RaiseHandled(s: &mut State, _: Instr) -> Flow {
    unsafe {
        s.save();
        slow::exceptions::raise_handled(s.vm);
    }
    Flow::Error
}

#[inline(always)]
pub unsafe fn PushExc(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let e = s.get(i.a());
        e.retain();
        let old = (*s.vm).handled.replace(Some(Owned::from_word(e)));
        *s.at(i.a() + 1) = old.map_or(Word::NULL, Owned::into_word);
    }
    Flow::Next
}

/// Restores the handled exception that PushExc saved in temp `a + 1`.
#[inline(always)]
unsafe fn restore(s: &mut State, i: Instr) {
    unsafe {
        let previous = s.get(i.a() + 1);
        let old = (*s.vm).handled.replace(if previous.is_null() { None } else { Some(Owned::from_word(previous)) });
        if let Some(old) = old { s.drop_word(old.into_word()) }
    }
}

#[inline(always)]
pub unsafe fn PopExc(s: &mut State, i: Instr) -> Flow {
    unsafe {
        restore(s, i);
        let e = s.get(i.a());
        s.drop_value(e);
    }
    Flow::Next
}

#[inline(always)]
pub unsafe fn ReraiseHandled(s: &mut State, i: Instr) -> Flow {
    unsafe {
        s.save();
        restore(s, i);
        slow::exceptions::reraise(s.vm, s.get(i.a()));
    }
    Flow::Error
}

#[inline(always)]
pub unsafe fn ReraiseOver(s: &mut State, i: Instr) -> Flow {
    unsafe {
        s.save();
        restore(s, i);
        let e = s.get(i.a());
        s.drop_value(e);
        slow::exceptions::reraise(s.vm, s.get(i.a() + 2));
    }
    Flow::Error
}

#[inline(always)]
pub unsafe fn Reraise(s: &mut State, i: Instr) -> Flow {
    unsafe {
        s.save();
        slow::exceptions::reraise(s.vm, s.take(i.a()));
    }
    Flow::Error
}

#[inline(always)]
pub unsafe fn ExcMatch(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let class = s.use_(i.c());
        s.save();
        let w = slow::exceptions::matches(s.vm, s.get(i.b()), class);
        s.end(i.c(), class);
        s.finish(i.a(), w)
    }
}

#[inline(always)]
pub unsafe fn ExcGroupMatch(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let (e, class) = (s.take(i.b()), s.take(i.c()));
        s.save();
        let (matched, rest) = slow::exceptions::group_match(s.vm, e, class);
        s.drop_value(class);
        s.drop_value(e);
        if unlikely(matched.is_null()) { s.tick(); return Flow::Error }
        *s.at(i.a()) = matched;
        *s.at(i.a() + 1) = rest;
        s.tick();
    }
    Flow::Next
}

#[inline(always)]
pub unsafe fn LoadSpecial(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let o = s.use_(i.b());
        s.save();
        let (f, this) = slow::exceptions::load_special(s.vm, o, i.c());
        s.end(i.b(), o);
        if unlikely(f.is_null()) { s.tick(); return Flow::Error }
        *s.at(i.a()) = f;
        *s.at(i.a() + 1) = this;
        s.tick();
    }
    Flow::Next
}

#[inline(always)]
pub unsafe fn WithExceptStart(s: &mut State, i: Instr) -> Flow {
    unsafe {
        s.save();
        let w = slow::exceptions::call_exit(s.vm, s.at(i.b()));
        s.finish(i.a(), w)
    }
}

#[inline(always)]
pub unsafe fn LoadAssertionError(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let w = (*s.vm).types.assertion_error.obj().word();
        w.retain();
        s.set(i.a(), w);
    }
    Flow::Next
}
