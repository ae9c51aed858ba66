//! Syntax that an older minor version did not have (`ast.parse(..., feature_version=...)`).
//!
//! Not here: parsing as that version would.

use instar_syntax::ast::visitor::{walk_expr, walk_parameters, walk_stmt, walk_type_param, Visitor};
use instar_syntax::ast::{self, Expr, Mod, Operator, Stmt};
use instar_syntax::{Ranged, TextRange};

/// The first node that needs a newer version, with the message; inner nodes come before outer ones, as the parser finishes them.
pub fn too_new(text: &str, root: &Mod, version: i64) -> Option<(TextRange, String)> {
    if !(0..14).contains(&version) { return None }
    let mut found = Finder { text, version, first: None };
    match root {
        Mod::Module(m) => for s in &m.body { found.visit_stmt(s) },
        Mod::Expression(e) => found.visit_expr(&e.body),
    }
    found.first
}

struct Finder<'a> {
    text: &'a str,
    version: i64,
    first: Option<(TextRange, String)>,
}

impl Finder<'_> {
    fn needs(&mut self, version: i64, what: &str, range: TextRange) {
        if self.version < version && self.first.is_none() { self.first = Some((range, format!("{what} only supported in Python 3.{version} and greater"))) }
    }
    fn text(&self, range: TextRange) -> &str { self.text.get(range.start().to_usize()..range.end().to_usize()).unwrap_or("") }
}

impl<'a> Visitor<'a> for Finder<'_> {
    fn visit_stmt(&mut self, s: &'a Stmt) {
        walk_stmt(self, s);
        let range = s.range();
        match s {
            Stmt::FunctionDef(f) if f.is_async => self.needs(5, "Async functions are", range),
            Stmt::For(f) if f.is_async => self.needs(5, "Async for loops are", range),
            Stmt::With(w) if w.is_async => self.needs(5, "Async with statements are", range),
            Stmt::AnnAssign(_) => self.needs(6, "Variable annotation syntax is", range),
            Stmt::AugAssign(a) if a.op == Operator::MatMult => self.needs(5, "The '@' operator is", range),
            Stmt::Match(_) => self.needs(10, "Pattern matching is", range),
            Stmt::Try(t) if t.is_star => self.needs(11, "Exception groups are", range),
            Stmt::TypeAlias(_) => self.needs(12, "Type statement is", range),
            _ => {}
        }
        if let Stmt::Try(t) = s {
            for ast::ExceptHandler::ExceptHandler(h) in &t.handlers {
                if let Some(Expr::Tuple(x)) = h.type_.as_deref() && !x.parenthesized { self.needs(14, "except expressions without parentheses are", x.range) }
            }
        }
        let params = match s { Stmt::FunctionDef(f) => &f.type_params, Stmt::ClassDef(c) => &c.type_params, _ => &None };
        if let Some(p) = params { self.needs(12, "Type parameter lists are", p.range) }
    }

    fn visit_type_param(&mut self, p: &'a ast::TypeParam) {
        walk_type_param(self, p);
        if p.default().is_some() { self.needs(13, "Type parameter defaults are", p.range()) }
    }

    fn visit_parameters(&mut self, p: &'a ast::Parameters) {
        walk_parameters(self, p);
        if !p.posonlyargs.is_empty() { self.needs(8, "Positional-only parameters are", p.range) }
    }

    fn visit_comprehension(&mut self, c: &'a ast::Comprehension) {
        ast::visitor::walk_comprehension(self, c);
        if c.is_async { self.needs(6, "Async comprehensions are", c.range) }
    }

    fn visit_expr(&mut self, e: &'a Expr) {
        walk_expr(self, e);
        let range = e.range();
        match e {
            Expr::Await(_) => self.needs(5, "Await expressions are", range),
            Expr::Named(_) => self.needs(8, "Assignment expressions are", range),
            Expr::BinOp(b) if b.op == Operator::MatMult => self.needs(5, "The '@' operator is", range),
            Expr::TString(_) => self.needs(14, "t-strings are", range),
            Expr::NumberLiteral(_) if self.text(range).contains('_') => self.needs(6, "Underscores in numeric literals are", range),
            _ => {}
        }
    }
}
