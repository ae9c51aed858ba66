//! Arithmetic on any objects, and conversion of any object to a number.
//!
//! Dispatch follows CPython's abstract number protocol: number slots of both operands (the right one first if its type is a proper
//! subtype), then concatenation and repetition of sequences. Not here: the slots themselves (`types/`), and those of classes
//! (`typeobj/slot_operator.rs`).

use instar_base_num::IBig;
use instar_code::Binary;

use crate::object::{ObjExt, Owned};
use crate::slots::{BinaryFn, Slots, TernaryFn, UnaryFn};
use crate::types::complex::PyComplex;
use crate::types::float::{self, PyFloat};
use crate::types::int::{self, int_ref, is_exact_int, IntRef};
use crate::vm::{PyResult, Raised, Vm};

const PLAIN: usize = Binary::PLAIN as usize;

/// The slots of both operands' types, the right one only if it is another.
fn both<F: Copy>(vm: &Vm, a: &Owned, b: &Owned, get: impl Fn(&Slots) -> Option<F>, address: fn(F) -> usize) -> (Option<F>, Option<F>, bool) {
    let (ta, tb) = (a.type_of(vm), b.type_of(vm));
    let left = get(ta.slots());
    if ta.ptr() == tb.ptr() { return (left, None, false) }
    let right = get(tb.slots()).filter(|r| left.is_none_or(|l| address(l) != address(*r)));
    let right_first = right.is_some() && left.is_some() && tb.is_subtype_of(vm, ta);
    (left, right, right_first)
}

impl Vm {
    /// `a op b` (an in-place operator gives the new value).
    #[inline]
    pub fn binary(&mut self, op: Binary, a: &Owned, b: &Owned) -> PyResult {
        if let Some(r) = self.quick(op, a, b) { return r }
        self.binary_slots(op, a, b)
    }

    /// Words and floats of exact types.
    #[inline]
    fn quick(&mut self, op: Binary, a: &Owned, b: &Owned) -> Option<PyResult> {
        if let (Some(x), Some(y)) = (a.word().as_small(), b.word().as_small()) {
            return match op {
                Binary::Add | Binary::InplaceAdd => x.checked_add(y).map(|r| self.new_int(r)),
                Binary::Sub | Binary::InplaceSub => x.checked_sub(y).map(|r| self.new_int(r)),
                Binary::Mul | Binary::InplaceMul => x.checked_mul(y).map(|r| self.new_int(r)),
                Binary::And | Binary::InplaceAnd => Some(self.new_int(x & y)),
                Binary::Or | Binary::InplaceOr => Some(self.new_int(x | y)),
                Binary::Xor | Binary::InplaceXor => Some(self.new_int(x ^ y)),
                Binary::Pow | Binary::InplacePow if y >= 0 => int::arith::small_power(x, y as u64).map(|r| self.new_int(r)),
                _ => None,
            };
        }
        if a.is_exact::<PyFloat>(self) {
            let x = float::float_value(a)?;
            let power = matches!(op, Binary::Pow | Binary::InplacePow);
            let y = match b.word().as_small() {
                Some(n) if power => n as f64,
                _ if b.is_exact::<PyFloat>(self) => float::float_value(b)?,
                _ => return None,
            };
            if power { return Some(float::power(self, x, y)) }
            return match op {
                Binary::Add | Binary::InplaceAdd => Some(self.new_float(x + y)),
                Binary::Sub | Binary::InplaceSub => Some(self.new_float(x - y)),
                Binary::Mul | Binary::InplaceMul => Some(self.new_float(x * y)),
                Binary::TrueDiv | Binary::InplaceTrueDiv if y != 0.0 => Some(self.new_float(x / y)),
                _ => None,
            };
        }
        if is_exact_int(self, a) && is_exact_int(self, b) {
            let (x, y) = (int_ref(a)?, int_ref(b)?);
            return match op {
                Binary::Add | Binary::InplaceAdd => Some(int::arith::add_values(self, x, y)),
                Binary::Sub | Binary::InplaceSub => Some(int::arith::sub_values(self, x, y)),
                Binary::Mul | Binary::InplaceMul => Some(int::arith::mul_values(self, x, y)),
                _ => None,
            };
        }
        None
    }

    fn binary_slots(&mut self, op: Binary, a: &Owned, b: &Owned) -> PyResult {
        let index = op as usize;
        let in_place = index >= PLAIN;
        let plain = Binary::from_u16((index % PLAIN) as u16).expect("law: operators are dense");
        if plain == Binary::Pow {
            let none = self.none();
            return if in_place { self.inplace_pow(a, b, &none) } else { self.pow(a, b, &none) };
        }
        if in_place {
            if let Some(f) = a.type_of(self).slots().binary[index] {
                let r = f(self, a, b)?;
                if !self.is_not_implemented(&r) { return Ok(r) }
            }
        }
        let r = self.binary_numbers(plain, a, b)?;
        if !self.is_not_implemented(&r) { return Ok(r) }
        match plain {
            Binary::Add => {
                let slots = a.type_of(self).slots();
                let f = if in_place { slots.inplace_concat.or(slots.concat) } else { slots.concat };
                if let Some(f) = f {
                    let r = f(self, a, b)?;
                    if !self.is_not_implemented(&r) { return Ok(r) }
                }
            }
            Binary::Mul => {
                let (left, right) = (a.type_of(self).slots(), b.type_of(self).slots());
                let first = if in_place { left.inplace_repeat.or(left.repeat) } else { left.repeat };
                if let Some(f) = first { return self.repeat(f, a, b) }
                if let Some(f) = right.repeat { return self.repeat(f, b, a) }
            }
            _ => {}
        }
        Err(self.bad_operands(op.symbol(), a, b))
    }

    /// Sequences put together (`operator.concat`): by what the first one's type has for that alone, else by the `+` of two sequences.
    pub fn concatenate(&mut self, a: &Owned, b: &Owned, in_place: bool) -> PyResult {
        let is_sequence = |vm: &Vm, o: &Owned| o.type_of(vm).slots().getitem.is_some() && !o.is_instance_of(vm, &vm.types.dict);
        // A class that overrides `+` has no concatenation left.
        let slots = a.type_of(self).slots();
        let own = if in_place { slots.inplace_concat.or(slots.concat) } else { slots.concat };
        let in_place_add = slots.binary[Binary::InplaceAdd as usize].filter(|_| in_place);
        if let Some(f) = own {
            let r = f(self, a, b)?;
            if !self.is_not_implemented(&r) { return Ok(r) }
        } else if is_sequence(self, a) && is_sequence(self, b) {
            if let Some(f) = in_place_add {
                let r = f(self, a, b)?;
                if !self.is_not_implemented(&r) { return Ok(r) }
            }
            let r = self.binary_numbers(Binary::Add, a, b)?;
            if !self.is_not_implemented(&r) { return Ok(r) }
        }
        Err(self.type_error(format!("'{}' object can't be concatenated", a.type_name(self))))
    }

    /// The number slots alone; NotImplemented if neither operand knows.
    fn binary_numbers(&mut self, op: Binary, a: &Owned, b: &Owned) -> PyResult { self.number_slots(a, b, |s| s.binary[op as usize]) }

    /// The same for any slot of two operands.
    #[inline(always)]
    fn number_slots(&mut self, a: &Owned, b: &Owned, slot: impl Fn(&Slots) -> Option<BinaryFn>) -> PyResult {
        let (left, right, right_first) = both::<BinaryFn>(self, a, b, slot, |f| f as usize);
        let mut right = right;
        if right_first {
            if let Some(f) = right.take() {
                let r = f(self, a, b)?;
                if !self.is_not_implemented(&r) { return Ok(r) }
            }
        }
        for f in [left, right].into_iter().flatten() {
            let r = f(self, a, b)?;
            if !self.is_not_implemented(&r) { return Ok(r) }
        }
        Ok(self.not_implemented())
    }

    fn repeat(&mut self, f: BinaryFn, sequence: &Owned, count: &Owned) -> PyResult {
        if !self.has_index(count) {
            return Err(self.type_error(format!("can't multiply sequence by non-int of type '{}'", count.type_name(self))));
        }
        // The count is converted once, here: the slots convert ints without running Python.
        let ty = self.types.overflow_error.clone();
        let count = match count.word().is_int() { true => count.clone(), false => { let n = self.index_sized(count, &ty)?; self.new_int(n as i64)? } };
        f(self, sequence, &count)
    }

    #[cold]
    fn bad_operands(&mut self, symbol: &str, a: &Owned, b: &Owned) -> Raised {
        let (ta, tb) = (a.type_name(self), b.type_name(self));
        self.type_error(format!("unsupported operand type(s) for {symbol}: '{ta}' and '{tb}'"))
    }

    /// `pow(a, b, modulus)`; `modulus` is None for `a ** b`.
    pub fn pow(&mut self, a: &Owned, b: &Owned, modulus: &Owned) -> PyResult { self.ternary(a, b, modulus, "** or pow()") }

    fn inplace_pow(&mut self, a: &Owned, b: &Owned, modulus: &Owned) -> PyResult {
        if let Some(f) = a.type_of(self).slots().inplace_pow {
            let r = f(self, a, b, modulus)?;
            if !self.is_not_implemented(&r) { return Ok(r) }
        }
        self.ternary(a, b, modulus, "**=")
    }

    fn ternary(&mut self, a: &Owned, b: &Owned, c: &Owned, name: &str) -> PyResult {
        let (left, mut right, right_first) = both::<TernaryFn>(self, a, b, |s| s.pow, |f| f as usize);
        let third = c.type_of(self).slots().pow
            .filter(|f| [left, right].into_iter().flatten().all(|g| g as usize != *f as usize));
        if right_first {
            if let Some(f) = right.take() {
                let r = f(self, a, b, c)?;
                if !self.is_not_implemented(&r) { return Ok(r) }
            }
        }
        for f in [left, right, third].into_iter().flatten() {
            let r = f(self, a, b, c)?;
            if !self.is_not_implemented(&r) { return Ok(r) }
        }
        let (ta, tb) = (a.type_name(self), b.type_name(self));
        if self.is_none(c) { return Err(self.type_error(format!("unsupported operand type(s) for {name}: '{ta}' and '{tb}'"))) }
        let tc = c.type_name(self);
        Err(self.type_error(format!("unsupported operand type(s) for {name}: '{ta}', '{tb}', '{tc}'")))
    }

    /// `divmod(a, b)`.
    pub fn divmod(&mut self, a: &Owned, b: &Owned) -> PyResult {
        if let (true, true, Some(x), Some(y)) = (is_exact_int(self, a), is_exact_int(self, b), int_ref(a), int_ref(b)) {
            let (q, r) = int::arith::divmod_values(self, x, y)?;
            return Ok(self.new_tuple([q, r])?.into_obj());
        }
        let r = self.number_slots(a, b, |s| s.divmod)?;
        if !self.is_not_implemented(&r) { return Ok(r) }
        Err(self.bad_operands("divmod()", a, b))
    }

    fn unary(&mut self, f: Option<UnaryFn>, o: &Owned, what: &str) -> PyResult {
        match f {
            Some(f) => f(self, o),
            None => Err(self.type_error(format!("bad operand type for {what}: '{}'", o.type_name(self)))),
        }
    }
    /// `-o`
    pub fn negative(&mut self, o: &Owned) -> PyResult { let f = o.type_of(self).slots().negative; self.unary(f, o, "unary -") }
    /// `+o`
    pub fn positive(&mut self, o: &Owned) -> PyResult { let f = o.type_of(self).slots().positive; self.unary(f, o, "unary +") }
    /// `~o`
    pub fn invert(&mut self, o: &Owned) -> PyResult { let f = o.type_of(self).slots().invert; self.unary(f, o, "unary ~") }
    /// `abs(o)`
    pub fn absolute(&mut self, o: &Owned) -> PyResult { let f = o.type_of(self).slots().absolute; self.unary(f, o, "abs()") }

    /// `operator.index(o)` (PEP 357): an exact int.
    #[inline]
    pub fn index(&mut self, o: &Owned) -> PyResult {
        if is_exact_int(self, o) { return Ok(o.clone()) }
        if int_ref(o).is_some() { return self.exact_int(o) }
        self.index_of(o)
    }

    fn index_of(&mut self, o: &Owned) -> PyResult {
        let Some(f) = o.type_of(self).slots().index else {
            return Err(self.type_error(format!("'{}' object cannot be interpreted as an integer", o.type_name(self))));
        };
        let n = f(self, o)?;
        self.checked_int(n, "__index__")
    }

    /// The result of `__index__` or `__int__` as an exact int.
    fn checked_int(&mut self, n: Owned, method: &str) -> PyResult {
        if is_exact_int(self, &n) { return Ok(n) }
        let name = n.type_name(self);
        if int_ref(&n).is_none() { return Err(self.type_error(format!("{method} returned non-int (type {name})"))) }
        self.deprecated(&format!("{method} returned non-int (type {name}).  The ability to return an instance of a strict subclass of int \
            is deprecated, and may not be supported in a future version of Python."))?;
        self.exact_int(&n)
    }

    /// The index as a word. OverflowError outside of the range.
    #[inline]
    pub fn index_i64(&mut self, o: &Owned) -> PyResult<i64> {
        if let Some(n) = o.word().as_small() { return Ok(n) }
        let n = self.index(o)?;
        match int_ref(&n) {
            Some(IntRef::Small(n)) => Ok(n),
            _ => Err(self.overflow_error("Python int too large to convert to C ssize_t")),
        }
    }

    /// An argument that says a size or a position: the index as a native number. OverflowError outside of the range.
    pub fn size_argument(&mut self, o: &Owned) -> PyResult<isize> { self.index_i64(o).map(|n| n as isize) }

    /// An argument that is a C `long`. OverflowError outside of the range.
    pub fn long_argument(&mut self, o: &Owned) -> PyResult<i64> {
        let n = self.index(o)?;
        int_ref(&n).and_then(IntRef::to_i64).ok_or_else(|| self.overflow_error("Python int too large to convert to C long"))
    }

    /// A size where None and no argument at all mean that nothing is said.
    pub fn optional_size(&mut self, o: Option<&Owned>) -> PyResult<Option<isize>> {
        let Some(o) = o.filter(|o| !self.is_none(o)) else { return Ok(None) };
        if !self.has_index(o) {
            let ty = o.type_name(self);
            return Err(self.type_error(format!("argument should be integer or None, not '{ty}'")));
        }
        let overflow = self.types.overflow_error.clone();
        self.index_sized(o, &overflow).map(Some)
    }

    /// The position that an iterator's `__setstate__` is given: an int, what has `__index__` does not do.
    pub fn state_position(&mut self, o: &Owned) -> PyResult<isize> {
        match int_ref(o) {
            None => Err(self.type_error("an integer is required")),
            Some(IntRef::Small(n)) => Ok(n as isize),
            Some(_) => Err(self.overflow_error("Python int too large to convert to C ssize_t")),
        }
    }

    /// The index as a native number; beyond the range an exception of type `error` that names the object's type.
    pub fn index_sized(&mut self, o: &Owned, error: &crate::typeobj::TypeRef) -> PyResult<isize> {
        let n = self.index(o)?;
        match int_ref(&n) {
            Some(IntRef::Small(n)) => Ok(n as isize),
            _ => {
                let message = format!("cannot fit '{}' into an index-sized integer", o.type_name(self));
                Err(self.exception_with_message(error, &message))
            }
        }
    }

    /// The index as a native number, the nearest one if it is out of range.
    #[inline]
    pub fn index_isize_clamped(&mut self, o: &Owned) -> PyResult<isize> {
        if let Some(n) = o.word().as_small() { return Ok(n as isize) }
        let n = self.index(o)?;
        Ok(match int_ref(&n) {
            Some(IntRef::Small(n)) => n as isize,
            Some(big) if big.signum() < 0 => isize::MIN,
            _ => isize::MAX,
        })
    }

    /// The index as a C `int`. OverflowError outside of the range.
    pub fn index_i32(&mut self, o: &Owned) -> PyResult<i32> {
        let n = self.index(o)?;
        int_ref(&n).and_then(IntRef::to_i64).and_then(|n| i32::try_from(n).ok())
            .ok_or_else(|| self.overflow_error("Python int too large to convert to C int"))
    }

    /// The index as a big integer.
    pub fn index_big(&mut self, o: &Owned) -> PyResult<IBig> {
        let n = self.index(o)?;
        let Some(n) = int_ref(&n) else { return Ok(IBig::ZERO) };
        instar_base_num::with_room(n.bits(), || n.big().clone()).map_err(|e| self.num_error(e))
    }

    /// `int(o)` for any object: an exact int.
    pub fn to_int(&mut self, o: &Owned) -> PyResult { int::text::from_object(self, o) }

    /// What `__int__` or `__index__` gives; `None` if the object has neither.
    pub(crate) fn int_of_number(&mut self, o: &Owned) -> PyResult<Option<Owned>> {
        if is_exact_int(self, o) { return Ok(Some(o.clone())) }
        let slots = o.type_of(self).slots();
        if let Some(f) = slots.int {
            let n = f(self, o)?;
            return self.checked_int(n, "__int__").map(Some);
        }
        if slots.index.is_some() { return self.index(o).map(Some) }
        Ok(None)
    }

    /// A real number as float: float, `__float__` or `__index__`; no text. TypeError "must be real number".
    #[inline]
    pub fn to_float(&mut self, o: &Owned) -> PyResult<f64> {
        if let Some(x) = float::float_value(o) { return Ok(x) }
        match self.float_of_number(o)? {
            Some(x) => Ok(x),
            None => Err(self.type_error(format!("must be real number, not {}", o.type_name(self)))),
        }
    }

    /// What `__float__` or `__index__` gives; `None` if the object has neither.
    pub(crate) fn float_of_number(&mut self, o: &Owned) -> PyResult<Option<f64>> {
        if o.is_exact::<PyFloat>(self) { return Ok(float::float_value(o)) }
        if is_exact_int(self, o) {
            if let Some(n) = int_ref(o) { return self.int_as_float(n).map(Some) }
        }
        let slots = o.type_of(self).slots();
        let Some(f) = slots.float else {
            if slots.index.is_none() { return Ok(None) }
            let n = self.index(o)?;
            return match int_ref(&n) { Some(n) => self.int_as_float(n).map(Some), None => Ok(None) };
        };
        let r = f(self, o)?;
        let Some(x) = float::float_value(&r) else {
            let (t, name) = (o.type_name(self), r.type_name(self));
            return Err(self.type_error(format!("{t}.__float__ returned non-float (type {name})")));
        };
        if !r.is_exact::<PyFloat>(self) {
            let (t, name) = (o.type_name(self), r.type_name(self));
            self.deprecated(&format!("{t}.__float__ returned non-float (type {name}).  The ability to return an instance of a strict subclass \
                of float is deprecated, and may not be supported in a future version of Python."))?;
        }
        Ok(Some(x))
    }

    /// A number as complex: complex, `__complex__`, then as [`Vm::to_float`].
    pub fn to_complex(&mut self, o: &Owned) -> PyResult<(f64, f64)> {
        if o.is_exact::<PyComplex>(self) {
            if let Some(z) = o.cast::<PyComplex>() { return Ok(z.parts()) }
        }
        if let Some(z) = crate::types::complex::special_method(self, o)? { return Ok(z) }
        if let Some(z) = o.cast::<PyComplex>() { return Ok(z.parts()) }
        Ok((self.to_float(o)?, 0.0))
    }

    /// `round(o)` or `round(o, digits)`.
    pub fn round(&mut self, o: &Owned, digits: Option<&Owned>) -> PyResult {
        let name = self.names.__round__.clone();
        let Some(method) = self.lookup_special(o, &name)? else {
            return Err(self.type_error(format!("type {} doesn't define __round__ method", o.type_name(self))));
        };
        match digits { Some(d) if !self.is_none(d) => self.call1(&method, d), _ => self.call0(&method) }
    }

    /// Issues a DeprecationWarning.
    pub(crate) fn deprecated(&mut self, text: &str) -> PyResult<()> {
        let category = self.types.deprecation_warning.clone();
        self.warn(&category, text, 1)
    }
}
