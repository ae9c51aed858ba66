//! What can stand left of `=`, behind `for`, `as` and `del`, and which part of something else cannot.
//!
//! Not here: assignments as statements (`simple.rs`).

use super::engine::Memory::{Own, Shared};
use super::engine::{Node, What, N, P};

/// Whose targets.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Targets { Assign, Delete, For }

impl P<'_> {
    pub(crate) fn star_targets(&mut self) -> N {
        self.rule("star_targets", Own, |p| {
            let start = p.at;
            p.alt(|p| { let n = p.star_target()?; p.not(|p| p.t(","))?; Some(n) }).or_else(|| p.alt(|p| {
                let all = p.list(",", Self::star_target)?;
                p.opt(|p| p.t(","))?;
                p.node_with(What::Tuple, start, &all)
            }))
        })
    }
    pub(crate) fn star_target(&mut self) -> N {
        self.rule("star_target", Shared, |p| {
            let start = p.at;
            p.alt(|p| {
                p.t("*")?;
                p.not(|p| p.t("*"))?;
                p.star_target()?;
                p.node(What::Starred, start)
            }).or_else(|| p.target_with_star_atom())
        })
    }
    fn target_with_star_atom(&mut self) -> N {
        self.rule("target_with_star_atom", Shared, |p| p.alt(Self::subscript_or_attribute).or_else(|| p.star_atom()))
    }
    fn star_atom(&mut self) -> N {
        let start = self.at;
        if let Some(n) = self.name() { return Some(n) }
        self.alt(|p| { p.t("(")?; let n = p.target_with_star_atom()?; p.t(")")?; Some(n) })
            .or_else(|| self.alt(|p| {
                p.t("(")?;
                p.opt(|p| {
                    let n = p.star_target()?;
                    let more = p.many(|p| { p.t(",")?; p.star_target() })?;
                    let comma = p.opt(|p| p.t(","))?;
                    if more.is_empty() && comma.is_none() { return None }
                    Some(n)
                })?;
                p.t(")")?;
                p.node(What::Tuple, start)
            }))
            .or_else(|| self.alt(|p| {
                p.t("[")?;
                p.opt(|p| { let n = p.list(",", Self::star_target)?; p.opt(|p| p.t(","))?; n.first().copied() })?;
                p.t("]")?;
                p.node(What::List, start)
            }))
    }
    pub(crate) fn single_target(&mut self) -> N {
        self.alt(Self::subscript_or_attribute).or_else(|| self.name())
            .or_else(|| self.alt(|p| { p.t("(")?; let n = p.single_target()?; p.t(")")?; Some(n) }))
    }

    /// An attribute or subscript that nothing more hangs on.
    pub(crate) fn subscript_or_attribute(&mut self) -> N {
        let start = self.at;
        self.alt(|p| { p.target_base()?; p.t(".")?; p.name()?; p.not(Self::more_trailers)?; p.node(What::Attribute, start) })
            .or_else(|| self.alt(|p| { p.target_base()?; p.t("[")?; p.slices()?; p.t("]")?; p.not(Self::more_trailers)?; p.node(What::Subscript, start) }))
    }
    fn more_trailers(&mut self) -> N { self.any(&["(", "[", "."]) }
    /// What stands before the last trailer.
    fn target_base(&mut self) -> N {
        self.rule("target_base", Shared, |p| {
            let start = p.at;
            let mut left = p.atom()?;
            p.ahead(Self::more_trailers)?;
            loop {
                let found = p.alt(|p| { p.t(".")?; p.name()?; p.ahead(Self::more_trailers)?; p.node(What::Attribute, start) })
                    .or_else(|| p.alt(|p| { p.t("[")?; p.slices()?; p.t("]")?; p.ahead(Self::more_trailers)?; p.node(What::Subscript, start) }))
                    .or_else(|| p.alt(|p| { p.genexp()?; p.ahead(Self::more_trailers)?; p.node(What::Call, start) }))
                    .or_else(|| p.alt(|p| { p.t("(")?; p.opt(Self::arguments)?; p.t(")")?; p.ahead(Self::more_trailers)?; p.node(What::Call, start) }));
                match found { Some(n) => left = n, None => break }
            }
            if p.error.is_some() { None } else { Some(left) }
        })
    }

    pub(crate) fn del_targets(&mut self) -> N {
        let start = self.at;
        self.list(",", Self::del_target)?;
        self.opt(|p| p.t(","))?;
        self.node(What::Other, start)
    }
    fn del_target(&mut self) -> N {
        self.rule("del_target", Shared, |p| {
            let start = p.at;
            if let Some(n) = p.alt(Self::subscript_or_attribute) { return Some(n) }
            if let Some(n) = p.name() { return Some(n) }
            p.alt(|p| { p.t("(")?; let n = p.del_target()?; p.t(")")?; Some(n) })
                .or_else(|| p.alt(|p| { p.t("(")?; p.opt(Self::del_targets)?; p.t(")")?; p.node(What::Tuple, start) }))
                .or_else(|| p.alt(|p| { p.t("[")?; p.opt(Self::del_targets)?; p.t("]")?; p.node(What::List, start) }))
        })
    }

    /// The part of an expression that is no target.
    fn invalid_target(&self, targets: Targets, n: Node) -> N {
        match n.what {
            What::Name | What::Subscript | What::Attribute => None,
            What::List | What::Tuple => self.parts(n).iter().find_map(|part| self.invalid_target(targets, *part)),
            What::Starred if targets == Targets::Delete => Some(n),
            What::Starred => self.parts(n).first().and_then(|part| self.invalid_target(targets, *part)),
            What::Membership if targets == Targets::For => self.parts(n).first().and_then(|part| self.invalid_target(targets, *part)),
            What::Comparison if targets == Targets::For => None,
            _ => Some(n),
        }
    }
    /// An error about the part of an expression that is no target, if there is one.
    pub(crate) fn fail_target<R>(&mut self, targets: Targets, n: Node) -> Option<R> {
        let bad = self.invalid_target(targets, n)?;
        let verb = if targets == Targets::Delete { "delete" } else { "assign to" };
        self.fail(bad, format!("cannot {verb} {}", bad.name()))
    }
}
