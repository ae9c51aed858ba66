//! `layout TYPE`: what an object is made of, and its size under every layout, at once and without building a variant.
//!
//! The sizes come from the types of `instar-object`, the payloads from `types.json`; the lab computes no layout itself. Not here: a
//! program's heap (`layout_heap`), all combinations (`layout_all`), the page (`layout_page`), measured bytes (`instances`).

use comfy_table::{ContentArrangement, Table, presets};
use instar_object::HEADER;
use instar_object::reflect::{self, Facts, LAYOUTS, Numbers, Part};

use crate::census::{self, TypeRow, Types};
use crate::error::{LabError, Result, unknown_name};

/// Attributes that a class can keep outside a dict: shared keys hold no more.
pub const ATTRS_MAX: usize = 30;

/// An object to look at: its facts, and the fields of its payload if it has any.
pub struct Subject {
    /// What it is, in words.
    pub what: String,
    /// Its facts.
    pub facts: Facts,
    fields: Vec<(String, usize, usize)>,
    variable: bool,
}

/// An instance of a plain class, or an object of a builtin type.
///
/// # Errors
/// When there are more attributes than shared keys can hold, or no such type.
pub fn subject(types: &Types, name: &str, attributes: Option<usize>) -> Result<Subject> {
    if let Some(row) = types.types.iter().find(|row| row.name == name) {
        return Ok(of_type(row));
    }
    if name.chars().next().is_none_or(char::is_lowercase) {
        let known: Vec<String> = types.types.iter().map(|row| row.name.clone()).collect();
        return Err(unknown_name("type", name, &known));
    }
    let k = attributes.unwrap_or(4);
    if k > ATTRS_MAX {
        return Err(LabError::Failed(format!("--attrs {k}: instances keep at most {ATTRS_MAX} attributes outside a dict")));
    }
    Ok(Subject {
        what: format!("an instance of `class {name}` with {k} attributes"),
        facts: reflect::instance(k),
        fields: Vec::new(),
        variable: false,
    })
}

fn of_type(row: &TypeRow) -> Subject {
    let variable = if row.variable { "; items of its own size follow" } else { "" };
    Subject {
        what: format!("an object of type `{}`, empty{variable}", row.name),
        facts: row.facts(),
        fields: row.fields.clone(),
        variable: row.variable,
    }
}

/// The layout of the list with this name.
///
/// # Errors
/// When there is none.
pub fn listed(name: &str) -> Result<Numbers> {
    match LAYOUTS.iter().find(|entry| entry.name == name) {
        Some(entry) => Ok((entry.numbers)()),
        None => {
            let known: Vec<String> = LAYOUTS.iter().map(|entry| entry.name.to_owned()).collect();
            Err(unknown_name("layout", name, &known))
        }
    }
}

/// Prints the parts of the object under one layout, and its bytes under every layout of the object crate's list.
///
/// # Errors
/// As for [`subject`], or when the layout is unknown.
pub fn print(type_name: &str, attributes: Option<usize>, layout: &str) -> Result<()> {
    let types = census::types()?;
    let subject = subject(&types, type_name, attributes)?;
    let numbers = listed(layout)?;
    let parts = subject.facts.parts(&numbers);
    println!("{} under `{layout}`: {}", subject.what, numbers.name());
    println!("{}", parts_table(&subject, &parts));
    let of_type: Vec<_> = types
        .samples
        .iter()
        .filter(|sample| sample.objects.first().is_some_and(|object| object.ty == type_name))
        .collect();
    let mut table = new_table();
    let columns = of_type.iter().map(|sample| sample.name.clone());
    table.set_header(["layout", "requested", "cell", "of them lost"].map(String::from).into_iter().chain(columns));
    for entry in LAYOUTS {
        let numbers = (entry.numbers)();
        let sizes = subject.facts.sizes(&numbers);
        let lost: usize = subject.facts.parts(&numbers).iter().filter(|part| part.loss).map(|part| part.bytes).sum();
        let samples = of_type.iter().map(|sample| cell_bytes(sample, &numbers).to_string());
        let first = [entry.name.to_owned(), sizes.requested.to_string(), sizes.cell.to_string(), lost.to_string()];
        table.add_row(first.into_iter().chain(samples));
    }
    println!("\nunder every listed layout{}\n{table}", if of_type.is_empty() { "" } else { " (values: bytes of all their cells)" });
    Ok(())
}

/// Bytes of the cells of a value's objects.
pub fn cell_bytes(sample: &census::Sample, numbers: &Numbers) -> usize {
    sample.objects.iter().map(|object| object.facts().sizes(numbers).cell).sum()
}

/// A table as all commands print it.
pub fn new_table() -> Table {
    let mut table = Table::new();
    table.load_preset(presets::ASCII_MARKDOWN).set_content_arrangement(ContentArrangement::Dynamic);
    table
}

/// Offset, size, owner, field: offsets from the start of the block; `header` is what a pointer to the object points at.
fn parts_table(subject: &Subject, parts: &[Part]) -> Table {
    let mut table = new_table();
    table.set_header(["block", "offset", "bytes", "owner", "field", "loss"]);
    let mut row = |part: &Part, offset: usize, bytes: usize, what: &str, loss: bool| {
        let loss = if loss { bytes.to_string() } else { String::new() };
        table.add_row([part.block.to_string(), offset.to_string(), bytes.to_string(), part.owner.to_string(), what.to_string(), loss]);
    };
    for part in parts {
        if part.owner != "payload" || subject.fields.is_empty() {
            row(part, part.offset, part.bytes, part.what, part.loss);
            continue;
        }
        for (name, offset, bytes, loss) in fields(&subject.fields, part.bytes) {
            row(part, part.offset + offset, bytes, &name, loss);
        }
    }
    if subject.variable {
        table.add_row(["0", "", "", "payload", "items, as many as there are", ""]);
    }
    table
}

/// The fields of a payload of `size` bytes from the lowest address up, with the padding between them.
fn fields(declared: &[(String, usize, usize)], size: usize) -> Vec<(String, usize, usize, bool)> {
    let mut declared: Vec<_> = declared.iter().filter(|field| field.2 > 0).collect();
    declared.sort_by_key(|field| field.1);
    let (mut out, mut at) = (Vec::new(), 0);
    for (name, offset, bytes) in declared {
        if *offset > at {
            out.push(("padding".to_string(), at, offset - at, true));
        }
        out.push((name.clone(), *offset, *bytes, false));
        at = offset + bytes;
    }
    if size > at {
        out.push(("padding".to_string(), at, size - at, true));
    }
    out
}

/// Words before the payload of an object with these facts: those of the prefix and the header.
pub fn header_words(facts: &Facts, numbers: &Numbers) -> usize {
    let outside = ["payload", "value", "slots", "buffer", "alloc"];
    let bytes: usize = facts.parts(numbers).iter().filter(|part| part.block == 0 && !outside.contains(&part.owner)).map(|part| part.bytes).sum();
    debug_assert!(bytes >= HEADER);
    bytes / 8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cover_every_block_without_a_gap() {
        let types = census::types().expect("types.json is whole");
        for entry in LAYOUTS {
            let numbers = (entry.numbers)();
            let of_samples = types.samples.iter().flat_map(|sample| sample.objects.iter().map(census::Group::facts));
            for facts in types.types.iter().map(TypeRow::facts).chain(of_samples) {
                let (mut block, mut at) = (0, 0);
                for part in facts.parts(&numbers) {
                    if part.block != block {
                        (block, at) = (part.block, 0);
                    }
                    assert_eq!(part.offset, at, "{}: {facts:?}", entry.name);
                    at += part.bytes;
                }
            }
        }
    }

    #[test]
    fn fields_cover_the_payload_of_every_type() {
        for row in census::types().expect("types.json is whole").types {
            let fields = fields(&row.fields, row.payload);
            let mut at = 0;
            for (name, offset, bytes, _) in &fields {
                assert_eq!(*offset, at, "{}.{name}", row.name);
                at += bytes;
            }
            assert_eq!(at, row.payload, "{}", row.name);
        }
    }
}
