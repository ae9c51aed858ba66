//! Test: the instances of the CPython presets take what they take in the CPythons of this machine, read from their real heaps.
//!
//! `probes/instances.py` runs in each; a CPython that is not there is a line of output, no failure.

use std::path::Path;
use std::time::Duration;

use instar_object::reflect;
use serde::Deserialize;

use crate::census;
use crate::layout::{cell_bytes, header_words, listed};
use crate::{peers, process};

#[derive(Deserialize)]
struct Answer {
    row: [usize; 9],
    slots: [usize; 9],
    words: usize,
}

#[test]
fn cpython_presets_take_what_the_real_ones_take() {
    let scratch = std::env::temp_dir().join(format!("instar-lab-peers-{}", std::process::id()));
    std::fs::create_dir_all(&scratch).expect("a scratch directory");
    let probe = Path::new(env!("CARGO_MANIFEST_DIR")).join("probes/instances.py");
    let types = census::types().expect("types.json is whole");
    let found = peers::find(&scratch);
    for minor in 11..=14 {
        let preset = format!("cpython-3{minor}");
        let Some(peer) = found.iter().find(|peer| peer.name.starts_with(&format!("CPython 3.{minor}."))) else {
            println!("skipped: there is no CPython 3.{minor} here to compare `{preset}` with");
            continue;
        };
        let mut command = process::python_command(&peer.path);
        command.args(["-S", "-E"]).arg(&probe);
        let finished = process::run(&mut command, &scratch, Duration::from_secs(120)).expect("it runs");
        assert!(finished.ok(), "{}: {}", peer.name, finished.trouble());
        let answer: Answer = serde_json::from_slice(&finished.stdout).expect("the probe prints JSON");
        let numbers = listed(&preset).expect("it is listed");
        let bytes = |name: String| cell_bytes(types.samples.iter().find(|sample| sample.name == name).expect("a sample"), &numbers);
        for k in 0..=8 {
            assert_eq!(bytes(format!("instance, {k} attributes")), answer.row[k], "{} and {preset}, k = {k}", peer.name);
            assert_eq!(bytes(format!("instance, __slots__ of {k}")), answer.slots[k], "{} and {preset}, {k} slots", peer.name);
        }
        assert_eq!(header_words(&reflect::instance(0), &numbers), answer.words, "{} and {preset}, words before the values", peer.name);
        println!("compared: {} and {preset}", peer.name);
    }
    let _ = std::fs::remove_dir_all(&scratch);
}
