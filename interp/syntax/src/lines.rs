//! Line table of a source text: byte offset to line and column.
//!
//! A tree that was not parsed has places instead of a text: an offset is then the rank of a place (line and column) among all
//! places of the tree. Not here: the text itself. Lines end with LF, CR or CR LF; form feeds end none.

use crate::{TextRange, TextSize};

/// Starts of all lines of a text.
#[derive(Debug, Clone)]
pub struct Lines {
    starts: Vec<u32>,
    /// Of a tree without text: line and column of each offset, in order.
    places: Option<Vec<(i32, i32)>>,
}

impl Lines {
    /// Scans a text once.
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for (i, &b) in bytes.iter().enumerate() {
            if b == b'\n' || (b == b'\r' && bytes.get(i + 1) != Some(&b'\n')) { starts.push(i as u32 + 1); }
        }
        Self { starts, places: None }
    }
    /// The places of a tree without text, in any order; negative numbers are kept as `u32`s of the same bits.
    pub fn of_places(mut places: Vec<(i32, i32)>) -> Self {
        places.push((1, 0));
        places.sort_unstable();
        places.dedup();
        Self { starts: vec![0], places: Some(places) }
    }
    /// Offset of a place; that of the next one if it is none of the tree's.
    pub fn offset_of(&self, place: (i32, i32)) -> TextSize {
        let places = self.places.as_deref().unwrap_or_default();
        TextSize::new(places.partition_point(|p| *p < place).min(places.len().saturating_sub(1)) as u32)
    }
    /// Line (from 1) and column (bytes, from 0) of a byte offset.
    pub fn locate(&self, at: TextSize) -> (u32, u32) {
        if let Some(places) = &self.places {
            let (line, column) = places.get(at.to_usize()).copied().unwrap_or((1, 0));
            return (line as u32, column as u32);
        }
        let at = at.to_u32();
        let line = self.starts.partition_point(|&s| s <= at);
        (line as u32, at - self.starts[line - 1])
    }
    /// Offset of the first byte of a line (from 1).
    pub fn start(&self, line: u32) -> usize { self.starts.get(line as usize - 1).copied().unwrap_or(0) as usize }
    /// Offset of the line end of a line (from 1), or of the end of a text without one.
    pub fn end(&self, line: u32) -> usize { self.starts.get(line as usize).map_or(usize::MAX, |&next| next as usize - 1) }
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
        if self.places.is_some() { return (line, column.wrapping_add(1)); }
        let start = self.start(line);
        let mut end = (start + column as usize).min(source.len());
        while !source.is_char_boundary(end) { end -= 1; }
        (line, source[start..end].chars().count() as u32 + 1)
    }
    /// Whether a range lies on one line.
    pub fn one_line(&self, range: TextRange) -> bool { self.locate(range.start()).0 == self.locate(range.end()).0 }
}
