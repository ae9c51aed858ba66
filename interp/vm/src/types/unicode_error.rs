//! `UnicodeEncodeError`, `UnicodeDecodeError`, `UnicodeTranslateError`: what could not be coded, where and why.
//!
//! Not here: codecs and error handlers (`codecs.rs`).

use crate::args::Args;
use crate::native::{GetSet, TypeDef};
use crate::object::{ObjExt, Owned, Ref};
use crate::slots::Slots;
use crate::types::exception::{self, field_attr, read_field, this, write_field, PyException};
use crate::types::bytes::PyBytes;
use crate::types::str::PyStr;
use crate::vm::{PyResult, Raised, Vm};

/// Fields.
#[allow(missing_docs)]
pub mod field {
    pub const ENCODING: usize = 0;
    pub const OBJECT: usize = 1;
    pub const START: usize = 2;
    pub const END: usize = 3;
    pub const REASON: usize = 4;
}
use field::*;

/// Which argument is what.
#[derive(Clone, Copy)]
enum Arg { Str(usize), Bytes(usize), Index(usize) }

fn fill(vm: &mut Vm, o: &Owned, args: Args<'_>, shape: &[Arg]) -> PyResult<()> {
    exception::init(vm, o, args)?;
    let pos = args.pos();
    if pos.len() != shape.len() { return Err(vm.type_error(format!("function takes exactly {} arguments ({} given)", shape.len(), pos.len()))) }
    let mut values = Vec::with_capacity(pos.len());
    for (i, (arg, value)) in shape.iter().zip(pos).enumerate() {
        values.push(match arg {
            Arg::Str(f) => {
                if value.cast::<PyStr>().is_none() {
                    let t = value.given_name(vm);
                    return Err(vm.type_error(format!("argument {} must be str, not {t}", i + 1)));
                }
                (*f, value.clone())
            }
            Arg::Bytes(f) => (*f, as_bytes(vm, value)?),
            Arg::Index(f) => { let n = vm.index_i64(value)?; (*f, vm.new_int(n)?) }
        });
    }
    for (f, v) in values { this(o).set_field(f, Some(v)) }
    Ok(())
}

/// Bytes themselves; other buffers are copied.
fn as_bytes(vm: &mut Vm, value: &Owned) -> PyResult {
    if value.is_instance_of(vm, &vm.types.bytes) { return Ok(value.clone()) }
    if value.type_of(vm).slots().buffer.is_none() {
        let t = value.type_name(vm);
        return Err(vm.type_error(format!("a bytes-like object is required, not '{t}'")));
    }
    let bytes = vm.types.bytes.obj().clone();
    vm.call1(&bytes, value)
}

/// `start` and `end` moved into the object, as CPython does before it uses them.
pub fn bounds(start: i64, end: i64, len: usize) -> (usize, usize) {
    let len = len as i64;
    let start = start.clamp(0, (len - 1).max(0));
    let end = end.max(1).min(len);
    (start as usize, end.max(0) as usize)
}

/// Encoding, object, start, end, reason of an error that has them. Making text of encoding and reason may change the rest.
fn parts(vm: &mut Vm, o: &Owned) -> PyResult<Option<(Owned, Owned, i64, i64, Owned)>> {
    let e = this(o).clone();
    if e.field(OBJECT).is_none() { return Ok(None) }
    let reason = vm.option_to_none(e.field(REASON));
    let reason = vm.str(&reason)?;
    let encoding = match e.field(ENCODING) { Some(x) => vm.str(&x)?, None => vm.consts.empty_str.clone() };
    let (Some(object), Some(start), Some(end)) = (e.field(OBJECT), e.field(START), e.field(END)) else {
        return Err(vm.type_error("UnicodeError 'object' attribute is not set"));
    };
    Ok(Some((encoding, object, vm.index_i64(&start)?, vm.index_i64(&end)?, reason)))
}

/// `'encoding' what: reason`, the first part only if there is an encoding to name.
fn message(vm: &mut Vm, encoding: Option<&Owned>, what: &str, reason: &Owned) -> PyResult {
    let mut parts = Vec::with_capacity(4);
    if let Some(encoding) = encoding { parts.extend([vm.new_str("'")?, encoding.clone(), vm.new_str("' codec ")?]) }
    parts.extend([vm.new_str(&format!("{what}: "))?, reason.clone()]);
    super::str::join(vm, &parts)
}

/// How messages write a character.
fn character(c: u32) -> String {
    match c { 0..0x100 => format!("'\\x{c:02x}'"), 0x100..0x10000 => format!("'\\u{c:04x}'"), _ => format!("'\\U{c:08x}'") }
}

fn str_of_text(vm: &mut Vm, o: &Owned, coded: bool) -> PyResult {
    let Some((encoding, object, start, end, reason)) = parts(vm, o)? else { return Ok(vm.consts.empty_str.clone()) };
    let Some(text) = Ref::<PyStr>::cast(&object) else { return Err(vm.type_error("UnicodeError 'object' attribute must be a string")) };
    let head = if coded { "can't encode" } else { "can't translate" };
    let what = match usize::try_from(start).ok().and_then(|from| text.get(from)) {
        Some(c) if end.checked_sub(1) == Some(start) => format!("{head} character {} in position {start}", character(c)),
        _ => format!("{head} characters in position {start}-{}", end.saturating_sub(1)),
    };
    message(vm, coded.then_some(&encoding), &what, &reason)
}

fn encode_str(vm: &mut Vm, o: &Owned) -> PyResult { str_of_text(vm, o, true) }
fn translate_str(vm: &mut Vm, o: &Owned) -> PyResult { str_of_text(vm, o, false) }

fn decode_str(vm: &mut Vm, o: &Owned) -> PyResult {
    let Some((encoding, object, start, end, reason)) = parts(vm, o)? else { return Ok(vm.consts.empty_str.clone()) };
    let Some(bytes) = object.cast::<PyBytes>() else { return Err(vm.type_error("UnicodeError 'object' attribute must be a bytes")) };
    let what = match usize::try_from(start).ok().and_then(|from| bytes.as_slice().get(from)) {
        Some(byte) if end.checked_sub(1) == Some(start) => format!("can't decode byte 0x{byte:02x} in position {start}"),
        _ => format!("can't decode bytes in position {start}-{}", end.saturating_sub(1)),
    };
    message(vm, Some(&encoding), &what, &reason)
}

fn encode_init(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult<()> {
    fill(vm, o, args, &[Arg::Str(ENCODING), Arg::Str(OBJECT), Arg::Index(START), Arg::Index(END), Arg::Str(REASON)])
}
fn decode_init(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult<()> {
    fill(vm, o, args, &[Arg::Str(ENCODING), Arg::Bytes(OBJECT), Arg::Index(START), Arg::Index(END), Arg::Str(REASON)])
}
fn translate_init(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult<()> {
    fill(vm, o, args, &[Arg::Str(OBJECT), Arg::Index(START), Arg::Index(END), Arg::Str(REASON)])
}

/// An integer attribute.
fn write_index(vm: &mut Vm, o: &Owned, i: usize, value: Option<&Owned>) -> PyResult<()> {
    let Some(value) = value else { return Err(vm.type_error("can't delete numeric/char attribute")) };
    let n = vm.index_i64(value)?;
    let n = vm.new_int(n)?;
    write_field(o, i, Some(&n))
}
fn read_index(vm: &mut Vm, o: &Owned, i: usize) -> PyResult {
    if this(o).field(i).is_none() { return vm.new_int(0) }
    read_field(vm, o, i)
}

macro_rules! getset {
    ($($first:expr)?) => {
        &[
            $($first,)?
            GetSet { doc: "exception object", ..field_attr!("object", OBJECT) },
            GetSet { member: true, name: "start", get: |vm, o| read_index(vm, o, START), set: Some(|vm, o, v| write_index(vm, o, START, v)), doc: "exception start" },
            GetSet { member: true, name: "end", get: |vm, o| read_index(vm, o, END), set: Some(|vm, o, v| write_index(vm, o, END, v)), doc: "exception end" },
            GetSet { doc: "exception reason", ..field_attr!("reason", REASON) },
        ]
    };
}

static ENCODE: TypeDef = TypeDef {
    doc: "Unicode encoding error.", sig: "", methods: &[], getset: getset!(GetSet { doc: "exception encoding", ..field_attr!("encoding", ENCODING) }),
};
static DECODE: TypeDef = TypeDef {
    doc: "Unicode decoding error.", sig: "", methods: &[], getset: getset!(GetSet { doc: "exception encoding", ..field_attr!("encoding", ENCODING) }),
};
static TRANSLATE: TypeDef = TypeDef { doc: "Unicode translation error.", sig: "", methods: &[], getset: getset!() };

/// Fills the three types; `UnicodeError` has been filled.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.unicode_encode_error.clone();
    vm.fill_type(&ty, Slots { new: Some(exception::new), init: Some(encode_init), str: Some(encode_str), ..Slots::default() }, &ENCODE)?;
    let ty = vm.types.unicode_decode_error.clone();
    vm.fill_type(&ty, Slots { new: Some(exception::new), init: Some(decode_init), str: Some(decode_str), ..Slots::default() }, &DECODE)?;
    let ty = vm.types.unicode_translate_error.clone();
    vm.fill_type(&ty, Slots { new: Some(exception::new), init: Some(translate_init), str: Some(translate_str), ..Slots::default() }, &TRANSLATE)
}

impl Vm {
    /// A UnicodeEncodeError for characters `start..end` of the str `object`.
    pub fn unicode_encode_error(&self, encoding: &str, object: &Owned, start: usize, end: usize, reason: &str) -> Raised {
        let ty = self.types.unicode_encode_error.clone();
        self.unicode_error(&ty, Some(encoding), object, start, end, reason)
    }
    /// A UnicodeDecodeError for bytes `start..end` of the bytes `object`.
    pub fn unicode_decode_error(&self, encoding: &str, object: &Owned, start: usize, end: usize, reason: &str) -> Raised {
        let ty = self.types.unicode_decode_error.clone();
        self.unicode_error(&ty, Some(encoding), object, start, end, reason)
    }
    /// A UnicodeTranslateError for characters `start..end` of the str `object`.
    pub fn unicode_translate_error(&self, object: &Owned, start: usize, end: usize, reason: &str) -> Raised {
        let ty = self.types.unicode_translate_error.clone();
        self.unicode_error(&ty, None, object, start, end, reason)
    }

    fn unicode_error(&self, ty: &crate::typeobj::TypeRef, encoding: Option<&str>, object: &Owned, start: usize, end: usize, reason: &str) -> Raised {
        let make = || -> PyResult<Ref<PyException>> {
            let mut items = Vec::with_capacity(5);
            let mut fields = Vec::with_capacity(5);
            if let Some(e) = encoding { items.push(self.new_str(e)?); fields.push(ENCODING) }
            items.push(object.clone());
            items.push(self.new_int(start as i64)?);
            items.push(self.new_int(end as i64)?);
            items.push(self.new_str(reason)?);
            fields.extend([OBJECT, START, END, REASON]);
            let args = self.new_tuple_from(&items)?.into_obj();
            let e = self.new_object_of(ty, PyException::new(args))?;
            for (f, v) in fields.into_iter().zip(items) { e.set_field(f, Some(v)) }
            Ok(e)
        };
        match make() { Ok(e) => Raised(e), Err(r) => r }
    }
}
