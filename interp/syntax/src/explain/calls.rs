//! Arguments of calls and classes.
//!
//! Not here: parameters (`params.rs`).

use super::engine::Memory::{Own, Shared};
use super::engine::{Node, What, N, P};

impl P<'_> {
    pub(crate) fn arguments(&mut self) -> N {
        self.rule("arguments", Shared, |p| {
            p.alt(|p| {
                let n = p.args()?;
                p.opt(|p| p.t(","))?;
                p.ahead(|p| p.t(")"))?;
                Some(n)
            }).or_else(|| if p.slips { p.argument_slips() } else { None })
        })
    }

    /// All arguments. Its parts are the positional ones; of kind `Dict` if there is a `**`.
    fn args(&mut self) -> N {
        self.rule("args", Own, |p| {
            let start = p.at;
            p.alt(|p| {
                let all = p.list(",", Self::positional)?;
                let mut keywords = None;
                p.opt(|p| { p.t(",")?; keywords = Some(p.keywords()?); keywords })?;
                let what = keywords.map_or(What::Call, |k| k.what);
                p.node_with(what, start, &all)
            }).or_else(|| p.alt(|p| { let k = p.keywords()?; p.node_with(k.what, start, &[]) }))
        })
    }
    fn positional(&mut self) -> N {
        let n = self.alt(Self::starred_expression)
            .or_else(|| self.alt(|p| {
                let n = p.alt(Self::assignment_expression).or_else(|| p.alt(Self::plain_expression))?;
                p.not(|p| p.t("="))?;
                Some(n)
            }))?;
        Some(n)
    }
    /// Keyword arguments with `*` among them, then such with `**`.
    fn keywords(&mut self) -> N {
        self.rule("keywords", Own, |p| {
            let start = p.at;
            p.alt(|p| {
                p.list(",", Self::keyword_or_starred)?;
                p.t(",")?;
                let b = p.list(",", Self::keyword_or_double_starred)?;
                let what = if b.iter().any(|n| n.what == What::Dict) { What::Dict } else { What::Call };
                p.node(what, start)
            }).or_else(|| p.alt(|p| { p.list(",", Self::keyword_or_starred)?; p.node(What::Call, start) }))
                .or_else(|| p.alt(|p| {
                    let b = p.list(",", Self::keyword_or_double_starred)?;
                    let what = if b.iter().any(|n| n.what == What::Dict) { What::Dict } else { What::Call };
                    p.node(what, start)
                }))
        })
    }
    fn keyword(&mut self) -> N {
        let start = self.at;
        self.alt(|p| { p.name()?; p.t("=")?; p.expression()?; p.node(What::Other, start) })
    }
    fn keyword_or_starred(&mut self) -> N {
        self.rule("keyword_or_starred", Own, |p| { p.keyword_slips(); p.keyword().or_else(|| p.alt(Self::starred_expression)) })
    }
    fn keyword_or_double_starred(&mut self) -> N {
        self.rule("keyword_or_double_starred", Own, |p| {
            p.keyword_slips();
            let start = p.at;
            p.keyword().or_else(|| p.alt(|p| { p.t("**")?; p.expression()?; p.node(What::Dict, start) }))
        })
    }
    fn keyword_slips(&mut self) -> N {
        if !self.slips { return None }
        self.rule("keyword_slips", Own, |p| {
            p.slip(|p| {
                let word = p.token()?;
                let a = p.any(&["True", "False", "None"])?;
                let b = p.t("=")?;
                let shown = p.shown(word).to_owned();
                p.fail_range(a, b, format!("cannot assign to {shown}"))
            });
            p.slip(|p| {
                let a = p.name()?;
                let b = p.t("=")?;
                p.expression()?;
                p.clauses()?;
                p.fail_range(a, b, "invalid syntax. Maybe you meant '==' or ':=' instead of '='?")
            });
            p.slip(|p| {
                p.not(|p| { p.name()?; p.t("=") })?;
                let a = p.expression()?;
                let b = p.t("=")?;
                p.fail_range(a, b, "expression cannot contain assignment, perhaps you meant \"==\"?")
            });
            p.slip(|p| {
                let a = p.t("**")?;
                p.expression()?;
                p.t("=")?;
                let b = p.expression()?;
                p.fail_range(a, b, "cannot assign to keyword argument unpacking")
            })
        })
    }

    fn argument_slips(&mut self) -> N {
        self.slip(|p| {
            p.alt(|p| { p.list(",", Self::positional)?; p.t(",")?; p.keywords() }).or_else(|| p.alt(Self::keywords))?;
            let a = p.t(",")?;
            p.list(",", |p| { let n = p.starred_expression()?; p.not(|p| p.t("="))?; Some(n) })?;
            p.fail_from(a, "iterable argument unpacking follows keyword argument unpacking")
        });
        let parenthesize = "Generator expression must be parenthesized";
        self.slip(|p| {
            let a = p.expression()?;
            let b = p.clauses()?;
            p.t(",")?;
            p.opt(|p| p.alt(Self::args).or_else(|| p.alt(|p| { p.expression()?; p.clauses() })))?;
            p.fail_range(a, b, parenthesize)
        });
        self.slip(|p| {
            let a = p.name()?;
            let b = p.t("=")?;
            p.expression()?;
            p.clauses()?;
            p.fail_range(a, b, "invalid syntax. Maybe you meant '==' or ':=' instead of '='?")
        });
        self.slip(|p| {
            p.opt(|p| { p.args()?; p.t(",") })?;
            let a = p.name()?;
            let b = p.t("=")?;
            p.ahead(|p| p.any(&[",", ")"]))?;
            p.fail_range(a, b, "expected argument value expression")
        });
        self.slip(|p| {
            let a = p.args()?;
            let b = p.clauses()?;
            let parts: Vec<Node> = p.parts(a).to_vec();
            if parts.len() <= 1 { return None }
            p.fail_range(parts[parts.len() - 1], b, parenthesize)
        });
        self.slip(|p| {
            p.args()?;
            p.t(",")?;
            let a = p.expression()?;
            let b = p.clauses()?;
            p.fail_range(a, b, parenthesize)
        });
        self.slip(|p| {
            let a = p.args()?;
            p.t(",")?;
            p.args()?;
            p.fail_last(if a.what == What::Dict { "positional argument follows keyword argument unpacking" } else { "positional argument follows keyword argument" })
        })
    }
}
