//! `_bz2`: compressor and decompressor objects.
//!
//! Not here: the library (crate `bzip2`), files (`bz2`, Python code).

use std::cell::{Cell, RefCell};

use bzip2::{Action, Compress, Compression, Decompress, Error, Status};
use instar_vm::args::{Args, Signature};
use instar_vm::module::NativeModule;
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::slots::Slots;
use instar_vm::typeobj::TypeRef;
use instar_vm::types::dict::PyDict;
use instar_vm::{ObjExt, Owned, PyResult, Raised, Ref, Vm};

use crate::stream::{self, grow, Decode, Pending, Step};
use crate::support::{c_int_or, set_type};

#[cold]
fn raise(vm: &mut Vm, e: Error) -> Raised {
    match e {
        Error::Param => vm.value_error("Internal error - invalid parameters passed to libbzip2"),
        Error::Data | Error::DataMagic => vm.os_error("Invalid data stream"),
        Error::Sequence => vm.runtime_error("Internal error - Invalid sequence of commands sent to libbzip2"),
    }
}

// ---- compressor ------------------------------------------------------------------------------------------------------

/// Payload of `BZ2Compressor`; the stream is gone after `flush`.
pub struct Compressor { stream: RefCell<Option<Compress>> }
instar_vm::trace! { Compressor { } }
instar_vm::fields! { Compressor { stream } }
instar_vm::payload!(Compressor, "BZ2Compressor");

fn new_compressor(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let a = args.exactly(vm, "BZ2Compressor", 0, 1)?;
    let level = c_int_or(vm, a.first(), 9)?;
    if !(1..=9).contains(&level) { return Err(vm.value_error("compresslevel must be between 1 and 9")) }
    // What the library takes for its sorting: it aborts without.
    vm.probe_memory(8 << 20)?;
    let stream = Compress::new(Compression::new(level as u32), 0);
    Ok(vm.new_object_of(ty, Compressor { stream: RefCell::new(Some(stream)) })?.into_obj())
}

fn run(vm: &mut Vm, z: &mut Compress, input: &[u8], action: Action) -> PyResult<Vec<u8>> {
    let (mut at, mut out) = (0, Vec::new());
    loop {
        let old = out.len();
        grow(vm, &mut out, None)?;
        let (before_in, before_out) = (z.total_in(), z.total_out());
        let status = z.compress(&input[at..], &mut out[old..], action).map_err(|e| raise(vm, e))?;
        at += (z.total_in() - before_in) as usize;
        out.truncate(old + (z.total_out() - before_out) as usize);
        if status == Status::StreamEnd || action == Action::Run && at == input.len() { return Ok(out) }
    }
}

fn compressor(o: &Owned) -> &RefCell<Option<Compress>> { &o.cast::<Compressor>().expect("law: checked by the descriptor").stream }

fn compress(vm: &mut Vm, o: &Owned, data: &Owned) -> PyResult {
    let data = vm.bytes_like(data)?;
    let Some(mut z) = compressor(o).borrow_mut().take() else { return Err(vm.value_error("Compressor has been flushed")) };
    // The library calls a run without input an error.
    let out = if data.is_empty() { Ok(Vec::new()) } else { run(vm, &mut z, &data, Action::Run) };
    *compressor(o).borrow_mut() = Some(z);
    let out = out?;
    vm.new_bytes(&out)
}

fn flush(vm: &mut Vm, o: &Owned) -> PyResult {
    let Some(mut z) = compressor(o).borrow_mut().take() else { return Err(vm.value_error("Repeated call to flush()")) };
    let out = run(vm, &mut z, &[], Action::Finish)?;
    vm.new_bytes(&out)
}

static COMPRESSOR: TypeDef = TypeDef {
    doc: "Create a compressor object for compressing data incrementally.\n\n  compresslevel\n    Compression level, as a number between 1 and 9.\n\nFor one-shot compression, use the compress() function instead.",
    sig: "(compresslevel=9, /)",
    methods: &[
        Def::new("compress", "($self, data, /)", Native::N1(compress)).doc("Provide data to the compressor object."),
        Def::new("flush", "($self, /)", Native::N0(flush)).doc("Finish the compression process."),
    ],
    getset: &[],
};

// ---- decompressor ----------------------------------------------------------------------------------------------------

struct Decoder(Decompress);

impl Decode for Decoder {
    const HOLDS_BACK: bool = false;
    fn step(&mut self, vm: &mut Vm, input: &[u8], out: &mut [u8]) -> PyResult<Step> {
        let (before_in, before_out) = (self.0.total_in(), self.0.total_out());
        let status = self.0.decompress(input, out).map_err(|e| raise(vm, e))?;
        if status == Status::MemNeeded { return Err(vm.no_memory()) }
        Ok(Step { used: (self.0.total_in() - before_in) as usize, made: (self.0.total_out() - before_out) as usize, ended: status == Status::StreamEnd })
    }
}

/// Payload of `BZ2Decompressor`.
pub struct Decompressor { decoder: RefCell<Decoder>, pending: RefCell<Pending>, failed: Cell<bool> }
instar_vm::trace! { Decompressor { } }
instar_vm::fields! { Decompressor { decoder, pending, failed } }
instar_vm::payload!(Decompressor, "BZ2Decompressor");

fn new_decompressor(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    args.bind(vm, "BZ2Decompressor", const { &Signature::parse("()") })?;
    let payload = Decompressor { decoder: RefCell::new(Decoder(Decompress::new(false))), pending: RefCell::new(Pending::new()), failed: Cell::new(false) };
    Ok(vm.new_object_of(ty, payload)?.into_obj())
}

fn this(o: &Owned) -> &Decompressor { o.cast::<Decompressor>().expect("law: checked by the descriptor") }

fn decompress(vm: &mut Vm, o: &Owned, args: &[Option<Owned>]) -> PyResult {
    let Some(data) = &args[0] else { return Err(vm.system_error("bad arguments")) };
    let (data, max) = (vm.bytes_like(data)?, stream::limit(vm, args[1].as_ref())?);
    let d = this(o);
    if d.pending.borrow().eof { return Err(stream::ended(vm)) }
    if d.failed.get() { return Err(vm.value_error("Decompressor is unusable after previous error")) }
    let out = stream::decompress(vm, &mut *d.decoder.borrow_mut(), &mut d.pending.borrow_mut(), &data, max);
    if out.is_err() { d.failed.set(true); d.pending.borrow_mut().needs_input = false }
    let out = out?;
    vm.new_bytes(&out)
}

static DECOMPRESSOR: TypeDef = TypeDef {
    doc: "Create a decompressor object for decompressing data incrementally.\n\nFor one-shot decompression, use the decompress() function instead.",
    sig: "()",
    methods: &[Def::new("decompress", "($self, /, data, max_length=-1)", Native::Bound(decompress)).doc("Decompress *data*, returning uncompressed data as bytes.")],
    getset: &[
        GetSet { doc: "True if the end-of-stream marker has been reached.", ..GetSet::ro("eof", |vm, o| { let b = this(o).pending.borrow().eof; Ok(vm.bool(b)) }) },
        GetSet { doc: "True if more input is needed before more decompressed data can be produced.", ..GetSet::ro("needs_input", |vm, o| { let b = this(o).pending.borrow().needs_input; Ok(vm.bool(b)) }) },
        GetSet { doc: "Data found after the end of the compressed stream.", ..GetSet::ro("unused_data", |vm, o| vm.new_bytes(&this(o).pending.borrow().unused)) },
    ],
};

fn exec(vm: &mut Vm, _: &Owned, ns: &Ref<PyDict>) -> PyResult<()> {
    if vm.types.native.find::<Compressor>().is_none() {
        vm.new_native_type::<Compressor>("_bz2", "BZ2Compressor", None, 0, Slots { new: Some(new_compressor), ..Slots::default() }, &COMPRESSOR)?;
        vm.new_native_type::<Decompressor>("_bz2", "BZ2Decompressor", None, 0, Slots { new: Some(new_decompressor), ..Slots::default() }, &DECOMPRESSOR)?;
    }
    for ty in [vm.types.native_type::<Compressor>().clone(), vm.types.native_type::<Decompressor>().clone()] { set_type(vm, ns, &ty)? }
    Ok(())
}

/// The module.
pub static MODULE: NativeModule = NativeModule { name: "_bz2", doc: "", functions: &[], exec };
