//! Gets the binary of a variant: by cargo in the one target directory, copied out under the variant's name, or
//! from a directory of binaries built elsewhere.
//!
//! Crates without layout features are built once for all variants, because only features differ between the
//! cargo calls. Not here: whether the binary is the right one (`fingerprint`).

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::error::{LabError, Result, at_path};
use crate::fingerprint::PROFILES;
use crate::progress::Progress;
use crate::rusage;
use crate::variants::Variant;
use crate::workspace::{Workspace, content_key, write_whole};

/// Where binaries come from.
#[derive(Debug, Clone)]
pub enum Source {
    /// Build them here with this cargo profile.
    Cargo {
        /// `measure` or `ci`.
        profile: String,
    },
    /// Take `DIR/<variant>/instar` (counting builds: `DIR/<variant>-stats/instar`).
    Directory(PathBuf),
}

/// A variant's binary.
#[derive(Debug, Clone)]
pub struct Binary {
    /// The executable.
    pub path: PathBuf,
    /// Content key of the executable; names its results.
    pub key: String,
    /// How long the build took, seconds; 0 when nothing was built.
    pub build_s: f64,
}

/// Builds or finds the binary of `variant`.
///
/// # Errors
/// When cargo fails (its errors are shown), the file is missing, or Ctrl-C was pressed.
pub fn obtain(
    workspace: &Workspace,
    source: &Source,
    variant: &Variant,
    stats: bool,
    progress: &Progress,
) -> Result<Binary> {
    let suffix = if stats { "-stats" } else { "" };
    let (path, build_s) = match source {
        Source::Directory(directory) => (
            directory.join(format!("{}{suffix}/instar", variant.name)),
            0.0,
        ),
        Source::Cargo { profile } => {
            let start = Instant::now();
            let built = cargo_build(workspace, profile, variant, stats, progress)?;
            let kept = if profile == PROFILES[0] {
                "variants".to_string()
            } else {
                format!("variants-{profile}")
            };
            let path = workspace
                .target()
                .join(kept)
                .join(format!("{}{suffix}", variant.name))
                .join("instar");
            copy_binary(&built, &path)?;
            (path, start.elapsed().as_secs_f64())
        }
    };
    let bytes = at_path(&path, std::fs::read(&path))?;
    Ok(Binary {
        key: content_key(&[&bytes]),
        path,
        build_s,
    })
}

fn copy_binary(from: &Path, to: &Path) -> Result<()> {
    let bytes = at_path(from, std::fs::read(from))?;
    if std::fs::read(to).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    write_whole(to, &bytes)?;
    let permissions = at_path(from, std::fs::metadata(from))?.permissions();
    at_path(to, std::fs::set_permissions(to, permissions))
}

fn cargo_build(
    workspace: &Workspace,
    profile: &str,
    variant: &Variant,
    stats: bool,
    progress: &Progress,
) -> Result<PathBuf> {
    let mut features = variant.features.clone();
    if stats {
        features.push("stats".into());
    }
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(&workspace.root).args([
        "build",
        "--profile",
        profile,
        "-p",
        "instar",
        "--bin",
        "instar",
    ]);
    command.args(["--no-default-features", "--features", &features.join(",")]);
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    let shown = format!(
        "cargo build --profile {profile} -p instar --no-default-features --features {}",
        features.join(",")
    );
    let mut child = command
        .spawn()
        .map_err(|error| LabError::Failed(format!("{shown}: {error}")))?;
    let mut log = Vec::new();
    let bar = progress.spinner(&format!(
        "build {}{}",
        variant.name,
        if stats { " (counting)" } else { "" }
    ));
    if let Some(stderr) = child.stderr.take() {
        for line in BufReader::new(stderr)
            .lines()
            .map_while(std::io::Result::ok)
        {
            bar.note(line.trim());
            log.push(line);
        }
    }
    let status = child
        .wait()
        .map_err(|error| LabError::Failed(format!("{shown}: {error}")))?;
    drop(bar);
    if rusage::interrupted() {
        return Err(LabError::Interrupted);
    }
    if !status.success() {
        return Err(LabError::Failed(format!(
            "{shown} failed:\n{}",
            log.join("\n")
        )));
    }
    Ok(workspace.target().join(profile).join("instar"))
}
