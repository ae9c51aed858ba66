//! What the parser reports.
//!
//! Not here: calling handlers.

use super::dtd::Model;

/// One report.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum Event {
    XmlDecl { version: Option<String>, encoding: Option<String>, standalone: i32 },
    StartDoctype { name: String, system: Option<String>, public: Option<String>, internal: bool },
    EndDoctype,
    ElementDecl { name: String, model: Model },
    AttlistDecl { element: String, name: String, kind: String, default: Option<String>, required: bool },
    EntityDecl { name: String, parameter: bool, value: Option<String>, base: Option<String>, system: Option<String>, public: Option<String>, notation: Option<String> },
    UnparsedEntity { name: String, base: Option<String>, system: Option<String>, public: Option<String>, notation: String },
    NotationDecl { name: String, base: Option<String>, system: Option<String>, public: Option<String> },
    /// `given` attributes come first; the rest are defaults.
    StartElement { name: String, attributes: Vec<(String, String)>, given: usize },
    EndElement { name: String },
    Text(String),
    Comment(String),
    Instruction { target: String, data: String },
    StartCdata,
    EndCdata,
    StartNamespace { prefix: Option<String>, uri: Option<String> },
    EndNamespace { prefix: Option<String> },
    Skipped { name: String, parameter: bool },
    External { context: Option<String>, base: Option<String>, system: Option<String>, public: Option<String> },
    NotStandalone,
    /// Markup that only the default handler hears of.
    Other,
}

/// A report with its place and the text it was made from.
pub struct Report {
    /// What.
    pub event: Event,
    /// The markup, for the default handler; empty for the second report of one piece of markup.
    pub raw: String,
    /// Where: line from 1, column and byte from 0.
    pub place: Place,
}

/// A place in the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// From 1.
    pub line: usize,
    /// From 0, in characters.
    pub column: usize,
    /// From 0.
    pub byte: usize,
}
