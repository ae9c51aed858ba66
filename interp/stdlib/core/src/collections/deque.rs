//! `deque`: a double-ended queue, on a ring buffer.

use std::cell::Cell;
use std::collections::VecDeque;

use instar_code::Compare;
use instar_object::{TraceField, TypeFlags, Word};
use instar_vm::args::{Args, Signature};
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::object::{Guarded, Slot};
use instar_vm::slots::Slots;
use instar_vm::typeobj::{vm_flags, TypeRef};
use instar_vm::types::dict::PyDict;
use instar_vm::{payload, trace, ObjExt, Owned, PyResult, Ref, Vm};

use crate::support::{given, set, set_type};

/// A ring of owned references.
#[derive(Default)]
struct Ring(VecDeque<Owned>);

// SAFETY: visits each owned handle once.
unsafe impl TraceField for Ring {
    fn trace_field(&self, visit: &mut dyn FnMut(Word)) { for o in &self.0 { visit(o.word()) } }
    fn clear_field(&mut self) { self.0.clear() }
}

struct Deque { items: Guarded<Ring>, max: Cell<Option<usize>>, changes: Cell<u64> }
trace! { Deque { items } }
payload!(Deque, "deque");

/// Iterator; `at` counts from the end it started at.
struct Iter { deque: Slot, at: Cell<usize>, changes: Cell<u64>, backwards: bool }
trace! { Iter { deque } }
payload!(Iter, "_deque_iterator");

fn d(o: &Owned) -> &Ref<Deque> { o.cast().expect("law: checked by the descriptor") }
fn items<'a>(vm: &'a Vm, o: &'a Owned) -> &'a VecDeque<Owned> { &d(o).items.get(vm).0 }
fn items_mut<'a>(vm: &'a mut Vm, o: &'a Owned) -> &'a mut VecDeque<Owned> { d(o).changes.set(d(o).changes.get() + 1); &mut d(o).items.get_mut(vm).0 }
fn all(vm: &Vm, o: &Owned) -> Vec<Owned> { items(vm, o).iter().cloned().collect() }

fn new(vm: &mut Vm, ty: &TypeRef, _: Args<'_>) -> PyResult {
    Ok(vm.new_object_of(ty, Deque { items: Guarded::default(), max: Cell::new(None), changes: Cell::new(0) })?.into_obj())
}

fn init(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult<()> {
    let a = args.bind(vm, "deque", &Signature::parse("(iterable=None, maxlen=None)"))?;
    let max = match given(vm, a[1].as_ref()) {
        Some(m) => { let n = vm.index_i64(&m)?; if n < 0 { return Err(vm.value_error("maxlen must be non-negative")) } Some(n as usize) }
        None => None,
    };
    d(o).max.set(max);
    let old = std::mem::take(items_mut(vm, o));
    drop(old);
    match &a[0] { Some(i) => extend(vm, o, i).map(drop), None => Ok(()) }
}

/// Adds at one end; what falls out at the other end is dropped afterwards.
fn add(vm: &mut Vm, o: &Owned, item: Owned, left: bool) {
    let max = d(o).max.get();
    let ring = items_mut(vm, o);
    if left { ring.push_front(item) } else { ring.push_back(item) }
    let lost = if max.is_some_and(|m| ring.len() > m) { if left { ring.pop_back() } else { ring.pop_front() } } else { None };
    drop(lost);
}

fn append(vm: &mut Vm, o: &Owned, item: &Owned) -> PyResult { add(vm, o, item.clone(), false); Ok(vm.none()) }
fn appendleft(vm: &mut Vm, o: &Owned, item: &Owned) -> PyResult { add(vm, o, item.clone(), true); Ok(vm.none()) }

fn extend_to(vm: &mut Vm, o: &Owned, iterable: &Owned, left: bool) -> PyResult {
    let source = if iterable.is(o) { let i = all(vm, o); vm.new_list(i)?.into_obj() } else { iterable.clone() };
    let it = vm.iter(&source)?;
    while let Some(item) = vm.next(&it)? { add(vm, o, item, left) }
    Ok(vm.none())
}
fn extend(vm: &mut Vm, o: &Owned, i: &Owned) -> PyResult { extend_to(vm, o, i, false) }

fn pop(vm: &mut Vm, o: &Owned) -> PyResult { match items_mut(vm, o).pop_back() { Some(i) => Ok(i), None => Err(vm.index_error("pop from an empty deque")) } }
fn popleft(vm: &mut Vm, o: &Owned) -> PyResult { match items_mut(vm, o).pop_front() { Some(i) => Ok(i), None => Err(vm.index_error("pop from an empty deque")) } }
fn clear(vm: &mut Vm, o: &Owned) -> PyResult { let old = std::mem::take(items_mut(vm, o)); drop(old); Ok(vm.none()) }

fn rotate(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult {
    let n = match args.first() { Some(n) => vm.index_i64(n)?, None => 1 };
    let ring = items_mut(vm, o);
    if !ring.is_empty() { let k = n.rem_euclid(ring.len() as i64) as usize; ring.rotate_right(k) }
    Ok(vm.none())
}

fn reverse(vm: &mut Vm, o: &Owned) -> PyResult { items_mut(vm, o).make_contiguous().reverse(); Ok(vm.none()) }

fn changed(vm: &mut Vm) -> instar_vm::Raised { vm.runtime_error("deque mutated during iteration") }

/// Index of the first item from `start` to `stop` that equals `value`.
fn find(vm: &mut Vm, o: &Owned, value: &Owned, start: usize, stop: usize) -> PyResult<Option<usize>> {
    let changes = d(o).changes.get();
    let mut i = start;
    while i < stop {
        let Some(item) = items(vm, o).get(i).cloned() else { break };
        if vm.equal(&item, value)? { return Ok(Some(i)) }
        if d(o).changes.get() != changes { return Err(changed(vm)) }
        i += 1;
    }
    Ok(None)
}

fn index(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult {
    let len = items(vm, o).len();
    let bound = |vm: &mut Vm, a: Option<&Owned>, default: usize| -> PyResult<usize> {
        let Some(a) = a else { return Ok(default) };
        let n = vm.index_i64(a)?;
        Ok((if n < 0 { (n + len as i64).max(0) } else { n }) as usize)
    };
    let (start, stop) = (bound(vm, args.get(1), 0)?, bound(vm, args.get(2), len)?.min(len));
    match find(vm, o, &args[0], start, stop)? {
        Some(i) => vm.new_int(i as i64),
        None => { let r = vm.repr_text(&args[0])?; Err(vm.value_error(format!("{r} is not in deque"))) }
    }
}

fn count(vm: &mut Vm, o: &Owned, value: &Owned) -> PyResult {
    let changes = d(o).changes.get();
    let mut n = 0;
    for item in all(vm, o) {
        if vm.equal(&item, value)? { n += 1 }
        if d(o).changes.get() != changes { return Err(changed(vm)) }
    }
    vm.new_int(n)
}

fn remove(vm: &mut Vm, o: &Owned, value: &Owned) -> PyResult {
    let len = items(vm, o).len();
    match find(vm, o, value, 0, len) {
        Ok(Some(i)) => { let old = items_mut(vm, o).remove(i); drop(old); Ok(vm.none()) }
        Ok(None) => Err(vm.value_error("deque.remove(x): x not in deque")),
        Err(e) if e.is(vm, &vm.types.runtime_error.clone()) => Err(vm.index_error("deque mutated during remove().")),
        Err(e) => Err(e),
    }
}

fn insert(vm: &mut Vm, o: &Owned, i: &Owned, item: &Owned) -> PyResult {
    let n = vm.index_i64(i)?;
    let len = items(vm, o).len();
    if d(o).max.get() == Some(len) { return Err(vm.index_error("deque already at its maximum size")) }
    let at = if n < 0 { (n + len as i64).max(0) as usize } else { (n as usize).min(len) };
    items_mut(vm, o).insert(at, item.clone());
    Ok(vm.none())
}

fn copy(vm: &mut Vm, o: &Owned) -> PyResult {
    let ty = o.type_of(vm).obj().clone();
    let max = match d(o).max.get() { Some(m) => vm.new_int(m as i64)?, None => vm.none() };
    if d(o).max.get().is_some() { vm.call2(&ty, o, &max) } else { vm.call1(&ty, o) }
}

fn at(vm: &mut Vm, o: &Owned, i: &Owned) -> PyResult<usize> {
    let n = vm.index_i64(i)?;
    let len = items(vm, o).len() as i64;
    let k = if n < 0 { n + len } else { n };
    if (0..len).contains(&k) { Ok(k as usize) } else { Err(vm.index_error("deque index out of range")) }
}

fn getitem(vm: &mut Vm, o: &Owned, i: &Owned) -> PyResult { let k = at(vm, o, i)?; Ok(items(vm, o)[k].clone()) }

fn setitem(vm: &mut Vm, o: &Owned, i: &Owned, value: Option<&Owned>) -> PyResult<()> {
    let k = at(vm, o, i)?;
    let old = match value { Some(v) => Some(std::mem::replace(&mut d(o).items.get_mut(vm).0[k], v.clone())), None => items_mut(vm, o).remove(k) };
    drop(old);
    Ok(())
}

fn contains(vm: &mut Vm, o: &Owned, value: &Owned) -> PyResult<bool> { let n = items(vm, o).len(); Ok(find(vm, o, value, 0, n)?.is_some()) }

fn compare(vm: &mut Vm, a: &Owned, b: &Owned, op: Compare) -> PyResult {
    if a.cast::<Deque>().is_none() || b.cast::<Deque>().is_none() { return Ok(vm.not_implemented()) }
    let (x, y) = (all(vm, a), all(vm, b));
    let (x, y) = (vm.new_list(x)?.into_obj(), vm.new_list(y)?.into_obj());
    vm.rich_compare(&x, &y, op)
}

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let name = o.type_name(vm);
    let i = all(vm, o);
    let list = vm.new_list(i.into_iter().map(|x| if x.is(o) { None } else { Some(x) }).map(|x| x.unwrap_or_else(|| vm.consts.ellipsis.clone())).collect::<Vec<_>>())?.into_obj();
    vm.check_native_stack(" while getting the repr of an object")?;
    let text = vm.repr_text(&list)?;
    vm.new_str(&match d(o).max.get() { Some(m) => format!("{name}({text}, maxlen={m})"), None => format!("{name}({text})") })
}

fn concat(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult {
    if b.cast::<Deque>().is_none() {
        let t = b.type_name(vm);
        return Err(vm.type_error(format!("can only concatenate deque (not \"{t}\") to deque")));
    }
    let new = copy(vm, a)?;
    extend(vm, &new, b)?;
    Ok(new)
}

fn inplace_concat(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult { extend(vm, a, b)?; Ok(a.clone()) }

fn inplace_repeat(vm: &mut Vm, o: &Owned, n: &Owned) -> PyResult {
    let n = vm.index_i64(n)?;
    let old = all(vm, o);
    if n <= 0 { clear(vm, o)?; return Ok(o.clone()) }
    if (n as usize).checked_mul(old.len()).is_none_or(|k| k > 1 << 40) { return Err(vm.no_memory()) }
    for _ in 1..n { for i in &old { add(vm, o, i.clone(), false) } }
    Ok(o.clone())
}
fn repeat(vm: &mut Vm, o: &Owned, n: &Owned) -> PyResult { let new = copy(vm, o)?; inplace_repeat(vm, &new, n) }

fn reduce(vm: &mut Vm, o: &Owned) -> PyResult {
    let ty = o.type_of(vm).obj().clone();
    let args = match d(o).max.get() {
        Some(m) => vec![vm.consts.empty_tuple.obj().clone(), vm.new_int(m as i64)?],
        None => Vec::new(),
    };
    let args = vm.new_tuple(args)?.into_obj();
    let key = vm.names.__dict__.clone();
    let state = vm.get_attr_opt(o, &key)?;
    let parts = vec![ty, args, vm.option_to_none(state), vm.iter(o)?];
    Ok(vm.new_tuple(parts)?.into_obj())
}

fn make_iter(vm: &mut Vm, o: &Owned, backwards: bool) -> PyResult {
    Ok(vm.new_object(Iter { deque: Slot::new(Some(o.clone())), at: Cell::new(0), changes: Cell::new(d(o).changes.get()), backwards })?.into_obj())
}

fn next(vm: &mut Vm, i: &Owned) -> PyResult<Option<Owned>> {
    let it: &Ref<Iter> = i.cast().expect("law: checked by the slot");
    let Some(o) = it.deque.get() else { return Ok(None) };
    let n = it.at.get();
    if d(&o).changes.get() != it.changes.get() { it.deque.set(None); return Err(changed(vm)) }
    let ring = items(vm, &o);
    let found = if it.backwards { ring.len().checked_sub(n + 1).and_then(|k| ring.get(k)) } else { ring.get(n) }.cloned();
    it.at.set(n + 1);
    if found.is_none() { it.deque.set(None) }
    Ok(found)
}

fn hint(vm: &mut Vm, i: &Owned) -> PyResult {
    let it: &Ref<Iter> = i.cast().expect("law: checked by the descriptor");
    let n = match it.deque.get() { Some(o) => items(vm, &o).len().saturating_sub(it.at.get()), None => 0 };
    vm.new_int(n as i64)
}

static ITER: TypeDef = TypeDef { doc: "", sig: "", methods: &[Def::new("__length_hint__", "($self, /)", Native::N0(hint))], getset: &[] };

static DEF: TypeDef = TypeDef {
    doc: "A list-like sequence optimized for data accesses near its endpoints.",
    sig: "([iterable[, maxlen]])",
    methods: &[
        Def::new("append", "($self, item, /)", Native::N1(append)), Def::new("appendleft", "($self, item, /)", Native::N1(appendleft)),
        Def::new("extend", "($self, iterable, /)", Native::N1(extend)), Def::new("extendleft", "($self, iterable, /)", Native::N1(|vm, o, i| extend_to(vm, o, i, true))),
        Def::new("pop", "($self, /)", Native::N0(pop)), Def::new("popleft", "($self, /)", Native::N0(popleft)), Def::new("clear", "($self, /)", Native::N0(clear)),
        Def::new("rotate", "($self, n=1, /)", Native::Var(rotate, 0, 1)), Def::new("reverse", "($self, /)", Native::N0(reverse)),
        Def::new("index", "($self, value, [start, [stop]])", Native::Var(index, 1, 3)), Def::new("count", "($self, value, /)", Native::N1(count)),
        Def::new("remove", "($self, value, /)", Native::N1(remove)), Def::new("insert", "($self, index, value, /)", Native::N2(insert)),
        Def::new("copy", "($self, /)", Native::N0(copy)), Def::new("__copy__", "($self, /)", Native::N0(copy)), Def::new("__reduce__", "($self, /)", Native::N0(reduce)),
        Def::new("__reversed__", "($self, /)", Native::N0(|vm, o| make_iter(vm, o, true))),
        Def::class("__class_getitem__", "($type, object, /)", Native::N1(|vm, c, i| vm.new_generic_alias(c, i))),
    ],
    getset: &[GetSet::ro("maxlen", |vm, o| match d(o).max.get() { Some(m) => vm.new_int(m as i64), None => Ok(vm.none()) })],
};

/// Makes the types.
pub fn exec(vm: &mut Vm, ns: &Ref<PyDict>) -> PyResult<()> {
    let gc = TypeFlags::GC.bits();
    let slots = Slots {
        new: Some(new), init: Some(init), repr: Some(repr), hash: None, iter: Some(|vm, o| make_iter(vm, o, false)), len: Some(|vm, o| Ok(items(vm, o).len())), getitem: Some(getitem),
        setitem: Some(setitem), contains: Some(contains), compare: Some(compare), concat: Some(concat), inplace_concat: Some(inplace_concat), repeat: Some(repeat),
        inplace_repeat: Some(inplace_repeat), ..Slots::default()
    };
    let ty = vm.new_native_type::<Deque>("collections", "deque", None, gc | TypeFlags::WEAKREF.bits() | vm_flags::BASETYPE | vm_flags::SEQUENCE, slots, &DEF)?;
    let (key, none) = (vm.names.__hash__.clone(), vm.none());
    ty.dict().set_item(vm, &key, &none)?;
    set_type(vm, ns, &ty)?;
    let slots = Slots { iter: Some(|_, o| Ok(o.clone())), next: Some(next), ..Slots::default() };
    let iter = vm.new_native_type::<Iter>("_collections", "_deque_iterator", None, gc | vm_flags::NO_NEW, slots, &ITER)?;
    set(vm, ns, "_deque_iterator", iter.obj())
}
