//! What is collected together (`-X gc`, `INSTAR_GC`) changes when garbage goes, and nothing else a program can see.
//!
//! Not here: which objects a collection frees (`gc/tests/contract.rs`), how long it takes (`cargo x pauses`).

use std::path::Path;
use std::process::{Command, Output};

use instar_object::{Active, GcHeader, Layout};

/// Whether this layout's collector can have more than generations.
const SPACES: bool = <<Active as Layout>::Gc as GcHeader>::SPACES;

fn run(gc: &str, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_instar")).args(arguments).env("INSTAR_GC", gc).env("PYTHONHASHSEED", "0").output().expect("the binary runs")
}

fn text(bytes: &[u8]) -> String { String::from_utf8_lossy(bytes).into_owned() }

/// Prints how many rings there were at most, while 200 live and each new one replaces one of them.
const RINGS: &str = "
import gc
class Ring:
    alive = most = 0
    def __init__(self):
        self.me = [self, {'ring': self}]
        Ring.alive += 1
        Ring.most = max(Ring.most, Ring.alive)
    def __del__(self):
        Ring.alive -= 1
def main():
    kept = [Ring() for i in range(200)]
    for i in range(30000):
        kept[i * 7919 % 200] = Ring()
    kept.clear()
    most = Ring.most
    gc.collect()
    print(Ring.alive, most)
main()
";

#[test]
fn garbage_is_found_under_every_scheme() {
    for gc in ["generations", "generations,net", "incremental", "young-old"] {
        if !SPACES && !gc.starts_with("generations") { continue }
        let ended = run(gc, &["-c", RINGS]);
        let shown = text(&ended.stdout);
        let (left, most) = shown.trim().split_once(' ').unwrap_or_else(|| panic!("{gc}: {shown}{}", text(&ended.stderr)));
        assert_eq!(left, "0", "{gc}");
        // Without a collection there are 30,200. The young of PEP 848 alone are 24,000 objects: 8,000 rings.
        let most: usize = most.parse().expect("a number");
        assert!((201..12_000).contains(&most), "{gc}: {most} rings");
    }
}

/// Every file of these directories of `tests/conformance` passes, and prints what is beside it.
fn programs_run(gc: &str, directories: &[&str]) {
    if !SPACES { return }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance");
    let mut files: Vec<_> = directories.iter().flat_map(|d| std::fs::read_dir(root.join(d)).expect("it is there")).map(|e| e.expect("readable").path()).collect();
    files.retain(|f| f.extension().is_some_and(|e| e == "py") && !f.file_name().is_some_and(|n| n.to_string_lossy().starts_with('_')));
    assert!(files.len() > 5, "{gc}");
    for file in &files {
        let ended = run(gc, &[&file.display().to_string()]);
        assert!(ended.status.success(), "{} with {gc}:\n{}", file.display(), text(&ended.stderr));
        let expected = std::fs::read_to_string(file.with_extension("out"));
        if let Ok(expected) = expected { assert_eq!(text(&ended.stdout), expected, "{} with {gc}", file.display()) }
    }
}

const ALL: [&str; 3] = ["order", "reentrancy", "hostile"];

#[test]
fn programs_run_in_increments() { programs_run("incremental", &ALL) }

#[test]
fn programs_run_young_and_old() { programs_run("young-old", &ALL) }

// A collection at every safe point takes long where programs are large.
#[test]
fn orders_hold_in_increments_at_every_safe_point() { programs_run("stress,incremental", &ALL[..1]) }

#[test]
fn orders_hold_young_and_old_at_every_safe_point() { programs_run("stress,young-old", &ALL[..1]) }

#[test]
fn words_that_say_nothing_are_refused() {
    for words in ["fast", "generations,", "young-old;net"] {
        assert_eq!(run("", &["-X", &format!("gc={words}"), "-c", "pass"]).status.code(), Some(2), "{words}");
        assert_eq!(run(words, &["-c", "pass"]).status.code(), Some(2), "{words}");
    }
    if !SPACES { assert_eq!(run("young-old", &["-c", "pass"]).status.code(), Some(2)) }
}
