//! Type comments (PEP 484) of a text.
//!
//! Not here: which node a comment belongs to (`write*.rs` asks by place).

use instar_syntax::ast::token::{TokenKind, Tokens};
use instar_syntax::{Ranged, TextRange, TextSize};

struct Comment<'a> {
    range: TextRange,
    /// What follows `# type:`.
    text: &'a str,
    taken: bool,
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
        for t in tokens.iter().filter(|t| t.kind() == TokenKind::Comment) {
            let Some(text) = source.get(t.range().start().to_usize()..t.range().end().to_usize()).and_then(body) else { continue };
            match text.strip_prefix("ignore") {
                Some(tag) if !tag.starts_with(|c: char| c.is_ascii_alphanumeric() || !c.is_ascii()) => found.ignores.push((t.start(), tag)),
                _ => found.types.push(Comment { range: t.range(), text, taken: false }),
            }
        }
        found
    }

    /// Takes the type comment between two places, if none but `lines` line ends stand between the last colon and it.
    pub fn take(&mut self, from: TextSize, to: TextSize, lines: usize) -> Option<&'a str> {
        let comment = self.types.iter_mut().find(|c| !c.taken && c.range.start() >= from && c.range.end() <= to)?;
        let between = self.source.get(from.to_usize()..comment.range.start().to_usize())?;
        let after = between.rsplit(':').next().unwrap_or(between);
        if lines < usize::MAX && after.matches('\n').count() > lines { return None }
        comment.taken = true;
        Some(comment.text)
    }

    /// A type comment that belongs to nothing.
    pub fn stray(&self) -> Option<TextRange> { self.types.iter().find(|c| !c.taken).map(|c| c.range) }

    /// Places and tags of the ignore comments.
    pub fn ignores(&self) -> Vec<(TextSize, &'a str)> { self.ignores.clone() }
}

/// What follows `# type:` with any blanks.
fn body(comment: &str) -> Option<&str> {
    let blanks: &[char] = &[' ', '\t'];
    let rest = comment.strip_prefix('#')?.trim_start_matches(blanks).strip_prefix("type:")?;
    Some(rest.trim_start_matches(blanks))
}
