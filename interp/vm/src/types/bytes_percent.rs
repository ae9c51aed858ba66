//! `%` formatting of `bytes` and `bytearray` (PEP 461).
//!
//! Not here: argument handling and numbers, which `str` has too (`str_percent.rs`).

use instar_base_num::percent::{Conversion, Piece, Pieces};

use crate::fallible::CopyVec;
use crate::object::{ObjExt, Owned};
use crate::types::bytearray::PyByteArray;
use crate::types::bytes::PyBytes;
use crate::types::bytes_methods::{make, pin, view};
use crate::types::bytes_new::by_dunder;
use crate::types::int::{int_ref, IntRef};
use crate::types::str::{this_str, PyStr};
use crate::types::str_percent::{write_number, PercentArgs};
use crate::vm::{PyResult, Vm};

/// `template % all`.
pub(super) fn format(vm: &mut Vm, template: &Owned, all: &Owned) -> PyResult {
    let _pin = pin(vm, template)?;
    let text = view(vm, template).try_copy(vm)?;
    let textual = all.cast::<PyBytes>().is_some() || all.cast::<PyByteArray>().is_some() || all.cast::<PyStr>().is_some();
    let mut args = PercentArgs::new(vm, all, textual);
    let mut out: Vec<u8> = Vec::new();
    for piece in Pieces::of_bytes(&text[..], args.mapping) {
        match piece.map_err(|e| vm.num_error(e))? {
            Piece::Literal(range) => {
                out.try_reserve(range.len()).map_err(|_| vm.no_memory())?;
                out.extend_from_slice(&text[range]);
            }
            Piece::Value(conversion) => {
                if let Some(range) = conversion.key.clone() {
                    let key = vm.new_bytes(&text[range])?;
                    args.select(vm, &key)?;
                }
                convert(vm, &mut args, conversion, &mut out)?;
            }
        }
    }
    args.finish(vm, "bytes")?;
    make(vm, template, &out)
}

fn convert(vm: &mut Vm, args: &mut PercentArgs<'_>, mut conversion: Conversion, out: &mut Vec<u8>) -> PyResult<()> {
    args.stars(vm, &mut conversion)?;
    let value = args.next(vm)?;
    let done = match conversion.character() {
        's' | 'b' => { let b = bytes_value(vm, &value)?; conversion.write_text(out, &b[..]) }
        'r' | 'a' => {
            let text = vm.ascii(&value)?;
            conversion.write_text(out, this_str(&text).latin1().unwrap_or(&[]))
        }
        'c' => { let b = character(vm, &value)?; conversion.write_character(out, b.into()) }
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' => {
            let number = match vm.to_float(&value) {
                Err(e) if e.is(vm, &vm.types.type_error) => {
                    let t = value.type_name(vm);
                    return Err(vm.type_error(format!("float argument required, not {t}")));
                }
                done => done?,
            };
            conversion.write_float(out, number)
        }
        _ => return if write_number(vm, &conversion, &value, out)? { Ok(()) } else { Err(vm.num_error(conversion.unsupported_bytes())) },
    };
    done.map_err(|e| vm.num_error(e))
}

/// The bytes for `%b`: a buffer's or what `__bytes__` gives.
fn bytes_value(vm: &mut Vm, value: &Owned) -> PyResult<Vec<u8>> {
    if value.cast::<PyBytes>().is_some() || value.cast::<PyByteArray>().is_some() { return view(vm, value).try_copy(vm) }
    if let Some(made) = by_dunder(vm, value)? { return vm.bytes_like(&made) }
    if vm.is_bytes_like(value) { return vm.bytes_like(value) }
    let t = value.type_name(vm);
    Err(vm.type_error(format!("%b requires a bytes-like object, or an object that implements __bytes__, not '{t}'")))
}

fn character(vm: &mut Vm, value: &Owned) -> PyResult<u8> {
    if value.cast::<PyBytes>().is_some() || value.cast::<PyByteArray>().is_some() {
        return match view(vm, value) {
            [b] => Ok(*b),
            other => {
                let (n, kind) = (other.len(), if value.cast::<PyBytes>().is_some() { "bytes" } else { "bytearray" });
                Err(vm.type_error(format!("%c requires an integer in range(256) or a single byte, not a {kind} object of length {n}")))
            }
        };
    }
    if vm.has_index(value) {
        let n = vm.index(value)?;
        return match int_ref(&n) {
            Some(IntRef::Small(n)) if (0..256).contains(&n) => Ok(n as u8),
            _ => Err(vm.overflow_error("%c arg not in range(256)")),
        };
    }
    let t = vm.qualified_type_name(value);
    Err(vm.type_error(format!("%c requires an integer in range(256) or a single byte, not {t}")))
}
