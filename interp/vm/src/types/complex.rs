//! `complex`: the payload, arithmetic, construction and methods.
//!
//! Products and quotients follow C's Annex G where parts are infinite or NaN; operations with a real operand treat it as one number,
//! not as a complex one with imaginary part zero (as CPython 3.14 does). Not here: text of complex numbers (`instar-base-num`).

use instar_base_hash::{hash_complex, hash_f64, hash_pointer};
use instar_base_num as num;
use instar_base_num::{FormatSpec, Locale, Target};
use instar_code::{Binary, Compare};

use crate::args::Args;
use crate::native::{Def, GetSet, Native, TypeDef};
use crate::object::{ObjExt, Owned};
use crate::slots::Slots;
use crate::typeobj::TypeRef;
use crate::types::float::{float_value, order_int};
use crate::types::int::int_ref;
use crate::types::int::text::number_text;
use crate::types::int_methods::spec_codes;
use crate::types::str::PyStr;
use crate::vm::{PyResult, Vm};

/// A complex number: real and imaginary part.
pub type Pair = (f64, f64);

/// Payload of `complex`.
pub struct PyComplex {
    /// `real`
    pub re: f64,
    /// `imag`
    pub im: f64,
}

instar_object::trace! { PyComplex { } }
crate::fields! { PyComplex { re, im } }
crate::payload!(PyComplex, "complex", complex, Bare);

impl PyComplex {
    /// Real and imaginary part.
    #[inline]
    pub fn parts(&self) -> Pair { (self.re, self.im) }
}

impl Vm {
    /// A complex number.
    pub fn new_complex(&self, real: f64, imag: f64) -> PyResult { Ok(self.new_object(PyComplex { re: real, im: imag })?.into_obj()) }
}

fn this_complex(this: &Owned) -> Pair { this.cast::<PyComplex>().expect("law: checked by the descriptor").parts() }

/// Docs, methods and attributes of `complex`.
pub static DEF: TypeDef = TypeDef {
    doc: "Create a complex number from a string or numbers.\n\nIf a string is given, parse it as a complex number.\nIf a single number is given, \
convert it to a complex number.\nIf the 'real' or 'imag' arguments are given, create a complex number\nwith the specified real and imaginary \
components.",
    sig: "(real=0, imag=0)",
    methods: &[
        Def::class("from_number", "($type, number, /)", Native::N1(from_number)).doc("Convert number to a complex floating-point number."),
        Def::new("conjugate", "($self, /)", Native::N0(|vm, this| { let (x, y) = this_complex(this); vm.new_complex(x, -y) }))
            .doc("Return the complex conjugate of its argument. (3-4j).conjugate() == 3+4j."),
        Def::new("__complex__", "($self, /)", Native::N0(plain)).doc("Convert this value to exact type complex."),
        Def::new("__getnewargs__", "($self, /)", Native::N0(getnewargs)),
        Def::new("__format__", "($self, format_spec, /)", Native::N1(format)).doc("Convert to a string according to format_spec."),
    ],
    getset: &[
        GetSet { member: true, name: "real", get: |vm, this| vm.new_float(this_complex(this).0), set: None, doc: "the real part of a complex number" },
        GetSet { member: true, name: "imag", get: |vm, this| vm.new_float(this_complex(this).1), set: None, doc: "the imaginary part of a complex number" },
    ],
};

/// Fills the type.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.complex.clone();
    let mut s = Slots {
        new: Some(new), repr: Some(repr), hash: Some(hash), compare: Some(compare), bool: Some(|_, this| Ok(this_complex(this) != (0.0, 0.0))),
        negative: Some(|vm, this| { let (x, y) = this_complex(this); vm.new_complex(-x, -y) }), positive: Some(plain), absolute: Some(absolute),
        pow: Some(pow), ..Slots::default()
    };
    s.binary[Binary::Add as usize] = Some(add);
    s.binary[Binary::Sub as usize] = Some(sub);
    s.binary[Binary::Mul as usize] = Some(mul);
    s.binary[Binary::TrueDiv as usize] = Some(true_div);
    vm.fill_type(&ty, s, &DEF)
}

fn plain(vm: &mut Vm, this: &Owned) -> PyResult {
    if this.is_exact::<PyComplex>(vm) { return Ok(this.clone()) }
    let (x, y) = this_complex(this);
    vm.new_complex(x, y)
}

fn repr(vm: &mut Vm, this: &Owned) -> PyResult {
    let (x, y) = this_complex(this);
    vm.new_str(&num::complex_repr(x, y))
}

fn hash(_: &mut Vm, this: &Owned) -> PyResult<i64> {
    let (x, y) = this_complex(this);
    let part = |x: f64| hash_f64(x).unwrap_or_else(|| hash_pointer(this.word().raw()));
    Ok(hash_complex(part(x), part(y)))
}

fn compare(vm: &mut Vm, this: &Owned, other: &Owned, op: Compare) -> PyResult {
    if !matches!(op, Compare::Eq | Compare::Ne) { return Ok(vm.not_implemented()) }
    let (x, y) = this_complex(this);
    let equal = if let Some(z) = other.cast::<PyComplex>() { z.parts() == (x, y) }
        else if let Some(f) = float_value(other) { y == 0.0 && x == f }
        else if let Some(n) = int_ref(other) { y == 0.0 && order_int(x, n).is_some_and(std::cmp::Ordering::is_eq) }
        else { return Ok(vm.not_implemented()) };
    Ok(vm.bool(equal == (op == Compare::Eq)))
}

fn absolute(vm: &mut Vm, this: &Owned) -> PyResult {
    let (x, y) = this_complex(this);
    let r = x.hypot(y);
    if r.is_infinite() && x.is_finite() && y.is_finite() { return Err(vm.overflow_error("absolute value too large")) }
    vm.new_float(r)
}

/// An operand of complex arithmetic.
enum Operand {
    Real(f64),
    Complex(Pair),
}

fn operand(vm: &Vm, o: &Owned) -> PyResult<Option<Operand>> {
    if let Some(z) = o.cast::<PyComplex>() { return Ok(Some(Operand::Complex(z.parts()))) }
    Ok(super::float::operand(vm, o)?.map(Operand::Real))
}

use Operand::{Complex, Real};

macro_rules! operands {
    ($vm:ident, $a:ident, $b:ident) => {{
        let Some(x) = operand($vm, $a)? else { return Ok($vm.not_implemented()) };
        let Some(y) = operand($vm, $b)? else { return Ok($vm.not_implemented()) };
        (x, y)
    }};
}

fn add(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult {
    let (x, y) = match operands!(vm, a, b) {
        (Complex(a), Complex(b)) => (a.0 + b.0, a.1 + b.1),
        (Complex(z), Real(r)) | (Real(r), Complex(z)) => (z.0 + r, z.1),
        (Real(a), Real(b)) => (a + b, 0.0),
    };
    vm.new_complex(x, y)
}

fn sub(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult {
    let (x, y) = match operands!(vm, a, b) {
        (Complex(a), Complex(b)) => (a.0 - b.0, a.1 - b.1),
        (Complex(a), Real(b)) => (a.0 - b, a.1),
        (Real(a), Complex(b)) => (a - b.0, -b.1),
        (Real(a), Real(b)) => (a - b, 0.0),
    };
    vm.new_complex(x, y)
}

fn mul(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult {
    let (x, y) = match operands!(vm, a, b) {
        (Complex(a), Complex(b)) => product(a, b),
        (Complex(z), Real(r)) | (Real(r), Complex(z)) => (z.0 * r, z.1 * r),
        (Real(a), Real(b)) => (a * b, 0.0),
    };
    vm.new_complex(x, y)
}

fn true_div(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult {
    let (a, b) = operands!(vm, a, b);
    if matches!(b, Real(0.0) | Complex((0.0, 0.0))) { return Err(vm.zero_division_error("division by zero")) }
    let (x, y) = match (a, b) {
        (Complex(a), Complex(b)) => quotient(a, b),
        (Complex(a), Real(b)) => (a.0 / b, a.1 / b),
        (Real(a), Complex(b)) => quotient_of_real(a, b),
        (Real(a), Real(b)) => (a / b, 0.0),
    };
    vm.new_complex(x, y)
}

/// An infinite part becomes 1, a finite one 0, with its sign.
fn boxed(part: f64) -> f64 { (if part.is_infinite() { 1.0f64 } else { 0.0 }).copysign(part) }

fn without_nan(part: f64) -> f64 { if part.is_nan() { 0.0f64.copysign(part) } else { part } }

fn is_infinite(z: Pair) -> bool { z.0.is_infinite() || z.1.is_infinite() }

fn is_finite(z: Pair) -> bool { z.0.is_finite() && z.1.is_finite() }

/// `z * w` (C Annex G.5.1).
pub fn product(z: Pair, w: Pair) -> Pair {
    let ((mut a, mut b), (mut c, mut d)) = (z, w);
    let (ac, bd, ad, bc) = (a * c, b * d, a * d, b * c);
    let (x, y) = (ac - bd, ad + bc);
    if !(x.is_nan() && y.is_nan()) { return (x, y) }
    let mut again = false;
    if is_infinite((a, b)) {
        (a, b) = (boxed(a), boxed(b));
        (c, d) = (without_nan(c), without_nan(d));
        again = true;
    }
    if is_infinite((c, d)) {
        (c, d) = (boxed(c), boxed(d));
        (a, b) = (without_nan(a), without_nan(b));
        again = true;
    }
    if !again && [ac, bd, ad, bc].iter().any(|p| p.is_infinite()) {
        (a, b) = (without_nan(a), without_nan(b));
        (c, d) = (without_nan(c), without_nan(d));
        again = true;
    }
    if !again { return (x, y) }
    (f64::INFINITY * (a * c - b * d), f64::INFINITY * (a * d + b * c))
}

/// `a / b` for `b` not zero: Smith's way, scaled by the larger part of `b`.
pub fn quotient(a: Pair, b: Pair) -> Pair {
    let (x, y) = if b.0.abs() >= b.1.abs() {
        let ratio = b.1 / b.0;
        let scale = b.0 + b.1 * ratio;
        ((a.0 + a.1 * ratio) / scale, (a.1 - a.0 * ratio) / scale)
    } else if b.1.abs() >= b.0.abs() {
        let ratio = b.0 / b.1;
        let scale = b.0 * ratio + b.1;
        ((a.0 * ratio + a.1) / scale, (a.1 * ratio - a.0) / scale)
    } else {
        (f64::NAN, f64::NAN)
    };
    if !(x.is_nan() && y.is_nan()) { return (x, y) }
    if is_infinite(a) && is_finite(b) {
        let (p, q) = (boxed(a.0), boxed(a.1));
        return (f64::INFINITY * (p * b.0 + q * b.1), f64::INFINITY * (q * b.0 - p * b.1));
    }
    if is_infinite(b) && is_finite(a) {
        let (p, q) = (boxed(b.0), boxed(b.1));
        return (0.0 * (a.0 * p + a.1 * q), 0.0 * (a.1 * p - a.0 * q));
    }
    (x, y)
}

fn quotient_of_real(a: f64, b: Pair) -> Pair {
    let (x, y) = if b.0.abs() >= b.1.abs() {
        let ratio = b.1 / b.0;
        let scale = b.0 + b.1 * ratio;
        (a / scale, -a * ratio / scale)
    } else if b.1.abs() >= b.0.abs() {
        let ratio = b.0 / b.1;
        let scale = b.0 * ratio + b.1;
        (a * ratio / scale, -a / scale)
    } else {
        (f64::NAN, f64::NAN)
    };
    if x.is_nan() && y.is_nan() && a.is_finite() && is_infinite(b) {
        let (p, q) = (boxed(b.0), boxed(b.1));
        return (0.0 * (a * p), 0.0 * (-a * q));
    }
    (x, y)
}

fn pow(vm: &mut Vm, a: &Owned, b: &Owned, modulus: &Owned) -> PyResult {
    let (a, b) = operands!(vm, a, b);
    if !vm.is_none(modulus) { return Err(vm.value_error("complex modulo")) }
    let whole = |o| match o { Real(x) => (x, 0.0), Complex(z) => z };
    power(vm, whole(a), whole(b))
}

/// `a ** b`. ZeroDivisionError, OverflowError.
pub(crate) fn power(vm: &mut Vm, a: Pair, b: Pair) -> PyResult {
    let r = if b.1 == 0.0 && b.0 == b.0.floor() && b.0.abs() <= 100.0 { whole_power(a, b.0 as i32) } else { general_power(a, b) };
    let Some(r) = r else { return Err(vm.zero_division_error("zero to a negative or complex power")) };
    if is_infinite(r) { return Err(vm.overflow_error("complex exponentiation")) }
    vm.new_complex(r.0, r.1)
}

fn whole_power(a: Pair, n: i32) -> Option<Pair> {
    let mut left = n.unsigned_abs();
    let (mut r, mut square) = ((1.0, 0.0), a);
    while left > 0 {
        if left & 1 == 1 { r = product(r, square) }
        left >>= 1;
        if left > 0 { square = product(square, square) }
    }
    if n >= 0 { return Some(r) }
    if r == (0.0, 0.0) { return None }
    Some(quotient((1.0, 0.0), r))
}

fn general_power(a: Pair, b: Pair) -> Option<Pair> {
    if b == (0.0, 0.0) { return Some((1.0, 0.0)) }
    if a == (0.0, 0.0) { return if b.1 != 0.0 || b.0 < 0.0 { None } else { Some((0.0, 0.0)) } }
    let (size, angle) = (a.0.hypot(a.1), a.1.atan2(a.0));
    let (mut length, mut phase) = (size.powf(b.0), angle * b.0);
    if b.1 != 0.0 {
        length *= (-angle * b.1).exp();
        phase += b.1 * size.ln();
    }
    // No direction: what C's `cos` reports for an infinite angle is taken for this error, too.
    if phase.is_infinite() { return None }
    Some((length * phase.cos(), length * phase.sin()))
}

fn getnewargs(vm: &mut Vm, this: &Owned) -> PyResult {
    let (x, y) = this_complex(this);
    let (x, y) = (vm.new_float(x)?, vm.new_float(y)?);
    Ok(vm.new_tuple([x, y])?.into_obj())
}

fn format(vm: &mut Vm, this: &Owned, spec: &Owned) -> PyResult {
    let codes = spec_codes(vm, spec)?;
    if codes.is_empty() { return vm.str(this) }
    let name = this.type_name(vm);
    let (x, y) = this_complex(this);
    let mut out = Vec::<u32>::new();
    let done = FormatSpec::parse_codes(codes.as_slice(), Target::float(&name))
        .and_then(|spec| num::format_complex_spec(&mut out, x, y, &spec, &name, &Locale::c()));
    match done { Ok(()) => vm.new_str_from_code_points(&out), Err(e) => Err(vm.num_error(e)) }
}

/// What `__complex__` gives, if the object has it.
pub(crate) fn special_method(vm: &mut Vm, o: &Owned) -> PyResult<Option<Pair>> {
    let name = vm.names.__complex__.clone();
    let Some(method) = vm.lookup_special(o, &name)? else { return Ok(None) };
    let r = vm.call0(&method)?;
    let Some(z) = r.cast::<PyComplex>().map(|z| z.parts()) else {
        return Err(vm.type_error(format!("__complex__ returned non-complex (type {})", r.type_name(vm))));
    };
    if !r.is_exact::<PyComplex>(vm) {
        let name = r.type_name(vm);
        vm.deprecated(&format!("__complex__ returned non-complex (type {name}).  The ability to return an instance of a strict subclass of \
            complex is deprecated, and may not be supported in a future version of Python."))?;
    }
    Ok(Some(z))
}

fn of_type(vm: &mut Vm, ty: &TypeRef, z: Pair) -> PyResult { Ok(vm.new_object_of(ty, PyComplex { re: z.0, im: z.1 })?.into_obj()) }

fn from_number(vm: &mut Vm, class: &Owned, number: &Owned) -> PyResult {
    let plain_class = class.is(vm.types.complex.obj());
    if plain_class && number.is_exact::<PyComplex>(vm) { return Ok(number.clone()) }
    let (x, y) = vm.to_complex(number)?;
    let value = vm.new_complex(x, y)?;
    if plain_class { Ok(value) } else { vm.call1(class, &value) }
}

fn new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    match (args.pos(), args.kwnames().is_empty()) {
        ([x], true) => {
            if x.is_exact::<PyComplex>(vm) && ty.ptr() == vm.types.complex.ptr() { return Ok(x.clone()) }
            let z = single(vm, x)?;
            return of_type(vm, ty, z);
        }
        ([], true) => return of_type(vm, ty, (0.0, 0.0)),
        _ => {}
    }
    check_at_most_two(vm, args)?;
    let (mut real, mut imag) = (args.pos().first(), args.pos().get(1));
    for (key, value) in args.keywords() {
        let key = key.cast::<PyStr>().map(|s| s.to_string_lossy()).unwrap_or_default();
        let (slot, position) = match key.as_str() {
            "real" => (&mut real, 1),
            "imag" => (&mut imag, 2),
            _ => return Err(vm.type_error(format!("complex() got an unexpected keyword argument '{key}'"))),
        };
        if slot.is_some() { return Err(vm.type_error(format!("argument for complex() given by name ('{key}') and position ({position})"))) }
        *slot = Some(value);
    }
    let a = match real { Some(o) => part(vm, o, "real")?, None => Real(0.0) };
    let b = match imag { Some(o) => part(vm, o, "imag")?, None => Real(0.0) };
    // real + imag * 1j, where either may be complex itself.
    let (mut x, extra) = match a { Real(x) => (x, 0.0), Complex(z) => z };
    let mut y = match b {
        Real(y) => y,
        Complex(z) => { x -= z.1; z.0 }
    };
    if matches!(a, Complex(_)) { y += extra }
    of_type(vm, ty, (x, y))
}

fn check_at_most_two(vm: &mut Vm, args: Args<'_>) -> PyResult<()> {
    let given = args.values().len();
    if given <= 2 { return Ok(()) }
    Err(vm.type_error(format!("complex() takes at most 2 arguments ({given} given)")))
}

/// Whether each underscore stands between two digits.
fn joins_digits(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    bytes.iter().enumerate().all(|(i, b)| *b != b'_' || digit(i.checked_sub(1)) && digit(Some(i + 1)))
}

/// `complex(o)` with one argument.
fn single(vm: &mut Vm, o: &Owned) -> PyResult<Pair> {
    if let Some(s) = o.cast::<PyStr>().cloned() {
        let text = number_text(&s);
        if text.contains('_') && !joins_digits(&text) {
            let shown = vm.repr_text(o)?;
            return Err(vm.value_error(format!("could not convert string to complex: {shown}")));
        }
        return num::parse_complex(text.trim_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c'])).ok_or_else(|| vm.value_error("complex() arg is a malformed string"));
    }
    if let Some(z) = special_method(vm, o)? { return Ok(z) }
    match vm.float_of_number(o)? {
        Some(x) => Ok((x, 0.0)),
        None => Err(vm.type_error(format!("complex() argument must be a string or a number, not {}", vm.qualified_type_name(o)))),
    }
}

/// `real` or `imag` of the constructor with two arguments. Complex numbers are deprecated there.
fn part(vm: &mut Vm, o: &Owned, which: &str) -> PyResult<Operand> {
    let name = vm.qualified_type_name(o);
    let message = format!("complex() argument '{which}' must be a real number, not {name}");
    // Only the first argument may have `__complex__`.
    let special = if which == "real" && !o.is_exact::<PyComplex>(vm) { special_method(vm, o)? } else { None };
    if let Some(z) = special.or_else(|| o.cast::<PyComplex>().map(|z| z.parts())) {
        vm.deprecated(&message)?;
        return Ok(Complex(z));
    }
    match vm.float_of_number(o)? { Some(x) => Ok(Real(x)), None => Err(vm.type_error(message)) }
}
