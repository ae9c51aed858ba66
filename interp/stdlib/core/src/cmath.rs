//! Module `cmath`: functions of complex numbers.
//!
//! The functions come from `pymath`; here are arguments and messages. Not here: arithmetic of `complex` (`instar-vm`).

use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native};
use instar_vm::{Owned, PyResult, Raised, Vm};
use num_complex::Complex64;
use pymath::cmath as c;

const Z: &str = "($module, z, /)";

macro_rules! one {
    ($name:literal, $f:expr, $doc:literal) => { Def::new($name, Z, Native::N1(|vm, _, z| apply(vm, z, $f))).doc($doc) };
}
macro_rules! test {
    ($name:literal, $f:expr, $doc:literal) => { Def::new($name, Z, Native::N1(|vm, _, z| { let z = argument(vm, z)?; Ok(vm.bool($f(z))) })).doc($doc) };
}

/// The module.
pub static MODULE: NativeModule = NativeModule {
    name: "cmath",
    doc: "This module provides access to mathematical functions for complex\nnumbers.",
    functions: &[
        one!("acos", c::acos, "Return the arc cosine of z."),
        one!("acosh", c::acosh, "Return the inverse hyperbolic cosine of z."),
        one!("asin", c::asin, "Return the arc sine of z."),
        one!("asinh", c::asinh, "Return the inverse hyperbolic sine of z."),
        one!("atan", c::atan, "Return the arc tangent of z."),
        one!("atanh", c::atanh, "Return the inverse hyperbolic tangent of z."),
        one!("cos", c::cos, "Return the cosine of z."),
        one!("cosh", c::cosh, "Return the hyperbolic cosine of z."),
        one!("exp", c::exp, "Return the exponential value e**z."),
        one!("log10", c::log10, "Return the base-10 logarithm of z."),
        one!("sin", c::sin, "Return the sine of z."),
        one!("sinh", c::sinh, "Return the hyperbolic sine of z."),
        one!("sqrt", c::sqrt, "Return the square root of z."),
        one!("tan", c::tan, "Return the tangent of z."),
        one!("tanh", c::tanh, "Return the hyperbolic tangent of z."),
        test!("isfinite", c::isfinite, "Return True if both the real and imaginary parts of z are finite, else False."),
        test!("isinf", c::isinf, "Checks if the real or imaginary part of z is infinite."),
        test!("isnan", c::isnan, "Checks if the real or imaginary part of z not a number (NaN)."),
        Def::new("isclose", "($module, /, a, b, *, rel_tol=1e-09, abs_tol=0.0)", Native::Bound(isclose)).doc("Determine whether two complex numbers are close in value."),
        Def::new("log", "", Native::Var(log, 1, 2)).doc("log(z[, base]) -> the logarithm of z to the given base.\n\nIf the base is not specified, returns the natural logarithm (base e) of z."),
        Def::new("phase", Z, Native::N1(phase)).doc("Return argument, also known as the phase angle, of a complex."),
        Def::new("polar", Z, Native::N1(polar)).doc("Convert a complex from rectangular coordinates to polar coordinates.\n\nr is the distance from 0 and phi the phase angle."),
        Def::new("rect", "($module, r, phi, /)", Native::N2(rect)).doc("Convert from polar coordinates to rectangular coordinates."),
    ],
    exec: |vm, _, namespace| {
        let (inf, nan) = (f64::INFINITY, f64::NAN);
        for (name, value) in [("pi", std::f64::consts::PI), ("e", std::f64::consts::E), ("tau", std::f64::consts::TAU), ("inf", inf), ("nan", nan)] {
            let (name, value) = (vm.intern(name)?, vm.new_float(value)?);
            namespace.set_item(vm, &name, &value)?;
        }
        for (name, value) in [("infj", inf), ("nanj", nan)] {
            let (name, value) = (vm.intern(name)?, vm.new_complex(0.0, value)?);
            namespace.set_item(vm, &name, &value)?;
        }
        Ok(())
    },
};

fn argument(vm: &mut Vm, z: &Owned) -> PyResult<Complex64> {
    let (re, im) = vm.to_complex(z)?;
    Ok(Complex64::new(re, im))
}

#[cold]
fn failed(vm: &mut Vm, e: &pymath::Error) -> Raised {
    match e {
        pymath::Error::EDOM => vm.value_error("math domain error"),
        pymath::Error::ERANGE => vm.overflow_error("math range error"),
    }
}

fn result(vm: &mut Vm, r: pymath::Result<Complex64>) -> PyResult {
    match r { Ok(z) => vm.new_complex(z.re, z.im), Err(e) => Err(failed(vm, &e)) }
}

fn apply(vm: &mut Vm, z: &Owned, f: fn(Complex64) -> pymath::Result<Complex64>) -> PyResult {
    let z = argument(vm, z)?;
    result(vm, f(z))
}

fn log(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    let z = argument(vm, &args[0])?;
    let base = match args.get(1) { Some(b) => Some(argument(vm, b)?), None => None };
    let r = c::log(z, base);
    result(vm, r)
}

fn phase(vm: &mut Vm, _: &Owned, z: &Owned) -> PyResult {
    let z = argument(vm, z)?;
    match c::phase(z) { Ok(x) => vm.new_float(x), Err(e) => Err(failed(vm, &e)) }
}

fn polar(vm: &mut Vm, _: &Owned, z: &Owned) -> PyResult {
    let z = argument(vm, z)?;
    let (r, phi) = c::polar(z).map_err(|e| failed(vm, &e))?;
    let (r, phi) = (vm.new_float(r)?, vm.new_float(phi)?);
    Ok(vm.new_tuple([r, phi])?.into_obj())
}

fn rect(vm: &mut Vm, _: &Owned, r: &Owned, phi: &Owned) -> PyResult {
    let (r, phi) = (vm.to_float(r)?, vm.to_float(phi)?);
    let z = c::rect(r, phi);
    result(vm, z)
}

fn isclose(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let (Some(a), Some(b)) = (&args[0], &args[1]) else { return Err(vm.system_error("isclose() needs two numbers")) };
    let (a, b) = (argument(vm, a)?, argument(vm, b)?);
    let relative = match &args[2] { Some(x) => vm.to_float(x)?, None => 1e-9 };
    let absolute = match &args[3] { Some(x) => vm.to_float(x)?, None => 0.0 };
    match c::isclose(a, b, Some(relative), Some(absolute)) {
        Ok(close) => Ok(vm.bool(close)),
        Err(_) => Err(vm.value_error("tolerances must be non-negative")),
    }
}
