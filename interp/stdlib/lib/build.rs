//! Packs CPython's `Lib` into one archive: an index, the paths, the files (each deflated), the code compiled from them.
//!
//! Layout: `count: u32`, then per file, sorted by path, seven `u32`: start and length of the path, start and length of the
//! deflated file and its length before, start and length of its code (0: none). Starts count from the end of the index. Code
//! comes before files, which are read for tracebacks only. Little-endian. Not packed: tests, IDLE, turtle demos, Tk, pip's wheels. Code is compiled here so that start-up parses nothing;
//! it is verified here so that nobody has to later.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use instar_compiler::{Mode, Options};

#[path = "src/paths.rs"]
#[allow(dead_code)]
mod paths;
use paths::{file_name, IMPORTER};

/// Directories that hold no library code.
const LEFT_OUT: &[&str] = &["test", "tests", "idlelib", "tkinter", "turtledemo", "ensurepip", "__pycache__", "site-packages"];
/// Modules that need what is left out, or that are not CPython's.
const LEFT_OUT_FILES: &[&str] = &["turtle.py", "_dummy_os.py", "_dummy_thread.py", "dummy_threading.py", "_pycodecs.py"];
/// What the crate that the files come from changed for its own interpreter, and what CPython has there.
const RESTORED: &[(&str, &str, &str)] = &[
    ("site.py", "    return 'RustPython' # XXX: RUSTPYTHON; for site-packages\n", "    return 'Python'\n"),
    ("site.py", "    # XXX: RUSTPYTHON\n    return f'{userbase}/lib/rustpython{", "    return f'{userbase}/lib/python{"),
    ("sysconfig/__init__.py", "    return 'RustPython'  # XXX: RUSTPYTHON; For site-packages\n", "    return 'Python'\n"),
];
/// What stands at the end of a file besides: what it says of CPython's instructions holds for ours.
const ADDED: &[(&str, &str)] = &[("dis.py", include_str!("src/dis.py")), ("_opcode_metadata.py", include_str!("src/opcode_metadata.py"))];
/// Files whose code stands first, in the order in which start-up and then ordinary programs import them: the system maps what
/// surrounds a page that is read, and that should be code that is needed too.
const FIRST: &[&str] = &[
    "importlib/_bootstrap.py", "importlib/_bootstrap_external.py", IMPORTER, "encodings/__init__.py", "codecs.py", "encodings/aliases.py",
    "encodings/utf_8.py", "abc.py", "site.py", "os.py", "stat.py", "_collections_abc.py", "posixpath.py", "genericpath.py", "_sitebuiltins.py",
    "linecache.py", "types.py", "operator.py", "keyword.py", "reprlib.py", "collections/__init__.py", "functools.py", "enum.py", "re/__init__.py",
    "re/_compiler.py", "re/_parser.py", "re/_constants.py", "re/_casefix.py", "copyreg.py", "contextlib.py", "warnings.py", "_py_warnings.py", "weakref.py",
    "_weakrefset.py", "copy.py", "json/__init__.py", "json/decoder.py", "json/scanner.py", "json/encoder.py", "dataclasses.py", "inspect.py", "typing.py",
    "random.py", "bisect.py", "heapq.py", "threading.py", "io.py", "struct.py", "string/__init__.py", "datetime.py", "pathlib/__init__.py",
];

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/paths.rs");
    for file in ["importer", "cprofile", "dis", "opcode_metadata"] { println!("cargo::rerun-if-changed=src/{file}.py") }
    println!("cargo::rerun-if-env-changed=INSTAR_LIB");
    let root = env::var_os("INSTAR_LIB").map_or_else(|| PathBuf::from(rustpython_pylib::LIB_PATH), PathBuf::from);
    println!("cargo::rerun-if-changed={}", root.display());
    let mut files = vec![(IMPORTER.to_owned(), PathBuf::from("src/importer.py"))];
    walk(&root, "", &mut files)?;
    // The crate that the files come from has no profiler and leaves this one out.
    if !root.join("cProfile.py").exists() { files.push(("cProfile.py".to_owned(), PathBuf::from("src/cprofile.py"))) }
    files.sort();
    let mut index = (files.len() as u32).to_le_bytes().to_vec();
    let mut paths: Vec<u8> = Vec::new();
    for (name, _) in &files { paths.extend(name.as_bytes()) }
    let mut order: Vec<usize> = (0..files.len()).collect();
    order.sort_by_key(|&i| FIRST.iter().position(|f| *f == files[i].0).unwrap_or(FIRST.len()));
    let mut body: Vec<u8> = Vec::new();
    let mut place = |bytes: Vec<u8>| {
        let start = paths.len() + body.len();
        let len = bytes.len();
        body.extend(bytes);
        [start, len]
    };
    let mut entries = vec![[0; 5]; files.len()];
    for &i in &order {
        let (name, path) = &files[i];
        [entries[i][3], entries[i][4]] = place(if name.ends_with(".py") { code(name, &contents(name, path)?) } else { Vec::new() });
    }
    let mut path_start = 0;
    for ((name, path), entry) in files.iter().zip(&mut entries) {
        let raw = contents(name, path)?;
        [entry[0], entry[1]] = place(miniz_oxide::deflate::compress_to_vec(&raw, 8));
        entry[2] = raw.len();
        for n in [path_start, name.len()].iter().chain(&*entry) { index.extend((*n as u32).to_le_bytes()) }
        path_start += name.len();
    }
    index.extend(paths);
    index.extend(body);
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    fs::write(out.join("lib.archive"), index)?;
    fs::write(out.join("built.rs"), format!("/// What the compiler that made the archive says of its form.\nconst BUILT: u64 = {};\n", instar_code::table_hash()))
}

/// The bytes of a file, as CPython has them.
fn contents(name: &str, path: &Path) -> io::Result<Vec<u8>> {
    let raw = fs::read(path)?;
    let added = ADDED.iter().find(|a| a.0 == name).map(|a| a.1);
    if added.is_none() && !RESTORED.iter().any(|r| r.0 == name) { return Ok(raw) }
    let mut text = String::from_utf8_lossy(&raw).into_owned();
    if let Some(added) = added { text.insert_str(text.find("\nif __name__ ==").map_or(text.len(), |at| at + 1), added) }
    Ok(RESTORED.iter().filter(|r| r.0 == name).fold(text, |text, (_, from, to)| text.replace(from, to)).into_bytes())
}

/// The code of a file, or nothing if it is not to be compiled (some files are no Python of today, e.g. templates).
fn code(name: &str, raw: &[u8]) -> Vec<u8> {
    let Ok(text) = std::str::from_utf8(raw) else { return Vec::new() };
    let file = file_name(name);
    match instar_compiler::compile(text, &file, Mode::Exec, &Options::default()) {
        Ok(done) => {
            if let Err(e) = instar_code::verify(&done.code) { panic!("{name}: {e}") }
            instar_code::encode(&done.code)
        }
        Err(e) => {
            println!("cargo::warning={name} is not compiled: {e}");
            Vec::new()
        }
    }
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
