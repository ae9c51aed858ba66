//! `instar -X memstats`: byte measures of the heap, and what a counting binary counted, written as JSON to the file that
//! `INSTAR_MEMSTATS` names.
//!
//! Not here: counting (`instar-object`, `instar-vm::stats`), reading the file (`experiments/src/cell.rs`).

use std::collections::BTreeMap;
use std::fmt::Write;
use std::io;

use instar_code::Op;
use instar_object::GenerationStats;
use instar_object::select::STATS;
use instar_object::stats::{CountOps, Origin};
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
    let generations = vm.heap.gc_stats();
    for (name, f) in [("collections", (|g| g.collections) as fn(&GenerationStats) -> usize), ("visited", |g| g.visited), ("collected", |g| g.collected)] {
        let _ = write!(text, ",\"{name}_by_generation\":{:?}", generations.each_ref().map(f));
    }
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
    let rows = c.count_ops.each_ref().map(|row| row.get());
    let sum = |f: fn(&CountOps) -> u64| rows.iter().map(f).sum::<u64>();
    number("retain_written", sum(|r| r.retain_written));
    number("retain_immortal", sum(|r| r.retain_immortal));
    number("retain_skipped", sum(|r| r.retain_immortal + r.retain_stuck));
    number("release_written", sum(|r| r.release_written));
    number("release_immortal", sum(|r| r.release_immortal));
    number("release_skipped", sum(|r| r.release_immortal + r.release_stuck));
    number("local_reads", c.local_reads.get());
    number("local_reads_retained", c.local_reads_retained.get());
    number("ops_escaping", c.ops_escaping.get());
    number("ops_escaping_or_releasing", c.ops_escaping_or_releasing.get());
    number("free_list_hits", c.free_list_hits.get());
    let named = |f: fn(&CountOps) -> u64| Origin::NAMES.into_iter().zip(rows.map(|r| f(&r))).collect::<Vec<_>>();
    map(&mut text, "written_by_origin", named(|r| r.retain_written + r.release_written).into_iter());
    map(&mut text, "skipped_by_origin", named(|r| r.retain_immortal + r.retain_stuck + r.release_immortal + r.release_stuck).into_iter());
    map(&mut text, "dicts_made_by_cause", c.dicts_made.borrow().iter().map(|(cause, n)| (*cause, *n)));
    for (who, peaks) in [("dead", *c.dead_peaks.borrow()), ("live", vm.heap.live_peaks())] {
        let _ = write!(text, ",\"{who}_objects_by_peak_count\":{:?},\"{who}_bytes_by_peak_count\":{:?}", peaks.objects, peaks.bytes);
    }
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
