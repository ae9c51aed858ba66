//! `_lsprof`: the profiler of `cProfile`, a tool of `sys.monitoring` that counts calls and adds up their time.
//!
//! What was counted is in `table.rs`. Not here: reports (`cProfile`, `pstats`).

mod table;

use std::cell::Cell;
use std::time::Instant;

use instar_object::TypeFlags;
use instar_vm::args::{Args, Signature};
use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native, TypeDef};
use instar_vm::object::{Guarded, Slot};
use instar_vm::slots::Slots;
use instar_vm::support::{set, set_type};
use instar_vm::times::{self, Round};
use instar_vm::typeobj::{vm_flags, TypeRef};
use instar_vm::types::builtin_function::PyBuiltinFunction;
use instar_vm::types::int::int_ref;
use instar_vm::types::method_descriptor::PyMethodDescriptor;
use instar_vm::types::module::PyModule;
use instar_vm::{payload, trace, ObjExt, Owned, PyResult, Vm};

use table::{Counts, Key, Table};

/// `sys.monitoring.PROFILER_ID`
const TOOL: i64 = 2;

/// The methods that hear of events.
const CALLBACKS: [(&str, &str); 8] = [("PY_START", "_pystart_callback"), ("PY_RESUME", "_pystart_callback"), ("PY_THROW", "_pythrow_callback"),
    ("PY_RETURN", "_pyreturn_callback"), ("PY_YIELD", "_pyreturn_callback"), ("PY_UNWIND", "_pyreturn_callback"), ("CALL", "_ccall_callback"), ("C_RETURN", "_creturn_callback")];
/// One more than the table above has room for in a line.
const C_RAISE: (&str, &str) = ("C_RAISE", "_creturn_callback");

/// Payload of `Profiler`.
struct Profiler {
    table: Guarded<Table>,
    timer: Slot,
    /// Seconds of one unit of the timer's; 0 if it tells seconds.
    unit: Cell<f64>,
    subcalls: Cell<bool>,
    builtins: Cell<bool>,
    enabled: Cell<bool>,
    /// The timer runs.
    timing: Cell<bool>,
    start: Instant,
}
trace! { Profiler { table, timer } }
instar_vm::fields! { Profiler { table, timer, unit, subcalls, builtins, enabled, timing, start } }
payload!(Profiler, "Profiler");

/// Types of this interpreter.
#[derive(Default)]
struct State { entry: Option<TypeRef>, subentry: Option<TypeRef> }

fn this(o: &Owned) -> &Profiler { o.cast::<Profiler>().expect("law: checked by the descriptor") }

fn new(vm: &mut Vm, ty: &TypeRef, _: Args<'_>) -> PyResult {
    let payload = Profiler { table: Guarded::default(), timer: Slot::default(), unit: Cell::new(0.0), subcalls: Cell::new(true), builtins: Cell::new(true),
        enabled: Cell::new(false), timing: Cell::new(false), start: Instant::now() };
    Ok(vm.new_object_of(ty, payload)?.into_obj())
}

fn init(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult<()> {
    let a = args.bind(vm, "Profiler", const { &Signature::parse(DEF.sig) })?;
    let unit = match &a[1] { Some(u) => vm.to_float(u)?, None => 0.0 };
    let subcalls = match &a[2] { Some(f) => vm.truth(f)?, None => true };
    let builtins = match &a[3] { Some(f) => vm.truth(f)?, None => true };
    let p = this(o);
    p.subcalls.set(subcalls);
    p.builtins.set(builtins);
    p.timer.set(instar_vm::support::given(vm, a[0].as_ref()));
    p.unit.set(unit);
    Ok(())
}

/// The time, in nanoseconds or units of the timer's.
fn now(vm: &mut Vm, p: &Profiler) -> i64 {
    let Some(timer) = p.timer.get() else { return i64::try_from(p.start.elapsed().as_nanos()).unwrap_or(i64::MAX) };
    p.timing.set(true);
    let told = vm.call0(&timer);
    p.timing.set(false);
    let told = told.and_then(|t| if p.unit.get() > 0.0 { units(vm, &t) } else { times::to_nanos(vm, &t, Round::Floor) });
    told.unwrap_or_else(|e| {
        let shown = vm.repr_text(&timer).unwrap_or_default();
        vm.unraisable(e, &format!("Exception ignored while calling _lsprof timer {shown}"), None);
        0
    })
}

fn units(vm: &mut Vm, o: &Owned) -> PyResult<i64> {
    match int_ref(o) {
        Some(n) => match n.to_i64() { Some(n) => Ok(n), None => Err(vm.overflow_error("timestamp too large to convert to C PyTime_t")) },
        None => { let t = o.type_name(vm); Err(vm.type_error(format!("expect int, got {t}"))) }
    }
}

fn enter(vm: &mut Vm, o: &Owned, key: Key, what: &Owned) -> PyResult<()> {
    let p = this(o);
    let subcalls = p.subcalls.get();
    if !p.table.get_mut(vm).enter(key, what, subcalls) { return Err(vm.no_memory()) }
    let start = now(vm, p);
    // The timer could have ended it all.
    p.table.get_mut(vm).begin(start);
    Ok(())
}

fn leave(vm: &mut Vm, o: &Owned, key: Key) {
    let p = this(o);
    if p.table.get(vm).is_idle() { return }
    if !p.table.get(vm).knows(key) { p.table.get_mut(vm).drop_innermost(); return }
    let end = now(vm, p);
    let subcalls = p.subcalls.get();
    p.table.get_mut(vm).leave(key, end, subcalls);
}

/// Ends the calls that are under way.
fn flush(vm: &mut Vm, p: &Profiler) {
    while let Some(key) = p.table.get(vm).innermost() {
        let end = now(vm, p);
        let subcalls = p.subcalls.get();
        p.table.get_mut(vm).leave(key, end, subcalls);
    }
}

fn address(o: &Owned) -> Key { o.word().ptr().addr() }

fn python_start(vm: &mut Vm, o: &Owned, a: &[Owned]) -> PyResult {
    if a[0].word().is_ptr() { enter(vm, o, address(&a[0]), &a[0])? }
    Ok(vm.none())
}

fn python_end(vm: &mut Vm, o: &Owned, a: &[Owned]) -> PyResult {
    if a[0].word().is_ptr() { leave(vm, o, address(&a[0])) }
    Ok(vm.none())
}

/// The native function that a call is about: its description's address is what it is known by.
fn native(vm: &mut Vm, callable: &Owned, first: &Owned) -> PyResult<Option<(Key, Owned)>> {
    if let Some(f) = callable.cast::<PyBuiltinFunction>() { return Ok(Some((std::ptr::from_ref(f.def).addr(), callable.clone()))) }
    let Some(d) = callable.cast::<PyMethodDescriptor>() else { return Ok(None) };
    // Without an argument or with a wrong one the call fails before the method runs.
    if !first.is_instance_of(vm, &d.owner) { return Ok(None) }
    Ok(Some((std::ptr::from_ref(d.def).addr(), callable.clone())))
}

fn native_start(vm: &mut Vm, o: &Owned, a: &[Owned]) -> PyResult {
    if this(o).builtins.get() && let Some((key, what)) = native(vm, &a[2], &a[3])? {
        // Its name is made once: the function is held no longer than that.
        if this(o).table.get(vm).knows(key) { let none = vm.none(); enter(vm, o, key, &none)? }
        else { let name = native_name(vm, &what)?; enter(vm, o, key, &name)? }
    }
    Ok(vm.none())
}

fn native_end(vm: &mut Vm, o: &Owned, a: &[Owned]) -> PyResult {
    if this(o).builtins.get() && let Some((key, _)) = native(vm, &a[2], &a[3])? { leave(vm, o, key) }
    Ok(vm.none())
}

/// What reports call a native function.
fn native_name(vm: &mut Vm, function: &Owned) -> PyResult {
    let Some(f) = function.cast::<PyBuiltinFunction>() else { return vm.repr(function) };
    let name = f.def.name;
    if let Some(owner) = f.this.as_ref().filter(|t| t.cast::<PyModule>().is_none() && !vm.is_none(t)) {
        let (ty, key) = (owner.type_of(vm).clone(), vm.intern(name)?);
        if let Some(found) = vm.type_lookup(&ty, &key) { return vm.repr(&found) }
    }
    let module = vm.names.__module__.clone();
    let module = vm.get_attr(function, &module)?;
    if vm.is_none(&module) { return vm.new_str(&format!("<built-in method {name}>")) }
    let module = vm.str(&module)?;
    let module = vm.repr_text_plain(&module);
    vm.new_str(&format!("<built-in method {module}.{name}>"))
}

fn monitoring(vm: &mut Vm) -> PyResult {
    let sys = vm.import_module("sys")?;
    vm.get_attr_str(&sys, "monitoring")
}

fn call(vm: &mut Vm, module: &Owned, function: &str, args: &[Owned]) -> PyResult {
    let key = vm.intern(function)?;
    vm.call_method(module, &key, args)
}

fn enable(vm: &mut Vm, o: &Owned, a: &[Option<Owned>]) -> PyResult {
    let subcalls = match &a[0] { Some(f) => vm.truth(f)?, None => true };
    let builtins = match &a[1] { Some(f) => vm.truth(f)?, None => true };
    let module = monitoring(vm)?;
    let (tool, name) = (vm.new_int(TOOL)?, vm.new_str("cProfile")?);
    call(vm, &module, "use_tool_id", &[tool.clone(), name])?;
    let events = vm.get_attr_str(&module, "events")?;
    let mut all = 0;
    for (event, method) in CALLBACKS.into_iter().chain([C_RAISE]) {
        let event = vm.get_attr_str(&events, event)?;
        all |= vm.index_i64(&event)?;
        let method = vm.get_attr_str(o, method)?;
        call(vm, &module, "register_callback", &[tool.clone(), event, method])?;
    }
    let all = vm.new_int(all)?;
    call(vm, &module, "set_events", &[tool, all])?;
    let p = this(o);
    p.subcalls.set(subcalls);
    p.builtins.set(builtins);
    p.enabled.set(true);
    Ok(vm.none())
}

fn disable(vm: &mut Vm, o: &Owned) -> PyResult {
    let p = this(o);
    if p.timing.get() { return Err(vm.runtime_error("cannot disable profiler in external timer")) }
    if p.enabled.get() {
        let (module, tool) = (monitoring(vm)?, vm.new_int(TOOL)?);
        let (none, events) = (vm.none(), vm.get_attr_str(&module, "events")?);
        let zero = vm.new_int(0)?;
        call(vm, &module, "set_events", &[tool.clone(), zero])?;
        for (event, _) in CALLBACKS.into_iter().chain([C_RAISE]) {
            let event = vm.get_attr_str(&events, event)?;
            call(vm, &module, "register_callback", &[tool.clone(), event, none.clone()])?;
        }
        call(vm, &module, "free_tool_id", &[tool])?;
        let p = this(o);
        p.enabled.set(false);
        flush(vm, p);
    }
    Ok(vm.none())
}

fn clear(vm: &mut Vm, o: &Owned) -> PyResult {
    let p = this(o);
    if p.timing.get() { return Err(vm.runtime_error("cannot clear profiler in external timer")) }
    let old = std::mem::take(p.table.get_mut(vm));
    drop(old);
    Ok(vm.none())
}

fn counts(vm: &mut Vm, factor: f64, what: Owned, c: &Counts) -> PyResult<Vec<Owned>> {
    Ok(vec![what, vm.new_int(c.calls)?, vm.new_int(c.recursive)?, vm.new_float(factor * c.total as f64)?, vm.new_float(factor * c.inline as f64)?])
}

fn stats(vm: &mut Vm, o: &Owned) -> PyResult {
    let (Some(entry), Some(subentry)) = ({ let s = vm.state::<State>(); (s.entry.clone(), s.subentry.clone()) }) else { return Err(vm.system_error("module _lsprof is not ready")) };
    let p = this(o);
    let factor = if p.timer.get().is_none() || p.unit.get() == 0.0 { 1e-9 } else { p.unit.get() };
    let mut all = Vec::new();
    let shown = p.table.get(vm).snapshot();
    for (what, total, subcalls) in shown {
        let mut fields = counts(vm, factor, what, &total)?;
        let mut list = Vec::new();
        for (what, c) in subcalls {
            let fields = counts(vm, factor, what, &c)?;
            list.push(vm.new_struct_sequence(&subentry, fields)?);
        }
        fields.push(if list.is_empty() { vm.none() } else { vm.new_list(list)?.into_obj() });
        all.push(vm.new_struct_sequence(&entry, fields)?);
    }
    Ok(vm.new_list(all)?.into_obj())
}

static DEF: TypeDef = TypeDef {
    doc: "Build a profiler object using the specified timer function.\n\nWithout one a fast native clock of real time is used.  For timers that\nreturn ints, 'timeunit' can be a float that says how long each unit is,\nin seconds.",
    sig: "(timer=None, timeunit=0.0, subcalls=True, builtins=True)",
    methods: &[
        Def::new("getstats", "($self, /)", Native::N0(stats)).doc("list of profiler_entry objects.\n\nEach tells of a function: code, callcount, reccallcount (recursive calls), totaltime,\ninlinetime (without calls inside) and calls, a list of profiler_subentry objects about\nthe functions that it called, or None."),
        Def::new("enable", "($self, /, subcalls=True, builtins=True)", Native::Bound(enable)).doc("Start collecting profiling information.\n\n  subcalls\n    If True, also records for each function\n    statistics separated according to its current caller.\n  builtins\n    If True, records the time spent in\n    built-in functions separately from their caller."),
        Def::new("disable", "($self, /)", Native::N0(disable)).doc("Stop collecting profiling information."),
        Def::new("clear", "($self, /)", Native::N0(clear)).doc("Clear all profiling information collected so far."),
        Def::new("_pystart_callback", "($self, code, instruction_offset, /)", Native::Var(python_start, 2, 2)),
        Def::new("_pythrow_callback", "($self, code, instruction_offset, exception, /)", Native::Var(python_start, 3, 3)),
        Def::new("_pyreturn_callback", "($self, code, instruction_offset, retval, /)", Native::Var(python_end, 3, 3)),
        Def::new("_ccall_callback", "($self, code, instruction_offset, callable, self_arg, /)", Native::Var(native_start, 4, 4)),
        Def::new("_creturn_callback", "($self, code, instruction_offset, callable, self_arg,\n                  /)", Native::Var(native_end, 4, 4)),
    ],
    getset: &[],
};

/// The module.
pub const MODULE: NativeModule = NativeModule {
    name: "_lsprof",
    doc: "Fast profiler",
    functions: &[],
    exec: |vm, _, ns| {
        let fields = ["code", "callcount", "reccallcount", "totaltime", "inlinetime", "calls"];
        let entry = vm.new_struct_sequence_type("_lsprof", "profiler_entry", &fields, 6)?;
        let subentry = vm.new_struct_sequence_type("_lsprof", "profiler_subentry", &fields[..5], 5)?;
        set(vm, ns, "profiler_entry", entry.obj())?;
        set(vm, ns, "profiler_subentry", subentry.obj())?;
        *vm.state::<State>() = State { entry: Some(entry), subentry: Some(subentry) };
        let flags = TypeFlags::GC.bits() | vm_flags::BASETYPE;
        let slots = Slots { new: Some(new), init: Some(init), ..Slots::default() };
        let ty = vm.new_native_type::<Profiler>("_lsprof", "Profiler", None, flags, slots, &DEF)?;
        set_type(vm, ns, &ty)
    },
};
