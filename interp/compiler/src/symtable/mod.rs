//! Symbol table: which scopes there are and where each name lives.
//!
//! `build.rs` walks the tree and records definitions and uses, `resolve.rs` decides cells, free variables and globals.
//! Not here: slot numbers (`lower/unit.rs`). Rules: language reference "Resolution of names", PEP 227, 526, 563, 572, 649, 695, 709.

mod build;
mod resolve;

use std::collections::{BTreeSet, HashMap};

use instar_syntax::TextRange;

pub(crate) use build::build;

/// Number of a scope.
pub(crate) type ScopeId = usize;

/// What part of a node a scope belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Tag { Body, TypeParams, Annotations, Value, Bound, Default }

/// Kind of a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind { Module, Class, Function, Lambda, Comprehension, Generator, Annotations, TypeParams, TypeAlias, TypeVariable }

impl Kind {
    /// Whether names are fast locals there.
    pub(crate) fn is_function(self) -> bool { !matches!(self, Self::Module | Self::Class) }
    pub(crate) fn is_comprehension(self) -> bool { matches!(self, Self::Comprehension | Self::Generator) }
    /// Annotation-like scopes see the names of the class around them.
    pub(crate) fn is_annotation(self) -> bool { matches!(self, Self::Annotations | Self::TypeParams | Self::TypeAlias | Self::TypeVariable) }
}

pub(crate) mod def {
    //! Flags of a symbol.
    pub(crate) const LOCAL: u16 = 1;
    pub(crate) const PARAM: u16 = 2;
    pub(crate) const USE: u16 = 4;
    pub(crate) const GLOBAL: u16 = 8;
    pub(crate) const NONLOCAL: u16 = 16;
    pub(crate) const ANNOT: u16 = 32;
    pub(crate) const IMPORT: u16 = 64;
    pub(crate) const COMP_ITER: u16 = 128;
    pub(crate) const TYPE_PARAM: u16 = 256;
    pub(crate) const DELETED: u16 = 512;
    /// Anything that makes a name local to its scope.
    pub(crate) const BOUND: u16 = LOCAL | PARAM | IMPORT | TYPE_PARAM | COMP_ITER;
}

/// Where a name lives, seen from one scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place { Local, Cell, Free, GlobalExplicit, GlobalImplicit }

/// A name in a scope.
#[derive(Clone, Debug)]
pub(crate) struct Symbol {
    pub(crate) name: String,
    pub(crate) flags: u16,
    pub(crate) place: Place,
    /// Where it was first mentioned, or declared global or nonlocal.
    pub(crate) range: TextRange,
}

/// A scope.
#[derive(Debug)]
pub(crate) struct Scope {
    pub(crate) kind: Kind,
    pub(crate) name: String,
    /// The node, or the name in it for definitions.
    pub(crate) range: TextRange,
    pub(crate) parent: Option<ScopeId>,
    pub(crate) children: Vec<ScopeId>,
    pub(crate) symbols: Vec<Symbol>,
    pub(crate) index: HashMap<String, usize>,
    /// Names of enclosing functions that pass through or are used (for code units only).
    pub(crate) free: BTreeSet<String>,
    /// Comprehension that is part of its parent's code (PEP 709).
    pub(crate) inlined: bool,
    pub(crate) is_async: bool,
    pub(crate) has_yield: bool,
    pub(crate) has_await: bool,
    pub(crate) has_walrus: bool,
    /// Value of a `return` in an async generator, for the error.
    pub(crate) returns_value: Option<TextRange>,
    /// Class: a method uses `__class__` or `super`.
    pub(crate) needs_class_cell: bool,
    /// Class: an annotation scope needs the namespace.
    pub(crate) needs_classdict: bool,
    /// Names in `global` and `nonlocal` statements, with the statements' ranges.
    pub(crate) directives: Vec<(String, TextRange)>,
    pub(crate) sees_class: bool,
    pub(crate) conditional_annotations: bool,
    /// Has annotations of its own that make an `__annotate__`.
    pub(crate) has_annotations: bool,
    pub(crate) nested: bool,
    pub(crate) is_method: bool,
}

impl Scope {
    pub(crate) fn symbol(&self, name: &str) -> Option<&Symbol> { self.index.get(name).map(|&i| &self.symbols[i]) }
    pub(crate) fn flags(&self, name: &str) -> u16 { self.symbol(name).map_or(0, |s| s.flags) }
}

/// All scopes of a compilation.
#[derive(Debug, Default)]
pub(crate) struct Table {
    pub(crate) scopes: Vec<Scope>,
    pub(crate) by_node: HashMap<(usize, Tag), ScopeId>,
}

impl Table {
    /// Scope of a node.
    pub(crate) fn of<T>(&self, node: &T, tag: Tag) -> Option<ScopeId> { self.by_node.get(&(address(node), tag)).copied() }
    /// The scope whose code holds this scope: itself unless it is inlined.
    pub(crate) fn unit(&self, mut scope: ScopeId) -> ScopeId {
        while self.scopes[scope].inlined { match self.scopes[scope].parent { Some(p) => scope = p, None => break } }
        scope
    }
}

/// Identity of a tree node while the tree is borrowed.
pub(crate) fn address<T>(node: &T) -> usize { std::ptr::from_ref(node) as usize }

/// Private name mangling: `__x` in class `C` is `_C__x`.
pub(crate) fn mangle(class: Option<&str>, name: &str) -> String {
    match class {
        Some(class) if name.starts_with("__") && !name.ends_with("__") && !name.contains('.') => {
            let class = class.trim_start_matches('_');
            if class.is_empty() { name.to_owned() } else { format!("_{class}{name}") }
        }
        _ => name.to_owned(),
    }
}
