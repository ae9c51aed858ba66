//! `experiments/programs/`: the programs, their sizes, and the outputs that CPython 3.14 gave.
//!
//! Not here: running them (`measure`).

use std::path::PathBuf;

use serde::Deserialize;

use crate::error::{LabError, Result, at_path, unknown_name};
use crate::workspace::{Workspace, content_key};

/// One program.
#[derive(Debug, Clone)]
pub struct Program {
    /// Name on the command line; the file is `NAME.py`.
    pub name: String,
    /// What it does and what memory feels of it.
    pub description: String,
    /// Sizes it makes sense at: `S`, `M`, `L`.
    pub sizes: Vec<String>,
    /// Groups.
    pub tags: Vec<String>,
    /// The Python file.
    pub path: PathBuf,
}

/// The output a program must print at one size.
#[derive(Debug, Clone)]
pub struct Expected {
    /// Standard output of CPython 3.14, when committed.
    pub stdout: Option<Vec<u8>>,
    /// Content key of program and expected output; results under another key are stale.
    pub key: String,
}

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    program: Vec<Entry>,
    // The table may also be called `programs`; one of the two is used.
    #[serde(default)]
    programs: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default = "all_sizes")]
    sizes: Vec<String>,
    #[serde(default)]
    tags: Vec<String>,
}

fn all_sizes() -> Vec<String> {
    ["S", "M", "L"].map(String::from).to_vec()
}

/// All programs, in the order of `programs.toml`.
///
/// # Errors
/// When the list is missing or wrong, or a listed program has no file.
pub fn load(workspace: &Workspace) -> Result<Vec<Program>> {
    let directory = workspace.path("experiments/programs");
    let path = directory.join("programs.toml");
    let text = at_path(&path, std::fs::read_to_string(&path))?;
    let file: File = toml::from_str(&text)
        .map_err(|error| LabError::Failed(format!("{}: {error}", path.display())))?;
    let mut programs = Vec::new();
    for entry in file.program.into_iter().chain(file.programs) {
        let source = directory.join(format!("{}.py", entry.name));
        if !source.is_file() {
            return Err(LabError::Failed(format!(
                "{} lists `{}`, but {} is missing",
                path.display(),
                entry.name,
                source.display()
            )));
        }
        programs.push(Program {
            name: entry.name,
            description: entry.description,
            sizes: entry.sizes,
            tags: entry.tags,
            path: source,
        });
    }
    Ok(programs)
}

/// The named programs (or all) that make sense at `size`, in list order.
///
/// # Errors
/// When a name is unknown or a named program does not have the size.
pub fn select(all: &[Program], names: &[String], size: &str) -> Result<Vec<Program>> {
    let known: Vec<String> = all.iter().map(|program| program.name.clone()).collect();
    for name in names {
        let Some(program) = all.iter().find(|program| program.name == *name) else {
            return Err(unknown_name("program", name, &known));
        };
        if !program.sizes.iter().any(|known| known == size) {
            return Err(LabError::Usage(format!(
                "program `{name}` has no size {size}; it has {}",
                program.sizes.join(", ")
            )));
        }
    }
    let wanted = |program: &&Program| {
        (names.is_empty() || names.contains(&program.name))
            && program.sizes.iter().any(|known| known == size)
    };
    Ok(all.iter().filter(wanted).cloned().collect())
}

impl Program {
    /// What it must print at `size`.
    ///
    /// # Errors
    /// When the program cannot be read.
    pub fn expected(&self, size: &str) -> Result<Expected> {
        let source = at_path(&self.path, std::fs::read(&self.path))?;
        let directory = self.path.parent().unwrap_or(&self.path);
        let stdout =
            std::fs::read(directory.join(format!("expected/{}.{size}.out", self.name))).ok();
        let key = content_key(&[
            &source,
            size.as_bytes(),
            stdout.as_deref().unwrap_or(b"(none)"),
        ]);
        Ok(Expected { stdout, key })
    }
}
