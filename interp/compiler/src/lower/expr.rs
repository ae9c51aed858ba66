//! Expressions: dispatch, operators, attributes, boolean and conditional values.
//!
//! Not here: calls, displays, comprehensions, f-strings, subscripts, await and yield (siblings).

use instar_code::{Binary, Compare, Const, Op};
use instar_syntax::ast::{self, CmpOp, Expr, Operator, UnaryOp};
use instar_syntax::{Ranged, TextRange};

use super::unit::{local, Dst, Reg};
use super::Compiler;
use crate::error::{error, R};

/// Code of an operator.
pub(crate) fn binary(op: Operator) -> Binary {
    match op {
        Operator::Add => Binary::Add, Operator::Sub => Binary::Sub, Operator::Mult => Binary::Mul, Operator::MatMult => Binary::MatMul,
        Operator::Div => Binary::TrueDiv, Operator::FloorDiv => Binary::FloorDiv, Operator::Mod => Binary::Mod, Operator::Pow => Binary::Pow,
        Operator::LShift => Binary::LShift, Operator::RShift => Binary::RShift, Operator::BitAnd => Binary::And, Operator::BitOr => Binary::Or,
        Operator::BitXor => Binary::Xor,
    }
}

/// Code of an ordering comparison; `None` for identity and membership.
pub(crate) fn compare(op: CmpOp) -> Option<Compare> {
    Some(match op {
        CmpOp::Eq => Compare::Eq, CmpOp::NotEq => Compare::Ne, CmpOp::Lt => Compare::Lt, CmpOp::LtE => Compare::Le,
        CmpOp::Gt => Compare::Gt, CmpOp::GtE => Compare::Ge, _ => return None,
    })
}

/// Right operand of an operation.
#[derive(Clone, Copy)]
pub(crate) enum Right { Reg(Reg), Const(u32) }

impl<'a> Compiler<'a> {
    /// Evaluates an expression to its destination.
    pub(crate) fn expr(&mut self, e: &'a Expr, dst: Dst) -> R {
        if let Some(c) = self.fold(e)? {
            self.at(e.range());
            self.u.load_const(dst, c);
            return Ok(());
        }
        self.at(e.range());
        match e {
            Expr::Name(n) => self.load_name(&n.id, n.range, dst),
            Expr::BoolOp(x) => self.bool_value(x, dst),
            Expr::Named(x) => self.walrus(x, dst),
            Expr::BinOp(x) => self.binary_op(x, dst),
            Expr::UnaryOp(x) => self.unary_op(x, dst),
            Expr::Lambda(x) => { self.lambda(x)?; self.settle(dst); Ok(()) }
            Expr::If(x) => self.ternary(x, dst),
            Expr::Dict(x) => { self.dict(x)?; self.settle(dst); Ok(()) }
            Expr::Set(x) => self.set(x, dst),
            Expr::List(x) => self.list(&x.elts, x.range, dst),
            Expr::Tuple(x) => self.tuple(&x.elts, x.range, dst),
            Expr::ListComp(_) | Expr::SetComp(_) | Expr::DictComp(_) | Expr::Generator(_) => { self.comprehension(e)?; self.settle(dst); Ok(()) }
            Expr::Await(x) => { self.await_expr(x)?; self.settle(dst); Ok(()) }
            Expr::Yield(x) => { self.yield_expr(x)?; self.settle(dst); Ok(()) }
            Expr::YieldFrom(x) => { self.yield_from_expr(x)?; self.settle(dst); Ok(()) }
            Expr::Compare(x) => self.compare_value(x, dst),
            Expr::Call(x) => self.call(x, dst),
            Expr::FString(x) => self.fstring(x, dst),
            Expr::TString(x) => self.tstring(x, dst),
            Expr::Attribute(x) => self.attribute(x, dst),
            Expr::Subscript(x) => self.subscript(x, dst),
            Expr::Starred(x) => error(x.range, "can't use starred expression here"),
            Expr::Slice(x) => self.slice_value(x, dst),
            Expr::StringLiteral(_) | Expr::BytesLiteral(_) | Expr::NumberLiteral(_) | Expr::BooleanLiteral(_) | Expr::NoneLiteral(_)
            | Expr::EllipsisLiteral(_) | Expr::IpyEscapeCommand(_) => error(e.range(), "invalid syntax"),
        }
    }

    fn walrus(&mut self, x: &'a ast::ExprNamed, dst: Dst) -> R {
        let Expr::Name(n) = &*x.target else { return error(x.range, "invalid syntax") };
        self.forbidden(&n.id, n.range)?;
        if let Some(i) = self.fast_name(&x.target) {
            self.expr(&x.value, Dst::Local(i))?;
            self.at(x.range);
            if dst != Dst::Local(i) { self.u.emit_to(dst, Op::Move, local(i), 0); }
            return Ok(());
        }
        self.push(&x.value)?;
        let t = self.u.top();
        self.u.emit_to(Dst::Temp, Op::Copy, t, 0);
        self.at(n.range);
        self.store_name_top(&n.id, n.range)?;
        self.settle(dst);
        Ok(())
    }

    /// The right operand of a binary operation: a constant in range or a register.
    pub(crate) fn right(&mut self, e: &'a Expr) -> R<Right> {
        if let Some(c) = self.fold(e)? {
            let k = self.u.constant(c);
            if k <= 0xFFFF { return Ok(Right::Const(k)); }
        }
        Ok(Right::Reg(self.operand(e)?))
    }

    fn binary_op(&mut self, x: &'a ast::ExprBinOp, dst: Dst) -> R {

        let left = self.operand_before(&x.left, &[&x.right])?;
        let right = self.right(&x.right)?;
        self.at(x.range);
        self.binary_emit(binary(x.op), left, right, dst);
        Ok(())
    }

    pub(crate) fn binary_emit(&mut self, op: Binary, left: Reg, right: Right, dst: Dst) {
        match right {
            Right::Const(k) => self.u.emit_to(dst, Op::BinaryOpK, left, k as i32).cache = op as u64,
            Right::Reg(r) => self.u.emit_to(dst, Op::BinaryOp, left, r).cache = op as u64,
        }
    }

    fn unary_op(&mut self, x: &'a ast::ExprUnaryOp, dst: Dst) -> R {
        if x.op == UnaryOp::Not && let Expr::Compare(c) = &*x.operand && c.ops.len() == 1 {
            let op = match c.ops[0] { CmpOp::Is => Some(Op::IsNot), CmpOp::IsNot => Some(Op::Is), CmpOp::In => Some(Op::NotContains), CmpOp::NotIn => Some(Op::Contains), _ => None };
            if let Some(op) = op {
                let (left, right) = self.pair(c)?;
                self.at(c.range);
                self.u.emit_to(dst, op, left, right);
                return Ok(());
            }
        }
        let r = self.operand(&x.operand)?;
        self.at(x.range);
        let op = match x.op { UnaryOp::Invert => Op::UnaryInvert, UnaryOp::Not => Op::UnaryNot, UnaryOp::UAdd => Op::UnaryPositive, UnaryOp::USub => Op::UnaryNegative };
        self.u.emit_to(dst, op, r, 0);
        Ok(())
    }

    /// Both operands of a comparison that has only one operator.
    pub(crate) fn pair(&mut self, c: &'a ast::ExprCompare) -> R<(Reg, Reg)> {
        let left = self.operand_before(&c.left, &[&c.comparators[0]])?;
        let right = if matches!(c.ops[0], CmpOp::In | CmpOp::NotIn) { self.container(&c.comparators[0])? } else { self.operand(&c.comparators[0])? };
        Ok((left, right))
    }

    /// The right side of `in`: displays of constants become one constant.
    pub(crate) fn container(&mut self, e: &'a Expr) -> R<Reg> {
        let constant = match e {
            Expr::List(l) => self.fold_items(&l.elts)?.map(Const::Tuple),
            Expr::Set(s) => self.fold_items(&s.elts)?.map(Const::FrozenSet),
            _ => None,
        };
        match constant {
            Some(c) => { self.at(e.range()); self.u.load_const(Dst::Temp, c); Ok(self.u.top()) }
            None => self.operand(e),
        }
    }

    /// Emits one comparison of two operands.
    pub(crate) fn compare_emit(&mut self, op: CmpOp, left: Reg, right: Right, dst: Dst) {
        match (compare(op), right) {
            (Some(c), Right::Const(k)) => self.u.emit_to(dst, Op::CompareOpK, left, k as i32).cache = c as u64,
            (Some(c), Right::Reg(r)) => self.u.emit_to(dst, Op::CompareOp, left, r).cache = c as u64,
            (None, right) => {
                let r = match right { Right::Reg(r) => r, Right::Const(k) => { self.u.emit_to(Dst::Temp, Op::LoadConst, k as i32, 0); self.u.top() } };
                let op = match op { CmpOp::Is => Op::Is, CmpOp::IsNot => Op::IsNot, CmpOp::In => Op::Contains, _ => Op::NotContains };
                self.u.emit_to(dst, op, left, r);
            }
        }
    }

    /// The right operand of a comparison.
    pub(crate) fn compare_right(&mut self, op: CmpOp, e: &'a Expr) -> R<Right> {
        match op {
            CmpOp::In | CmpOp::NotIn => Ok(Right::Reg(self.container(e)?)),
            CmpOp::Is | CmpOp::IsNot => Ok(Right::Reg(self.operand(e)?)),
            _ => self.right(e),
        }
    }

    fn compare_value(&mut self, x: &'a ast::ExprCompare, dst: Dst) -> R {
        self.check_compare(x);
        if x.ops.len() == 1 {
            let left = self.operand_before(&x.left, &[&x.comparators[0]])?;
            let right = self.compare_right(x.ops[0], &x.comparators[0])?;
            self.at(x.range);
            self.compare_emit(x.ops[0], left, right, dst);
            return Ok(());
        }
        // Middle values live in hidden locals: they are needed twice.
        let end = self.u.label();
        let base = self.u.depth;
        let mut hidden = Vec::new();
        let mut left = self.operand_before(&x.left, &[&x.comparators[0]])?;
        for (n, (op, e)) in x.ops.iter().zip(&x.comparators).enumerate() {
            if n + 1 == x.ops.len() {
                let right = self.compare_right(*op, e)?;
                self.at(x.range);
                self.compare_emit(*op, left, right, Dst::Temp);
            } else {
                let middle = self.middle(e, &x.comparators[n + 1..], &mut hidden)?;
                self.at(x.range);
                self.compare_emit(*op, left, Right::Reg(middle), Dst::Temp);
                let t = self.u.top();
                self.u.emit_jump(Op::JumpIfFalseKeep, t, 0, end);
                left = middle;
            }
        }
        self.u.place_at(end, base + 1);
        for i in hidden {
            self.u.emit(Op::Release, local(i), 0, 0);
            self.u.relinquish(i);
        }
        self.settle(dst);
        Ok(())
    }

    /// A value in the middle of a chain: a local that nothing rebinds or a hidden one.
    pub(crate) fn middle(&mut self, e: &'a Expr, later: &'a [Expr], hidden: &mut Vec<usize>) -> R<Reg> {
        if let (Some(i), Expr::Name(n)) = (self.fast_name(e), e) && !later.iter().any(|l| self.u.has_walrus && super::names::rebinds(l, &n.id)) {
            self.at(e.range());
            self.u.emit(Op::CheckLocal, local(i), 0, 0);
            return Ok(local(i));
        }
        let i = self.u.acquire();
        self.expr(e, Dst::Local(i))?;
        hidden.push(i);
        Ok(local(i))
    }

    fn bool_value(&mut self, x: &'a ast::ExprBoolOp, dst: Dst) -> R {
        let end = self.u.label();
        let base = self.u.depth;
        let op = if x.op == ast::BoolOp::Or { Op::JumpIfTrueKeep } else { Op::JumpIfFalseKeep };
        for (n, e) in x.values.iter().enumerate() {
            let last = n + 1 == x.values.len();
            if let Some(c) = self.fold(e)? {
                let truth = crate::fold::truth(&c);
                if !last && truth != (x.op == ast::BoolOp::Or) { continue; }
                self.push(e)?;
                if !last && truth == (x.op == ast::BoolOp::Or) { break; }
                continue;
            }
            self.push(e)?;
            if !last {
                self.at(x.range);
                let t = self.u.top();
                self.u.emit_jump(op, t, 0, end);
            }
        }
        self.u.place_at(end, base + 1);
        self.settle(dst);
        Ok(())
    }

    fn ternary(&mut self, x: &'a ast::ExprIf, dst: Dst) -> R {
        if let Some(c) = self.fold(&x.test)? {
            return self.expr(if crate::fold::truth(&c) { &x.body } else { &x.orelse }, dst);
        }
        let (orelse, end) = (self.u.label(), self.u.label());
        let base = self.u.depth;
        self.jump_if(&x.test, false, orelse)?;
        self.expr(&x.body, dst)?;
        self.u.jump(end);
        self.u.place_at(orelse, base);
        self.expr(&x.orelse, dst)?;
        self.u.place(end);
        Ok(())
    }

    fn attribute(&mut self, x: &'a ast::ExprAttribute, dst: Dst) -> R {
        if let Some((base, bare)) = self.super_operands(&x.value, &x.attr)? {
            let n = self.u.name_of(&self.mangle(&x.attr));
            self.attr_position(x);
            self.u.emit_to(dst, Op::LoadSuperAttr, base, n as i32).cache = bare;
            return Ok(());
        }
        let object = self.operand(&x.value)?;
        self.at(x.range);
        self.attr_position(x);
        self.load_attr(object, &x.attr, dst);
        Ok(())
    }

    /// Loads an attribute of a register.
    pub(crate) fn load_attr(&mut self, object: Reg, name: &str, dst: Dst) {
        let name = self.mangle(name);
        let n = self.u.name_of(&name);
        if n <= 0xFFFF {
            self.u.emit_to(dst, Op::LoadAttr, object, n as i32);
        } else {
            self.u.load_const(Dst::Temp, crate::fold::text(&name));
            let t = self.u.top();
            self.u.emit_to(dst, Op::LoadAttrDyn, object, t);
        }
    }

    /// CPython blames the attribute's name alone if it stands on another line than the object.
    pub(crate) fn attr_position(&mut self, x: &ast::ExprAttribute) {
        self.u.pos = self.position(self.attr_range(x));
    }

    pub(crate) fn attr_range(&self, x: &ast::ExprAttribute) -> TextRange {
        let end = x.range.end();
        let first = self.lines.locate(x.range.start()).0;
        if first != self.lines.locate(end).0 { TextRange::new(x.attr.range.start(), end) } else { x.range }
    }
}
