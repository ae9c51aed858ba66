//! Blobs as bytes: what cached code files and the embedded library hold.
//!
//! A module is a table of strings (`count`, end offsets as u32, the bytes) and its code; every text is a number in that table.
//! Numbers are LEB128, signed ones zigzag. A code is a header (what making a function needs), the length of its body, and the body:
//! constants, names, locals, handlers, instructions, depths, positions. Instructions are written without caches that hold
//! nothing; depths and positions are runs. Not here: Python's `marshal` of other objects.

use std::collections::HashMap;

use crate::{CodeBlob, Const, Op, Position, Unit};

/// Changes with the form below.
const FORMAT: u8 = 2;

/// A number that changes with the format and whenever an op is added, removed, moved or gets other operands or caches.
pub const fn table_hash() -> u64 {
    let mut hash = mix(0xCBF2_9CE4_8422_2325, FORMAT);
    let mut i = 0;
    while i < Op::COUNT {
        let info = Op::ALL[i].info();
        let name = info.name.as_bytes();
        let mut k = 0;
        while k < name.len() { hash = mix(hash, name[k]); k += 1; }
        k = 0;
        while k < 3 { hash = mix(hash, info.kinds[k] as u8); k += 1; }
        hash = mix(hash, info.cache);
        i += 1;
    }
    hash
}

const fn mix(hash: u64, byte: u8) -> u64 { (hash ^ byte as u64).wrapping_mul(0x100_0000_01B3) }

/// Writes a blob.
pub fn encode(code: &CodeBlob) -> Vec<u8> {
    let mut strings = Strings::default();
    let mut body = Vec::new();
    strings.code(&mut body, code);
    let mut out = Vec::new();
    num(&mut out, strings.list.len());
    let mut end = 0u32;
    for s in &strings.list { end += s.len() as u32; out.extend(end.to_le_bytes()); }
    for s in &strings.list { out.extend(*s); }
    out.extend(body);
    out
}

pub(crate) fn num(out: &mut Vec<u8>, n: usize) { wide(out, n as u64); }

fn wide(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 { out.push(n as u8 | 0x80); n >>= 7; }
    out.push(n as u8);
}

fn signed(out: &mut Vec<u8>, n: i64) { wide(out, (n << 1 ^ n >> 63) as u64); }

/// Writes a length before what `write` writes.
fn sized(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let mut part = Vec::new();
    write(&mut part);
    num(out, part.len());
    out.extend(part);
}

#[derive(Default)]
struct Strings<'a> {
    list: Vec<&'a [u8]>,
    known: HashMap<&'a [u8], usize>,
}

impl<'a> Strings<'a> {
    fn put(&mut self, out: &mut Vec<u8>, text: &'a [u8]) { let id = self.id(text); num(out, id); }
    fn id(&mut self, text: &'a [u8]) -> usize {
        let next = self.list.len();
        let id = *self.known.entry(text).or_insert(next);
        if id == next { self.list.push(text); }
        id
    }

    fn code(&mut self, out: &mut Vec<u8>, code: &'a CodeBlob) {
        for n in [code.arg_count, code.posonly_count, code.kwonly_count, code.temps, code.flags, code.first_line] { num(out, n as usize); }
        for s in [&code.name, &code.qualname, &code.filename] { self.put(out, s.as_bytes()); }
        sized(out, |out| {
            num(out, code.consts.len());
            for c in &code.consts { self.constant(out, c); }
            num(out, code.names.len());
            for n in &code.names { self.put(out, n.as_bytes()); }
            num(out, code.locals.len());
            for l in &code.locals { let id = self.id(l.name.as_bytes()); num(out, id << 2 | l.kind as usize); }
            num(out, code.handlers.len());
            for h in &code.handlers { for n in [h.start, h.end, h.target, h.depth as u32] { num(out, n as usize); } }
            num(out, code.units.len());
            sized(out, |out| instructions(out, &code.units));
            sized(out, |out| runs(out, &code.error_depth, |out, d| num(out, *d as usize)));
            let mut line = 0;
            sized(out, |out| runs(out, &code.positions, |out, p: &Position| {
                signed(out, p.line as i64 - line);
                line = p.line as i64;
                signed(out, p.end_line as i64 - line);
                signed(out, p.column.into());
                signed(out, p.end_column.into());
            }));
        });
    }

    fn constant(&mut self, out: &mut Vec<u8>, c: &'a Const) {
        match c {
            Const::None => out.push(0),
            Const::True => out.push(1),
            Const::False => out.push(2),
            Const::Ellipsis => out.push(3),
            Const::Int(n) => { out.push(4); signed(out, *n); }
            Const::BigInt { negative, magnitude } => { out.push(5 + u8::from(*negative)); num(out, magnitude.len()); out.extend(magnitude); }
            Const::Float(x) => { out.push(7); out.extend(x.to_bits().to_le_bytes()); }
            Const::Complex(re, im) => { out.push(8); out.extend(re.to_bits().to_le_bytes()); out.extend(im.to_bits().to_le_bytes()); }
            Const::Str(s) => { out.push(9); self.put(out, s.as_bytes()); }
            Const::Bytes(b) => { out.push(10); num(out, b.len()); out.extend(&**b); }
            Const::Tuple(items) => { out.push(11); num(out, items.len()); items.iter().for_each(|i| self.constant(out, i)); }
            Const::FrozenSet(items) => { out.push(12); num(out, items.len()); items.iter().for_each(|i| self.constant(out, i)); }
            Const::Slice(parts) => { out.push(13); parts.iter().for_each(|p| self.constant(out, p)); }
            Const::Code(code) => { out.push(14); self.code(out, code); }
        }
    }
}

/// Runs of equal items: length, then the item.
fn runs<T: PartialEq>(out: &mut Vec<u8>, items: &[T], mut item: impl FnMut(&mut Vec<u8>, &T)) {
    for run in items.chunk_by(|a, b| a == b) {
        num(out, run.len());
        item(out, &run[0]);
    }
}

/// Opcode, a byte that says how long each operand is (two bits each: none, one byte, two) and whether caches follow, operands, caches.
fn instructions(out: &mut Vec<u8>, units: &[Unit]) {
    let mut at = 0;
    while at < units.len() {
        let u = units[at];
        let len = Op::from_u16(u.op).map_or(1, Op::len).min(units.len() - at);
        let caches = &units[at + 1..at + len];
        let filled = caches.iter().any(|c| *c != Unit::default());
        num(out, u.op as usize);
        let width = |n: i16| if n == 0 { 0u8 } else if i8::try_from(n).is_ok() { 1 } else { 2 };
        out.push(width(u.a) | width(u.b) << 2 | width(u.c) << 4 | u8::from(filled) << 6);
        for n in [u.a, u.b, u.c] { out.extend(&n.to_le_bytes()[..width(n) as usize]); }
        if filled { caches.iter().for_each(|c| wide(out, c.bits())); }
        at += len;
    }
}
