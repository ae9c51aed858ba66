//! What binaries say about objects under any layout: `-X layout` (types and values, kept in `types.json`) and `-X heap` (a live heap).
//!
//! Protocol: experiments/README.md. Not here: bytes, which `instar_object::reflect` computes from these facts.

use std::path::Path;
use std::time::Duration;

use instar_object::reflect::{Attributes, Buffer, Facts, Found};
use serde::Deserialize;

use crate::error::{LabError, Result, at_path};
use crate::process;

/// The types and values of this checkout, as a binary of it wrote them (`cargo x layouts --from BINARY`).
pub const TYPES: &str = include_str!("../types.json");

/// Answer of `-X layout`.
#[derive(Debug, Deserialize)]
pub struct Types {
    /// Builtin types.
    pub types: Vec<TypeRow>,
    /// Some values.
    pub samples: Vec<Sample>,
}

/// One builtin type.
#[derive(Debug, Deserialize)]
pub struct TypeRow {
    /// Its name.
    pub name: String,
    /// The collector knows its objects.
    pub gc: bool,
    /// They can be weakly referenced.
    pub weakref: bool,
    /// They have attribute storage.
    pub attrs: bool,
    /// The size of the payload is the object's.
    pub variable: bool,
    /// Bytes of the payload, or of its fixed part.
    pub payload: usize,
    /// Name, offset and bytes of each field, in the order of the declaration.
    pub fields: Vec<(String, usize, usize)>,
}

/// A value: the object, and an instance's dict.
#[derive(Debug, Deserialize)]
pub struct Sample {
    /// What it is.
    pub name: String,
    /// Its objects.
    pub objects: Vec<Group>,
}

/// Answer of `-X heap`.
#[derive(Debug, Deserialize)]
pub struct HeapFile {
    /// The layout of the binary.
    pub layout: String,
    /// Asked for by all that lives.
    pub live_requested_bytes: u64,
    /// Bytes of the cells.
    pub live_cell_bytes: u64,
    /// Pages held.
    pub live_page_bytes: u64,
    /// Cells.
    pub live_cells: u64,
    /// Asked for by the objects that were found.
    pub seen_requested_bytes: u64,
    /// Cells of the objects that were found.
    pub seen_cells: u64,
    /// Bytes and number of dead objects whose cells waited for the collector. Not among the others.
    pub dead: (u64, u64),
    /// Ints that exist from the start where ints are objects.
    pub cached_ints: u64,
    /// Words that hold an int, and different values among them.
    pub ints: (u64, u64),
    /// Words that hold a float, and different values among them.
    pub floats: (u64, u64),
    /// Objects that are alike.
    pub groups: Vec<Group>,
}

/// Objects that are alike.
#[derive(Debug, Clone, Deserialize)]
pub struct Group {
    /// Name of their type.
    #[serde(rename = "type")]
    pub ty: String,
    /// How many.
    pub count: u64,
    gc: bool,
    weakref: bool,
    payload: usize,
    slots: usize,
    attrs: Option<AttrsField>,
    buffer: Option<(usize, usize)>,
    #[serde(default)]
    immediate: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct AttrsField {
    names: usize,
    set: usize,
    dict: bool,
    sized: bool,
    cell: Option<usize>,
    block: Option<usize>,
}

impl Group {
    /// What is true of them under every layout; with the slots that they were found with, if that is known.
    pub fn facts(&self) -> Facts {
        Facts {
            gc: self.gc,
            weakref: self.weakref,
            attrs: self.attrs.as_ref().map(|a| Attributes {
                names: a.names,
                set: a.set,
                dict: a.dict,
                sized: a.sized,
                found: a.cell.map(|cell| Found { cell, block: a.block }),
            }),
            payload: self.payload,
            slots: self.slots,
            buffer: self.buffer.map(|(bytes, used)| Buffer { bytes, used }),
            immediate: self.immediate.clone(),
        }
    }
}

impl TypeRow {
    /// The facts of an object of the type whose payload has nothing variable, and no buffer.
    pub fn facts(&self) -> Facts {
        Facts {
            gc: self.gc,
            weakref: self.weakref,
            attrs: self.attrs.then(|| Attributes { sized: !self.variable, ..Attributes::default() }),
            payload: self.payload,
            ..Facts::default()
        }
    }
}

/// Reads an answer.
///
/// # Errors
/// When it is none.
pub fn read<T: for<'a> Deserialize<'a>>(text: &str, from: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| LabError::Failed(format!("{from}: {error}")))
}

/// Asks a binary for its types.
///
/// # Errors
/// When it cannot be run, or has no answer.
pub fn ask_types(binary: &Path, scratch: &Path) -> Result<String> {
    at_path(scratch, std::fs::create_dir_all(scratch))?;
    let mut command = process::python_command(binary);
    command.args(["-X", "layout"]);
    let finished = process::run(&mut command, scratch, Duration::from_secs(60))?;
    if !finished.ok() {
        return Err(LabError::Failed(format!("{} -X layout: {}", binary.display(), finished.trouble())));
    }
    let text = String::from_utf8_lossy(&finished.stdout).into_owned();
    read::<Types>(&text, "-X layout")?;
    Ok(text)
}

/// The types of this checkout.
///
/// # Errors
/// When `types.json` is broken.
pub fn types() -> Result<Types> {
    read(TYPES, "experiments/types.json")
}
