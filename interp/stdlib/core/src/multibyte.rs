//! `_multibytecodec` and the modules `_codecs_cn`, `_codecs_hk`, `_codecs_iso2022`, `_codecs_jp`, `_codecs_kr` and `_codecs_tw`: codec objects.
//!
//! Not here: incremental coders and streams (`multibyte/`), the coding itself (`instar-base-cjk`).

use std::collections::HashMap;
use std::rc::Rc;

use instar_base_cjk::{Charset, Coder, State, Stop, Table, MODULES};
use instar_object::TypeFlags;
use instar_vm::codecs::handlers::{Decoding, Encoding, Handler, Piece};
use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native, TypeDef};
use instar_vm::object::Guarded;
use instar_vm::slots::Slots;
use instar_vm::types::dict::PyDict;
use instar_vm::types::str::PyStr;
use instar_vm::{ObjExt, Owned, PyResult, Raised, Ref, Vm};

mod incremental;
mod stream;

/// Payload of `MultibyteCodec`.
pub struct PyCodec {
    name: &'static str,
    coder: Guarded<Rc<Coder>>,
}
instar_vm::trace! { PyCodec {} }
instar_vm::fields! { PyCodec { name, coder } }
instar_vm::payload!(PyCodec, "MultibyteCodec");

/// Tables loaded so far.
#[derive(Default)]
struct Tables(HashMap<Charset, Rc<Table>>);

impl PyCodec {
    /// What does the work.
    pub fn coder(&self, vm: &Vm) -> Rc<Coder> { self.coder.get(vm).clone() }
}

fn table(vm: &mut Vm, charset: Charset) -> PyResult<Rc<Table>> {
    if let Some(t) = vm.state::<Tables>().0.get(&charset) { return Ok(t.clone()) }
    let Ok(table) = Table::load(charset) else { return Err(vm.no_memory()) };
    let table = Rc::new(table);
    vm.state::<Tables>().0.insert(charset, table.clone());
    Ok(table)
}

/// `getcodec(name)` of each module.
fn getcodec(vm: &mut Vm, module: &Owned, name: &Owned) -> PyResult {
    let Some(wanted) = name.cast::<PyStr>().map(|s| s.to_string_lossy()) else { return Err(vm.type_error("encoding name must be a string.")) };
    let own = vm.names.__name__.clone();
    let own = vm.get_attr(module, &own)?;
    let own = vm.repr_text_plain(&own);
    let module = MODULES.iter().find(|m| own.strip_prefix("_codecs_") == Some(m.0));
    let Some((name, codec)) = module.and_then(|m| m.1.iter().find(|c| c.0 == wanted)) else { return Err(vm.lookup_error("no such codec is supported.")) };
    let tables = Coder::charsets(*codec).iter().map(|c| table(vm, *c)).collect::<PyResult<Vec<_>>>()?;
    make_type(vm)?;
    let coder = Guarded::new(Rc::new(Coder::new(*codec, tables)));
    Ok(vm.new_object(PyCodec { name, coder })?.into_obj())
}

static CODEC: TypeDef = TypeDef {
    doc: "", sig: "",
    methods: &[
        Def::new("encode", "($self, /, input, errors=None)", Native::Bound(encode_method)).doc("Return an encoded string version of 'input'.\n\n'errors' may be given to set a different error handling scheme. Default is\n'strict' meaning that encoding errors raise a UnicodeEncodeError. Other possible\nvalues are 'ignore', 'replace' and 'xmlcharrefreplace' as well as any other name\nregistered with codecs.register_error that can handle UnicodeEncodeErrors."),
        Def::new("decode", "($self, /, input, errors=None)", Native::Bound(decode_method)).doc("Decodes 'input'.\n\n'errors' may be given to set a different error handling scheme. Default is\n'strict' meaning that encoding errors raise a UnicodeDecodeError. Other possible\nvalues are 'ignore' and 'replace' as well as any other name registered with\ncodecs.register_error that is able to handle UnicodeDecodeErrors."),
    ],
    getset: &[],
};

/// The codec type belongs to no module's namespace: whichever module comes first makes it.
fn make_type(vm: &mut Vm) -> PyResult<()> {
    if vm.types.native.find::<PyCodec>().is_some() { return Ok(()) }
    vm.new_native_type::<PyCodec>("_multibytecodec", "MultibyteCodec", None, TypeFlags::GC.bits(), Slots::default(), &CODEC).map(drop)
}

fn this(o: &Owned) -> &Ref<PyCodec> { o.cast().expect("law: checked by the descriptor") }

/// The text of an argument; what is no str is made one.
pub fn text_of(vm: &mut Vm, input: &Owned) -> PyResult { if input.cast::<PyStr>().is_some() { Ok(input.clone()) } else { vm.str(input) } }

/// The code points of a str.
pub fn codes_of(vm: &mut Vm, text: &Owned) -> PyResult<Vec<u32>> {
    let Some(s) = text.cast::<PyStr>() else { return Err(vm.system_error("not a str")) };
    let mut codes = Vec::new();
    codes.try_reserve_exact(s.len()).map_err(|_| vm.no_memory())?;
    codes.extend(s.chars());
    Ok(codes)
}

/// These codecs do not tell a position that is no machine word from any other wrong one.
fn far(vm: &mut Vm) -> Raised { vm.index_error("position -1 from error handler out of bounds") }

/// Encodes `codes`, those of `text`, from `at` on. `end` goes back to the codec's first state.
pub fn encode(vm: &mut Vm, codec: &PyCodec, state: &mut State, text: &Owned, codes: &[u32], at: &mut usize, errors: Option<&Owned>, end: bool) -> PyResult<Vec<u8>> {
    let coder = codec.coder(vm);
    let mut out = Vec::new();
    loop {
        let n = match coder.encode(state, codes, at, end, &mut out) {
            Ok(()) | Err(Stop::TooFew) => break,
            Err(Stop::Memory) => return Err(vm.no_memory()),
            Err(Stop::Illegal(n)) => n,
        };
        let stretch = Encoding { codec: codec.name, text, start: *at, end: (*at + n).min(codes.len()), reason: "illegal multibyte sequence" };
        let (piece, next) = Handler::find(vm, errors)?.encoding_or(vm, &stretch, far)?;
        match piece {
            Piece::Bytes(bytes) => {
                out.try_reserve(bytes.len()).map_err(|_| vm.no_memory())?;
                out.extend_from_slice(&bytes);
            }
            Piece::Text(t) => {
                let (replacement, mut from): (Vec<u32>, _) = (t.units().codes().collect(), 0);
                match coder.encode(state, &replacement, &mut from, true, &mut out) {
                    Ok(()) => {}
                    Err(Stop::Memory) => return Err(vm.no_memory()),
                    Err(_) => {
                        let text = vm.new_str_from_code_points(&replacement)?;
                        return Err(Encoding { codec: codec.name, text: &text, start: from, end: from + 1, reason: "illegal multibyte sequence" }.raise(vm));
                    }
                }
            }
        }
        *at = next;
    }
    if end && coder.encode_end(state, &mut out).is_err() { return Err(vm.no_memory()) }
    Ok(out)
}

/// Decodes `bytes`; the text and how many of them it took. Without `last` an unfinished character at the end is left.
pub fn decode(vm: &mut Vm, codec: &PyCodec, state: &mut State, bytes: &[u8], errors: Option<&Owned>, last: bool) -> PyResult<(Vec<u32>, usize)> {
    let coder = codec.coder(vm);
    let (mut out, mut at) = (Vec::new(), 0);
    loop {
        let (end, reason) = match coder.decode(state, bytes, &mut at, &mut out) {
            Ok(()) => break,
            Err(Stop::Memory) => return Err(vm.no_memory()),
            Err(Stop::TooFew) if !last => break,
            Err(Stop::TooFew) => (bytes.len(), "incomplete multibyte sequence"),
            Err(Stop::Illegal(n)) => ((at + n).min(bytes.len()), "illegal multibyte sequence"),
        };
        let (text, next, _) = Handler::find(vm, errors)?.decoding_or(vm, &Decoding { codec: codec.name, input: bytes, start: at, end, reason }, far)?;
        for c in text.units().codes() { vm.push(&mut out, c)? }
        at = next.min(bytes.len());
    }
    Ok((out, at))
}

/// The `errors` argument of a function: a str, or None.
fn errors_of<'a>(vm: &mut Vm, arg: Option<&'a Owned>, function: &str) -> PyResult<Option<&'a Owned>> {
    match arg.filter(|e| !vm.is_none(e)) {
        Some(e) if e.cast::<PyStr>().is_none() => {
            let t = e.type_name(vm);
            Err(vm.type_error(format!("{function}() argument 'errors' must be str or None, not {t}")))
        }
        errors => Ok(errors),
    }
}

fn encode_method(vm: &mut Vm, o: &Owned, args: &[Option<Owned>]) -> PyResult {
    let Some(input) = &args[0] else { return Err(vm.system_error("bad arguments")) };
    let errors = errors_of(vm, args[1].as_ref(), "encode")?;
    let text = text_of(vm, input)?;
    let codes = codes_of(vm, &text)?;
    let codec = this(o);
    let mut state = codec.coder(vm).encode_start();
    let bytes = encode(vm, codec, &mut state, &text, &codes, &mut 0, errors, true)?;
    let pair = [vm.new_bytes(&bytes)?, vm.new_usize(codes.len())?];
    Ok(vm.new_tuple(pair)?.into_obj())
}

fn decode_method(vm: &mut Vm, o: &Owned, args: &[Option<Owned>]) -> PyResult {
    let Some(input) = &args[0] else { return Err(vm.system_error("bad arguments")) };
    let errors = errors_of(vm, args[1].as_ref(), "decode")?;
    let bytes = vm.bytes_argument(input)?;
    let codec = this(o);
    let mut state = codec.coder(vm).decode_start();
    let (codes, _) = decode(vm, codec, &mut state, &bytes, errors, true)?;
    let pair = [vm.new_str_from_code_points(&codes)?, vm.new_usize(bytes.len())?];
    Ok(vm.new_tuple(pair)?.into_obj())
}

/// Fills the namespace of `_multibytecodec`.
fn exec(vm: &mut Vm, _: &Owned, ns: &Ref<PyDict>) -> PyResult<()> {
    make_type(vm)?;
    incremental::exec(vm, ns)?;
    stream::exec(vm, ns)
}

/// The module with the incremental coders and streams.
pub const MODULE: NativeModule = NativeModule { name: "_multibytecodec", doc: "", functions: &[], exec };

macro_rules! module {
    ($constant:ident, $name:literal) => {
        /// A module of codecs.
        pub const $constant: NativeModule = NativeModule {
            name: $name,
            doc: "",
            functions: &[Def::new("getcodec", "($module, object, /)", Native::N1(getcodec))],
            exec: |_, _, _| Ok(()),
        };
    };
}
module!(CN, "_codecs_cn");
module!(HK, "_codecs_hk");
module!(ISO2022, "_codecs_iso2022");
module!(JP, "_codecs_jp");
module!(KR, "_codecs_kr");
module!(TW, "_codecs_tw");
