//! Limits of C's number types, as this platform has them.
//!
//! Not here: functions.

use std::ffi::{c_char, c_int, c_long, c_longlong, c_short, c_uint, c_ulong, c_ulonglong, c_ushort};

use instar_vm::types::dict::PyDict;
use instar_vm::{PyResult, Ref, Vm};

use crate::put;

const SIGNED: &[(&str, i64)] = &[
    ("CHAR_MIN", c_char::MIN as i64), ("CHAR_MAX", c_char::MAX as i64), ("SHRT_MIN", c_short::MIN as i64), ("SHRT_MAX", c_short::MAX as i64),
    ("USHRT_MAX", c_ushort::MAX as i64), ("UCHAR_MAX", u8::MAX as i64), ("INT_MIN", c_int::MIN as i64), ("INT_MAX", c_int::MAX as i64),
    ("UINT_MAX", c_uint::MAX as i64), ("LONG_MIN", c_long::MIN as i64), ("LONG_MAX", c_long::MAX as i64),
    ("LLONG_MIN", c_longlong::MIN as i64), ("LLONG_MAX", c_longlong::MAX as i64),
    ("PY_SSIZE_T_MIN", isize::MIN as i64), ("PY_SSIZE_T_MAX", isize::MAX as i64), ("SIZEOF_VOID_P", size_of::<*const u8>() as i64),
    ("SIZEOF_TIME_T", size_of::<libc::time_t>() as i64), ("SIZEOF_PID_T", size_of::<libc::pid_t>() as i64),
];

const UNSIGNED: &[(&str, u64)] = &[("ULONG_MAX", c_ulong::MAX as u64), ("ULLONG_MAX", c_ulonglong::MAX as u64), ("SIZE_MAX", usize::MAX as u64)];

const REAL: &[(&str, f64)] = &[("FLT_MAX", f32::MAX as f64), ("FLT_MIN", f32::MIN_POSITIVE as f64), ("DBL_MAX", f64::MAX), ("DBL_MIN", f64::MIN_POSITIVE)];

/// Enters the constants.
pub fn exec(vm: &mut Vm, namespace: &Ref<PyDict>) -> PyResult<()> {
    for (name, n) in SIGNED { let v = vm.new_int(*n)?; put(vm, namespace, name, &v)? }
    for (name, n) in UNSIGNED { let v = vm.new_uint(*n)?; put(vm, namespace, name, &v)? }
    // Whether the top bit of a NaN's digits means that it signals: what the arithmetic of this machine makes is quiet.
    let signaling = vm.bool(f64::NAN.to_bits() >> 51 & 1 == 0);
    put(vm, namespace, "nan_msb_is_signaling", &signaling)?;
    for (name, x) in REAL { let v = vm.new_float(*x)?; put(vm, namespace, name, &v)? }
    Ok(())
}
