//! Packs CPython's `Lib` into one archive: an index and separately deflated files.
//!
//! Layout: `count: u32`, then per file, sorted by path, `path_len: u16, path, start: u32, packed: u32, raw: u32`; then the
//! deflated bytes, `start` counted from their beginning. Little-endian. Not packed: tests, IDLE, turtle demos, Tk, pip's wheels.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// Directories that hold no library code.
const LEFT_OUT: &[&str] = &["test", "tests", "idlelib", "tkinter", "turtledemo", "ensurepip", "__pycache__", "site-packages"];
/// Modules that need what is left out, or that are not CPython's.
const LEFT_OUT_FILES: &[&str] = &["turtle.py", "_dummy_os.py", "_dummy_thread.py", "dummy_threading.py", "_pycodecs.py"];

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=INSTAR_LIB");
    let root = env::var_os("INSTAR_LIB").map_or_else(|| PathBuf::from(rustpython_pylib::LIB_PATH), PathBuf::from);
    println!("cargo::rerun-if-changed={}", root.display());
    let mut files = Vec::new();
    walk(&root, "", &mut files)?;
    files.sort();
    let mut index = (files.len() as u32).to_le_bytes().to_vec();
    let mut body = Vec::new();
    for (name, path) in &files {
        let raw = fs::read(path)?;
        let packed = miniz_oxide::deflate::compress_to_vec(&raw, 8);
        index.extend((name.len() as u16).to_le_bytes());
        index.extend(name.as_bytes());
        for n in [body.len(), packed.len(), raw.len()] { index.extend((n as u32).to_le_bytes()) }
        body.extend(packed);
    }
    index.extend(body);
    fs::write(Path::new(&env::var_os("OUT_DIR").expect("cargo sets OUT_DIR")).join("lib.archive"), index)
}

fn walk(dir: &Path, prefix: &str, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = entry.path();
        if path.is_dir() {
            if !LEFT_OUT.contains(&name.as_str()) { walk(&path, &format!("{prefix}{name}/"), files)? }
        } else if (name.ends_with(".py") || name.ends_with(".txt")) && !(prefix.is_empty() && LEFT_OUT_FILES.contains(&name.as_str())) {
            files.push((format!("{prefix}{name}"), path));
        }
    }
    Ok(())
}
