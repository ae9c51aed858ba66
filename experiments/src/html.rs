//! The HTML report: one file without external resources, the ladder as its first picture.
//!
//! Drawn from a `Board` only, so `report` can draw it again from raw results. Not here: the numbers (`board`).

use std::fmt::Write;

use crate::board::{Board, Entry, Row};
use crate::statistics::Ratio;
use crate::table;

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;max-width:1180px;margin:2em auto;padding:0 1em;color:#222}\
table{border-collapse:collapse;margin:1em 0;font-size:13px}th,td{padding:3px 9px;border-bottom:1px solid #ddd;text-align:right;white-space:nowrap}\
th:first-child,td:first-child,.t{text-align:left}tr.base{background:#f3f6fa;font-weight:600}tr.peer{color:#777}\
svg text{font:12px system-ui,sans-serif;fill:#222}.dim{color:#777}.bad{color:#b00020}.wide{overflow-x:auto}\
@media (prefers-color-scheme:dark){body{background:#16181c;color:#ddd}svg text{fill:#ddd}tr.base{background:#222a33}th,td{border-color:#333}}";

/// The whole page.
pub fn report(board: &Board) -> String {
    let rows = board.rows();
    let mut page = String::new();
    push(
        &mut page,
        format_args!(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Instar: {} layouts</title><style>{STYLE}</style>",
            rows.len()
        ),
    );
    push(
        &mut page,
        format_args!(
            "<h1>What object layouts cost</h1><p>{} programs at size {}. Everything is relative to <b>{}</b>; lower is better.</p>",
            board.programs.len(),
            escape(&board.size),
            escape(&board.base)
        ),
    );
    page.push_str(&ladder_picture(&rows));
    page.push_str("<h2>The ladder</h2>");
    page.push_str(&ladder_table(board, &rows));
    page.push_str("<h2>CPU time by program</h2><p class=\"dim\">User + system time relative to the base; ratios of runs side by side, 95 % intervals.</p>");
    page.push_str(&program_table(board, |entry, program, is_peer| {
        let ratio = board.cpu_of_program(entry, program, is_peer)?;
        let interval = if entry.name == board.base {
            None
        } else {
            ratio.interval
        };
        Some((ratio.mean, table::ratio(Some(&Ratio { interval, ..ratio }))))
    }));
    page.push_str(
        "<h2>Peak resident set by program</h2><p class=\"dim\">MiB, median of the timed runs.</p>",
    );
    page.push_str(&program_table(board, |entry, program, _| {
        let bytes = entry.cells.get(program)?.peak_rss_bytes()?;
        let base = board.base_entry()?.cells.get(program)?.peak_rss_bytes()?;
        Some((bytes / base, format!("{:.1}", bytes / 1_048_576.0)))
    }));
    page.push_str("<h2>Peak pages held by program</h2><p class=\"dim\">MiB of pages that the heap held for objects.</p>");
    page.push_str(&program_table(board, |entry, program, _| {
        let pages = |entry: &Entry| {
            entry
                .cells
                .get(program)?
                .memory
                .as_ref()?
                .page_bytes_peak
                .map(|bytes| bytes as f64)
        };
        let bytes = pages(entry)?;
        Some((
            bytes / pages(board.base_entry()?)?,
            format!("{:.1}", bytes / 1_048_576.0),
        ))
    }));
    page.push_str(&fingerprints(board));
    page.push_str(&notes(board, &rows));
    page
}

fn push(page: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = page.write_fmt(text);
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// Three panels side by side, one line a layout: bytes of an instance, pages held, CPU time with interval.
fn ladder_picture(rows: &[Row]) -> String {
    const LINE: usize = 30;
    const PANELS: [(&str, &str); 3] = [
        ("bytes of a 4-attribute instance (cells)", "#4878a8"),
        ("peak pages, relative", "#5a9367"),
        ("CPU time, relative", "#c0743c"),
    ];
    const LEFT: f64 = 170.0;
    const PANEL: f64 = 320.0;
    const BAR: f64 = 240.0;
    let height = rows.len() * LINE + 70;
    let mut svg = format!(
        "<svg role=\"img\" aria-label=\"Ladder of layouts\" viewBox=\"0 0 1160 {height}\" width=\"100%\">"
    );
    let value = |row: &Row, panel: usize| match panel {
        0 => row
            .instance_bytes
            .1
            .map(|bytes| bytes as f64)
            .or(row.instance_rss_bytes),
        // A CPython holds no pages of ours; its resident set stands there, and says so.
        1 => row.relative[2].or(if row.is_peer { row.relative[3] } else { None }),
        _ => row.cpu.map(|cpu| cpu.mean),
    };
    for (panel, (title, color)) in PANELS.iter().enumerate() {
        let x = LEFT + panel as f64 * (PANEL + 10.0);
        let most = rows
            .iter()
            .filter_map(|row| value(row, panel))
            .fold(1e-9_f64, f64::max);
        push(
            &mut svg,
            format_args!("<text x=\"{x}\" y=\"20\" font-weight=\"600\">{title}</text>"),
        );
        for (index, row) in rows.iter().enumerate() {
            let y = 34 + index * LINE;
            let Some(value) = value(row, panel) else {
                push(
                    &mut svg,
                    format_args!(
                        "<text x=\"{x}\" y=\"{}\" opacity=\"0.6\">not measured</text>",
                        y + 15
                    ),
                );
                continue;
            };
            let width = value / most * BAR;
            let opacity = if row.is_peer {
                0.4
            } else if row.is_base {
                1.0
            } else {
                0.8
            };
            push(
                &mut svg,
                format_args!(
                    "<rect x=\"{x}\" y=\"{y}\" width=\"{width:.1}\" height=\"20\" rx=\"2\" fill=\"{color}\" opacity=\"{opacity}\"/>"
                ),
            );
            let mut label_x = x + width;
            if let (2, Some((low, high))) = (panel, row.cpu.and_then(|cpu| cpu.interval)) {
                let at = |value: f64| x + (value / most * BAR).min(BAR + 30.0);
                push(
                    &mut svg,
                    format_args!(
                        "<path d=\"M{:.1} {m} H{:.1} M{:.1} {a} V{b} M{:.1} {a} V{b}\" stroke=\"currentColor\" fill=\"none\"/>",
                        at(low),
                        at(high),
                        at(low),
                        at(high),
                        m = y + 10,
                        a = y + 5,
                        b = y + 15
                    ),
                );
                label_x = label_x.max(at(high));
            }
            let label = match panel {
                0 if row.is_peer => format!("~{value:.0} (rss)"),
                0 => format!("{value:.0}"),
                1 if row.is_peer => format!("{value:.2} (rss)"),
                _ => format!("{value:.2}"),
            };
            push(
                &mut svg,
                format_args!(
                    "<text x=\"{:.1}\" y=\"{}\">{label}</text>",
                    label_x + 6.0,
                    y + 15
                ),
            );
        }
    }
    for (index, row) in rows.iter().enumerate() {
        let weight = if row.is_base { "700" } else { "400" };
        push(
            &mut svg,
            format_args!(
                "<text x=\"0\" y=\"{}\" font-weight=\"{weight}\">{}</text>",
                49 + index * LINE,
                escape(&row.name)
            ),
        );
    }
    svg.push_str("</svg>");
    svg
}

fn class(row_is_base: bool, is_peer: bool) -> &'static str {
    match (row_is_base, is_peer) {
        (true, _) => " class=\"base\"",
        (_, true) => " class=\"peer\"",
        _ => "",
    }
}

fn ladder_table(board: &Board, rows: &[Row]) -> String {
    let mut out = String::from(
        "<div class=\"wide\"><table><tr><th>layout<th>k=4 requested<th>k=4 cells<th>requested<th>cells<th>pages<th>live<th>RSS<th>CPU<th>counts / 1000 ops<th>verified<th class=\"t\">against the row above</tr>",
    );
    let number = |value: Option<f64>| value.map_or("-".into(), |value| format!("{value:.2}"));
    let whole = |value: Option<u64>| value.map_or("-".into(), |value| value.to_string());
    for row in rows {
        push(
            &mut out,
            format_args!(
                "<tr{}><td title=\"{}\">{}{}",
                class(row.is_base, row.is_peer),
                escape(&row.layout),
                escape(&row.name),
                if row.marks.is_empty() { "" } else { " ≠" }
            ),
        );
        let cells = match row.instance_rss_bytes {
            Some(rss) => format!("~{rss:.0} (rss)"),
            None => whole(row.instance_bytes.1),
        };
        push(
            &mut out,
            format_args!("<td>{}<td>{cells}", whole(row.instance_bytes.0)),
        );
        for value in [
            row.relative[0],
            row.relative[1],
            row.relative[2],
            row.live,
            row.relative[3],
        ] {
            push(&mut out, format_args!("<td>{}", number(value)));
        }
        let counts = row
            .count_writes
            .map_or("-".into(), |count| format!("{count:.0}"));
        push(
            &mut out,
            format_args!(
                "<td>{}<td>{counts}<td>{}/{}<td class=\"t\">{}</tr>",
                table::ratio(row.cpu.as_ref()),
                row.verified,
                board.programs.len(),
                escape(&row.change)
            ),
        );
    }
    out.push_str("</table></div>");
    out
}

/// A table programs x variants; `value` gives the ratio that colours the field and its text.
fn program_table(
    board: &Board,
    value: impl Fn(&Entry, &str, bool) -> Option<(f64, String)>,
) -> String {
    let entries: Vec<(&Entry, bool)> = board
        .variants
        .iter()
        .map(|entry| (entry, false))
        .chain(board.peers.iter().map(|entry| (entry, true)))
        .filter(|(entry, _)| !entry.cells.is_empty())
        .collect();
    let mut out = String::from("<div class=\"wide\"><table><tr><th>program");
    for (entry, _) in &entries {
        push(&mut out, format_args!("<th>{}", escape(&entry.name)));
    }
    out.push_str("</tr>");
    for program in &board.programs {
        push(&mut out, format_args!("<tr><td>{}", escape(program)));
        for (entry, is_peer) in &entries {
            match value(entry, program, *is_peer) {
                Some((ratio, text)) => push(
                    &mut out,
                    format_args!("<td style=\"background:{}\">{text}", colour(ratio)),
                ),
                None => out.push_str("<td>-"),
            }
        }
        out.push_str("</tr>");
    }
    out.push_str("</table></div>");
    out
}

/// Green below one, red above, transparent at one; full colour at a factor of two.
fn colour(ratio: f64) -> String {
    let strength = (ratio.ln().abs() / 2.0_f64.ln()).min(1.0) * 0.5;
    let hue = if ratio < 1.0 { 140 } else { 15 };
    format!("hsl({hue} 60% 50% / {strength:.2})")
}

fn fingerprints(board: &Board) -> String {
    let mut out = String::from(
        "<h2>What was measured</h2><div class=\"wide\"><table><tr><th>layout<th class=\"t\">policies<th class=\"t\">compiler<th>build s<th class=\"t\">binary</tr>",
    );
    for entry in &board.variants {
        let print = entry.fingerprint.clone().unwrap_or_default();
        push(
            &mut out,
            format_args!(
                "<tr><td>{}<td class=\"t\">{}<td class=\"t\">{}<td>{:.0}<td class=\"t\">{}</tr>",
                escape(&entry.name),
                escape(print.layout.as_deref().unwrap_or("-")),
                escape(print.rustc.as_deref().unwrap_or("-")),
                entry.build_s,
                escape(&entry.binary_key)
            ),
        );
    }
    out.push_str("</table></div>");
    out
}

fn notes(board: &Board, rows: &[Row]) -> String {
    let mut out = String::from(
        "<h2>How to read this</h2><ul><li>Requested: what objects asked for; cells: what the allocator's cells took; pages: what was held from the system; RSS: what the system says. Peaks of the whole run; live: cells alive at the end of the program.<li>CPU intervals say how well the mean is known for these programs on this machine.<li>CPython rows are other interpreters: their memory is a reference, their time says nothing about a layout.<li>Outputs were verified before anything was timed. A layout marked ≠ did other work than the base.</ul>",
    );
    push(
        &mut out,
        format_args!(
            "<p class=\"dim\">{}; Unix time {}.</p>",
            escape(&board.machine),
            board.at_s
        ),
    );
    for row in rows {
        for text in row
            .marks
            .iter()
            .map(|mark| format!("≠ {}: {mark}", row.name))
            .chain(
                row.troubles
                    .iter()
                    .map(|trouble| format!("{}: {trouble}", row.name)),
            )
        {
            push(
                &mut out,
                format_args!("<p class=\"bad\">{}</p>", escape(&text)),
            );
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn report_is_self_contained_and_starts_with_the_picture() {
        let board = Board {
            base: "a<b".into(),
            size: "S".into(),
            programs: vec!["p".into()],
            variants: vec![Entry::new("a<b", "", &Default::default())],
            peers: Vec::new(),
            machine: "m".into(),
            at_s: 0,
        };
        let page = report(&board);
        assert!(!page.contains("http") && !page.contains("<script") && !page.contains("<link"));
        assert!(page.contains("a&lt;b") && !page.contains("a<b"));
        assert!(page.find("<svg").unwrap() < page.find("<table").unwrap());
    }
}
