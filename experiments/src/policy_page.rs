//! Does what `docs/adding-a-policy.md` says, to a copy of the tree: applies its diffs, then runs its commands.
//!
//! So the page cannot promise a path that no longer leads anywhere. Not here: when this runs (`check`).

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::error::{LabError, Result, at_path};
use crate::suite::Tally;
use crate::workspace::{Workspace, write_whole};

/// The page.
pub const PAGE: &str = "docs/adding-a-policy.md";

/// `follow-docs`.
///
/// # Errors
/// As `follow`.
pub fn run(workspace: &Workspace) -> Result<bool> {
    let (tally, notes) = follow(workspace)?;
    for note in notes {
        println!("{note}");
    }
    println!(
        "{PAGE}: {} steps passed, {} failed",
        tally.passed, tally.failed
    );
    Ok(tally.failed == 0)
}

/// Applies the page's diffs to a copy of the tree and runs its `cargo` commands there.
///
/// # Errors
/// When the page or a file cannot be read, or git is missing.
pub fn follow(workspace: &Workspace) -> Result<(Tally, Vec<String>)> {
    let page = workspace.path(PAGE);
    let text = at_path(&page, std::fs::read_to_string(&page))?;
    let patches = fences(&text, "diff");
    let commands: Vec<String> = fences(&text, "sh")
        .iter()
        .flat_map(|block| block.lines())
        .filter(|line| line.starts_with("cargo "))
        .map(str::to_string)
        .collect();
    if patches.is_empty() || commands.is_empty() {
        return Err(LabError::Failed(format!(
            "{PAGE} has no diff or no command to follow"
        )));
    }
    let copy = copy_tree(workspace)?;
    let patch = copy.join("page.patch");
    write_whole(&patch, patches.concat().as_bytes())?;
    let mut tally = Tally::default();
    let mut apply = Command::new("git");
    // Outside any repository, or git would take the paths for those of the checkout around the copy.
    apply
        .env("GIT_CEILING_DIRECTORIES", workspace.target())
        .args(["apply", "-C1", "--recount", "page.patch"]);
    let mut steps = vec![("its patch".to_string(), apply)];
    for line in &commands {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command
            .args(line.split_whitespace().skip(1))
            // The workspace's own: what comes from the registry is built there already.
            .env("CARGO_TARGET_DIR", workspace.target());
        steps.push((line.clone(), command));
    }
    for (name, mut command) in steps {
        command.current_dir(&copy).stdin(Stdio::null());
        let output = command
            .output()
            .map_err(|error| LabError::Failed(format!("{name}: {error}")))?;
        if !output.status.success() {
            tally.failed += 1;
            let text = [output.stdout, output.stderr].concat();
            let text = String::from_utf8_lossy(&text).to_string();
            let lines: Vec<&str> = text.lines().collect();
            let tail = lines[lines.len().saturating_sub(40)..].join("\n");
            // What follows builds on this step.
            return Ok((tally, vec![format!("{PAGE}: {name} failed\n{tail}")]));
        }
        tally.passed += 1;
    }
    Ok((tally, Vec::new()))
}

/// Insides of the fenced blocks with this language, in order.
fn fences(text: &str, language: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Option<(bool, String)> = None;
    for line in text.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(name)) => open = Some((name.trim() == language, String::new())),
            (Some((wanted, body)), Some("")) => {
                if *wanted {
                    found.push(std::mem::take(body));
                }
                open = None;
            }
            (Some((_, body)), _) => {
                body.push_str(line);
                body.push('\n');
            }
            (None, None) => {}
        }
    }
    found
}

/// A fresh copy of the files that git tracks or would track, as they are now, below the target directory.
fn copy_tree(workspace: &Workspace) -> Result<PathBuf> {
    let copy = workspace.target().join("policy-page-tree");
    if copy.exists() {
        at_path(&copy, std::fs::remove_dir_all(&copy))?;
    }
    let output = Command::new("git")
        .current_dir(&workspace.root)
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .output()
        .map_err(|error| LabError::Failed(format!("git ls-files: {error}")))?;
    let names = String::from_utf8_lossy(&output.stdout).to_string();
    for name in names.split('\0').filter(|name| !name.is_empty()) {
        let (from, to) = (workspace.path(name), copy.join(name));
        // Deleted but not yet committed: the copy is the tree as it is now.
        if from.is_file() {
            let parent = to.parent().unwrap_or(Path::new("."));
            at_path(parent, std::fs::create_dir_all(parent))?;
            at_path(&from, std::fs::copy(&from, &to))?;
        }
    }
    // Cargo joins the settings of all directories above: flags given twice are other flags, and all would be built anew.
    let settings = copy.join(".cargo/config.toml");
    if copy.starts_with(&workspace.root) && settings.is_file() {
        at_path(&settings, std::fs::remove_file(&settings))?;
    }
    Ok(copy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_blocks_of_the_language_are_taken() {
        let text = "a\n```diff\n-x\n+y\n```\n```sh\ncargo test\n```\n```\nplain\n```\n";
        assert_eq!(fences(text, "diff"), ["-x\n+y\n"]);
        assert_eq!(fences(text, "sh"), ["cargo test\n"]);
    }
}
