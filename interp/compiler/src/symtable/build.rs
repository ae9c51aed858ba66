//! First pass: one scope per code or comprehension, with every definition and use of a name.
//!
//! Not here: deciding where names live (`resolve.rs`).

use std::collections::HashSet;

use instar_syntax::ast::{self, Expr, Stmt};
use instar_syntax::{Ranged, TextRange};

use super::{address, def, mangle, resolve, Kind, Place, Scope, ScopeId, Symbol, Table, Tag};
use crate::error::{error, R};

/// Builds and resolves the table of a module (or an expression, `body` empty then).
pub(crate) fn build(root: &ast::Mod, future_annotations: bool) -> R<Table> {
    let mut b = Builder { table: Table::default(), current: 0, class: None, mangled: None, future_annotations, conditional: false, unevaluated: false, loop_iter: false, blocks: 0, full: None, over: None, overfull: None, variable: "" };
    b.enter_at((address(root), Tag::Body), Kind::Module, "<module>");
    match root {
        ast::Mod::Module(m) => b.body(&m.body)?,
        ast::Mod::Expression(e) => b.expr(&e.body)?,
    }
    b.too_many_blocks(false);
    let mut table = b.table;
    declare_globals(&mut table);
    resolve::resolve(&mut table)?;
    match b.overfull { Some(range) => error(range, TOO_MANY_BLOCKS), None => Ok(table) }
}

/// A name that any scope declares global is declared so in the module too: its own code then stores it among the globals, even if
/// `exec` gave it another namespace.
fn declare_globals(table: &mut Table) {
    let declared: Vec<(String, TextRange)> = table.scopes.iter().skip(1).flat_map(|s| &s.symbols)
        .filter(|s| s.flags & def::GLOBAL != 0).map(|s| (s.name.clone(), s.range)).collect();
    let Some(module) = table.scopes.first_mut() else { return };
    for (name, range) in declared {
        let next = module.symbols.len();
        let i = *module.index.entry(name.clone()).or_insert(next);
        match module.symbols.get_mut(i) {
            Some(symbol) => symbol.flags |= def::GLOBAL,
            None => module.symbols.push(Symbol { name, flags: def::GLOBAL, place: Place::Local, range }),
        }
    }
}

/// Most blocks (loops, `with` items, `try` parts, inlined comprehensions) open at once in one code object, as in CPython.
const MOST_BLOCKS: usize = 21;
const TOO_MANY_BLOCKS: &str = "too many statically nested blocks";

struct Builder {
    table: Table,
    current: ScopeId,
    class: Option<String>,
    /// Inside the type parameters and bases of a generic class: the names that are mangled, its parameters.
    mangled: Option<HashSet<String>>,
    future_annotations: bool,
    /// Inside a compound statement of the module or class (PEP 649 conditional annotations).
    conditional: bool,
    /// Inside an annotation of something that is no plain name of a module or class: it is never evaluated and uses no names.
    unevaluated: bool,
    /// Inside the iterable of a comprehension (no walrus there).
    loop_iter: bool,
    /// How many blocks of the code object are open (CPython's limit is part of the language here), and where the last one allowed and
    /// the first one too many began.
    blocks: usize,
    full: Option<TextRange>,
    over: Option<TextRange>,
    /// Where the first code object has too many blocks: other errors come before.
    overfull: Option<TextRange>,
    /// How the message about a forbidden expression names the current type variable's scope.
    variable: &'static str,
}

impl Builder {
    fn enter_at(&mut self, key: (usize, Tag), kind: Kind, name: &str) -> ScopeId {
        let id = self.table.scopes.len();
        let parent = (id > 0).then_some(self.current);
        let up = parent.map(|p| &self.table.scopes[p]);
        let sees_class = kind.is_annotation() && up.is_some_and(|p| p.kind == Kind::Class || p.sees_class);
        let nested = up.is_some_and(|p| p.nested || p.kind.is_function());
        let is_method = matches!(kind, Kind::Function | Kind::Lambda) && up.is_some_and(|p| p.kind == Kind::Class);
        self.table.scopes.push(Scope {
            kind, name: name.to_owned(), parent, children: Vec::new(), symbols: Vec::new(), index: Default::default(), free: Default::default(),
            inlined: false, range: TextRange::default(), is_async: false, has_yield: false, has_await: false, has_walrus: false, returns_value: None, needs_class_cell: false,
            needs_classdict: false, sees_class, directives: Vec::new(), conditional_annotations: false, has_annotations: false, nested, is_method,
        });
        if let Some(p) = parent { self.table.scopes[p].children.push(id); }
        self.table.by_node.insert(key, id);
        self.current = id;
        id
    }

    fn scoped<T: Ranged>(&mut self, node: &T, tag: Tag, kind: Kind, name: &str, f: impl FnOnce(&mut Self) -> R) -> R {
        let (outer, conditional, loop_iter) = (self.current, self.conditional, self.loop_iter);
        let blocks = (self.blocks, self.full, self.over);
        self.enter_at((address(node), tag), kind, name);
        self.scope().range = node.range();
        self.conditional = false;
        let is_code = !self.is_inlined();
        if is_code { (self.blocks, self.full, self.over) = (0, None, None) }
        if kind.is_annotation() && self.table.scopes[self.current].sees_class { self.add("__classdict__", def::USE, TextRange::default())?; }
        let result = f(self);
        let scope = &self.table.scopes[self.current];
        if is_code { self.too_many_blocks(scope.has_yield || scope.is_async || kind == Kind::Generator) }
        self.current = outer;
        self.conditional = conditional;
        self.loop_iter = loop_iter;
        if is_code { (self.blocks, self.full, self.over) = blocks }
        result
    }

    /// Whether the current scope is a comprehension within the code around it.
    fn is_inlined(&self) -> bool {
        let scope = &self.table.scopes[self.current];
        scope.kind == Kind::Comprehension && scope.parent.is_none_or(|p| !self.table.scopes[p].sees_class)
    }

    /// At the end of a code object: whether it has too many blocks. What ends a generator's or coroutine's code is a block, too.
    fn too_many_blocks(&mut self, suspends: bool) {
        let found = if suspends { self.full.or(self.over) } else { self.over };
        self.overfull = self.overfull.or(found);
    }

    /// Opens a block that begins at `range`.
    fn open_block(&mut self, range: TextRange) {
        self.blocks += 1;
        if self.blocks > MOST_BLOCKS { self.over.get_or_insert(range); }
        if self.blocks == MOST_BLOCKS { self.full.get_or_insert(range); }
    }

    /// Does `f` inside of blocks that begin at `ranges`.
    fn inside(&mut self, ranges: impl IntoIterator<Item = TextRange>, f: impl FnOnce(&mut Self) -> R) -> R {
        let before = self.blocks;
        for range in ranges { self.open_block(range) }
        let result = f(self);
        self.blocks = before;
        result
    }

    fn scope(&mut self) -> &mut Scope { &mut self.table.scopes[self.current] }

    fn add(&mut self, name: &str, flags: u16, range: TextRange) -> R {
        let name = self.mangled(name);
        self.add_to(self.current, name, flags, range)
    }

    fn add_to(&mut self, scope: ScopeId, name: String, flags: u16, range: TextRange) -> R {
        let s = &mut self.table.scopes[scope];
        if let Some(&i) = s.index.get(&name) {
            let symbol = &mut s.symbols[i];
            if flags & def::PARAM != 0 && symbol.flags & def::PARAM != 0 { return error(range, format!("duplicate argument '{name}' in function definition")); }
            if flags & def::TYPE_PARAM != 0 && symbol.flags & def::TYPE_PARAM != 0 { return error(range, format!("duplicate type parameter '{name}'")); }
            symbol.flags |= flags;
            return Ok(());
        }
        s.index.insert(name.clone(), s.symbols.len());
        s.symbols.push(Symbol { name, flags, place: Place::Local, range });
        Ok(())
    }

    fn body(&mut self, body: &[Stmt]) -> R { body.iter().try_for_each(|s| self.stmt(s)) }

    fn conditional_body(&mut self, body: &[Stmt]) -> R {
        let outer = std::mem::replace(&mut self.conditional, true);
        let result = self.body(body);
        self.conditional = outer;
        result
    }

    fn stmt(&mut self, s: &Stmt) -> R {
        match s {
            Stmt::FunctionDef(f) => {
                self.add(&f.name, def::LOCAL, f.name.range)?;
                f.decorator_list.iter().try_for_each(|d| self.expr(&d.expression))?;
                self.defaults(&f.parameters)?;
                match &f.type_params {
                    None => self.function(f)?,
                    Some(t) => {
                        let has = (f.parameters.iter_non_variadic_params().any(|p| p.default.is_some()),
                            f.parameters.kwonlyargs.iter().any(|p| p.default.is_some()));
                        let positional = f.parameters.posonlyargs.iter().chain(&f.parameters.args).any(|p| p.default.is_some());
                        let _ = has.0;
                        self.scoped(f, Tag::TypeParams, Kind::TypeParams, &f.name, |b| {
                            b.scope().range = f.name.range;
                            if positional { b.add(".defaults", def::PARAM | def::USE, f.range)?; }
                            if has.1 { b.add(".kwdefaults", def::PARAM | def::USE, f.range)?; }
                            b.type_params(t)?;
                            b.function(f)
                        })?;
                    }
                }
            }
            Stmt::ClassDef(c) => {
                self.add(&c.name, def::LOCAL, c.name.range)?;
                c.decorator_list.iter().try_for_each(|d| self.expr(&d.expression))?;
                match &c.type_params {
                    None => self.class(c)?,
                    Some(t) => self.scoped(c, Tag::TypeParams, Kind::TypeParams, &c.name, |b| {
                        b.scope().range = c.name.range;
                        let outer = b.class.replace(c.name.to_string());
                        let outer_mangled = b.mangled.replace(t.type_params.iter().map(|p| p.name().to_string()).collect());
                        b.add(".type_params", def::LOCAL | def::USE, c.range)?;
                        b.type_params(t)?;
                        b.add(".generic_base", def::LOCAL | def::USE, c.range)?;
                        let result = b.class(c);
                        (b.class, b.mangled) = (outer, outer_mangled);
                        result
                    })?,
                }
            }
            Stmt::TypeAlias(t) => {
                if let Expr::Name(n) = &*t.name { self.add(&n.id, def::LOCAL, n.range)?; }
                let name = match &*t.name { Expr::Name(n) => n.id.to_string(), _ => String::new() };
                match &t.type_params {
                    None => self.scoped(t, Tag::Value, Kind::TypeAlias, &name, |b| { b.add(".format", def::PARAM | def::USE, t.range)?; b.expr(&t.value) })?,
                    Some(p) => self.scoped(t, Tag::TypeParams, Kind::TypeParams, &name, |b| {
                        b.type_params(p)?;
                        b.scoped(t, Tag::Value, Kind::TypeAlias, &name, |b| { b.add(".format", def::PARAM | def::USE, t.range)?; b.expr(&t.value) })
                    })?,
                }
            }
            Stmt::Return(r) => {
                if let Some(v) = &r.value { self.expr(v)?; self.scope().returns_value.get_or_insert(s.range()); }
            }
            Stmt::Delete(d) => d.targets.iter().try_for_each(|t| self.expr(t))?,
            Stmt::Assign(a) => {
                self.expr(&a.value)?;
                a.targets.iter().try_for_each(|t| self.expr(t))?;
            }
            Stmt::AugAssign(a) => { self.expr(&a.target)?; self.expr(&a.value)?; }
            Stmt::AnnAssign(a) => {
                if let Expr::Name(n) = &*a.target {
                    let name = self.mangled(&n.id);
                    let flags = self.scope().flags(&name);
                    if flags & (def::GLOBAL | def::NONLOCAL) != 0 && self.scope().kind != Kind::Module && a.simple {
                        return error(a.range, format!("annotated name '{name}' can't be {}", if flags & def::GLOBAL != 0 { "global" } else { "nonlocal" }));
                    }
                    if a.simple { self.add(&n.id, def::ANNOT | def::LOCAL, n.range)?; }
                    else if a.value.is_some() { self.add(&n.id, def::LOCAL, n.range)?; }
                } else {
                    self.expr(&a.target)?;
                }
                let function = self.scope().kind.is_function();
                if function {
                        let outer = std::mem::replace(&mut self.unevaluated, true);
                        self.annotation(&a.annotation)?;
                        self.unevaluated = outer;
                    } else if a.simple { self.annotation(&a.annotation)?; } else {
                    self.forbid(&a.annotation, "annotation")?;
                    let outer = std::mem::replace(&mut self.unevaluated, true);
                    if !self.future_annotations { self.expr(&a.annotation)?; }
                    self.unevaluated = outer;
                }
                if let Some(v) = &a.value { self.expr(v)?; }
            }
            Stmt::For(f) => {
                self.expr(&f.target)?;
                self.expr(&f.iter)?;
                if f.is_async { self.scope().has_await = true; }
                self.inside([f.range], |b| b.conditional_body(&f.body))?;
                self.conditional_body(&f.orelse)?;
            }
            Stmt::While(w) => { self.expr(&w.test)?; self.inside([w.range], |b| b.conditional_body(&w.body))?; self.conditional_body(&w.orelse)?; }
            Stmt::If(i) => {
                self.expr(&i.test)?;
                self.conditional_body(&i.body)?;
                for c in &i.elif_else_clauses { if let Some(t) = &c.test { self.expr(t)?; } self.conditional_body(&c.body)?; }
            }
            Stmt::With(w) => {
                for i in &w.items { self.expr(&i.context_expr)?; if let Some(v) = &i.optional_vars { self.expr(v)?; } }
                if w.is_async { self.scope().has_await = true; }
                self.inside(w.items.iter().map(|i| i.context_expr.range()), |b| b.conditional_body(&w.body))?;
            }
            Stmt::Match(m) => {
                self.expr(&m.subject)?;
                for c in &m.cases {
                    self.pattern(&c.pattern)?;
                    if let Some(g) = &c.guard { self.expr(g)?; }
                    self.conditional_body(&c.body)?;
                }
            }
            Stmt::Raise(r) => { for e in [&r.exc, &r.cause].into_iter().flatten() { self.expr(e)?; } }
            Stmt::Try(t) => {
                let last = (!t.finalbody.is_empty()).then_some(t.range);
                self.inside(last, |b| {
                    b.inside((!t.handlers.is_empty()).then_some(t.range), |b| b.conditional_body(&t.body))?;
                    for h in &t.handlers {
                        let ast::ExceptHandler::ExceptHandler(h) = h;
                        if let Some(e) = &h.type_ { b.expr(e)?; }
                        if let Some(n) = &h.name { b.add(n, def::LOCAL | def::DELETED, n.range)?; }
                        // The handler, and what forgets its name.
                        b.inside([h.range; 2], |b| b.conditional_body(&h.body))?;
                    }
                    b.conditional_body(&t.orelse)
                })?;
                self.inside(last, |b| b.conditional_body(&t.finalbody))?;
            }
            Stmt::Assert(a) => { self.expr(&a.test)?; if let Some(m) = &a.msg { self.expr(m)?; } }
            Stmt::Import(i) => for a in &i.names { self.alias(a, false)?; },
            Stmt::ImportFrom(i) => for a in &i.names {
                if a.name.as_str() == "*" {
                    if self.scope().kind != Kind::Module { return error(a.range, "import * only allowed at module level"); }
                } else { self.alias(a, true)?; }
            },
            Stmt::Global(g) => for n in &g.names { self.declare(n, def::GLOBAL, s.range())?; },
            Stmt::Nonlocal(g) => {
                if self.scope().kind == Kind::Module { return error(s.range(), "nonlocal declaration not allowed at module level"); }
                for n in &g.names { self.declare(n, def::NONLOCAL, s.range())?; }
            }
            Stmt::Expr(e) => self.expr(&e.value)?,
            Stmt::Pass(_) | Stmt::Break(_) | Stmt::Continue(_) => {}
            Stmt::IpyEscapeCommand(e) => return error(e.range, "invalid syntax"),
        }
        Ok(())
    }

    fn alias(&mut self, a: &ast::Alias, from: bool) -> R {
        let name = match &a.asname {
            Some(n) => n.as_str(),
            None if from => a.name.as_str(),
            None => a.name.as_str().split('.').next().unwrap_or(""),
        };
        self.add(name, def::IMPORT, a.range)
    }

    fn declare(&mut self, n: &ast::Identifier, flag: u16, range: TextRange) -> R {
        let name = self.mangled(n);
        let (word, kind) = (if flag == def::GLOBAL { "global" } else { "nonlocal" }, self.scope().kind);
        let flags = self.scope().flags(&name);
        let what = if flags & def::PARAM != 0 { return error(range, format!("name '{name}' is parameter and {word}")) }
            else if flags & def::USE != 0 { Some("used prior to") }
            else if flags & def::ANNOT != 0 { return error(range, format!("annotated name '{name}' can't be {word}")) }
            else if flags & def::LOCAL != 0 { Some("assigned to before") }
            else { None };
        if let Some(what) = what { return error(range, format!("name '{name}' is {what} {word} declaration")); }
        if flags & (def::GLOBAL | def::NONLOCAL) & !flag != 0 {
            let first = self.scope().directives.iter().find(|d| d.0 == name).map_or(range, |d| d.1);
            return error(first, format!("name '{n}' is nonlocal and global"));
        }
        if flag == def::NONLOCAL && kind == Kind::Module { return error(range, "nonlocal declaration not allowed at module level"); }
        self.scope().directives.push((name.clone(), range));
        self.add_to(self.current, name, flag, range)
    }

    fn annotation(&mut self, e: &Expr) -> R {
        let scope = self.current;
        let kind = self.table.scopes[scope].kind;
        if matches!(kind, Kind::Module | Kind::Class) {
            self.table.scopes[scope].has_annotations = true;
            if !self.future_annotations && (self.conditional || kind == Kind::Module) && !self.table.scopes[scope].conditional_annotations {
                self.table.scopes[scope].conditional_annotations = true;
                let flags = if kind == Kind::Class { def::USE | def::LOCAL } else { def::USE };
                self.add_to(scope, "__conditional_annotations__".into(), flags, TextRange::default())?;
            }
        }
        if self.future_annotations { return self.forbid(e, "annotation"); }
        // One annotation scope per scope, shared by all its annotations.
        let key = (usize::MAX - scope, Tag::Annotations);
        let outer = self.current;
        match self.table.by_node.get(&key) {
            Some(&existing) => self.current = existing,
            None => {
                self.enter_at(key, Kind::Annotations, "__annotate__");
                self.scope().range = e.range();
                self.add(".format", def::PARAM | def::USE, TextRange::default())?;
                if self.scope().sees_class { self.add("__classdict__", def::USE, TextRange::default())?; }
            }
        }
        if self.table.scopes[outer].conditional_annotations { self.add("__conditional_annotations__", def::USE, TextRange::default())?; }
        let conditional = std::mem::replace(&mut self.conditional, false);
        let result = self.forbid(e, "annotation").and_then(|()| self.expr(e));
        self.conditional = conditional;
        self.current = outer;
        result
    }

    /// Yield, await and walrus are errors in annotation scopes.
    fn forbid(&mut self, e: &Expr, place: &str) -> R {
        match e {
            Expr::Named(n) => error(n.range, format!("named expression cannot be used within {} {place}", article(place))),
            Expr::Yield(y) => error(y.range, format!("yield expression cannot be used within {} {place}", article(place))),
            Expr::YieldFrom(y) => error(y.range, format!("yield expression cannot be used within {} {place}", article(place))),
            Expr::Await(y) => error(y.range, format!("await expression cannot be used within {} {place}", article(place))),
            _ => Ok(()),
        }
    }

    fn defaults(&mut self, p: &ast::Parameters) -> R {
        for d in p.posonlyargs.iter().chain(&p.args).chain(&p.kwonlyargs).filter_map(|p| p.default.as_deref()) { self.expr(d)?; }
        Ok(())
    }

    fn params(&mut self, p: &ast::Parameters) -> R {
        for a in p.posonlyargs.iter().chain(&p.args).chain(&p.kwonlyargs) { self.add(&a.parameter.name, def::PARAM, a.parameter.range)?; }
        for a in [&p.vararg, &p.kwarg].into_iter().flatten() { self.add(&a.name, def::PARAM, TextRange::new(a.name.range.start(), a.range.end()))?; }
        Ok(())
    }

    fn function(&mut self, f: &ast::StmtFunctionDef) -> R {
        let annotated = f.returns.is_some() || f.parameters.iter().any(|p| p.annotation().is_some());
        if annotated {
            self.scoped(f, Tag::Annotations, Kind::Annotations, "__annotate__", |b| {
                b.scope().range = f.name.range;
                b.add(".format", def::PARAM | def::USE, f.range)?;
                for e in f.parameters.iter().filter_map(|p| p.annotation()).chain(f.returns.as_deref()) {
                    b.forbid(e, "annotation")?;
                    if !b.future_annotations { b.expr(e)?; }
                }
                Ok(())
            })?;
        }
        self.scoped(f, Tag::Body, Kind::Function, &f.name, |b| {
            b.scope().range = f.name.range;
            b.scope().is_async = f.is_async;
            b.params(&f.parameters)?;
            b.body(&f.body)?;
            if let (Some(range), true, true) = (b.scope().returns_value, b.scope().has_yield, f.is_async) {
                return error(range, "'return' with value in async generator");
            }
            Ok(())
        })
    }

    fn class(&mut self, c: &ast::StmtClassDef) -> R {
        if let Some(a) = &c.arguments { self.arguments(a)?; }
        self.scoped(c, Tag::Body, Kind::Class, &c.name, |b| {
            b.scope().range = c.name.range;
            let outer = b.class.replace(c.name.to_string());
            let outer_mangled = b.mangled.take();
            if c.type_params.is_some() {
                b.add_to(b.current, "__type_params__".into(), def::LOCAL, c.range)?;
                b.add_to(b.current, ".type_params".into(), def::USE, c.range)?;
            }
            let result = b.body(&c.body);
            (b.class, b.mangled) = (outer, outer_mangled);
            result
        })
    }

    /// A name as it is looked up: private ones carry the class's name.
    fn mangled(&self, name: &str) -> String {
        let class = self.class.as_deref().filter(|_| self.mangled.as_ref().is_none_or(|only| only.contains(name)));
        mangle(class, name)
    }

    fn type_params(&mut self, p: &ast::TypeParams) -> R {
        let mut default_seen = false;
        for t in &p.type_params {
            let (name, range) = (t.name(), t.range());
            if matches!(name.as_str(), "__classdict__" | "__conditional_annotations__") { return error(range, format!("reserved name '{name}' cannot be used for type parameter")); }
            self.add(name, def::TYPE_PARAM | def::LOCAL, range)?;
            if let ast::TypeParam::TypeVar(v) = t && let Some(bound) = &v.bound {
                self.variable = if matches!(&**bound, Expr::Tuple(_)) { "a TypeVar constraint" } else { "a TypeVar bound" };
                self.scoped(t, Tag::Bound, Kind::TypeVariable, name, |b| { b.add(".format", def::PARAM | def::USE, range)?; b.expr(bound) })?;
            }
            match t.default() {
                Some(d) => {
                    default_seen = true;
                    self.variable = match t { ast::TypeParam::TypeVar(_) => "a TypeVar default", ast::TypeParam::TypeVarTuple(_) => "a TypeVarTuple default", ast::TypeParam::ParamSpec(_) => "a ParamSpec default" };
                    self.scoped(t, Tag::Default, Kind::TypeVariable, name, |b| { b.add(".format", def::PARAM | def::USE, range)?; b.expr(d) })?;
                }
                None if default_seen => return error(range, format!("non-default type parameter '{name}' follows default type parameter")),
                None => {}
            }
        }
        Ok(())
    }

    fn arguments(&mut self, a: &ast::Arguments) -> R {
        a.args.iter().try_for_each(|e| self.expr(e))?;
        for k in &a.keywords { self.expr(&k.value)?; }
        Ok(())
    }

    fn exprs<'e>(&mut self, items: impl IntoIterator<Item = &'e Expr>) -> R { items.into_iter().try_for_each(|e| self.expr(e)) }

    fn expr(&mut self, e: &Expr) -> R {
        match e {
            Expr::Name(n) => self.name(n),
            Expr::BoolOp(x) => self.exprs(&x.values),
            Expr::Named(x) => self.walrus(x),
            Expr::BinOp(x) => { self.expr(&x.left)?; self.expr(&x.right) }
            Expr::UnaryOp(x) => self.expr(&x.operand),
            Expr::Lambda(x) => {
                if let Some(p) = &x.parameters { self.defaults(p)?; }
                self.scoped(x, Tag::Body, Kind::Lambda, "<lambda>", |b| {
                    if let Some(p) = &x.parameters { b.params(p)?; }
                    b.expr(&x.body)
                })
            }
            Expr::If(x) => { self.expr(&x.test)?; self.expr(&x.body)?; self.expr(&x.orelse) }
            Expr::Dict(x) => { for i in &x.items { if let Some(k) = &i.key { self.expr(k)?; } self.expr(&i.value)?; } Ok(()) }
            Expr::Set(x) => self.exprs(&x.elts),
            Expr::List(x) => self.exprs(&x.elts),
            Expr::Tuple(x) => self.exprs(&x.elts),
            Expr::ListComp(x) => self.comprehension(x, Kind::Comprehension, "<listcomp>", &x.generators, Some(&x.elt), None),
            Expr::SetComp(x) => self.comprehension(x, Kind::Comprehension, "<setcomp>", &x.generators, Some(&x.elt), None),
            Expr::DictComp(x) => self.comprehension(x, Kind::Comprehension, "<dictcomp>", &x.generators, x.key.as_deref(), Some(&x.value)),
            Expr::Generator(x) => self.comprehension(x, Kind::Generator, "<genexpr>", &x.generators, Some(&x.elt), None),
            Expr::Await(x) => { self.allowed("await", x.range)?; self.scope().has_await = true; self.expr(&x.value) }
            Expr::Yield(x) => {
                self.mark_yield(x.range)?;
                if let Some(v) = &x.value { self.expr(v)?; }
                Ok(())
            }
            Expr::YieldFrom(x) => { self.mark_yield(x.range)?; self.expr(&x.value) }
            Expr::Compare(x) => { self.expr(&x.left)?; self.exprs(&x.comparators) }
            Expr::Call(x) => { self.expr(&x.func)?; self.arguments(&x.arguments) }
            Expr::FString(x) => self.interpolated(x.value.elements()),
            Expr::TString(x) => self.interpolated(x.value.elements()),
            Expr::Attribute(x) => self.expr(&x.value),
            Expr::Subscript(x) => { self.expr(&x.value)?; self.expr(&x.slice) }
            Expr::Starred(x) => self.expr(&x.value),
            Expr::Slice(x) => self.exprs([&x.lower, &x.upper, &x.step].into_iter().flatten().map(|e| &**e)),
            Expr::StringLiteral(_) | Expr::BytesLiteral(_) | Expr::NumberLiteral(_) | Expr::BooleanLiteral(_) | Expr::NoneLiteral(_) | Expr::EllipsisLiteral(_) => Ok(()),
            Expr::IpyEscapeCommand(x) => error(x.range, "invalid syntax"),
        }
    }

    fn name(&mut self, n: &ast::ExprName) -> R {
        let flags = match n.ctx {
            ast::ExprContext::Store => def::LOCAL,
            ast::ExprContext::Del => def::LOCAL | def::DELETED,
            _ => def::USE,
        };
        if flags == def::USE && self.unevaluated { return Ok(()) }
        self.add(&n.id, flags, n.range)?;
        if flags == def::USE && n.id.as_str() == "super" && self.scope().kind.is_function() && !self.scope().kind.is_annotation() {
            self.add("__class__", def::USE, n.range)?;
        }
        Ok(())
    }

    fn mark_yield(&mut self, range: TextRange) -> R {
        self.allowed("yield", range)?;
        let kind = self.scope().kind;
        if kind.is_comprehension() {
            let what = match self.scope().name.as_str() { "<listcomp>" => "list comprehension", "<setcomp>" => "set comprehension", "<dictcomp>" => "dict comprehension", _ => "generator expression" };
            return error(range, format!("'yield' inside {what}"));
        }
        self.scope().has_yield = true;
        Ok(())
    }

    fn interpolated<'e>(&mut self, elements: impl IntoIterator<Item = &'e ast::InterpolatedStringElement>) -> R {
        for e in elements {
            if let ast::InterpolatedStringElement::Interpolation(i) = e {
                self.expr(&i.expression)?;
                if let Some(spec) = &i.format_spec { self.interpolated(&spec.elements)?; }
            }
        }
        Ok(())
    }

    fn comprehension<T: Ranged>(&mut self, node: &T, kind: Kind, name: &str, generators: &[ast::Comprehension], first: Option<&Expr>, second: Option<&Expr>) -> R {
        let outermost = &generators[0];
        let outer_iter = std::mem::replace(&mut self.loop_iter, true);
        self.expr(&outermost.iter)?;
        self.loop_iter = outer_iter;
        let outer = self.current;
        let mut awaits = false;
        // Annotations that are never evaluated meet no other check.
        if kind != Kind::Generator && generators.iter().any(|g| g.is_async) && (self.unevaluated || self.scope().kind == Kind::Annotations) {
            return error(node.range(), "asynchronous comprehension outside of an asynchronous function");
        }
        self.scoped(node, Tag::Body, kind, name, |b| {
            b.scope().is_async = outermost.is_async;
            b.add(".0", def::PARAM, TextRange::default())?;
            let (blocks, range) = (b.blocks, node.range());
            if b.is_inlined() { b.open_block(range) }
            for (i, g) in generators.iter().enumerate() {
                if g.is_async { b.scope().has_await = true; b.scope().is_async = true; b.open_block(range); }
                b.comp_target(&g.target)?;
                if i > 0 { b.loop_iter = true; b.expr(&g.iter)?; b.loop_iter = false; }
                b.exprs(&g.ifs)?;
            }
            // Of a dict the values come first.
            if let Some(e) = second { b.expr(e)?; }
            if let Some(e) = first { b.expr(e)?; }
            b.blocks = blocks;
            awaits = b.scope().has_await;
            Ok(())
        })?;
        if awaits && kind != Kind::Generator { self.table.scopes[outer].has_await = true; }
        Ok(())
    }

    fn comp_target(&mut self, target: &Expr) -> R {
        match target {
            Expr::Name(n) => {
                let name = self.mangled(&n.id);
                if self.scope().flags(&name) & (def::NONLOCAL | def::GLOBAL) != 0 {
                    return error(n.range, format!("comprehension inner loop cannot rebind assignment expression target '{}'", n.id));
                }
                self.add(&n.id, def::LOCAL | def::COMP_ITER, n.range)
            }
            Expr::Tuple(t) => t.elts.iter().try_for_each(|e| self.comp_target(e)),
            Expr::List(t) => t.elts.iter().try_for_each(|e| self.comp_target(e)),
            Expr::Starred(s) => self.comp_target(&s.value),
            _ => self.expr(target),
        }
    }

    /// Yield, await and walrus are errors in annotation scopes.
    fn allowed(&mut self, what: &str, range: TextRange) -> R {
        let place = match self.scope().kind {
            Kind::Annotations => "an annotation",
            Kind::TypeParams => "the definition of a generic",
            Kind::TypeAlias => "a type alias",
            Kind::TypeVariable => self.variable,
            _ => return Ok(()),
        };
        error(range, format!("{what} expression cannot be used within {place}"))
    }

    fn walrus(&mut self, x: &ast::ExprNamed) -> R {
        self.allowed("named", x.range)?;
        if self.loop_iter { return error(x.range, "assignment expression cannot be used in a comprehension iterable expression"); }
        let Expr::Name(n) = &*x.target else { return error(x.range, "invalid syntax") };
        if self.scope().kind.is_comprehension() {
            let name = self.mangled(&n.id);
            let mut at = self.current;
            loop {
                let s = &mut self.table.scopes[at];
                s.has_walrus = true;
                if s.kind.is_comprehension() {
                    if s.flags(&name) & def::COMP_ITER != 0 { return error(n.range, format!("assignment expression cannot rebind comprehension iteration variable '{}'", n.id)); }
                    match s.parent { Some(p) => at = p, None => break }
                    continue;
                }
                match s.kind {
                    Kind::Function | Kind::Lambda => {
                        let flag = if s.flags(&name) & def::GLOBAL != 0 { def::GLOBAL } else { def::NONLOCAL };
                        self.add_to(at, name.clone(), def::LOCAL, n.range)?;
                        self.mark_walrus(at, &name, flag, n.range)?;
                    }
                    Kind::Module => {
                        self.add_to(at, name.clone(), def::GLOBAL, n.range)?;
                        self.mark_walrus(at, &name, def::GLOBAL, n.range)?;
                    }
                    Kind::Class => return error(n.range, "assignment expression within a comprehension cannot be used in a class body"),
                    Kind::Annotations => return error(n.range, "named expression cannot be used within an annotation"),
                    Kind::TypeParams => return error(n.range, "assignment expression within a comprehension cannot be used within the definition of a generic"),
                    Kind::TypeVariable => return error(n.range, format!("assignment expression within a comprehension cannot be used in {}", self.variable)),
                    _ => return error(n.range, "assignment expression within a comprehension cannot be used in a type alias"),
                }
                break;
            }
        } else {
            self.scope().has_walrus = true;
            self.add(&n.id, def::LOCAL, n.range)?;
        }
        self.expr(&x.value)
    }

    /// Declares a walrus target in the comprehensions between its use and its scope.
    fn mark_walrus(&mut self, until: ScopeId, name: &str, flag: u16, range: TextRange) -> R {
        let mut at = self.current;
        while at != until {
            self.add_to(at, name.to_owned(), flag, range)?;
            match self.table.scopes[at].parent { Some(p) => at = p, None => break }
        }
        Ok(())
    }

    fn pattern(&mut self, p: &ast::Pattern) -> R {
        use ast::Pattern as P;
        match p {
            P::MatchValue(v) => self.expr(&v.value),
            P::MatchSingleton(_) => Ok(()),
            P::MatchSequence(s) => s.patterns.iter().try_for_each(|p| self.pattern(p)),
            P::MatchMapping(m) => {
                self.exprs(&m.keys)?;
                m.patterns.iter().try_for_each(|p| self.pattern(p))?;
                m.rest.as_ref().map_or(Ok(()), |n| self.add(n, def::LOCAL, n.range))
            }
            P::MatchClass(c) => {
                self.expr(&c.cls)?;
                c.arguments.patterns.iter().try_for_each(|p| self.pattern(p))?;
                c.arguments.keywords.iter().try_for_each(|k| self.pattern(&k.pattern))
            }
            P::MatchStar(s) => s.name.as_ref().map_or(Ok(()), |n| self.add(n, def::LOCAL, n.range)),
            P::MatchAs(a) => {
                if let Some(p) = &a.pattern { self.pattern(p)?; }
                a.name.as_ref().map_or(Ok(()), |n| self.add(n, def::LOCAL, n.range))
            }
            P::MatchOr(o) => o.patterns.iter().try_for_each(|p| self.pattern(p)),
        }
    }
}

fn article(word: &str) -> &'static str { if word.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" } }
