//! `IsoCalendarDate`: what `date.isocalendar()` returns, a tuple of year, week and weekday with names.
//!
//! Not here: ISO weeks (`calendar.rs`).

use instar_object::TypeFlags;
use instar_vm::args::{Args, Signature};
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::slots::Slots;
use instar_vm::typeobj::TypeRef;
use instar_vm::types::tuple::PyTuple;
use instar_vm::{ObjExt, Owned, PyResult, Vm};

#[derive(Default)]
struct State { ty: Option<TypeRef> }

fn of_type(vm: &mut Vm, ty: &TypeRef, n: [Owned; 3]) -> PyResult { Ok(vm.new_tuple_of(ty, n.to_vec())?.into_obj()) }

/// A new one.
pub fn new_iso(vm: &mut Vm, (y, w, d): (i32, i32, i32)) -> PyResult {
    let Some(ty) = vm.state::<State>().ty.clone() else { return Err(vm.system_error("module _datetime is not ready")) };
    let n = [vm.new_int(y.into())?, vm.new_int(w.into())?, vm.new_int(d.into())?];
    of_type(vm, &ty, n)
}

fn new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let bound = args.bind(vm, "IsoCalendarDate", const { &Signature::parse("(year, week, weekday)") })?;
    let mut n = Vec::new();
    for o in bound.iter().flatten() { n.push(crate::support::c_int(vm, o)?) }
    let n = [vm.new_int(n[0].into())?, vm.new_int(n[1].into())?, vm.new_int(n[2].into())?];
    of_type(vm, ty, n)
}

fn item(vm: &mut Vm, o: &Owned, i: usize) -> PyResult {
    match o.cast::<PyTuple>().and_then(|t| t.get(i)) { Some(o) => Ok(o), None => Err(vm.index_error("tuple index out of range")) }
}

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let mut parts = Vec::new();
    for i in 0..3 { let n = item(vm, o, i)?; parts.push(vm.repr_text(&n)?) }
    let name = super::tp_name(vm, o);
    vm.new_str(&format!("{name}(year={}, week={}, weekday={})", parts[0], parts[1], parts[2]))
}

fn reduce(vm: &mut Vm, o: &Owned) -> PyResult {
    let n = [item(vm, o, 0)?, item(vm, o, 1)?, item(vm, o, 2)?];
    let inner = vm.new_tuple(n)?.into_obj();
    let args = vm.new_tuple([inner])?.into_obj();
    let parts = [vm.types.tuple.obj().clone(), args];
    Ok(vm.new_tuple(parts)?.into_obj())
}

static DEF: TypeDef = TypeDef {
    doc: "The result of date.isocalendar() or datetime.isocalendar()\n\nThis object may be accessed either as a tuple of\n  ((year, week, weekday))\nor via the object attributes as named in the above tuple.",
    sig: "",
    methods: &[Def::new("__reduce__", "($self, /)", Native::N0(reduce))],
    getset: &[
        GetSet::ro("year", |vm, o| item(vm, o, 0)),
        GetSet::ro("week", |vm, o| item(vm, o, 1)),
        GetSet::ro("weekday", |vm, o| item(vm, o, 2)),
    ],
};

/// Makes the type.
pub fn make(vm: &mut Vm) -> PyResult<()> {
    if vm.state::<State>().ty.is_some() { return Ok(()) }
    let base = vm.types.tuple.clone();
    let slots = Slots { new: Some(new), repr: Some(repr), ..Slots::default() };
    let flags = TypeFlags::GC.bits() | TypeFlags::VAR.bits();
    let ty = vm.new_native_type::<PyTuple>("datetime", "IsoCalendarDate", Some(&base), flags, slots, &DEF)?;
    vm.state::<State>().ty = Some(ty);
    Ok(())
}
