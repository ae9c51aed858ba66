//! `str.format` templates: pieces of a template, and parts of a field name.
//!
//! The parsers behind `_string.formatter_parser` and `formatter_field_name_split`. Not here: argument lookup.
use crate::error::Error;
use crate::text::{CodePoints, read_number, shown};
use std::ops::Range;

/// A replacement field `{name!conversion:spec}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Field name.
    pub name: Range<usize>,
    /// Conversion character.
    pub conversion: Option<u32>,
    /// Format spec, unexpanded.
    pub spec: Range<usize>,
    /// Whether the spec has a `{` and must itself be formatted.
    pub spec_nested: bool,
}

/// Literal text and the field after it. A doubled brace ends a literal with one brace and no field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Literal text.
    pub literal: Range<usize>,
    /// The field, if the text does not simply go on.
    pub field: Option<Field>,
}

/// Pieces of the template `text[position..end]`.
pub struct Pieces<'a, T: CodePoints + ?Sized> {
    text: &'a T,
    position: usize,
    end: usize,
}

impl<'a, T: CodePoints + ?Sized> Pieces<'a, T> {
    /// All pieces of `text`.
    pub fn new(text: &'a T) -> Self {
        Self::of_range(text, 0..text.count())
    }

    /// Pieces of a part, such as a nested spec. Ranges index `text`. An out-of-bounds range is cut.
    pub fn of_range(text: &'a T, range: Range<usize>) -> Self {
        Self {
            text,
            position: range.start,
            end: range.end.min(text.count()),
        }
    }

    fn take(&mut self) -> Option<char> {
        if self.position >= self.end {
            return None;
        }
        let code = self.text.code(self.position);
        self.position += 1;
        Some(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn piece(&mut self) -> Result<Piece, Error> {
        let start = self.position;
        let mut found = None;
        while let Some(character) = self.take() {
            if matches!(character, '{' | '}') {
                found = Some(character);
                break;
            }
        }
        let Some(brace) = found else {
            return Ok(Piece {
                literal: start..self.position,
                field: None,
            });
        };
        let doubled = self.position < self.end && self.text.code(self.position) == brace as u32;
        if doubled {
            let literal = start..self.position;
            self.position += 1;
            return Ok(Piece {
                literal,
                field: None,
            });
        }
        if brace == '}' {
            return Err(Error::value("Single '}' encountered in format string"));
        }
        if self.position >= self.end {
            return Err(Error::value("Single '{' encountered in format string"));
        }
        let literal = start..self.position - 1;
        Ok(Piece {
            literal,
            field: Some(self.field()?),
        })
    }

    fn field(&mut self) -> Result<Field, Error> {
        let start = self.position;
        let last = loop {
            match self.take() {
                None => return Err(Error::value("expected '}' before end of string")),
                Some('{') => return Err(Error::value("unexpected '{' in field name")),
                // Brackets may hold anything; the closing one is taken by the next turn.
                Some('[') => {
                    while self.position < self.end && self.text.code(self.position) != ']' as u32 {
                        self.position += 1;
                    }
                }
                Some(character @ ('}' | ':' | '!')) => break character,
                Some(_) => {}
            }
        };
        let name = start..self.position - 1;
        let mut field = Field {
            name,
            conversion: None,
            spec: self.position..self.position,
            spec_nested: false,
        };
        if last == '}' {
            return Ok(field);
        }
        if last == '!' {
            if self.position >= self.end {
                return Err(Error::value(
                    "end of string while looking for conversion specifier",
                ));
            }
            field.conversion = Some(self.text.code(self.position));
            self.position += 1;
            match self.take() {
                Some('}') => {
                    field.spec = self.position..self.position;
                    return Ok(field);
                }
                Some(':') | None => {}
                Some(_) => return Err(Error::value("expected ':' after conversion specifier")),
            }
        }
        let spec_start = self.position;
        let mut depth = 1;
        while let Some(character) = self.take() {
            match character {
                '{' => {
                    field.spec_nested = true;
                    depth += 1;
                }
                '}' => {
                    depth -= 1;
                    if depth == 0 {
                        field.spec = spec_start..self.position - 1;
                        return Ok(field);
                    }
                }
                _ => {}
            }
        }
        Err(Error::value("unmatched '{' in format spec"))
    }
}

impl<T: CodePoints + ?Sized> Iterator for Pieces<'_, T> {
    type Item = Result<Piece, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.position >= self.end {
            return None;
        }
        let piece = self.piece();
        if piece.is_err() {
            self.position = self.end;
        }
        Some(piece)
    }
}

/// The first part of a field name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum First {
    /// Empty: the next automatic number.
    Auto,
    /// A number.
    Index(usize),
    /// A keyword.
    Name(Range<usize>),
}

/// A later part of a field name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// `.name`
    Attribute(Range<usize>),
    /// `[12]`
    Index(usize),
    /// `[key]`
    Key(Range<usize>),
}

/// Later parts of a field name, lazily, as lookup goes on between them.
pub struct Steps<'a, T: CodePoints + ?Sized> {
    text: &'a T,
    position: usize,
    end: usize,
}

fn too_many() -> Error {
    Error::value("Too many decimal digits in format string")
}

/// A number when the whole range is digits.
fn whole_number<T: CodePoints + ?Sized>(
    text: &T,
    range: &Range<usize>,
) -> Result<Option<usize>, Error> {
    // Too large is an error even when no digit follows later, as in CPython.
    let mut position = range.start;
    let number = read_number(text, &mut position, range.end).map_err(|()| too_many())?;
    Ok(number.filter(|_| position == range.end))
}

/// Splits a field name: `a.b[0][key]` is `Name(a)` and the steps `.b`, `[0]`, `[key]`. Errors: `ValueError`.
pub fn split_field_name<T: CodePoints + ?Sized>(
    text: &T,
    range: Range<usize>,
) -> Result<(First, Steps<'_, T>), Error> {
    let end = range.end.min(text.count());
    let mut position = range.start;
    while position < end && text.code(position) != '.' as u32 && text.code(position) != '[' as u32 {
        position += 1;
    }
    let name = range.start..position;
    let first = if name.is_empty() {
        First::Auto
    } else {
        match whole_number(text, &name)? {
            Some(index) => First::Index(index),
            None => First::Name(name),
        }
    };
    Ok((
        first,
        Steps {
            text,
            position,
            end,
        },
    ))
}

impl<T: CodePoints + ?Sized> Steps<'_, T> {
    fn step(&mut self) -> Result<Step, Error> {
        let opening = char::from_u32(self.text.code(self.position));
        self.position += 1;
        let start = self.position;
        let is = |position: usize, character: char| self.text.code(position) == character as u32;
        let step = match opening {
            Some('.') => {
                while self.position < self.end && !is(self.position, '.') && !is(self.position, '[')
                {
                    self.position += 1;
                }
                Step::Attribute(start..self.position)
            }
            Some('[') => {
                while self.position < self.end && !is(self.position, ']') {
                    self.position += 1;
                }
                if self.position >= self.end {
                    return Err(Error::value("Missing ']' in format string"));
                }
                let key = start..self.position;
                self.position += 1;
                match whole_number(self.text, &key)? {
                    Some(index) => Step::Index(index),
                    None => Step::Key(key),
                }
            }
            _ => {
                return Err(Error::value(
                    "Only '.' or '[' may follow ']' in format field specifier",
                ));
            }
        };
        match &step {
            Step::Attribute(name) | Step::Key(name) if name.is_empty() => {
                Err(Error::value("Empty attribute in format string"))
            }
            _ => Ok(step),
        }
    }
}

impl<T: CodePoints + ?Sized> Iterator for Steps<'_, T> {
    type Item = Result<Step, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.position >= self.end {
            return None;
        }
        let step = self.step();
        if step.is_err() {
            self.position = self.end;
        }
        Some(step)
    }
}

/// Automatic and manual numbering of one `format` call; they must not be mixed.
#[derive(Clone, Copy, Default, Debug)]
pub struct Numbering {
    next: usize,
    manual: Option<bool>,
}

impl Numbering {
    /// The positional index that `first` means; `None` for a keyword. Errors: `ValueError`.
    pub fn resolve(&mut self, first: &First) -> Result<Option<usize>, Error> {
        let manual = match first {
            First::Name(_) => return Ok(None),
            First::Auto => false,
            First::Index(_) => true,
        };
        match (*self.manual.get_or_insert(manual), manual) {
            (true, false) => {
                return Err(Error::value(
                    "cannot switch from manual field specification to automatic field numbering",
                ));
            }
            (false, true) => {
                return Err(Error::value(
                    "cannot switch from automatic field numbering to manual field specification",
                ));
            }
            _ => {}
        }
        if let First::Index(index) = first {
            return Ok(Some(*index));
        }
        self.next += 1;
        Ok(Some(self.next - 1))
    }
}

/// `ValueError` for a conversion other than `r`, `s`, `a`.
pub fn unknown_conversion(code: u32) -> Error {
    Error::value(format!("Unknown conversion specifier {}", shown(code)))
}

/// `ValueError` when specs nest deeper than two.
pub fn recursion_exceeded() -> Error {
    Error::value("Max string recursion exceeded")
}
