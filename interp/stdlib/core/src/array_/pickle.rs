//! Pickling arrays: `__reduce_ex__` and `_array_reconstructor`, with machine formats that other machines understand.
//!
//! Not here: the pickle protocols (Lib).

use instar_base_num::IBig;
use instar_vm::object::{ObjExt, Owned};
use instar_vm::typeobj::TypeRef;
use instar_vm::types::bytes::PyBytes;
use instar_vm::{PyResult, Vm};

use super::item::{item_size, signedness, CODES};
use super::{code_arg, methods, this, PyArray};

/// First number of the text formats: UTF-16, then UTF-32; even is little-endian.
const UTF16: i64 = 18;
const UTF32: i64 = 20;

/// The machine format of a type code here.
fn format_of(code: u8) -> i64 {
    let big = i64::from(cfg!(target_endian = "big"));
    match (signedness(code), item_size(code)) {
        (Some(false), 1) => 0,
        (Some(true), 1) => 1,
        (Some(signed), size) => 2 + 4 * i64::from(size.trailing_zeros() - 1) + 2 * i64::from(signed) + big,
        (None, _) => match code { b'f' => 14 + big, b'd' => 16 + big, _ => UTF32 + big },
    }
}

pub(super) fn reduce_ex(vm: &mut Vm, o: &Owned, protocol: &Owned) -> PyResult {
    let protocol = vm.index_i64(protocol)?;
    let a = this(o);
    let class = o.type_of(vm).obj().clone();
    let dict = vm.names.__dict__.clone();
    let state = vm.get_attr_opt(o, &dict)?.unwrap_or_else(|| vm.none());
    let code = vm.intern(&(a.code as char).to_string())?;
    if protocol < 3 {
        let list = methods::tolist(vm, o)?;
        let args = vm.new_tuple([code, list])?.into_obj();
        return Ok(vm.new_tuple([class, args, state])?.into_obj());
    }
    let module = vm.import_module("array")?;
    let function = vm.get_attr_str(&module, "_array_reconstructor")?;
    let (format, bytes) = (vm.new_int(format_of(a.code))?, vm.new_bytes(this(o).bytes(vm))?);
    let args = vm.new_tuple([class, code, format, bytes])?.into_obj();
    Ok(vm.new_tuple([function, args, state])?.into_obj())
}

pub(super) fn reconstruct(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    let [class, code_text, format, items] = args else { return Err(vm.system_error("bad arguments")) };
    let code = code_arg(vm, code_text, "_array_reconstructor")?;
    let format = vm.index_i64(format)?;
    let Some(ty) = TypeRef::from_obj(class).cloned() else {
        return Err(vm.type_error("first argument must be a type object, not array.array"));
    };
    let array = vm.types.native_type::<PyArray>().clone();
    if !ty.is_subtype_of(vm, &array) {
        let name = ty.name(vm);
        return Err(vm.type_error(format!("{name} is not a subtype of array.array")));
    }
    let Some(mut code) = u8::try_from(code).ok().filter(|c| CODES.contains(*c as char)) else {
        return Err(vm.value_error("second argument must be a valid type code"));
    };
    if !(0..=UTF32 + 1).contains(&format) { return Err(vm.value_error("third argument must be a valid machine format code.")) }
    let Some(bytes) = items.cast::<PyBytes>().map(|b| b.as_slice().to_vec()) else {
        let t = items.type_name(vm);
        return Err(vm.type_error(format!("fourth argument should be bytes, not {t}")));
    };
    let class = class.clone();
    if format == format_of(code) {
        let code = vm.new_str(&(code as char).to_string())?;
        return vm.call2(&class, &code, items);
    }
    let size = match format { 0 | 1 => 1, 2..=5 | 18 | 19 => 2, 6..=9 | 14 | 15 | 20 | 21 => 4, _ => 8 };
    if bytes.len() % size != 0 { return Err(vm.value_error("string length not a multiple of item size")) }
    let big = format >= 2 && format % 2 == 1;
    let words: Vec<u64> = bytes.chunks_exact(size).map(|c| {
        let byte = |n: u64, b: &u8| n << 8 | u64::from(*b);
        if big { c.iter().fold(0, byte) } else { c.iter().rev().fold(0, byte) }
    }).collect();
    let content = match format {
        14..=17 => {
            let floats = words.iter().map(|w| vm.new_float(if size == 4 { f64::from(f32::from_bits(*w as u32)) } else { f64::from_bits(*w) })).collect::<PyResult<Vec<_>>>()?;
            vm.new_list(floats)?.into_obj()
        }
        UTF16.. => {
            let codes: Vec<u32> = if size == 4 { words.iter().map(|w| *w as u32).collect() } else {
                char::decode_utf16(words.iter().map(|w| *w as u16)).map(|c| c.map_or_else(|e| u32::from(e.unpaired_surrogate()), u32::from)).collect()
            };
            for c in &codes { super::item::check_character(vm, *c)? }
            vm.new_str_from_code_points(&codes)?
        }
        _ => {
            let signed = format == 1 || format >= 2 && (format - 2) % 4 >= 2;
            // Another machine's integers may have another size than the same code has here.
            if let Some(fitting) = CODES.bytes().rfind(|c| signedness(*c) == Some(signed) && item_size(*c) == size) { code = fitting }
            let unused = 64 - 8 * size as u32;
            let mut numbers = Vec::new();
            for w in words { numbers.push(if signed { vm.new_int((w << unused) as i64 >> unused)? } else { vm.new_bigint(IBig::from(w))? }) }
            vm.new_list(numbers)?.into_obj()
        }
    };
    let code = vm.new_str(&(code as char).to_string())?;
    vm.call2(&class, &code, &content)
}
