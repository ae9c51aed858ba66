//! Constants: literals, folding of operators on them, docstrings.
//!
//! Folds what CPython's optimiser folds, with its size limits. Not here: conditions (`lower/cond.rs`).

use instar_code::{Const, Wtf8};
use instar_syntax::ast::{self, Expr, Number, Operator, UnaryOp};
use instar_syntax::Ranged;

use crate::error::{error, R};
use crate::literal;
use crate::lower::Compiler;
use crate::symtable::address;

/// Longest string and tuple that repetition folds to, as in CPython.
const MAX_TEXT: usize = 4096;
const MAX_TUPLE: usize = 256;

/// A string constant.
pub(crate) fn text(s: &str) -> Const { Const::Str(Wtf8::new(s)) }

pub(crate) fn concat(a: &Wtf8, b: &Wtf8) -> Wtf8 {
    match (a.as_str(), b.as_str()) {
        (Some(a), Some(b)) => Wtf8::new(&[a, b].concat()),
        _ => Wtf8::from_code_points(a.code_points().chain(b.code_points())),
    }
}

/// Truth of a constant.
pub(crate) fn truth(c: &Const) -> bool {
    match c {
        Const::None | Const::False => false,
        Const::Int(n) => *n != 0,
        Const::Float(x) => *x != 0.0,
        Const::Complex(re, im) => *re != 0.0 || *im != 0.0,
        Const::Str(s) => !s.as_bytes().is_empty(),
        Const::Bytes(b) => !b.is_empty(),
        Const::Tuple(items) | Const::FrozenSet(items) => !items.is_empty(),
        _ => true,
    }
}

/// Whether two constants are the same mapping key.
pub(crate) fn same_key(a: &Const, b: &Const) -> bool {
    if let (Some(x), Some(y)) = (number(a), number(b)) { return x == y; }
    match (a, b) {
        (Const::None, Const::None) | (Const::Ellipsis, Const::Ellipsis) => true,
        (Const::Str(a), Const::Str(b)) => a == b,
        (Const::Bytes(a), Const::Bytes(b)) => a == b,
        (Const::BigInt { negative: n, magnitude: m }, Const::BigInt { negative: o, magnitude: p }) => n == o && m == p,
        (Const::Complex(a, b), Const::Complex(c, d)) => a == c && b == d,
        _ => false,
    }
}

fn number(c: &Const) -> Option<f64> {
    Some(match c { Const::True => 1.0, Const::False => 0.0, Const::Int(n) => *n as f64, Const::Float(x) => *x, Const::Complex(re, im) if *im == 0.0 => *re, _ => return None })
}

/// How Python shows a simple constant.
pub(crate) fn repr(c: &Const) -> String {
    match c {
        Const::None => "None".into(),
        Const::True => "True".into(),
        Const::False => "False".into(),
        Const::Int(n) => n.to_string(),
        Const::Float(x) => if x.fract() == 0.0 && x.abs() < 1e16 { format!("{x:.1}") } else { format!("{x}") },
        Const::Complex(re, im) if *re == 0.0 && im.fract() == 0.0 => format!("{im}j"),
        Const::Str(s) => format!("'{}'", s.as_str().unwrap_or("?")),
        Const::Bytes(b) => format!("b'{}'", b.escape_ascii()),
        _ => "...".into(),
    }
}

/// An integer constant of at most 127 bits.
fn int(c: &Const) -> Option<i128> {
    match c {
        Const::True => Some(1),
        Const::False => Some(0),
        Const::Int(n) => Some(*n as i128),
        Const::BigInt { negative, magnitude } if magnitude.len() <= 15 => {
            let mut bytes = [0; 16];
            bytes[..magnitude.len()].copy_from_slice(magnitude);
            let n = i128::from_le_bytes(bytes);
            Some(if *negative { -n } else { n })
        }
        _ => None,
    }
}

pub(crate) fn from_int(n: i128) -> Const {
    if let Ok(n) = i64::try_from(n) { return Const::Int(n); }
    let mut magnitude = n.unsigned_abs().to_le_bytes().to_vec();
    while magnitude.last() == Some(&0) { magnitude.pop(); }
    Const::BigInt { negative: n < 0, magnitude }
}

impl<'a> Compiler<'a> {
    /// The constant an expression is, if it is one.
    pub(crate) fn fold(&mut self, e: &'a Expr) -> R<Option<Const>> {
        Ok(match e {
            Expr::NoneLiteral(_) => Some(Const::None),
            Expr::EllipsisLiteral(e) => Some(self.stored(&e.node_index).unwrap_or(Const::Ellipsis)),
            Expr::BooleanLiteral(b) => Some(if b.value { Const::True } else { Const::False }),
            Expr::NumberLiteral(n) => match literal::number(self.source, n, self.options.max_digits) { Ok(c) => Some(c), Err(message) => return error(n.range, message) },
            Expr::StringLiteral(s) => {
                let mut all = Wtf8::new("");
                let parts = s.value.as_slice();
                if let [one] = parts { return Ok(Some(Const::Str(self.literal_text(one)))); }
                for part in parts { all = concat(&all, &self.literal_text(part)); }
                Some(Const::Str(all))
            }
            Expr::BytesLiteral(b) => Some(Const::Bytes(b.value.bytes().collect())),
            Expr::Name(n) if n.id.as_str() == "__debug__" => Some(if self.options.optimize == 0 { Const::True } else { Const::False }),
            Expr::UnaryOp(_) | Expr::BinOp(_) | Expr::Tuple(_) | Expr::Subscript(_) => {
                if self.not_constant.contains(&address(e)) { return Ok(None); }
                let folded = self.fold_operation(e)?;
                if folded.is_none() { self.not_constant.insert(address(e)); }
                folded
            }
            _ => None,
        })
    }

    fn fold_operation(&mut self, e: &'a Expr) -> R<Option<Const>> {
        Ok(match e {
            Expr::UnaryOp(x) => match self.fold(&x.operand)? { Some(c) => unary(x.op, &c), None => None },
            Expr::BinOp(x) => match self.fold(&x.right)? {
                None => None,
                Some(right) => match self.fold(&x.left)? { Some(left) => binary(x.op, &left, &right), None => None },
            },
            Expr::Tuple(t) => self.fold_items(&t.elts)?.map(Const::Tuple),
            Expr::Subscript(x) => match self.fold(&x.slice)? {
                None => None,
                Some(index) => match self.fold(&x.value)? { Some(value) => item(&value, &index), None => None },
            },
            _ => None,
        })
    }

    /// Constants of all items, if all are constants.
    pub(crate) fn fold_items(&mut self, items: &'a [Expr]) -> R<Option<Vec<Const>>> {
        let mut constants = Vec::new();
        for e in items { match self.fold(e)? { Some(c) => constants.push(c), None => return Ok(None) } }
        Ok(Some(constants))
    }

    /// The constant that a node of a tree without text refers to.
    pub(crate) fn stored(&self, index: &ast::AtomicNodeIndex) -> Option<Const> {
        self.constants?.get(index.load().as_u32()? as usize).cloned()
    }

    /// Text of one string literal, lone surrogates included.
    pub(crate) fn literal_text(&self, s: &ast::StringLiteral) -> Wtf8 {
        if self.constants.is_none() { return literal::string(self.source, s); }
        match self.stored(&s.node_index) { Some(Const::Str(t)) => t, _ => Wtf8::new(&s.value) }
    }

    /// Text of a literal part of an f-string.
    pub(crate) fn element_text(&self, l: &ast::InterpolatedStringLiteralElement, raw: bool) -> Wtf8 {
        if self.constants.is_none() { return literal::piece(self.source, l, raw); }
        match self.stored(&l.node_index) { Some(Const::Str(t)) => t, _ => Wtf8::new(&l.value) }
    }

    /// A docstring, with the indentation of its lines removed.
    pub(crate) fn docstring_constant(&mut self, s: &'a ast::ExprStringLiteral) -> R<Const> {
        let mut all = Wtf8::new("");
        for part in s.value.as_slice() { all = concat(&all, &self.literal_text(part)); }
        Ok(Const::Str(match all.as_str() { Some(t) => Wtf8::new(&literal::clean_docstring(t)), None => all }))
    }

    /// Errors and warnings about comparisons: identity with literals.
    pub(crate) fn check_compare(&mut self, x: &'a ast::ExprCompare) {
        let mut left = &*x.left;
        for (op, right) in x.ops.iter().zip(&x.comparators) {
            let word = match op { ast::CmpOp::Is => "\"is\" with", ast::CmpOp::IsNot => "\"is not\" with", _ => { left = right; continue } };
            let odd = [left, right].into_iter().find_map(odd_identity);
            if let Some(what) = odd {
                let fix = if *op == ast::CmpOp::Is { "==" } else { "!=" };
                self.warn(x.range, format!("{word} '{what}' literal. Did you mean \"{fix}\"?"));
            }
            left = right;
        }
    }

    pub(crate) fn check_call(&mut self, x: &'a ast::ExprCall) {
        if let Some(what) = not_callable(&x.func) { self.warn(x.func.range(), format!("'{what}' object is not callable; perhaps you missed a comma?")); }
    }

    pub(crate) fn check_subscript(&mut self, x: &'a ast::ExprSubscript) {
        let what = match &*x.value {
            Expr::NoneLiteral(_) => "NoneType", Expr::BooleanLiteral(_) => "bool", Expr::EllipsisLiteral(_) => "ellipsis",
            Expr::NumberLiteral(n) => number_type(&n.value), Expr::Set(_) => "set", Expr::SetComp(_) => "set", Expr::Generator(_) => "generator",
            Expr::Lambda(_) => "function", Expr::TString(_) => "string.templatelib.Template", _ => {
                let indexable = match &*x.value {
                    Expr::Tuple(_) => Some("tuple"), Expr::List(_) | Expr::ListComp(_) => Some("list"), Expr::StringLiteral(_) | Expr::FString(_) => Some("str"),
                    Expr::BytesLiteral(_) => Some("bytes"), _ => None,
                };
                let odd = match &*x.slice {
                    Expr::StringLiteral(_) | Expr::FString(_) => "str", Expr::BytesLiteral(_) => "bytes", Expr::Tuple(_) => "tuple", Expr::List(_) | Expr::ListComp(_) => "list",
                    Expr::Dict(_) | Expr::DictComp(_) => "dict", Expr::Set(_) | Expr::SetComp(_) => "set", Expr::NoneLiteral(_) => "NoneType", Expr::EllipsisLiteral(_) => "ellipsis",
                    Expr::NumberLiteral(n) if !matches!(n.value, Number::Int(_)) => number_type(&n.value), Expr::Lambda(_) => "function", Expr::Generator(_) => "generator",
                    Expr::TString(_) => "string.templatelib.Template",
                    _ => return,
                };
                if let Some(kind) = indexable { self.warn(x.value.range(), format!("{kind} indices must be integers or slices, not {odd}; perhaps you missed a comma?")); }
                return;
            }
        };
        self.warn(x.value.range(), format!("'{what}' object is not subscriptable; perhaps you missed a comma?"));
    }
}

fn number_type(n: &Number) -> &'static str { match n { Number::Int(_) => "int", Number::Float(_) => "float", Number::Complex { .. } => "complex" } }

fn not_callable(e: &Expr) -> Option<&'static str> {
    Some(match e {
        Expr::NoneLiteral(_) => "NoneType", Expr::BooleanLiteral(_) => "bool", Expr::EllipsisLiteral(_) => "ellipsis", Expr::NumberLiteral(n) => number_type(&n.value),
        Expr::StringLiteral(_) | Expr::FString(_) => "str", Expr::BytesLiteral(_) => "bytes", Expr::Tuple(_) => "tuple", Expr::List(_) | Expr::ListComp(_) => "list",
        Expr::Dict(_) | Expr::DictComp(_) => "dict", Expr::Set(_) | Expr::SetComp(_) => "set", Expr::Generator(_) => "generator", Expr::TString(_) => "string.templatelib.Template",
        _ => return None,
    })
}

fn odd_identity(e: &Expr) -> Option<&'static str> {
    Some(match e {
        Expr::NumberLiteral(n) => number_type(&n.value),
        Expr::StringLiteral(_) => "str",
        Expr::BytesLiteral(_) => "bytes",
        Expr::Tuple(t) if t.elts.iter().all(|e| odd_identity(e).is_some() || matches!(e, Expr::NoneLiteral(_) | Expr::BooleanLiteral(_) | Expr::EllipsisLiteral(_))) => "tuple",
        Expr::UnaryOp(u) if u.op == UnaryOp::USub => return odd_identity(&u.operand),
        _ => return None,
    })
}

fn unary(op: UnaryOp, c: &Const) -> Option<Const> {
    Some(match op {
        UnaryOp::Not => if truth(c) { Const::False } else { Const::True },
        UnaryOp::Invert => match c { Const::Int(_) | Const::BigInt { .. } => from_int(-int(c)? - 1), _ => return None },
        UnaryOp::UAdd => match c { Const::Int(_) | Const::BigInt { .. } | Const::Float(_) | Const::Complex(..) => c.clone(), Const::True | Const::False => from_int(int(c)?), _ => return None },
        UnaryOp::USub => match c {
            Const::Float(x) => Const::Float(-x),
            Const::Complex(re, im) => Const::Complex(-re, -im),
            Const::BigInt { negative, magnitude } => {
                // -2**63 fits a word again.
                if let Some(n) = int(c) { return Some(from_int(-n)); }
                Const::BigInt { negative: !negative, magnitude: magnitude.clone() }
            }
            _ => from_int(-int(c)?),
        },
    })
}

fn binary(op: Operator, a: &Const, b: &Const) -> Option<Const> {
    if let (Some(x), Some(y)) = (int(a), int(b)) {
        if let (Const::True | Const::False, Const::True | Const::False) = (a, b) && matches!(op, Operator::BitAnd | Operator::BitOr | Operator::BitXor) {
            let r = match op { Operator::BitAnd => x & y, Operator::BitOr => x | y, _ => x ^ y };
            return Some(if r != 0 { Const::True } else { Const::False });
        }
        return int_op(op, x, y);
    }
    match (a, b) {
        (Const::Float(_) | Const::Int(_), Const::Float(_) | Const::Int(_)) => float_op(op, exact(a)?, exact(b)?),
        (Const::Complex(..) | Const::Float(_) | Const::Int(_), Const::Complex(..) | Const::Float(_) | Const::Int(_)) => complex_op(op, a, b),
        (Const::Str(x), Const::Str(y)) if op == Operator::Add && x.as_bytes().len() + y.as_bytes().len() <= 1 << 20 => Some(Const::Str(concat(x, y))),
        (Const::Bytes(x), Const::Bytes(y)) if op == Operator::Add && x.len() + y.len() <= 1 << 20 => Some(Const::Bytes([&x[..], y].concat().into())),
        (Const::Tuple(x), Const::Tuple(y)) if op == Operator::Add && x.len() + y.len() <= 1 << 16 => Some(Const::Tuple([&x[..], y].concat())),
        _ if op == Operator::Mult => match (int(a), int(b)) { (_, Some(n)) => repeat(a, n), (Some(n), _) => repeat(b, n), _ => None },
        _ => None,
    }
}

fn repeat(c: &Const, n: i128) -> Option<Const> {
    // A count that is no index is an error at run time, of either sign.
    i64::try_from(n).ok()?;
    let n = usize::try_from(n.max(0)).ok()?;
    Some(match c {
        Const::Str(s) => {
            let len = s.code_points().count();
            if len.checked_mul(n)? > MAX_TEXT { return None; }
            match s.as_str() { Some(t) => text(&t.repeat(n)), None => Const::Str(Wtf8::from_code_points((0..n).flat_map(|_| s.code_points().collect::<Vec<_>>()))) }
        }
        Const::Bytes(b) => { if b.len().checked_mul(n)? > MAX_TEXT { return None; } Const::Bytes(b.repeat(n).into()) }
        Const::Tuple(items) => {
            if items.len().checked_mul(n)? > MAX_TUPLE { return None; }
            if items.iter().any(|i| matches!(i, Const::Tuple(_))) { return None; }
            Const::Tuple((0..n).flat_map(|_| items.iter().cloned()).collect())
        }
        _ => return None,
    })
}

/// Results above CPython's folding limit of 128 bits are left to run time.
fn int_op(op: Operator, a: i128, b: i128) -> Option<Const> {
    let floor_div = |a: i128, b: i128| { let q = a.checked_div(b)?; Some(if a % b != 0 && (a < 0) != (b < 0) { q - 1 } else { q }) };
    Some(from_int(match op {
        Operator::Add => a.checked_add(b)?,
        Operator::Sub => a.checked_sub(b)?,
        Operator::Mult => a.checked_mul(b)?,
        Operator::FloorDiv => floor_div(a, b)?,
        Operator::Mod => a.checked_sub(floor_div(a, b)?.checked_mul(b)?)?,
        Operator::Pow if b >= 0 => a.checked_pow(u32::try_from(b).ok()?)?,
        Operator::LShift if (0..127).contains(&b) => { let r = a.checked_mul(1i128.checked_shl(b as u32)?)?; r }
        Operator::RShift if b >= 0 => a >> b.min(127),
        Operator::BitAnd => a & b,
        Operator::BitOr => a | b,
        Operator::BitXor => a ^ b,
        Operator::Div if b != 0 && a.unsigned_abs() < 1 << 53 && b.unsigned_abs() < 1 << 53 => return Some(Const::Float(a as f64 / b as f64)),
        Operator::Pow if b < 0 && a != 0 && a.unsigned_abs() < 1 << 53 && b > -1 << 53 => return Some(Const::Float((a as f64).powf(b as f64))),
        _ => return None,
    }))
}

/// A number as a float, if that is exact.
fn exact(c: &Const) -> Option<f64> {
    match c { Const::Float(x) => Some(*x), Const::Int(n) if n.unsigned_abs() <= 1 << 53 => Some(*n as f64), _ => None }
}

fn float_op(op: Operator, a: f64, b: f64) -> Option<Const> {
    Some(Const::Float(match op {
        Operator::Add => a + b,
        Operator::Sub => a - b,
        Operator::Mult => a * b,
        Operator::Div if b != 0.0 => a / b,
        Operator::Pow if a > 0.0 => { let r = a.powf(b); if !r.is_finite() { return None; } r }
        _ => return None,
    }))
}

fn complex_op(op: Operator, a: &Const, b: &Const) -> Option<Const> {
    // Mixed real and complex operands keep the sign of a zero imaginary part apart.
    Some(match (op, a, b) {
        (Operator::Add, Const::Complex(re, im), Const::Complex(x, y)) => Const::Complex(re + x, im + y),
        (Operator::Sub, Const::Complex(re, im), Const::Complex(x, y)) => Const::Complex(re - x, im - y),
        (Operator::Add, Const::Complex(re, im), r) => Const::Complex(re + exact(r)?, *im),
        (Operator::Add, r, Const::Complex(re, im)) => Const::Complex(exact(r)? + re, *im),
        (Operator::Sub, Const::Complex(re, im), r) => Const::Complex(re - exact(r)?, *im),
        (Operator::Sub, r, Const::Complex(re, im)) => Const::Complex(exact(r)? - re, -im),
        _ => return None,
    })
}

fn item(value: &Const, index: &Const) -> Option<Const> {
    let n = int(index)?;
    let at = |len: usize| usize::try_from(if n < 0 { n + len as i128 } else { n }).ok().filter(|i| *i < len);
    match value {
        Const::Tuple(items) => Some(items[at(items.len())?].clone()),
        Const::Bytes(b) => Some(Const::Int(b[at(b.len())?] as i64)),
        Const::Str(s) => {
            let points: Vec<u32> = s.code_points().collect();
            Some(Const::Str(Wtf8::from_code_points([points[at(points.len())?]])))
        }
        _ => None,
    }
}

