//! `Decompress` and `_ZlibDecompressor`: decompressing bit by bit.
//!
//! Not here: `zlib.decompress` (`mod.rs`).

use std::cell::RefCell;

use instar_vm::args::{Args, Signature};
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::object::Guarded;
use instar_vm::slots::Slots;
use instar_vm::typeobj::{vm_flags, TypeRef};
use instar_vm::types::dict::PyDict;
use instar_vm::{ObjExt, Owned, PyResult, Raised, Ref, Vm};

use super::raw::{self, Failed, Inflate};
use super::failure;
use crate::stream::{self, grow, Decode, Pending, Step};
use crate::support::{c_int_or, set_type};

/// The state of `Decompress`.
struct State {
    stream: Inflate,
    dict: Option<Vec<u8>>,
    unused: Vec<u8>,
    tail: Vec<u8>,
    eof: bool,
    /// `flush` met the end: there is nothing to copy any more.
    finished: bool,
}

/// Payload of `Decompress`; empty while a call is at work.
pub struct Decompress { state: Guarded<Option<Box<State>>> }
instar_vm::trace! { Decompress { } }
instar_vm::fields! { Decompress { state } }
instar_vm::payload!(Decompress, "Decompress");

/// A new stream and the dictionary for it.
fn open(vm: &mut Vm, wbits: Option<&Owned>, dict: Option<&Owned>) -> PyResult<(Inflate, Option<Vec<u8>>)> {
    let wbits = c_int_or(vm, wbits, 15)?;
    let dict = match dict {
        Some(d) if !vm.is_bytes_like(d) => return Err(vm.type_error("zdict argument must support the buffer protocol")),
        Some(d) => Some(vm.bytes_like(d)?),
        None => None,
    };
    let mut z = match Inflate::new(wbits) {
        Ok(z) => z,
        Err(raw::Z_STREAM_ERROR) => return Err(vm.value_error("Invalid initialization option")),
        Err(raw::Z_MEM_ERROR) => return Err(vm.no_memory()),
        Err(code) => return Err(failure(vm, &Failed { code, text: None }, "while creating decompression object")),
    };
    // A raw stream never asks: it gets the dictionary at once.
    if wbits < 0 && let Some(Err(e)) = dict.as_deref().map(|d| z.set_dictionary(d)) { return Err(failure(vm, &e, "while setting zdict")) }
    Ok((z, dict))
}

/// `decompressobj(...)`
pub fn new(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let (stream, dict) = open(vm, args[0].as_ref(), args[1].as_ref())?;
    let state = State { stream, dict, unused: Vec::new(), tail: Vec::new(), eof: false, finished: false };
    Ok(vm.new_object(Decompress { state: Guarded::new(Some(Box::new(state))) })?.into_obj())
}

fn this(o: &Owned) -> &Guarded<Option<Box<State>>> { &o.cast::<Decompress>().expect("law: checked by the descriptor").state }

#[cold]
fn busy(vm: &mut Vm) -> Raised { vm.value_error("Inconsistent stream state") }

/// Keeps what is left of the input: behind the end, or for the next call.
fn keep(vm: &mut Vm, s: &mut State, rest: &[u8], ended: bool) -> PyResult<()> {
    if ended { vm.append(&mut s.unused, rest)?; s.tail.clear() } else { let mut tail = Vec::new(); vm.append(&mut tail, rest)?; s.tail = tail }
    Ok(())
}

fn run(vm: &mut Vm, s: &mut State, input: &[u8], max: Option<usize>, flush: i32) -> PyResult<Vec<u8>> {
    let (mut at, mut out) = (0, Vec::new());
    let doing = "while decompressing data";
    let ended = loop {
        let old = out.len();
        let room = grow(vm, &mut out, max)?;
        let mut moved = s.stream.run(&input[at..], &mut out[old..], flush);
        at += moved.used;
        if moved.code == raw::Z_NEED_DICT && let Some(dict) = &s.dict {
            if let Err(e) = s.stream.set_dictionary(dict) { return Err(failure(vm, &e, "while setting zdict")) }
            let more = s.stream.run(&input[at..], &mut out[old + moved.made..], flush);
            at += more.used;
            moved.made += more.made;
            moved.code = more.code;
        }
        out.truncate(old + moved.made);
        match moved.code {
            raw::Z_STREAM_END => break true,
            raw::Z_OK | raw::Z_BUF_ERROR => {}
            raw::Z_MEM_ERROR => return Err(vm.no_memory()),
            code => { let e = s.stream.failed(code); keep(vm, s, &input[at..], false)?; return Err(failure(vm, &e, doing)) }
        }
        if max == Some(out.len()) || moved.made < room { break false }
    };
    keep(vm, s, &input[at..], ended)?;
    if ended { s.eof = true }
    Ok(out)
}

fn decompress(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult {
    let a = args.bind(vm, "decompress", const { &Signature::parse("(data, /, max_length=0)") })?;
    let Some(data) = &a[0] else { return Err(vm.system_error("bad arguments")) };
    let data = vm.bytes_like(data)?;
    let max = match &a[1] { Some(m) => vm.size_argument(m)?, None => 0 };
    if max < 0 { return Err(vm.value_error("max_length must be non-negative")) }
    let Some(mut s) = this(o).get_mut(vm).take() else { return Err(busy(vm)) };
    let out = run(vm, &mut s, &data, Some(max as usize).filter(|m| *m > 0), raw::Z_SYNC_FLUSH);
    *this(o).get_mut(vm) = Some(s);
    let out = out?;
    vm.new_bytes(&out)
}

fn flush(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult {
    if let Some(n) = args.first() && vm.size_argument(n)? <= 0 { return Err(vm.value_error("length must be greater than zero")) }
    let Some(mut s) = this(o).get_mut(vm).take() else { return Err(busy(vm)) };
    let out = if s.eof { Ok(Vec::new()) } else { let tail = std::mem::take(&mut s.tail); run(vm, &mut s, &tail, None, raw::Z_FINISH) };
    if s.eof { s.finished = true }
    *this(o).get_mut(vm) = Some(s);
    let out = out?;
    vm.new_bytes(&out)
}

fn copy(vm: &mut Vm, o: &Owned) -> PyResult {
    let copied = match this(o).get(vm) {
        Some(s) => match s.stream.copy() {
            Ok(stream) => Ok(State { stream, dict: s.dict.clone(), unused: s.unused.clone(), tail: s.tail.clone(), eof: s.eof, finished: s.finished }),
            Err(code) => Err(code),
        },
        None => Err(raw::Z_STREAM_ERROR),
    };
    match copied {
        Ok(_) if this(o).get(vm).as_ref().is_some_and(|s| s.finished) => Err(busy(vm)),
        Ok(s) => Ok(vm.new_object(Decompress { state: Guarded::new(Some(Box::new(s))) })?.into_obj()),
        Err(raw::Z_STREAM_ERROR) => Err(busy(vm)),
        Err(raw::Z_MEM_ERROR) => Err(vm.no_memory()),
        Err(code) => Err(failure(vm, &Failed { code, text: None }, "while copying decompression object")),
    }
}

fn look(vm: &mut Vm, o: &Owned, part: fn(&State) -> &[u8]) -> PyResult { let b = this(o).get(vm).as_ref().map_or(&[][..], |s| part(s)); vm.new_bytes(b) }

static DEF: TypeDef = TypeDef {
    doc: "",
    sig: "",
    methods: &[
        Def::new("decompress", "($self, data, /, max_length=0)", Native::Full(decompress)).doc("Return a bytes object containing the decompressed version of the data."),
        Def::new("flush", "($self, length=zlib.DEF_BUF_SIZE, /)", Native::Var(flush, 0, 1)).doc("Return a bytes object containing any remaining decompressed data."),
        Def::new("copy", "($self, /)", Native::N0(copy)).doc("Return a copy of the decompression object."),
        Def::new("__copy__", "($self, /)", Native::N0(copy)),
        Def::new("__deepcopy__", "($self, memo, /)", Native::N1(|vm, o, _| copy(vm, o))),
    ],
    getset: &[
        GetSet::ro("unused_data", |vm, o| look(vm, o, |s| &s.unused)),
        GetSet::ro("unconsumed_tail", |vm, o| look(vm, o, |s| &s.tail)),
        GetSet::ro("eof", |vm, o| { let eof = this(o).get(vm).as_ref().is_some_and(|s| s.eof); Ok(vm.bool(eof)) }),
    ],
};

// ---- _ZlibDecompressor -----------------------------------------------------------------------------------------------

struct Inflater { stream: Inflate, dict: Option<Vec<u8>> }

impl Decode for Inflater {
    const HOLDS_BACK: bool = false;
    fn step(&mut self, vm: &mut Vm, input: &[u8], out: &mut [u8]) -> PyResult<Step> {
        let mut moved = self.stream.run(input, out, raw::Z_SYNC_FLUSH);
        if moved.code == raw::Z_NEED_DICT && let Some(dict) = &self.dict {
            if let Err(e) = self.stream.set_dictionary(dict) { return Err(failure(vm, &e, "while setting zdict")) }
            let more = self.stream.run(&input[moved.used..], &mut out[moved.made..], raw::Z_SYNC_FLUSH);
            moved = raw::Moved { code: more.code, used: moved.used + more.used, made: moved.made + more.made };
        }
        match moved.code {
            raw::Z_OK | raw::Z_BUF_ERROR | raw::Z_STREAM_END => Ok(Step { used: moved.used, made: moved.made, ended: moved.code == raw::Z_STREAM_END }),
            raw::Z_MEM_ERROR => Err(vm.no_memory()),
            code => { let e = self.stream.failed(code); Err(failure(vm, &e, "while decompressing data")) }
        }
    }
}

/// Payload of `_ZlibDecompressor`.
pub struct Decompressor { decoder: RefCell<Inflater>, pending: RefCell<Pending> }
instar_vm::trace! { Decompressor { } }
instar_vm::fields! { Decompressor { decoder, pending } }
instar_vm::payload!(Decompressor, "_ZlibDecompressor");

fn new_decompressor(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let a = args.bind(vm, "_ZlibDecompressor", const { &Signature::parse("(wbits=15, zdict=b'')") })?;
    let (stream, dict) = open(vm, a[0].as_ref(), a[1].as_ref())?;
    let payload = Decompressor { decoder: RefCell::new(Inflater { stream, dict }), pending: RefCell::new(Pending::new()) };
    Ok(vm.new_object_of(ty, payload)?.into_obj())
}

fn that(o: &Owned) -> &Decompressor { o.cast::<Decompressor>().expect("law: checked by the descriptor") }

fn step(vm: &mut Vm, o: &Owned, args: &[Option<Owned>]) -> PyResult {
    let Some(data) = &args[0] else { return Err(vm.system_error("bad arguments")) };
    let (data, max) = (vm.bytes_like(data)?, stream::limit(vm, args[1].as_ref())?);
    let d = that(o);
    if d.pending.borrow().eof { return Err(stream::ended(vm)) }
    let out = stream::decompress(vm, &mut *d.decoder.borrow_mut(), &mut d.pending.borrow_mut(), &data, max);
    let out = out?;
    vm.new_bytes(&out)
}

static DECOMPRESSOR: TypeDef = TypeDef {
    doc: "Create a decompressor object for decompressing data incrementally.",
    sig: "(wbits=15, zdict=b'')",
    methods: &[Def::new("decompress", "($self, /, data, max_length=-1)", Native::Bound(step)).doc("Decompress *data*, returning uncompressed data as bytes.")],
    getset: &[
        GetSet::ro("eof", |vm, o| { let b = that(o).pending.borrow().eof; Ok(vm.bool(b)) }),
        GetSet::ro("needs_input", |vm, o| { let b = that(o).pending.borrow().needs_input; Ok(vm.bool(b)) }),
        GetSet::ro("unused_data", |vm, o| vm.new_bytes(&that(o).pending.borrow().unused)),
    ],
};

/// Makes both types.
pub fn make(vm: &mut Vm, ns: &Ref<PyDict>) -> PyResult<()> {
    if vm.types.native.find::<Decompress>().is_none() {
        let ty = vm.new_native_type::<Decompress>("zlib", "Decompress", None, vm_flags::NO_NEW, Slots::default(), &DEF)?;
        ty.set_flag(vm_flags::NO_NEW, true);
        vm.new_native_type::<Decompressor>("zlib", "_ZlibDecompressor", None, 0, Slots { new: Some(new_decompressor), ..Slots::default() }, &DECOMPRESSOR)?;
    }
    let ty = vm.types.native_type::<Decompressor>().clone();
    set_type(vm, ns, &ty)
}
