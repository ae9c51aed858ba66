//! CPython's `Lib` inside the binary: finding its files, unpacking them, and their code, which is compiled already.
//!
//! The archive is made by `build.rs`; its files are CPython's. It is read where it lies: opening it costs nothing, and code stays
//! packed until it is looked at (`instar_code::decode_embedded`). Not here: importing (`instar-vm`), a `Lib` directory on disk.

use std::sync::Arc;

use instar_code::CodeBlob;

mod paths;
pub use paths::{file_name, FROZEN, IMPORTER, PREFIX};

static ARCHIVE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/lib.archive"));

include!(concat!(env!("OUT_DIR"), "/built.rs"));
const _: () = assert!(BUILT == instar_code::table_hash(), "the archive was compiled for another op table");

/// Bytes of an index entry.
const ENTRY: usize = 28;

#[derive(Clone, Copy)]
struct Entry { packed: &'static [u8], raw: usize, code: &'static [u8] }

/// The archive.
#[derive(Clone, Copy, Debug)]
pub struct Library {
    count: usize,
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
    /// The archive of this binary.
    pub fn open() -> Library {
        let count = number(0);
        Library { count, body: &ARCHIVE[4 + count * ENTRY..] }
    }
    fn path(&self, i: usize) -> &'static str {
        let (start, len) = (number(4 + i * ENTRY), number(8 + i * ENTRY));
        std::str::from_utf8(&self.body[start..start + len]).expect("law: build.rs writes text")
    }
    fn entry(&self, path: &str) -> Option<Entry> {
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low.midpoint(high);
            match self.path(middle).cmp(path) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => {
                    let [start, packed, raw, code, len] = std::array::from_fn(|k| number(4 + middle * ENTRY + 8 + 4 * k));
                    return Some(Entry { packed: &self.body[start..start + packed], raw, code: &self.body[code..code + len] });
                }
            }
        }
        None
    }
    /// Whether the archive has this file.
    pub fn contains(&self, path: &str) -> bool { self.entry(path).is_some() }
    /// The bytes of a file.
    pub fn read(&self, path: &str) -> Option<Vec<u8>> {
        let e = self.entry(path)?;
        let bytes = miniz_oxide::inflate::decompress_to_vec_with_limit(e.packed, e.raw);
        Some(bytes.expect("law: build.rs deflated it"))
    }
    /// The code of a file, compiled without `-O`.
    pub fn code(&self, path: &str) -> Option<Arc<CodeBlob>> {
        let code = self.entry(path)?.code;
        if code.is_empty() { return None }
        // SAFETY: build.rs encoded it.
        let decoded = unsafe { instar_code::decode_embedded(code) };
        Some(Arc::new(decoded.expect("law: build.rs encoded it")))
    }
    /// The file of a module by its dotted name.
    pub fn module(&self, name: &str) -> Option<Found> {
        let base = name.replace('.', "/");
        for (path, is_package) in [(format!("{base}/__init__.py"), true), (format!("{base}.py"), false)] {
            if self.contains(&path) { return Some(Found { path, is_package }) }
        }
        None
    }
    /// All paths, sorted.
    pub fn paths(&self) -> impl Iterator<Item = &'static str> + '_ { (0..self.count).map(|i| self.path(i)) }
}

fn number(at: usize) -> usize { u32::from_le_bytes([ARCHIVE[at], ARCHIVE[at + 1], ARCHIVE[at + 2], ARCHIVE[at + 3]]) as usize }

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

    #[test]
    fn site_directories_are_those_of_cpython() {
        for path in ["site.py", "sysconfig/__init__.py"] {
            let text = String::from_utf8(Library::open().read(path).unwrap()).unwrap();
            assert!(!text.to_lowercase().contains("rustpython"), "{path}");
        }
    }

    #[test]
    fn every_path_is_found_and_unpacks_to_valid_code() {
        let lib = Library::open();
        let mut compiled = 0;
        for path in lib.paths() {
            assert!(lib.contains(path), "{path}");
            if !path.ends_with(".py") { continue }
            let Some(code) = lib.code(path) else { continue };
            compiled += 1;
            assert!(!code.body.is_unpacked());
            assert_eq!(code.filename, file_name(path));
            instar_code::verify(&code).unwrap_or_else(|e| panic!("{path}: {e}"));
        }
        assert!(compiled > 500, "{compiled}");
    }

    #[test]
    fn code_is_that_of_the_source() {
        let lib = Library::open();
        for path in ["abc.py", "json/decoder.py", IMPORTER] {
            let text = String::from_utf8(lib.read(path).unwrap()).unwrap();
            let fresh = instar_compiler::compile(&text, &file_name(path), instar_compiler::Mode::Exec, &instar_compiler::Options::default()).unwrap();
            assert_eq!(instar_code::encode(&fresh.code), instar_code::encode(&lib.code(path).unwrap()));
        }
    }
}
