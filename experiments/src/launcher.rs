//! A small process between the lab and each program it measures.
//!
//! Linux counts what a process held *before* `exec` towards its peak memory, and before `exec` it is a copy of whoever
//! started it. Started from the lab, which holds tens of MiB of results, every small program would seem as large as the
//! lab. So the lab starts itself once more as a launcher, which holds next to nothing, and this one starts the program,
//! waits, and writes down what the kernel says. Not here: time limits and captured output (`process`), the system calls
//! (`rusage`).

use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Duration;

use crate::rusage::{self, Reaped};

/// First argument of a launcher. Not a subcommand: no person types it, and parsing a command line would cost memory.
const MARK: &str = "__launch";

/// Runs as a launcher, when the command line says so: `instar-lab __launch NOTE PROGRAM ARGUMENTS...`.
pub fn serve() -> Option<ExitCode> {
    let mut args = std::env::args_os().skip(1);
    if args.next()? != MARK {
        return None;
    }
    let (note, program) = (args.next()?, args.next()?);
    rusage::die_with_parent();
    let mut command = Command::new(program);
    command.args(args);
    let answer = launch(&mut command);
    let text = match answer {
        Ok(used) => encode(used),
        Err(error) => format!("failed {}", error.raw_os_error().unwrap_or(0)),
    };
    Some(match fs::write(note, text) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    })
}

fn launch(command: &mut Command) -> io::Result<Reaped> {
    rusage::bind_to_parent(command);
    let child = command.spawn()?;
    let mut pause = Duration::from_micros(200);
    loop {
        if let Some(used) = rusage::try_reap(child.id())? {
            return Ok(used);
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(10));
    }
}

/// The command which runs `command` through a launcher that leaves its note in `note`. Takes over program, arguments,
/// environment and directory; standard streams are the caller's to set.
///
/// # Errors
/// When the lab's own path cannot be found.
pub fn through(command: &Command, note: &Path) -> io::Result<Command> {
    let mut launcher = Command::new(std::env::current_exe()?);
    launcher.arg(MARK).arg(note).arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => launcher.env(name, value),
            None => launcher.env_remove(name),
        };
    }
    if let Some(directory) = command.get_current_dir() {
        launcher.current_dir(directory);
    }
    Ok(launcher)
}

/// Reads a launcher's note.
///
/// # Errors
/// What kept the program from starting; [`io::ErrorKind::InvalidData`] for a note that is none.
pub fn read_note(note: &Path) -> io::Result<Reaped> {
    let text = fs::read_to_string(note)?;
    if let Some(code) = text.strip_prefix("failed ") {
        return Err(io::Error::from_raw_os_error(code.trim().parse().unwrap_or(0)));
    }
    decode(&text).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "the launcher left no figures"))
}

fn encode(used: Reaped) -> String {
    let number = |value: Option<i32>| value.map_or("-".to_string(), |value| value.to_string());
    format!("{} {} {} {}", number(used.code), number(used.signal), used.cpu_s, used.peak_rss_bytes)
}

fn decode(text: &str) -> Option<Reaped> {
    let mut words = text.split_whitespace();
    let mut number = || match words.next()? {
        "-" => Some(None),
        word => word.parse().ok().map(Some),
    };
    let (code, signal) = (number()?, number()?);
    Some(Reaped {
        code,
        signal,
        cpu_s: words.next()?.parse().ok()?,
        peak_rss_bytes: words.next()?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_say_what_was_written() {
        for used in [
            Reaped { code: Some(3), signal: None, cpu_s: 0.25, peak_rss_bytes: 4096 },
            Reaped { code: None, signal: Some(9), cpu_s: 1.0, peak_rss_bytes: 1 << 40 },
        ] {
            let back = decode(&encode(used)).expect("a note of ours");
            assert_eq!((back.code, back.signal, back.peak_rss_bytes), (used.code, used.signal, used.peak_rss_bytes));
            assert!((back.cpu_s - used.cpu_s).abs() < 1e-12);
        }
        assert!(decode("").is_none());
        assert!(decode("0 - 1.0").is_none());
    }
}
