//! Methods and attributes of `float`.
//!
//! Not here: slots and arithmetic (`float.rs`).

use std::borrow::Cow;

use instar_base_num as num;
use instar_base_num::{FormatSpec, Locale, Target};

use super::{float_value, operand, plain, this_float, PyFloat};
use crate::native::{Def, GetSet, Native, TypeDef};
use crate::object::{ObjExt, Owned};
use crate::types::int::{int_ref, IntRef};
use crate::types::int_methods::spec_codes;
use crate::types::str::PyStr;
use crate::types::str_format::Codes;
use crate::vm::{PyResult, Vm};

/// Docs, methods and attributes of `float`.
pub static DEF: TypeDef = TypeDef {
    doc: "Convert a string or number to a floating-point number, if possible.",
    sig: "(x=0, /)",
    methods: &[
        Def::class("from_number", "($type, number, /)", Native::N1(from_number)).doc("Convert real number to a floating-point number."),
        Def::new("conjugate", "($self, /)", Native::N0(plain)).doc("Return self, the complex conjugate of any float."),
        Def::new("__trunc__", "($self, /)", Native::N0(trunc)).doc("Return the Integral closest to x between 0 and x."),
        Def::new("__floor__", "($self, /)", Native::N0(|vm, this| integral(vm, this_float(this).floor()))).doc("Return the floor as an Integral."),
        Def::new("__ceil__", "($self, /)", Native::N0(|vm, this| integral(vm, this_float(this).ceil()))).doc("Return the ceiling as an Integral."),
        Def::new("__round__", "($self, ndigits=None, /)", Native::Var(round, 0, 1))
            .doc("Return the Integral closest to x, rounding half toward even.\n\nWhen an argument is passed, work like built-in round(x, ndigits)."),
        Def::new("as_integer_ratio", "($self, /)", Native::N0(as_integer_ratio))
            .doc("Return a pair of integers, whose ratio is exactly equal to the original float.\n\n>>> (0.375).as_integer_ratio()\n(3, 8)\n>>> (-2.0).as_integer_ratio()\n(-2, 1)"),
        Def::class("fromhex", "($type, string, /)", Native::N1(fromhex))
            .doc("Create a floating-point number from a hexadecimal string.\n\n>>> float.fromhex('0x1.8p3')\n12.0\n>>> float.fromhex('-a.8')\n-10.5"),
        Def::new("hex", "($self, /)", Native::N0(|vm, this| vm.new_str(&num::float_to_hex(this_float(this)))))
            .doc("Return a hexadecimal representation of a floating-point number.\n\n>>> (12.0).hex()\n'0x1.8000000000000p+3'"),
        Def::new("is_integer", "($self, /)", Native::N0(|vm, this| { let x = this_float(this); Ok(vm.bool(x.is_finite() && x.floor() == x)) }))
            .doc("Return True if the float is an integer."),
        Def::new("__getnewargs__", "($self, /)", Native::N0(getnewargs)),
        Def::class("__getformat__", "($type, typestr, /)", Native::N1(getformat)).doc("You probably don't want to use this function."),
        Def::new("__format__", "($self, format_spec, /)", Native::N1(format)).doc("Formats the float according to format_spec."),
    ],
    getset: &[
        GetSet { member: false, name: "real", get: plain, set: None, doc: "the real part of a complex number" },
        GetSet { member: false, name: "imag", get: |vm, _| vm.new_float(0.0), set: None, doc: "the imaginary part of a complex number" },
    ],
};

/// A whole float as int. ValueError for NaN, OverflowError for infinities.
pub(crate) fn integral(vm: &mut Vm, x: f64) -> PyResult {
    // Within 2^62 the conversion is exact.
    if x.abs() < 4.0e18 { return vm.new_int(x as i64) }
    match num::float_to_int(x) { Ok(n) => vm.new_bigint(n), Err(e) => Err(vm.num_error(e)) }
}

pub(super) fn trunc(vm: &mut Vm, this: &Owned) -> PyResult { integral(vm, this_float(this)) }

pub(super) fn divmod(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult {
    let Some(x) = operand(vm, a)? else { return Ok(vm.not_implemented()) };
    let Some(y) = operand(vm, b)? else { return Ok(vm.not_implemented()) };
    let (q, r) = num::float_divmod(x, y).map_err(|e| vm.num_error(e))?;
    let (q, r) = (vm.new_float(q)?, vm.new_float(r)?);
    Ok(vm.new_tuple([q, r])?.into_obj())
}

/// The value for a class method that makes floats: `class(x)` for subclasses.
fn of_class(vm: &mut Vm, class: &Owned, x: f64) -> PyResult {
    let value = vm.new_float(x)?;
    if class.is(vm.types.float.obj()) { Ok(value) } else { vm.call1(class, &value) }
}

fn from_number(vm: &mut Vm, class: &Owned, number: &Owned) -> PyResult {
    if class.is(vm.types.float.obj()) && number.is_exact::<PyFloat>(vm) { return Ok(number.clone()) }
    let x = vm.to_float(number)?;
    of_class(vm, class, x)
}

fn round(vm: &mut Vm, this: &Owned, args: &[Owned]) -> PyResult {
    let x = this_float(this);
    let Some(digits) = args.first().filter(|d| !vm.is_none(d)) else { return integral(vm, num::round_float_half_even(x)) };
    let digits = vm.index(digits)?;
    let places = match int_ref(&digits) {
        Some(IntRef::Small(n)) => n,
        Some(n) => if n.signum() < 0 { i64::MIN } else { i64::MAX },
        None => 0,
    };
    match num::round_float(x, places) { Ok(r) => vm.new_float(r), Err(e) => Err(vm.num_error(e)) }
}

fn as_integer_ratio(vm: &mut Vm, this: &Owned) -> PyResult {
    let (n, d) = num::float_as_integer_ratio(this_float(this)).map_err(|e| vm.num_error(e))?;
    let (n, d) = (vm.new_bigint(n)?, vm.new_bigint(d)?);
    Ok(vm.new_tuple([n, d])?.into_obj())
}

fn fromhex(vm: &mut Vm, class: &Owned, text: &Owned) -> PyResult {
    let Some(s) = text.cast::<PyStr>() else { return Err(vm.type_error("bad argument type for built-in operation")) };
    // What is not ASCII is in no hexadecimal number; `?` is not either.
    let ascii = s.as_ascii().unwrap_or("?");
    let x = num::float_from_hex(ascii).map_err(|e| vm.num_error(e))?;
    of_class(vm, class, x)
}

fn getnewargs(vm: &mut Vm, this: &Owned) -> PyResult {
    let x = vm.new_float(this_float(this))?;
    Ok(vm.new_tuple([x])?.into_obj())
}

fn getformat(vm: &mut Vm, _class: &Owned, kind: &Owned) -> PyResult {
    let Some(s) = kind.cast::<PyStr>() else {
        return Err(vm.type_error(format!("__getformat__() argument must be str, not {}", kind.given_name(vm))));
    };
    if !matches!(s.as_ascii(), Some("double" | "float")) { return Err(vm.value_error("__getformat__() argument 1 must be 'double' or 'float'")) }
    vm.new_str(if cfg!(target_endian = "little") { "IEEE, little-endian" } else { "IEEE, big-endian" })
}

pub(crate) fn format(vm: &mut Vm, this: &Owned, spec: &Owned) -> PyResult {
    let codes = spec_codes(vm, spec)?;
    if codes.is_empty() { return vm.str(this) }
    let name: Cow<'_, str> = if this.is_exact::<PyFloat>(vm) { "float".into() } else { this.type_name(vm).into() };
    let mut out = Codes::default();
    let x = float_value(this).unwrap_or_default();
    let done = FormatSpec::parse_codes(codes.as_slice(), Target::float(&name))
        .and_then(|spec| num::format_float_spec(&mut out, x, &spec, &name, &Locale::c()));
    match done { Ok(()) => vm.new_str_from_code_points(&out.0), Err(e) => Err(vm.num_error(e)) }
}
