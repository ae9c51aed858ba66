//! `range`: arithmetic progressions of ints.
//!
//! Bounds that fit 64 bits (and whose length does) are kept as native numbers; the rest as int objects.
//! Not here: the iterators (`range_iter.rs`).

use instar_base_hash::TupleHasher;
use instar_code::{Binary, Compare};

use crate::{payload, trace};
use crate::args::{check_count, Args};
use crate::native::{Def, GetSet, Native, TypeDef};
use crate::object::{ObjExt, Owned, Ref, TraceField, Word};
use crate::slots::Slots;
use crate::typeobj::TypeRef;
use crate::types::int::{int_ref, IntRef};
use crate::types::range_iter::{PyLongRangeIter, PyRangeIter};
use crate::types::slice::{long_indices, PySlice};
use crate::vm::{PyResult, Raised, Vm};

/// A range of native numbers. The items `start + i * step` for `i < len` all fit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Small {
    /// First item.
    pub start: i64,
    /// Bound.
    pub stop: i64,
    /// Difference of two items, not zero.
    pub step: i64,
    /// Number of items.
    pub len: i64,
}

/// A range of int objects.
pub(crate) struct Big {
    pub(crate) start: Owned,
    pub(crate) stop: Owned,
    pub(crate) step: Owned,
    pub(crate) len: Owned,
}

/// The two forms.
pub(crate) enum Bounds {
    Small(Small),
    Big(Box<Big>),
}

// SAFETY: visits the four handles of the big form.
unsafe impl TraceField for Bounds {
    fn trace_field(&self, visit: &mut dyn FnMut(Word)) {
        if let Bounds::Big(b) = self {
            for part in [&b.start, &b.stop, &b.step, &b.len] { visit(part.word()) }
        }
    }
    fn clear_field(&mut self) {}
}

/// Payload of `range`.
pub struct PyRange {
    pub(crate) bounds: Bounds,
}

trace! { PyRange { bounds } }
crate::fields! { PyRange { bounds } }
payload!(PyRange, "range", range, Bare);

impl Small {
    /// `None` if the length does not fit.
    pub fn new(start: i64, stop: i64, step: i64) -> Option<Small> {
        let (low, high) = if step > 0 { (start, stop) } else { (stop, start) };
        let len = if low >= high { 0 } else { (high.abs_diff(low) - 1) / step.unsigned_abs() + 1 };
        Some(Small { start, stop, step, len: i64::try_from(len).ok()? })
    }
    /// Item `i`, `i < len`.
    #[inline]
    pub fn item(&self, i: i64) -> i64 { self.start.wrapping_add(i.wrapping_mul(self.step)) }
    /// Whether an iterator may step from item to item without leaving 64 bits, the step after the last item included.
    fn steps_fit(&self) -> bool {
        self.len == 0 || if self.step > 0 { self.stop <= i64::MAX - (self.step - 1) } else { self.stop >= i64::MIN + (-1 - self.step) }
    }
    /// The same backwards, from the last item to the one before the first.
    fn steps_back_fit(&self) -> bool { self.step != i64::MIN && self.start.checked_sub(self.step).is_some() }
    /// Position of `value`.
    fn position(&self, value: i64) -> Option<i64> {
        if self.len == 0 { return None }
        let (first, last) = (self.item(0), self.item(self.len - 1));
        let (low, high) = if self.step > 0 { (first, last) } else { (last, first) };
        if value < low || value > high { return None }
        let distance = value.abs_diff(first);
        let step = self.step.unsigned_abs();
        if distance % step == 0 { Some((distance / step) as i64) } else { None }
    }
}

impl PyRange {
    /// The native form, if it has one.
    #[inline]
    pub fn small(&self) -> Option<Small> { if let Bounds::Small(s) = self.bounds { Some(s) } else { None } }
}

impl Vm {
    /// `range(start, stop, step)` of native numbers.
    pub fn new_range(&mut self, start: i64, stop: i64, step: i64) -> PyResult<Ref<PyRange>> {
        let (start, stop, step) = (self.new_int(start)?, self.new_int(stop)?, self.new_int(step)?);
        make(self, start, stop, step)
    }
}

fn small_int(o: &Owned) -> Option<i64> { if let Some(IntRef::Small(n)) = int_ref(o) { Some(n) } else { None } }

/// A range of exact ints.
fn make(vm: &mut Vm, start: Owned, stop: Owned, step: Owned) -> PyResult<Ref<PyRange>> {
    if let (Some(a), Some(b), Some(c)) = (small_int(&start), small_int(&stop), small_int(&step)) {
        if c == 0 { return Err(zero_step(vm)) }
        if let Some(small) = Small::new(a, b, c) { return vm.new_object(PyRange { bounds: Bounds::Small(small) }) }
    }
    if small_int(&step) == Some(0) { return Err(zero_step(vm)) }
    let len = big_len(vm, &start, &stop, &step)?;
    vm.new_object(PyRange { bounds: Bounds::Big(Box::new(Big { start, stop, step, len })) })
}

#[cold]
fn zero_step(vm: &Vm) -> Raised { vm.value_error("range() arg 3 must not be zero") }

/// Number of items: `(distance - 1) // |step| + 1`, or 0.
fn big_len(vm: &mut Vm, start: &Owned, stop: &Owned, step: &Owned) -> PyResult {
    let (zero, one) = (vm.new_int(0)?, vm.new_int(1)?);
    let down = vm.compare_bool(step, &zero, Compare::Lt)?;
    let (low, high) = if down { (stop, start) } else { (start, stop) };
    if vm.compare_bool(low, high, Compare::Ge)? { return Ok(zero) }
    let step = if down { vm.negative(step)? } else { step.clone() };
    let distance = vm.binary(Binary::Sub, high, low)?;
    let distance = vm.binary(Binary::Sub, &distance, &one)?;
    let whole = vm.binary(Binary::FloorDiv, &distance, &step)?;
    vm.binary(Binary::Add, &whole, &one)
}

fn this_range(this: &Owned) -> &Ref<PyRange> { this.cast::<PyRange>().expect("law: checked by the descriptor") }

/// start, stop, step and length as ints.
fn parts(vm: &Vm, range: &PyRange) -> PyResult<[Owned; 4]> {
    Ok(match &range.bounds {
        Bounds::Small(s) => [vm.new_int(s.start)?, vm.new_int(s.stop)?, vm.new_int(s.step)?, vm.new_int(s.len)?],
        Bounds::Big(b) => [b.start.clone(), b.stop.clone(), b.step.clone(), b.len.clone()],
    })
}

fn part(vm: &mut Vm, this: &Owned, i: usize) -> PyResult { Ok(parts(vm, this_range(this))?[i].clone()) }

/// Docs, methods and attributes of `range`.
pub static DEF: TypeDef = TypeDef {
    doc: "range(stop) -> 0, 1, ... below stop\nrange(start, stop[, step]) -> start, start + step, ... before stop",
    sig: "",
    methods: &[
        Def::new("__reversed__", "($self, /)", Native::N0(reversed)).doc("An iterator from the last item to the first."),
        Def::new("__reduce__", "($self, /)", Native::N0(reduce)),
        Def::new("count", "($self, object, /)", Native::N1(count)).doc("How many items equal object."),
        Def::new("index", "($self, object, /)", Native::N1(index)).doc("Position of object; ValueError if it is not there."),
    ],
    getset: &[GetSet::member("start", |vm, this| part(vm, this, 0)), GetSet::member("stop", |vm, this| part(vm, this, 1)), GetSet::member("step", |vm, this| part(vm, this, 2))],
};

/// Fills the type.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.range.clone();
    let slots = Slots {
        new: Some(new), repr: Some(repr), hash: Some(hash), compare: Some(compare), iter: Some(iter), len: Some(len), bool: Some(truth),
        getitem: Some(getitem), contains: Some(contains),
        ..Slots::default()
    };
    vm.fill_type(&ty, slots, &DEF)
}

fn new(vm: &mut Vm, _ty: &TypeRef, args: Args<'_>) -> PyResult {
    if let ([stop], []) = (args.pos(), args.kwnames()) && let Some(n) = vm.plain_int(stop) {
        let small = Small { start: 0, stop: n, step: 1, len: n.max(0) };
        return Ok(vm.new_object(PyRange { bounds: Bounds::Small(small) })?.into_obj());
    }
    args.no_keywords(vm, "range")?;
    check_count(vm, "range", args.pos().len(), 1, 3)?;
    let pos = args.pos();
    let (start, stop) = if pos.len() == 1 { (vm.new_int(0)?, vm.index(&pos[0])?) } else { (vm.index(&pos[0])?, vm.index(&pos[1])?) };
    let step = match pos.get(2) { Some(step) => vm.index(step)?, None => vm.new_int(1)? };
    Ok(make(vm, start, stop, step)?.into_obj())
}

fn repr(vm: &mut Vm, this: &Owned) -> PyResult {
    let [start, stop, step, _] = parts(vm, this_range(this))?;
    let (a, b) = (vm.repr_text(&start)?, vm.repr_text(&stop)?);
    let text = if small_int(&step) == Some(1) { format!("range({a}, {b})") } else { format!("range({a}, {b}, {})", vm.repr_text(&step)?) };
    vm.new_str(&text)
}

/// What decides equality: the length, then the first item, then the step of ranges with more than one item.
fn essence(vm: &Vm, range: &PyRange) -> PyResult<[Owned; 3]> {
    let [start, _, step, len] = parts(vm, range)?;
    Ok(match small_int(&len) {
        Some(0) => [len, vm.none(), vm.none()],
        Some(1) => [len, start, vm.none()],
        _ => [len, start, step],
    })
}

fn hash(vm: &mut Vm, this: &Owned) -> PyResult<i64> {
    let mut hasher = TupleHasher::new();
    for part in essence(vm, this_range(this))? { hasher.push(vm.hash(&part)?) }
    Ok(hasher.finish())
}

fn compare(vm: &mut Vm, this: &Owned, other: &Owned, op: Compare) -> PyResult {
    let (Some(a), Some(b)) = (this.cast::<PyRange>(), other.cast::<PyRange>()) else { return Ok(vm.not_implemented()) };
    if !matches!(op, Compare::Eq | Compare::Ne) { return Ok(vm.not_implemented()) }
    let mut equal = true;
    for (x, y) in essence(vm, a)?.iter().zip(&essence(vm, b)?) { equal = equal && vm.equal(x, y)? }
    Ok(vm.bool(equal == (op == Compare::Eq)))
}

fn iter(vm: &mut Vm, this: &Owned) -> PyResult {
    match &this_range(this).bounds {
        Bounds::Small(s) if s.steps_fit() => Ok(vm.new_object(PyRangeIter::new(s.start, s.step, s.len))?.into_obj()),
        _ => {
            let [start, _, step, len] = parts(vm, this_range(this))?;
            Ok(vm.new_object(PyLongRangeIter::new(start, step, len))?.into_obj())
        }
    }
}

fn reversed(vm: &mut Vm, this: &Owned) -> PyResult {
    match &this_range(this).bounds {
        Bounds::Small(s) if s.steps_back_fit() => {
            Ok(vm.new_object(PyRangeIter::new(s.item(s.len - 1), -s.step, s.len))?.into_obj())
        }
        _ => {
            let [start, _, step, len] = parts(vm, this_range(this))?;
            let one = vm.new_int(1)?;
            let last = vm.binary(Binary::Sub, &len, &one)?;
            let last = vm.binary(Binary::Mul, &last, &step)?;
            let last = vm.binary(Binary::Add, &start, &last)?;
            let back = vm.negative(&step)?;
            Ok(vm.new_object(PyLongRangeIter::new(last, back, len))?.into_obj())
        }
    }
}

fn len(vm: &mut Vm, this: &Owned) -> PyResult<usize> {
    match &this_range(this).bounds {
        Bounds::Small(s) => Ok(s.len as usize),
        Bounds::Big(b) => match small_int(&b.len) {
            Some(n) => Ok(n as usize),
            None => Err(vm.overflow_error("Python int too large to convert to C ssize_t")),
        },
    }
}

fn truth(_vm: &mut Vm, this: &Owned) -> PyResult<bool> {
    Ok(match &this_range(this).bounds {
        Bounds::Small(s) => s.len != 0,
        Bounds::Big(b) => small_int(&b.len) != Some(0),
    })
}

fn getitem(vm: &mut Vm, this: &Owned, key: &Owned) -> PyResult {
    let range = this_range(this);
    if vm.has_index(key) {
        let i = vm.index(key)?;
        if let (Some(s), Some(n)) = (range.small(), small_int(&i)) {
            let n = if n < 0 { n.saturating_add(s.len) } else { n };
            if n < 0 || n >= s.len { return Err(vm.index_error("range object index out of range")) }
            return vm.new_int(s.item(n));
        }
        return big_item(vm, range, i);
    }
    let Some(slice) = key.cast::<PySlice>() else { return Err(vm.bad_subscript("range", key)) };
    let [start, _, step, len] = parts(vm, range)?;
    let (from, to, by) = long_indices(vm, slice, &len)?;
    let at = |vm: &mut Vm, i: &Owned| -> PyResult {
        let offset = vm.binary(Binary::Mul, i, &step)?;
        vm.binary(Binary::Add, &start, &offset)
    };
    let (from, to) = (at(vm, &from)?, at(vm, &to)?);
    let by = vm.binary(Binary::Mul, &by, &step)?;
    Ok(make(vm, from, to, by)?.into_obj())
}

fn big_item(vm: &mut Vm, range: &PyRange, i: Owned) -> PyResult {
    let [start, _, step, len] = parts(vm, range)?;
    let zero = vm.new_int(0)?;
    let i = if vm.compare_bool(&i, &zero, Compare::Lt)? { vm.binary(Binary::Add, &i, &len)? } else { i };
    if vm.compare_bool(&i, &zero, Compare::Lt)? || vm.compare_bool(&i, &len, Compare::Ge)? {
        return Err(vm.index_error("range object index out of range"));
    }
    let offset = vm.binary(Binary::Mul, &i, &step)?;
    vm.binary(Binary::Add, &start, &offset)
}

fn is_plain_int(vm: &Vm, o: &Owned) -> bool {
    let ty = o.type_of(vm).ptr();
    ty == vm.types.int.ptr() || ty == vm.types.bool.ptr()
}

/// Position of an exact int, as an int; `None` if it is not in the range.
fn position(vm: &mut Vm, range: &PyRange, x: &Owned) -> PyResult<Option<Owned>> {
    if let Some(s) = range.small() {
        let found = small_int(x).and_then(|n| s.position(n));
        return match found { Some(i) => Ok(Some(vm.new_int(i)?)), None => Ok(None) };
    }
    let [start, stop, step, _] = parts(vm, range)?;
    let zero = vm.new_int(0)?;
    let up = vm.compare_bool(&step, &zero, Compare::Gt)?;
    let (within_start, within_stop) = if up { (Compare::Ge, Compare::Lt) } else { (Compare::Le, Compare::Gt) };
    if !vm.compare_bool(x, &start, within_start)? || !vm.compare_bool(x, &stop, within_stop)? { return Ok(None) }
    let distance = vm.binary(Binary::Sub, x, &start)?;
    let rest = vm.binary(Binary::Mod, &distance, &step)?;
    if !vm.equal(&rest, &zero)? { return Ok(None) }
    Ok(Some(vm.binary(Binary::FloorDiv, &distance, &step)?))
}

fn contains(vm: &mut Vm, this: &Owned, x: &Owned) -> PyResult<bool> {
    if is_plain_int(vm, x) { return Ok(position(vm, this_range(this), x)?.is_some()) }
    vm.contains_by_iteration(this, x)
}

fn count(vm: &mut Vm, this: &Owned, x: &Owned) -> PyResult {
    if is_plain_int(vm, x) {
        let found = position(vm, this_range(this), x)?.is_some();
        return vm.new_int(i64::from(found));
    }
    let it = iter(vm, this)?;
    let mut n = 0;
    while let Some(item) = vm.next(&it)? { n += i64::from(vm.equal(&item, x)?) }
    vm.new_int(n)
}

fn index(vm: &mut Vm, this: &Owned, x: &Owned) -> PyResult {
    if is_plain_int(vm, x) {
        return match position(vm, this_range(this), x)? {
            Some(i) => Ok(i),
            None => Err(vm.value_error("range.index(x): x not in range")),
        };
    }
    let it = iter(vm, this)?;
    let mut i = 0;
    while let Some(item) = vm.next(&it)? {
        if vm.equal(&item, x)? { return vm.new_int(i) }
        i += 1;
    }
    Err(vm.value_error("sequence.index(x): x not in sequence"))
}

fn reduce(vm: &mut Vm, this: &Owned) -> PyResult {
    let [start, stop, step, _] = parts(vm, this_range(this))?;
    let ty = this.type_of(vm).obj().clone();
    let args = vm.new_tuple([start, stop, step])?.into_obj();
    Ok(vm.new_tuple([ty, args])?.into_obj())
}

#[cfg(test)]
mod tests {
    use super::Small;

    #[test]
    fn lengths_of_extreme_ranges() {
        assert_eq!(Small::new(i64::MIN, i64::MAX, 1), None);
        assert_eq!(Small::new(i64::MIN, i64::MAX, i64::MAX).map(|s| s.len), Some(3));
        assert_eq!(Small::new(i64::MAX, i64::MIN, i64::MIN).map(|s| s.len), Some(2));
        assert_eq!(Small::new(0, 10, 3).map(|s| (s.len, s.item(3))), Some((4, 9)));
        assert_eq!(Small::new(10, 0, 3).map(|s| s.len), Some(0));
    }

    #[test]
    fn position_is_the_inverse_of_item() {
        for (start, stop, step) in [(0, 10, 3), (10, -10, -4), (i64::MIN, i64::MAX, i64::MAX), (5, 5, 1)] {
            let Some(s) = Small::new(start, stop, step) else { panic!("fits") };
            for i in 0..s.len { assert_eq!(s.position(s.item(i)), Some(i)) }
            assert_eq!(s.position(s.item(0).wrapping_sub(1)), None);
        }
    }
}
