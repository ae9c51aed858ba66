//! `from __future__ import ...`: which features a module switches on.
//!
//! Not here: what the features change.

use instar_code::flags::FUTURE_ANNOTATIONS;
use instar_syntax::ast::{Expr, Mod, Stmt};

use crate::error::{error, R};

/// Flags of the features a module imports.
pub(crate) fn flags(root: &Mod) -> R<u32> {
    let Mod::Module(m) = root else { return Ok(0) };
    let mut flags = 0;
    let mut late = false;
    for (n, s) in m.body.iter().enumerate() {
        match s {
            Stmt::ImportFrom(i) if i.module.as_ref().is_some_and(|m| m.as_str() == "__future__") && i.level == 0 => {
                if late { return error(i.range, "from __future__ imports must occur at the beginning of the file"); }
                for a in &i.names {
                    match a.name.as_str() {
                        "annotations" => flags |= FUTURE_ANNOTATIONS,
                        "nested_scopes" | "generators" | "division" | "absolute_import" | "with_statement" | "print_function" | "unicode_literals" | "generator_stop" => {}
                        "barry_as_FLUFL" => flags |= 0x40_0000,
                        "braces" => return error(a.range, "not a chance"),
                        other => return error(a.range, format!("future feature {other} is not defined")),
                    }
                }
            }
            Stmt::Expr(e) if n == 0 && matches!(&*e.value, Expr::StringLiteral(_)) => {}
            _ => late = true,
        }
    }
    Ok(flags)
}
