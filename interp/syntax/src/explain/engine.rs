//! The recogniser's machinery: tokens with backtracking, memory of results, the first error.
//!
//! Rules are functions from a position to a [`Node`] or nothing, tried in order. The first pass only finds the furthest
//! token that was looked at; the second also tries the rules that describe mistakes (`slips`). Not here: the rules.

use std::collections::HashMap;

use super::token::{Kind, Pos, Spot, Stop, Token, SOFT_WORDS};
use crate::ErrorKind;

/// What a piece of text is, as far as messages tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Name, Attribute, Subscript, Call, Starred, List, Tuple, Lambda, Operation, Generator, Yield, Await, ListComp, SetComp, DictComp, Dict, Set,
    FString, TString, None, True, False, Ellipsis, Literal, Comparison,
    /// A comparison that begins with `in`.
    Membership,
    Conditional, Named,
    /// Anything that no message names.
    Other,
}

/// Something recognised.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    pub(crate) what: What,
    pub(crate) from: Pos,
    pub(crate) to: Pos,
    /// Its parts, a slice of the parser's store.
    pub(crate) parts: (usize, usize),
}

pub(crate) type N = Option<Node>;

/// How long a result is remembered, and for whom.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Memory {
    /// One result whether slips are looked for or not.
    Shared,
    /// One result for each.
    Own,
}

/// An error that a rule found.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) kind: ErrorKind,
    pub(crate) message: String,
    pub(crate) spot: Spot,
    /// From the tokenizer: nothing behind it matters.
    pub(crate) from_tokens: bool,
}

/// Nesting of rules up to which the recogniser goes. CPython's parser has 6000 levels, of which it takes 12 more for a statement and
/// about 10 more for each pair of brackets than these rules.
const MAX_DEPTH: usize = 5988;

pub(crate) struct P<'a> {
    pub(crate) text: &'a str,
    pub(crate) tokens: Vec<Token>,
    pub(crate) stop: Option<Stop>,
    /// Index of the next token.
    pub(crate) at: usize,
    /// Tokens looked at.
    pub(crate) seen: usize,
    pub(crate) slips: bool,
    pub(crate) error: Option<Found>,
    /// An error that counts if the text is otherwise well-formed.
    pub(crate) later: Option<Found>,
    /// A key of the mapping pattern at hand is an f-string.
    pub(crate) interpolated_key: bool,
    depth: usize,
    memory: HashMap<(&'static str, usize, bool), Option<(Node, usize)>>,
    store: Vec<Node>,
    /// `from __future__ import barry_as_FLUFL` is in force.
    pub(crate) flufl: bool,
}

impl<'a> P<'a> {
    pub(crate) fn new(text: &'a str, tokens: Vec<Token>, stop: Option<Stop>) -> Self {
        Self { text, tokens, stop, at: 0, seen: 0, slips: false, error: None, later: None, interpolated_key: false, depth: 0, memory: HashMap::new(), store: Vec::new(), flufl: false }
    }

    /// Starts again, now looking for slips.
    pub(crate) fn again(&mut self) {
        self.at = 0;
        self.slips = true;
        self.forget();
    }
    /// Drops results: nothing before the current token will be tried again.
    pub(crate) fn forget(&mut self) { self.memory.clear(); self.store.clear(); }

    // Tokens.

    /// The next token, if there is one.
    pub(crate) fn token(&mut self) -> Option<Token> {
        if self.error.is_some() { return None }
        let found = self.tokens.get(self.at).copied();
        self.seen = self.seen.max(self.at + 1);
        if found.is_none() && let Some(stop) = &self.stop {
            self.error = Some(Found { kind: stop.kind, message: stop.message.clone(), spot: stop.place, from_tokens: true });
        }
        found
    }
    pub(crate) fn shown(&self, t: Token) -> &'a str { self.text.get(t.start..t.end).unwrap_or("") }
    fn take(&mut self, t: Token) -> N {
        self.at += 1;
        Some(Node { what: What::Other, from: t.from, to: t.to, parts: (0, 0) })
    }
    pub(crate) fn kind(&mut self, kind: Kind) -> N {
        let t = self.token()?;
        if t.kind == kind { self.take(t) } else { None }
    }
    /// An operator or reserved word.
    pub(crate) fn t(&mut self, text: &str) -> N {
        let t = self.token()?;
        if matches!(t.kind, Kind::Op | Kind::Word) && self.shown(t) == text { self.take(t) } else { None }
    }
    pub(crate) fn any(&mut self, texts: &[&str]) -> N { texts.iter().find_map(|text| self.t(text)) }
    pub(crate) fn name(&mut self) -> N { self.kind(Kind::Name).map(|n| Node { what: What::Name, ..n }) }
    /// A name that is a word in this place.
    pub(crate) fn soft(&mut self, text: &str) -> N {
        let t = self.token()?;
        if t.kind == Kind::Name && self.shown(t) == text { self.take(t) } else { None }
    }
    pub(crate) fn soft_word(&mut self) -> N { SOFT_WORDS.iter().find_map(|w| self.soft(w)) }

    // Combinators.

    /// Tries a rule; without a result nothing is consumed.
    pub(crate) fn alt<R>(&mut self, rule: impl FnOnce(&mut Self) -> Option<R>) -> Option<R> {
        if self.error.is_some() { return None }
        let at = self.at;
        let found = rule(self);
        if found.is_some() && self.error.is_none() { return found }
        self.at = at;
        None
    }
    /// A rule that describes a mistake.
    pub(crate) fn slip(&mut self, rule: impl FnOnce(&mut Self) -> N) -> N { if self.slips { self.alt(rule) } else { None } }
    /// What may be missing. Errors still end everything.
    pub(crate) fn opt(&mut self, rule: impl FnOnce(&mut Self) -> N) -> Option<N> {
        let found = self.alt(rule);
        if self.error.is_some() { None } else { Some(found) }
    }
    pub(crate) fn sees(&mut self, rule: impl FnOnce(&mut Self) -> N) -> bool {
        let at = self.at;
        let found = rule(self).is_some();
        self.at = at;
        found
    }
    /// `rule` must follow, unconsumed.
    pub(crate) fn ahead(&mut self, rule: impl FnOnce(&mut Self) -> N) -> Option<()> { self.sees(rule).then_some(()) }
    /// `rule` must not follow.
    pub(crate) fn not(&mut self, rule: impl FnOnce(&mut Self) -> N) -> Option<()> { (!self.sees(rule)).then_some(()) }
    pub(crate) fn many(&mut self, mut rule: impl FnMut(&mut Self) -> N) -> Option<Vec<Node>> {
        let mut all = Vec::new();
        while let Some(n) = self.alt(&mut rule) { all.push(n); }
        if self.error.is_some() { None } else { Some(all) }
    }
    pub(crate) fn some(&mut self, rule: impl FnMut(&mut Self) -> N) -> Option<Vec<Node>> { self.many(rule).filter(|all| !all.is_empty()) }
    /// One or more with `separator` between.
    pub(crate) fn list(&mut self, separator: &str, mut rule: impl FnMut(&mut Self) -> N) -> Option<Vec<Node>> {
        let mut all = vec![rule(self)?];
        while let Some(n) = self.alt(|p| { p.t(separator)?; rule(p) }) { all.push(n); }
        if self.error.is_some() { None } else { Some(all) }
    }
    /// A token that must follow, or else it is said to be missing.
    pub(crate) fn demand(&mut self, text: &str) -> N {
        if self.error.is_some() { return None }
        if let Some(n) = self.t(text) { return Some(n) }
        let t = self.token()?;
        let n = self.blamed(t);
        self.fail(n, format!("expected '{text}'"))
    }

    /// Runs a rule once per place.
    pub(crate) fn rule(&mut self, name: &'static str, memory: Memory, rule: impl FnOnce(&mut Self) -> N) -> N {
        if self.error.is_some() { return None }
        let key = (name, self.at, memory == Memory::Own && self.slips);
        if let Some(known) = self.memory.get(&key) {
            let (node, end) = (*known)?;
            self.at = end;
            return Some(node);
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            self.depth -= 1;
            let spot = Spot { line: 0, column: 0, end_line: 0, end_column: 0, bare: false };
            self.error = Some(Found { kind: ErrorKind::Memory, message: "Parser stack overflowed - Python source too complex to parse".into(), spot, from_tokens: true });
            return None;
        }
        let found = stacker::maybe_grow(128 << 10, 2 << 20, || self.alt(rule));
        self.depth -= 1;
        if self.error.is_none() { self.memory.insert(key, found.map(|n| (n, self.at))); }
        found
    }

    // Nodes.

    /// A node from the token at `start` to the last consumed one.
    pub(crate) fn node(&mut self, what: What, start: usize) -> N { self.node_with(what, start, &[]) }
    pub(crate) fn node_with(&mut self, what: What, start: usize, parts: &[Node]) -> N {
        let from = self.tokens.get(start)?.from;
        let last = self.tokens.get(..self.at)?.iter().rev().find(|t| !matches!(t.kind, Kind::End | Kind::Newline | Kind::Indent | Kind::Dedent))?;
        let to = last.to;
        let base = self.store.len();
        self.store.extend_from_slice(parts);
        Some(Node { what, from, to, parts: (base, base + parts.len()) })
    }
    pub(crate) fn parts(&self, n: Node) -> &[Node] { self.store.get(n.parts.0..n.parts.1).unwrap_or(&[]) }

    // Errors.

    fn raise<R>(&mut self, kind: ErrorKind, spot: Spot, message: String) -> Option<R> {
        if self.error.is_none() { self.error = Some(Found { kind, message, spot, from_tokens: false }); }
        None
    }
    /// An error about a node.
    pub(crate) fn fail<R>(&mut self, n: Node, message: impl Into<String>) -> Option<R> { self.fail_range(n, n, message) }
    /// An error from one node to another.
    pub(crate) fn fail_range<R>(&mut self, a: Node, b: Node, message: impl Into<String>) -> Option<R> {
        let spot = Spot { line: a.from.line, column: a.from.column + 1, end_line: b.to.line, end_column: b.to.column + 1, bare: false };
        self.raise(ErrorKind::Syntax, spot, message.into())
    }
    /// An error from a node to where the tokenizer stands.
    pub(crate) fn fail_from<R>(&mut self, a: Node, message: impl Into<String>) -> Option<R> {
        let end = self.last().map_or(a.to, |t| t.read);
        let spot = Spot { line: a.from.line, column: a.from.column + 1, end_line: end.line, end_column: end.column, bare: false };
        self.raise(ErrorKind::Syntax, spot, message.into())
    }
    /// An error about the furthest token.
    pub(crate) fn fail_last<R>(&mut self, message: impl Into<String>) -> Option<R> {
        let t = self.last()?;
        self.fail_token(ErrorKind::Syntax, t, message.into())
    }
    pub(crate) fn fail_indent<R>(&mut self, message: String) -> Option<R> {
        let t = self.last()?;
        self.fail_token(ErrorKind::Indentation, t, message)
    }
    /// An error about the next token.
    pub(crate) fn fail_next<R>(&mut self, message: impl Into<String>) -> Option<R> {
        let t = self.token()?;
        self.fail_token(ErrorKind::Syntax, t, message.into())
    }
    pub(crate) fn fail_token<R>(&mut self, kind: ErrorKind, t: Token, message: String) -> Option<R> {
        let read = self.last().map_or(t.read, |l| l.read);
        let spot = if t.from.column < 0 {
            Spot { line: t.from.line, column: read.column, end_line: t.from.line, end_column: -1, bare: false }
        } else {
            let to = self.blamed(t).to;
            Spot { line: t.from.line, column: t.from.column + 1, end_line: to.line, end_column: to.column + 1, bare: false }
        };
        self.raise(kind, spot, message)
    }
    /// An error with a place of its own.
    pub(crate) fn fail_spot<R>(&mut self, spot: Spot, message: impl Into<String>) -> Option<R> { self.raise(ErrorKind::Syntax, spot, message.into()) }

    /// A token as errors show it: of `<>` only the first half, where that is no operator.
    pub(crate) fn blamed(&self, t: Token) -> Node {
        let half = i32::from(!self.flufl && self.shown(t) == "<>");
        Node { what: What::Other, from: t.from, to: Pos { column: t.to.column - half, ..t.to }, parts: (0, 0) }
    }

    /// The furthest token.
    pub(crate) fn last(&self) -> Option<Token> { self.tokens.get(self.seen.min(self.tokens.len()).checked_sub(1)?).copied() }
}

impl Node {
    /// CPython's name of it in messages.
    pub(crate) fn name(self) -> &'static str {
        match self.what {
            What::Name => "name",
            What::Attribute => "attribute",
            What::Subscript => "subscript",
            What::Call => "function call",
            What::Starred => "starred",
            What::List => "list",
            What::Tuple => "tuple",
            What::Lambda => "lambda",
            What::Operation | What::Other => "expression",
            What::Generator => "generator expression",
            What::Yield => "yield expression",
            What::Await => "await expression",
            What::ListComp => "list comprehension",
            What::SetComp => "set comprehension",
            What::DictComp => "dict comprehension",
            What::Dict => "dict literal",
            What::Set => "set display",
            What::FString => "f-string expression",
            What::TString => "t-string expression",
            What::None => "None",
            What::True => "True",
            What::False => "False",
            What::Ellipsis => "ellipsis",
            What::Literal => "literal",
            What::Comparison | What::Membership => "comparison",
            What::Conditional => "conditional expression",
            What::Named => "named expression",
        }
    }
}
