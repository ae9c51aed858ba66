//! `math`: functions of integers.
//!
//! Products of many factors are made by halving, so that the large multiplications have operands of like size.
//! Not here: functions of floats (`math.rs`).

use dashu_base::{BitTest, Gcd};
use instar_base_num::{IBig, Sign, UBig};
use instar_vm::types::int::{int_ref, IntRef};
use instar_vm::{Owned, PyResult, Vm};

const LIMIT: &str = "9223372036854775807";

/// MemoryError if a result of about `factors` times `bits` bits cannot be had.
fn room(vm: &Vm, factors: u64, bits: usize) -> PyResult<()> {
    let bytes = u128::from(factors) * bits as u128 / 8;
    if bytes < 1 << 20 { return Ok(()) }
    let bytes = usize::try_from(bytes).ok().and_then(|b| b.checked_mul(3)).ok_or_else(|| vm.no_memory())?;
    Vec::<u8>::new().try_reserve_exact(bytes).map_err(|_| vm.no_memory())
}

/// Runs big-integer code whose numbers have at most `bits` bits.
fn made<R>(vm: &Vm, bits: usize, work: impl FnOnce() -> R) -> PyResult<R> {
    instar_base_num::with_room(bits, work).map_err(|e| vm.num_error(e))
}

/// `low * (low + 1) * ... * high`, 1 if empty. Python code may stop it through signals between the halves.
fn product(vm: &mut Vm, low: u64, high: u64) -> PyResult<UBig> {
    if low > high { return Ok(UBig::ONE) }
    if high - low < 16 {
        let (mut r, mut word) = (UBig::ONE, 1u64);
        for n in low..=high {
            match word.checked_mul(n) { Some(w) => word = w, None => { r *= word; word = n } }
        }
        return Ok(r * word);
    }
    vm.safe_point()?;
    let middle = low + (high - low) / 2;
    let (a, b) = (product(vm, low, middle)?, product(vm, middle + 1, high)?);
    made(vm, a.bit_len() + b.bit_len(), || a * b)
}

/// `n * (n - 1) * ... ` with `k` factors.
fn falling(vm: &mut Vm, n: &IBig, k: u64) -> PyResult<IBig> {
    if k <= 4 {
        let mut r = IBig::ONE;
        for i in 0..k { r = made(vm, r.bit_len() + n.bit_len(), || r * (n - IBig::from(i)))? }
        return Ok(r);
    }
    vm.safe_point()?;
    let half = k / 2;
    let rest = made(vm, n.bit_len(), || n - IBig::from(half))?;
    let (a, b) = (falling(vm, n, half)?, falling(vm, &rest, k - half)?);
    made(vm, a.bit_len() + b.bit_len(), || a * b)
}

fn falling_factorial(vm: &mut Vm, n: IntRef<'_>, k: u64) -> PyResult<IBig> {
    room(vm, k, n.bits())?;
    if let IntRef::Small(n) = n {
        let n = n as u64;
        return if k > n { Ok(IBig::ZERO) } else { Ok(IBig::from(product(vm, n - k + 1, n)?)) };
    }
    let n = made(vm, n.bits(), || n.big().clone())?;
    falling(vm, &n, k)
}

pub(super) fn factorial(vm: &mut Vm, _: &Owned, n: &Owned) -> PyResult {
    let n = vm.index(n)?;
    let n = match int_ref(&n) {
        Some(n) if n.signum() < 0 => return Err(vm.value_error("factorial() not defined for negative values")),
        Some(IntRef::Small(n)) => n as u64,
        _ => return Err(vm.overflow_error(format!("factorial() argument should not exceed {LIMIT}"))),
    };
    room(vm, n, 64 - n.leading_zeros() as usize)?;
    let r = product(vm, 1, n)?;
    vm.new_bigint(IBig::from(r))
}

/// The two arguments of `comb` and `perm` as ints that are not negative.
fn counts(vm: &mut Vm, n: &Owned, k: &Owned) -> PyResult<(Owned, Owned)> {
    let (n, k) = (vm.index(n)?, vm.index(k)?);
    for (value, name) in [(&n, "n"), (&k, "k")] {
        if int_ref(value).is_some_and(|v| v.signum() < 0) { return Err(vm.value_error(format!("{name} must be a non-negative integer"))) }
    }
    Ok((n, k))
}

fn value(o: &Owned) -> IntRef<'_> { int_ref(o).unwrap_or(IntRef::Small(0)) }

pub(super) fn perm(vm: &mut Vm, module: &Owned, args: &[Owned]) -> PyResult {
    let Some(k) = args.get(1).filter(|k| !vm.is_none(k)) else { return factorial(vm, module, &args[0]) };
    let (n, k) = counts(vm, &args[0], k)?;
    if value(&n).order(value(&k)).is_lt() { return vm.new_int(0) }
    let IntRef::Small(k) = value(&k) else { return Err(vm.overflow_error(format!("k must not exceed {LIMIT}"))) };
    let r = falling_factorial(vm, value(&n), k as u64)?;
    vm.new_bigint(r)
}

pub(super) fn comb(vm: &mut Vm, _: &Owned, n: &Owned, k: &Owned) -> PyResult {
    let (n, k) = counts(vm, n, k)?;
    let (n, k) = (value(&n), value(&k));
    if n.order(k).is_lt() { return vm.new_int(0) }
    let least = made(vm, n.bits(), || {
        let other = &*n.big() - &*k.big();
        if *k.big() < other { k.big().clone() } else { other }
    })?;
    let Ok(k) = u64::try_from(&least) else { return Err(too_many(vm)) };
    if i64::try_from(k).is_err() { return Err(too_many(vm)) }
    if let IntRef::Small(n) = n {
        // C(n, i+1) = C(n, i) (n - i) / (i + 1), exact at every step.
        let mut r = Some(1u128);
        for i in 0..k.min(64) { r = r.and_then(|r| r.checked_mul((n as u64 - i).into())).map(|r| r / u128::from(i + 1)) }
        if let (Some(r), true) = (r, k <= 64) { return vm.new_bigint(IBig::from(r)) }
    }
    let top = falling_factorial(vm, n, k)?;
    let bottom = product(vm, 1, k)?;
    let r = made(vm, top.bit_len(), || top / IBig::from(bottom))?;
    vm.new_bigint(r)
}

#[cold]
fn too_many(vm: &mut Vm) -> instar_vm::Raised { vm.overflow_error(format!("min(n - k, k) must not exceed {LIMIT}")) }

pub(super) fn isqrt(vm: &mut Vm, _: &Owned, n: &Owned) -> PyResult {
    let n = vm.index_big(n)?;
    match instar_base_num::isqrt(&n) { Ok(r) => vm.new_bigint(r), Err(e) => Err(vm.num_error(e)) }
}

fn gcd_words(mut a: u64, mut b: u64) -> u64 {
    while b != 0 { (a, b) = (b, a % b) }
    a
}

fn magnitude(n: IBig) -> UBig { n.into_parts().1 }

fn gcd_big(a: &UBig, b: &UBig) -> UBig {
    if a.is_zero() { return b.clone() }
    if b.is_zero() { return a.clone() }
    match (u64::try_from(a), u64::try_from(b)) { (Ok(a), Ok(b)) => UBig::from(gcd_words(a, b)), _ => a.gcd(b) }
}

pub(super) fn gcd(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    let mut r = UBig::ZERO;
    for arg in args {
        let n = magnitude(vm.index_big(arg)?);
        r = made(vm, r.bit_len().max(n.bit_len()), || gcd_big(&r, &n))?;
    }
    vm.new_bigint(IBig::from_parts(Sign::Positive, r))
}

pub(super) fn lcm(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    let mut r = UBig::ONE;
    for arg in args {
        let n = magnitude(vm.index_big(arg)?);
        if n.is_zero() || r.is_zero() { r = UBig::ZERO; continue }
        r = made(vm, r.bit_len() + n.bit_len(), || {
            let common = gcd_big(&r, &n);
            r / common * n
        })?;
    }
    vm.new_bigint(IBig::from_parts(Sign::Positive, r))
}
