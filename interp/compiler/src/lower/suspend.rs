//! `yield`, `yield from`, `await`.
//!
//! Not here: asynchronous loops and `with` (they use `send_loop` here).

use std::cell::RefCell;

use instar_code::{flags, Intrinsic1, Op};
use instar_syntax::ast::{self, Expr};
use instar_syntax::TextRange;

use super::unit::Dst;
use super::Compiler;
use crate::error::{error, R};
use crate::symtable::{Kind, Tag};

/// Of a comprehension that awaits where that cannot be done.
pub(super) const ASYNC_COMPREHENSION: &str = "asynchronous comprehension outside of an asynchronous function";

impl<'a> Compiler<'a> {
    pub(crate) fn yield_expr(&mut self, x: &'a ast::ExprYield) -> R {
        if !matches!(self.u.kind, Kind::Function | Kind::Lambda | Kind::Generator) { return error(x.range, "'yield' outside function"); }
        let r = match &x.value { Some(e) => self.operand(e)?, None => { self.none(); self.u.top() } };
        self.at(x.range);
        self.emit_yield(r);
        Ok(())
    }

    /// Yields a register; the value sent is the new top temp.
    pub(crate) fn emit_yield(&mut self, mut r: super::unit::Reg) {
        if self.u.flags & flags::ASYNC_GENERATOR != 0 {
            self.u.emit_to(Dst::Temp, Op::Intrinsic1, r, Intrinsic1::AsyncGenWrap as i32);
            r = self.u.top();
        }
        self.u.emit_temp(Op::YieldValue, r, 0);
    }

    pub(crate) fn yield_from_expr(&mut self, x: &'a ast::ExprYieldFrom) -> R {
        if !matches!(self.u.kind, Kind::Function | Kind::Lambda) { return error(x.range, "'yield from' outside function"); }
        if self.u.flags & flags::ASYNC_GENERATOR != 0 || self.u.flags & flags::COROUTINE != 0 { return error(x.range, "'yield from' inside async function"); }
        let r = self.operand(&x.value)?;
        self.at(x.range);
        self.u.emit_temp(Op::GetYieldFromIter, r, 0);
        self.none();
        self.send_loop(false);
        Ok(())
    }

    fn check_await(&self, x: &ast::ExprAwait) -> R {
        if !self.u.kind.is_function() && !self.options.allow_top_level_await { return error(x.range, "'await' outside function"); }
        self.check_async(x.range, "'await' outside async function")
    }

    /// What an expression that leaves no code may not hold all the same.
    pub(crate) fn check_awaits(&self, e: &Expr) -> R {
        let first = RefCell::new(Ok(()));
        ast::helpers::any_over_expr(e, |e| {
            let is_async = |scope: Option<usize>| scope.is_some_and(|s| self.table.scopes[s].has_await);
            let checked = match e {
                Expr::ListComp(x) if is_async(self.table.of(x, Tag::Body)) => self.check_async(x.range, ASYNC_COMPREHENSION),
                Expr::SetComp(x) if is_async(self.table.of(x, Tag::Body)) => self.check_async(x.range, ASYNC_COMPREHENSION),
                Expr::DictComp(x) if is_async(self.table.of(x, Tag::Body)) => self.check_async(x.range, ASYNC_COMPREHENSION),
                Expr::Await(x) => self.check_await(x),
                _ => return false,
            };
            let wrong = checked.is_err();
            *first.borrow_mut() = checked;
            wrong
        });
        first.into_inner()
    }

    pub(crate) fn await_expr(&mut self, x: &'a ast::ExprAwait) -> R {
        self.check_await(x)?;
        let r = self.operand(&x.value)?;
        self.at(x.range);
        self.await_register(r, 0);
        Ok(())
    }

    /// Awaits a register; the result is the new top temp.
    pub(crate) fn await_register(&mut self, r: super::unit::Reg, whom: i32) {
        self.u.emit_temp(Op::GetAwaitable, r, whom);
        self.none();
        self.send_loop(true);
    }

    pub(crate) fn check_async(&self, range: TextRange, message: &str) -> R {
        if self.u.flags & (flags::COROUTINE | flags::ASYNC_GENERATOR) == 0 { return error(range, message); }
        Ok(())
    }

    /// Delegates to the iterator below the top temp until it returns; both are replaced by its result.
    pub(crate) fn send_loop(&mut self, _is_await: bool) {
        let (again, cleanup, done) = (self.u.label(), self.u.label(), self.u.label());
        let depth = self.u.depth;
        let t = self.u.top();
        self.u.place(again);
        self.u.emit(Op::Send, t, t - 1, t).target = done;
        let outer = self.u.protect(cleanup, depth - 1);
        self.u.emit(Op::YieldValue, t, t, 1);
        self.u.handler = outer;
        self.u.jump_back(again);
        self.u.place_at(cleanup, depth);
        self.u.emit(Op::CleanupThrow, t, 0, 0);
        self.u.place_at(done, depth);
        self.u.emit_to(Dst::Temp, Op::EndSend, t - 1, 0);
    }
}
