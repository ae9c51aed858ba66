//! Generators and coroutines in the loop: making, suspending, resuming, delegating.
#![allow(clippy::missing_safety_doc)]

use instar_code::{flags, Op};

use crate::eval::frame::{frame_flags, Frame, HEADER_WORDS};
use crate::eval::slow::calls;
use crate::eval::state::{obj, word_of, Flow, State};
use crate::eval::{ops, unwind};
use crate::object::{ObjExt, Owned, Ref, Word};
use crate::types::exception::PyException;
use crate::types::function::PyFunction;
use crate::types::generator::{PyGenerator, State as Life};
use crate::vm::{PyResult, Raised, Vm};

unsafe fn payload<'a>(w: Word) -> &'a PyGenerator { unsafe { &*w.ptr().payload::<PyGenerator>() } }

/// Makes the object, moves the frame into it and returns the object to the caller.
#[inline(always)]
pub unsafe fn return_generator(s: &mut State) -> Flow {
    unsafe {
        s.save();
        let w = make(s.vm, s.fp);
        if w.is_null() { return Flow::Error }
        ops::leave(s, w)
    }
}

#[inline(never)]
unsafe fn make(vm: *mut Vm, fp: *mut Word) -> Word {
    unsafe {
        let vm = &mut *vm;
        let f = Frame(fp);
        let exec = &*f.exec();
        let func_word = f.func();
        let func = &*func_word.ptr().payload::<PyFunction>();
        let ty = if exec.flags & flags::COROUTINE != 0 { vm.types.coroutine.clone() }
            else if exec.flags & flags::ASYNC_GENERATOR != 0 { vm.types.async_generator.clone() }
            else { vm.types.generator.clone() };
        let payload = PyGenerator::new(exec, obj::<'_>(&func_word).clone(), func.name.get(), func.qualname.get());
        let r = vm.new_object_of(&ty, payload).map(|g| {
            let words = &mut *g.words.get();
            let locals = f.locals();
            words.reserve_exact(exec.nlocals + exec.temps.min(4));
            for k in 0..exec.nlocals {
                words.push(*locals.add(k));
                *locals.add(k) = Word::NULL;
            }
            g.unit.set(f.unit_index() + 1);
            if exec.flags & flags::COROUTINE != 0 { crate::types::coroutine::note_origin(vm, &g) }
            g.into_obj()
        });
        word_of(vm, r)
    }
}

/// Yields the owned word `w`: copies the frame back and goes on in the resumer.
#[inline(always)]
pub unsafe fn suspend(s: &mut State, w: Word) -> Flow {
    unsafe {
        let f = Frame(s.fp);
        let entry = f.flags() & frame_flags::ENTRY != 0;
        let prev = f.prev();
        park(s.vm, s.fp, s.pc);
        if entry { return Flow::Exit(w) }
        s.fp = prev;
        let caller = Frame(prev);
        s.k = (*caller.exec()).consts.as_ptr().cast();
        s.pc = caller.pc();
        ops::returned(s, w)
    }
}

#[inline(never)]
unsafe fn park(vm: *mut Vm, fp: *mut Word, pc: *mut instar_code::Unit) {
    unsafe {
        let vm = &mut *vm;
        let f = Frame(fp);
        f.set_pc(pc);
        let g = payload(f.namespace());
        let exec = &*f.exec();
        let unit = f.unit_index();
        let depth = exec.blob.error_depth[unit] as usize;
        let words = &mut *g.words.get();
        words.clear();
        let locals = f.locals();
        for k in 0..exec.nlocals { words.push(*locals.add(k)) }
        for k in 0..depth { words.push(*fp.add(k)) }
        g.unit.set(unit);
        g.state.set(Life::Suspended);
        let frame_object = f.frame_object();
        if !frame_object.is_null() {
            crate::types::frame::park(vm, f);
            g.frame_object.set(Some(Owned::from_word(frame_object)));
        }
        f.func().release();
        let inner = vm.handled.replace(vm.exc_chain.pop().expect("law: resume pushed"));
        g.handled.set(inner);
        vm.fp = f.prev();
        if f.flags() & frame_flags::CHUNK != 0 { vm.stack.shrink() }
        vm.recursion_depth -= 1;
    }
}

/// Copies a suspended frame onto the stack above the running one and makes it current.
unsafe fn unpark(vm: &mut Vm, gen_word: Word, flags_: usize) -> PyResult<Frame> {
    unsafe {
        let g = payload(gen_word);
        let exec = g.executable();
        let mut base = if vm.fp.is_null() { vm.stack.bottom() } else { Frame(vm.fp).end() };
        let grown = calls::reserve(vm, exec, &mut base)?;
        let words = &mut *g.words.get();
        let fp = base.add(exec.nlocals + HEADER_WORDS);
        std::ptr::copy_nonoverlapping(words.as_ptr(), base, exec.nlocals);
        std::ptr::copy_nonoverlapping(words.as_ptr().add(exec.nlocals), fp, words.len() - exec.nlocals);
        words.clear();
        let f = Frame(fp);
        let func = g.func.get().expect("law: a live generator has its function");
        f.set_prev(vm.fp);
        f.set_exec(exec);
        f.set_globals((*func.word().ptr().payload::<PyFunction>()).globals_word());
        f.set_func(func.into_word());
        f.set_namespace(gen_word);
        f.set_flags(flags_ | frame_flags::GENERATOR | if grown { frame_flags::CHUNK } else { 0 });
        f.set_pc(exec.units.as_ptr().cast_mut().add(g.unit.get()));
        f.set_frame_object(g.frame_object.take().map_or(Word::NULL, Owned::into_word));
        if !f.frame_object().is_null() { crate::types::frame::unpark(f) }
        g.state.set(Life::Running);
        let outer = vm.handled.replace(g.handled.take());
        vm.exc_chain.push(outer);
        vm.fp = fp;
        vm.recursion_depth += 1;
        Ok(f)
    }
}

/// A generator frame returns or is unwound: the object is finished, the resumer's handled exception comes back.
pub unsafe fn finished(vm: &mut Vm, f: Frame) {
    unsafe {
        let g = payload(f.namespace());
        g.state.set(Life::Finished);
        let inner = vm.handled.replace(vm.exc_chain.pop().expect("law: resume pushed"));
        drop(inner);
    }
}

/// After a direct entry from `ForIter` or `Send` the generator returned `w`: the loop ends.
#[inline(always)]
pub unsafe fn returned_to(s: &mut State, w: Word) -> Flow {
    unsafe {
        let i = *s.pc;
        let offset = s.cache(1) as i32;
        if std::mem::transmute::<u16, Op>(i.op).generic() == Op::Send {
            // The delegating loop ends with the value; EndSend takes the iterator.
            *s.at(i.a) = w;
            s.tick();
            return s.jump(offset);
        }
        w.release();
        let it = s.get(i.b);
        s.drop_word(it);
        s.tick();
        s.jump(offset)
    }
}

/// Whether `ForIter` may enter the generator's frame directly.
#[inline(always)]
pub unsafe fn can_enter(vm: *mut Vm, it: Word) -> bool {
    unsafe { matches!(payload(it).state.get(), Life::Suspended | Life::Created) && (*vm).breaker.get() == 0 }
}

/// Whether `Send` may enter the frame of `it` directly: an exact generator or coroutine that can take `v` now.
#[inline(always)]
pub unsafe fn can_send(vm: *mut Vm, it: Word, v: Word) -> bool {
    unsafe {
        let types = &(*vm).types;
        if !it.is_ptr() || it.ptr().ty() != types.generator.ptr() && it.ptr().ty() != types.coroutine.ptr() || (*vm).breaker.get() != 0 { return false }
        match payload(it).state.get() {
            Life::Suspended => true,
            Life::Created => v.same((*vm).consts.none.word()),
            _ => false,
        }
    }
}

/// Enters the generator in temp `b` of the current `Send` with the owned value `v`.
#[inline(always)]
pub unsafe fn enter_send(s: &mut State, it: Word, v: Word) -> Flow {
    unsafe {
        let fp = enter_with(s.vm, it, v);
        if fp.is_null() { return Flow::Error }
        let f = Frame(fp);
        s.fp = fp;
        s.k = (*f.exec()).consts.as_ptr().cast();
        s.pc = f.pc();
    }
    Flow::Jump
}

/// Enters the generator in temp `b` of the current `ForIter`, sending None.
#[inline(always)]
pub unsafe fn enter_for_iter(s: &mut State, it: Word) -> Flow {
    unsafe {
        s.save();
        let fp = enter(s.vm, it);
        if fp.is_null() { return Flow::Error }
        let f = Frame(fp);
        s.fp = fp;
        s.k = (*f.exec()).consts.as_ptr().cast();
        s.pc = f.pc();
    }
    Flow::Jump
}

unsafe fn enter(vm: *mut Vm, it: Word) -> *mut Word {
    unsafe {
        let none = (*vm).consts.none.word();
        none.retain();
        enter_with(vm, it, none)
    }
}

/// The frame of `it`, on the stack and told `v` (owned); null after an exception.
#[inline(never)]
unsafe fn enter_with(vm: *mut Vm, it: Word, v: Word) -> *mut Word {
    unsafe {
        let vm = &mut *vm;
        let v = Owned::from_word(v);
        let started = payload(it).state.get() == Life::Suspended;
        match unpark(vm, it, 0) {
            Ok(f) => {
                if started { deliver(f, v) }
                f.0
            }
            Err(e) => { vm.raised = Some(e.0); std::ptr::null_mut() }
        }
    }
}

/// Puts the sent value where the yield wants it and steps over the yield.
unsafe fn deliver(f: Frame, value: Owned) {
    unsafe {
        let pc = f.pc();
        debug_assert_eq!((*pc).op, Op::YieldValue as u16);
        *f.0.offset((*pc).a as isize) = value.into_word();
        f.set_pc(pc.add(1));
    }
}

/// What resuming a generator gave.
pub enum Resumed {
    /// It yielded.
    Yielded(Owned),
    /// It returned.
    Returned(Owned),
}

fn kind_name(vm: &Vm, g: &Owned) -> &'static str {
    let ty = g.type_of(vm).ptr();
    if ty == vm.types.coroutine.ptr() { "coroutine" } else if ty == vm.types.async_generator.ptr() { "async generator" } else { "generator" }
}

/// Resumes from native code with a value (`Ok`) or an exception (`Err`).
pub fn resume(vm: &mut Vm, gen_obj: &Owned, with: Result<Owned, Raised>) -> PyResult<Resumed> {
    vm.check_native_stack("")?;
    // SAFETY: the frame is unparked completely before `run`; the caller's handle keeps the generator alive.
    unsafe {
        let g = payload(gen_obj.word());
        let state = g.state.get();
        match state {
            Life::Running => { let k = kind_name(vm, gen_obj); return Err(vm.value_error(format!("{k} already executing"))) }
            Life::Finished => {
                return match with {
                    Err(e) => { vm.chain_context(&e); Err(e) }
                    Ok(_) if kind_name(vm, gen_obj) == "coroutine" => Err(vm.runtime_error("cannot reuse already awaited coroutine")),
                    Ok(_) => Ok(Resumed::Returned(vm.none())),
                };
            }
            Life::Created => {
                if let Err(e) = with {
                    // Nothing of the body is in force yet: no handler, no finally.
                    g.state.set(Life::Finished);
                    g.release_frame();
                    vm.chain_context(&e);
                    return Err(e);
                }
                if let Ok(v) = &with {
                    if !vm.is_none(v) {
                        let k = kind_name(vm, gen_obj);
                        return Err(vm.type_error(format!("can't send non-None value to a just-started {k}")));
                    }
                }
            }
            Life::Suspended => {}
        }
        let f = unpark(vm, gen_obj.word(), frame_flags::ENTRY)?;
        match with {
            Ok(v) => if state == Life::Suspended { deliver(f, v) },
            Err(e) => {
                vm.set_raised_with_context(e);
                let after = unwind::unwind(vm, f.pc(), f.0);
                if after.pc.is_null() { return Err(Raised(vm.raised.take().expect("law: unwind leaves the exception"))) }
                debug_assert_eq!(after.fp, f.0);
                f.set_pc(after.pc);
            }
        }
        match crate::eval::run(vm, f) {
            Some(o) if g.state.get() == Life::Finished => Ok(Resumed::Returned(o)),
            Some(o) => Ok(Resumed::Yielded(o)),
            None => Err(Raised(vm.raised.take().expect("law: run sets the exception"))),
        }
    }
}

/// `send` to any iterator: (1, yielded), (0, returned), (-1, -). Takes `v`.
#[inline(never)]
pub unsafe fn send(vm: *mut Vm, it: Word, v: Word) -> (i32, Word) {
    unsafe {
        let vm = &mut *vm;
        let v = Owned::from_word(v);
        match send_to(vm, obj(&it), v) {
            Ok(Resumed::Yielded(o)) => (1, o.into_word()),
            Ok(Resumed::Returned(o)) => (0, o.into_word()),
            Err(e) => { vm.raised = Some(e.0); (-1, Word::NULL) }
        }
    }
}

/// Sends `v` to a generator, coroutine or iterator.
pub fn send_to(vm: &mut Vm, it: &Owned, v: Owned) -> PyResult<Resumed> {
    let ty = it.type_of(vm).ptr();
    if ty == vm.types.generator.ptr() || ty == vm.types.coroutine.ptr() { return resume(vm, it, Ok(v)) }
    let r = if vm.is_none(&v) {
        // A class's `__next__` may raise StopIteration with a value, which its slot would drop.
        if it.type_of(vm).is_heap_type() { crate::typeobj::slot_dunder::next_raising(vm, it).map(Some) } else { vm.next_raw(it) }
    } else {
        let name = vm.names.send.clone();
        match vm.call_method(it, &name, &[v]) { Ok(o) => Ok(Some(o)), Err(e) => Err(e) }
    };
    match r {
        Ok(Some(o)) => Ok(Resumed::Yielded(o)),
        Ok(None) => Ok(Resumed::Returned(vm.take_stop_value())),
        Err(e) => match crate::types::exception::stop_iteration_value(vm, e) {
            Ok(value) => Ok(Resumed::Returned(value)),
            Err(e) => Err(e),
        },
    }
}

#[inline(never)]
pub unsafe fn yield_from_iter(vm: *mut Vm, fp: *mut Word, o: Word) -> Word {
    unsafe {
        let vm = &mut *vm;
        let o: &Owned = obj(&o);
        let ty = o.type_of(vm).ptr();
        let r = if ty == vm.types.generator.ptr() { Ok(o.clone()) }
            else if ty == vm.types.coroutine.ptr() {
                if (*Frame(fp).exec()).flags & (flags::COROUTINE | flags::ITERABLE_COROUTINE) != 0 { Ok(o.clone()) }
                else { Err(vm.type_error("cannot 'yield from' a coroutine object in a non-coroutine generator")) }
            } else { vm.iter(o) };
        word_of(vm, r)
    }
}

/// The thrown exception `e` (owned): the value of a StopIteration, else raised again (null).
#[inline(never)]
pub unsafe fn cleanup_throw(vm: *mut Vm, e: Word) -> Word {
    unsafe {
        let vm = &mut *vm;
        let e = Raised(Ref::<PyException>::from_owned_unchecked(Owned::from_word(e)));
        match crate::types::exception::stop_iteration_value(vm, e) {
            Ok(v) => v.into_word(),
            Err(e) => { vm.set_reraised(e.0); Word::NULL }
        }
    }
}

#[inline(never)]
pub unsafe fn awaitable(vm: *mut Vm, o: Word, whom: i16) -> Word {
    unsafe {
        let vm = &mut *vm;
        let o: &Owned = obj(&o);
        let r = crate::types::coroutine::awaitable(vm, o, whom);
        word_of(vm, r)
    }
}

#[inline(never)]
pub unsafe fn aiter(vm: *mut Vm, o: Word) -> Word {
    unsafe {
        let vm = &mut *vm;
        let r = crate::types::coroutine::aiter(vm, obj(&o));
        word_of(vm, r)
    }
}

#[inline(never)]
pub unsafe fn anext(vm: *mut Vm, o: Word) -> Word {
    unsafe {
        let vm = &mut *vm;
        let r = crate::types::coroutine::anext_awaitable(vm, obj(&o));
        word_of(vm, r)
    }
}

/// Takes the exception word: true if it was StopAsyncIteration, else it is raised again.
#[inline(never)]
pub unsafe fn end_async_for(vm: *mut Vm, e: Word) -> bool {
    unsafe {
        let vm = &mut *vm;
        let e = Ref::<PyException>::from_owned_unchecked(Owned::from_word(e));
        if e.obj().is_instance_of(vm, &vm.types.stop_async_iteration) { return true }
        vm.set_reraised(e);
        false
    }
}
