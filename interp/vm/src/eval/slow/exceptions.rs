//! Raising and matching exceptions, `with`.
#![allow(clippy::missing_safety_doc)]

use crate::eval::state::{obj, word_of};
use crate::object::{ObjExt, Owned, Ref, Word};
use crate::typeobj::{vm_flags, PyType};
use crate::types::exception::{self, PyException};
use crate::types::tuple::PyTuple;
use crate::vm::{PyResult, Raised, Vm};

/// `raise e [from cause]`: takes both words (`cause` may be null); sets `vm.raised`.
#[cold]
#[inline(never)]
pub unsafe fn raise(vm: *mut Vm, e: Word, cause: Word) {
    unsafe {
        let vm = &mut *vm;
        let e = Owned::from_word(e);
        let cause = Word::owned_or_none(cause);
        let raised = prepare(vm, e, cause).unwrap_or_else(|r| r);
        vm.set_raised_with_context(raised);
    }
}

/// The instance to raise; `Err` is the error about the operands (raised instead).
fn prepare(vm: &mut Vm, e: Owned, cause: Option<Owned>) -> Result<Raised, Raised> {
    let exc = match exception::instantiate(vm, &e)? {
        Some(exc) => exc,
        None => return Err(vm.type_error("exceptions must derive from BaseException")),
    };
    if let Some(cause) = cause {
        let cause = if vm.is_none(&cause) { None } else {
            match exception::instantiate(vm, &cause)? {
                Some(c) => Some(c.into_obj()),
                None => return Err(vm.type_error("exception causes must derive from BaseException")),
            }
        };
        exc.set_cause(cause);
    }
    Ok(Raised(exc))
}

#[cold]
#[inline(never)]
pub unsafe fn raise_handled(vm: *mut Vm) {
    let vm = unsafe { &mut *vm };
    match vm.handled_exception() {
        Some(e) => vm.set_reraised(e),
        None => {
            let e = vm.runtime_error("No active exception to reraise");
            vm.set_raised_with_context(e);
        }
    }
}

/// The exception of an owned word. The compiler's code always has one there; made code gets an error.
pub unsafe fn taken(vm: &mut Vm, e: Word) -> Ref<PyException> {
    // SAFETY: the caller owns the word.
    match Ref::try_from(unsafe { Owned::from_word(e) }) { Ok(e) => e, Err(_) => vm.system_error("code raises what is no exception").0 }
}

/// Raises the owned exception word again; no traceback entry for this frame.
pub unsafe fn reraise(vm: *mut Vm, e: Word) {
    unsafe {
        let vm = &mut *vm;
        let e = taken(vm, e);
        vm.set_reraised(e);
    }
}

#[inline(never)]
pub unsafe fn matches(vm: *mut Vm, e: Word, class: Word) -> Word {
    unsafe {
        let vm = &mut *vm;
        let r = exception_matches(vm, obj(&e), obj(&class)).map(|b| vm.bool(b));
        word_of(vm, r)
    }
}

fn is_exception_class(o: &Owned) -> bool { Ref::<PyType>::cast(o).is_some_and(|t| t.has_flag(vm_flags::EXCEPTION_SUBCLASS)) }

fn exception_matches(vm: &mut Vm, e: &Owned, class: &Owned) -> PyResult<bool> {
    if let Some(t) = Ref::<PyTuple>::cast(class) {
        if !t.items().iter().all(is_exception_class) { return Err(catch_error(vm)) }
        return Ok(t.items().iter().any(|c| subclass(vm, e, c)));
    }
    if !is_exception_class(class) { return Err(catch_error(vm)) }
    Ok(subclass(vm, e, class))
}

fn subclass(vm: &Vm, e: &Owned, class: &Owned) -> bool { Ref::<PyType>::cast(class).is_some_and(|c| e.is_instance_of(vm, c)) }

#[cold]
fn catch_error(vm: &mut Vm) -> Raised { vm.type_error("catching classes that do not inherit from BaseException is not allowed") }

/// `except*`: (matched part or None, rest or None); null first word = exception.
#[inline(never)]
pub unsafe fn group_match(vm: *mut Vm, e: Word, class: Word) -> (Word, Word) {
    unsafe {
        let vm = &mut *vm;
        match exception::group_match(vm, obj(&e), obj(&class)) {
            Ok((a, b)) => (a.into_word(), b.into_word()),
            Err(r) => { vm.raised = Some(r.0); (Word::NULL, Word::NULL) }
        }
    }
}

/// The special method for `with`: function and self.
#[inline(never)]
pub unsafe fn load_special(vm: *mut Vm, o: Word, which: i16) -> (Word, Word) {
    unsafe {
        let vm = &mut *vm;
        let o: &Owned = obj(&o);
        let (name, text) = match which {
            0 => (vm.names.__enter__.clone(), "__enter__"),
            1 => (vm.names.__exit__.clone(), "__exit__"),
            2 => (vm.names.__aenter__.clone(), "__aenter__"),
            _ => (vm.names.__aexit__.clone(), "__aexit__"),
        };
        // A function of the class: no bound method, no counts but those of the result.
        let attr = vm.type_lookup_word(o.type_of(vm), &name);
        if !attr.is_null() && !attr.is_immediate() && (*attr.ptr().ty().payload::<PyType>()).has_flag(vm_flags::METHOD_DESCRIPTOR) {
            attr.retain_ptr();
            o.word().retain_value();
            return (attr, o.word());
        }
        match special_method(vm, o, &name) {
            Ok(Some((f, this))) => (f.into_word(), this.map_or(Word::NULL, Owned::into_word)),
            Ok(None) => {
                let e = special_error(vm, o, which, text);
                vm.raised = Some(e.0);
                (Word::NULL, Word::NULL)
            }
            Err(e) => { vm.raised = Some(e.0); (Word::NULL, Word::NULL) }
        }
    }
}

/// A special method of the type: unbound function with self where possible.
pub fn special_method(vm: &mut Vm, o: &Owned, name: &Owned) -> PyResult<Option<(Owned, Option<Owned>)>> {
    let ty = o.type_of(vm).clone();
    let Some(attr) = vm.type_lookup(&ty, name) else { return Ok(None) };
    if attr.type_of(vm).has_flag(vm_flags::METHOD_DESCRIPTOR) { return Ok(Some((attr, Some(o.clone())))) }
    match attr.type_of(vm).slots().descr_get {
        Some(get) => Ok(Some((get(vm, &attr, Some(o), ty.obj())?, None))),
        None => Ok(Some((attr, None))),
    }
}

#[cold]
fn special_error(vm: &mut Vm, o: &Owned, which: i16, missing: &str) -> Raised {
    let ty = o.type_of(vm).clone();
    let name = vm.qualified_type_name(o);
    let (protocol, other, hint) = if which < 2 {
        ("context manager", [vm.names.__aenter__.clone(), vm.names.__aexit__.clone()], "async with")
    } else {
        ("asynchronous context manager", [vm.names.__enter__.clone(), vm.names.__exit__.clone()], "with")
    };
    let has_other = other.iter().all(|n| vm.type_lookup(&ty, n).is_some());
    let article = if has_other { format!(" (missed {missing} method) but it supports the {} protocol. Did you mean to use '{hint}'?", if which < 2 { "asynchronous context manager" } else { "context manager" }) }
        else { format!(" (missed {missing} method)") };
    vm.type_error(format!("'{name}' object does not support the {protocol} protocol{article}"))
}

/// Calls the exit method at `base`, `base+1` with the exception at `base+2`; nothing is consumed.
#[inline(never)]
pub unsafe fn call_exit(vm: *mut Vm, base: *mut Word) -> Word {
    unsafe {
        let vm = &mut *vm;
        let (f, this) = (obj(&*base), Word::share_or_none(*base.add(1)));
        let Some(e) = Ref::<PyException>::cast(obj(&*base.add(2))) else {
            let e = vm.system_error("code leaves a block with what is no exception");
            return word_of(vm, Err(e));
        };
        let mut args = Vec::with_capacity(4);
        if let Some(this) = this { args.push(this) }
        args.push(e.obj().type_of(vm).obj().clone());
        args.push(e.obj().clone());
        args.push(vm.option_to_none(e.traceback.get()));
        let r = vm.call_n(f, &args);
        word_of(vm, r)
    }
}
