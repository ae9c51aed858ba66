//! Runs every case of `golden.txt` (made by `golden.py`, which asks CPython 3.14) and compares all spans.
//! `INSTAR_REGEX_GOLDEN=file` runs another file of the same form instead, such as a longer fuzz run.

use instar_base_regex::{Mode, Pattern, State};
use instar_base_text::Unit;

fn line<U: Unit>(pattern: &Pattern, subject: &[U], mode: &str, start: usize, end: usize) -> String {
    let mut state = State::new();
    let mut hook = || false;
    if mode == "all" {
        let (mut at, mut advance, mut out) = (start, false, Vec::new());
        while pattern.run_units(&mut state, subject, (at, end), Mode::Search, advance, &mut hook).unwrap() {
            let span = state.group(0).unwrap();
            out.push(format!("{},{}", span.0, span.1));
            advance = span.0 == span.1;
            at = span.1;
        }
        return out.join(";");
    }
    let mode = match mode {
        "search" => Mode::Search,
        "match" => Mode::Match,
        _ => Mode::FullMatch,
    };
    if !pattern.run_units(&mut state, subject, (start, end), mode, false, &mut hook).unwrap() {
        return "-".into();
    }
    let spans = (0..=pattern.groups()).map(|g| state.group(g).map_or("-1,-1".into(), |(a, b)| format!("{a},{b}")));
    let spans: Vec<String> = spans.collect();
    format!("{} L{}", spans.join(" "), state.lastindex().unwrap_or(0))
}

#[test]
fn golden_file_agrees_with_cpython() {
    let file = std::env::var("INSTAR_REGEX_GOLDEN")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden.txt").into());
    let text = std::fs::read_to_string(file).unwrap();
    let (mut pattern, mut groups, mut title, mut subject) = (None, 0, "", Vec::new());
    let (mut checked, mut wrong) = (0, Vec::new());
    for row in text.lines() {
        let (kind, rest) = row.split_at(1);
        let rest = rest.strip_prefix(' ').unwrap_or(rest);
        match kind {
            "P" => {
                title = rest;
                groups = rest.split(' ').next().unwrap().parse().unwrap();
            }
            "C" => {
                let code: Vec<u32> = rest.split(' ').map(|w| w.parse().unwrap()).collect();
                pattern = Some(Pattern::new(&code, groups).unwrap_or_else(|e| panic!("{title}: {e} in {code:?}")));
            }
            "S" => {
                subject = rest.split('.').filter(|c| !c.is_empty()).map(|c| u32::from_str_radix(c, 16).unwrap()).collect()
            }
            _ => {
                let mut parts = rest.splitn(4, ' ');
                let mode = parts.next().unwrap();
                let (start, end) = (parts.next().unwrap().parse().unwrap(), parts.next().unwrap().parse().unwrap());
                let expected = parts.next().unwrap_or("");
                let pattern = pattern.as_ref().unwrap();
                let max = subject.iter().copied().max().unwrap_or(0);
                let mut got = vec![line(pattern, &subject, mode, start, end)];
                if max < 0x10000 {
                    let narrow: Vec<u16> = subject.iter().map(|&c| c as u16).collect();
                    got.push(line(pattern, &narrow, mode, start, end));
                }
                if max < 0x100 {
                    let narrow: Vec<u8> = subject.iter().map(|&c| c as u8).collect();
                    got.push(line(pattern, &narrow, mode, start, end));
                }
                for got in got {
                    checked += 1;
                    if got != expected {
                        wrong.push(format!("{title} on {subject:x?} {mode} {start}..{end}: {got:?}, CPython {expected:?}"));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {checked} wrong:\n{}", wrong.len(), wrong[..wrong.len().min(25)].join("\n"));
    assert!(checked > 1000);
}
