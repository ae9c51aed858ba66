//! `str`: code points inline behind the header, in the narrowest of three widths (PEP 393), and the table of interned strings.
//!
//! ```text
//!     payload   0      8      16                 16 + 8 * slots
//!               +------+------+-- __slots__ --...+-- code points --...
//!               | hash | meta | (subclasses)     | u8 | u16 | u32
//!               +------+------+------------------+---------------
//! ```
//!
//! A string never changes, but one that nobody else refers to may grow in place ([`append`]); so its text is read without
//! the token. Always in the narrowest width: two equal strings have equal bytes. Not here: slots and the
//! table of methods (`str_new.rs`), the methods (`str_methods.rs`, `str_split.rs`, ...), formatting (`str_format.rs`).

use std::borrow::Cow;
use std::cell::Cell;
use std::cmp::Ordering;

use instar_base_codec::{Text, TextBuilder};
use instar_base_hash::HashKey;
use instar_base_text::{with_units, Unit, Units};
use instar_object::{AllocError, Heap};

use crate::fallible::CollectVec;
use crate::object::{ObjExt, ObjPtr, Owned, Payload, Ref, Trace, VTable, Word};
use crate::typeobj::TypeRef;
use crate::vm::{PyResult, Types, Vm};

pub use super::str_new::{init, DEF};

/// Width of the code points of a string.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u8)]
pub enum Kind {
    /// All below 256, one byte each.
    Latin1 = 0,
    /// All below 65536, some not below 256.
    Ucs2 = 1,
    /// Some above 65535.
    Ucs4 = 2,
}

impl Kind {
    /// The narrowest width for code points up to `max` (or for the bitwise or of all).
    #[inline]
    pub fn for_max(max: u32) -> Kind { if max < 0x100 { Kind::Latin1 } else if max < 0x10000 { Kind::Ucs2 } else { Kind::Ucs4 } }
    #[inline]
    fn shift(self) -> usize { self as usize }
}

const KIND: u64 = 3;
const ASCII: u64 = 1 << 2;
const INTERNED: u64 = 1 << 3;
/// The room for code points is what bits 16..28 say, more than the length needs.
const GROWN: u64 = 1 << 4;
const SLOTS_SHIFT: u32 = 5;
const SLOTS_MAX: u64 = (1 << 11) - 1;
const ROOM_SHIFT: u32 = 16;
const LEN_SHIFT: u32 = 28;
/// Longest string (in code points): what fits the length field.
pub const MAX_LEN: usize = (1 << 36) - 1;
/// Bits that equal strings have in common.
const SAME: u64 = KIND | ASCII | !((1 << LEN_SHIFT) - 1);

/// Payload of `str` and its subclasses, the head of a variable-sized block.
#[repr(C)]
pub struct PyStr {
    /// The hash, or -1 while unknown.
    hash: Cell<i64>,
    /// Width, flags, number of `__slots__` words, room (see [`room_bytes`]) and length.
    meta: Cell<u64>,
}

/// Bytes of the payload before `__slots__` and text.
pub const HEAD: usize = size_of::<PyStr>();
/// Where the hash is in the payload.
pub const HASH_OFFSET: usize = 0;

/// Room in bytes from its 12-bit code: 6 bits of mantissa, 6 of exponent.
#[inline]
fn room_bytes(code: u64) -> usize { ((code & 63) as usize) << (code >> 6 & 63) }

/// The code of the smallest room of at least `bytes`.
fn room_code(bytes: usize) -> u64 {
    let exponent = (usize::BITS - bytes.leading_zeros()).saturating_sub(6) as u64;
    let mantissa = (bytes as u64).div_ceil(1 << exponent);
    if mantissa > 63 { (exponent + 1) << 6 | 32 } else { exponent << 6 | mantissa }
}

impl PyStr {
    /// Length in code points.
    #[inline(always)]
    pub fn len(&self) -> usize { (self.meta.get() >> LEN_SHIFT) as usize }
    /// Whether it is `''`.
    #[inline(always)]
    pub fn is_empty(&self) -> bool { self.len() == 0 }
    /// Width.
    #[inline(always)]
    pub fn kind(&self) -> Kind {
        match self.meta.get() & KIND { 0 => Kind::Latin1, 1 => Kind::Ucs2, _ => Kind::Ucs4 }
    }
    /// Whether all code points are below 128.
    #[inline(always)]
    pub fn is_ascii(&self) -> bool { self.meta.get() & ASCII != 0 }
    /// Whether it is in the table of interned strings.
    #[inline(always)]
    pub fn is_interned(&self) -> bool { self.meta.get() & INTERNED != 0 }
    #[inline(always)]
    fn data(&self) -> *const u8 {
        let slots = (self.meta.get() >> SLOTS_SHIFT & SLOTS_MAX) as usize;
        // The text lies in the same block, behind head and slots (law ST1: made by `alloc_in` only).
        std::ptr::from_ref(self).cast::<u8>().wrapping_add(HEAD + slots * 8)
    }
    /// The code points.
    #[inline(always)]
    pub fn units(&self) -> Units<'_> {
        let (p, n) = (self.data(), self.len());
        // SAFETY: law ST1: `len` initialised units of this width start at `data`, which is 8-aligned; they do not change while borrowed.
        unsafe {
            match self.kind() {
                Kind::Latin1 => Units::Latin1(std::slice::from_raw_parts(p, n)),
                Kind::Ucs2 => Units::Ucs2(std::slice::from_raw_parts(p.cast(), n)),
                Kind::Ucs4 => Units::Ucs4(std::slice::from_raw_parts(p.cast(), n)),
            }
        }
    }
    /// The code points, if all are below 256.
    #[inline(always)]
    pub fn latin1(&self) -> Option<&[u8]> { if let Units::Latin1(s) = self.units() { Some(s) } else { None } }
    /// The code points, if the width is two bytes.
    #[inline]
    pub fn ucs2(&self) -> Option<&[u16]> { if let Units::Ucs2(s) = self.units() { Some(s) } else { None } }
    /// The code points, if the width is four bytes.
    #[inline]
    pub fn ucs4(&self) -> Option<&[u32]> { if let Units::Ucs4(s) = self.units() { Some(s) } else { None } }
    /// The text, if it is ASCII.
    #[inline]
    pub fn as_ascii(&self) -> Option<&str> {
        if !self.is_ascii() { return None }
        let bytes = self.latin1()?;
        // SAFETY: the flag is set only for bytes below 128.
        Some(unsafe { std::str::from_utf8_unchecked(bytes) })
    }
    /// The text, for messages; lone surrogates become U+FFFD. Of long text only the beginning if memory is short.
    pub fn to_string_lossy(&self) -> String {
        if self.has_room() { self.lossy(self.len()) } else { self.lossy(LONG) }
    }
    /// The text, lone surrogates as U+FFFD, or MemoryError.
    pub fn try_to_string(&self, vm: &Vm) -> PyResult<String> {
        if self.has_room() { Ok(self.lossy(self.len())) } else { Err(vm.no_memory()) }
    }
    fn lossy(&self, most: usize) -> String {
        match self.as_ascii() {
            Some(text) => text[..most.min(text.len())].to_owned(),
            None => self.chars().take(most).map(|c| char::from_u32(c).unwrap_or(char::REPLACEMENT_CHARACTER)).collect(),
        }
    }
    /// Whether there is memory for a copy as UTF-8, and for another one that a message is made of.
    fn has_room(&self) -> bool {
        let widest = if self.is_ascii() { 1 } else { 4 };
        self.len() < LONG || Vec::<u8>::new().try_reserve_exact(self.len().saturating_mul(widest * 3)).is_ok()
    }
    /// The text, unless it has lone surrogates.
    pub fn to_str_opt(&self) -> Option<Cow<'_, str>> {
        match self.as_ascii() {
            Some(text) => Some(Cow::Borrowed(text)),
            None => self.chars().map(char::from_u32).collect::<Option<String>>().map(Cow::Owned),
        }
    }
    /// The text; UnicodeEncodeError if it has lone surrogates.
    pub fn to_str<'a>(&'a self, vm: &mut Vm) -> PyResult<Cow<'a, str>> {
        if !self.is_ascii() && !self.has_room() { return Err(vm.no_memory()) }
        match self.to_str_opt() {
            Some(text) => Ok(text),
            None => Err(crate::codecs::surrogates_not_allowed(vm, self.units())),
        }
    }
    /// A copy of the text; UnicodeEncodeError if it has lone surrogates.
    pub fn to_owned_str(&self, vm: &mut Vm) -> PyResult<String> {
        if !self.has_room() { return Err(vm.no_memory()) }
        Ok(self.to_str(vm)?.into_owned())
    }
    /// The code points in order.
    pub fn chars(&self) -> impl DoubleEndedIterator<Item = u32> + ExactSizeIterator + '_ { self.units().codes() }
    /// Code point `i`.
    #[inline]
    pub fn get(&self, i: usize) -> Option<u32> { self.units().get(i) }
    /// Whether both have the same text.
    #[inline]
    pub fn eq(&self, other: &PyStr) -> bool {
        if (self.meta.get() ^ other.meta.get()) & SAME != 0 { return false }
        let (a, b) = (self.hash.get(), other.hash.get());
        if a != b && a != -1 && b != -1 { return false }
        let bytes = self.len() << self.kind().shift();
        // SAFETY: law ST1 for both; the metas agree about length and width.
        unsafe { std::slice::from_raw_parts(self.data(), bytes) == std::slice::from_raw_parts(other.data(), bytes) }
    }
    /// Whether the text is `text`.
    pub fn is(&self, text: &str) -> bool {
        match self.as_ascii() { Some(mine) => mine == text, None => self.chars().eq(text.chars().map(u32::from)) }
    }
    /// Order by code points.
    pub fn cmp(&self, other: &PyStr) -> Ordering {
        match (self.units(), other.units()) {
            (Units::Latin1(a), Units::Latin1(b)) => a.cmp(b),
            (Units::Ucs2(a), Units::Ucs2(b)) => a.cmp(b),
            (Units::Ucs4(a), Units::Ucs4(b)) => a.cmp(b),
            (a, b) => a.codes().cmp(b.codes()),
        }
    }
    /// The hash; computed once.
    #[inline]
    pub fn hash(&self, vm: &Vm) -> i64 { self.hash_with(&vm.hash_key()) }
    /// The hash, by key (for start-up, when there is no interpreter yet).
    #[inline]
    pub fn hash_with(&self, key: &HashKey) -> i64 {
        let known = self.hash.get();
        if known != -1 { return known }
        let hash = hash_units(key, self.units());
        self.hash.set(hash);
        hash
    }
    /// Bytes of the payload.
    pub fn payload_bytes(&self) -> usize {
        let meta = self.meta.get();
        let slots = (meta >> SLOTS_SHIFT & SLOTS_MAX) as usize;
        let text = if meta & GROWN != 0 { room_bytes(meta >> ROOM_SHIFT & 0xFFF) } else { self.len() << self.kind().shift() };
        HEAD + slots * 8 + text
    }
}

/// Hash of text: that of its bytes in its width, as CPython's.
pub fn hash_units(key: &HashKey, units: Units<'_>) -> i64 {
    match units {
        Units::Latin1(s) => key.hash_bytes(s),
        Units::Ucs2(s) => key.hash_u16(s),
        Units::Ucs4(s) => key.hash_u32(s),
    }
}

// SAFETY: a string owns no handle.
unsafe impl Trace for PyStr {
    fn trace(&self, _visit: &mut dyn FnMut(Word)) {}
    fn clear(&mut self) {}
}

/// # Safety
/// `payload` is a string's.
unsafe fn size_of_payload(payload: *mut ()) -> usize {
    // SAFETY: the caller's promise.
    unsafe { (*payload.cast::<PyStr>()).payload_bytes() }
}

crate::fields! { PyStr { hash, meta } }
// SAFETY: one static, made for this type.
unsafe impl Payload for PyStr {
    fn vtable() -> &'static VTable {
        static VTABLE: VTable = VTable::of::<PyStr>("str").with_size(size_of_payload).with_fields::<PyStr>();
        &VTABLE
    }
    fn default_type(types: &Types) -> &TypeRef { &types.str }
}

/// A fresh string block of `ty` whose text is not written yet: write `len` units of this width at the pointer.
///
/// # Safety
/// `ty` is `str` or a subclass (its vtable is `PyStr`'s). The caller writes the text, which is in its narrowest width and ASCII as
/// `ascii` says, before anyone sees the object.
unsafe fn alloc_in(heap: &Heap, ty: ObjPtr, kind: Kind, ascii: bool, len: usize) -> Result<(Owned, *mut u8), AllocError> {
    if len > MAX_LEN { return Err(AllocError) }
    // SAFETY: the block has `text` bytes behind the fixed part that the type describes.
    unsafe { alloc_block(heap, ty, kind, ascii, len, len << kind.shift(), 0) }
}

/// # Safety
/// As `alloc_in`; `room` bytes are at least the text's, and what `flags` (GROWN and room code, or 0) says.
unsafe fn alloc_block(heap: &Heap, ty: ObjPtr, kind: Kind, ascii: bool, len: usize, room: usize, flags: u64) -> Result<(Owned, *mut u8), AllocError> {
    let info = ty.as_info();
    let fixed = info.payload_bytes as usize;
    let slots = (fixed - HEAD) / 8;
    if slots as u64 > SLOTS_MAX { return Err(AllocError) }
    // SAFETY: head and slots are written here, the text by the caller.
    unsafe {
        let block = heap.alloc_var(ty, fixed + room)?;
        let head = block.payload::<PyStr>();
        let meta = kind as u64 | if ascii { ASCII } else { 0 } | (slots as u64) << SLOTS_SHIFT | flags | (len as u64) << LEN_SHIFT;
        head.write(PyStr { hash: Cell::new(-1), meta: Cell::new(meta) });
        let after = head.add(1).cast::<u8>();
        if slots > 0 { after.write_bytes(0, slots * 8) }
        if info.has(instar_object::TypeFlags::GC) { heap.track(block) }
        Ok((Owned::from_word(Word::from_ptr(block)), after.add(slots * 8)))
    }
}

/// Bitwise or of all code points.
#[inline]
pub fn or_of<U: Unit>(units: &[U]) -> u32 { units.iter().fold(0, |bits, u| bits | u.code()) }

/// Writes units in another width.
///
/// # Safety
/// `to` has room for the units in `kind`, which is wide enough for each.
unsafe fn write_units<U: Unit>(to: *mut u8, kind: Kind, units: &[U]) {
    // SAFETY: the caller's promise.
    unsafe {
        if kind.shift() == size_of::<U>().trailing_zeros() as usize {
            std::ptr::copy_nonoverlapping(units.as_ptr().cast::<u8>(), to, size_of_val(units));
            return;
        }
        match kind {
            Kind::Latin1 => for (i, u) in units.iter().enumerate() { to.add(i).write(u.code() as u8) },
            Kind::Ucs2 => for (i, u) in units.iter().enumerate() { to.cast::<u16>().add(i).write(u.code() as u16) },
            Kind::Ucs4 => for (i, u) in units.iter().enumerate() { to.cast::<u32>().add(i).write(u.code()) },
        }
    }
}

/// A new string object of `ty` from code points of any width; for start-up and for subclasses. Never shared.
///
/// # Safety
/// `ty` is `str` or a subclass.
pub unsafe fn alloc_units(heap: &Heap, ty: ObjPtr, units: Units<'_>) -> Result<Owned, AllocError> {
    with_units!(units, s => {
        let bits = or_of(s);
        let kind = Kind::for_max(bits);
        // SAFETY: the text is written in its narrowest width at once.
        unsafe {
            let (obj, to) = alloc_in(heap, ty, kind, bits < 0x80, s.len())?;
            write_units(to, kind, s);
            Ok(obj)
        }
    })
}

/// Text of a Rust string as code points.
pub fn builder_of(text: &str) -> Result<TextBuilder, AllocError> {
    let mut builder = TextBuilder::with_capacity(text.len()).map_err(|_| AllocError)?;
    builder.push_str(text).map_err(|_| AllocError)?;
    Ok(builder)
}

/// A new string object from Rust text; for start-up.
///
/// # Safety
/// `ty` is `str` or a subclass.
pub unsafe fn alloc_text(heap: &Heap, ty: ObjPtr, text: &str) -> Result<Owned, AllocError> {
    // SAFETY: passed on.
    unsafe {
        if text.is_ascii() { return alloc_units(heap, ty, Units::Latin1(text.as_bytes())) }
        alloc_units(heap, ty, builder_of(text)?.units())
    }
}

impl Vm {
    /// The key of str and bytes hashing.
    #[inline(always)]
    pub fn hash_key(&self) -> HashKey { key_of(self.hash_keys) }

    /// A string of this text. `''` and single Latin-1 characters are shared.
    pub fn new_str(&self, text: &str) -> PyResult {
        if text.is_ascii() { return self.new_str_ascii(text.as_bytes()) }
        let builder = builder_of(text).map_err(|e| self.out_of_memory(e))?;
        self.new_str_from(builder.units())
    }
    #[inline]
    pub(crate) fn new_str_ascii(&self, bytes: &[u8]) -> PyResult {
        if bytes.len() < 2 { return Ok(self.short_str(bytes)) }
        // SAFETY: ASCII, written at once.
        unsafe {
            let (obj, to) = alloc_in(&self.heap, self.types.str.ptr(), Kind::Latin1, true, bytes.len()).map_err(|e| self.out_of_memory(e))?;
            std::ptr::copy_nonoverlapping(bytes.as_ptr(), to, bytes.len());
            Ok(obj)
        }
    }
    /// `'text'`.
    pub(crate) fn new_str_in_quotes(&self, text: &str) -> PyResult {
        // SAFETY: ASCII, written at once.
        unsafe {
            let (obj, to) = alloc_in(&self.heap, self.types.str.ptr(), Kind::Latin1, true, text.len().saturating_add(2)).map_err(|e| self.out_of_memory(e))?;
            *to = b'\'';
            std::ptr::copy_nonoverlapping(text.as_ptr(), to.add(1), text.len());
            *to.add(1 + text.len()) = b'\'';
            Ok(obj)
        }
    }
    #[inline]
    fn short_str(&self, bytes: &[u8]) -> Owned {
        match bytes { [] => self.consts.empty_str.clone(), [b, ..] => self.consts.latin1[*b as usize].clone() }
    }
    /// A string of these code points, which may be stored wider than they need.
    pub fn new_str_from(&self, units: Units<'_>) -> PyResult {
        if units.len() < 2 {
            match units.get(0) {
                None => return Ok(self.consts.empty_str.clone()),
                Some(c) if c < 256 => return Ok(self.consts.latin1[c as usize].clone()),
                Some(_) => {}
            }
        }
        // SAFETY: the type is str.
        unsafe { alloc_units(&self.heap, self.types.str.ptr(), units) }.map_err(|e| self.out_of_memory(e))
    }
    /// A string of code points below 256.
    pub fn new_str_latin1(&self, bytes: &[u8]) -> PyResult { self.new_str_from(Units::Latin1(bytes)) }
    /// A string of these code points; those above 0x10FFFF become U+FFFD.
    pub fn new_str_from_code_points(&self, codes: &[u32]) -> PyResult {
        if codes.iter().any(|c| *c > 0x10FFFF) {
            let fixed: Vec<u32> = codes.iter().map(|c| if *c > 0x10FFFF { 0xFFFD } else { *c }).try_vec(self)?;
            return self.new_str_from(Units::Ucs4(&fixed));
        }
        self.new_str_from(Units::Ucs4(codes))
    }
    /// The string of one code point (at most 0x10FFFF).
    #[inline]
    pub fn new_str_char(&self, code: u32) -> PyResult {
        match self.consts.latin1.get(code as usize) {
            Some(one) => Ok(one.clone()),
            None => self.new_str_from(Units::Ucs4(&[code])),
        }
    }
    /// A string of a finished builder's text.
    pub fn new_str_built(&self, builder: TextBuilder) -> PyResult { self.new_str_from(builder.units()) }
    /// A string of finished text.
    pub fn new_str_text(&self, text: &Text) -> PyResult { self.new_str_from(text.units()) }
    /// A string from UTF-8 in which surrogates may be encoded as three bytes each (the form of `CodeBlob` constants).
    pub fn new_str_wtf8(&self, bytes: &[u8]) -> PyResult {
        if bytes.is_ascii() { return self.new_str_ascii(bytes) }
        match std::str::from_utf8(bytes) {
            Ok(text) => self.new_str(text),
            Err(_) => self.new_str_from_code_points(&wtf8_codes(bytes)),
        }
    }

    /// The interned string of this text.
    pub fn intern(&mut self, text: &str) -> PyResult {
        let key = self.hash_key();
        let ty = self.types.str.ptr();
        if text.len() < 2 && text.is_ascii() { return Ok(self.short_str(text.as_bytes())) }
        // SAFETY: the type is str.
        unsafe { self.interned.intern_text(&self.heap, ty, &key, text) }.map_err(|e| self.out_of_memory(e))
    }
    /// The interned string equal to `name`, a str; an exact str becomes that string itself if it is the first. A subclass's instance
    /// is copied first.
    pub fn intern_obj(&mut self, name: &Owned) -> PyResult {
        let s = this_str(name);
        if s.is_interned() { return Ok(name.clone()) }
        if s.len() < 2 && let Some(bytes) = s.latin1() { return Ok(self.short_str(bytes)) }
        let exact = if name.is_exact::<PyStr>(self) { name.clone() } else { self.new_str_from(s.units())? };
        let key = self.hash_key();
        self.interned.intern(&key, exact).map_err(|e| self.out_of_memory(e))
    }
}

/// Text of fewer code points is copied without asking whether there is memory.
const LONG: usize = 4 << 10;

fn key_of(keys: (u64, u64)) -> HashKey { HashKey::from_bytes((u128::from(keys.0) | u128::from(keys.1) << 64).to_le_bytes()) }

/// Code points of generalized UTF-8; malformed bytes become U+FFFD.
fn wtf8_codes(bytes: &[u8]) -> Vec<u32> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&b) = bytes.get(at) {
        let (len, first) = match b { 0..=0x7F => (1, u32::from(b)), 0xC0..=0xDF => (2, u32::from(b & 31)), 0xE0..=0xEF => (3, u32::from(b & 15)), _ => (4, u32::from(b & 7)) };
        let code = bytes.get(at + 1..at + len).map(|rest| rest.iter().fold(first, |c, b| c << 6 | u32::from(b & 63)));
        out.push(code.filter(|c| *c <= 0x10FFFF).unwrap_or(0xFFFD));
        at += len;
    }
    out
}

/// Table of interned strings: every entry is an exact str with the flag set, and equal ones are one object.
///
/// Open addressing with linear probes; entries stay until nobody else refers to them, which is looked at when the table is full.
#[derive(Default)]
pub struct InternTable {
    entries: Vec<Option<Owned>>,
    len: usize,
}

impl InternTable {
    /// Number of interned strings.
    pub fn len(&self) -> usize { self.len }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool { self.len == 0 }
    /// Every interned string.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Owned> { self.entries.iter().flatten() }

    fn find(&self, hash: i64, same: impl Fn(&PyStr) -> bool) -> Result<&Owned, usize> {
        let mask = self.entries.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            match &self.entries[at] {
                None => return Err(at),
                Some(o) => { let s = text_of(o); if s.hash.get() == hash && same(s) { return Ok(o) } }
            }
            at = (at + 1) & mask;
        }
    }

    /// The interned string of this text, made of type `ty` if there is none yet.
    ///
    /// # Safety
    /// `ty` is `str`.
    pub unsafe fn intern_text(&mut self, heap: &Heap, ty: ObjPtr, key: &HashKey, text: &str) -> Result<Owned, AllocError> {
        if text.is_ascii() && !self.entries.is_empty() {
            let bytes = text.as_bytes();
            if let Ok(found) = self.find(key.hash_bytes(bytes), |s| s.latin1() == Some(bytes)) { return Ok(found.clone()) }
        }
        // SAFETY: passed on.
        let made = unsafe { alloc_text(heap, ty, text)? };
        self.intern(key, made)
    }

    /// The interned string equal to `exact`, which is an exact str and becomes that string if there is none yet.
    pub fn intern(&mut self, key: &HashKey, exact: Owned) -> Result<Owned, AllocError> {
        if (self.len + 1) * 3 > self.entries.len() * 2 { self.make_room()? }
        let s = text_of(&exact);
        let hash = s.hash_with(key);
        match self.find(hash, |other| other.eq(s)) {
            Ok(found) => Ok(found.clone()),
            Err(at) => {
                s.meta.set(s.meta.get() | INTERNED);
                self.entries[at] = Some(exact.clone());
                self.len += 1;
                Ok(exact)
            }
        }
    }

    /// Drops what only the table refers to; grows if that was not much.
    fn make_room(&mut self) -> Result<(), AllocError> {
        let old = std::mem::take(&mut self.entries);
        // SAFETY: the table's own handle keeps the object alive while its count is read.
        let kept = old.iter().flatten().filter(|o| !unsafe { o.word().is_unique() }).count();
        let size = (kept * 2).next_power_of_two().max(1024);
        let mut entries: Vec<Option<Owned>> = Vec::new();
        if entries.try_reserve_exact(size).is_err() { self.entries = old; return Err(AllocError) }
        entries.resize_with(size, || None);
        self.len = 0;
        for o in old.into_iter().flatten() {
            // SAFETY: as above.
            if unsafe { o.word().is_unique() } { continue }
            let mut at = text_of(&o).hash.get() as usize & (size - 1);
            while entries[at].is_some() { at = (at + 1) & (size - 1) }
            entries[at] = Some(o);
            self.len += 1;
        }
        self.entries = entries;
        Ok(())
    }
}

/// Hashing key from the interpreter's two words, for start-up.
pub fn hash_key_of(keys: (u64, u64)) -> HashKey { key_of(keys) }

#[inline(always)]
fn text_of(o: &Owned) -> &PyStr {
    // SAFETY: called for strings only.
    unsafe { &*o.word().ptr().payload::<PyStr>() }
}

/// The string behind `this`, known to be a str.
#[inline(always)]
pub(crate) fn this_str(this: &Owned) -> &Ref<PyStr> { this.cast::<PyStr>().expect("law: checked by the descriptor") }

/// `a + b` for two strs (or instances of subclasses).
pub fn concat(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult {
    let (x, y) = (this_str(a), this_str(b));
    if x.is_empty() { return exact(vm, b) }
    if y.is_empty() { return exact(vm, a) }
    let len = x.len() + y.len();
    let kind = x.kind().max(y.kind());
    // SAFETY: the wider of both widths is needed and enough; both parts are written.
    unsafe {
        let (obj, to) = alloc_in(&vm.heap, vm.types.str.ptr(), kind, x.is_ascii() && y.is_ascii(), len).map_err(|e| vm.out_of_memory(e))?;
        with_units!(x.units(), s => write_units(to, kind, s));
        with_units!(y.units(), s => write_units(to.add(x.len() << kind.shift()), kind, s));
        Ok(obj)
    }
}

/// Texts below this many bytes are copied by [`append`] without spare room.
const GROW_FROM: usize = 128;

/// `a + b` where `a` is an exact str to which the caller holds the only reference: it grows in place if it has room, so that
/// appending in a loop takes linear time.
pub fn append(vm: &mut Vm, a: Owned, b: &Owned) -> PyResult {
    let (x, y) = (this_str(&a), this_str(b));
    if y.is_empty() { return Ok(a) }
    let len = x.len() + y.len();
    let kind = x.kind();
    // SAFETY: reads the count of a live object.
    if !unsafe { a.word().is_unique() } || x.is_interned() || y.kind() > kind || a.is(b) || len > MAX_LEN { return concat(vm, &a, b) }
    let (used, need) = (x.len() << kind.shift(), len << kind.shift());
    let meta = x.meta.get();
    let ascii = x.is_ascii() && y.is_ascii();
    if meta & GROWN != 0 && room_bytes(meta >> ROOM_SHIFT & 0xFFF) >= need {
        // SAFETY: the room is there, nobody else sees the text, and `b` is another object.
        unsafe {
            let to = x.data().cast_mut().add(used);
            if kind == Kind::Latin1 { copy_bytes(y.data(), to, y.len()) } else { with_units!(y.units(), s => write_units(to, kind, s)) }
        }
        let low = meta & ((1 << LEN_SHIFT) - 1) & !ASCII | if ascii { ASCII } else { 0 };
        x.meta.set(low | (len as u64) << LEN_SHIFT);
        x.hash.set(-1);
        return Ok(a);
    }
    if need < GROW_FROM { return concat(vm, &a, b) }
    let code = room_code(need + need / 8);
    // SAFETY: the room holds both parts, which are written in the width of the wider one.
    unsafe {
        let flags = GROWN | code << ROOM_SHIFT;
        let made = alloc_block(&vm.heap, vm.types.str.ptr(), kind, ascii, len, room_bytes(code), flags);
        let (obj, to) = made.map_err(|e| vm.out_of_memory(e))?;
        std::ptr::copy_nonoverlapping(x.data(), to, used);
        with_units!(y.units(), s => write_units(to.add(used), kind, s));
        Ok(obj)
    }
}

/// Copies text of which there is often very little.
///
/// # Safety
/// As `copy_nonoverlapping`.
#[inline(always)]
unsafe fn copy_bytes(from: *const u8, to: *mut u8, count: usize) {
    // SAFETY: passed on.
    unsafe {
        match count {
            0 => {}
            1 => *to = *from,
            _ => std::ptr::copy_nonoverlapping(from, to, count),
        }
    }
}

/// The strs one after another (f-strings).
pub fn join(vm: &mut Vm, parts: &[Owned]) -> PyResult { join_with(vm, None, parts) }

/// The strs one after another with `separator` between them. All are strs (or of subclasses).
pub(crate) fn join_with(vm: &mut Vm, separator: Option<&PyStr>, parts: &[Owned]) -> PyResult {
    let separator = separator.filter(|s| !s.is_empty());
    match parts {
        [] => return Ok(vm.consts.empty_str.clone()),
        [one] if one.is_exact::<PyStr>(vm) => return Ok(one.clone()),
        _ => {}
    }
    let (mut len, mut kind, mut ascii) = (0usize, Kind::Latin1, true);
    for part in parts {
        let s = this_str(part);
        len = len.saturating_add(s.len());
        let meta = s.meta.get();
        if meta & KIND != 0 { kind = kind.max(s.kind()) }
        ascii &= meta & ASCII != 0;
    }
    if let (Some(s), true) = (separator, parts.len() > 1) {
        len = len.saturating_add(s.len().saturating_mul(parts.len() - 1));
        kind = kind.max(s.kind());
        ascii &= s.is_ascii();
    }
    if len == 0 { return Ok(vm.consts.empty_str.clone()) }
    if len > MAX_LEN { return Err(vm.overflow_error("join() result is too long for a Python string")) }
    if len == 1 && kind == Kind::Latin1 {
        let one = parts.iter().find_map(|p| this_str(p).get(0)).or_else(|| separator.and_then(|s| s.get(0))).unwrap_or(0);
        return vm.new_str_char(one);
    }
    // SAFETY: room for every part in the widest width, each written in turn.
    unsafe {
        let (obj, mut to) = alloc_in(&vm.heap, vm.types.str.ptr(), kind, ascii, len).map_err(|e| vm.out_of_memory(e))?;
        if kind == Kind::Latin1 && separator.is_none() {
            for part in parts {
                let s = text_of(part);
                copy_bytes(s.data(), to, s.len());
                to = to.add(s.len());
            }
            return Ok(obj);
        }
        for (i, part) in parts.iter().enumerate() {
            if let (Some(s), true) = (separator, i > 0) {
                with_units!(s.units(), u => write_units(to, kind, u));
                to = to.add(s.len() << kind.shift());
            }
            let s = this_str(part);
            with_units!(s.units(), u => write_units(to, kind, u));
            to = to.add(s.len() << kind.shift());
        }
        Ok(obj)
    }
}

/// `text` repeated `times` times.
pub(crate) fn repeat_units(vm: &mut Vm, s: &PyStr, times: usize) -> PyResult {
    let n = s.len();
    if n == 0 || times == 0 { return Ok(vm.consts.empty_str.clone()) }
    let Some(len) = n.checked_mul(times).filter(|n| *n <= isize::MAX as usize) else { return Err(vm.overflow_error("repeated string is too long")) };
    if len > MAX_LEN { return Err(vm.no_memory()) }
    let kind = s.kind();
    // SAFETY: `times` copies fill the room exactly.
    unsafe {
        let (obj, to) = alloc_in(&vm.heap, vm.types.str.ptr(), kind, s.is_ascii(), len).map_err(|e| vm.out_of_memory(e))?;
        let (unit, total) = (n << kind.shift(), len << kind.shift());
        if unit == 1 { to.write_bytes(*s.data(), total); return Ok(obj) }
        std::ptr::copy_nonoverlapping(s.data(), to, unit);
        let mut done = unit;
        while done < total {
            let more = done.min(total - done);
            std::ptr::copy_nonoverlapping(to, to.add(done), more);
            done += more;
        }
        Ok(obj)
    }
}

/// ASCII `text` with at most `max` occurrences of `from` (not empty) replaced by `to`; `None` if there are none.
pub(crate) fn replace_ascii(vm: &mut Vm, text: &[u8], from: &[u8], to: &[u8], max: usize) -> PyResult<Option<Owned>> {
    let finder = instar_base_text::find::Finder::new(from);
    let found = finder.find_iter(text).take(max).count();
    if found == 0 { return Ok(None) }
    let len = (text.len() - found * from.len()) as u128 + found as u128 * to.len() as u128;
    if len > isize::MAX as u128 { return Err(vm.overflow_error("replace string is too long")) }
    let len = len as usize;
    if len > MAX_LEN { return Err(vm.no_memory()) }
    if len < 2 {
        // At most one byte is left: of the text or of what replaces.
        let rest = finder.find_iter(text).take(found).scan(0, |at, place| { let kept = &text[*at..place]; *at = place + from.len(); Some(kept) });
        let tail = &text[finder.find_iter(text).take(found).last().map_or(0, |at| at + from.len())..];
        let byte = rest.chain([tail, if to.len() == 1 { to } else { &[] }]).find(|part| !part.is_empty());
        return Ok(Some(vm.short_str(byte.unwrap_or(&[]))));
    }
    // SAFETY: the parts written are those counted: `len` bytes in all, ASCII.
    unsafe {
        let (obj, mut out) = alloc_in(&vm.heap, vm.types.str.ptr(), Kind::Latin1, true, len).map_err(|e| vm.out_of_memory(e))?;
        let mut at = 0;
        for place in finder.find_iter(text).take(found) {
            for part in [&text[at..place], to] {
                copy_bytes(part.as_ptr(), out, part.len());
                out = out.add(part.len());
            }
            at = place + from.len();
        }
        copy_bytes(text.as_ptr().add(at), out, text.len() - at);
        Ok(Some(obj))
    }
}

/// Code points `start..end` of `this`, a str. The whole of an exact str is that str.
pub(crate) fn substring(vm: &mut Vm, this: &Owned, start: usize, end: usize) -> PyResult {
    let s = this_str(this);
    if start == 0 && end >= s.len() { return exact(vm, this) }
    let part = s.units().slice(start, end.min(s.len()));
    match (part, s.is_ascii()) {
        (Some(Units::Latin1(bytes)), true) => vm.new_str_ascii(bytes),
        (Some(part), _) => vm.new_str_from(part),
        (None, _) => Ok(vm.consts.empty_str.clone()),
    }
}

/// The str itself if it is exact, else a copy that is.
pub(crate) fn exact(vm: &Vm, this: &Owned) -> PyResult {
    if this.is_exact::<PyStr>(vm) { Ok(this.clone()) } else { vm.new_str_from(this_str(this).units()) }
}

/// A str object of `ty` with the text of `s`.
pub(crate) fn copy_to_type(vm: &Vm, ty: &TypeRef, s: &PyStr) -> PyResult {
    assert!(std::ptr::eq(ty.info.vtable, PyStr::vtable()), "law: a type makes only objects of its payload");
    // SAFETY: checked.
    unsafe { alloc_units(&vm.heap, ty.ptr(), s.units()) }.map_err(|e| vm.out_of_memory(e))
}
