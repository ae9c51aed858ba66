//! Moves between registers, constants, cells.

use crate::eval::frame::Frame;
use crate::eval::slow;
use crate::eval::state::{Flow, Instr, State, unlikely};
use crate::object::Word;

#[inline(always)]
pub unsafe fn Nop(_: &mut State, _: Instr) -> Flow { Flow::Next }

#[inline(always)]
pub unsafe fn Move(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let w = s.take(i.b());
        s.set(i.a(), w);
    }
    Flow::Next
}

#[inline(always)]
pub unsafe fn Copy(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let w = s.get(i.b());
        if i.b() < 0 { crate::stats::local_read(true) }
        w.retain();
        s.set(i.a(), w);
    }
    Flow::Next
}

#[inline(always)]
unsafe fn far(s: &State, i: Instr) -> *mut Word { unsafe { Frame(s.fp).locals().add(i.wide() as u32 as usize) } }

#[inline(always)]
pub unsafe fn LoadFar(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let w = *far(s, i);
        w.retain();
        *s.at(i.a()) = w;
    }
    Flow::Next
}

#[inline(always)]
pub unsafe fn StoreFar(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let old = std::mem::replace(&mut *far(s, i), s.take(i.a()));
        s.drop_word(old);
    }
    Flow::Next
}

#[inline(always)]
pub unsafe fn Release(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let w = s.get(i.a());
        if i.a() < 0 { *s.at(i.a()) = Word::NULL }
        s.drop_word(w);
    }
    Flow::Next
}

#[inline(always)]
pub unsafe fn LoadConst(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let w = *s.k.add(i.wide() as u32 as usize);
        w.retain_value();
        s.set(i.a(), w);
    }
    Flow::Next
}

#[inline(always)]
pub unsafe fn LoadNull(s: &mut State, i: Instr) -> Flow {
    unsafe { *s.at(i.a()) = Word::NULL };
    Flow::Next
}

#[inline(always)]
pub unsafe fn CheckLocal(s: &mut State, i: Instr) -> Flow {
    unsafe {
        if unlikely(s.get(i.a()).is_null()) {
            s.save();
            slow::names::unbound_local(s.vm, s.fp, s.exec().nlocals as i32 + i.a() as i32 + instar_code::FRAME_WORDS);
            return Flow::Error;
        }
    }
    Flow::Next
}

#[inline(always)]
pub unsafe fn CheckFar(s: &mut State, i: Instr) -> Flow {
    unsafe {
        if unlikely((*far(s, i)).is_null()) {
            s.save();
            slow::names::unbound_local(s.vm, s.fp, i.wide());
            return Flow::Error;
        }
    }
    Flow::Next
}

#[inline(always)]
pub unsafe fn DeleteLocal(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let old = std::mem::replace(&mut *s.at(i.a()), Word::NULL);
        s.drop_word(old);
    }
    Flow::Next
}

#[inline(always)]
pub unsafe fn DeleteFar(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let old = std::mem::replace(&mut *far(s, i), Word::NULL);
        s.drop_word(old);
    }
    Flow::Next
}

#[inline(always)]
pub unsafe fn MakeCell(s: &mut State, i: Instr) -> Flow {
    unsafe {
        s.save();
        if slow::names::make_cell(s.vm, s.at(i.a())) { Flow::Next } else { Flow::Error }
    }
}

#[inline(always)]
pub unsafe fn CopyFreeVars(s: &mut State, i: Instr) -> Flow {
    unsafe { slow::names::copy_free_vars(s.fp, i.a() as u16 as usize) };
    Flow::Next
}

#[inline(always)]
pub unsafe fn LoadDeref(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let w = slow::names::cell_content(s.get(i.b()));
        if unlikely(w.is_null()) {
            s.save();
            slow::names::unbound_cell(s.vm, s.fp, i.b());
            return Flow::Error;
        }
        w.retain();
        s.set(i.a(), w);
    }
    Flow::Next
}

#[inline(always)]
pub unsafe fn StoreDeref(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let old = slow::names::cell_replace(s.get(i.a()), s.take(i.b()));
        s.drop_word(old);
    }
    Flow::Next
}

#[inline(always)]
pub unsafe fn DeleteDeref(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let old = slow::names::cell_replace(s.get(i.a()), Word::NULL);
        if unlikely(old.is_null()) {
            s.save();
            slow::names::unbound_cell(s.vm, s.fp, i.a());
            return Flow::Error;
        }
        s.drop_word(old);
    }
    Flow::Next
}

#[inline(always)]
pub unsafe fn LoadFromDictOrDeref(s: &mut State, i: Instr) -> Flow {
    unsafe {
        s.save();
        let mapping = s.use_(i.c());
        let w = slow::names::from_dict_or_deref(s.vm, s.fp, mapping, i.b());
        s.end(i.c(), mapping);
        s.finish(i.a(), w)
    }
}
