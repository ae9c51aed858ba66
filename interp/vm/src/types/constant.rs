//! The compiler's constants of objects: what `code.replace(co_consts=...)` and `ast.Constant` give.
//!
//! Not here: objects of constants (`eval`), what is done with a value that is none (each caller words that).

use instar_code::{Const, Wtf8};

use super::code::PyCode;
use crate::object::{ObjExt, Owned};
use crate::types::bytes::PyBytes;
use crate::types::complex::PyComplex;
use crate::types::float::{float_value, PyFloat};
use crate::types::int::{int_ref, IntRef, PyInt};
use crate::types::set::PySet;
use crate::types::slice::PySlice;
use crate::types::str::PyStr;
use crate::types::tuple::PyTuple;
use crate::vm::{PyResult, Raised, Vm};

/// Which values are constants for a caller.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Allowed {
    /// Those that a program can write as one, and tuples and frozen sets of them.
    Values,
    /// Code objects and slices as well.
    CodeConstants,
}

/// The constant of an object. `refused` makes the error for a value that is none; `place` ends RecursionError's message.
///
/// # Errors
/// RecursionError, MemoryError, what `refused` makes.
pub fn constant(vm: &mut Vm, o: &Owned, allowed: Allowed, place: &str, refused: fn(&mut Vm, &Owned) -> Raised) -> PyResult<Const> {
    vm.check_native_stack(place)?;
    if vm.is_none(o) { return Ok(Const::None) }
    for (value, c) in [(vm.bool(true), Const::True), (vm.bool(false), Const::False), (vm.consts.ellipsis.clone(), Const::Ellipsis)] { if o.is(&value) { return Ok(c) } }
    if o.is_exact::<PyInt>(vm) && let Some(n) = int_ref(o) {
        return Ok(match n {
            IntRef::Small(n) => Const::Int(n),
            IntRef::Big(n) => {
                let (sign, magnitude) = n.clone().into_parts();
                Const::BigInt { negative: sign == dashu_int::Sign::Negative, magnitude: magnitude.to_le_bytes().to_vec() }
            }
        });
    }
    if o.is_exact::<PyFloat>(vm) && let Some(x) = float_value(o) { return Ok(Const::Float(x)) }
    if o.is_exact::<PyComplex>(vm) && let Some(z) = o.cast::<PyComplex>() { let (re, im) = z.parts(); return Ok(Const::Complex(re, im)) }
    if o.is_exact::<PyStr>(vm) && let Some(s) = o.cast::<PyStr>() { return Ok(Const::Str(Wtf8::from_code_points(s.chars()))) }
    if o.is_exact::<PyBytes>(vm) && let Some(b) = o.cast::<PyBytes>() { return Ok(Const::Bytes(b.as_slice().to_vec().into())) }
    if o.is_exact::<PyTuple>(vm) && let Some(t) = o.cast::<PyTuple>() {
        let items = t.items().to_vec();
        return Ok(Const::Tuple(items.iter().map(|i| constant(vm, i, allowed, place, refused)).collect::<PyResult<_>>()?));
    }
    if o.type_of(vm).ptr() == vm.types.frozenset.ptr() && let Some(s) = o.cast::<PySet>() {
        let items = s.items(vm)?;
        return Ok(Const::FrozenSet(items.iter().map(|i| constant(vm, i, allowed, place, refused)).collect::<PyResult<_>>()?));
    }
    if allowed == Allowed::CodeConstants {
        if let Some(code) = o.cast::<PyCode>() { return Ok(Const::Code(code.blob().clone())) }
        if let Some(s) = o.cast::<PySlice>() {
            let [a, b, c] = s.parts();
            let mut part = |o: &Owned| constant(vm, o, allowed, place, refused);
            return Ok(Const::Slice(Box::new([part(&a)?, part(&b)?, part(&c)?])));
        }
    }
    Err(refused(vm, o))
}
