//! `_thread`: the module's functions; locks, handles and thread-local data are in `thread/`.
//!
//! Not here: `threading` (Lib), how threads share the interpreter (`instar_vm::threads`).

mod local;
mod lock;
mod rlock;
mod start;

use instar_object::TypeFlags;
use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native};
use instar_vm::threads::current_ident;
use instar_vm::typeobj::vm_flags;
use instar_vm::types::exception::PyException;
use instar_vm::codecs;
use instar_vm::types::str::PyStr;
use instar_vm::types::tuple::PyTuple;
use instar_vm::{ObjExt, Owned, PyResult, Ref, Vm};

use crate::support::{given, set, set_int, set_type};

use start::after_fork;

/// Longest thread name that the system keeps.
#[cfg(target_os = "linux")]
const NAME_MAX: usize = 15;
#[cfg(not(target_os = "linux"))]
const NAME_MAX: usize = 63;

/// Smallest stack of a thread.
const STACK_MIN: i64 = 32 << 10;

/// The argument type of `excepthook`.
#[derive(Default)]
struct HookArgs(Option<instar_vm::typeobj::TypeRef>);

fn stack_size(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    let old = vm.thread_stack_size();
    if let Some(n) = given(vm, args.first()) {
        let n = vm.index_i64(&n)?;
        if n < 0 { return Err(vm.value_error("size must be 0 or a positive value")) }
        if n != 0 && !(STACK_MIN..1 << 40).contains(&n) { return Err(vm.value_error(format!("size not valid: {n} bytes"))) }
        vm.set_thread_stack_size(n as usize);
    }
    vm.new_int(old as i64)
}

fn exit(vm: &mut Vm, _: &Owned) -> PyResult {
    let ty = vm.types.system_exit.clone();
    Err(vm.raise(&ty, Vec::new()))
}

fn native_id(vm: &mut Vm, _: &Owned) -> PyResult {
    #[cfg(target_os = "linux")]
    // SAFETY: no precondition.
    let id = unsafe { libc::syscall(libc::SYS_gettid) };
    #[cfg(not(target_os = "linux"))]
    let id = current_ident();
    vm.new_int(id as i64)
}

fn interrupt_main(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    let n = match args.first() { Some(n) => vm.index_i64(n)?, None => libc::SIGINT.into() };
    match usize::try_from(n) {
        Ok(n) if (1..instar_vm::signals::LIMIT).contains(&n) => instar_vm::signals::interrupt_main(vm, n)?,
        _ => return Err(vm.value_error("signal number out of range")),
    }
    Ok(vm.none())
}

fn text_argument(vm: &mut Vm, name: &Owned) -> PyResult<()> {
    if name.cast::<PyStr>().is_some() { return Ok(()) }
    let ty = if vm.is_none(name) { "None".to_owned() } else { name.type_name(vm) };
    Err(vm.type_error(format!("set_name() argument 'name' must be str, not {ty}")))
}

#[cfg(target_os = "linux")]
fn set_name(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let name = args[0].as_ref().expect("law: required parameter");
    text_argument(vm, name)?;
    // What is too long is cut between bytes, not between characters.
    let errors = vm.new_str("replace")?;
    let name = codecs::encode(vm, codecs::Native::Utf8, name, Some(&errors))?;
    let bytes: Vec<u8> = name.into_iter().take(NAME_MAX).take_while(|b| *b != 0).chain([0]).collect();
    // SAFETY: the name ends with a null and is short enough.
    let r = unsafe { libc::pthread_setname_np(libc::pthread_self(), bytes.as_ptr().cast()) };
    if r != 0 { return Err(vm.os_error_from(std::io::Error::from_raw_os_error(r), None)) }
    Ok(vm.none())
}
#[cfg(not(target_os = "linux"))]
fn set_name(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    text_argument(vm, args[0].as_ref().expect("law: required parameter"))?;
    Ok(vm.none())
}

fn get_name(vm: &mut Vm, _: &Owned) -> PyResult {
    #[cfg(target_os = "linux")]
    {
        let mut buffer = [0u8; 64];
        // SAFETY: the buffer has the size.
        let r = unsafe { libc::pthread_getname_np(libc::pthread_self(), buffer.as_mut_ptr().cast(), buffer.len()) };
        if r != 0 { return Err(vm.os_error_from(std::io::Error::from_raw_os_error(r), None)) }
        let n = buffer.iter().position(|b| *b == 0).unwrap_or(0);
        vm.fs_decode(&buffer[..n])
    }
    #[cfg(not(target_os = "linux"))]
    vm.new_str("")
}

/// Reports an exception that ended a thread.
fn excepthook(vm: &mut Vm, _: &Owned, args: &Owned) -> PyResult {
    let ty = vm.state::<HookArgs>().0.clone();
    let fields = match (ty, args.cast::<PyTuple>()) {
        (Some(ty), Some(t)) if args.type_of(vm).ptr() == ty.ptr() => t.items().to_vec(),
        _ => return Err(vm.type_error("_thread.excepthook argument type must be ExceptHookArgs")),
    };
    if fields[0].is(vm.types.system_exit.obj()) { return Ok(vm.none()) }
    let key = vm.names.stderr.clone();
    let file = match vm.sys.clone().get_interned(vm, &key).filter(|f| !vm.is_none(f)) {
        Some(f) => f,
        None if vm.is_none(&fields[3]) => return Ok(vm.none()),
        None => match vm.get_attr_str(&fields[3], "_stderr")? { f if vm.is_none(&f) => return Ok(vm.none()), f => f },
    };
    let name = if vm.is_none(&fields[3]) { None } else { vm.get_attr_str(&fields[3], "name").ok() };
    let name = match name { Some(n) => vm.str(&n).map_or_else(|_| "<failed to get thread name>".to_owned(), |s| vm.repr_text_plain(&s)), None => current_ident().to_string() };
    let mut report = format!("Exception in thread {name}:\n");
    if let Some(e) = fields[1].cast::<PyException>().cloned() {
        let tb = Ref::try_from(fields[2].clone()).ok();
        report += &instar_vm::display::format_exception(vm, &e, tb);
    }
    let (write, flush, report) = (vm.names.write.clone(), vm.names.flush.clone(), vm.new_str(&report)?);
    vm.call_method(&file, &write, &[report])?;
    vm.call_method(&file, &flush, &[])?;
    Ok(vm.none())
}

const START_DOC: &str = "Start a new thread and return its identifier.\n\nThe thread will call the function with positional arguments from the\ntuple args and keyword arguments taken from the optional dictionary\nkwargs.  The thread exits when the function returns; the return value\nis ignored.  The thread will also exit when the function raises an\nunhandled exception; a stack trace will be printed unless the exception\nis SystemExit.";
const START: &str = "($module, function, args, kwargs={}, /)";
const EXIT_DOC: &str = "This is synonymous to ``raise SystemExit''.  It will cause the current\nthread to exit silently unless the exception is caught.";

pub const MODULE: NativeModule = NativeModule {
    name: "_thread",
    doc: "This module provides primitive operations to write multi-threaded programs.\nThe 'threading' module provides a more convenient interface.",
    functions: &[
        Def::new("allocate_lock", "($module, /)", Native::N0(lock::allocate)).doc("Create a new lock object."),
        Def::new("allocate", "($module, /)", Native::N0(lock::allocate)).doc("An obsolete synonym of allocate_lock()."),
        Def::new("get_ident", "($module, /)", Native::N0(|vm, _| vm.new_int(current_ident()))).doc("Return a non-zero integer that uniquely identifies the current thread\namongst other threads that exist simultaneously.\n\nThis may be used to identify per-thread resources."),
        Def::new("_get_main_thread_ident", "($module, /)", Native::N0(|vm, _| { let n = vm.main_ident(); vm.new_int(n) })).doc("Internal only. Return a non-zero integer that uniquely identifies the main thread\nof the main interpreter."),
        Def::new("get_native_id", "($module, /)", Native::N0(native_id)).doc("Return a non-negative integer identifying the thread as reported\nby the OS (kernel). This may be used to uniquely identify a\nparticular thread within a system."),
        Def::new("start_new_thread", START, Native::Var(start::start_new, 2, 3)).doc(START_DOC),
        Def::new("start_new", START, Native::Var(start::start_new, 2, 3)).doc("An obsolete synonym of start_new_thread()."),
        Def::new("start_joinable_thread", "($module, /, function, handle=None, daemon=True)", Native::Bound(start::start_joinable))
            .doc("*For internal use only*: start a new thread.\n\nLike start_new_thread(), this starts a new thread calling the given function.\nUnlike start_new_thread(), this returns a handle object with methods to join\nor detach the given thread."),
        Def::new("_make_thread_handle", "($module, ident, /)", Native::N1(start::make_handle)).doc("Internal only. Make a thread handle for threads not spawned\nby the _thread or threading module."),
        Def::new("daemon_threads_allowed", "($module, /)", Native::N0(|vm, _| Ok(vm.bool(true)))).doc("Return True if daemon threads are allowed in the current interpreter,\nand False otherwise."),
        Def::new("_is_main_interpreter", "($module, /)", Native::N0(|vm, _| Ok(vm.bool(true)))).doc("Return True if the current interpreter is the main Python interpreter."),
        Def::new("_shutdown", "($module, /)", Native::N0(start::shutdown)).doc("Wait for all non-daemon threads (other than the calling thread) to stop."),
        Def::new("_count", "($module, /)", Native::N0(start::count)).doc("Return the number of currently running Python threads, excluding\nthe main thread."),
        Def::new("stack_size", "($module, size=0, /)", Native::Var(stack_size, 0, 1)).doc("Return the thread stack size used when creating new threads.  The\noptional size argument specifies the stack size (in bytes) to be used\nfor subsequent thread creation."),
        Def::new("set_name", "($module, /, name)", Native::Bound(set_name)).doc("Set the name of the current thread."),
        Def::new("_get_name", "($module, /)", Native::N0(get_name)).doc("Get the name of the current thread."),
        Def::new("exit", "($module, /)", Native::N0(exit)).doc(EXIT_DOC),
        Def::new("exit_thread", "($module, /)", Native::N0(exit)).doc("An obsolete synonym of exit()."),
        Def::new("_excepthook", "($module, args, /)", Native::N1(excepthook)).doc("Handle uncaught Thread.run() exception."),
        Def::new("interrupt_main", "($module, signum=signal.SIGINT, /)", Native::Var(interrupt_main, 0, 1)).doc("Simulate the arrival of the given signal in the main thread,\nwhere the corresponding signal handler will be executed.\nIf *signum* is omitted, SIGINT is assumed."),
    ],
    exec: |vm, _, ns| {
        vm.at_fork(after_fork);
        let flags = TypeFlags::WEAKREF.bits();
        let lock = vm.new_native_type::<lock::Lock>("_thread", "lock", None, flags, lock::slots(), &lock::DEF)?;
        set_type(vm, ns, &lock)?;
        set(vm, ns, "LockType", lock.obj())?;
        let rlock = vm.new_native_type::<rlock::RLock>("_thread", "RLock", None, flags | vm_flags::BASETYPE, rlock::slots(), &rlock::DEF)?;
        set_type(vm, ns, &rlock)?;
        let handle = vm.new_native_type::<start::Handle>("_thread", "_ThreadHandle", None, flags, start::slots(), &start::DEF)?;
        set_type(vm, ns, &handle)?;
        let gc = flags | TypeFlags::GC.bits() | vm_flags::BASETYPE;
        let local = vm.new_native_type::<local::Local>("_thread", "_local", None, gc, local::slots(), &local::DEF)?;
        set_type(vm, ns, &local)?;
        let args = vm.new_struct_sequence_type("_thread", "_ExceptHookArgs", &["exc_type", "exc_value", "exc_traceback", "thread"], 4)?;
        vm.state::<HookArgs>().0 = Some(args.clone());
        set_type(vm, ns, &args)?;
        let error = vm.types.runtime_error.obj().clone();
        set(vm, ns, "error", &error)?;
        set_int(vm, ns, "_NAME_MAXLEN", NAME_MAX as i64)?;
        let max = vm.new_float(lock::TIMEOUT_MAX)?;
        set(vm, ns, "TIMEOUT_MAX", &max)?;
        Ok(())
    },
};
