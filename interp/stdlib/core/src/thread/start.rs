//! Starting threads, their handles, waiting for them at the end.
//!
//! Not here: what a thread of the interpreter is (`instar_vm::threads`).

use std::sync::atomic::{AtomicI64, AtomicU8, Ordering};
use std::sync::Arc;
use std::time::Duration;

use instar_vm::args::Args;
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::slots::Slots;
use instar_vm::threads::current_ident;
use instar_vm::threads::wait::Happened;
use instar_vm::typeobj::TypeRef;
use instar_vm::types::dict::PyDict;
use instar_vm::types::tuple::PyTuple;
use instar_vm::{payload, trace, ObjExt, Owned, PyResult, Raised, Ref, Vm};

use super::local;
use instar_vm::times::{self as number, Round};

const NOT_STARTED: u8 = 0;
const STARTED: u8 = 1;

/// A thread's life as its handles, itself and the end of the program see it.
#[derive(Default)]
pub struct Life {
    stage: AtomicU8,
    ident: AtomicI64,
    /// It will run no more Python code.
    done: Happened,
}

impl Life {
    fn is_started(&self) -> bool { self.stage.load(Ordering::Relaxed) != NOT_STARTED }
}

/// Payload of a handle.
pub struct Handle { life: Arc<Life> }
trace! { Handle {} }
instar_vm::fields! { Handle { life } }
payload!(Handle, "_ThreadHandle");

/// What the module keeps.
#[derive(Default)]
struct Running {
    /// Threads that run.
    count: i64,
    /// All threads, for a forked child.
    all: Vec<Arc<Life>>,
    /// Those that the end of the program waits for.
    awaited: Vec<Arc<Life>>,
}

fn this(o: &Owned) -> &Ref<Handle> { o.cast().expect("law: checked by the descriptor") }

/// Waits for a thread.
fn join_life(vm: &mut Vm, life: &Arc<Life>, timeout: Option<Duration>) -> PyResult<()> {
    if !life.is_started() { return Err(vm.runtime_error("thread not started")) }
    if !life.done.is_set() {
        if life.ident.load(Ordering::Relaxed) == current_ident() { return Err(vm.runtime_error("Cannot join current thread")) }
        if vm.finalizing { return Err(finalization_error(vm, "cannot join thread at interpreter shutdown")) }
    }
    let life = life.clone();
    vm.wait_for(timeout, |left| life.done.wait(left)).map(drop)
}

fn finalization_error(vm: &mut Vm, text: &str) -> Raised {
    let ty = vm.types.python_finalization_error.clone();
    vm.exception_with_message(&ty, text)
}

fn join(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult {
    let timeout = match args.first() {
        Some(t) if !vm.is_none(t) => {
            let n = number::to_nanos(vm, t, Round::Up)?;
            u64::try_from(n).ok().map(Duration::from_nanos)
        }
        _ => None,
    };
    let life = this(o).life.clone();
    join_life(vm, &life, timeout)?;
    Ok(vm.none())
}

fn set_done(vm: &mut Vm, o: &Owned) -> PyResult {
    let life = this(o).life.clone();
    if !life.is_started() { return Err(vm.runtime_error("thread not started")) }
    life.done.set();
    forget(vm, &life);
    Ok(vm.none())
}

fn forget(vm: &mut Vm, life: &Arc<Life>) {
    let running = vm.state::<Running>();
    running.all.retain(|l| !Arc::ptr_eq(l, life));
    running.awaited.retain(|l| !Arc::ptr_eq(l, life));
}

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let n = this(o).life.ident.load(Ordering::Relaxed);
    vm.new_str(&format!("<_ThreadHandle object: ident={n}>"))
}

fn new(vm: &mut Vm, ty: &TypeRef, _: Args<'_>) -> PyResult { Ok(vm.new_object_of(ty, Handle { life: Arc::default() })?.into_obj()) }

pub static DEF: TypeDef = TypeDef {
    doc: "",
    sig: "",
    methods: &[
        Def::new("join", "($self, timeout=None, /)", Native::Var(join, 0, 1)),
        Def::new("is_done", "($self, /)", Native::N0(|vm, o| Ok(vm.bool(this(o).life.done.is_set())))),
        Def::new("_set_done", "($self, /)", Native::N0(set_done)),
    ],
    getset: &[GetSet::ro("ident", |vm, o| vm.new_int(this(o).life.ident.load(Ordering::Relaxed)))],
};

pub fn slots() -> Slots { Slots { new: Some(new), repr: Some(repr), ..Slots::default() } }

/// `_make_thread_handle(ident)`: of a thread that was not started here.
pub fn make_handle(vm: &mut Vm, _: &Owned, ident: &Owned) -> PyResult {
    let ident = vm.index_i64(ident)?;
    let life = Life { stage: AtomicU8::new(STARTED), ident: AtomicI64::new(ident), done: Happened::default() };
    let life = Arc::new(life);
    vm.state::<Running>().all.push(life.clone());
    Ok(vm.new_object(Handle { life })?.into_obj())
}

/// Starts a thread that calls `f`.
fn start(vm: &mut Vm, f: Owned, args: Vec<Owned>, kwargs: Option<Ref<PyDict>>, life: &Arc<Life>, awaited: bool) -> PyResult<()> {
    if vm.finalizing { return Err(finalization_error(vm, "can't create new thread at interpreter shutdown")) }
    if life.is_started() { return Err(vm.runtime_error("thread already started")) }
    let (mine, theirs) = (life.clone(), life.clone());
    let body = move |vm: &mut Vm| {
        let r = match kwargs {
            None => vm.call_n(&f, &args),
            Some(dict) => call_with(vm, &f, &args, &dict),
        };
        if let Err(e) = r {
            if !e.is(vm, &vm.types.system_exit) {
                let text = vm.repr_text(&f).map_or_else(|_| "Exception ignored in thread".to_owned(), |r| format!("Exception ignored in thread started by {r}"));
                vm.unraisable(e, &text, None);
            }
        }
        drop((f, args));
        local::thread_ends(vm);
        forget(vm, &mine);
        vm.state::<Running>().count -= 1;
    };
    life.stage.store(STARTED, Ordering::Relaxed);
    match vm.start_thread(body, move || theirs.done.set()) {
        Ok(ident) => {
            life.ident.store(ident, Ordering::Relaxed);
            let running = vm.state::<Running>();
            running.count += 1;
            running.all.push(life.clone());
            if awaited { running.awaited.push(life.clone()) }
            Ok(())
        }
        Err(_) => {
            life.stage.store(NOT_STARTED, Ordering::Relaxed);
            Err(vm.runtime_error("can't start new thread"))
        }
    }
}

fn call_with(vm: &mut Vm, f: &Owned, args: &[Owned], dict: &Ref<PyDict>) -> PyResult {
    let mut values = args.to_vec();
    let mut names = Vec::new();
    for (name, value) in dict.pairs(vm)? {
        if name.cast::<instar_vm::types::str::PyStr>().is_none() { return Err(vm.type_error("keywords must be strings")) }
        names.push(name);
        values.push(value);
    }
    vm.call(f, Args::new(&values, &names))
}

/// `start_new_thread(function, args[, kwargs])`
pub fn start_new(vm: &mut Vm, _: &Owned, a: &[Owned]) -> PyResult {
    if !vm.is_callable(&a[0]) { return Err(vm.type_error("first arg must be callable")) }
    let Some(args) = a[1].cast::<PyTuple>().map(|t| t.items().to_vec()) else { return Err(vm.type_error("2nd arg must be a tuple")) };
    let kwargs = match a.get(2) {
        None => None,
        Some(d) => match d.cast::<PyDict>() { Some(d) => Some(d.clone()), None => return Err(vm.type_error("optional 3rd arg must be a dictionary")) },
    };
    let shown = kwargs.clone().map(Ref::into_obj);
    let shown = vm.option_to_none(shown);
    vm.audit("_thread.start_new_thread", &[a[0].clone(), a[1].clone(), shown])?;
    let life = Arc::<Life>::default();
    start(vm, a[0].clone(), args, kwargs, &life, false)?;
    vm.new_int(life.ident.load(Ordering::Relaxed))
}

/// `start_joinable_thread(function, handle=None, daemon=True)`
pub fn start_joinable(vm: &mut Vm, _: &Owned, a: &[Option<Owned>]) -> PyResult {
    let f = a[0].clone().expect("law: required parameter");
    let daemon = match &a[2] { Some(d) => vm.truth(d)?, None => true };
    if !vm.is_callable(&f) { return Err(vm.type_error("thread function must be callable")) }
    let handle = match &a[1] {
        Some(h) if !vm.is_none(h) => match h.cast::<Handle>() { Some(h) => h.clone(), None => return Err(vm.type_error("'handle' must be a _ThreadHandle")) },
        _ => vm.new_object(Handle { life: Arc::default() })?,
    };
    let (flag, shown) = (vm.bool(daemon), handle.obj().clone());
    vm.audit("_thread.start_joinable_thread", &[f.clone(), flag, shown])?;
    let life = handle.life.clone();
    start(vm, f, Vec::new(), None, &life, !daemon)?;
    Ok(handle.into_obj())
}

/// `_count()`
pub fn count(vm: &mut Vm, _: &Owned) -> PyResult { let n = vm.state::<Running>().count; vm.new_int(n) }

/// `_shutdown()`: waits for all threads that are no daemons.
pub fn shutdown(vm: &mut Vm, _: &Owned) -> PyResult {
    loop {
        let me = current_ident();
        let Some(life) = vm.state::<Running>().awaited.iter().find(|l| l.ident.load(Ordering::Relaxed) != me).cloned() else { break };
        if let Err(e) = join_life(vm, &life, None) {
            vm.unraisable(e, "Exception ignored while joining a thread in _thread._shutdown()", None);
            break;
        }
        forget(vm, &life);
    }
    Ok(vm.none())
}

/// In a forked child: the other threads are gone.
pub fn after_fork(vm: &mut Vm) {
    let me = current_ident();
    let running = vm.state::<Running>();
    let mine = running.all.iter().any(|l| l.ident.load(Ordering::Relaxed) == me);
    running.count = i64::from(mine);
    running.awaited.clear();
    for life in std::mem::take(&mut running.all) {
        if life.ident.load(Ordering::Relaxed) == me { vm.state::<Running>().all.push(life) } else { life.done.set() }
    }
}
