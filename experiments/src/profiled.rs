//! `cargo x build`: the interpreter, compiled with a profile of itself.
//!
//! A first build counts how often each branch is taken, the programs of `experiments/programs` and the conformance files run
//! under it, a second build uses the counts: hot code lies together and is inlined where it is called from (the way CPython's
//! own release builds are made). Nothing that is measured later trains it: no pyperformance script is run. Not here: layouts to
//! compare (`build`), which are all built without a profile, because one layout's profile would favour it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde::Deserialize;

use crate::error::{LabError, Result, at_path};
use crate::process;
use crate::programs;
use crate::rusage;
use crate::suite;
use crate::times;
use crate::variants::Variants;
use crate::workspace::Workspace;

/// Longest run of one program under the counting build.
const LIMIT: Duration = Duration::from_secs(300);

#[derive(Deserialize)]
struct CargoConfig {
    build: CargoBuild,
}

#[derive(Deserialize)]
struct CargoBuild {
    rustflags: Vec<String>,
}

/// The compiler's own parts.
struct Toolchain {
    host: String,
    profdata: PathBuf,
}

/// Builds `variant` (the interpreter's default when not given) twice and leaves it in `target/profiled/instar`.
///
/// # Errors
/// When the component `llvm-tools` is missing, a build fails, or Ctrl-C was pressed.
pub fn run(workspace: &Workspace, variant: Option<&str>) -> Result<bool> {
    let start = std::time::Instant::now();
    let toolchain = toolchain(workspace)?;
    let features = match variant {
        Some(name) => Some(Variants::load(workspace)?.get(name)?.features.join(",")),
        None => None,
    };
    let directory = workspace.target().join("profiled");
    let raw = directory.join("raw");
    if raw.is_dir() {
        at_path(&raw, std::fs::remove_dir_all(&raw))?;
    }
    println!("1. build that counts");
    let flag = format!("-Cprofile-generate={}", raw.display());
    let counting = build(workspace, &toolchain, features.as_deref(), &[&flag])?;

    println!("2. programs at size M, conformance files ({})", times::duration(start.elapsed().as_secs_f64()));
    // Without a name it is the layout of the binary's default feature.
    let axes = Variants::load(workspace)?.get(variant.unwrap_or("best"))?.axes.clone();
    train(workspace, &counting, &axes)?;
    let profile = directory.join("instar.profdata");
    let mut merge = Command::new(&toolchain.profdata);
    merge.args(["merge", "-o"]).args([&profile, &raw]);
    succeed(&mut merge)?;

    println!("3. build that uses the counts ({})", times::duration(start.elapsed().as_secs_f64()));
    let flag = format!("-Cprofile-use={}", profile.display());
    // Code that was never run goes away from the rest: fewer pages of the file are touched.
    let built = build(workspace, &toolchain, features.as_deref(), &[&flag, "-Clink-arg=-Wl,-z,keep-text-section-prefix"])?;
    let kept = directory.join("instar");
    at_path(&kept, std::fs::copy(&built, &kept))?;
    println!("{} ({})", workspace.show(&kept), times::duration(start.elapsed().as_secs_f64()));
    Ok(true)
}

/// Runs what the profile is taken from. What a program prints is compared elsewhere; here it only has to run.
fn train(workspace: &Workspace, binary: &Path, axes: &BTreeSet<String>) -> Result<()> {
    let scratch = workspace.lab().join("scratch");
    for program in programs::load(workspace)? {
        let mut command = Command::new(binary);
        command.arg(&program.path).arg("M");
        let finished = process::run(&mut command, &scratch, LIMIT)?;
        if !finished.ok() {
            return Err(LabError::Failed(format!("{}: {}", program.name, finished.trouble())));
        }
    }
    let (tally, _) = suite::conformance(workspace, &suite::Under::new(binary, axes, "auto"), &[])?;
    println!("   {} conformance files ran, {} failed", tally.passed, tally.failed);
    Ok(())
}

/// One release build with `more` flags; the target is named, so that build scripts and macros are compiled without them.
fn build(workspace: &Workspace, toolchain: &Toolchain, features: Option<&str>, more: &[&str]) -> Result<PathBuf> {
    let path = workspace.path(".cargo/config.toml");
    let text = at_path(&path, std::fs::read_to_string(&path))?;
    let config: CargoConfig = toml::from_str(&text).map_err(|error| LabError::Failed(format!("{}: {error}", path.display())))?;
    let mut flags = config.build.rustflags;
    flags.extend(more.iter().map(|flag| (*flag).to_owned()));
    let target = workspace.target().join("profiled");
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .current_dir(&workspace.root)
        .args(["build", "--release", "-p", "instar", "--bin", "instar", "--target", &toolchain.host])
        .arg("--target-dir")
        .arg(&target)
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"));
    if let Some(features) = features {
        command.args(["--no-default-features", "--features", features]);
    }
    succeed(&mut command)?;
    Ok(target.join(&toolchain.host).join("release").join("instar"))
}

/// Runs a command whose output the user sees.
fn succeed(command: &mut Command) -> Result<()> {
    let name = Path::new(command.get_program()).display().to_string();
    let status = command.status().map_err(|error| LabError::Failed(format!("{name}: {error}")))?;
    if rusage::interrupted() {
        return Err(LabError::Interrupted);
    }
    if status.success() { Ok(()) } else { Err(LabError::Failed(format!("{name} failed"))) }
}

fn toolchain(workspace: &Workspace) -> Result<Toolchain> {
    let ask = |arguments: &[&str]| {
        let output = Command::new("rustc").current_dir(&workspace.root).args(arguments).output();
        let output = output.map_err(|error| LabError::Failed(format!("rustc: {error}")))?;
        Ok::<_, LabError>(String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let about = ask(&["-vV"])?;
    let host = about.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default().to_owned();
    let root = ask(&["--print", "sysroot"])?;
    let profdata = Path::new(root.trim()).join("lib/rustlib").join(&host).join("bin/llvm-profdata");
    if !profdata.is_file() {
        return Err(LabError::Usage("the compiler's profile tool is missing: rustup component add llvm-tools".into()));
    }
    Ok(Toolchain { host, profdata })
}
