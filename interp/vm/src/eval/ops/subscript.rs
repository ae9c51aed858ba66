//! Subscripts and slices.

use instar_object::TypeFlags;

use crate::eval::frame::{frame_flags, Frame};
use crate::eval::ops::calls::{fits, push};
use crate::eval::slow;
use crate::eval::state::{Flow, Instr, State, unlikely};
use crate::object::Word;
use crate::typeobj::attr_plan::Found;
use crate::types::function::PyFunction;
use crate::types::int;
use crate::types::list::PyList;
use crate::types::tuple::PyTuple;

#[inline(always)]
pub unsafe fn LoadSubscr(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let (o, k) = (s.use_(i.b()), s.use_(i.c()));
        s.save();
        let w = slow::items::load(s.vm, s.pc, o, k);
        s.end(i.c(), k);
        s.end(i.b(), o);
        s.finish(i.a(), w)
    }
}

#[inline(always)]
pub unsafe fn LoadSubscrK(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let (o, k) = (s.use_(i.b()), s.constant(i.c()));
        s.save();
        let w = slow::items::load(s.vm, s.pc, o, k);
        s.end_constant(k);
        s.end(i.b(), o);
        s.finish(i.a(), w)
    }
}

/// Item of an exact list at a small int, or null.
#[inline(always)]
unsafe fn list_item(s: &State, o: Word, k: Word) -> Word {
    unsafe {
        if o.is_immediate() || o.ptr().ty() != (*s.vm).types.list.ptr() { return Word::NULL }
        let Some(n) = int::small(k) else { return Word::NULL };
        let (items, len) = (*o.ptr().payload::<PyList>()).raw_items();
        let n = if n < 0 { n + len as i64 } else { n };
        if (n as u64) < len as u64 { *items.add(n as usize) } else { Word::NULL }
    }
}

#[inline(always)]
unsafe fn tuple_item(s: &State, o: Word, k: Word) -> Word {
    unsafe {
        if o.is_immediate() || o.ptr().ty() != (*s.vm).types.tuple.ptr() { return Word::NULL }
        let Some(n) = int::small(k) else { return Word::NULL };
        let (items, len) = (*o.ptr().payload::<PyTuple>()).raw_items();
        let n = if n < 0 { n + len as i64 } else { n };
        if (n as u64) < len as u64 { *items.add(n as usize) } else { Word::NULL }
    }
}

#[inline(always)]
unsafe fn item(s: &mut State, i: Instr, o: Word, k: Word, constant: bool, w: Word) -> Flow {
    unsafe {
        w.retain_value();
        if !constant && i.c() >= 0 { s.drop_value(k) }
        if i.b() >= 0 { s.drop_value(o) }
        s.set(i.a(), w);
    }
    Flow::Next
}

macro_rules! sequence_item {
    ($name:ident, $name_k:ident, $find:ident) => {
        #[inline(always)]
        pub unsafe fn $name(s: &mut State, i: Instr) -> Flow {
            unsafe {
                let (o, k) = (s.get(i.b()), s.get(i.c()));
                let w = $find(s, o, k);
                if unlikely(w.is_null()) { return Flow::Miss }
                item(s, i, o, k, false, w)
            }
        }
        #[inline(always)]
        pub unsafe fn $name_k(s: &mut State, i: Instr) -> Flow {
            unsafe {
                let (o, k) = (s.get(i.b()), *s.k.add(i.c() as u16 as usize));
                let w = $find(s, o, k);
                if unlikely(w.is_null()) { return Flow::Miss }
                item(s, i, o, k, true, w)
            }
        }
    };
}
sequence_item!(SubscrListInt, SubscrListIntK, list_item);
sequence_item!(SubscrTupleInt, SubscrTupleIntK, tuple_item);

#[inline(always)]
pub unsafe fn SubscrDictK(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let o = s.get(i.b());
        if o.is_immediate() || o.ptr().ty() != (*s.vm).types.dict.ptr() { return Flow::Miss }
        s.save();
        let w = slow::items::load_dict(s.vm, o, *s.k.add(i.c() as u16 as usize));
        if i.b() >= 0 { s.drop_value(o) }
        s.finish(i.a(), w)
    }
}

#[inline(always)]
pub unsafe fn SubscrGetitem(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let o = s.get(i.b());
        if o.is_immediate() { return Flow::Miss }
        let vm = &*s.vm;
        // The class's own function, whatever the class: the method cache knows it by the type's version.
        let Some(Found::Method(f)) = vm.planned(o, vm.names.__getitem__.word()) else { return Flow::Miss };
        if f.ptr().ty() != vm.types.function.ptr() || !o.ptr().info().has(TypeFlags::HEAP_TYPE) { return Flow::Miss }
        let exec = (*f.ptr().payload::<PyFunction>()).exec_ptr();
        let frame = Frame(s.fp);
        // Above all that the caller owns; the frame of a generator lies elsewhere, its calls take the general way.
        if exec.is_null() || (*exec).exact_args != 2 || frame.flags() & frame_flags::GENERATOR != 0 { return Flow::Miss }
        let (exec, base) = (&*exec, frame.end());
        if !fits(s.vm, exec, base) { return Flow::Miss }
        let (a, b) = (s.take(i.b()), s.take(i.c()));
        *base = a;
        *base.add(1) = b;
        f.retain_ptr();
        push(s, f, exec, base, 2, Word::NULL, 0)
    }
}

#[inline(always)]
pub unsafe fn SubscrDict(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let (o, k) = (s.use_(i.b()), s.use_(i.c()));
        if o.is_immediate() || o.ptr().ty() != (*s.vm).types.dict.ptr() {
            s.save();
            let w = slow::items::load(s.vm, s.pc, o, k);
            s.end(i.c(), k);
            s.end(i.b(), o);
            return s.finish(i.a(), w);
        }
        s.save();
        let w = slow::items::load_dict(s.vm, o, k);
        s.end(i.c(), k);
        s.end(i.b(), o);
        s.finish(i.a(), w)
    }
}

#[inline(always)]
pub unsafe fn StoreSubscr(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let (o, k, v) = (s.use_(i.a()), s.use_(i.b()), s.use_(i.c()));
        s.save();
        let ok = slow::items::store(s.vm, s.pc, o, k, v);
        s.end(i.c(), v);
        s.end(i.b(), k);
        s.end(i.a(), o);
        s.tick();
        if ok { Flow::Next } else { Flow::Error }
    }
}

#[inline(always)]
pub unsafe fn StoreSubscrListInt(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let (o, k) = (s.get(i.a()), s.get(i.b()));
        if o.is_immediate() || o.ptr().ty() != (*s.vm).types.list.ptr() { return Flow::Miss }
        let Some(n) = int::small(k) else { return Flow::Miss };
        let (items, len) = (*o.ptr().payload::<PyList>()).raw_items();
        let n = if n < 0 { n + len as i64 } else { n };
        if unlikely(n as u64 >= len as u64) { return Flow::Miss }
        let old = std::mem::replace(&mut *items.add(n as usize), s.take(i.c()));
        s.drop_number(old);
        if i.b() >= 0 { s.drop_value(k) }
        if i.a() >= 0 { s.drop_value(o) }
    }
    Flow::Next
}

#[inline(always)]
pub unsafe fn StoreSubscrDict(s: &mut State, i: Instr) -> Flow { unsafe { StoreSubscr(s, i) } }

#[inline(always)]
pub unsafe fn DeleteSubscr(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let (o, k) = (s.use_(i.a()), s.use_(i.b()));
        s.save();
        let ok = slow::items::delete(s.vm, o, k);
        s.end(i.b(), k);
        s.end(i.a(), o);
        s.tick();
        if ok { Flow::Next } else { Flow::Error }
    }
}

#[inline(always)]
pub unsafe fn BuildSlice(s: &mut State, i: Instr) -> Flow {
    unsafe {
        s.save();
        let w = slow::items::build_slice(s.vm, s.at(i.b()), i.c() as usize);
        s.finish(i.a(), w)
    }
}

#[inline(always)]
pub unsafe fn LoadSlice(s: &mut State, i: Instr) -> Flow {
    unsafe {
        s.save();
        let w = slow::items::load_slice(s.vm, s.at(i.b()));
        for k in (0..3).rev() { let w = s.get(i.b() + k); s.drop_word(w) }
        s.finish(i.a(), w)
    }
}

#[inline(always)]
pub unsafe fn StoreSlice(s: &mut State, i: Instr) -> Flow {
    unsafe {
        s.save();
        let ok = slow::items::store_slice(s.vm, s.at(i.a()));
        for k in (0..4).rev() { let w = s.get(i.a() + k); s.drop_word(w) }
        s.tick();
        if ok { Flow::Next } else { Flow::Error }
    }
}
