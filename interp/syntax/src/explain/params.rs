//! Parameters of functions and of lambdas, which differ in annotations and in what ends them; type parameters.
//!
//! Not here: arguments (`calls.rs`).

use super::engine::Memory::{Own, Shared};
use super::engine::{Node, What, N, P};

/// Rules are remembered under names of their own for each of the two.
macro_rules! named { ($lambda:expr, $name:literal) => { if $lambda { concat!("lambda ", $name) } else { $name } } }

impl P<'_> {
    pub(crate) fn parameters(&mut self, lambda: bool) -> N {
        self.rule(named!(lambda, "parameters"), Own, |p| {
            if p.slips { p.parameter_slips(lambda); }
            let start = p.at;
            p.alt(|p| { p.slash_no_default(lambda)?; p.many(|p| p.no_default(lambda))?; p.many(|p| p.with_default(lambda))?; p.opt(|p| p.star_etc(lambda))?; p.node(What::Other, start) })
                .or_else(|| p.alt(|p| { p.slash_with_default(lambda)?; p.many(|p| p.with_default(lambda))?; p.opt(|p| p.star_etc(lambda))?; p.node(What::Other, start) }))
                .or_else(|| p.alt(|p| { p.some(|p| p.no_default(lambda))?; p.many(|p| p.with_default(lambda))?; p.opt(|p| p.star_etc(lambda))?; p.node(What::Other, start) }))
                .or_else(|| p.alt(|p| { p.some(|p| p.with_default(lambda))?; p.opt(|p| p.star_etc(lambda))?; p.node(What::Other, start) }))
                .or_else(|| p.star_etc(lambda))
        })
    }
    fn closing_ahead(&mut self, lambda: bool) -> Option<()> { self.ahead(|p| p.t(if lambda { ":" } else { ")" })) }
    fn comma_or_end(&mut self, lambda: bool) -> Option<()> { if self.t(",").is_some() { Some(()) } else { self.closing_ahead(lambda) } }

    fn slash_no_default(&mut self, lambda: bool) -> N {
        self.rule(named!(lambda, "slash_no_default"), Own, |p| {
            let all = p.some(|p| p.no_default(lambda))?;
            p.t("/")?;
            p.comma_or_end(lambda)?;
            all.first().copied()
        })
    }
    fn slash_with_default(&mut self, lambda: bool) -> N {
        self.rule(named!(lambda, "slash_with_default"), Own, |p| {
            p.many(|p| p.no_default(lambda))?;
            let all = p.some(|p| p.with_default(lambda))?;
            p.t("/")?;
            p.comma_or_end(lambda)?;
            all.first().copied()
        })
    }
    fn star_etc(&mut self, lambda: bool) -> N {
        self.rule(named!(lambda, "star_etc"), Own, |p| {
            if p.slips { p.star_slips(lambda); }
            let start = p.at;
            p.alt(|p| { p.t("*")?; p.no_default(lambda)?; p.many(|p| p.maybe_default(lambda))?; p.opt(|p| p.kwds(lambda))?; p.node(What::Other, start) })
                .or_else(|| if lambda { None } else { p.alt(|p| { p.t("*")?; p.starred_annotation()?; p.many(|p| p.maybe_default(false))?; p.opt(|p| p.kwds(false))?; p.node(What::Other, start) }) })
                .or_else(|| p.alt(|p| { p.t("*")?; p.t(",")?; p.some(|p| p.maybe_default(lambda))?; p.opt(|p| p.kwds(lambda))?; p.node(What::Other, start) }))
                .or_else(|| p.kwds(lambda))
        })
    }
    fn kwds(&mut self, lambda: bool) -> N {
        self.rule(named!(lambda, "kwds"), Own, |p| {
            p.slip(|p| { p.t("**")?; p.param(lambda)?; let a = p.t("=")?; p.fail(a, "var-keyword argument cannot have default value") });
            p.slip(|p| { p.t("**")?; p.param(lambda)?; p.t(",")?; let a = p.param(lambda)?; p.fail(a, "arguments cannot follow var-keyword argument") });
            p.slip(|p| { p.t("**")?; p.param(lambda)?; p.t(",")?; let a = p.any(&["*", "**", "/"])?; p.fail(a, "arguments cannot follow var-keyword argument") });
            p.t("**")?;
            p.no_default(lambda)
        })
    }
    fn no_default(&mut self, lambda: bool) -> N {
        self.rule(named!(lambda, "no_default"), Own, |p| { let n = p.param(lambda)?; p.comma_or_end(lambda)?; Some(n) })
    }
    fn with_default(&mut self, lambda: bool) -> N {
        self.rule(named!(lambda, "with_default"), Own, |p| { let n = p.param(lambda)?; p.default()?; p.comma_or_end(lambda)?; Some(n) })
    }
    fn maybe_default(&mut self, lambda: bool) -> N {
        self.rule(named!(lambda, "maybe_default"), Own, |p| { let n = p.param(lambda)?; p.opt(Self::default)?; p.comma_or_end(lambda)?; Some(n) })
    }
    fn param(&mut self, lambda: bool) -> N {
        let start = self.at;
        self.name()?;
        if !lambda { self.opt(|p| { p.t(":")?; p.expression() })?; }
        self.node(What::Name, start)
    }
    fn starred_annotation(&mut self) -> N {
        let n = self.name()?;
        self.t(":")?;
        self.star_expression()?;
        self.comma_or_end(false)?;
        Some(n)
    }
    fn default(&mut self) -> N {
        self.alt(|p| { p.t("=")?; p.expression() })
            .or_else(|| self.slip(|p| { let a = p.t("=")?; p.ahead(|p| p.any(&[")", ","]))?; p.fail(a, "expected default value expression") }))
    }
    fn any_slash(&mut self, lambda: bool) -> N { self.alt(|p| p.slash_no_default(lambda)).or_else(|| self.alt(|p| p.slash_with_default(lambda))) }

    fn parameter_slips(&mut self, lambda: bool) -> N {
        self.slip(|p| { let a = p.t("/")?; p.t(",")?; p.fail(a, "at least one argument must precede /") });
        self.slip(|p| {
            p.any_slash(lambda)?;
            p.many(|p| p.maybe_default(lambda))?;
            let a = p.t("/")?;
            p.fail(a, "/ may appear only once")
        });
        self.slip(|p| {
            p.opt(|p| p.slash_no_default(lambda))?;
            p.many(|p| p.no_default(lambda))?;
            if p.alt(|p| p.slash_with_default(lambda)).is_none() { p.some(|p| p.with_default(lambda))?; }
            let a = p.no_default(lambda)?;
            p.fail(a, "parameter without a default follows parameter with a default")
        });
        self.slip(|p| {
            p.many(|p| p.no_default(lambda))?;
            let a = p.t("(")?;
            if lambda { p.list(",", |p| p.param(true))?; } else { p.some(|p| p.no_default(false))?; }
            p.opt(|p| p.t(","))?;
            let b = p.t(")")?;
            p.fail_range(a, b, if lambda { "Lambda expression parameters cannot be parenthesized" } else { "Function parameters cannot be parenthesized" })
        });
        self.slip(|p| {
            p.opt(|p| p.any_slash(lambda))?;
            p.many(|p| p.maybe_default(lambda))?;
            p.t("*")?;
            if p.t(",").is_none() { p.no_default(lambda)?; }
            p.many(|p| p.maybe_default(lambda))?;
            let a = p.t("/")?;
            p.fail(a, "/ must be ahead of *")
        });
        self.slip(|p| {
            p.some(|p| p.maybe_default(lambda))?;
            p.t("/")?;
            let a = p.t("*")?;
            p.fail(a, "expected comma between / and *")
        })
    }

    fn star_slips(&mut self, lambda: bool) -> N {
        let close = if lambda { ":" } else { ")" };
        self.slip(|p| {
            let a = p.t("*")?;
            if p.t(close).is_none() { p.t(",")?; p.any(&[close, "**"])?; }
            let message = "named arguments must follow bare *";
            if lambda { p.fail_last(message) } else { p.fail(a, message) }
        });
        self.slip(|p| { p.t("*")?; p.param(lambda)?; let a = p.t("=")?; p.fail(a, "var-positional argument cannot have default value") });
        self.slip(|p| {
            p.t("*")?;
            if p.alt(|p| p.no_default(lambda)).is_none() { p.t(",")?; }
            p.many(|p| p.maybe_default(lambda))?;
            let a = p.t("*")?;
            if p.alt(|p| p.no_default(lambda)).is_none() { p.t(",")?; }
            p.fail(a, "* argument may appear only once")
        })
    }

    // Type parameters.

    pub(crate) fn type_params(&mut self) -> N {
        self.rule("type_params", Own, |p| {
            p.slip(|p| { p.t("[")?; let a = p.t("]")?; p.fail_from(a, "Type parameter list cannot be empty") });
            let n = p.t("[")?;
            p.list(",", Self::type_param)?;
            p.opt(|p| p.t(","))?;
            p.t("]")?;
            Some(n)
        })
    }
    fn type_param(&mut self) -> N {
        self.rule("type_param", Shared, |p| {
            let start = p.at;
            let default: fn(&mut Self) -> N = |p| { p.t("=")?; p.expression() };
            p.alt(|p| {
                p.name()?;
                p.opt(|p| { p.t(":")?; p.expression() })?;
                p.opt(default)?;
                p.node(What::Other, start)
            }).or_else(|| {
                for (star, name) in [("*", "TypeVarTuple"), ("**", "ParamSpec")] {
                    p.slip(|p| {
                        p.t(star)?;
                        p.name()?;
                        let colon = p.t(":")?;
                        let e: Node = p.expression()?;
                        let what = if e.what == What::Tuple { "constraints" } else { "bound" };
                        p.fail_from(colon, format!("cannot use {what} with {name}"))
                    });
                }
                p.alt(|p| { p.t("*")?; p.name()?; p.opt(|p| { p.t("=")?; p.star_expression() })?; p.node(What::Other, start) })
            }).or_else(|| p.alt(|p| { p.t("**")?; p.name()?; p.opt(default)?; p.node(What::Other, start) }))
        })
    }
}
