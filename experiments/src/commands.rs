//! What each subcommand does, from choice to printed result.
//!
//! Not here: the experiment itself (`measure`), house rules (`tidy`), CI (`check`).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::board::Board;
use crate::build::{self, Source};
use crate::cell::{Cell, Memstats, read_suite};
use crate::error::{LabError, Result};
use crate::fingerprint;
use crate::html;
use crate::measure::{Experiment, FIRST_PROGRAMS, Run, check_interrupt};
use crate::peers::{INSTANCES, instances_source};
use crate::plan;
use crate::process;
use crate::programs::{self, Program};
use crate::progress::Progress;
use crate::rusage;
use crate::statistics::{geometric_mean, ratio_of_programs};
use crate::table;
use crate::times::duration;
use crate::variants::{Variant, Variants, axis_difference};
use crate::workspace::{Workspace, write_whole};
use crate::{Choice, RunArgs};

/// `variants`.
pub fn variants(workspace: &Workspace) -> Result<bool> {
    let variants = Variants::load(workspace)?;
    let mut table = table::new(&["variant", "change", "run", "what it is"], &[0, 1, 2, 3]);
    let mut above: Option<&Variant> = None;
    for variant in &variants.all {
        // Rows of the ladder stand against the row above, others against what they are made from.
        let origin = match &variant.from {
            Some(from) if !variant.default => Some(variants.get(from)?),
            _ => above.filter(|_| variant.default),
        };
        let change = origin.map_or(String::new(), |origin| {
            format!(
                "{} {}",
                origin.name,
                axis_difference(&origin.axes, &variant.axes)
            )
        });
        let role = match (variant.name == variants.base, variant.default) {
            (true, _) => "base",
            (_, true) => "yes",
            _ => "when named",
        };
        table.add_row([variant.name.as_str(), &change, role, &variant.note]);
        above = Some(variant);
    }
    println!("{table}");
    for variant in &variants.all {
        let axes: Vec<&str> = variant.axes.iter().map(String::as_str).collect();
        println!(
            "{:20} {}",
            variant.name,
            if axes.is_empty() {
                "(no feature)".to_string()
            } else {
                axes.join(" ")
            }
        );
    }
    Ok(true)
}

/// `programs`.
pub fn programs(workspace: &Workspace) -> Result<bool> {
    let mut table = table::new(&["program", "sizes", "tags", "what it does"], &[0, 1, 2, 3]);
    for program in programs::load(workspace)? {
        table.add_row([
            program.name,
            program.sizes.join(" "),
            program.tags.join(" "),
            program.description,
        ]);
    }
    println!("{table}");
    Ok(true)
}

/// Where the binaries come from.
pub fn source(choice: &Choice) -> Source {
    match &choice.binaries {
        Some(directory) => Source::Directory(directory.clone()),
        None => Source::Cargo {
            profile: fingerprint::PROFILES[0].into(),
        },
    }
}

/// `run`.
pub fn run(workspace: &Workspace, arguments: &RunArgs) -> Result<bool> {
    let known = Variants::load(workspace)?;
    let all_programs = programs::load(workspace)?;
    let mut variants = known.select(&arguments.choice.variants)?;
    let mut chosen = match arguments.programs.as_slice() {
        [] => {
            // Those of the standing list that have this size.
            let standing = |program: &&Program| {
                known.programs.is_empty() || known.programs.contains(&program.name)
            };
            let named: Vec<Program> = all_programs.iter().filter(standing).cloned().collect();
            programs::select(&named, &[], &arguments.size)?
        }
        [only] if only == "all" => programs::select(&all_programs, &[], &arguments.size)?,
        names => programs::select(&all_programs, names, &arguments.size)?,
    };
    if chosen.is_empty() {
        return Err(LabError::Usage(format!(
            "no program has size {}",
            arguments.size
        )));
    }
    let (first_variants, first_programs) = first_choice(&known.base, &variants, &chosen);
    if arguments.quick {
        variants.retain(|variant| first_variants.contains(&variant.name));
        chosen.clone_from(&first_programs);
    }
    let experiment = Experiment {
        size: arguments.size.clone(),
        variants,
        base: known.base.clone(),
        programs: chosen,
        rounds: usize::from(arguments.rounds),
        limit: Duration::from_secs(arguments.minutes.saturating_mul(60)),
        stats: !arguments.no_stats && !arguments.quick,
        peers: !arguments.no_peers && !arguments.quick,
        source: source(&arguments.choice),
    };
    let progress = Progress::detect();
    plan::print(workspace, &experiment, &first_variants, &first_programs);
    if arguments.plan {
        return Ok(true);
    }
    rusage::catch_interrupts();
    let mut run = Run::new(workspace, &experiment, &progress)?;
    let outcome = perform(&mut run, &experiment, &first_variants, &first_programs);
    run.store()?;
    println!("\n{}", table::ladder(&run.board));
    let report = workspace.lab().join("report.html");
    write_whole(&report, html::report(&run.board).as_bytes())?;
    println!(
        "raw results: {}",
        workspace.show(&workspace.lab().join("results"))
    );
    println!("report:      {}", workspace.show(&report));
    outcome?;
    println!("took:        {}", duration(run.elapsed_s()));
    if !run.failures.is_empty() {
        println!("\n{} failed:", run.failures.len());
        for failure in &run.failures {
            println!("{failure}");
        }
    }
    Ok(run.failures.is_empty())
}

/// Two variants and four programs for the first table.
fn first_choice(
    base: &str,
    variants: &[Variant],
    programs: &[Program],
) -> (Vec<String>, Vec<Program>) {
    let others = || variants.iter().filter(|variant| variant.name != base);
    let second = others()
        .find(|variant| variant.first)
        .or_else(|| others().next());
    let names = std::iter::once(base.to_string())
        .chain(second.map(|variant| variant.name.clone()))
        .collect();
    let mut first: Vec<Program> = programs
        .iter()
        .filter(|program| program.tags.iter().any(|tag| tag == "first"))
        .cloned()
        .collect();
    if first.is_empty() {
        first = programs.to_vec();
    }
    first.truncate(FIRST_PROGRAMS);
    (names, first)
}

fn perform(
    run: &mut Run<'_>,
    experiment: &Experiment,
    first_variants: &[String],
    first_programs: &[Program],
) -> Result<()> {
    for variant in experiment
        .variants
        .iter()
        .filter(|variant| variant.name == experiment.base)
    {
        run.prepare(variant)?;
        if !run.is_ready(&variant.name) {
            // Without the base there is nothing to be relative to; its trouble is already told.
            return Ok(());
        }
        run.verify(&variant.name, first_programs)?;
    }
    for variant in experiment
        .variants
        .iter()
        .filter(|variant| variant.name != experiment.base && first_variants.contains(&variant.name))
    {
        run.prepare(variant)?;
        run.verify(&variant.name, first_programs)?;
    }
    run.time(
        first_variants,
        first_programs,
        if experiment.variants.len() <= 2 { 2 } else { 1 },
    )?;
    run.store()?;
    println!(
        "\nFirst table, {} programs, after {}:\n{}",
        first_programs.len(),
        duration(run.elapsed_s()),
        table::ladder(&run.board)
    );
    check_interrupt()?;
    // First table and everything are the same thing in a quick run.
    for variant in &experiment.variants {
        if !first_variants.contains(&variant.name) {
            run.prepare(variant)?;
        }
        run.verify(&variant.name, &experiment.programs)?;
    }
    let all: Vec<String> = experiment
        .variants
        .iter()
        .map(|variant| variant.name.clone())
        .collect();
    run.time(&all, &experiment.programs, 1)?;
    run.store()?;
    if experiment.variants.len() > 2 && experiment.rounds > 1 {
        println!("\nAfter one round:\n{}", table::ladder(&run.board));
    }
    if experiment.peers {
        run.measure_peers()?;
    }
    if experiment.stats {
        run.count(&experiment.variants)?;
        run.store()?;
    }
    if !run.time(&all, &experiment.programs, experiment.rounds)? {
        println!(
            "\nStopped before round {} at the time limit; run again (or with --minutes) to add rounds.",
            experiment.rounds
        );
    }
    Ok(())
}

/// `report`.
pub fn report(workspace: &Workspace, out: Option<PathBuf>) -> Result<bool> {
    let board = Board::load(workspace)?;
    println!("{}", table::ladder(&board));
    let path = out.unwrap_or_else(|| workspace.lab().join("report.html"));
    write_whole(&path, html::report(&board).as_bytes())?;
    println!("report: {}", workspace.show(&path));
    Ok(true)
}

/// `compare`.
pub fn compare(workspace: &Workspace, a: &str, b: &str) -> Result<bool> {
    let (a_name, a_cells) = cells_of(workspace, a)?;
    let (b_name, b_cells) = cells_of(workspace, b)?;
    let mut table = table::new(
        &[
            "program",
            &format!("{a_name} CPU s"),
            &format!("{b_name} CPU s"),
            "CPU ratio",
            "requested",
            "pages",
            "RSS",
        ],
        &[0],
    );
    let (mut logs, mut pages, mut requested, mut rss) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (program, a_cell) in &a_cells {
        let Some(b_cell) = b_cells.get(program) else {
            continue;
        };
        if a_cell.program_key != b_cell.program_key {
            println!("{program}: left out, the two ran different versions of it");
            continue;
        }
        let paired = paired_logs(a_cell, b_cell);
        let memory = |field: fn(&Memstats) -> Option<u64>| {
            let of = |cell: &Cell| {
                cell.memory
                    .as_ref()
                    .and_then(field)
                    .map(|bytes| bytes as f64)
            };
            Some(of(b_cell)? / of(a_cell).filter(|bytes| *bytes > 0.0)?)
        };
        let ratios = [
            memory(|stats| stats.requested_bytes_peak),
            memory(|stats| stats.page_bytes_peak),
        ];
        let resident = b_cell
            .peak_rss_bytes()
            .zip(a_cell.peak_rss_bytes())
            .map(|(b, a)| b / a);
        let show =
            |value: Option<f64>| value.map_or("-".to_string(), |value| format!("{value:.2}"));
        let seconds = |cell: &Cell| {
            cell.cpu_s()
                .map_or("-".to_string(), |value| format!("{value:.3}"))
        };
        let ratio = ratio_of_programs(std::slice::from_ref(&paired));
        table.add_row([
            program.clone(),
            seconds(a_cell),
            seconds(b_cell),
            table::ratio(ratio.as_ref()),
            show(ratios[0]),
            show(ratios[1]),
            show(resident),
        ]);
        logs.push(paired);
        requested.extend(ratios[0]);
        pages.extend(ratios[1]);
        rss.extend(resident);
    }
    let show = |values: &[f64]| {
        geometric_mean(values).map_or("-".to_string(), |value| format!("{value:.2}"))
    };
    let all = ratio_of_programs(&logs);
    table.add_row([
        "geometric mean".to_string(),
        String::new(),
        String::new(),
        table::ratio(all.as_ref()),
        show(&requested),
        show(&pages),
        show(&rss),
    ]);
    println!(
        "{table}\nratios are {b_name} / {a_name}; an interval that contains 1.00 shows no difference"
    );
    Ok(true)
}

/// Log ratios of samples of the same round; of the medians when the two never ran in one round.
fn paired_logs(a: &Cell, b: &Cell) -> Vec<f64> {
    let a_of: BTreeMap<&str, f64> = a
        .samples
        .iter()
        .map(|sample| (sample.round.as_str(), sample.cpu_s))
        .collect();
    let pairs: Vec<f64> = b
        .samples
        .iter()
        .filter_map(|sample| Some((sample.cpu_s / a_of.get(sample.round.as_str())?).ln()))
        .collect();
    if !pairs.is_empty() {
        return pairs;
    }
    a.cpu_s()
        .zip(b.cpu_s())
        .map(|(a, b)| (b / a).ln())
        .into_iter()
        .collect()
}

fn cells_of(workspace: &Workspace, name: &str) -> Result<(String, BTreeMap<String, Cell>)> {
    let direct = Path::new(name);
    let stored = workspace.lab().join("results").join(format!("{name}.json"));
    let path = if direct.is_file() {
        direct
    } else {
        stored.as_path()
    };
    if !path.is_file() {
        let known = Variants::load(workspace)?;
        known.get(name)?;
        return Err(LabError::Failed(format!(
            "no results of `{name}` yet; start with `cargo x run --variants {name}`"
        )));
    }
    let (variant, _, cells) = read_suite(path)?;
    let label = if direct.is_file() {
        format!("{variant} ({name})")
    } else {
        variant
    };
    Ok((
        label,
        cells
            .into_iter()
            .map(|cell| (format!("{}.{}", cell.program, cell.size), cell))
            .collect(),
    ))
}

/// `instances`: (live pages at 2N minus live pages at N) / N, for classes with 0 to 8 attributes.
pub fn instances(workspace: &Workspace, choice: &Choice) -> Result<bool> {
    let known = Variants::load(workspace)?;
    let progress = Progress::detect();
    let scratch = workspace.lab().join("scratch");
    let header: Vec<String> = std::iter::once("layout".to_string())
        .chain((0..=8).map(|k| format!("k={k}")))
        .chain([String::new()])
        .collect();
    let names: Vec<&str> = header.iter().map(String::as_str).collect();
    let mut table = table::new(&names, &[0, 10]);
    let mut fine = true;
    rusage::catch_interrupts();
    for variant in known.select(&choice.variants)? {
        let binary = build::obtain(workspace, &source(choice), &variant, false, &progress)?;
        let print = fingerprint::ask(&binary.path, &scratch)?;
        let objections = fingerprint::objections(&print, &variant, false);
        if !objections.is_empty() {
            return Err(LabError::Failed(format!(
                "refused to measure {}: {}",
                variant.name,
                objections.join("; ")
            )));
        }
        let mut measured = Vec::new();
        for attributes in 0..=8 {
            measured.push(bytes_per_instance(&binary.path, attributes, &scratch)?);
        }
        let rounded: Vec<u64> = measured
            .iter()
            .map(|bytes| bytes.round().max(0.0) as u64)
            .collect();
        let verdict = if variant.instance_bytes.is_empty() {
            ""
        } else if rounded == variant.instance_bytes {
            "as designed"
        } else {
            fine = false;
            "NOT as designed"
        };
        let cells = measured.iter().map(|bytes| format!("{bytes:.2}"));
        table.add_row(
            std::iter::once(variant.name.clone())
                .chain(cells)
                .chain([verdict.to_string()]),
        );
        if verdict == "NOT as designed" {
            let wanted = variant.instance_bytes.iter().map(u64::to_string);
            table.add_row(
                std::iter::once("  designed".to_string())
                    .chain(wanted)
                    .chain([String::new()]),
            );
        }
    }
    println!(
        "{table}\nbytes of pages held per instance: (live pages at 2N - at N) / N, N = {INSTANCES}, attribute values None"
    );
    Ok(fine)
}

fn bytes_per_instance(binary: &Path, attributes: usize, scratch: &Path) -> Result<f64> {
    let program = scratch.join(format!("instances-{attributes}.py"));
    write_whole(&program, instances_source(attributes).as_bytes())?;
    let mut live = Vec::new();
    for count in [INSTANCES, 2 * INSTANCES] {
        let file = scratch.join(format!("instances-{}.json", std::process::id()));
        // A file of an earlier run would be taken for this one's.
        let _ = std::fs::remove_file(&file);
        let mut command = process::python_command(binary);
        command
            .args(["-X", "memstats"])
            .env("INSTAR_MEMSTATS", &file)
            .arg(&program)
            .arg(count.to_string());
        let finished = process::run(&mut command, scratch, Duration::from_secs(120))?;
        if !finished.ok() {
            return Err(LabError::Failed(format!(
                "{}: {}",
                binary.display(),
                finished.trouble()
            )));
        }
        let stats: Option<Memstats> = std::fs::read(&file)
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let bytes = stats.and_then(|stats| stats.live_page_bytes);
        live.push(bytes.ok_or_else(|| {
            LabError::Failed(format!(
                "{} -X memstats gave no live_page_bytes",
                binary.display()
            ))
        })? as f64);
    }
    Ok((live[1] - live[0]) / INSTANCES as f64)
}
