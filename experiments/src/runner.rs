//! Runs programs the way the lab runs them: one at a time when they are timed, two side by side when only output
//! and memory count.
//!
//! Not here: what is done with the outcome (`measure`), starting processes (`process`).

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use crate::cell::Memstats;
use crate::error::{LabError, Result};
use crate::process::{self, Finished};
use crate::programs::Program;
use crate::rusage;

/// Untimed programs that run at once: as many as the smallest machine we plan for has cores.
const SIDE_BY_SIDE: usize = 2;

/// How programs are called.
#[derive(Debug, Clone)]
pub struct Runner {
    /// `S`, `M` or `L`.
    pub size: String,
    /// Where captured output goes.
    pub scratch: PathBuf,
}

/// A finished run together with what `-X memstats` wrote, if it was asked for and wrote anything.
pub type WithMemory = (Finished, std::result::Result<Option<Memstats>, String>);

impl Runner {
    /// Runs one program; `memstats` is the file that `-X memstats` is to write.
    ///
    /// # Errors
    /// When it cannot be started, or on Ctrl-C.
    pub fn run(
        &self,
        binary: &Path,
        program: &Program,
        memstats: Option<&Path>,
    ) -> Result<Finished> {
        let mut command = process::python_command(binary);
        if let Some(file) = memstats {
            command
                .args(["-X", "memstats"])
                .env("INSTAR_MEMSTATS", file);
        }
        command.arg(&program.path).arg(&self.size);
        let limit = match self.size.as_str() {
            "S" => 60,
            "M" => 180,
            _ => 900,
        };
        process::run(&mut command, &self.scratch, Duration::from_secs(limit))
    }

    fn run_with_memory(&self, binary: &Path, program: &Program) -> Result<WithMemory> {
        let file = self.scratch.join(format!(
            "memstats-{}-{}.json",
            std::process::id(),
            program.name
        ));
        let finished = self.run(binary, program, Some(&file));
        let stats = read_memstats(&file);
        // Scratch only: nothing depends on the file once it is read.
        let _ = std::fs::remove_file(&file);
        Ok((finished?, stats))
    }

    /// Runs programs with `-X memstats`, some at once; `each` sees them in the order in which they end.
    ///
    /// # Errors
    /// The first error of a run or of `each`; nothing new is started after it.
    pub fn run_untimed(
        &self,
        binary: &Path,
        programs: &[Program],
        mut each: impl FnMut(&Program, WithMemory) -> Result<()>,
    ) -> Result<()> {
        let next = AtomicUsize::new(0);
        let (send, receive) = mpsc::channel();
        std::thread::scope(|scope| {
            for _ in 0..SIDE_BY_SIDE.min(programs.len()) {
                let (send, next) = (send.clone(), &next);
                scope.spawn(move || {
                    while !rusage::interrupted() {
                        let Some(program) = programs.get(next.fetch_add(1, Ordering::SeqCst))
                        else {
                            break;
                        };
                        // The receiver is gone when an earlier program failed; then nobody wants this one.
                        if send
                            .send((program, self.run_with_memory(binary, program)))
                            .is_err()
                        {
                            break;
                        }
                    }
                });
            }
            drop(send);
            let mut outcome = Ok(());
            for (program, result) in receive {
                // Go on receiving after an error: what ran to its end meanwhile is kept.
                match result.and_then(|result| each(program, result)) {
                    Err(error) if outcome.is_ok() => {
                        next.store(programs.len(), Ordering::SeqCst);
                        outcome = Err(error);
                    }
                    _ => {}
                }
            }
            outcome
        })?;
        if rusage::interrupted() {
            Err(LabError::Interrupted)
        } else {
            Ok(())
        }
    }
}

/// The file that `-X memstats` left; `Ok(None)` when the binary wrote none.
///
/// # Errors
/// What is wrong with its content.
pub fn read_memstats(file: &Path) -> std::result::Result<Option<Memstats>, String> {
    let Ok(bytes) = std::fs::read(file) else {
        return Ok(None);
    };
    let text = String::from_utf8_lossy(&bytes);
    let line = text.trim().lines().last().unwrap_or("");
    serde_json::from_str(line)
        .map(Some)
        .map_err(|error| format!("-X memstats wrote no memory statistics ({error}): {line}"))
}

/// Processor, number of cores, system; for the report.
pub fn machine() -> String {
    let cpuinfo = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpuinfo.lines().find_map(|line| {
        line.strip_prefix("model name")?
            .split(": ")
            .nth(1)
            .map(str::to_string)
    });
    let cores = std::thread::available_parallelism().map_or(0, |count| count.get());
    format!(
        "{}, {cores} cores, {}",
        model.unwrap_or_else(|| std::env::consts::ARCH.into()),
        std::env::consts::OS
    )
}
