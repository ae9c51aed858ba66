//! Running what deaths and collections left to do: finalizers, weak reference callbacks, cycle collection.
//!
//! Events of one death come before older ones (depth first, as CPython's recursion nests them); a finalizer's exception goes to
//! `sys.unraisablehook`. Not here: how objects die (`instar-object`).

use instar_object::{CollectHost, CollectReport, Event};

use crate::object::{ObjExt, Owned, Ref};
use crate::types::list::PyList;
use crate::vm::{PyResult, Vm};

/// Runs all pending events.
#[cold]
#[inline(never)]
pub fn drain(vm: &mut Vm) {
    let raised = vm.raised.take();
    let mut stack: Vec<Event> = Vec::new();
    loop {
        if vm.heap.pending() {
            let mut fresh = vm.heap.take_events();
            fresh.reverse();
            stack.append(&mut fresh);
        }
        match stack.pop() {
            Some(Event::Finalize(o)) => { finalize(vm, &o); drop(o) }
            Some(Event::Callback { weakref, callback }) => { run_callback(vm, &weakref, &callback); drop(weakref) }
            None => break,
        }
    }
    vm.raised = raised;
}

/// Calls an object's finalizer.
fn finalize(vm: &mut Vm, o: &Owned) {
    if let Some(f) = o.type_of(vm).slots().finalize {
        if let Err(e) = f(vm, o) {
            let ty = o.type_of(vm).clone();
            if ty.ptr() == vm.types.generator.ptr() || ty.ptr() == vm.types.coroutine.ptr() { return crate::types::generator_methods::ignored_while_closing(vm, e, o) }
            let del = vm.names.__del__.clone();
            let context = vm.type_lookup(&ty, &del).unwrap_or_else(|| o.clone());
            vm.unraisable(e, "Exception ignored while calling deallocator", Some(&context));
        }
    }
}

fn run_callback(vm: &mut Vm, weakref: &Owned, callback: &Owned) {
    if let Err(e) = vm.call1(callback, weakref) { vm.unraisable(e, "Exception ignored while calling weakref callback", Some(callback)) }
}

/// What a program asked of the collector (`gc`).
#[derive(Default)]
pub struct Wishes {
    /// `gc.callbacks`
    pub callbacks: Option<Ref<PyList>>,
    /// `gc.garbage`
    pub garbage: Option<Ref<PyList>>,
    /// Whether what is found dead goes to `garbage` (`gc.DEBUG_SAVEALL`).
    pub save_all: bool,
    /// A collection runs, or a callback about one.
    pub running: bool,
}

/// Tells `gc.callbacks` about a collection.
fn announce(vm: &mut Vm, phase: &str, generation: u8, report: CollectReport) {
    let Some(callbacks) = vm.collecting.callbacks.clone().filter(|l| !l.items(vm).is_empty()) else { return };
    let tell = |vm: &mut Vm| -> PyResult<()> {
        let phase = vm.intern(phase)?;
        let info = vm.new_dict()?;
        for (name, n) in [("generation", usize::from(generation)), ("collected", report.collected), ("uncollectable", report.uncollectable)] {
            let (name, n) = (vm.intern(name)?, vm.new_int(n as i64)?);
            info.set_item(vm, &name, &n)?;
        }
        let mut i = 0;
        while let Some(f) = callbacks.items(vm).get(i).cloned() {
            if let Err(e) = vm.call2(&f, &phase, info.obj()) { vm.unraisable(e, "Exception ignored while calling GC callback", Some(&f)) }
            i += 1;
        }
        Ok(())
    };
    if let Err(e) = tell(vm) { vm.unraisable(e, "Exception ignored on building invoke_gc_callback info", None) }
}

struct Host<'a>(&'a mut Vm);

impl CollectHost for Host<'_> {
    fn finalize(&mut self, o: &Owned) { finalize(self.0, o) }
    fn weakref_callback(&mut self, weakref: &Owned, callback: &Owned) { run_callback(self.0, weakref, callback) }
    fn drain(&mut self) { if self.0.heap.pending() { drain(self.0) } }
    fn keep(&mut self, o: &Owned) -> bool {
        let Some(garbage) = self.0.collecting.garbage.clone().filter(|_| self.0.collecting.save_all) else { return false };
        garbage.push(self.0, o.clone()).is_ok()
    }
}

/// Collects `generation` now. Nothing happens inside another collection.
pub fn collect(vm: &mut Vm, generation: u8) -> CollectReport {
    let heap = vm.heap.clone();
    if std::mem::replace(&mut vm.collecting.running, true) { return CollectReport::default() }
    let raised = vm.raised.take();
    announce(vm, "start", generation, CollectReport::default());
    let report = heap.collect(generation, &mut Host(vm));
    if vm.heap.pending() { drain(vm) }
    announce(vm, "stop", generation, report);
    vm.collecting.running = false;
    vm.raised = raised;
    report
}

/// Runs the collection that thresholds made due, unless automatic collection was switched off in between.
pub fn collect_due(vm: &mut Vm) {
    if !vm.heap.gc_is_enabled() { return }
    match vm.heap.gc_due() {
        Some(generation) => drop(collect(vm, generation)),
        None => vm.heap.gc_calm(),
    }
}
