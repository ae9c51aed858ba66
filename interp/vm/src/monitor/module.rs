//! `sys.monitoring` (PEP 669): its functions and constants.
//!
//! Not here: what tools hear (`step.rs`).

use super::code::{traced, watch, Traced};
use super::{event, set, USER_TOOLS};
use crate::native::{Def, Native};
use crate::object::{Owned, Ref};
use crate::types::code::PyCode;
use crate::types::str::PyStr;
use crate::vm::{PyResult, Vm};

const C_RETURNS: u32 = set(&[event::C_RETURN, event::C_RAISE]);
const BRANCHES: u32 = set(&[event::BRANCH_LEFT, event::BRANCH_RIGHT]);

fn tool_id(vm: &mut Vm, o: &Owned) -> PyResult<usize> {
    let n = vm.index_i32(o)?;
    match usize::try_from(n) {
        Ok(n) if n < USER_TOOLS => Ok(n),
        _ => Err(vm.value_error(format!("invalid tool {n} (must be between 0 and 5)"))),
    }
}

fn used_tool(vm: &mut Vm, o: &Owned) -> PyResult<usize> {
    let n = tool_id(vm, o)?;
    if vm.monitor.tools[n].name.is_none() { return Err(vm.value_error(format!("tool {n} is not in use"))) }
    Ok(n)
}

fn use_tool(vm: &mut Vm, _: &Owned, id: &Owned, name: &Owned) -> PyResult {
    let n = tool_id(vm, id)?;
    if Ref::<PyStr>::cast(name).is_none() { return Err(vm.value_error("tool name must be a str")) }
    if vm.monitor.tools[n].name.is_some() { return Err(vm.value_error(format!("tool {n} is already in use"))) }
    vm.monitor.tools[n].name = Some(name.clone());
    Ok(vm.none())
}

/// Everything that a tool asked for.
fn clear(vm: &mut Vm, n: usize) {
    let old = std::mem::take(&mut vm.monitor.tools[n].callbacks);
    vm.monitor.tools[n].events = 0;
    vm.monitor.cleared[n] = vm.monitor.version + 1;
    vm.monitor_changed();
    drop(old);
}

fn clear_tool(vm: &mut Vm, _: &Owned, id: &Owned) -> PyResult {
    let n = tool_id(vm, id)?;
    if vm.monitor.tools[n].name.is_some() { clear(vm, n) }
    Ok(vm.none())
}

fn free_tool(vm: &mut Vm, _: &Owned, id: &Owned) -> PyResult {
    let n = tool_id(vm, id)?;
    if vm.monitor.tools[n].name.is_some() { clear(vm, n) }
    drop(vm.monitor.tools[n].name.take());
    Ok(vm.none())
}

fn get_tool(vm: &mut Vm, _: &Owned, id: &Owned) -> PyResult {
    let n = tool_id(vm, id)?;
    let name = vm.monitor.tools[n].name.clone();
    Ok(vm.option_to_none(name))
}

fn register(vm: &mut Vm, _: &Owned, a: &[Owned]) -> PyResult {
    let n = tool_id(vm, &a[0])?;
    let bits = vm.index_i32(&a[1])?;
    if bits <= 0 || bits.count_ones() != 1 { return Err(vm.value_error("The callback can only be set for one event at a time")) }
    let which = bits.trailing_zeros() as usize;
    if which >= event::COUNT { return Err(vm.value_error(format!("invalid event {bits}"))) }
    vm.audit("sys.monitoring.register_callback", &[a[2].clone()])?;
    let f = vm.none_to_option(&a[2]);
    let callbacks = &mut vm.monitor.tools[n].callbacks;
    let old = if which == event::BRANCH {
        // The event of old: both sides.
        let old = callbacks[event::BRANCH_LEFT].clone();
        drop(std::mem::replace(&mut callbacks[event::BRANCH_LEFT], f.clone()));
        drop(std::mem::replace(&mut callbacks[event::BRANCH_RIGHT], f));
        old
    } else {
        std::mem::replace(&mut callbacks[which], f)
    };
    Ok(vm.option_to_none(old))
}

/// A set of events as tools give it.
fn event_set(vm: &mut Vm, o: &Owned, local: bool) -> PyResult<u32> {
    let bits = vm.index_i32(o)?;
    let what = if local { "local event set" } else { "event set" };
    let mut events = match u32::try_from(bits) { Ok(b) if b < 1 << event::COUNT => b, _ => return Err(vm.value_error(format!("invalid {what} 0x{bits:x}"))) };
    if events & C_RETURNS != 0 {
        if events & (C_RETURNS | 1 << event::CALL) != C_RETURNS | 1 << event::CALL { return Err(vm.value_error("cannot set C_RETURN or C_RAISE events independently")) }
        events &= !C_RETURNS;
    }
    if events >> event::BRANCH & 1 != 0 { events = events & !(1 << event::BRANCH) | BRANCHES }
    if local && events >> event::LOCAL != 0 { return Err(vm.value_error(format!("invalid {what} 0x{events:x}"))) }
    Ok(events)
}

fn get_events(vm: &mut Vm, _: &Owned, id: &Owned) -> PyResult {
    let n = tool_id(vm, id)?;
    let events = shown(vm.monitor.tools[n].events);
    vm.new_int(events.into())
}

/// With the bit of the event that stands for two.
fn shown(events: u32) -> u32 { if events & BRANCHES == BRANCHES { events | 1 << event::BRANCH } else { events } }

fn set_events(vm: &mut Vm, _: &Owned, id: &Owned, events: &Owned) -> PyResult {
    let n = tool_id(vm, id)?;
    let events = event_set(vm, events, false)?;
    used_tool(vm, id)?;
    if vm.monitor.tools[n].events != events {
        vm.monitor.tools[n].events = events;
        vm.monitor_changed();
    }
    Ok(vm.none())
}

fn code_arg(vm: &mut Vm, o: &Owned) -> PyResult<Ref<PyCode>> {
    match Ref::<PyCode>::cast(o) { Some(c) => Ok(c.clone()), None => Err(vm.type_error("code must be a code object")) }
}

fn get_local(vm: &mut Vm, _: &Owned, id: &Owned, code: &Owned) -> PyResult {
    let code = code_arg(vm, code)?;
    let n = tool_id(vm, id)?;
    let exec = code.executable(vm)?;
    // SAFETY: the code object is alive.
    let exec = unsafe { &*exec };
    watch(vm, exec);
    let events = Traced::of(exec).map_or(0, |t| t.local(n));
    vm.new_int(shown(events).into())
}

fn set_local(vm: &mut Vm, _: &Owned, a: &[Owned]) -> PyResult {
    let code = code_arg(vm, &a[1])?;
    tool_id(vm, &a[0])?;
    let events = event_set(vm, &a[2], true)?;
    let n = used_tool(vm, &a[0])?;
    let exec = code.executable(vm)?;
    // SAFETY: the code object is alive.
    let exec = unsafe { &*exec };
    let Some(t) = traced(vm, exec) else { return Err(vm.no_memory()) };
    watch(vm, exec);
    if t.local(n) == events { return Ok(vm.none()) }
    let before = t.all_local() != 0;
    t.set_local(n, events);
    match (before, t.all_local() != 0) {
        (false, true) => vm.monitor.local_codes += 1,
        (true, false) => vm.monitor.local_codes = vm.monitor.local_codes.saturating_sub(1),
        _ => {}
    }
    vm.monitor_changed();
    watch(vm, exec);
    Ok(vm.none())
}

fn restart(vm: &mut Vm, _: &Owned) -> PyResult {
    vm.monitor.restarted = vm.monitor.version + 1;
    vm.monitor_changed();
    Ok(vm.none())
}

fn all_events(vm: &mut Vm, _: &Owned) -> PyResult {
    let dict = vm.new_dict()?;
    for (which, name) in event::NAMES.iter().enumerate() {
        let tools = (0..vm.monitor.tools.len()).filter(|&t| vm.monitor.tools[t].events >> which & 1 != 0).fold(0i64, |all, t| all | 1 << t);
        if tools == 0 { continue }
        let (key, value) = (vm.intern(name)?, vm.new_int(tools)?);
        dict.set_item(vm, &key, &value)?;
    }
    Ok(dict.into_obj())
}

static FUNCTIONS: &[Def] = &[
    Def::new("use_tool_id", "($module, tool_id, name, /)", Native::N2(use_tool)),
    Def::new("clear_tool_id", "($module, tool_id, /)", Native::N1(clear_tool)),
    Def::new("free_tool_id", "($module, tool_id, /)", Native::N1(free_tool)),
    Def::new("get_tool", "($module, tool_id, /)", Native::N1(get_tool)),
    Def::new("register_callback", "($module, tool_id, event, func, /)", Native::Var(register, 3, 3)),
    Def::new("get_events", "($module, tool_id, /)", Native::N1(get_events)),
    Def::new("set_events", "($module, tool_id, event_set, /)", Native::N2(set_events)),
    Def::new("get_local_events", "($module, tool_id, code, /)", Native::N2(get_local)),
    Def::new("set_local_events", "($module, tool_id, code, event_set, /)", Native::Var(set_local, 3, 3)),
    Def::new("restart_events", "($module, /)", Native::N0(restart)),
    Def::new("_all_events", "($module, /)", Native::N0(all_events)),
];

/// Makes the module.
pub fn init(vm: &mut Vm) -> PyResult {
    let events = vm.new_dict()?;
    for (i, name) in event::NAMES.iter().enumerate() {
        let (key, value) = (vm.intern(name)?, vm.new_int(1 << i)?);
        events.set_item(vm, &key, &value)?;
    }
    let (key, zero) = (vm.intern("NO_EVENTS")?, vm.new_int(0)?);
    events.set_item(vm, &key, &zero)?;
    let events = vm.new_simple_namespace(&events)?;
    let module = vm.new_module("sys.monitoring", None)?.into_obj();
    let dict = vm.module_dict(&module)?;
    let key = vm.intern("events")?;
    dict.set_item(vm, &key, &events)?;
    for (name, id) in [("DEBUGGER_ID", 0), ("COVERAGE_ID", 1), ("PROFILER_ID", 2), ("OPTIMIZER_ID", 5)] {
        let (key, value) = (vm.intern(name)?, vm.new_int(id)?);
        dict.set_item(vm, &key, &value)?;
    }
    for name in ["DISABLE", "MISSING"] {
        let object = vm.types.object.obj().clone();
        let (key, value) = (vm.intern(name)?, vm.call0(&object)?);
        dict.set_item(vm, &key, &value)?;
        if name == "DISABLE" { vm.monitor.disable = Some(value) } else { vm.monitor.missing = Some(value) }
    }
    let name = vm.intern("sys.monitoring")?;
    crate::builtins::add_functions(vm, &dict, &module, &name, FUNCTIONS)?;
    vm.modules.clone().set_item(vm, &name, &module)?;
    Ok(module)
}
