//! Line table of a source text: byte offset to line and column.
//!
//! Not here: the text itself. Lines end with LF, CR or CR LF; form feeds end none.

use crate::{TextRange, TextSize};

/// Starts of all lines of a text.
#[derive(Debug, Clone)]
pub struct Lines {
    starts: Vec<u32>,
}

impl Lines {
    /// Scans a text once.
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for (i, &b) in bytes.iter().enumerate() {
            if b == b'\n' || (b == b'\r' && bytes.get(i + 1) != Some(&b'\n')) { starts.push(i as u32 + 1); }
        }
        Self { starts }
    }
    /// Line (from 1) and column (bytes, from 0) of a byte offset.
    pub fn locate(&self, at: TextSize) -> (u32, u32) {
        let at = at.to_u32();
        let line = self.starts.partition_point(|&s| s <= at);
        (line as u32, at - self.starts[line - 1])
    }
    /// Offset of the first byte of a line (from 1).
    pub fn start(&self, line: u32) -> usize { self.starts.get(line as usize - 1).copied().unwrap_or(0) as usize }
    /// Number of lines.
    pub fn count(&self) -> u32 { self.starts.len() as u32 }
    /// Text of a line (from 1) with its line end.
    pub fn text<'a>(&self, source: &'a str, line: u32) -> &'a str {
        let start = self.start(line);
        let end = self.starts.get(line as usize).map_or(source.len(), |&e| e as usize);
        source.get(start..end).unwrap_or("")
    }
    /// Column of a byte offset in characters, from 1, with its line.
    pub fn column_in_chars(&self, source: &str, at: TextSize) -> (u32, u32) {
        let (line, column) = self.locate(at);
        let start = self.start(line);
        let mut end = (start + column as usize).min(source.len());
        while !source.is_char_boundary(end) { end -= 1; }
        (line, source[start..end].chars().count() as u32 + 1)
    }
    /// Whether a range lies on one line.
    pub fn one_line(&self, range: TextRange) -> bool { self.locate(range.start()).0 == self.locate(range.end()).0 }
}
