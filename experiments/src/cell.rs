//! The raw result of one binary running one program at one size, and its file.
//!
//! The files are pyperf suites (`pyperf stats FILE`, `pyperf compare_to A B` read them) with one extra top-level
//! key `instar` that holds everything pyperf has no place for. Keyed by the content of the binary and of the
//! program: a changed binary or program never meets an old number. Not here: what is derived (`board`).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::error::{LabError, Result, at_path};
use crate::workspace::write_whole;

/// One timed run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Sample {
    /// Name of the round; samples of two binaries with the same round ran next to each other.
    pub round: String,
    /// User plus system CPU time, seconds.
    pub cpu_s: f64,
    /// Elapsed time, seconds.
    pub wall_s: f64,
    /// Highest resident set, bytes.
    pub peak_rss_bytes: u64,
    /// Unix time at its end, seconds.
    pub ended_s: u64,
}

/// What `-X memstats` wrote: memory in bytes as of the end of the main module, peaks over the run, and counters.
#[derive(Debug, Clone, Default, Serialize, Deserialize, PartialEq)]
#[serde(default)]
pub struct Memstats {
    /// Highest sum of what the program's objects asked for.
    pub requested_bytes_peak: Option<u64>,
    /// Highest sum of the cells that held them.
    pub cell_bytes_peak: Option<u64>,
    /// Highest sum of the pages held for them.
    pub page_bytes_peak: Option<u64>,
    /// Asked for and alive at the end.
    pub live_requested_bytes: Option<u64>,
    /// Cells alive at the end.
    pub live_cell_bytes: Option<u64>,
    /// Pages held at the end.
    pub live_page_bytes: Option<u64>,
    /// Collections of the cycle collector.
    pub collections: Option<u64>,
    /// Executed ops.
    pub ops: Option<u64>,
    /// Retains that wrote a count.
    pub retain_written: Option<u64>,
    /// Retains of immortal or immediate values.
    pub retain_skipped: Option<u64>,
    /// Releases that wrote a count.
    pub release_written: Option<u64>,
    /// Releases of immortal or immediate values.
    pub release_skipped: Option<u64>,
    /// Executed ops by family.
    pub ops_by_family: BTreeMap<String, u64>,
    /// Allocations by type.
    pub allocations_by_type: BTreeMap<String, u64>,
    /// Whatever else the binary counted.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

impl Memstats {
    /// Count words written per 1000 executed ops.
    pub fn count_writes_per_1000_ops(&self) -> Option<f64> {
        let ops = self.ops.filter(|ops| *ops > 0)?;
        Some((self.retain_written? + self.release_written?) as f64 * 1000.0 / ops as f64)
    }
}

/// Everything known about one binary and one program at one size.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Cell {
    /// Program name.
    pub program: String,
    /// `S`, `M` or `L`.
    pub size: String,
    /// Content key of the program and its expected output.
    pub program_key: String,
    /// Content key of the binary.
    pub binary_key: String,
    /// Whether the output was right; nothing wrong is ever timed.
    pub verified: bool,
    /// Content key of the output that was verified.
    pub output_key: String,
    /// Memory of the run that verified the output.
    pub memory: Option<Memstats>,
    /// Counters of the counting build of the same variant, which runs the program at size S.
    #[serde(default)]
    pub counters: Option<Memstats>,
    /// Timed runs.
    #[serde(default)]
    pub samples: Vec<Sample>,
}

impl Cell {
    /// An empty one.
    pub fn new(program: &str, size: &str, program_key: &str, binary_key: &str) -> Cell {
        Cell {
            program: program.into(),
            size: size.into(),
            program_key: program_key.into(),
            binary_key: binary_key.into(),
            verified: false,
            output_key: String::new(),
            memory: None,
            counters: None,
            samples: Vec::new(),
        }
    }

    /// Its file below the lab directory.
    pub fn path(lab: &Path, binary_key: &str, program: &str, size: &str) -> PathBuf {
        lab.join("raw")
            .join(binary_key)
            .join(format!("{program}.{size}.json"))
    }

    /// The stored result of this binary and this program, or an empty one when there is none or it is stale.
    pub fn load(
        lab: &Path,
        program: &str,
        size: &str,
        program_key: &str,
        binary_key: &str,
    ) -> Cell {
        let stored = std::fs::read(Cell::path(lab, binary_key, program, size)).ok();
        let cell = stored.and_then(|bytes| {
            let document: Value = serde_json::from_slice(&bytes).ok()?;
            serde_json::from_value::<Cell>(document.get("instar")?.get("cells")?.get(0)?.clone())
                .ok()
        });
        match cell {
            Some(cell) if cell.program_key == program_key && cell.binary_key == binary_key => cell,
            _ => Cell::new(program, size, program_key, binary_key),
        }
    }

    /// Writes it.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn store(&self, lab: &Path) -> Result<()> {
        let path = Cell::path(lab, &self.binary_key, &self.program, &self.size);
        let document = suite("", "", std::slice::from_ref(self));
        write_whole(&path, &to_bytes(&document)?)
    }

    /// Highest resident set over the timed runs: the median, bytes.
    pub fn peak_rss_bytes(&self) -> Option<f64> {
        let values: Vec<f64> = self
            .samples
            .iter()
            .map(|sample| sample.peak_rss_bytes as f64)
            .collect();
        crate::statistics::median(&values)
    }

    /// CPU seconds over the timed runs: the median.
    pub fn cpu_s(&self) -> Option<f64> {
        let values: Vec<f64> = self.samples.iter().map(|sample| sample.cpu_s).collect();
        crate::statistics::median(&values)
    }
}

/// A pyperf suite of cells; `variant` and `layout` are told in the metadata.
pub fn suite(variant: &str, layout: &str, cells: &[Cell]) -> Value {
    let benchmarks: Vec<Value> = cells
        .iter()
        .filter(|cell| !cell.samples.is_empty())
        .map(benchmark)
        .collect();
    json!({
        "version": "1.0",
        "metadata": {"python_implementation": "instar", "instar_variant": variant, "instar_layout": layout, "timer": "wait4: user + system CPU time"},
        "benchmarks": benchmarks,
        "instar": {"variant": variant, "layout": layout, "cells": cells},
    })
}

fn benchmark(cell: &Cell) -> Value {
    let run = |sample: &Sample| {
        json!({
            "metadata": {"mem_max_rss": sample.peak_rss_bytes, "duration": sample.wall_s, "instar_round": sample.round},
            "values": [sample.cpu_s],
        })
    };
    json!({
        "metadata": {"name": format!("{}.{}", cell.program, cell.size), "unit": "second", "loops": 1, "inner_loops": 1},
        "runs": cell.samples.iter().map(run).collect::<Vec<_>>(),
    })
}

/// A suite file read back: variant, layout, cells.
///
/// # Errors
/// When the file is missing or not one of ours.
pub fn read_suite(path: &Path) -> Result<(String, String, Vec<Cell>)> {
    let bytes = at_path(path, std::fs::read(path))?;
    let wrong = |what: &str| LabError::Failed(format!("{}: {what}", path.display()));
    let document: Value =
        serde_json::from_slice(&bytes).map_err(|error| wrong(&error.to_string()))?;
    let ours = document
        .get("instar")
        .ok_or_else(|| wrong("no result file of the lab (no `instar` key)"))?;
    let text = |key: &str| {
        ours.get(key)
            .and_then(Value::as_str)
            .unwrap_or("")
            .to_string()
    };
    let cells = ours.get("cells").cloned().unwrap_or_default();
    let cells: Vec<Cell> =
        serde_json::from_value(cells).map_err(|error| wrong(&error.to_string()))?;
    Ok((text("variant"), text("layout"), cells))
}

/// Pretty JSON with a newline at its end.
///
/// # Errors
/// When a number cannot be written (not finite).
pub fn to_bytes(document: &impl Serialize) -> Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(document)
        .map_err(|error| LabError::Failed(format!("writing JSON: {error}")))?;
    bytes.push(b'\n');
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_per_1000_ops_add_retains_and_releases() {
        let stats = Memstats {
            ops: Some(2000),
            retain_written: Some(500),
            release_written: Some(700),
            ..Memstats::default()
        };
        assert_eq!(stats.count_writes_per_1000_ops(), Some(600.0));
        assert_eq!(Memstats::default().count_writes_per_1000_ops(), None);
    }

    #[test]
    fn stale_program_key_is_not_reused() {
        let lab = std::env::temp_dir().join(format!("instar-cell-{}", std::process::id()));
        let mut cell = Cell::new("p", "S", "old", "b");
        cell.verified = true;
        cell.store(&lab).unwrap();
        assert!(Cell::load(&lab, "p", "S", "old", "b").verified);
        assert!(!Cell::load(&lab, "p", "S", "new", "b").verified);
        std::fs::remove_dir_all(&lab).unwrap();
    }
}
