//! Ranges of nodes where CPython's are not the parser's.
//!
//! Not here: lines and columns (`lines.rs`).

use ruff_python_ast::{Decorator, ExprGenerator, InterpolatedStringFormatSpec};
use ruff_text_size::{Ranged, TextRange, TextSize};

/// Range of a `def` or `class` statement without its decorators.
pub fn head(source: &str, range: TextRange, decorators: &[Decorator]) -> TextRange {
    let Some(last) = decorators.last() else { return range };
    let (mut at, end) = (last.range().end().to_usize(), range.end().to_usize().min(source.len()));
    let bytes = source.as_bytes();
    while at < end {
        match bytes[at] {
            b'#' => while at < end && !matches!(bytes[at], b'\n' | b'\r') { at += 1; },
            b' ' | b'\t' | b'\n' | b'\r' | 12 | b'\\' => at += 1,
            _ => break,
        }
    }
    TextRange::new(TextSize::new(at as u32), range.end().max(TextSize::new(at as u32)))
}

/// Range of a statement with a body: it ends behind the semicolon that ends its last line.
pub fn block(source: &str, range: TextRange) -> TextRange {
    let at = range.end().to_usize();
    let rest = source.get(at..).unwrap_or("");
    let blanks = rest.len() - rest.trim_start_matches([' ', '\t', '\u{C}']).len();
    if rest[blanks..].starts_with(';') { TextRange::new(range.start(), TextSize::new((at + blanks + 1) as u32)) } else { range }
}

/// Range of a generator expression: without parentheses of its own it has those of the call.
pub fn generator_range(source: &str, g: &ExprGenerator) -> TextRange {
    let range = g.range;
    if g.parenthesized { return range; }
    let (Some(before), Some(after)) = (source.get(..range.start().to_usize()), source.get(range.end().to_usize()..)) else { return range };
    let (before, after) = (before.trim_end(), after.trim_start());
    if !before.ends_with('(') || !after.starts_with(')') { return range; }
    let end = source.len() - after.len() + 1;
    TextRange::new(TextSize::new(before.len() as u32 - 1), TextSize::new(end as u32))
}

/// Range of a format specification: from its colon on.
pub fn format_spec(source: &str, s: &InterpolatedStringFormatSpec) -> TextRange {
    let colon = source.get(..s.range.start().to_usize()).is_some_and(|t| t.ends_with(':'));
    if colon { TextRange::new(s.range.start() - TextSize::new(1), s.range.end()) } else { s.range }
}
