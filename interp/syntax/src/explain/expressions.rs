//! Expressions down to operators, and the mistakes people make in them.
//!
//! Not here: atoms and calls (`atoms.rs`, `calls.rs`), targets (`targets.rs`).

use super::engine::Memory::{Own, Shared};
use super::engine::{Node, What, N, P};
use super::token::Kind;

impl P<'_> {
    /// Expressions with commas between and maybe behind them.
    pub(crate) fn expressions(&mut self) -> N { self.rule("expressions", Own, |p| p.with_commas(Self::expression)) }
    pub(crate) fn star_expressions(&mut self) -> N { self.rule("star_expressions", Own, |p| p.with_commas(Self::star_expression)) }
    fn with_commas(&mut self, item: fn(&mut Self) -> N) -> N {
        let start = self.at;
        let first = item(self)?;
        let mut all = vec![first];
        while let Some(n) = self.alt(|p| { p.t(",")?; item(p) }) { all.push(n); }
        let trailing = self.opt(|p| p.t(","))?.is_some();
        if all.len() == 1 && !trailing { return Some(first) }
        self.node_with(What::Tuple, start, &all)
    }

    pub(crate) fn star_expression(&mut self) -> N {
        self.rule("star_expression", Shared, |p| {
            p.alt(|p| p.starred(Self::bitwise_or)).or_else(|| p.expression())
        })
    }
    fn starred(&mut self, operand: fn(&mut Self) -> N) -> N {
        let start = self.at;
        self.t("*")?;
        let value = operand(self)?;
        self.node_with(What::Starred, start, &[value])
    }
    pub(crate) fn star_named_expression(&mut self) -> N {
        self.rule("star_named_expression", Own, |p| p.alt(|p| p.starred(Self::bitwise_or)).or_else(|| p.named_expression()))
    }
    pub(crate) fn star_named_expressions(&mut self) -> Option<Vec<Node>> {
        let all = self.list(",", Self::star_named_expression)?;
        self.opt(|p| p.t(","))?;
        Some(all)
    }

    /// `*x` as an argument.
    pub(crate) fn starred_expression(&mut self) -> N {
        self.rule("starred_expression", Own, |p| {
            p.slip(|p| {
                let a = p.t("*")?;
                p.expression()?;
                p.t("=")?;
                let b = p.expression()?;
                p.fail_range(a, b, "cannot assign to iterable argument unpacking")
            });
            p.alt(|p| p.starred(Self::expression)).or_else(|| p.slip(|p| { p.t("*")?; p.fail_last("Invalid star expression") }))
        })
    }

    pub(crate) fn yield_expr(&mut self) -> N {
        self.rule("yield_expr", Own, |p| {
            let start = p.at;
            p.t("yield")?;
            if p.alt(|p| { p.t("from")?; p.expression() }).is_none() { p.opt(Self::star_expressions)?; }
            p.node(What::Yield, start)
        })
    }
    pub(crate) fn annotated_rhs(&mut self) -> N { self.alt(Self::yield_expr).or_else(|| self.star_expressions()) }

    pub(crate) fn assignment_expression(&mut self) -> N {
        self.rule("assignment_expression", Own, |p| {
            let start = p.at;
            p.name()?;
            p.t(":=")?;
            p.expression()?;
            p.node(What::Named, start)
        })
    }
    pub(crate) fn named_expression(&mut self) -> N {
        self.rule("named_expression", Own, |p| {
            if let Some(n) = p.alt(Self::assignment_expression) { return Some(n) }
            if p.slips { p.named_slips(); }
            p.alt(Self::plain_expression)
        })
    }
    /// An expression without `:=` behind it.
    pub(crate) fn plain_expression(&mut self) -> N {
        let n = self.expression()?;
        self.not(|p| p.t(":="))?;
        Some(n)
    }
    fn named_slips(&mut self) -> N {
        self.rule("named_slips", Shared, |p| {
            p.slip(|p| {
                let a = p.expression()?;
                p.t(":=")?;
                p.expression()?;
                p.fail(a, format!("cannot use assignment expressions with {}", a.name()))
            });
            p.slip(|p| {
                let a = p.name()?;
                p.t("=")?;
                let b = p.bitwise_or()?;
                p.not(|p| p.any(&["=", ":="]))?;
                p.fail_range(a, b, "invalid syntax. Maybe you meant '==' or ':=' instead of '='?")
            });
            p.slip(|p| {
                p.not(|p| p.alt(Self::list_display).or_else(|| p.alt(Self::tuple)).or_else(|| p.alt(Self::genexp)).or_else(|| p.any(&["True", "None", "False"])))?;
                let a = p.bitwise_or()?;
                p.t("=")?;
                p.bitwise_or()?;
                p.not(|p| p.any(&["=", ":="]))?;
                p.fail(a, format!("cannot assign to {} here. Maybe you meant '==' instead of '='?", a.name()))
            })
        })
    }

    pub(crate) fn expression(&mut self) -> N {
        self.rule("expression", Shared, |p| {
            if p.slips {
                p.expression_slips();
                p.legacy_statement();
            }
            p.without_slips_of_its_own()
        })
    }
    fn without_slips_of_its_own(&mut self) -> N {
        self.alt(|p| {
            let start = p.at;
            p.disjunction()?;
            p.t("if")?;
            p.disjunction()?;
            p.t("else")?;
            p.expression()?;
            p.node(What::Conditional, start)
        }).or_else(|| self.alt(Self::disjunction)).or_else(|| self.lambda())
    }
    /// An expression in which no slips are looked for.
    fn expression_without_slips(&mut self) -> N {
        let before = std::mem::replace(&mut self.slips, false);
        let found = self.alt(Self::without_slips_of_its_own);
        self.slips = before;
        found
    }

    fn expression_slips(&mut self) -> N {
        self.slip(|p| {
            p.kind(Kind::Text)?;
            let inside = p.some(|p| { p.not(|p| p.kind(Kind::Text))?; p.expression_without_slips() })?;
            p.kind(Kind::Text)?;
            p.fail_range(inside[0], inside[inside.len() - 1], "invalid syntax. Is this intended to be part of the string?")
        });
        self.slip(|p| {
            p.not(|p| p.alt(|p| { p.name()?; p.kind(Kind::Text) }).or_else(|| p.soft_word()))?;
            let a = p.disjunction()?;
            let b = p.expression_without_slips()?;
            if p.is_legacy(a) || p.tokens.get(p.at.wrapping_sub(1))?.level == 0 { return None }
            p.fail_range(a, b, "invalid syntax. Perhaps you forgot a comma?")
        });
        self.slip(|p| {
            let a = p.disjunction()?;
            p.t("if")?;
            let b = p.disjunction()?;
            p.not(|p| p.any(&["else", ":"]))?;
            p.fail_range(a, b, "expected 'else' after 'if' expression")
        });
        self.slip(|p| {
            p.disjunction()?;
            p.t("if")?;
            p.disjunction()?;
            p.t("else")?;
            p.not(Self::expression)?;
            p.fail_next("expected expression after 'else', but statement is given")
        });
        self.slip(|p| {
            let a = p.any(&["pass", "break", "continue"])?;
            p.t("if")?;
            p.disjunction()?;
            p.t("else")?;
            p.simple_stmt()?;
            p.fail(a, "expected expression before 'if', but statement is given")
        });
        for (kind, letter) in [(Kind::FMiddle, 'f'), (Kind::TMiddle, 't')] {
            self.slip(|p| {
                let a = p.t("lambda")?;
                p.opt(|p| p.parameters(true))?;
                let b = p.t(":")?;
                p.ahead(|p| p.kind(kind))?;
                p.fail_range(a, b, format!("{letter}-string: lambda expressions are not allowed without parentheses"))
            });
        }
        None
    }

    /// `print x` and `exec x`.
    fn legacy_statement(&mut self) -> N {
        self.slip(|p| {
            let a = p.name()?;
            p.not(|p| p.t("("))?;
            let b = p.star_expressions()?;
            if !p.is_legacy(a) { return None }
            let word = p.word_at(a);
            p.fail_range(a, b, format!("Missing parentheses in call to '{word}'. Did you mean {word}(...)?"))
        })
    }
    fn word_at(&self, n: Node) -> &str {
        self.tokens.iter().find(|t| t.from == n.from && t.kind == Kind::Name).map_or("", |t| self.shown(*t))
    }
    fn is_legacy(&self, n: Node) -> bool { n.what == What::Name && matches!(self.word_at(n), "print" | "exec") }

    fn lambda(&mut self) -> N {
        self.rule("lambda", Own, |p| {
            let start = p.at;
            p.t("lambda")?;
            p.opt(|p| p.parameters(true))?;
            p.t(":")?;
            p.expression()?;
            p.node(What::Lambda, start)
        })
    }

    pub(crate) fn disjunction(&mut self) -> N { self.rule("disjunction", Shared, |p| p.chain("or", Self::conjunction)) }
    fn conjunction(&mut self) -> N { self.rule("conjunction", Shared, |p| p.chain("and", Self::inversion)) }
    fn chain(&mut self, word: &str, operand: fn(&mut Self) -> N) -> N {
        let start = self.at;
        let first = operand(self)?;
        let more = self.many(|p| { p.t(word)?; operand(p) })?;
        if more.is_empty() { Some(first) } else { self.node(What::Operation, start) }
    }
    fn inversion(&mut self) -> N {
        self.rule("inversion", Shared, |p| {
            let start = p.at;
            p.alt(|p| { p.t("not")?; p.inversion()?; p.node(What::Operation, start) }).or_else(|| p.comparison())
        })
    }
    fn comparison(&mut self) -> N {
        self.rule("comparison", Own, |p| {
            let start = p.at;
            let first = p.bitwise_or()?;
            let mut what = What::Comparison;
            let mut any = false;
            while let Some(is_in) = p.alt(Self::comparison_tail) {
                if !any && is_in { what = What::Membership; }
                any = true;
            }
            if p.error.is_some() { return None }
            if any { p.node_with(what, start, &[first]) } else { Some(first) }
        })
    }
    /// An operator and its right side; whether it is `in`.
    fn comparison_tail(&mut self) -> Option<bool> {
        if self.alt(|p| p.t("==")).is_none() {
            if self.t("!=").is_some() {
                if self.flufl { return self.fail_last("with Barry as BDFL, use '<>' instead of '!='") }
            } else if let Some(n) = self.t("<>") {
                if !self.flufl {
                    if !self.slips { return None }
                    return self.fail(n, "invalid syntax.  Maybe you meant '!=' instead of '<>'?");
                }
            } else if self.any(&["<=", "<", ">=", ">"]).is_none()
                && self.alt(|p| { p.t("not")?; p.t("in") }).is_none() {
                if self.t("in").is_some() { return self.bitwise_or().map(|_| true) }
                if self.alt(|p| { p.t("is")?; p.t("not") }).is_none() { self.t("is")?; }
            }
        }
        self.bitwise_or().map(|_| false)
    }

    /// Operators that bind to the left.
    fn operators(&mut self, operators: &[&str], operand: fn(&mut Self) -> N) -> N {
        let start = self.at;
        let mut left = operand(self)?;
        while let Some(n) = self.alt(|p| { p.any(operators)?; operand(p)?; p.node(What::Operation, start) }) { left = n; }
        if self.error.is_some() { None } else { Some(left) }
    }
    pub(crate) fn bitwise_or(&mut self) -> N { self.rule("bitwise_or", Shared, |p| p.operators(&["|"], Self::bitwise_xor)) }
    fn bitwise_xor(&mut self) -> N { self.rule("bitwise_xor", Shared, |p| p.operators(&["^"], Self::bitwise_and)) }
    fn bitwise_and(&mut self) -> N { self.rule("bitwise_and", Shared, |p| p.operators(&["&"], Self::shift)) }
    fn shift(&mut self) -> N {
        self.rule("shift", Shared, |p| p.operators(&["<<", ">>"], |p| {
            p.slip(|p| {
                p.sum()?;
                p.any(&["+", "-", "*", "/", "%", "//", "@"])?;
                let a = p.t("not")?;
                let b = p.inversion()?;
                p.fail_range(a, b, "'not' after an operator must be parenthesized")
            });
            p.sum()
        }))
    }
    fn sum(&mut self) -> N { self.rule("sum", Shared, |p| p.operators(&["+", "-"], Self::term)) }
    fn term(&mut self) -> N {
        self.rule("term", Shared, |p| p.operators(&["*", "/", "//", "%", "@"], |p| {
            p.slip(|p| {
                p.any(&["+", "-", "~"])?;
                let a = p.t("not")?;
                let b = p.factor()?;
                p.fail_range(a, b, "'not' after an operator must be parenthesized")
            });
            p.factor()
        }))
    }
    pub(crate) fn factor(&mut self) -> N {
        self.rule("factor", Shared, |p| {
            let start = p.at;
            p.alt(|p| { p.any(&["+", "-", "~"])?; p.factor()?; p.node(What::Operation, start) }).or_else(|| p.power())
        })
    }
    fn power(&mut self) -> N {
        self.rule("power", Shared, |p| {
            let start = p.at;
            let base = p.await_primary()?;
            let raised = p.alt(|p| { p.t("**")?; p.factor()?; p.node(What::Operation, start) });
            if p.error.is_some() { None } else { raised.or(Some(base)) }
        })
    }
    fn await_primary(&mut self) -> N {
        self.rule("await_primary", Shared, |p| {
            let start = p.at;
            p.alt(|p| { p.t("await")?; p.primary()?; p.node(What::Await, start) }).or_else(|| p.primary())
        })
    }
}
