//! Atoms, what follows them, displays and comprehensions.
//!
//! Not here: arguments of calls (`calls.rs`), strings (`strings.rs`).

use super::engine::Memory::{Own, Shared};
use super::engine::{Node, What, N, P};
use super::targets::Targets;
use super::token::{Kind, Spot};

impl P<'_> {
    pub(crate) fn primary(&mut self) -> N {
        self.rule("primary", Shared, |p| {
            let start = p.at;
            let mut left = p.atom()?;
            while let Some(n) = p.trailer(start) { left = n; }
            if p.error.is_some() { None } else { Some(left) }
        })
    }
    /// An attribute, call or subscript of what began at `start`.
    pub(crate) fn trailer(&mut self, start: usize) -> N {
        self.alt(|p| { p.t(".")?; p.name()?; p.node(What::Attribute, start) })
            .or_else(|| self.alt(|p| { p.genexp()?; p.node(What::Call, start) }))
            .or_else(|| self.alt(|p| { p.t("(")?; p.opt(Self::arguments)?; p.t(")")?; p.node(What::Call, start) }))
            .or_else(|| self.alt(|p| { p.t("[")?; p.slices()?; p.t("]")?; p.node(What::Subscript, start) }))
    }
    pub(crate) fn slices(&mut self) -> N {
        self.rule("slices", Own, |p| {
            let start = p.at;
            p.alt(|p| { let n = p.slice()?; p.not(|p| p.t(","))?; Some(n) }).or_else(|| p.alt(|p| {
                p.list(",", |p| p.alt(Self::slice).or_else(|| p.starred_expression()))?;
                p.opt(|p| p.t(","))?;
                p.node(What::Tuple, start)
            }))
        })
    }
    fn slice(&mut self) -> N {
        self.rule("slice", Own, |p| {
            let start = p.at;
            p.alt(|p| {
                p.opt(Self::expression)?;
                p.t(":")?;
                p.opt(Self::expression)?;
                p.opt(|p| { let c = p.t(":")?; p.opt(Self::expression)?; Some(c) })?;
                p.node(What::Other, start)
            }).or_else(|| p.named_expression())
        })
    }

    pub(crate) fn atom(&mut self) -> N {
        self.rule("atom", Own, |p| {
            if let Some(n) = p.name() { return Some(n) }
            for (word, what) in [("True", What::True), ("False", What::False), ("None", What::None)] {
                if let Some(n) = p.t(word) { return Some(Node { what, ..n }) }
            }
            if p.sees(|p| p.kind(Kind::Text).or_else(|| p.kind(Kind::FStart)).or_else(|| p.kind(Kind::TStart))) && let Some(n) = p.strings() { return Some(n) }
            if let Some(n) = p.kind(Kind::Number) { return Some(Node { what: What::Literal, ..n }) }
            if p.sees(|p| p.t("(")) && let Some(n) = p.alt(Self::genexp_or_tuple_or_group) { return Some(n) }
            if p.sees(|p| p.t("[")) && let Some(n) = p.alt(|p| p.alt(Self::list_comprehension).or_else(|| p.list_display())) { return Some(n) }
            if p.sees(|p| p.t("{")) && let Some(n) = p.alt(Self::braces) { return Some(n) }
            p.t("...").map(|n| Node { what: What::Ellipsis, ..n })
        })
    }
    fn genexp_or_tuple_or_group(&mut self) -> N { self.alt(Self::tuple).or_else(|| self.alt(Self::group)).or_else(|| self.genexp()) }
    fn braces(&mut self) -> N {
        self.alt(Self::dict).or_else(|| self.alt(Self::set)).or_else(|| self.alt(Self::dict_comprehension)).or_else(|| self.set_comprehension())
    }

    fn group(&mut self) -> N {
        self.rule("group", Own, |p| {
            p.alt(|p| {
                p.t("(")?;
                let n = p.alt(Self::yield_expr).or_else(|| p.named_expression())?;
                p.t(")")?;
                Some(n)
            }).or_else(|| {
                p.slip(|p| { p.t("(")?; let a = p.starred_expression()?; p.t(")")?; p.fail(a, "cannot use starred expression here") });
                p.slip(|p| { p.t("(")?; let a = p.t("**")?; p.expression()?; p.t(")")?; p.fail(a, "cannot use double starred expression here") })
            })
        })
    }
    pub(crate) fn tuple(&mut self) -> N {
        self.rule("tuple", Own, |p| {
            let start = p.at;
            p.t("(")?;
            let mut all = Vec::new();
            p.opt(|p| {
                all.clear();
                let first = p.star_named_expression()?;
                p.t(",")?;
                all.push(first);
                if let Some(more) = p.alt(Self::star_named_expressions) { all.extend(more); }
                Some(first)
            })?;
            p.t(")")?;
            p.node_with(What::Tuple, start, &all)
        })
    }
    pub(crate) fn list_display(&mut self) -> N {
        self.rule("list_display", Own, |p| {
            let start = p.at;
            p.t("[")?;
            let all = p.alt(Self::star_named_expressions).unwrap_or_default();
            p.t("]")?;
            p.node_with(What::List, start, &all)
        })
    }
    fn set(&mut self) -> N {
        self.rule("set", Own, |p| {
            let start = p.at;
            p.t("{")?;
            p.star_named_expressions()?;
            p.t("}")?;
            p.node(What::Set, start)
        })
    }
    fn dict(&mut self) -> N {
        self.rule("dict", Own, |p| {
            let start = p.at;
            p.alt(|p| {
                p.t("{")?;
                p.opt(|p| {
                    let all = p.list(",", Self::dict_item)?;
                    p.opt(|p| p.t(","))?;
                    all.first().copied()
                })?;
                p.t("}")?;
                p.node(What::Dict, start)
            }).or_else(|| p.slip(|p| { p.t("{")?; p.dict_slips()?; p.t("}") }))
        })
    }
    fn dict_item(&mut self) -> N { self.alt(|p| { p.t("**")?; p.bitwise_or() }).or_else(|| self.key_and_value()) }
    fn key_and_value(&mut self) -> N {
        self.rule("key_and_value", Own, |p| { let start = p.at; p.expression()?; p.t(":")?; p.expression()?; p.node(What::Other, start) })
    }
    fn dict_slips(&mut self) -> N {
        self.slip(|p| { p.list(",", Self::dict_item)?; p.t(",")?; p.item_slips() })
            .or_else(|| self.starred_value()).or_else(|| self.missing_value())
    }
    fn item_slips(&mut self) -> N {
        self.slip(|p| {
            let a = p.expression()?;
            p.not(|p| p.t(":"))?;
            let spot = Spot { line: a.from.line, column: a.to.column, end_line: a.to.line, end_column: 0, bare: false };
            p.fail_spot(spot, "':' expected after dictionary key")
        }).or_else(|| self.starred_value()).or_else(|| self.missing_value())
    }
    fn starred_value(&mut self) -> N {
        self.slip(|p| {
            p.expression()?;
            p.t(":")?;
            let a = p.t("*")?;
            p.bitwise_or()?;
            p.fail_from(a, "cannot use a starred expression in a dictionary value")
        })
    }
    fn missing_value(&mut self) -> N {
        self.slip(|p| {
            p.expression()?;
            let a = p.t(":")?;
            p.ahead(|p| p.any(&["}", ","]))?;
            p.fail(a, "expression expected after dictionary key and ':'")
        })
    }

    pub(crate) fn genexp(&mut self) -> N {
        self.rule("genexp", Own, |p| {
            let start = p.at;
            p.alt(|p| {
                p.t("(")?;
                p.alt(Self::assignment_expression).or_else(|| p.alt(Self::plain_expression))?;
                p.clauses()?;
                p.t(")")?;
                p.node(What::Generator, start)
            }).or_else(|| p.comprehension_slips())
        })
    }
    fn list_comprehension(&mut self) -> N { self.comprehension("list_comprehension", "[", "]", What::ListComp) }
    fn set_comprehension(&mut self) -> N { self.comprehension("set_comprehension", "{", "}", What::SetComp) }
    fn comprehension(&mut self, name: &'static str, open: &str, close: &str, what: What) -> N {
        self.rule(name, Own, |p| {
            let start = p.at;
            p.alt(|p| {
                p.t(open)?;
                p.named_expression()?;
                p.clauses()?;
                p.t(close)?;
                p.node(what, start)
            }).or_else(|| p.comprehension_slips())
        })
    }
    fn dict_comprehension(&mut self) -> N {
        self.rule("dict_comprehension", Own, |p| {
            let start = p.at;
            p.alt(|p| {
                p.t("{")?;
                p.key_and_value()?;
                p.clauses()?;
                p.t("}")?;
                p.node(What::DictComp, start)
            }).or_else(|| p.slip(|p| {
                p.t("{")?;
                let a = p.t("**")?;
                p.bitwise_or()?;
                p.clauses()?;
                p.t("}")?;
                p.fail(a, "dict unpacking cannot be used in dict comprehension")
            }))
        })
    }
    fn comprehension_slips(&mut self) -> N {
        if !self.slips { return None }
        self.rule("comprehension_slips", Own, |p| {
            p.slip(|p| {
                p.any(&["[", "(", "{"])?;
                let a = p.starred_expression()?;
                p.clauses()?;
                p.fail(a, "iterable unpacking cannot be used in comprehension")
            });
            let message = "did you forget parentheses around the comprehension target?";
            p.slip(|p| {
                p.any(&["[", "{"])?;
                let a = p.star_named_expression()?;
                p.t(",")?;
                let b = p.star_named_expressions()?;
                p.clauses()?;
                p.fail_range(a, b[b.len() - 1], message)
            });
            p.slip(|p| {
                p.any(&["[", "{"])?;
                let a = p.star_named_expression()?;
                let b = p.t(",")?;
                p.clauses()?;
                p.fail_range(a, b, message)
            })
        })
    }

    /// `for ... in ... if ...`, one or more: ends where the last item does.
    pub(crate) fn clauses(&mut self) -> N {
        self.rule("clauses", Own, |p| { let all = p.some(Self::clause)?; all.last().copied() })
    }
    fn clause(&mut self) -> N {
        self.rule("clause", Own, |p| {
            for is_async in [true, false] {
                let mut committed = false;
                let found = p.alt(|p| {
                    if is_async { p.t("async")?; }
                    p.t("for")?;
                    p.star_targets()?;
                    p.t("in")?;
                    committed = true;
                    let iterable = p.disjunction()?;
                    let tests = p.many(|p| { p.t("if")?; p.disjunction() })?;
                    Some(tests.last().copied().unwrap_or(iterable))
                });
                if found.is_some() || committed || p.error.is_some() { return found }
            }
            p.slip(|p| {
                p.opt(|p| p.t("async"))?;
                p.t("for")?;
                p.bitwise_or()?;
                p.many(|p| { p.t(",")?; p.bitwise_or() })?;
                p.opt(|p| p.t(","))?;
                p.not(|p| p.t("in"))?;
                p.fail_last("'in' expected after for-loop variables")
            });
            p.for_target_slip()
        })
    }
    pub(crate) fn for_target_slip(&mut self) -> N {
        self.slip(|p| {
            p.opt(|p| p.t("async"))?;
            p.t("for")?;
            let a = p.star_expressions()?;
            p.fail_target(Targets::For, a)
        })
    }
}
