//! Lowering: tree to instructions with labels, one file per kind of construct.
//!
//! Not here: scopes (`crate::symtable`), dataflow and byte offsets (`crate::assemble`).

mod assign;
mod block;
mod call;
mod class;
mod comprehension;
mod cond;
mod display;
mod exits;
mod expr;
mod fstring;
mod function;
mod generics;
mod import;
mod loops;
mod names;
mod pattern;
mod stmt;
mod subscript;
mod suspend;
pub(crate) mod unit;
mod with;

use std::collections::HashSet;
use std::sync::Arc;

use instar_code::{flags, CodeBlob, Const, Op, Position};
use instar_syntax::ast::{self, Expr};
use instar_syntax::{Lines, Ranged, TextRange};

use crate::error::R;
use crate::symtable::{Kind, ScopeId, Table, Tag};
use crate::{Mode, Options, Warning};
use unit::{Dst, Unit};

/// The compiler of one source text.
pub(crate) struct Compiler<'a> {
    pub(crate) source: &'a str,
    pub(crate) filename: &'a str,
    pub(crate) lines: &'a Lines,
    pub(crate) table: &'a Table,
    pub(crate) options: &'a Options,
    /// `from __future__ import annotations` is in force.
    pub(crate) future_annotations: bool,
    pub(crate) future_flags: u32,
    pub(crate) u: Unit<'a>,
    pub(crate) outer: Vec<Unit<'a>>,
    /// Range of the statement or expression being compiled, for errors.
    pub(crate) range: TextRange,
    /// Expressions known to be no constant.
    pub(crate) not_constant: HashSet<usize>,
    pub(crate) warnings: Vec<Warning>,
    /// Of a tree that was not parsed ([`crate::Tree`]): the constants its nodes refer to. There is no source then.
    pub(crate) constants: Option<&'a [Const]>,
}

/// Compiles a module, expression or interactive input.
pub(crate) fn lower<'a>(mut c: Compiler<'a>, root: &'a ast::Mod, mode: Mode) -> R<(CodeBlob, Vec<Warning>)> {
    c.u.flags = c.future_flags;
    c.u.interactive = mode == Mode::Single;
    if let Some(scope) = c.table.of(root, Tag::Body) { c.u.scope = scope; c.u.unit_scope = scope; }
    if c.table.scopes[c.u.scope].has_await && c.options.allow_top_level_await { c.u.flags |= flags::COROUTINE; }
    match root {
        ast::Mod::Module(m) => c.module(&m.body, mode)?,
        ast::Mod::Expression(e) => {
            c.prologue(e.range());
            let r = c.operand(&e.body)?;
            c.u.emit(Op::Return, r, 0, 0);
            c.epilogue();
        }
    }
    let blob = crate::assemble::assemble(c.u, c.filename)?;
    Ok((blob, c.warnings))
}

impl<'a> Compiler<'a> {
    fn module(&mut self, body: &'a [ast::Stmt], mode: Mode) -> R {
        self.prologue(TextRange::default());
        let scope = self.u.scope;
        let annotated = self.table.scopes[scope].has_annotations;
        match body.first() {
            Some(ast::Stmt::FunctionDef(f)) => { let head = self.head(f.range, &f.decorator_list); self.at(head) }
            Some(ast::Stmt::ClassDef(c)) => { let head = self.head(c.range, &c.decorator_list); self.at(head) }
            Some(first) => self.at(first.range()),
            None => {}
        }
        if annotated && self.future_annotations { self.u.emit(Op::SetupAnnotations, 0, 0, 0); }
        let (start, first) = (self.u.insts.len(), self.u.pos);
        if self.table.scopes[scope].conditional_annotations && !self.future_annotations { self.annotation_set()?; }
        let body = if mode == Mode::Exec { self.docstring(body)? } else { body };
        self.body(body)?;
        if annotated && !self.future_annotations {
            // Compiled when all of them are known, executed before the first statement: it may be asked for meanwhile.
            let end = self.u.insts.len();
            self.u.pos = first;
            self.class_annotations("__annotate__")?;
            self.u.move_to(end, start);
        }
        self.return_none();
        self.epilogue();
        Ok(())
    }

    /// Stores a leading docstring; the statements after it.
    pub(crate) fn docstring(&mut self, body: &'a [ast::Stmt]) -> R<&'a [ast::Stmt]> {
        let Some(ast::Stmt::Expr(e)) = body.first() else { return Ok(body) };
        let Expr::StringLiteral(text) = &*e.value else { return Ok(body) };
        if self.options.optimize < 2 {
            let c = self.docstring_constant(text)?;
            self.at(e.range);
            self.u.load_const(Dst::Temp, c);
            self.store_name_top("__doc__", e.range)?;
        }
        Ok(&body[1..])
    }

    /// Sets the position of the following instructions.
    pub(crate) fn at(&mut self, range: TextRange) {
        self.range = range;
        self.u.pos = self.position(range);
    }

    pub(crate) fn position(&self, range: TextRange) -> Position {
        let (line, column) = self.lines.locate(range.start());
        if self.options.no_columns { return Position { line: line as i32, end_line: line as i32, column: -1, end_column: -1 } }
        let (end_line, end_column) = self.lines.locate(range.end());
        Position { line: line as i32, end_line: end_line as i32, column: column as i32, end_column: end_column as i32 }
    }

    pub(crate) fn line_of(&self, range: TextRange) -> u32 { self.lines.locate(range.start()).0 }

    /// Position of instructions that belong to no source.
    pub(crate) fn nowhere(&mut self) { self.u.pos = Position { line: -1, end_line: -1, column: -1, end_column: -1 }; }

    /// Enters the code of a scope.
    pub(crate) fn enter(&mut self, scope: ScopeId, name: &str, first_line: u32) {
        let qualname = self.qualname(name);
        let mut u = Unit::new(self.table, scope, name, qualname, first_line);
        let s = &self.table.scopes[scope];
        u.class = self.u.class.clone();
        u.mangled = self.u.mangled.clone();
        u.flags = self.future_flags;
        if s.kind.is_function() { u.flags |= flags::OPTIMIZED | flags::NEWLOCALS; }
        if s.nested && s.kind.is_function() { u.flags |= flags::NESTED; }
        if s.is_method { u.flags |= flags::METHOD; }
        self.outer.push(std::mem::replace(&mut self.u, u));
    }

    /// Leaves the current code: its blob and the names it wants in its closure.
    pub(crate) fn leave_unit(&mut self) -> R<(Arc<CodeBlob>, Vec<String>)> {
        let Some(outer) = self.outer.pop() else { return crate::error::error(self.range, "compiler: no outer code") };
        let done = std::mem::replace(&mut self.u, outer);
        let free = self.table.scopes[done.unit_scope].free.iter().cloned().collect();
        Ok((Arc::new(crate::assemble::assemble(done, self.filename)?), free))
    }

    fn qualname(&self, name: &str) -> String {
        // The scope that is entered stands at the definition; annotation scopes of generics do not count.
        let mut parent = &self.u;
        let mut above = self.outer.iter().rev();
        while self.table.scopes[parent.unit_scope].kind == Kind::TypeParams {
            match above.next() { Some(p) => parent = p, None => break }
        }
        let mangled = self.mangle(name);
        if self.table.scopes[parent.unit_scope].kind == Kind::Module { return name.to_owned(); }
        if let Some(s) = self.table.scopes[parent.unit_scope].symbol(&mangled) && s.place == crate::symtable::Place::GlobalExplicit && !name.starts_with('<') { return name.to_owned(); }
        let locals = matches!(self.table.scopes[parent.unit_scope].kind, Kind::Function | Kind::Lambda);
        format!("{}{}.{name}", parent.qualname, if locals { ".<locals>" } else { "" })
    }

    /// First instructions of a code: closure, cells, generator object and its protection.
    pub(crate) fn prologue(&mut self, _range: TextRange) {
        let first = self.u.first_line as i32;
        self.nowhere();
        let free = self.u.slots.iter().filter(|s| s.kind == instar_code::LocalKind::Free).count();
        if free > 0 { self.u.emit(Op::CopyFreeVars, free as i32, 0, 0); }
        for i in 0..self.u.slots.len() {
            if self.u.slots[i].kind == instar_code::LocalKind::Cell { self.u.emit(Op::MakeCell, unit::local(i), 0, 0); }
        }
        let column = if self.options.no_columns { -1 } else { 0 };
        self.u.pos = Position { line: first, end_line: first, column, end_column: column };
        if self.u.flags & (flags::GENERATOR | flags::COROUTINE | flags::ASYNC_GENERATOR) != 0 {
            self.u.emit(Op::ReturnGenerator, 0, 0, 0);
            let label = self.u.label();
            self.u.protect(label, 0);
        }
    }

    /// End of a code: the handler that keeps StopIteration inside generators (PEP 479).
    pub(crate) fn epilogue(&mut self) {
        if self.u.flags & (flags::GENERATOR | flags::COROUTINE | flags::ASYNC_GENERATOR) == 0 { return; }
        self.u.handler = unit::NONE;
        let (label, _) = self.u.handlers[0];
        self.u.place_at(label, 1);
        self.nowhere();
        self.u.emit(Op::Intrinsic1, 0, 0, instar_code::Intrinsic1::StopIterationError as i32);
        self.u.emit(Op::Reraise, 0, 0, 0);
    }

    /// The return at the end of a code; it has no line of its own.
    pub(crate) fn return_none(&mut self) {
        self.nowhere();
        let k = self.u.constant(Const::None);
        self.u.emit(Op::ReturnConst, 0, k as i32, 0);
    }

    pub(crate) fn warn(&mut self, range: TextRange, message: String) {
        self.warnings.push(crate::Warning { of_tokenizer: false, ..crate::warning(range, message, self.source, self.lines) });
    }

    /// A name as it is looked up: private ones carry the class's name.
    pub(crate) fn mangle(&self, name: &str) -> String {
        let class = self.u.class.as_deref().filter(|_| self.u.mangled.as_ref().is_none_or(|only| only.contains(name)));
        crate::symtable::mangle(class, name)
    }
}
