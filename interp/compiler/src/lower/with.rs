//! `with` and `async with`.
//!
//! Not here: leaving the body early (`block.rs`).

use instar_code::Op;
use instar_syntax::ast;
use instar_syntax::Ranged;

use super::block::BlockKind;
use super::unit::Dst;
use super::Compiler;
use crate::error::R;

impl<'a> Compiler<'a> {
    /// Item `n` and the rest of a `with` statement. Temps: manager, exit method (two), then the body.
    pub(crate) fn with(&mut self, s: &'a ast::StmtWith, n: usize) -> R {
        if s.is_async { self.check_async(s.range, "'async with' outside async function")?; }
        let Some(item) = s.items.get(n) else { return self.inner_body(&s.body) };
        let (handler, end) = (self.u.label(), self.u.label());
        let depth = self.u.depth;
        let manager = self.push(&item.context_expr)?;
        let range = item.context_expr.range();
        self.at(range);
        let which = if s.is_async { 2 } else { 0 };
        self.u.emit_to(Dst::Temp, Op::Copy, manager, 0);
        self.u.emit_temp(Op::LoadSpecial, manager + 1, which + 1);
        self.u.emit_to(Dst::Temp, Op::Copy, manager, 0);
        let enter = self.u.top();
        self.u.emit_temp(Op::LoadSpecial, enter, which);
        self.u.emit_to(Dst::Temp, Op::CallMethod, enter, 0);
        if s.is_async { let t = self.u.top(); self.await_register(t, 1); }
        let outer = self.u.protect(handler, depth + 3);
        self.push_block(BlockKind::With { is_async: s.is_async, range }, outer)?;
        match &item.optional_vars {
            Some(v) => self.store_top(v)?,
            None => self.u.pop(),
        }
        self.with(s, n + 1)?;
        self.pop_block();
        self.u.handler = outer;
        self.at(range);
        self.exit_normally(s.is_async)?;
        self.u.jump(end);
        // The exception stands above the exit method.
        self.u.place_at(handler, depth + 4);
        self.at(range);
        let exc = depth as i32 + 3;
        let (over, suppressed) = (self.u.label(), self.u.label());
        self.u.emit(Op::PushExc, exc, 0, 0);
        let outer = self.u.protect(over, depth + 5);
        self.u.emit_temp(Op::WithExceptStart, manager + 1, 0);
        if s.is_async { let t = self.u.top(); self.await_register(t, 2); }
        let t = self.u.top();
        self.u.emit_jump(Op::JumpIfTrue, t, 0, suppressed);
        self.u.handler = outer;
        // What left the body left it there, not here.
        self.u.pos.line = crate::assemble::NEVER;
        self.u.emit(Op::ReraiseHandled, exc, 0, 0);
        self.at(range);
        self.u.place_at(suppressed, depth + 5);
        self.u.emit(Op::PopExc, exc, 0, 0);
        for _ in 0..3 { self.u.pop(); }
        self.u.jump(end);
        self.reraise_over(over, depth + 3);
        self.u.place_at(end, depth);
        Ok(())
    }

    /// Calls the exit method with three None and drops it and the manager.
    pub(crate) fn exit_normally(&mut self, is_async: bool) -> R {
        let exit = self.u.depth as i32 - 2;
        for _ in 0..3 { self.none(); }
        self.u.emit_to(Dst::Temp, Op::CallMethod, exit, 3);
        if is_async { let t = self.u.top(); self.await_register(t, 2); }
        self.u.pop();
        self.u.pop();
        Ok(())
    }

    /// The handler of a handler whose exception pair stands at `pair`.
    pub(crate) fn reraise_over(&mut self, label: super::unit::Label, pair: u32) {
        self.u.place_at(label, pair + 3);
        self.nowhere();
        self.u.emit(Op::ReraiseOver, pair as i32, 0, 0);
    }
}
