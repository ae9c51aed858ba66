//! Nodes of a parsed text: the entry points, places, what statements and expressions share.
//!
//! Not here: statements (`write_stmt.rs`), expressions (`write_expr.rs`), strings with interpolations (`write_text.rs`).

use std::rc::Rc;

use instar_compiler::{CompileError, ErrorKind, Parse};
use instar_syntax::ast::{self, Expr, Mod};
use instar_syntax::{Lines, Ranged, TextRange, TextSize};
use instar_vm::builtins::syntax_error::raise;
use instar_vm::builtins::trees::{line_of, warn_all, Request, Root};
use instar_vm::{Owned, PyResult, Raised, Vm};

use super::comments::Comments;
use super::registry::{Classes, Place};
use super::{feature, make_classes};

/// Nesting up to which a tree is dropped on any stack.
const DROPPED_MAX: usize = 1000;

/// Makes nodes of a text's tree.
pub struct Writer<'a> {
    pub text: &'a str,
    pub filename: &'a str,
    pub lines: &'a Lines,
    pub classes: Rc<Classes>,
    /// Type comments, if they are asked for.
    pub comments: Option<Comments<'a>>,
    /// Bytes of the parsed text before the user's own begins.
    pub shift: u32,
}

/// Parses a text to a node.
pub fn parse(vm: &mut Vm, request: Request<'_>) -> PyResult {
    if request.root == Root::FunctionType { return function_type(vm, request) }
    let promised = vm.promise_for_source(request.text.len())?;
    let parsed = instar_compiler::parse(request.text, request.filename, request.root.mode(), request.options);
    drop(promised);
    let parsed = match parsed {
        Ok(p) => p,
        Err(e) => {
            let before = instar_compiler::warnings_before(&e, request.text, request.root.mode(), request.options);
            warn_all(vm, before, request.filename, |line| line_of(request.text, line))?;
            return Err(raise(vm, e));
        }
    };
    let nesting = parsed.nesting;
    let result = write(vm, request, &parsed);
    // Dropping a very deep tree would recurse as deeply; it is leaked instead.
    if nesting > DROPPED_MAX { std::mem::forget(parsed.root) }
    result
}

fn write(vm: &mut Vm, request: Request<'_>, parsed: &Parse) -> PyResult {
    warn_all(vm, parsed.warnings.clone(), request.filename, |line| line_of(request.text, line))?;
    let classes = make_classes(vm)?;
    let comments = request.type_comments.then(|| Comments::new(request.text, &parsed.tokens));
    let mut w = Writer { text: request.text, filename: request.filename, lines: &parsed.lines, classes, comments, shift: 0 };
    if let Some((range, message)) = feature::too_new(request.text, &parsed.root, request.feature_version) { return Err(w.error(vm, range, &message)) }
    let node = w.root(vm, &parsed.root, request.root)?;
    match w.comments.as_ref().and_then(Comments::stray) { Some(stray) => Err(w.error(vm, stray.range, stray.message)), None => Ok(node) }
}

/// `(int, *str) -> bool`: parsed as the tuple of a call and the result.
fn function_type(vm: &mut Vm, request: Request<'_>) -> PyResult {
    if let Err(e) = instar_compiler::check_signature(request.text, request.filename) { return Err(raise(vm, e)) }
    let classes = make_classes(vm)?;
    let lines = Lines::new(request.text);
    for (at, _) in request.text.match_indices("->") {
        let text = format!("_{}, {}", &request.text[..at], &request.text[at + 2..]);
        let promised = vm.promise_for_source(text.len())?;
        let parsed = instar_compiler::parse(text.trim_end(), request.filename, instar_compiler::Mode::Eval, request.options);
        drop(promised);
        let Ok(parsed) = parsed else { continue };
        let Mod::Expression(e) = &parsed.root else { continue };
        let Expr::Tuple(t) = &*e.body else { continue };
        let [Expr::Call(call), returns] = &t.elts[..] else { continue };
        if t.parenthesized || !matches!(&*call.func, Expr::Name(n) if n.id.as_str() == "_") || !signature(&call.arguments) { continue }
        let mut w = Writer { text: &text, filename: request.filename, lines: &lines, classes, comments: None, shift: 1 };
        let mut types = Vec::new();
        for a in &call.arguments.args { types.push(w.expr(vm, if let Expr::Starred(s) = a { &s.value } else { a })?) }
        for k in &call.arguments.keywords { types.push(w.expr(vm, &k.value)?) }
        let types = w.list(vm, types)?;
        let returns = w.expr(vm, returns)?;
        return w.bare(vm, "FunctionType", [types, returns]);
    }
    let w = Writer { text: request.text, filename: request.filename, lines: &lines, classes, comments: None, shift: 0 };
    Err(w.error(vm, TextRange::default(), "invalid syntax"))
}

/// Whether arguments are positional ones, then at most `*x`, then at most `**y`.
fn signature(a: &ast::Arguments) -> bool {
    let starred = |e: &Expr| matches!(e, Expr::Starred(_));
    let plain = a.args.split_last().is_none_or(|(_, before)| !before.iter().any(starred));
    match &a.keywords[..] { [] => plain, [k] => plain && k.arg.is_none() && a.args.iter().all(|e| e.range().end() <= k.range.start()), _ => false }
}

impl<'a> Writer<'a> {
    /// A SyntaxError about bytes of the text.
    pub fn error(&self, vm: &mut Vm, range: TextRange, message: &str) -> Raised {
        let (line, column) = self.lines.column_in_chars(self.text, range.start());
        let (end_line, end_column) = self.lines.column_in_chars(self.text, range.end());
        let shown = self.lines.text(self.text, line).to_owned();
        let [line, column, end_line, end_column] = [line, column, end_line, end_column].map(|n| n as i32);
        let error = CompileError {
            kind: ErrorKind::Syntax, message: message.to_owned(), filename: self.filename.to_owned(), line, column, end_line, end_column,
            text: Some(shown),
        };
        raise(vm, error)
    }

    fn root(&mut self, vm: &mut Vm, root: &Mod, kind: Root) -> PyResult {
        match root {
            Mod::Expression(e) => {
                let body = self.expr(vm, &e.body)?;
                self.bare(vm, "Expression", [body])
            }
            Mod::Module(m) => {
                let body = self.suite(vm, &m.body)?;
                if kind == Root::Interactive { return self.bare(vm, "Interactive", [body]) }
                let ignores = self.comments.as_ref().map(Comments::ignores).unwrap_or_default();
                let mut nodes = Vec::new();
                for (at, tag) in ignores {
                    let line = vm.new_int(i64::from(self.lines.locate(at).0))?;
                    let tag = vm.new_str(tag)?;
                    nodes.push(self.bare(vm, "TypeIgnore", [line, tag])?);
                }
                let ignores = self.list(vm, nodes)?;
                self.bare(vm, "Module", [body, ignores])
            }
        }
    }

    /// Line and column of a range.
    pub fn place(&self, range: TextRange) -> Place {
        let back = |at: TextSize| self.lines.locate(at.checked_sub(TextSize::new(self.shift)).unwrap_or(at));
        Place { start: back(range.start()), end: back(range.end()) }
    }

    /// A node that has no place.
    pub fn bare<const N: usize>(&self, vm: &mut Vm, name: &str, values: [Owned; N]) -> PyResult { self.classes.node(vm, name, values, None) }

    /// A node with its place.
    pub fn node<const N: usize>(&self, vm: &mut Vm, name: &str, range: TextRange, values: [Owned; N]) -> PyResult {
        let place = self.place(range);
        self.classes.node(vm, name, values, Some(place))
    }

    pub fn list(&self, vm: &mut Vm, items: Vec<Owned>) -> PyResult { Ok(vm.new_list(items)?.into_obj()) }

    pub fn exprs<'e>(&mut self, vm: &mut Vm, items: impl IntoIterator<Item = &'e Expr>) -> PyResult {
        let mut nodes = Vec::new();
        for e in items { nodes.push(self.expr(vm, e)?) }
        self.list(vm, nodes)
    }

    pub fn optional(&mut self, vm: &mut Vm, e: Option<&Expr>) -> PyResult {
        match e { Some(e) => self.expr(vm, e), None => Ok(vm.none()) }
    }

    pub fn identifier(&self, vm: &mut Vm, name: &ast::Identifier) -> PyResult { self.name(vm, name.as_str()) }

    /// A name; other spellings of keywords become them only by normalisation.
    pub fn name(&self, vm: &mut Vm, name: &str) -> PyResult {
        if matches!(name, "None" | "True" | "False") { return Err(vm.value_error(format!("identifier field can't represent '{name}' constant"))) }
        vm.intern(name)
    }

    pub fn optional_identifier(&self, vm: &mut Vm, name: Option<&ast::Identifier>) -> PyResult {
        match name { Some(n) => self.identifier(vm, n), None => Ok(vm.none()) }
    }

    pub fn identifiers<'e>(&self, vm: &mut Vm, names: impl IntoIterator<Item = &'e ast::Identifier>) -> PyResult {
        let mut items = Vec::new();
        for n in names { items.push(self.identifier(vm, n)?) }
        self.list(vm, items)
    }

    /// The type comment behind a place and before another one, or None.
    pub fn comment(&mut self, vm: &mut Vm, from: TextSize, to: TextSize, lines: usize) -> PyResult {
        match self.comments.as_mut().and_then(|c| c.take(from, to, lines)) { Some(text) => vm.new_str(text), None => Ok(vm.none()) }
    }

    pub fn arguments(&mut self, vm: &mut Vm, p: &ast::Parameters) -> PyResult {
        let all: Vec<TextRange> = p.iter_source_order().map(|a| a.range()).collect();
        let next = |r: TextRange| all.iter().map(|o| o.start()).filter(|s| *s >= r.end()).min().unwrap_or_else(|| p.range.end());
        let (mut posonly, mut args, mut kwonly) = (Vec::new(), Vec::new(), Vec::new());
        let (mut defaults, mut kw_defaults) = (Vec::new(), Vec::new());
        for a in &p.posonlyargs {
            posonly.push(self.argument(vm, &a.parameter, a.range, next(a.range))?);
            if let Some(d) = &a.default { defaults.push(self.expr(vm, d)?) }
        }
        for a in &p.args {
            args.push(self.argument(vm, &a.parameter, a.range, next(a.range))?);
            if let Some(d) = &a.default { defaults.push(self.expr(vm, d)?) }
        }
        let vararg = match &p.vararg { Some(a) => self.argument(vm, a, a.range, next(a.range))?, None => vm.none() };
        for a in &p.kwonlyargs {
            kwonly.push(self.argument(vm, &a.parameter, a.range, next(a.range))?);
            kw_defaults.push(self.optional(vm, a.default.as_deref())?);
        }
        let kwarg = match &p.kwarg { Some(a) => self.argument(vm, a, a.range, next(a.range))?, None => vm.none() };
        let (posonly, args, kwonly) = (self.list(vm, posonly)?, self.list(vm, args)?, self.list(vm, kwonly)?);
        let (kw_defaults, defaults) = (self.list(vm, kw_defaults)?, self.list(vm, defaults)?);
        self.bare(vm, "arguments", [posonly, args, vararg, kwonly, kw_defaults, kwarg, defaults])
    }

    fn argument(&mut self, vm: &mut Vm, p: &ast::Parameter, whole: TextRange, next: TextSize) -> PyResult {
        let name = self.identifier(vm, &p.name)?;
        let annotation = self.optional(vm, p.annotation.as_deref())?;
        let comment = self.comment(vm, whole.end(), next, usize::MAX)?;
        // A starred parameter's node is its name and annotation.
        let range = TextRange::new(p.name.range.start(), p.range.end());
        self.node(vm, "arg", range, [name, annotation, comment])
    }

    pub fn keywords<'e>(&mut self, vm: &mut Vm, keywords: impl IntoIterator<Item = &'e ast::Keyword>) -> PyResult {
        let mut nodes = Vec::new();
        for k in keywords {
            let arg = self.optional_identifier(vm, k.arg.as_ref())?;
            let value = self.expr(vm, &k.value)?;
            nodes.push(self.node(vm, "keyword", k.range, [arg, value])?);
        }
        self.list(vm, nodes)
    }
}
