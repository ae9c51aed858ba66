//! `_thread`: locks, thread-local data, identities. There is one thread: starting another is refused.
//!
//! A lock that nobody could ever release is reported as RuntimeError instead of hanging. Not here: `threading` (Lib).

use std::cell::Cell;
use std::time::Duration;

use instar_object::TypeFlags;
use instar_vm::args::Args;
use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native, TypeDef};
use instar_vm::slots::Slots;
use instar_vm::typeobj::{vm_flags, TypeRef};
use instar_vm::{payload, trace, ObjExt, Owned, PyResult, Ref, Vm};

use crate::support::{given, set, set_type};

struct Lock { locked: Cell<bool> }
trace! { Lock {} }
payload!(Lock, "lock");

struct RLock { count: Cell<u64> }
trace! { RLock {} }
payload!(RLock, "RLock");

struct Handle { ident: Cell<i64>, done: Cell<bool> }
trace! { Handle {} }
payload!(Handle, "_ThreadHandle");

/// Identity of the one thread.
fn ident() -> i64 {
    let here = std::thread::current().id();
    let text = format!("{here:?}");
    text.chars().filter(char::is_ascii_digit).collect::<String>().parse::<i64>().unwrap_or(1) + 0x7f00_0000_0000
}

fn lock(o: &Owned) -> &Ref<Lock> { o.cast().expect("law: checked by the descriptor") }
fn rlock(o: &Owned) -> &Ref<RLock> { o.cast().expect("law: checked by the descriptor") }

/// `(blocking, timeout)` of an acquire, with CPython's checks; timeout in seconds, negative for none.
fn acquire_args(vm: &mut Vm, args: &[Option<Owned>]) -> PyResult<(bool, f64)> {
    let blocking = match &args[0] { Some(b) => vm.truth(b)?, None => true };
    let timeout = match &args[1] { Some(t) => vm.to_float(t)?, None => -1.0 };
    if !blocking && timeout != -1.0 { return Err(vm.value_error("can't specify a timeout for a non-blocking call")) }
    if timeout < 0.0 && timeout != -1.0 { return Err(vm.value_error("timeout value must be a non-negative number")) }
    if timeout > TIMEOUT_MAX { return Err(vm.overflow_error("timeout value is too large")) }
    Ok((blocking, timeout))
}

const TIMEOUT_MAX: f64 = 9_223_372_036.0;

fn acquire(vm: &mut Vm, this: &Owned, args: &[Option<Owned>]) -> PyResult {
    let (blocking, timeout) = acquire_args(vm, args)?;
    let l = lock(this);
    if !l.locked.replace(true) { return Ok(vm.bool(true)) }
    if !blocking { return Ok(vm.bool(false)) }
    if timeout < 0.0 { return Err(vm.runtime_error("deadlock: the lock is held and there is no other thread to release it")) }
    std::thread::sleep(Duration::from_secs_f64(timeout));
    Ok(vm.bool(false))
}

fn release(vm: &mut Vm, this: &Owned) -> PyResult {
    if !lock(this).locked.replace(false) { return Err(vm.runtime_error("release unlocked lock")) }
    Ok(vm.none())
}

fn lock_exit(vm: &mut Vm, this: &Owned, _: Args<'_>) -> PyResult { release(vm, this) }

fn lock_repr(vm: &mut Vm, this: &Owned) -> PyResult {
    let (state, t, at) = (if lock(this).locked.get() { "locked" } else { "unlocked" }, this.type_name(vm), vm.identity(this));
    vm.new_str(&format!("<{state} _thread.{t} object at {at:#x}>"))
}

fn locked(vm: &mut Vm, this: &Owned) -> PyResult { Ok(vm.bool(lock(this).locked.get())) }

const ACQUIRE: &str = "($self, /, blocking=True, timeout=-1)";
static LOCK: TypeDef = TypeDef {
    doc: "A lock object is a synchronization primitive.  To create a lock,\ncall threading.Lock().",
    sig: "()",
    methods: &[
        Def::new("acquire", ACQUIRE, Native::Bound(acquire)).doc("Lock the lock."),
        Def::new("acquire_lock", ACQUIRE, Native::Bound(acquire)).doc("An obsolete synonym of acquire()."),
        Def::new("release", "($self, /)", Native::N0(release)).doc("Release the lock."),
        Def::new("release_lock", "($self, /)", Native::N0(release)).doc("An obsolete synonym of release()."),
        Def::new("locked", "($self, /)", Native::N0(locked)).doc("Return whether the lock is in the locked state."),
        Def::new("locked_lock", "($self, /)", Native::N0(locked)).doc("An obsolete synonym of locked()."),
        Def::new("__enter__", "($self, /)", Native::N0(|vm, this| acquire(vm, this, &[None, None]))).doc("Lock the lock."),
        Def::new("__exit__", "($self, exc_type, exc_value, exc_tb, /)", Native::Full(lock_exit)).doc("Release the lock."),
        Def::new("_at_fork_reinit", "($self, /)", Native::N0(|vm, this| { lock(this).locked.set(false); Ok(vm.none()) })),
    ],
    getset: &[],
};

fn new_lock(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    args.exactly(vm, "lock", 0, 0)?;
    Ok(vm.new_object_of(ty, Lock { locked: Cell::new(false) })?.into_obj())
}

fn allocate(vm: &mut Vm, _: &Owned) -> PyResult { Ok(vm.new_object(Lock { locked: Cell::new(false) })?.into_obj()) }

fn racquire(vm: &mut Vm, this: &Owned, args: &[Option<Owned>]) -> PyResult {
    acquire_args(vm, args)?;
    let r = rlock(this);
    r.count.set(r.count.get() + 1);
    Ok(vm.bool(true))
}

fn rrelease(vm: &mut Vm, this: &Owned) -> PyResult {
    let r = rlock(this);
    if r.count.get() == 0 { return Err(vm.runtime_error("cannot release un-acquired lock")) }
    r.count.set(r.count.get() - 1);
    Ok(vm.none())
}

fn release_save(vm: &mut Vm, this: &Owned) -> PyResult {
    let n = rlock(this).count.replace(0);
    if n == 0 { return Err(vm.runtime_error("cannot release un-acquired lock")) }
    let parts = vec![vm.new_int(n as i64)?, vm.new_int(ident())?];
    Ok(vm.new_tuple(parts)?.into_obj())
}

fn acquire_restore(vm: &mut Vm, this: &Owned, state: &Owned) -> PyResult {
    let items = vm.collect(state)?;
    let Some(n) = items.first() else { return Err(vm.type_error("state must be a tuple of two items")) };
    let n = vm.index_i64(n)?;
    rlock(this).count.set(n.max(0) as u64);
    Ok(vm.none())
}

fn rlock_repr(vm: &mut Vm, this: &Owned) -> PyResult {
    let n = rlock(this).count.get();
    let (state, owner) = if n > 0 { ("locked", ident()) } else { ("unlocked", 0) };
    let (t, at) = (this.type_name(vm), vm.identity(this));
    vm.new_str(&format!("<{state} _thread.{t} object owner={owner} count={n} at {at:#x}>"))
}

static RLOCK: TypeDef = TypeDef {
    doc: "A reentrant lock: the thread that holds it may acquire it again.",
    sig: "()",
    methods: &[
        Def::new("acquire", ACQUIRE, Native::Bound(racquire)).doc("Lock the lock."),
        Def::new("release", "($self, /)", Native::N0(rrelease)).doc("Release the lock."),
        Def::new("locked", "($self, /)", Native::N0(|vm, this| Ok(vm.bool(rlock(this).count.get() > 0)))).doc("Return a boolean indicating whether this object is locked right now."),
        Def::new("__enter__", "($self, /)", Native::N0(|vm, this| racquire(vm, this, &[None, None]))).doc("Lock the lock."),
        Def::new("__exit__", "($self, exc_type, exc_value, exc_tb, /)", Native::Full(|vm, this, _| rrelease(vm, this))).doc("Release the lock."),
        Def::new("_is_owned", "($self, /)", Native::N0(|vm, this| Ok(vm.bool(rlock(this).count.get() > 0)))).doc("For internal use by `threading.Condition`."),
        Def::new("_recursion_count", "($self, /)", Native::N0(|vm, this| vm.new_int(rlock(this).count.get() as i64))).doc("For internal use by reentrancy checks."),
        Def::new("_release_save", "($self, /)", Native::N0(release_save)).doc("For internal use by `threading.Condition`."),
        Def::new("_acquire_restore", "($self, state, /)", Native::N1(acquire_restore)).doc("For internal use by `threading.Condition`."),
        Def::new("_at_fork_reinit", "($self, /)", Native::N0(|vm, this| { rlock(this).count.set(0); Ok(vm.none()) })),
    ],
    getset: &[],
};

fn new_rlock(vm: &mut Vm, ty: &TypeRef, _: Args<'_>) -> PyResult { Ok(vm.new_object_of(ty, RLock { count: Cell::new(0) })?.into_obj()) }

fn handle(o: &Owned) -> &Ref<Handle> { o.cast().expect("law: checked by the descriptor") }

static HANDLE: TypeDef = TypeDef {
    doc: "Handle of a joinable thread.",
    sig: "()",
    methods: &[
        Def::new("join", "($self, timeout=None, /)", Native::Var(join, 0, 1)),
        Def::new("is_done", "($self, /)", Native::N0(|vm, this| Ok(vm.bool(handle(this).done.get())))),
        Def::new("_set_done", "($self, /)", Native::N0(|vm, this| { handle(this).done.set(true); Ok(vm.none()) })),
    ],
    getset: &[instar_vm::native::GetSet::ro("ident", |vm, this| vm.new_int(handle(this).ident.get()))],
};

fn join(vm: &mut Vm, this: &Owned, _: &[Owned]) -> PyResult {
    if handle(this).done.get() { return Ok(vm.none()) }
    Err(vm.runtime_error("Cannot join current thread"))
}

fn new_handle(vm: &mut Vm, ty: &TypeRef, _: Args<'_>) -> PyResult {
    Ok(vm.new_object_of(ty, Handle { ident: Cell::new(0), done: Cell::new(false) })?.into_obj())
}

fn make_handle(vm: &mut Vm, _: &Owned, n: &Owned) -> PyResult {
    let n = vm.index_i64(n)?;
    Ok(vm.new_object(Handle { ident: Cell::new(n), done: Cell::new(false) })?.into_obj())
}

fn no_threads(vm: &mut Vm, _: &Owned, _: Args<'_>) -> PyResult { Err(vm.runtime_error("can't start new thread")) }

fn stack_size(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    if let Some(n) = given(vm, args.first()) {
        let n = vm.index_i64(&n)?;
        if n < 0 { return Err(vm.value_error("size must be 0 or a positive value")) }
        if n != 0 && n < 32 << 10 { return Err(vm.value_error(format!("size not valid: {n} bytes"))) }
    }
    vm.new_int(0)
}

fn count(vm: &mut Vm, _: &Owned) -> PyResult { vm.new_int(0) }

fn excepthook(vm: &mut Vm, _: &Owned, args: &Owned) -> PyResult {
    let value = vm.get_attr_str(args, "exc_value")?;
    if let Ok(e) = Ref::try_from(value) {
        let e: Ref<instar_vm::types::exception::PyException> = e;
        let tb = e.traceback.get().and_then(|t| Ref::try_from(t).ok());
        instar_vm::display::print_exception(vm, &e, tb);
    }
    Ok(vm.none())
}

pub const MODULE: NativeModule = NativeModule {
    name: "_thread",
    doc: "This module provides primitive operations to write multi-threaded programs.\nThe 'threading' module provides a more convenient interface.",
    functions: &[
        Def::new("allocate_lock", "($module, /)", Native::N0(allocate)).doc("Create a new lock object."),
        Def::new("allocate", "($module, /)", Native::N0(allocate)).doc("An obsolete synonym of allocate_lock()."),
        Def::new("get_ident", "($module, /)", Native::N0(|vm, _| vm.new_int(ident()))).doc("Return a non-zero integer that uniquely identifies the current thread."),
        Def::new("_get_main_thread_ident", "($module, /)", Native::N0(|vm, _| vm.new_int(ident()))),
        Def::new("get_native_id", "($module, /)", Native::N0(|vm, _| vm.new_int(i64::from(std::process::id())))).doc("Return a non-negative integer identifying the thread as reported by the OS (kernel)."),
        Def::new("start_new_thread", "", Native::Full(no_threads)),
        Def::new("start_new", "", Native::Full(no_threads)),
        Def::new("start_joinable_thread", "", Native::Full(no_threads)),
        Def::new("_make_thread_handle", "($module, ident, /)", Native::N1(make_handle)),
        Def::new("daemon_threads_allowed", "($module, /)", Native::N0(|vm, _| Ok(vm.bool(true)))),
        Def::new("_is_main_interpreter", "($module, /)", Native::N0(|vm, _| Ok(vm.bool(true)))),
        Def::new("_shutdown", "($module, /)", Native::N0(|vm, _| Ok(vm.none()))),
        Def::new("_count", "($module, /)", Native::N0(count)),
        Def::new("stack_size", "($module, size=0, /)", Native::Var(stack_size, 0, 1)),
        Def::new("set_name", "($module, name)", Native::Bound(|vm, _, _| Ok(vm.none()))),
        Def::new("_excepthook", "($module, exc_info, /)", Native::N1(excepthook)),
        Def::new("interrupt_main", "($module, signum=2, /)", Native::Var(|vm, _, _| { let t = vm.types.keyboard_interrupt.clone(); Err(vm.raise(&t, Vec::new())) }, 0, 1)),
    ],
    exec: |vm, _, ns| {
        let flags = TypeFlags::WEAKREF.bits();
        let slots = Slots { new: Some(new_lock), repr: Some(lock_repr), ..Slots::default() };
        let lock = vm.new_native_type::<Lock>("_thread", "lock", None, flags, slots, &LOCK)?;
        set_type(vm, ns, &lock)?;
        set(vm, ns, "LockType", lock.obj())?;
        let slots = Slots { new: Some(new_rlock), repr: Some(rlock_repr), ..Slots::default() };
        let rlock = vm.new_native_type::<RLock>("_thread", "RLock", None, flags | vm_flags::BASETYPE, slots, &RLOCK)?;
        set_type(vm, ns, &rlock)?;
        let slots = Slots { new: Some(new_handle), ..Slots::default() };
        let handle = vm.new_native_type::<Handle>("_thread", "_ThreadHandle", None, flags, slots, &HANDLE)?;
        set_type(vm, ns, &handle)?;
        // One thread: its local data is any object's attributes.
        let object = vm.types.object.obj().clone();
        let local = vm.new_class("_thread", "_local", &[object], None)?;
        set_type(vm, ns, &local)?;
        let args = vm.new_struct_sequence_type("_thread", "_ExceptHookArgs", &["exc_type", "exc_value", "exc_traceback", "thread"], 4)?;
        set_type(vm, ns, &args)?;
        let error = vm.types.runtime_error.obj().clone();
        set(vm, ns, "error", &error)?;
        let max = vm.new_float(TIMEOUT_MAX)?;
        set(vm, ns, "TIMEOUT_MAX", &max)?;
        Ok(())
    },
};
