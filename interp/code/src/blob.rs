//! Code as the compiler makes it: units, constants, names, tables. No heap object, no layout fact.
//!
//! A blob is the same for every variant; the VM turns it into a code object and, at the first call, into an
//! executable copy whose units it rewrites. Not here: what ops mean (`ops.rs`), reading and writing blobs as bytes
//! (`encode.rs`, `decode.rs`), parts that are unpacked when first looked at (`lazy.rs`).

use std::borrow::Cow;
use std::ops::Deref;
use std::sync::Arc;

use crate::lazy::{LazyBody, LazyList};

/// Text that may lie in the binary.
pub type Text = Cow<'static, str>;

/// One 8-byte instruction or cache unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[repr(C)]
pub struct Unit {
    /// Opcode (`Op as u16`) or, in a cache, bits 0..16.
    pub op: u16,
    /// First operand.
    pub a: i16,
    /// Second operand.
    pub b: i16,
    /// Third operand.
    pub c: i16,
}

const _: () = assert!(size_of::<Unit>() == 8);

impl Unit {
    /// The 32-bit operand in `b` and `c`.
    #[inline(always)]
    pub fn wide(self) -> i32 { (self.b as u16 as u32 | (self.c as u16 as u32) << 16) as i32 }
    /// Sets the 32-bit operand.
    pub fn set_wide(&mut self, n: i32) { self.b = n as i16; self.c = (n >> 16) as i16; }
    /// The unit as one word (caches).
    #[inline(always)]
    pub fn bits(self) -> u64 { self.op as u64 | (self.a as u16 as u64) << 16 | (self.b as u16 as u64) << 32 | (self.c as u16 as u64) << 48 }
    /// A cache unit from one word.
    #[inline(always)]
    pub fn from_bits(n: u64) -> Self { Self { op: n as u16, a: (n >> 16) as i16, b: (n >> 32) as i16, c: (n >> 48) as i16 } }
}

/// A constant before it becomes an object.
#[derive(Clone, Debug)]
pub enum Const {
    /// `None`
    None,
    /// `True`
    True,
    /// `False`
    False,
    /// `...`
    Ellipsis,
    /// An integer of at most 64 bits.
    Int(i64),
    /// A larger integer: sign and little-endian magnitude.
    BigInt { /** true for a negative number */ negative: bool, /** magnitude */ magnitude: Vec<u8> },
    /// A float.
    Float(f64),
    /// A complex number.
    Complex(f64, f64),
    /// A string, as UTF-8 in which lone surrogates are encoded like other code points (WTF-8).
    Str(Wtf8),
    /// Bytes.
    Bytes(Cow<'static, [u8]>),
    /// A tuple.
    Tuple(Vec<Const>),
    /// A frozenset (of a set display after `in`).
    FrozenSet(Vec<Const>),
    /// A slice of constants.
    Slice(Box<[Const; 3]>),
    /// A nested code.
    Code(Arc<CodeBlob>),
}

/// Text that may hold lone surrogates: UTF-8 generalised to all code points below 0x110000.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Wtf8(Cow<'static, [u8]>);

impl Wtf8 {
    /// From ordinary text.
    pub fn new(text: &str) -> Self { Self(Cow::Owned(text.as_bytes().to_vec())) }
    /// Takes bytes that are known to be of this form.
    pub(crate) fn from_checked(bytes: Cow<'static, [u8]>) -> Self { Self(bytes) }
    /// From code points; values of 0x110000 and above become U+FFFD.
    pub fn from_code_points(points: impl IntoIterator<Item = u32>) -> Self {
        let mut out = Vec::new();
        for p in points {
            match p {
                0..0x80 => out.push(p as u8),
                0x80..0x800 => out.extend([0xC0 | (p >> 6) as u8, 0x80 | (p & 63) as u8]),
                0x800..0x10000 => out.extend([0xE0 | (p >> 12) as u8, 0x80 | (p >> 6 & 63) as u8, 0x80 | (p & 63) as u8]),
                0x10000..0x110000 => out.extend([0xF0 | (p >> 18) as u8, 0x80 | (p >> 12 & 63) as u8, 0x80 | (p >> 6 & 63) as u8, 0x80 | (p & 63) as u8]),
                _ => out.extend("\u{FFFD}".as_bytes()),
            }
        }
        Self(Cow::Owned(out))
    }
    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] { &self.0 }
    /// The text if it holds no lone surrogate.
    pub fn as_str(&self) -> Option<&str> { std::str::from_utf8(&self.0).ok() }
    /// The code points.
    pub fn code_points(&self) -> impl Iterator<Item = u32> + '_ {
        let mut i = 0;
        std::iter::from_fn(move || {
            let b = *self.0.get(i)?;
            let (len, first) = match b { 0..0x80 => (1, b as u32), 0x80..0xE0 => (2, b as u32 & 0x1F), 0xE0..0xF0 => (3, b as u32 & 0xF), _ => (4, b as u32 & 7) };
            let p = self.0[i + 1..i + len].iter().fold(first, |p, &t| p << 6 | t as u32 & 0x3F);
            i += len;
            Some(p)
        })
    }
}

/// What a local slot is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocalKind {
    /// An ordinary local or parameter.
    Plain,
    /// A local or parameter that lives in a cell (captured by a nested scope).
    Cell,
    /// A free variable: its cell comes from the closure.
    Free,
    /// Made by the compiler (variables of an inlined comprehension): not in `co_varnames`.
    Hidden,
}

/// A local slot: name and kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Local {
    /// Name as Python shows it.
    pub name: Text,
    /// What it is.
    pub kind: LocalKind,
}

/// Source range of an instruction: lines from 1, columns in UTF-8 bytes from 0; a negative line means none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub struct Position { pub line: i32, pub end_line: i32, pub column: i32, pub end_column: i32 }

/// A protected range `start..end` (units): on an exception temps from `depth` up are released, the exception goes to temp `depth`.
/// Inner ranges come before outer ones; the first that contains the unit wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Handler { pub start: u32, pub end: u32, pub target: u32, pub depth: u16 }

/// `co_flags` bits, CPython's numbers.
pub mod flags {
    #![allow(missing_docs)]
    pub const OPTIMIZED: u32 = 1;
    pub const NEWLOCALS: u32 = 2;
    pub const VARARGS: u32 = 4;
    pub const VARKEYWORDS: u32 = 8;
    pub const NESTED: u32 = 16;
    pub const GENERATOR: u32 = 32;
    pub const COROUTINE: u32 = 128;
    pub const ITERABLE_COROUTINE: u32 = 256;
    pub const ASYNC_GENERATOR: u32 = 512;
    pub const FUTURE_BARRY_AS_BDFL: u32 = 0x400000;
    pub const FUTURE_ANNOTATIONS: u32 = 0x1000000;
    pub const HAS_DOCSTRING: u32 = 0x4000000;
    pub const METHOD: u32 = 0x8000000;
}

/// What is needed when a code runs or is looked into, not when a function is made of it.
#[derive(Clone, Debug, Default)]
pub struct Body {
    /// Instructions and caches.
    pub units: LazyList<Unit>,
    /// Per unit: how many temps are live if the instruction raises or suspends, that is its depth less what it consumes.
    pub error_depth: LazyList<u16>,
    /// Per unit: source range.
    pub positions: LazyList<Position>,
    /// Protected ranges.
    pub handlers: Vec<Handler>,
    /// Constants.
    pub consts: Vec<Const>,
    /// Names used by globals, attributes and imports.
    pub names: Vec<Text>,
    /// All local slots: parameters (positional, keyword-only, `*args`, `**kwargs`), other locals, cells that are no parameter, free variables.
    pub locals: Vec<Local>,
}

/// A compiled code: what `types.CodeType` shows, without objects. Fields of its [`Body`] are reached as its own.
#[derive(Clone, Debug, Default)]
pub struct CodeBlob {
    /// Number of positional parameters, positional-only ones included.
    pub arg_count: u32,
    /// Number of positional-only parameters.
    pub posonly_count: u32,
    /// Number of keyword-only parameters.
    pub kwonly_count: u32,
    /// Temps needed.
    pub temps: u32,
    /// `co_flags`.
    pub flags: u32,
    /// `co_firstlineno`.
    pub first_line: u32,
    /// `co_name`.
    pub name: Text,
    /// `co_qualname`.
    pub qualname: Text,
    /// `co_filename`.
    pub filename: Text,
    /// The rest.
    pub body: LazyBody,
}

impl Deref for CodeBlob {
    type Target = Body;
    #[inline]
    fn deref(&self) -> &Body { &self.body }
}

impl CodeBlob {
    /// The first constant, which is the docstring if the flags say so. Does not unpack the rest.
    pub fn first_const(&self) -> Option<Const> { self.body.first_const() }
    /// The unit at which this code, which is verified, makes a generator (coroutine, async generator) when it is called, if it does.
    /// The flags of code that was put together may say so though it does not.
    pub fn generator_made_at(&self) -> Option<usize> { crate::values::generator_made_at(self) }
}
