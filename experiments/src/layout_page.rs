//! `layout --markdown`: docs/layouts.md, from types and from nothing that is measured.
//!
//! Not here: the sizes (`instar_object::reflect`), the payloads (`types.json`).

use std::fmt::Write;

use instar_object::reflect::{self, Numbers, combinations};

use crate::census::{self, Types};
use crate::error::Result;
use crate::layout::{cell_bytes, header_words, listed};

/// The named layouts.
pub const PRESETS: [&str; 7] = ["cpython-311", "cpython-312", "cpython-313", "cpython-314", "compact", "compact-exact", "best"];
/// Steps away from `best`, for the second table of instances.
const STEPS: [&str; 5] = ["best", "best,gc-zero-word", "best,alloc-pool8", "best,gc-zero-word,alloc-pool8", "default"];

/// The page.
///
/// # Errors
/// When a layout of the page is not listed.
pub fn markdown(types: &Types) -> Result<String> {
    let presets = PRESETS.iter().map(|name| Ok((*name, listed(name)?))).collect::<Result<Vec<_>>>()?;
    let steps = STEPS.iter().map(|name| Ok((*name, listed(name)?))).collect::<Result<Vec<_>>>()?;
    let mut page = String::from(INTRODUCTION);
    page.push_str("\n## Presets\n\n| preset | policies that decide bytes | words before the payload of an instance | of a `list` | of a `float` |\n|---|---|---|---|---|\n");
    for (name, numbers) in &presets {
        let list = types.types.iter().find(|row| row.name == "list").map(census::TypeRow::facts).unwrap_or_default();
        let words = |facts| header_words(facts, numbers);
        let _ = writeln!(page, "| {name} | {} | {} | {} | {} |", numbers.name(), words(&reflect::instance(4)), words(&list), words(&Default::default()));
    }
    page.push_str("\n## Values\n\nBytes of the cells of the object, of its buffers, and of the dict of an instance that has one.\n\n");
    let instances = |name: &str| name.starts_with("instance,");
    samples(&mut page, types, &presets, |name| !instances(name));
    page.push_str("\n## Instances\n\n");
    page.push_str("With k = 0 to 8 attributes, in steady state: the class has had enough instances that CPython's spare slots are down to one.\n");
    for (title, suffix, prefix) in [
        ("Plain class", " attributes", "instance, "),
        ("With `__slots__`", "", "instance, __slots__ of "),
        ("Plain class, `__dict__` touched", " attributes, __dict__ touched", "instance, "),
    ] {
        instance_table(&mut page, types, &presets, title, |k| format!("{prefix}{k}{suffix}"));
    }
    instance_table(&mut page, types, &steps, "Plain class, single steps", |k| format!("instance, {k} attributes"));
    page.push_str(DICT_NOTE);
    let _ = writeln!(
        page,
        "\n## All layouts\n\n{} combinations of the policies can work. `cargo x layout TYPE --all` puts those together that give an object the same bytes, and \
         says which were ever built.",
        combinations().len()
    );
    page.push_str("\n## Fields\n\nThe payload of builtin types, the same under every layout: what stands before it is the layout's.\n\n");
    page.push_str("| type | bytes | collected | fields (offset: name, bytes) |\n|---|---|---|---|\n");
    for row in &types.types {
        let mut fields: Vec<_> = row.fields.iter().filter(|field| field.2 > 0).collect();
        fields.sort_by_key(|field| field.1);
        let fields: Vec<String> = fields.iter().map(|(name, offset, bytes)| format!("{offset}: {name}, {bytes}")).collect();
        let more = if row.variable { "; then items" } else { "" };
        let collected = if row.gc { "yes" } else { "no" };
        let _ = writeln!(page, "| `{}` | {} | {collected} | {}{more} |", row.name, row.payload, fields.join("; "));
    }
    Ok(page)
}

fn samples(page: &mut String, types: &Types, layouts: &[(&str, Numbers)], keep: impl Fn(&str) -> bool) {
    head(page, "value", layouts);
    for sample in types.samples.iter().filter(|sample| keep(&sample.name)) {
        let _ = write!(page, "| {} |", sample.name);
        for (_, numbers) in layouts {
            let _ = write!(page, " {} |", cell_bytes(sample, numbers));
        }
        page.push('\n');
    }
}

fn head(page: &mut String, first: &str, layouts: &[(&str, Numbers)]) {
    let names: Vec<&str> = layouts.iter().map(|(name, _)| *name).collect();
    let _ = writeln!(page, "| {first} | {} |\n|---{}|", names.join(" | "), "|---".repeat(names.len()));
}

fn instance_table(page: &mut String, types: &Types, layouts: &[(&str, Numbers)], title: &str, name: impl Fn(usize) -> String) {
    let _ = writeln!(page, "\n### {title}\n\n| layout | 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 |\n|---|---|---|---|---|---|---|---|---|---|");
    for (layout, numbers) in layouts {
        let _ = write!(page, "| {layout} |");
        for k in 0..=8 {
            let bytes = types.samples.iter().find(|sample| sample.name == name(k)).map(|sample| cell_bytes(sample, numbers));
            let _ = write!(page, " {} |", bytes.map_or("-".to_owned(), |bytes| bytes.to_string()));
        }
        page.push('\n');
    }
}

const INTRODUCTION: &str = "# Bytes of objects under every layout

Made by `cargo x layouts` from the types of `instar-object` and the payloads in `experiments/types.json`; a test compares this page with
them. Bytes are those of cells, as the layout's allocator rounds them; 0 means that the value is in the word that refers to it. What
objects refer to is not counted, and neither is native memory (the digits of big integers, compiled code).

`cargo x layout TYPE` shows an object byte by byte, `cargo x layout FILE.py` the heap of a program.
";

const DICT_NOTE: &str = "
CPython's instances keep the values in their cell, or in their block, when `__dict__` is touched; the dict that it makes refers to them. Here the
values move into the dict. So the rows of the CPython presets are CPython's until then, and larger afterwards (object-model.md 3.3).
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_is_current() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/layouts.md");
        let committed = std::fs::read_to_string(path).expect("docs/layouts.md is there");
        assert!(committed == markdown(&census::types().expect("types.json is whole")).expect("the layouts are listed"), "docs/layouts.md is not current: run `cargo x layouts`");
    }

    #[test]
    fn presets_take_what_the_design_says() {
        let types = census::types().expect("types.json is whole");
        let bytes = |sample: &str, layout: &str| {
            let sample = types.samples.iter().find(|s| s.name == sample).expect("it is among the samples");
            cell_bytes(sample, &listed(layout).expect("it is listed"))
        };
        // Measured on CPython 3.11 to 3.14; the row of `__slots__` is the same for all.
        let rows = [
            ("cpython-311", [80, 96, 96, 112, 112, 128, 144, 144, 160]),
            ("cpython-312", [64, 80, 80, 96, 96, 112, 128, 128, 144]),
            ("cpython-313", [80, 80, 96, 96, 112, 112, 128, 128, 144]),
            ("cpython-314", [80, 80, 96, 96, 112, 112, 128, 128, 144]),
        ];
        for (layout, row) in rows {
            for (k, expected) in row.into_iter().enumerate() {
                assert_eq!(bytes(&format!("instance, {k} attributes"), layout), expected, "{layout}, k = {k}");
                let slots = [32, 48, 48, 64, 64, 80, 80, 96, 96][k];
                assert_eq!(bytes(&format!("instance, __slots__ of {k}"), layout), slots, "{layout}, {k} slots");
            }
        }
        assert_eq!(bytes("int 1", "best"), 0);
        assert_eq!(bytes("int 1", "cpython-314"), 32);
    }
}
