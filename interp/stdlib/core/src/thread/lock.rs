//! `lock`: a lock that any thread may release. What acquiring is made of is shared with `RLock`.
//!
//! Not here: `RLock` (`rlock.rs`), how threads wait (`instar_vm::threads::wait`).

use std::time::Duration;

use instar_vm::args::Args;
use instar_vm::native::{Def, Native, TypeDef};
use instar_vm::slots::Slots;
use instar_vm::threads::wait::RawLock;
use instar_vm::typeobj::TypeRef;
use instar_vm::{payload, trace, ObjExt, Owned, PyResult, Ref, Vm};

use instar_vm::times::{self as number, Round};

/// Payload of a lock.
pub struct Lock { raw: RawLock }
trace! { Lock {} }
instar_vm::fields! { Lock { raw } }
payload!(Lock, "lock");

fn this(o: &Owned) -> &Ref<Lock> { o.cast().expect("law: checked by the descriptor") }

/// Longest timeout in seconds.
pub const TIMEOUT_MAX: f64 = 9_223_372_036.0;

/// How long to wait: not at all, for a time, or (`Some(None)`) for ever.
type Patience = Option<Option<Duration>>;

/// `(blocking, timeout)` of an acquire, with CPython's checks.
pub fn acquire_args(vm: &mut Vm, args: &[Option<Owned>]) -> PyResult<Patience> {
    let blocking = match &args[0] { Some(b) => vm.truth(b)?, None => true };
    let nanos = match &args[1] { Some(t) => number::to_nanos(vm, t, Round::Up)?, None => -1_000_000_000 };
    let unset = nanos == -1_000_000_000;
    if !blocking && !unset { return Err(vm.value_error("can't specify a timeout for a non-blocking call")) }
    if nanos < 0 && !unset { return Err(vm.value_error("timeout value must be a non-negative number")) }
    if nanos > TIMEOUT_MAX as i64 * 1_000_000_000 { return Err(vm.overflow_error("timeout value is too large")) }
    Ok(if !blocking { None } else if unset { Some(None) } else { Some(Some(Duration::from_nanos(nanos as u64))) })
}

/// Takes `lock`, which the caller keeps alive; false if the patience ended first.
pub fn take(vm: &mut Vm, lock: &RawLock, patience: Patience) -> PyResult<bool> {
    if lock.try_acquire() { return Ok(true) }
    let Some(timeout) = patience else { return Ok(false) };
    if timeout == Some(Duration::ZERO) { return Ok(false) }
    vm.wait_for(timeout, |left| lock.acquire(left))
}

fn acquire(vm: &mut Vm, o: &Owned, args: &[Option<Owned>]) -> PyResult {
    let patience = acquire_args(vm, args)?;
    let taken = take(vm, &this(o).raw, patience)?;
    Ok(vm.bool(taken))
}

fn enter(vm: &mut Vm, o: &Owned) -> PyResult { let taken = take(vm, &this(o).raw, Some(None))?; Ok(vm.bool(taken)) }

fn release(vm: &mut Vm, o: &Owned) -> PyResult {
    if this(o).raw.release() { Ok(vm.none()) } else { Err(vm.runtime_error("release unlocked lock")) }
}

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let (state, t, at) = (if this(o).raw.is_locked() { "locked" } else { "unlocked" }, o.type_name(vm), vm.identity(o));
    vm.new_str(&format!("<{state} {t} object at {at:#x}>"))
}

fn locked(vm: &mut Vm, o: &Owned) -> PyResult { Ok(vm.bool(this(o).raw.is_locked())) }

fn after_fork(vm: &mut Vm, o: &Owned) -> PyResult {
    // The holder may be gone; nobody waits in the child.
    this(o).raw.release();
    Ok(vm.none())
}

pub const ACQUIRE: &str = "($self, /, blocking=True, timeout=-1)";
const ACQUIRE_DOC: &str = "Lock the lock.\n\nWithout argument, this blocks if the lock is already locked (even by the same\nthread), waiting for another thread to release the lock, and returns True once\nthe lock is acquired. With an argument, this blocks only if the argument is\ntrue, and the return value says whether the lock is acquired.\nThe blocking operation is interruptible.";
const RELEASE_DOC: &str = "Release the lock, allowing another thread that is blocked waiting for\nthe lock to acquire the lock. The lock must be in the locked state,\nbut it needn't be locked by the same thread that unlocks it.";

pub static DEF: TypeDef = TypeDef {
    doc: "A lock object is a synchronization primitive. To create a lock,\ncall threading.Lock(). A lock is not owned by the thread that locked it: another thread may unlock it.",
    sig: "()",
    methods: &[
        Def::new("acquire", ACQUIRE, Native::Bound(acquire)).doc(ACQUIRE_DOC),
        Def::new("acquire_lock", ACQUIRE, Native::Bound(acquire)).doc("An obsolete synonym of acquire()."),
        Def::new("release", "($self, /)", Native::N0(release)).doc(RELEASE_DOC),
        Def::new("release_lock", "($self, /)", Native::N0(release)).doc("An obsolete synonym of release()."),
        Def::new("locked", "($self, /)", Native::N0(locked)).doc("Return whether the lock is in the locked state."),
        Def::new("locked_lock", "($self, /)", Native::N0(locked)).doc("An obsolete synonym of locked()."),
        Def::new("__enter__", "($self, /)", Native::N0(enter)).doc("Lock the lock."),
        Def::new("__exit__", "($self, /, *exc_info)", Native::Full(|vm, o, _| release(vm, o))).doc("Release the lock."),
        Def::new("_at_fork_reinit", "($self, /)", Native::N0(after_fork)),
    ],
    getset: &[],
};

pub fn slots() -> Slots { Slots { new: Some(new), repr: Some(repr), ..Slots::default() } }

fn new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    args.exactly(vm, "lock", 0, 0)?;
    Ok(vm.new_object_of(ty, Lock { raw: RawLock::default() })?.into_obj())
}

/// `_thread.allocate_lock()`
pub fn allocate(vm: &mut Vm, _: &Owned) -> PyResult { Ok(vm.new_object(Lock { raw: RawLock::default() })?.into_obj()) }
