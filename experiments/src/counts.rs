//! `counts`: how often a count word is written, per local read and per allocation, by layout; with borrowed operands and without.
//!
//! From counting binaries (feature `stats`), which nobody times. CPython 3.14's share of borrowed local reads, by its own compiler's rule
//! and on the same programs, stands beside ours: `counts.py` counts its executed instructions. Not here: the counters (instar-object).

use std::path::Path;
use std::time::Duration;

use serde::Deserialize;

use crate::Choice;
use crate::build;
use crate::cell::Memstats;
use crate::commands::source;
use crate::error::{LabError, Result};
use crate::fingerprint;
use crate::peers;
use crate::process;
use crate::programs::{self, Program};
use crate::progress::Progress;
use crate::rusage;
use crate::runner::read_memstats;
use crate::table;
use crate::variants::Variants;
use crate::workspace::{Workspace, write_whole};

const PEER_PROGRAM: &str = include_str!("counts.py");
/// The layouts when none is named: counts at every operand, the same with borrowed ones, and the two of them that programs meet.
const USUAL: [&str; 4] = ["cpython-312", "312-elide", "cpython-314", "best"];
/// A program at size S takes a second; CPython's monitoring a hundred times as long.
const LIMIT: Duration = Duration::from_secs(600);

/// Sums over programs.
#[derive(Default, Clone, Copy)]
struct Sums {
    ops: u64,
    written: u64,
    skipped: u64,
    allocations: u64,
    reads: u64,
    retained: u64,
}

impl Sums {
    fn add(&mut self, found: &Memstats) -> Option<()> {
        let other = |name: &str| found.other.get(name)?.as_u64();
        self.ops += found.ops?;
        self.written += found.retain_written? + found.release_written?;
        self.skipped += found.retain_skipped? + found.release_skipped?;
        self.allocations += found.allocations_by_type.values().sum::<u64>();
        self.reads += other("local_reads")?;
        self.retained += other("local_reads_retained")?;
        Some(())
    }
}

/// What `counts.py` prints.
#[derive(Deserialize)]
struct OfPeer {
    local_reads: u64,
    borrowed: u64,
}

fn per(amount: u64, many: u64, of: f64) -> String {
    if many == 0 { "-".into() } else { format!("{:.1}", amount as f64 * of / many as f64) }
}

/// `counts`.
///
/// # Errors
/// When a binary is not what it should be or cannot be built, or a program fails.
pub fn run(workspace: &Workspace, choice: &Choice, wanted: &[String]) -> Result<bool> {
    let known = Variants::load(workspace)?;
    let names = if choice.variants.is_empty() { USUAL.map(String::from).to_vec() } else { choice.variants.clone() };
    let all = programs::load(workspace)?;
    let wanted = if wanted.is_empty() { &known.programs } else { wanted };
    let chosen = programs::select(&all, wanted, "S")?;
    let progress = Progress::detect();
    let scratch = workspace.lab().join("scratch");
    rusage::catch_interrupts();
    let header = [
        "layout", "operands", "writes / 1000 ops", "writes / 1000 local reads", "writes / allocation", "skipped / 1000 ops",
        "local reads / 1000 ops", "% borrowed",
    ];
    let mut table = table::new(&header, &[0, 1]);
    for variant in known.select(&names)? {
        let binary = build::obtain(workspace, &source(choice), &variant, true, &progress)?;
        let print = fingerprint::ask(&binary.path, &scratch)?;
        let objections = fingerprint::objections(&print, &variant, true);
        if !objections.is_empty() {
            return Err(LabError::Failed(format!("refused to count with {}: {}", variant.name, objections.join("; "))));
        }
        for (operands, options) in [("as built", &[][..]), ("copied", &["-X", "copy-operands"])] {
            let mut sums = Sums::default();
            for program in &chosen {
                let bar = progress.spinner(&format!("{} ({operands}) {}", variant.name, program.name));
                count(&binary.path, options, program, &scratch, &mut sums)?;
                drop(bar);
            }
            table.add_row([
                variant.name.clone(), operands.into(), per(sums.written, sums.ops, 1e3), per(sums.written, sums.reads, 1e3),
                per(sums.written, sums.allocations, 1.0), per(sums.skipped, sums.ops, 1e3), per(sums.reads, sums.ops, 1e3),
                per(sums.reads - sums.retained, sums.reads, 1e2),
            ]);
        }
    }
    for peer in peers::find(&scratch).into_iter().filter(|peer| peer.name.contains(" 3.14")) {
        let (mut reads, mut borrowed) = (0, 0);
        for program in &chosen {
            let bar = progress.spinner(&format!("{} {}", peer.name, program.name));
            let found = count_peer(&peer.path, program, &scratch)?;
            drop(bar);
            reads += found.local_reads;
            borrowed += found.borrowed;
        }
        let none = || String::from("-");
        table.add_row([peer.name, "as built".into(), none(), none(), none(), none(), none(), per(borrowed, reads, 1e2)]);
    }
    println!("{table}\n{} programs at size S; start and end of the interpreter are in our counts, not in CPython's", chosen.len());
    Ok(true)
}

fn count(binary: &Path, options: &[&str], program: &Program, scratch: &Path, sums: &mut Sums) -> Result<()> {
    let file = scratch.join(format!("counts-{}.json", std::process::id()));
    let mut command = process::python_command(binary);
    command.args(options).args(["-X", "memstats"]).env("INSTAR_MEMSTATS", &file).arg(&program.path).arg("S");
    let finished = process::run(&mut command, scratch, LIMIT)?;
    let found = read_memstats(&file);
    // Scratch only: nothing depends on the file once it is read.
    let _ = std::fs::remove_file(&file);
    let failed = |why: String| LabError::Failed(format!("{} {}: {why}", binary.display(), program.name));
    if !finished.ok() {
        return Err(failed(finished.trouble()));
    }
    let found = found.map_err(&failed)?.ok_or_else(|| failed("-X memstats wrote nothing".into()))?;
    sums.add(&found).ok_or_else(|| failed("-X memstats did not write all counters".into()))
}

fn count_peer(python: &Path, program: &Program, scratch: &Path) -> Result<OfPeer> {
    let script = scratch.join("counts.py");
    write_whole(&script, PEER_PROGRAM.as_bytes())?;
    let mut command = process::python_command(python);
    command.arg(&script).arg(&program.path).arg("S");
    let finished = process::run(&mut command, scratch, LIMIT)?;
    if !finished.ok() {
        return Err(LabError::Failed(format!("{} {}: {}", python.display(), program.name, finished.trouble())));
    }
    serde_json::from_slice(&finished.stdout)
        .map_err(|error| LabError::Failed(format!("{} {}: what it printed is no result: {error}", python.display(), program.name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = r#"{"ops": 1000, "retain_written": 30, "retain_skipped": 5, "release_written": 50, "release_skipped": 5,
        "allocations_by_type": {"int": 15, "list": 5}, "local_reads": 400, "local_reads_retained": 8}"#;

    #[test]
    fn sums_are_of_all_programs() {
        let found: Memstats = serde_json::from_str(WHOLE).unwrap();
        let mut sums = Sums::default();
        assert!(sums.add(&found).and_then(|()| sums.add(&found)).is_some());
        let shown = [
            per(sums.written, sums.ops, 1e3),
            per(sums.written, sums.allocations, 1.0),
            per(sums.reads - sums.retained, sums.reads, 1e2),
        ];
        assert_eq!(shown, ["80.0", "4.0", "98.0"]);
    }

    #[test]
    fn a_binary_that_does_not_count_is_refused() {
        let found: Memstats = serde_json::from_str(r#"{"ops": 1000, "collections": 3}"#).unwrap();
        assert!(Sums::default().add(&found).is_none());
        assert_eq!(per(1, 0, 1e3), "-");
    }
}
