//! `instar -X memstats`: counters of the heap, written as JSON to the file that `INSTAR_MEMSTATS` names.
//!
//! Not here: counting (`instar-object`, `instar-vm::stats`).

use std::io;

use instar_vm::Vm;

/// Writes the file; does nothing if the variable is not set.
pub fn write(vm: &Vm) -> io::Result<()> {
    let Some(path) = std::env::var_os("INSTAR_MEMSTATS") else { return Ok(()) };
    let m = vm.heap.mem_stats();
    let collections: u64 = vm.heap.gc_stats().iter().map(|g| g.collections as u64).sum();
    let text = format!(
        "{{\"requested_bytes_peak\":{},\"cell_bytes_peak\":{},\"page_bytes_peak\":{},\"live_requested_bytes\":{},\"live_cell_bytes\":{},\"live_page_bytes\":{},\"collections\":{collections}}}\n",
        m.requested_peak, m.cell_peak, m.page_peak, m.requested, m.cell, m.page,
    );
    std::fs::write(path, text)
}
