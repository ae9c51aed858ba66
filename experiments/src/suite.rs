//! Runs the conformance files and the programs under one binary and says which passed.
//!
//! Used by `check`; nothing here is timed. Not here: which binaries and modes (`check`).

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use serde::Deserialize;

use crate::diff;
use crate::error::{LabError, Result, at_path};
use crate::process;
use crate::programs::Program;
use crate::workspace::Workspace;

/// How often things went which way.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Passed.
    pub passed: usize,
    /// Failed.
    pub failed: usize,
    /// Not run, with a reason in the output.
    pub skipped: usize,
}

impl Tally {
    /// Both together.
    pub fn add(&mut self, other: Tally) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

/// A file that runs under a binary, and what it must print.
#[derive(Debug, Clone)]
struct Case {
    name: String,
    path: PathBuf,
    arguments: Vec<String>,
    stdout: Option<Vec<u8>>,
    known_failure: Option<String>,
}

#[derive(Deserialize, Default)]
struct KnownFailures {
    #[serde(default)]
    fail: Vec<KnownFailure>,
}

#[derive(Deserialize)]
struct KnownFailure {
    file: String,
    reason: String,
    /// Only under layouts with one of these axis features; under every layout if empty.
    #[serde(default)]
    axes: Vec<String>,
}

/// Directory of the conformance files.
pub const CONFORMANCE: &str = "interp/tests/conformance";

/// Those of its directories that attack the interpreter.
pub const HOSTILE: [&str; 3] = ["hostile", "limits", "reentrancy"];

/// A binary, and what surrounds it while it runs files.
#[derive(Debug, Clone, Copy)]
pub struct Under<'a> {
    /// The interpreter.
    pub binary: &'a Path,
    /// The features of its layout.
    pub axes: &'a BTreeSet<String>,
    /// When it collects: a value of `INSTAR_GC`.
    pub gc: &'a str,
    /// More variables for it.
    pub environment: &'a [(&'a str, &'a str)],
    /// Most that one file may take.
    pub limit: Duration,
}

impl<'a> Under<'a> {
    /// An ordinary run: two minutes are enough for each file.
    pub fn new(binary: &'a Path, axes: &'a BTreeSet<String>, gc: &'a str) -> Under<'a> {
        Under {
            binary,
            axes,
            gc,
            environment: &[],
            limit: Duration::from_secs(120),
        }
    }
}

/// The directories of conformance files, sorted.
///
/// # Errors
/// When they cannot be listed.
pub fn areas(workspace: &Workspace) -> Result<Vec<String>> {
    let root = workspace.path(CONFORMANCE);
    let mut names = Vec::new();
    for entry in at_path(&root, std::fs::read_dir(&root))? {
        let entry = at_path(&root, entry)?;
        let name = entry.file_name().to_string_lossy().to_string();
        if entry.path().is_dir() && !name.starts_with(['.', '_']) {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// Every `.py` below the directories `below` of the conformance files (below all if empty): exit code 0, and the output of the `.out`
/// beside it if there is one. Files that `expect_fail.toml` lists for the layout must fail.
///
/// # Errors
/// When the directory or `expect_fail.toml` cannot be read, or Ctrl-C was pressed.
pub fn conformance(
    workspace: &Workspace,
    under: &Under,
    below: &[&str],
) -> Result<(Tally, Vec<String>)> {
    let root = workspace.path(CONFORMANCE);
    let mut files = Vec::new();
    if below.is_empty() {
        collect(&root, "py", &mut files)?;
    }
    for directory in below {
        collect(&root.join(directory), "py", &mut files)?;
    }
    let list = root.join("expect_fail.toml");
    let known: KnownFailures = match std::fs::read_to_string(&list) {
        Ok(text) => toml::from_str(&text)
            .map_err(|error| LabError::Failed(format!("{}: {error}", list.display())))?,
        Err(_) => KnownFailures::default(),
    };
    if let Some(gone) = known
        .fail
        .iter()
        .find(|one| !root.join(&one.file).is_file())
    {
        return Err(LabError::Failed(format!(
            "{}: no file `{}`",
            list.display(),
            gone.file
        )));
    }
    let reasons: BTreeMap<String, String> = known
        .fail
        .into_iter()
        .filter(|one| one.axes.is_empty() || one.axes.iter().any(|axis| under.axes.contains(axis)))
        .map(|one| (one.file, one.reason))
        .collect();
    let mut cases = Vec::new();
    for path in files {
        let name = path
            .strip_prefix(&root)
            .unwrap_or(&path)
            .display()
            .to_string();
        // Files whose name starts with an underscore are imported by others.
        if path
            .file_name()
            .is_some_and(|file| file.to_string_lossy().starts_with('_'))
        {
            continue;
        }
        let stdout = std::fs::read(path.with_extension("out")).ok();
        let known_failure = reasons.get(&name).cloned();
        cases.push(Case {
            name,
            path,
            arguments: Vec::new(),
            stdout,
            known_failure,
        });
    }
    run_all(workspace, under, &cases)
}

/// Every program at size S against its committed output.
///
/// # Errors
/// When a program cannot be read, or Ctrl-C was pressed.
pub fn programs(
    workspace: &Workspace,
    under: &Under,
    programs: &[Program],
) -> Result<(Tally, Vec<String>)> {
    let mut cases = Vec::new();
    let mut notes = Vec::new();
    let mut missing = Tally::default();
    for program in programs
        .iter()
        .filter(|program| program.sizes.iter().any(|size| size == "S"))
    {
        let expected = program.expected("S")?;
        if expected.stdout.is_none() {
            missing.skipped += 1;
            notes.push(format!(
                "{}: skipped, no expected output at size S",
                program.name
            ));
            continue;
        }
        cases.push(Case {
            name: program.name.clone(),
            path: program.path.clone(),
            arguments: vec!["S".into()],
            stdout: expected.stdout,
            known_failure: None,
        });
    }
    let (mut tally, more) = run_all(workspace, under, &cases)?;
    tally.add(missing);
    notes.extend(more);
    Ok((tally, notes))
}

/// Runs the cases on two threads (nothing is timed); reports in the order of the cases.
fn run_all(
    workspace: &Workspace,
    under: &Under,
    cases: &[Case],
) -> Result<(Tally, Vec<String>)> {
    let next = Mutex::new(0_usize);
    let outcomes: Mutex<Vec<Option<Result<Option<String>>>>> =
        Mutex::new(cases.iter().map(|_| None).collect());
    let scratch = workspace.lab().join("scratch");
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let index = {
                        let mut next = next.lock().expect("no holder of this lock can panic");
                        *next += 1;
                        *next - 1
                    };
                    let Some(case) = cases.get(index) else { break };
                    let outcome = run_one(under, case, &scratch);
                    outcomes.lock().expect("no holder of this lock can panic")[index] =
                        Some(outcome);
                }
            });
        }
    });
    let mut tally = Tally::default();
    let mut failures = Vec::new();
    let outcomes = outcomes
        .into_inner()
        .expect("no holder of this lock can panic");
    for (case, outcome) in cases.iter().zip(outcomes) {
        let trouble = outcome.expect("every case below the counter was run")?;
        match (trouble, &case.known_failure) {
            (None, None) => tally.passed += 1,
            (Some(_), Some(reason)) => {
                tally.skipped += 1;
                failures.push(format!("{}: fails as expected ({reason})", case.name));
            }
            (None, Some(reason)) => {
                tally.failed += 1;
                failures.push(format!(
                    "{}: passes, but expect_fail.toml lists it ({reason}); take it out",
                    case.name
                ));
            }
            (Some(text), None) => {
                tally.failed += 1;
                failures.push(format!("{}: FAILED {text}", case.name));
            }
        }
    }
    Ok((tally, failures))
}

fn run_one(under: &Under, case: &Case, scratch: &Path) -> Result<Option<String>> {
    let mut command = process::python_command(under.binary);
    command
        .env("INSTAR_GC", under.gc)
        .envs(under.environment.iter().copied())
        .arg(&case.path)
        .args(&case.arguments);
    let finished = process::run(&mut command, scratch, under.limit)?;
    if !finished.ok() {
        return Ok(Some(finished.trouble()));
    }
    let Some(wanted) = &case.stdout else {
        return Ok(None);
    };
    let shown = diff::unified("expected", wanted, "got", &finished.stdout);
    Ok((!shown.is_empty()).then(|| format!("output differs\n{shown}")))
}

/// Files with an extension below a directory, sorted, without hidden directories and `target`.
///
/// # Errors
/// When a directory cannot be read.
pub fn collect(directory: &Path, extension: &str, into: &mut Vec<PathBuf>) -> Result<()> {
    let mut entries: Vec<PathBuf> = Vec::new();
    for entry in at_path(directory, std::fs::read_dir(directory))? {
        entries.push(at_path(directory, entry)?.path());
    }
    entries.sort();
    for path in entries {
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().to_string())
            .unwrap_or_default();
        if path.is_dir() {
            if !name.starts_with('.') && name != "target" && name != "__pycache__" {
                collect(&path, extension, into)?;
            }
        } else if path.extension().is_some_and(|end| end == extension) {
            into.push(path);
        }
    }
    Ok(())
}
