//! `itertools`. One payload stands behind all its iterators; what its fields mean is said at each `next`.
//!
//! Not here: `zip`, `map`, `filter`, `enumerate` (`instar-vm`).

use std::cell::Cell;

use instar_code::Binary;
use instar_object::TypeFlags;
use instar_vm::args::{Args, Signature};
use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native, TypeDef};
use instar_vm::object::{Guarded, Slot};
use instar_vm::slots::{NewFn, NextFn, Slots};
use instar_vm::typeobj::{vm_flags, TypeRef};
use instar_vm::types::tuple::PyTuple;
use instar_vm::{payload, trace, ObjExt, Owned, PyResult, Ref, Vm};

use crate::support::{given, set, set_type};

#[derive(Default)]
struct Iter {
    a: Slot,
    b: Slot,
    c: Slot,
    list: Guarded<Vec<Owned>>,
    index: Guarded<Vec<usize>>,
    n: Cell<i64>,
    m: Cell<i64>,
    step: Cell<i64>,
    state: Cell<u8>,
}
trace! { Iter { a, b, c, list } }
payload!(Iter, "itertools");

fn it(o: &Owned) -> &Ref<Iter> { o.cast().expect("law: checked by the descriptor") }
fn make(vm: &mut Vm, ty: &TypeRef, i: Iter) -> PyResult { Ok(vm.new_object_of(ty, i)?.into_obj()) }
fn slot(o: Owned) -> Slot { Slot::new(Some(o)) }
fn bind(vm: &mut Vm, args: Args<'_>, name: &str, sig: &str) -> PyResult<Vec<Option<Owned>>> { args.bind(vm, name, &Signature::parse(sig)) }
fn first(vm: &mut Vm, a: &[Option<Owned>], i: usize) -> PyResult { match a.get(i).cloned().flatten() { Some(o) => Ok(o), None => Err(vm.system_error("unbound argument")) } }
fn a(o: &Owned) -> Option<Owned> { it(o).a.get() }

/// A tuple of the items of `list` at `index`.
fn pick(vm: &mut Vm, o: &Owned) -> PyResult {
    let i = it(o);
    let items: Vec<Owned> = i.index.get(vm).iter().map(|k| i.list.get(vm)[*k].clone()).collect();
    Ok(vm.new_tuple(items)?.into_obj())
}

// count: a = number, b = step
fn new_count(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let v = bind(vm, args, "count", "(start=0, step=1)")?;
    let start = match &v[0] { Some(s) => s.clone(), None => vm.new_int(0)? };
    let step = match &v[1] { Some(s) => s.clone(), None => vm.new_int(1)? };
    for n in [&start, &step] {
        let s = n.type_of(vm).slots();
        if !n.word().is_int() && s.index.is_none() && s.float.is_none() && !n.is_instance_of(vm, &vm.types.complex) { return Err(vm.type_error("a number is required")) }
    }
    make(vm, ty, Iter { a: slot(start), b: slot(step), ..Iter::default() })
}
fn next_count(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    let (Some(n), Some(step)) = (a(o), it(o).b.get()) else { return Ok(None) };
    let next = vm.binary(Binary::Add, &n, &step)?;
    it(o).a.set(Some(next));
    Ok(Some(n))
}
fn repr_count(vm: &mut Vm, o: &Owned) -> PyResult {
    let (Some(n), Some(step)) = (a(o), it(o).b.get()) else { return vm.new_str("count()") };
    let (n, s) = (vm.repr_text(&n)?, vm.repr_text(&step)?);
    vm.new_str(&if s == "1" { format!("count({n})") } else { format!("count({n}, {s})") })
}

// cycle: a = iterator while it lasts, list = items seen, n = position afterwards
fn new_cycle(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let v = args.exactly(vm, "cycle", 1, 1)?;
    let i = vm.iter(&v[0])?;
    make(vm, ty, Iter { a: slot(i), ..Iter::default() })
}
fn next_cycle(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    if let Some(i) = a(o) {
        if let Some(item) = vm.next(&i)? { it(o).list.get_mut(vm).push(item.clone()); return Ok(Some(item)) }
        it(o).a.set(None);
    }
    let len = it(o).list.get(vm).len();
    if len == 0 { return Ok(None) }
    let at = it(o).n.get() as usize;
    it(o).n.set(((at + 1) % len) as i64);
    Ok(Some(it(o).list.get(vm)[at].clone()))
}

// repeat: a = object, n = times left (-1 without end)
fn new_repeat(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let v = bind(vm, args, "repeat", "(object, times=None)")?;
    let n = match &v[1] { Some(t) => vm.index_i64(t)?.max(0), None => -1 };
    let object = first(vm, &v, 0)?;
    make(vm, ty, Iter { a: slot(object), n: Cell::new(n), ..Iter::default() })
}
fn next_repeat(_: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    let n = it(o).n.get();
    if n == 0 { return Ok(None) }
    if n > 0 { it(o).n.set(n - 1) }
    Ok(a(o))
}
fn hint_repeat(vm: &mut Vm, o: &Owned) -> PyResult {
    let n = it(o).n.get();
    if n < 0 { Err(vm.type_error("len() of unsized object")) } else { vm.new_int(n) }
}
fn repr_repeat(vm: &mut Vm, o: &Owned) -> PyResult {
    let object = match a(o) { Some(x) => vm.repr_text(&x)?, None => String::new() };
    let n = it(o).n.get();
    vm.new_str(&if n < 0 { format!("repeat({object})") } else { format!("repeat({object}, {n})") })
}

// accumulate: a = iterator, b = function, c = total; state 1 = c is an initial value not given out yet
fn new_accumulate(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let v = bind(vm, args, "accumulate", "(iterable, func=None, *, initial=None)")?;
    let source = first(vm, &v, 0)?;
    let (f, initial) = (given(vm, v[1].as_ref()), given(vm, v[2].as_ref()));
    let state = u8::from(initial.is_some());
    let i = vm.iter(&source)?;
    make(vm, ty, Iter { a: slot(i), b: Slot::new(f), c: Slot::new(initial), state: Cell::new(state), ..Iter::default() })
}
fn next_accumulate(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    if it(o).state.replace(0) == 1 { return Ok(it(o).c.get()) }
    let Some(i) = a(o) else { return Ok(None) };
    let Some(item) = vm.next(&i)? else { return Ok(None) };
    let total = match (it(o).c.get(), it(o).b.get()) {
        (None, _) => item,
        (Some(t), None) => vm.binary(Binary::Add, &t, &item)?,
        (Some(t), Some(f)) => vm.call2(&f, &t, &item)?,
    };
    it(o).c.set(Some(total.clone()));
    Ok(Some(total))
}

// chain: a = iterator of iterables, b = the one being read
fn new_chain(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    args.no_keywords(vm, "chain")?;
    let all = vm.new_tuple(args.pos().to_vec())?.into_obj();
    let i = vm.iter(&all)?;
    make(vm, ty, Iter { a: slot(i), ..Iter::default() })
}
fn from_iterable(vm: &mut Vm, class: &Owned, source: &Owned) -> PyResult {
    let i = vm.iter(source)?;
    let Some(ty) = TypeRef::from_obj(class).cloned() else { return Err(vm.type_error("a class is required")) };
    make(vm, &ty, Iter { a: slot(i), ..Iter::default() })
}
fn next_chain(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    loop {
        if let Some(i) = it(o).b.get() {
            if let Some(item) = vm.next(&i)? { return Ok(Some(item)) }
            it(o).b.set(None);
        }
        let Some(source) = a(o) else { return Ok(None) };
        let Some(iterable) = vm.next(&source)? else { it(o).a.set(None); return Ok(None) };
        match vm.iter(&iterable) { Ok(i) => it(o).b.set(Some(i)), Err(e) => { it(o).a.set(None); return Err(e) } }
    }
}

// compress: a = data, b = selectors
fn new_compress(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let v = bind(vm, args, "compress", "(data, selectors)")?;
    let (d, s) = (first(vm, &v, 0)?, first(vm, &v, 1)?);
    let (d, s) = (vm.iter(&d)?, vm.iter(&s)?);
    make(vm, ty, Iter { a: slot(d), b: slot(s), ..Iter::default() })
}
fn next_compress(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    let (Some(d), Some(s)) = (a(o), it(o).b.get()) else { return Ok(None) };
    loop {
        let Some(item) = vm.next(&d)? else { return Ok(None) };
        let Some(wanted) = vm.next(&s)? else { return Ok(None) };
        if vm.truth(&wanted)? { return Ok(Some(item)) }
    }
}

// dropwhile, takewhile, filterfalse, starmap: a = iterator, b = function; state 1 = the condition failed once
fn new_with_function(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let name = ty.name(vm);
    let v = args.exactly(vm, &name, 2, 2)?;
    let (f, i) = (v[0].clone(), vm.iter(&v[1])?);
    make(vm, ty, Iter { a: slot(i), b: slot(f), ..Iter::default() })
}
fn holds(vm: &mut Vm, o: &Owned, item: &Owned) -> PyResult<bool> {
    let f = it(o).b.get();
    let Some(f) = f.filter(|f| !vm.is_none(f)) else { return vm.truth(item) };
    let r = vm.call1(&f, item)?;
    vm.truth(&r)
}
fn next_dropwhile(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    let Some(i) = a(o) else { return Ok(None) };
    while let Some(item) = vm.next(&i)? {
        if it(o).state.get() == 1 { return Ok(Some(item)) }
        if !holds(vm, o, &item)? { it(o).state.set(1); return Ok(Some(item)) }
    }
    Ok(None)
}
fn next_takewhile(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    let Some(i) = a(o).filter(|_| it(o).state.get() == 0) else { return Ok(None) };
    let Some(item) = vm.next(&i)? else { return Ok(None) };
    if holds(vm, o, &item)? { return Ok(Some(item)) }
    it(o).state.set(1);
    Ok(None)
}
fn next_filterfalse(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    let Some(i) = a(o) else { return Ok(None) };
    while let Some(item) = vm.next(&i)? { if !holds(vm, o, &item)? { return Ok(Some(item)) } }
    Ok(None)
}
fn next_starmap(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    let (Some(i), Some(f)) = (a(o), it(o).b.get()) else { return Ok(None) };
    let Some(args) = vm.next(&i)? else { return Ok(None) };
    let args = match Ref::<PyTuple>::cast(&args) { Some(t) => t.items().to_vec(), None => vm.collect(&args)? };
    vm.call_n(&f, &args).map(Some)
}

// groupby: a = iterator, b = key function, c = current value; list = [current key, target key]; n counts groups
fn new_groupby(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let v = bind(vm, args, "groupby", "(iterable, key=None)")?;
    let source = first(vm, &v, 0)?;
    let (i, f) = (vm.iter(&source)?, given(vm, v[1].as_ref()));
    make(vm, ty, Iter { a: slot(i), b: Slot::new(f), ..Iter::default() })
}
/// Reads one more value and its key; false at the end.
fn group_step(vm: &mut Vm, g: &Owned) -> PyResult<bool> {
    let Some(i) = a(g) else { return Ok(false) };
    let Some(value) = vm.next(&i)? else { return Ok(false) };
    let key = match it(g).b.get() { Some(f) => vm.call1(&f, &value)?, None => value.clone() };
    it(g).c.set(Some(value));
    let list = it(g).list.get_mut(vm);
    let old = if list.is_empty() { list.push(key); None } else { Some(std::mem::replace(&mut list[0], key)) };
    drop(old);
    Ok(true)
}
fn group_keys(vm: &Vm, g: &Owned) -> (Option<Owned>, Option<Owned>) { let l = it(g).list.get(vm); (l.first().cloned(), l.get(1).cloned()) }
fn next_groupby(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    it(o).n.set(it(o).n.get() + 1);
    loop {
        let (current, target) = group_keys(vm, o);
        match (&current, &target) {
            (Some(_), None) => break,
            (Some(c), Some(t)) => if !vm.equal(c, t)? { break },
            (None, _) => {}
        }
        if !group_step(vm, o)? { return Ok(None) }
    }
    let (Some(key), _) = group_keys(vm, o) else { return Ok(None) };
    let list = it(o).list.get_mut(vm);
    list.truncate(1);
    list.push(key.clone());
    let Some(ty) = vm.state::<Made>().0.clone() else { return Err(vm.system_error("module itertools is not ready")) };
    let group = make(vm, &ty, Iter { a: slot(o.clone()), b: slot(key.clone()), n: Cell::new(it(o).n.get()), ..Iter::default() })?;
    Ok(Some(vm.new_tuple(vec![key, group])?.into_obj()))
}
/// `_grouper`: a = the groupby, b = its key, n = the group's number.
fn next_group(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    let (Some(g), Some(key)) = (a(o), it(o).b.get()) else { return Ok(None) };
    if it(&g).n.get() != it(o).n.get() { return Ok(None) }
    if !it(&g).c.is_some() && !group_step(vm, &g)? { return Ok(None) }
    let (Some(current), _) = group_keys(vm, &g) else { return Ok(None) };
    if !vm.equal(&key, &current)? { return Ok(None) }
    Ok(it(&g).c.take())
}
#[derive(Default)]
struct Made(Option<TypeRef>, Option<TypeRef>);

// islice: a = iterator, n = next index wanted, m = stop (-1 none), step; index[0] = items consumed
fn new_islice(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let v = args.exactly(vm, "islice", 2, 4)?.to_vec();
    let number = |vm: &mut Vm, o: Option<&Owned>, what: &str| -> PyResult<Option<i64>> {
        let Some(o) = given(vm, o) else { return Ok(None) };
        match vm.index_i64(&o) {
            Ok(n) if n >= 0 => Ok(Some(n)),
            _ if what == "step" => Err(vm.value_error("Step for islice() must be a positive integer or None.")),
            _ if what == "stop" => Err(vm.value_error("Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize.")),
            _ => Err(vm.value_error("Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.")),
        }
    };
    let (start, stop) = if v.len() == 2 { (None, number(vm, v.get(1), "stop")?) } else { (number(vm, v.get(1), "start")?, number(vm, v.get(2), "indices")?) };
    let step = number(vm, v.get(3), "step")?.unwrap_or(1);
    if step < 1 { return Err(vm.value_error("Step for islice() must be a positive integer or None.")) }
    let i = vm.iter(&v[0])?;
    make(vm, ty, Iter { a: slot(i), n: Cell::new(start.unwrap_or(0)), m: Cell::new(stop.unwrap_or(-1)), step: Cell::new(step), index: Guarded::new(vec![0]), ..Iter::default() })
}
fn next_islice(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    let Some(i) = a(o) else { return Ok(None) };
    let (want, stop) = (it(o).n.get(), it(o).m.get());
    let end = if stop >= 0 && want >= stop { stop } else { want };
    while (it(o).index.get(vm)[0] as i64) < end {
        if vm.next(&i)?.is_none() { it(o).a.set(None); return Ok(None) }
        it(o).index.get_mut(vm)[0] += 1;
    }
    if stop >= 0 && want >= stop { it(o).a.set(None); return Ok(None) }
    let Some(item) = vm.next(&i)? else { it(o).a.set(None); return Ok(None) };
    it(o).index.get_mut(vm)[0] += 1;
    let next = want.saturating_add(it(o).step.get());
    it(o).n.set(if stop >= 0 { next.min(stop) } else { next });
    Ok(Some(item))
}

// pairwise: a = iterator, b = previous item
fn new_one(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let name = ty.name(vm);
    let v = args.exactly(vm, &name, 1, 1)?;
    let i = vm.iter(&v[0])?;
    make(vm, ty, Iter { a: slot(i), ..Iter::default() })
}
fn next_pairwise(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    let Some(i) = a(o) else { return Ok(None) };
    let old = match it(o).b.get() {
        Some(p) => p,
        None => { let Some(p) = vm.next(&i)? else { it(o).a.set(None); return Ok(None) }; it(o).b.set(Some(p.clone())); p }
    };
    let Some(new) = vm.next(&i)? else { it(o).a.set(None); it(o).b.set(None); return Ok(None) };
    it(o).b.set(Some(new.clone()));
    Ok(Some(vm.new_tuple(vec![old, new])?.into_obj()))
}

// product: list = pools (tuples), index = position in each; state 0 fresh, 1 running, 2 done
fn new_product(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let mut repeat = 1;
    for (k, v) in args.keywords() {
        let k = vm.repr_text_plain(k);
        if k != "repeat" { return Err(vm.type_error(format!("product() got an unexpected keyword argument '{k}'"))) }
        repeat = vm.index_i64(v)?;
        if repeat < 0 { return Err(vm.value_error("repeat argument cannot be negative")) }
    }
    let mut pools = Vec::new();
    for p in args.pos() { let items = vm.collect(p)?; pools.push(vm.new_tuple(items)?.into_obj()) }
    let pools = if args.pos().is_empty() { Vec::new() } else {
        let total = pools.len().checked_mul(repeat as usize).filter(|n| *n < 1 << 32);
        if total.is_none() { return Err(vm.overflow_error("repeat argument too large")) }
        let mut all = Vec::with_capacity(pools.len() * repeat as usize);
        for _ in 0..repeat { all.extend(pools.iter().cloned()) }
        all
    };
    let index = vec![0; pools.len()];
    make(vm, ty, Iter { list: Guarded::new(pools), index: Guarded::new(index), ..Iter::default() })
}
fn next_product(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    if it(o).state.get() == 2 { return Ok(None) }
    let pools = it(o).list.get(vm).clone();
    let len = |i: usize| Ref::<PyTuple>::cast(&pools[i]).map_or(0, |t| t.items().len());
    if it(o).state.replace(1) == 0 {
        if (0..pools.len()).any(|i| len(i) == 0) { it(o).state.set(2); return Ok(None) }
    } else {
        let index = it(o).index.get_mut(vm);
        let mut i = pools.len();
        loop {
            if i == 0 { it(o).state.set(2); return Ok(None) }
            i -= 1;
            index[i] += 1;
            if index[i] < len(i) { break }
            index[i] = 0;
        }
    }
    let items: Vec<Owned> = it(o).index.get(vm).iter().zip(&pools).filter_map(|(k, p)| Ref::<PyTuple>::cast(p).and_then(|t| t.items().get(*k).cloned())).collect();
    Ok(Some(vm.new_tuple(items)?.into_obj()))
}

// permutations, combinations, combinations_with_replacement: list = pool, n = r, index; state as product
fn pool_and_r(vm: &mut Vm, ty: &TypeRef, args: Args<'_>, optional: bool) -> PyResult<(Vec<Owned>, usize)> {
    let name = ty.name(vm);
    let v = bind(vm, args, &name, if optional { "(iterable, r=None)" } else { "(iterable, r)" })?;
    let source = first(vm, &v, 0)?;
    let pool = vm.collect(&source)?;
    let r = match given(vm, v[1].as_ref()) { Some(r) => vm.index_i64(&r)?, None => pool.len() as i64 };
    if r < 0 { return Err(vm.value_error("r must be non-negative")) }
    Ok((pool, r as usize))
}
fn new_permutations(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let (pool, r) = pool_and_r(vm, ty, args, true)?;
    let n = pool.len();
    // index = the permutation of all, then the cycle counters of its first r places
    let mut index: Vec<usize> = (0..n).collect();
    if r <= n { index.extend((0..r).map(|i| n - i)) }
    make(vm, ty, Iter { list: Guarded::new(pool), index: Guarded::new(index), n: Cell::new(r as i64), state: Cell::new(if r > n { 2 } else { 0 }), ..Iter::default() })
}
fn next_permutations(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    if it(o).state.get() == 2 { return Ok(None) }
    let (n, r) = (it(o).list.get(vm).len(), it(o).n.get() as usize);
    if it(o).state.replace(1) == 1 {
        let index = it(o).index.get_mut(vm);
        let mut i = r;
        loop {
            if i == 0 { it(o).state.set(2); return Ok(None) }
            i -= 1;
            index[n + i] -= 1;
            if index[n + i] > 0 { let j = n - index[n + i]; index.swap(i, j); break }
            index[i..n].rotate_left(1);
            index[n + i] = n - i;
        }
    }
    let i = it(o);
    let items: Vec<Owned> = i.index.get(vm)[..r].iter().map(|k| i.list.get(vm)[*k].clone()).collect();
    Ok(Some(vm.new_tuple(items)?.into_obj()))
}
fn new_combinations(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let (pool, r) = pool_and_r(vm, ty, args, false)?;
    let done = r > pool.len();
    make(vm, ty, Iter { list: Guarded::new(pool), index: Guarded::new(if done { Vec::new() } else { (0..r).collect() }), state: Cell::new(if done { 2 } else { 0 }), ..Iter::default() })
}
fn next_combinations(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    if it(o).state.get() == 2 { return Ok(None) }
    let n = it(o).list.get(vm).len();
    if it(o).state.replace(1) == 1 {
        let index = it(o).index.get_mut(vm);
        let r = index.len();
        let Some(i) = (0..r).rev().find(|i| index[*i] != i + n - r) else { it(o).state.set(2); return Ok(None) };
        index[i] += 1;
        for j in i + 1..r { index[j] = index[j - 1] + 1 }
    }
    pick(vm, o).map(Some)
}
fn new_replacement(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let (pool, r) = pool_and_r(vm, ty, args, false)?;
    let done = pool.is_empty() && r > 0;
    make(vm, ty, Iter { list: Guarded::new(pool), index: Guarded::new(if done { Vec::new() } else { vec![0; r] }), state: Cell::new(if done { 2 } else { 0 }), ..Iter::default() })
}
fn next_replacement(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    if it(o).state.get() == 2 { return Ok(None) }
    let n = it(o).list.get(vm).len();
    if it(o).state.replace(1) == 1 {
        let index = it(o).index.get_mut(vm);
        let Some(i) = (0..index.len()).rev().find(|i| index[*i] != n - 1) else { it(o).state.set(2); return Ok(None) };
        let next = index[i] + 1;
        index[i..].fill(next);
    }
    pick(vm, o).map(Some)
}

// zip_longest: list = iterators (None when exhausted), a = fill value, n = how many are left
fn new_zip_longest(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let mut fill = vm.none();
    for (k, v) in args.keywords() {
        let k = vm.repr_text_plain(k);
        if k != "fillvalue" { return Err(vm.type_error(format!("zip_longest() got an unexpected keyword argument '{k}'"))) }
        fill = v.clone();
    }
    let mut list = Vec::new();
    for p in args.pos() { list.push(vm.iter(p)?) }
    let n = list.len() as i64;
    make(vm, ty, Iter { a: slot(fill), list: Guarded::new(list), n: Cell::new(n), ..Iter::default() })
}
fn next_zip_longest(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    if it(o).n.get() == 0 { return Ok(None) }
    let Some(fill) = a(o) else { return Ok(None) };
    let iterators = it(o).list.get(vm).clone();
    let mut items = Vec::with_capacity(iterators.len());
    for (k, i) in iterators.iter().enumerate() {
        if vm.is_none(i) { items.push(fill.clone()); continue }
        match vm.next(i)? {
            Some(item) => items.push(item),
            None => {
                it(o).n.set(it(o).n.get() - 1);
                if it(o).n.get() <= 0 { it(o).n.set(0); return Ok(None) }
                let none = vm.none();
                let old = std::mem::replace(&mut it(o).list.get_mut(vm)[k], none);
                drop(old);
                items.push(fill.clone());
            }
        }
    }
    Ok(Some(vm.new_tuple(items)?.into_obj()))
}

// batched: a = iterator, n = size, state 1 = strict
fn new_batched(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let v = bind(vm, args, "batched", "(iterable, n, *, strict=False)")?;
    let (source, n) = (first(vm, &v, 0)?, first(vm, &v, 1)?);
    let n = vm.index_i64(&n)?;
    if n < 1 { return Err(vm.value_error("n must be at least one")) }
    let strict = match &v[2] { Some(s) => vm.truth(s)?, None => false };
    let i = vm.iter(&source)?;
    make(vm, ty, Iter { a: slot(i), n: Cell::new(n), state: Cell::new(strict.into()), ..Iter::default() })
}
fn next_batched(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    let Some(i) = a(o) else { return Ok(None) };
    let n = it(o).n.get() as usize;
    let mut items = Vec::new();
    while items.len() < n { match vm.next(&i)? { Some(x) => items.push(x), None => break } }
    if items.len() < n { it(o).a.set(None) }
    if items.is_empty() { return Ok(None) }
    if items.len() < n && it(o).state.get() == 1 { return Err(vm.value_error("batched(): incomplete batch")) }
    Ok(Some(vm.new_tuple(items)?.into_obj()))
}

// tee: `_tee` has a = shared buffer (an Iter: a = source, list = items), n = position
fn tee(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    let n = match args.get(1) { Some(n) => vm.index_i64(n)?, None => 2 };
    if n < 0 { return Err(vm.value_error("n must be >= 0")) }
    if n == 0 { return Ok(vm.consts.empty_tuple.obj().clone()) }
    let Some(ty) = vm.state::<Made>().1.clone() else { return Err(vm.system_error("module itertools is not ready")) };
    let source = vm.iter(&args[0])?;
    let mut all = Vec::new();
    let start = if source.type_of(vm).ptr() == ty.ptr() { source } else { tee_of(vm, &ty, source)? };
    all.push(start);
    while (all.len() as i64) < n { let copy = tee_copy(vm, &all[0].clone())?; all.push(copy) }
    Ok(vm.new_tuple(all)?.into_obj())
}
fn tee_of(vm: &mut Vm, ty: &TypeRef, source: Owned) -> PyResult {
    let shared = make(vm, ty, Iter { a: slot(source), ..Iter::default() })?;
    make(vm, ty, Iter { b: slot(shared), ..Iter::default() })
}
fn new_tee(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let v = args.exactly(vm, "_tee", 1, 1)?;
    let i = vm.iter(&v[0])?;
    if i.type_of(vm).ptr() == ty.ptr() { return tee_copy(vm, &i) }
    tee_of(vm, ty, i)
}
fn tee_copy(vm: &mut Vm, o: &Owned) -> PyResult {
    let ty = o.type_of(vm).clone();
    make(vm, &ty, Iter { b: Slot::new(it(o).b.get()), n: Cell::new(it(o).n.get()), ..Iter::default() })
}
/// The shared part is a chain: each link holds one item (c) and the next link (b), or the source (a) at the end.
fn next_tee(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    let Some(link) = it(o).b.get() else { return Ok(None) };
    if !it(&link).c.is_some() {
        let Some(source) = a(&link) else { return Ok(None) };
        if it(&link).state.replace(1) == 1 { return Err(vm.runtime_error("cannot re-enter the tee iterator")) }
        let item = vm.next(&source);
        it(&link).state.set(0);
        let Some(item) = item? else { return Ok(None) };
        let ty = o.type_of(vm).clone();
        let tail = make(vm, &ty, Iter { a: slot(source), ..Iter::default() })?;
        it(&link).c.set(Some(item));
        it(&link).b.set(Some(tail));
    }
    let item = it(&link).c.get();
    it(o).b.set(it(&link).b.get());
    Ok(item)
}

macro_rules! def { ($name:ident, $doc:literal, $sig:literal $(, $method:expr)*) => { static $name: TypeDef = TypeDef { doc: $doc, sig: $sig, methods: &[$($method),*], getset: &[] }; } }
const GETITEM: Def = Def::class("__class_getitem__", "($type, object, /)", Native::N1(|vm, c, i| vm.new_generic_alias(c, i)));
def!(COUNT, "Return a count object whose .__next__() method returns consecutive values.", "(start=0, step=1)");
def!(CYCLE, "Return elements from the iterable until it is exhausted. Then repeat the sequence indefinitely.", "(iterable, /)");
def!(REPEAT, "repeat(object [,times]) -> create an iterator which returns the object\nfor the specified number of times.  If not specified, returns the object\nendlessly.", "", Def::new("__length_hint__", "($self, /)", Native::N0(hint_repeat)));
def!(ACCUMULATE, "Return series of accumulated sums.", "(iterable, func=None, *, initial=None)");
def!(CHAIN, "Return a chain object whose .__next__() method returns elements from the\nfirst iterable until it is exhausted, then elements from the next iterable.", "(*iterables)",
    Def::class("from_iterable", "($type, iterable, /)", Native::N1(from_iterable)), GETITEM);
def!(COMPRESS, "Return data elements corresponding to true selector elements.", "(data, selectors)");
def!(DROPWHILE, "Drop items from the iterable while predicate(item) is true.", "(predicate, iterable, /)");
def!(TAKEWHILE, "Return successive entries from an iterable as long as the predicate evaluates to true for each entry.", "(predicate, iterable, /)");
def!(FILTERFALSE, "Return those items of iterable for which function(item) is false.", "(function, iterable, /)");
def!(STARMAP, "Return an iterator whose values are returned from the function evaluated with an argument tuple taken from the given sequence.", "(function, iterable, /)");
def!(GROUPBY, "make an iterator that returns consecutive keys and groups from the iterable", "(iterable, key=None)");
def!(GROUPER, "", "");
def!(ISLICE, "islice(iterable, stop) --> islice object\nislice(iterable, start, stop[, step]) --> islice object", "");
def!(PAIRWISE, "Return an iterator of overlapping pairs taken from the input iterator.", "(iterable, /)");
def!(PRODUCT, "Cartesian product of input iterables.  Equivalent to nested for-loops.", "(*iterables, repeat=1)");
def!(PERMUTATIONS, "Return successive r-length permutations of elements in the iterable.", "(iterable, r=None)");
def!(COMBINATIONS, "Return successive r-length combinations of elements in the iterable.", "(iterable, r)");
def!(REPLACEMENT, "Return successive r-length combinations of elements in the iterable allowing individual elements to have successive repeats.", "(iterable, r)");
def!(ZIP_LONGEST, "Return a zip_longest object whose .__next__() method returns a tuple; exhausted iterables give the fill value.", "(*iterables, fillvalue=None)");
def!(BATCHED, "Batch data into tuples of length n. The last batch may be shorter than n.", "(iterable, n, *, strict=False)");
def!(TEE, "Iterator wrapped to make it copyable.", "(iterable, /)", Def::new("__copy__", "($self, /)", Native::N0(tee_copy)));

fn exec(vm: &mut Vm, _: &Owned, ns: &Ref<instar_vm::types::dict::PyDict>) -> PyResult<()> {
    type Row = (&'static str, NewFn, NextFn, &'static TypeDef);
    let rows: [Row; 19] = [
        ("count", new_count, next_count, &COUNT), ("cycle", new_cycle, next_cycle, &CYCLE), ("repeat", new_repeat, next_repeat, &REPEAT),
        ("accumulate", new_accumulate, next_accumulate, &ACCUMULATE), ("chain", new_chain, next_chain, &CHAIN), ("compress", new_compress, next_compress, &COMPRESS),
        ("dropwhile", new_with_function, next_dropwhile, &DROPWHILE), ("takewhile", new_with_function, next_takewhile, &TAKEWHILE),
        ("filterfalse", new_with_function, next_filterfalse, &FILTERFALSE), ("starmap", new_with_function, next_starmap, &STARMAP),
        ("groupby", new_groupby, next_groupby, &GROUPBY), ("islice", new_islice, next_islice, &ISLICE), ("pairwise", new_one, next_pairwise, &PAIRWISE),
        ("product", new_product, next_product, &PRODUCT), ("permutations", new_permutations, next_permutations, &PERMUTATIONS),
        ("combinations", new_combinations, next_combinations, &COMBINATIONS), ("combinations_with_replacement", new_replacement, next_replacement, &REPLACEMENT),
        ("zip_longest", new_zip_longest, next_zip_longest, &ZIP_LONGEST), ("batched", new_batched, next_batched, &BATCHED),
    ];
    let itself = |_: &mut Vm, o: &Owned| Ok(o.clone());
    let flags = TypeFlags::GC.bits();
    for (name, new, next, def) in rows {
        let repr: Option<instar_vm::slots::UnaryFn> = match name { "count" => Some(repr_count), "repeat" => Some(repr_repeat), _ => None };
        let slots = Slots { new: Some(new), iter: Some(itself), next: Some(next), repr, ..Slots::default() };
        let ty = vm.new_native_type::<Iter>("itertools", name, None, flags | vm_flags::BASETYPE, slots, def)?;
        set_type(vm, ns, &ty)?;
    }
    let slots = Slots { iter: Some(itself), next: Some(next_group), ..Slots::default() };
    let grouper = vm.new_native_type::<Iter>("itertools", "_grouper", None, flags | vm_flags::NO_NEW, slots, &GROUPER)?;
    set(vm, ns, "_grouper", grouper.obj())?;
    let slots = Slots { new: Some(new_tee), iter: Some(itself), next: Some(next_tee), ..Slots::default() };
    let tee = vm.new_native_type::<Iter>("itertools", "_tee", None, flags | TypeFlags::WEAKREF.bits(), slots, &TEE)?;
    set(vm, ns, "_tee", tee.obj())?;
    *vm.state::<Made>() = Made(Some(grouper), Some(tee));
    Ok(())
}

pub const MODULE: NativeModule = NativeModule {
    name: "itertools",
    doc: "Functional tools for creating and using iterators.",
    functions: &[Def::new("tee", "($module, iterable, n=2, /)", Native::Var(tee, 1, 2)).doc("Returns a tuple of n independent iterators.")],
    exec,
};
