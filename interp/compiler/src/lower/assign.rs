//! Assignment, augmented and annotated assignment, deletion, unpacking.
//!
//! Not here: single names (`names.rs`), `for` and `with` (they use `store_top` here).

use std::collections::HashSet;

use instar_code::{Binary, Const, Op};
use instar_syntax::ast::{self, Expr};
use instar_syntax::{Ranged, TextRange};

use super::expr::binary;
use super::unit::{local, Deferred, Dst, Reg};
use super::Compiler;
use crate::error::{error, R};
use crate::symtable::Kind;

impl<'a> Compiler<'a> {
    pub(crate) fn assign(&mut self, s: &'a ast::StmtAssign) -> R {
        if let [target] = &s.targets[..] {
            if let Some(i) = self.fast_name(target) {
                if let Expr::Name(n) = target { self.forbidden(&n.id, n.range)?; }
                return self.expr(&s.value, Dst::Local(i));
            }
            if let (Some(targets), Expr::Tuple(values)) = (elements(target), &*s.value) && self.parallel(targets, &values.elts)? { return Ok(()); }
            if let Some(done) = self.assign_place(target, &s.value)? { return Ok(done); }
            self.push(&s.value)?;
            return self.store_top(target);
        }
        self.push(&s.value)?;
        for (n, target) in s.targets.iter().enumerate() {
            if n + 1 < s.targets.len() {
                let t = self.u.top();
                self.at(s.value.range());
                self.u.emit_to(Dst::Temp, Op::Copy, t, 0);
            }
            self.store_top(target)?;
        }
        Ok(())
    }

    /// `object.name = value` and `object[index] = value` with operands that need no copies.
    fn assign_place(&mut self, target: &'a Expr, value: &'a Expr) -> R<Option<()>> {
        match target {
            Expr::Attribute(a) => {
                let v = self.operand_before(value, &[&a.value])?;
                self.store_attribute(a, v)?;
                Ok(Some(()))
            }
            Expr::Subscript(x) => {
                if let Some(s) = self.two_part(&x.slice)? {
                    let base = self.push(value)?;
                    self.push(&x.value)?;
                    self.part(s.lower.as_deref(), s.range)?;
                    self.part(s.upper.as_deref(), s.range)?;
                    self.at(x.range);
                    self.u.emit(Op::StoreSlice, base, 0, 0);
                } else {
                    let v = self.operand_before(value, &[&x.value, &x.slice])?;
                    let object = self.operand_before(&x.value, &[&x.slice])?;
                    let index = self.index(&x.slice)?;
                    self.at(x.range);
                    self.u.emit(Op::StoreSubscr, object, index, v);
                }
                Ok(Some(()))
            }
            _ => Ok(None),
        }
    }

    fn store_attribute(&mut self, a: &'a ast::ExprAttribute, value: Reg) -> R {
        let object = self.operand(&a.value)?;
        self.note_static(a);
        self.forbidden(&a.attr, a.range)?;
        self.at(a.range);
        self.attr_position(a);
        self.store_attr_regs(object, &a.attr, value);
        Ok(())
    }

    fn store_attr_regs(&mut self, object: Reg, name: &str, value: Reg) {
        let name = self.mangle(name);
        let n = self.u.name_of(&name);
        if n <= 0xFFFF {
            self.u.emit(Op::StoreAttr, object, value, n as i32);
        } else {
            self.u.load_const(Dst::Temp, crate::fold::text(&name));
            let t = self.u.top();
            self.u.emit(Op::StoreAttrDyn, object, value, t);
        }
    }

    /// Remembers `self.name = ...` of methods for `__static_attributes__`.
    fn note_static(&mut self, a: &ast::ExprAttribute) {
        let Expr::Name(n) = &*a.value else { return };
        if self.u.first_arg.as_deref() != Some(&self.mangle(&n.id)) { return; }
        let name = self.mangle(&a.attr);
        // The innermost class around, through nested functions.
        if let Some(class) = self.outer.iter_mut().rev().find(|u| u.kind == Kind::Class) && !class.static_attributes.contains(&name) {
            class.static_attributes.push(name);
        }
    }

    /// Stores the top temp in any target.
    pub(crate) fn store_top(&mut self, target: &'a Expr) -> R {
        match target {
            Expr::Name(n) => { self.at(n.range); self.store_name_top(&n.id, n.range) }
            Expr::Attribute(a) => { let v = self.u.top(); self.store_attribute(a, v) }
            Expr::Subscript(x) => {
                let v = self.u.top();
                if let Some(s) = self.two_part(&x.slice)? {
                    self.push(&x.value)?;
                    self.part(s.lower.as_deref(), s.range)?;
                    self.part(s.upper.as_deref(), s.range)?;
                    self.at(x.range);
                    self.u.emit(Op::StoreSlice, v, 0, 0);
                } else {
                    let object = self.operand_before(&x.value, &[&x.slice])?;
                    let index = self.index(&x.slice)?;
                    self.at(x.range);
                    self.u.emit(Op::StoreSubscr, object, index, v);
                }
                Ok(())
            }
            Expr::Tuple(t) => self.unpack(&t.elts, t.range),
            Expr::List(t) => self.unpack(&t.elts, t.range),
            Expr::Starred(s) => error(s.range, "starred assignment target must be in a list or tuple"),
            e => error(e.range(), "cannot assign to expression"),
        }
    }

    /// Unpacks the top temp into targets.
    fn unpack(&mut self, targets: &'a [Expr], range: TextRange) -> R {
        let v = self.u.top();
        self.at(range);
        let mut stars = targets.iter().enumerate().filter(|(_, e)| matches!(e, Expr::Starred(_)));
        match (stars.next(), stars.next()) {
            (_, Some(_)) => return error(range, "multiple starred expressions in assignment"),
            (Some((before, _)), None) => {
                let after = targets.len() - before - 1;
                if before > 255 || after > 127 { return error(range, "too many expressions in star-unpacking assignment"); }
                self.u.emit_temp(Op::UnpackEx, v, (before | after << 8) as i32);
            }
            (None, None) => {
                if targets.len() > 30_000 { return error(range, "too many expressions in unpacking assignment"); }
                self.u.emit_temp(Op::UnpackSequence, v, targets.len() as i32);
            }
        }
        self.store_many(targets)
    }

    /// Stores the topmost temps, the first of them in the first target.
    fn store_many(&mut self, targets: &'a [Expr]) -> R {
        let first = self.u.depth as i32 - targets.len() as i32;
        // Plain locals: the order cannot be seen, so take them from the top.
        let mut seen = HashSet::new();
        if targets.iter().all(|t| self.fast_name(star_value(t)).is_some_and(|i| seen.insert(i))) {
            for t in targets { if let Some(i) = self.fast_name(star_value(t)) { self.u.mention(i); } }
            for t in targets.iter().rev() {
                let Some(i) = self.fast_name(star_value(t)) else { continue };
                if let Expr::Name(n) = star_value(t) { self.forbidden(&n.id, n.range)?; }
                self.at(t.range());
                let top = self.u.top();
                self.u.emit(Op::Move, local(i), top, 0);
            }
            return Ok(());
        }
        let Some((last, rest)) = targets.split_last() else { return Ok(()) };
        for (n, t) in rest.iter().enumerate() {
            let value = star_value(t);
            self.at(value.range());
            if let Some(i) = self.fast_name(value) {
                self.u.emit(Op::Copy, local(i), first + n as i32, 0);
            } else {
                self.u.emit_to(Dst::Temp, Op::Copy, first + n as i32, 0);
                self.store_top(value)?;
            }
        }
        self.store_top(star_value(last))?;
        for _ in rest { self.u.pop(); }
        Ok(())
    }

    /// `a, b = x, y` without a tuple. False if the shape is another one.
    fn parallel(&mut self, targets: &'a [Expr], values: &'a [Expr]) -> R<bool> {
        let plain = |e: &Expr| !matches!(e, Expr::Starred(_));
        if targets.len() != values.len() || targets.is_empty() || targets.len() > super::unit::MANY || !targets.iter().all(plain) || !values.iter().all(plain) { return Ok(false); }
        if targets.len() > 3 && self.fold_items(values)?.is_some() { return Ok(false); }
        for v in values { self.push(v)?; }
        self.store_many(targets)?;
        Ok(true)
    }

    pub(crate) fn delete(&mut self, target: &'a Expr) -> R {
        match target {
            Expr::Name(n) => {
                self.at(n.range);
                if n.id.as_str() == "__debug__" { return error(n.range, "cannot delete __debug__"); }
                self.delete_name(&n.id, n.range)
            }
            Expr::Attribute(a) => {
                if a.attr.as_str() == "__debug__" { return error(a.range, "cannot delete __debug__"); }
                let object = self.operand(&a.value)?;
                self.at(a.range);
                self.attr_position(a);
                let name = self.mangle(&a.attr);
                let n = self.u.name_of(&name);
                if n <= 0xFFFF {
                    self.u.emit(Op::DeleteAttr, object, 0, n as i32);
                } else {
                    self.u.load_const(Dst::Temp, crate::fold::text(&name));
                    let t = self.u.top();
                    self.u.emit(Op::DeleteAttrDyn, object, t, 0);
                }
                Ok(())
            }
            Expr::Subscript(x) => {
                let object = self.operand_before(&x.value, &[&x.slice])?;
                let index = self.index(&x.slice)?;
                self.at(x.range);
                self.u.emit(Op::DeleteSubscr, object, index, 0);
                Ok(())
            }
            Expr::Tuple(t) => t.elts.iter().try_for_each(|e| self.delete(e)),
            Expr::List(t) => t.elts.iter().try_for_each(|e| self.delete(e)),
            e => error(e.range(), "cannot delete expression"),
        }
    }

    pub(crate) fn aug_assign(&mut self, s: &'a ast::StmtAugAssign) -> R {
        let op = in_place(binary(s.op));
        match &*s.target {
            Expr::Name(n) => {
                self.forbidden(&n.id, n.range)?;
                let left = self.operand_before(&s.target, &[&s.value])?;
                let right = self.right(&s.value)?;
                self.at(s.range);
                let dst = self.direct(&s.target);
                self.binary_emit(op, left, right, dst);
                if dst == Dst::Temp { self.at(n.range); self.store_name_top(&n.id, n.range)?; }
            }
            Expr::Attribute(a) => {
                let object = self.operand_before(&a.value, &[&s.value])?;
                let name = self.mangle(&a.attr);
                self.forbidden(&a.attr, a.range)?;
                self.at(a.range);
                self.attr_position(a);
                self.load_from(object, &name);
                let left = self.u.top();
                let right = self.right(&s.value)?;
                self.at(s.range);
                self.binary_emit(op, left, right, Dst::Temp);
                let value = self.u.top();
                self.note_static(a);
                self.at(a.range);
                self.attr_position(a);
                self.store_attr_regs(object, &a.attr, value);
            }
            Expr::Subscript(x) => {
                if let Some(part) = self.two_part(&x.slice)? { return self.aug_slice(s, x, part, op); }
                let object = self.operand_before(&x.value, &[&x.slice, &s.value])?;
                let constant = match &*x.slice { Expr::Slice(p) => self.constant_slice(p)?, e => self.fold(e)? };
                if let Some(c) = &constant {
                    let k = self.u.constant(c.clone());
                    if k <= 0xFFFF {
                        // The index is loaded again for the store rather than kept.
                        self.at(x.range);
                        let o = self.keep(object);
                        self.u.emit_to(Dst::Temp, Op::LoadSubscrK, o, k as i32);
                        let left = self.u.top();
                        let right = self.right(&s.value)?;
                        self.at(s.range);
                        self.binary_emit(op, left, right, Dst::Temp);
                        let value = self.u.top();
                        self.at(x.range);
                        self.u.load_const(Dst::Temp, c.clone());
                        let index = self.u.top();
                        self.u.emit(Op::StoreSubscr, object, index, value);
                        return Ok(());
                    }
                }
                let index = match constant {
                    Some(c) => { self.at(x.slice.range()); self.u.load_const(Dst::Temp, c); self.u.top() }
                    None => match &*x.slice { Expr::Slice(_) => self.index(&x.slice)?, e => self.operand_before(e, &[&s.value])? },
                };
                self.at(x.range);
                let o = self.keep(object);
                let i = self.keep(index);
                self.u.emit_to(Dst::Temp, Op::LoadSubscr, o, i);
                let left = self.u.top();
                let right = self.right(&s.value)?;
                self.at(s.range);
                self.binary_emit(op, left, right, Dst::Temp);
                let value = self.u.top();
                self.at(x.range);
                self.u.emit(Op::StoreSubscr, object, index, value);
            }
            e => return error(e.range(), format!("'{}' is an illegal expression for augmented assignment", crate::names::expression(e))),
        }
        Ok(())
    }

    fn aug_slice(&mut self, s: &'a ast::StmtAugAssign, x: &'a ast::ExprSubscript, part: &'a ast::ExprSlice, op: Binary) -> R {
        // StoreSlice wants value, object, start, stop: keep the parts in hidden locals meanwhile.
        let hidden = [self.u.acquire(), self.u.acquire(), self.u.acquire()];
        self.expr(&x.value, Dst::Local(hidden[0]))?;
        for (slot, e) in hidden[1..].iter().zip([&part.lower, &part.upper]) {
            match e { Some(e) => self.expr(e, Dst::Local(*slot))?, None => self.u.load_const(Dst::Local(*slot), Const::None) }
        }
        let push_all = |c: &mut Self| for i in hidden { c.u.emit_to(Dst::Temp, Op::Move, local(i), 0); };
        self.at(x.range);
        let base = self.u.depth as i32;
        push_all(self);
        self.u.emit_to(Dst::Temp, Op::LoadSlice, base, 0);
        let right = self.right(&s.value)?;
        self.at(s.range);
        self.binary_emit(op, base, right, Dst::Temp);
        self.at(x.range);
        push_all(self);
        self.u.emit(Op::StoreSlice, base, 0, 0);
        for i in hidden { self.u.emit(Op::Release, local(i), 0, 0); self.u.relinquish(i); }
        Ok(())
    }

    /// A register for reading an operand that is needed again later.
    fn keep(&mut self, r: Reg) -> Reg {
        if r < 0 { return r; }
        self.u.emit_to(Dst::Temp, Op::Copy, r, 0);
        self.u.top()
    }

    /// Loads an attribute and keeps the object.
    fn load_from(&mut self, object: Reg, mangled: &str) {
        let n = self.u.name_of(mangled);
        let o = self.keep(object);
        if n <= 0xFFFF {
            self.u.emit_to(Dst::Temp, Op::LoadAttr, o, n as i32);
        } else {
            self.u.load_const(Dst::Temp, crate::fold::text(mangled));
            let t = self.u.top();
            self.u.emit_to(Dst::Temp, Op::LoadAttrDyn, o, t);
        }
    }

    /// Annotations of targets that are no plain names are never evaluated (PEP 649).
    pub(crate) fn ann_assign(&mut self, s: &'a ast::StmtAnnAssign) -> R {
        if let Some(v) = &s.value {
            match self.fast_name(&s.target) {
                Some(i) => { if let Expr::Name(n) = &*s.target { self.forbidden(&n.id, n.range)?; } self.expr(v, Dst::Local(i))? }
                None => { self.push(v)?; self.store_top(&s.target)?; }
            }
        }
        let class_like = matches!(self.u.kind, Kind::Class | Kind::Module);
        match &*s.target {
            Expr::Name(n) => {
                self.forbidden(&n.id, n.range)?;
                if !s.simple || !class_like { return Ok(()); }
                if self.future_annotations {
                    self.at(s.range);
                    let annotation = self.annotation_text(&s.annotation);
                    self.u.load_const(Dst::Temp, annotation);
                    let value = self.u.top();
                    self.u_load_plain("__annotations__");
                    let name = self.mangle(&n.id);
                    self.u.load_const(Dst::Temp, crate::fold::text(&name));
                    self.u.emit(Op::StoreSubscr, value + 1, value + 2, value);
                } else {
                    let conditional = self.u.conditional > 0 || self.u.kind == Kind::Module;
                    let condition = conditional.then(|| { let n = self.u.next_condition; self.u.next_condition += 1; n });
                    self.u.deferred.push(Deferred { node: s, condition });
                    if let Some(n) = condition {
                        self.at(s.range);
                        self.u_load_plain("__conditional_annotations__");
                        self.u.load_const(Dst::Temp, Const::Int(n as i64));
                        let t = self.u.top();
                        self.u.emit(Op::SetAdd, t - 1, t, 0);
                        self.u.pop();
                    }
                }
                Ok(())
            }
            Expr::Attribute(a) => {
                self.forbidden(&a.attr, a.range)?;
                if s.value.is_none() { let depth = self.u.depth; let r = self.operand(&a.value)?; self.discard(r, depth); }
                Ok(())
            }
            Expr::Subscript(x) => {
                if s.value.is_none() {
                    let depth = self.u.depth;
                    let r = self.operand(&x.value)?;
                    self.discard(r, depth);
                    let r = self.index(&x.slice)?;
                    self.discard(r, depth);
                }
                Ok(())
            }
            e => error(e.range(), "illegal target for annotation"),
        }
    }

    /// Loads a name of the compiler's own into a temp.
    pub(crate) fn u_load_plain(&mut self, name: &str) {
        let range = self.range;
        let pos = self.u.pos;
        let _ = self.load_name(name, range, Dst::Temp);
        self.u.pos = pos;
    }

    /// Drops a value nobody wants.
    pub(crate) fn discard(&mut self, r: Reg, depth: u32) {
        if r >= 0 && self.u.depth > depth { self.u.pop(); }
    }
}

fn in_place(op: Binary) -> Binary { Binary::from_u16(op as u16 + Binary::PLAIN).unwrap_or(op) }

fn elements(e: &Expr) -> Option<&[Expr]> {
    match e { Expr::Tuple(t) => Some(&t.elts), Expr::List(t) => Some(&t.elts), _ => None }
}

fn star_value(e: &Expr) -> &Expr { match e { Expr::Starred(s) => &s.value, e => e } }
