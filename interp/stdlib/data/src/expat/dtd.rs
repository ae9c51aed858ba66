//! What a document type declaration says: entities, notations, attributes with defaults, content models.
//!
//! Not here: reading it (`doctype.rs`).

use std::collections::HashMap;

/// An entity.
#[derive(Clone, Debug, Default)]
pub struct Entity {
    /// Replacement text of an internal one.
    pub text: Option<String>,
    /// Identifiers of an external one.
    pub system: Option<String>,
    /// As above.
    pub public: Option<String>,
    /// The base when it was declared.
    pub base: Option<String>,
    /// Notation of an unparsed one.
    pub notation: Option<String>,
    /// Being expanded.
    pub open: bool,
}

/// An attribute's declaration.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// Name.
    pub name: String,
    /// Whether blanks in values are normalised as character data.
    pub is_cdata: bool,
    /// Value where it is not given.
    pub default: Option<String>,
}

/// Content of an element: kind, quantifier, name, parts.
#[derive(Clone, Debug)]
pub struct Model {
    /// `XML_CTYPE_*`
    pub kind: u8,
    /// `XML_CQUANT_*`
    pub quantifier: u8,
    /// Name of an element.
    pub name: Option<String>,
    /// Parts of a group.
    pub parts: Vec<Model>,
}

/// Declarations.
#[derive(Clone, Debug, Default)]
pub struct Dtd {
    /// General entities.
    pub general: HashMap<String, Entity>,
    /// Parameter entities.
    pub parameter: HashMap<String, Entity>,
    /// Attributes by element.
    pub attributes: HashMap<String, Vec<Attribute>>,
    /// External subsets or parameter entity references were not read: unknown entities may be declared there.
    pub has_unread: bool,
    /// Declarations are still to be processed (not behind an unread parameter entity).
    pub keep_processing: bool,
    /// The document says that nothing outside matters.
    pub standalone: bool,
}
