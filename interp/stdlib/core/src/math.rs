//! Module `math`: functions of floats. Integer functions are in `math/whole.rs`, sums and norms in `math/sums.rs`.
//!
//! The functions themselves come from `pymath` (the C library's with CPython's handling of special cases); here are arguments,
//! messages, and ints beyond floats. Not here: `cmath`.

use instar_base_num::{int_to_f64, IBig};
use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native};
use instar_vm::types::float::float_value;
use instar_vm::types::float::PyFloat;
use instar_vm::types::int::{int_ref, IntRef};
use instar_vm::{ObjExt, Owned, PyResult, Raised, Vm};
use pymath::math as m;

mod sums;
mod whole;

type F1 = fn(f64) -> pymath::Result<f64>;

const X: &str = "($module, x, /)";
const XY: &str = "($module, x, y, /)";

/// A function of one float: its signature, its code and what a domain error says (empty: "math domain error").
macro_rules! one {
    ($name:literal, $f:expr, $message:literal, $doc:literal) => { Def::new($name, X, Native::N1(|vm, _, x| apply(vm, x, $f, $message))).doc($doc) };
}

/// The module.
pub static MODULE: NativeModule = NativeModule {
    name: "math",
    doc: "This module provides access to the mathematical functions\ndefined by the C standard.",
    functions: &[
        one!("acos", m::acos, "expected a number in range from -1 up to 1, got ", "Return the arc cosine (measured in radians) of x."),
        one!("acosh", m::acosh, "expected argument value not less than 1, got ", "Return the inverse hyperbolic cosine of x."),
        one!("asin", m::asin, "expected a number in range from -1 up to 1, got ", "Return the arc sine (measured in radians) of x."),
        one!("asinh", m::asinh, "", "Return the inverse hyperbolic sine of x."),
        one!("atan", m::atan, "", "Return the arc tangent (measured in radians) of x."),
        one!("atanh", m::atanh, "expected a number between -1 and 1, got ", "Return the inverse hyperbolic tangent of x."),
        one!("cbrt", m::cbrt, "", "Return the cube root of x."),
        one!("cos", m::cos, "expected a finite input, got ", "Return the cosine of x (measured in radians)."),
        one!("cosh", m::cosh, "", "Return the hyperbolic cosine of x."),
        one!("degrees", |x| Ok(m::degrees(x)), "", "Convert angle x from radians to degrees."),
        one!("erf", m::erf, "", "Error function at x."),
        one!("erfc", m::erfc, "", "Complementary error function at x."),
        one!("exp", m::exp, "", "Return e raised to the power of x."),
        one!("exp2", m::exp2, "", "Return 2 raised to the power of x."),
        one!("expm1", m::expm1, "", "Return exp(x)-1."),
        one!("fabs", m::fabs, "", "Return the absolute value of the float x."),
        one!("gamma", m::gamma, "expected a noninteger or positive integer, got ", "Gamma function at x."),
        one!("lgamma", m::lgamma, "expected a noninteger or positive integer, got ", "Natural logarithm of absolute value of Gamma function at x."),
        one!("log1p", m::log1p, "expected argument value > -1, got ", "Return the natural logarithm of 1+x (base e)."),
        one!("radians", |x| Ok(m::radians(x)), "", "Convert angle x from degrees to radians."),
        one!("sin", m::sin, "expected a finite input, got ", "Return the sine of x (measured in radians)."),
        one!("sinh", m::sinh, "", "Return the hyperbolic sine of x."),
        one!("sqrt", m::sqrt, "expected a nonnegative input, got ", "Return the square root of x."),
        one!("tan", m::tan, "expected a finite input, got ", "Return the tangent of x (measured in radians)."),
        one!("tanh", m::tanh, "", "Return the hyperbolic tangent of x."),
        one!("ulp", |x| Ok(m::ulp(x)), "", "Return the value of the least significant bit of the float x."),
        Def::new("atan2", "($module, y, x, /)", Native::N2(|vm, _, y, x| two(vm, y, x, m::atan2)))
            .doc("Return the arc tangent (measured in radians) of y/x.\n\nUnlike atan(y/x), the signs of both x and y are considered."),
        Def::new("copysign", XY, Native::N2(|vm, _, x, y| two(vm, x, y, m::copysign)))
            .doc("Return a float with the magnitude (absolute value) of x but the sign of y."),
        Def::new("fmod", XY, Native::N2(|vm, _, x, y| two(vm, x, y, m::fmod))).doc("Return fmod(x, y), according to platform C.\n\nx % y may differ."),
        Def::new("pow", XY, Native::N2(|vm, _, x, y| two(vm, x, y, m::pow))).doc("Return x**y (x to the power of y)."),
        Def::new("remainder", XY, Native::N2(|vm, _, x, y| two(vm, x, y, m::remainder))).doc("Difference between x and the closest integer multiple of y."),
        Def::new("fma", "($module, x, y, z, /)", Native::Var(fma, 3, 3)).doc("Fused multiply-add operation.\n\nCompute (x * y) + z with a single round."),
        Def::new("isfinite", X, Native::N1(|vm, _, x| { let x = vm.to_float(x)?; Ok(vm.bool(x.is_finite())) })).doc("Return True if x is neither an infinity nor a NaN, and False otherwise."),
        Def::new("isinf", X, Native::N1(|vm, _, x| { let x = vm.to_float(x)?; Ok(vm.bool(x.is_infinite())) })).doc("Return True if x is a positive or negative infinity, and False otherwise."),
        Def::new("isnan", X, Native::N1(|vm, _, x| { let x = vm.to_float(x)?; Ok(vm.bool(x.is_nan())) })).doc("Return True if x is a NaN (not a number), and False otherwise."),
        Def::new("isclose", "($module, /, a, b, *, rel_tol=1e-09, abs_tol=0.0)", Native::Bound(isclose))
            .doc("Determine whether two floating-point numbers are close in value."),
        Def::new("ceil", X, Native::N1(|vm, _, x| whole_part(vm, x, "__ceil__", f64::ceil))).doc("Return the ceiling of x as an Integral.\n\nThis is the smallest integer >= x."),
        Def::new("floor", X, Native::N1(|vm, _, x| whole_part(vm, x, "__floor__", f64::floor))).doc("Return the floor of x as an Integral.\n\nThis is the largest integer <= x."),
        Def::new("trunc", X, Native::N1(trunc)).doc("Truncates the Real x to the nearest Integral toward 0.\n\nUses the __trunc__ magic method."),
        Def::new("frexp", X, Native::N1(frexp)).doc("Return the mantissa and exponent of x, as pair (m, e)."),
        Def::new("ldexp", "($module, x, i, /)", Native::N2(ldexp)).doc("Return x * (2**i).\n\nThis is essentially the inverse of frexp()."),
        Def::new("modf", X, Native::N1(modf)).doc("Return the fractional and integer parts of x."),
        Def::new("nextafter", "($module, x, y, /, *, steps=None)", Native::Bound(nextafter))
            .doc("Return the floating-point value the given number of steps after x towards y."),
        Def::new("log", "", Native::Var(log, 1, 2))
            .doc("log(x, [base=math.e])\nReturn the logarithm of x to the given base.\n\nIf the base is not specified, returns the natural logarithm (base e) of x."),
        Def::new("log10", X, Native::N1(|vm, _, x| { let r = logarithm(vm, x, m::log10)?; vm.new_float(r) })).doc("Return the base 10 logarithm of x."),
        Def::new("log2", X, Native::N1(|vm, _, x| { let r = logarithm(vm, x, m::log2)?; vm.new_float(r) })).doc("Return the base 2 logarithm of x."),
        Def::new("dist", "($module, p, q, /)", Native::N2(sums::dist)).doc("Return the Euclidean distance between two points p and q."),
        Def::new("fsum", "($module, seq, /)", Native::N1(sums::fsum)).doc("Return an accurate floating-point sum of values in the iterable seq."),
        Def::new("hypot", "($module, /, *coordinates)", Native::Var(sums::hypot, 0, usize::MAX)).doc("Multidimensional Euclidean distance from the origin to a point."),
        Def::new("prod", "($module, iterable, /, *, start=1)", Native::Bound(sums::prod)).doc("Calculate the product of all the elements in the input iterable."),
        Def::new("sumprod", "($module, p, q, /)", Native::N2(sums::sumprod)).doc("Return the sum of products of values from two iterables p and q."),
        Def::new("comb", "($module, n, k, /)", Native::N2(whole::comb)).doc("Number of ways to choose k items from n items without repetition and without order."),
        Def::new("factorial", "($module, n, /)", Native::N1(whole::factorial)).doc("Find n!."),
        Def::new("gcd", "($module, /, *integers)", Native::Var(whole::gcd, 0, usize::MAX)).doc("Greatest Common Divisor."),
        Def::new("isqrt", "($module, n, /)", Native::N1(whole::isqrt)).doc("Return the integer part of the square root of the input."),
        Def::new("lcm", "($module, /, *integers)", Native::Var(whole::lcm, 0, usize::MAX)).doc("Least Common Multiple."),
        Def::new("perm", "($module, n, k=None, /)", Native::Var(whole::perm, 1, 2)).doc("Number of ways to choose k items from n items without repetition and with order."),
    ],
    exec: |vm, _, namespace| {
        for (name, value) in [("pi", m::PI), ("e", m::E), ("tau", m::TAU), ("inf", f64::INFINITY), ("nan", f64::NAN)] {
            let (name, value) = (vm.intern(name)?, vm.new_float(value)?);
            namespace.set_item(vm, &name, &value)?;
        }
        Ok(())
    },
};

/// The exception for a failed function of `x`.
#[cold]
fn failed(vm: &mut Vm, e: &pymath::Error, x: f64, message: &str) -> Raised {
    match e {
        pymath::Error::ERANGE => vm.overflow_error("math range error"),
        pymath::Error::EDOM if message.is_empty() => vm.value_error("math domain error"),
        pymath::Error::EDOM => vm.value_error(format!("{message}{}", instar_base_num::float_repr(x))),
    }
}

fn apply(vm: &mut Vm, x: &Owned, f: F1, message: &str) -> PyResult {
    let x = vm.to_float(x)?;
    match f(x) { Ok(r) => vm.new_float(r), Err(e) => Err(failed(vm, &e, x, message)) }
}

fn two(vm: &mut Vm, x: &Owned, y: &Owned, f: fn(f64, f64) -> pymath::Result<f64>) -> PyResult {
    let (x, y) = (vm.to_float(x)?, vm.to_float(y)?);
    match f(x, y) { Ok(r) => vm.new_float(r), Err(e) => Err(failed(vm, &e, x, "")) }
}

fn fma(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    let (x, y, z) = (vm.to_float(&args[0])?, vm.to_float(&args[1])?, vm.to_float(&args[2])?);
    match m::fma(x, y, z) {
        Ok(r) => vm.new_float(r),
        Err(pymath::Error::EDOM) => Err(vm.value_error("invalid operation in fma")),
        Err(pymath::Error::ERANGE) => Err(vm.overflow_error("overflow in fma")),
    }
}

fn optional_float(vm: &mut Vm, o: Option<&Owned>, default: f64) -> PyResult<f64> { o.map_or(Ok(default), |o| vm.to_float(o)) }

fn isclose(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let a = optional_float(vm, args[0].as_ref(), 0.0)?;
    let b = optional_float(vm, args[1].as_ref(), 0.0)?;
    let relative = optional_float(vm, args[2].as_ref(), 1e-9)?;
    let absolute = optional_float(vm, args[3].as_ref(), 0.0)?;
    match m::isclose(a, b, Some(relative), Some(absolute)) {
        Ok(close) => Ok(vm.bool(close)),
        Err(_) => Err(vm.value_error("tolerances must be non-negative")),
    }
}

/// An int from a float that is whole.
fn int_of(vm: &mut Vm, x: f64) -> PyResult {
    match instar_base_num::float_to_int(x) { Ok(n) => vm.new_bigint(n), Err(e) => Err(vm.num_error(e)) }
}

fn whole_part(vm: &mut Vm, x: &Owned, method: &str, f: fn(f64) -> f64) -> PyResult {
    if !x.is_exact::<PyFloat>(vm) {
        let name = vm.intern(method)?;
        if let Some(method) = vm.lookup_special(x, &name)? { return vm.call0(&method) }
    }
    let x = vm.to_float(x)?;
    int_of(vm, f(x))
}

fn trunc(vm: &mut Vm, _: &Owned, x: &Owned) -> PyResult {
    if x.is_exact::<PyFloat>(vm) {
        let x = vm.to_float(x)?;
        return int_of(vm, x.trunc());
    }
    let name = vm.intern("__trunc__")?;
    match vm.lookup_special(x, &name)? {
        Some(method) => vm.call0(&method),
        None => Err(vm.type_error(format!("type {} doesn't define __trunc__ method", x.type_name(vm)))),
    }
}

fn frexp(vm: &mut Vm, _: &Owned, x: &Owned) -> PyResult {
    let (mantissa, exponent) = m::frexp(vm.to_float(x)?);
    let (mantissa, exponent) = (vm.new_float(mantissa)?, vm.new_int(i64::from(exponent))?);
    Ok(vm.new_tuple([mantissa, exponent])?.into_obj())
}

fn ldexp(vm: &mut Vm, _: &Owned, x: &Owned, i: &Owned) -> PyResult {
    let x = vm.to_float(x)?;
    let exponent = match int_ref(i) {
        Some(IntRef::Small(n)) => n,
        Some(n) => if n.signum() < 0 { i64::MIN } else { i64::MAX },
        None => return Err(vm.type_error("Expected an int as second argument to ldexp.")),
    };
    // Exponents beyond an int's range act as the nearest.
    let exponent = exponent.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32;
    match m::ldexp(x, exponent) { Ok(r) => vm.new_float(r), Err(e) => Err(failed(vm, &e, x, "")) }
}

fn modf(vm: &mut Vm, _: &Owned, x: &Owned) -> PyResult {
    let (fraction, whole) = m::modf(vm.to_float(x)?);
    let (fraction, whole) = (vm.new_float(fraction)?, vm.new_float(whole)?);
    Ok(vm.new_tuple([fraction, whole])?.into_obj())
}

fn nextafter(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let x = optional_float(vm, args[0].as_ref(), 0.0)?;
    let y = optional_float(vm, args[1].as_ref(), 0.0)?;
    let steps = match args[2].as_ref().filter(|s| !vm.is_none(s)) {
        None => None,
        Some(s) => {
            let n = vm.index(s)?;
            match int_ref(&n) {
                Some(n) if n.signum() < 0 => return Err(vm.value_error("steps must be a non-negative integer")),
                Some(n) => Some(n.to_u64().unwrap_or(u64::MAX)),
                None => None,
            }
        }
    };
    vm.new_float(m::nextafter(x, y, steps))
}

/// `f(x)` for a logarithm `f`; ints beyond floats are taken apart first.
fn logarithm(vm: &mut Vm, x: &Owned, f: F1) -> PyResult<f64> {
    let Some(n) = int_ref(x) else {
        let x = vm.to_float(x)?;
        return f(x).map_err(|e| failed(vm, &e, x, "expected a positive input, got "));
    };
    if n.signum() <= 0 { return Err(vm.value_error("expected a positive input")) }
    let value = |r: pymath::Result<f64>| r.unwrap_or(f64::NAN);
    Ok(match n.to_f64() {
        Some(x) => value(f(x)),
        None => {
            let (mantissa, exponent) = parts(&n.big());
            value(f(mantissa)) + value(f(2.0)) * exponent
        }
    })
}

/// `(m, e)` with the positive `n` about `m * 2^e`, `0.5 <= m < 1`, for numbers beyond floats.
fn parts(n: &IBig) -> (f64, f64) {
    // 1000 bits fit a float's range and leave all rounding to its last place; what is dropped is remembered in the last bit.
    let shift = instar_base_num::bit_length(n).saturating_sub(1000);
    let top: IBig = n >> shift;
    let sticky = (&top << shift) != *n;
    let top = if sticky { top | IBig::ONE } else { top };
    let (mantissa, exponent) = m::frexp(int_to_f64(&top).unwrap_or(f64::MAX));
    (mantissa, f64::from(exponent) + shift as f64)
}

fn log(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    let natural: F1 = |x| m::log(x, None);
    let x = logarithm(vm, &args[0], natural)?;
    let Some(base) = args.get(1) else { return vm.new_float(x) };
    let base = logarithm(vm, base, natural)?;
    if base == 0.0 { return Err(vm.zero_division_error("division by zero")) }
    vm.new_float(x / base)
}

/// All floats of a sequence or iterable.
fn floats(vm: &mut Vm, items: &[Owned]) -> PyResult<Vec<f64>> {
    let mut out = Vec::new();
    if out.try_reserve_exact(items.len()).is_err() { return Err(vm.no_memory()) }
    for item in items { out.push(match float_value(item) { Some(x) => x, None => vm.to_float(item)? }) }
    Ok(out)
}
