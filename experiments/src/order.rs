//! `cargo x order`: which functions of the interpreter programs use, for the order of its text segment.
//!
//! A page of code counts as memory as soon as one of its functions runs, and the kernel maps its neighbours with it. The linker
//! puts functions where it meets them, so a program that needs 1.3 MB of code held 7 MB of pages. `interp/order.txt` names the
//! functions that were run; `interp/build.rs` tells the linker to place them side by side. A name that exists no more is of no
//! effect: an old list costs pages, never correctness. Not here: hot and cold parts of one function (`profiled`).

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::error::{LabError, Result, at_path};
use crate::process;
use crate::programs;
use crate::suite::Tally;
use crate::times::duration;
use crate::workspace::{Workspace, write_whole};

/// Longest run of one program under callgrind.
const LIMIT: Duration = Duration::from_secs(600);

/// Runs every program at size S under callgrind with `binary` (a release build that is not stripped) and writes
/// `interp/order.txt`: first what every start runs, then the others, each by name.
///
/// # Errors
/// When valgrind is missing, the binary is, a program fails, or Ctrl-C was pressed.
pub fn run(workspace: &Workspace, binary: &Path) -> Result<bool> {
    if !binary.is_file() {
        return Err(LabError::Usage(format!("{}: no such binary; cargo build --release -p instar", binary.display())));
    }
    let start = Instant::now();
    let own = symbols(&at_path(binary, std::fs::read(binary))?);
    let first = functions(workspace, binary, &["-c", "pass"])?;
    let mut users: BTreeMap<String, usize> = BTreeMap::new();
    for program in programs::load(workspace)? {
        println!("{} ({})", program.name, duration(start.elapsed().as_secs_f64()));
        let path = program.path.display().to_string();
        for name in functions(workspace, binary, &[&path, "S"])? {
            *users.entry(name).or_default() += 1;
        }
    }
    let mut lines: Vec<String> = first.iter().filter(|name| own.contains(*name)).cloned().collect();
    let mut later: Vec<(String, usize)> = users.into_iter().filter(|(name, _)| own.contains(name) && !first.contains(name)).collect();
    // What many programs use lies next to what all use.
    later.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    lines.extend(later.into_iter().map(|(name, _)| name));
    let text = format!("{HEADER}{}\n", lines.join("\n"));
    let path = workspace.path(LIST);
    write_whole(&path, text.as_bytes())?;
    println!("{}: {} functions ({})", workspace.show(&path), lines.len(), duration(start.elapsed().as_secs_f64()));
    Ok(true)
}

/// Whether the linker did what the list says, and most of the list is of this program: the check of an optimised binary.
///
/// # Errors
/// When a file cannot be read.
pub fn check(workspace: &Workspace, binary: &Path) -> Result<(Tally, Vec<String>)> {
    let path = workspace.path(LIST);
    let list = at_path(&path, std::fs::read_to_string(&path))?;
    let own = symbols(&at_path(binary, std::fs::read(binary))?);
    let listed: Vec<&str> = list.lines().filter(|line| !line.starts_with('#')).collect();
    let found = listed.iter().filter(|name| own.contains(**name)).count();
    let mut notes = Vec::new();
    if !own.contains(".text.used") {
        notes.push("the text segment is not in order: no section `.text.used`".to_owned());
    }
    if found * 10 < listed.len() * 9 {
        notes.push(format!("{found} of {} functions in {LIST} exist: cargo x order", listed.len()));
    }
    let failed = notes.len();
    Ok((Tally { passed: 2 - failed, failed, skipped: 0 }, notes))
}

/// The list, in the workspace.
const LIST: &str = "interp/order.txt";

const HEADER: &str = "\
# Functions that programs run, in the order they are to have in memory; written by `cargo x order`, read by build.rs.
# A star stands for the hash that the compiler appends.
";

/// Names of the functions that a run executes.
fn functions(workspace: &Workspace, binary: &Path, arguments: &[&str]) -> Result<BTreeSet<String>> {
    let scratch = workspace.lab().join("scratch");
    at_path(&scratch, std::fs::create_dir_all(&scratch))?;
    let profile = scratch.join(format!("{}.callgrind", std::process::id()));
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--demangle=no", "--quiet"]);
    command.arg(format!("--callgrind-out-file={}", profile.display())).arg(binary).args(arguments);
    let finished = process::run(&mut command, &scratch, LIMIT)?;
    if !finished.ok() {
        return Err(LabError::Failed(format!("valgrind {}: {}", arguments.join(" "), finished.trouble())));
    }
    let text = at_path(&profile, std::fs::read(&profile))?;
    at_path(&profile, std::fs::remove_file(&profile))?;
    Ok(names(&String::from_utf8_lossy(&text)))
}

/// Every name in a program's tables of strings, without hashes.
fn symbols(program: &[u8]) -> HashSet<String> {
    let name = |bytes: &[u8]| std::str::from_utf8(bytes).ok().filter(|name| !name.is_empty() && name.len() < 4096).map(without_hash);
    program.split(|byte| *byte == 0).filter_map(name).collect()
}

/// Function names in a callgrind file: `fn=(7) name` where it is met first, `fn=(7)` later. Only mangled ones of Rust and those
/// of C that look like identifiers; `'2` at the end counts recursion.
fn names(profile: &str) -> BTreeSet<String> {
    let name = |line: &str| {
        let named = line.strip_prefix("fn=").or_else(|| line.strip_prefix("cfn="))?;
        let name = named.split_once(") ")?.1;
        let name = name.split('\'').next().unwrap_or(name);
        let plain = !name.starts_with(|first: char| first.is_ascii_digit()) && !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.$".contains(&byte));
        plain.then(|| without_hash(name))
    };
    profile.lines().filter_map(name).collect()
}

/// `_ZN3abc3def17h0123456789abcdefE` as `_ZN3abc3def17h*`: hashes change with every version of a crate. What LLVM appends to
/// the names of clones (`.llvm.123`) goes with it.
fn without_hash(name: &str) -> String {
    match name.rfind("17h") {
        Some(at) if name.len() >= at + 20 && name[at + 3..at + 19].bytes().all(|byte| byte.is_ascii_hexdigit()) => format!("{}*", &name[..at + 3]),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_once_and_without_their_hashes() {
        let profile = "fn=(1) _ZN3vm3run17h0123456789abcdefE\n1 5\ncfn=(2) memcpy\ncalls=1 0\nfn=(1)\nfn=(3) _ZN3vm3run17h0123456789abcdefE'2\n\
            fn=(4) 0x000000\nfn=(5) _ZN1a1b17hffffffffffffffffE.llvm.77\nfn=(6) (below main)\n";
        let found: Vec<String> = names(profile).into_iter().collect();
        assert_eq!(found, ["_ZN1a1b17h*", "_ZN3vm3run17h*", "memcpy"]);
    }
}
