//! Patterns of `case`.
//!
//! Not here: the statement (`compound.rs`).

use super::engine::Memory::{Own, Shared};
use super::engine::{Node, What, N, P};
use super::token::Kind;

impl P<'_> {
    pub(crate) fn patterns(&mut self) -> N {
        self.rule("patterns", Own, |p| p.alt(Self::open_sequence).or_else(|| p.pattern()))
    }
    fn pattern(&mut self) -> N {
        self.rule("pattern", Own, |p| {
            let start = p.at;
            p.alt(|p| { p.or_pattern()?; p.t("as")?; p.capture_target()?; p.node(What::Other, start) })
                .or_else(|| {
                    p.slip(|p| { p.or_pattern()?; p.t("as")?; let a = p.soft("_")?; p.fail(a, "cannot use '_' as a target") });
                    p.slip(|p| { p.or_pattern()?; p.t("as")?; let a = p.expression()?; p.fail(a, format!("cannot use {} as pattern target", a.name())) })
                })
                .or_else(|| p.or_pattern())
        })
    }
    fn or_pattern(&mut self) -> N {
        self.rule("or_pattern", Own, |p| { let start = p.at; p.list("|", Self::closed_pattern)?; p.node(What::Other, start) })
    }
    fn closed_pattern(&mut self) -> N {
        self.rule("closed_pattern", Shared, |p| {
            p.alt(Self::literal_pattern)
                .or_else(|| p.alt(Self::capture_target))
                .or_else(|| p.soft("_"))
                .or_else(|| p.alt(|p| { let n = p.attribute()?; p.not(|p| p.any(&[".", "(", "="]))?; Some(n) }))
                .or_else(|| p.alt(|p| { let start = p.at; p.t("(")?; p.pattern()?; p.t(")")?; p.node(What::Other, start) }))
                .or_else(|| p.alt(Self::sequence))
                .or_else(|| p.alt(Self::mapping))
                .or_else(|| p.class_pattern())
        })
    }
    fn literal_pattern(&mut self) -> N {
        self.alt(Self::number_pattern).or_else(|| self.alt(|p| {
            let n = p.strings()?;
            if matches!(n.what, What::FString | What::TString) { p.refuse(n, "patterns may only match literals and attribute lookups") }
            Some(n)
        })).or_else(|| self.any(&["None", "True", "False"]))
    }
    fn key_literal(&mut self) -> N {
        self.alt(Self::number_pattern).or_else(|| self.alt(|p| {
            let n = p.strings()?;
            p.interpolated_key |= matches!(n.what, What::FString | What::TString);
            Some(n)
        })).or_else(|| self.any(&["None", "True", "False"]))
    }
    /// What the grammar allows and the compiler does not.
    fn refuse(&mut self, n: Node, message: &str) {
        let before = self.error.take();
        self.fail::<()>(n, message);
        self.later = self.later.take().or(self.error.take());
        self.error = before;
    }
    fn number_pattern(&mut self) -> N {
        let start = self.at;
        self.alt(|p| { p.signed(None)?; p.not(|p| p.any(&["+", "-"]))?; p.node(What::Other, start) })
            .or_else(|| self.alt(|p| {
                p.signed(Some(false))?;
                p.any(&["+", "-"])?;
                p.real_or_imaginary(true)?;
                p.node(What::Other, start)
            }))
    }
    fn signed(&mut self, imaginary: Option<bool>) -> N {
        self.opt(|p| p.any(&["+", "-"]))?;
        match imaginary { None => self.kind(Kind::Number), Some(i) => self.real_or_imaginary(i) }
    }
    fn real_or_imaginary(&mut self, imaginary: bool) -> N {
        let t = self.token()?;
        let n = self.kind(Kind::Number)?;
        let is = self.shown(t).ends_with(['j', 'J']);
        if is == imaginary { return Some(n) }
        self.fail(n, if imaginary { "imaginary number required in complex literal" } else { "real number required in complex literal" })
    }
    fn capture_target(&mut self) -> N {
        self.not(|p| p.soft("_"))?;
        let n = self.name()?;
        self.not(|p| p.any(&[".", "(", "="]))?;
        Some(n)
    }
    fn attribute(&mut self) -> N {
        let start = self.at;
        self.name()?;
        self.some(|p| { p.t(".")?; p.name() })?;
        self.node(What::Attribute, start)
    }
    fn name_or_attribute(&mut self) -> N { self.alt(Self::attribute).or_else(|| self.name()) }
    fn sequence(&mut self) -> N {
        let start = self.at;
        self.alt(|p| { p.t("[")?; p.opt(Self::maybe_sequence)?; p.t("]")?; p.node(What::Other, start) })
            .or_else(|| self.alt(|p| { p.t("(")?; p.opt(Self::open_sequence)?; p.t(")")?; p.node(What::Other, start) }))
    }
    fn open_sequence(&mut self) -> N {
        let start = self.at;
        self.maybe_star()?;
        self.t(",")?;
        self.opt(Self::maybe_sequence)?;
        self.node(What::Other, start)
    }
    fn maybe_sequence(&mut self) -> N {
        let all = self.list(",", Self::maybe_star)?;
        self.opt(|p| p.t(","))?;
        all.first().copied()
    }
    fn maybe_star(&mut self) -> N {
        self.alt(|p| p.rule("star_pattern", Shared, |p| {
            let start = p.at;
            p.t("*")?;
            p.alt(Self::capture_target).or_else(|| p.soft("_"))?;
            p.node(What::Other, start)
        })).or_else(|| self.pattern())
    }
    fn mapping(&mut self) -> N {
        let start = self.at;
        let rest: fn(&mut Self) -> N = |p| { p.t("**")?; p.capture_target() };
        self.alt(|p| { p.t("{")?; p.t("}") })
            .or_else(|| self.alt(|p| { p.t("{")?; rest(p)?; p.opt(|p| p.t(","))?; p.t("}") }))
            .or_else(|| self.alt(|p| { p.t("{")?; p.items()?; p.t(",")?; rest(p)?; p.opt(|p| p.t(","))?; p.t("}") }))
            .or_else(|| self.alt(|p| { p.t("{")?; p.items()?; p.opt(|p| p.t(","))?; p.t("}") }))?;
        let n = self.node(What::Other, start)?;
        if std::mem::take(&mut self.interpolated_key) { self.refuse(n, "mapping pattern keys may only match literals and attribute lookups") }
        Some(n)
    }
    fn items(&mut self) -> N {
        let all = self.list(",", |p| {
            let key = p.alt(|p| p.key_literal()).or_else(|| p.alt(Self::attribute))?;
            p.t(":")?;
            p.pattern()?;
            Some(key)
        })?;
        all.first().copied()
    }
    fn class_pattern(&mut self) -> N {
        let start = self.at;
        self.alt(|p| { p.name_or_attribute()?; p.t("(")?; p.t(")")?; p.node(What::Other, start) })
            .or_else(|| self.alt(|p| { p.name_or_attribute()?; p.t("(")?; p.positional_patterns()?; p.opt(|p| p.t(","))?; p.t(")")?; p.node(What::Other, start) }))
            .or_else(|| self.alt(|p| { p.name_or_attribute()?; p.t("(")?; p.keyword_patterns()?; p.opt(|p| p.t(","))?; p.t(")")?; p.node(What::Other, start) }))
            .or_else(|| self.alt(|p| {
                p.name_or_attribute()?;
                p.t("(")?;
                p.positional_patterns()?;
                p.t(",")?;
                p.keyword_patterns()?;
                p.opt(|p| p.t(","))?;
                p.t(")")?;
                p.node(What::Other, start)
            }))
            .or_else(|| self.slip(|p| {
                p.name_or_attribute()?;
                p.t("(")?;
                p.opt(|p| { p.positional_patterns()?; p.t(",") })?;
                p.keyword_patterns()?;
                p.t(",")?;
                let a = p.positional_patterns()?;
                p.fail_range(a[0], a[a.len() - 1], "positional patterns follow keyword patterns")
            }))
    }
    fn positional_patterns(&mut self) -> Option<Vec<Node>> { self.list(",", Self::pattern) }
    fn keyword_patterns(&mut self) -> Option<Vec<Node>> {
        self.list(",", |p| p.rule("keyword_pattern", Own, |p| { let n = p.name()?; p.t("=")?; p.pattern()?; Some(n) }))
    }
}
