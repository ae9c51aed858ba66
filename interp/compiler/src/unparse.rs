//! Annotations as text for `from __future__ import annotations`: an expression written in CPython's normal form.
//!
//! Only what the grammar allows in annotations is given full care; literals keep their source where the normal form is the
//! same. Not here: anything the compiler evaluates.

use instar_syntax::ast::{self, Expr, Operator, UnaryOp};
use instar_syntax::Ranged;

/// Binding strength, weakest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level { Tuple, Test, Or, And, Not, Compare, Expr, BitXor, BitAnd, Shift, Arith, Term, Factor, Power, Await, Atom }

impl Level {
    fn next(self) -> Self {
        use Level::*;
        match self {
            Tuple => Test, Test => Or, Or => And, And => Not, Not => Compare, Compare => Expr, Expr => BitXor, BitXor => BitAnd, BitAnd => Shift,
            Shift => Arith, Arith => Term, Term => Factor, Factor => Power, Power => Await, Await | Atom => Atom,
        }
    }
}

/// Text of an expression.
pub(crate) fn unparse(source: &str, e: &Expr) -> String {
    let mut w = Writer { source, out: String::new() };
    w.expr(e, Level::Test);
    w.out
}

struct Writer<'a> {
    source: &'a str,
    out: String,
}

impl Writer<'_> {
    fn put(&mut self, text: &str) { self.out.push_str(text); }
    fn source(&mut self, e: &Expr) {
        let r = e.range();
        let text = self.source.get(r.start().to_usize()..r.end().to_usize()).unwrap_or("");
        self.out.push_str(text);
    }
    fn wrapped(&mut self, paren: bool, f: impl FnOnce(&mut Self)) {
        if paren { self.put("("); }
        f(self);
        if paren { self.put(")"); }
    }
    fn list<'e>(&mut self, items: impl IntoIterator<Item = &'e Expr>) {
        for (i, e) in items.into_iter().enumerate() {
            if i > 0 { self.put(", "); }
            self.expr(e, Level::Test);
        }
    }

    fn expr(&mut self, e: &Expr, level: Level) {
        match e {
            Expr::Name(n) => self.put(&n.id),
            Expr::NoneLiteral(_) => self.put("None"),
            Expr::BooleanLiteral(b) => self.put(if b.value { "True" } else { "False" }),
            Expr::EllipsisLiteral(_) => self.put("..."),
            Expr::StringLiteral(s) => { let t = quote(s.value.to_str()); self.put(&t); }
            Expr::BytesLiteral(b) => {
                let bytes: Vec<u8> = b.value.bytes().collect();
                let text = bytes.escape_ascii().to_string().replace("\\'", "'").replace("\\\"", "\"");
                let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
                let text = if quote == '\'' { text.replace('\'', "\\'") } else { text };
                self.put(&format!("b{quote}{text}{quote}"));
            }
            Expr::NumberLiteral(n) => match &n.value {
                ast::Number::Int(i) => match i.as_u64() { Some(v) => self.put(&v.to_string()), None => self.source(e) },
                _ => self.source(e),
            },
            Expr::Attribute(a) => {
                self.expr(&a.value, Level::Atom);
                if matches!(&*a.value, Expr::NumberLiteral(n) if matches!(n.value, ast::Number::Int(_))) { self.put(" "); }
                self.put(".");
                self.put(&a.attr);
            }
            Expr::Subscript(s) => {
                self.expr(&s.value, Level::Atom);
                self.put("[");
                match &*s.slice {
                    Expr::Tuple(t) if !t.elts.is_empty() => {
                        self.list(&t.elts);
                        if t.elts.len() == 1 { self.put(","); }
                    }
                    other => self.expr(other, Level::Tuple),
                }
                self.put("]");
            }
            Expr::Tuple(t) => {
                let paren = level > Level::Tuple || t.elts.is_empty();
                self.wrapped(paren, |w| {
                    w.list(&t.elts);
                    if t.elts.len() == 1 { w.put(","); }
                });
            }
            Expr::List(l) => { self.put("["); self.list(&l.elts); self.put("]"); }
            Expr::Set(s) => { self.put("{"); self.list(&s.elts); self.put("}"); }
            Expr::Dict(d) => {
                self.put("{");
                for (i, item) in d.items.iter().enumerate() {
                    if i > 0 { self.put(", "); }
                    match &item.key { Some(k) => { self.expr(k, Level::Test); self.put(": "); self.expr(&item.value, Level::Test); } None => { self.put("**"); self.expr(&item.value, Level::Expr); } }
                }
                self.put("}");
            }
            Expr::Call(c) => {
                self.expr(&c.func, Level::Atom);
                self.put("(");
                if let ([Expr::Generator(g)], true) = (&c.arguments.args[..], c.arguments.keywords.is_empty()) {
                    self.comprehension(&g.elt, None, &g.generators);
                } else {
                    self.list(c.arguments.args.iter());
                    for (i, k) in c.arguments.keywords.iter().enumerate() {
                        if i > 0 || !c.arguments.args.is_empty() { self.put(", "); }
                        match &k.arg { Some(n) => { self.put(n); self.put("="); } None => self.put("**") }
                        self.expr(&k.value, Level::Test);
                    }
                }
                self.put(")");
            }
            Expr::Starred(s) => { self.put("*"); self.expr(&s.value, Level::Expr); }
            Expr::BinOp(b) => {
                let (own, right_first) = operator(b.op);
                self.wrapped(level > own, |w| {
                    w.expr(&b.left, if right_first { own.next() } else { own });
                    w.put(" ");
                    w.put(b.op.as_str());
                    w.put(" ");
                    w.expr(&b.right, if right_first { own } else { own.next() });
                });
            }
            Expr::UnaryOp(u) => {
                let own = if u.op == UnaryOp::Not { Level::Not } else { Level::Factor };
                self.wrapped(level > own, |w| {
                    w.put(match u.op { UnaryOp::Not => "not ", UnaryOp::Invert => "~", UnaryOp::UAdd => "+", UnaryOp::USub => "-" });
                    w.expr(&u.operand, own);
                });
            }
            Expr::BoolOp(b) => {
                let own = if b.op == ast::BoolOp::And { Level::And } else { Level::Or };
                self.wrapped(level > own, |w| for (i, v) in b.values.iter().enumerate() {
                    if i > 0 { w.put(if own == Level::And { " and " } else { " or " }); }
                    w.expr(v, own.next());
                });
            }
            Expr::Compare(c) => self.wrapped(level > Level::Compare, |w| {
                w.expr(&c.left, Level::Expr);
                for (op, e) in c.ops.iter().zip(&c.comparators) {
                    w.put(" ");
                    w.put(op.as_str());
                    w.put(" ");
                    w.expr(e, Level::Expr);
                }
            }),
            Expr::If(i) => self.wrapped(level > Level::Test, |w| {
                w.expr(&i.body, Level::Or);
                w.put(" if ");
                w.expr(&i.test, Level::Or);
                w.put(" else ");
                w.expr(&i.orelse, Level::Test);
            }),
            Expr::Slice(s) => {
                if let Some(e) = &s.lower { self.expr(e, Level::Test); }
                self.put(":");
                if let Some(e) = &s.upper { self.expr(e, Level::Test); }
                if let Some(e) = &s.step { self.put(":"); self.expr(e, Level::Test); }
            }
            Expr::ListComp(x) => { self.put("["); self.comprehension(&x.elt, None, &x.generators); self.put("]"); }
            Expr::SetComp(x) => { self.put("{"); self.comprehension(&x.elt, None, &x.generators); self.put("}"); }
            Expr::DictComp(x) => {
                self.put("{");
                match &x.key { Some(k) => self.comprehension(k, Some(&x.value), &x.generators), None => self.comprehension(&x.value, None, &x.generators) }
                self.put("}");
            }
            Expr::Generator(x) => { self.put("("); self.comprehension(&x.elt, None, &x.generators); self.put(")"); }
            Expr::Named(n) => self.wrapped(level > Level::Tuple, |w| { w.expr(&n.target, Level::Atom); w.put(" := "); w.expr(&n.value, Level::Atom); }),
            Expr::Lambda(_) => self.wrapped(level > Level::Test, |w| w.source(e)),
            Expr::Await(_) | Expr::Yield(_) | Expr::YieldFrom(_) | Expr::FString(_) | Expr::TString(_) | Expr::IpyEscapeCommand(_) => self.source(e),
        }
    }

    fn comprehension(&mut self, first: &Expr, second: Option<&Expr>, generators: &[ast::Comprehension]) {
        self.expr(first, Level::Test);
        if let Some(v) = second { self.put(": "); self.expr(v, Level::Test); }
        for g in generators {
            self.put(if g.is_async { " async for " } else { " for " });
            self.expr(&g.target, Level::Tuple);
            self.put(" in ");
            self.expr(&g.iter, Level::Or);
            for test in &g.ifs { self.put(" if "); self.expr(test, Level::Or); }
        }
    }
}

/// Level of an operator and whether it groups to the right.
fn operator(op: Operator) -> (Level, bool) {
    match op {
        Operator::BitOr => (Level::Expr, false),
        Operator::BitXor => (Level::BitXor, false),
        Operator::BitAnd => (Level::BitAnd, false),
        Operator::LShift | Operator::RShift => (Level::Shift, false),
        Operator::Add | Operator::Sub => (Level::Arith, false),
        Operator::Pow => (Level::Power, true),
        _ => (Level::Term, false),
    }
}

/// A string as `repr` shows it, for text without unprintable characters beyond ASCII controls.
fn quote(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::from(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => { out.push('\\'); out.push(c); }
            c if (c as u32) < 32 || c as u32 == 127 => out.push_str(&format!("\\x{:02x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}
