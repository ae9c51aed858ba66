//! Conditions: jumps on the truth of an expression.
//!
//! Not here: values of boolean operators (`expr.rs`).

use instar_code::{Op, Const};
use instar_syntax::ast::{self, BoolOp, CmpOp, Expr, UnaryOp};
use instar_syntax::Ranged;

use super::expr::{compare, Right};
use super::unit::{local, Dst, Label, Reg};
use super::Compiler;
use crate::error::R;

impl<'a> Compiler<'a> {
    /// Jumps to `target` if the truth of `e` is `truth`, else falls through. The depth is the same on both ways.
    pub(crate) fn jump_if(&mut self, e: &'a Expr, truth: bool, target: Label) -> R {
        if let Some(c) = self.fold(e)? {
            let decided = crate::fold::truth(&c);
            self.u.constant(c);
            self.at(e.range());
            self.u.emit(Op::Nop, 0, 0, 0);
            if decided == truth { self.at(e.range()); self.u.jump(target); }
            return Ok(());
        }
        match e {
            Expr::UnaryOp(x) if x.op == UnaryOp::Not => return self.jump_if(&x.operand, !truth, target),
            Expr::BoolOp(x) => return self.jump_bool(x, truth, target),
            Expr::If(x) => {
                let (orelse, end) = (self.u.label(), self.u.label());
                let base = self.u.depth;
                self.jump_if(&x.test, false, orelse)?;
                self.jump_if(&x.body, truth, target)?;
                self.u.jump(end);
                self.u.place_at(orelse, base);
                self.jump_if(&x.orelse, truth, target)?;
                self.u.place_at(end, base);
                return Ok(());
            }
            Expr::Compare(x) => return self.jump_compare(x, truth, target),
            _ => {}
        }
        let r = self.operand(e)?;
        self.at(e.range());
        self.u.emit_jump(if truth { Op::JumpIfTrue } else { Op::JumpIfFalse }, r, 0, target);
        Ok(())
    }

    fn jump_bool(&mut self, x: &'a ast::ExprBoolOp, truth: bool, target: Label) -> R {
        // `or` decides on the first true value, `and` on the first false one.
        let decides = x.op == BoolOp::Or;
        let Some((last, first)) = x.values.split_last() else { return Ok(()) };
        if decides == truth {
            for e in first { self.jump_if(e, truth, target)?; }
            return self.jump_if(last, truth, target);
        }
        let end = self.u.label();
        for e in first { self.jump_if(e, decides, end)?; }
        self.jump_if(last, truth, target)?;
        let depth = self.u.depth;
        self.u.place_at(end, depth);
        Ok(())
    }

    fn jump_compare(&mut self, x: &'a ast::ExprCompare, truth: bool, target: Label) -> R {
        self.check_compare(x);
        if x.ops.len() == 1 {
            let (op, e) = (x.ops[0], &x.comparators[0]);
            if matches!(op, CmpOp::Is | CmpOp::IsNot) && matches!(self.fold(e)?, Some(Const::None)) && self.fold(&x.left)?.is_none() {
                let r = self.operand(&x.left)?;
                self.at(x.range);
                let none = (op == CmpOp::Is) == truth;
                self.u.emit_jump(if none { Op::JumpIfNone } else { Op::JumpIfNotNone }, r, 0, target);
                return Ok(());
            }
            let left = self.operand_before(&x.left, &[e])?;
            let right = self.compare_right(op, e)?;
            self.at(x.range);
            self.jump_pair(op, left, right, truth, target);
            return Ok(());
        }
        // Middle values live in hidden locals; both ways out release them.
        let mut hidden = Vec::new();
        let failed = self.u.label();
        let mut left = self.operand_before(&x.left, &[&x.comparators[0]])?;
        let count = x.ops.len();
        for (n, (op, e)) in x.ops.iter().zip(&x.comparators).enumerate() {
            if n + 1 == count {
                let right = self.compare_right(*op, e)?;
                self.at(x.range);
                self.jump_pair(*op, left, right, false, failed);
            } else {
                let middle = self.middle(e, &x.comparators[n + 1..], &mut hidden)?;
                self.at(x.range);
                self.jump_pair(*op, left, Right::Reg(middle), false, failed);
                left = middle;
            }
        }
        let release = |c: &mut Self| for &i in &hidden { c.u.emit(Op::Release, local(i), 0, 0); };
        let depth = self.u.depth;
        release(self);
        if truth {
            let end = self.u.label();
            self.u.jump(target);
            self.u.place_at(failed, depth);
            release(self);
            self.u.place_at(end, depth);
        } else {
            let end = self.u.label();
            self.u.jump(end);
            self.u.place_at(failed, depth);
            release(self);
            self.u.jump(target);
            self.u.place_at(end, depth);
        }
        for i in hidden { self.u.relinquish(i); }
        Ok(())
    }

    /// Jumps if a comparison of two operands has a truth.
    pub(crate) fn jump_pair(&mut self, op: CmpOp, left: Reg, right: Right, truth: bool, target: Label) {
        let Some(c) = compare(op) else {
            self.compare_emit(op, left, right, Dst::Temp);
            let t = self.u.top();
            self.u.emit_jump(if truth { Op::JumpIfTrue } else { Op::JumpIfFalse }, t, 0, target);
            return;
        };
        let (op, r) = match right { Right::Reg(r) => (Op::CompareJump, r), Right::Const(k) => (Op::CompareJumpK, k as i32) };
        self.u.emit_jump(op, left, r, target).cache = c as u64 | u64::from(truth) << 16;
    }
}
