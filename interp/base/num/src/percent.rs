//! printf-style formatting: cutting `'%(name)-+ #0*.*ld'` into pieces, and writing one converted value.
//!
//! Works for `str % x` and `bytes % x`. Not here: fetching arguments, and `repr`/`str`/`bytes` of values; the caller supplies those.
use crate::error::Error;
use crate::float_text::{FloatFlags, format_float};
use crate::spec_number::{IntArg, PRECISION_MAX};
use crate::text::{CodePoints, Sink, is_digit};
use std::ops::Range;

/// The five flag characters.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub struct Flags {
    /// `-`
    pub left: bool,
    /// `+`
    pub plus: bool,
    /// a space
    pub space: bool,
    /// `#`
    pub alternate: bool,
    /// `0`
    pub zero: bool,
}

/// A width or precision as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// Not written. A point without digits is `Number(0)`.
    Absent,
    /// Digits.
    Number(usize),
    /// `*`: the next argument, see [`Conversion::set_width`] and [`Conversion::set_precision`].
    Star,
}

/// One `%…` conversion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversion {
    /// Where the mapping key is, without its parentheses.
    pub key: Option<Range<usize>>,
    /// Flags.
    pub flags: Flags,
    /// Minimum width.
    pub width: Count,
    /// Precision.
    pub precision: Count,
    /// The conversion character.
    pub code: u32,
    /// Index of the conversion character, for messages.
    pub index: usize,
    /// What is wrong behind the key. It counts when the key and the values of `*` have been found.
    pub trouble: Option<Error>,
}

/// A piece of a template. `Literal` never holds `%%` pairs: the second `%` is left out of the ranges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Text to copy.
    Literal(Range<usize>),
    /// A value to convert.
    Value(Conversion),
}

/// Cuts a template, one piece a call, so that errors come in the order in which CPython raises them.
pub struct Pieces<'a, T: CodePoints + ?Sized> {
    text: &'a T,
    position: usize,
    bytes: bool,
    mapping: bool,
}

impl<'a, T: CodePoints + ?Sized> Pieces<'a, T> {
    /// Pieces of a `str` template; without `mapping`, a key is a `TypeError`.
    pub fn of_str(text: &'a T, mapping: bool) -> Self {
        Self {
            text,
            position: 0,
            bytes: false,
            mapping,
        }
    }

    /// Pieces of a `bytes` template (one message differs).
    pub fn of_bytes(text: &'a T, mapping: bool) -> Self {
        Self {
            text,
            position: 0,
            bytes: true,
            mapping,
        }
    }

    fn peek(&self) -> Option<char> {
        // A lone surrogate is no character the syntax knows.
        (self.position < self.text.count()).then(|| {
            char::from_u32(self.text.code(self.position)).unwrap_or(char::REPLACEMENT_CHARACTER)
        })
    }

    fn incomplete() -> Error {
        Error::value("incomplete format")
    }

    fn key(&mut self) -> Result<Option<Range<usize>>, Error> {
        if self.peek() != Some('(') {
            return Ok(None);
        }
        if !self.mapping {
            return Err(mapping_required());
        }
        self.position += 1;
        let start = self.position;
        let mut depth = 1;
        while let Some(character) = self.peek() {
            self.position += 1;
            match character {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return Ok(Some(start..self.position - 1));
            }
        }
        Err(Error::value("incomplete format key"))
    }

    fn count(&mut self, max: usize, too_big: &'static str) -> Result<Count, Error> {
        if self.peek() == Some('*') {
            self.position += 1;
            return Ok(Count::Star);
        }
        let mut value: Option<usize> = None;
        while self.position < self.text.count() && is_digit(self.text.code(self.position)) {
            let digit = (self.text.code(self.position) - 48) as usize;
            let next = value
                .unwrap_or(0)
                .checked_mul(10)
                .and_then(|v| v.checked_add(digit))
                .filter(|v| *v <= max);
            value = Some(next.ok_or_else(|| Error::value(too_big))?);
            self.position += 1;
        }
        Ok(value.map_or(Count::Absent, Count::Number))
    }

    fn conversion(&mut self) -> Result<Conversion, Error> {
        let key = self.key()?;
        let mut flags = Flags::default();
        loop {
            match self.peek() {
                Some('-') => flags.left = true,
                Some('+') => flags.plus = true,
                Some(' ') => flags.space = true,
                Some('#') => flags.alternate = true,
                Some('0') => flags.zero = true,
                _ => break,
            }
            self.position += 1;
        }
        let (mut width, mut precision) = (Count::Absent, Count::Absent);
        let mut trouble = None;
        match self.count(isize::MAX as usize, "width too big") {
            Ok(count) => width = count,
            Err(error) => trouble = Some(error),
        }
        if trouble.is_none() && self.peek() == Some('.') {
            self.position += 1;
            let too_big = if self.bytes {
                "prec too big"
            } else {
                "precision too big"
            };
            match self.count(i32::MAX as usize, too_big) {
                Ok(Count::Absent) => precision = Count::Number(0),
                Ok(written) => precision = written,
                Err(error) => trouble = Some(error),
            }
        }
        if matches!(self.peek(), Some('h' | 'l' | 'L')) {
            self.position += 1;
        }
        let index = self.position;
        let code = match self.peek() {
            Some(_) => self.text.code(index),
            None => {
                trouble = trouble.or_else(|| Some(Self::incomplete()));
                0
            }
        };
        self.position += 1;
        Ok(Conversion {
            key,
            flags,
            width,
            precision,
            code,
            index,
            trouble,
        })
    }
}

impl<T: CodePoints + ?Sized> Iterator for Pieces<'_, T> {
    type Item = Result<Piece, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.position;
        let end = self.text.count();
        while self.position < end && self.text.code(self.position) != '%' as u32 {
            self.position += 1;
        }
        if self.position > start || self.position >= end {
            return (self.position > start).then_some(Ok(Piece::Literal(start..self.position)));
        }
        self.position += 1;
        if self.peek() == Some('%') {
            self.position += 1;
            return Some(Ok(Piece::Literal(start..start + 1)));
        }
        let piece = self.conversion();
        if piece.as_ref().map_or(true, |made| made.trouble.is_some()) {
            self.position = end;
        }
        Some(piece.map(Piece::Value))
    }
}

impl Conversion {
    /// The conversion character; U+FFFD for a surrogate.
    pub fn character(&self) -> char {
        char::from_u32(self.code).unwrap_or(char::REPLACEMENT_CHARACTER)
    }

    /// The value of a `*` width; a negative one means the flag `-`.
    pub fn set_width(&mut self, value: isize) {
        self.flags.left |= value < 0;
        self.width = Count::Number(value.unsigned_abs());
    }

    /// The value of a `*` precision; a negative one means zero.
    pub fn set_precision(&mut self, value: i32) {
        self.precision = Count::Number(value.max(0) as usize);
    }

    fn width_number(&self) -> usize {
        if let Count::Number(width) = self.width {
            width
        } else {
            0
        }
    }

    fn precision_number(&self) -> Option<usize> {
        if let Count::Number(precision) = self.precision {
            Some(precision)
        } else {
            None
        }
    }

    /// `ValueError`: a conversion character without meaning in a `str` template.
    pub fn unsupported(&self) -> Error {
        let shown = if (32..127).contains(&self.code) {
            self.character()
        } else {
            '?'
        };
        Error::value(format!(
            "unsupported format character '{shown}' (0x{:x}) at index {}",
            self.code, self.index
        ))
    }

    /// The same for a `bytes` template. CPython formats the byte as a signed char, so that one above 127 is an `OverflowError`.
    pub fn unsupported_bytes(&self) -> Error {
        if self.code > 127 {
            return Error::overflow("character argument not in range(0x110000)");
        }
        Error::value(format!(
            "unsupported format character '{}' (0x{:x}) at index {}",
            self.character(),
            self.code,
            self.index
        ))
    }

    /// Writes an integer for `d i u o x X`. Errors: digit limit, precision too large, memory.
    pub fn write_int(
        &self,
        out: &mut impl Sink,
        value: IntArg<'_>,
        digits_max: usize,
    ) -> Result<(), Error> {
        let (radix, prefix) = match self.character() {
            'x' => (16, "0x"),
            'X' => (16, "0X"),
            'o' => (8, "0o"),
            _ => (10, ""),
        };
        let mut text = value.to_text(radix, digits_max).map_err(Error::from)?;
        if self.character() == 'X' {
            text.make_ascii_uppercase();
        }
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text.as_str()),
        };
        let zeros = self
            .precision_number()
            .unwrap_or(0)
            .saturating_sub(digits.len());
        if zeros > (i32::MAX - 3) as usize {
            return Err(Error::overflow("precision too large"));
        }
        self.write_number(
            out,
            negative,
            if self.flags.alternate { prefix } else { "" },
            zeros,
            digits,
        )
    }

    /// Writes a float for `e E f F g G`. Errors: precision too big, memory.
    pub fn write_float(&self, out: &mut impl Sink, value: f64) -> Result<(), Error> {
        let kind = self.character().to_ascii_lowercase() as u8;
        let upper = self.character().is_ascii_uppercase();
        let precision = self.precision_number().unwrap_or(6);
        if precision > PRECISION_MAX {
            return Err(Error::value("precision too big"));
        }
        let flags = FloatFlags {
            alternate: self.flags.alternate,
            upper,
            ..FloatFlags::default()
        };
        let text = format_float(value, kind, precision, flags)?;
        match text.strip_prefix('-') {
            Some(digits) => self.write_number(out, true, "", 0, digits),
            None => self.write_number(out, false, "", 0, &text),
        }
    }

    fn write_number(
        &self,
        out: &mut impl Sink,
        negative: bool,
        prefix: &str,
        zeros: usize,
        digits: &str,
    ) -> Result<(), Error> {
        let sign = match (negative, self.flags.plus, self.flags.space) {
            (true, ..) => "-",
            (_, true, _) => "+",
            (_, _, true) => " ",
            _ => "",
        };
        let used = sign.len() + prefix.len() + zeros + digits.len();
        let spare = self.width_number().saturating_sub(used);
        let (before, inner, after) = match (self.flags.left, self.flags.zero) {
            (true, _) => (0, 0, spare),
            (false, true) => (0, spare, 0),
            (false, false) => (spare, 0, 0),
        };
        out.push_code(32, before)?;
        out.push_str(sign)?;
        out.push_str(prefix)?;
        out.push_code(48, inner.saturating_add(zeros))?;
        out.push_str(digits)?;
        out.push_code(32, after)
    }

    /// Writes text for `s r a b`, cut to the precision.
    pub fn write_text<T: CodePoints + ?Sized>(
        &self,
        out: &mut impl Sink,
        text: &T,
    ) -> Result<(), Error> {
        let length = text
            .count()
            .min(self.precision_number().unwrap_or(usize::MAX));
        self.write_cut(out, text, length)
    }

    /// Writes one code point for `c`; the precision does not cut it.
    pub fn write_character(&self, out: &mut impl Sink, code: u32) -> Result<(), Error> {
        self.write_cut(out, [code].as_slice(), 1)
    }

    fn write_cut<T: CodePoints + ?Sized>(
        &self,
        out: &mut impl Sink,
        text: &T,
        length: usize,
    ) -> Result<(), Error> {
        let spare = self.width_number().saturating_sub(length);
        let (before, after) = if self.flags.left {
            (0, spare)
        } else {
            (spare, 0)
        };
        out.push_code(32, before)?;
        out.push_codes(text, 0, length)?;
        out.push_code(32, after)
    }
}

/// `TypeError` when the arguments run out.
pub fn not_enough_arguments() -> Error {
    Error::type_("not enough arguments for format string")
}

/// `TypeError` when arguments are left; `what` is `string` or `bytes`.
pub fn arguments_left(what: &str) -> Error {
    Error::type_(format!(
        "not all arguments converted during {what} formatting"
    ))
}

/// `TypeError` for a key without a mapping.
pub fn mapping_required() -> Error {
    Error::type_("format requires a mapping")
}

/// `TypeError` when `*` meets something else than an integer.
pub fn star_wants_int() -> Error {
    Error::type_("* wants int")
}
