//! `MemStats`: the three byte measures of a heap, side by side. How they are taken is in `heap.rs` and `instar-alloc`.

/// Bytes of a heap. Peaks of `requested` and `cell` are those of the samples taken (collections, `Heap::sample`), the peak of `page` is exact.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub struct MemStats {
    /// Asked for by live objects and buffers.
    pub requested: usize,
    /// Highest sampled `requested`.
    pub requested_peak: usize,
    /// Occupied by their cells.
    pub cell: usize,
    /// Highest sampled `cell`.
    pub cell_peak: usize,
    /// Held by the allocator.
    pub page: usize,
    /// Highest `page`.
    pub page_peak: usize,
    /// Number of cells handed out.
    pub live_cells: usize,
}
