//! `int(...)`: from text, from bytes, from other numbers.
//!
//! Not here: parsing of digits (`instar-base-num`), text of ints (`int.rs`).

use std::borrow::Cow;

use instar_base_num::{parse_int, IntTextError};
use instar_base_text::props::{decimal_value, is_space};

use super::of_type;
use crate::args::{check_count, Args};
use crate::object::{ObjExt, Owned};
use crate::typeobj::TypeRef;
use crate::types::str::PyStr;
use crate::vm::{PyResult, Raised, Vm};

/// A str as ASCII text with the same meaning for number parsing: Unicode spaces become spaces, decimal digits digits, and what
/// cannot stand in a number becomes `?`.
pub(crate) fn number_text(s: &PyStr) -> Cow<'_, str> {
    if let Some(text) = s.as_ascii() { return Cow::Borrowed(text) }
    Cow::Owned(s.chars().map(|code| match code {
        0..128 => char::from(code as u8),
        _ if is_space(code) => ' ',
        _ => decimal_value(code).map_or('?', |d| char::from(b'0' + d)),
    }).collect())
}

/// The value of a few decimal digits and nothing else.
#[inline]
fn plain_digits(text: &[u8]) -> Option<i64> {
    // Eighteen digits fit a word.
    if text.is_empty() || text.len() > 18 { return None }
    text.iter().try_fold(0, |n, b| if b.is_ascii_digit() { Some(n * 10 + i64::from(b - b'0')) } else { None })
}

/// Reads an int from text; `shown` is the object for the message.
pub(crate) fn parse(vm: &mut Vm, text: &str, base: u32, shown: &Owned) -> PyResult {
    if base == 10 && let Some(n) = plain_digits(text.as_bytes()) { return vm.new_int(n) }
    match parse_int(text, base, vm.settings.int_max_str_digits) {
        Ok(n) => vm.new_bigint(n),
        Err(IntTextError::Invalid) => Err(invalid(vm, base, shown)),
        Err(e) => Err(vm.num_error(e.into())),
    }
}

#[cold]
fn invalid(vm: &mut Vm, base: u32, shown: &Owned) -> Raised {
    let text = match vm.repr_text(shown) { Ok(text) => text, Err(e) => return e };
    let text: String = text.chars().take(200).collect();
    vm.value_error(format!("invalid literal for int() with base {base}: {text}"))
}

/// Reads an int from the bytes of `o`.
fn parse_bytes(vm: &mut Vm, bytes: &[u8], base: u32, shown: &Owned) -> PyResult {
    match std::str::from_utf8(bytes) {
        Ok(text) if text.is_ascii() => parse(vm, text, base, shown),
        _ => Err(invalid(vm, base, shown)),
    }
}

/// `int(o)`: an exact int.
pub(crate) fn from_object(vm: &mut Vm, o: &Owned) -> PyResult {
    if let Some(n) = vm.int_of_number(o)? { return Ok(n) }
    if let Some(s) = o.cast::<PyStr>().cloned() { return parse(vm, &number_text(&s), 10, o) }
    if vm.is_bytes_like(o) {
        let bytes = vm.bytes_like(o)?;
        // Whatever the buffer is, the message shows the bytes in it.
        let shown = if o.is_instance_of(vm, &vm.types.bytes) { o.clone() } else { vm.new_bytes(&bytes)? };
        return parse_bytes(vm, &bytes, 10, &shown);
    }
    let name = o.type_name(vm);
    Err(vm.type_error(format!("int() argument must be a string, a bytes-like object or a real number, not '{name}'")))
}

/// `int.__new__`
pub(super) fn new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let value = match (args.pos(), args.kwnames().is_empty()) {
        ([], true) => vm.new_int(0)?,
        ([x], true) => from_object(vm, x)?,
        _ => with_base(vm, args)?,
    };
    of_type(vm, ty, value)
}

fn with_base(vm: &mut Vm, args: Args<'_>) -> PyResult {
    let given = args.values().len();
    if args.kwnames().is_empty() { check_count(vm, "int", given, 0, 2)? }
    if given > 2 { return Err(vm.type_error(format!("int() takes at most 2 arguments ({given} given)"))) }
    let (x, mut base) = (args.pos().first(), args.pos().get(1));
    for (key, value) in args.keywords() {
        let key = key.cast::<PyStr>().map(|s| s.to_string_lossy()).unwrap_or_default();
        if key != "base" { return Err(vm.type_error(format!("int() got an unexpected keyword argument '{key}'"))) }
        if base.is_some() { return Err(vm.type_error("argument for int() given by name ('base') and position (2)")) }
        base = Some(value);
    }
    let Some(base) = base else { return x.map_or_else(|| vm.new_int(0), |_| Err(vm.system_error("bad arguments"))) };
    let Some(x) = x else { return Err(vm.type_error("int() missing string argument")) };
    let base = vm.index_isize_clamped(base)?;
    if (base != 0 && base < 2) || base > 36 { return Err(vm.value_error("int() base must be >= 2 and <= 36, or 0")) }
    let base = base as u32;
    if let Some(s) = x.cast::<PyStr>().cloned() { return parse(vm, &number_text(&s), base, x) }
    if x.is_instance_of(vm, &vm.types.bytes) || x.is_instance_of(vm, &vm.types.bytearray) {
        let bytes = vm.bytes_like(x)?;
        let shown = if x.is_instance_of(vm, &vm.types.bytes) { x.clone() } else { vm.new_bytes(&bytes)? };
        return parse_bytes(vm, &bytes, base, &shown);
    }
    Err(vm.type_error("int() can't convert non-string with explicit base"))
}
