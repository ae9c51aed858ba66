//! The lab's one error type and what each kind does to the exit code.
//!
//! Not here: findings about a variant (wrong output, refused binary); those are results, kept in `board`.

use std::fmt;
use std::path::Path;

/// Why a command could not do what it was asked.
#[derive(Debug)]
pub enum LabError {
    /// The user named something that does not exist or asked for something senseless: exit code 2.
    Usage(String),
    /// The work failed: exit code 1.
    Failed(String),
    /// Ctrl-C; everything measured so far is on disk: exit code 130.
    Interrupted,
}

/// Result of everything that can fail in the lab.
pub type Result<T> = std::result::Result<T, LabError>;

impl LabError {
    /// The process exit code of this error.
    pub fn exit_code(&self) -> u8 {
        match self {
            LabError::Usage(_) => 2,
            LabError::Failed(_) => 1,
            LabError::Interrupted => 130,
        }
    }
}

impl fmt::Display for LabError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LabError::Usage(text) | LabError::Failed(text) => f.write_str(text),
            LabError::Interrupted => f.write_str(
                "interrupted; what was measured is kept, the next run goes on from there",
            ),
        }
    }
}

/// Attaches the path to an input/output error.
pub fn at_path<T>(path: &Path, result: std::io::Result<T>) -> Result<T> {
    result.map_err(|error| LabError::Failed(format!("{}: {error}", path.display())))
}

/// An error for an unknown name that lists the known ones, nearest first.
pub fn unknown_name(kind: &str, name: &str, known: &[String]) -> LabError {
    let mut listed: Vec<&String> = known.iter().collect();
    listed.sort_by_key(|candidate| edit_distance(name, candidate));
    let nearest = listed.first().filter(|best| edit_distance(name, best) <= 3);
    let hint = nearest
        .map(|best| format!(" (did you mean `{best}`?)"))
        .unwrap_or_default();
    LabError::Usage(format!(
        "unknown {kind} `{name}`{hint}; known {kind}s: {}",
        known.join(", ")
    ))
}

/// Levenshtein distance in characters; names are short, so the quadratic table is fine.
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &to) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_name_lists_known_ones_and_the_nearest() {
        let known = vec!["compact".to_string(), "best".to_string()];
        let text = unknown_name("variant", "compakt", &known).to_string();
        assert_eq!(
            text,
            "unknown variant `compakt` (did you mean `compact`?); known variants: compact, best"
        );
        assert!(
            !unknown_name("variant", "zzzzzzzz", &known)
                .to_string()
                .contains("did you mean")
        );
    }
}
