//! Loading, storing and deleting names.
//!
//! Not here: attributes and subscripts (`assign.rs`, `subscript.rs`).

use instar_code::{Const, Op};
use instar_syntax::ast::{self, Expr};
use instar_syntax::{Ranged, TextRange};

use super::unit::{local, Dst, Reg, Var};
use super::Compiler;
use crate::error::{error, R};

impl<'a> Compiler<'a> {
    pub(crate) fn var(&self, name: &str) -> Var { self.u.lookup(self.table, &self.mangle(name)) }

    /// The slot of a name that is a near local.
    pub(crate) fn fast_name(&self, e: &Expr) -> Option<usize> {
        let Expr::Name(n) = e else { return None };
        match self.var(&n.id) { Var::Fast(i) if !self.u.is_far(i) => Some(i), _ => None }
    }

    /// Where a statement `target = value` may put the value at once.
    pub(crate) fn direct(&self, target: &Expr) -> Dst { self.fast_name(target).map_or(Dst::Temp, Dst::Local) }

    /// Evaluates to a register: a local as it stands, or a new temp.
    pub(crate) fn operand(&mut self, e: &'a Expr) -> R<Reg> {
        if let Some(i) = self.fast_name(e) && !self.options.copy_operands {
            self.at(e.range());
            self.u.emit(Op::CheckLocal, local(i), 0, 0);
            return Ok(local(i));
        }
        if let Expr::Named(x) = e && let Some(i) = self.fast_name(&x.target) && !self.options.copy_operands {
            if let Expr::Name(n) = &*x.target { self.forbidden(&n.id, n.range)?; }
            self.expr(&x.value, Dst::Local(i))?;
            return Ok(local(i));
        }
        self.push(e)
    }

    /// As [`operand`](Self::operand), but a local that `later` expressions may rebind is copied.
    pub(crate) fn operand_before(&mut self, e: &'a Expr, later: &[&'a Expr]) -> R<Reg> {
        let target = match e { Expr::Named(x) => &*x.target, e => e };
        if self.u.has_walrus && let Expr::Name(n) = target && later.iter().any(|l| rebinds(l, &n.id)) { return self.push(e); }
        self.operand(e)
    }

    /// Evaluates to a new temp.
    pub(crate) fn push(&mut self, e: &'a Expr) -> R<Reg> {
        self.expr(e, Dst::Temp)?;
        Ok(self.u.top())
    }

    pub(crate) fn load_name(&mut self, name: &str, range: TextRange, dst: Dst) -> R {
        if name == "__debug__" {
            self.u.load_const(dst, if self.options.optimize == 0 { Const::True } else { Const::False });
            return Ok(());
        }
        let name = self.mangle(name);
        match self.u.lookup(self.table, &name) {
            Var::Fast(i) if self.u.is_far(i) => {
                self.u.emit(Op::CheckFar, 0, i as i32, 0);
                self.u.emit_temp(Op::LoadFar, i as i32, 0);
                self.settle(dst);
            }
            Var::Fast(i) => {
                self.u.emit(Op::CheckLocal, local(i), 0, 0);
                self.u.emit_to(dst, Op::Move, local(i), 0);
            }
            Var::Deref(i) => { self.u.emit_to(dst, Op::LoadDeref, local(i), 0); }
            Var::ClassDeref(i) => {
                self.load_class_namespace();
                let t = self.u.top();
                self.u.emit_to(dst, Op::LoadFromDictOrDeref, local(i), t);
            }
            Var::ClassGlobal => {
                self.load_class_namespace();
                let t = self.u.top();
                let n = self.u.name_of(&name);
                self.narrow(n, range)?;
                self.u.emit_to(dst, Op::LoadFromDictOrGlobals, t, n as i32);
            }
            Var::Global => { let n = self.u.name_of(&name); self.u.emit_to(dst, Op::LoadGlobal, n as i32, 0); }
            Var::Name => { let n = self.u.name_of(&name); self.u.emit_to(dst, Op::LoadName, n as i32, 0); }
        }
        Ok(())
    }

    /// Loads the namespace in which class-level names are looked up first.
    fn load_class_namespace(&mut self) {
        match self.u.free.get("__classdict__").copied() {
            Some(i) => { self.u.emit_to(Dst::Temp, Op::LoadDeref, local(i), 0); }
            None => { self.u.emit_to(Dst::Temp, Op::LoadLocals, 0, 0); }
        }
    }

    /// Stores the top temp in a name.
    pub(crate) fn store_name_top(&mut self, name: &str, range: TextRange) -> R {
        self.forbidden(name, range)?;
        let t = self.u.top();
        self.store_name_from(name, t);
        Ok(())
    }

    /// Stores a register (the top temp or a local) in a name.
    pub(crate) fn store_name_from(&mut self, name: &str, from: Reg) {
        let name = self.mangle(name);
        match self.u.lookup(self.table, &name) {
            Var::Fast(i) if self.u.is_far(i) => {
                let from = self.as_temp(from);
                self.u.emit(Op::StoreFar, from, i as i32, 0);
            }
            Var::Fast(i) => { self.u.emit(Op::Move, local(i), from, 0); }
            Var::Deref(i) | Var::ClassDeref(i) => { self.u.emit(Op::StoreDeref, local(i), from, 0); }
            Var::Global | Var::ClassGlobal => { let n = self.u.name_of(&name); self.u.emit(Op::StoreGlobal, from, n as i32, 0); }
            Var::Name => { let n = self.u.name_of(&name); self.u.emit(Op::StoreName, from, n as i32, 0); }
        }
    }

    pub(crate) fn as_temp(&mut self, r: Reg) -> Reg {
        if r < 0 { self.u.emit_to(Dst::Temp, Op::Move, r, 0); }
        self.u.top()
    }

    pub(crate) fn delete_name(&mut self, name: &str, range: TextRange) -> R {
        self.forbidden(name, range)?;
        let name = self.mangle(name);
        match self.u.lookup(self.table, &name) {
            Var::Fast(i) if self.u.is_far(i) => {
                self.u.emit(Op::CheckFar, 0, i as i32, 0);
                self.u.emit(Op::DeleteFar, 0, i as i32, 0);
            }
            Var::Fast(i) => {
                self.u.emit(Op::CheckLocal, local(i), 0, 0);
                self.u.emit(Op::DeleteLocal, local(i), 0, 0);
            }
            Var::Deref(i) | Var::ClassDeref(i) => { self.u.emit(Op::DeleteDeref, local(i), 0, 0); }
            Var::Global | Var::ClassGlobal => { let n = self.u.name_of(&name); self.u.emit(Op::DeleteGlobal, 0, n as i32, 0); }
            Var::Name => { let n = self.u.name_of(&name); self.u.emit(Op::DeleteName, 0, n as i32, 0); }
        }
        Ok(())
    }

    /// `name = None; del name` at the end of an `except` clause.
    pub(crate) fn clear_name(&mut self, name: &str) -> R {
        if let Var::Fast(i) = self.var(name) && !self.u.is_far(i) {
            self.u.load_const(Dst::Local(i), Const::None);
        } else {
            self.u.load_const(Dst::Temp, Const::None);
            let t = self.u.top();
            self.store_name_from(name, t);
        }
        let range = self.range;
        self.delete_name(name, range)
    }

    /// Moves the top temp to its destination.
    pub(crate) fn settle(&mut self, dst: Dst) {
        if let Dst::Local(i) = dst { let t = self.u.top(); self.u.emit(Op::Move, local(i), t, 0); }
    }

    /// `__debug__` can be bound nowhere.
    pub(crate) fn forbidden(&self, name: &str, range: TextRange) -> R {
        if name == "__debug__" { return error(range, "cannot assign to __debug__"); }
        Ok(())
    }

    /// Ops with a 16-bit name.
    pub(crate) fn narrow(&self, name: u32, range: TextRange) -> R {
        if name > 0xFFFF { return error(range, "too many names in this code"); }
        Ok(())
    }
}

/// Whether evaluating an expression may rebind a name of this scope (a walrus).
pub(crate) fn rebinds(e: &Expr, name: &ast::name::Name) -> bool {
    ast::helpers::any_over_expr(e, |e| matches!(e, Expr::Named(n) if matches!(&*n.target, Expr::Name(t) if t.id == *name)))
}
