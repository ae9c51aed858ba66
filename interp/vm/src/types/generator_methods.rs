//! Methods and slots of generators; the parts that coroutines share.
//!
//! Not here: suspending and resuming (`eval/slow/generators.rs`), `await` protocols (`coroutine.rs`).

use crate::eval::slow::generators::{busy, linked, resume, Resumed};
use crate::native::{Def, GetSet, Native, TypeDef};
use crate::object::{ObjExt, Owned, Ref};
use crate::slots::Slots;
use crate::types::exception::{self, PyException};
use crate::types::generator::{PyGenerator, State};
use crate::vm::{PyResult, Raised, Vm};

/// The payload behind `self`.
pub fn this(o: &Owned) -> &Ref<PyGenerator> { o.cast().expect("law: checked by the descriptor") }

/// `next(g)`.
pub fn next(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    let none = vm.none();
    match resume(vm, o, Ok(none))? {
        Resumed::Yielded(v) => Ok(Some(v)),
        Resumed::Returned(v) if vm.is_none(&v) => Ok(None),
        Resumed::Returned(v) => Err(vm.stop_iteration(Some(v))),
    }
}

/// The value of a resumption as `send` shows it.
pub fn value_or_stop(vm: &mut Vm, r: Resumed) -> PyResult {
    match r {
        Resumed::Yielded(v) => Ok(v),
        Resumed::Returned(v) => {
            let value = if vm.is_none(&v) { None } else { Some(v) };
            Err(vm.stop_iteration(value))
        }
    }
}

/// `g.send(v)`.
pub fn send(vm: &mut Vm, o: &Owned, v: &Owned) -> PyResult {
    let r = resume(vm, o, Ok(v.clone()))?;
    value_or_stop(vm, r)
}

/// Warns of more than one argument of `throw()` or `athrow()`.
pub fn check_throw_arguments(vm: &mut Vm, method: &str, args: &[Owned]) -> PyResult<()> {
    if args.len() < 2 { return Ok(()) }
    let category = vm.types.deprecation_warning.clone();
    vm.warn(&category, &format!("the (type, exc, tb) signature of {method}() is deprecated, use the single-arg signature instead."), 1)
}

/// The exception that `throw(type[, value[, tb]])` throws; the caller has warned of the form with several arguments.
pub fn exception_to_throw(vm: &mut Vm, args: &[Owned]) -> PyResult<Raised> {
    let given = |i: usize| args.get(i).filter(|o| !vm.is_none(o)).cloned();
    let (value, tb) = (given(1), given(2));
    if let Some(tb) = &tb {
        if tb.type_of(vm).ptr() != vm.types.traceback.ptr() { return Err(vm.type_error("throw() third argument must be a traceback object")) }
    }
    let exc = if args[0].cast::<PyException>().is_some() {
        if value.is_some() { return Err(vm.type_error("instance exception may not have a separate value")) }
        args[0].cast::<PyException>().expect("law: just checked").clone()
    } else if args[0].cast::<crate::typeobj::PyType>().is_some_and(|t| t.has_flag(crate::typeobj::vm_flags::EXCEPTION_SUBCLASS)) {
        match value {
            Some(v) if v.cast::<PyException>().is_some() && vm.is_instance(&v, &args[0])? => v.cast::<PyException>().expect("law: just checked").clone(),
            // What goes wrong in making the exception is thrown instead.
            Some(v) => {
                let made = match v.cast::<crate::types::tuple::PyTuple>() {
                    Some(t) => { let items = t.items().to_vec(); vm.call_n(&args[0], &items) }
                    None => vm.call1(&args[0], &v),
                };
                match made { Ok(made) => require_exception(vm, made)?, Err(e) => return Ok(e) }
            }
            None => match exception::instantiate(vm, &args[0]) {
                Ok(Some(e)) => e,
                Ok(None) => return Err(not_exception(vm, &args[0])),
                Err(e) => return Ok(e),
            },
        }
    } else {
        return Err(not_exception(vm, &args[0]));
    };
    if tb.is_some() { exc.traceback.set(tb) }
    Ok(Raised(exc))
}

/// As [`exception_to_throw`], with the warning of `throw`.
pub fn thrown(vm: &mut Vm, args: &[Owned]) -> PyResult<Raised> {
    check_throw_arguments(vm, "throw", args)?;
    exception_to_throw(vm, args)
}

fn require_exception(vm: &mut Vm, o: Owned) -> PyResult<Ref<PyException>> {
    Ref::try_from(o).map_err(|o: Owned| not_exception(vm, &o))
}

fn not_exception(vm: &mut Vm, o: &Owned) -> Raised {
    let ty = o.type_name(vm);
    vm.type_error(format!("exceptions must be classes or instances deriving from BaseException, not {ty}"))
}

/// Throws into the generator, through its delegate if it has one.
pub fn throw_into(vm: &mut Vm, o: &Owned, e: Raised) -> PyResult<Resumed> {
    let g = this(o).clone();
    if let Some(delegate) = g.delegate() {
        if e.is(vm, &vm.types.generator_exit) {
            close_delegate(vm, &g, &delegate)?;
            return resume(vm, o, Err(e));
        }
        let is_native = delegate.cast::<PyGenerator>().is_some() && delegate.type_of(vm).ptr() != vm.types.async_generator.ptr();
        let r = if is_native {
            linked(vm, &g, |vm| throw_into(vm, &delegate, e))
        } else {
            let name = vm.intern("throw")?;
            match vm.get_attr_opt(&delegate, &name)? {
                None => return resume(vm, o, Err(e)),
                Some(m) => linked(vm, &g, |vm| vm.call1(&m, e.0.obj()).map(Resumed::Yielded)),
            }
        };
        return match r {
            Ok(Resumed::Yielded(v)) => Ok(Resumed::Yielded(v)),
            // The delegate is done: go on behind the delegating loop with its value.
            Ok(Resumed::Returned(v)) => finish_delegate(vm, o, v),
            Err(e) => match exception::stop_iteration_value(vm, e) {
                Ok(v) => finish_delegate(vm, o, v),
                Err(e) => resume(vm, o, Err(e)),
            },
        };
    }
    resume(vm, o, Err(e))
}

/// Resumes a delegating generator as if its `send` had returned `v`: a StopIteration carrying it reaches `CleanupThrow`.
fn finish_delegate(vm: &mut Vm, o: &Owned, v: Owned) -> PyResult<Resumed> {
    let e = vm.stop_iteration(Some(v));
    resume(vm, o, Err(e))
}

/// Reports an error that nobody can get: `o` is the generator that died or the iterator it delegated to.
pub(crate) fn ignored_while_closing(vm: &mut Vm, e: Raised, o: &Owned) {
    let what = match vm.repr_text(o) { Ok(text) => format!("Exception ignored while closing generator {text}"), Err(_) => "Exception ignored while closing generator".to_owned() };
    vm.unraisable(e, &what, None);
}

fn close_delegate(vm: &mut Vm, g: &Ref<PyGenerator>, delegate: &Owned) -> PyResult<()> {
    let r = busy(vm, g, |vm| if delegate.cast::<PyGenerator>().is_some() && delegate.type_of(vm).ptr() != vm.types.async_generator.ptr() {
        close(vm, delegate).map(|_| ())
    } else {
        let name = vm.names.close.clone();
        match vm.get_attr_opt(delegate, &name) {
            Ok(Some(m)) => vm.call0(&m).map(|_| ()),
            Ok(None) => Ok(()),
            Err(e) => { ignored_while_closing(vm, e, delegate); Ok(()) }
        }
    });
    match r {
        Ok(()) => Ok(()),
        // The error of the delegate's close goes into the generator.
        Err(e) => resume(vm, g.obj(), Err(e)).and_then(|r| value_or_stop(vm, r)).map(|_| ()),
    }
}

/// `g.throw(...)`.
pub fn throw(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult {
    let e = thrown(vm, args)?;
    let r = throw_into(vm, o, e)?;
    value_or_stop(vm, r)
}

/// `g.close()`.
pub fn close(vm: &mut Vm, o: &Owned) -> PyResult {
    let g = this(o).clone();
    match g.life() {
        State::Created => { g.abandon(); return Ok(vm.none()) }
        State::Finished => return Ok(vm.none()),
        _ => {}
    }
    if g.closes_quietly() { g.abandon(); return Ok(vm.none()) }
    let exit = vm.types.generator_exit.clone();
    let e = vm.raise(&exit, vec![]);
    match throw_into(vm, o, e) {
        Ok(Resumed::Yielded(_)) => {
            let what = if o.type_of(vm).ptr() == vm.types.coroutine.ptr() { "coroutine" } else { "generator" };
            Err(vm.runtime_error(format!("{what} ignored GeneratorExit")))
        }
        Ok(Resumed::Returned(v)) => Ok(v),
        Err(e) if e.is(vm, &vm.types.generator_exit) => Ok(vm.none()),
        Err(e) => match exception::stop_iteration_value(vm, e) { Ok(v) => Ok(v), Err(e) => Err(e) },
    }
}

/// Finalizer: closes a suspended generator.
pub fn finalize(vm: &mut Vm, o: &Owned) -> PyResult<()> {
    if this(o).life() == State::Suspended { close(vm, o)?; }
    Ok(())
}

/// `<generator object f at 0x...>`
pub fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let q = this(o).qualname.get().map(|q| vm.repr_text_plain(&q)).unwrap_or_default();
    let ty = o.type_name(vm);
    vm.new_str(&format!("<{ty} object {q} at {:#x}>", o.word().raw()))
}

pub fn get_name(vm: &mut Vm, o: &Owned) -> PyResult { Ok(vm.option_to_none(this(o).name.get())) }
pub fn set_name(vm: &mut Vm, o: &Owned, v: Option<&Owned>) -> PyResult<()> {
    match v.filter(|v| v.cast::<crate::types::str::PyStr>().is_some()) {
        Some(v) => { this(o).name.set(Some(v.clone())); Ok(()) }
        None => Err(vm.type_error("__name__ must be set to a string object")),
    }
}
pub fn get_qualname(vm: &mut Vm, o: &Owned) -> PyResult { Ok(vm.option_to_none(this(o).qualname.get())) }
pub fn set_qualname(vm: &mut Vm, o: &Owned, v: Option<&Owned>) -> PyResult<()> {
    match v.filter(|v| v.cast::<crate::types::str::PyStr>().is_some()) {
        Some(v) => { this(o).qualname.set(Some(v.clone())); Ok(()) }
        None => Err(vm.type_error("__qualname__ must be set to a string object")),
    }
}
pub fn running(vm: &mut Vm, o: &Owned) -> PyResult { Ok(vm.bool(this(o).life() == State::Running)) }
pub fn suspended(vm: &mut Vm, o: &Owned) -> PyResult { Ok(vm.bool(this(o).life() == State::Suspended)) }
pub fn delegate(vm: &mut Vm, o: &Owned) -> PyResult { Ok(vm.option_to_none(this(o).delegate())) }
pub fn code(vm: &mut Vm, o: &Owned) -> PyResult {
    let _ = vm;
    // SAFETY: the executable's code object is alive while the generator keeps the function.
    Ok(unsafe { Owned::share_word(this(o).executable().code) })
}
pub fn frame(vm: &mut Vm, o: &Owned) -> PyResult {
    let g = this(o).clone();
    if g.life() == State::Finished { return Ok(vm.none()) }
    crate::types::frame::of_generator(vm, &g)
}

static DEF: TypeDef = TypeDef {
    doc: "", sig: "",
    methods: &[
        Def::new("send", "", Native::N1(send)).doc("send(value) -> send 'value' into generator,\nreturn next yielded value or raise StopIteration."),
        Def::new("throw", "", Native::Var(throw, 1, 3)).doc("throw(value)\nthrow(type[,value[,tb]])\n\nRaise exception in generator, return next yielded value or raise\nStopIteration.\nthe (type, val, tb) signature is deprecated, \nand may be removed in a future version of Python."),
        Def::new("close", "($self, /)", Native::N0(close)).doc("close() -> raise GeneratorExit inside generator."),
        Def::class("__class_getitem__", "", Native::N1(crate::types::generic_alias::class_getitem)),
    ],
    getset: &[
        GetSet::rw("__name__", get_name, set_name).doc("name of the generator"),
        GetSet::rw("__qualname__", get_qualname, set_qualname).doc("qualified name of the generator"), GetSet::ro("gi_running", running),
        GetSet::ro("gi_suspended", suspended), GetSet::ro("gi_yieldfrom", delegate), GetSet::ro("gi_code", code), GetSet::ro("gi_frame", frame),
    ],
};

fn itself(_: &mut Vm, o: &Owned) -> PyResult { Ok(o.clone()) }

/// Fills the type.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.generator.clone();
    let slots = Slots { repr: Some(repr), iter: Some(itself), next: Some(next), finalize: Some(finalize), ..Slots::default() };
    vm.fill_type(&ty, slots, &DEF)
}
