//! The functions of `sys` that are no hooks.
//!
//! Not here: records (`structs.rs`), hooks (`hooks.rs`), attributes and their filling (`sysmod.rs`).

use super::hooks;
use crate::eval::frame::Frame;
use crate::monitor::{legacy, PROFILE, TRACE};
use crate::native::{Def, Native};
use crate::object::{ObjExt, Owned, Ref};
use crate::types::function::PyFunction;
use crate::types::str::PyStr;
use crate::types::tuple::PyTuple;
use crate::vm::{PyResult, Vm};

fn exc_info(vm: &mut Vm, _: &Owned) -> PyResult {
    let row = match vm.handled_exception() {
        Some(e) => [e.obj().type_of(vm).obj().clone(), e.obj().clone(), vm.option_to_none(e.traceback.get())],
        None => [vm.none(), vm.none(), vm.none()],
    };
    Ok(vm.new_tuple(row)?.into_obj())
}

fn exception(vm: &mut Vm, _: &Owned) -> PyResult { let e = vm.handled_exception().map(Ref::into_obj); Ok(vm.option_to_none(e)) }

fn exit(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    let ty = vm.types.system_exit.clone();
    if let Some(e) = args.first().filter(|e| e.is_instance_of(vm, &ty)).and_then(|e| Ref::try_from(e.clone()).ok()) { return Err(crate::vm::Raised(e)) }
    // A tuple spreads over the arguments, as when a class is raised with a value.
    let args = match args.first() {
        None => Vec::new(),
        Some(a) if vm.is_none(a) => Vec::new(),
        Some(a) => match a.cast::<PyTuple>() { Some(t) => t.items().to_vec(), None => vec![a.clone()] },
    };
    Err(vm.raise(&ty, args))
}

fn getrefcount(vm: &mut Vm, _: &Owned, o: &Owned) -> PyResult {
    let n = o.ptr().map_or(u32::MAX.into(), |p| vm.heap.refcount(p));
    vm.new_int(i64::try_from(n).unwrap_or(i64::MAX))
}

fn getsizeof(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let o = args[0].clone().expect("law: required parameter");
    let name = vm.names.__sizeof__.clone();
    let size = match vm.call_special(&o, &name, &[]) {
        Ok(Some(n)) => vm.index_i64(&n),
        Ok(None) => { let t = o.type_name(vm); Err(vm.type_error(format!("Type {t} doesn't define __sizeof__"))) }
        Err(e) => Err(e),
    };
    match (size, &args[1]) {
        (Err(e), Some(default)) if e.is(vm, &vm.types.type_error) => Ok(default.clone()),
        (Err(e), _) => Err(e),
        (Ok(n), _) if n < 0 => Err(vm.value_error("__sizeof__() should return >= 0")),
        (Ok(n), _) => {
            // The collector's header counts too.
            let gc = o.ptr().is_some() && o.type_of(vm).info.flags.get().contains(instar_object::TypeFlags::GC);
            vm.new_int(n + if gc { 16 } else { 0 })
        }
    }
}

fn getrecursionlimit(vm: &mut Vm, _: &Owned) -> PyResult { vm.new_int(vm.recursion_limit_set as i64) }
fn setrecursionlimit(vm: &mut Vm, _: &Owned, n: &Owned) -> PyResult {
    let n = vm.index_i64(n)?;
    if n < 1 { return Err(vm.value_error("recursion limit must be greater or equal than 1")) }
    if n > i32::MAX.into() { return Err(vm.overflow_error("Python int too large to convert to C int")) }
    let depth = vm.recursion_depth as i64;
    if depth >= n { return Err(vm.recursion_error(format!("cannot set the recursion limit to {n} at the recursion depth {depth}: the limit is too low"))) }
    vm.recursion_limit_set = n as usize;
    if !vm.is_monitored() { vm.recursion_limit = n as usize }
    Ok(vm.none())
}

fn intern(vm: &mut Vm, _: &Owned, s: &Owned) -> PyResult {
    if s.is_exact::<PyStr>(vm) { return vm.intern_obj(s) }
    let t = s.given_name(vm);
    Err(vm.type_error(if s.cast::<PyStr>().is_some() { format!("can't intern {t}") } else { format!("intern() argument must be str, not {t}") }))
}

fn is_interned(vm: &mut Vm, _: &Owned, s: &Owned) -> PyResult {
    match s.cast::<PyStr>() {
        Some(text) => { let b = text.is_interned(); Ok(vm.bool(b)) }
        None => { let t = s.given_name(vm); Err(vm.type_error(format!("_is_interned() argument must be str, not {t}"))) }
    }
}

fn is_immortal(vm: &mut Vm, _: &Owned, o: &Owned) -> PyResult { let b = o.ptr().is_none_or(|p| vm.heap.is_immortal(p)); Ok(vm.bool(b)) }

fn depth_frame(vm: &mut Vm, arg: Option<&Owned>) -> PyResult<Option<Frame>> {
    let depth = match arg { Some(d) => vm.index_i32(d)?, None => 0 };
    Ok(vm.caller_frame(usize::try_from(depth).unwrap_or(0)))
}

fn getframe(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    match depth_frame(vm, args.first())? { Some(f) => vm.frame_object(f), None => Err(vm.value_error("call stack is not deep enough")) }
}

fn getframemodulename(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let Some(f) = depth_frame(vm, args[0].as_ref())? else { return Ok(vm.none()) };
    // SAFETY: the frame is live, its function word owned by it.
    let func = unsafe { Owned::share_word(f.func()) };
    Ok(vm.option_to_none(Ref::<PyFunction>::cast(&func).and_then(|f| f.module.get())))
}

/// What `sys.setdlopenflags` set, for whoever loads libraries.
struct DlopenFlags(i32);

impl Default for DlopenFlags {
    /// `RTLD_NOW`.
    fn default() -> DlopenFlags { DlopenFlags(2) }
}

fn clear_type_cache(vm: &mut Vm, _: &Owned) -> PyResult {
    let category = vm.types.deprecation_warning.clone();
    vm.warn(&category, "sys._clear_type_cache() is deprecated and may be removed in a future version of Python.  Use sys._clear_internal_caches() instead.", 1)?;
    Ok(vm.none())
}

fn current_frames(vm: &mut Vm, _: &Owned) -> PyResult {
    let dict = vm.new_dict()?;
    for (ident, frame, _) in vm.each_thread() {
        let Some(frame) = frame else { continue };
        let (id, frame) = (vm.new_int(ident)?, vm.frame_object(frame)?);
        dict.set_item(vm, &id, &frame)?;
    }
    Ok(dict.into_obj())
}

fn current_exceptions(vm: &mut Vm, _: &Owned) -> PyResult {
    let dict = vm.new_dict()?;
    for (ident, _, handled) in vm.each_thread() {
        let (id, e) = (vm.new_int(ident)?, vm.option_to_none(handled));
        dict.set_item(vm, &id, &e)?;
    }
    Ok(dict.into_obj())
}

fn set_tracing(vm: &mut Vm, tool: usize, f: &Owned, all: bool) -> PyResult {
    vm.audit(if tool == TRACE { "sys.settrace" } else { "sys.setprofile" }, &[])?;
    let f = vm.none_to_option(f);
    legacy::install(vm, tool, f, all);
    Ok(vm.none())
}

fn call_tracing(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    let Some(tuple) = args[1].cast::<PyTuple>() else {
        let t = args[1].given_name(vm);
        return Err(vm.type_error(format!("call_tracing() argument 2 must be tuple, not {t}")));
    };
    let items = tuple.items().to_vec();
    legacy::call_tracing(vm, &args[0], &items)
}

fn set_int_max_str_digits(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let n = vm.index_i64(args[0].as_ref().expect("law: required parameter"))?;
    if n != 0 && n < 640 { return Err(vm.value_error("maxdigits must be >= 640 or 0 for unlimited")) }
    vm.settings.int_max_str_digits = usize::try_from(n).unwrap_or(0);
    Ok(vm.none())
}

fn set_origin_depth(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let n = vm.index_i64(args[0].as_ref().expect("law: required parameter"))?;
    if n < 0 { return Err(vm.value_error("depth must be >= 0")) }
    vm.origin_depth = usize::try_from(n).unwrap_or(0);
    Ok(vm.none())
}

fn setswitchinterval(vm: &mut Vm, _: &Owned, x: &Owned) -> PyResult {
    let x = vm.to_float(x)?;
    if x <= 0.0 { return Err(vm.value_error("switch interval must be strictly positive")) }
    vm.set_switch_interval(x);
    Ok(vm.none())
}

fn activate_trampoline(vm: &mut Vm, _: &Owned, backend: &Owned) -> PyResult {
    let name = vm.repr_text_plain(backend);
    if name == "perf" || name == "perf_jit" { return Err(vm.runtime_error("can't activate the perf trampoline: not supported by this interpreter")) }
    Err(vm.value_error(format!("invalid backend: {name}")))
}

fn none(vm: &mut Vm, _: &Owned) -> PyResult { Ok(vm.none()) }
fn no(vm: &mut Vm, _: &Owned) -> PyResult { Ok(vm.bool(false)) }

/// What `dataclass(slots=True)` does with the class that its slotted copy replaces.
fn clear_type_descriptors(vm: &mut Vm, _: &Owned, class: &Owned) -> PyResult {
    let Some(ty) = crate::typeobj::TypeRef::from_obj(class).cloned() else {
        let t = class.given_name(vm);
        return Err(vm.type_error(format!("argument 1 must be type, not {t}")));
    };
    if !ty.is_heap_type() { return Err(vm.type_error("argument is immutable")) }
    for name in [vm.names.__dict__.clone(), vm.names.__weakref__.clone()] { ty.dict().del_item(vm, &name)?; }
    vm.type_modified(&ty);
    Ok(vm.none())
}

/// Functions of the module.
pub static FUNCTIONS: &[Def] = &[
    Def::new("addaudithook", "($module, /, hook)", Native::Bound(hooks::addaudithook)).doc("Adds a new audit hook callback."),
    Def::new("audit", "($module, event, /, *args)", Native::Full(hooks::audit)).doc("Passes the event to any hooks that are attached."),
    Def::new("breakpointhook", "($module, /, *args, **kwargs)", Native::Full(hooks::breakpointhook)).doc("This hook function is called by built-in breakpoint()."),
    Def::new("_clear_internal_caches", "($module, /)", Native::N0(none)).doc("Clear all internal performance-related caches."),
    Def::new("_clear_type_descriptors", "($module, type, /)", Native::N1(clear_type_descriptors)).doc("Remove the __dict__ and __weakref__ descriptors of a class that is about to be replaced."),
    Def::new("_clear_type_cache", "($module, /)", Native::N0(clear_type_cache)).doc("Clear the internal type lookup cache."),
    Def::new("_current_frames", "($module, /)", Native::N0(current_frames)).doc("Return a dict mapping each thread's thread id to its current stack frame."),
    Def::new("_current_exceptions", "($module, /)", Native::N0(current_exceptions)).doc("Return a dict mapping each thread's identifier to its current raised exception."),
    Def::new("displayhook", "($module, object, /)", Native::N1(hooks::displayhook)).doc("Print an object to sys.stdout and also save it in builtins._"),
    Def::new("exc_info", "($module, /)", Native::N0(exc_info)).doc("Return current exception information: (type, value, traceback)."),
    Def::new("exception", "($module, /)", Native::N0(exception)).doc("Return the current exception."),
    Def::new("excepthook", "($module, exctype, value, traceback, /)", Native::Var(hooks::excepthook, 3, 3)).doc("Handle an exception by displaying it with a traceback on sys.stderr."),
    Def::new("exit", "($module, status=None, /)", Native::Var(exit, 0, 1)).doc("Exit the interpreter by raising SystemExit(status)."),
    Def::new("getdefaultencoding", "($module, /)", Native::N0(|vm, _| vm.intern("utf-8"))).doc("Return the current default encoding used by the Unicode implementation."),
    Def::new("getdlopenflags", "($module, /)", Native::N0(|vm, _| { let flags = vm.state::<DlopenFlags>().0; vm.new_int(flags.into()) })).doc("Return the current value of the flags that are used for dlopen calls."),
    Def::new("setdlopenflags", "($module, flags, /)", Native::N1(|vm, _, n| { let flags = vm.index_i32(n)?; vm.state::<DlopenFlags>().0 = flags; Ok(vm.none()) })).doc("Set the flags used by the interpreter for dlopen calls."),
    Def::new("getallocatedblocks", "($module, /)", Native::N0(|vm, _| { let n = vm.heap.requested_bytes() / 64; vm.new_int(n as i64) }))
        .doc("Return the number of memory blocks currently allocated."),
    Def::new("getunicodeinternedsize", "($module, /, *, _only_immortal=False)", Native::Bound(|vm, _, _| { let n = vm.interned.len(); vm.new_int(n as i64) }))
        .doc("Return the number of elements of the unicode interned dictionary"),
    Def::new("getfilesystemencoding", "($module, /)", Native::N0(|vm, _| vm.intern("utf-8"))).doc("Return the encoding used to convert Unicode filenames to OS filenames."),
    Def::new("getfilesystemencodeerrors", "($module, /)", Native::N0(|vm, _| vm.intern("surrogateescape"))).doc("Return the error mode used for Unicode to OS filename conversion."),
    Def::new("intern", "($module, string, /)", Native::N1(intern)).doc("``Intern'' the given string."),
    Def::new("_is_interned", "($module, string, /)", Native::N1(is_interned)).doc("Return True if the given string is \"interned\"."),
    Def::new("_is_immortal", "($module, op, /)", Native::N1(is_immortal)).doc("Return True if the given object is \"immortal\" per PEP 683."),
    Def::new("is_finalizing", "($module, /)", Native::N0(|vm, _| Ok(vm.bool(vm.finalizing)))).doc("Return True if Python is exiting."),
    Def::new("is_stack_trampoline_active", "($module, /)", Native::N0(no)).doc("Return *True* if a stack profiler trampoline is active."),
    Def::new("activate_stack_trampoline", "($module, backend, /)", Native::N1(activate_trampoline)).doc("Activate stack profiler trampoline *backend*."),
    Def::new("deactivate_stack_trampoline", "($module, /)", Native::N0(none)).doc("Deactivate the current stack profiler trampoline backend."),
    Def::new("is_remote_debug_enabled", "($module, /)", Native::N0(no)).doc("Return True if remote debugging is enabled, False otherwise."),
    Def::new("_is_gil_enabled", "($module, /)", Native::N0(|vm, _| Ok(vm.bool(true)))).doc("Return True if the GIL is currently enabled."),
    Def::new("getrefcount", "($module, object, /)", Native::N1(getrefcount)).doc("Return the reference count of object."),
    Def::new("getsizeof", "($module, /, object, default=<unrepresentable>)", Native::Bound(getsizeof)).private().doc("getsizeof(object [, default]) -> int\n\nReturn the size of object in bytes."),
    Def::new("getrecursionlimit", "($module, /)", Native::N0(getrecursionlimit)).doc("Return the current value of the recursion limit."),
    Def::new("setrecursionlimit", "($module, limit, /)", Native::N1(setrecursionlimit)).doc("Set the maximum depth of the Python interpreter stack to n."),
    Def::new("_getframe", "($module, depth=0, /)", Native::Var(getframe, 0, 1)).doc("Return a frame object from the call stack."),
    Def::new("_getframemodulename", "($module, /, depth=0)", Native::Bound(getframemodulename)).doc("Return the name of the module for a calling frame."),
    Def::new("settrace", "($module, function, /)", Native::N1(|vm, _, f| set_tracing(vm, TRACE, f, false))).doc("Set the global debug tracing function."),
    Def::new("setprofile", "($module, function, /)", Native::N1(|vm, _, f| set_tracing(vm, PROFILE, f, false))).doc("Set the profiling function."),
    Def::new("_settraceallthreads", "($module, function, /)", Native::N1(|vm, _, f| set_tracing(vm, TRACE, f, true))),
    Def::new("_setprofileallthreads", "($module, function, /)", Native::N1(|vm, _, f| set_tracing(vm, PROFILE, f, true))),
    Def::new("gettrace", "($module, /)", Native::N0(|vm, _| { let f = vm.own.trace.clone(); Ok(vm.option_to_none(f)) })).doc("Return the global debug tracing function set with sys.settrace."),
    Def::new("getprofile", "($module, /)", Native::N0(|vm, _| { let f = vm.own.profile.clone(); Ok(vm.option_to_none(f)) })).doc("Return the profiling function set with sys.setprofile."),
    Def::new("call_tracing", "($module, func, args, /)", Native::Var(call_tracing, 2, 2)).doc("Call func(*args), while tracing is enabled."),
    Def::new("get_int_max_str_digits", "($module, /)", Native::N0(|vm, _| { let n = vm.settings.int_max_str_digits; vm.new_int(n as i64) }))
        .doc("Return the maximum string digits limit for non-binary int<->str conversions."),
    Def::new("set_int_max_str_digits", "($module, /, maxdigits)", Native::Bound(set_int_max_str_digits)).doc("Set the maximum string digits limit for non-binary int<->str conversions."),
    Def::new("get_coroutine_origin_tracking_depth", "($module, /)", Native::N0(|vm, _| { let n = vm.origin_depth; vm.new_int(n as i64) }))
        .doc("Check status of origin tracking for coroutine objects in this thread."),
    Def::new("set_coroutine_origin_tracking_depth", "($module, /, depth)", Native::Bound(set_origin_depth)).doc("Enable or disable origin tracking for coroutine objects in this thread."),
    Def::new("get_asyncgen_hooks", "($module, /)", Native::N0(hooks::get_asyncgen_hooks)).doc("Return the installed asynchronous generators hooks."),
    Def::new("set_asyncgen_hooks", "($module, /, firstiter=<unrepresentable>, finalizer=<unrepresentable>)", Native::Bound(hooks::set_asyncgen_hooks)).private()
        .doc("set_asyncgen_hooks([firstiter] [, finalizer])\n\nSet a finalizer for async generators objects."),
    Def::new("getswitchinterval", "($module, /)", Native::N0(|vm, _| { let x = vm.switch_interval(); vm.new_float(x) }))
        .doc("Return the current thread switch interval."),
    Def::new("setswitchinterval", "($module, interval, /)", Native::N1(setswitchinterval)).doc("Set the ideal thread switching delay inside the Python interpreter."),
    Def::new("unraisablehook", "($module, unraisable, /)", Native::N1(hooks::unraisablehook)).doc("Handle an unraisable exception."),
];
