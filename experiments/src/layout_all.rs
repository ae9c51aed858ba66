//! `layout TYPE --all`: every combination of policies that can work, those that give the same bytes together, and which of them were
//! ever built.
//!
//! A combination is *listed* if a layout of the object crate is it, and *built* if a binary with those policies is in the target
//! directory. Elision, free lists and the release of objects change no byte, and are not told apart.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use instar_object::reflect::{self, LAYOUTS, Numbers, combinations};

use crate::census;
use crate::error::Result;
use crate::fingerprint;
use crate::layout::{new_table, subject};
use crate::workspace::Workspace;

/// Prints the groups.
///
/// # Errors
/// When the type is unknown.
pub fn print(workspace: &Workspace, type_name: &str, attributes: Option<usize>) -> Result<()> {
    let subject = subject(&census::types()?, type_name, attributes)?;
    let sweep = subject.facts.attrs.is_some() && attributes.is_none();
    let bytes = |numbers: &Numbers| -> Vec<usize> {
        if sweep {
            (0..=8).map(|k| reflect::instance(k).sizes(numbers).cell).collect()
        } else {
            vec![subject.facts.sizes(numbers).cell]
        }
    };
    let all = combinations();
    let built = built(workspace);
    let mut groups: BTreeMap<Vec<usize>, Vec<&Numbers>> = BTreeMap::new();
    for numbers in &all {
        groups.entry(bytes(numbers)).or_default().push(numbers);
    }
    let mut rows: Vec<_> = groups.into_iter().collect();
    rows.sort_by_key(|(bytes, _)| (bytes.iter().sum::<usize>(), bytes.clone()));
    let mut table = new_table();
    let cells = if sweep { "cell bytes, k = 0..8" } else { "cell bytes" };
    table.set_header([cells, "layouts", "policies", "listed", "built"]);
    for (bytes, group) in &rows {
        let names: BTreeSet<String> = group.iter().map(|numbers| numbers.name()).collect();
        let listed: Vec<&str> = LAYOUTS.iter().filter(|entry| names.contains(&(entry.numbers)().name())).map(|entry| entry.name).collect();
        let built: Vec<&str> = built.iter().filter(|(_, name)| names.contains(name)).map(|(variant, _)| variant.as_str()).collect();
        table.add_row([
            bytes.iter().map(usize::to_string).collect::<Vec<_>>().join(" "),
            group.len().to_string(),
            policies(group, &all),
            if listed.is_empty() { "none".to_string() } else { listed.join("; ") },
            if built.is_empty() { "never".to_string() } else { built.join(", ") },
        ]);
    }
    let what = if sweep { format!("instances of `class {type_name}` with k attributes") } else { subject.what };
    println!("{what}: {} layouts that can work, in {} groups of equal bytes\n{table}", all.len(), rows.len());
    println!("policies: what the layouts of a group have; an axis that is not named can be anything");
    Ok(())
}

/// Per axis, the policies that occur in a group; axes of which all occur are left out.
fn policies(group: &[&Numbers], all: &[Numbers]) -> String {
    let on = |of: &mut dyn Iterator<Item = &Numbers>, axis: usize| -> BTreeSet<&'static str> { of.map(|numbers| numbers.axes()[axis].1).collect() };
    let mut out = Vec::new();
    for (i, (axis, _)) in all.first().map(Numbers::axes).unwrap_or_default().into_iter().enumerate() {
        let here = on(&mut group.iter().copied(), i);
        if here.len() < on(&mut all.iter(), i).len() {
            out.push(format!("{axis}={}", here.into_iter().collect::<Vec<_>>().join("/")));
        }
    }
    out.join(" ")
}

/// The variants that have a binary, each with the policies that it names, those that change no byte left out.
fn built(workspace: &Workspace) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for directory in ["variants", "variants-ci"] {
        let Ok(entries) = std::fs::read_dir(workspace.target().join(directory)) else {
            continue;
        };
        let mut entries: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
        entries.sort();
        for path in entries {
            let Some(layout) = layout_of(&path.join("instar"), &workspace.lab()) else {
                continue;
            };
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            out.push((name, byte_axes(&layout)));
        }
    }
    out
}

fn layout_of(binary: &Path, scratch: &Path) -> Option<String> {
    if !binary.is_file() {
        return None;
    }
    std::fs::create_dir_all(scratch).ok()?;
    fingerprint::ask(binary, scratch).ok()?.layout
}

/// A layout's name without the axes that change no byte, as [`Numbers::name`] spells it.
pub fn byte_axes(layout: &str) -> String {
    let words: BTreeMap<&str, &str> = layout.split(' ').filter_map(|word| word.split_once('=')).collect();
    let axes = LAYOUTS.first().map(|entry| (entry.numbers)().axes()).unwrap_or_default();
    axes.map(|(axis, _)| format!("{axis}={}", words.get(axis).unwrap_or(&"?"))).join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listed_layouts_are_combinations() {
        let names: BTreeSet<String> = combinations().iter().map(Numbers::name).collect();
        for entry in LAYOUTS {
            let name = (entry.numbers)().name();
            assert!(names.contains(&name), "{}: {name}", entry.name);
            assert_eq!(byte_axes(&(entry.axes)()), name, "{}", entry.name);
        }
        assert!(names.len() > 1000);
    }

    #[test]
    fn what_cannot_work_is_no_combination() {
        for numbers in combinations() {
            assert!(numbers.count.spare_bits || numbers.weakref.1 != 0, "{}", numbers.name());
            assert!(numbers.gc.name != "zero-word" || numbers.alloc.name.starts_with("pool"), "{}", numbers.name());
        }
    }
}
