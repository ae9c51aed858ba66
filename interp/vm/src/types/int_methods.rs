//! Methods and attributes of `int`.
//!
//! Not here: slots and arithmetic (`int.rs`, `int/`).

use std::borrow::Cow;
use std::ops::ControlFlow;

use instar_base_num as num;
use instar_base_num::{FormatSpec, Locale, Target};
use smallvec::SmallVec;

use super::int::{exact, int_ref, this_int, IntRef, PyInt};
use crate::native::{Def, GetSet, Native, TypeDef};
use crate::object::{ObjExt, Owned};
use crate::types::str::PyStr;
use crate::types::str_format::Codes;
use crate::vm::{PyResult, Vm};

/// Docs, methods and attributes of `int`.
pub static DEF: TypeDef = TypeDef {
    doc: "int([x]) -> integer\nint(x, base=10) -> integer\n\nConvert a number or string to an integer, or return 0 if no arguments\nare given.  A text is read in the given base, 0 meaning that of its prefix:\n\n>>> int('0o17', base=0)\n15",
    sig: "",
    methods: &[
        Def::new("conjugate", "($self, /)", Native::N0(exact)).doc("Returns self, the complex conjugate of any int."),
        Def::new("bit_length", "($self, /)", Native::N0(|vm, this| vm.new_usize(this_int(this).bits())))
            .doc("Number of bits necessary to represent self in binary.\n\n>>> bin(37)\n'0b100101'\n>>> (37).bit_length()\n6"),
        Def::new("bit_count", "($self, /)", Native::N0(bit_count))
            .doc("Number of ones in the binary representation of the absolute value of self.\n\n>>> bin(13)\n'0b1101'\n>>> (13).bit_count()\n3"),
        Def::new("to_bytes", "($self, /, length=1, byteorder='big', *, signed=False)", Native::Bound(to_bytes))
            .doc("Return an array of bytes representing an integer."),
        Def::class("from_bytes", "($type, /, bytes, byteorder='big', *, signed=False)", Native::Bound(from_bytes))
            .doc("Return the integer represented by the given array of bytes."),
        Def::new("as_integer_ratio", "($self, /)", Native::N0(as_integer_ratio))
            .doc("Return a pair of integers, whose ratio is equal to the original int.\n\nThe ratio is in lowest terms and has a positive denominator.\n\n>>> (7).as_integer_ratio()\n(7, 1)\n>>> (-3).as_integer_ratio()\n(-3, 1)"),
        Def::new("__trunc__", "($self, /)", Native::N0(exact)).doc("Truncating an Integral returns itself."),
        Def::new("__floor__", "($self, /)", Native::N0(exact)).doc("Flooring an Integral returns itself."),
        Def::new("__ceil__", "($self, /)", Native::N0(exact)).doc("Ceiling of an Integral returns itself."),
        Def::new("__round__", "($self, ndigits=None, /)", Native::Var(round, 0, 1))
            .doc("Rounding an Integral returns itself.\n\nRounding with an ndigits argument also returns an integer."),
        Def::new("__getnewargs__", "($self, /)", Native::N0(getnewargs)),
        Def::new("__format__", "($self, format_spec, /)", Native::N1(format)).doc("Convert to a string according to format_spec."),
        Def::new("__sizeof__", "($self, /)", Native::N0(sizeof)).doc("Returns size in memory, in bytes."),
        Def::new("is_integer", "($self, /)", Native::N0(|vm, _| Ok(vm.bool(true)))).doc("Returns True. Exists for duck type compatibility with float.is_integer."),
    ],
    getset: &[
        GetSet { member: false, name: "real", get: exact, set: None, doc: "the real part of a complex number" },
        GetSet { member: false, name: "imag", get: |vm, _| vm.new_int(0), set: None, doc: "the imaginary part of a complex number" },
        GetSet { member: false, name: "numerator", get: exact, set: None, doc: "the numerator of a rational number in lowest terms" },
        GetSet { member: false, name: "denominator", get: |vm, _| vm.new_int(1), set: None, doc: "the denominator of a rational number in lowest terms" },
    ],
};

pub(super) fn divmod(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult {
    let (Some(x), Some(y)) = (int_ref(a), int_ref(b)) else { return Ok(vm.not_implemented()) };
    let (q, r) = super::int::arith::divmod_values(vm, x, y)?;
    Ok(vm.new_tuple([q, r])?.into_obj())
}

fn bit_count(vm: &mut Vm, this: &Owned) -> PyResult {
    match this_int(this) {
        IntRef::Small(n) => vm.new_int(i64::from(n.unsigned_abs().count_ones())),
        IntRef::Big(n) => vm.new_usize(num::bit_count(n)),
    }
}

/// Whether a `byteorder` argument says big-endian.
fn big_endian(vm: &mut Vm, function: &str, arg: Option<&Owned>) -> PyResult<bool> {
    let Some(arg) = arg else { return Ok(true) };
    let Some(s) = arg.cast::<PyStr>() else {
        return Err(vm.type_error(format!("{function}() argument 'byteorder' must be str, not {}", arg.given_name(vm))));
    };
    match s.as_ascii() {
        Some("big") => Ok(true),
        Some("little") => Ok(false),
        _ => Err(vm.value_error("byteorder must be either 'little' or 'big'")),
    }
}

fn to_bytes(vm: &mut Vm, this: &Owned, args: &[Option<Owned>]) -> PyResult {
    let length = match &args[0] { Some(n) => vm.index_i64(n)?, None => 1 };
    let big = big_endian(vm, "to_bytes", args[1].as_ref())?;
    let signed = match &args[2] { Some(flag) => vm.truth(flag)?, None => false };
    let Ok(length) = usize::try_from(length) else { return Err(vm.value_error("length argument must be non-negative")) };
    match num::int_to_bytes(&this_int(this).big(), length, big, signed) {
        Ok(bytes) => vm.new_bytes(&bytes),
        Err(e) => Err(vm.num_error(e)),
    }
}

fn from_bytes(vm: &mut Vm, class: &Owned, args: &[Option<Owned>]) -> PyResult {
    let big = big_endian(vm, "from_bytes", args[1].as_ref())?;
    let signed = match &args[2] { Some(flag) => vm.truth(flag)?, None => false };
    let Some(source) = &args[0] else { return Err(vm.type_error("from_bytes() missing required argument 'bytes' (pos 1)")) };
    let bytes = bytes_of(vm, source)?;
    let n = num::int_from_bytes(&bytes, big, signed).map_err(|e| vm.num_error(e))?;
    let n = vm.new_bigint(n)?;
    if class.is(vm.types.int.obj()) { Ok(n) } else { vm.call1(class, &n) }
}

/// The bytes of `bytes(o)` where `o` is no int: `__bytes__`, a buffer, an iterable of small ints.
fn bytes_of(vm: &mut Vm, o: &Owned) -> PyResult<Vec<u8>> {
    if o.type_of(vm).ptr() != vm.types.bytes.ptr() {
        let name = vm.names.__bytes__.clone();
        if let Some(method) = vm.lookup_special(o, &name)? {
            let r = vm.call0(&method)?;
            if !r.is_instance_of(vm, &vm.types.bytes) {
                return Err(vm.type_error(format!("__bytes__ returned non-bytes (type {})", r.type_name(vm))));
            }
            return vm.bytes_like(&r);
        }
    }
    if vm.is_bytes_like(o) { return vm.bytes_like(o) }
    let iterable = o.type_of(vm).slots().iter.is_some() || o.type_of(vm).slots().getitem.is_some();
    if o.is_instance_of(vm, &vm.types.str) || !iterable {
        return Err(vm.type_error(format!("cannot convert '{}' object to bytes", o.type_name(vm))));
    }
    let mut bytes = Vec::new();
    vm.for_each(o, |vm, item| {
        let n = vm.index(&item)?;
        match int_ref(&n).and_then(IntRef::to_i64).and_then(|n| u8::try_from(n).ok()) {
            Some(byte) => bytes.push(byte),
            None => return Err(vm.value_error("bytes must be in range(0, 256)")),
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(bytes)
}

fn as_integer_ratio(vm: &mut Vm, this: &Owned) -> PyResult {
    let (n, one) = (vm.exact_int(this)?, vm.new_int(1)?);
    Ok(vm.new_tuple([n, one])?.into_obj())
}

fn round(vm: &mut Vm, this: &Owned, args: &[Owned]) -> PyResult {
    let Some(digits) = args.first().filter(|d| !vm.is_none(d)) else { return vm.exact_int(this) };
    let digits = vm.index(digits)?;
    let places = match int_ref(&digits) {
        Some(d) if d.signum() >= 0 => return vm.exact_int(this),
        Some(IntRef::Small(d)) => d.unsigned_abs() as usize,
        _ => usize::MAX,
    };
    match num::round_int_half_even(&this_int(this).big(), places) { Ok(n) => vm.new_bigint(n), Err(e) => Err(vm.num_error(e)) }
}

fn getnewargs(vm: &mut Vm, this: &Owned) -> PyResult {
    let n = vm.exact_int(this)?;
    Ok(vm.new_tuple([n])?.into_obj())
}

/// A format spec as code points; TypeError if it is no str.
pub(crate) fn spec_codes(vm: &mut Vm, spec: &Owned) -> PyResult<SmallVec<[u32; 16]>> {
    match spec.cast::<PyStr>() {
        Some(s) => {
            let mut codes = SmallVec::new();
            codes.try_reserve(s.len()).map_err(|_| vm.no_memory())?;
            codes.extend(s.chars());
            Ok(codes)
        }
        None => Err(vm.type_error(format!("__format__() argument must be str, not {}", spec.given_name(vm)))),
    }
}

pub(crate) fn format(vm: &mut Vm, this: &Owned, spec: &Owned) -> PyResult {
    let codes = spec_codes(vm, spec)?;
    if codes.is_empty() { return vm.str(this) }
    let name: Cow<'_, str> = if this.is_exact::<PyInt>(vm) { "int".into() } else { this.type_name(vm).into() };
    let mut out = Codes::default();
    let done = FormatSpec::parse_codes(codes.as_slice(), Target::int(&name))
        .and_then(|spec| num::format_int(&mut out, this_int(this).arg(), &spec, &name, vm.settings.int_max_str_digits, &Locale::c()));
    match done { Ok(()) => vm.new_str_from_code_points(&out.0), Err(e) => Err(vm.num_error(e)) }
}

/// Bytes of the object itself; an immediate is its word.
fn sizeof(vm: &mut Vm, this: &Owned) -> PyResult {
    let Some(p) = this.cast::<PyInt>() else { return vm.new_usize(size_of::<crate::object::Word>()) };
    let heap = match p.value() {
        IntRef::Small(_) => 0,
        IntRef::Big(n) => size_of_val(n) + size_of_val(n.as_sign_words().1),
    };
    vm.new_usize(size_of::<crate::object::Word>() * 2 + size_of::<PyInt>() + heap)
}
