//! Compiles damaged variants of the given files and reports panics.
//!
//! A test tool: cuts, deletions and swaps at pseudo-random places.

use instar_compiler::{compile, Mode, Options};

fn main() {
    let mut state = 0x2545_F491_4F6C_DD1Du64;
    let mut random = move |n: usize| { state ^= state << 13; state ^= state >> 7; state ^= state << 17; (state % n.max(1) as u64) as usize };
    let (mut runs, mut panics) = (0, 0);
    for file in std::env::args().skip(1) {
        let Ok(text) = std::fs::read_to_string(&file) else { continue };
        let chars: Vec<char> = text.chars().take(4000).collect();
        for _ in 0..30 {
            let mut damaged = chars.clone();
            match random(4) {
                0 => damaged.truncate(random(chars.len())),
                1 => { for _ in 0..3 { if !damaged.is_empty() { let i = random(damaged.len()); damaged.remove(i); } } }
                2 => for _ in 0..3 { let i = random(damaged.len() + 1); damaged.insert(i, ['(', ')', '[', '{', '}', ':', '=', '\'', '"', '*', ' ', '\n', '\t', '\\', '.', ',', 'x', '1', '%', '@'][random(20)]); },
                _ => if damaged.len() > 1 { let (a, b) = (random(damaged.len()), random(damaged.len())); damaged.swap(a, b); },
            }
            let source: String = damaged.into_iter().collect();
            runs += 1;
            if std::panic::catch_unwind(|| { let _ = compile(&source, "<t>", Mode::Exec, &Options::default()); }).is_err() {
                panics += 1;
                if panics <= 5 { let _ = std::fs::write(format!("/tmp/damaged{panics}.py"), &source); }
            }
        }
    }
    println!("{runs} runs, {panics} panics");
    if panics > 0 { std::process::exit(1); }
}
