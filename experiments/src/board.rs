//! All results of a run, and the rows of the ladder that are derived from them.
//!
//! Not here: how rows are drawn (`table`, `html`), how samples are taken (`measure`).

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::cell::{Cell, Memstats, suite, to_bytes};
use crate::error::{LabError, Result, at_path};
use crate::fingerprint::Fingerprint;
use crate::statistics::{Ratio, geometric_mean, ratio_of_programs};
use crate::variants::axis_difference;
use crate::workspace::{Workspace, write_whole};

/// Results of one variant, or of one CPython of the machine.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Entry {
    /// Variant name, or the version of the CPython.
    pub name: String,
    /// One sentence.
    pub note: String,
    /// Axis features; empty for a CPython.
    pub axes: BTreeSet<String>,
    /// What the binary said about itself; `None` for a CPython.
    pub fingerprint: Option<Fingerprint>,
    /// Content key of the binary.
    pub binary_key: String,
    /// Seconds of its build in this run, 0 when nothing was built.
    pub build_s: f64,
    /// Results by program.
    pub cells: BTreeMap<String, Cell>,
    /// Bytes of resident set per instance with 4 attributes, for a CPython.
    pub instance_rss_bytes: Option<f64>,
    /// Why nothing or something of it was not measured.
    pub troubles: Vec<String>,
}

impl Entry {
    /// An empty one.
    pub fn new(name: &str, note: &str, axes: &BTreeSet<String>) -> Entry {
        Entry {
            name: name.into(),
            note: note.into(),
            axes: axes.clone(),
            fingerprint: None,
            binary_key: String::new(),
            build_s: 0.0,
            cells: BTreeMap::new(),
            instance_rss_bytes: None,
            troubles: Vec::new(),
        }
    }
}

/// All results of a run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Board {
    /// Name of the variant everything is relative to.
    pub base: String,
    /// `S`, `M` or `L`.
    pub size: String,
    /// Programs in list order.
    pub programs: Vec<String>,
    /// Variants in ladder order.
    pub variants: Vec<Entry>,
    /// CPythons of the machine.
    pub peers: Vec<Entry>,
    /// Processor, cores, kernel.
    pub machine: String,
    /// Unix time of the last change, seconds.
    pub at_s: u64,
}

/// One row of the ladder.
#[derive(Debug, Clone)]
pub struct Row {
    /// Variant or CPython.
    pub name: String,
    /// How it differs from the row above.
    pub change: String,
    /// Layout name as the binary says it.
    pub layout: String,
    /// Whether it is the base, a CPython, or neither.
    pub is_base: bool,
    /// Whether it is a CPython.
    pub is_peer: bool,
    /// Bytes of an instance with 4 attributes: requested, in cells.
    pub instance_bytes: (Option<u64>, Option<u64>),
    /// The same by resident set (a CPython).
    pub instance_rss_bytes: Option<f64>,
    /// Peak bytes relative to base, geometric means over programs: requested, cells, pages, resident set.
    pub relative: [Option<f64>; 4],
    /// Live bytes in cells at the end of the program, relative to base.
    pub live: Option<f64>,
    /// CPU time relative to base.
    pub cpu: Option<Ratio>,
    /// Count words written per 1000 ops, geometric mean over programs.
    pub count_writes: Option<f64>,
    /// Programs verified, of how many.
    pub verified: usize,
    /// Programs whose work was not the same as the base's, with the reason.
    pub marks: Vec<String>,
    /// Troubles.
    pub troubles: Vec<String>,
}

impl Board {
    /// The base's results.
    pub fn base_entry(&self) -> Option<&Entry> {
        self.variants.iter().find(|entry| entry.name == self.base)
    }

    /// Rows of the ladder: variants, then CPythons; those without any result are left out.
    pub fn rows(&self) -> Vec<Row> {
        let mut above: Option<&Entry> = None;
        let mut rows = Vec::new();
        for entry in &self.variants {
            if entry.cells.is_empty() && entry.troubles.is_empty() {
                continue;
            }
            let change = match above {
                None => String::new(),
                Some(above) => axis_difference(&above.axes, &entry.axes),
            };
            rows.push(self.row(entry, change, false));
            above = Some(entry);
        }
        for entry in self.peers.iter().filter(|entry| !entry.cells.is_empty()) {
            rows.push(self.row(entry, "for reference".into(), true));
        }
        rows
    }

    fn row(&self, entry: &Entry, change: String, is_peer: bool) -> Row {
        let instance = |bytes: fn(&Fingerprint) -> &Vec<u64>| {
            entry
                .fingerprint
                .as_ref()
                .and_then(|print| bytes(print).get(4).copied())
        };
        let memory = |field: fn(&Memstats) -> Option<u64>| {
            self.relative(entry, |cell| {
                field(cell.memory.as_ref()?).map(|bytes| bytes as f64)
            })
        };
        let counts: Vec<f64> = entry
            .cells
            .values()
            .filter_map(|cell| cell.counters.as_ref()?.count_writes_per_1000_ops())
            .collect();
        Row {
            name: entry.name.clone(),
            change,
            layout: entry
                .fingerprint
                .as_ref()
                .and_then(|print| print.layout.clone())
                .unwrap_or_default(),
            is_base: entry.name == self.base && !is_peer,
            is_peer,
            instance_bytes: (
                instance(|print| &print.requested_bytes_instance),
                instance(|print| &print.cell_bytes_instance),
            ),
            instance_rss_bytes: entry.instance_rss_bytes,
            relative: [
                memory(|stats| stats.requested_bytes_peak),
                memory(|stats| stats.cell_bytes_peak),
                memory(|stats| stats.page_bytes_peak),
                self.relative(entry, Cell::peak_rss_bytes),
            ],
            live: memory(|stats| stats.live_cell_bytes),
            cpu: self.cpu(entry, is_peer),
            count_writes: geometric_mean(&counts),
            verified: entry.cells.values().filter(|cell| cell.verified).count(),
            marks: if is_peer {
                Vec::new()
            } else {
                self.work_marks(entry)
            },
            troubles: entry.troubles.clone(),
        }
    }

    /// Geometric mean over common programs of `measure(variant) / measure(base)`.
    fn relative(&self, entry: &Entry, measure: impl Fn(&Cell) -> Option<f64>) -> Option<f64> {
        let base = self.base_entry()?;
        let ratios: Vec<f64> = entry
            .cells
            .iter()
            .filter_map(|(program, cell)| {
                Some(
                    measure(cell)?
                        / measure(base.cells.get(program)?).filter(|base| *base > 0.0)?,
                )
            })
            .collect();
        geometric_mean(&ratios)
    }

    /// CPU time of all programs relative to base. A CPython ran apart, so its runs are set against the base's median.
    pub fn cpu(&self, entry: &Entry, is_peer: bool) -> Option<Ratio> {
        let logs: Vec<Vec<f64>> = entry
            .cells
            .values()
            .map(|cell| self.cpu_logs(cell, is_peer))
            .collect();
        let ratio = ratio_of_programs(&logs)?;
        // The base against itself is exactly one; an interval around it would only look like knowledge.
        Some(if entry.name == self.base {
            Ratio {
                interval: None,
                ..ratio
            }
        } else {
            ratio
        })
    }

    /// CPU time of one program relative to base.
    pub fn cpu_of_program(&self, entry: &Entry, program: &str, is_peer: bool) -> Option<Ratio> {
        ratio_of_programs(&[self.cpu_logs(entry.cells.get(program)?, is_peer)])
    }

    fn cpu_logs(&self, cell: &Cell, is_peer: bool) -> Vec<f64> {
        let Some(base) = self
            .base_entry()
            .and_then(|entry| entry.cells.get(&cell.program))
        else {
            return Vec::new();
        };
        if is_peer {
            let median = base.cpu_s();
            return cell
                .samples
                .iter()
                .filter_map(|sample| Some((sample.cpu_s / median?).ln()))
                .collect();
        }
        let base_of: BTreeMap<&str, f64> = base
            .samples
            .iter()
            .map(|sample| (sample.round.as_str(), sample.cpu_s))
            .collect();
        let pair = |sample: &crate::cell::Sample| {
            base_of
                .get(sample.round.as_str())
                .map(|base| (sample.cpu_s / base).ln())
        };
        cell.samples
            .iter()
            .filter_map(pair)
            .filter(|log| log.is_finite())
            .collect()
    }

    /// Programs where the variant did not do the same work as the base.
    fn work_marks(&self, entry: &Entry) -> Vec<String> {
        let Some(base) = self.base_entry() else {
            return Vec::new();
        };
        let mut marks = Vec::new();
        for (program, cell) in &entry.cells {
            let Some(base_cell) = base.cells.get(program) else {
                continue;
            };
            let ops = |cell: &Cell| {
                cell.counters
                    .as_ref()
                    .or(cell.memory.as_ref())
                    .and_then(|stats| stats.ops)
            };
            if let (Some(a), Some(b)) = (ops(base_cell), ops(cell))
                && (a as f64 - b as f64).abs() > 0.001 * a as f64
            {
                marks.push(format!("{program}: {b} ops, base {a}"));
            }
            if let (Some(a), Some(b)) = (&base_cell.counters, &cell.counters) {
                marks.extend(differing(
                    program,
                    "ops of family",
                    &a.ops_by_family,
                    &b.ops_by_family,
                ));
                marks.extend(differing(
                    program,
                    "allocations of",
                    &a.allocations_by_type,
                    &b.allocations_by_type,
                ));
            }
        }
        marks
    }

    /// Where the board is kept.
    pub fn path(workspace: &Workspace) -> PathBuf {
        workspace.lab().join("board.json")
    }

    /// Writes the board and one pyperf suite per variant.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn store(&self, workspace: &Workspace) -> Result<()> {
        write_whole(&Board::path(workspace), &to_bytes(self)?)?;
        for entry in self.variants.iter().chain(&self.peers) {
            let layout = entry
                .fingerprint
                .as_ref()
                .and_then(|print| print.layout.clone())
                .unwrap_or_default();
            let cells: Vec<Cell> = entry.cells.values().cloned().collect();
            let path = workspace
                .lab()
                .join("results")
                .join(format!("{}.json", entry.name));
            write_whole(&path, &to_bytes(&suite(&entry.name, &layout, &cells))?)?;
        }
        Ok(())
    }

    /// The board of the last run.
    ///
    /// # Errors
    /// When there was none or its file is damaged.
    pub fn load(workspace: &Workspace) -> Result<Board> {
        let path = Board::path(workspace);
        if !path.exists() {
            return Err(LabError::Failed(
                "no results yet; start with `cargo x run`".into(),
            ));
        }
        let bytes = at_path(&path, std::fs::read(&path))?;
        serde_json::from_slice(&bytes)
            .map_err(|error| LabError::Failed(format!("{}: {error}", path.display())))
    }
}

fn differing(
    program: &str,
    what: &str,
    base: &BTreeMap<String, u64>,
    other: &BTreeMap<String, u64>,
) -> Option<String> {
    let names: BTreeSet<&String> = base.keys().chain(other.keys()).collect();
    let value = |map: &BTreeMap<String, u64>, name: &str| map.get(name).copied().unwrap_or(0);
    let worst = names
        .into_iter()
        .map(|name| (name, value(base, name), value(other, name)))
        // A handful of objects may differ (start-up caches); a share of the work may not.
        .filter(|(_, a, b)| a.abs_diff(*b) > 16 + a.max(b) / 100)
        .max_by_key(|(_, a, b)| a.abs_diff(*b))?;
    Some(format!(
        "{program}: {what} {}: {} (base {})",
        worst.0, worst.2, worst.1
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cell::Sample;

    fn entry(name: &str, samples: &[(&str, f64)], ops: u64) -> Entry {
        let mut entry = Entry::new(name, "", &BTreeSet::new());
        let mut cell = Cell::new("p", "S", "k", name);
        cell.memory = Some(Memstats {
            ops: Some(ops),
            page_bytes_peak: Some(ops),
            ..Memstats::default()
        });
        for (round, cpu_s) in samples {
            cell.samples.push(Sample {
                round: (*round).into(),
                cpu_s: *cpu_s,
                wall_s: 0.0,
                peak_rss_bytes: 1,
                ended_s: 0,
            });
        }
        entry.cells.insert("p".into(), cell);
        entry
    }

    fn board(variants: Vec<Entry>) -> Board {
        let programs = vec!["p".into()];
        Board {
            base: "a".into(),
            size: "S".into(),
            programs,
            variants,
            peers: Vec::new(),
            machine: String::new(),
            at_s: 0,
        }
    }

    #[test]
    fn only_samples_of_the_same_round_are_compared() {
        let a = entry("a", &[("1", 1.0), ("2", 2.0)], 100);
        let b = entry("b", &[("2", 1.0), ("3", 50.0)], 100);
        let rows = board(vec![a, b]).rows();
        assert_eq!(rows[1].cpu.unwrap().pairs, 1);
        assert!((rows[1].cpu.unwrap().mean - 0.5).abs() < 1e-12);
    }

    #[test]
    fn different_work_is_marked() {
        let rows = board(vec![entry("a", &[], 100_000), entry("b", &[], 101_000)]).rows();
        assert!(rows[0].marks.is_empty());
        assert_eq!(rows[1].marks, ["p: 101000 ops, base 100000"]);
        assert!((rows[1].relative[2].unwrap() - 1.01).abs() < 1e-9);
    }
}
