//! Calls and returns. Python functions get a frame in this same loop; natives are called through their shape.
//!
//! A callee's locals begin at the caller's first argument temp: `base`, unless the caller is a generator, whose frame is not on the
//! stack. The callable's reference moves into the frame.

use crate::eval::exec::Executable;
use crate::eval::frame::{frame_flags, Frame, HEADER_WORDS};
use crate::eval::slow;
use crate::eval::state::{Flow, Instr, State, unlikely};
use crate::native::Native;
use crate::object::{type_ptr, Payload, Word};
use crate::typeobj::PyType;
use crate::types::builtin_function::PyBuiltinFunction;
use crate::types::function::PyFunction;
use crate::types::list::PyList;
use crate::types::tuple::PyTuple;
use crate::types::method_descriptor::PyMethodDescriptor;
use crate::vm::Vm;

/// Whether nothing stands against a frame of `exec`, which is not huge, at `base`: room in the chunk, recursion limit, eval breaker.
#[inline(always)]
pub unsafe fn fits(vm: *mut Vm, exec: &Executable, base: *mut Word) -> bool {
    unsafe {
        let vm = &*vm;
        vm.stack.fits(base.add(exec.nlocals + HEADER_WORDS + exec.temps)) && vm.recursion_depth < vm.recursion_limit && vm.breaker.get() == 0
    }
}

/// Enters a Python function whose arguments stand at `base` (exactly its positional parameters, `given` of them).
/// `namespace` and `flags` go to the frame header. On a full chunk, at the recursion limit and from a generator's frame (where arguments
/// cannot become locals in place) takes the cold path.
///
/// # Safety
/// `func` is owned (moves into the frame) and has an executable; arguments are owned.
#[inline(always)]
pub unsafe fn push(s: &mut State, func: Word, exec: &Executable, base: *mut Word, given: usize, namespace: Word, flags: usize) -> Flow {
    unsafe {
        let fp = base.add(exec.nlocals + HEADER_WORDS);
        let vm = &mut *s.vm;
        if unlikely(!fits(s.vm, exec, base)) {
            let after = slow::calls::push_slow(s.vm, s.pc, s.fp, func, base, given, namespace, flags);
            if after.pc.is_null() { return Flow::Error }
            s.go(after);
            return Flow::Jump;
        }
        vm.recursion_depth += 1;
        let mut p = base.add(given);
        let end = base.add(exec.nlocals);
        while p < end {
            // Volatile: a plain loop becomes a call of memset, for one or two words.
            p.write_volatile(Word::NULL);
            p = p.add(1);
        }
        link(s, func, exec, fp, namespace, flags);
    }
    Flow::Jump
}

/// Writes the header of the new frame and makes it current.
#[inline(always)]
pub unsafe fn link(s: &mut State, func: Word, exec: &Executable, fp: *mut Word, namespace: Word, flags: usize) {
    unsafe {
        Frame(s.fp).set_pc(s.pc);
        let f = Frame(fp);
        f.set_prev(s.fp);
        f.set_exec(exec);
        f.set_func(func);
        f.set_globals((*func.ptr().payload::<PyFunction>()).globals_word());
        f.set_namespace(namespace);
        f.set_frame_object(Word::NULL);
        f.set_flags(flags);
        let pc = exec.units.as_ptr().cast_mut();
        f.set_pc(pc);
        s.enter(fp, exec, pc);
    }
}

/// The executable of a callable word if it is a Python function that takes exactly `given` positional arguments.
#[inline(always)]
unsafe fn exact<'a>(s: &State, f: Word, given: usize) -> Option<&'a Executable> {
    unsafe {
        if f.is_immediate() || f.ptr().ty() != (*s.vm).types.function.ptr() { return None }
        let exec = (*f.ptr().payload::<PyFunction>()).exec_ptr();
        if exec.is_null() || (*exec).exact_args != given { return None }
        Some(&*exec)
    }
}

#[inline(always)]
pub unsafe fn Call(s: &mut State, i: Instr) -> Flow { unsafe { slow::calls::call(s, i.a(), i.b(), i.c() as u16 as usize, false) } }

#[inline(always)]
pub unsafe fn CallMethod(s: &mut State, i: Instr) -> Flow { unsafe { slow::calls::call(s, i.a(), i.b(), i.c() as u16 as usize, true) } }

#[inline(always)]
pub unsafe fn CallKw(s: &mut State, i: Instr) -> Flow { unsafe { slow::calls::call_kw(s, i.a(), i.b(), i.c() as u16 as usize, false) } }

#[inline(always)]
pub unsafe fn CallMethodKw(s: &mut State, i: Instr) -> Flow { unsafe { slow::calls::call_kw(s, i.a(), i.b(), i.c() as u16 as usize, true) } }

#[inline(always)]
pub unsafe fn CallEx(s: &mut State, i: Instr) -> Flow { unsafe { slow::calls::call_ex(s, i.a(), i.b()) } }

#[inline(always)]
pub unsafe fn CallPy(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let f = s.get(i.b());
        let Some(exec) = exact(s, f, i.c() as u16 as usize) else { return Flow::Miss };
        push(s, f, exec, s.at(i.b() + 1), i.c() as u16 as usize, Word::NULL, 0)
    }
}

#[inline(always)]
pub unsafe fn CallMethodPy(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let f = s.get(i.b());
        let bound = !s.get(i.b() + 1).is_null();
        let Some(exec) = exact(s, f, i.c() as u16 as usize + bound as usize) else { return Flow::Miss };
        let base = if bound { s.at(i.b() + 1) } else { s.at(i.b() + 2) };
        push(s, f, exec, base, i.c() as u16 as usize + bound as usize, Word::NULL, 0)
    }
}

/// Fills the defaults of a Python function that is given `given` arguments, too few by what has defaults, and enters it.
#[inline(always)]
unsafe fn push_defaults(s: &mut State, f: Word, base: *mut Word, given: usize) -> Flow {
    unsafe {
        if f.is_immediate() || f.ptr().ty() != (*s.vm).types.function.ptr() { return Flow::Miss }
        let func = f.ptr().payload::<PyFunction>();
        let exec = (*func).exec_ptr();
        if exec.is_null() || !(*exec).simple || given >= (*exec).arg_count { return Flow::Miss }
        let exec = &*exec;
        let defaults = (*func).defaults.word();
        if defaults.is_null() || defaults.ptr().ty() != (*s.vm).types.tuple.ptr() { return Flow::Miss }
        let (items, n) = (*defaults.ptr().payload::<PyTuple>()).raw_items();
        let missing = exec.arg_count - given;
        if n < missing || !fits(s.vm, exec, base) { return Flow::Miss }
        let first = items.add(n - missing);
        for k in 0..missing {
            let w = *first.add(k);
            w.retain_value();
            *base.add(given + k) = w;
        }
        push(s, f, exec, base, exec.arg_count, Word::NULL, 0)
    }
}

#[inline(always)]
pub unsafe fn CallPyDefaults(s: &mut State, i: Instr) -> Flow { unsafe { push_defaults(s, s.get(i.b()), s.at(i.b() + 1), i.c() as u16 as usize) } }

#[inline(always)]
pub unsafe fn CallMethodPyDefaults(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let bound = !s.get(i.b() + 1).is_null();
        let base = if bound { s.at(i.b() + 1) } else { s.at(i.b() + 2) };
        push_defaults(s, s.get(i.b()), base, i.c() as u16 as usize + bound as usize)
    }
}

/// What a builtin function gets as its first argument.
#[inline(always)]
unsafe fn builtin_self(s: &State, b: *const PyBuiltinFunction) -> *const Word {
    unsafe {
        let this = (&raw const (*b).this).cast::<Word>();
        if (*this).is_null() { (&raw const (*s.vm).consts.none).cast() } else { this }
    }
}

/// Ends a native call: releases callable and arguments (`count` temps from `b`), stores the result.
#[inline(always)]
unsafe fn called(s: &mut State, i: Instr, count: i16, w: Word) -> Flow {
    unsafe {
        let mut k = i.b() + count;
        while k > i.b() {
            k -= 1;
            let old = s.get(k);
            s.drop_word(old);
        }
        s.finish(i.a(), w)
    }
}

#[inline(always)]
pub unsafe fn CallBuiltin(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let f = s.get(i.b());
        if f.is_immediate() || f.ptr().ty() != (*s.vm).types.builtin_function.ptr() { return Flow::Miss }
        let b = f.ptr().payload::<PyBuiltinFunction>();
        let this = builtin_self(s, b);
        s.save();
        let w = match ((*b).def.func, i.c()) {
            (Native::N1(g), 1) => slow::calls::native1(s.vm, g, this, s.at(i.b() + 1)),
            (Native::N0(g), 0) => slow::calls::native0(s.vm, g, this),
            (Native::N2(g), 2) => slow::calls::native2(s.vm, g, this, s.at(i.b() + 1)),
            (Native::Var(g, min, max), n) if n as usize >= min && n as usize <= max => slow::calls::native_var(s.vm, g, this, s.at(i.b() + 1), n as usize),
            _ => return Flow::Miss,
        };
        called(s, i, i.c() + 1, w)
    }
}

#[inline(always)]
pub unsafe fn CallMethodNative(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let (f, this) = (s.get(i.b()), s.get(i.b() + 1));
        if f.is_immediate() || f.ptr().ty() != (*s.vm).types.method_descriptor.ptr() || this.is_null() { return Flow::Miss }
        let d = f.ptr().payload::<PyMethodDescriptor>();
        let ty = type_ptr(&(*s.vm).types, this);
        if ty != (*d).owner.ptr() { return Flow::Miss }
        s.save();
        let this = s.at(i.b() + 1);
        let w = match ((*d).def.func, i.c()) {
            (Native::N1(g), 1) => slow::calls::native1(s.vm, g, this, s.at(i.b() + 2)),
            (Native::N0(g), 0) => slow::calls::native0(s.vm, g, this),
            (Native::N2(g), 2) => slow::calls::native2(s.vm, g, this, s.at(i.b() + 2)),
            (Native::Var(g, min, max), n) if n as usize >= min && n as usize <= max => slow::calls::native_var(s.vm, g, this, s.at(i.b() + 2), n as usize),
            _ => return Flow::Miss,
        };
        called(s, i, i.c() + 2, w)
    }
}

#[inline(always)]
pub unsafe fn CallListAppend(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let (f, this) = (s.get(i.b()), s.get(i.b() + 1));
        // The cache holds the descriptor `list.append`, kept alive by the type.
        if f.raw() as u64 != s.cache(2) || !this.is_ptr() || this.ptr().ty() != (*s.vm).types.list.ptr() { return Flow::Miss }
        let list = this.ptr().payload::<PyList>();
        if unlikely(!(*list).push_word(s.get(i.b() + 2))) {
            s.save();
            return Flow::Miss;
        }
        s.drop_word(this);
        s.drop_value(f);
        let none = (*s.vm).consts.none.word();
        none.retain();
        s.set(i.a(), none);
    }
    Flow::Next
}

#[inline(always)]
pub unsafe fn CallType1(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let (f, o) = (s.get(i.b()), s.get(i.b() + 1));
        if !f.same((*s.vm).types.type_.obj().word()) { return Flow::Miss }
        let ty = Word::from_ptr(type_ptr(&(*s.vm).types, o));
        ty.retain();
        s.drop_value(o);
        s.drop_value(f);
        s.set(i.a(), ty);
    }
    Flow::Next
}

#[inline(always)]
pub unsafe fn CallLen(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let f = s.get(i.b());
        if f.raw() as u64 != s.cache(2) { return Flow::Miss }
        s.save();
        let w = slow::calls::len(s.vm, s.get(i.b() + 1));
        called(s, i, 2, w)
    }
}

#[inline(always)]
pub unsafe fn CallIsinstance(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let f = s.get(i.b());
        if f.raw() as u64 != s.cache(2) { return Flow::Miss }
        s.save();
        let w = slow::calls::isinstance(s.vm, s.get(i.b() + 1), s.get(i.b() + 2));
        called(s, i, 3, w)
    }
}

#[inline(always)]
pub unsafe fn CallClass(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let class = s.get(i.b());
        if class.is_immediate() || !std::ptr::eq(class.ptr().info().vtable, PyType::vtable()) { return Flow::Miss }
        if (*class.ptr().payload::<PyType>()).info.version.get() != s.cache(1) as u32 { return Flow::Miss }
        let init = Word::from_raw(s.cache(2) as usize);
        let func = init.ptr().payload::<PyFunction>();
        // The type version keeps `init` alive, not its code: the function's own version must still fit.
        if (*func).version() != (s.cache(1) >> 32) as u32 { return Flow::Miss }
        let exec = &*(*func).exec_ptr();
        let instance = slow::calls::allocate(s.vm, class);
        if unlikely(instance.is_null()) { s.save(); return slow::calls::fail_call(s, i.b(), i.c() as u16 as usize + 1) }
        init.retain();
        instance.retain();
        // The class's slot becomes local 0 (self); the second reference waits in the frame header for the return.
        *s.at(i.b()) = instance;
        s.drop_value(class);
        push(s, init, exec, s.at(i.b()), i.c() as u16 as usize + 1, instance, frame_flags::INIT)
    }
}

/// Releases a word; what its death leaves pending waits for the op's end.
#[inline(always)]
unsafe fn release_quietly(w: Word) {
    unsafe { if w.is_ptr() && unlikely(w.release_is_dead()) { slow::died_quietly(w) } }
}

/// Leaves the current frame with the owned result `w`.
#[inline(always)]
pub unsafe fn leave(s: &mut State, w: Word) -> Flow {
    unsafe {
        let f = Frame(s.fp);
        let mut w = w;
        // Locals die last first, then the function; the caller is current by then, as in CPython 3.14.
        if unlikely(f.flags() | f.frame_object().raw() | f.namespace().raw() != 0) {
            if f.flags() == frame_flags::ENTRY && f.frame_object().is_null() && f.namespace().is_null() {
                return Flow::Exit(slow::calls::leave_entry(s.vm, s.fp, w));
            }
            if f.flags() != frame_flags::INIT || !f.frame_object().is_null() || !w.same((*s.vm).consts.none.word()) {
                let after = slow::calls::leave_slow(s.vm, s.pc, s.fp, w);
                return s.go_or_exit(after);
            }
            w.release();
            w = f.namespace();
        }
        let exec = &*f.exec();
        let first = s.fp.sub(HEADER_WORDS + exec.nlocals);
        let mut p = s.fp.sub(HEADER_WORDS);
        let func = f.func();
        let prev = f.prev();
        let caller = Frame(prev);
        s.pc = caller.pc();
        s.enter(prev, &*caller.exec(), s.pc);
        (*s.vm).recursion_depth -= 1;
        // Quietly: a finalizer's frame could lie over the locals that are still to be released.
        while p > first {
            p = p.sub(1);
            release_quietly(*p);
        }
        release_quietly(func);
        let flow = returned(s, w);
        s.tick();
        flow
    }
}

/// Writes a callee's result where the caller's instruction wants it and steps over that instruction.
#[inline(always)]
pub unsafe fn returned(s: &mut State, w: Word) -> Flow {
    unsafe {
        let call = *s.pc;
        s.set(call.a, w);
        s.pc = s.pc.add(1 + *instar_code::Op::CACHE.get_unchecked(call.op as usize) as usize);
    }
    Flow::Jump
}

#[inline(always)]
pub unsafe fn Return(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let w = s.get(i.a());
        if i.a() < 0 { *s.at(i.a()) = Word::NULL }
        leave(s, w)
    }
}

#[inline(always)]
pub unsafe fn ReturnConst(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let w = *s.k.add(i.wide() as u32 as usize);
        w.retain_value();
        leave(s, w)
    }
}

#[inline(always)]
pub unsafe fn Intrinsic1(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let a = s.use_(i.b());
        s.save();
        let w = slow::intrinsics::one(s.vm, s.fp, i.c(), a);
        s.end(i.b(), a);
        s.finish(i.a(), w)
    }
}

#[inline(always)]
pub unsafe fn Intrinsic2(s: &mut State, i: Instr) -> Flow {
    unsafe {
        s.save();
        let (a, b) = (s.get(i.b()), s.get(i.b() + 1));
        let w = slow::intrinsics::two(s.vm, i.c(), a, b);
        s.drop_value(b);
        s.drop_value(a);
        s.finish(i.a(), w)
    }
}
