//! Generators and coroutines: making them, resuming from native code, delegating to other iterators.
//!
//! The quick ways in and out of a generator's frame are in `ops/generators.rs`.
#![allow(clippy::missing_safety_doc)]

use instar_code::{flags, Op};

use crate::eval::exec::Executable;
use crate::eval::frame::{frame_flags, Frame, HEADER_WORDS};
use crate::eval::state::{obj, word_of, After, Flow, State};
use crate::eval::{ops, slow::chains, unwind};
use crate::monitor::code::real_op;
use crate::object::{ObjExt, Owned, Ref, Word};
use crate::typeobj::TypeRef;
use crate::types::generator::{PyGenerator, State as Life};
use crate::vm::{PyResult, Raised, Vm};

pub(super) unsafe fn payload<'a>(w: Word) -> &'a PyGenerator { unsafe { &*w.ptr().payload::<PyGenerator>() } }

/// The type of what calling a generator function, coroutine function or async generator function makes.
fn type_made(vm: &Vm, code_flags: u32) -> &TypeRef {
    if code_flags & flags::COROUTINE != 0 { &vm.types.coroutine }
    else if code_flags & flags::ASYNC_GENERATOR != 0 { &vm.types.async_generator }
    else { &vm.types.generator }
}

/// Makes the object of the frame at `ReturnGenerator` and moves the locals and the function into it. With `keep` the frame gets its own
/// share of the function and stays complete. Null = MemoryError, nothing has moved.
#[inline(never)]
pub unsafe fn make(vm: *mut Vm, fp: *mut Word, keep: bool) -> Word {
    unsafe {
        let vm = &mut *vm;
        let f = Frame(fp);
        let (exec, func, locals) = (&*f.exec(), f.func(), f.locals());
        match PyGenerator::make(vm, type_made(vm, exec.flags), exec, func, f.names(), f.pc().add(1), (0..exec.nlocals).map(|k| *locals.add(k))) {
            Ok(g) => {
                if keep {
                    func.retain();
                    for k in 0..exec.nlocals { *locals.add(k) = Word::NULL }
                }
                if exec.flags & flags::COROUTINE != 0 { crate::types::coroutine::note_origin(vm, &g, 1) }
                g.into_obj().into_word()
            }
            Err(e) => { vm.raised = Some(vm.out_of_memory(e).0); Word::NULL }
        }
    }
}

/// What calling `func` from native code gives if its code does nothing before `ReturnGenerator`: then no frame is needed.
/// The arguments are exactly the positional parameters; the code has no namespace.
pub fn call<'a>(vm: &mut Vm, func: &Owned, exec: &Executable, args: impl Iterator<Item = &'a Owned> + Clone) -> Option<PyResult> {
    if exec.units[0].op != Op::ReturnGenerator as u16 { return None }
    if vm.recursion_depth >= vm.recursion_limit { return None }
    // SAFETY: `exec` is the function's; the object gets shares of the function and the arguments once it is there.
    unsafe {
        match PyGenerator::make(vm, type_made(vm, exec.flags), exec, func.word(), Word::NULL, exec.units.as_ptr().cast_mut().add(1), args.clone().map(Owned::word)) {
            Ok(g) => {
                func.word().retain();
                for a in args { a.word().retain() }
                if exec.flags & flags::COROUTINE != 0 { crate::types::coroutine::note_origin(vm, &g, 0) }
                Some(Ok(g.into_obj()))
            }
            Err(e) => Some(Err(vm.out_of_memory(e))),
        }
    }
}

/// Where a frame above the running one may begin: behind everything that the innermost frame on the stack owns. Frames of
/// generators lie elsewhere; each remembers the answer while it runs.
#[inline]
pub unsafe fn stack_top(vm: &Vm) -> *mut Word {
    unsafe {
        let mut at = vm.fp;
        let top = loop {
            if at.is_null() { break vm.stack.bottom() }
            let f = Frame(at);
            if f.flags() & frame_flags::GENERATOR == 0 { break f.end() }
            let g = chains::upmost(payload(f.namespace()));
            let known = g.top.get();
            if !known.is_null() { break known }
            at = g.frame().prev();
        };
        let found = at;
        at = vm.fp;
        while at != found {
            let f = Frame(at);
            let g = chains::upmost(payload(f.namespace()));
            g.top.set(top);
            at = g.frame().prev();
        }
        top
    }
}

/// Exchanges the handled exceptions of a generator that begins to run and of its resumer; one of them is not empty.
#[cold]
#[inline(never)]
pub unsafe fn begin_handling(vm: *mut Vm, g: *const PyGenerator) {
    unsafe {
        let (vm, g) = (&mut *vm, &*g);
        if vm.handled.is_some() { vm.resumers_handling += 1 }
        g.handled.set_quietly(vm.handled.replace(g.handled.take()));
    }
}

/// Exchanges them again when the generator stops running; one of them is not empty.
#[cold]
#[inline(never)]
pub unsafe fn end_handling(vm: *mut Vm, g: *const PyGenerator) {
    unsafe {
        let (vm, g) = (&mut *vm, &*g);
        if g.handled.is_some() { vm.resumers_handling -= 1 }
        g.handled.set_quietly(vm.handled.replace(g.handled.take()));
    }
}

/// A generator frame returns or is unwound: the object is finished, the resumer's handled exception comes back.
pub unsafe fn finished(vm: &mut Vm, f: Frame) {
    unsafe {
        let g = payload(f.namespace());
        if !g.chain.get().is_null() { chains::shorten(g) }
        g.state.set(Life::Finished);
        if vm.handled.is_some() || g.handled.is_some() { end_handling(vm, g) }
        drop(g.handled.take());
    }
}

/// Return from a generator's frame that the loop entered itself and that has no frame object.
pub unsafe fn leave(vm: *mut Vm, fp: *mut Word, w: Word) -> After {
    unsafe {
        let f = Frame(fp);
        finished(&mut *vm, f);
        let resumer = Frame(f.prev());
        (*vm).fp = resumer.0;
        (*vm).recursion_depth -= 1;
        let first = f.locals();
        let mut p = fp.sub(HEADER_WORDS);
        while p > first {
            p = p.sub(1);
            (*p).release();
        }
        let mut s = State { pc: resumer.pc(), fp: resumer.0, k: resumer.consts(), vm };
        returned_to(&mut s, w);
        After { pc: s.pc, fp: s.fp }
    }
}

/// After a direct entry from `ForIter` or `Send` the generator returned `w`: the loop ends.
#[inline(always)]
pub unsafe fn returned_to(s: &mut State, w: Word) -> Flow {
    unsafe {
        let i = *s.pc;
        let offset = s.cache(1) as i32;
        if real_op(&*Frame(s.fp).exec(), s.pc).generic() == Op::Send {
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

/// Runs `body` with the generator, which waits for its delegate's `throw`, among the running frames.
pub fn linked<T>(vm: &mut Vm, g: &Ref<PyGenerator>, body: impl FnOnce(&mut Vm) -> T) -> T {
    let f = g.frame();
    // SAFETY: the caller's handle keeps the generator; the frame is suspended, so nobody else has put it among the running ones,
    // and it leaves them again before it can be resumed.
    unsafe {
        let resumer = vm.fp;
        f.set_prev(resumer);
        f.set_flags(frame_flags::GENERATOR | frame_flags::LINKED);
        g.top.set(std::ptr::null_mut());
        g.state.set(Life::Running);
        vm.fp = f.0;
        let r = body(vm);
        vm.fp = resumer;
        f.set_flags(frame_flags::GENERATOR);
        g.state.set(Life::Suspended);
        r
    }
}

/// Runs `body` while the generator counts as running without being among the running frames.
pub fn busy<T>(vm: &mut Vm, g: &Ref<PyGenerator>, body: impl FnOnce(&mut Vm) -> T) -> T {
    // SAFETY: the frame is suspended: its `prev` means nothing.
    unsafe { g.frame().set_prev(std::ptr::null_mut()) }
    g.state.set(Life::Running);
    let r = body(vm);
    g.state.set(Life::Suspended);
    r
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
    // SAFETY: the caller's handle keeps the generator, and so its frame, alive.
    unsafe {
        let g = payload(gen_obj.word());
        let state = g.life();
        if with.is_err() || vm.is_monitored() { g.settle() }
        match state {
            Life::Running | Life::Chained => { let k = kind_name(vm, gen_obj); return Err(vm.value_error(format!("{k} already executing"))) }
            Life::Finished => {
                return match with {
                    _ if gen_obj.type_of(vm).ptr() == vm.types.coroutine.ptr() => Err(vm.runtime_error("cannot reuse already awaited coroutine")),
                    Err(e) => { e.0.thrown.set(true); Err(e) }
                    Ok(_) => Ok(Resumed::Returned(vm.none())),
                };
            }
            Life::Created => {
                if let Err(e) = with {
                    // Nothing of the body is in force yet: no handler, no finally. The exception comes from where the frame was made.
                    e.0.thrown.set(true);
                    vm.raised = Some(e.0);
                    let f = g.frame();
                    f.set_pc(f.pc().sub(1));
                    vm.add_traceback(f);
                    g.abandon();
                    return Err(Raised(vm.raised.take().expect("law: just set")));
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
        if vm.recursion_depth >= vm.recursion_limit_set { return Err(vm.recursion_error("maximum recursion depth exceeded")) }
        let f = ops::begin(vm, vm.fp, g);
        f.set_flags(frame_flags::GENERATOR | frame_flags::ENTRY);
        let with = if vm.is_monitored() {
            let thrown = with.as_ref().err().map(|e| e.0.obj().clone());
            vm.frame_resumes(f, state == Life::Created, thrown.as_ref()).and(with)
        } else {
            with
        };
        // What waits is for the innermost generator: one that delegates sends on first.
        let with = match with {
            Ok(v) if state == Life::Suspended && vm.breaker.get() != 0 && (*f.pc()).c != 1 => crate::eval::breaker::handle(vm).map(|()| v),
            with => with,
        };
        let mut inner = f;
        match with {
            Ok(v) => if state == Life::Suspended {
                let at = if (*f.pc()).c == 1 { chains::send_on(vm, f.0, f.pc()) } else { After { pc: f.pc(), fp: f.0 } };
                inner = Frame(at.fp);
                inner.set_pc(ops::deliver(inner, at.pc, v.into_word()));
            },
            Err(e) => {
                vm.chain_thrown(&e);
                vm.raised = Some(e.0);
                let after = unwind::unwind(vm, f.pc(), f.0);
                if after.pc.is_null() { return Err(Raised(vm.raised.take().expect("law: unwind leaves the exception"))) }
                debug_assert_eq!(after.fp, f.0);
                f.set_pc(after.pc);
            }
        }
        let r = crate::eval::run(vm, inner);
        f.set_flags(frame_flags::GENERATOR);
        match r {
            Some(o) if g.state.get() == Life::Finished => Ok(Resumed::Returned(o)),
            Some(o) => Ok(Resumed::Yielded(o)),
            None => Err(Raised(vm.raised.take().expect("law: run sets the exception"))),
        }
    }
}

/// Whether the jump at `pc` closes the loop of `yield from` or `await`: what waits is then for the delegate.
#[cold]
#[inline(never)]
pub unsafe fn is_delegating(fp: *mut Word, pc: *mut instar_code::Unit, offset: i32) -> bool {
    unsafe { real_op(&*Frame(fp).exec(), pc.offset(offset as isize)).generic() == Op::Send }
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
    if ty == vm.types.async_gen_asend.ptr() { return crate::types::async_generator::asend_step(vm, it, &v) }
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
        let e = Raised(super::exceptions::taken(vm, e));
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
        let e = super::exceptions::taken(vm, e);
        if e.obj().is_instance_of(vm, &vm.types.stop_async_iteration) { return true }
        vm.set_reraised(e);
        false
    }
}
