//! Subscripts and slices.
//!
//! Not here: assignment to them (`assign.rs`).

use instar_code::{Const, Op};
use instar_syntax::ast::{self, Expr};
use instar_syntax::{Ranged, TextRange};

use super::unit::Dst;
use super::Compiler;
use crate::error::R;

impl<'a> Compiler<'a> {
    /// A slice without step whose ends are not both constant: `LoadSlice` and `StoreSlice` take its parts.
    pub(crate) fn two_part(&mut self, e: &'a Expr) -> R<Option<&'a ast::ExprSlice>> {
        let Expr::Slice(s) = e else { return Ok(None) };
        Ok(if s.step.is_none() && self.constant_slice(s)?.is_none() { Some(s) } else { None })
    }

    /// The constant a slice of constants is.
    pub(crate) fn constant_slice(&mut self, s: &'a ast::ExprSlice) -> R<Option<Const>> {
        let mut parts = [Const::None, Const::None, Const::None];
        for (part, e) in parts.iter_mut().zip([&s.lower, &s.upper, &s.step]) {
            if let Some(e) = e { match self.fold(e)? { Some(c) => *part = c, None => return Ok(None) } }
        }
        Ok(Some(Const::Slice(Box::new(parts))))
    }

    /// Pushes an optional slice part, None where absent.
    pub(crate) fn part(&mut self, e: Option<&'a Expr>, range: TextRange) -> R {
        match e { Some(e) => { self.push(e)?; } None => { self.at(range); self.u.load_const(Dst::Temp, Const::None); } }
        Ok(())
    }

    pub(crate) fn slice_value(&mut self, s: &'a ast::ExprSlice, dst: Dst) -> R {
        if let Some(c) = self.constant_slice(s)? {
            self.at(s.range);
            self.u.load_const(dst, c);
            return Ok(());
        }
        let base = self.u.depth;
        self.part(s.lower.as_deref(), s.range)?;
        self.part(s.upper.as_deref(), s.range)?;
        if let Some(step) = &s.step { self.push(step)?; }
        self.at(s.range);
        self.u.emit_to(dst, Op::BuildSlice, base as i32, if s.step.is_some() { 3 } else { 2 });
        Ok(())
    }

    pub(crate) fn subscript(&mut self, x: &'a ast::ExprSubscript, dst: Dst) -> R {
        self.check_subscript(x);
        if let Some(s) = self.two_part(&x.slice)? {
            let base = self.u.depth;
            self.push(&x.value)?;
            self.part(s.lower.as_deref(), s.range)?;
            self.part(s.upper.as_deref(), s.range)?;
            self.at(x.range);
            self.u.emit_to(dst, Op::LoadSlice, base as i32, 0);
            return Ok(());
        }
        let object = self.operand_before(&x.value, &[&x.slice])?;
        let constant = match &*x.slice { Expr::Slice(s) => self.constant_slice(s)?, e => self.fold(e)? };
        if let Some(c) = constant {
            let k = self.u.constant(c);
            if k <= 0xFFFF {
                self.at(x.range);
                self.u.emit_to(dst, Op::LoadSubscrK, object, k as i32);
                return Ok(());
            }
        }
        let index = self.index(&x.slice)?;
        self.at(x.range);
        self.u.emit_to(dst, Op::LoadSubscr, object, index);
        Ok(())
    }

    /// An index as an operand.
    pub(crate) fn index(&mut self, e: &'a Expr) -> R<super::unit::Reg> {
        match e {
            Expr::Slice(s) => { self.slice_value(s, Dst::Temp)?; Ok(self.u.top()) }
            e => { let r = self.operand(e)?; let _ = e.range(); Ok(r) }
        }
    }
}
