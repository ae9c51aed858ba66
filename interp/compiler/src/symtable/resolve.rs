//! Second pass: decides for every name whether it is local, in a cell, free or global.
//!
//! Not here: collecting definitions (`build.rs`).

use super::{def, Kind, Place, ScopeId, Table};
use crate::error::{error, R};

/// Resolves all names of all scopes.
pub(super) fn resolve(table: &mut Table) -> R {
    inline(table);
    for scope in 0..table.scopes.len() {
        for i in 0..table.scopes[scope].symbols.len() {
            let place = place(table, scope, i)?;
            let symbol = &mut table.scopes[scope].symbols[i];
            // A later scope may have made it a cell already.
            if !(symbol.place == Place::Cell && place == Place::Local) { symbol.place = place; }
        }
    }
    Ok(())
}

/// PEP 709: comprehensions other than generator expressions become part of their parent, except in annotation scopes of classes.
fn inline(table: &mut Table) {
    for scope in 0..table.scopes.len() {
        let Some(parent) = table.scopes[scope].parent else { continue };
        table.scopes[scope].inlined = table.scopes[scope].kind == Kind::Comprehension && !table.scopes[parent].sees_class;
    }
}

fn place(table: &mut Table, scope: ScopeId, i: usize) -> R<Place> {
    let s = &table.scopes[scope];
    let (flags, range) = (s.symbols[i].flags, s.symbols[i].range);
    let name = s.symbols[i].name.clone();
    if flags & def::GLOBAL != 0 { return Ok(Place::GlobalExplicit); }
    if flags & def::NONLOCAL == 0 && flags & def::BOUND != 0 {
        return Ok(Place::Local);
    }
    // Annotation scopes look into their class first: a name bound there is found at run time.
    if s.sees_class && flags & def::NONLOCAL == 0 {
        if let Some(class) = class_of(table, scope) {
            let class_flags = table.scopes[class].flags(&name);
            if class_flags & def::GLOBAL != 0 { return Ok(Place::GlobalExplicit); }
            if class_flags & def::BOUND != 0 && class_flags & def::NONLOCAL == 0 && !matches!(name.as_str(), "__class__" | "__classdict__" | "__conditional_annotations__") {
                // An intermediate annotation scope may bind it nearer.
                if binder(table, scope, &name, Some(class)).is_none() { return Ok(Place::GlobalImplicit); }
            }
        }
    }
    match binder(table, scope, &name, None) {
        Some(found) => {
            if flags & def::NONLOCAL != 0 && table.scopes[found].flags(&name) & def::TYPE_PARAM != 0 {
                return error(range, format!("nonlocal binding not allowed for type parameter '{name}'"));
            }
            capture(table, scope, found, &name);
            Ok(Place::Free)
        }
        None if flags & def::NONLOCAL != 0 => error(range, format!("no binding for nonlocal '{name}' found")),
        None => Ok(Place::GlobalImplicit),
    }
}

/// The class whose names an annotation scope sees.
fn class_of(table: &Table, mut scope: ScopeId) -> Option<ScopeId> {
    while let Some(parent) = table.scopes[scope].parent {
        if table.scopes[parent].kind == Kind::Class { return Some(parent); }
        if !table.scopes[parent].sees_class { return None; }
        scope = parent;
    }
    None
}

/// The enclosing scope that binds a name, looking up to (not beyond) `stop`.
fn binder(table: &Table, scope: ScopeId, name: &str, stop: Option<ScopeId>) -> Option<ScopeId> {
    let mut at = table.scopes[scope].parent;
    while let Some(p) = at {
        if Some(p) == stop { return None; }
        let s = &table.scopes[p];
        match s.kind {
            Kind::Module => return None,
            Kind::Class => {
                let implicit = match name {
                    "__class__" => true,
                    "__classdict__" => true,
                    "__conditional_annotations__" => s.conditional_annotations,
                    _ => false,
                };
                if implicit { return Some(p); }
            }
            _ => {
                let flags = s.flags(name);
                if flags & def::GLOBAL != 0 { return None; }
                if flags & def::BOUND != 0 && flags & def::NONLOCAL == 0 { return Some(p); }
            }
        }
        at = s.parent;
    }
    None
}

/// Makes the binder's name a cell and a free variable of every code between, unless all is one code.
fn capture(table: &mut Table, scope: ScopeId, found: ScopeId, name: &str) {
    let owner = table.unit(found);
    let mut unit = table.unit(scope);
    if unit == owner { return; }
    let class = table.scopes[found].kind == Kind::Class;
    // These are no variables of the class body: a name bound there stays in its namespace.
    match name {
        "__class__" if class => table.scopes[found].needs_class_cell = true,
        "__classdict__" if class => table.scopes[found].needs_classdict = true,
        _ => if let Some(&i) = table.scopes[found].index.get(name) { table.scopes[found].symbols[i].place = Place::Cell },
    }
    while unit != owner {
        table.scopes[unit].free.insert(name.to_owned());
        match table.scopes[unit].parent { Some(p) => unit = table.unit(p), None => break }
    }
}
