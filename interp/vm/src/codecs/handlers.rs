//! Error handlers: what replaces text that cannot be encoded and bytes that cannot be decoded.
//!
//! The handlers known by name work natively; others are called with the exception object. The Python functions that
//! `codecs.lookup_error` shows for the named ones are in the module `_codecs`. Not here: the coding loops (`codecs.rs`).

use instar_base_codec::{utf8, TextBuilder};
use instar_base_text::quote::Escape;
use instar_base_text::Units;

use crate::codecs::registry;
use crate::object::{ObjExt, Owned, Ref};
use crate::types::bytes::PyBytes;
use crate::types::exception::PyException;
use crate::types::int::{int_ref, IntRef};
use crate::types::str::{this_str, PyStr};
use crate::types::tuple::PyTuple;
use crate::vm::{PyResult, Raised, Vm};

/// A stretch of text that cannot be encoded.
pub struct Encoding<'a> {
    /// Name of the codec.
    pub codec: &'a str,
    /// The text.
    pub text: &'a Owned,
    /// Where it starts.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// Why.
    pub reason: &'a str,
}

/// A stretch of bytes that cannot be decoded.
pub struct Decoding<'a> {
    /// Name of the codec.
    pub codec: &'a str,
    /// The bytes.
    pub input: &'a [u8],
    /// Where it starts.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// Why.
    pub reason: &'a str,
}

/// What stands in for text that cannot be encoded.
pub enum Piece {
    /// Bytes as they are.
    Bytes(Vec<u8>),
    /// Text to encode in turn.
    Text(Text),
}

/// Replacement text.
pub enum Text {
    /// Made natively.
    Built(TextBuilder),
    /// A str object.
    Object(Owned),
}

impl Text {
    /// Its code points.
    pub fn units(&self) -> Units<'_> {
        match self { Text::Built(b) => b.units(), Text::Object(o) => this_str(o).units() }
    }
    /// Whether all of them are ASCII.
    pub fn is_ascii(&self) -> bool { self.units().codes().all(|c| c < 128) }
}

impl Encoding<'_> {
    /// The UnicodeEncodeError object.
    pub fn exception(&self, vm: &mut Vm) -> PyResult {
        let ty = vm.types.unicode_encode_error.obj().clone();
        let args = [vm.new_str(self.codec)?, self.text.clone(), vm.new_int(self.start as i64)?, vm.new_int(self.end as i64)?, vm.new_str(self.reason)?];
        vm.call_n(&ty, &args)
    }
    /// The error, to raise.
    #[cold]
    pub fn raise(&self, vm: &mut Vm) -> Raised { self.exception(vm).map_or_else(|e| e, |e| raised(vm, e)) }
}

impl Decoding<'_> {
    /// The UnicodeDecodeError object.
    pub fn exception(&self, vm: &mut Vm) -> PyResult {
        let ty = vm.types.unicode_decode_error.obj().clone();
        let args = [vm.new_str(self.codec)?, vm.new_bytes(self.input)?, vm.new_int(self.start as i64)?, vm.new_int(self.end as i64)?, vm.new_str(self.reason)?];
        vm.call_n(&ty, &args)
    }
    /// The error, to raise.
    #[cold]
    pub fn raise(&self, vm: &mut Vm) -> Raised { self.exception(vm).map_or_else(|e| e, |e| raised(vm, e)) }
}

/// An exception object as a Rust error.
pub fn raised(vm: &mut Vm, exception: Owned) -> Raised {
    match Ref::<PyException>::try_from(exception) {
        Ok(e) => Raised(e),
        Err(_) => vm.type_error("codec must pass exception instance"),
    }
}

/// An error handler.
#[derive(Clone)]
#[allow(missing_docs)]
pub enum Handler { Strict, Ignore, Replace, Backslash, XmlChar, Name, SurrogateEscape, SurrogatePass, Python(Owned) }

impl Handler {
    /// The native handler of that name.
    pub fn by_name(name: &str) -> Option<Handler> {
        Some(match name {
            "strict" => Handler::Strict,
            "ignore" => Handler::Ignore,
            "replace" => Handler::Replace,
            "backslashreplace" => Handler::Backslash,
            "xmlcharrefreplace" => Handler::XmlChar,
            "namereplace" => Handler::Name,
            "surrogateescape" => Handler::SurrogateEscape,
            "surrogatepass" => Handler::SurrogatePass,
            _ => return None,
        })
    }

    /// The handler that an `errors` argument names (`None`: strict).
    pub fn find(vm: &mut Vm, errors: Option<&Owned>) -> PyResult<Handler> {
        let Some(errors) = errors.filter(|e| !vm.is_none(e)) else { return Ok(Handler::Strict) };
        let name = vm.repr_text_plain(errors);
        match Handler::by_name(&name) { Some(h) => Ok(h), None => Ok(Handler::Python(registry::lookup_error(vm, &name)?)) }
    }

    /// What to write for a stretch that cannot be encoded, and where to go on.
    pub fn encoding(&self, vm: &mut Vm, at: &Encoding<'_>) -> PyResult<(Piece, usize)> { self.encoding_or(vm, at, no_position) }

    /// As `encoding`; `far` makes the error for a position that is no machine word.
    pub fn encoding_or(&self, vm: &mut Vm, at: &Encoding<'_>, far: fn(&mut Vm) -> Raised) -> PyResult<(Piece, usize)> {
        let s = this_str(at.text);
        let codes = || s.chars().skip(at.start).take(at.end - at.start);
        let mut out = TextBuilder::new();
        match self {
            Handler::Strict => return Err(at.raise(vm)),
            Handler::Ignore => {}
            Handler::Replace => push(vm, &mut out, codes().flat_map(|_| [u32::from(b'?')]))?,
            Handler::Backslash => for c in codes() { push_ascii(vm, &mut out, Escape::hex(c).as_bytes())? },
            Handler::XmlChar => for c in codes() { push_ascii(vm, &mut out, format!("&#{c};").as_bytes())? },
            Handler::Name => for c in codes() {
                match instar_base_unidata::name(c) {
                    Some(name) => push_ascii(vm, &mut out, format!("\\N{{{name}}}").as_bytes())?,
                    None => push_ascii(vm, &mut out, Escape::hex(c).as_bytes())?,
                }
            },
            Handler::SurrogateEscape => {
                let bytes: Vec<u8> = codes().map_while(|c| (0xDC80..=0xDCFF).contains(&c).then(|| (c - 0xDC00) as u8)).collect();
                if bytes.is_empty() { return Err(at.raise(vm)) }
                let n = bytes.len();
                return Ok((Piece::Bytes(bytes), at.start + n));
            }
            Handler::SurrogatePass => {
                let Some(form) = Form::of(at.codec) else { return Err(at.raise(vm)) };
                let mut bytes = Vec::new();
                for c in codes() {
                    if !(0xD800..0xE000).contains(&c) { return Err(at.raise(vm)) }
                    form.put(c, &mut bytes);
                }
                return Ok((Piece::Bytes(bytes), at.end));
            }
            Handler::Python(f) => {
                let exception = at.exception(vm)?;
                let result = vm.call1(f, &exception)?;
                let message = "encoding error handler must return (str/bytes, int) tuple";
                let (piece, next) = pair(vm, &result, s.len(), message, far)?;
                if let Some(b) = piece.cast::<PyBytes>() { return Ok((Piece::Bytes(b.as_slice().to_vec()), next)) }
                if piece.cast::<PyStr>().is_none() { return Err(vm.type_error(message)) }
                return Ok((Piece::Text(Text::Object(piece)), next));
            }
        }
        Ok((Piece::Text(Text::Built(out)), at.end))
    }

    /// What to write for a stretch that cannot be decoded, where to go on, and the new input if the handler exchanged it.
    pub fn decoding(&self, vm: &mut Vm, at: &Decoding<'_>) -> PyResult<(Text, usize, Option<Vec<u8>>)> { self.decoding_or(vm, at, no_position) }

    /// As `decoding`; `far` makes the error for a position that is no machine word.
    pub fn decoding_or(&self, vm: &mut Vm, at: &Decoding<'_>, far: fn(&mut Vm) -> Raised) -> PyResult<(Text, usize, Option<Vec<u8>>)> {
        let bytes = &at.input[at.start..at.end];
        let mut out = TextBuilder::new();
        match self {
            Handler::Ignore => {}
            Handler::Replace => push(vm, &mut out, [0xFFFD])?,
            Handler::Backslash => for b in bytes { push_ascii(vm, &mut out, Escape::hex(u32::from(*b)).as_bytes())? },
            Handler::SurrogateEscape => {
                let n = bytes.iter().take(4).take_while(|b| !b.is_ascii()).count();
                if n == 0 { return Err(at.raise(vm)) }
                push(vm, &mut out, bytes[..n].iter().map(|b| 0xDC00 + u32::from(*b)))?;
                return Ok((Text::Built(out), at.start + n, None));
            }
            Handler::SurrogatePass => {
                match Form::of(at.codec).and_then(|f| f.get(at.input, at.start)) {
                    Some((code, used)) => {
                        push(vm, &mut out, [code])?;
                        return Ok((Text::Built(out), at.start + used, None));
                    }
                    None => return Err(at.raise(vm)),
                }
            }
            Handler::Python(f) => {
                let exception = at.exception(vm)?;
                let result = vm.call1(f, &exception)?;
                let message = "decoding error handler must return (str, int) tuple";
                let name = vm.intern("object")?;
                let object = vm.get_attr(&exception, &name)?;
                let Some(input) = object.cast::<PyBytes>() else { return Err(vm.type_error("exception attribute object must be bytes")) };
                let (piece, next) = pair(vm, &result, input.len(), message, far)?;
                if piece.cast::<PyStr>().is_none() { return Err(vm.type_error(message)) }
                let changed = (input.as_slice() != at.input).then(|| input.as_slice().to_vec());
                return Ok((Text::Object(piece), next, changed));
            }
            Handler::XmlChar | Handler::Name => {
                let t = "UnicodeDecodeError";
                return Err(vm.type_error(format!("don't know how to handle {t} in error callback")));
            }
            Handler::Strict => return Err(at.raise(vm)),
        }
        Ok((Text::Built(out), at.end, None))
    }
}

fn push(vm: &mut Vm, out: &mut TextBuilder, codes: impl IntoIterator<Item = u32>) -> PyResult<()> {
    codes.into_iter().try_for_each(|c| out.push(c)).map_err(|_| vm.no_memory())
}

fn push_ascii(vm: &mut Vm, out: &mut TextBuilder, text: &[u8]) -> PyResult<()> { out.push_latin1(text).map_err(|_| vm.no_memory()) }

fn no_position(vm: &mut Vm) -> Raised { vm.overflow_error("Python int too large to convert to C ssize_t") }

/// A handler's result: the replacement, and the position fitted to the input.
fn pair(vm: &mut Vm, result: &Owned, len: usize, message: &str, far: fn(&mut Vm) -> Raised) -> PyResult<(Owned, usize)> {
    let Some([piece, next]) = result.cast::<PyTuple>().map(|t| t.items()) else { return Err(vm.type_error(message)) };
    let next = match int_ref(next) {
        Some(IntRef::Small(n)) => n,
        Some(IntRef::Big(_)) => return Err(far(vm)),
        None => return Err(vm.type_error(message)),
    };
    let at = if next < 0 { next.saturating_add(len as i64) } else { next };
    match usize::try_from(at).ok().filter(|at| *at <= len) {
        Some(at) => Ok((piece.clone(), at)),
        None => Err(vm.index_error(format!("position {next} from error handler out of bounds"))),
    }
}

/// How an encoding form writes a surrogate.
#[derive(Clone, Copy)]
pub enum Form {
    /// Three bytes of UTF-8.
    Utf8,
    /// A unit of UTF-16 or UTF-32: its size, and whether the most significant byte comes first.
    Unit(usize, bool),
}

impl Form {
    /// By the codec's name (any spelling that starts with `utf`).
    pub fn of(codec: &str) -> Option<Form> {
        let name = codec.to_ascii_lowercase();
        if name == "cp65001" { return Some(Form::Utf8) }
        let undashed = |text: &str| text.strip_prefix(['-', '_']).unwrap_or(text).to_owned();
        let rest = undashed(name.strip_prefix("utf")?);
        if rest == "8" { return Some(Form::Utf8) }
        let (size, tail) = if let Some(t) = rest.strip_prefix("16") { (2, t) } else { (4, rest.strip_prefix("32")?) };
        match (tail, &undashed(tail)[..]) {
            ("", _) => Some(Form::Unit(size, cfg!(target_endian = "big"))),
            (_, "le") => Some(Form::Unit(size, false)),
            (_, "be") => Some(Form::Unit(size, true)),
            _ => None,
        }
    }
    /// Writes a surrogate.
    pub fn put(self, code: u32, out: &mut Vec<u8>) {
        match self {
            Form::Utf8 => out.extend_from_slice(&utf8::encode_surrogate(code)),
            Form::Unit(2, true) => out.extend_from_slice(&(code as u16).to_be_bytes()),
            Form::Unit(2, false) => out.extend_from_slice(&(code as u16).to_le_bytes()),
            Form::Unit(_, true) => out.extend_from_slice(&code.to_be_bytes()),
            Form::Unit(_, false) => out.extend_from_slice(&code.to_le_bytes()),
        }
    }
    /// Reads a surrogate at `at`, with its length in bytes.
    pub fn get(self, bytes: &[u8], at: usize) -> Option<(u32, usize)> {
        let (code, n) = match self {
            Form::Utf8 => (utf8::surrogate_at(bytes, at)?, 3),
            Form::Unit(size, big) => {
                let unit = bytes.get(at..at + size)?;
                let join = |acc: u32, b: &u8| acc << 8 | u32::from(*b);
                (if big { unit.iter().fold(0, join) } else { unit.iter().rev().fold(0, join) }, size)
            }
        };
        (0xD800..0xE000).contains(&code).then_some((code, n))
    }
}
