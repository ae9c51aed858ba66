//! Making functions, imports.

use crate::eval::slow;
use crate::eval::state::{Flow, Instr, State};

#[inline(always)]
pub unsafe fn MakeFunction(s: &mut State, i: Instr) -> Flow {
    unsafe {
        s.save();
        let w = slow::functions::make(s.vm, s.fp, *s.k.add(i.wide() as u32 as usize));
        s.finish(i.a(), w)
    }
}

#[inline(always)]
pub unsafe fn SetFunctionAttr(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let v = s.take(i.b());
        s.save();
        if !slow::functions::set_attr(s.vm, s.get(i.a()), v, i.c()) { return Flow::Error }
    }
    Flow::Next
}

#[inline(always)]
pub unsafe fn ImportName(s: &mut State, i: Instr) -> Flow {
    unsafe {
        s.save();
        let (level, fromlist) = (s.get(i.b()), s.get(i.b() + 1));
        let w = slow::functions::import_name(s.vm, s.fp, i.c() as u16 as usize, level, fromlist);
        s.drop_word(fromlist);
        s.drop_word(level);
        s.finish(i.a(), w)
    }
}

#[inline(always)]
pub unsafe fn ImportFrom(s: &mut State, i: Instr) -> Flow {
    unsafe {
        s.save();
        let w = slow::functions::import_from(s.vm, s.get(i.b()), s.name(i.c() as u16 as usize));
        s.finish(i.a(), w)
    }
}
