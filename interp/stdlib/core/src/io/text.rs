//! `TextIOWrapper`: text over a buffered byte stream (`inner`). `pending` is encoded text that the buffer has not got yet.
//!
//! UTF-8, ASCII and Latin-1 are decoded and encoded natively; other encodings through the incremental codec objects of `codecs`.
//! Decoded characters stand in `Text::decoded`; the bytes they came from in `Text::input`, so that `tell` can find the way back.

use std::collections::TryReserveError;
use instar_code::Compare;
use instar_vm::fallible::CollectVec;
use instar_vm::args::{Args, Signature};
use instar_vm::codecs::{self, Native as Codec};
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::slots::Slots;
use instar_vm::types::bytes::PyBytes;
use instar_vm::types::str::PyStr;
use instar_vm::{ObjExt, Owned, PyResult, Vm};

use super::base::size_arg;
use super::newline::{newline_mode, Newlines};
use super::string_io::line_len;
use super::cookie::{self, Cookie, Walk};
use super::text_codec::{decoded, set_codec};
use super::{both, buffered, call, closed_error, flag, plain_text, this, unsupported};
use crate::support::{c_int, given};

const SIG: &str = "(buffer, encoding=None, errors=None, newline=None, line_buffering=False, write_through=False)";
const CHUNK: usize = 8192;

/// What a text stream knows besides its buffer.
pub struct Text {
    codec: Option<Codec>,
    newlines: Newlines,
    /// Line ends of all kinds are recognised.
    universal: bool,
    /// The line end that is recognised otherwise.
    line_end: &'static [u32],
    /// What `\n` becomes when written.
    write_end: Option<&'static str>,
    line_buffering: bool,
    write_through: bool,
    decoded: Vec<u32>,
    at: usize,
    /// Bytes that `decoded` came from, then those that are not decoded yet.
    input: Vec<u8>,
    used: usize,
    /// The newline state where `input` begins.
    start_held: bool,
    /// The state of a decoder object there; `None` if nothing was decoded since the last seek.
    start_flags: Option<i64>,
    seekable: bool,
    /// `tell` can be asked: not while lines are taken by iteration.
    telling: bool,
    readable: bool,
    writable: bool,
    chunk: usize,
    /// Bytes that a character took in the last chunk.
    ratio: f64,
    detached: bool,
}

pub fn slots() -> Slots { Slots { init: Some(init), repr: Some(repr), next: Some(next), ..Slots::default() } }

pub static DEF: TypeDef = TypeDef {
    doc: "Character and line based layer over a BufferedIOBase object, buffer.",
    sig: SIG,
    methods: &[
        Def::new("detach", "($self, /)", Native::N0(detach)),
        Def::new("reconfigure", "($self, /, *, encoding=None, errors=None,\n            newline=None, line_buffering=None, write_through=None)", Native::Bound(reconfigure)),
        Def::new("write", "($self, text, /)", Native::N1(write)),
        Def::new("read", "($self, size=-1, /)", Native::Var(read, 0, 1)),
        Def::new("readline", "($self, size=-1, /)", Native::Var(readline, 0, 1)),
        Def::new("flush", "($self, /)", Native::N0(flush)),
        Def::new("close", "($self, /)", Native::N0(close)),
        Def::new("fileno", "($self, /)", Native::N0(|vm, o| ask(vm, o, "fileno"))),
        Def::new("seekable", "($self, /)", Native::N0(|vm, o| ask(vm, o, "seekable"))),
        Def::new("readable", "($self, /)", Native::N0(|vm, o| ask(vm, o, "readable"))),
        Def::new("writable", "($self, /)", Native::N0(|vm, o| ask(vm, o, "writable"))),
        Def::new("isatty", "($self, /)", Native::N0(|vm, o| ask(vm, o, "isatty"))),
        Def::new("seek", "($self, cookie, whence=os.SEEK_SET, /)", Native::Var(seek, 1, 2)),
        Def::new("tell", "($self, /)", Native::N0(tell)),
        Def::new("truncate", "($self, pos=None, /)", Native::Var(truncate, 0, 1)),
        Def::new("__getstate__", "($self, /)", Native::N0(|vm, o| { let t = o.bare_type_name(vm); Err(vm.type_error(format!("cannot pickle '{t}' instances"))) })),
    ],
    getset: &[
        GetSet::ro("buffer", buffer),
        GetSet::member("encoding", |vm, o| Ok(vm.option_to_none(this(o).encoding.get()))),
        GetSet::ro("errors", |vm, o| Ok(vm.option_to_none(this(o).errors.get()))),
        GetSet::ro("name", |vm, o| { let b = buffer(vm, o)?; vm.get_attr_str(&b, "name") }),
        GetSet::ro("closed", |vm, o| {
            if this(o).text.get(vm).is_none() { return Ok(vm.bool(true)) }
            let b = buffer(vm, o)?;
            vm.get_attr_str(&b, "closed")
        }),
        GetSet::member("line_buffering", |vm, o| { let b = state(vm, o, |t| t.line_buffering)?; Ok(vm.bool(b)) }),
        GetSet::member("write_through", |vm, o| { let b = state(vm, o, |t| t.write_through)?; Ok(vm.bool(b)) }),
        GetSet::ro("newlines", |vm, o| { let n = with(vm, o, |t| if t.universal { t.newlines } else { Newlines::default() })?; n.object(vm) }),
        GetSet::rw("_CHUNK_SIZE", |vm, o| { let n = with(vm, o, |t| t.chunk)?; vm.new_int(n as i64) }, |vm, o, v| {
            let Some(v) = v else { return Err(vm.attribute_error("attribute '_CHUNK_SIZE' of '_io.TextIOWrapper' objects cannot be deleted")) };
            let value_error = vm.types.value_error.clone();
            let n = vm.index_sized(v, &value_error)?;
            if n <= 0 { return Err(vm.value_error("a strictly positive integer is required")) }
            with(vm, o, |t| t.chunk = n as usize)
        }),
    ],
};

/// Looks at or changes the state; ValueError if there is none. The closure runs no Python code.
fn with<R>(vm: &mut Vm, o: &Owned, f: impl FnOnce(&mut Text) -> R) -> PyResult<R> {
    match this(o).text.get_mut(vm) {
        Some(t) if !t.detached => Ok(f(t)),
        Some(_) => Err(vm.value_error("underlying buffer has been detached")),
        None => Err(vm.value_error("I/O operation on uninitialized object")),
    }
}

/// As [`with`], also of a stream that has lost its buffer: in the middle of an operation, or what it knows for itself.
fn state<R>(vm: &mut Vm, o: &Owned, f: impl FnOnce(&mut Text) -> R) -> PyResult<R> {
    match this(o).text.get_mut(vm) { Some(t) => Ok(f(t)), None => Err(vm.value_error("I/O operation on uninitialized object")) }
}

fn buffer(vm: &mut Vm, o: &Owned) -> PyResult {
    with(vm, o, |_| ())?;
    match this(o).inner.get() { Some(b) => Ok(b), None => Err(vm.value_error("underlying buffer has been detached")) }
}

fn ask(vm: &mut Vm, o: &Owned, method: &str) -> PyResult { let b = buffer(vm, o)?; call(vm, &b, method, &[]) }

fn check_closed(vm: &mut Vm, o: &Owned) -> PyResult {
    let b = buffer(vm, o)?;
    if flag(vm, &b, "closed")? { Err(closed_error(vm)) } else { Ok(b) }
}

fn init(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult<()> {
    let a = args.bind(vm, "TextIOWrapper", const { &Signature::parse(SIG) })?;
    let Some(buffer) = a[0].clone() else { return Err(vm.system_error("unbound argument")) };
    *this(o).text.get_mut(vm) = None;
    let (said, newline) = (plain_text(vm, "TextIOWrapper", "encoding", a[1].as_ref())?, newline_mode(vm, "TextIOWrapper", a[3].as_ref()));
    let encoding = match (said.as_deref(), given(vm, a[1].as_ref())) {
        (Some("locale"), _) => vm.new_str("utf-8")?,
        (_, Some(encoding)) => encoding,
        _ => {
            if vm.settings.warn_default_encoding { super::open::unsaid_encoding(vm, 1)? }
            vm.new_str(if vm.settings.utf8_mode { "utf-8" } else { "UTF-8" })?
        }
    };
    let errors = match given(vm, a[2].as_ref()) {
        Some(e) => {
            if let Some(name) = plain_text(vm, "TextIOWrapper", "errors", Some(&e))? && vm.settings.dev_mode { codecs::registry::lookup_error(vm, &name)?; }
            e
        }
        None => vm.names.strict.clone(),
    };
    let (universal, translate, line_end, write_end) = newline?;
    let line_buffering = match &a[4] { Some(l) => vm.truth(l)?, None => false };
    let write_through = match &a[5] { Some(l) => vm.truth(l)?, None => false };
    let able = |vm: &mut Vm, what: &str| -> PyResult<bool> { let able = call(vm, &buffer, what, &[])?; vm.truth(&able) };
    let (readable, writable, seekable) = (able(vm, "readable")?, able(vm, "writable")?, able(vm, "seekable")?);
    let codec = set_codec(vm, o, &encoding, &errors, (readable, writable))?;
    let newline = given(vm, a[3].as_ref());
    let io = this(o);
    io.encoding.set(Some(encoding));
    io.errors.set(Some(errors));
    io.newline.set(newline);
    io.inner.set(Some(buffer.clone()));
    io.pending.get_mut(vm).clear();
    let newlines = Newlines { translate, ..Newlines::default() };
    *io.text.get_mut(vm) = Some(Box::new(Text { codec, newlines, universal, line_end, write_end, line_buffering, write_through, decoded: Vec::new(), at: 0,
        input: Vec::new(), used: 0, start_held: false, start_flags: None, seekable, telling: seekable, readable, writable, chunk: CHUNK, ratio: 0.0, detached: false }));
    io.ready.set(true);
    start_encoder(vm, o, &buffer)
}

/// Tells a new encoder whether it stands at the beginning of the stream: only there it says what it is.
fn start_encoder(vm: &mut Vm, o: &Owned, buffer: &Owned) -> PyResult<()> {
    if with(vm, o, |t| t.seekable && t.writable)? && let Some(encoder) = this(o).encoder.get() {
        let at = call(vm, buffer, "tell", &[])?;
        if vm.truth(&at)? { let zero = vm.new_int(0)?; call(vm, &encoder, "setstate", &[zero])?; }
    }
    Ok(())
}

fn reconfigure(vm: &mut Vm, o: &Owned, a: &[Option<Owned>]) -> PyResult {
    let has_text = with(vm, o, |t| !t.input.is_empty() || !t.decoded.is_empty())?;
    let (encoding, errors) = (given(vm, a[0].as_ref()), given(vm, a[1].as_ref()));
    if has_text && (encoding.is_some() || errors.is_some() || a[2].is_some()) {
        return Err(unsupported(vm, "It is not possible to set the encoding or newline of stream after the first read"));
    }
    plain_text(vm, "reconfigure", "errors", errors.as_ref())?;
    let said = plain_text(vm, "reconfigure", "encoding", encoding.as_ref())?;
    let newline = match &a[2] { Some(n) => Some(newline_mode(vm, "reconfigure", Some(n).filter(|n| !vm.is_none(n)))?), None => None };
    let flag_of = |vm: &mut Vm, a: &Option<Owned>| -> PyResult<Option<bool>> { match given(vm, a.as_ref()) { Some(v) => Ok(Some(vm.long_argument(&v)? != 0)), None => Ok(None) } };
    let (line, through) = (flag_of(vm, &a[3])?, flag_of(vm, &a[4])?);
    call(vm, o, "flush", &[])?;
    if encoding.is_some() || errors.is_some() {
        let strict = vm.names.strict.clone();
        let errors = match (errors, &encoding) { (Some(e), _) => e, (None, Some(_)) => strict, (None, None) => this(o).errors.get().unwrap_or(strict) };
        let encoding = match encoding {
            Some(e) => match said.as_deref() {
                Some("locale") => vm.new_str("utf-8")?,
                // What is looked up ends there.
                Some(name) if name.contains('\0') => vm.new_str(name.split('\0').next().unwrap_or_default())?,
                _ => e,
            },
            None => { let e = this(o).encoding.get(); vm.option_to_none(e) }
        };
        let able = with(vm, o, |t| (t.readable, t.writable))?;
        let codec = set_codec(vm, o, &encoding, &errors, able)?;
        this(o).encoding.set(Some(encoding));
        this(o).errors.set(Some(errors));
        with(vm, o, |t| t.codec = codec)?;
        let buffer = buffer(vm, o)?;
        start_encoder(vm, o, &buffer)?;
    }
    with(vm, o, |t| {
        if let Some((universal, translate, line_end, write_end)) = newline {
            (t.universal, t.newlines.translate, t.line_end, t.write_end) = (universal, translate, line_end, write_end);
        }
        if let Some(l) = line { t.line_buffering = l }
        if let Some(w) = through { t.write_through = w }
    })?;
    Ok(vm.none())
}

/// Gives the encoded text to the buffer.
fn flush_pending(vm: &mut Vm, o: &Owned, buffer: &Owned) -> PyResult<()> {
    let bytes = std::mem::take(this(o).pending.get_mut(vm));
    if bytes.is_empty() { return Ok(()) }
    let types = vm.state::<super::Types>();
    let direct = [&types.writer, &types.random].into_iter().flatten().map(|t| t.ptr()).collect::<Vec<_>>();
    if direct.contains(&buffer.type_of(vm).ptr()) { return buffered::append(vm, buffer, &bytes) }
    let bytes = vm.new_bytes(&bytes)?;
    call(vm, buffer, "write", &[bytes]).map(drop)
}

fn write(vm: &mut Vm, o: &Owned, text: &Owned) -> PyResult {
    let Some(s) = text.cast::<PyStr>() else {
        let t = text.given_name(vm);
        return Err(vm.type_error(format!("write() argument must be str, not {t}")));
    };
    let mut buffer = check_writable(vm, o)?;
    let n = s.len();
    let (write_end, line) = with(vm, o, |t| (t.write_end, t.line_buffering))?;
    let has_line_end = (line || write_end.is_some()) && s.chars().any(|c| c == 10 || (line && c == 13));
    let translated = match write_end {
        Some(end) if has_line_end && !text.is_exact::<PyStr>(vm) => {
            let args = [vm.new_str("\n")?, vm.new_str(end)?];
            let replaced = call(vm, text, "replace", &args)?;
            if replaced.cast::<PyStr>().is_none() {
                let t = replaced.type_name(vm);
                return Err(vm.type_error(format!("replace() should return a str, not {t}")));
            }
            // What it did to the stream counts.
            buffer = check_writable(vm, o)?;
            replaced
        }
        Some(end) if has_line_end => {
            let codes: Vec<u32> = s.chars().flat_map(|c| if c == 10 { end.chars().map(u32::from).collect() } else { vec![c] }).try_vec(vm)?;
            vm.new_str_from_code_points(&codes)?
        }
        _ => text.clone(),
    };
    let (codec, through) = with(vm, o, |t| (t.codec, t.write_through))?;
    match (codec, translated.cast::<PyStr>().and_then(|s| s.as_ascii())) {
        (Some(_), Some(ascii)) => keep(vm, o, &buffer, ascii.as_bytes())?,
        (Some(codec), None) => {
            let errors = this(o).errors.get();
            let bytes = codecs::encode(vm, codec, &translated, errors.as_ref())?;
            keep(vm, o, &buffer, &bytes)?;
        }
        (None, _) => {
            let Some(encoder) = this(o).encoder.get() else { return Err(unsupported(vm, "not writable")) };
            let bytes = call(vm, &encoder, "encode", &[translated])?;
            let Some(b) = bytes.cast::<PyBytes>() else {
                let t = bytes.type_name(vm);
                return Err(vm.type_error(format!("encoder should return a bytes object, not '{t}'")));
            };
            keep(vm, o, &buffer, b.as_slice())?;
        }
    }
    if through || (line && has_line_end) || this(o).pending.get(vm).len() >= state(vm, o, |t| t.chunk)? { flush_pending(vm, o, &buffer)? }
    if line && has_line_end { call(vm, &buffer, "flush", &[])?; }
    // What was read ahead is no longer true of a stream with positions.
    state(vm, o, |t| if t.seekable && !t.decoded.is_empty() { t.decoded.clear(); t.at = 0; t.input.clear(); t.used = 0; t.start_flags = None })?;
    if let Some(decoder) = this(o).decoder.get() { call(vm, &decoder, "reset", &[])?; }
    vm.new_int(n as i64)
}

fn check_writable(vm: &mut Vm, o: &Owned) -> PyResult {
    let buffer = check_closed(vm, o)?;
    if with(vm, o, |t| t.writable)? { Ok(buffer) } else { Err(unsupported(vm, "not writable")) }
}

fn check_readable(vm: &mut Vm, o: &Owned) -> PyResult {
    let buffer = check_closed(vm, o)?;
    if with(vm, o, |t| t.readable)? { Ok(buffer) } else { Err(unsupported(vm, "not readable")) }
}

/// Adds to the encoded text; what is there goes to the buffer first if a chunk or more is added.
fn keep(vm: &mut Vm, o: &Owned, buffer: &Owned, bytes: &[u8]) -> PyResult<()> {
    let chunk = state(vm, o, |t| t.chunk)?;
    // The buffer may write into this stream itself.
    while bytes.len() >= chunk && !this(o).pending.get(vm).is_empty() { flush_pending(vm, o, buffer)? }
    let pending = this(o).pending.get_mut(vm);
    if pending.try_reserve(bytes.len()).is_err() { return Err(vm.no_memory()) }
    pending.extend_from_slice(bytes);
    Ok(())
}

fn flush(vm: &mut Vm, o: &Owned) -> PyResult {
    let b = check_closed(vm, o)?;
    with(vm, o, |t| t.telling = t.seekable)?;
    flush_pending(vm, o, &b)?;
    call(vm, &b, "flush", &[])
}

fn close(vm: &mut Vm, o: &Owned) -> PyResult {
    let b = buffer(vm, o)?;
    if flag(vm, &b, "closed")? || state(vm, o, |t| t.detached)? { return Ok(vm.none()) }
    // What is below need not know of it.
    if this(o).finalizing.get() { drop(call(vm, &b, "_dealloc_warn", std::slice::from_ref(o))) }
    let flushed = call(vm, o, "flush", &[]);
    both(flushed, call(vm, &b, "close", &[]))
}

fn detach(vm: &mut Vm, o: &Owned) -> PyResult {
    let b = buffer(vm, o)?;
    call(vm, o, "flush", &[])?;
    this(o).inner.set(None);
    with(vm, o, |t| t.detached = true)?;
    Ok(b)
}

/// Reads and decodes one more chunk, as large as `wanted` characters may need; false at the end.
fn fill(vm: &mut Vm, o: &Owned, buffer: &Owned, wanted: usize) -> PyResult<bool> {
    let filled = fill_now(vm, o, buffer, wanted);
    // What was to become longer is lost with it.
    if filled.is_err() { state(vm, o, |t| t.at = t.decoded.len())? }
    filled
}

fn fill_now(vm: &mut Vm, o: &Owned, buffer: &Owned, wanted: usize) -> PyResult<bool> {
    flush_pending(vm, o, buffer)?;
    let chunk = state(vm, o, |t| t.chunk.max((t.ratio.max(1.0) * wanted as f64).min(isize::MAX as f64) as usize))?;
    let types = vm.state::<super::Types>();
    let direct = [&types.reader, &types.random].into_iter().flatten().map(|t| t.ptr()).collect::<Vec<_>>();
    let bytes = if direct.contains(&buffer.type_of(vm).ptr()) { buffered::read_once(vm, buffer, chunk)? } else {
        let key = vm.intern("read1")?;
        let method = if vm.get_attr_opt(buffer, &key)?.is_some() { "read1" } else { "read" };
        let n = vm.new_int(chunk as i64)?;
        let data = call(vm, buffer, method, &[n])?;
        if !vm.is_bytes_like(&data) {
            let t = data.type_name(vm);
            return Err(vm.type_error(format!("underlying {method}() should have returned a bytes-like object, not '{t}'")));
        }
        vm.bytes_argument(&data)?
    };
    decode(vm, o, &bytes, bytes.is_empty())?;
    Ok(!bytes.is_empty())
}

/// Decodes bytes behind what is there.
fn decode(vm: &mut Vm, o: &Owned, bytes: &[u8], last: bool) -> PyResult<()> {
    let begins = state(vm, o, |t| t.codec.is_none() && t.seekable && t.at == t.decoded.len())?;
    let begin = match this(o).decoder.get().filter(|_| begins) { Some(decoder) => Some(cookie::state_of(vm, &decoder)?), None => None };
    let (codec, input) = state(vm, o, |t| {
        if t.at == t.decoded.len() {
            t.decoded.clear();
            t.at = 0;
            t.input.drain(..t.used);
            t.used = 0;
            t.start_held = t.newlines.held;
            if let Some((kept, flags)) = begin {
                // What the decoder keeps belongs to what comes.
                t.start_flags = Some(flags);
                t.input.try_reserve(kept.len())?;
                t.input.extend_from_slice(&kept);
                t.used = kept.len();
            }
        }
        t.input.try_reserve(bytes.len())?;
        t.input.extend_from_slice(bytes);
        let mut input = Vec::new();
        input.try_reserve_exact(t.input.len() - t.used)?;
        input.extend_from_slice(&t.input[t.used..]);
        Ok::<_, TryReserveError>((t.codec, input))
    })?.map_err(|_| vm.no_memory())?;
    let (codes, used) = match decoded(vm, o, codec, &input, last) {
        Ok(decoded) => decoded,
        // What could not be decoded is not tried again.
        Err(e) => { state(vm, o, |t| t.input.truncate(t.input.len().saturating_sub(bytes.len()).max(t.used)))?; return Err(e) }
    };
    state(vm, o, |t| {
        // One more: a held `\r` may come first.
        t.decoded.try_reserve(codes.len() + 1)?;
        let codes = if t.universal { t.newlines.process(&codes, last)? } else { codes };
        // A decoder that used the stream meanwhile has taken what this call counted from.
        t.used = (t.used + used).min(t.input.len());
        t.ratio = bytes.len() as f64 / codes.len().max(1) as f64;
        t.decoded.extend(codes);
        Ok::<_, TryReserveError>(())
    })?.map_err(|_| vm.no_memory())
}

/// Takes `n` characters.
fn take(vm: &mut Vm, o: &Owned, n: usize) -> PyResult {
    let codes = state(vm, o, |t| {
        let mut codes = Vec::new();
        codes.try_reserve_exact(n)?;
        codes.extend_from_slice(&t.decoded[t.at..t.at + n]);
        t.at += n;
        Ok::<_, TryReserveError>(codes)
    })?.map_err(|_| vm.no_memory())?;
    vm.new_str_from_code_points(&codes)
}

fn read(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult {
    let n = size_arg(vm, args)?;
    let buffer = check_readable(vm, o)?;
    if n < 0 {
        flush_pending(vm, o, &buffer)?;
        let rest = call(vm, &buffer, "read", &[])?;
        if vm.is_none(&rest) { return Err(vm.exception_with_message(&vm.types.blocking_io_error.clone(), "Read returned None.")) }
        let bytes = vm.bytes_argument(&rest)?;
        decode(vm, o, &bytes, true)?;
    } else {
        loop {
            let missing = n - state(vm, o, |t| t.decoded.len() - t.at)? as i64;
            if missing <= 0 || !fill(vm, o, &buffer, missing as usize)? { break }
        }
    }
    let have = state(vm, o, |t| t.decoded.len() - t.at)?;
    take(vm, o, if n < 0 { have } else { have.min(n as usize) })
}

fn readline(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult {
    let limit = size_arg(vm, args)?;
    let buffer = check_readable(vm, o)?;
    let mut searched = 0;
    loop {
        let (found, have) = state(vm, o, |t| {
            let rest = &t.decoded[t.at..];
            // A two-character end may straddle the place where the last search stopped.
            let from = searched.min(rest.len()).saturating_sub(1);
            let end = if t.universal { if t.newlines.translate { Some(&[10u32][..]) } else { None } } else { Some(t.line_end) };
            (line_len(&rest[from..], end).map(|n| n + from), rest.len())
        })?;
        let n = found.unwrap_or(have);
        if limit >= 0 && n >= limit as usize { return take(vm, o, limit as usize) }
        if found.is_some() { return take(vm, o, n) }
        searched = have;
        if !fill(vm, o, &buffer, 0)? {
            let have_now = state(vm, o, |t| t.decoded.len() - t.at)?;
            if have_now == have { return take(vm, o, have) }
        }
    }
}

fn next(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    with(vm, o, |t| t.telling = false)?;
    let line = if vm.state::<super::Types>().text.as_ref().map(|t| t.ptr()) == Some(o.type_of(vm).ptr()) { readline(vm, o, &[])? } else { call(vm, o, "readline", &[])? };
    if vm.len(&line)? > 0 { return Ok(Some(line)) }
    state(vm, o, |t| t.telling = t.seekable)?;
    Ok(None)
}

/// Bytes of the input that stand behind the characters taken so far.
fn bytes_taken(t: &Text) -> Option<usize> {
    let codec = t.codec?;
    if t.at == t.decoded.len() && !t.newlines.held { return Some(t.used) }
    let width = |b: u8| if b < 0xC0 { 1 } else if b < 0xE0 { 2 } else if b < 0xF0 { 3 } else { 4 };
    let (mut at, mut chars, mut held) = (0, 0, t.start_held);
    while chars < t.at && at < t.used {
        let b = t.input[at];
        let n = if codec == Codec::Utf8 { width(b) } else { 1 };
        at += n;
        if !(t.universal && t.newlines.translate) { chars += 1; continue }
        if held && b == b'\n' { held = false; continue }
        held = b == b'\r';
        chars += 1;
    }
    // The line feed of a translated pair belongs to the character before it.
    if held && t.input.get(at) == Some(&b'\n') { at += 1 }
    Some(at)
}

fn tell(vm: &mut Vm, o: &Owned) -> PyResult {
    let buffer = check_closed(vm, o)?;
    if !with(vm, o, |t| t.seekable)? { return Err(unsupported(vm, "underlying stream is not seekable")) }
    if !with(vm, o, |t| t.telling)? { return Err(vm.os_error("telling position disabled by next() call")) }
    call(vm, o, "flush", &[])?;
    let at = call(vm, &buffer, "tell", &[])?;
    let at = vm.index_i64(&at)?;
    let (ahead, exact) = with(vm, o, |t| match bytes_taken(t) { Some(n) => (t.input.len() - n, true), None => (0, false) })?;
    if exact { return vm.new_int(at - ahead as i64) }
    let (input, flags, newlines, wanted) = with(vm, o, |t| {
        let newlines = t.universal.then_some(Newlines { translate: t.newlines.translate, held: t.start_held, seen: 0 });
        (t.input.clone(), t.start_flags, newlines, (t.at, t.decoded.len()))
    })?;
    let (Some(flags), Some(decoder)) = (flags, this(o).decoder.get()) else { return vm.new_int(at) };
    let start = (at - input.len() as i64).max(0) as u64;
    let (kept, now) = cookie::state_of(vm, &decoder)?;
    let found = Walk { decoder: &decoder, flags, newlines, input: &input, wanted }.cookie(vm, start);
    cookie::set_state(vm, &decoder, &kept, now)?;
    found?.object(vm)
}

fn forget(vm: &mut Vm, o: &Owned) -> PyResult<()> {
    if let Some(d) = this(o).decoder.get() { call(vm, &d, "reset", &[])?; }
    with(vm, o, |t| { t.decoded.clear(); t.at = 0; t.input.clear(); t.used = 0; t.newlines.held = false; t.start_held = false; t.start_flags = None })
}

/// Puts the decoder where a position says and takes what is before it.
fn resume(vm: &mut Vm, o: &Owned, buffer: &Owned, decoder: &Owned, to: Cookie) -> PyResult<()> {
    let universal = with(vm, o, |t| t.universal)?;
    let flags = if universal { i64::from(to.flags) >> 1 } else { to.flags.into() };
    if to.start != 0 || to.flags != 0 { cookie::set_state(vm, decoder, &[], flags)? }
    with(vm, o, |t| t.newlines.held = universal && to.flags & 1 != 0)?;
    if to.skip == 0 { return Ok(()) }
    let n = vm.new_int(to.feed.into())?;
    let data = call(vm, buffer, "read", &[n])?;
    let Some(bytes) = data.cast::<PyBytes>() else {
        let t = data.type_name(vm);
        return Err(vm.type_error(format!("underlying read() should have returned a bytes object, not '{t}'")));
    };
    decode(vm, o, bytes.as_slice(), to.at_end)?;
    let enough = with(vm, o, |t| { t.at = to.skip as usize; t.at <= t.decoded.len() })?;
    if enough { return Ok(()) }
    with(vm, o, |t| t.at = t.decoded.len())?;
    Err(vm.os_error("can't restore logical file position"))
}

fn seek(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult {
    let whence = match args.get(1) { Some(w) => c_int(vm, w)?, None => 0 };
    let buffer = check_closed(vm, o)?;
    if !with(vm, o, |t| t.seekable)? { return Err(unsupported(vm, "underlying stream is not seekable")) }
    let (mut place, zero) = (args[0].clone(), vm.new_int(0)?);
    match whence {
        1 if !vm.equal(&place, &zero)? => return Err(unsupported(vm, "can't do nonzero cur-relative seeks")),
        2 if !vm.equal(&place, &zero)? => return Err(unsupported(vm, "can't do nonzero end-relative seeks")),
        0..=2 => {}
        _ => return Err(vm.value_error(format!("invalid whence ({whence}, should be 0, 1 or 2)"))),
    }
    if whence == 1 { place = tell(vm, o)? }
    call(vm, o, "flush", &[])?;
    if whence == 0 && vm.compare_bool(&place, &zero, Compare::Lt)? { let shown = vm.repr_text(&place)?; return Err(vm.value_error(format!("negative seek position {shown}"))) }
    let to = Cookie::of(vm, &place)?;
    forget(vm, o)?;
    let args = [vm.new_int(to.start as i64)?, vm.new_int(if whence == 2 { 2 } else { 0 })?];
    let mut at = call(vm, &buffer, "seek", &args)?;
    if whence != 2 && let Some(decoder) = this(o).decoder.get() {
        resume(vm, o, &buffer, &decoder, to)?;
        at = place;
    }
    if let Some(encoder) = this(o).encoder.get() {
        let start = !vm.truth(&at)?;
        if start { call(vm, &encoder, "reset", &[])?; } else { let zero = vm.new_int(0)?; call(vm, &encoder, "setstate", &[zero])?; }
    }
    Ok(at)
}

fn truncate(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult {
    let buffer = check_closed(vm, o)?;
    call(vm, o, "flush", &[])?;
    let size = match given(vm, args.first()) { Some(n) => n, None => tell(vm, o)? };
    call(vm, &buffer, "truncate", &[size])
}

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    state(vm, o, |_| ())?;
    let t = o.type_of(vm).qualname(vm);
    let mut text = format!("<_io.{t}");
    for key in ["name", "mode"] {
        let k = vm.intern(key)?;
        match vm.get_attr_opt(o, &k) {
            Ok(Some(v)) => { let r = vm.repr_text(&v)?; text.push_str(&format!(" {key}={r}")) }
            Ok(None) => {}
            Err(e) if e.is(vm, &vm.types.value_error.clone()) => {}
            Err(e) => return Err(e),
        }
    }
    let encoding = match this(o).encoding.get() { Some(e) => vm.repr_text(&e)?, None => "None".to_owned() };
    vm.new_str(&format!("{text} encoding={encoding}>"))
}
