//! `match`: all patterns (PEP 634).
//!
//! Subjects and captures live in hidden locals, so that a failing pattern has no temps to drop; names are bound only
//! when the whole pattern has matched. Not here: guards' conditions (`cond.rs`).

use instar_code::{Binary, Const, Op};
use instar_syntax::ast::{self, CmpOp, Expr, Pattern, Singleton};
use instar_syntax::{Ranged, TextRange};

use super::expr::Right;
use super::unit::{local, Dst, Label};
use super::Compiler;
use crate::error::{error, R};
use crate::fold::text;

/// What a pattern has captured so far, and the hidden locals it uses.
#[derive(Default)]
struct Captures {
    names: Vec<(String, usize, TextRange)>,
    slots: Vec<usize>,
}

impl<'a> Compiler<'a> {
    pub(crate) fn match_stmt(&mut self, s: &'a ast::StmtMatch) -> R {
        let subject = self.u.acquire();
        let depth = self.u.depth;
        self.expr(&s.subject, Dst::Local(subject))?;
        let end = self.u.label();
        let mut used: Vec<usize> = Vec::new();
        for (n, case) in s.cases.iter().enumerate() {
            let next = self.u.label();
            let last = n + 1 == s.cases.len();
            if !last && case.guard.is_none() && let Some((range, why)) = unreachable(&case.pattern) { return error(range, why); }
            let mut captures = Captures::default();
            self.pattern(&case.pattern, subject, next, &mut captures)?;
            // All names are bound together, when the whole pattern has matched.
            self.at(case.pattern.range());
            for (name, slot, _) in &captures.names { self.store_name_from(name, local(*slot)); }
            if let Some(g) = &case.guard { self.jump_if(g, false, next)?; }
            for &i in &captures.slots { self.u.emit(Op::Release, local(i), 0, 0); }
            self.u.emit(Op::Release, local(subject), 0, 0);
            self.inner_body(&case.body)?;
            self.nowhere();
            self.u.jump(end);
            self.u.place_at(next, depth);
            for i in captures.slots { if !used.contains(&i) { used.push(i); } self.u.relinquish(i); }
        }
        self.nowhere();
        used.push(subject);
        for i in used { self.u.emit(Op::Release, local(i), 0, 0); }
        self.u.relinquish(subject);
        self.u.place_at(end, depth);
        Ok(())
    }

    fn slot(&mut self, c: &mut Captures) -> usize {
        let i = self.u.acquire();
        c.slots.push(i);
        i
    }

    fn capture(&mut self, name: &ast::Identifier, range: TextRange, subject: usize, c: &mut Captures) -> R {
        if c.names.iter().any(|(n, ..)| n == name.as_str()) { return error(range, format!("multiple assignments to name '{name}' in pattern")); }
        self.forbidden(name, range)?;
        let i = self.slot(c);
        self.u.emit(Op::Move, local(i), local(subject), 0);
        c.names.push((name.to_string(), i, name.range));
        Ok(())
    }

    /// Tests hidden local `subject`; jumps to `fail` if it does not match.
    fn pattern(&mut self, p: &'a Pattern, subject: usize, fail: Label, c: &mut Captures) -> R {
        self.at(p.range());
        match p {
            Pattern::MatchValue(v) => {
                if matches!(&*v.value, Expr::FString(_) | Expr::TString(_)) { return error(v.range, "patterns may only match literals and attribute lookups"); }
                if !is_literal(&v.value) { return error(v.range, "invalid syntax"); }
                let right = self.right(&v.value)?;
                self.at(p.range());
                self.jump_pair(CmpOp::Eq, local(subject), right, false, fail);
            }
            Pattern::MatchSingleton(s) => match s.value {
                Singleton::None => { self.u.emit_jump(Op::JumpIfNotNone, local(subject), 0, fail); }
                value => {
                    self.u.load_const(Dst::Temp, if value == Singleton::True { Const::True } else { Const::False });
                    let t = self.u.top();
                    self.jump_pair(CmpOp::Is, local(subject), Right::Reg(t), false, fail);
                }
            },
            Pattern::MatchSequence(s) => self.sequence(s, subject, fail, c)?,
            Pattern::MatchMapping(m) => self.mapping(m, subject, fail, c)?,
            Pattern::MatchClass(k) => self.class_pattern(k, subject, fail, c)?,
            Pattern::MatchStar(s) => if let Some(n) = &s.name { self.capture(n, p.range(), subject, c)?; },
            Pattern::MatchAs(a) => {
                if let Some(inner) = &a.pattern {
                    self.pattern(inner, subject, fail, c)?;
                }
                self.at(p.range());
                if let Some(n) = &a.name { self.capture(n, p.range(), subject, c)?; }
            }
            Pattern::MatchOr(o) => self.alternatives(o, subject, fail, c)?,
        }
        Ok(())
    }

    fn alternatives(&mut self, o: &'a ast::PatternMatchOr, subject: usize, fail: Label, c: &mut Captures) -> R {
        let done = self.u.label();
        let depth = self.u.depth;
        let before = c.names.len();
        let mut first: Option<Vec<(String, usize, TextRange)>> = None;
        for (n, p) in o.patterns.iter().enumerate() {
            let last = n + 1 == o.patterns.len();
            if !last && let Some((range, why)) = unreachable(p) { return error(range, why); }
            let next = if last { fail } else { self.u.label() };
            self.pattern(p, subject, next, c)?;
            let names = c.names.split_off(before);
            match &first {
                None => first = Some(names),
                Some(expected) => {
                    if names.len() != expected.len() || names.iter().any(|(n, ..)| !expected.iter().any(|(e, ..)| e == n)) {
                        return error(o.range, "alternative patterns bind different names");
                    }
                    for (name, slot, _) in &names {
                        if let Some((_, to, _)) = expected.iter().find(|(e, ..)| e == name) { self.u.emit(Op::Move, local(*to), local(*slot), 0); }
                    }
                }
            }
            if !last {
                self.u.jump(done);
                self.u.place_at(next, depth);
            }
        }
        self.u.place_at(done, depth);
        c.names.extend(first.unwrap_or_default());
        Ok(())
    }

    /// Jumps to `fail` unless the truth value on top is true.
    fn require(&mut self, fail: Label) { let t = self.u.top(); self.u.emit_jump(Op::JumpIfFalse, t, 0, fail); }

    fn require_len(&mut self, op: CmpOp, n: usize, subject: usize, fail: Label) {
        self.u.emit_to(Dst::Temp, Op::GetLen, local(subject), 0);
        let t = self.u.top();
        let k = self.u.constant(Const::Int(n as i64));
        let right = if k <= 0xFFFF { Right::Const(k) } else { self.u.load_const(Dst::Temp, Const::Int(n as i64)); Right::Reg(self.u.top()) };
        self.jump_pair(op, t, right, false, fail);
    }

    fn sequence(&mut self, s: &'a ast::PatternMatchSequence, subject: usize, fail: Label, c: &mut Captures) -> R {
        let n = s.patterns.len();
        let mut stars = s.patterns.iter().enumerate().filter(|(_, p)| matches!(p, Pattern::MatchStar(_)));
        let star = stars.next().map(|(i, _)| i);
        if stars.next().is_some() { return error(s.range, "multiple starred names in sequence pattern"); }
        self.u.emit_to(Dst::Temp, Op::MatchSequence, local(subject), 0);
        self.require(fail);
        match star {
            None => self.require_len(CmpOp::Eq, n, subject, fail),
            Some(_) if n > 1 => self.require_len(CmpOp::GtE, n - 1, subject, fail),
            Some(_) => {}
        }
        let wild = |p: &Pattern| matches!(p, Pattern::MatchAs(a) if a.name.is_none() && a.pattern.is_none()) || matches!(p, Pattern::MatchStar(x) if x.name.is_none());
        if s.patterns.iter().all(wild) { return Ok(()); }
        if let Some(star) = star && wild(&s.patterns[star]) {
            // Only some items are wanted: take them by index.
            for (i, p) in s.patterns.iter().enumerate() {
                if wild(p) { continue; }
                self.at(s.range);
                let item = self.slot(c);
                if i < star {
                    self.u.load_const(Dst::Temp, Const::Int(i as i64));
                } else {
                    self.u.emit_to(Dst::Temp, Op::GetLen, local(subject), 0);
                    self.u.load_const(Dst::Temp, Const::Int((n - i) as i64));
                    let t = self.u.top();
                    self.binary_emit(Binary::Sub, t - 1, Right::Reg(t), Dst::Temp);
                }
                let t = self.u.top();
                self.u.emit_to(Dst::Local(item), Op::LoadSubscr, local(subject), t);
                self.pattern(p, item, fail, c)?;
            }
            return Ok(());
        }
        match star {
            Some(i) => {
                if i > 255 || n - i - 1 > 127 { return error(s.range, "too many expressions in star-unpacking sequence pattern"); }
                self.u.emit_temp(Op::UnpackEx, local(subject), (i | (n - i - 1) << 8) as i32);
            }
            None => {
                if n > 30_000 { return error(s.range, "too many patterns in sequence pattern"); }
                self.u.emit_temp(Op::UnpackSequence, local(subject), n as i32);
            }
        }
        self.items(s.patterns.iter(), fail, c)
    }

    /// Matches patterns against the topmost temps.
    fn items(&mut self, patterns: impl DoubleEndedIterator<Item = &'a Pattern> + Clone, fail: Label, c: &mut Captures) -> R {
        let mut slots = Vec::new();
        for _ in patterns.clone() {
            let i = self.slot(c);
            let t = self.u.top();
            self.u.emit(Op::Move, local(i), t, 0);
            slots.push(i);
        }
        for p in patterns { if let Some(i) = slots.pop() { self.pattern(p, i, fail, c)?; } }
        Ok(())
    }

    fn mapping(&mut self, m: &'a ast::PatternMatchMapping, subject: usize, fail: Label, c: &mut Captures) -> R {
        self.u.emit_to(Dst::Temp, Op::MatchMapping, local(subject), 0);
        self.require(fail);
        let n = m.keys.len();
        if n == 0 && m.rest.is_none() { return Ok(()); }
        if n > 30_000 { return error(m.range, "too many sub-patterns in mapping pattern"); }
        if n > 0 { self.require_len(CmpOp::GtE, n, subject, fail); }
        let keys = self.slot(c);
        let mut constants = Vec::new();
        for k in &m.keys {
            match self.fold(k)? {
                Some(value) => constants.push(value),
                None if matches!(k, Expr::Attribute(_)) => {}
                None => return error(k.range(), "mapping pattern keys may only match literals and attribute lookups"),
            }
        }
        for (i, k) in constants.iter().enumerate() {
            if constants[..i].iter().any(|o| crate::fold::same_key(o, k)) { return error(m.range, format!("mapping pattern checks duplicate key ({})", crate::fold::repr(k))); }
        }
        self.at(m.range);
        if constants.len() == n {
            self.u.load_const(Dst::Local(keys), Const::Tuple(constants));
        } else {
            let base = self.u.depth as i32;
            for k in &m.keys { self.push(k)?; }
            self.at(m.range);
            self.u.emit_to(Dst::Local(keys), Op::BuildTuple, base, n as i32);
        }
        if n > 0 {
            let values = self.slot(c);
            self.u.emit_to(Dst::Local(values), Op::MatchKeys, local(subject), local(keys));
            self.u.emit_jump(Op::JumpIfNone, local(values), 0, fail);
            self.u.emit_temp(Op::UnpackSequence, local(values), n as i32);
            self.items(m.patterns.iter(), fail, c)?;
        }
        if let Some(rest) = &m.rest {
            self.at(m.range);
            let base = self.u.depth as i32;
            self.u.emit_to(Dst::Temp, Op::BuildMap, base, 0);
            self.u.emit(Op::DictUpdate, base, local(subject), 0);
            let others = self.slot(c);
            self.u.emit(Op::Move, local(others), base, 0);
            if n > 0 { self.u.emit_temp(Op::UnpackSequence, local(keys), n as i32); }
            for _ in 0..n {
                let t = self.u.top();
                self.u.emit(Op::DeleteSubscr, local(others), t, 0);
            }
            self.capture(rest, m.range, others, c)?;
        }
        Ok(())
    }

    fn class_pattern(&mut self, k: &'a ast::PatternMatchClass, subject: usize, fail: Label, c: &mut Captures) -> R {
        let a = &k.arguments;
        let n = a.patterns.len() + a.keywords.len();
        if n > 30_000 { return error(k.range, "too many sub-patterns in class pattern"); }
        for (i, kw) in a.keywords.iter().enumerate() {
            self.forbidden(&kw.attr, kw.pattern.range())?;
            if a.keywords[..i].iter().any(|o| o.attr.as_str() == kw.attr.as_str()) { return error(kw.pattern.range(), format!("attribute name repeated in class pattern: {}", kw.attr)); }
        }
        let base = self.u.depth as i32;
        self.u.emit_to(Dst::Temp, Op::Move, local(subject), 0);
        self.push(&k.cls)?;
        self.at(k.range);
        self.u.load_const(Dst::Temp, Const::Tuple(a.keywords.iter().map(|kw| text(&kw.attr)).collect()));
        let values = self.slot(c);
        self.u.emit_to(Dst::Local(values), Op::MatchClass, base, a.patterns.len() as i32);
        self.u.emit_jump(Op::JumpIfNone, local(values), 0, fail);
        if n == 0 { return Ok(()); }
        self.u.emit_temp(Op::UnpackSequence, local(values), n as i32);
        let patterns: Vec<&'a Pattern> = a.patterns.iter().chain(a.keywords.iter().map(|kw| &kw.pattern)).collect();
        self.items(patterns.into_iter(), fail, c)
    }
}

/// Whether a value can stand in a pattern: text, a dotted name, a number with a sign, such a number plus or minus an imaginary one.
fn is_literal(e: &Expr) -> bool {
    let signed = |e: &Expr| match e {
        Expr::UnaryOp(u) => u.op == ast::UnaryOp::USub && matches!(&*u.operand, Expr::NumberLiteral(_)),
        e => matches!(e, Expr::NumberLiteral(_)),
    };
    match e {
        Expr::BinOp(b) => matches!(b.op, ast::Operator::Add | ast::Operator::Sub) && signed(&b.left) && matches!(&*b.right, Expr::NumberLiteral(_)),
        Expr::UnaryOp(_) => signed(e),
        _ => true,
    }
}

/// Why no later pattern can be reached, if this one always matches.
fn unreachable(p: &Pattern) -> Option<(TextRange, String)> {
    match p {
        Pattern::MatchAs(a) => match (&a.pattern, &a.name) {
            (None, None) => Some((a.range, "wildcard makes remaining patterns unreachable".into())),
            (None, Some(n)) => Some((a.range, format!("name capture '{n}' makes remaining patterns unreachable"))),
            (Some(p), _) => unreachable(p),
        },
        Pattern::MatchOr(o) => o.patterns.last().and_then(unreachable),
        _ => None,
    }
}
