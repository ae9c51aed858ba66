//! `experiments/variants.toml`: which layouts are built, in ladder order, and which axis features each one means.
//!
//! A preset's axes are read from `interp/Cargo.toml`, so that a name here cannot promise what the
//! interpreter is not built with. Not here: building them (`build`).

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::error::{LabError, Result, at_path, unknown_name};
use crate::workspace::Workspace;

/// Prefixes of axis features (architecture.md, "Axes"): a feature that starts with one of them is an axis
/// feature, any other is a preset or a switch that is no layout.
pub const AXIS_PREFIXES: [&str; 10] = [
    "rc-", "type-", "elide-", "dealloc-", "gc-", "attrs-", "slots-", "weakref-", "value-", "alloc-",
];

/// Whether a feature changes the bytes of an object or the count operations of the hot path.
pub fn is_axis(feature: &str) -> bool {
    feature == "freelists"
        || AXIS_PREFIXES
            .iter()
            .any(|prefix| feature.starts_with(prefix))
}

/// One buildable layout.
#[derive(Debug, Clone)]
pub struct Variant {
    /// Name on the command line and in tables.
    pub name: String,
    /// What it is, in one sentence.
    pub note: String,
    /// The variant it is made from by changing axes, if any.
    pub from: Option<String>,
    /// What is passed to `cargo --features`.
    pub features: Vec<String>,
    /// The axis features a binary of this variant must report.
    pub axes: BTreeSet<String>,
    /// Part of a plain `run`.
    pub default: bool,
    /// Shown in the first table beside the base.
    pub first: bool,
    /// Whether it is a preset rather than an axis list.
    pub is_preset: bool,
    /// Bytes per instance with k = 0..8 attributes that the design promises, when it promises any.
    pub instance_bytes: Vec<u64>,
}

/// All variants, in ladder order.
#[derive(Debug, Clone)]
pub struct Variants {
    /// Name of the variant that everything is relative to.
    pub base: String,
    /// Programs of a run that names none; empty means all.
    pub programs: Vec<String>,
    /// In ladder order.
    pub all: Vec<Variant>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    base: String,
    #[serde(default)]
    programs: Vec<String>,
    variant: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    note: String,
    preset: Option<String>,
    from: Option<String>,
    #[serde(default)]
    add: Vec<String>,
    #[serde(default)]
    remove: Vec<String>,
    #[serde(default = "yes")]
    default: bool,
    #[serde(default)]
    first: bool,
    #[serde(default)]
    instance_bytes: Vec<u64>,
}

fn yes() -> bool {
    true
}

/// The `[features]` table of a manifest: feature name to what it implies.
pub type FeatureTable = BTreeMap<String, Vec<String>>;

/// Reads the `[features]` table of a manifest; a manifest without one has none.
///
/// # Errors
/// When the file is missing or no TOML.
pub fn read_features(path: &std::path::Path) -> Result<FeatureTable> {
    #[derive(Deserialize)]
    struct Manifest {
        #[serde(default)]
        features: FeatureTable,
    }
    let text = at_path(path, std::fs::read_to_string(path))?;
    let manifest: Manifest = toml::from_str(&text)
        .map_err(|error| LabError::Failed(format!("{}: {error}", path.display())))?;
    Ok(manifest.features)
}

/// Axis features that `feature` means, through presets that imply presets.
pub fn expand(table: &FeatureTable, feature: &str) -> BTreeSet<String> {
    let mut axes = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut open = vec![feature.to_string()];
    while let Some(name) = open.pop() {
        if !seen.insert(name.clone()) || name.contains('/') || name.starts_with("dep:") {
            continue;
        }
        if is_axis(&name) {
            axes.insert(name.clone());
        }
        open.extend(table.get(&name).into_iter().flatten().cloned());
    }
    axes
}

impl Variants {
    /// Reads `experiments/variants.toml` against the features of `interp/Cargo.toml`.
    ///
    /// # Errors
    /// When a file is missing or wrong, or a variant names a feature the interpreter does not have.
    pub fn load(workspace: &Workspace) -> Result<Variants> {
        let path = workspace.path("experiments/variants.toml");
        let text = at_path(&path, std::fs::read_to_string(&path))?;
        let table = read_features(&workspace.path("interp/Cargo.toml"))?;
        Variants::parse(&text, &table)
            .map_err(|error| LabError::Failed(format!("{}: {error}", path.display())))
    }

    fn parse(text: &str, table: &FeatureTable) -> Result<Variants> {
        let file: File =
            toml::from_str(text).map_err(|error| LabError::Failed(error.to_string()))?;
        let mut all: Vec<Variant> = Vec::new();
        for entry in file.variant {
            let variant = resolve(entry, &all, table)?;
            if all.iter().any(|other| other.name == variant.name) {
                return Err(LabError::Failed(format!(
                    "variant `{}` is listed twice",
                    variant.name
                )));
            }
            all.push(variant);
        }
        if !all.iter().any(|variant| variant.name == file.base) {
            return Err(LabError::Failed(format!(
                "base `{}` is not one of the variants",
                file.base
            )));
        }
        Ok(Variants {
            base: file.base,
            programs: file.programs,
            all,
        })
    }

    /// Names in ladder order.
    pub fn names(&self) -> Vec<String> {
        self.all
            .iter()
            .map(|variant| variant.name.clone())
            .collect()
    }

    /// One variant by name.
    ///
    /// # Errors
    /// When unknown; the message lists the known ones.
    pub fn get(&self, name: &str) -> Result<&Variant> {
        let found = self.all.iter().find(|variant| variant.name == name);
        found.ok_or_else(|| unknown_name("variant", name, &self.names()))
    }

    /// The variants of a run in ladder order: the named ones, or those marked default; the base always.
    ///
    /// # Errors
    /// When a name is unknown.
    pub fn select(&self, names: &[String]) -> Result<Vec<Variant>> {
        for name in names {
            self.get(name)?;
        }
        let wanted = |variant: &&Variant| {
            variant.name == self.base
                || if names.is_empty() {
                    variant.default
                } else {
                    names.contains(&variant.name)
                }
        };
        Ok(self.all.iter().filter(wanted).cloned().collect())
    }
}

fn resolve(entry: Entry, earlier: &[Variant], table: &FeatureTable) -> Result<Variant> {
    let wrong = |text: String| {
        Err(LabError::Failed(format!(
            "variant `{}`: {text}",
            entry.name
        )))
    };
    let (features, axes, is_preset) = match (&entry.preset, &entry.from) {
        (Some(preset), None) => {
            if !table.contains_key(preset) {
                return wrong(format!("`{preset}` is no feature of interp/Cargo.toml"));
            }
            (vec![preset.clone()], expand(table, preset), true)
        }
        (None, from) => {
            let mut axes = match from {
                None => BTreeSet::new(),
                Some(name) => match earlier.iter().find(|variant| variant.name == *name) {
                    Some(variant) => variant.axes.clone(),
                    None => return wrong(format!("`from = \"{name}\"` is no variant above it")),
                },
            };
            for feature in &entry.remove {
                if !axes.remove(feature) {
                    return wrong(format!("cannot remove `{feature}`, it is not there"));
                }
            }
            for feature in &entry.add {
                if !is_axis(feature) || !table.contains_key(feature) {
                    return wrong(format!(
                        "`{feature}` is no axis feature of interp/Cargo.toml"
                    ));
                }
                if !axes.insert(feature.clone()) {
                    return wrong(format!("`{feature}` is there already"));
                }
            }
            (axes.iter().cloned().collect(), axes, false)
        }
        _ => return wrong("say either `preset` or `from` with `add`/`remove`".into()),
    };
    Ok(Variant {
        name: entry.name,
        note: entry.note,
        from: entry.from,
        features,
        axes,
        default: entry.default,
        first: entry.first,
        is_preset,
        instance_bytes: entry.instance_bytes,
    })
}

/// What changes from one set of axes to another, as `+a -b`; "the same" when nothing does.
pub fn axis_difference(from: &BTreeSet<String>, to: &BTreeSet<String>) -> String {
    let added = to.difference(from).map(|axis| format!("+{axis}"));
    let removed = from.difference(to).map(|axis| format!("-{axis}"));
    let parts: Vec<String> = added.chain(removed).collect();
    if parts.is_empty() {
        "the same".to_string()
    } else {
        parts.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> FeatureTable {
        let text = r#"
            rc-immortal = ["instar-vm/rc-immortal"]
            rc-saturating = []
            attrs-merged = []
            cpython-312 = ["rc-immortal", "attrs-merged"]
            best = ["cpython-312", "rc-saturating"]
        "#;
        toml::from_str(text).unwrap()
    }

    #[test]
    fn preset_means_its_axes_through_other_presets() {
        let axes: Vec<String> = expand(&table(), "best").into_iter().collect();
        assert_eq!(axes, ["attrs-merged", "rc-immortal", "rc-saturating"]);
    }

    #[test]
    fn step_adds_one_axis_to_the_variant_above() {
        let text = r#"
            base = "a"
            [[variant]]
            name = "a"
            note = ""
            preset = "cpython-312"
            [[variant]]
            name = "b"
            note = ""
            from = "a"
            add = ["rc-saturating"]
        "#;
        let variants = Variants::parse(text, &table()).unwrap();
        assert_eq!(
            variants.all[1].features,
            ["attrs-merged", "rc-immortal", "rc-saturating"]
        );
        assert_eq!(
            axis_difference(&variants.all[0].axes, &variants.all[1].axes),
            "+rc-saturating"
        );
        let bad = text.replace("rc-saturating", "rc-strange");
        assert!(
            Variants::parse(&bad, &table())
                .unwrap_err()
                .to_string()
                .contains("rc-strange")
        );
    }
}
