//! Running what deaths and collections left to do: finalizers, weak reference callbacks, cycle collection.
//!
//! Events of one death come before older ones (depth first, as CPython's recursion nests them); a finalizer's exception goes to
//! `sys.unraisablehook`. Not here: how objects die (`instar-object`).

use std::time::Instant;

use instar_object::{CollectHost, CollectReport, Event};

use crate::display::write_stderr;
use crate::eval::frame::Frame;
use crate::object::{ObjExt, Owned, Ref, Word};
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
pub(crate) fn finalize(vm: &mut Vm, o: &Owned) {
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
    /// `gc.get_debug()`: the flags below.
    pub debug: i64,
    /// A collection runs, or a callback about one.
    pub running: bool,
}

/// Collections say on `sys.stderr` what they found (`gc.DEBUG_STATS`).
pub const DEBUG_STATS: i64 = 1;
/// So they do for each dead object (`gc.DEBUG_COLLECTABLE`).
pub const DEBUG_COLLECTABLE: i64 = 2;
/// What is found dead goes to `gc.garbage` (`gc.DEBUG_SAVEALL`).
pub const DEBUG_SAVEALL: i64 = 32;

/// What `gc.DEBUG_STATS` shows before a collection.
fn show_start(vm: &mut Vm, generation: u8) {
    let [young, middle, old] = [0, 1, 2].map(|g| vm.heap.gc_objects(Some(g)).len());
    let frozen = vm.heap.gc_frozen();
    write_stderr(vm, &format!(
        "gc: collecting generation {generation}...\ngc: objects in each generation: {young} {middle} {old}\ngc: objects in permanent generation: {frozen}\n"
    ));
}

/// What it shows after one.
fn show_end(vm: &mut Vm, report: CollectReport, began: Instant) {
    let (found, kept, took) = (report.collected + report.uncollectable, report.uncollectable, began.elapsed().as_secs_f64());
    write_stderr(vm, &format!("gc: done, {found} unreachable, {kept} uncollectable, {took:.4}s elapsed\n"));
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
    fn roots(&mut self, visit: &mut dyn FnMut(Word)) {
        let vm = &*self.0;
        for dict in [&vm.modules, &vm.sys, &vm.builtins] { visit(dict.obj().word()) }
        let mut frame = Frame(vm.fp);
        while !frame.is_null() {
            // SAFETY: frames on the way from the innermost one are live, with all their locals; so is what they own.
            unsafe {
                visit(frame.func());
                for i in 0..(*frame.exec()).nlocals { visit(frame.locals().add(i).read()) }
                frame = Frame(frame.prev());
            }
        }
    }
    fn keep(&mut self, o: &Owned) -> bool {
        let debug = self.0.collecting.debug;
        if debug & DEBUG_COLLECTABLE != 0 {
            let line = format!("gc: collectable <{} {:#x}>\n", o.type_name(self.0), o.word().raw());
            write_stderr(self.0, &line);
        }
        let Some(garbage) = self.0.collecting.garbage.clone().filter(|_| debug & DEBUG_SAVEALL != 0) else { return false };
        garbage.push(self.0, o.clone()).is_ok()
    }
}

/// Collects `generation` now. Nothing happens inside another collection.
pub fn collect(vm: &mut Vm, generation: u8) -> CollectReport {
    let heap = vm.heap.clone();
    if std::mem::replace(&mut vm.collecting.running, true) { return CollectReport::default() }
    let raised = vm.raised.take();
    announce(vm, "start", generation, CollectReport::default());
    let began = (vm.collecting.debug & DEBUG_STATS != 0).then(Instant::now);
    if began.is_some() { show_start(vm, generation) }
    let report = heap.collect(generation, &mut Host(vm));
    if let Some(began) = began { show_end(vm, report, began) }
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
