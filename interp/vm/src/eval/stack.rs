//! The stack of Python frames: chunks of words that never move.
//!
//! A callee's locals begin where the caller put the arguments, so a call copies nothing unless the chunk is full.
//! Growth doubles chunk sizes; one empty chunk is kept to avoid thrashing at a border.
//!
//! LAW: the `GUARD_WORDS` before a chunk's first word belong to nobody. A generator's frame lies elsewhere in memory; a frame of at
//! most that size, put above its temps, therefore cannot end inside a chunk: one comparison ([`DataStack::fits`]) tells that
//! there is no room at the end of a chunk as well as that the caller is no frame of the stack. Not here: what a frame holds (`frame.rs`).

use std::alloc::{alloc, dealloc, Layout};

use crate::object::Word;

/// Words of the first chunk: 32 KiB, enough for some 100 small frames.
const FIRST_CHUNK_WORDS: usize = 4096;
/// Unused words before a chunk; no frame that [`DataStack::fits`] is asked about is larger.
pub const GUARD_WORDS: usize = 512;
/// Largest chunk made for growth: 8 MiB.
const CHUNK_WORDS_MAX: usize = 1 << 20;

struct Chunk {
    start: *mut Word,
    words: usize,
}

impl Chunk {
    fn layout(words: usize) -> Option<Layout> { Layout::array::<Word>(words).ok() }
    fn new(words: usize) -> Option<Chunk> {
        let layout = Self::layout(words + GUARD_WORDS)?;
        // SAFETY: the layout has a positive size.
        let memory = unsafe { alloc(layout) }.cast::<Word>();
        // SAFETY: the allocation begins with the guard.
        if memory.is_null() { None } else { Some(Chunk { start: unsafe { memory.add(GUARD_WORDS) }, words }) }
    }
}

impl Drop for Chunk {
    fn drop(&mut self) {
        // SAFETY: allocated in `new` with the same layout.
        unsafe { dealloc(self.start.sub(GUARD_WORDS).cast(), Self::layout(self.words + GUARD_WORDS).expect("checked when made")) }
    }
}

/// Chunks of frame storage. The default has none: that of a thread that has ended.
pub struct DataStack {
    chunks: Vec<Chunk>,
    spare: Option<Chunk>,
    /// First word of the current chunk.
    start: *mut Word,
    /// Its size in bytes: a frame must end within.
    bytes: usize,
}

impl Default for DataStack {
    fn default() -> Self { DataStack { chunks: Vec::new(), spare: None, start: std::ptr::null_mut(), bytes: 0 } }
}

impl DataStack {
    /// A stack with its first chunk; `None` without memory.
    pub fn new() -> Option<DataStack> {
        let first = Chunk::new(FIRST_CHUNK_WORDS)?;
        Some(DataStack { start: first.start, bytes: first.words * size_of::<Word>(), chunks: vec![first], spare: None })
    }

    /// Whether a frame of at most `GUARD_WORDS` words that ends at `end` lies in the current chunk.
    #[inline(always)]
    pub fn fits(&self, end: *mut Word) -> bool { (end as usize).wrapping_sub(self.start as usize) <= self.bytes }

    /// Words from `base` to the end of the current chunk; `None` if it is not a place in that chunk.
    pub fn room(&self, base: *mut Word) -> Option<usize> {
        let before = (base as usize).wrapping_sub(self.start as usize);
        if before > self.bytes { None } else { Some((self.bytes - before) / size_of::<Word>()) }
    }

    fn use_newest(&mut self) {
        let now = self.chunks.last().expect("law: the first chunk stays");
        (self.start, self.bytes) = (now.start, now.words * size_of::<Word>());
    }

    /// Start of the first chunk: where the outermost frame goes.
    pub fn bottom(&self) -> *mut Word { self.chunks[0].start }

    /// Opens a chunk with room for `words` and returns its start; `None` without memory.
    #[cold]
    pub fn grow(&mut self, words: usize) -> Option<*mut Word> {
        let last = self.chunks.last().expect("law: one chunk at least").words;
        let chunk = match self.spare.take() {
            Some(c) if c.words >= words => c,
            _ => Chunk::new((last * 2).min(CHUNK_WORDS_MAX).max(words + 64))?,
        };
        self.chunks.push(chunk);
        self.use_newest();
        Some(self.start)
    }

    /// Closes the newest chunk (its first frame returned).
    #[cold]
    pub fn shrink(&mut self) {
        let chunk = self.chunks.pop().expect("law: grow and shrink pair");
        if self.spare.as_ref().is_none_or(|s| s.words <= chunk.words) { self.spare = Some(chunk) }
        self.use_newest();
    }
}
