//! Floats and complex numbers as text, and back: `repr`, the `e f g r` conversions, `float(str)`, `complex(str)`.
//!
//! Not here: padding and grouping (spec), hexadecimal floats (float_hex).
use crate::error::Error;
use crate::float_digits::{self, Digits};
use crate::text::push_zeros;

/// Options of [`format_float`].
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub struct FloatFlags {
    /// `#`: keep the point and, for `g`, trailing zeros.
    pub alternate: bool,
    /// Add `.0` to what would look like an integer.
    pub add_dot_zero: bool,
    /// `z`: print a negative zero as zero (PEP 682).
    pub no_negative_zero: bool,
    /// `E`, `INF`, `NAN`.
    pub upper: bool,
}

/// `repr(float)`: shortest digits, exponent from 1e16 and below 1e-4, always a point or an exponent.
pub fn float_repr(value: f64) -> String {
    // Small whole numbers are most of what programs print.
    if value.abs() < 1e15 && value == value.trunc() && (value != 0.0 || value.is_sign_positive()) {
        let mut text = crate::int_text::i64_to_string(value as i64);
        text.push_str(".0");
        return text;
    }
    repr_with(value, true)
}

/// How one part of a complex number is shown in its `repr`: as [`float_repr`] without `.0`.
pub fn float_part_repr(value: f64) -> String {
    repr_with(value, false)
}

fn repr_with(value: f64, add_dot_zero: bool) -> String {
    let flags = FloatFlags {
        add_dot_zero,
        ..FloatFlags::default()
    };
    // Shortest text is at most 24 characters, so memory cannot be the problem.
    format_float(value, b'r', 0, flags).unwrap_or_default()
}

/// `repr(complex)`: `1j`, `(1+2j)`, `(-0-1j)`.
pub fn complex_repr(real: f64, imaginary: f64) -> String {
    let imaginary_text = float_part_repr(imaginary);
    if real == 0.0 && real.is_sign_positive() {
        return imaginary_text + "j";
    }
    let sign = if imaginary_text.starts_with('-') {
        ""
    } else {
        "+"
    };
    format!("({}{sign}{imaginary_text}j)", float_part_repr(real))
}

/// The `e`, `f`, `g` conversions of C with CPython's extras, and `r` for shortest (precision unused).
///
/// `kind` is one of `b'e' b'f' b'g' b'r'`; any other byte is treated as `r`. Errors: only [`Error::memory`], for a huge precision.
pub fn format_float(
    value: f64,
    kind: u8,
    precision: usize,
    flags: FloatFlags,
) -> Result<String, Error> {
    if !value.is_finite() {
        let text = if value.is_nan() {
            "nan"
        } else if value > 0.0 {
            "inf"
        } else {
            "-inf"
        };
        return Ok(if flags.upper {
            text.to_ascii_uppercase()
        } else {
            text.to_owned()
        });
    }
    let magnitude = value.abs();
    if kind == b'f' && precision <= float_digits::FRACTION_MAX {
        return Ok(fixed(value, precision, flags));
    }
    let wanted = precision.max(1);
    let digits = match kind {
        b'e' => float_digits::significant(magnitude, precision.saturating_add(1)),
        b'f' => float_digits::fixed(magnitude, precision),
        b'g' => float_digits::significant(magnitude, wanted),
        _ => float_digits::shortest(magnitude),
    };
    let mut negative = value.is_sign_negative();
    if flags.no_negative_zero && digits.text == "0" {
        negative = false;
    }
    layout(
        &digits,
        negative,
        kind,
        if kind == b'g' { wanted } else { precision },
        flags,
    )
}

/// The `f` conversion as the standard library writes it: the common case, without cutting and joining digits.
fn fixed(value: f64, precision: usize, flags: FloatFlags) -> String {
    let mut text = format!("{value:.precision$}");
    if flags.no_negative_zero
        && text.starts_with('-')
        && text.bytes().all(|b| matches!(b, b'-' | b'0' | b'.'))
    {
        text.remove(0);
    }
    if flags.alternate && precision == 0 {
        text.push('.');
    }
    text
}

/// Places point, zeros and exponent around the digits.
fn layout(
    digits: &Digits,
    negative: bool,
    kind: u8,
    precision: usize,
    flags: FloatFlags,
) -> Result<String, Error> {
    let point = i64::from(digits.point);
    let count = digits.text.len() as i64;
    let precision_signed = i64::try_from(precision)
        .unwrap_or(i64::MAX / 4)
        .min(i64::MAX / 4);
    // `end`: one past the last digit position to show, counted from the first digit.
    let (scientific, mut end) = match kind {
        b'e' => (true, precision_signed + 1),
        b'f' => (false, point + precision_signed),
        b'g' => {
            let limit = precision_signed - i64::from(flags.add_dot_zero);
            (
                point <= -4 || point > limit,
                if flags.alternate {
                    precision_signed
                } else {
                    count
                },
            )
        }
        _ => (point <= -4 || point > 16, count),
    };
    let shown_point = if scientific { 1 } else { point };
    let start = if shown_point <= 0 { shown_point - 1 } else { 0 };
    end = if !scientific && flags.add_dot_zero {
        end.max(shown_point + 1)
    } else {
        end.max(shown_point)
    };

    let mut text = String::new();
    text.try_reserve(
        usize::try_from(end - start)
            .map_err(|_| Error::memory())?
            .saturating_add(8),
    )?;
    if negative {
        text.push('-');
    }
    push_digits(&mut text, &digits.text, start, shown_point)?;
    text.push('.');
    push_digits(&mut text, &digits.text, shown_point, end)?;
    if text.ends_with('.') && !flags.alternate {
        text.pop();
    }
    if scientific {
        let exponent = point - 1;
        text.push(if flags.upper { 'E' } else { 'e' });
        text.push(if exponent < 0 { '-' } else { '+' });
        let exponent = exponent.unsigned_abs();
        if exponent < 10 {
            text.push('0');
        }
        text.push_str(&exponent.to_string());
    }
    Ok(text)
}

/// Digits at positions `from..to`, with zeros where there are none.
fn push_digits(text: &mut String, digits: &str, from: i64, to: i64) -> Result<(), Error> {
    let count = digits.len() as i64;
    let before = (to.min(0) - from).max(0);
    push_zeros(text, before as usize)?;
    let first = from.clamp(0, count);
    let last = to.clamp(first, count);
    text.push_str(&digits[first as usize..last as usize]);
    push_zeros(text, (to - from.max(count)).max(0) as usize)
}

/// `float(str)`: ASCII text whose surrounding white space is stripped and whose Unicode digits are already ASCII.
///
/// Accepts underscores between digits, `inf`, `infinity`, `nan` in any case, with a sign. `None` when it is no float.
pub fn parse_float(text: &str) -> Option<f64> {
    let (value, used) = float_prefix(text.as_bytes())?;
    (used == text.len()).then_some(value)
}

/// Longest float at the start of `text`, and its length.
fn float_prefix(text: &[u8]) -> Option<(f64, usize)> {
    let sign_len = usize::from(matches!(text.first(), Some(b'+' | b'-')));
    let negative = text.first() == Some(&b'-');
    let rest = &text[sign_len..];
    for (name, value) in [
        ("infinity", f64::INFINITY),
        ("inf", f64::INFINITY),
        ("nan", f64::NAN),
    ] {
        if rest.len() >= name.len() && rest[..name.len()].eq_ignore_ascii_case(name.as_bytes()) {
            return Some((if negative { -value } else { value }, sign_len + name.len()));
        }
    }
    let mut position = sign_len;
    let mut underscores = false;
    let mut digits = |position: &mut usize| {
        let start = *position;
        loop {
            match text.get(*position) {
                Some(b'0'..=b'9') => *position += 1,
                Some(b'_')
                    if *position > start
                        && matches!(text.get(*position + 1), Some(b'0'..=b'9')) =>
                {
                    underscores = true;
                    *position += 1;
                }
                _ => return *position - start,
            }
        }
    };
    let whole = digits(&mut position);
    let mut fraction = 0;
    if text.get(position) == Some(&b'.') {
        let before = position;
        position += 1;
        fraction = digits(&mut position);
        if whole == 0 && fraction == 0 {
            position = before;
        }
    }
    if whole == 0 && fraction == 0 {
        return None;
    }
    if matches!(text.get(position), Some(b'e' | b'E')) {
        let mut after = position + 1;
        after += usize::from(matches!(text.get(after), Some(b'+' | b'-')));
        if digits(&mut after) > 0 {
            position = after;
        }
    }
    let number = std::str::from_utf8(&text[..position]).ok()?;
    let value = if underscores {
        number.replace('_', "").parse()
    } else {
        number.parse()
    };
    Some((value.ok()?, position))
}

/// `complex(str)`: stripped ASCII text, parentheses allowed around the number with white space inside them.
pub fn parse_complex(text: &str) -> Option<(f64, f64)> {
    let text = match text.strip_prefix('(') {
        Some(inner) => inner
            .strip_suffix(')')?
            .trim_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c']),
        None => text,
    };
    let bytes = text.as_bytes();
    let is_j = |position: usize| matches!(bytes.get(position), Some(b'j' | b'J'));
    let is_sign = |position: usize| matches!(bytes.get(position), Some(b'+' | b'-'));
    // A lone sign before `j` means one.
    let unit = |position: usize| -> f64 {
        if bytes.get(position) == Some(&b'-') {
            -1.0
        } else {
            1.0
        }
    };
    let (real, imaginary, end) = match float_prefix(bytes) {
        Some((first, used)) if is_sign(used) => match float_prefix(&bytes[used..]) {
            Some((second, more)) => (first, second, is_j(used + more).then_some(used + more + 1)?),
            None => (first, unit(used), is_j(used + 1).then_some(used + 2)?),
        },
        Some((first, used)) if is_j(used) => (0.0, first, used + 1),
        Some((first, used)) => (first, 0.0, used),
        None => {
            let sign = usize::from(is_sign(0));
            (0.0, unit(0), is_j(sign).then_some(sign + 1)?)
        }
    };
    (end == bytes.len()).then_some((real, imaginary))
}
