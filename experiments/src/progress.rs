//! Progress for people: bars when standard error is a terminal, one plain line per step when it is not.
//!
//! Not here: results; they go to standard output.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// How progress is shown in this process.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    is_terminal: bool,
}

/// One bar or spinner; disappears when dropped.
pub struct Bar {
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Bars on a terminal, lines elsewhere.
    pub fn detect() -> Progress {
        Progress {
            is_terminal: std::io::stderr().is_terminal(),
        }
    }

    /// A line that stays.
    pub fn line(&self, text: &str) {
        eprintln!("{text}");
    }

    /// Something of unknown length.
    pub fn spinner(&self, text: &str) -> Bar {
        if !self.is_terminal {
            eprintln!("{text} ...");
            return Bar { bar: None };
        }
        let bar = ProgressBar::new_spinner();
        bar.set_style(
            ProgressStyle::with_template("{spinner} {prefix} [{elapsed}] {wide_msg}")
                .unwrap_or(ProgressStyle::default_spinner()),
        );
        bar.set_prefix(text.to_string());
        bar.enable_steady_tick(Duration::from_millis(120));
        Bar { bar: Some(bar) }
    }

    /// Something of `length` steps.
    pub fn bar(&self, text: &str, length: usize) -> Bar {
        if !self.is_terminal {
            eprintln!("{text}: {length} runs ...");
            return Bar { bar: None };
        }
        let bar = ProgressBar::new(length as u64);
        let style = ProgressStyle::with_template(
            "{prefix} {bar:30} {pos}/{len} [{elapsed} of about {duration}] {wide_msg}",
        );
        bar.set_style(style.unwrap_or(ProgressStyle::default_bar()));
        bar.set_prefix(text.to_string());
        Bar { bar: Some(bar) }
    }
}

impl Bar {
    /// What is being done now.
    pub fn note(&self, text: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(text.to_string());
        }
    }

    /// One step done.
    pub fn step(&self) {
        if let Some(bar) = &self.bar {
            bar.inc(1);
        }
    }

    /// A line that stays above the bar.
    pub fn line(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| eprintln!("{text}")),
            None => eprintln!("{text}"),
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
