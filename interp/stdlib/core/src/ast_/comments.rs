//! Type comments (PEP 484) of a text.
//!
//! Not here: which node a comment belongs to (`write*.rs` asks by place).

use instar_syntax::ast::token::{Token, TokenKind, Tokens};
use instar_syntax::{Ranged, TextRange, TextSize};

struct Comment<'a> {
    range: TextRange,
    /// What follows `# type:`.
    text: &'a str,
    taken: bool,
    /// Behind the bare `*` of a function's parameters.
    behind_star: bool,
}

/// A type comment that belongs to nothing.
pub struct Stray {
    /// Its text, without `# type:`.
    pub range: TextRange,
    /// Why it is an error.
    pub message: &'static str,
}

/// The type comments of a text, in order.
pub struct Comments<'a> {
    source: &'a str,
    types: Vec<Comment<'a>>,
    /// `# type: ignore` and what follows it.
    ignores: Vec<(TextSize, &'a str)>,
}

impl<'a> Comments<'a> {
    /// Finds them.
    pub fn new(source: &'a str, tokens: &Tokens) -> Self {
        let mut found = Comments { source, types: Vec::new(), ignores: Vec::new() };
        let all: &[Token] = tokens;
        for (i, t) in all.iter().enumerate().filter(|(_, t)| t.kind() == TokenKind::Comment) {
            let Some(text) = source.get(t.range().start().to_usize()..t.range().end().to_usize()).and_then(body) else { continue };
            match text.strip_prefix("ignore") {
                Some(tag) if !tag.starts_with(|c: char| c.is_ascii_alphanumeric() || !c.is_ascii()) => found.ignores.push((t.start(), tag)),
                _ => found.types.push(Comment { range: t.range(), text, taken: false, behind_star: behind_bare_star(&all[..i]) }),
            }
        }
        found
    }

    /// Takes the type comment between two places, if none but `lines` line ends stand between the last colon and it.
    pub fn take(&mut self, from: TextSize, to: TextSize, lines: usize) -> Option<&'a str> {
        let comment = self.types.iter_mut().find(|c| !c.taken && !c.behind_star && c.range.start() >= from && c.range.end() <= to)?;
        let between = self.source.get(from.to_usize()..comment.range.start().to_usize())?;
        let after = between.rsplit(':').next().unwrap_or(between);
        if lines < usize::MAX && after.matches('\n').count() > lines { return None }
        comment.taken = true;
        Some(comment.text)
    }

    /// The first type comment that belongs to nothing.
    pub fn stray(&self) -> Option<Stray> {
        let found = self.types.iter().find(|c| !c.taken)?;
        let start = found.range.end() - TextSize::of(found.text);
        let message = if found.behind_star { "bare * has associated type comment" } else { "invalid syntax" };
        Some(Stray { range: TextRange::new(start, found.range.end()), message })
    }

    /// Places and tags of the ignore comments.
    pub fn ignores(&self) -> Vec<(TextSize, &'a str)> { self.ignores.clone() }
}

/// Whether tokens of a well-formed text end with the bare `*` among a function's parameters and its comma. A lambda's do not
/// count: they have no annotations, so no colon stands between its beginning and the star.
fn behind_bare_star(before: &[Token]) -> bool {
    let mut back = before.iter().rev().map(Token::kind).filter(|k| !matches!(k, TokenKind::Comment | TokenKind::NonLogicalNewline));
    if back.next() != Some(TokenKind::Comma) || back.next() != Some(TokenKind::Star) { return false }
    let mut open = 0usize;
    for kind in back {
        match kind {
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => open += 1,
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace if open > 0 => open -= 1,
            TokenKind::Lpar => return true,
            TokenKind::Colon if open == 0 => return true,
            TokenKind::Lambda if open == 0 => return false,
            _ => {}
        }
    }
    false
}

/// What follows `# type:` with any blanks.
fn body(comment: &str) -> Option<&str> {
    let blanks: &[char] = &[' ', '\t'];
    let rest = comment.strip_prefix('#')?.trim_start_matches(blanks).strip_prefix("type:")?;
    Some(rest.trim_start_matches(blanks))
}
