//! Which part of a source segment gets `^` and which `~`: the operator of a binary operation, the brackets of a subscript or call.
//!
//! Follows the rules of `traceback.py`. Not here: reading source (`source.rs`), layout of the report (`frames.rs`).

use instar_syntax::ast::{Expr, Stmt};
use instar_syntax::{parse, Input, Ranged, TextRange};

/// Positions inside a segment: line from 0, column in characters from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchors {
    /// Where the `^` part begins.
    pub left: (usize, usize),
    /// Where it ends (exclusive).
    pub right: (usize, usize),
}

struct Segment {
    lines: Vec<Vec<char>>,
}

impl Segment {
    /// Position of a byte offset of the segment.
    fn at(text: &str, offset: usize) -> (usize, usize) {
        let before = &text[..offset.min(text.len())];
        let line = before.matches('\n').count();
        let start = before.rfind('\n').map_or(0, |i| i + 1);
        (line, before[start..].chars().count())
    }
    fn valid(&self, (mut line, mut col): (usize, usize)) -> Option<(usize, usize)> {
        while line < self.lines.len() && col >= self.lines[line].len() { col = 0; line += 1 }
        (line < self.lines.len()).then_some((line, col))
    }
    /// The first character from `at` that satisfies `stop`, stepping over comments and line joins.
    fn until(&self, at: (usize, usize), stop: impl Fn(char) -> bool) -> Option<(usize, usize)> {
        let (mut line, mut col) = self.valid(at)?;
        loop {
            let ch = self.lines[line][col];
            if ch == '\\' || ch == '#' { (line, col) = self.valid((line + 1, 0))? }
            else if !stop(ch) { (line, col) = self.valid((line, col + 1))? }
            else { return Some((line, col)) }
        }
    }
}

/// The anchors of a segment that is one expression of the right kind.
pub fn find(segment: &str) -> Option<Anchors> {
    let wrapped = format!("(\n{segment}\n)");
    let parsed = parse(&wrapped, Input::Module.into()).ok()?;
    let [Stmt::Expr(statement)] = parsed.body().as_slice() else { return None };
    let lines = Segment { lines: segment.split('\n').map(|l| l.chars().collect()).collect() };
    let offset = |n: instar_syntax::TextSize| n.to_usize().saturating_sub(2);
    let start_of = |r: TextRange| Segment::at(segment, offset(r.start()));
    let end_of = |r: TextRange| Segment::at(segment, offset(r.end()));
    match &*statement.value {
        Expr::BinOp(e) => {
            let (line, col) = lines.until(end_of(e.left.range()), |c| !c.is_whitespace() && c != ')')?;
            let mut right = col + 1;
            let operand = start_of(e.right.range());
            if let Some(&ch) = lines.lines[line].get(right)
                && (operand.0 > line || right < operand.1)
                && !ch.is_whitespace() && ch != '\\' && ch != '#'
            {
                right += 1;
            }
            Some(Anchors { left: (line, col), right: (line, right) })
        }
        Expr::Subscript(e) => Some(Anchors { left: lines.until(end_of(e.value.range()), |c| c == '[')?, right: end_of(e.range()) }),
        Expr::Call(e) => Some(Anchors { left: lines.until(end_of(e.func.range()), |c| c == '(')?, right: end_of(e.range()) }),
        _ => None,
    }
}

/// Whether the lines are one statement that returns what a name's call gives, or assigns a call to a name, and the call is the whole range: carets would say nothing then.
pub fn is_whole_call(lines: &[&str], start: usize, end: usize) -> bool {
    let text = lines.join("\n");
    let Ok(parsed) = parse(&text, Input::Module.into()) else { return false };
    let call = match parsed.body().first() {
        Some(Stmt::Return(r)) => match r.value.as_deref() { Some(Expr::Call(c)) if matches!(&*c.func, Expr::Name(_)) => c, _ => return false },
        Some(Stmt::Assign(a)) if matches!(a.targets.as_slice(), [Expr::Name(_)]) => match &*a.value { Expr::Call(c) => c, _ => return false },
        _ => return false,
    };
    let from = Segment::at(&text, call.range().start().to_usize());
    let to = Segment::at(&text, call.range().end().to_usize());
    from == (0, start) && to == (lines.len().saturating_sub(1), end)
}

#[cfg(test)]
mod tests {
    use super::{find, Anchors};

    #[test]
    fn operators_and_brackets_are_found() {
        assert_eq!(find("a + b"), Some(Anchors { left: (0, 2), right: (0, 3) }));
        assert_eq!(find("a // b"), Some(Anchors { left: (0, 2), right: (0, 4) }));
        assert_eq!(find("f(x)[1]"), Some(Anchors { left: (0, 4), right: (0, 7) }));
        assert_eq!(find("f.g(x)"), Some(Anchors { left: (0, 3), right: (0, 6) }));
        assert_eq!(find("name"), None);
    }
}
