//! Literals side by side, fields of f-strings and t-strings, malformed escapes.
//!
//! Not here: their tokens (`text.rs`).

use super::engine::Memory::{Own, Shared};
use super::engine::{Node, What, N, P};
use super::token::Kind;

/// f-strings or t-strings.
#[derive(Clone, Copy)]
struct Flavour { letter: char, start: Kind, middle: Kind, end: Kind, names: [&'static str; 3] }

const F: Flavour = Flavour { letter: 'f', start: Kind::FStart, middle: Kind::FMiddle, end: Kind::FEnd, names: ["fstring", "fstring_field", "fstring_slips"] };
const T: Flavour = Flavour { letter: 't', start: Kind::TStart, middle: Kind::TMiddle, end: Kind::TEnd, names: ["tstring", "tstring_field", "tstring_slips"] };

impl P<'_> {
    pub(crate) fn strings(&mut self) -> N {
        self.rule("strings", Shared, |p| {
            p.slip(|p| {
                let a = p.some(Self::fstring_or_string)?;
                let b = p.template(T)?;
                p.fail_range(a[a.len() - 1], b, "cannot mix t-string literals with string or bytes literals")
            });
            p.slip(|p| {
                let a = p.some(|p| p.template(T))?;
                let b = p.fstring_or_string()?;
                p.fail_range(a[a.len() - 1], b, "cannot mix t-string literals with string or bytes literals")
            });
            let start = p.at;
            p.alt(|p| {
                let all = p.some(Self::fstring_or_string)?;
                let bytes = |p: &Self, n: &Node| p.tokens.iter().find(|t| t.from == n.from && t.kind == Kind::Text).is_some_and(|t| is_bytes(p.shown(*t)));
                let of_bytes = all.iter().filter(|n| bytes(p, n)).count();
                if of_bytes > 0 && of_bytes < all.len() { return p.fail_last("cannot mix bytes and nonbytes literals") }
                let what = if all.iter().any(|n| n.what == What::FString) { What::FString } else { What::Literal };
                p.node(what, start)
            }).or_else(|| p.alt(|p| { p.some(|p| p.template(T))?; p.node(What::TString, start) }))
        })
    }
    fn fstring_or_string(&mut self) -> N { self.alt(|p| p.template(F)).or_else(|| self.string()) }
    fn string(&mut self) -> N {
        let t = self.token()?;
        let n = self.kind(Kind::Text)?;
        if let Some(message) = wrong_literal(self.shown(t)) {
            if message.starts_with('(') { return self.fail_last(message) }
            return self.fail(n, message);
        }
        Some(Node { what: What::Literal, ..n })
    }

    fn template(&mut self, f: Flavour) -> N {
        self.rule(f.names[0], Own, |p| {
            let start = p.at;
            let opening = p.token()?;
            p.kind(f.start)?;
            let raw = p.shown(opening).contains(['r', 'R']);
            p.many(|p| p.alt(|p| p.field(f)).or_else(|| p.piece(f, raw)))?;
            p.kind(f.end)?;
            p.node(if f.letter == 'f' { What::FString } else { What::TString }, start)
        })
    }
    /// Literal text.
    fn piece(&mut self, f: Flavour, raw: bool) -> N {
        let t = self.token()?;
        let n = self.kind(f.middle)?;
        if !raw && let Some(message) = wrong_escape(self.shown(t), true) { return self.fail_last(message) }
        Some(n)
    }
    fn field(&mut self, f: Flavour) -> N {
        self.rule(f.names[1], Own, |p| {
            p.alt(|p| {
                p.t("{")?;
                p.annotated_rhs()?;
                p.opt(|p| p.t("="))?;
                p.opt(|p| p.conversion(f))?;
                p.opt(|p| { let c = p.t(":")?; p.many(|p| p.alt(|p| p.piece(f, false)).or_else(|| p.field(f)))?; Some(c) })?;
                p.t("}")
            }).or_else(|| if p.slips { p.field_slips(f) } else { None })
        })
    }
    fn conversion(&mut self, f: Flavour) -> N {
        let mark = self.t("!")?;
        let letter = f.letter;
        let t = self.token()?;
        let n = self.name()?;
        if mark.to != n.from { return self.fail_range(mark, n, format!("{letter}-string: conversion type must come right after the exclamation mark")) }
        let shown = self.shown(t);
        if matches!(shown, "s" | "r" | "a") { return Some(n) }
        let message = format!("{letter}-string: invalid conversion character '{shown}': expected 's', 'r', or 'a'");
        self.fail(n, message)
    }

    fn field_slips(&mut self, f: Flavour) -> N {
        let letter = f.letter;
        self.rule(f.names[2], Own, |p| {
            for what in ["=", "!", ":", "}"] {
                p.slip(|p| { p.t("{")?; let a = p.t(what)?; p.fail(a, format!("{letter}-string: valid expression required before '{what}'")) });
            }
            p.slip(|p| { p.t("{")?; p.not(Self::annotated_rhs)?; p.fail_next(format!("{letter}-string: expecting a valid expression after '{{'")) });
            p.slip(|p| {
                p.t("{")?;
                p.annotated_rhs()?;
                p.not(|p| p.any(&["=", "!", ":", "}"]))?;
                p.fail_next(format!("{letter}-string: expecting '=', or '!', or ':', or '}}'"))
            });
            p.slip(|p| {
                p.t("{")?;
                p.annotated_rhs()?;
                p.t("=")?;
                p.not(|p| p.any(&["!", ":", "}"]))?;
                p.fail_next(format!("{letter}-string: expecting '!', or ':', or '}}'"))
            });
            p.slip(|p| {
                p.head(false)?;
                p.t("!")?;
                if p.sees(|p| p.any(&[":", "}"])) { return p.fail_next(format!("{letter}-string: missing conversion character")) }
                p.not(Self::name)?;
                p.fail_next(format!("{letter}-string: invalid conversion character"))
            });
            p.slip(|p| {
                p.head(true)?;
                p.not(|p| p.any(&[":", "}"]))?;
                p.fail_next(format!("{letter}-string: expecting ':' or '}}'"))
            });
            p.slip(|p| {
                p.head(true)?;
                p.t(":")?;
                p.many(|p| p.alt(|p| p.piece(F, false)).or_else(|| p.field(F)))?;
                p.not(|p| p.t("}"))?;
                p.fail_next(format!("{letter}-string: expecting '}}', or format specs"))
            });
            p.slip(|p| {
                p.head(true)?;
                p.not(|p| p.t("}"))?;
                p.fail_next(format!("{letter}-string: expecting '}}'"))
            })
        })
    }
    /// The field up to its conversion.
    fn head(&mut self, conversion: bool) -> N {
        let n = self.t("{")?;
        self.annotated_rhs()?;
        self.opt(|p| p.t("="))?;
        if conversion { self.opt(|p| { p.t("!")?; p.name() })?; }
        Some(n)
    }
}

fn is_bytes(literal: &str) -> bool { literal.bytes().take_while(|b| b.is_ascii_alphabetic()).any(|b| b | 0x20 == b'b') }

/// What is wrong inside a plain string.
fn wrong_literal(literal: &str) -> Option<String> {
    let prefix = literal.find(['\'', '"'])?;
    let rest = &literal[prefix..];
    let quotes = if rest.len() >= 6 && (rest.starts_with("'''") || rest.starts_with("\"\"\"")) { 3 } else { 1 };
    let body = rest.get(quotes..rest.len().checked_sub(quotes)?)?;
    let raw = literal[..prefix].contains(['r', 'R']);
    if is_bytes(literal) {
        if !body.is_ascii() { return Some("bytes can only contain ASCII literal characters".into()) }
        if raw { return None }
        return wrong_byte_escape(body);
    }
    if raw { None } else { wrong_escape(body, false) }
}

fn wrong_byte_escape(body: &str) -> Option<String> {
    let b = body.as_bytes();
    let mut i = 0;
    while i < b.len() {
        if b[i] != b'\\' { i += 1; continue }
        if b.get(i + 1) == Some(&b'x') && !b.get(i + 2..i + 4).is_some_and(|d| d.iter().all(u8::is_ascii_hexdigit)) {
            return Some(format!("(value error) invalid \\x escape at position {i}"));
        }
        i += 2;
    }
    None
}

/// A malformed escape. Positions are those in the text as it is decoded: characters outside ASCII count ten.
fn wrong_escape(body: &str, piece: bool) -> Option<String> {
    if !body.contains('\\') { return None }
    let mut position = 0;
    let mut rest = body;
    let error = |from: usize, length: usize, what: &str| {
        let to = from + length - 1;
        let place = if from == to { format!("byte 0x5c in position {from}") } else { format!("bytes in position {from}-{to}") };
        Some(format!("(unicode error) 'unicodeescape' codec can't decode {place}: {what}"))
    };
    while let Some(c) = rest.chars().next() {
        if c != '\\' {
            position += if c.is_ascii() { 1 } else { 10 };
            rest = &rest[c.len_utf8()..];
            continue;
        }
        let b = rest.as_bytes();
        let hex = |n: usize| b[2..].iter().take(n).take_while(|d| d.is_ascii_hexdigit()).count();
        let used = match b.get(1) {
            None if piece => return None,
            None => return error(position, 1, "\\ at end of string"),
            Some(b'x') => { let n = hex(2); if n < 2 { return error(position, 2 + n, "truncated \\xXX escape") } 4 }
            Some(b'u') => { let n = hex(4); if n < 4 { return error(position, 2 + n, "truncated \\uXXXX escape") } 6 }
            Some(b'U') => {
                let n = hex(8);
                if n < 8 { return error(position, 2 + n, "truncated \\UXXXXXXXX escape") }
                if u32::from_str_radix(&rest[2..10], 16).is_ok_and(|v| v > 0x10_FFFF) { return error(position, 10, "illegal Unicode character") }
                10
            }
            Some(b'N') => {
                let end = rest.find('}');
                match end {
                    Some(end) if b.get(2) == Some(&b'{') && end > 3 => {
                        if instar_base_unidata::character(&rest[3..end]).is_none() { return error(position, end + 1, "unknown Unicode character name") }
                        end + 1
                    }
                    Some(_) if b.get(2) == Some(&b'{') => return error(position, 3, "malformed \\N character escape"),
                    _ if b.get(2) == Some(&b'{') => return error(position, rest.len(), "malformed \\N character escape"),
                    _ => return error(position, 2, "malformed \\N character escape"),
                }
            }
            Some(_) => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
        };
        position += used.min(rest.len());
        rest = rest.get(used..).unwrap_or("");
    }
    None
}
