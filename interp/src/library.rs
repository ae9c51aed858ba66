//! The standard library for the VM: the archive inside this binary.

use std::sync::Arc;

use instar_code::CodeBlob;
use instar_stdlib_lib::Library as Archive;
use instar_vm::import::library::{Library, LibraryModule, EMBEDDED};

// The archive's code holds these names; the VM makes them.
const _: () = assert!(same(instar_stdlib_lib::PREFIX, EMBEDDED) && same(instar_stdlib_lib::IMPORTER, instar_vm::import::bootstrap::IMPORTER.0));
const _: () = {
    let (ours, vms) = (instar_stdlib_lib::FROZEN, instar_vm::import::bootstrap::FROZEN);
    assert!(ours.len() == vms.len() + 1 && same(ours[1].0, vms[0].1) && same(ours[1].1, vms[0].2) && same(ours[2].0, vms[1].1) && same(ours[2].1, vms[1].2));
};

const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut i = 0;
    while i < a.len() && i < b.len() && a[i] == b[i] { i += 1 }
    i == a.len() && i == b.len()
}

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
    fn code(&self, path: &str, optimize: u8) -> Option<Arc<CodeBlob>> { if optimize == 0 { self.0.code(path) } else { None } }
    fn list(&self, directory: &str) -> Vec<String> {
        let prefix = if directory.is_empty() { String::new() } else { format!("{directory}/") };
        let inside = self.0.paths().filter(|p| *p != instar_stdlib_lib::IMPORTER).filter_map(|p| p.strip_prefix(&prefix));
        let mut names: Vec<String> = inside.map(|p| p.split('/').next().unwrap_or(p).to_owned()).collect();
        names.dedup();
        names
    }
}
