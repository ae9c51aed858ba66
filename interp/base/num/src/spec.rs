//! The format-spec mini-language: `[[fill]align][sign][z][#][0][width][grouping][.precision[grouping]][type]`.
//!
//! Parsing and the checks that need no value. PEP 3101, PEP 378 (`,`), PEP 515 (`_`), PEP 682 (`z`), and 3.14's grouping
//! of fraction digits. Not here: writing the result (spec_layout, spec_number).
use crate::error::Error;
use crate::text::{CodePoints, read_number, shown};

/// Alignment within the width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// `<`
    Left,
    /// `>`
    Right,
    /// `^`, the odd cell goes right
    Center,
    /// `=`, padding between sign and digits
    AfterSign,
}

impl Align {
    fn from_code(code: u32) -> Option<Self> {
        Some(match char::from_u32(code)? {
            '<' => Self::Left,
            '>' => Self::Right,
            '^' => Self::Center,
            '=' => Self::AfterSign,
            _ => return None,
        })
    }
}

/// When a sign is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignMode {
    /// Nothing written: `-` for negative numbers.
    Default,
    /// `-`
    Minus,
    /// `+`
    Plus,
    /// a space
    Space,
}

/// Digit grouping asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// None.
    None,
    /// `,` every three digits.
    Comma,
    /// `_` every three digits, or four for `b o x X`.
    Underscore,
}

impl Grouping {
    pub(crate) fn separator(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Comma => ",",
            Self::Underscore => "_",
        }
    }
}

/// What is formatted: its type's name for messages, and the defaults of its type.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// `type(x).__name__`
    pub type_name: &'a str,
    /// Type code when none is written; 0 for "none".
    pub default_type: u32,
    /// Alignment when none is written.
    pub default_align: Align,
}

impl<'a> Target<'a> {
    /// An integer (or a subclass).
    pub const fn int(type_name: &'a str) -> Self {
        Self {
            type_name,
            default_type: 'd' as u32,
            default_align: Align::Right,
        }
    }
    /// A float or a complex number.
    pub const fn float(type_name: &'a str) -> Self {
        Self {
            type_name,
            default_type: 0,
            default_align: Align::Right,
        }
    }
    /// A string.
    pub const fn str(type_name: &'a str) -> Self {
        Self {
            type_name,
            default_type: 's' as u32,
            default_align: Align::Left,
        }
    }
}

/// A parsed format spec. An empty spec must be handled before: it means `str(x)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormatSpec {
    /// Padding code point.
    pub fill: u32,
    /// Alignment, the default of the type when not written.
    pub align: Align,
    /// `#`
    pub alternate: bool,
    /// `z`
    pub no_negative_zero: bool,
    /// Sign rule.
    pub sign: SignMode,
    /// Minimum width in code points.
    pub width: Option<usize>,
    /// Grouping of the integer digits.
    pub grouping: Grouping,
    /// Grouping of the fraction digits.
    pub fraction_grouping: Grouping,
    /// Digits after the point, or the longest text.
    pub precision: Option<usize>,
    /// Type code, 0 when there is none.
    pub kind: u32,
}

impl FormatSpec {
    /// Parses text without lone surrogates; see [`FormatSpec::parse_codes`].
    pub fn parse(text: &str, target: Target<'_>) -> Result<Self, Error> {
        if text.is_ascii() {
            Self::parse_codes(text.as_bytes(), target)
        } else {
            Self::parse_codes(text.chars().collect::<Vec<char>>().as_slice(), target)
        }
    }

    /// Parses a spec. Errors are `ValueError`s with CPython's texts.
    pub fn parse_codes<T: CodePoints + ?Sized>(
        text: &T,
        target: Target<'_>,
    ) -> Result<Self, Error> {
        let end = text.count();
        let at = |position: usize| {
            if position < end {
                text.code(position)
            } else {
                0
            }
        };
        let is = |position: usize, character: char| {
            position < end && text.code(position) == character as u32
        };
        let mut spec = Self {
            fill: ' ' as u32,
            align: target.default_align,
            alternate: false,
            no_negative_zero: false,
            sign: SignMode::Default,
            width: None,
            grouping: Grouping::None,
            fraction_grouping: Grouping::None,
            precision: None,
            kind: target.default_type,
        };
        let mut position = 0;
        let mut fill_written = false;
        let mut align_written = false;
        if end >= 2
            && let Some(align) = Align::from_code(at(1))
        {
            spec.align = align;
            spec.fill = at(0);
            fill_written = true;
            align_written = true;
            position = 2;
        } else if end >= 1
            && let Some(align) = Align::from_code(at(0))
        {
            spec.align = align;
            align_written = true;
            position = 1;
        }
        for (character, mode) in [
            ('+', SignMode::Plus),
            ('-', SignMode::Minus),
            (' ', SignMode::Space),
        ] {
            if is(position, character) {
                spec.sign = mode;
                position += 1;
                break;
            }
        }
        if is(position, 'z') {
            spec.no_negative_zero = true;
            position += 1;
        }
        if is(position, '#') {
            spec.alternate = true;
            position += 1;
        }
        if !fill_written && is(position, '0') {
            spec.fill = '0' as u32;
            if !align_written && target.default_align == Align::Right {
                spec.align = Align::AfterSign;
            }
            position += 1;
        }
        let too_many = |()| Error::value("Too many decimal digits in format string");
        spec.width = read_number(text, &mut position, end).map_err(too_many)?;
        spec.grouping = parse_grouping(&is, &mut position)?;
        if is(position, '.') {
            position += 1;
            spec.precision = read_number(text, &mut position, end).map_err(too_many)?;
            spec.fraction_grouping = parse_grouping(&is, &mut position)?;
            if spec.precision.is_none() && spec.fraction_grouping == Grouping::None {
                return Err(Error::value("Format specifier missing precision"));
            }
        }
        if end - position > 1 {
            let behind = format!("' for object of type '{}'", target.type_name);
            let mut message: Vec<u32> = Vec::new();
            message.try_reserve_exact(end + behind.len() + 26)?;
            message.extend("Invalid format specifier '".chars().map(u32::from));
            message.extend((0..end).map(|index| text.code(index)));
            message.extend(behind.chars().map(u32::from));
            return Err(Error::value_of_codes(message));
        }
        if position < end {
            spec.kind = at(position);
        }
        spec.check_grouping()?;
        Ok(spec)
    }

    fn check_grouping(&self) -> Result<(), Error> {
        let decimal = matches!(
            self.kind_char(),
            'd' | 'e' | 'f' | 'g' | 'E' | 'G' | '%' | 'F' | '\0'
        );
        let by_four = self.grouping == Grouping::Underscore
            && matches!(self.kind_char(), 'b' | 'o' | 'x' | 'X');
        if self.grouping != Grouping::None && !decimal && !by_four {
            return Err(self.bad_grouping(self.grouping));
        }
        if self.fraction_grouping != Grouping::None && !decimal && self.kind == 'n' as u32 {
            return Err(self.bad_grouping(self.fraction_grouping));
        }
        Ok(())
    }

    fn bad_grouping(&self, grouping: Grouping) -> Error {
        Error::value(format!(
            "Cannot specify '{}' with '{}'.",
            grouping.separator(),
            shown(self.kind)
        ))
    }

    /// The type code as a character; `'\u{fffd}'` for a surrogate, which is no type.
    pub fn kind_char(&self) -> char {
        char::from_u32(self.kind).unwrap_or(char::REPLACEMENT_CHARACTER)
    }

    /// The error for a type code that the object does not know.
    pub fn unknown_type(&self, type_name: &str) -> Error {
        Error::value(format!(
            "Unknown format code '{}' for object of type '{type_name}'",
            shown(self.kind)
        ))
    }
}

/// `,` or `_`, and an error when both are written.
fn parse_grouping(
    is: &dyn Fn(usize, char) -> bool,
    position: &mut usize,
) -> Result<Grouping, Error> {
    let both = || Error::value("Cannot specify both ',' and '_'.");
    let mut grouping = Grouping::None;
    if is(*position, ',') {
        grouping = Grouping::Comma;
        *position += 1;
    }
    if is(*position, '_') {
        if grouping != Grouping::None {
            return Err(both());
        }
        grouping = Grouping::Underscore;
        *position += 1;
        if is(*position, ',') {
            return Err(both());
        }
    }
    Ok(grouping)
}
