//! CPython's wording for the parser's errors.
//!
//! Runs only when parsing failed: token-level facts first (brackets, indentation, strings), then the parser's error by kind,
//! anything unknown is "invalid syntax" at its token. Not here: running the parser (`parse.rs`), assignment targets
//! (`targets.rs`), errors of the symbol table and the compiler.

use ruff_python_ast::token::{Token, TokenKind as T, Tokens};
use ruff_python_ast::Mod;
use ruff_python_parser::{InterpolatedStringErrorType as Piece, LexicalErrorType as Lexical, ParseError, ParseErrorType as P, Parsed, UnsupportedSyntaxError};
use ruff_text_size::{Ranged, TextRange, TextSize};

use crate::{targets, Error, ErrorKind, Lines};

/// The error of the tokenizer alone: grammar and brackets that do not match are none.
pub(crate) fn of_tokenizer(source: &str, parsed: &Parsed<Mod>) -> Option<Error> {
    let c = Context { source, tokens: parsed.tokens(), lines: Lines::new(source) };
    let is_lexical = |e: &&ParseError| matches!(e.error, P::Lexical(Lexical::UnclosedStringError | Lexical::LineContinuationError | Lexical::IndentationError));
    let found = parsed.errors().iter().filter(is_lexical).min_by_key(|e| e.location.start());
    let found = found.map(|e| match &e.error { P::Lexical(l) => lexical(&c, l, e.location), _ => explain_error(&c, e) });
    let number = crate::numbers::first_error(source, c.tokens);
    [found, number, crate::tokens::inconsistent_tabs(source, c.tokens)].into_iter().flatten().min_by_key(|e| e.range.start()).or_else(|| {
        let end = TextSize::new(source.len() as u32);
        unclosed(&c, end).map(|e| Error { message: "unexpected EOF in multi-line statement".into(), range: TextRange::empty(end), ..e })
    })
}

/// Errors found without the parser.
pub(crate) fn prescan(source: &str) -> Option<Error> {
    // An indented first statement.
    let mut at = 0;
    for line in source.split_inclusive('\n') {
        let text = line.trim_start_matches([' ', '\t', '\u{C}']);
        if text.is_empty() || text.starts_with(['#', '\n', '\r']) { at += line.len(); continue; }
        if text.len() != line.len() && !line.starts_with('\u{C}') && !text.starts_with('\\') {
            let start = TextSize::new((at + line.len() - text.len()) as u32);
            return Some(unexpected_indent(start));
        }
        break;
    }
    None
}

/// CPython blames the last character of the indentation.
fn unexpected_indent(behind: TextSize) -> Error {
    let at = behind.checked_sub(TextSize::new(1)).unwrap_or(behind);
    Error { kind: ErrorKind::Indentation, message: "unexpected indent".into(), range: TextRange::empty(at) }
}

pub(crate) struct Context<'a> {
    pub(crate) source: &'a str,
    pub(crate) tokens: &'a Tokens,
    pub(crate) lines: Lines,
}

impl<'a> Context<'a> {
    /// The token that starts at or holds an offset, else the next one.
    pub(crate) fn token_at(&self, at: TextSize) -> Option<&'a Token> {
        self.tokens.iter().filter(|t| !matches!(t.kind(), T::Comment | T::NonLogicalNewline)).find(|t| t.end() > at || t.start() >= at)
    }
    pub(crate) fn before(&self, at: TextSize) -> Option<&'a Token> {
        self.tokens.iter().rev().filter(|t| !matches!(t.kind(), T::Comment | T::NonLogicalNewline)).find(|t| t.end() <= at)
    }
    pub(crate) fn text(&self, range: TextRange) -> &'a str { self.source.get(range.start().to_usize()..range.end().to_usize()).unwrap_or("") }
    fn line(&self, at: TextSize) -> u32 { self.lines.locate(at).0 }
}

fn syntax(range: TextRange, message: impl Into<String>) -> Error { Error { kind: ErrorKind::Syntax, message: message.into(), range } }
fn indentation(range: TextRange, message: impl Into<String>) -> Error { Error { kind: ErrorKind::Indentation, message: message.into(), range } }

/// The error to report, worded.
pub(crate) fn explain(source: &str, parsed: &Parsed<Mod>, first: Option<&ParseError>, unsupported: Option<&UnsupportedSyntaxError>) -> Error {
    let c = Context { source, tokens: parsed.tokens(), lines: Lines::new(source) };
    match (first, unsupported) {
        (Some(e), u) if u.is_none_or(|u| e.location.start() <= u.range.start()) => tokenizer_error(&c, parsed, e).unwrap_or_else(|| explain_error(&c, e)),
        (_, Some(u)) => {
            let message = u.to_string();
            let text = if message.contains("iterable unpacking in a") { "iterable unpacking cannot be used in comprehension" }
                else if message.contains("dict unpacking") || message.contains("unpacking in a dict") { "dict unpacking cannot be used in dict comprehension" }
                else { "invalid syntax" };
            syntax(u.range, text)
        }
        _ => syntax(TextRange::default(), "invalid syntax"),
    }
}

/// Errors of the tokenizer win over those of the grammar wherever they stand in the text, and so do brackets left open
/// on an earlier line.
fn tokenizer_error(c: &Context<'_>, parsed: &Parsed<Mod>, first: &ParseError) -> Option<Error> {
    let end = TextSize::new(c.source.len() as u32);
    let is_lexical = |e: &&ParseError| matches!(e.error, P::Lexical(Lexical::UnclosedStringError | Lexical::UnrecognizedToken { .. } | Lexical::LineContinuationError | Lexical::IndentationError | Lexical::OtherError(_)));
    if let Some(n) = crate::numbers::first_error(c.source, c.tokens)
        && parsed.errors().iter().filter(is_lexical).all(|e| e.location.start() >= n.range.start() || matches!(e.error, P::Lexical(Lexical::OtherError(_)))) {
        return Some(n);
    }
    if matches!(first.error, P::Lexical(_)) { return None; }
    let bracket = brackets(c, end);
    let lexical_first = parsed.errors().iter().filter(is_lexical).min_by_key(|e| e.location.start());
    match (bracket, lexical_first) {
        (Some(b), Some(l)) if b.range.start() < l.location.start() => return Some(b),
        (_, Some(l)) => return Some(explain_error(c, l)),
        (Some(b), None) => return Some(b),
        (None, None) => {}
    }
    let found = unclosed(c, end)?;
    (c.line(found.range.start()) < c.line(first.location.start()) && c.token_at(first.location.start()).is_some()).then_some(found)
}

fn explain_error(c: &Context<'_>, e: &ParseError) -> Error {
    let range = e.location;
    if let Some(found) = brackets(c, range.end()) { return found; }
    if let Some(found) = prefixes(c, range) { return found; }
    match &e.error {
        P::Lexical(l) => lexical(c, l, range),
        P::FStringError(p) => piece(c, p, 'f', range),
        P::TStringError(p) => piece(c, p, 't', range),
        P::UnexpectedIndentation => unexpected_indent(range.end()),
        P::InvalidAssignmentTarget => targets::assignment(c, range),
        P::InvalidAugmentedAssignmentTarget => targets::augmented(c, range),
        P::InvalidDeleteTarget => targets::delete(c, range),
        P::InvalidAnnotatedAssignmentTarget => syntax(range, "illegal target for annotation"),
        P::InvalidNamedAssignmentTarget => targets::named(c, range),
        P::NonDefaultParamAfterDefaultParam => syntax(range, "parameter without a default follows parameter with a default"),
        P::ParamAfterVarKeywordParam => syntax(range, "arguments cannot follow var-keyword argument"),
        P::VarParameterWithDefault => syntax(range, if c.text(range).starts_with("**") { "var-keyword argument cannot have default value" } else { "var-positional argument cannot have default value" }),
        P::ExpectedKeywordParam if !c.token_at(range.end()).is_some_and(|t| matches!(t.kind(), T::Comma | T::Rpar | T::Colon)) => generic(c, TextRange::empty(range.end())),
        P::ExpectedKeywordParam => syntax(range, "named arguments must follow bare *"),
        P::UnparenthesizedGeneratorExpression => syntax(range, "Generator expression must be parenthesized"),
        P::PositionalAfterKeywordArgument => syntax(range, "positional argument follows keyword argument"),
        P::PositionalAfterKeywordUnpacking => syntax(range, "positional argument follows keyword argument unpacking"),
        P::InvalidArgumentUnpackingOrder => syntax(range, "iterable argument unpacking follows keyword argument unpacking"),
        P::IterableUnpackingInComprehension => syntax(range, "iterable unpacking cannot be used in comprehension"),
        P::InvalidMatchPatternTarget => syntax(range, "cannot use '_' as a target"),
        P::ExpectedRealNumber => syntax(range, "real number required in complex literal"),
        P::ExpectedImaginaryNumber => syntax(range, "imaginary number required in complex literal"),
        P::EmptyTypeParams => syntax(range, "Type parameter list cannot be empty"),
        P::EmptyImportNames if !c.token_at(range.start()).is_some_and(|t| matches!(t.kind(), T::Newline | T::EndOfFile)) => generic(c, range),
        P::EmptyImportNames => syntax(range, "Expected one or more names after 'import'"),
        P::ExpectedToken { expected, found } => expected_token(c, *expected, *found, range),
        P::InvalidStarredExpressionUsage => starred(c, range),
        P::OtherError(message) => other(c, message, range),
        _ => generic(c, range),
    }
}

/// Brackets that close nothing or something else, as the tokenizer meets them before the error's end.
fn brackets(c: &Context<'_>, until: TextSize) -> Option<Error> {
    let mut open: Vec<&Token> = Vec::new();
    for t in c.tokens.iter() {
        if t.start() > until { break; }
        let closes = match t.kind() {
            T::Lpar | T::Lsqb | T::Lbrace => { open.push(t); continue }
            T::Rpar => '(', T::Rsqb => '[', T::Rbrace => '{',
            _ => continue,
        };
        let text = c.text(t.range());
        match open.pop() {
            None => return Some(syntax(t.range(), format!("unmatched '{text}'"))),
            Some(o) if !c.text(o.range()).starts_with(closes) => {
                let (there, here) = (c.line(o.start()), c.line(t.start()));
                let place = if there == here { String::new() } else { format!(" on line {there}") };
                return Some(syntax(t.range(), format!("closing parenthesis '{text}' does not match opening parenthesis '{}'{place}", c.text(o.range()))));
            }
            Some(_) => {}
        }
    }
    None
}

/// `ur''` and the like: a string directly behind a name made of prefix letters.
fn prefixes(c: &Context<'_>, range: TextRange) -> Option<Error> {
    for at in [range.start(), range.end()] {
        let Some(string) = c.token_at(at).filter(|t| matches!(t.kind(), T::String | T::FStringStart | T::TStringStart)) else { continue };
        let Some(name) = c.before(string.start()).filter(|t| t.kind() == T::Name && t.end() == string.start()) else { continue };
        let letters = c.text(name.range()).to_ascii_lowercase();
        let quoted = c.text(string.range()).to_ascii_lowercase();
        let all: String = letters.chars().chain(quoted.chars().take_while(char::is_ascii_alphabetic)).collect();
        if all.len() > 3 || !all.chars().all(|l| "ubrft".contains(l)) { continue; }
        for (a, b) in [('u', 'b'), ('u', 'r'), ('u', 'f'), ('u', 't'), ('b', 'f'), ('b', 't'), ('f', 't')] {
            if all.contains(a) && all.contains(b) {
                return Some(syntax(span(name.start(), string.end()), format!("'{a}' and '{b}' prefixes are incompatible")));
            }
        }
    }
    None
}

fn lexical(c: &Context<'_>, l: &Lexical, range: TextRange) -> Error {
    match l {
        Lexical::IndentationError => {
            let line = c.line(range.end());
            let text = c.lines.text(c.source, line).trim_end_matches(['\n', '\r']);
            indentation(TextRange::empty(TextSize::new((c.lines.start(line) + text.len()) as u32)), "unindent does not match any outer indentation level")
        }
        Lexical::UnclosedStringError => {
            let text = c.text(range);
            let body = text.trim_start_matches(|l: char| l.is_ascii_alphabetic());
            let start = TextRange::empty(range.start());
            if body.starts_with("\"\"\"") || body.starts_with("'''") {
                return syntax(start, format!("unterminated triple-quoted string literal (detected at line {})", c.lines.locate(TextSize::new(c.source.trim_end_matches('\n').len() as u32)).0));
            }
            syntax(start, format!("unterminated string literal (detected at line {})", c.line(range.end().min(TextSize::new(c.source.len() as u32)))))
        }
        Lexical::Eof => eof(c, range),
        Lexical::LineContinuationError => {
            let after = TextRange::empty((range.start() + TextSize::new(1)).min(TextSize::new(c.source.len() as u32)));
            if c.source[range.start().to_usize()..].trim_start_matches('\\').trim().is_empty() { return syntax(after, "unexpected EOF while parsing"); }
            syntax(after, "unexpected character after line continuation character")
        }
        Lexical::InvalidByteLiteral => syntax(c.token_at(range.start()).map_or(range, Ranged::range), "bytes can only contain ASCII literal characters"),
        Lexical::FStringError(p) => piece(c, p, 'f', range),
        Lexical::TStringError(p) => piece(c, p, 't', range),
        Lexical::UnrecognizedToken { tok } => {
            if tok.is_ascii() && !tok.is_ascii_control() { return syntax(range, "invalid syntax"); }
            let printable = !tok.is_control() && !tok.is_whitespace();
            syntax(range, if printable { format!("invalid character '{tok}' (U+{:04X})", *tok as u32) } else { format!("invalid non-printable character U+{:04X}", *tok as u32) })
        }
        Lexical::OtherError(message) => number(c, message, range),
        Lexical::UnicodeError | Lexical::MissingUnicodeLbrace | Lexical::MissingUnicodeRbrace | Lexical::StringError => escape(c, range),
    }
}

/// Errors in numbers.
fn number(c: &Context<'_>, message: &str, range: TextRange) -> Error {
    let text = c.text(range);
    let lower = message.to_ascii_lowercase();
    for base in ["hexadecimal", "octal", "binary"] {
        if lower.contains(base) { return syntax(range, format!("invalid {base} literal")); }
    }
    let leading = text.trim_start_matches(['0', '_']);
    if lower.contains("decimal") && text.starts_with('0') && leading.starts_with(|d: char| d.is_ascii_digit()) {
        return syntax(range, "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers");
    }
    syntax(range, if lower.contains("imaginary") { "invalid imaginary literal" } else { "invalid decimal literal" })
}

/// A malformed escape in a string.
fn escape(c: &Context<'_>, range: TextRange) -> Error {
    let token = c.token_at(range.start()).map_or(range, Ranged::range);
    let text = c.text(range);
    let whole = c.text(token);
    let inside = if whole.len() > text.len() { whole } else { text };
    let quote = inside.find(['\'', '"']).map_or(0, |q| q + if inside[q..].starts_with("'''") || inside[q..].starts_with("\"\"\"") { 3 } else { 1 });
    let body = &inside[quote.min(inside.len())..];
    let bytes = body.as_bytes();
    let mut i = 0;
    while i < bytes.len() {
        if bytes[i] != b'\\' { i += 1; continue; }
        let digits = |n: usize| bytes[i + 2..].iter().take(n).take_while(|b| b.is_ascii_hexdigit()).count();
        let (need, shape) = match bytes.get(i + 1) { Some(b'x') => (2, "\\xXX"), Some(b'u') => (4, "\\uXXXX"), Some(b'U') => (8, "\\UXXXXXXXX"), Some(b'N') => (0, "\\N"), _ => { i += 2; continue } };
        let position = |end: usize| if end == i { format!("position {i}") } else { format!("position {i}-{end}") };
        if need == 0 {
            if bytes.get(i + 2) != Some(&b'{') || !body[i..].contains('}') || body[i..].starts_with("\\N{}") {
                let end = if body[i..].starts_with("\\N{") { body[i..].find(['}', '\'', '"']).map_or(body.len(), |e| i + e) - usize::from(!body[i..].contains('}')) } else { i + 1 };
                return syntax(token, format!("(unicode error) 'unicodeescape' codec can't decode bytes in {}: malformed \\N character escape", position(end)));
            }
            let end = i + body[i..].find('}').unwrap_or(0);
            return syntax(token, format!("(unicode error) 'unicodeescape' codec can't decode bytes in {}: unknown Unicode character name", position(end)));
        }
        let have = digits(need);
        if have < need { return syntax(token, format!("(unicode error) 'unicodeescape' codec can't decode bytes in {}: truncated {shape} escape", position(i + 1 + have))); }
        if need == 8 { return syntax(token, format!("(unicode error) 'unicodeescape' codec can't decode bytes in {}: illegal Unicode character", position(i + 9))); }
        i += 2;
    }
    syntax(token, "invalid syntax")
}

fn piece(c: &Context<'_>, p: &Piece, letter: char, range: TextRange) -> Error {
    let one = TextRange::empty(range.start());
    match p {
        Piece::UnclosedLbrace => syntax(one, format!("{letter}-string: expecting '}}'")),
        Piece::InvalidConversionFlag => {
            let text = c.text(range);
            let bad: String = text.chars().take_while(|l| l.is_alphanumeric() || *l == '_').collect();
            if bad.is_empty() { syntax(range, format!("{letter}-string: invalid conversion character")) }
            else { syntax(range, format!("{letter}-string: invalid conversion character '{bad}': expected 's', 'r', or 'a'")) }
        }
        Piece::SingleRbrace => syntax(one, format!("{letter}-string: single '}}' is not allowed")),
        Piece::UnterminatedString => syntax(one, format!("unterminated {letter}-string literal (detected at line {})", c.line(range.start()))),
        Piece::UnterminatedTripleQuotedString => syntax(one, format!("unterminated triple-quoted {letter}-string literal (detected at line {})", c.lines.locate(TextSize::new(c.source.trim_end_matches('\n').len() as u32)).0)),
        Piece::LambdaWithoutParentheses => syntax(range, format!("{letter}-string: lambda expressions are not allowed without parentheses")),
        Piece::ConversionFlagNotImmediatelyAfterExclamation => syntax(range, format!("{letter}-string: conversion type must come right after the exclamation mark")),
        Piece::NewlineInFormatSpec => syntax(one, format!("{letter}-string: newlines are not allowed in format specifiers for single quoted {letter}-strings")),
    }
}

/// The text ends too early: an open bracket is to blame if there is one.
fn eof(c: &Context<'_>, range: TextRange) -> Error {
    unclosed(c, TextSize::new(c.source.len() as u32)).unwrap_or_else(|| syntax(range, "unexpected EOF while parsing"))
}

/// The innermost bracket that is open at an offset.
fn unclosed(c: &Context<'_>, at: TextSize) -> Option<Error> {
    let mut open: Vec<&Token> = Vec::new();
    for t in c.tokens.iter() {
        if t.start() >= at { break; }
        match t.kind() { T::Lpar | T::Lsqb | T::Lbrace => open.push(t), T::Rpar | T::Rsqb | T::Rbrace => { open.pop(); } _ => {} }
    }
    open.last().map(|t| syntax(t.range(), format!("'{}' was never closed", c.text(t.range()))))
}

/// "invalid syntax" at the token the error is about, unless an enclosing construct explains it.
fn generic(c: &Context<'_>, range: TextRange) -> Error {
    if let Some(found) = interpolation(c, range).or_else(|| hint(c, range)) { return found; }
    let token = c.token_at(range.start());
    if token.is_none_or(|t| t.kind() == T::EndOfFile) { return unclosed(c, range.start()).unwrap_or_else(|| syntax(range, "invalid syntax")); }
    if let Some(t) = token {
        if t.kind() == T::Newline && let Some(found) = unclosed(c, t.start()) { return found; }
        if let Some(found) = unclosed(c, t.start()) && c.line(found.range.start()) < c.line(t.start()) && !matches!(t.kind(), T::Rpar | T::Rsqb | T::Rbrace) { return found; }
        if t.kind() == T::Indent { return unexpected_indent(t.end()); }
        return syntax(t.range(), "invalid syntax");
    }
    syntax(range, "invalid syntax")
}

/// Mistakes with a message of their own.
fn hint(c: &Context<'_>, range: TextRange) -> Option<Error> {
    let token = c.token_at(range.start())?;
    let before = c.before(token.start())?;
    let first = line_start(c, before.start())?;
    let to = |from: TextSize| span(from, token.end());
    if token.kind() == T::From && first.kind() == T::Import { return Some(syntax(to(first.start()), "Did you mean to use 'from ... import ...' instead?")); }
    let value = matches!(token.kind(), T::Name | T::Int | T::Float | T::String | T::FStringStart | T::None | T::True | T::False);
    if value && before.start() == first.start() && matches!(c.text(before.range()), "print" | "exec") {
        let name = c.text(before.range());
        return Some(syntax(to(before.start()), format!("Missing parentheses in call to '{name}'. Did you mean {name}(...)?")));
    }
    if before.kind() == T::Equal && matches!(token.kind(), T::Comma | T::Rpar) {
        if matches!(line_keyword(c, token.start()), Some(T::Def)) { return Some(syntax(before.range(), "expected default value expression")); }
        let name = c.before(before.start())?;
        if name.kind() == T::Name && unclosed(c, token.start()).is_some_and(|e| e.message.starts_with("'(")) {
            return Some(syntax(span(name.start(), before.end()), "expected argument value expression"));
        }
    }
    if before.kind() == T::String && matches!(token.kind(), T::Name | T::Int | T::Float) {
        let string = c.tokens.iter().filter(|t| t.start() >= token.end()).take_while(|t| !matches!(t.kind(), T::Newline | T::EndOfFile)).find(|t| t.kind() == T::String);
        if string.is_some() { return Some(syntax(token.range(), "invalid syntax. Is this intended to be part of the string?")); }
    }
    if before.kind() == T::Colon && token.kind() == T::Rbrace { return Some(syntax(before.range(), "expression expected after dictionary key and ':'")); }
    None
}

/// An error behind the brace of an f-string or t-string.
fn interpolation(c: &Context<'_>, range: TextRange) -> Option<Error> {
    let mut letter = None;
    let mut braces: Vec<char> = Vec::new();
    for t in c.tokens.iter().take_while(|t| t.start() <= range.start()) {
        match t.kind() {
            T::FStringStart => braces.push('f'), T::TStringStart => braces.push('t'),
            T::FStringEnd | T::TStringEnd => { braces.pop(); }
            _ => {}
        }
        letter = braces.last().copied();
    }
    let letter = letter?;
    let token = c.token_at(range.start())?;
    let before = c.before(token.start())?;
    if before.kind() == T::Lbrace {
        let what = match token.kind() { T::Rbrace => "}", T::Exclamation => "!", T::Colon => ":", T::Equal => "=", _ => "" };
        return Some(if what.is_empty() { syntax(token.range(), format!("{letter}-string: expecting a valid expression after '{{'")) }
            else { syntax(token.range(), format!("{letter}-string: valid expression required before '{what}'")) });
    }
    None
}

fn starred(c: &Context<'_>, range: TextRange) -> Error {
    let before = c.before(range.start()).map(Token::kind);
    let after = c.token_at(range.end()).map(Token::kind);
    match (before, after) {
        (Some(T::Lpar), Some(T::Rpar)) => syntax(range, "cannot use starred expression here"),
        (Some(T::Colon), _) if unclosed(c, range.start()).is_some_and(|e| e.message.starts_with("'{")) => syntax(range, "cannot use a starred expression in a dictionary value"),
        (_, Some(T::Colon)) if unclosed(c, range.start()).is_some_and(|e| e.message.starts_with("'{")) => syntax(range, "cannot use a starred expression in a dictionary key"),
        (Some(T::Newline | T::Semi) | None, Some(T::Newline | T::EndOfFile | T::Semi) | None) => syntax(range, "can't use starred expression here"),
        _ => generic(c, range),
    }
}

fn expected_token(c: &Context<'_>, expected: T, found: T, range: TextRange) -> Error {
    let before = c.before(range.start());
    match (expected, found) {
        (T::Colon, T::Newline | T::EndOfFile) if unclosed(c, range.start()).is_none() => syntax(range, "expected ':'"),
        (T::Colon, T::Equal) if header(c, range.start()).is_some() => syntax(range, "invalid syntax. Maybe you meant '==' or ':=' instead of '='?"),
        (T::Colon, T::Dot) if line_keyword(c, range.start()) == Some(T::Except) => {
            let start = before.map_or(range.start(), Ranged::start);
            syntax(span(start, range.end()), "cannot use except statement with attribute")
        }
        (T::Lpar, T::Colon | T::Rarrow) if line_keyword(c, range.start()) == Some(T::Def) => syntax(range, "expected '('"),
        (T::In, T::Newline) => generic(c, range),
        (T::In, _) => syntax(range, "'in' expected after for-loop variables"),
        (T::Else, _) => syntax(range, "expected 'else' after 'if' expression"),
        (T::Comma, T::Equal) => targets::keyword(c, range),
        (T::Comma | T::Rpar | T::Rsqb | T::Rbrace, T::For | T::Async) => {
            syntax(range, "did you forget parentheses around the comprehension target?")
        }
        (T::Comma | T::Rpar | T::Rsqb | T::Rbrace, T::Name | T::Int | T::Float | T::Complex | T::String | T::None | T::True | T::False | T::Lambda | T::FStringStart | T::Ellipsis)
            if before.is_some_and(|b| comma_missing(c, b, found, range)) => {
            let start = before.map_or(range.start(), Ranged::start);
            syntax(span(start, range.end()), "invalid syntax. Perhaps you forgot a comma?")
        }
        (T::Rpar, T::Lpar) if line_keyword(c, range.start()) == Some(T::Def) => syntax(range, "Function parameters cannot be parenthesized"),
        (T::Rbrace, _) if interpolation_depth(c, range.start()) => piece(c, &Piece::UnclosedLbrace, 'f', range),
        _ => generic(c, range),
    }
}

fn interpolation_depth(c: &Context<'_>, at: TextSize) -> bool {
    c.tokens.iter().take_while(|t| t.start() < at).fold(0i32, |n, t| match t.kind() { T::FStringStart | T::TStringStart => n + 1, T::FStringEnd | T::TStringEnd => n - 1, _ => n }) > 0
}

/// Whether two operands stand side by side in brackets.
fn comma_missing(c: &Context<'_>, before: &Token, found: T, range: TextRange) -> bool {
    let operand = matches!(before.kind(), T::Name | T::Int | T::Float | T::Complex | T::String | T::None | T::True | T::False | T::Rpar | T::Rsqb | T::Rbrace | T::FStringEnd | T::Ellipsis);
    operand && !(before.kind() == T::Name && matches!(found, T::String | T::FStringStart)) && unclosed(c, range.start()).is_some() && line_keyword(c, range.start()) != Some(T::Def)
}

/// First token of the logical line at an offset.
fn line_start<'a>(c: &Context<'a>, at: TextSize) -> Option<&'a Token> {
    let mut first = None;
    for t in c.tokens.iter().take_while(|t| t.start() <= at) {
        match t.kind() {
            T::Newline | T::Semi => first = None,
            T::Indent | T::Dedent | T::Comment | T::NonLogicalNewline => {}
            _ => { first.get_or_insert(t); }
        }
    }
    first
}

fn line_keyword(c: &Context<'_>, at: TextSize) -> Option<T> {
    let first = line_start(c, at)?;
    if first.kind() == T::Async { return c.token_at(first.end()).map(Token::kind); }
    Some(first.kind())
}

fn header(c: &Context<'_>, at: TextSize) -> Option<T> { line_keyword(c, at).filter(|k| matches!(k, T::If | T::Elif | T::While)) }

fn other(c: &Context<'_>, message: &str, range: TextRange) -> Error {
    if message.starts_with("Unexpected indentation") { return unexpected_indent(range.end()); }
    if message.starts_with("Expected an indented block after") { return block(c, message, range); }
    let fixed = match message {
        "Only one '*' parameter allowed" | "Only one '*' separator allowed" => "* argument may appear only once",
        "Only one '**' parameter allowed" => "arguments cannot follow var-keyword argument",
        "Only one '/' separator allowed" => "/ may appear only once",
        "'/' parameter must appear before '*' parameter" => "/ must be ahead of *",
        "Position-only parameter separator not allowed as first parameter" => "at least one argument must precede /",
        "Cannot mix t-string literals with string or bytes literals" => "cannot mix t-string literals with string or bytes literals",
        "Bytes literal cannot be mixed with non-bytes literals" => "cannot mix bytes and nonbytes literals",
        "Cannot have both 'except' and 'except*' on the same 'try'" => "cannot have both 'except' and 'except*' on the same 'try'",
        "Expected `except` or `finally` after `try` block" => "expected 'except' or 'finally' block",
        "Boolean 'not' expression cannot be used here" => "'not' after an operator must be parenthesized",
        "Multiple exception types must be parenthesized when using `as`" => "multiple exception types must be parenthesized when using 'as'",
        "Expected one or more exception types" => "expected one or more exception types",
        "Positional patterns cannot follow keyword patterns" => "positional patterns follow keyword patterns",
        "Only single target (not tuple) can be annotated" => "only single target (not tuple) can be annotated",
        "Only single target (not list) can be annotated" => "only single target (not list) can be annotated",
        "Trailing comma not allowed" => "trailing comma not allowed without surrounding parentheses",
        "Expected a parameter name" => {
            let equal = c.tokens.iter().find(|t| t.start() >= range.end() && t.kind() == T::Equal);
            return equal.map_or_else(|| generic(c, range), |t| targets::keyword(c, t.range()));
        }
        _ => "",
    };
    if fixed.starts_with("trailing comma") { return syntax(c.token_at(range.end()).map_or(range, Ranged::range), fixed); }
    if !fixed.is_empty() { return syntax(range, fixed); }
    generic(c, range)
}

/// "expected an indented block after 'if' statement on line 3".
fn block(c: &Context<'_>, message: &str, range: TextRange) -> Error {
    // The header is the logical line before the error.
    let colon = c.tokens.iter().rev().filter(|t| t.kind() == T::Colon).find(|t| t.end() <= range.start());
    let first = colon.and_then(|t| line_start(c, t.start()));
    let line = first.map_or(1, |t| c.line(t.start()));
    let keyword = first.and_then(|t| if t.kind() == T::Async { c.token_at(t.end()) } else { Some(t) });
    let name = match keyword.map(Token::kind) {
        Some(T::Def) => "function definition".to_owned(),
        Some(T::Class) => "class definition".to_owned(),
        Some(T::Except) if keyword.and_then(|t| c.token_at(t.end())).is_some_and(|t| t.kind() == T::Star) => "'except*' statement".to_owned(),
        Some(_) => format!("'{}' statement", keyword.map_or("", |t| c.text(t.range()))),
        None => message.rsplit("after ").next().unwrap_or("").replace('`', "'"),
    };
    indentation(range, format!("expected an indented block after {name} on line {line}"))
}

/// A range between two offsets in either order.
pub(crate) fn span(a: TextSize, b: TextSize) -> TextRange { TextRange::new(a.min(b), a.max(b)) }
