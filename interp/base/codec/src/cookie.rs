//! The encoding of a source file by its mark or its coding comment (PEP 263). Decoding itself is elsewhere.

/// What the first lines of a source say about its encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cookie<'a> {
    /// Whether the source starts with the UTF-8 mark (three bytes to skip).
    pub bom: bool,
    /// The name in the comment, as written.
    pub name: Option<&'a str>,
}

impl<'a> Cookie<'a> {
    /// Canonical name: `utf-8` and `iso-8859-1` for their usual spellings, else as written; `utf-8` without a comment.
    pub fn normal_name(&self) -> &'a str {
        let Some(name) = self.name else { return "utf-8" };
        let head: String = name.chars().take(12).map(|c| if c == '_' { '-' } else { c.to_ascii_lowercase() }).collect();
        let is = |base: &str| head.strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
        if is("utf-8") {
            "utf-8"
        } else if is("latin-1") || is("iso-8859-1") || is("iso-latin-1") {
            "iso-8859-1"
        } else {
            name
        }
    }

    /// Whether mark and comment contradict each other (a syntax error).
    pub fn is_contradictory(&self) -> bool {
        self.bom && self.normal_name() != "utf-8"
    }
}

/// Reads the mark and the coding comment of the first two lines.
pub fn detect(source: &[u8]) -> Cookie<'_> {
    let (bom, body) = match source.strip_prefix(b"\xEF\xBB\xBF") {
        Some(body) => (true, body),
        None => (false, source),
    };
    let mut rest = body;
    for _ in 0..2 {
        let end = rest.iter().position(|b| matches!(b, b'\n' | b'\r')).unwrap_or(rest.len());
        let line = &rest[..end];
        let text = line.iter().position(|b| !matches!(b, b' ' | b'\t' | 12)).map_or(&[][..], |i| &line[i..]);
        match text.first() {
            Some(b'#') => {
                if let Some(name) = in_comment(text) {
                    return Cookie { bom, name: Some(name) };
                }
            }
            Some(_) => break,
            None => {}
        }
        let skip = end + if rest[end..].starts_with(b"\r\n") { 2 } else { 1 };
        rest = rest.get(skip..).unwrap_or(&[]);
    }
    Cookie { bom, name: None }
}

/// The name after `coding:` or `coding=` in a comment.
fn in_comment(text: &[u8]) -> Option<&str> {
    let word = b"coding";
    (0..text.len()).find_map(|at| {
        let after = text[at..].strip_prefix(word)?;
        let [b':' | b'=', after @ ..] = after else { return None };
        let start = after.iter().position(|b| !matches!(b, b' ' | b'\t'))?;
        let name = &after[start..];
        let is_name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        let len = name.iter().position(|b| !is_name(b)).unwrap_or(name.len());
        std::str::from_utf8(&name[..len]).ok().filter(|name| !name.is_empty())
    })
}
