//! Simple statements.
//!
//! Not here: statements with blocks (`compound.rs`), targets (`targets.rs`).

use super::engine::Memory::{Own, Shared};
use super::engine::{Node, What, N, P};
use super::targets::Targets;
use super::token::Kind;

const AUGMENTED: [&str; 13] = ["+=", "-=", "*=", "@=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=", "**=", "//="];

impl P<'_> {
    pub(crate) fn simple_stmts(&mut self) -> N {
        self.rule("simple_stmts", Own, |p| {
            let start = p.at;
            p.list(";", Self::simple_stmt)?;
            p.opt(|p| p.t(";"))?;
            p.kind(Kind::Newline)?;
            p.node(What::Other, start)
        })
    }
    pub(crate) fn simple_stmt(&mut self) -> N {
        self.rule("simple_stmt", Shared, |p| {
            if let Some(n) = p.alt(Self::assignment) { return Some(n) }
            if p.sees(|p| p.soft("type")) && let Some(n) = p.alt(Self::type_alias) { return Some(n) }
            if let Some(n) = p.alt(Self::star_expressions) { return Some(n) }
            let word = p.token()?;
            if word.kind != Kind::Word { return None }
            let rule: fn(&mut Self) -> N = match p.shown(word) {
                "return" => |p| { let n = p.t("return")?; p.opt(Self::star_expressions)?; Some(n) },
                "import" | "from" => Self::import,
                "raise" => |p| {
                    let n = p.t("raise")?;
                    p.opt(|p| { p.expression()?; p.opt(|p| { p.t("from")?; p.expression() })? .or(Some(n)) })?;
                    Some(n)
                },
                "pass" => |p| p.t("pass"),
                "break" => |p| p.t("break"),
                "continue" => |p| p.t("continue"),
                "del" => Self::delete,
                "yield" => Self::yield_expr,
                "assert" => |p| { let n = p.t("assert")?; p.expression()?; p.opt(|p| { p.t(",")?; p.expression() })?; Some(n) },
                "global" => |p| { let n = p.t("global")?; p.list(",", Self::name)?; Some(n) },
                "nonlocal" => |p| { let n = p.t("nonlocal")?; p.list(",", Self::name)?; Some(n) },
                _ => return None,
            };
            p.alt(rule)
        })
    }

    fn assignment(&mut self) -> N {
        self.rule("assignment", Own, |p| {
            let start = p.at;
            let value: fn(&mut Self) -> N = |p| { p.t("=")?; p.annotated_rhs() };
            if let Some(n) = p.alt(|p| { p.name()?; p.t(":")?; p.expression()?; p.opt(value)?; p.node(What::Other, start) }) { return Some(n) }
            if let Some(n) = p.alt(|p| {
                p.alt(|p| { p.t("(")?; p.single_target()?; p.t(")") }).or_else(|| p.alt(Self::subscript_or_attribute))?;
                p.t(":")?;
                p.expression()?;
                p.opt(value)?;
                p.node(What::Other, start)
            }) { return Some(n) }
            if let Some(n) = p.alt(|p| {
                p.some(|p| { p.star_targets()?; p.t("=") })?;
                p.annotated_rhs()?;
                p.not(|p| p.t("="))?;
                p.node(What::Other, start)
            }) { return Some(n) }
            let mut committed = false;
            let found = p.alt(|p| {
                p.single_target()?;
                p.any(&AUGMENTED)?;
                committed = true;
                p.annotated_rhs()?;
                p.node(What::Other, start)
            });
            if found.is_some() || committed { return found }
            if p.slips { p.assignment_slips() } else { None }
        })
    }
    fn assignment_slips(&mut self) -> N {
        self.slip(|p| {
            let a = p.display_target()?;
            p.t(":")?;
            p.expression()?;
            p.fail(a, format!("only single target (not {}) can be annotated", a.name()))
        });
        self.slip(|p| {
            let a = p.star_named_expression()?;
            p.t(",")?;
            p.many(|p| p.star_named_expressions().and_then(|all| all.first().copied()))?;
            p.t(":")?;
            p.expression()?;
            p.fail(a, "only single target (not tuple) can be annotated")
        });
        self.slip(|p| { let a = p.expression()?; p.t(":")?; p.expression()?; p.fail(a, "illegal target for annotation") });
        let targets: fn(&mut Self) -> N = |p| { p.star_targets()?; p.t("=") };
        self.slip(|p| { p.many(targets)?; let a = p.star_expressions()?; p.t("=")?; p.fail_target(Targets::Assign, a) });
        self.slip(|p| { p.many(targets)?; let a = p.yield_expr()?; p.t("=")?; p.fail(a, "assignment to yield expression not possible") });
        self.slip(|p| {
            let a = p.star_expressions()?;
            p.any(&AUGMENTED)?;
            p.annotated_rhs()?;
            p.fail(a, format!("'{}' is an illegal expression for augmented assignment", a.name()))
        })
    }
    fn display_target(&mut self) -> N {
        self.alt(Self::list_display).or_else(|| self.alt(Self::tuple)).or_else(|| self.alt(|p| { p.t("(")?; let n = p.display_target()?; p.t(")")?; Some(n) }))
    }
    fn type_alias(&mut self) -> N {
        let n = self.soft("type")?;
        self.name()?;
        self.opt(Self::type_params)?;
        self.t("=")?;
        self.expression()?;
        Some(n)
    }
    fn delete(&mut self) -> N {
        self.alt(|p| {
            let n = p.t("del")?;
            p.del_targets()?;
            p.ahead(|p| p.t(";").or_else(|| p.kind(Kind::Newline)))?;
            Some(n)
        }).or_else(|| self.slip(|p| { p.t("del")?; let a = p.star_expressions()?; p.fail_target(Targets::Delete, a) }))
    }

    fn import(&mut self) -> N {
        self.rule("import", Shared, |p| {
            p.slip(|p| {
                let a = p.t("import")?;
                p.list(",", Self::dotted_name)?;
                p.t("from")?;
                p.dotted_name()?;
                p.fail_from(a, "Did you mean to use 'from ... import ...' instead?")
            });
            let missing = "Expected one or more names after 'import'";
            p.slip(|p| { p.t("import")?; let a = p.kind(Kind::Newline)?; p.fail_from(a, missing) });
            if let Some(n) = p.alt(|p| { let n = p.t("import")?; p.list(",", |p| p.renamed(Self::dotted_name, "dotted_as_name"))?; Some(n) }) { return Some(n) }
            let dots: fn(&mut Self) -> N = |p| p.any(&[".", "..."]);
            let start = p.at;
            p.alt(|p| {
                let n = p.t("from")?;
                p.many(dots)?;
                p.dotted_name()?;
                p.t("import")?;
                p.imported()?;
                let words: Vec<&str> = p.tokens[start..p.at].iter().map(|t| p.shown(*t)).collect();
                if words.get(1) == Some(&"__future__") && words.contains(&"barry_as_FLUFL") { p.flufl = true; }
                Some(n)
            })
                .or_else(|| p.alt(|p| { let n = p.t("from")?; p.some(dots)?; p.t("import")?; p.imported()?; Some(n) }))
        })
    }
    fn imported(&mut self) -> N {
        self.rule("imported", Own, |p| {
            let names: fn(&mut Self) -> Option<Vec<Node>> = |p| p.list(",", |p| p.renamed(Self::name, "import_as_name"));
            p.alt(|p| { let n = p.t("(")?; names(p)?; p.opt(|p| p.t(","))?; p.t(")")?; Some(n) })
                .or_else(|| p.alt(|p| { let n = names(p)?; p.not(|p| p.t(","))?; n.first().copied() }))
                .or_else(|| p.t("*"))
                .or_else(|| {
                    p.slip(|p| { names(p)?; p.t(",")?; p.kind(Kind::Newline)?; p.fail_last("trailing comma not allowed without surrounding parentheses") });
                    p.slip(|p| { let a = p.kind(Kind::Newline)?; p.fail_from(a, "Expected one or more names after 'import'") })
                })
        })
    }
    fn renamed(&mut self, what: fn(&mut Self) -> N, rule: &'static str) -> N {
        self.rule(rule, Own, |p| {
            p.slip(|p| {
                what(p)?;
                p.t("as")?;
                p.not(|p| { p.name()?; p.any(&[",", ")", ";"]).or_else(|| p.kind(Kind::Newline)) })?;
                let a = p.expression()?;
                p.fail(a, format!("cannot use {} as import target", a.name()))
            });
            let n = what(p)?;
            p.opt(|p| { p.t("as")?; p.name() })?;
            Some(n)
        })
    }
    fn dotted_name(&mut self) -> N {
        let n = self.name()?;
        self.many(|p| { p.t(".")?; p.name() })?;
        Some(n)
    }
}
