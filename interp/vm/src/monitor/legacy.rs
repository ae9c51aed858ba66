//! `sys.settrace` and `sys.setprofile`: two tools of the interpreter that call a function of the running thread.
//!
//! Not here: what events are (`step.rs`), jumping by `f_lineno` (`jump.rs`).

use super::{event, set, jump, PROFILE, TRACE};
use crate::eval::frame::Frame;
use crate::object::{ObjExt, Owned, Ref};
use crate::types::exception::PyException;
use crate::types::frame::PyFrame;
use crate::vm::{PyResult, Vm};

/// What a trace function hears of.
const TRACED: u32 = set(&[event::PY_START, event::PY_RESUME, event::PY_RETURN, event::PY_YIELD, event::LINE, event::INSTRUCTION, event::STOP_ITERATION,
    event::RAISE, event::PY_UNWIND, event::PY_THROW]);
/// What a profile function hears of.
const PROFILED: u32 = set(&[event::PY_START, event::PY_RESUME, event::PY_RETURN, event::PY_YIELD, event::CALL, event::PY_UNWIND, event::PY_THROW]);

/// Sets or removes the trace or profile function of the running thread, or of all.
pub fn install(vm: &mut Vm, tool: usize, f: Option<Owned>, all: bool) {
    let place = |own: &mut super::Own| std::mem::replace(if tool == TRACE { &mut own.trace } else { &mut own.profile }, f.clone());
    let mut old = vec![place(&mut vm.own)];
    if all { vm.each_parked(|own| old.push(place(own))) }
    let mut any = false;
    let mut look = |own: &super::Own| any |= if tool == TRACE { own.trace.is_some() } else { own.profile.is_some() };
    look(&vm.own);
    vm.each_parked(|own| look(own));
    let events = if !any { 0 } else if tool == TRACE { TRACED } else { PROFILED };
    if vm.monitor.tools[tool].events != events {
        vm.monitor.tools[tool].events = events;
        vm.monitor_changed();
    }
    drop(old);
}

/// The running thread ends: its functions go, and with the last of them the events.
pub fn thread_ends(vm: &mut Vm) {
    if vm.own.trace.is_some() { install(vm, TRACE, None, false) }
    if vm.own.profile.is_some() { install(vm, PROFILE, None, false) }
}

/// Tells a trace or profile function.
pub fn handle(vm: &mut Vm, f: Frame, tool: usize, event: usize, args: &[Owned]) -> PyResult<()> {
    if tool == PROFILE { return profile(vm, f, event, args) }
    if vm.own.trace.is_none() { return Ok(()) }
    let none = vm.none();
    match event {
        event::PY_START | event::PY_RESUME | event::PY_THROW => trace(vm, f, "call", none),
        event::PY_RETURN => trace(vm, f, "return", args[1].clone()),
        event::PY_YIELD => trace_where(vm, f, "return", args[1].clone(), true),
        event::PY_UNWIND => trace(vm, f, "return", none),
        event::LINE => trace(vm, f, "line", none),
        event::INSTRUCTION => trace(vm, f, "opcode", none),
        event::RAISE | event::STOP_ITERATION => {
            let e = args[1].clone();
            let tb = Ref::<PyException>::cast(&e).and_then(|e| e.traceback.get());
            let row = [e.type_of(vm).obj().clone(), e, vm.option_to_none(tb)];
            let row = vm.new_tuple(row)?.into_obj();
            trace(vm, f, "exception", row)
        }
        _ => Ok(()),
    }
}

fn trace(vm: &mut Vm, f: Frame, what: &str, arg: Owned) -> PyResult<()> { trace_where(vm, f, what, arg, what == "line") }

/// Calls the trace function; `may_jump`: it may say where the frame goes on.
fn trace_where(vm: &mut Vm, f: Frame, what: &str, arg: Owned, may_jump: bool) -> PyResult<()> {
    let callback = if what == "call" { vm.own.trace.clone() } else {
        // SAFETY: the frame is live; without an object nobody has set `f_trace`.
        let word = unsafe { f.frame_object() };
        if word.is_null() { return Ok(()) }
        // SAFETY: a frame's object is one.
        let frame = unsafe { Ref::<PyFrame>::from_owned_unchecked(Owned::share_word(word)) };
        if what == "line" && !frame.traces_lines() || what == "opcode" && !frame.traces_opcodes() { return Ok(()) }
        frame.trace_function()
    };
    let Some(callback) = callback else { return Ok(()) };
    let frame = vm.frame_object(f)?;
    let before = vm.own.jumping.take();
    vm.own.jumping = Some((frame.word(), if may_jump { jump::During::Line(None) } else { jump::During::Other(leak_name(what)) }));
    let r = run(vm, &callback, frame.clone(), what, arg);
    if !may_jump { vm.own.jumping = before }
    let frame = Ref::<PyFrame>::cast(&frame).expect("law: a frame").clone();
    match r {
        Ok(r) => {
            if !vm.is_none(&r) { frame.set_trace_function(Some(r)) }
            Ok(())
        }
        Err(e) => {
            install(vm, TRACE, None, false);
            frame.set_trace_function(None);
            Err(e)
        }
    }
}

/// The event's name for as long as it is needed.
fn leak_name(what: &str) -> &'static str {
    match what { "call" => "call", "return" => "return", "exception" => "exception", "opcode" => "opcode", _ => "line" }
}

fn run(vm: &mut Vm, callback: &Owned, frame: Owned, what: &str, arg: Owned) -> PyResult {
    let what = vm.intern(what)?;
    vm.own.busy += 1;
    let r = vm.call_n(callback, &[frame, what, arg]);
    vm.own.busy -= 1;
    r
}

fn profile(vm: &mut Vm, f: Frame, event: usize, args: &[Owned]) -> PyResult<()> {
    let Some(callback) = vm.own.profile.clone() else { return Ok(()) };
    let none = vm.none();
    let (what, arg) = match event {
        event::PY_START | event::PY_RESUME | event::PY_THROW => ("call", none),
        event::PY_RETURN | event::PY_YIELD => ("return", args[1].clone()),
        event::PY_UNWIND => ("return", none),
        event::CALL | event::C_RETURN | event::C_RAISE => {
            let what = match event { event::CALL => "c_call", event::C_RETURN => "c_return", _ => "c_exception" };
            let ty = args[1].type_of(vm).ptr();
            if ty == vm.types.builtin_function.ptr() { (what, args[1].clone()) }
            else if ty == vm.types.method_descriptor.ptr() {
                if vm.monitor.missing.as_ref().is_some_and(|m| m.is(&args[2])) { return Ok(()) }
                let get = args[1].type_of(vm).slots().descr_get;
                let class = args[2].type_of(vm).obj().clone();
                // A wrong self is the call's own error.
                match get.map(|get| get(vm, &args[1], Some(&args[2]), &class)) { Some(Ok(bound)) => (what, bound), _ => return Ok(()) }
            } else { return Ok(()) }
        }
        _ => return Ok(()),
    };
    let frame = vm.frame_object(f)?;
    match run(vm, &callback, frame, what, arg) {
        Ok(_) => Ok(()),
        Err(e) => {
            install(vm, PROFILE, None, false);
            Err(e)
        }
    }
}

/// `sys.call_tracing(func, args)`: calls it as if no callback ran.
pub fn call_tracing(vm: &mut Vm, f: &Owned, args: &[Owned]) -> PyResult {
    let busy = std::mem::take(&mut vm.own.busy);
    let jumping = vm.own.jumping.take();
    let r = vm.call_n(f, args);
    vm.own.busy = busy;
    vm.own.jumping = jumping;
    r
}
