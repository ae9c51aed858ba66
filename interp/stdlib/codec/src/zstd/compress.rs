//! `ZstdCompressor`.
//!
//! Not here: options (`options.rs`), the library (`raw.rs`).

use std::cell::{Cell, RefCell};

use instar_object::TypeFlags;
use instar_vm::args::{Args, Signature};
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::slots::Slots;
use instar_vm::typeobj::TypeRef;
use instar_vm::types::int::int_ref;
use instar_vm::{ObjExt, Owned, PyResult, Raised, Vm};

use super::dict::{self, Use};
use super::raw::{Compress, End};
use super::{error, failure, options};
use crate::stream::grow;
use crate::support::{c_int, set_class_attr};

/// Payload of `ZstdCompressor`. The context is declared before what it points at.
pub struct Compressor {
    context: RefCell<Option<Compress>>,
    last_mode: Cell<i32>,
    dict: Owned,
}
instar_vm::trace! { Compressor { dict } }
instar_vm::fields! { Compressor { context, last_mode, dict } }
instar_vm::payload!(Compressor, "ZstdCompressor");

const CONTINUE: i32 = 0;
const FLUSH_BLOCK: i32 = 1;
const FLUSH_FRAME: i32 = 2;

fn given(vm: &Vm, o: &Option<Owned>) -> Option<Owned> { o.clone().filter(|o| !vm.is_none(o)) }

fn new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let a = args.bind(vm, "ZstdCompressor", const { &Signature::parse("(level=None, options=None, zstd_dict=None)") })?;
    let Some(mut z) = Compress::new() else { return Err(vm.no_memory()) };
    let (level, opts) = (given(vm, &a[0]), given(vm, &a[1]));
    let level = options::compression(vm, &mut z, level.as_ref(), opts.as_ref())?;
    let mut kept = vm.none();
    if let Some(d) = given(vm, &a[2]) {
        let (d, taken) = dict::argument(vm, &d, Use::Undigested)?;
        let loaded = match taken {
            Use::Digested => match z.load_digested(d.content(), level) {
                Some(r) => r,
                None => return Err(error(vm, "Failed to create a ZSTD_CDict instance from Zstandard dictionary content.")),
            },
            Use::Undigested => z.load(d.content()),
            // SAFETY: the payload keeps the dictionary, whose bytes stay in place, and drops the context first.
            Use::Prefix => unsafe { z.refer_prefix(d.content()) },
        };
        loaded.map_err(|e| failure(vm, "load Zstandard dictionary or prefix for compression", &e))?;
        kept = d.into_obj();
    }
    Ok(vm.new_object_of(ty, Compressor { context: RefCell::new(Some(z)), last_mode: Cell::new(FLUSH_FRAME), dict: kept })?.into_obj())
}

fn this(o: &Owned) -> &Compressor { o.cast::<Compressor>().expect("law: checked by the descriptor") }

#[cold]
fn busy(vm: &mut Vm) -> Raised { vm.runtime_error("the compressor is at work") }

fn run(vm: &mut Vm, o: &Owned, input: &[u8], mode: i32) -> PyResult {
    let Some(mut z) = this(o).context.borrow_mut().take() else { return Err(busy(vm)) };
    let end = match mode { CONTINUE => End::Continue, FLUSH_BLOCK => End::Block, _ => End::Frame };
    let (mut at, mut out) = (0, Vec::new());
    let result = loop {
        let old = out.len();
        let room = match grow(vm, &mut out, None) { Ok(n) => n, Err(e) => break Err(e) };
        match z.run(&input[at..], &mut out[old..], end) {
            Ok(moved) => {
                at += moved.used;
                out.truncate(old + moved.made);
                let done = if end == End::Continue { at == input.len() && moved.made < room } else { moved.left == 0 };
                if done { break Ok(()) }
            }
            Err(e) => break Err(failure(vm, "compress Zstandard data", &e)),
        }
    };
    if result.is_err() { z.reset() }
    *this(o).context.borrow_mut() = Some(z);
    this(o).last_mode.set(if result.is_err() { FLUSH_FRAME } else { mode });
    result?;
    vm.new_bytes(&out)
}

fn compress(vm: &mut Vm, o: &Owned, args: &[Option<Owned>]) -> PyResult {
    let Some(data) = &args[0] else { return Err(vm.system_error("bad arguments")) };
    let data = vm.bytes_like(data)?;
    let mode = match &args[1] { Some(m) => c_int(vm, m)?, None => CONTINUE };
    if !(CONTINUE..=FLUSH_FRAME).contains(&mode) {
        return Err(vm.value_error("mode argument wrong value, it should be one of ZstdCompressor.CONTINUE, ZstdCompressor.FLUSH_BLOCK, ZstdCompressor.FLUSH_FRAME."));
    }
    run(vm, o, &data, mode)
}

fn flush(vm: &mut Vm, o: &Owned, args: &[Option<Owned>]) -> PyResult {
    let mode = match &args[0] { Some(m) => c_int(vm, m)?, None => FLUSH_FRAME };
    if mode != FLUSH_BLOCK && mode != FLUSH_FRAME { return Err(vm.value_error("mode argument wrong value, it should be ZstdCompressor.FLUSH_FRAME or ZstdCompressor.FLUSH_BLOCK.")) }
    run(vm, o, &[], mode)
}

fn pledge(vm: &mut Vm, o: &Owned, size: &Owned) -> PyResult {
    let n = if vm.is_none(size) { u64::MAX } else {
        let Some(n) = int_ref(size) else { return Err(vm.type_error("an integer is required")) };
        match n.to_u64().filter(|n| *n < u64::MAX - 1) {
            Some(n) => n,
            None => return Err(vm.value_error("size argument should be a positive int less than 18446744073709551614")),
        }
    };
    if this(o).last_mode.get() != FLUSH_FRAME { return Err(vm.value_error("set_pledged_input_size() method must be called when last_mode == FLUSH_FRAME")) }
    let done = match this(o).context.borrow_mut().as_mut() { Some(z) => z.pledge(n), None => Ok(()) };
    done.map_err(|e| failure(vm, "set pledged uncompressed content size", &e))?;
    Ok(vm.none())
}

static DEF: TypeDef = TypeDef {
    doc: "Create a compressor object for compressing data incrementally.\n\n  level\n    The compression level to use. Defaults to COMPRESSION_LEVEL_DEFAULT.\n  options\n    A dict object that contains advanced compression parameters.\n  zstd_dict\n    A ZstdDict object, a pre-trained Zstandard dictionary.\n\nThread-safe at method level.  For one-shot compression, use the\ncompress() function instead.",
    sig: "(level=None, options=None, zstd_dict=None)",
    methods: &[
        Def::new("compress", "($self, /, data, mode=ZstdCompressor.CONTINUE)", Native::Bound(compress)).doc("Provide data to the compressor object."),
        Def::new("flush", "($self, /, mode=ZstdCompressor.FLUSH_FRAME)", Native::Bound(flush)).doc("Finish the compression process."),
        Def::new("set_pledged_input_size", "($self, size, /)", Native::N1(pledge)).doc("Set the uncompressed content size to be written into the frame header."),
    ],
    getset: &[GetSet { doc: "The last mode used to this compressor object, its value can be .CONTINUE, .FLUSH_BLOCK, .FLUSH_FRAME. Initialized to .FLUSH_FRAME.", ..GetSet::ro("last_mode", |vm, o| vm.new_int(this(o).last_mode.get().into())) }],
};

/// Makes the type.
pub fn make(vm: &mut Vm) -> PyResult<TypeRef> {
    if let Some(ty) = vm.types.native.find::<Compressor>() { return Ok(ty.clone()) }
    let ty = vm.new_native_type::<Compressor>("compression.zstd", "ZstdCompressor", None, TypeFlags::GC.bits(), Slots { new: Some(new), ..Slots::default() }, &DEF)?;
    for (name, n) in [("CONTINUE", CONTINUE), ("FLUSH_BLOCK", FLUSH_BLOCK), ("FLUSH_FRAME", FLUSH_FRAME)] {
        let n = vm.new_int(n.into())?;
        set_class_attr(vm, &ty, name, &n)?;
    }
    Ok(ty)
}
