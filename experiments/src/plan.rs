//! The plan that `run` prints before it begins: its steps, each with an estimate.
//!
//! Estimates come from the last run's durations, or are guesses for a machine with two cores. Not here: the experiment
//! (`measure`), remembered durations (`times`).

use crate::build::Source;
use crate::measure::{Experiment, ROUNDS_MIN};
use crate::programs::Program;
use crate::times::{Times, duration};
use crate::workspace::Workspace;

/// Prints the steps of `experiment`, how long each may take, and how long everything.
pub fn print(workspace: &Workspace, experiment: &Experiment, first_variants: &[String], first_programs: &[Program]) {
    println!(
        "Plan: {} layouts x {} programs at size {}, base {}, up to {} rounds.",
        experiment.variants.len(),
        experiment.programs.len(),
        experiment.size,
        experiment.base,
        experiment.rounds
    );
    let steps = steps(&Times::load(workspace), experiment, first_variants, first_programs);
    for (number, (text, seconds)) in steps.iter().enumerate() {
        println!("  {}. {text}     about {}", number + 1, duration(*seconds));
    }
    println!(
        "Together about {}; known results are not measured again. Ctrl-C keeps what is there, the next run goes on.",
        duration(steps.iter().map(|step| step.1).sum())
    );
    for name in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"] {
        if std::env::var_os(name).is_some() {
            println!("Warning: {name} is set; it replaces the flags of .cargo/config.toml, binaries built with it will be refused.");
        }
    }
}

/// What is done, in order, and seconds.
fn steps(times: &Times, experiment: &Experiment, first_variants: &[String], first_programs: &[Program]) -> Vec<(String, f64)> {
    let built = |names: &[String]| match experiment.source {
        Source::Cargo { .. } => times.builds(names.iter().map(String::as_str)),
        Source::Directory(_) => 0.0,
    };
    let once = |programs: &[Program]| programs.iter().map(|program| times.program(&program.name, &experiment.size)).sum::<f64>();
    let all: Vec<String> = experiment.variants.iter().map(|variant| variant.name.clone()).collect();
    let rest: Vec<String> = all.iter().filter(|name| !first_variants.contains(name)).cloned().collect();
    let programs: Vec<&str> = first_programs.iter().map(|program| program.name.as_str()).collect();
    let round_s = once(&experiment.programs) * all.len() as f64;
    // Two at once where nothing is timed.
    let verify_s = round_s / 2.0;

    let first_s = built(first_variants) + once(first_programs) * first_variants.len() as f64 * 2.0;
    let mut steps = vec![(format!("{} and {}: build, verify, time once", first_variants.join(", "), programs.join(", ")), first_s)];
    if !rest.is_empty() {
        // The guess for the very first build of a fresh checkout is in the first step.
        steps.push((format!("build the others: {}", rest.join(", ")), built(&all) - built(first_variants)));
    }
    if !rest.is_empty() || experiment.programs.len() > first_programs.len() {
        steps.push(("verify every program under every layout".into(), verify_s));
    }
    if experiment.peers {
        steps.push(("CPythons of this machine, once each".into(), once(&experiment.programs) * 4.0));
    }
    if experiment.stats {
        let counting: Vec<String> = all.iter().map(|name| format!("{name}-stats")).collect();
        steps.push(("counting builds, every program at size S".into(), built(&counting) + verify_s * 0.2));
    }
    // What does not fit before the limit is left out, but for the rounds that an interval needs.
    let before: f64 = steps.iter().map(|step| step.1).sum();
    let fitting = (experiment.limit.as_secs_f64() - before).max(round_s * ROUNDS_MIN as f64);
    let text = format!("time in rounds, no new round after {}", duration(experiment.limit.as_secs_f64()));
    steps.push((text, fitting.min(round_s * experiment.rounds as f64)));
    steps
}
