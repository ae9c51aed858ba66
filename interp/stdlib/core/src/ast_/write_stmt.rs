//! Nodes of statements, handlers, type parameters and patterns.
//!
//! Not here: expressions (`write_expr.rs`).

use instar_syntax::ast::{self, ElifElseClause, Pattern, Stmt};
use instar_syntax::{block, head, Ranged, TextRange, TextSize};
use instar_vm::{Owned, PyResult, Vm};

use super::write::Writer;

/// Where the first statement of a body starts.
fn body_start(body: &[Stmt], end: TextSize) -> TextSize { body.first().map_or(end, |s| s.range().start()) }

impl Writer<'_> {
    pub fn suite(&mut self, vm: &mut Vm, body: &[Stmt]) -> PyResult {
        let mut nodes = Vec::new();
        for s in body { nodes.push(self.stmt(vm, s)?) }
        self.list(vm, nodes)
    }

    fn stmt(&mut self, vm: &mut Vm, s: &Stmt) -> PyResult {
        vm.check_native_stack(" during  ast construction")?;
        let range = match s {
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) | Stmt::For(_) | Stmt::While(_) | Stmt::If(_) | Stmt::With(_) | Stmt::Match(_) | Stmt::Try(_) => block(self.text, s.range()),
            _ => s.range(),
        };
        match s {
            Stmt::FunctionDef(f) => self.function(vm, f),
            Stmt::ClassDef(c) => self.class(vm, c),
            Stmt::Return(r) => { let v = self.optional(vm, r.value.as_deref())?; self.node(vm, "Return", range, [v]) }
            Stmt::Delete(d) => { let t = self.exprs(vm, &d.targets)?; self.node(vm, "Delete", range, [t]) }
            Stmt::Assign(a) => {
                let targets = self.exprs(vm, &a.targets)?;
                let value = self.expr(vm, &a.value)?;
                let end = self.line_end(range.end());
                let comment = self.comment(vm, range.end(), end, 0)?;
                self.node(vm, "Assign", range, [targets, value, comment])
            }
            Stmt::TypeAlias(t) => {
                let name = self.expr(vm, &t.name)?;
                let params = self.type_params(vm, t.type_params.as_deref())?;
                let value = self.expr(vm, &t.value)?;
                self.node(vm, "TypeAlias", range, [name, params, value])
            }
            Stmt::AugAssign(a) => {
                let target = self.expr(vm, &a.target)?;
                let op = self.operator(vm, a.op)?;
                let value = self.expr(vm, &a.value)?;
                self.node(vm, "AugAssign", range, [target, op, value])
            }
            Stmt::AnnAssign(a) => {
                let target = self.expr(vm, &a.target)?;
                let annotation = self.expr(vm, &a.annotation)?;
                let value = self.optional(vm, a.value.as_deref())?;
                let simple = vm.new_int(i64::from(a.simple))?;
                self.node(vm, "AnnAssign", range, [target, annotation, value, simple])
            }
            Stmt::For(f) => {
                let target = self.expr(vm, &f.target)?;
                let iter = self.expr(vm, &f.iter)?;
                let comment = self.comment(vm, f.iter.range().end(), body_start(&f.body, range.end()), 0)?;
                let body = self.suite(vm, &f.body)?;
                let orelse = self.suite(vm, &f.orelse)?;
                self.node(vm, if f.is_async { "AsyncFor" } else { "For" }, range, [target, iter, body, orelse, comment])
            }
            Stmt::While(w) => {
                let (test, body) = (self.expr(vm, &w.test)?, self.suite(vm, &w.body)?);
                let orelse = self.suite(vm, &w.orelse)?;
                self.node(vm, "While", range, [test, body, orelse])
            }
            Stmt::If(i) => {
                let (test, body) = (self.expr(vm, &i.test)?, self.suite(vm, &i.body)?);
                let orelse = self.elifs(vm, &i.elif_else_clauses, range.end())?;
                self.node(vm, "If", range, [test, body, orelse])
            }
            Stmt::With(w) => {
                let mut items = Vec::new();
                for item in &w.items {
                    let context = self.expr(vm, &item.context_expr)?;
                    let vars = self.optional(vm, item.optional_vars.as_deref())?;
                    items.push(self.bare(vm, "withitem", [context, vars])?);
                }
                let items = self.list(vm, items)?;
                let from = w.items.last().map_or(range.start(), |i| i.range.end());
                let comment = self.comment(vm, from, body_start(&w.body, range.end()), 0)?;
                let body = self.suite(vm, &w.body)?;
                self.node(vm, if w.is_async { "AsyncWith" } else { "With" }, range, [items, body, comment])
            }
            Stmt::Match(m) => {
                let subject = self.expr(vm, &m.subject)?;
                let mut cases = Vec::new();
                for c in &m.cases {
                    let pattern = self.pattern(vm, &c.pattern)?;
                    let guard = self.optional(vm, c.guard.as_deref())?;
                    let body = self.suite(vm, &c.body)?;
                    cases.push(self.bare(vm, "match_case", [pattern, guard, body])?);
                }
                let cases = self.list(vm, cases)?;
                self.node(vm, "Match", range, [subject, cases])
            }
            Stmt::Raise(r) => {
                let (exc, cause) = (self.optional(vm, r.exc.as_deref())?, self.optional(vm, r.cause.as_deref())?);
                self.node(vm, "Raise", range, [exc, cause])
            }
            Stmt::Try(t) => self.try_statement(vm, t, range),
            Stmt::Assert(a) => {
                let (test, msg) = (self.expr(vm, &a.test)?, self.optional(vm, a.msg.as_deref())?);
                self.node(vm, "Assert", range, [test, msg])
            }
            Stmt::Import(i) => { let names = self.aliases(vm, &i.names)?; self.node(vm, "Import", range, [names]) }
            Stmt::ImportFrom(i) => {
                let module = self.optional_identifier(vm, i.module.as_ref())?;
                let names = self.aliases(vm, &i.names)?;
                let level = vm.new_int(i64::from(i.level))?;
                self.node(vm, "ImportFrom", range, [module, names, level])
            }
            Stmt::Global(g) => { let names = self.identifiers(vm, &g.names)?; self.node(vm, "Global", range, [names]) }
            Stmt::Nonlocal(n) => { let names = self.identifiers(vm, &n.names)?; self.node(vm, "Nonlocal", range, [names]) }
            Stmt::Expr(e) => { let value = self.expr(vm, &e.value)?; self.node(vm, "Expr", range, [value]) }
            Stmt::Pass(_) => self.node(vm, "Pass", range, []),
            Stmt::Break(_) => self.node(vm, "Break", range, []),
            Stmt::Continue(_) => self.node(vm, "Continue", range, []),
            Stmt::IpyEscapeCommand(_) => Err(self.error(vm, range, "invalid syntax")),
        }
    }

    fn line_end(&self, at: TextSize) -> TextSize {
        let at = at.to_usize();
        let rest = self.text.get(at..).unwrap_or("");
        TextSize::new((at + rest.find(['\n', '\r']).unwrap_or(rest.len())) as u32)
    }

    /// `elif` is an `if` in the `else` of the one before it, up to the end of all.
    fn elifs(&mut self, vm: &mut Vm, clauses: &[ElifElseClause], end: TextSize) -> PyResult {
        let mut orelse = self.list(vm, Vec::new())?;
        for clause in clauses.iter().rev() {
            let body = self.suite(vm, &clause.body)?;
            let Some(test) = &clause.test else { orelse = body; continue };
            let test = self.expr(vm, test)?;
            let node = self.node(vm, "If", TextRange::new(clause.range.start(), end), [test, body, orelse])?;
            orelse = self.list(vm, vec![node])?;
        }
        Ok(orelse)
    }

    fn function(&mut self, vm: &mut Vm, f: &ast::StmtFunctionDef) -> PyResult {
        let range = head(self.text, block(self.text, f.range), &f.decorator_list);
        let name = self.identifier(vm, &f.name)?;
        let params = self.type_params(vm, f.type_params.as_deref())?;
        let args = self.arguments(vm, &f.parameters)?;
        let returns = self.optional(vm, f.returns.as_deref())?;
        let from = f.returns.as_ref().map_or(f.parameters.range.end(), |r| r.range().end());
        let to = body_start(&f.body, range.end());
        let comment = self.comment(vm, from, to, 1)?;
        if self.comments.as_mut().is_some_and(|c| c.take(from, to, 1).is_some()) { return Err(self.error(vm, f.name.range, "Cannot have two type comments on def")) }
        let body = self.suite(vm, &f.body)?;
        let decorators = self.exprs(vm, f.decorator_list.iter().map(|d| &d.expression))?;
        self.node(vm, if f.is_async { "AsyncFunctionDef" } else { "FunctionDef" }, range, [name, args, body, decorators, returns, comment, params])
    }

    fn class(&mut self, vm: &mut Vm, c: &ast::StmtClassDef) -> PyResult {
        let range = head(self.text, block(self.text, c.range), &c.decorator_list);
        let name = self.identifier(vm, &c.name)?;
        let params = self.type_params(vm, c.type_params.as_deref())?;
        let (bases, keywords) = match &c.arguments {
            Some(a) => (self.exprs(vm, &a.args)?, self.keywords(vm, &a.keywords)?),
            None => (self.list(vm, Vec::new())?, self.list(vm, Vec::new())?),
        };
        let body = self.suite(vm, &c.body)?;
        let decorators = self.exprs(vm, c.decorator_list.iter().map(|d| &d.expression))?;
        self.node(vm, "ClassDef", range, [name, bases, keywords, body, decorators, params])
    }

    fn try_statement(&mut self, vm: &mut Vm, t: &ast::StmtTry, range: TextRange) -> PyResult {
        let body = self.suite(vm, &t.body)?;
        let mut handlers = Vec::new();
        for ast::ExceptHandler::ExceptHandler(h) in &t.handlers {
            let ty = self.optional(vm, h.type_.as_deref())?;
            let name = self.optional_identifier(vm, h.name.as_ref())?;
            let body = self.suite(vm, &h.body)?;
            handlers.push(self.node(vm, "ExceptHandler", block(self.text, h.range), [ty, name, body])?);
        }
        let handlers = self.list(vm, handlers)?;
        let (orelse, finalbody) = (self.suite(vm, &t.orelse)?, self.suite(vm, &t.finalbody)?);
        self.node(vm, if t.is_star { "TryStar" } else { "Try" }, range, [body, handlers, orelse, finalbody])
    }

    fn aliases(&mut self, vm: &mut Vm, names: &[ast::Alias]) -> PyResult {
        let mut nodes = Vec::new();
        for a in names {
            let name = self.identifier(vm, &a.name)?;
            let asname = self.optional_identifier(vm, a.asname.as_ref())?;
            nodes.push(self.node(vm, "alias", a.range, [name, asname])?);
        }
        self.list(vm, nodes)
    }

    fn type_params(&mut self, vm: &mut Vm, params: Option<&ast::TypeParams>) -> PyResult {
        let mut nodes = Vec::new();
        for p in params.map(|p| &p.type_params[..]).unwrap_or_default() {
            let name = self.identifier(vm, p.name())?;
            let default = self.optional(vm, p.default())?;
            nodes.push(match p {
                ast::TypeParam::TypeVar(t) => { let bound = self.optional(vm, t.bound.as_deref())?; self.node(vm, "TypeVar", t.range, [name, bound, default])? }
                ast::TypeParam::ParamSpec(t) => self.node(vm, "ParamSpec", t.range, [name, default])?,
                ast::TypeParam::TypeVarTuple(t) => self.node(vm, "TypeVarTuple", t.range, [name, default])?,
            });
        }
        self.list(vm, nodes)
    }

    fn patterns(&mut self, vm: &mut Vm, patterns: &[Pattern]) -> PyResult {
        let mut nodes = Vec::new();
        for p in patterns { nodes.push(self.pattern(vm, p)?) }
        self.list(vm, nodes)
    }

    fn pattern(&mut self, vm: &mut Vm, p: &Pattern) -> PyResult {
        vm.check_native_stack(" during  ast construction")?;
        let range = p.range();
        match p {
            Pattern::MatchValue(v) => { let value = self.expr(vm, &v.value)?; self.node(vm, "MatchValue", range, [value]) }
            Pattern::MatchSingleton(s) => {
                let value: Owned = match s.value { ast::Singleton::None => vm.none(), ast::Singleton::True => vm.bool(true), ast::Singleton::False => vm.bool(false) };
                self.node(vm, "MatchSingleton", range, [value])
            }
            Pattern::MatchSequence(s) => { let p = self.patterns(vm, &s.patterns)?; self.node(vm, "MatchSequence", range, [p]) }
            Pattern::MatchMapping(m) => {
                let (keys, patterns) = (self.exprs(vm, &m.keys)?, self.patterns(vm, &m.patterns)?);
                let rest = self.optional_identifier(vm, m.rest.as_ref())?;
                self.node(vm, "MatchMapping", range, [keys, patterns, rest])
            }
            Pattern::MatchClass(c) => {
                let cls = self.expr(vm, &c.cls)?;
                let patterns = self.patterns(vm, &c.arguments.patterns)?;
                let attrs = self.identifiers(vm, c.arguments.keywords.iter().map(|k| &k.attr))?;
                let mut values = Vec::new();
                for k in &c.arguments.keywords { values.push(self.pattern(vm, &k.pattern)?) }
                let values = self.list(vm, values)?;
                self.node(vm, "MatchClass", range, [cls, patterns, attrs, values])
            }
            Pattern::MatchStar(s) => { let name = self.optional_identifier(vm, s.name.as_ref())?; self.node(vm, "MatchStar", range, [name]) }
            Pattern::MatchAs(a) => {
                let pattern = match &a.pattern { Some(p) => self.pattern(vm, p)?, None => vm.none() };
                let name = self.optional_identifier(vm, a.name.as_ref())?;
                self.node(vm, "MatchAs", range, [pattern, name])
            }
            Pattern::MatchOr(o) => { let p = self.patterns(vm, &o.patterns)?; self.node(vm, "MatchOr", range, [p]) }
        }
    }
}
