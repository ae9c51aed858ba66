//! What CPython calls expressions in its messages.
//!
//! Not here: the messages.

use instar_syntax::ast::Expr;

/// Name of the kind of an expression.
pub(crate) fn expression(e: &Expr) -> &'static str {
    match e {
        Expr::Attribute(_) => "attribute", Expr::Subscript(_) => "subscript", Expr::Starred(_) => "starred", Expr::Name(_) => "name",
        Expr::List(_) => "list", Expr::Tuple(_) => "tuple", Expr::Lambda(_) => "lambda", Expr::Call(_) => "function call",
        Expr::BoolOp(_) | Expr::BinOp(_) | Expr::UnaryOp(_) => "expression", Expr::Generator(_) => "generator expression",
        Expr::Yield(_) | Expr::YieldFrom(_) => "yield expression", Expr::Await(_) => "await expression", Expr::ListComp(_) => "list comprehension",
        Expr::SetComp(_) => "set comprehension", Expr::DictComp(_) => "dict comprehension", Expr::Dict(_) => "dict literal", Expr::Set(_) => "set display",
        Expr::FString(_) => "f-string expression", Expr::TString(_) => "t-string expression", Expr::NoneLiteral(_) => "None",
        Expr::BooleanLiteral(b) => if b.value { "True" } else { "False" }, Expr::EllipsisLiteral(_) => "ellipsis",
        Expr::StringLiteral(_) | Expr::BytesLiteral(_) | Expr::NumberLiteral(_) => "literal", Expr::Compare(_) => "comparison",
        Expr::If(_) => "conditional expression", Expr::Named(_) => "named expression", Expr::Slice(_) | Expr::IpyEscapeCommand(_) => "expression",
    }
}
