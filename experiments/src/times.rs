//! How long builds and programs took last time, for the plan's estimate.
//!
//! Not here: measured results; these numbers are elapsed time and only ever shown as "about".

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::workspace::{Workspace, write_whole};

/// Remembered elapsed seconds.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Times {
    build_s: BTreeMap<String, f64>,
    program_s: BTreeMap<String, f64>,
}

impl Times {
    /// Those of the last run, or none.
    pub fn load(workspace: &Workspace) -> Times {
        let bytes = std::fs::read(workspace.lab().join("times.json")).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    /// Remembers them.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn store(&self, workspace: &Workspace) -> Result<()> {
        write_whole(
            &workspace.lab().join("times.json"),
            &crate::cell::to_bytes(self)?,
        )
    }

    /// A build took so long.
    pub fn note_build(&mut self, variant: &str, seconds: f64) {
        self.build_s.insert(variant.into(), seconds);
    }

    /// A run took so long.
    pub fn note_program(&mut self, program: &str, size: &str, seconds: f64) {
        self.program_s.insert(format!("{program}.{size}"), seconds);
    }

    /// Guess for builds one after the other: the last time of each, else 160 seconds for the first of a fresh
    /// checkout and 55 for the others.
    pub fn builds<'a>(&self, variants: impl Iterator<Item = &'a str>) -> f64 {
        let guess = |(index, name): (usize, &str)| {
            self.build_s
                .get(name)
                .copied()
                .unwrap_or(if index == 0 && self.build_s.is_empty() {
                    160.0
                } else {
                    55.0
                })
        };
        variants.enumerate().map(guess).sum()
    }

    /// Guess for a run: the last one, else by size.
    pub fn program(&self, program: &str, size: &str) -> f64 {
        let guess = match size {
            "S" => 0.15,
            "M" => 1.2,
            _ => 15.0,
        };
        self.program_s
            .get(&format!("{program}.{size}"))
            .copied()
            .unwrap_or(guess)
    }
}

/// `35 s`, `4 min 10 s`, `1 h 5 min`.
pub fn duration(seconds: f64) -> String {
    let total = seconds.max(0.0).round() as u64;
    match (total / 3600, total % 3600 / 60, total % 60) {
        (0, 0, s) => format!("{s} s"),
        (0, m, s) if m < 10 && s > 0 => format!("{m} min {s} s"),
        (0, m, _) => format!("{m} min"),
        (h, m, _) => format!("{h} h {m} min"),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn durations_read_like_people_say_them() {
        let shown: Vec<String> = [5.0, 250.0, 1500.0, 3900.0]
            .into_iter()
            .map(super::duration)
            .collect();
        assert_eq!(shown, ["5 s", "4 min 10 s", "25 min", "1 h 5 min"]);
    }
}
