//! `MultibyteIncrementalEncoder` and `MultibyteIncrementalDecoder`: coders that are fed piece by piece.
//!
//! Both, and the streams, share one payload struct, [`Part`]. Not here: the streams (`stream.rs`).

use std::cell::Cell;

use instar_base_cjk::State;
use instar_object::TypeFlags;
use instar_vm::args::{Args, Signature};
use instar_vm::codecs::handlers::{Decoding, Encoding};
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::object::{Guarded, Payload, Slot, Trace, Word};
use instar_vm::slots::Slots;
use instar_vm::support::set_type;
use instar_vm::typeobj::{vm_flags, TypeRef};
use instar_vm::types::bytes::PyBytes;
use instar_vm::types::dict::PyDict;
use instar_vm::types::int::int_ref;
use instar_vm::types::str::PyStr;
use instar_vm::types::tuple::PyTuple;
use instar_vm::{payload, ObjExt, Owned, PyResult, Ref, Vm};

use super::{codes_of, decode, encode, text_of, PyCodec};

/// Code points that may wait for the next piece.
const PENDING_TEXT: usize = 2;
/// Bytes that may wait for the next piece, and room for waiting text in a state.
const PENDING_BYTES: usize = 8;

/// What coders and streams are made of.
pub struct Part {
    /// The codec of the class.
    pub codec: Ref<PyCodec>,
    errors: Slot,
    /// The stream of a reader or writer.
    pub stream: Slot,
    state: Cell<State>,
    /// Text that waits for more (encoders).
    text: Guarded<Vec<u32>>,
    /// Bytes that wait for more (decoders).
    pub bytes: Guarded<Vec<u8>>,
}

macro_rules! part {
    ($name:ident, $text:literal) => {
        /// Payload of the type of this name.
        pub struct $name(pub Part);
        // SAFETY: visits each of the handles it owns once.
        unsafe impl Trace for $name {
            fn trace(&self, visit: &mut dyn FnMut(Word)) {
                visit(self.0.codec.obj().word());
                for slot in [&self.0.errors, &self.0.stream] { if slot.is_some() { visit(slot.word()) } }
            }
            fn clear(&mut self) { self.0.stream.set(None) }
        }
        instar_vm::fields! { $name { 0 } }
        payload!($name, $text);
        impl AsRef<Part> for $name { fn as_ref(&self) -> &Part { &self.0 } }
    };
}
part!(Encoder, "MultibyteIncrementalEncoder");
part!(Decoder, "MultibyteIncrementalDecoder");
part!(Reader, "MultibyteStreamReader");
part!(Writer, "MultibyteStreamWriter");

/// The part behind `self`.
pub fn part<T: Payload + AsRef<Part>>(o: &Owned) -> &Part { let p: &Ref<T> = o.cast().expect("law: checked by the descriptor"); (**p).as_ref() }

/// A new part for a class, which names its codec.
pub fn new_part(vm: &mut Vm, class: &TypeRef, errors: Option<&Owned>, stream: Option<Owned>, name: &str, position: usize, encoder: bool) -> PyResult<Part> {
    if let Some(e) = errors && e.cast::<PyStr>().is_none() {
        let t = e.given_name(vm);
        return Err(vm.type_error(format!("{name}() argument {position} must be str, not {t}")));
    }
    let errors = match errors { Some(e) => e.clone(), None => vm.intern("strict")? };
    let codec = vm.get_attr_str(class.obj(), "codec")?;
    let Ok(codec) = Ref::<PyCodec>::try_from(codec) else { return Err(vm.type_error("codec is unexpected type")) };
    let coder = codec.coder(vm);
    let state = if encoder { coder.encode_start() } else { coder.decode_start() };
    Ok(Part { codec, errors: Slot::new(Some(errors)), stream: Slot::new(stream), state: Cell::new(state), text: Guarded::default(), bytes: Guarded::default() })
}

fn new_encoder(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let a = args.bind(vm, "IncrementalEncoder", const { &Signature::parse("(errors='strict')") })?;
    let part = new_part(vm, ty, a[0].as_ref(), None, "IncrementalEncoder", 1, true)?;
    Ok(vm.new_object_of(ty, Encoder(part))?.into_obj())
}

fn new_decoder(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let a = args.bind(vm, "IncrementalDecoder", const { &Signature::parse("(errors='strict')") })?;
    let part = new_part(vm, ty, a[0].as_ref(), None, "IncrementalDecoder", 1, false)?;
    Ok(vm.new_object_of(ty, Decoder(part))?.into_obj())
}

/// `errors`
pub fn get_errors<T: Payload + AsRef<Part>>(vm: &mut Vm, o: &Owned) -> PyResult { let e = part::<T>(o).errors.get(); Ok(vm.option_to_none(e)) }

/// `errors = ...`
pub fn set_errors<T: Payload + AsRef<Part>>(vm: &mut Vm, o: &Owned, value: Option<&Owned>) -> PyResult<()> {
    let Some(value) = value else { return Err(vm.attribute_error("cannot delete attribute")) };
    if value.cast::<PyStr>().is_none() { return Err(vm.type_error("errors must be a string")) }
    part::<T>(o).errors.set(Some(value.clone()));
    Ok(())
}

/// Encodes one more piece of text.
pub fn feed_text(vm: &mut Vm, part: &Part, input: &Owned, end: bool) -> PyResult<Vec<u8>> {
    let text = text_of(vm, input)?;
    let mut codes = codes_of(vm, &text)?;
    let mut whole = text;
    if !part.text.get(vm).is_empty() {
        let mut all = part.text.get(vm).clone();
        all.try_reserve(codes.len()).map_err(|_| vm.no_memory())?;
        all.append(&mut codes);
        codes = all;
        whole = vm.new_str_from_code_points(&codes)?;
    }
    let (mut state, mut at) = (part.state.get(), 0);
    let errors = part.errors.get();
    let done = encode(vm, &part.codec, &mut state, &whole, &codes, &mut at, errors.as_ref(), end);
    part.state.set(state);
    let bytes = done?;
    let rest = &codes[at..];
    if rest.len() > PENDING_TEXT {
        return Err(Encoding { codec: part.codec.name, text: &whole, start: 0, end: codes.len(), reason: "pending buffer overflow" }.raise(vm));
    }
    *part.text.get_mut(vm) = rest.to_vec();
    Ok(bytes)
}

/// Decodes the waiting bytes and `data`; what is unfinished waits. On an error nothing has happened.
pub fn feed_bytes(vm: &mut Vm, part: &Part, data: &[u8], last: bool) -> PyResult<Vec<u32>> {
    let mut all = part.bytes.get(vm).clone();
    all.try_reserve(data.len()).map_err(|_| vm.no_memory())?;
    all.extend_from_slice(data);
    let (mut state, errors) = (part.state.get(), part.errors.get());
    let (codes, used) = decode(vm, &part.codec, &mut state, &all, errors.as_ref(), last)?;
    let rest = &all[used..];
    if rest.len() > PENDING_BYTES {
        return Err(Decoding { codec: part.codec.name, input: &all, start: 0, end: all.len(), reason: "pending buffer overflow" }.raise(vm));
    }
    *part.bytes.get_mut(vm) = rest.to_vec();
    part.state.set(state);
    Ok(codes)
}

/// Ends the text and forgets what waits; the bytes that took.
pub fn reset_encoder(vm: &mut Vm, part: &Part) -> PyResult<Vec<u8>> {
    let (mut state, mut out) = (part.state.get(), Vec::new());
    if part.codec.coder(vm).encode_end(&mut state, &mut out).is_err() { return Err(vm.no_memory()) }
    part.state.set(state);
    part.text.get_mut(vm).clear();
    Ok(out)
}

/// Back to the start of a text.
pub fn reset_decoder(vm: &mut Vm, part: &Part) {
    let mut state = part.state.get();
    part.codec.coder(vm).decode_reset(&mut state);
    part.state.set(state);
    part.bytes.get_mut(vm).clear();
}

fn last_of(vm: &mut Vm, arg: Option<&Owned>) -> PyResult<bool> { match arg { Some(f) => vm.truth(f), None => Ok(false) } }

fn encode_method(vm: &mut Vm, o: &Owned, args: &[Option<Owned>]) -> PyResult {
    let Some(input) = &args[0] else { return Err(vm.system_error("bad arguments")) };
    let end = last_of(vm, args[1].as_ref())?;
    let bytes = feed_text(vm, part::<Encoder>(o), input, end)?;
    vm.new_bytes(&bytes)
}

fn decode_method(vm: &mut Vm, o: &Owned, args: &[Option<Owned>]) -> PyResult {
    let Some(input) = &args[0] else { return Err(vm.system_error("bad arguments")) };
    let data = vm.bytes_argument(input)?;
    let last = last_of(vm, args[1].as_ref())?;
    let codes = feed_bytes(vm, part::<Decoder>(o), &data, last)?;
    vm.new_str_from_code_points(&codes)
}

/// The int whose little-endian bytes these are.
fn int_of_bytes(vm: &mut Vm, bytes: &[u8]) -> PyResult {
    let (int, name) = (vm.types.int.obj().clone(), vm.intern("from_bytes")?);
    let args = [vm.new_bytes(bytes)?, vm.new_str("little")?];
    vm.call_method(&int, &name, &args)
}

/// `n` little-endian bytes of an int; OverflowError if that is too few.
fn bytes_of_int(vm: &mut Vm, int: &Owned, n: usize) -> PyResult<Vec<u8>> {
    let name = vm.intern("to_bytes")?;
    let args = [vm.new_usize(n)?, vm.new_str("little")?];
    let made = vm.call_method(int, &name, &args)?;
    vm.bytes_like(&made)
}

fn too_large(vm: &mut Vm) -> instar_vm::Raised {
    let ty = vm.types.unicode_error.clone();
    vm.exception_with_message(&ty, "pending buffer too large")
}

/// The waiting text's length and UTF-8, then the state, as one int.
fn encoder_state(vm: &mut Vm, o: &Owned) -> PyResult {
    let part = part::<Encoder>(o);
    let waiting: String = part.text.get(vm).iter().filter_map(|c| char::from_u32(*c)).collect();
    let mut bytes = vec![waiting.len() as u8];
    bytes.extend_from_slice(waiting.as_bytes());
    bytes.extend_from_slice(&part.state.get());
    int_of_bytes(vm, &bytes)
}

fn set_encoder_state(vm: &mut Vm, o: &Owned, state: &Owned) -> PyResult {
    if int_ref(state).is_none() {
        let t = state.given_name(vm);
        return Err(vm.type_error(format!("setstate() argument must be int, not {t}")));
    }
    let bytes = bytes_of_int(vm, state, 1 + 2 * PENDING_BYTES)?;
    let n = usize::from(bytes[0]);
    if n > PENDING_BYTES { return Err(too_large(vm)) }
    let made = vm.new_bytes(&bytes[1..=n])?;
    let waiting = instar_vm::codecs::decode_to_str(vm, &made, None, None)?;
    let codes = codes_of(vm, &waiting)?;
    let part = part::<Encoder>(o);
    *part.text.get_mut(vm) = codes;
    let mut state = State::default();
    state.copy_from_slice(&bytes[n + 1..n + 9]);
    part.state.set(state);
    Ok(vm.none())
}

fn decoder_state(vm: &mut Vm, o: &Owned) -> PyResult {
    let part = part::<Decoder>(o);
    let waiting = vm.new_bytes(part.bytes.get(vm))?;
    let pair = [waiting, int_of_bytes(vm, &part.state.get())?];
    Ok(vm.new_tuple(pair)?.into_obj())
}

fn set_decoder_state(vm: &mut Vm, o: &Owned, state: &Owned) -> PyResult {
    let Some(t) = state.cast::<PyTuple>() else {
        let t = state.given_name(vm);
        return Err(vm.type_error(format!("setstate() argument must be tuple, not {t}")));
    };
    let (waiting, number) = match t.items() {
        [w, n] if w.cast::<PyBytes>().is_some() && int_ref(n).is_some() => (w.clone(), n.clone()),
        _ => return Err(vm.type_error("setstate(): illegal state argument")),
    };
    let bytes = bytes_of_int(vm, &number, PENDING_BYTES)?;
    let waiting = vm.bytes_like(&waiting)?;
    if waiting.len() > PENDING_BYTES {
        let codec = part::<Decoder>(o).codec.name;
        return Err(Decoding { codec, input: &waiting, start: 0, end: waiting.len(), reason: "pending buffer too large" }.raise(vm));
    }
    let part = part::<Decoder>(o);
    *part.bytes.get_mut(vm) = waiting;
    let mut state = State::default();
    state.copy_from_slice(&bytes);
    part.state.set(state);
    Ok(vm.none())
}

static ENCODER: TypeDef = TypeDef {
    doc: "", sig: "",
    methods: &[
        Def::new("encode", "($self, /, input, final=False)", Native::Bound(encode_method)),
        Def::new("reset", "($self, /)", Native::N0(|vm, o| { reset_encoder(vm, part::<Encoder>(o))?; Ok(vm.none()) })),
        Def::new("getstate", "($self, /)", Native::N0(encoder_state)),
        Def::new("setstate", "($self, state, /)", Native::N1(set_encoder_state)),
    ],
    getset: &[GetSet { doc: "how to treat errors", ..GetSet::rw("errors", get_errors::<Encoder>, set_errors::<Encoder>) }],
};
static DECODER: TypeDef = TypeDef {
    doc: "", sig: "",
    methods: &[
        Def::new("decode", "($self, /, input, final=False)", Native::Bound(decode_method)),
        Def::new("reset", "($self, /)", Native::N0(|vm, o| { reset_decoder(vm, part::<Decoder>(o)); Ok(vm.none()) })),
        Def::new("getstate", "($self, /)", Native::N0(decoder_state)),
        Def::new("setstate", "($self, state, /)", Native::N1(set_decoder_state)),
    ],
    getset: &[GetSet { doc: "how to treat errors", ..GetSet::rw("errors", get_errors::<Decoder>, set_errors::<Decoder>) }],
};

/// Flags of the types here and of the streams.
pub fn flags() -> u32 { TypeFlags::GC.bits() | vm_flags::BASETYPE }

/// Makes the types.
pub fn exec(vm: &mut Vm, ns: &Ref<PyDict>) -> PyResult<()> {
    // `__new__` has done it all; classes that inherit from these and others need an `__init__` here.
    let slots = Slots { init: Some(|_, _, _| Ok(())), ..Slots::default() };
    let encoder = vm.new_native_type::<Encoder>("_multibytecodec", "MultibyteIncrementalEncoder", None, flags(), Slots { new: Some(new_encoder), ..slots }, &ENCODER)?;
    let decoder = vm.new_native_type::<Decoder>("_multibytecodec", "MultibyteIncrementalDecoder", None, flags(), Slots { new: Some(new_decoder), ..slots }, &DECODER)?;
    set_type(vm, ns, &encoder)?;
    set_type(vm, ns, &decoder)
}
