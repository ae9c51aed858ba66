//! `gc`: the collector as Python sees it.
//!
//! Not here: the collector (`instar-gc`) and running finalizers (`instar_vm::finalize`).

use instar_vm::fallible::CollectVec;
use instar_vm::finalize;
use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native};
use instar_vm::object::{ObjExt, Owned, Ref};
use instar_vm::support::c_int_parsed;
use instar_vm::types::dict::PyDict;
use instar_vm::{PyResult, Vm};

fn enable(vm: &mut Vm, _: &Owned) -> PyResult { vm.heap.gc_set_enabled(true); Ok(vm.none()) }
fn disable(vm: &mut Vm, _: &Owned) -> PyResult { vm.heap.gc_set_enabled(false); Ok(vm.none()) }
fn isenabled(vm: &mut Vm, _: &Owned) -> PyResult { Ok(vm.bool(vm.heap.gc_is_enabled())) }

fn collect(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let generation = match &args[0] { Some(g) => i64::from(vm.index_i32(g)?), None => 2 };
    if !(0..=2).contains(&generation) { return Err(vm.value_error("invalid generation")) }
    if generation == 1 { vm.heap.gc_owe_increment() }
    let report = finalize::collect(vm, generation as u8);
    vm.new_int((report.collected + report.uncollectable) as i64)
}

fn get_threshold(vm: &mut Vm, _: &Owned) -> PyResult {
    let t = vm.heap.gc_thresholds();
    let items = t.iter().map(|n| vm.new_int((*n as i32).into())).collect::<PyResult<Vec<_>>>()?;
    Ok(vm.new_tuple(items)?.into_obj())
}

fn set_threshold(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    if !(1..=3).contains(&args.len()) { return Err(vm.type_error("gc.set_threshold requires 1 to 3 arguments")) }
    let mut t = vm.heap.gc_thresholds();
    for (slot, a) in t.iter_mut().zip(args) { *slot = c_int_parsed(vm, a)? as u32 }
    vm.heap.gc_set_thresholds(t);
    Ok(vm.none())
}

fn get_count(vm: &mut Vm, _: &Owned) -> PyResult {
    let c = vm.heap.gc_counts();
    let items = c.iter().map(|n| vm.new_int((*n).into())).collect::<PyResult<Vec<_>>>()?;
    Ok(vm.new_tuple(items)?.into_obj())
}

fn get_stats(vm: &mut Vm, _: &Owned) -> PyResult {
    let stats = vm.heap.gc_stats();
    let mut rows = Vec::new();
    for s in stats {
        let d = vm.new_dict()?;
        for (name, n) in [("collections", s.collections as i64), ("collected", s.collected as i64), ("uncollectable", s.uncollectable as i64)] {
            let (name, n) = (vm.intern(name)?, vm.new_int(n)?);
            d.set_item(vm, &name, &n)?;
        }
        rows.push(d.into_obj());
    }
    Ok(vm.new_list(rows)?.into_obj())
}

fn get_objects(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let generation = match &args[0] {
        Some(g) if !vm.is_none(g) => {
            if !vm.has_index(g) { let t = g.type_name(vm); return Err(vm.type_error(format!("argument should be integer or None, not '{t}'"))) }
            match vm.index_i64(g)? {
                // As no argument.
                -1 => None,
                g @ 0..=2 => Some(g as u8),
                g if g > 2 => return Err(vm.value_error("generation parameter must be less than the number of available generations (3)")),
                _ => return Err(vm.value_error("generation parameter cannot be negative")),
            }
        }
        _ => None,
    };
    let objects = vm.heap.gc_objects(generation);
    Ok(vm.new_list(objects)?.into_obj())
}

fn get_referrers(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    let found = vm.heap.gc_referrers(args);
    Ok(vm.new_list(found)?.into_obj())
}

fn get_referents(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    let found: Vec<Owned> = args.iter().flat_map(|a| vm.heap.gc_referents(a)).try_vec(vm)?;
    Ok(vm.new_list(found)?.into_obj())
}

fn is_tracked(vm: &mut Vm, _: &Owned, o: &Owned) -> PyResult {
    let tracked = o.word().is_ptr() && o.type_of(vm).info.has(instar_object::TypeFlags::GC) && vm.heap.is_tracked(o.word().ptr());
    Ok(vm.bool(tracked))
}

fn is_finalized(vm: &mut Vm, _: &Owned, o: &Owned) -> PyResult {
    let finalized = o.word().is_ptr() && o.type_of(vm).info.has(instar_object::TypeFlags::GC) && vm.heap.is_finalized(o.word().ptr());
    Ok(vm.bool(finalized))
}

fn freeze(vm: &mut Vm, _: &Owned) -> PyResult { vm.heap.gc_freeze(); Ok(vm.none()) }
fn unfreeze(vm: &mut Vm, _: &Owned) -> PyResult { vm.heap.gc_unfreeze(); Ok(vm.none()) }
fn get_freeze_count(vm: &mut Vm, _: &Owned) -> PyResult { let n = vm.heap.gc_frozen(); vm.new_int(n as i64) }

fn get_debug(vm: &mut Vm, _: &Owned) -> PyResult { let n = vm.collecting.debug; vm.new_int(n) }
fn set_debug(vm: &mut Vm, _: &Owned, flags: &Owned) -> PyResult {
    let Ok(n) = i32::try_from(vm.index_i64(flags)?) else { return Err(vm.overflow_error("Python int too large to convert to C int")) };
    vm.collecting.debug = n.into();
    Ok(vm.none())
}

fn exec(vm: &mut Vm, _: &Owned, namespace: &Ref<PyDict>) -> PyResult<()> {
    let callbacks = vm.new_list(Vec::new())?;
    let garbage = vm.new_list(Vec::new())?;
    vm.collecting.callbacks = Some(callbacks.clone());
    vm.collecting.garbage = Some(garbage.clone());
    for (name, value) in [("callbacks", callbacks.into_obj()), ("garbage", garbage.into_obj())] {
        let name = vm.intern(name)?;
        namespace.set_item(vm, &name, &value)?;
    }
    for (name, n) in [("DEBUG_STATS", finalize::DEBUG_STATS), ("DEBUG_COLLECTABLE", finalize::DEBUG_COLLECTABLE), ("DEBUG_UNCOLLECTABLE", 4), ("DEBUG_SAVEALL", finalize::DEBUG_SAVEALL), ("DEBUG_LEAK", 38)] {
        let (name, n) = (vm.intern(name)?, vm.new_int(n)?);
        namespace.set_item(vm, &name, &n)?;
    }
    Ok(())
}

/// The module.
pub static MODULE: NativeModule = NativeModule {
    name: "gc",
    doc: "This module provides access to the garbage collector for reference cycles.",
    functions: &[
        Def::new("enable", "($module, /)", Native::N0(enable)),
        Def::new("disable", "($module, /)", Native::N0(disable)),
        Def::new("isenabled", "($module, /)", Native::N0(isenabled)),
        Def::new("collect", "($module, /, generation=2)", Native::Bound(collect)),
        Def::new("get_threshold", "($module, /)", Native::N0(get_threshold)),
        Def::new("set_threshold", "", Native::Var(set_threshold, 0, usize::MAX)),
        Def::new("get_count", "($module, /)", Native::N0(get_count)),
        Def::new("get_stats", "($module, /)", Native::N0(get_stats)),
        Def::new("get_objects", "($module, /, generation=None)", Native::Bound(get_objects)),
        Def::new("get_referrers", "($module, /, *objs)", Native::Var(get_referrers, 0, usize::MAX)),
        Def::new("get_referents", "($module, /, *objs)", Native::Var(get_referents, 0, usize::MAX)),
        Def::new("is_tracked", "($module, obj, /)", Native::N1(is_tracked)),
        Def::new("is_finalized", "($module, obj, /)", Native::N1(is_finalized)),
        Def::new("freeze", "($module, /)", Native::N0(freeze)),
        Def::new("unfreeze", "($module, /)", Native::N0(unfreeze)),
        Def::new("get_freeze_count", "($module, /)", Native::N0(get_freeze_count)),
        Def::new("get_debug", "($module, /)", Native::N0(get_debug)),
        Def::new("set_debug", "($module, flags, /)", Native::N1(set_debug)),
    ],
    exec,
};
