//! Blobs as bytes and back: the body of cached code files.
//!
//! A little-endian tagged format with a version that callers should combine with the op table's hash ([`table_hash`]).
//! Decoding checks sizes against what is left, never allocates more than the input could fill, and does not trust the
//! result: run [`crate::verify`] on it. Not here: Python's `marshal` of arbitrary objects.

use std::sync::Arc;

use crate::{CodeBlob, Const, Handler, Local, LocalKind, Op, Position, Unit, Wtf8};

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

/// A number that changes whenever an op is added, removed, moved or gets other operands or caches.
pub fn table_hash() -> u64 {
    let mut hash = 0xCBF2_9CE4_8422_2325u64;
    let mut mix = |byte: u8| hash = (hash ^ byte as u64).wrapping_mul(0x100_0000_01B3);
    for op in Op::ALL {
        let info = op.info();
        info.name.bytes().for_each(&mut mix);
        info.kinds.iter().for_each(|k| mix(*k as u8));
        mix(info.cache);
    }
    hash
}

/// Writes a blob.
pub fn encode(code: &CodeBlob) -> Vec<u8> {
    let mut out = Vec::new();
    put_code(&mut out, code);
    out
}

fn num(out: &mut Vec<u8>, n: usize) { out.extend((n as u32).to_le_bytes()); }
fn bytes(out: &mut Vec<u8>, b: &[u8]) { num(out, b.len()); out.extend(b); }

fn put_code(out: &mut Vec<u8>, code: &CodeBlob) {
    num(out, code.units.len());
    for u in &code.units { out.extend(u.bits().to_le_bytes()); }
    for d in &code.error_depth { out.extend(d.to_le_bytes()); }
    for p in &code.positions { for n in [p.line, p.end_line, p.column, p.end_column] { out.extend(n.to_le_bytes()); } }
    num(out, code.handlers.len());
    for h in &code.handlers { for n in [h.start, h.end, h.target, h.depth as u32] { out.extend(n.to_le_bytes()); } }
    num(out, code.consts.len());
    for c in &code.consts { put_const(out, c); }
    num(out, code.names.len());
    for n in &code.names { bytes(out, n.as_bytes()); }
    num(out, code.locals.len());
    for l in &code.locals { out.push(l.kind as u8); bytes(out, l.name.as_bytes()); }
    for n in [code.arg_count, code.posonly_count, code.kwonly_count, code.temps, code.flags, code.first_line] { out.extend(n.to_le_bytes()); }
    for s in [&code.name, &code.qualname, &code.filename] { bytes(out, s.as_bytes()); }
}

fn put_const(out: &mut Vec<u8>, c: &Const) {
    let list = |out: &mut Vec<u8>, tag: u8, items: &[Const]| {
        out.push(tag);
        num(out, items.len());
        items.iter().for_each(|i| put_const(out, i));
    };
    match c {
        Const::None => out.push(0),
        Const::True => out.push(1),
        Const::False => out.push(2),
        Const::Ellipsis => out.push(3),
        Const::Int(n) => { out.push(4); out.extend(n.to_le_bytes()); }
        Const::BigInt { negative, magnitude } => { out.push(5 + u8::from(*negative)); bytes(out, magnitude); }
        Const::Float(x) => { out.push(7); out.extend(x.to_bits().to_le_bytes()); }
        Const::Complex(re, im) => { out.push(8); out.extend(re.to_bits().to_le_bytes()); out.extend(im.to_bits().to_le_bytes()); }
        Const::Str(s) => { out.push(9); bytes(out, s.as_bytes()); }
        Const::Bytes(b) => { out.push(10); bytes(out, b); }
        Const::Tuple(items) => list(out, 11, items),
        Const::FrozenSet(items) => list(out, 12, items),
        Const::Slice(parts) => { out.push(13); parts.iter().for_each(|p| put_const(out, p)); }
        Const::Code(code) => { out.push(14); put_code(out, code); }
    }
}

/// Reads a blob.
///
/// # Errors
/// If the bytes are cut off, have a tail, or are no blob. A decoded blob still needs [`crate::verify`].
pub fn decode(input: &[u8]) -> Result<CodeBlob, DecodeError> {
    let mut r = Reader { rest: input };
    let code = r.code(0)?;
    if r.rest.is_empty() { Ok(code) } else { Err(DecodeError("bytes after the code")) }
}

struct Reader<'a> {
    rest: &'a [u8],
}

type Read<T> = Result<T, DecodeError>;

impl<'a> Reader<'a> {
    fn take(&mut self, n: usize) -> Read<&'a [u8]> {
        let Some((head, rest)) = self.rest.split_at_checked(n) else { return Err(DecodeError("cut off")) };
        self.rest = rest;
        Ok(head)
    }
    fn array<const N: usize>(&mut self) -> Read<[u8; N]> { self.take(N)?.try_into().map_err(|_| DecodeError("cut off")) }
    fn u32(&mut self) -> Read<u32> { Ok(u32::from_le_bytes(self.array()?)) }
    /// A count of items of at least `size` bytes each.
    fn count(&mut self, size: usize) -> Read<usize> {
        let n = self.u32()? as usize;
        if n.saturating_mul(size) > self.rest.len() { return Err(DecodeError("count exceeds the input")); }
        Ok(n)
    }
    fn bytes(&mut self) -> Read<&'a [u8]> { let n = self.count(1)?; self.take(n) }
    fn string(&mut self) -> Read<String> { String::from_utf8(self.bytes()?.to_vec()).map_err(|_| DecodeError("name is not UTF-8")) }

    fn code(&mut self, depth: u32) -> Read<CodeBlob> {
        if depth > MAX_DEPTH { return Err(DecodeError("nested too deeply")); }
        let n = self.count(8)?;
        let mut code = CodeBlob { units: Vec::with_capacity(n), ..CodeBlob::default() };
        for _ in 0..n { code.units.push(Unit::from_bits(u64::from_le_bytes(self.array()?))); }
        for _ in 0..n { code.error_depth.push(u16::from_le_bytes(self.array()?)); }
        for _ in 0..n {
            let mut next = || -> Read<i32> { Ok(self.u32()? as i32) };
            code.positions.push(Position { line: next()?, end_line: next()?, column: next()?, end_column: next()? });
        }
        for _ in 0..self.count(16)? {
            let (start, end, target, depth) = (self.u32()?, self.u32()?, self.u32()?, self.u32()?);
            code.handlers.push(Handler { start, end, target, depth: u16::try_from(depth).map_err(|_| DecodeError("handler depth"))? });
        }
        for _ in 0..self.count(1)? { code.consts.push(self.constant(depth)?); }
        for _ in 0..self.count(4)? { code.names.push(self.string()?); }
        for _ in 0..self.count(5)? {
            let kind = match self.array::<1>()?[0] { 0 => LocalKind::Plain, 1 => LocalKind::Cell, 2 => LocalKind::Free, 3 => LocalKind::Hidden, _ => return Err(DecodeError("kind of a local")) };
            code.locals.push(Local { kind, name: self.string()? });
        }
        for field in [&mut code.arg_count, &mut code.posonly_count, &mut code.kwonly_count, &mut code.temps, &mut code.flags, &mut code.first_line] { *field = self.u32()?; }
        for field in [&mut code.name, &mut code.qualname, &mut code.filename] { *field = self.string()?; }
        Ok(code)
    }

    fn items(&mut self, depth: u32) -> Read<Vec<Const>> {
        let n = self.count(1)?;
        (0..n).map(|_| self.constant(depth + 1)).collect()
    }

    fn constant(&mut self, depth: u32) -> Read<Const> {
        if depth > MAX_DEPTH { return Err(DecodeError("nested too deeply")); }
        Ok(match self.array::<1>()?[0] {
            0 => Const::None,
            1 => Const::True,
            2 => Const::False,
            3 => Const::Ellipsis,
            4 => Const::Int(i64::from_le_bytes(self.array()?)),
            tag @ (5 | 6) => Const::BigInt { negative: tag == 6, magnitude: self.bytes()?.to_vec() },
            7 => Const::Float(f64::from_bits(u64::from_le_bytes(self.array()?))),
            8 => Const::Complex(f64::from_bits(u64::from_le_bytes(self.array()?)), f64::from_bits(u64::from_le_bytes(self.array()?))),
            9 => Const::Str(wtf8(self.bytes()?)?),
            10 => Const::Bytes(self.bytes()?.to_vec()),
            11 => Const::Tuple(self.items(depth)?),
            12 => Const::FrozenSet(self.items(depth)?),
            13 => Const::Slice(Box::new([self.constant(depth + 1)?, self.constant(depth + 1)?, self.constant(depth + 1)?])),
            14 => Const::Code(Arc::new(self.code(depth + 1)?)),
            _ => return Err(DecodeError("tag of a constant")),
        })
    }
}

/// Checks generalised UTF-8 and takes it.
fn wtf8(bytes: &[u8]) -> Read<Wtf8> {
    if let Ok(text) = std::str::from_utf8(bytes) { return Ok(Wtf8::new(text)); }
    let mut points = Vec::new();
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
        points.push(p);
        i += len;
    }
    Ok(Wtf8::from_code_points(points))
}
