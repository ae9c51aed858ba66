//! `layout TYPE [--attrs K]`: the ladder of object sizes, at once and without building a variant.
//!
//! The sizes come from the types of `instar-object`; the lab computes no layout itself. Not here: measured bytes
//! (`instances`).

use crate::error::{LabError, Result};

/// Prints the sizes of `type_name` under every named layout.
///
/// # Errors
/// When the type is unknown.
pub fn print(type_name: &str, _attributes: Option<usize>) -> Result<()> {
    Err(LabError::Failed(format!(
        "the object crate does not offer sizes of `{type_name}` yet"
    )))
}
