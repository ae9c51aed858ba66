//! `layout TYPE [--attrs K]`: the ladder of object sizes, at once and without building a variant.
//!
//! The sizes come from the types of `instar-object`; the lab computes no layout itself. `TYPE` names the class in the heading:
//! all plain classes with K attributes are alike. Not here: measured bytes (`instances`), the sizes of builtin types.

use comfy_table::{ContentArrangement, Table, presets};
use instar_object::reflect;

use crate::error::{LabError, Result};

/// Attributes that a class can keep outside a dict: shared keys hold no more.
const ATTRS_MAX: usize = 30;

/// Prints the bytes of an instance of a plain class under every layout of the object crate's list.
///
/// # Errors
/// When there are more attributes than shared keys can hold, or the type is a builtin one.
pub fn print(type_name: &str, attributes: Option<usize>) -> Result<()> {
    let k = attributes.unwrap_or(4);
    if k > ATTRS_MAX {
        return Err(LabError::Failed(format!("--attrs {k}: instances keep at most {ATTRS_MAX} attributes outside a dict")));
    }
    if type_name.chars().next().is_some_and(char::is_lowercase) {
        return Err(LabError::Failed(format!(
            "`{type_name}`: sizes of builtin types are not offered yet; name a class, such as Point"
        )));
    }
    println!("bytes of an instance of `class {type_name}` with {k} attributes set to None");
    let mut table = Table::new();
    table.load_preset(presets::ASCII_MARKDOWN).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(["layout", "requested", "cell", "parts"]);
    for row in reflect::ladder(k) {
        let parts: Vec<String> = row.parts.iter().filter(|part| part.2 > 0).map(|(owner, what, bytes)| format!("{owner} {what} {bytes}")).collect();
        table.add_row([row.layout.to_owned(), row.requested.to_string(), row.cell.to_string(), parts.join(", ")]);
    }
    println!("{table}");
    Ok(())
}
