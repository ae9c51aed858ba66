//! `check`: the stages that CI runs, each with its time, and a last line with the counts.
//!
//! Not here: house rules (`tidy`), running Python files (`suite`), the interpreter under AddressSanitizer (`sanitized`).

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::build::{self, Source};
use crate::error::{LabError, Result};
use crate::order;
use crate::policy_page;
use crate::programs;
use crate::progress::Progress;
use crate::rusage;
use crate::sanitized::{SANITIZED_TARGET, SANITIZER};
use crate::suite::{self, Tally, Under};
use crate::tidy;
use crate::times::duration;
use crate::variants::{Variant, Variants, read_features};
use crate::workspace::Workspace;

/// Packages that are free of clippy's warnings and stay so. The interpreter's own crates join when they are.
const LINTED: [&str; 7] =
    ["instar-alloc", "instar-refcount", "instar-gc", "instar-object", "instar-object-derive", "instar-benches", "instar-lab"];

/// Values of `INSTAR_GC` under which conformance files run: no automatic collection, the usual thresholds, and a
/// collection at every safe point.
const GC_MODES: [&str; 3] = ["never", "auto", "stress"];
/// Layouts whose conformance runs under every mode; of the others all runs under `auto`, and what attacks the interpreter under
/// `stress`, too.
const ALL_MODES: [&str; 2] = ["best", "compact"];
/// Crates whose tests run under AddressSanitizer: those with unsafe code and no interpreter.
const SANITIZED: [&str; 4] = [
    "instar-alloc",
    "instar-refcount",
    "instar-gc",
    "instar-object",
];

/// Crates that need no standard library, and a target that has none.
const FREESTANDING: [&str; 3] = ["instar-alloc", "instar-refcount", "instar-gc"];
const BARE_TARGET: &str = "x86_64-unknown-none";

/// Stages, what they counted, and since when.
pub struct Check<'a> {
    /// Where everything is.
    pub workspace: &'a Workspace,
    total: Tally,
    start: Instant,
}

/// Builds the named variants and runs conformance files and programs under each. False when anything failed.
///
/// # Errors
/// When a name is unknown, a stage cannot be run at all, or on Ctrl-C.
pub fn variants(workspace: &Workspace, names: &[String]) -> Result<bool> {
    let known = Variants::load(workspace)?;
    let chosen: Vec<&Variant> = names
        .iter()
        .map(|name| known.get(name))
        .collect::<Result<_>>()?;
    let mut check = Check::new(workspace);
    check.layouts(&chosen, false)?;
    Ok(check.finish())
}

/// Runs the quick or the full check. False when anything failed.
///
/// # Errors
/// When a stage cannot be run at all, or on Ctrl-C.
pub fn run(workspace: &Workspace, all: bool, no_workspace_tests: bool) -> Result<bool> {
    let mut check = Check::new(workspace);
    check.stage("house rules", || {
        let complaints = tidy::complaints(workspace)?;
        Ok((tally_of(&complaints), complaints))
    })?;
    if all {
        let mut clippy = vec!["clippy"];
        for package in LINTED {
            clippy.extend(["-p", package]);
        }
        clippy.extend(["--", "-D", "warnings"]);
        check.cargo("clippy", &clippy, &[])?;
        if !no_workspace_tests {
            check.cargo("tests of the workspace", &["test", "--workspace"], &[])?;
        }
        check.layout_tests("")?;
        check.layout_tests("compact")?;
        check.without_std()?;
        check.sanitizer()?;
        check.stage(policy_page::PAGE, || policy_page::follow(workspace))?;
    } else {
        let packages = [
            "test",
            "-p",
            "instar-lab",
            "-p",
            "instar-refcount",
            "-p",
            "instar-gc",
            "-p",
            "instar-alloc",
            "-p",
            "instar-object",
        ];
        check.cargo("tests of the libraries", &packages, &[])?;
    }
    check.presets(all)?;
    Ok(check.finish())
}

fn tally_of(complaints: &[String]) -> Tally {
    Tally {
        passed: usize::from(complaints.is_empty()),
        failed: complaints.len(),
        skipped: 0,
    }
}

impl<'a> Check<'a> {
    /// Nothing yet; Ctrl-C ends the stage that runs, and the check.
    pub fn new(workspace: &'a Workspace) -> Check<'a> {
        rusage::catch_interrupts();
        Check {
            workspace,
            total: Tally::default(),
            start: Instant::now(),
        }
    }

    /// Prints the sums; whether nothing failed.
    pub fn finish(self) -> bool {
        let Tally {
            passed,
            failed,
            skipped,
        } = self.total;
        println!(
            "{} in {} ({} CPU)",
            if failed == 0 { "done" } else { "not in order" },
            duration(self.start.elapsed().as_secs_f64()),
            duration(rusage::children_cpu_s())
        );
        println!("{passed} passed, {failed} failed, {skipped} skipped");
        failed == 0
    }

    /// Runs one stage, prints its line, its troubles and its time.
    ///
    /// # Errors
    /// When Ctrl-C was pressed; any other trouble is a failure of the stage.
    pub fn stage(
        &mut self,
        name: &str,
        work: impl FnOnce() -> Result<(Tally, Vec<String>)>,
    ) -> Result<bool> {
        eprintln!("       {name} ...");
        let (start, cpu) = (Instant::now(), rusage::children_cpu_s());
        let outcome = work();
        // Both: on a machine that others use too, elapsed time says little about a stage.
        let took = format!(
            "{} ({} CPU)",
            duration(start.elapsed().as_secs_f64()),
            duration(rusage::children_cpu_s() - cpu)
        );
        let (tally, notes) = match outcome {
            Err(LabError::Interrupted) => return Err(LabError::Interrupted),
            Err(error) => (
                Tally {
                    failed: 1,
                    ..Tally::default()
                },
                vec![error.to_string()],
            ),
            Ok(outcome) => outcome,
        };
        let Tally {
            passed,
            failed,
            skipped,
        } = tally;
        let verdict = if failed == 0 { "ok    " } else { "FAILED" };
        println!("{verdict} {name}: {passed} passed, {failed} failed, {skipped} skipped, {took}");
        for note in notes {
            println!("       {}", note.replace('\n', "\n       "));
        }
        self.total.add(tally);
        Ok(failed == 0)
    }

    /// A cargo command as a stage; test counts are read from its output.
    ///
    /// # Errors
    /// As `stage`.
    pub fn cargo(
        &mut self,
        name: &str,
        arguments: &[&str],
        environment: &[(&str, &str)],
    ) -> Result<bool> {
        let root = self.workspace.root.clone();
        self.stage(name, || cargo_stage(&root, arguments, environment))
    }

    /// Tests of the crates that read the layout, under one layout; empty means the plain one. All of them at once: with fewer,
    /// cargo gives crates from elsewhere other features than in a build of the workspace, and makes the parser anew.
    fn layout_tests(&mut self, preset: &str) -> Result<()> {
        let mut arguments = vec!["test".to_string(), "--no-default-features".into()];
        let mut features = Vec::new();
        for (package, manifest) in [
            ("instar-object", "object/Cargo.toml"),
            ("instar-vm", "interp/vm/Cargo.toml"),
            ("instar-stdlib-core", "interp/stdlib/core/Cargo.toml"),
            ("instar-stdlib-os", "interp/stdlib/os/Cargo.toml"),
            ("instar", "interp/Cargo.toml"),
        ] {
            let table = read_features(&self.workspace.path(manifest))?;
            // A crate without the preset takes the layout through the object crate.
            if preset.is_empty() || table.contains_key(preset) {
                features.extend((!preset.is_empty()).then(|| format!("{package}/{preset}")));
            }
            arguments.extend(["-p".to_string(), package.to_string()]);
        }
        if !features.is_empty() {
            arguments.extend(["--features".to_string(), features.join(",")]);
        }
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let label = if preset.is_empty() { "plain" } else { preset };
        self.cargo(&format!("tests under the layout {label}"), &arguments, &[])?;
        Ok(())
    }

    /// The leaves for a target without a standard library, where the toolchain has one.
    fn without_std(&mut self) -> Result<()> {
        let name = format!("the leaves for {BARE_TARGET}");
        let sysroot = Command::new("rustc").args(["--print", "sysroot"]).output();
        let sysroot = sysroot.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_string());
        let there = sysroot.is_ok_and(|root| Path::new(&root).join("lib/rustlib").join(BARE_TARGET).is_dir());
        if !there {
            println!("ok     {name}: skipped, `rustup target add {BARE_TARGET}` has not been run");
            self.total.skipped += 1;
            return Ok(());
        }
        let mut arguments = vec!["check", "--target", BARE_TARGET];
        for package in FREESTANDING {
            arguments.extend(["-p", package]);
        }
        let features = ["--features", "instar-alloc/bumpalo,instar-alloc/testing,instar-refcount/testing,instar-gc/testing"];
        arguments.extend(features);
        self.cargo(&name, &arguments, &[])?;
        Ok(())
    }

    /// The object crates' tests under AddressSanitizer, where the toolchain has it.
    fn sanitizer(&mut self) -> Result<()> {
        let name = "tests under AddressSanitizer";
        if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
            println!("ok     {name}: skipped, only on x86-64 Linux");
            self.total.skipped += 1;
            return Ok(());
        }
        let target = self.workspace.target().join("asan").display().to_string();
        let mut arguments = vec![
            "test",
            "--lib",
            "--tests",
            "--target",
            SANITIZED_TARGET,
            "--target-dir",
            &target,
        ];
        for package in SANITIZED {
            arguments.extend(["-p", package]);
        }
        let mut environment = SANITIZER.to_vec();
        environment.extend([("ASAN_OPTIONS", "detect_leaks=0:allocator_may_return_null=1"), ("PROPTEST_CASES", "32")]);
        self.cargo(name, &arguments, &environment)?;
        Ok(())
    }

    /// The presets, or only `best`.
    fn presets(&mut self, all: bool) -> Result<()> {
        let workspace = self.workspace;
        let variants = match Variants::load(workspace) {
            Ok(variants) => variants,
            Err(error) => return self.stage("presets", || Err(error)).map(|_| ()),
        };
        let presets: Vec<&Variant> = variants
            .all
            .iter()
            .filter(|variant| variant.is_preset && (all || variant.name == "best"))
            .collect();
        self.layouts(&presets, all)
    }

    /// Builds variants with profile `ci` and runs conformance files and programs under each.
    fn layouts(&mut self, variants: &[&Variant], all: bool) -> Result<()> {
        let workspace = self.workspace;
        let source = Source::Cargo {
            profile: "ci".into(),
        };
        let programs = programs::load(workspace)?;
        let progress = Progress::detect();
        for &variant in variants {
            let mut binary = None;
            self.stage(&format!("build {}", variant.name), || {
                binary = Some(build::obtain(workspace, &source, variant, false, &progress)?.path);
                Ok((
                    Tally {
                        passed: 1,
                        ..Tally::default()
                    },
                    Vec::new(),
                ))
            })?;
            let Some(binary) = binary else { continue };
            if variant.name == "best" {
                self.stage("order of the text segment", || order::check(workspace, &binary))?;
            }
            for mode in GC_MODES {
                if mode == "auto" || (all && ALL_MODES.contains(&variant.name.as_str())) {
                    let name = format!("conformance, {}, collection {mode}", variant.name);
                    self.stage(&name, || {
                        suite::conformance(workspace, &Under::new(&binary, &variant.axes, mode), &[])
                    })?;
                }
            }
            if all && !ALL_MODES.contains(&variant.name.as_str()) {
                let name = format!("hostile set, {}, collection stress", variant.name);
                self.stage(&name, || {
                    suite::conformance(workspace, &Under::new(&binary, &variant.axes, "stress"), &suite::HOSTILE)
                })?;
            }
            self.stage(&format!("programs, {}", variant.name), || {
                suite::programs(workspace, &Under::new(&binary, &variant.axes, "auto"), &programs)
            })?;
        }
        Ok(())
    }
}

fn cargo_stage(
    root: &Path,
    arguments: &[&str],
    environment: &[(&str, &str)],
) -> Result<(Tally, Vec<String>)> {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .current_dir(root)
        .args(arguments)
        .envs(environment.iter().copied())
        .stdin(Stdio::null());
    let output = command
        .output()
        .map_err(|error| LabError::Failed(format!("cargo {}: {error}", arguments.join(" "))))?;
    if rusage::interrupted() {
        return Err(LabError::Interrupted);
    }
    let stdout = String::from_utf8_lossy(&output.stdout).to_string();
    let stderr = String::from_utf8_lossy(&output.stderr).to_string();
    let mut tally = test_counts(&stdout);
    if tally == Tally::default() {
        tally.passed = usize::from(output.status.success());
    }
    if output.status.success() {
        return Ok((tally, Vec::new()));
    }
    tally.failed = tally.failed.max(1);
    let last = |text: &str, count: usize| {
        let lines: Vec<&str> = text
            .lines()
            .filter(|line| !line.starts_with("   Compiling"))
            .collect();
        lines[lines.len().saturating_sub(count)..].join("\n")
    };
    Ok((
        tally,
        vec![
            format!("cargo {}", arguments.join(" ")),
            last(&stdout, 60),
            last(&stderr, 60),
        ],
    ))
}

/// Sum of all `test result:` lines of a `cargo test`.
fn test_counts(text: &str) -> Tally {
    let mut tally = Tally::default();
    for line in text.lines().filter(|line| line.starts_with("test result:")) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let before = |name: &str| {
            let position = words
                .iter()
                .position(|word| word.trim_end_matches(';') == name)?;
            words.get(position.checked_sub(1)?)?.parse::<usize>().ok()
        };
        tally.passed += before("passed").unwrap_or(0);
        tally.failed += before("failed").unwrap_or(0);
        tally.skipped += before("ignored").unwrap_or(0);
    }
    tally
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_counts_add_up_over_binaries() {
        let text = "test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out\nx\ntest result: FAILED. 2 passed; 3 failed; 0 ignored; 0 measured\n";
        assert_eq!(
            test_counts(text),
            Tally {
                passed: 7,
                failed: 3,
                skipped: 1
            }
        );
    }
}
