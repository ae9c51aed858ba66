//! The symbol table as Python shows it (`symtable`): scopes with the flags of their names, numbered as CPython numbers them.
//!
//! Comprehensions that are part of the code around them lend it their names, and what CPython makes for every function is there
//! even where the compiler needs none. Not here: finding out where names live (`symtable/`).

use std::collections::HashMap;

use instar_code::flags::FUTURE_ANNOTATIONS;
use instar_syntax::Lines;

use crate::symtable::{self, def, Kind, Place, Scope, ScopeId, Table};
use crate::{future, locate, on_stack, reading, CompileError, Mode, Options};

/// A scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbols {
    /// Name of what it belongs to; `top` for a module.
    pub name: String,
    /// CPython's number of its kind (`TYPE_FUNCTION` and so on).
    pub kind: u8,
    /// Line of its beginning, 0 for a module.
    pub line: u32,
    /// It lies inside a function.
    pub nested: bool,
    /// Names of parameters.
    pub params: Vec<String>,
    /// Names with their flags.
    pub names: Vec<(String, u32)>,
    /// Scopes inside it.
    pub children: Vec<Symbols>,
}

/// CPython's flags of a name.
mod flag {
    pub const GLOBAL: u32 = 1;
    pub const LOCAL: u32 = 2;
    pub const PARAM: u32 = 4;
    pub const NONLOCAL: u32 = 8;
    pub const USE: u32 = 16;
    pub const FREE_CLASS: u32 = 64;
    pub const IMPORT: u32 = 128;
    pub const ANNOT: u32 = 256;
    pub const COMP_ITER: u32 = 512;
    pub const TYPE_PARAM: u32 = 1024;
    pub const COMP_CELL: u32 = 2048;
    pub const BOUND: u32 = LOCAL | PARAM | IMPORT | TYPE_PARAM;
    /// Above it stands the place.
    pub const PLACE: u32 = 12;
    pub const PLACE_LOCAL: u32 = 1 << PLACE;
    pub const PLACE_GLOBAL_EXPLICIT: u32 = 2 << PLACE;
    pub const PLACE_GLOBAL: u32 = 3 << PLACE;
    pub const PLACE_FREE: u32 = 4 << PLACE;
    pub const PLACE_CELL: u32 = 5 << PLACE;
}

/// Name of functions that compute annotations, and of their parameter, which no program can write.
const ANNOTATE: &str = "__annotate__";
const FORMAT: &str = ".format";
const CONDITIONAL: &str = "__conditional_annotations__";

/// The symbol table of a text.
///
/// # Errors
/// The first error in the text, those of the symbol table included.
pub fn symbols(source: &str, filename: &str, mode: Mode, options: &Options) -> Result<Symbols, CompileError> {
    let lines = Lines::new(source);
    let parsed = match instar_syntax::parse(source, reading(mode, options)) { Ok(p) => p, Err(e) => return Err(locate(*e, source, filename, &lines)) };
    let nesting = instar_syntax::nesting(&parsed.tokens);
    on_stack(nesting, filename, move || {
        let made = future::flags(&parsed.root).and_then(|found| {
            let annotations = (options.future_flags | found) & FUTURE_ANNOTATIONS != 0;
            Ok(Shown { table: &symtable::build(&parsed.root, annotations)?, lines: &lines, annotations }.scope(0))
        });
        made.map_err(|e| locate(*e, source, filename, &lines))
    })
}

/// A table being shown.
struct Shown<'a> {
    table: &'a Table,
    lines: &'a Lines,
    /// Annotations are not evaluated: they have no scopes.
    annotations: bool,
}

impl Shown<'_> {
    fn scope(&self, id: ScopeId) -> Symbols {
        let s = &self.table.scopes[id];
        let name = if id == 0 { "top" } else { s.name.trim_matches(['<', '>']) };
        let mut names = Names::default();
        for symbol in &s.symbols {
            if symbol.name == CONDITIONAL && s.kind == Kind::Annotations { continue }
            names.add(&symbol.name, flags(s, symbol));
        }
        let mut children = Vec::new();
        self.children(id, &mut children, &mut names);
        if s.kind == Kind::Module && s.has_annotations && self.annotations && names.get(CONDITIONAL).is_none() { names.add(CONDITIONAL, flag::USE | flag::PLACE_GLOBAL) }
        for name in s.free.iter().filter(|name| s.kind != Kind::Annotations || *name != CONDITIONAL) {
            match names.get(name) {
                Some(flags) => if s.kind == Kind::Class && *flags & (flag::BOUND | flag::GLOBAL) != 0 { *flags |= flag::FREE_CLASS },
                None => names.add(name, flag::PLACE_FREE),
            }
        }
        let params = s.symbols.iter().filter(|s| s.flags & def::PARAM != 0).map(|s| s.name.clone()).collect();
        Symbols { name: name.to_owned(), kind: kind(s.kind), line: if id == 0 { 0 } else { self.line(s) }, nested: s.nested, params, names: names.list, children }
    }

    fn line(&self, s: &Scope) -> u32 { self.lines.locate(s.range.start()).0 }

    /// Adds the scopes inside of one, and the names of comprehensions that are part of its code.
    fn children(&self, id: ScopeId, out: &mut Vec<Symbols>, names: &mut Names) {
        for &child in &self.table.scopes[id].children {
            let s = &self.table.scopes[child];
            if s.kind == Kind::Annotations && self.annotations { continue }
            if s.kind == Kind::Function && !self.annotations && !self.is_annotated(id, child) { out.push(self.no_annotations(id, s)) }
            let shown = self.scope(child);
            if !s.inlined {
                out.push(shown);
                continue;
            }
            // Names of a class are not those that comprehensions in it use.
            let used = if self.table.scopes[id].kind == Kind::Class { 0 } else { flag::USE };
            for (name, flags) in shown.names.into_iter().filter(|(name, _)| name != ".0") {
                let cell = if flags >> flag::PLACE == flag::PLACE_CELL >> flag::PLACE { flag::COMP_CELL } else { 0 };
                match names.get(&name) {
                    Some(known) => *known |= cell | flags & (flag::COMP_CELL | used),
                    None => names.add(&name, flags | cell),
                }
            }
            out.extend(shown.children);
        }
    }

    /// Whether the scope before that of a function is the one of its annotations.
    fn is_annotated(&self, parent: ScopeId, function: ScopeId) -> bool {
        let siblings = &self.table.scopes[parent].children;
        let before = siblings.iter().position(|&s| s == function).and_then(|i| i.checked_sub(1)).map(|i| &self.table.scopes[siblings[i]]);
        before.is_some_and(|b| b.kind == Kind::Annotations && b.range == self.table.scopes[function].range)
    }

    /// The scope that CPython makes for the annotations of a function without any.
    fn no_annotations(&self, parent: ScopeId, function: &Scope) -> Symbols {
        let parent = &self.table.scopes[parent];
        let mut names = vec![(FORMAT.to_owned(), flag::PARAM | flag::USE | flag::PLACE_LOCAL)];
        if parent.kind == Kind::Class || parent.sees_class { names.push(("__classdict__".to_owned(), flag::USE | flag::PLACE_FREE)) }
        Symbols { name: ANNOTATE.to_owned(), kind: kind(Kind::Annotations), line: self.line(function), nested: function_like(parent), params: vec![FORMAT.to_owned()], names, children: Vec::new() }
    }
}

fn function_like(s: &Scope) -> bool { s.nested || s.kind.is_function() }

/// Names in the order in which they came.
#[derive(Default)]
struct Names { list: Vec<(String, u32)>, index: HashMap<String, usize> }

impl Names {
    fn get(&mut self, name: &str) -> Option<&mut u32> { self.index.get(name).map(|&i| &mut self.list[i].1) }
    fn add(&mut self, name: &str, flags: u32) {
        self.index.insert(name.to_owned(), self.list.len());
        self.list.push((name.to_owned(), flags));
    }
}

fn kind(kind: Kind) -> u8 {
    match kind {
        Kind::Function | Kind::Lambda | Kind::Comprehension | Kind::Generator => 0,
        Kind::Class => 1,
        Kind::Module => 2,
        Kind::Annotations => 3,
        Kind::TypeAlias => 4,
        Kind::TypeParams => 5,
        Kind::TypeVariable => 6,
    }
}

fn flags(s: &Scope, symbol: &symtable::Symbol) -> u32 {
    const FLAGS: [(u16, u32); 9] = [
        (def::LOCAL, flag::LOCAL), (def::PARAM, flag::PARAM), (def::USE, flag::USE), (def::GLOBAL, flag::GLOBAL), (def::NONLOCAL, flag::NONLOCAL),
        (def::ANNOT, flag::ANNOT), (def::IMPORT, flag::IMPORT), (def::COMP_ITER, flag::COMP_ITER), (def::TYPE_PARAM, flag::TYPE_PARAM),
    ];
    match symbol.name.as_str() {
        // The compiler makes these, and uses them otherwise than CPython says.
        CONDITIONAL if matches!(s.kind, Kind::Class | Kind::Module) => return flag::USE | flag::PLACE_GLOBAL,
        ".defaults" | ".kwdefaults" => return flag::PARAM | flag::PLACE_LOCAL,
        _ => {}
    }
    let place = match symbol.place {
        Place::Local => flag::PLACE_LOCAL,
        Place::Cell => flag::PLACE_CELL,
        Place::Free => flag::PLACE_FREE,
        Place::GlobalExplicit => flag::PLACE_GLOBAL_EXPLICIT,
        Place::GlobalImplicit => flag::PLACE_GLOBAL,
    };
    FLAGS.iter().filter(|(ours, _)| symbol.flags & ours != 0).fold(place, |all, (_, theirs)| all | theirs)
}
