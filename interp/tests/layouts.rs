//! What the binary says about objects: `-X layout` is what the lab has kept, `-X heap` finds what lives.
//!
//! Not here: bytes under layouts (`object/tests/census.rs`, `experiments`).

use std::process::Command;

fn instar() -> Command {
    Command::new(env!("CARGO_BIN_EXE_instar"))
}

/// The lab keeps what a binary of the default layout says; elsewhere a tuple that keeps its hash can have another length.
#[cfg(feature = "best")]
#[test]
fn types_that_the_lab_keeps_are_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../experiments/types.json");
    let kept = std::fs::read_to_string(path).expect("experiments/types.json is there");
    let ended = instar().args(["-X", "layout"]).output().expect("the binary runs");
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    let says = String::from_utf8_lossy(&ended.stdout);
    for (kept, says) in kept.lines().zip(says.lines()) {
        assert_eq!(kept, says, "run `cargo x layouts --from BINARY`");
    }
    assert_eq!(kept.len(), says.len());
}

fn number(text: &str, name: &str) -> u64 {
    let from = text.find(&format!("\"{name}\":")).unwrap_or_else(|| panic!("no {name} in {text}")) + name.len() + 3;
    let digits: String = text[from..].chars().take_while(char::is_ascii_digit).collect();
    digits.parse().expect("a number")
}

/// Objects of a type that the file knows.
fn objects(text: &str, ty: &str) -> u64 {
    text.lines().filter(|line| line.starts_with(&format!("{{\"type\":\"{ty}\","))).map(|line| number(line, "count")).sum()
}

#[test]
fn heap_is_found_but_for_little() {
    let source = "
class Point:
    def __init__(self, x): self.x, self.y = x, None
class Slotted:
    __slots__ = 'a', 'b'
points = [Point(float(i) + 0.1) for i in range(3000)]
slotted = {i: Slotted() for i in range(2000)}
words = {'word %d' % i for i in range(1000)}
pending = [(lambda: (yield))() for i in range(100)]
";
    let file = std::env::temp_dir().join(format!("instar-heap-{}", std::process::id()));
    let ended = instar().args(["-X", "heap", "-c", source]).env("INSTAR_HEAP", &file).output().expect("the binary runs");
    let text = std::fs::read_to_string(&file).expect("the binary wrote the file");
    std::fs::remove_file(&file).expect("it is ours");
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    assert_eq!(objects(&text, "Point"), 3000);
    assert_eq!(objects(&text, "Slotted"), 2000);
    assert_eq!(objects(&text, "generator"), 100);
    assert!(objects(&text, "str") > 2000);
    let (live, seen) = (number(&text, "live_requested_bytes"), number(&text, "seen_requested_bytes"));
    assert!(seen <= live && live - seen <= live / 100, "found {seen} of {live} bytes");
    assert!(number(&text, "seen_cells") <= number(&text, "live_cells"));
}
