//! Statements with blocks, and whole texts.
//!
//! Not here: simple statements (`simple.rs`), patterns (`patterns.rs`).

use super::engine::Memory::Own;
use super::engine::{Node, What, N, P};
use super::token::Kind;

impl P<'_> {
    pub(crate) fn file(&mut self) -> N {
        // Nothing before a whole statement at this level is tried again.
        while self.alt(Self::statement).is_some() { self.forget(); }
        self.kind(Kind::End)
    }
    pub(crate) fn interactive(&mut self) -> N {
        self.alt(|p| { let n = p.compound_stmt()?; p.kind(Kind::Newline)?; Some(n) })
            .or_else(|| self.alt(Self::simple_stmts)).or_else(|| self.kind(Kind::Newline))
            .or_else(|| { self.kind(Kind::End)?; None })
    }
    pub(crate) fn eval(&mut self) -> N { self.expressions()?; self.many(|p| p.kind(Kind::Newline))?; self.kind(Kind::End) }
    pub(crate) fn signature(&mut self) -> N {
        self.t("(")?;
        self.opt(|p| {
            let starred: fn(&mut Self, &str) -> N = |p, star| { p.t(star)?; p.expression() };
            p.alt(|p| { let all = p.list(",", Self::expression)?; p.t(",")?; starred(p, "*")?; p.t(",")?; starred(p, "**")?; all.first().copied() })
                .or_else(|| p.alt(|p| { let all = p.list(",", Self::expression)?; p.t(",")?; starred(p, "*")?; all.first().copied() }))
                .or_else(|| p.alt(|p| { let all = p.list(",", Self::expression)?; p.t(",")?; starred(p, "**")?; all.first().copied() }))
                .or_else(|| p.alt(|p| { starred(p, "*")?; p.t(",")?; starred(p, "**") }))
                .or_else(|| p.alt(|p| starred(p, "*"))).or_else(|| p.alt(|p| starred(p, "**")))
                .or_else(|| p.list(",", Self::expression).and_then(|all| all.first().copied()))
        })?;
        self.t(")")?;
        self.t("->")?;
        self.expression()?;
        self.many(|p| p.kind(Kind::Newline))?;
        self.kind(Kind::End)
    }

    fn statement(&mut self) -> N { self.alt(Self::compound_stmt).or_else(|| self.simple_stmts()) }
    fn compound_stmt(&mut self) -> N {
        self.rule("compound_stmt", Own, |p| {
            let word = p.token()?;
            if matches!(word.kind, Kind::Op | Kind::Word) {
                let rules: &[fn(&mut Self) -> N] = match p.shown(word) {
                    "def" => &[Self::function],
                    "@" => &[Self::function, Self::class],
                    "async" => &[Self::function, Self::with, Self::for_stmt],
                    "if" => &[|p| p.if_stmt("if")],
                    "class" => &[Self::class],
                    "with" => &[Self::with],
                    "for" => &[Self::for_stmt],
                    "try" => &[Self::try_stmt],
                    "while" => &[Self::while_stmt],
                    _ => &[],
                };
                for rule in rules { if let Some(n) = p.alt(rule) { return Some(n) } }
            }
            p.match_stmt()
        })
    }

    fn newline(&mut self) -> N { self.kind(Kind::Newline) }
    fn block(&mut self) -> N {
        self.rule("block", super::engine::Memory::Shared, |p| {
            let start = p.at;
            p.alt(|p| {
                p.newline()?;
                p.kind(Kind::Indent)?;
                p.some(Self::statement)?;
                p.kind(Kind::Dedent)?;
                p.node(What::Other, start)
            }).or_else(|| p.alt(Self::simple_stmts)).or_else(|| p.slip(|p| {
                p.newline()?;
                p.not(|p| p.kind(Kind::Indent))?;
                p.fail_indent("expected an indented block".into())
            }))
        })
    }
    /// Behind the colon of a header the block is missing.
    fn no_block(&mut self, what: &str, word: Node) -> N {
        self.newline()?;
        self.not(|p| p.kind(Kind::Indent))?;
        self.fail_indent(format!("expected an indented block after {what} on line {}", word.from.line))
    }
    /// A header whose line ends without a colon.
    fn no_colon(&mut self) -> N { self.newline()?; self.fail_last("expected ':'") }

    fn decorators(&mut self) -> Option<()> {
        self.rule("decorators", Own, |p| {
            let all = p.some(|p| { let n = p.t("@")?; p.named_expression()?; p.newline()?; Some(n) })?;
            all.first().copied()
        }).map(|_| ())
    }
    fn class(&mut self) -> N { self.alt(|p| { p.decorators()?; p.class_raw() }).or_else(|| self.class_raw()) }
    fn class_raw(&mut self) -> N {
        self.rule("class_raw", Own, |p| {
            let header: fn(&mut Self) -> N = |p| {
                let word = p.t("class")?;
                p.name()?;
                p.opt(Self::type_params)?;
                p.opt(|p| { p.t("(")?; p.opt(Self::arguments)?; p.t(")") })?;
                Some(word)
            };
            p.slip(|p| { header(p)?; p.no_colon() });
            p.slip(|p| { let word = header(p)?; p.t(":")?; p.no_block("class definition", word) });
            header(p)?;
            p.t(":")?;
            p.block()
        })
    }
    fn function(&mut self) -> N { self.alt(|p| { p.decorators()?; p.function_raw() }).or_else(|| self.function_raw()) }
    fn function_raw(&mut self) -> N {
        self.rule("function_raw", Own, |p| {
            p.slip(|p| {
                p.opt(|p| p.t("async"))?;
                let word = p.signature_of(false)?;
                p.t(":")?;
                p.no_block("function definition", word)
            });
            p.slip(|p| {
                p.opt(|p| p.t("async"))?;
                p.signature_of(true)?;
                p.demand(":")?;
                p.block()
            }).or_else(|| p.alt(|p| { p.signature_of(false)?; p.t(":")?; p.block() }))
                .or_else(|| p.alt(|p| { p.t("async")?; p.signature_of(false)?; p.t(":")?; p.block() }))
        })
    }
    /// `def` up to its colon.
    fn signature_of(&mut self, demanding: bool) -> N {
        let word = self.t("def")?;
        self.name()?;
        self.opt(Self::type_params)?;
        if demanding { self.demand("(")?; } else { self.t("(")?; }
        self.opt(|p| p.parameters(false))?;
        self.t(")")?;
        self.opt(|p| { p.t("->")?; p.expression() })?;
        Some(word)
    }

    fn if_stmt(&mut self, word: &'static str) -> N {
        self.rule(word, Own, |p| {
            p.slip(|p| { p.t(word)?; p.named_expression()?; p.no_colon() });
            p.slip(|p| { let a = p.t(word)?; p.named_expression()?; p.t(":")?; p.no_block(&format!("'{word}' statement"), a) });
            let header: fn(&mut Self, &str) -> N = |p, word| { p.t(word)?; p.named_expression()?; p.t(":")?; p.block() };
            p.alt(|p| { header(p, word)?; p.if_stmt("elif") }).or_else(|| p.alt(|p| { let n = header(p, word)?; p.opt(Self::else_block)?; Some(n) }))
        })
    }
    fn else_block(&mut self) -> N {
        self.rule("else_block", Own, |p| {
            p.slip(|p| { let a = p.t("else")?; p.t(":")?; p.no_block("'else' statement", a) });
            p.slip(|p| { p.t("else")?; p.t(":")?; p.block()?; p.t("elif")?; p.fail_last("'elif' block follows an 'else' block") });
            p.t("else")?;
            p.demand(":")?;
            p.block()
        })
    }
    fn while_stmt(&mut self) -> N {
        self.rule("while_stmt", Own, |p| {
            p.slip(|p| { p.t("while")?; p.named_expression()?; p.no_colon() });
            p.slip(|p| { let a = p.t("while")?; p.named_expression()?; p.t(":")?; p.no_block("'while' statement", a) });
            let n = p.t("while")?;
            p.named_expression()?;
            p.t(":")?;
            p.block()?;
            p.opt(Self::else_block)?;
            Some(n)
        })
    }
    fn for_stmt(&mut self) -> N {
        self.rule("for_stmt", Own, |p| {
            let header: fn(&mut Self) -> N = |p| {
                p.opt(|p| p.t("async"))?;
                let word = p.t("for")?;
                p.star_targets()?;
                p.t("in")?;
                p.star_expressions()?;
                Some(word)
            };
            p.slip(|p| { header(p)?; p.no_colon() });
            p.slip(|p| { let a = header(p)?; p.t(":")?; p.no_block("'for' statement", a) });
            for is_async in [false, true] {
                let mut committed = false;
                let found = p.alt(|p| {
                    if is_async { p.t("async")?; }
                    let n = p.t("for")?;
                    p.star_targets()?;
                    p.t("in")?;
                    committed = true;
                    p.star_expressions()?;
                    p.t(":")?;
                    p.block()?;
                    p.opt(Self::else_block)?;
                    Some(n)
                });
                if found.is_some() || committed || p.error.is_some() { return found }
            }
            p.for_target_slip()
        })
    }

    fn with(&mut self) -> N {
        self.rule("with", Own, |p| {
            let open: fn(&mut Self) -> N = |p| { p.opt(|p| p.t("async"))?; p.t("with") };
            let bare: [fn(&mut Self) -> N; 2] = [
                |p| p.list(",", |p| { let n = p.expression()?; p.opt(|p| { p.t("as")?; p.star_target() })?; Some(n) }).and_then(|all| all.first().copied()),
                |p| { p.t("(")?; p.list(",", |p| { let n = p.expressions()?; p.opt(|p| { p.t("as")?; p.star_target() })?; Some(n) })?; p.opt(|p| p.t(","))?; p.t(")") },
            ];
            for what in bare {
                p.slip(|p| { let a = open(p)?; what(p)?; p.t(":")?; p.no_block("'with' statement", a) });
            }
            for is_async in [false, true] {
                for parenthesized in [true, false] {
                    let found = p.alt(|p| {
                        if is_async { p.t("async")?; }
                        let n = p.t("with")?;
                        if parenthesized { p.t("(")?; }
                        p.list(",", Self::with_item)?;
                        if parenthesized { p.opt(|p| p.t(","))?; p.t(")")?; }
                        p.t(":")?;
                        p.block()?;
                        Some(n)
                    });
                    if found.is_some() { return found }
                }
            }
            for what in bare { p.slip(|p| { open(p)?; what(p)?; p.no_colon() }); }
            None
        })
    }
    fn with_item(&mut self) -> N {
        self.rule("with_item", Own, |p| {
            let end: fn(&mut Self) -> N = |p| p.any(&[",", ")", ":"]);
            p.alt(|p| { let n = p.expression()?; p.t("as")?; p.star_target()?; p.ahead(end)?; Some(n) })
                .or_else(|| p.slip(|p| { p.expression()?; p.t("as")?; let a = p.expression()?; p.ahead(end)?; p.fail_target(super::targets::Targets::Assign, a) }))
                .or_else(|| p.expression())
        })
    }

    fn try_stmt(&mut self) -> N {
        self.rule("try_stmt", Own, |p| {
            p.slip(|p| { let a = p.t("try")?; p.t(":")?; p.no_block("'try' statement", a) });
            p.slip(|p| { p.t("try")?; p.t(":")?; p.block()?; p.not(|p| p.any(&["except", "finally"]))?; p.fail_last("expected 'except' or 'finally' block") });
            let both = "cannot have both 'except' and 'except*' on the same 'try'";
            let named: fn(&mut Self) -> N = |p| { p.t("as")?; p.name() };
            p.slip(|p| {
                p.t("try")?;
                p.t(":")?;
                p.many(Self::block)?;
                p.some(|p| p.except(false))?;
                let a = p.t("except")?;
                let b = p.t("*")?;
                p.expression()?;
                p.opt(named)?;
                p.t(":")?;
                p.fail_range(a, b, both)
            });
            p.slip(|p| {
                p.t("try")?;
                p.t(":")?;
                p.many(Self::block)?;
                p.some(|p| p.except(true))?;
                let a = p.t("except")?;
                p.opt(|p| { let n = p.expression()?; p.opt(named)?; Some(n) })?;
                p.t(":")?;
                p.fail(a, both)
            });
            let open: fn(&mut Self) -> N = |p| { let n = p.t("try")?; p.demand(":")?; p.block()?; Some(n) };
            p.alt(|p| { let n = open(p)?; p.finally()?; Some(n) })
                .or_else(|| p.alt(|p| { let n = open(p)?; p.some(|p| p.except(false))?; p.opt(Self::else_block)?; p.opt(Self::finally)?; Some(n) }))
                .or_else(|| p.alt(|p| { let n = open(p)?; p.some(|p| p.except(true))?; p.opt(Self::else_block)?; p.opt(Self::finally)?; Some(n) }))
        })
    }
    fn finally(&mut self) -> N {
        self.rule("finally", Own, |p| {
            p.slip(|p| { let a = p.t("finally")?; p.t(":")?; p.no_block("'finally' statement", a) });
            p.t("finally")?;
            p.demand(":")?;
            p.block()
        })
    }
    /// `except`, or `except*`.
    fn except(&mut self, star: bool) -> N {
        self.rule(if star { "except*" } else { "except" }, Own, |p| {
            let shown = if star { "except*" } else { "except" };
            let open = |p: &mut Self| { let n = p.t("except")?; if star { p.t("*")?; } Some(n) };
            let named: fn(&mut Self) -> N = |p| { p.t("as")?; p.name() };
            p.slip(|p| { let a = open(p)?; p.expression()?; p.opt(named)?; p.t(":")?; p.no_block(&format!("'{shown}' statement"), a) });
            if !star { p.slip(|p| { let a = open(p)?; p.t(":")?; p.no_block("'except' statement", a) }); }
            if let Some(n) = p.alt(|p| { open(p)?; p.expression()?; p.t(":")?; p.block() }) { return Some(n) }
            if let Some(n) = p.alt(|p| { open(p)?; p.expression()?; named(p)?; p.t(":")?; p.block() }) { return Some(n) }
            if let Some(n) = p.alt(|p| { open(p)?; p.expressions()?; p.t(":")?; p.block() }) { return Some(n) }
            if !star && let Some(n) = p.alt(|p| { open(p)?; p.t(":")?; p.block() }) { return Some(n) }
            p.slip(|p| {
                open(p)?;
                let a = p.expression()?;
                p.t(",")?;
                p.expressions()?;
                named(p)?;
                p.t(":")?;
                p.fail_from(a, "multiple exception types must be parenthesized when using 'as'")
            });
            p.slip(|p| { open(p)?; p.expression()?; p.opt(named)?; p.no_colon() });
            if star {
                p.slip(|p| { open(p)?; if p.newline().is_none() { p.t(":")?; } p.fail_last("expected one or more exception types") });
            } else {
                p.slip(|p| { open(p)?; p.no_colon() });
            }
            p.slip(|p| {
                open(p)?;
                p.expression()?;
                p.t("as")?;
                let a = p.expression()?;
                p.t(":")?;
                p.block()?;
                p.fail(a, format!("cannot use {shown} statement with {}", a.name()))
            })
        })
    }

    fn match_stmt(&mut self) -> N {
        self.rule("match_stmt", Own, |p| {
            p.alt(|p| {
                let n = p.soft("match")?;
                p.subject()?;
                p.t(":")?;
                p.newline()?;
                p.kind(Kind::Indent)?;
                p.some(Self::case)?;
                p.kind(Kind::Dedent)?;
                Some(n)
            }).or_else(|| {
                p.slip(|p| { p.soft("match")?; p.subject()?; p.no_colon() });
                p.slip(|p| { let a = p.soft("match")?; p.subject()?; p.t(":")?; p.no_block("'match' statement", a) })
            })
        })
    }
    fn subject(&mut self) -> N {
        self.alt(|p| { let n = p.star_named_expression()?; p.t(",")?; p.alt(Self::star_named_expressions); Some(n) }).or_else(|| self.alt(Self::named_expression))
    }
    fn case(&mut self) -> N {
        self.rule("case", Own, |p| {
            let header: fn(&mut Self) -> N = |p| { let n = p.soft("case")?; p.patterns()?; p.opt(|p| { p.t("if")?; p.named_expression() })?; Some(n) };
            p.slip(|p| { header(p)?; p.no_colon() });
            p.slip(|p| { let a = header(p)?; p.t(":")?; p.no_block("'case' statement", a) });
            header(p)?;
            p.t(":")?;
            p.block()
        })
    }
}
