//! One item of an array: object to bytes and back.
//!
//! Not here: rows of them (`array_.rs`).

use instar_base_num::IBig;
use instar_vm::object::{ObjExt, Owned};
use instar_vm::types::int::{int_ref, IntRef};
use instar_vm::types::str::PyStr;
use instar_vm::{PyResult, Vm};

/// The type codes.
pub const CODES: &str = "bBuwhHiIlLqQfd";

/// Bytes of an item.
pub fn item_size(code: u8) -> usize {
    match code { b'b' | b'B' => 1, b'h' | b'H' => 2, b'u' | b'w' | b'i' | b'I' | b'f' => 4, _ => 8 }
}

/// Whether the items are signed integers; `None` for text and floats.
pub fn signedness(code: u8) -> Option<bool> {
    match code { b'b' | b'h' | b'i' | b'l' | b'q' => Some(true), b'B' | b'H' | b'I' | b'L' | b'Q' => Some(false), _ => None }
}

/// The item's bytes in the machine's order, the first `item_size` of the result.
pub fn pack(vm: &mut Vm, code: u8, value: &Owned) -> PyResult<[u8; 8]> {
    let mut out = [0u8; 8];
    match code {
        b'u' | b'w' => {
            let Some(s) = value.cast::<PyStr>() else {
                let t = value.type_name(vm);
                return Err(vm.type_error(format!("array item must be a unicode character, not {t}")));
            };
            let n = s.len();
            if n != 1 { return Err(vm.type_error(format!("array item must be a unicode character, not a string of length {n}"))) }
            out[..4].copy_from_slice(&s.chars().next().unwrap_or(0).to_ne_bytes());
        }
        b'f' => out[..4].copy_from_slice(&(vm.to_float(value)? as f32).to_ne_bytes()),
        b'd' => out = vm.to_float(value)?.to_ne_bytes(),
        _ => {
            let n = integer(vm, code, value)?;
            match item_size(code) {
                1 => out[0] = n as u8,
                2 => out[..2].copy_from_slice(&(n as u16).to_ne_bytes()),
                4 => out[..4].copy_from_slice(&(n as u32).to_ne_bytes()),
                _ => out = (n as u64).to_ne_bytes(),
            }
        }
    }
    Ok(out)
}

/// The value if it fits; the errors are those of CPython's conversions, which go through the next larger C type.
fn integer(vm: &mut Vm, code: u8, value: &Owned) -> PyResult<i128> {
    let index = vm.index(value)?;
    let n = match int_ref(&index) {
        Some(IntRef::Small(n)) => i128::from(n),
        Some(IntRef::Big(n)) => i128::try_from(n).unwrap_or(if *n < IBig::ZERO { i128::MIN } else { i128::MAX }),
        None => return Err(vm.system_error("an index that is no int")),
    };
    let long = i128::from(i64::MIN)..=i128::from(i64::MAX);
    let limits: &[(&str, i128, i128)] = match code {
        b'b' => &[("signed short integer", -0x8000, 0x7fff), ("signed char", -0x80, 0x7f)],
        b'B' => &[("unsigned byte integer", 0, 0xff)],
        b'h' => &[("signed short integer", -0x8000, 0x7fff)],
        b'H' => &[("signed integer", -0x8000_0000, 0x7fff_ffff), ("unsigned short", 0, 0xffff)],
        b'i' => &[("signed integer", -0x8000_0000, 0x7fff_ffff)],
        b'l' => &[],
        b'q' => return if long.contains(&n) { Ok(n) } else { Err(vm.overflow_error("int too big to convert")) },
        b'Q' if n < 0 => return Err(vm.overflow_error("can't convert negative int to unsigned")),
        b'Q' if n > i128::from(u64::MAX) => return Err(vm.overflow_error("int too big to convert")),
        b'Q' => return Ok(n),
        _ => {
            if n < 0 { return Err(vm.overflow_error("can't convert negative value to unsigned int")) }
            if n > i128::from(u64::MAX) { return Err(vm.overflow_error("Python int too large to convert to C unsigned long")) }
            if code == b'I' && n > i128::from(u32::MAX) { return Err(vm.overflow_error("unsigned int is greater than maximum")) }
            return Ok(n);
        }
    };
    if !long.contains(&n) { return Err(vm.overflow_error("Python int too large to convert to C long")) }
    for (what, low, high) in limits {
        if n < *low { return Err(vm.overflow_error(format!("{what} is less than minimum"))) }
        if n > *high { return Err(vm.overflow_error(format!("{what} is greater than maximum"))) }
    }
    Ok(n)
}

/// The object of an item's bytes.
pub fn unpack(vm: &mut Vm, code: u8, item: &[u8]) -> PyResult {
    match (code, item) {
        (b'b', [n]) => vm.new_int(i64::from(*n as i8)),
        (b'B', [n]) => vm.new_int(i64::from(*n)),
        (b'h', [a, b]) => vm.new_int(i64::from(i16::from_ne_bytes([*a, *b]))),
        (b'H', [a, b]) => vm.new_int(i64::from(u16::from_ne_bytes([*a, *b]))),
        (_, [a, b, c, d]) => {
            let word = [*a, *b, *c, *d];
            match code {
                b'i' => vm.new_int(i64::from(i32::from_ne_bytes(word))),
                b'I' => vm.new_int(i64::from(u32::from_ne_bytes(word))),
                b'f' => vm.new_float(f64::from(f32::from_ne_bytes(word))),
                _ => character(vm, u32::from_ne_bytes(word)),
            }
        }
        _ => {
            let mut word = [0u8; 8];
            word[..item.len().min(8)].copy_from_slice(&item[..item.len().min(8)]);
            match code {
                b'd' => vm.new_float(f64::from_ne_bytes(word)),
                b'L' | b'Q' => match i64::try_from(u64::from_ne_bytes(word)) { Ok(n) => vm.new_int(n), Err(_) => vm.new_bigint(IBig::from(u64::from_ne_bytes(word))) },
                _ => vm.new_int(i64::from_ne_bytes(word)),
            }
        }
    }
}

/// The string of one code point.
fn character(vm: &mut Vm, c: u32) -> PyResult {
    if c > 0x10_ffff { return Err(vm.value_error("chr() arg not in range(0x110000)")) }
    vm.new_str_from_code_points(&[c])
}

/// ValueError beyond Unicode.
pub fn check_character(vm: &mut Vm, c: u32) -> PyResult<()> {
    if c <= 0x10_ffff { Ok(()) } else { Err(vm.value_error(format!("character U+{c:x} is not in range [U+0000; U+10ffff]"))) }
}
