//! `bench-gate`: the callgrind benches of this tree against those of another commit, built in the same job with the same compiler.
//! Fails where a bench executes more instructions than the bound allows.
//!
//! Not here: the benches (`benches/`), time (the lab's `run`).

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::error::{LabError, Result, at_path};
use crate::workspace::Workspace;

/// Instructions that a bench may execute more than on the other side. Counts repeat to a tenth of a percent; what moves them
/// further without a change is the seed of a hash map.
const BOUND_PERCENT: &str = "2.0";
/// Package and bench.
const BENCH: [&str; 4] = ["-p", "instar-benches-callgrind", "--bench", "gate"];
/// Where they are, to see whether the other commit has them.
const SOURCE: &str = "benches/callgrind/gate.rs";

/// `bench-gate`: compares with `base`, or with the parent commit; with the commit itself where the tree differs from it.
///
/// # Errors
/// When git or cargo cannot be run, or something does not build.
pub fn run(workspace: &Workspace, base: Option<&str>) -> Result<bool> {
    let skip = |why: &str| {
        println!("bench-gate: skipped, {why}");
        Ok(true)
    };
    if Command::new("valgrind").arg("--version").output().is_err() {
        return skip("valgrind is not installed");
    }
    let clean = git(workspace, &["status", "--porcelain", "--untracked-files=no"])?.stdout.is_empty();
    let base = base.unwrap_or(if clean { "HEAD~1" } else { "HEAD" });
    let commit = git(workspace, &["rev-parse", "--verify", "--quiet", &format!("{base}^{{commit}}")])?;
    if !commit.status.success() {
        return skip(&format!("this clone has no commit {base}"));
    }
    let commit = String::from_utf8_lossy(&commit.stdout).trim().to_string();
    if !git(workspace, &["cat-file", "-e", &format!("{commit}:{SOURCE}")])?.status.success() {
        return skip(&format!("{base} has no {SOURCE}"));
    }
    let place = workspace.target().join("bench-gate");
    let gate = Gate { runner: runner(workspace, &place)?, place };
    let other = Checkout::of(workspace, &gate.place.join("base"), &commit)?;
    println!("bench-gate: {base} ({})", &commit[..commit.len().min(12)]);
    let before = gate.bench(&other.path, &["--save-baseline=base"])?;
    if !before.status.success() {
        return Err(failed("the benches of the other commit", &before));
    }
    println!("bench-gate: this tree");
    let limit = format!("--callgrind-limits=ir={BOUND_PERCENT}%");
    let after = gate.bench(&workspace.root, &["--baseline=base", &limit])?;
    let report = String::from_utf8_lossy(&after.stdout);
    print!("{}", changed(&report));
    match after.status.code() {
        Some(0) => {
            println!("bench-gate: no bench executes {BOUND_PERCENT} % more instructions than at {base}");
            Ok(true)
        }
        // What the runner says of exceeded limits.
        Some(3) => {
            println!("bench-gate: FAILED, a bench executes more than {BOUND_PERCENT} % more instructions than at {base}");
            Ok(false)
        }
        _ => Err(failed("the benches", &after)),
    }
}

struct Gate {
    runner: PathBuf,
    place: PathBuf,
}

impl Gate {
    fn bench(&self, tree: &Path, options: &[&str]) -> Result<Output> {
        let mut command = cargo();
        command
            .current_dir(tree)
            .arg("bench")
            .args(BENCH)
            // The profile of the lab's measurements.
            .args(["--profile", "measure", "--"])
            .args(options)
            .env("CARGO_TARGET_DIR", self.place.join("target"))
            .env("IAI_CALLGRIND_RUNNER", &self.runner)
            .env("IAI_CALLGRIND_HOME", self.place.join("results"))
            .env("IAI_CALLGRIND_COLOR", "never")
            // Both sides alike: a checkout inside another would take that one's flags, too.
            .env("RUSTFLAGS", "")
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .stdin(Stdio::null());
        output(&mut command)
    }
}

/// A second checkout, gone when dropped.
struct Checkout<'a> {
    workspace: &'a Workspace,
    path: PathBuf,
}
impl<'a> Checkout<'a> {
    fn of(workspace: &'a Workspace, path: &Path, commit: &str) -> Result<Self> {
        let path = path.to_path_buf();
        let this = Checkout { workspace, path };
        // What an interrupted run left.
        this.remove();
        if let Some(parent) = this.path.parent() {
            at_path(parent, std::fs::create_dir_all(parent))?;
        }
        let text = this.path.display().to_string();
        let added = git(workspace, &["worktree", "add", "--detach", "--force", &text, commit])?;
        if !added.status.success() {
            return Err(failed("git worktree add", &added));
        }
        Ok(this)
    }
    fn remove(&self) {
        let text = self.path.display().to_string();
        // Either may have nothing to do.
        let _ = git(self.workspace, &["worktree", "remove", "--force", &text]);
        let _ = std::fs::remove_dir_all(&self.path);
    }
}
impl Drop for Checkout<'_> {
    fn drop(&mut self) {
        self.remove();
    }
}

/// The runner of the version that the benches are made with, installed below the target directory where it is missing.
fn runner(workspace: &Workspace, place: &Path) -> Result<PathBuf> {
    let manifest = workspace.path("benches/callgrind/Cargo.toml");
    let text = at_path(&manifest, std::fs::read_to_string(&manifest))?;
    let version = version(&text).ok_or_else(|| LabError::Failed(format!("{}: no version of iai-callgrind", manifest.display())))?;
    let tools = place.join(format!("runner-{version}"));
    let binary = tools.join("bin/iai-callgrind-runner");
    if !binary.is_file() {
        println!("bench-gate: installing iai-callgrind-runner {version}");
        let mut command = cargo();
        command
            .args(["install", "--quiet", "--locked", "iai-callgrind-runner", "--version", version, "--root"])
            .arg(&tools)
            .env("CARGO_TARGET_DIR", place.join("target"));
        let installed = output(&mut command)?;
        if !installed.status.success() {
            return Err(failed("cargo install iai-callgrind-runner", &installed));
        }
    }
    Ok(binary)
}

/// The exact version that a manifest asks for.
fn version(manifest: &str) -> Option<&str> {
    let line = manifest.lines().find(|line| line.starts_with("iai-callgrind"))?;
    line.split('"').nth(1)?.strip_prefix('=')
}

/// The benches of a report that differ, one a line.
fn changed(report: &str) -> String {
    let mut name = "";
    let mut out = String::new();
    for line in report.lines() {
        if !line.starts_with(' ') && line.contains("::") {
            // Group, function, bench; what follows says how it was set up.
            name = line.match_indices(':').find(|(at, _)| line[..*at].contains(' ')).map_or(line, |(at, _)| &line[..at]);
        } else if let Some(instructions) = line.trim_start().strip_prefix("Instructions:")
            // A new bench has nothing to be compared with.
            && !instructions.contains("No change")
            && !instructions.contains("N/A")
        {
            out.push_str(&format!("{name}: {}\n", instructions.split_whitespace().collect::<Vec<_>>().join(" ")));
        }
    }
    out
}

fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}
fn git(workspace: &Workspace, arguments: &[&str]) -> Result<Output> {
    output(Command::new("git").current_dir(&workspace.root).args(arguments))
}
fn output(command: &mut Command) -> Result<Output> {
    command.output().map_err(|error| LabError::Failed(format!("{}: {error}", command.get_program().display())))
}
fn failed(what: &str, output: &Output) -> LabError {
    let text = [output.stdout.as_slice(), &output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    LabError::Failed(format!("{what} failed\n{}", lines[lines.len().saturating_sub(40)..].join("\n")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runner_is_of_the_version_in_the_manifest() {
        assert_eq!(version("[dev-dependencies]\niai-callgrind = \"=1.2.3\"\n"), Some("1.2.3"));
        assert_eq!(version("iai-callgrind = \"1\"\n"), None);
    }

    #[test]
    fn only_benches_that_differ_are_shown() {
        let report = "gate::best_group::best leaf_made:benches :: leaf_made :: < Layout > ()\n  Instructions:   10|10   (No change)\n\
                      gate::best_group::best dict_find:benches :: dict_find :: < Layout > ()\n  Instructions:   12|10   (+20.0%) [+1.2x]\n\
                      gate::best_group::best fresh:benches :: fresh :: < Layout > ()\n  Instructions:   12|N/A   (*********)\n";
        assert_eq!(changed(report), "gate::best_group::best dict_find: 12|10 (+20.0%) [+1.2x]\n");
    }
}
