//! The stack of Python frames: chunks of words that never move.
//!
//! A callee's locals begin where the caller put the arguments, so a call copies nothing unless the chunk is full.
//! Growth doubles chunk sizes; one empty chunk is kept to avoid thrashing at a border. Not here: what a frame holds (`frame.rs`).

use std::alloc::{alloc, dealloc, Layout};

use crate::object::Word;

/// Words of the first chunk: 32 KiB, enough for some 100 small frames.
const FIRST_CHUNK_WORDS: usize = 4096;
/// Largest chunk made for growth: 8 MiB.
const CHUNK_WORDS_MAX: usize = 1 << 20;

struct Chunk {
    start: *mut Word,
    words: usize,
}

impl Chunk {
    fn layout(words: usize) -> Option<Layout> { Layout::array::<Word>(words).ok() }
    fn new(words: usize) -> Option<Chunk> {
        let layout = Self::layout(words)?;
        // SAFETY: the layout has a positive size.
        let start = unsafe { alloc(layout) }.cast::<Word>();
        if start.is_null() { None } else { Some(Chunk { start, words }) }
    }
}

impl Drop for Chunk {
    fn drop(&mut self) {
        // SAFETY: allocated in `new` with the same layout.
        unsafe { dealloc(self.start.cast(), Self::layout(self.words).expect("checked when made")) }
    }
}

/// Chunks of frame storage.
pub struct DataStack {
    chunks: Vec<Chunk>,
    spare: Option<Chunk>,
    /// End of the current chunk: a frame must end at or below it.
    pub limit: *mut Word,
}

impl DataStack {
    /// A stack with its first chunk; `None` without memory.
    pub fn new() -> Option<DataStack> {
        let first = Chunk::new(FIRST_CHUNK_WORDS)?;
        // SAFETY: one past the end of the allocation.
        let limit = unsafe { first.start.add(first.words) };
        Some(DataStack { chunks: vec![first], spare: None, limit })
    }

    /// Start of the first chunk: where the outermost frame goes.
    pub fn bottom(&self) -> *mut Word { self.chunks[0].start }

    /// Start of the current chunk.
    #[inline]
    pub fn start(&self) -> *mut Word { self.chunks.last().expect("law: one chunk at least").start }

    /// Opens a chunk with room for `words` and returns its start; `None` without memory.
    #[cold]
    pub fn grow(&mut self, words: usize) -> Option<*mut Word> {
        let last = self.chunks.last().expect("law: one chunk at least").words;
        let chunk = match self.spare.take() {
            Some(c) if c.words >= words => c,
            _ => Chunk::new((last * 2).min(CHUNK_WORDS_MAX).max(words + 64))?,
        };
        // SAFETY: one past the end of the allocation.
        self.limit = unsafe { chunk.start.add(chunk.words) };
        let start = chunk.start;
        self.chunks.push(chunk);
        Some(start)
    }

    /// Closes the newest chunk (its first frame returned).
    #[cold]
    pub fn shrink(&mut self) {
        let chunk = self.chunks.pop().expect("law: grow and shrink pair");
        if self.spare.as_ref().is_none_or(|s| s.words <= chunk.words) { self.spare = Some(chunk) }
        let now = self.chunks.last().expect("law: the first chunk stays");
        // SAFETY: one past the end of the allocation.
        self.limit = unsafe { now.start.add(now.words) };
    }
}
