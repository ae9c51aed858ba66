//! Comparison, hashing and truth of any two or one objects.
//!
//! Not here: the comparisons of the types themselves (their `compare` slots) and `isinstance` (`isinstance.rs`).

use instar_code::Compare;

use crate::object::{ObjExt, Owned};
use crate::types::float::float_value;
use crate::types::str::PyStr;
use crate::types::tuple::PyTuple;
use crate::vm::{PyResult, Raised, Vm};

/// TypeError "unhashable type".
#[cold]
pub(crate) fn unhashable(vm: &mut Vm, this: &Owned) -> Raised {
    vm.type_error(format!("unhashable type: '{}'", this.type_name(vm)))
}

/// The result of comparing two totally ordered things.
#[inline]
pub fn ordering_holds(ordering: std::cmp::Ordering, op: Compare) -> bool {
    match op {
        Compare::Lt => ordering.is_lt(),
        Compare::Le => ordering.is_le(),
        Compare::Eq => ordering.is_eq(),
        Compare::Ne => ordering.is_ne(),
        Compare::Gt => ordering.is_gt(),
        Compare::Ge => ordering.is_ge(),
    }
}

/// Levels of tuples in tuples that are compared without a look at the native stack.
const TUPLES_DEEP: u32 = 8;

impl Vm {
    /// `a op b`, any object. The right operand's type goes first if it is a proper subtype of the left one's.
    pub fn rich_compare(&mut self, a: &Owned, b: &Owned, op: Compare) -> PyResult {
        self.check_native_stack(" in comparison")?;
        let (left, right) = (a.type_of(self).slots().compare, b.type_of(self).slots().compare);
        let mut right_done = false;
        if let Some(f) = right {
            let (ta, tb) = (a.type_of(self), b.type_of(self));
            if ta.ptr() != tb.ptr() && tb.is_subtype_of(self, ta) {
                right_done = true;
                let result = f(self, b, a, op.swapped())?;
                if !self.is_not_implemented(&result) { return Ok(result) }
            }
        }
        if let Some(f) = left {
            let result = f(self, a, b, op)?;
            if !self.is_not_implemented(&result) { return Ok(result) }
        }
        if let (Some(f), false) = (right, right_done) {
            let result = f(self, b, a, op.swapped())?;
            if !self.is_not_implemented(&result) { return Ok(result) }
        }
        match op {
            Compare::Eq => Ok(self.bool(a.is(b))),
            Compare::Ne => Ok(self.bool(!a.is(b))),
            _ => Err(self.cannot_order(a, b, op)),
        }
    }

    #[cold]
    fn cannot_order(&mut self, a: &Owned, b: &Owned, op: Compare) -> Raised {
        let (ta, tb) = (a.type_name(self), b.type_name(self));
        self.type_error(format!("'{}' not supported between instances of '{ta}' and '{tb}'", op.symbol()))
    }

    /// Truth of `a op b`; identity decides `==` and `!=` first, as containers do.
    pub fn compare_bool(&mut self, a: &Owned, b: &Owned, op: Compare) -> PyResult<bool> {
        if a.is(b) {
            match op {
                Compare::Eq => return Ok(true),
                Compare::Ne => return Ok(false),
                _ => {}
            }
        }
        if let (Some(x), Some(y)) = (self.plain_int(a), self.plain_int(b)) { return Ok(ordering_holds(x.cmp(&y), op)) }
        let result = self.rich_compare(a, b, op)?;
        self.truth(&result)
    }

    /// `a is b or a == b`.
    #[inline]
    pub fn equal(&mut self, a: &Owned, b: &Owned) -> PyResult<bool> {
        if a.is(b) { return Ok(true) }
        if let Some(answer) = self.equal_without_python(a, b) { return Ok(answer) }
        self.compare_bool(a, b, Compare::Eq)
    }

    /// Equality where no Python code could have a say: of exact strings, ints that fit a word, floats, and tuples of such; `None`
    /// for anything else.
    #[inline]
    pub(crate) fn equal_without_python(&self, a: &Owned, b: &Owned) -> Option<bool> {
        if a.is_exact::<PyStr>(self) && b.is_exact::<PyStr>(self) {
            let (x, y) = (a.cast::<PyStr>()?, b.cast::<PyStr>()?);
            return Some(PyStr::eq(x, y));
        }
        if let (Some(x), Some(y)) = (self.plain_int(a), self.plain_int(b)) { return Some(x == y) }
        self.equal_plain_values(a, b, TUPLES_DEEP)
    }

    /// [`Vm::equal_without_python`] of what is neither two strings nor two ints; looks into `deep` levels of tuples.
    #[inline(never)]
    fn equal_plain_values(&self, a: &Owned, b: &Owned, deep: u32) -> Option<bool> {
        let (ta, tb) = (a.type_of(self).ptr(), b.type_of(self).ptr());
        let t = &self.types;
        if ta != tb { return None }
        if ta == t.tuple.ptr() {
            if deep == 0 { return None }
            let (x, y) = (a.cast::<PyTuple>()?.items(), b.cast::<PyTuple>()?.items());
            for i in 0..x.len().min(y.len()) {
                if !x[i].is(&y[i]) && !self.equal_items(&x[i], &y[i], deep - 1)? { return Some(false) }
            }
            return Some(x.len() == y.len());
        }
        if ta == t.float.ptr() { return Some(float_value(a)? == float_value(b)?) }
        None
    }

    #[inline]
    fn equal_items(&self, a: &Owned, b: &Owned, deep: u32) -> Option<bool> {
        if let (Some(x), Some(y)) = (a.word().as_small(), b.word().as_small()) { return Some(x == y) }
        if a.is_exact::<PyStr>(self) && b.is_exact::<PyStr>(self) { return Some(PyStr::eq(a.cast::<PyStr>()?, b.cast::<PyStr>()?)) }
        if let (Some(x), Some(y)) = (self.plain_int(a), self.plain_int(b)) { return Some(x == y) }
        self.equal_plain_values(a, b, deep)
    }

    /// `hash(o)`, never -1. TypeError for unhashable types.
    #[inline]
    pub fn hash(&mut self, o: &Owned) -> PyResult<i64> {
        if let Some(n) = o.word().as_small() { return Ok(instar_base_hash::hash_i64(n)) }
        match o.type_of(self).slots().hash {
            Some(f) => f(self, o),
            None => Err(unhashable(self, o)),
        }
    }

    /// `bool(o)`.
    #[inline]
    pub fn truth(&mut self, o: &Owned) -> PyResult<bool> {
        if o.is(&self.consts.true_) { return Ok(true) }
        if o.is(&self.consts.false_) || o.is(&self.consts.none) { return Ok(false) }
        if let Some(n) = o.word().as_small() { return Ok(n != 0) }
        let slots = o.type_of(self).slots();
        if let Some(f) = slots.bool { return f(self, o) }
        if let Some(f) = slots.len { return Ok(f(self, o)? != 0) }
        Ok(true)
    }
}
