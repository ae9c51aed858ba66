//! Methods that `bytes` and `bytearray` share: searching, testing, padding, stripping, case, hexadecimal; and their table.
//!
//! Arguments are converted first (that may run Python), then the bytes are looked at. Not here: cutting and joining (`bytes_split.rs`).

use instar_base_codec::hex as hex_text;
use instar_base_text::find;
use instar_base_text::split::{is_ascii_space, strip as strip_range, strip_set, Edges};

use crate::fallible::{CollectVec, CopyVec};
use crate::native::{Def, Native};
use crate::object::{ObjExt, Owned};
use crate::protocol::buffer::{Buffer, Request};
use crate::types::bytearray::{this_array, PyByteArray};
use crate::types::bytes::PyBytes;
use crate::types::bytes_split as sp;
use crate::types::int::{int_ref, IntRef};
use crate::types::str::PyStr;
use crate::types::str_methods::{bounds, count_arg};
use crate::types::tuple::PyTuple;
use crate::vm::{PyResult, Vm};

/// The methods of both types.
pub(super) const SHARED: &[Def] = &[
    Def::new("capitalize", "($self, /)", Native::N0(capitalize)).doc("Return a copy with the first byte in upper case and the rest in lower case (ASCII)."),
    Def::new("center", "($self, width, fillchar=b' ', /)", Native::Var(center, 1, 2)).doc("Return centered bytes of length width."),
    Def::new("count", "($self, sub[, start[, end]], /)", Native::Var(count, 1, 3)).doc("Number of occurrences of sub that do not overlap."),
    Def::new("decode", "($self, /, encoding='utf-8', errors='strict')", Native::Bound(decode)).doc("Decode the bytes with the named codec."),
    Def::new("endswith", "($self, suffix[, start[, end]], /)", Native::Var(endswith, 1, 3)).doc("Whether the bytes end with suffix (or one of a tuple)."),
    Def::new("expandtabs", "($self, /, tabsize=8)", Native::Bound(expandtabs)).doc("Return a copy where all tab characters are expanded using spaces."),
    Def::new("find", "($self, sub[, start[, end]], /)", Native::Var(find_, 1, 3)).doc("Lowest position of sub, -1 if it does not occur."),
    Def::class("fromhex", "($type, string, /)", Native::N1(fromhex)).doc("Make an object from hexadecimal digits; white space between bytes is skipped."),
    Def::new("hex", "($self, /, sep=<unrepresentable>, bytes_per_sep=1)", Native::Bound(hex))
        .doc("Hexadecimal digits of the bytes.\n\nA separator stands between groups of bytes, which are counted from the right, from the left if their size is negative.\n\n>>> data = b'\\x01\\x23\\x45'\n>>> data.hex()\n'012345'\n>>> data.hex(' ')\n'01 23 45'\n>>> data.hex('_', 2)\n'01_2345'\n>>> data.hex('_', -2)\n'0123_45'"),
    Def::new("index", "($self, sub[, start[, end]], /)", Native::Var(index, 1, 3)).doc("As find, but ValueError if sub does not occur."),
    Def::new("isalnum", "($self, /)", Native::N0(isalnum)).doc("Whether there are bytes and all are ASCII letters or digits."),
    Def::new("isalpha", "($self, /)", Native::N0(isalpha)).doc("Whether there are bytes and all are ASCII letters."),
    Def::new("isascii", "($self, /)", Native::N0(isascii)).doc("Whether all bytes are below 128."),
    Def::new("isdigit", "($self, /)", Native::N0(isdigit)).doc("Whether there are bytes and all are ASCII digits."),
    Def::new("islower", "($self, /)", Native::N0(islower)).doc("Whether there are ASCII letters and none is upper case."),
    Def::new("isspace", "($self, /)", Native::N0(isspace)).doc("Whether there are bytes and all are ASCII white space."),
    Def::new("istitle", "($self, /)", Native::N0(istitle)).doc("Whether the bytes are title-cased."),
    Def::new("isupper", "($self, /)", Native::N0(isupper)).doc("Whether there are ASCII letters and none is lower case."),
    Def::new("join", "($self, iterable_of_bytes, /)", Native::N1(sp::join)).doc("Concatenate any number of bytes objects with these bytes between them."),
    Def::new("ljust", "($self, width, fillchar=b' ', /)", Native::Var(ljust, 1, 2)).doc("Return left-justified bytes of length width."),
    Def::new("lower", "($self, /)", Native::N0(lower)).doc("Return a copy with ASCII letters in lower case."),
    Def::new("lstrip", "($self, bytes=None, /)", Native::Var(lstrip, 0, 1)).doc("Strip leading bytes contained in the argument (None: white space)."),
    Def::static_("maketrans", "(frm, to, /)", Native::N2(maketrans)).doc("Return a translation table usable for translate()."),
    Def::new("partition", "($self, sep, /)", Native::N1(sp::partition)).doc("Cut in three at the first occurrence of sep."),
    Def::new("removeprefix", "($self, prefix, /)", Native::N1(removeprefix)).doc("Return the bytes without the prefix, if they start with it."),
    Def::new("removesuffix", "($self, suffix, /)", Native::N1(removesuffix)).doc("Return the bytes without the suffix, if they end with it."),
    Def::new("replace", "($self, old, new, count=-1, /)", Native::Var(replace, 2, 3)).doc("Return a copy with occurrences of old replaced by new, at most count of them."),
    Def::new("rfind", "($self, sub[, start[, end]], /)", Native::Var(rfind, 1, 3)).doc("Highest position of sub, -1 if it does not occur."),
    Def::new("rindex", "($self, sub[, start[, end]], /)", Native::Var(rindex, 1, 3)).doc("As rfind, but ValueError if sub does not occur."),
    Def::new("rjust", "($self, width, fillchar=b' ', /)", Native::Var(rjust, 1, 2)).doc("Return right-justified bytes of length width."),
    Def::new("rpartition", "($self, sep, /)", Native::N1(sp::rpartition)).doc("Cut in three at the last occurrence of sep."),
    Def::new("rsplit", "($self, /, sep=None, maxsplit=-1)", Native::Bound(sp::rsplit)).doc("As split, but with maxsplit cut from the end."),
    Def::new("rstrip", "($self, bytes=None, /)", Native::Var(rstrip, 0, 1)).doc("Strip trailing bytes contained in the argument (None: white space)."),
    Def::new("split", "($self, /, sep=None, maxsplit=-1)", Native::Bound(sp::split)).doc("Return a list of the sections between occurrences of sep (None: white space)."),
    Def::new("splitlines", "($self, /, keepends=False)", Native::Bound(sp::splitlines)).doc("Return a list of the lines, with their ends if keepends."),
    Def::new("startswith", "($self, prefix[, start[, end]], /)", Native::Var(startswith, 1, 3)).doc("Whether the bytes start with prefix (or one of a tuple)."),
    Def::new("strip", "($self, bytes=None, /)", Native::Var(strip, 0, 1)).doc("Strip bytes contained in the argument (None: white space) at both ends."),
    Def::new("swapcase", "($self, /)", Native::N0(swapcase)).doc("Return a copy with the case of ASCII letters exchanged."),
    Def::new("title", "($self, /)", Native::N0(title)).doc("Return a title-cased copy (ASCII)."),
    Def::new("translate", "($self, table, /, delete=b'')", Native::Bound(translate)).doc("Return a copy without the bytes in delete, the rest mapped by a table of 256 bytes."),
    Def::new("upper", "($self, /)", Native::N0(upper)).doc("Return a copy with ASCII letters in upper case."),
    Def::new("zfill", "($self, width, /)", Native::N1(zfill)).doc("Pad a numeric string with zeros on the left, behind the sign."),
];

/// The bytes of a bytes object or bytearray.
#[inline]
pub(crate) fn view<'a>(vm: &'a Vm, this: &'a Owned) -> &'a [u8] {
    match this.cast::<PyBytes>() { Some(b) => b.as_slice(), None => this_array(this).bytes(vm) }
}

/// Keeps a bytearray from changing its size until the result is dropped.
pub(crate) fn pin(vm: &mut Vm, this: &Owned) -> PyResult<Option<Buffer>> {
    if this.cast::<PyByteArray>().is_some() { crate::types::bytearray::buffer(vm, this, Request::SIMPLE).map(Some) } else { Ok(None) }
}

/// A new object of the kind of `this` (exact `bytes` or `bytearray`).
pub(crate) fn make(vm: &Vm, this: &Owned, bytes: &[u8]) -> PyResult {
    if this.cast::<PyBytes>().is_some() { vm.new_bytes(bytes) } else { vm.new_bytearray(bytes) }
}

/// The object itself if it is exact bytes, else a copy.
pub(crate) fn same(vm: &Vm, this: &Owned) -> PyResult {
    if this.is_exact::<PyBytes>(vm) { Ok(this.clone()) } else { make(vm, this, view(vm, this)) }
}

/// What is searched for: one byte, or the bytes of an object.
pub(crate) enum Needle { Byte([u8; 1]), Bytes(Buffer) }

impl Needle {
    /// Its bytes.
    pub(crate) fn bytes<'a>(&'a self, vm: &'a Vm) -> &'a [u8] {
        match self { Needle::Byte(b) => b, Needle::Bytes(b) => b.bytes(vm) }
    }
}

/// An argument that is an int or bytes-like.
pub(crate) fn needle(vm: &mut Vm, arg: &Owned) -> PyResult<Needle> {
    if vm.is_bytes_like(arg) { return Ok(Needle::Bytes(vm.buffer(arg, false)?)) }
    if !vm.has_index(arg) {
        let t = arg.type_name(vm);
        return Err(vm.type_error(format!("argument should be integer or bytes-like object, not '{t}'")));
    }
    Ok(Needle::Byte([byte_value(vm, arg)?]))
}

/// An int as a byte.
pub(crate) fn byte_value(vm: &mut Vm, arg: &Owned) -> PyResult<u8> {
    let n = vm.index(arg)?;
    match int_ref(&n) {
        Some(IntRef::Small(n)) if (0..256).contains(&n) => Ok(n as u8),
        _ => Err(vm.value_error("byte must be in range(0, 256)")),
    }
}

fn look(vm: &mut Vm, this: &Owned, args: &[Owned], last: bool) -> PyResult<Option<usize>> {
    let n = view(vm, this).len();
    let (start, end) = bounds(vm, args, n)?;
    let _pin = pin(vm, this)?;
    let what = needle(vm, &args[0])?;
    let hay = view(vm, this);
    let Some(part) = hay.get(start..end.min(hay.len())) else { return Ok(None) };
    let sub = what.bytes(vm);
    Ok(if last { find::rfind(part, sub) } else { find::find(part, sub) }.map(|at| at + start))
}

fn position(vm: &mut Vm, found: Option<usize>) -> PyResult { vm.new_int(found.map_or(-1, |at| at as i64)) }

fn must_find(vm: &mut Vm, found: Option<usize>) -> PyResult {
    match found { Some(at) => vm.new_int(at as i64), None => Err(vm.value_error("subsection not found")) }
}

fn find_(vm: &mut Vm, this: &Owned, args: &[Owned]) -> PyResult { let at = look(vm, this, args, false)?; position(vm, at) }
fn rfind(vm: &mut Vm, this: &Owned, args: &[Owned]) -> PyResult { let at = look(vm, this, args, true)?; position(vm, at) }
fn index(vm: &mut Vm, this: &Owned, args: &[Owned]) -> PyResult { let at = look(vm, this, args, false)?; must_find(vm, at) }
fn rindex(vm: &mut Vm, this: &Owned, args: &[Owned]) -> PyResult { let at = look(vm, this, args, true)?; must_find(vm, at) }

fn count(vm: &mut Vm, this: &Owned, args: &[Owned]) -> PyResult {
    let n = view(vm, this).len();
    let (start, end) = bounds(vm, args, n)?;
    let _pin = pin(vm, this)?;
    let what = needle(vm, &args[0])?;
    let hay = view(vm, this);
    let n = hay.get(start..end.min(hay.len())).map_or(0, |part| find::count(part, what.bytes(vm), usize::MAX));
    vm.new_int(n as i64)
}

fn affix(vm: &mut Vm, this: &Owned, args: &[Owned], name: &str, at_end: bool) -> PyResult {
    let n = view(vm, this).len();
    let (start, end) = bounds(vm, args, n)?;
    let has = |vm: &mut Vm, item: &Owned| -> PyResult<bool> {
        let a = vm.buffer(item, false)?;
        let hay = view(vm, this);
        let Some(part) = hay.get(start..end.min(hay.len())) else { return Ok(false) };
        Ok(if at_end { part.ends_with(a.bytes(vm)) } else { part.starts_with(a.bytes(vm)) })
    };
    if let Some(tuple) = args[0].cast::<PyTuple>() {
        for item in tuple.items() { if has(vm, item)? { return Ok(vm.bool(true)) } }
        return Ok(vm.bool(false));
    }
    if !vm.is_bytes_like(&args[0]) {
        let t = args[0].type_name(vm);
        return Err(vm.type_error(format!("{name} first arg must be bytes or a tuple of bytes, not {t}")));
    }
    let b = has(vm, &args[0])?;
    Ok(vm.bool(b))
}

fn startswith(vm: &mut Vm, this: &Owned, args: &[Owned]) -> PyResult { affix(vm, this, args, "startswith", false) }
fn endswith(vm: &mut Vm, this: &Owned, args: &[Owned]) -> PyResult { affix(vm, this, args, "endswith", true) }

fn removeprefix(vm: &mut Vm, this: &Owned, prefix: &Owned) -> PyResult {
    let p = vm.buffer(prefix, false)?;
    match view(vm, this).strip_prefix(p.bytes(vm)) { Some(rest) if !p.bytes(vm).is_empty() => make(vm, this, rest), _ => same(vm, this) }
}

fn removesuffix(vm: &mut Vm, this: &Owned, suffix: &Owned) -> PyResult {
    let p = vm.buffer(suffix, false)?;
    match view(vm, this).strip_suffix(p.bytes(vm)) { Some(rest) if !p.bytes(vm).is_empty() => make(vm, this, rest), _ => same(vm, this) }
}

fn map(vm: &mut Vm, this: &Owned, mut f: impl FnMut(u8) -> u8) -> PyResult {
    let changed: Vec<u8> = view(vm, this).iter().map(|b| f(*b)).try_vec(vm)?;
    make(vm, this, &changed)
}

fn lower(vm: &mut Vm, this: &Owned) -> PyResult { map(vm, this, |b| b.to_ascii_lowercase()) }
fn upper(vm: &mut Vm, this: &Owned) -> PyResult { map(vm, this, |b| b.to_ascii_uppercase()) }
fn swapcase(vm: &mut Vm, this: &Owned) -> PyResult { map(vm, this, |b| if b.is_ascii_alphabetic() { b ^ 32 } else { b }) }
fn capitalize(vm: &mut Vm, this: &Owned) -> PyResult {
    let mut first = true;
    map(vm, this, |b| if std::mem::take(&mut first) { b.to_ascii_uppercase() } else { b.to_ascii_lowercase() })
}
fn title(vm: &mut Vm, this: &Owned) -> PyResult {
    let mut inside = false;
    map(vm, this, |b| {
        let done = if inside { b.to_ascii_lowercase() } else { b.to_ascii_uppercase() };
        inside = b.is_ascii_alphabetic();
        done
    })
}

fn every(vm: &mut Vm, this: &Owned, test: impl Fn(u8) -> bool) -> PyResult {
    let bytes = view(vm, this);
    Ok(vm.bool(!bytes.is_empty() && bytes.iter().all(|b| test(*b))))
}
fn isalnum(vm: &mut Vm, this: &Owned) -> PyResult { every(vm, this, |b| b.is_ascii_alphanumeric()) }
fn isalpha(vm: &mut Vm, this: &Owned) -> PyResult { every(vm, this, |b| b.is_ascii_alphabetic()) }
fn isdigit(vm: &mut Vm, this: &Owned) -> PyResult { every(vm, this, |b| b.is_ascii_digit()) }
fn isspace(vm: &mut Vm, this: &Owned) -> PyResult { every(vm, this, |b| is_ascii_space(b.into())) }
fn isascii(vm: &mut Vm, this: &Owned) -> PyResult { Ok(vm.bool(view(vm, this).is_ascii())) }
fn islower(vm: &mut Vm, this: &Owned) -> PyResult {
    let b = view(vm, this);
    Ok(vm.bool(b.iter().any(u8::is_ascii_lowercase) && !b.iter().any(u8::is_ascii_uppercase)))
}
fn isupper(vm: &mut Vm, this: &Owned) -> PyResult {
    let b = view(vm, this);
    Ok(vm.bool(b.iter().any(u8::is_ascii_uppercase) && !b.iter().any(u8::is_ascii_lowercase)))
}
fn istitle(vm: &mut Vm, this: &Owned) -> PyResult {
    let (mut cased, mut inside) = (false, false);
    for b in view(vm, this) {
        if b.is_ascii_uppercase() && inside || b.is_ascii_lowercase() && !inside { return Ok(vm.bool(false)) }
        inside = b.is_ascii_alphabetic();
        cased |= inside;
    }
    Ok(vm.bool(cased))
}

fn strip_edges(vm: &mut Vm, this: &Owned, args: &[Owned], edges: Edges) -> PyResult {
    let set = match args.first() {
        Some(a) if !vm.is_none(a) => Some(vm.buffer(a, false)?),
        _ => None,
    };
    let bytes = view(vm, this);
    let range = match &set {
        None => strip_range(bytes, edges, is_ascii_space),
        Some(s) => strip_set(bytes, edges, s.bytes(vm)),
    };
    if range.len() == bytes.len() { return same(vm, this) }
    make(vm, this, &bytes[range])
}
fn strip(vm: &mut Vm, this: &Owned, args: &[Owned]) -> PyResult { strip_edges(vm, this, args, Edges::Both) }
fn lstrip(vm: &mut Vm, this: &Owned, args: &[Owned]) -> PyResult { strip_edges(vm, this, args, Edges::Left) }
fn rstrip(vm: &mut Vm, this: &Owned, args: &[Owned]) -> PyResult { strip_edges(vm, this, args, Edges::Right) }

fn pad(vm: &mut Vm, this: &Owned, args: &[Owned], name: &str, left: fn(spare: usize, width: usize) -> usize) -> PyResult {
    let width = (vm.index_i64(&args[0])? as isize).max(0) as usize;
    let fill = match args.get(1) {
        None => b' ',
        Some(f) => {
            let t = f.given_name(vm);
            if f.cast::<PyBytes>().is_none() && f.cast::<PyByteArray>().is_none() {
                return Err(vm.type_error(format!("{name}() argument 2 must be a byte string of length 1, not {t}")));
            }
            match view(vm, f) {
                [b] => *b,
                other => {
                    let (n, kind) = (other.len(), if f.cast::<PyBytes>().is_some() { "bytes" } else { "bytearray" });
                    return Err(vm.type_error(format!("{name}(): argument 2 must be a byte string of length 1, not a {kind} object of length {n}")));
                }
            }
        }
    };
    let bytes = view(vm, this);
    let spare = width.saturating_sub(bytes.len());
    if spare == 0 { return same(vm, this) }
    let before = left(spare, width);
    let mut out = Vec::new();
    out.try_reserve_exact(width).map_err(|_| vm.no_memory())?;
    out.resize(before, fill);
    out.extend_from_slice(bytes);
    out.resize(width, fill);
    make(vm, this, &out)
}
fn center(vm: &mut Vm, this: &Owned, args: &[Owned]) -> PyResult { pad(vm, this, args, "center", |spare, width| spare / 2 + (spare & width & 1)) }
fn ljust(vm: &mut Vm, this: &Owned, args: &[Owned]) -> PyResult { pad(vm, this, args, "ljust", |_, _| 0) }
fn rjust(vm: &mut Vm, this: &Owned, args: &[Owned]) -> PyResult { pad(vm, this, args, "rjust", |spare, _| spare) }

fn zfill(vm: &mut Vm, this: &Owned, width: &Owned) -> PyResult {
    let width = (vm.index_i64(width)? as isize).max(0) as usize;
    let bytes = view(vm, this);
    let spare = width.saturating_sub(bytes.len());
    if spare == 0 { return same(vm, this) }
    let sign = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    let mut out = Vec::new();
    out.try_reserve_exact(width).map_err(|_| vm.no_memory())?;
    out.extend_from_slice(&bytes[..sign]);
    out.resize(sign + spare, b'0');
    out.extend_from_slice(&bytes[sign..]);
    make(vm, this, &out)
}

fn expandtabs(vm: &mut Vm, this: &Owned, args: &[Option<Owned>]) -> PyResult {
    let tab = match &args[0] { Some(tab) => vm.index_i32(tab)?, None => 8 };
    let tab = tab.max(0) as usize;
    let (mut out, mut column) = (Vec::new(), 0usize);
    for b in view(vm, this) {
        let n = if *b != b'\t' { 1 } else if tab == 0 { 0 } else { tab - column % tab };
        out.try_reserve(n).map_err(|_| vm.no_memory())?;
        out.resize(out.len() + n, if *b == b'\t' { b' ' } else { *b });
        column = if matches!(b, b'\n' | b'\r') { 0 } else { column + n };
    }
    make(vm, this, &out)
}

fn replace(vm: &mut Vm, this: &Owned, args: &[Owned]) -> PyResult {
    let from = vm.buffer(&args[0], false)?;
    let to = vm.buffer(&args[1], false)?;
    let max = count_arg(vm, args.get(2), -1)?;
    let max = if max < 0 { usize::MAX } else { max as usize };
    let (hay, from, to) = (view(vm, this), from.bytes(vm), to.bytes(vm));
    if max == 0 || from.len() > hay.len() || from.is_empty() && to.is_empty() { return same(vm, this) }
    let mut out = Vec::new();
    if from.is_empty() {
        let n = max.min(hay.len() + 1);
        let total = to.len().checked_mul(n).and_then(|t| t.checked_add(hay.len())).filter(|t| *t <= isize::MAX as usize);
        let Some(total) = total else { return Err(vm.overflow_error("replace bytes is too long")) };
        out.try_reserve_exact(total).map_err(|_| vm.no_memory())?;
        for (i, b) in hay.iter().enumerate() {
            if i < n { out.extend_from_slice(to) }
            out.push(*b);
        }
        if hay.len() < n { out.extend_from_slice(to) }
        return make(vm, this, &out);
    }
    let finder = find::Finder::new(from);
    let (mut at, mut any) = (0, false);
    for place in finder.find_iter(hay).take(max) {
        any = true;
        out.try_reserve(place - at + to.len()).map_err(|_| vm.no_memory())?;
        out.extend_from_slice(&hay[at..place]);
        out.extend_from_slice(to);
        at = place + from.len();
    }
    if !any { return same(vm, this) }
    out.try_reserve(hay.len() - at).map_err(|_| vm.no_memory())?;
    out.extend_from_slice(&hay[at..]);
    make(vm, this, &out)
}

fn translate(vm: &mut Vm, this: &Owned, args: &[Option<Owned>]) -> PyResult {
    let table = match &args[0] {
        Some(t) if !vm.is_none(t) => {
            let b = vm.buffer(t, false)?;
            if b.nbytes() != 256 { return Err(vm.value_error("translation table must be 256 characters long")) }
            Some(b)
        }
        _ => None,
    };
    let delete = match &args[1] { Some(d) => vm.bytes_like(d)?, None => Vec::new() };
    let mut gone = [false; 256];
    for b in &delete { gone[usize::from(*b)] = true }
    let bytes = view(vm, this);
    let map = table.as_ref().map(|t| t.bytes(vm));
    let out: Vec<u8> = bytes.iter().filter(|b| !gone[usize::from(**b)]).map(|b| map.map_or(*b, |m| m[usize::from(*b)])).try_vec(vm)?;
    if out == bytes { return same(vm, this) }
    make(vm, this, &out)
}

fn maketrans(vm: &mut Vm, _this: &Owned, from: &Owned, to: &Owned) -> PyResult {
    let (from, to) = (vm.bytes_argument(from)?, vm.bytes_argument(to)?);
    if from.len() != to.len() { return Err(vm.value_error("maketrans arguments must have same length")) }
    let mut table: Vec<u8> = (0..=255).collect();
    for (a, b) in from.into_iter().zip(to) { table[usize::from(a)] = b }
    vm.new_bytes(&table)
}

fn decode(vm: &mut Vm, this: &Owned, args: &[Option<Owned>]) -> PyResult {
    for (arg, name) in args.iter().zip(["encoding", "errors"]) {
        if let Some(a) = arg { super::str_methods::str_arg(vm, a, &format!("decode() argument '{name}'"))?; }
    }
    crate::codecs::decode_to_str(vm, this, args[0].as_ref(), args[1].as_ref())
}

fn hex(vm: &mut Vm, this: &Owned, args: &[Option<Owned>]) -> PyResult {
    let _pin = pin(vm, this)?;
    let bytes = view(vm, this).try_copy(vm)?;
    hex_of(vm, &bytes, args[0].as_ref(), args[1].as_ref())
}

/// `hex(sep, bytes_per_sep)` of some bytes, as a str.
pub fn hex_of(vm: &mut Vm, bytes: &[u8], sep: Option<&Owned>, group: Option<&Owned>) -> PyResult {
    let (sep, group) = hex_options(vm, sep, group)?;
    let text = hex_text::encode(bytes, sep, group).map_err(|_| vm.no_memory())?;
    vm.new_str_latin1(&text)
}

/// The separator and the group size of `hex(sep, bytes_per_sep)`.
pub fn hex_options(vm: &mut Vm, sep: Option<&Owned>, group: Option<&Owned>) -> PyResult<(Option<u8>, isize)> {
    let group = match group { Some(g) => vm.index_i32(g)? as isize, None => 1 };
    let Some(sep) = sep else { return Ok((None, group)) };
    let n = vm.len(sep)?;
    if n != 1 { return Err(vm.value_error("sep must be length 1.")) }
    let byte = if let Some(s) = sep.cast::<PyStr>() { s.get(0) } else if let Some(b) = sep.cast::<PyBytes>() { b.as_slice().first().map(|b| u32::from(*b)) } else {
        return Err(vm.type_error("sep must be str or bytes."));
    };
    match byte.and_then(|b| u8::try_from(b).ok()).filter(|b| b.is_ascii()) {
        Some(b) => Ok((Some(b), group)),
        None => Err(vm.value_error("sep must be ASCII.")),
    }
}

fn fromhex(vm: &mut Vm, class: &Owned, text: &Owned) -> PyResult {
    let digits: Vec<u32> = if let Some(s) = text.cast::<PyStr>() {
        s.chars().try_vec(vm)?
    } else if vm.is_bytes_like(text) {
        vm.bytes_argument(text)?.into_iter().map(u32::from).try_vec(vm)?
    } else {
        let t = text.type_name(vm);
        return Err(vm.type_error(format!("fromhex() argument must be str or bytes-like, not {t}")));
    };
    let (mut out, mut at) = (Vec::new(), 0);
    out.try_reserve_exact(digits.len() / 2).map_err(|_| vm.no_memory())?;
    while at < digits.len() {
        if is_ascii_space(digits[at]) { at += 1; continue }
        let value = |i: usize| digits.get(i).and_then(|d| char::from_u32(*d)).and_then(|c| c.to_digit(16));
        match (value(at), value(at + 1)) {
            (Some(a), Some(b)) => out.push((a << 4 | b) as u8),
            (Some(_), None) if at + 1 >= digits.len() => return Err(vm.value_error("fromhex() arg must contain an even number of hexadecimal digits")),
            (a, _) => {
                let bad = if a.is_none() { at } else { at + 1 };
                return Err(vm.value_error(format!("non-hexadecimal number found in fromhex() arg at position {bad}")));
            }
        }
        at += 2;
    }
    let bytes_type = vm.types.bytes.clone();
    if class.is(bytes_type.obj()) { return vm.new_bytes(&out) }
    if class.is(vm.types.bytearray.obj()) { return vm.new_bytearray(&out) }
    let made = vm.new_bytes(&out)?;
    vm.call1(class, &made)
}

