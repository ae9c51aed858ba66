//! Annotations as text for `from __future__ import annotations`.
//!
//! Not here: anything the compiler evaluates.

use instar_syntax::ast::Expr;
use instar_syntax::Ranged;

/// Source of an expression.
pub(crate) fn unparse(source: &str, e: &Expr) -> String {
    let r = e.range();
    source.get(r.start().to_usize()..r.end().to_usize()).unwrap_or("").to_owned()
}
