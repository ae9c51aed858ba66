//! Vectors of sizes that a program chooses: growing them gives MemoryError where the standard library would abort.
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

impl Vm {
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
