//! `instar -X memstats`: byte measures of the heap, and what a counting binary counted, written as JSON to the file that
//! `INSTAR_MEMSTATS` names.
//!
//! Not here: counting (`instar-object`, `instar-vm::stats`), reading the file (`experiments/src/cell.rs`).

use std::collections::BTreeMap;
use std::fmt::Write;
use std::io;

use instar_code::Op;
use instar_object::select::STATS;
use instar_vm::Vm;

/// Writes the file; does nothing if the variable is not set.
pub fn write(vm: &Vm) -> io::Result<()> {
    let Some(path) = std::env::var_os("INSTAR_MEMSTATS") else { return Ok(()) };
    let m = vm.heap.mem_stats();
    let collections: u64 = vm.heap.gc_stats().iter().map(|g| g.collections as u64).sum();
    let mut text = format!(
        "{{\"requested_bytes_peak\":{},\"cell_bytes_peak\":{},\"page_bytes_peak\":{},\"live_requested_bytes\":{},\"live_cell_bytes\":{},\"live_page_bytes\":{},\"collections\":{collections}",
        m.requested_peak, m.cell_peak, m.page_peak, m.requested, m.cell, m.page,
    );
    if STATS { text.push_str(&counted(vm)) }
    text.push_str("}\n");
    std::fs::write(path, text)
}

/// The fields of a counting binary.
fn counted(vm: &Vm) -> String {
    let c = &vm.heap.counters;
    let mut text = String::new();
    let mut number = |name: &str, n: u64| { let _ = write!(text, ",\"{name}\":{n}"); };
    let ops = c.ops.borrow();
    number("ops", ops.iter().sum());
    number("retain_written", c.retain_written.get());
    number("retain_skipped", c.retain_skipped.get());
    number("release_written", c.release_written.get());
    number("release_skipped", c.release_skipped.get());
    number("retain_local", c.retain_local.get());
    number("free_list_hits", c.free_list_hits.get());
    number("dicts_made", c.dicts_made.get());
    let mut families = BTreeMap::<&str, u64>::new();
    for (op, n) in ops.iter().enumerate().filter(|(_, n)| **n > 0) {
        if let Some(op) = Op::from_u16(op as u16) { *families.entry(op.generic().info().name).or_default() += n }
    }
    map(&mut text, "ops_by_family", families.into_iter());
    let allocations = c.allocations.borrow();
    map(&mut text, "allocations_by_type", allocations.iter().map(|(name, n)| (*name, *n)).collect::<BTreeMap<_, _>>().into_iter());
    text
}

fn map<'a>(text: &mut String, name: &str, rows: impl Iterator<Item = (&'a str, u64)>) {
    let rows: Vec<String> = rows.map(|(key, n)| format!("\"{key}\":{n}")).collect();
    let _ = write!(text, ",\"{name}\":{{{}}}", rows.join(","));
}
