//! Statements: dispatch, `if`, `assert`, `raise`, expression statements.
//!
//! Not here: loops, `try`, `with`, `match`, definitions, imports, assignment (siblings).

use instar_code::{Const, Intrinsic1, Op};
use instar_syntax::ast::{self, Expr, Stmt};
use instar_syntax::Ranged;

use super::unit::Dst;
use super::Compiler;
use crate::error::{error, R};
use crate::symtable::Kind;

impl<'a> Compiler<'a> {
    pub(crate) fn body(&mut self, body: &'a [Stmt]) -> R {
        for s in body {
            debug_assert!(self.u.blocks.is_empty() || self.u.depth <= 32_000);
            if self.u.depth > 32_000 { return error(s.range(), "too many nested values"); }
            self.stmt(s)?;
        }
        Ok(())
    }

    /// A body inside a compound statement.
    pub(crate) fn inner_body(&mut self, body: &'a [Stmt]) -> R {
        self.u.conditional += 1;
        self.body(body)?;
        self.u.conditional -= 1;
        Ok(())
    }

    fn stmt(&mut self, s: &'a Stmt) -> R {
        self.at(s.range());
        match s {
            Stmt::FunctionDef(f) => self.function_def(f),
            Stmt::ClassDef(c) => self.class_def(c),
            Stmt::TypeAlias(t) => self.type_alias(t),
            Stmt::Return(r) => {
                if !matches!(self.u.kind, Kind::Function | Kind::Lambda) { return error(r.range, "'return' outside function"); }
                self.return_stmt(r.value.as_deref(), r.range)
            }
            Stmt::Delete(d) => d.targets.iter().try_for_each(|t| self.delete(t)),
            Stmt::Assign(a) => self.assign(a),
            Stmt::AugAssign(a) => self.aug_assign(a),
            Stmt::AnnAssign(a) => self.ann_assign(a),
            Stmt::For(f) if f.is_async => self.async_for(f),
            Stmt::For(f) => self.for_loop(f),
            Stmt::While(w) => self.while_loop(w),
            Stmt::If(i) => self.if_stmt(i),
            Stmt::With(w) => self.with(w, 0),
            Stmt::Match(m) => self.match_stmt(m),
            Stmt::Raise(r) => self.raise(r),
            Stmt::Try(t) => self.try_stmt(t),
            Stmt::Assert(a) => self.assert_stmt(a),
            Stmt::Import(i) => self.import(i),
            Stmt::ImportFrom(i) => self.import_from(i),
            Stmt::Global(_) | Stmt::Nonlocal(_) => Ok(()),
            Stmt::Pass(_) => { self.u.emit(Op::Nop, 0, 0, 0); Ok(()) }
            Stmt::Expr(e) => self.expr_stmt(e),
            Stmt::Break(b) => self.leave_loop(true, b.range),
            Stmt::Continue(c) => self.leave_loop(false, c.range),
            Stmt::IpyEscapeCommand(e) => error(e.range, "invalid syntax"),
        }
    }

    fn expr_stmt(&mut self, e: &'a ast::StmtExpr) -> R {
        if self.u.interactive && self.outer.is_empty() {
            let r = self.operand(&e.value)?;
            self.at(e.range);
            self.u.emit_to(Dst::Temp, Op::Intrinsic1, r, Intrinsic1::Print as i32);
            self.u.pop();
            return Ok(());
        }
        if self.is_literal(&e.value) {
            self.u.emit(Op::Nop, 0, 0, 0);
            return Ok(());
        }
        let depth = self.u.depth;
        let r = self.operand(&e.value)?;
        self.at(e.value.range());
        self.discard(r, depth);
        Ok(())
    }

    fn is_literal(&self, e: &Expr) -> bool {
        matches!(e, Expr::StringLiteral(_) | Expr::BytesLiteral(_) | Expr::NumberLiteral(_) | Expr::BooleanLiteral(_) | Expr::NoneLiteral(_) | Expr::EllipsisLiteral(_))
    }

    fn if_stmt(&mut self, s: &'a ast::StmtIf) -> R {
        let end = self.u.label();
        let mut next = self.u.label();
        let depth = self.u.depth;
        self.jump_if(&s.test, false, next)?;
        self.inner_body(&s.body)?;
        for c in &s.elif_else_clauses {
            self.nowhere();
            self.u.jump(end);
            self.u.place_at(next, depth);
            next = self.u.label();
            if let Some(t) = &c.test { self.jump_if(t, false, next)?; }
            self.inner_body(&c.body)?;
        }
        self.u.place_at(next, depth);
        self.u.place_at(end, depth);
        Ok(())
    }

    fn raise(&mut self, r: &'a ast::StmtRaise) -> R {
        let depth = self.u.depth;
        match (&r.exc, &r.cause) {
            (None, _) => { self.u.emit(Op::RaiseHandled, 0, 0, 0); }
            (Some(e), None) => {
                let v = self.operand(e)?;
                self.at(r.range);
                self.u.emit(Op::Raise, v, 0, 0);
            }
            (Some(e), Some(cause)) => {
                let v = self.operand_before(e, &[cause])?;
                let c = self.operand(cause)?;
                self.at(r.range);
                self.u.emit(Op::RaiseFrom, v, c, 0);
            }
        }
        self.u.set_depth(depth);
        Ok(())
    }

    fn assert_stmt(&mut self, s: &'a ast::StmtAssert) -> R {
        if let Expr::Tuple(t) = &*s.test && !t.elts.is_empty() {
            self.warn(s.range, "assertion is always true, perhaps remove parentheses?".into());
        }
        if self.options.optimize > 0 {
            self.check_awaits(&s.test)?;
            return s.msg.as_deref().map_or(Ok(()), |m| self.check_awaits(m));
        }
        let end = self.u.label();
        let depth = self.u.depth;
        self.jump_if(&s.test, true, end)?;
        self.at(s.range);
        let base = self.u.depth as i32;
        self.u.emit_to(Dst::Temp, Op::LoadAssertionError, 0, 0);
        if let Some(m) = &s.msg {
            self.push(m)?;
            self.at(s.range);
            self.u.emit_to(Dst::Temp, Op::Call, base, 1);
        }
        self.at(s.test.range());
        self.u.emit(Op::Raise, base, 0, 0);
        self.u.place_at(end, depth);
        Ok(())
    }

    /// A constant that a statement does not need.
    pub(crate) fn none(&mut self) { self.u.load_const(Dst::Temp, Const::None); }
}
