//! Globals, builtins and the names of module and class code.

use crate::eval::frame::Frame;
use crate::eval::slow;
use crate::eval::state::{Flow, Instr, State};
use crate::object::Word;
use crate::types::dict::PyDict;

#[inline(always)]
pub unsafe fn LoadGlobal(s: &mut State, i: Instr) -> Flow {
    unsafe {
        s.save();
        let w = slow::names::load_global(s.vm, s.fp, s.pc);
        s.finish(i.a(), w)
    }
}

/// The word behind a cached pointer if the dict still has the cached keys version.
#[inline(always)]
unsafe fn cached(dict: Word, version: u32, pointer: u64) -> Word {
    unsafe {
        let dict = dict.ptr().payload::<PyDict>();
        if (*dict).keys_version_raw() == version { *(pointer as *const Word) } else { Word::NULL }
    }
}

#[inline(always)]
pub unsafe fn LoadGlobalModule(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let w = cached(Frame(s.fp).globals(), s.cache(1) as u32, s.cache(2));
        if w.is_null() { return Flow::Miss }
        w.retain_value();
        s.set(i.a(), w);
    }
    Flow::Next
}

#[inline(always)]
pub unsafe fn LoadGlobalBuiltin(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let versions = s.cache(1);
        let globals = Frame(s.fp).globals().ptr().payload::<PyDict>();
        if (*globals).keys_version_raw() != versions as u32 { return Flow::Miss }
        let w = cached(slow::names::builtins_of(s.vm, s.fp), (versions >> 32) as u32, s.cache(2));
        if w.is_null() { return Flow::Miss }
        w.retain_value();
        s.set(i.a(), w);
    }
    Flow::Next
}

#[inline(always)]
pub unsafe fn StoreGlobal(s: &mut State, i: Instr) -> Flow {
    unsafe {
        s.save();
        let value = s.use_(i.a());
        let ok = slow::names::store_global(s.vm, s.fp, i.wide() as u32 as usize, value);
        s.end(i.a(), value);
        status(s, ok)
    }
}

#[inline(always)]
unsafe fn status(s: &mut State, ok: bool) -> Flow {
    unsafe { s.tick() };
    if ok { Flow::Next } else { Flow::Error }
}

#[inline(always)]
pub unsafe fn DeleteGlobal(s: &mut State, i: Instr) -> Flow {
    unsafe {
        s.save();
        let ok = slow::names::delete_global(s.vm, s.fp, i.wide() as u32 as usize);
        status(s, ok)
    }
}

#[inline(always)]
pub unsafe fn LoadName(s: &mut State, i: Instr) -> Flow {
    unsafe {
        s.save();
        let w = slow::names::load_name(s.vm, s.fp, s.pc);
        s.finish(i.a(), w)
    }
}

#[inline(always)]
pub unsafe fn LoadNameModule(s: &mut State, i: Instr) -> Flow {
    unsafe {
        // Written only where namespace and globals are the same dict; another frame of this code may differ.
        if !Frame(s.fp).namespace().same(Frame(s.fp).globals()) { return Flow::Miss }
        let w = cached(Frame(s.fp).globals(), s.cache(1) as u32, s.cache(2));
        if w.is_null() { return Flow::Miss }
        w.retain_value();
        s.set(i.a(), w);
    }
    Flow::Next
}

#[inline(always)]
pub unsafe fn LoadNameBuiltin(s: &mut State, i: Instr) -> Flow {
    unsafe {
        if !Frame(s.fp).namespace().same(Frame(s.fp).globals()) { return Flow::Miss }
        let versions = s.cache(1);
        let globals = Frame(s.fp).globals().ptr().payload::<PyDict>();
        if (*globals).keys_version_raw() != versions as u32 { return Flow::Miss }
        let w = cached(slow::names::builtins_of(s.vm, s.fp), (versions >> 32) as u32, s.cache(2));
        if w.is_null() { return Flow::Miss }
        w.retain_value();
        s.set(i.a(), w);
    }
    Flow::Next
}

#[inline(always)]
pub unsafe fn StoreName(s: &mut State, i: Instr) -> Flow {
    unsafe {
        s.save();
        let value = s.use_(i.a());
        let ok = slow::names::store_name(s.vm, s.fp, i.wide() as u32 as usize, value);
        s.end(i.a(), value);
        status(s, ok)
    }
}

#[inline(always)]
pub unsafe fn DeleteName(s: &mut State, i: Instr) -> Flow {
    unsafe {
        s.save();
        let ok = slow::names::delete_name(s.vm, s.fp, i.wide() as u32 as usize);
        status(s, ok)
    }
}

#[inline(always)]
pub unsafe fn LoadLocals(s: &mut State, i: Instr) -> Flow {
    unsafe {
        s.save();
        let w = slow::names::load_locals(s.vm, s.fp);
        s.finish(i.a(), w)
    }
}

#[inline(always)]
pub unsafe fn LoadFromDictOrGlobals(s: &mut State, i: Instr) -> Flow {
    unsafe {
        s.save();
        let mapping = s.use_(i.b());
        let w = slow::names::from_dict_or_globals(s.vm, s.fp, mapping, i.c() as u16 as usize);
        s.end(i.b(), mapping);
        s.finish(i.a(), w)
    }
}

#[inline(always)]
pub unsafe fn LoadBuildClass(s: &mut State, i: Instr) -> Flow {
    unsafe {
        s.save();
        let w = slow::names::load_build_class(s.vm, s.fp);
        s.finish(i.a(), w)
    }
}

#[inline(always)]
pub unsafe fn SetupAnnotations(s: &mut State, _: Instr) -> Flow {
    unsafe {
        s.save();
        let ok = slow::names::setup_annotations(s.vm, s.fp);
        status(s, ok)
    }
}
