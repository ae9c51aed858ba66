//! `ZstdDecompressor`: one frame.
//!
//! Not here: options (`options.rs`), the library (`raw.rs`).

use std::cell::RefCell;

use instar_object::TypeFlags;
use instar_vm::args::{Args, Signature};
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::slots::Slots;
use instar_vm::typeobj::TypeRef;
use instar_vm::{ObjExt, Owned, PyResult, Vm};

use super::dict::{self, Use};
use super::raw::Decompress;
use super::{error, failure, options};
use crate::stream::{self, Decode, Pending, Step};

struct Decoder(Decompress);

impl Decode for Decoder {
    const HOLDS_BACK: bool = true;
    fn step(&mut self, vm: &mut Vm, input: &[u8], out: &mut [u8]) -> PyResult<Step> {
        match self.0.run(input, out) {
            Ok(moved) => Ok(Step { used: moved.used, made: moved.made, ended: moved.left == 0 && (moved.used > 0 || moved.made > 0) }),
            Err(e) => { self.0.reset(); Err(failure(vm, "decompress Zstandard data", &e)) }
        }
    }
}

/// Payload of `ZstdDecompressor`. The context is declared before what it points at.
pub struct Decompressor {
    decoder: RefCell<Decoder>,
    pending: RefCell<Pending>,
    dict: Owned,
}
instar_vm::trace! { Decompressor { dict } }
instar_vm::fields! { Decompressor { decoder, pending, dict } }
instar_vm::payload!(Decompressor, "ZstdDecompressor");

fn given(vm: &Vm, o: &Option<Owned>) -> Option<Owned> { o.clone().filter(|o| !vm.is_none(o)) }

fn new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let a = args.bind(vm, "ZstdDecompressor", const { &Signature::parse("(zstd_dict=None, options=None)") })?;
    let Some(mut z) = Decompress::new() else { return Err(vm.no_memory()) };
    let mut kept = vm.none();
    if let Some(d) = given(vm, &a[0]) {
        let (d, taken) = dict::argument(vm, &d, Use::Digested)?;
        let loaded = match taken {
            Use::Digested => match z.load_digested(d.content()) {
                Some(r) => r,
                None => return Err(error(vm, "Failed to create a ZSTD_DDict instance from Zstandard dictionary content.")),
            },
            Use::Undigested => z.load(d.content()),
            // SAFETY: the payload keeps the dictionary, whose bytes stay in place, and drops the context first.
            Use::Prefix => unsafe { z.refer_prefix(d.content()) },
        };
        loaded.map_err(|e| failure(vm, "load Zstandard dictionary or prefix for decompression", &e))?;
        kept = d.into_obj();
    }
    if let Some(o) = given(vm, &a[1]) { options::decompression(vm, &mut z, &o)? }
    let payload = Decompressor { decoder: RefCell::new(Decoder(z)), pending: RefCell::new(Pending::new()), dict: kept };
    Ok(vm.new_object_of(ty, payload)?.into_obj())
}

fn this(o: &Owned) -> &Decompressor { o.cast::<Decompressor>().expect("law: checked by the descriptor") }

fn decompress(vm: &mut Vm, o: &Owned, args: &[Option<Owned>]) -> PyResult {
    let Some(data) = &args[0] else { return Err(vm.system_error("bad arguments")) };
    let (data, max) = (vm.bytes_like(data)?, stream::limit(vm, args[1].as_ref())?);
    let d = this(o);
    if d.pending.borrow().eof { return Err(vm.eof_error("Already at the end of a Zstandard frame.")) }
    let out = stream::decompress(vm, &mut *d.decoder.borrow_mut(), &mut d.pending.borrow_mut(), &data, max)?;
    vm.new_bytes(&out)
}

static DEF: TypeDef = TypeDef {
    doc: "Create a decompressor object for decompressing data incrementally.\n\n  zstd_dict\n    A ZstdDict object, a pre-trained Zstandard dictionary.\n  options\n    A dict object that contains advanced decompression parameters.\n\nThread-safe at method level. For one-shot decompression, use the decompress()\nfunction instead.",
    sig: "(zstd_dict=None, options=None)",
    methods: &[Def::new("decompress", "($self, /, data, max_length=-1)", Native::Bound(decompress)).doc("Decompress *data*, returning uncompressed bytes if possible, or b'' otherwise.")],
    getset: &[
        GetSet { doc: "True means the end of the first frame has been reached. If decompress data\nafter that, an EOFError exception will be raised.", ..GetSet::ro("eof", |vm, o| { let b = this(o).pending.borrow().eof; Ok(vm.bool(b)) }) },
        GetSet { doc: "A bytes object of un-consumed input data.", ..GetSet::ro("unused_data", |vm, o| vm.new_bytes(&this(o).pending.borrow().unused)) },
        GetSet { doc: "If the max_length output limit in .decompress() method has been reached,\nand the decompressor has (or may has) unconsumed input data, it will be set\nto False.", ..GetSet::ro("needs_input", |vm, o| { let b = this(o).pending.borrow().needs_input; Ok(vm.bool(b)) }) },
    ],
};

/// Makes the type.
pub fn make(vm: &mut Vm) -> PyResult<TypeRef> {
    if let Some(ty) = vm.types.native.find::<Decompressor>() { return Ok(ty.clone()) }
    vm.new_native_type::<Decompressor>("compression.zstd", "ZstdDecompressor", None, TypeFlags::GC.bits(), Slots { new: Some(new), ..Slots::default() }, &DEF)
}
