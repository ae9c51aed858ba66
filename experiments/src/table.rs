//! Tables for the terminal: the ladder, one variant against another, instance sizes.
//!
//! Not here: the numbers (`board`), the HTML report (`html`).

use comfy_table::presets::UTF8_BORDERS_ONLY;
use comfy_table::{CellAlignment, ContentArrangement, Table};

use crate::board::{Board, Row};
use crate::statistics::Ratio;

/// An empty table with a header; numbers right, the columns `text` left.
pub fn new(header: &[&str], text: &[usize]) -> Table {
    let mut table = Table::new();
    table
        .load_preset(UTF8_BORDERS_ONLY)
        .set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(header.to_vec());
    for (index, column) in table.column_iter_mut().enumerate() {
        let alignment = if text.contains(&index) {
            CellAlignment::Left
        } else {
            CellAlignment::Right
        };
        column.set_cell_alignment(alignment);
    }
    table
}

/// `0.94 [0.93, 0.95]`.
pub fn ratio(ratio: Option<&Ratio>) -> String {
    match ratio {
        None => "-".into(),
        Some(Ratio {
            mean,
            interval: Some((low, high)),
            ..
        }) => format!("{mean:.2} [{low:.2}, {high:.2}]"),
        Some(Ratio {
            mean,
            interval: None,
            ..
        }) => format!("{mean:.2}"),
    }
}

fn number(value: Option<f64>) -> String {
    value.map_or("-".into(), |value| format!("{value:.2}"))
}

fn bytes(row: &Row) -> String {
    match (row.instance_bytes, row.instance_rss_bytes) {
        ((None, None), Some(rss)) => format!("~{rss:.0} rss"),
        ((requested, cells), _) => {
            let show =
                |value: Option<u64>| value.map_or("-".to_string(), |value| value.to_string());
            format!("{} / {}", show(requested), show(cells))
        }
    }
}

/// The ladder: one row a layout, each one axis away from the row above.
pub fn ladder(board: &Board) -> String {
    let rows = board.rows();
    let header = [
        "layout",
        "k=4 req / cell",
        "requested",
        "cells",
        "pages",
        "live",
        "RSS",
        "CPU [95 %]",
        "counts/1000 ops",
        "verified",
        "against the row above",
    ];
    let mut table = new(&header, &[0, 10]);
    for row in &rows {
        let mark = if row.marks.is_empty() { "" } else { " ≠" };
        let name = if row.is_base {
            format!("{} (base)", row.name)
        } else {
            format!("{}{mark}", row.name)
        };
        let runs = match &row.cpu {
            Some(cpu) if row.is_peer => format!("{:.2} (1 run)", cpu.mean),
            cpu => ratio(cpu.as_ref()),
        };
        table.add_row(vec![
            name,
            bytes(row),
            number(row.relative[0]),
            number(row.relative[1]),
            number(row.relative[2]),
            number(row.live),
            number(row.relative[3]),
            runs,
            row.count_writes
                .map_or("-".into(), |count| format!("{count:.0}")),
            format!("{}/{}", row.verified, board.programs.len()),
            row.change.clone(),
        ]);
    }
    let mut text = format!("{table}\n");
    text.push_str(&footer(board, &rows));
    text
}

fn footer(board: &Board, rows: &[Row]) -> String {
    let mut lines = vec![format!(
        "size {}; bytes: peaks; all ratios to {}, geometric means over programs; lower is better. CPU: user + system, rounds side by side.",
        board.size, board.base
    )];
    if rows.iter().any(|row| row.is_peer) {
        lines.push(
            "CPython rows: their own interpreter, so their time says nothing about a layout."
                .into(),
        );
    }
    for row in rows {
        for mark in row.marks.iter().take(3) {
            lines.push(format!(
                "≠ {} did other work than the base: {mark}",
                row.name
            ));
        }
        for trouble in &row.troubles {
            lines.push(format!("! {}: {trouble}", row.name));
        }
    }
    lines.join("\n") + "\n"
}
