//! Functions and lambdas: parameters, defaults, annotations, closures, decorators.
//!
//! Not here: type parameters (`generics.rs`), classes (`class.rs`).

use std::sync::Arc;

use instar_code::{flags, CodeBlob, Compare, Const, Op};
use instar_syntax::ast::{self, Expr};
use instar_syntax::{Ranged, TextRange};

use super::unit::{local, Dst};
use super::Compiler;
use crate::error::{error, R};
use crate::fold::text;
use crate::symtable::{ScopeId, Tag};

impl<'a> Compiler<'a> {
    pub(crate) fn function_def(&mut self, f: &'a ast::StmtFunctionDef) -> R {
        let head = self.head(f.range, &f.decorator_list);
        let first_line = f.decorator_list.first().map_or(self.line_of(head), |d| self.line_of(d.range));
        if f.decorator_list.len() > 30_000 { return error(f.range, "too many decorators"); }
        for d in &f.decorator_list { self.push(&d.expression)?; }
        self.at(head);
        match &f.type_params {
            None => {
                let defaults = self.has_defaults(&f.parameters);
                self.function_with(f, first_line, |c| c.defaults(&f.parameters, defaults))?;
            }
            Some(t) => self.generic_function(f, t, first_line)?,
        }
        for d in f.decorator_list.iter().rev() {
            self.at(d.expression.range());
            let base = self.u.depth as i32 - 2;
            self.u.emit_to(Dst::Temp, Op::Call, base, 1);
        }
        self.at(head);
        self.store_name_top(&f.name, head)
    }

    /// Range of a `def` or `class` statement without its decorators.
    pub(crate) fn head(&self, range: TextRange, decorators: &[ast::Decorator]) -> TextRange {
        if self.constants.is_some() { range } else { instar_syntax::head(self.source, instar_syntax::block(self.source, range), decorators) }
    }

    /// Makes the function object; `attributes` pushes and sets defaults on it.
    pub(crate) fn function_with(&mut self, f: &'a ast::StmtFunctionDef, first_line: u32, attributes: impl FnOnce(&mut Self) -> R) -> R {
        let head = self.range;
        let annotate = match self.table.of(f, Tag::Annotations) {
            Some(scope) => Some(self.function_annotate(f, scope)?),
            None => None,
        };
        let Some(scope) = self.table.of(f, Tag::Body) else { return error(f.range, "compiler: function without scope") };
        self.enter(scope, &f.name, first_line);
        self.parameters(&f.parameters)?;
        let s = &self.table.scopes[scope];
        self.u.flags |= match (f.is_async, s.has_yield) {
            (true, true) => flags::ASYNC_GENERATOR,
            (true, false) => flags::COROUTINE,
            (false, true) => flags::GENERATOR,
            (false, false) => 0,
        };
        self.prologue(f.range);
        let body = self.function_docstring(&f.body)?;
        self.body(body)?;
        self.return_none();
        self.epilogue();
        let (blob, free) = self.leave_unit()?;
        self.at(head);
        self.make_function(blob, &free)?;
        attributes(self)?;
        if let Some((blob, free)) = annotate {
            self.make_function(blob, &free)?;
            let t = self.u.top();
            self.u.emit(Op::SetFunctionAttr, t - 1, t, 16);
        }
        Ok(())
    }

    fn function_docstring(&mut self, body: &'a [ast::Stmt]) -> R<&'a [ast::Stmt]> {
        let Some(ast::Stmt::Expr(e)) = body.first() else { return Ok(body) };
        let Expr::StringLiteral(literal) = &*e.value else { return Ok(body) };
        if self.options.optimize < 2 {
            let c = self.docstring_constant(literal)?;
            // By convention constant 0 of a code with the flag.
            if self.u.consts.is_empty() {
                self.u.constant(c);
            }
            self.u.flags |= flags::HAS_DOCSTRING;
        }
        Ok(&body[1..])
    }

    pub(crate) fn parameters(&mut self, p: &'a ast::Parameters) -> R {
        self.u.counts = [(p.posonlyargs.len() + p.args.len()) as u32, p.posonlyargs.len() as u32, p.kwonlyargs.len() as u32];
        if p.vararg.is_some() { self.u.flags |= flags::VARARGS; }
        if p.kwarg.is_some() { self.u.flags |= flags::VARKEYWORDS; }
        self.u.first_arg = p.posonlyargs.iter().chain(&p.args).next().map(|a| self.mangle(&a.parameter.name));
        for a in p.iter() { self.forbidden(a.name(), a.name().range)?; }
        Ok(())
    }

    pub(crate) fn has_defaults(&self, p: &ast::Parameters) -> (bool, bool) {
        (p.posonlyargs.iter().chain(&p.args).any(|a| a.default.is_some()), p.kwonlyargs.iter().any(|a| a.default.is_some()))
    }

    /// Sets defaults and keyword defaults on the function on top.
    pub(crate) fn defaults(&mut self, p: &'a ast::Parameters, (positional, keyword): (bool, bool)) -> R {
        let t = self.u.top();
        if positional {
            self.push_defaults(p)?;
            self.u.emit(Op::SetFunctionAttr, t, t + 1, 1);
        }
        if keyword {
            self.push_kwdefaults(p)?;
            self.u.emit(Op::SetFunctionAttr, t, t + 1, 2);
        }
        Ok(())
    }

    /// Pushes the tuple of positional defaults.
    pub(crate) fn push_defaults(&mut self, p: &'a ast::Parameters) -> R {
        let pos = self.u.pos;
        let defaults: Vec<&'a Expr> = p.posonlyargs.iter().chain(&p.args).filter_map(|a| a.default.as_deref()).collect();
        let mut constants = Vec::new();
        for d in &defaults { match self.fold(d)? { Some(c) => constants.push(c), None => break } }
        if constants.len() == defaults.len() {
            self.u.load_const(Dst::Temp, Const::Tuple(constants));
        } else if defaults.len() <= super::unit::MANY {
            let base = self.u.depth as i32;
            for d in &defaults { self.push(d)?; }
            self.u.pos = pos;
            self.u.emit_to(Dst::Temp, Op::BuildTuple, base, defaults.len() as i32);
        } else {
            let list = self.u.depth as i32;
            self.u.emit_to(Dst::Temp, Op::BuildList, list, 0);
            for d in &defaults {
                let r = self.operand(d)?;
                self.u.emit(Op::ListAppend, list, r, 0);
            }
            self.u.pos = pos;
            self.u.emit_to(Dst::Temp, Op::ListToTuple, list, 0);
        }
        self.u.pos = pos;
        Ok(())
    }

    /// Pushes the dict of keyword defaults.
    pub(crate) fn push_kwdefaults(&mut self, p: &'a ast::Parameters) -> R {
        let pos = self.u.pos;
        let dict = self.u.depth as i32;
        self.u.emit_to(Dst::Temp, Op::BuildMap, dict, 0);
        for a in &p.kwonlyargs {
            let Some(d) = &a.default else { continue };
            let name = self.mangle(&a.parameter.name);
            self.u.load_const(Dst::Temp, text(&name));
            let value = self.operand(d)?;
            self.u.pos = pos;
            self.u.emit(Op::MapAdd, dict, dict + 1, value);
        }
        Ok(())
    }

    /// Pushes a function made from a code, with its closure.
    pub(crate) fn make_function(&mut self, blob: Arc<CodeBlob>, free: &[String]) -> R {
        let k = self.u.code_constant(Const::Code(blob));
        self.u.emit_to(Dst::Temp, Op::MakeFunction, k as i32, 0);
        if free.is_empty() { return Ok(()); }
        let base = self.u.depth as i32;
        let many = free.len() > super::unit::MANY;
        if many { self.u.emit_to(Dst::Temp, Op::BuildList, base, 0); }
        for name in free {
            let Some(i) = self.u.cell_for(self.table, name) else { return error(self.range, format!("compiler: no cell for '{name}'")) };
            self.u.emit_to(Dst::Temp, Op::Move, local(i), 0);
            if many { self.u.emit(Op::ListAppend, base, base + 1, 0); }
        }
        if many { self.u.emit_to(Dst::Temp, Op::ListToTuple, base, 0); } else { self.u.emit_to(Dst::Temp, Op::BuildTuple, base, free.len() as i32); }
        self.u.emit(Op::SetFunctionAttr, base - 1, base, 8);
        Ok(())
    }

    pub(crate) fn lambda(&mut self, x: &'a ast::ExprLambda) -> R {
        let Some(scope) = self.table.of(x, Tag::Body) else { return error(x.range, "compiler: lambda without scope") };
        let line = self.line_of(x.range);
        self.enter(scope, "<lambda>", line);
        if let Some(p) = &x.parameters { self.parameters(p)?; }
        if self.table.scopes[scope].has_yield { self.u.flags |= flags::GENERATOR; }
        self.prologue(x.range);
        let constant = self.fold(&x.body)?;
        self.at(x.body.range());
        match constant {
            Some(c) => { let k = self.u.constant(c); self.u.emit(Op::ReturnConst, 0, k as i32, 0); }
            None => { let r = self.operand(&x.body)?; self.at(x.body.range()); self.u.emit(Op::Return, r, 0, 0); }
        }
        self.epilogue();
        let (blob, free) = self.leave_unit()?;
        self.at(x.range);
        self.make_function(blob, &free)?;
        if let Some(p) = &x.parameters { let d = self.has_defaults(p); self.defaults(p, d)?; }
        Ok(())
    }

    /// First instructions of a function that computes annotations or type parameters: only format VALUE and VALUE_WITH_FAKE_GLOBALS.
    pub(crate) fn format_check(&mut self) -> R {
        let (go, param) = (self.u.label(), local(0));
        self.u.counts = [1, 1, 0];
        let two = self.u.constant(Const::Int(2));
        self.u.emit_jump(Op::CompareJumpK, param, two as i32, go).cache = Compare::Le as u64 | 1 << 16;
        let n = self.u.name_of("NotImplementedError");
        self.u.emit_to(Dst::Temp, Op::LoadGlobal, n as i32, 0);
        self.u.emit(Op::Raise, 0, 0, 0);
        self.u.place_at(go, 0);
        Ok(())
    }

    fn function_annotate(&mut self, f: &'a ast::StmtFunctionDef, scope: ScopeId) -> R<(Arc<CodeBlob>, Vec<String>)> {
        let head = self.range;
        let line = self.line_of(head);
        let qualname = self.qualname(&f.name);
        self.enter(scope, "__annotate__", line);
        self.u.qualname = qualname + ".__annotate__";
        self.prologue(f.range);
        self.at(head);
        self.format_check()?;
        let dict = self.u.depth as i32;
        self.u.emit_to(Dst::Temp, Op::BuildMap, dict, 0);
        for (name, e) in annotations(f) {
            let name = self.mangle(name);
            self.at(e.range());
            self.u.load_const(Dst::Temp, text(&name));
            let value = self.annotation_value(e)?;
            self.u.emit(Op::MapAdd, dict, dict + 1, value);
        }
        self.u.emit(Op::Return, dict, 0, 0);
        let done = self.leave_unit()?;
        self.at(head);
        Ok(done)
    }

    /// Value of an annotation, which under `from __future__ import annotations` is its text; `*args: *Ts` unpacks.
    pub(crate) fn annotation_value(&mut self, e: &'a Expr) -> R<super::unit::Reg> {
        match e {
            e if self.future_annotations => {
                let text = self.annotation_text(e);
                self.u.load_const(Dst::Temp, text);
                Ok(self.u.top())
            }
            Expr::Starred(s) => {
                let r = self.operand(&s.value)?;
                self.at(e.range());
                self.u.emit_temp(Op::UnpackSequence, r, 1);
                Ok(self.u.top())
            }
            e => self.operand(e),
        }
    }

    /// Source of an annotation as its string.
    pub(crate) fn annotation_text(&mut self, e: &'a Expr) -> Const { text(&crate::unparse::unparse(self.source, e)) }
}

/// Annotated parameters in CPython's order, then the return annotation.
fn annotations(f: &ast::StmtFunctionDef) -> impl Iterator<Item = (&str, &Expr)> {
    let p = &f.parameters;
    p.posonlyargs.iter().chain(&p.args).map(|a| &a.parameter)
        .chain(p.vararg.as_deref()).chain(p.kwonlyargs.iter().map(|a| &a.parameter)).chain(p.kwarg.as_deref())
        .filter_map(|a| a.annotation.as_deref().map(|e| (a.name.as_str(), e)))
        .chain(f.returns.as_deref().map(|e| ("return", e)))
}
