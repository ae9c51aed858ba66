//! The `instar` command.
//!
//! `cli.rs` reads the command line, `run.rs` runs it, `prompt.rs` asks for it, `streams.rs` makes the standard streams, `memory.rs` is the allocator,
//! `fingerprint.rs`, `memstats.rs` and `census.rs` answer the lab. Not here: the interpreter (`instar-vm`), native modules (`interp/stdlib`).

mod census;
mod cli;
mod environment;
mod fingerprint;
mod library;
mod memory;
#[cfg(test)]
mod memory_walk;
mod memstats;
mod prompt;
mod run;
mod streams;

use std::io::Write;
use std::panic::AssertUnwindSafe;
use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::parse(std::env::args_os().skip(1).collect()) {
        cli::Request::Show(text) => match std::io::stdout().write_all(text.as_bytes()) { Ok(()) => ExitCode::SUCCESS, Err(_) => ExitCode::FAILURE },
        cli::Request::Wrong(text) => {
            eprint!("{text}");
            ExitCode::from(2)
        }
        cli::Request::Fatal(text) => {
            eprint!("{text}");
            ExitCode::FAILURE
        }
        cli::Request::Run(settings, target) => {
            if settings.x_options.iter().any(|(name, _)| name == "fingerprint") {
                println!("{}", fingerprint::line());
                return ExitCode::SUCCESS;
            }
            memory::quiet_refusals();
            match std::panic::catch_unwind(AssertUnwindSafe(|| run::run(*settings, &target))) {
                Ok(code) => ExitCode::from(code),
                Err(panic) => {
                    // Those had no message yet.
                    if memory::is_refusal(&*panic) { eprintln!("instar: out of memory in native code") }
                    ExitCode::from(run::BUG)
                }
            }
        }
    }
}
