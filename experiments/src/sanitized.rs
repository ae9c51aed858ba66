//! `check --asan-interp`: the whole interpreter under AddressSanitizer, in pieces that each end.
//!
//! A piece is a directory of conformance files, the hostile ones again with a collection at every safe point, or the programs. One that
//! passed is remembered with the binary and the files it ran, so that a run that was broken off goes on where it stopped. Not here: the
//! object crates' own tests under AddressSanitizer (`check --all`), running files (`suite`).

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::check::Check;
use crate::error::{Result, at_path, unknown_name};
use crate::programs;
use crate::suite::{self, Under};
use crate::variants::{Variant, Variants};
use crate::workspace::{Workspace, content_key, write_whole};

/// The layout: every object and every buffer is an allocation that the sanitizer watches.
const WATCHED: &str = "best-system";
/// Where its runtime is. Naming the target keeps build scripts and macros as they are.
pub const SANITIZED_TARGET: &str = "x86_64-unknown-linux-gnu";
/// Sanitizers are behind a flag that only the bootstrap switch opens on a stable compiler.
pub const SANITIZER: [(&str, &str); 2] = [
    ("RUSTC_BOOTSTRAP", "1"),
    ("RUSTFLAGS", "-Zsanitizer=address"),
];
/// For the interpreter: reports walk frame pointers and name lines.
const WITH_LINES: [(&str, &str); 3] = [
    SANITIZER[0],
    (
        "RUSTFLAGS",
        "-Zsanitizer=address -Cforce-frame-pointers=yes",
    ),
    ("CARGO_PROFILE_CI_DEBUG", "line-tables-only"),
];
/// A refused allocation is a MemoryError. Frames stay on the stack, where the depth of native recursion is measured. What lives at the
/// end is not a leak: shutdown leaves a heap alone in which something still lives. LeakSanitizer would not find the way to all of it:
/// an instance's word that leads to a block or a dict has bits above the address (`attrs/in_cell.rs`), so what hangs on it counts as
/// lost. With `attrs-merged` for `attrs-inline` it finds all but one object, which died after the last safe point and waits to be freed.
const OPTIONS: &str = "detect_leaks=0:allocator_may_return_null=1:detect_stack_use_after_return=0";
/// The area whose files let children die of a signal and look at how they died: there the signals are the interpreter's. Elsewhere a
/// signal makes a report.
const OWN_SIGNALS: (&str, &str) = (
    "os",
    ":handle_segv=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0:handle_abort=0",
);
/// Everything takes several times as long, and much longer still with a collection at every safe point.
const LIMIT: Duration = Duration::from_secs(1200);

/// Lines of a report that say what happened and where.
const REPORT_LINES: usize = 60;

/// Name of the piece that runs `suite::HOSTILE` with a collection at every safe point.
const STRESS: &str = "hostile-stress";
/// Name of the piece that runs the programs at size S.
const PROGRAMS: &str = "programs";

/// Builds the interpreter with AddressSanitizer and runs the pieces: those that are named, or all that have not passed. False when
/// anything failed.
///
/// # Errors
/// When a piece is unknown, a stage cannot be run at all, or on Ctrl-C.
pub fn run(workspace: &Workspace, chosen: &[String]) -> Result<bool> {
    let known = Variants::load(workspace)?;
    let variant = known.get(WATCHED)?;
    let pieces = pieces(workspace)?;
    for name in chosen {
        if !pieces.contains(name) {
            return Err(unknown_name("piece", name, &pieces));
        }
    }
    let mut check = Check::new(workspace);
    let Some(binary) = build(&mut check, variant)? else {
        return Ok(check.finish());
    };
    let record = workspace.target().join("asan/passed");
    let reports = workspace.target().join("asan/reports");
    let log = reports.join("of");
    let program = at_path(&binary, fs::read(&binary))?;
    for piece in &pieces {
        if !chosen.is_empty() && !chosen.contains(piece) {
            continue;
        }
        let key = format!("{piece} {}", piece_key(workspace, piece, &program)?);
        if chosen.is_empty() && has(&record, &key) {
            println!("ok     {piece} under AddressSanitizer: passed before, with the same binary and files");
            continue;
        }
        let passed = check.stage(&format!("{piece} under AddressSanitizer"), || {
            at_path(&reports, fs::create_dir_all(&reports))?;
            take_reports(&reports)?;
            let signals = if piece == OWN_SIGNALS.0 { OWN_SIGNALS.1 } else { "" };
            let options = format!("{OPTIONS}{signals}:log_path={}", log.display());
            let environment = [("ASAN_OPTIONS", options.as_str())];
            let under = Under {
                gc: if piece == STRESS { "stress" } else { "auto" },
                environment: &environment,
                limit: LIMIT,
                ..Under::new(&binary, &variant.axes, "auto")
            };
            let (mut tally, mut notes) = match piece.as_str() {
                PROGRAMS => suite::programs(workspace, &under, &programs::load(workspace)?)?,
                STRESS => suite::conformance(workspace, &under, &suite::HOSTILE)?,
                area => suite::conformance(workspace, &under, &[area])?,
            };
            let reported = take_reports(&reports)?;
            // A program may expect that its child fails: then only the report says why it did.
            tally.failed = tally.failed.max(reported.len());
            notes.extend(reported);
            Ok((tally, notes))
        })?;
        if passed {
            remember(&record, &key)?;
        }
    }
    Ok(check.finish())
}

/// All pieces, in the order in which they run.
fn pieces(workspace: &Workspace) -> Result<Vec<String>> {
    let mut names = suite::areas(workspace)?;
    names.extend([STRESS, PROGRAMS].map(String::from));
    Ok(names)
}

/// The binary, or nothing when it could not be built.
fn build(check: &mut Check, variant: &Variant) -> Result<Option<PathBuf>> {
    let target = check.workspace.target().join("asan");
    let (directory, features) = (target.display().to_string(), variant.features.join(","));
    let mut build = vec!["build", "--profile", "ci", "-p", "instar", "--bin", "instar"];
    build.extend(["--no-default-features", "--features", &features]);
    build.extend(["--target", SANITIZED_TARGET, "--target-dir", &directory]);
    let name = format!("build {WATCHED} with AddressSanitizer");
    let built = check.cargo(&name, &build, &WITH_LINES)?;
    Ok(built.then(|| target.join(SANITIZED_TARGET).join("ci/instar")))
}

/// Key of what a piece depends on: the binary, the files it runs, and the options.
fn piece_key(workspace: &Workspace, piece: &str, program: &[u8]) -> Result<String> {
    let conformance = workspace.path(suite::CONFORMANCE);
    let directories = match piece {
        PROGRAMS => vec![workspace.path("experiments/programs")],
        STRESS => suite::HOSTILE.map(|area| conformance.join(area)).to_vec(),
        area => vec![conformance.join(area)],
    };
    let mut files = vec![conformance.join("expect_fail.toml")];
    for directory in directories {
        for extension in ["py", "out"] {
            suite::collect(&directory, extension, &mut files)?;
        }
    }
    let mut chunks = vec![program.to_vec(), OPTIONS.as_bytes().to_vec(), OWN_SIGNALS.1.as_bytes().to_vec()];
    for file in files {
        chunks.push(file.display().to_string().into_bytes());
        chunks.push(at_path(&file, fs::read(&file))?);
    }
    let chunks: Vec<&[u8]> = chunks.iter().map(Vec::as_slice).collect();
    Ok(content_key(&chunks))
}

/// The reports of all processes since the last call, without warnings about allocations that were refused.
fn take_reports(directory: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in at_path(directory, fs::read_dir(directory))? {
        let path = at_path(directory, entry)?.path();
        let text = String::from_utf8_lossy(&at_path(&path, fs::read(&path))?).to_string();
        at_path(&path, fs::remove_file(&path))?;
        if let Some(start) = text.find("ERROR: ") {
            let report: Vec<&str> = text[start..].lines().take(REPORT_LINES).collect();
            found.push(report.join("\n"));
        }
    }
    Ok(found)
}

/// Whether the record has this line.
fn has(record: &Path, key: &str) -> bool {
    fs::read_to_string(record).is_ok_and(|text| text.lines().any(|line| line == key))
}

/// Puts a line into the record, in the place of those of the same piece.
fn remember(record: &Path, key: &str) -> Result<()> {
    let piece = key.split(' ').next().unwrap_or(key);
    let mut lines: Vec<String> = fs::read_to_string(record)
        .unwrap_or_default()
        .lines()
        .filter(|line| line.split(' ').next() != Some(piece))
        .map(String::from)
        .collect();
    lines.push(key.to_string());
    write_whole(record, (lines.join("\n") + "\n").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch(name: &str) -> PathBuf {
        let directory = std::env::temp_dir().join(format!("instar-lab-{name}-{}", std::process::id()));
        fs::create_dir_all(&directory).expect("test data");
        directory
    }

    #[test]
    fn a_piece_is_remembered_once_and_with_its_key_only() {
        let directory = scratch("passed");
        let record = directory.join("passed");
        assert!(!has(&record, "lang 1"));
        for key in ["lang 1", "types 1", "lang 2"] {
            remember(&record, key).expect("test data");
        }
        assert!(has(&record, "lang 2") && has(&record, "types 1") && !has(&record, "lang 1"));
        fs::remove_dir_all(directory).expect("test data");
    }

    #[test]
    fn reports_of_children_are_found_and_refused_allocations_are_none() {
        let directory = scratch("reports");
        let refused = "==7==WARNING: AddressSanitizer failed to allocate 0x7fffffff bytes\n";
        fs::write(directory.join("of.7"), refused).expect("test data");
        let report = "=====\n==8==ERROR: AddressSanitizer: heap-use-after-free on address 0x60\n    #0 0x55 in drop\n";
        fs::write(directory.join("of.8"), format!("{refused}{report}")).expect("test data");
        let found = take_reports(&directory).expect("test data");
        assert_eq!(found, ["ERROR: AddressSanitizer: heap-use-after-free on address 0x60\n    #0 0x55 in drop"]);
        assert!(take_reports(&directory).expect("test data").is_empty());
        fs::remove_dir_all(directory).expect("test data");
    }

    #[test]
    fn pieces_are_the_areas_and_two_more() {
        let workspace = Workspace::find(None).expect("test data");
        let pieces = pieces(&workspace).expect("test data");
        for area in suite::HOSTILE {
            assert!(pieces.iter().any(|piece| piece == area));
        }
        assert_eq!(pieces[pieces.len() - 2..], [STRESS, PROGRAMS]);
    }
}
