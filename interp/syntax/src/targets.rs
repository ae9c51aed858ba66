//! Errors about what stands left of `=`, in `del`, in `for` and as keyword arguments.
//!
//! Not here: `__debug__` (the compiler), annotations.

use ruff_python_ast::token::{Token, TokenKind as T};
use ruff_python_ast::Expr;
use ruff_python_parser::parse_expression;
use ruff_text_size::{Ranged, TextRange, TextSize};

use crate::diagnostics::{span, Context};
use crate::{Error, ErrorKind};

fn syntax(range: TextRange, message: impl Into<String>) -> Error { Error { kind: ErrorKind::Syntax, message: message.into(), range } }

/// The expression in a range.
fn expression(c: &Context<'_>, range: TextRange) -> Option<Expr> {
    parse_expression(&format!("({}\n)", c.text(range))).ok().map(|p| p.into_syntax().body).map(|b| *b)
}

/// CPython's name of an expression that is no target, and whether "here. Maybe you meant ..." may follow.
pub(crate) fn kind_of(e: &Expr) -> (&'static str, bool) {
    match e {
        Expr::Call(_) => ("function call", true),
        Expr::Attribute(_) => ("attribute", true),
        Expr::Subscript(_) => ("subscript", true),
        Expr::Name(_) => ("name", false),
        Expr::List(_) => ("list", false),
        Expr::Tuple(_) => ("tuple", false),
        Expr::Starred(_) => ("starred", false),
        Expr::Lambda(_) => ("lambda", false),
        Expr::BoolOp(_) => ("expression", false),
        Expr::UnaryOp(u) => ("expression", u.op != ruff_python_ast::UnaryOp::Not),
        Expr::BinOp(_) => ("expression", true),
        Expr::Generator(_) => ("generator expression", false),
        Expr::Yield(_) | Expr::YieldFrom(_) => ("yield expression", false),
        Expr::Await(_) => ("await expression", true),
        Expr::ListComp(_) => ("list comprehension", true),
        Expr::SetComp(_) => ("set comprehension", true),
        Expr::DictComp(_) => ("dict comprehension", true),
        Expr::Dict(_) => ("dict literal", true),
        Expr::Set(_) => ("set display", true),
        Expr::FString(_) => ("f-string expression", true),
        Expr::TString(_) => ("t-string expression", true),
        Expr::NoneLiteral(_) => ("None", false),
        Expr::BooleanLiteral(b) => (if b.value { "True" } else { "False" }, false),
        Expr::EllipsisLiteral(_) => ("ellipsis", true),
        Expr::StringLiteral(_) | Expr::BytesLiteral(_) | Expr::NumberLiteral(_) => ("literal", true),
        Expr::Compare(_) => ("comparison", false),
        Expr::If(_) => ("conditional expression", false),
        Expr::Named(_) => ("named expression", false),
        Expr::Slice(_) | Expr::IpyEscapeCommand(_) => ("expression", false),
    }
}

fn named_kind(c: &Context<'_>, range: TextRange) -> Option<(&'static str, bool)> { expression(c, range).as_ref().map(kind_of) }

/// A bad target of `=`, `for` or `with`.
pub(crate) fn assignment(c: &Context<'_>, range: TextRange) -> Error {
    let Some((name, maybe)) = named_kind(c, range) else { return syntax(range, "invalid syntax") };
    if name == "yield expression" { return syntax(range, "assignment to yield expression not possible"); }
    let next = c.token_at(range.end());
    // In `for x < y in z` the comparison swallowed the `in`.
    let statement = c.tokens.iter().rev().filter(|t| t.end() <= range.start()).take_while(|t| !matches!(t.kind(), T::Newline | T::Semi)).any(|t| t.kind() == T::For);
    if statement && name == "comparison" { return syntax(next.map_or(range, Ranged::range), "invalid syntax"); }
    let equals = |at: TextSize| c.tokens.iter().filter(|t| t.start() >= at).take_while(|t| !matches!(t.kind(), T::Newline | T::Semi | T::EndOfFile)).filter(|t| t.kind() == T::Equal).count();
    let before = c.before(range.start()).map(Token::kind);
    let alone = matches!(before, None | Some(T::Newline | T::Semi | T::Indent | T::Dedent | T::Colon));
    if maybe && alone && next.is_some_and(|t| t.kind() == T::Equal) && equals(range.end()) == 1
        && next.and_then(|t| c.token_at(t.end())).is_some_and(|t| !matches!(t.kind(), T::Newline | T::EndOfFile | T::Semi)) {
        return syntax(range, format!("cannot assign to {name} here. Maybe you meant '==' instead of '='?"));
    }
    syntax(range, format!("cannot assign to {name}"))
}

pub(crate) fn augmented(c: &Context<'_>, range: TextRange) -> Error {
    match named_kind(c, range) {
        Some((name, _)) => syntax(range, format!("'{name}' is an illegal expression for augmented assignment")),
        None => syntax(range, "invalid syntax"),
    }
}

pub(crate) fn delete(c: &Context<'_>, range: TextRange) -> Error {
    match named_kind(c, range) {
        Some((name, _)) => syntax(range, format!("cannot delete {name}")),
        None => syntax(range, "invalid syntax"),
    }
}

/// A bad target of `:=`.
pub(crate) fn named(c: &Context<'_>, range: TextRange) -> Error {
    match named_kind(c, range) {
        Some((name, _)) => syntax(range, format!("cannot use assignment expressions with {name}")),
        None => syntax(range, "invalid syntax"),
    }
}

/// `=` inside brackets where a keyword argument or nothing was meant.
pub(crate) fn keyword(c: &Context<'_>, at: TextRange) -> Error {
    let mut depth = 0;
    let mut start = at.start();
    let mut open = None;
    for t in c.tokens.iter().rev().filter(|t| t.end() <= at.start()) {
        match t.kind() {
            T::Rpar | T::Rsqb | T::Rbrace => depth += 1,
            T::Lpar | T::Lsqb | T::Lbrace if depth == 0 => { open = Some(t); break }
            T::Lpar | T::Lsqb | T::Lbrace => depth -= 1,
            T::Comma if depth == 0 => break,
            _ => {}
        }
        if !matches!(t.kind(), T::NonLogicalNewline | T::Comment) { start = t.start(); }
    }
    let range = span(start, c.before(at.start()).map_or(at.start(), Ranged::end));
    let call = match open {
        Some(o) if o.kind() == T::Lpar => c.before(o.start()).is_some_and(|t| matches!(t.kind(), T::Name | T::Rpar | T::Rsqb) && t.end() == o.start()),
        Some(_) => false,
        None => true,
    };
    match expression(c, range) {
        Some(Expr::NoneLiteral(_)) if call => syntax(range, "cannot assign to None"),
        Some(Expr::BooleanLiteral(b)) if call => syntax(range, format!("cannot assign to {}", if b.value { "True" } else { "False" })),
        Some(Expr::Name(_)) => syntax(span(start, at.end()), "invalid syntax. Maybe you meant '==' or ':=' instead of '='?"),
        Some(_) if call => syntax(span(start, at.end()), "expression cannot contain assignment, perhaps you meant \"==\"?"),
        Some(e) if kind_of(&e).1 => syntax(range, format!("cannot assign to {} here. Maybe you meant '==' instead of '='?", kind_of(&e).0)),
        _ => syntax(at, "invalid syntax"),
    }
}
