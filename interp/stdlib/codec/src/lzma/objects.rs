//! `LZMACompressor` and `LZMADecompressor`.
//!
//! Not here: filter specifiers (`filters.rs`), the library (`raw.rs`).

use std::cell::RefCell;

use instar_vm::args::{Args, Signature};
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::slots::Slots;
use instar_vm::typeobj::TypeRef;
use instar_vm::types::dict::PyDict;
use instar_vm::{ObjExt, Owned, PyResult, Ref, Vm};

use super::raw::{self, Stream};
use super::{check, failure, filters};
use crate::stream::{self, grow, Decode, Pending, Step};
use crate::support::{c_int_or, set_type};

/// Payload of `LZMACompressor`; the stream is gone after `flush`.
pub struct Compressor { stream: RefCell<Option<Stream>> }
instar_vm::trace! { Compressor { } }
instar_vm::fields! { Compressor { stream } }
instar_vm::payload!(Compressor, "LZMACompressor");

fn given(vm: &Vm, o: &Option<Owned>) -> Option<Owned> { o.clone().filter(|o| !vm.is_none(o)) }

fn new_compressor(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let a = args.bind(vm, "LZMACompressor", const { &Signature::parse("(format=FORMAT_XZ, check=-1, preset=None, filters=None)") })?;
    let (format, mut id) = (c_int_or(vm, a[0].as_ref(), raw::FORMAT_XZ)?, c_int_or(vm, a[1].as_ref(), -1)?);
    let (preset, specs) = (given(vm, &a[2]), given(vm, &a[3]));
    if preset.is_some() && specs.is_some() { return Err(vm.value_error("Cannot specify both preset and filter chain")) }
    let number = match &preset { Some(p) => filters::preset_number(vm, p)?, None => raw::PRESET_DEFAULT };
    if format != raw::FORMAT_XZ && id != -1 && id != 0 { return Err(vm.value_error("Integrity checks are only supported by FORMAT_XZ")) }
    let chain = match &specs { Some(s) => Some(filters::chain(vm, s)?), None => None };
    let made = match format {
        raw::FORMAT_XZ => {
            if id == -1 { id = 4 }
            match &chain { Some(c) => Stream::encode_xz(c, id), None => Stream::encode_xz_preset(number, id) }
        }
        raw::FORMAT_ALONE => match &chain {
            None => { let o = filters::preset(vm, number)?; Stream::encode_alone(&o) }
            Some(c) => match c.single_lzma1() {
                Some(o) => Stream::encode_alone(o),
                None => return Err(vm.value_error("Invalid filter chain for FORMAT_ALONE - must be a single LZMA1 filter")),
            },
        },
        raw::FORMAT_RAW => match &chain { Some(c) => Stream::encode_raw(c), None => return Err(vm.value_error("Must specify filters for FORMAT_RAW")) },
        n => return Err(vm.value_error(format!("Invalid container format: {n}"))),
    };
    let stream = made.map_err(|code| failure(vm, code))?;
    Ok(vm.new_object_of(ty, Compressor { stream: RefCell::new(Some(stream)) })?.into_obj())
}

fn run(vm: &mut Vm, z: &mut Stream, input: &[u8], finish: bool) -> PyResult<Vec<u8>> {
    let (mut at, mut out) = (0, Vec::new());
    loop {
        let old = out.len();
        let room = grow(vm, &mut out, None)?;
        let moved = z.run(&input[at..], &mut out[old..], finish);
        at += moved.used;
        out.truncate(old + moved.made);
        let stuck = moved.code == raw::BUF_ERROR && moved.made < room && at == input.len();
        if !stuck && moved.code != raw::BUF_ERROR { check(vm, moved.code)? }
        if moved.code == raw::STREAM_END || stuck || !finish && at == input.len() && moved.made < room { return Ok(out) }
    }
}

fn compressor(o: &Owned) -> &RefCell<Option<Stream>> { &o.cast::<Compressor>().expect("law: checked by the descriptor").stream }

fn compress(vm: &mut Vm, o: &Owned, data: &Owned) -> PyResult {
    let data = vm.bytes_like(data)?;
    let Some(mut z) = compressor(o).borrow_mut().take() else { return Err(vm.value_error("Compressor has been flushed")) };
    let out = run(vm, &mut z, &data, false);
    *compressor(o).borrow_mut() = Some(z);
    let out = out?;
    vm.new_bytes(&out)
}

fn flush(vm: &mut Vm, o: &Owned) -> PyResult {
    let Some(mut z) = compressor(o).borrow_mut().take() else { return Err(vm.value_error("Repeated call to flush()")) };
    let out = run(vm, &mut z, &[], true)?;
    vm.new_bytes(&out)
}

static COMPRESSOR: TypeDef = TypeDef {
    doc: "LZMACompressor(format=FORMAT_XZ, check=-1, preset=None, filters=None)\n\nCreate a compressor object for compressing data incrementally.",
    sig: "",
    methods: &[
        Def::new("compress", "($self, data, /)", Native::N1(compress)).doc("Provide data to the compressor object."),
        Def::new("flush", "($self, /)", Native::N0(flush)).doc("Finish the compression process."),
    ],
    getset: &[],
};

// ---- decompressor ----------------------------------------------------------------------------------------------------

struct Decoder { stream: Stream, check: i32 }

impl Decode for Decoder {
    const HOLDS_BACK: bool = true;
    fn step(&mut self, vm: &mut Vm, input: &[u8], out: &mut [u8]) -> PyResult<Step> {
        let mut total = Step { used: 0, made: 0, ended: false };
        loop {
            let moved = self.stream.run(&input[total.used..], &mut out[total.made..], false);
            total.used += moved.used;
            total.made += moved.made;
            if let Some(check) = self.stream.check_after(moved.code) {
                self.check = check;
                // Only an announcement: there is more to do.
                continue;
            }
            if moved.code != raw::BUF_ERROR { check(vm, moved.code)? }
            total.ended = moved.code == raw::STREAM_END;
            return Ok(total);
        }
    }
}

/// Payload of `LZMADecompressor`.
pub struct Decompressor { decoder: RefCell<Decoder>, pending: RefCell<Pending> }
instar_vm::trace! { Decompressor { } }
instar_vm::fields! { Decompressor { decoder, pending } }
instar_vm::payload!(Decompressor, "LZMADecompressor");

fn new_decompressor(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let a = args.bind(vm, "LZMADecompressor", const { &Signature::parse("(format=FORMAT_AUTO, memlimit=None, filters=None)") })?;
    let format = c_int_or(vm, a[0].as_ref(), raw::FORMAT_AUTO)?;
    let (limit, specs) = (given(vm, &a[1]), given(vm, &a[2]));
    if limit.is_some() && format == raw::FORMAT_RAW { return Err(vm.value_error("Cannot specify memory limit with FORMAT_RAW")) }
    let limit = match limit {
        Some(n) => { let n = vm.index(&n)?; instar_vm::types::int::int_ref(&n).and_then(|n| n.to_u64()).ok_or_else(|| vm.overflow_error("Python int too large to convert to C unsigned long"))? }
        None => u64::MAX,
    };
    if format == raw::FORMAT_RAW && specs.is_none() { return Err(vm.value_error("Must specify filters for FORMAT_RAW")) }
    if format != raw::FORMAT_RAW && specs.is_some() { return Err(vm.value_error("Cannot specify filters except with FORMAT_RAW")) }
    let made = match (format, &specs) {
        (raw::FORMAT_RAW, Some(s)) => { let c = filters::chain(vm, s)?; Stream::decode_raw(&c) }
        (raw::FORMAT_AUTO | raw::FORMAT_XZ | raw::FORMAT_ALONE, _) => Stream::decode(format, limit),
        (n, _) => return Err(vm.value_error(format!("Invalid container format: {n}"))),
    };
    let stream = made.map_err(|code| failure(vm, code))?;
    let check = if matches!(format, raw::FORMAT_RAW | raw::FORMAT_ALONE) { 0 } else { raw::CHECK_UNKNOWN };
    let payload = Decompressor { decoder: RefCell::new(Decoder { stream, check }), pending: RefCell::new(Pending::new()) };
    Ok(vm.new_object_of(ty, payload)?.into_obj())
}

fn this(o: &Owned) -> &Decompressor { o.cast::<Decompressor>().expect("law: checked by the descriptor") }

fn decompress(vm: &mut Vm, o: &Owned, args: &[Option<Owned>]) -> PyResult {
    let Some(data) = &args[0] else { return Err(vm.system_error("bad arguments")) };
    let (data, max) = (vm.bytes_like(data)?, stream::limit(vm, args[1].as_ref())?);
    let d = this(o);
    if d.pending.borrow().eof { return Err(stream::ended(vm)) }
    let out = stream::decompress(vm, &mut *d.decoder.borrow_mut(), &mut d.pending.borrow_mut(), &data, max)?;
    vm.new_bytes(&out)
}

static DECOMPRESSOR: TypeDef = TypeDef {
    doc: "Create a decompressor object for decompressing data incrementally.\n\nFor one-shot decompression, use the decompress() function instead.",
    sig: "(format=FORMAT_AUTO, memlimit=None, filters=None)",
    methods: &[Def::new("decompress", "($self, /, data, max_length=-1)", Native::Bound(decompress)).doc("Decompress *data*, returning uncompressed data as bytes.")],
    getset: &[
        GetSet { doc: "ID of the integrity check used by the input stream.", ..GetSet::ro("check", |vm, o| { let n = this(o).decoder.borrow().check; vm.new_int(n.into()) }) },
        GetSet { doc: "True if the end-of-stream marker has been reached.", ..GetSet::ro("eof", |vm, o| { let b = this(o).pending.borrow().eof; Ok(vm.bool(b)) }) },
        GetSet { doc: "True if more input is needed before more decompressed data can be produced.", ..GetSet::ro("needs_input", |vm, o| { let b = this(o).pending.borrow().needs_input; Ok(vm.bool(b)) }) },
        GetSet { doc: "Data found after the end of the compressed stream.", ..GetSet::ro("unused_data", |vm, o| vm.new_bytes(&this(o).pending.borrow().unused)) },
    ],
};

/// Makes both types.
pub fn make(vm: &mut Vm, ns: &Ref<PyDict>) -> PyResult<()> {
    if vm.types.native.find::<Compressor>().is_none() {
        vm.new_native_type::<Compressor>("_lzma", "LZMACompressor", None, 0, Slots { new: Some(new_compressor), ..Slots::default() }, &COMPRESSOR)?;
        vm.new_native_type::<Decompressor>("_lzma", "LZMADecompressor", None, 0, Slots { new: Some(new_decompressor), ..Slots::default() }, &DECOMPRESSOR)?;
    }
    for ty in [vm.types.native_type::<Compressor>().clone(), vm.types.native_type::<Decompressor>().clone()] { set_type(vm, ns, &ty)? }
    Ok(())
}
