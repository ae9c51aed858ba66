//! `slice` and the arithmetic of slicing.
//!
//! [`PySlice::unpack`] may run Python (`__index__`), [`adjust`] cannot: take the length between the two.
//! Not here: what sequences do with the bounds.

use instar_base_hash::TupleHasher;
use instar_code::{Binary, Compare};

use crate::{payload, trace};
use crate::args::{check_count, Args};
use crate::native::{Def, GetSet, Native, TypeDef};
use crate::object::{ObjExt, Owned, Ref};
use crate::slots::Slots;
use crate::typeobj::TypeRef;
use crate::types::container_repr;
use crate::vm::{PyResult, Vm};

/// Payload of `slice`.
#[repr(C)]
pub struct PySlice {
    /// `start`
    pub start: Owned,
    /// `stop`
    pub stop: Owned,
    /// `step`
    pub step: Owned,
}

trace! { PySlice { start, stop, step } }
crate::fields! { PySlice { start, stop, step } }
payload!(PySlice, "slice", slice, Gc { start, stop, step });

/// Index of the `n`-th item of a slice whose bounds are adjusted.
#[inline]
pub fn nth(start: isize, step: isize, n: usize) -> usize { start.wrapping_add(step.wrapping_mul(n as isize)) as usize }

/// Fits bounds to a sequence: `(start, stop, count)`.
#[inline]
pub fn adjust(len: usize, start: isize, stop: isize, step: isize) -> (isize, isize, usize) {
    let len = len as isize;
    let fit = |bound: isize| {
        let low = if step < 0 { -1 } else { 0 };
        let high = if step < 0 { len - 1 } else { len };
        if bound < 0 { bound.saturating_add(len).max(low) } else { bound.min(high) }
    };
    let (start, stop) = (fit(start), fit(stop));
    let count = if step < 0 {
        if stop < start { (start - stop - 1) as usize / step.unsigned_abs() + 1 } else { 0 }
    } else if start < stop {
        (stop - start - 1) as usize / step as usize + 1
    } else {
        0
    };
    (start, stop, count)
}

impl PySlice {
    /// `slice(start, stop, step)`; None where absent.
    pub fn new(start: Owned, stop: Owned, step: Owned) -> Self { PySlice { start, stop, step } }
    /// Start, stop and step as given.
    pub fn parts(&self) -> [Owned; 3] { [self.start.clone(), self.stop.clone(), self.step.clone()] }

    /// The three parts as native numbers, clamped; ValueError for a zero step. May run Python.
    pub fn unpack(&self, vm: &mut Vm) -> PyResult<(isize, isize, isize)> {
        let step = if vm.is_none(&self.step) { 1 } else {
            match slice_index(vm, &self.step)? {
                0 => return Err(vm.value_error("slice step cannot be zero")),
                // Keeps `-step` representable.
                step => step.max(-isize::MAX),
            }
        };
        let start = if vm.is_none(&self.start) { if step < 0 { isize::MAX } else { 0 } } else { slice_index(vm, &self.start)? };
        let stop = if vm.is_none(&self.stop) { if step < 0 { isize::MIN } else { isize::MAX } } else { slice_index(vm, &self.stop)? };
        Ok((start, stop, step))
    }

    /// `(start, stop, step, count)` for a sequence of `len` items that Python code cannot shorten meanwhile.
    pub fn indices(&self, vm: &mut Vm, len: usize) -> PyResult<(isize, isize, isize, usize)> {
        let (start, stop, step) = self.unpack(vm)?;
        let (start, stop, count) = adjust(len, start, stop, step);
        Ok((start, stop, step, count))
    }
}

/// A slice bound that is not None, clamped to the native range.
pub fn slice_index(vm: &mut Vm, bound: &Owned) -> PyResult<isize> {
    if let Some(n) = vm.plain_int(bound) { return Ok(n as isize) }
    if !vm.has_index(bound) { return Err(vm.type_error("slice indices must be integers or None or have an __index__ method")) }
    vm.index_isize_clamped(bound)
}

impl Vm {
    /// `slice(start, stop, step)`.
    pub fn new_slice(&self, start: Owned, stop: Owned, step: Owned) -> PyResult<Ref<PySlice>> { self.new_object(PySlice { start, stop, step }) }
}

fn this_slice(this: &Owned) -> &Ref<PySlice> { this.cast::<PySlice>().expect("law: checked by the descriptor") }

/// Docs, methods and attributes of `slice`.
pub static DEF: TypeDef = TypeDef {
    doc: "slice(stop)\nslice(start, stop[, step])\n\nWhat stands between the brackets of an extended subscript.",
    sig: "",
    methods: &[
        Def::new("indices", "($self, object, /)", Native::N1(indices)).doc("(start, stop, step) fitted to a sequence of the given length."),
        Def::new("__reduce__", "($self, /)", Native::N0(reduce)).doc("Return state information for pickling."),
    ],
    getset: &[GetSet::member("start", |_, this| Ok(this_slice(this).start.clone())), GetSet::member("stop", |_, this| Ok(this_slice(this).stop.clone())),
        GetSet::member("step", |_, this| Ok(this_slice(this).step.clone()))],
};

/// Fills the type.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.slice.clone();
    vm.fill_type(&ty, Slots { new: Some(new), repr: Some(repr), hash: Some(hash), compare: Some(compare), ..Slots::default() }, &DEF)
}

fn new(vm: &mut Vm, _ty: &TypeRef, args: Args<'_>) -> PyResult {
    args.no_keywords(vm, "slice")?;
    check_count(vm, "slice", args.pos().len(), 1, 3)?;
    let none = vm.none();
    let (start, stop, step) = match args.pos() {
        [stop] => (none.clone(), stop.clone(), none),
        [start, stop] => (start.clone(), stop.clone(), none),
        [start, stop, step] => (start.clone(), stop.clone(), step.clone()),
        _ => (none.clone(), none.clone(), none),
    };
    Ok(vm.new_slice(start, stop, step)?.into_obj())
}

fn repr(vm: &mut Vm, this: &Owned) -> PyResult {
    let s = this_slice(this);
    container_repr::plain(vm, |vm, out| {
        out.text(vm, "slice(")?;
        for (i, part) in [&s.start, &s.stop, &s.step].into_iter().enumerate() { out.item(vm, i == 0, part)? }
        out.text(vm, ")")
    })
}

fn hash(vm: &mut Vm, this: &Owned) -> PyResult<i64> {
    let s = this_slice(this);
    let mut hasher = TupleHasher::new();
    for part in [&s.start, &s.stop, &s.step] { hasher.push(vm.hash(part)?) }
    // As the hash of a tuple of three, but CPython leaves out the length at the end.
    let hash = hasher.finish().wrapping_sub(LENGTH_PART);
    Ok(if hash == -1 { 1_546_275_796 } else { hash })
}

/// What the length 3 adds to the hash of a tuple: `3 ^ (PRIME_5 ^ 3527539)` of xxHash's fifth prime.
const LENGTH_PART: i64 = 3 ^ (2_870_177_450_012_600_261 ^ 3_527_539);

fn compare(vm: &mut Vm, this: &Owned, other: &Owned, op: Compare) -> PyResult {
    let (Some(a), Some(b)) = (this.cast::<PySlice>(), other.cast::<PySlice>()) else { return Ok(vm.not_implemented()) };
    if this.is(other) { return Ok(vm.bool(matches!(op, Compare::Eq | Compare::Le | Compare::Ge))) }
    let left = vm.new_tuple([a.start.clone(), a.stop.clone(), a.step.clone()])?.into_obj();
    let right = vm.new_tuple([b.start.clone(), b.stop.clone(), b.step.clone()])?.into_obj();
    vm.rich_compare(&left, &right, op)
}

fn reduce(vm: &mut Vm, this: &Owned) -> PyResult {
    let s = this_slice(this);
    let ty = this.type_of(vm).obj().clone();
    let args = vm.new_tuple([s.start.clone(), s.stop.clone(), s.step.clone()])?.into_obj();
    Ok(vm.new_tuple([ty, args])?.into_obj())
}

fn indices(vm: &mut Vm, this: &Owned, length: &Owned) -> PyResult {
    let length = vm.index(length)?;
    let zero = vm.new_int(0)?;
    if vm.compare_bool(&length, &zero, Compare::Lt)? { return Err(vm.value_error("length should not be negative")) }
    let (start, stop, step) = long_indices(vm, this_slice(this), &length)?;
    Ok(vm.new_tuple([start, stop, step])?.into_obj())
}

/// Slice bounds for a length of any size, as ints.
pub(crate) fn long_indices(vm: &mut Vm, slice: &PySlice, length: &Owned) -> PyResult<(Owned, Owned, Owned)> {
    let zero = vm.new_int(0)?;
    let step = if vm.is_none(&slice.step) { vm.new_int(1)? } else { long_index(vm, &slice.step)? };
    if vm.compare_bool(&step, &zero, Compare::Eq)? { return Err(vm.value_error("slice step cannot be zero")) }
    let down = vm.compare_bool(&step, &zero, Compare::Lt)?;
    let one = vm.new_int(1)?;
    let (low, high) = if down { (vm.new_int(-1)?, vm.binary(Binary::Sub, length, &one)?) } else { (zero.clone(), length.clone()) };
    let mut fit = |bound: &Owned, default: &Owned| -> PyResult {
        if vm.is_none(bound) { return Ok(default.clone()) }
        let mut bound = long_index(vm, bound)?;
        if vm.compare_bool(&bound, &zero, Compare::Lt)? {
            bound = vm.binary(Binary::Add, &bound, length)?;
            Ok(if vm.compare_bool(&bound, &low, Compare::Lt)? { low.clone() } else { bound })
        } else {
            Ok(if vm.compare_bool(&bound, &high, Compare::Gt)? { high.clone() } else { bound })
        }
    };
    let start = fit(&slice.start, if down { &high } else { &low })?;
    let stop = fit(&slice.stop, if down { &low } else { &high })?;
    Ok((start, stop, step))
}

fn long_index(vm: &mut Vm, bound: &Owned) -> PyResult {
    if !vm.has_index(bound) { return Err(vm.type_error("slice indices must be integers or None or have an __index__ method")) }
    vm.index(bound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adjusted_bounds_pick_what_a_model_picks() {
        for len in 0..6usize {
            for start in [isize::MIN, -7, -3, -1, 0, 1, 4, 9, isize::MAX] {
                for stop in [isize::MIN, -8, -2, -1, 0, 2, 5, 9, isize::MAX] {
                    for step in [-isize::MAX, -3, -1, 1, 2, isize::MAX] {
                        let wrap = |b: isize| if b < 0 { b as i128 + len as i128 } else { b as i128 };
                        let (a, b) = (wrap(start), wrap(stop));
                        let (low, high) = if step < 0 { (-1, len as i128 - 1) } else { (0, len as i128) };
                        let (mut at, end) = (a.clamp(low, high), b.clamp(low, high));
                        let mut model = Vec::new();
                        while if step < 0 { at > end } else { at < end } {
                            model.push(at as usize);
                            at += step as i128;
                        }
                        let (first, _, count) = adjust(len, start, stop, step);
                        let picked: Vec<usize> = (0..count).map(|n| nth(first, step, n)).collect();
                        assert_eq!(picked, model, "{len} [{start}:{stop}:{step}]");
                    }
                }
            }
        }
    }
}
