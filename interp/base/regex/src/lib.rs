//! A matcher for the code lists that `re._compiler` of Python 3.14 produces (MAGIC 20230612).
//!
//! [`Pattern::new`] checks a list once and translates it to an internal program, so a hostile list is an error and
//! never a crash. Matching is a loop with an explicit stack of choice points and undo records: nesting costs heap,
//! not native stack. Parsing of pattern text and match objects live elsewhere (`re` itself, the VM).

mod chars;
mod code;
mod exec;
mod first;
mod program;
mod search;
mod state;
mod translate;

pub use chars::{ascii_is_cased, ascii_lower, unicode_is_cased, unicode_lower};
pub use code::{CODE_BYTES, MAGIC, MAX_GROUPS, MAX_REPEAT};
pub use search::Mode;
pub use state::{State, Stop};
pub use translate::InvalidCode;

/// A checked and translated pattern; immutable, so it can be shared.
#[derive(Debug)]
pub struct Pattern {
    program: program::Program,
    groups: usize,
}

impl Pattern {
    /// Checks `code` (what `re._compiler._code` returns) for a pattern with `groups` capture groups.
    ///
    /// # Errors
    /// [`InvalidCode`] when the list is not something the compiler could have made.
    pub fn new(code: &[u32], groups: usize) -> Result<Pattern, InvalidCode> {
        Ok(Pattern { program: translate::translate(code, groups)?, groups })
    }

    /// Number of capture groups, not counting group 0.
    pub fn groups(&self) -> usize {
        self.groups
    }
}

/// Checks a code list without keeping the translation.
///
/// # Errors
/// As [`Pattern::new`].
pub fn validate(code: &[u32], groups: usize) -> Result<(), InvalidCode> {
    translate::translate(code, groups).map(drop)
}
