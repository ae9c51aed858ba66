//! Coding by a character map: a 256-character string, an `EncodingMap`, or any mapping (the codecs of `Lib/encodings`).
//!
//! Not here: the other codecs (`codecs.rs`).

use instar_base_codec::table::{decode_table, EncodingMap};
use instar_base_codec::{Fault, TextBuilder};

use crate::fallible::CollectVec;
use crate::codecs::handlers::{Decoding, Encoding, Handler, Piece};
use crate::object::{Guarded, ObjExt, Owned};
use crate::protocol::buffer::Buffer;
use crate::types::bytes::PyBytes;
use crate::types::int::{int_ref, IntRef};
use crate::types::str::{this_str, PyStr};
use crate::vm::{PyResult, Types, Vm};

/// Payload of `EncodingMap` (`_codecs.charmap_build`).
pub struct PyEncodingMap {
    map: Guarded<EncodingMap>,
}

instar_object::trace! { PyEncodingMap {} }
crate::fields! { PyEncodingMap { map } }

// SAFETY: one static, made for this type.
unsafe impl crate::object::Payload for PyEncodingMap {
    fn vtable() -> &'static crate::object::VTable {
        static VTABLE: crate::object::VTable = crate::object::VTable::of::<PyEncodingMap>("EncodingMap").with_fields::<PyEncodingMap>();
        &VTABLE
    }
    fn default_type(types: &Types) -> &crate::typeobj::TypeRef { types.native_type::<PyEncodingMap>() }
}

static DEF: crate::native::TypeDef = crate::native::TypeDef { doc: "", sig: "", methods: &[], getset: &[] };

/// Makes the type; called by the module `_codecs`.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    vm.new_native_type::<PyEncodingMap>("builtins", "EncodingMap", None, 0, crate::slots::Slots::default(), &DEF).map(drop)
}

/// `charmap_build(map)`: the reverse of a decoding string; a dict where the compact form cannot say it.
pub fn build(vm: &mut Vm, map: &Owned) -> PyResult {
    let codes: Vec<u32> = this_str(map).chars().take(256).collect();
    if codes.is_empty() { return Err(vm.type_error("bad argument type for built-in operation")) }
    if codes[0] != 0 || codes[1..].iter().any(|c| *c == 0 || *c > 0xFFFF) {
        let dict = vm.new_dict()?;
        for (byte, code) in codes.iter().enumerate() {
            let (code, byte) = (vm.new_int(i64::from(*code))?, vm.new_int(byte as i64)?);
            dict.set_item(vm, &code, &byte)?;
        }
        return Ok(dict.into_obj());
    }
    Ok(vm.new_object(PyEncodingMap { map: Guarded::new(EncodingMap::new(&codes)) })?.into_obj())
}

const UNMAPPED: &str = "character maps to <undefined>";

/// What a mapping says about one character: its bytes, or `None`.
fn encode_one(vm: &mut Vm, mapping: &Owned, code: u32) -> PyResult<Option<Vec<u8>>> {
    if let Some(m) = mapping.cast::<PyEncodingMap>() { return Ok(m.map.get(vm).get(code).map(|b| vec![b])) }
    let key = vm.new_int(i64::from(code))?;
    let value = match vm.get_item(mapping, &key) {
        Ok(v) => v,
        Err(e) if e.is(vm, &vm.types.lookup_error) => return Ok(None),
        Err(e) => return Err(e),
    };
    if vm.is_none(&value) { return Ok(None) }
    if let Some(b) = value.cast::<PyBytes>() { return Ok(Some(b.as_slice().to_vec())) }
    match int_ref(&value) {
        Some(IntRef::Small(n)) if (0..256).contains(&n) => Ok(Some(vec![n as u8])),
        Some(_) => Err(vm.type_error("character mapping must be in range(256)")),
        None => {
            let t = value.type_name(vm);
            Err(vm.type_error(format!("character mapping must return integer, bytes or None, not {t}")))
        }
    }
}

/// `charmap_encode(text, errors, mapping)`.
pub fn encode(vm: &mut Vm, text: &Owned, errors: Option<&Owned>, mapping: &Owned) -> PyResult<Vec<u8>> {
    let s = this_str(text);
    let (mut out, mut at, mut handler) = (Vec::new(), 0, None);
    while let Some(code) = s.get(at) {
        if let Some(bytes) = encode_one(vm, mapping, code)? {
            out.try_reserve(bytes.len()).map_err(|_| vm.no_memory())?;
            out.extend_from_slice(&bytes);
            at += 1;
            continue;
        }
        let mut end = at + 1;
        while let Some(code) = s.get(end) && encode_one(vm, mapping, code)?.is_none() { end += 1 }
        let handler = match &mut handler { Some(h) => h, none => none.insert(Handler::find(vm, errors)?) };
        let fault = Encoding { codec: "charmap", text, start: at, end, reason: UNMAPPED };
        let (piece, next) = handler.encoding(vm, &fault)?;
        match piece {
            Piece::Bytes(b) => vm.append(&mut out, &b)?,
            Piece::Text(t) => {
                let codes: Vec<u32> = t.units().codes().try_vec(vm)?;
                for c in codes {
                    match encode_one(vm, mapping, c)? { Some(b) => vm.append(&mut out, &b)?, None => return Err(fault.raise(vm)) }
                }
            }
        }
        at = next;
    }
    Ok(out)
}

/// What a mapping says about one byte; `None` if nothing.
fn decode_one(vm: &mut Vm, mapping: &Owned, byte: u8, out: &mut TextBuilder) -> PyResult<bool> {
    let key = vm.new_int(i64::from(byte))?;
    let value = match vm.get_item(mapping, &key) {
        Ok(v) => v,
        Err(e) if e.is(vm, &vm.types.lookup_error) => return Ok(false),
        Err(e) => return Err(e),
    };
    if vm.is_none(&value) { return Ok(false) }
    if let Some(s) = value.cast::<PyStr>() {
        if s.len() == 1 && s.get(0) == Some(0xFFFE) { return Ok(false) }
        return out.push_units(s.units()).map(|()| true).map_err(|_| vm.no_memory());
    }
    match int_ref(&value) {
        Some(IntRef::Small(0xFFFE)) => Ok(false),
        Some(IntRef::Small(n)) if (0..=0x10FFFF).contains(&n) => out.push(n as u32).map(|()| true).map_err(|_| vm.no_memory()),
        Some(_) => Err(vm.type_error("character mapping must be in range(0x110000)")),
        None => Err(vm.type_error("character mapping must return integer, None or str")),
    }
}

/// `charmap_decode(bytes, errors, mapping)`.
pub fn decode(vm: &mut Vm, input: &Buffer, errors: Option<&Owned>, mapping: &Owned) -> PyResult<TextBuilder> {
    let table: Option<Vec<u32>> = mapping.cast::<PyStr>().map(|s| s.chars().collect());
    let (mut out, mut at, mut handler) = (TextBuilder::new(), 0, None);
    let mut bytes = input.to_vec(vm)?;
    while at < bytes.len() {
        match &table {
            Some(t) => match decode_table(&bytes, at, t, &mut out) {
                Ok(_) => break,
                Err(Fault::Memory) => return Err(vm.no_memory()),
                Err(Fault::Bad(span)) => at = span.start,
            },
            None => if decode_one(vm, mapping, bytes[at], &mut out)? { at += 1; continue },
        }
        let handler = match &mut handler { Some(h) => h, none => none.insert(Handler::find(vm, errors)?) };
        let fault = Decoding { codec: "charmap", input: &bytes, start: at, end: at + 1, reason: UNMAPPED };
        let (text, next, changed) = handler.decoding(vm, &fault)?;
        out.push_units(text.units()).map_err(|_| vm.no_memory())?;
        at = next;
        if let Some(new) = changed { bytes = new }
    }
    Ok(out)
}
