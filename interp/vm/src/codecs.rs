//! Text encodings: choosing a codec, coding with error handlers, the exceptions.
//!
//! The common encodings are native (`Native`); any other goes through the registry (`codecs/registry.rs`) to Python.
//! Error handlers are in `codecs/handlers.rs`, character maps in `codecs/charmap.rs`. Not here: the coding itself
//! (`instar-base-codec`) and the module `_codecs`.

pub mod charmap;
pub mod handlers;
pub mod registry;

use instar_base_codec::utf16::{self, Order};
use instar_base_codec::{escape, table, utf32, utf7, utf8, Fault, TextBuilder};
use instar_base_text::{with_units, Units};

use crate::fallible::CopyVec;
use crate::object::{ObjExt, Owned};
use crate::protocol::buffer::Buffer;
use crate::types::bytes::PyBytes;
use crate::types::str::{this_str, PyStr};
use crate::vm::{PyResult, Raised, Vm};

use handlers::{Decoding, Encoding, Handler};

/// Order of the bytes of UTF-16 and UTF-32 units, with how Python names the codec.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ByteOrder {
    /// The machine's, or what the byte order mark says.
    Marked,
    /// Least significant first.
    Little,
    /// Most significant first.
    Big,
}

impl ByteOrder {
    fn order(self) -> Order {
        match self {
            ByteOrder::Little => Order::Little,
            ByteOrder::Big => Order::Big,
            ByteOrder::Marked => if cfg!(target_endian = "big") { Order::Big } else { Order::Little },
        }
    }
}

/// A codec implemented natively.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Native { Utf8, Ascii, Latin1, Utf16(ByteOrder), Utf32(ByteOrder), Utf7, UnicodeEscape, RawUnicodeEscape }

impl Native {
    /// The name in exceptions.
    pub fn name(self) -> &'static str {
        match self {
            Native::Utf8 => "utf-8",
            Native::Ascii => "ascii",
            Native::Latin1 => "latin-1",
            Native::Utf16(ByteOrder::Marked) => "utf-16",
            Native::Utf16(ByteOrder::Little) => "utf-16-le",
            Native::Utf16(ByteOrder::Big) => "utf-16-be",
            Native::Utf32(ByteOrder::Marked) => "utf-32",
            Native::Utf32(ByteOrder::Little) => "utf-32-le",
            Native::Utf32(ByteOrder::Big) => "utf-32-be",
            Native::Utf7 => "utf7",
            Native::UnicodeEscape => "unicodeescape",
            Native::RawUnicodeEscape => "rawunicodeescape",
        }
    }

    /// Bytes of a code unit.
    fn unit(self) -> usize { match self { Native::Utf16(_) => 2, Native::Utf32(_) => 4, _ => 1 } }
    /// UTF-8, UTF-16 or UTF-32.
    fn is_utf(self) -> bool { matches!(self, Native::Utf8 | Native::Utf16(_) | Native::Utf32(_)) }

    /// The native codec of an encoding's name, for the names that need no registry.
    pub fn by_name(name: &str) -> Option<Native> {
        Some(match &registry::normalize(name)[..] {
            "utf_8" | "utf8" => Native::Utf8,
            "utf_16" | "utf16" => Native::Utf16(ByteOrder::Marked),
            "utf_32" | "utf32" => Native::Utf32(ByteOrder::Marked),
            "ascii" | "us_ascii" => Native::Ascii,
            "latin1" | "latin_1" | "iso_8859_1" | "iso8859_1" => Native::Latin1,
            _ => return None,
        })
    }

    /// Encodes code points from `from` on.
    fn encode_from(self, text: Units<'_>, from: usize, out: &mut Vec<u8>) -> Result<(), Fault> {
        with_units!(text, u => match self {
            Native::Utf8 => utf8::encode(u, from, out),
            Native::Ascii => table::encode_ascii(u, from, out),
            Native::Latin1 => table::encode_latin1(u, from, out),
            Native::Utf16(order) => utf16::encode(u, from, order.order(), out),
            Native::Utf32(order) => utf32::encode(u, from, order.order(), out),
            Native::Utf7 => utf7::encode(u, out),
            Native::UnicodeEscape => escape::encode(u, out),
            Native::RawUnicodeEscape => escape::encode_raw(u, out),
        })
    }

    /// Decodes from byte `from` on; how many bytes are used.
    fn decode_from(self, bytes: &[u8], from: usize, last: bool, out: &mut TextBuilder, odd: &mut Option<usize>) -> Result<usize, Fault> {
        match self {
            Native::Utf8 => utf8::decode(bytes, from, last, out),
            Native::Ascii => table::decode_ascii(bytes, from, out),
            Native::Latin1 => {
                out.push_latin1(bytes.get(from..).unwrap_or(&[]))?;
                Ok(bytes.len())
            }
            Native::Utf16(order) => utf16::decode(bytes, from, order.order(), last, out),
            Native::Utf32(order) => utf32::decode(bytes, from, order.order(), last, out),
            Native::Utf7 => utf7::decode(bytes, from, last, out),
            Native::UnicodeEscape => {
                let named = |name: &[u8]| std::str::from_utf8(name).ok().and_then(instar_base_unidata::character);
                escape::decode(bytes, from, last, &named, out, odd)
            }
            Native::RawUnicodeEscape => escape::decode_raw(bytes, from, last, out),
        }
    }
}

/// Encodes a str. Byte order marks are written by codecs with `ByteOrder::Marked`.
pub fn encode(vm: &mut Vm, codec: Native, text: &Owned, errors: Option<&Owned>) -> PyResult<Vec<u8>> {
    let s = this_str(text);
    let mut out = Vec::new();
    match codec {
        Native::Utf16(ByteOrder::Marked) => out.extend_from_slice(&0xFEFFu16.to_ne_bytes()),
        Native::Utf32(ByteOrder::Marked) => out.extend_from_slice(&0xFEFFu32.to_ne_bytes()),
        _ => {}
    }
    let mut from = 0;
    let mut handler = None;
    loop {
        match codec.encode_from(s.units(), from, &mut out) {
            Ok(()) => return Ok(out),
            Err(Fault::Memory) => return Err(vm.no_memory()),
            Err(Fault::Bad(span)) => {
                let handler = match &mut handler { Some(h) => h, none => none.insert(Handler::find(vm, errors)?) };
                let at = Encoding { codec: codec.name(), text, start: span.start, end: span.end, reason: span.reason };
                let (piece, next) = handler.encoding(vm, &at)?;
                match piece {
                    // Part of a unit would shift all that follows.
                    handlers::Piece::Bytes(b) if b.len() % codec.unit() != 0 => return Err(at.raise(vm)),
                    handlers::Piece::Bytes(b) => {
                        out.try_reserve(b.len()).map_err(|_| vm.no_memory())?;
                        out.extend_from_slice(&b);
                    }
                    // These codecs fail only on surrogates: a handler that does not answer in ASCII is not trusted.
                    handlers::Piece::Text(t) if codec.is_utf() && !t.is_ascii() => return Err(at.raise(vm)),
                    handlers::Piece::Text(t) => match codec.encode_from(t.units(), 0, &mut out) {
                        Ok(()) => {}
                        Err(Fault::Memory) => return Err(vm.no_memory()),
                        // A replacement that cannot be encoded either: the first problem is reported.
                        Err(Fault::Bad(_)) => return Err(at.raise(vm)),
                    },
                }
                from = next;
            }
        }
    }
}

/// What came out of decoding.
pub struct Decoded {
    /// The text.
    pub text: TextBuilder,
    /// Bytes used; all of them if `last` was set.
    pub used: usize,
    /// What follows the backslash of the first odd escape (`unicode_escape`), three bytes at most, for a warning.
    pub odd_escape: Option<Vec<u8>>,
}

/// Decodes a contiguous buffer from byte `from` on. Without `last` an unfinished sequence at the end is left.
pub fn decode(vm: &mut Vm, codec: Native, input: &Buffer, from: usize, errors: Option<&Owned>, last: bool) -> PyResult<Decoded> {
    let mut text = TextBuilder::new();
    let (mut odd, mut odd_escape) = (None, None);
    let mut at = from;
    let mut handler = None;
    // A handler may exchange the input (`exc.object = ...`).
    let mut exchanged: Option<Vec<u8>> = None;
    loop {
        let bytes = match &exchanged { Some(b) => &b[..], None => input.bytes(vm) };
        let step = codec.decode_from(bytes, at, last, &mut text, &mut odd);
        // A handler may exchange the input after this.
        if let (Some(odd), None) = (odd, &odd_escape) { odd_escape = Some(bytes.iter().skip(odd + 1).take(3).copied().collect()) }
        match step {
            Ok(used) => {
                // All of what the caller gave is used up, whatever a handler put in its place.
                let used = if last && exchanged.is_some() { input.nbytes() } else { used };
                return Ok(Decoded { text, used, odd_escape });
            }
            Err(Fault::Memory) => return Err(vm.no_memory()),
            Err(Fault::Bad(span)) => {
                let input_bytes = bytes.try_copy(vm)?;
                let handler = match &mut handler { Some(h) => h, none => none.insert(Handler::find(vm, errors)?) };
                let fault = Decoding { codec: codec.name(), input: &input_bytes, start: span.start, end: span.end, reason: span.reason };
                let (piece, next, new_input) = handler.decoding(vm, &fault)?;
                text.push_units(piece.units()).map_err(|_| vm.no_memory())?;
                at = next;
                if let Some(new) = new_input { exchanged = Some(new) }
            }
        }
    }
}

/// Byte order mark at the start of UTF-16 or UTF-32 input: the order to go on with and the bytes to skip.
pub fn marked_order(codec: Native, bytes: &[u8]) -> (Native, usize) {
    let of = |order| if order == Order::Big { ByteOrder::Big } else { ByteOrder::Little };
    // Without a mark it is the machine's order, which is also what errors name.
    let own = of(ByteOrder::Marked.order());
    match codec {
        Native::Utf16(ByteOrder::Marked) => utf16::detect_order(bytes).map_or((Native::Utf16(own), 0), |(o, n)| (Native::Utf16(of(o)), n)),
        Native::Utf32(ByteOrder::Marked) => utf32::detect_order(bytes).map_or((Native::Utf32(own), 0), |(o, n)| (Native::Utf32(of(o)), n)),
        _ => (codec, 0),
    }
}

/// `text.encode(encoding, errors)`: a bytes object.
pub fn encode_str(vm: &mut Vm, text: &Owned, encoding: Option<&Owned>, errors: Option<&Owned>) -> PyResult {
    let name = encoding.map(|e| vm.repr_text_plain(e));
    check_no_null(vm, encoding)?;
    check_no_null(vm, errors)?;
    if vm.settings.dev_mode { check_names(vm, encoding, errors)? }
    let codec = match &name { None => Some(Native::Utf8), Some(n) => Native::by_name(n) };
    if let Some(codec) = codec {
        if let (Some(ascii), Native::Utf8 | Native::Ascii | Native::Latin1) = (this_str(text).as_ascii(), codec) { return vm.new_bytes(ascii.as_bytes()) }
        let bytes = encode(vm, codec, text, errors)?;
        return vm.new_bytes(&bytes);
    }
    let name = name.unwrap_or_default();
    let made = registry::encode_text(vm, text, &name, errors)?;
    if made.cast::<PyBytes>().is_some() { return Ok(made) }
    if made.is_instance_of(vm, &vm.types.bytearray) { let b = vm.bytes_like(&made)?; return vm.new_bytes(&b) }
    let t = made.type_name(vm);
    Err(vm.type_error(format!("'{name}' encoder returned '{t}' instead of 'bytes'; use codecs.encode() to encode to arbitrary types")))
}

/// `str(object, encoding, errors)`, `bytes.decode(encoding, errors)`: a str.
pub fn decode_to_str(vm: &mut Vm, object: &Owned, encoding: Option<&Owned>, errors: Option<&Owned>) -> PyResult {
    if object.cast::<PyStr>().is_some() { return Err(vm.type_error("decoding str is not supported")) }
    if !vm.is_bytes_like(object) {
        let t = object.type_name(vm);
        return Err(vm.type_error(format!("decoding to str: need a bytes-like object, {t} found")));
    }
    check_no_null(vm, encoding)?;
    check_no_null(vm, errors)?;
    if vm.settings.dev_mode { check_names(vm, encoding, errors)? }
    let name = encoding.map(|e| vm.repr_text_plain(e));
    let codec = match &name { None => Some(Native::Utf8), Some(n) => Native::by_name(n) };
    let input = vm.buffer(object, false)?;
    // Of nothing, every encoding makes nothing.
    if input.bytes(vm).is_empty() { return Ok(vm.consts.empty_str.clone()) }
    if let Some(codec) = codec {
        let bytes = input.bytes(vm);
        if bytes.is_ascii() && matches!(codec, Native::Utf8 | Native::Ascii | Native::Latin1) { return vm.new_str_latin1(bytes) }
        let (codec, skip) = marked_order(codec, bytes);
        let done = decode(vm, codec, &input, skip, errors, true)?;
        return vm.new_str_built(done.text);
    }
    let name = name.unwrap_or_default();
    let made = registry::decode_text(vm, object, &name, errors)?;
    if made.cast::<PyStr>().is_some() { return Ok(made) }
    let t = made.type_name(vm);
    Err(vm.type_error(format!("'{name}' decoder returned '{t}' instead of 'str'; use codecs.decode() to decode to arbitrary types")))
}

/// Development mode looks both names up even where coding would not need them.
fn check_names(vm: &mut Vm, encoding: Option<&Owned>, errors: Option<&Owned>) -> PyResult<()> {
    if let Some(name) = encoding.map(|e| vm.repr_text_plain(e)) && Native::by_name(&name).is_none() { registry::lookup(vm, &name)?; }
    Handler::find(vm, errors)?;
    Ok(())
}

fn check_no_null(vm: &mut Vm, name: Option<&Owned>) -> PyResult<()> {
    match name.and_then(|n| n.cast::<PyStr>()) {
        Some(n) => if n.to_str(vm)?.contains('\0') { Err(vm.value_error("embedded null character")) } else { Ok(()) },
        None => Ok(()),
    }
}

impl Vm {
    /// Text of a file name or environment string: UTF-8 with undecodable bytes as lone surrogates (`surrogateescape`).
    pub fn fs_decode(&self, bytes: &[u8]) -> PyResult {
        if let Ok(text) = std::str::from_utf8(bytes) { return self.new_str(text) }
        let mut out = TextBuilder::new();
        let mut at = 0;
        while at < bytes.len() {
            match utf8::decode(bytes, at, true, &mut out) {
                Ok(_) => break,
                Err(Fault::Bad(span)) => {
                    let end = span.end.max(span.start + 1);
                    for b in &bytes[span.start..end] { out.push(0xDC00 + u32::from(*b)).map_err(|_| self.no_memory())? }
                    at = end;
                }
                Err(Fault::Memory) => return Err(self.no_memory()),
            }
        }
        self.new_str_built(out)
    }

    /// Bytes of a str for the operating system: the reverse of [`Vm::fs_decode`].
    pub fn fs_encode(&mut self, text: &Owned) -> PyResult<Vec<u8>> {
        let errors = self.new_str("surrogateescape")?;
        encode(self, Native::Utf8, text, Some(&errors))
    }
}

/// UnicodeEncodeError for text that has lone surrogates where UTF-8 is needed.
#[cold]
pub fn surrogates_not_allowed(vm: &mut Vm, text: Units<'_>) -> Raised {
    let surrogate = |c: &u32| (0xD800..0xE000).contains(c);
    let start = text.codes().position(|c| surrogate(&c)).unwrap_or(0);
    let run = text.codes().skip(start).take_while(surrogate).count();
    match vm.new_str_from(text) {
        Ok(text) => Encoding { codec: "utf-8", text: &text, start, end: start + run.max(1), reason: "surrogates not allowed" }.raise(vm),
        Err(e) => e,
    }
}
