//! CPython's `Lib` inside the binary: finding and unpacking its files.
//!
//! The archive is made by `build.rs`; its files are unmodified. Not here: importing (`instar-vm`), a `Lib` directory on disk.

#![forbid(unsafe_code)]

use std::collections::HashMap;

static ARCHIVE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/lib.archive"));

#[derive(Clone, Copy)]
struct Entry { start: usize, packed: usize, raw: usize }

/// The archive with its index read.
pub struct Library {
    files: HashMap<&'static str, Entry>,
    body: &'static [u8],
}

/// A module of the library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Path in the archive, e.g. `json/__init__.py`.
    pub path: String,
    /// Whether it is a package.
    pub is_package: bool,
}

impl Library {
    /// Reads the index (about 600 names).
    pub fn open() -> Library {
        let mut rest = ARCHIVE;
        let count = u32_of(&mut rest);
        let mut files = HashMap::with_capacity(count);
        for _ in 0..count {
            let (len, tail) = rest.split_at(2);
            let len = u16::from_le_bytes([len[0], len[1]]) as usize;
            let (name, tail) = tail.split_at(len);
            rest = tail;
            let entry = Entry { start: u32_of(&mut rest), packed: u32_of(&mut rest), raw: u32_of(&mut rest) };
            files.insert(std::str::from_utf8(name).expect("law: build.rs writes text"), entry);
        }
        Library { files, body: rest }
    }
    /// Whether the archive has this file.
    pub fn contains(&self, path: &str) -> bool { self.files.contains_key(path) }
    /// The bytes of a file.
    pub fn read(&self, path: &str) -> Option<Vec<u8>> {
        let e = self.files.get(path)?;
        let bytes = miniz_oxide::inflate::decompress_to_vec_with_limit(&self.body[e.start..e.start + e.packed], e.raw);
        Some(bytes.expect("law: build.rs deflated it"))
    }
    /// The file of a module by its dotted name.
    pub fn module(&self, name: &str) -> Option<Found> {
        let base = name.replace('.', "/");
        for (path, is_package) in [(format!("{base}/__init__.py"), true), (format!("{base}.py"), false)] {
            if self.contains(&path) { return Some(Found { path, is_package }) }
        }
        None
    }
    /// All paths, in no order.
    pub fn paths(&self) -> impl Iterator<Item = &'static str> + '_ { self.files.keys().copied() }
}

fn u32_of(rest: &mut &'static [u8]) -> usize {
    let (head, tail) = rest.split_at(4);
    *rest = tail;
    u32::from_le_bytes([head[0], head[1], head[2], head[3]]) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_and_packages_are_found_and_unpack() {
        let lib = Library::open();
        assert!(lib.module("json").is_some_and(|f| f.is_package && f.path == "json/__init__.py"));
        assert!(lib.module("importlib._bootstrap").is_some_and(|f| !f.is_package));
        assert!(lib.module("tkinter").is_none());
        let text = String::from_utf8(lib.read("abc.py").unwrap()).unwrap();
        assert!(text.contains("class ABCMeta"));
    }
}
