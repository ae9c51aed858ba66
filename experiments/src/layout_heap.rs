//! `layout FILE.py`: runs a program and says what its heap is made of when the main module has ended: bytes by type and by owner, and
//! what the same heap would take under every other layout.
//!
//! The binary walks its heap (`-X heap`); bytes are computed from the facts of each object. What the walk does not find (objects that only native code
//! or a running frame holds) is one line, and is counted with its bytes under every layout. Not here: peaks and pages (`run`).

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use instar_object::reflect::{LAYOUTS, Numbers, Sizes, combinations};

use crate::census::{self, Group, HeapFile};
use crate::error::{LabError, Result, at_path};
use crate::layout::new_table;
use crate::layout_all::byte_axes;
use crate::process;

/// Types that get a row of their own.
const TYPES_SHOWN: usize = 24;
/// Owners of bytes, as columns: name, owners of [`instar_object::reflect::Part`].
const OWNERS: [(&str, &[&str]); 9] = [
    ("header", &["rc"]),
    ("type", &["type"]),
    ("gc", &["gc"]),
    ("weakref", &["weakref"]),
    ("attributes", &["attrs", "value"]),
    ("slots", &["slots"]),
    ("payload", &["payload"]),
    ("buffers", &["buffer"]),
    ("rounding", &["alloc"]),
];

/// Runs the program under the binary and prints the tables.
///
/// # Errors
/// When the program fails or the binary has no answer.
pub fn print(binary: &Path, program: &Path, arguments: &[String], scratch: &Path) -> Result<()> {
    let heap = ask(binary, program, arguments, scratch)?;
    let own = numbers_of(&heap.layout)?;
    let seen = total(&heap, &own, &own);
    println!("{} under {}\n", program.display(), heap.layout);
    by_type(&heap, &own);
    let unseen = heap.live_requested_bytes.saturating_sub(heap.seen_requested_bytes);
    println!(
        "\nlive: {} bytes requested in {} cells of {} bytes on {} bytes of pages; found: {} bytes in {} cells of {} bytes; not found (held by native code \
         or running frames only): {unseen} bytes in {} cells",
        heap.live_requested_bytes, heap.live_cells, heap.live_cell_bytes, heap.live_page_bytes, heap.seen_requested_bytes, heap.seen_cells, seen.cell.0,
        heap.live_cells.saturating_sub(heap.seen_cells),
    );
    if heap.dead.1 > 0 {
        println!("besides: {} bytes in {} cells of dead objects that waited for the collector, as they do under this layout", heap.dead.0, heap.dead.1);
    }
    if seen.requested.0 != heap.seen_requested_bytes {
        return Err(LabError::Failed(format!(
            "computed {} bytes for what the binary found to be {}",
            seen.requested.0, heap.seen_requested_bytes
        )));
    }
    other_layouts(&heap, &own);
    Ok(())
}

fn ask(binary: &Path, program: &Path, arguments: &[String], scratch: &Path) -> Result<HeapFile> {
    at_path(scratch, std::fs::create_dir_all(scratch))?;
    let file = scratch.join(format!("heap-{}.json", std::process::id()));
    let mut command = process::python_command(binary);
    command.args(["-X", "heap"]).env("INSTAR_HEAP", &file).arg(program).args(arguments);
    let finished = process::run(&mut command, scratch, Duration::from_secs(600))?;
    let text = std::fs::read_to_string(&file);
    let _ = std::fs::remove_file(&file);
    if !finished.ok() {
        return Err(LabError::Failed(format!("{}: {}", program.display(), finished.trouble())));
    }
    let text = text.map_err(|error| LabError::Failed(format!("{} -X heap wrote no file ({error})", binary.display())))?;
    census::read(&text, "-X heap")
}

/// The numbers of a layout from its name.
fn numbers_of(layout: &str) -> Result<Numbers> {
    let name = byte_axes(layout);
    combinations()
        .into_iter()
        .find(|numbers| numbers.name() == name)
        .ok_or_else(|| LabError::Failed(format!("no listed layout has the policies of `{layout}`")))
}

/// Bytes of a heap: from, to. They differ where it is not known how many objects a layout would need for the values in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Range(u64, u64);

#[derive(Clone, Copy, Debug)]
struct Total {
    requested: Range,
    cell: Range,
}

/// The facts of a group under a layout: the slots that objects were found with are those of layouts which give slots alike.
fn facts_under(group: &Group, own: &Numbers, numbers: &Numbers) -> instar_object::reflect::Facts {
    let mut facts = group.facts();
    let alike = own.attrs.name == numbers.attrs.name && own.attrs.slots == numbers.attrs.slots;
    if let Some(attrs) = facts.attrs.as_mut().filter(|_| !alike) {
        attrs.found = None;
    }
    facts
}

/// What the objects that were found would take under a layout.
fn total(heap: &HeapFile, own: &Numbers, numbers: &Numbers) -> Total {
    let (mut requested, mut cell) = (0, 0);
    for group in &heap.groups {
        let sizes = facts_under(group, own, numbers).sizes(numbers);
        requested += sizes.requested as u64 * group.count;
        cell += sizes.cell as u64 * group.count;
    }
    let (mut requested, mut cell) = (Range(requested, requested), Range(cell, cell));
    let mut add = |sizes: Sizes, least: u64, most: u64| {
        requested = Range(requested.0 + sizes.requested as u64 * least, requested.1 + sizes.requested as u64 * most);
        cell = Range(cell.0 + sizes.cell as u64 * least, cell.1 + sizes.cell as u64 * most);
    };
    if own.value != numbers.value {
        let boxed = |payload| instar_object::reflect::Facts { payload, ..Default::default() };
        if ints_in_words(own.value) && !ints_in_words(numbers.value) {
            let (stored, distinct) = heap.ints;
            add(boxed(INT_PAYLOAD).sizes(numbers), distinct + heap.cached_ints, stored + heap.cached_ints);
        }
        if floats_in_words(own.value) && !floats_in_words(numbers.value) {
            let (stored, distinct) = heap.floats;
            add(boxed(FLOAT_PAYLOAD).sizes(numbers), distinct, stored);
        }
    }
    Total { requested, cell }
}

const INT_PAYLOAD: usize = 16;
const FLOAT_PAYLOAD: usize = 8;

fn ints_in_words(value: &str) -> bool {
    instar_object::reflect::immediate_int(1000).iter().any(|policy| policy == value)
}
fn floats_in_words(value: &str) -> bool {
    instar_object::reflect::immediate_float(1.5).iter().any(|policy| policy == value)
}

fn by_type(heap: &HeapFile, own: &Numbers) {
    #[derive(Default, Clone)]
    struct Line {
        count: u64,
        requested: u64,
        cell: u64,
        lost: u64,
        owners: [u64; OWNERS.len()],
    }
    let mut lines: BTreeMap<&str, Line> = BTreeMap::new();
    for group in &heap.groups {
        let line = lines.entry(&group.ty).or_default();
        line.count += group.count;
        for part in facts_under(group, own, own).parts(own) {
            let bytes = part.bytes as u64 * group.count;
            line.cell += bytes;
            line.requested += if part.owner == "alloc" { 0 } else { bytes };
            line.lost += if part.loss { bytes } else { 0 };
            if let Some(column) = OWNERS.iter().position(|(_, owners)| owners.contains(&part.owner)) {
                line.owners[column] += bytes;
            }
        }
    }
    let sum = |lines: &[(&str, Line)]| {
        lines.iter().fold(Line::default(), |mut sum, (_, line)| {
            sum.count += line.count;
            sum.requested += line.requested;
            sum.cell += line.cell;
            sum.lost += line.lost;
            sum.owners.iter_mut().zip(line.owners).for_each(|(a, b)| *a += b);
            sum
        })
    };
    let mut lines: Vec<(&str, Line)> = lines.into_iter().collect();
    lines.sort_by_key(|(name, line)| (std::cmp::Reverse(line.cell), *name));
    let all = sum(&lines);
    let rest = lines.split_off(lines.len().min(TYPES_SHOWN));
    let mut table = new_table();
    let owners = OWNERS.iter().map(|(name, _)| (*name).to_owned());
    table.set_header(["type", "objects", "requested", "cells", "of them lost"].map(String::from).into_iter().chain(owners));
    let mut row = |name: &str, line: &Line| {
        let numbers = [line.count, line.requested, line.cell, line.lost].into_iter().chain(line.owners);
        table.add_row(std::iter::once(name.to_owned()).chain(numbers.map(|number| number.to_string())));
    };
    for (name, line) in &lines {
        row(name, line);
    }
    if !rest.is_empty() {
        row(&format!("{} other types", rest.len()), &sum(&rest));
    }
    row("all", &all);
    println!("{table}");
}

fn other_layouts(heap: &HeapFile, own: &Numbers) {
    let seen = total(heap, own, own).cell.0;
    let base = heap.live_cell_bytes;
    let unseen_requested = heap.live_requested_bytes.saturating_sub(heap.seen_requested_bytes);
    let unseen_cell = base.saturating_sub(seen);
    let shown = |range: Range, more: u64| match range {
        Range(least, most) if least == most => (least + more).to_string(),
        Range(least, most) => format!("{} to {}", least + more, most + more),
    };
    let mut table = new_table();
    table.set_header(["layout", "requested", "cells", "cells / these"]);
    for entry in LAYOUTS {
        let numbers = (entry.numbers)();
        let total = total(heap, own, &numbers);
        let ratio = |bytes: u64| format!("{:.3}", (bytes + unseen_cell) as f64 / base.max(1) as f64);
        let ratios = if total.cell.0 == total.cell.1 { ratio(total.cell.0) } else { format!("{} to {}", ratio(total.cell.0), ratio(total.cell.1)) };
        table.add_row([entry.name.to_owned(), shown(total.requested, unseen_requested), shown(total.cell, unseen_cell), ratios]);
    }
    println!("\nthe same heap under every listed layout, instances in steady state (no first instances of a class with room for names to come)\n{table}");
    if ints_in_words(own.value) {
        println!("ranges: this binary keeps ints in words; elsewhere they are objects, at least one for each value, at most one for each word");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heap(groups: &str, ints: (u64, u64)) -> HeapFile {
        let text = format!(
            r#"{{"layout":"","live_requested_bytes":0,"live_cell_bytes":0,"live_page_bytes":0,"live_cells":0,"seen_requested_bytes":0,"seen_cells":0,
               "dead":[0,0],"cached_ints":262,"ints":[{},{}],"floats":[0,0],"groups":[{groups}]}}"#,
            ints.0, ints.1
        );
        census::read(&text, "test").expect("it is an answer")
    }
    fn named(name: &str) -> Numbers {
        crate::layout::listed(name).expect("it is listed")
    }

    #[test]
    fn boxed_ints_vanish_where_words_hold_them() {
        let heap = heap(r#"{"type":"int","count":10,"gc":false,"weakref":false,"payload":16,"slots":0,"immediate":["tagged","selftag"]}"#, (0, 0));
        let own = named("cpython-314");
        assert_eq!(total(&heap, &own, &own).cell, Range(320, 320));
        assert_eq!(total(&heap, &own, &named("best")).cell, Range(0, 0));
    }

    #[test]
    fn ints_in_words_become_a_range_of_objects() {
        let heap = heap("", (100, 7));
        let own = named("best");
        assert_eq!(total(&heap, &own, &own).cell, Range(0, 0));
        assert_eq!(total(&heap, &own, &named("cpython-314")).cell, Range((7 + 262) * 32, (100 + 262) * 32));
    }

    #[test]
    fn found_slots_hold_only_for_layouts_with_the_same_slots() {
        let group = r#"{"type":"Point","count":1,"gc":true,"weakref":true,"payload":0,"slots":0,
                        "attrs":{"names":4,"set":4,"dict":false,"sized":true,"cell":0,"block":30}}"#;
        let (heap, own) = (heap(group, (0, 0)), named("cpython-312"));
        // 48 of the cell, and a block of 30 slots with 32 bytes of their order.
        assert_eq!(total(&heap, &own, &own).cell, Range(48 + 272, 48 + 272));
        assert_eq!(total(&heap, &own, &named("best")).cell, Range(64, 64));
    }
}
