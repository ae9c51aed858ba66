//! Compiles texts separated by byte 1 in a file and prints the error of each as one line.
//!
//! A test tool for comparing messages with CPython's.

use instar_compiler::{compile, Mode, Options};

fn main() {
    let Some(file) = std::env::args().nth(1) else { return };
    let Ok(all) = std::fs::read_to_string(file) else { return };
    for text in all.split('\u{1}') {
        match compile(text, "<t>", Mode::Exec, &Options::default()) {
            Ok(_) => println!("-"),
            Err(e) => println!("{:?}\t{}\t{}\t{}\t{}\t{}", e.kind, e.message.replace('\n', "\\n"), e.line, e.column, e.end_line, e.end_column),
        }
    }
}
