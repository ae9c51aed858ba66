//! `for`, `async for` and `while`.
//!
//! Not here: comprehensions (`comprehension.rs`), `break` and `continue` (`block.rs`).

use instar_code::Op;
use instar_syntax::ast::{self, Expr};
use instar_syntax::Ranged;

use super::block::BlockKind;
use super::unit::Dst;
use super::Compiler;
use crate::error::R;

impl<'a> Compiler<'a> {
    pub(crate) fn while_loop(&mut self, s: &'a ast::StmtWhile) -> R {
        let (top, orelse, end) = (self.u.label(), self.u.label(), self.u.label());
        let depth = self.u.depth;
        let forever = self.fold(&s.test)?.filter(crate::fold::truth);
        if let Some(c) = &forever {
            self.u.constant(c.clone());
            self.at(s.test.range());
            self.u.emit(Op::Nop, 0, 0, 0);
        }
        self.u.place(top);
        let outer = self.u.handler;
        self.push_block(BlockKind::Loop { on_break: end, on_continue: top, temps: 0 }, outer)?;
        if forever.is_none() { self.jump_if(&s.test, false, orelse)?; }
        self.inner_body(&s.body)?;
        self.at(s.test.range());
        self.u.jump_back(top);
        self.pop_block();
        self.u.place_at(orelse, depth);
        self.inner_body(&s.orelse)?;
        self.u.place_at(end, depth);
        Ok(())
    }

    pub(crate) fn for_loop(&mut self, s: &'a ast::StmtFor) -> R {
        let (top, orelse, end) = (self.u.label(), self.u.label(), self.u.label());
        let depth = self.u.depth;
        self.iterate(&s.iter)?;
        self.u.place(top);
        let outer = self.u.handler;
        self.push_block(BlockKind::Loop { on_break: end, on_continue: top, temps: 1 }, outer)?;
        self.next_item(&s.target, orelse, &s.iter)?;
        self.inner_body(&s.body)?;
        self.at(s.iter.range());
        self.u.jump_back(top);
        self.pop_block();
        self.u.place_at(orelse, depth);
        self.inner_body(&s.orelse)?;
        self.u.place_at(end, depth);
        Ok(())
    }

    /// Pushes an iterator over an expression; displays are iterated as tuples.
    pub(crate) fn iterate(&mut self, e: &'a Expr) -> R {
        let r = match e {
            Expr::List(l) if !l.elts.iter().any(|e| matches!(e, Expr::Starred(_))) => { self.at(e.range()); self.display_as_tuple(&l.elts, e.range())? }
            _ => self.operand(e)?,
        };
        self.at(e.range());
        self.u.emit_temp(Op::GetIter, r, 0);
        Ok(())
    }

    fn display_as_tuple(&mut self, items: &'a [Expr], range: instar_syntax::TextRange) -> R<super::unit::Reg> {
        match self.fold_items(items)? {
            Some(c) => self.u.load_const(Dst::Temp, instar_code::Const::Tuple(c)),
            None => self.tuple(items, range, Dst::Temp)?,
        }
        Ok(self.u.top())
    }

    /// `ForIter` on the iterator on top, its item stored in the target.
    pub(crate) fn next_item(&mut self, target: &'a Expr, exhausted: super::unit::Label, iter: &'a Expr) -> R {
        self.at(iter.range());
        let t = self.u.top();
        let dst = self.direct(target);
        let pos = self.u.pos;
        let a = match dst { Dst::Local(i) => super::unit::local(i), Dst::Temp => t + 1 };
        if let Expr::Name(n) = target { self.forbidden(&n.id, n.range)?; }
        self.u.emit(Op::ForIter, a, t, 0).target = exhausted;
        self.u.pos = pos;
        if dst == Dst::Temp { self.store_top(target)?; }
        Ok(())
    }

    pub(crate) fn async_for(&mut self, s: &'a ast::StmtFor) -> R {
        self.check_async(s.range, "'async for' outside async function")?;
        let (top, orelse, end) = (self.u.label(), self.u.label(), self.u.label());
        let depth = self.u.depth;
        let r = self.operand(&s.iter)?;
        self.at(s.iter.range());
        self.u.emit_temp(Op::GetAIter, r, 0);
        self.u.place(top);
        let outer = self.u.handler;
        self.push_block(BlockKind::Loop { on_break: end, on_continue: top, temps: 1 }, outer)?;
        self.next_async(&s.target, orelse, &s.iter)?;
        self.inner_body(&s.body)?;
        self.nowhere();
        self.u.jump_back(top);
        self.pop_block();
        self.end_async(orelse, depth, &s.iter);
        self.inner_body(&s.orelse)?;
        self.u.place_at(end, depth);
        Ok(())
    }

    /// Awaits the next item of the asynchronous iterator on top and stores it; StopAsyncIteration goes to `exhausted`.
    pub(crate) fn next_async(&mut self, target: &'a Expr, exhausted: super::unit::Label, iter: &'a Expr) -> R {
        self.at(iter.range());
        let t = self.u.top();
        let outer = self.u.protect(exhausted, self.u.depth);
        self.u.emit_temp(Op::GetANext, t, 0);
        self.none();
        self.send_loop(true);
        self.u.handler = outer;
        self.store_top(target)
    }

    /// The handler that ends an asynchronous loop.
    pub(crate) fn end_async(&mut self, exhausted: super::unit::Label, depth: u32, iter: &'a Expr) {
        self.u.place_at(exhausted, depth + 2);
        self.at(iter.range());
        self.u.emit(Op::EndAsyncFor, depth as i32, 0, 0);
    }
}
