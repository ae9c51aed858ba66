//! Calls: plain, methods, keywords, stars, `super`.
//!
//! Not here: decorators and class creation (they use `arguments` here).

use instar_code::{Const, Op};
use instar_syntax::ast::{self, Expr};
use instar_syntax::{Ranged, TextRange};

use super::unit::{Dst, Reg, Var, MANY};
use super::Compiler;
use crate::error::{error, R};
use crate::fold::text;
use crate::symtable::Kind;

impl<'a> Compiler<'a> {
    pub(crate) fn call(&mut self, x: &'a ast::ExprCall, dst: Dst) -> R {
        let range = x.range();
        let a = &x.arguments;
        self.check_call(x);
        self.check_keywords(a)?;
        if let Expr::Attribute(attr) = &*x.func && simple(a) {
            let base = self.u.depth as i32;
            let super_base = self.super_operands(&attr.value, &attr.attr)?;
            let n = self.u.name_of(&self.mangle(&attr.attr));
            let call_range = TextRange::new(self.attr_range(attr).start(), range.end());
            match super_base {
                Some(b) => {
                    self.attr_position(attr);
                    self.u.emit_temp(Op::LoadSuperMethod, b.0, n as i32).cache = b.1;
                }
                None if n <= 0xFFFF => {
                    let object = self.operand(&attr.value)?;
                    self.at(attr.range);
                    self.attr_position(attr);
                    self.u.emit_temp(Op::LoadMethod, object, n as i32);
                }
                None => {
                    let object = self.operand(&attr.value)?;
                    self.at(attr.range);
                    self.load_attr(object, &attr.attr, Dst::Temp);
                    return self.plain_call(base, a, range, dst, false);
                }
            }
            return self.plain_call(base, a, call_range, dst, true);
        }
        let base = self.push(&x.func)?;
        self.arguments(base, 0, a, range, dst)
    }

    /// Calls temp `base`; `extra` positional arguments are on the temps already.
    pub(crate) fn arguments(&mut self, base: Reg, extra: usize, a: &'a ast::Arguments, range: TextRange, dst: Dst) -> R {
        if simple(a) && a.args.len() + a.keywords.len() + extra <= MANY {
            for e in &a.args { self.push(e)?; }
            return self.finish_call(base, a, extra + a.args.len(), range, dst, false);
        }
        self.star_call(base, extra, a, range, dst)
    }

    fn plain_call(&mut self, base: Reg, a: &'a ast::Arguments, range: TextRange, dst: Dst, method: bool) -> R {
        for e in &a.args { self.push(e)?; }
        self.finish_call(base, a, a.args.len(), range, dst, method)
    }

    fn finish_call(&mut self, base: Reg, a: &'a ast::Arguments, positional: usize, range: TextRange, dst: Dst, method: bool) -> R {
        let mut names = Vec::new();
        for k in &a.keywords {
            if let Some(n) = &k.arg { names.push(text(n)); }
            self.push(&k.value)?;
        }
        self.at(range);
        let n = (positional + names.len()) as i32;
        if names.is_empty() {
            self.u.emit_to(dst, if method { Op::CallMethod } else { Op::Call }, base, n);
        } else {
            let k = self.u.constant(Const::Tuple(names));
            self.u.emit_to(dst, if method { Op::CallMethodKw } else { Op::CallKw }, base, n).cache = k as u64;
        }
        Ok(())
    }

    fn star_call(&mut self, base: Reg, extra: usize, a: &'a ast::Arguments, range: TextRange, dst: Dst) -> R {
        let mut any_iterable = 0;
        match &a.args[..] {
            [Expr::Starred(s)] if extra == 0 => {
                self.push(&s.value)?;
                any_iterable = 1;
            }
            args if extra == 0 && !args.iter().any(|e| matches!(e, Expr::Starred(_))) => self.tuple(args, range, Dst::Temp)?,
            args => {
                self.at(range);
                self.u.emit_to(Dst::Temp, Op::BuildList, base + 1, extra as i32);
                let list = self.u.top();
                for e in args {
                    let (value, op) = match e { Expr::Starred(s) => (&*s.value, Op::ListExtend), e => (e, Op::ListAppend) };
                    let r = self.operand(value)?;
                    self.at(range);
                    self.u.emit(op, list, r, 0);
                }
                self.u.emit_to(Dst::Temp, Op::ListToTuple, list, 0);
            }
        }
        if a.keywords.is_empty() {
            self.at(range);
            self.u.emit(Op::LoadNull, base + 2, 0, 0);
        } else {
            self.keyword_dict(base, a, range)?;
        }
        self.at(range);
        self.u.emit_to(dst, Op::CallEx, base, any_iterable);
        Ok(())
    }

    /// Keyword arguments as a new dict on the top temp.
    pub(crate) fn keyword_dict(&mut self, callee: Reg, a: &'a ast::Arguments, range: TextRange) -> R {
        self.at(range);
        let depth = self.u.depth as i32;
        let lead = a.keywords.iter().position(|k| k.arg.is_none()).unwrap_or(a.keywords.len());
        let direct = if lead <= MANY / 2 { lead } else { 0 };
        for k in &a.keywords[..direct] { self.keyword_pair(k)?; }
        self.at(range);
        self.u.emit_to(Dst::Temp, Op::BuildMap, depth, direct as i32);
        let dict = self.u.top();
        let mut i = direct;
        while i < a.keywords.len() {
            let k = &a.keywords[i];
            match &k.arg {
                None => {
                    let r = self.operand(&k.value)?;
                    self.at(range);
                    self.u.emit(Op::DictMerge, dict, r, callee);
                    i += 1;
                }
                // Before any `**` names cannot repeat; after one a duplicate must be noticed.
                Some(_) if i < lead => {
                    self.keyword_pair(k)?;
                    let t = self.u.top();
                    self.at(range);
                    self.u.emit(Op::MapAdd, dict, t - 1, t);
                    i += 1;
                }
                Some(_) => {
                    let depth = self.u.depth as i32;
                    let mut n = 0;
                    while n < MANY / 2 && i < a.keywords.len() && a.keywords[i].arg.is_some() {
                        self.keyword_pair(&a.keywords[i])?;
                        i += 1;
                        n += 1;
                    }
                    self.at(range);
                    self.u.emit_to(Dst::Temp, Op::BuildMap, depth, n as i32);
                    let t = self.u.top();
                    self.u.emit(Op::DictMerge, dict, t, callee);
                }
            }
        }
        Ok(())
    }

    fn keyword_pair(&mut self, k: &'a ast::Keyword) -> R {
        if let Some(n) = &k.arg {
            self.at(k.range);
            self.u.load_const(Dst::Temp, text(n));
        }
        self.push(&k.value)?;
        Ok(())
    }

    pub(crate) fn check_keywords(&self, a: &ast::Arguments) -> R {
        for (i, k) in a.keywords.iter().enumerate() {
            let Some(n) = &k.arg else { continue };
            if n.as_str() == "__debug__" { return error(k.range, "cannot assign to __debug__"); }
            if a.keywords.len() < 64 && a.keywords[..i].iter().any(|o| o.arg.as_ref().is_some_and(|o| o.as_str() == n.as_str())) {
                return error(k.range, format!("keyword argument repeated: {n}"));
            }
        }
        if a.keywords.len() >= 64 {
            let mut seen = std::collections::HashSet::new();
            for k in &a.keywords {
                if let Some(n) = &k.arg && !seen.insert(n.as_str()) { return error(k.range, format!("keyword argument repeated: {n}")); }
            }
        }
        Ok(())
    }

    /// For `super().x` and `super(C, self).x`: pushes super, class and self. The first of the three temps, and the cache word: 1 if the
    /// call has no arguments (what may have replaced `super` must get none).
    pub(crate) fn super_operands(&mut self, value: &'a Expr, attr: &str) -> R<Option<(Reg, u64)>> {
        let Expr::Call(call) = value else { return Ok(None) };
        let Expr::Name(f) = &*call.func else { return Ok(None) };
        let scope = &self.table.scopes[self.u.scope];
        if f.id.as_str() != "super" || attr == "__class__" || !call.arguments.keywords.is_empty() || self.var("super") != Var::Global
            || !matches!(self.u.kind, Kind::Function | Kind::Lambda | Kind::Generator | Kind::Comprehension) || self.module_binds_super() { return Ok(None); }
        let base = self.u.depth as i32;
        match &call.arguments.args[..] {
            [] => {
                let Var::Deref(class) = self.u.lookup(self.table, "__class__") else { return Ok(None) };
                let Some(first) = self.u.first_arg.clone() else { return Ok(None) };
                if scope.kind != Kind::Function && scope.kind != Kind::Lambda { return Ok(None); }
                self.at(f.range);
                self.load_name("super", f.range, Dst::Temp)?;
                self.at(call.range());
                self.u.emit_to(Dst::Temp, Op::LoadDeref, super::unit::local(class), 0);
                self.load_mangled(&first, Dst::Temp);
            }
            [class, this] if !matches!(class, Expr::Starred(_)) && !matches!(this, Expr::Starred(_)) => {
                self.at(f.range);
                self.load_name("super", f.range, Dst::Temp)?;
                self.push(class)?;
                self.push(this)?;
            }
            _ => return Ok(None),
        }
        self.at(call.range());
        Ok(Some((base, u64::from(call.arguments.args.is_empty()))))
    }

    /// A module that rebinds `super` gets no shortcut.
    fn module_binds_super(&self) -> bool {
        self.table.scopes.first().is_some_and(|m| m.flags("super") & crate::symtable::def::BOUND != 0)
    }

    /// Loads a name that is mangled already.
    fn load_mangled(&mut self, name: &str, dst: Dst) {
        match self.u.lookup(self.table, name) {
            Var::Fast(i) if self.u.is_far(i) => {
                self.u.emit(Op::CheckFar, 0, i as i32, 0);
                self.u.emit_temp(Op::LoadFar, i as i32, 0);
            }
            Var::Fast(i) => {
                self.u.emit(Op::CheckLocal, super::unit::local(i), 0, 0);
                self.u.emit_to(dst, Op::Move, super::unit::local(i), 0);
            }
            Var::Deref(i) | Var::ClassDeref(i) => { self.u.emit_to(dst, Op::LoadDeref, super::unit::local(i), 0); }
            _ => { let n = self.u.name_of(name); self.u.emit_to(dst, Op::LoadGlobal, n as i32, 0); }
        }
    }
}

/// Neither stars nor too many.
fn simple(a: &ast::Arguments) -> bool {
    a.args.len() + a.keywords.len() <= MANY && !a.args.iter().any(|e| matches!(e, Expr::Starred(_))) && a.keywords.iter().all(|k| k.arg.is_some())
}
