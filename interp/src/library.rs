//! The standard library for the VM: the archive inside this binary.

use std::sync::Arc;

use instar_code::CodeBlob;
use instar_stdlib_lib::Library as Archive;
use instar_vm::import::library::{Library, LibraryModule};

/// The embedded archive.
pub struct Embedded(Archive);

impl Embedded {
    /// Opens it.
    pub fn open() -> Embedded { Embedded(Archive::open()) }
}

impl Library for Embedded {
    fn module(&self, name: &str) -> Option<LibraryModule> {
        self.0.module(name).map(|f| LibraryModule { path: f.path, is_package: f.is_package })
    }
    fn read(&self, path: &str) -> Option<Vec<u8>> { self.0.read(path) }
    fn code(&self, _path: &str, _optimize: u8) -> Option<Arc<CodeBlob>> { None }
    fn list(&self, directory: &str) -> Vec<String> {
        let prefix = if directory.is_empty() { String::new() } else { format!("{directory}/") };
        let mut names: Vec<String> = self.0.paths().filter_map(|p| p.strip_prefix(&prefix)).map(|p| p.split('/').next().unwrap_or(p).to_owned()).collect();
        names.sort();
        names.dedup();
        names
    }
}
