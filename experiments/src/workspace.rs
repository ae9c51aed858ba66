//! Where things are: the root of the checkout, the target directory, the lab's own directories.
//!
//! Not here: what the files say (`variants`, `programs`).

use std::path::{Path, PathBuf};

use crate::error::{LabError, Result, at_path};

/// The checkout the lab works on.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// Directory of the workspace manifest.
    pub root: PathBuf,
}

impl Workspace {
    /// Finds the checkout: `explicit`, else the nearest parent of the current directory that has
    /// `experiments/variants.toml`, else the place the lab was compiled from.
    ///
    /// # Errors
    /// When no candidate has `experiments/variants.toml`.
    pub fn find(explicit: Option<&Path>) -> Result<Workspace> {
        let mut candidates: Vec<PathBuf> = Vec::new();
        if let Some(path) = explicit {
            candidates.push(path.to_path_buf());
        } else {
            if let Ok(here) = std::env::current_dir() {
                candidates.extend(here.ancestors().map(Path::to_path_buf));
            }
            candidates.extend(
                Path::new(env!("CARGO_MANIFEST_DIR"))
                    .parent()
                    .map(Path::to_path_buf),
            );
        }
        for candidate in candidates {
            if candidate.join("experiments/variants.toml").is_file() {
                let root = at_path(&candidate, candidate.canonicalize())?;
                return Ok(Workspace { root });
            }
        }
        Err(LabError::Usage(
            "no experiments/variants.toml here or above; run inside the checkout or pass --root"
                .into(),
        ))
    }

    /// Path below the root.
    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// Cargo's target directory.
    pub fn target(&self) -> PathBuf {
        match std::env::var_os("CARGO_TARGET_DIR") {
            Some(path) => self.root.join(path),
            None => self.root.join("target"),
        }
    }

    /// Where raw results live.
    pub fn lab(&self) -> PathBuf {
        self.target().join("lab")
    }

    /// A path for people: relative to the root when it is below it.
    pub fn show(&self, path: &Path) -> String {
        path.strip_prefix(&self.root)
            .unwrap_or(path)
            .display()
            .to_string()
    }
}

/// Writes a file so that an interruption leaves the old or the new content, never half of one.
///
/// # Errors
/// When the directory cannot be made or the file cannot be written.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    if let Some(parent) = path.parent() {
        at_path(parent, std::fs::create_dir_all(parent))?;
    }
    let temporary = path.with_extension("tmp");
    at_path(&temporary, std::fs::write(&temporary, bytes))?;
    at_path(path, std::fs::rename(&temporary, path))
}

/// Content key of some bytes: 128-bit FNV-1a in hex. It tells old results from new ones; it is no signature.
pub fn content_key(chunks: &[&[u8]]) -> String {
    let mut hash: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    for chunk in chunks {
        for &byte in *chunk {
            hash =
                (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
        }
        // A separator outside the byte range, so that ("ab", "c") and ("a", "bc") differ.
        hash = (hash ^ 0x100).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
    }
    format!("{hash:032x}")[..20].to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_key_depends_on_bytes_and_on_borders() {
        assert_eq!(content_key(&[b"ab"]), content_key(&[b"ab"]));
        assert_ne!(content_key(&[b"ab"]), content_key(&[b"ac"]));
        assert_ne!(content_key(&[b"ab", b"c"]), content_key(&[b"a", b"bc"]));
    }
}
