//! Where embedded library files come from: a trait that the binary implements.

use std::sync::Arc;

use instar_code::CodeBlob;

/// Prefix of `__file__` of modules out of the embedded library, and its entry in `sys.path`. Absolute, so that `site` leaves it alone.
pub const EMBEDDED: &str = "/<embedded>";

/// A module found in a library.
#[derive(Clone, Debug)]
pub struct LibraryModule {
    /// Path inside the library, with `/`.
    pub path: String,
    /// Whether it is a package.
    pub is_package: bool,
}

/// A read-only tree of source files.
pub trait Library {
    /// The file of a module by its dotted name.
    fn module(&self, name: &str) -> Option<LibraryModule>;
    /// The bytes of a file.
    fn read(&self, path: &str) -> Option<Vec<u8>>;
    /// Code compiled ahead of time from that file with these optimisations, if there is some.
    fn code(&self, path: &str, optimize: u8) -> Option<Arc<CodeBlob>>;
    /// Names directly under a directory (`""` is the root).
    fn list(&self, directory: &str) -> Vec<String>;
}
