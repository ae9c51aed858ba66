//! Storage of dicts and sets: what instances and namespaces are made of. Python's dict and set types wrap it and bring
//! hashing and comparison; nothing here runs program code.
mod set;
mod table;

pub use set::{SetProbe, SetTable};
pub use table::{DictTable, lookup};

/// State of a search through a table, resumable between comparisons.
#[derive(Clone, Copy, Debug)]
pub struct Probe {
    pub(crate) hash: i64,
    pub(crate) perturb: u64,
    pub(crate) at: u64,
}

/// One step of a search.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// The entry's key is the very same object.
    Hit(usize),
    /// The entry's key has the same hash: compare, and go on if it differs.
    Maybe(usize),
    /// The key is not in the table.
    Miss,
}
