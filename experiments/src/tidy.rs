//! House rules that no compiler checks: file headers, lengths, where layouts may be named, no hidden globals, no
//! unfinished code, features in step between manifests.
//!
//! Exceptions are in `experiments/tidy.toml` and `docs/globals.md`, each with its reason. Not here: formatting
//! and lints (`check` calls rustfmt and clippy), the rule of the eval loop (`loop_rules`).

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::error::{LabError, Result, at_path};
use crate::loop_rules;
use crate::suite::collect;
use crate::variants::{FeatureTable, expand, is_axis, read_features};
use crate::workspace::Workspace;

/// A file longer than this needs a reason.
const LINES_MAX: usize = 900;
/// Directories with Rust code.
const CRATES: [&str; 7] = [
    "alloc",
    "refcount",
    "gc",
    "object",
    "interp",
    "experiments",
    "benches",
];
/// The only file that may read axis features.
const SELECT: &str = "object/src/select.rs";
/// Its test, which asks for the features that it checks.
const SELECT_TEST: &str = "object/tests/features.rs";
/// Features of the object crate that are for its users, not for the interpreter.
const LIBRARY_FEATURES: [&str; 2] = ["testing", "derive"];
/// Process-global mutable state, by its spelling.
const GLOBALS: [&str; 4] = ["static mut ", "thread_local!", "OnceLock", "LazyLock"];
/// Unfinished or switched-off code, by its spelling.
const UNFINISHED: [&str; 3] = ["todo!", "unimplemented!", "#[ignore"];

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Exceptions {
    #[serde(default)]
    long: Vec<Exception>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    path: String,
    reason: String,
}

/// `tidy`: prints what is wrong, and how much unsafe code each crate has.
///
/// # Errors
/// When a file cannot be read.
pub fn run(workspace: &Workspace) -> Result<bool> {
    let complaints = complaints(workspace)?;
    for complaint in &complaints {
        println!("{complaint}");
    }
    for (name, count) in unsafe_counts(workspace)? {
        println!("unsafe: {count:5} in {name}");
    }
    println!("{} complaints", complaints.len());
    Ok(complaints.is_empty())
}

/// Everything that breaks a house rule.
///
/// # Errors
/// When a file cannot be read.
pub fn complaints(workspace: &Workspace) -> Result<Vec<String>> {
    let path = workspace.path("experiments/tidy.toml");
    let exceptions: Exceptions = match std::fs::read_to_string(&path) {
        Ok(text) => toml::from_str(&text)
            .map_err(|error| LabError::Failed(format!("{}: {error}", path.display())))?,
        Err(_) => Exceptions::default(),
    };
    let mut found = Vec::new();
    for exception in &exceptions.long {
        if exception.reason.trim().is_empty() {
            found.push(format!(
                "experiments/tidy.toml: `{}` has no reason",
                exception.path
            ));
        }
    }
    let globals = allowed_globals(workspace);
    for file in rust_files(workspace)? {
        let name = workspace.show(&file);
        let text = at_path(&file, std::fs::read_to_string(&file))?;
        let may_be_long = exceptions
            .long
            .iter()
            .any(|exception| exception.path == name);
        file_complaints(
            &name,
            &text,
            may_be_long,
            globals.contains(&name),
            &mut found,
        );
    }
    feature_complaints(workspace, &mut found)?;
    example_complaints(workspace, &mut found)?;
    Ok(found)
}

fn rust_files(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for directory in CRATES {
        let directory = workspace.path(directory);
        if directory.is_dir() {
            collect(&directory, "rs", &mut files)?;
        }
    }
    // Compile-fail cases are read by people beside their expected errors; a header would move the line numbers.
    files.retain(|file| !file.components().any(|part| part.as_os_str() == "ui"));
    Ok(files)
}

/// Most crates have no examples in their documentation and say `doctest = false`, or rustdoc would read each of them whole in
/// every `cargo test`. Such a crate must not have any: nobody would run them.
fn example_complaints(workspace: &Workspace, found: &mut Vec<String>) -> Result<()> {
    for file in rust_files(workspace)? {
        let Some(manifest) = file.ancestors().map(|above| above.join("Cargo.toml")).find(|path| path.is_file()) else {
            continue;
        };
        let off = at_path(&manifest, std::fs::read_to_string(&manifest))?.contains("doctest = false");
        if off && let Some(line) = first_example(&at_path(&file, std::fs::read_to_string(&file))?) {
            let name = workspace.show(&file);
            found.push(format!("{name}:{line}: an example that is never run; its Cargo.toml says `doctest = false`"));
        }
    }
    Ok(())
}

/// Line of the first fenced block in documentation that rustdoc would compile.
fn first_example(text: &str) -> Option<usize> {
    let mut inside = false;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim_start();
        let doc = line.strip_prefix("//!").or_else(|| line.strip_prefix("///"));
        let Some(language) = doc.and_then(|doc| doc.trim_start().strip_prefix("```")) else {
            continue;
        };
        inside = !inside;
        if inside && !["text", "python", "sh", "toml"].contains(&language.trim()) {
            return Some(index + 1);
        }
    }
    None
}

/// Paths in backquotes at the start of a list item of `docs/globals.md`.
fn allowed_globals(workspace: &Workspace) -> BTreeSet<String> {
    let text = std::fs::read_to_string(workspace.path("docs/globals.md")).unwrap_or_default();
    text.lines()
        .filter_map(|line| {
            line.strip_prefix("- `")?
                .split('`')
                .next()
                .map(str::to_string)
        })
        .collect()
}

fn file_complaints(
    name: &str,
    text: &str,
    may_be_long: bool,
    may_have_globals: bool,
    found: &mut Vec<String>,
) {
    let is_header = |line: &str| line.starts_with("//!");
    if !text.lines().next().is_some_and(is_header) {
        found.push(format!(
            "{name}:1: does not open with `//!` saying what lives here"
        ));
    }
    let lines = text.lines().count();
    if lines > LINES_MAX && !may_be_long {
        found.push(format!(
            "{name}: {lines} lines; split it, or list it in experiments/tidy.toml with the reason"
        ));
    }
    let without_comments = blank(text, false);
    let code = blank(text, true);
    loop_rules::complaints(name, &code, found);
    for (index, (line, with_strings)) in code.lines().zip(without_comments.lines()).enumerate() {
        let at = format!("{name}:{}", index + 1);
        for spelling in GLOBALS {
            // A cell in a field belongs to its owner; it is global in a static.
            let is_global = !["OnceLock", "LazyLock"].contains(&spelling) || line.split_whitespace().any(|word| word == "static");
            if line.contains(spelling) && is_global && !may_have_globals {
                found.push(format!(
                    "{at}: `{}` is process-global state; docs/globals.md does not list this file",
                    spelling.trim()
                ));
            }
        }
        for spelling in UNFINISHED {
            if line.contains(spelling) {
                found.push(format!(
                    "{at}: `{spelling}` is unfinished or switched-off code"
                ));
            }
        }
        if name != SELECT && name != SELECT_TEST {
            for feature in features_read(line, with_strings)
                .iter()
                .filter(|feature| is_axis(feature))
            {
                found.push(format!(
                    "{at}: reads the axis feature `{feature}`; only {SELECT} may"
                ));
            }
        }
    }
}

/// Names in `feature = "..."` on a line: found in the code, read from the same line with its strings.
fn features_read(code: &str, with_strings: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (position, word) in code.match_indices("feature") {
        // Both lines have the same characters outside strings and the same number inside.
        let skipped = code[..position].chars().count() + word.len();
        let rest: String = with_strings.chars().skip(skipped).collect();
        let value = rest.trim_start().strip_prefix('=').map(str::trim_start);
        if let Some(name) = value.and_then(|value| value.strip_prefix('"')?.split('"').next()) {
            names.push(name.to_string());
        }
    }
    names
}

/// The text with comments, and on demand the insides of strings, replaced by spaces; line breaks stay.
fn blank(text: &str, strings_too: bool) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut i = 0;
    let at = |i: usize| chars.get(i).copied().unwrap_or('\0');
    let hide = |c: char| if c == '\n' { '\n' } else { ' ' };
    while i < chars.len() {
        if at(i) == '/' && at(i + 1) == '/' {
            while i < chars.len() && at(i) != '\n' {
                out.push(' ');
                i += 1;
            }
        } else if at(i) == '/' && at(i + 1) == '*' {
            let mut depth = 0_usize;
            while i < chars.len() {
                if at(i) == '/' && at(i + 1) == '*' {
                    depth += 1;
                    out.push_str("  ");
                    i += 2;
                } else if at(i) == '*' && at(i + 1) == '/' {
                    depth -= 1;
                    out.push_str("  ");
                    i += 2;
                    if depth == 0 {
                        break;
                    }
                } else {
                    out.push(hide(at(i)));
                    i += 1;
                }
            }
        } else if at(i) == 'r'
            && (at(i + 1) == '"' || at(i + 1) == '#')
            && !(i > 0 && (at(i - 1).is_alphanumeric() || at(i - 1) == '_'))
        {
            let hashes = chars[i + 1..].iter().take_while(|c| **c == '#').count();
            if at(i + 1 + hashes) != '"' {
                out.push(at(i));
                i += 1;
                continue;
            }
            let end: Vec<char> = std::iter::once('"')
                .chain(std::iter::repeat_n('#', hashes))
                .collect();
            let body = i + 2 + hashes;
            let mut stop = body;
            while stop < chars.len() && !chars[stop..].starts_with(&end) {
                stop += 1;
            }
            let last = (stop + end.len()).min(chars.len());
            out.extend(chars[i..last].iter().enumerate().map(|(offset, c)| {
                let inside = (body..stop).contains(&(i + offset));
                if inside && strings_too { hide(*c) } else { *c }
            }));
            i = last;
        } else if at(i) == '"' {
            out.push('"');
            i += 1;
            while i < chars.len() && at(i) != '"' {
                let width = if at(i) == '\\' { 2 } else { 1 };
                for c in chars[i..(i + width).min(chars.len())].iter() {
                    out.push(if strings_too { hide(*c) } else { *c });
                }
                i += width;
            }
            if i < chars.len() {
                out.push('"');
                i += 1;
            }
        } else if at(i) == '\'' && (at(i + 2) == '\'' || at(i + 1) == '\\') {
            // A character literal such as '"' must not open a string; a lifetime has no closing quote there.
            let length = if at(i + 1) == '\\' {
                chars[i + 2..]
                    .iter()
                    .skip(1)
                    .position(|c| *c == '\'')
                    .map_or(2, |n| n + 4)
            } else {
                3
            };
            for c in chars[i..(i + length).min(chars.len())].iter() {
                out.push(hide(*c));
            }
            i += length;
        } else {
            out.push(at(i));
            i += 1;
        }
    }
    out
}

/// Features of the object crate and of the crates above it must mean the same.
fn feature_complaints(workspace: &Workspace, found: &mut Vec<String>) -> Result<()> {
    let object = read_features(&workspace.path("object/Cargo.toml"))?;
    let mut manifests = vec![
        PathBuf::from("interp/Cargo.toml"),
        PathBuf::from("interp/vm/Cargo.toml"),
    ];
    for parent in ["interp/stdlib", "interp/base"] {
        let Ok(entries) = std::fs::read_dir(workspace.path(parent)) else {
            continue;
        };
        manifests.extend(
            entries
                .flatten()
                .map(|entry| Path::new(parent).join(entry.file_name()).join("Cargo.toml")),
        );
    }
    manifests.sort();
    for manifest in manifests {
        let path = workspace.root.join(&manifest);
        if !path.is_file() {
            continue;
        }
        let table = read_features(&path)?;
        let name = manifest.display().to_string();
        compare_features(&name, &table, &object, found);
        dev_features(&name, &path, found)?;
    }
    compare_features("object/Cargo.toml", &object, &object, found);
    let interp = read_features(&workspace.path("interp/Cargo.toml"))?;
    for feature in object.keys().filter(|feature| {
        let own = feature.starts_with("__") || *feature == "default" || LIBRARY_FEATURES.contains(&feature.as_str());
        !own && !interp.contains_key(*feature)
    }) {
        found.push(format!(
            "interp/Cargo.toml: feature `{feature}` of the object crate is missing"
        ));
    }
    for (feature, implied) in interp.iter().filter(|(feature, _)| is_axis(feature)) {
        if !implied.iter().any(|target| {
            target
                .split_once('/')
                .is_some_and(|(_, name)| name == feature)
        }) {
            found.push(format!(
                "interp/Cargo.toml: axis `{feature}` is forwarded to no crate"
            ));
        }
    }
    Ok(())
}

fn compare_features(
    name: &str,
    table: &FeatureTable,
    object: &FeatureTable,
    found: &mut Vec<String>,
) {
    for (feature, implied) in table {
        if is_axis(feature) && !object.contains_key(feature) {
            found.push(format!(
                "{name}: axis `{feature}` does not exist in the object crate"
            ));
        }
        if feature != "__all-features"
            && implied
                .iter()
                .any(|target| target.contains("__all-features"))
        {
            found.push(format!(
                "{name}: feature `{feature}` turns on `__all-features`"
            ));
        }
        let axes = expand(table, feature);
        let is_preset = !is_axis(feature)
            && feature != "default"
            && feature != "__all-features"
            && object.contains_key(feature)
            && !expand(object, feature).is_empty();
        if is_preset {
            if implied.iter().any(|target| target.contains('/')) {
                found.push(format!(
                    "{name}: preset `{feature}` must name this manifest's own axis features only"
                ));
            }
            if axes != expand(object, feature) {
                found.push(format!(
                    "{name}: preset `{feature}` means other axes than in object/Cargo.toml"
                ));
            }
        }
    }
}

/// Development dependencies must not switch on a layout.
fn dev_features(name: &str, path: &Path, found: &mut Vec<String>) -> Result<()> {
    #[derive(Deserialize)]
    struct Manifest {
        #[serde(default, rename = "dev-dependencies")]
        dev: BTreeMap<String, toml::Value>,
    }
    let text = at_path(path, std::fs::read_to_string(path))?;
    let manifest: Manifest = toml::from_str(&text)
        .map_err(|error| LabError::Failed(format!("{}: {error}", path.display())))?;
    for (dependency, value) in manifest.dev {
        let features = value
            .get("features")
            .and_then(|features| features.as_array().cloned())
            .unwrap_or_default();
        for feature in features
            .iter()
            .filter_map(|feature| feature.as_str())
            .filter(|feature| is_axis(feature))
        {
            found.push(format!(
                "{name}: dev-dependency `{dependency}` switches on the axis `{feature}`"
            ));
        }
    }
    Ok(())
}

/// Uses of the word `unsafe` in code, by crate directory.
fn unsafe_counts(workspace: &Workspace) -> Result<BTreeMap<String, usize>> {
    let mut counts = BTreeMap::new();
    for file in rust_files(workspace)? {
        let text = at_path(&file, std::fs::read_to_string(&file))?;
        let shown = workspace.show(&file);
        let directory = shown
            .split("/src/")
            .next()
            .unwrap_or(&shown)
            .split("/tests/")
            .next()
            .unwrap_or("")
            .to_string();
        let count = blank(&text, true)
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .filter(|word| *word == "unsafe")
            .count();
        *counts.entry(directory).or_insert(0) += count;
    }
    counts.retain(|_, count| *count > 0);
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, text: &str) -> Vec<String> {
        let mut found = Vec::new();
        file_complaints(name, text, false, false, &mut found);
        found
    }

    #[test]
    fn comments_and_strings_are_no_code() {
        let text = "//! todo!()\nfn f() { let c = '\"'; g(\"todo!\", r#\"static mut x, feature = 'gc-x'\"#, \"feature = \\\"gc-one-word\\\"\"); /* LazyLock /* nested */ */ }\n";
        assert_eq!(of("a.rs", text), Vec::<String>::new());
        assert!(blank(text, true).lines().count() == 2);
    }

    #[test]
    fn each_rule_has_its_complaint() {
        let cases = [
            ("fn f() {}\n", "does not open"),
            ("//! x\nfn f() { todo!() }\n", "unfinished"),
            ("//! x\n#[ignore = \"slow\"]\nfn f() {}\n", "unfinished"),
            (
                "//! x\nstatic X: OnceLock<u8> = OnceLock::new();\n",
                "process-global",
            ),
            (
                "//! x\n#[cfg(feature = \"gc-one-word\")]\nmod a;\n",
                "axis feature `gc-one-word`",
            ),
        ];
        for (text, expected) in cases {
            let found = of("vm/src/a.rs", text);
            assert!(
                found.len() == 1 && found[0].contains(expected),
                "{text:?}: {found:?}"
            );
        }
        assert_eq!(
            of(SELECT, "//! x\n#[cfg(feature = \"gc-one-word\")]\nmod a;\n"),
            Vec::<String>::new()
        );
        assert_eq!(
            of("a.rs", "//! x\n#[cfg(feature = \"stats\")]\nmod a;\n"),
            Vec::<String>::new()
        );
        assert_eq!(of("a.rs", "//! x\nstruct Lazy { items: OnceLock<u8> }\n"), Vec::<String>::new());
        assert_eq!(
            of("a.rs", &format!("//! x\n{}", "\n".repeat(LINES_MAX))).len(),
            1
        );
    }

    #[test]
    fn blocks_that_rustdoc_would_compile_are_examples() {
        assert_eq!(first_example("//! ```text\n//! x\n//! ```\nfn f() {}\n/// ```python\n/// ```\n"), None);
        assert_eq!(first_example("//! ```text\n//! ```\n    /// ```\n    /// f();\n    /// ```\n"), Some(3));
        assert_eq!(first_example("//! ```compile_fail\n//! ```\n"), Some(1));
    }

    #[test]
    fn preset_that_means_something_else_is_found() {
        let object: FeatureTable =
            toml::from_str("gc-one-word = []\nrc-saturating = []\ncompact = [\"gc-one-word\"]")
                .unwrap();
        let other: FeatureTable = toml::from_str("gc-one-word = [\"o/gc-one-word\"]\nrc-saturating = [\"o/rc-saturating\"]\ncompact = [\"rc-saturating\"]\ngc-strange = []").unwrap();
        let mut found = Vec::new();
        compare_features("m", &other, &object, &mut found);
        assert_eq!(found.len(), 2, "{found:?}");
    }
}
