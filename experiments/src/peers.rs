//! CPythons found on the machine, for the reference rows of the table.
//!
//! They show memory beside ours. Their time is shown too, but never stands for a preset that mirrors their
//! layout: only the layout is theirs. Not here: our own variants (`measure`).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::Result;
use crate::process;
use crate::rusage;

/// One CPython.
#[derive(Debug, Clone)]
pub struct Peer {
    /// `CPython 3.14.0`.
    pub name: String,
    /// Its executable.
    pub path: PathBuf,
}

/// CPythons 3.11 to 3.14, one per minor version: in `PATH`, below `~/.pyenv/versions`, and in
/// `~/.cache/instar-peers`.
pub fn find(scratch: &Path) -> Vec<Peer> {
    let mut candidates: Vec<PathBuf> = Vec::new();
    for directory in std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()) {
        candidates.extend((11..=14).map(|minor| directory.join(format!("python3.{minor}"))));
    }
    if let Some(home) = std::env::var_os("HOME").map(PathBuf::from) {
        candidates.push(home.join(".cache/instar-peers/python3.14"));
        let pyenv = std::env::var_os("PYENV_ROOT").map_or(home.join(".pyenv"), PathBuf::from);
        let mut versions: Vec<PathBuf> = std::fs::read_dir(pyenv.join("versions"))
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .collect();
        versions.sort();
        candidates.extend(
            versions
                .into_iter()
                .map(|version| version.join("bin/python3")),
        );
    }
    let mut by_minor: BTreeMap<u32, Peer> = BTreeMap::new();
    for path in candidates.into_iter().filter(|path| path.is_file()) {
        if let Some((minor, version, path)) = ask_version(&path, scratch) {
            // The first found wins: PATH before the others.
            by_minor.entry(minor).or_insert(Peer {
                name: format!("CPython {version}"),
                path,
            });
        }
    }
    by_minor.into_values().collect()
}

/// Minor version, full version and the executable itself: a version manager's script in `PATH` would be measured
/// together with the interpreter it starts.
fn ask_version(path: &Path, scratch: &Path) -> Option<(u32, String, PathBuf)> {
    let mut command = process::python_command(path);
    let source =
        "import sys; print(sys.implementation.name, *sys.version_info[:3]); print(sys.executable)";
    command.args(["-S", "-c", source]);
    let finished = process::run(&mut command, scratch, Duration::from_secs(10)).ok()?;
    let text = String::from_utf8_lossy(&finished.stdout).to_string();
    let (version, executable) = text.split_once('\n')?;
    let words: Vec<&str> = version.split_whitespace().collect();
    let ["cpython", "3", minor, micro] = words[..] else {
        return None;
    };
    let number: u32 = minor.parse().ok()?;
    let is_script = std::fs::read(path).ok()?.starts_with(b"#!");
    let real = if is_script {
        PathBuf::from(executable.trim())
    } else {
        path.to_path_buf()
    };
    (11..=14)
        .contains(&number)
        .then(|| (number, format!("3.{minor}.{micro}"), real))
}

/// A program that keeps N instances of a class with k attributes (values None) in a preallocated list.
pub fn instances_source(attributes: usize) -> String {
    let body = if attributes == 0 {
        "        pass\n".to_string()
    } else {
        (0..attributes)
            .map(|i| format!("        self.a{i} = None\n"))
            .collect()
    };
    format!(
        "import gc, sys\n\n\nclass Point:\n    def __init__(self):\n{body}\n\ncount = int(sys.argv[1])\ngc.disable()\n\
         warm = [Point() for _ in range(200)]\ndel warm\nkept = [None] * 600_000\nfor i in range(count):\n    kept[i] = Point()\n"
    )
}

/// Instances in the smaller of the two runs; the larger has twice as many.
pub const INSTANCES: u64 = 300_000;

/// Resident bytes per instance with four attributes: (peak at 2N - peak at N) / N.
///
/// # Errors
/// Only on Ctrl-C; a CPython that cannot run the program has no number.
pub fn instance_rss_bytes(peer: &Peer, scratch: &Path) -> Result<Option<f64>> {
    let file = scratch.join("instances-4.py");
    crate::workspace::write_whole(&file, instances_source(4).as_bytes())?;
    let mut peaks = Vec::new();
    for count in [INSTANCES, 2 * INSTANCES] {
        let mut command = process::python_command(&peer.path);
        command.arg("-S").arg(&file).arg(count.to_string());
        let finished = process::run(&mut command, scratch, Duration::from_secs(60))?;
        if !finished.ok() || rusage::interrupted() {
            return Ok(None);
        }
        peaks.push(finished.used.peak_rss_bytes as f64);
    }
    Ok(Some((peaks[1] - peaks[0]) / INSTANCES as f64))
}
