//! Tuple, list, set and dict displays, and argument lists with stars.
//!
//! Not here: comprehensions, constant folding.

use instar_code::{Const, Op};
use instar_syntax::ast::{self, Expr};
use instar_syntax::TextRange;

use super::unit::{Dst, MANY};
use super::Compiler;
use crate::error::R;

impl<'a> Compiler<'a> {
    pub(crate) fn tuple(&mut self, items: &'a [Expr], range: TextRange, dst: Dst) -> R {
        if items.len() <= MANY && !items.iter().any(|e| matches!(e, Expr::Starred(_))) {
            let base = self.u.depth;
            for e in items { self.push(e)?; }
            self.at(range);
            self.u.emit_to(dst, Op::BuildTuple, base as i32, items.len() as i32);
            return Ok(());
        }
        self.list(items, range, Dst::Temp)?;
        let t = self.u.top();
        self.u.emit_to(dst, Op::ListToTuple, t, 0);
        Ok(())
    }

    pub(crate) fn list(&mut self, items: &'a [Expr], range: TextRange, dst: Dst) -> R {
        let base = self.u.depth;
        let starred = items.iter().any(|e| matches!(e, Expr::Starred(_)));
        if items.len() > 2 && !starred && let Some(constants) = self.fold_items(items)? {
            self.at(range);
            self.u.emit_to(Dst::Temp, Op::BuildList, base as i32, 0);
            self.u.load_const(Dst::Temp, Const::Tuple(constants));
            let t = self.u.top();
            self.u.emit(Op::ListExtend, t - 1, t, 0);
            self.settle(dst);
            return Ok(());
        }
        let small = items.len() <= MANY;
        let direct = if small { items.iter().position(|e| matches!(e, Expr::Starred(_))).unwrap_or(items.len()) } else { 0 };
        for e in &items[..direct] { self.push(e)?; }
        self.at(range);
        if direct == items.len() {
            self.u.emit_to(dst, Op::BuildList, base as i32, direct as i32);
            return Ok(());
        }
        self.u.emit_to(Dst::Temp, Op::BuildList, base as i32, direct as i32);
        let list = self.u.top();
        for e in &items[direct..] {
            let (value, op) = match e { Expr::Starred(s) => (&*s.value, Op::ListExtend), e => (e, Op::ListAppend) };
            let r = self.operand(value)?;
            self.at(range);
            self.u.emit(op, list, r, 0);
        }
        self.at(range);
        self.settle(dst);
        Ok(())
    }

    pub(crate) fn set(&mut self, x: &'a ast::ExprSet, dst: Dst) -> R {
        let items = &x.elts;
        let base = self.u.depth;
        if items.len() > 2 && let Some(constants) = self.fold_items(items)? {
            self.at(x.range);
            self.u.emit_to(Dst::Temp, Op::BuildSet, base as i32, 0);
            self.u.load_const(Dst::Temp, Const::FrozenSet(constants));
            let t = self.u.top();
            self.u.emit(Op::SetUpdate, t - 1, t, 0);
            self.settle(dst);
            return Ok(());
        }
        let small = items.len() <= MANY;
        let direct = if small { items.iter().position(|e| matches!(e, Expr::Starred(_))).unwrap_or(items.len()) } else { 0 };
        for e in &items[..direct] { self.push(e)?; }
        self.at(x.range);
        if direct == items.len() {
            self.u.emit_to(dst, Op::BuildSet, base as i32, direct as i32);
            return Ok(());
        }
        self.u.emit_to(Dst::Temp, Op::BuildSet, base as i32, direct as i32);
        let set = self.u.top();
        for e in &items[direct..] {
            let (value, op) = match e { Expr::Starred(s) => (&*s.value, Op::SetUpdate), e => (e, Op::SetAdd) };
            let r = self.operand(value)?;
            self.at(x.range);
            self.u.emit(op, set, r, 0);
        }
        self.settle(dst);
        Ok(())
    }

    /// A dict display into a new temp.
    pub(crate) fn dict(&mut self, x: &'a ast::ExprDict) -> R {
        let base = self.u.depth;
        let direct = if x.items.len() <= MANY / 2 { x.items.iter().position(|i| i.key.is_none()).unwrap_or(x.items.len()) } else { 0 };
        for i in &x.items[..direct] {
            if let Some(k) = &i.key { self.push(k)?; }
            self.push(&i.value)?;
        }
        self.at(x.range);
        self.u.emit_to(Dst::Temp, Op::BuildMap, base as i32, direct as i32);
        let dict = self.u.top();
        for i in &x.items[direct..] {
            match &i.key {
                Some(k) => {
                    let key = self.operand_before(k, &[&i.value])?;
                    let value = self.operand(&i.value)?;
                    self.at(x.range);
                    self.u.emit(Op::MapAdd, dict, key, value);
                }
                None => {
                    let value = self.operand(&i.value)?;
                    self.at(x.range);
                    self.u.emit(Op::DictUpdate, dict, value, 0);
                }
            }
        }
        Ok(())
    }
}
