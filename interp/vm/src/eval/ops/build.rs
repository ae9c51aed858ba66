//! Displays, string formatting.

use crate::eval::slow;
use crate::eval::state::{Flow, Instr, State};

macro_rules! build {
    ($($name:ident $slow:ident;)*) => { $(
        /// The slow path takes the temps over (also on error).
        #[inline(always)]
        pub unsafe fn $name(s: &mut State, i: Instr) -> Flow {
            unsafe {
                s.save();
                let w = slow::build::$slow(s.vm, s.at(i.b()), i.c() as u16 as usize);
                s.finish(i.a(), w)
            }
        }
    )* };
}
build! {
    BuildTuple tuple;
    BuildList list;
    BuildSet set;
    BuildMap map;
    BuildString string;
    BuildTemplate template;
    BuildInterpolation interpolation;
    FormatWithSpec format_with_spec;
}

macro_rules! add {
    ($($name:ident $slow:ident;)*) => { $(
        #[inline(always)]
        pub unsafe fn $name(s: &mut State, i: Instr) -> Flow {
            unsafe {
                let v = s.use_(i.b());
                s.save();
                let ok = slow::build::$slow(s.vm, s.get(i.a()), v);
                s.end(i.b(), v);
                s.tick();
                if ok { Flow::Next } else { Flow::Error }
            }
        }
    )* };
}
add! {
    ListAppend list_append;
    ListExtend list_extend;
    SetAdd set_add;
    SetUpdate set_update;
    DictUpdate dict_update;
}

#[inline(always)]
pub unsafe fn MapAdd(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let (k, v) = (s.use_(i.b()), s.use_(i.c()));
        s.save();
        let ok = slow::build::map_add(s.vm, s.get(i.a()), k, v);
        s.end(i.c(), v);
        s.end(i.b(), k);
        s.tick();
        if ok { Flow::Next } else { Flow::Error }
    }
}

#[inline(always)]
pub unsafe fn DictMerge(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let v = s.use_(i.b());
        s.save();
        let ok = slow::build::dict_merge(s.vm, s.get(i.a()), v, s.get(i.c()));
        s.end(i.b(), v);
        s.tick();
        if ok { Flow::Next } else { Flow::Error }
    }
}

#[inline(always)]
pub unsafe fn ListToTuple(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let v = s.use_(i.b());
        s.save();
        let w = slow::build::list_to_tuple(s.vm, v);
        s.end(i.b(), v);
        s.finish(i.a(), w)
    }
}

#[inline(always)]
pub unsafe fn ConvertValue(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let v = s.use_(i.b());
        s.save();
        let w = slow::build::convert(s.vm, v, i.c());
        s.end(i.b(), v);
        s.finish(i.a(), w)
    }
}

#[inline(always)]
pub unsafe fn FormatSimple(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let v = s.use_(i.b());
        s.save();
        let w = slow::build::format_simple(s.vm, v);
        s.end(i.b(), v);
        s.finish(i.a(), w)
    }
}
