//! The compiler's statements of nodes.
//!
//! Not here: patterns (`read_pattern.rs`).

use instar_syntax::ast::{self, ElifElseClause, Expr, ExprContext, Stmt, Suite};
use instar_syntax::{Ranged, TextRange};
use instar_vm::{Owned, PyResult, Vm};

use super::read::{get, Reader, PLAIN};

const LOAD: ExprContext = ExprContext::Load;
const STORE: ExprContext = ExprContext::Store;

impl Reader {
    /// The statements of a list field.
    pub fn suite(&mut self, vm: &mut Vm, node: &Owned, class: &str, field: &str) -> PyResult<Suite> {
        let items = self.items(vm, node, class, field)?;
        self.stmts(vm, items)
    }

    /// A body, which must not be empty.
    pub fn body(&mut self, vm: &mut Vm, node: &Owned, class: &str) -> PyResult<Suite> {
        let items = self.filled(vm, node, class, "body")?;
        self.stmts(vm, items)
    }

    fn stmts(&mut self, vm: &mut Vm, items: Vec<Owned>) -> PyResult<Suite> { items.iter().map(|s| self.stmt(vm, s)).collect() }

    fn stmt(&mut self, vm: &mut Vm, node: &Owned) -> PyResult<Stmt> {
        if vm.is_none(node) { return Err(vm.value_error("None disallowed in statement list")) }
        self.deeper(vm, " while traversing 'stmt' node", |r, vm| r.stmt_inner(vm, node))
    }

    fn stmt_inner(&mut self, vm: &mut Vm, node: &Owned) -> PyResult<Stmt> {
        let (range, node_index) = (self.range(vm, node, "stmt")?, PLAIN);
        let class = self.alternative(vm, node, "stmt")?;
        Ok(match class {
            "FunctionDef" | "AsyncFunctionDef" => {
                let name = self.identifier(vm, node, class, "name", range)?;
                self.check_name(vm, &name)?;
                let parameters = self.present(vm, node, class, "args")?;
                let parameters = Box::new(self.parameters(vm, &parameters, range)?);
                let body = self.body(vm, node, class)?;
                let decorator_list = self.decorators(vm, node, class)?.into_iter().collect();
                let returns = self.optional_expr(vm, node, "returns")?;
                let type_params = self.type_params(vm, node, class, range)?;
                Stmt::FunctionDef(ast::StmtFunctionDef { node_index, range, is_async: class == "AsyncFunctionDef", decorator_list, name, type_params, parameters, returns, body })
            }
            "ClassDef" => {
                let name = self.identifier(vm, node, class, "name", range)?;
                self.check_name(vm, &name)?;
                let args = self.exprs(vm, node, class, "bases", LOAD)?;
                let keywords = self.keywords(vm, node, class)?;
                let body = self.body(vm, node, class)?;
                let decorator_list = self.decorators(vm, node, class)?.into_iter().collect();
                let type_params = self.type_params(vm, node, class, range)?;
                let any = !args.is_empty() || !keywords.is_empty();
                let arguments = any.then(|| Box::new(ast::Arguments { range, node_index: PLAIN, args: args.into(), keywords: keywords.into_iter().collect() }));
                Stmt::ClassDef(ast::StmtClassDef { node_index, range, decorator_list, name, type_params, arguments, body })
            }
            "Return" => Stmt::Return(ast::StmtReturn { node_index, range, value: self.optional_expr(vm, node, "value")? }),
            "Delete" => Stmt::Delete(ast::StmtDelete { node_index, range, targets: self.targets(vm, node, class, ExprContext::Del)? }),
            "Assign" => Stmt::Assign(ast::StmtAssign { node_index, range, targets: self.targets(vm, node, class, STORE)?, value: self.required_expr(vm, node, class, "value", LOAD)? }),
            "TypeAlias" => {
                let name = self.required_expr(vm, node, class, "name", STORE)?;
                if !matches!(&*name, Expr::Name(_)) { return Err(vm.type_error("TypeAlias with non-Name name")) }
                let type_params = self.type_params(vm, node, class, range)?;
                Stmt::TypeAlias(ast::StmtTypeAlias { node_index, range, name, type_params, value: self.required_expr(vm, node, class, "value", LOAD)? })
            }
            "AugAssign" => {
                let target = self.required_expr(vm, node, class, "target", STORE)?;
                let op = self.operator(vm, node, class)?;
                Stmt::AugAssign(ast::StmtAugAssign { node_index, range, target, op, value: self.required_expr(vm, node, class, "value", LOAD)? })
            }
            "AnnAssign" => {
                let target = self.required_expr(vm, node, class, "target", STORE)?;
                let annotation = self.required_expr(vm, node, class, "annotation", LOAD)?;
                let value = self.optional_expr(vm, node, "value")?;
                let simple = self.required(vm, node, class, "simple")?;
                let simple = self.int(vm, &simple)? != 0;
                if simple && !matches!(&*target, Expr::Name(_)) { return Err(vm.type_error("AnnAssign with simple non-Name target")) }
                Stmt::AnnAssign(ast::StmtAnnAssign { node_index, range, target, annotation, value, simple })
            }
            "For" | "AsyncFor" => {
                let target = self.required_expr(vm, node, class, "target", STORE)?;
                let iter = self.required_expr(vm, node, class, "iter", LOAD)?;
                let (body, orelse) = (self.body(vm, node, class)?, self.suite(vm, node, class, "orelse")?);
                Stmt::For(ast::StmtFor { node_index, range, is_async: class == "AsyncFor", target, iter, body, orelse })
            }
            "While" => {
                let test = self.required_expr(vm, node, class, "test", LOAD)?;
                let (body, orelse) = (self.body(vm, node, class)?, self.suite(vm, node, class, "orelse")?);
                Stmt::While(ast::StmtWhile { node_index, range, test, body, orelse })
            }
            "If" => {
                let test = self.required_expr(vm, node, class, "test", LOAD)?;
                let body = self.body(vm, node, class)?;
                Stmt::If(ast::StmtIf { node_index, range, test, body, elif_else_clauses: self.clauses(vm, node)? })
            }
            "With" | "AsyncWith" => {
                let mut items = Vec::new();
                for item in self.filled(vm, node, class, "items")? {
                    let context_expr = *self.required_expr(vm, &item, "withitem", "context_expr", LOAD)?;
                    let optional_vars = match get(vm, &item, "optional_vars")? { Some(v) => Some(Box::new(self.expr(vm, &v, STORE)?)), None => None };
                    items.push(ast::WithItem { range: context_expr.range(), node_index: PLAIN, context_expr, optional_vars });
                }
                Stmt::With(ast::StmtWith { node_index, range, is_async: class == "AsyncWith", items, body: self.body(vm, node, class)? })
            }
            "Match" => {
                let subject = self.required_expr(vm, node, class, "subject", LOAD)?;
                let mut cases = Vec::new();
                for case in self.filled(vm, node, class, "cases")? {
                    let pattern = self.required(vm, &case, "match_case", "pattern")?;
                    let pattern = self.pattern(vm, &pattern, false)?;
                    let guard = self.optional_expr(vm, &case, "guard")?;
                    cases.push(ast::MatchCase { range: pattern.range(), node_index: PLAIN, pattern, guard, body: self.body(vm, &case, "match_case")? });
                }
                Stmt::Match(ast::StmtMatch { node_index, range, subject, cases })
            }
            "Raise" => {
                let (exc, cause) = (self.optional_expr(vm, node, "exc")?, self.optional_expr(vm, node, "cause")?);
                if exc.is_none() && cause.is_some() { return Err(vm.value_error("Raise with cause but no exception")) }
                Stmt::Raise(ast::StmtRaise { node_index, range, exc, cause })
            }
            "Try" | "TryStar" => self.try_statement(vm, node, class, range)?,
            "Assert" => Stmt::Assert(ast::StmtAssert { node_index, range, test: self.required_expr(vm, node, class, "test", LOAD)?, msg: self.optional_expr(vm, node, "msg")? }),
            "Import" => Stmt::Import(ast::StmtImport { node_index, range, names: self.aliases(vm, node, class)?, is_lazy: false }),
            "ImportFrom" => {
                let module = self.optional_identifier(vm, node, "module", range)?.filter(|m| !m.is_empty());
                let names = self.aliases(vm, node, class)?;
                let level = match get(vm, node, "level")? { Some(n) => self.int(vm, &n)?, None => 0 };
                let Ok(level) = u32::try_from(level) else { return Err(vm.value_error("Negative ImportFrom level")) };
                Stmt::ImportFrom(ast::StmtImportFrom { node_index, range, module, names, level, is_lazy: false })
            }
            "Global" => Stmt::Global(ast::StmtGlobal { node_index, range, names: self.names(vm, node, class, range)? }),
            "Nonlocal" => Stmt::Nonlocal(ast::StmtNonlocal { node_index, range, names: self.names(vm, node, class, range)? }),
            "Expr" => Stmt::Expr(ast::StmtExpr { node_index, range, value: self.required_expr(vm, node, class, "value", LOAD)? }),
            "Pass" => Stmt::Pass(ast::StmtPass { node_index, range }),
            "Break" => Stmt::Break(ast::StmtBreak { node_index, range }),
            "Continue" => Stmt::Continue(ast::StmtContinue { node_index, range }),
            other => return Err(vm.system_error(format!("unknown statement {other}"))),
        })
    }

    fn targets(&mut self, vm: &mut Vm, node: &Owned, class: &str, ctx: ExprContext) -> PyResult<Vec<Expr>> {
        self.filled(vm, node, class, "targets")?;
        self.exprs(vm, node, class, "targets", ctx)
    }

    fn names(&self, vm: &mut Vm, node: &Owned, class: &str, range: TextRange) -> PyResult<Vec<ast::Identifier>> {
        let items = self.filled(vm, node, class, "names")?;
        items.iter().map(|n| Ok(ast::Identifier::new(self.name_text(vm, n)?, range))).collect()
    }

    fn decorators(&mut self, vm: &mut Vm, node: &Owned, class: &str) -> PyResult<Vec<ast::Decorator>> {
        let all = self.exprs(vm, node, class, "decorator_list", LOAD)?;
        Ok(all.into_iter().map(|expression| ast::Decorator { range: expression.range(), node_index: PLAIN, expression }).collect())
    }

    /// `orelse` of an `if`: a lone `if` in it continues the chain.
    fn clauses(&mut self, vm: &mut Vm, node: &Owned) -> PyResult<Vec<ElifElseClause>> {
        let mut clauses = Vec::new();
        let mut node = node.clone();
        loop {
            let items = self.items(vm, &node, "If", "orelse")?;
            match &items[..] {
                [] => return Ok(clauses),
                [one] if self.classes.of(vm, one).is_some_and(|(name, _)| name == "If") => {
                    let range = self.range(vm, one, "stmt")?;
                    let test = Some(*self.required_expr(vm, one, "If", "test", LOAD)?);
                    clauses.push(ElifElseClause { range, node_index: PLAIN, test, body: self.body(vm, one, "If")? });
                    node = one.clone();
                }
                _ => {
                    let body = self.stmts(vm, items)?;
                    let range = body.first().map_or(TextRange::default(), Ranged::range);
                    clauses.push(ElifElseClause { range, node_index: PLAIN, test: None, body });
                    return Ok(clauses);
                }
            }
        }
    }

    fn try_statement(&mut self, vm: &mut Vm, node: &Owned, class: &str, range: TextRange) -> PyResult<Stmt> {
        let body = self.body(vm, node, class)?;
        let mut handlers = Vec::new();
        for h in self.items(vm, node, class, "handlers")? {
            let range = self.range(vm, &h, "excepthandler")?;
            self.alternative(vm, &h, "excepthandler")?;
            let type_ = self.optional_expr(vm, &h, "type")?;
            let name = self.optional_identifier(vm, &h, "name", range)?;
            if let Some(n) = &name { self.check_name(vm, n)? }
            let body = self.body(vm, &h, "ExceptHandler")?;
            handlers.push(ast::ExceptHandler::ExceptHandler(ast::ExceptHandlerExceptHandler { range, node_index: PLAIN, type_, name, body }));
        }
        let (orelse, finalbody) = (self.suite(vm, node, class, "orelse")?, self.suite(vm, node, class, "finalbody")?);
        if handlers.is_empty() && finalbody.is_empty() { return Err(vm.value_error(format!("{class} has neither except handlers nor finalbody"))) }
        if handlers.is_empty() && !orelse.is_empty() { return Err(vm.value_error(format!("{class} has orelse but no except handlers"))) }
        Ok(Stmt::Try(ast::StmtTry { node_index: PLAIN, range, body, handlers, orelse, finalbody, is_star: class == "TryStar" }))
    }

    fn aliases(&mut self, vm: &mut Vm, node: &Owned, class: &str) -> PyResult<Vec<ast::Alias>> {
        let mut names = Vec::new();
        for a in self.filled(vm, node, class, "names")? {
            let name = self.identifier(vm, &a, "alias", "name", TextRange::default())?;
            let range = self.range(vm, &a, "alias")?;
            let asname = self.optional_identifier(vm, &a, "asname", range)?;
            self.check_name(vm, asname.as_ref().unwrap_or(&name))?;
            names.push(ast::Alias { range, node_index: PLAIN, name: ast::Identifier { range, ..name }, asname });
        }
        Ok(names)
    }

    fn type_params(&mut self, vm: &mut Vm, node: &Owned, class: &str, whole: TextRange) -> PyResult<Option<Box<ast::TypeParams>>> {
        let mut type_params = Vec::new();
        for p in self.items(vm, node, class, "type_params")? {
            let (range, node_index) = (self.range(vm, &p, "type_param")?, PLAIN);
            let kind = self.alternative(vm, &p, "type_param")?;
            let name = self.identifier(vm, &p, kind, "name", range)?;
            self.check_name(vm, &name)?;
            let default = self.optional_expr(vm, &p, "default_value")?;
            type_params.push(match kind {
                "TypeVar" => ast::TypeParam::TypeVar(ast::TypeParamTypeVar { node_index, range, name, bound: self.optional_expr(vm, &p, "bound")?, default }),
                "ParamSpec" => ast::TypeParam::ParamSpec(ast::TypeParamParamSpec { node_index, range, name, default }),
                _ => ast::TypeParam::TypeVarTuple(ast::TypeParamTypeVarTuple { node_index, range, name, default }),
            });
        }
        Ok((!type_params.is_empty()).then(|| Box::new(ast::TypeParams { range: whole, node_index: PLAIN, type_params })))
    }
}
