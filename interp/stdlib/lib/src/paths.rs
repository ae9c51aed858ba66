//! Names that the archive's maker (`build.rs`) and its reader share: this file is part of both.

/// Prefix of `__file__` of modules of the archive.
pub const PREFIX: &str = "/<embedded>";

/// Path of the importer for the archive's own modules; no module name reaches it.
pub const IMPORTER: &str = "<importer>.py";

/// Files that CPython freezes, and what tracebacks call them.
pub const FROZEN: &[(&str, &str)] = &[
    (IMPORTER, "<frozen importlib._embedded>"),
    ("importlib/_bootstrap.py", "<frozen importlib._bootstrap>"),
    ("importlib/_bootstrap_external.py", "<frozen importlib._bootstrap_external>"),
];

/// `co_filename` of code out of the archive.
pub fn file_name(path: &str) -> String {
    FROZEN.iter().find(|f| f.0 == path).map_or_else(|| format!("{PREFIX}/{path}"), |f| f.1.to_owned())
}
