//! Compiles and verifies every `.py` file below the given directories, or prints one file's code with `--dis`.
//!
//! A test tool: exits with 1 if a file fails that is not expected to (names starting with `bad`).

use std::path::{Path, PathBuf};

use instar_compiler::{compile, Mode, Options};

fn collect(path: &Path, files: &mut Vec<PathBuf>) {
    if path.is_dir() {
        let Ok(entries) = std::fs::read_dir(path) else { return };
        let mut entries: Vec<_> = entries.flatten().map(|e| e.path()).collect();
        entries.sort();
        entries.iter().for_each(|e| collect(e, files));
    } else if path.extension().is_some_and(|e| e == "py") {
        files.push(path.to_path_buf());
    }
}

fn main() {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let dis = args.first().is_some_and(|a| a == "--dis");
    if dis { args.remove(0); }
    let mut files = Vec::new();
    args.iter().for_each(|a| collect(Path::new(a), &mut files));
    let (mut good, mut bad, mut skipped, mut units) = (0, 0, 0, 0usize);
    for file in &files {
        let Some(text) = std::fs::read(file).ok().and_then(|b| String::from_utf8(b).ok()) else { skipped += 1; continue };
        let name = file.display().to_string();
        let result = std::panic::catch_unwind(|| compile(&text, &name, Mode::Exec, &Options::default()));
        match result {
            Ok(Ok(c)) => {
                if dis { println!("{}", instar_code::disassemble(&c.code)); }
                if let Err(e) = instar_code::verify(&c.code) { println!("{name}: {e}"); bad += 1; } else { good += 1; units += c.code.units.len(); }
            }
            Ok(Err(_)) if file.file_name().is_some_and(|n| n.to_string_lossy().starts_with("bad")) => skipped += 1,
            Ok(Err(e)) => { println!("{e}"); bad += 1; }
            Err(_) => { println!("{name}: panic"); bad += 1; }
        }
    }
    println!("{good} compiled, {bad} failed, {skipped} skipped, {units} units of module code");
    if bad > 0 { std::process::exit(1); }
}
