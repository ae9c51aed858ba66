//! `DictTable`: insertion-ordered hash table, CPython's compact dict in our own words.
//!
//! ```text
//! table 16:  block* 8 | used 4 | version 4
//! block:     ... index 1, 0 (1, 2 or 4 B each, downwards) | log2 1 | width 1 | hash offset 2 | keys version 4 | usable 4 | entries 4 |
//!                                                         ^ block*                       key, value 16 B an entry | hash 8 B an entry
//! ```
//! Entries stand at a fixed distance from the pointer, so that specialised code reads a value with one add and one load. Hashes
//! are left out when all keys are exact strings: the hash is in the key. Sizes are CPython's: 8 slots at least, two thirds
//! usable, growth to three times the live entries; 16 or 24 bytes an entry. Index: -1 = empty, -2 = deleted. Deleted
//! entries stay as holes (null key) until the next resize.
use super::{Probe, Step};
use crate::handle::Owned;
use crate::heap::{AllocError, Heap};
use crate::layout::Layout;
use crate::reflect::Buffer;
use crate::select::Active;
use crate::word::Word;
use core::cell::Cell;
use core::marker::PhantomData;
use core::ptr::NonNull;

const EMPTY: i32 = -1;
const DELETED: i32 = -2;
/// `hash_offset` of blocks whose entries store hashes.
const STORED: u16 = u16::MAX;
const PERTURB_SHIFT: u32 = 5;
/// Largest number of slots: indices fit in an i32.
const MAX_LOG2: u8 = 30;

#[repr(C)]
struct Block {
    log2: u8,
    width: u8,
    hash_offset: u16,
    keys_version: Cell<u32>,
    usable: u32,
    entries: u32,
}

/// Insertion-ordered table from keys to values. Every entry owns its key and its value.
pub struct DictTable<L: Layout = Active> {
    block: Option<NonNull<Block>>,
    used: u32,
    version: u32,
    _owns: PhantomData<Owned<L>>,
}

impl<L: Layout> Default for DictTable<L> {
    fn default() -> Self {
        Self::new()
    }
}

const fn width_of(log2: u8) -> u8 {
    if log2 < 8 {
        1
    } else if log2 < 16 {
        2
    } else {
        4
    }
}
fn log2_for(slots: usize) -> Option<u8> {
    let log2 = slots.max(8).checked_next_power_of_two()?.trailing_zeros() as u8;
    (log2 <= MAX_LOG2).then_some(log2)
}
const fn usable_of(log2: u8) -> usize {
    (2usize << log2) / 3
}
const fn stride_of(hash_offset: u16) -> usize {
    if hash_offset == STORED { 24 } else { 16 }
}
const fn index_bytes(log2: u8) -> usize {
    (width_of(log2) as usize) << log2
}
const fn bytes_of(log2: u8, hash_offset: u16) -> usize {
    index_bytes(log2) + size_of::<Block>() + usable_of(log2) * stride_of(hash_offset)
}

// A block pointer is alive as long as its table holds it; all index arithmetic below is masked by the block's own size.
#[derive(Clone, Copy)]
struct BlockPtr(NonNull<Block>);

impl core::ops::Deref for BlockPtr {
    type Target = Block;
    #[inline(always)]
    fn deref(&self) -> &Block {
        // SAFETY: the block is alive.
        unsafe { self.0.as_ref() }
    }
}

impl BlockPtr {
    #[inline(always)]
    fn mask(&self) -> u64 {
        (1u64 << self.log2) - 1
    }
    #[inline(always)]
    fn base(&self) -> *mut u8 {
        self.0.as_ptr().cast()
    }
    #[inline(always)]
    unsafe fn index(&self, at: u64) -> i32 {
        // SAFETY: `at` is masked; the index stands before the block's header, downwards.
        unsafe {
            match self.width {
                1 => *self.base().cast::<i8>().sub(at as usize + 1) as i32,
                2 => *self.base().cast::<i16>().sub(at as usize + 1) as i32,
                _ => *self.base().cast::<i32>().sub(at as usize + 1),
            }
        }
    }
    unsafe fn set_index(&self, at: u64, to: i32) {
        // SAFETY: as above.
        unsafe {
            match self.width {
                1 => *self.base().cast::<i8>().sub(at as usize + 1) = to as i8,
                2 => *self.base().cast::<i16>().sub(at as usize + 1) = to as i16,
                _ => *self.base().cast::<i32>().sub(at as usize + 1) = to,
            }
        }
    }
    #[inline(always)]
    fn entry<L: Layout>(&self, i: usize) -> *mut Word<L> {
        // SAFETY: i < entries <= usable of the block's size.
        unsafe { self.base().add(size_of::<Block>() + i * 16).cast() }
    }
    /// Where the hash of an entry stands; only in blocks that store hashes.
    #[inline(always)]
    fn stored_hash(&self, i: usize) -> *mut i64 {
        // SAFETY: as above; the hashes follow the entries.
        unsafe { self.base().add(size_of::<Block>() + usable_of(self.log2) * 16 + i * 8).cast() }
    }
    #[inline(always)]
    unsafe fn hash<L: Layout>(&self, i: usize) -> i64 {
        // SAFETY: the entry is live; string keys have their hash at the offset that the interpreter named.
        unsafe {
            if self.hash_offset == STORED {
                *self.stored_hash(i)
            } else {
                *(*self.entry::<L>(i)).ptr().payload::<u8>().add(self.hash_offset as usize).cast::<i64>()
            }
        }
    }
    /// First slot on the hash's path that holds no live entry.
    unsafe fn free_slot(&self, hash: i64) -> u64 {
        let mut probe = probe(hash);
        loop {
            let at = probe.at & self.mask();
            // SAFETY: masked.
            if unsafe { self.index(at) } < 0 {
                return at;
            }
            advance(&mut probe);
        }
    }
    /// The slot whose index is `entry`.
    unsafe fn slot_of(&self, hash: i64, entry: usize) -> u64 {
        let mut probe = probe(hash);
        loop {
            let at = probe.at & self.mask();
            // SAFETY: masked.
            if unsafe { self.index(at) } == entry as i32 {
                return at;
            }
            advance(&mut probe);
        }
    }
}

#[inline(always)]
fn probe(hash: i64) -> Probe {
    Probe { hash, perturb: hash as u64, at: hash as u64 }
}
#[inline(always)]
fn advance(probe: &mut Probe) {
    probe.perturb >>= PERTURB_SHIFT;
    probe.at = probe.at.wrapping_mul(5).wrapping_add(probe.perturb).wrapping_add(1);
}

impl<L: Layout> DictTable<L> {
    /// An empty table without a block.
    pub const fn new() -> Self {
        DictTable { block: None, used: 0, version: 0, _owns: PhantomData }
    }
    /// An empty table with room for `n` entries.
    pub fn with_capacity(n: usize) -> Result<Self, AllocError> {
        let mut table = Self::new();
        table.reserve(n)?;
        Ok(table)
    }
    #[inline(always)]
    fn get(&self) -> Option<BlockPtr> {
        self.block.map(BlockPtr)
    }
    /// Number of live entries.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.used as usize
    }
    /// Whether there is none.
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.used == 0
    }
    /// Changes whenever a key is added or removed or entries move. Wraps.
    #[inline(always)]
    pub fn version(&self) -> u32 {
        self.version
    }
    /// Where the entries are: another place whenever they move. Keys may be added and removed in place.
    #[inline(always)]
    pub fn place(&self) -> usize {
        self.block.map_or(0, |b| b.as_ptr() as usize)
    }
    /// The interpreter's version of the set of keys and their positions; 0 = none.
    #[inline(always)]
    pub fn keys_version(&self) -> u32 {
        self.get().map_or(0, |b| b.keys_version.get())
    }
    /// Gives the present set of keys a version. Ignored while the table has no block (then it has no keys).
    pub fn set_keys_version(&self, version: u32) {
        if let Some(b) = self.get() {
            b.keys_version.set(version);
        }
    }
    /// Whether all keys are exact strings (and entries store no hashes).
    pub fn is_all_str(&self) -> bool {
        self.get().is_some_and(|b| b.hash_offset != STORED)
    }
    /// Bytes that the table holds beside its own words.
    pub fn buffer_bytes(&self) -> usize {
        self.get().map_or(0, |b| bytes_of(b.log2, b.hash_offset))
    }
    /// What the block is in bytes; the index counts as filled.
    pub fn buffer(&self) -> Buffer {
        let room = |b: BlockPtr| (usable_of(b.log2) - self.len()) * stride_of(b.hash_offset);
        self.get().map_or(Buffer::default(), |b| {
            let bytes = bytes_of(b.log2, b.hash_offset);
            Buffer { bytes, used: bytes - room(b) }
        })
    }
    /// Number of entries, holes included: positions are below it.
    #[inline(always)]
    pub fn entry_count(&self) -> usize {
        self.get().map_or(0, |b| b.entries as usize)
    }
    /// The first live entry at or after a position.
    #[inline]
    pub fn next(&self, from: usize) -> Option<usize> {
        let b = self.get()?;
        // SAFETY: positions below `entries` are initialised.
        (from..b.entries as usize).find(|&i| unsafe { !(*b.entry::<L>(i)).is_null() })
    }
    /// The last live entry before a position.
    pub fn prev(&self, before: usize) -> Option<usize> {
        let b = self.get()?;
        // SAFETY: as above.
        (0..before.min(b.entries as usize)).rev().find(|&i| unsafe { !(*b.entry::<L>(i)).is_null() })
    }
    #[inline(always)]
    fn at(&self, entry: usize) -> (BlockPtr, *mut Word<L>) {
        match self.get() {
            Some(b) if entry < b.entries as usize => (b, b.entry(entry)),
            _ => panic!("dict entry {entry} out of range"),
        }
    }
    /// The key of an entry; `NULL` for a hole. Borrowed from the table.
    #[inline(always)]
    pub fn key(&self, entry: usize) -> Word<L> {
        // SAFETY: `at` checked the position.
        unsafe { *self.at(entry).1 }
    }
    /// The value of an entry; `NULL` for a hole. Borrowed from the table.
    #[inline(always)]
    pub fn value(&self, entry: usize) -> Word<L> {
        // SAFETY: as above.
        unsafe { *self.at(entry).1.add(1) }
    }
    /// The hash of a live entry.
    #[inline(always)]
    pub fn hash(&self, entry: usize) -> i64 {
        let (b, words) = self.at(entry);
        // SAFETY: a hole has no key to ask.
        unsafe { if (*words).is_null() { 0 } else { b.hash::<L>(entry) } }
    }
    /// Where the value of an entry stands, until the table changes.
    #[inline(always)]
    pub fn value_ptr(&self, entry: usize) -> *mut Word<L> {
        // SAFETY: `at` checked the position.
        unsafe { self.at(entry).1.add(1) }
    }
    /// `value` without the check of the position.
    ///
    /// # Safety
    /// `entry < entry_count()`.
    #[inline(always)]
    pub unsafe fn value_unchecked(&self, entry: usize) -> Word<L> {
        // SAFETY: the caller's promise: so there is a block.
        unsafe { *BlockPtr(self.block.unwrap_unchecked()).entry::<L>(entry).add(1) }
    }

    // ---- search ------------------------------------------------------------------------------------------------

    /// The entry of a key by identity alone: enough for interned strings in tables whose keys are interned.
    #[inline]
    pub fn find_identity(&self, hash: i64, key: Word<L>) -> Option<usize> {
        let b = self.get()?;
        let mut probe = probe(hash);
        loop {
            // SAFETY: masked; live indices are below `entries`.
            unsafe {
                let i = b.index(probe.at & b.mask());
                if i >= 0 {
                    if *b.entry::<L>(i as usize) == key {
                        return Some(i as usize);
                    }
                } else if i == EMPTY {
                    return None;
                }
            }
            advance(&mut probe);
        }
    }
    /// Starts a search.
    #[inline(always)]
    pub fn probe(&self, hash: i64) -> Probe {
        probe(hash)
    }
    /// Goes on with a search. The entries must not have moved since `probe` (see `place`).
    #[inline]
    pub fn step(&self, probe: &mut Probe, key: Word<L>) -> Step {
        let Some(b) = self.get() else { return Step::Miss };
        loop {
            // SAFETY: masked; live indices are below `entries`.
            unsafe {
                let i = b.index(probe.at & b.mask());
                if i == EMPTY {
                    return Step::Miss;
                }
                advance(probe);
                if i >= 0 {
                    let i = i as usize;
                    if *b.entry::<L>(i) == key {
                        return Step::Hit(i);
                    }
                    if b.hash::<L>(i) == probe.hash {
                        return Step::Maybe(i);
                    }
                }
            }
        }
    }

    // ---- change ------------------------------------------------------------------------------------------------

    fn touch(&mut self) {
        self.version = self.version.wrapping_add(1);
        if let Some(b) = self.get() {
            b.keys_version.set(0);
        }
    }
    /// A block of another size with the same live entries, without holes.
    fn resize(&mut self, log2: u8, hash_offset: u16) -> Result<(), AllocError> {
        let heap = Heap::<L>::current().ok_or(AllocError)?;
        debug_assert!(usable_of(log2) >= self.used as usize);
        let memory = heap.buffer_alloc(bytes_of(log2, hash_offset))?;
        // SAFETY: the index stands before the header.
        let new = unsafe { memory.add(index_bytes(log2)).cast::<Block>() };
        // SAFETY: the memory has the bytes of such a block; entries move from the old block, which is then freed.
        unsafe {
            let usable = (usable_of(log2) - self.used as usize) as u32;
            new.write(Block { log2, width: width_of(log2), hash_offset, keys_version: Cell::new(0), usable, entries: self.used });
            memory.write_bytes(0xff, index_bytes(log2));
            let to = BlockPtr(new);
            if let Some(from) = self.get() {
                let mut n = 0;
                for i in 0..from.entries as usize {
                    let old = from.entry::<L>(i);
                    if (*old).is_null() {
                        continue;
                    }
                    let hash = from.hash::<L>(i);
                    let entry = to.entry::<L>(n);
                    *entry = *old;
                    *entry.add(1) = *old.add(1);
                    if hash_offset == STORED {
                        *to.stored_hash(n) = hash;
                    }
                    to.set_index(to.free_slot(hash), n as i32);
                    n += 1;
                }
            }
            self.free_block(heap);
        }
        self.block = Some(new);
        self.touch();
        Ok(())
    }
    unsafe fn free_block(&mut self, heap: &Heap<L>) {
        if let Some(b) = self.block.take() {
            // SAFETY: the block came from this heap with these bytes.
            unsafe {
                let (log2, hash_offset) = ((*b.as_ptr()).log2, (*b.as_ptr()).hash_offset);
                heap.buffer_free(b.cast::<u8>().sub(index_bytes(log2)), bytes_of(log2, hash_offset));
            }
        }
    }
    /// Makes room for `n` entries in all.
    pub fn reserve(&mut self, n: usize) -> Result<(), AllocError> {
        if n <= self.used as usize + self.get().map_or(0, |b| b.usable as usize) {
            return Ok(());
        }
        // CPython 3.14 Objects/dictobject.c: estimate_log2_keysize.
        let log2 = log2_for(n.checked_mul(3).ok_or(AllocError)? / 2 + 1).ok_or(AllocError)?;
        let kind = self.get().map_or(STORED, |b| b.hash_offset);
        // An empty table has no kind yet: the first key decides, and `insert_new` keeps the size.
        self.resize(log2, kind)
    }
    /// Adds a key that is not in the table; its entry. On error the table is unchanged and key and value are dropped.
    pub fn insert_new(&mut self, hash: i64, key: Owned<L>, value: Owned<L>) -> Result<usize, AllocError> {
        let offset = Heap::<L>::current().and_then(|heap| heap.str_hash_offset(key.word())).unwrap_or(STORED);
        match self.get() {
            None => self.resize(3, offset)?,
            Some(b) => {
                let (log2, kind, usable) = (b.log2, b.hash_offset, b.usable);
                let kind = if self.used == 0 { offset } else if kind == offset { kind } else { STORED };
                if usable == 0 {
                    // CPython 3.14: GROWTH_RATE is three times the live entries.
                    let log2 = log2_for((self.used as usize).checked_mul(3).ok_or(AllocError)?).ok_or(AllocError)?;
                    self.resize(log2, kind)?;
                } else if kind != b.hash_offset {
                    self.resize(log2, kind)?;
                }
            }
        }
        let Some(block) = self.block else { return Err(AllocError) };
        // SAFETY: the block has room for one more entry now; no reference to it is held.
        unsafe {
            let b = BlockPtr(block);
            let n = b.entries as usize;
            (*block.as_ptr()).entries += 1;
            (*block.as_ptr()).usable -= 1;
            let entry = b.entry::<L>(n);
            *entry = key.into_word();
            *entry.add(1) = value.into_word();
            if b.hash_offset == STORED {
                *b.stored_hash(n) = hash;
            }
            b.set_index(b.free_slot(hash), n as i32);
            self.used += 1;
            self.touch();
            Ok(n)
        }
    }
    /// Replaces the value of a live entry.
    #[inline]
    pub fn replace(&mut self, entry: usize, value: Owned<L>) -> Owned<L> {
        let (_, words) = self.at(entry);
        // SAFETY: a live entry owns its value.
        unsafe {
            assert!(!(*words).is_null(), "dict entry {entry} is a hole");
            Owned::from_word(core::mem::replace(&mut *words.add(1), value.into_word()))
        }
    }
    /// Removes a live entry; its position becomes a hole.
    pub fn remove(&mut self, entry: usize) -> (Owned<L>, Owned<L>) {
        let (b, words) = self.at(entry);
        // SAFETY: a live entry owns key and value; its index slot is on its hash's path.
        let pair = unsafe {
            assert!(!(*words).is_null(), "dict entry {entry} is a hole");
            b.set_index(b.slot_of(b.hash::<L>(entry), entry), DELETED);
            let key = core::mem::replace(&mut *words, Word::NULL);
            let value = core::mem::replace(&mut *words.add(1), Word::NULL);
            (Owned::from_word(key), Owned::from_word(value))
        };
        self.used -= 1;
        self.touch();
        pair
    }
    /// Removes the last live entry.
    pub fn pop_last(&mut self) -> Option<(i64, Owned<L>, Owned<L>)> {
        let last = self.prev(self.entry_count())?;
        let hash = self.hash(last);
        let (key, value) = self.remove(last);
        if let Some(b) = self.block {
            // SAFETY: nobody else looks at the block. All entries from `last` on are holes.
            unsafe { (*b.as_ptr()).entries = last as u32 };
        }
        Some((hash, key, value))
    }
    /// Empties the table; dropping the result drops the entries, in order.
    pub fn clear(&mut self) -> DictTable<L> {
        let old = core::mem::take(self);
        self.version = old.version.wrapping_add(1);
        old
    }
    /// A copy that shares keys and values; without holes when there are many.
    pub fn try_clone(&self) -> Result<Self, AllocError> {
        let mut new = Self::new();
        let Some(b) = self.get() else { return Ok(new) };
        if self.used == 0 {
            return Ok(new);
        }
        let heap = Heap::<L>::current().ok_or(AllocError)?;
        // CPython 3.14 Objects/dictobject.c: PyDict_Copy clones the block if at least two thirds of its entries are live.
        if self.used as usize >= b.entries as usize * 2 / 3 {
            let bytes = bytes_of(b.log2, b.hash_offset);
            let memory = heap.buffer_alloc(bytes)?;
            // SAFETY: a bitwise copy of a block of the same size, then one reference more for each word in it.
            unsafe {
                let Some(from) = self.block else { return Ok(new) };
                memory.copy_from_nonoverlapping(from.cast::<u8>().sub(index_bytes(b.log2)), bytes);
                let block = memory.add(index_bytes(b.log2)).cast::<Block>();
                (*block.as_ptr()).keys_version.set(0);
                new.block = Some(block);
                new.used = self.used;
                for i in 0..b.entries as usize {
                    let words = b.entry::<L>(i);
                    (*words).retain();
                    (*words.add(1)).retain();
                }
            }
            return Ok(new);
        }
        new.resize(log2_for(self.used as usize * 3 / 2 + 1).ok_or(AllocError)?, b.hash_offset)?;
        let mut from = 0;
        while let Some(i) = self.next(from) {
            // SAFETY: a live entry's words are values that the table keeps alive.
            let (key, value) = unsafe { (Owned::share_word(self.key(i)), Owned::share_word(self.value(i))) };
            new.insert_new(self.hash(i), key, value)?;
            from = i + 1;
        }
        Ok(new)
    }
}

impl<L: Layout> Drop for DictTable<L> {
    fn drop(&mut self) {
        let Some(b) = self.get() else { return };
        // SAFETY: each live entry owns its words; the block is unreachable for others.
        unsafe {
            for i in 0..b.entries as usize {
                let words = b.entry::<L>(i);
                (*words).release();
                (*words.add(1)).release();
            }
            if let Some(heap) = Heap::<L>::current() {
                self.free_block(heap);
            }
        }
    }
}

/// The entry of a key, comparing through the caller: `eq(ctx, stored, key)` may run any code. If the entries moved meanwhile or the
/// key is gone the search starts again (CPython 3.14 Objects/dictobject.c: what else changes does not matter). `table` is asked again after every comparison.
pub fn lookup<'a, L: Layout, C: ?Sized, E>(
    table: &impl Fn() -> &'a DictTable<L>,
    ctx: &mut C,
    hash: i64,
    key: &Owned<L>,
    mut eq: impl FnMut(&mut C, &Owned<L>, &Owned<L>) -> Result<bool, E>,
) -> Result<Option<usize>, E> {
    'again: loop {
        let place = table().place();
        let mut probe = table().probe(hash);
        loop {
            match table().step(&mut probe, key.word()) {
                Step::Miss => return Ok(None),
                Step::Hit(entry) => return Ok(Some(entry)),
                Step::Maybe(entry) => {
                    // SAFETY: the table keeps the key alive until the new reference is made.
                    let stored = unsafe { Owned::share_word(table().key(entry)) };
                    let equal = eq(ctx, &stored, key)?;
                    if table().place() != place || entry >= table().entry_count() || !table().key(entry).same(stored.word()) {
                        continue 'again;
                    }
                    if equal {
                        return Ok(Some(entry));
                    }
                }
            }
        }
    }
}
