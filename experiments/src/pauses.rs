//! `pauses`: how long the collector, and the death of a large structure, stop a program; by scheme and number of live objects.
//!
//! The program is `pauses.py`, which CPythons run too. Not here: which schemes there are (`-X gc`, instar-gc).

use std::path::Path;
use std::time::Duration;

use serde::Deserialize;

use crate::Choice;
use crate::build;
use crate::commands::source;
use crate::error::{LabError, Result};
use crate::fingerprint;
use crate::peers;
use crate::process;
use crate::progress::Progress;
use crate::rusage;
use crate::table;
use crate::variants::Variants;
use crate::workspace::{Workspace, write_whole};

const PROGRAM: &str = include_str!("pauses.py");
/// What `-X gc` is told.
const SCHEMES: [&str; 4] = ["generations", "generations,gross", "incremental", "young-old"];

/// What the program prints.
#[derive(Deserialize)]
struct Measured {
    pauses: u64,
    median_ns: f64,
    p99_ns: f64,
    longest_ns: f64,
    in_pauses: f64,
    peak: f64,
    full_ns: f64,
    release_ns: f64,
    release_longest_ns: f64,
}

/// `pauses`.
///
/// # Errors
/// When a binary is not what it should be, cannot be built, or does not run the program.
pub fn run(workspace: &Workspace, choice: &Choice, sizes: &[u64]) -> Result<bool> {
    let known = Variants::load(workspace)?;
    let progress = Progress::detect();
    let scratch = workspace.lab().join("scratch");
    let program = scratch.join("pauses.py");
    write_whole(&program, PROGRAM.as_bytes())?;
    rusage::catch_interrupts();
    let names = [
        "layout", "scheme", "live objects", "pauses", "median ms", "p99 ms", "longest ms", "% of time", "peak / live",
        "full ns/object", "release ns/object", "longest ms of it",
    ];
    let mut table = table::new(&names, &[0, 1]);
    let mut row = |layout: &str, scheme: &str, size: u64, m: &Measured| {
        let ms = |ns: f64| format!("{:.2}", ns / 1e6);
        table.add_row([
            layout.to_string(), scheme.to_string(), size.to_string(), m.pauses.to_string(), ms(m.median_ns), ms(m.p99_ns),
            ms(m.longest_ns), format!("{:.1}", 100.0 * m.in_pauses), format!("{:.2}", m.peak), format!("{:.1}", m.full_ns),
            format!("{:.1}", m.release_ns), ms(m.release_longest_ns),
        ]);
    };
    for variant in known.select(&choice.variants)? {
        let binary = build::obtain(workspace, &source(choice), &variant, false, &progress)?;
        let print = fingerprint::ask(&binary.path, &scratch)?;
        let objections = fingerprint::objections(&print, &variant, false);
        if !objections.is_empty() {
            return Err(LabError::Failed(format!("refused to measure {}: {}", variant.name, objections.join("; "))));
        }
        // Without words of its own the collector has generations only.
        let schemes = if variant.axes.contains("gc-zero-word") { &SCHEMES[..2] } else { &SCHEMES[..] };
        for &size in sizes {
            for scheme in schemes {
                let option = format!("gc={scheme}");
                row(&variant.name, scheme, size, &measure(&binary.path, &["-X", &option], &program, size, &scratch)?);
            }
        }
    }
    for peer in peers::find(&scratch) {
        for &size in sizes {
            row(&peer.name, "its own", size, &measure(&peer.path, &[], &program, size, &scratch)?);
        }
    }
    println!("{table}\npeak / live: highest resident set over that before anything was replaced");
    Ok(true)
}

fn measure(binary: &Path, options: &[&str], program: &Path, size: u64, scratch: &Path) -> Result<Measured> {
    let mut command = process::python_command(binary);
    // What the lab says to all is one of the things compared here.
    command.env_remove("INSTAR_GC");
    command.args(options).arg(program).arg(size.to_string());
    let finished = process::run(&mut command, scratch, Duration::from_secs(600))?;
    if !finished.ok() {
        return Err(LabError::Failed(format!("{}: {}", binary.display(), finished.trouble())));
    }
    serde_json::from_slice(&finished.stdout)
        .map_err(|error| LabError::Failed(format!("{}: what it printed is no result: {error}", binary.display())))
}
