//! Calls that need more than a frame push: binding, growth of the stack, natives, `__init__`, frames with obligations on return.
#![allow(clippy::missing_safety_doc)]

use instar_code::{flags, Unit};
use smallvec::SmallVec;

use crate::args::Args;
use crate::eval::bind;
use crate::eval::exec::Executable;
use crate::eval::frame::{frame_flags, Frame, HEADER_WORDS};
use crate::eval::ops;
use crate::eval::slow::generators;
use crate::eval::specialize;
use crate::eval::stack::GUARD_WORDS;
use crate::eval::state::{obj, word_of, After, Flow, State};
use crate::object::{Owned, Ref, Word};
use crate::typeobj::PyType;
use crate::types::dict::PyDict;
use crate::types::function::PyFunction;
use crate::types::method::PyMethod;
use crate::types::str::PyStr;
use crate::types::tuple::PyTuple;
use crate::vm::{PyResult, Raised, Vm};

/// Releases `count` temps from `b` (the callable and its arguments) and fails.
#[cold]
#[inline(never)]
unsafe fn release_range(s_fp: *mut Word, b: i16, count: usize) {
    unsafe { for k in 0..count { (*s_fp.offset(b as isize + k as isize)).release() } }
}

#[inline(always)]
pub unsafe fn fail_call(s: &mut State, b: i16, count: usize) -> Flow {
    unsafe { release_range(s.fp, b, count) };
    Flow::Error
}

/// Room for a frame of `exec` at `base`, else (the caller is a generator) at the top of the stack, else in a new chunk; RecursionError,
/// MemoryError. `*base` says where (arguments are not copied); `Ok(true)` = new chunk.
pub unsafe fn reserve(vm: &mut Vm, exec: &Executable, base: &mut *mut Word) -> PyResult<bool> {
    unsafe {
        if vm.recursion_depth >= vm.recursion_limit_set { return Err(vm.recursion_error("maximum recursion depth exceeded")) }
        let words = exec.nlocals + HEADER_WORDS + exec.temps;
        let room = match vm.stack.room(*base) {
            Some(room) => room,
            None => {
                *base = generators::stack_top(vm);
                vm.stack.room(*base).unwrap_or(0)
            }
        };
        if room >= words { return Ok(false) }
        match vm.stack.grow(words) {
            Some(start) => { *base = start; Ok(true) }
            None => Err(vm.no_memory()),
        }
    }
}

/// The reasons not to push at once: eval breaker, recursion limit, full chunk, a generator as the caller. A null pc = an exception is set.
#[cold]
#[inline(never)]
#[allow(clippy::too_many_arguments)]
pub unsafe fn push_slow(vm: *mut Vm, pc: *mut Unit, fp: *mut Word, func: Word, base: *mut Word, given: usize, namespace: Word, flags: usize) -> After {
    unsafe {
        let exec = &*(*func.ptr().payload::<PyFunction>()).exec_ptr();
        let mut s = State { pc, fp, k: std::ptr::null(), vm };
        s.save();
        if (*vm).stack.room(base).is_none() {
            // A generator calls: all is well but the place.
            let top = generators::stack_top(&*vm);
            if ops::fits(vm, exec, top) {
                for k in 0..given { *top.add(k) = *base.add(k) }
                for k in given..exec.nlocals { *top.add(k) = Word::NULL }
                (*vm).recursion_depth += 1;
                ops::link(&mut s, func, exec, top.add(exec.nlocals + HEADER_WORDS), namespace, flags);
                return After { pc: s.pc, fp: s.fp };
            }
        }
        match prepare(vm, func, exec, base, given, namespace) {
            Some((base, more)) => {
                for k in given..exec.nlocals { *base.add(k) = Word::NULL }
                ops::link(&mut s, func, exec, base.add(exec.nlocals + HEADER_WORDS), namespace, flags | more);
                if !begins(vm, s.fp) { return After { pc: std::ptr::null_mut(), fp } }
                After { pc: s.pc, fp: s.fp }
            }
            None => After { pc: std::ptr::null_mut(), fp },
        }
    }
}

/// A frame was pushed; tools that watch hear of it. False: one raised, the frame is gone and the exception in `vm.raised`.
unsafe fn begins(vm: *mut Vm, fp: *mut Word) -> bool {
    unsafe {
        if !(*vm).is_monitored() { return true }
        match (*vm).frame_begins(Frame(fp)) {
            Ok(()) => true,
            Err(e) => {
                (*vm).set_raised_with_context(e);
                crate::eval::unwind::abandon(&mut *vm, fp);
                false
            }
        }
    }
}

/// Handles the eval breaker. The arguments may lie above what the caller owns, where code that runs now has its frames: they are
/// kept elsewhere meanwhile.
unsafe fn handle_holding(vm: &mut Vm, base: *mut Word, given: usize) -> PyResult<()> {
    unsafe {
        let mut held: Vec<Word> = Vec::new();
        if held.try_reserve_exact(given).is_err() { return Err(vm.no_memory()) }
        held.extend_from_slice(std::slice::from_raw_parts(base, given));
        let r = crate::eval::breaker::handle(vm);
        std::ptr::copy_nonoverlapping(held.as_ptr(), base, given);
        r
    }
}

#[cold]
#[inline(never)]
unsafe fn prepare(vm: *mut Vm, func: Word, exec: &Executable, base: *mut Word, given: usize, namespace: Word) -> Option<(*mut Word, usize)> {
    unsafe {
        let vm = &mut *vm;
        let mut to = base;
        let r = if vm.breaker.get() != 0 { handle_holding(vm, base, given) } else { Ok(()) };
        match r.and_then(|()| reserve(vm, exec, &mut to)) {
            Ok(grown) => {
                if to != base { std::ptr::copy_nonoverlapping(base, to, given) }
                vm.recursion_depth += 1;
                Some((to, if grown { frame_flags::CHUNK } else { 0 }))
            }
            Err(e) => {
                for k in 0..given { (*base.add(k)).release() }
                func.release();
                namespace.release();
                vm.raised = Some(e.0);
                None
            }
        }
    }
}

/// Enters a Python function: `base..base+given` hold its positional arguments, `kwnames` the names of the last of them.
#[inline(always)]
unsafe fn enter_function(s: &mut State, func: Word, base: *mut Word, given: usize, kwnames: Option<&Ref<PyTuple>>, flags: usize) -> Flow {
    unsafe {
        s.save();
        let Some(exec) = executable(s.vm, func) else {
            for k in 0..given { (*base.add(k)).release() }
            func.release();
            return Flow::Error;
        };
        if exec.simple && given == exec.arg_count && kwnames.is_none() { return ops::push(s, func, exec, base, given, Word::NULL, flags) }
        let namespace = own_namespace(func, exec);
        if let Some((base, count)) = bind_in_place(s.vm, func, exec, base, given, kwnames) { return ops::push(s, func, exec, base, count, namespace, flags) }
        match bind_range(s.vm, func, exec, base, given, kwnames, namespace) {
            Some((base, count, more)) => {
                for k in count..exec.nlocals { *base.add(k) = Word::NULL }
                ops::link(s, func, exec, base.add(exec.nlocals + HEADER_WORDS), namespace, flags | more);
                if begins(s.vm, s.fp) { return Flow::Jump }
                // The caller is current again, at its call.
                let caller = Frame((*s.vm).fp);
                s.go(After { pc: caller.pc(), fp: caller.0 });
                Flow::Error
            }
            None => Flow::Error,
        }
    }
}

/// The namespace (owned) of a function's frame: its globals where the code has one at all, else null.
unsafe fn own_namespace(func: Word, exec: &Executable) -> Word {
    unsafe {
        if !exec.has_namespace() { return Word::NULL }
        let globals = (*func.ptr().payload::<PyFunction>()).globals_word();
        globals.retain();
        globals
    }
}

/// Most keywords that are bound in place.
const KEYWORDS: usize = 16;

/// Puts keywords, defaults and the surplus in their places if the frame fits and nothing is wrong or unusual; where the parameters
/// are (at the top of the stack if a generator calls) and the number of parameter slots, all filled. Otherwise nothing is changed.
#[inline(never)]
unsafe fn bind_in_place(vm: *mut Vm, func: Word, exec: &Executable, base: *mut Word, given: usize, kwnames: Option<&Ref<PyTuple>>) -> Option<(*mut Word, usize)> {
    unsafe {
        let argc = exec.arg_count;
        let total = argc + exec.kwonly_count;
        let names = kwnames.map_or(&[][..], |t| t.items());
        let npos = given - names.len();
        let varargs = exec.flags & flags::VARARGS != 0;
        let huge = exec.nlocals + HEADER_WORDS + exec.temps > GUARD_WORDS;
        if npos > argc && !varargs || names.len() > KEYWORDS || total > 60 || huge { return None }
        let to = if (*vm).stack.room(base).is_some() { base } else { generators::stack_top(&*vm) };
        if !ops::fits(vm, exec, to) { return None }
        let bound = npos.min(argc);
        // Where each keyword goes; no change before all is known to be well.
        let mut places = [0u8; KEYWORDS];
        let mut filled = (1u64 << bound) - 1;
        for (place, name) in places.iter_mut().zip(names) {
            let text = Ref::<PyStr>::cast(name)?.as_ascii()?;
            let i = (exec.posonly_count..total).find(|&i| exec.local_name(i) == text)?;
            if filled >> i & 1 != 0 { return None }
            filled |= 1 << i;
            *place = i as u8;
        }
        let f = &*func.ptr().payload::<PyFunction>();
        let defaults = f.defaults.get();
        let defaults: &[Owned] = defaults.as_ref().and_then(Ref::<PyTuple>::cast).map_or(&[], |t| t.items());
        let first = argc.checked_sub(defaults.len())?;
        // A missing keyword-only parameter needs a look into a dict, another one is an error.
        for i in bound..total {
            if filled >> i & 1 == 0 && (i < first || i >= argc) { return None }
        }
        // What can fail for want of memory.
        let surplus = npos - bound;
        let mut star = Word::NULL;
        if varargs {
            let items = std::slice::from_raw_parts(base.add(bound).cast::<Owned>(), surplus);
            star = (*vm).new_tuple(items.iter().cloned()).ok()?.into_obj().into_word();
        }
        let mut rest = Word::NULL;
        if exec.flags & flags::VARKEYWORDS != 0 {
            match (*vm).new_dict() {
                Ok(d) => rest = d.into_obj().into_word(),
                Err(_) => { star.release(); return None }
            }
        }
        for k in 0..surplus { (*base.add(bound + k)).release() }
        let mut values = [Word::NULL; KEYWORDS];
        for (k, v) in values.iter_mut().enumerate().take(names.len()) { *v = *base.add(npos + k) }
        if to != base { std::ptr::copy_nonoverlapping(base, to, bound) }
        for i in bound..total {
            if filled >> i & 1 == 0 {
                let w = defaults[i - first].word();
                w.retain();
                *to.add(i) = w;
            }
        }
        for (k, &place) in places.iter().enumerate().take(names.len()) { *to.add(place as usize) = values[k] }
        let mut count = total;
        for w in [star, rest] {
            if !w.is_null() { *to.add(count) = w; count += 1 }
        }
        Some((to, count))
    }
}

/// The function's executable, made now if this is its first call.
#[inline(always)]
pub unsafe fn executable<'a>(vm: *mut Vm, func: Word) -> Option<&'a Executable> {
    unsafe {
        let p = (*func.ptr().payload::<PyFunction>()).exec_ptr();
        if !p.is_null() { return Some(&*p) }
        make_executable(vm, func)
    }
}

#[cold]
#[inline(never)]
unsafe fn make_executable<'a>(vm: *mut Vm, func: Word) -> Option<&'a Executable> {
    unsafe {
        let vm = &mut *vm;
        let f = Ref::<PyFunction>::from_ref_unchecked(&*(&raw const func).cast::<Owned>()).clone();
        match f.executable(vm) {
            Ok(p) => Some(&*p),
            Err(e) => { vm.raised = Some(e.0); None }
        }
    }
}

#[inline(never)]
unsafe fn bind_range(vm: *mut Vm, func: Word, exec: &Executable, base: *mut Word, given: usize, kwnames: Option<&Ref<PyTuple>>, namespace: Word) -> Option<(*mut Word, usize, usize)> {
    unsafe {
        let vm = &mut *vm;
        let names = kwnames.map_or(&[][..], |t| t.items());
        let npos = given - names.len();
        let pos: Vec<Owned> = (0..npos).map(|k| Owned::from_word(*base.add(k))).collect();
        let values: Vec<Owned> = (npos..given).map(|k| Owned::from_word(*base.add(k))).collect();
        let f = Ref::<PyFunction>::from_ref_unchecked(&*(&raw const func).cast::<Owned>());
        let mut to = base;
        let r = bind::bind(vm, f, exec, pos, names, values).and_then(|bound| {
            if vm.breaker.get() != 0 { crate::eval::breaker::handle(vm)?; }
            let grown = reserve(vm, exec, &mut to)?;
            let count = bound.len();
            for (k, w) in bind::into_words(bound).enumerate() { *to.add(k) = w }
            vm.recursion_depth += 1;
            Ok((to, count, if grown { frame_flags::CHUNK } else { 0 }))
        });
        match r {
            Ok(t) => Some(t),
            Err(e) => { func.release(); namespace.release(); vm.raised = Some(e.0); None }
        }
    }
}

/// The generic call of temps `b..`.
#[inline(always)]
pub unsafe fn call(s: &mut State, out: i16, b: i16, n: usize, method: bool) -> Flow {
    unsafe {
        s.save();
        let f = s.get(b);
        specialize::calls::call(&mut *s.vm, s.pc, s.fp, b, n, method);
        let (this, first) = if method { (s.get(b + 1), b + 2) } else { (Word::NULL, b + 1) };
        let types = &(*s.vm).types;
        if f.is_ptr() && f.ptr().ty() == types.function.ptr() {
            return if this.is_null() { enter_function(s, f, s.at(first), n, None, 0) }
                else { enter_function(s, f, s.at(first - 1), n + 1, None, 0) };
        }
        if f.is_ptr() && this.is_null() && f.ptr().ty() == types.method.ptr() {
            // A bound method: self takes the temp before the first argument.
            let m = &*f.ptr().payload::<PyMethod>();
            let (func, this) = (m.func.word(), m.this.word());
            if func.is_ptr() && func.ptr().ty() == types.function.ptr() {
                func.retain();
                this.retain();
                *s.at(first - 1) = this;
                f.release();
                return enter_function(s, func, s.at(first - 1), n + 1, None, 0);
            }
        }
        let w = if this.is_null() { call_native(s.vm, f, s.at(first), n, Word::NULL) } else { call_native(s.vm, f, s.at(first - 1), n + 1, Word::NULL) };
        let count = n + if method { 2 } else { 1 };
        for k in (0..count).rev() { let w = s.get(b + k as i16); s.drop_word(w) }
        s.finish(out, w)
    }
}

/// Calls anything through its `call` slot with `n` words at `args` (borrowed); `kwnames` a tuple or null.
#[inline(never)]
pub unsafe fn call_native(vm: *mut Vm, f: Word, args: *mut Word, n: usize, kwnames: Word) -> Word {
    unsafe {
        let _library = crate::stats::within(crate::stats::Origin::Library);
        let vm = &mut *vm;
        let values = std::slice::from_raw_parts(args.cast::<Owned>(), n);
        let names: &[Owned] = if kwnames.is_null() { &[] } else { Ref::<PyTuple>::from_ref_unchecked(obj(&kwnames)).items() };
        let r = vm.call(obj(&f), Args::new(values, names));
        word_of(vm, r)
    }
}

#[inline(always)]
pub unsafe fn call_kw(s: &mut State, out: i16, b: i16, n: usize, method: bool) -> Flow {
    unsafe {
        s.save();
        let f = s.get(b);
        let kwnames = *s.k.add(s.cache(1) as u32 as usize);
        let (this, first) = if method { (s.get(b + 1), b + 2) } else { (Word::NULL, b + 1) };
        let bound = !this.is_null();
        if f.is_ptr() && f.ptr().ty() == (*s.vm).types.function.ptr() {
            let names = Ref::<PyTuple>::from_ref_unchecked(&*(&raw const kwnames).cast::<Owned>()).clone();
            let base = s.at(if bound { first - 1 } else { first });
            return enter_function(s, f, base, n + bound as usize, Some(&names), 0);
        }
        let w = call_native(s.vm, f, s.at(if bound { first - 1 } else { first }), n + bound as usize, kwnames);
        let count = n + if method { 2 } else { 1 };
        for k in (0..count).rev() { let w = s.get(b + k as i16); s.drop_word(w) }
        s.finish(out, w)
    }
}

/// `f(*args, **kwargs)`: temps `b`, `b+1`, `b+2`.
#[inline(always)]
pub unsafe fn call_ex(s: &mut State, out: i16, b: i16) -> Flow {
    unsafe {
        s.save();
        let f = s.get(b);
        let types = &(*s.vm).types;
        let given = s.get(b + 1);
        if !(given.is_ptr() && given.ptr().ty() == types.tuple.ptr()) {
            let tuple = spread(s.vm, f, given);
            if tuple.is_null() {
                for k in (0..3).rev() { let w = s.get(b + k); s.drop_word(w) }
                return s.finish(out, tuple);
            }
            // What was spread goes before the call, with all that its death lets run.
            let spent = std::mem::replace(&mut *s.at(b + 1), tuple);
            s.drop_word(spent);
            if (*s.vm).heap.pending() { crate::finalize::drain(&mut *s.vm) }
        }
        let args = s.get(b + 1);
        if f.is_ptr() && f.ptr().ty() == types.function.ptr() && args.is_ptr() && args.ptr().ty() == types.tuple.ptr() {
            let entered = if s.get(b + 2).is_null() { call_with_tuple(s, b) } else { call_with_keywords(s, b) };
            if let Some(flow) = entered { return flow }
        }
        let w = call_ex_native(s.vm, f, args, s.get(b + 2));
        for k in (0..3).rev() { let w = s.get(b + k); s.drop_word(w) }
        s.finish(out, w)
    }
}

/// `f(*args)` of a function with a tuple, without leaving the loop. `None`: nothing has been done.
#[inline(always)]
unsafe fn call_with_tuple(s: &mut State, b: i16) -> Option<Flow> {
    unsafe {
        let (f, args) = (s.get(b), s.get(b + 1));
        let (items, n) = (*args.ptr().payload::<PyTuple>()).raw_items();
        let mut base = s.at(b + 1);
        if (*s.vm).stack.room(base).is_none() { base = generators::stack_top(&*s.vm) }
        // Room for the arguments; the frame itself is checked when it is pushed.
        if (*s.vm).stack.room(base).is_none_or(|room| room < n) { return None }
        for k in 0..n {
            let w = *items.add(k);
            w.retain();
            *base.add(k) = w;
        }
        args.release();
        Some(enter_function(s, f, base, n, None, 0))
    }
}

/// `f(*args, **kwargs)` of a function with a tuple and a dict of few names, without leaving the loop. `None`: nothing has been done.
#[inline(always)]
unsafe fn call_with_keywords(s: &mut State, b: i16) -> Option<Flow> {
    unsafe {
        let f = s.get(b);
        let (base, given, names) = place_keywords(s.vm, s.at(b + 1))?;
        Some(enter_function(s, f, base, given, Some(&names), 0))
    }
}

/// Puts the items of the tuple and the values of the dict at `at` and behind it into one range, as a call takes them, and consumes
/// both. Where the range begins, its length, the names of the last of it.
#[inline(never)]
unsafe fn place_keywords(vm: *mut Vm, at: *mut Word) -> Option<(*mut Word, usize, Ref<PyTuple>)> {
    unsafe {
        let vm = &mut *vm;
        let (args, keywords) = (*at, *at.add(1));
        let dict = Ref::<PyDict>::cast(obj(&keywords))?;
        let more = dict.len(vm);
        if more == 0 || more > KEYWORDS || !dict.iterates_as_dict(vm) { return None }
        let mut names: SmallVec<[Owned; KEYWORDS]> = SmallVec::new();
        let mut values: SmallVec<[Owned; KEYWORDS]> = SmallVec::new();
        let mut pos = 0;
        while let Some((next, key, value)) = dict.next_entry(vm, pos) {
            Ref::<PyStr>::cast(&key)?;
            if names.len() == KEYWORDS { return None }
            names.push(key);
            values.push(value);
            pos = next;
        }
        let names = vm.new_tuple_from(&names).ok()?;
        let (items, n) = (*args.ptr().payload::<PyTuple>()).raw_items();
        let total = n + values.len();
        let mut base = at;
        if vm.stack.room(base).is_none() { base = generators::stack_top(vm) }
        if vm.stack.room(base).is_none_or(|room| room < total) { return None }
        for k in 0..n {
            let w = *items.add(k);
            w.retain();
            *base.add(k) = w;
        }
        for (k, value) in values.into_iter().enumerate() { *base.add(n + k) = value.into_word() }
        args.release();
        keywords.release();
        Some((base, total, names))
    }
}

/// The positional arguments that `*args` gives, as a tuple.
#[inline(never)]
unsafe fn spread(vm: *mut Vm, f: Word, args: Word) -> Word {
    unsafe {
        let vm = &mut *vm;
        let args: &Owned = obj(&args);
        let r = if vm.is_iterable(args) {
            vm.collect(args).and_then(|items| vm.new_tuple(items)).map(Ref::into_obj)
        } else {
            let (name, ty) = (vm.callable_name(obj(&f)), crate::object::ObjExt::type_name(args, vm));
            Err(vm.type_error(format!("{name} argument after * must be an iterable, not {ty}")))
        };
        word_of(vm, r)
    }
}

#[inline(never)]
unsafe fn call_ex_native(vm: *mut Vm, f: Word, args: Word, kwargs: Word) -> Word {
    unsafe {
        let vm = &mut *vm;
        let f: &Owned = obj(&f);
        let r = (|| {
            let values: Vec<Owned> = Ref::<PyTuple>::cast(obj(&args)).map(|t| t.items().to_vec()).unwrap_or_default();
            if kwargs.is_null() { vm.call_n(f, &values) } else { crate::protocol::call::call_spread(vm, f, values, obj(&kwargs)) }
        })();
        word_of(vm, r)
    }
}

macro_rules! native {
    ($($name:ident ($ty:ty) |$f:ident, $vm:ident, $this:ident, $args:ident| $call:expr;)*) => { $(
        #[inline(never)]
        pub unsafe fn $name(vm: *mut Vm, $f: $ty, this: *const Word, args: *mut Word) -> Word {
            unsafe {
                let _library = crate::stats::within(crate::stats::Origin::Library);
                let $vm = &mut *vm;
                let $this: &Owned = &*this.cast::<Owned>();
                let $args = args.cast::<Owned>();
                let r = $call;
                word_of($vm, r)
            }
        }
    )* };
}
native! {
    native1 (fn(&mut Vm, &Owned, &Owned) -> PyResult) |f, vm, this, args| f(vm, this, &*args);
    native2 (fn(&mut Vm, &Owned, &Owned, &Owned) -> PyResult) |f, vm, this, args| f(vm, this, &*args, &*args.add(1));
}

#[inline(never)]
pub unsafe fn native0(vm: *mut Vm, f: fn(&mut Vm, &Owned) -> PyResult, this: *const Word) -> Word {
    unsafe {
        let _library = crate::stats::within(crate::stats::Origin::Library);
        let vm = &mut *vm;
        let r = f(vm, &*this.cast::<Owned>());
        word_of(vm, r)
    }
}

#[inline(never)]
pub unsafe fn native_var(vm: *mut Vm, f: fn(&mut Vm, &Owned, &[Owned]) -> PyResult, this: *const Word, args: *mut Word, n: usize) -> Word {
    unsafe {
        let _library = crate::stats::within(crate::stats::Origin::Library);
        let vm = &mut *vm;
        let r = f(vm, &*this.cast::<Owned>(), std::slice::from_raw_parts(args.cast::<Owned>(), n));
        word_of(vm, r)
    }
}

#[inline(never)]
pub unsafe fn len(vm: *mut Vm, o: Word) -> Word {
    unsafe {
        let vm = &mut *vm;
        let r = vm.len(obj(&o)).and_then(|n| vm.new_int(n as i64));
        word_of(vm, r)
    }
}

#[inline(never)]
pub unsafe fn isinstance(vm: *mut Vm, o: Word, class: Word) -> Word {
    unsafe {
        let vm = &mut *vm;
        let r = vm.is_instance(obj(&o), obj(&class)).map(|b| vm.bool(b));
        word_of(vm, r)
    }
}

/// A new plain instance of `class` (its allocation was checked when the op was specialised).
#[inline(never)]
pub unsafe fn allocate(vm: *mut Vm, class: Word) -> Word {
    unsafe {
        let vm = &mut *vm;
        let r = vm.allocate_instance(Ref::<PyType>::from_ref_unchecked(obj(&class)));
        word_of(vm, r)
    }
}

/// Enters a property's Python getter with `o` (owned) as its argument. The frame goes above all that the caller owns; nothing
/// may run between the argument and the frame.
#[inline(always)]
pub unsafe fn enter_getter(s: &mut State, getter: Word, o: Word) -> Flow {
    unsafe {
        getter.retain();
        let exec = (*getter.ptr().payload::<PyFunction>()).exec_ptr();
        let f = Frame(s.fp);
        let base = if f.flags() & frame_flags::GENERATOR == 0 { f.end() } else { generators::stack_top(&*s.vm) };
        if exec.is_null() || !(*exec).simple || (*exec).arg_count != 1 || !ops::fits(s.vm, &*exec, base) {
            s.save();
            let w = call_getter(s.vm, getter, o);
            return s.finish((*s.pc).a, w);
        }
        *base = o;
        ops::push(s, getter, &*exec, base, 1, Word::NULL, 0)
    }
}

#[cold]
#[inline(never)]
unsafe fn call_getter(vm: *mut Vm, getter: Word, o: Word) -> Word {
    unsafe {
        let mut arg = o;
        let w = call_native(vm, getter, &raw mut arg, 1, Word::NULL);
        arg.release();
        getter.release();
        w
    }
}

/// Releases everything a frame owns: locals last first, namespace, function; hands locals over to its frame object if that lives on.
/// Finalizers are left pending. `vm.fp` must be the frame or its caller; nothing Python runs here.
pub unsafe fn clear_frame(vm: &mut Vm, fp: *mut Word) {
    unsafe {
        let f = Frame(fp);
        let exec = &*f.exec();
        let frame_object = f.frame_object();
        if !frame_object.is_null() { crate::types::frame::detach(vm, f) }
        let locals = f.locals();
        for k in (0..exec.nlocals).rev() {
            let w = std::mem::replace(&mut *locals.add(k), Word::NULL);
            w.release();
        }
        // A generator's frame borrows both from the object.
        if f.flags() & frame_flags::GENERATOR == 0 {
            f.namespace().release();
            f.func().release();
        }
        if f.flags() & frame_flags::CHUNK != 0 { vm.stack.shrink() }
    }
}

/// Return from a frame that native code entered and that owns nothing beside its locals and function. Gives `w` back.
#[inline(never)]
pub unsafe fn leave_entry(vm: *mut Vm, fp: *mut Word, w: Word) -> Word {
    unsafe {
        let vm = &mut *vm;
        let f = Frame(fp);
        vm.fp = f.prev();
        vm.recursion_depth -= 1;
        let first = f.locals();
        let mut p = fp.sub(HEADER_WORDS);
        while p > first {
            p = p.sub(1);
            (*p).release();
        }
        f.func().release();
        // Finalizers run with the caller current; the result waits in this word.
        if vm.heap.pending() { drop_pending(vm) }
        w
    }
}

/// Return from a frame with obligations: entry, generator, frame object, namespace, chunk, an `__init__` that gave a value.
#[cold]
#[inline(never)]
pub unsafe fn leave_slow(vm: *mut Vm, pc: *mut Unit, fp: *mut Word, w: Word) -> After {
    unsafe {
        let f = Frame(fp);
        let flags = f.flags();
        if flags == frame_flags::GENERATOR && f.frame_object().is_null() { return generators::leave(vm, fp, w) }
        let prev = f.prev();
        let w = finish_frame(vm, fp, pc, w);
        if flags & frame_flags::ENTRY != 0 { return After::exit(vm, w) }
        let caller = Frame(prev);
        let mut s = State { pc: caller.pc(), fp: prev, k: caller.consts(), vm };
        if w.is_null() { return crate::eval::unwind::unwind(vm, s.pc, s.fp) }
        if flags & frame_flags::GENERATOR != 0 { super::generators::returned_to(&mut s, w); } else { ops::returned(&mut s, w); s.tick() }
        After { pc: s.pc, fp: s.fp }
    }
}

/// Takes the frame down; gives the result word (null = exception set).
#[inline(never)]
unsafe fn finish_frame(vm: *mut Vm, fp: *mut Word, pc: *mut instar_code::Unit, w: Word) -> Word {
    unsafe {
        let vm = &mut *vm;
        let f = Frame(fp);
        f.set_pc(pc);
        let flags = f.flags();
        let mut result = w;
        if flags & frame_flags::INIT != 0 {
            let instance = f.namespace();
            if w.same(vm.consts.none.word()) {
                instance.retain();
                result = instance;
                w.release();
            } else {
                let e = init_result_error(vm, w);
                w.release();
                vm.raised = Some(e.0);
                result = Word::NULL;
            }
        }
        if flags & frame_flags::GENERATOR != 0 { super::generators::finished(vm, f) }
        let prev = f.prev(); // the frame's chunk may go with it
        clear_frame(vm, fp);
        vm.fp = prev;
        vm.recursion_depth -= 1;
        if flags & frame_flags::ENTRY != 0 && vm.heap.pending() {
            // Finalizers run with the caller current; the result waits in this word.
            drop_pending(vm);
        }
        result
    }
}

#[cold]
fn drop_pending(vm: &mut Vm) { crate::finalize::drain(vm) }

#[cold]
unsafe fn init_result_error(vm: &mut Vm, w: Word) -> Raised {
    let ty = crate::object::ObjExt::type_name(unsafe { obj(&w) }, vm);
    vm.type_error(format!("__init__() should return None, not '{ty}'"))
}

/// Calls a Python function from native code: pushes an entry frame and runs it. `values` are positional, then keyword values.
pub fn call_function(vm: &mut Vm, func: &Ref<PyFunction>, args: Args<'_>, namespace: Option<Owned>) -> PyResult {
    vm.check_native_stack("")?;
    // SAFETY: the frame is built completely before `run`; `vm.fp` is the innermost frame or null.
    unsafe {
        let exec = &*func.executable(vm)?;
        let simple = exec.simple && args.kwnames().is_empty() && args.values().len() == exec.arg_count;
        if simple && makes_generator(exec.flags) && let Some(made) = generators::call(vm, func.obj(), exec, args.values().iter()) { return made }
        let mut base = generators::stack_top(vm);
        let grown;
        let count;
        if simple {
            grown = reserve(vm, exec, &mut base)?;
            count = exec.arg_count;
            for (k, v) in args.values().iter().enumerate() { *base.add(k) = v.clone().into_word() }
        } else {
            let values: Vec<Owned> = args.values()[args.pos().len()..].to_vec();
            let bound = bind::bind(vm, func, exec, args.pos().to_vec(), args.kwnames(), values)?;
            grown = reserve(vm, exec, &mut base)?;
            count = bound.len();
            for (k, w) in bind::into_words(bound).enumerate() { *base.add(k) = w }
        }
        for k in count..exec.nlocals { *base.add(k) = Word::NULL }
        let fp = base.add(exec.nlocals + HEADER_WORDS);
        let f = Frame(fp);
        f.set_prev(vm.fp);
        f.set_exec(exec);
        f.set_func(func.obj().clone().into_word());
        f.set_globals(func.globals_word());
        f.set_namespace(namespace.map_or_else(|| own_namespace(func.obj().word(), exec), Owned::into_word));
        f.set_frame_object(Word::NULL);
        f.set_flags(frame_flags::ENTRY | if grown { frame_flags::CHUNK } else { 0 });
        f.set_pc(exec.units.as_ptr().cast_mut());
        vm.fp = fp;
        vm.recursion_depth += 1;
        if !begins(vm, fp) { return Err(Raised(vm.raised.take().expect("law: the frame was given up for it"))) }
        match crate::eval::run(vm, f) {
            Some(o) => Ok(o),
            None => Err(Raised(vm.raised.take().expect("law: run sets the exception"))),
        }
    }
}

/// Calls a Python function with exactly its positional parameters, `this` first, straight from the caller's references.
/// `None`: the function or the stack asks for more than that; nothing has been done.
pub fn call_plain(vm: &mut Vm, func: &Owned, this: &Owned, rest: &[&Owned]) -> Option<PyResult> {
    // SAFETY: as `call_function`; the words written are new shares.
    unsafe {
        let word = func.word();
        if !word.is_ptr() || word.ptr().ty() != vm.types.function.ptr() || vm.fp.is_null() { return None }
        let function = &*word.ptr().payload::<PyFunction>();
        let p = function.exec_ptr();
        if p.is_null() { return None }
        let exec = &*p;
        let base = generators::stack_top(vm);
        if !exec.simple || exec.arg_count != rest.len() + 1 || !ops::fits(vm, exec, base) || vm.check_native_stack("").is_err() { return None }
        if makes_generator(exec.flags) && let Some(made) = generators::call(vm, func, exec, std::iter::once(this).chain(rest.iter().copied())) { return Some(made) }
        *base = this.clone().into_word();
        for (k, v) in rest.iter().enumerate() { *base.add(k + 1) = (*v).clone().into_word() }
        for k in exec.arg_count..exec.nlocals { *base.add(k) = Word::NULL }
        let f = Frame(base.add(exec.nlocals + HEADER_WORDS));
        f.set_prev(vm.fp);
        f.set_exec(exec);
        f.set_func(func.clone().into_word());
        f.set_globals(function.globals_word());
        f.set_namespace(Word::NULL);
        f.set_frame_object(Word::NULL);
        f.set_flags(frame_flags::ENTRY);
        f.set_pc(exec.units.as_ptr().cast_mut());
        vm.fp = f.0;
        vm.recursion_depth += 1;
        Some(match crate::eval::run(vm, f) {
            Some(o) => Ok(o),
            None => Err(Raised(vm.raised.take().expect("law: run sets the exception"))),
        })
    }
}

/// Whether calling this code makes a generator-like object.
pub fn makes_generator(flags_: u32) -> bool { flags_ & (flags::GENERATOR | flags::COROUTINE | flags::ASYNC_GENERATOR) != 0 }
