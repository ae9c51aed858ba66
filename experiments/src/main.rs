//! `instar-lab` (alias `cargo x`): builds layouts, runs programs under them, verifies, measures, reports.
//!
//! The lab never links the interpreter; it runs binaries. Here: the command line and nothing else.

#![deny(unsafe_code)]

mod bench_gate;
mod board;
mod build;
mod cell;
mod census;
mod check;
mod commands;
mod counts;
mod diff;
mod error;
mod fingerprint;
mod html;
mod launcher;
mod layout;
mod layout_all;
mod layout_command;
mod layout_heap;
mod layout_page;
#[cfg(test)]
mod layout_peers;
mod loop_rules;
mod measure;
mod order;
mod pauses;
mod peers;
mod plan;
mod policy_page;
mod process;
mod profiled;
mod programs;
mod progress;
mod runner;
mod rusage;
mod sanitized;
mod statistics;
mod suite;
mod table;
mod tidy;
mod times;
mod variants;
mod workspace;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::error::Result;
use crate::workspace::Workspace;

/// Measures real Python programs under object layouts, and keeps the project in order.
#[derive(Parser)]
#[command(name = "instar-lab", bin_name = "cargo x", version)]
struct Cli {
    /// The checkout; found from the current directory when not given.
    #[arg(long, global = true)]
    root: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List the layouts, in ladder order, with what each changes.
    Variants,
    /// List the programs.
    Programs,
    /// An object, part by part, and its bytes under every layout; or what the heap of a program is made of.
    Layout(LayoutArgs),
    /// Write docs/layouts.md.
    Layouts {
        /// Take the types from this binary first, and keep them in experiments/types.json.
        #[arg(long, value_name = "BINARY")]
        from: Option<PathBuf>,
    },
    /// Build, verify, measure, and print the ladder.
    Run(RunArgs),
    /// Bytes per instance with 0 to 8 attributes, from pages held by real binaries.
    Instances {
        #[command(flatten)]
        choice: Choice,
    },
    /// How long collections, and the deaths of large structures, stop a program, by what is collected together.
    Pauses {
        #[command(flatten)]
        choice: Choice,
        /// Numbers of live objects, comma-separated.
        #[arg(long, value_delimiter = ',', default_values_t = [100_000, 1_000_000])]
        objects: Vec<u64>,
    },
    /// How often counts are written, and how many local reads are borrowed, beside CPython 3.14's own rule.
    Counts {
        #[command(flatten)]
        choice: Choice,
        /// Programs, comma-separated; those of a run when none is named.
        #[arg(long, value_delimiter = ',')]
        programs: Vec<String>,
    },
    /// Compare two variants of the last run, or two result files.
    Compare {
        /// Variant name or result file; the base of the ratios.
        a: String,
        /// Variant name or result file.
        b: String,
    },
    /// Draw the table and the HTML report again from the raw results.
    Report {
        /// Where to write the report; `target/lab/report.html` when not given.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Build the interpreter with a profile of itself: some 15 % faster than `cargo build --release`, in ten minutes.
    Build {
        /// A layout; the interpreter's default when not given.
        #[arg(long)]
        variant: Option<String>,
    },
    /// Find out which functions programs use and write interp/order.txt, the order of the text segment. Needs valgrind.
    Order {
        /// The binary to run: optimised, with symbols.
        #[arg(long, default_value = "target/release/instar")]
        binary: PathBuf,
    },
    /// Format, lints, house rules, tests; `--all` is what CI runs.
    Check {
        /// Everything: all tests, every preset, conformance, all programs at size S.
        #[arg(long)]
        all: bool,
        /// Leave out `cargo test --workspace` (when it just ran).
        #[arg(long)]
        no_workspace_tests: bool,
        /// Nothing but conformance files and programs under these variants, comma-separated.
        #[arg(long, value_delimiter = ',', conflicts_with = "all")]
        variants: Vec<String>,
        /// Nothing but the interpreter under AddressSanitizer: conformance files, the hostile ones with a collection at every safe
        /// point too, and programs. A piece that passed is not run again.
        #[arg(long, conflicts_with_all = ["all", "variants"])]
        asan_interp: bool,
        /// Of that nothing but these pieces, comma-separated, and whether they passed before or not.
        #[arg(long, value_delimiter = ',', requires = "asan_interp")]
        pieces: Vec<String>,
    },
    /// The callgrind benches of the libraries against those of the parent commit (of HEAD, in a changed tree); needs valgrind.
    BenchGate {
        /// Another commit to compare with.
        #[arg(long)]
        base: Option<String>,
    },
    /// Only the house rules.
    Tidy,
    /// Do what docs/adding-a-policy.md says, on a copy of the tree.
    FollowDocs,
}

/// Which variants, from where.
#[derive(Args, Clone)]
pub struct Choice {
    /// Variants, comma-separated; those of the ladder when not given. The base is always among them.
    #[arg(long, value_delimiter = ',')]
    variants: Vec<String>,
    /// Take binaries from DIR/VARIANT/instar instead of building them.
    #[arg(long, value_name = "DIR")]
    binaries: Option<PathBuf>,
}

/// Arguments of `layout`.
#[derive(Args, Clone)]
pub struct LayoutArgs {
    /// A class of your own (`Point`), a builtin type (`list`), or a program (`FILE.py`).
    target: String,
    /// Number of attributes of the instance.
    #[arg(long)]
    attrs: Option<usize>,
    /// The layout that is shown part by part.
    #[arg(long, default_value = "best")]
    layout: String,
    /// Every combination of policies, those with equal bytes together, and which were ever built.
    #[arg(long)]
    all: bool,
    /// The variant that runs the program; the base when not given.
    #[arg(long)]
    variant: Option<String>,
    /// Run the program with this binary instead.
    #[arg(long, conflicts_with = "variant")]
    binary: Option<PathBuf>,
    /// Arguments of the program.
    #[arg(trailing_var_arg = true)]
    arguments: Vec<String>,
}

/// Arguments of `run`.
#[derive(Args, Clone)]
pub struct RunArgs {
    #[command(flatten)]
    choice: Choice,
    /// Programs, comma-separated, or `all`; those listed in variants.toml when not given.
    #[arg(long, value_delimiter = ',')]
    programs: Vec<String>,
    /// Live heap of about 1, 16 or 256 MiB.
    #[arg(long, default_value = "M", value_parser = ["S", "M", "L"])]
    size: String,
    /// Stop after the first table: two variants, four programs.
    #[arg(long)]
    quick: bool,
    /// Timed rounds per cell.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=1000))]
    rounds: u16,
    /// Begin no new round after so many minutes.
    #[arg(long, default_value_t = 20)]
    minutes: u64,
    /// Leave out the counting builds (count operations per 1000 ops, the same-work check): one build per variant less.
    #[arg(long)]
    no_stats: bool,
    /// Leave out the CPythons of this machine.
    #[arg(long)]
    no_peers: bool,
    /// Print the plan and stop.
    #[arg(long)]
    plan: bool,
}

fn main() -> ExitCode {
    if let Some(code) = launcher::serve() {
        return code;
    }
    rusage::end_on_closed_pipe();
    let cli = Cli::parse();
    match dispatch(cli) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}

/// Runs the command; `false` means it worked and what it looked at is not in order.
fn dispatch(cli: Cli) -> Result<bool> {
    let workspace = Workspace::find(cli.root.as_deref())?;
    match cli.command {
        Command::Variants => commands::variants(&workspace),
        Command::Programs => commands::programs(&workspace),
        Command::Layout(arguments) => layout_command::layout(&workspace, &arguments),
        Command::Layouts { from } => layout_command::layouts(&workspace, from.as_deref()),
        Command::Run(arguments) => commands::run(&workspace, &arguments),
        Command::Instances { choice } => commands::instances(&workspace, &choice),
        Command::Pauses { choice, objects } => pauses::run(&workspace, &choice, &objects),
        Command::Counts { choice, programs } => counts::run(&workspace, &choice, &programs),
        Command::Compare { a, b } => commands::compare(&workspace, &a, &b),
        Command::Report { out } => commands::report(&workspace, out),
        Command::Order { binary } => order::run(&workspace, &binary),
        Command::Build { variant } => profiled::run(&workspace, variant.as_deref()),
        Command::Check {
            all,
            no_workspace_tests,
            variants,
            asan_interp: false,
            ..
        } if variants.is_empty() => check::run(&workspace, all, no_workspace_tests),
        Command::Check {
            asan_interp: true,
            pieces,
            ..
        } => sanitized::run(&workspace, &pieces),
        Command::Check { variants, .. } => check::variants(&workspace, &variants),
        Command::BenchGate { base } => bench_gate::run(&workspace, base.as_deref()),
        Command::Tidy => tidy::run(&workspace),
        Command::FollowDocs => policy_page::run(&workspace),
    }
}
