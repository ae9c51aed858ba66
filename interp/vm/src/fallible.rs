//! Vectors of sizes that a program chooses: growing them gives MemoryError where the standard library would abort. Memory promised
//! in advance, for the parser and the compiler, which ask infallibly.
//!
//! Not here: storage inside objects (`BufVec` of `instar-object`), text (`instar-base-text` has a builder that fails).

use crate::vm::{PyResult, Vm};

/// Collecting that may fail.
pub trait CollectVec: Iterator + Sized {
    /// All items, or MemoryError.
    fn try_vec(self, vm: &Vm) -> PyResult<Vec<Self::Item>> {
        let mut all = Vec::new();
        all.try_reserve_exact(self.size_hint().0).map_err(|_| vm.no_memory())?;
        for item in self { vm.push(&mut all, item)? }
        Ok(all)
    }
}
impl<I: Iterator> CollectVec for I {}

/// Copying that may fail.
pub trait CopyVec<T> {
    /// A copy, or MemoryError.
    fn try_copy(&self, vm: &Vm) -> PyResult<Vec<T>>;
}
impl<T: Clone> CopyVec<T> for [T] {
    fn try_copy(&self, vm: &Vm) -> PyResult<Vec<T>> {
        let mut all = Vec::new();
        vm.append(&mut all, self)?;
        Ok(all)
    }
}

/// How the program's allocator is told that infallible requests follow. The default knows no such allocator.
#[derive(Clone, Copy)]
pub struct Promises {
    /// So many more bytes of large blocks are had by whoever asks, whatever the limits, until `end`.
    pub begin: fn(usize),
    /// Takes the last promise back.
    pub end: fn(),
}
impl Default for Promises {
    fn default() -> Promises { Promises { begin: |_| (), end: || () } }
}

/// While it lives, infallible requests succeed up to what was promised.
#[must_use]
pub struct Promised(fn());
impl Drop for Promised {
    fn drop(&mut self) { (self.0)() }
}

/// What parsing and compiling take at their peak: measured 80 to 130 for displays, assignments and calls, one a line.
const BYTES_PER_SOURCE_BYTE: usize = 130;
/// So much may be promised without a look: the allocator has it in reserve.
const RESERVE: usize = 1 << 20;

impl Vm {
    /// Memory for parsing and compiling `source_bytes` bytes of text, or MemoryError.
    pub fn promise_for_source(&self, source_bytes: usize) -> PyResult<Promised> {
        let bytes = source_bytes.saturating_mul(BYTES_PER_SOURCE_BYTE);
        if bytes > RESERVE { self.probe_memory(bytes)? }
        (self.promises.begin)(bytes.max(RESERVE));
        Ok(Promised(self.promises.end))
    }
    /// `v.push(item)`, or MemoryError.
    #[inline]
    pub fn push<T>(&self, v: &mut Vec<T>, item: T) -> PyResult<()> {
        if v.len() == v.capacity() { v.try_reserve(1).map_err(|_| self.no_memory())? }
        v.push(item);
        Ok(())
    }
    /// `v.extend_from_slice(items)`, or MemoryError.
    pub fn append<T: Clone>(&self, v: &mut Vec<T>, items: &[T]) -> PyResult<()> {
        v.try_reserve(items.len()).map_err(|_| self.no_memory())?;
        v.extend_from_slice(items);
        Ok(())
    }
    /// `s.push_str(text)`, or MemoryError.
    pub fn append_text(&self, s: &mut String, text: &str) -> PyResult<()> {
        s.try_reserve(text.len()).map_err(|_| self.no_memory())?;
        s.push_str(text);
        Ok(())
    }
}
