//! `SetTable`: open addressing exactly as CPython's set does it, so that iteration and `pop` show the same order.
//!
//! ```text
//! table 32:  entries* 8 | mask 4 | fill 4 | used 4 | finger 4 | version 4 | pad 4
//! entry 16:  key 8 (0 = never used, or dummy if the hash is -1) | hash 8
//! ```
//! CPython 3.14 Objects/setobject.c: LINEAR_PROBES 9, PERTURB_SHIFT 5, resize when fill * 5 >= mask * 3.
//! `// DIFF:` an empty set has no entries; CPython keeps eight in the object.
use super::Step;
use crate::handle::Owned;
use crate::heap::{AllocError, Heap};
use crate::layout::Layout;
use crate::select::Active;
use crate::word::Word;
use core::marker::PhantomData;
use core::ptr::NonNull;

const LINEAR_PROBES: u64 = 9;
const PERTURB_SHIFT: u32 = 5;
/// Hash of an entry whose key was removed: no object hashes to it.
const DUMMY: i64 = -1;

#[repr(C)]
struct Entry<L: Layout> {
    key: Word<L>,
    hash: i64,
}

/// State of a search through a set.
#[derive(Clone, Copy, Debug)]
pub struct SetProbe {
    hash: i64,
    perturb: u64,
    /// Start of the present run.
    base: u64,
    /// Position in the run, and how many are left after it.
    offset: u64,
    left: u64,
}

/// Unordered set of keys, each owned.
pub struct SetTable<L: Layout = Active> {
    entries: Option<NonNull<Entry<L>>>,
    mask: u32,
    fill: u32,
    used: u32,
    finger: u32,
    version: u32,
    _owns: PhantomData<Owned<L>>,
}

impl<L: Layout> Default for SetTable<L> {
    fn default() -> Self {
        Self::new()
    }
}

fn run(at: u64, mask: u64) -> u64 {
    if at + LINEAR_PROBES <= mask { LINEAR_PROBES } else { 0 }
}

impl<L: Layout> SetTable<L> {
    /// An empty set.
    pub const fn new() -> Self {
        SetTable { entries: None, mask: 7, fill: 0, used: 0, finger: 0, version: 0, _owns: PhantomData }
    }
    /// Number of keys.
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
        self.entries.map_or(0, |e| e.as_ptr() as usize)
    }
    /// Number of positions, free ones included.
    #[inline(always)]
    pub fn entry_count(&self) -> usize {
        if self.entries.is_some() { self.mask as usize + 1 } else { 0 }
    }
    /// Bytes that the table holds beside its own words.
    pub fn buffer_bytes(&self) -> usize {
        self.entry_count() * size_of::<Entry<L>>()
    }
    #[inline(always)]
    fn entry(&self, at: usize) -> &Entry<L> {
        assert!(at < self.entry_count(), "set entry {at} out of range");
        // SAFETY: checked; all entries are initialised.
        unsafe { &*self.ptr().add(at) }
    }
    #[inline(always)]
    fn ptr(&self) -> *mut Entry<L> {
        self.entries.map_or(core::ptr::null_mut(), NonNull::as_ptr)
    }
    /// The first position at or after `from` that holds a key.
    #[inline]
    pub fn next(&self, from: usize) -> Option<usize> {
        (from..self.entry_count()).find(|&i| !self.entry(i).key.is_null())
    }
    /// The key at a position, `NULL` if there is none. Borrowed.
    #[inline(always)]
    pub fn key(&self, at: usize) -> Word<L> {
        self.entry(at).key
    }
    /// The hash of the key at a position.
    #[inline(always)]
    pub fn hash(&self, at: usize) -> i64 {
        self.entry(at).hash
    }

    /// Starts a search.
    #[inline]
    pub fn probe(&self, hash: i64) -> SetProbe {
        let base = hash as u64 & self.mask as u64;
        SetProbe { hash, perturb: hash as u64, base, offset: 0, left: run(base, self.mask as u64) }
    }
    /// Goes on with a search. The entries must not have moved since `probe` (see `place`).
    #[inline]
    pub fn step(&self, probe: &mut SetProbe, key: Word<L>) -> Step {
        if self.entries.is_none() {
            return Step::Miss;
        }
        let mask = self.mask as u64;
        loop {
            let at = ((probe.base + probe.offset) & mask) as usize;
            // SAFETY: masked.
            let entry = unsafe { &*self.ptr().add(at) };
            if probe.left == 0 {
                probe.perturb >>= PERTURB_SHIFT;
                probe.base = probe.base.wrapping_mul(5).wrapping_add(1).wrapping_add(probe.perturb) & mask;
                probe.offset = 0;
                probe.left = run(probe.base, mask);
            } else {
                probe.offset += 1;
                probe.left -= 1;
            }
            if entry.key.is_null() {
                if entry.hash != DUMMY {
                    return Step::Miss;
                }
            } else if entry.key == key {
                return Step::Hit(at);
            } else if entry.hash == probe.hash {
                return Step::Maybe(at);
            }
        }
    }
    /// The position of a key by identity alone.
    pub fn find_identity(&self, hash: i64, key: Word<L>) -> Option<usize> {
        let mut probe = self.probe(hash);
        loop {
            match self.step(&mut probe, key) {
                Step::Hit(at) => return Some(at),
                Step::Maybe(_) => {}
                Step::Miss => return None,
            }
        }
    }
    /// The position of a key, comparing through the caller: as [`super::lookup`] for dicts.
    pub fn lookup<'a, C: ?Sized, E>(
        table: &impl Fn() -> &'a SetTable<L>,
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
                    Step::Hit(at) => return Ok(Some(at)),
                    Step::Maybe(at) => {
                        // SAFETY: the set keeps the key alive until the new reference is made.
                        let stored = unsafe { Owned::share_word(table().key(at)) };
                        let equal = eq(ctx, &stored, key)?;
                        if table().place() != place || at >= table().entry_count() || !table().key(at).same(stored.word()) {
                            continue 'again;
                        }
                        if equal {
                            return Ok(Some(at));
                        }
                    }
                }
            }
        }
    }

    /// First never used position on the hash's path, or, for a key that is added, the last dummy passed on the way.
    fn unused(&self, hash: i64, reuse: bool) -> usize {
        let mask = self.mask as u64;
        let mut perturb = hash as u64;
        let mut base = hash as u64 & mask;
        let mut dummy = None;
        loop {
            for at in base..=base + run(base, mask) {
                // SAFETY: `run` keeps the position within the mask.
                let entry = unsafe { &*self.ptr().add(at as usize) };
                if entry.key.is_null() {
                    if entry.hash != DUMMY {
                        return dummy.filter(|_| reuse).unwrap_or(at as usize);
                    }
                    dummy = Some(at as usize);
                }
            }
            perturb >>= PERTURB_SHIFT;
            base = base.wrapping_mul(5).wrapping_add(1).wrapping_add(perturb) & mask;
        }
    }
    fn resize(&mut self, minimum: usize) -> Result<(), AllocError> {
        let heap = Heap::<L>::current().ok_or(AllocError)?;
        let mut size = 8usize;
        while size <= minimum {
            size = size.checked_mul(2).filter(|&s| s <= 1 << 31).ok_or(AllocError)?;
        }
        let memory = heap.buffer_alloc(size * size_of::<Entry<L>>())?;
        // SAFETY: the memory has room for `size` entries; zero is an unused entry. Keys move from the old entries.
        unsafe {
            memory.write_bytes(0, size * size_of::<Entry<L>>());
            let (old, count) = (self.entries, self.entry_count());
            self.entries = Some(memory.cast());
            self.mask = (size - 1) as u32;
            self.fill = self.used;
            if let Some(old) = old {
                for i in 0..count {
                    let entry = old.add(i).read();
                    if !entry.key.is_null() {
                        let at = self.unused(entry.hash, false);
                        self.ptr().add(at).write(entry);
                    }
                }
                heap.buffer_free(old.cast(), count * size_of::<Entry<L>>());
            }
        }
        self.version = self.version.wrapping_add(1);
        Ok(())
    }
    /// Makes room before `n` keys are merged in, as CPython's `set_merge` does.
    pub fn reserve_for_merge(&mut self, n: usize) -> Result<(), AllocError> {
        if (self.fill as usize + n) * 5 >= self.mask as usize * 3 {
            self.resize((self.used as usize + n) * 2)?;
        }
        Ok(())
    }
    /// Adds a key that is not in the set; its position may be another after the next change. On error the set is unchanged and the key dropped.
    pub fn insert_new(&mut self, hash: i64, key: Owned<L>) -> Result<(), AllocError> {
        if self.entries.is_none() {
            self.resize(0)?;
        }
        // Room for the growth that may follow is asked for first, so that the key is in or not.
        let at = self.unused(hash, true);
        let reused = self.entry(at).hash == DUMMY;
        let grows = !reused && (self.fill as usize + 1) * 5 >= self.mask as usize * 3;
        // SAFETY: `unused` gave a position of the table.
        unsafe { self.ptr().add(at).write(Entry { key: key.word(), hash }) };
        self.fill += !reused as u32;
        self.used += 1;
        if grows {
            let used = self.used as usize;
            if let Err(e) = self.resize(if used > 50_000 { used * 2 } else { used * 4 }) {
                // SAFETY: as above; the key was only lent.
                unsafe { self.ptr().add(at).write(Entry { key: Word::NULL, hash: 0 }) };
                self.fill -= 1;
                self.used -= 1;
                return Err(e);
            }
        }
        core::mem::forget(key); // its reference is the entry's now
        self.version = self.version.wrapping_add(1);
        Ok(())
    }
    /// Removes the key at a position.
    pub fn remove(&mut self, at: usize) -> Owned<L> {
        let key = self.entry(at).key;
        assert!(!key.is_null(), "set entry {at} is free");
        // SAFETY: checked; the entry owned its key.
        unsafe {
            self.ptr().add(at).write(Entry { key: Word::NULL, hash: DUMMY });
            self.used -= 1;
            self.version = self.version.wrapping_add(1);
            Owned::from_word(key)
        }
    }
    /// Removes a key as `set.pop` does: the next one after the last one popped.
    pub fn pop(&mut self) -> Option<(i64, Owned<L>)> {
        if self.used == 0 {
            return None;
        }
        let mut at = (self.finger & self.mask) as usize;
        while self.entry(at).key.is_null() {
            at += 1;
            if at > self.mask as usize {
                at = 0;
            }
        }
        self.finger = at as u32 + 1;
        let hash = self.hash(at);
        Some((hash, self.remove(at)))
    }
    /// Empties the set; dropping the result drops the keys.
    pub fn clear(&mut self) -> SetTable<L> {
        let old = core::mem::take(self);
        self.version = old.version.wrapping_add(1);
        old
    }
    /// A copy that shares the keys, laid out as CPython's copy is.
    pub fn try_clone(&self) -> Result<Self, AllocError> {
        let mut new = Self::new();
        if self.used == 0 {
            return Ok(new);
        }
        new.reserve_for_merge(self.used as usize)?;
        if new.entries.is_none() {
            new.resize(0)?;
        }
        let same = new.mask == self.mask && self.fill == self.used;
        for i in 0..self.entry_count() {
            let entry = self.entry(i);
            if entry.key.is_null() {
                continue;
            }
            let at = if same { i } else { new.unused(entry.hash, false) };
            // SAFETY: the position is in the new table; its reference is a new one.
            unsafe {
                entry.key.retain();
                new.ptr().add(at).write(Entry { key: entry.key, hash: entry.hash });
            }
            new.fill += 1;
            new.used += 1;
        }
        Ok(new)
    }
}

impl<L: Layout> Drop for SetTable<L> {
    fn drop(&mut self) {
        for i in 0..self.entry_count() {
            // SAFETY: each key is owned by its entry.
            unsafe { self.entry(i).key.release() };
        }
        if let (Some(entries), Some(heap)) = (self.entries, Heap::<L>::current()) {
            // SAFETY: the entries came from this heap.
            unsafe { heap.buffer_free(entries.cast(), self.buffer_bytes()) }
        }
    }
}
