//! What a binary says about itself, and why the lab would refuse to time it.
//!
//! Protocol (experiments/README.md): `instar -X fingerprint` prints one JSON line. Not here: building (`build`).

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::error::{LabError, Result};
use crate::process;
use crate::variants::Variant;

/// Answer of `instar -X fingerprint`. Every field is optional here so that a missing one is a named reason.
#[derive(Debug, Clone, Default, Serialize, Deserialize, PartialEq)]
#[serde(default)]
pub struct Fingerprint {
    /// `Active::name()`: the policies, axis by axis.
    pub layout: Option<String>,
    /// Preset feature the binary was built with, if any.
    pub preset: Option<String>,
    /// Axis features that were on, in any order.
    pub features: Option<Vec<String>>,
    /// `rustc --version` of the build.
    pub rustc: Option<String>,
    /// Code-generation flags of the build.
    pub flags: Option<String>,
    /// Whether every op of the eval loop got its own indirect jump.
    pub indirect_jumps_replicated: Option<bool>,
    /// Whether count statistics are compiled in.
    pub stats: Option<bool>,
    /// Cargo profile: `measure`, `release`, `debug`, `ci`.
    pub profile: Option<String>,
    /// Bytes asked of the allocator for one instance with k = 0..8 attributes, all its blocks together.
    pub requested_bytes_instance: Vec<u64>,
    /// Bytes of the cells that hold one instance with k = 0..8 attributes.
    pub cell_bytes_instance: Vec<u64>,
}

/// Cargo profiles of binaries that may be timed: what the lab builds, and what users build. Those of one run are all alike.
pub const PROFILES: [&str; 2] = ["measure", "release"];

/// Asks a binary for its fingerprint.
///
/// # Errors
/// When it cannot be run, fails, or prints something else.
pub fn ask(binary: &Path, scratch: &Path) -> Result<Fingerprint> {
    let mut command = process::python_command(binary);
    command.args(["-X", "fingerprint"]);
    let finished = process::run(&mut command, scratch, Duration::from_secs(20))?;
    let shown = binary.display();
    if !finished.ok() {
        return Err(LabError::Failed(format!(
            "{shown} -X fingerprint: {}",
            finished.trouble()
        )));
    }
    let text = String::from_utf8_lossy(&finished.stdout);
    serde_json::from_str(text.trim()).map_err(|error| {
        LabError::Failed(format!(
            "{shown} -X fingerprint printed no fingerprint ({error}): {}",
            text.trim()
        ))
    })
}

/// Reasons not to time a binary as `variant`; empty when it is what it should be.
/// `stats` says whether a counting build was asked for.
pub fn objections(print: &Fingerprint, variant: &Variant, stats: bool) -> Vec<String> {
    let mut reasons = Vec::new();
    match &print.features {
        None => reasons.push("it does not say which axis features it has".to_string()),
        Some(features) => {
            let has: BTreeSet<String> = features.iter().cloned().collect();
            let extra: Vec<_> = has.difference(&variant.axes).cloned().collect();
            let missing: Vec<_> = variant.axes.difference(&has).cloned().collect();
            if !extra.is_empty() || !missing.is_empty() {
                reasons.push(format!(
                    "wrong layout: it reports `{}`; axes missing: {}; axes too many: {}",
                    print.layout.as_deref().unwrap_or("no name"),
                    list(&missing),
                    list(&extra)
                ));
            }
        }
    }
    if print.layout.as_deref().unwrap_or("").is_empty() {
        reasons.push("it does not say the name of its layout".into());
    }
    if variant.is_preset
        && print
            .preset
            .as_deref()
            .is_some_and(|preset| preset != variant.features[0])
    {
        reasons.push(format!(
            "it says preset `{}`, not `{}`",
            print.preset.as_deref().unwrap_or(""),
            variant.features[0]
        ));
    }
    match (print.stats, stats) {
        (Some(true), false) => reasons
            .push("it is a stats build; counting costs time, such builds are never timed".into()),
        (Some(false), true) => reasons.push("it is no stats build, it cannot count".into()),
        (None, _) => reasons.push("it does not say whether it is a stats build".into()),
        _ => {}
    }
    match print.profile.as_deref() {
        Some(profile) if PROFILES.contains(&profile) => {}
        Some(other) => reasons.push(format!(
            "it was built with profile `{other}`, not `{}`",
            PROFILES.join("` or `")
        )),
        None => reasons.push("it does not say its build profile".into()),
    }
    if print.indirect_jumps_replicated != Some(true) {
        reasons.push(format!(
            "its eval loop has no indirect jump per op (flags: {}); a RUSTFLAGS of your own replaces those of .cargo/config.toml",
            print.flags.as_deref().unwrap_or("not given")
        ));
    }
    reasons
}

fn list(names: &[String]) -> String {
    if names.is_empty() {
        "none".into()
    } else {
        names.join(", ")
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    fn variant() -> Variant {
        Variant {
            name: "v".into(),
            note: String::new(),
            from: None,
            features: vec!["compact".into()],
            axes: ["gc-one-word".to_string()].into(),
            default: true,
            first: false,
            is_preset: true,
            instance_bytes: Vec::new(),
        }
    }

    fn good() -> Fingerprint {
        serde_json::from_str(
            r#"{"layout":"gc=one-word","preset":"compact","features":["gc-one-word"],"rustc":"1.95.0","flags":"-tail-dup-size=30",
                "indirect_jumps_replicated":true,"stats":false,"profile":"release"}"#,
        )
        .unwrap()
    }

    #[test]
    fn right_binary_has_no_objection() {
        assert_eq!(objections(&good(), &variant(), false), Vec::<String>::new());
    }

    #[test]
    fn each_wrong_property_is_named() {
        type Spoil = fn(&mut Fingerprint);
        let cases: [(Spoil, &str); 6] = [
            (
                |p| p.features = Some(vec!["gc-zero-word".into()]),
                "axes missing: gc-one-word; axes too many: gc-zero-word",
            ),
            (|p| p.stats = Some(true), "never timed"),
            (|p| p.profile = Some("debug".into()), "profile `debug`"),
            (|p| p.indirect_jumps_replicated = Some(false), "RUSTFLAGS"),
            (|p| p.layout = None, "name of its layout"),
            (|p| p.preset = Some("best".into()), "says preset `best`"),
        ];
        for (spoil, expected) in cases {
            let mut print = good();
            spoil(&mut print);
            let reasons = objections(&print, &variant(), false);
            assert_eq!(reasons.len(), 1, "{reasons:?}");
            assert!(reasons[0].contains(expected), "{reasons:?}");
        }
    }
}
