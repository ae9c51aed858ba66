//! `RLock`: a lock that its owner may acquire again.
//!
//! Owner and count change under the GIL only. Not here: acquiring (`lock.rs`).

use std::cell::Cell;

use instar_vm::args::Args;
use instar_vm::native::{Def, Native, TypeDef};
use instar_vm::slots::Slots;
use instar_vm::threads::{current_ident, wait::RawLock};
use instar_vm::typeobj::TypeRef;
use instar_vm::types::tuple::PyTuple;
use instar_vm::{payload, trace, ObjExt, Owned, PyResult, Ref, Vm};

use super::lock::{acquire_args, take, ACQUIRE};

/// Payload of an RLock.
pub struct RLock {
    raw: RawLock,
    /// Thread number of the owner while `count` is not 0.
    owner: Cell<u64>,
    ident: Cell<i64>,
    count: Cell<u64>,
}
trace! { RLock {} }
instar_vm::fields! { RLock { raw, owner, ident, count } }
payload!(RLock, "RLock");

fn this(o: &Owned) -> &Ref<RLock> { o.cast().expect("law: checked by the descriptor") }

fn is_owned(vm: &Vm, r: &RLock) -> bool { r.count.get() > 0 && r.owner.get() == vm.thread_number() }

fn own(vm: &Vm, r: &RLock, count: u64) {
    r.owner.set(vm.thread_number());
    r.ident.set(current_ident());
    r.count.set(count);
}

fn disown(r: &RLock) {
    r.count.set(0);
    r.owner.set(0);
    r.ident.set(0);
    r.raw.release();
}

fn acquire(vm: &mut Vm, o: &Owned, args: &[Option<Owned>]) -> PyResult {
    let patience = acquire_args(vm, args)?;
    let r = this(o);
    if is_owned(vm, r) {
        r.count.set(r.count.get() + 1);
        return Ok(vm.bool(true));
    }
    let taken = take(vm, &r.raw, patience)?;
    if taken { own(vm, r, 1) }
    Ok(vm.bool(taken))
}

fn release(vm: &mut Vm, o: &Owned) -> PyResult {
    let r = this(o);
    if !is_owned(vm, r) { return Err(vm.runtime_error("cannot release un-acquired lock")) }
    if r.count.get() == 1 { disown(r) } else { r.count.set(r.count.get() - 1) }
    Ok(vm.none())
}

fn release_save(vm: &mut Vm, o: &Owned) -> PyResult {
    let r = this(o);
    if r.count.get() == 0 { return Err(vm.runtime_error("cannot release un-acquired lock")) }
    let parts = [vm.new_int(r.count.get() as i64)?, vm.new_int(r.ident.get())?];
    let state = vm.new_tuple(parts)?.into_obj();
    disown(r);
    Ok(state)
}

fn acquire_restore(vm: &mut Vm, o: &Owned, state: &Owned) -> PyResult {
    let items = match state.cast::<PyTuple>() {
        Some(t) if t.items().len() == 2 => t.items().to_vec(),
        Some(t) => { let n = t.items().len(); return Err(vm.type_error(format!("_acquire_restore() argument 1 must be tuple of length 2, not {n}"))) }
        None => { let t = state.given_name(vm); return Err(vm.type_error(format!("_acquire_restore() argument 1 must be 2-item tuple, not {t}"))) }
    };
    let (count, ident) = (vm.index_i64(&items[0])?, vm.index_i64(&items[1])?);
    let r = this(o);
    take(vm, &r.raw, Some(None))?;
    own(vm, r, count.max(1) as u64);
    r.ident.set(ident);
    Ok(vm.none())
}

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let r = this(o);
    let (n, owner) = (r.count.get(), r.ident.get());
    let state = if n > 0 { "locked" } else { "unlocked" };
    let (module, t, at) = (vm.get_attr_str(o, "__module__")?, o.bare_type_name(vm), vm.identity(o));
    let module = vm.repr_text_plain(&module);
    vm.new_str(&format!("<{state} {module}.{t} object owner={owner} count={n} at {at:#x}>"))
}

fn recursion_count(vm: &mut Vm, o: &Owned) -> PyResult {
    let n = if is_owned(vm, this(o)) { this(o).count.get() } else { 0 };
    vm.new_int(n as i64)
}

fn after_fork(vm: &mut Vm, o: &Owned) -> PyResult {
    disown(this(o));
    Ok(vm.none())
}

pub static DEF: TypeDef = TypeDef {
    doc: "",
    sig: "",
    methods: &[
        Def::new("acquire", ACQUIRE, Native::Bound(acquire)).doc("Lock the lock: waits unless the calling thread has it already, in which case it is counted once more.\n\nReturns whether the lock is held, which can be False only if the call was not to block or had a timeout."),
        Def::new("release", "($self, /)", Native::N0(release)).doc("Release the lock once; the last release of its owner lets other threads have it."),
        Def::new("locked", "($self, /)", Native::N0(|vm, o| Ok(vm.bool(this(o).count.get() > 0)))).doc("Return a boolean indicating whether this object is locked right now."),
        Def::new("__enter__", "($self, /)", Native::N0(|vm, o| acquire(vm, o, &[None, None]))).doc("Lock the lock."),
        Def::new("__exit__", "($self, /, *exc_info)", Native::Full(|vm, o, _| release(vm, o))).doc("Release the lock."),
        Def::new("_is_owned", "($self, /)", Native::N0(|vm, o| { let b = is_owned(vm, this(o)); Ok(vm.bool(b)) })).doc("For internal use by `threading.Condition`."),
        Def::new("_recursion_count", "($self, /)", Native::N0(recursion_count)).doc("For internal use by reentrancy checks."),
        Def::new("_release_save", "($self, /)", Native::N0(release_save)).doc("For internal use by `threading.Condition`."),
        Def::new("_acquire_restore", "($self, state, /)", Native::N1(acquire_restore)).doc("For internal use by `threading.Condition`."),
        Def::new("_at_fork_reinit", "($self, /)", Native::N0(after_fork)),
    ],
    getset: &[],
};

pub fn slots() -> Slots { Slots { new: Some(new), repr: Some(repr), ..Slots::default() } }

/// Arguments are for the `__init__` of subclasses; `threading.RLock` warns of its own.
fn new(vm: &mut Vm, ty: &TypeRef, _: Args<'_>) -> PyResult {
    Ok(vm.new_object_of(ty, RLock { raw: RawLock::default(), owner: Cell::new(0), ident: Cell::new(0), count: Cell::new(0) })?.into_obj())
}
