//! The compiler's patterns of nodes.
//!
//! Not here: `match` itself (`read_stmt.rs`).

use instar_syntax::ast::{self, Expr, ExprContext, Number, Operator, Pattern, UnaryOp};
use instar_syntax::TextRange;
use instar_vm::{Owned, PyResult, Vm};

use super::read::{get, Reader, PLAIN};

impl Reader {
    /// A pattern; only items of sequences may be starred.
    pub fn pattern(&mut self, vm: &mut Vm, node: &Owned, star: bool) -> PyResult<Pattern> {
        self.deeper(vm, " while traversing 'pattern' node", |r, vm| r.pattern_inner(vm, node, star))
    }

    fn patterns(&mut self, vm: &mut Vm, node: &Owned, class: &str, field: &str, star: bool) -> PyResult<Vec<Pattern>> {
        let items = self.items(vm, node, class, field)?;
        items.iter().map(|p| self.pattern(vm, p, star)).collect()
    }

    fn capture(&self, vm: &mut Vm, node: &Owned, field: &str, range: TextRange) -> PyResult<Option<ast::Identifier>> {
        let Some(name) = self.optional_identifier(vm, node, field, range)? else { return Ok(None) };
        if name.as_str() == "_" { return Err(vm.value_error("can't capture name '_' in patterns")) }
        self.check_name(vm, &name)?;
        Ok(Some(name))
    }

    fn pattern_inner(&mut self, vm: &mut Vm, node: &Owned, star: bool) -> PyResult<Pattern> {
        let (range, node_index) = (self.range(vm, node, "pattern")?, PLAIN);
        let class = self.alternative(vm, node, "pattern")?;
        Ok(match class {
            "MatchValue" => {
                let value = self.required_expr(vm, node, class, "value", ExprContext::Load)?;
                self.check_value(vm, &value)?;
                Pattern::MatchValue(ast::PatternMatchValue { node_index, range, value })
            }
            "MatchSingleton" => {
                let value = self.present(vm, node, class, "value")?;
                let value = if vm.is_none(&value) { ast::Singleton::None } else if value.is(&vm.bool(true)) { ast::Singleton::True } else if value.is(&vm.bool(false)) {
                    ast::Singleton::False
                } else {
                    return Err(vm.value_error("MatchSingleton can only contain True, False and None"));
                };
                Pattern::MatchSingleton(ast::PatternMatchSingleton { node_index, range, value })
            }
            "MatchSequence" => Pattern::MatchSequence(ast::PatternMatchSequence { node_index, range, patterns: self.patterns(vm, node, class, "patterns", true)? }),
            "MatchMapping" => {
                let keys = self.items(vm, node, class, "keys")?;
                let patterns = self.items(vm, node, class, "patterns")?;
                if keys.len() != patterns.len() { return Err(vm.value_error("MatchMapping doesn't have the same number of keys as patterns")) }
                let rest = self.capture(vm, node, "rest", range)?;
                let keys = self.exprs(vm, node, class, "keys", ExprContext::Load)?;
                for k in &keys { if !matches!(k, Expr::NoneLiteral(_) | Expr::BooleanLiteral(_)) { self.check_value(vm, k)? } }
                let patterns = self.patterns(vm, node, class, "patterns", false)?;
                Pattern::MatchMapping(ast::PatternMatchMapping { node_index, range, keys: keys.into_iter().collect(), patterns: patterns.into_iter().collect(), rest })
            }
            "MatchClass" => {
                let attrs = self.items(vm, node, class, "kwd_attrs")?;
                if attrs.len() != self.items(vm, node, class, "kwd_patterns")?.len() {
                    return Err(vm.value_error("MatchClass doesn't have the same number of keyword attributes as patterns"));
                }
                let cls = self.required_expr(vm, node, class, "cls", ExprContext::Load)?;
                let mut base = &*cls;
                while let Expr::Attribute(a) = base { base = &a.value }
                if !matches!(base, Expr::Name(_)) { return Err(vm.value_error("MatchClass cls field can only contain Name or Attribute nodes.")) }
                let names = attrs.iter().map(|a| self.name_text(vm, a)).collect::<PyResult<Vec<_>>>()?;
                for n in &names { self.check_name(vm, n)? }
                let patterns = self.patterns(vm, node, class, "patterns", false)?;
                let values = self.patterns(vm, node, class, "kwd_patterns", false)?;
                let keywords = names.into_iter().zip(values)
                    .map(|(n, pattern)| ast::PatternKeyword { range, node_index: PLAIN, attr: ast::Identifier::new(n, range), pattern }).collect();
                Pattern::MatchClass(ast::PatternMatchClass {
                    node_index, range, cls, arguments: ast::PatternArguments { range, node_index: PLAIN, patterns: patterns.into_iter().collect(), keywords },
                })
            }
            "MatchStar" if !star => return Err(vm.value_error("can't use MatchStar here")),
            "MatchStar" => Pattern::MatchStar(ast::PatternMatchStar { node_index, range, name: self.capture(vm, node, "name", range)? }),
            "MatchAs" => {
                let name = self.capture(vm, node, "name", range)?;
                let pattern = match get(vm, node, "pattern")? {
                    Some(_) if name.is_none() => return Err(vm.value_error("MatchAs must specify a target name if a pattern is given")),
                    Some(p) => Some(Box::new(self.pattern(vm, &p, false)?)),
                    None => None,
                };
                Pattern::MatchAs(ast::PatternMatchAs { node_index, range, pattern, name })
            }
            "MatchOr" => {
                if self.items(vm, node, class, "patterns")?.len() < 2 { return Err(vm.value_error("MatchOr requires at least 2 patterns")) }
                Pattern::MatchOr(ast::PatternMatchOr { node_index, range, patterns: self.patterns(vm, node, class, "patterns", false)? })
            }
            other => return Err(vm.system_error(format!("unknown pattern {other}"))),
        })
    }

    /// What a value pattern may be.
    fn check_value(&self, vm: &mut Vm, e: &Expr) -> PyResult<()> {
        match e {
            Expr::NumberLiteral(_) | Expr::StringLiteral(_) | Expr::BytesLiteral(_) | Expr::Attribute(_) | Expr::FString(_) => Ok(()),
            Expr::EllipsisLiteral(x) if x.node_index.load().as_u32().and_then(|i| self.constants.get(i as usize)).is_some_and(|c| matches!(c, instar_code::Const::Int(_) | instar_code::Const::BigInt { .. })) => Ok(()),
            Expr::NoneLiteral(_) | Expr::BooleanLiteral(_) | Expr::EllipsisLiteral(_) => Err(vm.value_error("unexpected constant inside of a literal pattern")),
            Expr::UnaryOp(_) if signed(e, true, true) => Ok(()),
            Expr::BinOp(b) if matches!(b.op, Operator::Add | Operator::Sub) && signed(&b.left, true, false) && number(&b.right, false, true) => Ok(()),
            _ => Err(vm.value_error("patterns may only match literals and attribute lookups")),
        }
    }
}

fn number(e: &Expr, real: bool, imaginary: bool) -> bool {
    match e {
        Expr::NumberLiteral(n) => if matches!(n.value, Number::Complex { .. }) { imaginary } else { real },
        Expr::EllipsisLiteral(x) => real && x.node_index.load().as_u32().is_some(),
        _ => false,
    }
}

/// A number that may have a minus sign.
fn signed(e: &Expr, real: bool, imaginary: bool) -> bool {
    match e { Expr::UnaryOp(u) => u.op == UnaryOp::USub && number(&u.operand, real, imaginary), _ => number(e, real, imaginary) }
}
