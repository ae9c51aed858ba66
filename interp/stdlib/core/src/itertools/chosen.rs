//! `compress`, `dropwhile`, `takewhile`, `filterfalse`, `islice`.

use std::cell::Cell;

use instar_vm::args::Args;
use instar_vm::native::TypeDef;
use instar_vm::object::Slot;
use instar_vm::typeobj::TypeRef;
use instar_vm::types::dict::PyDict;
use instar_vm::{payload, trace, Owned, PyResult, Ref, Vm};

use super::{add, bind, positional, required, this};

struct Compress { data: Owned, selectors: Owned }
trace! { Compress { data, selectors } }
instar_vm::fields! { Compress { data, selectors } }
payload!(Compress, "compress");

static COMPRESS: TypeDef = TypeDef { doc: "Return data elements corresponding to true selector elements.\n\nForms a shorter iterator from selected data elements using the selectors to\nchoose the data elements.", sig: "(data, selectors)", methods: &[], getset: &[] };

fn compress_new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let bound = bind(vm, "compress", COMPRESS.sig, args)?;
    let (data, selectors) = (required(vm, &bound[0])?, required(vm, &bound[1])?);
    let (data, selectors) = (vm.iter(&data)?, vm.iter(&selectors)?);
    Ok(vm.new_object_of(ty, Compress { data, selectors })?.into_obj())
}

fn compress_next(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    let c = this::<Compress>(o);
    loop {
        let Some(datum) = vm.next(&c.data)? else { return Ok(None) };
        let Some(selector) = vm.next(&c.selectors)? else { return Ok(None) };
        if vm.truth(&selector)? { return Ok(Some(datum)) }
        vm.safe_point()?;
    }
}

/// A function and an iterator, and whether the turning point has been reached.
struct While { function: Owned, iterator: Owned, turned: Cell<bool> }
trace! { While { function, iterator } }

/// Gives each of the three types its own payload type.
macro_rules! while_type {
    ($name:ident, $text:literal) => {
        struct $name(While);
        // SAFETY: forwards to the one field.
        unsafe impl instar_vm::object::Trace for $name {
            fn trace(&self, visit: &mut dyn FnMut(instar_vm::object::Word)) { self.0.trace(visit) }
            fn clear(&mut self) { self.0.clear() }
        }
        instar_vm::fields! { $name { 0 } }
        payload!($name, $text);
        impl $name {
            fn make(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
                let two = positional(vm, ty, $text, args, 2, 2)?;
                let iterator = vm.iter(&two[1])?;
                Ok(vm.new_object_of(ty, $name(While { function: two[0].clone(), iterator, turned: Cell::new(false) }))?.into_obj())
            }
        }
    };
}
while_type!(DropWhile, "dropwhile");
while_type!(TakeWhile, "takewhile");
while_type!(FilterFalse, "filterfalse");

static DROPWHILE: TypeDef = TypeDef { doc: "Drop items from the iterable while predicate(item) is true.\n\nAfterwards, return every element until the iterable is exhausted.", sig: "(predicate, iterable, /)", methods: &[], getset: &[] };
static TAKEWHILE: TypeDef = TypeDef { doc: "Return successive entries from an iterable as long as the predicate evaluates to true for each entry.", sig: "(predicate, iterable, /)", methods: &[], getset: &[] };
static FILTERFALSE: TypeDef = TypeDef { doc: "Return those items of iterable for which function(item) is false.\n\nIf function is None, return the items that are false.", sig: "(function, iterable, /)", methods: &[], getset: &[] };

fn holds(vm: &mut Vm, function: &Owned, item: &Owned) -> PyResult<bool> {
    let answer = vm.call1(function, item)?;
    vm.truth(&answer)
}

fn dropwhile_next(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    let w = &this::<DropWhile>(o).0;
    loop {
        let Some(item) = vm.next(&w.iterator)? else { return Ok(None) };
        if w.turned.get() { return Ok(Some(item)) }
        if !holds(vm, &w.function, &item)? {
            w.turned.set(true);
            return Ok(Some(item));
        }
    }
}

fn takewhile_next(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    let w = &this::<TakeWhile>(o).0;
    if w.turned.get() { return Ok(None) }
    let Some(item) = vm.next(&w.iterator)? else { return Ok(None) };
    if holds(vm, &w.function, &item)? { return Ok(Some(item)) }
    w.turned.set(true);
    Ok(None)
}

fn filterfalse_next(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    let w = &this::<FilterFalse>(o).0;
    let plain = vm.is_none(&w.function) || w.function.is(vm.types.bool.obj());
    loop {
        let Some(item) = vm.next(&w.iterator)? else { return Ok(None) };
        let good = if plain { vm.truth(&item)? } else { holds(vm, &w.function, &item)? };
        if !good { return Ok(Some(item)) }
        vm.safe_point()?;
    }
}

/// `islice`: positions count the items taken from the iterator.
struct ISlice { iterator: Slot, next: Cell<usize>, stop: Option<usize>, step: usize, count: Cell<usize> }
trace! { ISlice { iterator } }
instar_vm::fields! { ISlice { iterator, next, stop, step, count } }
payload!(ISlice, "islice");

static ISLICE: TypeDef = TypeDef { doc: "islice(iterable, stop) --> islice object\nislice(iterable, start, stop[, step]) --> islice object\n\nReturn an iterator whose next() method returns selected values from an\niterable.  If start is specified, will skip all preceding elements;\notherwise, start defaults to zero.  Step defaults to one.  If\nspecified as another value, step determines how many values are\nskipped between successive calls.  Works like a slice() on a list\nbut returns an iterator.", sig: "", methods: &[], getset: &[] };

/// An index, `None` for None; -1 stands for what is no index at all.
fn position(vm: &mut Vm, o: &Owned) -> PyResult<Option<isize>> {
    if vm.is_none(o) { return Ok(None) }
    Ok(Some(vm.count_index(o).unwrap_or(-1)))
}

fn islice_new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let a = positional(vm, ty, "islice", args, 2, 4)?;
    let (start, stop) = if a.len() == 2 { (None, position(vm, &a[1])?) } else { (position(vm, &a[1])?, position(vm, &a[2])?) };
    if stop == Some(-1) { return Err(vm.value_error("Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize.")) }
    let unsigned = |n: isize| usize::try_from(n).ok();
    let (Some(start), Ok(stop)) = (unsigned(start.unwrap_or(0)), stop.map(usize::try_from).transpose()) else {
        return Err(vm.value_error("Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize."));
    };
    let step = match a.get(3) { Some(s) => position(vm, s)?.unwrap_or(1), None => 1 };
    let Some(step) = unsigned(step).filter(|s| *s > 0) else { return Err(vm.value_error("Step for islice() must be a positive integer or None.")) };
    let it = vm.iter(&a[0])?;
    Ok(vm.new_object_of(ty, ISlice { iterator: Slot::new(Some(it)), next: Cell::new(start), stop, step, count: Cell::new(0) })?.into_obj())
}

fn islice_next(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    let s = this::<ISlice>(o);
    let Some(it) = s.iterator.get() else { return Ok(None) };
    while s.count.get() < s.next.get() {
        if vm.next(&it)?.is_none() {
            s.iterator.set(None);
            return Ok(None);
        }
        s.count.set(s.count.get() + 1);
    }
    let item = if s.stop.is_some_and(|stop| s.count.get() >= stop) { None } else { vm.next(&it)? };
    if item.is_none() {
        s.iterator.set(None);
        return Ok(None);
    }
    s.count.set(s.count.get() + 1);
    let next = s.next.get().saturating_add(s.step);
    s.next.set(s.stop.map_or(next, |stop| next.min(stop)));
    Ok(item)
}

/// Makes the types.
pub(super) fn make(vm: &mut Vm, ns: &Ref<PyDict>) -> PyResult<()> {
    add::<Compress>(vm, ns, "compress", compress_new, compress_next, &COMPRESS)?;
    add::<DropWhile>(vm, ns, "dropwhile", DropWhile::make, dropwhile_next, &DROPWHILE)?;
    add::<TakeWhile>(vm, ns, "takewhile", TakeWhile::make, takewhile_next, &TAKEWHILE)?;
    add::<FilterFalse>(vm, ns, "filterfalse", FilterFalse::make, filterfalse_next, &FILTERFALSE)?;
    add::<ISlice>(vm, ns, "islice", islice_new, islice_next, &ISLICE)?;
    Ok(())
}
