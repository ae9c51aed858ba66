//! The experiment of `run`: what is built, verified and timed in which order, and what makes it fail.
//!
//! Each phase works on results already on disk: a cell that is known is not measured again, so an interrupted
//! run goes on where it was. Not here: raw results (`cell`), derived rows (`board`), drawing (`table`, `html`).

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::board::{Board, Entry};
use crate::build::{self, Binary, Source};
use crate::cell::{Cell, Sample};
use crate::diff;
use crate::error::{LabError, Result};
use crate::fingerprint;
use crate::peers;
use crate::process::Finished;
use crate::programs::{Expected, Program};
use crate::progress::Progress;
use crate::runner::{Runner, WithMemory, machine};
use crate::rusage;
use crate::times::Times;
use crate::variants::Variant;
use crate::workspace::{Workspace, content_key};

/// Size at which programs run under counting builds, which take several times as long. Counts per op and per allocation are within some 15 %
/// of those at other sizes, and layouts are compared at the same one.
const COUNTED_SIZE: &str = "S";

/// What to measure.
#[derive(Debug, Clone)]
pub struct Experiment {
    /// `S`, `M` or `L`.
    pub size: String,
    /// Variants in ladder order; contains the base.
    pub variants: Vec<Variant>,
    /// Name of the base.
    pub base: String,
    /// Programs in list order.
    pub programs: Vec<Program>,
    /// Timed rounds wanted per cell.
    pub rounds: usize,
    /// No new round is begun after this long.
    pub limit: Duration,
    /// Build and run counting builds too.
    pub stats: bool,
    /// Measure the CPythons of the machine too.
    pub peers: bool,
    /// Where binaries come from.
    pub source: Source,
}

/// Programs in the first table.
pub const FIRST_PROGRAMS: usize = 4;
/// Rounds before the time limit counts: an interval needs two.
pub const ROUNDS_MIN: usize = 2;

/// State of a run.
pub struct Run<'a> {
    workspace: &'a Workspace,
    experiment: &'a Experiment,
    progress: &'a Progress,
    expected: BTreeMap<String, Expected>,
    binaries: BTreeMap<String, Binary>,
    outputs: BTreeMap<String, Vec<u8>>,
    /// Variants and programs whose run was wrong; not tried again.
    wrong: BTreeSet<(String, String)>,
    runner: Runner,
    session: String,
    start: Instant,
    /// Results so far.
    pub board: Board,
    /// What fails the run, in words.
    pub failures: Vec<String>,
    /// Remembered durations.
    pub times: Times,
}

impl<'a> Run<'a> {
    /// Nothing measured yet.
    ///
    /// # Errors
    /// When a program cannot be read.
    pub fn new(
        workspace: &'a Workspace,
        experiment: &'a Experiment,
        progress: &'a Progress,
    ) -> Result<Run<'a>> {
        let mut expected = BTreeMap::new();
        for program in &experiment.programs {
            expected.insert(program.name.clone(), program.expected(&experiment.size)?);
        }
        let variants = experiment
            .variants
            .iter()
            .map(|variant| Entry::new(&variant.name, &variant.note, &variant.axes))
            .collect();
        let board = Board {
            base: experiment.base.clone(),
            size: experiment.size.clone(),
            programs: experiment
                .programs
                .iter()
                .map(|program| program.name.clone())
                .collect(),
            variants,
            peers: Vec::new(),
            machine: machine(),
            at_s: unix_now(),
        };
        Ok(Run {
            workspace,
            experiment,
            progress,
            expected,
            binaries: BTreeMap::new(),
            outputs: BTreeMap::new(),
            wrong: BTreeSet::new(),
            runner: Runner {
                size: experiment.size.clone(),
                scratch: workspace.lab().join("scratch"),
            },
            session: format!("{:x}", unix_now()),
            start: Instant::now(),
            board,
            failures: Vec::new(),
            times: Times::load(workspace),
        })
    }

    /// Builds a variant, checks what it says about itself, loads what is known of it. Refusals become failures.
    ///
    /// # Errors
    /// On Ctrl-C only.
    pub fn prepare(&mut self, variant: &Variant) -> Result<()> {
        let binary = match build::obtain(
            self.workspace,
            &self.experiment.source,
            variant,
            false,
            self.progress,
        ) {
            Ok(binary) => binary,
            Err(LabError::Interrupted) => return Err(LabError::Interrupted),
            Err(error) => {
                return self.fail(
                    &variant.name,
                    format!("cannot build {}: {error}", variant.name),
                );
            }
        };
        if matches!(self.experiment.source, Source::Cargo { .. }) {
            self.times.note_build(&variant.name, binary.build_s);
            self.times.store(self.workspace)?;
        }
        let print = match fingerprint::ask(&binary.path, &self.runner.scratch) {
            Ok(print) => print,
            Err(LabError::Interrupted) => return Err(LabError::Interrupted),
            Err(error) => {
                return self.fail(
                    &variant.name,
                    format!("refused to time {}: {error}", variant.name),
                );
            }
        };
        let mut objections = fingerprint::objections(&print, variant, false);
        let twin = self.board.variants.iter().find(|other| {
            other.axes != variant.axes
                && other
                    .fingerprint
                    .as_ref()
                    .is_some_and(|known| known.layout == print.layout)
        });
        if let Some(twin) = twin {
            objections.push(format!("its layout has the same name as that of {}, a feature does not reach the object crate", twin.name));
        }
        if let Some(base) = self.board.base_entry().and_then(|base| base.fingerprint.as_ref()) {
            let facts = [
                ("compilers", &base.rustc, &print.rustc),
                ("flags", &base.flags, &print.flags),
                ("profiles", &base.profile, &print.profile),
            ];
            let different = facts.into_iter().filter(|(_, base, own)| base != own);
            objections.extend(different.map(|(name, base, own)| {
                let [base, own] = [base, own].map(|text| text.as_deref().unwrap_or("not told"));
                format!("{name} differ from the base's: {own}, base {base}")
            }));
        }
        if !objections.is_empty() {
            let text = format!(
                "refused to time {}: {}",
                variant.name,
                objections.join("; ")
            );
            return self.fail(&variant.name, text);
        }
        let mut cells = BTreeMap::new();
        for program in &self.experiment.programs {
            let cell = Cell::load(
                &self.workspace.lab(),
                &program.name,
                &self.experiment.size,
                &self.expected[&program.name].key,
                &binary.key,
            );
            if cell.verified {
                cells.insert(program.name.clone(), cell);
            }
        }
        let entry = self.entry(&variant.name);
        entry.fingerprint = Some(print);
        entry.binary_key = binary.key.clone();
        entry.build_s = binary.build_s;
        entry.cells = cells;
        self.binaries.insert(variant.name.clone(), binary);
        Ok(())
    }

    /// Seconds since the run began.
    pub fn elapsed_s(&self) -> f64 {
        self.start.elapsed().as_secs_f64()
    }

    /// Whether a variant was built and accepted.
    pub fn is_ready(&self, variant: &str) -> bool {
        self.binaries.contains_key(variant)
    }

    /// Runs each program once under a variant, for its output and its memory.
    ///
    /// # Errors
    /// On Ctrl-C, or when results cannot be written.
    pub fn verify(&mut self, variant: &str, programs: &[Program]) -> Result<()> {
        let Some(binary) = self.binaries.get(variant).cloned() else {
            return Ok(());
        };
        let done: BTreeSet<String> = self.entry(variant).cells.keys().cloned().collect();
        let is_open = |program: &&Program| {
            !done.contains(&program.name)
                && !self.wrong.contains(&(variant.to_string(), program.name.clone()))
        };
        let open: Vec<Program> = programs.iter().filter(is_open).cloned().collect();
        if open.is_empty() {
            return Ok(());
        }
        let bar = self.progress.bar(&format!("verify {variant}"), open.len());
        let runner = self.runner.clone();
        runner.run_untimed(&binary.path, &open, |program, outcome| {
            bar.step();
            if let Some(trouble) = self.judge(variant, &binary.key, program, outcome)? {
                self.wrong.insert((variant.to_string(), program.name.clone()));
                bar.line(&trouble);
                self.fail_quietly(variant, trouble);
            }
            Ok(())
        })
    }

    /// Keeps the memory of a run whose output is right; else says what is wrong.
    fn judge(
        &mut self,
        variant: &str,
        binary_key: &str,
        program: &Program,
        outcome: WithMemory,
    ) -> Result<Option<String>> {
        let (finished, stats) = outcome;
        let expected = self.expected[&program.name].clone();
        self.times
            .note_program(&program.name, &self.experiment.size, finished.wall_s);
        if let Some(trouble) = self.output_trouble(variant, program, &expected, &finished) {
            return Ok(Some(trouble));
        }
        let memory = match stats {
            Ok(memory) => memory,
            Err(text) => return Ok(Some(format!("{variant}, {}: {text}", program.name))),
        };
        let mut cell = Cell::new(
            &program.name,
            &self.experiment.size,
            &expected.key,
            binary_key,
        );
        cell.verified = true;
        cell.output_key = content_key(&[&finished.stdout]);
        cell.memory = memory;
        cell.store(&self.workspace.lab())?;
        self.entry(variant).cells.insert(program.name.clone(), cell);
        Ok(None)
    }

    /// What is wrong with an output: against the committed one, else against the base's.
    fn output_trouble(
        &mut self,
        variant: &str,
        program: &Program,
        expected: &Expected,
        finished: &Finished,
    ) -> Option<String> {
        let name = &program.name;
        if !finished.ok() {
            return Some(format!(
                "{variant}, {name}.{}: {}",
                self.experiment.size,
                finished.trouble()
            ));
        }
        let (against, wanted) = match &expected.stdout {
            Some(stdout) => (
                format!(
                    "expected/{name}.{}.out (CPython 3.14)",
                    self.experiment.size
                ),
                stdout.clone(),
            ),
            None => {
                let first = self
                    .outputs
                    .entry(name.clone())
                    .or_insert_with(|| finished.stdout.clone());
                ("the first variant's output".to_string(), first.clone())
            }
        };
        let shown = diff::unified(&against, &wanted, variant, &finished.stdout);
        let differs = (!shown.is_empty()).then(|| {
            format!(
                "{variant}, {name}.{}: output differs\n{shown}",
                self.experiment.size
            )
        });
        // Known results of an earlier run have no text any more, but their key.
        let base_key = self
            .board
            .base_entry()
            .and_then(|base| base.cells.get(name))
            .map(|cell| cell.output_key.clone());
        let key = content_key(&[&finished.stdout]);
        let stale = base_key.is_some_and(|base| base != key);
        differs.or_else(|| {
            stale.then(|| {
                format!(
                    "{variant}, {name}.{}: output differs from the base's",
                    self.experiment.size
                )
            })
        })
    }

    /// Brings every cell of these variants and programs to `rounds` samples, base and variants next to each other.
    /// Returns false when the time limit ended it.
    ///
    /// # Errors
    /// On Ctrl-C, or when results cannot be written.
    pub fn time(
        &mut self,
        variants: &[String],
        programs: &[Program],
        rounds: usize,
    ) -> Result<bool> {
        for round in 1..=rounds {
            let mut work: Vec<(&Program, Vec<String>)> = Vec::new();
            for program in programs {
                let lacking = self.lacking(variants, program, round);
                if !lacking.is_empty() {
                    work.push((program, lacking));
                }
            }
            let runs = work.iter().map(|(_, lacking)| lacking.len() + 1).sum();
            if runs == 0 {
                continue;
            }
            let needed: f64 = work
                .iter()
                .map(|(program, lacking)| {
                    self.times.program(&program.name, &self.experiment.size)
                        * (lacking.len() + 1) as f64
                })
                .sum();
            if round > ROUNDS_MIN
                && self.start.elapsed().as_secs_f64() + needed > self.experiment.limit.as_secs_f64()
            {
                return Ok(false);
            }
            let bar = self
                .progress
                .bar(&format!("time, round {round} of {rounds}"), runs);
            for (index, (program, lacking)) in work.into_iter().enumerate() {
                bar.note(&program.name);
                self.time_once(program, lacking, round + index, &bar)?;
            }
            drop(bar);
            self.times.store(self.workspace)?;
        }
        Ok(true)
    }

    /// Variants with fewer than `round` samples that pair with the base's.
    fn lacking(&self, variants: &[String], program: &Program, round: usize) -> Vec<String> {
        let Some(base) = self
            .board
            .base_entry()
            .and_then(|entry| entry.cells.get(&program.name))
        else {
            return Vec::new();
        };
        let others: Vec<&Entry> = self
            .board
            .variants
            .iter()
            .filter(|entry| variants.contains(&entry.name) && entry.name != self.board.base)
            .collect();
        let pairs = |entry: &Entry| {
            let samples = entry
                .cells
                .get(&program.name)
                .map(|cell| cell.samples.as_slice());
            samples.map(|samples| {
                samples
                    .iter()
                    .filter(|sample| base.samples.iter().any(|other| other.round == sample.round))
                    .count()
            })
        };
        let lacking: Vec<String> = others
            .iter()
            .filter(|entry| pairs(entry).is_some_and(|count| count < round))
            .map(|entry| entry.name.clone())
            .collect();
        // A run of the base alone is timed too.
        if others.is_empty() && base.samples.len() < round {
            vec![String::new()]
        } else {
            lacking
        }
    }

    /// One round of one program: base and variants once each, in an order that turns from round to round.
    fn time_once(
        &mut self,
        program: &Program,
        lacking: Vec<String>,
        turn: usize,
        bar: &crate::progress::Bar,
    ) -> Result<()> {
        let mut order = vec![self.board.base.clone()];
        order.extend(lacking.into_iter().filter(|name| !name.is_empty()));
        let turn = turn % order.len();
        order.rotate_left(turn);
        let round = format!(
            "{}-{}-{}",
            self.session,
            program.name,
            self.round_number(program)
        );
        for variant in order {
            let Some(binary) = self.binaries.get(&variant).cloned() else {
                continue;
            };
            let finished = self.runner.run(&binary.path, program, None)?;
            bar.step();
            self.times
                .note_program(&program.name, &self.experiment.size, finished.wall_s);
            let key = content_key(&[&finished.stdout]);
            let wanted = self
                .entry(&variant)
                .cells
                .get(&program.name)
                .map(|cell| cell.output_key.clone());
            if !finished.ok() || wanted != Some(key) {
                let why = if finished.ok() {
                    "its output changed from run to run".into()
                } else {
                    finished.trouble()
                };
                let trouble = format!(
                    "{variant}, {}.{}: {why}",
                    program.name, self.experiment.size
                );
                bar.line(&trouble);
                self.fail_quietly(&variant, trouble);
                // Without a verified cell nothing of it is timed or shown any more.
                self.entry(&variant).cells.remove(&program.name);
                continue;
            }
            let sample = sample_of(&finished, &round);
            let lab = self.workspace.lab();
            if let Some(cell) = self.entry(&variant).cells.get_mut(&program.name) {
                cell.samples.push(sample);
                cell.store(&lab)?;
            }
        }
        Ok(())
    }

    fn round_number(&self, program: &Program) -> usize {
        self.board
            .base_entry()
            .and_then(|entry| entry.cells.get(&program.name))
            .map_or(0, |cell| cell.samples.len())
    }

    /// Builds the counting build of each variant and runs it at `COUNTED_SIZE`.
    ///
    /// # Errors
    /// On Ctrl-C, or when results cannot be written.
    pub fn count(&mut self, variants: &[Variant]) -> Result<()> {
        for variant in variants {
            let open: Vec<Program> = self
                .experiment
                .programs
                .iter()
                .filter(|program| {
                    self.entry(&variant.name)
                        .cells
                        .get(&program.name)
                        .is_some_and(|cell| cell.counters.is_none())
                })
                .cloned()
                .collect();
            if open.is_empty() {
                continue;
            }
            if let Err(error) = self.count_one(variant, &open) {
                if matches!(error, LabError::Interrupted) {
                    return Err(error);
                }
                self.fail(
                    &variant.name,
                    format!("cannot count {}: {error}", variant.name),
                )?;
            }
        }
        Ok(())
    }

    fn count_one(&mut self, variant: &Variant, open: &[Program]) -> Result<()> {
        if let Source::Directory(directory) = &self.experiment.source {
            let name = format!("{}-stats", variant.name);
            if !directory.join(&name).join("instar").is_file() {
                self.progress
                    .line(&format!("no {name} in {}: not counted", directory.display()));
                return Ok(());
            }
        }
        let binary = build::obtain(
            self.workspace,
            &self.experiment.source,
            variant,
            true,
            self.progress,
        )?;
        if matches!(self.experiment.source, Source::Cargo { .. }) {
            self.times
                .note_build(&format!("{}-stats", variant.name), binary.build_s);
        }
        let print = fingerprint::ask(&binary.path, &self.runner.scratch)?;
        let objections = fingerprint::objections(&print, variant, true);
        if !objections.is_empty() {
            return Err(LabError::Failed(objections.join("; ")));
        }
        let bar = self
            .progress
            .bar(&format!("count {}", variant.name), open.len());
        let runner = Runner { size: COUNTED_SIZE.into(), ..self.runner.clone() };
        let lab = self.workspace.lab();
        runner.run_untimed(&binary.path, open, |program, (finished, stats)| {
            bar.step();
            if let Some(trouble) = counting_trouble(&variant.name, program, &finished)? {
                self.fail_quietly(&variant.name, trouble);
                return Ok(());
            }
            let stats = stats.map_err(LabError::Failed)?;
            match self.entry(&variant.name).cells.get_mut(&program.name) {
                Some(cell) => {
                    cell.counters = stats;
                    cell.store(&lab)
                }
                None => Ok(()),
            }
        })
    }

    /// Runs every program once under each CPython of the machine.
    ///
    /// # Errors
    /// On Ctrl-C, or when results cannot be written.
    pub fn measure_peers(&mut self) -> Result<()> {
        let lab = self.workspace.lab();
        for peer in peers::find(&self.runner.scratch) {
            if self.start.elapsed() > self.experiment.limit {
                self.progress
                    .line(&format!("{} left out: time limit", peer.name));
                continue;
            }
            let key = content_key(&[
                peer.name.as_bytes(),
                peer.path.as_os_str().as_encoded_bytes(),
            ]);
            let mut entry = Entry::new(
                &peer.name,
                &peer.path.display().to_string(),
                &std::collections::BTreeSet::new(),
            );
            entry.binary_key = key.clone();
            entry.instance_rss_bytes = peers::instance_rss_bytes(&peer, &self.runner.scratch)?;
            let bar = self
                .progress
                .bar(&peer.name, self.experiment.programs.len());
            for program in &self.experiment.programs {
                bar.note(&program.name);
                let expected = &self.expected[&program.name];
                let mut cell = Cell::load(
                    &lab,
                    &program.name,
                    &self.experiment.size,
                    &expected.key,
                    &key,
                );
                if cell.samples.is_empty() {
                    let finished = self.runner.run(&peer.path, program, None)?;
                    let wanted = expected
                        .stdout
                        .as_ref()
                        .is_none_or(|stdout| *stdout == finished.stdout);
                    if !finished.ok() || !wanted {
                        let why = if finished.ok() {
                            "other output than 3.14's".to_string()
                        } else {
                            finished.trouble()
                        };
                        entry.troubles.push(format!("{}: {why}", program.name));
                        bar.step();
                        continue;
                    }
                    cell.verified = true;
                    cell.output_key = content_key(&[&finished.stdout]);
                    cell.samples.push(sample_of(&finished, &self.session));
                    cell.store(&lab)?;
                }
                bar.step();
                entry.cells.insert(program.name.clone(), cell);
            }
            drop(bar);
            self.board.peers.push(entry);
        }
        Ok(())
    }

    /// Writes everything; the last step of every way out.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn store(&mut self) -> Result<()> {
        self.board.at_s = unix_now();
        self.board.store(self.workspace)?;
        self.times.store(self.workspace)
    }

    fn entry(&mut self, variant: &str) -> &mut Entry {
        let position = self
            .board
            .variants
            .iter()
            .position(|entry| entry.name == variant);
        &mut self.board.variants
            [position.expect("every selected variant has an entry from the start")]
    }

    fn fail(&mut self, variant: &str, text: String) -> Result<()> {
        self.progress.line(&text);
        self.fail_quietly(variant, text);
        Ok(())
    }

    fn fail_quietly(&mut self, variant: &str, text: String) {
        let first_line = text.lines().next().unwrap_or("").to_string();
        self.entry(variant).troubles.push(first_line);
        self.failures.push(text);
    }
}

/// What is wrong with a run of a counting build.
fn counting_trouble(variant: &str, program: &Program, finished: &Finished) -> Result<Option<String>> {
    let what = format!("counting build of {variant}, {}.{COUNTED_SIZE}", program.name);
    if !finished.ok() {
        return Ok(Some(format!("{what}: {}", finished.trouble())));
    }
    let Some(wanted) = program.expected(COUNTED_SIZE)?.stdout else {
        return Ok(Some(format!("{what}: nobody knows what it must print")));
    };
    let shown = diff::unified(&format!("expected/{}.{COUNTED_SIZE}.out (CPython 3.14)", program.name), &wanted, variant, &finished.stdout);
    Ok((!shown.is_empty()).then(|| format!("{what}: output differs\n{shown}")))
}

fn sample_of(finished: &Finished, round: &str) -> Sample {
    Sample {
        round: round.into(),
        cpu_s: finished.used.cpu_s,
        wall_s: finished.wall_s,
        peak_rss_bytes: finished.used.peak_rss_bytes,
        ended_s: unix_now(),
    }
}

fn unix_now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

/// Whether Ctrl-C was pressed; a run checks between its steps.
///
/// # Errors
/// When it was.
pub fn check_interrupt() -> Result<()> {
    if rusage::interrupted() {
        Err(LabError::Interrupted)
    } else {
        Ok(())
    }
}
