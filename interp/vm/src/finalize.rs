//! Running what deaths and collections left to do: finalizers, weak reference callbacks, cycle collection.
//!
//! Events of one death come before older ones (depth first, as CPython's recursion nests them); a finalizer's exception goes to
//! `sys.unraisablehook`. Not here: how objects die (`instar-object`).

use instar_object::{CollectHost, CollectReport, Event};

use crate::object::{ObjExt, Owned};
use crate::vm::Vm;

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

struct Host<'a>(&'a mut Vm);

impl CollectHost for Host<'_> {
    fn finalize(&mut self, o: &Owned) { finalize(self.0, o) }
    fn weakref_callback(&mut self, weakref: &Owned, callback: &Owned) { run_callback(self.0, weakref, callback) }
    fn drain(&mut self) { if self.0.heap.pending() { drain(self.0) } }
}

/// Collects `generation` now.
pub fn collect(vm: &mut Vm, generation: u8) -> CollectReport {
    let raised = vm.raised.take();
    let heap = vm.heap.clone();
    let report = heap.collect(generation, &mut Host(vm));
    if vm.heap.pending() { drain(vm) }
    vm.raised = raised;
    report
}

/// Runs the collection that thresholds made due, unless automatic collection was switched off in between.
pub fn collect_due(vm: &mut Vm) {
    if !vm.heap.gc_is_enabled() { return }
    let raised = vm.raised.take();
    let heap = vm.heap.clone();
    heap.collect_due(&mut Host(vm));
    if vm.heap.pending() { drain(vm) }
    vm.raised = raised;
}
