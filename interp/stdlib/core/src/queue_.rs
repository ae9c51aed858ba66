//! `_queue`: `SimpleQueue` and `Empty`.
//!
//! Not here: `queue.Queue` (Lib).

use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use instar_object::{TraceField, TypeFlags, Word};
use instar_vm::args::Args;
use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native, TypeDef};
use instar_vm::object::Guarded;
use instar_vm::slots::Slots;
use instar_vm::threads::wait::{WaitWord, Waited};
use instar_vm::typeobj::{vm_flags, TypeRef};
use instar_vm::{payload, trace, ObjExt, Owned, PyResult, Raised, Ref, Vm};

use crate::support::{set, set_type};
use instar_vm::times::{self as number, Round};

#[derive(Default)]
struct Items(VecDeque<Owned>);

// SAFETY: visits each owned handle once.
unsafe impl TraceField for Items {
    fn trace_field(&self, visit: &mut dyn FnMut(Word)) { for o in &self.0 { visit(o.word()) } }
    fn clear_field(&mut self) { drop(std::mem::take(&mut self.0)) }
}

/// Payload.
struct SimpleQueue {
    items: Guarded<Items>,
    /// Counts puts: who waits waits for the next.
    puts: WaitWord,
    waiting: std::cell::Cell<u32>,
}
trace! { SimpleQueue { items } }
instar_vm::fields! { SimpleQueue { items, puts, waiting } }
payload!(SimpleQueue, "SimpleQueue");

#[derive(Default)]
struct State { empty: Option<TypeRef> }

fn this(o: &Owned) -> &Ref<SimpleQueue> { o.cast().expect("law: checked by the descriptor") }

fn new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    if !args.is_empty() { return Err(vm.type_error("SimpleQueue() takes no arguments")) }
    Ok(vm.new_object_of(ty, SimpleQueue { items: Guarded::default(), puts: WaitWord::default(), waiting: Default::default() })?.into_obj())
}

fn put_item(vm: &mut Vm, o: &Owned, item: &Owned) -> PyResult {
    let q = this(o);
    let items = &mut q.items.get_mut(vm).0;
    if items.try_reserve(1).is_err() { return Err(vm.no_memory()) }
    items.push_back(item.clone());
    if q.waiting.get() > 0 {
        q.puts.value().fetch_add(1, Ordering::Relaxed);
        q.puts.wake(i32::MAX);
    }
    Ok(vm.none())
}

fn put(vm: &mut Vm, o: &Owned, a: &[Option<Owned>]) -> PyResult { put_item(vm, o, a[0].as_ref().expect("law: required parameter")) }

#[cold]
fn empty(vm: &mut Vm) -> Raised {
    match vm.state::<State>().empty.clone() { Some(ty) => vm.raise(&ty, Vec::new()), None => vm.system_error("module _queue is not ready") }
}

/// The first item, waiting for one until `end` (`None`: for ever).
fn take(vm: &mut Vm, o: &Owned, block: bool, end: Option<Instant>) -> PyResult {
    loop {
        let q = this(o);
        if let Some(item) = q.items.get_mut(vm).0.pop_front() { return Ok(item) }
        let left = end.map(|e| e.saturating_duration_since(Instant::now()));
        if !block || left == Some(Duration::ZERO) { return Err(empty(vm)) }
        let seen = q.puts.value().load(Ordering::Relaxed);
        q.waiting.set(q.waiting.get() + 1);
        let word = &q.puts;
        let waited = vm.without_gil(|| word.wait(seen, left));
        q.waiting.set(q.waiting.get() - 1);
        if waited == Waited::Interrupted { vm.safe_point()? }
    }
}

fn get(vm: &mut Vm, o: &Owned, a: &[Option<Owned>]) -> PyResult {
    let block = match &a[0] { Some(b) => vm.truth(b)?, None => true };
    let mut end = None;
    if block && let Some(t) = a[1].as_ref().filter(|t| !vm.is_none(t)) {
        let nanos = number::to_nanos(vm, t, Round::Up)?;
        let Ok(nanos) = u64::try_from(nanos) else { return Err(vm.value_error("'timeout' must be a non-negative number")) };
        end = Instant::now().checked_add(Duration::from_nanos(nanos));
    }
    take(vm, o, block, end)
}

fn qsize(vm: &mut Vm, o: &Owned) -> PyResult { let n = this(o).items.get(vm).0.len(); vm.new_int(n as i64) }
fn is_empty(vm: &mut Vm, o: &Owned) -> PyResult { let b = this(o).items.get(vm).0.is_empty(); Ok(vm.bool(b)) }
fn class_getitem(vm: &mut Vm, class: &Owned, item: &Owned) -> PyResult { vm.new_generic_alias(class, item) }

static DEF: TypeDef = TypeDef {
    doc: "Simple, unbounded, reentrant FIFO queue.",
    sig: "()",
    methods: &[
        Def::new("put", "($self, /, item, block=True, timeout=None)", Native::Bound(put)).doc("Put the item on the queue.\n\nThe optional 'block' and 'timeout' arguments are ignored, as this method\nnever blocks.  They are provided for compatibility with the Queue class."),
        Def::new("put_nowait", "($self, /, item)", Native::Bound(put)).doc("Put an item into the queue without blocking.\n\nThis is exactly equivalent to `put(item)` and is only provided\nfor compatibility with the Queue class."),
        Def::new("get", "($self, /, block=True, timeout=None)", Native::Bound(get)).doc("Remove and return an item from the queue.\n\nWith 'block' true this waits for an item, for at most 'timeout' seconds if that is\ngiven; the Empty exception says that none came."),
        Def::new("get_nowait", "($self, /)", Native::N0(|vm, o| take(vm, o, false, None))).doc("Remove and return an item from the queue without blocking.\n\nOnly get an item if one is immediately available. Otherwise\nraise the Empty exception."),
        Def::new("empty", "($self, /)", Native::N0(is_empty)).doc("Return True if the queue is empty, False otherwise (not reliable!)."),
        Def::new("qsize", "($self, /)", Native::N0(qsize)).doc("Return the approximate size of the queue (not reliable!)."),
        Def::class("__class_getitem__", "($type, item, /)", Native::N1(class_getitem)).doc("See PEP 585"),
    ],
    getset: &[],
};

pub const MODULE: NativeModule = NativeModule {
    name: "_queue",
    doc: "C implementation of the Python queue module.\nThis module is an implementation detail, please do not use it directly.",
    functions: &[],
    exec: |vm, _, ns| {
        let base = vm.types.exception.obj().clone();
        let empty = vm.new_class("_queue", "Empty", &[base], None)?;
        vm.state::<State>().empty = Some(empty.clone());
        set(vm, ns, "Empty", empty.obj())?;
        let flags = TypeFlags::WEAKREF.bits() | TypeFlags::GC.bits() | vm_flags::BASETYPE;
        let slots = Slots { new: Some(new), ..Slots::default() };
        let queue = vm.new_native_type::<SimpleQueue>("_queue", "SimpleQueue", None, flags, slots, &DEF)?;
        set_type(vm, ns, &queue)
    },
};
