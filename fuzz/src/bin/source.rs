//! Any text through parser and compiler: an error or code that verifies and survives being written and read.
//!
//! Not here: running the code (`experiments/fuzz` does that with programs that end).
#![no_main]

use instar_compiler::{compile, Mode, Options};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((first, rest)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let mode = [Mode::Exec, Mode::Eval, Mode::Single][usize::from(first % 3)];
    let options = Options { optimize: first / 3 % 3, ..Options::default() };
    let Ok(compiled) = compile(text, "<fuzz>", mode, &options) else { return };
    instar_code::verify(&compiled.code).expect("what the compiler makes verifies");
    let bytes = instar_code::encode(&compiled.code);
    let read = instar_code::decode(&bytes).expect("what was written can be read");
    assert_eq!(instar_code::encode(&read), bytes, "reading and writing gives the same");
});
