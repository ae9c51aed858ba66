//! Async generators and the awaitables that their methods return (PEP 525).
//!
//! A yield of the generator's body arrives wrapped (`PyAsyncValue`), so that an `await` inside can be told from it.
//! Not here: the suspended frame (`generator.rs`).

use std::cell::Cell;

use crate::eval::slow::generators::{resume, Resumed};
use crate::native::{Def, GetSet, Native, TypeDef};
use crate::object::{ObjExt, Owned, Payload, Ref, Slot, VTable};
use crate::slots::Slots;
use crate::typeobj::TypeRef;
use crate::types::coroutine::warn_unawaited_method;
use crate::types::generator::{Async, State};
use crate::types::generator_methods as g;
use crate::vm::{PyResult, Raised, Types, Vm};
use crate::{payload, trace};

/// `sys.set_asyncgen_hooks`.
#[derive(Default)]
pub struct Hooks {
    /// Called at the first iteration.
    pub firstiter: Option<Owned>,
    /// Called instead of dropping an unfinished generator.
    pub finalizer: Option<Owned>,
}

/// A value yielded by the body.
pub struct PyAsyncValue {
    value: Owned,
}
trace! { PyAsyncValue { value } }
crate::fields! { PyAsyncValue { value } }
payload!(PyAsyncValue, "async_generator_wrapped_value", async_gen_wrapped);

/// Wraps a yielded value.
pub fn wrap(vm: &mut Vm, value: Owned) -> PyResult { Ok(vm.new_object(PyAsyncValue { value })?.into_obj()) }

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage { Init, Iterating, Closed }

/// As `payload!`, for awaitables that say so if nobody awaited them.
macro_rules! awaitable_payload {
    ($ty:ty, $name:literal, $field:ident) => {
        // SAFETY: one static per implementation, made for this type.
        unsafe impl Payload for $ty {
            fn vtable() -> &'static VTable {
                /// # Safety
                /// Called by the heap on objects of this payload.
                unsafe fn needs_finalizer(payload: *mut (), _: instar_object::End) -> bool { unsafe { (*payload.cast::<$ty>()).stage.get() == Stage::Init } }
                static VTABLE: VTable = VTable::of::<$ty>($name).with_finalizer(needs_finalizer).with_fields::<$ty>();
                &VTABLE
            }
            fn default_type(types: &Types) -> &TypeRef { &types.$field }
        }
    };
}

/// `asend(v)`/`__anext__()`: awaitable of one step.
pub struct PyAsend {
    generator: Owned,
    value: Slot,
    stage: Cell<Stage>,
}
trace! { PyAsend { generator, value } }
crate::fields! { PyAsend { generator, value, stage } }
awaitable_payload!(PyAsend, "async_generator_asend", async_gen_asend);

/// `athrow(...)`/`aclose()`: awaitable of a throw. `args` is empty for `aclose`.
pub struct PyAthrow {
    generator: Owned,
    args: Slot,
    stage: Cell<Stage>,
}
trace! { PyAthrow { generator, args } }
crate::fields! { PyAthrow { generator, args, stage } }
awaitable_payload!(PyAthrow, "async_generator_athrow", async_gen_athrow);

/// `anext(it, default)`: awaitable that turns StopAsyncIteration into the default.
pub struct PyAnextAwaitable {
    awaitable: Owned,
    default: Owned,
}
trace! { PyAnextAwaitable { awaitable, default } }
crate::fields! { PyAnextAwaitable { awaitable, default } }
payload!(PyAnextAwaitable, "anext_awaitable", anext_awaitable);

impl PyAnextAwaitable {
    /// The object for `anext(it, default)`; `awaitable` is what `__anext__` gave.
    pub fn new(awaitable: Owned, default: Owned) -> Self { PyAnextAwaitable { awaitable, default } }
}

fn anext_of(o: &Owned) -> Ref<PyAnextAwaitable> { o.cast::<PyAnextAwaitable>().expect("law: checked by the descriptor").clone() }

/// The iterator that drives the inner awaitable.
fn anext_inner(vm: &mut Vm, o: &Owned) -> PyResult {
    let inner = anext_of(o).awaitable.clone();
    crate::types::coroutine::awaitable(vm, &inner, 0)
}

fn anext_result(vm: &mut Vm, o: &Owned, r: PyResult) -> PyResult {
    match r {
        Err(e) if e.is(vm, &vm.types.stop_async_iteration) => { let d = anext_of(o).default.clone(); Err(vm.stop_iteration(Some(d))) }
        r => r,
    }
}

fn anext_send(vm: &mut Vm, o: &Owned, v: &Owned) -> PyResult {
    let it = anext_inner(vm, o)?;
    let r = crate::types::coroutine::drive(vm, &it, v.clone()).and_then(|r| g::value_or_stop(vm, r));
    anext_result(vm, o, r)
}
fn anext_next(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> { let none = vm.none(); anext_send(vm, o, &none).map(Some) }
fn anext_throw(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult {
    let it = anext_inner(vm, o)?;
    let name = vm.names.throw.clone();
    let r = vm.call_method(&it, &name, args);
    anext_result(vm, o, r)
}
fn anext_close(vm: &mut Vm, o: &Owned) -> PyResult {
    let it = anext_inner(vm, o)?;
    let name = vm.names.close.clone();
    let r = vm.call_method(&it, &name, &[]);
    anext_result(vm, o, r)
}

static ANEXT: TypeDef = TypeDef {
    doc: "", sig: "",
    methods: &[Def::new("send", "", Native::N1(anext_send)), Def::new("throw", "", Native::Var(anext_throw, 1, 3)),
        Def::new("close", "($self, /)", Native::N0(anext_close))],
    getset: &[],
};

fn init_hooks(vm: &mut Vm, o: &Owned) -> PyResult<()> {
    let gen_ = g::this(o);
    if gen_.replace_async(Async::Hooked, true) { return Ok(()) }
    let hooks = vm.thread_state::<Hooks>();
    let (first, last) = (hooks.firstiter.clone(), hooks.finalizer.clone());
    gen_.extra.set(last);
    match first { Some(f) => vm.call1(&f, o).map(|_| ()), None => Ok(()) }
}

fn itself(_: &mut Vm, o: &Owned) -> PyResult { Ok(o.clone()) }

fn new_asend(vm: &mut Vm, o: &Owned, value: Option<Owned>) -> PyResult {
    init_hooks(vm, o)?;
    Ok(vm.new_object(PyAsend { generator: o.clone(), value: Slot::new(value), stage: Cell::new(Stage::Init) })?.into_obj())
}
fn anext(vm: &mut Vm, o: &Owned) -> PyResult { new_asend(vm, o, None) }
fn asend(vm: &mut Vm, o: &Owned, v: &Owned) -> PyResult { new_asend(vm, o, Some(v.clone())) }
fn athrow(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult {
    g::check_throw_arguments(vm, "athrow", args)?;
    init_hooks(vm, o)?;
    let args = vm.new_tuple(args.to_vec())?.into_obj();
    Ok(vm.new_object(PyAthrow { generator: o.clone(), args: Slot::new(Some(args)), stage: Cell::new(Stage::Init) })?.into_obj())
}
fn aclose(vm: &mut Vm, o: &Owned) -> PyResult {
    init_hooks(vm, o)?;
    Ok(vm.new_object(PyAthrow { generator: o.clone(), args: Slot::default(), stage: Cell::new(Stage::Init) })?.into_obj())
}

/// Sorts a resumption: a wrapped value ends the step ("returned"), anything else is awaited further out.
fn unwrap(vm: &mut Vm, generator: &Owned, r: PyResult<Resumed>) -> PyResult<Resumed> {
    let gen_ = g::this(generator).clone();
    match r {
        Ok(Resumed::Yielded(v)) => match v.cast::<PyAsyncValue>() {
            Some(w) => {
                gen_.set_async(Async::Running, false);
                Ok(Resumed::Returned(w.value.clone()))
            }
            None => Ok(Resumed::Yielded(v)),
        },
        Ok(Resumed::Returned(_)) => {
            gen_.set_async(Async::Closed, true);
            gen_.set_async(Async::Running, false);
            let ty = vm.types.stop_async_iteration.clone();
            Err(vm.raise(&ty, vec![]))
        }
        Err(e) => {
            if e.is(vm, &vm.types.stop_async_iteration) || e.is(vm, &vm.types.generator_exit) { gen_.set_async(Async::Closed, true) }
            gen_.set_async(Async::Running, false);
            Err(e)
        }
    }
}

/// A step as Python sees it: StopIteration carries what it ended with.
fn stepped(vm: &mut Vm, r: Resumed) -> PyResult {
    match r { Resumed::Yielded(v) => Ok(v), Resumed::Returned(v) => Err(vm.stop_iteration(Some(v))) }
}

fn asend_of(o: &Owned) -> Ref<PyAsend> { o.cast::<PyAsend>().expect("law: checked by the descriptor").clone() }

fn asend_send(vm: &mut Vm, o: &Owned, v: &Owned) -> PyResult { asend_step(vm, o, v).and_then(|r| stepped(vm, r)) }

/// One step of an `asend` object: yielded = to be awaited further out, returned = the step is done.
pub(crate) fn asend_step(vm: &mut Vm, o: &Owned, v: &Owned) -> PyResult<Resumed> {
    let a = asend_of(o);
    let mut v = v.clone();
    match a.stage.get() {
        Stage::Closed => return Err(vm.runtime_error("cannot reuse already awaited __anext__()/asend()")),
        Stage::Init => {
            if g::this(&a.generator).is_async(Async::Running) {
                a.stage.set(Stage::Closed);
                return Err(vm.runtime_error("anext(): asynchronous generator is already running"));
            }
            if vm.is_none(&v) { if let Some(sent) = a.value.get() { v = sent } }
            a.stage.set(Stage::Iterating);
        }
        Stage::Iterating => {}
    }
    g::this(&a.generator).set_async(Async::Running, true);
    let r = resume(vm, &a.generator, Ok(v));
    let r = unwrap(vm, &a.generator, r);
    if !matches!(r, Ok(Resumed::Yielded(_))) { a.stage.set(Stage::Closed) }
    r
}

fn next_of(vm: &mut Vm, r: PyResult) -> PyResult<Option<Owned>> { let _ = vm; r.map(Some) }
fn asend_next(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> { let none = vm.none(); let r = asend_send(vm, o, &none); next_of(vm, r) }
fn asend_throw(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult {
    let a = asend_of(o);
    match a.stage.get() {
        Stage::Closed => return Err(vm.runtime_error("cannot reuse already awaited __anext__()/asend()")),
        Stage::Init => {
            if g::this(&a.generator).is_async(Async::Running) {
                a.stage.set(Stage::Closed);
                return Err(vm.runtime_error("anext(): asynchronous generator is already running"));
            }
            a.stage.set(Stage::Iterating);
            g::this(&a.generator).set_async(Async::Running, true);
        }
        Stage::Iterating => {}
    }
    let e = g::thrown(vm, args)?;
    let r = g::throw_into(vm, &a.generator, e);
    let r = unwrap(vm, &a.generator, r).and_then(|r| stepped(vm, r));
    if r.is_err() { a.stage.set(Stage::Closed) }
    r
}
fn exit_error(vm: &mut Vm) -> Owned { let ty = vm.types.generator_exit.clone(); ty.obj().clone() }
fn closed_by(vm: &mut Vm, r: PyResult) -> PyResult {
    match r {
        Ok(_) => Err(vm.runtime_error("coroutine ignored GeneratorExit")),
        Err(e) if e.is(vm, &vm.types.stop_iteration) || e.is(vm, &vm.types.stop_async_iteration) || e.is(vm, &vm.types.generator_exit) => Ok(vm.none()),
        Err(e) => Err(e),
    }
}
fn asend_close(vm: &mut Vm, o: &Owned) -> PyResult {
    if asend_of(o).stage.get() == Stage::Closed { return Ok(vm.none()) }
    let e = exit_error(vm);
    let r = asend_throw(vm, o, &[e]);
    closed_by(vm, r)
}

fn athrow_of(o: &Owned) -> Ref<PyAthrow> { o.cast::<PyAthrow>().expect("law: checked by the descriptor").clone() }

fn method_of(a: &PyAthrow) -> &'static str { if a.args.is_some() { "athrow" } else { "aclose" } }

fn already_running(vm: &mut Vm, a: &Ref<PyAthrow>) -> Raised {
    a.stage.set(Stage::Closed);
    vm.runtime_error(format!("{}(): asynchronous generator is already running", method_of(a)))
}

fn athrow_start(vm: &mut Vm, a: &Ref<PyAthrow>) -> PyResult<Option<Raised>> {
    let gen_ = g::this(&a.generator).clone();
    if gen_.life() == State::Finished && a.args.is_some() && gen_.is_async(Async::Closed) {
        a.stage.set(Stage::Closed);
        let ty = vm.types.stop_async_iteration.clone();
        return Err(vm.raise(&ty, vec![]));
    }
    if gen_.is_async(Async::Running) { return Err(already_running(vm, a)) }
    if gen_.is_async(Async::Closed) || gen_.life() == State::Finished {
        a.stage.set(Stage::Closed);
        return Ok(None);
    }
    a.stage.set(Stage::Iterating);
    gen_.set_async(Async::Running, true);
    match a.args.get() {
        Some(args) => {
            let items = args.cast::<crate::types::tuple::PyTuple>().expect("law: made here").items().to_vec();
            g::exception_to_throw(vm, &items).map(Some)
        }
        None => {
            gen_.set_async(Async::Closed, true);
            let e = exit_error(vm);
            g::thrown(vm, &[e]).map(Some)
        }
    }
}

/// The outcome of a step of `athrow`/`aclose`.
fn athrow_outcome(vm: &mut Vm, a: &Ref<PyAthrow>, r: PyResult<Resumed>) -> PyResult {
    let closing = !a.args.is_some();
    if !closing {
        let r = unwrap(vm, &a.generator, r).and_then(|r| stepped(vm, r));
        if r.is_err() { a.stage.set(Stage::Closed) }
        return r;
    }
    let gen_ = g::this(&a.generator).clone();
    match r {
        Ok(Resumed::Yielded(v)) if v.cast::<PyAsyncValue>().is_some() => {
            gen_.set_async(Async::Running, false);
            a.stage.set(Stage::Closed);
            Err(vm.runtime_error("async generator ignored GeneratorExit"))
        }
        Ok(Resumed::Yielded(v)) => Ok(v),
        Ok(Resumed::Returned(_)) => { gen_.set_async(Async::Running, false); a.stage.set(Stage::Closed); Err(vm.stop_iteration(None)) }
        Err(e) => {
            gen_.set_async(Async::Running, false);
            a.stage.set(Stage::Closed);
            if e.is(vm, &vm.types.stop_async_iteration) || e.is(vm, &vm.types.generator_exit) { return Err(vm.stop_iteration(None)) }
            Err(e)
        }
    }
}

fn athrow_send(vm: &mut Vm, o: &Owned, v: &Owned) -> PyResult {
    let a = athrow_of(o);
    let r = match a.stage.get() {
        Stage::Closed => return Err(vm.runtime_error("cannot reuse already awaited aclose()/athrow()")),
        Stage::Init => {
            if !vm.is_none(v) { return Err(vm.runtime_error("can't send non-None value to a just-started coroutine")) }
            match athrow_start(vm, &a)? {
                Some(e) => g::throw_into(vm, &a.generator, e),
                None => return Err(vm.stop_iteration(None)),
            }
        }
        Stage::Iterating => resume(vm, &a.generator, Ok(v.clone())),
    };
    athrow_outcome(vm, &a, r)
}
fn athrow_next(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> { let none = vm.none(); let r = athrow_send(vm, o, &none); next_of(vm, r) }
fn athrow_throw(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult {
    let a = athrow_of(o);
    match a.stage.get() {
        Stage::Closed => return Err(vm.runtime_error("cannot reuse already awaited aclose()/athrow()")),
        Stage::Init => {
            if g::this(&a.generator).is_async(Async::Running) { return Err(already_running(vm, &a)) }
            a.stage.set(Stage::Iterating);
            g::this(&a.generator).set_async(Async::Running, true);
        }
        Stage::Iterating => {}
    }
    let e = g::thrown(vm, args)?;
    let r = g::throw_into(vm, &a.generator, e);
    athrow_outcome(vm, &a, r)
}
fn athrow_close(vm: &mut Vm, o: &Owned) -> PyResult {
    if athrow_of(o).stage.get() == Stage::Closed { return Ok(vm.none()) }
    let e = exit_error(vm);
    let r = athrow_throw(vm, o, &[e]);
    closed_by(vm, r)
}

fn finalize(vm: &mut Vm, o: &Owned) -> PyResult<()> {
    let gen_ = g::this(o).clone();
    if gen_.life() == State::Created { return Ok(()) }
    if let Some(f) = gen_.extra.get() {
        if !gen_.is_async(Async::Closed) { return vm.call1(&f, o).map(|_| ()) }
    }
    g::finalize(vm, o)
}

fn asend_finalize(vm: &mut Vm, o: &Owned) -> PyResult<()> {
    let a = asend_of(o);
    if a.stage.get() == Stage::Init { warn_unawaited_method(vm, &a.generator, "asend") }
    Ok(())
}
fn athrow_finalize(vm: &mut Vm, o: &Owned) -> PyResult<()> {
    let a = athrow_of(o);
    if a.stage.get() == Stage::Init { warn_unawaited_method(vm, &a.generator, method_of(&a)) }
    Ok(())
}

fn running(vm: &mut Vm, o: &Owned) -> PyResult { Ok(vm.bool(g::this(o).is_async(Async::Running))) }

static DEF: TypeDef = TypeDef {
    doc: "", sig: "",
    methods: &[
        Def::new("asend", "", Native::N1(asend)),
        Def::new("athrow", "", Native::Var(athrow, 1, 3)),
        Def::new("aclose", "($self, /)", Native::N0(aclose)),
        Def::class("__class_getitem__", "", Native::N1(crate::types::generic_alias::class_getitem)),
    ],
    getset: &[
        GetSet::rw("__name__", g::get_name, g::set_name), GetSet::rw("__qualname__", g::get_qualname, g::set_qualname), GetSet::member("ag_running", running),
        GetSet::ro("ag_suspended", g::suspended), GetSet::ro("ag_await", g::delegate), GetSet::ro("ag_code", g::code), GetSet::ro("ag_frame", g::frame),
    ],
};
static ASEND: TypeDef = TypeDef {
    doc: "", sig: "",
    methods: &[Def::new("send", "", Native::N1(asend_send)), Def::new("throw", "", Native::Var(asend_throw, 1, 3)),
        Def::new("close", "($self, /)", Native::N0(asend_close))],
    getset: &[],
};
static ATHROW: TypeDef = TypeDef {
    doc: "", sig: "",
    methods: &[Def::new("send", "", Native::N1(athrow_send)), Def::new("throw", "", Native::Var(athrow_throw, 1, 3)),
        Def::new("close", "($self, /)", Native::N0(athrow_close))],
    getset: &[],
};
static VALUE: TypeDef = TypeDef { doc: "", sig: "", methods: &[], getset: &[] };

/// Fills the types.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.async_generator.clone();
    vm.fill_type(&ty, Slots { repr: Some(g::repr), aiter: Some(itself), anext: Some(anext), finalize: Some(finalize), ..Slots::default() }, &DEF)?;
    let ty = vm.types.async_gen_asend.clone();
    vm.fill_type(&ty, Slots { iter: Some(itself), await_: Some(itself), next: Some(asend_next), finalize: Some(asend_finalize), ..Slots::default() }, &ASEND)?;
    let ty = vm.types.async_gen_athrow.clone();
    vm.fill_type(&ty, Slots { iter: Some(itself), await_: Some(itself), next: Some(athrow_next), finalize: Some(athrow_finalize), ..Slots::default() }, &ATHROW)?;
    let ty = vm.types.anext_awaitable.clone();
    vm.fill_type(&ty, Slots { iter: Some(itself), await_: Some(itself), next: Some(anext_next), ..Slots::default() }, &ANEXT)?;
    let ty = vm.types.async_gen_wrapped.clone();
    vm.fill_type(&ty, Slots::default(), &VALUE)
}

