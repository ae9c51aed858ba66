//! `count`, `cycle`, `repeat`.

use std::cell::Cell;

use instar_code::Binary;
use instar_vm::args::Args;
use instar_vm::native::{Def, Native, TypeDef};
use instar_vm::object::{Guarded, Slot};
use instar_vm::slots::Slots;
use instar_vm::typeobj::TypeRef;
use instar_vm::types::dict::PyDict;
use instar_vm::types::int::{int_ref, is_exact_int, IntRef};
use instar_vm::{payload, trace, ObjExt, Owned, PyResult, Ref, Vm};

use super::{add, add_with, bind, itself, positional, required, this};

/// `count`: a native number while it fits and the step is 1, else objects.
struct Count { fast: Cell<Option<i64>>, value: Slot, step: Owned }
trace! { Count { value, step } }
instar_vm::fields! { Count { fast, value, step } }
payload!(Count, "count");

static COUNT: TypeDef = TypeDef { doc: "Return a count object whose .__next__() method returns consecutive values.", sig: "(start=0, step=1)", methods: &[], getset: &[] };

fn is_number(vm: &Vm, o: &Owned) -> bool {
    let s = o.type_of(vm).slots();
    s.index.is_some() || s.int.is_some() || s.float.is_some() || o.is_instance_of(vm, &vm.types.complex)
}

fn count_new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let bound = bind(vm, "count", COUNT.sig, args)?;
    for a in bound.iter().flatten() { if !is_number(vm, a) { return Err(vm.type_error("a number is required")) } }
    let start = match &bound[0] { Some(s) => s.clone(), None => vm.new_int(0)? };
    let step = match &bound[1] { Some(s) => s.clone(), None => vm.new_int(1)? };
    let small = |o: &Owned| if is_exact_int(vm, o) { int_ref(o).and_then(IntRef::to_i64) } else { None };
    let fast = if small(&step) == Some(1) { small(&start) } else { None };
    let value = if fast.is_some() { None } else { Some(start) };
    Ok(vm.new_object_of(ty, Count { fast: Cell::new(fast), value: Slot::new(value), step })?.into_obj())
}

fn count_next(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    let c = this::<Count>(o);
    if let Some(n) = c.fast.get() {
        let now = vm.new_int(n)?;
        match n.checked_add(1) {
            Some(next) => c.fast.set(Some(next)),
            None => {
                let next = vm.binary(Binary::Add, &now, &c.step)?;
                c.fast.set(None);
                c.value.set(Some(next));
            }
        }
        return Ok(Some(now));
    }
    let Some(now) = c.value.get() else { return Ok(None) };
    let next = vm.binary(Binary::Add, &now, &c.step)?;
    c.value.set(Some(next));
    Ok(Some(now))
}

fn count_repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let c = this::<Count>(o);
    let name = o.bare_type_name(vm);
    if let Some(n) = c.fast.get() { return vm.new_str(&format!("{name}({n})")) }
    let value = vm.option_to_none(c.value.get());
    let value = vm.repr_text(&value)?;
    if int_ref(&c.step).and_then(IntRef::to_i64) == Some(1) { return vm.new_str(&format!("{name}({value})")) }
    let step = vm.repr_text(&c.step)?;
    vm.new_str(&format!("{name}({value}, {step})"))
}

/// `cycle`: first the items of the iterator, which are kept, then those.
struct Cycle { iterator: Slot, saved: Guarded<Vec<Owned>>, at: Cell<usize> }
trace! { Cycle { iterator, saved } }
instar_vm::fields! { Cycle { iterator, saved, at } }
payload!(Cycle, "cycle");

static CYCLE: TypeDef = TypeDef { doc: "Return elements from the iterable until it is exhausted. Then repeat the sequence indefinitely.", sig: "(iterable, /)", methods: &[], getset: &[] };

fn cycle_new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let iterable = &positional(vm, ty, "cycle", args, 1, 1)?[0];
    let it = vm.iter(iterable)?;
    Ok(vm.new_object_of(ty, Cycle { iterator: Slot::new(Some(it)), saved: Guarded::default(), at: Cell::new(0) })?.into_obj())
}

fn cycle_next(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    let c = this::<Cycle>(o);
    if let Some(it) = c.iterator.get() {
        if let Some(item) = vm.next(&it)? {
            if c.saved.get_mut(vm).try_reserve(1).is_err() { return Err(vm.no_memory()) }
            c.saved.get_mut(vm).push(item.clone());
            return Ok(Some(item));
        }
        c.iterator.set(None);
    }
    let at = c.at.get();
    let saved = c.saved.get(vm);
    let item = saved.get(at).cloned();
    c.at.set(if at + 1 >= saved.len() { 0 } else { at + 1 });
    Ok(item)
}

/// `repeat`: without end if `left` is empty.
struct Repeat { element: Owned, left: Cell<Option<usize>> }
trace! { Repeat { element } }
instar_vm::fields! { Repeat { element, left } }
payload!(Repeat, "repeat");

static REPEAT: TypeDef = TypeDef {
    doc: "repeat(object [,times]) -> create an iterator which returns the object\nfor the specified number of times.  If not specified, returns the object\nendlessly.", sig: "",
    methods: &[Def::new("__length_hint__", "", Native::N0(repeat_hint)).doc("Private method returning an estimate of len(list(it)).")],
    getset: &[],
};

fn repeat_new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let bound = bind(vm, "repeat", "(object, times=None)", args)?;
    let element = required(vm, &bound[0])?;
    let left = match &bound[1] { Some(n) => Some(usize::try_from(vm.size_argument(n)?).unwrap_or(0)), None => None };
    Ok(vm.new_object_of(ty, Repeat { element, left: Cell::new(left) })?.into_obj())
}

fn repeat_next(_: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    let r = this::<Repeat>(o);
    match r.left.get() {
        Some(0) => return Ok(None),
        Some(n) => r.left.set(Some(n - 1)),
        None => {}
    }
    Ok(Some(r.element.clone()))
}

fn repeat_repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let r = this::<Repeat>(o);
    let (name, element) = (o.bare_type_name(vm), vm.repr_text(&r.element)?);
    match r.left.get() { Some(n) => vm.new_str(&format!("{name}({element}, {n})")), None => vm.new_str(&format!("{name}({element})")) }
}

fn repeat_hint(vm: &mut Vm, o: &Owned) -> PyResult {
    match this::<Repeat>(o).left.get() { Some(n) => vm.new_usize(n), None => Err(vm.type_error("len() of unsized object")) }
}

/// Makes the types.
pub(super) fn make(vm: &mut Vm, ns: &Ref<PyDict>) -> PyResult<()> {
    let slots = Slots { new: Some(count_new), iter: Some(itself), next: Some(count_next), repr: Some(count_repr), ..Slots::default() };
    add_with::<Count>(vm, ns, "count", slots, &COUNT)?;
    add::<Cycle>(vm, ns, "cycle", cycle_new, cycle_next, &CYCLE)?;
    let slots = Slots { new: Some(repeat_new), iter: Some(itself), next: Some(repeat_next), repr: Some(repeat_repr), ..Slots::default() };
    add_with::<Repeat>(vm, ns, "repeat", slots, &REPEAT)?;
    Ok(())
}
