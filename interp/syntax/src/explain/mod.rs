//! Why a text is no program, in CPython's words and at CPython's places.
//!
//! Runs only when parsing failed (or for interactive input, which the parser does not know). A tokenizer (`lexer.rs`,
//! `text.rs`) and a recogniser with backtracking (`engine.rs` and the rule files) look at the text as CPython does:
//! the first pass finds how far the grammar goes, the second knows common mistakes. Not here: trees (`parse.rs`).

mod atoms;
mod calls;
mod compound;
mod engine;
mod expressions;
mod lexer;
mod params;
mod patterns;
mod simple;
mod strings;
mod targets;
mod text;
mod token;

use engine::{Found, P};
use lexer::{Start, Use};
pub(crate) use token::Kind;
use token::{Spot, Stop};

use crate::tokenize::{Ended, TextToken, Tokens};
use crate::{Error, ErrorKind, Input, Place, Reading};
use ruff_text_size::{TextRange, TextSize};

/// The text with `\n` at all line ends, and one at the end of a file.
fn normalised(source: &str, start: Start) -> String {
    let mut text = source.replace("\r\n", "\n").replace('\r', "\n");
    if start == Start::File && !text.ends_with('\n') { text.push('\n') }
    text
}

fn start_of(input: Input) -> Start {
    match input { Input::Module => Start::File, Input::Interactive => Start::Single, Input::Expression => Start::Expression, Input::Signature => Start::Signature }
}

/// The text with the operator that the parser knows.
pub(crate) fn with_plain_inequality(source: &str, reading: Reading) -> String {
    let (tokens, _) = lexer::tokens(source, start_of(reading.input), true, Use::Grammar);
    let mut bytes = source.as_bytes().to_vec();
    for t in tokens { if t.kind == Kind::Op && bytes.get(t.start..t.end) == Some(b"<>") { bytes[t.start..t.end].copy_from_slice(b"!="); } }
    String::from_utf8(bytes).unwrap_or_else(|_| source.to_owned())
}

/// The tokens that a program sees, up to what ends them. `extra`: with those that say nothing to the grammar, which is then not asked
/// about brackets, names and numbers either.
pub(crate) fn read_tokens(source: &str, extra: bool) -> Tokens {
    let text = normalised(source, Start::File);
    let (tokens, stop) = lexer::tokens(&text, Start::File, false, Use::Reader { extra });
    let read = tokens.iter().map(|t| TextToken {
        kind: t.kind.into(), range: t.start..t.end, from: (t.from.line as u32, t.from.column), to: (t.to.line as u32, t.to.column), at_end: t.at_eof,
    }).collect();
    let ended = stop.map(|stop| {
        let line = stop.read.line.max(1) as u32;
        if stop.unfinished && (stop.bracket || stop.message.starts_with("unexpected EOF")) { return Ended::Open { line, held: text.len() - stop.kept } }
        if stop.of_line {
            let end = crate::Lines::new(&text).end(line).min(text.len());
            return Ended::Line { kind: stop.kind, message: stop.message, line, text: text[stop.kept..end].to_owned() };
        }
        let (unfinished, found) = (stop.unfinished, Found { kind: stop.kind, message: stop.message.clone(), spot: stop.place, from_tokens: true });
        Ended::At { error: located(&P::new(&text, tokens, Some(stop)), found, source), unfinished }
    });
    Tokens { text, tokens: read, ended }
}

/// The error in a text; none if it is well-formed.
pub(crate) fn explain(source: &str, reading: Reading) -> Option<Error> {
    let start = start_of(reading.input);
    let text = normalised(source, start);
    let (tokens, stop) = lexer::tokens(&text, start, reading.keep_blocks, Use::Grammar);
    let mut p = P::new(&text, tokens, stop);
    p.flufl = reading.flufl;
    if run(&mut p, start) {
        if p.later.is_some() { p.error = p.later.take() }
        else if start != Start::Single || !more_follows(&p) { return None }
        else { p.fail_last::<()>("multiple statements found while compiling a single statement"); }
    } else if reading.incomplete && let Some(found) = wanting(&p) {
        p.error = Some(found);
    } else {
        let reached = p.seen;
        if p.error.is_none() {
            p.again();
            run(&mut p, start);
        }
        judge(&mut p, reached);
    }
    let found = p.error.take()?;
    Some(located(&p, found, source))
}

fn run(p: &mut P<'_>, start: Start) -> bool {
    let found = match start {
        Start::File => p.file(),
        Start::Single => p.interactive(),
        Start::Expression => p.eval(),
        Start::Signature => p.signature(),
    };
    found.is_some() && p.error.is_none()
}

/// Whether something stands behind interactive input.
fn more_follows(p: &P<'_>) -> bool {
    let behind = p.tokens.get(p.at.wrapping_sub(1)).map_or(0, |t| t.end.min(p.text.len()));
    p.text[behind..].lines().any(|l| { let l = l.trim_start_matches([' ', '\t', '\u{C}']); !l.is_empty() && !l.starts_with('#') })
}

/// The text ends too early.
fn wanting(p: &P<'_>) -> Option<Found> {
    let spot = if p.seen > p.tokens.len() {
        let stop = p.stop.as_ref().filter(|s| s.unfinished)?;
        let column = if stop.bracket || stop.message.starts_with("unexpected EOF") { stop.read.column } else { stop.place.column };
        Spot { line: stop.read.line, column, end_line: stop.read.line, end_column: -1, bare: false }
    } else {
        let t = p.last()?;
        if !t.at_eof { return None }
        if t.from.column < 0 { Spot { line: t.from.line, column: t.read.column, end_line: t.from.line, end_column: -1, bare: false } }
        else { Spot { line: t.from.line, column: t.from.column + 1, end_line: t.to.line, end_column: t.to.column + 1, bare: false } }
    };
    Some(Found { kind: ErrorKind::Incomplete, message: "incomplete input".into(), spot, from_tokens: false })
}

/// What both passes together say. `reached` are the tokens that the first looked at.
fn judge(p: &mut P<'_>, reached: usize) {
    let Some(&last) = p.tokens.get(reached.min(p.tokens.len()).wrapping_sub(1)) else { return };
    if p.error.is_none() {
        match last.kind {
            Kind::Indent => { p.fail_indent::<()>("unexpected indent".into()); return }
            Kind::Dedent => { p.fail_indent::<()>("unexpected unindent".into()); return }
            _ => {}
        }
        let n = p.blamed(last);
        p.fail::<()>(n, "invalid syntax");
    }
    // Errors of the tokenizer further on are worse than those of the grammar.
    let Some(found) = &p.error else { return };
    if found.from_tokens { return }
    let Some(Stop { kind, message, place, bracket, in_template, .. }) = p.stop.clone() else { return };
    let line = p.last().map_or(0, |t| t.from.line);
    if in_template || bracket && line <= place.line || message.starts_with("unexpected EOF") || matches!(kind, ErrorKind::Tab | ErrorKind::Indentation)
        || message.starts_with("unexpected character after line") { return }
    p.error = Some(Found { kind, message, spot: place, from_tokens: true });
}

/// The error with its line's text and columns in characters.
fn located(p: &P<'_>, found: Found, source: &str) -> Error {
    let spot = found.spot;
    let line = p.text.split_inclusive('\n').nth((spot.line - 1).max(0) as usize).unwrap_or("");
    let current = p.last().map_or(0, |t| t.read.line);
    let read_on = if found.from_tokens { p.stop.as_ref().map_or(current, |s| s.read.line) } else { current };
    let shown = if spot.bare || spot.line < read_on { line.trim_end_matches('\n') } else { line };
    let columns = |column: i32| if column <= 0 { column } else {
        let column = (column as usize).min(shown.len() + 1);
        let inside = shown.char_indices().filter(|(i, _)| *i < column).count();
        (inside + usize::from(column > shown.len())) as i32
    };
    let place = Place { line: spot.line, column: columns(spot.column), end_line: spot.end_line, end_column: columns(spot.end_column), text: shown.to_owned() };
    let offset = crate::Lines::new(source).start(spot.line.max(1) as u32) + (spot.column - 1).max(0) as usize;
    let at = TextSize::new(offset.min(source.len()) as u32);
    Error { kind: found.kind, message: found.message, range: TextRange::empty(at), place: Some(Box::new(place)) }
}
