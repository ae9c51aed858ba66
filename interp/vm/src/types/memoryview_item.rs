//! Items of a `memoryview`: reading and writing one in its format, and `cast`.
//!
//! Not here: the type itself (`memoryview.rs`).

use instar_base_num::IBig;
use instar_base_pack::{Format, Kind, PackError, Slot, Value};

use crate::object::{ObjExt, Owned};
use crate::protocol::buffer::Layout;
use crate::types::bytes::PyBytes;
use crate::types::int::{int_ref, IntRef};
use crate::vm::{PyResult, Raised, Vm};

/// The native single-character format in `format`, if it is one (an `@` in front is allowed).
pub(super) fn native_slot(format: &str) -> Option<Slot> {
    let code = format.strip_prefix('@').unwrap_or(format);
    if code.len() != 1 || !"cbB?hHiIlLqQnNfdeFDP".contains(code) { return None }
    Format::parse(code.as_bytes()).ok()?.slots().next()
}

/// A `struct` value as an object.
pub fn value_object(vm: &mut Vm, value: Value<'_>) -> PyResult {
    match value {
        Value::Int(n) => match i64::try_from(n) { Ok(n) => vm.new_int(n), Err(_) => vm.new_bigint(IBig::from(n)) },
        Value::Float(x) => vm.new_float(x),
        Value::Complex(re, im) => vm.new_complex(re, im),
        Value::Bool(b) => Ok(vm.bool(b)),
        Value::Bytes(b) => vm.new_bytes(b),
        Value::HugeInt | Value::Other => Err(vm.system_error("bad value in buffer")),
    }
}

/// An int object as a `struct` value.
pub fn int_value(o: &Owned) -> Option<Value<'static>> {
    Some(match int_ref(o)? {
        IntRef::Small(n) => Value::Int(i128::from(n)),
        IntRef::Big(n) => i128::try_from(n).map_or(Value::HugeInt, Value::Int),
    })
}

#[cold]
fn unsupported(vm: &mut Vm, format: &str) -> Raised { vm.not_implemented_error(format!("memoryview: format {format} not supported")) }

/// Reads the item whose bytes these are.
pub(super) fn unpack(vm: &mut Vm, format: &str, item: &[u8]) -> PyResult {
    if format == "B" { return vm.new_int(i64::from(item[0])) }
    let Some(slot) = native_slot(format) else { return Err(unsupported(vm, format)) };
    value_object(vm, slot.unpack(item))
}

/// The bytes of `value` in a format.
pub(super) fn pack(vm: &mut Vm, layout: &Layout, value: &Owned) -> PyResult<Vec<u8>> {
    let format = &layout.format;
    let Some(slot) = native_slot(format) else { return Err(unsupported(vm, format)) };
    let code = format.trim_start_matches('@');
    let mut out = vec![0u8; layout.itemsize];
    let held;
    let value = match slot.kind {
        Kind::Signed | Kind::Unsigned | Kind::Pointer => match vm.index(value) {
            Ok(n) => int_value(&n).unwrap_or(Value::Other),
            Err(e) if e.is(vm, &vm.types.type_error) => Value::Other,
            Err(e) => return Err(e),
        },
        Kind::Bool => Value::Bool(vm.truth(value)?),
        Kind::Float => match vm.to_float(value) {
            Ok(x) => Value::Float(x),
            Err(e) if e.is(vm, &vm.types.type_error) => Value::Other,
            Err(e) => return Err(e),
        },
        _ => match value.cast::<PyBytes>() {
            Some(b) if b.len() != 1 => return Err(vm.value_error(format!("memoryview: invalid value for format '{code}'"))),
            Some(b) => { held = b.clone(); Value::Bytes(held.as_slice()) }
            None => Value::Other,
        },
    };
    if value == Value::Other { return Err(vm.type_error(format!("memoryview: invalid type for format '{code}'"))) }
    match slot.pack(&mut out, value) {
        Ok(()) => Ok(out),
        Err(PackError::Memory) => Err(vm.no_memory()),
        Err(_) => Err(vm.value_error(format!("memoryview: invalid value for format '{code}'"))),
    }
}

/// The layout after `cast(format, shape)`.
pub(super) fn cast(vm: &mut Vm, old: &Layout, format: &str, shape: Option<&Owned>) -> PyResult<Layout> {
    if !old.is_c_contiguous() { return Err(vm.type_error("memoryview: casts are restricted to C-contiguous views")) }
    if (shape.is_some() || old.shape.len() != 1) && !(old.shape.len() == 1 || shape.is_none()) {
        return Err(vm.type_error("memoryview: cast must be 1D -> ND or ND -> 1D"));
    }
    let Some(to) = native_slot(format) else {
        return Err(vm.value_error("memoryview: destination format must be a native single character format prefixed with an optional '@'"));
    };
    let Some(from) = native_slot(&old.format) else {
        return Err(vm.value_error("memoryview: source format must be a native single character format prefixed with an optional '@'"));
    };
    let is_byte = |s: &Slot| matches!(s.code, b'b' | b'B' | b'c');
    if !is_byte(&from) && !is_byte(&to) { return Err(vm.type_error("memoryview: cannot cast between two non-byte formats")) }
    let bytes = old.nbytes();
    if bytes % to.size != 0 { return Err(vm.type_error("memoryview: length is not a multiple of itemsize")) }
    let dimensions = match shape {
        None => vec![bytes / to.size],
        Some(shape) => {
            let items = if shape.is_instance_of(vm, &vm.types.list) || shape.is_instance_of(vm, &vm.types.tuple) { vm.collect(shape)? } else {
                return Err(vm.type_error("shape must be a list or a tuple"));
            };
            if items.len() > 64 { return Err(vm.value_error("memoryview: number of dimensions must not exceed 64")) }
            let mut dimensions = Vec::with_capacity(items.len());
            let mut product = to.size;
            for item in items {
                let Some(n) = int_ref(&item) else { return Err(vm.type_error("memoryview.cast(): elements of shape must be integers")) };
                let n = match n { IntRef::Small(n) if n > 0 => n as usize,
                    IntRef::Big(_) => return Err(vm.overflow_error("Python int too large to convert to C ssize_t")),
                    _ => return Err(vm.value_error("memoryview.cast(): elements of shape must be integers > 0")) };
                product = match product.checked_mul(n) { Some(p) => p, None => return Err(vm.value_error("memoryview.cast(): product(shape) > SSIZE_MAX")) };
                dimensions.push(n);
            }
            if product != bytes { return Err(vm.type_error("memoryview: product(shape) * itemsize != buffer size")) }
            dimensions
        }
    };
    let strides = Layout::c_strides(&dimensions, to.size);
    Ok(Layout { format: format.into(), itemsize: to.size, shape: dimensions, strides, offset: old.offset })
}
