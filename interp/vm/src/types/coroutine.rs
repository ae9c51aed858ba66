//! Coroutines, their `__await__` wrapper, and the protocols behind `await` and `async for`.
//!
//! A coroutine has the generator's payload. Not here: async generators (`async_generator.rs`).

use crate::eval::slow::generators::{resume, Resumed};
use crate::native::{Def, GetSet, Native, TypeDef};
use crate::object::{ObjExt, Owned, Ref};
use crate::slots::Slots;
use crate::types::generator::{PyGenerator, State};
use crate::types::generator_methods as g;
use crate::vm::{PyResult, Raised, Vm};
use crate::{payload, trace};

/// Records where a coroutine was made, if tracking is on; its caller is `skip` frames below the innermost.
pub fn note_origin(vm: &mut Vm, coro: &Ref<PyGenerator>, skip: usize) {
    let depth = vm.origin_depth;
    if depth == 0 { return }
    let rows = crate::types::frame::origin(vm, depth, skip);
    coro.extra.set(rows);
}

/// `__await__`'s iterator of a coroutine.
pub struct PyCoroutineWrapper {
    coroutine: Owned,
}
trace! { PyCoroutineWrapper { coroutine } }
crate::fields! { PyCoroutineWrapper { coroutine } }
payload!(PyCoroutineWrapper, "coroutine_wrapper", coroutine_wrapper);

fn wrapped(o: &Owned) -> Owned { o.cast::<PyCoroutineWrapper>().expect("law: checked by the descriptor").coroutine.clone() }
fn wrapper_next(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> { let c = wrapped(o); g::next(vm, &c) }
fn wrapper_send(vm: &mut Vm, o: &Owned, v: &Owned) -> PyResult { let c = wrapped(o); g::send(vm, &c, v) }
fn wrapper_throw(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult { let c = wrapped(o); g::throw(vm, &c, args) }
fn wrapper_close(vm: &mut Vm, o: &Owned) -> PyResult { let c = wrapped(o); g::close(vm, &c) }
fn itself(_: &mut Vm, o: &Owned) -> PyResult { Ok(o.clone()) }

static WRAPPER: TypeDef = TypeDef {
    doc: "A wrapper object implementing __await__ for coroutines.", sig: "",
    methods: &[
        Def::new("send", "", Native::N1(wrapper_send)),
        Def::new("throw", "", Native::Var(wrapper_throw, 1, 3)),
        Def::new("close", "($self, /)", Native::N0(wrapper_close)),
    ],
    getset: &[],
};

fn await_(vm: &mut Vm, o: &Owned) -> PyResult { Ok(vm.new_object(PyCoroutineWrapper { coroutine: o.clone() })?.into_obj()) }

fn origin(vm: &mut Vm, o: &Owned) -> PyResult { Ok(vm.option_to_none(g::this(o).extra.get())) }

fn finalize(vm: &mut Vm, o: &Owned) -> PyResult<()> {
    if g::this(o).life() == State::Created {
        warn_unawaited(vm, o);
        return Ok(());
    }
    g::finalize(vm, o)
}

/// Tells that `coro` was never awaited: by the library's own function, which knows where it was made, else plainly.
fn warn_unawaited(vm: &mut Vm, coro: &Owned) {
    let told = match library_warning(vm, coro) {
        Ok(found) => found,
        // With a filter that makes errors of warnings it has been told.
        Err(e) => {
            let warned = e.is(vm, &vm.types.runtime_warning);
            ignored_while_finalizing(vm, e, coro);
            warned
        }
    };
    if told { return }
    let q = g::this(coro).qualname.get().map(|q| vm.repr_text_plain(&q)).unwrap_or_default();
    let category = vm.types.runtime_warning.clone();
    if let Err(e) = vm.warn(&category, &format!("coroutine '{q}' was never awaited"), 1) { ignored_while_finalizing(vm, e, coro) }
}

/// Calls `warnings._warn_unawaited_coroutine`; false if there is none.
fn library_warning(vm: &mut Vm, coro: &Owned) -> PyResult<bool> {
    let module = if vm.finalizing {
        let (key, modules) = (vm.intern("warnings")?, vm.modules.obj().clone());
        vm.get_item(&modules, &key).ok()
    } else {
        match vm.import_module("warnings") {
            Ok(module) => Some(module),
            Err(e) if e.is(vm, &vm.types.import_error) => None,
            Err(e) => return Err(e),
        }
    };
    let Some(module) = module else { return Ok(false) };
    let name = vm.intern("_warn_unawaited_coroutine")?;
    match vm.get_attr_opt(&module, &name)? {
        Some(f) => vm.call1(&f, coro).map(|_| true),
        None => Ok(false),
    }
}

fn ignored_while_finalizing(vm: &mut Vm, e: Raised, coro: &Owned) { vm.unraisable(e, "Exception ignored while finalizing coroutine", Some(coro)) }

/// Tells that what `method` of the async generator gave was never awaited.
pub(crate) fn warn_unawaited_method(vm: &mut Vm, generator: &Owned, method: &str) {
    let q = match g::this(generator).qualname.get().map(|q| vm.repr_text(&q)) { Some(Ok(q)) => q, _ => String::new() };
    let category = vm.types.runtime_warning.clone();
    if let Err(e) = vm.warn(&category, &format!("coroutine method '{method}' of {q} was never awaited"), 1) { ignored_while_finalizing(vm, e, generator) }
}

static DEF: TypeDef = TypeDef {
    doc: "", sig: "",
    methods: &[
        Def::new("send", "", Native::N1(g::send)).doc("send(arg) -> send 'arg' into coroutine,\nreturn next iterated value or raise StopIteration."),
        Def::new("throw", "", Native::Var(g::throw, 1, 3)).doc("throw(value)\nthrow(type[,value[,traceback]])\n\nRaise exception in coroutine, return next iterated value or raise\nStopIteration.\nthe (type, val, tb) signature is deprecated, \nand may be removed in a future version of Python."),
        Def::new("close", "($self, /)", Native::N0(g::close)).doc("close() -> raise GeneratorExit inside coroutine."),
        Def::class("__class_getitem__", "", Native::N1(crate::types::generic_alias::class_getitem)),
    ],
    getset: &[
        GetSet::rw("__name__", g::get_name, g::set_name).doc("name of the coroutine"),
        GetSet::rw("__qualname__", g::get_qualname, g::set_qualname).doc("qualified name of the coroutine"), GetSet::ro("cr_running", g::running),
        GetSet::ro("cr_suspended", g::suspended), GetSet::ro("cr_await", g::delegate), GetSet::ro("cr_code", g::code), GetSet::ro("cr_frame", g::frame),
        GetSet::member("cr_origin", origin),
    ],
};

/// Fills the types.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.coroutine.clone();
    vm.fill_type(&ty, Slots { repr: Some(g::repr), await_: Some(await_), finalize: Some(finalize), ..Slots::default() }, &DEF)?;
    let ty = vm.types.coroutine_wrapper.clone();
    vm.fill_type(&ty, Slots { iter: Some(itself), next: Some(wrapper_next), ..Slots::default() }, &WRAPPER)
}

fn is_iterable_coroutine(vm: &Vm, o: &Owned) -> bool {
    o.type_of(vm).ptr() == vm.types.generator.ptr()
        && o.cast::<PyGenerator>().is_some_and(|g| g.executable().blob.flags & instar_code::flags::ITERABLE_COROUTINE != 0)
}

/// The iterator that awaiting `o` drives; `whom`: 0 await, 1 `__aenter__`, 2 `__aexit__` (for the message).
pub fn awaitable(vm: &mut Vm, o: &Owned, whom: i16) -> PyResult {
    if o.type_of(vm).ptr() == vm.types.coroutine.ptr() {
        if g::this(o).delegate().is_some() { return Err(vm.runtime_error("coroutine is being awaited already")) }
        return Ok(o.clone());
    }
    if is_iterable_coroutine(vm, o) { return Ok(o.clone()) }
    let Some(f) = o.type_of(vm).slots().await_ else {
        let ty = o.type_name(vm);
        return Err(vm.type_error(match whom {
            1 => format!("'async with' received an object from __aenter__ that does not implement __await__: {ty}"),
            2 => format!("'async with' received an object from __aexit__ that does not implement __await__: {ty}"),
            _ => format!("'{ty}' object can't be awaited"),
        }));
    };
    let it = f(vm, o)?;
    if it.type_of(vm).ptr() == vm.types.coroutine.ptr() || is_iterable_coroutine(vm, &it) { return Err(vm.type_error("__await__() returned a coroutine")) }
    if it.type_of(vm).slots().next.is_none() {
        let ty = it.type_name(vm);
        return Err(vm.type_error(format!("__await__() returned non-iterator of type '{ty}'")));
    }
    Ok(it)
}

/// `aiter(o)` for `async for`.
pub fn aiter(vm: &mut Vm, o: &Owned) -> PyResult {
    let Some(f) = o.type_of(vm).slots().aiter else {
        let ty = o.type_name(vm);
        return Err(vm.type_error(format!("'async for' requires an object with __aiter__ method, got {ty}")));
    };
    let it = f(vm, o)?;
    if it.type_of(vm).slots().anext.is_none() {
        let ty = it.type_name(vm);
        return Err(vm.type_error(format!("'async for' received an object from __aiter__ that does not implement __anext__: {ty}")));
    }
    Ok(it)
}

/// The awaitable iterator of `anext(o)` for `async for`.
pub fn anext_awaitable(vm: &mut Vm, o: &Owned) -> PyResult {
    let Some(f) = o.type_of(vm).slots().anext else {
        let ty = o.type_name(vm);
        return Err(vm.type_error(format!("'async for' requires an iterator with __anext__ method, got {ty}")));
    };
    let it = f(vm, o)?;
    if o.type_of(vm).ptr() == vm.types.async_generator.ptr() { return Ok(it) }
    awaitable(vm, &it, 0).map_err(|e| {
        let ty = it.type_name(vm);
        let Raised(error) = vm.type_error(format!("'async for' received an invalid object from __anext__: {ty}"));
        error.set_cause(Some(e.0.obj().clone()));
        error.context.set(Some(e.0.into_obj()));
        Raised(error)
    })
}

/// Sends into the iterator of an awaitable and sorts the outcome.
pub fn drive(vm: &mut Vm, it: &Owned, v: Owned) -> PyResult<Resumed> {
    if it.cast::<PyGenerator>().is_some() { return resume(vm, it, Ok(v)) }
    crate::eval::slow::generators::send_to(vm, it, v)
}
