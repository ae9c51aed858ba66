//! Bytes as blobs: reads what `encode.rs` writes.
//!
//! Two ways: [`decode`] reads everything and trusts nothing (sizes are checked against what is left, no more is allocated than
//! a small multiple of the input); run [`crate::verify`] on the result. [`decode_embedded`] is for bytes that our own build
//! wrote into the binary: bodies and texts stay there until they are looked at.

use std::borrow::Cow;
use std::sync::Arc;

use crate::{Body, CodeBlob, Const, Handler, LazyBody, LazyList, Local, LocalKind, Op, Position, Text, Unit, Wtf8};

/// Constants may nest this deeply.
const MAX_DEPTH: u32 = 1000;

/// Why bytes are no blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeError(
    /// What is wrong.
    pub &'static str,
);

impl std::fmt::Display for DecodeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.0) }
}
impl std::error::Error for DecodeError {}

type Read<T> = Result<T, DecodeError>;

/// Reads a blob.
///
/// # Errors
/// If the bytes are cut off, have a tail, or are no blob. A decoded blob still needs [`crate::verify`].
pub fn decode(input: &[u8]) -> Result<CodeBlob, DecodeError> {
    let (strings, rest) = split(input)?;
    let mut r = Reader { strings, rest, keep: Copying };
    let code = r.code(0)?;
    if r.rest.is_empty() { Ok(code) } else { Err(DecodeError("bytes after the code")) }
}

/// A blob whose parts stay in the binary until they are looked at.
///
/// # Errors
/// If the header is damaged. Damage behind it is a panic later.
///
/// # Safety
/// The bytes are what [`crate::encode`] wrote: texts are not looked at before they are used as such.
pub unsafe fn decode_embedded(input: &'static [u8]) -> Result<CodeBlob, DecodeError> {
    let (strings, rest) = split(input)?;
    Reader { strings, rest, keep: Embedded }.code(0)
}

/// What becomes of parts of the input.
trait Keep<'a>: Copy {
    fn bytes(self, b: &'a [u8]) -> Cow<'static, [u8]>;
    fn text(self, b: &'a [u8]) -> Read<Text>;
    fn wtf8(self, b: &'a [u8]) -> Read<Wtf8>;
    fn list<T: Unpack>(self, b: &'a [u8], count: usize) -> Read<LazyList<T>>;
    fn body(self, strings: Strings<'a>, b: &'a [u8], depth: u32) -> Read<LazyBody>;
}

#[derive(Clone, Copy)]
struct Copying;

impl<'a> Keep<'a> for Copying {
    fn bytes(self, b: &'a [u8]) -> Cow<'static, [u8]> { Cow::Owned(b.to_vec()) }
    fn text(self, b: &'a [u8]) -> Read<Text> {
        std::str::from_utf8(b).map(|t| Cow::Owned(t.to_owned())).map_err(|_| DecodeError("name is not UTF-8"))
    }
    fn wtf8(self, b: &'a [u8]) -> Read<Wtf8> {
        check_wtf8(b)?;
        Ok(Wtf8::from_checked(self.bytes(b)))
    }
    fn list<T: Unpack>(self, b: &'a [u8], count: usize) -> Read<LazyList<T>> { Ok(T::unpack(b, count)?.into()) }
    fn body(self, strings: Strings<'a>, b: &'a [u8], depth: u32) -> Read<LazyBody> {
        Ok(Reader { strings, rest: b, keep: self }.body(depth)?.into())
    }
}

#[derive(Clone, Copy)]
struct Embedded;

impl Keep<'static> for Embedded {
    fn bytes(self, b: &'static [u8]) -> Cow<'static, [u8]> { Cow::Borrowed(b) }
    // SAFETY: `decode_embedded`'s promise: names were written from `str`s.
    fn text(self, b: &'static [u8]) -> Read<Text> { Ok(Cow::Borrowed(unsafe { std::str::from_utf8_unchecked(b) })) }
    fn wtf8(self, b: &'static [u8]) -> Read<Wtf8> { Ok(Wtf8::from_checked(Cow::Borrowed(b))) }
    fn list<T: Unpack>(self, b: &'static [u8], count: usize) -> Read<LazyList<T>> { Ok(LazyList::packed(b, count)) }
    fn body(self, strings: Strings<'static>, b: &'static [u8], _: u32) -> Read<LazyBody> { Ok(LazyBody::packed(Packed { strings, body: b })) }
}

/// Takes the table of strings off.
fn split(input: &[u8]) -> Read<(Strings<'_>, &[u8])> {
    let mut r = Cursor { rest: input };
    let count = r.count(4)?;
    let ends = r.take(4 * count)?;
    let strings = Strings { ends, text: &[] };
    let text = r.take(if count == 0 { 0 } else { strings.end(count - 1)? })?;
    Ok((Strings { ends, text }, r.rest))
}

#[derive(Clone, Copy, Debug)]
struct Strings<'a> { ends: &'a [u8], text: &'a [u8] }

impl<'a> Strings<'a> {
    fn end(&self, i: usize) -> Read<usize> {
        let Some(b) = self.ends.get(4 * i..4 * i + 4) else { return Err(DecodeError("no such string")) };
        Ok(u32::from_le_bytes([b[0], b[1], b[2], b[3]]) as usize)
    }
    fn get(&self, i: usize) -> Read<&'a [u8]> {
        if i >= self.ends.len() / 4 { return Err(DecodeError("no such string")); }
        let start = if i == 0 { 0 } else { self.end(i - 1)? };
        self.text.get(start..self.end(i)?).ok_or(DecodeError("string out of range"))
    }
}

struct Cursor<'a> { rest: &'a [u8] }

impl<'a> Cursor<'a> {
    fn take(&mut self, n: usize) -> Read<&'a [u8]> {
        let Some((head, rest)) = self.rest.split_at_checked(n) else { return Err(DecodeError("cut off")) };
        self.rest = rest;
        Ok(head)
    }
    fn array<const N: usize>(&mut self) -> Read<[u8; N]> { self.take(N)?.try_into().map_err(|_| DecodeError("cut off")) }
    #[inline]
    fn byte(&mut self) -> Read<u8> {
        let Some((&b, rest)) = self.rest.split_first() else { return Err(DecodeError("cut off")) };
        self.rest = rest;
        Ok(b)
    }
    #[inline]
    fn wide(&mut self) -> Read<u64> {
        let first = self.byte()?;
        if first < 0x80 { return Ok(first.into()); }
        let mut n = u64::from(first & 0x7F);
        let mut shift = 7;
        loop {
            let b = self.byte()?;
            n |= u64::from(b & 0x7F) << shift;
            if b < 0x80 { return Ok(n); }
            shift += 7;
            if shift > 63 { return Err(DecodeError("number is too long")); }
        }
    }
    fn signed(&mut self) -> Read<i64> { let n = self.wide()?; Ok((n >> 1) as i64 ^ -((n & 1) as i64)) }
    fn u32(&mut self) -> Read<u32> { u32::try_from(self.wide()?).map_err(|_| DecodeError("number is too large")) }
    fn i32(&mut self) -> Read<i32> { i32::try_from(self.signed()?).map_err(|_| DecodeError("number is too large")) }
    /// A count of items of at least `size` bytes each.
    fn count(&mut self, size: usize) -> Read<usize> {
        let n = self.wide()?;
        if n.saturating_mul(size as u64) > self.rest.len() as u64 { return Err(DecodeError("count exceeds the input")); }
        Ok(n as usize)
    }
    fn sized(&mut self) -> Read<&'a [u8]> { let n = self.count(1)?; self.take(n) }
}

/// What a list can be unpacked from.
pub trait Unpack: Sized {
    /// Exactly `count` items out of exactly these bytes.
    #[doc(hidden)]
    fn unpack(bytes: &[u8], count: usize) -> Result<Vec<Self>, DecodeError>;
}

impl Unpack for Unit {
    fn unpack(bytes: &[u8], count: usize) -> Read<Vec<Unit>> {
        let mut r = Cursor { rest: bytes };
        let mut units = Vec::with_capacity(count);
        while !r.rest.is_empty() {
            let op = r.u32()? as u16;
            let form = r.byte()?;
            let mut operand = |shift: u8| -> Read<i16> {
                match form >> shift & 3 { 0 => Ok(0), 1 => Ok(r.byte()? as i8 as i16), _ => Ok(i16::from_le_bytes(r.array()?)) }
            };
            units.push(Unit { op, a: operand(0)?, b: operand(2)?, c: operand(4)? });
            let caches = Op::from_u16(op).map_or(1, Op::len) - 1;
            if form & 0x40 == 0 {
                units.resize(units.len() + caches.min(count.saturating_sub(units.len())), Unit::default());
            } else {
                for _ in 0..caches.min(count.saturating_sub(units.len())) { units.push(Unit::from_bits(r.wide()?)); }
            }
            if units.len() > count { break; }
        }
        if units.len() == count { Ok(units) } else { Err(DecodeError("number of units")) }
    }
}

impl Unpack for u16 {
    fn unpack(bytes: &[u8], count: usize) -> Read<Vec<u16>> {
        let mut r = Cursor { rest: bytes };
        runs(&mut r, count, |r| u16::try_from(r.wide()?).map_err(|_| DecodeError("depth")))
    }
}

impl Unpack for Position {
    fn unpack(bytes: &[u8], count: usize) -> Read<Vec<Position>> {
        let mut r = Cursor { rest: bytes };
        let mut last = 0i32;
        let add = |a: i32, b: i32| a.checked_add(b).ok_or(DecodeError("line"));
        runs(&mut r, count, |r| {
            let line = add(last, r.i32()?)?;
            last = line;
            Ok(Position { line, end_line: add(line, r.i32()?)?, column: r.i32()?, end_column: r.i32()? })
        })
    }
}

impl Position {
    /// The line of one of packed positions.
    pub(crate) fn line_in(bytes: &[u8], index: usize) -> Option<i32> {
        let mut r = Cursor { rest: bytes };
        let (mut line, mut at) = (0i32, 0);
        while !r.rest.is_empty() {
            at += r.wide().ok()? as usize;
            line = line.checked_add(r.i32().ok()?)?;
            for _ in 0..3 { r.i32().ok()?; }
            if index < at { return Some(line) }
        }
        None
    }
}

fn runs<'a, T: Clone>(r: &mut Cursor<'a>, count: usize, mut item: impl FnMut(&mut Cursor<'a>) -> Read<T>) -> Read<Vec<T>> {
    let mut all = Vec::with_capacity(count);
    while !r.rest.is_empty() {
        let n = r.wide()? as usize;
        let value = item(r)?;
        if n > count - all.len() { return Err(DecodeError("run is too long")); }
        all.resize(all.len() + n, value);
    }
    if all.len() == count { Ok(all) } else { Err(DecodeError("runs are too short")) }
}

/// A body in the binary.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Packed {
    strings: Strings<'static>,
    body: &'static [u8],
}

impl Packed {
    fn reader(&self) -> Reader<'static, Embedded> { Reader { strings: self.strings, rest: self.body, keep: Embedded } }
    pub(crate) fn body(&self) -> Read<Body> { self.reader().body(0) }
    pub(crate) fn first_const(&self) -> Read<Option<Const>> {
        let mut r = self.reader();
        if r.count(1)? == 0 { return Ok(None); }
        r.constant(0).map(Some)
    }
}

struct Reader<'a, K> {
    strings: Strings<'a>,
    rest: &'a [u8],
    keep: K,
}

/// The most units that an instruction has.
const LONGEST: usize = {
    let (mut i, mut most) = (0, 0);
    while i < Op::CACHE.len() { if Op::CACHE[i] > most { most = Op::CACHE[i]; } i += 1; }
    most as usize + 1
};

impl<'a, K: Keep<'a>> Reader<'a, K> {
    #[inline]
    fn with<T>(&mut self, read: impl FnOnce(&mut Cursor<'a>) -> Read<T>) -> Read<T> {
        let mut c = Cursor { rest: self.rest };
        let value = read(&mut c)?;
        self.rest = c.rest;
        Ok(value)
    }
    fn count(&mut self, size: usize) -> Read<usize> { self.with(|c| c.count(size)) }
    fn number(&mut self) -> Read<usize> { self.with(|c| Ok(c.wide()? as usize)) }
    fn text(&mut self, id: usize) -> Read<Text> {
        self.keep.text(self.strings.get(id)?)
    }

    fn code(&mut self, depth: u32) -> Read<CodeBlob> {
        if depth > MAX_DEPTH { return Err(DecodeError("nested too deeply")); }
        let mut code = CodeBlob::default();
        for field in [&mut code.arg_count, &mut code.posonly_count, &mut code.kwonly_count, &mut code.temps, &mut code.flags, &mut code.first_line] { *field = self.with(Cursor::u32)?; }
        for field in [&mut code.name, &mut code.qualname, &mut code.filename] { let id = self.number()?; *field = self.text(id)?; }
        let body = self.with(Cursor::sized)?;
        code.body = self.keep.body(self.strings, body, depth)?;
        Ok(code)
    }

    fn body(&mut self, depth: u32) -> Read<Body> {
        let mut body = Body { consts: self.items(depth)?, ..Body::default() };
        let names = self.count(1)?;
        body.names.reserve_exact(names);
        for _ in 0..names { let id = self.number()?; body.names.push(self.text(id)?); }
        let locals = self.count(1)?;
        body.locals.reserve_exact(locals);
        for _ in 0..locals {
            let n = self.number()?;
            let kind = [LocalKind::Plain, LocalKind::Cell, LocalKind::Free, LocalKind::Hidden][n & 3];
            body.locals.push(Local { name: self.text(n >> 2)?, kind });
        }
        for _ in 0..self.count(4)? {
            let [start, end, target, depth] = self.with(|c| Ok([c.u32()?, c.u32()?, c.u32()?, c.u32()?]))?;
            body.handlers.push(Handler { start, end, target, depth: u16::try_from(depth).map_err(|_| DecodeError("handler depth"))? });
        }
        let count = self.number()?;
        let [units, depths, positions] = self.with(|c| Ok([c.sized()?, c.sized()?, c.sized()?]))?;
        if !self.rest.is_empty() { return Err(DecodeError("bytes after the body")); }
        if count > units.len() / 2 * LONGEST { return Err(DecodeError("count exceeds the input")); }
        body.units = self.keep.list(units, count)?;
        body.error_depth = self.keep.list(depths, count)?;
        body.positions = self.keep.list(positions, count)?;
        Ok(body)
    }

    fn items(&mut self, depth: u32) -> Read<Vec<Const>> {
        let n = self.count(1)?;
        (0..n).map(|_| self.constant(depth + 1)).collect()
    }

    fn constant(&mut self, depth: u32) -> Read<Const> {
        if depth > MAX_DEPTH { return Err(DecodeError("nested too deeply")); }
        let float = |c: &mut Cursor<'a>| Ok(f64::from_bits(u64::from_le_bytes(c.array()?)));
        Ok(match self.with(Cursor::byte)? {
            0 => Const::None,
            1 => Const::True,
            2 => Const::False,
            3 => Const::Ellipsis,
            4 => Const::Int(self.with(Cursor::signed)?),
            tag @ (5 | 6) => Const::BigInt { negative: tag == 6, magnitude: self.with(Cursor::sized)?.to_vec() },
            7 => Const::Float(self.with(float)?),
            8 => Const::Complex(self.with(float)?, self.with(float)?),
            9 => { let id = self.number()?; Const::Str(self.keep.wtf8(self.strings.get(id)?)?) }
            10 => { let b = self.with(Cursor::sized)?; Const::Bytes(self.keep.bytes(b)) }
            11 => Const::Tuple(self.items(depth)?),
            12 => Const::FrozenSet(self.items(depth)?),
            13 => Const::Slice(Box::new([self.constant(depth + 1)?, self.constant(depth + 1)?, self.constant(depth + 1)?])),
            14 => Const::Code(Arc::new(self.code(depth + 1)?)),
            _ => return Err(DecodeError("tag of a constant")),
        })
    }
}

/// Checks generalised UTF-8.
fn check_wtf8(bytes: &[u8]) -> Read<()> {
    if std::str::from_utf8(bytes).is_ok() { return Ok(()); }
    let mut i = 0;
    while i < bytes.len() {
        let (len, first, least) = match bytes[i] {
            b @ 0..0x80 => (1, b as u32, 0),
            b @ 0xC2..0xE0 => (2, b as u32 & 0x1F, 0x80),
            b @ 0xE0..0xF0 => (3, b as u32 & 0xF, 0x800),
            b @ 0xF0..0xF5 => (4, b as u32 & 7, 0x10000),
            _ => return Err(DecodeError("text is not UTF-8")),
        };
        let Some(tail) = bytes.get(i + 1..i + len) else { return Err(DecodeError("text is cut off")) };
        if tail.iter().any(|b| b & 0xC0 != 0x80) { return Err(DecodeError("text is not UTF-8")); }
        let p = tail.iter().fold(first, |p, b| p << 6 | *b as u32 & 0x3F);
        if p < least || p > 0x10_FFFF { return Err(DecodeError("text is not UTF-8")); }
        i += len;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{encode, flags};

    fn sample() -> CodeBlob {
        let unit = |op: Op, a, b, c| Unit { op: op as u16, a, b, c };
        let inner = CodeBlob { name: "f".into(), qualname: "C.f".into(), filename: "x.py".into(), flags: flags::HAS_DOCSTRING, ..CodeBlob::default() };
        let consts = vec![
            Const::Str(Wtf8::from_code_points([0x41, 0xD800])), Const::Int(-5), Const::Float(0.5), Const::Bytes(b"xy".to_vec().into()),
            Const::Tuple(vec![Const::None, Const::BigInt { negative: true, magnitude: vec![1, 2, 3] }]), Const::Code(Arc::new(inner)),
        ];
        let mut units = vec![unit(Op::LoadGlobal, 0, 300, -2)];
        units.resize(Op::LoadGlobal.len(), Unit::default());
        units.push(unit(Op::BinaryOp, 1, -1, 2));
        units.push(Unit::from_bits(77));
        units.resize(Op::LoadGlobal.len() + Op::BinaryOp.len(), Unit::default());
        let n = units.len();
        let position = |line| Position { line, end_line: line + 1, column: 3, end_column: 9 };
        let positions: Vec<_> = (0..n).map(|i| position(if i == 0 { -1 } else { 10 - (i as i32 / 2) })).collect();
        let body = Body {
            units: units.into(), error_depth: (0..n).map(|i| (i / 2) as u16).collect::<Vec<_>>().into(), positions: positions.into(),
            handlers: vec![Handler { start: 0, end: 1, target: 2, depth: 3 }], consts, names: vec!["a".into(), "b".into()],
            locals: vec![Local { name: "a".into(), kind: LocalKind::Cell }, Local { name: "h".into(), kind: LocalKind::Hidden }],
        };
        CodeBlob { arg_count: 1, temps: 4, flags: 67, name: "m".into(), qualname: "m".into(), filename: "x.py".into(), first_line: 7, body: body.into(), ..CodeBlob::default() }
    }

    #[test]
    fn both_ways_of_reading_give_what_was_written() {
        let code = sample();
        let bytes = encode(&code);
        let copied = decode(&bytes).unwrap();
        // SAFETY: just encoded.
        let embedded = unsafe { decode_embedded(bytes.clone().leak()) }.unwrap();
        assert!(!embedded.body.is_unpacked());
        assert!(matches!(embedded.first_const(), Some(Const::Str(_))));
        assert!(!embedded.body.is_unpacked());
        for read in [copied, embedded] {
            // Everything unpacked shows the same, whatever form it came from.
            let plain = |c: &CodeBlob| (format!("{:?}", (&c.name, &c.qualname, &c.filename, c.flags, c.first_line, &c.names, &c.locals, &c.handlers, &*c.error_depth)), c.units.to_vec(), c.positions.to_vec());
            assert_eq!(plain(&read), plain(&code));
            assert_eq!(read.units.to_boxed().unwrap(), code.units.to_boxed().unwrap());
            assert_eq!(encode(&read), bytes);
        }
    }

    #[test]
    fn damaged_bytes_are_refused_or_read_without_a_panic() {
        let bytes = encode(&sample());
        for i in 0..bytes.len() {
            assert!(decode(&bytes[..i]).is_err());
            for bit in 0..8 {
                let mut b = bytes.clone();
                b[i] ^= 1 << bit;
                let _ = decode(&b);
            }
        }
    }
}
