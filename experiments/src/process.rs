//! Runs one program to its end: captured output, CPU time, peak memory, time limit.
//!
//! Not here: the system calls (`rusage`), what is run and why (`measure`, `peers`, `check`).

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::error::{LabError, Result, at_path};
use crate::launcher;
use crate::rusage::{self, Reaped};

/// How one run ended.
#[derive(Debug)]
pub struct Finished {
    /// Exit code, signal, CPU seconds, peak RSS.
    pub used: Reaped,
    /// Elapsed seconds, to the precision of the polling (20 ms at most).
    pub wall_s: f64,
    /// Whether the time limit ended it.
    pub timed_out: bool,
    /// Captured standard output.
    pub stdout: Vec<u8>,
    /// Captured standard error.
    pub stderr: Vec<u8>,
}

impl Finished {
    /// Whether it exited with code 0.
    pub fn ok(&self) -> bool {
        self.used.code == Some(0) && !self.timed_out
    }

    /// What went wrong, in one line and the last lines of standard error.
    pub fn trouble(&self) -> String {
        let what = match (self.timed_out, self.used.code, self.used.signal) {
            (true, ..) => format!("stopped after its time limit ({:.0} s)", self.wall_s),
            (_, Some(code), _) => format!("exit code {code}"),
            (_, _, Some(signal)) => format!("killed by signal {signal}"),
            _ => "ended strangely".to_string(),
        };
        let text = String::from_utf8_lossy(&self.stderr);
        let lines: Vec<&str> = text.lines().collect();
        let tail = &lines[lines.len().saturating_sub(12)..];
        if tail.is_empty() {
            what
        } else {
            format!("{what}\n    {}", tail.join("\n    "))
        }
    }
}

/// Files for captured output are numbered, so that two threads never share one.
static NEXT_FILE: AtomicU64 = AtomicU64::new(0);

/// Runs `command` with output captured in files under `scratch`, no input, and a time limit.
///
/// # Errors
/// When it cannot be started, or Ctrl-C was pressed meanwhile.
pub fn run(command: &mut Command, scratch: &Path, limit: Duration) -> Result<Finished> {
    at_path(scratch, std::fs::create_dir_all(scratch))?;
    let number = NEXT_FILE.fetch_add(1, Ordering::Relaxed);
    let capture = |end: &str| scratch.join(format!("{}-{number}.{end}", std::process::id()));
    let (out_path, err_path) = (capture("out"), capture("err"));
    let out = at_path(&out_path, File::create(&out_path))?;
    let err = at_path(&err_path, File::create(&err_path))?;
    let note = capture("note");
    let failed = |error: std::io::Error| {
        let name = Path::new(command.get_program()).display();
        LabError::Failed(format!("{name}: {error}"))
    };
    let mut launched = launcher::through(command, &note).map_err(failed)?;
    launched.stdin(Stdio::null()).stdout(out).stderr(err);
    let outcome = spawn_and_wait(&mut launched, &note, limit).map_err(failed);
    let read = |path: &PathBuf| {
        let bytes = std::fs::read(path).unwrap_or_default();
        // Scratch only: nothing depends on the file once it is read.
        let _ = std::fs::remove_file(path);
        bytes
    };
    let (stdout, stderr) = (read(&out_path), read(&err_path));
    let (used, wall_s, timed_out) = outcome?;
    let finished = Finished {
        used,
        wall_s,
        timed_out,
        stdout,
        stderr,
    };
    // Ctrl-C reaches the child too; one that ended well in spite of it still counts.
    if rusage::interrupted() && !finished.ok() {
        return Err(LabError::Interrupted);
    }
    Ok(finished)
}

fn spawn_and_wait(launched: &mut Command, note: &Path, limit: Duration) -> io::Result<(Reaped, f64, bool)> {
    let first = Instant::now();
    loop {
        let (used, wall_s, timed_out) = wait(launched, limit)?;
        match launcher::read_note(note) {
            Ok(used) => {
                // Scratch only, as above.
                let _ = std::fs::remove_file(note);
                return Ok((used, wall_s, timed_out));
            }
            // Stopped by us or by Ctrl-C before it could write: what it used so far is all there is to say.
            Err(error) if error.kind() == io::ErrorKind::NotFound && (timed_out || used.signal.is_some()) => {
                return Ok((used, wall_s, timed_out));
            }
            // A binary that was copied a moment ago may still be open for writing in a process being started.
            Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy && first.elapsed().as_secs() < 5 => {
                std::thread::sleep(Duration::from_millis(20));
            }
            Err(error) => return Err(error),
        }
    }
}

/// Starts the launcher and waits for its end: what *it* used, elapsed seconds, whether the limit ended it.
fn wait(launched: &mut Command, limit: Duration) -> io::Result<(Reaped, f64, bool)> {
    let mut child = launched.spawn()?;
    let start = Instant::now();
    let mut pause = Duration::from_micros(500);
    let mut timed_out = false;
    loop {
        if let Some(used) = rusage::try_reap(child.id())? {
            return Ok((used, start.elapsed().as_secs_f64(), timed_out));
        }
        if !timed_out && (start.elapsed() > limit || rusage::interrupted()) {
            timed_out = true;
            // It may have ended in between; then there is nothing to kill. The program goes with it.
            let _ = child.kill();
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

/// A Python-like command with a fixed environment: no `PYTHON*` of the user, fixed hash seed, UTF-8, no
/// byte-code files, collections due by allocations alone.
pub fn python_command(binary: &Path) -> Command {
    let mut command = Command::new(binary);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("PYTHON") || text.starts_with("INSTAR_") {
            command.env_remove(&name);
        }
    }
    command
        .env("PYTHONHASHSEED", "0")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("LC_ALL", "C.UTF-8")
        // Layouts are compared at equal work: deaths, which come earlier under some, do not put collections off.
        .env("INSTAR_GC", "gross");
    command
}
