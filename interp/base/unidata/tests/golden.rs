//! Compares with `golden.txt` (made by `golden.py`, which asks CPython 3.14).

use instar_base_unidata::{Named, character, lookup, name};

#[test]
fn names_agree_with_cpython() {
    let golden = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden.txt")).unwrap();
    let mut wrong = Vec::new();
    for row in golden.lines() {
        let fields: Vec<&str> = row.split(' ').collect();
        if fields[0] == "names" {
            let mut hasher = crc32fast::Hasher::new();
            for code in 0..0x110000 {
                hasher.update(name(code).unwrap_or_default().as_bytes());
                hasher.update(b"\n");
            }
            if hasher.finalize().to_string() != fields[1] {
                wrong.push("the checksum of all names".to_string());
            }
            continue;
        }
        let query = fields[1].replace("_~", " ");
        let got = match lookup(&query) {
            None => "-".to_string(),
            Some(Named::Character(code)) => format!("{code:x}"),
            Some(Named::Sequence(codes)) => codes.iter().map(|c| format!("{c:x}")).collect::<Vec<_>>().join("."),
        };
        if got != fields[2] {
            wrong.push(format!("{query}: {got}, CPython {}", fields[2]));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_name_finds_its_character() {
    for code in (0..0x110000).step_by(7) {
        if let Some(name) = name(code) {
            assert_eq!(character(&name), Some(code), "{name}");
            assert_eq!(character(&name.to_lowercase()), Some(code), "{name}");
        }
    }
}
