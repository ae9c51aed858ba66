//! `instar -X fingerprint`: what this binary is, as one line of JSON (experiments/README.md).

use instar_object::reflect;
use instar_object::{Active, Layout};

/// A JSON string.
pub(crate) fn string(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => { out.push('\\'); out.push(c) }
            c if (c as u32) < 0x20 => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out + "\""
}

/// The line.
pub fn line() -> String {
    let flags = env!("INSTAR_FLAGS");
    let profile = env!("INSTAR_PROFILE");
    // Tail duplication runs at -O2 and above; the debug profile optimises the eval loop less.
    let replicated = flags.contains("tail-dup-pred-size") && flags.contains("tail-dup-succ-size") && profile != "debug";
    let features: Vec<String> = env!("INSTAR_FEATURES").split_whitespace().map(string).collect();
    let preset = match env!("INSTAR_PRESET") { "" => "null".to_owned(), p => string(p) };
    let rows: Vec<_> = (0..9).map(|k| reflect::row::<Active>("active", k)).collect();
    let list = |f: fn(&reflect::Row) -> usize| rows.iter().map(|r| f(r).to_string()).collect::<Vec<_>>().join(",");
    format!(
        "{{\"layout\":{},\"preset\":{preset},\"features\":[{}],\"rustc\":{},\"flags\":{},\"indirect_jumps_replicated\":{replicated},\"stats\":{},\"profile\":{},\"requested_bytes_instance\":[{}],\"cell_bytes_instance\":[{}]}}",
        string(&Active::name()), features.join(","), string(env!("INSTAR_RUSTC")), string(flags), env!("INSTAR_STATS") == "1", string(profile),
        list(|r| r.requested), list(|r| r.cell),
    )
}
