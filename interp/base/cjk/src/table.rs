//! Reading `tables.bin`, and the tables to look things up in.

use std::collections::HashMap;

use crate::{Charset, Stop};

static BYTES: &[u8] = include_bytes!("tables.bin");

/// What each table is a difference from, by the number of the charset.
const BASES: [Option<usize>; 16] =
    [None, Some(0), Some(1), None, Some(3), Some(3), None, Some(6), None, Some(6), Some(8), Some(10), Some(9), None, Some(13), None];

/// No mapping.
pub(crate) const NONE: u32 = u32::MAX;
/// Flag of a value that is an index of a pair of code points.
pub(crate) const PAIR: u32 = 1 << 31;

/// The tables of one charset.
pub struct Table {
    /// Code points by one-byte key.
    pub(crate) single: [u32; 256],
    /// By two-byte key, from 8000 on.
    double: Vec<u32>,
    /// By the two bytes after 8F, each from A1 to FE.
    triple: Vec<u32>,
    /// What values with [`PAIR`] stand for.
    pub(crate) pairs: Vec<(u32, u32)>,
    /// Keys by pair.
    pub(crate) pair_keys: HashMap<(u32, u32), u32>,
    /// Number of each page of 256 code points among `cells`, 0 for none.
    pages: Vec<u16>,
    cells: Vec<u32>,
    /// Keys that the charset's base maps and this one does not.
    pub(crate) removed: Vec<u32>,
    /// Forms of four bytes: (index, code point, length).
    pub(crate) four: Vec<(u32, u32, u32)>,
}

struct Reader(usize);

impl Reader {
    fn number(&mut self) -> u32 {
        let (mut n, mut shift) = (0, 0);
        loop {
            let b = BYTES[self.0];
            self.0 += 1;
            n |= u32::from(b & 127) << shift;
            if b < 128 { return n }
            shift += 7;
        }
    }
    fn signed(&mut self) -> i64 {
        let n = i64::from(self.number());
        if n & 1 == 0 { n >> 1 } else { -(n >> 1) }
    }
    /// Calls back with what a charset changes: keys with values, pairs, and what encodes otherwise.
    fn charset(&mut self, mut set: impl FnMut(u32, u32), mut pair: impl FnMut(u32, u32, u32), mut encodes: impl FnMut(u32, u32)) {
        let (mut key, mut code) = (0, 0i64);
        for _ in 0..self.number() {
            key += self.number();
            for _ in 0..self.number() {
                code += self.signed();
                set(key, code as u32);
                key += 1;
                code += 1;
            }
        }
        for _ in 0..self.number() {
            let (key, first, second) = (self.number(), self.number(), self.number());
            pair(key, first, second);
        }
        let mut code = 0;
        for _ in 0..self.number() {
            code += self.number();
            let key = self.number();
            encodes(code, key);
        }
    }
}

fn filled<T: Clone>(n: usize, value: T) -> Result<Vec<T>, Stop> {
    let mut v = Vec::new();
    v.try_reserve_exact(n)?;
    v.resize(n, value);
    Ok(v)
}

impl Table {
    /// The tables of a charset.
    pub fn load(charset: Charset) -> Result<Table, Stop> {
        let mut table = Table {
            single: [NONE; 256], double: filled(0x8000, NONE)?, triple: Vec::new(), pairs: Vec::new(), pair_keys: HashMap::new(),
            pages: filled(0x300, 0)?, cells: filled(256, NONE)?, removed: Vec::new(), four: Vec::new(),
        };
        if matches!(charset, Charset::EucJp | Charset::EucJis2004 | Charset::EucJisX0213) { table.triple = filled(94 * 94, NONE)? }
        let mut chain = vec![charset as usize];
        while let Some(base) = BASES[chain[chain.len() - 1]] { chain.push(base) }
        let mut reader = Reader(0);
        let mut other = Vec::new();
        for number in 0..BASES.len() {
            if !chain.contains(&number) {
                reader.charset(|_, _| {}, |_, _, _| {}, |_, _| {});
                continue;
            }
            // What encodes otherwise is said of the charset itself only.
            other.clear();
            let mut pairs = Vec::new();
            table.removed.clear();
            let change = |key, code| {
                let gone = code == 0 && key != 0;
                if gone { table.removed.push(key) }
                table.set(key, if gone { NONE } else { code });
            };
            reader.charset(change, |k, a, b| pairs.push((k, a, b)), |c, k| other.push((c, k)));
            for (key, first, second) in pairs {
                let at = table.pairs.len() as u32;
                table.pairs.push((first, second));
                table.set(key, PAIR | at);
            }
        }
        if charset == Charset::Gb18030 {
            for _ in 0..reader.number() { table.four.push((reader.number(), reader.number(), reader.number())) }
        }
        table.fill_encode()?;
        for (code, key) in other { table.set_key(code, if key == 0 { NONE } else { key }, true)? }
        Ok(table)
    }

    fn place(&mut self, key: u32) -> Option<&mut u32> {
        match key {
            0..=0xFF => self.single.get_mut(key as usize),
            0x8000..=0xFFFF => self.double.get_mut(key as usize - 0x8000),
            _ => triple_at(key).and_then(|at| self.triple.get_mut(at)),
        }
    }
    fn set(&mut self, key: u32, value: u32) { if let Some(place) = self.place(key) { *place = value } }

    /// Notes for every code point the first key, shorter keys first.
    fn fill_encode(&mut self) -> Result<(), Stop> {
        let triple = (0..self.triple.len() as u32).map(|at| 0x8FA1A1 + (at / 94 << 8) + at % 94);
        for key in (0..256).chain(0x8000..0x10000).chain(triple) {
            match self.value(key) {
                NONE => {}
                v if v & PAIR != 0 => { let pair = self.pairs[(v & !PAIR) as usize]; self.pair_keys.entry(pair).or_insert(key); }
                code => self.set_key(code, key, false)?,
            }
        }
        Ok(())
    }
    fn set_key(&mut self, code: u32, key: u32, replace: bool) -> Result<(), Stop> {
        let Some(page) = self.pages.get_mut((code >> 8) as usize) else { return Ok(()) };
        if *page == 0 {
            *page = (self.cells.len() >> 8) as u16;
            self.cells.try_reserve(256)?;
            self.cells.resize(self.cells.len() + 256, NONE);
        }
        let cell = &mut self.cells[(usize::from(*page) << 8) + (code & 255) as usize];
        if *cell == NONE || replace { *cell = key }
        Ok(())
    }

    /// The value of a key.
    pub(crate) fn value(&self, key: u32) -> u32 {
        match key {
            0..=0xFF => self.single[key as usize],
            0x8000..=0xFFFF => self.double[key as usize - 0x8000],
            _ => triple_at(key).and_then(|at| self.triple.get(at)).copied().unwrap_or(NONE),
        }
    }
    /// Whether there are keys of three bytes.
    pub(crate) fn has_triples(&self) -> bool { !self.triple.is_empty() }
    /// The key of a code point.
    pub(crate) fn key(&self, code: u32) -> u32 {
        let page = self.pages.get((code >> 8) as usize).copied().unwrap_or(0);
        self.cells[(usize::from(page) << 8) + (code & 255) as usize]
    }
    /// Whether a code point begins a pair.
    pub(crate) fn begins_pair(&self, code: u32) -> bool { !self.pairs.is_empty() && self.pairs.iter().any(|p| p.0 == code) }
}

fn triple_at(key: u32) -> Option<usize> {
    let (a, b, c) = (key >> 16, key >> 8 & 255, key & 255);
    (a == 0x8F && (0xA1..0xFF).contains(&b) && (0xA1..0xFF).contains(&c)).then(|| ((b - 0xA1) * 94 + (c - 0xA1)) as usize)
}
