//! Operator slots of classes that define `__add__`, `__radd__`, `__pow__` and so on.
//!
//! One rule for all: the left operand's method first, except that a right operand of a proper subclass that overrides the reflected
//! method goes first (data model 3.3.8; CPython's `SLOT1BINFULL`). Since 3.14 this holds for three-argument `pow` too.
//! Not here: the other slots (`slot_dunder.rs`), the dispatch over both operands' types (`protocol/number.rs`).

use super::slot_dunder::{call_optional, find};
use crate::names::Names;
use crate::object::{ObjExt, Owned};
use crate::slots::Slots;
use crate::vm::{PyResult, Vm};

type Name = fn(&Names) -> &Owned;

/// Number of `divmod` behind those.
const DIVMOD: usize = 13;

/// Names of the 13 plain operators, as `instar_code::Binary` numbers them, and of `divmod`.
static PLAIN: [Name; 14] = [|n| &n.__add__, |n| &n.__sub__, |n| &n.__mul__, |n| &n.__matmul__, |n| &n.__truediv__, |n| &n.__floordiv__, |n| &n.__mod__,
    |n| &n.__pow__, |n| &n.__lshift__, |n| &n.__rshift__, |n| &n.__and__, |n| &n.__or__, |n| &n.__xor__, |n| &n.__divmod__];
static REFLECTED: [Name; 14] = [|n| &n.__radd__, |n| &n.__rsub__, |n| &n.__rmul__, |n| &n.__rmatmul__, |n| &n.__rtruediv__, |n| &n.__rfloordiv__,
    |n| &n.__rmod__, |n| &n.__rpow__, |n| &n.__rlshift__, |n| &n.__rrshift__, |n| &n.__rand__, |n| &n.__ror__, |n| &n.__rxor__, |n| &n.__rdivmod__];
static INPLACE: [Name; 13] = [|n| &n.__iadd__, |n| &n.__isub__, |n| &n.__imul__, |n| &n.__imatmul__, |n| &n.__itruediv__, |n| &n.__ifloordiv__,
    |n| &n.__imod__, |n| &n.__ipow__, |n| &n.__ilshift__, |n| &n.__irshift__, |n| &n.__iand__, |n| &n.__ior__, |n| &n.__ixor__];

/// `left OP right` where one of the two types defines the method in Python.
pub(super) fn binary<const OP: usize>(vm: &mut Vm, left: &Owned, right: &Owned) -> PyResult {
    if OP >= 13 {
        let name = INPLACE[OP - 13](&vm.names).clone();
        return Ok(match call_optional(vm, left, &name, &[right])? { Some(v) => v, None => vm.not_implemented() });
    }
    dispatch(vm, left, right, None, OP, is_generic_binary::<OP>)
}

/// `divmod(left, right)`.
pub(super) fn divmod(vm: &mut Vm, left: &Owned, right: &Owned) -> PyResult { dispatch(vm, left, right, None, DIVMOD, is_generic_divmod) }

/// `pow(base, exponent, modulus)`.
pub(super) fn power(vm: &mut Vm, base: &Owned, exponent: &Owned, modulus: &Owned) -> PyResult {
    let third = if vm.is_none(modulus) { None } else { Some(modulus) };
    dispatch(vm, base, exponent, third, 7, is_generic_power)
}

/// `base **= exponent`.
pub(super) fn inplace_power(vm: &mut Vm, base: &Owned, exponent: &Owned, _modulus: &Owned) -> PyResult {
    let name = vm.names.__ipow__.clone();
    Ok(match call_optional(vm, base, &name, &[exponent])? { Some(v) => v, None => vm.not_implemented() })
}

fn is_generic_binary<const OP: usize>(slots: &Slots) -> bool { slots.binary[OP].is_some_and(|f| f as usize == binary::<OP> as *const () as usize) }

fn is_generic_divmod(slots: &Slots) -> bool { slots.divmod.is_some_and(|f| f as usize == divmod as *const () as usize) }

fn is_generic_power(slots: &Slots) -> bool { slots.pow.is_some_and(|f| f as usize == power as *const () as usize) }

fn dispatch(vm: &mut Vm, left: &Owned, right: &Owned, third: Option<&Owned>, op: usize, is_generic: fn(&Slots) -> bool) -> PyResult {
    let same_type = left.type_of(vm).ptr() == right.type_of(vm).ptr();
    let mut do_right = !same_type && is_generic(right.type_of(vm).slots());
    if is_generic(left.type_of(vm).slots()) {
        let (plain, reflected) = (PLAIN[op](&vm.names).clone(), REFLECTED[op](&vm.names).clone());
        if do_right && right.type_of(vm).is_subtype_of(vm, left.type_of(vm)) && overrides(vm, left, right, &reflected) {
            let r = call_operator(vm, right, &reflected, left, third)?;
            if !vm.is_not_implemented(&r) { return Ok(r) }
            do_right = false;
        }
        let r = call_operator(vm, left, &plain, right, third)?;
        if !vm.is_not_implemented(&r) || same_type { return Ok(r) }
    }
    if do_right {
        let reflected = REFLECTED[op](&vm.names).clone();
        return call_operator(vm, right, &reflected, left, third);
    }
    Ok(vm.not_implemented())
}

fn call_operator(vm: &mut Vm, this: &Owned, name: &Owned, other: &Owned, third: Option<&Owned>) -> PyResult {
    let result = match third {
        Some(m) => call_optional(vm, this, name, &[other, m])?,
        None => call_optional(vm, this, name, &[other])?,
    };
    Ok(match result { Some(v) => v, None => vm.not_implemented() })
}

/// Whether the right operand's class has its own version of the reflected method.
fn overrides(vm: &mut Vm, left: &Owned, right: &Owned, name: &Owned) -> bool {
    match (find(vm, left, name), find(vm, right, name)) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(a), Some(b)) => !a.is(&b),
    }
}
