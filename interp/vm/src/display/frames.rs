//! The stack part of a report: file lines, source lines, carets, repeated entries.
//!
//! Follows the rules of `traceback.py`. Not here: exceptions and their chains (`display.rs`).

use instar_base_text::props::east_asian_width;
use instar_code::Position;

use super::anchors::{self, Anchors};
use super::source::Sources;
use crate::object::{Owned, Ref};
use crate::types::traceback::PyTraceback;
use crate::vm::Vm;

/// Entries alike beyond this many are counted, not shown.
const REPEAT_CUTOFF: usize = 3;

/// One entry to show.
struct Entry {
    file: String,
    line: i32,
    name: String,
    position: Option<Position>,
    globals: Owned,
}

/// Text of the entries from `tb` on, each line ended. `limit`: only that many innermost ones.
/// Without `carets` only the first source line of each is shown.
pub fn format_stack(vm: &mut Vm, tb: &Ref<PyTraceback>, limit: Option<usize>, carets: bool, sources: &mut Sources) -> String {
    let mut entries = Vec::new();
    let mut at = Some(tb.clone());
    while let Some(t) = at {
        let frame = t.frame().clone();
        let blob = frame.code().blob().clone();
        let unit = usize::try_from(t.lasti.get() / 8).ok();
        let line = t.line();
        let position = unit.filter(|_| carets).and_then(|u| frame.position_at(u)).filter(|p| p.line == line);
        entries.push(Entry { file: blob.filename.to_string(), line, name: blob.name.to_string(), position, globals: frame.globals().clone() });
        at = t.next();
    }
    let skip = limit.map_or(0, |l| entries.len().saturating_sub(l));
    let mut out = String::new();
    let mut last: Option<(String, i32, String)> = None;
    let mut count = 0;
    for e in entries.into_iter().skip(skip) {
        let key = (e.file.clone(), e.line, e.name.clone());
        if last.as_ref() != Some(&key) {
            repeated(&mut out, count);
            last = Some(key);
            count = 0;
        }
        count += 1;
        if count > REPEAT_CUTOFF { continue }
        format_entry(vm, &e, sources, &mut out);
    }
    repeated(&mut out, count);
    out
}

fn repeated(out: &mut String, count: usize) {
    if count <= REPEAT_CUTOFF { return }
    let more = count - REPEAT_CUTOFF;
    out.push_str(&format!("  [Previous line repeated {more} more time{}]\n", if more > 1 { "s" } else { "" }));
}

fn format_entry(vm: &mut Vm, e: &Entry, sources: &mut Sources, out: &mut String) {
    let file = if e.file.starts_with("<stdin-") && e.file.ends_with('>') { "<stdin>" } else { &e.file };
    let line = if e.line < 0 { "None".to_owned() } else { e.line.to_string() };
    out.push_str(&format!("  File \"{file}\", line {line}, in {}\n", e.name));
    let Some(lines) = sources.lines(vm, &e.file, &e.globals) else { return };
    let Some(first) = usize::try_from(e.line).ok().and_then(|n| n.checked_sub(1)) else { return };
    if first >= lines.len() { return }
    let range = e.position.filter(|p| p.column >= 0 && p.end_column >= 0 && p.end_line >= p.line);
    let last = range.map_or(first, |p| (p.end_line as usize).saturating_sub(1)).min(lines.len() - 1).max(first);
    let original: Vec<&str> = lines[first..=last].iter().map(String::as_str).collect();
    if original.iter().all(|l| l.trim().is_empty()) { return }
    match range {
        None => out.push_str(&format!("    {}\n", original[0].trim())),
        Some(p) => {
            // The expression is parsed; without memory for that the traceback shows what is above.
            let Ok(_promised) = vm.promise_for_source(original.iter().map(|l| l.len()).sum()) else { return };
            for row in with_carets(&original, p.column as usize, p.end_column as usize) {
                out.push_str(&format!("    {row}\n"));
            }
        }
    }
}

/// Character index of a byte offset, never beyond the end.
fn to_chars(line: &str, bytes: usize) -> usize {
    let mut n = bytes.min(line.len());
    while !line.is_char_boundary(n) { n -= 1 }
    line[..n].chars().count()
}

/// Columns that the first `chars` characters take on a terminal.
fn width(line: &[char], chars: usize) -> usize { line[..chars.min(line.len())].iter().map(|c| char_width(*c)).sum() }

/// Wide characters, emoji among them, take two columns.
fn char_width(c: char) -> usize { if !c.is_ascii() && matches!(east_asian_width(c as u32), "W" | "F") { 2 } else { 1 } }

/// Removes the white space that all lines that are not blank begin with; blank lines become empty.
fn dedent(lines: &[&str]) -> Vec<String> {
    let mut margin: Option<&str> = None;
    for l in lines.iter().filter(|l| !l.trim().is_empty()) {
        let indent = &l[..l.len() - l.trim_start_matches([' ', '\t']).len()];
        margin = Some(match margin {
            None => indent,
            Some(m) => { let n = m.bytes().zip(indent.bytes()).take_while(|(a, b)| a == b).count(); &m[..n] }
        });
    }
    let cut = margin.map_or(0, str::len);
    lines.iter().map(|l| if l.trim().is_empty() { String::new() } else { l[cut..].to_owned() }).collect()
}

/// The significant lines of a source range (columns in bytes of the first and last line) with caret lines below them.
fn with_carets(original: &[&str], column: usize, end_column: usize) -> Vec<String> {
    let dedented = dedent(original);
    let lines: Vec<Vec<char>> = dedented.iter().map(|l| l.chars().collect()).collect();
    let last = lines.len() - 1;
    let removed = original[0].chars().count() - lines[0].len();
    let start = to_chars(original[0], column).saturating_sub(removed).min(lines[0].len());
    let end = to_chars(original[last], end_column).saturating_sub(removed).min(lines[last].len());
    let (shown_start, shown_end) = (width(&lines[0], start), width(&lines[last], end));
    let segment: String = if last == 0 {
        lines[0][start..end.max(start)].iter().collect()
    } else {
        let mut parts = vec![lines[0][start..].iter().collect::<String>()];
        parts.extend(dedented[1..last].iter().cloned());
        parts.push(lines[last][..end].iter().collect());
        parts.join("\n")
    };
    let found = anchors::find(&segment);
    let texts: Vec<&str> = dedented.iter().map(String::as_str).collect();
    let carets = if anchors::is_whole_call(&texts, start, end) { false }
        else { found.is_some() || lines[0][..start].iter().any(|c| !c.is_whitespace()) || lines[last][end..].iter().any(|c| !c.is_whitespace()) };
    let mut significant = vec![0, last];
    // Anchors in columns of the dedented lines.
    let placed = found.map(|a| {
        let place = |(line, col): (usize, usize)| (line, width(&lines[line.min(last)], if line == 0 { col + start } else { col }));
        for at in [a.left.0, a.right.0] { significant.extend(at.saturating_sub(1)..=(at + 1).min(last)) }
        Anchors { left: place(a.left), right: place(a.right) }
    });
    significant.sort_unstable();
    significant.dedup();
    let mut out = Vec::new();
    let output = |n: usize, out: &mut Vec<String>| {
        out.push(dedented[n].clone());
        if !carets { return }
        let blanks = lines[n].iter().take_while(|c| c.is_whitespace()).count();
        let count = if n == last { shown_end } else { width(&lines[n], lines[n].len()) };
        let row: String = (0..count).map(|col| {
            if col < blanks || n == 0 && col < shown_start { return ' ' }
            match &placed {
                None => '^',
                Some(a) if (n, col) >= a.left && (n, col) < a.right => '^',
                Some(_) => '~',
            }
        }).collect();
        out.push(row.trim_end().to_owned());
    };
    for (i, &n) in significant.iter().enumerate() {
        if i > 0 {
            match n - significant[i - 1] {
                2 => output(n - 1, &mut out),
                gap if gap > 2 => out.push(format!("...<{} lines>...", gap - 1)),
                _ => {}
            }
        }
        output(n, &mut out);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::with_carets;

    #[test]
    fn carets_mark_operators_and_parts_of_lines() {
        assert_eq!(with_carets(&["    return a + b / c"], 15, 20), ["return a + b / c", "           ~~^~~"]);
        assert_eq!(with_carets(&["  raise ValueError(1)"], 2, 21), ["raise ValueError(1)"]);
        assert_eq!(with_carets(&["x = f(1)(2)"], 4, 8), ["x = f(1)(2)", "    ~^^^"]);
        assert_eq!(with_carets(&["x = f(1)"], 4, 8), ["x = f(1)"]);
        assert_eq!(with_carets(&["x = y = f(1)"], 8, 12), ["x = y = f(1)", "        ~^^^"]);
        assert_eq!(with_carets(&["x.y = f(1)"], 6, 10), ["x.y = f(1)", "      ~^^^"]);
    }

    #[test]
    fn carets_stand_below_wide_characters() {
        assert_eq!(with_carets(&["d['\u{2728}\u{1F40D}'][1]"], 0, 15), ["d['\u{2728}\u{1F40D}'][1]", "~~~~~~~~~^^^"]);
    }
}
