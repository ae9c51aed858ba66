//! Positions in text whose decoder keeps a state: what `tell` packs into a number, and the way from there to a character.
//!
//! A position names bytes of the file, the decoder's state there, and how many bytes and then characters to go on. Not here: text
//! whose bytes say by themselves where characters are (`text.rs`).

use instar_base_num::IBig;
use instar_vm::types::bytes::PyBytes;
use instar_vm::types::str::PyStr;
use instar_vm::types::tuple::PyTuple;
use instar_vm::fallible::CollectVec;
use instar_vm::{ObjExt, Owned, PyResult, Ref, Vm};

use super::call;
use super::newline::Newlines;

/// A position.
#[derive(Clone, Copy, Default)]
pub struct Cookie {
    /// Bytes before it in the file.
    pub start: u64,
    /// The decoder's state: its flags, shifted by the held line end if line ends are translated.
    pub flags: u32,
    /// Bytes to decode from there.
    pub feed: u32,
    /// Characters of them that are before the position.
    pub skip: u32,
    /// Nothing follows these bytes.
    pub at_end: bool,
}

const FLAGS_AT: u32 = 64;
const FEED_AT: u32 = 96;
const SKIP_AT: u32 = 128;
const END_AT: u32 = 160;

impl Cookie {
    /// As a Python int.
    pub fn object(self, vm: &mut Vm) -> PyResult {
        let high = IBig::from(u64::from(self.flags) | u64::from(self.feed) << 32) << FLAGS_AT as usize;
        let higher = IBig::from(u64::from(self.skip) | u64::from(self.at_end) << (END_AT - SKIP_AT)) << SKIP_AT as usize;
        vm.new_bigint(IBig::from(self.start) + high + higher)
    }

    /// Reads a number that `tell` gave, or a plain position in bytes. Negative numbers are the caller's to refuse.
    pub fn of(vm: &mut Vm, o: &Owned) -> PyResult<Self> {
        let n = vm.to_int(o)?;
        let n = vm.index_big(&n)?;
        let part = |at: u32, bits: u32| u64::try_from((&n >> at as usize) & ((IBig::ONE << bits as usize) - IBig::ONE)).unwrap_or(0);
        if (&n >> (END_AT + 1) as usize) != IBig::ZERO || part(0, 64) > i64::MAX as u64 {
            return Err(vm.overflow_error("int too big to convert"));
        }
        Ok(Self { start: part(0, 64), flags: part(FLAGS_AT, 32) as u32, feed: part(FEED_AT, 32) as u32, skip: part(SKIP_AT, 32) as u32, at_end: part(END_AT, 1) != 0 })
    }
}

/// A decoder's state: bytes that it keeps, and flags.
pub fn state_of(vm: &mut Vm, decoder: &Owned) -> PyResult<(Vec<u8>, i64)> {
    let state = call(vm, decoder, "getstate", &[])?;
    let parts = Ref::<PyTuple>::cast(&state).and_then(|t| match t.items() { [kept, flags] => Some((kept.clone(), flags.clone())), _ => None });
    let Some((kept, flags)) = parts else { return Err(vm.type_error("illegal decoder state")) };
    let Some(bytes) = kept.cast::<PyBytes>() else {
        let t = kept.type_name(vm);
        return Err(vm.type_error(format!("illegal decoder state: the first item should be a bytes object, not '{t}'")));
    };
    Ok((bytes.as_slice().to_vec(), vm.index_i64(&flags)?))
}

/// Puts a decoder into a state.
pub fn set_state(vm: &mut Vm, decoder: &Owned, kept: &[u8], flags: i64) -> PyResult<()> {
    let parts = [vm.new_bytes(kept)?, vm.new_int(flags)?];
    let state = vm.new_tuple(parts)?.into_obj();
    call(vm, decoder, "setstate", &[state]).map(drop)
}

/// What a decoder makes of bytes.
pub fn decode(vm: &mut Vm, decoder: &Owned, bytes: &[u8], last: bool) -> PyResult<Vec<u32>> {
    let args = [vm.new_bytes(bytes)?, vm.bool(last)];
    let text = call(vm, decoder, "decode", &args)?;
    let Some(s) = text.cast::<PyStr>() else {
        let t = text.type_name(vm);
        return Err(vm.type_error(format!("decoder should return a string result, not '{t}'")));
    };
    s.chars().try_vec(vm)
}

/// The way from a state to a character.
pub struct Walk<'a> {
    /// The decoder.
    pub decoder: &'a Owned,
    /// Its flags where the bytes begin.
    pub flags: i64,
    /// The line ends there; `None` if none are translated or told apart.
    pub newlines: Option<Newlines>,
    /// The bytes.
    pub input: &'a [u8],
    /// How many characters are before the wanted place, of so many that the bytes gave.
    pub wanted: (usize, usize),
}

/// A place between bytes where the decoder keeps none.
#[derive(Clone, Copy)]
struct Safe { fed: usize, chars: usize, flags: i64, newlines: Option<Newlines> }

impl Walk<'_> {
    fn feed(&self, vm: &mut Vm, newlines: &mut Option<Newlines>, bytes: &[u8], last: bool) -> PyResult<usize> {
        let codes = decode(vm, self.decoder, bytes, last)?;
        match newlines { Some(n) => Ok(n.process(&codes, last).map_err(|_| vm.no_memory())?.len()), None => Ok(codes.len()) }
    }

    /// The last place not behind the wanted one that a guess finds, each step back twice as long as the one before.
    fn close(&self, vm: &mut Vm) -> PyResult<Safe> {
        let (chars, of) = self.wanted;
        let (mut fed, mut back) = ((self.input.len() as u128 * chars as u128 / of.max(1) as u128) as usize, 1);
        while fed > 0 {
            set_state(vm, self.decoder, &[], self.flags)?;
            let mut newlines = self.newlines;
            let n = self.feed(vm, &mut newlines, &self.input[..fed], false)?;
            if n <= chars {
                let (kept, flags) = state_of(vm, self.decoder)?;
                if kept.is_empty() { return Ok(Safe { fed, chars: n, flags, newlines }) }
                // What it keeps is behind the last such place.
                fed -= kept.len().min(fed);
                back = 1;
            } else {
                fed -= back.min(fed);
                back *= 2;
            }
        }
        Ok(Safe { fed: 0, chars: 0, flags: self.flags, newlines: self.newlines })
    }

    /// The wanted place, `start` bytes of the file before the first one here. The decoder is left in some state.
    pub fn cookie(&self, vm: &mut Vm, start: u64) -> PyResult<Cookie> {
        let mut safe = self.close(vm)?;
        let flags_of = |s: &Safe| match s.newlines { Some(n) => (s.flags << 1 | i64::from(n.held)) as u32, None => s.flags as u32 };
        let wanted = self.wanted.0;
        let made = |s: &Safe, feed: usize, at_end: bool| Cookie {
            start: start + s.fed as u64, flags: flags_of(s), feed: feed as u32, skip: (wanted - s.chars) as u32, at_end,
        };
        if safe.chars == wanted { return Ok(Cookie { feed: 0, skip: 0, ..made(&safe, 0, false) }) }
        set_state(vm, self.decoder, &[], safe.flags)?;
        let (mut chars, mut newlines, from) = (safe.chars, safe.newlines, safe.fed);
        for (i, byte) in self.input[from..].iter().enumerate() {
            chars += self.feed(vm, &mut newlines, &[*byte], false)?;
            let (kept, flags) = state_of(vm, self.decoder)?;
            let fed = from + i + 1;
            if kept.is_empty() && chars <= wanted { safe = Safe { fed, chars, flags, newlines } }
            if chars >= wanted { return Ok(made(&safe, fed - safe.fed, false)) }
        }
        // What is left comes out at the end only.
        chars += self.feed(vm, &mut newlines, &[], true)?;
        if chars < wanted { return Err(vm.os_error("can't reconstruct logical file position")) }
        Ok(made(&safe, self.input.len() - safe.fed, true))
    }
}
