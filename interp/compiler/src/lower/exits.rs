//! `try` with `except`, `except*`, `else` and `finally`.
//!
//! Not here: leaving these blocks early (`block.rs`).

use instar_code::{Intrinsic2, Op};
use instar_syntax::ast::{self, ExceptHandler, Stmt};

use super::block::BlockKind;
use super::unit::{Dst, Label};
use super::Compiler;
use crate::error::{error, R};

impl<'a> Compiler<'a> {
    pub(crate) fn try_stmt(&mut self, s: &'a ast::StmtTry) -> R {
        if s.finalbody.is_empty() { return self.try_except(s); }
        self.check_finally(&s.finalbody);
        let (handler, end) = (self.u.label(), self.u.label());
        let depth = self.u.depth;
        let outer = self.u.protect(handler, depth);
        self.push_block(BlockKind::Finally(&s.finalbody), outer)?;
        self.u.emit(Op::Nop, 0, 0, 0);
        if s.handlers.is_empty() { self.inner_body(&s.body)? } else { self.try_except(s)? }
        self.pop_block();
        self.u.handler = outer;
        self.inner_body(&s.finalbody)?;
        self.nowhere();
        self.u.jump(end);
        // The same again for exceptions.
        self.u.place_at(handler, depth + 1);
        let over = self.u.label();
        self.nowhere();
        self.u.emit(Op::PushExc, depth as i32, 0, 0);
        let outer = self.u.protect(over, depth + 2);
        self.push_block(BlockKind::FinallyHandler, outer)?;
        self.inner_body(&s.finalbody)?;
        self.pop_block();
        self.u.handler = outer;
        self.nowhere();
        self.u.emit(Op::ReraiseHandled, depth as i32, 0, 0);
        self.reraise_over(over, depth);
        self.u.place_at(end, depth);
        Ok(())
    }

    fn try_except(&mut self, s: &'a ast::StmtTry) -> R {
        let (handler, end) = (self.u.label(), self.u.label());
        let depth = self.u.depth;
        let outer = self.u.protect(handler, depth);
        self.push_block(BlockKind::Try, outer)?;
        self.u.emit(Op::Nop, 0, 0, 0);
        self.inner_body(&s.body)?;
        self.pop_block();
        self.u.handler = outer;
        self.inner_body(&s.orelse)?;
        self.nowhere();
        self.u.jump(end);
        self.u.place_at(handler, depth + 1);
        self.u.emit(Op::PushExc, depth as i32, 0, 0);
        let over = self.u.label();
        let outer = self.u.protect(over, depth + 2);
        if s.is_star { self.star_handlers(s, depth, end, outer)? } else { self.handlers(s, depth, end, outer)? }
        self.u.handler = outer;
        self.reraise_over(over, depth);
        self.u.place_at(end, depth);
        Ok(())
    }

    fn handlers(&mut self, s: &'a ast::StmtTry, depth: u32, end: Label, outer: u32) -> R {
        for (n, ExceptHandler::ExceptHandler(h)) in s.handlers.iter().enumerate() {
            self.at(h.range);
            let next = self.u.label();
            match &h.type_ {
                Some(class) => {
                    let c = self.operand(class)?;
                    self.at(h.range);
                    self.u.emit_to(Dst::Temp, Op::ExcMatch, depth as i32, c);
                    let t = self.u.top();
                    self.u.emit_jump(Op::JumpIfFalse, t, 0, next);
                }
                None if n + 1 < s.handlers.len() => return error(h.range, "default 'except:' must be last"),
                // A line of its own: nothing else of it is executed.
                None => { self.u.emit(Op::Nop, 0, 0, 0); }
            }
            let inside = self.u.handler;
            match &h.name {
                None => {
                    self.push_block(BlockKind::Handler { name: None }, outer)?;
                    self.inner_body(&h.body)?;
                    self.pop_block();
                    self.nowhere();
                    self.u.handler = outer;
                    self.u.emit(Op::PopExc, depth as i32, 0, 0);
                    self.u.jump(end);
                    self.u.handler = inside;
                }
                Some(name) => {
                    self.forbidden(name, h.range)?;
                    self.at(h.range);
                    self.bind_exception(name, depth as i32)?;
                    let cleanup = self.u.label();
                    self.u.protect(cleanup, depth + 2);
                    self.push_block(BlockKind::Handler { name: Some(name.as_str()) }, outer)?;
                    self.inner_body(&h.body)?;
                    self.pop_block();
                    self.nowhere();
                    self.u.handler = outer;
                    self.u.emit(Op::PopExc, depth as i32, 0, 0);
                    self.clear_name(name)?;
                    self.u.jump(end);
                    self.u.handler = inside;
                    self.u.place_at(cleanup, depth + 3);
                    self.nowhere();
                    self.clear_name(name)?;
                    // The region around sees this as any exception that leaves the handler.
                    self.u.handler = outer;
                    self.u.emit(Op::ReraiseOver, depth as i32, 0, 0);
                    self.u.handler = inside;
                }
            }
            self.u.place_at(next, depth + 2);
        }
        self.nowhere();
        self.u.handler = outer;
        self.u.emit(Op::ReraiseHandled, depth as i32, 0, 0);
        Ok(())
    }

    /// Binds the exception in temp `exc` (which stays) to a name.
    fn bind_exception(&mut self, name: &str, exc: i32) -> R {
        if let super::unit::Var::Fast(i) = self.var(name) && !self.u.is_far(i) {
            self.u.emit(Op::Copy, super::unit::local(i), exc, 0);
        } else {
            self.u.emit_to(Dst::Temp, Op::Copy, exc, 0);
            let t = self.u.top();
            self.store_name_from(name, t);
        }
        Ok(())
    }

    /// Clauses of `except*`. Temps: exception pair, list of raised parts, rest.
    fn star_handlers(&mut self, s: &'a ast::StmtTry, depth: u32, end: Label, outer: u32) -> R {
        let base = depth as i32;
        self.u.emit_to(Dst::Temp, Op::BuildList, base + 2, 0);
        self.u.emit_to(Dst::Temp, Op::Copy, base, 0);
        let (results, rest) = (base + 2, base + 3);
        for ExceptHandler::ExceptHandler(h) in &s.handlers {
            self.at(h.range);
            let Some(class) = &h.type_ else { return error(h.range, "expected one or more exception types") };
            let (no_match, next) = (self.u.label(), self.u.label());
            self.push(class)?;
            self.at(h.range);
            self.u.emit(Op::ExcGroupMatch, rest, rest, rest + 1);
            // Temps now: matched part or None, rest or None. The rest stays, the matched part waits in a hidden local.
            let (matched, rest_slot) = (self.u.acquire(), self.u.acquire());
            self.u.emit(Op::Move, super::unit::local(rest_slot), rest + 1, 0);
            self.u.emit(Op::Move, super::unit::local(matched), rest, 0);
            self.u.emit_to(Dst::Temp, Op::Move, super::unit::local(rest_slot), 0);
            self.u.emit(Op::Release, super::unit::local(rest_slot), 0, 0);
            self.u.relinquish(rest_slot);
            self.u.emit_jump(Op::JumpIfNone, super::unit::local(matched), 0, no_match);
            // The part becomes the handled exception while the body runs.
            let part = rest + 1;
            let failed = self.u.label();
            self.u.emit_to(Dst::Temp, Op::Move, super::unit::local(matched), 0);
            self.u.emit(Op::Release, super::unit::local(matched), 0, 0);
            self.u.emit(Op::PushExc, part, 0, 0);
            if let Some(name) = &h.name {
                self.forbidden(name, h.range)?;
                self.at(h.range);
                self.bind_exception(name, part)?;
            }
            let inside = self.u.protect(failed, depth + 6);
            self.push_block(BlockKind::StarHandler, inside)?;
            self.inner_body(&h.body)?;
            self.pop_block();
            self.nowhere();
            self.u.handler = inside;
            self.u.emit(Op::PopExc, part, 0, 0);
            if let Some(name) = &h.name { self.clear_name(name)?; }
            self.u.jump(next);
            // An exception of the body joins the list.
            self.u.place_at(failed, depth + 7);
            self.nowhere();
            if let Some(name) = &h.name { self.clear_name(name)?; }
            let new = self.u.top();
            self.u.emit(Op::ListAppend, results, new, 0);
            self.u.emit(Op::PopExc, part, 0, 0);
            self.u.jump(next);
            self.u.place_at(no_match, depth + 4);
            self.u.emit(Op::Release, super::unit::local(matched), 0, 0);
            self.u.relinquish(matched);
            self.u.place_at(next, depth + 4);
        }
        self.nowhere();
        // What is left joins the parts; then raise all again or nothing.
        let reraise = self.u.label();
        self.u.emit(Op::ListAppend, results, rest, 0);
        let list = self.u.acquire();
        self.u.emit(Op::Move, super::unit::local(list), results, 0);
        self.u.emit_to(Dst::Temp, Op::Copy, base, 0);
        self.u.emit_to(Dst::Temp, Op::Move, super::unit::local(list), 0);
        self.u.emit(Op::Release, super::unit::local(list), 0, 0);
        self.u.relinquish(list);
        self.u.emit_to(Dst::Temp, Op::Intrinsic2, base + 2, Intrinsic2::PrepReraiseStar as i32);
        let result = self.u.acquire();
        self.u.emit(Op::Move, super::unit::local(result), base + 2, 0);
        self.u.emit_jump(Op::JumpIfNotNone, super::unit::local(result), 0, reraise);
        let inside = std::mem::replace(&mut self.u.handler, outer);
        self.u.emit(Op::PopExc, base, 0, 0);
        self.u.emit(Op::Release, super::unit::local(result), 0, 0);
        self.u.jump(end);
        self.u.handler = inside;
        self.u.place_at(reraise, depth + 2);
        self.u.emit_to(Dst::Temp, Op::Move, super::unit::local(result), 0);
        self.u.emit(Op::Release, super::unit::local(result), 0, 0);
        self.u.relinquish(result);
        self.u.handler = outer;
        self.u.emit(Op::ReraiseOver, base, 0, 0);
        self.u.handler = inside;
        Ok(())
    }

    /// PEP 765: leaving a `finally` with return, break or continue is warned about.
    fn check_finally(&mut self, body: &'a [Stmt]) { self.find_exits(body, false); }

    fn find_exits(&mut self, body: &'a [Stmt], in_loop: bool) {
        for s in body {
            match s {
                Stmt::Return(r) => self.warn(r.range, "'return' in a 'finally' block".into()),
                Stmt::Break(b) if !in_loop => self.warn(b.range, "'break' in a 'finally' block".into()),
                Stmt::Continue(c) if !in_loop => self.warn(c.range, "'continue' in a 'finally' block".into()),
                Stmt::For(f) => { self.find_exits(&f.body, true); self.find_exits(&f.orelse, in_loop); }
                Stmt::While(w) => { self.find_exits(&w.body, true); self.find_exits(&w.orelse, in_loop); }
                Stmt::If(i) => { self.find_exits(&i.body, in_loop); for c in &i.elif_else_clauses { self.find_exits(&c.body, in_loop); } }
                Stmt::With(w) => self.find_exits(&w.body, in_loop),
                Stmt::Match(m) => for c in &m.cases { self.find_exits(&c.body, in_loop); },
                Stmt::Try(t) => {
                    self.find_exits(&t.body, in_loop);
                    for ExceptHandler::ExceptHandler(h) in &t.handlers { self.find_exits(&h.body, in_loop); }
                    self.find_exits(&t.orelse, in_loop);
                    // Its own finally warns by itself.
                }
                _ => {}
            }
        }
    }
}
