//! Iteration, unpacking, match helpers.

use instar_code::Op;

use crate::eval::slow;
use crate::eval::state::{Flow, Instr, State, unlikely};
use crate::object::Word;
use crate::types::int;
use crate::types::list::PyList;
use crate::types::list_iter::PyListIter;
use crate::types::range_iter::PyRangeIter;
use crate::types::tuple::PyTuple;
use crate::types::tuple_iter::PyTupleIter;

#[inline(always)]
pub unsafe fn GetIter(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let o = s.use_(i.b());
        s.save();
        let w = slow::iterate::iter(s.vm, o);
        s.end(i.b(), o);
        s.finish(i.a(), w)
    }
}

#[inline(always)]
unsafe fn exhausted(s: &mut State, i: Instr, it: Word) -> Flow {
    unsafe {
        let offset = s.cache(1) as i32;
        let _ = i;
        s.drop_value(it);
        s.jump(offset)
    }
}

#[inline(always)]
pub unsafe fn ForIter(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let it = s.get(i.b());
        s.save();
        let (status, w) = slow::iterate::next(s.vm, s.pc, it);
        if status < 0 { s.tick(); return Flow::Error }
        s.tick();
        if status == 0 { return exhausted(s, i, it) }
        s.set(i.a(), w);
    }
    Flow::Next
}

#[inline(always)]
pub unsafe fn ForIterNative(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let it = s.get(i.b());
        // A type of the interpreter itself: it lives as long as the interpreter and keeps its slots.
        if it.is_immediate() || Word::from_ptr(it.ptr().ty()).raw() as u64 != s.cache(2) { return Flow::Miss }
        s.save();
        finish_native(s, i, it)
    }
}

#[inline(always)]
pub unsafe fn ForIterPairs(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let it = s.get(i.b());
        // Monitored code wants every instruction to happen.
        if it.is_immediate() || Word::from_ptr(it.ptr().ty()).raw() as u64 != s.cache(2) || (*s.vm).is_monitored() { return Flow::Miss }
        s.save();
        // The specializer saw the unpacking; its temps are free until it.
        let unpack = s.pc.add(FOR_UNITS);
        let pair = s.at((*unpack).a);
        match slow::pairs::next(s.vm, it, pair) {
            slow::pairs::Step::Pair => {}
            slow::pairs::Step::Other => return Flow::Miss,
            slow::pairs::Step::Error => { s.tick(); return Flow::Error }
            slow::pairs::Step::End => { s.tick(); return exhausted(s, i, it) }
        }
        s.pc = unpack.add(UNPACK_UNITS);
        if (*unpack.sub(2)).b != 0 {
            // From the last item on, as the moves would.
            for k in (0..2).rev() {
                std::mem::replace(&mut *s.at((*s.pc).a), *pair.add(k)).release();
                s.pc = s.pc.add(1);
            }
        }
        s.tick();
    }
    Flow::Jump
}

/// Units of a `ForIter` with its caches.
const FOR_UNITS: usize = 1 + Op::CACHE[Op::ForIter as usize] as usize;
/// Units of an `UnpackSequence` with its cache.
const UNPACK_UNITS: usize = 1 + Op::CACHE[Op::UnpackSequence as usize] as usize;

/// Asks a native iterator once more where the loop seems over: it lets go of its sequence.
#[inline(always)]
unsafe fn finish_native(s: &mut State, i: Instr, it: Word) -> Flow {
    unsafe {
        let (status, w) = slow::iterate::next_quietly(s.vm, it);
        s.tick();
        if status < 0 { return Flow::Error }
        if status == 0 { return exhausted(s, i, it) }
        s.set(i.a(), w);
    }
    Flow::Next
}

#[inline(always)]
pub unsafe fn ForIterRange(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let it = s.get(i.b());
        if it.is_immediate() || it.ptr().ty() != (*s.vm).types.range_iterator.ptr() { return Flow::Miss }
        let Some(n) = (*it.ptr().payload::<PyRangeIter>()).next_small() else { return exhausted(s, i, it) };
        let Some(w) = int::small_word(s.vm, n) else {
            s.save();
            let w = slow::iterate::range_item(s.vm, n);
            return s.finish(i.a(), w);
        };
        s.set(i.a(), w);
    }
    Flow::Next
}

#[inline(always)]
pub unsafe fn ForIterList(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let it = s.get(i.b());
        if it.is_immediate() || it.ptr().ty() != (*s.vm).types.list_iterator.ptr() { return Flow::Miss }
        let iter = &*it.ptr().payload::<PyListIter>();
        let list = iter.list_word();
        if unlikely(list.is_null()) { return exhausted(s, i, it) }
        let (items, len) = (*list.ptr().payload::<PyList>()).raw_items();
        let index = iter.index.get();
        if index >= len {
            s.save();
            return finish_native(s, i, it);
        }
        iter.index.set(index + 1);
        let w = *items.add(index);
        w.retain_value();
        s.set(i.a(), w);
    }
    Flow::Next
}

#[inline(always)]
pub unsafe fn ForIterTuple(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let it = s.get(i.b());
        if it.is_immediate() || it.ptr().ty() != (*s.vm).types.tuple_iterator.ptr() { return Flow::Miss }
        let iter = &*it.ptr().payload::<PyTupleIter>();
        let tuple = iter.tuple_word();
        if unlikely(tuple.is_null()) { return exhausted(s, i, it) }
        let (items, len) = (*tuple.ptr().payload::<PyTuple>()).raw_items();
        let index = iter.index.get();
        if index >= len {
            s.save();
            return finish_native(s, i, it);
        }
        iter.index.set(index + 1);
        let w = *items.add(index);
        w.retain_value();
        s.set(i.a(), w);
    }
    Flow::Next
}

#[inline(always)]
pub unsafe fn UnpackSequence(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let o = s.take(i.b());
        s.save();
        // The items go to temps that may begin with the operand's own: the operand is taken first.
        let ok = slow::iterate::unpack(s.vm, s.pc, o, s.at(i.a()), i.c() as u16 as usize);
        s.drop_value(o);
        s.tick();
        if ok { Flow::Next } else { Flow::Error }
    }
}

#[inline(always)]
unsafe fn unpack_items(s: &mut State, i: Instr, o: Word, items: *const Word) -> Flow {
    unsafe {
        let n = i.c() as u16 as usize;
        if i.b() < 0 { o.retain() }
        if (*s.pc.add(1)).a != 0 {
            // `n` moves to locals follow (`specialize::operators::unpack` looked): done here, from the last item on, as they would.
            let mut m = s.pc.add(2);
            for k in (0..n).rev() {
                let w = *items.add(k);
                w.retain_value();
                let old = std::mem::replace(&mut *s.at((*m).a), w);
                old.release();
                m = m.add(1);
            }
            s.pc = m;
            s.drop_value(o);
            s.tick();
            return Flow::Jump;
        }
        for k in 0..n {
            let w = *items.add(k);
            w.retain_value();
            *s.at(i.a()).add(k) = w;
        }
        s.drop_value(o);
    }
    Flow::Next
}

#[inline(always)]
pub unsafe fn UnpackTuple(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let o = s.get(i.b());
        if o.is_immediate() || o.ptr().ty() != (*s.vm).types.tuple.ptr() { return Flow::Miss }
        let (items, len) = (*o.ptr().payload::<PyTuple>()).raw_items();
        if len != i.c() as u16 as usize { return Flow::Miss }
        unpack_items(s, i, o, items)
    }
}

#[inline(always)]
pub unsafe fn UnpackList(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let o = s.get(i.b());
        if o.is_immediate() || o.ptr().ty() != (*s.vm).types.list.ptr() { return Flow::Miss }
        let (items, len) = (*o.ptr().payload::<PyList>()).raw_items();
        if len != i.c() as u16 as usize { return Flow::Miss }
        unpack_items(s, i, o, items)
    }
}

#[inline(always)]
pub unsafe fn UnpackEx(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let o = s.take(i.b());
        s.save();
        let ok = slow::iterate::unpack_ex(s.vm, o, s.at(i.a()), i.c() as u16 as usize & 255, i.c() as u16 as usize >> 8);
        s.drop_value(o);
        s.tick();
        if ok { Flow::Next } else { Flow::Error }
    }
}

macro_rules! look {
    ($($name:ident $slow:ident;)*) => { $(
        #[inline(always)]
        pub unsafe fn $name(s: &mut State, i: Instr) -> Flow {
            unsafe {
                s.save();
                let w = slow::matching::$slow(s.vm, s.get(i.b()));
                s.finish(i.a(), w)
            }
        }
    )* };
}
look! { GetLen get_len; MatchMapping is_mapping; MatchSequence is_sequence; }

#[inline(always)]
pub unsafe fn MatchKeys(s: &mut State, i: Instr) -> Flow {
    unsafe {
        s.save();
        let w = slow::matching::keys(s.vm, s.get(i.b()), s.get(i.c()));
        s.finish(i.a(), w)
    }
}

#[inline(always)]
pub unsafe fn MatchClass(s: &mut State, i: Instr) -> Flow {
    unsafe {
        s.save();
        let w = slow::matching::class(s.vm, s.at(i.b()), i.c() as u16 as usize);
        for k in (0..3).rev() { let w = s.get(i.b() + k); s.drop_word(w) }
        s.finish(i.a(), w)
    }
}
