//! Builtins that iterate: `all`, `any`, `iter`, `next`, `min`, `max`, `sorted`, `sum` and the asynchronous two.
//!
//! Not here: the iterator types (`types/`), the protocol (`protocol/iter.rs`).


use instar_code::{Binary, Compare};

use crate::args::Args;
use crate::object::{ObjExt, Owned};
use crate::types::callable_iterator::PyCallableIter;
use crate::types::complex::PyComplex;
use crate::types::int::{int_ref, IntRef};
use crate::types::list_sort;
use crate::vm::{PyResult, Vm};

/// `all(iterable)`
pub fn all(vm: &mut Vm, _: &Owned, iterable: &Owned) -> PyResult { truths(vm, iterable, false) }

/// `any(iterable)`
pub fn any(vm: &mut Vm, _: &Owned, iterable: &Owned) -> PyResult { truths(vm, iterable, true) }

/// Whether an item has the truth `wanted` (for `any`), or none (for `all`).
fn truths(vm: &mut Vm, iterable: &Owned, wanted: bool) -> PyResult {
    let it = vm.iter(iterable)?;
    while let Some(item) = vm.next(&it)? {
        if vm.truth(&item)? == wanted { return Ok(vm.bool(wanted)) }
    }
    Ok(vm.bool(!wanted))
}

/// `aiter(o)`
pub fn aiter(vm: &mut Vm, _: &Owned, o: &Owned) -> PyResult {
    let Some(f) = o.type_of(vm).slots().aiter else {
        let t = o.type_name(vm);
        return Err(vm.type_error(format!("'{t}' object is not an async iterable")));
    };
    let it = f(vm, o)?;
    if it.type_of(vm).slots().anext.is_none() {
        let t = it.type_name(vm);
        return Err(vm.type_error(format!("aiter() returned not an async iterator of type '{t}'")));
    }
    Ok(it)
}

/// `anext(it[, default])`
pub fn anext(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    let Some(f) = args[0].type_of(vm).slots().anext else {
        let t = args[0].type_name(vm);
        return Err(vm.type_error(format!("'{t}' object is not an async iterator")));
    };
    let awaitable = f(vm, &args[0])?;
    match args.get(1) {
        None => Ok(awaitable),
        Some(default) => Ok(vm.new_object(crate::types::async_generator::PyAnextAwaitable::new(awaitable, default.clone()))?.into_obj()),
    }
}

/// `iter(iterable)`, `iter(callable, sentinel)`
pub fn iter(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    match args {
        [callable, sentinel] => {
            if !vm.is_callable(callable) { return Err(vm.type_error("iter(v, w): v must be callable")) }
            Ok(vm.new_object(PyCallableIter::new(callable.clone(), sentinel.clone()))?.into_obj())
        }
        _ => vm.iter(&args[0]),
    }
}

/// `next(iterator[, default])`
pub fn next(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    let it = &args[0];
    if it.type_of(vm).slots().next.is_none() {
        let t = it.type_name(vm);
        return Err(vm.type_error(format!("'{t}' object is not an iterator")));
    }
    match args.get(1) {
        // The iterator's own StopIteration must arrive unchanged.
        None => match vm.next_raw(it)? { Some(item) => Ok(item), None => Err(vm.stop_iteration(None)) },
        Some(default) => Ok(vm.next(it)?.unwrap_or_else(|| default.clone())),
    }
}

/// `max(...)` or `min(...)`
pub fn extreme(vm: &mut Vm, args: Args<'_>, largest: bool) -> PyResult {
    let name = if largest { "max" } else { "min" };
    let op = if largest { Compare::Gt } else { Compare::Lt };
    if args.kwnames().is_empty() && let [first, rest @ ..] = args.pos() && !rest.is_empty() {
        let mut best = first;
        for item in rest { if vm.compare_bool(item, best, op)? { best = item } }
        return Ok(best.clone());
    }
    let pos = args.pos();
    if pos.is_empty() { return Err(vm.type_error(format!("{name} expected at least 1 argument, got 0"))) }
    let [key, default] = args.at_most_keywords(vm, name, ["key", "default"])?;
    let key = key.filter(|k| !vm.is_none(k));
    if pos.len() > 1 && default.is_some() {
        return Err(vm.type_error(format!("Cannot specify a default for {name}() with multiple positional arguments")));
    }
    let mut best: Option<(Owned, Owned)> = None;
    let mut look = |vm: &mut Vm, item: Owned| -> PyResult<()> {
        let value = match &key { Some(f) => vm.call1(f, &item)?, None => item.clone() };
        let better = match &best { None => true, Some((_, b)) => vm.compare_bool(&value, b, op)? };
        if better { best = Some((item, value)) }
        Ok(())
    };
    if pos.len() > 1 {
        for item in pos { look(vm, item.clone())? }
    } else {
        let it = vm.iter(&pos[0])?;
        while let Some(item) = vm.next(&it)? { look(vm, item)? }
    }
    match best.map(|(item, _)| item).or(default) {
        Some(item) => Ok(item),
        None => Err(vm.value_error(format!("{name}() iterable argument is empty"))),
    }
}

/// `sorted(iterable, /, *, key=None, reverse=False)`
pub fn sorted(vm: &mut Vm, _: &Owned, args: Args<'_>) -> PyResult {
    let [iterable] = args.pos() else {
        return Err(vm.type_error(format!("sorted expected 1 argument, got {}", args.pos().len())));
    };
    let (mut key, mut reverse) = (None, None);
    for (k, v) in args.keywords() {
        let k = vm.repr_text_plain(k);
        match k.as_str() {
            "key" => key = Some(v.clone()).filter(|v| !vm.is_none(v)),
            "reverse" => reverse = Some(v.clone()),
            _ => return Err(vm.type_error(format!("sort() got an unexpected keyword argument '{k}'"))),
        }
    }
    let list = vm.new_list_from(&[])?;
    crate::types::list::extend(vm, &list, iterable)?;
    let reverse = match &reverse { Some(v) => vm.truth(v)?, None => false };
    list_sort::sort_list(vm, &list, key.as_ref(), reverse)?;
    Ok(list.into_obj())
}

/// A float sum with the error of each addition kept (Neumaier's variant of Kahan summation, gh-100425).
#[derive(Clone, Copy, Default)]
struct Compensated { high: f64, low: f64 }

impl Compensated {
    fn add(self, x: f64) -> Self {
        let t = self.high + x;
        let lost = if self.high.abs() >= x.abs() { (self.high - t) + x } else { (x - t) + self.high };
        Compensated { high: t, low: self.low + lost }
    }
    fn value(self) -> f64 { if self.low != 0.0 && self.low.is_finite() { self.high + self.low } else { self.high } }
}

/// What `sum` holds so far.
enum Total { Int(i64), Float(Compensated), Complex(Compensated, Compensated), Any(Owned) }

/// `sum(iterable, /, start=0)`
pub fn sum(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let Some(iterable) = &args[0] else { return Err(vm.system_error("unbound argument")) };
    let it = vm.iter(iterable)?;
    let mut total = match &args[1] {
        None => Total::Int(0),
        Some(start) => {
            let t = &vm.types;
            for (ty, text) in [(&t.str, "sum() can't sum strings [use ''.join(seq) instead]"), (&t.bytes, "sum() can't sum bytes [use b''.join(seq) instead]"),
                (&t.bytearray, "sum() can't sum bytearray [use b''.join(seq) instead]")] {
                if start.is_instance_of(vm, ty) { return Err(vm.type_error(text)) }
            }
            start_of(vm, start)?
        }
    };
    while let Some(item) = vm.next(&it)? { total = add(vm, total, &item)? }
    finish(vm, total)
}

fn start_of(vm: &mut Vm, start: &Owned) -> PyResult<Total> {
    let ty = start.type_of(vm).ptr();
    if ty == vm.types.int.ptr() { if let Some(IntRef::Small(n)) = int_ref(start) { return Ok(Total::Int(n)) } }
    if ty == vm.types.float.ptr() { return Ok(Total::Float(Compensated { high: vm.to_float(start)?, low: 0.0 })) }
    if ty == vm.types.complex.ptr() { if let Some(c) = start.cast::<PyComplex>() { return Ok(complex(c.re, c.im)) } }
    Ok(Total::Any(start.clone()))
}

fn complex(re: f64, im: f64) -> Total { Total::Complex(Compensated { high: re, low: 0.0 }, Compensated { high: im, low: 0.0 }) }

fn add(vm: &mut Vm, total: Total, item: &Owned) -> PyResult<Total> {
    let ty = item.type_of(vm).ptr();
    match &total {
        Total::Int(n) => {
            if ty == vm.types.int.ptr() || ty == vm.types.bool.ptr() {
                if let Some(IntRef::Small(m)) = int_ref(item) { if let Some(sum) = n.checked_add(m) { return Ok(Total::Int(sum)) } }
            }
        }
        Total::Float(f) => {
            if ty == vm.types.float.ptr() || int_ref(item).is_some() { return Ok(Total::Float(f.add(vm.to_float(item)?))) }
        }
        Total::Complex(re, im) => {
            if ty == vm.types.complex.ptr() { if let Some(c) = item.cast::<PyComplex>() { return Ok(Total::Complex(re.add(c.re), im.add(c.im))) } }
            if ty == vm.types.float.ptr() || int_ref(item).is_some() { return Ok(Total::Complex(re.add(vm.to_float(item)?), *im)) }
        }
        Total::Any(a) => return Ok(Total::Any(vm.binary(Binary::Add, a, item)?)),
    }
    // The fast form does not cover this item: one generic addition, then the form its result has.
    let was_int = matches!(total, Total::Int(_));
    let so_far = finish(vm, total)?;
    let sum = vm.binary(Binary::Add, &so_far, item)?;
    if was_int || sum.is_exact::<PyComplex>(vm) {
        let ty = sum.type_of(vm).ptr();
        if ty == vm.types.float.ptr() || ty == vm.types.complex.ptr() { return start_of(vm, &sum) }
    }
    Ok(Total::Any(sum))
}

fn finish(vm: &mut Vm, total: Total) -> PyResult {
    match total {
        Total::Int(n) => vm.new_int(n),
        Total::Float(f) => vm.new_float(f.value()),
        Total::Complex(re, im) => vm.new_complex(re.value(), im.value()),
        Total::Any(o) => Ok(o),
    }
}

