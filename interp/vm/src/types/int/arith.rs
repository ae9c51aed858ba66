//! Arithmetic of ints: the number slots.
//!
//! Words first, big integers where a word overflows. Those run under `with_room`, because their library panics when memory is short. Not here: dispatch over types (`protocol/number.rs`).

use instar_base_num as num;
use instar_base_num::IBig;
use instar_code::Binary;

use super::{int_ref, this_int, IntRef};
use crate::object::Owned;
use crate::slots::BinaryFn;
use crate::types::float;
use crate::vm::{PyResult, Vm};

/// The binary slots.
pub static BINARY: &[(Binary, BinaryFn)] = &[
    (Binary::Add, add), (Binary::Sub, sub), (Binary::Mul, mul), (Binary::TrueDiv, true_div), (Binary::FloorDiv, floor_div), (Binary::Mod, modulo),
    (Binary::LShift, lshift), (Binary::RShift, rshift), (Binary::And, and), (Binary::Or, or), (Binary::Xor, xor),
];

/// The result of big-integer code whose numbers have at most `bits` bits, or MemoryError.
#[inline]
pub(crate) fn made(vm: &Vm, bits: usize, work: impl FnOnce() -> IBig) -> PyResult {
    match num::with_room(bits, work) { Ok(n) => vm.new_bigint(n), Err(e) => Err(vm.num_error(e)) }
}

macro_rules! pair {
    ($vm:ident, $a:ident, $b:ident) => {
        match (int_ref($a), int_ref($b)) { (Some(x), Some(y)) => (x, y), _ => return Ok($vm.not_implemented()) }
    };
}

fn add(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult {
    let (x, y) = pair!(vm, a, b);
    add_values(vm, x, y)
}

/// `x + y`
pub(crate) fn add_values(vm: &Vm, x: IntRef<'_>, y: IntRef<'_>) -> PyResult {
    if let (IntRef::Small(x), IntRef::Small(y)) = (x, y) {
        if let Some(r) = x.checked_add(y) { return vm.new_int(r) }
    }
    made(vm, x.bits().max(y.bits()), || match (x, y) {
        (IntRef::Big(x), IntRef::Small(y)) | (IntRef::Small(y), IntRef::Big(x)) => x + y,
        _ => &*x.big() + &*y.big(),
    })
}

fn sub(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult {
    let (x, y) = pair!(vm, a, b);
    sub_values(vm, x, y)
}

/// `x - y`
pub(crate) fn sub_values(vm: &Vm, x: IntRef<'_>, y: IntRef<'_>) -> PyResult {
    if let (IntRef::Small(x), IntRef::Small(y)) = (x, y) {
        if let Some(r) = x.checked_sub(y) { return vm.new_int(r) }
    }
    made(vm, x.bits().max(y.bits()), || match (x, y) {
        (IntRef::Big(x), IntRef::Small(y)) => x - y,
        _ => &*x.big() - &*y.big(),
    })
}

fn mul(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult {
    let (x, y) = pair!(vm, a, b);
    mul_values(vm, x, y)
}

/// `x * y`
pub(crate) fn mul_values(vm: &Vm, x: IntRef<'_>, y: IntRef<'_>) -> PyResult {
    if let (IntRef::Small(x), IntRef::Small(y)) = (x, y) {
        if let Some(r) = x.checked_mul(y) { return vm.new_int(r) }
    }
    made(vm, x.bits().saturating_add(y.bits()), || &*x.big() * &*y.big())
}

fn true_div(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult {
    let (x, y) = pair!(vm, a, b);
    let r = match (x, y) {
        (IntRef::Small(x), IntRef::Small(y)) => num::true_div_i64(x, y),
        _ => num::true_div(&x.big(), &y.big()),
    };
    match r { Ok(r) => vm.new_float(r), Err(e) => Err(vm.num_error(e)) }
}

fn floor_div(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult {
    let (x, y) = pair!(vm, a, b);
    if let (IntRef::Small(x), IntRef::Small(y)) = (x, y) {
        if let Some(r) = num::floor_div_i64(x, y) { return vm.new_int(r) }
    }
    match num::floor_div(&x.big(), &y.big()) { Ok(r) => vm.new_bigint(r), Err(e) => Err(vm.num_error(e)) }
}

fn modulo(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult {
    let (x, y) = pair!(vm, a, b);
    if let (IntRef::Small(x), IntRef::Small(y)) = (x, y) {
        if let Some(r) = num::floor_mod_i64(x, y) { return vm.new_int(r) }
    }
    match num::floor_div_rem(&x.big(), &y.big()) { Ok((_, r)) => vm.new_bigint(r), Err(e) => Err(vm.num_error(e)) }
}

/// `divmod(x, y)` as two ints.
pub(crate) fn divmod_values(vm: &Vm, x: IntRef<'_>, y: IntRef<'_>) -> PyResult<(Owned, Owned)> {
    if let (IntRef::Small(x), IntRef::Small(y)) = (x, y) {
        if let (Some(q), Some(r)) = (num::floor_div_i64(x, y), num::floor_mod_i64(x, y)) { return Ok((vm.new_int(q)?, vm.new_int(r)?)) }
    }
    match num::floor_div_rem(&x.big(), &y.big()) {
        Ok((q, r)) => Ok((vm.new_bigint(q)?, vm.new_bigint(r)?)),
        Err(e) => Err(vm.num_error(e)),
    }
}

/// Bits in a digit of CPython's big integers.
const DIGIT_BITS: usize = 30;

fn lshift(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult {
    let (x, y) = pair!(vm, a, b);
    if y.signum() < 0 { return Err(vm.value_error("negative shift count")) }
    if x.signum() == 0 { return vm.new_int(0) }
    let IntRef::Small(count) = y else { return Err(vm.overflow_error("too many digits in integer")) };
    if let IntRef::Small(x) = x {
        if count < 63 {
            let r = x << count;
            if r >> count == x { return vm.new_int(r) }
        }
    }
    // As many digits as CPython can number, which are of 30 bits.
    let digits = x.bits().div_ceil(DIGIT_BITS) as u64 + (count as u64).div_ceil(DIGIT_BITS as u64);
    if digits > (i64::MAX as u64 - 1) / DIGIT_BITS as u64 { return Err(vm.overflow_error("too many digits in integer")) }
    match num::shift_left(&x.big(), count as usize) { Ok(r) => vm.new_bigint(r), Err(e) => Err(vm.num_error(e)) }
}

fn rshift(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult {
    let (x, y) = pair!(vm, a, b);
    if y.signum() < 0 { return Err(vm.value_error("negative shift count")) }
    match (x, y) {
        (IntRef::Small(x), IntRef::Small(count)) => vm.new_int(x >> count.min(63)),
        (IntRef::Big(x), IntRef::Small(count)) => made(vm, num::bit_length(x), || num::shift_right(x, count as usize)),
        (_, IntRef::Big(_)) => vm.new_int(if x.signum() < 0 { -1 } else { 0 }),
    }
}

macro_rules! bitwise {
    ($name:ident, $op:tt) => {
        fn $name(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult {
            let (x, y) = pair!(vm, a, b);
            match (x, y) {
                (IntRef::Small(x), IntRef::Small(y)) => vm.new_int(x $op y),
                _ => made(vm, x.bits().max(y.bits()), || &*x.big() $op &*y.big()),
            }
        }
    };
}
bitwise!(and, &);
bitwise!(or, |);
bitwise!(xor, ^);

/// `x ** n` of words, if the result is one.
pub(crate) fn small_power(mut x: i64, mut n: u64) -> Option<i64> {
    let mut r = 1i64;
    loop {
        if n & 1 == 1 { r = r.checked_mul(x)? }
        n >>= 1;
        if n == 0 { return Some(r) }
        x = x.checked_mul(x)?;
    }
}

/// `pow(a, b, modulus)`
pub(super) fn pow(vm: &mut Vm, a: &Owned, b: &Owned, modulus: &Owned) -> PyResult {
    let (x, y) = pair!(vm, a, b);
    if !vm.is_none(modulus) {
        let Some(m) = int_ref(modulus) else { return Ok(vm.not_implemented()) };
        return match num::pow_mod(&x.big(), &y.big(), &m.big()) { Ok(r) => vm.new_bigint(r), Err(e) => Err(vm.num_error(e)) };
    }
    if y.signum() < 0 {
        let (base, exponent) = (vm.int_as_float(x)?, vm.int_as_float(y)?);
        return float::power(vm, base, exponent);
    }
    match (x, y) {
        (IntRef::Small(base), IntRef::Small(exponent)) => {
            if let Some(r) = small_power(base, exponent as u64) { return vm.new_int(r) }
        }
        // Only 0, 1 and -1 have such powers.
        (IntRef::Small(base @ -1..=1), IntRef::Big(_)) => return vm.new_int(if base == -1 && !y.is_odd() { 1 } else { base }),
        (_, IntRef::Big(_)) => return Err(vm.no_memory()),
        _ => {}
    }
    let exponent = y.to_i64().unwrap_or(i64::MAX) as usize;
    match num::int_pow(&x.big(), exponent) { Ok(r) => vm.new_bigint(r), Err(e) => Err(vm.num_error(e)) }
}

pub(super) fn negative(vm: &mut Vm, this: &Owned) -> PyResult {
    match this_int(this) {
        IntRef::Small(n) => match n.checked_neg() { Some(r) => vm.new_int(r), None => vm.new_bigint(-IBig::from(n)) },
        IntRef::Big(n) => made(vm, num::bit_length(n), || -n),
    }
}

pub(super) fn absolute(vm: &mut Vm, this: &Owned) -> PyResult {
    if this_int(this).signum() < 0 { negative(vm, this) } else { vm.exact_int(this) }
}

pub(crate) fn invert(vm: &mut Vm, this: &Owned) -> PyResult {
    match this_int(this) { IntRef::Small(n) => vm.new_int(!n), IntRef::Big(n) => made(vm, num::bit_length(n), || -n - IBig::ONE) }
}
