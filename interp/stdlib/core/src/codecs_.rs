//! `_codecs`: the native codecs, the registry and the error handlers, as `Lib/codecs.py` and `Lib/encodings` use them.
//!
//! Not here: what they do (`instar_vm::codecs`).

use instar_base_codec::escape;
use instar_base_codec::{Fault, Span};
use instar_base_text::quote::{escape as escaped, Keep};
use instar_vm::codecs::handlers::{raised, Decoding, Encoding, Handler, Piece};
use instar_vm::codecs::registry::{self};
use instar_vm::codecs::{charmap, decode, encode, marked_order, ByteOrder, Native as Codec};
use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native};
use instar_vm::object::{ObjExt, Owned, Ref};
use instar_vm::protocol::buffer::Buffer;
use instar_vm::types::builtin_function::PyBuiltinFunction;
use instar_vm::types::bytes::PyBytes;
use instar_vm::types::dict::PyDict;
use instar_vm::types::str::PyStr;
use instar_vm::types::unicode_error::bounds;
use instar_vm::{PyResult, Vm};

/// TypeError unless argument `n` is a str.
fn text(vm: &mut Vm, arg: &Owned, name: &str, n: usize) -> PyResult<()> {
    if arg.cast::<PyStr>().is_some() { return Ok(()) }
    let t = arg.given_name(vm);
    Err(vm.type_error(format!("{name}() argument {n} must be str, not {t}")))
}

/// The `errors` argument (`args[1]`): a str, None or absent.
fn errors<'a>(vm: &mut Vm, args: &'a [Owned], name: &str) -> PyResult<Option<&'a Owned>> {
    match args.get(1) {
        None => Ok(None),
        Some(e) if vm.is_none(e) => Ok(None),
        Some(e) if e.cast::<PyStr>().is_some() => Ok(Some(e)),
        Some(e) => {
            let t = e.type_name(vm);
            Err(vm.type_error(format!("{name}() argument 2 must be str or None, not {t}")))
        }
    }
}

/// `args[i]` as a truth value.
fn flag(vm: &mut Vm, args: &[Owned], i: usize, default: bool) -> PyResult<bool> {
    match args.get(i) { Some(a) => vm.truth(a), None => Ok(default) }
}

fn pair(vm: &mut Vm, made: Owned, n: usize) -> PyResult {
    let n = vm.new_int(n as i64)?;
    Ok(vm.new_tuple([made, n])?.into_obj())
}

fn encode_with(vm: &mut Vm, codec: Codec, args: &[Owned], name: &str) -> PyResult {
    text(vm, &args[0], name, 1)?;
    let errors = errors(vm, args, name)?.cloned();
    let bytes = encode(vm, codec, &args[0], errors.as_ref())?;
    let n = args[0].cast::<PyStr>().map_or(0, |s| s.len());
    let made = vm.new_bytes(&bytes)?;
    pair(vm, made, n)
}

/// The input of a decoder that takes text too (as its UTF-8).
fn bytes_or_text(vm: &mut Vm, arg: &Owned) -> PyResult<Buffer> {
    if arg.cast::<PyStr>().is_none() { return vm.buffer(arg, false) }
    let bytes = encode(vm, Codec::Utf8, arg, None)?;
    let made = vm.new_bytes(&bytes)?;
    vm.buffer(&made, false)
}

fn decode_with(vm: &mut Vm, codec: Codec, args: &[Owned], name: &str, last: bool) -> PyResult {
    let input = if matches!(codec, Codec::UnicodeEscape | Codec::RawUnicodeEscape) { bytes_or_text(vm, &args[0])? } else { vm.buffer(&args[0], false)? };
    let errors = errors(vm, args, name)?.cloned();
    let (codec, skip) = marked_order(codec, input.bytes(vm));
    let done = decode(vm, codec, &input, skip, errors.as_ref(), last)?;
    if let Some(odd) = &done.odd_escape { warn_escape(vm, odd, false)? }
    let made = vm.new_str_built(done.text)?;
    pair(vm, made, done.used)
}

/// DeprecationWarning for the unknown or too large octal escape that goes on with `next`.
fn warn_escape(vm: &mut Vm, next: &[u8], bytes: bool) -> PyResult<()> {
    let octal = next.first().is_some_and(|b| (b'4'..b'8').contains(b)) && next.len() == 3;
    let shown: String = next.iter().take(if octal { 3 } else { 1 }).map(|b| char::from(*b)).collect();
    let quote = if bytes { "b" } else { "" };
    let what = if octal { "an invalid octal escape sequence" } else { "an invalid escape sequence" };
    let category = vm.types.deprecation_warning.clone();
    vm.warn(&category, &format!("{quote}\"\\{shown}\" is {what}"), 1)
}

macro_rules! encoders {
    ($($f:ident $name:literal $codec:expr;)*) => { $( fn $f(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult { encode_with(vm, $codec, args, $name) } )* };
}
encoders! {
    utf_8_encode "utf_8_encode" Codec::Utf8;
    utf_7_encode "utf_7_encode" Codec::Utf7;
    utf_16_le_encode "utf_16_le_encode" Codec::Utf16(ByteOrder::Little);
    utf_16_be_encode "utf_16_be_encode" Codec::Utf16(ByteOrder::Big);
    utf_32_le_encode "utf_32_le_encode" Codec::Utf32(ByteOrder::Little);
    utf_32_be_encode "utf_32_be_encode" Codec::Utf32(ByteOrder::Big);
    ascii_encode "ascii_encode" Codec::Ascii;
    latin_1_encode "latin_1_encode" Codec::Latin1;
    unicode_escape_encode "unicode_escape_encode" Codec::UnicodeEscape;
    raw_unicode_escape_encode "raw_unicode_escape_encode" Codec::RawUnicodeEscape;
}

macro_rules! decoders {
    ($($f:ident $name:literal $codec:expr, $last:literal;)*) => {
        $( fn $f(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult { let last = flag(vm, args, 2, $last)?; decode_with(vm, $codec, args, $name, last) } )*
    };
}
decoders! {
    utf_8_decode "utf_8_decode" Codec::Utf8, false;
    utf_7_decode "utf_7_decode" Codec::Utf7, false;
    utf_16_decode "utf_16_decode" Codec::Utf16(ByteOrder::Marked), false;
    utf_16_le_decode "utf_16_le_decode" Codec::Utf16(ByteOrder::Little), false;
    utf_16_be_decode "utf_16_be_decode" Codec::Utf16(ByteOrder::Big), false;
    utf_32_decode "utf_32_decode" Codec::Utf32(ByteOrder::Marked), false;
    utf_32_le_decode "utf_32_le_decode" Codec::Utf32(ByteOrder::Little), false;
    utf_32_be_decode "utf_32_be_decode" Codec::Utf32(ByteOrder::Big), false;
    ascii_decode "ascii_decode" Codec::Ascii, true;
    latin_1_decode "latin_1_decode" Codec::Latin1, true;
    unicode_escape_decode "unicode_escape_decode" Codec::UnicodeEscape, true;
    raw_unicode_escape_decode "raw_unicode_escape_decode" Codec::RawUnicodeEscape, true;
}

/// A `byteorder` argument: negative little, positive big, 0 marked.
fn byte_order(vm: &mut Vm, args: &[Owned], i: usize) -> PyResult<ByteOrder> {
    let n = match args.get(i) { Some(a) => vm.index_i64(a)?, None => 0 };
    Ok(match n { 0 => ByteOrder::Marked, n if n < 0 => ByteOrder::Little, _ => ByteOrder::Big })
}

fn utf_16_encode(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    let order = byte_order(vm, args, 2)?;
    encode_with(vm, Codec::Utf16(order), args, "utf_16_encode")
}

fn utf_32_encode(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    let order = byte_order(vm, args, 2)?;
    encode_with(vm, Codec::Utf32(order), args, "utf_32_encode")
}

/// Decoders that also tell the byte order found.
fn decode_ex(vm: &mut Vm, args: &[Owned], name: &str, codec: fn(ByteOrder) -> Codec) -> PyResult {
    let input = vm.buffer(&args[0], false)?;
    let errors = errors(vm, args, name)?.cloned();
    let given = byte_order(vm, args, 2)?;
    let last = flag(vm, args, 3, false)?;
    let (codec, skip) = marked_order(codec(given), input.bytes(vm));
    let found = match codec {
        _ if given == ByteOrder::Marked && skip == 0 => 0,
        Codec::Utf16(ByteOrder::Little) | Codec::Utf32(ByteOrder::Little) => -1,
        Codec::Utf16(ByteOrder::Big) | Codec::Utf32(ByteOrder::Big) => 1,
        _ => 0,
    };
    let done = decode(vm, codec, &input, skip, errors.as_ref(), last)?;
    let parts = [vm.new_str_built(done.text)?, vm.new_int(done.used as i64)?, vm.new_int(found)?];
    Ok(vm.new_tuple(parts)?.into_obj())
}

fn utf_16_ex_decode(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult { decode_ex(vm, args, "utf_16_ex_decode", Codec::Utf16) }
fn utf_32_ex_decode(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult { decode_ex(vm, args, "utf_32_ex_decode", Codec::Utf32) }

fn escape_decode(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    let input = bytes_or_text(vm, &args[0])?;
    let how = errors(vm, args, "escape_decode")?.map_or("strict".to_owned(), |e| vm.repr_text_plain(e));
    let (mut out, mut at, mut odd) = (Vec::new(), 0, None);
    let used = loop {
        match escape::decode_bytes(input.bytes(vm), at, &mut out) {
            Ok(done) => { odd = odd.or(done.odd_escape); break done.used }
            Err(Fault::Memory) => return Err(vm.no_memory()),
            Err(Fault::Bad(Span { start, end, reason })) => {
                if reason.starts_with("Trailing") { return Err(vm.value_error(reason)) }
                match &how[..] {
                    "strict" => return Err(vm.value_error(format!("invalid \\x escape at position {start}"))),
                    "replace" => out.push(b'?'),
                    "ignore" => {}
                    other => return Err(vm.value_error(format!("decoding error; unknown error handling code: {other}"))),
                }
                at = end;
            }
        }
    };
    if let Some(at) = odd {
        let next: Vec<u8> = input.bytes(vm).iter().skip(at + 1).take(3).copied().collect();
        warn_escape(vm, &next, true)?;
    }
    let made = vm.new_bytes(&out)?;
    pair(vm, made, used)
}

fn escape_encode(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    let Some(bytes) = args[0].cast::<PyBytes>() else {
        let t = args[0].given_name(vm);
        return Err(vm.type_error(format!("escape_encode() argument 1 must be bytes, not {t}")));
    };
    if let Some(errors) = args.get(1).filter(|e| !vm.is_none(e)) && errors.cast::<PyStr>().is_none() {
        let t = errors.given_name(vm);
        return Err(vm.type_error(format!("escape_encode() argument 2 must be str or None, not {t}")));
    }
    let mut out = Vec::with_capacity(bytes.len());
    for b in bytes.as_slice() {
        match escaped(u32::from(*b), 39, Keep::Ascii) { Some(e) => out.extend_from_slice(e.as_bytes()), None => out.push(*b) }
    }
    let made = vm.new_bytes(&out)?;
    pair(vm, made, bytes.len())
}

fn readbuffer_encode(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    let input = bytes_or_text(vm, &args[0])?;
    let made = vm.new_bytes(input.bytes(vm))?;
    pair(vm, made, input.nbytes())
}

fn charmap_encode(vm: &mut Vm, this: &Owned, args: &[Owned]) -> PyResult {
    let Some(mapping) = args.get(2).filter(|m| !vm.is_none(m)) else { return latin_1_encode(vm, this, args) };
    text(vm, &args[0], "charmap_encode", 1)?;
    let errors = errors(vm, args, "charmap_encode")?.cloned();
    let bytes = charmap::encode(vm, &args[0], errors.as_ref(), mapping)?;
    let n = args[0].cast::<PyStr>().map_or(0, |s| s.len());
    let made = vm.new_bytes(&bytes)?;
    pair(vm, made, n)
}

fn charmap_decode(vm: &mut Vm, this: &Owned, args: &[Owned]) -> PyResult {
    let input = vm.buffer(&args[0], false)?;
    let errors = errors(vm, args, "charmap_decode")?.cloned();
    let Some(mapping) = args.get(2).filter(|m| !vm.is_none(m)) else { return latin_1_decode(vm, this, &args[..args.len().min(2)]) };
    let made = charmap::decode(vm, &input, errors.as_ref(), mapping)?;
    let made = vm.new_str_built(made)?;
    pair(vm, made, input.nbytes())
}

fn charmap_build(vm: &mut Vm, _: &Owned, map: &Owned) -> PyResult {
    if map.cast::<PyStr>().is_none() {
        let t = map.given_name(vm);
        return Err(vm.type_error(format!("charmap_build() argument must be str, not {t}")));
    }
    charmap::build(vm, map)
}

/// A name argument; TypeError unless it is a str.
fn name_of(vm: &mut Vm, arg: &Owned, what: &str) -> PyResult<String> {
    match arg.cast::<PyStr>() {
        Some(s) if s.chars().any(|c| c == 0) => Err(vm.value_error("embedded null character")),
        Some(s) => s.to_owned_str(vm),
        None => {
            let t = arg.given_name(vm);
            Err(vm.type_error(format!("{what} must be str, not {t}")))
        }
    }
}

fn register(vm: &mut Vm, _: &Owned, search: &Owned) -> PyResult { registry::register(vm, search)?; Ok(vm.none()) }
fn unregister(vm: &mut Vm, _: &Owned, search: &Owned) -> PyResult { registry::unregister(vm, search); Ok(vm.none()) }
fn lookup(vm: &mut Vm, _: &Owned, name: &Owned) -> PyResult { let n = name_of(vm, name, "lookup() argument")?; registry::lookup(vm, &n) }

fn any(vm: &mut Vm, args: &[Option<Owned>], function: &str, run: fn(&mut Vm, &Owned, &str, Option<&Owned>) -> PyResult) -> PyResult {
    let Some(object) = &args[0] else { return Err(vm.system_error("bad arguments")) };
    let name = match &args[1] { Some(n) => name_of(vm, n, &format!("{function}() argument 'encoding'"))?, None => "utf-8".to_owned() };
    if let Some(e) = &args[2] { name_of(vm, e, &format!("{function}() argument 'errors'"))?; }
    run(vm, object, &name, args[2].as_ref())
}
fn encode_any(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult { any(vm, args, "encode", registry::encode_any) }
fn decode_any(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult { any(vm, args, "decode", registry::decode_any) }

fn lookup_error(vm: &mut Vm, _: &Owned, name: &Owned) -> PyResult { let n = name_of(vm, name, "lookup_error() argument")?; registry::lookup_error(vm, &n) }
fn register_error(vm: &mut Vm, _: &Owned, name: &Owned, handler: &Owned) -> PyResult {
    let n = name_of(vm, name, "register_error() argument 1")?;
    registry::register_error(vm, &n, handler)?;
    Ok(vm.none())
}
fn unregister_error(vm: &mut Vm, _: &Owned, name: &Owned) -> PyResult {
    let n = name_of(vm, name, "_unregister_error() argument")?;
    let b = registry::unregister_error(vm, &n)?;
    Ok(vm.bool(b))
}

/// A named error handler called from Python with an exception.
fn handle(vm: &mut Vm, exception: &Owned, handler: &Handler) -> PyResult {
    if matches!(handler, Handler::Strict) { return Err(raised(vm, exception.clone())) }
    let kind = |vm: &Vm, ty: &instar_vm::typeobj::TypeRef| exception.is_instance_of(vm, ty);
    let (encoding, decoding) = (kind(vm, &vm.types.unicode_encode_error), kind(vm, &vm.types.unicode_decode_error));
    let translating = kind(vm, &vm.types.unicode_translate_error);
    let fits = match handler {
        Handler::XmlChar | Handler::Name => encoding,
        Handler::SurrogateEscape | Handler::SurrogatePass => encoding || decoding,
        _ => encoding || decoding || translating,
    };
    if !fits {
        let t = exception.type_name(vm);
        return Err(vm.type_error(format!("don't know how to handle {t} in error callback")));
    }
    let object = vm.get_attr_str(exception, "object")?;
    let (start, end) = (vm.get_attr_str(exception, "start")?, vm.get_attr_str(exception, "end")?);
    let (start, end) = (vm.index_i64(&start)?, vm.index_i64(&end)?);
    let len = vm.len(&object)?;
    let (start, end) = bounds(start, end, len);
    let (end, start) = (end.min(len), start.min(end.min(len)));
    let codec = if translating { String::new() } else { let e = vm.get_attr_str(exception, "encoding")?; vm.str_text(&e)? };
    let result = if decoding {
        let input = vm.bytes_argument(&object)?;
        let at = Decoding { codec: &codec, input: &input, start, end, reason: "" };
        handler.decoding(vm, &at).and_then(|(t, next, _)| Ok((vm.new_str_from(t.units())?, next)))
    } else if translating && matches!(handler, Handler::Replace) {
        let marks = vec![0xFFFDu32; end - start];
        Ok((vm.new_str_from_code_points(&marks)?, end))
    } else {
        if object.cast::<PyStr>().is_none() { return Err(vm.type_error("object attribute must be unicode")) }
        let at = Encoding { codec: &codec, text: &object, start, end, reason: "" };
        match handler.encoding(vm, &at) {
            // All of the stretch or nothing.
            Ok((Piece::Bytes(_), next)) if next != end => Err(raised(vm, exception.clone())),
            Ok((Piece::Bytes(b), next)) => Ok((vm.new_bytes(&b)?, next)),
            Ok((Piece::Text(t), next)) => Ok((vm.new_str_from(t.units())?, next)),
            Err(e) => Err(e),
        }
    };
    match result {
        Ok((made, next)) => pair(vm, made, next),
        // What the handler cannot treat is raised again as it was.
        Err(e) if e.is(vm, &vm.types.unicode_error) => Err(raised(vm, exception.clone())),
        Err(e) => Err(e),
    }
}

static HANDLERS: [(&str, Def); 8] = [
    ("strict", Def::new("strict_errors", "", Native::N1(|vm, _, e| handle(vm, e, &Handler::Strict)))),
    ("ignore", Def::new("ignore_errors", "", Native::N1(|vm, _, e| handle(vm, e, &Handler::Ignore)))),
    ("replace", Def::new("replace_errors", "", Native::N1(|vm, _, e| handle(vm, e, &Handler::Replace)))),
    ("xmlcharrefreplace", Def::new("xmlcharrefreplace_errors", "", Native::N1(|vm, _, e| handle(vm, e, &Handler::XmlChar)))),
    ("backslashreplace", Def::new("backslashreplace_errors", "", Native::N1(|vm, _, e| handle(vm, e, &Handler::Backslash)))),
    ("namereplace", Def::new("namereplace_errors", "", Native::N1(|vm, _, e| handle(vm, e, &Handler::Name)))),
    ("surrogatepass", Def::new("surrogatepass", "", Native::N1(|vm, _, e| handle(vm, e, &Handler::SurrogatePass)))),
    ("surrogateescape", Def::new("surrogateescape", "", Native::N1(|vm, _, e| handle(vm, e, &Handler::SurrogateEscape)))),
];

fn exec(vm: &mut Vm, _: &Owned, _: &Ref<PyDict>) -> PyResult<()> {
    charmap::init(vm)?;
    for (name, def) in &HANDLERS {
        let f = vm.new_object(PyBuiltinFunction::new(def, None, None))?.into_obj();
        registry::register_error(vm, name, &f)?;
    }
    Ok(())
}

const ENCODE: &str = "($module, str, errors=None, /)";
const DECODE: &str = "($module, data, errors=None, final=False, /)";

/// The module.
pub static MODULE: NativeModule = NativeModule {
    name: "_codecs",
    doc: "",
    functions: &[
        Def::new("register", "($module, search_function, /)", Native::N1(register)).doc("Register a codec search function."),
        Def::new("unregister", "($module, search_function, /)", Native::N1(unregister)).doc("Unregister a codec search function and forget what was found."),
        Def::new("lookup", "($module, encoding, /)", Native::N1(lookup)).doc("Look up a codec tuple and return a CodecInfo object."),
        Def::new("encode", "($module, /, obj, encoding='utf-8', errors='strict')", Native::Bound(encode_any)).doc("Encode obj using the codec registered for encoding."),
        Def::new("decode", "($module, /, obj, encoding='utf-8', errors='strict')", Native::Bound(decode_any)).doc("Decode obj using the codec registered for encoding."),
        Def::new("register_error", "($module, errors, handler, /)", Native::N2(register_error)).doc("Register an error handler under a name."),
        Def::new("_unregister_error", "($module, errors, /)", Native::N1(unregister_error)).doc("Remove an error handler; whether there was one."),
        Def::new("lookup_error", "($module, name, /)", Native::N1(lookup_error)).doc("Return the error handler of a name."),
        Def::new("escape_encode", "($module, data, errors=None, /)", Native::Var(escape_encode, 1, 2)),
        Def::new("escape_decode", "($module, data, errors=None, /)", Native::Var(escape_decode, 1, 2)),
        Def::new("utf_8_encode", ENCODE, Native::Var(utf_8_encode, 1, 2)),
        Def::new("utf_8_decode", DECODE, Native::Var(utf_8_decode, 1, 3)),
        Def::new("utf_7_encode", ENCODE, Native::Var(utf_7_encode, 1, 2)),
        Def::new("utf_7_decode", DECODE, Native::Var(utf_7_decode, 1, 3)),
        Def::new("utf_16_encode", "($module, str, errors=None, byteorder=0, /)", Native::Var(utf_16_encode, 1, 3)),
        Def::new("utf_16_le_encode", ENCODE, Native::Var(utf_16_le_encode, 1, 2)),
        Def::new("utf_16_be_encode", ENCODE, Native::Var(utf_16_be_encode, 1, 2)),
        Def::new("utf_16_decode", DECODE, Native::Var(utf_16_decode, 1, 3)),
        Def::new("utf_16_le_decode", DECODE, Native::Var(utf_16_le_decode, 1, 3)),
        Def::new("utf_16_be_decode", DECODE, Native::Var(utf_16_be_decode, 1, 3)),
        Def::new("utf_16_ex_decode", "($module, data, errors=None, byteorder=0, final=False, /)", Native::Var(utf_16_ex_decode, 1, 4)),
        Def::new("utf_32_encode", "($module, str, errors=None, byteorder=0, /)", Native::Var(utf_32_encode, 1, 3)),
        Def::new("utf_32_le_encode", ENCODE, Native::Var(utf_32_le_encode, 1, 2)),
        Def::new("utf_32_be_encode", ENCODE, Native::Var(utf_32_be_encode, 1, 2)),
        Def::new("utf_32_decode", DECODE, Native::Var(utf_32_decode, 1, 3)),
        Def::new("utf_32_le_decode", DECODE, Native::Var(utf_32_le_decode, 1, 3)),
        Def::new("utf_32_be_decode", DECODE, Native::Var(utf_32_be_decode, 1, 3)),
        Def::new("utf_32_ex_decode", "($module, data, errors=None, byteorder=0, final=False, /)", Native::Var(utf_32_ex_decode, 1, 4)),
        Def::new("unicode_escape_encode", ENCODE, Native::Var(unicode_escape_encode, 1, 2)),
        Def::new("unicode_escape_decode", "($module, data, errors=None, final=True, /)", Native::Var(unicode_escape_decode, 1, 3)),
        Def::new("raw_unicode_escape_encode", ENCODE, Native::Var(raw_unicode_escape_encode, 1, 2)),
        Def::new("raw_unicode_escape_decode", "($module, data, errors=None, final=True, /)", Native::Var(raw_unicode_escape_decode, 1, 3)),
        Def::new("latin_1_encode", ENCODE, Native::Var(latin_1_encode, 1, 2)),
        Def::new("latin_1_decode", "($module, data, errors=None, /)", Native::Var(latin_1_decode, 1, 2)),
        Def::new("ascii_encode", ENCODE, Native::Var(ascii_encode, 1, 2)),
        Def::new("ascii_decode", "($module, data, errors=None, /)", Native::Var(ascii_decode, 1, 2)),
        Def::new("charmap_encode", "($module, str, errors=None, mapping=None, /)", Native::Var(charmap_encode, 1, 3)),
        Def::new("charmap_decode", "($module, data, errors=None, mapping=None, /)", Native::Var(charmap_decode, 1, 3)),
        Def::new("charmap_build", "($module, map, /)", Native::N1(charmap_build)),
        Def::new("readbuffer_encode", "($module, data, errors=None, /)", Native::Var(readbuffer_encode, 1, 2)),
    ],
    exec,
};
