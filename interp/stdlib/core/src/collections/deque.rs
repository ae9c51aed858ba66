//! `deque`: a double-ended queue, on a ring buffer.
//!
//! Not here: its iterators (`deque_iter.rs`).

use std::cell::Cell;
use std::collections::VecDeque;

use instar_code::Compare;
use instar_object::{TraceField, TypeFlags, Word};
use instar_vm::args::{Args, Signature};
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::object::Guarded;
use instar_vm::slots::Slots;
use instar_vm::typeobj::{vm_flags, TypeRef};
use instar_vm::types::dict::PyDict;
use instar_vm::types::int::int_ref;
use instar_vm::{payload, trace, ObjExt, Owned, PyResult, Raised, Ref, Vm};

use super::deque_iter::new_iter;
use crate::support::{given, set_type};

/// A ring of owned references.
#[derive(Default)]
struct Ring(VecDeque<Owned>);

// SAFETY: visits each owned handle once.
unsafe impl TraceField for Ring {
    fn trace_field(&self, visit: &mut dyn FnMut(Word)) { for o in &self.0 { visit(o.word()) } }
    fn clear_field(&mut self) { drop(std::mem::take(&mut self.0)) }
}

/// Payload of a deque.
pub struct Deque {
    items: Guarded<Ring>,
    max: Cell<Option<usize>>,
    /// Counts changes of length and order, for iterators.
    pub changes: Cell<u64>,
}
trace! { Deque { items } }
instar_vm::fields! { Deque { items, max, changes } }
payload!(Deque, "deque");

/// The deque behind `self`.
pub fn this(o: &Owned) -> &Ref<Deque> { o.cast().expect("law: checked by the descriptor") }
/// Its items.
pub fn items<'a>(vm: &'a Vm, o: &'a Owned) -> &'a VecDeque<Owned> { &this(o).items.get(vm).0 }
/// Its items, to change.
fn items_mut<'a>(vm: &'a mut Vm, o: &'a Owned) -> &'a mut VecDeque<Owned> {
    let d = this(o);
    d.changes.set(d.changes.get().wrapping_add(1));
    &mut d.items.get_mut(vm).0
}
fn all(vm: &Vm, o: &Owned) -> PyResult<Vec<Owned>> {
    let ring = items(vm, o);
    let mut copy = Vec::new();
    copy.try_reserve_exact(ring.len()).map_err(|_| vm.no_memory())?;
    copy.extend(ring.iter().cloned());
    Ok(copy)
}

fn new(vm: &mut Vm, ty: &TypeRef, _: Args<'_>) -> PyResult {
    Ok(vm.new_object_of(ty, Deque { items: Guarded::default(), max: Cell::new(None), changes: Cell::new(0) })?.into_obj())
}

fn init(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult<()> {
    let a = args.bind(vm, "deque", const { &Signature::parse("(iterable=None, maxlen=None)") })?;
    let max = match given(vm, a[1].as_ref()) {
        Some(m) => {
            if int_ref(&m).is_none() { return Err(vm.type_error("an integer is required")) }
            let n = vm.size_argument(&m)?;
            let Ok(n) = usize::try_from(n) else { return Err(vm.value_error("maxlen must be non-negative")) };
            Some(n)
        }
        None => None,
    };
    this(o).max.set(max);
    clear(vm, o)?;
    match &a[0] { Some(i) => extend(vm, o, i).map(drop), None => Ok(()) }
}

/// Adds at one end; what falls out at the other end is dropped afterwards.
fn add(vm: &mut Vm, o: &Owned, item: Owned, left: bool) -> PyResult<()> {
    let max = this(o).max.get();
    let ring = items_mut(vm, o);
    if ring.len() == ring.capacity() && ring.try_reserve(1).is_err() { return Err(vm.no_memory()) }
    if left { ring.push_front(item) } else { ring.push_back(item) }
    let lost = if max.is_some_and(|m| ring.len() > m) { if left { ring.pop_back() } else { ring.pop_front() } } else { None };
    drop(lost);
    Ok(())
}

fn append(vm: &mut Vm, o: &Owned, item: &Owned) -> PyResult { add(vm, o, item.clone(), false)?; Ok(vm.none()) }
fn appendleft(vm: &mut Vm, o: &Owned, item: &Owned) -> PyResult { add(vm, o, item.clone(), true)?; Ok(vm.none()) }

fn extend_to(vm: &mut Vm, o: &Owned, iterable: &Owned, left: bool) -> PyResult {
    let source = if iterable.is(o) { let i = all(vm, o)?; vm.new_list(i)?.into_obj() } else { iterable.clone() };
    let it = vm.iter(&source)?;
    while let Some(item) = vm.next(&it)? { add(vm, o, item, left)? }
    Ok(vm.none())
}
fn extend(vm: &mut Vm, o: &Owned, i: &Owned) -> PyResult { extend_to(vm, o, i, false) }
fn extendleft(vm: &mut Vm, o: &Owned, i: &Owned) -> PyResult { extend_to(vm, o, i, true) }

fn empty(vm: &mut Vm) -> Raised { vm.index_error("pop from an empty deque") }
fn pop(vm: &mut Vm, o: &Owned) -> PyResult { match items_mut(vm, o).pop_back() { Some(i) => Ok(i), None => Err(empty(vm)) } }
fn popleft(vm: &mut Vm, o: &Owned) -> PyResult { match items_mut(vm, o).pop_front() { Some(i) => Ok(i), None => Err(empty(vm)) } }
fn clear(vm: &mut Vm, o: &Owned) -> PyResult { let old = std::mem::take(items_mut(vm, o)); drop(old); Ok(vm.none()) }

fn rotate(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult {
    let n = match args.first() { Some(n) => vm.size_argument(n)?, None => 1 };
    if items(vm, o).len() > 1 {
        let ring = items_mut(vm, o);
        let k = n.rem_euclid(ring.len() as isize) as usize;
        ring.rotate_right(k);
    }
    Ok(vm.none())
}

fn reverse(vm: &mut Vm, o: &Owned) -> PyResult { this(o).items.get_mut(vm).0.make_contiguous().reverse(); Ok(vm.none()) }

/// RuntimeError of iteration over a deque that changed.
pub fn changed(vm: &mut Vm) -> Raised { vm.runtime_error("deque mutated during iteration") }

/// How many from `start` to `stop` equal `value`, until `enough`; and the index behind the last looked at.
fn search(vm: &mut Vm, o: &Owned, value: &Owned, (start, stop): (usize, usize), enough: usize, mutated: fn(&mut Vm) -> Raised) -> PyResult<(usize, usize)> {
    let changes = this(o).changes.get();
    let (mut found, mut i) = (0, start);
    while i < stop && found < enough {
        let Some(item) = items(vm, o).get(i).cloned() else { break };
        let equal = vm.equal(&item, value)?;
        if this(o).changes.get() != changes { return Err(mutated(vm)) }
        found += usize::from(equal);
        i += 1;
    }
    Ok((found, i))
}

/// A bound of `index`, as in slices.
fn bound(vm: &mut Vm, a: Option<&Owned>, default: usize, len: usize) -> PyResult<usize> {
    let Some(a) = a else { return Ok(default) };
    if !vm.has_index(a) { return Err(vm.type_error("slice indices must be integers or have an __index__ method")) }
    let n = vm.index_isize_clamped(a)?;
    Ok(usize::try_from(n).unwrap_or_else(|_| n.saturating_add_unsigned(len).max(0) as usize))
}

fn index(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult {
    let len = items(vm, o).len();
    let (start, stop) = (bound(vm, args.get(1), 0, len)?, bound(vm, args.get(2), len, len)?.min(len));
    match search(vm, o, &args[0], (start, stop), 1, changed)? {
        (0, _) => Err(vm.value_error("deque.index(x): x not in deque")),
        (_, behind) => vm.new_usize(behind - 1),
    }
}

fn count(vm: &mut Vm, o: &Owned, value: &Owned) -> PyResult {
    let len = items(vm, o).len();
    let (n, _) = search(vm, o, value, (0, len), usize::MAX, changed)?;
    vm.new_usize(n)
}

fn contains(vm: &mut Vm, o: &Owned, value: &Owned) -> PyResult<bool> {
    let len = items(vm, o).len();
    Ok(search(vm, o, value, (0, len), 1, changed)?.0 > 0)
}

fn remove(vm: &mut Vm, o: &Owned, value: &Owned) -> PyResult {
    let len = items(vm, o).len();
    match search(vm, o, value, (0, len), 1, |vm| vm.index_error("deque mutated during remove()."))? {
        (0, _) => Err(vm.value_error("deque.remove(x): x not in deque")),
        (_, behind) => { let old = items_mut(vm, o).remove(behind - 1); drop(old); Ok(vm.none()) }
    }
}

fn insert(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult {
    let n = vm.size_argument(&args[0])?;
    let len = items(vm, o).len();
    if this(o).max.get() == Some(len) { return Err(vm.index_error("deque already at its maximum size")) }
    let at = usize::try_from(n).map_or_else(|_| n.saturating_add_unsigned(len).max(0) as usize, |n| n.min(len));
    let ring = items_mut(vm, o);
    if ring.try_reserve(1).is_err() { return Err(vm.no_memory()) }
    ring.insert(at, args[1].clone());
    Ok(vm.none())
}

fn copy(vm: &mut Vm, o: &Owned) -> PyResult {
    let max = this(o).max.get();
    if o.is_exact::<Deque>(vm) {
        let ring = Ring(all(vm, o)?.into());
        return Ok(vm.new_object(Deque { items: Guarded::new(ring), max: Cell::new(max), changes: Cell::new(0) })?.into_obj());
    }
    let ty = o.type_of(vm).obj().clone();
    let new = match max { Some(m) => { let m = vm.new_usize(m)?; vm.call2(&ty, o, &m)? } None => vm.call1(&ty, o)? };
    if new.cast::<Deque>().is_none() {
        let t = new.type_name(vm);
        return Err(vm.type_error(format!("deque() or its subclass must return a deque, not {t}")));
    }
    Ok(new)
}

fn place(vm: &mut Vm, o: &Owned, i: &Owned) -> PyResult<usize> {
    if !i.word().is_int() && i.type_of(vm).slots().index.is_none() {
        let t = i.type_name(vm);
        return Err(vm.type_error(format!("sequence index must be integer, not '{t}'")));
    }
    let n = vm.item_index(i)?;
    let len = items(vm, o).len();
    let k = if n < 0 { n.checked_add_unsigned(len) } else { Some(n) };
    match k.and_then(|k| usize::try_from(k).ok()).filter(|k| *k < len) { Some(k) => Ok(k), None => Err(vm.index_error("deque index out of range")) }
}

fn getitem(vm: &mut Vm, o: &Owned, i: &Owned) -> PyResult { let k = place(vm, o, i)?; Ok(items(vm, o)[k].clone()) }

fn setitem(vm: &mut Vm, o: &Owned, i: &Owned, value: Option<&Owned>) -> PyResult<()> {
    let k = place(vm, o, i)?;
    let old = match value { Some(v) => Some(std::mem::replace(&mut this(o).items.get_mut(vm).0[k], v.clone())), None => items_mut(vm, o).remove(k) };
    drop(old);
    Ok(())
}

fn compare(vm: &mut Vm, a: &Owned, b: &Owned, op: Compare) -> PyResult {
    if b.cast::<Deque>().is_none() { return Ok(vm.not_implemented()) }
    let (n, m) = (items(vm, a).len(), items(vm, b).len());
    if n != m && matches!(op, Compare::Eq | Compare::Ne) { return Ok(vm.bool(op == Compare::Ne)) }
    let (x, y) = (all(vm, a)?, all(vm, b)?);
    let (x, y) = (vm.new_list(x)?.into_obj(), vm.new_list(y)?.into_obj());
    vm.rich_compare(&x, &y, op)
}

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    vm.check_native_stack(" while getting the repr of an object")?;
    if !vm.repr_enter(o) { return vm.new_str("[...]") }
    let items = all(vm, o).and_then(|i| vm.new_list(i));
    let text = items.and_then(|list| vm.repr(list.obj()));
    vm.repr_leave(o);
    let (text, name, max) = (text?, o.bare_type_name(vm), this(o).max.get());
    let head = vm.new_str(&format!("{name}("))?;
    let tail = vm.new_str(&match max { Some(m) => format!(", maxlen={m})"), None => ")".to_owned() })?;
    instar_vm::types::str::join(vm, &[head, text, tail])
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
    if !n.word().is_int() && n.type_of(vm).slots().index.is_none() { return Ok(vm.not_implemented()) }
    let n = vm.count_index(n)?;
    let old = all(vm, o)?;
    let Some(mut n) = usize::try_from(n).ok().filter(|n| *n > 0 && !old.is_empty()) else { clear(vm, o)?; return Ok(o.clone()) };
    match this(o).max.get() {
        // As many rounds as fill it.
        Some(max) => n = n.min(max.div_ceil(old.len()).max(1)),
        None => {
            let more = old.len().checked_mul(n - 1);
            if more.is_none_or(|more| items_mut(vm, o).try_reserve(more).is_err()) { return Err(vm.no_memory()) }
        }
    }
    for _ in 1..n { for i in &old { add(vm, o, i.clone(), false)? } }
    Ok(o.clone())
}

fn repeat(vm: &mut Vm, o: &Owned, n: &Owned) -> PyResult {
    if !n.word().is_int() && n.type_of(vm).slots().index.is_none() { return Ok(vm.not_implemented()) }
    let new = copy(vm, o)?;
    inplace_repeat(vm, &new, n)
}

fn reduce(vm: &mut Vm, o: &Owned) -> PyResult {
    let key = vm.names.__getstate__.clone();
    let state = vm.call_method(o, &key, &[])?;
    let args = match this(o).max.get() {
        Some(m) => vec![vm.consts.empty_tuple.obj().clone(), vm.new_usize(m)?],
        None => Vec::new(),
    };
    let args = vm.new_tuple(args)?.into_obj();
    let parts = [o.type_of(vm).obj().clone(), args, state, vm.iter(o)?];
    Ok(vm.new_tuple(parts)?.into_obj())
}

static DEF: TypeDef = TypeDef {
    doc: "A list-like sequence optimized for data accesses near its endpoints.",
    sig: "([iterable[, maxlen]])",
    methods: &[
        Def::new("append", "($self, item, /)", Native::N1(append)).doc("Add an element to the right side of the deque."),
        Def::new("appendleft", "($self, item, /)", Native::N1(appendleft)).doc("Add an element to the left side of the deque."),
        Def::new("extend", "($self, iterable, /)", Native::N1(extend)).doc("Extend the right side of the deque with elements from the iterable."),
        Def::new("extendleft", "($self, iterable, /)", Native::N1(extendleft)).doc("Extend the left side of the deque with elements from the iterable."),
        Def::new("pop", "($self, /)", Native::N0(pop)).doc("Remove and return the rightmost element."),
        Def::new("popleft", "($self, /)", Native::N0(popleft)).doc("Remove and return the leftmost element."),
        Def::new("clear", "($self, /)", Native::N0(clear)).doc("Remove all elements from the deque."),
        Def::new("rotate", "($self, n=1, /)", Native::Var(rotate, 0, 1)).doc("Rotate the deque n steps to the right.  If n is negative, rotates left."),
        Def::new("reverse", "($self, /)", Native::N0(reverse)).doc("Reverse *IN PLACE*."),
        Def::new("index", "($self, value, [start, [stop]])", Native::Var(index, 1, 3)).doc("Return first index of value.\n\nRaises ValueError if the value is not present."),
        Def::new("count", "($self, value, /)", Native::N1(count)).doc("Return number of occurrences of value."),
        Def::new("remove", "($self, value, /)", Native::N1(remove)).doc("Remove first occurrence of value."),
        Def::new("insert", "($self, index, value, /)", Native::Var(insert, 2, 2)).doc("Insert value before index."),
        Def::new("copy", "($self, /)", Native::N0(copy)).doc("Return a shallow copy of a deque."),
        Def::new("__copy__", "($self, /)", Native::N0(copy)).doc("Return a shallow copy of a deque."),
        Def::new("__reduce__", "($self, /)", Native::N0(reduce)).doc("Return state information for pickling."),
        Def::new("__reversed__", "($self, /)", Native::N0(|vm, o| new_iter(vm, o, true))).doc("Return a reverse iterator over the deque."),
        Def::class("__class_getitem__", "($type, object, /)", Native::N1(|vm, c, i| vm.new_generic_alias(c, i))).doc("See PEP 585"),
    ],
    getset: &[GetSet { doc: "maximum size of a deque or None if unbounded", ..GetSet::ro("maxlen", |vm, o| match this(o).max.get() { Some(m) => vm.new_usize(m), None => Ok(vm.none()) }) }],
};

/// Makes the type.
pub fn exec(vm: &mut Vm, ns: &Ref<PyDict>) -> PyResult<()> {
    let slots = Slots {
        new: Some(new), init: Some(init), repr: Some(repr), iter: Some(|vm, o| new_iter(vm, o, false)), len: Some(|vm, o| Ok(items(vm, o).len())),
        getitem: Some(getitem), setitem: Some(setitem), contains: Some(contains), compare: Some(compare), concat: Some(concat),
        inplace_concat: Some(inplace_concat), repeat: Some(repeat), inplace_repeat: Some(inplace_repeat), ..Slots::default()
    };
    let flags = TypeFlags::GC.bits() | TypeFlags::WEAKREF.bits() | vm_flags::BASETYPE | vm_flags::SEQUENCE;
    let ty = vm.new_native_type::<Deque>("collections", "deque", None, flags, slots, &DEF)?;
    set_type(vm, ns, &ty)
}
